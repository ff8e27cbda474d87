//! What does a file say that its reader has no place for?
//!
//! A publisher renames a column or an element, and a list of half names looks like a whole one.
//! So readers keep count of what they asked for: what nobody asked for and is filled is told, and
//! where besides a name that every edition has is missing, the file is refused. Knows no layout.

use super::columns::{Needed, Sheet};
use super::headed::Header;
use super::intake::{self, Row};
use super::markup::Node;
use super::{ListError, ListFile};
use plimsoll_terms::problem::Problem;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a message shows of a value, in characters.
const SHOWN: usize = 60;

/// What was filled and not asked for, by the name of its column, element or attribute.
#[derive(Debug, Default)]
pub(super) struct Unread {
    found: BTreeMap<String, Seen>,
    /// Every name that is in the file, read or not.
    met: BTreeSet<String>,
}

#[derive(Debug)]
struct Seen {
    count: u64,
    line: u32,
    value: String,
}

/// Whether a value says something: a dash and `N/A` do not.
pub(super) fn says_something(value: &str) -> bool {
    let value = value.trim();
    value.chars().any(char::is_alphanumeric) && !value.eq_ignore_ascii_case("n/a")
}

/// What a column without a title is called.
fn title_or_number(title: &str, at: usize) -> String {
    if title.is_empty() { format!("column {}", at + 1) } else { title.to_owned() }
}

impl Unread {
    /// A filled value under a name that nobody asked for.
    pub(super) fn add(&mut self, name: &str, line: u32, value: &str) {
        if !says_something(value) {
            return;
        }
        if let Some(seen) = self.found.get_mut(name) {
            seen.count += 1;
            return;
        }
        let value = intake::squeeze(value).chars().take(SHOWN).collect();
        self.found.insert(name.to_owned(), Seen { count: 1, line, value });
    }

    /// That a name is in the file.
    pub(super) fn meet(&mut self, name: &str) {
        if !self.met.contains(name) {
            self.met.insert(name.to_owned());
        }
    }

    /// Takes in a record whose facts were all asked for: the rest of it.
    pub(super) fn record(&mut self, node: &Node) {
        self.meet(&node.name);
        if let Some(text) = node.unasked_text() {
            self.add(&node.name, node.line, text);
        }
        for (name, value, asked) in node.attributes() {
            self.meet(name);
            if !asked {
                self.add(name, node.line, value);
            }
        }
        for child in node.children() {
            self.record(child);
        }
    }

    /// The columns of a table that nobody asked for, now that all its rows were read.
    pub(super) fn of_sheet(sheet: &Sheet<'_>) -> Self {
        Self::of_table(sheet.asked(), sheet.rows().flatten())
    }

    /// The same of columns with their titles, names and whether they were asked for, and the rows
    /// once more.
    pub(super) fn of_table<'a>(
        columns: impl Iterator<Item = (&'a str, &'a str, bool)>,
        rows: impl Iterator<Item = Row>,
    ) -> Self {
        let mut unread = Self::default();
        let columns: Vec<(usize, String)> = columns
            .enumerate()
            .inspect(|(_, (_, name, _))| unread.meet(name))
            .filter(|(_, (.., asked))| !asked)
            .map(|(at, (title, ..))| (at, title_or_number(title, at)))
            .collect();
        if columns.is_empty() {
            return unread;
        }
        for row in rows {
            for (at, title) in &columns {
                if let Some(cell) = row.cells.get(*at) {
                    unread.add(title, row.line, cell);
                }
            }
        }
        unread
    }

    /// The members of an object that are none of these.
    pub(super) fn members(&mut self, object: &Map<String, Value>, known: &[&str], line: u32) {
        for (name, value) in object {
            self.meet(name);
            if known.contains(&name.as_str()) {
                continue;
            }
            match value {
                Value::Null => {}
                Value::String(text) => self.add(name, line, text),
                value => self.add(name, line, &value.to_string()),
            }
        }
    }

    /// Takes in one row of a table that is read row by row.
    pub(super) fn row(&mut self, header: &Header, row: &Row) {
        for ((at, (title, name, asked)), cell) in header.asked().enumerate().zip(&row.cells) {
            self.meet(name);
            if !asked {
                self.add(&title_or_number(title, at), row.line, cell);
            }
        }
    }

    /// Leaves out the columns that only later rows asked for.
    pub(super) fn asked_by_now(self, header: &Header) -> Self {
        // Of two columns of one title the second may be the one that nobody asked for.
        let columns = |name: &str, wanted: bool| {
            header.asked().any(|(title, _, asked)| asked == wanted && title == name)
        };
        self.without(|name| columns(name, true) && !columns(name, false))
    }

    /// Leaves out what the reader passes over on purpose.
    pub(super) fn without(mut self, passed_over: impl Fn(&str) -> bool) -> Self {
        self.found.retain(|name, _| !passed_over(name));
        self
    }

    /// One problem for each name; the file is refused where something is not read and one of the
    /// names that every edition has is nowhere.
    ///
    /// # Errors
    /// [`ListError::Malformed`] with both sides of the likely renaming.
    pub(super) fn judge(
        self,
        names: &[Needed],
        file: &ListFile<'_>,
        layout: &'static str,
    ) -> Result<Vec<Problem>, ListError> {
        let is_lost = |needed: &&Needed| !needed.iter().any(|name| self.met.contains(*name));
        let missing: Vec<&str> =
            names.iter().filter(is_lost).filter_map(|needed| needed.first().copied()).collect();
        if !missing.is_empty() && !self.found.is_empty() {
            let found: Vec<String> =
                self.found.iter().map(|(name, s)| format!("{name} ({:?})", s.value)).collect();
            let detail = format!(
                "{} is missing, and nothing here reads {}: was it renamed? Names would be lost",
                missing.join(", "),
                found.join(", ")
            );
            return Err(ListError::Malformed { file: file.name.to_owned(), layout, detail });
        }
        let problem = |(name, seen): (String, Seen)| {
            let hint = format!(
                "filled {} times, and nothing of this layout reads it: was a column or element renamed?",
                seen.count
            );
            Problem::new("column-unread", seen.line.into(), &seen.value, &hint).in_column(&name)
        };
        Ok(self.found.into_iter().map(problem).collect())
    }
}

