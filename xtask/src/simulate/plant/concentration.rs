//! Where does one supplier come to weigh more? Markets in which one takes over what others sold,
//! and markets that a new one enters with over a fifth.

use super::Planter;
use crate::Outcome;
use crate::simulate::truth::Event;
use crate::simulate::world::{Cell, Code, Country, EXPORTERS};

const DETECTOR: &str = "concentration";
const TAKEOVERS: usize = 10;
const ENTRIES: usize = 5;
/// Events begin in one of the first three months.
const MONTHS: usize = 3;
/// USD a month of all its suppliers: a market of some size.
const SMALLEST_MARKET: f64 = 50_000.0;
/// The share, in the year before, of one who is about to take over.
const BEFORE: std::ops::Range<f64> = 0.05..0.4;

/// Who buys what.
type Market = (Country, Code);

pub(super) fn plant(planter: &mut Planter<'_>, strength: f64) -> Outcome {
    for _ in 0..TAKEOVERS {
        let winners = winners(planter);
        for winner in planter.pick(winners, 1)? {
            take_over(planter, winner, strength);
        }
    }
    for _ in 0..ENTRIES {
        let entrants = entrants(planter);
        for entrant in planter.pick(entrants, 1)? {
            enter(planter, entrant);
        }
    }
    Ok(())
}

/// The series of a market whose importer shows them, where no other event touches any.
fn open_market(planter: &Planter<'_>, (importer, code): Market) -> Option<Vec<Cell>> {
    let first = Cell { importer, code, exporter: Country("") };
    let all = planter.world.series.range(first..);
    let all: Vec<_> =
        all.take_while(|(cell, _)| (cell.importer, cell.code) == (importer, code)).collect();
    let free = all.iter().all(|(cell, _)| planter.is_free(**cell));
    let shown: Vec<_> =
        all.iter().filter(|(cell, series)| planter.importer_shows(**cell, series)).collect();
    let size: f64 = shown.iter().map(|(_, series)| series.level).sum();
    let right = free && size >= SMALLEST_MARKET;
    right.then(|| shown.into_iter().map(|(cell, _)| **cell).collect())
}

fn markets(planter: &Planter<'_>) -> Vec<Market> {
    let mut all: Vec<Market> =
        planter.world.series.keys().map(|cell| (cell.importer, cell.code)).collect();
    all.dedup();
    all
}

/// Suppliers, one of three or more, who could come to weigh much more.
fn winners(planter: &Planter<'_>) -> Vec<Cell> {
    let before = planter.start(0) / 12 - 1;
    let mut all = Vec::new();
    for market in markets(planter) {
        let Some(cells) = open_market(planter, market).filter(|cells| cells.len() >= 3) else {
            continue;
        };
        let sold = |cell: &Cell| planter.world.series.get(cell).map_or(0.0, |s| s.year(before));
        let whole: f64 = cells.iter().map(sold).sum();
        let steady = |cell: &Cell| {
            planter.world.series.get(cell).is_some_and(|s| planter.is_visible(*cell, s))
        };
        all.extend(cells.iter().filter(|c| BEFORE.contains(&(sold(c) / whole)) && steady(c)));
    }
    all
}

/// The winner sells, at its own price, a share of what all others sold.
fn take_over(planter: &mut Planter<'_>, winner: Cell, share: f64) {
    let after = planter.random.below(MONTHS);
    let start = planter.start(after);
    let others: Vec<Cell> = market_of(planter, winner).filter(|cell| *cell != winner).collect();
    for month in start..planter.world.years.months() {
        let lost = share * sold(planter, &others, month);
        let series = planter.open(winner);
        let weight = lost / series.unit_value;
        series.add(month, lost, weight);
    }
    for cell in others {
        planter.scale(cell, start, 1.0 - share, 1.0 - share);
        planter.taken.insert(cell);
        let lost = Event::in_cell(DETECTOR, "lost", cell).since(planter.month(after), Some(share));
        planter.truth.counterparts.push(lost);
    }
    let event = Event::in_cell(DETECTOR, "takeover", winner);
    planter.event(event.since(planter.month(after), Some(share)));
}

/// Who could enter a market of two or more.
fn entrants(planter: &Planter<'_>) -> Vec<Cell> {
    let mut all = Vec::new();
    for (importer, code) in markets(planter) {
        if open_market(planter, (importer, code)).is_none_or(|cells| cells.len() < 2) {
            continue;
        }
        let cells = EXPORTERS.map(|exporter| Cell { importer, code, exporter: Country(exporter) });
        all.extend(cells.into_iter().filter(|cell| {
            let absent = !planter.world.series.contains_key(cell);
            absent && cell.exporter != importer && planter.is_free(*cell)
        }));
    }
    all
}

/// A new supplier sells beside the others, so that the market grows.
fn enter(planter: &mut Planter<'_>, entrant: Cell) {
    let after = planter.random.below(MONTHS);
    let share = planter.random.between(0.25, 0.45);
    let others: Vec<Cell> = market_of(planter, entrant).collect();
    planter.taken.extend(&others);
    for cell in &others {
        let lost = Event::in_cell(DETECTOR, "lost", *cell).since(planter.month(after), Some(share));
        planter.truth.counterparts.push(lost);
    }
    for month in planter.start(after)..planter.world.years.months() {
        let beside = sold(planter, &others, month) * share / (1.0 - share);
        let value = beside * (0.2 * planter.random.gaussian()).exp();
        let series = planter.open(entrant);
        series.importer_reports = true;
        let weight = value / series.unit_value;
        series.add(month, value, weight);
    }
    let event = Event::in_cell(DETECTOR, "new-supplier", entrant);
    planter.event(event.since(planter.month(after), Some(share)));
}

/// All series of a cell's market.
fn market_of(planter: &Planter<'_>, of: Cell) -> impl Iterator<Item = Cell> {
    let all = planter.world.series.keys();
    let all: Vec<Cell> =
        all.filter(|cell| (cell.importer, cell.code) == (of.importer, of.code)).copied().collect();
    all.into_iter()
}

/// USD of these in a month.
fn sold(planter: &Planter<'_>, cells: &[Cell], month: usize) -> f64 {
    let series = cells.iter().filter_map(|cell| planter.world.series.get(cell));
    series.map(|series| series.value[month]).sum()
}
