//! Are the figures that docs/published-figures.md puts beside published ones those of the program?
//! Skipped, with a message, where the shared files are absent.

use serde_json::Value;

use crate::support::{Desk, shared};

const MARCH_TO_NOVEMBER: [&str; 4] =
    ["--period", "2022-03..2022-11", "--against", "2021-03..2021-11"];

/// A line of a published table, by the names in its header.
fn published(table: &str, line: usize, column: &str) -> Option<f64> {
    let text = std::fs::read_to_string(shared(&format!("published/{table}"))?).ok()?;
    let fields = |n: usize| text.lines().nth(n).map(|l| l.split(',').collect::<Vec<_>>());
    let place = fields(0)?.iter().position(|c| *c == column)?;
    fields(line)?.get(place)?.parse().ok()
}

/// `at most 14.8 % … (95 % interval 7.8 to 27.8 %)` as its three figures.
fn share_of_the_loss(note: &str) -> Vec<f64> {
    let (_, figures) = note.split_once("at most").unwrap();
    let figures = figures.replace("95 % interval", "");
    figures.split([' ', '(', ')']).filter_map(|word| word.parse().ok()).collect()
}

#[test]
fn the_figures_beside_published_ones() {
    let (Some(trade), Some(listed)) = (
        shared("comext/eu_exports_cn8_monthly_2020_2022.csv.gz"),
        shared("control_lists/eu_sanctioned_hs6_by_date.csv"),
    ) else {
        return;
    };
    let desk = Desk::new();
    desk.load(&[trade.to_str().unwrap(), "--flow", "export"]);
    let listed = ["--goods-file", listed.to_str().unwrap()];

    // Tables 3 and 4: values before and after.
    let change = |importer: &str, goods: &str| {
        let what = ["--importer", importer, "--goods", goods, "--currency", "EUR"];
        let answer = desk.assess(&[&what[..], &MARCH_TO_NOVEMBER, &listed].concat());
        let value = |v: &Value| v.as_f64().unwrap();
        let ratio = value(&answer["numerator"]) / value(&answer["against"]["numerator"]);
        (1000.0 * (ratio - 1.0)).round() / 10.0
    };
    let neighbours = "ARM,GEO,KAZ,KGZ,UZB";
    assert_eq!(change("RUS", "eu-sanctioned"), -72.8);
    assert_eq!(change(neighbours, "eu-sanctioned"), 138.5);
    assert_eq!(change(neighbours, "eu-sanctioned:dual_use"), 108.2);
    assert_eq!(change(neighbours, "eu-sanctioned:luxury"), 178.7);

    // b6: what neighbours gained at most, within the published interval and far from its middle.
    let find = ["find", "diversion", "--goods", "eu-sanctioned", "--period", "2022-03..2022-11"];
    let answer = desk.run(&[&find[..], &["--format", "json"], &listed].concat()).exits(1).json();
    let notes = answer["detectors"][0]["notes"].as_array().unwrap();
    let five = "Armenia, Georgia, Kazakhstan, Kyrgyzstan, Uzbekistan";
    let note = notes.iter().filter_map(Value::as_str).find(|n| n.contains(five)).unwrap();
    let ours = share_of_the_loss(note);
    assert_eq!(ours, [14.8, 7.8, 27.8], "{note}");
    let of = |column| published("b6_leakage_ci.csv", 1, column).unwrap();
    assert!(of("ci_lower") < ours[1] && ours[2] < of("ci_upper"));
    assert_eq!((100.0 * ours[0] / of("leakage_ratio")).round(), 23.0);
}
