//! Extracts of the EU's Official Journal as CSV: one row for each listed party of an annex.
//!
//! The layout was read in an extract of Regulation (EU) No 833/2014 with 1,746 rows. Several
//! values of one cell are separated by semicolons; `registrationNumber` holds numbers of many
//! registers, each with its label in brackets behind it.

use super::intake::{self, Draft, Field, FileResult, Ids, Row, Rows};
use super::unread::Unread;
use super::{ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind, Origin};
use crate::identifiers;
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};

/// The layout `eu-oj`.
#[derive(Clone, Copy, Debug, Default)]
pub struct EuOj;

const ID: &str = "eu-oj";

/// Columns without which it is another layout.
const NEEDED: [&str; 5] = ["celex", "annex", "measure", "schema", "name"];

impl ListSource for EuOj {
    fn id(&self) -> &'static str {
        ID
    }
    fn title(&self) -> &'static str {
        "Annexes of EU regulations as CSV, from the Official Journal"
    }
    fn publisher(&self) -> &'static str {
        "European Union; extract by OpenSanctions"
    }
    fn licence(&self) -> &'static str {
        "Official Journal: reuse with source named; the extract: CC BY-NC"
    }
    fn url(&self) -> &'static str {
        "https://eur-lex.europa.eu/"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let text = intake::head(file);
        let line = text.trim_start_matches('\u{feff}').lines().next().unwrap_or("");
        let Ok(rows) = intake::rows(line, b',', true) else { return 0 };
        let has = |name: &&str| rows.first().is_some_and(|row| row.cells.iter().any(|c| c == name));
        if NEEDED.iter().all(has) { 100 } else { 0 }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        intake::read_each(files, ID, room, read)
    }

    fn example(&self) -> (&'static str, &'static str) {
        (
            "39999R0001.csv",
            "celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias,\
             previousName,country,registrationNumber,innCode,imoNumber,address,email,notes\n\
             39999R0001,1,EU-XXX,IV,Export control,25.2.2025,,LegalEntity,Zontik Works (ZW),\
             Завод «Зонтик» (АО «Зонтик»); JSC Zontik,,Utopia,7707083893 (Tax ID/INN),,,\
             \"1, Made-up Str., Utopia\",zontik@example.org,\n\
             39999R0001,2,EU-XXX,XLII,Transport ban,9 August 2025,\"Article 1, point (b)\",Vessel,\
             Made Up,,Never Was,,,,9074729,,,\n",
        )
    }
}

/// The columns of one file by name.
struct Columns {
    places: HashMap<String, usize>,
    /// Each column, and whether it was asked for.
    titles: Vec<(String, Cell<bool>)>,
}

impl Columns {
    fn cell(&self, row: &Row, name: &str) -> String {
        row.cell(self.place(name))
    }

    fn place(&self, name: &str) -> Option<usize> {
        let at = self.places.get(name).copied()?;
        self.titles[at].1.set(true);
        Some(at)
    }

    fn asked(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.titles.iter().map(|(title, asked)| (title.as_str(), title.as_str(), asked.get()))
    }

    /// Several values, separated by semicolons outside brackets.
    fn values(&self, row: &Row, name: &str) -> Vec<String> {
        let cell = self.place(name).and_then(|at| row.cells.get(at));
        intake::split_outside(cell.map_or("", String::as_str), |c| c == ';')
    }
}

fn malformed(file: &ListFile<'_>, detail: String) -> ListError {
    ListError::Malformed { file: file.name.to_owned(), layout: ID, detail }
}

fn cut(file: &ListFile<'_>, detail: String) -> ListError {
    ListError::Cut { file: file.name.to_owned(), detail }
}

fn open_quote(file: &ListFile<'_>, line: u32) -> ListError {
    cut(file, format!("the quote opened in line {line} never closes"))
}

/// The header, the other rows, and how wide it is.
fn table<'t>(text: &'t str, file: &ListFile<'_>) -> Result<(Columns, Rows<'t>, usize), ListError> {
    let mut rows = Rows::of(text, b',');
    let Some(header) = rows.next().transpose().map_err(|line| open_quote(file, line))? else {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: ID });
    };
    let width = header.cells.len();
    let mut columns = HashMap::new();
    for (at, cell) in header.cells.iter().enumerate() {
        columns.entry(intake::squeeze(cell)).or_insert(at);
    }
    if let Some(name) = NEEDED.iter().find(|name| !columns.contains_key(**name)) {
        let problem = format!("line 1 has no column `{name}`");
        return Err(malformed(file, problem));
    }
    let titles = header.cells.iter().map(|cell| (intake::squeeze(cell), Cell::new(false)));
    Ok((Columns { places: columns, titles: titles.collect() }, rows, width))
}

