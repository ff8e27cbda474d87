//! Where does a kilogram cost what it did not? Goods that cost more, goods that weigh less, and
//! listed goods that come under another code of their heading.

use super::Planter;
use crate::Outcome;
use crate::simulate::truth::Event;
use crate::simulate::world::{Cell, TWINS};

const DETECTOR: &str = "unit-value";
/// Of each kind.
const FLOWS: usize = 10;
const MISCLASSIFIED: usize = 5;
/// Of what came under the listed code.
const MOVED: f64 = 0.8;
/// The listed flow is so many times the other, else little of it would show there.
const LARGER: f64 = 2.0;

pub(super) fn plant(planter: &mut Planter<'_>, strength: f64) -> Outcome {
    let (start, since) = (planter.start(0), planter.month(0));
    for (kind, value, weight) in [("dearer", strength, 1.0), ("lighter", 1.0, 1.0 / strength)] {
        for cell in planter.draw(FLOWS, |_, _, _| true)? {
            planter.scale(cell, start, value, weight);
            let event = Event::in_cell(DETECTOR, kind, cell);
            planter.event(event.since(since.clone(), Some(strength)));
        }
    }
    let pairs = pairs(planter);
    for (listed, other) in planter.pick(pairs, MISCLASSIFIED)? {
        for month in start..planter.world.years.months() {
            let moved = planter
                .world
                .series
                .get(&listed)
                .map(|series| (MOVED * series.value[month], MOVED * series.weight[month]));
            if let Some((value, weight)) = moved {
                planter.open(other).add(month, value, weight);
            }
        }
        planter.scale(listed, start, 1.0 - MOVED, 1.0 - MOVED);
        planter.taken.insert(listed);
        let event = Event::in_cell(DETECTOR, "misclassified", other);
        let event = Event { from_code: Some(listed.code), ..event };
        planter.event(event.since(since.clone(), Some(MOVED)));
    }
    Ok(())
}

/// A large listed flow and a small one of the same heading, between the same two, of which one
/// shows both.
fn pairs(planter: &Planter<'_>) -> Vec<(Cell, Cell)> {
    let all = planter.world.series.iter().filter_map(|(&cell, large)| {
        let (_, code) = TWINS.into_iter().find(|(listed, _)| *listed == cell.code)?;
        let other = Cell { code, ..cell };
        let small = planter.world.series.get(&other)?;
        let usable = |cell, series| planter.is_free(cell) && planter.is_visible(cell, series);
        let by_importer =
            planter.importer_shows(cell, large) && planter.importer_shows(other, small);
        let shown = by_importer || large.exporter_reports && small.exporter_reports;
        let right = usable(cell, large) && usable(other, small) && shown;
        (right && large.level >= LARGER * small.level).then_some((cell, other))
    });
    all.collect()
}
