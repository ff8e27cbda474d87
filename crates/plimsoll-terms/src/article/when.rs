//! Which months does a phrase mean? `in the last quarter of 2023`, `between January and October`,
//! `last year` against the day of publication.

use super::token::Token;
use crate::article::token::among;
use crate::period::{Month, Period};

/// A phrase of time in a sentence.
#[derive(Clone, Debug)]
pub(super) struct When {
    pub(super) first: usize,
    pub(super) next: usize,
    pub(super) period: Period,
    /// Worked out from the day of publication.
    pub(super) relative: bool,
    /// Compared with: the period that a change starts from.
    pub(super) against: bool,
}

/// The day of publication.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) year: i32,
    pub(super) month: u8,
    pub(super) day: u8,
}

impl Day {
    /// Reads `2024-04-13`, also with a time behind.
    pub(super) fn parse(text: &str) -> Option<Day> {
        let date = text.get(..10)?;
        let mut parts = date.split('-');
        let year = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        ((1900..2200).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day))
            .then_some(Day { year, month, day })
    }

    pub(super) fn text(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn month(self) -> Option<Month> {
        Month::new(self.year, self.month)
    }

    /// Days since 1970-01-01 (civil calendar; Howard Hinnant's algorithm).
    fn number(self) -> i64 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let month = (i64::from(self.month) + 9) % 12;
        let of_year = (153 * month + 2) / 5 + i64::from(self.day) - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The last such weekday (0 is Monday) on or before the day.
    pub(super) fn last_weekday(self, weekday: i64) -> Day {
        let today = (self.number() + 3).rem_euclid(7);
        self.back((today - weekday).rem_euclid(7))
    }

    pub(super) fn back(self, days: i64) -> Day {
        let mut day = self;
        for _ in 0..days {
            day = day.yesterday();
        }
        day
    }

    fn yesterday(self) -> Day {
        if self.day > 1 {
            return Day { day: self.day - 1, ..self };
        }
        let (year, month) =
            if self.month > 1 { (self.year, self.month - 1) } else { (self.year - 1, 12) };
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let day = match month {
            2 => 28 + u8::from(leap),
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        Day { year, month, day }
    }
}

pub(super) const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
pub(super) const WEEKDAYS: &[&str] =
    &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Short forms of months.
pub(super) const SHORT_MONTHS: &[&str] =
    &["jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"];

/// The month that a capitalised word names, also in short form.
pub(super) fn month_of(token: &Token<'_>) -> Option<u8> {
    if !token.capital() {
        return None;
    }
    let low = token.low.as_str();
    let found = MONTHS.iter().position(|m| {
        *m == low || (low.len() == 3 || low == "sept") && m.starts_with(low.get(..3).unwrap_or("?"))
    });
    found.and_then(|i| u8::try_from(i + 1).ok())
}

pub(super) fn weekday_of(token: &Token<'_>) -> Option<i64> {
    token
        .capital()
        .then(|| WEEKDAYS.iter().position(|d| *d == token.low))
        .flatten()
        .and_then(|i| i64::try_from(i).ok())
}

fn year_of(token: Option<&Token<'_>>) -> Option<i32> {
    let token = token.filter(|t| t.is_number() && t.raw.len() == 4)?;
    token.raw.parse().ok().filter(|y| (1950..2100).contains(y))
}

fn day_of(token: Option<&Token<'_>>) -> Option<u8> {
    token
        .filter(|t| t.is_number() && t.raw.len() <= 2)?
        .raw
        .parse()
        .ok()
        .filter(|d| (1..=31).contains(d))
}

/// A day such as `13 April 2024`, `April 13, 2024`, `2024-04-13`, and the token behind it.
pub(super) fn day_at(tokens: &[Token<'_>], at: usize) -> Option<(Day, usize)> {
    let get = |i: usize| tokens.get(at + i);
    let comma = |i: usize| usize::from(get(i).is_some_and(|t| t.raw == ","));
    if let Some(month) = get(0).and_then(month_of) {
        let day = day_of(get(1))?;
        let suffix = usize::from(get(2).is_some_and(|t| t.any(&["st", "nd", "rd", "th"])));
        let shift = 2 + suffix + comma(2 + suffix);
        let year = year_of(get(shift))?;
        return Some((Day { year, month, day }, at + shift + 1));
    }
    if let (Some(day), Some(month)) = (day_of(get(0)), get(1).and_then(month_of)) {
        let shift = 2 + comma(2);
        return Some((Day { year: year_of(get(shift))?, month, day }, at + shift + 1));
    }
    let year = year_of(get(0))
        .filter(|_| get(1).is_some_and(|t| t.raw == "-") && get(3).is_some_and(|t| t.raw == "-"))?;
    let month = day_of(get(2)).filter(|m| *m <= 12)?;
    Some((Day { year, month, day: day_of(get(4))? }, at + 5))
}

fn ordinal(token: Option<&Token<'_>>) -> Option<i32> {
    Some(match token?.low.as_str() {
        "first" | "1st" | "opening" => 1,
        "second" | "2nd" => 2,
        "third" | "3rd" => 3,
        "fourth" | "4th" | "last" | "final" | "closing" => 4,
        _ => return None,
    })
}

fn months(year: i32, first: i32, count: i32) -> Option<Period> {
    let start = Month::january(year).plus(first - 1);
    Period::new(start, start.plus(count - 1))
}

/// All phrases of time in a sentence that name a period.
pub(super) fn whens(tokens: &[Token<'_>], published: Option<Day>) -> Vec<When> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some((period, next, relative)) = period_at(tokens, at, published) {
            out.push(When { first: at, next, period, relative, against: is_against(tokens, at) });
            at = next.max(at + 1);
        } else {
            at += 1;
        }
    }
    out
}

fn is_against(tokens: &[Token<'_>], at: usize) -> bool {
    let low =
        |i: usize| at.checked_sub(i).and_then(|n| tokens.get(n)).map_or("", |t| t.low.as_str());
    let words: Vec<&str> = (1..=7).map(low).collect();
    let compared = words.iter().any(|w| among(w, "compared comparison versus vs against relative"));
    compared
        || words.first() == Some(&"than")
        || (words.first() == Some(&"over") || words.first() == Some(&"from"))
            && words.get(1).is_some_and(|w| matches!(*w, "%" | "percent"))
        || words.first() == Some(&"in")
            && words.get(1).is_some_and(|w| matches!(*w, "than" | "been"))
}

/// The period at a token, the token behind it, and whether it hangs on the day of publication.
fn period_at(
    tokens: &[Token<'_>],
    at: usize,
    published: Option<Day>,
) -> Option<(Period, usize, bool)> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    if let Some((day, next)) = day_at(tokens, at) {
        return Some((months(day.year, i32::from(day.month), 1)?, next, false));
    }
    quarter_at(tokens, at, published)
        .or_else(|| month_at(tokens, at, published))
        .or_else(|| first_months_at(tokens, at))
        .or_else(|| {
            // 2021-2023, 2021 to 2023, between 2021 and 2023
            let year = year_of(tokens.get(at))?;
            if is_law(tokens, at) {
                return None;
            }
            let between = at.checked_sub(1).map_or("", low);
            let since = between == "since";
            let joint = match low(at + 1) {
                "-" | "–" | "to" => true,
                "and" => between == "between",
                _ => false,
            };
            if let Some(last) = year_of(tokens.get(at + 2)).filter(|l| joint && *l > year) {
                return Some((
                    Period::new(Month::january(year), Month::december(last))?,
                    at + 3,
                    false,
                ));
            }
            if since && let Some(end) = published.and_then(Day::month) {
                return Some((Period::new(Month::january(year), end)?, at + 1, true));
            }
            Some((Period::year(year), at + 1, false))
        })
        .or_else(|| relative_at(tokens, at, published))
}

/// A year that is part of the name of a law or a list.
fn is_law(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|i| tokens.get(i));
    let after = tokens.get(at + 1);
    before.is_some_and(|t| {
        t.among("/ hs $ € £ no")
            || !t.spaced && t.raw == "-"
            || t.is_mark() && !tokens.get(at).is_some_and(|t| t.spaced) && t.raw == "-"
    }) || after.is_some_and(|t| t.raw == "/" || t.any(&["%", "percent", "million", "billion"]))
}

/// The fourth quarter of 2023, Q4 2023, the first half of 2024.
fn quarter_at(
    tokens: &[Token<'_>],
    at: usize,
    published: Option<Day>,
) -> Option<(Period, usize, bool)> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let short = match low(at) {
        "q" | "h"
            if tokens
                .get(at + 1)
                .is_some_and(|t| t.is_number() && !t.spaced && t.raw.len() == 1) =>
        {
            let n: i32 = low(at + 1).parse().ok()?;
            Some((n, if low(at) == "q" { 3 } else { 6 }, at + 2))
        }
        _ => None,
    };
    let (number, length, mut next) = match short {
        Some(found) => found,
        None => {
            let number = ordinal(tokens.get(at))?;
            let hyphen = usize::from(low(at + 1) == "-");
            match low(at + 1 + hyphen) {
                "quarter" => (number, 3, at + 2 + hyphen),
                "half" if low(at) != "last" => {
                    (if number == 4 { 2 } else { number }, 6, at + 2 + hyphen)
                }
                _ => return None,
            }
        }
    };
    if number < 1 || number * length > 12 {
        return None;
    }
    while among(low(next), "of in the fiscal year fy ,") {
        next += 1;
    }
    let (year, next, relative) = match year_of(tokens.get(next)) {
        Some(year) => (year, next + 1, false),
        None if low(next) == "last" && low(next + 1) == "year" => {
            (published?.year - 1, next + 2, true)
        }
        None if low(next) == "this" && low(next + 1) == "year" => (published?.year, next + 2, true),
        None => {
            // The quarter alone: the last such quarter that was over.
            let day = published?;
            let ended = |year: i32| (year, number * length) < (day.year, i32::from(day.month));
            (if ended(day.year) { day.year } else { day.year - 1 }, next, true)
        }
    };
    Some((months(year, (number - 1) * length + 1, length)?, next, relative))
}

/// March 2022, January to October 2023, from March to June 2022, since February 2022.
fn month_at(
    tokens: &[Token<'_>],
    at: usize,
    published: Option<Day>,
) -> Option<(Period, usize, bool)> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let month = month_of(tokens.get(at)?)?;
    let before = at.checked_sub(1).map_or("", low);
    // A modal verb at the start of a sentence is no month.
    let (own_year, mut next) = match year_of(tokens.get(at + 1)) {
        Some(year) => (Some(year), at + 2),
        None if low(at + 1) == "," && year_of(tokens.get(at + 2)).is_some() => {
            (year_of(tokens.get(at + 2)), at + 3)
        }
        None => (None, at + 1),
    };
    let joint =
        among(low(next), "- – to through until") || low(next) == "and" && before == "between";
    if joint && let Some(last) = tokens.get(next + 1).and_then(month_of) {
        let year = year_of(tokens.get(next + 2));
        let (end_year, relative) = match year {
            Some(year) => (year, false),
            None => (past_year(published?, last), true),
        };
        let start_year = own_year.unwrap_or(if month > last { end_year - 1 } else { end_year });
        let first = Month::new(start_year, month)?;
        next += 2 + usize::from(year.is_some());
        return Some((Period::new(first, Month::new(end_year, last)?)?, next, relative));
    }
    let (year, relative) = match own_year {
        Some(year) => (year, false),
        None => {
            let named =
                among(before, "in since last of during from until by through to late early");
            if !named {
                return None;
            }
            (past_year(published?, month), true)
        }
    };
    let first = Month::new(year, month)?;
    let last =
        if before == "since" { published.and_then(Day::month).unwrap_or(first) } else { first };
    if day_of(tokens.get(at + 1)).is_some() && own_year.is_none() {
        next += 1;
    }
    Some((Period::new(first, last)?, next, relative || before == "since"))
}

fn past_year(day: Day, month: u8) -> i32 {
    if month <= day.month { day.year } else { day.year - 1 }
}

/// The first nine months of 2023, the first 10 months of 2023.
fn first_months_at(tokens: &[Token<'_>], at: usize) -> Option<(Period, usize, bool)> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    if low(at) != "first" && low(at) != "last" || low(at + 2) != "months" {
        return None;
    }
    let word = tokens.get(at + 1)?;
    let count = super::figure::small_number(&word.low)
        .or_else(|| word.raw.parse().ok())
        .filter(|n| (1.0..=12.0).contains(n))? as i32;
    let of = at + 3 + usize::from(low(at + 3) == "of");
    let year = year_of(tokens.get(of))?;
    let first = if low(at) == "first" { 1 } else { 13 - count };
    Some((months(year, first, count)?, of + 1, false))
}

/// Last year, this year, last month, the previous year.
fn relative_at(
    tokens: &[Token<'_>],
    at: usize,
    published: Option<Day>,
) -> Option<(Period, usize, bool)> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let day = published?;
    let month = day.month()?;
    let shift = match low(at) {
        "last" | "previous" | "past" => 1,
        "this" => 0,
        _ => return None,
    };
    let period = match (low(at + 1), low(at)) {
        ("year", "last") => Period::year(day.year - 1),
        ("year", "this") => Period::new(Month::january(day.year), month)?,
        ("month", "last" | "this") => Period::new(month.plus(-shift), month.plus(-shift))?,
        ("quarter", "last" | "this") => {
            let start = month.plus(-(i32::from(day.month) - 1) % 3 - 3 * shift);
            Period::new(start, start.plus(2))?
        }
        _ => return None,
    };
    Some((period, at + 2, true))
}
