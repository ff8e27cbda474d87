//! Diversion: did goods that stopped going to a target go to its neighbours in its place?
//!
//! For each possible hub: what came in above a counterfactual, what went on to the target above
//! one, and how that compares with what the target lost. Where other destinations are in the
//! data the counterfactual is the hub's usual share of what they get (share counterfactual);
//! where none are, it is the hub's own past. Never one number: the pass-through is an interval
//! from zero (nothing need have gone on) to the least of what came in and what the target lost,
//! and every ratio has the interval that the spread of the baseline gives. A rise beside a fall
//! is no proof of a link: the words say "at most".
//!
//! Beside it stand, where the data allow, a difference in differences against goods that nobody
//! stopped selling ([`super::control`]) and the hub's capacity: what it sold on over what it sold
//! to the whole world before. Neither replaces the interval.
//!
//! The test is that of an intersection: the hub's inflow rose where the target lost *and* the
//! target's fell (*and*, where the hub reports, its exports to the target rose where it lost); its p
//! is the largest of theirs. Inflow and exports are compared good by good (`matching`);
//! where too few flows are in the data, by their sums. The rank of the hub among all destinations is given beside it (permutation over places).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plimsoll_ingest::fact::Flow;
use plimsoll_terms::period::Month;
use plimsoll_terms::place::PlaceId;

use super::control::{Cells, Groups};
use super::matching::{self, Leg, Matching};
use super::series::{self, Compared, Key, Levels, Series};
use super::surge::{self, whole};
use super::{Detector, Outcome, Pass};
use crate::calendar::{self, Pace, View};
use crate::comparable::GoodId;
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{self, Plan, Rows};
use crate::search::Level;
use crate::stats::random::SplitMix64;
use crate::stats::{robust, tails};

/// Draws for intervals; the seed is fixed, so that the same data give the same bytes.
const DRAWS: usize = 2000;
const SEED: u64 = 0x0070_6c69_6d73_6f6c;

/// What others found of Russia's loss, to be read beside the shares: each by another definition.
const PUBLISHED: [&str; 2] = [
    "published: less than 10 % of the lost trade offset by Armenia, Kazakhstan, Kyrgyzstan and goods lost in transit \
     (Chupilkin, Javorcik, Plekhanov, EBRD: EU and UK exports of sanctioned goods, 2022-23, mirror data)",
    "published: 64 % with an interval of -37 to 202 % (a replication package of 2026 on BACI and EU sanctions: all \
     partners, yearly values 2015-2024, bootstrap of 500); other goods, other partners and years, and an interval \
     that holds all shares above",
];

/// The detector.
pub struct Diversion;

impl Detector for Diversion {
    fn id(&self) -> &'static str {
        "diversion"
    }
    fn title(&self) -> &'static str {
        "Diversion"
    }
    fn question(&self) -> &'static str {
        "Which countries took in more of the goods that a target lost, by how much at most, and since when?"
    }
    fn page(&self) -> &'static str {
        include_str!("../../pages/diversion.md")
    }

    fn plans(&self, panel: &Panel) -> Vec<Plan> {
        let sets = "SELECT goods_set, importer, exporter, months, start, sum(exports) AS value \
            FROM flows JOIN members USING (good) WHERE exports IS NOT NULL \
            GROUP BY goods_set, importer, exporter, months, start \
            ORDER BY goods_set, importer, exporter, months, start";
        let all = "SELECT importer, exporter, months, start, sum(exports) AS value FROM flows \
            WHERE exports IS NOT NULL GROUP BY importer, exporter, months, start \
            ORDER BY importer, exporter, months, start";
        let window = panel.horizon().window.first().0;
        let after = format!("CASE WHEN start >= {window} THEN 1 ELSE 0 END");
        let controls = format!(
            "SELECT importer, exporter, good, {after} AS later, sum(exports) AS value \
            FROM controls WHERE exports IS NOT NULL GROUP BY importer, exporter, good, {after} \
            ORDER BY importer, exporter, good, later"
        );
        let listed = format!(
            "SELECT importer, exporter, good, start, {after} AS later, sum(exports) AS value \
            FROM flows JOIN (SELECT DISTINCT good FROM members) AS listed USING (good) \
            WHERE exports IS NOT NULL GROUP BY importer, exporter, good, start \
            ORDER BY importer, exporter, good, start"
        );
        let mut plans = vec![
            Plan { name: "sets", sql: sets.into() },
            Plan { name: "listed", sql: listed },
            Plan { name: "controls", sql: controls },
        ];
        if panel.search.goods.is_none() {
            plans.push(Plan { name: "all", sql: all.into() });
        }
        plans
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking {
            panel,
            flows: BTreeMap::new(),
            listed: Cells::default(),
            controls: Cells::default(),
            each: matching::Flows::default(),
        })
    }
}

