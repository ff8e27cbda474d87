//! From a mapped file to rows of the `shipments` table: recognise, read on all cores, write,
//! commit.
//!
//! All or nothing, as for statistics. Rows keep the order of the file whatever the number of
//! threads, and memory stays bounded whatever the size of the file.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;

use super::{Batch, Cells, properties, schema};
use crate::containers::encoding::decoded;
use crate::containers::text::{Block, Blocks, is_empty};
use crate::containers::{self, Json, Member, Table};
use crate::error::IngestError;
use crate::formats::{Header, Row};
use crate::load::{
    LoadOptions, LoadReport, PROBLEMS_KEPT, Stage, UNRESOLVED_SHOWN, all_or_nothing, whole_row,
    write_problems,
};
use crate::mapping::row::{LineReader, Memory};
use crate::mapping::{LAYOUT, Mapping, header, sample};
use crate::store::{Loaded, Writer};
use plimsoll_terms::fx::Rates;
use plimsoll_terms::period::Month;
use plimsoll_terms::problem::Problem;

/// The folder and name of the table.
const TABLE: &str = "shipments";
/// The dataset that its sources belong to.
pub const DATASET: &str = "shipments";
/// Rows of a workbook or document that are handed to a thread at once.
const ROWS_AT_ONCE: usize = 1 << 14;

/// Loads one file through a mapping. On an error the store is as it was.
pub fn load_file(
    writer: &mut Writer,
    path: &Path,
    mapping: &Mapping,
    options: &LoadOptions,
    stage: &(dyn Fn(Stage<'_>) + Sync),
) -> Result<Vec<LoadReport>, IngestError> {
    all_or_nothing(writer, path, options.replace, |writer, sha256, bytes| {
        writer.make_folder(TABLE)?;
        let mut load = Load {
            path,
            sha256,
            bytes,
            mapping: said(mapping, options),
            options,
            stage,
            writer,
            reports: Vec::new(),
            passed_over: Vec::new(),
        };
        load.all()
    })
}

/// What the person says on the command line goes before what the mapping says.
fn said(mapping: &Mapping, options: &LoadOptions) -> Mapping {
    let mut mapping = mapping.clone();
    let said = &options.said;
    mapping.flow = said.flow.or(mapping.flow);
    mapping.value_unit = said.value_unit.unwrap_or(mapping.value_unit);
    mapping.value_currency = said.currency.clone().or(mapping.value_currency);
    mapping
}

struct Load<'a> {
    path: &'a Path,
    sha256: String,
    bytes: u64,
    mapping: Mapping,
    options: &'a LoadOptions,
    stage: &'a (dyn Fn(Stage<'_>) + Sync),
    writer: &'a mut Writer,
    reports: Vec<LoadReport>,
    passed_over: Vec<String>,
}

/// What became of the rows.
#[derive(Default)]
struct Counts {
    rows_in: u64,
    rows_loaded: u64,
    problems: Vec<Problem>,
    rules: BTreeMap<String, u64>,
    unresolved: BTreeSet<String>,
    first: Option<String>,
    last: Option<String>,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.rows_in += other.rows_in;
        self.rows_loaded += other.rows_loaded;
        self.problems.extend(other.problems);
        for (rule, n) in other.rules {
            *self.rules.entry(rule).or_default() += n;
        }
        self.unresolved.extend(other.unresolved);
        for period in other.first.into_iter().chain(other.last) {
            self.see(&period);
        }
    }

    fn see(&mut self, period: &str) {
        if self.first.as_deref().is_none_or(|first| period < first) {
            self.first = Some(period.to_owned());
        }
        if self.last.as_deref().is_none_or(|last| period > last) {
            self.last = Some(period.to_owned());
        }
    }
}

/// A table whose columns are found.
struct Bound {
    reader: LineReader,
    header: Header,
    delimiter: u8,
}

/// Hands numbered work to the reading threads.
type Feed<'a> = dyn FnMut(&SyncSender<(u64, Work)>) -> Result<(), IngestError> + 'a;

/// Rows for a reading thread, numbered in the order of the file.
enum Work {
    Text(Block),
    Records(Vec<(u64, csv::ByteRecord)>),
}

