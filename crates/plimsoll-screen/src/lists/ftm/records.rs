//! Which entities does a file of FollowTheMoney hold, and which after the changes of a delta?
//!
//! A line, a member of an array, or a member of `results` is an entity. A delta says on each line
//! what became of one: `ADD` and `MOD` bring it whole, `DEL` takes it away. It means nothing
//! without the file that it changes.
//!
//! Deltas: read in two of 2024-05 (three `ADD`, one `MOD`); `DEL` from the publisher's
//! specification.

use super::super::{FileCount, ListError, ListFile, Problems, intake, json};
use super::ID;
use crate::entity::Origin;
use crate::scratch::Room;
use foldhash::fast::FixedState;
use plimsoll_terms::problem::Problem;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

/// What a delta alone lacks.
pub(super) const NEEDS: &str = "the full file of entities that it changes";

/// An entity with its place. Files hold millions: what it says is parsed when it is needed.
pub(super) struct Line<'t> {
    pub(super) file: u16,
    pub(super) number: u32,
    pub(super) role: Role,
    /// Its id; empty where it has none.
    /// Hash of its id; 0 where it has none.
    pub(super) id: u64,
    /// The record in its file.
    text: &'t str,
    /// Whether that is a change that holds the entity.
    change: bool,
}

/// What an entity can be to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A listed party.
    Party,
    /// A part of those that it names.
    Part,
    /// A part of those that name it.
    Address,
    /// Nothing to a list.
    Other,
}

impl Line<'_> {
    pub(super) fn origin(&self) -> Origin {
        Origin { file: self.file, line: self.number }
    }

    /// What it says.
    pub(super) fn value(&self) -> Value {
        let mut value = serde_json::from_str::<Value>(self.text).unwrap_or_default();
        match value.get_mut("entity") {
            Some(entity) if self.change => entity.take(),
            _ => value,
        }
    }
}

fn id_of(entity: &Map<String, Value>) -> u64 {
    hash(entity.get("id").and_then(Value::as_str).unwrap_or(""))
}

/// Ids are known by their hash, since millions of them are held; what is found by one is asked for
/// its id again. None is 0.
pub(super) fn hash(id: &str) -> u64 {
    if id.is_empty() { 0 } else { FixedState::default().hash_one(id).max(1) }
}

fn role_of(entity: &Map<String, Value>) -> Role {
    let schema = entity.get("schema").and_then(Value::as_str).unwrap_or("");
    if super::party_kind(schema).is_some() {
        Role::Party
    } else if super::holder_property(schema).is_some() {
        Role::Part
    } else if schema == "Address" {
        Role::Address
    } else {
        Role::Other
    }
}

/// What a full file and the deltas after it hold.
pub(super) struct Found<'t> {
    /// In the order of the full file, what was added behind it.
    pub(super) lines: Vec<Line<'t>>,
    /// One for each file; what becomes of the lines above is not counted yet.
    pub(super) counts: Vec<FileCount>,
    /// The file's number and what was wrong.
    pub(super) problems: Problems,
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
    let (text, _) = intake::decode(file.bytes);
    let mut only = Only::default();
    let read = json::each(&text, "results", file, ID, &Room::default(), &mut |record| {
        let entity = record.value.get("entity").and_then(Value::as_object);
        if let Some(entity) = entity.filter(|entity| entity.contains_key("schema")) {
            only.see(entity);
        }
    });
    if read.is_err() {
        return Vec::new();
    }
    let mut all = vec![stem(file).list().0];
    all.extend(only.name().map(|name| Dataset::Named(name).list().0));
    all.dedup();
    all
}

fn stem(file: &ListFile<'_>) -> Dataset {
    Dataset::Stem(file.name.split(['.', '_']).next().unwrap_or(file.name).to_owned())
}

/// The one dataset that every entity is of.
#[derive(Default)]
struct Only {
    name: Option<String>,
    /// There are several, or an entity is of none.
    none: bool,
}

impl Only {
    fn see(&mut self, entity: &Map<String, Value>) {
        let datasets = entity.get("datasets").and_then(Value::as_array);
        let Some(datasets) = datasets.filter(|of| !of.is_empty() && !self.none) else {
            self.none = true;
            return;
        };
        for name in datasets.iter().filter_map(Value::as_str) {
            match &self.name {
                Some(only) if only != name => self.none = true,
                Some(_) => {}
                None => self.name = Some(name.to_owned()),
            }
        }
    }

    fn name(self) -> Option<String> {
        self.name.filter(|_| !self.none)
    }
}

