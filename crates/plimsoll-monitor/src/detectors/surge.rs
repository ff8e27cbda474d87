//! Surges and falls: has a flow risen or fallen beyond what chance, season and the common
//! movement of trade explain, and since when?
//!
//! Three tests, all against the same calendar months of the baseline. Series that trade in most
//! months: the mean log deviation of the window, less what the good and the exporter have in
//! common everywhere, over its standard error, with the variance of a month moderated over all
//! series (Smyth 2004) and widened by what the last baseline year did against those before it.
//! Series with few trades and new flows by month: the rank sum of the window's months, widened in
//! the same way. Yearly records: the log ratio of window to baseline against the same ratio within
//! the baselines of flows of like size, with a generalised Pareto tail. All tests are one family
//! (Benjamini and Hochberg 1995).

use std::collections::BTreeMap;

use plimsoll_terms::period::Month;
use plimsoll_terms::place::PlaceId;

use super::chance::Chance;
use super::series::{self, Key, LevelTest, Levels, Ranks, Series};
use super::spread::{self, Common, MANY, Moved, Spread, Spreads};
use super::{Detector, Outcome, Pass};
use crate::calendar::{self, Pace};
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{Plan, Rows};
use crate::search::Level;
use crate::stats::cusum::cusum;
use crate::stats::segments::{self, Settings};
use crate::stats::{robust, tails};

/// The detector.
pub struct Surge;

impl Detector for Surge {
    fn id(&self) -> &'static str {
        "surge"
    }
    fn title(&self) -> &'static str {
        "Surges and falls"
    }
    fn question(&self) -> &'static str {
        "Which flows rose or fell beyond chance and season, and since when?"
    }
    fn page(&self) -> &'static str {
        include_str!("../../pages/surge.md")
    }

    fn plans(&self, panel: &Panel) -> Vec<Plan> {
        let search = &panel.search;
        let mut plans = Vec::new();
        let sets = "SELECT importer, goods_set, months, start, sum(value) AS value, \
            sum(grams) AS grams, sum(weighed) AS weighed FROM flows JOIN members USING (good) \
            WHERE steady AND value IS NOT NULL GROUP BY importer, goods_set, months, start \
            ORDER BY importer, goods_set, months, start";
        let markets = "SELECT importer, good, months, start, sum(value) AS value, \
            sum(grams) AS grams, sum(weighed) AS weighed FROM flows \
            WHERE steady AND value IS NOT NULL GROUP BY importer, good, months, start \
            ORDER BY importer, good, months, start";
        let pairs = "SELECT importer, exporter, good, months, start, value, grams, weighed \
            FROM flows WHERE value IS NOT NULL ORDER BY importer, exporter, good, months, start";
        if search.wants(Level::Group) || search.wants(Level::Tier) {
            plans.push(Plan { name: "sets", sql: sets.into() });
        }
        if search.wants(Level::Market) {
            plans.push(Plan { name: "markets", sql: markets.into() });
        }
        if search.wants(Level::Pair) {
            plans.push(Plan { name: "pairs", sql: pairs.into() });
        }
        plans
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking { panel, tested: Vec::new(), placebos: Vec::new(), small: 0, silent: 0 })
    }
}

/// One series that is in the family: of millions no more is kept than the family needs.
struct Tested {
    key: Key,
    pace: Pace,
    /// Mean by month of the baseline, and of the window.
    before: f64,
    after: f64,
    level: Option<Levels>,
    /// The standardised rank sum, where levels cannot be tested.
    ranks: Option<f64>,
    /// Where it may become a finding.
    shown: Option<Box<Shown>>,
}

/// What a finding shows of its series.
struct Shown {
    values: Box<[f32]>,
    /// Kilograms by month before and after, where known.
    kilograms: Option<(f64, f64)>,
}

impl Tested {
    fn series(&self, panel: &Panel) -> Option<Series> {
        let shown = self.shown.as_ref()?;
        let values: Vec<f64> = shown.values.iter().map(|v| f64::from(*v)).collect();
        let starts = calendar::periods(&panel.horizon().span(), self.pace).collect();
        let kilograms = vec![f64::NAN; values.len()];
        Some(Series { key: self.key, pace: self.pace, starts, values, kilograms })
    }
}

