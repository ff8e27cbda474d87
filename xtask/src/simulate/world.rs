//! Who trades what with whom when nothing happens? Twenty exporters, thirty importers and forty
//! codes, a tenth of all combinations.
//!
//! The names are real so that files load and codes are found in their lists; who trades what is
//! drawn and says nothing about them.

use std::collections::{BTreeMap, BTreeSet};

use super::series::{Series, Shape};
use crate::Outcome;
use crate::random::SplitMix;

/// An ISO3 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Country(pub(super) &'static str);

/// A six-digit code of HS2022.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Code(pub(super) &'static str);

/// Who sells what to whom: one series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cell {
    pub(super) importer: Country,
    pub(super) code: Code,
    pub(super) exporter: Country,
}

/// Where diverted goods end.
pub(super) const TARGET: Country = Country("RUS");

pub(super) const EXPORTERS: [&str; 20] = [
    "CHN", "DEU", "USA", "JPN", "KOR", "NLD", "FRA", "GBR", "ITA", "POL", "CZE", "SGP", "PHL",
    "THA", "VNM", "MYS", "TUR", "ARE", "KAZ", "HKG",
];

pub(super) const IMPORTERS: [&str; 30] = [
    "RUS", "KAZ", "KGZ", "ARM", "GEO", "UZB", "TUR", "ARE", "HKG", "SRB", "IND", "CHN", "DEU",
    "USA", "MEX", "BRA", "ZAF", "EGY", "SAU", "ISR", "THA", "MYS", "VNM", "POL", "HUN", "FIN",
    "LTU", "AZE", "MNG", "MAR",
];

/// Five of them stop selling to the target.
const MAY_JOIN: [&str; 8] = ["DEU", "USA", "JPN", "KOR", "NLD", "FRA", "GBR", "ITA"];
/// Through three of them goods go round.
const MAY_BE_HUB: [&str; 6] = ["TUR", "ARE", "KAZ", "HKG", "THA", "MYS"];

/// On the Common High Priority List.
pub(super) const LISTED: [&str; 20] = [
    "854231", "854232", "854239", "851762", "852691", "853224", "847150", "850440", "852910",
    "853690", "854110", "854129", "854160", "848210", "848220", "880730", "901420", "847180",
    "853400", "845811",
];

/// Not on it.
pub(super) const OTHERS: [&str; 20] = [
    "848280", "854290", "854141", "853650", "852610", "847130", "851713", "850490", "845819",
    "870323", "870899", "300490", "640399", "610910", "940360", "841810", "842139", "401110",
    "392690", "220421",
];

/// A listed code and another of its heading, which is cheaper by weight.
pub(super) const TWINS: [(Code, Code); 9] = [
    (Code("848210"), Code("848280")),
    (Code("854231"), Code("854290")),
    (Code("854110"), Code("854141")),
    (Code("853690"), Code("853650")),
    (Code("852691"), Code("852610")),
    (Code("847150"), Code("847130")),
    (Code("851762"), Code("851713")),
    (Code("850440"), Code("850490")),
    (Code("845811"), Code("845819")),
];

/// Of all combinations, so many are traded.
const TRADED: f64 = 0.1;
/// Of the flows of a listed code, so many have one of its twin beside them.
const TWIN_TRADED: f64 = 0.3;
/// Importers that publish nothing.
const SILENT: usize = 4;
/// Reporters whose figures are far off.
const CARELESS: usize = 4;

/// The years of a world, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Years {
    pub(super) first: i32,
    pub(super) last: i32,
}

impl Years {
    /// Reads `2019..2022`.
    pub(super) fn parse(text: &str) -> Outcome<Years> {
        let years = text.split_once("..").and_then(|(first, last)| {
            Some(Years { first: first.parse().ok()?, last: last.parse().ok()? })
        });
        match years {
            Some(Years { first, last })
                if first >= 1990 && last < 2100 && (1..20).contains(&(last - first)) =>
            {
                Ok(Years { first, last })
            }
            _ => Err(format!("--years wants two to twenty years such as 2019..2022, not {text:?}")),
        }
    }

    pub(super) fn months(self) -> usize {
        (self.last - self.first + 1) as usize * 12
    }

    /// The first month of the last year, in which events begin.
    pub(super) fn last_january(self) -> usize {
        self.months() - 12
    }

    /// A month by its number, such as `2022-03`.
    pub(super) fn name(self, month: usize) -> String {
        format!("{}-{:02}", self.first + (month / 12) as i32, month % 12 + 1)
    }
}

/// All that is traded, and who reports it.
pub(super) struct World {
    pub(super) seed: u64,
    pub(super) years: Years,
    pub(super) series: BTreeMap<Cell, Series>,
    /// The five that stop selling to the target.
    pub(super) coalition: Vec<Country>,
    pub(super) hubs: Vec<Country>,
    pub(super) careless: BTreeSet<Country>,
    /// From which month on somebody reports no more.
    pub(super) silent_from: BTreeMap<Country, usize>,
}

impl World {
    /// A world in which nothing happens.
    pub(super) fn new(seed: u64, years: Years) -> World {
        let mut everybody: Vec<&'static str> = EXPORTERS.into_iter().chain(IMPORTERS).collect();
        everybody.sort_unstable();
        everybody.dedup();
        let buyers: Vec<&'static str> = importers_only().map(|country| country.0).collect();
        let mut world = World {
            seed,
            years,
            series: BTreeMap::new(),
            coalition: some(seed, "coalition", &MAY_JOIN, 5),
            hubs: some(seed, "hubs", &MAY_BE_HUB, 3),
            careless: some(seed, "careless", &everybody, CARELESS).into_iter().collect(),
            silent_from: some(seed, "silent", &buyers, SILENT)
                .into_iter()
                .map(|c| (c, 0))
                .collect(),
        };
        for cell in world.traded() {
            let series = world.draw(cell);
            world.series.insert(cell, series);
        }
        world
    }

