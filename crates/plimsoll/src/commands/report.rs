//! `plimsoll report` and `plimsoll reproduce`: pages that anyone can run again.

use crate::cli::{ClaimCommand, Cli, Command, ReportArgs, ReproduceArgs};
use crate::commands::{Context, assess, claim, find};
use crate::failure::{Exit, Failure};
use crate::present::tables;
use crate::report::bundle::{self, Files, METADATA, SOURCES};
use crate::report::{Part, Report, words};
use crate::{printer, settings};
use clap::Parser;
use plimsoll_ingest::store::{Loaded, Store};
use plimsoll_monitor::session;
use plimsoll_report::{Block, CalloutKind, Cell, Cite, Column, HowStep, Page, SourceLine, Table};
use serde_json::Value;
use std::path::Path;

/// Makes the page, the Markdown and the bundle of a report file.
pub fn run(context: &Context, args: &ReportArgs) -> Result<Exit, Failure> {
    let text = settings::read(&args.file)?;
    let files = made(context, &file_name(&args.file), &text)?;
    let page = args
        .page
        .clone()
        .or_else(|| args.bundle.is_none().then(|| args.file.with_extension("html")));
    if let Some(path) = page {
        write(&path, &files["page.html"])?;
    }
    if let Some(path) = &args.markdown {
        write(path, &files["page.md"])?;
    }
    if let Some(folder) = &args.bundle {
        bundle::write(folder, &files)?;
        printer::talk(&format!("bundle written: {} ({} files)", folder.display(), files.len()));
        printer::next(&format!("plimsoll reproduce {}", folder.display()));
    }
    Ok(Exit::Done)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|e| {
        Failure::usage(
            "output",
            format!("cannot write {}: {e}", path.display()),
            "name another file",
        )
    })?;
    printer::talk(&format!("page written: {}", path.display()));
    Ok(())
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// All files of the bundle of a report.
fn made(context: &Context, name: &str, text: &str) -> Result<Files, Failure> {
    let report = Report::parse(name, text).map_err(|e| {
        Failure::usage(
            "report-file",
            format!("{name}: {e}"),
            "plimsoll explain report-file shows the form",
        )
    })?;
    let store = Store::open(&context.store)?;
    let page = page(context, &store, &report)?;
    let used: Vec<&Loaded> = (store.manifest.resources.iter())
        .filter(|s| {
            page.sources.iter().any(|line| !line.sha256.is_empty() && line.sha256 == s.sha256)
        })
        .collect();
    Ok(bundle::files(name, text, &page, &used))
}

fn page(context: &Context, store: &Store, report: &Report) -> Result<Page, Failure> {
    let mut page =
        Page { title: report.title.clone(), lede: report.lede.clone(), ..Page::default() };
    for part in &report.parts {
        match part {
            Part::Heading(text) => {
                page.blocks.push(Block::Heading { level: 2, text: text.clone() })
            }
            Part::Text(text) => page.blocks.push(Block::Prose(text.clone())),
            Part::List(items) => page.blocks.push(Block::List(items.clone())),
            Part::Command(line) => match command(context, line) {
                Ok(of) => add(&mut page, line, of),
                Err(why) if why.code == "nothing-to-test" => page.blocks.push(Block::Callout {
                    kind: CalloutKind::Warning,
                    text: format!("plimsoll {line}\n\nCannot tell: {}.", why.message),
                }),
                Err(why) => return Err(why),
            },
            Part::Sql(query) => {
                page.blocks.push(Block::Table(table(store, query)?));
                let text = "A query over the store.".to_owned();
                page.how_made.push(HowStep { text, sql: Some(query.clone()) });
                for line in store
                    .manifest
                    .resources
                    .iter()
                    .map(crate::present::assess_page::tail::source_line)
                {
                    source(&mut page, line);
                }
            }
        }
    }
    let issued = match report.issued.as_str() {
        "" => store.manifest.resources.iter().map(|s| s.loaded.clone()).max().unwrap_or_default(),
        day => day.to_owned(),
    };
    page.cite = Cite {
        authors: if report.authors.is_empty() {
            vec!["Plimsoll".into()]
        } else {
            report.authors.clone()
        },
        title: report.title.clone(),
        publisher: "Computed with Plimsoll".into(),
        issued,
        version: env!("CARGO_PKG_VERSION").into(),
        url: String::new(),
    };
    page.generated_by = format!(
        "Made by plimsoll {}. The same store and report file give the same page.",
        env!("CARGO_PKG_VERSION")
    );
    Ok(page)
}

