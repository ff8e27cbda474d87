//! Series out of the rows of a plan, and the comparison of a window with its baseline.
//!
//! The baseline is matched by calendar month, so that a season of any shape cancels out. Months
//! that the reporter does not cover are missing; covered months without a row are zero.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use plimsoll_terms::period::{Month, Period};
use plimsoll_terms::place::PlaceId;

use crate::calendar::{self, Horizon, Pace, View};
use crate::flows::Panel;
use crate::plans::{self, Column, Rows};
use crate::search::Level;
use crate::stats::robust;

/// Share of the baseline's months that must have trade for the test of levels.
const STEADY_SHARE: f64 = 0.6;
/// Share of a month's usual value that is added before taking logarithms.
pub const LOG_FLOOR: f64 = 0.05;
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
    pub starts: Arc<[Month]>,
    /// Values; NaN where the reporter is silent.
    pub values: Vec<f64>,
    /// Kilograms; NaN where less than four fifths of the value has a weight.
    pub kilograms: Vec<f64>,
}

/// Folds the rows of a plan, sorted by key, pace and start, into series.
pub fn fold(panel: &Panel, level: Level, rows: &Rows, mut each: impl FnMut(Series)) {
    let item = if rows.has("good") { "good" } else { "goods_set" };
    let [importers, exporters, items, months] =
        rows.columns(["importer", "exporter", item, "months"]);
    let figures = Figures::new(panel, rows);
    let key = |i: usize| (importers.get(i), exporters.get(i), items.get(i), months.get(i));
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
            each(figures.dense(key, plans::pace(pace), first..end));
        }
        first = end;
    }
}

/// The figures of a plan's rows, and the periods that they may be of.
struct Figures<'a> {
    panel: &'a Panel,
    starts: Column<'a>,
    value: Column<'a>,
    weighed: Column<'a>,
    grams: Column<'a>,
    months: Arc<[Month]>,
    years: Arc<[Month]>,
}

impl<'a> Figures<'a> {
    fn new(panel: &'a Panel, rows: &'a Rows) -> Figures<'a> {
        let [starts, value, weighed, grams] = rows.columns(["start", "value", "weighed", "grams"]);
        let periods = |pace| calendar::periods(&panel.horizon().span(), pace).collect();
        let (months, years) = (periods(Pace::Month), periods(Pace::Year));
        Figures { panel, starts, value, weighed, grams, months, years }
    }

    /// The series of some rows of one flow, in order of time.
    fn dense(&self, key: Key, pace: Pace, rows: Range<usize>) -> Series {
        let panel = self.panel;
        let view = panel.calendar.view(key.importer);
        let reporting = match (view, key.exporter) {
            // Sums over exporters are made of those who cover the whole span.
            (View::Exports, None) => None,
            (_, exporter) => {
                panel.calendar.of_flow(view, key.importer, exporter.unwrap_or(key.importer))
            }
        };
        let starts = Arc::clone(if pace == Pace::Year { &self.years } else { &self.months });
        let mut values = Vec::with_capacity(starts.len());
        let mut kilograms = Vec::with_capacity(starts.len());
        let mut rows = rows.peekable();
        for start in starts.iter() {
            let at = |i: &usize| self.starts.get(*i).map(plans::month);
            while rows.next_if(|i| at(i) < Some(*start)).is_some() {}
            let covered = || reporting.is_none_or(|r| r.starts.contains(start));
            let (value, weight) = match rows.next_if(|i| at(i) == Some(*start)) {
                Some(i) => self.figure(i),
                None if covered() => (0.0, 0.0),
                None => (f64::NAN, f64::NAN),
            };
            values.push(value);
            kilograms.push(weight);
        }
        Series { key, pace, starts, values, kilograms }
    }

    /// Value and kilograms of a row.
    fn figure(&self, row: usize) -> (f64, f64) {
        let number = |column: Column<'_>| column.or_zero(row) as f64;
        let (value, weighed) = (number(self.value) / 100.0, number(self.weighed) / 100.0);
        let known = weighed >= WEIGHED * value && value > 0.0;
        let kilograms = number(self.grams) / 1000.0 * value / weighed;
        (value, if known { kilograms } else { f64::NAN })
    }
}

