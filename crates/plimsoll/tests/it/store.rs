//! Does the store hold what was loaded, once, whatever happens while it is written?

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{COMEXT, Desk, Dice, GOOD_ROW, finish, program, shared};

const THAI: [&str; 6] = ["--importer", "THA", "--goods", "854231", "--period", "2022"];

/// Comext rows in no order, of many codes, places and months.
fn shuffled_rows(rows: usize) -> String {
    let reporters = ["Germany", "France", "Italy", "Netherlands", "Poland", "Spain", "Sweden"];
    let partners = ["RU", "KZ", "AM", "KG", "GE", "UZ", "BY", "Atlantis", "Lemuria"];
    let mut dice = Dice(42);
    let mut pick = |n: usize| dice.below(n as u64) as usize;
    let mut text = format!("{COMEXT}\n");
    for _ in 0..rows {
        let (reporter, partner) = (reporters[pick(7)], partners[pick(9)]);
        let (year, month) = (2020 + pick(3), 1 + pick(12));
        let (heading, product, value) = (8401 + pick(140), pick(10_000), pick(1_000_000));
        text.push_str(&format!(
            "{year}-{month:02},{reporter},{partner},{heading}{product:04},{value},1\n"
        ));
    }
    text
}

#[test]
fn the_same_file_twice_changes_nothing() {
    let desk = Desk::new();
    let file = desk.comext("a.csv", &[GOOD_ROW, "2022-02,Germany,RU,85423190,abc,1"]);
    desk.load(&[&file, "--flow", "export"]);
    let before = desk.bytes();
    let copy = desk.path("copy.csv");
    fs::copy(&file, &copy).unwrap();
    for path in [&file, copy.to_str().unwrap()] {
        let report = &desk.load(&[path, "--flow", "export"])[0];
        assert_eq!(report["already_loaded"], true);
        assert_eq!(report["rows_in"], 2);
    }
    assert!(before == desk.bytes());
    assert_eq!(desk.rows(), 1);
}

#[test]
fn files_that_overlap_count_once() {
    let desk = Desk::new();
    let china = "A,2022,764,M,156,0,H6,854231,6,C00,0,5,600";
    let a = desk.comtrade("a.csv", &[china, "A,2022,764,M,392,0,H6,854231,6,C00,0,5,60"]);
    let b = desk.comtrade("b.csv", &[china, "A,2022,764,M,410,0,H6,854231,6,C00,0,5,6"]);
    desk.load(&[&a, &b]);
    let answer = desk.assess(&THAI);
    assert_eq!(answer["numerator"], 666.0);
    assert_eq!(answer["rules"]["superseded-or-repeated"], 1);
}

#[test]
fn the_newer_vintage_stands_whichever_was_loaded_first() {
    let row = |value: u32| format!("A,2022,764,M,156,0,H6,854231,6,C00,0,5,{value}");
    for order in [["2023-05-01", "2024-05-01"], ["2024-05-01", "2023-05-01"]] {
        let desk = Desk::new();
        for vintage in order {
            let value = if vintage.starts_with("2024") { 700 } else { 600 };
            let file = desk.comtrade(&format!("{value}.csv"), &[&row(value)]);
            let report = &desk.load(&[&file, "--set", &format!("vintage={vintage}")])[0];
            assert_eq!(report["vintage"], vintage);
        }
        assert_eq!(desk.assess(&THAI)["numerator"], 700.0);
    }
}

#[test]
fn replacing_loads_anew_and_leaves_nothing_behind() {
    let desk = Desk::new();
    let file = desk.file("r.csv", "date,country,hs,value\n2021-03,Georgia,870300,1.5\n");
    let load = |reporter: &str, more: &[&str]| {
        let reporter = format!("reporter={reporter}");
        let said = ["--flow", "export", "--set", "currency=USD", "--set", &reporter];
        desk.load(&[&[file.as_str()], &said[..], more].concat()).remove(0)
    };
    load("CHN", &[]);
    assert_eq!(load("JPN", &[])["already_loaded"], true);
    for reporter in ["JPN", "KOR", "CHN"] {
        assert_eq!(load(reporter, &["--replace"])["already_loaded"], false);
        assert_eq!(desk.sql("SELECT reporter FROM trade"), [[reporter]]);
        assert_eq!(desk.stray_files(), [""; 0]);
    }
}

#[test]
fn one_writer_at_a_time_and_readers_do_not_wait() {
    let desk = Desk::new();
    let row = "A,2022,764,M,156,0,H6,854231,6,C00,0,5,600";
    let file = desk.comtrade("a.csv", &[row]);
    desk.load(&[&file]);
    let lock = fs::OpenOptions::new().write(true).open(desk.store().join(".lock")).unwrap();
    lock.lock().unwrap();
    let other = desk.comtrade("b.csv", &[row, "A,2022,764,M,392,0,H6,854231,6,C00,0,5,60"]);
    let before = desk.bytes();
    desk.run(&["load", &other]).exits(2).says(&["error[store-locked]", "hint: "]);
    assert!(before == desk.bytes());
    assert_eq!(desk.assess(&THAI)["numerator"], 600.0);
    lock.unlock().unwrap();
    desk.load(&[&other]);
    assert_eq!(desk.assess(&THAI)["numerator"], 660.0);
}

