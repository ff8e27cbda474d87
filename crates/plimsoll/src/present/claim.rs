//! What checks of claims print.

mod page;
mod texts;

use crate::cli::Format;
use crate::commands::claim::Shown;
use crate::fetch::gap;
use crate::present::tables::{self, Plain};
use plimsoll_monitor::claims::{ClaimCheck, Computed, Definition, Fit, Missing, Verdict};
use plimsoll_terms::claim::compare::{Kind, short};
use plimsoll_terms::claim::{Amount, Claim, Measure, Unit};
use plimsoll_terms::place::PlaceSet;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

pub use page::page;

/// Above so many claims a table of verdicts is shown in place of each claim's figures.
const FEW: usize = 6;
/// Letters of a claim in a table.
const TEXT_WIDTH: usize = 90;

/// All checks in one of the forms.
pub fn text(shown: &Shown, why: bool, format: Format) -> String {
    let values = || shown.checks.iter().map(|c| value(shown, c));
    match format {
        Format::Json => tables::pretty(&Value::Array(values().collect())),
        Format::Ndjson => values().map(|v| format!("{v}\n")).collect(),
        Format::Csv => figures(&shown.checks).show(format),
        Format::Table | Format::Md | Format::Ftm => {
            let many = shown.checks.len() > FEW && !why;
            let checks = match many {
                true => overview(shown, format),
                false => {
                    let each = shown.checks.iter().map(|c| detail(shown, c, why, format));
                    each.collect::<Vec<_>>().join("\n")
                }
            };
            checks + &texts::text(shown)
        }
    }
}

/// Claims as data.
pub fn claims(all: &[Claim], format: Format) -> String {
    let values: Vec<Value> = all.iter().map(|c| json!(c)).collect();
    match format {
        Format::Ndjson => values.iter().map(|v| format!("{v}\n")).collect(),
        _ => tables::pretty(&Value::Array(values)),
    }
}

/// One check by contract.
fn value(shown: &Shown, check: &ClaimCheck) -> Value {
    let claim = &check.claim;
    let amount = claim.amount();
    json!({
        "claim_id": claim.id,
        "verdict": check.verdict.name(),
        "text": claim.text,
        "value": claim.value,
        "allows": amount.as_ref().map(|a| json!({"low": finite(a.low), "high": finite(a.high), "unit": unit(a)})),
        "computed": check.computed.iter().map(|c| computed(shown, c)).collect::<Vec<_>>(),
        "cannot_compute": check.missing.iter().map(missing).collect::<Vec<_>>(),
        "conflicts": check.relations.iter().filter(|r| r.kind <= Kind::Unexplained).collect::<Vec<_>>(),
        "beside": check.relations.iter().filter(|r| r.kind > Kind::Unexplained).collect::<Vec<_>>(),
        "fetch": fetches(check),
        "why": check.why,
        "found": texts::found(shown, claim),
        "claim": claim,
    })
}

fn finite(x: f64) -> Option<f64> {
    x.is_finite().then_some(x)
}

fn computed(shown: &Shown, c: &Computed) -> Value {
    let manifest = &shown.scanner.store().manifest;
    let d = &c.definition;
    let sources: Vec<&str> =
        c.sources.iter().map(|i| manifest.resources[*i].name.as_str()).collect();
    json!({
        "definition": d.to_string(),
        "value": finite(c.value),
        "low": finite(c.low),
        "high": finite(c.high),
        "coverage": c.coverage,
        "unit": c.unit,
        "fit": c.fit.name(),
        "goods": d.goods.spec(),
        "basis": d.basis_name(),
        "exporter": d.exporter.as_ref().map(|e| e.code.clone()),
        "importer": d.importer.as_ref().map(|e| e.code.clone()),
        "period": d.period.to_string(),
        "against": d.against.map(|p| p.to_string()),
        "reading": d.reading,
        "simulated": c.sources.iter().any(|i| manifest.resources[*i].dataset == "simulated"),
        "sources": sources,
        "notes": c.notes,
    })
}

fn missing(m: &Missing) -> Value {
    json!({"definition": m.definition.as_ref().map(ToString::to_string), "why": m.why})
}

/// The commands that would fetch what is missing, each once.
fn fetches(check: &ClaimCheck) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for command in
        check.missing.iter().filter_map(|m| m.definition.as_ref()).filter_map(|d| fetch(check, d))
    {
        if !all.contains(&command) {
            all.push(command);
        }
    }
    all
}

