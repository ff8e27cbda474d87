//! Which country does a cell mean? By the catalogue's codes and names, and by names in the
//! languages of customs extracts (`data/countries.csv`).

use std::collections::HashMap;
use std::sync::LazyLock;

use plimsoll_terms::place::{self, PlaceId};

use super::words::{fold, is_apostrophe, table};

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
    fold(name).chars().filter(|c| c.is_alphanumeric() && !is_apostrophe(*c)).collect()
}

/// Whether a cell is a country's number, in whichever list.
pub fn is_number(cell: &str) -> bool {
    let cell = cell.trim();
    (1..=3).contains(&cell.len()) && cell.bytes().all(|b| b.is_ascii_digit())
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

/// The same for a column that numbers countries by a list of its own: numbers say nothing.
pub fn find_named(cell: &str) -> Option<PlaceId> {
    if is_number(cell) { None } else { find(cell) }
}

fn whole(cell: &str) -> Option<PlaceId> {
    match cell.len() {
        1..=3 if is_number(cell) => cell.parse().ok().and_then(place::by_m49),
        2 => place::by_iso2(cell),
        3 => place::by_iso3(cell),
        _ => None,
    }
    .or_else(|| place::by_name(cell))
    .or_else(|| NAMES.get(&key(cell)).copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_any_script_and_with_any_apostrophe() {
        for (name, code) in [
            ("В\u{2019}єтнам", "VNM"),
            ("В'єтнам", "VNM"),
            ("В\u{2bc}єтнам", "VNM"),
            ("Республіка Корея", "KOR"),
            ("베트남", "VNM"),
            ("ベトナム", "VNM"),
            ("Vyetnam", "VNM"),
            ("ვიეტნამი", "VNM"),
        ] {
            assert_eq!(find(name).map(|p| p.code()), Some(code), "{name}");
        }
    }

    #[test]
    fn numbers_of_another_list_name_nobody() {
        assert!(find("156").is_some());
        assert_eq!(find_named("156"), None);
        assert!(find_named("CN").is_some() && find_named("China").is_some());
    }
}
