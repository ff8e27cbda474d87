//! From a publisher's file to rows in the store: recognise, read on all cores, sort, mark,
//! write, commit.
//!
//! Memory stays bounded whatever the size of the file. The rows and their order do not
//! depend on the number of threads.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};

use crate::containers::encoding::decoded;
use crate::containers::text::{Block, Blocks, is_empty, line_length};
use crate::containers::{self, Json, Member, Table};
use crate::error::IngestError;
use crate::fact::{Fact, Place};
use crate::formats::{self, Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Names, Scratch};
use crate::sorted::{Key, RUN_ROWS, Runs, SortRow, UNRESOLVED};
use crate::store::{Loaded, Writer};
use crate::totals::{Marks, Shapes, Totals};
use crate::trade::{Origin, Shape, TradeWriter};
use plimsoll_terms::fx::Rates;
use plimsoll_terms::period::{Month, PeriodKind, Reported};
use plimsoll_terms::problem::Problem;

/// Problems kept in full; more are only counted.
pub(crate) const PROBLEMS_KEPT: usize = 100_000;
/// Lines that may stand above the header.
const PREAMBLE: usize = 20;
/// Blocks are handed to a reading thread together when they have so many bytes: among spoiled
/// lines blocks are short, and waking a thread for each would take most of the time.
const BATCH: usize = 1 << 18;
/// At most so many at once.
const BATCH_BLOCKS: usize = 4096;
/// So many records of a workbook or a JSON document are handed to a reading thread together.
const RECORDS: usize = 1 << 14;
/// Names of unknown places that a report shows.
pub(crate) const UNRESOLVED_SHOWN: usize = 20;

/// How to load.
pub struct LoadOptions {
    /// What the person said.
    pub said: Said,
    /// The same, as text for the manifest.
    pub said_text: Vec<String>,
    /// `--as`
    pub format: Option<&'static dyn IngestFormat>,
    /// `--set vintage=…`; else what the file says, else `today`.
    pub vintage: Option<String>,
    /// The day, from the program's clock.
    pub today: String,
    /// Load anew what is already there.
    pub replace: bool,
    /// Exchange rates.
    pub rates: Rates,
    /// Reading and encoding threads.
    pub threads: usize,
}

/// How far the load is.
pub enum Stage<'a> {
    /// So many more bytes of the file were read.
    Read(u64),
    /// Rows are being sorted and written; so many in all.
    Write(&'a str, u64),
    /// So many more were written.
    Written(u64),
}

/// What became of one file or archive member.
pub struct LoadReport {
    /// The entry in the manifest.
    pub loaded: Loaded,
    /// The rows set aside: the first of them in full, by line.
    pub problems: Vec<Problem>,
    /// The very same file was in the store before, and nothing was changed.
    pub already: bool,
    /// Members of an archive, or sheets, that are in no known layout.
    pub passed_over: Vec<String>,
    /// Texts of partners and reporters that are not in the catalogue: the first by alphabet.
    pub unresolved: Vec<String>,
}

/// SHA-256 of a file, in hexadecimal, and its size in bytes.
pub fn sha256(path: &Path) -> Result<(String, u64), IngestError> {
    let fail = |source| IngestError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(fail)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer).map_err(fail)? {
            0 => break,
            n => {
                hasher.update(&buffer[..n]);
                bytes += n as u64;
            }
        }
    }
    Ok((hasher.finalize().iter().map(|b| format!("{b:02x}")).collect(), bytes))
}

