//! Which rows are on the sheets of a workbook (xlsx, ods), as comma-separated text?
//!
//! For readers that take text: publishers of watchlists hand out sheets. One line for each row, so
//! that a line number is the number in the sheet; a line end within a cell becomes U+2028. Cells
//! are written as they come and nothing is held but the text, so that a sheet with one cell in its
//! last corner, or an archive that unpacks to far more than it weighs, ends in an error.

use std::io::{Cursor, Read, Seek};

use calamine::{DataRef, Reader as _, Xlsx};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// The most that the parts of a workbook may unpack to, and the most text of its sheets, bytes.
const LARGEST: u64 = 256 << 20;
/// As many rows as a sheet can have.
const MOST_ROWS: usize = 1 << 20;
/// As many columns.
const MOST_COLUMNS: usize = 1 << 14;
/// A line end within a cell.
const LINE_END: char = '\u{2028}';

/// A sheet: its name, and its rows as text.
pub type Sheet = (String, Vec<u8>);

/// The sheets of a workbook, each at most `most` bytes of it.
///
/// # Errors
/// Where it is no workbook, is damaged, or too large; the text says which.
pub fn sheets(bytes: &[u8], most: u64) -> Result<Vec<Sheet>, String> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    check_size(&mut zip)?;
    match zip.by_name("content.xml") {
        Ok(mut content) => {
            let mut text = String::new();
            content.read_to_string(&mut text).map_err(|e| e.to_string())?;
            ods(&text, most)
        }
        Err(_) => xlsx(bytes, most),
    }
}

/// Unpacks every member once and counts: what the archive states of itself may be wrong.
fn check_size<R: Read + Seek>(zip: &mut zip::ZipArchive<R>) -> Result<(), String> {
    let mut left = LARGEST;
    for index in 0..zip.len() {
        let member = zip.by_index(index).map_err(|e| e.to_string())?;
        let read = std::io::copy(&mut member.take(left + 1), &mut std::io::sink());
        let read = read.map_err(|e| e.to_string())?;
        left = left.checked_sub(read).ok_or_else(too_large)?;
    }
    Ok(())
}

fn too_large() -> String {
    format!("a workbook that unpacks to more than {} MiB; save the sheet as CSV", LARGEST >> 20)
}

/// The text of a sheet in the making.
#[derive(Default)]
struct Text {
    out: String,
    most: usize,
    row: usize,
    column: usize,
}

impl Text {
    fn new(most: u64) -> Self {
        let most = usize::try_from(most.min(LARGEST + 1)).unwrap_or(usize::MAX);
        Self { most, ..Self::default() }
    }

    fn is_full(&self) -> bool {
        self.out.len() >= self.most
    }

    /// Writes a cell, counted from 0. One that lies before the last one written is left out: no
    /// program writes such a file.
    fn cell(&mut self, row: usize, column: usize, text: &str) -> Result<(), String> {
        if row < self.row || (row == self.row && column < self.column) || self.is_full() {
            return Ok(());
        }
        if row >= MOST_ROWS || column >= MOST_COLUMNS {
            return Err(format!("a cell in row {}, which no sheet has", row + 1));
        }
        while self.row < row {
            self.out.push('\n');
            self.row += 1;
            self.column = 0;
        }
        while self.column < column {
            self.out.push(',');
            self.column += 1;
        }
        let quoted = text.contains([',', '"', '\n', '\r']);
        self.out.extend(quoted.then_some('"'));
        let text = text.replace("_x000D_", "").replace("\r\n", "\n");
        for c in text.chars() {
            match c {
                '\n' | '\r' => self.out.push(LINE_END),
                '"' => self.out.push_str("\"\""),
                c => self.out.push(c),
            }
        }
        self.out.extend(quoted.then_some('"'));
        if self.out.len() as u64 > LARGEST {
            return Err(too_large());
        }
        Ok(())
    }

    fn finish(mut self) -> Vec<u8> {
        self.out.push('\n');
        self.out.into_bytes()
    }
}

fn xlsx(bytes: &[u8], most: u64) -> Result<Vec<Sheet>, String> {
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|e| format!("{e}"))?;
    let mut sheets = Vec::new();
    for name in book.sheet_names() {
        let Ok(mut cells) = book.worksheet_cells_reader(&name) else {
            // A sheet that is a drawing.
            continue;
        };
        let mut text = Text::new(most);
        while let Some(cell) = cells.next_cell().map_err(|e| format!("sheet {name:?}: {e}"))? {
            let (row, column) = cell.get_position();
            let value = value(cell.get_value());
            if !value.trim().is_empty() {
                text.cell(row as usize, column as usize, value.trim())?;
            }
            if text.is_full() {
                break;
            }
        }
        if !text.out.is_empty() {
            sheets.push((name, text.finish()));
        }
    }
    Ok(sheets)
}

