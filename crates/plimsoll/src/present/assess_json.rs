//! The answer of `assess` as JSON. Field names are a contract: add, never rename.

use crate::cli::ByArg;
use crate::commands::assess::{Shown, Variant};
use plimsoll_monitor::assess::{Assessment, CellKey, CellSum, Side, place_name};
use plimsoll_monitor::concepts::State;
use plimsoll_monitor::money::Sum;
use plimsoll_monitor::question::Question;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Rows listed under `why`; the rest is behind the SQL.
const WHY_ROWS: usize = 2000;

/// The whole document.
pub fn document(shown: &Shown<'_>) -> Value {
    let (question, answer) = (shown.question, shown.answer);
    let mut out = side(shown, 0);
    out.insert("sources".into(), sources(shown));
    out.insert("set_aside".into(), set_aside(shown));
    out.insert("left_out".into(), left_out(answer, question));
    out.insert("not_in_both".into(), not_in_both(answer));
    out.insert("comparable".into(), comparable(shown));
    out.insert("rules".into(), json!(answer.rules));
    out.insert("notes".into(), json!(answer.notes));
    if !shown.stale.stale.is_empty() {
        out.insert("stale".into(), shown.stale.json());
    }
    if answer.sides.len() > 1 {
        out.insert("against".into(), Value::Object(side(shown, 1)));
    }
    if !shown.variants.is_empty() {
        out.insert("variants".into(), shown.variants.iter().map(variant).collect());
    }
    if shown.args.why {
        out.insert("why".into(), why(shown));
    }
    Value::Object(out)
}

/// Money to the cent, so that the same sum prints the same.
fn cents(value: f64) -> Value {
    json!((value * 100.0).round() / 100.0)
}

fn ratio(value: f64) -> Value {
    json!((value * 1e9).round() / 1e9)
}

fn set_or_null(set: Option<&plimsoll_terms::place::PlaceSet>) -> Value {
    set.map_or(Value::Null, |s| json!(s.code))
}

fn side(shown: &Shown<'_>, number: usize) -> Map<String, Value> {
    let side = &shown.answer.sides[number];
    let question = shown.question;
    let bound = |i: usize| side.share.map_or(Value::Null, |s| ratio(s[i]));
    let bases: Vec<&str> = shown.answer.views.iter().map(|v| v.basis()).collect();
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| out.insert(key.to_owned(), value);
    put("importer", set_or_null(question.importer.as_ref()));
    put("exporter", set_or_null(question.exporter.as_ref()));
    put("numerator", side.numerator.map_or(Value::Null, cents));
    put("denominator", side.denominator.map_or(Value::Null, cents));
    put("currency", json!(question.currency));
    put("share", bound(0));
    put("share_low", bound(1));
    put("share_high", bound(2));
    put("coverage", side.coverage.map_or(Value::Null, ratio));
    put("basis", if bases.is_empty() { Value::Null } else { json!(bases.join("+")) });
    put("period", json!(side.period.to_string()));
    put("goods", goods(shown));
    put("suppliers", side.suppliers.iter().map(supplier).collect());
    if shown.args.by != ByArg::Supplier {
        put("by", by(shown, number));
    }
    if let Some(why) = &side.cannot_tell {
        put("cannot_tell", json!(why));
    }
    out
}

fn supplier(s: &plimsoll_monitor::assess::Supplier) -> Value {
    json!({
        "country": s.country,
        "name": s.name,
        "value": cents(s.value),
        "share": ratio(s.share),
        "share_low": ratio(s.share_low),
        "share_high": ratio(s.share_high),
        "net_weight_kg": s.net_weight_kg,
        "unit_value": s.unit_value.map(ratio),
        "unattributed": s.unattributed,
    })
}

fn goods(shown: &Shown<'_>) -> Value {
    let goods = &shown.question.goods;
    let without: Vec<String> = codes_in_state(shown.answer, |s| *s == State::NoData);
    json!({
        "group": goods.group,
        "version": goods.version,
        "definition": goods.definition,
        "revision": goods.revision.name(),
        "codes": goods.hs_codes().iter().map(ToString::to_string).collect::<Vec<_>>(),
        "codes_used": codes_in_state(shown.answer, |s| *s == State::Used),
        "codes_without_data": without,
        "source": goods.source,
    })
}

