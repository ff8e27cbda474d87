//! Where is the header of a delimited text, and what is between its fields? Told by what the
//! cells of a line look like to the one who asks.

use crate::containers::Table;
use crate::containers::text::line_length;
use crate::formats::Header;

/// Delimiters that are tried.
const DELIMITERS: [u8; 7] = [b',', b'\t', b';', b'|', b'^', b'~', 1];
/// Lines that may stand above the header.
const PREAMBLE: usize = 40;

/// A header line.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its fields.
    pub header: Header,
    /// What is between them.
    pub delimiter: u8,
    /// Bytes up to its end.
    pub bytes: usize,
    /// Lines up to its end.
    pub lines: u64,
    /// What the scorer gave.
    pub score: i64,
}

/// The line with the highest score above zero, the first of equals.
pub fn find(start: &[u8], only: Option<u8>, score: &dyn Fn(&Header) -> i64) -> Option<Found> {
    let mut best: Option<Found> = None;
    let mut at = 0;
    for lines in 1..=PREAMBLE as u64 {
        let rest = &start[at..];
        if rest.is_empty() {
            break;
        }
        let end = at + line_length(rest);
        for delimiter in only.map_or(DELIMITERS.to_vec(), |d| vec![d]) {
            let Some(header) = fields(&start[at..end], delimiter) else { continue };
            let score = score(&header);
            if score > best.as_ref().map_or(0, |b| b.score) {
                best = Some(Found { header, delimiter, bytes: end, lines, score });
            }
        }
        at = end;
    }
    best
}

/// The fields of one line.
pub fn fields(line: &[u8], delimiter: u8) -> Option<Header> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(line);
    let mut record = csv::ByteRecord::new();
    let read = reader.read_byte_record(&mut record).unwrap_or(false);
    read.then(|| Header::new(record.iter().map(crate::scratch::text)))
}

/// A sheet whose header is the best of its first rows: titles and dates of extraction may stand
/// above it.
pub fn of_table(mut table: Table, score: &dyn Fn(&Header) -> i64) -> Table {
    let row = |record: &csv::ByteRecord| Header::new(record.iter().map(crate::scratch::text));
    let first = score(&Header::new(&table.header));
    let mut best: Option<(usize, i64)> = None;
    for (at, (_, record)) in table.rows.iter().take(PREAMBLE).enumerate() {
        let score = score(&row(record));
        if score > best.map_or(first, |(_, s)| s) {
            best = Some((at, score));
        }
    }
    if let Some((at, _)) = best {
        table.header = row(&table.rows[at].1).names().to_vec();
        table.rows.drain(..=at);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(header: &Header) -> i64 {
        header.names().iter().filter(|n| ["Importer", "Value"].contains(&n.as_str())).count() as i64
    }

    #[test]
    fn any_delimiter_below_any_title() {
        for delimiter in [",", ";", "\t", "|", "^", "~", "\u{1}"] {
            let text = format!("Some title\n\nImporter{delimiter}Value\nA{delimiter}1\n");
            let found = find(text.as_bytes(), None, &known).unwrap();
            assert_eq!((found.lines, found.header.names().len()), (3, 2), "{delimiter:?}");
        }
        assert!(find(b"a,b\n1,2\n", None, &known).is_none());
    }

    #[test]
    fn titles_of_a_sheet_stand_above_its_header() {
        let cells = |row: [&str; 3]| csv::ByteRecord::from(row.to_vec());
        let table = Table {
            name: "Sheet1".into(),
            header: vec!["Extract".into(), "of".into(), "2023".into()],
            rows: vec![(2, cells(["Importer", "Value", "Note"])), (3, cells(["ACME", "1", ""]))],
        };
        let table = of_table(table, &known);
        assert_eq!(table.header, ["Importer", "Value", "Note"]);
        assert_eq!(table.rows.len(), 1);
        assert_eq!(table.rows[0].0, 3);
    }
}
