//! Are the answers right, whatever way the records came? Small files made for each trap.

use serde_json::Value;

use crate::support::{Desk, check_shares, shared};

const GOODS: &str = "854231";

fn thai(desk: &Desk, goods: &str, more: &[&str]) -> Value {
    let answer =
        desk.assess(&[&["--importer", "THA", "--goods", goods, "--period", "2022"], more].concat());
    check_shares(&answer);
    answer
}

fn thai_of(rows: &[&str], goods: &str, more: &[&str]) -> Value {
    let desk = Desk::new();
    let file = desk.comtrade("a.csv", rows);
    desk.load(&[&file]);
    thai(&desk, goods, more)
}

/// A yearly Thai import record.
fn import(partner: u32, code: &str, value: u32) -> String {
    format!("A,2022,764,M,{partner},0,H6,{code},{},C00,0,5,{value}", code.len())
}

fn notes(answer: &Value) -> String {
    let notes = answer["notes"].as_array().unwrap().iter();
    notes.map(|n| n.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_order_of_loading_does_not_matter() {
    let rows = [import(156, GOODS, 600), import(392, GOODS, 60), import(410, GOODS, 6)];
    let mut answers = Vec::new();
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let desk = Desk::new();
        for i in order {
            // They overlap: each also holds the first row.
            let held: Vec<&str> =
                rows[..1].iter().chain((i > 0).then(|| &rows[i])).map(String::as_str).collect();
            let file = desk.comtrade(&format!("{i}.csv"), &held);
            desk.load(&[&file, "--set", "vintage=2024-01-01"]);
        }
        let mut answer = thai(&desk, GOODS, &[]);
        // Which of several files that say the same is cited may differ; see the test below.
        answer.as_object_mut().unwrap().remove("sources");
        answers.push(answer);
    }
    assert_eq!(answers[0]["numerator"], 666.0);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[test]
fn the_cited_sources_do_not_depend_on_the_order_of_loading() {
    let cited = |order: [u32; 2]| {
        let desk = Desk::new();
        for partner in order {
            let file =
                desk.comtrade(&format!("{partner}.csv"), &[&import(partner, GOODS, partner)]);
            desk.load(&[&file, "--set", "vintage=2024-01-01"]);
        }
        thai(&desk, GOODS, &[])["sources"].clone()
    };
    assert_eq!(cited([156, 392]), cited([392, 156]));
}

#[test]
fn a_year_and_its_months_are_not_added() {
    let month =
        |m: u32, partner: u32| format!("M,2022{m:02},764,M,{partner},0,H6,{GOODS},6,C00,0,5,100");
    let mut rows = vec![import(156, GOODS, 1200)];
    rows.extend((1..=12).map(|m| month(m, 156)));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let answer = thai_of(&rows, GOODS, &[]);
    assert_eq!(answer["numerator"], 1200.0);
    assert_eq!(answer["rules"]["other-frequency"], 12);
    assert_eq!(thai_of(&rows[..6], GOODS, &[])["numerator"], 1200.0, "nor with some of its months");
    let by_month = thai_of(&rows, GOODS, &["--by", "month"]);
    assert_eq!(by_month["numerator"], 1200.0);
    assert_eq!(by_month["by"]["rows"].as_array().unwrap().len(), 12);
}

#[test]
fn a_heading_by_month_is_not_added_to_its_products_by_year() {
    let rows = [
        import(156, GOODS, 1200),
        "M,202201,764,M,156,0,H6,8542,4,C00,0,5,100".to_owned(),
        "M,202202,764,M,156,0,H6,8542,4,C00,0,5,100".to_owned(),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(thai_of(&rows, "8542", &[])["numerator"], 1200.0);
}

#[test]
fn writing_a_page_does_not_change_the_figures() {
    let mut rows = vec![import(156, GOODS, 1300)];
    rows.extend((1..=12).map(|m| format!("M,2022{m:02},764,M,156,0,H6,{GOODS},6,C00,0,5,100")));
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let desk = Desk::new();
    let file = desk.comtrade("a.csv", &rows);
    desk.load(&[&file]);
    let page = desk.path("page.html");
    let paged = thai(&desk, GOODS, &["--page", page.to_str().unwrap()]);
    assert_eq!(paged["numerator"], thai(&desk, GOODS, &[])["numerator"]);
}

#[test]
fn a_heading_counts_where_its_products_are_absent_and_not_where_they_are_there() {
    let rows = [
        import(156, "8542", 1000),
        import(156, "854231", 700),
        import(156, "854239", 300),
        import(392, "8542", 50),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let answer = thai_of(&rows, "8542", &[]);
    assert_eq!(answer["numerator"], 1050.0);
    assert_eq!(answer["rules"]["heading-beside-its-products"], 1);
    assert_eq!(thai_of(&rows, "854231", &[])["numerator"], 700.0);
    let answer = thai_of(&rows[3..], "854231", &[]);
    assert!(answer["numerator"].is_null(), "a heading does not tell of its products");
}

#[test]
fn a_heading_with_few_of_its_products_is_not_made_small() {
    // In the real Eurostat file the products shown are 4 % of 8802.
    let rows = [import(156, "8802", 1_000_000), import(156, "880211", 40_000)];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let answer = thai_of(&rows, "8802", &[]);
    let told = answer["numerator"] == 1_000_000.0 || notes(&answer).contains("8802");
    assert!(told, "the heading itself says a million: {answer:#}");
}

#[test]
fn world_is_not_added_to_its_partners() {
    let rows = [import(0, GOODS, 1000), import(156, GOODS, 700), import(392, GOODS, 300)];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    assert_eq!(thai_of(&rows, GOODS, &[])["numerator"], 1000.0);
    let answer = thai_of(&rows[..2], GOODS, &["--exporter", "CHN"]);
    let bounds = ["share", "share_low", "share_high"].map(|k| answer[k].as_f64().unwrap());
    assert_eq!(answer["denominator"], 1000.0, "300 of World are of no partner");
    assert_eq!(bounds, [0.7, 0.7, 1.0]);
}

#[test]
fn world_alone_gives_a_total_and_no_supplier() {
    let rows = [import(0, GOODS, 1000)];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let answer = thai_of(&rows, GOODS, &[]);
    assert_eq!(answer["denominator"], 1000.0);
    assert_eq!(answer["suppliers"][0]["unattributed"], true);
    assert_eq!(answer["coverage"], 0.0);
}

#[test]
fn world_alone_cannot_tell_what_one_supplier_sold() {
    let rows = [import(0, GOODS, 1000)];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let answer = thai_of(&rows, GOODS, &["--exporter", "CHN"]);
    assert!(answer["numerator"].is_null(), "missing is not zero: {answer:#}");
}

#[test]
fn parts_are_not_added_to_their_total() {
    let answer = thai_of(
        &[
            "A,2022,764,M,156,0,H6,854231,6,C00,0,10,1000",
            "A,2022,764,M,156,0,H6,854231,6,C00,2100,5,600",
            "A,2022,764,M,156,0,H6,854231,6,C00,1000,5,400",
            "A,2022,764,M,156,344,H6,854231,6,C00,0,5,300",
            "A,2022,764,M,156,0,H6,854231,6,C01,0,5,1000",
            "A,2022,764,RM,764,0,H6,854231,6,C00,0,5,50",
        ],
        GOODS,
        &[],
    );
    assert_eq!(answer["numerator"], 1000.0);
    assert_eq!(answer["suppliers"][0]["net_weight_kg"], 10.0);
    assert_eq!(answer["rules"]["part-of-a-total"], 4);
}

#[test]
fn parts_without_their_total_are_not_called_absence() {
    let answer = thai_of(
        &[
            "A,2022,764,M,156,0,H6,854231,6,C00,2100,5,600",
            "A,2022,764,M,156,0,H6,854231,6,C00,1000,5,400",
        ],
        GOODS,
        &[],
    );
    let why = answer["cannot_tell"].as_str().unwrap_or_default();
    assert!(!why.contains("no loaded source has a record"), "there are two records: {why}");
}

const BEFORE: &str = "A,2017,764,M,156,0,H5,854150,6,C00,0,5,1000";
const AFTER: [&str; 2] =
    ["A,2023,764,M,156,0,H6,854151,6,C00,0,5,300", "A,2023,764,M,156,0,H6,854159,6,C00,0,5,900"];

fn compared(rows: &[&str], more: &[&str]) -> Value {
    let desk = Desk::new();
    let file = desk.comtrade("a.csv", rows);
    desk.load(&[&file]);
    let asked = ["--importer", "THA", "--goods", "854151", "--period", "2023", "--against", "2017"];
    desk.assess(&[&asked, more].concat())
}

#[test]
fn a_code_that_was_split_is_compared_as_its_whole_group() {
    let answer = compared(&[BEFORE, AFTER[0], AFTER[1]], &[]);
    assert_eq!(answer["numerator"], 1200.0);
    assert_eq!(answer["against"]["numerator"], 1000.0);
    let said = notes(&answer);
    assert!(["854150", "854159", "group"].iter().all(|w| said.contains(w)), "{said}");
    assert_eq!(answer["comparable"]["groups"][0]["codes"]["HS2022"].as_array().unwrap().len(), 2);
}

#[test]
fn a_split_code_whose_group_is_not_whole_is_refused() {
    let answer = compared(&[BEFORE, AFTER[0]], &[]);
    assert!(answer["numerator"].is_null() && answer["against"]["numerator"].is_null());
    assert_eq!(answer["left_out"][0]["value"], 300.0);
    assert!(answer["left_out"][0]["reason"].as_str().unwrap().contains("854159"));
    assert!(notes(&answer).contains("854159"));
    let naive = compared(&[BEFORE, AFTER[0]], &["--as-reported"]);
    assert_eq!(naive["numerator"], 300.0);
    assert!(naive["against"]["numerator"].is_null(), "854151 was no code in 2017");
}

#[test]
fn a_refusal_gives_its_true_reason() {
    let answer = compared(&[BEFORE, AFTER[0]], &[]);
    for side in [&answer, &answer["against"]] {
        let why = side["cannot_tell"].as_str().unwrap();
        assert!(!why.contains("no record"), "the record is there and was left out: {why}");
    }
}

#[test]
fn a_code_older_than_its_list_is_not_counted_within_a_broader_one() {
    let desk = Desk::new();
    let file = desk.comtrade("a.csv", &[BEFORE]);
    desk.load(&[&file]);
    let answer = desk.assess(&["--importer", "THA", "--goods", "854151", "--period", "2017"]);
    assert!(answer["numerator"].is_null());
    assert_eq!(answer["left_out"][0]["value"], 1000.0);
    assert!(notes(&answer).contains("854150"));
}

const MIRROR: [&str; 6] = [
    "A,2021,643,M,156,0,H5,854231,6,C00,0,5,700",
    "A,2021,643,M,276,0,H5,854231,6,C00,0,5,200",
    "A,2021,643,M,392,0,H5,854231,6,C00,0,5,100",
    "A,2021,643,M,0,0,H5,854231,6,C00,0,5,1000",
    "A,2022,156,X,643,0,H6,854231,6,C00,0,5,900",
    "A,2022,276,X,643,0,H6,854231,6,C00,0,5,100",
];

fn russian(rows: &[&str], more: &[&str]) -> Value {
    let desk = Desk::new();
    let file = desk.comtrade("a.csv", rows);
    desk.load(&[&file]);
    let asked = ["--importer", "RUS", "--exporter", "CHN", "--goods", GOODS, "--period", "2022"];
    let answer = desk.assess(&[&asked, more].concat());
    check_shares(&answer);
    answer
}

#[test]
fn a_silent_importer_is_answered_from_its_partners_and_told_so() {
    let answer = russian(&MIRROR, &[]);
    assert_eq!(answer["basis"], "dispatch");
    assert_eq!((&answer["numerator"], &answer["denominator"]), (&900.0.into(), &1000.0.into()));
    assert!(notes(&answer).contains("partners' exports"), "{}", notes(&answer));
    assert_eq!(answer["coverage"], 0.9, "Japan, a tenth of 2021, does not report here");
    let low = answer["share_low"].as_f64().unwrap();
    assert!((low - 900.0 / 1100.0).abs() < 1e-6, "with as much from Japan as in 2021: {low}");

    let answer = russian(&MIRROR[4..], &[]);
    assert!(answer["coverage"].is_null(), "nothing is known of the others");
    assert_eq!(answer["share_low"], 0.0);
    assert!(russian(&MIRROR, &["--basis", "origin"])["numerator"].is_null());
}

#[test]
fn silence_is_never_zero() {
    let answer = russian(&MIRROR[..4], &[]);
    for key in ["numerator", "denominator", "share", "share_low", "share_high", "coverage"] {
        assert!(answer[key].is_null(), "{key}");
    }
    assert_eq!(answer["suppliers"].as_array().unwrap().len(), 0);
    // Its own report without China is another thing: then China sold it nothing that counts.
    let rows = [import(392, GOODS, 50)];
    let answer = thai_of(&[&rows[0]], GOODS, &["--exporter", "CHN"]);
    assert_eq!(answer["numerator"], 0.0);
    let desk = Desk::new();
    let answer = desk.assess(&["--importer", "THA", "--goods", GOODS, "--period", "2022"]);
    assert!(answer["cannot_tell"].as_str().unwrap().contains("empty"));
}

#[test]
fn euros_become_dollars_by_the_average_of_the_month() {
    let Some(table) = shared("fx/ecb_eur_usd_monthly.csv") else {
        return;
    };
    let text = std::fs::read_to_string(table).unwrap();
    let row = text.lines().find(|line| line.contains("2022-03")).expect("a rate for March 2022");
    let rate = row
        .split(',')
        .filter_map(|f| f.trim_matches('"').parse::<f64>().ok())
        .find(|r| (0.5..2.0).contains(r))
        .unwrap();
    let desk = Desk::new();
    let file = desk.comext("a.csv", &["2022-03,Germany,RU,85423190,1000000,1"]);
    desk.load(&[&file, "--flow", "export"]);
    let asked = |currency: &str| {
        let answer = desk.assess(&[
            "--importer",
            "RUS",
            "--goods",
            GOODS,
            "--period",
            "2022-03",
            "--currency",
            currency,
        ]);
        answer["numerator"].as_f64().unwrap()
    };
    assert_eq!(asked("EUR"), 1_000_000.0, "as reported, not there and back");
    assert!((asked("USD") - 1e6 * rate).abs() < 0.01, "{} at {rate}", asked("USD"));
}

#[test]
fn rows_without_an_exchange_rate_are_not_passed_over_in_silence() {
    let desk = Desk::new();
    let file = desk.comext(
        "a.csv",
        &["1990-01,Germany,RU,85423190,900,1", "2022-01,Germany,RU,85423190,100,1"],
    );
    let report = &desk.load(&[&file, "--flow", "export"])[0];
    assert_eq!(report["rules"]["no-exchange-rate"], 1);
    let answer = desk.assess(&["--importer", "RUS", "--goods", GOODS, "--period", "1990..2022"]);
    assert!(
        answer["numerator"].is_null() || notes(&answer).contains("exchange rate"),
        "{answer:#}"
    );
}

#[test]
fn breakdowns_add_up_to_the_answer() {
    let rows = [import(0, "854231", 1000), import(156, "854231", 700), import(156, "854239", 30)];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    for by in ["code", "importer", "month", "tier"] {
        let answer = thai_of(&rows, "8542", &["--by", by]);
        let parts = answer["by"]["rows"].as_array().unwrap();
        let sum: f64 = parts.iter().map(|r| r["value"].as_f64().unwrap()).sum();
        assert!(
            (sum - answer["denominator"].as_f64().unwrap()).abs() < 0.01,
            "by {by}: {sum} of {answer:#}"
        );
    }
}

#[test]
fn a_group_that_reports_beside_some_members_is_not_lost_without_a_word() {
    let rows = [
        "A,2022,276,X,643,0,H6,854231,6,C00,0,5,1000",
        "A,2022,251,X,643,0,H6,854231,6,C00,0,5,200",
        "A,2022,97,X,643,0,H6,854231,6,C00,0,5,5000",
    ];
    let desk = Desk::new();
    let file = desk.comtrade("a.csv", &rows);
    desk.load(&[&file]);
    let answer = desk.assess(&["--importer", "RUS", "--goods", GOODS, "--period", "2022"]);
    check_shares(&answer);
    let value = answer["numerator"].as_f64().unwrap();
    assert!(value <= 5000.0, "members are not added to their group: {value}");
    let told = value == 5000.0 || notes(&answer).contains("EU");
    assert!(told, "the EU as a whole reports 5000, its members here 1200: {answer:#}");
}

#[test]
fn a_month_of_the_importers_own_does_not_pass_for_its_year() {
    let rows = [
        "M,202201,643,M,156,0,H6,854231,6,C00,0,5,100",
        "A,2022,156,X,643,0,H6,854231,6,C00,0,5,9000",
    ];
    let answer = russian(&rows, &[]);
    let whole = answer["numerator"] == 9000.0;
    let told = notes(&answer).contains("2022-02") && answer["coverage"].as_f64() != Some(1.0);
    assert!(whole || told, "eleven months are missing: {answer:#}");
}

#[test]
fn datasets_are_never_added_to_each_other() {
    let desk = Desk::new();
    let a = desk.comtrade("a.csv", &["A,2022,276,X,643,0,H6,854231,6,C00,0,5,1000"]);
    let b = desk.comext(
        "b.csv",
        &["2022-01,Germany,RU,85423190,100,1", "2022-02,Germany,RU,85423110,900,1"],
    );
    desk.load(&[&a, &b, "--flow", "export"]);
    let asked = ["--importer", "RUS", "--goods", GOODS, "--period", "2022"];
    let answer = desk.assess(&asked);
    assert_eq!(answer["numerator"], 1000.0, "the source that covers the whole year");
    assert_eq!(answer["sources"].as_array().unwrap().len(), 1);
    let other = desk.assess(&[&asked[..], &["--dataset", "comext", "--currency", "EUR"]].concat());
    assert_eq!(
        (&other["numerator"], &other["sources"][0]["dataset"]),
        (&1000.0.into(), &"comext".into())
    );
}

#[test]
fn two_unknown_countries_are_two() {
    let rows = [import(777, GOODS, 100), import(778, GOODS, 200), import(156, GOODS, 50)];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let answer = thai_of(&rows, GOODS, &[]);
    assert_eq!(answer["numerator"], 350.0, "{answer:#}");
    assert_eq!(answer["suppliers"].as_array().unwrap().len(), 3);
}
