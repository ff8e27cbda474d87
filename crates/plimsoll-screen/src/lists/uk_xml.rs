//! What does the UK Sanctions List say as XML? One `Designation` for each entry.
//!
//! From the publisher's elements as others read them (2024 to 2026); not yet met on a real file.
//! The elements around a value are named in more than one way (`PassportDetails/Passport` and
//! `PassportDetails/PassportDetail`), so that values go by the innermost name.

use super::columns::{Needed, plain};
use super::intake::{self, Draft, FileResult};
use super::markup::{Node, Walk, root_name};
use super::uk::{self, Entry};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness, dates};
use crate::entity::{Entity, IdentifierKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;

/// The layout `uk-sanctions-xml`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UkSanctionsXml;

const ID: &str = "uk-sanctions-xml";

/// Names that every edition has.
const NAMES: &[Needed] = &[&["Name1"], &["Name6"]];

/// Elements that say nothing of a party, or what a name tells itself.
const PASSED_OVER: [&str; 4] =
    ["LastUpdated", "LastUpdatedDate", "NonLatinScriptType", "NonLatinScriptLanguage"];

impl ListSource for UkSanctionsXml {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "UK Sanctions List, XML"
    }
    fn publisher(&self) -> &'static str {
        uk::FCDO
    }
    fn licence(&self) -> &'static str {
        uk::LICENCE
    }
    fn url(&self) -> &'static str {
        uk::FCDO_URL
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        if root_name(&intake::head(file)).is_some_and(|root| root == "Designations") {
            100
        } else {
            0
        }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("UK_Sanctions_List.xml", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<Designations>
 <DateGenerated>13/02/2026</DateGenerated>
 <Designation>
  <LastUpdated>01/02/2026</LastUpdated><DateDesignated>03/02/2025</DateDesignated>
  <UniqueID>UTO0001</UniqueID><OFSIGroupID>99001</OFSIGroupID>
  <Names>
   <Name><Name6>MPLESON</Name6><Name1>Exa</Name1><NameType>Primary Name</NameType></Name>
   <Name><Name6>MPL</Name6><NameType>Alias</NameType><AliasStrength>Low quality a.k.a</AliasStrength></Name>
  </Names>
  <NonLatinNames><NonLatinName><NameNonLatinScript>Экса Мплесон</NameNonLatinScript></NonLatinName></NonLatinNames>
  <RegimeName>The Utopia (Sanctions) Regulations 2099</RegimeName>
  <IndividualEntityShip>Individual</IndividualEntityShip>
  <SanctionsImposed>Asset freeze|Travel Ban</SanctionsImposed>
  <Addresses><Address><AddressLine1>1 Sample Road</AddressLine1><AddressCountry>Utopia</AddressCountry></Address></Addresses>
  <IndividualDetails><Individual>
   <DOBs><DOB>dd/mm/1961</DOB></DOBs>
   <PassportDetails><Passport><PassportNumber>X0000001</PassportNumber></Passport></PassportDetails>
   <BirthDetails><Location><TownOfBirth>Sampletown</TownOfBirth><CountryOfBirth>Utopia</CountryOfBirth></Location></BirthDetails>
  </Individual></IndividualDetails>
 </Designation>
 <Designation>
  <UniqueID>UTO0002</UniqueID>
  <Names><Name><Name6>MADE UP</Name6><NameType>Primary name</NameType></Name></Names>
  <IndividualEntityShip>Ship</IndividualEntityShip>
  <ShipDetails><Ship><IMONumbers><IMONumber>IMO9074729</IMONumber></IMONumbers></Ship></ShipDetails>
 </Designation>
</Designations>
"#;

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let mut result = FileResult::new(room, odd);
    let mut walk = Walk::new(file.name, ID, text.trim_start_matches('\u{feff}'));
    let mut parties = intake::Parties::new(room);
    let mut unread = Unread::default();
    let (list, title) = uk::SANCTIONS_LIST;
    let mut edition = ListEdition::new(list, title, room);
    while let Some(node) = walk.next(&["DateGenerated", "Designation"])? {
        if node.name == "DateGenerated" {
            edition.published = dates::day_first(&node.text()).unwrap_or_default();
            continue;
        }
        result.count.rows_in += 1;
        let party = designation(&node, number, &mut result.problems);
        unread.record(&node);
        parties.take(party, &mut result.count);
    }
    if walk.root() != Some("Designations") {
        return Err(walk.malformed("its root element is not Designations"));
    }
    edition.entities = parties.entities;
    result
        .problems
        .extend(unread.without(|name| PASSED_OVER.contains(&name)).judge(NAMES, file, ID)?);
    result.editions = vec![edition];
    Ok(result)
}

