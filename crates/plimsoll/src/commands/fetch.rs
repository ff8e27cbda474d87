//! `plimsoll fetch`: official lists and statistics from their publishers.

use crate::cli::{FetchArgs, Format, FreqArg, LoadArgs};
use crate::commands::{Context, assess, load};
use crate::failure::{Exit, Failure};
use crate::fetch::cache::{self, Folder};
use crate::fetch::comtrade::{self, Asker, Query};
use crate::fetch::http::{Client, Manner};
use crate::fetch::job::{self, Desk, Fetched, Job, Said};
use crate::fetch::{self, Source, ecb};
use crate::present::fetch as present;
use crate::watchlists::write_whole;
use crate::{printer, settings};
use plimsoll_ingest::fact::Flow;
use plimsoll_terms::period::Period;
use std::collections::BTreeMap;
use std::path::Path;

/// Lists sources, says what would be fetched, or fetches one source after the other: a failure
/// of one does not stop the others.
pub fn run(context: &Context, args: &FetchArgs) -> Result<Exit, Failure> {
    if args.sources.is_empty() {
        printer::data(&present::sources(&context.store, &settings::today(), context.format));
        if context.format == Format::Table {
            printer::next("plimsoll fetch SOURCE; plimsoll fetch --help has examples");
        }
        return Ok(Exit::Done);
    }
    if args.base_url.is_some() && args.sources.len() > 1 {
        return Err(Failure::usage(
            "fetch-unsaid",
            "--base-url is for one source, and there are several",
            "fetch them one by one, or set PLIMSOLL_<SOURCE>_URL for each",
        ));
    }
    let tasks: Vec<Task> =
        args.sources.iter().map(|name| task(args, name)).collect::<Result<_, _>>()?;
    let client = Client::new(manner(args, &tasks))?;
    if args.plan {
        let plans: Vec<present::Plan> =
            tasks.iter().map(|task| plan(context, &client, task)).collect();
        printer::data(&present::plans(&plans, context.format));
        return Ok(Exit::Done);
    }
    let desk = Desk {
        store: &context.store,
        today: settings::today(),
        client: &client,
        anew: args.anew,
        accept_shrunk: args.accept_shrunk,
    };
    let mut done = Vec::new();
    let mut exit = Exit::Done;
    for task in &tasks {
        let one = one(context, args, &desk, task);
        exit = worse(exit, one.exit);
        done.push(one);
    }
    if matches!(context.format, Format::Json | Format::Ndjson) {
        printer::data(&present::json(&done, context.format));
    } else if exit == Exit::Done {
        printer::next("plimsoll status shows what is loaded");
    }
    Ok(exit)
}

/// Of two endings the one that a person must know of first: a fault, then a lack of keys, then
/// of data.
fn worse(a: Exit, b: Exit) -> Exit {
    let rank = |e: Exit| match e {
        Exit::Done => 0,
        Exit::Attention => 1,
        Exit::CannotTell => 2,
        Exit::NeedsCredentials => 3,
        Exit::Failed => 4,
    };
    if rank(b) > rank(a) { b } else { a }
}

/// Something to fetch.
enum Task {
    /// Files of a source, or of an address.
    Files(Job, Option<&'static Source>),
    /// A question to Comtrade: with base address and key.
    Comtrade(Query, String, Option<String>),
}

fn task(args: &FetchArgs, name: &str) -> Result<Task, Failure> {
    if name.starts_with("https://") || name.starts_with("http://") {
        return Ok(Task::Files(Job::of_address(name), None));
    }
    let source = fetch::by_id(&name.to_lowercase()).ok_or_else(|| {
        let known: Vec<&str> = fetch::ALL.iter().map(|s| s.id).collect();
        Failure::usage(
            "fetch-source-unknown",
            format!("there is no source {name:?}"),
            format!(
                "there are: {}; or name an address that begins with https://",
                known.join(", ")
            ),
        )
    })?;
    let said = said(args, source)?;
    if source.id == comtrade::ID {
        let base = said.base.as_deref().unwrap_or(source.base).trim_end_matches('/').to_owned();
        let key = said.values.get("key").filter(|k| !k.is_empty()).cloned();
        return Ok(Task::Comtrade(query(args, &said)?, base, key));
    }
    Ok(Task::Files(Job::of(source, &said)?, Some(source)))
}

/// What person and environment say of a source's addresses.
fn said(args: &FetchArgs, source: &Source) -> Result<Said, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
    let mut values = BTreeMap::new();
    for need in source.needs {
        if let Some(value) = need.env.and_then(variable) {
            values.insert(need.name.to_owned(), value.trim().to_owned());
        }
        let set = args.set.iter().filter_map(|s| s.split_once('='));
        if let Some((_, value)) = set.rev().find(|(name, _)| *name == need.name) {
            values.insert(need.name.to_owned(), value.trim().to_owned());
        }
    }
    Ok(Said {
        base: args.base_url.clone().or_else(|| variable(&source.url_variable())),
        values,
        period: args.period.as_deref().map(assess::period).transpose()?,
    })
}

