//! Which cell of a separated text stands under which heading?
//!
//! For tables with a title or a date above the header, with columns in any order, and with many
//! rows for one party. Headings are compared by their letters and digits alone. Knows no layout.

use super::eu_oj::bracket_kind;
use super::intake::{self, Draft, Drafts, FileResult, Key, Row, Rows};
use super::un_xml::by_script;
use super::{Entities, ListError, ListFile};
use crate::entity::{IdentifierKind, NameKind};
use crate::scratch::{Room, Shelved};
use plimsoll_terms::problem::Problem;
use std::cell::Cell;
use std::collections::HashMap;

/// A header further down is none: titles and notes above it take a few rows.
const HEADER_WITHIN: usize = 20;

/// The spellings of one column that a layout cannot do without.
pub(super) type Needed = &'static [&'static str];

/// A heading without case, spaces and punctuation: `Nationality(/ies)` is `nationalityies`. Of one
/// in two scripts the Latin letters alone: `名稱name` is `name`.
pub(super) fn plain(heading: &str) -> String {
    let latin = heading.chars().any(|c| c.is_ascii_alphabetic());
    let kept = |c: &char| c.is_alphanumeric() && (c.is_ascii() || !latin);
    heading.chars().filter(kept).flat_map(char::to_lowercase).collect()
}

/// A table under its header.
pub(super) struct Sheet<'t> {
    /// The rows above the header.
    pub(super) above: Vec<Row>,
    below: Rows<'t>,
    file: &'t str,
    columns: HashMap<String, usize>,
    headings: Vec<String>,
    /// As they stand in the file.
    titles: Vec<String>,
    /// Which columns were asked for.
    asked: Vec<Cell<bool>>,
    least: usize,
}

impl<'t> Sheet<'t> {
    /// Whether the beginning of a file has such a header.
    pub(super) fn begins(file: &ListFile<'_>, separator: u8, needed: &[Needed]) -> bool {
        let text = intake::head(file);
        let text = text.trim_start_matches('\u{feff}');
        // The head may be cut inside a quote; rows up to there are enough.
        let rows = rows_before_open_quote(text, separator);
        rows.iter().take(HEADER_WITHIN).any(|row| is_header(row, needed))
    }

    /// Reads a table as far as its header.
    ///
    /// # Errors
    /// Where it is empty, cut, or has no such header.
    pub(super) fn open(
        text: &'t str,
        separator: u8,
        needed: &[Needed],
        file: &ListFile<'t>,
        layout: &'static str,
    ) -> Result<Self, ListError> {
        let text = text.trim_start_matches('\u{feff}');
        let mut below = Rows::of(text, separator);
        let mut above: Vec<Row> = Vec::new();
        let header = loop {
            let row = below.next().filter(|_| above.len() < HEADER_WITHIN).transpose();
            let Some(row) = row.map_err(|line| open_quote(file.name, line))? else {
                let missing: Vec<&str> =
                    needed.iter().filter_map(|names| names.first().copied()).collect();
                let detail = format!(
                    "no header with the columns {} in its first {HEADER_WITHIN} rows",
                    missing.join(", ")
                );
                return Err(ListError::Malformed { file: file.name.to_owned(), layout, detail });
            };
            if is_header(&row, needed) {
                break row;
            }
            above.push(row);
        };
        let headings: Vec<String> = header.cells.iter().map(|cell| plain(cell)).collect();
        let mut columns = HashMap::new();
        for (at, heading) in headings.iter().enumerate() {
            columns.entry(heading.clone()).or_insert(at);
        }
        let found =
            needed.iter().filter_map(|names| names.iter().find_map(|name| columns.get(*name)));
        let least = found.max().map_or(0, |last| last + 1);
        let titles: Vec<String> = header.cells.iter().map(|cell| intake::squeeze(cell)).collect();
        let asked = vec![Cell::new(false); headings.len()];
        Ok(Self { above, below, file: file.name, columns, headings, titles, asked, least })
    }

