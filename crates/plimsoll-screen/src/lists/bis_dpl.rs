//! Whose export privileges has BIS denied? The Denied Persons List as BIS hands it out.
//!
//! One record for each address of a denied person, between tabs and in quotes, or between commas.
//! Records of one name and one order are one entry with several addresses. The file has no ids:
//! an entry is known by its name and the day of its order. An order that has run out stays in the
//! list for a while, and stays here with its last day.
//!
//! Read in the file of 2023-11-30 (665 records); the form between commas is the same table as it
//! comes out of a spreadsheet.

use super::headed::{self, Header};
use super::intake::{self, Draft, Drafts, Field, FileResult, Row};
use super::unread::Unread;
use super::{
    Entities, ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness, dates,
};
use crate::entity::{EntityKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use std::collections::HashMap;

/// The layout `bis-dpl`.
#[derive(Clone, Copy, Debug, Default)]
pub struct BisDpl;

const ID: &str = "bis-dpl";

/// Columns without which it is another table.
const NEEDED: [&str; 5] =
    ["name", "street-address", "effective-date", "expiration-date", "standard-order"];

impl ListSource for BisDpl {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "US Denied Persons List, delimited file of BIS"
    }
    fn publisher(&self) -> &'static str {
        "US Commerce, Bureau of Industry and Security"
    }
    fn licence(&self) -> &'static str {
        super::ofac::LICENCE
    }
    fn url(&self) -> &'static str {
        "https://www.bis.gov/licensing/end-user-guidance/denied-persons-list-dpl"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        headed::recognise(file, &NEEDED)
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("dpl.txt", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
\"Name\"\t\"Street_Address\"\t\"City\"\t\"State\"\t\"Country\"\t\"Postal_Code\"\t\"Effective_Date\"\t\
\"Expiration_Date\"\t\"Standard_Order\"\t\"Last_Update\"\t\"Action\"\t\"FR_Citation\"\n\
\"EXA MPLESON A/K/A E. SAMPLE\"\t\"1 SAMPLE ROAD\"\t\"SAMPLETOWN\"\t\"TX\"\t\"\"\t\"00001\"\t\"01/02/2003\"\t\
\"01/02/2013\"\t\"Y\"\t\"2003-01-09\"\t\"F.R. NOTICE ADDED\"\t\"99 F.R. 1 1/9/2003\"\n\
\"EXA MPLESON A/K/A E. SAMPLE\"\t\"2 SAMPLE ROAD\"\t\"OSLO\"\t\"\"\t\"NO\"\t\"\"\t\"01/02/2003\"\t\
\"01/02/2013\"\t\"Y\"\t\"2003-01-09\"\t\"F.R. NOTICE ADDED\"\t\"99 F.R. 1 1/9/2003\"\n\
\"MADE-UP AIRWAYS\"\t\"\"\t\"\"\t\"\"\t\"NO\"\t\"\"\t\"05/06/2021\"\t\"\"\t\"N\"\t\"2021-05-09\"\t\"\"\t\"\"\n\
\"\"\t\"3 SAMPLE ROAD\"\t\"SAMPLETOWN\"\t\"TX\"\t\"\"\t\"00001\"\t\"01/02/2003\"\t\"\"\t\"Y\"\t\"\"\t\"\"\t\"\"\n";

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let mut result = FileResult::new(room, None);
    let mut unread = Unread::default();
    let mut drafts = Drafts::new(room);
    let mut known: HashMap<intake::Key, usize> = HashMap::new();
    let mut ids = intake::Ids::default();
    let table = headed::each(file, ID, &NEEDED, room, &mut |header, row| {
        let origin = Origin { file: number, line: row.line };
        let cell = |column: &str| header.cell(&row, &[column]);
        let standard = cell("standard-order").to_uppercase();
        let order = [cell("name"), cell("effective-date"), cell("expiration-date"), standard];
        if !order[0].chars().any(char::is_alphanumeric) {
            result.count.rows_set_aside += 1;
            result.problems.push(headed::nameless(&row));
            unread.row(header, &row);
            return;
        }
        result.count.rows_loaded += 1;
        let at = *known
            .entry(intake::key(&order.join("\n")))
            .or_insert_with(|| drafts.push(begin(&order, origin, &mut ids, &mut result.problems)));
        add(&row, header, origin, drafts.at(at));
        unread.row(header, &row);
    })?;
    result.add(&table.count, table.problems);
    let unread = unread.asked_by_now(&table.header);
    result.problems.extend(unread.judge(&[], file, ID)?);
    let mut entities = Entities::new(room);
    drafts.into_values().filter_map(Draft::finish).for_each(|entity| entities.push(entity));
    result.editions.push(ListEdition {
        list: ID.to_owned(),
        title: "BIS Denied Persons List".to_owned(),
        published: String::new(),
        entities,
    });
    Ok(result)
}

