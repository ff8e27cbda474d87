//! What does Australia's consolidated list of DFAT say (xlsx, CSV)?
//!
//! One row for each name: `101` for the primary name, `101a` for the next. From the publisher's
//! columns as others read them, before and since the layout of 2026 (`Alias Strength`, `IMO
//! Number`, measures as TRUE and FALSE); not yet met on a real file. A sheet of a workbook comes as
//! comma-separated text. The control date is taken for the day of listing. A number that was used
//! again for another party, which happens, is told by a second primary name further down.

use super::columns::{Groups, Needed, Sheet, numbered, once_primary, set_aside};
use super::intake::{self, Draft, Field, FileResult, Row};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness, dates};
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use std::collections::HashMap;

/// The layout `au-dfat`.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuDfat;

const ID: &str = "au-dfat";

/// Names that every edition has.
const NAMES: &[Needed] = &[&["nametype"], &["aliasstrength"]];

const NEEDED: &[Needed] =
    &[&["reference"], &["nameofindividualorentity"], &["type"], &["nametype"], &["committees"]];

impl ListSource for AuDfat {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Australia's consolidated list (DFAT), xlsx or CSV"
    }
    fn publisher(&self) -> &'static str {
        "Australian Department of Foreign Affairs and Trade"
    }
    fn licence(&self) -> &'static str {
        "CC BY 4.0"
    }
    fn url(&self) -> &'static str {
        "https://www.dfat.gov.au/international-relations/security/sanctions/consolidated-list"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        if Sheet::begins(file, b',', NEEDED) { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("Australian_Sanctions_Consolidated_List.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
Reference,Name of Individual or Entity,Type,Name Type,Alias Strength,Date of Birth,Place of Birth,\
Citizenship,Address,Additional Information,Listing Information,IMO Number,Committees,Control Date,\
Instrument of Designation,Targeted Financial Sanction,Travel Ban
9901,Exa MPLESON,Individual,Primary Name,,a) 20 May 1961 b) Approximately 1962,Sampletown,\
\"Utopia, Elsewhere\",a) 1 Sample Road b) 2 Sample Road,Made up.,Autonomous List 2025,,Autonomous (Utopia),\
3/2/25,Instrument 2025,TRUE,FALSE
9901a,Экса МПЛЕСОН,Individual,Original Script,,,,,,,,,Autonomous (Utopia),3/2/25,,TRUE,FALSE
9901b,Ex,Individual,Alias,Weak,Between 1960 and 1962,,,,,,,Autonomous (Utopia),3/2/25,,TRUE,FALSE
9902,MADE UP,Vessel,Primary Name,,,,,,,,9074729,Autonomous (Utopia),2025-02-03,,FALSE,FALSE
";

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let sheet = Sheet::open(&text, b',', NEEDED, file, ID)?;
    let mut result = FileResult::new(room, odd);
    let mut groups = Groups::new(room);
    // How often a number was used for another party, and of whom the last row spoke.
    let (mut used, mut last): (HashMap<String, u32>, String) = Default::default();
    for row in sheet.rows() {
        let row = &row?;
        result.count.rows_in += 1;
        let base = base(&sheet.cell(row, &["reference"]));
        let refused = sheet.refuse(row).or_else(|| {
            let hint = "the row has no reference number, so that it is not known whose it is";
            base.is_empty().then(|| set_aside("no-id", row, hint))
        });
        if let Some(problem) = refused {
            result.count.rows_set_aside += 1;
            result.problems.push(problem);
            continue;
        }
        let kind = name_kind(&sheet, row);
        let times = used.entry(base.clone()).or_insert(0);
        if *times == 0 || (kind == NameKind::Primary && last != base) {
            *times += 1;
        }
        let id = if *times == 1 { base.clone() } else { format!("{base}-{times}") };
        last = base;
        let origin = Origin { file: number, line: row.line };
        let of = kind_of(&sheet.cell(row, &["type"]));
        let draft = groups.draft(&id, row.line, || Draft::new(id.clone(), of, origin));
        add(&sheet, row, kind, draft, origin, &mut result.problems);
    }
    let entities = groups.finish(room, &mut result);
    let unread = Unread::of_sheet(&sheet);
    result.problems.extend(unread.judge(NAMES, file, ID)?);
    let title = "Australia: DFAT consolidated list".to_owned();
    let list = ID.to_owned();
    result.editions = vec![ListEdition { list, title, published: String::new(), entities }];
    Ok(result)
}

