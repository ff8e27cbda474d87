//! `fetch` from the outside: each behaviour of a publisher's server, replayed by one on this
//! machine. Everything is made up; nothing leaves the machine.

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::server::{Reply, Request, Server};
use crate::support::{Desk, Run, finish};

const CSL_HEADER: &str = "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,license_requirement,license_policy,source_list_url,alt_names,dates_of_birth,nationalities,ids";

/// A screening list of so many made-up parties.
fn csl(count: usize) -> String {
    let row = |n: usize| {
        format!(
            "a{n},Entity List (EL) - Bureau of Industry and Security,,,,Example Pump Works {n},,\"{n} Sample Road, NO\",99 FR 1,2001-02-03,For all sample items.,Presumption of example.,http://x.example,EPW{n},,,\n"
        )
    };
    format!("{CSL_HEADER}\n{}", (1..=count).map(row).collect::<String>())
}

/// The program, with no proxy, no keys and no waiting.
fn quiet(mut command: Command) -> Command {
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env_remove("COMTRADE_API_KEY").env("PLIMSOLL_FETCH_TIME_SCALE", "0");
    command
}

fn fetch_command(desk: &Desk, server: &Server, args: &[&str]) -> Command {
    let base = server.url();
    quiet(desk.command(&[&["fetch"], args, &["--base-url", &base]].concat()))
}

fn fetch(desk: &Desk, server: &Server, args: &[&str]) -> Run {
    finish(fetch_command(desk, server, args))
}

/// Fetches the screening list, with JSON.
fn fetch_csl(desk: &Desk, server: &Server) -> Run {
    fetch(desk, server, &["csl", "--format", "json"])
}

/// A desk on which the list has been fetched once, from an address that stays the same.
fn desk_with_csl(
    script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
) -> (Desk, Server) {
    let count = AtomicUsize::new(0);
    let server = Server::new(move |request| {
        let first = Reply::ok(csl(30)).with("ETag", "\"one\"").with("Content-Type", "text/csv");
        match count.fetch_add(1, Ordering::SeqCst) {
            0 => first,
            n => script(n, request),
        }
    });
    let desk = Desk::new();
    fetch_csl(&desk, &server).exits(0);
    assert_eq!(names(&desk), 1);
    (desk, server)
}

/// How many hits a party of the list has: 1 as long as the good edition stands.
fn names(desk: &Desk) -> usize {
    let run = desk.run(&["screen", "Example Pump Works 7", "--format", "json", "--limit", "1"]);
    run.json()[0]["hits"].as_array().unwrap().len()
}

#[track_caller]
fn stands(desk: &Desk) {
    assert_eq!(names(desk), 1, "the last good edition is gone");
}

