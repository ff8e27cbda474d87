//! Does a faulty list leave the last good one, is every form of a file read or refused, and does
//! no name and no list go missing in silence? All lists here are made up.

use std::fs;
use std::io::Write as _;

use serde_json::Value;

use crate::support::{Desk, Run, finish};

/// A made-up list in OFAC's delimited form: number and name.
fn sdn(entries: &[(&str, &str)]) -> String {
    let line = |(number, name): &(&str, &str)| {
        format!("{number},\"{name}\",-0- ,\"TEST-EO1\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n")
    };
    entries.iter().map(line).collect()
}

const ZONTIK: (&str, &str) = ("900001", "ZONTIK PUMP WORKS");
const KORABL: (&str, &str) = ("900002", "KORABL MADEUP SHIPPING LLC");
const QUILL: (&str, &str) = ("900003", "QUILLFEATHER OPTICS CO., LTD.");
const BRASS: (&str, &str) = ("900004", "BRASSWREN TRADING");

/// Two editions: the later one has one more.
fn two_editions() -> Desk {
    let desk = Desk::new();
    let early = desk.file("sdn_2023-12-28.csv", sdn(&[ZONTIK, KORABL, QUILL]));
    let late = desk.file("sdn_2024-07-02.csv", sdn(&[ZONTIK, KORABL, QUILL, BRASS]));
    desk.load(&[&early, &late]);
    desk
}

/// The hits of one name.
#[track_caller]
fn hits(desk: &Desk, args: &[&str]) -> Vec<Value> {
    let run = desk.run(&[&["screen", "--format", "ndjson"], args].concat());
    let found = run.json()["hits"].as_array().unwrap().clone();
    let want = if found.is_empty() { 0 } else { 1 };
    run.exits(want);
    found
}

fn screen_file(desk: &Desk, name: &str, bytes: impl AsRef<[u8]>, more: &[&str]) -> Run {
    let file = desk.file(name, bytes);
    desk.run(&[&["screen", "--file", &file, "--format", "ndjson"], more].concat())
}

fn lines(run: &Run) -> Vec<Value> {
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Ids and names.
type Asked = &'static [(&'static str, &'static str)];

fn asked(run: &Run) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    lines(run).iter().map(|line| (text(&line["query_id"]), text(&line["query"]))).collect()
}

#[test]
fn a_list_without_an_edition_of_that_day_is_named() {
    let desk = two_editions();
    let own = desk.file("mine_2024-08-01.csv", "id,type,name\n1,company,Umbrella Widgets\n");
    desk.load(&[&own]);
    let run = desk.run(&["screen", "Zontik Pump Works", "--as-of", "2024-07-31"]).exits(1);
    let said = format!("{}{}", run.out, run.err);
    assert!(said.contains("own-mine"), "{said}");
    assert_eq!(hits(&desk, &["Umbrella Widgets", "--list", "own"]).len(), 1);
    assert_eq!(hits(&desk, &["Umbrella Widgets", "--list", "ofac-sdn"]).len(), 0);
}

#[test]
fn a_file_that_is_loaded_anew_takes_its_old_place() {
    let desk = two_editions();
    let file = desk.path("sdn_2024-07-02.csv");
    desk.load(&["--replace", "--set", "date=2024-07-03", file.to_str().unwrap()]);
    let editions = desk.run(&["status", "--format", "json"]).exits(0).json();
    assert_eq!(editions["watchlists"].as_array().unwrap().len(), 2, "{editions}");
    assert_eq!(hits(&desk, &["Brasswren Trading"])[0]["edition"], "2024-07-03");
}

#[test]
fn the_report_of_a_load() {
    let desk = Desk::new();
    let numbers: Vec<String> = (0..20).map(|n| format!("{}", 900_000 + n)).collect();
    let mut entries: Vec<(&str, &str)> =
        numbers.iter().map(|number| (number.as_str(), "ZONTIK WORKS")).collect();
    entries[7].0 = "";
    let file = desk.file("sdn_2024-07-02.csv", sdn(&entries));
    let report = &desk.load(&[&file])[0];
    assert_eq!(report["format"], "ofac-csv");
    assert_eq!(report["sha256"].as_str().unwrap().len(), 64);
    let rows =
        ["rows_in", "rows_loaded", "rows_set_aside"].map(|key| report[key].as_u64().unwrap());
    assert_eq!(rows, [20, 19, 1]);
    assert_eq!(report["rules"]["entry-number"], 1);
    let list = &report["lists"][0];
    assert_eq!((&list["list"], &list["edition"]), (&"ofac-sdn".into(), &"2024-07-02".into()));
    assert_eq!((&list["entities"], &list["names"]), (&19.into(), &19.into()));
}

