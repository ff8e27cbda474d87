//! The answer's cells, added up the ways a page shows them.

use crate::commands::assess::Shown;
use plimsoll_monitor::assess::{CellKey, Side, place_name};
use plimsoll_monitor::money::Sum;
use plimsoll_terms::period::{PeriodKind, Reported};
use plimsoll_terms::place::{self, PlaceId};
use std::collections::{BTreeMap, BTreeSet};

/// What a chart's series or rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// Where from.
    Supplier,
    /// Where to.
    Importer,
}

impl Axis {
    /// `supplier`, `destination`
    pub fn name(self) -> &'static str {
        match self {
            Axis::Supplier => "supplier",
            Axis::Importer => "destination",
        }
    }

    /// `1 supplier`, `2 suppliers`
    pub fn count(self, number: usize) -> String {
        format!("{number} {}{}", self.name(), if number == 1 { "" } else { "s" })
    }
}

/// Sums by place code.
pub type ByPlace = BTreeMap<String, f64>;

/// The answer, ready to be added up.
pub struct Figures<'a> {
    /// The answer.
    pub shown: &'a Shown<'a>,
    importers: BTreeSet<String>,
    suppliers: BTreeSet<String>,
}

/// The country whose trade an area of a publisher shows; else the code itself.
fn country(code: &str) -> String {
    let twin_of = place::by_code(code).and_then(PlaceId::twin_of);
    twin_of.map_or_else(|| code.to_owned(), |of| of.code().to_owned())
}

impl<'a> Figures<'a> {
    /// Of an answer.
    pub fn new(shown: &'a Shown<'a>) -> Figures<'a> {
        let mut figures = Figures { shown, importers: BTreeSet::new(), suppliers: BTreeSet::new() };
        for key in shown.answer.sides.iter().flat_map(|s| s.cells.keys()) {
            let (importer, supplier) =
                (figures.place(key, Axis::Importer), figures.place(key, Axis::Supplier));
            figures.importers.insert(importer);
            figures.suppliers.insert(supplier);
        }
        figures
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.suppliers.is_empty()
    }

    /// Whether several importers were asked for and found.
    pub fn several_importers(&self) -> bool {
        self.importers.len() > 1
    }

    /// Whether all that is counted comes from one supplier.
    pub fn one_supplier(&self) -> bool {
        self.suppliers.len() < 2
    }

    /// What stacked columns and shares go by: suppliers, unless there is only one and several
    /// importers.
    pub fn stacked_by(&self) -> Axis {
        if self.one_supplier() && self.several_importers() {
            Axis::Importer
        } else {
            Axis::Supplier
        }
    }

    /// What a comparison of two periods goes by.
    pub fn compared_by(&self) -> Axis {
        if self.several_importers() { Axis::Importer } else { Axis::Supplier }
    }

    /// The place of a cell.
    pub fn place(&self, key: &CellKey, axis: Axis) -> String {
        let symbol = match axis {
            Axis::Supplier => key.supplier,
            Axis::Importer => key.importer,
        };
        country(self.shown.answer.symbols.text(symbol))
    }

    /// The name for people.
    pub fn name(code: &str) -> String {
        place_name(code)
    }

    /// Whether the cell is of the suppliers asked about.
    pub fn asked(&self, key: &CellKey) -> bool {
        let supplier = self.place(key, Axis::Supplier);
        self.asked_supplier(&supplier)
    }

    /// Whether a supplier is one of those asked about.
    pub fn asked_supplier(&self, supplier: &str) -> bool {
        match &self.shown.question.exporter {
            None => true,
            Some(set) => set.members.iter().any(|m| country(m.code()) == supplier),
        }
    }

    /// A side by place. By importer only the suppliers asked about count.
    pub fn by_place(&self, side: &Side, axis: Axis) -> ByPlace {
        let mut sums: BTreeMap<String, Sum> = BTreeMap::new();
        for (key, cell) in &side.cells {
            if axis == Axis::Supplier || self.asked(key) {
                sums.entry(self.place(key, axis)).or_default().merge(cell.value);
            }
        }
        sums.into_iter().map(|(code, sum)| (code, sum.value())).collect()
    }

    /// A side by concept; only the suppliers asked about.
    pub fn by_concept(&self, side: &Side) -> BTreeMap<usize, f64> {
        let mut sums: BTreeMap<usize, Sum> = BTreeMap::new();
        for (key, cell) in side.cells.iter().filter(|(key, _)| self.asked(key)) {
            sums.entry(key.concept).or_default().merge(cell.value);
        }
        sums.into_iter().map(|(concept, sum)| (concept, sum.value())).collect()
    }

    /// All places of both sides, the largest of the first side first, then of the second.
    pub fn places(&self, axis: Axis) -> Vec<String> {
        let sides: Vec<ByPlace> =
            self.shown.answer.sides.iter().map(|s| self.by_place(s, axis)).collect();
        let all: BTreeSet<&String> = sides.iter().flat_map(BTreeMap::keys).collect();
        let mut ordered: Vec<(Vec<f64>, &String)> = all
            .into_iter()
            .map(|code| (sides.iter().map(|s| s.get(code).copied().unwrap_or(0.0)).collect(), code))
            .collect();
        ordered.sort_by(|(a, x), (b, y)| {
            let by_value = a.iter().zip(b).map(|(a, b)| b.total_cmp(a)).find(|o| o.is_ne());
            by_value.unwrap_or(std::cmp::Ordering::Equal).then_with(|| x.cmp(y))
        });
        ordered.into_iter().map(|(_, code)| code.clone()).collect()
    }

    /// The reported periods to draw, in order: all months of the asked periods where the
    /// records are monthly.
    pub fn periods(&self) -> Vec<Reported> {
        let sides = &self.shown.answer.sides;
        let mut all: BTreeSet<Reported> =
            sides.iter().flat_map(|s| s.cells.keys().map(|k| k.period)).collect();
        if !all.is_empty() && all.iter().all(|p| p.kind == PeriodKind::Month) {
            let told = sides.iter().filter(|s| s.numerator.is_some());
            all.extend(told.flat_map(|s| s.period.months().map(Reported::month)));
        }
        let mut ordered: Vec<Reported> = all.into_iter().collect();
        ordered.sort_by_key(|p| (p.start, p.end()));
        ordered
    }

    /// Figures by reported period and place. Where two asked periods overlap a record counts
    /// once.
    pub fn by_period(&self, axis: Axis) -> BTreeMap<(Reported, String), f64> {
        let mut all = BTreeMap::new();
        for side in &self.shown.answer.sides {
            let mut sums: BTreeMap<(Reported, String), Sum> = BTreeMap::new();
            for (key, cell) in &side.cells {
                if axis == Axis::Supplier || self.asked(key) {
                    sums.entry((key.period, self.place(key, axis))).or_default().merge(cell.value);
                }
            }
            all.extend(sums.into_iter().map(|(at, sum)| (at, sum.value())));
        }
        all
    }

    /// Whether nobody reports anything in a period.
    pub fn silent(&self, period: Reported) -> bool {
        self.shown
            .answer
            .sides
            .iter()
            .any(|s| period.kind == PeriodKind::Month && s.months_missing.contains(&period.start))
    }
}
