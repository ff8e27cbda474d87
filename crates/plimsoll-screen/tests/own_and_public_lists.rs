//! Do the readers hold against real files? Reads the shared sample files and is skipped, with a
//! message, where they are absent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use plimsoll_screen::entity::{Entity, EntityKind, IdentifierKind, NameKind};
use plimsoll_screen::lists::{
    ListError, ListFile, ListSource, Parsed, eu_oj::EuOj, ftm::Ftm, plain_list::PlainList,
    un_xml::UnXml,
};
use std::collections::BTreeMap;
use std::path::Path;

/// A shared file, where it is there.
fn shared(path: &str) -> Option<Vec<u8>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = std::env::var_os("PLIMSOLL_SHARED");
    let root = root.map_or_else(|| here.join("../../../shared"), |root| here.join("../..").join(root));
    let path = root.join("data").join(path);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(_) => {
            eprintln!("skipped: {} is absent", path.display());
            None
        }
    }
}

/// Reads a shared file that the source must recognise as surely.
fn read(source: &dyn ListSource, path: &str, sure: u8) -> Option<Result<Parsed, ListError>> {
    let bytes = shared(path)?;
    let file = ListFile { name: path.rsplit('/').next().unwrap(), bytes: &bytes };
    assert_eq!(source.recognise(&file), sure, "{path}");
    let all: [&dyn ListSource; 4] = [&UnXml, &EuOj, &Ftm, &PlainList];
    for other in all.iter().filter(|other| other.id() != source.id()) {
        assert!(other.recognise(&file) < sure, "{path}: {}", other.id());
    }
    Some(source.read(&[file]))
}

/// Entities, names, rows in, loaded and set aside, and problems by rule.
fn figures(parsed: &Parsed) -> String {
    let edition = &parsed.editions[0];
    let names: usize = edition.entities.iter().map(|entity| entity.names.len()).sum();
    let count = &parsed.counts[0];
    assert_eq!(count.rows_in, count.rows_loaded + count.rows_set_aside);
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, problem) in &parsed.problems {
        *rules.entry(problem.rule).or_default() += 1;
    }
    format!(
        "{} {} entities {} names, rows {} = {} + {}, {rules:?}",
        edition.list,
        edition.entities.len(),
        names,
        count.rows_in,
        count.rows_loaded,
        count.rows_set_aside
    )
}

fn entity<'a>(parsed: &'a Parsed, id: &str) -> &'a Entity {
    parsed.editions[0].entities.iter().find(|entity| entity.id == id).unwrap()
}

#[test]
fn un() {
    let Some(parsed) = read(&UnXml, "watchlists/un/un_consolidated_2025-04-19_half.xml", 100) else { return };
    let parsed = parsed.unwrap();
    assert_eq!(figures(&parsed), "");
}

#[test]
fn un_damaged() {
    let Some(parsed) = read(&UnXml, "watchlists/un/damaged/un_consolidated_2025-08-16.xml", 100) else { return };
    let parsed = parsed.unwrap();
    for (_, p) in parsed.problems.iter() { if p.hint.contains("low bytes") || p.rule=="date-unclear" || p.rule=="no-name" { eprintln!("{p}") } }
    for e in &parsed.editions[0].entities { for n in &e.names { if n.kind==NameKind::OriginalScript || n.text.contains(['/', '*','%','#','@']) { eprintln!("{n:?}") } } }
    assert_eq!(figures(&parsed), "");
}

#[test]
fn eu() {
    let Some(parsed) = read(&EuOj, "watchlists/eu/32014R0833.csv", 100) else { return };
    let parsed = parsed.unwrap();
    for (_, p) in &parsed.problems { eprintln!("{p}") }
    let mut ids: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for e in &parsed.editions[0].entities { for i in &e.identifiers { let x = ids.entry(format!("{:?} {:?}", i.kind, i.valid)).or_default(); x.0+=1; if x.1.len()<12 {x.1.push(format!("{}[{}]", i.value, i.label))} } }
    for (k,(n,v)) in &ids { eprintln!("{k} {n} {v:?}") }
    let mut kinds: BTreeMap<EntityKind, usize> = BTreeMap::new();
    for e in &parsed.editions[0].entities { *kinds.entry(e.kind).or_default() += 1; }
    eprintln!("{kinds:?} {}", parsed.editions[0].title);
    assert_eq!(figures(&parsed), "");
}

#[test]
fn ftm() {
    let mut all = String::new();
    for path in ["parteispenden__entities.ftm.json", "sample_entities.ftm.json", "zala__entities.ftm.json", "sample_targets.nested.json"] {
        let Some(parsed) = read(&Ftm, &format!("watchlists/ftm/{path}"), 95) else { return };
        let parsed = parsed.unwrap();
        for (_, p) in parsed.problems.iter().filter(|p| p.1.rule != "not-a-party").take(10) { eprintln!("{p}") }
        all += &figures(&parsed); all.push('\n');
        let _ = (IdentifierKind::Inn, entity as fn(&'static Parsed, &str) -> &'static Entity);
    }
    assert_eq!(all, "");
}

#[test]
fn own() {
    let Some(parsed) = read(&PlainList, "names/ofac_list_2025-11.tsv", 50) else { return };
    let parsed = parsed.unwrap();
    for (_, p) in parsed.problems.iter().take(10) { eprintln!("{p}") }
    let all = figures(&parsed);
    let Some(parsed) = read(&PlainList, "watchlists/ftm/sample_targets.simple.csv", 55) else { return };
    let parsed = parsed.unwrap();
    for (_, p) in parsed.problems.iter().take(10) { eprintln!("{p}") }
    assert_eq!(all + "\n" + &figures(&parsed), "");
}