/// Loads one file. On an error the store is as it was.
pub fn load_file(
    writer: &mut Writer,
    path: &Path,
    options: &LoadOptions,
    stage: &(dyn Fn(Stage<'_>) + Sync),
) -> Result<Vec<LoadReport>, IngestError> {
    all_or_nothing(writer, path, options.replace, |writer, sha256, bytes| {
        let mut load = FileLoad {
            path,
            sha256,
            bytes,
            options,
            stage,
            writer,
            reports: Vec::new(),
            passed_over: Vec::new(),
        };
        load.all()
    })
}

/// Takes a file in whole or not at all, and the same bytes once: `read` gets the writer, the hash
/// and the size, and writes its tables aside.
pub(crate) fn all_or_nothing(
    writer: &mut Writer,
    path: &Path,
    replace: bool,
    read: impl FnOnce(&mut Writer, String, u64) -> Result<Vec<LoadReport>, IngestError>,
) -> Result<Vec<LoadReport>, IngestError> {
    is_regular_file(path)?;
    let (sha256, bytes) = sha256(path)?;
    let before: Vec<Loaded> =
        writer.store.manifest.all().filter(|r| r.sha256 == sha256).cloned().collect();
    if !before.is_empty() && !replace {
        return Ok(before.into_iter().map(already).collect());
    }
    let replaced: Vec<String> = before.into_iter().map(|r| r.name).collect();
    let done = read(writer, sha256, bytes).and_then(|reports| {
        let new = reports.iter().map(|r| r.loaded.clone()).collect();
        writer.commit(new, &replaced)?;
        Ok(reports)
    });
    if done.is_err() {
        // Members before the faulty one are written aside already. What cannot be removed
        // now, the next writer removes.
        let _ = writer.sweep();
    }
    done
}

/// A file is read more than once, so a pipe will not do.
fn is_regular_file(path: &Path) -> Result<(), IngestError> {
    let fail = |source| Err(IngestError::Read { path: path.to_owned(), source });
    let why = match std::fs::metadata(path) {
        Ok(found) if found.is_file() => return Ok(()),
        Ok(found) if found.is_dir() => "this is a folder; name the files in it",
        Ok(_) => "a regular file is needed, not a pipe or device; save the data to a file first",
        Err(source) => return fail(source),
    };
    fail(std::io::Error::other(why))
}

fn already(loaded: Loaded) -> LoadReport {
    LoadReport {
        loaded,
        problems: Vec::new(),
        already: true,
        passed_over: Vec::new(),
        unresolved: Vec::new(),
    }
}

struct FileLoad<'a> {
    path: &'a Path,
    sha256: String,
    bytes: u64,
    options: &'a LoadOptions,
    stage: &'a (dyn Fn(Stage<'_>) + Sync),
    writer: &'a mut Writer,
    reports: Vec<LoadReport>,
    passed_over: Vec<String>,
}

/// A layout with its columns found.
struct Bound {
    format: &'static dyn IngestFormat,
    reader: Box<dyn RowReader>,
    header: Header,
    delimiter: u8,
}

/// What the reading threads found.
struct ReadOutcome {
    runs: Runs,
    shapes: Vec<Shape>,
    names: Names,
    rows_in: u64,
    rows_loaded: u64,
    problems: Vec<Problem>,
    rules: BTreeMap<String, u64>,
    first: Option<Reported>,
    last: Option<Reported>,
}

