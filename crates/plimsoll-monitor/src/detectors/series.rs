//! Series out of the rows of a plan, and the comparison of a window with its baseline.
//!
//! The baseline is matched by calendar month, so that a season of any shape cancels out. Months
//! that the reporter does not cover are missing; covered months without a row are zero.

use std::collections::BTreeMap;

use plimsoll_terms::period::Month;
use plimsoll_terms::place::PlaceId;

use crate::calendar::{self, Horizon, Pace, View};
use crate::flows::Panel;
use crate::plans::{self, Rows};
use crate::search::Level;
use crate::stats::robust;

/// Share of the baseline's months that must have trade for the test of levels.
const STEADY_SHARE: f64 = 0.6;
/// Share of a month's usual value that is added before taking logarithms.
const LOG_FLOOR: f64 = 0.05;
/// Share of the value that must have a weight for the volume to be known.
const WEIGHED: f64 = 0.8;

/// Whose trade in what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// How finely.
    pub level: Level,
    /// Where to.
    pub importer: PlaceId,
    /// Where from; `None` is all suppliers.
    pub exporter: Option<PlaceId>,
    /// The good, or the set of goods.
    pub item: u32,
}

/// One series: a value for each covered period of the span, in units of the currency.
#[derive(Clone, Debug)]
pub struct Series {
    /// Whose.
    pub key: Key,
    /// Month by month or year by year.
    pub pace: Pace,
    /// First months of all periods of the span.
    pub starts: Vec<Month>,
    /// Values; NaN where the reporter is silent.
    pub values: Vec<f64>,
    /// Kilograms; NaN where less than four fifths of the value has a weight.
    pub kilograms: Vec<f64>,
}

/// Folds the rows of a plan, sorted by key, pace and start, into series.
pub fn fold(panel: &Panel, level: Level, rows: &Rows, mut each: impl FnMut(Series)) {
    let item = if rows.column("good").is_empty() { "goods_set" } else { "good" };
    let column = |name| rows.column(name);
    let (importers, exporters, items) = (column("importer"), column("exporter"), column(item));
    let (months, starts) = (column("months"), column("start"));
    let key = |i: usize| {
        let exporter = exporters.get(i).copied().flatten();
        (importers[i], exporter, items[i], months[i])
    };
    let mut first = 0;
    while first < rows.len() {
        let mut end = first + 1;
        while end < rows.len() && key(end) == key(first) {
            end += 1;
        }
        let (importer, exporter, item, pace) = key(first);
        if let (Some(importer), Some(item), Some(pace)) =
            (importer.and_then(plans::place), item, pace)
        {
            let exporter = exporter.and_then(plans::place);
            let key = Key { level, importer, exporter, item: item as u32 };
            let facts: BTreeMap<Month, usize> =
                (first..end).filter_map(|i| Some((plans::month(starts[i]?), i))).collect();
            each(dense(panel, key, plans::pace(pace), &facts, rows));
        }
        first = end;
    }
}

fn dense(
    panel: &Panel,
    key: Key,
    pace: Pace,
    facts: &BTreeMap<Month, usize>,
    rows: &Rows,
) -> Series {
    let view = panel.calendar.view(key.importer);
    let reporting = match (view, key.exporter) {
        // Sums over exporters are made of those who cover the whole span.
        (View::Exports, None) => None,
        (_, exporter) => {
            panel.calendar.of_flow(view, key.importer, exporter.unwrap_or(key.importer))
        }
    };
    let starts: Vec<Month> = calendar::periods(&panel.horizon().span(), pace).collect();
    let number = |name: &str, i: usize| rows.get(name, i).unwrap_or(0) as f64;
    let mut values = Vec::with_capacity(starts.len());
    let mut kilograms = Vec::with_capacity(starts.len());
    for start in &starts {
        let covered = reporting.is_none_or(|r| r.starts.contains(start));
        let (value, weight) = match facts.get(start) {
            Some(&i) => {
                let value = number("value", i) / 100.0;
                let weighed = number("weighed", i) / 100.0;
                let known = weighed >= WEIGHED * value && value > 0.0;
                let weight =
                    if known { number("grams", i) / 1000.0 * value / weighed } else { f64::NAN };
                (value, weight)
            }
            None if covered => (0.0, 0.0),
            None => (f64::NAN, f64::NAN),
        };
        values.push(value);
        kilograms.push(weight);
    }
    Series { key, pace, starts, values, kilograms }
}

