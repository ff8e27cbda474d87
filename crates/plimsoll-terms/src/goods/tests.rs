//! Tests of the goods lists.

use super::*;

fn goods(spec: &str) -> Goods {
    resolve(spec, &[]).unwrap()
}

fn codes(spec: &str) -> Vec<String> {
    goods(spec).codes.iter().map(|c| c.code.to_string()).collect()
}

fn code(text: &str) -> HsCode {
    HsCode::parse(text).unwrap()
}

#[test]
fn the_priority_list_in_its_versions_and_tiers() {
    for (spec, count) in [
        ("chpl", 50),
        ("chpl@2024-02", 50),
        ("CHPL@2023-09", 45),
        ("chpl@2023-05", 9),
        ("chpl@2024-02:tier1", 4),
        ("chpl:tier2", 5),
        ("chpl:tier3.A", 16),
        ("chpl:tier3.B", 9),
        ("chpl:tier4.A", 11),
        ("chpl:tier4.B", 5),
        ("chpl:3a", 16),
        ("chpl:tier3", 25),
        ("chpl:all", 50),
        ("chpl@2023-09:tier4", 11),
    ] {
        assert_eq!(goods(spec).codes.len(), count, "{spec}");
    }
    assert_eq!(
        CHPL_VERSIONS.map(|(v, n, _)| goods(&format!("chpl@{v}")).codes.len() == n),
        [true; 3]
    );
    assert_eq!(codes("chpl:tier4.B"), ["845710", "845811", "845891", "845961", "846693"]);
    assert_eq!(goods("chpl:tier1").codes[0].tier, Some(Tier::T1));
    assert_eq!(goods("chpl:tier1").codes[0].label.as_deref(), Some("Processors and controllers"));
    let error = resolve("chpl@2023-05:tier4.B", &[]).unwrap_err().to_string();
    assert!(error.contains("tier1 or tier2"), "{error}");
    let error = resolve("chpl@2022-01", &[]).unwrap_err().to_string();
    assert!(error.contains("2023-05"), "{error}");
}

#[test]
fn every_list_is_in_order_and_its_codes_exist() {
    for built_in in ALL {
        let specs = std::iter::once(built_in.name.to_owned())
            .chain(built_in.definitions.iter().map(|d| format!("{}:{d}", built_in.name)));
        for spec in specs {
            let goods = goods(&spec);
            assert!(
                !goods.codes.is_empty() && !goods.source.is_empty() && !goods.label.is_empty(),
                "{spec}"
            );
            assert!(goods.codes.is_sorted(), "{spec}");
            for (rev, codes) in goods
                .given
                .iter()
                .map(|(r, c)| (*r, c.clone()))
                .chain([(goods.revision, goods.hs_codes())])
            {
                for code in codes {
                    assert!(concord::exists(code, rev), "{spec} {code} {rev}");
                }
            }
            assert_eq!(resolve(&goods.spec(), &[]).unwrap(), goods, "{spec}");
        }
    }
    let defined: BTreeSet<(&str, &str)> =
        DEFINITIONS.iter().map(|d| (d.group.as_str(), d.definition.as_str())).collect();
    for (group, definition) in defined {
        let built_in = ALL.iter().find(|b| b.name == group).unwrap();
        assert!(
            definition == "default" || built_in.definitions.contains(&definition),
            "{group}:{definition}"
        );
    }
    let lines =
        include_str!("../../data/goods.csv").lines().filter(|l| !l.starts_with('#')).count() - 1;
    assert_eq!(DEFINITIONS.len(), lines);
}

