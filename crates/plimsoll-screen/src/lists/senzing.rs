//! Records in Senzing's entity specification, as OpenSanctions and others hand out lists.
//!
//! One record a line, or an array of records. What is said of a party stands flat in the record,
//! in objects under `FEATURES`, or in objects under names of the sender's own (`NAMES`,
//! `ADDRESSES`); an attribute may have a word before it (`PRIMARY_NAME_ORG`). What stands together
//! in one object, and flat under one such word, is one fact. Each `DATA_SOURCE` is a list.
//!
//! Not read: relationships (`REL_…`), accounts and social handles, `LAST_CHANGE`.
//!
//! Read in a sample of 14 records of OpenSanctions; `FEATURES` and flat attributes from the
//! specification.

use super::intake::{self, Draft, Field};
use super::{
    FileCount, ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness, ftm, json,
};
use crate::entity::{DateKind, Entity, EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The layout `senzing`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Senzing;

const ID: &str = "senzing";

impl ListSource for Senzing {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Senzing records, JSON lines"
    }
    fn publisher(&self) -> &'static str {
        "OpenSanctions and others"
    }
    fn licence(&self) -> &'static str {
        "as the data source says; OpenSanctions: CC BY-NC, or a licence of theirs"
    }
    fn url(&self) -> &'static str {
        "https://www.senzing.com/docs/entity_specification/"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = intake::head(file);
        let head = head.trim_start_matches('\u{feff}').trim_start();
        let all = ["\"DATA_SOURCE\"", "\"RECORD_ID\""];
        let named = ["NAME_FULL\"", "NAME_ORG\"", "NAME_LAST\""];
        let is = head.starts_with(['{', '['])
            && all.iter().all(|key| head.contains(key))
            && named.iter().any(|key| head.contains(key));
        if is { 95 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        let mut parsed = Parsed::new(room);
        let mut lists = BTreeMap::new();
        for (number, file) in (0_u16..).zip(files) {
            read_file(number, file, room, &mut lists, &mut parsed)?;
        }
        parsed.problems.sort();
        parsed.editions = lists.into_values().map(|list| list.edition).collect();
        Ok(parsed)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("senzing.json", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = concat!(
    r#"{"DATA_SOURCE":"MADEUP","RECORD_ID":"x-1","RECORD_TYPE":"ORGANIZATION","FEATURES":["#,
    r#"{"NAME_TYPE":"PRIMARY","NAME_ORG":"Zontik Works"},{"NAME_TYPE":"ALIAS","NAME_ORG":"Завод Зонтик"},"#,
    r#"{"ADDR_TYPE":"BUSINESS","ADDR_LINE1":"1 Made-up Str.","ADDR_CITY":"Nowhere","ADDR_COUNTRY":"XX"},"#,
    r#"{"TAX_ID_TYPE":"INN","TAX_ID_NUMBER":"7707083893","TAX_ID_COUNTRY":"RU"}]}"#,
    "\n",
    r#"{"DATA_SOURCE":"MADEUP","RECORD_ID":"x-2","RECORD_TYPE":"PERSON","NAMES":[{"NAME_TYPE":"PRIMARY","#,
    r#""NAME_FULL":"Exa Mpleson"}],"DATES":[{"DATE_OF_BIRTH":"1970"}],"COUNTRIES":[{"NATIONALITY":"no"}],"#,
    r#""IDENTIFIERS":[{"OTHER_ID_TYPE":"wikidataId","OTHER_ID_NUMBER":"Q0"}],"GENDER":"F"}"#,
    "\n",
    r#"{"DATA_SOURCE":"MADEUP","RECORD_ID":"x-3","PRIMARY_NAME_LAST":"Sample","PRIMARY_NAME_FIRST":"Jane","#,
    r#""HOME_ADDR_FULL":"2 Made-up Str., Nowhere","PASSPORT_NUMBER":"X0000001","PASSPORT_COUNTRY":"NO"}"#,
    "\n",
    r#"{"DATA_SOURCE":"MADEUP","RECORD_ID":"x-4","RECORD_TYPE":"PERSON","GENDER":"M"}"#,
    "\n",
);

/// A list under construction.
struct List {
    edition: ListEdition,
    ids: intake::Ids,
}

fn read_file(
    number: u16,
    file: &ListFile<'_>,
    room: &Room,
    lists: &mut BTreeMap<String, List>,
    parsed: &mut Parsed,
) -> Result<(), ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let mut count = FileCount::default();
    let mut problems = Problems::new(room);
    problems.extend(odd);
    let rest = json::each(&text, "", file, ID, room, &mut |record| {
        count.rows_in += 1;
        let origin = Origin { file: number, line: record.line };
        let source = json::text(record.value.get("DATA_SOURCE"));
        match party(&record.value, origin, &mut problems) {
            Some(mut entity) if !source.is_empty() => {
                count.rows_loaded += 1;
                let id = format!("{ID}-{}", intake::slug(&source));
                let list = lists.entry(id).or_insert_with_key(|id| List {
                    edition: ListEdition::new(id, &format!("Senzing records of {source}"), room),
                    ids: intake::Ids::default(),
                });
                entity.id = list.ids.unique(entity.id);
                list.edition.entities.push(entity);
            }
            _ => {
                count.rows_set_aside += 1;
                let shown = format!("{source} {}", json::text(record.value.get("RECORD_ID")));
                let hint = "the record has no DATA_SOURCE, no RECORD_ID or no name";
                problems.push(Problem::new("no-name", record.line.into(), &shown, hint));
            }
        }
    })?;
    count.rows_in += rest.problems.len() as u64;
    count.rows_set_aside += rest.problems.len() as u64;
    if count.rows_loaded == 0 {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: ID });
    }
    parsed.problems.append_of(number, rest.problems);
    parsed.problems.append_of(number, problems);
    parsed.counts.push(count);
    Ok(())
}

