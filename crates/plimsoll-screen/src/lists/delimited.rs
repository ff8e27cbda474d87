//! What are the records of a delimited file, and on which line does each begin?
//!
//! Knows nothing of lists: decoding, clean text, records with lines, and whether a file ends
//! early.

use std::borrow::Cow;

use plimsoll_terms::problem::Problem;

/// The content as text: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252. The problem
/// is set where the file is not what it should be.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<Problem>) {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes)
        && encoding != encoding_rs::UTF_8
    {
        let (text, _) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or(&[]));
        return (text, None);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err(error) => {
            let at = error.valid_up_to();
            let line = memchr::memchr_iter(b'\n', bytes.get(..at).unwrap_or(&[])).count() as u64;
            let near = bytes.get(at.saturating_sub(20)..(at + 20).min(bytes.len()));
            let near = encoding_rs::WINDOWS_1252.decode_without_bom_handling(near.unwrap_or(&[])).0;
            let problem = Problem::new(
                "not-utf8",
                line + 1,
                &near,
                "the whole file was read as Windows-1252; check names with accents",
            );
            (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, Some(problem))
        }
    }
}

/// The text without spaces at its ends, with one space wherever there were several.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()) {
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Counts lines on the way through a text, so that many questions cost one pass.
pub(super) struct LineCounter<'a> {
    bytes: &'a [u8],
    at: usize,
    pub(super) line: u32,
}

impl<'a> LineCounter<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 1 }
    }

    /// Line of a byte; places must be asked for in rising order.
    pub(super) fn at(&mut self, byte: usize) -> u32 {
        let passed = self.bytes.get(self.at..byte.min(self.bytes.len())).unwrap_or(&[]);
        let lines = memchr::memchr_iter(b'\n', passed).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at = self.at.max(byte);
        self.line
    }
}

/// One record with its place.
#[derive(Clone)]
pub(super) struct Record {
    /// Line on which it begins, from 1.
    pub(super) line: u32,
    cells: csv::StringRecord,
}

impl Record {
    /// The cell, empty where there is none.
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or("")
    }

    pub(super) fn len(&self) -> usize {
        self.cells.len()
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }
}

/// OFAC ends some files with one such character on a line of its own (seen in 2022 to 2025).
const END_MARK: char = '\u{1a}';

/// The records of a text.
pub(super) fn records(text: &str) -> Vec<Record> {
    let mut records = Vec::new();
    each(text, &mut |record| records.push(record.clone()));
    records
}

/// How a text of records ends.
pub(super) struct Ends {
    /// The last record ends inside a quotation.
    pub(super) open_quote: bool,
    /// The text ends with a line end, or with a lone control character after one.
    pub(super) ends_line: bool,
    /// Line and number of cells of the last record.
    pub(super) last: (u32, usize),
}

/// The same, one record after the other: a list of millions is not held as cells.
pub(super) fn each(text: &str, take: &mut dyn FnMut(&Record)) -> Ends {
    let body = text.strip_suffix(END_MARK).unwrap_or(text);
    let ends_line = body.ends_with(['\n', '\r']) || body.is_empty();
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(body.as_bytes());
    let mut lines = LineCounter::new(body);
    let mut record = Record { line: 0, cells: csv::StringRecord::new() };
    let (mut last, mut cells) = (0, 0);
    // The text is valid and held in memory: the only errors of the reader cannot happen.
    while matches!(reader.read_record(&mut record.cells), Ok(true)) {
        let start = record.cells.position().map_or(0, csv::Position::byte) as usize;
        // The reader's place can lie before the line end of the record before.
        let gap = body
            .get(start..)
            .map_or(0, |rest| rest.len() - rest.trim_start_matches(['\r', '\n']).len());
        last = start + gap;
        record.line = lines.at(last);
        cells = record.len();
        take(&record);
    }
    let open_quote = body.get(last..).is_some_and(ends_inside_quotes);
    Ends { open_quote, ends_line, last: (record.line, cells) }
}

/// Whether a record that runs to the end of its text leaves a quotation open. Quotes in a field
/// that does not begin with one are plain text, as the reader takes them.
fn ends_inside_quotes(record: &str) -> bool {
    #[derive(Clone, Copy, PartialEq)]
    enum At {
        Start,
        Plain,
        Quoted,
        Quote,
    }
    let mut at = At::Start;
    for byte in record.bytes() {
        at = match (at, byte) {
            (At::Start | At::Quote, b'"') => At::Quoted,
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) => At::Quoted,
            (_, b',' | b'\r' | b'\n') => At::Start,
            _ => At::Plain,
        };
    }
    at == At::Quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_know_their_lines() {
        let text = "a,b\r\n\"c\r\nd\",e\r\n\r\nf,g\r\n\u{1a}";
        let lines: Vec<(u32, usize)> = records(text).iter().map(|r| (r.line, r.len())).collect();
        assert_eq!(lines, [(1, 2), (2, 2), (5, 2)]);
        let ends = each(text, &mut |_| {});
        assert!(!ends.open_quote && ends.ends_line && ends.last == (5, 2));
    }

    #[test]
    fn open_quotations_are_seen() {
        for (text, open) in [
            ("a,\"b", true),
            ("a,\"b\"", false),
            ("a,\"b\"\"", true),
            ("a,5\" pipe", false),
            ("a,\"b\"\" c\",d", false),
            ("\"", true),
            ("", false),
        ] {
            assert_eq!(each(text, &mut |_| {}).open_quote, open, "{text}");
        }
    }

    #[test]
    fn text_is_cleaned_and_decoded() {
        assert_eq!(clean(" a \u{a0} b\t\nc "), "a b c");
        let (text, problem) = decode(b"a\nM\xfcller");
        assert_eq!((&*text, problem.map(|p| p.line)), ("a\nMüller", Some(2)));
        assert_eq!(decode(b"\xef\xbb\xbfa").0, "a");
        assert_eq!(decode(b"\xff\xfea\0").0, "a");
    }
}
