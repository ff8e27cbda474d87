//! The answer for one period: sums, suppliers, share and what stands in its way.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_ingest::fact::CodeKey;
use plimsoll_ingest::scan::{Sym, Symbols, TradeRow};
use plimsoll_terms::period::{Period, Reported};

use super::bounds::{Baseline, Margin, Partners};
use super::tally::Tally;
use super::{
    Asked, CellSum, Fetched, Side, Supplier, View, country_of, is_unattributed, place_name,
};
use crate::concepts::{Concept, Lookup};
use crate::money::Sum;

/// The share by which a heading may differ from its products by rounding alone.
const ROUNDING: f64 = 0.001;

/// What a side is made from.
pub(super) struct Found<'a> {
    /// The rows.
    pub fetched: &'a Fetched,
    /// Concept of a code, for those that count.
    pub lookup: &'a Lookup,
    /// All concepts.
    pub concepts: &'a [Concept],
    /// Texts of the rows.
    pub symbols: &'a Symbols,
}

impl Asked<'_> {
    /// Answers for one period.
    pub(super) fn side(
        &self,
        period: &Period,
        found: &Found<'_>,
        baseline: Option<Baseline>,
    ) -> Side {
        let (mut tally, rows, any) = self.tally(period, found);
        let mut side = Side {
            period: *period,
            numerator: None,
            denominator: None,
            share: None,
            coverage: None,
            coverage_note: None,
            suppliers: Vec::new(),
            cells: BTreeMap::new(),
            months_missing: self.months_missing(period, found.fetched),
            no_rate: tally.no_rate,
            short_of_heading: self.short_of_heading(period, found, &rows),
            rows,
            cannot_tell: None,
        };
        if !any {
            side.cannot_tell = Some(self.why_silent(period, found));
            return side;
        }
        tally.settle(found.symbols);
        if tally.cells.is_empty() && tally.no_rate > 0 {
            side.cannot_tell =
                Some(format!("there is no exchange rate to {} for it", self.question.currency));
            return side;
        }
        self.fill(&mut side, tally, found, baseline);
        side
    }

    fn tally(&self, period: &Period, found: &Found<'_>) -> (Tally, Vec<TradeRow>, bool) {
        let mut tally = Tally::default();
        let mut rows = Vec::new();
        // Rows come sorted by code: the last look-up mostly serves the next row too.
        let mut last = None;
        let mut any = false;
        for row in found.fetched.rows.iter().filter(|r| r.period.within(period)) {
            let code = (row.revision, row.code);
            let concept = match last {
                Some((of, concept)) if of == code => concept,
                _ => found.lookup.find(row.revision, row.code),
            };
            last = Some((code, concept));
            let Some(concept) = concept else { continue };
            any = true;
            if tally.add(row, concept, self.value(row, found.symbols), found.symbols) {
                rows.push(*row);
            }
        }
        (tally, rows, any)
    }

    /// Where a heading's own row says more than its products in the data add up to.
    fn short_of_heading(
        &self,
        period: &Period,
        found: &Found<'_>,
        rows: &[TradeRow],
    ) -> BTreeMap<usize, (f64, f64)> {
        let headings: Vec<&TradeRow> =
            found.fetched.beside.iter().filter(|r| r.period.within(period)).collect();
        if headings.is_empty() {
            return BTreeMap::new();
        }
        type Where = (Option<Sym>, Sym, Sym, Reported, CodeKey);
        let at = |r: &TradeRow, code: CodeKey| -> Where {
            (r.reporter, r.exporter, r.importer, r.period, code)
        };
        let mut products: BTreeMap<Where, Sum> = BTreeMap::new();
        for row in rows {
            for length in [2, 4, 6].into_iter().filter(|n| *n < row.code.len()) {
                let sum = products.entry(at(row, row.code.prefix(length))).or_default();
                sum.add(self.value(row, found.symbols));
            }
        }
        let mut by_concept: BTreeMap<usize, (Sum, Sum)> = BTreeMap::new();
        for heading in headings {
            let Some(concept) = found.lookup.find(heading.revision, heading.code) else { continue };
            let own = found.concepts[concept].codes.get(&heading.revision);
            let is_own =
                own.is_some_and(|of| of.iter().any(|c| c.as_str() == heading.code.to_text()));
            if let (true, Some(sum)) = (is_own, products.get(&at(heading, heading.code))) {
                let of = by_concept.entry(concept).or_default();
                of.0.add(self.value(heading, found.symbols));
                of.1.merge(*sum);
            }
        }
        by_concept
            .into_iter()
            .map(|(concept, (heading, products))| (concept, (heading.value(), products.value())))
            .filter(|(_, (heading, products))| heading - products > ROUNDING * heading)
            .collect()
    }

    fn fill(&self, side: &mut Side, tally: Tally, found: &Found<'_>, baseline: Option<Baseline>) {
        let suppliers = by_country(&tally, found.symbols);
        let total = sum_of(suppliers.values().map(|(value, _)| *value));
        let unattributed =
            sum_of(suppliers.iter().filter(|(c, _)| is_unattributed(c)).map(|(_, (v, _))| *v));
        let reconciled = found.fetched.views.contains(&View::Reconciled);
        let complete = tally.has_world() || reconciled;
        let partners = Partners { number: suppliers.len(), complete };
        let mut margin = Margin::new(total, unattributed, partners, found.fetched, baseline);
        // Of importers who are silent nothing is known.
        if !found.fetched.silent.is_empty() {
            margin.coverage = None;
        }
        margin.hidden = side.short_of_heading.values().map(|(h, p)| h - p).sum();
        side.coverage = margin.coverage;
        side.coverage_note = margin.note.clone();
        let mut list: Vec<Supplier> = suppliers
            .into_iter()
            .map(|(country, (value, weight))| supplier(country, value, weight, &margin))
            .collect();
        list.sort_by(|a, b| b.value.total_cmp(&a.value).then_with(|| a.country.cmp(&b.country)));
        side.suppliers = list;
        side.cells = tally.cells.into_iter().collect();
        side.denominator = Some(total);
        let Some(exporter) = &self.question.exporter else {
            side.numerator = Some(total);
            side.share = (total > 0.0).then_some([1.0, 1.0, 1.0]);
            return;
        };
        let asked: BTreeSet<&str> = exporter.members.iter().map(|m| country_of(m.code())).collect();
        let theirs: Vec<&Supplier> =
            side.suppliers.iter().filter(|s| asked.contains(s.country.as_str())).collect();
        if theirs.is_empty()
            && let Some(why) = self.why_no_supplier(side, found, &asked, unattributed)
        {
            side.cannot_tell = Some(why);
            return;
        }
        let mut numerator = Sum::default();
        theirs.iter().for_each(|s| numerator.add(s.value));
        side.numerator = Some(numerator.value());
        side.share = (total > 0.0).then(|| margin.share(numerator.value(), false));
    }

    /// Nothing from the asked supplier is a zero only where it would have been seen.
    fn why_no_supplier(
        &self,
        side: &Side,
        found: &Found<'_>,
        asked: &BTreeSet<&str>,
        unattributed: f64,
    ) -> Option<String> {
        let who = self.question.exporter.as_ref().map_or("", |e| e.label.as_str());
        if unattributed > 0.0 {
            return Some(format!(
                "nothing is attributed to {who}, and {} {unattributed:.0} is attributed to nobody",
                self.question.currency
            ));
        }
        if !found.fetched.views.contains(&View::Partners) {
            return None;
        }
        let reports = found.fetched.used.iter().any(|(dataset, flow)| {
            let reporters = self.coverage.reporters_in(dataset, flow, &side.period);
            reporters.iter().any(|r| asked.contains(country_of(r)))
        });
        (!reports)
            .then(|| format!("{who} reports no exports in the loaded data for {}", side.period))
    }
}

