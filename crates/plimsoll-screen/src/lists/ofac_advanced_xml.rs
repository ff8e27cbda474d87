//! What does OFAC's advanced XML say? Tables of reference values, then places, documents,
//! parties and the reasons for their listing, tied together by numbers.
//!
//! The file is far larger than the others (120 MB) and is read in one pass, one subtree at a
//! time. It alone gives names in their own script and the day of each listing. Structure as in
//! OFAC's advanced data model, seen in a subset of the file of 2024-02-23.

use std::collections::HashMap;

use crate::scratch::{Desk, Room};
use foldhash::fast::RandomState;
use plimsoll_terms::problem::Problem;

use super::dates;
use super::delimited::{clean, decode};
use super::markup::{Node, Span, Walk, root_name};
use super::ofac::{self, Fact};
use super::unread::Unread;
use super::{FileCount, ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{DateFact, DateKind, Entity, EntityKind, NameKind, Origin};

/// OFAC's advanced XML, of the SDN or the consolidated list.
#[derive(Clone, Copy, Debug)]
pub struct OfacAdvancedXml;

const LAYOUT: &str = "ofac-advanced-xml";

/// Without these it is not known which list an entry is on, what a party is and what a name.
const NEEDED_SETS: [&str; 4] = ["List", "PartyType", "PartySubType", "NamePartType"];

/// Numbers and marks of the data model that say nothing of a party. A date is read as the first
/// and last day of its periods.
fn is_passed_over(name: &str) -> bool {
    const MARKS: [&str; 12] = [
        "ID",
        "FixedRef",
        "False",
        "Primary",
        "LowQuality",
        "Acronym",
        "DayFixed",
        "MonthFixed",
        "YearFixed",
        "Approximate",
        "DeltaAction",
        "Year",
    ];
    name.ends_with("ID") || MARKS.contains(&name) || matches!(name, "Month" | "Day" | "YearFixed")
}

impl ListSource for OfacAdvancedXml {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "OFAC SDN and consolidated lists, advanced XML"
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
        let (text, _) = decode(head);
        match root_name(&text).as_deref() {
            Some("Sanctions") if text.contains("<ReferenceValueSets") => 100,
            Some("Sanctions") => 60,
            _ => 0,
        }
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
        ("sdn_advanced.xml", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Sanctions xmlns="http://www.un.org/sanctions/1.0" Version="3">
  <DateOfIssue CalendarTypeID="1"><Year>2001</Year><Month>2</Month><Day>3</Day></DateOfIssue>
  <ReferenceValueSets>
    <AliasTypeValues><AliasType ID="1">A.K.A.</AliasType></AliasTypeValues>
    <CountryValues><Country ID="5" ISO2="NO">Norway</Country></CountryValues>
    <FeatureTypeValues><FeatureType ID="8">Birthdate</FeatureType></FeatureTypeValues>
    <IDRegDocTypeValues><IDRegDocType ID="9">Passport</IDRegDocType></IDRegDocTypeValues>
    <ListValues><List ID="7">SDN List</List></ListValues>
    <NamePartTypeValues>
      <NamePartType ID="20">Last Name</NamePartType>
      <NamePartType ID="21">First Name</NamePartType>
    </NamePartTypeValues>
    <PartySubTypeValues><PartySubType ID="4" PartyTypeID="1">Unknown</PartySubType></PartySubTypeValues>
    <PartyTypeValues><PartyType ID="1">Individual</PartyType></PartyTypeValues>
    <SanctionsTypeValues><SanctionsType ID="1">Program</SanctionsType></SanctionsTypeValues>
    <ScriptValues>
      <Script ID="215" ScriptCode="Latin">Latin</Script>
      <Script ID="220" ScriptCode="Cyrl">Cyrillic</Script>
    </ScriptValues>
  </ReferenceValueSets>
  <IDRegDocuments>
    <IDRegDocument ID="1" IDRegDocTypeID="9" IdentityID="31" IssuedBy-CountryID="5" ValidityID="1">
      <IDRegistrationNo>X0000001</IDRegistrationNo>
    </IDRegDocument>
  </IDRegDocuments>
  <DistinctParties>
    <DistinctParty FixedRef="900001">
      <Profile ID="900001" PartySubTypeID="4">
        <Identity ID="31" Primary="true">
          <Alias AliasTypeID="1" Primary="true" LowQuality="false">
            <DocumentedName ID="41" DocNameStatusID="1">
              <DocumentedNamePart><NamePartValue NamePartGroupID="51" ScriptID="215">Sample</NamePartValue></DocumentedNamePart>
              <DocumentedNamePart><NamePartValue NamePartGroupID="52" ScriptID="215">Jana</NamePartValue></DocumentedNamePart>
            </DocumentedName>
            <DocumentedName ID="42" DocNameStatusID="2">
              <DocumentedNamePart><NamePartValue NamePartGroupID="51" ScriptID="220">Сампле</NamePartValue></DocumentedNamePart>
              <DocumentedNamePart><NamePartValue NamePartGroupID="52" ScriptID="220">Яна</NamePartValue></DocumentedNamePart>
            </DocumentedName>
          </Alias>
          <NamePartGroups>
            <MasterNamePartGroup><NamePartGroup ID="51" NamePartTypeID="20" /></MasterNamePartGroup>
            <MasterNamePartGroup><NamePartGroup ID="52" NamePartTypeID="21" /></MasterNamePartGroup>
          </NamePartGroups>
        </Identity>
        <Feature ID="61" FeatureTypeID="8">
          <FeatureVersion ID="62">
            <DatePeriod>
              <Start Approximate="true"><From><Year>1961</Year><Month>1</Month><Day>1</Day></From></Start>
              <End Approximate="true"><To><Year>1961</Year><Month>12</Month><Day>31</Day></To></End>
            </DatePeriod>
          </FeatureVersion>
        </Feature>
      </Profile>
    </DistinctParty>
  </DistinctParties>
  <SanctionsEntries>
    <SanctionsEntry ID="71" ProfileID="900001" ListID="7">
      <EntryEvent><Date><Year>2001</Year><Month>2</Month><Day>2</Day></Date></EntryEvent>
      <SanctionsMeasure ID="72" SanctionsTypeID="1"><Comment>TEST-EO1</Comment></SanctionsMeasure>
    </SanctionsEntry>
  </SanctionsEntries>
</Sanctions>
"#;

/// Elements that are taken whole, each small.
const PARTS: [&str; 7] = [
    "DateOfIssue",
    "ReferenceValueSets",
    "Location",
    "IDRegDocument",
    "DistinctParty",
    "ProfileRelationship",
    "SanctionsEntry",
];

type Map<K, V> = HashMap<K, V, RandomState>;

/// A place as stored until a party refers to it.
struct Place {
    parts: Vec<String>,
    country: String,
}

/// All that is remembered while the file is read.
struct Reading<'t> {
    published: String,
    /// Name of the element and its ID, to its text.
    values: Map<(String, String), String>,
    /// Party type of each party subtype.
    party_types: Map<String, String>,
    places: Map<String, Place>,
    /// Where the documents stand, by the identity that holds them.
    documents: Map<String, Vec<Span>>,
    /// Each with whether it is on the SDN list and on the consolidated list.
    entities: Desk<(Entity, [bool; 2])>,
    by_profile: Map<String, u32>,
    /// How many entities are on each list.
    on_lists: [u64; 2],
    relations: Vec<Span>,
    count: FileCount,
    problems: Problems,
    unread: Unread,
    text: &'t str,
}

fn read_file(
    file: ListFile<'_>,
    number: u16,
    room: &Room,
    parsed: &mut Parsed,
) -> Result<(), ListError> {
    let (text, problem) = decode(file.bytes);
    if text.trim().is_empty() {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: LAYOUT });
    }
    let mut walk = Walk::new(file.name, LAYOUT, &text);
    let mut reading = Reading::new(&text, room);
    reading.problems.extend(problem);
    while let Some(node) = walk.next(&PARTS)? {
        match node.name.as_str() {
            "DateOfIssue" => reading.published = date_of(&node).unwrap_or_default(),
            "ReferenceValueSets" => reading.add_values(&node),
            "Location" => reading.add_place(&node),
            "IDRegDocument" => {
                let identity = node.attribute("IdentityID").to_owned();
                reading.documents.entry(identity).or_default().push(walk.span());
            }
            "DistinctParty" => {
                reading.add_party(&node, number);
                reading.unread.record(&node);
            }
            "ProfileRelationship" => reading.relations.push(walk.span()),
            _ => reading.add_listing(&node),
        }
    }
    if walk.root() != Some("Sanctions") {
        return Err(walk.malformed("its root element is not Sanctions"));
    }
    if let Some(set) = NEEDED_SETS.iter().find(|set| reading.lacks(set)) {
        return Err(walk.malformed(&format!("it has no reference values {set}")));
    }
    if reading.entities.is_empty() {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: LAYOUT });
    }
    let unread = std::mem::take(&mut reading.unread).without(is_passed_over);
    reading.problems.extend(unread.judge(&[], &file, LAYOUT)?);
    reading.add_relations();
    reading.close(file.name, number, room, parsed);
    Ok(())
}

