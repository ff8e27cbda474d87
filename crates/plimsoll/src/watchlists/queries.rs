//! Names to be screened, out of a file: one a line, a table with a header, or Parquet.

use super::unreadable;
use crate::failure::Failure;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;
use plimsoll_screen::entity::EntityKind;
use plimsoll_screen::screen::Query;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;

/// Queries, one after another.
pub type Queries = Box<dyn Iterator<Item = Result<Query, Failure>> + Send>;

/// So much of a file tells its encoding and its header.
const HEAD: usize = 64 * 1024;

/// What a column of a table is for, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Id,
    Name,
    Kind,
    Country,
    Address,
    Identifier,
    Date,
    Unknown,
}

const COLUMNS: &[(&str, Column)] = &[
    ("id", Column::Id),
    ("query_id", Column::Id),
    ("name", Column::Name),
    ("full_name", Column::Name),
    ("party", Column::Name),
    ("type", Column::Kind),
    ("schema", Column::Kind),
    ("kind", Column::Kind),
    ("country", Column::Country),
    ("nationality", Column::Country),
    ("countries", Column::Country),
    ("address", Column::Address),
    ("identifier", Column::Identifier),
    ("identifiers", Column::Identifier),
    ("date", Column::Date),
    ("birth_date", Column::Date),
    ("date_of_birth", Column::Date),
];

fn column(title: &str) -> Column {
    let title = title.trim().trim_start_matches('\u{FEFF}').to_lowercase().replace([' ', '-'], "_");
    COLUMNS.iter().find(|(name, _)| *name == title).map_or(Column::Unknown, |(_, c)| *c)
}

/// What kind of party a word means; none for one that is not known.
pub fn kind(word: &str) -> Option<EntityKind> {
    Some(match word.trim().to_lowercase().as_str() {
        "person" | "individual" | "natural person" => EntityKind::Person,
        "company" | "business" | "organisation" | "organization" | "entity" | "legalentity"
        | "legal entity" | "publicbody" => EntityKind::Organisation,
        "vessel" | "ship" => EntityKind::Vessel,
        "aircraft" | "airplane" => EntityKind::Aircraft,
        "address" => EntityKind::Address,
        _ => return None,
    })
}

/// The queries of a file; `-` is the standard input. `note` is told what a person should know.
pub fn read(path: &Path, note: &mut dyn FnMut(String)) -> Result<Queries, Failure> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map_err(|e| unreadable(path, e))?;
        return of_reader(path, Box::new(Cursor::new(bytes)), note);
    }
    let mut file = File::open(path).map_err(|e| unreadable(path, e))?;
    let mut magic = [0u8; 4];
    let n = file.read(&mut magic).map_err(|e| unreadable(path, e))?;
    if magic[..n] == *b"PAR1" {
        return of_parquet(path);
    }
    let file = File::open(path).map_err(|e| unreadable(path, e))?;
    of_reader(path, Box::new(file), note)
}

fn of_reader(
    path: &Path,
    mut reader: Box<dyn Read + Send>,
    note: &mut dyn FnMut(String),
) -> Result<Queries, Failure> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD as u64).read_to_end(&mut head).map_err(|e| unreadable(path, e))?;
    if head.iter().all(u8::is_ascii_whitespace) {
        return Err(Failure::usage(
            "file-empty",
            format!("{} is empty", path.display()),
            "one name a line, or a table with a column `name`",
        ));
    }
    let whole = Box::new(Cursor::new(head.clone()).chain(reader));
    let utf8 = match std::str::from_utf8(&head) {
        Ok(_) => true,
        // The head may end in the middle of a letter.
        Err(e) => e.error_len().is_none(),
    };
    let reader: Box<dyn Read + Send> = match encoding_rs::Encoding::for_bom(&head) {
        Some((encoding, _)) if encoding != encoding_rs::UTF_8 => decoded(path, whole, encoding)?,
        _ if utf8 => whole,
        _ => {
            note(format!("{} is not UTF-8: read as Windows-1252", path.display()));
            decoded(path, whole, encoding_rs::WINDOWS_1252)?
        }
    };
    let mut lines = BufReader::new(reader);
    let mut first = Vec::new();
    lines.read_until(b'\n', &mut first).map_err(|e| unreadable(path, e))?;
    let header = String::from_utf8_lossy(&first).into_owned();
    let rest: Box<dyn Read + Send> = Box::new(Cursor::new(first).chain(lines));
    match delimiter(&header) {
        Some(delimiter) => table(path, rest, delimiter),
        None => Ok(lines_of(path, rest)),
    }
}

/// The whole text in another encoding: such files are small.
fn decoded(
    path: &Path,
    mut reader: Box<dyn Read + Send>,
    encoding: &'static encoding_rs::Encoding,
) -> Result<Box<dyn Read + Send>, Failure> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|e| unreadable(path, e))?;
    let (text, _, _) = encoding.decode(&bytes);
    Ok(Box::new(Cursor::new(text.into_owned().into_bytes())))
}

