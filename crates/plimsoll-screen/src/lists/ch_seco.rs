//! What does Switzerland's list of SECO say as XML?
//!
//! `target` for each party, in identities of names in parts; places stand apart and are named by
//! number. From the publisher's schema as others read it; not yet met on a real file. A target
//! whose last modification is `de-listed` is not loaded. Not read: parts of names that are titles
//! as names (they are positions), the sets of measures beside their programme.

use super::columns::{Needed, labelled_numbers, number_kind, once_primary};
use super::intake::{self, Draft, Field, FileResult, Parties};
use super::markup::{Node, Walk, root_name};
use super::un_xml::latin;
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{DateKind, Entity, EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use std::collections::{BTreeMap, HashMap};

/// The layout `ch-seco`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChSeco;

const ID: &str = "ch-seco";
const ROOT: &str = "swiss-sanctions-list";

/// Names that every edition has.
const NAMES: &[Needed] = &[&["name-part"], &["value"]];

/// What says nothing of a party.
const PASSED_OVER: [&str; 11] = [
    "ssid",
    "order",
    "iso-code",
    "code",
    "lang",
    "script",
    "date-of-issue",
    "expiry-date",
    "calendar",
    "type",
    "object-type",
];

impl ListSource for ChSeco {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Swiss sanctions list (SECO), XML"
    }
    fn publisher(&self) -> &'static str {
        "Switzerland, State Secretariat for Economic Affairs"
    }
    fn licence(&self) -> &'static str {
        "official publication; use is free, source to be named"
    }
    fn url(&self) -> &'static str {
        "https://www.seco.admin.ch/seco/en/home/Aussenwirtschaftspolitik_Wirtschaftliche_Zusammenarbeit/Wirtschaftsbeziehungen/exportkontrollen-und-sanktionen/sanktionen-embargos.html"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        if root_name(&intake::head(file)).is_some_and(|root| root == ROOT) { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("consolidated-list.xml", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<swiss-sanctions-list list-type="consolidated" date="2026-02-13">
 <sanctions-program ssid="900">
  <program-key lang="eng">SSID-900 Utopia</program-key>
  <program-name lang="ger">Verordnung über Utopia</program-name>
  <program-name lang="eng">Ordinance on Utopia</program-name>
  <sanctions-set ssid="901" lang="eng">Annex 1</sanctions-set>
 </sanctions-program>
 <target ssid="990001">
  <sanctions-set-id>901</sanctions-set-id>
  <foreign-identifier>UTi.001</foreign-identifier>
  <individual sex="male">
   <identity ssid="1" main="true">
    <name ssid="2" name-type="primary-name">
     <name-part order="1" name-part-type="family-name"><value>Mpleson</value><spelling-variant lang="rus" script="Cyrl">Мплесон</spelling-variant></name-part>
     <name-part order="2" name-part-type="given-name"><value>Exa</value><spelling-variant lang="rus" script="Cyrl">Экса</spelling-variant></name-part>
     <name-part order="0" name-part-type="title"><value>Dr</value></name-part>
    </name>
    <name ssid="3" name-type="alias" quality="low"><name-part order="1" name-part-type="whole-name"><value>Ex</value></name-part></name>
    <nationality><country iso-code="UT">Utopia</country></nationality>
    <day-month-year day="20" month="5" year="1961"/>
    <day-month-year year="1962" quality="low"/>
    <place-of-birth place-id="55"/>
    <address place-id="55"><address-details>1 Sample Road</address-details><zip-code>99</zip-code></address>
    <identification-document document-type="passport"><number>X0000001</number><issuer code="UT">Utopia</issuer><remark>expired</remark></identification-document>
   </identity>
   <justification ssid="4">Made up.</justification>
   <other-information ssid="5">Tester</other-information>
  </individual>
  <modification modification-type="listed" enactment-date="2025-02-03" publication-date="2025-02-04" effective-date="2025-02-05"/>
 </target>
 <target ssid="990002">
  <sanctions-set-id>901</sanctions-set-id>
  <object object-type="vessel">
   <identity main="true"><name name-type="primary-name"><name-part order="1" name-part-type="whole-name"><value>MADE UP</value></name-part></name></identity>
   <other-information>IMO number: 9074729.</other-information>
  </object>
  <modification modification-type="listed" enactment-date="2025-02-03"/>
 </target>
 <target ssid="990003">
  <entity><identity main="true"><name name-type="primary-name"><name-part order="1" name-part-type="whole-name"><value>ZONTIK WORKS</value></name-part></name></identity></entity>
  <modification modification-type="listed" enactment-date="2024-02-03"/>
  <modification modification-type="de-listed" enactment-date="2025-02-03"/>
 </target>
 <place ssid="55"><location>Sampletown</location><country iso-code="UT">Utopia</country></place>
</swiss-sanctions-list>
"#;

/// What stands apart from the targets.
#[derive(Debug, Default)]
struct Tables {
    /// Name of the programme by the number of its set of measures.
    programmes: HashMap<String, String>,
    /// Location, area and country by the number of a place.
    places: HashMap<String, [String; 3]>,
}

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let text = text.trim_start_matches('\u{feff}');
    let mut result = FileResult::new(room, odd);
    // Places stand behind the targets that name them.
    let tables = tables(file.name, text)?;
    let mut walk = Walk::new(file.name, ID, text);
    let mut parties = Parties::new(room);
    let mut unread = Unread::default();
    while let Some(node) = walk.next(&["target"])? {
        result.count.rows_in += 1;
        let party = target(&node, number, &tables, &mut result.problems);
        if party.is_ok() {
            leftover(&node, &mut unread);
        }
        parties.settle(party, &mut result);
    }
    if walk.root() != Some(ROOT) {
        return Err(walk.malformed(&format!("its root element is not {ROOT}")));
    }
    result
        .problems
        .extend(unread.without(|name| PASSED_OVER.contains(&name)).judge(NAMES, file, ID)?);
    let published = intake::date(walk.root_attribute("date")).unwrap_or_default();
    let title =
        "Switzerland: SECO list of sanctioned individuals, entities and organisations".to_owned();
    let list = ID.to_owned();
    result.editions = vec![ListEdition { list, title, published, entities: parties.entities }];
    Ok(result)
}

fn tables(file: &str, text: &str) -> Result<Tables, ListError> {
    let mut walk = Walk::new(file, ID, text);
    let mut tables = Tables::default();
    while let Some(node) = walk.next(&["sanctions-program", "place"])? {
        if node.name == "place" {
            let place =
                [node.child_text("location"), node.child_text("area"), node.child_text("country")];
            tables.places.insert(node.attribute("ssid").to_owned(), place);
            continue;
        }
        let names: Vec<&Node> = node.all("program-name").collect();
        let english = names.iter().find(|name| name.attribute("lang") == "eng");
        let name = english.or(names.first()).map(|name| name.text()).unwrap_or_default();
        for set in node.all("sanctions-set") {
            tables.programmes.insert(set.attribute("ssid").to_owned(), name.clone());
        }
    }
    Ok(tables)
}

/// One party, or why it is not taken.
fn target(
    node: &Node,
    file: u16,
    tables: &Tables,
    problems: &mut Problems,
) -> Result<Entity, Problem> {
    let refuse = |rule, value: &str, hint: &str| Problem::new(rule, node.line.into(), value, hint);
    let id = node.attribute("ssid");
    if id.is_empty() {
        return Err(refuse("no-id", "", "the target has no number (ssid)"));
    }
    if is_delisted(node) {
        return Err(refuse("de-listed", id, "the list names it as taken off; it is not screened"));
    }
    let party = node.children().iter().find(|child| kind_of(child).is_some());
    let Some((party, kind)) = party.and_then(|party| Some((party, kind_of(party)?))) else {
        return Err(refuse("no-name", id, "neither a person, an entity nor an object"));
    };
    let mut draft = Draft::new(id.to_owned(), kind, Origin { file, line: node.line });
    for identity in party.all("identity") {
        let main = identity.attribute("main") != "false";
        for part in identity.children() {
            identity_part(part, main, file, tables, &mut draft, problems);
        }
    }
    let gender = party.attribute("sex");
    if matches!(gender, "male" | "female") {
        gender.clone_into(&mut draft.entity.gender);
    }
    for text in party.all("other-information") {
        information(&text.text(), Origin { file, line: text.line }, &mut draft);
    }
    for text in party.all("justification") {
        draft.fact(Field::Remark, &text.text());
    }
    listing(node, tables, &mut draft);
    draft.finish().ok_or_else(|| refuse("no-name", id, "the target has no name that can be read"))
}

/// What of a target nobody asked for. A modification holds the party once more, as it was and as it
/// became: only what it says itself counts.
fn leftover(node: &Node, unread: &mut Unread) {
    for child in node.children() {
        match child.name.as_str() {
            "sanctions-set-id" | "foreign-identifier" => {}
            "modification" => {
                let of_party = ["effective-date", "publication-date", "enactment-date"];
                for (name, value, asked) in child.attributes() {
                    if !asked && !of_party.contains(&name) {
                        unread.add(name, child.line, value);
                    }
                }
            }
            _ if kind_of(child).is_some() => unread.record(child),
            // What it is called says enough.
            name => unread.add(name, child.line, name),
        }
    }
}

fn kind_of(node: &Node) -> Option<EntityKind> {
    match (node.name.as_str(), node.attribute("object-type")) {
        ("individual", _) => Some(EntityKind::Person),
        ("entity", _) => Some(EntityKind::Organisation),
        ("object", "vessel" | "ship") => Some(EntityKind::Vessel),
        ("object", "aircraft") => Some(EntityKind::Aircraft),
        ("object", _) => Some(EntityKind::Unknown),
        _ => None,
    }
}

/// The day of a modification, by whichever of its dates is given.
fn day_of(modification: &Node) -> String {
    let names = ["enactment-date", "effective-date", "publication-date"];
    names.iter().find_map(|name| intake::date(modification.attribute(name))).unwrap_or_default()
}

/// Whether the last that happened to it was that it was taken off.
fn is_delisted(node: &Node) -> bool {
    let last = |types: &[&str]| {
        let of = node.all("modification");
        of.filter(|m| types.contains(&m.attribute("modification-type"))).map(day_of).max()
    };
    match (last(&["de-listed", "delisted"]), last(&["listed"])) {
        (Some(off), Some(on)) => off >= on,
        (Some(_), None) => true,
        _ => false,
    }
}

fn listing(node: &Node, tables: &Tables, draft: &mut Draft) {
    let sets = node.all("sanctions-set-id").map(Node::text);
    let sets = sets.chain([node.attribute("sanctions-set-id").to_owned()]);
    for programme in sets.filter_map(|set| tables.programmes.get(&set)) {
        draft.fact(Field::Programme, programme);
    }
    for id in node.all("foreign-identifier") {
        draft.fact(Field::Reference, &id.text());
    }
    let listed = node.all("modification").filter(|m| m.attribute("modification-type") == "listed");
    draft.entity.listed =
        listed.map(day_of).filter(|day| !day.is_empty()).min().unwrap_or_default();
}

fn identity_part(
    node: &Node,
    main: bool,
    file: u16,
    tables: &Tables,
    draft: &mut Draft,
    problems: &mut Problems,
) {
    let origin = Origin { file, line: node.line };
    match node.name.as_str() {
        "name" => names(node, main, origin, draft, problems),
        "nationality" => draft.fact(Field::Country, &node.child_text("country")),
        "day-month-year" => date(node, origin, draft),
        "place-of-birth" => {
            let (parts, country) = place(node, tables);
            draft.fact(Field::BirthPlace, &joined(&parts, &country));
        }
        "address" => {
            let (parts, country) = place(node, tables);
            draft.address(&joined(&parts, &country), &country, origin);
            draft.fact(Field::Remark, &node.child_text("remarks"));
        }
        "identification-document" => document(node, origin, draft),
        _ => {}
    }
}

fn joined(parts: &[String], country: &str) -> String {
    let parts = parts.iter().map(String::as_str).chain([country]);
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What an address says itself, and what the place says that it names.
fn place(node: &Node, tables: &Tables) -> (Vec<String>, String) {
    let place = tables.places.get(node.attribute("place-id")).cloned().unwrap_or_default();
    let [location, area, country] = place;
    let own = |name: &str, other: String| {
        let own = node.child_text(name);
        if own.is_empty() { other } else { own }
    };
    let mut parts = vec![node.child_text("c-o"), node.child_text("address-details")];
    let post_box = node.child_text("p-o-box");
    parts.push(if post_box.is_empty() { post_box } else { format!("P.O. Box {post_box}") });
    parts.push(node.child_text("zip-code"));
    parts.push(own("location", location));
    parts.push(own("area", area));
    (parts, own("country", country))
}

fn date(node: &Node, origin: Origin, draft: &mut Draft) {
    let number = |name: &str| node.attribute(name).parse::<u16>().ok().filter(|n| *n > 0);
    let text = match (number("year"), number("month"), number("day")) {
        (Some(year), Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
        (Some(year), Some(month), None) => format!("{year:04}-{month:02}"),
        (Some(year), _, _) => format!("{year:04}"),
        _ => return,
    };
    let Some(day) = intake::date(&text) else { return };
    let person = draft.entity.kind == EntityKind::Person;
    let kind = if person { DateKind::Birth } else { DateKind::Founded };
    let circa = node.attribute("quality") == "low";
    draft.date(kind, &day, &day, circa, origin);
}

fn document(node: &Node, origin: Origin, draft: &mut Draft) {
    let label = node.attribute("document-type").replace('-', " ");
    let kind = number_kind(&label, IdentifierKind::Other);
    let number = node.child_text("number");
    draft.identifier(kind, &number, &label, &node.child_text("issuer"), origin);
    let remark = node.child_text("remark");
    if !remark.is_empty() {
        draft.fact(Field::Remark, &format!("{label} {number}: {remark}"));
    }
}

/// `IMO number: 9074729.` is a number; all stays as a remark.
fn information(text: &str, origin: Origin, draft: &mut Draft) {
    draft.fact(Field::Remark, text);
    let Some((label, value)) = text.split_once(':') else { return };
    let kind = number_kind(label, IdentifierKind::Other);
    if kind == IdentifierKind::Other || label.len() > 60 || value.len() > 60 {
        return;
    }
    for (_, number) in labelled_numbers(value) {
        draft.identifier(kind, &number, label, "", origin);
    }
}

/// One name of its parts in order, and again in each script in which its parts are spelled.
fn names(node: &Node, main: bool, origin: Origin, draft: &mut Draft, problems: &mut Problems) {
    let kind = match (node.attribute("quality"), node.attribute("name-type")) {
        ("low", _) => NameKind::WeakAlias,
        (_, "formerly-known-as") => NameKind::Former,
        (_, "primary-name") if main => NameKind::Primary,
        _ => NameKind::Alias,
    };
    let mut parts: Vec<&Node> = node.all("name-part").collect();
    parts.sort_by_key(|part| part.attribute("order").parse::<u32>().unwrap_or(u32::MAX));
    let (titles, parts): (Vec<&Node>, Vec<&Node>) =
        parts.into_iter().partition(|part| part.attribute("name-part-type") == "title");
    for title in titles {
        draft.fact(Field::Position, &title.child_text("value"));
    }
    let values: Vec<String> = parts.iter().map(|part| part.child_text("value")).collect();
    let kind = once_primary(draft, kind);
    draft.name(&joined_name(&values), kind, origin, problems);
    // By language and script: the spellings of each part.
    let mut spelled: BTreeMap<(String, String), Vec<Vec<String>>> = BTreeMap::new();
    for (at, part) in parts.iter().enumerate() {
        for variant in part.all("spelling-variant") {
            let key = ["lang", "script"].map(|name| variant.attribute(name).to_owned());
            let of = spelled.entry(key.into()).or_insert_with(|| vec![Vec::new(); parts.len()]);
            of[at].push(variant.text());
        }
    }
    for spellings in spelled.values() {
        // The first spellings of all parts go together, then the second ones.
        for number in 0..spellings.iter().map(Vec::len).max().unwrap_or(0) {
            let name: Vec<String> = spellings
                .iter()
                .zip(&values)
                .map(|(of, value)| of.get(number).or(of.last()).unwrap_or(value).clone())
                .collect();
            let name = joined_name(&name);
            let original = latin(&name) == Some(false);
            let kind = match kind {
                NameKind::WeakAlias => NameKind::WeakAlias,
                _ if original => NameKind::OriginalScript,
                NameKind::Primary => NameKind::Alias,
                kind => kind,
            };
            draft.name(&name, kind, origin, problems);
        }
    }
}

fn joined_name(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&ChSeco, text) {
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
        survives(&ChSeco);
    }

    #[test]
    fn example() {
        check(
            EXAMPLE,
            expect![[r#"
            ch-seco | Switzerland: SECO list of sanctioned individuals, entities and organisations | 2026-02-13
            990001 Person line 9
              Primary: Mpleson Exa @14
              OriginalScript: Мплесон Экса @14
              WeakAlias: Ex @19
              Passport X0000001 [passport] Utopia
              Birth 1961-05-20..1961-05-20
              Birth 1962..1962 circa
              at 1 Sample Road, 99, Sampletown, Utopia [Utopia]
              country Utopia
              born in Sampletown, Utopia
              programme Ordinance on Utopia
              position Dr
              remark passport X0000001: expired
              remark Tester
              remark Made up.
              reference UTi.001
              listed 2025-02-03 male
            990002 Vessel line 32
              Primary: MADE UP @35
              Imo 9074729 [IMO number]  holds
              programme Ordinance on Utopia
              remark IMO number: 9074729.
              listed 2025-02-03 
            problem 0 line 40: de-listed "990003": the list names it as taken off; it is not screened
            rows 3 = 2 + 1
        "#]],
        );
    }

    #[test]
    fn listed_again_is_listed() {
        let name = "<name name-type='primary-name'><name-part order='1'><value>A</value></name-part></name>";
        let target = |modifications: &str| {
            format!(
                "<target ssid='1'><entity><identity>{name}</identity></entity>{modifications}</target>"
            )
        };
        let on = |day: &str| {
            format!("<modification modification-type='listed' effective-date='{day}'/>")
        };
        let off = "<modification modification-type='de-listed' effective-date='2021-01-01'/>";
        let again = format!("{}{off}{}", on("2020-01-01"), on("2022-01-01"));
        check(
            &format!(
                "<{ROOT}>{}{}{}<target ssid='2'/><target/></{ROOT}>",
                target(&again),
                target(off),
                target("")
            ),
            expect![[r#"
                ch-seco | Switzerland: SECO list of sanctioned individuals, entities and organisations | 
                1 Organisation line 1
                  Primary: A @1
                  listed 2020-01-01 
                1-2 Organisation line 1
                  Primary: A @1
                problem 0 line 1: de-listed "1": the list names it as taken off; it is not screened
                problem 0 line 1: no-name "2": neither a person, an entity nor an object
                problem 0 line 1: no-id "": the target has no number (ssid)
                rows 5 = 2 + 3
            "#]],
        );
    }

    #[test]
    fn faults() {
        check(
            &format!("<{ROOT}><target>"),
            expect![[r#"
            consolidated-list.xml is cut: it ends before its root element is closed
        "#]],
        );
        check(
            "<x><target ssid='1'/></x>",
            expect![[r#"
            consolidated-list.xml cannot be read as ch-seco: its root element is not swiss-sanctions-list
        "#]],
        );
        assert!(read(&ChSeco, &format!("<{ROOT}>{}", "<a>".repeat(100_000))).is_err());
    }
}