/// The body, the sources and the steps of a command's page, below the report's own.
fn add(page: &mut Page, line: &str, of: Page) {
    page.blocks.push(Block::Heading { level: 3, text: of.title });
    page.blocks.push(Block::Prose(of.lede));
    page.blocks.extend(of.blocks.into_iter().map(|block| match block {
        Block::Heading { level, text } => Block::Heading { level: (level + 2).min(4), text },
        other => other,
    }));
    for line in of.sources {
        source(page, line);
    }
    let asked = HowStep {
        text: "The command behind the next figures.".into(),
        sql: Some(format!("plimsoll {line}")),
    };
    for step in std::iter::once(asked).chain(of.how_made) {
        if !page.how_made.contains(&step) {
            page.how_made.push(step);
        }
    }
}

fn source(page: &mut Page, line: SourceLine) {
    if !page.sources.contains(&line) {
        page.sources.push(line);
    }
}

/// The page of a command of a report: `assess`, `find` or `claim check`.
fn command(context: &Context, line: &str) -> Result<Page, Failure> {
    let fault = |why: String| {
        Failure::usage(
            "report-command",
            format!("plimsoll {line}: {why}"),
            "a report can hold assess, find and claim check",
        )
    };
    let arguments = std::iter::once("plimsoll".to_owned()).chain(words(line));
    let cli = Cli::try_parse_from(arguments).map_err(|e| fault(e.render().to_string()))?;
    match cli.command {
        Command::Assess(args) => assess::page(context, &args),
        Command::Find(args) => find::page(context, &args),
        Command::Claim(ClaimCommand::Check(args)) => claim::page(context, &args),
        _ => Err(fault("this command has no page".into())),
    }
}

fn table(store: &Store, query: &str) -> Result<Table, Failure> {
    let answer = session::query(store, query).map_err(|e| {
        Failure::usage("sql", e.to_string(), "plimsoll sql runs the same query alone")
    })?;
    let columns = answer.columns.iter().zip(&answer.numeric).map(|(name, numeric)| match numeric {
        true => Column::number(name.clone(), ""),
        false => Column::text(name.clone()),
    });
    let cell = |cell: &Option<String>, numeric: bool| match cell {
        None => Cell::missing("no value"),
        Some(text) if numeric => {
            let decimals = text.split_once('.').map_or(0, |(_, d)| d.len().min(2) as u8);
            Cell::number_or(text.parse().ok(), decimals, "no number")
        }
        Some(text) => Cell::text(text.clone()),
    };
    let rows = answer
        .rows
        .iter()
        .map(|row| row.iter().zip(&answer.numeric).map(|(c, n)| cell(c, *n)).collect());
    let caption = query.lines().next().unwrap_or_default().trim_start_matches("-- ").to_owned();
    Ok(Table { caption, columns: columns.collect(), rows: rows.collect(), footnotes: Vec::new() })
}

