//! Who supplied which goods to whom, how much, what share, before and after.
//!
//! The answer states numerator, denominator, basis, coverage and bounds (methods: shares over
//! the reporters present, with what the absent ones last supplied as the margin). Where a
//! source is silent the answer is "cannot tell" and never zero.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::fact::Flow;
use plimsoll_ingest::scan::{Filter, Scanner, Sym, Symbols, TradeRow};
use plimsoll_terms::hs::{HsCode, HsRevision};
use plimsoll_terms::period::{Month, Period, Reported};
use plimsoll_terms::place::{self, PlaceKind};

use crate::choice::{Coverage, dataset_rank};
use crate::concepts::{self, Concept, Lookup, Presence, Sides, State};
use crate::money::Sum;
use crate::question::{BasisAsked, Question};
use crate::resolve::{self, Rules};

/// The share of World that partners may miss by rounding alone.
const ROUNDING: f64 = 0.0005;

/// Whose report answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The importer's own.
    Importer,
    /// Its partners' exports to it.
    Partners,
    /// Reconciled from both.
    Reconciled,
}

impl View {
    /// `origin`, `dispatch` or `reconciled`: what "came from" means in it.
    pub fn basis(self) -> &'static str {
        match self {
            View::Importer => "origin",
            View::Partners => "dispatch",
            View::Reconciled => "reconciled",
        }
    }

    fn flow(self) -> Flow {
        match self {
            View::Importer => Flow::Import,
            View::Partners => Flow::Export,
            View::Reconciled => Flow::Reconciled,
        }
    }
}

/// Part of an answer: some supplier's goods of one concept in one reported period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// Importer.
    pub importer: Sym,
    /// Supplier.
    pub supplier: Sym,
    /// Place of the concept in [`Assessment::concepts`].
    pub concept: usize,
    /// The record's period.
    pub period: Reported,
}

/// What a cell sums.
#[derive(Clone, Copy, Debug, Default)]
pub struct CellSum {
    /// In the asked currency.
    pub value: Sum,
    /// Kilograms.
    pub weight: Sum,
}

/// One supplier's part.
#[derive(Clone, Debug)]
pub struct Supplier {
    /// Place code, or `?` and the publisher's own text.
    pub country: String,
    /// For people.
    pub name: String,
    /// In the asked currency.
    pub value: f64,
    /// Share of the denominator, 0 to 1.
    pub share: f64,
    /// Least share that the data allow.
    pub share_low: f64,
    /// Largest share that the data allow.
    pub share_high: f64,
    /// Kilograms where every row had a weight.
    pub net_weight_kg: Option<f64>,
    /// Value by kilogram where every row had a weight.
    pub unit_value: Option<f64>,
    /// Whether it stands for no single country: not specified, confidential, unknown here.
    pub unattributed: bool,
}

/// The answer for one period.
#[derive(Clone, Debug)]
pub struct Side {
    /// The period.
    pub period: Period,
    /// The asked suppliers' value; `None` where the data cannot tell.
    pub numerator: Option<f64>,
    /// All suppliers' value.
    pub denominator: Option<f64>,
    /// Their ratio with its bounds.
    pub share: Option<[f64; 3]>,
    /// Share of what the importer bought before that comes from suppliers who report here.
    pub coverage: Option<f64>,
    /// What the coverage rests on.
    pub coverage_note: Option<String>,
    /// All suppliers, largest first.
    pub suppliers: Vec<Supplier>,
    /// Figures by importer, supplier, concept and reported period.
    pub cells: BTreeMap<CellKey, CellSum>,
    /// The rows that were counted.
    pub rows: Vec<TradeRow>,
    /// Months of the period without any record.
    pub months_missing: Vec<Month>,
    /// Why it cannot be told.
    pub cannot_tell: Option<String>,
}

/// A concept that was not counted although the data hold something of it.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// Place in [`Assessment::concepts`].
    pub concept: usize,
    /// Why.
    pub reason: String,
    /// Its value in the period and in the one compared with.
    pub values: Vec<Option<f64>>,
}

