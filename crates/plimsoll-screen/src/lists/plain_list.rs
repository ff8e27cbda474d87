//! The user's own list: a table of id, type, name and aliases, or one name a line.
//!
//! Separated by tabs, semicolons or commas. With a header the columns are found by name; without
//! one they are id, type, name, alias, alias, … A type word in the second column is what tells.

use super::intake::{self, Draft, Drafts, Field, FileResult, Row, Rows};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind, Origin};
use crate::identifiers;
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use std::collections::HashMap;

/// The layout `plain-list`.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainList;

const ID: &str = "plain-list";

impl ListSource for PlainList {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Your own list: id, type, name, aliases; or one name a line"
    }
    fn publisher(&self) -> &'static str {
        "you"
    }
    fn licence(&self) -> &'static str {
        "yours"
    }
    fn url(&self) -> &'static str {
        ""
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let text = intake::head(file);
        if text.trim_start_matches('\u{feff}').trim_start().starts_with(['<', '{', '[']) {
            return 0;
        }
        // The last line of the head may be cut, inside a quote too.
        let whole = text.rfind('\n').map_or(&*text, |end| &text[..end]);
        let table = Table::of(whole.trim_start_matches('\u{feff}'));
        let first: Vec<&str> = whole.lines().take(5).collect();
        let first = first.join("\n");
        let first: Vec<Row> = table.rows(&first).collect::<Result<_, _>>().unwrap_or_default();
        match table.shape {
            // A table that mostly says other things is somebody's own layout, whose names may
            // stand in columns that are not known here.
            Shape::Columns(ref columns) if columns.known <= columns.others => 20,
            Shape::Columns(ref columns) => match (columns.kind, columns.id.is_some()) {
                (Some(_), true) => 55,
                (Some(_), false) => 45,
                _ if !columns.aliases.is_empty() => 40,
                _ => 20,
            },
            Shape::Positions if table.separator == b'\t' => {
                let typed = |row: &Row| row.cells.len() >= 3 && kind_of(&row.cells[1]).is_some();
                if !first.is_empty() && first.iter().all(typed) { 50 } else { 30 }
            }
            Shape::Positions => 30,
            Shape::Names | Shape::Unclear => 0,
        }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        (
            "my_watchlist_2025-01-31.csv",
            "id,type,name,alias,country,identifier,birth_date,remark\n\
             1,company,Umbrella Widgets LLC,\"Zontik Vidzhets; Зонтик\",Utopia,INN:7707083893,,\"refused, 2024\"\n\
             2,person,Exa Mpleson,E. Mpleson,,,1970-01-02,\n\
             3,ship,MV Made Up,,,IMO 9074729,,\n",
        )
    }
}

/// Which columns hold what.
#[derive(Debug, Default, PartialEq)]
struct Columns {
    id: Option<usize>,
    kind: Option<usize>,
    name: Option<usize>,
    aliases: Vec<(usize, NameKind)>,
    countries: Vec<usize>,
    addresses: Vec<usize>,
    identifiers: Vec<(usize, Option<IdentifierKind>)>,
    births: Vec<usize>,
    founded: Vec<usize>,
    programmes: Vec<usize>,
    remarks: Vec<usize>,
    listed: Option<usize>,
    /// How many columns of the header are understood, and how many are not.
    known: usize,
    others: usize,
    /// Each column, and whether it is understood.
    titles: Vec<(String, bool)>,
}

impl Columns {
    /// The columns of a header; none where no cell says `name`.
    fn of(header: &Row) -> Option<Self> {
        let mut columns = Self::default();
        for (at, cell) in header.cells.iter().enumerate() {
            let word = intake::slug(cell);
            // `alias 2` and `alias2` are `alias`.
            let word = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
            let known = columns.put(at, word);
            columns.known += usize::from(known);
            columns.titles.push((intake::squeeze(cell), known));
            columns.others += usize::from(!known && !cell.trim().is_empty());
        }
        columns.name.is_some().then_some(columns)
    }

