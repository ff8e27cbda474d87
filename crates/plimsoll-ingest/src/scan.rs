//! Reads the rows of a question out of the store: the small read that its order is for.
//!
//! Only row groups and pages whose importer can match are opened. Rows come in the order of
//! the file; nothing is added up and nothing is judged here.

use std::collections::{BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, DictionaryArray, RecordBatch};
use arrow::datatypes::{Float64Type, Int32Type, Int64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicate, ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions,
    ParquetRecordBatchReaderBuilder, RowFilter, RowSelection,
};
use parquet::file::metadata::PageIndexPolicy;
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::statistics::Statistics;

use crate::error::IngestError;
use crate::fact::{CodeKey, Flow};
use crate::store::{Loaded, Store};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Period, Reported};

/// The columns that [`TradeRow`] is made of: the source is known by its file.
const COLUMNS: [&str; 18] = [
    "line",
    "reporter",
    "flow",
    "exporter",
    "importer",
    "basis",
    "valuation",
    "hs_revision",
    "hs_code",
    "national_code",
    "breakdown",
    "period",
    "value_usd",
    "value_reported",
    "currency",
    "net_weight_kg",
    "quantity",
    "quantity_unit",
];

/// Which rows a question needs. Empty sets mean "any".
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Place codes of the store.
    pub importers: BTreeSet<String>,
    /// Place codes of the store.
    pub exporters: BTreeSet<String>,
    /// HS codes of 2 to 6 digits: each means everything under it.
    pub codes: BTreeSet<String>,
    /// Periods that the row's own period must lie in.
    pub periods: Vec<Period>,
}

/// A text of a scan by its number.
pub type Sym = u32;

/// The texts of a scan.
#[derive(Debug, Default)]
pub struct Symbols {
    numbers: HashMap<String, Sym>,
    texts: Vec<String>,
}

impl Symbols {
    /// The number of a text.
    pub fn number(&mut self, text: &str) -> Sym {
        if let Some(&n) = self.numbers.get(text) {
            return n;
        }
        let n = self.texts.len() as Sym;
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), n);
        n
    }

    /// The number of a text that some row has.
    pub fn find(&self, text: &str) -> Option<Sym> {
        self.numbers.get(text).copied()
    }

    /// The text with a number.
    pub fn text(&self, number: Sym) -> &str {
        self.texts.get(number as usize).map(String::as_str).unwrap_or_default()
    }
}

/// What a row is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartOf {
    /// A total.
    Total,
    /// One of several rows that together are the total.
    Adds(Sym),
    /// Beside its total; never added.
    Part(Sym),
}

/// One row of the `trade` table.
#[derive(Clone, Copy, Debug)]
pub struct TradeRow {
    /// Place of its source in the manifest.
    pub source: usize,
    /// Line in the source.
    pub line: u64,
    /// Who reports; `None` for reconciled values.
    pub reporter: Option<Sym>,
    /// Which way.
    pub flow: Flow,
    /// Where from.
    pub exporter: Sym,
    /// Where to.
    pub importer: Sym,
    /// HS revision of the code.
    pub revision: HsRevision,
    /// The full code: national where there is one, else HS.
    pub code: CodeKey,
    /// Total, or part of one.
    pub part: PartOf,
    /// The record's period.
    pub period: Reported,
    /// USD, NaN where there is no rate.
    pub value_usd: f64,
    /// In the reported currency.
    pub value: f64,
    /// Currency.
    pub currency: Sym,
    /// `CIF`, `FOB` or `unstated`.
    pub valuation: Sym,
    /// `dispatch`, `origin` or `reconciled`.
    pub basis: Sym,
    /// Kilograms, NaN when missing.
    pub net_weight_kg: f64,
    /// NaN when missing.
    pub quantity: f64,
    /// Unit of the quantity, if any.
    pub unit: Option<Sym>,
}

/// Reads rows; keeps the footers of files it has met.
pub struct Scanner {
    store: Store,
    footers: Mutex<HashMap<PathBuf, ArrowReaderMetadata>>,
}

