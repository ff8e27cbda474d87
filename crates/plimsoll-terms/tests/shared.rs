//! Do the tables hold what real files contain? Reads the shared sample files
//! and is skipped, with a message, where they are absent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use plimsoll_terms::hs::{HsCode, HsRevision};
use plimsoll_terms::{concord, fx, goods, labels, place};

fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        |root| {
            let root = PathBuf::from(root);
            if root.is_absolute() {
                root
            } else {
                Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(root)
            }
        },
    );
    let path = root.join("data").join(path);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

/// The text of a file, read as UTF-8 or, failing that, as Latin-1.
fn text(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    String::from_utf8(bytes)
        .unwrap_or_else(|e| e.into_bytes().iter().map(|b| char::from(*b)).collect())
}

/// The records of a CSV file as (column name in lower case, cell).
fn table(path: &Path) -> (Vec<String>, Vec<csv::StringRecord>) {
    let text = text(path);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().unwrap().iter().map(str::to_lowercase).collect();
    (header, reader.records().map(Result::unwrap).collect())
}

fn column(header: &[String], names: &[&str]) -> Option<usize> {
    header.iter().position(|cell| names.contains(&cell.as_str()))
}

#[test]
fn every_place_of_the_reference_tables_is_known() {
    for (file, code, name, iso) in [
        ("classifications/partner.csv", "partnercode", "partnerdesc", "partnercodeisoalpha3"),
        ("classifications/reporter.csv", "reportercode", "reporterdesc", "reportercodeisoalpha3"),
        ("baci/country_codes_V202601.csv", "country_code", "country_name", "country_iso3"),
    ] {
        let Some(path) = shared(file) else { continue };
        let (header, records) = table(&path);
        let at = |name| column(&header, &[name]).unwrap();
        for record in &records {
            let number: u16 = record[at(code)].parse().unwrap();
            let id = place::by_m49(number).unwrap_or_else(|| panic!("{file}: {number}"));
            // India's number until 1974 is ISO's number today.
            if number != 356 {
                assert_eq!(place::by_name(&record[at(name)]), Some(id), "{file}: {record:?}");
            }
            let iso = record[at(iso)].trim();
            if iso.len() == 3 && !iso.starts_with('_') && place::by_iso3(iso).is_none() {
                assert_eq!(iso, "A79", "{file}: {record:?}");
            }
        }
    }
}

#[test]
fn every_place_of_the_comtrade_files_is_known() {
    let Some(folder) = shared("comtrade") else {
        return;
    };
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "csv") {
            continue;
        }
        let (header, records) = table(&path);
        let codes = [
            "reportercode",
            "partnercode",
            "partner2code",
            "reporter code",
            "partner code",
            "reporter_code",
            "partner_code",
        ];
        let names = [
            "reporterdesc",
            "partnerdesc",
            "partner2desc",
            "partner",
            "reporter",
            "partner_name",
            "partnername",
            "reportername",
        ];
        let isos = ["reporteriso3", "partneriso3", "partner_iso"];
        let columns = |wanted: &[&str]| -> Vec<usize> {
            header
                .iter()
                .enumerate()
                .filter(|(_, h)| wanted.contains(&h.as_str()))
                .map(|(i, _)| i)
                .collect()
        };
        for record in &records {
            let cells = |wanted: &[&str]| {
                columns(wanted).into_iter().filter_map(|i| record.get(i)).filter(|c| !c.is_empty())
            };
            for cell in cells(&codes) {
                seen += 1;
                assert!(
                    place::by_m49(cell.parse().unwrap()).is_some(),
                    "{} {cell}",
                    path.display()
                );
            }
            for cell in cells(&names) {
                seen += 1;
                assert!(place::by_name(cell).is_some(), "{} {cell}", path.display());
            }
            for cell in cells(&isos) {
                assert!(place::by_iso3(cell).is_some(), "{} {cell}", path.display());
            }
        }
    }
    assert!(seen > 1000);
}

#[test]
fn every_place_of_the_comext_and_baci_files_is_known() {
    if let Some(path) = shared("comext/easycomext_relational_view_2024.csv") {
        let (header, records) = table(&path);
        let partner = column(&header, &["partner"]).unwrap();
        let reporter = column(&header, &["reporter"]).unwrap();
        for record in &records {
            for cell in [&record[partner], &record[reporter]] {
                assert!(place::by_name(cell).is_some(), "{cell}");
            }
        }
    }
    if let Some(path) = shared("baci/baci_2022.csv") {
        for record in &table(&path).1 {
            for cell in [&record[0], &record[1]] {
                assert!(place::by_iso3(cell).is_some(), "{cell}");
            }
        }
    }
    for (name, code) in
        [("Belgium (incl. Luxembourg 'LU' -> 1998)", "BEL"), ("Ireland (Eire)", "IRL")]
    {
        assert_eq!(place::by_name(name).unwrap().code(), code);
    }
}

#[test]
fn the_code_lists_agree_with_the_reference_tables() {
    for (file, revision) in [
        ("classifications/classificationH4.json", HsRevision::Hs2012),
        ("classifications/classificationH5.json", HsRevision::Hs2017),
        ("classifications/classificationH6.json", HsRevision::Hs2022),
    ] {
        let Some(path) = shared(file) else { continue };
        let text = text(&path);
        let mut found = BTreeSet::new();
        for part in text.split("\"id\"").skip(1) {
            let id: String = part.split('"').nth(1).unwrap_or("").to_owned();
            if let Ok(code) = HsCode::parse(&id)
                && id != "999999"
                && code.level() == 6
            {
                found.insert(code);
                assert!(concord::exists(code, revision), "{code} {revision}");
            }
        }
        assert_eq!(found.len(), concord::count(revision), "{revision}");
    }
}

#[test]
fn lists_and_labels_of_the_publishers() {
    if let Some(path) = shared("control_lists/chpl_2024-02_parsed.csv") {
        let (_, records) = table(&path);
        let ours = goods::resolve("chpl@2024-02", &[]).unwrap();
        assert_eq!(records.len(), ours.codes.len());
        for record in &records {
            let code = HsCode::parse(&record[0]).unwrap();
            let entry = ours.entry(code).unwrap_or_else(|| panic!("{code}"));
            for tier in [&record[1], &record[2], &record[3]] {
                if !tier.is_empty() {
                    assert_eq!(goods::Tier::parse(tier), entry.tier, "{code} {tier}");
                }
            }
        }
    }
    if let Some(path) = shared("control_lists/eu_sanctioned_hs6_by_date.csv") {
        let group = goods::parse_eu_sanctioned(&text(&path)).unwrap();
        assert_eq!(group.codes.len(), 2304);
        assert_eq!(group.revision, HsRevision::Hs2017);
        assert!(group.codes.iter().all(|c| c.listed.as_deref().is_some_and(|d| d.len() == 10)));
    }
    if let Some(path) = shared("classifications/harmonized-system.csv") {
        let (labels, problems) = labels::parse_labels(&text(&path));
        assert!(problems.is_empty() && labels.len() > 5000);
        assert!(labels.get(HsCode::parse("0101").unwrap()).is_some());
    }
}

#[test]
fn the_rates_agree_with_the_central_bank() {
    let Some(path) = shared("fx/ecb_eur_usd_monthly.csv") else {
        return;
    };
    let (header, records) = table(&path);
    let (month, rate) =
        (column(&header, &["time_period"]).unwrap(), column(&header, &["obs_value"]).unwrap());
    for record in &records {
        let expected: f64 = record[rate].parse().unwrap();
        assert_eq!(fx::usd_per_eur(record[month].parse().unwrap()), Some(expected));
    }
}
