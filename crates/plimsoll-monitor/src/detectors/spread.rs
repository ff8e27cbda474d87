//! What chance does to the test of levels, learned from all flows at once: how far the months of
//! a flow vary, how much more one year differs from the next, and what flows have in common.
//!
//! A month's variance is moderated over all flows (Smyth 2004). The same test of the last
//! baseline year against those before it, where nothing is looked for, shows how much wider than
//! its error the deviation spreads. The p-value is the less favourable of the t law, so widened,
//! and of a generalised Pareto tail fitted to those placebos.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use plimsoll_terms::place::PlaceId;

use super::series::{LevelTest, Levels};
use crate::calendar::Pace;
use crate::stats::empirical::Tail;
use crate::stats::moderated::Prior;
use crate::stats::{robust, tails};

/// Fewest placebos from which the tail is taken as it is.
const TAIL_FROM: usize = 200;
/// Fewest placebos that say how much wider chance spreads, and what is taken without them.
const WIDENING_FROM: usize = 30;
const UNKNOWN_WIDENING: f64 = 2.0;

/// What chance does to the test of levels.
pub struct Spread {
    prior: Option<Prior>,
    /// How much wider than its error chance spreads a deviation, squared.
    pub widened: f64,
    /// The sizes of the placebos' z, where they are many.
    tail: Option<Tail>,
    /// Degrees of freedom and their 97.5 % quantile, as last asked: yearly series, of which there
    /// may be millions, all have the same.
    quantile: Cell<(f64, f64)>,
}

/// The verdict of the test of levels.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    /// Two-sided.
    pub p: f64,
    /// Deviation beyond the common movement over its widened error.
    pub z: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Its standard error, widened.
    pub error: f64,
    /// Half the width of the 95 % interval of the deviation.
    pub margin: f64,
}

impl Spread {
    /// From all tests, and from placebos with the movement that each has in common with others;
    /// with few placebos the widening is that of `below`. `None` without a test.
    fn of(
        tests: impl Iterator<Item = LevelTest>,
        placebos: impl Iterator<Item = (LevelTest, f64)>,
        below: Option<&Spread>,
    ) -> Option<Spread> {
        let variances: Vec<(f64, f64)> = tests.map(|t| (t.variance, t.df)).collect();
        if variances.is_empty() {
            return None;
        }
        let prior = (variances.len() >= 10).then(|| Prior::fit(variances)).flatten();
        let mut spread =
            Spread { prior, widened: 1.0, tail: None, quantile: Cell::new((f64::NAN, 0.0)) };
        let (mut z, mut df) = (Vec::new(), Vec::new());
        for (test, common) in placebos {
            if let Some((deviation, error, free)) = spread.placebo(&test) {
                z.push((deviation - common) / error);
                df.push(free);
            }
        }
        let centre = robust::median(&mut z.clone()).unwrap_or(0.0);
        let sizes: Vec<f64> = z.iter().map(|z| (z - centre).abs()).collect();
        spread.tail = (sizes.len() >= TAIL_FROM).then(|| Tail::fit(sizes));
        let known = robust::median(&mut df).and_then(|df| widening(z, df));
        spread.widened = known.or(below.map(|b| b.widened)).unwrap_or(UNKNOWN_WIDENING);
        Some(spread)
    }

    fn posterior(&self, (variance, df): (f64, f64)) -> (f64, f64) {
        match &self.prior {
            Some(prior) => prior.posterior(variance, df),
            None => (variance.max(1e-4), df),
        }
    }

    fn quantile(&self, df: f64) -> f64 {
        let (last, quantile) = self.quantile.get();
        if last == df {
            return quantile;
        }
        let quantile = tails::t_quantile(0.975, df);
        self.quantile.set((df, quantile));
        quantile
    }

    /// Deviation of the last baseline year, its bare error and degrees of freedom.
    fn placebo(&self, test: &LevelTest) -> Option<(f64, f64, f64)> {
        let last = test.placebo?;
        let known = self.posterior(last.earlier.unwrap_or((test.variance, test.df)));
        let (error, df) = LevelTest::error(last.unit, last.unrest, known);
        Some((last.deviation, error, df))
    }