#[test]
fn groups() {
    assert_eq!(goods("machine-tools").definition, "narrow");
    assert_eq!(goods("machine tools").codes.len(), 65);
    assert_eq!(goods("machine-tools:wide").codes.len(), 84);
    assert_eq!(goods("machine-tools:nc").codes.len(), 20);
    assert_eq!(goods("machine-tools:nc").codes_in(HsRevision::Hs2017).codes.len(), 16);
    assert_eq!(codes("microelectronics"), ["8542"]);
    assert_eq!(codes("microelectronics:8541+8542"), ["8541", "8542"]);
    assert_eq!(codes("microelectronics:hs85"), ["85"]);
    assert_eq!(goods("microelectronics:chpl-tier1-3a").codes.len(), 25);
    assert_eq!(codes("nitrocellulose"), ["391220"]);
    assert_eq!(goods("nitrocellulose:precursors").codes.len(), 4);
    let uav = goods("uav");
    assert!(uav.note.as_deref().unwrap().contains("no pre-2022 baseline"));
    let before = uav.codes_in(HsRevision::Hs2017);
    assert!(before.codes.is_empty() && before.missing.len() == 11);
    assert_eq!(
        goods("aircraft-parts")
            .codes_in(HsRevision::Hs2012)
            .codes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["880310", "880320", "880330", "880390"]
    );
    assert!(
        goods("microelectronics").holds(code("854231"))
            && !goods("microelectronics").holds(code("854110"))
    );
}

#[test]
fn the_priority_list_before_2022() {
    let before = goods("chpl").codes_in(HsRevision::Hs2017);
    assert_eq!(before.codes.len(), 49);
    assert!(before.missing.is_empty());
    // 854151 and 854159 are both listed, and together they are 854150.
    assert_eq!(before.broader, [code("852589"), code("854149")]);
    for text in ["852580", "854140", "854150", "854890", "880330"] {
        assert!(before.codes.contains(&code(text)), "{text}");
    }
    assert!(!before.codes.contains(&code("851712")));
    assert_eq!(goods("chpl").codes_in(HsRevision::Hs2012).codes.len(), 49);
}

#[test]
fn lists_compared_across_2022() {
    let list = goods("chpl").comparable_with(HsRevision::Hs2017);
    assert_eq!(list.widened, [code("852589"), code("854149")]);
    assert!(list.left_out.is_empty());
    // 46 single codes, the 26 of the cameras, 4 + 1 and 2 + 1.
    assert_eq!((list.later.len(), list.earlier.len()), (46 + 20 + 4 + 2, 46 + 6 + 1 + 1));
    assert_eq!(goods("uav").comparable_with(HsRevision::Hs2017).left_out.len(), 11);
    let tools = goods("machine-tools").comparable_with(HsRevision::Hs2017);
    assert!(tools.left_out.is_empty());
    assert_eq!(goods("machine-tools").codes_in(HsRevision::Hs2017).broader, tools.widened);
    assert!(tools.widened.iter().all(|c| c.as_str().starts_with("8463")), "{:?}", tools.widened);
}

#[test]
fn plain_codes() {
    assert_eq!(codes("8542"), ["8542"]);
    assert_eq!(codes("854232, 854231"), ["854231", "854232"]);
    assert_eq!(codes("8542.31"), ["854231"]);
    assert_eq!(goods("854232,854231").spec(), "854231,854232");
    assert_eq!(goods("852580@HS2017").spec(), "852580@HS2017");
    assert_eq!(goods("854231").label, "Processors and controllers (854231)");
    let error = resolve("852580", &[]).unwrap_err().to_string();
    assert!(error.contains("852580@HS2017"), "{error}");
    assert!(
        resolve("999999", &[]).is_err()
            && resolve("12345", &[]).is_err()
            && resolve("85@HS2019", &[]).is_err()
    );
}

#[test]
fn unknown_names_list_near_ones() {
    let error = resolve("machine-tool", &[]).unwrap_err().to_string();
    assert!(error.contains("did you mean machine-tools?"), "{error}");
    let error = resolve("machine-tools:broad", &[]).unwrap_err().to_string();
    assert!(error.contains("narrow, wide, nc or additive"), "{error}");
    assert!(resolve("", &[]).is_err());
}

