//! Which names are asked about? One a line, a table whose columns are found by their names, or
//! Parquet.
//!
//! Read piece by piece, so that a file of any length needs little memory. Text is UTF-8 or UTF-16
//! by its mark; a line that is not UTF-8 is taken as Windows-1252, and that is told.

use crate::failure::Failure;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use plimsoll_ingest::containers::text::Recoded;
use plimsoll_ingest::formats::column_key;
use plimsoll_screen::entity::EntityKind;
use plimsoll_screen::screen::Query;
use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::Path;
use std::rc::Rc;

/// What of the beginning is looked at to tell the form.
const HEAD: usize = 1 << 16;
/// A line or a cell longer than this is no name.
const LONGEST: u64 = 1 << 20;

/// The names that are asked about.
pub struct Queries {
    from: From,
    place: String,
    /// Queries so far.
    count: u64,
    /// The first line that was not UTF-8.
    assumed: Option<u64>,
    /// Type words that are none.
    unknown_types: u64,
}

enum From {
    Lines(Box<dyn BufRead>, u64),
    Table(Box<Table>),
    Parquet(Box<RowIter<'static>>, Columns),
}

/// A delimited file with its columns found.
struct Table {
    reader: csv::Reader<Quotes>,
    columns: Columns,
    record: csv::ByteRecord,
    /// The line of the first record that goes over several.
    torn: Option<u64>,
    quotes: Rc<Cell<u64>>,
}

/// Where in a table each thing stands.
#[derive(Debug, Default, PartialEq, Eq)]
struct Columns {
    id: Option<usize>,
    name: Option<usize>,
    kind: Option<usize>,
    countries: Vec<usize>,
    addresses: Vec<usize>,
    identifiers: Vec<usize>,
    dates: Vec<usize>,
}

impl Columns {
    /// By the names in a header.
    fn of<'a>(header: impl IntoIterator<Item = &'a str>) -> Columns {
        let mut columns = Columns::default();
        for (at, cell) in header.into_iter().enumerate() {
            let first = |slot: &mut Option<usize>| *slot = slot.or(Some(at));
            match column_key(cell).as_str() {
                "id" | "queryid" | "key" | "reference" | "ref" | "recordid" | "customerid" => {
                    first(&mut columns.id);
                }
                "name" | "names" | "fullname" | "party" | "partyname" | "companyname"
                | "entityname" | "caption" => first(&mut columns.name),
                "type" | "kind" | "schema" | "entitytype" => first(&mut columns.kind),
                "country" | "countries" | "nationality" | "nationalities" | "jurisdiction"
                | "flag" => columns.countries.push(at),
                "address" | "addresses" => columns.addresses.push(at),
                "identifier" | "identifiers" | "idnumber" | "imo" | "imonumber" | "lei" | "inn"
                | "ogrn" | "uscc" | "passport" | "passportnumber" | "taxid" | "registration"
                | "registrationnumber" => columns.identifiers.push(at),
                "date" | "dates" | "birthdate" | "dateofbirth" | "dob" | "founded"
                | "incorporationdate" => columns.dates.push(at),
                _ => {}
            }
        }
        columns
    }

    /// Whether there is a column of names; without it nothing can be asked.
    fn has_name(&self) -> bool {
        self.name.is_some()
    }

    /// How many columns are known.
    fn known(&self) -> usize {
        let one = [self.id, self.name, self.kind].iter().flatten().count();
        let many = [&self.countries, &self.addresses, &self.identifiers, &self.dates];
        one + many.iter().map(|columns| columns.len()).sum::<usize>()
    }

