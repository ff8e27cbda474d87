//! What does OFSI's consolidated list say as XML (`ConList.xml`)?
//!
//! One `FinancialSanctionsTarget` for each row of the CSV. From the publisher's format of 2022 as
//! others read it; not yet met on a real file. It states no day of its own.

use super::columns::{Groups, plain};
use super::intake::{self, FileResult};
use super::markup::{Node, Walk, root_name};
use super::ofsi::{self, OfsiRow};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Sureness, uk};
use crate::entity::Origin;
use crate::scratch::Room;

/// The layout `uk-ofsi-xml`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfsiXml;

const ID: &str = "uk-ofsi-xml";
const ROOT: &str = "ArrayOfFinancialSanctionsTarget";

impl ListSource for OfsiXml {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "UK consolidated list of OFSI, XML"
    }
    fn publisher(&self) -> &'static str {
        uk::OFSI
    }
    fn licence(&self) -> &'static str {
        uk::LICENCE
    }
    fn url(&self) -> &'static str {
        uk::OFSI_URL
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        if root_name(&intake::head(file)).is_some_and(|root| root == ROOT) { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("ConList.xml", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"<?xml version="1.0" encoding="utf-8"?>
<ArrayOfFinancialSanctionsTarget xmlns:i="http://www.w3.org/2001/XMLSchema-instance">
 <FinancialSanctionsTarget>
  <AliasQuality i:nil="true"/><AliasType>Primary name</AliasType><Country>Utopia</Country>
  <DateListed>2025-02-05T00:00:00</DateListed><GroupID>99001</GroupID>
  <GroupTypeDescription>Individual</GroupTypeDescription>
  <Individual_DateOfBirth>00/00/1961</Individual_DateOfBirth>
  <Individual_Nationality>Utopia</Individual_Nationality>
  <Name6>MPLESON</Name6><NameNonLatinScript>Экса Мплесон</NameNonLatinScript>
  <RegimeName>Utopia</RegimeName><name1>Exa</name1><name2 i:nil="true"/>
 </FinancialSanctionsTarget>
 <FinancialSanctionsTarget>
  <AliasQuality>Low quality</AliasQuality><AliasType>AKA</AliasType><GroupID>99001</GroupID>
  <GroupTypeDescription>Individual</GroupTypeDescription><Name6>MPL</Name6>
 </FinancialSanctionsTarget>
 <FinancialSanctionsTarget>
  <AliasType>Primary name</AliasType><GroupID>99002</GroupID>
  <GroupTypeDescription>Ship</GroupTypeDescription><Name6>MADE UP</Name6>
  <Ship_IMONumber>9074729</Ship_IMONumber>
 </FinancialSanctionsTarget>
</ArrayOfFinancialSanctionsTarget>
"#;

/// The elements of a row, each with its plain name.
struct Elements<'a>(Vec<(String, &'a Node)>);

impl<'a> Elements<'a> {
    fn of(row: &'a Node) -> Self {
        Self(row.children().iter().map(|child| (plain(&child.name), child)).collect())
    }

    fn named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'a Node> + use<'s, 'a> {
        self.0.iter().filter(move |(plain, _)| plain == name).map(|(_, child)| *child)
    }
}

impl OfsiRow for Elements<'_> {
    fn get(&self, names: &[&str]) -> String {
        let texts = names.iter().flat_map(|name| self.named(name)).map(Node::text);
        texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    }
    fn all(&self) -> Vec<(String, String)> {
        self.0.iter().map(|(name, child)| (name.clone(), child.peek())).collect()
    }
    fn ask(&self, heading: &str) {
        self.named(heading).for_each(Node::ask);
    }
}

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let mut result = FileResult::new(room, odd);
    let mut walk = Walk::new(file.name, ID, text.trim_start_matches('\u{feff}'));
    let mut groups = Groups::new(room);
    let mut unread = Unread::default();
    while let Some(node) = walk.next(&["FinancialSanctionsTarget"])? {
        result.count.rows_in += 1;
        let origin = Origin { file: number, line: node.line };
        ofsi::add(&Elements::of(&node), origin, &mut groups, &mut result);
        unread.record(&node);
    }
    if walk.root() != Some(ROOT) {
        return Err(walk.malformed(&format!("its root element is not {ROOT}")));
    }
    let entities = groups.finish(room, &mut result);
    let unread = unread.without(|name| ofsi::PASSED_OVER.contains(&plain(name).as_str()));
    result.problems.extend(unread.judge(&[&["name1", "Name1"]], file, ID)?);
    let (list, title) = (uk::CONSOLIDATED.0.to_owned(), uk::CONSOLIDATED.1.to_owned());
    result.editions = vec![ListEdition { list, title, published: String::new(), entities }];
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::*;
    use expect_test::expect;

    #[test]
    fn survives_everything() {
        survives(&OfsiXml);
    }

    #[test]
    fn example() {
        expect![[r#"
            uk-ofsi | UK consolidated list of financial sanctions targets | 
            99001 Person line 3
              Primary: Exa MPLESON @3
              OriginalScript: Экса Мплесон @3
              WeakAlias: MPL @12
              Birth 1961..1961
              at Utopia [Utopia]
              country Utopia
              programme Utopia
              listed 2025-02-05 
            99002 Vessel line 16
              Primary: MADE UP @16
              Imo 9074729 [IMO number]  holds
            rows 3 = 3 + 0
        "#]]
        .assert_eq(&show(&read(&OfsiXml, EXAMPLE).unwrap()));
    }

    #[test]
    fn hostile_files() {
        let deep = format!("<{ROOT}>{}", "<a>".repeat(100_000));
        assert!(read(&OfsiXml, &deep).is_err());
        let no_root = "<x><FinancialSanctionsTarget/></x>";
        assert!(read(&OfsiXml, no_root).is_err());
    }
}