    /// The same for the last baseline year, where nothing is looked for: z and widened error.
    pub fn last_year(&self, test: &LevelTest, common: f64) -> Option<(f64, f64)> {
        let (deviation, bare, _) = self.placebo(test)?;
        let error = bare * self.widened.sqrt();
        Some(((deviation - common) / error, error))
    }

    /// The verdict on one test, beyond what it has in common with others.
    pub fn judge(&self, test: &LevelTest, common: f64) -> Verdict {
        let (bare, df) =
            LevelTest::error(test.unit, test.window, self.posterior((test.variance, test.df)));
        let error = bare * self.widened.sqrt();
        let z = (test.deviation - common) / error;
        let by_t = (2.0 * tails::t_upper(z.abs(), df)).min(1.0);
        let size = ((test.deviation - common) / bare).abs();
        let by_placebos = self.tail.as_ref().map_or(0.0, |t| t.fitted_upper(size));
        let margin = self.quantile(df) * error;
        Verdict { p: by_t.max(by_placebos), z, df, error, margin }
    }
}

/// What chance does to series by month, and to those by year.
#[derive(Default)]
pub struct Spreads {
    months: Option<Spread>,
    years: Option<Spread>,
}

impl Spreads {
    /// For both paces, from all tests and from placebos with the movement that each has in common with
    /// others; with few placebos the widening is that of `below`.
    pub fn of<'a>(
        tests: impl Iterator<Item = &'a Levels> + Clone,
        placebos: impl Iterator<Item = (&'a Levels, f64)> + Clone,
        below: Option<&Spreads>,
    ) -> Spreads {
        let pace = |pace: Pace| {
            let tests = tests.clone().filter(|l| l.pace() == pace).map(Levels::test);
            let placebos = placebos.clone().filter(|(l, _)| l.pace() == pace);
            let below = below.and_then(|b| b.at(pace));
            Spread::of(tests, placebos.map(|(l, common)| (l.test(), common)), below)
        };
        Spreads { months: pace(Pace::Month), years: pace(Pace::Year) }
    }

    /// That of a pace; `None` where nothing is tested at it.
    pub fn at(&self, pace: Pace) -> Option<&Spread> {
        match pace {
            Pace::Month => self.months.as_ref(),
            Pace::Year => self.years.as_ref(),
        }
    }

    /// The verdict on one test, beyond what it has in common with others.
    pub fn judge(&self, levels: &Levels, common: f64) -> Option<Verdict> {
        Some(self.at(levels.pace())?.judge(&levels.test(), common))
    }
}

/// How much wider placebos spread than their law says, squared, at least 1; `None` for fewer than
/// thirty. The widest of several quantiles counts, so that a heavy tail does.
pub fn widening(mut placebos: Vec<f64>, df: f64) -> Option<f64> {
    if placebos.len() < WIDENING_FROM {
        return None;
    }
    let centre = robust::median(&mut placebos)?;
    let size = robust::sorted(&placebos.iter().map(|z| (z - centre).abs()).collect::<Vec<_>>());
    let mut widest = 1.0f64;
    for share in [0.5, 0.8, 0.95, 0.99] {
        if size.len() as f64 * (1.0 - share) < 5.0 {
            break;
        }
        let expected = tails::t_quantile(0.5 + share / 2.0, df);
        let ratio = robust::quantile(&size, share)? / expected;
        widest = widest.max(ratio * ratio);
    }
    Some(widest)
}

/// The widening of placebos that should be normal.
pub fn widening_of_normal(placebos: Vec<f64>) -> f64 {
    widening(placebos, f64::INFINITY).unwrap_or(UNKNOWN_WIDENING)
}

/// Fewest flows and fewest partners that show what a good or an exporter has in common.
#[derive(Clone, Copy, Debug)]
pub struct Least {
    /// Flows.
    pub flows: usize,
    /// Importers among them.
    pub importers: usize,
}

