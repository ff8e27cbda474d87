//! The `trade` table: its columns, and how rows become Parquet.
//!
//! One row per reported record, sorted by importer, code, exporter and period, so that one
//! importer's controlled goods are a small read. The sorted order is deliberately not
//! declared in the file: engines that read the declaration plan slower queries for it.

use std::collections::HashMap;
use std::fs::File;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use arrow::array::{
    ArrayRef, DictionaryArray, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    UInt8Array,
};
use arrow::datatypes::{DataType, Field, Int32Type, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use crate::fact::{Basis, Breakdown, CodeKey, Flow, Place, Valuation};
use crate::scratch::Names;
use crate::sorted::{Key, SortRow, UNRESOLVED};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::place::PlaceId;

/// Rows in a row group: encoded by one thread, pruned as one when reading.
pub const ROW_GROUP_ROWS: usize = 1 << 19;

/// Rows in a page: what a small read unpacks at the least.
const PAGE_ROWS: usize = 4096;

/// Columns of text with few different values, stored as dictionaries.
const TEXT: DataType = DataType::Utf8;

/// What many rows of one file have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Who reports; `None` for reconciled values.
    pub reporter: Option<Place>,
    /// Where the goods came from; repeated here for places that the catalogue does not know.
    pub exporter_raw: u32,
    /// The same for where they went.
    pub importer_raw: u32,
    /// Second partner.
    pub partner2: Option<Place>,
    /// What "came from" means.
    pub basis: Basis,
    /// What the value counts.
    pub valuation: Valuation,
    /// HS revision.
    pub revision: HsRevision,
    /// Interned currency.
    pub currency: u32,
    /// Interned unit.
    pub unit: u32,
    /// Total, or part of one.
    pub breakdown: Breakdown,
}

/// The columns of the table, in order.
pub fn schema() -> SchemaRef {
    let dictionary = || DataType::Dictionary(Box::new(DataType::Int32), Box::new(TEXT));
    let text = |name: &str, nullable| Field::new(name, dictionary(), nullable);
    let number = |name: &str| Field::new(name, DataType::Float64, true);
    Arc::new(Schema::new(vec![
        text("dataset", false),
        text("vintage", false),
        text("source_id", false),
        Field::new("line", DataType::Int64, false),
        text("reporter", true),
        text("flow", false),
        text("exporter", false),
        text("importer", false),
        text("partner2", true),
        text("basis", false),
        text("valuation", false),
        text("hs_revision", false),
        text("hs_code", true),
        text("national_code", true),
        Field::new("level", DataType::UInt8, false),
        text("breakdown", false),
        text("period", false),
        text("period_kind", false),
        number("value_usd"),
        number("value_reported"),
        text("currency", false),
        number("net_weight_kg"),
        number("quantity"),
        text("quantity_unit", true),
    ]))
}

/// What is the same for every row of a file.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Dataset, such as `comext`.
    pub dataset: String,
    /// Vintage, a date or a publisher's version.
    pub vintage: String,
    /// The source's id in the manifest.
    pub source_id: String,
}

/// Writes rows that come in the store's order into one Parquet file, encoding row groups on
/// several threads.
pub struct TradeWriter {
    pending: Vec<SortRow>,
    to_encode: Option<SyncSender<(usize, Vec<SortRow>)>>,
    groups: usize,
    worker: Option<std::thread::JoinHandle<Result<(), String>>>,
}