/// Attributes that are read; a word before one does not make it another.
const ATTRIBUTES: [&str; 54] = [
    "NAME_TYPE",
    "NAME_FULL",
    "NAME_ORG",
    "NAME_LAST",
    "NAME_FIRST",
    "NAME_MIDDLE",
    "NAME_PREFIX",
    "NAME_SUFFIX",
    "ADDR_TYPE",
    "ADDR_FULL",
    "ADDR_LINE1",
    "ADDR_LINE2",
    "ADDR_LINE3",
    "ADDR_LINE4",
    "ADDR_LINE5",
    "ADDR_LINE6",
    "ADDR_CITY",
    "ADDR_STATE",
    "ADDR_POSTAL_CODE",
    "ADDR_COUNTRY",
    "DATE_OF_BIRTH",
    "DATE_OF_DEATH",
    "REGISTRATION_DATE",
    "PLACE_OF_BIRTH",
    "NATIONALITY",
    "CITIZENSHIP",
    "REGISTRATION_COUNTRY",
    "COUNTRY_OF_ASSOCIATION",
    "GENDER",
    "PASSPORT_NUMBER",
    "PASSPORT_COUNTRY",
    "NATIONAL_ID_TYPE",
    "NATIONAL_ID_NUMBER",
    "NATIONAL_ID_COUNTRY",
    "SSN_NUMBER",
    "DRIVERS_LICENSE_NUMBER",
    "DRIVERS_LICENSE_STATE",
    "TAX_ID_TYPE",
    "TAX_ID_NUMBER",
    "TAX_ID_COUNTRY",
    "OTHER_ID_TYPE",
    "OTHER_ID_NUMBER",
    "OTHER_ID_COUNTRY",
    "LEI_NUMBER",
    "DUNS_NUMBER",
    "NPI_NUMBER",
    "IMO_NUMBER",
    "MMSI_NUMBER",
    "CALL_SIGN",
    "PHONE_NUMBER",
    "EMAIL_ADDRESS",
    "WEBSITE_ADDRESS",
    "TOPIC",
    "URL",
];

/// What stands together: the attributes of one object, or flat ones with the same word before.
type Group = BTreeMap<&'static str, String>;

