//! The named tables of a search, and plans over them.
//!
//! | table | columns |
//! |---|---|
//! | `flows` | importer, exporter, good, start, months, exports, imports, reconciled, exports_grams, imports_grams, value, grams, weighed, steady |
//! | `controls` | as `flows`, of goods of the control group of diversion |
//! | `members` | good, goods_set |
//!
//! Places, goods and sets are numbers, `start` is the first month (year × 12 + month − 1), money
//! is whole cents, weight whole grams: sums come out the same in any order and on any engine.
//! `value`, `grams` and `weighed` (the value of what has a weight) are of the report that stands
//! for the importer; `steady` says that its reporter covers the whole span.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema};
use datafusion::datasource::MemTable;
use datafusion::prelude::{SessionConfig, SessionContext, col};
use plimsoll_ingest::store::Store;
use plimsoll_terms::period::Month;
use plimsoll_terms::place::PlaceId;

use crate::calendar::{Pace, Reporting};
use crate::comparable::GoodId;
use crate::flows::{Figure, FlowRow, Panel, PanelError};
use crate::session;

/// A plan of a detector: SQL over the named tables.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What its rows are, for the detector.
    pub name: &'static str,
    /// Standard SQL; every column is a whole number or null.
    pub sql: String,
}

/// Rows that a plan gave: columns of whole numbers by name.
#[derive(Debug, Default)]
pub struct Rows {
    columns: BTreeMap<String, Vec<Option<i64>>>,
    len: usize,
}

/// A column of a plan's rows; it is asked for once, since rows go into the millions.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a>(&'a [Option<i64>]);

impl Column<'_> {
    /// The number in a row.
    pub fn get(self, row: usize) -> Option<i64> {
        self.0.get(row).copied().flatten()
    }

    /// The number in a row; 0 where there is none.
    pub fn or_zero(self, row: usize) -> i64 {
        self.get(row).unwrap_or(0)
    }

    /// The place in a row.
    pub fn place(self, row: usize) -> Option<PlaceId> {
        self.get(row).and_then(place)
    }
}

impl Rows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Columns by name; one that the plan does not have holds nothing.
    pub fn columns<const N: usize>(&self, names: [&str; N]) -> [Column<'_>; N] {
        names.map(|name| Column(self.columns.get(name).map_or(&[], Vec::as_slice)))
    }

    /// Whether the plan has a column of this name.
    pub fn has(&self, name: &str) -> bool {
        self.columns.contains_key(name)
    }
}

/// The place of a number in a plan's rows.
pub fn place(number: i64) -> Option<PlaceId> {
    PlaceId::from_index(u16::try_from(number).ok()?)
}

/// Runs plans; one session for each slice.
pub struct Engine {
    runtime: tokio::runtime::Runtime,
    threads: usize,
}

impl Engine {
    /// With so many threads; 0 is one for each core.
    pub fn new(threads: usize) -> Result<Engine, PanelError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = if threads == 0 { cores } else { threads };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .build()
            .map_err(|e| PanelError::Engine(e.to_string()))?;
        Ok(Engine { runtime, threads })
    }

    fn session(&self) -> SessionContext {
        SessionContext::new_with_config(
            SessionConfig::new().with_target_partitions(self.threads).with_batch_size(1 << 15),
        )
    }

    /// Rows of `trade` by importer: how large slices are.
    pub fn rows_by_importer(&self, store: &Store) -> Result<BTreeMap<String, u64>, PanelError> {
        let session = self.session();
        let fail = |e: datafusion::error::DataFusionError| PanelError::Engine(e.strip_backtrace());
        session::register(&session, store).map_err(fail)?;
        let sql = "SELECT importer, count(*) AS n FROM trade GROUP BY importer";
        let batches = self
            .runtime
            .block_on(async { session.sql(sql).await?.collect().await })
            .map_err(fail)?;
        let mut rows = BTreeMap::new();
        for batch in &batches {
            let texts = cast(batch.column(0), &DataType::Utf8);
            let texts = texts.map_err(|e| PanelError::Engine(e.to_string()))?;
            let counts = batch.column(1).as_primitive::<Int64Type>();
            for (text, count) in texts.as_string::<i32>().iter().zip(counts) {
                if let (Some(text), Some(count)) = (text, count) {
                    rows.insert(text.to_owned(), count.unsigned_abs());
                }
            }
        }
        Ok(rows)
    }

    /// A session in which `flows`, `controls` and `members` are those of a slice.
    pub fn open(&self, panel: &Panel, rows: &[FlowRow]) -> Result<SessionContext, PanelError> {
        let session = self.session();
        let fail = |e: datafusion::error::DataFusionError| PanelError::Engine(e.strip_backtrace());
        let (controls, apart) = (panel.comparable.controls(), panel.comparable.only_controls());
        let of = |good: fn(&BTreeSet<GoodId>, GoodId) -> bool, set: &BTreeSet<GoodId>| {
            rows.iter().filter(|r| good(set, r.good)).copied().collect::<Vec<FlowRow>>()
        };
        let control = of(|set, good| set.contains(&good), &controls);
        let register = |name: &str, rows: &[FlowRow]| {
            let table = flows(panel, rows).map_err(fail)?;
            session.register_table(name, Arc::new(table)).map_err(fail).map(|_| ())
        };
        register("controls", &control)?;
        if apart.is_empty() {
            register("flows", rows)?;
        } else {
            register("flows", &of(|set, good| !set.contains(&good), &apart))?;
        }
        let members = members(panel).map_err(fail)?;
        session.register_table("members", Arc::new(members)).map_err(fail)?;
        Ok(session)
    }

    /// Runs a plan in a session.
    pub fn run(&self, session: &SessionContext, plan: &Plan) -> Result<Rows, PanelError> {
        let fail = |e: datafusion::error::DataFusionError| {
            PanelError::Engine(format!("{}: {}", plan.name, e.strip_backtrace()))
        };
        let batches = self
            .runtime
            .block_on(async { session.sql(&plan.sql).await?.collect().await })
            .map_err(fail)?;
        let mut rows = Rows::default();
        for batch in &batches {
            rows.len += batch.num_rows();
            for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
                let whole = cast(column, &DataType::Int64);
                let whole = whole.map_err(|e| PanelError::Engine(e.to_string()))?;
                let into = rows.columns.entry(field.name().clone()).or_default();
                into.extend(whole.as_primitive::<Int64Type>().iter());
            }
        }
        Ok(rows)
    }
}