#[test]
fn variants_of_one_concept() {
    let specs = |spec: &str| variants(&goods(spec)).iter().map(Goods::spec).collect::<Vec<_>>();
    assert_eq!(specs("chpl"), ["chpl@2023-09", "chpl@2023-05"]);
    assert_eq!(specs("chpl:tier4.B"), Vec::<String>::new());
    assert_eq!(specs("chpl:tier1"), ["chpl@2023-09:tier1", "chpl@2023-05:tier1"]);
    assert_eq!(specs("machine-tools"), ["machine-tools:wide", "machine-tools:nc"]);
    assert_eq!(specs("microelectronics").len(), 4);
    assert!(
        specs("nitrocellulose").is_empty() && specs("854231").is_empty() && specs("uav").is_empty()
    );
}

#[test]
fn users_groups() {
    let text = r#"
        [[group]]
        name = "mine"
        version = "2026-01"
        label = "Goods I watch"
        source = "memo"
        codes = ["8542", { code = "880730", label = "Drone parts", category = "air" }]

        [[group]]
        name = "mine"
        version = "2025-01"
        revision = "H5"
        codes = ["852580"]
    "#;
    let user = parse_user_groups(text).unwrap();
    let mine = resolve("mine", &user).unwrap();
    assert_eq!((mine.version.as_str(), mine.codes.len()), ("2026-01", 2));
    assert_eq!(mine.spec(), "mine@2026-01");
    assert_eq!(resolve("mine:air", &user).unwrap().codes[0].label.as_deref(), Some("Drone parts"));
    assert_eq!(resolve("mine@2025-01", &user).unwrap().revision, HsRevision::Hs2017);
    assert!(resolve("mine@2024", &user).is_err() && resolve("mine:sea", &user).is_err());
    assert!(resolve("mind", &user).unwrap_err().to_string().contains("did you mean mine?"));
    for (bad, word) in [
        ("[[group]]\nname='a'\ncodes=['85.42']", "854231, not 8542.31"),
        ("[[group]]\nname='a'\ncodes=['852580']", "does not exist in HS2022"),
        ("[[group]]\nname='a'\ncodes=[]", "no code"),
        ("[[group]]\nname='1a'\ncodes=['85']", "starts with a letter"),
        ("[[group]]\nname='a'\ncolour='red'\ncodes=['85']", "colour"),
        ("[[group]]\nname='a'\ncodes=['85']\n[[group]]\nname='A'\ncodes=['85']", "twice"),
    ] {
        let error = parse_user_groups(bad).unwrap_err().to_string();
        assert!(error.contains(word), "{bad}: {error}");
    }
    assert_eq!(parse_user_groups("").unwrap(), []);
}

#[test]
fn codes_listed_by_the_union() {
    let text = "hs6,sanction_date,sanctioned,category\n\
                854231,2022-02-25,1.0,dual_use\n852580,2022-04-08,1.0,dual_use\n010130,,,non_sanctioned\n220300,2022-03-15,1.0,luxury\n";
    let group = parse_eu_sanctioned(text).unwrap();
    assert_eq!(
        (group.codes.len(), group.version.as_str(), group.revision),
        (3, "2022-04-08", HsRevision::Hs2017)
    );
    let user = [group];
    let luxury = resolve("eu-sanctioned:luxury", &user).unwrap();
    assert_eq!(luxury.codes[0].listed.as_deref(), Some("2022-03-15"));
    assert_eq!(resolve("eu-sanctioned", &user).unwrap().spec(), "eu-sanctioned@2022-04-08");
    assert!(parse_eu_sanctioned("hs6,date\n").is_err());
    assert!(
        parse_eu_sanctioned("hs6,sanction_date,sanctioned\n85423,2022-02-25,1\n")
            .unwrap_err()
            .to_string()
            .contains("line 2")
    );
}

#[test]
fn tiers() {
    for tier in Tier::ALL {
        assert_eq!(Tier::parse(tier.code()), Some(tier));
        assert_eq!(Tier::parse(&format!("tier{tier}")), Some(tier));
    }
    assert_eq!(Tier::parse("3"), None);
    assert_eq!(Tier::family("tier4"), [Tier::T4A, Tier::T4B]);
    assert_eq!(chpl_tier(code("880730")), Some(Tier::T3B));
    assert_eq!(chpl_tier(code("8807")), None);
}