/// The groups of a record with the word before their attributes, in the order of the record.
fn groups(record: &Map<String, Value>) -> Vec<(String, Group)> {
    let mut out = Vec::new();
    gather(record, &mut out);
    for value in record.values() {
        for object in json::values(Some(value)).iter().filter_map(Value::as_object) {
            gather(object, &mut out);
        }
    }
    out
}

fn gather(object: &Map<String, Value>, out: &mut Vec<(String, Group)>) {
    let mut here: Vec<(String, Group)> = Vec::new();
    for (name, value) in object {
        let upper = name.to_ascii_uppercase();
        let fits = |known: &&&str| {
            upper.strip_suffix(**known).is_some_and(|b| b.is_empty() || b.ends_with('_'))
        };
        // The longest: `PASSPORT_NUMBER` is no `NUMBER`.
        let Some(known) = ATTRIBUTES.iter().filter(fits).max_by_key(|known| known.len()) else {
            continue;
        };
        let before = upper.strip_suffix(known).unwrap_or("").trim_end_matches('_').to_owned();
        let text = json::text(Some(value));
        if text.is_empty() {
            continue;
        }
        match here.iter_mut().find(|(word, _)| *word == before) {
            Some((_, group)) => {
                group.insert(known, text);
            }
            None => here.push((before, Group::from([(*known, text)]))),
        }
    }
    out.append(&mut here);
}

/// A record as a party; none where it has no id or no name.
fn party(record: &Map<String, Value>, origin: Origin, problems: &mut Problems) -> Option<Entity> {
    let id = json::text(record.get("RECORD_ID"));
    if id.is_empty() {
        return None;
    }
    let groups = groups(record);
    let mut draft = Draft::new(id, kind_of(record, &groups), origin);
    for (word, group) in &groups {
        let of = |name: &str| group.get(name).map_or("", String::as_str);
        add_name(word, group, &mut draft, origin, problems);
        add_address(group, &mut draft, origin);
        add_identifiers(group, &mut draft, origin);
        add_dates(group, &mut draft, origin, problems);
        for (name, field) in [
            ("NATIONALITY", Field::Country),
            ("CITIZENSHIP", Field::Country),
            ("REGISTRATION_COUNTRY", Field::Country),
            ("COUNTRY_OF_ASSOCIATION", Field::Country),
            ("PLACE_OF_BIRTH", Field::BirthPlace),
            ("TOPIC", Field::Programme),
            ("URL", Field::Reference),
        ] {
            draft.fact(field, of(name));
        }
        match of("GENDER").to_ascii_lowercase().as_str() {
            "m" | "male" => draft.entity.gender = "male".to_owned(),
            "f" | "female" => draft.entity.gender = "female".to_owned(),
            _ => {}
        }
    }
    draft.finish()
}

/// The type as given; else a name in parts is a person's, and `NAME_ORG` an organisation's.
fn kind_of(record: &Map<String, Value>, groups: &[(String, Group)]) -> EntityKind {
    let given = json::text(record.get("RECORD_TYPE")).to_ascii_uppercase();
    let has = |name: &str| groups.iter().any(|(_, group)| group.contains_key(name));
    match given.as_str() {
        "PERSON" | "INDIVIDUAL" => EntityKind::Person,
        "ORGANIZATION" | "ORGANISATION" | "COMPANY" => EntityKind::Organisation,
        "VESSEL" | "SHIP" => EntityKind::Vessel,
        "AIRCRAFT" | "AIRPLANE" => EntityKind::Aircraft,
        _ if has("NAME_LAST") => EntityKind::Person,
        _ if has("NAME_ORG") => EntityKind::Organisation,
        _ => EntityKind::Unknown,
    }
}

