//! Do the readers hold against real files? Reads the shared sample files and is skipped, with a
//! message, where they are absent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use expect_test::expect;
use plimsoll_screen::entity::{Entity, EntityKind, IdentifierKind, NameKind};
use plimsoll_screen::lists::{
    self, ListError, ListFile, ListSource, Parsed, ca_sema::CaSema, eu_oj::EuOj, ftm::Ftm,
    jp_end_user::JpEndUser, plain_list::PlainList, un_xml::UnXml,
};
use plimsoll_screen::scratch::Room;
use std::collections::BTreeMap;
use std::path::Path;

/// A shared file, where it is there.
fn shared(path: &str) -> Option<Vec<u8>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = std::env::var_os("PLIMSOLL_SHARED");
    let root =
        root.map_or_else(|| here.join("../../../shared"), |root| here.join("../..").join(root));
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
    for other in lists::ALL.iter().filter(|other| other.id() != source.id()) {
        assert!(other.recognise(&file) < sure, "{path}: {}", other.id());
    }
    Some(source.read(&[file], &Room::default()))
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

fn entity(parsed: &Parsed, id: &str) -> Entity {
    parsed.editions[0].entities.iter().find(|entity| entity.id == id).unwrap()
}

/// The names of an entity with their kinds, for comparison.
fn names(entity: &Entity) -> Vec<(NameKind, &str)> {
    entity.names.iter().map(|name| (name.kind, name.text.as_str())).collect()
}