/// The test of levels: the mean log deviation of the window from the same calendar months of
/// the baseline.
#[derive(Clone, Copy, Debug)]
pub struct LevelTest {
    /// Mean log deviation; with six months or more the highest and the lowest are left out, so
    /// that one large order is no surge.
    pub deviation: f64,
    /// Variance of a month about its season and year.
    pub variance: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// Variance of the deviation in units of the variance of a month.
    pub unit: f64,
    /// The last baseline year against those before it, and its unit: what chance does from one
    /// year to the next.
    pub placebo: Option<(f64, f64)>,
}

/// A series compared with its baseline.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Mean by month in the baseline, of the months that match the window's.
    pub before: f64,
    /// Mean by month in the window.
    pub after: f64,
    /// Mean by month of the last baseline year.
    pub last: Option<f64>,
    /// Mean by month of the baseline years before that.
    pub earlier: Option<f64>,
    /// Kilograms by month before and after, where known.
    pub kilograms: Option<(f64, f64)>,
    /// The test of levels where the baseline is long and steady enough.
    pub level: Option<Box<LevelTest>>,
}

/// One observation of the baseline or window.
#[derive(Clone, Copy)]
struct Point {
    /// Calendar month (0 for years).
    month: u8,
    /// Years before the window: 0 is the last.
    block: i32,
    value: f64,
}

/// Compares; `None` where the window is not wholly covered or has no match before it.
pub fn compare(series: &Series, horizon: &Horizon) -> Option<Compared> {
    let per_month = f64::from(series.pace.months());
    let month = |m: Month| if series.pace == Pace::Year { 0 } else { m.month() };
    let mut window: Vec<Point> = Vec::new();
    let mut baseline: Vec<Point> = Vec::new();
    let mut weights = [(0.0, 0u32, true); 2];
    for (i, start) in series.starts.iter().enumerate() {
        let value = series.values[i] / per_month;
        let inside = horizon.window.contains(*start);
        if !inside && !horizon.baseline.contains(*start) {
            continue;
        }
        if value.is_nan() {
            if inside {
                return None;
            }
            continue;
        }
        let block = (horizon.window.first().0 - 1 - start.0).div_euclid(12);
        let point = Point { month: month(*start), block, value };
        let weight = &mut weights[usize::from(inside)];
        weight.0 += series.kilograms[i] / per_month;
        weight.1 += 1;
        weight.2 &= series.kilograms[i].is_finite();
        if inside { window.push(point) } else { baseline.push(point) }
    }
    let months: Vec<u8> = window.iter().map(|p| p.month).collect();
    baseline.retain(|p| months.contains(&p.month));
    if window.is_empty() || baseline.is_empty() {
        return None;
    }
    let mean = |points: &[Point]| points.iter().map(|p| p.value).sum::<f64>() / points.len() as f64;
    let recent = baseline.iter().map(|p| p.block).min().unwrap_or(0);
    let (last, earlier): (Vec<Point>, Vec<Point>) =
        baseline.iter().partition(|p| p.block == recent);
    let split = !last.is_empty() && !earlier.is_empty();
    let weight = |(sum, n, known): (f64, u32, bool)| (known && n > 0).then(|| sum / f64::from(n));
    Some(Compared {
        before: mean(&baseline),
        after: mean(&window),
        last: split.then(|| mean(&last)),
        earlier: split.then(|| mean(&earlier)),
        kilograms: weight(weights[0]).zip(weight(weights[1])),
        level: match series.pace {
            Pace::Month => level_test(&window, &baseline).map(Box::new),
            Pace::Year => None,
        },
    })
}

