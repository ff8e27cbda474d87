//! Which records are in a workbook? A sheet that is a table, or the matrices of Eurostat's
//! EasyComext (one sheet a product, months as columns), which become the records of its
//! relational table.
//!
//! Never counts `:` or an empty cell of a matrix as zero: there is no record for it.

use std::collections::HashMap;
use std::io::Cursor;
use std::sync::Arc;

use calamine::{Data, Range, Reader};

use crate::containers::Table;

/// The tables of a workbook (xlsx, xls, xlsb, ods). `name` is the file's, for messages.
pub fn tables(bytes: Vec<u8>, name: &str) -> Result<Vec<Table>, String> {
    let shared: Arc<[u8]> = bytes.into();
    let mut book = calamine::open_workbook_auto_from_rs(Cursor::new(shared))
        .map_err(|e| format!("{name} cannot be read as a workbook: {e}"))?;
    let mut plain = Vec::new();
    let mut matrices = Vec::new();
    for sheet in book.sheet_names() {
        let range =
            book.worksheet_range(&sheet).map_err(|e| format!("sheet {sheet:?} of {name}: {e}"))?;
        match Matrix::find(&range) {
            Some(matrix) => matrices.push(matrix.records(&range, sheet)),
            None => plain.extend(plain_table(&range, sheet)),
        }
    }
    // Beside matrices, the other sheets are contents lists and notes.
    Ok(if matrices.is_empty() { plain } else { join(matrices) })
}

/// A sheet whose first row of at least three filled cells is the header.
fn plain_table(range: &Range<Data>, name: String) -> Option<Table> {
    let first = range.start().map_or(0, |(row, _)| row as usize);
    let filled = |row: &[Data]| row.iter().filter(|c| !is_empty(c)).count();
    let at = range.rows().position(|row| filled(row) >= 3)?;
    let header: Vec<String> = range.rows().nth(at)?.iter().map(cell_text).collect();
    let rows = range
        .rows()
        .enumerate()
        .skip(at + 1)
        .filter(|(_, row)| filled(row) > 0)
        .map(|(n, row)| ((first + n + 1) as u64, row.iter().map(cell_text).collect()))
        .collect();
    Some(Table { name, header, rows })
}

fn is_empty(cell: &Data) -> bool {
    match cell {
        Data::Empty => true,
        Data::String(text) => text.trim().is_empty(),
        _ => false,
    }
}

/// A cell as a person would type it: dates as 2024-08-01, numbers without exponent.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) => text.trim().to_owned(),
        Data::Int(number) => number.to_string(),
        // Display of a float has neither an exponent nor a needless fraction.
        Data::Float(number) => number.to_string(),
        Data::Bool(yes) => yes.to_string(),
        Data::DateTime(when) => {
            let (year, month, day, ..) = when.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        Data::DateTimeIso(text) => text.get(..10).unwrap_or(text).to_owned(),
        Data::DurationIso(text) => text.clone(),
        Data::Error(error) => error.to_string(),
    }
}

/// The dimensions of an EasyComext matrix, by the column that they become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dimension {
    Reporter,
    Partner,
    Product,
    Flow,
    Procedure,
    Period,
    Indicator,
    /// One that is known and says nothing that a record needs.
    Other,
}

/// The columns of the records, in the order of the dimensions above.
const KEYS: [&str; 6] = ["REPORTER", "PARTNER", "PRODUCT", "FLOW", "STAT_PROCEDURE", "PERIOD"];
const KEY_COUNT: usize = KEYS.len();
/// The indicator columns of the relational table.
const INDICATORS: [&str; 4] =
    ["VALUE_IN_EUR", "QUANTITY_IN_100KG", "QUANTITY_IN_KG", "SUPPLEMENTARY_QUANTITY"];

impl Dimension {
    /// Reads `REPORTER (Labels)`, `PRODUCT [PRODUCT]`, `TIME`.
    fn parse(cell: &Data) -> Option<Dimension> {
        let Data::String(text) = cell else {
            return None;
        };
        Some(match text.split(['(', '[']).next()?.trim() {
            "REPORTER" | "DECLARANT" => Dimension::Reporter,
            "PARTNER" => Dimension::Partner,
            "PRODUCT" => Dimension::Product,
            "FLOW" => Dimension::Flow,
            "STAT_PROCEDURE" | "STAT_REGIME" => Dimension::Procedure,
            "TIME" | "PERIOD" | "TIME_PERIOD" => Dimension::Period,
            "INDICATORS" | "INDICATOR" => Dimension::Indicator,
            "FREQ" | "TRADE_TYPE" => Dimension::Other,
            _ => return None,
        })
    }