/// Enough flows that one event among them moves no median.
pub const MANY: Least = Least { flows: 20, importers: 10 };

/// One flow's deviation.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    /// Where to.
    pub importer: PlaceId,
    /// Where from.
    pub exporter: Option<PlaceId>,
    /// What.
    pub good: u32,
    /// By how much.
    pub by: f64,
}

/// What flows of one good, and flows of one exporter, have in common: a price, a currency, demand
/// everywhere. An importer's own common movement is not taken out: it may be what is looked for.
#[derive(Default)]
pub struct Common {
    goods: BTreeMap<u32, f64>,
    exporters: BTreeMap<PlaceId, f64>,
}

/// Sweeps of the medians (Tukey 1977, median polish).
const SWEEPS: usize = 2;

impl Common {
    /// By median polish over goods and exporters.
    pub fn of(flows: &[Moved], of_good: Least, of_exporter: Least) -> Common {
        let mut common = Common::default();
        for _ in 0..SWEEPS {
            let goods = medians(flows, &common, of_good, |f| Some(f.good));
            for (good, by) in goods {
                *common.goods.entry(good).or_default() += by;
            }
            let exporters = medians(flows, &common, of_exporter, |f| f.exporter);
            for (exporter, by) in exporters {
                *common.exporters.entry(exporter).or_default() += by;
            }
        }
        common
    }

    /// The movement to be expected of a flow.
    pub fn movement(&self, exporter: Option<PlaceId>, good: u32) -> f64 {
        let of_exporter = exporter.and_then(|e| self.exporters.get(&e));
        of_exporter.copied().unwrap_or(0.0) + self.goods.get(&good).copied().unwrap_or(0.0)
    }
}

/// Medians of what is left, of groups that are large enough.
fn medians<K: Eq + Hash>(
    flows: &[Moved],
    common: &Common,
    least: Least,
    group: impl Fn(&Moved) -> Option<K>,
) -> Vec<(K, f64)> {
    // Each group is for itself: their order does not show.
    let mut groups: HashMap<K, (Vec<f64>, BTreeSet<PlaceId>)> = HashMap::new();
    for flow in flows {
        if let Some(key) = group(flow) {
            let of = groups.entry(key).or_default();
            of.0.push(flow.by - common.movement(flow.exporter, flow.good));
            if of.1.len() < least.importers {
                of.1.insert(flow.importer);
            }
        }
    }
    let enough = groups
        .into_iter()
        .filter(|(_, of)| of.0.len() >= least.flows && of.1.len() >= least.importers);
    enough.filter_map(|(key, mut of)| Some((key, robust::median(&mut of.0)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(code: &str) -> PlaceId {
        plimsoll_terms::place::by_iso3(code).unwrap()
    }

    #[test]
    fn a_price_and_a_currency_are_common_and_one_importer_is_not() {
        let importers = ["DEU", "FRA", "ITA", "JPN", "KAZ", "KGZ", "ARM", "GEO", "TUR", "POL"];
        let mut flows = Vec::new();
        for importer in importers {
            for exporter in ["CHN", "USA", "GBR"] {
                for good in 0..3 {
                    let price = if good == 1 { 0.5 } else { 0.0 };
                    let currency = if exporter == "USA" { 0.2 } else { 0.0 };
                    let own = if importer == "KGZ" { 3.0 } else { 0.0 };
                    flows.push(Moved {
                        importer: place(importer),
                        exporter: Some(place(exporter)),
                        good,
                        by: price + currency + own,
                    });
                }
            }
        }
        let common = Common::of(&flows, MANY, MANY);
        let moved = common.movement(Some(place("USA")), 1);
        assert!((moved - 0.7).abs() < 1e-9, "{moved}");
        assert!(common.movement(Some(place("CHN")), 0).abs() < 1e-9);
        let few = Common::of(&flows[..27], MANY, MANY);
        assert_eq!(few.movement(Some(place("USA")), 1), 0.0, "three importers are not the world");
    }
}
