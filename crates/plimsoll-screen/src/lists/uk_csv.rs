//! What does the UK Sanctions List say as a table (CSV, ODS)?
//!
//! Two layouts: one row for each name, address and date of an entry (58 columns under a row
//! `Report Date: …`; from the publisher's files as others read them, 2026), and one row for each
//! entry with its whole name (8 columns; read in the sheet of 2025-08-11, 5,302 rows). A sheet of
//! a workbook comes as such a text. Columns go by their headings.

use super::columns::{Groups, Needed, Sheet, set_aside, with_brackets};
use super::intake::{self, Draft, FileResult, Row};
use super::uk::{self, Entry};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Sureness, dates};
use crate::entity::{IdentifierKind, NameKind, Origin};
use crate::scratch::Room;

/// The layout `uk-sanctions`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UkSanctions;

const ID: &str = "uk-sanctions";

/// Names that every edition has: with names in parts, and with whole ones.
const PARTS: &[Needed] = &[&["name1"]];
const WHOLE: &[Needed] = &[&["name"]];

/// Columns that say nothing of a party, or what a name tells itself.
const PASSED_OVER: [&str; 3] =
    ["Last Updated", "Non-latin script type", "Non-latin script language"];

const NEEDED: &[Needed] = &[&["uniqueid"], &["name", "name6"], &["regimename"]];