    /// A row as a query; `None` for its kind where the word is unknown.
    fn query<'a>(&self, cell: impl Fn(usize) -> Cow<'a, str>) -> (Query, bool) {
        let one = |at: Option<usize>| at.map(|at| tidy(&cell(at))).unwrap_or_default();
        let many = |columns: &[usize]| -> Vec<String> {
            let split = |at: &usize| -> Vec<String> {
                cell(*at).split([';', '|']).map(tidy).filter(|part| !part.is_empty()).collect()
            };
            columns.iter().flat_map(split).collect()
        };
        let word = one(self.kind);
        let kind = self::kind(&word);
        let query = Query {
            id: one(self.id),
            name: one(self.name),
            kind,
            countries: many(&self.countries),
            address: many(&self.addresses).join(", "),
            identifiers: many(&self.identifiers),
            dates: many(&self.dates),
        };
        (query, kind.is_some() || word.is_empty())
    }
}

/// Without line ends and spaces around it.
fn tidy(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0' || c == '\u{feff}').to_owned()
}

/// What kind of party a word means; none for one that is not known.
pub fn kind(word: &str) -> Option<EntityKind> {
    Some(match column_key(word).as_str() {
        "person" | "individual" | "naturalperson" => EntityKind::Person,
        "company" | "organisation" | "organization" | "business" | "entity" | "legalentity"
        | "publicbody" => EntityKind::Organisation,
        "vessel" | "ship" => EntityKind::Vessel,
        "aircraft" | "airplane" | "plane" => EntityKind::Aircraft,
        "address" => EntityKind::Address,
        _ => return None,
    })
}

/// Counts quotation marks as they pass: an odd number at the end tells of one that never closed.
struct Quotes {
    input: Box<dyn BufRead>,
    count: Rc<Cell<u64>>,
}

impl Read for Quotes {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.input.read(buffer)?;
        let quotes = buffer[..n].iter().filter(|b| **b == b'"').count() as u64;
        self.count.set(self.count.get() + quotes);
        Ok(n)
    }
}

impl Queries {
    fn new(from: From, place: String) -> Queries {
        Queries { from, place, count: 0, assumed: None, unknown_types: 0 }
    }

    /// Those of a file; `-` is stdin.
    pub fn open(path: &Path) -> Result<Queries, Failure> {
        let stdin = path.as_os_str() == "-";
        let place = if stdin { "stdin".to_owned() } else { path.display().to_string() };
        let unreadable = |e: &dyn std::fmt::Display| unreadable(&place, e);
        if path.is_dir() {
            return Err(unreadable(&"this is a folder; name the file in it"));
        }
        let input: Box<dyn Read> = if stdin {
            Box::new(std::io::stdin())
        } else {
            Box::new(File::open(path).map_err(|e| unreadable(&e))?)
        };
        let (start, input) = start_of(input, 8).map_err(|e| unreadable(&e))?;
        if start.starts_with(b"PAR1") {
            if stdin {
                let why = "Parquet cannot be read from stdin; save it to a file first";
                return Err(unreadable(&why));
            }
            let from = parquet(path, &place)?;
            return Ok(Queries::new(from, place));
        }
        if let Some(what) = packed(&start) {
            return Err(unreadable(&format!("it is {what}; unpack it, or save it as CSV")));
        }
        let plain: Box<dyn Read> = match start.as_slice() {
            [0xFF, 0xFE, ..] => Box::new(Recoded::utf16(input, true)),
            [0xFE, 0xFF, ..] => Box::new(Recoded::utf16(input, false)),
            _ => input,
        };
        let (head, input) = start_of(plain, HEAD).map_err(|e| unreadable(&e))?;
        let mark = usize::from(head.starts_with("\u{feff}".as_bytes())) * 3;
        let mut input: Box<dyn BufRead> = Box::new(BufReader::with_capacity(HEAD, input));
        input.read_exact(&mut [0; 3][..mark]).map_err(|e| unreadable(&e))?;
        let from = form(&head[mark..], input, &place)?;
        Ok(Queries::new(from, place))
    }

    /// For messages.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// At most so many more; none at the end.
    pub fn next(&mut self, most: usize) -> Result<Vec<Query>, Failure> {
        let mut queries = Vec::new();
        while queries.len() < most {
            let Some((mut query, kind_is_known)) = self.one()? else { break };
            self.count += 1;
            self.unknown_types += u64::from(!kind_is_known);
            if query.id.is_empty() {
                query.id = self.count.to_string();
            }
            queries.push(query);
        }
        Ok(queries)
    }

