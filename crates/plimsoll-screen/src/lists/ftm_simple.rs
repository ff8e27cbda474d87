//! The targets of an OpenSanctions dataset as a simple table (`targets.simple.csv`).
//!
//! One row for each listed party, several values in a cell between semicolons. The table does not
//! say what kind an identifier is: digits that can only be one kind become that one. Not read:
//! `first_seen`, `last_seen` and `last_change`, the days of the publisher's own runs.
//!
//! Read in a sample with 5 rows; `program_ids` from the publisher's specification.

use super::headed::{self, Header};
use super::intake::{self, Draft, Field, FileResult, Row};
use super::unread::Unread;
use super::{
    Entities, ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness, ftm,
};
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use std::collections::BTreeSet;

/// The layout `ftm-simple`.
#[derive(Clone, Copy, Debug, Default)]
pub struct FtmSimple;

const ID: &str = "ftm-simple";

/// Columns without which it is another table.
const NEEDED: [&str; 6] = ["id", "schema", "name", "aliases", "sanctions", "dataset"];

impl ListSource for FtmSimple {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "OpenSanctions targets, simple CSV"
    }
    fn publisher(&self) -> &'static str {
        "OpenSanctions"
    }
    fn licence(&self) -> &'static str {
        "CC BY-NC, or a licence of theirs"
    }
    fn url(&self) -> &'static str {
        "https://www.opensanctions.org/docs/bulk/csv/"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        headed::recognise(file, &NEEDED)
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("targets.simple.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
\"id\",\"schema\",\"name\",\"aliases\",\"birth_date\",\"countries\",\"addresses\",\"identifiers\",\
\"sanctions\",\"phones\",\"emails\",\"dataset\",\"first_seen\",\"last_seen\",\"last_change\"\n\
\"x-1\",\"Company\",\"Zontik Works\",\"Завод Зонтик;ZW\",\"\",\"xx\",\"1, Made-up Str.;2, Made-up Str.\",\
\"7707083893\",\"Example list - EX-1\",\"\",\"a@x.example\",\"Made-up list\",\"2024-01-01\",\"2024-01-02\",\
\"2024-01-01\"\n\
\"x-2\",\"Person\",\"Exa Mpleson\",\"\",\"1970;1971-02\",\"no;se\",\"\",\"\",\"\",\"\",\"\",\"Made-up list\",\"\",\"\",\"\"\n\
\"x-3\",\"CryptoWallet\",\"1Abc\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"Made-up list\",\"\",\"\",\"\"\n\
\"x-4\",\"Vessel\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"Made-up list\",\"\",\"\",\"\"\n";

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let mut result = FileResult::new(room, None);
    let mut ids = intake::Ids::default();
    let mut datasets = BTreeSet::new();
    let mut entities = Entities::new(room);
    let mut unread = Unread::default();
    let table = headed::each(file, ID, &NEEDED, room, &mut |header, row| {
        let origin = Origin { file: number, line: row.line };
        datasets.insert(header.cell(&row, &["dataset"]));
        let schema = header.cell(&row, &["schema"]);
        let found = match ftm::party_kind(&schema) {
            Some(kind) => party(&row, header, kind, origin, &mut result.problems)
                .ok_or(("no-name", "the entity has no id or no name")),
            None => {
                Err(("not-a-party", "neither a person, an organisation, a vessel nor an aircraft"))
            }
        };
        match found {
            Ok(mut entity) => {
                result.count.rows_loaded += 1;
                entity.id = ids.unique(entity.id);
                entities.push(entity);
            }
            Err((rule, hint)) => {
                result.count.rows_set_aside += 1;
                let shown = format!("{schema} {}", header.cell(&row, &["id"]));
                result.problems.push(Problem::new(rule, row.line.into(), &shown, hint));
            }
        }
        unread.row(header, &row);
    })?;
    result.add(&table.count, table.problems);
    let unread = unread
        .asked_by_now(&table.header)
        .without(|name| matches!(name, "first_seen" | "last_seen" | "last_change"));
    result.problems.extend(unread.judge(&[], file, ID)?);
    datasets.remove("");
    let (list, title) = match (datasets.pop_first(), datasets.is_empty()) {
        (Some(only), true) => {
            (format!("ftm-{}", intake::slug(&only)), format!("OpenSanctions targets of {only}"))
        }
        // Of several it is told from others by the name of its file.
        _ => {
            let stem = file.name.split(['.', '_']).next().unwrap_or(file.name);
            (format!("ftm-{}", intake::slug(stem)), format!("OpenSanctions targets of {stem}"))
        }
    };
    result.editions.push(ListEdition { list, title, published: String::new(), entities });
    Ok(result)
}