fn sum_of(sums: impl Iterator<Item = Sum>) -> f64 {
    let mut all = Sum::default();
    sums.for_each(|sum| all.merge(sum));
    all.value()
}

/// Value and weight by country.
fn by_country(tally: &Tally, symbols: &Symbols) -> BTreeMap<String, (Sum, Sum)> {
    let mut by_symbol: BTreeMap<Sym, CellSum> = BTreeMap::new();
    for (key, sum) in &tally.cells {
        let entry = by_symbol.entry(key.supplier).or_default();
        entry.value.merge(sum.value);
        entry.weight.merge(sum.weight);
    }
    let mut suppliers: BTreeMap<String, (Sum, Sum)> = BTreeMap::new();
    for (supplier, sum) in by_symbol {
        let country = country_of(symbols.text(supplier)).to_owned();
        let entry = suppliers.entry(country).or_default();
        entry.0.merge(sum.value);
        entry.1.merge(sum.weight);
    }
    suppliers
}

fn supplier(country: String, value: Sum, weight: Sum, margin: &Margin) -> Supplier {
    let unattributed = is_unattributed(&country);
    let [share, low, high] = margin.share(value.value(), unattributed);
    let net_weight_kg = (weight.missing() == 0).then(|| weight.known()).flatten();
    let unit_value = net_weight_kg.filter(|kg| *kg > 0.0).map(|kg| value.value() / kg);
    Supplier {
        name: place_name(&country),
        value: value.value(),
        share,
        share_low: low,
        share_high: high,
        net_weight_kg,
        unit_value,
        unattributed,
        country,
    }
}
