//! What looks for something in the statistics: one trait, one list, one file for each.
//!
//! A detector is a few plans over the named tables of [`crate::plans`] and exact statistics on
//! their rows. It reads no file, adds no report to another, and makes no operator of its own, so
//! that another engine can run its plans.

use std::collections::BTreeSet;

use plimsoll_ingest::store::Store;
use plimsoll_terms::place::PlaceId;

use crate::finding::{self, Finding, Sources};
use crate::flows::{Panel, PanelError, Slice, SourcesOf};
use crate::plans::{Engine, Plan, Rows};
use crate::search::{Control, Search};
use crate::stats::multiple;

pub mod cap;
pub mod chance;
pub mod concentration;
pub mod control;
pub mod diversion;
mod matching;
pub mod mirror_gap;
pub mod series;
pub mod spread;
pub mod surge;
pub mod unit_value;

/// Every detector, in the order in which `find all` runs them.
pub static ALL: &[&dyn Detector] = &[
    &surge::Surge,
    &mirror_gap::MirrorGap,
    &diversion::Diversion,
    &unit_value::UnitValue,
    &concentration::Concentration,
    &cap::Cap,
];

/// One way of looking.
pub trait Detector: Sync {
    /// Its name on the command line and in findings.
    fn id(&self) -> &'static str;
    /// What it is, in a few words.
    fn title(&self) -> &'static str;
    /// The question that it answers.
    fn question(&self) -> &'static str;
    /// Its test page: prose, a small table and the finding expected of it.
    fn page(&self) -> &'static str;
    /// Its plans.
    fn plans(&self, panel: &Panel) -> Vec<Plan>;
    /// Starts looking.
    fn begin<'a>(&self, panel: &'a Panel) -> Box<dyn Pass + 'a>;
}

/// A detector at work: it sees the rows of its plans slice by slice, then judges.
pub trait Pass {
    /// Takes the rows of one plan of one slice.
    fn take(&mut self, plan: &Plan, rows: &Rows);
    /// Judges all that was seen.
    fn finish(self: Box<Self>, sources: &SourcesOf) -> Outcome;
}

/// What a detector comes to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was found, within the asked rate of false alarms and above the floor.
    pub findings: Vec<Finding>,
    /// Number of tests in the family.
    pub tests: usize,
    /// What a reader must know: what was not tested, and why.
    pub notes: Vec<String>,
}

/// The answer of a search.
pub struct Answer {
    /// What was searched.
    pub panel: Panel,
    /// By detector, in the order of the list.
    pub outcomes: Vec<(&'static str, Outcome)>,
    /// Sources that any row came from: places in the manifest.
    pub sources: BTreeSet<usize>,
    /// Rows of `flows` that were looked at.
    pub rows: u64,
}

/// The sources of the trade into some importers; `None` where there are none.
fn sources_of(all: &SourcesOf, importers: impl IntoIterator<Item = PlaceId>) -> Option<Sources> {
    let of = importers.into_iter().filter_map(|i| all.get(&i)).flatten();
    Sources::new(of.copied())
}

/// The rate of false alarms at which each test of a family would count.
fn q_values(search: &Search, p: &[f64]) -> Vec<f64> {
    match search.control {
        Control::Hochberg => multiple::benjamini_hochberg(p),
        Control::Yekutieli => multiple::benjamini_yekutieli(p),
    }
}

/// The detector with this name.
pub fn by_id(id: &str) -> Option<&'static dyn Detector> {
    ALL.iter().copied().find(|d| d.id() == id)
}

/// Runs detectors over the store. `progress` hears how many of how many slices are done.
pub fn find(
    store: Store,
    search: Search,
    detectors: &[&'static dyn Detector],
    progress: &dyn Fn(usize, usize),
) -> Result<Answer, PanelError> {
    let engine = Engine::new(search.threads)?;
    let panel = Panel::new(store, search, &engine)?;
    let mut sources = SourcesOf::new();
    let mut rows = 0;
    let mut passes: Vec<(Vec<Plan>, Box<dyn Pass + '_>)> =
        detectors.iter().map(|d| (d.plans(&panel), d.begin(&panel))).collect();
    for (done, importers) in panel.slices.iter().enumerate() {
        progress(done, panel.slices.len());
        let Slice { rows: flows, sources: used } = panel.slice(importers)?;
        if flows.is_empty() {
            continue;
        }
        rows += flows.len() as u64;
        for (importer, of) in used {
            sources.entry(importer).or_default().extend(of);
        }
        let session = engine.open(&panel, &flows)?;
        drop(flows);
        for (plans, pass) in &mut passes {
            for plan in plans.iter() {
                pass.take(plan, &engine.run(&session, plan)?);
            }
        }
    }
    progress(panel.slices.len(), panel.slices.len());
    let mut outcomes = Vec::new();
    for (detector, (_, pass)) in detectors.iter().zip(passes) {
        let mut outcome = pass.finish(&sources);
        finding::sort(&mut outcome.findings);
        outcomes.push((detector.id(), outcome));
    }
    let sources = sources.into_values().flatten().collect();
    Ok(Answer { panel, outcomes, sources, rows })
}