/// The test of levels: the mean deviation of the window from the baseline, of a series by the
/// logs of its values and from the same calendar months.
#[derive(Clone, Copy, Debug)]
pub struct LevelTest {
    /// Mean deviation; with six months or more the highest and the lowest are left out, so that
    /// one large order is no surge.
    pub deviation: f64,
    /// Variance of a month about its season and year.
    pub variance: f64,
    /// Its degrees of freedom.
    pub df: f64,
    /// Variance of the deviation in units of the variance of a month.
    pub unit: f64,
    /// What the window adds to the error.
    pub window: Unrest,
    /// What chance does from one year to the next.
    pub placebo: Option<LastYear>,
}

/// The last baseline year against those before it.
#[derive(Clone, Copy, Debug)]
pub struct LastYear {
    /// Its mean deviation.
    pub deviation: f64,
    /// Variance of that in units of the variance of a period.
    pub unit: f64,
    /// What the year adds to the error.
    pub unrest: Unrest,
    /// Variance and degrees of freedom of the earlier periods alone, where the year itself is
    /// much of the test's variance; else `None`.
    pub earlier: Option<(f64, f64)>,
}

/// The test of levels of a series by month or by year; the two vary on scales of their own.
#[derive(Clone, Debug)]
pub enum Levels {
    /// By month.
    Months(Arc<LevelTest>),
    /// By year.
    Years(Years),
}

impl Levels {
    /// The test.
    pub fn test(&self) -> LevelTest {
        match self {
            Levels::Months(test) => **test,
            Levels::Years(years) => years.test(),
        }
    }

    /// Whether the window may be tested; if not, it only shows what chance does.
    pub fn tests(&self) -> bool {
        match self {
            Levels::Months(_) => true,
            Levels::Years(years) => years.steady,
        }
    }

    /// Its pace.
    pub fn pace(&self) -> Pace {
        match self {
            Levels::Months(_) => Pace::Month,
            Levels::Years(_) => Pace::Year,
        }
    }
}

/// The test of levels of yearly figures, in few bytes: a store by year has millions of them.
#[derive(Clone, Copy, Debug)]
pub struct Years {
    deviation: f32,
    variance: f32,
    /// Deviation of the last baseline year from those before, and their variance.
    placebo: Option<(f32, f32)>,
    baseline: u8,
    window: u8,
    /// Whether there was trade in the last baseline year too.
    steady: bool,
}

/// Fewest years of a baseline that show how much one differs from the next.
const FEWEST_YEARS: usize = 3;

impl Years {
    /// Of a baseline in order of time and a window; `None` for fewer than three years before.
    fn of(window: &[f64], baseline: &[f64]) -> Option<Years> {
        let (last, earlier) = baseline.split_last()?;
        if baseline.len() < FEWEST_YEARS || window.is_empty() {
            return None;
        }
        let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
        let variance = |of: &[f64]| {
            let middle = mean(of);
            of.iter().map(|v| (v - middle) * (v - middle)).sum::<f64>() / (of.len() - 1) as f64
        };
        let few = |n: usize| u8::try_from(n).unwrap_or(u8::MAX);
        Some(Years {
            deviation: (mean(window) - mean(baseline)) as f32,
            variance: variance(baseline) as f32,
            placebo: Some(((last - mean(earlier)) as f32, variance(earlier) as f32)),
            baseline: few(baseline.len()),
            window: few(window.len()),
            steady: true,
        })
    }

