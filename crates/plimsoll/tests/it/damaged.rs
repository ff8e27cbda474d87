//! What happens to a damaged file? A fault of the whole file changes nothing and ends with 2;
//! a fault of a row sets that row aside and loads the others; both say what, where and what
//! to do.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::support::{COMEXT, Desk, Dice, GOOD_ROW, check_shares};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn good_text() -> String {
    let mut text = format!("{COMEXT}\n");
    for month in 1..=12 {
        text.push_str(&format!("2022-{month:02},Germany,RU,85423190,{},1\n", 1000 * month));
    }
    text
}

/// Rows that do not repeat, so that packed they stay large.
fn long_text(rows: usize) -> String {
    let mut dice = Dice(7);
    let mut text = format!("{COMEXT}\n");
    for _ in 0..rows {
        let (month, code, value) = (1 + dice.below(12), dice.below(10_000), dice.below(1_000_000));
        text.push_str(&format!("2022-{month:02},Germany,RU,8542{code:04},{value},1\n"));
    }
    text
}

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let bytes = |unit: u16| {
        if little { unit.to_le_bytes() } else { unit.to_be_bytes() }
    };
    text.encode_utf16().flat_map(bytes).collect()
}

/// Loads into a store that holds something; the load must fail with this code, name the file,
/// give a hint, and leave every byte of the store as it was.
#[track_caller]
fn refused(name: &str, bytes: impl AsRef<[u8]>, code: &str) -> String {
    let desk = Desk::new();
    let before = desk.comext("before.csv", &["2020-01,Germany,KZ,85423190,7,1"]);
    desk.load(&[&before, "--flow", "export"]);
    let stored = desk.bytes();
    let file = desk.file(name, bytes);
    let run = desk.run(&["load", &file, "--flow", "export"]).exits(2);
    assert!(run.err.contains(&format!("error[{code}]")), "{name}: {}", run.err);
    let run = run.says(&[name, "hint: ", "nothing of it was loaded"]);
    assert!(
        !run.err.contains(['\0', '\u{1b}']),
        "control characters reach the terminal: {:?}",
        run.err
    );
    assert_eq!(
        stored.keys().collect::<Vec<_>>(),
        desk.bytes().keys().collect::<Vec<_>>(),
        "{name}: files came or went"
    );
    assert!(stored == desk.bytes(), "{name}: the store changed");
    run.err
}

/// Loads rows after a good one; the report on the file.
#[track_caller]
fn loaded(header: &str, rows: &[&str]) -> (Desk, Value) {
    let desk = Desk::new();
    let file = desk.file("rows.csv", format!("{header}\n{}\n", rows.join("\n")));
    let report = desk.load(&[&file, "--flow", "export"]).remove(0);
    let n = |key: &str| report[key].as_u64().unwrap();
    assert_eq!(n("rows_in"), n("rows_loaded") + n("rows_set_aside"));
    (desk, report)
}

/// One bad row among good ones is set aside with its place, and the others are loaded.
#[track_caller]
fn set_aside(bad: &str, rule: &str, column: &str, value: &str) {
    let (desk, report) = loaded(COMEXT, &[GOOD_ROW, bad, "2022-03,Germany,RU,85423190,3000,3"]);
    assert_eq!((&report["rows_in"], &report["rows_loaded"]), (&3.into(), &2.into()), "{report:#}");
    assert_eq!(report["rules"][rule], 1, "{report:#}");
    let aside = &report["set_aside"][0];
    assert_eq!(aside["line"], 3);
    assert_eq!(aside["rule"], rule);
    assert_eq!(aside["column"].as_str().unwrap_or(""), column);
    assert_eq!(aside["value"], value);
    assert!(aside["hint"].as_str().unwrap().len() > 20, "{aside}");
    assert_eq!(desk.rows(), 2);
    let kept = desk.bytes().into_iter().find(|(name, _)| name.ends_with("set-aside.ndjson"));
    let kept: Value = serde_json::from_slice(&kept.expect("kept in the store").1).unwrap();
    assert_eq!(&kept, aside);
}

#[test]
fn cut_archives() {
    refused(
        "cut.csv.gz",
        {
            let packed = gzip(long_text(50_000).as_bytes());
            packed[..packed.len() / 2].to_vec()
        },
        "file-damaged",
    );
    let packed = gzip(good_text().as_bytes());
    refused("short.csv.gz", &packed[..packed.len() - 12], "file-damaged");
    refused("stub.csv.gz", &packed[..3], "file-damaged");
    let archive = zip(&[("good.csv", good_text().as_bytes())]);
    refused("cut.zip", &archive[..archive.len() / 2], "file-damaged");
}

