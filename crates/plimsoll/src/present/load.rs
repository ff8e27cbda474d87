//! What a load prints.

use crate::commands::load::Outcome;
use crate::evidence::load as evidence;
use crate::failure::Failure;
use crate::present::tables;
use crate::watchlists::load::FileReport;
use plimsoll_ingest::load::LoadReport;
use plimsoll_terms::problem::shorten;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::PathBuf;

/// Set-aside rows shown in text; all of them are in the store.
const SHOWN: usize = 5;

fn report(path: &std::path::Path, report: &LoadReport) -> Value {
    let loaded = &report.loaded;
    json!({
        "path": path.display().to_string(),
        "member": loaded.file.split_once('/').map(|(_, member)| member),
        "format": loaded.layout,
        "sha256": loaded.sha256,
        "rows_in": loaded.rows_in,
        "rows_loaded": loaded.rows_loaded,
        "rows_set_aside": loaded.rows_set_aside,
        "rules": loaded.rules,
        "already_loaded": report.already,
        "dataset": loaded.dataset,
        "vintage": loaded.vintage,
        "source_id": loaded.name,
        "periods": [loaded.first_period, loaded.last_period],
        "passed_over": report.passed_over,
        "unresolved": report.unresolved,
        "set_aside": report.problems.iter().take(100).collect::<Vec<_>>(),
    })
}

fn values(outcomes: &[Outcome]) -> Vec<Value> {
    let mut files = Vec::new();
    for (path, outcome) in outcomes {
        match outcome {
            Ok(reports) => files.extend(reports.iter().map(|r| report(path, r))),
            Err(error) => files.push(json!({
                "path": path.display().to_string(),
                "error": {"code": error.code(), "message": error.to_string(), "hint": error.hint()},
            })),
        }
    }
    files
}

/// What became of all files of the command line.
pub struct All<'a> {
    /// Statistics.
    pub statistics: &'a [Outcome],
    /// Watchlists.
    pub lists: &'a [FileReport],
    /// Components, makers and owners.
    pub evidence: &'a [evidence::FileReport],
    /// Files that were refused.
    pub refused: &'a [(PathBuf, Failure)],
}

/// One document: `{"files": […]}`.
pub fn json(all: &All<'_>) -> String {
    tables::pretty(&json!({ "files": all_values(all) }))
}

/// One line a file.
pub fn ndjson(all: &All<'_>) -> String {
    all_values(all).iter().map(|v| format!("{v}\n")).collect()
}

fn all_values(all: &All<'_>) -> Vec<Value> {
    let mut files = values(all.statistics);
    files.extend(all.lists.iter().map(list_report));
    files.extend(all.evidence.iter().map(evidence_report));
    files.extend(all.refused.iter().map(|(path, failure)| {
        json!({"path": path.display().to_string(), "error": failure_value(failure)})
    }));
    files
}

fn evidence_report(report: &evidence::FileReport) -> Value {
    let entry = &report.entry;
    json!({
        "path": report.path.display().to_string(),
        "format": entry.layout,
        "sha256": entry.file.sha256,
        "rows_in": entry.rows_in,
        "rows_loaded": entry.rows_loaded,
        "rows_set_aside": entry.rows_set_aside,
        "rules": entry.rules,
        "already_loaded": report.already,
        "source_id": entry.id,
        "tells_of": entry.tells_of,
        "distinct": entry.distinct,
        "attribution": entry.attribution(),
        "takes_the_place_of": report.replaced,
        "set_aside": report.problems.iter().take(100).collect::<Vec<_>>(),
    })
}

/// Files of evidence, for reading.
pub fn evidence_text(reports: &[evidence::FileReport]) -> String {
    let mut out = String::new();
    for report in reports {
        let entry = &report.entry;
        let _ = writeln!(out, "{}", tables::one_line(&report.path.display().to_string()));
        if report.already {
            let _ = writeln!(
                out,
                "  already in the store since {} ({}); nothing changed. --replace loads it anew",
                entry.loaded, entry.id
            );
            continue;
        }
        let _ = writeln!(
            out,
            "  {} · {} rows in, {} loaded, {} set aside · {} distinct {} · {}",
            entry.layout,
            tables::whole(entry.rows_in),
            tables::whole(entry.rows_loaded),
            tables::whole(entry.rows_set_aside),
            tables::whole(entry.distinct),
            entry.tells_of,
            tables::one_line(&entry.attribution())
        );
        for (rule, count) in &entry.rules {
            let _ = writeln!(out, "  {:>12}  {rule}", tables::whole(*count));
        }
        for problem in report.problems.iter().take(SHOWN) {
            let _ = writeln!(out, "  noted: {}", tables::one_line(&problem.to_string()));
        }
        if let Some(old) = &report.replaced {
            let _ = writeln!(out, "  takes the place of {old}, which had the same name");
        }
    }
    out
}

fn failure_value(failure: &Failure) -> Value {
    json!({"code": failure.code, "message": failure.message, "hint": failure.hint})
}

