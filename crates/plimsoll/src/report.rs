//! Report files: Markdown with fenced commands and queries, or the same as TOML.
//!
//! A report file is in git; its page, its Markdown and its bundle are made from it and the store,
//! and the same store gives the same bytes.

pub mod bundle;

use serde::Deserialize;

/// A report as its author wrote it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Report {
    /// The heading of the page.
    pub title: String,
    /// The answer in a paragraph.
    pub lede: String,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// The day that the author gives it.
    pub issued: String,
    /// The parts, in reading order.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
}

/// One part of a report.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A heading of the second level.
    Heading(String),
    /// Running text.
    Text(String),
    /// Short statements.
    List(Vec<String>),
    /// A command of the program, without its name: `assess --importer RUS --goods chpl …`.
    Command(String),
    /// A query over the store.
    Sql(String),
}

/// Why a report file cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// The TOML is faulty.
    #[error("{0}")]
    Toml(String),
    /// A fence that is not closed.
    #[error("line {0}: the fence that begins here is not closed")]
    Fence(usize),
    /// Nothing to show.
    #[error("there is no title: begin with a line `# Title`")]
    Title,
}

impl Report {
    /// Reads Markdown (`.md`) or TOML (anything else).
    pub fn parse(name: &str, text: &str) -> Result<Report, ReportError> {
        let markdown = name.to_ascii_lowercase().ends_with(".md");
        let report = if markdown {
            markdown_report(text)?
        } else {
            toml::from_str(text).map_err(|e| ReportError::Toml(e.to_string()))?
        };
        if report.title.trim().is_empty() {
            return Err(ReportError::Title);
        }
        Ok(report)
    }
}

/// Markdown: `# title`, a first paragraph as lede, `## headings`, paragraphs, lists, and fences
/// of `plimsoll` and `sql`. A line `Authors: A; B` or `Issued: 2026-11-24` before the first
/// heading says what it says.
fn markdown_report(text: &str) -> Result<Report, ReportError> {
    let mut report = Report::default();
    let mut paragraph = String::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let line = line.trim_end();
        if let Some(kind) = line.strip_prefix("```") {
            flush(&mut report, &mut paragraph);
            let mut body = String::new();
            loop {
                match lines.next() {
                    None => return Err(ReportError::Fence(at + 1)),
                    Some((_, l)) if l.trim_end() == "```" => break,
                    Some((_, l)) => body.extend([l, "\n"]),
                }
            }
            report.parts.extend(fence(kind.trim(), &body));
        } else if let Some(title) = line.strip_prefix("# ") {
            title.trim().clone_into(&mut report.title);
        } else if let Some(heading) = line.strip_prefix("## ").or(line.strip_prefix("### ")) {
            flush(&mut report, &mut paragraph);
            report.parts.push(Part::Heading(heading.trim().to_owned()));
        } else if let Some(authors) = line.strip_prefix("Authors:") {
            report.authors = authors.split(';').map(|a| a.trim().to_owned()).collect();
        } else if let Some(day) = line.strip_prefix("Issued:") {
            day.trim().clone_into(&mut report.issued);
        } else if let Some(item) = line.strip_prefix("- ").or(line.strip_prefix("* ")) {
            flush(&mut report, &mut paragraph);
            match report.parts.last_mut() {
                Some(Part::List(items)) => items.push(item.trim().to_owned()),
                _ => report.parts.push(Part::List(vec![item.trim().to_owned()])),
            }
        } else if line.trim().is_empty() {
            flush(&mut report, &mut paragraph);
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut report, &mut paragraph);
    Ok(report)
}

fn flush(report: &mut Report, paragraph: &mut String) {
    let text = std::mem::take(paragraph);
    if text.is_empty() {
    } else if report.lede.is_empty() && report.parts.is_empty() {
        report.lede = text;
    } else {
        report.parts.push(Part::Text(text));
    }
}

/// The part that a fence is: one command for each line of `plimsoll`, one query for `sql`.
fn fence(kind: &str, body: &str) -> Vec<Part> {
    match kind {
        "sql" => vec![Part::Sql(body.trim().to_owned())],
        "plimsoll" | "console" => body
            .replace("\\\n", " ")
            .lines()
            .map(|l| {
                l.trim().trim_start_matches("$ ").trim_start_matches("plimsoll ").trim().to_owned()
            })
            .filter(|l| !l.is_empty())
            .map(Part::Command)
            .collect(),
        _ => vec![Part::Text(body.trim().to_owned())],
    }
}

/// Words of a command line; quotation marks hold words together.
pub fn words(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut word = String::new();
    let (mut quote, mut begun) = (None, false);
    for c in line.chars() {
        match quote {
            Some(q) if c == q => quote = None,
            None if c == '"' || c == '\'' => (quote, begun) = (Some(c), true),
            None if c.is_whitespace() => {
                if begun || !word.is_empty() {
                    all.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => word.push(c),
        }
    }
    if begun || !word.is_empty() {
        all.push(word);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_with_fences() {
        let text = "# What Russia lost\n\nAuthors: A; B\n\nThe answer\nin short.\n\n## How much\n\nText.\n\n- one\n- two\n\n```plimsoll\nplimsoll assess --importer RUS \\\n  --goods chpl\n```\n\n```sql\nSELECT 1\n```\n";
        let report = Report::parse("a.md", text).unwrap();
        assert_eq!(
            (report.title.as_str(), report.lede.as_str()),
            ("What Russia lost", "The answer in short.")
        );
        assert_eq!(report.authors, ["A", "B"]);
        assert_eq!(
            report.parts,
            [
                Part::Heading("How much".into()),
                Part::Text("Text.".into()),
                Part::List(vec!["one".into(), "two".into()]),
                Part::Command("assess --importer RUS    --goods chpl".into()),
                Part::Sql("SELECT 1".into()),
            ]
        );
        let toml = "title = \"T\"\n[[part]]\ntext = \"Text.\"\n[[part]]\nlist = [\"one\"]\n[[part]]\ncommand = \"assess\"\n";
        let report = Report::parse("a.toml", toml).unwrap();
        let (text, list) = (Part::Text("Text.".into()), Part::List(vec!["one".into()]));
        assert_eq!(report.parts, [text, list, Part::Command("assess".into())]);
        assert_eq!(Report::parse("a.md", "# T\n```sql\nSELECT"), Err(ReportError::Fence(2)));
        assert_eq!(words("claim check \"two words\" ''"), ["claim", "check", "two words", ""]);
    }
}