impl FileLoad<'_> {
    /// Reads all members and writes them aside.
    fn all(&mut self) -> Result<Vec<LoadReport>, IngestError> {
        let stage = self.stage;
        containers::members(self.path, &|n| stage(Stage::Read(n)), &mut |name, member| {
            self.member(name, member)
        })?;
        let mut reports = std::mem::take(&mut self.reports);
        let Some(first) = reports.first_mut() else {
            return Err(IngestError::UnknownLayout {
                path: self.path.to_owned(),
                header: format!("(no member in a known layout: {})", self.passed_over.join(", ")),
                closest: String::new(),
            });
        };
        first.passed_over = std::mem::take(&mut self.passed_over);
        Ok(reports)
    }

    fn member(&mut self, name: &str, member: Member<'_>) -> Result<(), IngestError> {
        let found = match member {
            Member::Text(input) => self.text_member(name, input),
            Member::Tables(tables) => self.table_member(name, tables),
            Member::Json(json) => self.json_member(name, &json),
            Member::Nothing => Err(IngestError::Empty { path: self.path.to_owned() }),
        };
        match found {
            Ok((bound, outcome)) => self.keep(name, bound, outcome),
            // An archive may carry a read-me and code tables beside its data.
            Err(
                IngestError::UnknownLayout { .. }
                | IngestError::NotData { .. }
                | IngestError::Empty { .. },
            ) if !name.is_empty() => {
                self.passed_over.push(name.to_owned());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// The file's own name, behind it that of the member.
    fn file_name(&self, member: &str) -> String {
        let name = self.path.file_name().map(|n| n.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        if member.is_empty() { name } else { format!("{name}/{member}") }
    }

    fn bind(
        &self,
        member: &str,
        header: Header,
        delimiter: u8,
    ) -> Result<Option<Bound>, IngestError> {
        let format = match self.options.format {
            Some(format) => Some(format),
            None => formats::recognise(&header),
        };
        let Some(format) = format else {
            return Ok(None);
        };
        let said = Said { file_name: self.file_name(member), ..self.options.said.clone() };
        let reader = format.bind(&header, &said)?;
        Ok(Some(Bound { format, reader, header, delimiter }))
    }

    fn unknown(&self, start: &[u8]) -> IngestError {
        let line = start[..line_length(start)].trim_ascii_end();
        let mut header: String = crate::scratch::text(&line[..line.len().min(160)]);
        if start.contains(&0) {
            header.push_str(" (it holds NUL bytes: it is not text)");
        }
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line);
        let mut record = csv::ByteRecord::new();
        let read = reader.read_byte_record(&mut record).unwrap_or(false);
        let fields = Header::new(record.iter().map(crate::scratch::text));
        if read && let Some((what, hint)) = formats::no_trade(&fields) {
            return IngestError::NotData { path: self.path.to_owned(), what, hint };
        }
        let closest = if read { formats::closest(&fields) } else { None };
        let closest = closest.map_or(String::new(), |(format, lacks)| {
            format!("; it comes closest to {}, which has also: {}", format.id(), lacks.join(", "))
        });
        IngestError::UnknownLayout { path: self.path.to_owned(), header, closest }
    }

    fn text_member(
        &self,
        name: &str,
        input: Box<dyn Read + '_>,
    ) -> Result<(Bound, ReadOutcome), IngestError> {
        let fail = |e: std::io::Error| IngestError::Damaged {
            path: self.path.to_owned(),
            detail: e.to_string(),
        };
        let input: Box<dyn Read + '_> = match self.options.format.and_then(|f| f.encoding()) {
            Some(encoding) => decoded(input, encoding).map_err(fail)?,
            None => input,
        };
        let mut blocks = Blocks::new(input).map_err(fail)?;
        if blocks.start().trim_ascii().is_empty() {
            return Err(IngestError::Empty { path: self.path.to_owned() });
        }
        let found = find_header(blocks.start(), self.options.format);
        let Some((header, delimiter, length, lines)) = found else {
            return Err(self.unknown(blocks.start()));
        };
        let Some(bound) = self.bind(name, header, delimiter)? else {
            return Err(self.unknown(blocks.start()));
        };
        blocks.begin(delimiter, bound.header.names().len(), length, lines);
        let outcome = self.read(&bound, &mut |send| {
            let mut batch = Vec::new();
            let mut length = 0;
            while let Some(block) = blocks.next_block().map_err(fail)? {
                length += block.bytes.len();
                batch.push(block);
                if length >= BATCH || batch.len() >= BATCH_BLOCKS {
                    length = 0;
                    if send.send(Work::Text(std::mem::take(&mut batch))).is_err() {
                        break;
                    }
                }
            }
            // A thread that no longer listens has its failure told when it is joined.
            let _ = send.send(Work::Text(batch));
            Ok(())
        })?;
        Ok((bound, outcome))
    }

    fn table_member(
        &self,
        name: &str,
        tables: Vec<Table>,
    ) -> Result<(Bound, ReadOutcome), IngestError> {
        let mut first: Option<Bound> = None;
        let mut rows = Vec::new();
        let line = tables.first().map_or(String::new(), |table| table.header.join(","));
        for table in tables {
            let header = Header::new(&table.header);
            match &first {
                None => {
                    first = self.bind(name, header, b',')?;
                    if first.is_some() {
                        rows.extend(table.rows);
                    }
                }
                Some(bound) if bound.header.names() == header.names() => rows.extend(table.rows),
                Some(_) => {}
            }
        }
        let Some(bound) = first else {
            return Err(self.unknown(line.as_bytes()));
        };
        let outcome = self.read(&bound, &mut |send| {
            for part in rows.chunks(RECORDS) {
                if send.send(Work::Records(part.to_vec())).is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        Ok((bound, outcome))
    }

    fn json_member(&self, name: &str, json: &Json) -> Result<(Bound, ReadOutcome), IngestError> {
        let Some(bound) = self.bind(name, Header::new(&json.header), b',')? else {
            return Err(self.unknown(json.header.join(",").as_bytes()));
        };
        let outcome = self.read(&bound, &mut |send| {
            let mut part = Vec::with_capacity(RECORDS);
            json.records(&mut |number, record| {
                part.push((number, record));
                let full = part.len() >= RECORDS;
                !full || send.send(Work::Records(std::mem::take(&mut part))).is_ok()
            })?;
            // A thread that no longer listens has its failure told when it is joined.
            let _ = send.send(Work::Records(part));
            Ok(())
        })?;
        Ok((bound, outcome))
    }

    /// Runs the reading threads over what `feed` sends.
    fn read(
        &self,
        bound: &Bound,
        feed: &mut dyn FnMut(&SyncSender<Work>) -> Result<(), IngestError>,
    ) -> Result<ReadOutcome, IngestError> {
        let threads = self.options.threads.max(1);
        let names = Arc::new(Mutex::new(Names::new()));
        let shapes = Mutex::new(ShapeTable::default());
        let runs = Runs::default();
        let (send, receive) = sync_channel::<Work>(2);
        let receive = Mutex::new(receive);
        let mut outcome = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let reading =
                        Reading::new(bound, &self.options.rates, names.clone(), &shapes, &runs);
                    let receive = &receive;
                    scope.spawn(move || reading.work(receive))
                })
                .collect();
            let fed = feed(&send);
            drop(send);
            let mut all = Counts::default();
            let mut failure = None;
            for worker in workers {
                match worker.join() {
                    Ok(Ok(counts)) => all.add(counts),
                    Ok(Err(e)) => failure = Some(e.to_string()),
                    Err(_) => failure = Some("a reading thread failed".into()),
                }
            }
            fed?;
            match failure {
                Some(detail) => Err(IngestError::Store { path: std::env::temp_dir(), detail }),
                None => Ok(all),
            }
        })?;
        outcome.problems.sort_by_key(|p| p.line);
        outcome.problems.truncate(PROBLEMS_KEPT);
        Ok(ReadOutcome {
            runs,
            shapes: shapes.into_inner().map(|t| t.all).unwrap_or_default(),
            names: Arc::into_inner(names).and_then(|m| m.into_inner().ok()).unwrap_or_default(),
            rows_in: outcome.rows_in,
            rows_loaded: outcome.rows_loaded,
            problems: outcome.problems,
            rules: outcome.rules,
            first: outcome.first,
            last: outcome.last,
        })
    }

    /// Sorts, marks and writes what was read, aside.
    fn keep(
        &mut self,
        member: &str,
        bound: Bound,
        mut outcome: ReadOutcome,
    ) -> Result<(), IngestError> {
        if outcome.rows_in == 0 {
            return Err(IngestError::NoRows { path: self.path.to_owned(), what: "a header" });
        }
        if outcome.rows_loaded == 0 {
            return Err(IngestError::NothingReadable {
                path: self.path.to_owned(),
                rows: outcome.rows_in,
                layout: bound.format.id().to_owned(),
                first: outcome.problems.first().map(ToString::to_string).unwrap_or_default(),
            });
        }
        let loaded = self.entry(member, &bound, &outcome);
        (self.stage)(Stage::Write(&loaded.name, outcome.rows_loaded));
        let problems = std::mem::take(&mut outcome.problems);
        let unresolved = unresolved(&outcome);
        let rules = self.write(&loaded, &bound, outcome)?;
        write_problems(&self.writer.aside(&loaded.name, "set-aside.ndjson"), &problems)?;
        let mut loaded = loaded;
        for (rule, count) in rules {
            *loaded.rules.entry(rule).or_default() += count;
        }
        let (already, passed_over) = (false, Vec::new());
        self.reports.push(LoadReport { loaded, problems, already, passed_over, unresolved });
        Ok(())
    }

    fn entry(&self, member: &str, bound: &Bound, outcome: &ReadOutcome) -> Loaded {
        let mut name = format!("{}-{}", bound.format.id(), &self.sha256[..12]);
        if !self.reports.is_empty() {
            name.push_str(&format!("-{}", self.reports.len() + 1));
        }
        let sequence = self.writer.store.manifest.sequence + 1;
        if self.writer.store.manifest.all().any(|r| r.name == name) {
            name.push_str(&format!("-again{sequence}"));
        }
        let vintage = self.options.vintage.clone();
        let file = self.file_name(member);
        Loaded {
            path: format!("trade/{name}.parquet"),
            name,
            format: "parquet".into(),
            dataset: bound.format.dataset().into(),
            vintage: vintage
                .or_else(|| bound.format.vintage(&file))
                .unwrap_or_else(|| self.options.today.clone()),
            sequence,
            layout: bound.format.id().into(),
            publisher: bound.format.publisher().into(),
            url: formats::publication(bound.format.dataset()).0.into(),
            licence: formats::publication(bound.format.dataset()).1.into(),
            file,
            sha256: self.sha256.clone(),
            bytes: self.bytes,
            loaded: self.options.today.clone(),
            said: self.options.said_text.clone(),
            rows_in: outcome.rows_in,
            rows_loaded: outcome.rows_loaded,
            rows_set_aside: outcome.rows_in - outcome.rows_loaded,
            rules: outcome.rules.clone(),
            first_period: outcome.first.map(|p| p.to_string()).unwrap_or_default(),
            last_period: outcome.last.map(|p| p.to_string()).unwrap_or_default(),
        }
    }

    fn write(
        &self,
        loaded: &Loaded,
        bound: &Bound,
        mut outcome: ReadOutcome,
    ) -> Result<BTreeMap<String, u64>, IngestError> {
        let aside = self.writer.aside(&loaded.name, "parquet");
        let fail = |detail: String| IngestError::Store { path: aside.clone(), detail };
        let marks = Marks {
            repeat: outcome.names.number("repeat"),
            conflict: outcome.names.number("conflict"),
            unlabelled: outcome.names.number("unlabelled"),
            split: outcome.names.number("split"),
        };
        let mut shapes = Shapes::with_room(outcome.shapes, marks);
        let origin = Origin {
            dataset: loaded.dataset.clone(),
            vintage: loaded.vintage.clone(),
            source_id: loaded.name.clone(),
        };
        let file = File::create(&aside).map_err(|e| fail(e.to_string()))?;
        let names = Arc::new(outcome.names);
        let mut out = TradeWriter::create(
            file,
            origin,
            shapes.all.clone(),
            names.clone(),
            self.options.threads,
        )
        .map_err(fail)?;
        let mut totals = Totals::new(bound.reader.repeats(), &mut shapes);
        let mut written = 0u64;
        let mut push = |row: SortRow| -> std::io::Result<()> {
            written += 1;
            if written.is_multiple_of(1 << 18) {
                (self.stage)(Stage::Written(1 << 18));
            }
            out.push(row).map_err(std::io::Error::other)
        };
        outcome
            .runs
            .merge(|row| totals.push(row, &mut push))
            .and_then(|()| totals.finish(&mut push))
            .map_err(|e| fail(e.to_string()))?;
        out.finish().map_err(fail)?;
        let Totals { rules, mut index, .. } = totals;
        index.finish(&shapes.all, |place| match place {
            Place::Known(id) => id.code().to_owned(),
            Place::Unresolved(name) => format!("?{}", names.text(name)),
        });
        let bytes = serde_json::to_vec(&index).map_err(|e| fail(e.to_string()))?;
        std::fs::write(self.writer.aside(&loaded.name, "index.json"), bytes)
            .map_err(|e| fail(e.to_string()))?;
        Ok(rules)
    }
}

