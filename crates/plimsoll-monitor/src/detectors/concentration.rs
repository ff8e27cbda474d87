//! Concentration and entry: did a supplier's share of a market change beyond chance, did one
//! enter or leave?
//!
//! The change of a share is taken on the scale asin √share, on which its spread hardly depends
//! on its size. Where a market is known by month, by the test of levels ([`super::spread`]): over
//! the spread of this share's own months; else against the same change within the baselines of
//! all markets of like value. Each market is one test, that of the supplier who moved most beyond
//! chance, by Bonferroni: what one gains others lose, and those are told beside it, as is the
//! Herfindahl index before and after.

use std::collections::BTreeMap;

use plimsoll_terms::period::Month;
use plimsoll_terms::place::PlaceId;

use super::chance::Placebos;
use super::series::{self, Levels};
use super::spread::Spreads;
use super::{Detector, Outcome, Pass};
use crate::calendar::Pace;
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{self, Plan, Rows};

/// Shares below this on both sides are not looked at.
const LEAST_SHARE: f64 = 0.05;
/// A supplier with less than this was not there.
const ABSENT: f64 = 0.005;
/// Smallest change of a share that is reported.
const LEAST_CHANGE: f64 = 0.10;

/// Two suppliers stand out alike where their figures differ by less than this share.
const ALIKE: f64 = 1e-6;

/// The detector.
pub struct Concentration;

impl Detector for Concentration {
    fn id(&self) -> &'static str {
        "concentration"
    }
    fn title(&self) -> &'static str {
        "Concentration and entry"
    }
    fn question(&self) -> &'static str {
        "Which suppliers gained or lost a market, entered it or left it?"
    }
    fn page(&self) -> &'static str {
        include_str!("../../pages/concentration.md")
    }

    fn plans(&self, panel: &Panel) -> Vec<Plan> {
        let sql = format!(
            "SELECT importer, good, exporter, months, start, {} AS side, value FROM flows \
             WHERE steady AND value IS NOT NULL ORDER BY 1, 2, 3, 4, 5",
            panel.horizon().side_sql()
        );
        vec![Plan { name: "markets", sql }]
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking {
            panel,
            placebos: Placebos::default(),
            levels: Vec::new(),
            tests: Vec::new(),
        })
    }
}

/// One supplier in one market.
struct Test {
    importer: PlaceId,
    exporter: PlaceId,
    good: u32,
    before: f64,
    after: f64,
    /// Value of the market a year.
    size: f64,
    /// Herfindahl index before and after.
    herfindahl: [f64; 2],
    /// Suppliers of the market, small ones included.
    suppliers: usize,
    /// The test of levels of the shares of months or years.
    level: Option<Levels>,
}

impl Test {
    fn change(&self) -> f64 {
        self.after - self.before
    }
}

/// What one supplier sold: by side, and month by month.
#[derive(Default)]
struct Sold {
    sides: [f64; 3],
    months: Vec<(Month, f64)>,
    /// Known by month, by year.
    paces: [bool; 2],
}

/// The verdict on one supplier: p-value, what chance gives, and how much it stands out beside
/// others of its market.
#[derive(Clone, Copy)]
struct Verdict {
    p: f64,
    range: [f64; 2],
    strength: f64,
}

struct Looking<'a> {
    panel: &'a Panel,
    placebos: Placebos,
    levels: Vec<Levels>,
    /// By market.
    tests: Vec<Test>,
}

fn stabilised(share: f64) -> f64 {
    share.clamp(0.0, 1.0).sqrt().asin()
}

