//! Do the readers of the US lists hold what their publishers print? The made-up examples are read
//! here always; the real files where the folder of `PLIMSOLL_SHARED` is there, else the test says
//! that it was skipped.

use std::io::Read;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::csl_csv::CslCsv;
use super::ofac_advanced_xml::OfacAdvancedXml;
use super::ofac_csv::OfacCsv;
use super::ofac_xml::OfacXml;
use super::*;
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind};
use crate::scratch::Room;

const SOURCES: [&dyn ListSource; 4] = [&OfacCsv, &OfacXml, &OfacAdvancedXml, &CslCsv];

pub(super) fn shared(path: &str) -> Option<Vec<u8>> {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = std::env::var_os("PLIMSOLL_SHARED").map_or_else(
        || crate_dir.join("../../../shared"),
        |root| {
            let root = PathBuf::from(root);
            if root.is_absolute() { root } else { crate_dir.join("../..").join(root) }
        },
    );
    let path = root.join("data/watchlists").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is absent", path.display());
        return None;
    }
    let bytes = std::fs::read(&path).unwrap();
    if path.extension().is_none_or(|end| end != "gz") {
        return Some(bytes);
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
    Some(plain)
}

/// Reads the files as one set; also checks what holds for every reader.
fn read(source: &dyn ListSource, files: &[(&str, &[u8])]) -> Parsed {
    let files: Vec<ListFile<'_>> =
        files.iter().map(|(name, bytes)| ListFile { name, bytes }).collect();
    for file in &files {
        let sureness = source.recognise(file);
        assert!(sureness >= 60, "{}: {sureness}", file.name);
        for other in SOURCES.iter().filter(|other| other.id() != source.id()) {
            assert_eq!(other.recognise(file), 0, "{} as {}", file.name, other.id());
        }
    }
    let parsed = source.read(&files, &Room::default()).unwrap();
    check_laws(&parsed, files.len());
    parsed
}

pub(super) fn check_laws(parsed: &Parsed, files: usize) {
    assert_eq!(parsed.counts.len(), files);
    for count in &parsed.counts {
        assert_eq!(count.rows_in, count.rows_loaded + count.rows_set_aside);
    }
    assert!(parsed.editions.is_sorted_by_key(|edition| &edition.list));
    for edition in &parsed.editions {
        assert!(!edition.entities.is_empty(), "{}", edition.list);
        let mut ids = std::collections::HashSet::new();
        for entity in &edition.entities {
            assert!(ids.insert(entity.id.clone()), "{} {} twice", edition.list, entity.id);
            assert!(!entity.id.is_empty() && !entity.names.is_empty());
            assert!(entity.origin.line > 0);
            assert!(entity.names.iter().all(|name| !name.text.trim().is_empty()));
            assert!(entity.identifiers.iter().all(|id| !id.value.is_empty()), "{entity:?}");
            assert!(entity.dates.iter().all(|d| d.from <= d.to || d.from.starts_with(&d.to)));
        }
    }
}

fn edition<'a>(parsed: &'a Parsed, list: &str) -> &'a ListEdition {
    parsed.editions.iter().find(|edition| edition.list == list).unwrap()
}

fn entity(parsed: &Parsed, list: &str, id: &str) -> Entity {
    edition(parsed, list).entities.iter().find(|entity| entity.id == id).unwrap()
}

fn names(edition: &ListEdition) -> usize {
    edition.entities.iter().map(|entity| entity.names.len()).sum()
}

fn id_of(entity: &Entity, kind: IdentifierKind) -> Vec<&str> {
    entity.identifiers.iter().filter(|id| id.kind == kind).map(|id| &*id.value).collect()
}

/// Lists with their entities and names, and the rules of the problems with their counts.
pub(super) fn summary(parsed: &Parsed) -> String {
    let mut rules = std::collections::BTreeMap::new();
    for (_, problem) in &parsed.problems {
        *rules.entry(problem.rule).or_insert(0) += 1;
    }
    let lists = parsed
        .editions
        .iter()
        .map(|edition| format!("{} {}/{}", edition.list, edition.entities.len(), names(edition)));
    let counts = parsed.counts.iter().map(|count| {
        format!("rows {}={}+{}", count.rows_in, count.rows_loaded, count.rows_set_aside)
    });
    let rules = rules.iter().map(|(rule, count)| format!("{rule} {count}"));
    lists.chain(counts).chain(rules).collect::<Vec<_>>().join("; ")
}