/// Writes the rows that were set aside beside their table.
pub(crate) fn write_problems(path: &Path, problems: &[Problem]) -> Result<(), IngestError> {
    if problems.is_empty() {
        return Ok(());
    }
    let write = || -> std::io::Result<()> {
        let mut file = std::io::BufWriter::new(File::create(path)?);
        for problem in problems {
            serde_json::to_writer(&mut file, problem)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    };
    write().map_err(|e| IngestError::Store { path: path.to_owned(), detail: e.to_string() })
}

/// The texts of places that are not in the catalogue, in an order that no thread changes.
fn unresolved(outcome: &ReadOutcome) -> Vec<String> {
    let numbers: BTreeSet<u32> =
        outcome.shapes.iter().flat_map(|s| [s.exporter_raw, s.importer_raw]).collect();
    let texts = numbers.into_iter().filter(|n| *n != 0).map(|n| outcome.names.text(n));
    let texts: BTreeSet<&str> = texts.collect();
    texts.into_iter().take(UNRESOLVED_SHOWN).map(str::to_owned).collect()
}

/// The header line among the first lines: its fields, the delimiter, and what to pass over.
fn find_header(
    start: &[u8],
    forced: Option<&'static dyn IngestFormat>,
) -> Option<(Header, u8, usize, u64)> {
    let mut best: Option<(u8, Header, u8, usize, u64)> = None;
    let mut at = 0;
    for line_number in 1..=PREAMBLE as u64 {
        let rest = &start[at..];
        if rest.is_empty() {
            break;
        }
        let end = at + line_length(rest);
        // A mapping was made for one file, whatever stands between its fields.
        let rare: &[u8] = if forced.is_some() { b"^~\x01" } else { b"" };
        for delimiter in [b',', b'\t', b';', b'|'].into_iter().chain(rare.iter().copied()) {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(delimiter)
                .from_reader(&start[at..end]);
            let mut record = csv::ByteRecord::new();
            if !reader.read_byte_record(&mut record).unwrap_or(false) {
                continue;
            }
            let header = Header::new(record.iter().map(crate::scratch::text));
            let sure = match forced {
                Some(format) => format.recognise(&header).max(u8::from(header.names().len() > 1)),
                None => formats::recognise(&header).map_or(0, |f| f.recognise(&header)),
            };
            if sure > best.as_ref().map_or(0, |b| b.0) {
                best = Some((sure, header, delimiter, end, line_number));
            }
        }
        at = end;
    }
    best.map(|(_, header, delimiter, end, lines)| (header, delimiter, end, lines))
}

/// What a reading thread is given.
enum Work {
    Text(Vec<Block>),
    Records(Vec<(u64, csv::ByteRecord)>),
}

#[derive(Default)]
struct ShapeTable {
    all: Vec<Shape>,
    numbers: HashMap<Shape, u32>,
}

impl ShapeTable {
    fn number(&mut self, shape: Shape) -> u32 {
        *self.numbers.entry(shape).or_insert_with(|| {
            self.all.push(shape);
            self.all.len() as u32 - 1
        })
    }
}

#[derive(Default)]
struct Counts {
    rows_in: u64,
    rows_loaded: u64,
    problems: Vec<Problem>,
    rules: BTreeMap<String, u64>,
    first: Option<Reported>,
    last: Option<Reported>,
}

impl Counts {
    fn add(&mut self, other: Counts) {
        self.rows_in += other.rows_in;
        self.rows_loaded += other.rows_loaded;
        self.problems.extend(other.problems);
        for (rule, n) in other.rules {
            *self.rules.entry(rule).or_default() += n;
        }
        self.first = [self.first, other.first].into_iter().flatten().min_by_key(|p| p.start);
        self.last = [self.last, other.last].into_iter().flatten().max_by_key(|p| p.end());
    }
}

/// One reading thread.
struct Reading<'a> {
    bound: &'a Bound,
    rates: &'a Rates,
    names: Arc<Mutex<Names>>,
    scratch: Scratch,
    shapes: &'a Mutex<ShapeTable>,
    known: HashMap<Shape, u32, foldhash::fast::FixedState>,
    last_shape: Option<(Shape, u32)>,
    runs: &'a Runs,
    run: Vec<SortRow>,
    dollars: HashMap<(u32, Month, u8), f64>,
    last_rate: Option<((u32, Month, u8), f64)>,
    counts: Counts,
}

