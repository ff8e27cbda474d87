//! `plimsoll explain`: any error, rule, dataset, layout or exit code in plain words.
//!
//! The texts are in `explain/explain.md`; layouts, datasets and features come from their lists,
//! so that none can be without an entry.

use crate::cli::{ExplainArgs, Format};
use crate::commands::Context;
use crate::failure::{Exit, Failure};
use crate::fetch;
use crate::present::tables::{self, Plain};
use crate::printer;
use plimsoll_ingest::evidence::{self, EvidenceFormat};
use plimsoll_ingest::formats::{self, IngestFormat};
use plimsoll_monitor::choice;
use plimsoll_monitor::detectors;
use plimsoll_screen::features;
use plimsoll_screen::lists::{self, ListSource};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;

const TEXTS: &str = include_str!("../../explain/explain.md");

/// One thing that can be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// What a person types.
    code: String,
    /// `Error`, `Set-aside row`, `Topic`, …
    kind: String,
    /// The first line, which stands alone in lists.
    summary: String,
    /// All of it, in Markdown.
    text: String,
}

/// Explains one code, or lists all.
pub fn run(context: &Context, args: &ExplainArgs) -> Result<Exit, Failure> {
    let all = entries();
    let Some(asked) = args.code.as_deref() else {
        printer::data(&list(&all, context.format));
        if context.format == Format::Table {
            printer::next("plimsoll explain CODE");
        }
        return Ok(Exit::Done);
    };
    let code = bare(asked);
    let found: Vec<&Entry> = all.iter().filter(|e| e.answers_to(&code)).collect();
    if found.is_empty() {
        return Err(unknown(asked, &code, &all));
    }
    printer::data(&show(&code, &found, &all, context.format));
    Ok(Exit::Done)
}

/// The code in `error[column-missing]:`, as people copy it.
fn bare(asked: &str) -> String {
    let text = asked.trim().trim_end_matches(':').to_lowercase().replace([' ', '_'], "-");
    let text = text.strip_prefix("error[").unwrap_or(&text);
    text.trim_end_matches(']').to_owned()
}

fn unknown(asked: &str, code: &str, all: &[Entry]) -> Failure {
    let mut near: Vec<(usize, &str)> = all
        .iter()
        .map(|e| e.name())
        .map(|name| {
            let inside = code.len() > 2 && (name.contains(code) || code.contains(name));
            (if inside { 1 } else { distance(code, name) }, name)
        })
        .filter(|(distance, name)| *distance <= 1 + name.len() / 3)
        .collect();
    near.sort();
    near.dedup();
    let names: Vec<&str> = near.iter().take(4).map(|(_, name)| *name).collect();
    let hint = match names.as_slice() {
        _ if plimsoll_terms::goods::resolve(asked, &[]).is_ok() => {
            format!("plimsoll goods {asked} says what these goods are")
        }
        [] => "plimsoll explain lists all entries".into(),
        near => format!("near it: {}; plimsoll explain lists all", near.join(", ")),
    };
    Failure::usage("code-unknown", format!("there is no entry {asked:?}"), hint)
}

