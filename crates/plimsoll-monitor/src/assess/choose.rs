//! Whose report answers: one view for each importer, one dataset for each reporter, and for a
//! comparison only reporters who report in both periods.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use plimsoll_ingest::fact::Flow;
use plimsoll_ingest::scan::{Sym, Symbols, TradeRow};
use plimsoll_terms::period::{Month, Period, Reported};
use plimsoll_terms::place;

use super::{Asked, Fetched, View, country_of, importer_codes, is_sum};
use crate::choice::dataset_rank;
use crate::question::BasisAsked;
use crate::resolve::{self, Rules};

impl Asked<'_> {
    pub(super) fn dataset(&self, row: &TradeRow) -> &str {
        &self.scanner.store().manifest.resources[row.source].dataset
    }

    fn view_of(&self, row: &TradeRow, symbols: &Symbols) -> Option<View> {
        let manifest = &self.scanner.store().manifest;
        match row.flow {
            Flow::Import if resolve::is_second_basis(row, manifest, symbols) => {
                Some(View::Consignment)
            }
            Flow::Import => Some(View::Importer),
            Flow::Export => Some(View::Partners),
            Flow::Reconciled => Some(View::Reconciled),
            // Parts of exports and imports: never added to them.
            Flow::ReExport | Flow::ReImport => None,
        }
    }

    fn admissible(&self, view: View) -> bool {
        match self.question.basis {
            BasisAsked::Any => view != View::Consignment,
            BasisAsked::Dispatch => matches!(view, View::Consignment | View::Partners),
            BasisAsked::Origin => view == View::Importer,
        }
    }

    /// For each importer one view, and within it one dataset per reporter.
    pub(super) fn choose(
        &self,
        rows: Vec<TradeRow>,
        symbols: &Symbols,
        rules: &mut Rules,
    ) -> Fetched {
        let mut fetched = Fetched {
            rows: Vec::new(),
            views: BTreeSet::new(),
            used: BTreeSet::new(),
            silent: Vec::new(),
            notes: Vec::new(),
            not_in_both: Vec::new(),
            beside: Vec::new(),
            seen: self.periods.iter().map(|_| 0).collect(),
        };
        let wanted: Vec<TradeRow> = rows
            .into_iter()
            .filter(|r| self.question.dataset.as_deref().is_none_or(|d| d == self.dataset(r)))
            .filter(|r| self.view_of(r, symbols).is_some_and(|v| self.admissible(v)))
            .collect();
        for (seen, period) in fetched.seen.iter_mut().zip(self.periods) {
            *seen = wanted.iter().filter(|r| r.period.within(period)).count();
        }
        let by_importer = self.by_importer(wanted, symbols);
        for (importer, rows) in by_importer {
            match self.best_view(&rows, symbols) {
                Some(view) => {
                    let rows: Vec<TradeRow> = rows
                        .into_iter()
                        .filter(|r| self.view_of(r, symbols) == Some(view))
                        .collect();
                    let rows = self.one_dataset_per_reporter(rows, view, symbols, &mut fetched);
                    fetched.views.insert(view);
                    let manifest = &self.scanner.store().manifest;
                    let (rows, beside) =
                        resolve::resolve(rows, manifest, self.question.monthly, rules);
                    fetched.rows.extend(rows);
                    fetched.beside.extend(beside);
                }
                None => fetched.silent.push(importer),
            }
        }
        if fetched.used.is_empty() {
            self.assume_view(&mut fetched);
        }
        fetched
    }

    /// Rows by importer; places that the publisher shows apart (twins) are one. Everybody is
    /// one importer when none is asked for, so that one view answers for all.
    fn by_importer(
        &self,
        rows: Vec<TradeRow>,
        symbols: &Symbols,
    ) -> BTreeMap<String, Vec<TradeRow>> {
        let mut by: BTreeMap<String, Vec<TradeRow>> = BTreeMap::new();
        if self.question.importer.is_none() {
            by.insert("all".into(), Vec::new());
        }
        for code in importer_codes(self.question) {
            by.entry(country_of(&code).to_owned()).or_default();
        }
        let mut groups: BTreeMap<Sym, Vec<TradeRow>> = BTreeMap::new();
        let mut rows = rows.into_iter().peekable();
        while let Some(row) = rows.next() {
            // Rows come sorted by importer: most of the next ones go the same way.
            let group = groups.entry(row.importer).or_default();
            group.push(row);
            while let Some(next) = rows.next_if(|next| next.importer == row.importer) {
                group.push(next);
            }
        }
        for (importer, rows) in groups {
            let importer = match self.question.importer {
                None => "all",
                Some(_) => country_of(symbols.text(importer)),
            };
            by.entry(importer.to_owned()).or_default().extend(rows);
        }
        by.retain(|importer, rows| {
            !rows.is_empty() || place::by_code(importer).is_none_or(place::PlaceId::is_country)
        });
        by
    }

    /// The view that answers for most of the asked periods and their months; among equals the
    /// importer's own. A month of the importer's own report is no year of it.
    fn best_view(&self, rows: &[TradeRow], symbols: &Symbols) -> Option<View> {
        let prefer_exports = self.question.importer.is_none() && self.question.exporter.is_some();
        [View::Importer, View::Consignment, View::Partners, View::Reconciled]
            .into_iter()
            .map(|view| {
                let of_view: Vec<&TradeRow> =
                    rows.iter().filter(|r| self.view_of(r, symbols) == Some(view)).collect();
                let there = |p: &&Period| of_view.iter().any(|r| r.period.within(p));
                let sides = self.periods.iter().filter(there).count();
                let rank = match view {
                    View::Partners if prefer_exports => 3,
                    View::Importer | View::Consignment => 2,
                    View::Partners => 1,
                    View::Reconciled => 0,
                };
                (sides, self.months_of(&of_view, view, symbols), rank, view)
            })
            .filter(|(sides, ..)| *sides > 0)
            .max()
            .map(|(.., view)| view)
    }

    /// Months of the asked periods for which the reporters of some rows report at all: the
    /// best reporter counts.
    fn months_of(&self, rows: &[&TradeRow], view: View, symbols: &Symbols) -> u32 {
        let by: BTreeSet<(Option<Sym>, usize)> =
            rows.iter().map(|r| (r.reporter, r.source)).collect();
        let months = by.iter().map(|(reporter, source)| {
            let Some(reporter) = reporter else {
                return self.periods.iter().map(|p| p.len().max(0) as u32).sum();
            };
            let of = |period: &Period| {
                let (dataset, flow) = (self.dataset_of(*source), view.flow().name());
                self.coverage.reporter_months(dataset, flow, symbols.text(*reporter), period)
            };
            self.periods.iter().map(of).sum::<u32>()
        });
        months.max().unwrap_or(0)
    }

    /// Sources are never added to each other: each reporter is heard in the dataset that
    /// covers most of the months, then in the one that ranks first. A group that reports as
    /// one is heard only where none of its members is.
    fn one_dataset_per_reporter(
        &self,
        rows: Vec<TradeRow>,
        view: View,
        symbols: &Symbols,
        fetched: &mut Fetched,
    ) -> Vec<TradeRow> {
        let sources: BTreeSet<usize> = rows.iter().map(|r| r.source).collect();
        let datasets: BTreeSet<&str> = sources.iter().map(|s| self.dataset_of(*s)).collect();
        let several = rows.iter().any(|r| r.reporter != rows[0].reporter);
        if let (1, Some(dataset), false) = (datasets.len(), datasets.first(), several) {
            fetched.used.insert(((*dataset).to_owned(), view.flow().name()));
            return rows;
        }
        let best = self.best_datasets(&rows);
        let any_country = best.keys().any(|r| r.is_some_and(|s| !is_sum(symbols.text(s))));
        for dataset in best.values() {
            fetched.used.insert((dataset.clone(), view.flow().name()));
        }
        let heard = |r: &TradeRow| {
            let group = r.reporter.is_some_and(|s| is_sum(symbols.text(s)));
            !(group && any_country)
        };
        let (kept, groups): (Vec<TradeRow>, Vec<TradeRow>) = rows
            .into_iter()
            .filter(|r| best.get(&r.reporter).is_some_and(|d| d == self.dataset(r)))
            .partition(heard);
        let names: BTreeSet<String> = groups
            .iter()
            .filter_map(|r| r.reporter)
            .map(|s| format!("{} ({})", super::place_name(symbols.text(s)), symbols.text(s)))
            .collect();
        for name in names {
            fetched.notes.push(format!(
                "{name} also reports as one; its members' own reports are counted instead"
            ));
        }
        kept
    }

    /// The dataset of each reporter.
    fn best_datasets(&self, rows: &[TradeRow]) -> BTreeMap<Option<Sym>, String> {
        let mut covered: BTreeMap<(Option<Sym>, usize), BTreeSet<Reported>> = BTreeMap::new();
        for row in rows {
            covered.entry((row.reporter, row.source)).or_default().insert(row.period);
        }
        let mut months: BTreeMap<(Option<Sym>, &str), BTreeSet<Month>> = BTreeMap::new();
        for ((reporter, source), periods) in covered {
            let of = months.entry((reporter, self.dataset_of(source))).or_default();
            for period in periods {
                of.extend((0..period.kind.months()).map(|m| period.start.plus(m)));
            }
        }
        let mut best: BTreeMap<Option<Sym>, (usize, Reverse<usize>, &str)> = BTreeMap::new();
        for ((reporter, dataset), months) in months {
            let candidate = (months.len(), Reverse(dataset_rank(dataset)), dataset);
            let now = best.entry(reporter).or_insert(candidate);
            *now = (*now).max(candidate);
        }
        best.into_iter().map(|(reporter, (_, _, dataset))| (reporter, dataset.to_owned())).collect()
    }

    fn dataset_of(&self, source: usize) -> &str {
        &self.scanner.store().manifest.resources[source].dataset
    }

    /// Two periods are compared over the reporters who report in both: one who fell silent
    /// did not stop trading. Whoever reports in one of them only is left out of both and named.
    pub(super) fn like_for_like(&self, fetched: &mut Fetched, symbols: &Symbols) {
        let reporters: BTreeSet<Sym> = fetched.rows.iter().filter_map(|r| r.reporter).collect();
        let mut gone: BTreeSet<Sym> = BTreeSet::new();
        let mut partly = Vec::new();
        for &reporter in &reporters {
            let covered: Vec<u32> = self
                .periods
                .iter()
                .map(|period| {
                    let months = fetched.used.iter().map(|(dataset, flow)| {
                        self.coverage.reporter_months(dataset, flow, symbols.text(reporter), period)
                    });
                    months.max().unwrap_or(0)
                })
                .collect();
            if covered.len() > 1 && covered.contains(&0) {
                gone.insert(reporter);
            }
            for (months, period) in covered.iter().zip(self.periods) {
                if *months > 0 && i64::from(*months) < i64::from(period.len()) {
                    let name = super::place_name(symbols.text(reporter));
                    partly.push(format!("{name} {months} of {} months of {period}", period.len()));
                }
            }
        }
        if !partly.is_empty() && partly.len() < reporters.len() * self.periods.len() {
            let more = partly.len().saturating_sub(8);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let shown = partly[..partly.len().min(8)].join(", ");
            fetched.notes.push(format!("not all reporters cover the whole period: {shown}{more}"));
        }
        if gone.is_empty() || gone.len() == reporters.len() {
            return;
        }
        let (out, kept): (Vec<TradeRow>, Vec<TradeRow>) = std::mem::take(&mut fetched.rows)
            .into_iter()
            .partition(|r| r.reporter.is_some_and(|s| gone.contains(&s)));
        fetched.rows = kept;
        fetched.not_in_both = out;
    }

    /// With no row at all, what the store could have answered from still tells which codes
    /// it holds.
    fn assume_view(&self, fetched: &mut Fetched) {
        for view in [View::Importer, View::Partners, View::Reconciled] {
            if self.admissible(view) {
                let flow = view.flow().name();
                let datasets = self.coverage.datasets_with(flow);
                fetched.used.extend(datasets.into_iter().map(|d| (d, flow)));
            }
        }
    }
}