/// What a series did within its baseline, where nothing is looked for. Those of series that are
/// too small to be tested count as well: which are tested depends on the window, and a flow that
/// grew into the test by chance must meet placebos that grew by chance.
enum Placebo {
    /// Means of the earlier baseline and of its last year.
    Jump(Level, f32, f32),
    /// The test of levels.
    Levels(Key, Levels),
    /// The standardised rank sum.
    Ranks(Level, f64),
}

struct Looking<'a> {
    panel: &'a Panel,
    tested: Vec<Tested>,
    placebos: Vec<Placebo>,
    /// Series below the floor.
    small: usize,
    /// Series whose reporter does not cover the window, or nothing before it.
    silent: usize,
}

impl Pass for Looking<'_> {
    fn take(&mut self, plan: &Plan, rows: &Rows) {
        let level = match plan.name {
            "pairs" => Level::Pair,
            "markets" => Level::Market,
            _ => Level::Group,
        };
        let panel = self.panel;
        let sets = panel.comparable.sets();
        series::fold(panel, level, rows, |mut series| {
            let is_tier = sets.get(series.key.item as usize).is_some_and(|s| s.tier);
            if level == Level::Group && is_tier {
                series.key.level = Level::Tier;
            }
            if panel.search.wants(series.key.level) {
                self.see(series);
            }
        });
    }

    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let judged = self.judge();
        let asked = |t: &Tested| self.panel.asks(t.key.importer);
        let (tested, judged): (Vec<&Tested>, Vec<Judged>) =
            self.tested.iter().zip(judged).filter(|(t, _)| asked(t)).unzip();
        let p: Vec<f64> = judged.iter().map(|j| j.p).collect();
        let q = super::q_values(&self.panel.search, &p);
        let mut outcome = Outcome { tests: p.len(), ..Outcome::default() };
        let mut price_only = 0;
        for ((tested, judged), q) in tested.into_iter().zip(&judged).zip(q) {
            // What fell with everything else and less than it is no rise.
            let against = judged.z.is_some_and(|z| z * judged.log[0] < 0.0);
            if q > self.panel.search.q || against {
                continue;
            }
            let Some(series) = tested.series(self.panel) else { continue };
            if judged.price_only(tested, self.panel.search.min_ratio) {
                price_only += 1;
                continue;
            }
            outcome.findings.extend(self.finding(tested, &series, judged, q, sources));
        }
        outcome.notes = self.notes(price_only);
        outcome
    }
}

/// The verdict on one series.
#[derive(Clone, Copy)]
struct Judged {
    p: f64,
    /// Log ratio with its interval.
    log: [f64; 3],
    /// z of the test of levels or of ranks.
    z: Option<f64>,
    df: f64,
    /// How much chance from year to year widens the standard error, squared.
    widened: f64,
    /// Movement that the flow has in common with others, as a log.
    common: f64,
}

impl Judged {
    /// Whether the value moved and the volume did not.
    fn price_only(&self, tested: &Tested, min_ratio: f64) -> bool {
        let shown = tested.shown.as_ref();
        let Some((before, after)) = shown.and_then(|s| s.kilograms) else { return false };
        let volume = (after / before).ln();
        let needed = min_ratio.ln() / 2.0;
        before > 0.0 && if self.log[0] > 0.0 { volume < needed } else { volume > -needed }
    }
}