impl<'a> Reading<'a> {
    fn new(
        bound: &'a Bound,
        rates: &'a Rates,
        names: Arc<Mutex<Names>>,
        shapes: &'a Mutex<ShapeTable>,
        runs: &'a Runs,
    ) -> Self {
        Reading {
            bound,
            rates,
            scratch: Scratch::new(names.clone()),
            names,
            shapes,
            known: HashMap::default(),
            last_shape: None,
            runs,
            run: Vec::new(),
            dollars: HashMap::new(),
            last_rate: None,
            counts: Counts::default(),
        }
    }

    fn work(mut self, receive: &Mutex<Receiver<Work>>) -> std::io::Result<Counts> {
        loop {
            let next = receive.lock().map(|r| r.recv());
            match next {
                Ok(Ok(Work::Text(blocks))) => {
                    for block in &blocks {
                        self.block(block)?;
                    }
                }
                Ok(Ok(Work::Records(rows))) => {
                    for (line, record) in &rows {
                        self.record(*line, record)?;
                    }
                }
                _ => break,
            }
        }
        self.runs.add(std::mem::take(&mut self.run))?;
        for (rule, n) in std::mem::take(&mut self.scratch.noted) {
            *self.counts.rules.entry(rule.to_owned()).or_default() += n;
        }
        Ok(self.counts)
    }

