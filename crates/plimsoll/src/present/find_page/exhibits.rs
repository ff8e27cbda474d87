//! The drawing that fits a finding, from the rows of trade that the detector looked at.
//!
//! Findings carry figures and no series: the series are read again, by the same panel and so by
//! the same rules.

use super::{name, trade};
use crate::present::assess_page::words;
use plimsoll_ingest::error::IngestError;
use plimsoll_monitor::calendar::{self, Pace, View};
use plimsoll_monitor::comparable::GoodId;
use plimsoll_monitor::finding::Finding;
use plimsoll_monitor::flows::{Figure, FlowRow, Panel};
use plimsoll_monitor::stats::robust::quantile;
use plimsoll_report::{
    Baseline, Block, Chart, Diversion, FlowLink, MirrorPairs, MirrorRow, Surge, UnitValueRow,
    UnitValues,
};
use plimsoll_terms::period::Month;
use plimsoll_terms::place::{self, PlaceId};
use std::collections::{BTreeMap, BTreeSet};

/// Rows of a drawing of many findings.
const ROWS: usize = 8;

/// Reads the rows of an importer once.
pub struct Exhibits<'a> {
    panel: &'a Panel,
    rows: BTreeMap<String, Vec<FlowRow>>,
}

impl<'a> Exhibits<'a> {
    /// Of what was searched.
    pub fn new(panel: &'a Panel) -> Self {
        Self { panel, rows: BTreeMap::new() }
    }

    /// What shows the first findings of a detector together.
    pub fn together(&mut self, id: &str, all: &[Finding]) -> Result<Option<Block>, IngestError> {
        match id {
            "mirror-gap" => self.mirror(all),
            "diversion" => Ok(self.diversion(all)),
            _ => Ok(None),
        }
    }

    /// What shows one finding.
    pub fn of(&mut self, finding: &Finding) -> Result<Option<Block>, IngestError> {
        match finding.detector {
            "surge" => self.surge(finding),
            "unit-value" => self.unit_values(finding),
            _ => Ok(None),
        }
    }

    fn into(&mut self, importer: &str) -> Result<&[FlowRow], IngestError> {
        if !self.rows.contains_key(importer) {
            let slice = self.panel.slice(&BTreeSet::from([importer.to_owned()]))?;
            self.rows.insert(importer.to_owned(), slice.rows);
        }
        Ok(self.rows.get(importer).map_or(&[], Vec::as_slice))
    }

    /// The rows of a finding's importer, exporter and goods.
    fn about(&mut self, finding: &Finding) -> Result<Vec<FlowRow>, IngestError> {
        let subject = &finding.subject;
        let (Some(importer), Some(goods)) = (&subject.importer, &subject.goods) else {
            return Ok(Vec::new());
        };
        let exporter = subject.exporter.as_deref().and_then(place::by_code);
        let panel = self.panel;
        let rows = self.into(importer)?;
        let members = members(panel, rows, goods);
        let meant =
            |r: &&FlowRow| members.contains(&r.good) && exporter.is_none_or(|e| r.exporter == e);
        Ok(rows.iter().filter(meant).copied().collect())
    }

    fn subtitle(&self, finding: &Finding, view: View) -> String {
        let goods = finding.subject.goods.clone().unwrap_or_default();
        let report = match view {
            View::Imports => "the importer's report, by country of origin",
            View::Exports => "exporters' reports, by country of dispatch",
            View::Reconciled => "values reconciled by a publisher",
        };
        words::sentence_case(&format!("{}, {goods}; {report}", trade(finding)))
    }

    fn surge(&mut self, finding: &Finding) -> Result<Option<Block>, IngestError> {
        let horizon = self.panel.horizon();
        let rows = self.about(finding)?;
        let Some(importer) = finding.subject.importer.as_deref().and_then(place::by_code) else {
            return Ok(None);
        };
        let Some(flow) = Flow::new(self.panel, importer, &rows) else { return Ok(None) };
        let within = |from: Month, to: Month| {
            let of = flow.starts.iter().filter(|m| from <= **m && **m <= to);
            let label = |m: Option<&Month>| m.map(|m| flow.label(*m));
            label(of.clone().next()).zip(label(of.clone().next_back()))
        };
        let before = |m: &Month| horizon.baseline.contains(*m);
        let mut usual: Vec<f64> = (flow.starts.iter().zip(&flow.values))
            .filter(|(m, _)| before(m))
            .filter_map(|(_, v)| *v)
            .collect();
        usual.sort_by(f64::total_cmp);
        let span = within(horizon.baseline.first(), horizon.baseline.last());
        let baseline = span.zip(quantile(&usual, 0.5)).map(|((from, to), middle)| Baseline {
            from,
            to,
            usual: middle,
            low: quantile(&usual, 0.25),
            high: quantile(&usual, 0.75),
        });
        let chart = Surge {
            title: words::sentence_case(finding.headline()),
            subtitle: self.subtitle(finding, self.panel.calendar.view(importer)),
            x: flow.starts.iter().map(|m| flow.label(*m)).collect(),
            name: trade(finding),
            values: flow.values.clone(),
            unit: self.panel.search.currency.clone(),
            baseline,
            window: within(horizon.window.first(), horizon.window.last()),
            onset: finding.start.clone().map(|start| {
                let way = finding.subject.direction.unwrap_or("change");
                (start, format!("{way} begins"))
            }),
            events: Vec::new(),
        };
        let note = "The dashed line is the median of the baseline, the band its middle half. The test compares the \
                    same calendar months.";
        Ok(Some(Block::drawn(Chart::Surge(Box::new(chart)), Some(note.to_owned()))))
    }

