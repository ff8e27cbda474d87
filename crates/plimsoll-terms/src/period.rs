//! Which months? A month, a range of months as a person writes it, and the
//! period of one reported record. It never asks the clock what today is.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::hs::serde_as_text;

/// A calendar month: `year * 12 + month - 1`, so that months can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Month(pub i32);

impl Month {
    /// The month of a year, 1 = January. `None` outside 1 to 12.
    #[must_use]
    pub const fn new(year: i32, month: u8) -> Option<Self> {
        if month < 1 || month > 12 {
            return None;
        }
        Some(Self(year * 12 + month as i32 - 1))
    }

    /// January of a year.
    #[must_use]
    pub const fn january(year: i32) -> Self {
        Self(year * 12)
    }

    /// December of a year.
    #[must_use]
    pub const fn december(year: i32) -> Self {
        Self(year * 12 + 11)
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// The month in its year, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.0.rem_euclid(12) as u8 + 1
    }

    /// The month `n` months later (earlier when negative).
    #[must_use]
    pub const fn plus(self, n: i32) -> Self {
        Self(self.0 + n)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for Month {
    type Err = PeriodError;

    /// Reads `2022-03` (also `2022M03` and `202203`).
    fn from_str(text: &str) -> Result<Self, PeriodError> {
        match single(text.trim()) {
            Some(period) if period.first == period.last => Ok(period.first),
            _ => Err(PeriodError::new(text)),
        }
    }
}

/// The length of a reported record's period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PeriodKind {
    /// Twelve months, letter `A`.
    Year,
    /// Six months, letter `H`.
    Half,
    /// Three months, letter `Q`.
    Quarter,
    /// One month, letter `M`.
    Month,
}

impl PeriodKind {
    /// All kinds, longest first.
    pub const ALL: [Self; 4] = [Self::Year, Self::Half, Self::Quarter, Self::Month];

    /// `A`, `H`, `Q` or `M`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Year => 'A',
            Self::Half => 'H',
            Self::Quarter => 'Q',
            Self::Month => 'M',
        }
    }

    /// The letter as text, without allocation.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Year => "A",
            Self::Half => "H",
            Self::Quarter => "Q",
            Self::Month => "M",
        }
    }

    /// The kind of a letter, in any case.
    #[must_use]
    pub const fn from_letter(letter: char) -> Option<Self> {
        Some(match letter {
            'A' | 'a' => Self::Year,
            'H' | 'h' => Self::Half,
            'Q' | 'q' => Self::Quarter,
            'M' | 'm' => Self::Month,
            _ => return None,
        })
    }

    /// Number of months: 12, 6, 3 or 1.
    #[must_use]
    pub const fn months(self) -> i32 {
        match self {
            Self::Year => 12,
            Self::Half => 6,
            Self::Quarter => 3,
            Self::Month => 1,
        }
    }
}

/// The period of one reported record: where it starts and how long it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reported {
    /// First month.
    pub start: Month,
    /// Length.
    pub kind: PeriodKind,
}

impl Reported {
    /// A whole year.
    #[must_use]
    pub const fn year(year: i32) -> Self {
        Self { start: Month::january(year), kind: PeriodKind::Year }
    }

    /// One month.
    #[must_use]
    pub const fn month(month: Month) -> Self {
        Self { start: month, kind: PeriodKind::Month }
    }

    /// The last month.
    #[must_use]
    pub const fn end(self) -> Month {
        self.start.plus(self.kind.months() - 1)
    }

    /// Whether the whole record lies inside the period. A year does not lie
    /// inside one of its quarters.
    #[must_use]
    pub fn within(self, period: &Period) -> bool {
        period.first <= self.start && self.end() <= period.last
    }

    /// The same span as a [`Period`].
    #[must_use]
    pub const fn period(self) -> Period {
        Period { first: self.start, last: self.end() }
    }
}

impl fmt::Display for Reported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.period().fmt(f)
    }
}

impl From<Reported> for Period {
    fn from(reported: Reported) -> Self {
        reported.period()
    }
}

/// An inclusive range of months.
///
/// Its text is canonical: a range that is exactly a year, half, quarter or
/// month is written as one, so `2021-01..2021-12` is the same as `2021`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Period {
    first: Month,
    last: Month,
}

/// What a [`Period`] is: one of the reported kinds, or some other range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodShape {
    /// A calendar year, half year, quarter or month.
    Calendar(PeriodKind),
    /// Several whole calendar years.
    Years,
    /// Any other range of months.
    Range,
}

impl Period {
    /// The range between two months, both included; `None` when `last` is
    /// before `first`.
    #[must_use]
    pub fn new(first: Month, last: Month) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    /// A whole year.
    #[must_use]
    pub const fn year(year: i32) -> Self {
        Self { first: Month::january(year), last: Month::december(year) }
    }

