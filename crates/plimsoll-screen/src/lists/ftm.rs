//! FollowTheMoney entities as JSON lines: plain, as OpenSanctions exports them, or nested.
//!
//! Persons, organisations, vessels and aircraft become listed parties. What points at them is
//! joined: sanctions, addresses, identity documents, wallets, securities. Anything else
//! (payments, ownership, family) names no party of its own and is set aside as `not-a-party`.
//! In a nested file the entities inside a party are parts of it, never parties themselves.
//!
//! Read in exports of OpenSanctions and of others with 475, 1,565, 91 and 5 lines.

use super::intake::{self, Draft, Field, FileResult};
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Sureness};
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind, Origin};
use plimsoll_terms::problem::Problem;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// The layout `ftm`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ftm;

const ID: &str = "ftm";

impl ListSource for Ftm {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "FollowTheMoney entities, JSON lines"
    }
    fn publisher(&self) -> &'static str {
        "OpenSanctions and others"
    }
    fn licence(&self) -> &'static str {
        "as the dataset says; OpenSanctions: CC BY-NC, or a licence of theirs"
    }
    fn url(&self) -> &'static str {
        "https://www.opensanctions.org/datasets/"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let text = intake::head(file);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let Some(line) = text.lines().next().filter(|line| line.starts_with('{')) else { return 0 };
        match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(object)) if is_delta(&object) || is_entity(&object) => 95,
            Ok(_) => 0,
            // The first line may be longer than what is looked at.
            Err(_) => {
                let all = ["\"id\"", "\"schema\"", "\"properties\""];
                if all.iter().all(|key| line.contains(key)) { 80 } else { 0 }
            }
        }
    }

    fn read(&self, files: &[ListFile<'_>]) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        (
            "entities.ftm.json",
            concat!(
                r#"{"id":"x-1","caption":"Zontik Works","schema":"Company","properties":{"#,
                r#""name":["Завод Зонтик","Zontik Works"],"innCode":["7707083893"],"#,
                r#""addressEntity":["x-2"],"jurisdiction":["xx"]},"datasets":["madeup"],"#,
                r#""target":true}"#,
                "\n",
                r#"{"id":"x-2","schema":"Address","properties":{"full":["1, Made-up Str."],"#,
                r#""country":["xx"]},"datasets":["madeup"]}"#,
                "\n",
                r#"{"id":"x-3","schema":"Sanction","properties":{"entity":["x-1"],"#,
                r#""program":["Example"],"startDate":["2020-01-02"]},"datasets":["madeup"]}"#,
                "\n",
                r#"{"id":"x-4","schema":"Payment","properties":{"payer":["x-1"]},"#,
                r#""datasets":["madeup"]}"#,
                "\n",
            ),
        )
    }
}

fn is_delta(object: &Map<String, Value>) -> bool {
    object.contains_key("op") && object.get("entity").is_some_and(Value::is_object)
}

fn is_entity(object: &Map<String, Value>) -> bool {
    object.get("schema").is_some_and(Value::is_string)
        && object.get("properties").is_some_and(Value::is_object)
}

/// What kind of party a schema is; none where it is no party.
fn party_kind(schema: &str) -> Option<EntityKind> {
    Some(match schema {
        "Person" => EntityKind::Person,
        "Organization" | "Company" | "PublicBody" => EntityKind::Organisation,
        "Vessel" => EntityKind::Vessel,
        "Airplane" => EntityKind::Aircraft,
        // A person or an organisation: the publisher does not say.
        "LegalEntity" => EntityKind::Unknown,
        _ => return None,
    })
}

/// In which property an entity that is joined to a party names it.
fn holder_property(schema: &str) -> Option<&'static str> {
    Some(match schema {
        "Sanction" => "entity",
        "Passport" | "Identification" | "CryptoWallet" => "holder",
        "Security" => "issuer",
        _ => return None,
    })
}

/// One entity of a line, or inside one.
struct Node<'a> {
    schema: &'a str,
    properties: &'a Map<String, Value>,
    origin: Origin,
}

impl<'a> Node<'a> {
    fn of(value: &'a Value, origin: Origin) -> Option<Self> {
        let schema = value.get("schema")?.as_str()?;
        let properties = value.get("properties")?.as_object()?;
        Some(Self { schema, properties, origin })
    }