/// A cell as a person would type it: dates as 2024-08-01, numbers without exponent.
fn value(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Empty => String::new(),
        DataRef::String(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(when) => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) => text.get(..10).unwrap_or(text).to_owned(),
        DataRef::Error(error) => error.to_string(),
    }
}

/// A walk through the content of an OpenDocument sheet.
struct Ods {
    sheets: Vec<Sheet>,
    name: String,
    text: Text,
    /// Row and column of the next cell.
    row: usize,
    column: usize,
    /// The filled cells of the row that is read: column and text.
    cells: Vec<(usize, String)>,
    row_repeats: usize,
    cell: Option<Cell>,
    /// How deep within a comment.
    comment: usize,
    most: u64,
}

#[derive(Default)]
struct Cell {
    repeats: usize,
    /// The value that the file states beside the text.
    stated: Option<String>,
    text: String,
    paragraphs: usize,
}

fn ods(content: &str, most: u64) -> Result<Vec<Sheet>, String> {
    let mut reader = Reader::from_str(content);
    let mut walk = Ods {
        sheets: Vec::new(),
        name: String::new(),
        text: Text::new(most),
        row: 0,
        column: 0,
        cells: Vec::new(),
        row_repeats: 1,
        cell: None,
        comment: 0,
        most,
    };
    loop {
        match reader.read_event().map_err(|e| format!("content.xml: {e}"))? {
            Event::Start(start) => walk.open(&start),
            Event::Empty(start) => {
                walk.open(&start);
                walk.close(start.name().as_ref())?;
            }
            Event::End(end) => walk.close(end.name().as_ref())?,
            Event::Text(text) => walk.say(&text.into_inner()),
            Event::CData(text) => walk.say(&text.into_inner()),
            Event::GeneralRef(reference) => {
                let said = match reference.resolve_char_ref() {
                    Ok(Some(c)) => c.to_string(),
                    _ => quick_xml::escape::resolve_predefined_entity(&reference)
                        .map_or_else(String::new, str::to_owned),
                };
                walk.say(&said);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(walk.sheets)
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name)?;
    let value = quick_xml::escape::unescape(&found.value).ok()?;
    Some(value.into_owned())
}

fn repeats(start: &BytesStart<'_>, name: &str) -> usize {
    attribute(start, name).and_then(|n| n.parse().ok()).unwrap_or(1)
}

impl Ods {
    fn open(&mut self, start: &BytesStart<'_>) {
        match start.name().as_ref() {
            "office:annotation" => self.comment += 1,
            "table:table" => {
                self.name = attribute(start, "table:name").unwrap_or_default();
                self.text = Text::new(self.most);
                self.row = 0;
            }
            "table:table-row" => {
                self.row_repeats = repeats(start, "table:number-rows-repeated");
                self.column = 0;
                self.cells.clear();
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let stated = attribute(start, "office:date-value")
                    .map(|date| date.get(..10).unwrap_or(&date).to_owned())
                    .or_else(|| attribute(start, "office:value"));
                let repeats = repeats(start, "table:number-columns-repeated");
                self.cell = Some(Cell { repeats, stated, ..Cell::default() });
            }
            "text:p" => {
                if let Some(cell) = self.cell.as_mut().filter(|_| self.comment == 0) {
                    if cell.paragraphs > 0 {
                        cell.text.push('\n');
                    }
                    cell.paragraphs += 1;
                }
            }
            "text:line-break" => self.say("\n"),
            "text:s" | "text:tab" => self.say(" "),
            _ => {}
        }
    }

    /// Text counts within a paragraph of a cell.
    fn say(&mut self, text: &str) {
        let cell = self.cell.as_mut().filter(|cell| cell.paragraphs > 0);
        if let Some(cell) = cell.filter(|_| self.comment == 0) {
            cell.text.push_str(text);
        }
    }

    fn close(&mut self, name: &str) -> Result<(), String> {
        match name {
            "office:annotation" => self.comment = self.comment.saturating_sub(1),
            "table:table-cell" | "table:covered-table-cell" => {
                let Some(cell) = self.cell.take() else { return Ok(()) };
                let text = cell.stated.unwrap_or(cell.text);
                let text = text.trim();
                let end = self.column.saturating_add(cell.repeats);
                if !text.is_empty() {
                    for column in self.column..end.min(MOST_COLUMNS) {
                        self.cells.push((column, text.to_owned()));
                        if self.cells.len() * text.len().max(32) > LARGEST as usize {
                            return Err(too_large());
                        }
                    }
                }
                self.column = end;
            }
            "table:table-row" => {
                let end = self.row.saturating_add(self.row_repeats);
                for row in self.row..end.min(MOST_ROWS) {
                    if self.cells.is_empty() || self.text.is_full() {
                        break;
                    }
                    for (column, text) in &self.cells {
                        self.text.cell(row, *column, text)?;
                    }
                }
                self.row = end;
            }
            "table:table" => {
                let text = std::mem::replace(&mut self.text, Text::new(self.most));
                if !text.out.is_empty() {
                    self.sheets.push((std::mem::take(&mut self.name), text.finish()));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::comtrade::testing;
    use std::io::Write;

    fn zipped(name: &str, content: &str) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(name, options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
        zip.finish().unwrap().into_inner()
    }

    fn sheet(rows: &str) -> String {
        format!(
            "<office:document-content><table:table table:name=\"Made up\">{rows}</table:table></office:document-content>"
        )
    }

    fn shown(content: &str) -> String {
        let sheets = sheets(&zipped("content.xml", content), 1 << 20).unwrap();
        let shown = sheets
            .iter()
            .map(|(name, text)| format!("[{name}]\n{}", String::from_utf8_lossy(text)));
        shown.collect()
    }

    #[test]
    fn cells_of_an_open_document() {
        let cell =
            |text: &str| format!("<table:table-cell><text:p>{text}</text:p></table:table-cell>");
        let rows = format!(
            "<table:table-row>{}{}</table:table-row>\
             <table:table-row table:number-rows-repeated=\"2\"><table:table-cell \
             table:number-columns-repeated=\"1000\"/></table:table-row>\
             <table:table-row><table:table-cell table:number-columns-repeated=\"2\"/>{}\
             <table:table-cell office:value-type=\"float\" office:value=\"12703\"><text:p>12,703</text:p></table:table-cell>\
             <table:table-cell office:date-value=\"2025-08-11T00:00:00\"><text:p>11/08/25</text:p>\
             <office:annotation><text:p>note</text:p></office:annotation></table:table-cell>\
             <table:table-cell><text:p>one</text:p><text:p>two<text:s/>three</text:p></table:table-cell></table:table-row>\
             <table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell/></table:table-row>",
            cell("A &amp; \"B\""),
            cell("C, D"),
            cell("x"),
        );
        assert_eq!(
            shown(&sheet(&rows)),
            "[Made up]\n\"A & \"\"B\"\"\",\"C, D\"\n\n\n,,x,12703,2025-08-11,\"one\u{2028}two three\"\n"
        );
    }

    #[test]
    fn hostile_workbooks() {
        let many = "<table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell \
                    table:number-columns-repeated=\"16000\"><text:p>x</text:p></table:table-cell></table:table-row>";
        let book = zipped("content.xml", &sheet(many));
        assert!(sheets(&book, u64::MAX).unwrap_err().contains("256 MiB"));
        assert!(sheets(&book, 100).unwrap()[0].1.len() < 1 << 20);
        let bomb = zipped("content.xml", &" ".repeat((LARGEST + 10) as usize));
        assert!(sheets(&bomb, 100).unwrap_err().contains("256 MiB"));
        assert!(sheets(b"no workbook", 100).is_err());
        assert!(sheets(&zipped("other.xml", "x"), 100).is_err());
        assert!(sheets(&zipped("content.xml", "<a><table:table"), 100).is_err());
    }

    #[test]
    fn the_publisher_s_own_sheets() {
        if let Some(bytes) = testing::shared("data/watchlists/uk/FCDO_SL_2025-08-11.ods") {
            let all = sheets(&bytes, u64::MAX).unwrap();
            let text = String::from_utf8(all[0].1.clone()).unwrap();
            assert_eq!((all.len(), all[0].0.as_str()), (1, "UK_Sanction_List"));
            assert_eq!(text.lines().count(), 5303);
            assert!(text.starts_with("Unique ID,OFSI Group ID,Name,Regime Name,Type,"));
        }
        if let Some(bytes) = testing::shared("data/comext/easycomext_spreadsheet_sample.xlsx") {
            let heads = sheets(&bytes, 4096).unwrap();
            assert!(heads.len() > 100 && heads.iter().all(|(_, text)| text.len() < 1 << 16));
        }
    }
}
