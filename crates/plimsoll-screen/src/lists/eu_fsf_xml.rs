//! What does the EU's consolidated list say as XML (Financial Sanctions Files 1.1)?
//!
//! One `sanctionEntity` for each party under `export`; facts are attributes. From the publisher's
//! schema as others read it; not yet met on a real file. Not read: the acts of single names and
//! addresses (`regulationSummary`), languages of names.

use super::columns::Needed;
use super::eu_fsf::{self, BirthFacts, IdFacts, NameFacts, Party};
use super::intake::{self, Draft, Field, FileResult, Parties};
use super::markup::{Node, Walk, root_name};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{Entity, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;

/// The layout `eu-fsf-xml`.
#[derive(Clone, Copy, Debug, Default)]
pub struct EuFsfXml;

const ID: &str = "eu-fsf-xml";

/// The elements of an entry.
const PARTS: [&str; 8] = [
    "remark",
    "regulation",
    "subjectType",
    "nameAlias",
    "citizenship",
    "birthdate",
    "address",
    "identification",
];

/// Names that every edition has.
const NAMES: &[Needed] = &[&["wholeName"]];

impl ListSource for EuFsfXml {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "EU consolidated list (FSF), XML 1.1"
    }
    fn publisher(&self) -> &'static str {
        eu_fsf::PUBLISHER
    }
    fn licence(&self) -> &'static str {
        eu_fsf::LICENCE
    }
    fn url(&self) -> &'static str {
        eu_fsf::URL
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = intake::head(file);
        let root = root_name(&head).is_some_and(|root| root == "export");
        match (root, head.contains("fpi/fsd/export"), head.contains("<sanctionEntity")) {
            (true, true, _) | (true, _, true) => 100,
            _ => 0,
        }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("20260213-FULL-1_1(xsd).xml", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-02-13T12:00:00.000+01:00" globalFileId="1">
 <sanctionEntity designationDate="2025-02-03" unitedNationId="UTi.001" euReferenceNumber="EU.9.1" logicalId="990001">
  <remark>Made up.</remark>
  <regulation programme="UTO" publicationDate="2025-02-05" numberTitle="9999/99 (OJ L1)" logicalId="1">
   <publicationUrl>http://eur-lex.example/9999</publicationUrl>
  </regulation>
  <subjectType code="person" classificationCode="P"/>
  <nameAlias firstName="Exa" lastName="Mpleson" wholeName="Exa Mpleson" function="Tester" gender="M" strong="true" nameLanguage="EN"/>
  <nameAlias wholeName="Экса Мплесон" strong="true" nameLanguage="RU"/>
  <nameAlias wholeName="Ex" strong="false"/>
  <citizenship countryIso2Code="UT" countryDescription="UTOPIA"/>
  <birthdate circa="true" year="1961" city="Sampletown" countryIso2Code="UT" countryDescription="UTOPIA"/>
  <birthdate circa="false" yearRangeFrom="1960" yearRangeTo="1962" countryDescription="UNKNOWN"/>
  <address street="1 Sample Road" city="Sampletown" zipCode="99" countryIso2Code="UT" countryDescription="UTOPIA">
   <contactInfo key="EMAIL" value="exa@example.org"/>
  </address>
  <identification number="X0000001" identificationTypeCode="passport" identificationTypeDescription="National passport" countryIso2Code="UT" countryDescription="UTOPIA">
   <remark>expired</remark>
  </identification>
 </sanctionEntity>
 <sanctionEntity euReferenceNumber="EU.9.2" logicalId="990002">
  <subjectType code="enterprise" classificationCode="E"/>
  <nameAlias wholeName="MADE UP" strong="true"/>
  <identification number="9074729" identificationTypeCode="imo" identificationTypeDescription="IMO number"/>
 </sanctionEntity>
</export>
"#;

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let mut result = FileResult::new(room, odd);
    let mut walk = Walk::new(file.name, ID, text.trim_start_matches('\u{feff}'));
    let mut parties = Parties::new(room);
    let mut unread = Unread::default();
    while let Some(node) = walk.next(&["sanctionEntity"])? {
        result.count.rows_in += 1;
        let party = entity(&node, number, &mut result.problems);
        unread.record(&node);
        for child in node.children().iter().filter(|c| !PARTS.contains(&c.name.as_str())) {
            unread.add(&child.name, child.line, &child.name);
        }
        parties.take(party, &mut result.count);
    }
    if walk.root() != Some("export") {
        return Err(walk.malformed("its root element is not export"));
    }
    result.problems.extend(unread.without(eu_fsf::is_passed_over).judge(NAMES, file, ID)?);
    let published = intake::date(walk.root_attribute("generationDate")).unwrap_or_default();
    let (list, title) = (eu_fsf::LIST.to_owned(), eu_fsf::TITLE.to_owned());
    result.editions = vec![ListEdition { list, title, published, entities: parties.entities }];
    Ok(result)
}