#[test]
fn a_faulty_member_undoes_the_whole_archive() {
    let packed = gzip(long_text(5_000).as_bytes());
    let half = &packed[..packed.len() / 2];
    refused(
        "half.zip",
        zip(&[("1.csv", good_text().as_bytes()), ("2.csv.gz", half)]),
        "file-damaged",
    );
}

#[test]
fn nothing_in_it() {
    refused("zero.csv", "", "file-empty");
    refused("mark.csv", b"\xEF\xBB\xBF", "file-empty");
    refused("mark16.csv", b"\xFF\xFE", "file-empty");
    refused("blank.csv", "\n\n   \n\r\n", "file-empty");
    refused("none.zip", zip(&[]), "file-empty");
    refused("header.csv", format!("{COMEXT}\n"), "file-empty");
    refused("header_blank.csv", format!("{COMEXT}\n\n,,,,,\n"), "file-empty");
    refused("none.json", r#"{"elapsedTime":"0.1","count":0,"data":[],"error":""}"#, "file-empty");
}

#[test]
fn not_a_trade_file() {
    let mut dice = Dice(1);
    let mut noise = |n: usize| -> Vec<u8> { (0..n).map(|_| dice.below(256) as u8).collect() };
    let picture = [b"\x89PNG\r\n\x1a\n".to_vec(), noise(5000)].concat();
    refused("picture.csv", picture, "layout-unknown");
    refused("noise.bin", [b"x".to_vec(), noise(300_000)].concat(), "layout-unknown");
    let page = "<!DOCTYPE html>\n<html><head><title>403 Forbidden</title></head></html>\n";
    refused("page.csv", page, "layout-unknown");
    let novel = "It was the best of times, it was the worst of times,\n".repeat(3000);
    refused("novel.txt", novel, "layout-unknown");
    refused("readme.zip", zip(&[("README.txt", b"Read me\n")]), "layout-unknown");
}

#[test]
fn a_services_message_saved_as_data() {
    let text = r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 1 seconds."}"#;
    let said = refused("limit.json", text, "document-unreadable");
    assert!(said.contains("Rate limit is exceeded"), "{said}");
    refused("cut.json", r#"{"data":[{"period":"2022","reporterCode":156"#, "document-unreadable");
    refused("deep.json", "[".repeat(200_000), "document-unreadable");
}

#[test]
fn a_needed_column_is_missing() {
    for gone in 0..5 {
        let without = |line: &str| {
            let fields = line.split(',').enumerate().filter(|(i, _)| *i != gone);
            fields.map(|(_, field)| field).collect::<Vec<_>>().join(",")
        };
        let text = format!("{}\n{}\n", without(COMEXT), without(GOOD_ROW));
        let column = COMEXT.split(',').nth(gone).unwrap();
        let desk = Desk::new();
        let file = desk.file("lacks.csv", &text);
        let run = desk.run(&["load", &file, "--flow", "export"]).exits(2);
        run.says(&["lacks.csv", "hint: "]);
        let run = desk.run(&["load", &file, "--flow", "export", "--as", "comext-tidy"]).exits(2);
        run.says(&["lacks.csv", "error[column-missing]", column, "hint: "]);
        assert!(
            desk.bytes().keys().all(|name| !name.starts_with("trade/")),
            "{:?}",
            desk.bytes().keys()
        );
    }
}

#[test]
fn utf_16_is_read_by_its_mark_and_refused_without() {
    for little in [true, false] {
        let desk = Desk::new();
        let file = desk.file("marked.csv", utf16(&format!("\u{feff}{}", good_text()), little));
        assert_eq!(desk.load(&[&file, "--flow", "export"])[0]["rows_loaded"], 12);
    }
}

#[test]
fn latin_1_names_are_read() {
    let desk = Desk::new();
    let header =
        "freqCode,period,reporterDesc,flowCode,partnerDesc,classificationCode,cmdCode,primaryValue";
    let text = format!(
        "{header}\nA,2022,T\u{fc}rkiye,M,C\u{f4}te d'Ivoire,H6,854231,5\nA,2022,T\u{fc}rkiye,M,Cura\u{e7}ao,H6,854231,7\n"
    );
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let file = desk.file("latin.csv", latin);
    assert_eq!(desk.load(&[&file])[0]["rows_loaded"], 2);
    let rows = desk.sql("SELECT importer, exporter FROM trade ORDER BY exporter");
    assert_eq!(rows, [["TUR", "CIV"], ["TUR", "CUW"]]);
}

#[test]
fn names_in_another_encoding_load_as_unresolved() {
    // Shift-JIS for Doitsu and Roshia.
    let mut text = format!("{COMEXT}\n2022-01,").into_bytes();
    text.extend(b"\x83\x68\x83\x43\x83\x63,RU,85423190,5,1\n2022-01,Germany,\x83\x8d\x83\x56\x83\x41,85423190,5,1\n");
    let desk = Desk::new();
    let file = desk.file("sjis.csv", text);
    let report = &desk.load(&[&file, "--flow", "export"])[0];
    assert_eq!(
        (&report["rows_loaded"], &report["rules"]["place-unresolved"]),
        (&2.into(), &2.into())
    );
}

#[test]
fn rows_that_cannot_be_read_are_set_aside_with_their_place() {
    set_aside("2022-02,Germany,,85423190,5,1", "place-missing", "", "");
    set_aside("2022-02,Germany,RU,85423190,abc,1", "not-a-number", "value_eur", "abc");
    set_aside("2022-02,Germany,RU,85423190,\"1,234\",1", "not-a-number", "value_eur", "1,234");
    set_aside("2022-02,Germany,RU,85423190,inf,1", "not-a-number", "value_eur", "inf");
    set_aside("2022-02,Germany,RU,85423190,0x10,1", "not-a-number", "value_eur", "0x10");
    let long = "123456789012345678901234567890";
    set_aside(
        &format!("2022-02,Germany,RU,85423190,{long},1"),
        "number-too-large",
        "value_eur",
        long,
    );
    set_aside("2022-02,Germany,RU,85423190,1e400,1", "number-too-large", "value_eur", "1e400");
    set_aside("2022-02,Germany,RU,85423190,-5,1", "negative", "value_eur", "-5");
    set_aside("2022-02,Germany,RU,85423190,5,-1", "negative", "quantity_kg", "-1");
    set_aside("2022-02,Germany,RU,85423190,,1", "value-missing", "value_eur", "");
    set_aside("2022-02,Germany,RU,85423,5,1", "code-digits", "cn8", "85423");
    set_aside("2022-02,Germany,RU,123456789012,5,1", "code-too-long", "cn8", "123456789012");
    set_aside("2022-02,Germany,RU,chips,5,1", "code-unreadable", "cn8", "chips");
    set_aside("2022-13,Germany,RU,85423190,5,1", "period-unreadable", "period", "2022-13");
    set_aside("2022-02,Germany", "row-short", "", "2022-02");
    set_aside("2022-02,Germany,RU,85423190,5,1,7,8", "row-long", "", "2022-02");
    set_aside(
        "2022-02,\"Germany,RU,85423190,5,1",
        "quote-unclosed",
        "",
        "2022-02,\"Germany,RU,85423190,5,1",
    );
}

#[test]
fn a_problem_is_told_to_people_too() {
    let desk = Desk::new();
    let file = desk.comext("rows.csv", &[GOOD_ROW, "2022-02,Germany,RU,85423190,abc,1"]);
    let run = desk.run(&["load", &file, "--flow", "export"]).exits(0);
    for word in ["1 set aside", "line 3", "value_eur", "not-a-number", "\"abc\"", "12345.67"] {
        assert!(run.out.contains(word), "{word:?} is not in {}", run.out);
    }
}

#[test]
fn not_one_row_can_be_read() {
    let said = refused(
        "bad.csv",
        format!("{COMEXT}\n2022-02,Germany,RU,85423190,abc,1\n"),
        "nothing-readable",
    );
    assert!(said.contains("line 2") && said.contains("abc"), "{said}");
}

#[test]
fn further_columns_do_not_matter() {
    let (desk, report) = loaded(&format!("{COMEXT},note"), &[&format!("{GOOD_ROW},hello")]);
    assert_eq!(report["rows_loaded"], 1);
    assert_eq!(desk.rows(), 1);
    let semicolons = good_text().replace(',', ";");
    let file = desk.file("semicolons.csv", semicolons);
    assert_eq!(desk.load(&[&file, "--flow", "export"])[0]["rows_loaded"], 12);
}

#[test]
fn unknown_countries_load_and_widen_the_bounds() {
    let desk = Desk::new();
    let file = desk.comtrade(
        "unknown.csv",
        &[
            "A,2022,764,M,156,0,H6,854231,6,C00,0,5,700",
            "A,2022,764,M,777,0,H6,854231,6,C00,0,5,200",
            "A,2022,764,M,899,0,H6,854231,6,C00,0,5,100",
            "A,2022,764,M,0,0,H6,854231,6,C00,0,15,1000",
        ],
    );
    let report = &desk.load(&[&file])[0];
    assert_eq!(
        (&report["rows_loaded"], &report["rules"]["place-unresolved"]),
        (&4.into(), &1.into())
    );
    let answer = desk.assess(&[
        "--importer",
        "THA",
        "--exporter",
        "CHN",
        "--goods",
        "854231",
        "--period",
        "2022",
    ]);
    check_shares(&answer);
    let bounds = ["share", "share_low", "share_high"].map(|k| answer[k].as_f64().unwrap());
    assert_eq!(
        bounds,
        [0.7, 0.7, 1.0],
        "200 of a country unknown here and 100 of none may be China's"
    );
    assert_eq!(answer["coverage"], 0.7);
}

#[test]
fn a_few_partners_without_their_total_may_be_an_extract() {
    let desk = Desk::new();
    let file = desk.comtrade("one.csv", &["A,2022,764,M,156,0,H6,854231,6,C00,0,5,700"]);
    desk.load(&[&file]);
    let asked = ["--importer", "THA", "--exporter", "CHN", "--goods", "854231", "--period", "2022"];
    let answer = desk.assess(&asked);
    let bounds = ["share", "share_low", "share_high"].map(|k| answer[k].as_f64().unwrap());
    assert_eq!(bounds, [1.0, 0.0, 1.0], "who else sold is not known");
    assert!(answer["coverage"].is_null());
}

#[test]
fn archives_that_name_places_outside_are_refused() {
    for name in ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "C:\\evil.csv", "..\\evil.csv"]
    {
        let said = refused("evil.zip", zip(&[(name, good_text().as_bytes())]), "file-refused");
        assert!(said.contains("evil.csv") && said.contains("outside"), "{said}");
    }
}

#[test]
fn a_good_archive_with_folders_and_a_read_me() {
    let desk = Desk::new();
    let archive =
        zip(&[("a/b/good.csv", good_text().as_bytes()), ("README.txt", b"Please read me.\n")]);
    let file = desk.file("good.zip", archive);
    let reports = desk.load(&[&file, "--flow", "export"]);
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0]["rows_loaded"], 12);
    assert_eq!(reports[0]["member"], "a/b/good.csv");
    assert_eq!(reports[0]["passed_over"][0], "README.txt");
    assert!(desk.stray_files().is_empty());
    assert!(!desk.path("a").exists() && !desk.store().join("a").exists(), "nothing is unpacked");
}

