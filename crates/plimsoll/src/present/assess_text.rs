//! The answer of `assess` for reading: a sentence, tables, notes, and on request the why.

use crate::cli::{ByArg, Format};
use crate::commands::assess::Shown;
use crate::present::assess_json::breakdown;
use crate::present::tables::{Plain, money, or_dash, percent, whole};
use plimsoll_monitor::assess::{Assessment, Side, Supplier, View, place_name};
use plimsoll_monitor::concepts::{Concept, State};
use std::collections::BTreeSet;
use std::fmt::Write;

/// Suppliers shown in a table for reading; all are in JSON and CSV.
const SHOWN: usize = 15;
/// Rows shown by `--why`.
const WHY_ROWS: usize = 20;

/// The whole answer as text, CSV or Markdown.
pub fn text(shown: &Shown<'_>, format: Format) -> String {
    if format == Format::Csv {
        return main_table(shown, usize::MAX).show(format);
    }
    let mut out = String::new();
    let _ = writeln!(out, "{}", sentence(shown));
    if let Some(basis) = basis_line(shown) {
        let _ = writeln!(out, "{basis}");
    }
    out.push('\n');
    if shown.answer.sides.iter().any(|s| s.numerator.is_some()) {
        out.push_str(&main_table(shown, SHOWN).show(format));
        let more = shown.answer.sides[0].suppliers.len().saturating_sub(SHOWN);
        if more > 0 && shown.args.by == ByArg::Supplier {
            let _ = writeln!(out, "… and {more} more; --format csv shows all");
        }
    }
    left_out(shown, format, &mut out);
    if !shown.variants.is_empty() {
        out.push_str("\nVariants\n");
        out.push_str(&variants(shown).show(format));
    }
    if !shown.answer.notes.is_empty() {
        out.push_str("\nNotes\n");
        for note in &shown.answer.notes {
            let _ = writeln!(out, "- {note}");
        }
    }
    sources(shown, &mut out);
    if shown.args.why {
        why(shown, format, &mut out);
    }
    out
}

/// Who, what, when, how much, in one sentence.
pub fn sentence(shown: &Shown<'_>) -> String {
    let (question, answer) = (shown.question, shown.answer);
    let importer = question.importer.as_ref().map_or("All importers", |i| i.label.as_str());
    let goods = format!("{}{}", goods_name(&question.goods), widened(shown));
    let importer = format!("{importer}{}", without(shown));
    let mut text = String::new();
    for (i, side) in answer.sides.iter().enumerate() {
        let period = side.period;
        let start = if i == 0 {
            format!("{importer}, {goods}, {period}{}: ", months(side))
        } else {
            format!(" Against {period}{}: ", months(side))
        };
        text.push_str(&start);
        match (side.numerator, side.share) {
            (None, _) => {
                let why = side.cannot_tell.clone().unwrap_or_default();
                let _ = write!(text, "cannot tell; {why}.");
            }
            (Some(value), Some([share, low, high])) if question.exporter.is_some() => {
                let who = question.exporter.as_ref().map_or("", |e| e.label.as_str());
                let total = side.denominator.unwrap_or(0.0);
                let _ = write!(
                    text,
                    "{who} {} {}, {} of {} ({} to {}).",
                    question.currency,
                    money(value),
                    percent(share),
                    money(total),
                    percent(low),
                    percent(high)
                );
            }
            (Some(value), _) => {
                let _ = write!(text, "{} {}.", question.currency, money(value));
            }
        }
    }
    if let [now, before] = &answer.sides[..]
        && let (Some(a), Some(b)) = (now.numerator, before.numerator)
        && b > 0.0
    {
        let _ = write!(text, " Change: {}.", change(a, b));
    }
    if question.as_reported {
        text.push_str(" NOT COMPARABLE: codes as reported.");
    }
    text
}

