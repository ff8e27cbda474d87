//! Which entities does a file of FollowTheMoney hold, and which after the changes of a delta?
//!
//! A line, a member of an array, or a member of `results` is an entity. A delta says on each line
//! what became of one: `ADD` and `MOD` bring it whole, `DEL` takes it away. It means nothing
//! without the file that it changes.
//!
//! Deltas: read in two of 2024-05 (three `ADD`, one `MOD`); `DEL` from the publisher's
//! specification.

use super::super::{FileCount, ListError, ListFile, intake, json};
use super::ID;
use crate::entity::Origin;
use plimsoll_terms::problem::Problem;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// What a delta alone lacks.
pub(super) const NEEDS: &str = "the full file of entities that it changes";

/// An entity with its place.
pub(super) struct Line {
    pub(super) file: u16,
    pub(super) number: u32,
    pub(super) value: Value,
}

impl Line {
    pub(super) fn origin(&self) -> Origin {
        Origin { file: self.file, line: self.number }
    }
}

/// What a full file and the deltas after it hold.
#[derive(Default)]
pub(super) struct Found {
    /// In the order of the full file, what was added behind it.
    pub(super) lines: Vec<Line>,
    /// One for each file; what becomes of the lines above is not counted yet.
    pub(super) counts: Vec<FileCount>,
    /// The file's number and what was wrong.
    pub(super) problems: Vec<(u16, Problem)>,
    /// The dataset of the full file, or the stem of its name.
    pub(super) dataset: Dataset,
}

/// What a file is an edition of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Dataset {
    /// The one dataset of all of its entities.
    Named(String),
    /// Without one it is told from others by the name of its file.
    Stem(String),
    #[default]
    Unknown,
}

impl Dataset {
    pub(super) fn list(&self) -> (String, String) {
        match self {
            Self::Named(name) => {
                (format!("{ID}-{}", intake::slug(name)), format!("FollowTheMoney dataset {name}"))
            }
            Self::Stem(stem) => (
                format!("{ID}-{}", intake::slug(stem)),
                format!("FollowTheMoney entities of {stem}"),
            ),
            Self::Unknown => (ID.to_owned(), "FollowTheMoney entities".to_owned()),
        }
    }
}

pub(super) fn is_delta(object: &Map<String, Value>) -> bool {
    object.contains_key("op") && object.get("entity").is_some_and(Value::is_object)
}

pub(super) fn is_entity(object: &Map<String, Value>) -> bool {
    object.get("schema").is_some_and(Value::is_string)
        && object.get("properties").is_some_and(Value::is_object)
}

/// Whether the first record of a file is a change.
pub(super) fn begins_with_delta(file: &ListFile<'_>) -> bool {
    let head = intake::head(file);
    let line = head.trim_start_matches('\u{feff}').trim_start().lines().next().unwrap_or("");
    match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(object)) => is_delta(&object),
        Ok(_) => false,
        // The first line may be longer than what is looked at.
        Err(_) => line.starts_with("{\"op\"") && line.contains("\"entity\""),
    }
}

/// The lists that a delta may change: that of its name, and that of its one dataset.
pub(super) fn lists_changed(file: &ListFile<'_>) -> Vec<String> {
    let Ok((_, found)) = records(file) else { return Vec::new() };
    let entities = found.records.iter().filter_map(|record| record.value.get("entity"));
    let whole: Vec<&Value> = entities.filter(|entity| entity.get("schema").is_some()).collect();
    let mut all = vec![stem(file).list().0];
    all.extend(dataset(whole.into_iter()).map(|name| Dataset::Named(name).list().0));
    all.dedup();
    all
}

fn stem(file: &ListFile<'_>) -> Dataset {
    Dataset::Stem(file.name.split(['.', '_']).next().unwrap_or(file.name).to_owned())
}

/// The one dataset that every entity is of; none where there are several or none.
fn dataset<'a>(entities: impl Iterator<Item = &'a Value>) -> Option<String> {
    let mut only: Option<&str> = None;
    for entity in entities {
        let datasets = entity.get("datasets")?.as_array()?;
        if datasets.is_empty() {
            return None;
        }
        for name in datasets.iter().filter_map(Value::as_str) {
            if only.is_some_and(|only| only != name) {
                return None;
            }
            only = Some(name);
        }
    }
    only.map(str::to_owned)
}

type Read = (Option<Problem>, json::Records);

fn records(file: &ListFile<'_>) -> Result<Read, ListError> {
    let (text, odd) = intake::decode(file.bytes);
    Ok((odd, json::records(&text, "results", file, ID)?))
}

