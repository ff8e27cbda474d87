//! Between what and what a share lies: the suppliers that do not report, and what is not
//! attributed to anybody.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::fact::Flow;
use plimsoll_ingest::scan::{Filter, Symbols, TradeRow};
use plimsoll_terms::period::Period;

use super::{Asked, Fetched, View, country_of, importer_codes, is_sum};
use crate::concepts::{Concept, State};
use crate::money::Sum;
use crate::resolve::{self, Rules};

impl Asked<'_> {
    /// What the importer itself last reported buying, by supplier: the margin for suppliers
    /// who do not report. Only needed where partners' reports answer.
    pub(super) fn baseline(
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
        let year = (1..=8).map(|back| period.first().year() - back).find(|&year| {
            let year = Period::year(year);
            self.coverage.datasets_with("import").iter().any(|d| {
                importers.iter().any(|i| self.coverage.reporter_months(d, "import", i, &year) == 12)
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
        let manifest = &self.scanner.store().manifest;
        let rows = self.scanner.rows(&filter, symbols)?;
        let rows: Vec<TradeRow> = rows
            .into_iter()
            .filter(|r| r.flow == Flow::Import && !resolve::is_second_basis(r, manifest, symbols))
            .collect();
        let mut ignored = Rules::new();
        let (rows, _) = resolve::resolve(rows, manifest, false, &mut ignored);
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
        Ok(Some(Baseline { year, by_supplier, reporting, months: period.months().count() as f64 }))
    }
}

/// Below this many partners without a total beside them, data are taken for an extract.
const FEW: usize = 10;

/// The partners of a sum.
#[derive(Clone, Copy)]
pub(super) struct Partners {
    /// How many.
    pub number: usize,
    /// Whether a total of all partners stands beside them, or the publisher leaves none out.
    pub complete: bool,
}

/// What the importer reported before, by supplier.
pub(super) struct Baseline {
    year: i32,
    by_supplier: BTreeMap<String, Sum>,
    reporting: BTreeSet<String>,
    months: f64,
}

/// What bounds a share.
pub(super) struct Margin {
    total: f64,
    unattributed: f64,
    /// What suppliers who do not report may add; infinite where nothing is known of them.
    absent: f64,
    /// What headings say beyond their products in the data.
    pub(super) hidden: f64,
    pub(super) coverage: Option<f64>,
    pub(super) note: Option<String>,
}

impl Margin {
    pub(super) fn new(
        total: f64,
        unattributed: f64,
        partners: Partners,
        fetched: &Fetched,
        baseline: Option<Baseline>,
    ) -> Margin {
        let mut margin =
            Margin { total, unattributed, absent: 0.0, hidden: 0.0, coverage: None, note: None };
        if !fetched.views.contains(&View::Partners) {
            // Partners without a total beside them may be an extract of some of them.
            if partners.complete {
                margin.coverage = (total > 0.0).then(|| 1.0 - unattributed / total);
                return margin;
            }
            if partners.number < FEW {
                margin.absent = f64::INFINITY;
            }
            margin.note = Some("no total of all partners stands beside them in the data: whether these are all is not known".into());
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
    pub(super) fn share(&self, value: f64, is_unattributed: bool) -> [f64; 3] {
        if self.total <= 0.0 {
            return [0.0, 0.0, 0.0];
        }
        let share = value / self.total;
        let others = if is_unattributed { 0.0 } else { self.unattributed };
        let low = match is_unattributed {
            true => 0.0,
            false => value / (self.total + self.absent + self.hidden),
        };
        let high = (value + others + self.hidden) / (self.total + self.hidden);
        [share, low.min(share), high.clamp(share, 1.0)]
    }
}
