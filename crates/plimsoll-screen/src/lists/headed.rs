//! In which column of a table with a header does each fact stand?
//!
//! Columns are found by their names, whatever their case and whatever stands between their words,
//! so that `Street_Address` and `street address` are one. Knows no list.

use super::intake::{self, Row, Rows};
use super::{FileCount, ListError, ListFile, Problems, Sureness};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use std::cell::Cell;
use std::collections::BTreeMap;

/// What may stand between the cells.
const SEPARATORS: [u8; 4] = [b'\t', b',', b';', b'|'];

/// The names of the columns of a table, and where each is.
#[derive(Debug, Default)]
pub(super) struct Header {
    separator: u8,
    width: usize,
    columns: BTreeMap<String, usize>,
    titles: Vec<String>,
    names: Vec<String>,
    /// Which columns were asked for.
    asked: Vec<Cell<bool>>,
}

impl Header {
    /// Of the first line that holds something, by the separator that gives it the most cells.
    pub(super) fn of(text: &str) -> Self {
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or("");
        let mut best = Self::default();
        for separator in SEPARATORS {
            let Ok(rows) = intake::rows(first, separator, true) else { continue };
            let Some(row) = rows.into_iter().next() else { continue };
            if row.cells.len() > best.width {
                best = Self::of_row(&row, separator);
            }
        }
        best
    }

    fn of_row(row: &Row, separator: u8) -> Self {
        let mut columns = BTreeMap::new();
        for (at, cell) in row.cells.iter().enumerate() {
            columns.entry(intake::slug(cell)).or_insert(at);
        }
        let titles = row.cells.iter().map(|cell| intake::squeeze(cell)).collect();
        let names = row.cells.iter().map(|cell| intake::slug(cell)).collect();
        let asked = vec![Cell::new(false); row.cells.len()];
        Self { separator, width: row.cells.len(), columns, titles, names, asked }
    }

    /// Where a column is, by the first of its names that is there.
    pub(super) fn at(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.columns.get(*name).copied())
    }

    /// Each column as it is called, its name here, and whether it was asked for.
    pub(super) fn asked(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let columns = self.titles.iter().zip(&self.names).zip(&self.asked);
        columns.map(|((title, name), asked)| (title.as_str(), name.as_str(), asked.get()))
    }

    /// The names of the columns as they stand, in their order.
    pub(super) fn titles(&self) -> impl Iterator<Item = &str> {
        self.titles.iter().map(String::as_str)
    }

    /// The cell of a column, squeezed; empty where there is none.
    pub(super) fn cell(&self, row: &Row, names: &[&str]) -> String {
        self.at(names).map(|at| self.cell_at(row, at)).unwrap_or_default()
    }

    /// The cell of a column by its place, squeezed.
    pub(super) fn cell_at(&self, row: &Row, at: usize) -> String {
        if let Some(asked) = self.asked.get(at) {
            asked.set(true);
        }
        row.cell(Some(at))
    }

    /// Whether all of these columns are there.
    pub(super) fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.at(&[name]).is_some())
    }
}

/// How sure it is that a file is a table with these columns: they are of one publisher alone.
pub(super) fn recognise(file: &ListFile<'_>, needed: &[&str]) -> Sureness {
    if Header::of(&intake::head(file)).has_all(needed) { 100 } else { 0 }
}

/// A table without the records that were handed on.
#[derive(Debug)]
pub(super) struct Headed {
    pub(super) header: Header,
    /// `rows_in`, and those set aside for their number of cells.
    pub(super) count: FileCount,
    /// What was wrong, with the encoding too.
    pub(super) problems: Problems,
}

