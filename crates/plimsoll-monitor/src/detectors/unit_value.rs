//! Unit values: is a good paid unlike before and unlike elsewhere, and did one code take over
//! another's trade?
//!
//! The log of value by kilogram of a flow in the window, less its own in the baseline and less
//! the common change of that good and of that exporter. Where it is known by month, by the test of
//! levels ([`super::spread`]): over the spread of this flow's own price; else against what the
//! same figure did within the baselines of flows of like size. The
//! adjusted boxplot (Hubert and Vandervieren 2008) over all flows of the good is given beside
//! it, and the premium that an importer pays over all others. A pair of codes of one heading is
//! a sign of another classification where one falls, the other rises in the same cell, and the
//! riser's unit value moves towards that of the faller.

use std::collections::BTreeMap;

use plimsoll_terms::period::Month;
use plimsoll_terms::place::PlaceId;

use super::chance::{Chance, Placebos};
use super::series::{self, Levels};
use super::spread::{Common, Least, MANY, Moved, Spreads};
use super::surge::whole;
use super::{Detector, Outcome, Pass};
use crate::calendar::Pace;
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{self, Plan, Rows};
use crate::stats::robust;

/// So many flows of a good show its common change, whoever buys.
const OF_GOOD: Least = Least { flows: 5, importers: 1 };

/// The detector.
pub struct UnitValue;

impl Detector for UnitValue {
    fn id(&self) -> &'static str {
        "unit-value"
    }
    fn title(&self) -> &'static str {
        "Unit values"
    }
    fn question(&self) -> &'static str {
        "Where did the price of a kilogram change unlike elsewhere, and which code took over another's trade?"
    }
    fn page(&self) -> &'static str {
        include_str!("../../pages/unit-value.md")
    }

    fn plans(&self, panel: &Panel) -> Vec<Plan> {
        let sql = format!(
            "SELECT importer, exporter, good, months, start, {} AS side, weighed AS value, grams \
             FROM flows WHERE grams > 0 AND steady ORDER BY 1, 2, 3, 4, 5",
            panel.horizon().side_sql()
        );
        vec![Plan { name: "unit values", sql }]
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking { panel, flows: Vec::new() })
    }
}

/// Value and kilograms of a flow by side, a month.
struct Priced {
    importer: PlaceId,
    exporter: PlaceId,
    good: u32,
    value: [f32; 3],
    kilograms: [f32; 3],
    /// The test of levels of the prices of months or years.
    level: Option<Levels>,
}

impl Priced {
    /// Log value by kilogram of some sides together.
    fn price(&self, sides: &[usize]) -> Option<f64> {
        let sum = |of: &[f32; 3]| sides.iter().map(|s| f64::from(of[*s])).sum::<f64>();
        let (value, weight) = (sum(&self.value), sum(&self.kilograms));
        (value > 0.0 && weight > 0.0).then(|| (value / weight).ln())
    }
}

struct Looking<'a> {
    panel: &'a Panel,
    flows: Vec<Priced>,
}

/// A flow whose price is tested: before, after, and the change beyond the common one.
struct Test {
    flow: usize,
    before: f64,
    after: f64,
    beyond: f64,
}