    /// Notes what a column holds; says whether its word is known.
    fn put(&mut self, at: usize, word: &str) -> bool {
        let first = |slot: &mut Option<usize>| *slot = slot.or(Some(at));
        match word {
            "id" | "key" | "reference" | "record-id" => first(&mut self.id),
            "type" | "schema" | "kind" | "entity-type" => first(&mut self.kind),
            "name" | "names" | "full-name" | "party" | "primary-name" => first(&mut self.name),
            "alias" | "aliases" | "aka" | "a-k-a" | "also-known-as" | "other-names" => {
                self.aliases.push((at, NameKind::Alias));
            }
            "weak-alias" | "weakalias" | "weak-aliases" => {
                self.aliases.push((at, NameKind::WeakAlias));
            }
            "former-name" | "previous-name" | "previousname" | "fka" | "formerly" => {
                self.aliases.push((at, NameKind::Former));
            }
            "country" | "countries" | "nationality" | "flag" | "jurisdiction" => {
                self.countries.push(at);
            }
            "address" | "addresses" => self.addresses.push(at),
            "birth-date" | "birthdate" | "date-of-birth" | "dob" | "date" | "born" => {
                self.births.push(at);
            }
            "founded" | "incorporated" | "incorporation-date" | "built" => self.founded.push(at),
            "programme" | "program" | "programmes" | "programs" | "regime" | "sanctions" => {
                self.programmes.push(at);
            }
            "remark" | "remarks" | "note" | "notes" | "comment" | "comments" | "reason" => {
                self.remarks.push(at);
            }
            "listed" | "listed-on" | "listing-date" => first(&mut self.listed),
            "identifier" | "identifiers" => self.identifiers.push((at, None)),
            _ => {
                let kind = identifier_kind(word);
                self.identifiers.extend(kind.map(|kind| (at, Some(kind))));
                return kind.is_some();
            }
        }
        true
    }
}

/// What an identifier is by its label or column; none for words that are no kind.
fn identifier_kind(word: &str) -> Option<IdentifierKind> {
    Some(match word.to_lowercase().as_str() {
        "imo" | "imo-number" | "imonumber" => IdentifierKind::Imo,
        "mmsi" => IdentifierKind::Mmsi,
        "call-sign" | "callsign" => IdentifierKind::CallSign,
        "lei" => IdentifierKind::Lei,
        "bic" | "swift" => IdentifierKind::Bic,
        "inn" => IdentifierKind::Inn,
        "ogrn" => IdentifierKind::Ogrn,
        "uscc" => IdentifierKind::Uscc,
        "isin" => IdentifierKind::Isin,
        "passport" | "passport-number" => IdentifierKind::Passport,
        "national-id" | "id-number" => IdentifierKind::NationalId,
        "tax-id" | "tax-number" | "tin" | "vat" => IdentifierKind::TaxId,
        "registration" | "registration-number" | "company-number" => IdentifierKind::Registration,
        "aircraft" | "tail-number" => IdentifierKind::Aircraft,
        "wallet" => IdentifierKind::Wallet,
        "email" | "emails" | "e-mail" => IdentifierKind::Email,
        "website" | "url" | "web" => IdentifierKind::Website,
        "phone" | "phones" | "telephone" => IdentifierKind::Phone,
        "other" => IdentifierKind::Other,
        _ => return None,
    })
}

/// The kind that a type word means; none where it is not one.
fn kind_of(word: &str) -> Option<EntityKind> {
    Some(match intake::squeeze(word).to_lowercase().as_str() {
        "person" | "individual" | "natural person" => EntityKind::Person,
        "business" | "company" | "organisation" | "organization" | "entity" | "legalentity"
        | "legal entity" | "publicbody" | "public body" => EntityKind::Organisation,
        "vessel" | "ship" => EntityKind::Vessel,
        "aircraft" | "airplane" | "plane" => EntityKind::Aircraft,
        "address" => EntityKind::Address,
        _ => return None,
    })
}

