//! The query engine over the store: named tables and read-only SQL.
//!
//! The only place that names DataFusion. Plans use the engine's standard operators over the
//! tables `trade`, `shipments` and `sources`, so that another engine over the same Parquet could run them.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, RecordBatch, StringArray, UInt64Array};
use datafusion::arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{
    ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl,
};
use datafusion::datasource::{MemTable, TableProvider};
use datafusion::error::DataFusionError;
use datafusion::execution::context::SQLOptions;
use datafusion::prelude::SessionContext;
use plimsoll_ingest::store::{Loaded, Store};

/// Rows of text, as a query gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Column names.
    pub columns: Vec<String>,
    /// Whether the column holds numbers.
    pub numeric: Vec<bool>,
    /// Values; `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
}

/// Why a query did not run.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    /// The engine refused it or failed.
    #[error("{0}")]
    Engine(String),
}

impl From<DataFusionError> for QueryError {
    fn from(error: DataFusionError) -> Self {
        QueryError::Engine(error.strip_backtrace())
    }
}

/// Runs one read-only statement.
pub fn query(store: &Store, sql: &str) -> Result<Answer, QueryError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .build()
        .map_err(|e| QueryError::Engine(e.to_string()))?;
    runtime.block_on(async {
        let session = SessionContext::new();
        register(&session, store)?;
        let options = SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false);
        let frame = session.sql_with_options(sql, options).await?;
        let schema = frame.schema().as_arrow().clone();
        let batches = frame.collect().await?;
        Ok(answer(&schema, &batches)?)
    })
}

/// Names the store's tables in a session.
pub fn register(session: &SessionContext, store: &Store) -> Result<(), DataFusionError> {
    let manifest = &store.manifest;
    let trade = table(store, &manifest.resources, plimsoll_ingest::trade::schema())?;
    session.register_table("trade", trade)?;
    let shipments = table(store, &manifest.shipments, plimsoll_ingest::shipments::schema())?;
    session.register_table("shipments", shipments)?;
    session.register_table("sources", Arc::new(sources(store)?))?;
    Ok(())
}

/// The Parquet files of these sources as one table.
fn table(
    store: &Store,
    sources: &[Loaded],
    schema: SchemaRef,
) -> Result<Arc<dyn TableProvider>, DataFusionError> {
    let paths = sources
        .iter()
        .map(|source| {
            let path = store.parquet(source);
            let path = std::path::absolute(&path).unwrap_or(path);
            ListingTableUrl::parse(file_url(&path.to_string_lossy()))
        })
        .collect::<Result<Vec<_>, _>>()?;
    if paths.is_empty() {
        return Ok(Arc::new(MemTable::try_new(schema, vec![vec![]])?));
    }
    let options = ListingOptions::new(Arc::new(ParquetFormat::default()));
    let config = ListingTableConfig::new_with_multi_paths(paths)
        .with_listing_options(options)
        .with_schema(schema);
    Ok(Arc::new(ListingTable::try_new(config)?))
}

/// The path as a URL: in a bare path the engine would take `*`, `?` and `[` for patterns.
fn file_url(path: &str) -> String {
    let mut url = String::from("file://");
    if !path.starts_with('/') {
        url.push('/');
    }
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' | b':' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

/// The manifest as a table.
fn sources(store: &Store) -> Result<MemTable, DataFusionError> {
    let all: Vec<&Loaded> = store.manifest.all().collect();
    let text = |get: fn(&Loaded) -> &str| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(all.iter().map(|source| get(source))))
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("source_id", text(|s| &s.name)),
        ("dataset", text(|s| &s.dataset)),
        ("vintage", text(|s| &s.vintage)),
        ("publisher", text(|s| &s.publisher)),
        ("layout", text(|s| &s.layout)),
        ("file", text(|s| &s.file)),
        ("sha256", text(|s| &s.sha256)),
        ("loaded", text(|s| &s.loaded)),
        ("first_period", text(|s| &s.first_period)),
        ("last_period", text(|s| &s.last_period)),
        ("rows_loaded", Arc::new(UInt64Array::from_iter_values(all.iter().map(|s| s.rows_loaded)))),
        (
            "rows_set_aside",
            Arc::new(UInt64Array::from_iter_values(all.iter().map(|s| s.rows_set_aside))),
        ),
    ];
    let fields: Vec<Field> =
        columns.iter().map(|(name, a)| Field::new(*name, a.data_type().clone(), false)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch =
        RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, a)| a).collect())?;
    MemTable::try_new(schema, vec![vec![batch]])
}

fn answer(schema: &Schema, batches: &[RecordBatch]) -> Result<Answer, DataFusionError> {
    let numeric = |t: &DataType| t.is_numeric();
    let mut out = Answer {
        columns: schema.fields().iter().map(|f| f.name().clone()).collect(),
        numeric: schema.fields().iter().map(|f| numeric(f.data_type())).collect(),
        rows: Vec::new(),
    };
    let options = FormatOptions::default();
    for batch in batches {
        let formats = batch
            .columns()
            .iter()
            .map(|c| ArrayFormatter::try_new(c, &options))
            .collect::<Result<Vec<_>, _>>()?;
        for row in 0..batch.num_rows() {
            let cells = formats.iter().zip(batch.columns());
            out.rows.push(
                cells.map(|(f, c)| (!c.is_null(row)).then(|| f.value(row).to_string())).collect(),
            );
        }
    }
    Ok(out)
}
