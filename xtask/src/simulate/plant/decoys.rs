//! What looks like an event and is none? A pandemic, a factory, a currency, a lumpy order, a
//! price and a reporter who falls silent.
//!
//! Each stands in the truth once for every detector of the world. The factory is a surge that is
//! real: for that detector it is an event.

use super::{Detector, Planter};
use crate::Outcome;
use crate::random::SplitMix;
use crate::simulate::truth::Event;
use crate::simulate::world::{Cell, Code, Country, EXPORTERS, LISTED, TARGET, TWINS, World, codes};
use crate::simulate::world::{IMPORTERS, importers_only};

/// March to June 2020, times what would have been.
const PANDEMIC: [f64; 4] = [0.7, 0.55, 0.6, 0.8];
const PANDEMIC_YEAR: i32 = 2020;
const ORDERS: usize = 5;
const ORDER: f64 = 30.0;
const CURRENCY: f64 = 1.25;
const PRICE: f64 = 1.6;
/// Where no surge says how strong a factory is.
const FACTORY: f64 = 4.0;
/// A factory buys from at least so many.
const SUPPLIERS: usize = 3;

/// Who and what the decoys move.
pub(super) struct Decoys {
    /// All its values rise.
    currency: Country,
    /// Its price rises everywhere.
    price: Code,
    /// Reports no more.
    late: Country,
    /// Buys more of one listed code from everybody.
    factory: (Country, Code),
}

impl Decoys {
    /// Nothing that a diversion goes through.
    pub(super) fn choose(world: &World) -> Outcome<Decoys> {
        let mut random = SplitMix::of(world.seed, &["choose decoys"]);
        let mut one = |what: &str, from: usize| match from {
            0 => Err(format!("this world has no {what}")),
            count => Ok(random.below(count)),
        };
        let outside = |country: &Country| {
            !world.coalition.contains(country)
                && !world.hubs.contains(country)
                && country.0 != "CHN"
        };
        let sellers: Vec<Country> = EXPORTERS.map(Country).into_iter().filter(outside).collect();
        let twin =
            |code: &Code| TWINS.iter().any(|(listed, other)| code == listed || code == other);
        let goods: Vec<Code> = codes().filter(|code| !twin(code)).collect();
        let reports = |country: &Country| world.reports(*country, 0);
        let buyers: Vec<Country> = importers_only().filter(reports).collect();
        let currency = sellers[one("exporter for a currency", sellers.len())?];
        let price = goods[one("code for a price", goods.len())?];
        let late = buyers[one("importer that falls silent", buyers.len())?];
        let markets: Vec<(Country, Code)> = IMPORTERS
            .into_iter()
            .flat_map(|importer| LISTED.map(|code| (Country(importer), Code(code))))
            .filter(|(importer, code)| {
                let around = *importer != TARGET && *importer != late && *code != price;
                let open = around && reports(importer) && !world.hubs.contains(importer);
                let sellers = cells_of(world, (*importer, *code));
                let diverted = sellers.iter().any(|cell| world.coalition.contains(&cell.exporter));
                let moved = sellers.iter().any(|cell| cell.exporter == currency);
                open && diverted && !moved && sellers.len() >= SUPPLIERS
            })
            .collect();
        let factory = markets[one("market for a factory", markets.len())?];
        Ok(Decoys { currency, price, late, factory })
    }

    /// Whether a decoy moves this together with others.
    pub(super) fn move_all_of(&self, cell: Cell) -> bool {
        cell.exporter == self.currency
            || cell.code == self.price
            || cell.importer == self.late
            || (cell.importer, cell.code) == self.factory
    }
}

/// The series of a market.
fn cells_of(world: &World, (importer, code): (Country, Code)) -> Vec<Cell> {
    let all = world.series.keys();
    all.filter(|cell| cell.importer == importer && cell.code == code).copied().collect()
}

