//! Tables in no known layout: a guess drafts a mapping, and the mapping loads.

use crate::support::Desk;
use serde_json::Value;

/// A Russian extract: boxes of the declaration, decimal commas, days with points.
const BOXES: &str = "ND;G072;G022;G082;G083;G15;G31_1;G33;G34;G35;G38;G46\n\
    10129060/010322/0001;01.03.2022;WIDGETS HK LTD;ООО РОМАШКА;Москва;ГОНКОНГ;МИКРОСХЕМЫ;8542310000;КИТАЙ;12,5;10,25;1 234,50\n\
    10129060/150322/0002;15.03.2022;GADGETS GMBH;АО ЛЮТИК;Тверь;ГЕРМАНИЯ;СТАНКИ;8458110000;Германия;900;850;25000\n\
    10129060/160322/0003;16.03.2022;GADGETS GMBH;АО ЛЮТИК;Тверь;ГЕРМАНИЯ;СТАНКИ;8458110000;Атлантида;900;850;много\n";

fn cp1251(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1251.encode(text).0.into_owned()
}

fn rows(desk: &Desk, sql: &str) -> Vec<Value> {
    let run = desk.run(&["sql", "--format", "json", sql]).exits(0);
    run.json().as_array().cloned().unwrap_or_default()
}

#[test]
fn what_is_guessed_can_be_loaded() {
    let desk = Desk::new();
    let file = desk.file("extract.csv", cp1251(BOXES));
    let out = desk.path("m.toml").display().to_string();
    let run = desk.run(&["load", "--guess", &file, "--out", &out]).exits(0);
    assert!(run.err.contains("МИКРОСХЕМЫ") && run.err.contains("1234.5"), "{}", run.err);
    assert!(!desk.store().join("datapackage.json").exists());
    let mapping = std::fs::read_to_string(&out).unwrap();
    // The encoding shows in the letters, so that the draft need not say it.
    for line in ["code = \"G33\"", "decimal = \",\"", "importer = \"G082\""] {
        assert!(mapping.contains(line), "{line} is not in {mapping}");
    }
    // The same draft on stdout, byte for byte.
    let again = desk.run(&["load", "--guess", &file]).exits(0);
    assert_eq!(again.out, mapping);
    desk.run(&["load", "--guess", &file, "--out", &out]).exits(2).says(&["cannot write"]);

    let report = &desk.load(&[&file, "--mapping", &out])[0];
    assert_eq!(
        (&report["rows_in"], &report["rows_loaded"], &report["rows_set_aside"]),
        (&3.into(), &2.into(), &1.into())
    );
    assert_eq!(report["rules"]["not-a-number"], 1);
    let rows = rows(&desk, "SELECT * FROM shipments ORDER BY line");
    assert_eq!(rows.len(), 2);
    let first = &rows[0];
    for (column, value) in [
        ("importer", Value::from("ООО РОМАШКА")),
        ("hs_code", "854231".into()),
        ("national_code", "8542310000".into()),
        ("date", "2022-03-01".into()),
        ("period", "2022-03".into()),
        ("origin", "CHN".into()),
        ("dispatch", "HKG".into()),
        ("value_usd", 1234.5.into()),
        ("net_weight_kg", 10.25.into()),
        ("line", 2.into()),
    ] {
        assert_eq!(first[column], value, "{column} in {first}");
    }
    let again = &desk.load(&[&file, "--mapping", &out])[0];
    assert_eq!(again["already_loaded"], true);
    let status = desk.run(&["status", "--format", "json"]).exits(0).json();
    assert_eq!(status["sources"][0]["dataset"], "shipments");
    // Questions to statistics pass shipments over.
    assert_eq!(self::rows(&desk, "SELECT count(*) AS n FROM trade")[0]["n"], 0);
}

#[test]
fn statistics_through_a_mapping_add_up() {
    let desk = Desk::new();
    let text = "Fecha;País;Partida;Puerto;Valor FOB US$\n01/2022;Rusia;854231;A;1.234,50\n01/2022;Rusia;854231;B;1,50\n";
    let file = desk.file("estadistica.csv", text);
    let guessed = desk.run(&["load", "--guess", &file]).exits(0).out;
    assert!(
        guessed.contains("target = \"trade\"") && guessed.contains("partner = \"País\""),
        "{guessed}"
    );
    let mapping = desk.file(
        "m.toml",
        format!("{guessed}flow = \"export\"\nreporter = \"ARG\"\n").replace("# check", "#"),
    );
    desk.load(&[&file, "--mapping", &mapping]);
    let rows = rows(
        &desk,
        "SELECT exporter, importer, sum(value_usd) AS v FROM trade GROUP BY exporter, importer",
    );
    assert_eq!((&rows[0]["exporter"], &rows[0]["importer"]), (&"ARG".into(), &"RUS".into()));
    assert_eq!(rows[0]["v"], 1236.0);
}

