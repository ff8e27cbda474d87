//! Components, makers, weapons and owners: from a file to `parts` and `owners`. All names are
//! made up, but for the real files of the last tests.

use serde_json::Value;

use crate::support::{Desk, shared};

const COMPONENTS: &str = "\
component_id,name_marking,category,manufacturer,manufacturer_country,oem_part_number,found_in_drones,source_url,last_verified,notes
x-1,Microcontroller ZX8,mcu,\"Quillfeather Micro Co., Ltd\",TW,ZX8,\"[\"\"uav-kite-7-no-12\"\"]\",https://example.org/1,2026-01-31,Linked weapon as published by GUR: UAV Kite-7 (No 12)
x-1,Microcontroller ZX8,mcu,\"Quillfeather Micro Co., Ltd\",TW,ZX8,\"[\"\"uav-kite-7-no-12\"\"]\",https://example.org/1,2026-01-31,Linked weapon as published by GUR: UAV Kite-7 (No 12)
x-2,Memory Q2,memory,QUILLFEATHER MICRO,TW,,\"[\"\"kite-7-uav\"\"]\",https://example.org/2,2026-01-31,
x-3,Servo drive,motor,Not identified,CN,,\"[\"\"kite-7-uav\"\"]\",https://example.org/3,2026-01-31,
x-4,Relay,passive,Snorrwick Relays (Quillfeather Micro),SE,,\"[\"\"kite-9-uav\"\"]\",https://example.org/4,2026-01-31,
x-5,Antenna,antenna,Thistledown Radar,DE,,\"[\"\"navigation-unit-of-the-kite-7-uav\"\"]\",https://example.org/5,2026-01-31,
";

const DRONES: &str = "\
id,display_name,aka,operators,manufacturer_country
kite-7-uav,Kite 7 UAV,\"[\"\"Milan-2\"\"]\",\"[\"\"XX\"\"]\",UNK
";

const LIST: &str = "p1\tbusiness\tQuillfeather Micro Company\tQuillfeather\n\
p2\tbusiness\tPellucid Holding\tPellucid Group\n";

fn desk() -> Desk {
    let desk = Desk::new();
    let components = desk.file("components.csv", COMPONENTS);
    let drones = desk.file("drones.csv", DRONES);
    let list = desk.file("mine_2024-01-31.tsv", LIST);
    desk.load(&[&components, &drones]);
    desk.load(&["--as", "plain-list", &list]);
    desk
}

fn parts(desk: &Desk, weapon: &str, code: i32) -> Value {
    desk.run(&["parts", weapon, "--format", "json"]).exits(code).json()
}

#[test]
fn repeats_are_counted_once_and_the_same_file_changes_nothing() {
    let desk = Desk::new();
    let file = desk.file("components.csv", COMPONENTS);
    let report = &desk.load(&[&file])[0];
    assert_eq!(report["format"], "war-components");
    assert_eq!([&report["rows_in"], &report["rows_loaded"], &report["distinct"]], [6, 6, 5]);
    assert_eq!(report["rules"]["repeated-record"], 1);
    assert_eq!(
        report["attribution"],
        "GUR via Awesome Drone Warfare OSINT Contributors, CC BY 4.0"
    );
    let before = desk.bytes();
    assert_eq!(desk.load(&[&file])[0]["already_loaded"], true);
    assert_eq!(desk.bytes(), before);
}

#[test]
fn a_faulty_file_changes_nothing() {
    let desk = desk();
    let before = desk.bytes();
    let head = COMPONENTS.lines().next().unwrap();
    let cut = &COMPONENTS[..COMPONENTS.len() - 40];
    for (text, code) in [
        (format!("{head}\n"), "file-empty"),
        (cut.to_owned(), "file-damaged"),
        (COMPONENTS.lines().take(2).map(|l| format!("{l}\n")).collect(), "evidence-shrunk"),
        (format!("{head}\n,,,,,,[oops,,,\n"), "nothing-readable"),
    ] {
        let file = desk.file("components.csv", text);
        desk.run(&["load", &file]).exits(2).says(&[code]);
        assert_eq!(desk.bytes(), before, "{code}");
    }
    let short: String = COMPONENTS.lines().take(2).map(|l| format!("{l}\n")).collect();
    let file = desk.file("components.csv", short);
    let report = &desk.load(&["--accept-shrunk", &file])[0];
    assert!(report["takes_the_place_of"].is_string(), "{report}");
}