fn list_report(report: &FileReport) -> Value {
    let mut value = json!({
        "path": report.path.display().to_string(),
        "member": Some(&report.member).filter(|member| !member.is_empty()),
        "format": report.layout,
        "sha256": report.sha256,
        "rows_in": report.count.rows_in,
        "rows_loaded": report.count.rows_loaded,
        "rows_set_aside": report.count.rows_set_aside,
        "rules": report.rules,
        "already_loaded": report.already,
        "lists": report.editions.iter().map(|e| json!({
            "list": e.list,
            "title": e.title,
            "edition": e.edition,
            "edition_from": e.day_from,
            "entities": e.entities,
            "names": e.names,
        })).collect::<Vec<_>>(),
        "set_aside": report.problems,
    });
    if !report.failures.is_empty() {
        value["errors"] = report.failures.iter().map(failure_value).collect();
    }
    value
}

/// Watchlists, for reading.
pub fn lists_text(reports: &[FileReport]) -> String {
    let mut out = String::new();
    let mut last = None;
    for report in reports {
        let dash = if report.member.is_empty() { "" } else { " / " };
        let name = format!("{}{dash}{}", report.path.display(), report.member);
        let _ = writeln!(out, "{}", tables::one_line(&name));
        if report.already {
            let _ =
                writeln!(out, "  already in the store; nothing changed. --replace loads it anew");
        } else if report.editions.is_empty() && !report.failures.is_empty() {
            let read = tables::whole(report.count.rows_in);
            let _ = writeln!(
                out,
                "  {} · refused: {read} records read, none of them kept",
                report.layout
            );
            continue;
        } else if report.count.rows_in > 0 {
            let _ = writeln!(
                out,
                "  {} · {} records in, {} loaded, {} set aside",
                report.layout,
                tables::whole(report.count.rows_in),
                tables::whole(report.count.rows_loaded),
                tables::whole(report.count.rows_set_aside)
            );
        }
        // The files of a set share their editions: shown once.
        let shared = last == Some(&report.editions);
        last = Some(&report.editions);
        for edition in report.editions.iter().filter(|_| !shared) {
            let _ = writeln!(
                out,
                "  {} of {} ({}) · {} entries, {} names · {}",
                edition.list,
                edition.edition,
                edition.day_from,
                tables::whole(edition.entities),
                tables::whole(edition.names),
                edition.title
            );
        }
        for (rule, count) in &report.rules {
            let _ = writeln!(out, "  {:>12}  {rule}", tables::whole(*count));
        }
        for problem in report.problems.iter().take(SHOWN) {
            let _ = writeln!(out, "  noted: {}", tables::one_line(&problem.to_string()));
        }
    }
    out
}

/// For reading.
pub fn text(outcomes: &[Outcome]) -> String {
    let mut out = String::new();
    for (path, outcome) in outcomes {
        for report in outcome.iter().flatten() {
            one(&mut out, path, report);
        }
    }
    out
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", tables::one_line(&shorten(text)))
}

fn one(out: &mut String, path: &std::path::Path, report: &LoadReport) {
    let loaded = &report.loaded;
    let member = loaded.file.split_once('/').map(|(_, m)| format!(" / {m}")).unwrap_or_default();
    let _ = writeln!(out, "{}", tables::one_line(&format!("{}{member}", path.display())));
    if report.already {
        let _ = writeln!(
            out,
            "  already in the store since {} ({}); nothing changed. --replace loads it anew",
            loaded.loaded, loaded.name
        );
        return;
    }
    let _ = writeln!(
        out,
        "  {} · {} rows in, {} loaded, {} set aside · {} to {}",
        loaded.layout,
        tables::whole(loaded.rows_in),
        tables::whole(loaded.rows_loaded),
        tables::whole(loaded.rows_set_aside),
        loaded.first_period,
        loaded.last_period
    );
    for (rule, count) in &loaded.rules {
        let _ = writeln!(out, "  {:>12}  {rule}", tables::whole(*count));
    }
    if !report.unresolved.is_empty() {
        let more = if report.unresolved.len() > SHOWN { ", …" } else { "" };
        let names: Vec<String> =
            report.unresolved.iter().take(SHOWN).map(|text| quoted(text)).collect();
        let _ = writeln!(out, "  not in the catalogue of places: {}{more}", names.join(", "));
    }
    for problem in report.problems.iter().take(SHOWN) {
        let _ = writeln!(out, "  set aside: {}", tables::one_line(&problem.to_string()));
    }
    if loaded.rows_set_aside > SHOWN as u64 {
        let _ = writeln!(
            out,
            "  … more of them (the first 100,000) in the store: {}",
            loaded.path.replace(".parquet", ".set-aside.ndjson")
        );
    }
    for name in &report.passed_over {
        let name = tables::one_line(name);
        let _ = writeln!(out, "  passed over (no data in a known layout): {name}");
    }
}
