//! What does Japan's Foreign End User List say?
//!
//! METI lists foreign organisations of concern for weapons. Two layouts: METI's own table (`No.`,
//! `Country or Region`, `Company or Organization`, `Also Known As`, `Type of WMD`, each under its
//! Japanese heading; xlsx, or saved as CSV; from the publisher's headings, not yet met), and JSON
//! records of the same made by others (read in a file of 2026-07-20, 835 records). Numbers change
//! from year to year, so that an entry goes by its name. Names in another script and short forms
//! stand in brackets behind a name. The record's `country` is the list's own and is not read. Of 37
//! of those records the name was lost into the address (`People's Republic of China Zontik Ltd.`):
//! what stands behind the country is taken for it, and each is told.

use super::columns::{Needed, Sheet, set_aside, with_brackets};
use super::intake::{self, Draft, Field, FileResult, Ids};
use super::records::{self, elements};
use super::unread::Unread;
use super::{Entities, ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{Entity, EntityKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

/// The layout `jp-end-user`.
#[derive(Clone, Copy, Debug, Default)]
pub struct JpEndUser;

const ID: &str = "jp-end-user";

const NEEDED: &[Needed] =
    &[&["companyororganization"], &["countryorregion"], &["alsoknownas", "aka"]];

impl ListSource for JpEndUser {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Japan's Foreign End User List: METI's table, or JSON"
    }
    fn publisher(&self) -> &'static str {
        "Japan, Ministry of Economy, Trade and Industry"
    }
    fn licence(&self) -> &'static str {
        "Government of Japan Standard Terms of Use (source to be named)"
    }
    fn url(&self) -> &'static str {
        "https://www.meti.go.jp/policy/anpo/law05.html"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = intake::head(file);
        let begin = head.trim_start_matches('\u{feff}').trim_start();
        if begin.starts_with(['[', '{']) {
            let told = head.contains("\"jp-end-user-list\"") && head.contains("\"entity_name\"");
            return if told { 100 } else { 0 };
        }
        if Sheet::begins(file, b',', NEEDED) { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("foreign_end_user_list.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
外国ユーザーリスト
\"No.\",\"国名、地域名\nCountry or Region\",\"企業名、組織名\nCompany or Organization\",\"別名\nAlso Known As\",\"懸念区分\nType of WMD\"
1,\"ユートピア\nUtopia\",Zontik University (ZUX),\"・Zontik Institute of Rain\n・Zontik Insutitute\",\"生物、化学\nB,C\"
2,\"ユートピア\nUtopia\",Air Madeup (虚構航空),,\"ミサイルM\nCW\"
";

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let mut result = FileResult::new(room, odd);
    let begin = text.trim_start_matches('\u{feff}').trim_start();
    let entities = if begin.starts_with(['[', '{']) {
        from_json(&text, number, file, room, &mut result)?
    } else {
        from_table(&text, number, file, room, &mut result)?
    };
    let title = "Japan: METI Foreign End User List".to_owned();
    let list = ID.to_owned();
    result.editions = vec![ListEdition { list, title, published: String::new(), entities }];
    Ok(result)
}

/// What both layouts say of a party.
#[derive(Debug, Default)]
struct Facts {
    name: String,
    aliases: Vec<String>,
    places: Vec<String>,
    concern: String,
    references: Vec<String>,
}

fn from_table(
    text: &str,
    number: u16,
    file: &ListFile<'_>,
    room: &Room,
    result: &mut FileResult,
) -> Result<Entities, ListError> {
    let sheet = Sheet::open(text, b',', NEEDED, file, ID)?;
    let (mut entities, mut ids) = (Entities::new(room), Ids::default());
    for row in sheet.rows() {
        let row = &row?;
        result.count.rows_in += 1;
        if let Some(problem) = sheet.refuse(row) {
            result.count.rows_set_aside += 1;
            result.problems.push(problem);
            continue;
        }
        let entry = sheet.cell(row, &["no", "number"]);
        let facts = Facts {
            name: sheet.cell(row, &["companyororganization"]),
            aliases: marked(sheet.raw(row, &["alsoknownas", "aka"])),
            places: vec![latin_words(&sheet.cell(row, &["countryorregion"]))],
            concern: sheet.cell(row, &["typeofwmd", "typeofconcern", "wmd"]),
            references: vec![if entry.is_empty() { entry } else { format!("No. {entry}") }],
        };
        let origin = Origin { file: number, line: row.line };
        match party(&facts, origin, &mut ids, &mut result.problems) {
            Some(entity) => {
                result.count.rows_loaded += 1;
                entities.push(entity);
            }
            None => {
                result.count.rows_set_aside += 1;
                result.problems.push(set_aside("no-name", row, "the row names no organisation"));
            }
        }
    }
    let unread = Unread::of_sheet(&sheet);
    result.problems.extend(unread.judge(&[], file, ID)?);
    Ok(entities)
}

fn from_json(
    text: &str,
    number: u16,
    file: &ListFile<'_>,
    room: &Room,
    result: &mut FileResult,
) -> Result<Entities, ListError> {
    let (mut entities, mut ids) = (Entities::new(room), Ids::default());
    for (line, element) in elements(text).map_err(|fault| fault.of(file, ID))? {
        result.count.rows_in += 1;
        let object: Value = serde_json::from_str(element).unwrap_or_default();
        let mut facts = Facts {
            name: records::text(&object, &["entity_name", "name"]),
            aliases: records::texts(&object, "aliases"),
            places: records::texts(&object, "addresses"),
            concern: records::text(&object, &["reason"]),
            references: vec![
                records::text(&object, &["id"]),
                records::text(&object, &["source_url"]),
            ],
        };
        if let Some(problem) = misplaced(&mut facts, line) {
            result.problems.push(problem);
        }
        let origin = Origin { file: number, line };
        match party(&facts, origin, &mut ids, &mut result.problems) {
            Some(entity) => {
                result.count.rows_loaded += 1;
                entities.push(entity);
            }
            None => {
                result.count.rows_set_aside += 1;
                let hint = "no record of an organisation with a name";
                result.problems.push(Problem::new("no-name", line.into(), element, hint));
            }
        }
    }
    Ok(entities)
}

/// Takes a name that is missing out of the address, where a country begins it.
fn misplaced(facts: &mut Facts, line: u32) -> Option<Problem> {
    let address = facts.places.first().filter(|_| facts.name.is_empty())?.clone();
    let mut ends = address.match_indices(' ').map(|(at, _)| at);
    let is_place = |at: &usize| plimsoll_terms::place::by_name(&address[..*at]).is_some();
    let end = ends.rfind(is_place)?;
    address[end..].trim().clone_into(&mut facts.name);
    address[..end].clone_into(&mut facts.places[0]);
    let hint = "the record has no name: what stands behind the country in its address was taken";
    Some(Problem::new("name-misplaced", line.into(), &address, hint))
}

fn party(facts: &Facts, origin: Origin, ids: &mut Ids, problems: &mut Problems) -> Option<Entity> {
    let id = intake::slug(&facts.name);
    let mut draft = Draft::new(id, EntityKind::Organisation, origin);
    for (name, kind) in with_brackets(&facts.name, NameKind::Primary) {
        draft.name(&name, kind, origin, problems);
    }
    for (name, kind) in facts.aliases.iter().flat_map(|name| with_brackets(name, NameKind::Alias)) {
        let original = super::un_xml::latin(&name) == Some(false);
        draft.name(&name, if original { NameKind::OriginalScript } else { kind }, origin, problems);
    }
    for place in &facts.places {
        if plimsoll_terms::place::by_name(place).is_some() {
            draft.fact(Field::Country, place);
        }
        draft.address(place, "", origin);
    }
    for concern in concerns(&facts.concern) {
        draft.fact(Field::Programme, concern);
    }
    for reference in &facts.references {
        draft.fact(Field::Reference, reference);
    }
    let mut entity = draft.finish()?;
    entity.id = ids.unique(entity.id);
    Some(entity)
}

/// The aliases of a cell: each begins with a dot, or stands on a line of its own.
fn marked(cell: &str) -> Vec<String> {
    let by_dot = cell.contains('・');
    let cut = |c: char| if by_dot { c == '・' } else { matches!(c, '\n' | '\r' | '\u{2028}') };
    cell.split(cut).map(intake::squeeze).filter(|name| !name.is_empty()).collect()
}

/// `ユートピア Utopia` without the Japanese; all of it where nothing else is there.
fn latin_words(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').filter(|word| word.is_ascii()).collect();
    if words.is_empty() { text.to_owned() } else { words.join(" ") }
}

/// The weapons of concern, by METI's letters.
fn concerns(text: &str) -> Vec<&'static str> {
    const LETTERS: [(&str, &str); 5] = [
        ("B", "Biological weapons"),
        ("C", "Chemical weapons"),
        ("M", "Missiles"),
        ("N", "Nuclear weapons"),
        ("CW", "Conventional weapons"),
    ];
    // Two entries of 2026 have the letter in full width.
    let text: String = text.nfkc().collect();
    let words: Vec<&str> =
        text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let named = LETTERS.iter().filter(|(letter, _)| words.contains(letter));
    named.map(|(_, concern)| *concern).collect()
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&JpEndUser, text) {
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
        survives(&JpEndUser);
    }

    #[test]
    fn table_of_the_ministry() {
        check(
            EXAMPLE,
            expect![[r#"
            jp-end-user | Japan: METI Foreign End User List | 
            zontik-university-zux Organisation line 7
              Primary: Zontik University (ZUX) @7
              Alias: Zontik University @7
              WeakAlias: ZUX @7
              Alias: Zontik Institute of Rain @7
              Alias: Zontik Insutitute @7
              at Utopia []
              programme Biological weapons
              programme Chemical weapons
              reference No. 1
            air-madeup-虚構航空 Organisation line 11
              Primary: Air Madeup @11
              OriginalScript: 虚構航空 @11
              at Utopia []
              programme Missiles
              programme Conventional weapons
              reference No. 2
            rows 2 = 2 + 0
        "#]],
        );
    }

    #[test]
    fn a_name_lost_into_the_address() {
        let text = r#"[{"entity_name":"","aliases":["Zontik"],
"addresses":["People's Republic of China Zontik Rain Ltd."]},{"entity_name":"","addresses":["China"]}]"#;
        check(
            text,
            expect![[r#"
            jp-end-user | Japan: METI Foreign End User List | 
            zontik-rain-ltd Organisation line 1
              Primary: Zontik Rain Ltd. @1
              Alias: Zontik @1
              at People's Republic of China []
              country People's Republic of China
            problem 0 line 1: name-misplaced "People's Republic of China Zontik Rain Ltd.": the record has no name: what stands behind the country in its address was taken
            problem 0 line 2: no-name "{"entity_name":"","addresses":["China"]}": no record of an organisation with a name
            rows 2 = 1 + 1
        "#]],
        );
    }

    #[test]
    fn json_records() {
        let text = r#"[
 {"id":"jp-eul-1","list_id":"jp-end-user-list","entity_name":"Zontik （ZUX）","aliases":["Зонтик"],"addresses":["Islamic Republic of Iran"],"country":"jp","reason":"通常兵器の懸念: CW; 核 Ｎ"},
 {"id":"jp-eul-2","entity_name":"","aliases":[]}, 7, {broken}
]"#;
        let file = ListFile { name: "x.json", bytes: text.as_bytes() };
        assert_eq!(JpEndUser.recognise(&file), 100);
        check(
            text,
            expect![[r#"
            jp-end-user | Japan: METI Foreign End User List | 
            zontik-zux Organisation line 2
              Primary: Zontik （ZUX） @2
              Alias: Zontik @2
              WeakAlias: ZUX @2
              OriginalScript: Зонтик @2
              at Islamic Republic of Iran []
              country Islamic Republic of Iran
              programme Nuclear weapons
              programme Conventional weapons
              reference jp-eul-1
            problem 0 line 3: no-name "{"id":"jp-eul-2","entity_name":"","aliases":[]}": no record of an organisation with a name
            problem 0 line 3: no-name "7": no record of an organisation with a name
            problem 0 line 3: no-name "{broken}": no record of an organisation with a name
            rows 4 = 1 + 3
        "#]],
        );
        check(
            &text[..text.len() - 2],
            expect![[r#"
            foreign_end_user_list.csv is cut: it ends before its list is closed
        "#]],
        );
        check(
            "{\"a\":1}",
            expect![[r#"
            foreign_end_user_list.csv cannot be read as jp-end-user: there is no list in it
        "#]],
        );
    }
}
