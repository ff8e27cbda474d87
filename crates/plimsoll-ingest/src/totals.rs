//! What is a sum of what, inside one file: rows that say the same fact, parts beside their
//! total, and what the file covers.
//!
//! Rows come in the store's order, so the rows of one fact are neighbours. Nothing is
//! dropped here: every row stays and is marked. What is a heading beside its products can
//! only be seen by a question (the products may be in another file) and is decided there.

use std::collections::{BTreeMap, HashMap};

use crate::fact::{Breakdown, CodeKey, Flow};
use crate::formats::Repeats;
use crate::sorted::{Key, SortRow, Spilled};
use crate::trade::Shape;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::PeriodKind;
use plimsoll_terms::place::PlaceId;
use serde::{Deserialize, Serialize};

/// Two values that differ by less than this share are the same figure in two roundings.
const SAME_VALUE: f64 = 1e-6;
/// How far the sum over the largest may be from 2, 4 or 8.
const WHOLE_MULTIPLE: f64 = 1e-3;
/// So many rows of one fact are kept in memory: 64 MiB; those before go to disk.
const GROUP_ROWS: usize = if cfg!(test) { 3 } else { 1 << 20 };

/// Marks the rows of each fact as they come by in order.
pub struct Totals<'a> {
    repeats: Repeats,
    shapes: &'a mut Shapes,
    /// The rows of the fact that is being read, the last of them where they are very many.
    group: Vec<SortRow>,
    /// Those before.
    earlier: Vec<Spilled>,
    /// What was seen of each fact of the group.
    facts: BTreeMap<FactKey, Seen>,
    /// How many rows of the group were looked at.
    seen: u64,
    /// What was found, by rule.
    pub rules: BTreeMap<String, u64>,
    /// What the file covers.
    pub index: Index,
}

/// Rows with one key are of one fact where these agree: places that the catalogue does not know
/// share a key and are told apart by their own text, and by origin and by dispatch are two facts.
type FactKey = (u32, u32, u8);

/// What was seen of the totals of one fact.
#[derive(Clone, Copy, Debug)]
struct Seen {
    rows: u64,
    /// Number in its group of the first row with the largest value, and that value.
    largest: u64,
    value: f64,
    sum: f64,
}

/// Numbers for the texts that marks need.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    /// `repeat`: the same fact again.
    pub repeat: u32,
    /// `conflict`: the same fact with another value.
    pub conflict: u32,
    /// `unlabelled`: a part whose breakdown code the file lost.
    pub unlabelled: u32,
    /// `split`: rows that add up.
    pub split: u32,
}

/// The shapes of a load; marking a row may need a new one.
#[derive(Debug)]
pub struct Shapes {
    /// All of them.
    pub all: Vec<Shape>,
    numbers: HashMap<Shape, u32>,
    marks: Marks,
}

impl Shapes {
    /// Takes over the shapes that reading found, with room for every mark that their rows may
    /// get: the writing threads need the whole list before the first row is marked.
    pub fn with_room(all: Vec<Shape>, marks: Marks) -> Shapes {
        let mut shapes = Shapes { all: Vec::new(), numbers: HashMap::new(), marks };
        for shape in &all {
            shapes.number(*shape);
        }
        let parts = [marks.repeat, marks.conflict, marks.unlabelled].map(Breakdown::Part);
        for shape in all.iter().filter(|s| s.breakdown == Breakdown::Total) {
            for breakdown in parts.into_iter().chain([Breakdown::Adds(marks.split)]) {
                shapes.number(Shape { breakdown, ..*shape });
            }
        }
        shapes
    }

    fn number(&mut self, shape: Shape) -> u32 {
        *self.numbers.entry(shape).or_insert_with(|| {
            self.all.push(shape);
            self.all.len() as u32 - 1
        })
    }

    fn with(&mut self, number: u32, breakdown: Breakdown) -> u32 {
        let shape = Shape { breakdown, ..self.all[number as usize] };
        self.number(shape)
    }
}

