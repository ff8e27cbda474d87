//! Which report answers: whose, and from which dataset. Sources are never added to each other.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::store::Store;
use plimsoll_terms::hs::{HsCode, HsRevision};
use plimsoll_terms::period::{Month, Period};

/// Datasets in the order in which they are trusted when several cover a question as well:
/// what a statistical office publishes itself comes before collections, and those before
/// reconciled values. Made-up figures come last.
pub const DATASETS: [&str; 12] = [
    "comtrade",
    "comext",
    "gacc",
    "us-census",
    "fts-russia",
    "kazstat",
    "armstat",
    "wits",
    "extract",
    "imts",
    "baci",
    "simulated",
];

/// Smaller is preferred.
pub fn dataset_rank(dataset: &str) -> usize {
    DATASETS.iter().position(|d| *d == dataset).unwrap_or(DATASETS.len())
}

/// Dataset, flow, and who or what.
type Of = (String, String, String);
/// Months by year.
type Years = BTreeMap<i32, u16>;
/// Months by year and HS revision.
type YearsAndRevisions = BTreeMap<(i32, String), u16>;

/// What the store covers, from the indexes of its sources.
#[derive(Debug, Default)]
pub struct Coverage {
    /// (dataset, flow, reporter) to months, by year: bit 12 is a whole-year record.
    reporters: BTreeMap<Of, Years>,
    /// (dataset, flow, partner) to months by year: of whom a dataset speaks at all.
    partners: BTreeMap<Of, Years>,
    /// (dataset, flow, revision, code) to months by year.
    codes: BTreeMap<Of, YearsAndRevisions>,
}

/// The months of a year that a mask covers.
fn covered_months(mask: u16) -> u16 {
    if mask & (1 << 12) != 0 { 0x0FFF } else { mask & 0x0FFF }
}

/// The months of `year` that lie in the period, as bits.
fn asked_months(period: &Period, year: i32) -> u16 {
    period.months().filter(|m| m.year() == year).fold(0, |bits, m| bits | 1 << (m.month() - 1))
}

/// Months of the period that a record by year and mask covers. A whole-year record covers
/// its year only where the whole year is asked.
fn months_in(period: &Period, years: impl Iterator<Item = (i32, u16)>) -> u32 {
    years
        .map(|(year, mask)| {
            let asked = asked_months(period, year);
            let usable = if asked == 0x0FFF { covered_months(mask) } else { mask & 0x0FFF };
            (usable & asked).count_ones()
        })
        .sum()
}

/// Whether any month of the period is covered in a revision.
fn in_revision(years: &YearsAndRevisions, revision: HsRevision, period: &Period) -> bool {
    let of = years.iter().filter(|((_, r), _)| r == revision.name());
    months_in(period, of.map(|((year, _), mask)| (*year, *mask))) > 0
}

impl Coverage {
    /// Reads the indexes of all sources (of one dataset, if asked).
    pub fn of(store: &Store, dataset: Option<&str>) -> Result<Coverage, IngestError> {
        let mut coverage = Coverage::default();
        for source in &store.manifest.resources {
            if dataset.is_some_and(|d| d != source.dataset) {
                continue;
            }
            let index = store.index(source)?;
            for (flow, reporter, year, mask) in index.reporters() {
                let key = (source.dataset.clone(), flow.to_owned(), reporter.to_owned());
                *coverage.reporters.entry(key).or_default().entry(year).or_default() |= mask;
            }
            for (flow, partner, year, mask) in index.partners() {
                let key = (source.dataset.clone(), flow.to_owned(), partner.to_owned());
                *coverage.partners.entry(key).or_default().entry(year).or_default() |= mask;
            }
            for (flow, revision, code, year, mask) in index.codes() {
                let key = (source.dataset.clone(), flow.to_owned(), code.to_owned());
                let by_year = coverage.codes.entry(key).or_default();
                *by_year.entry((year, revision.to_owned())).or_default() |= mask;
            }
        }
        Ok(coverage)
    }

    /// All (dataset, flow, reporter) with the months that they cover, by year.
    pub fn reporters(&self) -> impl Iterator<Item = (&str, &str, &str, &BTreeMap<i32, u16>)> {
        self.reporters.iter().map(|((d, f, r), years)| (d.as_str(), f.as_str(), r.as_str(), years))
    }

    /// The months that a dataset's flow covers, by year, whoever reports.
    pub fn months_of(&self, dataset: &str, flow: &str) -> BTreeMap<i32, u16> {
        let mut all = BTreeMap::new();
        for ((_, _, _), years) in
            self.codes.iter().filter(|((d, f, _), _)| d == dataset && f == flow)
        {
            for ((year, _), mask) in years {
                *all.entry(*year).or_default() |= mask;
            }
        }
        all
    }