/// `1954-05-20`, out of elements for year, month and day.
fn date_of(node: &Node) -> Option<String> {
    let [year, month, day] = ["Year", "Month", "Day"].map(|part| node.child_text(part));
    let two = |text: &str| if text.is_empty() { String::new() } else { format!("-{text:0>2}") };
    dates::day(&format!("{year:0>4}{}{}", two(&month), two(&day)))
}

impl<'t> Reading<'t> {
    fn new(text: &'t str, room: &Room) -> Self {
        Self {
            published: String::new(),
            values: Map::default(),
            party_types: Map::default(),
            places: Map::default(),
            documents: Map::default(),
            entities: Desk::new(room),
            by_profile: Map::default(),
            on_lists: [0; 2],
            relations: Vec::new(),
            count: FileCount::default(),
            problems: Problems::new(room),
            unread: Unread::default(),
            text,
        }
    }

    /// Whether there are parties and no reference value of a set.
    fn lacks(&self, set: &str) -> bool {
        !self.entities.is_empty() && !self.values.keys().any(|(name, _)| name == set)
    }

    /// Keeps every reference value by the name of its element and its ID.
    fn add_values(&mut self, node: &Node) {
        for set in node.children() {
            for value in set.children() {
                let id = value.attribute("ID").to_owned();
                let text = match value.name.as_str() {
                    "LegalBasis" => value.attribute("LegalBasisShortRef").to_owned(),
                    _ => value.text(),
                };
                let text = if text.is_empty() { value.text() } else { text };
                if value.name == "PartySubType" {
                    let party_type = value.attribute("PartyTypeID").to_owned();
                    self.party_types.insert(id.clone(), party_type);
                }
                self.values.insert((value.name.clone(), id), text);
            }
        }
    }