/// The number of `101a`; a sheet may give it as `101.0`.
fn base(reference: &str) -> String {
    let digits: String = reference.trim().chars().take_while(char::is_ascii_digit).collect();
    let plain = digits.trim_start_matches('0');
    if plain.is_empty() { digits } else { plain.to_owned() }
}

fn kind_of(word: &str) -> EntityKind {
    match word.trim().to_lowercase().as_str() {
        "individual" | "person" => EntityKind::Person,
        "entity" | "organisation" => EntityKind::Organisation,
        "vessel" | "ship" => EntityKind::Vessel,
        "aircraft" => EntityKind::Aircraft,
        _ => EntityKind::Unknown,
    }
}

fn name_kind(sheet: &Sheet<'_>, row: &Row) -> NameKind {
    let strength = sheet.cell(row, &["aliasstrength"]).to_lowercase();
    let name_type = sheet.cell(row, &["nametype"]).to_lowercase();
    if strength.contains("weak") || name_type.contains("weak") {
        NameKind::WeakAlias
    } else if name_type.contains("primary") || name_type.is_empty() {
        NameKind::Primary
    } else if name_type.contains("script") {
        NameKind::OriginalScript
    } else if name_type.contains("former") || name_type.contains("fka") {
        NameKind::Former
    } else {
        NameKind::Alias
    }
}

fn add(
    sheet: &Sheet<'_>,
    row: &Row,
    kind: NameKind,
    draft: &mut Draft,
    origin: Origin,
    problems: &mut Problems,
) {
    let cell = |name: &str| sheet.cell(row, &[name]);
    let kind = once_primary(draft, kind);
    draft.name(&cell("nameofindividualorentity"), kind, origin, problems);
    for text in numbered(&cell("dateofbirth")) {
        birth(&text, draft, origin, problems);
    }
    for place in numbered(&cell("placeofbirth")) {
        draft.fact(Field::BirthPlace, &place);
    }
    for country in intake::split_outside(&cell("citizenship"), |c| matches!(c, ',' | ';')) {
        draft.fact(Field::Country, &country);
    }
    let addresses = numbered(&cell("address"));
    for address in addresses.iter().flat_map(|a| intake::split_outside(a, |c| c == ';')) {
        draft.address(&address, "", origin);
    }
    draft.identifier(IdentifierKind::Imo, &cell("imonumber"), "IMO number", "", origin);
    draft.fact(Field::Remark, &cell("additionalinformation"));
    draft.fact(Field::Reference, &cell("listinginformation"));
    draft.fact(Field::Reference, &cell("instrumentofdesignation"));
    draft.fact(Field::Programme, &cell("committees"));
    for (heading, measure) in [
        ("targetedfinancialsanction", "Targeted financial sanction"),
        ("travelban", "Travel ban"),
        ("armsembargo", "Arms embargo"),
        ("maritimerestriction", "Maritime restriction"),
    ] {
        if matches!(cell(heading).to_lowercase().as_str(), "true" | "yes" | "1") {
            draft.fact(Field::Programme, measure);
        }
    }
    let day = control_day(&cell("controldate"));
    let listed = &mut draft.entity.listed;
    if let Some(day) = day.filter(|day| listed.is_empty() || day < listed) {
        *listed = day;
    }
}

/// The control date; the CSV of 2026 writes years in two digits.
fn control_day(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts[..] {
        [day, month, year] if year.len() == 2 => {
            dates::day_first(&format!("{day}/{month}/20{year}"))
        }
        _ => dates::day_first(text),
    }
}