#[test]
fn a_kill_at_any_moment_leaves_the_old_state() {
    let desk = Desk::new();
    let base = desk.comtrade("base.csv", &["A,2022,764,M,156,0,H6,854231,6,C00,0,5,600"]);
    let big = desk.file("big.csv", shuffled_rows(150_000));
    let start = Instant::now();
    desk.load(&[&base, &big, "--flow", "export"]);
    let duration = start.elapsed();
    fs::remove_dir_all(desk.store()).unwrap();
    desk.load(&[&base]);
    let answer = desk.assess(&THAI);
    let mut dice = Dice(3);
    let mut finished = 0;
    for round in 0..20 {
        let mut load = desk.command(&["load", &big, "--flow", "export"]);
        let mut child = load.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_micros(dice.below(duration.as_micros() as u64)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(desk.assess(&THAI), answer, "round {round}");
        let rows = desk.rows();
        let whole = rows == 150_001 + finished;
        assert!(rows == 1 + finished || whole, "round {round}: {rows} rows");
        if whole {
            // It was done before the kill: start over.
            fs::remove_dir_all(desk.store()).unwrap();
            desk.load(&[&base]);
            finished = 0;
        }
        let next = desk
            .comext(&format!("next{round}.csv"), &[&GOOD_ROW.replace("1000", &round.to_string())]);
        assert_eq!(desk.load(&[&next, "--flow", "export"])[0]["rows_loaded"], 1);
        finished += 1;
        assert_eq!(desk.stray_files(), [""; 0], "round {round}");
    }
    desk.load(&[&big, "--flow", "export"]);
    assert_eq!(desk.rows(), 150_001 + finished);
    assert_eq!(desk.stray_files(), [""; 0]);
}

#[test]
fn the_same_file_gives_the_same_bytes_on_one_core_and_on_many() {
    if !std::path::Path::new("/usr/bin/taskset").exists() {
        eprintln!("skipped: there is no taskset to hold the program to one core");
        return;
    }
    let (many, one) = (Desk::new(), Desk::new());
    let text = shuffled_rows(300_000).replacen(",85", ",8x", 20);
    let file = many.file("big.csv", text);
    let args = ["load", &file, "--flow", "export", "--set", "vintage=2024-01-01"];
    many.run(&args).exits(0);
    let mut bound = std::process::Command::new("taskset");
    bound.args(["-c", "0"]).arg(program(&one.store()).get_program());
    bound.arg("--store").arg(one.store()).args(args);
    finish(bound).exits(0);
    let (many, one) = (many.bytes(), one.bytes());
    assert!(many.len() >= 3, "{:?}", many.keys());
    for (name, bytes) in many.iter().filter(|(name, _)| *name != "datapackage.json") {
        assert!(one.get(name) == Some(bytes), "{name} differs");
    }
}

#[test]
fn the_real_file_gives_the_same_bytes_on_one_core_and_on_many() {
    let Some(file) = shared("comext/easycomext_spreadsheet_sample.xlsx") else {
        return;
    };
    let desks = [Desk::new(), Desk::new()];
    for desk in &desks {
        desk.load(&[file.to_str().unwrap(), "--flow", "export", "--set", "vintage=2024-01-01"]);
    }
    let [a, b] = desks.map(|d| d.bytes());
    for (name, bytes) in a.iter().filter(|(name, _)| *name != "datapackage.json") {
        assert!(b.get(name) == Some(bytes), "{name} differs");
    }
}

#[test]
fn files_of_the_user_in_the_folder_are_left_alone() {
    let desk = Desk::new();
    fs::create_dir_all(desk.store().join("trade/sub")).unwrap();
    fs::write(desk.store().join("trade/mine.csv"), "my own work").unwrap();
    let file = desk.comext("a.csv", &[GOOD_ROW]);
    let run = desk.run(&["load", &file, "--flow", "export"]);
    assert!(
        desk.store().join("trade/mine.csv").exists(),
        "the load deleted a file that is not its own: {run:?}"
    );
}

#[test]
fn any_folder_name_will_do() {
    for name in ["my store", "store[1]", "store*", "st\u{f6}re %20#?"] {
        let desk = Desk::new();
        let file = desk.comext("a.csv", &[GOOD_ROW]);
        let store = desk.path(name);
        let mut load = program(&store);
        load.args(["load", &file, "--flow", "export"]);
        finish(load).exits(0);
        let mut sql = program(&store);
        sql.args(["sql", "SELECT count(*) FROM trade", "--format", "csv"]);
        assert_eq!(finish(sql).exits(0).out.lines().nth(1), Some("1"), "{name:?}");
    }
}

#[test]
fn a_store_that_lost_a_file_says_so() {
    let desk = Desk::new();
    let file = desk.comtrade("a.csv", &["A,2022,764,M,156,0,H6,854231,6,C00,0,5,600"]);
    desk.load(&[&file]);
    let lost = desk.bytes().into_keys().find(|name| name.ends_with(".parquet")).unwrap();
    fs::remove_file(desk.store().join(&lost)).unwrap();
    let run = desk.run(&[&["assess"], &THAI[..]].concat()).exits(2);
    run.says(&["error[store-broken]", &lost]);
    let run = desk.run(&["sql", "SELECT count(*) FROM trade"]);
    assert_eq!(run.code, 2, "a count over half a store is wrong: {run:?}");
}

#[test]
fn a_broken_manifest_is_named_and_not_overwritten() {
    let desk = Desk::new();
    let file = desk.comext("a.csv", &[GOOD_ROW]);
    desk.load(&[&file, "--flow", "export"]);
    fs::write(desk.store().join("datapackage.json"), "{").unwrap();
    let before = desk.bytes();
    let other = desk.comext("b.csv", &["2022-03,Germany,RU,85423190,1,1"]);
    for args in [&["load", &other, "--flow", "export"][..], &["sql", "SELECT 1"]] {
        desk.run(args).exits(2).says(&["error[store-broken]", "datapackage.json"]);
    }
    assert!(before == desk.bytes());
}
