//! Which country does a cell mean? By the catalogue's codes and names, and by names in the
//! languages of customs extracts (`data/countries.csv`).

use std::collections::HashMap;
use std::sync::LazyLock;

use plimsoll_terms::place::{self, PlaceId};

use super::words::{fold, table};

static NAMES: LazyLock<HashMap<String, PlaceId>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for row in table(include_str!("data/countries.csv")) {
        let [iso2, _, list] = row[..] else { continue };
        let Some(place) = place::by_iso2(iso2) else { continue };
        for name in list.split('|') {
            names.entry(key(name)).or_insert(place);
        }
    }
    names
});

fn key(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The place that a cell names. `China(CN)` and `156 - CHINA` are tried in parts.
pub fn find(cell: &str) -> Option<PlaceId> {
    let cell = cell.trim();
    if cell.is_empty() || cell.len() > 100 {
        return None;
    }
    whole(cell).or_else(|| {
        let parts = cell.split(['(', ')', '-', '[', ']', ':', '/', ';']).map(str::trim);
        let parts: Vec<&str> = parts.filter(|p| !p.is_empty()).collect();
        if !(2..=3).contains(&parts.len()) {
            return None;
        }
        parts.iter().find_map(|part| whole(part).filter(|p| p.is_country()))
    })
}

fn whole(cell: &str) -> Option<PlaceId> {
    match cell.len() {
        2 => place::by_iso2(cell),
        3 if cell.bytes().all(|b| b.is_ascii_digit()) => cell.parse().ok().and_then(place::by_m49),
        3 => place::by_iso3(cell),
        _ => None,
    }
    .or_else(|| place::by_name(cell))
    .or_else(|| NAMES.get(&key(cell)).copied())
}