fn read(number: u16, file: &ListFile<'_>, room: &Room) -> Result<FileResult, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let (columns, rows, width) = table(text.trim_start_matches('\u{feff}'), file)?;
    let mut result = FileResult::new(room, odd);
    let mut lists: BTreeMap<String, (ListEdition, Ids)> = BTreeMap::new();
    for row in rows.clone() {
        let row = &row.map_err(|line| open_quote(file, line))?;
        if !row.closed && row.cells.len() < width {
            let (line, cells) = (row.line, row.cells.len());
            return Err(cut(file, format!("its last line {line} has {cells} of {width} cells")));
        }
        result.count.rows_in += 1;
        let set_aside =
            |rule, hint: &str| Problem::new(rule, row.line.into(), &row.cells.join(","), hint);
        if row.cells.len() != width {
            let hint = format!("{} cells where the header has {width}", row.cells.len());
            result.problems.push(set_aside("row-width", &hint));
            result.count.rows_set_aside += 1;
            continue;
        }
        let celex = columns.cell(row, "celex");
        let (edition, ids) =
            lists.entry(format!("{ID}-{}", intake::slug(&celex))).or_insert_with_key(|list| {
                (ListEdition::new(list, &title(&celex), room), Ids::default())
            });
        let draft = party(&columns, row, number, &mut result.problems);
        if let Some(mut entity) = draft.finish() {
            entity.id = ids.unique(entity.id);
            edition.entities.push(entity);
            result.count.rows_loaded += 1;
        } else {
            result.problems.push(set_aside("no-name", "the row has no name"));
            result.count.rows_set_aside += 1;
        }
    }
    let unread = Unread::of_table(columns.asked(), rows.flatten());
    result.problems.extend(unread.judge(&[&["alias"]], file, ID)?);
    result.editions = lists.into_values().map(|(edition, _)| edition).collect();
    Ok(result)
}

/// `32014R0833` is Regulation (EU) No 833/2014: sector 3, year, R for regulation, number.
fn title(celex: &str) -> String {
    let act = match celex.get(5..6) {
        Some("R") => "Regulation",
        Some("D") => "Decision",
        _ => return format!("EU Official Journal, {celex}"),
    };
    match (celex.get(1..5), celex.get(6..).and_then(|number| number.parse::<u32>().ok())) {
        // Until 2014 the number came first.
        (Some(year), Some(number)) if ("2000".."2015").contains(&year) => {
            format!("EU Official Journal, {act} (EU) No {number}/{year}")
        }
        (Some(year), Some(number)) if year.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("EU Official Journal, {act} (EU) {year}/{number}")
        }
        _ => format!("EU Official Journal, {celex}"),
    }
}

/// What a row says of its party.
fn party(columns: &Columns, row: &Row, file: u16, problems: &mut Problems) -> Draft {
    let origin = Origin { file, line: row.line };
    let (annex, record) = (columns.cell(row, "annex"), columns.cell(row, "recordId"));
    let name = columns.cell(row, "name");
    // Half of the annexes do not number their entries.
    let id = if record.is_empty() { intake::slug(&name) } else { record };
    let kind = kind_of(&columns.cell(row, "schema"));
    let mut draft = Draft::new(format!("{annex}/{id}"), kind, origin);
    names(columns, row, &mut draft, problems);
    for column in ["country", "nationality", "jurisdiction", "flag"] {
        for country in columns.values(row, column) {
            draft.fact(Field::Country, &country);
        }
    }
    numbers(columns, row, &mut draft);
    dates(columns, row, &mut draft, problems);
    for address in columns.values(row, "address") {
        draft.address(&address, "", origin);
    }
    for (field, names) in [
        (Field::BirthPlace, &["birthPlace"][..]),
        (Field::Position, &["position"]),
        (Field::Remark, &["reason", "sector", "legalForm", "appearance", "ethnicity", "notes"]),
    ] {
        for name in names {
            draft.fact(field, &columns.cell(row, name));
        }
    }
    for (label, column) in [("Father", "fatherName"), ("Mother", "motherName")] {
        let name = columns.cell(row, column);
        if !name.is_empty() {
            draft.fact(Field::Remark, &format!("{label}: {name}"));
        }
    }
    let gender = columns.cell(row, "gender").to_lowercase();
    if matches!(gender.as_str(), "male" | "female") {
        draft.entity.gender = gender;
    }
    draft.fact(Field::Programme, &columns.cell(row, "programKey"));
    if !annex.is_empty() {
        draft.fact(Field::Programme, &format!("Annex {annex}"));
    }
    draft.fact(Field::Programme, &columns.cell(row, "measure"));
    settle_kind(&mut draft);
    draft
}

