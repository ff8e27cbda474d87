//! What looks for something in the statistics: one trait, one list, one file for each.
//!
//! A detector is a few plans over the named tables of [`crate::plans`] and exact statistics on
//! their rows. It reads no file, adds no report to another, and makes no operator of its own, so
//! that another engine can run its plans.

use std::collections::BTreeSet;
use std::sync::mpsc;

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
pub trait Pass: Send {
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
    let mut seen = Seen::new(&panel, &engine, detectors);
    let all = panel.slices.len();
    // While the detectors look at one slice the next is read, where there is a thread for it.
    std::thread::scope(|scope| {
        let (read, slices) = mpsc::sync_channel(0);
        let panel = &panel;
        let ahead = panel.search.threads != 1;
        if ahead {
            scope.spawn(move || {
                let mut slices = panel.slices.iter();
                // An error ends the search, and with it the channel.
                while slices.next().is_some_and(|of| read.send(panel.slice(of)).is_ok()) {}
            });
        }
        for (done, importers) in panel.slices.iter().enumerate() {
            progress(done, all);
            let next = if ahead { slices.recv().ok() } else { None };
            seen.take(next.unwrap_or_else(|| panel.slice(importers))?)?;
        }
        Ok::<(), PanelError>(())
    })?;
    progress(all, all);
    let (outcomes, sources, rows) = seen.judge();
    Ok(Answer { panel, outcomes, sources, rows })
}

/// What detectors have seen so far.
struct Seen<'a> {
    panel: &'a Panel,
    engine: &'a Engine,
    passes: Vec<Running<'a>>,
    sources: SourcesOf,
    rows: u64,
}

/// A detector, its plans, and what it saw.
type Running<'a> = (&'static dyn Detector, Vec<Plan>, Box<dyn Pass + 'a>);
type Outcomes = Vec<(&'static str, Outcome)>;

impl<'a> Seen<'a> {
    fn new(panel: &'a Panel, engine: &'a Engine, detectors: &[&'static dyn Detector]) -> Seen<'a> {
        let begin = |d: &&'static dyn Detector| (*d, d.plans(panel), d.begin(panel));
        let passes = detectors.iter().map(begin).collect();
        Seen { panel, engine, passes, sources: SourcesOf::new(), rows: 0 }
    }

    fn take(&mut self, slice: Slice) -> Result<(), PanelError> {
        let Slice { rows: flows, sources } = slice;
        if flows.is_empty() {
            return Ok(());
        }
        self.rows += flows.len() as u64;
        for (importer, of) in sources {
            self.sources.entry(importer).or_default().extend(of);
        }
        let session = self.engine.open(self.panel, &flows)?;
        drop(flows);
        for (_, plans, pass) in &mut self.passes {
            for plan in plans.iter() {
                pass.take(plan, &self.engine.run(&session, plan)?);
            }
        }
        Ok(())
    }

    /// The outcomes, the sources that any row came from, and the number of rows.
    fn judge(self) -> (Outcomes, BTreeSet<usize>, u64) {
        let judge = |(detector, _, pass): Running<'_>| {
            let mut outcome = pass.finish(&self.sources);
            finding::sort(&mut outcome.findings);
            (detector.id(), outcome)
        };
        let outcomes = self.passes.into_iter().map(judge).collect();
        (outcomes, self.sources.into_values().flatten().collect(), self.rows)
    }
}