    /// The place among [`KEYS`].
    fn key(self) -> Option<usize> {
        ((self as usize) < KEY_COUNT).then_some(self as usize)
    }
}

/// Where the parts of a matrix stand in its sheet. Rows and columns count from the range's
/// own corner.
struct Matrix {
    /// Said once for the whole sheet, above the matrix.
    constants: Vec<(Dimension, String)>,
    /// Rows that name the columns.
    column_rows: Vec<(Dimension, usize)>,
    /// Columns that name the rows.
    row_columns: Vec<(Dimension, usize)>,
    /// The first row of data.
    first: usize,
}

impl Matrix {
    /// The matrix of a sheet: below a preamble and an empty row, some rows that name the
    /// columns, then one that names the row dimensions and nothing else.
    fn find(range: &Range<Data>) -> Option<Matrix> {
        let rows: Vec<&[Data]> = range.rows().take(60).collect();
        let starts_with_dimension =
            |row: &&[Data]| row.first().is_some_and(|c| Dimension::parse(c).is_some());
        let header = (1..rows.len()).find(|&at| {
            // A preamble line without a value looks the same but has no labels below it.
            let labels = rows.get(at + 1).is_some_and(|below| {
                below.first().is_some_and(|c| !is_empty(c)) && !starts_with_dimension(below)
            });
            labels && names_rows_only(rows[at]) && starts_with_dimension(&rows[at - 1])
        })?;
        let top = rows[..header]
            .iter()
            .rposition(|row| row.iter().all(is_empty))
            .map_or(0, |empty| empty + 1);
        let named = |rows: std::ops::Range<usize>| {
            rows.filter_map(|at| Some((Dimension::parse(range.get((at, 0))?)?, at)))
        };
        let constants = named(0..top)
            .map(|(dimension, at)| {
                let value = rows[at][1..].iter().find(|c| !is_empty(c)).map(cell_text);
                (dimension, value.unwrap_or_default())
            })
            .collect();
        let mut row_columns: Vec<(Dimension, usize)> = Vec::new();
        for (column, cell) in rows[header].iter().enumerate() {
            if let Some(dimension) = Dimension::parse(cell) {
                row_columns.push((dimension, column));
            }
        }
        prefer_product_codes(&mut row_columns, rows[header]);
        Some(Matrix {
            constants,
            column_rows: named(top..header).collect(),
            row_columns,
            first: header + 1,
        })
    }

    /// Every filled cell as a record.
    fn records(&self, range: &Range<Data>, name: String) -> Sheet {
        let corner = range.start().map_or(0, |(row, _)| row as usize);
        let label_columns = self.row_columns.iter().map(|(_, c)| c + 1).max().unwrap_or(0);
        let mut sheet = Sheet { name, cells: Vec::new() };
        let mut shared = Cell { row: 0, key: Default::default(), indicator: 0, text: "".into() };
        for (dimension, value) in &self.constants {
            shared.set(*dimension, value);
        }
        let columns: Vec<Option<Cell>> = (0..range.width())
            .map(|column| self.column_labels(range, column, label_columns, &shared))
            .collect();
        for (at, row) in range.rows().enumerate().skip(self.first) {
            let labels: Vec<(Dimension, String)> = self
                .row_columns
                .iter()
                .map(|(d, c)| (*d, row.get(*c).map(cell_text).unwrap_or_default()))
                .collect();
            let labels: Vec<(Dimension, Arc<str>)> =
                labels.into_iter().map(|(d, l)| (d, read_label(d, &l))).collect();
            for (column, cell) in columns.iter().zip(row) {
                let (Some(column), false) = (column, is_missing(cell)) else {
                    continue;
                };
                let mut filled = column.clone();
                for (dimension, label) in &labels {
                    filled.put(*dimension, label.clone());
                }
                filled.row = (corner + at + 1) as u64;
                filled.text = cell_text(cell).into();
                sheet.cells.push(filled);
            }
        }
        sheet
    }

    /// What the rows above the matrix say of a column; `None` for one of labels or flags.
    fn column_labels(
        &self,
        range: &Range<Data>,
        column: usize,
        label_columns: usize,
        shared: &Cell,
    ) -> Option<Cell> {
        if column < label_columns {
            return None;
        }
        let mut cell = shared.clone();
        for (dimension, row) in &self.column_rows {
            let label = range.get((*row, column)).map(cell_text).unwrap_or_default();
            if label.is_empty() && *dimension != Dimension::Other {
                // Eurostat writes flags such as "confidential" in columns without a name.
                return None;
            }
            cell.set(*dimension, &label);
        }
        Some(cell)
    }
}

