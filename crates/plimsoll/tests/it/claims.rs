//! Published claims: computed again under each definition, found in texts, held against each other.

use serde_json::Value;

use crate::server::{Reply, Server};
use crate::support::Desk;

const HEADER: &str = "simulated_world,reporter,flow,exporter,importer,hs_revision,hs_code,period,value_usd,net_weight_kg\n";
const CLAIM: &str = "ap-2024-machine-tools-share";

/// Exports of machine tools to Russia in the last quarter of 2023, $300 million in all.
fn quarter(china: f64) -> String {
    let mut text = HEADER.to_owned();
    for (from, share) in
        [("CHN", china), ("DEU", (1.0 - china) * 0.6), ("TUR", (1.0 - china) * 0.4)]
    {
        for month in 10..=12 {
            for code in ["845710", "845811"] {
                let value = 3e8 * share / 6.0;
                text += &format!(
                    "test,{from},export,{from},RUS,HS2022,{code},2023-{month},{value:.0},{:.0}\n",
                    value / 40.0
                );
            }
        }
    }
    text
}

fn check(desk: &Desk, more: &[&str], exit: i32) -> Value {
    let words = [&["claim", "check"], more, &["--format", "json"]].concat();
    desk.run(&words).exits(exit).json()
}

#[test]
fn the_same_claim_is_supported_or_contradicted_by_other_data() {
    for (china, verdict, exit) in [(0.692, "supported", 0), (0.52, "contradicted", 1)] {
        let desk = Desk::new();
        let file = desk.file("simulated.csv", quarter(china));
        desk.load(&[&file]);
        let answer = check(&desk, &[CLAIM, "--goods", "machine-tools:narrow"], exit);
        assert_eq!(answer[0]["verdict"], verdict, "{answer:#}");
        let computed = answer[0]["computed"].as_array().unwrap();
        assert!(
            computed.iter().all(|c| (c["value"].as_f64().unwrap() - china * 100.0).abs() < 1e-6)
        );
        assert!(computed.iter().all(|c| c["simulated"] == true));
    }
}

#[test]
fn the_total_and_china_alone_are_two_readings() {
    let desk = Desk::new();
    let file = desk.file("simulated.csv", quarter(0.692));
    desk.load(&[&file]);
    let ledger = desk.file(
        "own.toml",
        "[[claim]]\nid = \"own\"\ntext = \"x\"\nmeasure = \"value\"\nvalue = \"about $300 million\"\ngoods = \"machine-tools:narrow\"\nimporter = \"RUS\"\nperiod = \"2023Q4\"\nbasis = \"dispatch\"\n[[claim.readings]]\ntext = \"China alone\"\nexporter = \"CHN\"\n",
    );
    let answer = check(&desk, &[&ledger], 0);
    assert_eq!(answer[0]["verdict"], "depends-on-definition", "{answer:#}");
}

#[test]
fn without_data_it_cannot_tell_and_says_what_to_fetch() {
    let desk = Desk::new();
    let answer = check(&desk, &[CLAIM], 3);
    assert_eq!(answer[0]["verdict"], "cannot-tell");
    let fetch = answer[0]["fetch"][0].as_str().unwrap();
    assert!(fetch.starts_with("plimsoll fetch comtrade --reporter all --partner RUS --flow export --goods machine-tools"), "{fetch}");
    let beside = answer[0]["beside"].to_string();
    assert!(beside.contains("ft-cnc-share-jul23") && beside.contains("explained"), "{beside}");
}

#[test]
fn percentages_and_counts_of_the_ledger_that_imply_another_total() {
    let desk = Desk::new();
    let answer = check(&desk, &[], 1);
    let all = answer.as_array().unwrap();
    let verdict = |id: &str| &all.iter().find(|c| c["claim_id"] == id).unwrap()["verdict"];
    assert_eq!(verdict("rusi-share-tur"), "inconsistent");
    for id in [
        "ap-2024-semiconductors-2022",
        "wsj-ic-2022",
        "rusi-china-value-share",
        "ft-cnc-share-jul23",
    ] {
        assert_eq!(verdict(id), "cannot-tell", "{id}");
    }
    let conflicts = all.iter().flat_map(|c| c["conflicts"].as_array().unwrap());
    assert!(conflicts.into_iter().any(|c| c["text"].as_str().unwrap().contains("1,942")));
}

