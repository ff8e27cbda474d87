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
    /// Whether more than a seller or a buyer tells it: a declaration of either kind has both.
    pub flow_sure: bool,
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
    let (flow, flow_sure) = flow(&names);
    let mut scores = Scores::new(&names, looks, flow);
    let target = scores.target();
    let mut fields = order(flow, target);
    if target == Target::Trade && scores.has_directions() {
        fields.retain(|f| *f != Field::Partner);
    }
    let mut given = Vec::new();
    for field in fields {
        if let Some((column, score)) = scores.best(field) {
            scores.taken[column] = true;
            given.push(Given { field, column, confidence: score.clamp(0, 99) as u8 });
        }
    }
    describe(&mut given);
    given.sort_by_key(|g| g.field);
    Guess { target, flow, flow_sure, given, names }
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

/// Import or export, by the parties and dates that the names speak of, and whether more than a
/// seller or a buyer speaks.
fn flow(names: &[NameReading]) -> (Option<Flow>, bool) {
    let (mut named, mut sides) = (0, 0);
    for name in names {
        let dated = name.has("date") && !name.has("dispatch");
        named += i32::from(dated && name.has("import")) - i32::from(dated && name.has("export"));
        named += i32::from(name.has("importer")) - i32::from(name.has("exporter"));
        let side = |idea: &str, party: &str| name.has(idea) && !name.has(party);
        sides += i32::from(side("seller", "importer")) - i32::from(side("buyer", "exporter"));
    }
    match named + sides {
        1.. => (Some(Flow::Import), named > 0),
        ..=-1 => (Some(Flow::Export), named < 0),
        0 => (None, false),
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
    /// A value in dollars is there, so that one in an unsaid currency is the worse choice.
    in_dollars: bool,
    taken: Vec<bool>,
}

impl<'a> Scores<'a> {
    fn new(names: &'a [NameReading], looks: &'a [Looks], flow: Option<Flow>) -> Scores<'a> {
        let valued = |n: &&NameReading| ["value", "fob", "cif", "amount"].iter().any(|i| n.has(i));
        let by_line = names.iter().filter(valued).any(|n| n.has("line") && !n.has("unit"));
        let has = |idea: &str| names.iter().any(|n| n.has(idea));
        let of_bills = has("transport") && has("consignee") && (has("bill") || has("package"));
        let in_dollars =
            names.iter().any(|n| n.has("usd") && rules::score(Field::Value, n) >= SURE);
        let taken = vec![false; names.len()];
        Scores { names, looks, flow, by_line, of_bills, in_dollars, taken }
    }

    /// Statistics are countries and no parties: a country alone proves nothing, since lines of
    /// declarations have them too.
    fn target(&self) -> Target {
        let parties = [Field::Importer, Field::Exporter, Field::Consignee, Field::Consignor];
        let found = |fields: &[Field]| fields.iter().any(|f| self.best(*f).is_some());
        let sides = [Field::Reporter, Field::Partner, Field::Origin, Field::Dispatch];
        let countries = found(&sides) || found(&[Field::Destination]);
        if found(&parties) || !countries {
            return Target::Shipments;
        }
        let reported = self.best(Field::Reporter).is_some_and(|(_, score)| score >= SURE);
        if reported || !self.declared() { Target::Trade } else { Target::Shipments }
    }

    /// Whether rows are lines of documents: a number of one, days, or names of companies.
    fn declared(&self) -> bool {
        let looks = |column: usize| self.looks.get(column);
        let date = self.best(Field::Date).map(|(column, _)| column);
        let days = date.is_some_and(|column| match looks(column) {
            Some(look) => look.days > 0.8,
            None => self.names[column].has("registration"),
        });
        let of_goods = |name: &NameReading| name.has("description") || name.has("goods");
        let companies = (0..self.names.len()).any(|column| {
            let named = |l: &Looks| l.filled >= 3 && l.companies > 0.3 && l.length < 40.0;
            looks(column).is_some_and(named) && !of_goods(&self.names[column])
        });
        days || companies || self.best(Field::Document).is_some()
    }

    /// Whether columns of their own say where goods came from or went: which of them is the other
    /// side depends on the flow of each row, so that none is taken for it.
    fn has_directions(&self) -> bool {
        let plain = [
            (Field::Origin, "origin"),
            (Field::Destination, "destination"),
            (Field::Dispatch, "dispatch"),
        ];
        let directed = |(field, idea): &(Field, &str)| {
            self.best(*field).is_some_and(|(column, _)| self.names[column].has(idea))
        };
        self.best(Field::Partner).is_none_or(|(_, score)| score < 70) && plain.iter().any(directed)
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
        let by_name = rules::score(field, name)
            .max(self.lone_country(field, name))
            .max(self.lone_party(field, name));
        let change = self.context(field, name) + self.by_values(field, column);
        let by_name = if by_name > 0 { (by_name + change).max(1) } else { 0 };
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

    /// A company without a word is who declares: the importer of an import. A counterparty is the
    /// other side. Both only where no column names that side.
    fn lone_party(&self, field: Field, name: &NameReading) -> i32 {
        let plain = ["company", "name", "english", "original", "counterparty", "fc"];
        let score = match (name.has("counterparty"), name.has("company")) {
            (true, _) => 66,
            (false, true) => 52,
            _ => return 0,
        };
        let imports = match self.flow {
            Some(Flow::Import) => true,
            Some(Flow::Export) => false,
            _ => return 0,
        };
        let side =
            if imports == name.has("counterparty") { Field::Exporter } else { Field::Importer };
        let strange = name.ideas.iter().any(|i| !plain.contains(i));
        let named = || self.names.iter().any(|n| rules::score(side, n) >= LEAST);
        if field == side && !strange && !named() { score } else { 0 }
    }

    /// Names that mean two things: the values decide.
    fn by_values(&self, field: Field, column: usize) -> i32 {
        let name = &self.names[column];
        let Some(look) = self.looks.get(column).filter(|l| l.filled >= 3) else { return 0 };
        match field {
            // Chile writes goods where Peru writes the importer.
            Field::Importer if name.has("dnombre") && look.companies < 0.1 => -60,
            Field::Description if name.has("dnombre") && look.companies > 0.3 => -60,
            Field::Unit if name.has("count") && look.numbers > 0.8 => -60,
            _ => 0,
        }
    }

    /// What the other columns of the file say about this one.
    fn context(&self, field: Field, name: &NameReading) -> i32 {
        let whole = self.by_line && name.has("total") && !name.has("line");
        match field {
            Field::Value if whole => -30,
            Field::Value if self.flow == Some(Flow::Import) && name.has("cif") => 1,
            Field::Value if self.flow == Some(Flow::Export) && name.has("fob") => 1,
            Field::Value
                if self.in_dollars
                    && name.currency.is_none()
                    && !["usd", "eur", "local", "fc"].iter().any(|i| name.has(i)) =>
            {
                -8
            }
            // A street is no name; `name and address` may be.
            Field::Importer | Field::Exporter if name.has("address") && !name.has("name") => -40,
            Field::GrossWeight if self.of_bills => 8,
            Field::NetWeight if self.of_bills && !name.has("net") => -4,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(header: &[&str], rows: &[&[&str]]) -> Guess {
        let column = |at: usize| looks::look(rows.iter().map(move |row| row[at]));
        let looks: Vec<Looks> = (0..header.len()).map(column).collect();
        guess(header, &looks)
    }

    fn given(guess: &Guess, header: &[&'static str], field: Field) -> &'static str {
        guess.column(field).map_or("", |column| header[column])
    }

    #[test]
    fn countries_alone_are_no_proof_of_statistics() {
        let header = ["Entry No", "Lodged", "HS", "Origin", "Worth USD"];
        let row: &[&str] = &["7", "03/02/2021", "854231", "China", "12"];
        assert_eq!(table(&header, &[row; 4]).target, Target::Shipments, "days");
        let header = ["Period", "HS", "Origin", "Seen by", "Value USD"];
        let row: &[&str] = &["2021-02", "854231", "China", "Widgets Ltd", "12"];
        assert_eq!(table(&header, &[row; 4]).target, Target::Shipments, "companies");
        let row: &[&str] = &["2021-02", "854231", "China", "someone", "12"];
        assert_eq!(table(&header, &[row; 4]).target, Target::Trade);
    }

    #[test]
    fn origin_and_destination_are_no_partner_before_the_flow_is_known() {
        let header = ["Month", "Year", "HS", "Country of origin", "Destination country", "Value"];
        let found = guess(&header, &[]);
        assert_eq!(found.target, Target::Trade);
        assert_eq!(found.column(Field::Partner), None);
        assert_eq!(given(&found, &header, Field::Origin), "Country of origin");
        assert_eq!(given(&found, &header, Field::Destination), "Destination country");
    }

    #[test]
    fn a_buyer_alone_makes_no_export() {
        for (header, flow, sure) in [
            (&["Buyer", "Consignor", "HS"][..], Some(Flow::Export), false),
            (&["Supplier", "HS"], Some(Flow::Import), false),
            (&["Importer", "HS"], Some(Flow::Import), true),
            (&["Exporter", "Buyer", "HS"], Some(Flow::Export), true),
            (&["Buyer", "Seller", "HS"], None, false),
        ] {
            let found = guess(header, &[]);
            assert_eq!((found.flow, found.flow_sure), (flow, sure), "{header:?}");
        }
    }

    #[test]
    fn a_company_without_a_word_is_who_declares() {
        let header = ["Import date", "Firm name", "Foreign company", "HS", "Value"];
        let found = guess(&header, &[]);
        assert_eq!(given(&found, &header, Field::Importer), "Firm name");
        assert_eq!(given(&found, &header, Field::Exporter), "Foreign company");
        assert!(
            found
                .given
                .iter()
                .all(|g| g.field != Field::Importer || i32::from(g.confidence) < SURE)
        );
        let header = ["Import date", "Firm name", "Consignee", "HS", "Value"];
        assert_eq!(given(&guess(&header, &[]), &header, Field::Importer), "Consignee");
    }

    #[test]
    fn a_street_is_no_party_and_a_declared_one_is() {
        let header =
            ["Declared consignee", "Consignee street", "Shipper declared", "Shipper street"];
        let found = guess(&header, &[]);
        assert_eq!(given(&found, &header, Field::Importer), "Declared consignee");
        assert_eq!(given(&found, &header, Field::Exporter), "Shipper declared");
    }

    #[test]
    fn a_value_in_dollars_goes_before_one_in_an_unsaid_currency() {
        let header = ["HS", "Customs value", "Dollar value"];
        assert_eq!(given(&guess(&header, &[]), &header, Field::Value), "Dollar value");
    }

    #[test]
    fn plural_units_are_what_their_values_are() {
        let header = ["HS", "Unidades"];
        let counts = table(&header, &[&["854231", "12000"], &["854231", "7"], &["854231", "300"]]);
        assert_eq!(given(&counts, &header, Field::Quantity), "Unidades");
        let words = table(&header, &[&["854231", "KILO"], &["854231", "PAR"], &["854231", "KILO"]]);
        assert_eq!(given(&words, &header, Field::Unit), "Unidades");
        assert_eq!(words.column(Field::Quantity), None);
    }

    #[test]
    fn companies_are_no_country() {
        let header = ["HS", "Exporting to", "Destination"];
        let row: &[&str] = &["854231", "x", "Widgets Ltd"];
        assert_eq!(table(&header, &[row; 4]).column(Field::Destination), None);
        let row: &[&str] = &["854231", "x", "Peru"];
        assert_eq!(given(&table(&header, &[row; 4]), &header, Field::Destination), "Destination");
    }
}