/// Hands on each record of a table whose header has the needed columns; what is returned holds
/// the rest.
///
/// # Errors
/// A table that ends inside a record or a quotation is cut; one without a needed column is
/// malformed; one without a header is empty. Then nothing that was handed on counts.
pub(super) fn each(
    file: &ListFile<'_>,
    layout: &'static str,
    needed: &[&str],
    room: &Room,
    take: &mut dyn FnMut(&Header, Row),
) -> Result<Headed, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    let name = || file.name.to_owned();
    let header = Header::of(&text);
    let mut rows = Rows::of(text.trim_start_matches('\u{feff}'), header.separator)
        .map(|row| row.map_err(|line| open_quote(file, line)));
    let Some(first) = rows.next().transpose()? else {
        return Err(ListError::Empty { file: name(), layout });
    };
    let missing: Vec<&str> =
        needed.iter().copied().filter(|name| header.at(&[name]).is_none()).collect();
    if !missing.is_empty() && !first.closed {
        return Err(ListError::Cut {
            file: name(),
            detail: "it ends within its header".to_owned(),
        });
    }
    if !missing.is_empty() {
        let detail = format!("line {}: columns are missing: {}", first.line, missing.join(", "));
        return Err(ListError::Malformed { file: name(), layout, detail });
    }
    let mut problems = Problems::new(room);
    problems.extend(odd);
    let mut out = Headed { count: FileCount::default(), problems, header };
    for row in rows {
        let row = row?;
        if !row.closed && row.cells.len() < out.header.width {
            return Err(short_row(file, &row, out.header.width));
        }
        out.count.rows_in += 1;
        if row.cells.len() == out.header.width {
            take(&out.header, row);
            continue;
        }
        out.count.rows_set_aside += 1;
        let shown = row.cells.iter().take(4).cloned().collect::<Vec<_>>().join(",");
        let hint = "the record has another number of columns than the header";
        out.problems.push(Problem::new("columns", row.line.into(), &shown, hint));
    }
    Ok(out)
}

/// A row that names nobody.
pub(super) fn nameless(row: &Row) -> Problem {
    let shown = row.cells.iter().take(4).cloned().collect::<Vec<_>>().join(",");
    let hint = "an entry without a name cannot be screened";
    Problem::new("name-missing", row.line.into(), &shown, hint)
}

fn open_quote(file: &ListFile<'_>, line: u32) -> ListError {
    let detail = format!("line {line}: a quotation opens and never closes");
    ListError::Cut { file: file.name.to_owned(), detail }
}

fn short_row(file: &ListFile<'_>, row: &Row, width: usize) -> ListError {
    let detail =
        format!("line {}: the last record has {} of {width} columns", row.line, row.cells.len());
    ListError::Cut { file: file.name.to_owned(), detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let file = ListFile { name: "t", bytes: text.as_bytes() };
        let mut shown = Vec::new();
        let mut take = |header: &Header, row: Row| {
            let (name, other) = (header.cell(&row, &["name"]), header.cell(&row, &["x", "b-c"]));
            shown.push(format!("{name}/{other}@{}", row.line));
        };
        match each(&file, "test", &["name", "b-c"], &Room::default(), &mut take) {
            Ok(read) => {
                shown.extend(read.problems.iter().map(|(_, p)| format!("{} {}", p.rule, p.line)));
                shown.join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn headers_and_rows() {
        for (text, want) in [
            ("Name,B_C\nx,y\n", "x/y@2"),
            ("\"B c\"\t\"NAME\"\n\"y\"\t\"x, z\"\n", "x, z/y@2"),
            ("name;b-c;d\nx;y;\n\nz;w;1", "x/y@2 z/w@4"),
            ("name,b c\nx\ny,z\n", "y/z@3 columns 2"),
            ("name,b c\nx,y\nz", "t is cut: line 3: the last record has 1 of 2 columns"),
            ("name,b c\nx,\"y\n", "t is cut: line 2: a quotation opens and never closes"),
            ("name,b", "t is cut: it ends within its header"),
            ("name,other\nx,y\n", "t cannot be read as test: line 1: columns are missing: b-c"),
            ("", "t holds no entry of test"),
        ] {
            assert_eq!(show(text), want, "{text:?}");
        }
    }
}