#[test]
fn every_example_is_read() {
    for source in SOURCES {
        let (name, text) = source.example();
        let parsed = read(source, &[(name, text.as_bytes())]);
        let lists: Vec<&str> = parsed.editions.iter().map(|e| &*e.list).collect();
        let expected: &[&str] =
            if source.id() == "csl-csv" { &["csl-el", "csl-sdn"] } else { &["ofac-sdn"] };
        assert_eq!(lists, expected, "{}", source.id());
        assert!(parsed.problems.is_empty(), "{}", source.id());
    }
}

/// A file cut anywhere is refused, or is a whole file of fewer records.
#[test]
fn a_cut_example_is_never_taken_for_whole() {
    for source in SOURCES {
        let (name, text) = source.example();
        let bytes = text.as_bytes();
        let whole = bytes.trim_ascii_end().len();
        for end in 0..whole {
            let cut = &bytes[..end];
            let file = ListFile { name, bytes: cut };
            source.recognise(&file);
            let result = source.read(&[file], &Room::default());
            // Without the line end, a whole record and one cut there look the same.
            let between = matches!(cut.last(), Some(b'\n' | b'\r' | b',')) || bytes[end] == b'\r';
            if source.id().ends_with("csv") && (between || bytes[end] == b'\n') {
                continue;
            }
            assert!(result.is_err(), "{} cut at {end} of {whole}: {result:?}", source.id());
        }
    }
}

#[test]
fn cut_is_told_from_malformed() {
    for source in SOURCES {
        let (name, text) = source.example();
        let cut = &text.as_bytes()[..text.len() - 20];
        let result = source.read(&[ListFile { name, bytes: cut }], &Room::default());
        assert!(matches!(result, Err(ListError::Cut { .. })), "{}: {result:?}", source.id());
        for (garbage, empty) in [(&b""[..], true), (b"\xff\x00\"\n;", false), (b"hello\n", false)] {
            let result = source.read(&[ListFile { name, bytes: garbage }], &Room::default());
            assert!(result.is_err(), "{} {garbage:?}", source.id());
            let found = matches!(result, Err(ListError::Empty { .. }));
            assert!(!empty || found, "{} {garbage:?}: {result:?}", source.id());
        }
    }
}

proptest! {
    /// Whatever bytes come, nobody panics, and what is read keeps the laws.
    #[test]
    fn hostile_bytes_do_no_harm(
        at in 0_usize..4000,
        noise in proptest::collection::vec(any::<u8>(), 0..40),
        which in 0_usize..4,
    ) {
        let source = SOURCES[which];
        let (name, text) = source.example();
        let mut bytes = text.as_bytes().to_vec();
        let at = at.min(bytes.len());
        let end = (at + noise.len() / 2).min(bytes.len());
        bytes.splice(at..end, noise);
        let file = ListFile { name, bytes: &bytes };
        source.recognise(&file);
        if let Ok(parsed) = source.read(&[file], &Room::default()) {
            for count in &parsed.counts {
                prop_assert_eq!(count.rows_in, count.rows_loaded + count.rows_set_aside);
            }
            for entity in parsed.editions.iter().flat_map(|e| &e.entities) {
                prop_assert!(!entity.primary_name().is_empty());
            }
        }
    }
}

fn remark(text: &str) -> String {
    let mut entity = Entity::default();
    ofac::add_remarks(&mut entity, text, false, Default::default());
    let ids = entity
        .identifiers
        .iter()
        .map(|id| format!("{:?} {} [{}] {}", id.kind, id.value, id.label, id.country));
    let dates =
        entity.dates.iter().map(|d| format!("{:?} {}..{} {}", d.kind, d.from, d.to, d.circa));
    let names = entity.names.iter().map(|name| format!("{:?} {}", name.kind, name.text));
    let rest = entity.countries.iter().map(|c| format!("country {c}"));
    let rest = rest.chain(entity.birth_places.iter().map(|p| format!("born in {p}")));
    let rest = rest.chain(entity.remarks.iter().map(|r| format!("remark {r}")));
    let rest = rest.chain((!entity.listed.is_empty()).then(|| format!("listed {}", entity.listed)));
    let rest = rest.chain((!entity.gender.is_empty()).then(|| entity.gender.clone()));
    ids.chain(dates).chain(names).chain(rest).collect::<Vec<_>>().join(" | ").trim().to_owned()
}