impl Scanner {
    /// For the store as it now is.
    pub fn new(store: Store) -> Scanner {
        Scanner { store, footers: Mutex::default() }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// All rows that pass the filter, source by source in the order of the manifest.
    pub fn rows(
        &self,
        filter: &Filter,
        symbols: &mut Symbols,
    ) -> Result<Vec<TradeRow>, IngestError> {
        let mut rows = Vec::new();
        for (number, source) in self.store.manifest.resources.iter().enumerate() {
            if may_hold(source, filter) {
                self.source_rows(number, source, filter, symbols, &mut rows)?;
            }
        }
        Ok(rows)
    }

    fn source_rows(
        &self,
        number: usize,
        source: &Loaded,
        filter: &Filter,
        symbols: &mut Symbols,
        rows: &mut Vec<TradeRow>,
    ) -> Result<(), IngestError> {
        let path = self.store.parquet(source);
        let fail =
            |e: &dyn ToString| IngestError::Store { path: path.clone(), detail: e.to_string() };
        let file = File::open(&path).map_err(|e| fail(&e))?;
        let footer = self.footer(&path, &file)?;
        let groups = matching_groups(&footer, filter);
        if groups.is_empty() {
            return Ok(());
        }
        // Group by group: a batch over two groups would have two dictionaries, and mixing them
        // costs more than everything else.
        for group in groups {
            let selection = page_selection(&footer, group, filter);
            let mask = ProjectionMask::columns(footer.parquet_schema(), COLUMNS);
            let file = file.try_clone().map_err(|e| fail(&e))?;
            let mut builder =
                ParquetRecordBatchReaderBuilder::new_with_metadata(file, footer.clone())
                    .with_row_groups(vec![group])
                    .with_projection(mask)
                    .with_batch_size(1 << 14)
                    .with_row_filter(RowFilter::new(predicate(&footer, filter)));
            if let Some(selection) = selection {
                builder = builder.with_row_selection(selection);
            }
            for batch in builder.build().map_err(|e| fail(&e))? {
                let batch = batch.map_err(|e| fail(&e))?;
                read_batch(number, &batch, filter, symbols, rows)
                    .ok_or_else(|| fail(&"a column is missing or of another type"))?;
            }
        }
        Ok(())
    }

    fn footer(&self, path: &Path, file: &File) -> Result<ArrowReaderMetadata, IngestError> {
        let known = self.footers.lock().ok().and_then(|f| f.get(path).cloned());
        if let Some(footer) = known {
            return Ok(footer);
        }
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let footer = ArrowReaderMetadata::load(file, options)
            .map_err(|e| IngestError::Store { path: path.to_owned(), detail: e.to_string() })?;
        if let Ok(mut footers) = self.footers.lock() {
            footers.insert(path.to_owned(), footer.clone());
        }
        Ok(footer)
    }
}

/// Reads a period as the store writes it.
pub fn reported(text: &str) -> Option<Reported> {
    let period = Period::parse(text).ok()?;
    Some(Reported { start: period.first(), kind: period.kind()? })
}

/// Whether the source's span of periods touches the question's.
fn may_hold(source: &Loaded, filter: &Filter) -> bool {
    let (Some(first), Some(last)) = (reported(&source.first_period), reported(&source.last_period))
    else {
        return true;
    };
    filter.periods.is_empty()
        || filter.periods.iter().any(|p| p.first() <= last.end() && p.last() >= first.start)
}

fn column(footer: &ArrowReaderMetadata, name: &str) -> Option<usize> {
    footer.schema().index_of(name).ok()
}

/// Whether any wanted text lies between the smallest and the largest.
fn overlaps(wanted: &BTreeSet<String>, min: &[u8], max: &[u8]) -> bool {
    wanted.iter().any(|w| w.as_bytes() >= min && w.as_bytes() <= max)
}

/// Whether any code under a wanted one lies between.
fn codes_overlap(wanted: &BTreeSet<String>, min: &[u8], max: &[u8]) -> bool {
    wanted.iter().any(|w| {
        let w = w.as_bytes();
        w <= max && (w >= min || min.starts_with(w))
    })
}

fn matching_groups(footer: &ArrowReaderMetadata, filter: &Filter) -> Vec<usize> {
    let metadata = footer.metadata();
    let passes = |group: usize, name: &str, test: &dyn Fn(&[u8], &[u8]) -> bool| {
        let Some(column) = column(footer, name) else {
            return true;
        };
        match metadata.row_group(group).column(column).statistics() {
            Some(Statistics::ByteArray(s)) => match (s.min_opt(), s.max_opt()) {
                (Some(min), Some(max)) => test(min.data(), max.data()),
                _ => true,
            },
            _ => true,
        }
    };
    (0..metadata.num_row_groups())
        .filter(|&g| {
            (filter.importers.is_empty()
                || passes(g, "importer", &|a, b| overlaps(&filter.importers, a, b)))
                && (filter.codes.is_empty()
                    || passes(g, "hs_code", &|a, b| codes_overlap(&filter.codes, a, b)))
        })
        .collect()
}

/// The rows of those pages of a row group whose importer and code can match; `None` where the
/// file has no page index.
fn page_selection(
    footer: &ArrowReaderMetadata,
    group: usize,
    filter: &Filter,
) -> Option<RowSelection> {
    let importer = (!filter.importers.is_empty())
        .then(|| pages(footer, group, "importer", &|a, b| overlaps(&filter.importers, a, b)))
        .flatten();
    let code = (!filter.codes.is_empty())
        .then(|| pages(footer, group, "hs_code", &|a, b| codes_overlap(&filter.codes, a, b)))
        .flatten();
    match (importer, code) {
        (Some(a), Some(b)) => Some(a.intersection(&b)),
        (a, b) => a.or(b),
    }
}

fn pages(
    footer: &ArrowReaderMetadata,
    group: usize,
    name: &str,
    test: &dyn Fn(&[u8], &[u8]) -> bool,
) -> Option<RowSelection> {
    let metadata = footer.metadata();
    let column = column(footer, name)?;
    let rows = metadata.row_group(group).num_rows() as usize;
    let index = metadata.column_index()?.get(group)?.get(column)?;
    let offsets = metadata.offset_index()?.get(group)?.get(column)?;
    let ColumnIndexMetaData::BYTE_ARRAY(index) = index else {
        return None;
    };
    let locations = offsets.page_locations();
    let mut ranges: Vec<std::ops::Range<usize>> = Vec::new();
    for (page, location) in locations.iter().enumerate() {
        let start = location.first_row_index as usize;
        let end = locations.get(page + 1).map_or(rows, |l| l.first_row_index as usize);
        let keep = match (index.min_value(page), index.max_value(page)) {
            (Some(min), Some(max)) => test(min, max),
            // A page of nulls only: no code of its own, so it matches no code.
            _ => false,
        };
        if keep {
            ranges.push(start..end);
        }
    }
    Some(RowSelection::from_consecutive_ranges(ranges.into_iter(), rows))
}

/// A test on a text.
type TextTest = Box<dyn Fn(&str) -> bool + Send>;

/// One test over all columns that the filter names: each distinct text is judged once a batch.
fn predicate(footer: &ArrowReaderMetadata, filter: &Filter) -> Vec<Box<dyn ArrowPredicate>> {
    let mut tests: Vec<(&str, TextTest)> = Vec::new();
    if !filter.importers.is_empty() {
        let wanted = filter.importers.clone();
        tests.push(("importer", Box::new(move |text| wanted.contains(text))));
    }
    if !filter.codes.is_empty() {
        let wanted = filter.codes.clone();
        let keep = move |text: &str| {
            wanted.contains(text)
                || [2, 4].iter().any(|&n| text.get(..n).is_some_and(|p| wanted.contains(p)))
        };
        tests.push(("hs_code", Box::new(keep)));
    }
    if !filter.exporters.is_empty() {
        let wanted = filter.exporters.clone();
        tests.push(("exporter", Box::new(move |text| wanted.contains(text))));
    }
    if tests.is_empty() {
        return Vec::new();
    }
    let mask = ProjectionMask::columns(footer.parquet_schema(), tests.iter().map(|(n, _)| *n));
    vec![Box::new(ArrowPredicateFn::new(mask, move |batch: RecordBatch| {
        let mut verdict: Option<BooleanArray> = None;
        for (name, test) in &tests {
            let Some(column) = batch.column_by_name(name) else {
                continue;
            };
            let passed = judge(column, test);
            verdict = Some(match verdict {
                None => passed,
                Some(before) => arrow::compute::and(&before, &passed)?,
            });
        }
        Ok(verdict.unwrap_or_else(|| BooleanArray::from(vec![true; batch.num_rows()])))
    }))]
}

fn judge(array: &ArrayRef, keep: &dyn Fn(&str) -> bool) -> BooleanArray {
    let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() else {
        return BooleanArray::from(vec![true; array.len()]);
    };
    let texts = dictionary.values().as_string::<i32>();
    // A dictionary holds all texts of its row group, and a page uses few of them.
    let mut verdicts: Vec<Option<bool>> = vec![None; texts.len()];
    let keys = dictionary.keys();
    let judged = (0..keys.len()).map(|i| {
        let key = keys.value(i) as usize;
        Some(keys.is_valid(i) && *verdicts[key].get_or_insert_with(|| keep(texts.value(key))))
    });
    judged.collect()
}

/// A dictionary column with each distinct text turned into something once.
struct Texts<'a, T> {
    keys: &'a DictionaryArray<Int32Type>,
    values: Vec<T>,
}