/// The test of levels on months; `None` for a short or intermittent baseline.
fn level_test(window: &[Point], baseline: &[Point]) -> Option<LevelTest> {
    let trading = baseline.iter().filter(|p| p.value > 0.0).count();
    if window.len() < 3 || (trading as f64) < STEADY_SHARE * baseline.len() as f64 {
        return None;
    }
    let mut positive: Vec<f64> = baseline.iter().map(|p| p.value).filter(|v| *v > 0.0).collect();
    let floor = LOG_FLOOR * robust::median(&mut positive)?;
    let log = |p: &Point| (p.value + floor).ln();
    let mut by_month: BTreeMap<u8, Vec<(i32, f64)>> = BTreeMap::new();
    for point in baseline {
        by_month.entry(point.month).or_default().push((point.block, log(point)));
    }
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let means: BTreeMap<u8, f64> = by_month
        .iter()
        .map(|(m, of)| (*m, mean(&of.iter().map(|(_, y)| *y).collect::<Vec<_>>())))
        .collect();
    let (variance, df) = within(&by_month, &means)?;
    let deviations: Vec<f64> =
        window.iter().filter_map(|p| Some(log(p) - means.get(&p.month)?)).collect();
    let cut = usize::from(deviations.len() >= 6);
    let deviation = robust::trimmed_mean(&deviations, cut, cut)?;
    let used = (deviations.len() - 2 * cut) as f64;
    let years = baseline.len() as f64 / means.len() as f64;
    // A mean of ordered values from the middle varies a little more than one of so many values.
    let unit = (1.0 / (used + cut as f64)) * (1.0 + 1.0 / years);
    Some(LevelTest { deviation, variance, df, unit, placebo: placebo(&by_month, cut) })
}

/// Variance about month and year, and its degrees of freedom; `None` below four.
fn within(
    by_month: &BTreeMap<u8, Vec<(i32, f64)>>,
    means: &BTreeMap<u8, f64>,
) -> Option<(f64, f64)> {
    let mut by_block: BTreeMap<i32, Vec<f64>> = BTreeMap::new();
    for (month, of) in by_month {
        for (block, y) in of {
            by_block.entry(*block).or_default().push(y - means[month]);
        }
    }
    let n: usize = by_block.values().map(Vec::len).sum();
    let df = n as f64 - by_block.len() as f64 - means.len() as f64 + 1.0;
    if df < 4.0 {
        return None;
    }
    let squares: f64 = by_block
        .values()
        .map(|of| {
            let mean = of.iter().sum::<f64>() / of.len() as f64;
            of.iter().map(|r| (r - mean) * (r - mean)).sum::<f64>()
        })
        .sum();
    Some((squares / df, df))
}

/// The last year of the baseline against the years before it, made like the test itself.
fn placebo(by_month: &BTreeMap<u8, Vec<(i32, f64)>>, cut: usize) -> Option<(f64, f64)> {
    let recent = by_month.values().flatten().map(|(block, _)| *block).min()?;
    let mut differences = Vec::new();
    let mut earlier_years = 0.0;
    for of in by_month.values() {
        let (last, before): (Vec<_>, Vec<(i32, f64)>) =
            of.iter().partition(|(block, _)| *block == recent);
        if let (Some((_, last)), false) = (last.first(), before.is_empty()) {
            let mean = before.iter().map(|(_, y)| y).sum::<f64>() / before.len() as f64;
            differences.push(last - mean);
            earlier_years += before.len() as f64;
        }
    }
    if differences.len() < 6 {
        return None;
    }
    let deviation = robust::trimmed_mean(&differences, cut, cut)?;
    let years = earlier_years / differences.len() as f64;
    let used = (differences.len() - 2 * cut) as f64;
    Some((deviation, (1.0 / (used + cut as f64)) * (1.0 + 1.0 / years)))
}