    fn value(&self, element: &str, id: &str) -> &str {
        self.values.get(&(element.to_owned(), id.to_owned())).map_or("", String::as_str)
    }

    fn add_place(&mut self, node: &Node) {
        // In the order in which an address is written, whatever the order in the file.
        const ORDER: [&str; 7] =
            ["ADDRESS1", "ADDRESS2", "ADDRESS3", "CITY", "STATE/PROVINCE", "POSTAL CODE", "REGION"];
        let mut parts: Vec<(usize, String)> = Vec::new();
        for part in node.all("LocationPart") {
            let kind = self.value("LocPartType", part.attribute("LocPartTypeID"));
            let rank = ORDER.iter().position(|name| *name == kind).unwrap_or(ORDER.len());
            for value in part.all("LocationPartValue") {
                parts.push((rank, value.child_text("Value")));
            }
        }
        parts.sort_by_key(|(rank, _)| *rank);
        let parts = parts.into_iter().map(|(_, text)| text).collect();
        let country = node.first("LocationCountry").map_or("", |c| c.attribute("CountryID"));
        let country = self.value("Country", country).to_owned();
        self.places.insert(node.attribute("ID").to_owned(), Place { parts, country });
    }

    fn add_party(&mut self, node: &Node, file: u16) {
        self.count.rows_in += 1;
        let Some(profile) = node.first("Profile") else {
            self.set_aside(node, "profile-missing", "a party without a profile has no name");
            return;
        };
        let origin = Origin { file, line: node.line };
        let kind = self.party_kind(profile.attribute("PartySubTypeID"));
        let id = [profile.attribute("ID"), node.attribute("FixedRef")];
        let id = id.iter().find(|id| !id.is_empty()).copied().unwrap_or("").to_owned();
        let mut entity = Entity { id: id.clone(), kind, origin, ..Entity::default() };
        ofac::add_text(&mut entity.remarks, &node.child_text("Comment"));
        for identity in profile.all("Identity") {
            self.add_names(&mut entity, identity, file);
            // A document is handed over, not copied: each belongs to one identity.
            for span in self.documents.remove(identity.attribute("ID")).unwrap_or_default() {
                if let Some(document) = span.node(self.text) {
                    self.add_document(&mut entity, &document, file);
                }
            }
        }
        for feature in profile.all("Feature") {
            self.add_feature(&mut entity, feature, file);
        }
        if entity.names.is_empty() {
            self.set_aside(node, "name-missing", "an entry without a name cannot be screened");
            return;
        }
        if self.by_profile.contains_key(&id) {
            self.set_aside(node, "entry-repeated", "an entry of this number was read and stands");
            return;
        }
        // The name it stands under comes first, whatever the order of the aliases.
        entity.names.sort_by_key(|name| name.kind != NameKind::Primary);
        self.count.rows_loaded += 1;
        let number = self.entities.push((entity, [false; 2])) as u32;
        self.by_profile.insert(id, number);
    }

