//! `goods`, `status` and `explain` from the outside: what goes to stdout, what to stderr, and
//! with which exit code they end.

use std::process::{Command, Output};

fn plimsoll(arguments: &[&str]) -> Output {
    let store = std::env::temp_dir().join("plimsoll-test-no-such-store");
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments)
        .env("PLIMSOLL_STORE", store)
        .output()
        .unwrap_or_else(|e| unreachable!("the program was just built: {e}"))
}

/// Standard output, standard error, exit code.
fn run(arguments: &[&str]) -> (String, String, Option<i32>) {
    let out = plimsoll(arguments);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&out.stdout), text(&out.stderr), out.status.code())
}

fn json(arguments: &[&str]) -> serde_json::Value {
    let out = plimsoll(&[arguments, &["--format", "json"]].concat());
    serde_json::from_slice(&out.stdout).unwrap_or_default()
}

#[test]
fn goods_lists_every_group_with_its_source() {
    let groups = json(&["goods"])["groups"].as_array().cloned().unwrap_or_default();
    assert!(groups.len() > 20);
    for group in &groups {
        assert!(group["codes"].as_u64().is_some_and(|n| n > 0), "{group}");
        assert!(group["source"].as_str().is_some_and(|s| !s.is_empty()), "{group}");
    }
    let defaults = groups.iter().filter(|g| g["default"] == true).count();
    let names: std::collections::BTreeSet<&str> =
        groups.iter().filter_map(|g| g["group"].as_str()).collect();
    assert_eq!(defaults, names.len());
}

#[test]
fn goods_says_what_a_split_code_is_compared_with() {
    let (out, _, exit) = run(&["goods", "854151"]);
    assert_eq!(exit, Some(0));
    assert!(
        out.contains("HS2022 with HS2017: only together with 854159 against 854150 (widened)"),
        "{out}"
    );
    assert!(out.contains("no licence decision"), "{out}");
    let code = json(&["goods", "854151"]);
    let on = |spec: &str| {
        code["lists"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|l| l["spec"] == spec)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(on("chpl@2024-02")["how"], "listed");
    assert_eq!(on("chpl@2024-02")["entries"][0]["tier"], "3.A");
    assert!(on("chpl@2023-05").is_null());
}

#[test]
fn goods_finds_the_lists_of_a_code_of_before() {
    let code = json(&["goods", "854150"]);
    assert_eq!(code["revision"], "HS2017");
    let chpl = &code["lists"][0];
    assert_eq!((&chpl["spec"], &chpl["how"]), (&"chpl@2024-02".into(), &"stood-for-listed".into()));
    assert_eq!(chpl["entries"].as_array().map(Vec::len), Some(2));
}

#[test]
fn goods_names_near_codes_and_exits_2() {
    for (asked, near) in
        [("854199", "854190"), ("10121", "010121"), ("85423110", "854231"), ("8599", "8549")]
    {
        let (out, err, exit) = run(&["goods", asked]);
        assert_eq!((out.as_str(), exit), ("", Some(2)), "{asked}");
        assert!(err.contains("error[goods-unknown]") && err.contains(near), "{asked}: {err}");
    }
    let (_, err, exit) = run(&["goods", "854150@HS2022"]);
    assert_eq!(exit, Some(2));
    assert!(err.contains("HS2017"), "{err}");
}

#[test]
fn a_group_shows_its_codes_in_each_revision() {
    let group = json(&["goods", "chpl@2024-02"]);
    let codes = group["codes"].as_array().cloned().unwrap_or_default();
    assert_eq!(codes.len(), 50);
    let kind = |code: &str| {
        codes
            .iter()
            .find(|c| c["code"] == code)
            .map(|c| c["in"]["HS2017"]["kind"].clone())
            .unwrap_or_default()
    };
    assert_eq!(kind("854231"), "exact");
    assert_eq!(kind("854149"), "broader");
    assert_eq!(kind("854151"), "together");
    assert_eq!(kind("901380"), "scope-changed");
    assert_eq!(group["other_definitions"].as_array().map(Vec::len), Some(2));
}

#[test]
fn an_empty_store_says_what_to_do() {
    let (out, err, exit) = run(&["status"]);
    assert_eq!(exit, Some(0));
    assert!(out.contains("is empty"), "{out}");
    assert!(err.starts_with("next: plimsoll demo"), "{err}");
    let status = json(&["status"]);
    assert_eq!(status["totals"]["rows_loaded"], 0);
    assert_eq!(status["sources"].as_array().map(Vec::len), Some(0));
}

#[test]
fn explain_answers_and_names_near_entries() {
    let (out, _, exit) = run(&["explain", "error[column-missing]:"]);
    assert_eq!(exit, Some(0));
    assert!(out.starts_with("column-missing (error)"), "{out}");
    let (out, err, exit) = run(&["explain", "colum-mising"]);
    assert_eq!((out.as_str(), exit), ("", Some(2)));
    assert!(err.contains("column-missing"), "{err}");
    let (out, ..) = run(&["explain", "baci"]);
    assert!(
        out.contains("(dataset)") && out.contains("(layout)") && out.contains("t,i,j,k,v,q"),
        "{out}"
    );
}

/// `docs/formats.md` shows the table that the program prints.
#[test]
fn the_page_of_formats_is_current() {
    let (out, ..) = run(&["explain", "layouts", "--format", "md"]);
    let page = include_str!("../../../../docs/formats.md");
    let missing: Vec<&str> =
        out.lines().filter(|l| l.starts_with('|') && !page.contains(l)).collect();
    assert!(
        missing.is_empty(),
        "put the table of `plimsoll explain layouts --format md` there: {missing:#?}"
    );
}