/// Reads a full file of entities and applies the deltas that follow it. The first file has this
/// number; `texts` are theirs.
///
/// # Errors
/// A file that is cut or holds no entity, a delta in the place of the full file, and a file that
/// mixes entities and changes.
pub(super) fn read<'t>(
    number: u16,
    files: &[ListFile<'_>],
    texts: &'t [Text<'_>],
    room: &Room,
) -> Result<Found<'t>, ListError> {
    let mut found = Found {
        lines: Vec::new(),
        counts: Vec::new(),
        problems: Problems::new(room),
        dataset: Dataset::default(),
    };
    let mut reading = Reading { is_changed: files.len() > 1, ..Reading::default() };
    for (at, (file, (text, odd))) in files.iter().zip(texts).enumerate() {
        if file.bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(ListError::Empty { file: file.name.to_owned(), layout: ID });
        }
        let mut count = FileCount::default();
        let number = number.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
        odd.iter().for_each(|problem| found.problems.push_of(number, problem.clone()));
        let place = Place { file, number, is_first: at == 0 };
        let mut wrong = None;
        let rest = json::each(text, "results", file, ID, room, &mut |record| {
            count.rows_in += 1;
            if wrong.is_none() {
                wrong = reading.record(record, &place, &mut count, &mut found).err();
            }
        })?;
        if let Some(error) = wrong {
            return Err(error);
        }
        count.rows_in += rest.problems.len() as u64;
        count.rows_set_aside += rest.problems.len() as u64;
        found.problems.append_of(number, rest.problems);
        if at == 0 {
            let only = std::mem::take(&mut reading.only).name();
            found.dataset = only.map_or_else(|| stem(file), Dataset::Named);
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

fn line_of<'t>(
    entity: &Map<String, Value>,
    number: u32,
    text: &'t str,
    file: u16,
    change: bool,
) -> Line<'t> {
    Line { file, number, role: role_of(entity), id: id_of(entity), text, change }
}

/// Which file a record is of.
struct Place<'a> {
    file: &'a ListFile<'a>,
    number: u16,
    is_first: bool,
}

/// A file's text, and what was odd in it.
pub(super) type Text<'a> = (Cow<'a, str>, Option<Problem>);

/// The entities as they stand after what was read so far.
#[derive(Default)]
struct Reading<'t> {
    /// In order; none where it was taken away.
    lines: Vec<Option<Line<'t>>>,
    /// Whether deltas follow.
    is_changed: bool,
    /// Where each id stands, for deltas; several lines of one id are one entity.
    at: HashMap<u64, Vec<usize>>,
    /// The dataset of the full file.
    only: Only,
    /// Lines of each file that were read and that a delta then replaced or took away.
    gone: BTreeMap<u16, u64>,
}

impl<'t> Reading<'t> {
    fn record(
        &mut self,
        record: json::Record<'t>,
        place: &Place<'_>,
        count: &mut FileCount,
        found: &mut Found<'t>,
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
            found.problems.push_of(place.number, problem);
            return Ok(());
        }
        if !place.is_first {
            let detail = format!("line {number} is an entity and no change (`op`)");
            let file = place.file.name.to_owned();
            return Err(ListError::Malformed { file, layout: ID, detail });
        }
        self.only.see(&record.value);
        self.push(line_of(&record.value, record.line, record.text, place.number, false));
        Ok(())
    }

    fn push(&mut self, line: Line<'t>) {
        if self.is_changed && line.id != 0 {
            self.at.entry(line.id).or_default().push(self.lines.len());
        }
        self.lines.push(Some(line));
    }

    /// Takes away what stands under an id, and gives the place of the first line that did.
    fn take(&mut self, id: u64) -> Option<usize> {
        let places = self.at.remove(&id)?;
        for at in &places {
            if let Some(line) = self.lines.get_mut(*at).and_then(Option::take) {
                *self.gone.entry(line.file).or_default() += 1;
            }
        }
        places.first().copied()
    }

    fn change(
        &mut self,
        mut record: json::Record<'t>,
        place: &Place<'_>,
        count: &mut FileCount,
        found: &mut Found<'t>,
    ) {
        let op = json::text(record.value.get("op")).to_uppercase();
        let entity = record.value.remove("entity").unwrap_or_default();
        let id = json::text(entity.get("id"));
        let problem = |rule: &'static str, hint: &str| {
            Problem::new(rule, record.line.into(), &format!("{op} {id}"), hint)
        };
        let whole = entity.as_object().is_some_and(is_entity);
        let known = !id.is_empty() && matches!(&*op, "ADD" | "MOD" | "DEL");
        if !known || (op != "DEL" && !whole) {
            count.rows_set_aside += 1;
            let hint = "no change: it needs `op` ADD, MOD or DEL, and the entity with its id";
            found.problems.push_of(place.number, problem("not-an-entity", hint));
            return;
        }
        let stood = self.take(hash(&id));
        match (&*op, stood.is_some()) {
            ("ADD", true) => {
                let hint = "it is in the file that is changed already; the new one stands";
                found.problems.push_of(place.number, problem("change-unexpected", hint));
            }
            ("MOD", false) | ("DEL", false) => {
                let hint =
                    "it is not in the file that is changed: is a delta before this one missing?";
                found.problems.push_of(place.number, problem("change-unexpected", hint));
            }
            _ => {}
        }
        let nothing = Map::new();
        let entity = entity.as_object().unwrap_or(&nothing);
        let line = line_of(entity, record.line, record.text, place.number, true);
        match stood.and_then(|at| Some((at, self.lines.get_mut(at)?))) {
            _ if op == "DEL" => count.rows_loaded += 1,
            Some((at, slot)) => {
                *slot = Some(line);
                self.at.insert(hash(&id), vec![at]);
            }
            None => self.push(line),
        }
    }
}