/// The unit of a claim's interval.
fn unit(amount: &Amount) -> String {
    match &amount.unit {
        Unit::Percent => "%".into(),
        Unit::Points => "percentage points".into(),
        Unit::Times => "times".into(),
        Unit::Money(code) => code.clone(),
        Unit::Kilograms => "kg".into(),
        Unit::Rank => "rank".into(),
        Unit::Count(what) => what.clone(),
    }
}

/// `65 to 70 %`, `500 million USD or more`.
fn allows(amount: &Amount) -> String {
    let unit = unit(amount);
    match (amount.low.is_finite(), amount.high.is_finite()) {
        (true, true) if amount.low == amount.high => format!("{} {unit}", short(amount.low)),
        (true, true) => format!("{} to {} {unit}", short(amount.low), short(amount.high)),
        (true, false) => format!("{} {unit} or more", short(amount.low)),
        _ => format!("{} {unit} or less", short(amount.high)),
    }
}

/// Who said it, where, when.
fn attribution(claim: &Claim) -> String {
    let all = [&claim.who, &claim.publisher, &claim.published];
    let known: Vec<&str> = all.into_iter().map(String::as_str).filter(|t| !t.is_empty()).collect();
    if known.is_empty() { "source not stated".into() } else { known.join("; ") }
}

fn overview(shown: &Shown, format: Format) -> String {
    let mut table = Plain::new(["verdict", "id", "claim", "figure", "computed"]);
    for check in &shown.checks {
        table.rows.push(vec![
            check.verdict.name().into(),
            check.claim.id.clone(),
            cut(&check.claim.text, TEXT_WIDTH),
            check.claim.value.clone(),
            range(check),
        ]);
    }
    let mut out = table.show(format);
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    for check in &shown.checks {
        *counts.entry(check.verdict).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(v, n)| format!("{n} {}", v.name())).collect();
    let _ = writeln!(out, "\n{} claims: {}", shown.checks.len(), counts.join(", "));
    out.push_str(&conflicts(&shown.checks));
    out
}

/// Every conflict once.
fn conflicts(checks: &[ClaimCheck]) -> String {
    let mut seen = Vec::new();
    for relation in checks.iter().flat_map(|c| &c.relations) {
        if relation.kind <= Kind::Unexplained && !seen.contains(&relation) {
            seen.push(relation);
        }
    }
    if seen.is_empty() {
        return String::new();
    }
    let mut out = String::from("\nFigures that do not fit each other:\n");
    for relation in seen {
        let _ = writeln!(out, "  {}: {}", relation.claims.join(", "), relation.text);
    }
    out
}