/// A birth in the words of the list: a day, a year, `Approximately 1962`, `Between 1960 and 1962`,
/// several between commas.
fn birth(text: &str, draft: &mut Draft, origin: Origin, problems: &mut Problems) {
    let lower = text.to_lowercase();
    let range = lower.strip_prefix("between ").map(|rest| rest.replace(" and ", " to "));
    let plain = lower.replace("circa ", "").replace("approximately ", "");
    let circa = plain.len() < lower.len();
    let span = dates::span(range.as_deref().unwrap_or(&plain));
    if let Some(span) = span {
        draft.date(DateKind::Birth, &span.from, &span.to, circa || span.circa, origin);
        return;
    }
    let parts: Vec<&str> = plain.split([',', ';']).flat_map(|part| part.split(" or ")).collect();
    let days: Vec<String> = parts
        .iter()
        .filter_map(|part| dates::day_first(part.trim().trim_end_matches('.')))
        .collect();
    if days.is_empty() || days.len() < parts.len() {
        let hint = "not understood as a date of birth; kept as a remark";
        problems.push(Problem::new("date-unclear", origin.line.into(), text, hint));
        draft.fact(Field::Remark, &format!("Date of birth: {text}"));
        return;
    }
    for day in days {
        draft.date(DateKind::Birth, &day, &day, circa, origin);
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&AuDfat, text) {
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
        survives(&AuDfat);
    }

    #[test]
    fn example() {
        check(
            EXAMPLE,
            expect![[r#"
            au-dfat | Australia: DFAT consolidated list | 
            9901 Person line 2
              Primary: Exa MPLESON @2
              OriginalScript: Экса МПЛЕСОН @3
              WeakAlias: Ex @4
              Birth 1961-05-20..1961-05-20
              Birth 1962..1962 circa
              Birth 1960..1962
              at 1 Sample Road []
              at 2 Sample Road []
              country Utopia
              country Elsewhere
              born in Sampletown
              programme Autonomous (Utopia)
              programme Targeted financial sanction
              remark Made up.
              reference Autonomous List 2025
              reference Instrument 2025
              listed 2025-02-03 
            9902 Vessel line 5
              Primary: MADE UP @5
              Imo 9074729 [IMO number]  holds
              programme Autonomous (Utopia)
              listed 2025-02-03 
            rows 4 = 4 + 0
        "#]],
        );
    }

    #[test]
    fn older_columns_and_a_number_used_twice() {
        check(
            "Reference,Name of Individual or Entity,Type,Name Type,Date of Birth,Place of Birth,Citizenship,Address,Additional Information,Listing Information,Committees,Control Date\n\
             1,A,Entity,Primary Name,,,,,,,1267,2001-02-03\n\
             1a,B,Entity,aka,,,,,,,1267,2000-02-03\n\
             2,C,Individual,Primary Name,\"1961, 1962\",,,,,,1267,03/02/2001\n\
             1,D,Individual,Primary Name,early 1961,,,,,,1267,\n\
             1a,E,Individual,aka,,,,,,,1267,\n\
             ,F,Individual,aka,,,,,,,1267,\n\
             3, ,Individual,Primary Name,,,,,,,1267,\n",
            expect![[r#"
                au-dfat | Australia: DFAT consolidated list | 
                1 Organisation line 2
                  Primary: A @2
                  Alias: B @3
                  programme 1267
                  listed 2000-02-03 
                2 Person line 4
                  Primary: C @4
                  Birth 1961..1961
                  Birth 1962..1962
                  programme 1267
                  listed 2001-02-03 
                1-2 Person line 5
                  Primary: D @5
                  Alias: E @6
                  programme 1267
                  remark Date of birth: early 1961
                problem 0 line 5: date-unclear "early 1961": not understood as a date of birth; kept as a remark
                problem 0 line 7: no-id "F,Individual,aka,,,,,,,1267": the row has no reference number, so that it is not known whose it is
                problem 0 line 8: no-name "3": the entry has no name that can be read
                rows 7 = 5 + 2
            "#]],
        );
    }
}