fn kind_of(schema: &str) -> EntityKind {
    match schema.to_lowercase().as_str() {
        "person" => EntityKind::Person,
        "organization" | "organisation" | "company" | "publicbody" => EntityKind::Organisation,
        "vessel" => EntityKind::Vessel,
        "airplane" | "aircraft" => EntityKind::Aircraft,
        // `LegalEntity` is used for persons too, `Asset` for ports, airports and projects.
        _ => EntityKind::Unknown,
    }
}

/// A party of unknown kind with a number that only organisations have is one.
fn settle_kind(draft: &mut Draft) {
    let organisation = |kind, value: &str| match kind {
        IdentifierKind::Uscc | IdentifierKind::Lei | IdentifierKind::Registration => true,
        IdentifierKind::Inn => value.len() == 10,
        IdentifierKind::Ogrn => value.len() == 13,
        _ => false,
    };
    let entity = &mut draft.entity;
    if entity.kind == EntityKind::Unknown
        && entity.identifiers.iter().any(|id| organisation(id.kind, &id.value))
    {
        entity.kind = EntityKind::Organisation;
    }
}

fn names(columns: &Columns, row: &Row, draft: &mut Draft, problems: &mut Problems) {
    let origin = draft.entity.origin;
    let cells = [
        ("name", NameKind::Primary),
        ("alias", NameKind::Alias),
        ("weakAlias", NameKind::WeakAlias),
        ("previousName", NameKind::Former),
    ];
    let mut bracketed = Vec::new();
    for (column, kind) in cells {
        for (at, name) in columns.values(row, column).iter().enumerate() {
            // A second name in the column of the name is an alias.
            let kind = if at > 0 && kind == NameKind::Primary { NameKind::Alias } else { kind };
            draft.name(name, kind, origin, problems);
            if let Some((outer, inner)) = intake::last_bracket(name)
                && !outer.is_empty()
                && let Some(inner_kind) = bracket_kind(inner, kind)
            {
                let outer_kind = if kind == NameKind::Primary { NameKind::Alias } else { kind };
                bracketed.push((outer.to_owned(), outer_kind));
                bracketed.extend(
                    intake::split_outside(inner, |c| c == ';')
                        .into_iter()
                        .map(|name| (name, inner_kind)),
                );
            }
        }
    }
    for (name, kind) in bracketed {
        draft.name(&name, kind, origin, problems);
    }
}

/// Whether what stands in brackets behind a name is a name too: a short one made of capitals is
/// a weak alias; a country, a legal form or a remark is none.
pub(super) fn bracket_kind(inner: &str, outer: NameKind) -> Option<NameKind> {
    const NO_NAMES: [&str; 12] = [
        "joint stock company",
        "jsc",
        "pjsc",
        "ojsc",
        "ao",
        "pao",
        "private",
        "former name",
        "limited",
        "russia",
        "hk",
        "hong kong",
    ];
    let lower = inner.to_lowercase();
    let letters = inner.chars().filter(|c| c.is_alphabetic()).count();
    let begins = inner.chars().find(|c| c.is_alphanumeric())?;
    let named = plimsoll_terms::place::by_name(inner).is_some();
    if letters < 2 || begins.is_lowercase() || named || NO_NAMES.contains(&lower.as_str()) {
        return None;
    }
    let one_word = !inner.contains(char::is_whitespace);
    if one_word && inner.chars().count() <= 10 {
        return Some(NameKind::WeakAlias);
    }
    Some(if outer == NameKind::Primary { NameKind::Alias } else { outer })
}

fn dates(columns: &Columns, row: &Row, draft: &mut Draft, problems: &mut Problems) {
    let mut day = |column: &str, cell: &str| {
        let day = intake::date(cell);
        if day.is_none() && !cell.is_empty() {
            let hint = "not understood as a date; the row is kept without it";
            let problem = Problem::new("date-unclear", row.line.into(), cell, hint);
            problems.push(problem.in_column(column));
        }
        day
    };
    draft.entity.listed = day("startDate", &columns.cell(row, "startDate")).unwrap_or_default();
    let origin = draft.entity.origin;
    for (column, kind) in [("birthDate", DateKind::Birth), ("incorporationDate", DateKind::Founded)]
    {
        for cell in columns.values(row, column) {
            if let Some(day) = day(column, &cell) {
                draft.date(kind, &day, &day, false, origin);
            }
        }
    }
}