    fn block(&mut self, block: &Block) -> std::io::Result<()> {
        if let Some(problem) = block.problem() {
            self.counts.rows_in += 1;
            self.set_aside(problem);
            return Ok(());
        }
        block.records(self.bound.delimiter, |line, record| self.record(line, record))
    }

    fn record(&mut self, line: u64, record: &csv::ByteRecord) -> std::io::Result<()> {
        if is_empty(record) {
            return Ok(());
        }
        let row = Row { fields: record, line, header: &self.bound.header, cell: 0 };
        if let Err(problem) = whole_row(&row) {
            self.counts.rows_in += 1;
            self.set_aside(problem);
            return Ok(());
        }
        let bound = self.bound;
        match bound.reader.cells() {
            [] => self.one(&row),
            cells => self.wide(&row, cells),
        }
    }

    /// A row of a wide layout: each of its figures is a record.
    fn wide(&mut self, row: &Row<'_>, cells: &[usize]) -> std::io::Result<()> {
        let mut any = false;
        for &cell in cells.iter().filter(|cell| row.has_figure(**cell)) {
            any = true;
            self.one(&Row { cell, ..*row })?;
        }
        if !any {
            self.scratch.note("row-without-figure");
        }
        Ok(())
    }

    fn one(&mut self, row: &Row<'_>) -> std::io::Result<()> {
        self.counts.rows_in += 1;
        match self.bound.reader.read(row, &mut self.scratch) {
            Ok(fact) => match nowhere(&fact) {
                Some(side) => {
                    let hint = format!("the row names no {side}: is its column the right one?");
                    self.set_aside(Problem::new("place-missing", row.line, "", hint));
                    Ok(())
                }
                None => self.keep(row, &fact),
            },
            Err(problem) => {
                self.set_aside(problem);
                Ok(())
            }
        }
    }

