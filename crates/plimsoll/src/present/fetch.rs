//! How sources, plans and what came of a fetch are shown.

use crate::cli::Format;
use crate::failure::{Exit, Failure};
use crate::fetch::cache::Folder;
use crate::fetch::job::Fetched;
use crate::fetch::{ALL, comtrade};
use crate::present::tables::{self, Plain, whole};
use crate::printer;
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::Path;

/// What would be fetched of one source.
pub struct Plan {
    /// Its id.
    pub source: String,
    /// The calls, at least.
    pub calls: Vec<PlannedCall>,
    /// The most records that there can be, and the most that an answer has.
    pub most_records: Option<(u64, u64)>,
}

/// One call of a plan.
pub struct PlannedCall {
    /// Address, without secrets.
    pub address: String,
    /// What it asks for.
    pub what: String,
    /// The day of the last good edition.
    pub have: Option<String>,
}

/// What came of one source.
pub struct Done {
    /// Its id.
    pub source: String,
    /// How it ended.
    pub exit: Exit,
    /// What is at hand.
    pub fetched: Option<Fetched>,
    /// What the load says, as it prints it.
    pub loaded: String,
    error: Option<Value>,
}

impl Done {
    /// Nothing yet.
    pub fn new(source: String) -> Done {
        Done { source, exit: Exit::Done, fetched: None, loaded: String::new(), error: None }
    }

    /// Takes a failure, and says it.
    pub fn fail(&mut self, failure: Failure) {
        printer::failure(&failure);
        self.exit = failure.exit;
        self.error =
            Some(json!({"code": failure.code, "message": failure.message, "hint": failure.hint}));
    }

    fn json(&self) -> Value {
        let items = self.fetched.iter().flat_map(|f| &f.items).map(|item| {
            let sidecar = &item.kept.sidecar;
            json!({
                "path": item.kept.path.display().to_string(),
                "state": item.state.text(),
                "edition": item.kept.day,
                "address": sidecar.address,
                "sha256": sidecar.sha256,
                "bytes": sidecar.bytes,
                "fetched": sidecar.fetched,
                "records": sidecar.records,
                "good": sidecar.good,
            })
        });
        let items: Vec<Value> = items.collect();
        json!({"source": self.source, "exit": self.exit as u8, "files": items, "error": self.error})
    }

