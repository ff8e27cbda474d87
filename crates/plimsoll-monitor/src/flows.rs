//! The table `flows`: both sides' reports of one trade side by side, made from `trade`.
//!
//! One row for exporter, importer, good and period, with the exporter's figure, the importer's,
//! and the one that stands for the importer ([`View`]). Rows are made slice by slice, a slice
//! being all trade into some importers, so that memory stays bounded; each slice is a table of
//! its own for the plans of the detectors. What may be added is decided by [`resolve`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::fact::Flow;
use plimsoll_ingest::scan::{Filter, Scanner, Symbols, TradeRow};
use plimsoll_ingest::store::Store;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place::{self, PlaceId, PlaceSet};

use crate::calendar::{Calendar, Horizon, NoHorizon, Pace, View};
use crate::choice::Coverage;
use crate::comparable::{self, CodeMap, Comparable, GoodId};
use crate::plans::Engine;
use crate::resolve::{self, Rules};
use crate::search::Search;

/// Rows of `trade` that one slice holds at most, unless one importer alone has more.
const SLICE_ROWS: u64 = 2_000_000;
/// Lists of at most so many codes are read for all importers at once.
const SHORT_LIST: usize = 100;

/// A figure of one report: whole cents and grams, so that sums do not depend on order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// Value in cents of the search's currency.
    pub cents: i64,
    /// Net weight in grams, of those rows that have one.
    pub grams: i64,
    /// Value in cents of the rows that have a weight.
    pub weighed_cents: i64,
}

impl Figure {
    fn add(&mut self, other: Figure) {
        self.cents = self.cents.saturating_add(other.cents);
        self.grams = self.grams.saturating_add(other.grams);
        self.weighed_cents = self.weighed_cents.saturating_add(other.weighed_cents);
    }
}

/// One row of `flows`.
#[derive(Clone, Copy, Debug)]
pub struct FlowRow {
    /// Where to.
    pub importer: PlaceId,
    /// Where from.
    pub exporter: PlaceId,
    /// Which good.
    pub good: GoodId,
    /// First month of the period.
    pub start: Month,
    /// Its length.
    pub pace: Pace,
    /// As the exporter reports it.
    pub exports: Option<Figure>,
    /// As the importer reports it.
    pub imports: Option<Figure>,
    /// As a publisher reconciled it.
    pub reconciled: Option<Figure>,
}

impl FlowRow {
    /// The figure of a view.
    pub fn figure(&self, view: View) -> Option<Figure> {
        match view {
            View::Imports => self.imports,
            View::Exports => self.exports,
            View::Reconciled => self.reconciled,
        }
    }
}

/// All that a search reads from.
pub struct Panel {
    /// The store.
    pub scanner: Scanner,
    /// Who reports when.
    pub calendar: Calendar,
    /// Which codes are one good.
    pub comparable: Comparable,
    /// What is asked.
    pub search: Search,
    /// Importers by slice.
    pub slices: Vec<BTreeSet<String>>,
}

/// Why a search cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PanelError {
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] IngestError),
    /// There is nothing to compare.
    #[error(transparent)]
    Horizon(#[from] NoHorizon),
    /// The query engine failed.
    #[error("the query engine: {0}")]
    Engine(String),
}

impl Panel {
    /// Reads indexes and decides what is compared with what.
    pub fn new(store: Store, search: Search, engine: &Engine) -> Result<Panel, PanelError> {
        let coverage = Coverage::of(&store, search.dataset.as_deref())?;
        let calendar = Calendar::new(&coverage, &search)?;
        let comparable = Comparable::new(
            coverage,
            calendar.horizon,
            search.goods.clone(),
            search.control_goods.clone(),
        );
        let slices = slices(&store, &search, engine)?;
        Ok(Panel { scanner: Scanner::new(store), calendar, comparable, search, slices })
    }

    /// Whether trade into a place is asked about; that into others only shows what chance does.
    pub fn asks(&self, importer: PlaceId) -> bool {
        self.search.importer.as_ref().is_none_or(|set| set.contains(importer))
    }

    /// Window and baseline.
    pub fn horizon(&self) -> Horizon {
        self.calendar.horizon
    }