/// Goods: a list, or all goods together.
type Definition = Option<u32>;

/// Exports of one definition of goods by destination and origin, by month.
type Exports = BTreeMap<(PlaceId, PlaceId), BTreeMap<Month, f64>>;

struct Looking<'a> {
    panel: &'a Panel,
    flows: BTreeMap<Definition, Exports>,
    listed: Cells,
    controls: Cells,
    /// Listed goods flow by flow.
    each: matching::Flows,
}

impl Pass for Looking<'_> {
    fn take(&mut self, plan: &Plan, rows: &Rows) {
        match plan.name {
            "listed" => return take_cells(&mut self.listed, Some(&mut self.each), rows),
            "controls" => return take_cells(&mut self.controls, None, rows),
            _ => {}
        }
        let [sets, importers, exporters] = rows.columns(["goods_set", "importer", "exporter"]);
        let [starts, values] = rows.columns(["start", "value"]);
        for i in 0..rows.len() {
            let definition = sets.get(i).map(|s| s as u32);
            if plan.name == "sets" && definition.is_none() {
                continue;
            }
            let (Some(to), Some(from), Some(start)) =
                (importers.place(i), exporters.place(i), starts.get(i))
            else {
                continue;
            };
            let value = values.or_zero(i) as f64 / 100.0;
            let of = self.flows.entry(definition).or_default().entry((to, from)).or_default();
            *of.entry(plans::month(start)).or_default() += value;
        }
    }

    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let mut outcome = Outcome::default();
        let mut tested: Vec<(Hub, Goods<'_>)> = Vec::new();
        let sets = self.panel.comparable.sets();
        let target = self.target();
        let routes = self.each.compare(self.panel);
        for (definition, exports) in &self.flows {
            let set = definition.and_then(|d| sets.get(d as usize));
            if set.is_some_and(|s| s.tier) {
                continue;
            }
            let name =
                set.map_or_else(|| "all products in the data".to_owned(), |s| s.name.clone());
            let Some(mut goods) = Goods::new(self.panel, &target, exports, name) else { continue };
            outcome.notes.extend(goods.ratios());
            goods.listed = set.is_some();
            if let Some(set) = set {
                match self.control(&goods, &set.members) {
                    Ok(groups) => goods.control = Some(Arc::new(groups)),
                    Err(why) => outcome.notes.push(format!("{}: {why}", goods.name)),
                }
            }
            let mut hubs: Vec<Hub> = goods.hubs();
            if let Some(set) = set {
                let matching =
                    Matching::new(&routes, &set.members, &goods.target, &goods.origins).legs();
                hubs.iter_mut().for_each(|hub| hub.weigh(goods.lost_p, &matching));
            }
            tested.extend(hubs.into_iter().map(|h| (h, goods.clone())));
        }
        let p: Vec<f64> = tested.iter().map(|(hub, _)| hub.p).collect();
        let q = super::q_values(&self.panel.search, &p);
        outcome.tests = p.len();
        for ((hub, goods), q) in tested.iter().zip(q) {
            let least = self.panel.search.min_ratio;
            let rose = hub.ratio >= least || hub.onward_ratio().is_some_and(|r| r >= least);
            let material = hub.excess[0] >= self.panel.search.min_value / 12.0 && rose;
            // A rise of all products together, of which nobody saw what went on, is a share in
            // the notes and no hub.
            let seen = goods.listed || hub.onward.is_some();
            if q <= self.panel.search.q && material && seen && self.panel.asks(hub.place) {
                outcome.findings.extend(finding(goods, hub, q, sources));
            }
        }
        if target.iter().any(|t| t.code() == "RUS") {
            outcome.notes.extend(PUBLISHED.map(str::to_owned));
        }
        outcome
    }
}