/// Whatever is wrong with a new file, exit 2, and the old edition answers as before.
#[test]
fn a_faulty_list_leaves_the_last_good_one() {
    let whole = sdn(&[ZONTIK, KORABL, QUILL, BRASS]);
    let packed = {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(whole.as_bytes()).unwrap();
        out.finish().unwrap()
    };
    let cases: [(&str, Vec<u8>); 6] = [
        ("sdn_2024-08-01.csv", Vec::new()),
        ("sdn_2024-08-02.csv", b"\r\n".to_vec()),
        ("sdn_2024-08-03.csv", whole.as_bytes()[..whole.len() - 30].to_vec()),
        ("sdn_2024-08-04.csv", sdn(&[ZONTIK, KORABL]).into_bytes()),
        ("sdn_2024-08-05.csv.gz", packed[..packed.len() - 12].to_vec()),
        ("alt_2024-08-06.csv", b"900001,1,\"aka\",\"ZP WORKS\",-0- \r\n".to_vec()),
    ];
    for (name, bytes) in cases {
        let desk = two_editions();
        let before = desk.bytes();
        let file = desk.file(name, bytes);
        desk.run(&["load", &file]).exits(2);
        assert_eq!(desk.bytes(), before, "{name} changed the store");
        assert_eq!(hits(&desk, &["Brasswren Trading"])[0]["edition"], "2024-07-02", "{name}");
    }
}

/// A made-up file of two lists.
fn csl(entity_list: &[&str], military: &[&str]) -> String {
    let mut text = "source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,license_requirement,license_policy,source_list_url,alt_names\n".to_owned();
    for (source, names) in
        [("Entity List (EL) - BIS", entity_list), ("Military End User (MEU) List - BIS", military)]
    {
        for name in names {
            text += &format!("{source},,,,{name},,,99 FR 1,2001-02-03,,,http://x.example,\n");
        }
    }
    text
}

#[test]
fn in_a_file_of_many_lists_each_is_judged_for_itself() {
    let desk = Desk::new();
    let names = ["Alderfinch Works", "Birchwhistle Metals", "Cedarhollow Steel", "Dunlin Alloys"];
    let first = desk.file("csl_2022-05-01.csv", csl(&names, &names));
    desk.load(&[&first]);
    let second = desk.file("csl_2022-06-01.csv", csl(&names[..1], &names));
    let run = desk.run(&["load", "--format", "json", &second]).exits(2).says(&["csl-el"]);
    let lists = &run.json()["files"][0]["lists"];
    assert_eq!(lists.as_array().unwrap().len(), 1, "{lists}");
    let found = hits(&desk, &["Dunlin Alloys"]);
    let editions: Vec<_> = found
        .iter()
        .map(|h| (h["list"].as_str().unwrap(), h["edition"].as_str().unwrap()))
        .collect();
    assert_eq!(editions, [("csl-el", "2022-05-01"), ("csl-meu", "2022-06-01")]);
    // The same file again must not pass for whole.
    desk.run(&["load", &second]).exits(2).says(&["csl-el"]);
}

#[test]
fn a_list_that_is_gone_from_its_file_is_told() {
    let desk = Desk::new();
    let names = ["Alderfinch Works", "Birchwhistle Metals"];
    let first = desk.file("csl_2022-05-01.csv", csl(&names, &names));
    desk.load(&[&first]);
    let second = desk.file("csl_2022-06-01.csv", csl(&names, &[]));
    for _ in 0..2 {
        desk.run(&["load", &second]).exits(2).says(&["list-shrunk", "csl-meu"]);
    }
    let military = ["Alderfinch Works", "--list", "csl-meu"];
    assert_eq!(hits(&desk, &military)[0]["edition"], "2022-05-01");
    // Accepted once, it is not asked again.
    desk.load(&["--accept-shrunk", &second]);
    assert!(hits(&desk, &military).is_empty());
    assert_eq!(hits(&desk, &[&military[..], &["--as-of", "2022-05-31"]].concat()).len(), 1);
    assert_eq!(hits(&desk, &["Alderfinch Works"])[0]["list"], "csl-el");
    desk.load(&[&second]);
    let third = desk.file("csl_2022-07-01.csv", csl(&names[..2], &[]) + "\r\n");
    desk.load(&[&third]);
}