impl Pass for Looking<'_> {
    fn take(&mut self, _: &Plan, rows: &Rows) {
        let [importers, exporters, goods] = rows.columns(["importer", "exporter", "good"]);
        let [sides, paces, starts] = rows.columns(["side", "months", "start"]);
        let [values, grams] = rows.columns(["value", "grams"]);
        let key = |i| (importers.or_zero(i), exporters.or_zero(i), goods.or_zero(i));
        let horizon = self.panel.horizon();
        let floor = self.panel.search.min_value;
        let months = horizon.sides().map(|s| s.map_or(12.0, |s| f64::from(s.len())));
        // A store by year has millions of flows, most too small to be tested or a placebo.
        let worth =
            |value: &[f64; 3]| [1, 2].iter().any(|s| value[*s] * 12.0 / months[*s] >= floor);
        let mut first = 0;
        while first < rows.len() {
            let (mut value, mut kilograms) = ([0.0; 3], [0.0; 3]);
            let mut prices: Vec<(Month, f64)> = Vec::new();
            // The report that stands for a flow has one pace.
            let mut pace = Pace::Month;
            let mut end = first;
            while end < rows.len() && key(end) == key(first) {
                let side = sides.or_zero(end).clamp(0, 2) as usize;
                let v = values.or_zero(end) as f64 / 100.0;
                let kg = grams.or_zero(end) as f64 / 1000.0;
                value[side] += v;
                kilograms[side] += kg;
                pace = plans::pace(paces.or_zero(end));
                if v > 0.0 {
                    prices.push((plans::month(starts.or_zero(end)), (v / kg).ln()));
                }
                end += 1;
            }
            let (importer, exporter, good) = key(first);
            if let (Some(importer), Some(exporter)) =
                (plans::place(importer), plans::place(exporter))
            {
                self.flows.push(Priced {
                    importer,
                    exporter,
                    good: good as u32,
                    value: value.map(|v| v as f32),
                    kilograms: kilograms.map(|kg| kg as f32),
                    level: (pace == Pace::Month || worth(&value))
                        .then(|| series::levels_of(&prices, pace, &horizon))
                        .flatten(),
                });
            }
            first = end;
        }
    }

    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let (tests, verdicts) = self.tests();
        let (tests, verdicts): (Vec<Test>, Vec<(f64, [f64; 2])>) =
            (tests.into_iter().zip(verdicts))
                .filter(|(t, _)| self.panel.asks(self.flows[t.flow].importer))
                .unzip();
        let p: Vec<f64> = verdicts.iter().map(|(p, _)| *p).collect();
        let q = super::q_values(&self.panel.search, &p);
        let mut outcome = Outcome { tests: p.len(), ..Outcome::default() };
        let prices = self.prices();
        for ((test, (p, range)), q) in tests.iter().zip(&verdicts).zip(q) {
            let moved = test.beyond.abs() >= self.panel.search.min_ratio.ln();
            if q <= self.panel.search.q && moved {
                let found = self.finding(test, *range, (*p, q), &prices, sources);
                outcome.findings.extend(found);
            }
        }
        outcome.notes.push(
            "only flows with weights and a steady report are tested; value by kilogram mixes goods of one code".into(),
        );
        outcome
    }
}