/// The rows of a plan by exporter, importer and good.
fn take_cells(cells: &mut Cells, mut each: Option<&mut matching::Flows>, rows: &Rows) {
    let [exporters, importers, goods] = rows.columns(["exporter", "importer", "good"]);
    let [starts, later, values] = rows.columns(["start", "later", "value"]);
    for i in 0..rows.len() {
        let (Some(from), Some(to), Some(good)) =
            (exporters.place(i), importers.place(i), goods.get(i))
        else {
            continue;
        };
        let value = values.or_zero(i) as f64 / 100.0;
        cells.add(from, to, good as GoodId, later.get(i) == Some(1), value);
        if let (Some(each), Some(start)) = (each.as_deref_mut(), starts.get(i)) {
            each.add((from, to, good as GoodId), plans::month(start), value);
        }
    }
}

impl Looking<'_> {
    /// The control group of some goods, or why there is none.
    fn control(&self, goods: &Goods<'_>, members: &BTreeSet<GoodId>) -> Result<Groups, String> {
        let Some(control) = &self.panel.search.control_goods else {
            return Err("no control group was asked for".into());
        };
        let horizon = self.panel.horizon();
        let months = [horizon.baseline, horizon.window].map(|p| f64::from(p.len()));
        Groups::new(
            [&self.listed, &self.controls],
            members,
            &goods.origins,
            &goods.target,
            &control.spec(),
            months,
        )
    }

    fn target(&self) -> BTreeSet<PlaceId> {
        let target = self.panel.search.target.iter();
        target.flat_map(|set| set.members.iter().copied()).collect()
    }
}

/// One possible hub under one definition of goods. Money is a month's mean.
#[derive(Clone, Debug)]
struct Hub {
    place: PlaceId,
    after: f64,
    expected: f64,
    /// Excess with its interval.
    excess: [f64; 3],
    /// Exports on to the target, before and after, where the hub reports them.
    onward: Option<(f64, f64)>,
    /// What it sold on a month over what it sold to all destinations a month before, and their
    /// number.
    capacity: Option<(f64, usize)>,
    ratio: f64,
    p: f64,
    /// One-sided p of the sums: what came in, and what went on where the hub reports.
    parts: (f64, Option<f64>),
    /// The same good by good.
    matched: [Option<Leg>; 2],
    /// Rank among all destinations by how much inflow grew: place and number.
    rank: (usize, usize),
    start: Option<Month>,
}

impl Hub {
    /// Takes in what gains and losses say good by good. Where that can be told it decides: a sum
    /// over a list is mostly its few largest flows.
    fn weigh(&mut self, lost: f64, (inflows, onward): &Legs) {
        self.matched = [inflows.get(&self.place).copied(), onward.get(&self.place).copied()];
        let of = |sum: f64, leg: Option<Leg>| leg.map_or(sum, |l| l.p);
        let [inflow, out] = self.matched;
        let onward_p = self.parts.1.map_or(0.0, |sum| of(sum, out));
        self.p = lost.max(of(self.parts.0, inflow)).max(onward_p);
    }

    fn onward_ratio(&self) -> Option<f64> {
        self.onward.map(|(before, after)| after / before.max(1.0))
    }
}

/// What came in and what went on, by hub.
type Legs = (BTreeMap<PlaceId, Leg>, BTreeMap<PlaceId, Leg>);

/// One definition of goods: what the origins sold to whom.
#[derive(Clone)]
struct Goods<'a> {
    panel: &'a Panel,
    name: String,
    /// A list, and not all products together.
    listed: bool,
    target: BTreeSet<PlaceId>,
    origins: BTreeSet<PlaceId>,
    exports: &'a Exports,
    pace: Pace,
    /// Log changes of destinations from one baseline year to the next: what chance does.
    changes: Vec<f64>,
    /// What the target got a month, before and after.
    lost: (f64, f64),
    lost_p: f64,
    /// Since when.
    lost_start: Option<Month>,
    /// Growth of sales to destinations that are neither target nor possible hub.
    elsewhere: Option<f64>,
    /// Goods that nobody stopped selling, where they are in the data.
    control: Option<Arc<Groups>>,
}