fn add_name(word: &str, group: &Group, draft: &mut Draft, origin: Origin, problems: &mut Problems) {
    let of = |name: &str| group.get(name).map_or("", String::as_str);
    let given = if of("NAME_TYPE").is_empty() { word } else { of("NAME_TYPE") };
    let kind = match given.to_ascii_uppercase().as_str() {
        "" | "PRIMARY" if draft.entity.names.is_empty() => NameKind::Primary,
        "PRIMARY" => NameKind::Primary,
        "FORMER" | "FKA" | "PREVIOUS" | "MAIDEN" => NameKind::Former,
        "WEAK" | "WEAK_ALIAS" | "LOW_QUALITY" => NameKind::WeakAlias,
        "NATIVE" | "ORIGINAL_SCRIPT" => NameKind::OriginalScript,
        _ => NameKind::Alias,
    };
    for name in ["NAME_FULL", "NAME_ORG"] {
        draft.name(of(name), kind, origin, problems);
    }
    if !of("NAME_LAST").is_empty() {
        let parts = ["NAME_FIRST", "NAME_MIDDLE", "NAME_SUFFIX"].map(of);
        let given = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
        let comma = if given.is_empty() { "" } else { ", " };
        let name = format!("{}{comma}{}", of("NAME_LAST"), given.join(" "));
        draft.name(&name, kind, origin, problems);
    }
}

fn add_address(group: &Group, draft: &mut Draft, origin: Origin) {
    let of = |name: &str| group.get(name).map_or("", String::as_str);
    let country = of("ADDR_COUNTRY");
    if !of("ADDR_FULL").is_empty() {
        draft.address(of("ADDR_FULL"), country, origin);
        return;
    }
    let parts = [
        "ADDR_LINE1",
        "ADDR_LINE2",
        "ADDR_LINE3",
        "ADDR_LINE4",
        "ADDR_LINE5",
        "ADDR_LINE6",
        "ADDR_CITY",
        "ADDR_STATE",
        "ADDR_POSTAL_CODE",
    ]
    .map(of);
    let parts: Vec<&str> = parts.iter().filter(|part| !part.is_empty()).copied().collect();
    draft.address(&parts.join(", "), country, origin);
}

/// Numbers: name of the number, of its type and of its country, and what it is.
const NUMBERS: [(&str, &str, &str, IdentifierKind, &str); 13] = [
    ("PASSPORT_NUMBER", "", "PASSPORT_COUNTRY", IdentifierKind::Passport, "Passport"),
    (
        "NATIONAL_ID_NUMBER",
        "NATIONAL_ID_TYPE",
        "NATIONAL_ID_COUNTRY",
        IdentifierKind::NationalId,
        "National ID",
    ),
    ("SSN_NUMBER", "", "", IdentifierKind::NationalId, "SSN"),
    (
        "DRIVERS_LICENSE_NUMBER",
        "",
        "DRIVERS_LICENSE_STATE",
        IdentifierKind::Other,
        "Driving licence",
    ),
    ("TAX_ID_NUMBER", "TAX_ID_TYPE", "TAX_ID_COUNTRY", IdentifierKind::TaxId, "Tax ID"),
    ("OTHER_ID_NUMBER", "OTHER_ID_TYPE", "OTHER_ID_COUNTRY", IdentifierKind::Other, ""),
    ("LEI_NUMBER", "", "", IdentifierKind::Lei, "LEI"),
    ("DUNS_NUMBER", "", "", IdentifierKind::Registration, "D-U-N-S"),
    ("NPI_NUMBER", "", "", IdentifierKind::Other, "NPI"),
    ("IMO_NUMBER", "", "", IdentifierKind::Imo, "IMO"),
    ("MMSI_NUMBER", "", "", IdentifierKind::Mmsi, "MMSI"),
    ("CALL_SIGN", "", "", IdentifierKind::CallSign, "Call sign"),
    ("PHONE_NUMBER", "", "", IdentifierKind::Phone, ""),
];

fn add_identifiers(group: &Group, draft: &mut Draft, origin: Origin) {
    let of = |name: &str| group.get(name).map_or("", String::as_str);
    for (number, label, country, kind, usual) in NUMBERS {
        // OpenSanctions gives the name of the property as the type.
        let kind = ftm::identifier_kind(of(label)).unwrap_or(kind);
        let label = if of(label).is_empty() { usual } else { of(label) };
        draft.identifier(kind, of(number), label, of(country), origin);
    }
    draft.identifier(IdentifierKind::Email, of("EMAIL_ADDRESS"), "", "", origin);
    draft.identifier(IdentifierKind::Website, of("WEBSITE_ADDRESS"), "", "", origin);
}

