//! Mirror gaps: do both sides report the same trade, and since when not?
//!
//! The log of the importer's over the exporter's figure in the window, less the flow's own gap
//! in the baseline, over the gap to be expected of the two reporters. What chance does to that is
//! taken from the last baseline year against those before it. Both directions are tested:
//! *vanished* (the exporter says so, the importer never sees it) and *appeared* (the importer
//! sees what nobody says they sent). Only periods that both reporters cover are compared.

use plimsoll_ingest::fact::Flow;
use plimsoll_terms::place::PlaceId;

use super::chance::Chance;
use super::surge::whole;
use super::{Detector, Outcome, Pass};
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{self, Plan, Rows};
use crate::reconcile::{self, Reliability, TwoSided};

/// The detector.
pub struct MirrorGap;

impl Detector for MirrorGap {
    fn id(&self) -> &'static str {
        "mirror-gap"
    }
    fn title(&self) -> &'static str {
        "Mirror gaps"
    }
    fn question(&self) -> &'static str {
        "Which trade does one side report and the other not, more than these reporters usually differ?"
    }
    fn page(&self) -> &'static str {
        include_str!("../../pages/mirror-gap.md")
    }

    fn plans(&self, panel: &Panel) -> Vec<Plan> {
        let sql = format!(
            "SELECT importer, exporter, good, {} AS side, sum(exports) AS exports, sum(imports) AS imports FROM flows \
             WHERE exports IS NOT NULL OR imports IS NOT NULL \
             GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
            panel.horizon().side_sql()
        );
        vec![Plan { name: "gaps", sql }]
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking { panel, gaps: Vec::new(), one_sided: 0 })
    }
}

/// Both reports of a flow by side: earlier baseline, last baseline year, window.
#[derive(Clone, Copy)]
struct Gap {
    importer: PlaceId,
    exporter: PlaceId,
    good: u32,
    exports: [f64; 3],
    imports: [f64; 3],
    /// Sides that both reporters cover wholly.
    covered: [bool; 3],
}

struct Looking<'a> {
    panel: &'a Panel,
    gaps: Vec<Gap>,
    /// Flows of reporters who have no partner's report in the window.
    one_sided: usize,
}

impl Looking<'_> {
    fn pad(&self) -> f64 {
        self.panel.search.min_value / 20.0
    }

    fn covered(&self, exporter: PlaceId, importer: PlaceId) -> [bool; 3] {
        let exports = self.panel.calendar.reporting(Flow::Export, exporter);
        let imports = self.panel.calendar.reporting(Flow::Import, importer);
        let (Some(exports), Some(imports)) = (exports, imports) else { return [false; 3] };
        self.panel
            .horizon()
            .sides()
            .map(|span| span.is_some_and(|s| exports.covers(&s) && imports.covers(&s)))
    }

    /// Log gap of some sides together.
    fn log_gap(&self, gap: &Gap, sides: &[usize]) -> Option<f64> {
        let sides: Vec<usize> = sides.iter().copied().filter(|s| gap.covered[*s]).collect();
        let sum = |of: &[f64; 3]| sides.iter().map(|s| of[*s]).sum::<f64>();
        let (exports, imports) = (sum(&gap.exports), sum(&gap.imports));
        let seen = exports.max(imports) >= self.panel.search.min_value;
        seen.then(|| ((imports + self.pad()) / (exports + self.pad())).ln())
    }

    fn reliability(&self) -> Reliability {
        let two_sided: Vec<TwoSided> = (self.gaps.iter())
            .filter_map(|g| {
                let sum = |of: &[f64; 3]| (0..3).filter(|s| g.covered[*s]).map(|s| of[s]).sum();
                let (exports, imports): (f64, f64) = (sum(&g.exports), sum(&g.imports));
                (exports > 0.0 && imports > 0.0).then_some(TwoSided {
                    exporter: g.exporter,
                    importer: g.importer,
                    good: g.good,
                    exports,
                    imports,
                })
            })
            .collect();
        reconcile::reliability(&two_sided)
    }
}

