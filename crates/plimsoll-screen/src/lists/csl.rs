//! What does an entry of the US Consolidated Screening List say, in whichever layout it came?
//!
//! The International Trade Administration hands out the same entries as a table and as JSON. A
//! reader of either fills an [`Entry`]; what becomes of it is said here once. Lists keep their own
//! ids (`csl-sdn`, `csl-el`), since a listing means another thing on each.
//!
//! The Entity List has entries that are addresses and nobody's name (since June 2024, such as
//! `Address 01`). They become addresses, whoever is there.

use std::collections::BTreeMap;

use crate::scratch::Room;
use foldhash::HashMap;
use plimsoll_terms::problem::Problem;
use sha2::{Digest, Sha256};

use super::dates;
use super::delimited::clean;
use super::intake::{self, Key};
use super::ofac::{self, Fact, Tally};
use super::{ListEdition, Parsed};
use crate::entity::{Entity, EntityKind, IdentifierKind, NameKind, Origin};
use crate::names::normalize;

pub(super) const PUBLISHER: &str = "US Commerce, International Trade Administration";
pub(super) const URL: &str = "https://www.trade.gov/consolidated-screening-list";

/// Titles of the lists that are known, by the abbreviation in the column `source`.
const PARTS: [(&str, &str); 13] = [
    ("sdn", "Specially Designated Nationals, in the US Consolidated Screening List"),
    ("el", "BIS Entity List, in the US Consolidated Screening List"),
    ("meu", "BIS Military End User List, in the US Consolidated Screening List"),
    ("uvl", "BIS Unverified List, in the US Consolidated Screening List"),
    ("dpl", "BIS Denied Persons List, in the US Consolidated Screening List"),
    ("ssi", "Sectoral Sanctions Identifications, in the US Consolidated Screening List"),
    (
        "cmic",
        "Chinese Military-Industrial Complex Companies, in the US Consolidated Screening List",
    ),
    ("dtc", "ITAR Debarred, in the US Consolidated Screening List"),
    ("isn", "Nonproliferation Sanctions, in the US Consolidated Screening List"),
    ("plc", "Palestinian Legislative Council List, in the US Consolidated Screening List"),
    ("cap", "CAPTA List, in the US Consolidated Screening List"),
    ("mbs", "Non-SDN Menu-Based Sanctions, in the US Consolidated Screening List"),
    ("fse", "Foreign Sanctions Evaders, in the US Consolidated Screening List"),
];

/// What a record says.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// Line on which it begins.
    pub(super) line: u32,
    /// Members with one value, by the names of the columns.
    pub(super) texts: BTreeMap<&'static str, String>,
    /// Members with several values.
    pub(super) lists: BTreeMap<&'static str, Vec<String>>,
    /// Addresses, each with its country where that is given apart.
    pub(super) addresses: Vec<(String, String)>,
    pub(super) ids: Vec<Id>,
}

/// An id, or what stands in its place.
#[derive(Debug)]
pub(super) enum Id {
    Labelled {
        label: String,
        value: String,
        country: String,
        issued: String,
        expires: String,
    },
    /// Nothing says what it is.
    Plain(String),
}

/// Members that have one value.
pub(super) const TEXTS: [&str; 19] = [
    "_id",
    "source",
    "entity_number",
    "type",
    "name",
    "title",
    "federal_register_notice",
    "start_date",
    "end_date",
    "standard_order",
    "license_requirement",
    "license_policy",
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_flag",
    "vessel_owner",
    "remarks",
];

/// Members and columns that say nothing of a party.
pub(super) const PASSED_OVER: [&str; 2] = ["source_list_url", "source_information_url"];

/// Members that have several values.
pub(super) const LISTS: [&str; 6] =
    ["programs", "alt_names", "nationalities", "citizenships", "places_of_birth", "dates_of_birth"];

impl Entry {
    pub(super) fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.lists.get(name).into_iter().flatten().map(String::as_str)
    }

    /// Whether nobody could find it: it has no name, and is no address of the Entity List.
    pub(super) fn is_empty(&self) -> bool {
        let numbered = |(text, _): &(String, String)| text.bytes().any(|b| b.is_ascii_digit());
        let address =
            list_id(self.text("source")) == "csl-el" && self.addresses.iter().any(numbered);
        clean(self.text("name")).is_empty() && !address
    }
}

/// Lists under construction, by id.
pub(super) struct Lists {
    room: Room,
    editions: BTreeMap<String, ListEdition>,
    /// How often each id was met in its list.
    ids: HashMap<Key, u32>,
    pub(super) tally: Tally,
}

impl Lists {
    pub(super) fn new(room: &Room) -> Self {
        Self {
            room: room.clone(),
            editions: BTreeMap::new(),
            ids: HashMap::default(),
            tally: Tally::default(),
        }
    }

