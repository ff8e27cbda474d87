//! Where is the header of a delimited text, and what is between its fields? Told by what the
//! cells of a line look like to the one who asks.

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
