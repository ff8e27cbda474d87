//! Which day does a cell say? Numbers in any order, names of months, years and months alone,
//! serial numbers of spreadsheets.
//!
//! Day and month are never told apart for one cell: the order is decided for the whole column.

use std::fmt;

/// In which order a file writes day and month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// 31/12/2023
    DayMonth,
    /// 12/31/2023
    MonthDay,
    /// 45291: days since the end of 1899, as spreadsheets count.
    Serial,
}

impl Order {
    /// The name in mapping files.
    pub fn name(self) -> &'static str {
        match self {
            Order::DayMonth => "day-month",
            Order::MonthDay => "month-day",
            Order::Serial => "serial",
        }
    }

    /// By its name in mapping files.
    pub fn by_name(name: &str) -> Option<Order> {
        [Order::DayMonth, Order::MonthDay, Order::Serial].into_iter().find(|o| o.name() == name)
    }
}

/// A day, or the month or year where no more is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// Year.
    pub year: i32,
    /// Month, 1 to 12.
    pub month: Option<u32>,
    /// Day of the month.
    pub day: Option<u32>,
}

impl When {
    fn new(year: u32, month: Option<u32>, day: Option<u32>) -> Option<When> {
        let year = i32::try_from(year).ok()?;
        let fits = (1950..2100).contains(&year)
            && month.is_none_or(|m| (1..=12).contains(&m))
            && day.is_none_or(|d| (1..=month_days(year, month.unwrap_or(1))).contains(&d));
        fits.then_some(When { year, month, day })
    }

    /// Days since 1970-01-01, where a day is said.
    pub fn epoch_day(self) -> Option<i32> {
        Some(days_from_civil(self.year, self.month?, self.day?))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        if let Some(month) = self.month {
            write!(f, "-{month:02}")?;
        }
        if let Some(day) = self.day {
            write!(f, "-{day:02}")?;
        }
        Ok(())
    }
}

fn month_days(year: i32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar.
fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    // Years that begin in March have the leap day at their end.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = (of_year - (153 * from_march + 2) / 5 + 1) as u32;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 } as u32;
    (year_of_era + era * 400 + i32::from(month <= 2), month, day)
}