/// Reads a full file of entities and applies the deltas that follow it. The first file has this
/// number.
///
/// # Errors
/// A file that is cut or holds no entity, a delta in the place of the full file, and a file that
/// mixes entities and changes.
pub(super) fn read(number: u16, files: &[ListFile<'_>]) -> Result<Found, ListError> {
    let mut found = Found::default();
    let mut reading = Reading::default();
    for (at, file) in files.iter().enumerate() {
        if file.bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(ListError::Empty { file: file.name.to_owned(), layout: ID });
        }
        let (odd, records) = records(file)?;
        let rows = records.records.len() + records.problems.len();
        let mut count = FileCount {
            rows_in: rows as u64,
            rows_set_aside: records.problems.len() as u64,
            ..FileCount::default()
        };
        let number = number.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
        let problems = odd.into_iter().chain(records.problems);
        found.problems.extend(problems.map(|problem| (number, problem)));
        let place = Place { file, number, is_first: at == 0 };
        for record in records.records {
            reading.record(record, &place, &mut count, &mut found)?;
        }
        if at == 0 {
            let entities = reading.lines.iter().flatten().map(|line| &line.value);
            found.dataset = dataset(entities).map_or_else(|| stem(file), Dataset::Named);
        }
        found.counts.push(count);
    }
    found.lines = reading.lines.into_iter().flatten().collect();
    for (index, count) in &reading.gone {
        if let Some(of) = found.counts.get_mut(usize::from(index.saturating_sub(number))) {
            of.rows_loaded += count;
        }
    }
    let first = files.first().map_or("", |file| file.name).to_owned();
    if found.lines.is_empty() && found.counts.iter().any(|count| count.rows_in > 0) {
        let detail = "no line holds an entity with id, schema and properties".to_owned();
        return Err(ListError::Malformed { file: first, layout: ID, detail });
    }
    Ok(found)
}

/// Which file a record is of.
struct Place<'a> {
    file: &'a ListFile<'a>,
    number: u16,
    is_first: bool,
}

/// The entities as they stand after what was read so far.
#[derive(Default)]
struct Reading {
    /// In order; none where it was taken away.
    lines: Vec<Option<Line>>,
    /// Where each id stands; several lines of one id are one entity.
    at: HashMap<String, Vec<usize>>,
    /// Lines of each file that were read and that a delta then replaced or took away.
    gone: BTreeMap<u16, u64>,
}

impl Reading {
    fn record(
        &mut self,
        record: json::Record,
        place: &Place<'_>,
        count: &mut FileCount,
        found: &mut Found,
    ) -> Result<(), ListError> {
        let number = record.line;
        let change = is_delta(&record.value);
        if change && place.is_first {
            return Err(ListError::PartAlone { file: place.file.name.to_owned(), needs: NEEDS });
        }
        if change {
            self.change(record, place, count, found);
            return Ok(());
        }
        if !is_entity(&record.value) {
            count.rows_set_aside += 1;
            let hint = "no entity: it needs id, schema and properties";
            let shown = Value::Object(record.value).to_string();
            let problem = Problem::new("not-an-entity", number.into(), &shown, hint);
            found.problems.push((place.number, problem));
            return Ok(());
        }
        if !place.is_first {
            let detail = format!("line {number} is an entity and no change (`op`)");
            let file = place.file.name.to_owned();
            return Err(ListError::Malformed { file, layout: ID, detail });
        }
        self.push(Line { file: place.number, number, value: Value::Object(record.value) });
        Ok(())
    }

    fn push(&mut self, line: Line) {
        if let Some(id) = line.value.get("id").and_then(Value::as_str) {
            self.at.entry(id.to_owned()).or_default().push(self.lines.len());
        }
        self.lines.push(Some(line));
    }

    /// Takes away what stands under an id, and gives the place of the first line that did.
    fn take(&mut self, id: &str) -> Option<usize> {
        let places = self.at.remove(id)?;
        for at in &places {
            if let Some(line) = self.lines.get_mut(*at).and_then(Option::take) {
                *self.gone.entry(line.file).or_default() += 1;
            }
        }
        places.first().copied()
    }

    fn change(
        &mut self,
        mut record: json::Record,
        place: &Place<'_>,
        count: &mut FileCount,
        found: &mut Found,
    ) {
        let op = json::text(record.value.get("op")).to_uppercase();
        let entity = record.value.remove("entity").unwrap_or_default();
        let id = json::text(entity.get("id"));
        let problem = |rule: &'static str, hint: &str| {
            (place.number, Problem::new(rule, record.line.into(), &format!("{op} {id}"), hint))
        };
        let whole = entity.as_object().is_some_and(is_entity);
        let known = !id.is_empty() && matches!(&*op, "ADD" | "MOD" | "DEL");
        if !known || (op != "DEL" && !whole) {
            count.rows_set_aside += 1;
            let hint = "no change: it needs `op` ADD, MOD or DEL, and the entity with its id";
            found.problems.push(problem("not-an-entity", hint));
            return;
        }
        let stood = self.take(&id);
        match (&*op, stood.is_some()) {
            ("ADD", true) => {
                let hint = "it is in the file that is changed already; the new one stands";
                found.problems.push(problem("change-unexpected", hint));
            }
            ("MOD", false) | ("DEL", false) => {
                let hint =
                    "it is not in the file that is changed: is a delta before this one missing?";
                found.problems.push(problem("change-unexpected", hint));
            }
            _ => {}
        }
        let line = Line { file: place.number, number: record.line, value: entity };
        match stood.and_then(|at| Some((at, self.lines.get_mut(at)?))) {
            _ if op == "DEL" => count.rows_loaded += 1,
            Some((at, slot)) => {
                *slot = Some(line);
                self.at.insert(id, vec![at]);
            }
            None => self.push(line),
        }
    }
}