/// Words between the names of one record, with what kind of name follows.
const BETWEEN: [(&str, NameKind); 3] =
    [(" A/K/A ", NameKind::Alias), (" D/B/A ", NameKind::Alias), (" F/K/A ", NameKind::Former)];

/// An entry of a name, a first and a last day, and whether the order is standard.
fn begin(
    [name, effective, expires, standard]: &[String; 4],
    origin: Origin,
    ids: &mut intake::Ids,
    problems: &mut Problems,
) -> Draft {
    let listed = day(effective, "Effective_Date", origin, problems);
    let ends = day(expires, "Expiration_Date", origin, problems);
    let dash = if listed.is_empty() { "" } else { "-" };
    let id = ids.unique(format!("{}{dash}{listed}", intake::slug(name)));
    // The list does not say who is a person.
    let mut draft = Draft::new(id, EntityKind::Unknown, origin);
    let mut rest = name.as_str();
    let mut kind = NameKind::Primary;
    loop {
        let cuts =
            BETWEEN.iter().filter_map(|(words, next)| Some((rest.find(words)?, words, next)));
        let Some((at, words, next)) = cuts.min_by_key(|(at, ..)| *at) else { break };
        draft.name(&rest[..at], kind, origin, problems);
        rest = &rest[at + words.len()..];
        kind = *next;
    }
    draft.name(rest, kind, origin, problems);
    if !expires.is_empty() {
        draft.fact(Field::Remark, &format!("Expiration date: {expires}"));
    }
    draft.fact(Field::Remark, standard_in_words(standard));
    draft.entity.listed = listed;
    draft.entity.ends = ends;
    draft
}

fn standard_in_words(given: &str) -> &'static str {
    match given {
        "Y" => "Standard order: yes",
        "N" => "Standard order: no, its terms are in the notice",
        _ => "",
    }
}

/// A day as BIS writes it, month first; what is none is told and stays in the remarks.
fn day(text: &str, column: &str, origin: Origin, problems: &mut Problems) -> String {
    if text.is_empty() {
        return String::new();
    }
    dates::day(text).unwrap_or_else(|| {
        let hint = "not understood as a date; the entry is kept without it";
        let problem = Problem::new("date-unclear", origin.line.into(), text, hint);
        problems.push(problem.in_column(column));
        String::new()
    })
}

