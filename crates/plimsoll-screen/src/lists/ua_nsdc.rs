//! What does Ukraine's State Register of Sanctions say (JSON, CSV)?
//!
//! The register of the National Security and Defence Council answers with a list of subjects:
//! `sid`, `name`, `translit`, `aliases`, `citizenships`, `bd`, `dd`, `identifiers`, `attributes`,
//! `status`, and with each its `actions` where they were joined to it. From the interface as others
//! read it (2023 to 2025); not yet met on a real file. Exports spell some members otherwise
//! (`fullName`, `lastName`, `dateOfBirth`, `edrpou`, `decree`), which are taken too; as CSV the
//! columns are these members. Citizenships and attributes are in Ukrainian and stay so. A subject
//! whose status says that its sanctions ended is not loaded.

use super::columns::{Needed, Sheet, number_kind, once_primary};
use super::intake::{self, Draft, Field, FileResult, Parties};
use super::records::{self, elements};
use super::un_xml::{by_script, latin};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness, dates};
use crate::entity::{DateKind, Entity, EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use serde_json::{Map, Value};

/// The layout `ua-nsdc`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UaNsdc;

const ID: &str = "ua-nsdc";

const NEEDED: &[Needed] = &[&["sid"], &["name"], &["translit"]];

impl ListSource for UaNsdc {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Ukraine's State Register of Sanctions (NSDC), JSON or CSV"
    }
    fn publisher(&self) -> &'static str {
        "National Security and Defence Council of Ukraine"
    }
    fn licence(&self) -> &'static str {
        "public register; terms of its interface apply"
    }
    fn url(&self) -> &'static str {
        "https://drs.nsdc.gov.ua/"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = intake::head(file);
        let begin = head.trim_start_matches('\u{feff}').trim_start();
        if begin.starts_with(['[', '{']) {
            let told = ["\"sid\"", "\"name\"", "\"translit\""].iter().all(|key| head.contains(key));
            return if told { 100 } else { 0 };
        }
        let separators = [b',', b';'];
        if separators.iter().any(|s| Sheet::begins(file, *s, NEEDED)) { 90 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("nsdc_subjects.json", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"[
 {"sid": 990001, "subjectType": "individual", "name": "Мплесон Екза (Mpleson Exa, Мплесон Экза)", "translit": "Mpleson Ekza",
  "aliases": ["Мпл"], "citizenships": ["Утопія"], "bd": "1961-05-20", "dd": null, "status": "active",
  "identifiers": [{"id": "doc:passport", "code": "X0000001", "iso2": "UT"}, {"id": "tax:inn", "code": "500100732259"}],
  "attributes": [{"key": "Посада", "value": "випробувач"}],
  "actions": [{"aid": 1, "status": "active", "decree": {"number": "999/2025", "date": "2025-02-03", "link": "https://decree.example"},
   "restrictions": [{"restriction": "Блокування активів"}]}]},
 {"sid": 990002, "subjectType": "legal", "name": "ТОВ «Зонтик»", "translit": "TOV Zontyk", "aliases": null,
  "identifiers": [{"id": "reg:odrn", "code": "1027700132195"}], "bd": "2001", "status": "active"},
 {"sid": 990003, "subjectType": "legal", "name": "Колишній", "translit": "Kolyshnii", "status": "expired"}
]
"#;

/// Members and columns that are read, and those that say nothing of a subject.
const MEMBERS: [&str; 43] = [
    "sid",
    "id",
    "aid",
    "ukId",
    "status",
    "subjectType",
    "subjecttype",
    "type",
    "name",
    "fullName",
    "fullname",
    "shortName",
    "shortname",
    "lastName",
    "lastname",
    "firstName",
    "firstname",
    "middleName",
    "middlename",
    "translit",
    "aliases",
    "bd",
    "dd",
    "dateOfBirth",
    "birthDate",
    "citizenships",
    "registrationCountry",
    "registrationcountry",
    "identifiers",
    "passports",
    "ipn",
    "inn",
    "ogrn",
    "edrpou",
    "attributes",
    "actions",
    "decree",
    "restrictions",
    "sanctionMeasures",
    "sanctionmeasures",
    "updatedAt",
    "createdAt",
    "photo",
];

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let mut result = FileResult::new(room, odd);
    let begin = text.trim_start_matches('\u{feff}').trim_start();
    let mut parties = Parties::new(room);
    let mut unread = Unread::default();
    let mut take = |line: u32, object: Value| {
        result.count.rows_in += 1;
        if let Some(members) = object.as_object() {
            unread.members(members, &MEMBERS, line);
        }
        let party = subject(&object, Origin { file: number, line }, &mut result.problems);
        parties.settle(party, &mut result);
    };
    if begin.starts_with(['[', '{']) {
        for (line, element) in elements(&text).map_err(|fault| fault.of(file, ID))? {
            take(line, serde_json::from_str(element).unwrap_or_default());
        }
    } else {
        rows(&text, file, &mut take)?;
    }
    result.problems.extend(unread.judge(&[], file, ID)?);
    let title = "Ukraine: State Register of Sanctions".to_owned();
    let list = ID.to_owned();
    result.editions =
        vec![ListEdition { list, title, published: String::new(), entities: parties.entities }];
    Ok(result)
}