#[test]
fn facts_of_remarks() {
    for (text, expected) in [
        ("DOB 20 May 1954.", "Birth 1954-05-20..1954-05-20 false"),
        ("alt. DOB circa 1955", "Birth 1955..1955 true"),
        ("DOB 1960 to 1962", "Birth 1960..1962 false"),
        ("DOB unknown", "remark DOB unknown"),
        (
            "POB Sampletown, Norway; nationality Korea, North.",
            "country Korea, North | born in Sampletown, Norway",
        ),
        ("a.k.a. 'EPW'.", "WeakAlias EPW"),
        ("f.k.a. ''Umar'", "Former 'Umar"),
        ("Tax ID No. 1234567890 (Russia)", "Inn 1234567890 [Tax ID No.] Russia"),
        ("Tax ID No. 123 (Nowhere)", "TaxId 123 (Nowhere) [Tax ID No.]"),
        (
            "Registration Number 1234567890123 (Russia).",
            "Ogrn 1234567890123 [Registration Number] Russia",
        ),
        (
            "Registration Number HRA 1 (Stuttgart) (Germany)",
            "Registration HRA 1 (Stuttgart) [Registration Number] Germany",
        ),
        (
            "Vessel Registration Identification IMO 1234567",
            "Imo 1234567 [Vessel Registration Identification]",
        ),
        ("Company Number IMO 1234567", "Registration IMO 1234567 [Company Number]"),
        ("MMSI 123456789", "Mmsi 123456789 [MMSI]"),
        (
            "Passport X01 (Norway) issued 26 May 1999 expires 25 May 2004",
            "Passport X01 [Passport] Norway | remark Passport X01 issued 26 May 1999 expires 25 May 2004",
        ),
        ("Digital Currency Address - XBT 1abc", "Wallet 1abc [Digital Currency Address - XBT]"),
        (
            "Listing Date (CMIC) 03 Jun 2021; Listing Date (EO 1 Directive 2): 24 Feb 2020",
            "remark Listing Date (CMIC) 03 Jun 2021 | remark Listing Date (EO 1 Directive 2) 24 Feb 2020 | listed 2020-02-24",
        ),
        ("Gender Male.", "male"),
        ("Linked To: EXAMPLE CO.", "remark Linked To: EXAMPLE CO."),
        ("Sample Register No. 77 (Norway)", "Other 77 [Sample Register No.] Norway"),
        (
            "Head of Branch Number 15 of the Sample Office of Example",
            "remark Head of Branch Number 15 of the Sample Office of Example",
        ),
        ("citizens of nowhere", "remark citizens of nowhere"),
        ("Organization Established Date Oct 1920", "Founded 1920-10..1920-10 false"),
        ("; ;", ""),
    ] {
        assert_eq!(remark(text), expected, "{text}");
    }
}

#[test]
fn a_set_is_tied_together() {
    let null = "-0- ";
    let prim = format!(
        "7,EXAMPLE,{null},X,{null},{null},{null},{null},{null},{null},{null},\"{}Tax ID No. 12\"\n\u{1a}",
        "x".repeat(987)
    );
    let alt = format!("7,1,fka,OLD EXAMPLE,{null}\n7,2,aka,EXAMPLE,{null}\n8,3,aka,LOST,{null}\n");
    let add =
        format!("7,1,\"1 Road\",\"Town\",\"Norway\",{null}\n7,1,{null},{null},{null},{null}\n");
    let rest = "7,\"34 (Norway).\"\n";
    let parsed = OfacCsv
        .read(
            &[
                ListFile { name: "alt.csv", bytes: alt.as_bytes() },
                ListFile { name: "sdn.csv", bytes: prim.as_bytes() },
                ListFile { name: "add.csv", bytes: add.as_bytes() },
                ListFile { name: "sdn_comments.csv", bytes: rest.as_bytes() },
            ],
            &Room::default(),
        )
        .unwrap();
    check_laws(&parsed, 4);
    assert_eq!(
        summary(&parsed),
        "ofac-sdn 1/2; rows 3=2+1; rows 1=1+0; rows 2=2+0; rows 1=1+0; entry-missing 1"
    );
    let found = entity(&parsed, "ofac-sdn", "7");
    assert_eq!(found.names[1].kind, NameKind::Former);
    assert_eq!(found.addresses[0].text, "1 Road, Town, Norway");
    // The label stands behind filler without a semicolon: the sentence is kept whole.
    assert!(found.remarks.iter().any(|remark| remark.ends_with("Tax ID No. 1234 (Norway).")));
    let alone =
        OfacCsv.read(&[ListFile { name: "alt.csv", bytes: alt.as_bytes() }], &Room::default());
    assert!(matches!(alone, Err(ListError::PartAlone { .. })), "{alone:?}");
}