impl TradeWriter {
    /// Starts a file.
    pub fn create(
        file: File,
        origin: Origin,
        shapes: Vec<Shape>,
        names: Arc<Names>,
        threads: usize,
    ) -> Result<TradeWriter, String> {
        let schema = schema();
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties()))
            .map_err(|e| e.to_string())?;
        let (sender, receiver) = sync_channel(1);
        let context =
            Arc::new(Context { origin, shapes, names, schema, constants: Mutex::default() });
        let worker = std::thread::spawn(move || write_groups(writer, context, receiver, threads));
        Ok(TradeWriter {
            pending: Vec::with_capacity(ROW_GROUP_ROWS),
            to_encode: Some(sender),
            groups: 0,
            worker: Some(worker),
        })
    }

    /// The next row in order.
    pub fn push(&mut self, row: SortRow) -> Result<(), String> {
        self.pending.push(row);
        if self.pending.len() == ROW_GROUP_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), String> {
        let rows = std::mem::replace(&mut self.pending, Vec::with_capacity(ROW_GROUP_ROWS));
        let sent = self.to_encode.as_ref().map(|s| s.send((self.groups, rows)));
        self.groups += 1;
        match sent {
            Some(Ok(())) => Ok(()),
            _ => self.join().and(Err("the writing thread stopped".into())),
        }
    }

    fn join(&mut self) -> Result<(), String> {
        self.to_encode = None;
        match self.worker.take().map(std::thread::JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err("the writing thread failed".into()),
            None => Ok(()),
        }
    }

    /// Writes what is left and the footer.
    pub fn finish(mut self) -> Result<(), String> {
        if !self.pending.is_empty() {
            self.flush()?;
        }
        self.join()
    }
}

/// Column, text and number of rows.
type ConstantKey = (usize, Option<String>, usize);

struct Context {
    origin: Origin,
    shapes: Vec<Shape>,
    names: Arc<Names>,
    schema: SchemaRef,
    constants: Mutex<HashMap<ConstantKey, Arc<ConstantChunk>>>,
}

fn properties() -> WriterProperties {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_created_by("plimsoll".into());
    // Pages of the sorted columns are what a small read is cut out by.
    for sorted in ["importer", "hs_code", "exporter"] {
        properties = properties
            .set_column_statistics_enabled(ColumnPath::from(sorted), EnabledStatistics::Page);
    }
    // Figures hardly repeat: a dictionary of them would be built only to be given up.
    for figure in ["line", "value_usd", "value_reported", "net_weight_kg", "quantity"] {
        properties = properties.set_column_dictionary_enabled(ColumnPath::from(figure), false);
    }
    properties.build()
}

type Encoded = (usize, Result<Vec<Chunk>, String>);

/// One column of one row group, ready to append.
enum Chunk {
    /// Encoded for this row group.
    Own(Box<ArrowColumnChunk>),
    /// The same text in every row: encoded once for all row groups that have it.
    Constant(Arc<ConstantChunk>),
}

/// A column chunk in a little file of its own.
struct ConstantChunk {
    file: bytes::Bytes,
    close: ColumnCloseResult,
}