    /// The rows of `flows` of one slice, sorted by importer, exporter, good, pace and period;
    /// and the places in the manifest of the sources that they come from.
    pub fn slice(&self, importers: &BTreeSet<String>) -> Result<Slice, IngestError> {
        let mut symbols = Symbols::default();
        let filter = Filter {
            importers: importers.clone(),
            exporters: self.search.exporter.as_ref().map(codes_of).unwrap_or_default(),
            codes: self.comparable.codes(),
            periods: vec![self.horizon().span()],
        };
        let rows = self.scanner.rows(&filter, &mut symbols)?;
        let places = Places::new(&rows, &symbols, &self.calendar);
        let manifest = &self.scanner.store().manifest;
        let heard: Vec<TradeRow> = rows
            .into_iter()
            .filter(|r| self.heard(r, &places) && !resolve::is_second_basis(r, manifest, &symbols))
            .collect();
        let mut rules = Rules::new();
        let (rows, _) = resolve::resolve(heard, manifest, true, &mut rules);
        Ok(self.wide(&rows, &places, &symbols))
    }

    /// Whether a row is of the dataset and pace that are heard for its reporter.
    fn heard(&self, row: &TradeRow, places: &Places) -> bool {
        let pace = match row.period.kind {
            PeriodKind::Month => Pace::Month,
            PeriodKind::Year => Pace::Year,
            _ => return false,
        };
        let (Some(importer), Some(exporter)) = (places.of(row.importer), places.of(row.exporter))
        else {
            return false;
        };
        // A union may be the reporter; as a partner it is a sum of others.
        let reporting = match row.flow {
            Flow::Import if exporter.is_country() => {
                self.calendar.reporting(Flow::Import, importer)
            }
            Flow::Export if importer.is_country() => {
                self.calendar.reporting(Flow::Export, exporter)
            }
            Flow::Import | Flow::Export => None,
            Flow::Reconciled => self.calendar.reconciled(),
            Flow::ReExport | Flow::ReImport => None,
        };
        let dataset = &self.scanner.store().manifest.resources[row.source].dataset;
        importer != exporter && reporting.is_some_and(|r| r.pace == pace && r.dataset == *dataset)
    }

    /// Rows of one report each to rows with all reports side by side.
    fn wide(&self, rows: &[TradeRow], places: &Places, symbols: &Symbols) -> Slice {
        let classes = self.classes(rows, places);
        let mut sources = SourcesOf::new();
        let mut wide: Vec<FlowRow> = Vec::with_capacity(rows.len());
        for row in rows.iter().filter(|r| r.code.len() >= 6) {
            let (Some(importer), Some(exporter)) =
                (places.of(row.importer), places.of(row.exporter))
            else {
                continue;
            };
            let class = classes.get(&class_key(row.flow, importer));
            let good = class.and_then(|map| comparable::good_of(map, row.revision, row.code));
            let (Some(good), Some(figure)) = (good, self.figure(row, symbols)) else { continue };
            sources.entry(importer).or_default().insert(row.source);
            let is = |flow: Flow| (row.flow == flow).then_some(figure);
            wide.push(FlowRow {
                importer,
                exporter,
                good,
                start: row.period.start,
                pace: if row.period.kind == PeriodKind::Month { Pace::Month } else { Pace::Year },
                exports: is(Flow::Export),
                imports: is(Flow::Import),
                reconciled: is(Flow::Reconciled),
            });
        }
        let key = |r: &FlowRow| (r.importer, r.exporter, r.good, r.pace, r.start);
        wide.sort_unstable_by_key(key);
        wide.dedup_by(|next, first| {
            let same = key(next) == key(first);
            if same {
                merge(&mut first.exports, next.exports);
                merge(&mut first.imports, next.imports);
                merge(&mut first.reconciled, next.reconciled);
            }
            same
        });
        Slice { rows: wide, sources }
    }

    /// The codes of each class of reports in the rows: an importer's own report is a class by
    /// itself, all exporters' reports together another, since they are added up.
    fn classes(
        &self,
        rows: &[TradeRow],
        places: &Places,
    ) -> BTreeMap<(Flow, Option<PlaceId>), Arc<CodeMap>> {
        type Counts = BTreeMap<HsRevision, usize>;
        let mut used: BTreeMap<(Flow, Option<PlaceId>), [Counts; 2]> = BTreeMap::new();
        let sides = [self.horizon().window, self.horizon().baseline];
        for row in rows {
            let Some(importer) = places.of(row.importer) else { continue };
            let of = used.entry(class_key(row.flow, importer)).or_default();
            for (counts, side) in of.iter_mut().zip(&sides) {
                if row.period.within(side) {
                    *counts.entry(row.revision).or_default() += 1;
                }
            }
        }
        // A straggler's old revision would widen everybody's codes: below one row in fifty it
        // is left out.
        let kept = |counts: Counts| -> BTreeSet<HsRevision> {
            let all: usize = counts.values().sum();
            counts.into_iter().filter(|(_, n)| n * 50 >= all).map(|(r, _)| r).collect()
        };
        used.into_iter()
            .map(|(key, sides)| (key, self.comparable.class(&sides.map(kept))))
            .collect()
    }