fn query(args: &FetchArgs, said: &Said) -> Result<Query, Failure> {
    let needed = |value: Option<&String>, option: &str, example: &str| {
        value.cloned().ok_or_else(|| {
            Failure::usage(
                "fetch-unsaid",
                format!("a question to Comtrade needs {option}"),
                format!("say for example {option} {example}"),
            )
        })
    };
    let places = |value: Option<&String>, option: &str| -> Result<Vec<u16>, Failure> {
        let text = needed(value, option, "CHN,DEU, or all")?;
        if text.eq_ignore_ascii_case("all") {
            return Ok(Vec::new());
        }
        match assess::places(Some(&text), option)? {
            Some(set) => comtrade::numbers(&set),
            None => Ok(Vec::new()),
        }
    };
    let sides = (
        places(args.reporter.as_ref(), "--reporter")?,
        places(args.partner.as_ref(), "--partner")?,
    );
    let flow = match Flow::parse(&needed(args.flow.as_ref(), "--flow", "export")?) {
        Some(Flow::Export) => 'X',
        Some(Flow::Import) => 'M',
        _ => {
            return Err(Failure::usage(
                "flow-unreadable",
                format!("there is no flow {:?} to fetch", args.flow.as_deref().unwrap_or_default()),
                "say --flow import or --flow export",
            ));
        }
    };
    let user = settings::goods_files(&args.own.goods_files)?;
    let goods = assess::goods(&needed(args.goods.as_ref(), "--goods", "machine-tools")?, &user)?;
    needed(args.period.as_ref(), "--period", "2023-10..2023-12")?;
    let period = said.period.unwrap_or(Period::year(0));
    Query::new(sides, flow, &goods, &period, args.freq.map(|f| f == FreqArg::Monthly))
}

/// How to ask; what must never be shown.
fn manner(args: &FetchArgs, tasks: &[Task]) -> Manner {
    let mut secrets: Vec<String> = Vec::new();
    for need in fetch::ALL.iter().flat_map(|s| s.needs).filter(|n| n.env.is_some()) {
        secrets
            .extend(need.env.and_then(|env| std::env::var(env).ok()).map(|v| v.trim().to_owned()));
        let set = args.set.iter().filter_map(|s| s.split_once('='));
        secrets
            .extend(set.filter(|(name, _)| *name == need.name).map(|(_, v)| v.trim().to_owned()));
    }
    secrets.extend(tasks.iter().filter_map(|t| match t {
        Task::Comtrade(_, _, key) => key.clone(),
        Task::Files(..) => None,
    }));
    // In an address a secret may stand encoded.
    let encoded: Vec<String> = secrets.iter().map(|s| job::encoded(s)).collect();
    secrets.extend(encoded);
    Manner {
        most_bytes: args.most_bytes,
        patience_s: args.patience,
        insecure: args.insecure_http,
        // Tests do not wait.
        time_scale: std::env::var("PLIMSOLL_FETCH_TIME_SCALE")
            .ok()
            .and_then(|t| t.parse().ok())
            .unwrap_or(1.0),
        secrets,
    }
}

fn plan(context: &Context, client: &Client, task: &Task) -> present::Plan {
    match task {
        Task::Files(job, _) => {
            let folder = Folder::of(&context.store, &job.source);
            let calls = job.files.iter().map(|file| present::PlannedCall {
                address: client.shown(&file.url),
                what: file.name.clone(),
                have: folder.newest_good(&file.name).map(|k| k.day),
            });
            present::Plan { source: job.source.clone(), calls: calls.collect(), most_records: None }
        }
        Task::Comtrade(query, base, key) => {
            let calls = query.calls().into_iter().map(|call| present::PlannedCall {
                address: format!("{base}{}", call.path(key.is_some())),
                what: call.text(),
                have: None,
            });
            let limit = comtrade::limit(key.is_some());
            present::Plan {
                source: comtrade::ID.into(),
                calls: calls.collect(),
                most_records: Some((query.most_records(), limit)),
            }
        }
    }
}