impl Pass for Looking<'_> {
    fn take(&mut self, _: &Plan, rows: &Rows) {
        let [importers, goods, exporters] = rows.columns(["importer", "good", "exporter"]);
        let [months, starts, sides, values] = rows.columns(["months", "start", "side", "value"]);
        let market_of = |i| (importers.or_zero(i), goods.or_zero(i));
        let mut market: BTreeMap<i64, Sold> = BTreeMap::new();
        for i in 0..rows.len() {
            let key = market_of(i);
            let side = sides.or_zero(i).clamp(0, 2) as usize;
            let value = values.or_zero(i) as f64 / 100.0;
            let sold = market.entry(exporters.or_zero(i)).or_default();
            sold.sides[side] += value;
            sold.paces[usize::from(plans::pace(months.or_zero(i)) == Pace::Year)] = true;
            sold.months.push((plans::month(starts.or_zero(i)), value));
            let next = i + 1;
            if next == rows.len() || market_of(next) != key {
                self.see(key, &std::mem::take(&mut market));
            }
        }
    }

    fn finish(mut self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let verdicts = self.verdicts();
        let all: Vec<(&Test, Verdict)> = self.tests.iter().zip(verdicts).collect();
        let markets: Vec<(&[(&Test, Verdict)], usize)> = all
            .chunk_by(|a, b| (a.0.importer, a.0.good) == (b.0.importer, b.0.good))
            .filter(|of| self.panel.asks(of[0].0.importer))
            .map(|of| (of, lead(of)))
            .collect();
        let p: Vec<f64> = markets
            .iter()
            .map(|(of, lead)| {
                let (test, verdict) = of[*lead];
                // Of two suppliers one loses what the other gains: one test.
                let tests = if test.suppliers == 2 { 1 } else { of.len() };
                (verdict.p * tests as f64).min(1.0)
            })
            .collect();
        let q = super::q_values(&self.panel.search, &p);
        let mut outcome = Outcome { tests: p.len(), ..Outcome::default() };
        for (((of, lead), p), q) in markets.into_iter().zip(&p).zip(q) {
            let (test, verdict) = of[lead];
            if q <= self.panel.search.q && test.change().abs() >= LEAST_CHANGE {
                let others = of.iter().map(|(t, _)| *t).filter(|t| t.exporter != test.exporter);
                let others: Vec<&Test> =
                    others.filter(|t| t.change().abs() >= LEAST_CHANGE).collect();
                let found = self.finding(test, &others, verdict.range, (*p, q), sources);
                outcome.findings.extend(found);
            }
        }
        outcome
            .notes
            .push("shares are those of suppliers whose reports cover the whole span".into());
        outcome
    }
}

/// The supplier who stands out most; of two who do so alike the one who gained.
fn lead(market: &[(&Test, Verdict)]) -> usize {
    let mut best = 0;
    for (i, (test, verdict)) in market.iter().enumerate() {
        let (before, than) = market[best];
        let margin = ALIKE * (than.strength.abs() + verdict.strength.abs());
        let more = verdict.strength - than.strength;
        if more > margin || (more >= -margin && test.change() > before.change()) {
            best = i;
        }
    }
    best
}

