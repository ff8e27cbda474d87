//! Delimited text as rows with their lines and named columns.

use super::{EvidenceFile, Parsed};
use crate::error::IngestError;
use plimsoll_terms::problem::Problem;
use std::borrow::Cow;

/// A cell longer than this is no cell of such a table, bytes.
const LONGEST_CELL: usize = 32 * 1024;

/// One row.
pub(super) struct Row {
    /// Line on which it begins, from 1.
    pub(super) line: u64,
    pub(super) cells: csv::StringRecord,
}

/// A column that was found; none gives empty cells.
pub(super) type Column = Option<usize>;

impl Row {
    /// The cell without spaces at its ends; empty where there is none.
    pub(super) fn cell(&self, column: Column) -> &str {
        column.and_then(|at| self.cells.get(at)).unwrap_or("").trim()
    }
}

/// A table: its column names and rows of the same width.
pub(super) struct Sheet {
    header: Vec<String>,
    pub(super) rows: Vec<Row>,
}

impl Sheet {
    /// The first column with one of these names.
    pub(super) fn column(&self, names: &[&str]) -> Column {
        names.iter().find_map(|name| self.header.iter().position(|h| h == name))
    }
}

/// Lower case, words joined by `_`.
fn folded(name: &str) -> String {
    let words: Vec<String> = name
        .trim_start_matches('\u{feff}')
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}

/// The column names in the first line of a file; none where it is no table.
pub(super) fn header(head: &[u8]) -> Vec<String> {
    let (text, _) = decode(head);
    let line = text.lines().next().unwrap_or_default();
    if line.trim_start().starts_with(['{', '[', '<']) || line.contains('\0') {
        return Vec::new();
    }
    let mut reader = reader(line.as_bytes(), delimiter(line));
    let first = reader.records().next().and_then(Result::ok).unwrap_or_default();
    first.iter().map(folded).collect()
}

/// Whether all of these are among the column names.
pub(super) fn has(header: &[String], names: &[&str]) -> bool {
    names.iter().all(|name| header.iter().any(|h| h == name))
}

fn delimiter(line: &str) -> u8 {
    let count = |c: char| line.matches(c).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(|c| count(*c)).map_or(b',', |c| c as u8)
}

fn reader(bytes: &[u8], delimiter: u8) -> csv::Reader<&[u8]> {
    let mut builder = csv::ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter).from_reader(bytes)
}

/// The content as text: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252 with a
/// problem that says so.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<Problem>) {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes)
        && encoding != encoding_rs::UTF_8
    {
        let rest = bytes.get(mark..).unwrap_or_default();
        return (encoding.decode_without_bom_handling(rest).0, None);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        // The head of a file may end within a letter.
        Err(e) if e.error_len().is_none() => (String::from_utf8_lossy(bytes), None),
        Err(e) => {
            let before = bytes.get(..e.valid_up_to()).unwrap_or_default();
            let line = memchr::memchr_iter(b'\n', before).count() as u64 + 1;
            let hint = "the whole file was read as Windows-1252; check names with accents";
            let problem = Problem::new("not-utf8", line, "", hint);
            (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, Some(problem))
        }
    }
}

/// Reads all rows of a file. A row of another width, or with a cell that is too long, is set
/// aside; one that the end of the file cuts is a fault of the whole.
pub(super) fn read(file: &EvidenceFile<'_>, parsed: &mut Parsed) -> Result<Sheet, IngestError> {
    if file.bytes.is_empty() {
        return Err(file.empty());
    }
    let (text, problem) = decode(file.bytes);
    if let Some(problem) = problem {
        parsed.note(problem);
    }
    if text.contains('\0') {
        return Err(file.unreadable("it holds zero bytes and is no text"));
    }
    let first = text.lines().next().unwrap_or_default();
    let mut reader = reader(text.as_bytes(), delimiter(first));
    let mut records = reader.records();
    let header = records.next().and_then(Result::ok).unwrap_or_default();
    let mut sheet = Sheet { header: header.iter().map(folded).collect(), rows: Vec::new() };
    let mut last = 0;
    for record in records {
        let record = record.map_err(|e| file.unreadable(e.to_string()))?;
        last = record.position().map_or(0, csv::Position::byte) as usize;
        let line = line_of(&record, &text);
        parsed.rows_in += 1;
        let width = sheet.header.len();
        if record.len() != width {
            let hint = format!("the header has {width} columns and this row {}", record.len());
            let first = record.get(0).unwrap_or_default();
            parsed.set_aside(match record.len() < width {
                true => Problem::new("row-short", line, first, hint),
                false => Problem::new("row-long", line, first, hint),
            });
        } else if let Some(cell) = record.iter().find(|cell| cell.len() > LONGEST_CELL) {
            let hint = "no cell of such a table is as long; perhaps a quotation is not closed";
            parsed.set_aside(Problem::new("cell-too-long", line, cell, hint));
        } else {
            sheet.rows.push(Row { line, cells: record });
        }
    }
    if is_cut(text.get(last..).unwrap_or_default(), &sheet, parsed) {
        let detail = "the last row ends early".to_owned();
        return Err(IngestError::Damaged { path: file.name.into(), detail });
    }
    if parsed.rows_in == 0 {
        return Err(file.empty());
    }
    Ok(sheet)
}

/// The line on which a record begins; the reader's own may be of a blank line before.
fn line_of(record: &csv::StringRecord, text: &str) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let rest = text.get(position.byte() as usize..).unwrap_or_default();
    let blank = rest.bytes().take_while(|b| matches!(b, b'\r' | b'\n'));
    position.line() + blank.filter(|b| *b == b'\n').count() as u64
}

/// Whether the last record leaves a quotation open, or has too few cells and no line end.
fn is_cut(last: &str, sheet: &Sheet, parsed: &Parsed) -> bool {
    if parsed.rows_in == 0 || last.is_empty() {
        return false;
    }
    let open = last.bytes().filter(|b| *b == b'"').count() % 2 == 1;
    let unended = !last.ends_with(['\n', '\r']);
    let last_line = sheet.rows.last().map_or(0, |row| row.line);
    let short = parsed.problems.last().is_some_and(|p| p.rule == "row-short" && p.line > last_line);
    unended && (open || short)
}