/// Hands row groups to encoding threads and appends what they return in order.
fn write_groups(
    writer: ArrowWriter<File>,
    context: Arc<Context>,
    groups: Receiver<(usize, Vec<SortRow>)>,
    threads: usize,
) -> Result<(), String> {
    let (mut file, factory) = writer.into_serialized_writer().map_err(|e| e.to_string())?;
    let factory = Arc::new(factory);
    let groups = Arc::new(Mutex::new(groups));
    let (done, encoded) = sync_channel::<Encoded>(1);
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (context, factory) = (context.clone(), factory.clone());
            let (groups, done) = (groups.clone(), done.clone());
            scope.spawn(move || {
                loop {
                    let next = groups.lock().map(|g| g.recv());
                    let Ok(Ok((index, rows))) = next else { break };
                    if done.send((index, encode(&context, &factory, index, &rows))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(done);
        append_in_order(&mut file, encoded)
    })?;
    file.close().map_err(|e| e.to_string())?;
    Ok(())
}

fn append_in_order(
    file: &mut SerializedFileWriter<File>,
    encoded: Receiver<Encoded>,
) -> Result<(), String> {
    let mut waiting: HashMap<usize, Vec<Chunk>> = HashMap::new();
    let mut next = 0;
    for (index, chunks) in encoded {
        waiting.insert(index, chunks?);
        while let Some(chunks) = waiting.remove(&next) {
            let mut group = file.next_row_group().map_err(|e| e.to_string())?;
            for chunk in chunks {
                match chunk {
                    Chunk::Own(chunk) => chunk.append_to_row_group(&mut group),
                    Chunk::Constant(chunk) => group.append_column(&chunk.file, chunk.close.clone()),
                }
                .map_err(|e| e.to_string())?;
            }
            group.close().map_err(|e| e.to_string())?;
            next += 1;
        }
    }
    Ok(())
}

fn encode(
    context: &Context,
    factory: &ArrowRowGroupWriterFactory,
    index: usize,
    rows: &[SortRow],
) -> Result<Vec<Chunk>, String> {
    let writers = factory.create_column_writers(index).map_err(|e| e.to_string())?;
    let keys: Vec<Key> = rows.iter().map(|r| Key::unpack(r.key)).collect();
    let fields = context.schema.fields();
    let mut chunks = Vec::with_capacity(fields.len());
    for (column, (mut writer, field)) in writers.into_iter().zip(fields).enumerate() {
        if let Some(text) = constant(context, column, rows, &keys) {
            chunks.push(Chunk::Constant(context.constant(column, text, rows.len())?));
            continue;
        }
        for (rows, keys) in rows.chunks(1 << 16).zip(keys.chunks(1 << 16)) {
            let array = build(context, column, rows, keys);
            for leaf in compute_leaves(field, &array).map_err(|e| e.to_string())? {
                writer.write(&leaf).map_err(|e| e.to_string())?;
            }
        }
        chunks.push(Chunk::Own(Box::new(writer.close().map_err(|e| e.to_string())?)));
    }
    Ok(chunks)
}

/// Encodes one text (or null) for so many rows into a file of one column.
fn constant_chunk(field: &Field, text: Option<&str>, rows: usize) -> Result<ConstantChunk, String> {
    let schema = Arc::new(Schema::new(vec![field.clone()]));
    let keys = Int32Array::from(vec![text.map(|_| 0); rows]);
    let values = StringArray::from_iter_values(text);
    let array: ArrayRef = Arc::new(
        DictionaryArray::<Int32Type>::try_new(keys, Arc::new(values)).map_err(|e| e.to_string())?,
    );
    let batch = RecordBatch::try_new(schema.clone(), vec![array]).map_err(|e| e.to_string())?;
    let mut file = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut file, schema, Some(properties())).map_err(|e| e.to_string())?;
    writer.write(&batch).map_err(|e| e.to_string())?;
    writer.close().map_err(|e| e.to_string())?;
    let file = bytes::Bytes::from(file);
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    let footer = ArrowReaderMetadata::load(&file, options).map_err(|e| e.to_string())?;
    let metadata = footer.metadata();
    let chunk = metadata.row_group(0).column(0).clone();
    let offset_index = metadata.offset_index().and_then(|o| o.first()?.first()).cloned();
    let column_index = metadata
        .column_index()
        .and_then(|c| c.first()?.first())
        .filter(|c| !matches!(c, ColumnIndexMetaData::NONE))
        .cloned();
    let close = ColumnCloseResult {
        bytes_written: chunk.compressed_size() as u64,
        rows_written: rows as u64,
        metadata: chunk,
        bloom_filter: None,
        column_index,
        offset_index,
    };
    Ok(ConstantChunk { file, close })
}

/// A column of text by its distinct values: the dictionary grows as values are met, and runs
/// of the same value cost one comparison each.
struct TextColumn<K> {
    seen: HashMap<K, i32, foldhash::fast::FixedState>,
    last: Option<(K, Option<i32>)>,
    texts: Vec<String>,
    keys: Vec<Option<i32>>,
}

impl<K: Copy + Eq + std::hash::Hash> TextColumn<K> {
    fn new(rows: usize) -> Self {
        TextColumn {
            seen: HashMap::default(),
            last: None,
            texts: Vec::new(),
            keys: Vec::with_capacity(rows),
        }
    }

    fn push(&mut self, value: K, text: impl FnOnce(K) -> Option<String>) {
        if let Some((last, key)) = self.last
            && last == value
        {
            self.keys.push(key);
            return;
        }
        let key = match self.seen.get(&value) {
            Some(&key) => (key >= 0).then_some(key),
            None => {
                let key = text(value).map(|t| {
                    self.texts.push(t);
                    self.texts.len() as i32 - 1
                });
                self.seen.insert(value, key.unwrap_or(-1));
                key
            }
        };
        self.last = Some((value, key));
        self.keys.push(key);
    }

    fn finish(self) -> ArrayRef {
        let keys = Int32Array::from(self.keys);
        let values = Arc::new(StringArray::from(self.texts));
        match DictionaryArray::<Int32Type>::try_new(keys, values) {
            Ok(array) => Arc::new(array),
            Err(_) => arrow::array::new_null_array(
                &DataType::Dictionary(Box::new(DataType::Int32), Box::new(TEXT)),
                0,
            ),
        }
    }
}

fn figures(rows: &[SortRow], figure: impl Fn(&SortRow) -> f64) -> ArrayRef {
    Arc::new(Float64Array::from_iter(rows.iter().map(|r| {
        let x = figure(r);
        (!x.is_nan()).then_some(x)
    })))
}

impl Context {
    fn shape(&self, number: u32) -> &Shape {
        // Every number was given out by the load that made this context.
        &self.shapes[number as usize]
    }

    fn constant(
        &self,
        column: usize,
        text: Option<String>,
        rows: usize,
    ) -> Result<Arc<ConstantChunk>, String> {
        let key = (column, text, rows);
        let known = self.constants.lock().ok().and_then(|c| c.get(&key).cloned());
        if let Some(known) = known {
            return Ok(known);
        }
        let chunk = Arc::new(constant_chunk(self.schema.field(column), key.1.as_deref(), rows)?);
        if let Ok(mut constants) = self.constants.lock() {
            constants.insert(key, chunk.clone());
        }
        Ok(chunk)
    }

    fn place(&self, place: Place) -> String {
        match place {
            Place::Known(id) => id.code().to_owned(),
            Place::Unresolved(name) => self.unresolved(name),
        }
    }

    fn unresolved(&self, name: u32) -> String {
        format!("?{}", self.names.text(name))
    }

    fn breakdown(&self, breakdown: Breakdown) -> String {
        match breakdown {
            Breakdown::Total => "total".to_owned(),
            Breakdown::Adds(part) => format!("adds:{}", self.names.text(part)),
            Breakdown::Part(part) => format!("part:{}", self.names.text(part)),
        }
    }
}

/// What a text column is made from.
enum From<'a> {
    /// The file.
    File(&'a str),
    /// The row's shape.
    Shape(&'a dyn Fn(&Shape) -> Option<String>),
    /// Some bits of the row's key.
    Key(&'a dyn Fn(&Key) -> u64, &'a dyn Fn(&Key) -> Option<String>),
    /// A place in the key, by its own text where the catalogue does not know it.
    Place(&'a dyn Fn(&Key) -> u16, &'a dyn Fn(&Shape) -> u32),
}

/// How the text column with this place in [`schema`] is made; `None` for figures.
fn with_source<T>(context: &Context, column: usize, then: impl FnOnce(Option<From<'_>>) -> T) -> T {
    let names = &context.names;
    let text = |number: u32| Some(names.text(number).to_owned());
    let place = |p: Option<Place>| p.map(|p| context.place(p));
    let period = |k: &Key| (k.period.start.0 as u64) << 8 | k.period.kind as u64;
    let hs = |k: &Key| k.code.hs().unwrap_or(k.code).bits();
    match column {
        0 => then(Some(From::File(&context.origin.dataset))),
        1 => then(Some(From::File(&context.origin.vintage))),
        2 => then(Some(From::File(&context.origin.source_id))),
        4 => then(Some(From::Shape(&|s| place(s.reporter)))),
        5 => then(Some(From::Key(&|k| u64::from(k.flow), &flow_text))),
        6 => then(Some(From::Place(&|k| k.exporter, &|s| s.exporter_raw))),
        7 => then(Some(From::Place(&|k| k.importer, &|s| s.importer_raw))),
        8 => then(Some(From::Shape(&|s| place(s.partner2)))),
        9 => then(Some(From::Shape(&|s| Some(s.basis.name().to_owned())))),
        10 => then(Some(From::Shape(&|s| Some(s.valuation.name().to_owned())))),
        11 => then(Some(From::Shape(&|s| Some(s.revision.name().to_owned())))),
        12 => then(Some(From::Key(&hs, &|k| hs_text(k.code)))),
        13 => then(Some(From::Key(&|k| k.code.bits(), &|k| national_text(k.code)))),
        15 => then(Some(From::Shape(&|s| Some(context.breakdown(s.breakdown))))),
        16 => then(Some(From::Key(&period, &|k| Some(k.period.to_string())))),
        17 => then(Some(From::Key(&period, &|k| Some(k.period.kind.letter().to_string())))),
        20 => then(Some(From::Shape(&|s| text(s.currency)))),
        23 => then(Some(From::Shape(&|s| {
            if s.unit == 0 { None } else { text(s.unit) }
        }))),
        _ => then(None),
    }
}

fn flow_text(key: &Key) -> Option<String> {
    Some(Flow::ALL[usize::from(key.flow)].name().to_owned())
}

/// The one text of all rows, where there is only one: `Some(None)` is null in every row.
fn constant(
    context: &Context,
    column: usize,
    rows: &[SortRow],
    keys: &[Key],
) -> Option<Option<String>> {
    let (first_row, first_key) = (rows.first()?, keys.first()?);
    with_source(context, column, |source| match source? {
        From::File(text) => Some(Some(text.to_owned())),
        From::Shape(text) => {
            let all = text(context.shape(first_row.shape));
            let mut seen = first_row.shape;
            let same = rows.iter().all(|r| {
                r.shape == seen || {
                    seen = r.shape;
                    text(context.shape(seen)) == all
                }
            });
            same.then_some(all)
        }
        From::Key(part, text) => {
            let all = text(first_key);
            let mut seen = part(first_key);
            let same = keys.iter().all(|k| {
                part(k) == seen || {
                    seen = part(k);
                    text(k) == all
                }
            });
            same.then_some(all)
        }
        From::Place(side, _) => {
            let id = side(first_key);
            (id != UNRESOLVED && keys.iter().all(|k| side(k) == id)).then(|| Some(place_code(id)))
        }
    })
}

/// Builds a column of [`schema`] by its place.
fn build(context: &Context, column: usize, rows: &[SortRow], keys: &[Key]) -> ArrayRef {
    match column {
        3 => {
            return Arc::new(Int64Array::from_iter_values(rows.iter().map(|r| r.line as i64)));
        }
        14 => {
            return Arc::new(UInt8Array::from_iter_values(keys.iter().map(|k| k.code.level())));
        }
        18 => return figures(rows, |r| r.value_usd),
        19 => return figures(rows, |r| r.value),
        21 => return figures(rows, |r| r.net_weight_kg),
        22 => return figures(rows, |r| r.quantity),
        _ => {}
    }
    with_source(context, column, |source| match source {
        Some(From::Shape(text)) => {
            let mut out = TextColumn::new(rows.len());
            for row in rows {
                out.push(row.shape, |shape| text(context.shape(shape)));
            }
            out.finish()
        }
        Some(From::Key(part, text)) => {
            let mut out = TextColumn::new(rows.len());
            for key in keys {
                out.push(part(key), |_| text(key));
            }
            out.finish()
        }
        Some(From::Place(side, raw)) => {
            let mut out = TextColumn::new(rows.len());
            for (key, row) in keys.iter().zip(rows) {
                let id = side(key);
                let name = if id == UNRESOLVED { raw(context.shape(row.shape)) } else { 0 };
                out.push((id, name), |(id, name)| {
                    Some(if id == UNRESOLVED { context.unresolved(name) } else { place_code(id) })
                });
            }
            out.finish()
        }
        Some(From::File(text)) => {
            let mut out = TextColumn::new(rows.len());
            rows.iter().for_each(|_| out.push((), |()| Some(text.to_owned())));
            out.finish()
        }
        None => figures(rows, |_| f64::NAN),
    })
}

fn place_code(index: u16) -> String {
    PlaceId::from_index(index).map(|p| p.code().to_owned()).unwrap_or_default()
}

/// `TOTAL`, or at most six digits; nothing for a publisher's own code.
fn hs_text(code: CodeKey) -> Option<String> {
    if code == CodeKey::total() { Some(code.to_text()) } else { code.hs().map(CodeKey::to_text) }
}

/// The full code where it is finer than HS or not an HS code.
fn national_text(code: CodeKey) -> Option<String> {
    (code != CodeKey::total() && (code.len() > 6 || !code.is_numeric())).then(|| code.to_text())
}