    fn one(&mut self) -> Result<Option<(Query, bool)>, Failure> {
        match &mut self.from {
            From::Parquet(rows, columns) => match rows.next() {
                None => Ok(None),
                Some(Ok(row)) => Ok(Some(of_row(columns, &row))),
                Some(Err(e)) => Err(unreadable(&self.place, &e)),
            },
            From::Lines(input, number) => {
                let line = line(input.as_mut()).map_err(|e| unreadable(&self.place, &e))?;
                let Some(line) = line else { return Ok(None) };
                *number += 1;
                let name = tidy(&decoded(&line, *number, &mut self.assumed));
                Ok(Some((Query { name, ..Query::default() }, true)))
            }
            From::Table(table) => table.one(&self.place, &mut self.assumed),
        }
    }

    /// What a person should know of the file, after it was read.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if let Some(line) = self.assumed {
            notes.push(format!(
                "{}: line {line} is not UTF-8, and such lines were read as Windows-1252; where names look odd, save the file as UTF-8",
                self.place
            ));
        }
        if let From::Table(table) = &self.from
            && let Some(line) = table.torn
        {
            notes.push(format!(
                "{}: the row at line {line} goes on in the next line, inside quotation marks; if it should not, one is missing and names were taken for one",
                self.place
            ));
        }
        if self.unknown_types > 0 {
            notes.push(format!(
                "{}: {} types are none of person, company, vessel, aircraft and were passed over",
                self.place, self.unknown_types
            ));
        }
        notes
    }
}

impl Table {
    fn one(
        &mut self,
        place: &str,
        assumed: &mut Option<u64>,
    ) -> Result<Option<(Query, bool)>, Failure> {
        let read = self.reader.read_byte_record(&mut self.record);
        let line = self.record.position().map_or(0, csv::Position::line);
        if !read.map_err(|e| unreadable(place, &e))? {
            // All is read, so all quotation marks are counted.
            return match self.torn.filter(|_| self.quotes.get() % 2 == 1) {
                Some(line) => Err(quote_open(place, line)),
                None => Ok(None),
            };
        }
        if self.record.as_slice().len() as u64 > LONGEST {
            return Err(quote_open(place, line));
        }
        if self.torn.is_none() {
            let breaks = |cell: &[u8]| cell.iter().any(|b| matches!(b, b'\n' | b'\r'));
            self.torn = self.record.iter().any(breaks).then_some(line);
        }
        let record = &self.record;
        let marked = Cell::new(*assumed);
        let cell = |at: usize| {
            let mut first = marked.get();
            let text = decoded(record.get(at).unwrap_or_default(), line, &mut first);
            marked.set(first);
            text
        };
        let query = self.columns.query(cell);
        *assumed = marked.get();
        Ok(Some(query))
    }
}

fn quote_open(place: &str, line: u64) -> Failure {
    Failure::usage(
        "quote-open",
        format!(
            "{place}, line {line}: a quotation mark seems to open and never close, so that the names below it cannot be told apart"
        ),
        "close it or double it (\"\"), then screen the file again",
    )
}

fn unreadable(place: &str, detail: &dyn std::fmt::Display) -> Failure {
    Failure::usage(
        "file-unreadable",
        format!("cannot read {place}: {detail}"),
        "check the path and the permissions; give text, CSV, TSV or Parquet",
    )
}

/// Files that hold no text: what they are.
fn packed(start: &[u8]) -> Option<&'static str> {
    match start {
        [0x1F, 0x8B, ..] => Some("packed with gzip"),
        [b'P', b'K', 3, 4, ..] => Some("a zip archive or a workbook"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some("a workbook"),
        _ if start.starts_with(b"%PDF-") => Some("a PDF document"),
        _ => None,
    }
}

/// The first bytes, and the input with them before it.
fn start_of(mut input: Box<dyn Read>, most: usize) -> std::io::Result<(Vec<u8>, Box<dyn Read>)> {
    let mut start = Vec::new();
    input.by_ref().take(most as u64).read_to_end(&mut start)?;
    let all = Cursor::new(start.clone()).chain(input);
    Ok((start, Box::new(all)))
}