impl<'a> Goods<'a> {
    fn new(
        panel: &'a Panel,
        target: &BTreeSet<PlaceId>,
        exports: &'a Exports,
        name: String,
    ) -> Option<Goods<'a>> {
        let horizon = panel.horizon();
        let covers = |p: &PlaceId| {
            let r = panel.calendar.reporting(Flow::Export, *p);
            r.is_some_and(|r| r.covers(&horizon.window) && r.covers(&horizon.baseline))
        };
        let sold: BTreeSet<PlaceId> =
            exports.keys().filter(|(to, _)| target.contains(to)).map(|(_, from)| *from).collect();
        let asked = |p: &PlaceId| panel.search.origin.as_ref().is_none_or(|o| o.contains(*p));
        let steady: BTreeSet<PlaceId> = sold.into_iter().filter(covers).filter(asked).collect();
        let pace = panel.calendar.reporting(Flow::Export, *steady.first()?)?.pace;
        let mut goods = Goods {
            panel,
            name,
            listed: false,
            target: target.clone(),
            origins: steady.clone(),
            exports,
            pace,
            changes: Vec::new(),
            lost: (0.0, 0.0),
            lost_p: 1.0,
            lost_start: None,
            elsewhere: None,
            control: None,
        };
        // Origins are those whose sales to the target at least halved.
        if panel.search.origin.is_none() {
            goods.origins.retain(|p| {
                let of = BTreeSet::from([*p]);
                let compared = goods_series(panel, exports, pace, target, &of);
                series::compare(&compared, &horizon).is_some_and(|c| c.after < 0.5 * c.before)
            });
        }
        let lost = series::compare(&goods.to(target), &horizon)?;
        goods.changes = goods.placebo_changes();
        goods.lost = (lost.before, lost.after);
        goods.lost_p = p_of(&lost, false, &goods.changes);
        let fall = ((lost.after + 1.0) / (lost.before + 1.0)).ln();
        goods.lost_start = surge::onset(&goods.to(target), horizon.window.first(), fall);
        goods.elsewhere = goods.growth_elsewhere();
        Some(goods)
    }

    fn to(&self, destinations: &BTreeSet<PlaceId>) -> Series {
        goods_series(self.panel, self.exports, self.pace, destinations, &self.origins)
    }

    fn destinations(&self) -> BTreeSet<PlaceId> {
        let all = self.exports.keys().filter(|(_, from)| self.origins.contains(from));
        all.map(|(to, _)| *to)
            .filter(|to| !self.target.contains(to) && !self.origins.contains(to))
            .collect()
    }

    fn placebo_changes(&self) -> Vec<f64> {
        let horizon = self.panel.horizon();
        let change = |to: PlaceId| {
            let c = series::compare(&self.to(&BTreeSet::from([to])), &horizon)?;
            let (last, earlier) = (c.last?, c.earlier?);
            (last > 0.0 && earlier > 0.0).then(|| (last / earlier).ln())
        };
        self.destinations().into_iter().filter_map(change).collect()
    }

    /// Growth of what many other destinations got; `None` where fewer than ten are in the data.
    fn growth_elsewhere(&self) -> Option<f64> {
        let horizon = self.panel.horizon();
        let mut growth: Vec<f64> = (self.destinations().into_iter())
            .filter_map(|to| series::compare(&self.to(&BTreeSet::from([to])), &horizon))
            .filter(|c| c.before > 0.0 && c.after > 0.0)
            .map(|c| (c.after / c.before).ln())
            .collect();
        (growth.len() >= 10).then(|| robust::median(&mut growth)).flatten()
    }

    fn hubs(&self) -> Vec<Hub> {
        let horizon = self.panel.horizon();
        let mut hubs: Vec<Hub> = Vec::new();
        let floor = self.panel.search.min_value / 12.0;
        for place in self.destinations() {
            let of = self.to(&BTreeSet::from([place]));
            let Some(compared) = series::compare(&of, &horizon) else { continue };
            if compared.after.max(compared.before) < floor {
                continue;
            }
            let growth = self.elsewhere.unwrap_or(0.0);
            let expected = compared.before * growth.exp();
            let ratio = compared.after / expected.max(1.0);
            let onward = self.onward(place);
            let inflow_p = p_of(&compared, true, &self.changes);
            let onward_p = onward.as_ref().map(|(out, _)| p_of(out, true, &self.changes));
            let p = inflow_p.max(self.lost_p).max(onward_p.unwrap_or(0.0));
            hubs.push(Hub {
                place,
                after: compared.after,
                expected,
                excess: self.excess(compared.after, expected),
                capacity: self.capacity(place, onward.as_ref().map(|(c, _)| c.after)),
                onward: onward.map(|(c, _)| (c.before, c.after)),
                ratio,
                p,
                parts: (inflow_p, onward_p),
                matched: [None; 2],
                rank: (0, 0),
                start: surge::onset(&of, horizon.window.first(), ratio.ln()),
            });
        }
        let ratios: Vec<f64> = hubs.iter().map(|h| h.ratio).collect();
        for hub in &mut hubs {
            hub.rank = (ratios.iter().filter(|r| **r >= hub.ratio).count(), ratios.len());
        }
        hubs
    }

    /// The hub's own exports of the goods to the target, where it reports them.
    fn onward(&self, hub: PlaceId) -> Option<(Compared, Series)> {
        let horizon = self.panel.horizon();
        let reporting = self.panel.calendar.reporting(Flow::Export, hub)?;
        if !(reporting.covers(&horizon.window) && reporting.covers(&horizon.baseline)) {
            return None;
        }
        let of = goods_series(
            self.panel,
            self.exports,
            reporting.pace,
            &self.target,
            &BTreeSet::from([hub]),
        );
        Some((series::compare(&of, &horizon)?, of))
    }

    /// The hub's sales to the target after over its sales to everybody before: above one it
    /// sends on more than it sold to the whole world (Teti's flag for the ifo Institute).
    /// `None` where its exports to others are not in the data.
    fn capacity(&self, hub: PlaceId, onward: Option<f64>) -> Option<(f64, usize)> {
        let onward = onward?;
        let own = BTreeSet::from([hub]);
        let places: BTreeSet<PlaceId> =
            self.exports.keys().filter(|(_, from)| *from == hub).map(|(to, _)| *to).collect();
        if places.is_subset(&self.target) {
            return None;
        }
        let pace = self.panel.calendar.reporting(Flow::Export, hub)?.pace;
        let all = goods_series(self.panel, self.exports, pace, &places, &own);
        let before = series::compare(&all, &self.panel.horizon())?.before;
        (before > 0.0).then(|| (onward / before, places.len()))
    }

    /// Spread of the log change that chance gives.
    fn spread(&self) -> f64 {
        let squares: f64 = self.changes.iter().map(|c| c * c).sum();
        if self.changes.len() < 2 { 0.5 } else { (squares / self.changes.len() as f64).sqrt() }
    }

    fn excess(&self, after: f64, expected: f64) -> [f64; 3] {
        let reach = 1.96 * self.spread();
        [after - expected, after - expected * reach.exp(), after - expected * (-reach).exp()]
    }

    /// What neighbours gained as a share of what the target lost, under each choice of
    /// neighbours, with an interval from redrawing the counterfactual of each.
    fn ratios(&self) -> Vec<String> {
        let hubs = self.hubs();
        let (before, after) = self.lost;
        let loss = (before * self.elsewhere.unwrap_or(0.0).exp()) - after;
        if loss <= 0.0 {
            return vec![format!(
                "{}: sales to the target did not fall; there is no share of a loss",
                self.name
            )];
        }
        let named = |codes: &[&str]| -> Vec<&Hub> {
            hubs.iter().filter(|h| codes.contains(&h.place.code())).collect()
        };
        let mut choices = vec![
            ("Armenia, Kazakhstan, Kyrgyzstan".to_owned(), named(&["ARM", "KAZ", "KGZ"])),
            (
                "Armenia, Georgia, Kazakhstan, Kyrgyzstan, Uzbekistan".to_owned(),
                named(&["ARM", "GEO", "KAZ", "KGZ", "UZB"]),
            ),
        ];
        let rising: Vec<&Hub> = hubs.iter().filter(|h| h.excess[0] > 0.0).collect();
        choices.push((format!("all {} destinations that rose", rising.len()), rising));
        choices.push((format!("all {} destinations", hubs.len()), hubs.iter().collect()));
        let share = |of: &[&Hub]| self.share(of, before, after);
        choices
            .iter()
            .filter(|(_, of)| !of.is_empty())
            .map(|(name, of)| {
                let [share, low, high] = share(of).map(|s| 100.0 * s);
                format!(
                    "{}: {name} gained at most {share:.1} % of what the target lost (95 % interval {low:.1} to {high:.1} %)",
                    self.name
                )
            })
            .collect()
    }

    fn share(&self, hubs: &[&Hub], before: f64, after: f64) -> [f64; 3] {
        let growth = self.elsewhere.unwrap_or(0.0);
        let mut random = SplitMix64::new(SEED);
        let spread = self.spread();
        let gained: f64 = hubs.iter().map(|h| h.excess[0]).sum();
        let point = gained / (before * growth.exp() - after);
        let mut draws: Vec<f64> = (0..DRAWS)
            .map(|_| {
                let gained: f64 = hubs
                    .iter()
                    .map(|h| h.after - h.expected * (spread * random.normal()).exp())
                    .sum();
                let lost = before * (growth + spread * random.normal()).exp() - after;
                gained / lost.max(1.0)
            })
            .collect();
        draws.sort_by(f64::total_cmp);
        let quantile = |p| robust::quantile(&draws, p).unwrap_or(f64::NAN);
        [point, quantile(0.025), quantile(0.975)]
    }
}