impl Looking<'_> {
    /// What is added to both sides of a ratio, a month.
    fn pad(&self) -> f64 {
        self.panel.search.min_value / 120.0
    }

    fn see(&mut self, series: Series) {
        let Some(compared) = series::compare(&series, &self.panel.horizon()) else {
            self.silent += 1;
            return;
        };
        let search = &self.panel.search;
        if let (Some(earlier), Some(last)) = (compared.earlier, compared.last)
            && earlier.max(last) * 12.0 >= search.min_value
        {
            let level = series.key.level;
            self.placebos.push(match (&compared.level, compared.ranks) {
                (Some(levels), _) => Placebo::Levels(series.key, levels.clone()),
                (None, Some(Ranks { placebo: Some(z), .. })) => Placebo::Ranks(level, z),
                (None, _) => Placebo::Jump(level, earlier as f32, last as f32),
            });
        }
        let larger = compared.before.max(compared.after) * 12.0;
        if larger < search.min_value {
            self.small += 1;
            return;
        }
        let ratio = (compared.after + self.pad()) / (compared.before + self.pad());
        let moved = ratio >= search.min_ratio || ratio <= 1.0 / search.min_ratio;
        let shown = (moved && self.panel.asks(series.key.importer)).then(|| {
            let values = series.values.iter().map(|v| *v as f32).collect();
            Box::new(Shown { values, kilograms: compared.kilograms })
        });
        self.tested.push(Tested {
            key: series.key,
            pace: series.pace,
            before: compared.before,
            after: compared.after,
            level: compared.level,
            ranks: compared.ranks.map(|r| r.z),
            shown,
        });
    }

    fn judge(&self) -> Vec<Judged> {
        let mut judged: Vec<Option<Judged>> = self.tested.iter().map(|_| None).collect();
        let mut below: Option<Spreads> = None;
        // From the finest: a level with few series borrows what chance does from the one below.
        for level in Level::ALL.iter().rev() {
            let of: Vec<(usize, &Levels)> = (self.tested.iter().enumerate())
                .filter(|(_, t)| t.key.level == *level)
                .filter_map(|(i, t)| Some((i, t.level.as_ref().filter(|l| l.tests())?)))
                .collect();
            if of.is_empty() {
                continue;
            }
            let placebos = self.placebos_of(*level);
            let tests = of.iter().map(|(_, levels)| *levels);
            let spreads = Spreads::of(tests, placebos.iter().copied(), below.as_ref());
            let common = self.common_of(*level);
            for (i, levels) in of {
                let key = self.tested[i].key;
                // A sum of few codes swings like one code, a whole list does not.
                let own = *level > Level::Tier || self.codes_in(&self.tested[i]) >= DIVERSE;
                let at = |s: &'_ Spreads| s.at(levels.pace()).is_some();
                let judge = below.as_ref().filter(|b| !own && at(b)).unwrap_or(&spreads);
                let common = common.0 + common.1.movement(key.exporter, key.item);
                judged[i] = judge.at(levels.pace()).map(|s| by_level(s, &levels.test(), common));
            }
            if *level > Level::Tier {
                below = Some(spreads);
            }
        }
        let chances =
            Level::ALL.map(|level| jumps(&self.placebos, &self.tested, level, self.pad()));
        let widened = Level::ALL.map(|level| spread::widening_of_normal(self.ranks_of(level)));
        let rest = |t: &Tested| {
            let at = t.key.level as usize;
            let jump = judge_jump(&chances[at], t, self.pad());
            t.ranks.map_or(jump, |z| by_ranks(z, widened[at], jump))
        };
        let judged = judged.into_iter().zip(&self.tested);
        judged.map(|(judged, tested)| judged.unwrap_or_else(|| rest(tested))).collect()
    }

    /// Placebos of the test of levels, each with what it has in common with others.
    fn placebos_of(&self, level: Level) -> Vec<(&Levels, f64)> {
        let of = || {
            self.placebos.iter().filter_map(move |p| match p {
                Placebo::Levels(key, levels) if key.level == level => Some((key, levels)),
                _ => None,
            })
        };
        let moved =
            |(key, levels): (&Key, &Levels)| Some(moved(key, levels.test().placebo?.deviation));
        let common = common_beyond(level, of().filter_map(moved).collect(), 0.0);
        of().map(|(key, levels)| (levels, common.movement(key.exporter, key.item))).collect()
    }

    /// Standardised rank sums within the baselines.
    fn ranks_of(&self, level: Level) -> Vec<f64> {
        let of = |p: &Placebo| match p {
            Placebo::Ranks(of, z) if *of == level => Some(*z),
            _ => None,
        };
        self.placebos.iter().filter_map(of).collect()
    }

    /// What all trade has in common, and what series of a level have beyond that.
    fn common_of(&self, level: Level) -> (f64, Common) {
        let all = self.common();
        let of = self.tested.iter().filter(|t| t.key.level == level);
        let deviations = of.filter_map(|t| Some(moved(&t.key, t.level.as_ref()?.test().deviation)));
        (all, common_beyond(level, deviations.collect(), all))
    }

    /// Number of codes that a list or tier has in the data.
    fn codes_in(&self, tested: &Tested) -> usize {
        let sets = self.panel.comparable.sets();
        sets.get(tested.key.item as usize).map_or(0, |s| s.members.len())
    }

    /// The movement that all trade has in common: the median over importers of the median of
    /// each. Importers weigh alike, so that one importer's fall is not everybody's.
    fn common(&self) -> f64 {
        let mut by_importer: BTreeMap<PlaceId, Vec<f64>> = BTreeMap::new();
        for tested in self.tested.iter().filter(|t| t.key.level >= Level::Market) {
            if let Some(levels) = &tested.level {
                let deviation = levels.test().deviation;
                by_importer.entry(tested.key.importer).or_default().push(deviation);
            }
        }
        let mut medians: Vec<f64> = by_importer
            .values_mut()
            .filter(|of| of.len() >= 10)
            .filter_map(|of| robust::median(of))
            .collect();
        if medians.len() < 5 {
            return 0.0;
        }
        robust::median(&mut medians).unwrap_or(0.0).clamp(-0.4, 0.4)
    }

    fn finding(
        &self,
        tested: &Tested,
        series: &Series,
        judged: &Judged,
        q: f64,
        sources: &SourcesOf,
    ) -> Option<Finding> {
        let panel = self.panel;
        let horizon = panel.horizon();
        let key = tested.key;
        let rise = judged.log[0] > 0.0;
        let ratio = (tested.after + self.pad()) / (tested.before + self.pad());
        // The interval of the log deviation, about the ratio of the sums.
        let [low, high] = [1, 2].map(|i| ratio * (judged.log[i] - judged.log[0]).exp());
        let start = onset(series, horizon.window.first(), judged.log[0]);
        let goods = match key.level {
            Level::Group | Level::Tier => set_name(panel, key.item),
            _ => panel.comparable.name(key.item),
        };
        let period = horizon.window.to_string();
        let subject = Subject {
            level: key.level.name(),
            importer: Some(key.importer.code().to_owned()),
            exporter: key.exporter.map(|e| e.code().to_owned()),
            goods: Some(goods.clone()),
            direction: Some(if rise { "rise" } else { "fall" }),
            ..Subject::default()
        };
        let change = (tested.after - tested.before).abs() * 12.0;
        let strong = if rise { ratio } else { 1.0 / ratio };
        let severity = if q <= 0.01 && strong >= 4.0 && change >= 10.0 * panel.search.min_value {
            Severity::High
        } else if strong >= 2.0 {
            Severity::Medium
        } else {
            Severity::Low
        };
        Some(Finding {
            detector: "surge",
            why: self.why(tested, series, judged, start),
            subject,
            period,
            start: start.map(|m| m.to_string()),
            measure: Measure { name: "ratio", value: ratio, low, high },
            p_value: Some(judged.p),
            q_value: Some(q),
            severity,
            sources: super::sources_of(sources, [key.importer])?,
        })
    }

    fn why(&self, tested: &Tested, series: &Series, judged: &Judged, start: Option<Month>) -> Why {
        let panel = self.panel;
        let key = tested.key;
        let currency = panel.search.currency.as_str();
        let horizon = panel.horizon();
        let verb = if judged.log[0] > 0.0 { "rose" } else { "fell" };
        let since = start.map(|m| format!(", since {m}")).unwrap_or_default();
        let whose = match key.exporter {
            Some(exporter) => format!("from {} to {}", exporter.name(), key.importer.name()),
            None => format!("into {}", key.importer.name()),
        };
        let headline = format!(
            "trade {whose} {verb} from {} to {} {currency} a month{since}",
            whole(tested.before),
            whole(tested.after),
        );
        let mut why = Why::new(
            Fact::text(headline).because(vec![
                Fact::figure(format!("mean a month in {}", horizon.window), tested.after, currency),
                Fact::figure(
                    format!("mean of the same calendar months in {}", horizon.baseline),
                    tested.before,
                    currency,
                ),
            ]),
            [],
        );
        match tested.shown.as_ref().and_then(|s| s.kilograms) {
            Some((before, after)) if before > 0.0 => {
                let text =
                    format!("volume went from {} to {} kg a month", whole(before), whole(after));
                why.push(Fact::figure(text, after / before, "ratio"));
            }
            _ => why.push(Fact::text("volume is not known: value alone was tested")),
        }
        why.push(test_fact(tested, judged));
        if judged.common != 0.0 {
            let text =
                "change that this good and this exporter have in common elsewhere, taken out";
            why.push(Fact::figure(text, judged.common.exp(), "ratio"));
        }
        if let Some(alarm) = cusum_alarm(series, &horizon.window.first(), judged.log[0] > 0.0) {
            why.push(Fact::text(format!(
                "the running sum of deviations (CUSUM) raises an alarm in {alarm}"
            )));
        }
        let view = panel.calendar.view(key.importer);
        why.push(Fact::text(format!("basis: country of {}", view.basis())));
        why
    }

    fn notes(&self, price_only: usize) -> Vec<String> {
        let mut notes = Vec::new();
        let search = &self.panel.search;
        if self.small > 0 {
            notes.push(format!(
                "{} series below {} {} a year were not tested",
                self.small,
                whole(search.min_value),
                search.currency
            ));
        }
        if self.silent > 0 {
            notes.push(format!(
                "{} series were not tested: their reporter does not cover the window, or nothing before it",
                self.silent
            ));
        }
        let left_out = self.panel.comparable.left_out();
        if let Some((name, why)) = left_out.iter().next() {
            notes.push(format!(
                "{} codes cannot be compared over the span, such as {name}: {why}",
                left_out.len()
            ));
        }
        if price_only > 0 {
            notes.push(format!(
                "{price_only} series moved in value and not in volume: a matter of price or currency, not shown"
            ));
        }
        notes
    }
}

