//! Who reports when: which dataset answers for a reporter, by month or by year, and which
//! periods it covers. A month that nobody reports is missing and not zero.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plimsoll_ingest::fact::Flow;
use plimsoll_terms::period::{Month, Period};
use plimsoll_terms::place::{self, PlaceGroup, PlaceId, PlaceKind};

use crate::choice::{Coverage, dataset_rank};
use crate::search::Search;

/// Fewest months for which a reporter is heard by month and not by year.
const MONTHLY_FROM: u32 = 13;
/// Longest baseline that is taken without being asked for, in months.
const BASELINE_MONTHS: i32 = 60;
const WHOLE_YEAR: u16 = 1 << 12;

/// How often a reporter's records come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pace {
    /// Month by month.
    Month,
    /// Year by year.
    Year,
}

impl Pace {
    /// Months of one record.
    pub fn months(self) -> i32 {
        match self {
            Pace::Month => 1,
            Pace::Year => 12,
        }
    }
}

/// What one reporter covers of one flow.
#[derive(Clone, Debug)]
pub struct Reporting {
    /// The dataset that is heard.
    pub dataset: String,
    /// Its pace.
    pub pace: Pace,
    /// The first months of the periods that it covers.
    pub starts: BTreeSet<Month>,
}

impl Reporting {
    /// Whether every period of its pace that lies in the span is covered, and there is one.
    pub fn covers(&self, span: &Period) -> bool {
        let mut periods = periods(span, self.pace).peekable();
        periods.peek().is_some() && periods.all(|m| self.starts.contains(&m))
    }

    /// The covered periods of a span, in order.
    pub fn within(&self, span: &Period) -> impl Iterator<Item = Month> {
        periods(span, self.pace).filter(|m| self.starts.contains(m))
    }
}

/// The first months of all periods of a pace that lie wholly in a span.
pub fn periods(span: &Period, pace: Pace) -> impl Iterator<Item = Month> + use<> {
    let (first, last) = (span.first(), span.last());
    span.months().filter(move |m| match pace {
        Pace::Month => true,
        Pace::Year => m.month() == 1 && *m >= first && m.plus(11) <= last,
    })
}

/// The window that is tested and the baseline before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// What is tested.
    pub window: Period,
    /// What it is compared with.
    pub baseline: Period,
}

impl Horizon {
    /// The earlier baseline, its last twelve months, and the window: the middle one against the
    /// first shows what chance does.
    pub fn sides(&self) -> [Option<Period>; 3] {
        let split = self.window.first().plus(-12);
        [
            Period::new(self.baseline.first(), split.plus(-1)),
            Period::new(split, self.window.first().plus(-1)),
            Some(self.window),
        ]
    }

    /// SQL that numbers the side of a row: 0, 1 or 2.
    pub fn side_sql(&self) -> String {
        let window = self.window.first().0;
        format!(
            "CASE WHEN start >= {window} THEN 2 WHEN start >= {} THEN 1 ELSE 0 END",
            window - 12
        )
    }

    /// From the first month of the baseline to the last of the window.
    pub fn span(&self) -> Period {
        Period::new(self.baseline.first(), self.window.last()).unwrap_or(self.window)
    }
}

/// Whose report stands for an importer's trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum View {
    /// Its own imports: country of origin.
    Imports,
    /// Its partners' exports to it: country of dispatch.
    Exports,
    /// Values reconciled from both by a publisher.
    Reconciled,
}

impl View {
    /// `origin`, `dispatch` or `reconciled`.
    pub fn basis(self) -> &'static str {
        match self {
            View::Imports => "origin",
            View::Exports => "dispatch",
            View::Reconciled => "reconciled",
        }
    }
}

/// Everybody's reporting over the span of a search.
pub struct Calendar {
    /// Window and baseline.
    pub horizon: Horizon,
    by_reporter: HashMap<(Flow, PlaceId), Reporting>,
    reconciled: Option<Reporting>,
}