    /// A row's figure in the currency of the search; `None` without a rate.
    fn figure(&self, row: &TradeRow, symbols: &Symbols) -> Option<Figure> {
        let currency = self.search.currency.as_str();
        let value = if symbols.text(row.currency) == currency {
            row.value
        } else if currency == "USD" {
            row.value_usd
        } else {
            let rates = &self.search.rates;
            row.value_usd / rates.usd_per_unit(currency, row.period.start, row.period.end())?
        };
        let cents = (value * 100.0).round();
        if !cents.is_finite() || cents < 0.0 {
            return None;
        }
        let cents = cents as i64;
        let weighed = row.net_weight_kg.is_finite() && row.net_weight_kg > 0.0;
        let grams = if weighed { (row.net_weight_kg * 1000.0).round() as i64 } else { 0 };
        Some(Figure { cents, grams, weighed_cents: if weighed { cents } else { 0 } })
    }
}

/// Importers by slice, of like numbers of rows.
///
/// A short list of goods is one small read for all importers, and the flows of the others show
/// what chance does to such goods: one slice, in which an empty set means everybody.
fn slices(
    store: &Store,
    search: &Search,
    engine: &Engine,
) -> Result<Vec<BTreeSet<String>>, PanelError> {
    if search.goods.as_ref().is_some_and(|g| g.codes.len() <= SHORT_LIST) {
        return Ok(vec![BTreeSet::new()]);
    }
    if let (Some(importer), None) = (&search.importer, &search.goods) {
        // A hub is judged beside what the target lost.
        let all = std::iter::once(importer).chain(&search.target);
        let codes: BTreeSet<String> = all.flat_map(codes_of).collect();
        return Ok(codes.into_iter().map(|code| BTreeSet::from([code])).collect());
    }
    let mut slices: Vec<BTreeSet<String>> = Vec::new();
    let mut held = u64::MAX;
    for (importer, rows) in engine.rows_by_importer(store)? {
        if held.saturating_add(rows) > SLICE_ROWS {
            slices.push(BTreeSet::new());
            held = 0;
        }
        held += rows;
        if let Some(slice) = slices.last_mut() {
            slice.insert(importer);
        }
    }
    Ok(slices)
}

/// Whose revisions count for a row.
fn class_key(flow: Flow, importer: PlaceId) -> (Flow, Option<PlaceId>) {
    (flow, (flow == Flow::Import).then_some(importer))
}

fn merge(into: &mut Option<Figure>, other: Option<Figure>) {
    match (into.as_mut(), other) {
        (Some(figure), Some(other)) => figure.add(other),
        (None, other) => *into = other,
        (Some(_), None) => {}
    }
}

/// What a slice holds.
#[derive(Debug, Default)]
pub struct Slice {
    /// Sorted by importer, exporter, good, pace and period.
    pub rows: Vec<FlowRow>,
    /// Where they come from.
    pub sources: SourcesOf,
}

/// The sources of the trade into each importer: places in the manifest.
pub type SourcesOf = BTreeMap<PlaceId, BTreeSet<usize>>;

/// The countries of a scan's texts, and unions that report as one; other sums and unattributed
/// places have none.
struct Places {
    by_symbol: BTreeMap<u32, PlaceId>,
}

impl Places {
    fn new(rows: &[TradeRow], symbols: &Symbols, calendar: &Calendar) -> Places {
        let texts: BTreeSet<u32> = rows.iter().flat_map(|r| [r.importer, r.exporter]).collect();
        let country = |symbol: &u32| {
            let place = place::by_code(symbols.text(*symbol))?;
            let country = place.twin_of().unwrap_or(place);
            let reports = |flow| calendar.reporting(flow, country).is_some();
            let heard = country.is_country() || reports(Flow::Export) || reports(Flow::Import);
            heard.then_some((*symbol, country))
        };
        Places { by_symbol: texts.iter().filter_map(country).collect() }
    }

    fn of(&self, symbol: u32) -> Option<PlaceId> {
        self.by_symbol.get(&symbol).copied()
    }
}

/// The codes of a set of places.
pub fn codes_of(set: &PlaceSet) -> BTreeSet<String> {
    set.members.iter().map(|m| m.code().to_owned()).collect()
}