#[test]
fn makers_of_a_weapon_in_any_spelling() {
    let desk = desk();
    for asked in ["Kite-7", "kite 7", "KITE7", "UAV Kite-7", "Milan-2"] {
        let answer = parts(&desk, asked, 1);
        let makers = answer["makers"].as_array().unwrap();
        let maker = makers.iter().find(|m| m["countries"][0] == "TW").unwrap();
        assert_eq!(maker["spellings"].as_array().unwrap().len(), 2);
        assert_eq!(maker["lists"]["status"], "possible-match", "{asked}");
        assert_eq!(maker["lists"]["hits"][0]["edition"], "2024-01-31");
        assert_eq!(answer["maker_unknown"], 1, "{asked}");
    }
    let answer = parts(&desk, "Kite-7", 1);
    let unknown = answer["parts"].as_array().unwrap().iter().find(|p| p["maker_unknown"] == true);
    let unknown = unknown.unwrap();
    assert_eq!(unknown["facts"]["maker_country"][0], "CN");
    assert_eq!(unknown["usual_code"]["hs"], "850110");
    assert_eq!(unknown["source"]["link"], "https://example.org/3");
    let kinds: Vec<&str> = answer["documented"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["what"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["the weapon", "a specimen or variant", "an assembly of it"]);
    let german = answer["makers"].as_array().unwrap().iter().find(|m| m["countries"][0] == "DE");
    assert_eq!(german.unwrap()["lists"]["status"], "no-match-found");
}

#[test]
fn before_the_first_edition_nothing_is_said_of_listings() {
    let desk = desk();
    let run = desk.run(&["parts", "Kite-7", "--as-of", "2020-01-01", "--format", "json"]).exits(0);
    assert_eq!(run.json()["makers"][0]["lists"]["status"], "no-list");
    desk.run(&["parts", "Kite-7"]).exits(1).says(&["CC BY 4.0", "a match is a lead"]);
}

#[test]
fn a_family_is_not_added_up_and_an_unknown_weapon_is_no_answer() {
    let desk = desk();
    desk.run(&["parts", "Kite"]).exits(2).says(&["weapon-ambiguous", "kite 7", "kite 9"]);
    desk.run(&["parts", "Kite-8"]).exits(3).says(&["weapon-unknown", "Kite"]);
    Desk::new().run(&["parts", "Kite-7"]).exits(3).says(&["no file of components"]);
    Desk::new().run(&["owners", "Anybody"]).exits(3).says(&["no-evidence"]);
    desk.run(&["status", "--format", "ftm"]).exits(2).says(&["format-unfit"]);
}

#[test]
fn other_forms_hold_the_same_parts() {
    let desk = desk();
    let csv = desk.run(&["parts", "Kite-7", "--format", "csv"]).exits(1).out;
    assert_eq!(csv.lines().count(), 1 + 4, "{csv}");
    assert!(csv.contains("unknown,CN"), "{csv}");
    let ftm = desk.run(&["parts", "Kite-7", "--format", "ftm"]).exits(1).out;
    let all: Vec<Value> = ftm.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let of = |schema: &str| all.iter().filter(|e| e["schema"] == schema).count();
    assert_eq!((of("Company"), of("Sanction")), (2, 1), "{ftm}");
    assert!(!ftm.contains("Not identified\"],\"schema"), "an unknown maker is no company: {ftm}");
    assert_eq!(ftm, desk.run(&["parts", "Kite-7", "--format", "ftm"]).exits(1).out);
    let page = desk.path("page.html");
    let page = page.to_str().unwrap();
    desk.run(&["parts", "Kite-7", "--page", page]).exits(1);
    let html = std::fs::read_to_string(page).unwrap();
    for word in ["<svg", "maker unknown", "https://example.org/3", "CC BY 4.0", "Kite 7 UAV"] {
        assert!(html.contains(word), "{word}");
    }
}

#[test]
fn a_party_with_lists_parts_and_names_in_brackets() {
    let desk = desk();
    let run = desk.run(&["owners", "Quillfeather Micro", "--format", "json"]).exits(1);
    let answer = run.json();
    assert_eq!(answer["timeline"][0]["first_seen"], "2024-01-31");
    assert_eq!(answer["parts"].as_array().unwrap().len(), 3);
    let brackets: Vec<&Value> = answer["parties"].as_array().unwrap().iter().collect();
    assert_eq!(brackets.iter().filter(|p| p["in_brackets"] == true).count(), 1);
    assert!(answer["codes"].as_array().unwrap().iter().any(|c| c["hs"] == "854231"));
    let text = desk.run(&["owners", "Quillfeather Micro"]).exits(1);
    assert!(text.out.contains("an HS code is not an ECCN"), "{}", text.out);
    let none = desk.run(&["owners", "Nobody Of This Name"]).exits(0);
    assert!(none.out.contains("no match found in"), "{}", none.out);
    assert!(!none.out.contains("not sanctioned"));
}

const BODS: &str = r#"[
{"statementId":"1","recordId":"a","recordType":"entity","statementDate":"2024-01-01","recordDetails":{"name":"Marzipan Avionics"}},
{"statementId":"2","recordId":"b","recordType":"entity","recordDetails":{"name":"Pellucid Holding"}},
{"statementId":"3","recordId":"c","recordType":"entity","recordDetails":{"name":"Middle Marzipan"}},
{"statementId":"4","recordId":"d","recordType":"relationship","statementDate":"2024-01-01","recordDetails":{"subject":"c","interestedParty":"b","interests":[{"type":"shareholding","share":{"exact":60}}]}},
{"statementId":"5","recordId":"e","recordType":"relationship","statementDate":"2024-01-01","recordDetails":{"subject":"a","interestedParty":"c","interests":[{"type":"shareholding","share":{"exact":30}}]}},
{"statementId":"6","recordId":"f","recordType":"relationship","statementDate":"2024-01-01","recordDetails":{"subject":"a","interestedParty":"b","interests":[{"type":"shareholding","share":{"minimum":25,"maximum":40}}]}}
]"#;