fn numbers(columns: &Columns, row: &Row, draft: &mut Draft) {
    use IdentifierKind::{
        Bic, Email, Imo, Inn, Lei, Mmsi, NationalId, Ogrn, Other, Passport, Phone, Registration,
        TaxId, Website,
    };
    let origin = draft.entity.origin;
    for (column, kind, label) in [
        ("passportNumber", Passport, ""),
        ("innCode", Inn, "INN"),
        ("ogrnCode", Ogrn, "OGRN"),
        ("kppCode", Other, "KPP"),
        ("okpoCode", Registration, "OKPO"),
        ("leiCode", Lei, "LEI"),
        ("swiftBic", Bic, "SWIFT/BIC"),
        ("ticker", Other, "ticker"),
        ("imoNumber", Imo, "IMO"),
        ("mmsi", Mmsi, "MMSI"),
        ("email", Email, ""),
        ("website", Website, ""),
    ] {
        for value in columns.values(row, column) {
            draft.identifier(kind, &value, label, "", origin);
        }
    }
    for value in columns.values(row, "phone") {
        for value in value.split(',') {
            draft.identifier(Phone, value, "", "", origin);
        }
    }
    for (column, otherwise) in
        [("registrationNumber", Registration), ("taxNumber", TaxId), ("idNumber", NationalId)]
    {
        for value in columns.values(row, column) {
            for (number, label) in labelled(&value) {
                let kind = number_kind(&number, &label, otherwise);
                draft.identifier(kind, &number, &label, "", origin);
            }
        }
    }
}

/// `1 (A), 2 (B)` as numbers with their labels; `CR No. 3` with its label in front.
fn labelled(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('(') {
        let close = closing(&rest[open..]).map_or(rest.len(), |len| open + len);
        let number = rest[..open].trim_matches(|c: char| c == ',' || c.is_whitespace());
        let label = rest[open + 1..close].trim();
        if number.is_empty() {
            // A second bracket says more about the number before it.
            if let Some((_, first)) = found.last_mut() {
                first.push_str(", ");
                first.push_str(label);
            }
        } else {
            found.push((number.to_owned(), label.to_owned()));
        }
        rest = rest.get(close + 1..).unwrap_or("");
    }
    let number = rest.trim_matches(|c: char| c == ',' || c.is_whitespace());
    if number.chars().any(char::is_alphanumeric) {
        found.push((number.to_owned(), String::new()));
    }
    for (number, label) in &mut found {
        let digit = |word: &str| word.chars().any(|c| c.is_ascii_digit());
        let begin = number
            .split_whitespace()
            .scan(0, |at, word| {
                let here = *at;
                *at += word.len() + 1;
                Some((here, word))
            })
            .find(|(_, word)| digit(word))
            .map_or(0, |(at, _)| at);
        if begin > 0 && label.is_empty() {
            let whole = intake::squeeze(number);
            if let (Some(front), Some(back)) = (whole.get(..begin), whole.get(begin..)) {
                *label = front.trim_end_matches([' ', ':']).to_owned();
                *number = back.to_owned();
            }
        }
    }
    found
}