#[test]
fn sets_are_read_together() {
    let desk = Desk::new();
    fs::create_dir(desk.path("set_2022-01-31")).unwrap();
    let main = desk.file("set_2022-01-31/sdn.csv", sdn(&[ZONTIK, KORABL]));
    let alt = desk.file("set_2022-01-31/alt.csv", "900002,1,\"aka\",\"MERMAID FREIGHT\",-0- \r\n");
    let other = desk.file("cons_prim_2022-01-31.csv", sdn(&[QUILL]));
    let reports = desk.load(&[&alt, &other, &main]);
    assert_eq!(reports.len(), 3);
    let found = hits(&desk, &["Mermaid Freight"]);
    assert_eq!(found[0]["entity_id"], "900002");
    assert_eq!(found[0]["edition"], "2022-01-31");
    assert_eq!(found[0]["source"]["file"], "alt.csv");
    assert_eq!(hits(&desk, &["Quillfeather Optics"])[0]["list"], "ofac-cons");
}

/// Files whose names tell no day are never mixed into another edition of the same list.
#[test]
fn files_without_a_day_join_a_set_that_lacks_them() {
    let desk = Desk::new();
    let alt = desk.file("alt.csv", ALT);
    let early = desk.file("sdn_2023-12-28.csv", sdn(&[ZONTIK, KORABL]));
    desk.load(&[&alt, &early]);
    assert_eq!(hits(&desk, &["Mermaid Freight"])[0]["edition"], "2023-12-28");
    let late = desk.file("sdn.csv", sdn(&[ZONTIK, KORABL, QUILL]));
    let reports = desk.load(&["--replace", &alt, &early, &late, "--accept-shrunk"]);
    let entries: Vec<_> = reports.iter().map(|r| r["lists"][0]["entities"].clone()).collect();
    assert_eq!(entries, [2, 3, 3]);
    assert!(hits(&desk, &["Mermaid Freight", "--as-of", "2023-12-31"]).is_empty());
}

const ALT: &str = "900001,1,\"aka\",\"MERMAID FREIGHT\",-0- \r\n";