#[test]
fn un() {
    let path = "watchlists/un/un_consolidated_2025-04-19_half.xml";
    let Some(parsed) = read(&UnXml, path, 100) else { return };
    let parsed = parsed.unwrap();
    expect![[r#"un-sc 877 entities 3824 names, rows 877 = 877 + 0, {"date-unclear": 3}"#]]
        .assert_eq(&figures(&parsed));
    assert_eq!(parsed.editions[0].published, "2025-04-19");
    let listed = entity(&parsed, "110554");
    assert_eq!(listed.listed, "2001-01-31");
    assert_eq!(listed.references, ["TAi.007"]);
    assert_eq!(listed.countries, ["Afghanistan"]);
    assert_eq!((listed.dates[0].from.as_str(), listed.dates[0].circa), ("1968", true));
    let names = names(&listed);
    assert_eq!(names[0], (NameKind::Primary, "ABDUL LATIF MANSUR"));
    assert!(names.iter().any(|(kind, _)| *kind == NameKind::OriginalScript));
    assert!(names.contains(&(NameKind::Alias, "Wali Mohammad")));
}

#[test]
fn un_damaged() {
    let path = "watchlists/un/damaged/un_consolidated_2025-08-16.xml";
    let Some(parsed) = read(&UnXml, path, 100) else { return };
    let parsed = parsed.unwrap();
    expect![[r#"un-sc 868 entities 3413 names, rows 879 = 868 + 11, {"date-unclear": 3, "file-damaged": 1, "name-damaged": 629, "no-name": 11}"#]].assert_eq(&figures(&parsed));
    assert_eq!(entity(&parsed, "6907993").primary_name(), "ERIC BADEGE");
    let entities = parsed.editions[0].entities.to_vec();
    let all: Vec<_> = entities.iter().flat_map(names).collect();
    // Every name in its own script was destroyed, and none of what is left passes as a name.
    assert!(all.iter().all(|(kind, _)| *kind != NameKind::OriginalScript));
    assert!(all.iter().all(|(_, name)| name.chars().all(|c| c.is_ascii_graphic() || c == ' ')));
}

#[test]
fn eu() {
    let Some(parsed) = read(&EuOj, "watchlists/eu/32014R0833.csv", 100) else { return };
    let parsed = parsed.unwrap();
    expect!["eu-oj-32014r0833 1746 entities 5743 names, rows 1746 = 1746 + 0, {}"]
        .assert_eq(&figures(&parsed));
    assert_eq!(parsed.editions[0].title, "EU Official Journal, Regulation (EU) No 833/2014");
    let entities = &parsed.editions[0].entities;
    let count = |kind| entities.iter().filter(|entity| entity.kind == kind).count();
    assert_eq!(count(EntityKind::Vessel), 633);
    let valid = |kind| {
        let all = entities.iter().flat_map(|entity| entity.identifiers);
        all.filter(|id| id.kind == kind && id.valid == Some(true)).count()
    };
    assert_eq!(valid(IdentifierKind::Imo), 633);
    assert_eq!(valid(IdentifierKind::Inn), 696);
    assert_eq!(valid(IdentifierKind::Uscc), 34);
    let listed = entity(&parsed, "IV/1");
    assert_eq!(listed.listed, "2014-09-12");
    let names = names(&listed);
    assert_eq!(names[0], (NameKind::Primary, "JSC Sirius"));
    assert!(names.contains(&(NameKind::Alias, "ОАО «Концерн «Сириус»")));
}

#[test]
fn ftm() {
    let mut all = String::new();
    for path in [
        "parteispenden__entities.ftm.json",
        "sample_entities.ftm.json",
        "zala__entities.ftm.json",
        "sample_targets.nested.json",
    ] {
        let Some(parsed) = read(&Ftm, &format!("watchlists/ftm/{path}"), 95) else { return };
        let parsed = parsed.unwrap();
        all += &figures(&parsed);
        all.push('\n');
        if path.starts_with("zala") {
            let listed = entity(&parsed, "NK-2Tbri3s6GgNtAwsSXh4qpL");
            assert_eq!(listed.primary_name(), "Maria Aleksandrovna Osetrova");
            assert!(listed.identifiers.iter().any(|id| id.value == "183116181362"));
            assert!(listed.programmes.iter().any(|programme| programme == "GB-RUS"));
            assert_eq!(listed.addresses.len(), 2);
            let listed = entity(&parsed, "NK-abdzbEBkqyT29GyREbiURZ");
            assert_eq!(listed.primary_name(), "LLC CST");
            assert_eq!(listed.listed, "2021-10-30");
            assert!(listed.programmes.iter().any(|programme| programme == "AU-RUSSIA"));
        }
    }
    expect![[r#"
        ftm-parteispenden 96 entities 96 names, rows 475 = 185 + 290, {"not-a-party": 290}
        ftm-sa-wiki-peps-v2 607 entities 3862 names, rows 1565 = 607 + 958, {"date-unclear": 8, "not-a-party": 958}
        ftm-zala 17 entities 245 names, rows 91 = 70 + 21, {"not-a-party": 21}
        ftm-wd-persons 5 entities 11 names, rows 5 = 5 + 0, {}
    "#]].assert_eq(&all);
    // A delta is no list: it names the one that it changes.
    for name in ["t2__20240527194702-wnk", "t2__20240528014702-pfh"] {
        let name = format!("{name}__entities.delta.json");
        let Some(bytes) = shared(&format!("watchlists/ftm/{name}")) else { return };
        let file = ListFile { name: &name, bytes: &bytes };
        assert_eq!((Ftm.recognise(&file), !Ftm.changes(&file).is_empty()), (95, true), "{name}");
    }
    let Some(bytes) = shared("watchlists/ftm/sample_senzing.json") else { return };
    assert_eq!(Ftm.recognise(&ListFile { name: "sample_senzing.json", bytes: &bytes }), 0);
}

#[test]
fn own() {
    let Some(parsed) = read(&PlainList, "names/ofac_list_2025-11.tsv", 50) else { return };
    let parsed = parsed.unwrap();
    expect!["own-ofac-list 17944 entities 37837 names, rows 17944 = 17944 + 0, {}"]
        .assert_eq(&figures(&parsed));
    let listed = entity(&parsed, "306");
    assert_eq!(listed.kind, EntityKind::Organisation);
    assert_eq!(
        names(&listed),
        [(NameKind::Primary, "BANCO NACIONAL DE CUBA"), (NameKind::Alias, "NATIONAL BANK OF CUBA")]
    );
    let path = "watchlists/ftm/sample_targets.simple.csv";
    // A table of OpenSanctions has a layout of its own, which is surer of it.
    let Some(bytes) = shared(path) else { return };
    let file = ListFile { name: "sample_targets.simple.csv", bytes: &bytes };
    assert_eq!(lists::surest(&file).map(|(source, _)| source.id()), Some("ftm-simple"));
    let Ok(parsed) = lists::read(lists::by_id("ftm-simple").unwrap(), &[file], &Room::default())
    else {
        panic!()
    };
    assert_eq!((parsed.editions[0].entities.len(), parsed.counts[0].rows_in), (5, 5));
    let listed = entity(&parsed, "Q296771");
    assert_eq!(names(&listed).len(), 3);
    assert_eq!(listed.dates[0].from, "1970-04-18");
}

/// How many entities are of each kind, and how many names of each kind they have.
fn kinds(parsed: &Parsed) -> String {
    let (mut of, mut named): (BTreeMap<String, usize>, BTreeMap<String, usize>) =
        Default::default();
    for entity in &parsed.editions[0].entities {
        *of.entry(format!("{:?}", entity.kind)).or_default() += 1;
        for name in &entity.names {
            *named.entry(format!("{:?}", name.kind)).or_default() += 1;
        }
    }
    format!("{of:?} {named:?}")
}

#[test]
fn canada() {
    let Some(parsed) = read(&CaSema, "watchlists/other/canada_sema_2025-05.xml", 100) else {
        return;
    };
    let parsed = parsed.unwrap();
    expect![[r#"ca-sema 4759 entities 8434 names, rows 4759 = 4759 + 0, {"date-unclear": 2}"#]]
        .assert_eq(&figures(&parsed));
    expect![[r#"{"Organisation": 1316, "Person": 3334, "Vessel": 109} {"Alias": 703, "OriginalScript": 2972, "Primary": 4759}"#]].assert_eq(&kinds(&parsed));
    let entities = parsed.editions[0].entities.to_vec();
    assert!(
        entities.iter().all(|entity| !entity.listed.is_empty() && entity.programmes.len() == 1)
    );
    let numbers = entities.iter().flat_map(|entity| &entity.identifiers);
    let valid = numbers.clone().filter(|id| id.valid == Some(true)).count();
    expect!["109 of 109 IMO numbers hold"]
        .assert_eq(&format!("{valid} of {} IMO numbers hold", numbers.count()));
    let listed = entity(&parsed, "russia/1-1/1");
    assert_eq!((listed.kind, listed.primary_name()), (EntityKind::Vessel, "Balitiyskiy III"));
    assert_eq!(listed.identifiers[0].value, "7612448");
}

#[test]
fn japan() {
    let path = "watchlists/other/jp_foreign_end_user_list_2026-07-20.json";
    let Some(parsed) = read(&JpEndUser, path, 100) else { return };
    let parsed = parsed.unwrap();
    expect![[r#"jp-end-user 835 entities 2803 names, rows 835 = 835 + 0, {"name-misplaced": 37}"#]]
        .assert_eq(&figures(&parsed));
    expect![[r#"{"Organisation": 835} {"Alias": 1537, "OriginalScript": 277, "Primary": 835, "WeakAlias": 154}"#]].assert_eq(&kinds(&parsed));
    let entities = &parsed.editions[0].entities;
    assert!(entities.iter().all(|entity| !entity.programmes.is_empty()));
    let listed = entities.iter().find(|entity| entity.primary_name() == "Air Koryo").unwrap();
    assert_eq!(
        names(&listed),
        [
            (NameKind::Primary, "Air Koryo"),
            (NameKind::OriginalScript, "高麗航空"),
            (NameKind::Alias, "Airkoryo")
        ]
    );
    assert_eq!(listed.countries, ["North Korea"]);
    let lost = "Wuhan Sanjiang Import and Export Co. Ltd";
    assert!(entities.iter().any(|entity| entity.primary_name() == lost));
}