#[cfg(test)]
mod tests {
    use crate::lists::{self, ListError, ListFile, Parsed};
    use crate::scratch::Room;

    fn renamed(layout: &str, from: &str, to: &str) -> Result<Parsed, ListError> {
        let source = lists::by_id(layout).unwrap();
        let (name, text) = source.example();
        assert!(text.contains(from), "{layout}: {from}");
        lists::read(
            source,
            &[ListFile { name, bytes: text.replace(from, to).as_bytes() }],
            &Room::default(),
        )
    }

    /// A name that no edition lacks is missing, and something is there that nobody reads.
    #[test]
    fn a_renamed_name_is_refused() {
        for (layout, from, to) in [
            ("uk-sanctions", "Name 1", "Given name"),
            ("uk-sanctions-xml", "Name1>", "GivenName>"),
            ("uk-ofsi-csv", "Name 1", "Given name"),
            ("uk-ofsi-xml", "name1>", "givenName>"),
            ("un-xml", "FIRST_NAME", "GIVEN_NAME"),
            ("un-xml", "ALIAS_NAME", "OTHER_NAME"),
            ("un-xml", "_ALIAS>", "_OTHER>"),
            ("eu-oj", "alias", "other names"),
            ("eu-fsf-xml", "wholeName", "fullName"),
            ("ca-sema", "GivenName", "FirstName"),
            ("ofac-xml", "lastName>", "surname>"),
        ] {
            let read = renamed(layout, from, to);
            let is_refused = matches!(&read, Err(ListError::Malformed { detail, .. }) if detail.contains("renamed"));
            assert!(is_refused, "{layout} without {from}: {read:?}");
        }
    }

    /// What is no name is told and the rest is read.
    #[test]
    fn what_nobody_reads_is_told() {
        for (layout, from, to, column) in [
            ("uk-sanctions", "Passport number", "Passport no.", "Passport no."),
            ("uk-sanctions-xml", "PassportNumber", "PassportNo", "PassportNo"),
            ("eu-fsf-csv", "Identification_Number", "Identification_Value", "Identification_Value"),
            ("eu-fsf-xml", " number=", " value=", "value"),
            ("un-xml", "<CITY>Nowhere</CITY>", "<TOWN>Nowhere</TOWN>", "TOWN"),
            ("ch-seco", "number>", "value-of-it>", "value-of-it"),
            ("bis-dpl", "Country", "Land", "Land"),
            ("csl-csv", "nationalities", "citizen_of", "citizen_of"),
            ("csl-json", "dates_of_birth", "born", "born"),
            ("csl-json", "\"number\"", "\"value\"", "value"),
            ("ua-nsdc", "aliases", "otherNames", "otherNames"),
            ("ch-seco", "modification-type", "kind-of-change", "kind-of-change"),
            ("plain-list", "alias", "other spelling", "other spelling"),
            ("ftm-simple", "countries", "lands", "lands"),
        ] {
            let parsed = renamed(layout, from, to).unwrap();
            let told = parsed.problems.iter().filter(|(_, p)| p.rule == "column-unread");
            let columns: Vec<_> = told.filter_map(|(_, p)| p.column).collect();
            assert_eq!(columns, [column], "{layout}");
        }
    }

    /// A second column of the same name is read by nobody.
    #[test]
    fn a_column_that_stands_twice_is_told() {
        let parsed = renamed("bis-dpl", "City", "Country").unwrap();
        assert!(parsed.problems.iter().any(|(_, p)| p.rule == "column-unread"));
    }

    /// Every column and element of the examples is read or known to say nothing.
    #[test]
    fn the_examples_are_read_whole() {
        for source in lists::ALL {
            let (name, text) = source.example();
            let parsed = lists::read(
                *source,
                &[ListFile { name, bytes: text.as_bytes() }],
                &Room::default(),
            )
            .unwrap();
            let unread: Vec<_> =
                parsed.problems.iter().filter(|(_, p)| p.rule == "column-unread").collect();
            assert!(unread.is_empty(), "{}: {unread:?}", source.id());
        }
    }
}