/// Both lists in one folder: each part goes to the list it names, or that has its numbers.
#[test]
fn two_lists_in_one_set_are_kept_apart() {
    let null = "-0- ";
    let nulls = [null; 8].join(",");
    let sdn = format!("1,FIRST,{null},TEST-EO1,{nulls}\n2,SECOND,{null},TEST-EO1,{nulls}\n");
    let cons = format!("1,FIRST,{null},NS-TEST,{nulls}\n");
    let alt = format!("1,1,aka,UNO,{null}\n2,2,aka,DUE,{null}\n");
    let cons_alt = format!("1,1,nka,EINS,{null}\n");
    let files = [("a.csv", &alt), ("cons_alt.csv", &cons_alt), ("p.csv", &sdn), ("q.csv", &cons)];
    let files = files.map(|(name, text)| ListFile { name, bytes: text.as_bytes() });
    let parsed = OfacCsv.read(&files, &Room::default()).unwrap();
    check_laws(&parsed, 4);
    let shown: Vec<String> = parsed
        .editions
        .iter()
        .flat_map(|edition| edition.entities.iter().map(|entity| (&edition.list, entity)))
        .map(|(list, entity)| format!("{list} {}", entity.names[1].text))
        .collect();
    assert_eq!(shown, ["ofac-cons EINS", "ofac-sdn UNO", "ofac-sdn DUE"]);
}

#[test]
fn a_remark_that_was_cut_gives_no_half_number() {
    let null = "-0- ";
    let filler = format!("{}; Tax ID No. 12", "x".repeat(1000 - 15));
    let prim = format!(
        "7,EXAMPLE,{null},X,{null},{null},{null},{null},{null},{null},{null},\"{filler}\"\n"
    );
    let parsed = OfacCsv
        .read(&[ListFile { name: "sdn.csv", bytes: prim.as_bytes() }], &Room::default())
        .unwrap();
    assert_eq!(summary(&parsed), "ofac-sdn 1/1; rows 1=1+0; remark-cut 1");
    assert!(entity(&parsed, "ofac-sdn", "7").identifiers.is_empty());
}

#[test]
fn ids_of_the_screening_list_in_both_orders() {
    let header = "source,name,alt_names,federal_register_notice,license_policy,ids\n";
    for (ids, expected) in [
        ("Unified Social Credit Code (USCC), 91X, CN", "Uscc 91X CN"),
        ("CN, 91X, Unified Social Credit Code (USCC)", "Uscc 91X CN"),
        ("Passport, X1, NO, 18 Jun 1987, 1992-06-18", "Passport X1 NO"),
        ("NO, 1992-06-18, 1987-06-18, X1, Passport", "Passport X1 NO"),
        ("IMO 1234567, Vessel Registration Identification", "Imo 1234567 "),
        ("Digital Currency Address - ETH, 0xabc", "Wallet 0xabc "),
        ("1 2, 3, Subject to, Secondary sanctions risk:", ""),
    ] {
        let text = format!("{header}Some List (XX) - Somebody,EXAMPLE,,,,\"{ids}\"\n");
        let parsed = CslCsv
            .read(&[ListFile { name: "c.csv", bytes: text.as_bytes() }], &Room::default())
            .unwrap();
        let edition = &parsed.editions[0];
        assert_eq!((&*edition.list, &*edition.title), ("csl-xx", "Some List (XX) - Somebody"));
        let found = &edition.entities.to_vec()[0];
        assert_eq!(found.kind, EntityKind::Unknown);
        let shown: Vec<String> = found
            .identifiers
            .iter()
            .map(|id| format!("{:?} {} {}", id.kind, id.value, id.country))
            .collect();
        assert_eq!(shown.join("|"), expected, "{ids} {:?}", found.remarks);
    }
}

#[test]
fn real_ofac_csv() {
    let Some(sdn) = shared("ofac/sdn_2024-07-02.csv") else { return };
    let parsed = read(&OfacCsv, &[("sdn_2024-07-02.csv", &sdn)]);
    assert_eq!(summary(&parsed), "ofac-sdn 15443/19235; rows 15443=15443+0; remark-cut 18");
    let found = entity(&parsed, "ofac-sdn", "46633");
    assert_eq!(found.primary_name(), "WUHAN GLOBAL SENSOR TECHNOLOGY CO., LTD.");
    assert_eq!(id_of(&found, IdentifierKind::Uscc), ["914201000668186736"]);
    let founded = found.dates.iter().find(|date| date.kind == DateKind::Founded).unwrap();
    assert_eq!(founded.from, "2013-04-28");
}