/// What each record of an entry adds: an address, the notice, and what was done to the record.
fn add(row: &Row, header: &Header, origin: Origin, draft: &mut Draft) {
    let cell = |column: &str| header.cell(row, &[column]);
    let (state, mut country) = (cell("state"), cell("country"));
    // States are those of the US: in the file of 2023 no record has a state and another country.
    if country.is_empty() && state.len() == 2 {
        country = "US".to_owned();
    }
    let parts = [cell("street-address"), cell("city"), state, cell("postal-code")];
    let parts: Vec<&str> =
        parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    draft.address(&parts.join(", "), &country, origin);
    draft.fact(Field::Reference, &cell("fr-citation"));
    let (action, updated) = (cell("action"), cell("last-update"));
    if !(action.is_empty() && updated.is_empty()) {
        let dash = if action.is_empty() { "" } else { ": " };
        draft.fact(Field::Remark, &format!("Last update {updated}{dash}{action}"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::super::us_tests::{check_laws, shared, summary};
    use super::*;
    use expect_test::expect;

    #[test]
    fn survives_everything() {
        survives(&BisDpl);
    }

    #[test]
    fn example() {
        let shown = show(&read(&BisDpl, EXAMPLE).unwrap());
        expect![[r#"
            bis-dpl | BIS Denied Persons List | 
            exa-mpleson-a-k-a-e-sample-2003-01-02 Unknown line 2
              Primary: EXA MPLESON @2
              Alias: E. SAMPLE @2
              at 1 SAMPLE ROAD, SAMPLETOWN, TX, 00001 [US]
              at 2 SAMPLE ROAD, OSLO [NO]
              remark Expiration date: 01/02/2013
              remark Standard order: yes
              remark Last update 2003-01-09: F.R. NOTICE ADDED
              reference 99 F.R. 1 1/9/2003
              listed 2003-01-02 
              ends 2013-01-02
            made-up-airways-2021-05-06 Unknown line 4
              Primary: MADE-UP AIRWAYS @4
              at NO [NO]
              remark Standard order: no, its terms are in the notice
              remark Last update 2021-05-09
              listed 2021-05-06 
            problem 0 line 5: name-missing ",3 SAMPLE ROAD,SAMPLETOWN,TX": an entry without a name cannot be screened
            rows 4 = 3 + 1
        "#]].assert_eq(&shown);
    }

    #[test]
    fn between_commas_and_a_second_order_of_one_name() {
        let text = "Name,Street_Address,City,State,Country,Postal_Code,Effective_Date,Expiration_Date,\
                    Standard_Order,Last_Update,Action,FR_Citation\r\n\
                    MADE UP,,,,NO,,01/02/2003,02/30/2004,y,,,\r\n\
                    MADE UP,,,,NO,,01/02/2003,01/03/2005,Y,,,\r\nshort,row\r\n";
        let parsed = read(&BisDpl, text).unwrap();
        expect![[r#"
            bis-dpl | BIS Denied Persons List | 
            made-up-2003-01-02 Unknown line 2
              Primary: MADE UP @2
              at NO [NO]
              remark Expiration date: 02/30/2004
              remark Standard order: yes
              listed 2003-01-02 
            made-up-2003-01-02-2 Unknown line 3
              Primary: MADE UP @3
              at NO [NO]
              remark Expiration date: 01/03/2005
              remark Standard order: yes
              listed 2003-01-02 
              ends 2005-01-03
            problem 0 line 2, column Expiration_Date: date-unclear "02/30/2004": not understood as a date; the entry is kept without it
            problem 0 line 4: columns "short,row": the record has another number of columns than the header
            rows 3 = 2 + 1
        "#]].assert_eq(&show(&parsed));
    }

    #[test]
    fn refusals() {
        for (text, want) in [
            (
                &EXAMPLE[..EXAMPLE.len() - 7],
                "dpl.txt is cut: line 5: the last record has 10 of 12 columns",
            ),
            (&EXAMPLE[..460], "dpl.txt is cut: line 4: a quotation opens and never closes"),
            (
                "name\tother\nx\ty\n",
                "dpl.txt cannot be read as bis-dpl: line 1: columns are missing: street-address, effective-date, expiration-date, standard-order",
            ),
        ] {
            assert_eq!(read(&BisDpl, text).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn real_file() {
        let Some(bytes) = shared("bis_dpl/dpl_2023-11-30.txt") else { return };
        let file = ListFile { name: "dpl_2023-11-30.txt", bytes: &bytes };
        assert_eq!(BisDpl.recognise(&file), 100);
        let parsed = crate::lists::read(&BisDpl, &[file], &Room::default()).unwrap();
        check_laws(&parsed, 1);
        assert_eq!(summary(&parsed), "bis-dpl 549/551; rows 665=665+0");
        let entities = &parsed.editions[0].entities;
        let ends = entities.iter().filter(|e| !e.ends.is_empty()).count();
        let addresses: usize = entities.iter().map(|e| e.addresses.len()).sum();
        assert_eq!((ends, addresses), (504, 663));
        let found = entities.iter().find(|e| e.primary_name() == "FUYI SUN").unwrap();
        assert_eq!(found.names[1].text, "FRANK SUN");
    }
}