#[test]
fn other_members_do_not_spoil_an_archive() {
    for (name, bytes) in
        [(".keep", &b""[..]), ("README.md", b"[a link](x) and text\n"), ("x.json", b"{\"a\": 1}")]
    {
        let desk = Desk::new();
        let file =
            desk.file("mixed.zip", zip(&[(name, bytes), ("good.csv", good_text().as_bytes())]));
        let reports = desk.load(&[&file, "--flow", "export"]);
        assert_eq!(reports[0]["rows_loaded"], 12, "{name}");
    }
}

#[test]
fn a_huge_line_is_set_aside_and_the_others_are_loaded() {
    let mut text = format!("{COMEXT}\n{GOOD_ROW}\n").into_bytes();
    text.resize(text.len() + 50_000_000, b'x');
    text.extend(b"\n2022-02,Germany,RU,85423190,7,1\n");
    let desk = Desk::new();
    let file = desk.file("huge.csv", &text);
    let report = &desk.load(&[&file, "--flow", "export"])[0];
    assert_eq!((&report["rows_loaded"], &report["rules"]["line-too-long"]), (&2.into(), &1.into()));
    assert_eq!(report["set_aside"][0]["line"], 3);
    assert!(report["set_aside"][0]["value"].as_str().unwrap().len() < 200);
    let lines = desk.sql("SELECT line FROM trade ORDER BY line");
    assert_eq!(lines, [["2"], ["4"]]);
}

