//! Good by good: did a hub gain just where the target lost?
//!
//! A sum over a list is mostly its two or three largest flows, and hides what happens in fifty
//! small ones. Here each flow of one exporter and one good is compared with its own past, and the
//! deviations are added with the weight that a diversion would give them: what the target lost of
//! that good beside what the hub used to buy, over the error (a matched filter; Stouffer 1949 with
//! weights). Growth of everything at the hub weighs little in it, a rise in the goods that the
//! target can no longer buy weighs much.
//!
//! How far chance carries the sum is seen in the same sum of all other places, one year earlier,
//! when nothing was lost: the hub is a new draw from that sample (Student's prediction interval).

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_ingest::fact::Flow;
use plimsoll_terms::period::Month;
use plimsoll_terms::place::PlaceId;

use super::series::{self, Compared, Key, Levels, Series};
use super::spread::{Common, MANY, Moved, Spreads};
use crate::calendar;
use crate::comparable::GoodId;
use crate::flows::Panel;
use crate::search::Level;
use crate::stats::{robust, tails};

/// Share of a loss that is looked for at one hub; the weights depend on it, the level does not.
const SHARE: f64 = 0.2;
/// No weight counts a rise for more than so many logs.
const LARGEST_RISE: f64 = 2.0;
/// Fewest flows that make a sum, and fewest places that show what chance does.
const FEWEST_FLOWS: usize = 4;
const FEWEST_PLACES: usize = 5;
/// From so many destinations on their median is what they have in common.
const MANY_PLACES: usize = 10;
/// Errors, in logs, of flows whose months are few, and of those known by two years only.
const FEW_MONTHS: f64 = 0.5;
const TWO_YEARS: f64 = 1.0;

/// Exporter, importer, good.
type Route = (PlaceId, PlaceId, GoodId);

/// Exports of listed goods, flow by flow.
#[derive(Clone, Debug, Default)]
pub struct Flows(BTreeMap<Route, BTreeMap<Month, f64>>);

impl Flows {
    /// Adds a figure.
    pub fn add(&mut self, route: Route, month: Month, value: f64) {
        *self.0.entry(route).or_default().entry(month).or_default() += value;
    }

    /// Compares each flow with its past.
    pub fn compare(&self, panel: &Panel) -> Routes {
        let floor = panel.search.min_value / 120.0;
        let compared = self.0.iter().filter_map(|(route, months)| {
            let compared = series::compare(&series_of(panel, *route, months)?, &panel.horizon())?;
            (compared.before.max(compared.after) >= floor).then_some((*route, compared))
        });
        Routes::new(compared.collect(), floor)
    }
}

/// The series of one flow, zero in the months without a figure; `None` where its exporter does
/// not cover the whole span.
fn series_of(panel: &Panel, (from, to, _): Route, months: &BTreeMap<Month, f64>) -> Option<Series> {
    let span = panel.horizon().span();
    let reporting = panel.calendar.reporting(Flow::Export, from)?;
    if !reporting.covers(&panel.horizon().window) || !reporting.covers(&panel.horizon().baseline) {
        return None;
    }
    let starts: Vec<Month> = calendar::periods(&span, reporting.pace).collect();
    let values: Vec<f64> =
        starts.iter().map(|s| months.get(s).copied().unwrap_or_default()).collect();
    let key = Key { level: Level::Pair, importer: to, exporter: Some(from), item: 0 };
    let kilograms = vec![f64::NAN; values.len()];
    Some(Series { key, pace: reporting.pace, starts: starts.into(), values, kilograms })
}

/// How far one flow was from its past, in errors.
#[derive(Clone, Copy, Debug)]
struct Moves {
    z: f64,
    error: f64,
    /// A month, before.
    before: f64,
}

/// All flows: what they did in the window, and in the last year before it.
#[derive(Debug)]
pub struct Routes {
    now: BTreeMap<Route, Moves>,
    then: BTreeMap<Route, Moves>,
    /// What flows lost in the window, a month.
    lost: BTreeMap<Route, f64>,
    pad: f64,
}

