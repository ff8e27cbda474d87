//! Watchlists in, hits out: what a person who screens names relies on. The lists are made up,
//! but for the real ones of the last test.

use std::io::Write;
use std::process::Stdio;

use serde_json::Value;

use crate::support::{Desk, Run, shared};

/// A made-up list of so many companies, of which the first is asked for below.
fn list(companies: usize) -> String {
    const WORDS: [&str; 8] =
        ["Orvenko", "Belvarin", "Golinov", "Hestrup", "Kalderon", "Lumbrik", "Mostaved", "Nirgal"];
    let mut text = String::new();
    for at in 0..companies {
        let (a, b) = (WORDS[at % 8], WORDS[(at / 8 + at) % 8]);
        text.push_str(&format!("m-{at}\tbusiness\t{a} {b} Works {at} LLC\t{b} {a} Alias {at}\n"));
    }
    text.push_str("m-x\tperson\tZadorel, Vestrigal Ilmara\n");
    text
}

fn load(desk: &Desk, name: &str, text: &str) -> Run {
    let file = desk.file(name, text);
    desk.run(&["load", &file, "--as", "plain-list"])
}

fn hits(run: &Run) -> Vec<Value> {
    let line = run.out.lines().next().unwrap_or("");
    let value: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {run:?}"));
    value["hits"].as_array().unwrap().clone()
}

fn screen(desk: &Desk, args: &[&str]) -> Run {
    desk.run(&[&["screen", "--format", "ndjson"], args].concat())
}

#[test]
fn a_listed_name_is_a_hit_with_its_reasons() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    let run = screen(&desk, &["Vestrigal Ilmara Zadorel"]).exits(1);
    let hit = &hits(&run)[0];
    assert_eq!((hit["entity_id"].as_str(), hit["score"].as_f64()), (Some("m-x"), Some(1.0)));
    assert_eq!(hit["name"], "Zadorel, Vestrigal Ilmara");
    assert!(!hit["reasons"].as_array().unwrap().is_empty());
    assert_eq!(hit["source"]["line"], 10);
    let answer: Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(answer["threshold"], 0.8);
    assert_eq!(answer["snapshot"].as_str().unwrap().len(), 64);
    // A slip of the pen scores less, and says which word.
    let near = hits(&screen(&desk, &["Vestrigal Ilmara Zadorl"]).exits(1));
    assert!(near[0]["score"].as_f64() < Some(1.0));
    assert!(near[0]["reasons"][0]["text"].as_str().unwrap().contains("zadorl"));
}

#[test]
fn nobody_is_called_clean() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    let run = desk.run(&["screen", "Quorim Rudenvald"]).exits(0);
    assert!(run.out.contains("no match found in"), "{run:?}");
    assert!(run.out.contains("as of 2024-01-01"), "{run:?}");
}

#[test]
fn without_a_list_it_cannot_tell() {
    let desk = Desk::new();
    desk.run(&["screen", "Anybody"]).exits(3).says(&["cannot tell", "plimsoll load"]);
    load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    desk.run(&["screen", "Anybody", "--as-of", "2023-01-01"]).exits(3).says(&["2023-01-01"]);
    desk.run(&["screen", "Anybody", "--list", "nosuch"]).exits(2).says(&["own-mine"]);
    desk.run(&["screen", "Anybody", "--country", "Narnia"]).exits(2).says(&["Narnia"]);
}

#[test]
fn as_of_answers_with_what_stood_then() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    let later = list(9) + "m-new\tbusiness\tWolkanin Umbrosk LLC\n";
    load(&desk, "mine_2024-06-01.tsv", &later).exits(0);
    let ask = |day: &str| screen(&desk, &["Wolkanin Umbrosk", "--as-of", day]);
    assert!(hits(&ask("2024-05-31").exits(0)).is_empty());
    assert_eq!(hits(&ask("2024-06-01").exits(1))[0]["entity_id"], "m-new");
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    let before = desk.bytes();
    let again = load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    assert!(again.out.contains("already in the store"), "{again:?}");
    assert_eq!(desk.bytes(), before);
}

#[test]
fn a_list_that_shrank_is_refused_and_the_old_one_stands() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(30)).exits(0);
    load(&desk, "mine_2024-02-01.tsv", &list(3)).exits(2).says(&[
        "list-shrunk",
        "31",
        "2024-01-01",
    ]);
    assert_eq!(
        hits(&screen(&desk, &["Hestrup Lumbrik Works 19 LLC"]).exits(1))[0]["entity_id"],
        "m-19"
    );
    let small = desk.file("mine_2024-02-01.tsv", list(3));
    desk.run(&["load", &small, "--as", "plain-list", "--accept-shrunk"]).exits(0);
    // Entries that lost their aliases have shrunk too.
    let bare: String =
        list(30).lines().map(|l| l.rsplit_once('\t').unwrap().0.to_owned() + "\n").collect();
    load(&desk, "other_2024-01-01.tsv", &list(31)).exits(0);
    load(&desk, "other_2024-02-01.tsv", &bare).exits(2).says(&["list-shrunk", "aliases"]);
}