/// What the rows of a slice are sorted by, so that no plan need sort them again.
const ORDER: [&str; 5] = ["importer", "exporter", "good", "months", "start"];

type Table = Result<MemTable, datafusion::error::DataFusionError>;

fn table(columns: Vec<(&str, ArrayRef)>) -> Table {
    let fields: Vec<Field> =
        columns.iter().map(|(name, a)| Field::new(*name, a.data_type().clone(), true)).collect();
    let schema = Arc::new(Schema::new(fields));
    let batch =
        RecordBatch::try_new(schema.clone(), columns.into_iter().map(|(_, a)| a).collect())?;
    MemTable::try_new(schema, vec![vec![batch]])
}

/// The rows of a slice as the table `flows`.
fn flows(panel: &Panel, rows: &[FlowRow]) -> Table {
    let mut views = BTreeMap::new();
    let mut steady = BTreeMap::new();
    let mut chosen: Vec<Option<Figure>> = Vec::with_capacity(rows.len());
    let mut is_steady: Vec<Option<bool>> = Vec::with_capacity(rows.len());
    let horizon = panel.horizon();
    for row in rows {
        let view = *views.entry(row.importer).or_insert_with(|| panel.calendar.view(row.importer));
        let of = || panel.calendar.of_flow(view, row.importer, row.exporter);
        let covers = |r: &Reporting| r.covers(&horizon.window) && r.covers(&horizon.baseline);
        let key = (row.importer, row.exporter);
        is_steady.push(Some(*steady.entry(key).or_insert_with(|| of().is_some_and(covers))));
        chosen.push(row.figure(view));
    }
    let number = |get: &dyn Fn(&FlowRow) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rows.iter().map(get)))
    };
    let cents = |get: &dyn Fn(&FlowRow) -> Option<Figure>| -> ArrayRef {
        Arc::new(rows.iter().map(|r| get(r).map(|f| f.cents)).collect::<Int64Array>())
    };
    let grams = |get: &dyn Fn(&FlowRow) -> Option<Figure>| -> ArrayRef {
        Arc::new(rows.iter().map(|r| get(r).map(|f| f.grams)).collect::<Int64Array>())
    };
    let of_chosen = |get: fn(Figure) -> i64| -> ArrayRef {
        Arc::new(chosen.iter().map(|f| f.map(get)).collect::<Int64Array>())
    };
    let table = table(vec![
        ("importer", number(&|r| i64::from(r.importer.index()))),
        ("exporter", number(&|r| i64::from(r.exporter.index()))),
        ("good", number(&|r| i64::from(r.good))),
        ("start", number(&|r| i64::from(r.start.0))),
        ("months", number(&|r| i64::from(r.pace.months()))),
        ("exports", cents(&|r| r.exports)),
        ("imports", cents(&|r| r.imports)),
        ("reconciled", cents(&|r| r.reconciled)),
        ("exports_grams", grams(&|r| r.exports)),
        ("imports_grams", grams(&|r| r.imports)),
        ("value", of_chosen(|f| f.cents)),
        ("grams", of_chosen(|f| f.grams)),
        ("weighed", of_chosen(|f| f.weighed_cents)),
        ("steady", Arc::new(is_steady.into_iter().collect::<BooleanArray>())),
    ])?;
    let order = ORDER.map(|name| col(name).sort(true, false));
    Ok(table.with_sort_order(vec![order.to_vec()]))
}

fn members(panel: &Panel) -> Table {
    let pairs: Vec<(i64, i64)> = panel
        .comparable
        .sets()
        .iter()
        .enumerate()
        .flat_map(|(set, s)| s.members.iter().map(move |good| (i64::from(*good), set as i64)))
        .collect();
    table(vec![
        ("good", Arc::new(Int64Array::from_iter_values(pairs.iter().map(|p| p.0)))),
        ("goods_set", Arc::new(Int64Array::from_iter_values(pairs.iter().map(|p| p.1)))),
    ])
}

/// A month of a plan's rows.
pub fn month(number: i64) -> Month {
    Month(i32::try_from(number).unwrap_or_default())
}

/// The pace that a record of so many months has.
pub fn pace(months: i64) -> Pace {
    if months == 12 { Pace::Year } else { Pace::Month }
}
