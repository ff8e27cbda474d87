//! Unit values: is a good paid unlike before and unlike elsewhere, and did one code take over
//! another's trade?
//!
//! The log of value by kilogram of a flow in the window, less its own in the baseline and less
//! the common change of that good, against what the same figure did within the baseline. The
//! adjusted boxplot (Hubert and Vandervieren 2008) over all flows of the good is given beside
//! it, and the premium that an importer pays over all others. A pair of codes of one heading is
//! a sign of another classification where one falls, the other rises in the same cell, and the
//! riser's unit value moves towards that of the faller.

use std::collections::BTreeMap;

use plimsoll_terms::place::PlaceId;

use super::chance::Chance;
use super::surge::whole;
use super::{Detector, Outcome, Pass};
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{self, Plan, Rows};
use crate::stats::robust;

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
            "SELECT importer, exporter, good, {} AS side, sum(weighed) AS value, \
             sum(grams) AS grams FROM flows WHERE grams > 0 AND steady \
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            panel.horizon().side_sql()
        );
        vec![Plan { name: "unit values", sql }]
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking { panel, flows: Vec::new() })
    }
}

/// Value and kilograms of a flow by side, a month.
#[derive(Clone, Copy)]
struct Priced {
    importer: PlaceId,
    exporter: PlaceId,
    good: u32,
    value: [f32; 3],
    kilograms: [f32; 3],
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
        let number = |name, i| rows.get(name, i).unwrap_or(0);
        let mut last: Option<(i64, i64, i64)> = None;
        for i in 0..rows.len() {
            let key = (number("importer", i), number("exporter", i), number("good", i));
            let (Some(importer), Some(exporter)) = (plans::place(key.0), plans::place(key.1))
            else {
                continue;
            };
            if last != Some(key) {
                last = Some(key);
                let good = key.2 as u32;
                let zero = [0.0f32; 3];
                self.flows.push(Priced { importer, exporter, good, value: zero, kilograms: zero });
            }
            if let Some(flow) = self.flows.last_mut() {
                let side = number("side", i).clamp(0, 2) as usize;
                flow.value[side] = (number("value", i) as f64 / 100.0) as f32;
                flow.kilograms[side] = (number("grams", i) as f64 / 1000.0) as f32;
            }
        }
    }

    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let (mut tests, chance) = self.tests();
        tests.retain(|t| self.panel.asks(self.flows[t.flow].importer));
        let tails: Vec<[f64; 2]> =
            tests.iter().map(|t| chance.tails(self.size(t.flow, 2), t.beyond)).collect();
        let p: Vec<f64> = tails.iter().map(|[up, down]| (2.0 * up.min(*down)).min(1.0)).collect();
        let q = super::q_values(&self.panel.search, &p);
        let mut outcome = Outcome { tests: p.len(), ..Outcome::default() };
        let prices = self.prices();
        for ((test, p), q) in tests.iter().zip(&p).zip(q) {
            let moved = test.beyond.abs() >= self.panel.search.min_ratio.ln();
            if q <= self.panel.search.q && moved {
                let range = chance.range(self.size(test.flow, 2));
                let found = self.finding(test, range, (*p, q), &prices, sources);
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

    fn tests(&self) -> (Vec<Test>, Chance) {
        let change = |side: usize, before: &'static [usize]| -> Vec<(usize, f64, f64)> {
            let flows = self.flows.iter().enumerate();
            flows
                .filter(|(_, f)| self.large(f, side))
                .filter_map(|(i, f)| Some((i, f.price(before)?, f.price(&[side])?)))
                .collect()
        };
        let (now, placebo) = (change(2, &[0, 1]), change(1, &[0]));
        let (common_now, common_then) = (self.common(&now), self.common(&placebo));
        let beyond = |common: &BTreeMap<u32, f64>, (i, before, after): (usize, f64, f64)| {
            after - before - common.get(&self.flows[i].good).copied().unwrap_or(0.0)
        };
        let mut placebos: Vec<(f64, f64)> =
            placebo.iter().map(|c| (self.size(c.0, 1), beyond(&common_then, *c))).collect();
        if placebos.is_empty() {
            placebos = now.iter().map(|c| (self.size(c.0, 2), beyond(&common_now, *c))).collect();
        }
        let chance = Chance::new(placebos, self.panel.search.min_value / 10.0);
        let test = |c: &(usize, f64, f64)| Test {
            flow: c.0,
            before: c.1,
            after: c.2,
            beyond: beyond(&common_now, *c),
        };
        (now.iter().map(test).collect(), chance)
    }

    /// The median change of each good with at least five flows.
    fn common(&self, changes: &[(usize, f64, f64)]) -> BTreeMap<u32, f64> {
        let mut by_good: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (i, before, after) in changes {
            by_good.entry(self.flows[*i].good).or_default().push(after - before);
        }
        by_good
            .into_iter()
            .filter(|(_, of)| of.len() >= 5)
            .filter_map(|(good, mut of)| Some((good, robust::median(&mut of)?)))
            .collect()
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
                "change beyond that of the same good elsewhere",
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