    /// The values of a property, whether they stand alone or in a list.
    fn raw(&self, property: &str) -> &'a [Value] {
        match self.properties.get(property) {
            Some(Value::Array(values)) => values,
            Some(value) => std::slice::from_ref(value),
            None => &[],
        }
    }

    /// The values that are texts or numbers.
    fn texts(&self, property: &str) -> impl Iterator<Item = String> + use<'a> {
        self.raw(property).iter().filter_map(|value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    fn first(&self, property: &str) -> String {
        self.texts(property).next().unwrap_or_default()
    }
}

/// One line of the file.
struct Line {
    number: u32,
    value: Value,
}

fn read(number: u16, file: &ListFile<'_>) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let mut result = FileResult { problems: odd.into_iter().collect(), ..FileResult::default() };
    let lines = lines(text.trim_start_matches('\u{feff}'), file, &mut result)?;
    let mut reader = Reader { file: number, ..Reader::default() };
    for (at, line) in lines.iter().enumerate() {
        if let Some(id) = line.value.get("id").and_then(Value::as_str) {
            reader.index.entry(id).or_insert(at);
        }
    }
    let mut used = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate() {
        used[at] = reader.party(line, &lines);
    }
    for (at, line) in lines.iter().enumerate() {
        used[at] |= reader.part(line);
    }
    for at in &reader.referenced {
        used[*at] = true;
    }
    for (line, used) in lines.iter().zip(used) {
        if used {
            result.count.rows_loaded += 1;
        } else {
            result.count.rows_set_aside += 1;
            result.problems.push(not_used(line));
        }
    }
    result.problems.append(&mut reader.problems);
    let datasets = datasets(&lines);
    let entities = reader.drafts.into_iter().filter_map(Draft::finish).collect();
    let (list, title) = match datasets {
        Some(dataset) => (
            format!("{ID}-{}", intake::slug(&dataset)),
            format!("FollowTheMoney dataset {dataset}"),
        ),
        // Without a dataset of its own it is told from others by the name of its file.
        None => {
            let stem = file.name.split(['.', '_']).next().unwrap_or(file.name);
            (format!("{ID}-{}", intake::slug(stem)), format!("FollowTheMoney entities of {stem}"))
        }
    };
    result.editions.push(ListEdition { list, title, published: String::new(), entities });
    Ok(result)
}

/// The lines that hold an entity; others are set aside. A delta file is refused.
fn lines(text: &str, file: &ListFile<'_>, result: &mut FileResult) -> Result<Vec<Line>, ListError> {
    let name = || file.name.to_owned();
    let mut lines = Vec::new();
    let mut pieces = (1_u32..).zip(text.split_inclusive('\n')).peekable();
    while let Some((number, line)) = pieces.next() {
        if line.trim().is_empty() {
            continue;
        }
        result.count.rows_in += 1;
        let mut set_aside = |hint: String| {
            result.problems.push(Problem::new("not-an-entity", number.into(), line.trim(), hint));
            result.count.rows_set_aside += 1;
        };
        match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(object)) if is_delta(&object) => {
                return Err(ListError::Malformed {
                    file: name(),
                    layout: ID,
                    detail: format!(
                        "line {number} is a change (`op`), not an entity: deltas are not read \
                         yet, take the full file of entities"
                    ),
                });
            }
            Ok(Value::Object(object)) if is_entity(&object) => {
                lines.push(Line { number, value: Value::Object(object) });
            }
            Ok(_) => set_aside("no entity: it needs id, schema and properties".to_owned()),
            Err(error) if error.is_eof() && pieces.peek().is_none() && !line.ends_with('\n') => {
                let detail = format!("line {number} ends inside a record");
                return Err(ListError::Cut { file: name(), detail });
            }
            Err(error) => set_aside(format!("no JSON: {error}")),
        }
    }
    if lines.is_empty() && result.count.rows_in > 0 {
        let detail = "no line holds an entity with id, schema and properties".to_owned();
        return Err(ListError::Malformed { file: name(), layout: ID, detail });
    }
    Ok(lines)
}

/// Why a line gave nothing.
fn not_used(line: &Line) -> Problem {
    let schema = line.value.get("schema").and_then(Value::as_str).unwrap_or("");
    let id = line.value.get("id").and_then(Value::as_str).unwrap_or("");
    let value = format!("{schema} {id}");
    if party_kind(schema).is_some() {
        let hint = "the entity has no id or no name";
        return Problem::new("no-name", line.number.into(), &value, hint);
    }
    let hint = "neither a person, an organisation, a vessel nor an aircraft, nor part of one here";
    Problem::new("not-a-party", line.number.into(), &value, hint)
}

