//! Whom does the US State Department bar from trade in defence articles? The tables of statutory
//! and of administrative debarments that DDTC hands out, saved as CSV.
//!
//! DDTC hands out workbooks; saved between commas or tabs they are read here. Both tables have a
//! name and a notice in the Federal Register; the statutory one has a date of birth and corrected
//! notices, the administrative one an order and a charging letter. Neither has ids: an entry is
//! known by its name and the day of its notice. Not read: links to letters and orders.
//!
//! Not yet met in a real file: columns from public programs that read the workbooks. A name is
//! looked for under `Party Name` and `Name`, a day under `Notice Date` and `Date`.

use super::headed::{self, Header};
use super::intake::{self, Draft, Field, FileResult, Row};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness, dates};
use crate::entity::{DateKind, Entity, EntityKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;

/// The layout `itar-debarred`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ItarDebarred;

const ID: &str = "itar-debarred";

/// Columns of both tables.
const NAME: [&str; 2] = ["party-name", "name"];
const NOTICE: &str = "federal-register-notice";
const DAY: [&str; 2] = ["notice-date", "date"];
/// One of these tells the table of debarments from any other with a name and a notice.
const STATUTORY: [&str; 2] = ["corrected-notice", "corrected-notice-date"];
const ADMINISTRATIVE: [&str; 2] = ["charging-letter", "debarment-order"];

impl ListSource for ItarDebarred {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "US debarments under ITAR, workbook or CSV"
    }
    fn publisher(&self) -> &'static str {
        "US State Department, Directorate of Defense Trade Controls"
    }
    fn licence(&self) -> &'static str {
        super::ofac::LICENCE
    }
    fn url(&self) -> &'static str {
        "https://www.pmddtc.state.gov/ddtc_public/ddtc_public?id=ddtc_kb_article_page&sys_id=c22d1833dbb8d300d0a370131f9619f0"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let header = Header::of(&intake::head(file));
        let common = header.at(&NAME).is_some() && header.at(&[NOTICE]).is_some();
        let own = header.at(&STATUTORY).is_some() || header.at(&ADMINISTRATIVE).is_some();
        match common && header.at(&DAY).is_some() {
            true if own => 95,
            // A name, a day and a notice are in tables of others too.
            true if header.at(&["date-of-birth"]).is_some() => 60,
            _ => 0,
        }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("statutory_debarments.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
Party Name,Date Of Birth,Federal Register Notice,Notice Date,Corrected Notice,Corrected Notice Date\n\
\"Mpleson, Exa (a.k.a. Sample, E.)\",May 1970,99 FR 1,01/02/2003,99 FR 3,02/03/2003\n\
Made Up Arms Works,,99 FR 2,2004-05-06,,\n\
,,99 FR 4,2004-05-06,,\n";

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let mut result = FileResult::new(room, None);
    let mut parties = intake::Parties::new(room);
    let mut unread = Unread::default();
    let table = headed::each(file, ID, &[NOTICE], room, &mut |header, row| {
        let origin = Origin { file: number, line: row.line };
        let party = party(&row, header, origin, &mut result.problems);
        parties.settle(party.ok_or_else(|| headed::nameless(&row)), &mut result);
        unread.row(header, &row);
    })?;
    if table.header.at(&NAME).is_none() {
        let detail = "no column is called Party Name or Name".to_owned();
        return Err(ListError::Malformed { file: file.name.to_owned(), layout: ID, detail });
    }
    result.add(&table.count, table.problems);
    let unread = unread
        .asked_by_now(&table.header)
        .without(|name| ADMINISTRATIVE.contains(&intake::slug(name).as_str()));
    result.problems.extend(unread.judge(&[], file, ID)?);
    let (list, title) = if table.header.at(&ADMINISTRATIVE).is_some() {
        ("itar-administrative", "ITAR administrative debarments")
    } else {
        ("itar-statutory", "ITAR statutory debarments")
    };
    result.editions.push(ListEdition {
        list: list.to_owned(),
        title: title.to_owned(),
        published: String::new(),
        entities: parties.entities,
    });
    Ok(result)
}

/// A row as a party; none where it has no name.
fn party(row: &Row, header: &Header, origin: Origin, problems: &mut Problems) -> Option<Entity> {
    let name = header.cell(row, &NAME);
    if !name.chars().any(char::is_alphanumeric) {
        return None;
    }
    let born = header.cell(row, &["date-of-birth"]);
    let listed = day(&header.cell(row, &DAY), "Notice Date", origin, problems);
    let dash = if listed.is_empty() { "" } else { "-" };
    let id = format!("{}{dash}{listed}", intake::slug(&name));
    // Only persons have a date of birth; without one the list does not say.
    let kind = if born.is_empty() { EntityKind::Unknown } else { EntityKind::Person };
    let mut draft = Draft::new(id, kind, origin);
    for (name, kind) in names(&name) {
        draft.name(&name, kind, origin, problems);
    }
    if let Some(span) = dates::span(&born) {
        draft.date(DateKind::Birth, &span.from, &span.to, span.circa, origin);
    } else if !born.is_empty() {
        draft.fact(Field::Remark, &format!("Date of birth: {born}"));
    }
    draft.fact(Field::Reference, &header.cell(row, &[NOTICE]));
    draft.fact(Field::Reference, &header.cell(row, &["corrected-notice"]));
    let corrected = header.cell(row, &["corrected-notice-date"]);
    if !corrected.is_empty() {
        draft.fact(Field::Remark, &format!("Corrected notice of {corrected}"));
    }
    draft.entity.listed = listed;
    draft.finish()
}