/// How the lines are to be understood.
#[derive(Debug, PartialEq)]
enum Shape {
    /// By the header.
    Columns(Box<Columns>),
    /// Id, type, name, aliases.
    Positions,
    /// One name a line.
    Names,
    /// Several columns, and nothing says which is which.
    Unclear,
}

/// The separator and the shape of a file.
struct Table {
    separator: u8,
    shape: Shape,
}

impl Table {
    fn of(text: &str) -> Self {
        let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        let mut many = None;
        for separator in [b'\t', b';', b','] {
            let Ok(rows) = intake::rows(line, separator, separator != b'\t') else { continue };
            let Some(first) = rows.first() else { continue };
            if let Some(columns) = Columns::of(first) {
                // `name` alone is a column too: prefer the separator that finds more.
                if first.cells.len() > 1 || separator == b',' {
                    return Self { separator, shape: Shape::Columns(Box::new(columns)) };
                }
            } else if first.cells.len() >= 3 && kind_of(&first.cells[1]).is_some() {
                return Self { separator, shape: Shape::Positions };
            }
            // A comma or a semicolon may be part of a name, a tab is not.
            if separator == b'\t' && first.cells.len() > 1 {
                many = Some(separator);
            }
        }
        match many {
            Some(separator) => Self { separator, shape: Shape::Unclear },
            // A separator that no name holds.
            None => Self { separator: b'\x1f', shape: Shape::Names },
        }
    }

    /// The records; names are taken as whole lines. `Err` holds the line of an open quote.
    fn rows<'t>(&self, text: &'t str) -> impl Iterator<Item = Result<Row, u32>> + use<'t> {
        let quotes = matches!(self.separator, b',' | b';');
        Rows::with(text, self.separator, quotes).map(move |row| {
            let mut row = row?;
            // Tabs need no quotes, so a quote there is a character, unless it is around a cell.
            for cell in row.cells.iter_mut().filter(|_| !quotes) {
                if let Some(inner) = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
                {
                    *cell = inner.replace("\"\"", "\"");
                }
            }
            Ok(row)
        })
    }
}