/// A row as a party; none where it has no id or no name.
fn party(
    row: &Row,
    header: &Header,
    kind: EntityKind,
    origin: Origin,
    problems: &mut Problems,
) -> Option<crate::entity::Entity> {
    let cell = |column: &str| header.cell(row, &[column]);
    let parts = |column: &str| -> Vec<String> {
        cell(column).split(';').map(intake::squeeze).filter(|part| !part.is_empty()).collect()
    };
    let id = cell("id");
    if id.is_empty() {
        return None;
    }
    let mut draft = Draft::new(id, kind, origin);
    draft.name(&cell("name"), NameKind::Primary, origin, problems);
    for name in parts("aliases") {
        draft.name(&name, NameKind::Alias, origin, problems);
    }
    let date = if kind == EntityKind::Person { DateKind::Birth } else { DateKind::Founded };
    for text in parts("birth-date") {
        match intake::date(&text) {
            Some(day) => draft.date(date, &day, &day, false, origin),
            None => {
                let hint = "not understood as a date; the entity is kept without it";
                let problem = Problem::new("date-unclear", row.line.into(), &text, hint);
                problems.push(problem.in_column("birth_date"));
            }
        }
    }
    for (column, field) in [
        ("countries", Field::Country),
        ("sanctions", Field::Programme),
        ("program-ids", Field::Programme),
    ] {
        for text in parts(column) {
            draft.fact(field, &text);
        }
    }
    for text in parts("addresses") {
        draft.address(&text, "", origin);
    }
    for (column, kind) in [
        ("identifiers", IdentifierKind::Other),
        ("phones", IdentifierKind::Phone),
        ("emails", IdentifierKind::Email),
    ] {
        for value in parts(column) {
            draft.identifier(kind, &value, "", "", origin);
        }
    }
    draft.finish()
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::super::us_tests::{check_laws, shared, summary};
    use super::*;
    use expect_test::expect;

    #[test]
    fn survives_everything() {
        survives(&FtmSimple);
    }

    #[test]
    fn example() {
        expect![[r#"
            ftm-made-up-list | OpenSanctions targets of Made-up list | 
            x-1 Organisation line 2
              Primary: Zontik Works @2
              Alias: Завод Зонтик @2
              Alias: ZW @2
              Inn 7707083893 []  holds
              Email a@x.example [] 
              at 1, Made-up Str. []
              at 2, Made-up Str. []
              country xx
              programme Example list - EX-1
            x-2 Person line 3
              Primary: Exa Mpleson @3
              Birth 1970..1970
              Birth 1971-02..1971-02
              country no
              country se
            problem 0 line 4: not-a-party "CryptoWallet x-3": neither a person, an organisation, a vessel nor an aircraft
            problem 0 line 5: no-name "Vessel x-4": the entity has no id or no name
            rows 4 = 2 + 2
        "#]].assert_eq(&show(&read(&FtmSimple, EXAMPLE).unwrap()));
    }

    #[test]
    fn several_datasets_go_by_the_name_of_the_file() {
        let text = "id,schema,name,aliases,birth_date,sanctions,dataset,program_ids\n\
                    1,LegalEntity,Made Up,,20th century,,One,EX-2;EX-3\n2,Company,Other,,,,Two,\n2,Company,Third,,,,Two,\n";
        expect![[r#"
            ftm-targets | OpenSanctions targets of targets | 
            1 Unknown line 2
              Primary: Made Up @2
              programme EX-2
              programme EX-3
            2 Organisation line 3
              Primary: Other @3
            2-2 Organisation line 4
              Primary: Third @4
            problem 0 line 2, column birth_date: date-unclear "20th century": not understood as a date; the entity is kept without it
            rows 3 = 3 + 0
        "#]].assert_eq(&show(&read(&FtmSimple, text).unwrap()));
    }

    #[test]
    fn refusals() {
        for (text, want) in [
            (
                &EXAMPLE[..EXAMPLE.len() - 4],
                "targets.simple.csv is cut: line 5: the last record has 14 of 15 columns",
            ),
            (
                "id,schema,name\n1,Company,X\n",
                "targets.simple.csv cannot be read as ftm-simple: line 1: columns are missing: aliases, sanctions, dataset",
            ),
        ] {
            assert_eq!(read(&FtmSimple, text).unwrap_err().to_string(), want);
        }
    }

    #[test]
    fn real_file() {
        let name = "sample_targets.simple.csv";
        let Some(bytes) = shared(&format!("ftm/{name}")) else { return };
        let file = ListFile { name, bytes: &bytes };
        assert_eq!(FtmSimple.recognise(&file), 100);
        let parsed = crate::lists::read(&FtmSimple, &[file], &Room::default()).unwrap();
        check_laws(&parsed, 1);
        assert_eq!(summary(&parsed), "ftm-wikidata-politically-exposed-persons 5/11; rows 5=5+0");
        assert_eq!(parsed.editions[0].entities.to_vec()[0].countries, ["fr", "lb", "sa"]);
    }
}