    fn test(&self) -> LevelTest {
        let (n, m) = (f64::from(self.baseline), f64::from(self.window));
        // A year has no months whose unrest could be seen.
        let still = |years: f64| Unrest { variance: 0.0, unit: 1.0 / years as f32, months: 2.0 };
        LevelTest {
            deviation: f64::from(self.deviation),
            variance: f64::from(self.variance),
            df: n - 1.0,
            unit: 1.0 / m + 1.0 / n,
            window: still(m),
            placebo: self.placebo.map(|(deviation, variance)| LastYear {
                deviation: f64::from(deviation),
                unit: 1.0 + 1.0 / (n - 1.0),
                unrest: still(1.0),
                earlier: Some((f64::from(variance), n - 2.0)),
            }),
        }
    }
}

/// How restless the later months of a comparison are.
#[derive(Clone, Copy, Debug)]
pub struct Unrest {
    /// Half the mean square of the differences from one month to the next (von Neumann 1941):
    /// the variance of a month that a lasting step hardly raises, and a few large orders do.
    pub variance: f32,
    /// Variance of their mean in units of the variance of a month.
    pub unit: f32,
    /// How many.
    pub months: f32,
}

impl LevelTest {
    /// Standard error and degrees of freedom of a comparison, with a month's variance as known
    /// from the baseline. Where its later months are more restless than that, their own counts
    /// for them (Welch 1947): a flow that was not there before has no variance of its own.
    pub fn error(unit: f64, later: Unrest, (variance, df): (f64, f64)) -> (f64, f64) {
        let own = f64::from(later.variance);
        if own <= variance {
            return ((variance * unit).sqrt(), df);
        }
        let now = own * f64::from(later.unit);
        let before = variance * (unit - f64::from(later.unit)).max(0.0);
        let free = (now + before).powi(2)
            / (now * now / f64::from(later.months - 1.0) + before * before / df);
        ((now + before).sqrt(), free.min(df))
    }
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
    pub level: Option<Levels>,
    /// The test of ranks where it is long and not steady.
    pub ranks: Option<Ranks>,
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
    let level = match series.pace {
        Pace::Month => level_test(&window, &baseline).map(|test| Levels::Months(Arc::new(test))),
        Pace::Year => years_test(&window, &baseline).map(Levels::Years),
    };
    let weight = |(sum, n, known): (f64, u32, bool)| (known && n > 0).then(|| sum / f64::from(n));
    Some(Compared {
        before: mean(&baseline),
        after: mean(&window),
        last: split.then(|| mean(&last)),
        earlier: split.then(|| mean(&earlier)),
        kilograms: weight(weights[0]).zip(weight(weights[1])),
        ranks: (series.pace == Pace::Month && level.is_none())
            .then(|| Ranks::of(&window, &last, &earlier))
            .flatten(),
        level,
    })
}

/// The test of levels on months; `None` for a short or intermittent baseline.
fn level_test(window: &[Point], baseline: &[Point]) -> Option<LevelTest> {
    let trading = baseline.iter().filter(|p| p.value > 0.0).count();
    if (trading as f64) < STEADY_SHARE * baseline.len() as f64 {
        return None;
    }
    let mut positive: Vec<f64> = baseline.iter().map(|p| p.value).filter(|v| *v > 0.0).collect();
    let floor = LOG_FLOOR * robust::median(&mut positive)?;
    let log = |p: &Point| Point { value: (p.value + floor).ln(), ..*p };
    let logs = |of: &[Point]| of.iter().map(log).collect::<Vec<Point>>();
    levels(&logs(window), &logs(baseline))
}

/// The test of levels on years; `None` where one of the baseline's is without trade. Of the last
/// that makes a placebo and no test: a flow may end in the window, so it may end in a placebo.
fn years_test(window: &[Point], baseline: &[Point]) -> Option<Years> {
    let values = |of: &[Point]| of.iter().map(|p| p.value).collect::<Vec<f64>>();
    let (window, baseline) = (values(window), values(baseline));
    let (last, earlier) = baseline.split_last()?;
    if baseline.len() < FEWEST_YEARS || earlier.iter().any(|v| *v <= 0.0) {
        return None;
    }
    let steady = *last > 0.0;
    let floor = LOG_FLOOR * robust::median(&mut baseline.clone())?;
    let logs = |of: Vec<f64>| of.into_iter().map(|v| (v + floor).ln()).collect::<Vec<f64>>();
    Some(Years { steady, ..Years::of(&logs(window), &logs(baseline))? })
}

