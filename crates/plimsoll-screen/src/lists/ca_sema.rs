//! What does Canada's consolidated list of autonomous sanctions say as XML?
//!
//! One `record` for each entry of a schedule under the Special Economic Measures Act and the
//! Justice for Victims of Corrupt Foreign Officials Act. Read in the file of 2025-05 (4,759
//! records). English stands beside French between strokes; aliases in all languages are one cell.
//! The publisher gives no ids: country, schedule and item are the law's own place of an entry and
//! are never used twice. The file states no day of its own.

use super::columns::{Needed, once_primary};
use super::intake::{self, Draft, Field, FileResult, Parties};
use super::markup::{Node, Walk, root_name};
use super::un_xml::latin;
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{DateKind, Entity, EntityKind, IdentifierKind, NameKind, Origin};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;

/// The layout `ca-sema`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CaSema;

const ID: &str = "ca-sema";
const ROOT: &str = "data-set";

/// Names that every edition has.
const NAMES: &[Needed] = &[&["LastName"], &["GivenName"]];

impl ListSource for CaSema {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Canada's consolidated autonomous sanctions list, XML"
    }
    fn publisher(&self) -> &'static str {
        "Global Affairs Canada"
    }
    fn licence(&self) -> &'static str {
        "Open Government Licence - Canada"
    }
    fn url(&self) -> &'static str {
        "https://www.international.gc.ca/world-monde/international_relations-relations_internationales/sanctions/consolidated-consolide.aspx"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = intake::head(file);
        let root = root_name(&head).is_some_and(|root| root == ROOT);
        let has = |tag: &str| head.contains(tag);
        if root && has("<record>") && has("<Item>") && has("<Country>") { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("sema-lmes.xml", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<data-set xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
	<record>
		<Country>Utopia / Utopie</Country>
		<LastName>Mpleson</LastName>
		<GivenName>Exa</GivenName>
		<Aliases>Exa M., Exo Mpleson or Exu Mpleson, Utopian: Экса Мплесон; Russian : Экса Э. Мплесон</Aliases>
		<DateOfBirthOrShipBuildDate>1963-1964</DateOfBirthOrShipBuildDate>
		<Schedule>1, Part 1</Schedule>
		<Item>1</Item>
		<DateOfListing>2025-02-03</DateOfListing>
	</record>
	<record>
		<Country>Utopia / Utopie</Country>
		<EntityOrShip>Zontik Institute/Institut Zontik</EntityOrShip>
		<Aliases>ZI, Zontik Co., Ltd. (ZCL)</Aliases>
		<Schedule>1, Part 2</Schedule>
		<Item>1</Item>
		<DateOfListing>2025-02-03</DateOfListing>
	</record>
	<record>
		<Country>Utopia / Utopie</Country>
		<EntityOrShip>Made Up</EntityOrShip>
		<TitleOrShip>Oil Tanker</TitleOrShip>
		<ShipIMONumber>9074729</ShipIMONumber>
		<DateOfBirthOrShipBuildDate>1994</DateOfBirthOrShipBuildDate>
		<Schedule>1.1</Schedule>
		<Item>1</Item>
		<DateOfListing>2025-02-03</DateOfListing>
	</record>
</data-set>
"#;

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let mut result = FileResult::new(room, odd);
    let mut walk = Walk::new(file.name, ID, text.trim_start_matches('\u{feff}'));
    let mut parties = Parties::new(room);
    let mut unread = Unread::default();
    while let Some(node) = walk.next(&["record"])? {
        result.count.rows_in += 1;
        let party = record(&node, number, &mut result.problems);
        unread.record(&node);
        parties.take(party, &mut result.count);
    }
    if walk.root() != Some(ROOT) {
        return Err(walk.malformed(&format!("its root element is not {ROOT}")));
    }
    result.problems.extend(unread.judge(NAMES, file, ID)?);
    let title = "Canada: consolidated autonomous sanctions list".to_owned();
    let list = ID.to_owned();
    result.editions =
        vec![ListEdition { list, title, published: String::new(), entities: parties.entities }];
    Ok(result)
}

/// One entry; none, with a problem, where it has no name.
fn record(node: &Node, file: u16, problems: &mut Problems) -> Option<Entity> {
    let of = |names: &[&str]| {
        let texts = names.iter().map(|name| node.child_text(name));
        texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
    };
    let (last, given) = (of(&["LastName"]), of(&["GivenName"]));
    let whole = of(&["EntityOrShip", "Entity", "Ship"]);
    let title = of(&["TitleOrShip", "Title"]);
    let imo = of(&["ShipIMONumber", "IMONumber"]);
    let kind = if !imo.is_empty() || node.first("Ship").is_some() {
        EntityKind::Vessel
    } else if whole.is_empty() {
        EntityKind::Person
    } else {
        EntityKind::Organisation
    };
    let country = english(&of(&["Country"]));
    let (schedule, item) = (of(&["Schedule"]), of(&["Item"]));
    let id = [&short(&country), &schedule, &item].map(|part| intake::slug(part)).join("/");
    let origin = Origin { file, line: node.line };
    let mut draft = Draft::new(id, kind, origin);
    let line_of = |name: &str| node.first(name).map_or(node.line, |child| child.line);
    let origin_of = |name: &str| Origin { file, line: line_of(name) };
    if kind == EntityKind::Person {
        let name = format!("{given} {last}");
        draft.name(&name, NameKind::Primary, origin_of("LastName"), problems);
    } else {
        for name in languages(&whole) {
            let kind = once_primary(&draft, NameKind::Primary);
            draft.name(&name, kind, origin_of("EntityOrShip"), problems);
        }
    }
    for (name, kind) in aliases(&of(&["Aliases"])) {
        draft.name(&name, kind, origin_of("Aliases"), problems);
    }
    dates(&of(&["DateOfBirthOrShipBuildDate", "DateOfBirth"]), &mut draft, problems);
    if kind == EntityKind::Vessel {
        draft.identifier(IdentifierKind::Imo, &imo, "IMO number", "", origin_of("ShipIMONumber"));
        if !title.is_empty() {
            draft.fact(Field::Remark, &format!("Type of ship: {title}"));
        }
    } else {
        draft.fact(Field::Position, &english(&title));
    }
    draft.fact(Field::Programme, &country);
    let schedule =
        if schedule.is_empty() { String::new() } else { format!("Schedule {schedule}, ") };
    draft.fact(Field::Reference, &format!("{schedule}item {item}"));
    draft.entity.listed = intake::date(&of(&["DateOfListing"])).unwrap_or_default();
    let entity = draft.finish();
    if entity.is_none() {
        let hint = "the record has no name";
        problems.push(Problem::new("no-name", node.line.into(), &country, hint));
    }
    entity
}

/// What stands before the stroke: `Syria / Syrie` is Syria.
fn english(text: &str) -> String {
    languages(text).into_iter().next().unwrap_or_default()
}

/// `Justice for … Regulations (JVCFOR)` by its short form.
fn short(country: &str) -> String {
    let bracket = intake::last_bracket(country).map(|(_, inner)| inner);
    let short =
        bracket.filter(|inner| inner.len() > 2 && inner.bytes().all(|b| b.is_ascii_uppercase()));
    short.unwrap_or(country).to_owned()
}

/// English and French, or names in two scripts, between strokes outside brackets.
fn languages(text: &str) -> Vec<String> {
    intake::split_outside(text, |c| c == '/')
}

/// The aliases of a cell: between commas or semicolons, `Russian:` before those in that language.
fn aliases(cell: &str) -> Vec<(String, NameKind)> {
    let mut names: Vec<String> = Vec::new();
    for part in intake::split_outside(cell, |c| matches!(c, ',' | ';')) {
        match names.last_mut() {
            // `Zontik Co., Ltd.` is one name.
            Some(before) if legal_form(&part) => {
                before.push_str(", ");
                before.push_str(&part);
            }
            _ => names.push(part),
        }
    }
    let mut found = Vec::new();
    for name in &names {
        for name in variants(without_language(name)) {
            let original = latin(&name) == Some(false);
            found.push((name, if original { NameKind::OriginalScript } else { NameKind::Alias }));
        }
    }
    found
}

fn legal_form(part: &str) -> bool {
    const FORMS: [&str; 14] = [
        "ltd", "limited", "inc", "llc", "co", "corp", "jsc", "ojsc", "pjsc", "cjsc", "sa", "gmbh",
        "plc", "llp",
    ];
    let words: Vec<String> = part
        .split(' ')
        .filter(|word| !word.starts_with('('))
        .map(|word| word.to_lowercase().replace('.', ""))
        .collect();
    !words.is_empty() && words.iter().all(|word| FORMS.contains(&word.as_str()))
}

/// The name without the word for its language: `Belarusian: …`.
fn without_language(name: &str) -> &str {
    match name.split_once(':') {
        Some((label, rest)) if !label.trim().contains(' ') && label.trim().len() > 3 => rest.trim(),
        _ => name,
    }
}

/// Names between strokes or `or`. Where one side is a single word beside a longer name the cell
/// says how one part of the name may be spelled, and it stays whole.
fn variants(name: &str) -> Vec<String> {
    let spaced = name.replace(" OR ", " or ");
    let parts: Vec<String> = intake::split_outside(&spaced.replace(" or ", " / "), |c| c == '/');
    let words = |part: &String| part.split(' ').count();
    let (least, most) = (parts.iter().map(words).min(), parts.iter().map(words).max());
    if least == Some(1) && most > Some(2) { vec![intake::squeeze(name)] } else { parts }
}

fn dates(text: &str, draft: &mut Draft, problems: &mut Problems) {
    let vessel = draft.entity.kind == EntityKind::Vessel;
    let kind = if vessel { DateKind::Founded } else { DateKind::Birth };
    let origin = draft.entity.origin;
    let text = text.replace(" OR ", " or ");
    for part in text.split(" or ").map(str::trim).filter(|part| !part.is_empty()) {
        let range = part.split_once('-').filter(|(from, to)| from.len() == 4 && to.len() == 4);
        let range = range.and_then(|(from, to)| Some((intake::date(from)?, intake::date(to)?)));
        let range = range.or_else(|| intake::date(part).map(|day| (day.clone(), day)));
        if let Some((from, to)) = range.filter(|(from, to)| from <= to) {
            draft.date(kind, &from, &to, false, origin);
            continue;
        }
        let hint = "not understood as a date; kept as a remark";
        problems.push(Problem::new("date-unclear", origin.line.into(), part, hint));
        draft.fact(Field::Remark, &format!("Date of birth: {part}"));
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{holds, read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&CaSema, text) {
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
        survives(&CaSema);
    }

    #[test]
    fn example() {
        check(
            EXAMPLE,
            expect![[r#"
            ca-sema | Canada: consolidated autonomous sanctions list | 
            utopia/1-part-1/1 Person line 3
              Primary: Exa Mpleson @5
              Alias: Exa M. @7
              Alias: Exo Mpleson @7
              Alias: Exu Mpleson @7
              OriginalScript: Экса Мплесон @7
              OriginalScript: Экса Э. Мплесон @7
              Birth 1963..1964
              programme Utopia
              reference Schedule 1, Part 1, item 1
              listed 2025-02-03 
            utopia/1-part-2/1 Organisation line 13
              Primary: Zontik Institute @15
              Alias: Institut Zontik @15
              Alias: ZI @16
              Alias: Zontik Co., Ltd. (ZCL) @16
              programme Utopia
              reference Schedule 1, Part 2, item 1
              listed 2025-02-03 
            utopia/1-1/1 Vessel line 21
              Primary: Made Up @23
              Imo 9074729 [IMO number]  holds
              Founded 1994..1994
              programme Utopia
              remark Type of ship: Oil Tanker
              reference Schedule 1.1, item 1
              listed 2025-02-03 
            rows 3 = 3 + 0
        "#]],
        );
    }

    #[test]
    fn aliases_of_a_cell() {
        for (cell, want) in [
            ("A B or C D", "A B|C D"),
            (
                "Aleksander/ Aleksandr or Alexander Vladimirovich Madeup",
                "Aleksander/ Aleksandr or Alexander Vladimirovich Madeup",
            ),
            ("Belarussian: Экса / Эксо, Russian\u{a0}: Экса", "Экса*|Эксо*|Экса*"),
            ("ОАО «Зонтик» ; OJSC Zontik (Z, Y)", "ОАО «Зонтик»*|OJSC Zontik (Z, Y)"),
        ] {
            let shown: Vec<String> = aliases(cell)
                .into_iter()
                .map(|(name, kind)| name + if kind == NameKind::OriginalScript { "*" } else { "" })
                .collect();
            assert_eq!(shown.join("|"), want, "{cell}");
        }
    }

    #[test]
    fn faults() {
        let record = "<record><Country>Utopia</Country><Item>1</Item><DateOfBirth>Sep-99</DateOfBirth></record>";
        let named = record.replace("<Item>", "<LastName>X</LastName><Item>");
        check(
            &format!("<data-set>{record}{named}{named}</data-set>"),
            expect![[r#"
            ca-sema | Canada: consolidated autonomous sanctions list | 
            utopia//1 Person line 1
              Primary: X @1
              programme Utopia
              remark Date of birth: Sep-99
              reference item 1
            utopia//1-2 Person line 1
              Primary: X @1
              programme Utopia
              remark Date of birth: Sep-99
              reference item 1
            problem 0 line 1: date-unclear "Sep-99": not understood as a date; kept as a remark
            problem 0 line 1: no-name "Utopia": the record has no name
            problem 0 line 1: date-unclear "Sep-99": not understood as a date; kept as a remark
            problem 0 line 1: date-unclear "Sep-99": not understood as a date; kept as a remark
            rows 3 = 2 + 1
        "#]],
        );
        check(
            &format!("<data-set>{named}"),
            expect![[r#"
            sema-lmes.xml is cut: it ends before its root element is closed
        "#]],
        );
        check(
            &format!("<x>{named}</x>"),
            expect![[r#"
            sema-lmes.xml cannot be read as ca-sema: its root element is not data-set
        "#]],
        );
        assert!(read(&CaSema, &"<data-set>".repeat(100_000)).is_err());
    }
}
