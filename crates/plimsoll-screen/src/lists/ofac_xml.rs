//! What does OFAC's older XML say? One `sdnEntry` for each party, under `sdnList`.
//!
//! The same elements in two namespaces: `http://tempuri.org/sdnList.xsd` (seen in a file of 2014)
//! and the address of the new list service (seen in the consolidated file of 2025-03-28).

use crate::scratch::Room;
use plimsoll_terms::problem::Problem;

use super::columns::Needed;
use super::dates;
use super::delimited::{clean, decode};
use super::markup::{Node, Walk, root_name};
use super::ofac::{self, Fact};
use super::unread::Unread;
use super::{Entities, FileCount, ListEdition, ListError, ListFile, ListSource, Parsed, Sureness};
use crate::entity::{Entity, IdentifierKind, NameKind, Origin};

/// OFAC's older XML, of the SDN or the consolidated list.
#[derive(Clone, Copy, Debug)]
pub struct OfacXml;

const LAYOUT: &str = "ofac-xml";

/// Numbers of the data, and which of several citizenships comes first; an alias that is no weak
/// one is strong.
const PASSED_OVER: [&str; 3] = ["uid", "mainEntry", "category"];

/// Names that every edition has.
const NAMES: &[Needed] = &[&["lastName"]];

impl ListSource for OfacXml {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "OFAC SDN and consolidated lists, XML"
    }

    fn publisher(&self) -> &'static str {
        ofac::PUBLISHER
    }

    fn licence(&self) -> &'static str {
        ofac::LICENCE
    }

    fn url(&self) -> &'static str {
        ofac::URL
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = file.bytes.get(..file.bytes.len().min(64 * 1024)).unwrap_or(&[]);
        if root_name(&decode(head).0).is_some_and(|root| root == "sdnList") { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        let mut parsed = Parsed::new(room);
        for (number, file) in (0_u16..).zip(files) {
            read_file(*file, number, room, &mut parsed)?;
        }
        parsed.editions.sort_by(|a, b| a.list.cmp(&b.list));
        Ok(parsed)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("sdn.xml", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"<?xml version="1.0" standalone="yes"?>
<sdnList xmlns="http://tempuri.org/sdnList.xsd">
  <publshInformation>
    <Publish_Date>02/03/2001</Publish_Date>
    <Record_Count>1</Record_Count>
  </publshInformation>
  <sdnEntry>
    <uid>900001</uid>
    <firstName>Jane</firstName>
    <lastName>SAMPLE</lastName>
    <sdnType>Individual</sdnType>
    <programList><program>TEST-EO1</program></programList>
    <akaList>
      <aka><uid>1</uid><type>a.k.a.</type><category>weak</category><lastName>JANIE</lastName></aka>
    </akaList>
    <dateOfBirthList>
      <dateOfBirthItem><uid>2</uid><dateOfBirth>circa 1961</dateOfBirth></dateOfBirthItem>
    </dateOfBirthList>
  </sdnEntry>
</sdnList>
"#;

/// What stands above the entries.
#[derive(Default)]
struct Head {
    published: String,
    count: Option<u64>,
}

fn read_file(
    file: ListFile<'_>,
    number: u16,
    room: &Room,
    parsed: &mut Parsed,
) -> Result<(), ListError> {
    let (text, problem) = decode(file.bytes);
    problem.into_iter().for_each(|problem| parsed.problems.push_of(number, problem));
    if text.trim().is_empty() {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: LAYOUT });
    }
    let mut walk = Walk::new(file.name, LAYOUT, &text);
    let mut head = Head::default();
    let mut count = FileCount::default();
    let mut entities = Entities::new(room);
    let mut by_content = ofac::ByContent::default();
    let mut unread = Unread::default();
    while let Some(node) = walk.next(&["publshInformation", "sdnEntry"])? {
        if node.name != "sdnEntry" {
            head.published = dates::day(&node.child_text("Publish_Date")).unwrap_or_default();
            head.count = node.child_text("Record_Count").replace(',', "").parse().ok();
            continue;
        }
        count.rows_in += 1;
        let entity = entry(&node, number);
        unread.record(&node);
        if entity.names.is_empty() {
            let hint = "an entry without a name cannot be screened";
            let problem = Problem::new("name-missing", u64::from(node.line), &entity.id, hint);
            parsed.problems.push_of(number, problem);
            count.rows_set_aside += 1;
            continue;
        }
        count.rows_loaded += 1;
        by_content.see(&entity);
        entities.push(entity);
    }
    if walk.root() != Some("sdnList") {
        return Err(walk.malformed("its root element is not sdnList"));
    }
    if let Some(stated) = head.count.filter(|stated| *stated != count.rows_in) {
        let detail = format!("it states {stated} records and has {}", count.rows_in);
        return Err(walk.cut(&detail));
    }
    if entities.is_empty() {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: LAYOUT });
    }
    let unread = unread.without(|name| PASSED_OVER.contains(&name)).judge(NAMES, &file, LAYOUT)?;
    unread.into_iter().for_each(|problem| parsed.problems.push_of(number, problem));
    let (list, title) = ofac::list_by_name(file.name).unwrap_or_else(|| by_content.list());
    parsed.counts.push(count);
    parsed.editions.push(ListEdition {
        list: list.to_owned(),
        title: title.to_owned(),
        published: head.published,
        entities,
    });
    Ok(())
}

