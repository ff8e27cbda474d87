//! Which day, month or year does a publisher's date mean?
//!
//! Takes the forms of the US lists and returns `1954-05-20`, `1954-05` or `1954`; what is in
//! another form is no date here, and the caller keeps it in its own words.

/// A date or a span of dates, as exactly as it is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) circa: bool,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// A date with a span and `circa`: `circa 1955`, `1960 to 1962`, `1950s`, `20 May 1954`.
pub(super) fn span(text: &str) -> Option<Span> {
    let text = text.trim().trim_end_matches('.').trim();
    let (circa, text) = strip_circa(text);
    if let Some((from, to)) = text.split_once(" to ") {
        let (from_circa, from) = strip_circa(from);
        let (to_circa, to) = strip_circa(to);
        let (from, to) = (day(from)?, day(to)?);
        let circa = circa || from_circa || to_circa;
        // A span that runs backwards is a misprint that nobody can mend here.
        return (from <= to || from.starts_with(&to)).then_some(Span { from, to, circa });
    }
    if let Some(decade) = text.strip_suffix('s')
        && is_year(decade)
        && decade.ends_with('0')
    {
        let to = format!("{}9", decade.get(..3)?);
        return Some(Span { from: decade.to_owned(), to, circa });
    }
    let from = day(text)?;
    Some(Span { to: from.clone(), from, circa })
}

fn strip_circa(text: &str) -> (bool, &str) {
    let text = text.trim();
    for word in ["circa ", "Circa ", "c. ", "approximately ", "Approximately "] {
        if let Some(rest) = text.strip_prefix(word) {
            return (true, rest.trim());
        }
    }
    (false, text)
}

/// One date: `20 May 1954`, `May 1954`, `1954`, `1954-05-20`, `1954-05`, `05/20/1954`.
pub(super) fn day(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('.').trim();
    if !text.is_ascii() {
        return None;
    }
    if let Some(date) = day_with_slashes(text) {
        return Some(date);
    }
    let dashed: Vec<&str> = text.split('-').collect();
    match dashed[..] {
        [year, month, day] => return from_parts(year, Some(number(month)?), Some(number(day)?)),
        [year, month] => return from_parts(year, Some(number(month)?), None),
        _ => {}
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    match words[..] {
        [year] => from_parts(year, None, None),
        [month, year] => from_parts(year, Some(month_of(month)?), None),
        [day, month, year] => from_parts(year, Some(month_of(month)?), Some(number(day)?)),
        _ => None,
    }
}

fn day_with_slashes(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('/').collect();
    let [month, day, year] = parts[..] else {
        return None;
    };
    from_parts(year, Some(number(month)?), Some(number(day)?))
}

/// One date written day first, of lists outside the United States: `31/12/1970`, `31-12-1970`,
/// `13-Feb-2026`; also in the forms of [`super::intake::date`]. What is not known may be written as
/// zeros or letters: `00/00/1970` and `dd/mm/1970` are the year.
pub(super) fn day_first(text: &str) -> Option<String> {
    let text = text.trim();
    let parts: Vec<&str> = text.split(['/', '-', '.']).map(str::trim).collect();
    let [day, month, year] = parts[..] else { return super::intake::date(text) };
    if !is_year(year.get(..4).unwrap_or("")) || day.len() > 2 {
        return super::intake::date(text);
    }
    // A time of day may follow.
    let year = year.split(['T', ' ']).next().filter(|year| is_year(year))?;
    let unknown = |part: &str| part.chars().all(|c| c == '0' || c.is_ascii_alphabetic());
    if !unknown(day) && !unknown(month) {
        return from_parts(year, Some(number(month)?), Some(number(day)?));
    }
    if unknown(month) {
        return match month_of(month) {
            Some(month) if !unknown(day) => from_parts(year, Some(month), Some(number(day)?)),
            month => from_parts(year, month, None),
        };
    }
    from_parts(year, Some(number(month)?), None)
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
}

fn number(text: &str) -> Option<u8> {
    (text.len() <= 2).then(|| text.parse().ok())?
}

fn month_of(word: &str) -> Option<u8> {
    let head = word.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| *month == head)?;
    u8::try_from(at + 1).ok()
}

fn from_parts(year: &str, month: Option<u8>, day: Option<u8>) -> Option<String> {
    if !is_year(year) {
        return None;
    }
    match (month, day) {
        (None, _) => Some(year.to_owned()),
        (Some(month @ 1..=12), None) => Some(format!("{year}-{month:02}")),
        (Some(month @ 1..=12), Some(day)) if day >= 1 && day <= last_day(year, month) => {
            Some(format!("{year}-{month:02}-{day:02}"))
        }
        _ => None,
    }
}

/// The last day of a month, of a year in four digits.
pub(super) fn last_day(year: &str, month: u8) -> u8 {
    let year: u32 = year.parse().unwrap_or(0);
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_dates() {
        for (text, expected) in [
            ("20 May 1954", Some("1954-05-20")),
            ("May 1954", Some("1954-05")),
            ("1954.", Some("1954")),
            ("1954-05-20", Some("1954-05-20")),
            ("1954-05", Some("1954-05")),
            ("05/20/1954", Some("1954-05-20")),
            ("29 Feb 2023", None),
            ("29 Feb 2024", Some("2024-02-29")),
            ("00 May 1954", None),
            ("1954-13", None),
            ("early 1954", None),
            ("", None),
            ("é May 1954", None),
        ] {
            assert_eq!(day(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn dates_with_the_day_first() {
        for (text, expected) in [
            ("31/12/1970", Some("1970-12-31")),
            ("02-03-1970", Some("1970-03-02")),
            ("13-Feb-2026", Some("2026-02-13")),
            ("00/00/1970", Some("1970")),
            ("dd/mm/1970", Some("1970")),
            ("dd/07/1970", Some("1970-07")),
            ("02/03/1970 00:00:00", Some("1970-03-02")),
            ("1970-03-02", Some("1970-03-02")),
            ("2 March 1970", Some("1970-03-02")),
            ("1970", Some("1970")),
            ("15/08/19yy", None),
            ("31/02/1970", None),
            ("", None),
        ] {
            assert_eq!(day_first(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn spans_of_dates() {
        let show = |text| span(text).map(|s| format!("{}..{} {}", s.from, s.to, s.circa));
        for (text, expected) in [
            ("circa 1955", Some("1955..1955 true")),
            ("1960 to 1962", Some("1960..1962 false")),
            ("01 Jan 1961 to 31 Dec 1962.", Some("1961-01-01..1962-12-31 false")),
            ("1950s", Some("1950..1959 false")),
            ("circa Mar 1962 to circa Feb 1963", Some("1962-03..1963-02 true")),
            ("1962 to 1960", None),
            ("to", None),
        ] {
            assert_eq!(show(text).as_deref(), expected, "{text}");
        }
    }
}
