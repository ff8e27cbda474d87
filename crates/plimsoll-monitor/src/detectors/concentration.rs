//! Concentration and entry: did a supplier's share of a market change beyond chance, did one
//! enter or leave?
//!
//! The change of a share is taken on the scale asin √share, on which its spread hardly depends
//! on its size, against the same change within the baselines of all markets of like value. The
//! Herfindahl index before and after stands beside it.

use std::collections::BTreeMap;

use plimsoll_terms::place::PlaceId;

use super::chance::Chance;
use super::{Detector, Outcome, Pass};
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{self, Plan, Rows};

/// Shares below this on both sides are not looked at.
const LEAST_SHARE: f64 = 0.05;
/// A supplier with less than this was not there.
const ABSENT: f64 = 0.005;
/// Smallest change of a share that is reported.
const LEAST_CHANGE: f64 = 0.10;

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
            "SELECT importer, good, exporter, {} AS side, sum(value) AS value FROM flows \
             WHERE steady AND value IS NOT NULL GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            panel.horizon().side_sql()
        );
        vec![Plan { name: "markets", sql }]
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking { panel, placebos: Vec::new(), tests: Vec::new() })
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
}

struct Looking<'a> {
    panel: &'a Panel,
    placebos: Vec<(f64, f64)>,
    tests: Vec<Test>,
}

fn stabilised(share: f64) -> f64 {
    share.clamp(0.0, 1.0).sqrt().asin()
}

impl Pass for Looking<'_> {
    fn take(&mut self, _: &Plan, rows: &Rows) {
        let number = |name, i| rows.get(name, i).unwrap_or(0);
        let mut market: BTreeMap<i64, [f64; 3]> = BTreeMap::new();
        for i in 0..rows.len() {
            let key = (number("importer", i), number("good", i));
            let side = number("side", i).clamp(0, 2) as usize;
            market.entry(number("exporter", i)).or_default()[side] +=
                number("value", i) as f64 / 100.0;
            let next = i + 1;
            if next == rows.len() || (number("importer", next), number("good", next)) != key {
                self.see(key, &std::mem::take(&mut market));
            }
        }
    }

    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let change = |t: &Test| stabilised(t.after) - stabilised(t.before);
        let pad = self.panel.search.min_value / 10.0;
        let chance = match self.placebos.is_empty() {
            true => Chance::new(self.tests.iter().map(|t| (t.size, change(t))), pad),
            false => Chance::new(self.placebos.iter().copied(), pad),
        };
        let asked: Vec<&Test> = self.tests.iter().filter(|t| self.panel.asks(t.importer)).collect();
        let p: Vec<f64> = asked
            .iter()
            .map(|t| {
                let [up, down] = chance.tails(t.size, change(t));
                (2.0 * up.min(down)).min(1.0)
            })
            .collect();
        let q = super::q_values(&self.panel.search, &p);
        let mut outcome = Outcome { tests: p.len(), ..Outcome::default() };
        for ((test, p), q) in asked.into_iter().zip(&p).zip(q) {
            if q <= self.panel.search.q && (test.after - test.before).abs() >= LEAST_CHANGE {
                let range = chance.range(test.size);
                outcome.findings.extend(self.finding(test, range, (*p, q), sources));
            }
        }
        outcome
            .notes
            .push("shares are those of suppliers whose reports cover the whole span".into());
        outcome
    }
}

impl Looking<'_> {
    fn see(&mut self, (importer, good): (i64, i64), market: &BTreeMap<i64, [f64; 3]>) {
        let Some(importer) = plans::place(importer) else { return };
        let total = |sides: &[usize]| -> f64 {
            market.values().map(|v| sides.iter().map(|s| v[*s]).sum::<f64>()).sum()
        };
        let share = |v: &[f64; 3], sides: &[usize], total: f64| {
            sides.iter().map(|s| v[*s]).sum::<f64>() / total
        };
        let sides = self.panel.horizon().sides();
        let year =
            |side: usize, value: f64| value * 12.0 / f64::from(sides[side].map_or(12, |s| s.len()));
        let floor = self.panel.search.min_value;
        let (first, last, now, past) = (total(&[0]), total(&[1]), total(&[2]), total(&[0, 1]));
        if first > 0.0 && year(1, last) >= floor {
            for v in market.values() {
                let (before, after) = (share(v, &[0], first), share(v, &[1], last));
                if before.max(after) >= LEAST_SHARE {
                    self.placebos.push((year(1, last), stabilised(after) - stabilised(before)));
                }
            }
        }
        if past <= 0.0 || year(2, now) < floor {
            return;
        }
        let index = |sides: &[usize], total: f64| -> f64 {
            market.values().map(|v| share(v, sides, total).powi(2)).sum()
        };
        let herfindahl = [index(&[0, 1], past), index(&[2], now)];
        for (exporter, v) in market {
            let (before, after) = (share(v, &[0, 1], past), share(v, &[2], now));
            if let (Some(exporter), true) =
                (plans::place(*exporter), before.max(after) >= LEAST_SHARE)
            {
                let size = year(2, now);
                let good = good as u32;
                self.tests.push(Test { importer, exporter, good, before, after, size, herfindahl });
            }
        }
    }

    fn finding(
        &self,
        test: &Test,
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
        let headline = format!(
            "{}'s share of {goods} into {} went from {:.1} % to {:.1} %",
            test.exporter.name(),
            test.importer.name(),
            100.0 * test.before,
            100.0 * test.after
        );
        let change = test.after - test.before;
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
            why: Why::new(
                Fact::text(headline),
                [
                    Fact::figure(
                        "value of the market a year",
                        test.size,
                        self.panel.search.currency.as_str(),
                    ),
                    Fact::figure("Herfindahl index before", test.herfindahl[0], "index"),
                    Fact::figure("Herfindahl index in the window", test.herfindahl[1], "index"),
                ],
            ),
            sources: super::sources_of(sources, [test.importer])?,
        })
    }
}
