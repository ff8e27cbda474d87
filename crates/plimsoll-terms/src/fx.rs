//! How many US dollars was a unit of another currency in a month? Monthly
//! averages: the euro is compiled in, others come from the user's text. It never
//! carries a rate forward: a month without a rate has none.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::period::Month;
use crate::problem::Problem;
use crate::table::{cell, records};

/// Source line for the compiled-in rates, for footnotes.
pub const EUR_SOURCE: &str =
    "European Central Bank, euro reference rate, US dollar, monthly average (EXR.M.USD.EUR.SP00.A)";

static USD_PER_EUR: LazyLock<Vec<(Month, f64)>> = LazyLock::new(|| {
    let mut rates: Vec<(Month, f64)> = records(include_str!("../data/fx_usd_per_eur.csv"))
        .iter()
        .filter_map(|r| Some((cell(r, 0).parse().ok()?, cell(r, 1).parse().ok()?)))
        .collect();
    rates.sort_by_key(|(month, _)| *month);
    rates
});

/// US dollars for one euro, average of the month (European Central Bank).
#[must_use]
pub fn usd_per_eur(month: Month) -> Option<f64> {
    let rates = &*USD_PER_EUR;
    let (start, _) = rates.first()?;
    let index = usize::try_from(month.0 - start.0).ok()?;
    // The series has no gaps (tested), so the month is its own index.
    rates.get(index).filter(|(found, _)| *found == month).map(|(_, rate)| *rate)
}

/// The simple mean of the monthly rates from `first` to `last`, both included;
/// `None` when any month has no rate.
#[must_use]
pub fn usd_per_eur_over(first: Month, last: Month) -> Option<f64> {
    mean(first, last, usd_per_eur)
}

/// The first and the last month with a compiled-in euro rate.
#[must_use]
pub fn eur_months() -> Option<(Month, Month)> {
    Some((USD_PER_EUR.first()?.0, USD_PER_EUR.last()?.0))
}

fn mean(first: Month, last: Month, rate: impl Fn(Month) -> Option<f64>) -> Option<f64> {
    if last < first {
        return None;
    }
    let mut sum = 0.0;
    for month in first.0..=last.0 {
        sum += rate(Month(month))?;
    }
    Some(sum / f64::from(last.0 - first.0 + 1))
}

/// Monthly rates of several currencies: the euro of this crate and what the
/// user adds. An added rate goes before the compiled-in one.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    added: BTreeMap<String, BTreeMap<Month, f64>>,
}

impl Rates {
    /// Adds the rates of another table; the later wins.
    pub fn extend(&mut self, other: Rates) {
        for (currency, months) in other.added {
            self.added.entry(currency).or_default().extend(months);
        }
    }

    /// US dollars for one unit of a currency (ISO 4217, any case) in a month.
    #[must_use]
    pub fn usd_per_unit_in(&self, currency: &str, month: Month) -> Option<f64> {
        if currency.eq_ignore_ascii_case("USD") {
            return Some(1.0);
        }
        let added = self
            .added
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(currency))
            .and_then(|(_, months)| months.get(&month).copied());
        added.or_else(|| currency.eq_ignore_ascii_case("EUR").then(|| usd_per_eur(month)).flatten())
    }

    /// US dollars for one unit of a currency: the simple mean of the months from
    /// `first` to `last`; `None` when any of them has no rate.
    #[must_use]
    pub fn usd_per_unit(&self, currency: &str, first: Month, last: Month) -> Option<f64> {
        mean(first, last, |month| self.usd_per_unit_in(currency, month))
    }

    /// The currencies that have at least one rate, sorted.
    #[must_use]
    pub fn currencies(&self) -> Vec<String> {
        let mut names: Vec<String> = self.added.keys().cloned().collect();
        names.extend(["EUR".to_owned(), "USD".to_owned()]);
        names.sort();
        names.dedup();
        names
    }
}