#[test]
fn listed_owners_are_added_up_as_a_lead() {
    let desk = desk();
    let file = desk.file("statements.json", BODS);
    assert_eq!(desk.load(&[&file])[0]["format"], "bods");
    let answer = desk.run(&["owners", "Marzipan Avionics", "--format", "json"]).exits(1).json();
    let control = &answer["control"][0];
    // 25 to 40 directly; 60 % of Middle Marzipan is theirs, so its 30 counts whole.
    let held = &control["hundredths_of_percent"];
    assert_eq!(held["direct"], serde_json::json!([2500, 4000]));
    assert_eq!(held["aggregate"], serde_json::json!([5500, 7000]));
    assert_eq!(held["chain"], serde_json::json!([4300, 5800]));
    assert_eq!(control["reading"], "50 % or more, if the owners are the listed parties");
    let ftm = desk.run(&["owners", "Marzipan Avionics", "--format", "ftm"]).exits(1).out;
    assert_eq!(ftm.matches("\"Ownership\"").count(), 3, "{ftm}");
    assert!(ftm.contains("25 to 40 %"), "{ftm}");
}

#[test]
fn other_tables_of_parts_say_who_published_them() {
    let desk = Desk::new();
    let text = "component,maker,country,weapon,source,date,likelihood\n\
                Lens 40 mm,Brambleby Optical,China,Kite-7,https://example.org/a,2026-02-01,likely\n";
    let file = desk.file("teardown.csv", text);
    let said = ["--set", "publisher=Institute of Umbrellas", "--set", "licence=CC BY 4.0"];
    let report = &desk.load(&[&[file.as_str()], &said[..]].concat())[0];
    assert_eq!(report["attribution"], "Institute of Umbrellas, CC BY 4.0");
    let answer = parts(&desk, "Kite-7", 0);
    assert_eq!(answer["parts"][0]["likelihood"], "likely");
    assert_eq!(answer["makers"][0]["countries"][0], "CN");
    assert_eq!(answer["makers"][0]["lists"]["status"], "no-list");
}

#[test]
fn the_published_component_file() {
    let Some(folder) = shared("components") else { return };
    let desk = Desk::new();
    let path = |name: &str| folder.join(name).display().to_string();
    let names = [
        "components.csv",
        "manufacturers.csv",
        "drones.csv",
        "supply_chain_edges.csv",
        "teardowns.csv",
    ];
    let files: Vec<String> = names.iter().map(|name| path(name)).collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let reports = desk.load(&files);
    let components = &reports[0];
    assert_eq!(components["rows_in"], 8_326);
    assert_eq!(components["distinct"], 5_806);
    assert_eq!(components["rules"]["repeated-record"], 8_326 - 5_806);
    assert_eq!(components["rows_set_aside"], 0);
    for report in &reports {
        assert_eq!(report["rows_set_aside"], 0, "{report}");
    }
    let answer = parts(&desk, "Geran-4", 0);
    assert_eq!(answer["documented"].as_array().unwrap().len(), 2);
    let documented = answer["parts"].as_array().unwrap();
    assert_eq!(documented.len(), 54);
    assert!(
        documented.iter().all(|p| p["source"]["link"].as_str().unwrap().starts_with("https://"))
    );
    let unknown = documented.iter().filter(|p| p["maker_unknown"] == true).count();
    assert!(unknown > 0 && answer["maker_unknown"] == unknown, "{unknown}");
    let names: Vec<&str> =
        answer["makers"].as_array().unwrap().iter().map(|m| m["maker"].as_str().unwrap()).collect();
    assert!(names.contains(&"Texas Instruments"), "{names:?}");
    assert!(!names.iter().any(|n| n.contains("identified")), "{names:?}");
    desk.run(&["parts", "Geran"]).exits(2).says(&["geran 2", "geran 4"]);
}

#[test]
fn owners_out_of_a_published_list() {
    let Some(list) = shared("watchlists/ftm/zala__entities.ftm.json") else { return };
    let desk = Desk::new();
    desk.load(&[list.to_str().unwrap(), "--set", "date=2026-05-01"]);
    let run = desk.run(&["owners", "Zala Aero", "--format", "json"]).exits(1);
    let statements = run.json()["statements"].as_array().unwrap().clone();
    assert!(statements.iter().any(|s| s["relation"] == "owned_by"), "{statements:#?}");
}