    fn set_aside(&mut self, node: &Node, rule: &'static str, hint: &str) {
        self.count.rows_set_aside += 1;
        let id = node.attribute("FixedRef");
        self.problems.push(Problem::new(rule, u64::from(node.line), id, hint));
    }

    fn party_kind(&self, subtype: &str) -> EntityKind {
        let party_type = self.party_types.get(subtype).map_or("", String::as_str);
        match (self.value("PartyType", party_type), self.value("PartySubType", subtype)) {
            ("Individual", _) => EntityKind::Person,
            ("Entity" | "Other Entity", _) => EntityKind::Organisation,
            ("Location", _) => EntityKind::Address,
            (_, "Vessel") => EntityKind::Vessel,
            (_, "Aircraft") => EntityKind::Aircraft,
            _ => EntityKind::Unknown,
        }
    }

    fn add_names(&self, entity: &mut Entity, identity: &Node, file: u16) {
        let mut part_types: Map<&str, &str> = Map::default();
        for group in identity.all("NamePartGroups").flat_map(Node::children) {
            for group in group.all("NamePartGroup") {
                let name = self.value("NamePartType", group.attribute("NamePartTypeID"));
                part_types.insert(group.attribute("ID"), name);
            }
        }
        for alias in identity.all("Alias") {
            let kind = self.alias_kind(alias);
            for name in alias.all("DocumentedName") {
                let (text, script) = self.written_name(name, &part_types);
                let latin = script.is_empty() || script == "Latin";
                let kind = if latin { kind } else { NameKind::OriginalScript };
                ofac::add_name(entity, &text, kind, Origin { file, line: name.line });
            }
        }
    }

    fn alias_kind(&self, alias: &Node) -> NameKind {
        if alias.attribute("Primary") == "true" {
            return NameKind::Primary;
        }
        match ofac::name_kind(self.value("AliasType", alias.attribute("AliasTypeID"))) {
            NameKind::Alias if alias.attribute("LowQuality") == "true" => NameKind::WeakAlias,
            kind => kind,
        }
    }

