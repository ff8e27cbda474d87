//! Adds the rows of a side up: by importer, supplier, concept and period, World kept apart.

use std::collections::BTreeMap;

use plimsoll_ingest::scan::{Sym, Symbols, TradeRow};
use plimsoll_terms::period::Reported;
use plimsoll_terms::place;

use super::{CellKey, CellSum};
use crate::money::Sum;

/// The share of World that partners may miss by rounding alone.
const ROUNDING: f64 = 0.0005;

/// Adds rows up, and keeps World apart.
#[derive(Default)]
pub(super) struct Tally {
    /// In order and each key once after [`Tally::settle`].
    pub(super) cells: Vec<(CellKey, CellSum)>,
    roles: Vec<Option<Role>>,
    world: BTreeMap<(Sym, usize, Reported), Sum>,
    pub(super) no_rate: u64,
}

/// What a partner of a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Single,
    World,
    Group,
}

impl Tally {
    fn role(&mut self, supplier: Sym, symbols: &Symbols) -> Role {
        let at = supplier as usize;
        if self.roles.len() <= at {
            self.roles.resize(at + 1, None);
        }
        *self.roles[at].get_or_insert_with(|| match place::by_code(symbols.text(supplier)) {
            Some(place) if place == place::PlaceId::WORLD => Role::World,
            Some(place) if place.is_sum() => Role::Group,
            _ => Role::Single,
        })
    }

    /// Whether the row is one supplier's and was added to the cells.
    pub(super) fn add(
        &mut self,
        row: &TradeRow,
        concept: usize,
        value: f64,
        symbols: &Symbols,
    ) -> bool {
        if value.is_nan() {
            self.no_rate += 1;
            return false;
        }
        match self.role(row.exporter, symbols) {
            Role::World => {
                let at = (row.importer, concept, row.period);
                self.world.entry(at).or_default().add(value);
                return false;
            }
            // A group as partner (ASEAN, the EU) is a sum of partners shown beside it, unless
            // the group itself is who reports.
            Role::Group if row.reporter != Some(row.exporter) => return false,
            _ => {}
        }
        let mut sum = CellSum::default();
        sum.value.add(value);
        sum.weight.add(row.net_weight_kg);
        let key =
            CellKey { importer: row.importer, supplier: row.exporter, concept, period: row.period };
        self.cells.push((key, sum));
        true
    }

    /// Sorts the cells, makes each key one, and adds what World holds beyond its partners as
    /// a supplier of its own.
    pub(super) fn settle(&mut self, symbols: &Symbols) {
        self.merge_cells();
        if !self.world.is_empty()
            && let Some(world) = symbols.find(place::PlaceId::WORLD.code())
        {
            let remainder = self.remainder();
            self.cells.extend(remainder.into_iter().map(|((importer, concept, period), value)| {
                let mut sum = CellSum::default();
                sum.value.add(value);
                sum.weight.add(f64::NAN);
                (CellKey { importer, supplier: world, concept, period }, sum)
            }));
            self.merge_cells();
        }
    }

    /// Whether a total of all partners was among the rows.
    pub(super) fn has_world(&self) -> bool {
        !self.world.is_empty()
    }

    fn merge_cells(&mut self) {
        self.cells.sort_by_key(|(key, _)| *key);
        self.cells.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1.value.merge(next.1.value);
                kept.1.weight.merge(next.1.weight);
            }
            same
        });
    }

    /// What World holds beyond its partners, wherever the two are more than rounding apart.
    fn remainder(&self) -> Vec<((Sym, usize, Reported), f64)> {
        let mut partners: BTreeMap<(Sym, usize, Reported), Sum> = BTreeMap::new();
        for (key, sum) in &self.cells {
            let at = (key.importer, key.concept, key.period);
            partners.entry(at).or_default().merge(sum.value);
        }
        self.world
            .iter()
            .map(|(at, world)| {
                let known = partners.get(at).map_or(0.0, |s| s.value());
                (*at, world.value() - known, world.value())
            })
            .filter(|(_, left, world)| *left > ROUNDING * world)
            .map(|(at, left, _)| (at, left))
            .collect()
    }
}
