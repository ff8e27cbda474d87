//! What is read of entities and of deltas, and what is refused.

use super::super::intake::checks::{holds, read, show, survives};
use super::*;
use crate::scratch::Room;
use expect_test::{Expect, expect};

fn check(text: &str, want: Expect) {
    let shown = match read(&Ftm, text) {
        Ok(parsed) => show(&parsed),
        Err(error) => format!("{error}\n"),
    };
    want.assert_eq(&shown);
}

#[test]
fn survives_everything() {
    survives(&Ftm);
}

#[test]
fn example() {
    check(
        Ftm.example().1,
        expect![[r#"
        ftm-madeup | FollowTheMoney dataset madeup | 
        x-1 Organisation line 1
          Primary: Zontik Works @1
          Alias: Завод Зонтик @1
          Inn 7707083893 [INN]  holds
          at 1, Made-up Str. [xx]
          country xx
          programme Example
          listed 2020-01-02 
        problem 0 line 4: not-a-party "Payment x-4": neither a person, an organisation, a vessel nor an aircraft, nor part of one here
        rows 4 = 3 + 1
    "#]],
    );
}

#[test]
fn nested_parts_and_odd_values() {
    check(
        concat!(
            r#"{"id":"n1","schema":"Person","target":false,"properties":{"name":"Exa Mpleson","#,
            r#""birthDate":["1970","20th century"],"passportNumber":[123],"addressEntity":[{"id":"a","#,
            r#""schema":"Address","properties":{"street":["1 St"],"city":["Nowhere"]}}],"#,
            r#""sanctions":[{"id":"s","schema":"Sanction","properties":{"program":["P"]}}],"#,
            r#""familyPerson":[{"id":"f","schema":"Family","properties":{"relative":[{"id":"r","#,
            r#""schema":"Person","properties":{"name":["Not Listed"]}}]}}]}}"#,
            "\n",
            r#"{"id":"n1","schema":"Person","properties":{"name":["Exa M."]}}"#,
            "\n",
            r#"{"id":"n2","schema":"Person","properties":{"firstName":["Only"]}}"#,
            "\n",
            r#"{"id":"n3","schema":"LegalEntity","properties":{"alias":["Just An Alias"]}}"#,
            "\n[1]\nnonsense\n",
            r#"{"id":"w","schema":"CryptoWallet","properties":{"holder":["n3"],"publicKey":["1Abc"]}}"#,
        ),
        expect![[r#"
            ftm-entities | FollowTheMoney entities of entities | 
            n1 Person line 1
              Primary: Exa Mpleson @1
              Alias: Exa M. @2
              Passport 123 [] 
              Birth 1970..1970
              at 1 St, Nowhere []
              programme P
              remark not a target of the dataset: linked to one
            n3 Unknown line 4
              Primary: Just An Alias @4
              Wallet 1Abc [] 
            problem 0 line 1, column birthDate: date-unclear "20th century": not understood as a date; the entity is kept without it
            problem 0 line 3: no-name "Person n2": the entity has no id or no name
            problem 0 line 5: not-an-entity "[1]": a record is an object with named members
            problem 0 line 6: not-an-entity "nonsense": no JSON: expected ident at line 1 column 2
            rows 7 = 4 + 3
        "#]],
    );
}

#[test]
fn refusals() {
    check(
        r#"{"op":"ADD","entity":{"id":"x","schema":"Person","properties":{}}}"#,
        expect![[r#"
            entities.ftm.json only adds to entries of the full file of entities that it changes, which is not among the files
        "#]],
    );
    check(
        r#"{"id":"x","schema":"Person","prop"#,
        expect![[r#"
        entities.ftm.json is cut: line 1 ends inside a record
    "#]],
    );
    check(
        "[]\n{}\n",
        expect![[r#"
            entities.ftm.json cannot be read as ftm: line 2: nothing more should stand here
        "#]],
    );
    check(
        r#"{"id":"x","schema":"Address","properties":{}}"#,
        expect![[r#"
        entities.ftm.json holds no entry of ftm
    "#]],
    );
    let delta = br#"{"op":"MOD","entity":{"id":"x"}}"#;
    assert!(Ftm.recognise(&ListFile { name: "d.json", bytes: delta }) > 50);
}

#[test]
fn hostile_files() {
    let deep = format!("{}{}\n", Ftm.example().1, "[".repeat(200_000));
    let parsed = read(&Ftm, &deep).unwrap();
    assert_eq!(parsed.counts[0].rows_set_aside, 2);
    holds(&parsed);
    let huge = format!(
        "{{\"id\":\"h\",\"schema\":\"Person\",\"properties\":{{\"name\":[\"{}\"]}}}}",
        "x".repeat(2_000_000)
    );
    holds(&read(&Ftm, &huge).unwrap());
}

const FULL: &str = concat!(
    r#"{"id":"x-1","schema":"Company","properties":{"name":["Zontik Works"]},"datasets":["madeup"]}"#,
    "\n",
    r#"{"id":"x-2","schema":"Person","properties":{"name":["Exa Mpleson"]},"datasets":["madeup"]}"#,
    "\n",
    r#"{"id":"x-3","schema":"Company","properties":{"name":["Old Name"]},"datasets":["madeup"]}"#,
    "\n",
);
const DELTA: &str = concat!(
    r#"{"op":"DEL","entity":{"id":"x-2"}}"#,
    "\n",
    r#"{"op":"MOD","entity":{"id":"x-3","schema":"Company","properties":{"name":["New Name"]},"datasets":["madeup"]}}"#,
    "\n",
    r#"{"op":"ADD","entity":{"id":"x-4","schema":"Vessel","properties":{"name":["Made Up"]},"datasets":["madeup"]}}"#,
    "\n",
    r#"{"op":"DEL","entity":{"id":"x-9"}}"#,
    "\n",
    r#"{"op":"MOVE","entity":{"id":"x-1"}}"#,
    "\n",
);

#[test]
fn a_delta_gives_the_next_edition() {
    let files = [("entities.ftm.json", FULL), ("entities.delta.json", DELTA)];
    let files = files.map(|(name, text)| ListFile { name, bytes: text.as_bytes() });
    assert!(Ftm.changes(&files[0]).is_empty());
    assert_eq!(Ftm.changes(&files[1]), ["ftm-entities", "ftm-madeup"]);
    let parsed = Ftm.read(&files, &Room::default()).unwrap();
    holds(&parsed);
    expect![[r#"
        ftm-madeup | FollowTheMoney dataset madeup | 
        x-1 Organisation line 1
          Primary: Zontik Works @1
        x-3 Organisation line 2
          Primary: New Name @2
        x-4 Vessel line 3
          Primary: Made Up @3
        problem 1 line 4: change-unexpected "DEL x-9": it is not in the file that is changed: is a delta before this one missing?
        problem 1 line 5: not-an-entity "MOVE x-1": no change: it needs `op` ADD, MOD or DEL, and the entity with its id
        rows 3 = 3 + 0
        rows 5 = 4 + 1
    "#]].assert_eq(&show(&parsed));
    let entities = parsed.editions[0].entities.to_vec();
    assert_eq!(entities[1].origin, Origin { file: 1, line: 2 });
    // A second delta goes on from the first.
    let again = br#"{"op":"DEL","entity":{"id":"x-4"}}"#;
    let third = ListFile { name: "later.delta.json", bytes: again };
    let parsed = Ftm.read(&[files[0], files[1], third], &Room::default()).unwrap();
    let left: Vec<String> = parsed.editions[0].entities.iter().map(|e| e.id).collect();
    assert_eq!(left, ["x-1", "x-3"]);
}

#[test]
fn a_delta_alone_and_a_mixed_file_are_refused() {
    let delta = ListFile { name: "t2__20240527__entities.delta.json", bytes: DELTA.as_bytes() };
    assert_eq!(
        Ftm.read(&[delta], &Room::default()).unwrap_err().to_string(),
        "t2__20240527__entities.delta.json only adds to entries of the full file of entities that \
         it changes, which is not among the files"
    );
    let full = ListFile { name: "entities.ftm.json", bytes: FULL.as_bytes() };
    let mixed = format!("{DELTA}{FULL}");
    let mixed = ListFile { name: "mixed.json", bytes: mixed.as_bytes() };
    let error = Ftm.read(&[full, mixed], &Room::default()).unwrap_err().to_string();
    assert_eq!(error, "mixed.json cannot be read as ftm: line 6 is an entity and no change (`op`)");
}

#[test]
fn the_whole_file_as_one_array() {
    let lines: Vec<&str> = FULL.lines().collect();
    for text in
        [format!("[{}]", lines.join(",\n")), format!("{{\"results\":[\n{}\n]}}", lines.join(","))]
    {
        let file = ListFile { name: "entities.ftm.json", bytes: text.as_bytes() };
        assert!(Ftm.recognise(&file) >= 80, "{text}");
        let parsed = Ftm.read(&[file], &Room::default()).unwrap();
        assert_eq!(parsed.editions[0].list, "ftm-madeup");
        assert_eq!(parsed.editions[0].entities.len(), 3);
    }
}

/// Real files: the samples of OpenSanctions and of others, and two deltas.
#[test]
fn real_files() {
    use super::super::us_tests::{check_laws, shared, summary};
    for (name, want) in [
        (
            "sample_entities.ftm.json",
            "ftm-sa-wiki-peps-v2 607/3862; rows 1565=607+958; date-unclear 8; not-a-party 958",
        ),
        (
            "parteispenden__entities.ftm.json",
            "ftm-parteispenden 96/96; rows 475=185+290; not-a-party 290",
        ),
        ("zala__entities.ftm.json", "ftm-zala 17/245; rows 91=70+21; not-a-party 21"),
        ("sample_targets.nested.json", "ftm-wd-persons 5/11; rows 5=5+0"),
    ] {
        let Some(bytes) = shared(&format!("ftm/{name}")) else { return };
        let file = ListFile { name, bytes: &bytes };
        assert!(Ftm.recognise(&file) >= 80);
        let parsed = crate::lists::read(&Ftm, &[file], &Room::default()).unwrap();
        check_laws(&parsed, 1);
        assert_eq!(summary(&parsed), want, "{name}");
    }
    let deltas = [
        "t2__20240527194702-wnk__entities.delta.json",
        "t2__20240528014702-pfh__entities.delta.json",
    ];
    let Some(first) = shared(&format!("ftm/{}", deltas[0])) else { return };
    let Some(second) = shared(&format!("ftm/{}", deltas[1])) else { return };
    let all = [
        ListFile { name: "t2__entities.ftm.json", bytes: FULL.as_bytes() },
        ListFile { name: deltas[0], bytes: &first },
        ListFile { name: deltas[1], bytes: &second },
    ];
    assert_eq!(Ftm.changes(&all[1]), ["ftm-t2"]);
    let parsed = Ftm.read(&all, &Room::default()).unwrap();
    check_laws(&parsed, 3);
    assert_eq!(summary(&parsed), "ftm-madeup 6/133; rows 3=3+0; rows 2=2+0; rows 2=2+0");
}