impl<'a> Totals<'a> {
    /// Starts with nothing seen.
    pub fn new(repeats: Repeats, shapes: &'a mut Shapes) -> Totals<'a> {
        Totals {
            repeats,
            shapes,
            group: Vec::new(),
            earlier: Vec::new(),
            facts: BTreeMap::new(),
            seen: 0,
            rules: BTreeMap::new(),
            index: Index::default(),
        }
    }

    /// Takes the next row in order; hands out rows whose fact is complete.
    pub fn push(
        &mut self,
        row: SortRow,
        out: &mut dyn FnMut(SortRow) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        if self.group.first().is_some_and(|first| first.key != row.key) {
            self.finish(out)?;
        }
        if self.group.len() == GROUP_ROWS {
            self.look();
            self.earlier.push(Spilled::of(&self.group)?);
            self.group.clear();
        }
        self.group.push(row);
        Ok(())
    }

    /// Marks and hands out the rows of the last fact.
    pub fn finish(
        &mut self,
        out: &mut dyn FnMut(SortRow) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        if self.group.len() > 1 || !self.earlier.is_empty() {
            self.look();
        }
        let facts = std::mem::take(&mut self.facts);
        for seen in facts.values().filter(|seen| seen.rows > 1) {
            self.count_fact(seen);
        }
        let mut number = 0;
        let mut hand = |this: &mut Self, row: SortRow| {
            let row = this.marked(row, number, &facts);
            number += 1;
            let key = Key::unpack(row.key);
            this.index.see(&key, row.shape, &this.shapes.all);
            this.count_kind(&key, row.shape);
            out(row)
        };
        for rows in std::mem::take(&mut self.earlier) {
            rows.each(|row| hand(self, row))?;
        }
        let mut group = std::mem::take(&mut self.group);
        for row in &group {
            hand(self, *row)?;
        }
        group.clear();
        self.group = group;
        self.seen = 0;
        Ok(())
    }

    fn count(&mut self, rule: &str, rows: u64) {
        match self.rules.get_mut(rule) {
            Some(n) => *n += rows,
            None => {
                self.rules.insert(rule.to_owned(), rows);
            }
        }
    }

    fn count_kind(&mut self, key: &Key, shape: u32) {
        match key.code.level() {
            0 => self.count("all-goods-total", 1),
            2 | 4 => self.count("heading", 1),
            _ => {}
        }
        if !key.code.is_numeric() && key.code != CodeKey::total() {
            self.count("code-of-publisher", 1);
        }
        let world = plimsoll_terms::place::PlaceId::WORLD.index();
        if key.exporter == world || key.importer == world {
            self.count("world-total", 1);
        }
        if matches!(self.shapes.all[shape as usize].breakdown, Breakdown::Part(_)) {
            self.count("part-of-total", 1);
        }
    }

    /// The fact of a row that is a total.
    fn fact(&self, row: &SortRow) -> Option<FactKey> {
        let shape = &self.shapes.all[row.shape as usize];
        (shape.breakdown == Breakdown::Total).then_some((
            shape.exporter_raw,
            shape.importer_raw,
            shape.basis as u8,
        ))
    }

    /// Looks at the rows of the group that were not looked at.
    fn look(&mut self) {
        for at in 0..self.group.len() {
            let row = self.group[at];
            let number = self.seen;
            self.seen += 1;
            let Some(fact) = self.fact(&row) else { continue };
            let first = Seen { rows: 0, largest: number, value: row.value, sum: 0.0 };
            let seen = self.facts.entry(fact).or_insert(first);
            seen.rows += 1;
            seen.sum += row.value;
            if row.value > seen.value {
                (seen.largest, seen.value) = (number, row.value);
            }
        }
    }

    /// Counts what a fact that is said by several rows is, where that is one for the fact.
    fn count_fact(&mut self, seen: &Seen) {
        match self.repeats {
            Repeats::SameFact => {}
            Repeats::AddUp => self.count("rows-that-add-up", seen.rows),
            // The breakdown codes are lost: each mode or procedure level repeats the total, so
            // the sum over the largest is a power of two, and the largest row is the total.
            Repeats::LargestIsTotal => {
                let ratio = seen.sum / seen.value;
                let is_multiple = |m: &f64| (ratio / m - 1.0).abs() < WHOLE_MULTIPLE;
                let found = [2.0, 4.0, 8.0].iter().any(is_multiple);
                self.count(
                    if found { "total-found-among-parts" } else { "total-assumed-largest" },
                    1,
                );
            }
        }
    }

    /// A row with the mark that it gets beside the others of its fact.
    ///
    /// Of one fact said again the first stands; one with another value is a conflict, and then the
    /// larger stands, since a part may hide among them.
    fn marked(&mut self, row: SortRow, number: u64, facts: &BTreeMap<FactKey, Seen>) -> SortRow {
        let seen = self.fact(&row).and_then(|fact| facts.get(&fact)).filter(|seen| seen.rows > 1);
        let Some(seen) = seen else { return row };
        let marks = self.shapes.marks;
        let mark = match self.repeats {
            Repeats::AddUp => Breakdown::Adds(marks.split),
            _ if number == seen.largest => return row,
            Repeats::LargestIsTotal => Breakdown::Part(marks.unlabelled),
            Repeats::SameFact => {
                let same = (row.value - seen.value).abs() <= SAME_VALUE * seen.value;
                self.count(if same { "repeated-row" } else { "conflicting-row" }, 1);
                Breakdown::Part(if same { marks.repeat } else { marks.conflict })
            }
        };
        SortRow { shape: self.shapes.with(row.shape, mark), ..row }
    }
}

/// What a source covers: which codes and which reporters in which months. A question needs
/// this to tell "no trade" from "no data".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Index {
    /// By flow, HS revision, code (at most six digits) and year.
    codes: BTreeMap<String, u16>,
    /// By flow, reporter and year.
    reporters: BTreeMap<String, u16>,
    /// By flow, importer and year, for reports of exporters; and the reverse.
    #[serde(default)]
    partners: BTreeMap<String, u16>,
    #[serde(skip)]
    run: RunOfCode,
}