    fn set_aside(&mut self, problem: Problem) {
        match self.counts.rules.get_mut(problem.rule) {
            Some(n) => *n += 1,
            None => {
                self.counts.rules.insert(problem.rule.to_owned(), 1);
            }
        }
        if self.counts.problems.len() < PROBLEMS_KEPT {
            self.counts.problems.push(problem);
        }
    }

    fn keep(&mut self, row: &Row<'_>, fact: &Fact) -> std::io::Result<()> {
        let period = Reported { start: fact.start, kind: fact.kind };
        let counts = &mut self.counts;
        counts.rows_loaded += 1;
        if counts.first.is_none_or(|p| period.start < p.start) {
            counts.first = Some(period);
        }
        if counts.last.is_none_or(|p| period.end() > p.end()) {
            counts.last = Some(period);
        }
        let (exporter, exporter_raw) = side(fact.exporter);
        let (importer, importer_raw) = side(fact.importer);
        if exporter_raw != 0 || importer_raw != 0 {
            self.scratch.note("place-unresolved");
        }
        let key = Key { importer, code: fact.code, exporter, period, flow: fact.flow as u8 };
        let shape = self.shape(Shape {
            reporter: fact.reporter,
            exporter_raw,
            importer_raw,
            partner2: fact.partner2,
            basis: fact.basis,
            valuation: fact.valuation,
            revision: fact.revision,
            currency: fact.currency,
            unit: fact.unit,
            breakdown: fact.breakdown,
        });
        let rate = self.dollars(fact.currency, fact.start, fact.kind);
        if self.run.capacity() == 0 {
            self.run.reserve_exact(RUN_ROWS.min(1 << 14));
        }
        self.run.push(SortRow {
            key: key.pack(),
            line: row.line,
            cell: row.cell as u16,
            shape,
            value_usd: fact.value * rate,
            value: fact.value,
            net_weight_kg: fact.net_weight_kg,
            quantity: fact.quantity,
        });
        if self.run.len() == RUN_ROWS {
            let full = std::mem::replace(&mut self.run, Vec::with_capacity(RUN_ROWS));
            self.runs.add(full)?;
        }
        Ok(())
    }

