//! The beginning of a file of any kind as a small table: what a guess looks at.
//!
//! Reads about a megabyte of text, never the whole file. Encoding, delimiter and header are told
//! by content.

use std::io::Read;
use std::path::Path;

use super::header;
use super::words;
use crate::containers::{self, Json, Member, Table, encoding, encoding::Decoded};
use crate::error::IngestError;
use crate::formats::Header;

/// Bytes of text that are looked at.
const BYTES: usize = 1 << 20;
/// Rows that are kept.
const ROWS: usize = 4000;

/// The beginning of a table.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    /// Member of an archive, or sheet; empty for a plain file.
    pub member: String,
    /// Column names.
    pub header: Vec<String>,
    /// The first rows, as wide as the header.
    pub rows: Vec<Vec<String>>,
    /// For text: its encoding.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// For text: what is between the fields.
    pub delimiter: Option<u8>,
    /// Lines up to and with the header.
    pub header_line: u64,
}

/// Reads the beginning of the table that a file holds. Of an archive or workbook it is the member
/// whose header says most.
pub fn read(path: &Path) -> Result<Sample, IngestError> {
    let mut best: Option<(i64, Sample)> = None;
    let mut keep = |name: &str, mut sample: Sample| {
        let score = worth(&Header::new(&sample.header)) + i64::from(!sample.rows.is_empty());
        if sample.member.is_empty() {
            sample.member = name.to_owned();
        }
        if best.as_ref().is_none_or(|(s, _)| score > *s) {
            best = Some((score, sample));
        }
    };
    containers::members(path, &|_| {}, &mut |name, member| {
        match member {
            Member::Text(input) => {
                if let Some(sample) = of_text(input).map_err(|e| damaged(path, &e))? {
                    keep(name, sample);
                }
            }
            Member::Tables(tables) => {
                tables.into_iter().for_each(|table| keep(name, of_table(table)))
            }
            Member::Json(json) => keep(name, of_json(&json)?),
            Member::Nothing => {}
        }
        Ok(())
    })?;
    let none = || IngestError::Empty { path: path.to_owned() };
    let mut sample = best.map(|(_, sample)| sample).ok_or_else(none)?;
    if sample.encoding == Some(encoding_rs::UTF_8)
        && let Some(written) = written_in(path, &sample)
    {
        sample.encoding = Some(written);
    }
    Ok(sample)
}

/// The encoding in which a plain file stands on disk, where it was made UTF-8 on the way here.
/// Archives have none: their bytes, decoded, do not hold the header.
fn written_in(path: &Path, sample: &Sample) -> Option<&'static encoding_rs::Encoding> {
    let mut start = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(encoding::SAMPLE as u64).read_to_end(&mut start).ok()?;
    let found = match encoding::is_utf16(&start) {
        Some(true) => encoding_rs::UTF_16LE,
        Some(false) => encoding_rs::UTF_16BE,
        None => encoding::guess(&start)?,
    };
    let text = found.decode(&start).0;
    let names = sample.header.iter().filter(|name| !name.is_empty());
    names.clone().next()?;
    names.clone().all(|name| text.contains(name.as_str())).then_some(found)
}

fn damaged(path: &Path, error: &std::io::Error) -> IngestError {
    IngestError::Damaged { path: path.to_owned(), detail: error.to_string() }
}

fn of_table(table: Table) -> Sample {
    let table = header::of_table(table, &worth);
    let width = table.header.len();
    let rows = table.rows.into_iter().take(ROWS);
    let rows = rows.map(|(_, record)| {
        let mut row: Vec<String> = record.iter().map(crate::scratch::text).collect();
        row.resize(width, String::new());
        row
    });
    Sample { member: table.name, header: table.header, rows: rows.collect(), ..Sample::default() }
}

fn of_json(json: &Json) -> Result<Sample, IngestError> {
    let mut rows: Vec<Vec<String>> = Vec::new();
    json.records(&mut |_, record| {
        rows.push(record.iter().map(crate::scratch::text).collect());
        rows.len() < ROWS
    })?;
    Ok(Sample { header: json.header.clone(), rows, ..Sample::default() })
}

fn of_text(input: impl Read) -> std::io::Result<Option<Sample>> {
    let mut bytes = Vec::new();
    input.take(BYTES as u64).read_to_end(&mut bytes)?;
    let encoding = encoding_of(&bytes);
    let mut start = Vec::new();
    Decoded::new(&bytes[..], encoding).read_to_end(&mut start)?;
    // The last line may be cut, unless it is the only one.
    if bytes.len() == BYTES
        && let Some(end) = memchr::memrchr(b'\n', &start)
    {
        start.truncate(end + 1);
    }
    let found = header::find(&start, None, &worth).or_else(|| widest(&start));
    let Some(found) = found else { return Ok(None) };
    let width = found.header.names().len();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(found.delimiter)
        .from_reader(&start[found.bytes..]);
    let mut rows = Vec::new();
    let mut record = csv::ByteRecord::new();
    while rows.len() < ROWS && reader.read_byte_record(&mut record).unwrap_or(false) {
        // Rows that are cut or too wide have their cells in other columns.
        if record.len() == width || record.len() == width + 1 {
            rows.push(record.iter().take(width).map(crate::scratch::text).collect());
        }
    }
    Ok(Some(Sample {
        header: found.header.names().to_vec(),
        rows,
        encoding: Some(encoding),
        delimiter: Some(found.delimiter),
        header_line: found.lines,
        ..Sample::default()
    }))
}

/// How much a line looks like a header: cells of known words against figures and long texts.
fn worth(header: &Header) -> i64 {
    let names = header.names();
    if names.len() < 2 {
        return 0;
    }
    let one = |name: &String| {
        let figures = name.chars().filter(char::is_ascii_digit).count();
        if name.is_empty() {
            return 0;
        }
        if name.chars().count() > 90 || figures * 2 > name.chars().count() && figures > 3 {
            return -3;
        }
        let reading = words::read(name);
        let known = reading.ideas.len();
        match (reading.boxed, known) {
            (Some(_), _) => 3,
            (None, 0) => 0,
            (None, _) if reading.unknown > known + 1 => 0,
            (None, _) => 3,
        }
    };
    names.iter().map(one).sum()
}

/// The first line of the delimiter that most lines agree on, where no word is known.
fn widest(start: &[u8]) -> Option<header::Found> {
    header::find(start, None, &|header: &Header| {
        let names = header.names();
        let empty = names.iter().filter(|n| n.is_empty()).count();
        if names.len() < 2 { 0 } else { (names.len() - empty) as i64 }
    })
}

/// The encoding of a text: UTF-8 if it is that, else told by its letters.
pub fn encoding_of(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // Cut within a letter.
        Err(error) => error.error_len().is_none() && error.valid_up_to() + 4 > bytes.len(),
    };
    if valid {
        return encoding_rs::UTF_8;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let found = detector.guess(None, chardetng::Utf8Detection::Deny);
    // GB18030 reads all that GBK reads.
    if found == encoding_rs::GBK { encoding_rs::GB18030 } else { found }
}