impl Looking<'_> {
    fn verdicts(&mut self) -> Vec<Verdict> {
        let change = |t: &Test| stabilised(t.after) - stabilised(t.before);
        let pad = self.panel.search.min_value / 10.0;
        let own = self.tests.iter().map(|t| (t.size, change(t)));
        let chance = std::mem::take(&mut self.placebos).chance(own, pad);
        let spreads = Spreads::of(
            self.tests.iter().filter_map(|t| t.level.as_ref()),
            self.levels.iter().map(|levels| (levels, 0.0)),
            None,
        );
        let verdict = |t: &Test| {
            if let Some(verdict) = t.level.as_ref().and_then(|l| spreads.judge(l, 0.0)) {
                // The months say the contrary of their sum: one large month.
                let p = if verdict.z * change(t) < 0.0 { 1.0 } else { verdict.p };
                let range = [-verdict.margin, verdict.margin];
                return Verdict { p, range, strength: verdict.z.abs() };
            }
            let [up, down] = chance.tails(t.size, change(t));
            let p = (2.0 * up.min(down)).min(1.0);
            Verdict { p, range: chance.range(t.size), strength: -p }
        };
        self.tests.iter().map(verdict).collect()
    }

    /// The tests of levels of the shares of all suppliers of a market that is known by month, or
    /// wholly by year.
    fn levels_of(&self, market: &BTreeMap<i64, Sold>) -> BTreeMap<i64, Levels> {
        let known = |at: usize| market.values().any(|sold| sold.paces[at]);
        let pace = match [known(0), known(1)] {
            [true, true] => return BTreeMap::new(),
            [_, false] => Pace::Month,
            [_, true] => Pace::Year,
        };
        let mut totals: BTreeMap<Month, f64> = BTreeMap::new();
        for (month, value) in market.values().flat_map(|sold| &sold.months) {
            *totals.entry(*month).or_default() += value;
        }
        let totals: Vec<(Month, f64)> = totals.into_iter().filter(|(_, t)| *t > 0.0).collect();
        let horizon = self.panel.horizon();
        let mut shares: Vec<(Month, f64)> = Vec::with_capacity(totals.len());
        let mut level = |sold: &Sold| {
            shares.clear();
            shares.extend(totals.iter().map(|(month, _)| (*month, 0.0)));
            for (month, value) in &sold.months {
                // A store by year has millions of markets: no map for each.
                if let Ok(at) = totals.binary_search_by_key(month, |(m, _)| *m) {
                    shares[at].1 = stabilised(value / totals[at].1);
                }
            }
            series::levels_of(&shares, pace, &horizon)
        };
        market.iter().filter_map(|(exporter, sold)| Some((*exporter, level(sold)?))).collect()
    }

    fn see(&mut self, (importer, good): (i64, i64), market: &BTreeMap<i64, Sold>) {
        let Some(importer) = plans::place(importer) else { return };
        let total = |sides: &[usize]| -> f64 {
            market.values().map(|v| sides.iter().map(|s| v.sides[*s]).sum::<f64>()).sum()
        };
        let share = |v: &Sold, sides: &[usize], total: f64| {
            sides.iter().map(|s| v.sides[*s]).sum::<f64>() / total
        };
        let sides = self.panel.horizon().sides();
        let year =
            |side: usize, value: f64| value * 12.0 / f64::from(sides[side].map_or(12, |s| s.len()));
        let floor = self.panel.search.min_value;
        let (first, last, now, past) = (total(&[0]), total(&[1]), total(&[2]), total(&[0, 1]));
        let (placebo, tested) =
            (first > 0.0 && year(1, last) >= floor, past > 0.0 && year(2, now) >= floor);
        if !(placebo || tested) {
            return;
        }
        let levels = self.levels_of(market);
        if placebo {
            for (exporter, v) in market {
                let (before, after) = (share(v, &[0], first), share(v, &[1], last));
                if before.max(after) >= LEAST_SHARE {
                    let change = stabilised(after) - stabilised(before);
                    let level = levels.get(exporter);
                    self.placebos.push(level.is_none(), year(1, last), change);
                    self.levels.extend(level.cloned());
                }
            }
        }
        if !tested {
            return;
        }
        let index = |sides: &[usize], total: f64| -> f64 {
            market.values().map(|v| share(v, sides, total).powi(2)).sum()
        };
        let herfindahl = [index(&[0, 1], past), index(&[2], now)];
        for (key, v) in market {
            let (before, after) = (share(v, &[0, 1], past), share(v, &[2], now));
            let Some(exporter) = plans::place(*key).filter(|_| before.max(after) >= LEAST_SHARE)
            else {
                continue;
            };
            self.tests.push(Test {
                importer,
                exporter,
                good: good as u32,
                before,
                after,
                size: year(2, now),
                herfindahl,
                suppliers: market.len(),
                level: levels.get(key).cloned(),
            });
        }
    }

    fn finding(
        &self,
        test: &Test,
        others: &[&Test],
        range: [f64; 2],
        (p, q): (f64, f64),
        sources: &SourcesOf,
    ) -> Option<Finding> {
        let goods = self.panel.comparable.name(test.good);
        let direction = match (test.before < ABSENT, test.after < ABSENT) {
            (true, false) => "entered",
            (false, true) => "left",
            _ if test.after > test.before => "gained",
            _ => "lost",
        };
        let change = test.change();
        // Back from the scale of the test, about the share before.
        let back = |by: f64| {
            let at = stabilised(test.after) - by;
            at.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2) - test.before
        };
        Some(Finding {
            detector: "concentration",
            subject: Subject {
                level: "pair",
                importer: Some(test.importer.code().to_owned()),
                exporter: Some(test.exporter.code().to_owned()),
                goods: Some(goods),
                direction: Some(direction),
                ..Subject::default()
            },
            period: self.panel.horizon().window.to_string(),
            start: None,
            measure: Measure {
                name: "share-change",
                value: change,
                low: back(range[1]),
                high: back(range[0]),
            },
            p_value: Some(p),
            q_value: Some(q),
            severity: if change.abs() >= 0.4 { Severity::High } else { Severity::Medium },
            why: self.why(test, others),
            sources: super::sources_of(sources, [test.importer])?,
        })
    }

    fn why(&self, test: &Test, others: &[&Test]) -> Why {
        let share =
            |t: &Test| format!("went from {:.1} % to {:.1} %", 100.0 * t.before, 100.0 * t.after);
        let headline = format!(
            "{}'s share of {} into {} {}",
            test.exporter.name(),
            self.panel.comparable.name(test.good),
            test.importer.name(),
            share(test)
        );
        let currency = self.panel.search.currency.as_str();
        let mut facts = vec![
            Fact::figure("value of the market a year", test.size, currency),
            Fact::figure("Herfindahl index before", test.herfindahl[0], "index"),
            Fact::figure("Herfindahl index in the window", test.herfindahl[1], "index"),
        ];
        let beside = |t: &&Test| Fact::text(format!("that of {} {}", t.exporter.name(), share(t)));
        facts.extend(others.iter().map(beside));
        Why::new(Fact::text(headline), facts)
    }
}