    /// Both reports of the first findings, over the window.
    fn mirror(&mut self, all: &[Finding]) -> Result<Option<Block>, IngestError> {
        let window = self.panel.horizon().window;
        let mut rows = Vec::new();
        for finding in all.iter().take(ROWS) {
            let of = self.about(finding)?;
            let inside = || of.iter().filter(|r| window.contains(r.start));
            rows.push(MirrorRow {
                label: format!(
                    "{}, {}",
                    trade(finding),
                    finding.subject.goods.as_deref().unwrap_or("")
                ),
                exporter: total(inside().filter_map(|r| r.exports)),
                importer: total(inside().filter_map(|r| r.imports)),
            });
        }
        let chart = MirrorPairs {
            title: "What exporters and importers say of the same trade".to_owned(),
            subtitle: format!(
                "Both reports added up over {}; the first findings",
                words::period(&window)
            ),
            unit: self.panel.search.currency.clone(),
            rows,
        };
        let note = "The detector tests how a ratio departs from what is usual between two reporters; freight, \
                    insurance and transit make ratios differ from 1.";
        Ok(Some(Block::drawn(Chart::MirrorPairs(chart), Some(note.to_owned()))))
    }

    /// The hubs of all findings. What went on is not in the figures: only its bounds are.
    fn diversion(&self, all: &[Finding]) -> Option<Block> {
        let mut links = Vec::new();
        let hubs = all.iter().filter(|f| f.measure.name == "excess-inflow-a-month");
        for finding in hubs.take(ROWS) {
            let (Some(hub), Some(target)) = (&finding.subject.hub, &finding.subject.target) else {
                continue;
            };
            let (hub, target) = (name(hub), name(target));
            let goods = finding.subject.goods.clone().unwrap_or_default();
            let measure = finding.measure;
            links.push(FlowLink {
                onward: false,
                from: format!("Sellers of {goods}"),
                to: hub.clone(),
                value: Some(measure.value),
                low: Some(measure.low),
                high: Some(measure.high),
            });
            links.push(FlowLink {
                onward: true,
                from: hub,
                to: target,
                value: None,
                low: Some(0.0),
                high: Some(measure.value.max(0.0)),
            });
        }
        let horizon = self.panel.horizon();
        let chart = Diversion {
            title: "What the hubs took in beyond what was to be expected".to_owned(),
            subtitle: format!(
                "A month in {}, against {}",
                words::period(&horizon.window),
                words::period(&horizon.baseline)
            ),
            stages: ["excess inflow".to_owned(), "may have gone on".to_owned()],
            unit: self.panel.search.currency.clone(),
            links,
        };
        let note = "What went on from a hub is not measured: dashed lines carry the least and the most that it can \
                    have been.";
        let any = !chart.links.is_empty();
        any.then(|| Block::drawn(Chart::Diversion(chart), Some(note.to_owned())))
    }