    /// Reads `2021`, `2021H1`, `2021Q4` (also `2021-Q4`), `2021-03`, and ranges
    /// of these such as `2021-01..2021-11` and `2019..2021`.
    ///
    /// # Errors
    /// When it is anything else; the message lists the accepted forms.
    pub fn parse(text: &str) -> Result<Self, PeriodError> {
        let trimmed = text.trim();
        let parsed = match trimmed.split_once("..") {
            Some((from, to)) => match (single(from.trim()), single(to.trim())) {
                (Some(from), Some(to)) if from.first > to.last || from.first > to.first => {
                    return Err(PeriodError { text: cut(text), backwards: true });
                }
                (Some(from), Some(to)) => Self::new(from.first, to.last),
                _ => None,
            },
            None => single(trimmed),
        };
        parsed.ok_or_else(|| PeriodError::new(text))
    }

    /// The first month.
    #[must_use]
    pub const fn first(&self) -> Month {
        self.first
    }

    /// The last month, included.
    #[must_use]
    pub const fn last(&self) -> Month {
        self.last
    }

    /// Number of months, at least 1.
    #[must_use]
    pub const fn len(&self) -> i32 {
        self.last.0 - self.first.0 + 1
    }

    /// Never: a period has at least one month. Here because [`len`](Self::len) is.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// All months in order.
    pub fn months(&self) -> impl DoubleEndedIterator<Item = Month> + use<> {
        (self.first.0..=self.last.0).map(Month)
    }

    /// All calendar years touched, in order.
    pub fn years(&self) -> impl DoubleEndedIterator<Item = i32> + use<> {
        self.first.year()..=self.last.year()
    }

    /// Whether the month is one of these.
    #[must_use]
    pub fn contains(&self, month: Month) -> bool {
        self.first <= month && month <= self.last
    }

    /// The same months `n` years later (earlier when negative).
    #[must_use]
    pub const fn shift_years(&self, n: i32) -> Self {
        Self { first: self.first.plus(12 * n), last: self.last.plus(12 * n) }
    }

    /// What kind of range it is.
    #[must_use]
    pub fn shape(&self) -> PeriodShape {
        let offset = i32::from(self.first.month()) - 1;
        if let Some(kind) = PeriodKind::ALL
            .into_iter()
            .find(|k| k.months() == self.len() && offset % k.months() == 0)
        {
            return PeriodShape::Calendar(kind);
        }
        if offset == 0 && self.len() % 12 == 0 { PeriodShape::Years } else { PeriodShape::Range }
    }

    /// The reported kind, when it is exactly a year, half, quarter or month.
    #[must_use]
    pub fn kind(&self) -> Option<PeriodKind> {
        match self.shape() {
            PeriodShape::Calendar(kind) => Some(kind),
            _ => None,
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, last) = (self.first, self.last);
        let month0 = i32::from(first.month()) - 1;
        match self.shape() {
            PeriodShape::Calendar(PeriodKind::Year) => write!(f, "{:04}", first.year()),
            PeriodShape::Calendar(PeriodKind::Half) => {
                write!(f, "{:04}H{}", first.year(), month0 / 6 + 1)
            }
            PeriodShape::Calendar(PeriodKind::Quarter) => {
                write!(f, "{:04}Q{}", first.year(), month0 / 3 + 1)
            }
            PeriodShape::Calendar(PeriodKind::Month) => first.fmt(f),
            PeriodShape::Years => write!(f, "{:04}..{:04}", first.year(), last.year()),
            PeriodShape::Range => write!(f, "{first}..{last}"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        Self::parse(text)
    }
}

impl FromStr for Reported {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let period = Period::parse(text)?;
        let kind = period.kind().ok_or_else(|| PeriodError::new(text))?;
        Ok(Self { start: period.first, kind })
    }
}

serde_as_text!(Month);
serde_as_text!(Period);
serde_as_text!(Reported);

/// A text that is no period.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct PeriodError {
    /// What was written, cut to 40 characters.
    pub text: String,
    /// Whether it is a range that ends before it begins.
    pub backwards: bool,
}

impl PeriodError {
    fn new(text: &str) -> Self {
        Self { text: cut(text), backwards: false }
    }
}

impl fmt::Display for PeriodError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.backwards {
            return write!(f, "the period \"{}\" ends before it begins", self.text);
        }
        write!(
            f,
            "\"{}\" is no period; write 2021, 2021H1, 2021Q4, 2021-03, 2021-01..2021-11 or 2019..2021",
            self.text
        )
    }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// A year, half, quarter or month, without a range.
fn single(text: &str) -> Option<Period> {
    let year: i32 = digits(text.get(..4)?)?;
    if !(1900..=2199).contains(&year) {
        return None;
    }
    let rest = text.get(4..)?;
    if rest.is_empty() {
        return Some(Period::year(year));
    }
    let (dash, rest) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    if let Some(kind) = rest.chars().next().and_then(PeriodKind::from_letter) {
        let number = rest.get(1..)?;
        if number.is_empty() || number.len() > 2 {
            return None;
        }
        return part(year, kind, digits(number)?);
    }
    // 2021-03, 2021-3 and 202103; but not 20213.
    (rest.len() == 2 || (dash && rest.len() == 1))
        .then(|| part(year, PeriodKind::Month, digits(rest)?))?
}