/// Listed codes whose concept is in a state.
pub fn codes_in_state(answer: &Assessment, test: impl Fn(&State) -> bool) -> Vec<String> {
    let of = answer.concepts.iter().filter(|c| test(&c.state));
    of.flat_map(|c| c.listed.iter().map(ToString::to_string)).collect()
}

fn left_out(answer: &Assessment, question: &Question) -> Value {
    let mut all = Vec::new();
    for left in &answer.left_out {
        let concept = &answer.concepts[left.concept];
        let value = |i: usize| left.values.get(i).copied().flatten().map_or(Value::Null, cents);
        all.push(json!({
            "codes": concept.listed.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "reason": left.reason,
            "value": value(0),
            "value_against": value(1),
            "currency": question.currency,
        }));
    }
    Value::Array(all)
}

/// Reporters who report in one of two periods only.
fn not_in_both(answer: &Assessment) -> Value {
    let value = |v: Option<&Option<f64>>| v.copied().flatten().map_or(Value::Null, cents);
    answer
        .not_in_both
        .iter()
        .map(|one| {
            json!({
                "reporter": one.reporter,
                "value": value(one.values.first()),
                "value_against": value(one.values.get(1)),
            })
        })
        .collect()
}

/// Which codes stand for which, where they are not simply the listed ones.
fn comparable(shown: &Shown<'_>) -> Value {
    if shown.question.as_reported {
        return json!({"comparable": false, "why": "codes as reported, by their digits"});
    }
    let mut groups = Vec::new();
    for concept in shown.answer.concepts.iter().filter(|c| c.state == State::Used) {
        let own = concept.codes.values().all(|codes| codes.iter().eq(concept.listed.iter()));
        if !own || concept.note.is_some() {
            let codes: BTreeMap<&str, Vec<String>> = concept
                .codes
                .iter()
                .map(|(r, codes)| (r.name(), codes.iter().map(ToString::to_string).collect()))
                .collect();
            groups.push(json!({"listed": concept.name(), "codes": codes, "note": concept.note}));
        }
    }
    json!({"comparable": true, "groups": groups})
}

fn sources(shown: &Shown<'_>) -> Value {
    let manifest = &shown.scanner.store().manifest;
    let mut of: Vec<_> = shown.answer.sources.iter().map(|&i| &manifest.resources[i]).collect();
    // By name, not in the order in which they happened to be loaded.
    of.sort_by(|a, b| a.name.cmp(&b.name));
    of.into_iter()
        .map(|s| {
            json!({
                "source_id": s.name,
                "dataset": s.dataset,
                "vintage": s.vintage,
                "publisher": s.publisher,
            "url": s.url,
            "licence": s.licence,
                "layout": s.layout,
                "file": s.file,
                "sha256": s.sha256,
                "loaded": s.loaded,
                "periods": [s.first_period, s.last_period],
            })
        })
        .collect()
}

/// Rows of the used sources that could not be read when they were loaded.
fn set_aside(shown: &Shown<'_>) -> Value {
    let manifest = &shown.scanner.store().manifest;
    let mut rows = 0;
    let mut by_source = Map::new();
    for &i in &shown.answer.sources {
        let source = &manifest.resources[i];
        rows += source.rows_set_aside;
        if source.rows_set_aside > 0 {
            by_source.insert(source.name.clone(), json!(source.rows_set_aside));
        }
    }
    json!({"rows": rows, "by_source": by_source})
}

