//! Where do both sides cease to tell the same? Goods that leave and, by the importer's figures,
//! do not arrive, and goods that arrive in excess of what left.

use super::Planter;
use crate::Outcome;
use crate::simulate::truth::Event;

const DETECTOR: &str = "mirror-gap";
const VANISHED: usize = 20;
const APPEARED: usize = 10;

pub(super) fn plant(planter: &mut Planter<'_>, strength: f64) -> Outcome {
    let kinds = [("vanished", VANISHED, 1.0 / strength), ("appeared", APPEARED, strength)];
    for (kind, count, factor) in kinds {
        let cells = planter.draw(count, |planter, cell, series| {
            series.exporter_reports && planter.importer_shows(cell, series)
        })?;
        for cell in cells {
            let (start, since) = (planter.start(0), planter.month(0));
            if let Some(series) = planter.world.series.get_mut(&cell) {
                series.importer_sees = Some((start, factor));
            }
            planter.event(Event::in_cell(DETECTOR, kind, cell).since(since, Some(strength)));
        }
    }
    Ok(())
}