/// The rows of a table as objects; several values of a cell stand between semicolons.
fn rows(
    text: &str,
    file: &ListFile<'_>,
    take: &mut dyn FnMut(u32, Value),
) -> Result<(), ListError> {
    let separator = if Sheet::begins(file, b';', NEEDED) { b';' } else { b',' };
    let sheet = Sheet::open(text, separator, NEEDED, file, ID)?;
    let object = |row: &intake::Row| {
        let mut object = Map::new();
        for (heading, cell) in sheet.filled(row) {
            let many = matches!(heading, "aliases" | "citizenships");
            let value = if many {
                let values = intake::split_outside(cell, |c| matches!(c, ';' | '|'));
                Value::Array(values.into_iter().map(Value::String).collect())
            } else {
                Value::String(cell.to_owned())
            };
            object.insert(heading.to_owned(), value);
        }
        Value::Object(object)
    };
    for row in sheet.rows() {
        let row = row?;
        take(row.line, object(&row));
    }
    Ok(())
}

/// One party, or why it is not taken.
fn subject(object: &Value, origin: Origin, problems: &mut Problems) -> Result<Entity, Problem> {
    let of = |names: &[&str]| records::text(object, names);
    let id = of(&["sid", "id"]);
    let refuse = |rule, hint: &str| Problem::new(rule, origin.line.into(), &id, hint);
    if id.is_empty() {
        return Err(refuse("no-id", "the subject has no number (sid)"));
    }
    let status = of(&["status"]).to_lowercase();
    if ["expired", "revoked", "excluded", "inactive", "cancelled", "delisted"]
        .contains(&status.as_str())
    {
        return Err(refuse("de-listed", "its sanctions have ended; it is not screened"));
    }
    let kind = kind_of(object);
    let mut draft = Draft::new(id.clone(), kind, origin);
    names(object, &mut draft, problems);
    for (members, kind) in
        [(&["bd", "dateOfBirth", "birthDate"][..], born(kind)), (&["dd"], DateKind::Ended)]
    {
        date(&of(members), kind, &mut draft, problems);
    }
    for country in ["citizenships", "registrationCountry"] {
        for value in records::all(object, country) {
            let name = value
                .as_str()
                .map_or_else(|| records::text(value, &["name", "iso2"]), str::to_owned);
            draft.fact(Field::Country, &name);
        }
    }
    numbers(object, &mut draft);
    for attribute in records::all(object, "attributes") {
        let (key, value) =
            (records::text(attribute, &["key"]), records::text(attribute, &["value"]));
        if !value.is_empty() {
            draft.fact(Field::Remark, &format!("{key}: {value}"));
        }
    }
    listing(object, &mut draft);
    for action in records::all(object, "actions") {
        listing(action, &mut draft);
    }
    draft.finish().ok_or_else(|| refuse("no-name", "the subject has no name that can be read"))
}

fn kind_of(object: &Value) -> EntityKind {
    let said = records::text(object, &["subjectType", "subjecttype", "type"]).to_lowercase();
    if said.starts_with("individual") || said.starts_with("person") || said.starts_with("фіз") {
        EntityKind::Person
    } else if said.starts_with("legal") || said.starts_with("entity") || said.starts_with("юр") {
        EntityKind::Organisation
    } else if object.get("lastName").is_some() {
        EntityKind::Person
    } else if object.get("edrpou").is_some() || object.get("fullName").is_some() {
        EntityKind::Organisation
    } else {
        EntityKind::Unknown
    }
}