    fn shape(&mut self, shape: Shape) -> u32 {
        if let Some((last, number)) = self.last_shape
            && last == shape
        {
            return number;
        }
        let number = match self.known.get(&shape) {
            Some(&number) => number,
            None => {
                let number = self.shapes.lock().map(|mut t| t.number(shape)).unwrap_or(0);
                self.known.insert(shape, number);
                number
            }
        };
        self.last_shape = Some((shape, number));
        number
    }

    /// USD for one unit of the currency: the mean of the monthly averages over the period.
    fn dollars(&mut self, currency: u32, start: Month, kind: PeriodKind) -> f64 {
        let key = (currency, start, kind as u8);
        if let Some((last, rate)) = self.last_rate
            && last == key
        {
            return rate;
        }
        let (rates, names) = (self.rates, &self.names);
        let rate = *self.dollars.entry(key).or_insert_with(|| {
            let code = names.lock().map(|n| n.text(currency).to_owned()).unwrap_or_default();
            let end = Reported { start, kind }.end();
            if code == "USD" {
                1.0
            } else {
                rates.usd_per_unit(&code, start, end).unwrap_or(f64::NAN)
            }
        });
        if rate.is_nan() {
            self.scratch.note("no-exchange-rate");
        }
        self.last_rate = Some((key, rate));
        rate
    }
}

/// Which side of a trade has no name at all.
fn nowhere(fact: &Fact) -> Option<&'static str> {
    let empty = |place: Place| place == Place::Unresolved(crate::scratch::EMPTY);
    if empty(fact.exporter) {
        Some("exporter")
    } else if empty(fact.importer) {
        Some("importer")
    } else {
        None
    }
}

fn side(place: Place) -> (u16, u32) {
    match place {
        Place::Known(id) => (id.index(), 0),
        Place::Unresolved(name) => (UNRESOLVED, name),
    }
}

/// A row that is cut or has too many fields has its figures in the wrong columns. One empty
/// field too many is a trailing comma, which some publishers write.
pub(crate) fn whole_row(row: &Row<'_>) -> Result<(), Problem> {
    let (have, want) = (row.fields.len(), row.header.names().len());
    let trailing = have == want + 1 && row.fields.get(want).is_some_and(<[u8]>::is_empty);
    if have == want || trailing {
        return Ok(());
    }
    let rule = if have < want { "row-short" } else { "row-long" };
    let hint = format!(
        "the row has {have} fields and the header {want}: was it cut, or is a comma unquoted?"
    );
    let value = crate::scratch::text(row.fields.get(0).unwrap_or_default());
    Err(Problem::new(rule, row.line, &value, hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Option<(usize, u8, usize, u64)> {
        find_header(text.as_bytes(), None).map(|(header, delimiter, bytes, lines)| {
            (header.names().len(), delimiter, bytes, lines)
        })
    }

    #[test]
    fn the_header_is_found_below_a_preamble_and_with_any_delimiter() {
        let names = "period,reporter,partner,cn8,value_eur";
        for delimiter in [b',', b'\t', b';', b'|'] {
            let line = names.replace(',', &char::from(delimiter).to_string());
            for (preamble, lines) in
                [("", 1), ("Source: Eurostat\n\nExtracted, on 2024-01-01\n", 4)]
            {
                let text = format!("{preamble}{line}\n2022-01,DE,RU,85423190,5\n");
                let bytes = preamble.len() + line.len() + 1;
                assert_eq!(header(&text), Some((5, delimiter, bytes, lines)), "{text:?}");
            }
        }
        assert_eq!(header(&format!("{}{names}\n", "note\n".repeat(PREAMBLE))), None);
        assert_eq!(header("a,b,c\n1,2,3\n"), None);
    }

    #[test]
    fn only_one_empty_field_too_many_is_a_trailing_comma() {
        let header = Header::new(["a", "b"]);
        let rule = |fields: &[&str]| {
            let fields = csv::ByteRecord::from(fields);
            whole_row(&Row { fields: &fields, line: 2, header: &header, cell: 0 })
                .err()
                .map(|p| p.rule)
        };
        assert_eq!(rule(&["1", "2"]), None);
        assert_eq!(rule(&["1", "2", ""]), None);
        assert_eq!(rule(&["1"]), Some("row-short"));
        assert_eq!(rule(&["1", "2", "3"]), Some("row-long"));
        assert_eq!(rule(&["1", "2", "", ""]), Some("row-long"));
    }
}
