//! Watchlists from the outside, beyond `screen.rs`: the fields of an answer, faulty words on the
//! command line, OFAC's own layout, and every format. The lists are made up, but for the real ones
//! of the last test.

use std::fs;
use std::io::Write;

use serde_json::Value;

use crate::support::{Desk, shared};

/// Names that stand in no published list.
const PARTIES: [(&str, &str); 6] = [
    ("Quillfeather Turbine Works", "QTW Zhelezo"),
    ("Brambleby Optical Instruments", "Brambleby Optika"),
    ("Ostrovnik Gearbox Holding", "Ostrovnyk Gears"),
    ("Pellucid Marzipan Avionics", "Marzipan Avia"),
    ("Snorrwick Bearing Factory", "Snorvik Plant"),
    ("Thistledown Radar Systems", "Thistle Radar"),
];

/// The first parties as a plain list.
fn plain(count: usize) -> String {
    let row = |(at, (name, alias)): (usize, &(&str, &str))| {
        format!("p{}\tbusiness\t{name}\t{alias}\n", at + 1)
    };
    PARTIES.iter().enumerate().take(count).map(row).collect()
}

/// The first parties as OFAC's sdn.csv: 12 columns, no header.
fn sdn(count: usize) -> String {
    let row = |(at, (name, _)): (usize, &(&str, &str))| {
        let nulls = "-0- ,".repeat(7);
        format!("{},\"{}\",-0- ,\"TEST-EO\",{nulls}-0- \r\n", 900_001 + at, name.to_uppercase())
    };
    PARTIES.iter().enumerate().take(count).map(row).collect()
}

/// A desk with all parties as of 2024-01-31.
fn desk() -> Desk {
    let desk = Desk::new();
    let file = desk.file("mine_2024-01-31.tsv", plain(6));
    desk.load(&["--as", "plain-list", &file]);
    desk
}

/// Answers as JSON, with the exit code.
#[track_caller]
fn screen(desk: &Desk, args: &[&str], code: i32) -> Vec<Value> {
    let run = desk.run(&[&["screen", "--format", "json"], args].concat()).exits(code);
    run.json().as_array().unwrap().clone()
}

/// The lists in which a name is found.
#[track_caller]
fn lists_of(answer: &Value) -> Vec<&str> {
    answer["hits"].as_array().unwrap().iter().map(|h| h["list"].as_str().unwrap()).collect()
}