/// The party; none, with a problem, where it has no id or no name.
fn entity(node: &Node, file: u16, problems: &mut Problems) -> Option<Entity> {
    let ids = [node.attribute("logicalId"), node.attribute("euReferenceNumber")];
    let id = ids.into_iter().find(|id| !id.is_empty()).unwrap_or("");
    if id.is_empty() {
        let hint = "the entry has neither a logical id nor a reference number";
        problems.push(Problem::new("no-id", node.line.into(), "", hint));
        return None;
    }
    let origin = Origin { file, line: node.line };
    let code = node.first("subjectType").map_or("", |kind| {
        let codes = [kind.attribute("code"), kind.attribute("classificationCode")];
        codes.into_iter().find(|code| !code.is_empty()).unwrap_or("")
    });
    let mut draft = Draft::new(id.to_owned(), eu_fsf::kind_of(code), origin);
    for name in ["euReferenceNumber", "unitedNationId"] {
        draft.fact(Field::Reference, node.attribute(name));
    }
    draft.fact(Field::Remark, node.attribute("designationDetails"));
    let mut party = Party { draft: &mut draft, origin, problems };
    party.listed(node.attribute("designationDate"));
    for child in node.children() {
        party.origin.line = child.line;
        part(child, &mut party);
    }
    let entity = draft.finish();
    if entity.is_none() {
        let hint = "the entry has no name that can be read";
        problems.push(Problem::new("no-name", node.line.into(), id, hint));
    }
    entity
}

fn part(node: &Node, party: &mut Party<'_>) {
    let of = |name: &str| node.attribute(name).to_owned();
    match node.name.as_str() {
        "remark" => party.remark(&node.text()),
        "regulation" => {
            party.regulation(
                &of("programme"),
                &of("numberTitle"),
                &node.child_text("publicationUrl"),
            );
            // An entry without a day of its own is listed since its act.
            if party.draft.entity.listed.is_empty() {
                party.listed(&of("publicationDate"));
            }
        }
        "nameAlias" => party.name(&NameFacts {
            whole: of("wholeName"),
            parts: [of("firstName"), of("middleName"), of("lastName")],
            strong: of("strong"),
            remark: node.child_text("remark"),
            gender: of("gender"),
            title: of("title"),
            function: of("function"),
        }),
        "citizenship" => {
            party.citizenship(&country(node));
            party.remark(&node.child_text("remark"));
        }
        "birthdate" => {
            party.remark(&node.child_text("remark"));
            party.birth(&BirthFacts {
                day: of("birthdate"),
                numbers: [
                    of("year"),
                    of("monthOfYear") + node.attribute("month"),
                    of("dayOfMonth") + node.attribute("day"),
                ],
                years: [of("yearRangeFrom"), of("yearRangeTo")],
                circa: of("circa"),
                place: vec![of("place"), of("city"), of("region"), country(node)],
            });
        }
        "address" => {
            let parts = ["poBox", "street", "place", "zipCode", "city", "region"].map(&of);
            party.address(&parts, &country(node));
            for contact in node.all("contactInfo") {
                party.contact(contact.attribute("key"), contact.attribute("value"));
            }
            party.remark(&node.child_text("remark"));
        }
        "identification" => party.identification(&IdFacts {
            number: of("number"),
            latin_number: of("latinNumber"),
            code: of("identificationTypeCode"),
            description: of("identificationTypeDescription"),
            country: country(node),
            remark: node.child_text("remark"),
            name_on_document: of("nameOnDocument"),
        }),
        _ => {}
    }
}

/// The country in words, else its code.
fn country(node: &Node) -> String {
    match node.attribute("countryDescription") {
        "" => node.attribute("countryIso2Code").to_owned(),
        country => country.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&EuFsfXml, text) {
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
        survives(&EuFsfXml);
    }

    #[test]
    fn example() {
        check(
            EXAMPLE,
            expect![[r#"
            eu-fsf | EU consolidated list of persons, groups and entities under financial sanctions | 2026-02-13
            990001 Person line 3
              Primary: Exa Mpleson @9
              OriginalScript: Экса Мплесон @10
              WeakAlias: Ex @11
              Email exa@example.org [EMAIL] 
              Passport X0000001 [National passport] UTOPIA
              Birth 1961..1961 circa
              Birth 1960..1962
              at 1 Sample Road, 99, Sampletown, UTOPIA [UTOPIA]
              country UTOPIA
              born in Sampletown, UTOPIA
              programme UTO
              position Tester
              remark Made up.
              remark National passport X0000001: expired
              reference EU.9.1
              reference UTi.001
              reference 9999/99 (OJ L1)
              reference http://eur-lex.example/9999
              listed 2025-02-03 male
            990002 Vessel line 22
              Primary: MADE UP @24
              Imo 9074729 [IMO number]  holds
              reference EU.9.2
            rows 2 = 2 + 0
        "#]],
        );
    }

    #[test]
    fn faults() {
        let entry = "<sanctionEntity logicalId='1'><nameAlias wholeName='A'/></sanctionEntity>";
        let bare = "<sanctionEntity logicalId='2'/><sanctionEntity/>";
        check(
            &format!("<export>{entry}{entry}{bare}</export>"),
            expect![[r#"
            eu-fsf | EU consolidated list of persons, groups and entities under financial sanctions | 
            1 Unknown line 1
              Primary: A @1
            1-2 Unknown line 1
              Primary: A @1
            problem 0 line 1: no-name "2": the entry has no name that can be read
            problem 0 line 1: no-id "": the entry has neither a logical id nor a reference number
            rows 4 = 2 + 2
        "#]],
        );
        check(
            &format!("<export>{entry}"),
            expect![[r#"
            20260213-FULL-1_1(xsd).xml is cut: it ends before its root element is closed
        "#]],
        );
        check(
            &format!("<x>{entry}</x>"),
            expect![[r#"
            20260213-FULL-1_1(xsd).xml cannot be read as eu-fsf-xml: its root element is not export
        "#]],
        );
        assert!(read(&EuFsfXml, &"<export>".repeat(100_000)).is_err());
    }
}