/// Months by key; the hash is quick since there is one look-up for every few rows.
type Masks<K> = HashMap<K, u16, foldhash::fast::FixedState>;

#[derive(Clone, Debug, Default)]
struct RunOfCode {
    code: Option<CodeKey>,
    masks: Vec<((u8, u32, i32), u16)>,
    codes: Masks<(u8, HsRevision, CodeKey, i32)>,
    reporters: Masks<(u8, u32, i32)>,
    partners: Masks<(u8, u16, i32)>,
    last_partner: Option<((u8, u16, i32), u16)>,
}

/// Bit 12 is a record for the whole year, bits 0 to 11 its months; longer periods than a
/// month set all of theirs and not bit 12.
fn mask(key: &Key) -> u16 {
    let first = key.period.start.0.rem_euclid(12) as u16;
    match key.period.kind {
        PeriodKind::Year => 1 << 12,
        PeriodKind::Half => 0b11_1111 << first,
        PeriodKind::Quarter => 0b111 << first,
        PeriodKind::Month => 1 << first,
    }
}

impl Index {
    fn see(&mut self, key: &Key, shape: u32, shapes: &[Shape]) {
        let code = key.code.hs().unwrap_or(key.code);
        if self.run.code != Some(code) {
            self.flush(shapes);
            self.run.code = Some(code);
        }
        let (year, mask) = (key.period.start.year(), mask(key));
        let imports = Flow::ALL[usize::from(key.flow)].reporter_imports();
        let partner = (key.flow, if imports { key.exporter } else { key.importer }, year);
        match &mut self.run.last_partner {
            Some((last, m)) if *last == partner => *m |= mask,
            _ => {
                self.flush_partner();
                self.run.last_partner = Some((partner, mask));
            }
        }
        match self.run.masks.iter_mut().find(|(k, _)| *k == (key.flow, shape, year)) {
            Some((_, m)) => *m |= mask,
            None => self.run.masks.push(((key.flow, shape, year), mask)),
        }
    }

