//! Which ships has the UN's 1718 Committee designated (North Korea)? Its list as a table.
//!
//! The UN publishes the list as a document (PDF); here it is read as the table that is made of
//! it, between commas, tabs or semicolons: name, IMO number, a mark under each measure, day of
//! designation, flag, MMSI, call sign. Several names, flags or numbers of a ship stand in one cell
//! behind `1:`, `2:`. Not read: links to pictures; the document itself, and HTML.
//!
//! Not yet met in a real file: columns from a public program that reads such a table. Spellings
//! with and without `vessel`, `number` and `of designation` are taken.

use super::headed::{self, Header};
use super::intake::{self, Draft, Field, FileResult, Row};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{Entity, EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;

/// The layout `un-vessels`.
#[derive(Clone, Copy, Debug, Default)]
pub struct UnVessels;

const ID: &str = "un-vessels";

const NAME: [&str; 4] = ["vessel-name", "name-of-vessel", "ship-name", "name"];
const IMO: [&str; 4] = ["imo-number", "imo-no", "imo", "vessel-imo-number"];
const DAY: [&str; 5] =
    ["date-of-designation", "designation-date", "date-designated", "listed-on", "date"];
const MEASURES: [&str; 3] = ["measures", "measure", "applicable-measures"];
const OWNER: [&str; 3] =
    ["designated-as-economic-resources-of", "designated-owner", "controlled-or-operated-by"];

impl ListSource for UnVessels {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "UN 1718 designated vessels, table"
    }
    fn publisher(&self) -> &'static str {
        "United Nations Security Council"
    }
    fn licence(&self) -> &'static str {
        "UN terms of use"
    }
    fn url(&self) -> &'static str {
        "https://main.un.org/securitycouncil/en/sanctions/1718/materials/1718-Designated-Vessels-List"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let header = Header::of(&intake::head(file));
        let ship = header.at(&NAME).is_some() && header.at(&IMO).is_some();
        let by_resolution = header.titles().any(is_measure);
        match ship {
            true if by_resolution => 95,
            // Any table of listed ships may look so.
            true if header.at(&DAY).is_some() && header.at(&MEASURES).is_some() => 56,
            _ => 0,
        }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("1718_designated_vessels.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
#,Vessel name,IMO number,Paragraph 12 (a) of resolution 2321 (2016),\
Paragraph 6 of resolution 2371 (2017),Date of designation,Flag,MMSI,Call sign,Type,Other information\n\
1,\"1: MADE UP STAR 2: MADE UP MOON\",9074729,X,,30 March 2018,\"1: Utopia 2: Nowhere\",123456789,XX01,\
General cargo,Seen nowhere.\n\
2,ZONTIK,0000000,,X,3 October 2017,Utopia,,,,\n\
3,,9074729,X,,30 March 2018,,,,,\n";

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let mut result = FileResult::new(room, None);
    let mut parties = intake::Parties::new(room);
    let mut unread = Unread::default();
    let table = headed::each(file, ID, &[], room, &mut |header, row| {
        let origin = Origin { file: number, line: row.line };
        let party = vessel(&row, header, origin, &mut result.problems);
        parties.settle(party.ok_or_else(|| headed::nameless(&row)), &mut result);
        unread.row(header, &row);
    })?;
    if table.header.at(&NAME).is_none() || table.header.at(&IMO).is_none() {
        let detail = "a column of names or of IMO numbers is missing".to_owned();
        return Err(ListError::Malformed { file: file.name.to_owned(), layout: ID, detail });
    }
    result.add(&table.count, table.problems);
    let unread = unread
        .asked_by_now(&table.header)
        .without(|name| matches!(intake::slug(name).as_str(), "" | "no" | "s-no" | "number"));
    result.problems.extend(unread.judge(&[], file, ID)?);
    result.editions.push(ListEdition {
        list: "un-1718-vessels".to_owned(),
        title: "UN 1718 Designated Vessels List".to_owned(),
        published: String::new(),
        entities: parties.entities,
    });
    Ok(result)
}

/// A row as a ship; none where it has no name. Its id is the IMO number, which stays with a ship
/// whatever it is called.
fn vessel(row: &Row, header: &Header, origin: Origin, problems: &mut Problems) -> Option<Entity> {
    let names = several(&header.cell(row, &NAME));
    let first = names.iter().find(|name| name.chars().any(char::is_alphanumeric))?;
    let imo = header.cell(row, &IMO);
    let digits: String = imo.chars().filter(char::is_ascii_digit).collect();
    let id = if digits.is_empty() { intake::slug(first) } else { format!("imo-{digits}") };
    let mut draft = Draft::new(id, EntityKind::Vessel, origin);
    for name in &names {
        draft.name(name, NameKind::Alias, origin, problems);
    }
    for number in several(&imo) {
        draft.identifier(IdentifierKind::Imo, &number, "IMO", "", origin);
    }
    for (columns, kind, label) in [
        (&["mmsi", "mmsi-number"][..], IdentifierKind::Mmsi, "MMSI"),
        (&["call-sign", "callsign"], IdentifierKind::CallSign, "call sign"),
    ] {
        for value in several(&header.cell(row, columns)) {
            draft.identifier(kind, &value, label, "", origin);
        }
    }
    for flag in several(&header.cell(row, &["flag", "flag-state", "vessel-flag"])) {
        draft.fact(Field::Country, &flag);
    }
    measures(row, header, &mut draft);
    for (label, columns) in [
        ("Vessel type", &["type", "vessel-type"][..]),
        ("Economic resource of", &OWNER),
        ("Other information", &["other-information", "remarks", "notes"]),
    ] {
        let text = header.cell(row, columns);
        if !text.is_empty() {
            draft.fact(Field::Remark, &format!("{label}: {text}"));
        }
    }
    draft.entity.listed = day(&header.cell(row, &DAY), origin, problems);
    draft.finish()
}