#[test]
fn a_hit_has_all_that_its_reader_needs() {
    let desk = desk();
    let answers = screen(&desk, &["Quillfeather Turbine Works"], 1);
    assert_eq!(answers.len(), 1);
    let answer = &answers[0];
    for key in ["query_id", "query", "hits", "snapshot", "threshold", "as_of", "lists"] {
        assert!(answer.get(key).is_some(), "{key}: {answer}");
    }
    assert_eq!(answer["threshold"], 0.8);
    let hit = &answer["hits"][0];
    for key in [
        "entity_id",
        "list",
        "list_title",
        "edition",
        "name",
        "matched_name",
        "matched_kind",
        "score",
        "name_score",
        "type",
        "programmes",
        "countries",
        "listed",
        "reasons",
        "words",
        "to_fall_below",
        "source",
    ] {
        assert!(hit.get(key).is_some(), "{key}: {hit}");
    }
    assert_eq!((&hit["entity_id"], &hit["edition"]), (&"p1".into(), &"2024-01-31".into()));
    assert_eq!((&hit["score"], &hit["source"]["line"]), (&1.0.into(), &1.into()));
    assert_eq!(hit["source"]["file"], "mine_2024-01-31.tsv");
    assert_eq!(hit["source"]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(hit["reasons"][0]["feature"], "name");
    let alias = &screen(&desk, &["Snorvik Plant"], 1)[0]["hits"][0];
    assert_eq!(alias["entity_id"], "p5");
    let text = desk.run(&["screen", "Quillfeather Turbine Works", "--why"]).exits(1);
    assert!(text.out.contains("mine_2024-01-31.tsv line 1"), "{}", text.out);
}

#[test]
fn what_cannot_be_asked_is_said() {
    let desk = desk();
    for (args, code) in [
        (&["screen", "X", "--as-of", "yesterday"][..], "day-unreadable"),
        (&["screen", "X", "--threshold", "1.5"], "threshold-range"),
        (&["screen", "X", "--threshold", "NaN"], "threshold-range"),
        (&["screen", " "], "name-missing"),
        (&["screen", "X", "--type", "firm"], "type-unknown"),
        (&["screen", "X", "--list", "nosuch"], "list-unknown"),
    ] {
        desk.run(args).exits(2).says(&[&format!("error[{code}]")]);
        desk.run(&["explain", code]).exits(0);
    }
}

#[test]
fn the_edition_of_the_day_answers() {
    let desk = Desk::new();
    // The newer one first: the order of loading does not count.
    for (name, count) in [("sdn_2024-07-02.csv", 6), ("sdn_2023-12-28.csv", 5)] {
        let file = desk.file(name, sdn(count));
        let report = &desk.load(&[&file])[0];
        assert_eq!(report["rows_in"], count);
    }
    let ask = |more: &[&str], code| {
        screen(&desk, &[&["Thistledown Radar Systems"], more].concat(), code)[0].clone()
    };
    let now = ask(&[], 1);
    assert_eq!(lists_of(&now), ["ofac-sdn"]);
    assert_eq!(now["lists"][0], "ofac-sdn@2024-07-02");
    for (day, code) in [("2023-12-28", 0), ("2024-07-01", 0), ("2024-07-02", 1)] {
        let answer = ask(&["--as-of", day], code);
        assert_eq!(answer["as_of"], day);
    }
    assert_eq!(ask(&["--as-of", "2024-07-01"], 0)["lists"][0], "ofac-sdn@2023-12-28");
}

#[test]
fn a_faulty_file_changes_nothing() {
    let desk = Desk::new();
    desk.load(&[&desk.file("sdn_2024-01-01.csv", sdn(6))]);
    let before = desk.bytes();
    let whole = sdn(6);
    let cut = &whole[..whole.len() - 30];
    for (name, bytes, code) in [
        ("sdn_2024-02-01.csv", cut, "list-cut"),
        ("sdn_2024-02-02.csv", "", "list-empty"),
        ("sdn_2024-02-03.csv", "<html>Access denied</html>\n", "list-malformed"),
    ] {
        let file = desk.file(name, bytes);
        let run = desk.run(&["load", "--as", "ofac-csv", &file]).exits(2);
        assert!(run.err.contains(&format!("error[{code}]")), "{name}: {}", run.err);
        assert_eq!(desk.bytes(), before, "{name}");
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(whole.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let file = desk.file("sdn_2024-02-04.csv.gz", &packed[..packed.len() / 2]);
    desk.run(&["load", "--as", "ofac-csv", &file]).exits(2).says(&["error[file-damaged]"]);
    assert_eq!(desk.bytes(), before);
    screen(&desk, &["Thistledown Radar Systems"], 1);
}

/// The ids of the queries and whether each has a hit.
fn told(answers: &[Value]) -> Vec<(String, bool)> {
    let hit = |a: &Value| !a["hits"].as_array().unwrap().is_empty();
    answers.iter().map(|a| (a["query_id"].as_str().unwrap().to_owned(), hit(a))).collect()
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let desk = desk();
    let lines: String = (0..500)
        .map(|n| match n % 3 {
            0 => format!("{}\n", PARTIES[n % 6].0),
            1 => format!("{} {n}\n", PARTIES[n % 6].1),
            _ => format!("Wobblethorpe Dairy {n}\n"),
        })
        .collect();
    let file = desk.file("names.txt", lines);
    for format in ["json", "ndjson", "csv", "table", "md"] {
        let of = |threads: &str| {
            let args = ["screen", "--format", format, "--file", &file, "--threads", threads];
            desk.run(&args).exits(1).out
        };
        assert!(of("1") == of("2"), "{format}");
    }
}

#[test]
fn hostile_names_get_an_answer() {
    let desk = desk();
    let long = "Quillfeather ".repeat(800);
    let hostile = [
        &long[..10_000],
        &"x".repeat(10_000),
        "\u{1F600}\u{1F4A3}",
        "Quill\u{1}feather\u{7} Turbine\u{1B}[31m Works",
        "\u{202E}Quillfeather Turbine Works\u{202C}\u{200F}",
        "",
        "'; DROP TABLE lists; --",
        "-",
        "Quillfeather Turbine Works",
    ];
    let file = desk.file("hostile.txt", hostile.join("\n"));
    let answers = screen(&desk, &["--file", &file], 1);
    assert_eq!(answers.len(), hostile.len());
    let hits: Vec<bool> = told(&answers).into_iter().map(|(_, hit)| hit).collect();
    assert!(hits[4], "marks of direction hide nothing");
    assert!(!hits[5] && !hits[7] && hits[8], "{hits:?}");
    for name in hostile.iter().filter(|n| n.len() > 1) {
        let run = desk.run(&["screen", "--", name]);
        assert!(run.code == 0 || run.code == 1, "{run:?}");
        let raw = |c: char| c.is_control() && c != '\n';
        assert!(!run.out.contains(raw), "control characters reach the terminal: {:?}", run.out);
    }
    let bad = desk.path("bytes.txt");
    fs::write(&bad, b"Quillfeather Turbine Works\nM\xFCller\n\xFF\x00\xC3\n").unwrap();
    assert_eq!(screen(&desk, &["--file", bad.to_str().unwrap()], 1).len(), 3);
}

#[test]
fn every_record_of_the_real_lists_is_loaded() {
    let files = [
        "ofac/sdn_2023-12-28.csv",
        "ofac/sdn_2024-07-02.csv",
        "csl/csl_consolidated_2022-05.csv.gz",
        "eu/32014R0833.csv",
    ];
    let paths: Option<Vec<_>> = files.iter().map(|f| shared(&format!("watchlists/{f}"))).collect();
    let Some(paths) = paths else { return };
    let desk = Desk::new();
    let paths: Vec<&str> = paths.iter().map(|p| p.to_str().unwrap()).collect();
    for report in desk.load(&paths) {
        let n = |key: &str| report[key].as_u64().unwrap();
        assert_eq!(n("rows_in"), n("rows_loaded") + n("rows_set_aside"), "{report}");
        assert_eq!(n("rows_set_aside"), 0, "{report}");
    }
}

/// A delta says what changed: the next edition is made of the full file and of it.
#[test]
fn a_delta_gives_the_next_edition() {
    let entity = |id: &str, name: &str| {
        format!(
            r#"{{"id":"{id}","schema":"Company","properties":{{"name":["{name}"]}},"datasets":["madeup"]}}"#
        )
    };
    let desk = Desk::new();
    let text = r#"{"op":"DEL","entity":{"id":"x-1"}}"#.to_owned()
        + "\n"
        + &format!(r#"{{"op":"ADD","entity":{}}}"#, entity("x-4", "Quillfeather Turbine Works"))
        + "\n";
    let delta = desk.file("madeup__20240528014702-abc__entities.delta.json", &text);
    for _ in 0..2 {
        desk.run(&["load", &delta]).exits(2).says(&["list-base-missing", "ftm-madeup"]);
    }
    let whole = [
        entity("x-1", "Zontik Pump Works"),
        entity("x-2", "Brasswren Trading"),
        entity("x-3", "Alderfinch Metals"),
    ];
    let full = desk.file("madeup__20240501000000-abc__entities.ftm.json", whole.join("\n") + "\n");
    desk.load(&[&full]);
    let reports = desk.load(&[&delta]);
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0]["rows_loaded"], 2);
    assert_eq!(reports[0]["lists"][0]["edition"], "2024-05-28");
    let found = screen(&desk, &["Quillfeather Turbine Works"], 1);
    assert_eq!(found[0]["hits"][0]["entity_id"], "x-4");
    assert_eq!(
        found[0]["hits"][0]["source"]["file"],
        "madeup__20240528014702-abc__entities.delta.json"
    );
    screen(&desk, &["Zontik Pump Works"], 0);
    screen(&desk, &["Brasswren Trading"], 1);
    screen(&desk, &["Zontik Pump Works", "--as-of", "2024-05-20"], 1);
    // The same again changes nothing, and an older one is refused.
    desk.load(&[&delta]);
    screen(&desk, &["Quillfeather Turbine Works"], 1);
    let old = desk.file("madeup__20240502000000-abc__entities.delta.json", &(text + "\n"));
    desk.run(&["load", &old]).exits(2).says(&["list-base-newer"]);
}
