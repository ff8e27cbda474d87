//! UN Comtrade, simulated: answers in the publisher's format, with its limits and its moods. The
//! figures are made up, and every test says which.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::server::{Reply, Request, Server};
use crate::support::{Desk, Run, finish};

/// Who exports how much of each code each month, in dollars: made up. China, Germany, Hong Kong.
const EXPORTERS: [(u16, u64); 3] = [(156, 7000), (276, 1000), (344, 2000)];

fn list(request: &Request, name: &str) -> Vec<String> {
    request.parameter(name).split(',').filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

/// A record as the service gives it.
fn record(reporter: u16, partner: &str, flow: &str, period: &str, code: &str, value: u64) -> Value {
    let monthly = period.len() == 6;
    json!({
        "typeCode": "C", "freqCode": if monthly { "M" } else { "A" },
        "refPeriodId": format!("{period:0<8}").parse::<u64>().unwrap(),
        "refYear": period[..4].parse::<u16>().unwrap(),
        "refMonth": if monthly { period[4..].parse::<u16>().unwrap() } else { 52 },
        "period": period, "reporterCode": reporter, "reporterISO": null, "reporterDesc": null,
        "flowCode": flow, "flowDesc": null, "partnerCode": partner.parse::<u16>().unwrap(),
        "partnerISO": null, "partnerDesc": null, "partner2Code": 0, "partner2ISO": null,
        "partner2Desc": null, "classificationCode": "H6", "classificationSearchCode": "HS",
        "isOriginalClassification": true, "cmdCode": code, "cmdDesc": null, "aggrLevel": 6,
        "isLeaf": null, "customsCode": "C00", "customsDesc": null, "mosCode": "0", "motCode": 0,
        "motDesc": null, "qtyUnitCode": 5, "qtyUnitAbbr": "u", "qty": 10.0,
        "isQtyEstimated": false, "altQtyUnitCode": -1, "altQtyUnitAbbr": null, "altQty": 0.0,
        "isAltQtyEstimated": false, "netWgt": 100.0, "isNetWgtEstimated": false, "grossWgt": 0.0,
        "isGrossWgtEstimated": false, "cifvalue": null, "fobvalue": value, "primaryValue": value,
        "legacyEstimationFlag": 0, "isReported": false, "isAggregate": true,
    })
}

/// All that is known of a question, cut at its limit. Codes of machines are traded.
fn answer(request: &Request) -> Reply {
    let (reporters, flow) = (list(request, "reporterCode"), request.parameter("flowCode"));
    let mut data = Vec::new();
    for (reporter, value) in EXPORTERS {
        if !reporters.is_empty() && !reporters.contains(&reporter.to_string()) {
            continue;
        }
        for period in list(request, "period") {
            for code in
                list(request, "cmdCode").iter().filter(|c| c.starts_with("84") && c.len() == 6)
            {
                data.push(record(reporter, "643", &flow, &period, code, value));
            }
        }
    }
    data.truncate(request.parameter("maxRecords").parse().unwrap());
    let body = json!({"elapsedTime": "0.21 secs", "count": data.len(), "data": data, "error": ""});
    Reply::ok(body.to_string()).with("Content-Type", "application/json; charset=utf-8")
}

const QUESTION: [&str; 11] = [
    "comtrade",
    "--reporter",
    "all",
    "--partner",
    "RUS",
    "--flow",
    "export",
    "--goods",
    "machine-tools",
    "--period",
    "2023-10..2023-12",
];

fn command(desk: &Desk, server: &Server, args: &[&str]) -> Command {
    let mut command = desk.command(&[&["fetch"], args].concat());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env_remove("COMTRADE_API_KEY").env("PLIMSOLL_FETCH_TIME_SCALE", "0");
    command.env("PLIMSOLL_COMTRADE_URL", server.url());
    command
}

fn fetch(desk: &Desk, server: &Server, args: &[&str]) -> Run {
    finish(command(desk, server, args))
}

const ASK: [&str; 6] = ["--importer", "RUS", "--goods", "machine-tools", "--period", "2023Q4"];

/// China's share of the made-up trade is 7 in 10.
#[track_caller]
fn check_share(desk: &Desk) {
    let answer = desk.assess(&[&ASK[..], &["--exporter", "CHN"]].concat());
    assert!((answer["share"].as_f64().unwrap() - 0.7).abs() < 1e-9, "{answer}");
    assert_eq!(answer["basis"], "dispatch", "{answer}");
}

#[test]
fn a_gap_names_the_command_that_fills_it_and_it_works() {
    let server = Server::new(answer);
    let desk = Desk::new();
    // Something is loaded, but nothing of this.
    desk.load(&[&desk.comtrade("old.csv", &["M,202001,156,X,643,0,H5,854231,6,C00,0,10,1000"])]);
    let run = desk.run(&[&["assess"], &ASK[..]].concat()).exits(3);
    let named = run.err.lines().find_map(|l| l.split_once("plimsoll fetch ")).unwrap().1;
    let words: Vec<&str> = named.split(';').next().unwrap().split_whitespace().collect();
    assert_eq!(words[0], "comtrade", "{}", run.err);
    fetch(&desk, &server, &words).exits(0);
    check_share(&desk);
}

#[test]
fn full_answers_are_cut_until_nothing_lacks() {
    let server = Server::new(answer);
    let desk = Desk::new();
    let run = fetch(&desk, &server, &[&QUESTION[..], &["--format", "json"]].concat()).exits(0);
    let asked = server.take();
    assert!(asked.len() > 3, "{}", asked.len());
    assert!(asked.iter().all(|r| r.target.starts_with("/public/v1/preview/C/M/HS?")));
    assert!(asked.iter().all(|r| list(r, "period").len() <= 12 && r.target.len() < 2000));
    let records = run.json()["fetched"][0]["files"][0]["records"].as_u64().unwrap();
    assert!(records > 500, "{records}");
    assert_eq!(run.json()["files"].as_array().unwrap().len(), 1, "all parts are one load");
    check_share(&desk);
    // The same question on the same day is answered from what is kept.
    fetch(&desk, &server, &QUESTION).exits(0);
    assert!(server.take().is_empty());
    fetch(&desk, &server, &[&QUESTION[..], &["--anew"]].concat()).exits(0);
    assert_eq!(server.take().len(), asked.len());
    check_share(&desk);
}

/// What was asked, without what was asked twice.
fn targets(requests: &[Request]) -> Vec<String> {
    let mut all: Vec<String> = requests.iter().map(|r| r.target.clone()).collect();
    all.sort();
    all
}

#[test]
fn a_used_up_quota_loses_no_answer() {
    let whole = Server::new(answer);
    fetch(&Desk::new(), &whole, &QUESTION).exits(0);
    let all = targets(&whole.asked());
    let (count, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let gate = open.clone();
    let server = Server::new(move |request| {
        if !gate.load(Ordering::SeqCst) && count.fetch_add(1, Ordering::SeqCst) >= 3 {
            return Reply::new(429, "{\"message\":\"Rate limit is exceeded.\"}")
                .with("Retry-After", "4000");
        }
        answer(request)
    });
    let desk = Desk::new();
    let run = fetch(&desk, &server, &QUESTION).exits(3);
    run.says(&["fetch-quota", "4000 s", "answers that came are kept", "COMTRADE_API_KEY"]);
    assert!(!desk.bytes().contains_key("datapackage.json"), "nothing may be loaded of a part");
    let mut asked = server.take();
    let refused = asked.pop().unwrap();
    open.store(true, Ordering::SeqCst);
    fetch(&desk, &server, &QUESTION).exits(0).says(&["3 answers of an earlier run were kept"]);
    asked.extend(server.take());
    assert_eq!(targets(&asked), all, "each call once, but the refused one: {}", refused.target);
    check_share(&desk);
}

#[test]
fn a_killed_run_goes_on_where_it_stopped() {
    let (count, open) = (AtomicUsize::new(0), Arc::new(AtomicBool::new(false)));
    let gate = open.clone();
    let server = Server::new(move |request| {
        if !gate.load(Ordering::SeqCst) && count.fetch_add(1, Ordering::SeqCst) >= 2 {
            return Reply::hangs();
        }
        answer(request)
    });
    let desk = Desk::new();
    let mut child = command(&desk, &server, &QUESTION)
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while server.asked().len() < 3 {
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    open.store(true, Ordering::SeqCst);
    fetch(&desk, &server, &QUESTION).exits(0).says(&["2 answers of an earlier run were kept"]);
    check_share(&desk);
}

#[test]
fn a_key_opens_the_large_answers_and_stays_secret() {
    let server = Server::new(|request| {
        assert_eq!(request.header("ocp-apim-subscription-key"), "k3y-of-mine");
        assert!(request.target.starts_with("/data/v1/get/C/M/HS?"), "{}", request.target);
        answer(request)
    });
    let desk = Desk::new();
    let mut command = command(&desk, &server, &QUESTION);
    command.env("COMTRADE_API_KEY", "k3y-of-mine");
    let run = finish(command).exits(0);
    assert!(!format!("{run:?}").contains("k3y-of-mine"));
    for (name, bytes) in desk.bytes() {
        assert!(!String::from_utf8_lossy(&bytes).contains("k3y-of-mine"), "{name}");
    }
    check_share(&desk);
}

#[test]
fn a_key_goes_to_the_publisher_alone() {
    let other = Server::new(|request| {
        assert_eq!(request.header("ocp-apim-subscription-key"), "");
        answer(request)
    });
    let to = other.url();
    let server = Server::new(move |request| {
        Reply::new(302, "").with("Location", &format!("{to}{}", request.target))
    });
    let desk = Desk::new();
    let mut command = command(&desk, &server, &QUESTION);
    command.env("COMTRADE_API_KEY", "k3y-of-mine");
    finish(command).exits(0);
    assert!(!other.asked().is_empty());
}

#[test]
fn refusals_of_comtrade() {
    let message = |text: &str| json!({"statusCode": 0, "message": text}).to_string();
    for (reply, code, words) in [
        (Reply::new(403, message("Access denied")), 4, ["fetch-key", "comtradedeveloper.un.org"]),
        (
            Reply::new(401, message("Access denied due to missing subscription key")),
            4,
            ["fetch-key", "missing subscription key"],
        ),
        (
            Reply::new(
                403,
                message("Out of call volume quota. Quota will be replenished in 05:00:00."),
            ),
            3,
            ["fetch-quota", "05:00:00"],
        ),
        (
            Reply::ok(json!({"elapsedTime": "", "count": 0, "data": [], "error": ""}).to_string()),
            3,
            ["fetch-nothing-yet", "missing is not zero"],
        ),
        (
            Reply::ok(
                json!({"elapsedTime": "", "count": 0, "data": [], "error": "Invalid period"})
                    .to_string(),
            ),
            2,
            ["fetch-refused", "Invalid period"],
        ),
        (
            Reply::ok("<html>Service unavailable</html>"),
            2,
            ["fetch-not-data", "Service unavailable"],
        ),
        (
            Reply::ok(json!({"count": 1, "data": [{"period": "202310", "value": 1}]}).to_string()),
            2,
            ["fetch-layout-changed", "missing field"],
        ),
        (
            Reply::ok(json!({"count": 7, "data": []}).to_string()),
            2,
            ["fetch-layout-changed", "counts 7"],
        ),
        (Reply::ok("{\"count\": 1, \"data\": [{\"peri"), 2, ["fetch-layout-changed", "EOF"]),
    ] {
        let desk = Desk::new();
        let server = Server::always(reply);
        fetch(&desk, &server, &QUESTION).exits(code).says(&words);
        assert!(!desk.bytes().contains_key("datapackage.json"));
    }
}

#[test]
fn an_answer_that_shrank_is_refused_and_the_last_one_stands() {
    let small = Arc::new(AtomicBool::new(false));
    let shrinks = small.clone();
    let server = Server::new(move |request| {
        if shrinks.load(Ordering::SeqCst) {
            let traded = request.parameter("cmdCode").contains("845811");
            let one = record(156, "643", "X", "202310", "845811", 7000);
            let data: Vec<Value> = traded.then_some(one).into_iter().collect();
            return Reply::ok(json!({"count": data.len(), "data": data, "error": ""}).to_string());
        }
        answer(request)
    });
    let desk = Desk::new();
    fetch(&desk, &server, &QUESTION).exits(0);
    small.store(true, Ordering::SeqCst);
    fetch(&desk, &server, &[&QUESTION[..], &["--anew"]].concat()).exits(2).says(&["fetch-shrunk"]);
    check_share(&desk);
}

#[test]
fn a_plan_needs_no_network() {
    let server = Server::new(|_| panic!("a plan asks nobody"));
    let desk = Desk::new();
    let plan = [&QUESTION[..], &["--plan", "--format", "json"]].concat();
    let plan = fetch(&desk, &server, &plan).exits(0).json();
    let plan = &plan["plans"][0];
    assert_eq!(plan["source"], "comtrade");
    assert_eq!(plan["records_an_answer"], 500);
    assert!(plan["calls_at_least"].as_u64().unwrap() >= 1);
    assert!(plan["calls_at_most"].as_u64() >= plan["calls_at_least"].as_u64());
    let address = plan["calls"][0]["address"].as_str().unwrap();
    assert!(address.contains("partnerCode=643") && address.contains("period=202310,202311,202312"));
    assert!(!address.contains("reporterCode"), "{address}");
    let run = fetch(&desk, &server, &[&QUESTION[..], &["--plan"]].concat()).exits(0);
    assert!(run.out.contains("calls at least"), "{}", run.out);
    assert!(!desk.store().join("fetch").exists());
}

#[test]
fn what_a_question_lacks_is_told() {
    let server = Server::new(|_| panic!("nobody is asked"));
    let desk = Desk::new();
    fetch(&desk, &server, &["comtrade", "--reporter", "CHN"])
        .exits(2)
        .says(&["fetch-unsaid", "--partner"]);
    let annual = [&QUESTION[..], &["--freq", "A"]].concat();
    fetch(&desk, &server, &annual).exits(2).says(&["period-unreadable", "whole year"]);
    let mut nowhere = QUESTION;
    nowhere[2] = "Atlantis";
    fetch(&desk, &server, &nowhere).exits(2).says(&["place-unknown"]);
}

#[test]
fn years_are_asked_as_years() {
    let server = Server::new(answer);
    let desk = Desk::new();
    let mut question = QUESTION;
    question[10] = "2022..2023";
    fetch(&desk, &server, &question).exits(0);
    assert!(server.asked().iter().all(|r| r.target.starts_with("/public/v1/preview/C/A/HS?")));
    let answer = desk.assess(&[
        "--importer",
        "RUS",
        "--goods",
        "machine-tools",
        "--period",
        "2023",
        "--exporter",
        "CHN",
    ]);
    assert!((answer["share"].as_f64().unwrap() - 0.7).abs() < 1e-9, "{answer}");
}
