//! What stands beside the interval of a diversion: a control group, and what a hub could make.
//! The worlds are made up and say so.

use serde_json::Value;

use crate::support::Desk;

const HEADER: &str = "simulated_world,reporter,flow,exporter,importer,hs_revision,hs_code,period,value_usd,net_weight_kg\n";
const LISTED: [&str; 6] = ["854231", "854232", "854233", "854239", "853224", "852691"];
const CIVILIAN: [&str; 6] = ["090111", "170490", "220300", "330300", "610910", "940360"];
const OTHERS: [&str; 12] =
    ["ARM", "AZE", "TUR", "CHN", "IND", "USA", "BRA", "MEX", "JPN", "EGY", "MAR", "ZAF"];

/// Germany's yearly exports: listed goods to Russia stop in 2022 and those to Kyrgyzstan rise five
/// times, civilian goods change by `civilian` to Russia and not at all elsewhere.
fn world(civilian: f64) -> String {
    let mut text = HEADER.to_owned();
    for (i, to) in OTHERS.iter().chain(&["KGZ", "RUS"]).enumerate() {
        for (g, code) in LISTED.iter().chain(&CIVILIAN).enumerate() {
            for year in 2018..=2022 {
                let factor = match (*to, g < LISTED.len(), year) {
                    ("RUS", true, 2022) => 0.05,
                    ("RUS", false, 2022) => civilian,
                    ("KGZ", true, 2022) => 5.0,
                    _ => 1.0,
                };
                let wobble = 1.0 + 0.01 * ((i * 5 + g * 7 + year * 3) % 9) as f64;
                let value = 300_000.0 * (1.0 + i as f64) * (1.0 + g as f64) * factor * wobble;
                text += &format!("page,DEU,export,DEU,{to},HS2022,{code},{year},{value:.0},\n");
            }
        }
    }
    text
}

/// Facts of the finding on Kyrgyzstan, and the notes.
fn kyrgyzstan(world: String) -> (Vec<Value>, Vec<String>) {
    let desk = Desk::new();
    let file = desk.file("simulated.csv", world);
    desk.load(&[&file]);
    let find = ["find", "diversion", "--goods", "chpl@2024-02", "--period", "2022", "--q", "1"];
    let answer = desk.run(&[&find[..], &["--format", "json"]].concat()).exits(1).json();
    let of = &answer["detectors"][0];
    let found = of["findings"].as_array().unwrap();
    let hub = found.iter().find(|f| f["subject"]["hub"] == "KGZ").unwrap();
    let notes = of["notes"].as_array().unwrap().iter().map(|n| n.as_str().unwrap().to_owned());
    (hub["why"].as_array().unwrap().clone(), notes.collect())
}

fn fact(facts: &[Value], begins: &str) -> Value {
    let of = |f: &&Value| f["text"].as_str().unwrap().starts_with(begins);
    facts.iter().find(of).cloned().unwrap_or_default()
}

#[test]
fn goods_that_nobody_stopped_selling_are_a_control_group() {
    let (facts, _) = kyrgyzstan(world(0.9));
    let fact = fact(&facts, "difference in differences: 6 listed goods");
    let factor = fact["value"].as_f64().unwrap();
    assert!((factor / 5.0 - 1.0).abs() < 0.05, "{fact}");
    let [low, high] = [0, 1].map(|i| fact["because"][i]["value"].as_f64().unwrap());
    assert!(low < factor && factor < high, "{fact}");
    assert!(fact["text"].as_str().unwrap().contains("12 other destinations"), "{fact}");
}

#[test]
fn goods_that_were_stopped_too_are_none() {
    let (facts, notes) = kyrgyzstan(world(0.1));
    assert!(fact(&facts, "difference in differences").is_null());
    assert!(notes.iter().any(|n| n.contains("stopped too")), "{notes:?}");
}

#[test]
fn what_a_hub_sent_on_stands_beside_what_it_sold_to_the_world() {
    let (facts, _) = kyrgyzstan(world(0.9));
    let unknown = fact(&facts, "capacity: cannot tell, exports of Kyrgyzstan to the world in 2018");
    assert!(unknown["text"].as_str().unwrap().ends_with("are not loaded"), "{facts:?}");
    let mut more = world(0.9);
    for year in 2018..=2022 {
        let onward = if year == 2022 { 8_000_000 } else { 100_000 };
        for (to, value) in [("RUS", onward), ("UZB", 900_000)] {
            more += &format!("page,KGZ,export,KGZ,{to},HS2022,854231,{year},{value},\n");
        }
    }
    let (facts, _) = kyrgyzstan(more);
    let ratio = fact(&facts, "capacity: a month it sold RUS 8.00 times")["value"].as_f64();
    assert!((ratio.unwrap() - 8.0).abs() < 1e-9, "{facts:?}");
}