fn zip(members: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn archives_and_own_lists() {
    let desk = Desk::new();
    let main = sdn(&[ZONTIK, KORABL]);
    let members = [("sdn.csv", main.as_str()), ("x/alt.csv", ALT), ("readme.txt", "Read this.")];
    let archive = desk.file("ofac_2024-07-02.zip", zip(&members));
    let run = desk.run(&["load", "--format", "json", &archive]).exits(0).says(&["readme.txt"]);
    assert_eq!(run.json()["files"][1]["member"], "x/alt.csv");
    assert_eq!(hits(&desk, &["Mermaid Freight"])[0]["edition"], "2024-07-02");
    let workbook = desk.file("mine.xlsx", zip(&[("[Content_Types].xml", "<Types/>")]));
    desk.run(&["load", "--as", "plain-list", &workbook]).exits(2).says(&["file-damaged"]);
    let own = desk.file("mine.txt", "Umbrella Widgets\nExa Mpleson\n");
    desk.load(&["--as", "plain-list", "--set", "date=2024-05-06", &own]);
    assert_eq!(hits(&desk, &["Exa Mpleson"])[0]["edition"], "2024-05-06");
}

#[test]
fn files_of_names_in_many_forms() {
    let desk = two_editions();
    let wide: Vec<u8> =
        "\u{feff}name;id\nЗонтик;7\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, Vec<u8>, Asked); 8] = [
        (
            "a.txt",
            b"Zontik Pump Works\r\nSmith, John\n\nlast".to_vec(),
            &[("1", "Zontik Pump Works"), ("2", "Smith, John"), ("3", ""), ("4", "last")],
        ),
        (
            "b.csv",
            "\u{feff}ID,Name,Type\nq7,\"Smith, John\",person\n".into(),
            &[("q7", "Smith, John")],
        ),
        (
            "c.tsv",
            b"full name\tcountry\n\"Quoted\tNO\nNext\tSE\n".to_vec(),
            &[("1", "\"Quoted"), ("2", "Next")],
        ),
        ("d.csv", b"id;company name\n1;M\xfcller; Co\n".to_vec(), &[("1", "Müller")]),
        ("e.csv", wide, &[("7", "Зонтик")]),
        ("f.txt", b"Caf\xc3\xa9\nM\xfcller\n".to_vec(), &[("1", "Café"), ("2", "Müller")]),
        (
            "g.tsv",
            b"7\tcompany\tZontik\n8\tperson\tJane\n".to_vec(),
            &[("7", "Zontik"), ("8", "Jane")],
        ),
        ("h.csv", b"name\nZontik\n".to_vec(), &[("1", "Zontik")]),
    ];
    for (name, bytes, want) in cases {
        let run = screen_file(&desk, name, bytes, &[]);
        let want: Vec<_> = want.iter().map(|(i, n)| ((*i).to_owned(), (*n).to_owned())).collect();
        assert_eq!(asked(&run), want, "{name}: {}", run.err);
    }
    let run = screen_file(&desk, "f.txt", b"Zontik\nM\xfcller\n", &[]);
    assert!(run.err.contains("Windows-1252"), "{}", run.err);
}

#[test]
fn files_of_names_that_cannot_be_read_are_refused() {
    let desk = two_editions();
    for (name, text) in [
        ("empty.csv", ""),
        ("header.csv", "id,name\n"),
        ("blank.txt", "\n \n"),
        ("nameless.csv", "id,country\n1,NO\n"),
        ("tabs.tsv", "Zontik\tNO\nKorabl\tSE\n"),
        ("quote.csv", "id,name\n1,\"Zontik\n2,Korabl Madeup Shipping\n"),
        ("page.pdf", "%PDF-1.7\n"),
    ] {
        let run = screen_file(&desk, name, text, &[]);
        assert_eq!(run.code, 2, "{name}: {run:?}");
        assert!(run.err.contains(name), "{name}: {}", run.err);
    }
    desk.run(&["screen", "--file", "/nowhere/names.csv"]).exits(2);
}

#[test]
fn a_file_of_parquet() {
    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use std::sync::Arc;
    let desk = two_editions();
    let ids: ArrayRef = Arc::new(Int64Array::from(vec![Some(7), None]));
    let names: ArrayRef = Arc::new(StringArray::from(vec![Some("Zontik Pump Works"), None]));
    let batch = RecordBatch::try_from_iter([("id", ids), ("Name", names)]).unwrap();
    let mut bytes = Vec::new();
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let run = screen_file(&desk, "names.parquet", bytes, &[]).exits(1);
    assert_eq!(
        asked(&run),
        [("7".into(), "Zontik Pump Works".into()), ("2".into(), String::new())]
    );
}