    /// Adds an entry to its list. A second entry of the same id gets a suffix and a problem: no
    /// listing may be lost because an id was used twice.
    pub(super) fn add(&mut self, entry: &Entry, file: u16) -> Option<Problem> {
        let source = clean(entry.text("source"));
        let list = list_id(&source);
        let mut entity = entity_of(entry, file, &mut self.tally);
        if entity.id.is_empty() {
            entity.id = hashed(&source, entity.primary_name());
        }
        let times = self.ids.entry(intake::key(&format!("{list}\n{}", entity.id))).or_insert(0);
        *times += 1;
        let mut problem = None;
        if *times > 1 {
            let hint = "a second entry of this id in its list; it was kept under an id of its own";
            problem = Some(Problem::new("id-repeated", u64::from(entry.line), &entity.id, hint));
            entity.id = format!("{}-{times}", entity.id);
        }
        let edition = self.editions.entry(list).or_insert_with_key(|list| {
            ListEdition::new(list, &title_of(list, &source), &self.room)
        });
        edition.entities.push(entity);
        problem
    }

    /// Puts the lists into what a reader returns.
    pub(super) fn finish(self, parsed: &mut Parsed) -> Tally {
        parsed.editions = self.editions.into_values().collect();
        self.tally
    }
}

/// `csl-el` for `Entity List (EL) - Bureau of Industry and Security`.
fn list_id(source: &str) -> String {
    let inside = source.rsplit_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let short = inside.map_or(source, |(short, _)| short).trim();
    let short = short.strip_suffix(" List").unwrap_or(short);
    let short = short.strip_prefix("NS-").unwrap_or(short);
    let mut slug = String::from("csl");
    for word in short.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        slug.push('-');
        slug.push_str(&word.to_ascii_lowercase());
    }
    if slug == "csl" { "csl-unknown".to_owned() } else { slug }
}

fn title_of(list: &str, source: &str) -> String {
    let short = list.strip_prefix("csl-").unwrap_or(list);
    PARTS
        .iter()
        .find(|(part, _)| *part == short)
        .map_or_else(|| source.to_owned(), |(_, title)| (*title).to_owned())
}