    fn flush(&mut self, shapes: &[Shape]) {
        let Some(code) = self.run.code else { return };
        for ((flow, shape, year), mask) in std::mem::take(&mut self.run.masks) {
            let revision = shapes[shape as usize].revision;
            *self.run.codes.entry((flow, revision, code, year)).or_default() |= mask;
            *self.run.reporters.entry((flow, shape, year)).or_default() |= mask;
        }
    }

    /// Ends the collecting; `place` names a reporter.
    pub fn finish(&mut self, shapes: &[Shape], place: impl Fn(crate::fact::Place) -> String) {
        self.flush(shapes);
        self.flush_partner();
        for ((flow, revision, code, year), mask) in std::mem::take(&mut self.run.codes) {
            let flow = Flow::ALL[usize::from(flow)].name();
            let text = format!("{flow}/{}/{}/{year}", revision.name(), code.to_text());
            self.codes.insert(text, mask);
        }
        for ((flow, partner, year), mask) in std::mem::take(&mut self.run.partners) {
            let Some(partner) = PlaceId::from_index(partner) else {
                continue;
            };
            let flow = Flow::ALL[usize::from(flow)].name();
            self.partners.insert(format!("{flow}/{}/{year}", partner.code()), mask);
        }
        for ((flow, shape, year), mask) in std::mem::take(&mut self.run.reporters) {
            let Some(reporter) = shapes[shape as usize].reporter else {
                continue;
            };
            let text =
                format!("{}/{}/{year}", Flow::ALL[usize::from(flow)].name(), place(reporter));
            *self.reporters.entry(text).or_default() |= mask;
        }
        self.run = RunOfCode::default();
    }

    /// All `(flow, revision, code, year, mask)`.
    pub fn codes(&self) -> impl Iterator<Item = (&str, &str, &str, i32, u16)> {
        self.codes.iter().filter_map(|(key, mask)| {
            let mut parts = key.split('/');
            let (flow, revision, code) = (parts.next()?, parts.next()?, parts.next()?);
            Some((flow, revision, code, parts.next()?.parse().ok()?, *mask))
        })
    }

    /// All `(flow, reporter, year, mask)`.
    pub fn reporters(&self) -> impl Iterator<Item = (&str, &str, i32, u16)> {
        Self::places(&self.reporters)
    }

    /// All `(flow, partner, year, mask)`: of whom a source speaks at all.
    pub fn partners(&self) -> impl Iterator<Item = (&str, &str, i32, u16)> {
        Self::places(&self.partners)
    }

    fn flush_partner(&mut self) {
        if let Some((partner, mask)) = self.run.last_partner.take() {
            *self.run.partners.entry(partner).or_default() |= mask;
        }
    }