fn entry(node: &Node, file: u16) -> Entity {
    let place = |node: &Node| Origin { file, line: node.line };
    let mut entity = Entity {
        id: node.child_text("uid"),
        kind: ofac::kind_of(&node.child_text("sdnType")),
        origin: place(node),
        ..Entity::default()
    };
    let primary = node.first("lastName").or_else(|| node.first("firstName"));
    let origin = primary.map_or(entity.origin, place);
    ofac::add_name(&mut entity, &name_of(node), NameKind::Primary, origin);
    ofac::add_text(&mut entity.positions, &node.child_text("title"));
    for program in items(node, "programList") {
        ofac::add_text(&mut entity.programmes, &program.text());
    }
    for aka in items(node, "akaList") {
        let kind = match ofac::name_kind(&aka.child_text("type")) {
            NameKind::Alias if aka.child_text("category") == "weak" => NameKind::WeakAlias,
            kind => kind,
        };
        ofac::add_name(&mut entity, &name_of(aka), kind, place(aka));
    }
    for address in items(node, "addressList") {
        let parts = ["address1", "address2", "address3", "city", "stateOrProvince", "postalCode"]
            .map(|part| address.child_text(part));
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        ofac::add_address(&mut entity, &parts, &address.child_text("country"), place(address));
    }
    add_personal(&mut entity, node, file);
    add_vessel(&mut entity, node, file);
    for id in items(node, "idList") {
        let [label, value, country, issued, expires] =
            ["idType", "idNumber", "idCountry", "issueDate", "expirationDate"]
                .map(|part| id.child_text(part));
        let fact = Fact {
            label: &label,
            value: &value,
            country: &country,
            issued: &issued,
            expires: &expires,
        };
        ofac::add_fact(&mut entity, fact, place(id));
    }
    let remarks = node.first("remarks");
    if let Some(remarks) = remarks {
        ofac::add_remarks(&mut entity, &remarks.text(), false, place(remarks));
    }
    ofac::finish(&mut entity);
    entity
}

/// `LAST, First`, as OFAC writes it in its other layouts.
fn name_of(node: &Node) -> String {
    let (last, first) = (node.child_text("lastName"), node.child_text("firstName"));
    match (last.is_empty(), first.is_empty()) {
        (false, false) => format!("{last}, {first}"),
        _ => clean(&format!("{last}{first}")),
    }
}

/// The elements of one of the lists within an entry.
fn items<'a>(node: &'a Node, list: &'a str) -> impl Iterator<Item = &'a Node> {
    node.all(list).flat_map(Node::children)
}

fn add_personal(entity: &mut Entity, node: &Node, file: u16) {
    for (list, part, label) in [
        ("nationalityList", "country", "nationality"),
        ("citizenshipList", "country", "citizen"),
        ("dateOfBirthList", "dateOfBirth", "DOB"),
        ("placeOfBirthList", "placeOfBirth", "POB"),
    ] {
        for item in items(node, list) {
            let value = item.child_text(part);
            if !value.is_empty() {
                let fact = Fact { label, value: &value, ..Fact::default() };
                ofac::add_fact(entity, fact, Origin { file, line: item.line });
            }
        }
    }
}

fn add_vessel(entity: &mut Entity, node: &Node, file: u16) {
    let Some(vessel) = node.first("vesselInfo") else {
        return;
    };
    let origin = Origin { file, line: vessel.line };
    ofac::add_text(&mut entity.countries, &vessel.child_text("vesselFlag"));
    let sign = vessel.child_text("callSign");
    if !sign.is_empty() {
        let fact = Fact { label: "Vessel Call Sign", value: &sign, ..Fact::default() };
        ofac::add_identifier(entity, IdentifierKind::CallSign, fact, origin);
    }
    for (label, part) in [
        ("Vessel Type", "vesselType"),
        ("Vessel Tonnage", "tonnage"),
        ("Vessel Gross Registered Tonnage", "grossRegisteredTonnage"),
        ("Vessel Owner", "vesselOwner"),
    ] {
        let value = vessel.child_text(part);
        if !value.is_empty() {
            ofac::add_fact(entity, Fact { label, value: &value, ..Fact::default() }, origin);
        }
    }
}
