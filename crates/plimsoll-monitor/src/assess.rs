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

use crate::choice::Coverage;
use crate::concepts::{self, Concept, Lookup, Presence, Sides, State};
use crate::money::Sum;
use crate::question::Question;
use crate::resolve::Rules;

mod bounds;
mod choose;
mod notes;
mod side;
mod tally;

use side::Found;

/// Whose report answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum View {
    /// The importer's own.
    Importer,
    /// The importer's own by country of dispatch, where it reports both ways.
    Consignment,
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
            View::Consignment | View::Partners => "dispatch",
            View::Reconciled => "reconciled",
        }
    }

    fn flow(self) -> Flow {
        match self {
            View::Importer | View::Consignment => Flow::Import,
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
    /// Rows that could not be turned into the asked currency and are in no sum.
    pub no_rate: u64,
    /// Concepts whose own heading rows say more than their products in the data: the
    /// heading's value and the products'.
    pub short_of_heading: BTreeMap<usize, (f64, f64)>,
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

/// A reporter who reports in one of two compared periods only, and so in neither sum.
#[derive(Clone, Debug)]
pub struct NotInBoth {
    /// Place code.
    pub reporter: String,
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
    /// Reporters left out of both periods since they report in one only.
    pub not_in_both: Vec<NotInBoth>,
    /// Asked importers of whom nothing is counted in any period: place codes.
    pub silent: Vec<String>,
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
    /// Headings that were not counted since products of theirs are there.
    beside: Vec<TradeRow>,
    /// Rows of these goods in each period before parts and repeats were taken out.
    seen: Vec<usize>,
    /// Rows of reporters who report in one of two periods only.
    not_in_both: Vec<TradeRow>,
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
        self.used.iter().any(|(d, f)| self.coverage.has_code(d, f, &code, revision, period))
    }
}

/// Answers a question from the store. `coverage` is that of the question's dataset.
pub fn assess(
    scanner: &Scanner,
    coverage: &Coverage,
    question: &Question,
) -> Result<Assessment, IngestError> {
    let mut symbols = Symbols::default();
    let periods: Vec<Period> = std::iter::once(question.period).chain(question.against).collect();
    let filter = Filter {
        importers: importer_codes(question),
        exporters: BTreeSet::new(),
        codes: concepts::all_codes(&question.goods),
        periods: periods.clone(),
    };
    let rows = scanner.rows(&filter, &mut symbols)?;
    let mut rules = Rules::new();
    let asked = Asked { question, coverage, scanner, periods: &periods };
    let mut fetched = asked.choose(rows, &symbols, &mut rules);
    asked.like_for_like(&mut fetched, &symbols);
    let presence = StorePresence { coverage, used: &fetched.used };
    let sides = Sides {
        sides: periods.iter().map(|p| (*p, asked.revisions(&fetched, p))).collect(),
        presence: &presence,
    };
    let concepts = concepts::concepts(&question.goods, &sides, question.as_reported);
    let lookup = Lookup::new(&concepts, |c| c.state == State::Used);
    let mut answers = Vec::new();
    let mut sources = BTreeSet::new();
    for period in &periods {
        let base = asked.baseline(period, &fetched, &concepts, &mut symbols)?;
        let found =
            Found { fetched: &fetched, lookup: &lookup, concepts: &concepts, symbols: &symbols };
        let side = asked.side(period, &found, base);
        sources.extend(side.rows.iter().map(|r| r.source));
        answers.push(side);
    }
    let left_out = asked.left_out(&fetched, &concepts, &symbols);
    let not_in_both = asked.not_in_both(&fetched, &lookup, &symbols);
    let mut notes = fetched.notes.clone();
    notes.extend(asked.not_in_both_notes(&not_in_both));
    notes.extend(asked.partial_headings(&concepts, &fetched));
    notes.extend(asked.notes(&answers, &concepts, &left_out, &fetched));
    Ok(Assessment {
        sides: answers,
        views: fetched.views,
        concepts,
        left_out,
        not_in_both,
        silent: fetched.silent,
        sources,
        rules,
        notes,
        filter,
        symbols,
    })
}

/// The importers: of a dated group its members at the end of the period asked about, on both
/// sides of a comparison, since a group that changes its members would be compared with
/// another.
fn importer_codes(question: &Question) -> BTreeSet<String> {
    let Some(set) = &question.importer else { return BTreeSet::new() };
    set.members_at(question.period.last()).into_iter().map(|p| p.code().to_owned()).collect()
}

struct Asked<'a> {
    question: &'a Question,
    coverage: &'a Coverage,
    scanner: &'a Scanner,
    periods: &'a [Period],
}

impl Asked<'_> {
    /// The revisions of the rows in a period; where there are none, what is in the data.
    fn revisions(&self, fetched: &Fetched, period: &Period) -> BTreeSet<HsRevision> {
        let of_rows: BTreeSet<HsRevision> =
            fetched.rows.iter().filter(|r| r.period.within(period)).map(|r| r.revision).collect();
        if !of_rows.is_empty() {
            return of_rows;
        }
        let of_data: BTreeSet<HsRevision> =
            fetched.used.iter().flat_map(|(d, f)| self.coverage.revisions(d, f, period)).collect();
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
        let rate = self.question.rates.usd_per_unit(currency, row.period.start, row.period.end());
        rate.map_or(f64::NAN, |rate| row.value_usd / rate)
    }

    /// Months for which nobody in the used data reports: absence of trade is not absence of
    /// data, so the goods do not matter here.
    fn months_missing(&self, period: &Period, fetched: &Fetched) -> Vec<Month> {
        let importers = importer_codes(self.question);
        let reported = |month: Month| {
            fetched.used.iter().any(|(dataset, flow)| {
                let own = *flow == Flow::Import.name() && !importers.is_empty();
                let anybody = *flow == Flow::Reconciled.name();
                anybody || self.coverage.has_month(dataset, flow, own.then_some(&importers), month)
            })
        };
        period.months().filter(|m| !reported(*m)).collect()
    }

    fn not_in_both(&self, fetched: &Fetched, lookup: &Lookup, symbols: &Symbols) -> Vec<NotInBoth> {
        let mut sums: BTreeMap<String, Vec<Sum>> = BTreeMap::new();
        for row in &fetched.not_in_both {
            let partner_is_sum =
                row.reporter != Some(row.exporter) && is_sum(symbols.text(row.exporter));
            let (Some(reporter), Some(_), false) =
                (row.reporter, lookup.find(row.revision, row.code), partner_is_sum)
            else {
                continue;
            };
            let of = sums
                .entry(symbols.text(reporter).to_owned())
                .or_insert_with(|| vec![Sum::default(); self.periods.len()]);
            for (sum, period) in of.iter_mut().zip(self.periods) {
                if row.period.within(period) {
                    sum.add(self.value(row, symbols));
                }
            }
        }
        sums.into_iter()
            .map(|(reporter, of)| NotInBoth {
                reporter,
                values: of.iter().map(|s| s.known()).collect(),
            })
            .collect()
    }

    fn left_out(&self, fetched: &Fetched, concepts: &[Concept], symbols: &Symbols) -> Vec<LeftOut> {
        let lookup = Lookup::new(concepts, |c| matches!(c.state, State::LeftOut(_)));
        let mut sums: BTreeMap<usize, Vec<Sum>> = BTreeMap::new();
        for (side, period) in self.periods.iter().enumerate() {
            for row in fetched.rows.iter().filter(|r| r.period.within(period)) {
                if let Some(concept) = lookup.find(row.revision, row.code)
                    && (row.reporter == Some(row.exporter) || !is_sum(symbols.text(row.exporter)))
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
