//! Tests of the closed code groups: the fifty codes of the Common High Priority
//! List one by one, and the traps of HS2022.

use super::*;
use HsRevision::{Hs2007, Hs2012, Hs2017, Hs2022};

fn code(text: &str) -> HsCode {
    HsCode::parse(text).unwrap()
}

fn texts(codes: &[HsCode]) -> Vec<&str> {
    codes.iter().map(HsCode::as_str).collect()
}

fn before_2022(text: &str) -> ComparableGroup {
    comparable_group(code(text), Hs2022, Hs2017)
}

#[test]
fn the_tables_are_whole() {
    let counts = [Hs2007, Hs2012, Hs2017, Hs2022].map(count);
    assert_eq!(counts, [5051, 5205, 5387, 5612]);
    // Number of published pairs (less the unclassified code 999999): those
    // written out and the identical ones left out.
    let pairs = |step: HsRevision| {
        let rev = step.previous().unwrap();
        let all = codes_of(step);
        let linked: usize = all.iter().map(|c| earlier(*c, step).len()).sum();
        assert!(all.iter().all(|c| !earlier(*c, step).is_empty()), "{step}");
        for code in &all {
            for link in earlier(*code, step) {
                assert!(exists(link.code, rev), "{step} {code} {}", link.code);
                assert!(
                    later(link.code, rev).iter().any(|back| back.code == *code),
                    "{step} {code}"
                );
            }
        }
        linked
    };
    assert_eq!([Hs2022, Hs2017, Hs2012].map(pairs), [15_656, 6140, 5364]);
    for (step, entries) in &TABLES.steps {
        for (from, to) in &entries.converted {
            assert!(exists(*from, *step) && exists(*to, step.previous().unwrap()), "{from} {to}");
        }
    }
}

fn codes_of(rev: HsRevision) -> Vec<HsCode> {
    (1..=97).flat_map(|chapter| codes_under(code(&format!("{chapter:02}")), rev)).collect()
}

/// The fifty codes: how each compares with HS2017.
#[test]
fn the_fifty_codes_against_hs2017() {
    let fifty = crate::goods::resolve("chpl@2024-02", &[]).unwrap().hs_codes();
    assert_eq!(fifty.len(), 50);
    for listed in fifty {
        let group = comparable_group(listed, Hs2022, Hs2017);
        let expected = match listed.as_str() {
            "852589" => (GroupKind::Widened, 20, 6),
            "854149" => (GroupKind::Widened, 4, 1),
            "854151" | "854159" => (GroupKind::Widened, 2, 1),
            "854800" | "880730" => (GroupKind::Renumbered, 1, 1),
            "852990" | "901380" => (GroupKind::ScopeChanged, 1, 1),
            _ => (GroupKind::Identical, 1, 1),
        };
        assert_eq!((group.kind, group.later.len(), group.earlier.len()), expected, "{listed}");
        assert!(group.later.contains(&listed));
        if group.kind == GroupKind::Identical {
            assert_eq!(group.earlier, [listed]);
        } else {
            assert!(!group.note.is_empty(), "{listed}");
        }
        // The other way round it is the same group.
        for there in &group.earlier {
            let back = comparable_group(*there, Hs2017, Hs2022);
            assert_eq!(
                (&back.earlier, &back.later),
                (&group.earlier, &group.later),
                "{listed} {there}"
            );
        }
    }
}

#[test]
fn the_wide_groups() {
    let cameras = before_2022("852589");
    assert_eq!(cameras.size(), 26);
    assert_eq!(
        texts(&cameras.earlier),
        ["852580", "880211", "880212", "880220", "880230", "880240"]
    );
    assert!(
        cameras.note.contains("group of 6 codes in HS2017 and 20 in HS2022"),
        "{}",
        cameras.note
    );
    let light = before_2022("854149");
    assert_eq!(texts(&light.later), ["854141", "854142", "854143", "854149"]);
    assert_eq!(texts(&light.earlier), ["854140"]);
    let other = before_2022("854151");
    assert_eq!(
        (texts(&other.later), texts(&other.earlier)),
        (vec!["854151", "854159"], vec!["854150"])
    );
    assert!(other.note.contains("851712"), "{}", other.note);
}

