//! What is a sum of what, across files: from the rows of a scan to records that may be added.
//!
//! - The same fact from two files or vintages counts once; the newest vintage stands.
//! - A part (transport, procedure, second partner) never adds to its total. Rows that only
//!   together are the total are added where no total row is there.
//! - A heading counts where its products are absent and not where they are present.
//! - A yearly record and the months of the same year are never both counted.
//!
//! Everything left out is counted by rule.

use std::collections::{BTreeMap, HashMap, HashSet};

use plimsoll_ingest::fact::{CodeKey, Flow};
use plimsoll_ingest::scan::{PartOf, Sym, Symbols, TradeRow};
use plimsoll_ingest::store::Manifest;
use plimsoll_terms::period::{PeriodKind, Reported};

/// Rows left out, by rule.
pub type Rules = BTreeMap<&'static str, u64>;

fn count(rules: &mut Rules, rule: &'static str, rows: usize) {
    if rows > 0 {
        *rules.entry(rule).or_default() += rows as u64;
    }
}

/// Who reports what of whom: the rows of one cell differ in code and source only.
type Cell = (Option<Sym>, Flow, Sym, Sym, Reported);

fn cell(row: &TradeRow) -> Cell {
    (row.reporter, row.flow, row.exporter, row.importer, row.period)
}

/// Whether a row says by dispatch what the same source says by origin too: the same imports
/// again, which count where that basis is asked for and nowhere else.
pub fn is_second_basis(row: &TradeRow, manifest: &Manifest, symbols: &Symbols) -> bool {
    row.flow == Flow::Import
        && symbols.text(row.basis) == "dispatch"
        && manifest.resources[row.source].rules.contains_key("import-by-dispatch")
}

/// Takes rows of one dataset per reporter and keeps those that may be added. The second list
/// holds the headings that were not counted since products of theirs are there.
pub fn resolve(
    rows: Vec<TradeRow>,
    manifest: &Manifest,
    prefer_months: bool,
    rules: &mut Rules,
) -> (Vec<TradeRow>, Vec<TradeRow>) {
    let mut beside = Vec::new();
    let rows = newest(rows, manifest, rules);
    let rows = one_frequency(rows, prefer_months, rules);
    (finest(rows, rules, &mut beside), beside)
}

/// Order of sources: vintage first, then order of loading.
fn newness(manifest: &Manifest, source: usize) -> (&str, u64, usize) {
    let loaded = &manifest.resources[source];
    (loaded.vintage.as_str(), loaded.sequence, source)
}

/// Each fact once: from its newest source, its total, or the rows that together are it.
fn newest(rows: Vec<TradeRow>, manifest: &Manifest, rules: &mut Rules) -> Vec<TradeRow> {
    // Within one source each fact has at most one total: the load saw to it.
    let one_source = rows.iter().all(|r| r.source == rows[0].source);
    if one_source && !rows.iter().any(|r| matches!(r.part, PartOf::Adds(_))) {
        let keep: Vec<bool> = rows.iter().map(|r| r.part == PartOf::Total).collect();
        count(rules, "part-of-a-total", keep.iter().filter(|k| !**k).count());
        return retain(rows, &keep);
    }
    let mut facts: HashMap<(Cell, CodeKey), Vec<usize>> = HashMap::new();
    for (i, row) in rows.iter().enumerate() {
        facts.entry((cell(row), row.code)).or_default().push(i);
    }
    let mut keep = vec![false; rows.len()];
    for of in facts.values() {
        let Some(newest) = of.iter().map(|&i| rows[i].source).max_by_key(|s| newness(manifest, *s))
        else {
            continue;
        };
        let current: Vec<usize> =
            of.iter().copied().filter(|&i| rows[i].source == newest).collect();
        count(rules, "superseded-or-repeated", of.len() - current.len());
        let total = current.iter().copied().find(|&i| rows[i].part == PartOf::Total);
        let kept = match total {
            Some(i) => {
                keep[i] = true;
                1
            }
            None => {
                let adds = current.iter().filter(|&&i| matches!(rows[i].part, PartOf::Adds(_)));
                adds.map(|&i| keep[i] = true).count()
            }
        };
        count(rules, "part-of-a-total", current.len() - kept);
    }
    retain(rows, &keep)
}

fn retain(rows: Vec<TradeRow>, keep: &[bool]) -> Vec<TradeRow> {
    rows.into_iter().zip(keep).filter_map(|(row, keep)| keep.then_some(row)).collect()
}

/// Months of a year from which records of a kind come.
fn month_bits(period: Reported) -> u16 {
    let first = period.start.month() as u16 - 1;
    (0..period.kind.months() as u16).fold(0, |bits, m| bits | 1 << (first + m))
}