impl ListSource for UkSanctions {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "UK Sanctions List, CSV or ODS"
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
        if Sheet::begins(file, b',', NEEDED) { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("UK_Sanctions_List.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
Report Date: 13-Feb-2026
Last Updated,Unique ID,OFSI Group ID,UN Reference Number,Name 6,Name 1,Name 2,Name type,Alias strength,\
Title,Name non-latin script,Regime Name,Designation Type,Designation source,Sanctions Imposed,\
Other Information,Address Line 1,Address Country,Date Designated,D.O.B,Nationality(/ies),\
Passport number,Passport additional information,Town of birth,Country of birth,\
Business registration number (s),IMO number,Current owner/operator (s),Year Built
01/02/2026,UTO0001,99001,,MPLESON,Exa,,Primary Name,,Dr,Экса Мплесон,The Utopia (Sanctions) \
Regulations 2099,Individual,UK,Asset freeze|Travel Ban,Made up.,1 Sample Road,Utopia,03/02/2025,\
dd/mm/1961,Utopia,X0000001,Issued in Utopia,Sampletown,Utopia,,,,
01/02/2026,UTO0001,99001,,MPLESON,E,,Alias,Low quality a.k.a,,,The Utopia (Sanctions) Regulations \
2099,Individual,UK,Asset freeze|Travel Ban,Made up.,,,03/02/2025,00/07/1962,,,,,,,,,
01/02/2026,UTO0002,,,ZONTIK WORKS,,,Primary Name,,,,The Utopia (Sanctions) Regulations 2099,\
Entity,UK,Asset freeze,,,Utopia,03/02/2025,,,,,,,INN: 7707083893,,,
01/02/2026,UTO0003,,,MADE UP,,,Primary Name,,,,The Utopia (Sanctions) Regulations 2099,Ship,UK,\
Prohibition of port entry,,,,03/02/2025,,,,,,,,IMO9074729,Zontik Shipping,1994
";

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let sheet = Sheet::open(&text, b',', NEEDED, file, ID)?;
    let mut result = FileResult::new(room, odd);
    let mut groups = Groups::new(room);
    for row in sheet.rows() {
        let row = &row?;
        result.count.rows_in += 1;
        let id = sheet.cell(row, &["uniqueid"]);
        let refused = sheet.refuse(row).or_else(|| {
            let hint = "the row has no Unique ID, so that it is not known whose it is";
            id.is_empty().then(|| set_aside("no-id", row, hint))
        });
        if let Some(problem) = refused {
            result.count.rows_set_aside += 1;
            result.problems.push(problem);
            continue;
        }
        let origin = Origin { file: number, line: row.line };
        let kind =
            uk::kind_of(&sheet.cell(row, &["designationtype", "type", "individualentityship"]));
        let draft = groups.draft(&id, row.line, || Draft::new(id.clone(), kind, origin));
        add(&sheet, row, Entry { draft, origin, problems: &mut result.problems });
    }
    let entities = groups.finish(room, &mut result);
    let unread = Unread::of_sheet(&sheet).without(|name| PASSED_OVER.contains(&name));
    let names = if sheet.has("name6") { PARTS } else { WHOLE };
    result.problems.extend(unread.judge(names, file, ID)?);
    let (list, title) = uk::SANCTIONS_LIST;
    let published = published(&sheet);
    let (list, title) = (list.to_owned(), title.to_owned());
    result.editions = vec![ListEdition { list, title, published, entities }];
    Ok(result)
}

/// The day of `Report Date: 13-Feb-2026`, above the header.
fn published(sheet: &Sheet<'_>) -> String {
    let cells = sheet.above.iter().flat_map(|row| &row.cells);
    let days = cells.filter_map(|cell| {
        let day = cell.split_once(':').map_or(cell.as_str(), |(_, day)| day);
        dates::day_first(day)
    });
    days.into_iter().next().unwrap_or_default()
}

fn add(sheet: &Sheet<'_>, row: &Row, mut entry: Entry<'_>) {
    let cell = |names: &[&str]| sheet.cell(row, names);
    let whole = cell(&["name"]);
    for (name, kind) in with_brackets(&whole, NameKind::Primary) {
        entry.name(&[name], kind);
    }
    let parts = ["name1", "name2", "name3", "name4", "name5", "name6"].map(|name| cell(&[name]));
    let kind =
        uk::name_kind(&cell(&["nametype", "aliastype"]), &cell(&["aliasstrength", "aliasquality"]));
    entry.name(&parts, kind);
    entry.original(&cell(&["namenonlatinscript"]));
    let lines = [
        "addressline1",
        "addressline2",
        "addressline3",
        "addressline4",
        "addressline5",
        "addressline6",
        "addresspostalcode",
    ]
    .map(|name| cell(&[name]));
    entry.address(&lines, &cell(&["addresscountry"]));
    entry.birth_place(&cell(&["townofbirth"]), &cell(&["countryofbirth"]));
    for (kind, number, details) in [
        (IdentifierKind::Passport, "passportnumber", "passportadditionalinformation"),
        (
            IdentifierKind::NationalId,
            "nationalidentifiernumber",
            "nationalidentifieradditionalinformation",
        ),
    ] {
        entry.document(kind, &cell(&[number]), &cell(&[details]));
    }
    for (heading, value) in sheet.filled(row) {
        if entry.fact(heading, value) {
            sheet.read_filled(heading);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&UkSanctions, text) {
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
        survives(&UkSanctions);
    }

    #[test]
    fn many_rows_are_one_entry() {
        check(
            EXAMPLE,
            expect![[r#"
            uk-sanctions | UK Sanctions List | 2026-02-13
            UTO0001 Person line 3
              Primary: Exa MPLESON @3
              OriginalScript: Экса Мплесон @3
              WeakAlias: E MPLESON @4
              Passport X0000001 [Passport] 
              Birth 1961..1961
              Birth 1962-07..1962-07
              at 1 Sample Road, Utopia [Utopia]
              country Utopia
              born in Sampletown, Utopia
              programme The Utopia (Sanctions) Regulations 2099
              programme Asset freeze
              programme Travel Ban
              position Dr
              remark Passport X0000001: Issued in Utopia
              remark Designation source: UK
              remark Made up.
              reference OFSI Group ID 99001
              listed 2025-02-03 
            UTO0002 Organisation line 5
              Primary: ZONTIK WORKS @5
              Inn 7707083893 [INN]  holds
              at Utopia [Utopia]
              programme The Utopia (Sanctions) Regulations 2099
              programme Asset freeze
              remark Designation source: UK
              listed 2025-02-03 
            UTO0003 Vessel line 6
              Primary: MADE UP @6
              Imo 9074729 [IMO number]  holds
              Founded 1994..1994
              programme The Utopia (Sanctions) Regulations 2099
              programme Prohibition of port entry
              remark Designation source: UK
              remark Vessel owner: Zontik Shipping
              listed 2025-02-03 
            rows 4 = 4 + 0
        "#]],
        );
    }

    #[test]
    fn one_row_for_each_entry() {
        check(
            "Unique ID,OFSI Group ID,Name,Regime Name,Type,Designation source,Date Designated,Sanctions Imposed\n\
             UTO0001,99001,ZONTIK BRIGADES (ZBR),Utopia,Entity,UN,29-06-2012,\"-, Asset freeze\"\n\
             UTO0002,\u{2028}   ,ZONTIK TRUST (KENYA),Utopia,Entity,UK|UN,30-02-2012,Asset freeze\n\
             UTO0003,,,Utopia,Individual,UK,29-06-2012,\n\
             ,,NOBODY,Utopia,Individual,UK,29-06-2012,\n",
            expect![[r#"
                uk-sanctions | UK Sanctions List | 
                UTO0001 Organisation line 2
                  Primary: ZONTIK BRIGADES (ZBR) @2
                  Alias: ZONTIK BRIGADES @2
                  WeakAlias: ZBR @2
                  programme Utopia
                  programme Asset freeze
                  remark Designation source: UN
                  reference OFSI Group ID 99001
                  listed 2012-06-29 
                UTO0002 Organisation line 3
                  Primary: ZONTIK TRUST (KENYA) @3
                  programme Utopia
                  programme Asset freeze
                  remark Designation source: UK|UN
                problem 0 line 3: date-unclear "30-02-2012": not understood as a date; the entry is kept without it
                problem 0 line 4: no-name "UTO0003": the entry has no name that can be read
                problem 0 line 5: no-id "NOBODY,Utopia,Individual,UK,29-06-2012": the row has no Unique ID, so that it is not known whose it is
                rows 4 = 2 + 2
            "#]],
        );
    }

    #[test]
    fn faults() {
        check(
            "Unique ID,Name,Regime Name\n",
            expect![[r#"
            UK_Sanctions_List.csv holds no entry of uk-sanctions
        "#]],
        );
        check(
            "Unique ID,Name\nA,B\n",
            expect![[r#"
            UK_Sanctions_List.csv cannot be read as uk-sanctions: no header with the columns uniqueid, name, regimename in its first 20 rows
        "#]],
        );
        check(
            "Unique ID,Name,Regime Name\nA,\"B,C\n",
            expect![[r#"
            UK_Sanctions_List.csv is cut: the quote opened in line 2 never closes
        "#]],
        );
        check(
            "Unique ID,Name,Regime Name\nA,B",
            expect![[r#"
            UK_Sanctions_List.csv is cut: its last line 2 has 2 of 3 cells
        "#]],
        );
    }
}