    /// A name out of its parts, and its script. A person's is `LAST, First Middle`; in scripts
    /// that write the family name first and without a space, the parts stand together.
    fn written_name<'a>(&'a self, name: &Node, part_types: &Map<&str, &str>) -> (String, &'a str) {
        const GIVEN: [&str; 5] =
            ["First Name", "Middle Name", "Patronymic", "Matronymic", "Nickname"];
        let mut family: Vec<String> = Vec::new();
        let mut given: Vec<(usize, String)> = Vec::new();
        let mut script = "";
        for part in name.all("DocumentedNamePart").filter_map(|p| p.first("NamePartValue")) {
            script = self.value("Script", part.attribute("ScriptID"));
            let kind = part_types.get(part.attribute("NamePartGroupID")).copied().unwrap_or("");
            match GIVEN.iter().position(|given| *given == kind) {
                Some(rank) => given.push((rank, part.text())),
                None => family.push(part.text()),
            }
        }
        given.sort_by_key(|(rank, _)| *rank);
        let unspaced = ["Chinese", "Japanese", "Korean"].iter().any(|s| script.starts_with(s));
        let gap = if unspaced { "" } else { " " };
        let given: Vec<String> = given.into_iter().map(|(_, text)| text).collect();
        let (family, given) = (family.join(gap), given.join(gap));
        let comma = if unspaced { "" } else { ", " };
        let text = match (family.is_empty(), given.is_empty()) {
            (false, false) => format!("{family}{comma}{given}"),
            _ => family + &given,
        };
        (text, script)
    }

    fn add_document(&self, entity: &mut Entity, document: &Node, file: u16) {
        let label = self.value("IDRegDocType", document.attribute("IDRegDocTypeID"));
        let country = self.value("Country", document.attribute("IssuedBy-CountryID"));
        let number = document.child_text("IDRegistrationNo");
        let (mut issued, mut expires) = (String::new(), String::new());
        for date in document.all("DocumentDate") {
            let kind = self.value("IDRegDocDateType", date.attribute("IDRegDocDateTypeID"));
            let Some((from, _, _)) = date.first("DatePeriod").and_then(period) else {
                continue;
            };
            match kind {
                "Expiration Date" => expires = from,
                _ => issued = from,
            }
        }
        let validity = self.value("Validity", document.attribute("ValidityID"));
        if !matches!(validity, "" | "Valid") {
            entity.remarks.push(clean(&format!("{label} {number}: {validity}")));
        }
        for extra in ["Comment", "IssuingAuthority"] {
            let text = document.child_text(extra);
            if !text.is_empty() {
                entity.remarks.push(clean(&format!("{label} {number}: {text}")));
            }
        }
        let (issued, expires) = (issued.as_str(), expires.as_str());
        let fact = Fact { label, value: &number, country, issued, expires };
        ofac::add_fact(entity, fact, Origin { file, line: document.line });
    }

    fn add_feature(&self, entity: &mut Entity, feature: &Node, file: u16) {
        let label = self.value("FeatureType", feature.attribute("FeatureTypeID"));
        for version in feature.all("FeatureVersion") {
            let origin = Origin { file, line: version.line };
            let comment = version.child_text("Comment");
            if !comment.is_empty() {
                entity.remarks.push(clean(&format!("{label} {comment}")));
            }
            for detail in version.all("VersionDetail") {
                let reference =
                    self.value("DetailReference", detail.attribute("DetailReferenceID"));
                let text = detail.text();
                let value = clean(&format!("{text} {reference}"));
                // Dates and places have an empty detail beside them.
                if !value.is_empty() {
                    let fact = Fact { label, value: &value, ..Fact::default() };
                    ofac::add_fact(entity, fact, origin);
                }
            }
            for place in version.all("VersionLocation") {
                let id = place.attribute("LocationID");
                match self.places.get(id) {
                    Some(place) => add_place(entity, label, place, origin),
                    None => entity.remarks.push(format!("{label}: place {id}, not in the file")),
                }
            }
            if let Some((from, to, circa)) = version.first("DatePeriod").and_then(period) {
                add_dates(entity, label, (from, to, circa), origin);
            }
        }
    }

    /// Ties an entry of a list to its party: list, day, legal basis, programmes.
    fn add_listing(&mut self, node: &Node) {
        let Some(at) = self.by_profile.get(node.attribute("ProfileID")).copied() else {
            let hint = "a listing of a party that is not in the file; get the file again";
            let id = node.attribute("ProfileID");
            self.problems.push(Problem::new("entry-missing", u64::from(node.line), id, hint));
            return;
        };
        let list = self.value("List", node.attribute("ListID"));
        if list.is_empty() {
            let hint =
                "the listing does not say of which list it is: taken for the consolidated one";
            let id = node.attribute("ProfileID").to_owned();
            self.problems.push(Problem::new("list-unsaid", u64::from(node.line), &id, hint));
        }
        let sdn = self.value("List", node.attribute("ListID")) == "SDN List";
        let mut programmes = Vec::new();
        let mut remarks = Vec::new();
        for measure in node.all("SanctionsMeasure") {
            let comment = measure.child_text("Comment");
            match self.value("SanctionsType", measure.attribute("SanctionsTypeID")) {
                "Program" => ofac::add_text(&mut programmes, &comment),
                "" | "Block" => ofac::add_text(&mut remarks, &comment),
                kind => remarks.push(clean(&format!("Measure: {kind} {comment}"))),
            }
        }
        let events: Vec<(String, String)> = node
            .all("EntryEvent")
            .map(|event| {
                let basis = self.value("LegalBasis", event.attribute("LegalBasisID")).to_owned();
                (event.first("Date").and_then(date_of).unwrap_or_default(), basis)
            })
            .collect();
        let (entity, lists) = self.entities.at(at as usize);
        let list = usize::from(!sdn);
        self.on_lists[list] += u64::from(!lists[list]);
        lists[list] = true;
        entity.programmes.extend(programmes);
        entity.remarks.extend(remarks);
        for (day, basis) in events {
            if !day.is_empty() && (entity.listed.is_empty() || day < entity.listed) {
                entity.listed = day;
            }
            if basis != "Unknown" {
                ofac::add_text(&mut entity.references, &basis);
            }
        }
    }

    /// Says of each party how it stands to others, in the words of the source.
    fn add_relations(&mut self) {
        for span in std::mem::take(&mut self.relations) {
            let Some(relation) = span.node(self.text) else { continue };
            let kind = self.value("RelationType", relation.attribute("RelationTypeID")).to_owned();
            let former = if relation.attribute("Former") == "true" { "formerly " } else { "" };
            let target = relation.attribute("To-ProfileID");
            let other = self.by_profile.get(target).copied();
            let other = other.map(|at| self.entities.at(at as usize).0.primary_name().to_owned());
            let other = other.unwrap_or_default();
            let text = clean(&format!("{former}{kind}: {other} ({target})"));
            let at = self.by_profile.get(relation.attribute("From-ProfileID")).copied();
            if let Some(at) = at {
                self.entities.at(at as usize).0.remarks.push(text);
            }
        }
    }

    /// Parts the parties by list; one that no list names goes by the name of the file.
    fn close(self, file: &str, number: u16, room: &Room, parsed: &mut Parsed) {
        let [sdn, cons] = self.on_lists;
        let by_most = if cons > sdn { ofac::CONSOLIDATED } else { ofac::SDN };
        let default = ofac::list_by_name(file).unwrap_or(by_most);
        let mut editions = [ofac::SDN, ofac::CONSOLIDATED]
            .map(|(list, title)| ListEdition::new(list, title, room));
        let [sdn, cons] = &mut editions;
        for (mut entity, [on_sdn, on_cons]) in self.entities.into_values() {
            ofac::finish(&mut entity);
            let nowhere = !on_sdn && !on_cons;
            if on_cons || (nowhere && default == ofac::CONSOLIDATED) {
                cons.entities.push(entity.clone());
            }
            if on_sdn || (nowhere && default == ofac::SDN) {
                sdn.entities.push(entity);
            }
        }
        for edition in editions.into_iter().filter(|edition| !edition.entities.is_empty()) {
            parsed.editions.push(ListEdition { published: self.published.clone(), ..edition });
        }
        parsed.problems.append_of(number, self.problems);
        parsed.problems.sort();
        parsed.counts.push(self.count);
    }
}