#[test]
fn every_format_is_whole() {
    let desk = two_editions();
    let file = desk.file("names.txt", "Zontik Pump Works\nNobody At All\n");
    let run = |format| desk.run(&["screen", "--file", &file, "--format", format]).exits(1).out;
    let document: Value = serde_json::from_str(&run("json")).unwrap();
    assert!(document.is_array() || document["results"].is_array());
    let csv = run("csv");
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    assert_eq!(rows.records().map(Result::unwrap).count(), 1);
    for format in ["table", "md"] {
        let text = run(format);
        assert!(text.contains("ZONTIK PUMP WORKS") && text.contains("no match found in"), "{text}");
        for word in ["guilty", "clean", "not sanctioned", "innocent", "safe"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

#[test]
fn thresholds_limits_and_what_else_is_known() {
    let desk = two_editions();
    assert_eq!(hits(&desk, &["Quilfeather Optics", "--threshold", "0.999"]).len(), 0);
    for bad in ["1.5", "-1", "much"] {
        desk.run(&["screen", "Zontik", &format!("--threshold={bad}")]).exits(2);
    }
    let own = "id,type,name,identifier,country\n1,ship,MV Made Up,IMO 9074729,NO\n";
    let own = desk.file("mine_2024-08-01.csv", own);
    desk.load(&[&own]);
    let found = hits(&desk, &["Another Name Entirely", "--identifier", "IMO 9074729"]);
    assert_eq!(found[0]["list"], "own-mine");
    let with = hits(&desk, &["MV Made Up", "--type", "vessel", "--country", "NO"]);
    assert_eq!(with[0]["type"], "vessel");
}

#[test]
fn a_snapshot_that_is_lost_or_damaged_is_made_again() {
    let desk = two_editions();
    let before = desk.run(&["screen", "Zontik Pump Works", "--format", "ndjson"]).exits(1).out;
    let folder = desk.store().join("lists/snapshots");
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "plimsnap") {
            let bytes = fs::read(&path).unwrap();
            fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        }
    }
    let again = desk.run(&["screen", "Zontik Pump Works", "--format", "ndjson"]).exits(1).out;
    assert_eq!(again, before);
    fs::remove_dir_all(&folder).unwrap();
    let again = desk.run(&["screen", "Zontik Pump Works", "--format", "ndjson"]).exits(1).out;
    assert_eq!(again, before);
}

#[test]
fn few_snapshots_are_kept() {
    let desk = Desk::new();
    for day in 10..20 {
        let one = format!("QUILLFEATHER {day}");
        let list = sdn(&[ZONTIK, KORABL, (QUILL.0, &one)]);
        desk.load(&[&desk.file(&format!("sdn_2024-01-{day}.csv"), list)]);
        assert_eq!(hits(&desk, &["Zontik Pump Works"])[0]["edition"], format!("2024-01-{day}"));
    }
    let kept = fs::read_dir(desk.store().join("lists/snapshots")).unwrap().count();
    assert_eq!(kept, 8 + 1, "with the index");
}

/// Never an answer from bytes that nobody published.
#[test]
fn a_received_file_that_changed_is_refused_until_it_is_loaded_anew() {
    let desk = two_editions();
    let lists = desk.store().join("lists");
    fs::remove_dir_all(lists.join("snapshots")).unwrap();
    for entry in fs::read_dir(lists.join("received")).unwrap() {
        fs::write(entry.unwrap().path(), sdn(&[ZONTIK, KORABL, QUILL, KORABL])).unwrap();
    }
    desk.run(&["screen", "Brasswren Trading"]).exits(2).says(&["store-broken", "--replace"]);
    let file = desk.path("sdn_2024-07-02.csv");
    desk.load(&["--replace", file.to_str().unwrap()]);
    assert_eq!(hits(&desk, &["Brasswren Trading"]).len(), 1);
}

#[test]
fn status_shows_lists() {
    let desk = two_editions();
    let text = desk.run(&["status"]).exits(0).out;
    assert!(text.contains("ofac-sdn") && text.contains("2024-07-02"), "{text}");
    let document = desk.run(&["status", "--format", "json"]).exits(0).json();
    assert!(document.to_string().contains("ofac-sdn"));
}

#[test]
fn an_old_list_answers_unless_stale_data_are_refused() {
    let desk = two_editions();
    let name = ["screen", "Brasswren Trading", "--format", "ndjson"];
    let usual = desk.run(&name).exits(1).says(&["note: stale data: ofac-sdn is of 2024-07-02"]);
    let stale = &usual.json()["stale"];
    assert_eq!((&stale["allowed"], &stale["data"][0]["what"]), (&false.into(), &"ofac-sdn".into()));
    let mut of_the_house = desk.command(&name);
    of_the_house.env("PLIMSOLL_REFUSE_STALE", "1");
    finish(of_the_house).exits(3);
    let refused = [&name[..], &["--refuse-stale"]].concat();
    desk.run(&refused).exits(3).says(&["stale-data", "ofac-sdn", "--allow-stale"]);
    let allowed = [&refused[..], &["--allow-stale"]].concat();
    let answer = desk.run(&allowed).exits(1).json();
    assert_eq!(answer["stale"]["allowed"], true, "{answer:#}");
    assert_eq!(answer["stale"]["data"][0]["what"], "ofac-sdn");
    // As of a day near its own an edition is not stale.
    desk.run(&[&refused[..], &["--as-of", "2024-07-05"]].concat()).exits(1);
    let status = desk.run(&["status"]).exits(0).out;
    assert!(status.contains("stale:"), "{status}");
    desk.run(&["status", "--refuse-stale"]).exits(3);
}

#[test]
fn a_list_of_a_day_to_come_is_refused() {
    let desk = Desk::new();
    let file = desk.file("sdn.csv", sdn(&[ZONTIK]));
    let typed = ["load", &file, "--set", "date=2204-07-02"];
    let refused = desk.run(&typed).exits(2).says(&["list-of-the-future"]);
    assert!(refused.out.contains("none of them kept"), "{}", refused.out);
    desk.load(&[&file, "--set", "date=2024-07-02"]);
}

#[test]
fn two_own_lists_of_one_name_and_day_are_told() {
    let desk = Desk::new();
    let first = desk.file("mine.csv", "id,type,name\n1,company,Zontik Works\n");
    desk.load(&[&first]);
    let second = desk.file("mine.csv", "id,type,name\n1,company,Quill Works\n");
    let told = desk.run(&["load", &second]).exits(0).out;
    assert!(
        told.contains("edition-replaced") && told.contains("mine.csv with 1 entries"),
        "{told}"
    );
}

/// Somebody's own layout saved anew is no list of one's own: its aliases would be lost.
#[test]
fn letters_and_layouts_that_are_not_understood_give_no_silent_list() {
    let desk = Desk::new();
    let rest = "_id;source;type;programmes of all;name;titles;alternate names;ids;nationalities of";
    let other = desk.file("csl.csv", format!("{rest}\n1;X;company;P;Zontik Works;;ZW;;\n"));
    desk.run(&["load", &other]).exits(2).says(&["layout-unknown"]);
    let wide: Vec<u8> = "id,type,name\n1,company,Zontik\n".bytes().flat_map(|b| [b, 0]).collect();
    let wide = desk.file("wide.csv", wide);
    desk.run(&["load", "--as", "plain-list", &wide]).exits(2).says(&["UTF-16 without its mark"]);
    // Russian letters as a Russian spreadsheet writes them.
    let names = ["ООО Ромашка Сервис", "Завод точной механики", "Торговый дом Восток"];
    let text: String = names.iter().map(|n| format!("1;company;{n}\r\n")).collect();
    let text = format!("id;type;name\r\n{text}");
    let letter = |c: char| match u32::from(c) {
        code @ 0x410..=0x44f => (code - 0x410 + 0xc0) as u8,
        code => code as u8,
    };
    let cyrillic: Vec<u8> = text.chars().map(letter).collect();
    let cyrillic = desk.file("moi.csv", cyrillic);
    let told = desk.run(&["load", &cyrillic]).exits(0).out;
    assert!(told.contains("Windows-1251"), "{told}");
    assert_eq!(hits(&desk, &["Завод точной механики"]).len(), 1);
}

/// The names of a list are searched by whole names: half of each is none.
#[test]
fn a_list_with_a_renamed_column_of_names_is_refused_and_another_is_told() {
    let list = |first: &str, passport: &str| {
        format!(
            "Report Date: 13-Feb-2026\nUnique ID,Name 6,{first},Name type,Regime Name,Designation Type,{passport}\n\
             UTO0001,MPLESON,Exa,Primary Name,The Utopia (Sanctions) Regulations 2099,Individual,X0000001\n"
        )
    };
    let desk = Desk::new();
    let refused = desk.file("uk_one.csv", list("Given name", "Passport number"));
    desk.run(&["load", &refused]).exits(2).says(&[
        "list-malformed",
        "name1 is missing",
        "Given name (\"Exa\")",
    ]);
    let told = desk.file("uk_two.csv", list("Name 1", "Passport no."));
    let run = desk.run(&["load", &told]).exits(0);
    assert!(run.out.contains("column-unread") && run.out.contains("Passport no."), "{}", run.out);
    desk.run(&["screen", "Exa Mpleson"]).exits(1);
}