/// For each reporter, flow, partner, code and year either the yearly record or shorter ones.
fn one_frequency(rows: Vec<TradeRow>, prefer_months: bool, rules: &mut Rules) -> Vec<TradeRow> {
    type Series = (Option<Sym>, Flow, CodeKey, i32);
    if rows.iter().all(|r| r.period.kind == rows[0].period.kind) {
        return rows;
    }
    let series = |row: &TradeRow| -> Series {
        (row.reporter, row.flow, row.code.prefix(6), row.period.start.year())
    };
    let mut kinds: HashMap<Series, BTreeMap<PeriodKind, u16>> = HashMap::new();
    for row in &rows {
        let by_kind = kinds.entry(series(row)).or_default();
        *by_kind.entry(row.period.kind).or_default() |= month_bits(row.period);
    }
    let chosen = |by_kind: &BTreeMap<PeriodKind, u16>| -> Option<PeriodKind> {
        if by_kind.len() == 1 {
            return by_kind.keys().next().copied();
        }
        let full_months = by_kind.get(&PeriodKind::Month) == Some(&0x0FFF);
        if prefer_months && full_months {
            return Some(PeriodKind::Month);
        }
        // The record that covers most months; the longest of those that cover as many.
        by_kind.iter().max_by_key(|(k, bits)| (bits.count_ones(), k.months())).map(|(k, _)| *k)
    };
    let keep: Vec<bool> =
        rows.iter().map(|row| chosen(&kinds[&series(row)]) == Some(row.period.kind)).collect();
    count(rules, "other-frequency", keep.iter().filter(|k| !**k).count());
    retain(rows, &keep)
}

/// Reporter, flow, code, year and kind of record.
type SeriesOfYear = (Option<Sym>, Flow, CodeKey, i32, PeriodKind);

/// The series of headings whose records, over all partners, cover all months of a year.
fn whole_years(rows: &[TradeRow]) -> HashSet<SeriesOfYear> {
    let mut months: HashMap<SeriesOfYear, u16> = HashMap::new();
    for row in rows.iter().filter(|r| r.code.len() < 6) {
        let year = row.period.start.year();
        let series = (row.reporter, row.flow, row.code, year, row.period.kind);
        *months.entry(series).or_default() |= month_bits(row.period);
    }
    months.into_iter().filter(|(_, bits)| *bits == 0x0FFF).map(|(series, _)| series).collect()
}

/// Drops a code where finer codes under it stand in the same cell, or in another frequency of
/// the same year.
fn finest(rows: Vec<TradeRow>, rules: &mut Rules, beside: &mut Vec<TradeRow>) -> Vec<TradeRow> {
    if rows.iter().all(|r| r.code.len() == rows[0].code.len()) {
        return rows;
    }
    type InYear = (Option<Sym>, Flow, Sym, Sym, i32, CodeKey);
    let in_year = |row: &TradeRow, code: CodeKey| -> InYear {
        (row.reporter, row.flow, row.exporter, row.importer, row.period.start.year(), code)
    };
    let mut parents: HashSet<(Cell, CodeKey)> = HashSet::new();
    let mut kinds: HashMap<InYear, HashSet<PeriodKind>> = HashMap::new();
    for row in &rows {
        for shorter in (2..row.code.len()).step_by(2) {
            let code = row.code.prefix(shorter);
            parents.insert((cell(row), code));
            kinds.entry(in_year(row, code)).or_default().insert(row.period.kind);
        }
    }
    let whole = whole_years(&rows);
    let whole_year = |row: &TradeRow, code: CodeKey, kind: PeriodKind| {
        whole.contains(&(row.reporter, row.flow, code, row.period.start.year(), kind))
    };
    // Between frequencies a heading that covers its year stands, and scattered products of
    // another frequency do not take its place.
    let other_frequency = |row: &TradeRow| {
        let mut headings = (2..row.code.len()).step_by(2).map(|n| row.code.prefix(n));
        headings.any(|code| {
            PeriodKind::ALL.iter().any(|k| *k != row.period.kind && whole_year(row, code, *k))
        })
    };
    let keep: Vec<bool> = rows.iter().map(|row| !other_frequency(row)).collect();
    count(rules, "other-frequency", keep.iter().filter(|k| !**k).count());
    let rows = retain(rows, &keep);
    let has_products = |row: &TradeRow| {
        let other_kind = |of: &HashSet<PeriodKind>| of.iter().any(|k| *k != row.period.kind);
        parents.contains(&(cell(row), row.code))
            || kinds.get(&in_year(row, row.code)).is_some_and(other_kind)
                && !whole_year(row, row.code, row.period.kind)
    };
    let (dropped, kept): (Vec<TradeRow>, Vec<TradeRow>) = rows.into_iter().partition(has_products);
    count(rules, "heading-beside-its-products", dropped.len());
    beside.extend(dropped);
    kept
}