fn add_dates(group: &Group, draft: &mut Draft, origin: Origin, problems: &mut Problems) {
    for (name, kind) in [
        ("DATE_OF_BIRTH", DateKind::Birth),
        ("DATE_OF_DEATH", DateKind::Ended),
        ("REGISTRATION_DATE", DateKind::Founded),
    ] {
        let Some(text) = group.get(name) else { continue };
        match intake::date(text) {
            Some(day) => draft.date(kind, &day, &day, false, origin),
            None => {
                let hint = "not understood as a date; the entity is kept without it";
                let problem = Problem::new("date-unclear", origin.line.into(), text, hint);
                problems.push(problem.in_column(name));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::super::us_tests::{check_laws, shared, summary};
    use super::*;
    use expect_test::expect;

    #[test]
    fn survives_everything() {
        survives(&Senzing);
    }

    #[test]
    fn example() {
        expect![[r#"
            senzing-madeup | Senzing records of MADEUP | 
            x-1 Organisation line 1
              Primary: Zontik Works @1
              Alias: Завод Зонтик @1
              Inn 7707083893 [INN] RU holds
              at 1 Made-up Str., Nowhere [XX]
            x-2 Person line 2
              Primary: Exa Mpleson @2
              Other Q0 [wikidataId] 
              Birth 1970..1970
              country no
              listed  female
            x-3 Person line 3
              Primary: Sample, Jane @3
              Passport X0000001 [Passport] NO
              at 2 Made-up Str., Nowhere []
            problem 0 line 4: no-name "MADEUP x-4": the record has no DATA_SOURCE, no RECORD_ID or no name
            rows 4 = 3 + 1
        "#]].assert_eq(&show(&read(&Senzing, EXAMPLE).unwrap()));
    }

    #[test]
    fn other_forms() {
        let text = r#"[
            {"DATA_SOURCE":"B","RECORD_ID":1,"PRIMARY_NAME_ORG":"Made Up Lines","SECONDARY_NAME_ORG":"MUL",
             "FORMER_NAME_ORG":"Old Lines","BUSINESS_ADDR_FULL":"1 Quay","IMO_NUMBER":"9074729","REGISTRATION_DATE":"soon"},
            {"DATA_SOURCE":"A","RECORD_ID":"2","NAME_LIST":[{"NAME_TYPE":"ALIAS","NAME_FULL":"Second"},
             {"NAME_TYPE":"PRIMARY","NAME_FULL":"First"}],"RISKS":[{"TOPIC":"sanction"}]},
            {"RECORD_ID":"3","NAME_FULL":"No source"}, 4]"#;
        expect![[r#"
            senzing-a | Senzing records of A | 
            2 Unknown line 4
              Primary: First @4
              Alias: Second @4
              programme sanction
            senzing-b | Senzing records of B | 
            1 Organisation line 2
              Primary: Made Up Lines @2
              Alias: MUL @2
              Former: Old Lines @2
              Imo 9074729 [IMO]  holds
              at 1 Quay []
            problem 0 line 2, column REGISTRATION_DATE: date-unclear "soon": not understood as a date; the entity is kept without it
            problem 0 line 6: not-an-entity "4": a record is an object with named members
            problem 0 line 6: no-name " 3": the record has no DATA_SOURCE, no RECORD_ID or no name
            rows 4 = 2 + 2
        "#]].assert_eq(&show(&read(&Senzing, text).unwrap()));
    }

    #[test]
    fn real_file() {
        let name = "sample_senzing.json";
        let Some(bytes) = shared(&format!("ftm/{name}")) else { return };
        let file = ListFile { name, bytes: &bytes };
        assert_eq!(Senzing.recognise(&file), 95);
        let parsed = crate::lists::read(&Senzing, &[file], &Room::default()).unwrap();
        check_laws(&parsed, 1);
        assert_eq!(summary(&parsed), "senzing-os-wd-persons 14/23; rows 14=14+0");
        let persons = parsed.editions[0].entities.iter().filter(|e| e.kind == EntityKind::Person);
        assert_eq!(persons.count(), 9);
    }
}