/// Where the bracket that opens the text closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// What a number is by its label, else by what it can only be.
fn number_kind(number: &str, label: &str, otherwise: IdentifierKind) -> IdentifierKind {
    let label = label.to_uppercase();
    let words: Vec<&str> = label.split(|c: char| !c.is_alphanumeric()).collect();
    let has = |word: &str| words.contains(&word);
    if has("INN") {
        // `Tax ID/INN` also stands behind tax numbers of other countries.
        let other = has("TAX") && identifiers::check(IdentifierKind::Inn, number) == Some(false);
        if other { IdentifierKind::TaxId } else { IdentifierKind::Inn }
    } else if has("OGRN") || has("OGRNIP") {
        IdentifierKind::Ogrn
    } else if has("USCC") || (has("SOCIAL") && has("CREDIT")) {
        IdentifierKind::Uscc
    } else if has("IMO") {
        IdentifierKind::Imo
    } else if has("LEI") {
        IdentifierKind::Lei
    } else if has("PASSPORT") {
        IdentifierKind::Passport
    } else if let Some(kind) = identifiers::guess(number) {
        kind
    } else if ["TIN", "TRN", "TAX", "GSTIN", "PAN", "VAT"].iter().any(|word| has(word)) {
        IdentifierKind::TaxId
    } else {
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use super::super::intake::checks::{read, show, survives};
    use super::*;
    use expect_test::{Expect, expect};

    fn check(text: &str, want: Expect) {
        let shown = match read(&EuOj, text) {
            Ok(parsed) => show(&parsed),
            Err(error) => format!("{error}\n"),
        };
        want.assert_eq(&shown);
    }

    #[test]
    fn survives_everything() {
        survives(&EuOj);
    }

    #[test]
    fn example() {
        check(
            EuOj.example().1,
            expect![[r#"
                eu-oj-39999r0001 | EU Official Journal, Regulation (EU) 9999/1 | 
                IV/1 Organisation line 2
                  Primary: Zontik Works (ZW) @2
                  Alias: Завод «Зонтик» (АО «Зонтик») @2
                  Alias: JSC Zontik @2
                  Alias: Zontik Works @2
                  WeakAlias: ZW @2
                  Alias: Завод «Зонтик» @2
                  Alias: АО «Зонтик» @2
                  Email zontik@example.org [] 
                  Inn 7707083893 [Tax ID/INN]  holds
                  at 1, Made-up Str., Utopia []
                  country Utopia
                  programme EU-XXX
                  programme Annex IV
                  programme Export control
                  listed 2025-02-25 
                XLII/2 Vessel line 3
                  Primary: Made Up @3
                  Former: Never Was @3
                  Imo 9074729 [IMO]  holds
                  programme EU-XXX
                  programme Annex XLII
                  programme Transport ban
                  remark Article 1, point (b)
                  listed 2025-08-09 
                rows 2 = 2 + 0
            "#]],
        );
    }

    #[test]
    fn odd_rows() {
        check(
            "celex,annex,measure,schema,name,startDate\n\
             39999R0002,I,M,Person,,\n\
             39999R0002,I,M,Person,Ann Madeup,soon\n\
             39999R0002,I,M,Person\n\
             39999D0003,I,M,Asset,Ann Madeup; Anna,1.2.2025\n\
             39999R0002,I,M,Person,Ann Madeup,\n",
            expect![[r#"
                eu-oj-39999d0003 | EU Official Journal, Decision (EU) 9999/3 | 
                I/ann-madeup-anna Unknown line 5
                  Primary: Ann Madeup @5
                  Alias: Anna @5
                  programme Annex I
                  programme M
                  listed 2025-02-01 
                eu-oj-39999r0002 | EU Official Journal, Regulation (EU) 9999/2 | 
                I/ann-madeup Person line 3
                  Primary: Ann Madeup @3
                  programme Annex I
                  programme M
                I/ann-madeup-2 Person line 6
                  Primary: Ann Madeup @6
                  programme Annex I
                  programme M
                problem 0 line 2: no-name "39999R0002,I,M,Person,,": the row has no name
                problem 0 line 3, column startDate: date-unclear "soon": not understood as a date; the row is kept without it
                problem 0 line 4: row-width "39999R0002,I,M,Person": 4 cells where the header has 6
                rows 5 = 3 + 2
            "#]],
        );
        check(
            "celex,annex,measure,schema,name\n1,I,M,Per",
            expect![[r#"
            39999R0001.csv is cut: its last line 2 has 4 of 5 cells
        "#]],
        );
        check(
            "celex,annex,measure,schema,name\n1,I,M,Person,\"Ann",
            expect![[r#"
            39999R0001.csv is cut: the quote opened in line 2 never closes
        "#]],
        );
        check(
            "celex,annex,name\n",
            expect![[r#"
            39999R0001.csv cannot be read as eu-oj: line 1 has no column `measure`
        "#]],
        );
    }

    #[test]
    fn numbers_and_labels() {
        for (text, want) in [
            ("12 (BRN), 34 (CRN)", "12=BRN 34=CRN"),
            ("CR No. 3176428", "3176428=CR No."),
            (
                "1217800045462 (Russia, Registration Number (OGRN))",
                "1217800045462=Russia, Registration Number (OGRN)",
            ),
            ("12 (A) (B)", "12=A, B"),
            ("12", "12="),
            ("", ""),
            ("(x", ""),
        ] {
            let shown: Vec<_> =
                labelled(text).iter().map(|(number, label)| format!("{number}={label}")).collect();
            assert_eq!(shown.join(" "), want);
        }
    }
}
