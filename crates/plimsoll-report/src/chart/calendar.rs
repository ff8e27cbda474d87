//! Periods on a time axis: which are labelled, and where a date lies among them.

use super::labels::{SMALL, width};

/// A label of the time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TimeLabel {
    /// Which period it stands under.
    pub(super) at: usize,
    /// The first line: `Apr`, `Q2`, `2022`.
    pub(super) top: String,
    /// The second line: the year, where it begins.
    pub(super) bottom: Option<String>,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A period in months since the year 0: first month and length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    first: u32,
    length: u32,
}

/// Reads `2022`, `2022-02`, `2022Q1`, `2022-Q1`, `2022H1`.
fn span(label: &str) -> Option<Span> {
    let year: u32 = label.get(..4)?.parse().ok()?;
    let rest = label.get(4..)?.trim_start_matches('-');
    let (part, length) = match rest.as_bytes().first() {
        None => {
            return Some(Span { first: year * 12, length: 12 });
        }
        Some(b'Q') => (rest.get(1..)?, 3),
        Some(b'H' | b'S') => (rest.get(1..)?, 6),
        Some(_) => (rest, 1),
    };
    let index: u32 = part.parse().ok()?;
    let valid = (1..=12 / length).contains(&index);
    valid.then(|| Span { first: year * 12 + (index - 1) * length, length })
}

/// A period as a reader sees it: `Feb 2022`, `Q1 2022`, or the label itself.
pub(super) fn readable(label: &str) -> String {
    match span(label) {
        Some(Span { first, length: 1 }) => {
            format!("{} {}", MONTHS[(first % 12) as usize], first / 12)
        }
        Some(Span { first, length: 3 }) => format!("Q{} {}", first % 12 / 3 + 1, first / 12),
        _ => label.to_owned(),
    }
}

/// Where an event lies, in periods from the left edge: a period is where it
/// begins, a date (`2022-02-24`) its own place. `None` when it is outside.
pub(super) fn place(periods: &[String], when: &str) -> Option<f64> {
    if let Some(at) = periods.iter().position(|p| p == when) {
        return Some(at as f64);
    }
    let (month, day) = match (when.get(..7), when.get(8..)) {
        (Some(month), Some(day)) => (month, day.parse::<f64>().ok()?),
        _ => (when, 0.5),
    };
    let month = span(month)?;
    let moment = f64::from(month.first) + (day - 0.5) / 31.0 * f64::from(month.length);
    periods.iter().enumerate().find_map(|(at, period)| {
        let span = span(period)?;
        let into = (moment - f64::from(span.first)) / f64::from(span.length);
        (0.0..1.0).contains(&into).then_some(at as f64 + into)
    })
}

/// The labels that fit when each period has `band` of width.
pub(super) fn labels(periods: &[String], band: f64) -> Vec<TimeLabel> {
    let spans: Option<Vec<Span>> = periods.iter().map(|p| span(p)).collect();
    let same = |length: u32| spans.as_ref().filter(|s| s.iter().all(|s| s.length == length));
    if let Some(spans) = same(1) {
        return by_year(spans, band, &[1, 3, 6, 12, 24, 60, 120, 240]);
    }
    if let Some(spans) = same(3) {
        return by_year(spans, band, &[1, 2, 4, 8, 20, 40, 80]);
    }
    verbatim(periods, band)
}

/// Labels at round places of the year, the year itself on a second line.
fn by_year(spans: &[Span], band: f64, steps: &[u32]) -> Vec<TimeLabel> {
    let length = spans.first().map_or(1, |s| s.length);
    let fits = |step: &&u32| f64::from(**step) * band >= width("2022", SMALL) + 8.0;
    let step = steps.iter().find(fits).or(steps.last()).copied().unwrap_or(1) * length;
    let mut chosen: Vec<usize> =
        (0..spans.len()).filter(|at| spans[*at].first.is_multiple_of(step)).collect();
    if chosen.is_empty() && !spans.is_empty() {
        chosen.push(0);
    }
    let mut out: Vec<TimeLabel> = Vec::new();
    let mut year_shown = None;
    for at in chosen {
        let (year, month) = (spans[at].first / 12, spans[at].first % 12);
        if step >= 12 {
            out.push(TimeLabel { at, top: year.to_string(), bottom: None });
            continue;
        }
        let top = match length {
            1 => MONTHS[month as usize].to_owned(),
            _ => format!("Q{}", month / 3 + 1),
        };
        let bottom = (year_shown != Some(year)).then(|| year.to_string());
        year_shown = Some(year);
        out.push(TimeLabel { at, top, bottom });
    }
    out
}

/// Labels as they are, every so many.
fn verbatim(periods: &[String], band: f64) -> Vec<TimeLabel> {
    let widest = periods.iter().map(|p| width(p, SMALL)).fold(0.0, f64::max);
    let step = ((widest + 10.0) / band).ceil().max(1.0) as usize;
    let label = |(at, text): (usize, &String)| TimeLabel { at, top: text.clone(), bottom: None };
    periods.iter().enumerate().step_by(step).map(label).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months(count: u32) -> Vec<String> {
        (0..count).map(|m| format!("{}-{:02}", 2021 + m / 12, m % 12 + 1)).collect()
    }

    #[test]
    fn sparse_months() {
        let labels = labels(&months(36), 16.0);
        assert_eq!(labels.len(), 12);
        assert_eq!(labels[1].top, "Apr");
        assert_eq!(labels[4].bottom.as_deref(), Some("2022"));
        assert_eq!(labels[5].bottom, None);
    }

    #[test]
    fn years_only_when_tight() {
        let labels = labels(&months(36), 4.0);
        assert_eq!(
            labels.iter().map(|l| l.top.as_str()).collect::<Vec<_>>(),
            ["2021", "2022", "2023"]
        );
    }

    #[test]
    fn events() {
        assert_eq!(place(&months(36), "2022-02"), Some(13.0));
        let day = place(&months(36), "2022-02-24").unwrap();
        assert!((13.7..13.9).contains(&day), "{day}");
        assert_eq!(place(&months(12), "2022-02-24"), None);
        let quarters = ["2022Q1".to_owned(), "2022Q2".to_owned()];
        assert!((0.5..0.7).contains(&place(&quarters, "2022-02-24").unwrap()));
        assert_eq!(place(&quarters, "nonsense é"), None);
    }

    #[test]
    fn readable_periods() {
        assert_eq!(readable("2022-02"), "Feb 2022");
        assert_eq!(readable("2022Q4"), "Q4 2022");
        assert_eq!(readable("2022-13"), "2022-13");
    }
}
