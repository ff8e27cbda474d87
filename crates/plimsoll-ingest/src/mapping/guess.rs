//! Which column is which field? Names give evidence, values add to it, and each column goes to
//! one field at most.
//!
//! The same header and the same rows give the same answer. Never reads a file.

use super::Target;
use super::fields::Field;
use super::looks::{self, Looks};
use super::rules;
use super::words::{self, NameReading};
use crate::fact::Flow;

/// A column is not given to a field below this score.
pub const LEAST: i32 = 45;
/// Below this a person should look at it.
pub const SURE: i32 = 72;

/// A column that was given to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Given {
    /// Which field.
    pub field: Field,
    /// The column, from 0.
    pub column: usize,
    /// 0 to 100.
    pub confidence: u8,
}

/// What was guessed of a table.
#[derive(Clone, Debug)]
pub struct Guess {
    /// Statistics or shipments.
    pub target: Target,
    /// Import or export, where the names tell.
    pub flow: Option<Flow>,
    /// In the order of the fields.
    pub given: Vec<Given>,
    /// What was read of each name.
    pub names: Vec<NameReading>,
}

impl Guess {
    /// The column of a field.
    pub fn column(&self, field: Field) -> Option<usize> {
        self.given.iter().find(|g| g.field == field).map(|g| g.column)
    }
}

/// Guesses from the names of the columns and what their values look like (empty where no rows
/// are at hand).
pub fn guess<S: AsRef<str>>(header: &[S], looks: &[Looks]) -> Guess {
    let names: Vec<NameReading> = header.iter().map(|n| words::read(n.as_ref())).collect();
    let flow = flow(&names);
    let mut scores = Scores::new(&names, looks, flow);
    let parties = [Field::Importer, Field::Exporter, Field::Consignee, Field::Consignor];
    let any_party = parties.iter().any(|f| scores.best(*f).is_some());
    let statistics = [Field::Reporter, Field::Partner].iter().any(|f| scores.best(*f).is_some());
    let target = if any_party || !statistics { Target::Shipments } else { Target::Trade };
    let mut given = Vec::new();
    for field in order(flow, target) {
        if let Some((column, score)) = scores.best(field) {
            scores.taken[column] = true;
            given.push(Given { field, column, confidence: score.clamp(0, 99) as u8 });
        }
    }
    describe(&mut given);
    given.sort_by_key(|g| g.field);
    Guess { target, flow, given, names }
}

/// Where nothing describes the goods but the heading of their code, that is the description.
fn describe(given: &mut [Given]) {
    if !given.iter().any(|g| g.field == Field::Description)
        && let Some(heading) = given.iter_mut().find(|g| g.field == Field::HsDescription)
    {
        heading.field = Field::Description;
        heading.confidence = heading.confidence.min(60);
    }
}

/// Which fields choose first.
fn order(flow: Option<Flow>, target: Target) -> Vec<Field> {
    let mut fields: Vec<Field> = Field::ALL.to_vec();
    match target {
        Target::Trade => {
            let partner = [Field::Reporter, Field::Partner];
            fields.retain(|f| !partner.contains(f));
            fields.splice(0..0, partner);
        }
        Target::Shipments => fields.retain(|f| !f.is_of_statistics()),
    }
    // `Country of shipment or destination` is the former for who imports.
    if flow == Some(Flow::Import) {
        let (a, b) = (place(&fields, Field::Destination), place(&fields, Field::Dispatch));
        if let (Some(a), Some(b)) = (a, b) {
            fields.swap(a, b);
        }
    }
    if flow == Some(Flow::Export)
        && let (Some(a), Some(b)) =
            (place(&fields, Field::Origin), place(&fields, Field::Destination))
    {
        fields.swap(a, b);
    }
    fields
}

fn place(fields: &[Field], field: Field) -> Option<usize> {
    fields.iter().position(|f| *f == field)
}

/// Import or export, by the parties and dates that the names speak of.
fn flow(names: &[NameReading]) -> Option<Flow> {
    let (mut imports, mut exports) = (0, 0);
    for name in names {
        let dated = name.has("date") && !name.has("dispatch");
        imports += i32::from(dated && name.has("import"));
        exports += i32::from(dated && name.has("export"));
        imports += i32::from(name.has("importer") || name.has("seller"));
        exports += i32::from(name.has("exporter") || name.has("buyer"));
    }
    match imports - exports {
        1.. => Some(Flow::Import),
        ..=-1 => Some(Flow::Export),
        0 => None,
    }
}

struct Scores<'a> {
    names: &'a [NameReading],
    looks: &'a [Looks],
    flow: Option<Flow>,
    /// A value column speaks of a line: totals are then those of a whole declaration.
    by_line: bool,
    /// Bills of lading weigh gross.
    of_bills: bool,
    taken: Vec<bool>,
}

impl<'a> Scores<'a> {
    fn new(names: &'a [NameReading], looks: &'a [Looks], flow: Option<Flow>) -> Scores<'a> {
        let valued = |n: &&NameReading| ["value", "fob", "cif", "amount"].iter().any(|i| n.has(i));
        let by_line = names.iter().filter(valued).any(|n| n.has("line") && !n.has("unit"));
        let has = |idea: &str| names.iter().any(|n| n.has(idea));
        let of_bills = has("transport") && has("consignee") && (has("bill") || has("package"));
        Scores { names, looks, flow, by_line, of_bills, taken: vec![false; names.len()] }
    }

    /// The best free column of a field, the first of equals.
    fn best(&self, field: Field) -> Option<(usize, i32)> {
        let mut best: Option<(usize, i32)> = None;
        for column in (0..self.names.len()).filter(|c| !self.taken[*c]) {
            let score = self.score(field, column);
            if score >= LEAST && best.is_none_or(|(_, s)| score > s) {
                best = Some((column, score));
            }
        }
        best
    }

    fn score(&self, field: Field, column: usize) -> i32 {
        let name = &self.names[column];
        let by_name = rules::score(field, name).max(self.lone_country(field, name));
        let by_name = if by_name > 0 { by_name + self.context(field, name) } else { 0 };
        match self.looks.get(column) {
            Some(look) => looks::adjust(field, by_name, look),
            None => by_name,
        }
    }

    /// A country without a word is where an export goes, and where an import comes from.
    fn lone_country(&self, field: Field, name: &NameReading) -> i32 {
        let plain = ["country", "name", "code", "iso", "english"];
        if !name.has("country") || name.ideas.iter().any(|i| !plain.contains(i)) {
            return 0;
        }
        let fits = match self.flow {
            Some(Flow::Export) => field == Field::Destination,
            Some(Flow::Import) => field == Field::Origin,
            _ => false,
        };
        let score = 62 - 12 * name.numbers.len() as i32 - 5 * i32::from(name.has("iso"));
        if fits { score } else { 0 }
    }

    /// What the other columns of the file say about this one.
    fn context(&self, field: Field, name: &NameReading) -> i32 {
        let whole = self.by_line && name.has("total") && !name.has("line");
        match field {
            Field::Value if whole => -30,
            Field::Value if self.flow == Some(Flow::Import) && name.has("cif") => 1,
            Field::Value if self.flow == Some(Flow::Export) && name.has("fob") => 1,
            Field::GrossWeight if self.of_bills => 8,
            Field::NetWeight if self.of_bills && !name.has("net") => -4,
            _ => 0,
        }
    }
}
