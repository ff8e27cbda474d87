//! Mirror gaps: do both sides report the same trade, and since when not?
//!
//! The log of the importer's over the exporter's figure in the window, less the flow's own gap
//! in the baseline. Where both report by month, the months' gaps are tested by the test of levels
//! ([`super::spread`]): over the spread of this flow's own gap. Others are set over the gap to be
//! expected of the two reporters, against the last baseline year of all such flows.
//! Both directions are tested:
//! *vanished* (the exporter says so, the importer never sees it) and *appeared* (the importer
//! sees what nobody says they sent). Only periods that both reporters cover are compared.

use std::ops::Range;

use plimsoll_ingest::fact::Flow;
use plimsoll_terms::period::Month;
use plimsoll_terms::place::PlaceId;

use super::chance::Placebos;
use super::series::{self, LOG_FLOOR, Levels};
use super::spread::Spreads;
use super::surge::whole;
use super::{Detector, Outcome, Pass};
use crate::calendar::Pace;
use crate::finding::{Fact, Finding, Measure, Severity, Subject, Why};
use crate::flows::{Panel, SourcesOf};
use crate::plans::{self, Column, Plan, Rows};
use crate::reconcile::{self, Reliability, TwoSided};
use crate::stats::robust;

/// Fewest months of the baseline in which both sides saw something, for the test of levels.
const SEEN_MONTHS: usize = 6;

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
            "SELECT importer, exporter, good, months, start, {} AS side, exports, imports FROM flows \
             WHERE exports IS NOT NULL OR imports IS NOT NULL ORDER BY 1, 2, 3, 4, 5",
            panel.horizon().side_sql()
        );
        vec![Plan { name: "gaps", sql }]
    }

    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a> {
        Box::new(Looking { panel, gaps: Vec::new(), one_sided: 0 })
    }
}

/// Both reports of a flow by side: earlier baseline, last baseline year, window.
struct Gap {
    importer: PlaceId,
    exporter: PlaceId,
    good: u32,
    exports: [f64; 3],
    imports: [f64; 3],
    /// Sides that both reporters cover wholly.
    covered: [bool; 3],
    /// The test of levels of the gaps of months or years.
    level: Option<Levels>,
}

impl Gap {
    fn size(&self, side: usize) -> f64 {
        self.exports[side].max(self.imports[side])
    }
}