/// The name, and those in brackets behind `a.k.a.` or the like; other brackets are part of it.
fn names(text: &str) -> Vec<(String, NameKind)> {
    let Some((name, inside)) = intake::last_bracket(text) else {
        return vec![(text.to_owned(), NameKind::Primary)];
    };
    let lower = inside.to_ascii_lowercase();
    let marks = ["a.k.a.", "aka", "a/k/a", "f.k.a.", "fka", "f/k/a", "d.b.a.", "dba", "d/b/a"];
    let Some(mark) = marks.iter().find(|mark| lower.starts_with(**mark)) else {
        return vec![(text.to_owned(), NameKind::Primary)];
    };
    let kind = if mark.starts_with('f') { NameKind::Former } else { NameKind::Alias };
    let mut out = vec![(name.to_owned(), NameKind::Primary)];
    let rest = inside.get(mark.len()..).unwrap_or("");
    let several = rest.split(';').map(intake::squeeze).filter(|name| !name.is_empty());
    out.extend(several.map(|name| (name, kind)));
    out
}

/// A day as the State Department writes it, month first.
fn day(text: &str, column: &str, origin: Origin, problems: &mut Problems) -> String {
    if text.is_empty() {
        return String::new();
    }
    // A workbook that was saved may have the time of day behind it.
    let plain = text.strip_suffix(" 00:00:00").unwrap_or(text);
    dates::day(plain).or_else(|| intake::date(plain)).unwrap_or_else(|| {
        let hint = "not understood as a date; the entry is kept without it";
        let problem = Problem::new("date-unclear", origin.line.into(), text, hint);
        problems.push(problem.in_column(column));
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
        survives(&ItarDebarred);
    }

    #[test]
    fn example() {
        expect![[r#"
            itar-statutory | ITAR statutory debarments | 
            mpleson-exa-a-k-a-sample-e-2003-01-02 Person line 2
              Primary: Mpleson, Exa @2
              Alias: Sample, E. @2
              Birth 1970-05..1970-05
              remark Corrected notice of 02/03/2003
              reference 99 FR 1
              reference 99 FR 3
              listed 2003-01-02 
            made-up-arms-works-2004-05-06 Unknown line 3
              Primary: Made Up Arms Works @3
              reference 99 FR 2
              listed 2004-05-06 
            problem 0 line 4: name-missing ",,99 FR 4,2004-05-06": an entry without a name cannot be screened
            rows 3 = 2 + 1
        "#]].assert_eq(&show(&read(&ItarDebarred, EXAMPLE).unwrap()));
    }

    #[test]
    fn administrative() {
        let text = "Name\tDate\tCharging Letter\tDebarment Order\tFederal Register Notice\n\
                    Made Up Optics (Nowhere)\tsoon\tletter\torder\t99 FR 9\n\
                    Old Works (f.k.a. Older Works; Oldest Works)\t2001-02-03 00:00:00\t\t\t99 FR 8\n";
        expect![[r#"
            itar-administrative | ITAR administrative debarments | 
            made-up-optics-nowhere Unknown line 2
              Primary: Made Up Optics (Nowhere) @2
              reference 99 FR 9
            old-works-f-k-a-older-works-oldest-works-2001-02-03 Unknown line 3
              Primary: Old Works @3
              Former: Older Works @3
              Former: Oldest Works @3
              reference 99 FR 8
              listed 2001-02-03 
            problem 0 line 2, column Notice Date: date-unclear "soon": not understood as a date; the entry is kept without it
            rows 2 = 2 + 0
        "#]].assert_eq(&show(&read(&ItarDebarred, text).unwrap()));
    }

    #[test]
    fn refusals() {
        for (text, want) in [
            (
                &EXAMPLE[..EXAMPLE.len() - 3],
                "statutory_debarments.csv is cut: line 4: the last record has 4 of 6 columns",
            ),
            (
                "Federal Register Notice,Who\n99 FR 1,X\n",
                "statutory_debarments.csv cannot be read as itar-debarred: no column is called Party Name or Name",
            ),
        ] {
            assert_eq!(read(&ItarDebarred, text).unwrap_err().to_string(), want);
        }
    }
}