/// The entry; none, with a problem, where it has no id or no name.
fn designation(node: &Node, file: u16, problems: &mut Problems) -> Option<Entity> {
    let id = node.child_text("UniqueID");
    let mut refuse = |rule, hint: &str| {
        problems.push(Problem::new(rule, node.line.into(), &id, hint));
    };
    if id.is_empty() {
        refuse("no-id", "the entry has no UniqueID");
        return None;
    }
    let origin = Origin { file, line: node.line };
    let kind = uk::kind_of(&node.child_text("IndividualEntityShip"));
    let mut draft = Draft::new(id.clone(), kind, origin);
    for child in node.children() {
        part(child, file, &mut draft, problems);
    }
    let entity = draft.finish();
    if entity.is_none() {
        let hint = "the entry has no name that can be read";
        problems.push(Problem::new("no-name", node.line.into(), &id, hint));
    }
    entity
}

/// Elements that hold several values which belong together, and all others by their own name.
fn part(node: &Node, file: u16, draft: &mut Draft, problems: &mut Problems) {
    let origin = Origin { file, line: node.line };
    let mut entry = Entry { draft, origin, problems };
    let text = |name: &str| node.child_text(name);
    match node.name.as_str() {
        "Name" if node.children().is_empty() => {}
        "Name" => {
            let mut parts = ["Name1", "Name2", "Name3", "Name4", "Name5", "Name6"].map(text);
            if parts.iter().all(String::is_empty) {
                parts[5] = text("Name");
            }
            entry.name(&parts, uk::name_kind(&text("NameType"), &text("AliasStrength")));
        }
        "NameNonLatinScript" => entry.original(&node.text()),
        "Address" => {
            let lines = [
                "AddressLine1",
                "AddressLine2",
                "AddressLine3",
                "AddressLine4",
                "AddressLine5",
                "AddressLine6",
                "AddressPostalCode",
            ]
            .map(text);
            entry.address(&lines, &text("AddressCountry"));
        }
        "Location" => entry.birth_place(&text("TownOfBirth"), &text("CountryOfBirth")),
        _ if node.first("PassportNumber").is_some() => entry.document(
            IdentifierKind::Passport,
            &text("PassportNumber"),
            &text("PassportAdditionalInformation"),
        ),
        _ if node.first("NationalIdentifierNumber").is_some() => entry.document(
            IdentifierKind::NationalId,
            &text("NationalIdentifierNumber"),
            &text("NationalIdentifierAdditionalInformation"),
        ),
        name if node.children().is_empty() => {
            if entry.fact(&plain(name), &node.peek()) {
                node.ask();
            }
        }
        _ => {
            for child in node.children() {
                part(child, file, entry.draft, entry.problems);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&UkSanctionsXml, text) {
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
        survives(&UkSanctionsXml);
    }

    #[test]
    fn example() {
        check(
            EXAMPLE,
            expect![[r#"
            uk-sanctions | UK Sanctions List | 2026-02-13
            UTO0001 Person line 4
              Primary: Exa MPLESON @8
              WeakAlias: MPL @9
              OriginalScript: Экса Мплесон @11
              Passport X0000001 [Passport] 
              Birth 1961..1961
              at 1 Sample Road, Utopia [Utopia]
              born in Sampletown, Utopia
              programme The Utopia (Sanctions) Regulations 2099
              programme Asset freeze
              programme Travel Ban
              reference OFSI Group ID 99001
              listed 2025-02-03 
            UTO0002 Vessel line 22
              Primary: MADE UP @24
              Imo 9074729 [IMO number]  holds
            rows 2 = 2 + 0
        "#]],
        );
    }

    #[test]
    fn faults() {
        let entry = "<Designation><UniqueID>U</UniqueID><Names><Name><Name6>-</Name6></Name></Names></Designation>";
        check(
            &format!("<Designations>{entry}<Designation/></Designations>"),
            expect![[r#"
            UK_Sanctions_List.xml holds no entry of uk-sanctions-xml
        "#]],
        );
        check(
            &format!("<Other>{entry}</Other>"),
            expect![[r#"
            UK_Sanctions_List.xml cannot be read as uk-sanctions-xml: its root element is not Designations
        "#]],
        );
        check(
            &format!("<Designations>{entry}"),
            expect![[r#"
            UK_Sanctions_List.xml is cut: it ends before its root element is closed
        "#]],
        );
    }

    #[test]
    fn hostile_depth() {
        let deep = format!("<Designations><Designation>{}", "<a>".repeat(100_000));
        assert!(read(&UkSanctionsXml, &deep).is_err());
    }
}