/// The whole answer.
pub struct Assessment {
    /// The period asked about, then the one compared with.
    pub sides: Vec<Side>,
    /// Whose reports.
    pub views: BTreeSet<View>,
    /// Listed codes and what became of them.
    pub concepts: Vec<Concept>,
    /// In the data and not counted.
    pub left_out: Vec<LeftOut>,
    /// Places in the manifest of the sources that were used.
    pub sources: BTreeSet<usize>,
    /// Rows left out of sums, by rule.
    pub rules: Rules,
    /// What a reader must know.
    pub notes: Vec<String>,
    /// What was read from the store, for `--why`.
    pub filter: Filter,
    /// Texts of the cells and rows.
    pub symbols: Symbols,
}

impl Assessment {
    /// Whether any side could not be answered.
    pub fn cannot_tell(&self) -> bool {
        self.sides.iter().any(|s| s.numerator.is_none())
    }
}

struct Fetched {
    rows: Vec<TradeRow>,
    views: BTreeSet<View>,
    /// (dataset, flow) in use.
    used: BTreeSet<(String, &'static str)>,
    silent: Vec<String>,
    notes: Vec<String>,
}

struct StorePresence<'a> {
    coverage: &'a Coverage,
    used: &'a BTreeSet<(String, &'static str)>,
}

impl Presence for StorePresence<'_> {
    fn has(&self, code: HsCode, revision: HsRevision, period: &Period) -> bool {
        let code = code.to_string();
        self.used
            .iter()
            .any(|(d, f)| self.coverage.has_code(d, f, &code, revision, period))
    }
}

/// Answers a question from the store. `coverage` is that of the question's dataset.
pub fn assess(
    scanner: &Scanner,
    coverage: &Coverage,
    question: &Question,
) -> Result<Assessment, IngestError> {
    let mut symbols = Symbols::default();
    let periods: Vec<Period> = std::iter::once(question.period)
        .chain(question.against)
        .collect();
    let filter = Filter {
        importers: importer_codes(question),
        exporters: BTreeSet::new(),
        codes: concepts::all_codes(&question.goods),
        periods: periods.clone(),
    };
    let rows = scanner.rows(&filter, &mut symbols)?;
    let mut rules = Rules::new();
    let asked = Asked {
        question,
        coverage,
        scanner,
        periods: &periods,
    };
    let fetched = asked.choose(rows, &symbols, &mut rules);
    let presence = StorePresence {
        coverage,
        used: &fetched.used,
    };
    let sides = Sides {
        sides: periods
            .iter()
            .map(|p| (*p, asked.revisions(&fetched, p)))
            .collect(),
        presence: &presence,
    };
    let concepts = concepts::concepts(&question.goods, &sides, question.as_reported);
    let lookup = Lookup::new(&concepts, |c| c.state == State::Used);
    let mut answers = Vec::new();
    let mut sources = BTreeSet::new();
    for period in &periods {
        let base = asked.baseline(period, &fetched, &concepts, &mut symbols)?;
        let side = asked.side(period, &fetched, &lookup, &symbols, base);
        sources.extend(side.rows.iter().map(|r| r.source));
        answers.push(side);
    }
    let left_out = asked.left_out(&fetched, &concepts, &symbols);
    let mut notes = fetched.notes.clone();
    notes.extend(asked.notes(&answers, &concepts, &left_out, &fetched));
    Ok(Assessment {
        sides: answers,
        views: fetched.views,
        concepts,
        left_out,
        sources,
        rules,
        notes,
        filter,
        symbols,
    })
}

fn importer_codes(question: &Question) -> BTreeSet<String> {
    let Some(set) = &question.importer else {
        return BTreeSet::new();
    };
    let periods = std::iter::once(&question.period).chain(&question.against);
    let mut codes = BTreeSet::new();
    for period in periods {
        for month in period.months() {
            codes.extend(
                set.members_at(month)
                    .into_iter()
                    .map(|p| p.code().to_owned()),
            );
        }
    }
    codes
}

struct Asked<'a> {
    question: &'a Question,
    coverage: &'a Coverage,
    scanner: &'a Scanner,
    periods: &'a [Period],
}