/// ` (3 of 6 months)`, where months are missing.
pub fn months(side: &Side) -> String {
    match side.months_missing.len() as i32 {
        0 => String::new(),
        _ if side.cannot_tell.is_some() => String::new(),
        missing => format!(" ({} of {} months)", side.period.len() - missing, side.period.len()),
    }
}

/// ` (without Belarus, Russia)`, where importers that were asked for are in no sum.
pub fn without(shown: &Shown<'_>) -> String {
    let answer = shown.answer;
    let gone = answer.not_in_both.iter().map(|one| &one.reporter).chain(&answer.silent);
    let asked = |code: &&String| {
        let set = shown.question.importer.as_ref();
        set.is_some_and(|s| {
            s.members.len() > 1 && s.members.iter().any(|m| m.code() == code.as_str())
        })
    };
    let names: BTreeSet<String> = gone.filter(asked).map(|code| place_name(code)).collect();
    if names.is_empty() || answer.sides[0].numerator.is_none() {
        return String::new();
    }
    format!(" (without {})", names.into_iter().collect::<Vec<_>>().join(", "))
}

/// What a single listed code was widened to, so that the figure is not taken for its own.
pub fn widened(shown: &Shown<'_>) -> String {
    let [concept] = &shown.answer.concepts[..] else { return String::new() };
    let own = |codes: &BTreeSet<plimsoll_terms::hs::HsCode>| codes.len() <= concept.listed.len();
    if concept.state != State::Used || concept.codes.values().all(own) {
        return String::new();
    }
    let groups: Vec<String> = concept
        .codes
        .iter()
        .map(|(revision, codes)| {
            let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
            format!("{} in {}", codes.join("+"), revision.name())
        })
        .collect();
    format!(", counted as its group ({})", groups.join(", "))
}

/// Label and specification, once where the one says the other.
fn goods_name(goods: &plimsoll_terms::goods::Goods) -> String {
    let (label, spec) = (&goods.label, goods.spec());
    if label.contains(&spec) { label.clone() } else { format!("{label} ({spec})") }
}

/// Basis, valuation and coverage: what the figures are figures of.
fn basis_line(shown: &Shown<'_>) -> Option<String> {
    let answer = shown.answer;
    let rows = || answer.sides.iter().flat_map(|s| &s.rows);
    rows().next()?;
    let basis: Vec<&str> = answer
        .views
        .iter()
        .map(|view| match view {
            View::Importer => "origin (the importer's own report)",
            View::Consignment => "dispatch (the importer's own report)",
            View::Partners => "dispatch (exporters' reports)",
            View::Reconciled => "reconciled from both sides",
        })
        .collect();
    let valuations: BTreeSet<&str> = rows().map(|r| answer.symbols.text(r.valuation)).collect();
    let coverage = match answer.sides[0].coverage {
        Some(share) => percent(share),
        None => "unknown".into(),
    };
    Some(format!(
        "Basis: {} · valuation: {} · coverage: {coverage}",
        basis.join(" and "),
        valuations.into_iter().collect::<Vec<_>>().join(" and ")
    ))
}

/// `+371.9 %`, `−80.4 %`
pub fn change(after: f64, before: f64) -> String {
    let share = after / before - 1.0;
    let sign = if share > 0.0 { "+" } else { "" };
    format!("{sign}{}", percent(share))
}

fn main_table(shown: &Shown<'_>, most: usize) -> Plain {
    if shown.args.by == ByArg::Supplier { suppliers(shown, most) } else { broken_down(shown) }
}