fn born(kind: EntityKind) -> DateKind {
    if kind == EntityKind::Organisation { DateKind::Founded } else { DateKind::Birth }
}

fn date(text: &str, kind: DateKind, draft: &mut Draft, problems: &mut Problems) {
    let origin = draft.entity.origin;
    match dates::day_first(text) {
        Some(day) => draft.date(kind, &day, &day, false, origin),
        None if text.is_empty() => {}
        None => {
            let hint = "not understood as a date; kept as a remark";
            problems.push(Problem::new("date-unclear", origin.line.into(), text, hint));
            draft.fact(Field::Remark, &format!("Date: {text}"));
        }
    }
}

/// The name, its transliteration, and what brackets add: `Мплесон Екза (Mpleson Exa, Мплесон Экза)`.
fn names(object: &Value, draft: &mut Draft, problems: &mut Problems) {
    let origin = draft.entity.origin;
    let parts = |object: &Value| {
        let parts =
            ["lastName", "firstName", "middleName"].map(|part| records::text(object, &[part]));
        parts.join(" ")
    };
    let whole = records::text(object, &["name", "fullName"]);
    let translit = records::text(object, &["translit"]);
    let mut found = vec![whole, parts(object), translit, records::text(object, &["shortName"])];
    for alias in records::all(object, "aliases") {
        match alias {
            Value::String(alias) => found.push(alias.clone()),
            alias => found.extend([records::text(alias, &["name", "fullName"]), parts(alias)]),
        }
    }
    for name in found.iter().map(|name| intake::squeeze(name)).filter(|name| !name.is_empty()) {
        for name in taken_apart(&name) {
            let kind = match once_primary(draft, NameKind::Primary) {
                NameKind::Primary => NameKind::Primary,
                _ if latin(&name) == Some(false) => NameKind::OriginalScript,
                _ => NameKind::Alias,
            };
            draft.name(&name, kind, origin, problems);
        }
    }
}

/// The register puts the spellings of other languages in brackets, between commas.
fn taken_apart(name: &str) -> Vec<String> {
    let Some((outer, inner)) = intake::last_bracket(name) else { return vec![name.to_owned()] };
    let inner_names = intake::split_outside(inner, |c| matches!(c, ',' | ';'));
    // A spelling has as many words as the name, more or less; a remark or a short form has not.
    let words = outer.split(' ').count();
    let alike = |name: &String| name.split(' ').count().abs_diff(words) <= 1;
    if !outer.is_empty() && inner_names.iter().all(alike) && words > 1 {
        return [vec![outer.to_owned()], inner_names].concat();
    }
    by_script(name).into_iter().map(|(name, _)| name).collect()
}

fn numbers(object: &Value, draft: &mut Draft) {
    let origin = draft.entity.origin;
    for identifier in records::all(object, "identifiers") {
        let id = records::text(identifier, &["id"]);
        let kind = match id.as_str() {
            "tax:inn" => IdentifierKind::Inn,
            "reg:odrn" | "reg:odrnip" => IdentifierKind::Ogrn,
            id if id.starts_with("doc:") => IdentifierKind::Passport,
            id if id.starts_with("tax:") => IdentifierKind::TaxId,
            id if id.starts_with("reg:person") => IdentifierKind::NationalId,
            id if id.starts_with("reg:") => IdentifierKind::Registration,
            id => number_kind(id, IdentifierKind::Other),
        };
        let country = records::text(identifier, &["iso2"]);
        draft.identifier(kind, &records::text(identifier, &["code"]), &id, &country, origin);
    }
    for passport in records::all(object, "passports") {
        let number = ["series", "number"].map(|part| records::text(passport, &[part])).concat();
        draft.identifier(IdentifierKind::Passport, &number, "passport", "", origin);
    }
    for (member, kind) in [
        ("ipn", IdentifierKind::TaxId),
        ("inn", IdentifierKind::Inn),
        ("ogrn", IdentifierKind::Ogrn),
        ("edrpou", IdentifierKind::Registration),
    ] {
        draft.identifier(kind, &records::text(object, &[member]), member, "", origin);
    }
}