    fn unit_values(&mut self, finding: &Finding) -> Result<Option<Block>, IngestError> {
        let subject = &finding.subject;
        let (Some(importer), Some(exporter), Some(goods)) = (
            subject.importer.as_deref(),
            subject.exporter.as_deref().and_then(place::by_code),
            subject.goods.as_deref(),
        ) else {
            return Ok(None);
        };
        let panel = self.panel;
        let Some(to) = place::by_code(importer) else { return Ok(None) };
        let view = panel.calendar.view(to);
        let rows = self.into(importer)?;
        let members = members(panel, rows, goods);
        let of = || rows.iter().filter(|r| members.contains(&r.good));
        let price = |r: &FlowRow| r.figure(view).and_then(unit_value);
        let window = panel.horizon().window;
        let before = of().filter(|r| r.exporter == exporter && !window.contains(r.start));
        let now = of().filter(|r| r.exporter == exporter && window.contains(r.start));
        let flagged = now.filter_map(|r| Some((price(r)?, format!("in {}", when(r))))).take(ROWS);
        let own = UnitValueRow {
            flagged: flagged.collect(),
            ..spread(format!("{}, earlier", exporter.name()), before.filter_map(price).collect())
        };
        let others = of().filter(|r| r.exporter != exporter).filter_map(price).collect();
        let chart = UnitValues {
            title: words::sentence_case(finding.headline()),
            subtitle: self.subtitle(finding, view),
            unit: format!("{} per kg", panel.search.currency),
            rows: vec![own, spread("all other suppliers".to_owned(), others)],
        };
        let note = "Each tick is one period of one supplier; diamonds are the window. Ticks without a weight are left \
                    out.";
        Ok(Some(Block::drawn(Chart::UnitValues(chart), Some(note.to_owned()))))
    }
}

/// When a row was: `January 2022`, or `2022` where the report is yearly.
fn when(row: &FlowRow) -> String {
    match row.pace {
        Pace::Month => words::month_year(row.start),
        Pace::Year => row.start.year().to_string(),
    }
}

/// The goods of that name: those of a list, or the one good.
fn members(panel: &Panel, rows: &[FlowRow], goods: &str) -> BTreeSet<GoodId> {
    if let Some(set) = panel.comparable.sets().into_iter().find(|s| s.name == goods) {
        return set.members;
    }
    let all: BTreeSet<GoodId> = rows.iter().map(|r| r.good).collect();
    all.into_iter().filter(|g| panel.comparable.name(*g) == goods).collect()
}

fn total(figures: impl Iterator<Item = Figure>) -> Option<f64> {
    figures.map(|f| f.cents as f64 / 100.0).reduce(|a, b| a + b)
}

/// Value by net weight of the part that has a weight, in units of the currency a kilogram.
fn unit_value(figure: Figure) -> Option<f64> {
    let known = figure.grams > 0 && figure.weighed_cents > 0;
    known.then(|| (figure.weighed_cents as f64 / 100.0) / (figure.grams as f64 / 1000.0))
}

fn spread(label: String, mut values: Vec<f64>) -> UnitValueRow {
    values.sort_by(f64::total_cmp);
    let quartile = |p: f64| quantile(&values, p);
    let quartiles = match (quartile(0.25), quartile(0.5), quartile(0.75)) {
        (Some(low), Some(middle), Some(high)) => Some([low, middle, high]),
        _ => None,
    };
    UnitValueRow { label, values, quartiles, flagged: Vec::new() }
}

/// One flow, period by period: zero where its reporter is heard and has no record, nothing where
/// the reporter is silent.
struct Flow {
    pace: Pace,
    starts: Vec<Month>,
    values: Vec<Option<f64>>,
}

impl Flow {
    fn new(panel: &Panel, importer: PlaceId, rows: &[FlowRow]) -> Option<Flow> {
        let (span, view) = (panel.horizon().span(), panel.calendar.view(importer));
        let pace = rows.first()?.pace;
        let single = rows.iter().all(|r| r.exporter == rows[0].exporter);
        let covered = |exporter: PlaceId, start: &Month| {
            let reporting = panel.calendar.of_flow(view, importer, exporter);
            reporting.is_some_and(|r| r.starts.contains(start))
        };
        // Sums over exporters are made of those who cover the whole span, as the detector does.
        let steady = |exporter: PlaceId| {
            let reporting = panel.calendar.of_flow(view, importer, exporter);
            single || view != View::Exports || reporting.is_some_and(|r| r.covers(&span))
        };
        let mut sums: BTreeMap<Month, i64> = BTreeMap::new();
        for row in rows.iter().filter(|r| r.pace == pace && steady(r.exporter)) {
            if let Some(figure) = row.figure(view) {
                *sums.entry(row.start).or_default() += figure.cents;
            }
        }
        let starts: Vec<Month> = calendar::periods(&span, pace).collect();
        let value = |start: &Month| match sums.get(start) {
            Some(cents) => Some(*cents as f64 / 100.0),
            None => covered(rows[0].exporter, start).then_some(0.0),
        };
        let values = starts.iter().map(value).collect();
        Some(Flow { pace, starts, values })
    }

    fn label(&self, start: Month) -> String {
        match self.pace {
            Pace::Month => start.to_string(),
            Pace::Year => start.year().to_string(),
        }
    }
}