    fn places(of: &BTreeMap<String, u16>) -> impl Iterator<Item = (&str, &str, i32, u16)> {
        of.iter().filter_map(|(key, mask)| {
            let mut parts = key.rsplitn(2, '/');
            let year = parts.next()?.parse().ok()?;
            let (flow, reporter) = parts.next()?.split_once('/')?;
            Some((flow, reporter, year, *mask))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::{Basis, Place, Valuation};
    use plimsoll_terms::period::{Month, Reported};

    const MARKS: Marks = Marks { repeat: 1, conflict: 2, unlabelled: 3, split: 4 };

    fn shape(breakdown: Breakdown) -> Shape {
        Shape {
            reporter: PlaceId::from_index(5).map(Place::Known),
            exporter_raw: 0,
            importer_raw: 0,
            partner2: None,
            basis: Basis::Origin,
            valuation: Valuation::Cif,
            revision: HsRevision::in_force(2022),
            currency: 0,
            unit: 0,
            breakdown,
        }
    }

    fn row(exporter: u16, line: u64, value: f64) -> SortRow {
        let key = Key {
            importer: 5,
            code: CodeKey::pack(b"854231").unwrap(),
            exporter,
            period: Reported { start: Month::january(2022), kind: PeriodKind::Year },
            flow: Flow::Import as u8,
        };
        let [value_usd, net_weight_kg, quantity] = [value, f64::NAN, f64::NAN];
        let cell = 0;
        SortRow { key: key.pack(), line, cell, shape: 0, value_usd, value, net_weight_kg, quantity }
    }

    /// Line and breakdown of every row, and the rules.
    fn marked(
        repeats: Repeats,
        rows: &[SortRow],
    ) -> (Vec<(u64, Breakdown)>, BTreeMap<String, u64>) {
        let mut shapes = Shapes::with_room(vec![shape(Breakdown::Total)], MARKS);
        let room = shapes.all.len();
        let mut out = Vec::new();
        let mut totals = Totals::new(repeats, &mut shapes);
        let mut keep = |row: SortRow| {
            out.push(row);
            Ok(())
        };
        for row in rows {
            totals.push(*row, &mut keep).unwrap();
        }
        totals.finish(&mut keep).unwrap();
        let rules = totals.rules;
        assert_eq!(shapes.all.len(), room, "the writing threads have every shape from the start");
        let parts = out.iter().map(|r| (r.line, shapes.all[r.shape as usize].breakdown)).collect();
        (parts, rules)
    }

    fn rule(rules: &BTreeMap<String, u64>, name: &str) -> u64 {
        rules.get(name).copied().unwrap_or(0)
    }

    #[test]
    fn rows_of_different_facts_are_left_alone() {
        let (parts, _) = marked(Repeats::SameFact, &[row(7, 2, 10.0), row(8, 3, 10.0)]);
        assert_eq!(parts, [(2, Breakdown::Total), (3, Breakdown::Total)]);
    }

    #[test]
    fn a_fact_said_again_counts_once_and_a_conflict_is_named() {
        let rows = [row(7, 2, 10.0), row(7, 3, 12.0), row(7, 4, 12.0)];
        let (parts, rules) = marked(Repeats::SameFact, &rows);
        let expected = [
            (2, Breakdown::Part(MARKS.conflict)),
            (3, Breakdown::Total),
            (4, Breakdown::Part(MARKS.repeat)),
        ];
        assert_eq!(parts, expected);
        assert_eq!((rule(&rules, "repeated-row"), rule(&rules, "conflicting-row")), (1, 1));
    }

    #[test]
    fn without_codes_the_largest_row_is_the_total() {
        for (parts, found) in [
            (vec![60.0, 100.0, 40.0], true),
            (vec![100.0, 100.0], true),
            (vec![100.0, 50.0, 50.0, 70.0, 30.0, 100.0], true),
            (vec![100.0, 30.0], false),
        ] {
            let rows: Vec<SortRow> =
                parts.iter().zip(2..).map(|(value, line)| row(7, line, *value)).collect();
            let (marks, rules) = marked(Repeats::LargestIsTotal, &rows);
            let totals: Vec<u64> = marks
                .iter()
                .filter(|(_, b)| *b == Breakdown::Total)
                .map(|(line, _)| *line)
                .collect();
            let largest = parts.iter().position(|v| *v == 100.0).unwrap() as u64 + 2;
            assert_eq!(totals, [largest], "{parts:?}");
            let name = if found { "total-found-among-parts" } else { "total-assumed-largest" };
            assert_eq!(rule(&rules, name), 1, "{parts:?}: {rules:?}");
        }
    }

    #[test]
    fn rows_of_a_split_are_added() {
        let (parts, rules) = marked(Repeats::AddUp, &[row(7, 2, 10.0), row(7, 3, 12.0)]);
        assert!(parts.iter().all(|(_, b)| *b == Breakdown::Adds(MARKS.split)));
        assert_eq!(rule(&rules, "rows-that-add-up"), 2);
    }

    #[test]
    fn what_a_source_covers_is_by_year_and_month() {
        let at = |kind, month: i32| Key {
            period: Reported { start: Month(Month::january(2022).0 + month), kind },
            ..Key::unpack(row(7, 2, 1.0).key)
        };
        assert_eq!(mask(&at(PeriodKind::Year, 0)), 1 << 12);
        assert_eq!(mask(&at(PeriodKind::Month, 11)), 1 << 11);
        assert_eq!(mask(&at(PeriodKind::Quarter, 9)), 0b1110_0000_0000);
        assert_eq!(mask(&at(PeriodKind::Half, 6)), 0b1111_1100_0000);
    }
}
