//! What searches print.

use crate::cli::{FindArgs, Format};
use crate::present::tables::{self, Plain};
use plimsoll_monitor::detectors::{Answer, Outcome};
use plimsoll_monitor::finding::{Fact, Finding};
use plimsoll_terms::place;
use serde_json::{Value, json};
use std::fmt::Write;

/// All findings in one of the forms.
pub fn text(answer: &Answer, args: &FindArgs, format: Format) -> String {
    let all = answer.outcomes.iter().flat_map(|(_, o)| &o.findings);
    match format {
        Format::Ndjson => all.map(|f| format!("{}\n", value(answer, f))).collect(),
        Format::Json => tables::pretty(&document(answer)),
        Format::Csv => table(&all.collect::<Vec<_>>()).show(format),
        Format::Table | Format::Md | Format::Ftm => shown(answer, args, format),
    }
}

fn document(answer: &Answer) -> Value {
    let horizon = answer.panel.horizon();
    let outcomes: Vec<Value> = (answer.outcomes.iter())
        .map(|(id, o)| {
            let findings: Vec<Value> = o.findings.iter().map(|f| value(answer, f)).collect();
            json!({"detector": id, "tests": o.tests, "findings": findings, "notes": o.notes})
        })
        .collect();
    json!({
        "period": horizon.window.to_string(),
        "against": horizon.baseline.to_string(),
        "currency": answer.panel.search.currency,
        "q": answer.panel.search.q,
        "simulated": simulated(answer),
        "detectors": outcomes,
    })
}

/// Whether any source is made up.
fn simulated(answer: &Answer) -> bool {
    let manifest = &answer.panel.scanner.store().manifest;
    answer.sources.iter().any(|i| manifest.resources[*i].dataset == "simulated")
}

/// One finding by contract.
fn value(answer: &Answer, finding: &Finding) -> Value {
    let manifest = &answer.panel.scanner.store().manifest;
    let sources: Vec<Value> = (finding.sources.places().iter())
        .map(|i| {
            let s = &manifest.resources[*i];
            json!({"id": s.name, "dataset": s.dataset, "publisher": s.publisher, "file": s.file, "sha256": s.sha256})
        })
        .collect();
    let measure = finding.measure;
    let number = |x: f64| x.is_finite().then(|| rounded(x));
    let mut out = json!({
        "detector": finding.detector,
        "subject": finding.subject.to_json(),
        "period": finding.period,
        "start": finding.start,
        "measure": {"name": measure.name, "value": number(measure.value)},
        "low": number(measure.low),
        "high": number(measure.high),
        "p_value": finding.p_value.map(rounded),
        "q_value": finding.q_value.map(rounded),
        "severity": finding.severity.name(),
        "why": finding.why,
        "sources": sources,
    });
    if simulated(answer)
        && let Some(object) = out.as_object_mut()
    {
        object.insert("simulated".into(), true.into());
    }
    out
}

/// Nine significant digits: what is left of a sum of squares after other roundings.
fn rounded(x: f64) -> f64 {
    format!("{x:.8e}").parse().unwrap_or(x)
}

fn shown(answer: &Answer, args: &FindArgs, format: Format) -> String {
    let horizon = answer.panel.horizon();
    let mut out = String::new();
    if simulated(answer) {
        out.push_str("SIMULATED DATA: nothing here says anything about the world.\n\n");
    }
    for (id, outcome) in &answer.outcomes {
        let title = plimsoll_monitor::detectors::by_id(id).map_or(*id, |d| d.title());
        let _ = writeln!(
            out,
            "{title} ({id}), {} against {}: {} of {} tests",
            horizon.window,
            horizon.baseline,
            outcome.findings.len(),
            tables::whole(outcome.tests as u64),
        );
        out.push_str(&body(outcome, args, format));
    }
    out.push_str("A finding is a lead and no verdict: a flow may rise for good reasons.\n");
    out
}

fn body(outcome: &Outcome, args: &FindArgs, format: Format) -> String {
    let mut out = String::new();
    let limit = if args.limit == 0 { outcome.findings.len() } else { args.limit };
    let first: Vec<&Finding> = outcome.findings.iter().take(limit).collect();
    if args.why {
        for finding in &first {
            let _ = writeln!(out, "\n{} · {}", finding.severity.name(), finding.headline());
            for (i, fact) in finding.why.facts().iter().enumerate() {
                facts(&mut out, fact, if i == 0 { 0 } else { 1 }, i == 0);
            }
        }
    } else if !first.is_empty() {
        out.push('\n');
        out.push_str(&table(&first).show(format));
    }
    if outcome.findings.len() > limit {
        let more = outcome.findings.len() - limit;
        let _ = writeln!(out, "… and {more} more: --limit 0 shows all");
    }
    out.push('\n');
    for note in &outcome.notes {
        let _ = writeln!(out, "- {note}");
    }
    out.push('\n');
    out
}

fn facts(out: &mut String, fact: &Fact, depth: usize, skip: bool) {
    if !skip {
        let figure = match (fact.value, fact.unit.as_deref()) {
            (Some(value), Some(unit)) => format!(": {} {unit}", figure(value)),
            _ => String::new(),
        };
        let _ = writeln!(out, "{}{}{figure}", "  ".repeat(depth), fact.text);
    }
    for below in &fact.because {
        facts(out, below, depth + 1, false);
    }
}

/// A figure with as many digits as it deserves.
fn figure(value: f64) -> String {
    if value.abs() >= 1000.0 {
        tables::money(value)
    } else if value != 0.0 && value.abs() < 0.001 {
        format!("{value:.1e}")
    } else {
        format!("{value:.3}")
    }
}

fn table(findings: &[&Finding]) -> Plain {
    let mut table = Plain::new([
        "Detector",
        "Level",
        "Importer",
        "Exporter",
        "Goods",
        "What",
        "Since",
        ">Measure",
        ">at least",
        ">at most",
        ">q",
        "Severity",
    ]);
    let name = |code: &Option<String>| {
        let place = code.as_deref().and_then(place::by_code);
        place.map_or_else(|| code.clone().unwrap_or_default(), |p| p.name().to_owned())
    };
    for f in findings {
        let s = &f.subject;
        let importer = s.importer.clone().or_else(|| s.hub.clone());
        table.rows.push(vec![
            f.detector.to_owned(),
            s.level.to_owned(),
            name(&importer),
            name(&s.exporter),
            s.goods.clone().unwrap_or_default(),
            s.direction.unwrap_or_default().to_owned(),
            f.start.clone().unwrap_or_default(),
            figure(f.measure.value),
            figure(f.measure.low),
            figure(f.measure.high),
            f.q_value.map_or_else(|| "–".into(), figure),
            f.severity.name().to_owned(),
        ]);
    }
    table
}