fn suppliers(shown: &Shown<'_>, most: usize) -> Plain {
    let sides = &shown.answer.sides;
    let mut columns = vec!["Supplier", "Name", ">Value", ">Share", ">at least", ">at most"];
    columns.extend([">Weight kg", ">Value/kg"]);
    if sides.len() > 1 {
        columns.extend([">Value before", ">Share before", ">Change"]);
    }
    let mut order: Vec<&Supplier> = sides[0].suppliers.iter().collect();
    let here: BTreeSet<&str> = order.iter().map(|s| s.country.as_str()).collect();
    if let Some(before) = sides.get(1) {
        order.extend(before.suppliers.iter().filter(|s| !here.contains(s.country.as_str())));
    }
    // In a comparison whoever was large before must not fall behind the fold.
    let largest = |country: &str| {
        let of = sides.iter().flat_map(|s| &s.suppliers).filter(|s| s.country == country);
        of.map(|s| s.value).fold(0.0, f64::max)
    };
    order.sort_by(|a, b| largest(&b.country).total_cmp(&largest(&a.country)));
    let rows = order.iter().take(most).map(|s| supplier_row(sides, s)).collect();
    Plain { rows, ..Plain::new(columns) }
}

fn supplier_row(sides: &[Side], supplier: &Supplier) -> Vec<String> {
    let find = |side: Option<&Side>| {
        side.and_then(|s| s.suppliers.iter().find(|s| s.country == supplier.country)).cloned()
    };
    let (now, before) = (find(sides.first()), find(sides.get(1)));
    let of = |get: fn(&Supplier) -> f64| now.as_ref().map(get);
    let mut row = vec![
        supplier.country.clone(),
        supplier.name.clone(),
        or_dash(of(|s| s.value), money),
        or_dash(of(|s| s.share), percent),
        or_dash(of(|s| s.share_low), percent),
        or_dash(of(|s| s.share_high), percent),
        or_dash(now.as_ref().and_then(|s| s.net_weight_kg), money),
        or_dash(now.as_ref().and_then(|s| s.unit_value), |v| plimsoll_report::format_number(v, 2)),
    ];
    if sides.len() > 1 {
        row.push(or_dash(before.as_ref().map(|s| s.value), money));
        row.push(or_dash(before.as_ref().map(|s| s.share), percent));
        row.push(match (of(|s| s.value), before.map(|s| s.value)) {
            (Some(a), Some(b)) if b > 0.0 => change(a, b),
            _ => "–".into(),
        });
    }
    row
}

fn broken_down(shown: &Shown<'_>) -> Plain {
    let title = match shown.args.by {
        ByArg::Supplier => "Supplier",
        ByArg::Importer => "Importer",
        ByArg::Code => "Code",
        ByArg::Tier => "Tier",
        ByArg::Month => "Period",
    };
    let compared = shown.answer.sides.len() > 1 && shown.args.by != ByArg::Month;
    let mut columns = vec![title, "", ">Value", ">Share"];
    if compared {
        columns.extend([">Value before", ">Change"]);
    }
    let now = breakdown(shown, 0);
    let before = if compared { breakdown(shown, 1) } else { Vec::new() };
    let total = shown.answer.sides[0].denominator.unwrap_or(0.0);
    let mut keys: Vec<(String, String)> =
        now.iter().map(|(k, l, _)| (k.clone(), l.clone())).collect();
    for (key, label, _) in &before {
        if !keys.iter().any(|(k, _)| k == key) {
            keys.push((key.clone(), label.clone()));
        }
    }
    let value = |of: &[(String, String, plimsoll_monitor::assess::CellSum)], key: &str| {
        of.iter().find(|(k, ..)| k == key).map(|(.., sum)| sum.value.value())
    };
    let mut rows = Vec::new();
    for (key, label) in keys {
        let a = value(&now, &key);
        let mut row = vec![
            key.clone(),
            label,
            or_dash(a, money),
            or_dash(a.filter(|_| total > 0.0), |v| percent(v / total)),
        ];
        if compared {
            let b = value(&before, &key);
            row.push(or_dash(b, money));
            row.push(match (a, b) {
                (Some(a), Some(b)) if b > 0.0 => change(a, b),
                _ => "–".into(),
            });
        }
        rows.push(row);
    }
    Plain { rows, ..Plain::new(columns) }
}