/// What some origins sold to some destinations, as a series.
fn goods_series(
    panel: &Panel,
    exports: &Exports,
    pace: Pace,
    destinations: &BTreeSet<PlaceId>,
    origins: &BTreeSet<PlaceId>,
) -> Series {
    let starts: Arc<[Month]> = calendar::periods(&panel.horizon().span(), pace).collect();
    let mut sums: BTreeMap<Month, f64> = starts.iter().map(|s| (*s, 0.0)).collect();
    let kept = exports
        .iter()
        .filter(|((to, from), _)| destinations.contains(to) && origins.contains(from));
    for (month, value) in kept.flat_map(|(_, months)| months) {
        if let Some(sum) = sums.get_mut(month) {
            *sum += value;
        }
    }
    let importer = destinations.first().copied().unwrap_or(PlaceId::WORLD);
    let key = Key { level: Level::Group, importer, exporter: None, item: 0 };
    let values: Vec<f64> = starts.iter().map(|s| sums[s]).collect();
    let kilograms = vec![f64::NAN; values.len()];
    Series { key, pace, starts, values, kilograms }
}

/// One-sided p of a rise or fall: the test of levels where there is one, else the change against
/// those of all destinations within the baseline.
fn p_of(compared: &Compared, rise: bool, changes: &[f64]) -> f64 {
    let sign = if rise { 1.0 } else { -1.0 };
    if let Some(Levels::Months(test)) = &compared.level {
        // The spread from year to year is that of the destinations, not less than the months'.
        let year = changes.iter().map(|c| c * c).sum::<f64>() / changes.len().max(1) as f64;
        let error = (test.variance * test.unit + year / 2.0).sqrt();
        return tails::t_upper(sign * test.deviation / error, test.df);
    }
    let change = sign * ((compared.after + 1.0) / (compared.before + 1.0)).ln();
    let beyond = changes.iter().filter(|c| sign * **c >= change).count();
    (beyond as f64 + 1.0) / (changes.len() as f64 + 1.0)
}