#[test]
fn an_empty_or_cut_list_changes_nothing() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    let before = desk.bytes();
    load(&desk, "mine_2024-02-01.tsv", "").exits(2);
    let cut =
        desk.file("un.xml", "<?xml version='1.0'?><CONSOLIDATED_LIST><INDIVIDUALS><INDIVIDUAL>");
    desk.run(&["load", &cut]).exits(2).says(&["list-cut"]);
    assert_eq!(desk.bytes(), before);
}

#[test]
fn names_come_in_many_forms() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    let ids = |run: &Run| -> Vec<(String, usize)> {
        let answers = run.out.lines().map(|l| serde_json::from_str::<Value>(l).unwrap());
        answers
            .map(|a| {
                (a["query_id"].as_str().unwrap().to_owned(), a["hits"].as_array().unwrap().len())
            })
            .collect()
    };
    let of_file = |name: &str, text: &str| {
        let file = desk.file(name, text);
        ids(&screen(&desk, &["--file", &file]).exits(1))
    };
    let want = [("1".to_owned(), 1), ("2".to_owned(), 0)];
    assert_eq!(of_file("a.txt", "Vestrigal Ilmara Zadorel\nQuorim\n"), want);
    assert_eq!(of_file("a.csv", "Name,country\n\"Zadorel, Vestrigal Ilmara\",\nQuorim,\n"), want);
    assert_eq!(
        of_file("a.tsv", "\u{feff}name\ttype\nVestrigal Ilmara Zadorel\tperson\nQuorim\t\n"),
        want
    );
    let own = of_file("b.csv", "id;name\nk1;Vestrigal Ilmara Zadorel\nk2;\n");
    assert_eq!(own, [("k1".to_owned(), 1), ("k2".to_owned(), 0)]);
    let mut child = desk
        .command(&["screen", "--format", "ndjson", "--file", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"Vestrigal Ilmara Zadorel\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("m-x"));
}

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(40)).exits(0);
    let names: String =
        list(40).lines().map(|l| l.split('\t').nth(2).unwrap().to_owned() + "\n").collect();
    let file = desk.file("names.txt", names.repeat(5));
    let one = screen(&desk, &["--file", &file, "--threads", "1"]).exits(1);
    let many = screen(&desk, &["--file", &file, "--threads", "7"]).exits(1);
    assert_eq!(one.out, many.out);
    assert_eq!(one.out.lines().count(), 205);
}

#[test]
fn hostile_names_get_an_answer() {
    let desk = Desk::new();
    load(&desk, "mine_2024-01-01.tsv", &list(9)).exits(0);
    let names = [
        "x".repeat(10_000),
        "a ".repeat(5_000),
        "🚢🚢".to_owned(),
        "\u{1}\u{1b}[31m".to_owned(),
        "\u{200f}\u{202e}".to_owned(),
        String::new(),
        "\u{200b}Vestrigal\u{200f} Ilmara Zаdorel".to_owned(), // Cyrillic а.
    ];
    let file = desk.file("names.txt", names.join("\n"));
    let run = screen(&desk, &["--file", &file]).exits(1);
    assert_eq!(run.out.lines().count(), names.len());
    assert!(run.out.lines().last().unwrap().contains("m-x"), "{run:?}");
}

#[test]
fn the_firms_of_the_story_on_the_real_lists() {
    let files = [
        "watchlists/ofac/sdn_2023-12-28.csv",
        "watchlists/ofac/sdn_2024-07-02.csv",
        "watchlists/csl/csl_consolidated_2022-05.csv.gz",
        "watchlists/eu/32014R0833.csv",
    ];
    let Some(paths) = files.iter().map(|f| shared(f)).collect::<Option<Vec<_>>>() else {
        return;
    };
    let desk = Desk::new();
    let paths: Vec<&str> = paths.iter().map(|p| p.to_str().unwrap()).collect();
    desk.run(&[&["load"], &paths[..]].concat()).exits(0);
    let lists = |args: &[&str]| -> Vec<String> {
        hits(&screen(&desk, args)).iter().map(|h| h["list"].as_str().unwrap().to_owned()).collect()
    };
    for name in ["Wuhan Global Sensor Technology", "Wuhan Tongsheng Technology"] {
        assert!(lists(&[name]).contains(&"ofac-sdn".to_owned()), "{name}");
        assert!(lists(&[name, "--as-of", "2024-07-02"]).contains(&"ofac-sdn".to_owned()), "{name}");
        assert!(
            !lists(&[name, "--as-of", "2023-12-28"]).contains(&"ofac-sdn".to_owned()),
            "{name}"
        );
    }
    assert!(lists(&["武汉高芯科技有限公司"]).contains(&"eu-oj-32014r0833".to_owned()));
    let hikvision = lists(&["Hikvision"]);
    for list in ["csl-el", "csl-cmic"] {
        assert!(hikvision.contains(&list.to_owned()), "{hikvision:?}");
    }
    let programmes = hits(&screen(&desk, &["Wuhan Tongsheng Technology", "--list", "ofac-sdn"]));
    assert_eq!(programmes[0]["programmes"][0], "RUSSIA-EO14024");
}