impl Load<'_> {
    fn all(&mut self) -> Result<Vec<LoadReport>, IngestError> {
        let stage = self.stage;
        containers::members(self.path, &|n| stage(Stage::Read(n)), &mut |name, member| {
            self.member(name, member)
        })?;
        let mut reports = std::mem::take(&mut self.reports);
        match reports.first_mut() {
            Some(first) => first.passed_over = std::mem::take(&mut self.passed_over),
            None => return Err(IngestError::Empty { path: self.path.to_owned() }),
        }
        Ok(reports)
    }

    fn member(&mut self, name: &str, member: Member<'_>) -> Result<(), IngestError> {
        let read = match member {
            Member::Text(input) => self.text(name, input),
            Member::Tables(tables) => self.tables(name, tables),
            Member::Json(json) => self.json(name, &json),
            Member::Nothing => Err(IngestError::Empty { path: self.path.to_owned() }),
        };
        match read {
            // An archive may carry a read-me and code tables beside its data.
            Err(IngestError::MissingColumn { .. } | IngestError::Empty { .. })
                if !name.is_empty() =>
            {
                self.passed_over.push(name.to_owned());
                Ok(())
            }
            other => other,
        }
    }

    fn damaged(&self, error: &std::io::Error) -> IngestError {
        IngestError::Damaged { path: self.path.to_owned(), detail: error.to_string() }
    }

    fn text(&mut self, name: &str, mut input: Box<dyn Read + '_>) -> Result<(), IngestError> {
        let encoding = match self.mapping.encoding {
            Some(encoding) => encoding,
            None => {
                let mut start = Vec::new();
                let take = (&mut input).take(1 << 20).read_to_end(&mut start);
                take.map_err(|e| self.damaged(&e))?;
                let encoding = sample::encoding_of(&start);
                input = Box::new(std::io::Cursor::new(start).chain(input));
                encoding
            }
        };
        // UTF-8 goes through as it is: a letter that is none is no fault of the row.
        if encoding != encoding_rs::UTF_8 {
            input = decoded(input, encoding).map_err(|e| self.damaged(&e))?;
        }
        let mut blocks = Blocks::new(input).map_err(|e| self.damaged(&e))?;
        if blocks.start().trim_ascii().is_empty() {
            return Err(IngestError::Empty { path: self.path.to_owned() });
        }
        let score = |header: &Header| self.mapping.found_in(header) as i64;
        let found = header::find(blocks.start(), self.mapping.delimiter, &score);
        let (header, delimiter, bytes, lines) = match found {
            Some(found) => (found.header, found.delimiter, found.bytes, found.lines),
            // Says which column is missing of those in the first line.
            None => (header::fields(blocks.start(), b',').unwrap_or_default(), b',', 0, 0),
        };
        let reader = LineReader::new(&self.mapping, &header)?;
        let bound = Bound { reader, header, delimiter };
        blocks.begin(delimiter, bound.header.names().len(), bytes, lines);
        let damaged = |e: std::io::Error| IngestError::Damaged {
            path: self.path.to_owned(),
            detail: e.to_string(),
        };
        let entry = self.entry(name);
        let counts = self.read(&entry, &bound, &mut |send| {
            let mut number = 0;
            while let Some(block) = blocks.next_block().map_err(damaged)? {
                if send.send((number, Work::Text(block))).is_err() {
                    break;
                }
                number += 1;
            }
            Ok(())
        })?;
        self.keep(entry, counts)
    }

    fn tables(&mut self, name: &str, tables: Vec<Table>) -> Result<(), IngestError> {
        let mut rows = Vec::new();
        let mut bound: Option<Bound> = None;
        let mut fault = None;
        for table in tables {
            let score = |header: &Header| self.mapping.found_in(header) as i64;
            let table = header::of_table(table, &score);
            let header = Header::new(&table.header);
            match &bound {
                Some(bound) if bound.header.names() == header.names() => rows.extend(table.rows),
                Some(_) => {}
                None => match LineReader::new(&self.mapping, &header) {
                    Ok(reader) => {
                        bound = Some(Bound { reader, header, delimiter: b',' });
                        rows = table.rows;
                    }
                    Err(error) => fault = fault.or(Some(error)),
                },
            }
        }
        let Some(bound) = bound else {
            return Err(fault.unwrap_or_else(|| IngestError::Empty { path: self.path.to_owned() }));
        };
        let entry = self.entry(name);
        let counts = self.read(&entry, &bound, &mut |send| {
            for (number, part) in rows.chunks(ROWS_AT_ONCE).enumerate() {
                if send.send((number as u64, Work::Records(part.to_vec()))).is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        self.keep(entry, counts)
    }

    fn json(&mut self, name: &str, json: &Json) -> Result<(), IngestError> {
        let header = Header::new(&json.header);
        let reader = LineReader::new(&self.mapping, &header)?;
        let bound = Bound { reader, header, delimiter: b',' };
        let entry = self.entry(name);
        let counts = self.read(&entry, &bound, &mut |send| {
            let (mut part, mut number) = (Vec::with_capacity(ROWS_AT_ONCE), 0);
            json.records(&mut |line, record| {
                part.push((line, record));
                if part.len() < ROWS_AT_ONCE {
                    return true;
                }
                number += 1;
                send.send((number - 1, Work::Records(std::mem::take(&mut part)))).is_ok()
            })?;
            // A thread that no longer listens has its failure told when it is joined.
            let _ = send.send((number, Work::Records(part)));
            Ok(())
        })?;
        self.keep(entry, counts)
    }

    /// Runs reading threads over what `feed` sends, and writes what they give in its order.
    fn read(
        &self,
        entry: &Loaded,
        bound: &Bound,
        feed: &mut Feed<'_>,
    ) -> Result<Counts, IngestError> {
        let aside = self.writer.aside_in(TABLE, &entry.name, "parquet");
        let fail = |detail: String| IngestError::Store { path: aside.clone(), detail };
        let file = File::create(&aside).map_err(|e| fail(e.to_string()))?;
        let out = ArrowWriter::try_new(file, schema(), Some(properties()))
            .map_err(|e| fail(e.to_string()))?;
        let threads = self.options.threads.max(1);
        let (send, receive) = sync_channel::<(u64, Work)>(threads);
        let (done, finished) = sync_channel::<(u64, RecordBatch)>(threads);
        let receive = Mutex::new(receive);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let reading = Reading::new(bound, &entry.name, &self.options.rates);
                    let (receive, done) = (&receive, done.clone());
                    scope.spawn(move || reading.work(receive, &done))
                })
                .collect();
            drop(done);
            let written = scope.spawn(move || write_in_order(out, finished));
            let fed = feed(&send);
            drop(send);
            let mut all = Counts::default();
            let mut failure = None;
            for worker in workers {
                match worker.join() {
                    Ok(Ok(counts)) => all.add(counts),
                    Ok(Err(detail)) => failure = Some(detail),
                    Err(_) => failure = Some("a reading thread failed".into()),
                }
            }
            match written.join() {
                Ok(Ok(())) => {}
                Ok(Err(detail)) => failure = Some(detail),
                Err(_) => failure = Some("the writing thread failed".into()),
            }
            fed?;
            failure.map_or(Ok(all), |detail| Err(fail(detail)))
        })
    }

    fn entry(&self, member: &str) -> Loaded {
        let file =
            self.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut name = format!("{LAYOUT}-{}", &self.sha256[..12]);
        if !self.reports.is_empty() {
            name.push_str(&format!("-{}", self.reports.len() + 1));
        }
        let sequence = self.writer.store.manifest.sequence + 1;
        if self.writer.store.manifest.all().any(|r| r.name == name) {
            name.push_str(&format!("-again{sequence}"));
        }
        let vintage = self.options.vintage.clone();
        Loaded {
            path: format!("{TABLE}/{name}.parquet"),
            name,
            format: "parquet".into(),
            dataset: DATASET.into(),
            vintage: vintage.unwrap_or_else(|| self.options.today.clone()),
            sequence,
            layout: LAYOUT.into(),
            publisher: self.mapping.publisher.clone(),
            url: String::new(),
            licence: String::new(),
            file: if member.is_empty() { file } else { format!("{file}/{member}") },
            sha256: self.sha256.clone(),
            bytes: self.bytes,
            loaded: self.options.today.clone(),
            said: self.options.said_text.clone(),
            rows_in: 0,
            rows_loaded: 0,
            rows_set_aside: 0,
            rules: BTreeMap::new(),
            first_period: String::new(),
            last_period: String::new(),
        }
    }

    fn keep(&mut self, mut loaded: Loaded, counts: Counts) -> Result<(), IngestError> {
        let Counts { rows_in, rows_loaded, mut problems, rules, unresolved, first, last } = counts;
        problems.sort_by_key(|p| p.line);
        problems.truncate(PROBLEMS_KEPT);
        if rows_in == 0 {
            return Err(IngestError::NoRows { path: self.path.to_owned(), what: "a header" });
        }
        if rows_loaded == 0 {
            return Err(IngestError::NothingReadable {
                path: self.path.to_owned(),
                rows: rows_in,
                layout: LAYOUT.to_owned(),
                first: problems.first().map(ToString::to_string).unwrap_or_default(),
            });
        }
        (loaded.rows_in, loaded.rows_loaded, loaded.rows_set_aside) =
            (rows_in, rows_loaded, rows_in - rows_loaded);
        loaded.rules = rules;
        loaded.first_period = first.unwrap_or_default();
        loaded.last_period = last.unwrap_or_default();
        write_problems(&self.writer.aside_in(TABLE, &loaded.name, "set-aside.ndjson"), &problems)?;
        self.reports.push(LoadReport {
            loaded,
            problems,
            already: false,
            passed_over: Vec::new(),
            unresolved: unresolved.into_iter().take(UNRESOLVED_SHOWN).collect(),
        });
        Ok(())
    }
}