/// Both reports of one month: exports and imports.
type Month2 = (Month, f64, f64);

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

    /// The gap of the rows of one flow; `None` where not both report the whole window.
    fn gap(
        &self,
        (importer, exporter, good): (PlaceId, PlaceId, u32),
        [sides, sold, bought, paces, starts]: [Column<'_>; 5],
        rows: Range<usize>,
    ) -> Option<Gap> {
        let covered = self.covered(exporter, importer);
        if !covered[2] {
            return None;
        }
        let (mut exports, mut imports) = ([0.0; 3], [0.0; 3]);
        let (mut months, mut years): (Vec<Month2>, Vec<Month2>) = Default::default();
        for i in rows {
            let side = sides.or_zero(i).clamp(0, 2) as usize;
            let (x, m) = (sold.or_zero(i) as f64 / 100.0, bought.or_zero(i) as f64 / 100.0);
            exports[side] += x;
            imports[side] += m;
            let start = plans::month(starts.or_zero(i));
            let of =
                if plans::pace(paces.or_zero(i)) == Pace::Month { &mut months } else { &mut years };
            of.push((start, x, m));
        }
        let level = match years.is_empty() {
            true => self.level((exporter, importer), &months),
            false => self.yearly((exporter, importer), &years),
        };
        Some(Gap { importer, exporter, good, exports, imports, covered, level })
    }

    /// The test of levels of the gaps of months that both cover, for flows of which both sides
    /// saw something in at least six months of the baseline.
    fn level(&self, (exporter, importer): (PlaceId, PlaceId), all: &[Month2]) -> Option<Levels> {
        let exports = self.panel.calendar.reporting(Flow::Export, exporter)?;
        let imports = self.panel.calendar.reporting(Flow::Import, importer)?;
        if exports.pace != Pace::Month || imports.pace != Pace::Month {
            return None;
        }
        let both = |m: &Month| exports.starts.contains(m) && imports.starts.contains(m);
        let months: Vec<&Month2> =
            all.iter().filter(|(m, x, i)| x.max(*i) > 0.0 && both(m)).collect();
        let horizon = self.panel.horizon();
        let seen = |(m, x, i): &&&Month2| *m < horizon.window.first() && x.min(*i) > 0.0;
        if months.iter().filter(seen).count() < SEEN_MONTHS {
            return None;
        }
        let floor = LOG_FLOOR
            * robust::median(&mut months.iter().map(|(_, x, i)| x.max(*i)).collect::<Vec<f64>>())?;
        let gaps: Vec<(Month, f64)> =
            months.iter().map(|(m, x, i)| (*m, ((i + floor) / (x + floor)).ln())).collect();
        series::levels_of(&gaps, Pace::Month, &horizon)
    }

    /// The same of years, in each of which both sides saw something.
    fn yearly(&self, (exporter, importer): (PlaceId, PlaceId), all: &[Month2]) -> Option<Levels> {
        let exports = self.panel.calendar.reporting(Flow::Export, exporter)?;
        let imports = self.panel.calendar.reporting(Flow::Import, importer)?;
        let both = |m: &Month| exports.starts.contains(m) && imports.starts.contains(m);
        let horizon = self.panel.horizon();
        let before = |m: &Month| *m < horizon.window.first();
        let years: Vec<&Month2> = all.iter().filter(|(m, ..)| both(m)).collect();
        if years.iter().any(|(m, x, i)| before(m) && x.min(*i) <= 0.0) {
            return None;
        }
        let gaps: Vec<(Month, f64)> = years
            .iter()
            .map(|(m, x, i)| (*m, ((i + self.pad()) / (x + self.pad())).ln()))
            .collect();
        series::levels_of(&gaps, Pace::Year, &horizon)
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
        let [importers, exporters, goods] = rows.columns(["importer", "exporter", "good"]);
        let figures = rows.columns(["side", "exports", "imports", "months", "start"]);
        let key = |i| (importers.or_zero(i), exporters.or_zero(i), goods.or_zero(i));
        let mut first = 0;
        while first < rows.len() {
            let mut end = first + 1;
            while end < rows.len() && key(end) == key(first) {
                end += 1;
            }
            let (importer, exporter, good) = key(first);
            if let (Some(importer), Some(exporter)) =
                (plans::place(importer), plans::place(exporter))
            {
                match self.gap((importer, exporter, good as u32), figures, first..end) {
                    Some(gap) => self.gaps.push(gap),
                    None => self.one_sided += 1,
                }
            }
            first = end;
        }
    }

    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome {
        let reliability = self.reliability();
        let comparable = |g: &&Gap| self.panel.comparable.good(g.good).is_some_and(|g| g.plain);
        let scaled = |g: &Gap, d: f64| d / reliability.expected_gap(g.exporter, g.importer);
        let mut placebos = Placebos::default();
        let mut tests: Vec<(&Gap, f64, f64)> = Vec::new();
        for gap in self.gaps.iter().filter(comparable) {
            // Without a past of its own a flow is compared with two reports that agree; the same
            // rule makes the placebos.
            if let (Some(last), true) = (self.log_gap(gap, &[1]), gap.covered[0]) {
                let earlier = self.log_gap(gap, &[0]).unwrap_or(0.0);
                placebos.push(gap.level.is_none(), gap.size(1), scaled(gap, last - earlier));
            }
            let Some(now) = self.log_gap(gap, &[2]) else { continue };
            let usual = self.log_gap(gap, &[0, 1]).unwrap_or(0.0);
            tests.push((gap, now, usual));
        }
        let own = |(g, now, usual): &(&Gap, f64, f64)| (g.size(2), scaled(g, now - usual));
        let chance = placebos.chance(tests.iter().map(own), self.pad());
        let levels = self.gaps.iter().filter(comparable).filter_map(|g| g.level.as_ref());
        let spreads = Spreads::of(
            tests.iter().filter_map(|(g, _, _)| g.level.as_ref()),
            levels.map(|test| (test, 0.0)),
            None,
        );
        tests.retain(|(g, _, _)| self.panel.asks(g.importer));
        // The p-value and what chance gives, 95 of 100 times.
        let verdicts: Vec<(f64, [f64; 2])> = (tests.iter())
            .map(|(g, now, usual)| {
                let change = now - usual;
                if let Some(verdict) = g.level.as_ref().and_then(|l| spreads.judge(l, 0.0)) {
                    // The months say the contrary of their sum: one large month.
                    let p = if verdict.z * change < 0.0 { 1.0 } else { verdict.p };
                    return (p, [-verdict.margin, verdict.margin]);
                }
                let scale = reliability.expected_gap(g.exporter, g.importer);
                let [up, down] = chance.tails(g.size(2), scaled(g, change));
                let range = chance.range(g.size(2)).map(|r| r * scale);
                ((2.0 * up.min(down)).min(1.0), range)
            })
            .collect();
        let p: Vec<f64> = verdicts.iter().map(|(p, _)| *p).collect();
        let q = super::q_values(&self.panel.search, &p);
        let mut outcome = Outcome { tests: p.len(), ..Outcome::default() };
        for ((test, (p, reach)), q) in tests.iter().zip(&verdicts).zip(q) {
            let moved = (test.1 - test.2).abs() >= self.panel.search.min_ratio.ln();
            if q <= self.panel.search.q && moved {
                outcome.findings.extend(self.finding(
                    *test,
                    *reach,
                    (*p, q),
                    &reliability,
                    sources,
                ));
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