/// Single-character edits between two words.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut last = i + 1;
        let mut next = vec![last];
        for (j, cb) in b.iter().enumerate() {
            last = (row[j] + usize::from(ca != *cb)).min(row[j + 1] + 1).min(last + 1);
            next.push(last);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

impl Entry {
    /// The code without what keeps layouts, datasets and exit codes apart.
    fn name(&self) -> &str {
        self.code.split_once(':').map_or(&self.code, |(_, name)| name)
    }

    fn answers_to(&self, code: &str) -> bool {
        self.code == code || self.name() == code || self.code.strip_prefix("exit-") == Some(code)
    }

    fn json(&self) -> Value {
        json!({"code": self.code, "kind": self.kind, "summary": self.summary, "text": self.text})
    }
}

/// All entries: those of the text, with layouts completed from the list of layouts.
fn entries() -> Vec<Entry> {
    let mut all = parse(TEXTS);
    all.extend(detectors::ALL.iter().map(|d| Entry {
        code: format!("detector:{}", d.id()),
        kind: "Detector".into(),
        summary: d.question().to_owned(),
        text: format!("{}\n\n{}", d.question(), d.page()),
    }));
    for entry in all.iter_mut().filter(|e| e.kind == "Layout") {
        if let Some(format) = formats::by_id(entry.name()) {
            let met = met(&entry.text).to_owned();
            entry.summary = format.title().to_owned();
            entry.text = layout_text(format, &met);
        } else if let Some(source) = lists::by_id(entry.name()) {
            let met = met(&entry.text).to_owned();
            entry.summary = source.title().to_owned();
            entry.text = list_layout_text(source, &met);
        } else if let Some(format) = evidence::by_id(entry.name()) {
            let met = met(&entry.text).to_owned();
            entry.summary = format.title().to_owned();
            entry.text = evidence_layout_text(format, &met);
        }
    }
    for entry in all.iter_mut().filter(|e| e.kind == "Dataset") {
        let _ = write!(entry.text, "\n\nLayouts: {}.", layouts_of(entry.name()).join(", "));
    }
    all
}

/// `# Kind`, `## code`, text.
fn parse(texts: &str) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    let mut kind = "";
    for line in texts.lines() {
        if let Some(code) = line.strip_prefix("## ") {
            all.push(Entry {
                code: code.trim().to_owned(),
                kind: kind.to_owned(),
                summary: String::new(),
                text: String::new(),
            });
        } else if let Some(name) = line.strip_prefix("# ") {
            kind = name.trim();
        } else if let Some(entry) = all.last_mut() {
            entry.text.push_str(line);
            entry.text.push('\n');
        }
    }
    for entry in &mut all {
        entry.text = entry.text.trim_matches('\n').to_owned();
        entry.summary = entry.text.lines().next().unwrap_or_default().to_owned();
    }
    all
}

fn met(text: &str) -> &str {
    text.lines().find_map(|l| l.strip_prefix("met:")).unwrap_or_default().trim()
}

fn indented(example: &str) -> String {
    let lines: Vec<String> =
        example.lines().map(|l| format!("    {l}").trim_end().into()).collect();
    lines.join("\n")
}

fn layout_text(format: &dyn IngestFormat, met: &str) -> String {
    format!(
        "{}\n\nPublisher: {}. Dataset: {}. Met on a real file: {met}.\n\nA worked example, made by us:\n\n{}\n\nThe layout is recognised by its column names; `--as {}` forces it.",
        format.title(),
        format.publisher(),
        format.dataset(),
        indented(format.example()),
        format.id()
    )
}

fn list_layout_text(source: &dyn ListSource, met: &str) -> String {
    let (name, example) = source.example();
    let url = match source.url() {
        "" => String::new(),
        url => format!(" Published at {url}."),
    };
    let set = if source.takes_sets() {
        " Files of a set that belong together are named in one command."
    } else {
        ""
    };
    format!(
        "{}\n\nPublisher: {}. Terms: {}.{url} Met on a real file: {met}.\n\nA worked example, made by us, as {name}:\n\n{}\n\nThe layout is recognised by its content; `--as {}` forces it.{set}",
        source.title(),
        source.publisher(),
        source.licence(),
        indented(example),
        source.id()
    )
}

fn evidence_layout_text(format: &dyn EvidenceFormat, met: &str) -> String {
    let (name, example) = format.example();
    let known = |text: &'static str| if text.is_empty() { "as you say with --set" } else { text };
    let url = match format.url() {
        "" => String::new(),
        url => format!(" Published at {url}."),
    };
    format!(
        "{}\n\nPublisher: {}. Terms: {}.{url} Met on a real file: {met}.\n\nA worked example, made by us, as {name}:\n\n{}\n\nThe layout is recognised by its content; `--as {}` forces it.",
        format.title(),
        known(format.publisher()),
        known(format.licence()),
        indented(example),
        format.id()
    )
}

fn layouts_of(dataset: &str) -> Vec<&'static str> {
    formats::ALL.iter().filter(|f| f.dataset() == dataset).map(|f| f.id()).collect()
}

/// All datasets: first those with a rank of preference, in its order.
fn datasets() -> Vec<&'static str> {
    let mut all: Vec<&str> =
        formats::ALL.iter().map(|f| f.dataset()).collect::<BTreeSet<_>>().into_iter().collect();
    all.sort_by_key(|d| choice::dataset_rank(d));
    all
}