fn left_out(shown: &Shown<'_>, format: Format, out: &mut String) {
    let answer = shown.answer;
    if answer.left_out.is_empty() {
        return;
    }
    out.push_str("\nIn the data and not counted\n");
    let mut columns = vec!["Code", ">Value"];
    if answer.sides.len() > 1 {
        columns.push(">Value before");
    }
    columns.push("Why");
    let rows = answer
        .left_out
        .iter()
        .map(|left| {
            let mut row = vec![answer.concepts[left.concept].name()];
            row.extend(left.values.iter().map(|v| or_dash(*v, money)));
            row.push(left.reason.clone());
            row
        })
        .collect();
    out.push_str(&Plain { rows, ..Plain::new(columns) }.show(format));
}

fn variants(shown: &Shown<'_>) -> Plain {
    let shares = shown.question.exporter.is_some();
    let compared = shown.answer.sides.len() > 1;
    let mut columns = vec!["Definition", ">Codes", ">counted", ">Value"];
    if shares {
        columns.extend([">of", ">Share", ">at least", ">at most"]);
    }
    if compared {
        columns.push(">Value before");
    }
    let told = |side: &Side| side.numerator.map_or_else(|| "cannot tell".to_owned(), money);
    let rows = shown
        .variants
        .iter()
        .map(|v| {
            let side = &v.answer.sides[0];
            let codes: BTreeSet<usize> = side.cells.keys().map(|k| k.concept).collect();
            let counted: usize = codes.iter().map(|&c| v.answer.concepts[c].listed.len()).sum();
            let mut row = vec![
                v.name.clone(),
                v.question.goods.codes.len().to_string(),
                counted.to_string(),
                told(side),
            ];
            if shares {
                row.push(or_dash(side.denominator, money));
                row.extend((0..3).map(|i| or_dash(side.share.map(|s| s[i]), percent)));
            }
            if compared {
                row.push(v.answer.sides.get(1).map(told).unwrap_or_default());
            }
            row
        })
        .collect();
    Plain { rows, ..Plain::new(columns) }
}

fn sources(shown: &Shown<'_>, out: &mut String) {
    let manifest = &shown.scanner.store().manifest;
    if shown.answer.sources.is_empty() {
        return;
    }
    out.push_str("\nSources\n");
    for &i in &shown.answer.sources {
        let s = &manifest.resources[i];
        let aside = match s.rows_set_aside {
            0 => String::new(),
            n => format!(", {} rows set aside when it was loaded", whole(n)),
        };
        let _ = writeln!(
            out,
            "- {} ({}), vintage {}, {} (sha256 {}…){aside}",
            s.publisher,
            s.dataset,
            s.vintage,
            s.file,
            &s.sha256[..12.min(s.sha256.len())]
        );
    }
}

fn why(shown: &Shown<'_>, format: Format, out: &mut String) {
    let answer = shown.answer;
    out.push_str("\nWhy\n");
    for (rule, count) in &answer.rules {
        let _ =
            writeln!(out, "- {} rows not counted: {rule} (plimsoll explain {rule})", whole(*count));
    }
    let manifest = &shown.scanner.store().manifest;
    for side in &answer.sides {
        let _ =
            writeln!(out, "\n{} rows counted for {}", whole(side.rows.len() as u64), side.period);
        let rows = side
            .rows
            .iter()
            .take(WHY_ROWS)
            .map(|r| {
                vec![
                    manifest.resources[r.source].name.clone(),
                    r.line.to_string(),
                    r.reporter.map(|s| answer.symbols.text(s).to_owned()).unwrap_or_default(),
                    r.code.to_text(),
                    r.revision.name().to_owned(),
                    r.period.to_string(),
                    plimsoll_report::format_number(r.value, 2),
                    answer.symbols.text(r.currency).to_owned(),
                ]
            })
            .collect();
        let columns =
            vec!["Source", ">Line", "Reporter", "Code", "Revision", "Period", ">Value", "Currency"];
        out.push_str(&Plain { rows, ..Plain::new(columns) }.show(format));
        if side.rows.len() > WHY_ROWS {
            let _ = writeln!(
                out,
                "… and {} more; --format json lists them",
                side.rows.len() - WHY_ROWS
            );
        }
    }
    for sql in sql(shown) {
        let _ = writeln!(out, "\n{sql}");
    }
}