/// The beginnings of months' names: English, Russian, Ukrainian, Spanish, Portuguese, French,
/// Turkish. The first that fits counts; longer ones stand before shorter.
const MONTHS: [(&str, u32); 64] = [
    ("jan", 1),
    ("feb", 2),
    ("mar", 3),
    ("apr", 4),
    ("may", 5),
    ("jun", 6),
    ("jul", 7),
    ("aug", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("янв", 1),
    ("фев", 2),
    ("мар", 3),
    ("апр", 4),
    ("май", 5),
    ("мая", 5),
    ("июн", 6),
    ("июл", 7),
    ("авг", 8),
    ("сен", 9),
    ("окт", 10),
    ("ноя", 11),
    ("дек", 12),
    ("січ", 1),
    ("лют", 2),
    ("бер", 3),
    ("кві", 4),
    ("тра", 5),
    ("чер", 6),
    ("лип", 7),
    ("сер", 8),
    ("вер", 9),
    ("жов", 10),
    ("лис", 11),
    ("гру", 12),
    ("ene", 1),
    ("abr", 4),
    ("ago", 8),
    ("dic", 12),
    ("fev", 2),
    ("mai", 5),
    ("set", 9),
    ("out", 10),
    ("dez", 12),
    ("avr", 4),
    ("juin", 6),
    ("juil", 7),
    ("aou", 8),
    ("oca", 1),
    ("sub", 2),
    ("nis", 4),
    ("haz", 6),
    ("tem", 7),
    ("agu", 8),
    ("eyl", 9),
    ("eki", 10),
    ("kas", 11),
    ("ara", 12),
    ("şub", 2),
    ("ağu", 8),
    ("août", 8),
    ("déc", 12),
];

fn month_by_name(word: &str) -> Option<u32> {
    let word = word.to_lowercase();
    // `juin` and `juil` begin as `jun` does not; longer beginnings go first.
    let mut best: Option<(usize, u32)> = None;
    for (begin, month) in MONTHS {
        if word.starts_with(begin) && best.is_none_or(|(length, _)| begin.len() > length) {
            best = Some((begin.len(), month));
        }
    }
    best.filter(|_| word.chars().count() <= 12).map(|(_, month)| month)
}

/// The groups of digits of a cell up to the time of day, and the month if it is a word.
struct Parts {
    numbers: Vec<(u32, usize)>,
    /// The month by its name and how many numbers stand before it.
    named: Option<(u32, usize)>,
}

fn parts(cell: &str) -> Option<Parts> {
    if cell.len() > 60 {
        return None;
    }
    let mut parts = Parts { numbers: Vec::new(), named: None };
    let mut rest = cell;
    while let Some(first) = rest.chars().next() {
        let end = |same: &dyn Fn(char) -> bool| rest.find(|c| !same(c)).unwrap_or(rest.len());
        if first.is_ascii_digit() {
            let stop = end(&|c| c.is_ascii_digit());
            // A time of day ends what is of interest.
            if rest[stop..].starts_with(':') || parts.numbers.len() == 3 {
                break;
            }
            parts.numbers.push((rest[..stop].parse().ok()?, stop));
            rest = &rest[stop..];
        } else if first.is_alphabetic() {
            let stop = end(&char::is_alphabetic);
            let word = &rest[..stop];
            match month_by_name(word) {
                Some(month) if parts.named.is_none() => {
                    parts.named = Some((month, parts.numbers.len()))
                }
                _ if is_filler(word) => {}
                _ => return None,
            }
            rest = &rest[stop..];
        } else {
            let allowed = matches!(first, '-' | '/' | '.' | ' ' | ',' | '\u{a0}' | '\'' | '_');
            if !allowed {
                return None;
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    Some(parts)
}

fn is_filler(word: &str) -> bool {
    let known = [
        "t", "z", "г", "гг", "года", "год", "р", "de", "del", "of", "th", "st", "nd", "rd", "年",
        "月", "日", "утс", "utc",
    ];
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let lower = word.to_lowercase();
    known.contains(&lower.as_str()) || days.iter().any(|d| lower.starts_with(d))
}

fn full_year(number: u32, digits: usize) -> Option<u32> {
    match digits {
        4 => Some(number),
        2 => Some(if number < 70 { 2000 + number } else { 1900 + number }),
        _ => None,
    }
}

/// The day that a cell says in a column of this order.
pub fn parse(cell: &str, order: Order) -> Option<When> {
    let cell = cell.trim();
    if let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *cell.as_bytes() {
        // The usual form, quickly.
        let number = |digits: &[u8]| {
            digits
                .iter()
                .try_fold(0u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
        };
        return When::new(number(&[y1, y2, y3, y4])?, number(&[m1, m2]), number(&[d1, d2]));
    }
    if order == Order::Serial
        && let Some(when) = serial(cell)
    {
        return Some(when);
    }
    let parts = parts(cell)?;
    if let Some((month, before)) = parts.named {
        return named(&parts.numbers, month, before);
    }
    match parts.numbers[..] {
        [(whole, digits)] => alone(whole, digits, order),
        [(a, 4), (b, 1 | 2)] => When::new(a, Some(b), None),
        [(a, 1 | 2), (b, 4)] => When::new(b, Some(a), None),
        [(y, 4), (m, 1 | 2), (d, 1 | 2)] => When::new(y, Some(m), Some(d)),
        [(a, 1 | 2), (b, 1 | 2), (y, digits @ (2 | 4))] => {
            let (day, month) = if order == Order::MonthDay { (b, a) } else { (a, b) };
            When::new(full_year(y, digits)?, Some(month), Some(day))
        }
        _ => None,
    }
}

fn named(numbers: &[(u32, usize)], month: u32, before: usize) -> Option<When> {
    match *numbers {
        [(y, digits)] => When::new(full_year(y, digits)?, Some(month), None),
        [(y, 4), (d, 1 | 2)] if before >= 1 => When::new(y, Some(month), Some(d)),
        [(d, 1 | 2), (y, digits)] => When::new(full_year(y, digits)?, Some(month), Some(d)),
        _ => None,
    }
}

/// One number: 20231231, 31122023, 202312, 2023.
fn alone(whole: u32, digits: usize, order: Order) -> Option<When> {
    match digits {
        8 => When::new(whole / 10_000, Some(whole / 100 % 100), Some(whole % 100)).or_else(|| {
            let (a, b) = (whole / 1_000_000, whole / 10_000 % 100);
            let (day, month) = if order == Order::MonthDay { (b, a) } else { (a, b) };
            When::new(whole % 10_000, Some(month), Some(day))
        }),
        6 => When::new(whole / 100, Some(whole % 100), None),
        4 => When::new(whole, None, None),
        _ => None,
    }
}

/// A day as spreadsheets count it, from 1954 to 2099.
fn serial(cell: &str) -> Option<When> {
    let whole = cell.split(['.', ',']).next()?;
    let days: i32 = (whole.len() == 5).then(|| whole.parse().ok()).flatten()?;
    let (year, month, day) =
        (20_000..73_000).contains(&days).then(|| civil_from_days(days - 25_569))?;
    When::new(year as u32, Some(month), Some(day))
}

/// Whether a cell could be a day or a month in some order.
pub fn looks_like_date(cell: &str) -> bool {
    if cell.len() == 4 || cell.len() < 4 {
        return false;
    }
    parse(cell, Order::DayMonth).is_some() || parse(cell, Order::MonthDay).is_some()
}

/// Whether a cell says a day and no month or year alone.
pub fn looks_like_day(cell: &str) -> bool {
    let day = |order| parse(cell, order).is_some_and(|when| when.day.is_some());
    looks_like_date(cell) && (day(Order::DayMonth) || day(Order::MonthDay))
}

/// Votes for an order of day and month.
#[derive(Clone, Copy, Debug, Default)]
pub struct Votes {
    day_month: usize,
    month_day: usize,
    serial: usize,
    either: usize,
}

impl Votes {
    /// What one cell says.
    pub fn see(&mut self, cell: &str) {
        let cell = cell.trim();
        let (day, month) = (parse(cell, Order::DayMonth), parse(cell, Order::MonthDay));
        match (day, month) {
            (Some(_), None) => self.day_month += 1,
            (None, Some(_)) => self.month_day += 1,
            (None, None) => self.serial += usize::from(serial(cell).is_some()),
            // Who writes points writes the day first.
            (Some(a), Some(b)) if a != b && cell.contains('.') => self.day_month += 1,
            (Some(a), Some(b)) => self.either += usize::from(a != b),
        }
    }

    /// The order, and whether it is more than a habit: `05/06/2023` alone says nothing.
    pub fn order(self) -> (Order, bool) {
        if self.serial > self.day_month + self.month_day + self.either {
            (Order::Serial, true)
        } else if self.month_day > self.day_month {
            (Order::MonthDay, true)
        } else {
            (Order::DayMonth, self.day_month > 0 || self.either == 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: &str, order: Order, want: &str) {
        let got = parse(cell, order).map_or_else(|| "none".to_owned(), |w| w.to_string());
        assert_eq!(got, want, "{cell:?}");
    }

    #[test]
    fn days_of_many_styles() {
        for (cell, want) in [
            ("2023-12-31", "2023-12-31"),
            ("2023-12-31T23:59:00Z", "2023-12-31"),
            ("31.12.2023", "2023-12-31"),
            ("31.12.2023 0:00:00", "2023-12-31"),
            ("31/12/23", "2023-12-31"),
            ("31-Dec-2023", "2023-12-31"),
            ("Dec 31, 2023", "2023-12-31"),
            ("31 декабря 2023 г.", "2023-12-31"),
            ("2023年12月31日", "2023-12-31"),
            ("31 de diciembre de 2023", "2023-12-31"),
            ("20231231", "2023-12-31"),
            ("31122023", "2023-12-31"),
            ("202312", "2023-12"),
            ("2023-12", "2023-12"),
            ("12/2023", "2023-12"),
            ("Dec-23", "2023-12"),
            ("2023", "2023"),
            ("2023-02-30", "none"),
            ("12/31/2023", "none"),
            ("45291", "none"),
            ("854231", "none"),
            ("abc", "none"),
            ("", "none"),
        ] {
            check(cell, Order::DayMonth, want);
        }
        check("12/31/2023", Order::MonthDay, "2023-12-31");
        check("45291", Order::Serial, "2023-12-31");
        check("45291.75", Order::Serial, "2023-12-31");
    }

    #[test]
    fn the_order_is_decided_by_the_column() {
        let order = |cells: &[&str]| {
            let mut votes = Votes::default();
            cells.iter().for_each(|c| votes.see(c));
            votes.order()
        };
        assert_eq!(order(&["01/02/2023", "13/02/2023"]), (Order::DayMonth, true));
        assert_eq!(order(&["01/02/2023", "02/13/2023"]), (Order::MonthDay, true));
        assert_eq!(order(&["01/02/2023"]), (Order::DayMonth, false));
        assert_eq!(order(&["01.02.2023"]), (Order::DayMonth, true));
        assert_eq!(order(&["2023-02-01"]), (Order::DayMonth, true));
        assert_eq!(order(&["45291", "45292"]), (Order::Serial, true));
    }

    #[test]
    fn days_are_counted_from_1970() {
        for (cell, day) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2023-12-31", 19_722)] {
            assert_eq!(parse(cell, Order::DayMonth).and_then(When::epoch_day), Some(day));
            assert_eq!(civil_from_days(day), {
                let w = parse(cell, Order::DayMonth).unwrap();
                (w.year, w.month.unwrap(), w.day.unwrap())
            });
        }
    }
}