/// What a finding rests on besides its headline.
fn facts(goods: &Goods<'_>, hub: &Hub) -> Vec<Fact> {
    let currency = goods.panel.search.currency.as_str();
    let (before, after) = goods.lost;
    let most = match hub.onward {
        Some((before, after)) => hub.excess[0].min((after - before).max(0.0)),
        None => hub.excess[0].min((before - after).max(0.0)),
    };
    let onward = match hub.onward {
        Some((before, after)) => Fact::text(format!(
            "its own exports of these goods to the target went from {} to {} {currency} a month",
            whole(before),
            whole(after)
        )),
        None => {
            Fact::text("its exports to the target are not in the data: what went on is not known")
        }
    };
    let mut facts = vec![
        Fact::figure("excess inflow a month", hub.excess[0], currency),
        Fact::figure(
            format!(
                "goods that may have gone on to the target are at least 0 and at most {} {currency} a month",
                whole(most)
            ),
            most,
            currency,
        ),
        onward,
        capacity(goods, hub),
    ];
    facts.extend(matched(hub));
    if let Some((rise, fall)) = earlier(goods, hub) {
        facts.push(Fact::text(format!(
            "its rise began in {rise}, before sales to the target fell in {fall}: something else began it"
        )));
    }
    facts.extend([
        Fact::text(format!(
            "rank {} of {} destinations by growth; over places alone p is {:.3}",
            hub.rank.0,
            hub.rank.1,
            hub.rank.0 as f64 / (hub.rank.1 as f64 + 1.0)
        )),
        Fact::text(format!(
            "from {} exporters whose sales to the target at least halved: {}",
            goods.origins.len(),
            goods.origins.iter().map(|o| o.code()).collect::<Vec<_>>().join(" ")
        )),
        Fact::text(format!(
            "basis: country of {}; a rise beside a fall is no proof of a link",
            View::Exports.basis()
        )),
    ]);
    if let Some(groups) = &goods.control {
        facts.insert(1, match groups.estimate(hub.place, &goods.destinations()) {
            Some(estimate) => groups.fact(&estimate),
            None => Fact::text(
                "difference in differences: cannot tell, too few goods of the control group went to it",
            ),
        });
    }
    facts
}