/// The test of levels of a figure that has no size, such as a log price or the gap of two reports,
/// in the periods in which it is known, in order. The season of months is left in: of three years
/// a month's own mean would be mostly its noise.
pub fn levels_of(figures: &[(Month, f64)], pace: Pace, horizon: &Horizon) -> Option<Levels> {
    if pace == Pace::Month {
        return level_of(figures, horizon).map(|test| Levels::Months(Arc::new(test)));
    }
    let of = |span: &Period| -> Vec<f64> {
        figures.iter().filter(|(m, _)| span.contains(*m)).map(|(_, v)| *v).collect()
    };
    Years::of(&of(&horizon.window), &of(&horizon.baseline)).map(Levels::Years)
}

fn level_of(figures: &[(Month, f64)], horizon: &Horizon) -> Option<LevelTest> {
    let first = horizon.window.first();
    let point = |(start, value): &(Month, f64)| Point {
        month: 0,
        block: (first.0 - 1 - start.0).div_euclid(12),
        value: *value,
    };
    let matching = |m: Month| horizon.window.months().any(|w| w.month() == m.month());
    let of = |inside: &dyn Fn(Month) -> bool| -> Vec<Point> {
        figures.iter().filter(|(m, _)| inside(*m)).map(point).collect()
    };
    let window = of(&|m| horizon.window.contains(m));
    let baseline = of(&|m| horizon.baseline.contains(m) && matching(m));
    levels(&window, &baseline)
}

/// Means of a baseline by calendar month, and how many months it holds.
struct Usual {
    means: BTreeMap<u8, f64>,
    months: f64,
}

impl Usual {
    fn of(points: &[Point]) -> Usual {
        let mut sums: BTreeMap<u8, (f64, f64)> = BTreeMap::new();
        for point in points {
            let sum = sums.entry(point.month).or_default();
            *sum = (sum.0 + point.value, sum.1 + 1.0);
        }
        let means = sums.into_iter().map(|(m, (sum, n))| (m, sum / n)).collect();
        Usual { means, months: points.len() as f64 }
    }

    /// Mean deviation of later months, its unit, and their unrest; `None` for fewer than three.
    fn against(&self, later: &[Point]) -> Option<(f64, f64, Unrest)> {
        let off: Vec<f64> =
            (later.iter()).filter_map(|p| Some(p.value - self.means.get(&p.month)?)).collect();
        if off.len() < 3 {
            return None;
        }
        let cut = usize::from(off.len() >= 6);
        let deviation = robust::trimmed_mean(&off, cut, cut)?;
        // A mean of ordered values from the middle varies a little more than one of so many.
        let unit = 1.0 / (off.len() - cut) as f64;
        let steps = off.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>();
        // A difference from a season of few years holds the noise of that season too.
        let doubled = 2.0 * (1.0 + self.means.len() as f64 / self.months);
        let variance = steps / (off.len() - 1) as f64 / doubled;
        let unrest =
            Unrest { variance: variance as f32, unit: unit as f32, months: off.len() as f32 };
        Some((deviation, unit + 1.0 / self.months, unrest))
    }
}