/// Runs a bundle again and prints what differs.
pub fn reproduce(context: &Context, args: &ReproduceArgs) -> Result<Exit, Failure> {
    let folder = &args.bundle;
    let read = |name: &str| {
        std::fs::read(folder.join(name)).map_err(|e| {
            Failure::usage(
                "bundle-unreadable",
                format!("{}: {e}", folder.join(name).display()),
                "name the folder that plimsoll report --bundle wrote",
            )
        })
    };
    let metadata: Value = serde_json::from_slice(&read(METADATA)?).map_err(|e| {
        Failure::usage("bundle-unreadable", format!("{METADATA}: {e}"), "the bundle is damaged")
    })?;
    let name = report_name(&metadata).ok_or_else(|| {
        Failure::usage(
            "bundle-unreadable",
            format!("{METADATA} names no report file"),
            "the bundle is damaged",
        )
    })?;
    let text = String::from_utf8_lossy(&read(&name)?).into_owned();
    let made = made(context, &name, &text)?;
    let mut lines = damaged(folder, &metadata);
    lines.extend(sources(&read(SOURCES)?, &made[SOURCES]));
    for (file, bytes) in &made {
        match read(file) {
            Ok(kept) if kept == *bytes => {}
            Ok(kept) => lines.push(format!("{file}: differs{}", first_difference(&kept, bytes))),
            Err(_) => lines.push(format!("{file}: not in the bundle")),
        }
    }
    if lines.is_empty() {
        printer::data(&format!(
            "reproduced: all {} files are the same, byte for byte\n",
            made.len()
        ));
        return Ok(Exit::Done);
    }
    printer::data(&lines.iter().map(|l| format!("{l}\n")).collect::<String>());
    printer::talk(
        "not reproduced: the store, the sources or the version are not those of the bundle",
    );
    Ok(Exit::Attention)
}

fn report_name(metadata: &Value) -> Option<String> {
    let graph = metadata["@graph"].as_array()?;
    let root = graph.iter().find(|e| e["@id"] == "./")?;
    let name = root["mainEntity"]["@id"].as_str()?;
    // A name with a folder in it would lead out of the bundle.
    (!name.contains(['/', '\\'])).then(|| name.to_owned())
}

/// Files that are no longer what the bundle says of them.
fn damaged(folder: &Path, metadata: &Value) -> Vec<String> {
    let files =
        metadata["@graph"].as_array().into_iter().flatten().filter(|e| e["@type"] == "File");
    let changed = files.filter_map(|e| {
        let name = e["@id"].as_str().filter(|n| !n.contains(".."))?;
        let bytes = std::fs::read(folder.join(name)).ok()?;
        (e["sha256"].as_str()? != bundle::sha256(&bytes))
            .then(|| format!("{name}: changed since the bundle was written"))
    });
    changed.collect()
}

/// Sources that are others than those of the bundle.
fn sources(kept: &[u8], made: &[u8]) -> Vec<String> {
    let read = |bytes: &[u8]| -> Vec<Value> { serde_json::from_slice(bytes).unwrap_or_default() };
    let (kept, made) = (read(kept), read(made));
    let text = |s: &Value, key: &str| s[key].as_str().unwrap_or_default().to_owned();
    let line = |s: &Value, what: &str| {
        format!("source {} ({}): {what}", text(s, "file"), text(s, "publisher"))
    };
    let has = |all: &[Value], key: &str, s: &Value| all.iter().any(|other| other[key] == s[key]);
    let mut lines = Vec::new();
    for new in made.iter().filter(|new| !has(&kept, "sha256", new)) {
        lines.push(match has(&kept, "file", new) {
            true => line(new, "the source has changed: its SHA-256 is another"),
            false => line(new, "new, not used before"),
        });
    }
    for old in kept.iter().filter(|old| !has(&made, "sha256", old) && !has(&made, "file", old)) {
        lines.push(line(old, "this source is not in the store, or no longer used"));
    }
    lines
}

/// Where two texts part, in words.
fn first_difference(kept: &[u8], made: &[u8]) -> String {
    let (kept, made) = (String::from_utf8_lossy(kept), String::from_utf8_lossy(made));
    let at = kept.lines().zip(made.lines()).position(|(a, b)| a != b);
    at.map_or(" in its length".to_owned(), |at| {
        let line = |text: &str| {
            tables::one_line(
                &text.lines().nth(at).unwrap_or_default().chars().take(120).collect::<String>(),
            )
        };
        format!(" from line {}: {:?} before, {:?} now", at + 1, line(&kept), line(&made))
    })
}