    /// The rows below the header, one after the other.
    ///
    /// # Errors
    /// Where the file is cut.
    pub(super) fn rows(&self) -> impl Iterator<Item = Result<Row, ListError>> + '_ {
        self.below.clone().map(|row| {
            let row = row.map_err(|line| open_quote(self.file, line))?;
            if row.closed || row.cells.len() >= self.headings.len() {
                return Ok(row);
            }
            let (line, cells) = (row.line, row.cells.len());
            let detail =
                format!("its last line {line} has {cells} of {} cells", self.headings.len());
            Err(ListError::Cut { file: self.file.to_owned(), detail })
        })
    }

    /// The cell under the first of these headings that is filled; squeezed, empty where none is.
    pub(super) fn cell(&self, row: &Row, names: &[&str]) -> String {
        let cells = names.iter().map(|name| row.cell(self.column(name)));
        cells.into_iter().find(|cell| !cell.is_empty()).unwrap_or_default()
    }

    /// The same as it stands, with its line ends.
    pub(super) fn raw<'a>(&self, row: &'a Row, names: &[&str]) -> &'a str {
        let cells = names.iter().filter_map(|name| row.cells.get(self.column(name)?));
        cells.map(|cell| cell.trim()).find(|cell| !cell.is_empty()).unwrap_or("")
    }

    fn column(&self, name: &str) -> Option<usize> {
        let at = self.columns.get(name).copied()?;
        self.ask(at);
        Some(at)
    }

    fn ask(&self, at: usize) {
        if let Some(asked) = self.asked.get(at) {
            asked.set(true);
        }
    }

    /// Whether there is such a column.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }

    /// That the cells under a heading were read among [`Self::filled`].
    pub(super) fn read_filled(&self, heading: &str) {
        self.column(heading);
    }

    /// Each column as it is called, its heading, and whether it was asked for.
    pub(super) fn asked(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let columns = self.titles.iter().zip(&self.headings).zip(&self.asked);
        columns.map(|((title, heading), asked)| (title.as_str(), heading.as_str(), asked.get()))
    }

    /// The filled cells of a row with their headings, in order.
    pub(super) fn filled<'a>(&'a self, row: &'a Row) -> impl Iterator<Item = (&'a str, &'a str)> {
        let cells = self.headings.iter().zip(&row.cells);
        cells.map(|(heading, cell)| (heading.as_str(), cell.trim())).filter(|(_, c)| !c.is_empty())
    }

    /// Why a row cannot be taken, if it cannot: it says more than there are columns, or ends
    /// before the last one that is needed.
    pub(super) fn refuse(&self, row: &Row) -> Option<Problem> {
        let beyond = row.cells.iter().skip(self.headings.len()).any(|cell| !cell.trim().is_empty());
        if !beyond && row.cells.len() >= self.least {
            return None;
        }
        let hint =
            format!("{} cells where the header has {}", row.cells.len(), self.headings.len());
        Some(set_aside("row-width", row, &hint))
    }
}

/// The problem of a row that is not taken.
pub(super) fn set_aside(rule: &'static str, row: &Row, hint: &str) -> Problem {
    let cells: Vec<String> = row.cells.iter().map(|cell| intake::squeeze(cell)).collect();
    Problem::new(rule, row.line.into(), cells.join(",").trim_matches(','), hint)
}

fn rows_before_open_quote(text: &str, separator: u8) -> Vec<Row> {
    match intake::rows(text, separator, true) {
        Ok(rows) => rows,
        Err(line) => {
            let lines = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1);
            let whole: String = text.split_inclusive('\n').take(lines).collect();
            intake::rows(&whole, separator, true).unwrap_or_default()
        }
    }
}

fn is_header(row: &Row, needed: &[Needed]) -> bool {
    let headings: Vec<String> = row.cells.iter().map(|cell| plain(cell)).collect();
    let has = |names: &Needed| headings.iter().any(|heading| names.contains(&heading.as_str()));
    needed.iter().all(has)
}

fn open_quote(file: &str, line: u32) -> ListError {
    let detail = format!("the quote opened in line {line} never closes");
    ListError::Cut { file: file.to_owned(), detail }
}