/// Reads rates from CSV text with the header `month,currency,usd_per_unit`.
///
/// A row is refused, and returned as a problem, when the month is no month, the
/// currency is not three letters, or the rate is not a positive number.
#[must_use]
pub fn parse_rates(text: &str) -> (Rates, Vec<Problem>) {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let mut rates = Rates::default();
    let mut problems = Vec::new();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                problems.push(Problem::new(
                    "not-csv",
                    line,
                    &error.to_string(),
                    "check the quotes of this line",
                ));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        match read_rate(&record, line) {
            Ok((currency, month, rate)) => {
                rates.added.entry(currency).or_default().insert(month, rate);
            }
            Err(problem) => problems.push(problem),
        }
    }
    (rates, problems)
}

fn read_rate(record: &csv::StringRecord, line: u64) -> Result<(String, Month, f64), Problem> {
    let (month, currency, rate) = (cell(record, 0), cell(record, 1), cell(record, 2));
    let bad = |value: &str, column: &str, hint: &str| {
        Problem::new("bad-rate", line, value, hint).in_column(column)
    };
    let month: Month =
        month.parse().map_err(|_| bad(month, "month", "write the month as 2022-03"))?;
    if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Err(bad(currency, "currency", "write the currency as three letters, such as CNY"));
    }
    match rate.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => {
            Ok((currency.to_ascii_uppercase(), month, number))
        }
        _ => Err(bad(rate, "usd_per_unit", "write US dollars for one unit, such as 0.1389")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(year: i32, month: u8) -> Month {
        Month::new(year, month).unwrap()
    }

    #[test]
    fn the_series_is_whole() {
        let (first, last) = eur_months().unwrap();
        assert_eq!((first, last), (month(2000, 1), month(2026, 6)));
        assert_eq!(USD_PER_EUR.len() as i32, last.0 - first.0 + 1);
        assert!(USD_PER_EUR.iter().all(|(_, rate)| (0.8..1.6).contains(rate)));
    }

    #[test]
    fn spot_values() {
        let close = |a: Option<f64>, b: f64| assert!((a.unwrap() - b).abs() < 1e-4, "{a:?} {b}");
        close(usd_per_eur(month(2000, 1)), 1.013_695);
        close(usd_per_eur(month(2026, 6)), 1.1518);
        assert_eq!(usd_per_eur(month(1999, 12)), None);
        assert_eq!(usd_per_eur(month(2026, 7)), None);
        // The European Central Bank's annual averages.
        close(
            usd_per_eur_over(month(2021, 1), month(2021, 12)).map(|r| (r * 100.0).round() / 100.0),
            1.18,
        );
        close(
            usd_per_eur_over(month(2022, 1), month(2022, 12)).map(|r| (r * 100.0).round() / 100.0),
            1.05,
        );
        assert_eq!(usd_per_eur_over(month(2026, 6), month(2026, 7)), None);
        assert_eq!(usd_per_eur_over(month(2021, 2), month(2021, 1)), None);
    }

    #[test]
    fn added_rates() {
        let (rates, problems) = parse_rates(
            "month,currency,usd_per_unit\n2022-03,cny,0.1576\n2022-04,CNY,0.1555\n2022-13,CNY,0.1\n2022-05,yuan,0.1\n2022-05,CNY,-1\n",
        );
        assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [4, 5, 6]);
        let two = rates.usd_per_unit("CNY", month(2022, 3), month(2022, 4)).unwrap();
        assert!((two - 0.15655).abs() < 1e-12);
        assert_eq!(rates.usd_per_unit("cny", month(2022, 3), month(2022, 5)), None);
        assert_eq!(rates.usd_per_unit("USD", month(1900, 1), month(2100, 1)), Some(1.0));
        assert_eq!(
            rates.usd_per_unit("eur", month(2022, 3), month(2022, 3)),
            usd_per_eur(month(2022, 3))
        );
        assert_eq!(rates.currencies(), ["CNY", "EUR", "USD"]);
    }
}