/// What test it was.
fn test_fact(tested: &Tested, judged: &Judged) -> Fact {
    match (judged.z, &tested.level) {
        (Some(z), Some(_)) => Fact::figure(
            format!(
                "test of levels with {:.0} degrees of freedom; chance from year to year widens its error {:.1} times",
                judged.df,
                judged.widened.sqrt()
            ),
            z,
            "z",
        ),
        (Some(z), None) => Fact::figure(
            "test of ranks, for a flow that trades in few months: is the window's month larger than one before?",
            z,
            "z",
        ),
        _ => Fact::figure(
            "test of jumps: against changes within the baselines of flows of like size",
            judged.p,
            "p",
        ),
    }
}

/// The name of a list or tier.
pub fn set_name(panel: &Panel, set: u32) -> String {
    panel.comparable.sets().get(set as usize).map(|s| s.name.clone()).unwrap_or_default()
}

/// From so many codes on a list is a sum of many.
const DIVERSE: usize = 10;
fn moved(key: &Key, by: f64) -> Moved {
    Moved { importer: key.importer, exporter: key.exporter, good: key.item, by }
}

/// What goods and exporters have in common beyond all trade; nothing for sums over lists.
fn common_beyond(level: Level, mut flows: Vec<Moved>, all: f64) -> Common {
    if level <= Level::Tier {
        return Common::default();
    }
    flows.iter_mut().for_each(|f| f.by -= all);
    Common::of(&flows, MANY, MANY)
}