/// The one dataset that every entity is of; none where there are several or none.
fn datasets(lines: &[Line]) -> Option<String> {
    let mut all = BTreeSet::new();
    for line in lines {
        let datasets = line.value.get("datasets")?.as_array()?;
        if datasets.is_empty() {
            return None;
        }
        all.extend(datasets.iter().filter_map(Value::as_str));
    }
    let mut all = all.into_iter();
    all.next().filter(|_| all.next().is_none()).map(str::to_owned)
}

/// Joins the entities of a file.
#[derive(Default)]
struct Reader<'a> {
    file: u16,
    /// Line by id.
    index: HashMap<&'a str, usize>,
    drafts: Vec<Draft>,
    /// Party by id.
    parties: HashMap<&'a str, usize>,
    /// Lines that a party pointed at.
    referenced: BTreeSet<usize>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn node(&self, line: &'a Line) -> Option<Node<'a>> {
        Node::of(&line.value, Origin { file: self.file, line: line.number })
    }

    /// Reads a line as a party; says whether it is one.
    fn party(&mut self, line: &'a Line, lines: &'a [Line]) -> bool {
        let Some(node) = self.node(line) else { return false };
        let Some(kind) = party_kind(node.schema) else { return false };
        let Some(id) = line.value.get("id").and_then(Value::as_str).filter(|id| !id.is_empty())
        else {
            return false;
        };
        let known = self.parties.get(id).copied();
        let mut draft = known.map_or_else(
            || Draft::new(intake::squeeze(id), kind, node.origin),
            |at| std::mem::take(&mut self.drafts[at]),
        );
        let caption = line.value.get("caption").and_then(Value::as_str).unwrap_or("");
        names(&node, caption, &mut draft, &mut self.problems);
        let named = !draft.entity.names.is_empty();
        if named {
            facts(&node, &mut draft);
            self.dates(&node, &mut draft);
            self.inside(&node, &mut draft, lines);
            if line.value.get("target").and_then(Value::as_bool) == Some(false) {
                // In these exports it stands beside listed parties and is not listed itself.
                draft.fact(Field::Remark, "not a target of the dataset: linked to one");
            }
            settle_kind(&mut draft);
        }
        match known {
            Some(at) => self.drafts[at] = draft,
            None if named => {
                self.parties.insert(id, self.drafts.len());
                self.drafts.push(draft);
            }
            None => {}
        }
        named
    }

    /// Adds what a property points at or holds: addresses, and nested parts.
    fn inside(&mut self, node: &Node<'a>, draft: &mut Draft, lines: &'a [Line]) {
        for value in node.raw("addressEntity") {
            let found = match value {
                Value::String(id) => self.index.get(id.as_str()).map(|at| {
                    self.referenced.insert(*at);
                    (&lines[*at].value, lines[*at].number)
                }),
                nested => Some((nested, node.origin.line)),
            };
            if let Some((value, line)) = found
                && let Some(part) = Node::of(value, Origin { file: self.file, line })
            {
                address(&part, draft);
            }
        }
        for values in node.properties.values() {
            for value in values.as_array().map_or(&[][..], Vec::as_slice) {
                if let Some(part) = Node::of(value, node.origin)
                    && holder_property(part.schema).is_some()
                {
                    self.join(&part, draft);
                }
            }
        }
    }

    /// Joins a line to the parties that it names; says whether there is one.
    fn part(&mut self, line: &'a Line) -> bool {
        let Some(node) = self.node(line) else { return false };
        let Some(property) = holder_property(node.schema) else { return false };
        let mut joined = false;
        for holder in node.texts(property) {
            if let Some(at) = self.parties.get(holder.as_str()).copied() {
                let mut draft = std::mem::take(&mut self.drafts[at]);
                self.join(&node, &mut draft);
                self.drafts[at] = draft;
                joined = true;
            }
        }
        joined
    }

    /// Adds what a sanction, document, wallet or security says of its party.
    fn join(&mut self, node: &Node<'_>, draft: &mut Draft) {
        let origin = node.origin;
        let country = node.first("country");
        match node.schema {
            "Sanction" => self.sanction(node, draft),
            "Passport" | "Identification" => {
                let label = node.first("type");
                let kind = if node.schema == "Passport" {
                    IdentifierKind::Passport
                } else {
                    IdentifierKind::NationalId
                };
                for property in ["number", "passportNumber"] {
                    for number in node.texts(property) {
                        draft.identifier(kind, &number, &label, &country, origin);
                    }
                }
            }
            "CryptoWallet" => {
                let label = node.first("currency");
                for key in node.texts("publicKey") {
                    draft.identifier(IdentifierKind::Wallet, &key, &label, "", origin);
                }
            }
            _ => {
                for isin in node.texts("isin") {
                    draft.identifier(IdentifierKind::Isin, &isin, "ISIN", &country, origin);
                }
            }
        }
    }

    fn sanction(&mut self, node: &Node<'_>, draft: &mut Draft) {
        for property in ["program", "programId"] {
            for text in node.texts(property) {
                draft.fact(Field::Programme, &text);
            }
        }
        for text in node.texts("reason") {
            draft.fact(Field::Remark, &text);
        }
        for property in ["authorityId", "recordId", "unscId", "sourceUrl"] {
            for text in node.texts(property) {
                draft.fact(Field::Reference, &text);
            }
        }
        for property in ["listingDate", "startDate"] {
            for text in node.texts(property) {
                // The earliest: a party stays listed while it is listed anew.
                if let Some(day) = self.day(&text, property, node.origin.line)
                    && (draft.entity.listed.is_empty() || day < draft.entity.listed)
                {
                    draft.entity.listed = day;
                }
            }
        }
    }

    fn day(&mut self, text: &str, property: &str, line: u32) -> Option<String> {
        let day = intake::date(text);
        let nothing = text.trim().is_empty() || text.trim().eq_ignore_ascii_case("unknown");
        if day.is_none() && !nothing {
            let hint = "not understood as a date; the entity is kept without it";
            let problem = Problem::new("date-unclear", line.into(), text, hint);
            self.problems.push(problem.in_column(property));
        }
        day
    }

    fn dates(&mut self, node: &Node<'_>, draft: &mut Draft) {
        for (property, kind) in [
            ("birthDate", DateKind::Birth),
            ("deathDate", DateKind::Ended),
            ("incorporationDate", DateKind::Founded),
            ("dissolutionDate", DateKind::Ended),
            ("buildDate", DateKind::Founded),
        ] {
            for text in node.texts(property) {
                if let Some(day) = self.day(&text, property, node.origin.line) {
                    draft.date(kind, &day, &day, false, node.origin);
                }
            }
        }
    }
}