/// The name of a list after its file: without folders, ending and date.
fn list_id(file_name: &str) -> String {
    let name = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem =
        name.split_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
    let slug = intake::slug(stem);
    let mut kept: Vec<&str> = Vec::new();
    let mut in_date = 0;
    for word in slug.split('-') {
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        let year = number && matches!(word.len(), 4 | 6 | 8) && word.starts_with(['1', '2']);
        if year {
            in_date = 2;
        } else if in_date > 0 && number && word.len() <= 2 {
            in_date -= 1;
        } else {
            in_date = 0;
            kept.push(word);
        }
    }
    let words = kept.join("-");
    if words.is_empty() { "own-list".to_owned() } else { format!("own-{words}") }
}

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let text = text.trim_start_matches('\u{feff}');
    if text.contains('\0') {
        return Err(ListError::Malformed {
            file: file.name.to_owned(),
            layout: ID,
            detail: "it holds zero bytes, so it is no text".to_owned(),
        });
    }
    let table = Table::of(text);
    // The first of them is a header where columns are told by their names.
    let header = usize::from(matches!(table.shape, Shape::Columns(_)));
    let rows = || table.rows(text).skip(header);
    if table.shape == Shape::Unclear {
        return Err(ListError::Malformed {
            file: file.name.to_owned(),
            layout: ID,
            detail: "line 1 names no column `name`, and its second column is no type such as \
                     person, company, vessel or aircraft: add a header"
                .to_owned(),
        });
    }
    let mut result = FileResult::new(room, odd);
    let mut drafts = Drafts::new(room);
    let mut by_id: HashMap<intake::Key, u32> = HashMap::new();
    for row in rows() {
        let row = &row.map_err(|line| ListError::Cut {
            file: file.name.to_owned(),
            detail: format!("the quote opened in line {line} never closes"),
        })?;
        let origin = Origin { file: number, line: row.line };
        let loaded = match &table.shape {
            Shape::Columns(columns) => by_columns(columns, row, origin, &mut result.problems),
            Shape::Positions => by_positions(row, origin, &mut result.problems),
            Shape::Names | Shape::Unclear => by_name(row, origin, &mut result.problems),
        };
        result.count.rows_in += 1;
        let Some(draft) = loaded else {
            result.count.rows_set_aside += 1;
            let hint = "the row has no name";
            let cells = row.cells.join(" ");
            result.problems.push(Problem::new("no-name", row.line.into(), &cells, hint));
            continue;
        };
        result.count.rows_loaded += 1;
        let id = intake::key(&draft.entity.id);
        match by_id.get(&id) {
            Some(first) => join(drafts.at(*first as usize), draft, &mut result.problems),
            None => {
                by_id.insert(id, drafts.push(draft) as u32);
            }
        }
    }
    if let Shape::Columns(columns) = &table.shape {
        let titles = columns.titles.iter().map(|(title, known)| (&**title, &**title, *known));
        result.problems.extend(Unread::of_table(titles, rows().flatten()).judge(&[], file, ID)?);
    }
    let mut edition = ListEdition::new(&list_id(file.name), file.name, room);
    drafts.into_values().filter_map(Draft::finish).for_each(|entity| edition.entities.push(entity));
    result.editions.push(edition);
    Ok(result)
}

/// Adds what a later row says under the same id.
fn join(first: &mut Draft, later: Draft, problems: &mut Problems) {
    let entity = later.entity;
    if first.entity.kind == EntityKind::Unknown {
        first.entity.kind = entity.kind;
    }
    for name in entity.names {
        let kind = if name.kind == NameKind::Primary { NameKind::Alias } else { name.kind };
        first.name(&name.text, kind, name.origin, problems);
    }
    for address in entity.addresses {
        first.address(&address.text, &address.country, address.origin);
    }
    for id in entity.identifiers {
        first.identifier(id.kind, &id.value, &id.label, &id.country, id.origin);
    }
    for date in entity.dates {
        first.date(date.kind, &date.from, &date.to, date.circa, date.origin);
    }
    for (field, facts) in [
        (Field::Country, entity.countries),
        (Field::Programme, entity.programmes),
        (Field::Remark, entity.remarks),
    ] {
        for fact in facts {
            first.fact(field, &fact);
        }
    }
    if first.entity.listed.is_empty() {
        first.entity.listed = entity.listed;
    }
}

/// A draft with an id: the one given, else one made of the name.
fn draft(id: &str, kind: EntityKind, name: &str, origin: Origin) -> Draft {
    let id = if id.is_empty() { intake::slug(name) } else { id.to_owned() };
    Draft::new(id, kind, origin)
}

fn by_name(row: &Row, origin: Origin, problems: &mut Problems) -> Option<Draft> {
    let name = row.cell(Some(0));
    let mut draft = draft("", EntityKind::Unknown, &name, origin);
    draft.name(&name, NameKind::Primary, origin, problems);
    (!draft.entity.names.is_empty()).then_some(draft)
}

/// The kind by its word; a word that is none is told and leaves the kind open.
fn kind_or_problem(row: &Row, at: usize, problems: &mut Problems) -> EntityKind {
    let word = row.cell(Some(at));
    kind_of(&word).unwrap_or_else(|| {
        if !word.is_empty() {
            let hint = "write person, company, vessel or aircraft; the row is kept without a type";
            let problem = Problem::new("type-unknown", row.line.into(), &word, hint);
            problems.push(problem.in_column("type"));
        }
        EntityKind::Unknown
    })
}