impl Routes {
    fn new(all: BTreeMap<Route, Compared>, pad: f64) -> Routes {
        let levels = || all.iter().filter_map(|(r, c)| Some((*r, c.level.as_ref()?)));
        let common = |of: &dyn Fn(&Levels) -> Option<f64>| {
            let moved = |((from, to, good), levels): (Route, &Levels)| {
                Some(Moved { importer: to, exporter: Some(from), good, by: of(levels)? })
            };
            Common::of(&levels().filter_map(moved).collect::<Vec<_>>(), MANY, MANY)
        };
        let common_now = common(&|l| Some(l.test().deviation));
        let common_then = common(&|l| Some(l.test().placebo?.deviation));
        let placebos: Vec<(&Levels, f64)> =
            levels().map(|((from, _, g), l)| (l, common_then.movement(Some(from), g))).collect();
        let spreads = Spreads::of(levels().map(|(_, l)| l), placebos.iter().copied(), None);
        let mut routes = Routes {
            now: BTreeMap::new(),
            then: BTreeMap::new(),
            lost: all.iter().map(|(r, c)| (*r, (c.before - c.after).max(0.0))).collect(),
            pad,
        };
        for (route, compared) in &all {
            let common = [&common_now, &common_then].map(|c| c.movement(Some(route.0), route.2));
            let [now, then] = moves(compared, &spreads, common, pad);
            routes.now.extend(now.map(|m| (*route, m)));
            routes.then.extend(then.map(|m| (*route, m)));
        }
        routes
    }

    /// The matched sum of some flows: `which` leads from a flow to what was lost beside it.
    fn sum(of: &[(Moves, f64)], pad: f64) -> Option<Sum> {
        let (mut sum, mut squares, mut flows) = (0.0, 0.0, 0);
        for (moves, lost) in of.iter().filter(|(_, lost)| *lost > pad) {
            let rise = (1.0 + SHARE * lost / (moves.before + pad)).ln().min(LARGEST_RISE);
            let weight = rise / moves.error;
            sum += weight * moves.z;
            squares += weight * weight;
            flows += 1;
        }
        (flows >= FEWEST_FLOWS).then(|| Sum { z: sum / f64::sqrt(squares), flows })
    }
}

/// A matched sum: about normal where nothing happened.
#[derive(Clone, Copy, Debug)]
struct Sum {
    z: f64,
    flows: usize,
}

/// What the matching of gains with losses says of one leg.
#[derive(Clone, Copy, Debug)]
pub struct Leg {
    /// One-sided.
    pub p: f64,
    /// How far beyond the other places, in their standard deviations.
    pub t: f64,
    /// Flows of one exporter and one good in it.
    pub flows: usize,
    /// Places whose last baseline year shows what chance does.
    pub places: usize,
}

/// One list of goods, whose sales by some origins to a target fell.
pub struct Matching<'a> {
    routes: &'a Routes,
    members: &'a BTreeSet<GoodId>,
    target: &'a BTreeSet<PlaceId>,
    origins: &'a BTreeSet<PlaceId>,
    /// What the target lost, by origin and good, and by good.
    lost: BTreeMap<(PlaceId, GoodId), f64>,
    lost_of: BTreeMap<GoodId, f64>,
}

impl<'a> Matching<'a> {
    /// Of the goods of a list.
    pub fn new(
        routes: &'a Routes,
        members: &'a BTreeSet<GoodId>,
        target: &'a BTreeSet<PlaceId>,
        origins: &'a BTreeSet<PlaceId>,
    ) -> Matching<'a> {
        let mut lost: BTreeMap<(PlaceId, GoodId), f64> = BTreeMap::new();
        let mut lost_of: BTreeMap<GoodId, f64> = BTreeMap::new();
        for ((from, to, good), value) in &routes.lost {
            if target.contains(to) && origins.contains(from) && members.contains(good) {
                *lost.entry((*from, *good)).or_default() += value;
                *lost_of.entry(*good).or_default() += value;
            }
        }
        Matching { routes, members, target, origins, lost, lost_of }
    }

    /// Sums by destination of what the origins sold there.
    fn inflows(&self, of: &BTreeMap<Route, Moves>) -> BTreeMap<PlaceId, Sum> {
        let mut by: BTreeMap<PlaceId, Vec<(Moves, f64)>> = BTreeMap::new();
        for ((from, to, good), moves) in of {
            let inside = self.origins.contains(from) && self.members.contains(good);
            if inside && !self.target.contains(to) && !self.origins.contains(to) {
                let lost = self.lost.get(&(*from, *good)).copied().unwrap_or(0.0);
                by.entry(*to).or_default().push((*moves, lost));
            }
        }
        sums(by, self.routes.pad)
    }

    /// Sums by exporter and importer, origins aside: what is sold on would be one of them.
    fn outflows(&self, of: &BTreeMap<Route, Moves>) -> BTreeMap<(PlaceId, PlaceId), Sum> {
        let mut by: BTreeMap<(PlaceId, PlaceId), Vec<(Moves, f64)>> = BTreeMap::new();
        for ((from, to, good), moves) in of {
            if !self.origins.contains(from) && self.members.contains(good) {
                let to = if self.target.contains(to) { self.target.first() } else { Some(to) };
                let lost = self.lost_of.get(good).copied().unwrap_or(0.0);
                by.entry((*from, *to.unwrap_or(&PlaceId::WORLD))).or_default().push((*moves, lost));
            }
        }
        sums(by, self.routes.pad)
    }

    /// Into each hub, and out of each to the target.
    pub fn legs(&self) -> (BTreeMap<PlaceId, Leg>, BTreeMap<PlaceId, Leg>) {
        let now = self.inflows(&self.routes.now);
        let then: Vec<f64> = self.inflows(&self.routes.then).values().map(|s| s.z).collect();
        let inflows = judge(&now, &then, now.values().map(|s| s.z).collect());
        let all = self.outflows(&self.routes.now);
        let then: Vec<f64> = self.outflows(&self.routes.then).values().map(|s| s.z).collect();
        let elsewhere = all.iter().filter(|((_, to), _)| !self.target.contains(to));
        let elsewhere = elsewhere.map(|(_, s)| s.z).collect();
        let onward: BTreeMap<PlaceId, Sum> = (all.iter())
            .filter(|((_, to), _)| self.target.contains(to))
            .map(|((from, _), sum)| (*from, *sum))
            .collect();
        (inflows, judge(&onward, &then, elsewhere))
    }
}