/// What divides the columns of a header that has one called `name`; none where the line is no
/// header, and so a name itself.
fn delimiter(header: &str) -> Option<u8> {
    let line = header.trim_start_matches('\u{FEFF}').trim_end();
    let named = |delimiter: char| {
        line.split(delimiter).any(|c| column(c.trim_matches('"')) == Column::Name)
    };
    [b'\t', b';', b',', b'|'].into_iter().find(|d| named(char::from(*d)))
}

fn lines_of(path: &Path, reader: Box<dyn Read + Send>) -> Queries {
    let path = path.to_owned();
    let mut lines = BufReader::new(reader);
    let mut number = 0u64;
    Box::new(std::iter::from_fn(move || {
        let mut line = Vec::new();
        match lines.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => {
                number += 1;
                let text = String::from_utf8_lossy(&line);
                let name = text.trim_start_matches('\u{FEFF}').trim().to_owned();
                Some(Ok(Query { id: number.to_string(), name, ..Query::default() }))
            }
            Err(e) => Some(Err(unreadable(&path, e))),
        }
    }))
}

fn table(path: &Path, reader: Box<dyn Read + Send>, delimiter: u8) -> Result<Queries, Failure> {
    let mut rows =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(reader);
    let header = rows.byte_headers().map_err(|e| unreadable(path, e))?;
    let columns: Vec<Column> = header.iter().map(|c| column(&String::from_utf8_lossy(c))).collect();
    let path = path.to_owned();
    let mut records = rows.into_byte_records();
    let mut number = 0u64;
    Ok(Box::new(std::iter::from_fn(move || {
        let record = match records.next()? {
            Ok(record) => record,
            Err(e) => return Some(Err(unreadable(&path, e))),
        };
        number += 1;
        let cells = record.iter().map(|c| String::from_utf8_lossy(c).into_owned());
        Some(Ok(query(number, columns.iter().copied().zip(cells))))
    })))
}

fn of_parquet(path: &Path) -> Result<Queries, Failure> {
    let file = File::open(path).map_err(|e| unreadable(path, e))?;
    let reader = SerializedFileReader::new(file).map_err(|e| unreadable(path, e))?;
    let names: Vec<String> = reader
        .metadata()
        .file_metadata()
        .schema()
        .get_fields()
        .iter()
        .map(|f| f.name().to_owned())
        .collect();
    if !names.iter().any(|n| column(n) == Column::Name) {
        return Err(Failure::usage(
            "column-missing",
            format!("{} needs a column \"name\"; it has: {}", path.display(), names.join(", ")),
            "rename the column with the names to `name`",
        ));
    }
    let path = path.to_owned();
    let mut rows = reader.into_iter();
    let mut number = 0u64;
    Ok(Box::new(std::iter::from_fn(move || {
        let row = match rows.next()? {
            Ok(row) => row,
            Err(e) => return Some(Err(unreadable(&path, e))),
        };
        number += 1;
        let cells = row.get_column_iter().map(|(name, field)| {
            let text = match field {
                Field::Null => String::new(),
                Field::Str(text) => text.clone(),
                other => other.to_string(),
            };
            (column(name), text)
        });
        Some(Ok(query(number, cells)))
    })))
}

fn query(number: u64, cells: impl Iterator<Item = (Column, String)>) -> Query {
    let mut query = Query { id: number.to_string(), ..Query::default() };
    let several = |text: &str| -> Vec<String> {
        text.split([';', '|']).map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect()
    };
    for (column, text) in cells {
        let text = text.trim();
        match column {
            Column::Id if !text.is_empty() => query.id = text.to_owned(),
            Column::Name => query.name = text.to_owned(),
            Column::Kind => query.kind = kind(text),
            Column::Country => query.countries.extend(several(text)),
            Column::Address => query.address = text.to_owned(),
            Column::Identifier => query.identifiers.extend(several(text)),
            Column::Date => query.dates.extend(several(text)),
            Column::Id | Column::Unknown => {}
        }
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8]) -> Vec<(String, String)> {
        let reader = Box::new(Cursor::new(text.to_vec()));
        let queries = of_reader(Path::new("x"), reader, &mut |_| ()).unwrap();
        queries.map(|q| q.unwrap()).map(|q| (q.id, q.name)).collect()
    }

    #[test]
    fn names_and_tables() {
        let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
        assert_eq!(all(b"Smith, John\nAcme\n"), [pair("1", "Smith, John"), pair("2", "Acme")]);
        assert_eq!(all(b"id,name,type\na7,\"Smith, John\",person\n"), [pair("a7", "Smith, John")]);
        assert_eq!(all("\u{FEFF}Name\tCountry\nAcme\tDE\n".as_bytes()), [pair("1", "Acme")]);
        assert_eq!(all(b"M\xFCller\n"), [pair("1", "Müller")]);
        assert_eq!(all(b"\xFF\xFEA\0b\0\n\0"), [pair("1", "Ab")]);
    }
}