/// The months of the hub's rise and of the target's fall, where the rise came first.
fn earlier(goods: &Goods<'_>, hub: &Hub) -> Option<(Month, Month)> {
    hub.start.zip(goods.lost_start).filter(|(rise, fall)| rise < fall)
}

/// Whether gains coincide with losses good by good.
fn matched(hub: &Hub) -> impl Iterator<Item = Fact> {
    let what = ["what came in", "what went on to the target"];
    what.into_iter().zip(hub.matched).filter_map(|(what, leg)| {
        let leg = leg?;
        let text = format!(
            "good by good {what} rose where the target lost: {} flows, beside {} sums of the year before",
            leg.flows, leg.places
        );
        Some(Fact::figure(text, leg.t, "t"))
    })
}

/// How much the hub sent on beside what it sold to everybody before.
fn capacity(goods: &Goods<'_>, hub: &Hub) -> Fact {
    let targets: Vec<&str> = goods.target.iter().map(|t| t.code()).collect();
    let (targets, baseline) = (targets.join("+"), goods.panel.horizon().baseline);
    match hub.capacity {
        Some((ratio, places)) => Fact::figure(
            format!(
                "capacity: a month it sold {targets} {ratio:.2} times what it sold to all {places} destinations a month in {baseline}; above 1 it sends on more than it ever sold"
            ),
            ratio,
            "ratio",
        ),
        None => Fact::text(format!(
            "capacity: cannot tell, exports of {} to the world in {baseline} are not loaded",
            hub.place.name()
        )),
    }
}

fn finding(goods: &Goods<'_>, hub: &Hub, q: f64, sources: &SourcesOf) -> Option<Finding> {
    let search = &goods.panel.search;
    let currency = search.currency.as_str();
    let horizon = goods.panel.horizon();
    let name = hub.place.name();
    let targets: Vec<&str> = goods.target.iter().map(|t| t.code()).collect();
    let (before, after) = goods.lost;
    let since = hub.start.map(|m| format!(", since {m}")).unwrap_or_default();
    let headline = format!(
        "{name} took in {} {currency} a month of {} where {} were to be expected{since}; sales to {} fell from {} to {}",
        whole(hub.after),
        goods.name,
        whole(hub.expected),
        targets.join("+"),
        whole(before),
        whole(after),
    );
    let counterfactual = match goods.elsewhere {
        Some(growth) => Fact::figure(
            "expected: its past, grown as sales to all other destinations",
            growth.exp(),
            "ratio",
        ),
        None => Fact::text(
            "expected: its own past; fewer than ten other destinations are in the data, so their growth is not known",
        ),
    };
    let why = Why::new(Fact::text(headline).because(vec![counterfactual]), facts(goods, hub));
    let severity = if earlier(goods, hub).is_some() {
        Severity::Low
    } else if hub.ratio >= 2.0 && q <= 0.01 {
        Severity::High
    } else {
        Severity::Medium
    };
    Some(Finding {
        detector: "diversion",
        subject: Subject {
            level: "hub",
            hub: Some(hub.place.code().to_owned()),
            target: Some(targets.join("+")),
            goods: Some(goods.name.clone()),
            ..Subject::default()
        },
        period: horizon.window.to_string(),
        start: hub.start.map(|m| m.to_string()),
        measure: Measure {
            name: "excess-inflow-a-month",
            value: hub.excess[0],
            low: hub.excess[1],
            high: hub.excess[2],
        },
        p_value: Some(hub.p),
        q_value: Some(q),
        severity,
        why,
        sources: super::sources_of(sources, goods.target.iter().copied().chain([hub.place]))?,
    })
}