/// An id for an entry without one: the same for the same list and name.
fn hashed(source: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("{source}\n{name}").as_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn entity_of(entry: &Entry, file: u16, tally: &mut Tally) -> Entity {
    let text = |name: &str| entry.text(name);
    let origin = Origin { file, line: entry.line };
    let id = [text("entity_number"), text("_id")];
    let id = id.iter().find(|id| !id.is_empty()).copied().unwrap_or("");
    let mut entity =
        Entity { id: id.to_owned(), kind: kind_of(entry), origin, ..Entity::default() };
    for (address, country) in &entry.addresses {
        ofac::add_address(&mut entity, &[address], country, origin);
    }
    add_names(&mut entity, entry, origin);
    for program in entry.list("programs") {
        ofac::add_text(&mut entity.programmes, program);
    }
    for country in entry.list("nationalities").chain(entry.list("citizenships")) {
        ofac::add_text(&mut entity.countries, country);
    }
    for place in entry.list("places_of_birth") {
        ofac::add_text(&mut entity.birth_places, place);
    }
    for date in entry.list("dates_of_birth") {
        let fact = Fact { label: "DOB", value: date, ..Fact::default() };
        tally.add(ofac::add_fact(&mut entity, fact, origin));
    }
    for id in &entry.ids {
        tally.add(add_id(&mut entity, id, origin));
    }
    ofac::add_text(&mut entity.positions, text("title"));
    ofac::add_text(&mut entity.references, text("federal_register_notice"));
    if let Some(day) = dates::day(text("start_date")) {
        entity.listed = day;
    }
    if let Some(day) = dates::day(text("end_date")) {
        entity.ends = day;
    }
    add_vessel(&mut entity, entry, origin);
    add_remarks(&mut entity, entry);
    ofac::finish(&mut entity);
    entity
}

/// The name and the aliases. An entry that is an address stands under the address, and under what
/// the list calls it in its remarks.
fn add_names(entity: &mut Entity, entry: &Entry, origin: Origin) {
    let name = clean(entry.text("name"));
    match address_of(&name, entity) {
        None => ofac::add_name(entity, &name, NameKind::Primary, origin),
        Some(address) => {
            entity.kind = EntityKind::Address;
            if entity.addresses.is_empty() {
                ofac::add_address(entity, &[&address], "", origin);
            }
            let whole = entity.addresses.first().map_or(String::new(), |first| first.text.clone());
            ofac::add_name(entity, &whole, NameKind::Primary, origin);
            if !name.is_empty() && name != whole {
                entity.remarks.push(format!("Listed as {name}"));
            }
        }
    }
    for alias in entry.list("alt_names") {
        // The Entity List joins its last alias as prose: `One; Two; and Three`.
        let alias = alias.strip_prefix("and ").unwrap_or(alias);
        ofac::add_name(entity, alias, NameKind::Alias, origin);
    }
}

/// The address that a name stands for: of `Address 01` what follows it, if anything; of a name
/// that only repeats its address all of it; of no name nothing. None where it is a name.
fn address_of(name: &str, entity: &Entity) -> Option<String> {
    if entity.kind != EntityKind::Unknown && entity.kind != EntityKind::Address {
        return None;
    }
    if name.is_empty() {
        return Some(String::new());
    }
    if let Some(rest) = behind_label(name)
        && !(rest.is_empty() && entity.addresses.is_empty())
    {
        return Some(rest.to_owned());
    }
    let words: Vec<String> = normalize::words(name).into_iter().map(|word| word.text).collect();
    let numbered = words.iter().any(|word| word.bytes().any(|b| b.is_ascii_digit()));
    let repeats = |text: &str| {
        let listed = normalize::words(text);
        words.iter().all(|word| listed.iter().any(|other| other.text == *word))
    };
    let repeated = words.len() >= 4
        && numbered
        && entity.addresses.iter().any(|address| repeats(&address.text));
    repeated.then(|| name.to_owned())
}

/// What follows `Address 01`, `Address No. 1`, `Address-1:` and the like; none where it is no such
/// label. Seen in the rule of June 2024, not yet in a file.
fn behind_label(name: &str) -> Option<&str> {
    let blank = [' ', '-', '#', ':', ',', '.'];
    let (word, rest) = name.split_at_checked("address".len())?;
    if !word.eq_ignore_ascii_case("address") {
        return None;
    }
    let rest = rest.trim_start_matches(blank);
    let rest = rest.strip_prefix("No").unwrap_or(rest).trim_start_matches(blank);
    let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = rest.len() - behind.len();
    let ends = behind.chars().next().is_none_or(|c| blank.contains(&c) || c == '(');
    ((1..=3).contains(&digits) && ends).then(|| behind.trim_start_matches(blank))
}

/// The type as given. The lists of BIS and of the State Department give none; a ship shows by
/// its columns, and nothing else is inferred.
fn kind_of(entry: &Entry) -> EntityKind {
    let given = entry.text("type");
    if given.eq_ignore_ascii_case("address") {
        return EntityKind::Address;
    }
    if !given.is_empty() {
        return ofac::kind_of(given);
    }
    let columns =
        ["call_sign", "vessel_type", "gross_tonnage", "gross_registered_tonnage", "vessel_flag"];
    if columns.iter().any(|name| !entry.text(name).is_empty()) {
        return EntityKind::Vessel;
    }
    EntityKind::Unknown
}

pub(super) fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn add_id(entity: &mut Entity, id: &Id, origin: Origin) -> Tally {
    match id {
        Id::Plain(text) => {
            entity.remarks.push(clean(text));
            Tally { kept: 1, ..Tally::default() }
        }
        Id::Labelled { label, value, country, issued, expires } => {
            ofac::add_fact(entity, Fact { label, value, country, issued, expires }, origin)
        }
    }
}

fn add_vessel(entity: &mut Entity, entry: &Entry, origin: Origin) {
    let call_sign = entry.text("call_sign");
    if !call_sign.is_empty() {
        let fact = Fact { label: "Vessel Call Sign", value: call_sign, ..Fact::default() };
        ofac::add_identifier(entity, IdentifierKind::CallSign, fact, origin);
    }
    ofac::add_text(&mut entity.countries, entry.text("vessel_flag"));
    for (label, column) in [
        ("Vessel Type", "vessel_type"),
        ("Vessel Tonnage", "gross_tonnage"),
        ("Vessel Gross Registered Tonnage", "gross_registered_tonnage"),
        ("Vessel Owner", "vessel_owner"),
    ] {
        let value = entry.text(column);
        if !value.is_empty() {
            ofac::add_fact(entity, Fact { label, value, ..Fact::default() }, origin);
        }
    }
}

fn add_remarks(entity: &mut Entity, entry: &Entry) {
    ofac::add_text(&mut entity.remarks, entry.text("remarks"));
    for (label, column) in [
        ("License requirement", "license_requirement"),
        ("License policy", "license_policy"),
        ("Standard order", "standard_order"),
        ("End date", "end_date"),
    ] {
        let value = entry.text(column);
        if !value.is_empty() {
            entity.remarks.push(clean(&format!("{label}: {value}")));
        }
    }
}