fn state(run: &Run) -> String {
    run.json()["fetched"][0]["files"][0]["state"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn what_did_not_change_is_not_loaded_again() {
    let (desk, server) = desk_with_csl(|_, request| {
        assert_eq!(request.header("if-none-match"), "\"one\"");
        Reply::new(304, "")
    });
    let before = desk.bytes();
    let run = fetch_csl(&desk, &server).exits(0);
    assert_eq!(state(&run), "unchanged");
    assert_eq!(run.json()["files"], Value::Array(Vec::new()));
    let mut after = desk.bytes();
    // Only the time of the last question may differ.
    after.retain(|name, bytes| before.get(name) != Some(bytes));
    assert!(after.keys().all(|name| name.ends_with(".fetch.json")), "{:?}", after.keys());
    let text = fetch(&desk, &server, &["csl"]).exits(0).out;
    assert!(text.contains("unchanged since "), "{text}");
    // The list of sources knows it, and so does the status.
    let run = finish(quiet(desk.command(&["fetch"]))).exits(0);
    assert!(run.out.lines().any(|l| l.contains("csl") && l.contains("(today)")), "{}", run.out);
    assert!(desk.run(&["status"]).exits(0).out.contains("csl"));
}

#[test]
fn the_same_bytes_are_not_loaded_again() {
    let (desk, server) = desk_with_csl(|_, _| Reply::ok(csl(30)));
    let run = fetch_csl(&desk, &server).exits(0);
    assert_eq!(state(&run), "same bytes");
    assert_eq!(run.json()["files"], Value::Array(Vec::new()));
}

#[test]
fn a_new_edition_is_kept_beside_the_old_one() {
    let (desk, server) = desk_with_csl(|_, _| Reply::ok(csl(31)).with("ETag", "\"two\""));
    let run = fetch_csl(&desk, &server).exits(0);
    assert_eq!(state(&run), "new");
    assert_eq!(run.json()["files"][0]["rows_loaded"], 31);
    let kept: Vec<String> = desk
        .bytes()
        .into_keys()
        .filter(|n| n.starts_with("fetch/csl/") && n.ends_with(".csv"))
        .collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
}

#[test]
fn refusals_say_what_to_do_and_end_with_their_code() {
    let reply =
        |status: u16, body: &str| Reply::new(status, body).with("Content-Type", "application/json");
    for (answer, code, words) in [
        (
            reply(403, "{\"statusCode\":403,\"message\":\"Forbidden for you\"}"),
            4,
            ["fetch-key", "Forbidden for you"],
        ),
        (reply(401, ""), 4, ["fetch-key", "answered 401"]),
        (reply(404, "<html><h1>Not here</h1></html>"), 2, ["fetch-refused", "Not here"]),
        (reply(429, "").with("Retry-After", "86400"), 3, ["fetch-quota", "86400 s"]),
        (
            reply(
                403,
                "{\"message\":\"Out of call volume quota. Quota will be replenished in 03:02:01.\"}",
            ),
            3,
            ["fetch-quota", "03:02:01"],
        ),
        (reply(500, "broken"), 3, ["fetch-server", "broken"]),
        (Reply::new(204, ""), 3, ["fetch-nothing-yet", "nothing there yet"]),
    ] {
        let (desk, server) = desk_with_csl(move |_, _| answer.clone());
        let run = fetch_csl(&desk, &server).exits(code);
        let run = run.says(&words);
        // Each failure is told in the document too.
        assert_eq!(run.json()["fetched"][0]["error"]["code"], words[0]);
        assert!(run.err.contains("the last good edition of 20"), "{}", run.err);
        stands(&desk);
    }
}

#[test]
fn a_server_that_fails_is_asked_again() {
    let (desk, server) =
        desk_with_csl(|n, _| if n < 4 { Reply::new(503, "busy") } else { Reply::ok(csl(32)) });
    server.take();
    fetch_csl(&desk, &server).exits(0).says(&["waiting 1 s", "waiting 3 s", "waiting 9 s"]);
    assert_eq!(server.asked().len(), 4);
    // It is not asked for ever.
    let (desk, server) = desk_with_csl(|_, _| Reply::new(500, ""));
    server.take();
    fetch_csl(&desk, &server).exits(3);
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn a_server_that_asks_to_wait_is_waited_for() {
    for header in [true, false] {
        let (desk, server) = desk_with_csl(move |n, _| match (n, header) {
            (1, true) => Reply::new(429, "").with("Retry-After", "7"),
            (1, false) => Reply::new(
                429,
                "{\"statusCode\":429,\"message\":\"Rate limit is exceeded. Try again in 7 seconds.\"}",
            ),
            _ => Reply::ok(csl(31)),
        });
        fetch_csl(&desk, &server).exits(0).says(&["waiting 7 s"]);
    }
}

#[test]
fn a_cut_body_is_gone_on_with() {
    let whole = csl(40);
    let (desk, server) = desk_with_csl(move |_, request| {
        let reply = |from: usize| Reply::new(206, &whole.as_bytes()[from..]);
        let etag = ("ETag", "\"two\"");
        match request.header("range").strip_prefix("bytes=") {
            None => Reply::ok(whole.clone()).with(etag.0, etag.1).cut_after(1500),
            Some(range) => {
                assert_eq!(request.header("if-range"), "\"two\"");
                let from: usize = range.trim_end_matches('-').parse().unwrap();
                assert_eq!(from, 1500);
                let range = format!("bytes {from}-{}/{}", whole.len() - 1, whole.len());
                reply(from).with("Content-Range", &range).with(etag.0, etag.1)
            }
        }
    });
    let run = fetch_csl(&desk, &server).exits(0);
    assert_eq!(run.json()["files"][0]["rows_loaded"], 40);
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_cut_body_that_cannot_be_gone_on_with_is_fetched_anew_or_refused() {
    let (desk, server) = desk_with_csl(|n, request| {
        assert_eq!(request.header("range"), "");
        if n == 1 { Reply::ok(csl(33)).cut_after(900) } else { Reply::ok(csl(33)) }
    });
    let run = fetch_csl(&desk, &server).exits(0);
    assert_eq!(run.json()["files"][0]["rows_loaded"], 33);
    let (desk, server) = desk_with_csl(|_, _| Reply::ok(csl(33)).cut_after(900));
    fetch_csl(&desk, &server).exits(2).says(&["fetch-cut", "900 of"]);
    stands(&desk);
}

#[test]
fn redirects_are_followed_and_circles_are_not() {
    let (desk, server) = desk_with_csl(|_, request| match request.target.as_str() {
        "/consolidated.csv" => Reply::new(302, "").with("Location", "moved/there.csv?x=1"),
        "/moved/there.csv?x=1" => Reply::ok(csl(31)),
        other => panic!("{other}"),
    });
    fetch_csl(&desk, &server).exits(0);
    let (desk, server) = desk_with_csl(|_, request| {
        let to = if request.target == "/a" { "/consolidated.csv" } else { "/a" };
        Reply::new(301, "").with("Location", to)
    });
    fetch_csl(&desk, &server).exits(2).says(&["fetch-redirects", "circle"]);
    stands(&desk);
    let (desk, server) =
        desk_with_csl(|n, _| Reply::new(302, "").with("Location", &format!("/{n}")));
    fetch_csl(&desk, &server).exits(2).says(&["fetch-redirects", "too far"]);
    // Nor to where what comes could be changed on the way.
    let (desk, server) =
        desk_with_csl(|_, _| Reply::new(302, "").with("Location", "http://mirror.example/x"));
    fetch_csl(&desk, &server).exits(2).says(&["fetch-insecure", "mirror.example"]);
}

#[test]
fn what_is_no_data_is_refused_with_its_first_words() {
    for (body, mime, words) in [
        (
            "<!DOCTYPE html><html><body><h1>Down for maintenance</h1>",
            "text/csv",
            ["fetch-not-data", "Down for maintenance"],
        ),
        ("<html>Please log in</html>", "text/html", ["fetch-not-data", "Please log in"]),
        ("_id,source\n", "image/png", ["fetch-not-data", "image/"]),
        ("{\"error\":\"no such file\"}", "application/json", ["fetch-not-data", "no such file"]),
        ("", "text/csv", ["fetch-not-data", "nothing at all"]),
    ] {
        let (desk, server) = desk_with_csl(move |_, _| Reply::ok(body).with("Content-Type", mime));
        fetch_csl(&desk, &server).exits(2).says(&words);
        stands(&desk);
    }
}

#[test]
fn a_list_that_shrank_or_is_empty_or_has_another_layout_is_refused() {
    let renamed = csl(30).replacen("alt_names", "aliases", 1);
    for (body, words) in [
        (csl(10), ["fetch-shrunk", "stands"]),
        (format!("{CSL_HEADER}\n"), ["fetch-shrunk", "stands"]),
        (renamed, ["fetch-layout-changed", "gone are: alt_names; new are: aliases"]),
    ] {
        let (desk, server) = desk_with_csl(move |_, _| Reply::ok(body.clone()));
        fetch_csl(&desk, &server).exits(2).says(&words);
        stands(&desk);
        // What came can be looked at.
        assert!(desk.bytes().keys().any(|n| n.starts_with("fetch/csl/refused/")));
    }
    // As long as before, with fewer entries: the load judges entries.
    let padded = format!("{}{}", csl(12), "\n".repeat(csl(30).len()));
    let (desk, server) = desk_with_csl(move |_, _| Reply::ok(padded.clone()));
    fetch_csl(&desk, &server).exits(2).says(&["list-shrunk", "the last good edition of"]);
    stands(&desk);
    fetch(&desk, &server, &["csl", "--accept-shrunk"]).exits(0);
    // The first edition of all cannot be empty either.
    let desk = Desk::new();
    let server = Server::always(Reply::ok(format!("{CSL_HEADER}\n")));
    fetch_csl(&desk, &server).exits(2).says(&["list-empty", "no earlier edition"]);
}

/// The consolidated list of the UN with so many made-up persons.
fn un(count: usize, first_name: &str) -> String {
    let entry = |n: usize| {
        format!(
            "<INDIVIDUAL><DATAID>{n}</DATAID><{first_name}>EXA{n}</{first_name}><SECOND_NAME>MPLESON</SECOND_NAME>\
             <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Madeup {n}</ALIAS_NAME></INDIVIDUAL_ALIAS></INDIVIDUAL>\n"
        )
    };
    let entries: String = (1..=count).map(entry).collect();
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<CONSOLIDATED_LIST dateGenerated='2024-01-31T23:00:00.000Z'>\n\
         <INDIVIDUALS>{entries}</INDIVIDUALS><ENTITIES></ENTITIES></CONSOLIDATED_LIST>\n"
    )
}

/// A list of half names looks like a whole one: it has as many entries and as many names.
#[test]
fn a_renamed_element_is_refused_with_and_without_an_edition_before() {
    let count = AtomicUsize::new(0);
    let server = Server::new(move |_| {
        let name =
            if count.fetch_add(1, Ordering::SeqCst) == 1 { "FIRST_NAME" } else { "GIVEN_NAME" };
        Reply::ok(un(9, name)).with("Content-Type", "text/xml")
    });
    let desk = Desk::new();
    let first = fetch(&desk, &server, &["un"]).exits(2);
    assert!(first.err.contains("FIRST_NAME is missing"), "{}", first.err);
    assert!(first.err.contains("GIVEN_NAME (\"EXA1\")"), "{}", first.err);
    fetch(&desk, &server, &["un"]).exits(0);
    let second = fetch(&desk, &server, &["un"]).exits(2);
    for word in ["fetch-layout-changed", "gone are: FIRST_NAME; new are: GIVEN_NAME"] {
        assert!(second.err.contains(word), "{word}: {}", second.err);
    }
    desk.run(&["screen", "Exa7 Mpleson"]).exits(1);
}

#[test]
fn without_a_network_the_last_edition_stands() {
    let (desk, server) = desk_with_csl(|_, _| Reply::new(500, ""));
    // A port on which nobody listens.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = format!("http://{free}");
    drop(server);
    let run = finish(quiet(desk.command(&["fetch", "csl", "--base-url", &gone]))).exits(2);
    run.says(&["fetch-offline", "no network", "the last good edition of 20"]);
    stands(&desk);
}

#[test]
fn a_file_may_not_be_too_large_nor_come_without_tls() {
    let (desk, server) = desk_with_csl(|_, _| Reply::ok(csl(500)));
    fetch(&desk, &server, &["csl", "--most-bytes", "9000"]).exits(2).says(&["fetch-too-large"]);
    stands(&desk);
    let run = finish(quiet(desk.command(&["fetch", "csl", "--base-url", "http://mirror.example"])));
    run.exits(2).says(&["fetch-insecure", "--insecure-http"]);
}

#[test]
fn a_set_of_files_is_an_edition_whole_or_not_at_all() {
    let sdn = |count: usize| -> String {
        let row = |n: usize| {
            format!("{n},\"EXAMPLE WORKS {n}\",-0- ,\"TEST-EO\",{}-0- \r\n", "-0- ,".repeat(7))
        };
        (900_001..900_001 + count).map(row).collect()
    };
    let run = AtomicUsize::new(0);
    let server = Server::new(move |request| {
        let n = run.fetch_add(1, Ordering::SeqCst);
        let etag = |body: String, tag: &str| match request.header("if-none-match") == tag {
            true => Reply::new(304, ""),
            false => Reply::ok(body).with("ETag", tag),
        };
        match request.target.as_str() {
            // The last file fails the first time.
            "/CONS_COMMENTS.CSV" if n < 9 => Reply::new(404, "gone"),
            "/CONS_COMMENTS.CSV" | "/SDN_COMMENTS.CSV" => {
                etag("900001,\"remark\"\r\n".into(), "\"c\"")
            }
            "/SDN.CSV" if n < 20 => etag(sdn(20), "\"s1\""),
            "/SDN.CSV" => etag(sdn(21), "\"s2\""),
            "/CONS_PRIM.CSV" => etag(sdn(9), "\"p\""),
            "/ALT.CSV" | "/CONS_ALT.CSV" => {
                etag("900001,1,\"aka\",\"EXAMPLE WERKE\",-0- \r\n".into(), "\"a\"")
            }
            "/ADD.CSV" | "/CONS_ADD.CSV" => etag(
                "900001,1,\"1 Sample Road\",\"Sampletown\",\"Norway\",-0- \r\n".into(),
                "\"d\"",
            ),
            other => panic!("{other}"),
        }
    });
    let desk = Desk::new();
    fetch(&desk, &server, &["ofac"]).exits(2).says(&["fetch-refused"]);
    assert!(!desk.bytes().keys().any(|n| n.starts_with("lists/")), "nothing may be loaded");
    let run = fetch(&desk, &server, &["ofac", "--format", "json"]).exits(0);
    let lists: Vec<Value> = run.json()["files"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|f| f["lists"].as_array().unwrap().clone())
        .collect();
    for (list, entities) in [("ofac-sdn", 20), ("ofac-cons", 9)] {
        assert!(lists.iter().any(|l| l["list"] == list && l["entities"] == entities), "{lists:?}");
    }
    while server.asked().len() < 20 {
        fetch(&desk, &server, &["ofac"]).exits(0);
    }
    // One file changed: the edition has all eight, and both lists are read anew.
    let run = fetch(&desk, &server, &["ofac", "--format", "json"]).exits(0).json();
    let states: Vec<&str> = run["fetched"][0]["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["state"].as_str().unwrap())
        .collect();
    assert_eq!((states[0], states.len()), ("new", 8));
    assert!(states[1..].iter().all(|s| *s == "unchanged"), "{states:?}");
    assert!(
        run["files"].as_array().unwrap().iter().any(|f| f["lists"][0]["entities"] == 21),
        "{run}"
    );
}

#[test]
fn a_stopped_run_loads_what_it_had_received() {
    let (desk, server) = desk_with_csl(|_, request| match request.header("if-none-match") {
        "\"two\"" => Reply::new(304, ""),
        _ => Reply::ok(csl(31)).with("ETag", "\"two\""),
    });
    fetch(&desk, &server, &["csl", "--no-load"]).exits(0);
    let run = fetch_csl(&desk, &server).exits(0);
    assert_eq!(state(&run), "unchanged");
    assert_eq!(run.json()["files"][0]["rows_loaded"], 31);
}

#[test]
fn any_address_is_fetched_and_loaded_by_its_content() {
    let desk = Desk::new();
    let row = "M,202301,156,X,643,0,H6,854231,6,C00,0,10,1000";
    let body = format!("{}\n{row}\n", crate::support::COMTRADE);
    let server = Server::always(
        Reply::ok(body).with("Content-Disposition", "attachment; filename=\"../../../evil.csv\""),
    );
    let address = format!("{}/..%2f..%2fTrade Data.csv?token=x", server.url()).replace(' ', "%20");
    finish(quiet(desk.command(&["fetch", &address]))).exits(0);
    assert_eq!(desk.rows(), 1);
    assert!(!desk.bytes().keys().any(|n| n.contains("evil")));
    // What the file does not say can be said, as in a load.
    let body =
        crate::support::COMTRADE.replace("flowCode,", "") + "\n" + &row.replace("X,", "") + "\n";
    let server = Server::always(Reply::ok(body));
    let address = format!("{}/x.csv", server.url());
    finish(quiet(desk.command(&["fetch", &address]))).exits(2).says(&["file-unsaid"]);
    finish(quiet(desk.command(&["fetch", &address, "--flow", "export"]))).exits(0);
}

#[test]
fn an_answer_of_the_census_is_loaded_and_one_that_says_too_little_is_not() {
    let answers = [
        (
            r#"[["E_COMMODITY","CTY_CODE","CTY_NAME","ALL_VAL_MO","time"],["854231","5700","CHINA","100","2024-01"]]"#,
            0,
        ),
        (r#"[["E_COMMODITY","ALL_VAL_MO","time"],["854231","100","2024-01"]]"#, 2),
    ];
    for (body, exit) in answers {
        let desk = Desk::new();
        let server = Server::new(move |request| {
            assert!(request.target.contains("time=2024-01"), "{}", request.target);
            Reply::ok(body)
        });
        fetch(&desk, &server, &["census-exports", "--period", "2024-01"]).exits(exit);
        assert_eq!(desk.rows(), u64::from(exit == 0));
    }
    let desk = Desk::new();
    // Nothing published yet is no fault.
    let server = Server::always(Reply::new(204, ""));
    fetch(&desk, &server, &["census-exports", "--period", "2030-01"]).exits(3);
}

#[test]
fn rates_of_the_ecb_become_a_rates_file() {
    let desk = Desk::new();
    let body = "KEY,FREQ,CURRENCY,CURRENCY_DENOM,EXR_TYPE,EXR_SUFFIX,TIME_PERIOD,OBS_VALUE\nx,M,USD,EUR,SP00,A,2023-10,1.25\nx,M,CNY,EUR,SP00,A,2023-10,8\n";
    let server = Server::always(Reply::ok(body).with("Content-Type", "text/csv"));
    let run = fetch(&desk, &server, &["ecb", "--set", "currency=USD+CNY"]).exits(0);
    assert_eq!(server.asked()[0].target, "/EXR/M.USD+CNY.EUR.SP00.A?format=csvdata");
    let path = run.err.lines().find_map(|l| l.strip_prefix("rates file: ")).unwrap();
    let path = path.split(';').next().unwrap();
    assert!(std::fs::read_to_string(Path::new(path)).unwrap().contains("2023-10,CNY,0.156"));
}

#[test]
fn secrets_are_neither_shown_nor_stored() {
    let desk = Desk::new();
    let token = "s3cret token";
    let server = Server::new(|request| {
        assert!(request.target.ends_with("token=s3cret%20token"), "{}", request.target);
        Reply::new(403, "no")
    });
    let run = fetch(&desk, &server, &["eu", "--set", &format!("token={token}")]).exits(4);
    assert!(!run.err.contains("s3cret") && !run.out.contains("s3cret"), "{run:?}");
    let plan =
        fetch(&desk, &server, &["eu", "--set", &format!("token={token}"), "--plan"]).exits(0);
    assert!(plan.out.contains("token=…") && !plan.out.contains("s3cret"), "{}", plan.out);
    // Without a token there is nothing to ask.
    fetch(&desk, &server, &["eu"]).exits(4).says(&["fetch-unsaid", "EU_FSF_TOKEN"]);
    for (name, bytes) in desk.bytes() {
        assert!(!String::from_utf8_lossy(&bytes).contains("s3cret"), "{name}");
    }
}

#[test]
fn the_proxy_of_the_environment_is_asked() {
    let desk = Desk::new();
    let proxy = Server::always(Reply::ok(csl(30)));
    let args = ["fetch", "csl", "--base-url", "http://lists.example", "--insecure-http"];
    let mut command = quiet(desk.command(&args));
    command.env("HTTP_PROXY", proxy.url());
    finish(command).exits(0);
    assert_eq!(proxy.asked()[0].method, "CONNECT");
    assert_eq!(proxy.asked()[0].target, "lists.example:80");
}

#[test]
fn unknown_sources_are_told() {
    let desk = Desk::new();
    let run = finish(quiet(desk.command(&["fetch", "ofak"]))).exits(2);
    run.says(&["fetch-source-unknown", "ofac"]);
    let json = finish(quiet(desk.command(&["fetch", "--format", "json"]))).exits(0).json();
    let sources = json["sources"].as_array().unwrap();
    assert!(sources.iter().any(|s| s["source"] == "comtrade" && s["fetched"].is_null()));
    let run = desk.run(&["explain", "fetch"]).exits(0);
    assert!(
        run.out.contains("opensanctions") && run.out.contains("COMTRADE_API_KEY"),
        "{}",
        run.out
    );
}
