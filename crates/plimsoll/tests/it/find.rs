//! Searches: the test pages of all detectors, and what must hold of every answer.

use crate::support::{Desk, shared};
use plimsoll_monitor::detectors::{self, Detector};
use serde_json::Value;

/// The text between ```` ```kind ```` and the next fence.
fn block<'a>(page: &'a str, kind: &str) -> &'a str {
    let start = format!("```{kind}\n");
    let (_, rest) = page.split_once(&start).unwrap();
    rest.split_once("```").unwrap().0
}

/// Runs the command of a page on its table.
fn run_page(detector: &dyn Detector) -> (Desk, Vec<String>, String) {
    let desk = Desk::new();
    let file = desk.file("simulated_page.csv", block(detector.page(), "csv"));
    desk.load(&[&file]);
    let command = block(detector.page(), "console").trim().to_owned();
    let words: Vec<String> =
        command.trim_start_matches("$ plimsoll ").split(' ').map(str::to_owned).collect();
    let arguments: Vec<&str> = words.iter().map(String::as_str).collect();
    let out = desk.run(&arguments).exits(1).out;
    (desk, words, out)
}

#[test]
fn every_page_finds_what_it_says() {
    for detector in detectors::ALL {
        let (_desk, _, out) = run_page(*detector);
        let first: Value = serde_json::from_str(out.lines().next().unwrap()).unwrap();
        assert_eq!(first["detector"], detector.id());
        for line in detector.page().lines().filter(|l| l.starts_with("- `/")) {
            let mut parts = line.split('`');
            let (pointer, wanted) = (parts.nth(1).unwrap(), parts.nth(1).unwrap());
            let found = first.pointer(pointer).and_then(Value::as_str);
            assert_eq!(found, Some(wanted), "{}: {pointer} of {first}", detector.id());
        }
    }
}

#[test]
fn a_finding_has_all_that_the_contract_names() {
    let keys = [
        "detector", "subject", "period", "measure", "low", "high", "p_value", "q_value",
        "severity", "why", "sources",
    ];
    for detector in detectors::ALL {
        let (_desk, _, out) = run_page(*detector);
        for line in out.lines() {
            let finding: Value = serde_json::from_str(line).unwrap();
            for key in keys {
                assert!(finding.get(key).is_some(), "{}: {key}", detector.id());
            }
            assert!(!finding["why"].as_array().unwrap().is_empty());
            assert_eq!(finding["sources"][0]["dataset"], "simulated");
            assert_eq!(finding["simulated"], true, "made-up data are marked");
        }
    }
}

#[test]
fn the_answer_does_not_depend_on_threads() {
    for detector in detectors::ALL {
        let (desk, words, out) = run_page(*detector);
        for threads in ["1", "2", "7"] {
            let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
            arguments.extend(["--threads", threads]);
            assert_eq!(desk.run(&arguments).exits(1).out, out, "{} {threads}", detector.id());
        }
    }
}

/// A row of the layout for made-up data.
fn row(reporter: &str, from: &str, period: &str, value: u32) -> String {
    let flow = if reporter == from { "export" } else { "import" };
    format!("w,{reporter},{flow},{from},KGZ,HS2022,854231,{period},{value},\n")
}

#[test]
fn who_stops_reporting_has_not_stopped_trading() {
    let desk = Desk::new();
    let mut text = "simulated_world,reporter,flow,exporter,importer,hs_revision,hs_code,period,value_usd,net_weight_kg\n".to_owned();
    for year in ["2019", "2020", "2021", "2022"] {
        text.push_str(&row("DEU", "DEU", year, 900_000));
        if year != "2022" {
            text.push_str(&row("FRA", "FRA", year, 5_000_000));
        }
    }
    let file = desk.file("simulated.csv", text);
    desk.load(&[&file]);
    let out =
        desk.run(&["find", "surge", "--period", "2022", "--q", "1", "--format", "ndjson"]).out;
    assert!(!out.contains("FRA") && !out.contains("fall"), "{out}");
}

#[test]
fn errors_say_what_to_do() {
    let desk = Desk::new();
    desk.run(&["find", "nonsense"]).exits(2).says(&["detector-unknown", "mirror-gap"]);
    desk.run(&["find", "surge", "--q", "2"]).exits(2).says(&["rate-out-of-range"]);
    desk.run(&["find", "surge"]).exits(3).says(&["no trade statistics are loaded"]);
}

#[test]
fn hubs_of_the_story_on_the_real_file() {
    let Some(file) = shared("comext/eu_exports_cn8_monthly_2020_2022.csv.gz") else { return };
    let desk = Desk::new();
    desk.load(&[file.to_str().unwrap(), "--flow", "export"]);
    let period = ["--period", "2022-03..2022-11", "--currency", "EUR", "--format", "ndjson"];
    let mut arguments = vec!["find", "diversion", "--target", "RUS", "--goods", "chpl@2024-02"];
    arguments.extend(period);
    let out = desk.run(&arguments).exits(1).out;
    let findings: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    for hub in ["KGZ", "ARM", "KAZ"] {
        let found = findings.iter().find(|f| f["subject"]["hub"] == hub).unwrap();
        let start = found["start"].as_str().unwrap();
        assert!(("2022-03"..="2022-11").contains(&start), "{hub} {start}");
    }
    let mut arguments = vec!["find", "surge", "--by", "group", "--goods", "chpl@2024-02"];
    arguments.extend(period);
    let out = desk.run(&arguments).exits(1).out;
    for importer in ["RUS", "BLR"] {
        let fell = |l: &str| {
            let f: Value = serde_json::from_str(l).unwrap();
            f["subject"]["importer"] == importer && f["subject"]["direction"] == "fall"
        };
        assert!(out.lines().any(fell), "{importer}");
    }
}

#[test]
fn reconciled_values_show_both_reports() {
    let desk = Desk::new();
    let text = "simulated_world,reporter,flow,exporter,importer,hs_revision,hs_code,period,value_usd,net_weight_kg\n".to_owned()
        + &row("DEU", "DEU", "2022", 900)
        + &row("KGZ", "DEU", "2022", 1200);
    let file = desk.file("simulated.csv", text);
    desk.load(&[&file]);
    let out = desk.run(&["reconcile", "--period", "2022", "--format", "ndjson"]).exits(0).out;
    let row: Value = serde_json::from_str(out.trim()).unwrap();
    assert_eq!((&row["exports"], &row["imports"]), (&900.0.into(), &1200.0.into()));
    assert_eq!(
        row["reconciled"], 1100.0,
        "a third of the exporter's, two thirds of the importer's"
    );
}

#[test]
fn a_page_draws_the_first_findings_and_says_that_the_data_are_made_up() {
    for detector in detectors::ALL {
        let (desk, words, _) = run_page(*detector);
        let path = desk.path("found.html");
        let page = path.display().to_string();
        let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.extend(["--page", &page]);
        desk.run(&arguments).exits(1);
        let html = std::fs::read_to_string(&path).unwrap();
        let drawn = match detector.id() {
            "surge" => "pl-usual",
            "mirror-gap" => "importer says",
            "diversion" => "may have gone on",
            "unit-value" => "logarithmic axis",
            _ => "pl-table",
        };
        let id = detector.id();
        assert!(html.contains(drawn), "{id}: {drawn} is not on the page");
        assert!(html.contains("Simulated data") && html.contains("no verdict"), "{id}");
        assert!(html.contains(&format!("plimsoll explain {id}")), "{id}");
        desk.run(&arguments).exits(1);
        assert_eq!(html, std::fs::read_to_string(&path).unwrap(), "{id}: other bytes");
    }
}