/// The decree, its measures, and since when, of the subject or of one of its actions.
fn listing(object: &Value, draft: &mut Draft) {
    if let Some(decree) = object.get("decree") {
        let number = records::text(decree, &["number"]);
        draft.fact(Field::Programme, &number);
        draft.fact(Field::Reference, &records::text(decree, &["link", "url"]));
        let day = intake::date(&records::text(decree, &["date"]));
        let listed = &mut draft.entity.listed;
        if let Some(day) = day.filter(|day| listed.is_empty() || day < listed) {
            *listed = day;
        }
    }
    for restriction in records::all(object, "restrictions") {
        draft.fact(Field::Programme, &records::text(restriction, &["restriction"]));
    }
    for measure in records::texts(object, "sanctionMeasures") {
        draft.fact(Field::Programme, &measure);
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&UaNsdc, text) {
            Ok(parsed) => {
                holds(&parsed);
                show(&parsed)
            }
            Err(error) => format!("{error}\n"),
        };
        want.assert_eq(&shown);
    }

    #[test]
    fn survives_everything() {
        survives(&UaNsdc);
    }

    #[test]
    fn example() {
        check(
            EXAMPLE,
            expect![[r#"
            ua-nsdc | Ukraine: State Register of Sanctions | 
            990001 Person line 2
              Primary: Мплесон Екза @2
              Alias: Mpleson Exa @2
              OriginalScript: Мплесон Экза @2
              Alias: Mpleson Ekza @2
              OriginalScript: Мпл @2
              Passport X0000001 [doc:passport] UT
              Inn 500100732259 [tax:inn]  holds
              Birth 1961-05-20..1961-05-20
              country Утопія
              programme 999/2025
              programme Блокування активів
              remark Посада: випробувач
              reference https://decree.example
              listed 2025-02-03 
            990002 Organisation line 8
              Primary: ТОВ «Зонтик» @8
              Alias: TOV Zontyk @8
              Ogrn 1027700132195 [reg:odrn]  holds
              Founded 2001..2001
            problem 0 line 10: de-listed "990003": its sanctions have ended; it is not screened
            rows 3 = 2 + 1
        "#]],
        );
    }

    #[test]
    fn other_spellings_of_members() {
        check(
            r#"{"data":[{"id":1,"lastName":"Мплесон","firstName":"Екза","dateOfBirth":"20.05.1961",
"citizenships":[{"name":"Утопія"}],"passports":[{"series":"X","number":"0000001"}],
"aliases":[{"lastName":"MPLESON","firstName":"EXA"}],"decree":{"number":"1/2025","date":"2025-02-03"},
"sanctionMeasures":["Блокування активів"]},{"id":2},{"name":"x"}]}"#,
            expect![[r#"
                ua-nsdc | Ukraine: State Register of Sanctions | 
                1 Person line 1
                  Primary: Мплесон Екза @1
                  Alias: MPLESON EXA @1
                  Passport X0000001 [passport] 
                  Birth 1961-05-20..1961-05-20
                  country Утопія
                  programme 1/2025
                  programme Блокування активів
                  listed 2025-02-03 
                problem 0 line 4: no-name "2": the subject has no name that can be read
                problem 0 line 4: no-id "": the subject has no number (sid)
                rows 3 = 1 + 2
            "#]],
        );
    }

    #[test]
    fn a_table() {
        let text = "sid;name;translit;aliases;bd\n1;ТОВ Зонтик;TOV Zontyk;Зонт|Парасоля;невідомо\n";
        assert_eq!(UaNsdc.recognise(&ListFile { name: "x.csv", bytes: text.as_bytes() }), 90);
        check(
            text,
            expect![[r#"
            ua-nsdc | Ukraine: State Register of Sanctions | 
            1 Unknown line 2
              Primary: ТОВ Зонтик @2
              Alias: TOV Zontyk @2
              OriginalScript: Зонт @2
              OriginalScript: Парасоля @2
              remark Date: невідомо
            problem 0 line 2: date-unclear "невідомо": not understood as a date; kept as a remark
            rows 1 = 1 + 0
        "#]],
        );
    }
}