impl Asked<'_> {
    fn dataset(&self, row: &TradeRow) -> &str {
        &self.scanner.store().manifest.resources[row.source].dataset
    }

    fn view_of(row: &TradeRow) -> Option<View> {
        match row.flow {
            Flow::Import => Some(View::Importer),
            Flow::Export => Some(View::Partners),
            Flow::Reconciled => Some(View::Reconciled),
            // Parts of exports and imports: never added to them.
            Flow::ReExport | Flow::ReImport => None,
        }
    }

    fn admissible(&self, view: View) -> bool {
        match self.question.basis {
            BasisAsked::Any => true,
            BasisAsked::Dispatch => view == View::Partners,
            BasisAsked::Origin => view == View::Importer,
        }
    }

    /// For each importer one view, and within it one dataset per reporter.
    fn choose(&self, rows: Vec<TradeRow>, symbols: &Symbols, rules: &mut Rules) -> Fetched {
        let mut fetched = Fetched {
            rows: Vec::new(),
            views: BTreeSet::new(),
            used: BTreeSet::new(),
            silent: Vec::new(),
            notes: Vec::new(),
        };
        let wanted: Vec<TradeRow> = rows
            .into_iter()
            .filter(|r| {
                self.question
                    .dataset
                    .as_deref()
                    .is_none_or(|d| d == self.dataset(r))
            })
            .filter(|r| Self::view_of(r).is_some_and(|v| self.admissible(v)))
            .collect();
        let by_importer = self.by_importer(wanted, symbols);
        for (importer, rows) in by_importer {
            match self.best_view(&rows) {
                Some(view) => {
                    let rows: Vec<TradeRow> = rows
                        .into_iter()
                        .filter(|r| Self::view_of(r) == Some(view))
                        .collect();
                    let rows = self.one_dataset_per_reporter(rows, view, symbols, &mut fetched);
                    fetched.views.insert(view);
                    let manifest = &self.scanner.store().manifest;
                    fetched.rows.extend(resolve::resolve(
                        rows,
                        manifest,
                        self.question.monthly,
                        rules,
                    ));
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

    /// The view with rows in most of the asked periods; among equals the importer's own.
    fn best_view(&self, rows: &[TradeRow]) -> Option<View> {
        let prefer_exports = self.question.importer.is_none() && self.question.exporter.is_some();
        [View::Importer, View::Partners, View::Reconciled]
            .into_iter()
            .map(|view| {
                let sides = self
                    .periods
                    .iter()
                    .filter(|p| {
                        rows.iter()
                            .any(|r| Self::view_of(r) == Some(view) && r.period.within(p))
                    })
                    .count();
                let rank = match view {
                    View::Partners if prefer_exports => 3,
                    View::Importer => 2,
                    View::Partners => 1,
                    View::Reconciled => 0,
                };
                (sides, rank, view)
            })
            .filter(|(sides, ..)| *sides > 0)
            .max()
            .map(|(_, _, view)| view)
    }

    /// Sources are never added to each other: each reporter is heard in the dataset that
    /// covers most of the months, then in the one that ranks first.
    fn one_dataset_per_reporter(
        &self,
        rows: Vec<TradeRow>,
        view: View,
        symbols: &Symbols,
        fetched: &mut Fetched,
    ) -> Vec<TradeRow> {
        let datasets: BTreeSet<&str> = rows
            .iter()
            .map(|r| r.source)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|source| {
                self.scanner.store().manifest.resources[source]
                    .dataset
                    .as_str()
            })
            .collect();
        let groups_report =
            rows.iter().any(|r| r.reporter != rows[0].reporter) && view == View::Partners;
        if let ([dataset], false) = (&datasets.iter().collect::<Vec<_>>()[..], groups_report) {
            fetched
                .used
                .insert(((**dataset).to_owned(), view.flow().name()));
            return rows;
        }
        let mut covered: BTreeMap<(Option<Sym>, usize), BTreeSet<Reported>> = BTreeMap::new();
        for row in &rows {
            covered
                .entry((row.reporter, row.source))
                .or_default()
                .insert(row.period);
        }
        let mut months: BTreeMap<(Option<Sym>, String), BTreeSet<Month>> = BTreeMap::new();
        for ((reporter, source), periods) in covered {
            let dataset = self.scanner.store().manifest.resources[source]
                .dataset
                .clone();
            let of = months.entry((reporter, dataset)).or_default();
            for period in periods {
                of.extend((0..period.kind.months()).map(|m| period.start.plus(m)));
            }
        }
        let mut best: BTreeMap<Option<Sym>, (usize, std::cmp::Reverse<usize>, String)> =
            BTreeMap::new();
        for ((reporter, dataset), months) in months {
            let candidate = (
                months.len(),
                std::cmp::Reverse(dataset_rank(&dataset)),
                dataset,
            );
            match best.get_mut(&reporter) {
                Some(now) if *now >= candidate => {}
                Some(now) => *now = candidate,
                None => {
                    best.insert(reporter, candidate);
                }
            }
        }
        // A group that reports as one is heard only where none of its members is.
        let any_country = best
            .keys()
            .any(|r| r.is_some_and(|s| !is_sum(symbols.text(s))));
        for (_, _, dataset) in best.values() {
            fetched.used.insert((dataset.clone(), view.flow().name()));
        }
        rows.into_iter()
            .filter(|r| {
                best.get(&r.reporter)
                    .is_some_and(|(_, _, d)| d == self.dataset(r))
            })
            .filter(|r| {
                view != View::Partners
                    || !any_country
                    || r.reporter.is_none_or(|s| !is_sum(symbols.text(s)))
            })
            .collect()
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

    /// The revisions of the rows in a period; where there are none, what is in the data.
    fn revisions(&self, fetched: &Fetched, period: &Period) -> BTreeSet<HsRevision> {
        let of_rows: BTreeSet<HsRevision> = fetched
            .rows
            .iter()
            .filter(|r| r.period.within(period))
            .map(|r| r.revision)
            .collect();
        if !of_rows.is_empty() {
            return of_rows;
        }
        let of_data: BTreeSet<HsRevision> = fetched
            .used
            .iter()
            .flat_map(|(d, f)| self.coverage.revisions(d, f, period))
            .collect();
        // Other reporters' older revisions would only widen the groups: what this one would
        // most likely use is the revision in force.
        let in_force = HsRevision::in_force(period.last().year());
        let likely = of_data.range(..=in_force).next_back().copied();
        BTreeSet::from([likely.unwrap_or(in_force)])
    }

    /// The value of a row in the asked currency; NaN where there is no rate.
    fn value(&self, row: &TradeRow, symbols: &Symbols) -> f64 {
        let currency = self.question.currency.as_str();
        if symbols.text(row.currency) == currency {
            return row.value;
        }
        if currency == "USD" {
            return row.value_usd;
        }
        let rate = self
            .question
            .rates
            .usd_per_unit(currency, row.period.start, row.period.end());
        rate.map_or(f64::NAN, |rate| row.value_usd / rate)
    }

    /// What the importer itself last reported buying, by supplier: the margin for suppliers
    /// who do not report. Only needed where partners' reports answer.
    fn baseline(
        &self,
        period: &Period,
        fetched: &Fetched,
        concepts: &[Concept],
        symbols: &mut Symbols,
    ) -> Result<Option<Baseline>, IngestError> {
        if !fetched.views.contains(&View::Partners) || self.question.importer.is_none() {
            return Ok(None);
        }
        let importers = importer_codes(self.question);
        let year = (1..=8)
            .map(|back| period.first().year() - back)
            .find(|&year| {
                let year = Period::year(year);
                self.coverage.datasets_with("import").iter().any(|d| {
                    importers
                        .iter()
                        .any(|i| self.coverage.reporter_months(d, "import", i, &year) == 12)
                })
            });
        let Some(year) = year else { return Ok(None) };
        let codes = concepts
            .iter()
            .filter(|c| c.state == State::Used)
            .flat_map(|c| c.codes.values().flatten().chain(&c.listed))
            .map(ToString::to_string)
            .collect::<BTreeSet<_>>();
        if codes.is_empty() {
            return Ok(None);
        }
        let filter = Filter {
            importers,
            exporters: BTreeSet::new(),
            codes,
            periods: vec![Period::year(year)],
        };
        let rows: Vec<TradeRow> = self
            .scanner
            .rows(&filter, symbols)?
            .into_iter()
            .filter(|r| r.flow == Flow::Import)
            .collect();
        let mut ignored = Rules::new();
        let rows = resolve::resolve(rows, &self.scanner.store().manifest, false, &mut ignored);
        let mut by_supplier: BTreeMap<String, Sum> = BTreeMap::new();
        for row in &rows {
            let code = symbols.text(row.exporter);
            if !is_sum(code) {
                by_supplier
                    .entry(country_of(code).to_owned())
                    .or_default()
                    .add(self.value(row, symbols));
            }
        }
        if by_supplier.is_empty() {
            return Ok(None);
        }
        let mut reporting = BTreeSet::new();
        for (dataset, flow) in fetched.used.iter().filter(|(_, f)| *f == "export") {
            let of = self.coverage.reporters_in(dataset, flow, period);
            reporting.extend(of.into_iter().map(|r| country_of(&r).to_owned()));
        }
        Ok(Some(Baseline {
            year,
            by_supplier,
            reporting,
            months: period.months().count() as f64,
        }))
    }

    fn side(
        &self,
        period: &Period,
        fetched: &Fetched,
        lookup: &Lookup,
        symbols: &Symbols,
        baseline: Option<Baseline>,
    ) -> Side {
        let mut tally = Tally::default();
        let mut rows = Vec::new();
        // Rows come sorted by code: the last look-up mostly serves the next row too.
        let mut last = None;
        for row in fetched.rows.iter().filter(|r| r.period.within(period)) {
            let code = (row.revision, row.code);
            let found = match last {
                Some((of, found)) if of == code => found,
                _ => lookup.find(row.revision, row.code),
            };
            last = Some((code, found));
            let Some(concept) = found else { continue };
            tally.add(row, concept, self.value(row, symbols), symbols);
            rows.push(*row);
        }
        let months_missing = self.months_missing(period, fetched);
        let mut side = Side {
            period: *period,
            numerator: None,
            denominator: None,
            share: None,
            coverage: None,
            coverage_note: None,
            suppliers: Vec::new(),
            cells: BTreeMap::new(),
            rows,
            months_missing,
            cannot_tell: None,
        };
        if side.rows.is_empty() {
            side.cannot_tell = Some(self.why_silent(period, fetched));
            return side;
        }
        tally.settle();
        if tally.cells.is_empty() && tally.no_rate > 0 {
            side.cannot_tell = Some(format!(
                "there is no exchange rate to {} for it",
                self.question.currency
            ));
            return side;
        }
        self.fill(&mut side, tally, fetched, symbols, baseline);
        side
    }

    /// Months for which nobody in the used data reports: absence of trade is not absence of
    /// data, so the goods do not matter here.
    fn months_missing(&self, period: &Period, fetched: &Fetched) -> Vec<Month> {
        let importers = importer_codes(self.question);
        let reported = |month: Month| {
            fetched.used.iter().any(|(dataset, flow)| {
                let own = *flow == Flow::Import.name() && !importers.is_empty();
                let anybody = *flow == Flow::Reconciled.name();
                anybody
                    || self
                        .coverage
                        .has_month(dataset, flow, own.then_some(&importers), month)
            })
        };
        period.months().filter(|m| !reported(*m)).collect()
    }

    fn fill(
        &self,
        side: &mut Side,
        tally: Tally,
        fetched: &Fetched,
        symbols: &Symbols,
        baseline: Option<Baseline>,
    ) {
        let remainder = tally.remainder();
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
        if remainder > 0.0 {
            let mut sum = Sum::default();
            sum.add(remainder);
            suppliers.insert("W00".into(), (sum, missing_weight()));
        }
        let total: f64 = {
            let mut all = Sum::default();
            suppliers.values().for_each(|(value, _)| all.merge(*value));
            all.value()
        };
        let unattributed: f64 = suppliers
            .iter()
            .filter(|(c, _)| is_unattributed(c))
            .map(|(_, (v, _))| v.value())
            .sum();
        let margin = Margin::new(total, unattributed, fetched, baseline);
        side.coverage = margin.coverage;
        side.coverage_note = margin.note.clone();
        let mut list: Vec<Supplier> = suppliers
            .into_iter()
            .map(|(country, (value, weight))| supplier(country, value, weight, &margin))
            .collect();
        list.sort_by(|a, b| {
            b.value
                .total_cmp(&a.value)
                .then_with(|| a.country.cmp(&b.country))
        });
        let asked = |s: &Supplier| match &self.question.exporter {
            None => true,
            Some(set) => set
                .members
                .iter()
                .any(|m| country_of(m.code()) == s.country),
        };
        let numerator: f64 = {
            let mut sum = Sum::default();
            list.iter()
                .filter(|s| asked(s))
                .for_each(|s| sum.add(s.value));
            sum.value()
        };
        side.numerator = Some(numerator);
        side.denominator = Some(total);
        side.share = (total > 0.0).then(|| match self.question.exporter {
            None => [1.0, 1.0, 1.0],
            Some(_) => margin.share(numerator, false),
        });
        side.suppliers = list;
        side.cells = tally.cells.into_iter().collect();
    }

    fn why_silent(&self, period: &Period, fetched: &Fetched) -> String {
        let who = self
            .question
            .importer
            .as_ref()
            .map_or("anybody".to_owned(), |i| i.label.clone());
        if self.scanner.store().manifest.resources.is_empty() {
            return "the store is empty".into();
        }
        let elsewhere = fetched.rows.iter().any(|r| !r.period.within(period));
        let goods = &self.question.goods.label;
        let others = importer_codes(self.question)
            .iter()
            .any(|i| self.coverage.exports_to(i, period));
        if others && self.question.basis != BasisAsked::Origin {
            format!(
                "partners report exports of other goods to {who} in {period} but none of {goods}: perhaps there were none, perhaps they are kept confidential or are not in the loaded extract"
            )
        } else if elsewhere {
            format!(
                "no record of {who} for {goods} in {period}, though there are some for the other period: the source is silent, which is not zero"
            )
        } else {
            format!(
                "no loaded source has a record of {who} for {goods} in {period}: neither its own import statistics nor its partners' exports"
            )
        }
    }

    fn left_out(&self, fetched: &Fetched, concepts: &[Concept], symbols: &Symbols) -> Vec<LeftOut> {
        let lookup = Lookup::new(concepts, |c| matches!(c.state, State::LeftOut(_)));
        let mut sums: BTreeMap<usize, Vec<Sum>> = BTreeMap::new();
        for (side, period) in self.periods.iter().enumerate() {
            for row in fetched.rows.iter().filter(|r| r.period.within(period)) {
                if let Some(concept) = lookup.find(row.revision, row.code)
                    && !is_sum(symbols.text(row.exporter))
                {
                    let of = sums
                        .entry(concept)
                        .or_insert_with(|| vec![Sum::default(); self.periods.len()]);
                    of[side].add(self.value(row, symbols));
                }
            }
        }
        concepts
            .iter()
            .enumerate()
            .filter_map(|(i, c)| match &c.state {
                State::LeftOut(reason) => Some(LeftOut {
                    concept: i,
                    reason: reason.clone(),
                    values: match sums.get(&i) {
                        Some(of) => of.iter().map(|s| s.known()).collect(),
                        None => vec![None; self.periods.len()],
                    },
                }),
                _ => None,
            })
            .collect()
    }

    fn notes(
        &self,
        sides: &[Side],
        concepts: &[Concept],
        left_out: &[LeftOut],
        fetched: &Fetched,
    ) -> Vec<String> {
        let mut notes = Vec::new();
        self.view_notes(fetched, sides, &mut notes);
        if self.question.as_reported {
            notes.push("AS REPORTED, NOT COMPARABLE: codes are taken by their digits although their meaning changed between HS revisions".into());
        }
        for side in sides
            .iter()
            .filter(|s| s.cannot_tell.is_none() && !s.months_missing.is_empty())
        {
            let shown = side
                .months_missing
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(", ");
            notes.push(format!(
                "{}: no record in {shown}; the figure covers the other months only",
                side.period
            ));
        }
        // Of a long list only what was counted needs its notes; a question about few codes is
        // also told how they could be compared.
        let few = concepts.len() <= 5;
        for concept in concepts.iter().filter(|c| c.state == State::Used || few) {
            if let Some(note) = &concept.note {
                notes.push(format!("{}: {note}", concept.name()));
            }
        }
        for left in left_out {
            notes.push(format!(
                "{} is left out of {}: {}",
                concepts[left.concept].name(),
                if sides.len() > 1 {
                    "both periods"
                } else {
                    "the sum"
                },
                left.reason
            ));
        }
        let none: Vec<String> = concepts
            .iter()
            .filter(|c| c.state == State::NoData)
            .map(Concept::name)
            .collect();
        if !none.is_empty() && none.len() < concepts.len() {
            notes.push(format!(
                "{} of {} codes are not in the data: {}",
                none.len(),
                self.question.goods.codes.len(),
                none.join(", ")
            ));
        }
        if let Some(note) = &self.question.goods.note {
            notes.push(note.clone());
        }
        notes
    }

    fn view_notes(&self, fetched: &Fetched, sides: &[Side], notes: &mut Vec<String>) {
        let who = self
            .question
            .importer
            .as_ref()
            .map_or("the importers".to_owned(), |i| i.label.clone());
        if fetched.views.contains(&View::Partners) && self.question.importer.is_some() {
            let datasets: BTreeSet<&str> = fetched.used.iter().map(|(d, _)| d.as_str()).collect();
            let whose = if datasets == BTreeSet::from(["comext"]) {
                "EU exports"
            } else {
                "its partners' exports"
            };
            notes.push(format!(
                "{who} is answered from {whose}, since no import report of its own covers these goods here; suppliers outside {whose} are not in the sum, and shares are shares of {whose}"
            ));
            if sides
                .iter()
                .any(|s| s.cannot_tell.is_none() && s.coverage.is_none())
            {
                notes.push(format!("how much of {who}'s imports these suppliers cover is unknown: shares of all its imports may be anything from zero up to the shares shown"));
            }
        }
        if fetched.views.contains(&View::Reconciled) {
            notes
                .push("the values are reconciled by the publisher from both sides' reports".into());
        }
        for side in sides {
            notes.extend(side.coverage_note.clone());
        }
        if !fetched.silent.is_empty() && !fetched.rows.is_empty() {
            notes.push(format!("no record of: {}", fetched.silent.join(", ")));
        }
    }
}

/// What the importer reported before, by supplier.
struct Baseline {
    year: i32,
    by_supplier: BTreeMap<String, Sum>,
    reporting: BTreeSet<String>,
    months: f64,
}

/// What bounds a share.
struct Margin {
    total: f64,
    unattributed: f64,
    /// What suppliers who do not report may add; infinite where nothing is known of them.
    absent: f64,
    coverage: Option<f64>,
    note: Option<String>,
}

impl Margin {
    fn new(total: f64, unattributed: f64, fetched: &Fetched, baseline: Option<Baseline>) -> Margin {
        let mut margin = Margin {
            total,
            unattributed,
            absent: 0.0,
            coverage: None,
            note: None,
        };
        if !fetched.views.contains(&View::Partners) {
            margin.coverage = (total > 0.0).then(|| 1.0 - unattributed / total);
            return margin;
        }
        let Some(base) = baseline else {
            margin.absent = f64::INFINITY;
            return margin;
        };
        let all: f64 = base.by_supplier.values().map(|s| s.value()).sum();
        let here: f64 = base
            .by_supplier
            .iter()
            .filter(|(c, _)| base.reporting.contains(*c))
            .map(|(_, s)| s.value())
            .sum();
        margin.absent = (all - here) * base.months / 12.0;
        margin.coverage = (all > 0.0).then(|| here / all);
        margin.note = Some(format!(
            "coverage: the suppliers that report here sold {:.1} % of what the importer itself reported buying in {}",
            100.0 * here / all.max(f64::MIN_POSITIVE),
            base.year
        ));
        margin
    }

    /// Share, and its bounds: at least with all absent suppliers added, at most with all that
    /// is not attributed to anybody given to it.
    fn share(&self, value: f64, is_unattributed: bool) -> [f64; 3] {
        if self.total <= 0.0 {
            return [0.0, 0.0, 0.0];
        }
        let share = value / self.total;
        let low = if is_unattributed {
            0.0
        } else {
            value / (self.total + self.absent)
        };
        let others = if is_unattributed {
            0.0
        } else {
            self.unattributed
        };
        [
            share,
            low.min(share),
            ((value + others) / self.total).clamp(share, 1.0),
        ]
    }
}

fn supplier(country: String, value: Sum, weight: Sum, margin: &Margin) -> Supplier {
    let unattributed = is_unattributed(&country);
    let [share, low, high] = margin.share(value.value(), unattributed);
    let net_weight_kg = (weight.missing() == 0).then(|| weight.known()).flatten();
    let unit_value = net_weight_kg
        .filter(|kg| *kg > 0.0)
        .map(|kg| value.value() / kg);
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

fn missing_weight() -> Sum {
    let mut sum = Sum::default();
    sum.add(f64::NAN);
    sum
}

/// The country whose trade an area of a publisher shows; else the code itself.
fn country_of(code: &str) -> &str {
    match place::by_code(code).and_then(place::PlaceId::twin_of) {
        Some(country) => country.code(),
        None => code,
    }
}

/// The name for people.
pub fn place_name(code: &str) -> String {
    match place::by_code(code) {
        Some(place) if place == place::PlaceId::WORLD => "not broken down by partner".into(),
        Some(place) => place.name().to_owned(),
        None => format!("{} (not in the catalogue)", code.trim_start_matches('?')),
    }
}

fn is_sum(code: &str) -> bool {
    place::by_code(code).is_some_and(place::PlaceId::is_sum)
}

/// No single country: the publisher does not say, or we do not know whom it means.
fn is_unattributed(code: &str) -> bool {
    place::by_code(code)
        .is_none_or(|p| matches!(p.kind(), PlaceKind::Unspecified | PlaceKind::World))
}

/// Adds rows up, and keeps World apart.
#[derive(Default)]
struct Tally {
    /// In order and each key once after [`Tally::settle`].
    cells: Vec<(CellKey, CellSum)>,
    roles: Vec<Option<Role>>,
    world: BTreeMap<(Sym, usize, Reported), Sum>,
    no_rate: u64,
}

/// What a partner of a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Single,
    World,
    Group,
}

impl Tally {
    fn role(&mut self, supplier: Sym, symbols: &Symbols) -> Role {
        let at = supplier as usize;
        if self.roles.len() <= at {
            self.roles.resize(at + 1, None);
        }
        *self.roles[at].get_or_insert_with(|| match place::by_code(symbols.text(supplier)) {
            Some(place) if place == place::PlaceId::WORLD => Role::World,
            Some(place) if place.is_sum() => Role::Group,
            _ => Role::Single,
        })
    }

    fn add(&mut self, row: &TradeRow, concept: usize, value: f64, symbols: &Symbols) {
        if value.is_nan() {
            self.no_rate += 1;
            return;
        }
        match self.role(row.exporter, symbols) {
            Role::World => {
                let at = (row.importer, concept, row.period);
                self.world.entry(at).or_default().add(value);
                return;
            }
            // A group as partner (ASEAN, the EU) is a sum of partners shown beside it, unless
            // the group itself is who reports.
            Role::Group if row.reporter != Some(row.exporter) => return,
            _ => {}
        }
        let mut sum = CellSum::default();
        sum.value.add(value);
        sum.weight.add(row.net_weight_kg);
        let key = CellKey {
            importer: row.importer,
            supplier: row.exporter,
            concept,
            period: row.period,
        };
        self.cells.push((key, sum));
    }

    fn settle(&mut self) {
        self.cells.sort_by_key(|(key, _)| *key);
        self.cells.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1.value.merge(next.1.value);
                kept.1.weight.merge(next.1.weight);
            }
            same
        });
    }

    /// What World holds beyond its partners, wherever the two are more than rounding apart.
    fn remainder(&self) -> f64 {
        if self.world.is_empty() {
            return 0.0;
        }
        let mut partners: BTreeMap<(Sym, usize, Reported), Sum> = BTreeMap::new();
        for (key, sum) in &self.cells {
            partners
                .entry((key.importer, key.concept, key.period))
                .or_default()
                .merge(sum.value);
        }
        let mut all = Sum::default();
        for (at, world) in &self.world {
            let known = partners.get(at).map_or(0.0, |s| s.value());
            let left = world.value() - known;
            if left > ROUNDING * world.value() {
                all.add(left);
            }
        }
        all.value()
    }
}