/// The test of levels of any points; `None` for fewer than six months before or three in the
/// window.
fn levels(window: &[Point], baseline: &[Point]) -> Option<LevelTest> {
    if baseline.len() < 6 {
        return None;
    }
    let usual = Usual::of(baseline);
    let (variance, df) = within(baseline, &usual)?;
    let (deviation, unit, unrest) = usual.against(window)?;
    let recent = baseline.iter().map(|p| p.block).min()?;
    let (last, earlier): (Vec<Point>, Vec<Point>) =
        baseline.iter().partition(|p| p.block == recent);
    let against = (earlier.len() >= 3).then(|| Usual::of(&earlier).against(&last)).flatten();
    let placebo = against.map(|(deviation, unit, unrest)| LastYear {
        deviation,
        unit,
        unrest,
        earlier: None,
    });
    Some(LevelTest { deviation, variance, df, unit, window: unrest, placebo })
}

/// Variance about month and year, and its degrees of freedom; `None` below four.
fn within(baseline: &[Point], usual: &Usual) -> Option<(f64, f64)> {
    let mut by_block: BTreeMap<i32, Vec<f64>> = BTreeMap::new();
    for point in baseline {
        let off = point.value - usual.means[&point.month];
        by_block.entry(point.block).or_default().push(off);
    }
    let df = usual.months - by_block.len() as f64 - usual.means.len() as f64 + 1.0;
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

/// The test of ranks, for flows that trade in few months: are the window's months larger, months
/// without trade included, than those before? One order counts as one month, however large.
#[derive(Clone, Copy, Debug)]
pub struct Ranks {
    /// Standardised rank sum of the window.
    pub z: f64,
    /// That of the last baseline year against those before it.
    pub placebo: Option<f64>,
}

impl Ranks {
    fn of(window: &[Point], last: &[Point], earlier: &[Point]) -> Option<Ranks> {
        let values = |of: &[Point]| of.iter().map(|p| p.value).collect::<Vec<f64>>();
        let (window, last, earlier) = (values(window), values(last), values(earlier));
        let baseline = [earlier.as_slice(), &last].concat();
        let enough = window.len() >= 3 && baseline.len() >= 6 && !earlier.is_empty();
        enough.then(|| Ranks {
            z: robust::rank_sum(&window, &baseline),
            placebo: (earlier.len() >= 6).then(|| robust::rank_sum(&last, &earlier)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_terms::period::Period;

    fn horizon() -> Horizon {
        let period = |text: &str| text.parse::<Period>().unwrap();
        Horizon { window: period("2022"), baseline: period("2019..2021") }
    }

    /// Four years of a made-up figure about 0, with what is added to the last.
    fn figures(last: [f64; 12]) -> Vec<(Month, f64)> {
        let noise = |i: usize| 0.1 * ((i * 7919 % 13) as f64 - 6.0) / 6.0;
        let months = horizon().span().months().enumerate();
        months.map(|(i, m)| (m, noise(i) + if i >= 36 { last[i - 36] } else { 0.0 })).collect()
    }

    fn z(last: [f64; 12]) -> f64 {
        let test = level_of(&figures(last), &horizon()).unwrap();
        test.deviation / LevelTest::error(test.unit, test.window, (test.variance, test.df)).0
    }

    #[test]
    fn a_lasting_step_stands_out_and_one_month_does_not() {
        let step = z([0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        assert!(step > 6.0, "{step}");
        let mut once = [0.0; 12];
        once[5] = 9.0;
        assert!(z(once).abs() < 2.0, "{}", z(once));
    }

    #[test]
    fn a_few_large_months_are_set_against_their_own_unrest() {
        let mut few = [0.0; 12];
        for month in [1, 4, 7, 10] {
            few[month] = 1.0;
        }
        let test = level_of(&figures(few), &horizon()).unwrap();
        let quiet = (test.variance * test.unit).sqrt();
        let (error, df) = LevelTest::error(test.unit, test.window, (test.variance, test.df));
        assert!(error > 3.0 * quiet && df < test.df, "{error} {quiet} {df}");
        assert!(z(few) < 4.0, "{}", z(few));
    }

    #[test]
    fn short_baselines_have_no_test() {
        let short: Vec<_> = figures([0.0; 12]).into_iter().skip(31).collect();
        assert!(level_of(&short, &horizon()).is_none());
    }
}