#[test]
fn real_ofac_csv_sets() {
    if let (Some(sdn), Some(alt), Some(add)) = (
        shared("ofac/set_2022-01-31/sdn.csv"),
        shared("ofac/set_2022-01-31/alt.csv"),
        shared("ofac/set_2022-01-31/add.csv"),
    ) {
        let parsed = read(&OfacCsv, &[("sdn.csv", &sdn), ("alt.csv", &alt), ("add.csv", &add)]);
        assert_eq!(
            summary(&parsed),
            "ofac-sdn 9043/23926; rows 9044=9043+1; rows 12409=12409+0; rows 13625=13624+1; \
             entry-missing 1; entry-repeated 1; remark-cut 7"
        );
    }
}

#[test]
fn real_ofac_csv_consolidated() {
    let names = ["cons_add.csv", "cons_alt.csv", "cons_comments.csv", "cons_prim.csv"];
    let files: Vec<(&str, Vec<u8>)> = names
        .iter()
        .filter_map(|name| Some((*name, shared(&format!("ofac/consolidated_2025-12-19/{name}"))?)))
        .collect();
    if files.len() == 4 {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, b)| (*name, &b[..])).collect();
        let parsed = read(&OfacCsv, &files);
        assert_eq!(
            summary(&parsed),
            "ofac-cons 442/1585; rows 574=574+0; rows 1073=1073+0; rows 10=10+0; rows 442=442+0"
        );
        // By what it holds, whatever the file is called.
        let renamed = OfacCsv
            .read(&[ListFile { name: "list.csv", bytes: files[3].1 }], &Room::default())
            .unwrap();
        assert_eq!(renamed.editions[0].list, "ofac-cons");
    }
}

/// Every fact of the remarks is typed, or kept under its label, or kept as it stands; the last
/// are nearly all offices and ranks, which have no label.
#[test]
fn real_remarks() {
    let mut found = Vec::new();
    for path in [
        "ofac/sdn_2023-12-28.csv",
        "ofac/sdn_2024-07-02.csv",
        "ofac/set_2022-01-31/sdn.csv",
        "ofac/consolidated_2025-12-19/cons_prim.csv",
    ] {
        let Some(bytes) = shared(path) else { return };
        let name = path.rsplit('/').next().unwrap();
        let (_, tally) =
            ofac_csv::read(&[ListFile { name, bytes: &bytes }], &Room::default()).unwrap();
        found.push((tally.typed, tally.labelled, tally.kept));
    }
    assert_eq!(
        found,
        [(41_517, 12_587, 2155), (46_572, 14_602, 2108), (24_397, 7808, 1529), (1566, 1622, 60)]
    );
}

#[test]
fn real_ofac_xml() {
    if let Some(bytes) = shared("ofac/ofac_consolidated_nonsdn_2025-03-28.xml") {
        let parsed = read(&OfacXml, &[("ofac_consolidated_nonsdn_2025-03-28.xml", &bytes)]);
        assert_eq!(summary(&parsed), "ofac-cons 443/1578; rows 443=443+0");
        assert_eq!(parsed.editions[0].published, "2025-03-28");
        let renamed = OfacXml
            .read(&[ListFile { name: "list.xml", bytes: &bytes }], &Room::default())
            .unwrap();
        assert_eq!(renamed.editions[0].list, "ofac-cons");
    }
    // Four entries of 5704: whoever cut it down did not say so in its head.
    if let Some(bytes) = shared("ofac/sdn_legacy_fixture.xml") {
        let result = OfacXml.read(&[ListFile { name: "sdn.xml", bytes: &bytes }], &Room::default());
        assert!(matches!(result, Err(ListError::Cut { .. })), "{result:?}");
        let text = String::from_utf8(bytes).unwrap().replace("5704", "4");
        let parsed = read(&OfacXml, &[("sdn.xml", text.as_bytes())]);
        assert_eq!(summary(&parsed), "ofac-sdn 4/17; rows 4=4+0");
        let ship = entity(&parsed, "ofac-sdn", "11043");
        assert_eq!(
            (ship.kind, id_of(&ship, IdentifierKind::Imo)),
            (EntityKind::Vessel, vec!["9051648"])
        );
        let bank = entity(&parsed, "ofac-sdn", "306");
        assert_eq!(bank.names[1].kind, NameKind::WeakAlias);
    }
}