/// The names of a party: the caption first where it is one of them.
fn names(node: &Node<'_>, caption: &str, draft: &mut Draft, problems: &mut Vec<Problem>) {
    let names: Vec<String> = node.texts("name").collect();
    let main = names.iter().find(|name| *name == caption).or(names.first());
    if let Some(main) = main {
        let first = draft.entity.names.is_empty();
        let kind = if first { NameKind::Primary } else { NameKind::Alias };
        draft.name(main, kind, node.origin, problems);
    }
    for name in names.iter().filter(|name| Some(*name) != main) {
        draft.name(name, NameKind::Alias, node.origin, problems);
    }
    for (property, kind) in [
        ("alias", NameKind::Alias),
        ("weakAlias", NameKind::WeakAlias),
        ("abbreviation", NameKind::WeakAlias),
        ("previousName", NameKind::Former),
    ] {
        for name in node.texts(property) {
            draft.name(&name, kind, node.origin, problems);
        }
    }
}

/// Properties that are identifiers, with what they are called.
const IDENTIFIERS: [(&str, IdentifierKind, &str); 28] = [
    ("imoNumber", IdentifierKind::Imo, "IMO"),
    ("mmsi", IdentifierKind::Mmsi, "MMSI"),
    ("callSign", IdentifierKind::CallSign, "call sign"),
    ("leiCode", IdentifierKind::Lei, "LEI"),
    ("swiftBic", IdentifierKind::Bic, "SWIFT/BIC"),
    ("innCode", IdentifierKind::Inn, "INN"),
    ("ogrnCode", IdentifierKind::Ogrn, "OGRN"),
    ("uscCode", IdentifierKind::Uscc, "USCC"),
    ("isin", IdentifierKind::Isin, "ISIN"),
    ("isinCode", IdentifierKind::Isin, "ISIN"),
    ("passportNumber", IdentifierKind::Passport, ""),
    ("registrationNumber", IdentifierKind::Registration, ""),
    ("okpoCode", IdentifierKind::Registration, "OKPO"),
    ("jibCode", IdentifierKind::Registration, "JIB"),
    ("dunsCode", IdentifierKind::Registration, "D-U-N-S"),
    ("taxNumber", IdentifierKind::TaxId, ""),
    ("vatCode", IdentifierKind::TaxId, "VAT"),
    ("socialSecurityNumber", IdentifierKind::NationalId, "social security"),
    ("publicKey", IdentifierKind::Wallet, ""),
    ("cryptoWallets", IdentifierKind::Wallet, ""),
    ("email", IdentifierKind::Email, ""),
    ("website", IdentifierKind::Website, ""),
    ("phone", IdentifierKind::Phone, ""),
    ("kppCode", IdentifierKind::Other, "KPP"),
    ("permId", IdentifierKind::Other, "PermID"),
    ("uniqueEntityId", IdentifierKind::Other, "UEI"),
    ("wikidataId", IdentifierKind::Other, "Wikidata"),
    ("ticker", IdentifierKind::Other, "ticker"),
];

