//! What happens in a world? One list, [`DETECTORS`], says what can be planted; each plants its
//! own events. Decoys stand beside them in every world that has any: they look like events and
//! are none.
//!
//! Two events never share a series, and none stands where a decoy moves all of an exporter's, an
//! importer's or a code's figures, the pandemic aside.

mod concentration;
mod decoys;
mod diversion;
mod mirror_gap;
mod surge;
mod unit_value;

use std::collections::BTreeSet;

use super::series::Series;
use super::truth::{Event, Truth};
use super::world::{Cell, Country, TARGET, World};
use crate::Outcome;
use crate::random::SplitMix;
use decoys::Decoys;

/// Events stand in flows of at least so much a month, in USD.
const SMALLEST_USD: f64 = 10_000.0;

/// Something that is looked for, and how it is planted.
pub(super) struct Detector {
    pub(super) name: &'static str,
    /// The strength where none is said.
    pub(super) usual: f64,
    pub(super) scale: Scale,
    plant: fn(&mut Planter, f64) -> Outcome,
}

/// What a strength counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Times as much as before.
    Factor,
    /// A part of a whole.
    Share,
}

/// All that can be planted.
#[rustfmt::skip]
pub(super) static DETECTORS: [Detector; 5] = [
    Detector { name: "surge", usual: 4.0, scale: Scale::Factor, plant: surge::plant },
    Detector { name: "diversion", usual: 0.5, scale: Scale::Share, plant: diversion::plant },
    Detector { name: "mirror-gap", usual: 3.0, scale: Scale::Factor, plant: mirror_gap::plant },
    Detector { name: "unit-value", usual: 3.0, scale: Scale::Factor, plant: unit_value::plant },
    Detector { name: "concentration", usual: 0.6, scale: Scale::Share, plant: concentration::plant },
];

impl Detector {
    /// What was said, or the usual.
    pub(super) fn strength(&self, said: Option<f64>) -> f64 {
        said.unwrap_or(self.usual)
    }
}

/// A world while things are planted in it.
struct Planter<'a> {
    world: World,
    truth: &'a mut Truth,
    random: SplitMix,
    /// Series that have their event or decoy.
    taken: BTreeSet<Cell>,
    decoys: Decoys,
    /// The target reports no more, and goods go round.
    diverted: bool,
}

/// Plants decoys and the events of these detectors.
///
/// Of several detectors only those with a factor take the strength that was said.
pub(super) fn plant(
    world: World,
    detectors: &[&'static Detector],
    said: Option<f64>,
    truth: &mut Truth,
) -> Outcome<World> {
    let random = SplitMix::of(world.seed, &["decoys"]);
    let decoys = Decoys::choose(&world)?;
    let diverted = detectors.iter().any(|detector| detector.name == "diversion");
    let mut planter = Planter { world, truth, random, taken: BTreeSet::new(), decoys, diverted };
    decoys::plant(&mut planter, detectors, said)?;
    // Those at the end of the list want whole markets: they choose first.
    for detector in detectors.iter().rev() {
        let said = said.filter(|_| detectors.len() == 1 || detector.scale == Scale::Factor);
        planter.random = SplitMix::of(planter.world.seed, &["events", detector.name]);
        (detector.plant)(&mut planter, detector.strength(said))
            .map_err(|message| format!("{}: {message}", detector.name))?;
    }
    Ok(planter.world)
}

impl Planter<'_> {
    /// The name of a month of the last year, counted from 0.
    fn month(&self, after: usize) -> String {
        self.world.years.name(self.start(after))
    }

    /// The number of a month of the last year.
    fn start(&self, after: usize) -> usize {
        self.world.years.last_january() + after
    }

    /// Whether an event may stand here: nothing else does, and no decoy moves all around it.
    fn is_free(&self, cell: Cell) -> bool {
        !self.taken.contains(&cell)
            && !self.decoys.move_all_of(cell)
            && !(self.diverted && (cell.importer == TARGET || self.is_hub(cell)))
    }

    fn is_hub(&self, cell: Cell) -> bool {
        [cell.exporter, cell.importer].iter().any(|place| self.world.hubs.contains(place))
    }

    /// Whether the importer's report shows this series to the end.
    fn importer_shows(&self, cell: Cell, series: &Series) -> bool {
        series.importer_reports && self.shows(cell.importer)
    }

    /// Whether somebody reports to the end.
    fn shows(&self, country: Country) -> bool {
        self.world.reports(country, self.world.years.months() - 1)
    }

    /// Steady series of some size that at least one side reports to the end.
    fn is_visible(&self, cell: Cell, series: &Series) -> bool {
        let shown = self.importer_shows(cell, series) || series.exporter_reports;
        shown && !series.lumpy && series.level >= SMALLEST_USD
    }

    /// Draws so many free and visible series that are also this, and takes them.
    fn draw(
        &mut self,
        count: usize,
        wanted: impl Fn(&Planter<'_>, Cell, &Series) -> bool,
    ) -> Outcome<Vec<Cell>> {
        let free = self.world.series.iter().filter(|&(&cell, series)| {
            self.is_free(cell) && self.is_visible(cell, series) && wanted(self, cell, series)
        });
        let free = free.map(|(cell, _)| *cell).collect();
        let drawn = self.pick(free, count)?;
        self.taken.extend(&drawn);
        Ok(drawn)
    }

    /// Draws so many of these.
    fn pick<T>(&mut self, mut from: Vec<T>, count: usize) -> Outcome<Vec<T>> {
        if from.len() < count {
            return Err(format!(
                "this world has room for {} of {count}; take another --seed",
                from.len()
            ));
        }
        let mut drawn = Vec::with_capacity(count);
        while drawn.len() < count {
            drawn.push(from.swap_remove(self.random.below(from.len())));
        }
        Ok(drawn)
    }

    /// Multiplies value and weight of a series from a month on.
    fn scale(&mut self, cell: Cell, from: usize, value: f64, weight: f64) {
        if let Some(series) = self.world.series.get_mut(&cell) {
            series.scale(from, value, weight);
        }
    }

    /// The series of a cell; one in which nothing goes where it was not traded.
    fn open(&mut self, cell: Cell) -> &mut Series {
        self.taken.insert(cell);
        if !self.world.series.contains_key(&cell) {
            let mut series = self.world.draw(cell);
            series.begin(self.world.years.months());
            self.world.series.insert(cell, series);
        }
        self.world.series.entry(cell).or_default()
    }

    fn event(&mut self, event: Event) {
        self.truth.events.push(event);
    }
}
