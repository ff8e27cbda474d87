//! FollowTheMoney entities as JSON lines: plain, as OpenSanctions exports them, or nested.
//!
//! Persons, organisations, vessels and aircraft become listed parties. What points at them is
//! joined: sanctions, addresses, identity documents, wallets, securities. Anything else
//! (payments, ownership, family) names no party of its own and is set aside as `not-a-party`.
//! In a nested file the entities inside a party are parts of it, never parties themselves.
//! Deltas are applied to the full file before them (`records`).
//!
//! Read in exports of OpenSanctions and of others with 475, 1,565, 91 and 5 lines.

mod records;

use super::intake::{self, Draft, Drafts, Field};
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use foldhash::HashMap;
use plimsoll_terms::problem::Problem;
use records::{Line, Role, is_delta, is_entity};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;

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
        if !text.starts_with(['{', '[']) {
            return 0;
        }
        let line = text.lines().next().unwrap_or("");
        match serde_json::from_str::<Value>(line) {
            Ok(Value::Object(object)) if is_delta(&object) || is_entity(&object) => 95,
            // The first line may be longer than what is looked at, or hold a bracket alone.
            _ => {
                let all = ["\"id\"", "\"schema\"", "\"properties\""];
                if all.iter().all(|key| text.contains(key)) { 80 } else { 0 }
            }
        }
    }

    fn changes(&self, file: &ListFile<'_>) -> Vec<String> {
        if records::begins_with_delta(file) { records::lists_changed(file) } else { Vec::new() }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        read(files, room)
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

/// What kind of party a schema is; none where it is no party.
pub(super) fn party_kind(schema: &str) -> Option<EntityKind> {
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

/// Reads full files, each with the deltas behind it; lists of one id are joined.
fn read(files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
    let mut parsed = Parsed::new(room);
    let mut editions: BTreeMap<String, ListEdition> = BTreeMap::new();
    let mut rest = files;
    let mut number = 0_u16;
    while !rest.is_empty() {
        let deltas =
            rest.iter().skip(1).take_while(|file| records::begins_with_delta(file)).count();
        let (these, behind) = rest.split_at(1 + deltas);
        let edition = read_one(number, these, room, &mut parsed)?;
        if let Some(first) = editions.get_mut(&edition.list) {
            first.entities.append(edition.entities);
        } else {
            editions.insert(edition.list.clone(), edition);
        }
        number = number.saturating_add(u16::try_from(these.len()).unwrap_or(u16::MAX));
        rest = behind;
    }
    parsed.problems.sort();
    parsed.editions = editions.into_values().collect();
    Ok(parsed)
}

/// Reads one full file with its deltas.
fn read_one(
    number: u16,
    files: &[ListFile<'_>],
    room: &Room,
    parsed: &mut Parsed,
) -> Result<ListEdition, ListError> {
    let texts: Vec<records::Text<'_>> =
        files.iter().map(|file| intake::decode(file.bytes)).collect();
    let mut found = records::read(number, files, &texts, room)?;
    let lines = std::mem::take(&mut found.lines);
    let mut reader = Reader::new(&lines, room);
    let of = |role: Role| lines.iter().enumerate().filter(move |(_, line)| line.role == role);
    for (at, line) in of(Role::Party) {
        reader.used[at] = reader.party(line, &lines);
    }
    for (at, line) in of(Role::Part) {
        reader.used[at] = reader.part(line);
    }
    for (line, used) in lines.iter().zip(reader.used) {
        let Some(count) = found.counts.get_mut(usize::from(line.file.saturating_sub(number)))
        else {
            continue;
        };
        if used {
            count.rows_loaded += 1;
        } else {
            count.rows_set_aside += 1;
            found.problems.push_of(line.file, not_used(line));
        }
    }
    let (list, title) = found.dataset.list();
    let mut edition = ListEdition::new(&list, &title, room);
    let finished = reader.drafts.into_values().filter_map(Draft::finish);
    finished.for_each(|entity| edition.entities.push(entity));
    if edition.entities.is_empty() {
        let file = files.first().map_or("", |file| file.name).to_owned();
        return Err(ListError::Empty { file, layout: ID });
    }
    parsed.counts.append(&mut found.counts);
    parsed.problems.append_all(found.problems);
    parsed.problems.append_all(reader.problems);
    Ok(edition)
}

/// Why a line gave nothing.
fn not_used(line: &Line<'_>) -> Problem {
    let entity = line.value();
    let schema = entity.get("schema").and_then(Value::as_str).unwrap_or("");
    let id = entity.get("id").and_then(Value::as_str).unwrap_or("");
    let value = format!("{schema} {id}");
    if line.role == Role::Party {
        let hint = "the entity has no id or no name";
        return Problem::new("no-name", line.number.into(), &value, hint);
    }
    let hint = "neither a person, an organisation, a vessel nor an aircraft, nor part of one here";
    Problem::new("not-a-party", line.number.into(), &value, hint)
}

/// Joins the entities of a file.
struct Reader {
    /// Address lines by the hash of their id.
    addresses: HashMap<u64, u32>,
    drafts: Drafts,
    /// Parties by the hash of their id.
    parties: HashMap<u64, u32>,
    /// Which lines gave something.
    used: Vec<bool>,
    problems: Problems,
}

impl Reader {
    fn new(lines: &[Line<'_>], room: &Room) -> Self {
        let mut addresses = HashMap::default();
        for (at, line) in lines.iter().enumerate().filter(|(_, l)| l.role == Role::Address) {
            addresses.entry(line.id).or_insert(at as u32);
        }
        Self {
            addresses,
            drafts: Drafts::new(room),
            parties: HashMap::default(),
            used: vec![false; lines.len()],
            problems: Problems::new(room),
        }
    }

    /// The party of this id.
    fn known(&mut self, id: &str) -> Option<usize> {
        let at = *self.parties.get(&records::hash(id))? as usize;
        (self.drafts.at(at).entity.id == intake::squeeze(id)).then_some(at)
    }

    /// Reads a line as a party; says whether it is one.
    fn party(&mut self, line: &Line<'_>, lines: &[Line<'_>]) -> bool {
        let value = line.value();
        let Some(node) = Node::of(&value, line.origin()) else { return false };
        let Some(kind) = party_kind(node.schema) else { return false };
        let id = value.get("id").and_then(Value::as_str).unwrap_or("");
        if id.is_empty() {
            return false;
        }
        let known = self.known(id);
        let mut draft = known.map_or_else(
            || Draft::new(intake::squeeze(id), kind, node.origin),
            |at| std::mem::take(self.drafts.at(at)),
        );
        let caption = value.get("caption").and_then(Value::as_str).unwrap_or("");
        names(&node, caption, &mut draft, &mut self.problems);
        let named = !draft.entity.names.is_empty();
        if named {
            facts(&node, &mut draft);
            self.dates(&node, &mut draft);
            self.inside(&node, &mut draft, lines);
            if value.get("target").and_then(Value::as_bool) == Some(false) {
                // In these exports it stands beside listed parties and is not listed itself.
                draft.fact(Field::Remark, "not a target of the dataset: linked to one");
            }
            settle_kind(&mut draft);
        }
        match known {
            Some(at) => *self.drafts.at(at) = draft,
            None if named => {
                let at = self.drafts.push(draft) as u32;
                self.parties.entry(records::hash(id)).or_insert(at);
            }
            None => {}
        }
        named
    }

    /// Adds what a property points at or holds: addresses, and nested parts.
    fn inside(&mut self, node: &Node<'_>, draft: &mut Draft, lines: &[Line<'_>]) {
        for value in node.raw("addressEntity") {
            let found = match value {
                Value::String(id) => self.addresses.get(&records::hash(id)).and_then(|at| {
                    let (at, line) = (*at as usize, &lines[*at as usize]);
                    let value = line.value();
                    let is_it = value.get("id").and_then(Value::as_str) == Some(id);
                    self.used[at] |= is_it;
                    is_it.then(|| (Cow::Owned(value), line.origin()))
                }),
                nested => Some((Cow::Borrowed(nested), node.origin)),
            };
            if let Some((value, origin)) = found
                && let Some(part) = Node::of(&value, origin)
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
    fn part(&mut self, line: &Line<'_>) -> bool {
        let value = line.value();
        let Some(node) = Node::of(&value, line.origin()) else { return false };
        let Some(property) = holder_property(node.schema) else { return false };
        let mut joined = false;
        for holder in node.texts(property) {
            if let Some(at) = self.known(&holder) {
                let mut draft = std::mem::take(self.drafts.at(at));
                self.join(&node, &mut draft);
                *self.drafts.at(at) = draft;
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
                if let Some(day) = self.day(&text, property, node.origin)
                    && (draft.entity.listed.is_empty() || day < draft.entity.listed)
                {
                    draft.entity.listed = day;
                }
            }
        }
    }

    fn day(&mut self, text: &str, property: &str, origin: Origin) -> Option<String> {
        let day = intake::date(text);
        let nothing = text.trim().is_empty() || text.trim().eq_ignore_ascii_case("unknown");
        if day.is_none() && !nothing {
            let hint = "not understood as a date; the entity is kept without it";
            let problem = Problem::new("date-unclear", origin.line.into(), text, hint);
            self.problems.push_of(origin.file, problem.in_column(property));
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
                if let Some(day) = self.day(&text, property, node.origin) {
                    draft.date(kind, &day, &day, false, node.origin);
                }
            }
        }
    }
}

/// The names of a party: the caption first where it is one of them.
fn names(node: &Node<'_>, caption: &str, draft: &mut Draft, problems: &mut Problems) {
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

/// What a property is as an identifier; none where it is none.
pub(super) fn identifier_kind(property: &str) -> Option<IdentifierKind> {
    IDENTIFIERS.iter().find(|(known, ..)| *known == property).map(|(_, kind, _)| *kind)
}

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
mod tests;