fn facts(node: &Node<'_>, draft: &mut Draft) {
    let origin = node.origin;
    for (field, properties) in [
        (
            Field::Country,
            &["nationality", "citizenship", "country", "jurisdiction", "mainCountry", "flag"][..],
        ),
        (Field::BirthPlace, &["birthPlace", "birthCountry"]),
        (Field::Programme, &["programId", "program", "topics"]),
        (Field::Position, &["position", "title"]),
        (Field::Remark, &["notes", "summary", "description", "status", "legalForm"]),
        (Field::Reference, &["sourceUrl"]),
    ] {
        for property in properties {
            for text in node.texts(property) {
                draft.fact(field, &text);
            }
        }
    }
    for (property, kind, label) in IDENTIFIERS {
        let kind = match (kind, draft.entity.kind) {
            (IdentifierKind::Registration, EntityKind::Aircraft) => IdentifierKind::Aircraft,
            _ => kind,
        };
        for value in node.texts(property) {
            draft.identifier(kind, &value, label, "", origin);
        }
    }
    let (id, serial) = match draft.entity.kind {
        EntityKind::Person => (IdentifierKind::NationalId, IdentifierKind::Other),
        EntityKind::Aircraft => (IdentifierKind::Aircraft, IdentifierKind::Aircraft),
        _ => (IdentifierKind::Other, IdentifierKind::Other),
    };
    for (property, kind) in [("idNumber", id), ("nationalId", id), ("serialNumber", serial)] {
        for value in node.texts(property) {
            draft.identifier(kind, &value, property, "", origin);
        }
    }
    for text in node.texts("address") {
        draft.address(&text, "", origin);
    }
    let gender = node.first("gender").to_lowercase();
    if matches!(gender.as_str(), "male" | "female") {
        draft.entity.gender = gender;
    }
}

/// A legal entity with a number that only organisations have is one.
fn settle_kind(draft: &mut Draft) {
    let organisation = |kind, value: &str| match kind {
        IdentifierKind::Uscc | IdentifierKind::Lei => true,
        IdentifierKind::Inn => value.len() == 10,
        IdentifierKind::Ogrn => value.len() == 13,
        _ => false,
    };
    let entity = &mut draft.entity;
    if entity.kind == EntityKind::Unknown
        && entity.identifiers.iter().any(|id| organisation(id.kind, &id.value))
    {
        entity.kind = EntityKind::Organisation;
    }
}