fn list(all: &[Entry], format: Format) -> String {
    match format {
        Format::Json => {
            tables::pretty(&json!({"entries": all.iter().map(Entry::json).collect::<Vec<_>>()}))
        }
        Format::Ndjson => all.iter().map(|e| format!("{}\n", e.json())).collect(),
        format => {
            let mut table = Plain::new(["Code", "Kind", "In short"]);
            table.rows = all
                .iter()
                .map(|e| vec![e.name().to_owned(), e.kind.clone(), e.summary.clone()])
                .collect();
            table.show(format)
        }
    }
}

fn show(code: &str, found: &[&Entry], all: &[Entry], format: Format) -> String {
    let topic = topic(code, all);
    match (format, topic) {
        (Format::Json, topic) => {
            let mut out = json!({"entries": found.iter().map(|e| e.json()).collect::<Vec<_>>()});
            if let Some(table) = topic {
                out["table"] = rows_json(&table);
            }
            tables::pretty(&out)
        }
        (Format::Ndjson, _) => found.iter().map(|e| format!("{}\n", e.json())).collect(),
        (Format::Csv, Some(table)) => table.show(format),
        (Format::Csv, None) => {
            let mut table = Plain::new(["code", "kind", "text"]);
            table.rows = found
                .iter()
                .map(|e| vec![e.code.clone(), e.kind.clone(), e.text.clone()])
                .collect();
            table.show(format)
        }
        (format, topic) => {
            let mut parts: Vec<String> = found.iter().map(|e| one(e, format)).collect();
            parts.extend(topic.map(|t| t.show(format)));
            parts.join("\n")
        }
    }
}

/// One object a row, by column title.
fn rows_json(table: &Plain) -> Value {
    let title = |c: &String| c.trim_start_matches('>').to_lowercase().replace(' ', "_");
    let object = |row: &Vec<String>| -> Value {
        table
            .columns
            .iter()
            .map(title)
            .zip(row.iter().map(|cell| json!(cell)))
            .collect::<Map<String, Value>>()
            .into()
    };
    table.rows.iter().map(object).collect()
}

fn one(entry: &Entry, format: Format) -> String {
    let kind = entry.kind.to_lowercase();
    if format == Format::Md {
        return format!("# {} ({kind})\n\n{}\n", entry.name(), entry.text);
    }
    format!("{} ({kind})\n\n{}\n", entry.name(), entry.text)
}