/// The figures of a side by something else than the supplier, in order. By month they come
/// from monthly records where there are complete ones, and may differ a little from the
/// yearly figure that the answer itself rests on.
pub fn breakdown(shown: &Shown<'_>, side: usize) -> Vec<(String, String, CellSum)> {
    let answer = match shown.args.by {
        ByArg::Month => shown.monthly.unwrap_or(shown.answer),
        _ => shown.answer,
    };
    let Some(side) = answer.sides.get(side) else { return Vec::new() };
    let text = |s| answer.symbols.text(s).to_owned();
    let name = |key: &CellKey| -> (String, String) {
        let concept = &answer.concepts[key.concept];
        match shown.args.by {
            ByArg::Supplier => (text(key.supplier), place_name(&text(key.supplier))),
            ByArg::Importer => (text(key.importer), place_name(&text(key.importer))),
            ByArg::Code => (concept.name(), concept.label.clone().unwrap_or_default()),
            ByArg::Tier => (concept.tier.clone().unwrap_or_else(|| "none".into()), String::new()),
            ByArg::Month => (key.period.to_string(), String::new()),
        }
    };
    let wanted = |key: &CellKey| match &shown.question.exporter {
        None => true,
        Some(set) => set.members.iter().any(|m| m.code() == answer.symbols.text(key.supplier)),
    };
    let mut sums: BTreeMap<(String, String), CellSum> = BTreeMap::new();
    for (key, cell) in side.cells.iter().filter(|(k, _)| wanted(k)) {
        let sum = sums.entry(name(key)).or_default();
        sum.value.merge(cell.value);
        sum.weight.merge(cell.weight);
    }
    sums.into_iter().map(|((key, label), sum)| (key, label, sum)).collect()
}

fn by(shown: &Shown<'_>, number: usize) -> Value {
    let side = &shown.answer.sides[number];
    let total = side.denominator.unwrap_or(0.0);
    let rows: Vec<Value> = breakdown(shown, number)
        .into_iter()
        .map(|(key, label, sum)| {
            let value = sum.value.value();
            json!({
                "key": key,
                "label": label,
                "value": cents(value),
                "share": if total > 0.0 { ratio(value / total) } else { Value::Null },
                "net_weight_kg": weight(sum.weight),
            })
        })
        .collect();
    json!({"kind": format!("{:?}", shown.args.by).to_lowercase(), "rows": rows})
}

fn weight(sum: Sum) -> Option<f64> {
    (sum.missing() == 0).then(|| sum.known()).flatten()
}

fn variant(variant: &Variant) -> Value {
    let side = |side: &Side| {
        json!({
            "period": side.period.to_string(),
            "numerator": side.numerator.map(cents),
            "denominator": side.denominator.map(cents),
            "share": side.share.map(|s| ratio(s[0])),
            "share_low": side.share.map(|s| ratio(s[1])),
            "share_high": side.share.map(|s| ratio(s[2])),
            "cannot_tell": side.cannot_tell,
        })
    };
    json!({
        "definition": variant.name,
        "goods": variant.question.goods.spec(),
        "exporter": set_or_null(variant.question.exporter.as_ref()),
        "codes": variant.question.goods.codes.len(),
        "codes_without_data": codes_in_state(&variant.answer, |s| *s == State::NoData).len(),
        "answer": side(&variant.answer.sides[0]),
        "against": variant.answer.sides.get(1).map(side),
    })
}

fn why(shown: &Shown<'_>) -> Value {
    let answer = shown.answer;
    let manifest = &shown.scanner.store().manifest;
    let mut sides = Vec::new();
    for side in &answer.sides {
        let rows: Vec<Value> = side
            .rows
            .iter()
            .take(WHY_ROWS)
            .map(|row| {
                json!({
                    "source_id": manifest.resources[row.source].name,
                    "line": row.line,
                    "reporter": row.reporter.map(|r| answer.symbols.text(r)),
                    "flow": row.flow.name(),
                    "exporter": answer.symbols.text(row.exporter),
                    "importer": answer.symbols.text(row.importer),
                    "code": row.code.to_text(),
                    "hs_revision": row.revision.name(),
                    "period": row.period.to_string(),
                    "value_reported": row.value,
                    "currency": answer.symbols.text(row.currency),
                    "value_usd": if row.value_usd.is_nan() { Value::Null } else { cents(row.value_usd) },
                })
            })
            .collect();
        sides.push(json!({"period": side.period.to_string(), "rows_counted": side.rows.len(), "rows": rows}));
    }
    json!({
        "sides": sides,
        "rules": answer.rules,
        "sql": crate::present::assess_text::sql(shown),
    })
}