    /// A series of a cell, whether it is traded or not.
    pub(super) fn draw(&self, cell: Cell) -> Series {
        let Cell { exporter, importer, code } = cell;
        let of = |names: &[&str]| SplitMix::of(self.seed, names).gaussian();
        let size = 0.5 * of(&["seller", exporter.0])
            + 0.5 * of(&["buyer", importer.0])
            + 0.6 * of(&["market", code.0]);
        let shape = Shape {
            size: size.exp(),
            // 5 % a year in all.
            growth: 0.035 * (of(&["importer grows", importer.0]) + of(&["code grows", code.0])),
            unit_value: self.unit_value(code) * (0.25 * of(&["price", exporter.0, code.0])).exp(),
            months: self.years.months(),
        };
        let names = ["series", exporter.0, importer.0, code.0];
        Series::draw(&mut SplitMix::of(self.seed, &names), &shape)
    }

    /// USD a kilogram, usual for a code. The twin of a listed code is five to ten times cheaper.
    fn unit_value(&self, code: Code) -> f64 {
        let mut random = SplitMix::of(self.seed, &["unit value", code.0]);
        match TWINS.iter().find(|(_, twin)| *twin == code) {
            Some((listed, _)) => self.unit_value(*listed) / random.between(5.0, 10.0),
            None => 40.0 * (1.2 * random.gaussian()).exp(),
        }
    }

    /// The cells that are traded: large sellers, buyers and markets more often, and the routes
    /// that a diversion needs mostly.
    fn traded(&self) -> Vec<Cell> {
        let of = |names: &[&str]| SplitMix::of(self.seed, names).gaussian();
        let all: Vec<(Cell, f64)> = cells()
            .map(|cell| {
                let readiness = 0.6 * of(&["sells", cell.exporter.0])
                    + 0.6 * of(&["buys", cell.importer.0])
                    + 0.5 * of(&["is traded", cell.code.0]);
                (cell, readiness.exp())
            })
            .collect();
        let mean = all.iter().map(|(_, weight)| weight).sum::<f64>() / all.len() as f64;
        let chosen = all.into_iter().filter(|&(cell, weight)| {
            let names = ["traded", cell.exporter.0, cell.importer.0, cell.code.0];
            let chance = (TRADED * weight / mean).clamp(0.0, 0.9).max(self.on_a_route(cell));
            SplitMix::of(self.seed, &names).unit() < chance
        });
        let chosen: Vec<Cell> = chosen.map(|(cell, _)| cell).collect();
        let twins = chosen.iter().filter_map(|&cell| self.traded_twin(cell)).collect::<Vec<Cell>>();
        chosen.into_iter().chain(twins).collect()
    }

    /// Who buys a listed code often buys another of its heading from the same seller.
    fn traded_twin(&self, cell: Cell) -> Option<Cell> {
        let (_, code) = TWINS.into_iter().find(|(listed, _)| *listed == cell.code)?;
        let names = ["twin", cell.exporter.0, cell.importer.0, code.0];
        let traded = SplitMix::of(self.seed, &names).unit() < TWIN_TRADED;
        traded.then_some(Cell { code, ..cell })
    }

    /// How surely a cell is traded since a diversion would go this way.
    fn on_a_route(&self, cell: Cell) -> f64 {
        let listed = LISTED.contains(&cell.code.0);
        let (sells, hub) =
            (self.coalition.contains(&cell.exporter), self.hubs.contains(&cell.importer));
        match listed {
            true if sells && cell.importer == TARGET => 0.8,
            true if sells && hub => 0.5,
            true if self.hubs.contains(&cell.exporter) && cell.importer == TARGET => 0.3,
            _ => 0.0,
        }
    }

    /// Whether somebody reports at all in a month.
    pub(super) fn reports(&self, country: Country, month: usize) -> bool {
        self.silent_from.get(&country).is_none_or(|&from| month < from)
    }
}

/// All codes.
pub(super) fn codes() -> impl Iterator<Item = Code> {
    LISTED.into_iter().chain(OTHERS).map(Code)
}

/// Every cell that there could be.
pub(super) fn cells() -> impl Iterator<Item = Cell> {
    let pairs = IMPORTERS.into_iter().flat_map(|importer| EXPORTERS.map(|from| (from, importer)));
    pairs.filter(|(exporter, importer)| exporter != importer).flat_map(|(exporter, importer)| {
        let (exporter, importer) = (Country(exporter), Country(importer));
        codes().map(move |code| Cell { importer, code, exporter })
    })
}

/// Importers that sell nothing, the target aside.
pub(super) fn importers_only() -> impl Iterator<Item = Country> {
    let buyers = IMPORTERS.into_iter().filter(|country| !EXPORTERS.contains(country));
    buyers.map(Country).filter(|country| *country != TARGET)
}

/// Draws `count` of these.
fn some(seed: u64, what: &str, from: &[&'static str], count: usize) -> Vec<Country> {
    let mut random = SplitMix::of(seed, &[what]);
    let mut left = from.to_vec();
    let mut drawn = Vec::new();
    while drawn.len() < count && !left.is_empty() {
        drawn.push(Country(left.swap_remove(random.below(left.len()))));
    }
    drawn
}