/// Why nothing can be searched.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NoHorizon {
    /// The store holds no trade.
    #[error("no trade statistics are loaded")]
    Empty,
    /// There is nothing before the window.
    #[error("nothing is loaded before {0} to compare it with")]
    NoBaseline(Period),
    /// Nothing in the window.
    #[error("nothing is loaded for {0}")]
    NoWindow(Period),
}

impl Calendar {
    /// Reads who covers what. `Err` says why nothing can be compared.
    pub fn new(coverage: &Coverage, search: &Search) -> Result<Calendar, NoHorizon> {
        let all = Period::new(Month::january(1900), Month::december(2200));
        let Some(all) = all else { return Err(NoHorizon::Empty) };
        let everything = Calendar::over(coverage, &all);
        let horizon = everything.horizon_for(search)?;
        let mut calendar = Calendar::over(coverage, &horizon.span());
        calendar.horizon = horizon;
        Ok(calendar)
    }

    fn over(coverage: &Coverage, span: &Period) -> Calendar {
        let mut by_reporter: HashMap<(Flow, PlaceId), (usize, Reporting)> = HashMap::new();
        for (dataset, flow, reporter, years) in coverage.reporters() {
            let (Some(flow), Some(place)) = (Flow::parse(flow), place::by_code(reporter)) else {
                continue;
            };
            let country = place.twin_of().unwrap_or(place);
            if !matches!(flow, Flow::Import | Flow::Export) || !speaks(country) {
                continue;
            }
            let Some(reporting) = reporting(dataset, years, span) else { continue };
            let score = usize::try_from(reporting.pace.months()).unwrap_or(1)
                * reporting.starts.len()
                * 100
                - dataset_rank(dataset);
            match by_reporter.get(&(flow, country)) {
                Some((best, _)) if *best >= score => {}
                _ => {
                    by_reporter.insert((flow, country), (score, reporting));
                }
            }
        }
        let reconciled = coverage
            .datasets_with(Flow::Reconciled.name())
            .into_iter()
            .filter_map(|d| reporting(&d, &coverage.months_of(&d, Flow::Reconciled.name()), span))
            .max_by_key(|r| r.starts.len());
        let horizon = Horizon { window: *span, baseline: *span };
        let heard: BTreeSet<(Flow, PlaceId)> = by_reporter.keys().copied().collect();
        by_reporter.retain(|(flow, place), _| {
            members(*place).iter().all(|member| !heard.contains(&(*flow, *member)))
        });
        let by_reporter = by_reporter.into_iter().map(|(k, (_, r))| (k, r)).collect();
        Calendar { horizon, by_reporter, reconciled }
    }

    fn horizon_for(&self, search: &Search) -> Result<Horizon, NoHorizon> {
        let all = || self.by_reporter.values().chain(&self.reconciled);
        let covered = |r: &Reporting| -> Vec<Month> {
            let months =
                |start: &Month| (0..r.pace.months()).map(|n| start.plus(n)).collect::<Vec<_>>();
            r.starts.iter().flat_map(months).collect()
        };
        let mut reporters: BTreeMap<Month, usize> = BTreeMap::new();
        for month in all().flat_map(covered) {
            *reporters.entry(month).or_default() += 1;
        }
        let Some(first) = reporters.keys().next().copied() else { return Err(NoHorizon::Empty) };
        let window = search.period.unwrap_or_else(|| usual_window(&reporters));
        if !reporters.keys().any(|m| window.contains(*m)) {
            return Err(NoHorizon::NoWindow(window));
        }
        let before = window.first().plus(-1);
        let earliest = window.first().plus(-BASELINE_MONTHS).max(first);
        let baseline = search.against.or_else(|| Period::new(earliest, before));
        let baseline = baseline.ok_or(NoHorizon::NoBaseline(window))?;
        if !reporters.keys().any(|m| baseline.contains(*m)) {
            return Err(NoHorizon::NoBaseline(window));
        }
        Ok(Horizon { window, baseline })
    }

    /// What a reporter covers of imports or exports.
    pub fn reporting(&self, flow: Flow, reporter: PlaceId) -> Option<&Reporting> {
        self.by_reporter.get(&(flow, reporter))
    }