fn is_measure(title: &str) -> bool {
    let slug = intake::slug(title);
    (slug.starts_with("paragraph") && slug.contains("resolution"))
        || slug.starts_with("economic-resources-controlled")
}

/// What applies to a ship: the titles of the columns that have a mark, and a column of its own.
fn measures(row: &Row, header: &Header, draft: &mut Draft) {
    for (at, title) in header.titles().enumerate().filter(|(_, title)| is_measure(title)) {
        let mark = header.cell_at(row, at).to_lowercase();
        if !matches!(mark.as_str(), "" | "-" | "n" | "no" | "0" | "false") {
            draft.fact(Field::Programme, title);
        }
    }
    for measure in several(&header.cell(row, &MEASURES)) {
        draft.fact(Field::Programme, &measure);
    }
}

/// The values of a cell: `1: A 2: B` holds two, as does `A; B`.
fn several(cell: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let words: Vec<&str> = cell.split(' ').collect();
    for (at, word) in words.iter().enumerate() {
        let number = word.strip_suffix([':', '.']).unwrap_or("");
        let counts = number.len() == 1 && number.bytes().all(|b| (b'1'..=b'9').contains(&b));
        if counts && at + 1 < words.len() {
            parts.push(String::new());
        } else if let Some(last) = parts.last_mut() {
            last.push(' ');
            last.push_str(word);
        }
    }
    let parts = parts.iter().flat_map(|part| part.split(';'));
    parts.map(intake::squeeze).filter(|part| !part.is_empty()).collect()
}

fn day(text: &str, origin: Origin, problems: &mut Problems) -> String {
    if text.is_empty() {
        return String::new();
    }
    intake::date(text).unwrap_or_else(|| {
        let hint = "not understood as a date; the entry is kept without it";
        let problem = Problem::new("date-unclear", origin.line.into(), text, hint);
        problems.push(problem.in_column("date of designation"));
        String::new()
    })
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::*;
    use expect_test::expect;

    #[test]
    fn survives_everything() {
        survives(&UnVessels);
    }

    #[test]
    fn example() {
        expect![[r#"
            un-1718-vessels | UN 1718 Designated Vessels List | 
            imo-9074729 Vessel line 2
              Primary: MADE UP STAR @2
              Alias: MADE UP MOON @2
              Imo 9074729 [IMO]  holds
              Mmsi 123456789 [MMSI]  fails
              CallSign XX01 [call sign] 
              country Utopia
              country Nowhere
              programme Paragraph 12 (a) of resolution 2321 (2016)
              remark Vessel type: General cargo
              remark Other information: Seen nowhere.
              listed 2018-03-30 
            imo-0000000 Vessel line 3
              Primary: ZONTIK @3
              Imo 0000000 [IMO]  fails
              country Utopia
              programme Paragraph 6 of resolution 2371 (2017)
              listed 2017-10-03 
            problem 0 line 4: name-missing "3,,9074729,X": an entry without a name cannot be screened
            rows 3 = 2 + 1
        "#]].assert_eq(&show(&read(&UnVessels, EXAMPLE).unwrap()));
    }

    #[test]
    fn other_columns() {
        let text = "name;IMO;flag;measures;date\nMADE UP;IMO 9074729;Utopia;port entry ban;2018-03-30\n\
                    OTHER;;;asset freeze;soon\n";
        let file = ListFile { name: "v.csv", bytes: text.as_bytes() };
        assert!(UnVessels.recognise(&file) >= 50);
        expect![[r#"
            un-1718-vessels | UN 1718 Designated Vessels List | 
            imo-9074729 Vessel line 2
              Primary: MADE UP @2
              Imo 9074729 [IMO]  holds
              country Utopia
              programme port entry ban
              listed 2018-03-30 
            other Vessel line 3
              Primary: OTHER @3
              programme asset freeze
            problem 0 line 3, column date of designation: date-unclear "soon": not understood as a date; the entry is kept without it
            rows 2 = 2 + 0
        "#]].assert_eq(&show(&read(&UnVessels, text).unwrap()));
    }

    #[test]
    fn refusals() {
        for (text, want) in [
            (
                &EXAMPLE[..EXAMPLE.len() - 3],
                "1718_designated_vessels.csv is cut: line 4: the last record has 9 of 11 columns",
            ),
            (
                "name,flag\nX,Y\n",
                "1718_designated_vessels.csv cannot be read as un-vessels: a column of names or of IMO numbers is missing",
            ),
        ] {
            assert_eq!(read(&UnVessels, text).unwrap_err().to_string(), want);
        }
    }
}