/// The values of a cell that numbers them: `(1) One. (2) Two` or `a) One b) Two`. A cell without
/// such numbers, or with others, is one value.
pub(super) fn numbered(text: &str) -> Vec<String> {
    let text = text.trim();
    let values = if text.starts_with("(1)") {
        between(text, (1..100).map(|n| format!("({n})")))
    } else if text.starts_with("a)") {
        between(text, ('a'..='z').map(|c| format!("{c})")))
    } else {
        vec![text]
    };
    let tidy = |value: &&str| {
        let value = intake::squeeze(value);
        // The full stop of a single value may be part of it: `Zontik Ltd.`
        if values.len() == 1 {
            value
        } else {
            value.trim_end_matches(['.', ',', ';', ' ']).to_owned()
        }
    };
    values.iter().map(tidy).filter(|value| !value.is_empty()).collect()
}

/// The stretches of a text behind each of these markers, as far as they come in order.
fn between(text: &str, mut markers: impl Iterator<Item = String>) -> Vec<&str> {
    let first = markers.next().map_or(0, |marker| marker.len());
    let mut rest = text.get(first..).unwrap_or("");
    let mut values = Vec::new();
    for marker in markers {
        let begins = |at: &usize| {
            let before = &rest[..*at];
            before.is_empty() || before.ends_with([' ', ',', ';', '.', '\n', '\u{2028}'])
        };
        let Some(at) = rest.match_indices(&marker).map(|(at, _)| at).find(begins) else { break };
        values.push(&rest[..at]);
        rest = &rest[at + marker.len()..];
    }
    values.push(rest);
    values
}

/// Numbers with the words before each: `INN: 7707083893 OGRN 1027700132195` gives both with their
/// labels. Words after the last number are given with it.
pub(super) fn labelled_numbers(text: &str) -> Vec<(String, String)> {
    let text = intake::squeeze(text).replace([';', '|', '\u{2028}'], " ");
    let mut found: Vec<(String, String)> = Vec::new();
    let mut label: Vec<&str> = Vec::new();
    let mut joins = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let inner = word.trim_matches(['(', ')', ',', '.', ':']);
        // `INN:7707083893` holds both.
        let (front, number) = match inner.rsplit_once(':') {
            Some((front, number)) if number.chars().any(|c| c.is_ascii_digit()) => (front, number),
            _ => ("", inner),
        };
        if !number.chars().any(|c| c.is_ascii_digit()) {
            label.push(word);
            joins = false;
            continue;
        }
        match found.last_mut() {
            // A number written in groups.
            Some((_, before)) if joins && front.is_empty() && label.is_empty() => {
                before.push(' ');
                before.push_str(number);
            }
            _ => {
                label.push(front);
                let words = label.join(" ");
                let words = words.trim_matches([':', '-', '–', ' ', ',', '.']).to_owned();
                found.push((words, number.to_owned()));
            }
        }
        label.clear();
        joins = !word.ends_with([',', ')']);
    }
    found
}

/// What a number is by the words that a list puts before it; `other` where they do not tell.
pub(super) fn number_kind(label: &str, other: IdentifierKind) -> IdentifierKind {
    use IdentifierKind::{
        Bic, CallSign, Imo, Inn, Lei, Mmsi, NationalId, Ogrn, Passport, Registration, TaxId, Uscc,
    };
    let label = label.to_lowercase();
    let words: Vec<&str> =
        label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let one = |names: &[&str]| words.iter().any(|word| names.contains(word));
    let all = |names: &[&str]| names.iter().all(|name| words.contains(name));
    if one(&["inn", "инн", "іпн"]) {
        Inn
    } else if one(&["ogrn", "ogrnip", "огрн", "огрнип"]) {
        Ogrn
    } else if one(&["uscc"]) || all(&["social", "credit"]) {
        Uscc
    } else if one(&["lei"]) || all(&["legal", "identifier"]) {
        Lei
    } else if one(&["swift", "bic"]) {
        Bic
    } else if one(&["imo"]) {
        Imo
    } else if one(&["mmsi"]) {
        Mmsi
    } else if all(&["call", "sign"]) {
        CallSign
    } else if one(&["passport", "passports", "passeport"]) {
        Passport
    } else if one(&["tax", "taxpayer", "tin", "vat", "fiscal"]) {
        TaxId
    } else if one(&["registration", "register", "company", "business", "trade", "okpo", "kpp"]) {
        Registration
    } else if one(&["national", "identity", "identification", "id", "ssn"]) {
        NationalId
    } else {
        other
    }
}