#[test]
fn real_ofac_advanced_xml() {
    let Some(bytes) = shared("ofac/sdn_advanced_2024-02-23_subset.xml") else { return };
    let parsed = read(&OfacAdvancedXml, &[("sdn_advanced_2024-02-23_subset.xml", &bytes)]);
    assert_eq!(summary(&parsed), "ofac-sdn 37/116; rows 37=37+0; entry-missing 147");
    assert_eq!(parsed.editions[0].published, "2024-02-23");
    let person = entity(&parsed, "ofac-sdn", "36368");
    let shown: Vec<(&str, NameKind)> =
        person.names.iter().map(|name| (&*name.text, name.kind)).collect();
    assert_eq!(
        shown,
        [
            ("Markov, Ilya Anatolyevich", NameKind::Primary),
            ("Марков, Илья Анатольевич", NameKind::OriginalScript),
            ("Markov, Ilya Anatolevich", NameKind::Alias),
        ]
    );
    assert_eq!((person.kind, &*person.gender), (EntityKind::Person, "male"));
    assert_eq!(person.dates[0].from, "1976-08-30");
}

/// A last line without its end is whole where it has all its columns.
#[test]
fn a_screening_list_without_a_last_line_end() {
    let (name, text) = CslCsv.example();
    let text = text.trim_end();
    let parsed = read(&CslCsv, &[(name, text.as_bytes())]);
    assert_eq!(parsed.counts[0].rows_loaded, 2);
    let cut = text.rsplit_once(',').unwrap().0;
    let file = ListFile { name, bytes: cut.rsplit_once(',').unwrap().0.as_bytes() };
    assert!(matches!(CslCsv.read(&[file], &Room::default()), Err(ListError::Cut { .. })));
}

#[test]
fn real_csl() {
    if let Some(bytes) = shared("csl/csl_consolidated_2022-05.csv.gz") {
        let parsed = read(&CslCsv, &[("csl_consolidated_2022-05.csv", &bytes)]);
        assert_eq!(
            summary(&parsed),
            "csl-cap 53/268; csl-cmic 68/205; csl-dpl 462/462; csl-dtc 727/861; csl-el 2001/4038; \
             csl-fse 3/3; csl-isn 163/298; csl-mbs 17/89; csl-meu 71/74; csl-plc 78/161; \
             csl-sdn 10026/26248; csl-ssi 290/1170; csl-uvl 201/201; rows 14160=14160+0; \
             id-repeated 1"
        );
        for list in ["csl-el", "csl-cmic"] {
            let mut all = edition(&parsed, list).entities.iter().flat_map(|e| e.names);
            assert!(all.any(|name| name.text.to_lowercase().contains("hikvision")), "{list}");
        }
    }
    if let Some(bytes) = shared("csl/csl_2019-12_oldlayout_sample.csv") {
        let parsed = read(&CslCsv, &[("csl_2019-12.csv", &bytes)]);
        assert_eq!(
            summary(&parsed),
            "csl-cap 1/3; csl-dpl 8/8; csl-dtc 10/11; csl-el 22/26; csl-isn 3/3; csl-plc 13/28; \
             csl-sdn 28/68; csl-ssi 26/125; csl-uvl 4/4; rows 115=115+0; id-repeated 5"
        );
    }
    if let Some(bytes) = shared("csl/csl_2023-11-30_subset.csv") {
        // Its last record breaks off inside an address.
        let result = CslCsv
            .read(&[ListFile { name: "csl_2023-11-30.csv", bytes: &bytes }], &Room::default());
        assert!(matches!(result, Err(ListError::Cut { .. })), "{result:?}");
        let end = bytes.iter().rposition(|b| *b == b'\n').unwrap();
        let parsed = read(&CslCsv, &[("csl_2023-11-30.csv", &bytes[..=end])]);
        assert_eq!(
            summary(&parsed),
            "csl-cap 1/3; csl-cmic 68/205; csl-dpl 577/577; csl-dtc 142/172; csl-el 919/1880; \
             csl-fse 1/1; csl-isn 144/198; csl-mbs 14/69; csl-meu 71/74; csl-plc 78/163; \
             csl-sdn 1737/5666; csl-ssi 288/1161; csl-uvl 186/186; rows 4227=4226+1; \
             header-repeated 1"
        );
    }
}