impl Looking<'_> {
    fn size(&self, flow: usize, side: usize) -> f64 {
        f64::from(self.flows[flow].value[side])
    }

    fn large(&self, flow: &Priced, side: usize) -> bool {
        let months = self.panel.horizon().sides()[side].map_or(12, |s| s.len());
        f64::from(flow.value[side]) * 12.0 / f64::from(months) >= self.panel.search.min_value
    }

    /// All tests, each with its p-value and what chance gives, 95 of 100 times.
    fn tests(&self) -> (Vec<Test>, Vec<(f64, [f64; 2])>) {
        let change = |side: usize, before: &'static [usize]| -> Vec<(usize, f64, f64)> {
            let flows = self.flows.iter().enumerate();
            flows
                .filter(|(_, f)| self.large(f, side))
                .filter_map(|(i, f)| Some((i, f.price(before)?, f.price(&[side])?)))
                .collect()
        };
        let (now, placebo) = (change(2, &[0, 1]), change(1, &[0]));
        let common = |changes: &[(usize, f64, f64)]| {
            self.common(changes.iter().map(|(i, before, after)| (*i, after - before)))
        };
        let (common_now, common_then) = (common(&now), common(&placebo));
        let beyond = |common: &Common, (i, before, after): (usize, f64, f64)| {
            after - before - self.movement(common, i)
        };
        let mut placebos = Placebos::default();
        for c in &placebo {
            let own = self.flows[c.0].level.is_none();
            placebos.push(own, self.size(c.0, 1), beyond(&common_then, *c));
        }
        let own = now.iter().map(|c| (self.size(c.0, 2), beyond(&common_now, *c)));
        let chance = placebos.chance(own, self.panel.search.min_value / 10.0);
        let test = |c: &(usize, f64, f64)| Test {
            flow: c.0,
            before: c.1,
            after: c.2,
            beyond: beyond(&common_now, *c),
        };
        let tests: Vec<Test> = now.iter().map(test).collect();
        let verdicts = self.verdicts(&tests, &chance);
        (tests, verdicts)
    }

    fn verdicts(&self, tests: &[Test], chance: &Chance) -> Vec<(f64, [f64; 2])> {
        let level = |i: usize| self.flows[i].level.as_ref();
        let tested = || tests.iter().filter_map(|t| Some((t.flow, level(t.flow)?)));
        let all = || (0..self.flows.len()).filter_map(|i| Some((i, level(i)?)));
        let now = self.common(tested().map(|(i, t)| (i, t.test().deviation)));
        let then = self.common(all().filter_map(|(i, t)| Some((i, t.test().placebo?.deviation))));
        let spreads = Spreads::of(
            tested().map(|(_, t)| t),
            all().map(|(i, t)| (t, self.movement(&then, i))),
            None,
        );
        let verdict = |test: &Test| {
            let common = self.movement(&now, test.flow);
            if let Some(verdict) = level(test.flow).and_then(|l| spreads.judge(l, common)) {
                // The months say the contrary of their sum: one large month.
                let p = if verdict.z * test.beyond < 0.0 { 1.0 } else { verdict.p };
                return (p, [-verdict.margin, verdict.margin]);
            }
            let size = self.size(test.flow, 2);
            let [up, down] = chance.tails(size, test.beyond);
            ((2.0 * up.min(down)).min(1.0), chance.range(size))
        };
        tests.iter().map(verdict).collect()
    }

    /// What goods and exporters have in common, of changes by flow.
    fn common(&self, changes: impl Iterator<Item = (usize, f64)>) -> Common {
        let moved = |(i, by): (usize, f64)| {
            let flow = &self.flows[i];
            Moved { importer: flow.importer, exporter: Some(flow.exporter), good: flow.good, by }
        };
        Common::of(&changes.map(moved).collect::<Vec<Moved>>(), OF_GOOD, MANY)
    }

    fn movement(&self, common: &Common, flow: usize) -> f64 {
        common.movement(Some(self.flows[flow].exporter), self.flows[flow].good)
    }

    /// Log prices in the window by good, with the importer.
    fn prices(&self) -> BTreeMap<u32, Vec<(PlaceId, f64)>> {
        let mut prices: BTreeMap<u32, Vec<(PlaceId, f64)>> = BTreeMap::new();
        for flow in &self.flows {
            if let Some(price) = flow.price(&[2]) {
                prices.entry(flow.good).or_default().push((flow.importer, price));
            }
        }
        prices
    }

    /// A code of the same heading and cell that fell while this one rose towards its price.
    fn taken_over(&self, at: usize) -> Option<u32> {
        let riser = &self.flows[at];
        let heading = self.panel.comparable.good(riser.good)?.heading;
        let price = riser.price(&[2])?;
        let before = riser.price(&[0, 1])?;
        let cell = |f: &&Priced| {
            f.importer == riser.importer && f.exporter == riser.exporter && f.good != riser.good
        };
        let near = self.flows[at.saturating_sub(40)..].iter().take(80).filter(cell);
        let rate = |f: &Priced, side: usize| {
            let months = self.panel.horizon().sides()[side].map_or(12, |s| s.len());
            f64::from(f.value[side]) / f64::from(months)
        };
        near.filter(|f| self.panel.comparable.good(f.good).is_some_and(|g| g.heading == heading))
            .filter(|f| rate(f, 2) < 0.67 * rate(f, 1) && rate(riser, 2) > 1.5 * rate(riser, 1))
            .find(|f| {
                f.price(&[0, 1]).is_some_and(|p| (price - p).abs() < 0.5 * (before - p).abs())
            })
            .map(|f| f.good)
    }

    /// What a finding rests on besides its headline, and the code whose trade this one took.
    fn facts(
        &self,
        test: &Test,
        prices: &BTreeMap<u32, Vec<(PlaceId, f64)>>,
    ) -> (Vec<Fact>, Option<u32>) {
        let flow = &self.flows[test.flow];
        let currency = self.panel.search.currency.as_str();
        let empty = Vec::new();
        let of_good = prices.get(&flow.good).unwrap_or(&empty);
        let all: Vec<f64> = of_good.iter().map(|(_, p)| *p).collect();
        let mut others: Vec<f64> =
            of_good.iter().filter(|(i, _)| *i != flow.importer).map(|(_, p)| *p).collect();
        let mut facts = vec![
            Fact::figure(
                "change beyond that of the same good and the same exporter elsewhere",
                test.beyond.exp(),
                "ratio",
            ),
            Fact::figure(
                format!("value in the window, of {} kg", whole(f64::from(flow.kilograms[2]))),
                f64::from(flow.value[2]),
                currency,
            ),
        ];
        if let Some((low, high)) = robust::adjusted_fences(&all) {
            let place = if test.after > high {
                "above"
            } else if test.after < low {
                "below"
            } else {
                "within"
            };
            facts.push(Fact::text(format!(
                "{place} the fences of the adjusted boxplot over {} flows: {:.2} to {:.2} {currency} a kilogram",
                all.len(),
                low.exp(),
                high.exp()
            )));
        }
        if let Some(middle) = robust::median(&mut others) {
            facts.push(Fact::figure(
                "premium over the median that other importers pay",
                (test.after - middle).exp(),
                "ratio",
            ));
        }
        let other = self.taken_over(test.flow);
        if let Some(other) = other {
            facts.push(Fact::text(format!(
                "{} of the same heading fell in the same cell, and this code moved to its price: perhaps the same goods under another code",
                self.panel.comparable.name(other)
            )));
        }
        (facts, other)
    }

    fn finding(
        &self,
        test: &Test,
        range: [f64; 2],
        (p, q): (f64, f64),
        prices: &BTreeMap<u32, Vec<(PlaceId, f64)>>,
        sources: &SourcesOf,
    ) -> Option<Finding> {
        let flow = &self.flows[test.flow];
        let currency = self.panel.search.currency.as_str();
        let goods = self.panel.comparable.name(flow.good);
        let dearer = test.beyond > 0.0;
        let headline = format!(
            "{goods} from {} to {} went from {:.2} to {:.2} {currency} a kilogram",
            flow.exporter.name(),
            flow.importer.name(),
            test.before.exp(),
            test.after.exp()
        );
        let (facts, other) = self.facts(test, prices);
        let strong = test.beyond.abs().exp();
        Some(Finding {
            detector: "unit-value",
            subject: Subject {
                level: "pair",
                importer: Some(flow.importer.code().to_owned()),
                exporter: Some(flow.exporter.code().to_owned()),
                goods: Some(goods),
                other_goods: other.map(|o| self.panel.comparable.name(o)),
                direction: Some(if dearer { "dearer" } else { "cheaper" }),
                ..Subject::default()
            },
            period: self.panel.horizon().window.to_string(),
            start: None,
            measure: Measure {
                name: "unit-value-ratio",
                value: test.beyond.exp(),
                low: (test.beyond - range[1]).exp(),
                high: (test.beyond - range[0]).exp(),
            },
            p_value: Some(p),
            q_value: Some(q),
            severity: if strong >= 4.0 - 1e-9 {
                Severity::High
            } else if strong >= 2.0 {
                Severity::Medium
            } else {
                Severity::Low
            },
            why: Why::new(Fact::text(headline), facts),
            sources: super::sources_of(sources, [flow.importer])?,
        })
    }
}