fn add_place(entity: &mut Entity, label: &str, place: &Place, origin: Origin) {
    let parts: Vec<&str> = place.parts.iter().map(String::as_str).collect();
    if label == "Location" || label.is_empty() {
        ofac::add_address(entity, &parts, &place.country, origin);
        return;
    }
    let all = parts.iter().copied().chain([place.country.as_str()]);
    let value = all.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    ofac::add_fact(entity, Fact { label, value: &value, ..Fact::default() }, origin);
}

fn add_dates(entity: &mut Entity, label: &str, span: (String, String, bool), origin: Origin) {
    let (from, to, circa) = span;
    let kind = match label {
        "Birthdate" => DateKind::Birth,
        "Organization Established Date" | "Vessel Year of Build" | "Aircraft Manufacture Date" => {
            DateKind::Founded
        }
        _ => {
            ofac::add_fact(entity, Fact { label, value: &from, ..Fact::default() }, origin);
            return;
        }
    };
    entity.dates.push(DateFact { kind, from, to, circa, origin });
}

/// From, to and whether approximate. OFAC writes a year as its first and last day: such a span
/// is shortened to the year, a whole month to the month.
fn period(node: &Node) -> Option<(String, String, bool)> {
    let start = node.first("Start")?;
    let from = start.first("From").and_then(date_of)?;
    let end = node.first("End").unwrap_or(start);
    let to = ["To", "From"].iter().find_map(|edge| end.first(edge).and_then(date_of));
    let to = to.filter(|to| *to >= from).unwrap_or_else(|| from.clone());
    let circa = [start, end].iter().any(|edge| edge.attribute("Approximate") == "true");
    let year = |date: &str| date.get(..4).unwrap_or("").to_owned();
    let month = |date: &str| date.get(..7).unwrap_or("").to_owned();
    if from.ends_with("-01-01") && to.ends_with("-12-31") {
        return Some((year(&from), year(&to), circa));
    }
    let last = to.get(5..7).and_then(|month| month.parse().ok());
    let last = last.map(|month| format!("-{:02}", dates::last_day(&year(&to), month)));
    if from.len() == 10 && from.ends_with("-01") && last.is_some_and(|last| to.ends_with(&last)) {
        return Some((month(&from), month(&to), circa));
    }
    Some((from, to, circa))
}