fn by_positions(row: &Row, origin: Origin, problems: &mut Problems) -> Option<Draft> {
    let name = row.cell(Some(2));
    let kind = kind_or_problem(row, 1, problems);
    let mut draft = draft(&row.cell(Some(0)), kind, &name, origin);
    draft.name(&name, NameKind::Primary, origin, problems);
    for alias in row.cells.iter().skip(3) {
        draft.name(alias, NameKind::Alias, origin, problems);
    }
    (!draft.entity.names.is_empty()).then_some(draft)
}

/// The values of a cell: several are separated by semicolons.
fn values(row: &Row, at: usize) -> Vec<String> {
    intake::split_outside(row.cells.get(at).map_or("", String::as_str), |c| c == ';')
}

fn by_columns(
    columns: &Columns,
    row: &Row,
    origin: Origin,
    problems: &mut Problems,
) -> Option<Draft> {
    let name = row.cell(columns.name);
    let kind = columns.kind.map_or(EntityKind::Unknown, |at| kind_or_problem(row, at, problems));
    let mut draft = draft(&row.cell(columns.id), kind, &name, origin);
    draft.name(&name, NameKind::Primary, origin, problems);
    for (at, kind) in &columns.aliases {
        for alias in values(row, *at) {
            draft.name(&alias, *kind, origin, problems);
        }
    }
    for (field, columns) in
        [(Field::Country, &columns.countries), (Field::Programme, &columns.programmes)]
    {
        for value in columns.iter().flat_map(|at| values(row, *at)) {
            draft.fact(field, &value);
        }
    }
    for at in &columns.remarks {
        draft.fact(Field::Remark, &row.cell(Some(*at)));
    }
    for address in columns.addresses.iter().flat_map(|at| values(row, *at)) {
        draft.address(&address, "", origin);
    }
    for (at, kind) in &columns.identifiers {
        for value in values(row, *at) {
            identifier(&mut draft, *kind, &value, origin);
        }
    }
    for (kind, columns) in
        [(DateKind::Birth, &columns.births), (DateKind::Founded, &columns.founded)]
    {
        for value in columns.iter().flat_map(|at| values(row, *at)) {
            match intake::date(&value) {
                Some(day) => draft.date(kind, &day, &day, false, origin),
                None => problems.push(odd_date(row, &value)),
            }
        }
    }
    let listed = row.cell(columns.listed);
    match intake::date(&listed) {
        Some(day) => draft.entity.listed = day,
        None if listed.is_empty() => {}
        None => problems.push(odd_date(row, &listed)),
    }
    (!draft.entity.names.is_empty()).then_some(draft)
}

fn odd_date(row: &Row, value: &str) -> Problem {
    let hint = "write the date as 1970-12-31, 1970-12 or 1970; the row is kept without it";
    Problem::new("date-unclear", row.line.into(), value, hint)
}