/// A text that fits a column.
fn cut(text: &str, width: usize) -> String {
    match text.char_indices().nth(width) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

/// The computed figures from least to most.
fn range(check: &ClaimCheck) -> String {
    let mut values: Vec<f64> = check.computed.iter().map(|c| c.value).collect();
    values.sort_by(f64::total_cmp);
    let unit = check.computed.first().map_or("", |c| c.unit.as_str());
    match values.as_slice() {
        [] => "–".into(),
        [one] => format!("{} {unit}", short(*one)),
        [first, .., last] => format!("{} to {} {unit}", short(*first), short(*last)),
    }
}

/// The figures of all checks, a line a definition.
fn figures(checks: &[ClaimCheck]) -> Plain {
    let mut table = Plain::new([
        "claim_id",
        "verdict",
        "definition",
        ">value",
        ">low",
        ">high",
        ">coverage",
        "unit",
        "fit",
    ]);
    let number = |x: f64| if x.is_finite() { x.to_string() } else { String::new() };
    for check in checks {
        let row = |definition: String, rest: [String; 6]| {
            let mut row = vec![check.claim.id.clone(), check.verdict.name().into(), definition];
            row.extend(rest);
            row
        };
        for c in &check.computed {
            let coverage = c.coverage.map(number).unwrap_or_default();
            table.rows.push(row(
                c.definition.to_string(),
                [
                    number(c.value),
                    number(c.low),
                    number(c.high),
                    coverage,
                    c.unit.clone(),
                    c.fit.name().into(),
                ],
            ));
        }
        if check.computed.is_empty() {
            table.rows.push(row(String::new(), Default::default()));
        }
    }
    table
}

fn detail(shown: &Shown, check: &ClaimCheck, why: bool, format: Format) -> String {
    let claim = &check.claim;
    let mut out = format!("{} · {}\n  {}\n", check.verdict.name(), claim.id, claim.text);
    let hedge = match claim.likelihood.as_str() {
        "" => String::new(),
        word => format!(" · said as \"{word}\""),
    };
    let _ = writeln!(out, "  {}{hedge}", attribution(claim));
    if let Some(place) = &claim.place {
        let _ = writeln!(out, "  line {}, column {}: {}", place.line, place.column, claim.quote);
    }
    if let Some(amount) = claim.amount() {
        let _ = writeln!(out, "  \"{}\" allows {}", claim.value, allows(&amount));
    }
    for reading in &claim.readings {
        let implies = if reading.implies.is_empty() {
            String::new()
        } else {
            format!(": {}", reading.implies)
        };
        let _ = writeln!(out, "  other reading: {}{implies}", reading.text);
    }
    if !claim.note.is_empty() {
        let _ = writeln!(out, "  note: {}", claim.note);
    }
    let headline = check.why.facts().first().map_or("", |f| f.text.as_str());
    let _ = writeln!(out, "  {headline}");
    if !check.computed.is_empty() {
        out.push('\n');
        out.push_str(&definitions(check).show(format));
    }
    out.push_str(&not_computed(check));
    out.push_str(&relations(shown, check));
    if why {
        out.push_str(&notes(shown, check));
    }
    out
}

fn definitions(check: &ClaimCheck) -> Plain {
    let unit = check.computed.first().map_or("", |c| c.unit.as_str());
    let mut table = Plain::new([
        "  definition".to_owned(),
        format!(">{unit}"),
        ">at least".into(),
        ">at most".into(),
        ">coverage".into(),
        "words allow it".into(),
    ]);
    for c in &check.computed {
        let figure = |x: f64| if x.is_finite() { short(x) } else { "not known".into() };
        let fit = match c.fit {
            Fit::Within => "yes",
            Fit::Outside => "no",
            Fit::Open => "not this figure, but others within the bounds",
        };
        table.rows.push(vec![
            format!("  {}", c.definition),
            short(c.value),
            figure(c.low),
            figure(c.high),
            c.coverage.map_or("–".into(), |x| format!("{:.0} %", x * 100.0)),
            fit.into(),
        ]);
    }
    table
}

/// Reasons why definitions were not computed, each once with how many it is, and what would help.
fn not_computed(check: &ClaimCheck) -> String {
    let mut out = String::new();
    let mut by_reason: Vec<(&str, usize)> = Vec::new();
    for m in check.missing.iter().filter(|m| m.definition.is_some()) {
        match by_reason.iter_mut().find(|(why, _)| *why == m.why) {
            Some((_, n)) => *n += 1,
            None => by_reason.push((&m.why, 1)),
        }
    }
    for (why, n) in by_reason {
        let definitions = if n == 1 { "definition" } else { "definitions" };
        let _ = writeln!(out, "  not computed, {n} {definitions}: {why}");
    }
    for command in fetches(check) {
        let _ = writeln!(out, "  would tell: {command}");
    }
    out
}

fn relations(shown: &Shown, check: &ClaimCheck) -> String {
    let mut out = String::new();
    for relation in &check.relations {
        let others: Vec<String> = (relation.claims.iter())
            .filter(|id| **id != check.claim.id)
            .filter_map(|id| shown.known.iter().find(|c| c.id == *id))
            .map(|c| format!("{} ({})", c.text, attribution(c)))
            .collect();
        let _ = writeln!(out, "  {}: {}", relation.kind.name(), relation.text);
        for other in others {
            let _ = writeln!(out, "    {other}");
        }
    }
    out
}

fn notes(shown: &Shown, check: &ClaimCheck) -> String {
    let manifest = &shown.scanner.store().manifest;
    let mut lines: Vec<String> = Vec::new();
    for c in &check.computed {
        let sources = c.sources.iter().map(|i| &manifest.resources[*i]);
        let sources =
            sources.map(|s| format!("source: {} ({}), {}", s.publisher, s.dataset, s.file));
        for line in c.notes.iter().map(|n| format!("note: {n}")).chain(sources) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines.iter().map(|line| format!("  {line}\n")).collect()
}

/// The one thing to type next.
pub fn next(shown: &Shown) -> Option<String> {
    let told =
        |c: &&ClaimCheck| c.verdict == Verdict::CannotTell && c.claim.measure != Measure::Deed;
    shown.checks.iter().filter(told).find_map(|c| fetches(c).into_iter().next())
}

/// The command that would fetch what a definition needs: of all suppliers, since a share is of all.
fn fetch(check: &ClaimCheck, definition: &Definition) -> Option<String> {
    let of = |set: &Option<PlaceSet>| set.as_ref().map(|s| s.code.clone());
    let importer = of(&definition.importer)?;
    let exporter = of(&definition.exporter).filter(|_| check.claim.measure != Measure::Share);
    let goods = definition.goods.spec();
    let command = |period| {
        gap::command_for(Some(&importer), exporter.as_deref(), &goods, period, definition.basis)
    };
    Some(command(&definition.period))
}
