//! `plimsoll demo`: the figures that it ships come to the sums of the whole Eurostat file, it
//! needs nothing but itself, and what it suggests to type next works.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in a folder, with that folder for temporary files and nothing of the
/// person's own.
fn plimsoll(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    command.args(arguments).current_dir(folder).env_clear();
    for name in ["TMPDIR", "TMP", "TEMP", "HOME"] {
        command.env(name, folder);
    }
    if let Some(root) = std::env::var_os("SystemRoot") {
        command.env("SystemRoot", root);
    }
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Destination, EUR M in January to November 2021 and 2022, change.
const FIGURES: [[&str; 4]; 7] = [
    ["Russia", "2,068.85", "405.51", "−80.4 %"],
    ["Kazakhstan", "117.22", "231.10", "+97.1 %"],
    ["Belarus", "76.12", "19.75", "−74.0 %"],
    ["Uzbekistan", "23.36", "31.85", "+36.4 %"],
    ["Georgia", "16.56", "27.65", "+66.9 %"],
    ["Armenia", "8.49", "25.44", "+199.5 %"],
    ["Kyrgyzstan", "3.02", "13.75", "+355.9 %"],
];

#[test]
fn the_story_its_figures_and_its_limits() {
    let folder = tempfile::tempdir().unwrap();
    let output = plimsoll(folder.path(), &["demo"]);
    let told = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    for row in FIGURES {
        let line = told.lines().find(|l| l.trim_start().starts_with(row[0])).unwrap();
        assert!(row.iter().all(|cell| line.contains(cell)), "{line}");
    }
    for limit in [
        "19 of the 50 codes",
        "no machine tools",
        "no weights",
        "exports of the EU only",
        "December 2022 is absent",
        "not a proof of diversion",
    ] {
        let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(limit), "{limit}");
    }
    let page = std::fs::read_to_string(folder.path().join("plimsoll-demo.html")).unwrap();
    assert!(page.contains("Comext") && page.contains("How this number is made"));
    assert!(!page.contains("<script") && !page.contains("src=\"http"));
    assert!(told.contains("plimsoll-demo.html"));
}

#[test]
fn what_it_suggests_works() {
    let folder = tempfile::tempdir().unwrap();
    let output = plimsoll(folder.path(), &["demo"]);
    let talk = text(&output.stderr);
    let hints: Vec<&str> = talk.lines().filter_map(|l| l.strip_prefix("next: plimsoll ")).collect();
    let [hint] = hints[..] else { panic!("one hint: {talk}") };
    let words: Vec<&str> = hint.split(' ').map(|w| w.trim_matches('"')).collect();
    let next = plimsoll(folder.path(), &words);
    assert_eq!(next.status.code(), Some(0), "{}", text(&next.stderr));
    assert!(text(&next.stdout).contains("231,100,182"), "{}", text(&next.stdout));
}

#[test]
fn a_second_run_gives_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let first = plimsoll(folder.path(), &["demo", "--page", "a.html"]);
    let second = plimsoll(folder.path(), &["demo", "--page", "b.html"]);
    let of = |output: &Output, page: &str| text(&output.stdout).replace(page, "PAGE");
    assert_eq!(of(&first, "a.html"), of(&second, "b.html"));
    assert_eq!(first.stderr, second.stderr);
    let page = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(page("a.html"), page("b.html"));
}

/// What lies where the demonstration keeps its store may be somebody's own, or damaged: it is
/// left as it is.
#[test]
fn what_is_in_its_way_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("plimsoll-demo-store");
    std::fs::create_dir(&in_the_way).unwrap();
    std::fs::write(in_the_way.join("datapackage.json"), "not a manifest").unwrap();
    let output = plimsoll(folder.path(), &["demo", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(told["destinations"][0]["country"], "RUS");
    assert_eq!(told["destinations"][0]["value"].as_f64().unwrap().round(), 405_505_704.0);
    assert_ne!(told["store"], in_the_way.to_str().unwrap());
    let left = std::fs::read_to_string(in_the_way.join("datapackage.json")).unwrap();
    assert_eq!(left, "not a manifest");
}

/// The same question on the whole Eurostat file, where it is there.
#[test]
fn the_shipped_figures_are_those_of_the_whole_file() {
    let shared = std::env::var_os("PLIMSOLL_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), Into::into);
    let file = shared.join("data/comext/eu_exports_cn8_monthly_2020_2022.csv.gz");
    if !file.is_file() {
        eprintln!("skipped: {} is not there", file.display());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = file.to_str().unwrap();
    let loaded = plimsoll(folder.path(), &["--store", "whole", "load", file, "--flow", "export"]);
    assert_eq!(loaded.status.code(), Some(0), "{}", text(&loaded.stderr));
    plimsoll(folder.path(), &["demo"]);
    let sums = |store: &str, importer: &str| {
        let question = [
            "--store",
            store,
            "assess",
            "--importer",
            importer,
            "--goods",
            "chpl@2024-02",
            "--period",
            "2022-01..2022-11",
            "--against",
            "2021-01..2021-11",
            "--currency",
            "EUR",
            "--format",
            "json",
        ];
        let output = plimsoll(folder.path(), &question);
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        [
            answer["numerator"].clone(),
            answer["against"]["numerator"].clone(),
            answer["goods"]["codes_used"].clone(),
            answer["goods"]["codes_without_data"].clone(),
        ]
    };
    for importer in ["RUS", "BLR", "KAZ", "ARM", "KGZ", "GEO", "UZB"] {
        assert_eq!(sums("whole", importer), sums("plimsoll-demo-store", importer), "{importer}");
    }
}