    /// The load's reports on files, out of the document or lines that it prints.
    fn loaded(&self) -> Vec<Value> {
        if let Ok(document) = serde_json::from_str::<Value>(&self.loaded)
            && let Some(files) = document["files"].as_array()
        {
            return files.clone();
        }
        self.loaded.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

/// `{"fetched": […], "files": […]}`; as ndjson one line for each source.
pub fn json(done: &[Done], format: Format) -> String {
    if format == Format::Ndjson {
        let line = |d: &Done| {
            let mut value = d.json();
            value["loaded"] = d.loaded().into();
            format!("{value}\n")
        };
        return done.iter().map(line).collect();
    }
    let loaded: Vec<Value> = done.iter().flat_map(Done::loaded).collect();
    let fetched: Vec<Value> = done.iter().map(Done::json).collect();
    tables::pretty(&json!({"fetched": fetched, "files": loaded}))
}

/// One line for each file.
pub fn text(fetched: &Fetched) -> String {
    let mut out = String::new();
    for item in &fetched.items {
        let sidecar = &item.kept.sidecar;
        let name = item.kept.path.file_name().unwrap_or_default().to_string_lossy();
        let since = if item.state == crate::fetch::job::State::New {
            String::new()
        } else {
            format!(" since {}", item.kept.day)
        };
        let hash = sidecar.sha256.get(..12).unwrap_or_default();
        let bytes = whole(sidecar.bytes);
        let state = item.state.text();
        let _ = writeln!(
            out,
            "{} · {} · {state}{since} · {bytes} bytes · sha256 {hash}",
            fetched.source,
            tables::one_line(&name)
        );
    }
    out
}

/// All sources, and what is there of them.
pub fn sources(store: &Path, today: &str, format: Format) -> String {
    let last = |id: &str| Folder::of(store, id).last().map(|kept| kept.day);
    if matches!(format, Format::Json | Format::Ndjson) {
        let value = |s: &crate::fetch::Source| {
            json!({
                "source": s.id, "title": s.title, "publisher": s.publisher, "licence": s.licence,
                "cadence": s.cadence, "addresses": s.addresses(), "needs": s.needs_text(),
                "url_variable": s.url_variable(), "fetched": last(s.id),
            })
        };
        let all: Vec<Value> = ALL.iter().map(value).collect();
        return match format {
            Format::Json => tables::pretty(&json!({ "sources": all })),
            _ => all.iter().map(|v| format!("{v}\n")).collect(),
        };
    }
    let mut table = Plain::new(["Source", "What", "Needs", "Fetched"]);
    table.rows = ALL
        .iter()
        .map(|s| {
            let day = last(s.id).map(|day| format!("{day} ({})", age(&day, today)));
            vec![s.id.into(), s.title.into(), s.needs_text(), day.unwrap_or_else(|| "–".into())]
        })
        .collect();
    table.show(format)
}

/// `today`, `1 day old`, `12 days old`.
pub fn age(day: &str, today: &str) -> String {
    let date = |text: &str| text.parse::<jiff::civil::Date>().ok();
    let days = match (date(day), date(today)) {
        (Some(day), Some(today)) => today.since(day).map_or(0, |span| span.get_days()),
        _ => 0,
    };
    match days {
        ..=0 => "today".into(),
        1 => "1 day old".into(),
        days => format!("{days} days old"),
    }
}

/// What would be fetched.
pub fn plans(plans: &[Plan], format: Format) -> String {
    let value = |plan: &Plan| {
        let calls: Vec<Value> = plan
            .calls
            .iter()
            .map(|c| json!({"address": c.address, "what": c.what, "have": c.have}))
            .collect();
        json!({
            "source": plan.source,
            "calls_at_least": plan.calls.len(),
            "calls_at_most": plan.most_records.map(most_calls),
            "records_at_most": plan.most_records.map(|(most, _)| most),
            "records_an_answer": plan.most_records.map(|(_, limit)| limit),
            "calls": calls,
        })
    };
    match format {
        Format::Json => {
            tables::pretty(&json!({"plans": plans.iter().map(value).collect::<Vec<_>>()}))
        }
        Format::Ndjson => plans.iter().map(|p| format!("{}\n", value(p))).collect(),
        format => plans.iter().map(|plan| plan_text(plan, format)).collect(),
    }
}

/// A full answer is cut in two and asked again, so that about twice as many are needed as would
/// hold all records.
fn most_calls((records, limit): (u64, u64)) -> u64 {
    (2 * records.div_ceil(limit.max(1))).max(1)
}

fn plan_text(plan: &Plan, format: Format) -> String {
    let mut table = Plain::new(["What", "Have", "Address"]);
    table.rows = plan
        .calls
        .iter()
        .map(|c| {
            let have = c.have.clone().unwrap_or_else(|| "–".into());
            vec![c.what.clone(), have, c.address.clone()]
        })
        .collect();
    let mut out = table.show(format);
    if format == Format::Csv {
        return out;
    }
    let calls = plan.calls.len();
    let _ = match plan.most_records {
        Some((records, limit)) => writeln!(
            out,
            "{}: {calls} calls at least; at most {} records, {} an answer, so {} calls at most if every place reported all of it",
            plan.source,
            whole(records),
            whole(limit),
            whole(most_calls((records, limit)).max(calls as u64)),
        ),
        None => writeln!(out, "{}: {calls} files", plan.source),
    };
    if plan.source == comtrade::ID {
        out.push_str("without COMTRADE_API_KEY an answer has at most 500 records\n");
    }
    out
}
