//! Do real files give the figures that we worked out apart from the program? Skipped, with a
//! message, where the shared files are absent.

use serde_json::Value;

use crate::support::{Desk, check_shares, shared, shared_files};

fn million(value: &Value) -> f64 {
    (value.as_f64().unwrap() / 1e4).round() / 100.0
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

const CHPL: [&str; 8] = [
    "--goods",
    "chpl@2024-02",
    "--period",
    "2022-01..2022-11",
    "--against",
    "2021-01..2021-11",
    "--currency",
    "EUR",
];

fn chpl(desk: &Desk, importer: &str, more: &[&str]) -> Value {
    desk.assess(&[&["--importer", importer], &CHPL[..], more].concat())
}

#[test]
fn eu_exports_of_priority_goods_before_and_after() {
    let Some(file) = shared("comext/eu_exports_cn8_monthly_2020_2022.csv.gz") else {
        return;
    };
    let desk = Desk::new();
    let report = &desk.load(&[file.to_str().unwrap(), "--flow", "export"])[0];
    assert_eq!(report["rows_in"], 1_141_670);
    assert_eq!(report["rows_loaded"], 1_141_670);
    assert_eq!(report["rows_set_aside"], 0);
    assert_eq!(report["rules"]["heading"], 144_111);

    for (importer, now, before) in [
        ("RUS", 405.51, 2068.85),
        ("KAZ", 231.10, 117.22),
        ("ARM", 25.44, 8.49),
        ("KGZ", 13.75, 3.02),
        ("GEO", 27.65, 16.56),
        ("UZB", 31.85, 23.36),
        ("BLR", 19.75, 76.12),
    ] {
        let answer = chpl(&desk, importer, &[]);
        let got = (million(&answer["numerator"]), million(&answer["against"]["numerator"]));
        assert_eq!(got, (now, before), "{importer}");
        assert!(answer["coverage"].is_null(), "nothing is known of suppliers outside the EU");
        assert_eq!(answer["basis"], "dispatch");
        check_shares(&answer);
        check_shares(&answer["against"]);
    }
    what_is_not_in_the_data_is_named(&desk);
    codes_by_their_digits_are_marked(&desk);
}

fn what_is_not_in_the_data_is_named(desk: &Desk) {
    let answer = chpl(desk, "RUS", &[]);
    assert_eq!(answer["goods"]["codes"].as_array().unwrap().len(), 50);
    assert_eq!(answer["goods"]["codes_without_data"].as_array().unwrap().len(), 31);
    let left: Vec<(Vec<&str>, bool, bool)> = answer["left_out"]
        .as_array()
        .unwrap()
        .iter()
        .map(|l| (texts(&l["codes"]), l["value"].is_number(), l["value_against"].is_number()))
        .collect();
    assert_eq!(
        left,
        [(vec!["854151", "854159"], true, false), (vec!["901380"], false, true)],
        "each with what it would have added"
    );
    assert_eq!(answer["left_out"][0]["value"], 2_772_211.0);
    assert_eq!(answer["left_out"][1]["value_against"], 4_792_380.0);
}

fn codes_by_their_digits_are_marked(desk: &Desk) {
    let answer = chpl(desk, "RUS", &["--as-reported"]);
    let got = (million(&answer["numerator"]), million(&answer["against"]["numerator"]));
    assert_eq!(got, (408.28, 1911.16));
    assert_eq!(answer["comparable"]["comparable"], false);
    let notes = texts(&answer["notes"]).join("\n");
    assert!(notes.contains("NOT COMPARABLE"), "{notes}");
    let args = [&["assess", "--importer", "RUS", "--as-reported"], &CHPL[..]].concat();
    assert!(desk.run(&args).exits(0).out.contains("NOT COMPARABLE"));
}

const BATTERIES: &str = "850760";

fn imports(desk: &Desk, importer: &str, exporter: &str, goods: &str, year: &str) -> Value {
    let answer = desk.assess(&[
        "--importer",
        importer,
        "--exporter",
        exporter,
        "--goods",
        goods,
        "--period",
        year,
    ]);
    check_shares(&answer);
    answer
}

#[test]
fn comtrade_downloads() {
    let Some(files) = shared_files("comtrade") else {
        return;
    };
    let desk = Desk::new();
    let names: Vec<&str> = files.iter().map(String::as_str).collect();
    let run = desk.run(&[&["load", "--format", "json"], &names[..]].concat()).exits(2);
    let report = run.json();
    let (mut loaded, mut refused) = (0, Vec::new());
    for file in report["files"].as_array().unwrap() {
        match file["error"]["code"].as_str() {
            Some(code) => refused.push((file["path"].as_str().unwrap(), code)),
            None => loaded += 1,
        }
    }
    assert_eq!(loaded, names.len() - 2);
    assert_eq!(refused.len(), 2, "{refused:?}");
    for (path, code) in refused {
        assert!(path.contains("china_exports_3codes") || path.contains("legacy_mixed"), "{path}");
        assert_eq!(code, "file-unsaid");
        assert!(run.err.contains(path), "the message names the file");
    }
    assert!(run.err.contains("--flow"), "{}", run.err);

    russia_until_it_fell_silent(&desk);
    kyrgyz_surge(&desk);
    for year in 2014..=2024 {
        let thai =
            desk.assess(&["--importer", "THA", "--goods", "8542", "--period", &year.to_string()]);
        check_shares(&thai);
        let world = thai["suppliers"].as_array().unwrap().iter().find(|s| s["country"] == "W00");
        assert!(world.is_none(), "{year}: partners add up to World");
    }
    china_is_loaded_once_the_rest_is_said(&desk, &files);
}

fn russia_until_it_fell_silent(desk: &Desk) {
    let answer = imports(desk, "RUS", "CHN", BATTERIES, "2020");
    assert_eq!(million(&answer["denominator"]), 158.35, "two files hold it; it counts once");
    let answer = imports(desk, "RUS", "CHN", BATTERIES, "2021");
    assert_eq!(answer["denominator"].as_f64().unwrap().round(), 208_905_200.0);
    assert_eq!((answer["share"].as_f64().unwrap() * 1e4).round(), 7143.0);
    let answer = imports(desk, "RUS", "CHN", BATTERIES, "2022");
    assert!(answer["numerator"].is_null() && answer["denominator"].is_null());
    assert!(answer["cannot_tell"].as_str().unwrap().contains("Russia"));
}

fn kyrgyz_surge(desk: &Desk) {
    for (year, usd) in
        [("2020", 10_923.0), ("2021", 49_112.0), ("2022", 11_599_764.0), ("2023", 3_891_195.0)]
    {
        assert_eq!(imports(desk, "KGZ", "CHN", BATTERIES, year)["numerator"], usd, "{year}");
    }
}

fn china_is_loaded_once_the_rest_is_said(desk: &Desk, files: &[String]) {
    let file = files.iter().find(|f| f.contains("china_exports_3codes")).unwrap();
    let said = ["--flow", "export", "--set", "reporter=CHN", "--set", "currency=USD"];
    let report = &desk.load(&[&[file.as_str()], &said[..]].concat())[0];
    assert_eq!(report["rows_set_aside"], 0);
    assert_eq!(report["rows_in"], report["rows_loaded"]);
}

#[test]
fn both_sides_reports_without_breakdown_codes() {
    let Some(reports) = shared("baci/comtrade_reports_2022.csv.gz") else {
        return;
    };
    let desk = Desk::new();
    let report = &desk.load(&[reports.to_str().unwrap()])[0];
    assert_eq!(report["rows_in"], 166_616);
    assert_eq!(report["rows_set_aside"], 0);
    assert!(
        report["rules"]["total-assumed-largest"].is_null(),
        "every total is found, none guessed"
    );

    // The sum of a key over its largest row is 1, 2, 4 or 8, and that row alone is its total.
    let odd = desk.sql(
        "SELECT count(*) FROM (SELECT sum(value_usd) / max(value_usd) AS times, \
         count(*) FILTER (WHERE breakdown = 'total') AS totals, \
         max(value_usd) = max(value_usd) FILTER (WHERE breakdown = 'total') AS largest \
         FROM trade GROUP BY reporter, flow, exporter, importer, hs_code) \
         WHERE totals <> 1 OR NOT largest \
         OR least(abs(times - 1), abs(times / 2 - 1), abs(times / 4 - 1), abs(times / 8 - 1)) > 0.001",
    );
    assert_eq!(odd[0][0], "0");

    // World is the sum of the partners wherever both are there.
    let groups = desk.sql(
        "SELECT count(*) FILTER (WHERE abs(world - partners) <= 0.001 * world), count(*) FROM \
         (SELECT sum(value_usd) FILTER (WHERE 'W00' IN (exporter, importer)) AS world, \
         sum(value_usd) FILTER (WHERE 'W00' NOT IN (exporter, importer)) AS partners \
         FROM trade WHERE breakdown = 'total' GROUP BY reporter, flow, hs_code) \
         WHERE world IS NOT NULL AND partners IS NOT NULL",
    );
    assert_eq!(groups[0][0], "4379", "of {}", groups[0][1]);
}

#[test]
fn baci_extract() {
    let Some(file) = shared("baci/baci_2022.csv") else {
        return;
    };
    let desk = Desk::new();
    let report = &desk.load(&[file.to_str().unwrap()])[0];
    assert_eq!(report["format"], "baci-iso3");
    assert_eq!((&report["rows_in"], &report["rows_set_aside"]), (&23_167.into(), &0.into()));
    let goods = &desk
        .sql("SELECT hs_code FROM trade WHERE importer = 'DEU' GROUP BY hs_code ORDER BY 1")[0][0];
    let answer = imports(&desk, "DEU", "CHN", goods, "2022");
    assert_eq!(answer["basis"], "reconciled");
}

#[test]
fn every_row_of_every_real_file_is_loaded_or_set_aside() {
    let folders = ["comtrade", "baci", "comext"].map(shared_files);
    let desk = Desk::new();
    for file in folders.into_iter().flatten().flatten().filter(|f| !f.contains("eu_exports_cn8")) {
        let run = desk.run(&[
            "load",
            "--format",
            "json",
            "--flow",
            "export",
            "--set",
            "reporter=CHN",
            "--set",
            "currency=USD",
            &file,
        ]);
        if file.contains("country_codes") {
            assert_eq!(run.code, 2, "a code table is no trade file");
            continue;
        }
        assert_eq!(run.code, 0, "{run:#?}");
        for report in run.json()["files"].as_array().unwrap() {
            let n = |key: &str| report[key].as_u64().unwrap();
            assert_eq!(n("rows_in"), n("rows_loaded") + n("rows_set_aside"), "{file}");
            assert_eq!(n("rows_set_aside"), 0, "{file}: publishers' own files can be read whole");
        }
    }
}

#[test]
fn armenia_s_imports_by_origin_and_by_consignment_are_two_answers() {
    let Some(file) = shared("national/armenia_by_origin_and_consignment.csv") else { return };
    let desk = Desk::new();
    let report = &desk.load(&[file.to_str().unwrap()])[0];
    assert_eq!(report["format"], "armstat");
    // 22,724 filled cells in 11,094 lines; 189 of them in lines without a country, 323 lines empty.
    assert_eq!(report["rows_in"], 22_724);
    assert_eq!(report["rows_set_aside"], 189);
    assert_eq!(report["rows_loaded"], 22_535);
    assert_eq!(report["rules"]["row-without-figure"], 323);
    for (basis, china, all) in [("origin", 867.62, 5361.47), ("dispatch", 551.82, 5361.15)] {
        let question = ["--importer", "ARM", "--exporter", "CHN", "--goods", "TOTAL"];
        let when = ["--period", "2021", "--basis", basis];
        let answer = desk.assess(&[&question[..], &when[..]].concat());
        assert_eq!(answer["basis"], basis);
        let got = (million(&answer["numerator"]), million(&answer["denominator"]));
        assert_eq!(got, (china, all), "{basis}");
    }
}

#[test]
fn the_imf_s_groups_of_partners_are_not_added_to_countries() {
    let Some(file) = shared("imf/RU_trade_IMF_IMTS_2016_2024.csv") else { return };
    let desk = Desk::new();
    let report = &desk.load(&[file.to_str().unwrap()])[0];
    assert_eq!(report["format"], "imf-imts");
    // 3,704 filled cells of the nine years.
    assert_eq!(report["rows_in"], 3_704);
    assert_eq!(report["rows_set_aside"], 0);
    let question = ["--importer", "RUS", "--exporter", "CHN", "--goods", "TOTAL"];
    for (period, china, all) in [("2021", 72_685.74, 293_656.04), ("2023", 119_833.58, 265_017.53)]
    {
        let answer = desk.assess(&[&question[..], &["--period", period]].concat());
        let got = (million(&answer["numerator"]), million(&answer["denominator"]));
        assert_eq!(got.0, china, "{period}");
        assert!((got.1 - all).abs() < 0.05, "{period}: {got:?}");
    }
}
