//! Where do goods go round? Five exporters nearly stop selling the listed codes to the target,
//! which reports no more; a share of what is lost goes to three hubs, and from there to the
//! target. All else stays.

use std::collections::BTreeMap;

use super::{Planter, SMALLEST_USD};
use crate::Outcome;
use crate::random::SplitMix;
use crate::simulate::truth::Event;
use crate::simulate::world::{Cell, Code, Country, LISTED, TARGET};

const DETECTOR: &str = "diversion";
/// Of direct sales.
const LOST: f64 = 0.9;
/// March.
const START: usize = 2;
/// Parts of the hubs, before each code shifts them.
const PARTS: [f64; 3] = [0.5, 0.3, 0.2];
/// What a hub takes for it.
const MARGIN: f64 = 1.1;

pub(super) fn plant(planter: &mut Planter<'_>, share: f64) -> Outcome {
    planter.world.silent_from.insert(TARGET, planter.start(0));
    let coalition = planter.world.coalition.clone();
    for code in LISTED.map(Code) {
        let parts = parts(planter, code);
        for &exporter in &coalition {
            let direct = Cell { exporter, importer: TARGET, code };
            if let Some(lost) = stop(planter, direct) {
                go_round(planter, direct, &lost, (share, &parts));
            }
        }
    }
    Ok(())
}

/// Which hub takes which part of a code.
fn parts(planter: &Planter<'_>, code: Code) -> BTreeMap<Country, f64> {
    let shifted = planter.world.hubs.iter().zip(PARTS).map(|(&hub, part)| {
        let shift = SplitMix::of(planter.world.seed, &["hub", hub.0, code.0]).gaussian();
        (hub, part * (0.3 * shift).exp())
    });
    let shifted: BTreeMap<Country, f64> = shifted.collect();
    let whole: f64 = shifted.values().sum();
    shifted.into_iter().map(|(hub, part)| (hub, part / whole)).collect()
}

/// What a direct flow loses.
struct Lost {
    /// USD and kilograms, by month from the start.
    months: Vec<(f64, f64)>,
    /// Large and steady enough that its way round can be an event.
    counts: bool,
}

fn stop(planter: &mut Planter<'_>, direct: Cell) -> Option<Lost> {
    let start = planter.start(START);
    let series = planter.world.series.get_mut(&direct)?;
    // The target does not show it, so the exporter does.
    series.exporter_reports = true;
    let months = series.value.iter().zip(&series.weight).skip(start);
    let months = months.map(|(usd, kg)| (LOST * usd, LOST * kg)).collect();
    series.scale(start, 1.0 - LOST, 1.0 - LOST);
    let counts = series.level >= SMALLEST_USD && !series.lumpy;
    planter.taken.insert(direct);
    Some(Lost { months, counts })
}

/// Both legs of the way round, through each hub.
fn go_round(
    planter: &mut Planter<'_>,
    direct: Cell,
    lost: &Lost,
    (share, parts): (f64, &BTreeMap<Country, f64>),
) {
    let start = planter.start(START);
    for (&hub, &part) in parts {
        let to_hub = Cell { importer: hub, ..direct };
        let onward = Cell { exporter: hub, ..direct };
        planter.open(onward).exporter_reports = true;
        for (month, &(usd, kg)) in (start..).zip(&lost.months) {
            let unsteady = share * part * (0.15 * planter.random.gaussian()).exp();
            planter.open(to_hub).add(month, usd * unsteady, kg * unsteady);
            planter.open(onward).add(month, MARGIN * usd * unsteady, kg * unsteady);
        }
        if lost.counts {
            let event = Event {
                detector: DETECTOR,
                kind: "diversion",
                exporter: Some(direct.exporter),
                hub: Some(hub),
                target: Some(TARGET),
                code: Some(direct.code),
                ..Event::default()
            };
            planter.event(event.since(planter.month(START), Some(share)));
        }
    }
}