fn by_level(spread: &Spread, test: &LevelTest, common: f64) -> Judged {
    let verdict = spread.judge(test, common);
    let (at, margin) = (test.deviation, verdict.margin);
    Judged {
        p: verdict.p,
        log: [at, at - margin, at + margin],
        z: Some(verdict.z),
        df: verdict.df,
        widened: spread.widened,
        common,
    }
}

/// The verdict by ranks, with the interval of the jump.
fn by_ranks(z: f64, widened: f64, jump: Judged) -> Judged {
    let z = z / widened.sqrt();
    let p = (2.0 * tails::normal_upper(z.abs())).min(1.0);
    Judged { p, z: Some(z), widened, ..jump }
}

/// Log ratios within baselines, for the jumps of a level; of all levels where it has few.
fn jumps(placebos: &[Placebo], tested: &[Tested], level: Level, pad: f64) -> Chance {
    let sample = |all: bool| -> Vec<(f64, f64)> {
        let kept = placebos.iter().filter_map(|p| match p {
            Placebo::Jump(of, earlier, last) if all || *of == level => Some((*earlier, *last)),
            _ => None,
        });
        kept.map(|(earlier, last)| (f64::from(earlier), f64::from(last)))
            .map(|(earlier, last)| (earlier, log_ratio(last, earlier, pad)))
            .collect()
    };
    let of_level = sample(false);
    let placebos = if of_level.len() >= 200 { of_level } else { sample(true) };
    if !placebos.is_empty() {
        return Chance::new(placebos, pad);
    }
    // Without placebos the changes themselves are the null: conservative, since what is looked
    // for is in it.
    let change = |t: &Tested| (t.before, log_ratio(t.after, t.before, pad));
    Chance::new(tested.iter().map(change), pad)
}