/// Whether a row names dimensions in its first cells and holds nothing else.
fn names_rows_only(row: &[Data]) -> bool {
    let named = row.iter().take_while(|c| Dimension::parse(c).is_some()).count();
    named > 0 && row[named..].iter().all(is_empty)
}

/// Where a product has a column of codes and one of labels, only the codes count.
fn prefer_product_codes(columns: &mut Vec<(Dimension, usize)>, header: &[Data]) {
    let is_code =
        |column: usize| header.get(column).is_some_and(|c| cell_text(c).contains("(Codes)"));
    let has_code = columns.iter().any(|(d, c)| *d == Dimension::Product && is_code(*c));
    columns.retain(|(d, c)| *d != Dimension::Product || !has_code || is_code(*c));
}

/// `:` and its flagged forms stand for "not available".
fn is_missing(cell: &Data) -> bool {
    is_empty(cell) || matches!(cell, Data::String(text) if text.trim_start().starts_with(':'))
}

/// A label as the relational table writes it: a product's code stands in front there.
fn read_label(dimension: Dimension, label: &str) -> Arc<str> {
    if dimension == Dimension::Product
        && let Some((name, code)) = label.strip_suffix(']').and_then(|l| l.rsplit_once('['))
    {
        return format!("{}-{}", code.trim(), name.trim()).into();
    }
    label.into()
}

/// The filled cells of a matrix.
struct Sheet {
    name: String,
    cells: Vec<Cell>,
}

/// One filled cell with its labels.
#[derive(Clone)]
struct Cell {
    row: u64,
    key: [Arc<str>; KEY_COUNT],
    indicator: usize,
    text: Arc<str>,
}

impl Cell {
    fn set(&mut self, dimension: Dimension, label: &str) {
        self.put(dimension, read_label(dimension, label));
    }

    fn put(&mut self, dimension: Dimension, label: Arc<str>) {
        if let Some(key) = dimension.key() {
            self.key[key] = label;
        } else if dimension == Dimension::Indicator {
            self.indicator = match &*label {
                "QUANTITY_IN_100KG" => 1,
                "QUANTITY_IN_KG" | "QUANTITY_KG" => 2,
                "SUPPLEMENTARY_QUANTITY" | "SUP_QUANTITY" => 3,
                _ => 0,
            };
        }
    }
}

/// Tables of all matrices: one a sheet, or one for all when value and weight stand on
/// different sheets, since they belong to the same records.
fn join(sheets: Vec<Sheet>) -> Vec<Table> {
    let used: Vec<usize> = (0..INDICATORS.len())
        .filter(|i| sheets.iter().any(|s| s.cells.iter().any(|c| c.indicator == *i)))
        .collect();
    let header: Vec<String> = KEYS
        .iter()
        .copied()
        .chain(used.iter().map(|i| INDICATORS[*i]))
        .map(str::to_owned)
        .collect();
    if let [_] | [] = used[..] {
        return sheets
            .into_iter()
            .filter(|sheet| !sheet.cells.is_empty())
            .map(|sheet| Table {
                name: sheet.name,
                header: header.clone(),
                rows: sheet.cells.iter().map(|c| (c.row, record(&c.key, [&*c.text]))).collect(),
            })
            .collect();
    }
    let mut places: HashMap<[Arc<str>; KEY_COUNT], usize> = HashMap::new();
    let mut rows: Vec<Joined> = Vec::new();
    for cell in sheets.into_iter().flat_map(|s| s.cells) {
        let place = *places.entry(cell.key.clone()).or_insert_with(|| {
            rows.push(Joined { row: cell.row, key: cell.key.clone(), texts: Default::default() });
            rows.len() - 1
        });
        rows[place].texts[cell.indicator] = cell.text;
    }
    let rows = rows
        .into_iter()
        .map(|r| (r.row, record(&r.key, used.iter().map(|i| &*r.texts[*i]))))
        .collect();
    vec![Table { name: "all sheets".to_owned(), header, rows }]
}

/// A record whose indicators stood on several sheets.
struct Joined {
    row: u64,
    key: [Arc<str>; KEY_COUNT],
    texts: [Arc<str>; INDICATORS.len()],
}