/// Fetches and loads one source; prints what came of it, but as JSON.
fn one(context: &Context, args: &FetchArgs, desk: &Desk<'_>, task: &Task) -> present::Done {
    let (source, fetched) = match task {
        Task::Files(job, _) => (job.source.clone(), job::run(desk, job)),
        Task::Comtrade(query, base, key) => {
            let asker = Asker { desk, base: base.clone(), key: key.clone() };
            (comtrade::ID.to_owned(), asker.run(query))
        }
    };
    let mut done = present::Done::new(source);
    match fetched {
        Ok(mut fetched) => {
            if context.format != Format::Json && context.format != Format::Ndjson {
                printer::data(&present::text(&fetched));
            }
            match take(context, args, desk, task, &mut fetched) {
                Ok((exit, loaded)) => {
                    done.exit = exit;
                    done.loaded = loaded;
                }
                Err(failure) => done.fail(failure),
            }
            done.fetched = Some(fetched);
        }
        Err(failure) => done.fail(failure),
    }
    done
}

/// Loads what came, and takes note whether it stands. The text is what the load printed, where
/// that is not printed already.
fn take(
    context: &Context,
    args: &FetchArgs,
    desk: &Desk<'_>,
    task: &Task,
    fetched: &mut Fetched,
) -> Result<(Exit, String), Failure> {
    if fetched.source == "ecb" {
        return make_rates(fetched).map(|()| (Exit::Done, String::new()));
    }
    if args.no_load {
        return Ok((Exit::Done, String::new()));
    }
    // The load says of each file why it is not taken.
    let to_load = fetched.to_load.clone();
    if to_load.is_empty() {
        job::accept(fetched)?;
        return Ok((Exit::Done, String::new()));
    }
    let load_args = LoadArgs {
        files: to_load,
        layout: args.layout.clone(),
        // Comtrade's answers say their flow themselves.
        flow: args.flow.clone().filter(|_| matches!(task, Task::Files(..))),
        set: set_for_load(args, task),
        replace: false,
        rates: args.own.rates.clone(),
        accept_shrunk: args.accept_shrunk,
        mapping: None,
        guess: false,
        out: None,
    };
    let json = matches!(context.format, Format::Json | Format::Ndjson);
    // As Markdown a load says the same as in a table, without a hint of what to type next.
    let format = if json { context.format } else { Format::Md };
    let quiet = Context { store: context.store.clone(), format, staleness: context.staleness };
    let (result, printed) = printer::catching(|| load::run(&quiet, &load_args));
    if !json {
        printer::data(&printed);
    }
    let exit = result?;
    if exit == Exit::Done {
        job::accept(fetched)?;
    } else {
        refuse(desk, fetched)?;
    }
    Ok((exit, if json { printed } else { String::new() }))
}

/// `--set` without what the addresses took.
fn set_for_load(args: &FetchArgs, task: &Task) -> Vec<String> {
    let needs = match task {
        Task::Files(_, Some(source)) => source.needs,
        Task::Files(_, None) => &[],
        Task::Comtrade(..) => fetch::by_id(comtrade::ID).map_or(&[][..], |s| s.needs),
    };
    let taken = |setting: &&String| {
        let name = setting.split('=').next().unwrap_or_default();
        !needs.iter().any(|n| n.name == name)
    };
    args.set.iter().filter(taken).cloned().collect()
}

/// An edition that the load refused: put aside, and the last good one stands.
fn refuse(desk: &Desk<'_>, fetched: &Fetched) -> Result<(), Failure> {
    let folder = Folder::of(desk.store, &fetched.source);
    let Some(edition) = &fetched.edition else { return Ok(()) };
    let to = folder.refuse(edition)?;
    let last = fetched.items.iter().find_map(|i| {
        let name = i.kept.path.file_name()?.to_string_lossy().into_owned();
        folder.newest_good(&name)
    });
    let stands = match last {
        Some(kept) => format!("the last good edition of {} stands", kept.day),
        None => "there is no earlier edition of it".into(),
    };
    printer::talk(&format!(
        "{}: refused; {stands}; what came lies in {}",
        fetched.source,
        to.display()
    ));
    Ok(())
}

/// The ECB's rates as a rates file, beside what came.
fn make_rates(fetched: &mut Fetched) -> Result<(), Failure> {
    for item in &fetched.items {
        let path = item.kept.path.with_file_name("rates.csv");
        if !item.kept.sidecar.good || !path.is_file() {
            write_whole(&path, ecb::rates(&settings::read(&item.kept.path)?)?.as_bytes())?;
        }
        printer::talk(&format!("rates file: {}; use it with --rates", path.display()));
    }
    job::accept(fetched)
}

/// The last good edition of each source that was fetched: its id and day.
pub fn ages(store: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(cache::root(store)).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    let last = |name: String| Folder::of(store, &name).last().map(|kept| (name, kept.day));
    names.into_iter().filter_map(last).collect()
}
