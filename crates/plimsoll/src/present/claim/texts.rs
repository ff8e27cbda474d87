//! What was found in texts besides the figures: other readings, companies and what lists say of
//! them, goods, places, weapons and who is quoted.

use super::attribution;
use crate::commands::claim::Shown;
use crate::commands::claim::texts::{Company, Text};
use crate::present::assess_page::heading;
use plimsoll_report::{Block, Cell, Column, Table};
use plimsoll_terms::article::{Found, Mention, MentionKind};
use plimsoll_terms::claim::Claim;
use serde_json::{Value, json};
use std::fmt::Write;

/// All texts, for people; empty without one.
pub fn text(shown: &Shown) -> String {
    shown.texts.iter().map(|t| of_text(shown, t)).collect()
}

fn of_text(shown: &Shown, text: &Text) -> String {
    let article = &text.article;
    let mut out =
        format!("\n{}\n", if article.title.is_empty() { &text.name } else { &article.title });
    let published = article.published.as_deref().unwrap_or("day not stated");
    let by: Vec<&str> = [article.byline.as_str(), article.publisher.as_str(), published]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect();
    let _ = writeln!(out, "  {}", by.join("; "));
    out.push_str(&open(text));
    out.push_str(&beside(shown));
    if !text.companies.is_empty() {
        let _ = writeln!(out, "\nCompanies named, looked for in {}", asked(text));
        for company in &text.companies {
            out.push_str(&company_lines(company));
        }
    }
    for (kind, words) in KINDS {
        let named: Vec<String> = mentions(text, kind).map(short).collect();
        if !named.is_empty() {
            let _ = writeln!(out, "{words}: {}", named.join("; "));
        }
    }
    out
}

/// Kinds that are listed in a line each.
const KINDS: [(MentionKind, &str); 4] = [
    (MentionKind::Source, "Said by"),
    (MentionKind::Goods, "Goods"),
    (MentionKind::Weapon, "Weapons and uses"),
    (MentionKind::Place, "Places"),
];

fn mentions(text: &Text, kind: MentionKind) -> impl Iterator<Item = &Mention> {
    text.article.mentions.iter().filter(move |m| m.kind == kind)
}

fn short(mention: &Mention) -> String {
    let line = mention.places.first().map_or(0, |p| p.line);
    match mention.code.as_str() {
        "" => format!("{} (line {line})", mention.name),
        code => format!("{} = {code} (line {line})", mention.name),
    }
}

fn asked(text: &Text) -> &str {
    if text.lists.is_empty() {
        "no list: none is loaded (plimsoll fetch ofac)"
    } else {
        &text.lists
    }
}

/// Other readings, and what each claim leaves open.
fn open(text: &Text) -> String {
    let mut out = String::new();
    for found in &text.article.claims {
        let claim = &found.claim;
        for reading in &claim.readings {
            let _ = writeln!(
                out,
                "  {}: \"{}\" can also be read: {}. {}",
                claim.id, claim.value, reading.text, reading.implies
            );
        }
    }
    for found in text.article.claims.iter().filter(|f| !f.unresolved.is_empty()) {
        let _ = writeln!(out, "  {} leaves open: {}", found.claim.id, found.unresolved.join("; "));
    }
    out
}

/// What others have published of the same quantity: a line for each, in the order of the claims.
fn beside(shown: &Shown) -> String {
    let mut out = String::new();
    for check in shown.checks.iter().filter(|c| c.claim.read.is_proposal()) {
        for relation in &check.relations {
            let other = relation.claims.iter().find(|id| **id != check.claim.id);
            let other = other.and_then(|id| shown.known.iter().find(|c| c.id == *id));
            let Some(other) = other.filter(|c| !c.read.is_proposal()) else { continue };
            let _ = writeln!(
                out,
                "  {} beside {} ({}): {}, {}",
                check.claim.id,
                other.value,
                attribution(other),
                relation.kind.name(),
                relation.text
            );
        }
    }
    out
}

fn company_lines(company: &Company) -> String {
    let lines: Vec<String> = company.lines.iter().map(ToString::to_string).collect();
    let mut out = format!("  {} (line {})\n", company.name, lines.join(", "));
    if company.matches.is_empty() {
        out.push_str("    no match found\n");
    }
    for line in &company.matches {
        let _ = writeln!(out, "    {line}");
    }
    for t in &company.timelines {
        let _ = writeln!(out, "    {}", timeline(t));
    }
    out
}

fn timeline(t: &crate::evidence::listing::Timeline) -> String {
    let absent = match t.not_in.as_slice() {
        [] => String::new(),
        days => format!("; not in the editions of {}", days.join(", ")),
    };
    let stated = if t.listed.is_empty() {
        String::new()
    } else {
        format!("listed {} by its own date; ", t.listed)
    };
    format!(
        "{} {}: {stated}in the editions of {} to {}{absent}",
        t.list, t.entity_id, t.first_seen, t.last_seen
    )
}

/// How a claim was found, by contract `null` for claims of ledgers.
pub fn found(shown: &Shown, claim: &Claim) -> Value {
    let of = |text: &Text, found: &Found| {
        let parties: Vec<Value> = (text.companies.iter())
            .filter(|c| {
                claim
                    .parties
                    .iter()
                    .any(|p| *p == c.name || c.name.contains(p.as_str()) || p.contains(&c.name))
            })
            .map(company_value)
            .collect();
        json!({
            "in": text.name,
            "title": text.article.title,
            "published": text.article.published,
            "place": found.claim.place,
            "figure": found.figure,
            "unresolved": found.unresolved,
            "certainty": found.certainty,
            "parties": parties,
            "mentions": text.article.mentions,
            "companies": text.companies.iter().map(company_value).collect::<Vec<_>>(),
        })
    };
    let texts = shown.texts.iter();
    let mut all = texts.flat_map(|t| t.article.claims.iter().map(move |f| (t, f)));
    let hit = all.find(|(_, f)| f.claim.place == claim.place && f.claim.text == claim.text);
    hit.map_or(Value::Null, |(text, found)| of(text, found))
}

fn company_value(company: &Company) -> Value {
    json!({"name": company.name, "lines": company.lines, "possible_matches": company.matches, "timelines": company.timelines})
}

/// The same on a page.
pub fn blocks(shown: &Shown) -> Vec<Block> {
    let mut blocks = Vec::new();
    for text in &shown.texts {
        let open: Vec<String> = open(text).lines().map(|l| l.trim().to_owned()).collect();
        if !open.is_empty() {
            blocks.push(heading("What the text leaves open"));
            blocks.push(Block::List(open));
        }
        if !text.companies.is_empty() {
            blocks.push(heading("Companies named"));
            blocks.push(Block::Table(companies(text)));
        }
    }
    blocks
}

fn companies(text: &Text) -> Table {
    let rows = text.companies.iter().map(|c| {
        let words = |lines: Vec<String>| {
            if lines.is_empty() { "no match found".to_owned() } else { lines.join(" · ") }
        };
        vec![
            Cell::text(c.name.clone()),
            Cell::text(words(c.matches.clone())),
            Cell::text(words(c.timelines.iter().map(timeline).collect())),
        ]
    });
    Table {
        caption: format!("Companies named, looked for in {}", asked(text)),
        columns: ["Company", "Possible matches", "On the list"].map(Column::text).to_vec(),
        rows: rows.collect(),
        footnotes: vec![
            "A match is a lead and no verdict; no match is not the same as not listed.".into(),
        ],
    }
}