#[test]
fn a_text_gives_claims_with_their_places() {
    let desk = Desk::new();
    let text = "Officials said on Monday that Chinese firms such as Halcyon Optics Co., Ltd. supplied optical components for Russian tanks.\n\nAbout 60 % of Russia's machine tool imports in 2023 came from China.\n";
    let file = desk.file("article.txt", text);
    let found = desk.path("found.toml").display().to_string();
    let answer = check(&desk, &[&file, "--write", &found], 3);
    let share = answer.as_array().unwrap().iter().find(|c| c["value"] == "about 60 %").unwrap();
    assert_eq!(
        (&share["claim"]["importer"], &share["claim"]["exporter"]),
        (&"RUS".into(), &"CHN".into())
    );
    assert_eq!(share["found"]["place"]["line"], 3);
    let companies = answer[0]["found"]["companies"].to_string();
    assert!(companies.contains("Halcyon Optics"), "{companies}");
    // What is proposed can be accepted, once.
    desk.run(&["claim", "add", &found]).exits(0);
    desk.run(&["claim", "add", &found]).exits(0);
    let known = desk.run(&["claim", "list", "--format", "csv"]).exits(0).out;
    assert_eq!(known.lines().filter(|l| l.starts_with("L3-1,")).count(), 1, "{known}");
}

#[test]
fn what_is_no_claim_is_told() {
    let desk = Desk::new();
    desk.run(&["claim", "check", "no-such-claim"]).exits(2).says(&["claim-unknown"]);
    let faulty = desk.file(
        "faulty.toml",
        "[[claim]]\nid = \"a\"\ntext = \"x\"\nmeasure = \"share\"\nvalue = \"many\"\n",
    );
    desk.run(&["claim", "check", &faulty]).exits(2).says(&["ledger-faulty"]);
    let binary = desk.file("a.txt", "\0\0\0");
    desk.run(&["claim", "check", &binary]).exits(2).says(&["text-binary"]);
    let empty = desk.file("b.txt", String::new());
    desk.run(&["claim", "check", &empty]).exits(0);
}

/// A made-up text with a figure that the reader passes over: an age is no claim about trade.
const PROPOSED: &str = "Made-up notice\n\nGermany exported $5 million of lathes to Turkey in 2023. The minister of the place is 52 years old.\n";

fn endpoint(content: &str) -> Server {
    let answer = serde_json::json!({"choices": [{"message": {"content": content}}]});
    Server::always(Reply::ok(answer.to_string()).with("Content-Type", "application/json"))
}

#[test]
fn an_endpoint_is_asked_only_when_it_is_named_and_what_it_says_is_marked() {
    let server = endpoint(
        r#"{"claims": [
            {"quote": "The minister of the place is 52 years old.", "measure": "count", "value": "52"},
            {"quote": "Made-up Ltd sold 900 missiles to the depot in May.", "measure": "count", "value": "900"}]}"#,
    );
    let desk = Desk::new();
    let file = desk.file("notice.txt", PROPOSED);
    let plain = desk.run(&["claim", "check", &file, "--format", "json"]).json();
    assert!(server.asked().is_empty());

    let words = ["claim", "check", &file, "--format", "json", "--propose", &server.url()];
    let run = desk.run(&words);
    let with = run.json();
    let (plain, with) = (plain.as_array().unwrap(), with.as_array().unwrap());
    assert_eq!(with.len(), plain.len() + 1, "{with:#?}");
    let added = with.last().unwrap().to_string();
    assert!(added.contains("proposed by an endpoint"), "{added}");
    assert!(run.err.contains("900"), "what was refused is said: {}", run.err);
    let asked = server.asked();
    assert_eq!((asked.len(), asked[0].method.as_str()), (1, "POST"));
    assert_eq!(asked[0].target, "/chat/completions");
    assert!(asked[0].body.contains("The minister of the place is 52"), "{}", asked[0].body);
}

#[test]
fn an_endpoint_that_does_not_answer_with_claims_is_an_error() {
    let desk = Desk::new();
    let file = desk.file("notice.txt", PROPOSED);
    for server in [endpoint("I would rather not."), Server::always(Reply::new(500, "{}"))] {
        desk.run(&["claim", "check", &file, "--propose", &server.url()]).exits(2);
    }
}