fn judge_jump(chance: &Chance, tested: &Tested, pad: f64) -> Judged {
    let d = log_ratio(tested.after, tested.before, pad);
    let [up, down] = chance.tails(tested.before, d);
    let [low, high] = chance.range(tested.before);
    let p = (2.0 * up.min(down)).min(1.0);
    Judged { p, log: [d, d - high, d - low], z: None, df: 0.0, widened: 1.0, common: 0.0 }
}

fn log_ratio(after: f64, before: f64, pad: f64) -> f64 {
    ((after + pad) / (before + pad)).ln()
}

/// Log values less the season of the baseline's calendar months, with their first months.
fn deseasoned(series: &Series, window: Month) -> Vec<f64> {
    let mut positive: Vec<f64> = series.values.iter().copied().filter(|v| *v > 0.0).collect();
    let floor = 0.05 * robust::median(&mut positive).unwrap_or(1.0);
    let logs: Vec<f64> = series.values.iter().map(|v| (v + floor).ln()).collect();
    if series.pace == Pace::Year {
        return logs;
    }
    let mut by_month: BTreeMap<u8, Vec<f64>> = BTreeMap::new();
    for (start, y) in series.starts.iter().zip(&logs).filter(|(s, y)| **s < window && !y.is_nan()) {
        by_month.entry(start.month()).or_default().push(*y);
    }
    // With two years the mean of a month is half that month's own noise, so the season is
    // halved as well.
    let years = by_month.values().map(Vec::len).max().unwrap_or(1) as f64;
    let mut all: Vec<f64> = by_month.values().flatten().copied().collect();
    let middle = robust::median(&mut all).unwrap_or(0.0);
    let season = |month: u8| {
        by_month.get(&month).map_or(0.0, |of| {
            let mean = of.iter().sum::<f64>() / of.len() as f64;
            (mean - middle) * (1.0 - 1.0 / years)
        })
    };
    series.starts.iter().zip(logs).map(|(s, y)| y - season(s.month())).collect()
}

/// The month of the largest step among those that lead from the usual level to the one on which
/// the window ends: a lone month is no level, and a small step before a large one is not the
/// start.
pub fn onset(series: &Series, window: Month, deviation: f64) -> Option<Month> {
    let y = deseasoned(series, window);
    if series.pace == Pace::Year {
        return series.starts.iter().copied().find(|s| *s >= window);
    }
    let settings = Settings { min_length: 3, penalty: 3.0, scale_floor: 0.05 };
    let found = segments::segments(&y, &settings);
    let mut before: Vec<f64> = (series.starts.iter().zip(&y))
        .filter(|(s, y)| **s < window && !y.is_nan())
        .map(|(_, y)| *y)
        .collect();
    let usual = robust::median(&mut before)?;
    let beyond = |level: f64| (level - usual) * deviation.signum() >= 0.3 * deviation.abs();
    let run = found.iter().rev().take_while(|s| beyond(s.level)).count();
    let before_run = found.len() - run;
    let step = |i: usize| {
        let below = if i == 0 { usual } else { found[i - 1].level };
        (found[i].level - below) * deviation.signum()
    };
    let largest = (before_run..found.len()).max_by(|a, b| step(*a).total_cmp(&step(*b)))?;
    series.starts.get(found[largest].start).copied()
}

/// The month of the first CUSUM alarm in the window (k = 0.5, h = 5).
fn cusum_alarm(series: &Series, window: &Month, rise: bool) -> Option<Month> {
    if series.pace == Pace::Year {
        return None;
    }
    let y = deseasoned(series, *window);
    let before: Vec<f64> = (series.starts.iter().zip(&y))
        .filter(|(s, y)| *s < window && !y.is_nan())
        .map(|(_, y)| *y)
        .collect();
    let centre = robust::median(&mut before.clone())?;
    let spread = robust::mad(&before)?.max(0.05);
    let sign = if rise { 1.0 } else { -1.0 };
    let from = series.starts.iter().position(|s| s >= window)?;
    let z: Vec<f64> = y[from..].iter().map(|y| sign * (y - centre) / spread).collect();
    let alarm = cusum(&z, 0.5, 5.0).alarm?;
    series.starts.get(from + alarm).copied()
}

/// A figure without decimals, with thousands set apart.
pub fn whole(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if value < -0.5 { format!("-{out}") } else { out }
}