/// Plants all decoys.
pub(super) fn plant(
    planter: &mut Planter<'_>,
    detectors: &[&'static Detector],
    said: Option<f64>,
) -> Outcome {
    let mut decoys = Vec::new();
    decoys.extend(pandemic(planter));
    decoys.extend(currency_and_price(planter));
    decoys.push(late_reporter(planter));
    decoys.extend(lumpy_orders(planter)?);
    let surge = detectors.iter().find(|detector| detector.name == "surge");
    let strength = surge.map_or(FACTORY, |detector| detector.strength(said));
    decoys.push(factory(planter, strength, surge.is_some()));
    for detector in detectors {
        let others = decoys.iter().filter(|d| (d.kind, detector.name) != ("factory", "surge"));
        let named = others.map(|decoy| Event { detector: detector.name, ..decoy.clone() });
        planter.truth.decoys.extend(named);
    }
    Ok(())
}

fn decoy(kind: &'static str, start: String, strength: Option<f64>) -> Event {
    Event { kind, ..Event::default() }.since(start, strength)
}

/// Everybody trades less for four months.
fn pandemic(planter: &mut Planter<'_>) -> Option<Event> {
    let years = planter.world.years;
    let year = usize::try_from(PANDEMIC_YEAR - years.first).ok()?;
    let march = year * 12 + 2;
    if march + PANDEMIC.len() > years.last_january() {
        return None;
    }
    for series in planter.world.series.values_mut() {
        for (month, factor) in (march..).zip(PANDEMIC) {
            series.value[month] *= factor;
            series.weight[month] *= factor;
        }
    }
    let deepest = PANDEMIC.into_iter().fold(1.0, f64::min);
    Some(decoy("pandemic", years.name(march), Some(deepest)))
}

/// One exporter's values and one code's values rise; what is weighed stays.
fn currency_and_price(planter: &mut Planter<'_>) -> [Event; 2] {
    let (currency, price) = (planter.decoys.currency, planter.decoys.price);
    let start = planter.start(0);
    for (cell, series) in &mut planter.world.series {
        if cell.exporter == currency {
            series.scale(start, CURRENCY, 1.0);
        }
        if cell.code == price {
            series.scale(start, PRICE, 1.0);
        }
    }
    let rise = |kind, strength| decoy(kind, planter.month(0), Some(strength));
    [
        Event { exporter: Some(currency), ..rise("currency", CURRENCY) },
        Event { code: Some(price), ..rise("price-move", PRICE) },
    ]
}

/// One importer reports no more.
fn late_reporter(planter: &mut Planter<'_>) -> Event {
    let (late, start) = (planter.decoys.late, planter.start(0));
    planter.world.silent_from.insert(late, start);
    Event { importer: Some(late), ..decoy("late-reporter", planter.month(0), None) }
}

/// Orders that come once.
fn lumpy_orders(planter: &mut Planter<'_>) -> Outcome<Vec<Event>> {
    let mut all = Vec::new();
    for cell in planter.draw(ORDERS, |_, _, _| true)? {
        let after = 1 + planter.random.below(8);
        let month = planter.start(after);
        if let Some(series) = planter.world.series.get_mut(&cell) {
            series.value[month] *= ORDER;
            series.weight[month] *= ORDER;
        }
        let order = Event::in_cell("", "lumpy-order", cell);
        all.push(order.since(planter.month(after), Some(ORDER)));
    }
    Ok(all)
}

/// One importer buys more of one code from all who sell it. For the detector of surges each of
/// them is an event, for the others the whole is a decoy.
fn factory(planter: &mut Planter<'_>, strength: f64, is_event: bool) -> Event {
    let (importer, code) = planter.decoys.factory;
    let after = planter.random.below(4);
    let (start, since) = (planter.start(after), planter.month(after));
    for cell in cells_of(&planter.world, (importer, code)) {
        planter.scale(cell, start, strength, strength);
        planter.taken.insert(cell);
        // Who comes in lumps, is small or is seen by nobody need not be found.
        let seen = planter.world.series.get(&cell).is_some_and(|s| planter.is_visible(cell, s));
        if is_event {
            let event = Event::in_cell("surge", "factory", cell);
            let event = event.since(since.clone(), Some(strength));
            if seen { planter.event(event) } else { planter.truth.counterparts.push(event) }
        }
    }
    let all = decoy("factory", since, Some(strength));
    Event { importer: Some(importer), code: Some(code), ..all }
}