/// A name, and what its brackets hold beside it: the name in another script, or a short form.
/// `Air Koryo (高麗航空)`, `Imam Hossein University (IHU)`.
pub(super) fn with_brackets(text: &str, kind: NameKind) -> Vec<(String, NameKind)> {
    let mut found = Vec::new();
    let alias = if kind == NameKind::Primary { NameKind::Alias } else { kind };
    for (at, (name, original)) in by_script(text).into_iter().enumerate() {
        let of_name = match (at, original) {
            (0, _) => kind,
            (_, true) => NameKind::OriginalScript,
            _ => alias,
        };
        let inner =
            intake::last_bracket(&name).map(|(outer, inner)| (outer.to_owned(), inner.to_owned()));
        found.push((name, of_name));
        let Some((outer, inner)) = inner.filter(|(outer, _)| !outer.is_empty()) else { continue };
        if bracket_kind(&inner, NameKind::Alias) == Some(NameKind::WeakAlias) {
            found.push((outer, alias));
            found.push((inner, NameKind::WeakAlias));
        }
    }
    found
}

/// The drafts of a table in which many rows are one party, in the order of their first rows.
#[derive(Debug)]
pub(super) struct Groups {
    drafts: Drafts,
    at: HashMap<Key, u32>,
    /// How many rows each draft has.
    rows: Vec<u32>,
    /// Draft and line of every row, put aside: for the rows of a party that has no name.
    lines: Shelved<(u32, Vec<u32>)>,
    /// The draft in hand, and its lines so far.
    open: (u32, Vec<u32>),
}

impl Groups {
    pub(super) fn new(room: &Room) -> Self {
        Self {
            drafts: Drafts::new(room),
            at: HashMap::default(),
            rows: Vec::new(),
            lines: room.shelved(),
            open: (0, Vec::new()),
        }
    }

    /// The draft of this id, for one more row of it.
    pub(super) fn draft(
        &mut self,
        id: &str,
        line: u32,
        make: impl FnOnce() -> Draft,
    ) -> &mut Draft {
        let key = intake::key(id);
        let at = match self.at.get(&key) {
            Some(at) => *at,
            None => {
                let at = self.drafts.push(make()) as u32;
                self.at.insert(key, at);
                self.rows.push(0);
                at
            }
        };
        self.rows[at as usize] += 1;
        if self.open.0 != at {
            self.put_lines();
            self.open.0 = at;
        }
        self.open.1.push(line);
        self.drafts.at(at as usize)
    }

    fn put_lines(&mut self) {
        if !self.open.1.is_empty() {
            self.lines.push(&self.open);
            self.open.1.clear();
        }
    }

    /// The entities, and the rows counted as loaded or, where a party has no name, as set aside.
    pub(super) fn finish(mut self, room: &Room, result: &mut FileResult) -> Entities {
        self.put_lines();
        let mut entities = Entities::new(room);
        let mut nameless: HashMap<u32, String> = HashMap::new();
        for ((at, draft), rows) in (0..).zip(self.drafts.into_values()).zip(self.rows) {
            let id = draft.entity.id.clone();
            if let Some(entity) = draft.finish() {
                result.count.rows_loaded += u64::from(rows);
                entities.push(entity);
                continue;
            }
            result.count.rows_set_aside += u64::from(rows);
            nameless.insert(at, id);
        }
        if nameless.is_empty() {
            return entities;
        }
        for (at, lines) in self.lines.into_values() {
            let Some(id) = nameless.get(&at) else { continue };
            for line in lines {
                let hint = "the entry has no name that can be read";
                result.problems.push(Problem::new("no-name", line.into(), id, hint));
            }
        }
        entities
    }
}

