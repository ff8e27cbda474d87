//! What grows, begins and falls away for good? The events of the detector of surges; the factory
//! among them is planted with the decoys, since for others it is one.

use super::{Planter, SMALLEST_USD};
use crate::Outcome;
use crate::simulate::truth::Event;
use crate::simulate::world::{Cell, cells};

const DETECTOR: &str = "surge";
const SURGES: usize = 25;
const FALLS: usize = 10;
const NEW: usize = 10;
/// Events begin in one of the first six months of the last year.
const MONTHS: usize = 6;

pub(super) fn plant(planter: &mut Planter<'_>, strength: f64) -> Outcome {
    for (kind, count, factor) in [("surge", SURGES, strength), ("fall", FALLS, 1.0 / strength)] {
        for cell in planter.draw(count, |_, _, _| true)? {
            let after = planter.random.below(MONTHS);
            planter.scale(cell, planter.start(after), factor, factor);
            let since = planter.month(after);
            planter.event(Event::in_cell(DETECTOR, kind, cell).since(since, Some(strength)));
        }
    }
    let untraded: Vec<Cell> = cells()
        .filter(|cell| !planter.world.series.contains_key(cell) && planter.is_free(*cell))
        .collect();
    // Some that could begin are too small, come in lumps or are seen by nobody.
    let suitable = untraded.into_iter().filter(|&cell| {
        let series = planter.world.draw(cell);
        planter.is_visible(cell, &series) && series.level >= 3.0 * SMALLEST_USD
    });
    let suitable = suitable.collect();
    for cell in planter.pick(suitable, NEW)? {
        let after = planter.random.below(MONTHS);
        let mut series = planter.world.draw(cell);
        series.begin(planter.start(after));
        planter.world.series.insert(cell, series);
        planter.taken.insert(cell);
        let since = planter.month(after);
        planter.event(Event::in_cell(DETECTOR, "new", cell).since(since, None));
    }
    Ok(())
}