fn record<'a>(
    key: &'a [Arc<str>; KEY_COUNT],
    texts: impl IntoIterator<Item = &'a str>,
) -> csv::ByteRecord {
    key.iter().map(|k| &**k).chain(texts).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::comtrade::testing;

    fn sheet(text: &str) -> Range<Data> {
        let mut range = Range::new((0, 0), (0, 0));
        for (row, line) in text.lines().enumerate() {
            for (column, cell) in line.split('|').enumerate() {
                let data = match cell.parse::<f64>() {
                    Ok(number) => Data::Float(number),
                    Err(_) if cell.is_empty() => Data::Empty,
                    Err(_) => Data::String(cell.to_owned()),
                };
                range.set_value((row as u32, column as u32), data);
            }
        }
        range
    }

    fn show(tables: &[Table]) -> String {
        let mut out = String::new();
        for table in tables {
            out += &format!("{}: {}\n", table.name, table.header.join("|"));
            for (line, row) in &table.rows {
                let fields: Vec<_> = row.iter().map(|f| String::from_utf8_lossy(f)).collect();
                out += &format!("{line}: {}\n", fields.join("|"));
            }
        }
        out
    }

    const MATRIX: &str = "Data extracted on some day\nDataset: |Made up\n\n\
        PRODUCT [PRODUCT]||Small motors [8501]\nFLOW||EXPORT\nSTAT_PROCEDURE\nINDICATORS||VALUE_IN_EUROS\n\n\
        TIME||2023-01|2023-02|\nFREQ (Labels)||Monthly|Monthly|\n\
        REPORTER (Labels)|PARTNER (Labels)||\nAustria|Armenia|:|4162.5|c\nAustria|Georgia|7|: c|\n\n\
        Special value\n:|not available";

    #[test]
    fn a_matrix_becomes_records() {
        let range = sheet(MATRIX);
        let matrix = Matrix::find(&range).unwrap();
        let tables = join(vec![matrix.records(&range, "Sheet 1".into())]);
        assert_eq!(
            show(&tables),
            "Sheet 1: REPORTER|PARTNER|PRODUCT|FLOW|STAT_PROCEDURE|PERIOD|VALUE_IN_EUR\n\
             12: Austria|Armenia|8501-Small motors|EXPORT||2023-02|4162.5\n\
             13: Austria|Georgia|8501-Small motors|EXPORT||2023-01|7\n"
        );
    }

    #[test]
    fn value_and_weight_of_two_sheets_are_one_record() {
        let value = sheet(MATRIX);
        let weight =
            sheet(&MATRIX.replace("VALUE_IN_EUROS", "QUANTITY_IN_100KG").replace("4162.5", "3"));
        let sheets = [value, weight].map(|r| Matrix::find(&r).unwrap().records(&r, "x".into()));
        assert_eq!(
            show(&join(sheets.into())),
            "all sheets: REPORTER|PARTNER|PRODUCT|FLOW|STAT_PROCEDURE|PERIOD|VALUE_IN_EUR|QUANTITY_IN_100KG\n\
             12: Austria|Armenia|8501-Small motors|EXPORT||2023-02|4162.5|3\n\
             13: Austria|Georgia|8501-Small motors|EXPORT||2023-01|7|7\n"
        );
    }

    #[test]
    fn a_plain_sheet() {
        let range = sheet(
            "A title\n\nYear|Partner|hs6|val\n2021|China|854231|1500000000000000000000\n\n2022|China|10121|0.25",
        );
        assert!(Matrix::find(&range).is_none());
        assert_eq!(
            show(&[plain_table(&range, "s".into()).unwrap()]),
            "s: Year|Partner|hs6|val\n4: 2021|China|854231|1500000000000000000000\n6: 2022|China|10121|0.25\n"
        );
    }

    #[test]
    fn what_is_no_workbook_says_so() {
        assert!(tables(b"no workbook".to_vec(), "x.xlsx").unwrap_err().contains("x.xlsx"));
    }

    #[test]
    fn the_publisher_s_own_workbook() {
        let Some(bytes) = testing::shared("data/comext/easycomext_spreadsheet_sample.xlsx") else {
            return;
        };
        let tables = tables(bytes, "sample.xlsx").unwrap();
        assert_eq!(tables.len(), 108, "one product of 109 has no trade at all");
        let first = &tables[0];
        assert_eq!(
            first.header.join(","),
            "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR"
        );
        let (line, row) = &first.rows[0];
        assert_eq!(
            (*line, &row[2], &row[5]),
            (12, &b"2106-Food preparations, n.e.s."[..], &b"2020-02"[..])
        );
    }
}