impl Pass for Looking<'_> {
    fn take(&mut self, _: &Plan, rows: &Rows) {
        let number = |name, i| rows.get(name, i).unwrap_or(0);
        let mut last: Option<(i64, i64, i64)> = None;
        for i in 0..rows.len() {
            let key = (number("importer", i), number("exporter", i), number("good", i));
            if last != Some(key) {
                last = Some(key);
                let (Some(importer), Some(exporter)) = (plans::place(key.0), plans::place(key.1))
                else {
                    continue;
                };
                self.gaps.push(Gap {
                    importer,
                    exporter,
                    good: key.2 as u32,
                    exports: [0.0; 3],
                    imports: [0.0; 3],
                    covered: self.covered(exporter, importer),
                });
            }
            if let Some(gap) = self.gaps.last_mut() {
                let side = number("side", i).clamp(0, 2) as usize;
                gap.exports[side] = number("exports", i) as f64 / 100.0;
                gap.imports[side] = number("imports", i) as f64 / 100.0;
            }
        }
        let before = self.gaps.len();
        self.gaps.retain(|g| g.covered[2]);
        self.one_sided += before - self.gaps.len();
    }

    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let reliability = self.reliability();
        let comparable = |g: &&Gap| self.panel.comparable.good(g.good).is_some_and(|g| g.plain);
        let scaled = |g: &Gap, d: f64| d / reliability.expected_gap(g.exporter, g.importer);
        let size = |g: &Gap, side: usize| g.exports[side].max(g.imports[side]);
        let mut placebos = Vec::new();
        let mut tests: Vec<(&Gap, f64, f64)> = Vec::new();
        for gap in self.gaps.iter().filter(comparable) {
            // Without a past of its own a flow is compared with two reports that agree; the same
            // rule makes the placebos.
            if let (Some(last), true) = (self.log_gap(gap, &[1]), gap.covered[0]) {
                let earlier = self.log_gap(gap, &[0]).unwrap_or(0.0);
                placebos.push((size(gap, 1), scaled(gap, last - earlier)));
            }
            let Some(now) = self.log_gap(gap, &[2]) else { continue };
            let usual = self.log_gap(gap, &[0, 1]).unwrap_or(0.0);
            tests.push((gap, now, usual));
        }
        if placebos.is_empty() {
            placebos =
                tests.iter().map(|(g, now, usual)| (size(g, 2), scaled(g, now - usual))).collect();
        }
        let chance = Chance::new(placebos, self.pad());
        tests.retain(|(g, _, _)| self.panel.asks(g.importer));
        let tails: Vec<[f64; 2]> = (tests.iter())
            .map(|(g, now, usual)| chance.tails(size(g, 2), scaled(g, now - usual)))
            .collect();
        let p: Vec<f64> = tails.iter().map(|[up, down]| (2.0 * up.min(*down)).min(1.0)).collect();
        let q = super::q_values(&self.panel.search, &p);
        let mut outcome = Outcome { tests: p.len(), ..Outcome::default() };
        for ((test, p), q) in tests.iter().zip(&p).zip(q) {
            let moved = (test.1 - test.2).abs() >= self.panel.search.min_ratio.ln();
            if q <= self.panel.search.q && moved {
                let range = chance.range(size(test.0, 2));
                let scale = reliability.expected_gap(test.0.exporter, test.0.importer);
                let reach = [range[0] * scale, range[1] * scale];
                outcome.findings.extend(self.finding(*test, reach, (*p, q), &reliability, sources));
            }
        }
        if self.one_sided > 0 {
            outcome.notes.push(format!(
                "{} flows were not tested: only one of the two countries reports the whole window",
                self.one_sided
            ));
        }
        outcome.notes.push(format!(
            "reliability of reporters from {} flows that both sides report; imports are CIF and exports FOB: only changes of a gap are tested where there is a past",
            reliability.flows
        ));
        outcome
    }
}

impl Looking<'_> {
    fn finding(
        &self,
        (gap, now, usual): (&Gap, f64, f64),
        reach: [f64; 2],
        (p, q): (f64, f64),
        reliability: &Reliability,
        sources: &SourcesOf,
    ) -> Option<Finding> {
        let search = &self.panel.search;
        let currency = search.currency.as_str();
        let (x, m) = (gap.exports[2], gap.imports[2]);
        let (from, to) = (gap.exporter.name(), gap.importer.name());
        let vanished = now < usual;
        let goods = self.panel.comparable.name(gap.good);
        let said = if vanished { "much less than" } else { "much more than" };
        let headline = format!(
            "{to} reports {} {currency} of {goods} from {from}, {said} the {} that {from} reports",
            whole(m),
            whole(x)
        );
        let why = Why::new(
            Fact::text(headline).because(vec![
                Fact::figure(format!("exports as {from} reports them"), x, currency),
                Fact::figure(format!("imports as {to} reports them"), m, currency),
            ]),
            facts(gap, (now, usual), reliability, currency),
        );
        let missing = (x - m).abs();
        let severity = match missing {
            m if q <= 0.01 && m >= 10.0 * search.min_value => Severity::High,
            m if m >= search.min_value => Severity::Medium,
            _ => Severity::Low,
        };
        Some(Finding {
            detector: "mirror-gap",
            subject: Subject {
                level: "pair",
                importer: Some(gap.importer.code().to_owned()),
                exporter: Some(gap.exporter.code().to_owned()),
                goods: Some(goods),
                direction: Some(if vanished { "vanished" } else { "appeared" }),
                ..Subject::default()
            },
            period: self.panel.horizon().window.to_string(),
            start: None,
            measure: Measure {
                name: "log-gap",
                value: now - usual,
                low: now - usual - reach[1],
                high: now - usual - reach[0],
            },
            p_value: Some(p),
            q_value: Some(q),
            severity,
            why,
            sources: super::sources_of(sources, [gap.importer])?,
        })
    }
}

/// What a finding rests on besides both reports: the gap now and before, what was to be expected
/// of these reporters, and one value out of both.
fn facts(
    gap: &Gap,
    (now, usual): (f64, f64),
    reliability: &Reliability,
    currency: &str,
) -> Vec<Fact> {
    let (x, m) = (gap.exports[2], gap.imports[2]);
    let weight = reliability.exporter_weight(gap.exporter, gap.importer);
    let reconciled = weight * x + (1.0 - weight) * m;
    vec![
        Fact::figure("log of the importer's over the exporter's figure", now, "log"),
        Fact::figure("the same in the baseline", usual, "log"),
        Fact::figure(
            "gap to be expected of these two reporters",
            reliability.expected_gap(gap.exporter, gap.importer),
            "log",
        ),
        Fact::figure(
            format!("reconciled value; the exporter's report weighs {weight:.2}"),
            reconciled,
            currency,
        ),
        Fact::text(
            "an exporter names the country it sends to, an importer the country of origin: goods sold on, and other bases, open such gaps too",
        ),
    ]
}