fn sums<K: Ord>(by: BTreeMap<K, Vec<(Moves, f64)>>, pad: f64) -> BTreeMap<K, Sum> {
    by.into_iter().filter_map(|(key, of)| Some((key, Routes::sum(&of, pad)?))).collect()
}

/// Each sum as a new draw beside those of the year before, less what all have in common now.
fn judge(
    now: &BTreeMap<PlaceId, Sum>,
    then: &[f64],
    mut together: Vec<f64>,
) -> BTreeMap<PlaceId, Leg> {
    let n = then.len() as f64;
    if then.len() < FEWEST_PLACES {
        return BTreeMap::new();
    }
    let mean = then.iter().sum::<f64>() / n;
    let variance = then.iter().map(|z| (z - mean) * (z - mean)).sum::<f64>() / (n - 1.0);
    let middle = if together.len() >= MANY_PLACES {
        robust::median(&mut together).unwrap_or(mean).max(0.0)
    } else {
        mean.max(0.0)
    };
    // Never narrower than the normal law of a sum of independent flows.
    let error = (variance.max(1.0) * (1.0 + 1.0 / n)).sqrt();
    let leg = |sum: &Sum| {
        let t = (sum.z - middle) / error;
        Leg { p: tails::t_upper(t, n - 1.0), t, flows: sum.flows, places: then.len() }
    };
    now.iter().map(|(place, sum)| (*place, leg(sum))).collect()
}

/// What a flow did in the window and in the last year before, beyond what it has in common with
/// others.
fn moves(
    compared: &Compared,
    spreads: &Spreads,
    [common_now, common_then]: [f64; 2],
    pad: f64,
) -> [Option<Moves>; 2] {
    let of = |z: f64, error: f64, before: f64| Moves { z, error, before };
    if let Some((levels, spread)) =
        compared.level.as_ref().and_then(|l| Some((l, spreads.at(l.pace())?)))
    {
        let test = levels.test();
        let now = spread.judge(&test, common_now);
        let then = spread.last_year(&test, common_then);
        return [
            Some(of(now.z, now.error, compared.before)),
            then.map(|(z, error)| of(z, error, compared.earlier.unwrap_or(compared.before))),
        ];
    }
    if let Some(ranks) = compared.ranks {
        let earlier = compared.earlier.unwrap_or(compared.before);
        return [
            Some(of(ranks.z, FEW_MONTHS, compared.before)),
            ranks.placebo.map(|z| of(z, FEW_MONTHS, earlier)),
        ];
    }
    let jump = |after: f64, before: f64| {
        of(((after + pad) / (before + pad)).ln() / TWO_YEARS, TWO_YEARS, before)
    };
    [
        Some(jump(compared.after, compared.before)),
        compared.last.zip(compared.earlier).map(|(l, e)| jump(l, e)),
    ]
}