/// Writes batches in the order of their numbers; those that came early wait, and there are no
/// more of them than threads and places in the queues.
fn write_in_order(
    mut out: ArrowWriter<File>,
    batches: Receiver<(u64, RecordBatch)>,
) -> Result<(), String> {
    let mut waiting: BTreeMap<u64, RecordBatch> = BTreeMap::new();
    let mut next = 0;
    for (number, batch) in batches {
        waiting.insert(number, batch);
        while let Some(batch) = waiting.remove(&next) {
            out.write(&batch).map_err(|e| e.to_string())?;
            next += 1;
        }
    }
    out.close().map(|_| ()).map_err(|e| e.to_string())
}

/// One reading thread.
struct Reading<'a> {
    bound: &'a Bound,
    rates: &'a Rates,
    batch: Batch,
    memory: Memory,
    dollars: HashMap<(String, Month), Option<f64>>,
    counts: Counts,
}

impl<'a> Reading<'a> {
    fn new(bound: &'a Bound, source: &str, rates: &'a Rates) -> Reading<'a> {
        Reading {
            bound,
            rates,
            batch: Batch::new(source),
            memory: Memory::default(),
            dollars: HashMap::new(),
            counts: Counts::default(),
        }
    }

    fn work(
        mut self,
        receive: &Mutex<Receiver<(u64, Work)>>,
        done: &SyncSender<(u64, RecordBatch)>,
    ) -> Result<Counts, String> {
        let mut failure = None;
        loop {
            let next = receive.lock().map(|r| r.recv());
            let Ok(Ok((number, work))) = next else { break };
            // After a failure the rest is taken and dropped: else the feeding thread waits for ever.
            if failure.is_none() {
                failure = self.part(number, work, done).err();
            }
        }
        if let Some(detail) = failure {
            return Err(detail);
        }
        for (rule, n) in std::mem::take(&mut self.memory.noted) {
            *self.counts.rules.entry(rule.to_owned()).or_default() += n;
        }
        self.counts.unresolved = std::mem::take(&mut self.memory.unresolved);
        Ok(self.counts)
    }

    fn part(
        &mut self,
        number: u64,
        work: Work,
        done: &SyncSender<(u64, RecordBatch)>,
    ) -> Result<(), String> {
        match work {
            Work::Text(block) => self.block(&block)?,
            Work::Records(rows) => {
                rows.iter().for_each(|(line, record)| self.record(*line, record))
            }
        }
        let sent = done.send((number, self.batch.finish()?));
        sent.map_err(|_| "the writing thread stopped".to_owned())
    }

    fn block(&mut self, block: &Block) -> Result<(), String> {
        if let Some(problem) = block.problem() {
            self.counts.rows_in += 1;
            self.set_aside(problem);
            return Ok(());
        }
        let delimiter = self.bound.delimiter;
        let each = |line, record: &csv::ByteRecord| {
            self.record(line, record);
            Ok::<(), std::io::Error>(())
        };
        block.records(delimiter, each).map_err(|e| e.to_string())
    }

    fn record(&mut self, number: u64, record: &csv::ByteRecord) {
        if is_empty(record) {
            return;
        }
        self.counts.rows_in += 1;
        let row = Row { fields: record, line: number, header: &self.bound.header, cell: 0 };
        let line =
            match whole_row(&row).and_then(|()| self.bound.reader.read(&row, &mut self.memory)) {
                Ok(line) => line,
                Err(problem) => return self.set_aside(problem),
            };
        self.counts.rows_loaded += 1;
        let month = line.when.and_then(|w| Month::new(w.year, w.month? as u8));
        let period = line.when.map(|w| match w.month {
            Some(month) => format!("{:04}-{month:02}", w.year),
            None => format!("{:04}", w.year),
        });
        if let Some(period) = &period {
            self.counts.see(period);
        }
        let value_usd =
            self.dollars(&line.currency, month).and_then(|rate| Some(line.value? * rate));
        if line.value.is_some() && value_usd.is_none() {
            let why = if line.currency.is_none() { "no-currency" } else { "no-exchange-rate" };
            *self.memory.noted.entry(why).or_default() += 1;
        }
        self.batch.push(&Cells { number, line, period, value_usd });
    }

    fn set_aside(&mut self, problem: Problem) {
        *self.counts.rules.entry(problem.rule.to_owned()).or_default() += 1;
        if self.counts.problems.len() < PROBLEMS_KEPT {
            self.counts.problems.push(problem);
        }
    }

    /// USD for one unit of the currency in that month.
    fn dollars(
        &mut self,
        currency: &Option<std::sync::Arc<str>>,
        month: Option<Month>,
    ) -> Option<f64> {
        let currency = currency.as_deref()?;
        if currency == "USD" {
            return Some(1.0);
        }
        let month = month?;
        if let Some(rate) = self.dollars.get(&(currency.to_owned(), month)) {
            return *rate;
        }
        let rate = self.rates.usd_per_unit(currency, month, month);
        self.dollars.insert((currency.to_owned(), month), rate);
        rate
    }
}