/// Adds `kind:value`, or a bare value by what it can only be.
fn identifier(draft: &mut Draft, column: Option<IdentifierKind>, value: &str, origin: Origin) {
    if let Some(kind) = column {
        return draft.identifier(kind, value, "", "", origin);
    }
    if let Some((label, rest)) = value.split_once(':')
        && let Some(kind) = identifier_kind(&intake::slug(label))
    {
        return draft.identifier(kind, rest, label, "", origin);
    }
    let kind = identifiers::guess(value).unwrap_or(IdentifierKind::Other);
    draft.identifier(kind, value, "", "", origin);
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&PlainList, text) {
            Ok(parsed) => show(&parsed),
            Err(error) => format!("{error}\n"),
        };
        want.assert_eq(&shown);
    }

    #[test]
    fn survives_everything() {
        survives(&PlainList);
    }

    #[test]
    fn lists_are_named_after_their_files() {
        for (file, want) in [
            ("ofac_list_2025-11.tsv", "own-ofac-list"),
            ("2025-11-01.csv", "own-list"),
            ("Bad Parties 20250131.csv.gz", "own-bad-parties"),
            ("top100.txt", "own-top100"),
            ("line 7.csv", "own-line-7"),
            ("список.csv", "own-список"),
            (".csv", "own-csv"),
        ] {
            assert_eq!(list_id(file), want, "{file}");
        }
    }

    #[test]
    fn by_header() {
        check(
            PlainList.example().1,
            expect![[r#"
                own-my-watchlist | my_watchlist_2025-01-31.csv | 
                1 Organisation line 2
                  Primary: Umbrella Widgets LLC @2
                  Alias: Zontik Vidzhets @2
                  Alias: Зонтик @2
                  Inn 7707083893 [INN]  holds
                  country Utopia
                  remark refused, 2024
                2 Person line 3
                  Primary: Exa Mpleson @3
                  Alias: E. Mpleson @3
                  Birth 1970-01-02..1970-01-02
                3 Vessel line 4
                  Primary: MV Made Up @4
                  Imo 9074729 []  holds
                rows 3 = 3 + 0
            "#]],
        );
    }

    #[test]
    fn by_position() {
        check(
            "7\tperson\tMADEUP, Ann\t\"Annie\" Madeup\tMADEUP, Ann\n8\tspaceship\tRocket\n9\tvessel\t\n7\tperson\tAnna Madeup",
            expect![[r#"
                own-my-watchlist | my_watchlist_2025-01-31.csv | 
                7 Person line 1
                  Primary: MADEUP, Ann @1
                  Alias: "Annie" Madeup @1
                  Alias: Anna Madeup @4
                8 Unknown line 2
                  Primary: Rocket @2
                problem 0 line 2, column type: type-unknown "spaceship": write person, company, vessel or aircraft; the row is kept without a type
                problem 0 line 3: no-name "9 vessel ": the row has no name
                rows 4 = 3 + 1
            "#]],
        );
    }

    #[test]
    fn one_name_a_line() {
        check(
            "Acme, Ltd\n\n  Bogus   Corp \nAcme, Ltd\n---\n",
            expect![[r#"
                own-my-watchlist | my_watchlist_2025-01-31.csv | 
                acme-ltd Unknown line 1
                  Primary: Acme, Ltd @1
                bogus-corp Unknown line 3
                  Primary: Bogus Corp @3
                problem 0 line 5: name-empty "---": no letter and no digit: not taken as a name
                problem 0 line 5: no-name "---": the row has no name
                rows 4 = 3 + 1
            "#]],
        );
    }

    #[test]
    fn refusals() {
        check(
            "a\tb\tc\n",
            expect![[r#"
            my_watchlist_2025-01-31.csv cannot be read as plain-list: line 1 names no column `name`, and its second column is no type such as person, company, vessel or aircraft: add a header
        "#]],
        );
        check(
            "id,type,name\n1,person,\"Never closed\n",
            expect![[r#"
            my_watchlist_2025-01-31.csv is cut: the quote opened in line 2 never closes
        "#]],
        );
        check(
            "id,type,name\n",
            expect![[r#"
            my_watchlist_2025-01-31.csv holds no entry of plain-list
        "#]],
        );
    }

    #[test]
    fn hostile_files() {
        let huge = format!("id,type,name,aliases\n1,person,A,\"{}\"\n", "(;\"\"".repeat(500_000));
        assert!(read(&PlainList, &huge).is_ok());
        let long = format!("id,type,name\n1,person,{}\n", "x".repeat(2_000_000));
        assert_eq!(read(&PlainList, &long).unwrap().counts[0].rows_loaded, 1);
        let same = format!("id,type,name,alias\n{}", "1,person,A,B\n".repeat(100_000));
        assert_eq!(
            read(&PlainList, &same).unwrap().editions[0].entities.to_vec()[0].names.len(),
            2
        );
    }
}