fn quoted(texts: impl IntoIterator<Item = String>) -> String {
    texts.into_iter().map(|t| format!("'{}'", t.replace('\'', "''"))).collect::<Vec<_>>().join(", ")
}

/// SQL that gives each side's sum again with `plimsoll sql` (or any engine over the store's
/// Parquet): one statement a side.
pub fn sql(shown: &Shown<'_>) -> Vec<String> {
    let answer = shown.answer;
    let manifest = &shown.scanner.store().manifest;
    answer
        .sides
        .iter()
        .filter(|side| !side.rows.is_empty())
        .map(|side| {
            let sources: BTreeSet<usize> = side.rows.iter().map(|r| r.source).collect();
            let sources = quoted(sources.into_iter().map(|s| manifest.resources[s].name.clone()));
            let flows: BTreeSet<&str> = side.rows.iter().map(|r| r.flow.name()).collect();
            let periods: BTreeSet<String> = side.rows.iter().map(|r| r.period.to_string()).collect();
            let levels: BTreeSet<String> = side.rows.iter().map(|r| r.code.level().to_string()).collect();
            let value = if side.rows.iter().all(|r| answer.symbols.text(r.currency) == shown.question.currency) {
                "value_reported"
            } else {
                "value_usd"
            };
            let sums = sums_sql(answer);
            let importers = match answer.filter.importers.is_empty() {
                true => String::new(),
                false => format!("\n  AND importer IN ({})", quoted(answer.filter.importers.clone())),
            };
            format!(
                "SELECT exporter, sum({value}) AS value, count(*) AS records\nFROM trade\nWHERE source_id IN ({sources})\n  AND flow IN ({}){importers}\n  AND period IN ({})\n  AND level IN ({})\n  AND breakdown NOT LIKE 'part:%'{sums}\n  AND ({})\nGROUP BY exporter\nORDER BY value DESC",
                quoted(flows.into_iter().map(str::to_owned)),
                quoted(periods),
                levels.into_iter().collect::<Vec<_>>().join(", "),
                codes_sql(&answer.concepts),
            )
        })
        .collect()
}

/// World and groups of partners stand beside the partners that they sum.
fn sums_sql(answer: &Assessment) -> String {
    let reporting = |code: &str| {
        let mut rows = answer.sides.iter().flat_map(|s| &s.rows);
        rows.any(|r| answer.symbols.text(r.exporter) == code)
    };
    let sums = plimsoll_terms::place::PlaceId::all()
        .filter(|p| p.is_sum() && !reporting(p.code()))
        .map(|p| p.code().to_owned());
    format!("\n  AND exporter NOT IN ({})", quoted(sums))
}

fn codes_sql(concepts: &[Concept]) -> String {
    let mut by_revision: std::collections::BTreeMap<&str, BTreeSet<String>> = Default::default();
    for concept in concepts.iter().filter(|c| c.state == State::Used) {
        for (revision, codes) in &concept.codes {
            by_revision
                .entry(revision.name())
                .or_default()
                .extend(codes.iter().map(ToString::to_string));
        }
    }
    let parts: Vec<String> = by_revision
        .into_iter()
        .map(|(revision, codes)| {
            let (whole, heads): (Vec<String>, Vec<String>) =
                codes.into_iter().partition(|c| c.len() == 6);
            let mut tests: Vec<String> =
                heads.iter().map(|h| format!("hs_code LIKE '{h}%'")).collect();
            if !whole.is_empty() {
                tests.push(format!("hs_code IN ({})", quoted(whole)));
            }
            format!("hs_revision = '{revision}' AND ({})", tests.join(" OR "))
        })
        .collect();
    parts.join("\n    OR ")
}