    /// The six-digit codes of a dataset's flow with any row in the period, by revision.
    pub fn six_digit_codes(
        &self,
        dataset: &str,
        flow: &str,
        period: &Period,
    ) -> BTreeMap<HsRevision, BTreeSet<HsCode>> {
        let mut found: BTreeMap<HsRevision, BTreeSet<HsCode>> = BTreeMap::new();
        for ((_, _, code), years) in
            self.codes.iter().filter(|((d, f, _), _)| d == dataset && f == flow)
        {
            let Some(code) = code.get(..6).and_then(|six| HsCode::parse(six).ok()) else {
                continue;
            };
            for ((year, revision), mask) in years {
                if months_in(period, std::iter::once((*year, *mask))) > 0
                    && let Ok(revision) = HsRevision::parse(revision)
                {
                    found.entry(revision).or_default().insert(code);
                }
            }
        }
        found
    }

    /// Months of the period that a reporter's flow covers in a dataset, whatever the goods.
    pub fn reporter_months(
        &self,
        dataset: &str,
        flow: &str,
        reporter: &str,
        period: &Period,
    ) -> u32 {
        let key = (dataset.to_owned(), flow.to_owned(), reporter.to_owned());
        self.reporters
            .get(&key)
            .map_or(0, |years| months_in(period, years.iter().map(|(y, m)| (*y, *m))))
    }

    /// Whether exporters report anything at all to a partner in the period.
    pub fn exports_to(&self, partner: &str, period: &Period) -> bool {
        self.partners.iter().any(|((_, flow, p), years)| {
            flow == "export"
                && p == partner
                && months_in(period, years.iter().map(|(y, m)| (*y, *m))) > 0
        })
    }

    /// Whether a dataset's flow has any record for the month (or for its whole year), from one
    /// of the reporters or, with `None`, from anybody.
    pub fn has_month(
        &self,
        dataset: &str,
        flow: &str,
        reporters: Option<&BTreeSet<String>>,
        month: Month,
    ) -> bool {
        let bit = 1 << (month.month() - 1);
        self.reporters.iter().any(|((d, f, r), years)| {
            d == dataset
                && f == flow
                && reporters.is_none_or(|of| of.contains(r))
                && years.get(&month.year()).is_some_and(|mask| covered_months(*mask) & bit != 0)
        })
    }

    /// All reporters of a flow in a dataset that cover any month of the period.
    pub fn reporters_in(&self, dataset: &str, flow: &str, period: &Period) -> BTreeSet<String> {
        self.reporters
            .iter()
            .filter(|((d, f, _), years)| {
                d == dataset
                    && f == flow
                    && months_in(period, years.iter().map(|(y, m)| (*y, *m))) > 0
            })
            .map(|((_, _, reporter), _)| reporter.clone())
            .collect()
    }

    /// Datasets that hold this flow at all.
    pub fn datasets_with(&self, flow: &str) -> BTreeSet<String> {
        self.codes.keys().filter(|(_, f, _)| f == flow).map(|(d, _, _)| d.clone()).collect()
    }

    /// Whether a code, or anything under it, has any row in the period in that revision, from
    /// any reporter: this tells "no trade" from "not in the data".
    pub fn has_code(
        &self,
        dataset: &str,
        flow: &str,
        code: &str,
        revision: HsRevision,
        period: &Period,
    ) -> bool {
        let start = (dataset.to_owned(), flow.to_owned(), code.to_owned());
        self.codes
            .range(start..)
            .take_while(|((d, f, c), _)| d == dataset && f == flow && c.starts_with(code))
            .any(|(_, years)| in_revision(years, revision, period))
    }

    /// Whether this very code, and not only one under it, has any row in the period.
    pub fn has_exactly(
        &self,
        dataset: &str,
        flow: &str,
        code: &str,
        revision: HsRevision,
        period: &Period,
    ) -> bool {
        let key = (dataset.to_owned(), flow.to_owned(), code.to_owned());
        self.codes.get(&key).is_some_and(|years| in_revision(years, revision, period))
    }

    /// The revisions in which a dataset's flow is coded in a period.
    pub fn revisions(&self, dataset: &str, flow: &str, period: &Period) -> BTreeSet<HsRevision> {
        let mut found = BTreeSet::new();
        for ((d, f, _), years) in &self.codes {
            if d != dataset || f != flow {
                continue;
            }
            for ((year, revision), mask) in years {
                if months_in(period, std::iter::once((*year, *mask))) > 0
                    && let Ok(revision) = HsRevision::parse(revision)
                {
                    found.insert(revision);
                }
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(period: &str, years: &[(i32, u16)]) -> u32 {
        months_in(&Period::parse(period).unwrap(), years.iter().copied())
    }

    #[test]
    fn a_yearly_record_covers_its_year_and_no_part_of_it() {
        let year = 1 << 12;
        assert_eq!(months("2022", &[(2022, year)]), 12);
        assert_eq!(months("2021..2022", &[(2022, year)]), 12);
        assert_eq!(months("2022-01..2022-11", &[(2022, year)]), 0);
        assert_eq!(months("2023", &[(2022, year)]), 0);
    }

    #[test]
    fn months_count_where_they_are_asked() {
        let first_half = 0b11_1111;
        assert_eq!(months("2022", &[(2022, first_half)]), 6);
        assert_eq!(months("2022Q2", &[(2022, first_half)]), 3);
        assert_eq!(months("2022-06..2023-02", &[(2022, first_half), (2023, first_half)]), 3);
        assert_eq!(months("2022", &[(2022, first_half | 1 << 12)]), 12);
    }
}