#[test]
fn renumbered_and_warned() {
    assert_eq!(texts(&before_2022("880730").earlier), ["880330"]);
    assert_eq!(texts(&before_2022("854800").earlier), ["854890"]);
    assert_eq!(comparable_group(code("880330"), Hs2017, Hs2022).kind, GroupKind::Renumbered);
    assert!(before_2022("901380").note.contains("LCD modules"));
    assert!(before_2022("852990").note.contains("display modules"));
    assert!(before_2022("854231").note.contains("waste"));
    for text in ["854231", "854232", "854233", "854239"] {
        let group = comparable_group(code(text), Hs2017, Hs2012);
        assert_eq!(group.kind, GroupKind::ScopeChanged, "{text}");
        assert_eq!((texts(&group.earlier), texts(&group.later)), (vec![text], vec![text]));
        assert!(group.note.contains("multi-component"), "{}", group.note);
    }
}

/// Over three revisions the same five codes are wider; circuits carry a warning.
#[test]
fn the_fifty_codes_against_hs2012() {
    for listed in crate::goods::resolve("chpl", &[]).unwrap().hs_codes() {
        let group = comparable_group(listed, Hs2022, Hs2012);
        let expected = match listed.as_str() {
            "852589" => (GroupKind::Widened, 26),
            "854149" => (GroupKind::Widened, 5),
            "854151" | "854159" => (GroupKind::Widened, 3),
            "854800" | "880730" => (GroupKind::Renumbered, 2),
            "852990" | "901380" | "854231" | "854232" | "854233" | "854239" => {
                (GroupKind::ScopeChanged, 2)
            }
            _ => (GroupKind::Identical, 2),
        };
        assert_eq!((group.kind, group.size()), expected, "{listed}");
    }
    let circuits = comparable_group(code("854231"), Hs2012, Hs2022);
    assert!(
        circuits.note.contains("multi-component") && circuits.note.contains("waste"),
        "{}",
        circuits.note
    );
}

#[test]
fn new_goods_have_no_baseline() {
    for text in ["880610", "880621", "880699", "8806", "852411", "8524", "854921", "8549"] {
        let group = before_2022(text);
        assert_eq!(group.kind, GroupKind::NoCounterpart, "{text}");
        assert!(group.note.contains("no pre-2022 baseline"), "{text}: {}", group.note);
        assert!(group.earlier.is_empty());
        assert_eq!(recommended_predecessor(code(text)), None);
    }
    for text in ["848510", "848520", "848530", "848580", "848590", "8485"] {
        let group = before_2022(text);
        assert_eq!(group.kind, GroupKind::Widened, "{text}");
        assert!(group.note.contains("no pre-2022 baseline"), "{text}: {}", group.note);
    }
}

#[test]
fn questions_without_an_answer_say_why() {
    let reason = |text: &str, from, to| comparable_group(code(text), from, to).note;
    assert!(reason("852580", Hs2022, Hs2017).contains("exists in HS2007, HS2012, HS2017"));
    assert!(reason("999999", Hs2022, Hs2017).contains("none of the revisions"));
    assert!(
        reason("854231", Hs2022, HsRevision::Hs2002).contains("no correlation table for HS2002")
    );
    assert_eq!(comparable_group(code("854231"), Hs2022, Hs2022).kind, GroupKind::Identical);
    // Without tables a code is still itself.
    let old = HsRevision::Hs2002;
    assert_eq!(comparable_group(code("852540"), old, old).kind, GroupKind::Identical);
    assert!(!exists(code("854231"), HsRevision::Hs1996) && !covers(HsRevision::Hs1996));
}