#[test]
fn an_open_quote_spoils_its_own_line_and_no_other() {
    let (desk, report) = loaded(
        COMEXT,
        &[
            GOOD_ROW,
            "2022-02,\"Germany,RU,85423190,5,1",
            "2022-03,Germany,RU,85423190,3,1",
            "2022-04,\"Germany\",\"RU\",85423190,7,1",
            "2022-05,Germany,RU,85423190,9,1",
        ],
    );
    assert_eq!(
        (&report["rows_in"], &report["rows_set_aside"]),
        (&5.into(), &1.into()),
        "{report:#}"
    );
    assert_eq!(
        desk.sql("SELECT sum(value_reported) FROM trade")[0][0].parse::<f64>().unwrap(),
        1019.0
    );
}

#[test]
fn quoted_line_breaks_are_part_of_their_row() {
    let (desk, report) = loaded(
        &format!("{COMEXT},note"),
        &[
            &format!("{GOOD_ROW},\"two\nlines\""),
            "2022-02,Germany,RU,85423190,5,1,\"a \"\"quote\"\" here\"",
            "2022-03,Germany,RU,85423190,abc,1,plain",
        ],
    );
    assert_eq!((&report["rows_in"], &report["rows_loaded"]), (&3.into(), &2.into()));
    assert_eq!(report["set_aside"][0]["line"], 5, "lines are those of the file");
    assert_eq!(desk.rows(), 2);
}