/// An address: as a whole where the publisher gives it so, else its parts.
fn address(node: &Node<'_>, draft: &mut Draft) {
    let country = node.first("country");
    let mut whole = false;
    for text in node.texts("full") {
        draft.address(&text, &country, node.origin);
        whole = true;
    }
    if whole {
        return;
    }
    let parts = ["street", "street2", "postOfficeBox", "postalCode", "city", "region", "state"];
    let parts: Vec<String> =
        parts.iter().map(|part| node.first(part)).filter(|text| !text.is_empty()).collect();
    draft.address(&parts.join(", "), &country, node.origin);
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&Ftm, text) {
            Ok(parsed) => show(&parsed),
            Err(error) => format!("{error}\n"),
        };
        want.assert_eq(&shown);
    }

    #[test]
    fn survives_everything() {
        survives(&Ftm);
    }

    #[test]
    fn example() {
        check(
            Ftm.example().1,
            expect![[r#"
            ftm-madeup | FollowTheMoney dataset madeup | 
            x-1 Organisation line 1
              Primary: Zontik Works @1
              Alias: Завод Зонтик @1
              Inn 7707083893 [INN]  holds
              at 1, Made-up Str. [xx]
              country xx
              programme Example
              listed 2020-01-02 
            problem 0 line 4: not-a-party "Payment x-4": neither a person, an organisation, a vessel nor an aircraft, nor part of one here
            rows 4 = 3 + 1
        "#]],
        );
    }

    #[test]
    fn nested_parts_and_odd_values() {
        check(
            concat!(
                r#"{"id":"n1","schema":"Person","target":false,"properties":{"name":"Exa Mpleson","#,
                r#""birthDate":["1970","20th century"],"passportNumber":[123],"addressEntity":[{"id":"a","#,
                r#""schema":"Address","properties":{"street":["1 St"],"city":["Nowhere"]}}],"#,
                r#""sanctions":[{"id":"s","schema":"Sanction","properties":{"program":["P"]}}],"#,
                r#""familyPerson":[{"id":"f","schema":"Family","properties":{"relative":[{"id":"r","#,
                r#""schema":"Person","properties":{"name":["Not Listed"]}}]}}]}}"#,
                "\n",
                r#"{"id":"n1","schema":"Person","properties":{"name":["Exa M."]}}"#,
                "\n",
                r#"{"id":"n2","schema":"Person","properties":{"firstName":["Only"]}}"#,
                "\n",
                r#"{"id":"n3","schema":"LegalEntity","properties":{"alias":["Just An Alias"]}}"#,
                "\n[1]\nnonsense\n",
                r#"{"id":"w","schema":"CryptoWallet","properties":{"holder":["n3"],"publicKey":["1Abc"]}}"#,
            ),
            expect![[r#"
                ftm-entities | FollowTheMoney entities of entities | 
                n1 Person line 1
                  Primary: Exa Mpleson @1
                  Alias: Exa M. @2
                  Passport 123 [] 
                  Birth 1970..1970
                  at 1 St, Nowhere []
                  programme P
                  remark not a target of the dataset: linked to one
                n3 Unknown line 4
                  Primary: Just An Alias @4
                  Wallet 1Abc [] 
                problem 0 line 1, column birthDate: date-unclear "20th century": not understood as a date; the entity is kept without it
                problem 0 line 3: no-name "Person n2": the entity has no id or no name
                problem 0 line 5: not-an-entity "[1]": no entity: it needs id, schema and properties
                problem 0 line 6: not-an-entity "nonsense": no JSON: expected ident at line 1 column 2
                rows 7 = 4 + 3
            "#]],
        );
    }

    #[test]
    fn refusals() {
        check(
            r#"{"op":"ADD","entity":{"id":"x","schema":"Person","properties":{}}}"#,
            expect![[r#"
                entities.ftm.json cannot be read as ftm: line 1 is a change (`op`), not an entity: deltas are not read yet, take the full file of entities
            "#]],
        );
        check(
            r#"{"id":"x","schema":"Person","prop"#,
            expect![[r#"
            entities.ftm.json is cut: line 1 ends inside a record
        "#]],
        );
        check(
            "[]\n{}\n",
            expect![[r#"
            entities.ftm.json cannot be read as ftm: no line holds an entity with id, schema and properties
        "#]],
        );
        check(
            r#"{"id":"x","schema":"Address","properties":{}}"#,
            expect![[r#"
            entities.ftm.json holds no entry of ftm
        "#]],
        );
        let delta = br#"{"op":"MOD","entity":{"id":"x"}}"#;
        assert!(Ftm.recognise(&ListFile { name: "d.json", bytes: delta }) > 50);
    }

    #[test]
    fn hostile_files() {
        let deep = format!("{}{}\n", Ftm.example().1, "[".repeat(200_000));
        let parsed = read(&Ftm, &deep).unwrap();
        assert_eq!(parsed.counts[0].rows_set_aside, 2);
        holds(&parsed);
        let huge = format!(
            "{{\"id\":\"h\",\"schema\":\"Person\",\"properties\":{{\"name\":[\"{}\"]}}}}",
            "x".repeat(2_000_000)
        );
        holds(&read(&Ftm, &huge).unwrap());
    }
}