    /// All (flow, reporter) that are heard, with what they cover.
    pub fn all(&self) -> impl Iterator<Item = (Flow, PlaceId, &Reporting)> {
        self.by_reporter.iter().map(|((flow, place), r)| (*flow, *place, r))
    }

    /// What a publisher's reconciled values cover.
    pub fn reconciled(&self) -> Option<&Reporting> {
        self.reconciled.as_ref()
    }

    /// Whose report stands for an importer: its own where it covers the window and something
    /// before, else its partners' exports, else reconciled values.
    pub fn view(&self, importer: PlaceId) -> View {
        let Horizon { window, baseline } = &self.horizon;
        let own = self.reporting(Flow::Import, importer);
        if own.is_some_and(|r| r.covers(window) && r.within(baseline).next().is_some()) {
            return View::Imports;
        }
        let exporters = self.by_reporter.keys().any(|(flow, _)| *flow == Flow::Export);
        match (&self.reconciled, exporters, own) {
            (Some(r), _, _) if r.covers(window) => View::Reconciled,
            (_, true, _) => View::Exports,
            (_, false, Some(_)) => View::Imports,
            (Some(_), false, None) => View::Reconciled,
            (None, false, None) => View::Exports,
        }
    }

    /// What the report that stands for a flow covers.
    pub fn of_flow(&self, view: View, importer: PlaceId, exporter: PlaceId) -> Option<&Reporting> {
        match view {
            View::Imports => self.reporting(Flow::Import, importer),
            View::Exports => self.reporting(Flow::Export, exporter),
            View::Reconciled => self.reconciled.as_ref(),
        }
    }
}

/// Whether a place can be a reporter: a country, or a union that reports as one.
fn speaks(place: PlaceId) -> bool {
    place.is_country() || !members(place).is_empty()
}

/// The members of a union such as the EU as one; none of a country. A union is heard only where
/// no member is heard itself: its figures are their sum.
fn members(place: PlaceId) -> Vec<PlaceId> {
    if place.kind() != PlaceKind::Group {
        return Vec::new();
    }
    PlaceGroup::find(place.code()).map(PlaceGroup::current_members).unwrap_or_default()
}

/// The last calendar year of which at least six months are covered by at least half as many
/// reporters as the best month; else the last twelve months.
fn usual_window(reporters: &BTreeMap<Month, usize>) -> Period {
    let most = reporters.values().copied().max().unwrap_or(1);
    let full: BTreeSet<Month> =
        reporters.iter().filter(|(_, n)| 2 * **n >= most).map(|(m, _)| *m).collect();
    let last = full.iter().next_back().copied().unwrap_or(Month::january(2000));
    let january = Month::january(last.year());
    let in_year = full.range(january..).count();
    let first = if in_year >= 6 { january } else { last.plus(-11) };
    Period::new(first, last).unwrap_or(Period::year(last.year()))
}

/// What a reporter covers in a span, at its pace; `None` for nothing.
fn reporting(dataset: &str, years: &BTreeMap<i32, u16>, span: &Period) -> Option<Reporting> {
    let months: BTreeSet<Month> = years
        .iter()
        .flat_map(|(year, mask)| {
            let january = Month::january(*year);
            (0..12).filter(move |m| mask & (1 << m) != 0).map(move |m| january.plus(m))
        })
        .filter(|m| span.contains(*m))
        .collect();
    let whole: BTreeSet<Month> = years
        .iter()
        .filter(|(_, mask)| **mask & WHOLE_YEAR != 0)
        .map(|(year, _)| Month::january(*year))
        .filter(|m| span.contains(*m) && span.contains(m.plus(11)))
        .collect();
    let monthly = months.len() as u32 >= MONTHLY_FROM || whole.is_empty();
    let (pace, starts) = if monthly { (Pace::Month, months) } else { (Pace::Year, whole) };
    (!starts.is_empty()).then(|| Reporting { dataset: dataset.to_owned(), pace, starts })
}
