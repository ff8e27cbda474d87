//! What does Taiwan's entity list of strategic high-tech commodities say (CSV, xlsx)?
//!
//! One row for each party under bilingual headings: `項次item`, `國家代碼country code`, `名稱name`,
//! `別名alias`, `地址address`, `護照號碼ID Number`. From the publisher's columns as others read them
//! (2024 to 2026); not yet met on a real file. Names and aliases are separated by semicolons,
//! Chinese ones behind `簡體中文：` or `繁體中文：`; the UN's number stands in brackets behind a name.
//! Row numbers change with every edition, so that an entry goes by its name. Under English
//! headings alone the table could be anybody's and wants `--as tw-shtc`.

use super::columns::{Needed, Sheet, numbered, plain, set_aside, with_brackets};
use super::intake::{self, Draft, Field, FileResult, Ids, Row};
use super::un_xml::latin;
use super::unread::Unread;
use super::{Entities, ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use std::cell::RefCell;

/// The layout `tw-shtc`.
#[derive(Clone, Copy, Debug, Default)]
pub struct TwShtc;

const ID: &str = "tw-shtc";

const NEEDED: &[Needed] = &[&["name"], &["alias"], &["countrycode"]];

impl ListSource for TwShtc {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Taiwan's SHTC entity list, CSV or xlsx"
    }
    fn publisher(&self) -> &'static str {
        "Taiwan, International Trade Administration, Ministry of Economic Affairs"
    }
    fn licence(&self) -> &'static str {
        "Open Government Data License, version 1.0"
    }
    fn url(&self) -> &'static str {
        "https://www.trade.gov.tw/English/Pages/Detail.aspx?nodeID=298&pid=299"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        if !Sheet::begins(file, b',', NEEDED) {
            return 0;
        }
        if intake::head(file).contains("別名") { 100 } else { 40 }
    }

    // Some editions have a sheet for each country.
    fn takes_sets(&self) -> bool {
        true
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        // Names may stand on several sheets.
        let ids = RefCell::new(Ids::default());
        intake::read_each(files, ID, room, |number, file, room| {
            read(number, file, room, &mut ids.borrow_mut())
        })
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("shtc_list.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
項次item,國家代碼country code,名稱name,別名alias,地址address,護照號碼ID Number
1,CN,Zontik Institute of Rain; 簡體中文：雨伞研究所,ZIR; Zontik Rain Institute；繁體中文：雨傘研究所,\"i) 1 Sample Road, Sampletown; ii) 2 Sample Road\",
2,IR,Exa Mpleson（永久參考號：UTi.001）,,,Passport X0000001
3,KP;CN,,,,
";

fn read(
    number: u16,
    file: &ListFile<'_>,
    room: &Room,
    ids: &mut Ids,
) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let sheet = Sheet::open(&text, b',', NEEDED, file, ID)?;
    let mut result = FileResult::new(room, odd);
    let mut entities = Entities::new(room);
    for row in sheet.rows() {
        let row = &row?;
        result.count.rows_in += 1;
        let origin = Origin { file: number, line: row.line };
        let entity = match sheet.refuse(row) {
            Some(problem) => Err(problem),
            None => party(&sheet, row, origin, &mut result.problems).finish().ok_or_else(|| {
                set_aside("no-name", row, "the row has neither a name nor an alias")
            }),
        };
        match entity {
            Ok(mut entity) => {
                entity.id = ids.unique(intake::slug(entity.primary_name()));
                result.count.rows_loaded += 1;
                entities.push(entity);
            }
            Err(problem) => {
                result.count.rows_set_aside += 1;
                result.problems.push(problem);
            }
        }
    }
    let unread = Unread::of_sheet(&sheet).without(|name| plain(name) == "item");
    result.problems.extend(unread.judge(&[], file, ID)?);
    let title = "Taiwan: strategic high-tech commodities entity list".to_owned();
    let list = ID.to_owned();
    result.editions = vec![ListEdition { list, title, published: String::new(), entities }];
    Ok(result)
}

fn party(sheet: &Sheet<'_>, row: &Row, origin: Origin, problems: &mut Problems) -> Draft {
    let mut draft = Draft::new(String::new(), EntityKind::Unknown, origin);
    let cell = |names: &[&str]| sheet.cell(row, names);
    for (heading, kind) in [("name", NameKind::Primary), ("alias", NameKind::Alias)] {
        for (at, text) in names(&cell(&[heading])).into_iter().enumerate() {
            let kind = if at == 0 { kind } else { NameKind::Alias };
            let (name, reference) = un_number(&text);
            draft.fact(Field::Reference, &reference);
            for (name, kind) in with_brackets(&name, kind) {
                let original = kind != NameKind::Primary && latin(&name) == Some(false);
                let kind = if original { NameKind::OriginalScript } else { kind };
                draft.name(&name, kind, origin, problems);
            }
        }
    }
    for country in cell(&["countrycode"]).split(';') {
        draft.fact(Field::Country, country);
    }
    for address in addresses(&cell(&["address"])) {
        draft.address(&address, "", origin);
    }
    for number in cell(&["idnumber", "passportnumber"]).split(';') {
        let number = intake::squeeze(number);
        let (label, value) = match number.split_once(' ') {
            Some((label, value)) if label.eq_ignore_ascii_case("passport") => (label, value),
            _ => ("ID number", number.as_str()),
        };
        let kind =
            if label == "ID number" { IdentifierKind::Other } else { IdentifierKind::Passport };
        draft.identifier(kind, value, label, "", origin);
    }
    draft.fact(Field::Programme, "Strategic high-tech commodities");
    draft
}

/// The names of a cell, without the words for the kind of characters they are written in.
fn names(cell: &str) -> Vec<String> {
    let parts = cell.replace("<span id='alias'>", "");
    let parts = intake::split_outside(&parts, |c| matches!(c, ';' | '；'));
    let bare = |name: &String| {
        let name = name.trim_start_matches("簡體中文").trim_start_matches("繁體中文");
        intake::squeeze(name.trim_start_matches(['：', ':', ' ']))
    };
    parts.iter().map(bare).filter(|name| !name.is_empty()).collect()
}

/// `Exa Mpleson（永久參考號：UTi.001）` and the number of the UN in it.
fn un_number(name: &str) -> (String, String) {
    if let Some((outer, inner)) = intake::last_bracket(name)
        && let Some(number) = inner.strip_prefix("永久參考號")
        && !outer.is_empty()
    {
        return (outer.to_owned(), number.trim_start_matches(['：', ':', ' ']).to_owned());
    }
    (name.to_owned(), String::new())
}

/// The addresses of a cell, between semicolons or with Roman numbers.
fn addresses(cell: &str) -> Vec<String> {
    const ROMANS: [&str; 8] = ["i) ", "ii) ", "iii) ", "iv) ", "v) ", "vi) ", "vii) ", "viii) "];
    let parts = intake::split_outside(cell, |c| matches!(c, ';' | '；'));
    let bare = |part: &String| {
        let roman = ROMANS.iter().find_map(|roman| part.strip_prefix(roman));
        roman.unwrap_or(part).to_owned()
    };
    parts.iter().map(bare).flat_map(|part| numbered(&part)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::*;
    use expect_test::expect;

    #[test]
    fn survives_everything() {
        survives(&TwShtc);
    }

    #[test]
    fn example() {
        expect![[r#"
            tw-shtc | Taiwan: strategic high-tech commodities entity list | 
            zontik-institute-of-rain Unknown line 2
              Primary: Zontik Institute of Rain @2
              OriginalScript: 雨伞研究所 @2
              Alias: ZIR @2
              Alias: Zontik Rain Institute @2
              OriginalScript: 雨傘研究所 @2
              at 1 Sample Road, Sampletown []
              at 2 Sample Road []
              country CN
              programme Strategic high-tech commodities
            exa-mpleson Unknown line 3
              Primary: Exa Mpleson @3
              Passport X0000001 [Passport] 
              country IR
              programme Strategic high-tech commodities
              reference UTi.001
            problem 0 line 4: no-name "3,KP;CN": the row has neither a name nor an alias
            rows 3 = 2 + 1
        "#]]
        .assert_eq(&show(&read(&TwShtc, EXAMPLE).unwrap()));
    }

    #[test]
    fn english_headings_alone_are_not_enough() {
        let bytes = b"Item,Country Code,Name,Alias\n1,CN,A,B\n";
        assert_eq!(TwShtc.recognise(&ListFile { name: "x.csv", bytes }), 40);
    }

    #[test]
    fn sheets_of_one_list_are_joined() {
        let sheet = |name: &'static str| ListFile { name, bytes: EXAMPLE.as_bytes() };
        let parsed = TwShtc.read(&[sheet("CN"), sheet("IR")], &Room::default()).unwrap();
        let ids: Vec<String> = parsed.editions[0].entities.iter().map(|e| e.id).collect();
        assert_eq!(
            ids,
            [
                "zontik-institute-of-rain",
                "exa-mpleson",
                "zontik-institute-of-rain-2",
                "exa-mpleson-2"
            ]
        );
    }
}