/// Whether it is a table, and with which columns, or one name a line.
fn form(head: &[u8], input: Box<dyn BufRead>, place: &str) -> Result<From, Failure> {
    let line = head.split(|b| *b == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let mut best: Option<(usize, u8, Columns)> = None;
    for separator in [b'\t', b',', b';', b'|'] {
        let cells = cells(&line, separator);
        let columns = Columns::of(cells.iter().map(String::as_str));
        if columns.known() > best.as_ref().map_or(0, |(known, ..)| *known) {
            best = Some((columns.known(), separator, columns));
        }
    }
    let tabs = cells(&line, b'\t');
    match best {
        Some((_, separator, columns)) if columns.has_name() => {
            // A tab stands in no name, so that files between tabs are written without quotes.
            let quoted = separator != b'\t' || tabs.len() == 1;
            Ok(table(input, columns, separator, quoted, true))
        }
        Some((2.., ..)) => Err(columns_unclear(place, &line)),
        // As in lists of names: id, type, name, and what follows.
        _ if tabs.len() >= 3 && kind(&tabs[1]).is_some() => {
            let columns =
                Columns { id: Some(0), kind: Some(1), name: Some(2), ..Columns::default() };
            Ok(table(input, columns, b'\t', false, false))
        }
        _ if tabs.len() > 1 => Err(columns_unclear(place, &line)),
        _ => Ok(From::Lines(input, 0)),
    }
}

/// A Parquet file with its columns found.
fn parquet(path: &Path, place: &str) -> Result<From, Failure> {
    let file = File::open(path).map_err(|e| unreadable(place, &e))?;
    let reader = SerializedFileReader::new(file).map_err(|e| unreadable(place, &e))?;
    let schema = reader.metadata().file_metadata().schema();
    let names: Vec<&str> = schema.get_fields().iter().map(|field| field.name()).collect();
    let columns = Columns::of(names.iter().copied());
    if !columns.has_name() {
        return Err(columns_unclear(place, &names.join(", ")));
    }
    Ok(From::Parquet(Box::new(reader.into_iter()), columns))
}

fn of_row(columns: &Columns, row: &Row) -> (Query, bool) {
    columns.query(|at| match row.get_column_iter().nth(at) {
        None | Some((_, Field::Null)) => Cow::Borrowed(""),
        Some((_, Field::Str(text))) => Cow::Borrowed(text.as_str()),
        Some((_, other)) => Cow::Owned(other.to_string()),
    })
}

fn columns_unclear(place: &str, line: &str) -> Failure {
    let shown = plimsoll_terms::problem::shorten(line.trim_end());
    Failure::usage(
        "columns-unclear",
        format!("{place} is a table, and no column of its first line is called name: {shown:?}"),
        "give it a header with a column name, and others called id, type, country, address, identifier, date; or one name a line",
    )
}

fn cells(line: &str, separator: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    let read = reader.read_record(&mut record).unwrap_or(false);
    if read { record.iter().map(str::to_owned).collect() } else { Vec::new() }
}

fn table(
    input: Box<dyn BufRead>,
    columns: Columns,
    separator: u8,
    quoted: bool,
    header: bool,
) -> From {
    let quotes = Rc::new(Cell::new(0));
    let reader = csv::ReaderBuilder::new()
        .has_headers(header)
        .flexible(true)
        .delimiter(separator)
        .quoting(quoted)
        .from_reader(Quotes { input, count: quotes.clone() });
    From::Table(Box::new(Table {
        reader,
        columns,
        record: csv::ByteRecord::new(),
        torn: None,
        quotes,
    }))
}

/// The next line without its end; what of it is longer than any name is passed over.
fn line(input: &mut dyn BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let n = input.take(LONGEST).read_until(b'\n', &mut line)?;
    if n == 0 {
        return Ok(None);
    }
    if !line.ends_with(b"\n") && n as u64 == LONGEST {
        let mut rest = Vec::new();
        while input.take(LONGEST).read_until(b'\n', &mut rest)? > 0 && !rest.ends_with(b"\n") {
            rest.clear();
        }
    }
    Ok(Some(line))
}

/// UTF-8, else Windows-1252, and the first line that is so.
fn decoded<'a>(bytes: &'a [u8], line: u64, assumed: &mut Option<u64>) -> Cow<'a, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    assumed.get_or_insert(line);
    encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(bytes: &[u8]) -> Result<Vec<(String, String)>, &'static str> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names");
        std::fs::write(&path, bytes).unwrap();
        let mut queries = Queries::open(&path).map_err(|failure| failure.code)?;
        let all = queries.next(100).map_err(|failure| failure.code)?;
        Ok(all.into_iter().map(|query| (query.id, query.name)).collect())
    }

    #[track_caller]
    fn check(bytes: impl AsRef<[u8]>, want: &[(&str, &str)]) {
        let want: Vec<_> = want.iter().map(|(i, n)| ((*i).to_owned(), (*n).to_owned())).collect();
        assert_eq!(names(bytes.as_ref()).unwrap(), want);
    }

    #[test]
    fn forms_of_files() {
        check("Acme, Inc.\nBöse; GmbH\r\n", &[("1", "Acme, Inc."), ("2", "Böse; GmbH")]);
        check("\u{feff}name\nAcme\n", &[("1", "Acme")]);
        check("ID;Full Name\n7;\"Acme; Inc\"\n", &[("7", "Acme; Inc")]);
        check("id\tname\n7\t\"Acme\n", &[("7", "\"Acme")]);
        check("name|id\nAcme|7\n", &[("7", "Acme")]);
        check("Name\n\"Acme, \"\"A\"\"\"\nOther\n", &[("1", "Acme, \"A\""), ("2", "Other")]);
        check("7\tcompany\tAcme\n8\tperson\tJane\n", &[("7", "Acme"), ("8", "Jane")]);
        check(b"Z\xfcrich\nCaf\xc3\xa9\n", &[("1", "Zürich"), ("2", "Café")]);
        check("a\n\nb", &[("1", "a"), ("2", ""), ("3", "b")]);
        let wide: Vec<u8> =
            "\u{feff}name,id\nЗавод,3\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        check(wide, &[("3", "Завод")]);
        check("", &[]);
    }

    #[test]
    fn files_that_are_refused() {
        for (text, code) in [
            ("id,country\n1,NO\n", "columns-unclear"),
            ("Acme\tNO\n", "columns-unclear"),
            ("name,id\n\"Acme,1\nOther,2\n", "quote-open"),
            ("name,id\n\"Acme,1\nOther,2\n\"Next\",3\nLast,4\n", "quote-open"),
            ("\u{1f}\u{8b}", ""),
            ("%PDF-1.7", "file-unreadable"),
        ] {
            assert_eq!(names(text.as_bytes()).err().unwrap_or_default(), code, "{text}");
        }
    }

    #[test]
    fn rows_over_several_lines_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.csv");
        std::fs::write(&path, "id,name\n1,\"Acme\n2,Other\n3,\"Next\n").unwrap();
        let mut queries = Queries::open(&path).unwrap_or_else(|e| panic!("{}", e.message));
        assert!(queries.next(10).is_ok_and(|all| all.len() == 1));
        assert!(queries.notes()[0].contains("line 2"), "{:?}", queries.notes());
    }

    #[test]
    fn several_values_in_a_cell() {
        let columns = Columns::of(["Name", "TYPE", "country", "LEI", "INN", "date of birth"]);
        let row = ["Jane", "individual", "NO; SE", "a|b", "c", ""];
        let (query, known) = columns.query(|at| Cow::Borrowed(row[at]));
        assert!(known && query.kind == Some(EntityKind::Person));
        assert_eq!(query.countries, ["NO", "SE"]);
        assert_eq!(query.identifiers, ["a", "b", "c"]);
        assert!(query.dates.is_empty());
    }
}