/// The table that belongs to a topic.
fn topic(code: &str, all: &[Entry]) -> Option<Plain> {
    let texts = |kind: &'static str| all.iter().filter(move |e| e.kind == kind);
    Some(match code {
        "layouts" => {
            let mut table =
                Plain::new(["Layout", "What", "Publisher", "Dataset", "Met on a real file"]);
            let texts = parse(TEXTS);
            let met = |id: &str| {
                let entry = texts.iter().find(|e| e.code == format!("layout:{id}"));
                entry.map(|e| met(&e.text)).unwrap_or_default()
            };
            for f in formats::ALL {
                let row = [f.id(), f.title(), f.publisher(), f.dataset(), met(f.id())];
                table.rows.push(row.map(str::to_owned).into());
            }
            for l in lists::ALL {
                let row = [l.id(), l.title(), l.publisher(), "watchlist", met(l.id())];
                table.rows.push(row.map(str::to_owned).into());
            }
            for e in evidence::ALL {
                let publisher = if e.publisher().is_empty() { "anybody" } else { e.publisher() };
                let row = [e.id(), e.title(), publisher, "evidence", met(e.id())];
                table.rows.push(row.map(str::to_owned).into());
            }
            table
        }
        "fetch" => {
            let mut table = Plain::new(fetch::COLUMNS);
            table.rows = fetch::ALL.iter().map(fetch::row).collect();
            table
        }
        "matching" => {
            let mut table = Plain::new(["Feature", "What it compares"]);
            table.rows = features::ALL
                .iter()
                .map(|f| vec![f.id().to_owned(), f.title().to_owned()])
                .collect();
            table
        }
        "detectors" => {
            let mut table = Plain::new(["Detector", "Question"]);
            table.rows = detectors::ALL
                .iter()
                .map(|d| vec![d.id().to_owned(), d.question().to_owned()])
                .collect();
            table
        }
        "datasets" => {
            let mut table = Plain::new(["Dataset", "What", "Layouts"]);
            for dataset in datasets() {
                let summary =
                    texts("Dataset").find(|e| e.name() == dataset).map(|e| e.summary.clone());
                table.rows.push(vec![
                    dataset.to_owned(),
                    summary.unwrap_or_default(),
                    layouts_of(dataset).join(", "),
                ]);
            }
            table
        }
        "exit-codes" => {
            let mut table = Plain::new([">Exit code", "Meaning"]);
            table.rows = texts("Exit code")
                .map(|e| vec![e.code.replace("exit-", ""), e.summary.clone()])
                .collect();
            table
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::{Path, PathBuf};

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }

    /// The program's text in a file: what stands before its tests.
    fn program_text(path: &Path) -> String {
        let text = std::fs::read_to_string(path).unwrap();
        text.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
    }

    fn literals(text: &str) -> Vec<&str> {
        text.split('"').skip(1).step_by(2).collect()
    }

    /// The first literal behind each place where `start` stands.
    fn first_literals(text: &str, start: &str) -> Vec<String> {
        text.split(start)
            .skip(1)
            .filter_map(|rest| literals(rest).first().map(|s| (*s).to_owned()))
            .collect()
    }

    fn crates() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
    }

    fn explained() -> BTreeSet<String> {
        entries().into_iter().map(|e| e.code).collect()
    }

    #[test]
    fn every_error_code_has_a_text() {
        let mut found = Vec::new();
        sources(&crates().join("plimsoll/src"), &mut found);
        let mut codes: BTreeSet<String> = found
            .iter()
            .flat_map(|p| first_literals(&program_text(p), "Failure::usage("))
            .collect();
        for path in &found {
            let text = program_text(path);
            let said = text.split("code: \"").skip(1).filter_map(|rest| rest.split('"').next());
            codes.extend(said.map(str::to_owned));
        }
        let of_lists = first_literals(
            &program_text(&crates().join("plimsoll/src/watchlists.rs")),
            "{ .. } =>",
        );
        assert!(of_lists.contains(&"list-cut".to_owned()), "{of_lists:?}");
        codes.extend(of_lists);
        let errors = program_text(&crates().join("plimsoll-ingest/src/error.rs"));
        let of_ingest = first_literals(errors.split("fn hint").next().unwrap(), "{ .. } =>");
        assert!(of_ingest.len() > 10, "{of_ingest:?}");
        codes.extend(of_ingest);
        let explained = explained();
        let missing: Vec<&String> = codes.difference(&explained).collect();
        assert!(missing.is_empty(), "write a text in explain/explain.md for {missing:?}");
    }

    /// Rules are words joined by hyphens in the files that judge rows: whatever looks like one
    /// and is none stands in the list here.
    #[test]
    fn every_rule_has_a_text() {
        const OTHERS: [&str; 2] = ["re-export", "re-import"];
        let ingest = crates().join("plimsoll-ingest/src");
        let mut files = vec![crates().join("plimsoll-monitor/src/resolve.rs")];
        files.extend(
            ["scratch.rs", "totals.rs", "load.rs", "containers/text.rs"].map(|f| ingest.join(f)),
        );
        sources(&ingest.join("formats"), &mut files);
        let is_rule = |text: &str| {
            text.contains('-')
                && text
                    .split('-')
                    .all(|w| !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase()))
        };
        let layouts: BTreeSet<&str> = formats::ALL.iter().map(|f| f.id()).collect();
        let mut rules: BTreeSet<String> =
            ["heading", "negative", "not-csv", "bad-rate"].map(str::to_owned).into();
        for path in &files {
            let text = program_text(path);
            let code = text
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .collect::<Vec<_>>()
                .join("\n");
            rules.extend(literals(&code).into_iter().filter(|t| is_rule(t)).map(str::to_owned));
        }
        rules.retain(|r| !layouts.contains(r.as_str()) && !OTHERS.contains(&r.as_str()));
        assert!(
            rules.contains("code-digits") && rules.contains("total-found-among-parts"),
            "{rules:?}"
        );
        let explained = explained();
        let missing: Vec<&String> = rules.difference(&explained).collect();
        assert!(missing.is_empty(), "write a text in explain/explain.md for {missing:?}");
    }

    /// In the readers of lists many words are joined by hyphens, such as the names of elements: a
    /// rule is what is handed to one of these calls. One that a call passes on stands in the list here.
    #[test]
    fn every_rule_of_lists_has_a_text() {
        const CALLS: [&str; 4] = ["Problem::new(", "set_aside(", "refuse(", "problem("];
        let mut files = Vec::new();
        sources(&crates().join("plimsoll-screen/src/lists"), &mut files);
        let word = |w: &str| {
            !w.is_empty() && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let is_rule = |text: &str| text.contains('-') && text.split('-').all(word);
        let mut rules: BTreeSet<String> = ["columns".to_owned()].into();
        for path in files.iter().filter(|f| !f.ends_with("us_tests.rs")) {
            let text = program_text(path);
            for call in CALLS {
                rules.extend(first_literals(&text, call).into_iter().filter(|t| is_rule(t)));
            }
        }
        assert!(rules.contains("remark-cut") && rules.contains("type-unknown"), "{rules:?}");
        let explained = explained();
        let missing: Vec<&String> = rules.difference(&explained).collect();
        assert!(missing.is_empty(), "write a text in explain/explain.md for {missing:?}");
    }

    #[test]
    fn every_rule_and_layout_of_evidence_has_a_text() {
        let mut files = Vec::new();
        sources(&crates().join("plimsoll-ingest/src/evidence"), &mut files);
        let mut rules = BTreeSet::from(["repeated-record".to_owned(), "row-short".into()]);
        for path in &files {
            rules.extend(first_literals(&program_text(path), "Problem::new("));
        }
        assert!(rules.contains("conflicting-record") && rules.len() > 8, "{rules:?}");
        let explained = explained();
        let layouts = evidence::ALL.iter().map(|e| format!("layout:{}", e.id()));
        let all: BTreeSet<String> = rules.into_iter().chain(layouts).collect();
        let missing: Vec<&String> = all.difference(&explained).collect();
        assert!(missing.is_empty(), "write a text in explain/explain.md for {missing:?}");
        for format in evidence::ALL {
            let entry =
                parse(TEXTS).into_iter().find(|e| e.code == format!("layout:{}", format.id()));
            assert!(entry.is_some_and(|e| !met(&e.text).is_empty()), "{}", format.id());
        }
    }

    #[test]
    fn every_layout_of_lists_is_explained() {
        let all = entries();
        let table = topic("layouts", &all).unwrap();
        for source in lists::ALL {
            let entry = all.iter().find(|e| e.code == format!("layout:{}", source.id())).unwrap();
            for part in [source.title(), source.publisher(), source.licence(), source.url()] {
                assert!(entry.text.contains(part), "{}: {part}", source.id());
            }
            let row = table.rows.iter().find(|r| r[0] == source.id()).unwrap();
            assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
        }
        assert_eq!(topic("matching", &all).unwrap().rows.len(), features::ALL.len());
    }

    #[test]
    fn every_layout_dataset_and_exit_code_has_a_text() {
        let all = parse(TEXTS);
        for format in formats::ALL {
            let entry = all.iter().find(|e| e.code == format!("layout:{}", format.id()));
            assert!(
                entry.is_some_and(|e| !met(&e.text).is_empty()),
                "{}: no `met:` line",
                format.id()
            );
        }
        for dataset in datasets() {
            assert!(all.iter().any(|e| e.code == format!("dataset:{dataset}")), "{dataset}");
        }
        for exit in
            [Exit::Done, Exit::Attention, Exit::Failed, Exit::CannotTell, Exit::NeedsCredentials]
        {
            assert!(all.iter().any(|e| e.code == format!("exit-{}", exit as u8)), "{exit:?}");
        }
    }

    #[test]
    fn entries_are_whole_and_stand_once() {
        let all = entries();
        let mut seen = BTreeSet::new();
        for entry in &all {
            assert!(!entry.summary.is_empty(), "{}", entry.code);
            assert!(!entry.kind.is_empty(), "{}", entry.code);
            assert!(seen.insert(&entry.code), "{} stands twice", entry.code);
        }
    }

    #[test]
    fn codes_are_found_as_people_copy_them() {
        assert_eq!(bare("error[column-missing]:"), "column-missing");
        assert_eq!(bare("Column Missing"), "column-missing");
        let all = entries();
        let failure = unknown("colum-missing", "colum-missing", &all);
        assert!(failure.hint.contains("column-missing"), "{}", failure.hint);
        assert!(unknown("chpl", "chpl", &all).hint.contains("plimsoll goods chpl"));
    }
}
