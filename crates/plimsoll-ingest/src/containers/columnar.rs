//! A Parquet file as delimited text, batch by batch: what reads tables of text then reads it too,
//! and memory stays bounded whatever its size.
//!
//! Figures keep their digits, days become 2024-08-01, a null is an empty field. Nested columns are
//! shown as text.

use std::fs::File;
use std::io::Read;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

/// Rows that are turned into text at once.
const ROWS: usize = 4096;

/// Reads like a CSV file with a header.
pub struct ColumnarText {
    batches: ParquetRecordBatchReader,
    ready: Vec<u8>,
    given: usize,
}

impl ColumnarText {
    /// Reads the footer.
    ///
    /// # Errors
    /// Where the file is cut, damaged or packed in a way that is not known here.
    pub fn new(file: File) -> Result<ColumnarText, String> {
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| e.to_string())?;
        let names: Vec<String> =
            builder.schema().fields().iter().map(|f| f.name().clone()).collect();
        let batches = builder.with_batch_size(ROWS).build().map_err(|e| e.to_string())?;
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&names).map_err(|e| e.to_string())?;
        let ready = writer.into_inner().map_err(|e| e.to_string())?;
        Ok(ColumnarText { batches, ready, given: 0 })
    }
}

impl Read for ColumnarText {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.ready.len() {
            let Some(batch) = self.batches.next() else { return Ok(0) };
            let batch = batch.map_err(std::io::Error::other)?;
            self.ready = text(&batch).map_err(std::io::Error::other)?;
            self.given = 0;
        }
        let n = buffer.len().min(self.ready.len() - self.given);
        buffer[..n].copy_from_slice(&self.ready[self.given..self.given + n]);
        self.given += n;
        Ok(n)
    }
}

fn text(batch: &RecordBatch) -> Result<Vec<u8>, String> {
    let options = FormatOptions::default();
    let columns: Vec<Cells<'_>> = batch
        .columns()
        .iter()
        .map(|column| Cells::new(column, &options))
        .collect::<Result<_, _>>()?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in 0..batch.num_rows() {
        let cells = columns.iter().map(|column| column.text(row));
        writer.write_record(cells).map_err(|e| e.to_string())?;
    }
    writer.into_inner().map_err(|e| e.to_string())
}

/// A column that gives its cells as text.
enum Cells<'a> {
    /// Text that some writers do not mark as text.
    Bytes(&'a ArrayRef),
    Shown(&'a ArrayRef, ArrayFormatter<'a>),
}

impl<'a> Cells<'a> {
    fn new(column: &'a ArrayRef, options: &FormatOptions<'a>) -> Result<Cells<'a>, String> {
        if *column.data_type() == DataType::Binary {
            return Ok(Cells::Bytes(column));
        }
        let formatter =
            ArrayFormatter::try_new(column.as_ref(), options).map_err(|e| e.to_string())?;
        Ok(Cells::Shown(column, formatter))
    }

    fn text(&self, row: usize) -> String {
        match self {
            Cells::Bytes(column) if column.is_null(row) => String::new(),
            Cells::Bytes(column) => {
                String::from_utf8_lossy(column.as_binary::<i32>().value(row)).into_owned()
            }
            Cells::Shown(column, _) if column.is_null(row) => String::new(),
            Cells::Shown(_, formatter) => formatter.value(row).try_to_string().unwrap_or_default(),
        }
    }
}