#[test]
fn old_mac_line_ends_lose_no_row() {
    for text in [good_text(), long_text(60_000)] {
        let rows = text.lines().count() - 1;
        let desk = Desk::new();
        let file = desk.file("cr.csv", text.replace('\n', "\r"));
        let run = desk.run(&["load", "--format", "json", &file, "--flow", "export"]);
        let report = &run.json()["files"][0];
        let read = report["rows_loaded"] == rows;
        let refused = run.code == 2 && !run.err.contains("is empty");
        assert!(read || refused, "neither all {rows} rows nor a refusal that says why: {run:#?}");
    }
}

#[test]
fn the_first_row_is_not_lost_behind_a_header_of_another_line_end() {
    let desk = Desk::new();
    let file = desk.file("mixed.csv", good_text().replacen('\n', "\r", 1));
    let run = desk.run(&["load", "--format", "json", &file, "--flow", "export"]);
    assert!(run.code == 2 || run.json()["files"][0]["rows_in"] == 12, "{run:#?}");
}

#[test]
fn text_of_a_file_never_steers_the_terminal() {
    let desk = Desk::new();
    let file = desk.comext(
        "esc.csv",
        &[
            GOOD_ROW,
            "2022-01,Germany,RU,\u{1b}[31m8542\u{7},1000,1",
            "2022-01,Germany,\u{1b}]0;x\u{7}land,85423190,1000,1",
        ],
    );
    let run = desk.run(&["load", &file, "--flow", "export"]).exits(0);
    let query = desk.run(&["sql", "SELECT importer FROM trade"]).exits(0);
    for text in [&run.out, &run.err, &query.out] {
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text:?}");
    }
}

#[test]
fn utf_16_without_a_mark_is_named_as_such() {
    for little in [true, false] {
        let desk = Desk::new();
        let file = desk.file("unmarked.csv", utf16(&good_text(), little));
        let run = desk.run(&["load", &file, "--flow", "export"]);
        assert!(!run.err.contains('\0'), "{:?}", run.err);
        assert!(
            run.code == 0 && desk.rows() == 12 || run.code == 2 && run.err.contains("UTF-16"),
            "{run:#?}"
        );
    }
}

#[test]
fn what_is_said_of_a_file_must_make_sense() {
    for setting in [
        "unit=NaN",
        "unit=-1",
        "unit=inf",
        "unit=0",
        "currency=",
        "currency=BANANA",
        "vintage=",
        "reporter=W00",
    ] {
        let desk = Desk::new();
        let file = desk.file("r.csv", "date,country,hs,value\n2021-03,Georgia,870300,1.5\n");
        let said = [
            "--flow",
            "export",
            "--set",
            "reporter=CHN",
            "--set",
            "currency=USD",
            "--set",
            setting,
        ];
        let run = desk.run(&[&["load", &file], &said[..]].concat());
        assert_eq!(run.code, 2, "{setting} was taken: {run:#?}");
    }
    for year in ["99999", "-5", "0"] {
        let desk = Desk::new();
        let file = desk.file("x.csv", "i,j,cmd,value\nCHN,RUS,854231,5\n");
        let run = desk.run(&["load", &file, "--set", &format!("year={year}")]);
        assert_eq!(run.code, 2, "{year} was taken: {run:#?}");
    }
}