/// The kind of one more name: a second primary one is an alias.
pub(super) fn once_primary(draft: &Draft, kind: NameKind) -> NameKind {
    let known = draft.entity.names.iter().any(|name| name.kind == NameKind::Primary);
    if kind == NameKind::Primary && known { NameKind::Alias } else { kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDED: &[Needed] = &[&["id"], &["name", "fullname"]];

    fn open(text: &str) -> Result<(Sheet<'_>, Vec<Row>), ListError> {
        let sheet = Sheet::open(text, b',', NEEDED, &ListFile { name: "x.csv", bytes: &[] }, "x")?;
        let rows = sheet.rows().collect::<Result<_, _>>()?;
        Ok((sheet, rows))
    }

    #[test]
    fn a_header_below_a_title() {
        let (sheet, rows) =
            open("Made up,\nNote\nI.D.,Full Name,Other\n1,\"A\nB\",x\n2,C\n3\n4,D,,,y\n").unwrap();
        assert_eq!(sheet.above.len(), 2);
        assert_eq!(sheet.cell(&rows[0], &["name", "fullname"]), "A B");
        assert_eq!(sheet.raw(&rows[0], &["fullname"]), "A\nB");
        let refused: Vec<u32> =
            rows.iter().filter(|row| sheet.refuse(row).is_some()).map(|row| row.line).collect();
        assert_eq!(refused, [7, 8]);
        assert!(matches!(open("a,b\n1,2\n"), Err(ListError::Malformed { .. })));
        assert!(matches!(open("id,name,c\n1,2"), Err(ListError::Cut { .. })));
        assert!(matches!(open("id,name,c\n1,\"2"), Err(ListError::Cut { .. })));
    }

    #[test]
    fn numbers_in_cells() {
        for (text, want) in [
            ("(1) One. (2) Two, Three", "One|Two, Three"),
            ("a) One b) Two; c) Three", "One|Two|Three"),
            ("Flat (2) Road", "Flat (2) Road"),
            ("(1) Only", "Only"),
            ("", ""),
        ] {
            assert_eq!(numbered(text).join("|"), want, "{text}");
        }
        let shown = |text: &str| {
            let all = labelled_numbers(text);
            all.iter().map(|(l, n)| format!("{l}={n}")).collect::<Vec<_>>().join("|")
        };
        assert_eq!(
            shown("INN: 7707083893\nOGRN:1027700132195 (Russia)"),
            "INN=7707083893|OGRN=1027700132195"
        );
        assert_eq!(shown("Tax ID No. 12 34 56, 789"), "Tax ID No=12 34 56|=789");
        assert_eq!(shown("none"), "");
    }

    #[test]
    fn names_in_brackets() {
        let shown = |text: &str| {
            let all = with_brackets(text, NameKind::Primary);
            all.iter().map(|(n, k)| format!("{k:?} {n}")).collect::<Vec<_>>().join("|")
        };
        assert_eq!(shown("Air Madeup (虚構航空)"), "Primary Air Madeup|OriginalScript 虚構航空");
        assert_eq!(
            shown("Madeup University (MUX)"),
            "Primary Madeup University (MUX)|Alias Madeup University|WeakAlias MUX"
        );
        assert_eq!(shown("Madeup Trust (Kenya)"), "Primary Madeup Trust (Kenya)");
        assert_eq!(plain("名稱name"), "name");
        assert_eq!(plain("別名"), "別名");
    }

    #[test]
    fn rows_of_one_party() {
        use crate::entity::{EntityKind, Origin};
        let room = &Room::default();
        let mut groups = Groups::new(room);
        let mut result = FileResult::new(room, None);
        for (line, (id, name)) in (1..).zip([("1", "A"), ("2", ""), ("1", "B")]) {
            let origin = Origin { file: 0, line };
            let draft =
                groups.draft(id, line, || Draft::new(id.to_owned(), EntityKind::Unknown, origin));
            let kind = once_primary(draft, NameKind::Primary);
            draft.name(name, kind, origin, &mut result.problems);
        }
        let entities = groups.finish(room, &mut result).to_vec();
        assert_eq!(entities.len(), 1);
        assert_eq!(entities[0].names[1].kind, NameKind::Alias);
        assert_eq!((result.count.rows_loaded, result.count.rows_set_aside), (2, 1));
        assert_eq!(result.problems.iter().next().unwrap().1.line, 2);
    }
}