impl<'a, T: Copy> Texts<'a, T> {
    fn new(batch: &'a RecordBatch, name: &str, mut make: impl FnMut(&str) -> T) -> Option<Self> {
        let keys = batch.column_by_name(name)?.as_dictionary_opt::<Int32Type>()?;
        let texts = keys.values().as_string_opt::<i32>()?;
        let values = (0..texts.len()).map(|i| make(texts.value(i))).collect();
        Some(Texts { keys, values })
    }

    fn get(&self, row: usize) -> Option<T> {
        let keys = self.keys.keys();
        keys.is_valid(row).then(|| self.values[keys.value(row) as usize])
    }
}

fn part_of(text: &str, symbols: &mut Symbols) -> PartOf {
    match text.split_once(':') {
        Some(("adds", what)) => PartOf::Adds(symbols.number(what)),
        Some((_, what)) => PartOf::Part(symbols.number(what)),
        None => PartOf::Total,
    }
}

/// Appends the rows of a batch; `None` if it is not of our schema.
fn read_batch(
    source: usize,
    batch: &RecordBatch,
    filter: &Filter,
    symbols: &mut Symbols,
    rows: &mut Vec<TradeRow>,
) -> Option<()> {
    let lines = batch.column_by_name("line")?.as_primitive_opt::<Int64Type>()?;
    let reporters = Texts::new(batch, "reporter", |t| symbols.number(t))?;
    let flows = Texts::new(batch, "flow", |t| Flow::parse(t).unwrap_or(Flow::Reconciled))?;
    let exporters = Texts::new(batch, "exporter", |t| symbols.number(t))?;
    let importers = Texts::new(batch, "importer", |t| symbols.number(t))?;
    let revisions = Texts::new(batch, "hs_revision", |t| HsRevision::parse(t).ok())?;
    let codes = Texts::new(batch, "hs_code", |t| CodeKey::pack(t.as_bytes()))?;
    let national = Texts::new(batch, "national_code", |t| CodeKey::pack(t.as_bytes()))?;
    let parts = Texts::new(batch, "breakdown", |t| part_of(t, symbols))?;
    let periods = Texts::new(batch, "period", reported)?;
    let currencies = Texts::new(batch, "currency", |t| symbols.number(t))?;
    let valuations = Texts::new(batch, "valuation", |t| symbols.number(t))?;
    let bases = Texts::new(batch, "basis", |t| symbols.number(t))?;
    let units = Texts::new(batch, "quantity_unit", |t| symbols.number(t))?;
    let figures =
        |name: &str| batch.column_by_name(name)?.as_primitive_opt::<Float64Type>().cloned();
    let (usd, value) = (figures("value_usd")?, figures("value_reported")?);
    let (weight, quantity) = (figures("net_weight_kg")?, figures("quantity")?);
    let figure = |array: &arrow::array::Float64Array, i| {
        if array.is_valid(i) { array.value(i) } else { f64::NAN }
    };
    for i in 0..batch.num_rows() {
        let period = periods.get(i)??;
        if !filter.periods.is_empty() && !filter.periods.iter().any(|p| period.within(p)) {
            continue;
        }
        rows.push(TradeRow {
            source,
            line: lines.value(i) as u64,
            reporter: reporters.get(i),
            flow: flows.get(i)?,
            exporter: exporters.get(i)?,
            importer: importers.get(i)?,
            revision: revisions.get(i)??,
            code: national.get(i).flatten().or(codes.get(i).flatten())?,
            part: parts.get(i)?,
            period,
            value_usd: figure(&usd, i),
            value: figure(&value, i),
            currency: currencies.get(i)?,
            valuation: valuations.get(i)?,
            basis: bases.get(i)?,
            net_weight_kg: figure(&weight, i),
            quantity: figure(&quantity, i),
            unit: units.get(i),
        });
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_codes_is_opened_where_anything_under_a_wanted_code_may_lie() {
        let overlap = |wanted: &str, min: &str, max: &str| {
            codes_overlap(&BTreeSet::from([wanted.to_owned()]), min.as_bytes(), max.as_bytes())
        };
        assert!(overlap("8542", "854100", "854300"));
        assert!(overlap("8542", "854231", "854239"), "all of the range is under the heading");
        assert!(overlap("8542", "854239", "860000"), "the heading's last products");
        assert!(overlap("85", "854231", "854231"));
        assert!(overlap("854231", "8542", "854231"));
        assert!(!overlap("8542", "854300", "860000"));
        assert!(!overlap("854231", "854232", "854239"));
        assert!(!overlap("854231", "84", "854230"));
    }
}