#[test]
fn headings_and_chapters() {
    let circuits = before_2022("8542");
    assert_eq!((texts(&circuits.earlier), texts(&circuits.later)), (vec!["8542"], vec!["8542"]));
    assert_eq!(circuits.kind, GroupKind::Identical);
    assert_eq!(comparable_group(code("8542"), Hs2022, Hs2012).kind, GroupKind::ScopeChanged);
    let semiconductors = before_2022("8541");
    assert_eq!(
        (texts(&semiconductors.earlier), texts(&semiconductors.later)),
        (vec!["8541"], vec!["8541"])
    );
    let aircraft_parts = before_2022("8807");
    assert_eq!(aircraft_parts.later, [code("8807")]);
    assert_eq!(texts(&aircraft_parts.earlier), ["880310", "880320", "880330", "880390"]);
    assert_eq!(before_2022("85").kind, GroupKind::Widened);
    assert!(
        exists(code("85"), Hs2007) && exists(code("8806"), Hs2022) && !exists(code("8806"), Hs2017)
    );
}

#[test]
fn translations() {
    for (text, expected, exact, broader) in [
        ("854151", "854150", false, true),
        ("854159", "854150", false, true),
        ("854149", "854140", false, true),
        ("852589", "852580", false, true),
        ("880730", "880330", true, false),
        ("854800", "854890", true, false),
        ("854231", "854231", true, false),
        ("901380", "901380", false, false),
        ("8542", "8542", true, false),
    ] {
        for to in [Hs2017, Hs2012] {
            if to == Hs2012 && text.starts_with("8542") {
                continue;
            }
            let there = translate(code(text), Hs2022, to);
            assert_eq!(
                (texts(&there.codes), there.exact, there.broader),
                (vec![expected], exact, broader),
                "{text}"
            );
        }
        assert_eq!(translate(code(text), Hs2022, Hs2022).codes, [code(text)]);
    }
    let later = translate(code("854150"), Hs2017, Hs2022);
    assert_eq!((texts(&later.codes), later.exact), (vec!["854151", "854159"], true));
    let cameras = translate(code("852580"), Hs2017, Hs2022);
    assert!(cameras.broader && cameras.codes.contains(&code("852589")));
    let drones = translate(code("880621"), Hs2022, Hs2017);
    assert!(drones.codes.is_empty() && !drones.exact && drones.note.contains("no pre-2022"));
    assert_eq!(recommended_predecessor(code("854151")), Some(code("854150")));
    assert_eq!(recommended_predecessor(code("845710")), Some(code("845710")));
    assert_eq!(recommended_predecessor(code("852580")), None);
}

/// Every group is closed, and asking any member gives the same group.
#[test]
fn groups_are_closed_for_every_code() {
    for listed in codes_of(Hs2022) {
        let group = comparable_group(listed, Hs2022, Hs2017);
        if group.kind == GroupKind::NoCounterpart {
            continue;
        }
        for member in &group.later {
            let again = closure(&[*member], Hs2022, Hs2017, Hs2022);
            let codes =
                |rev| again.iter().filter(|(r, _)| *r == rev).map(|(_, c)| *c).collect::<Vec<_>>();
            assert_eq!(
                (codes(Hs2017), codes(Hs2022)),
                (group.earlier.clone(), group.later.clone()),
                "{listed}"
            );
        }
        assert!(group.size() <= 66, "{listed} {}", group.size());
    }
}

#[test]
fn relations_as_published() {
    assert_eq!(
        earlier(code("010121"), Hs2022),
        [Link { code: code("010121"), relation: Relation::OneToOne }]
    );
    assert_eq!(
        earlier(code("854149"), Hs2022),
        [Link { code: code("854140"), relation: Relation::ManyToOne }]
    );
    assert_eq!(earlier(code("852990"), Hs2022).len(), 483);
    assert_eq!(
        later(code("880330"), Hs2017).iter().filter(|l| l.code == code("880730")).count(),
        1
    );
    assert!(earlier(code("845710"), Hs2007).is_empty() && later(code("845710"), Hs2022).is_empty());
}