#[test]
fn an_unknown_layout_names_the_guess() {
    let desk = Desk::new();
    let file = desk.file("x.csv", "a,b,c\n1,2,3\n");
    desk.run(&["load", &file]).exits(2).says(&["plimsoll load --guess FILE drafts a mapping"]);
}

#[test]
fn faulty_mappings_change_nothing() {
    let desk = Desk::new();
    let file = desk.file("x.csv", "Importer,HS,Value\nACME LTD,854231,1\n");
    for (name, text, word) in [
        ("a.toml", "columns", "mapping"),
        ("b.toml", "[columns]\nimporteur = \"Importer\"\n", "importeur"),
        ("c.toml", "[columns]\nimporter = \"Nobody\"\n", "Nobody"),
        ("d.toml", "target = \"moon\"\n", "target"),
        ("e.toml", "target = \"trade\"\n", "no column"),
        ("f.toml", "[columns]\nimporter = 99999999\n", "importer"),
    ] {
        let mapping = desk.file(name, text);
        desk.run(&["load", &file, "--mapping", &mapping]).exits(2).says(&[word]);
    }
    assert_eq!(rows(&desk, "SELECT count(*) AS n FROM shipments")[0]["n"], 0);
}

#[test]
fn hostile_tables_end_in_an_error_or_in_problems() {
    let desk = Desk::new();
    let mapping = desk.file("m.toml", "[columns]\nimporter = \"Importer\"\nvalue = \"Value\"\n");
    let wide = format!("Importer,Value{}\nA,1\n", ",x".repeat(20_000));
    for (name, bytes, code) in [
        ("empty.csv", Vec::new(), 2),
        ("header.csv", b"Importer,Value\n".to_vec(), 2),
        ("nul.csv", vec![0; 5000], 2),
        ("cut.csv", b"Importer,Value\nA,1\nB".to_vec(), 0),
        ("quote.csv", b"Importer,Value\n\"A,1\nB,2\n".to_vec(), 0),
        ("wide.csv", wide.into_bytes(), 2),
        ("cut.parquet", b"PAR1 and no more".to_vec(), 2),
        ("broken.json", b"{\"Importer\": \"A\", ".to_vec(), 2),
        ("lines.json", b"{\"Importer\": \"A\", \"Value\": 5}\n{\"Value\": 6}\n".to_vec(), 0),
    ] {
        let file = desk.file(name, bytes);
        let guess = desk.run(&["load", "--guess", &file]);
        assert!(matches!(guess.code, 0 | 2), "{name}: {guess:?}");
        desk.run(&["load", &file, "--mapping", &mapping]).exits(code);
    }
}

#[test]
fn a_parquet_file_is_read() {
    use arrow::array::{ArrayRef, Float64Array, RecordBatch, StringArray};
    use std::sync::Arc;
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("Importer", Arc::new(StringArray::from(vec![Some("ACME LTD"), None]))),
        ("HS Code", Arc::new(StringArray::from(vec!["854231", "010121"]))),
        ("Value USD", Arc::new(Float64Array::from(vec![1.5, 2.0]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let desk = Desk::new();
    let file = desk.file("x.parquet", bytes);
    let mapping = desk.run(&["load", "--guess", &file]).exits(0).out;
    let mapping = desk.file("m.toml", mapping);
    desk.load(&[&file, "--mapping", &mapping]);
    let rows = rows(&desk, "SELECT importer, hs_code, value_usd FROM shipments ORDER BY line");
    assert_eq!(rows[0]["importer"], "ACME LTD");
    assert_eq!((&rows[1]["importer"], &rows[1]["hs_code"]), (&Value::Null, &"010121".into()));
}

#[test]
fn what_is_no_table_of_trade_gets_no_draft() {
    let desk = Desk::new();
    let noise: Vec<u8> = (0..=255).cycle().take(4096).collect();
    for (name, bytes) in [("noise.csv", noise), ("colours.csv", b"hue,shade\nred,dark\n".to_vec())]
    {
        let file = desk.file(name, bytes);
        let out = desk.path(&format!("{name}.toml")).display().to_string();
        desk.run(&["load", "--guess", &file, "--out", &out]).exits(2);
        assert!(!desk.path(&format!("{name}.toml")).exists());
    }
}
