//! What does OFSI's consolidated list say as CSV (`ConList.csv`)?
//!
//! A row `Last Updated,03/06/2026` above the header `Name 6,Name 1,…,Group ID`. From the
//! publisher's format of 2022 as others read it; not yet met on a real file.

use super::columns::{Groups, Needed, Sheet, plain};
use super::intake::{self, FileResult, Row};
use super::ofsi::{self, OfsiRow};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Sureness, dates, uk};
use crate::entity::Origin;
use crate::scratch::Room;

/// The layout `uk-ofsi-csv`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfsiCsv;

const ID: &str = "uk-ofsi-csv";

const NEEDED: &[Needed] = &[&["name6"], &["groupid"], &["grouptype"], &["regime"]];

impl ListSource for OfsiCsv {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "UK consolidated list of OFSI, CSV"
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
        if Sheet::begins(file, b',', NEEDED) { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("ConList.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
Last Updated,03/06/2025
Name 6,Name 1,Name 2,Title,Name Non-Latin Script,DOB,Town of Birth,Country of Birth,Nationality,\
Passport Number,Passport Details,Address 1,Post/Zip Code,Country,Other Information,Group Type,\
Alias Type,Alias Quality,Regime,Listed On,UK Sanctions List Date Designated,Last Updated,Group ID
MPLESON,Exa,,Dr,Экса Мплесон,00/00/1961,(1) Sampletown (2) Other,Utopia,(1) Utopia. (2) Elsewhere,\
X0000001,,1 Sample Road,99,Utopia,(UK Sanctions List Ref):UTO0001. Made up.,Individual,Primary name,,\
Utopia,05/02/2025,03/02/2025,01/02/2026,99001
MPL,,,,,00/00/1961,,,,,,,,,,Individual,AKA,Low quality,Utopia,05/02/2025,03/02/2025,01/02/2026,99001
ZONTIK WORKS,0,0,,,,,,,,,,,Utopia,,Entity,Primary name,,Utopia,05/02/2025,,01/02/2026,99002
";

struct Cells<'a>(&'a Sheet<'a>, &'a Row);

impl OfsiRow for Cells<'_> {
    fn get(&self, names: &[&str]) -> String {
        self.0.cell(self.1, names)
    }
    fn all(&self) -> Vec<(String, String)> {
        self.0.filled(self.1).map(|(heading, cell)| (heading.to_owned(), cell.to_owned())).collect()
    }
    fn ask(&self, heading: &str) {
        self.0.read_filled(heading);
    }
}

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let sheet = Sheet::open(&text, b',', NEEDED, file, ID)?;
    let mut result = FileResult::new(room, odd);
    let mut groups = Groups::new(room);
    for row in sheet.rows() {
        let row = &row?;
        result.count.rows_in += 1;
        if let Some(problem) = sheet.refuse(row) {
            result.count.rows_set_aside += 1;
            result.problems.push(problem);
            continue;
        }
        let origin = Origin { file: number, line: row.line };
        ofsi::add(&Cells(&sheet, row), origin, &mut groups, &mut result);
    }
    let cells = sheet.above.iter().flat_map(|row| &row.cells);
    let published = cells.filter_map(|cell| dates::day_first(cell)).next().unwrap_or_default();
    let entities = groups.finish(room, &mut result);
    let unread =
        Unread::of_sheet(&sheet).without(|name| ofsi::PASSED_OVER.contains(&plain(name).as_str()));
    result.problems.extend(unread.judge(&[&["name1"]], file, ID)?);
    let (list, title) = (uk::CONSOLIDATED.0.to_owned(), uk::CONSOLIDATED.1.to_owned());
    result.editions = vec![ListEdition { list, title, published, entities }];
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::*;
    use expect_test::expect;

    #[test]
    fn survives_everything() {
        survives(&OfsiCsv);
    }

    #[test]
    fn example() {
        expect![[r#"
            uk-ofsi | UK consolidated list of financial sanctions targets | 2025-06-03
            99001 Person line 3
              Primary: Exa MPLESON @3
              OriginalScript: Экса Мплесон @3
              WeakAlias: MPL @4
              Passport X0000001 [Passport] 
              Birth 1961..1961
              at 1 Sample Road, 99, Utopia [Utopia]
              country Utopia
              country Elsewhere
              born in Sampletown, Utopia
              born in Other, Utopia
              programme Utopia
              position Dr
              remark (UK Sanctions List Ref):UTO0001. Made up.
              listed 2025-02-03 
            99002 Organisation line 5
              Primary: ZONTIK WORKS @5
              at Utopia [Utopia]
              programme Utopia
              listed 2025-02-05 
            rows 3 = 3 + 0
        "#]]
        .assert_eq(&show(&read(&OfsiCsv, EXAMPLE).unwrap()));
    }

    #[test]
    fn a_row_without_a_group_is_set_aside() {
        let parsed =
            read(&OfsiCsv, &format!("{EXAMPLE}NOBODY,,,,,,,,,,,,,,,Entity,,,Utopia,,,,\n"))
                .unwrap();
        let rules: Vec<&str> = parsed.problems.iter().map(|(_, problem)| problem.rule).collect();
        assert_eq!(rules, ["no-id"]);
        assert_eq!(parsed.counts[0].rows_set_aside, 1);
    }
}