/// Part number `number` (from 1) of a year.
fn part(year: i32, kind: PeriodKind, number: i32) -> Option<Period> {
    if kind == PeriodKind::Year || number < 1 || number > 12 / kind.months() {
        return None;
    }
    let first = Month::january(year).plus((number - 1) * kind.months());
    Some(Period { first, last: first.plus(kind.months() - 1) })
}

fn digits(text: &str) -> Option<i32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn period(text: &str) -> Period {
        Period::parse(text).unwrap()
    }

    #[test]
    fn accepted_forms_and_their_canonical_text() {
        for (text, canonical, first, last) in [
            ("2021", "2021", "2021-01", "2021-12"),
            ("2021H1", "2021H1", "2021-01", "2021-06"),
            ("2021-h2", "2021H2", "2021-07", "2021-12"),
            ("2021Q4", "2021Q4", "2021-10", "2021-12"),
            ("2021-Q4", "2021Q4", "2021-10", "2021-12"),
            ("2021-03", "2021-03", "2021-03", "2021-03"),
            ("2021-3", "2021-03", "2021-03", "2021-03"),
            ("202103", "2021-03", "2021-03", "2021-03"),
            ("2021M03", "2021-03", "2021-03", "2021-03"),
            ("2021-01..2021-11", "2021-01..2021-11", "2021-01", "2021-11"),
            (" 2021-01 .. 2021-12 ", "2021", "2021-01", "2021-12"),
            ("2019..2021", "2019..2021", "2019-01", "2021-12"),
            ("2021Q1..2021Q2", "2021H1", "2021-01", "2021-06"),
            ("2021Q2..2021Q3", "2021-04..2021-09", "2021-04", "2021-09"),
            ("2021-11..2022-02", "2021-11..2022-02", "2021-11", "2022-02"),
        ] {
            let parsed = period(text);
            assert_eq!(parsed.to_string(), canonical, "{text}");
            assert_eq!(
                (parsed.first().to_string(), parsed.last().to_string()),
                (first.into(), last.into())
            );
        }
    }

    #[test]
    fn refused_forms_name_the_accepted_ones() {
        for text in [
            "", "21", "2021Q5", "2021H3", "2021-13", "2021-00", "20213", "2021A1", "2021-",
            "Q4 2021", "2021..", "٢٠٢١", "3021",
        ] {
            let message = Period::parse(text).unwrap_err().to_string();
            assert!(message.contains("2021-01..2021-11"), "{text}: {message}");
        }
        let message = Period::parse("2022..2021").unwrap_err().to_string();
        assert!(message.contains("ends before"), "{message}");
    }

    #[test]
    fn months_and_shifts() {
        let months = period("2021-11..2022-02");
        assert_eq!(months.len(), 4);
        assert_eq!(
            months.months().map(|m| m.to_string()).collect::<Vec<_>>(),
            ["2021-11", "2021-12", "2022-01", "2022-02"]
        );
        assert_eq!(months.shift_years(-1).to_string(), "2020-11..2021-02");
        assert_eq!(months.years().collect::<Vec<_>>(), [2021, 2022]);
        assert!(
            months.contains(Month::january(2022)) && !months.contains(Month::new(2022, 3).unwrap())
        );
        assert_eq!(Month::new(2022, 0), None);
        assert_eq!(Month::new(2022, 13), None);
        assert_eq!("2022-03".parse::<Month>().unwrap(), Month::new(2022, 3).unwrap());
        assert!("2022".parse::<Month>().is_err());
    }

    #[test]
    fn reported_records() {
        let year = Reported::year(2021);
        assert_eq!(year.to_string(), "2021");
        assert!(!year.within(&period("2021Q4")) && year.within(&period("2019..2021")));
        let quarter = Reported { start: Month::new(2021, 10).unwrap(), kind: PeriodKind::Quarter };
        assert_eq!(quarter.to_string(), "2021Q4");
        assert_eq!(quarter.end(), Month::december(2021));
        assert!(quarter.within(&period("2021H2")) && !quarter.within(&period("2021-10..2021-11")));
        assert_eq!("2021-03".parse::<Reported>().unwrap().kind, PeriodKind::Month);
        assert!("2019..2021".parse::<Reported>().is_err());
        for kind in PeriodKind::ALL {
            assert_eq!(PeriodKind::from_letter(kind.letter()), Some(kind));
        }
    }

    proptest! {
        #[test]
        fn text_round_trip(first in 1900 * 12..2150 * 12, len in 0..600) {
            let original = Period::new(Month(first), Month(first + len)).unwrap();
            prop_assert_eq!(Period::parse(&original.to_string()).unwrap(), original);
            prop_assert_eq!(original.months().count(), original.len() as usize);
        }

        #[test]
        fn anything_is_read_or_refused(text in "[0-9HQMA.\\- ]{0,18}") {
            if let Ok(parsed) = Period::parse(&text) {
                prop_assert_eq!(Period::parse(&parsed.to_string()).unwrap(), parsed);
            }
        }
    }
}
