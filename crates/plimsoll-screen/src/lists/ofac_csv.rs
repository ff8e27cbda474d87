//! What do OFAC's delimited files say? Up to four files without headers make one list.
//!
//! Primary names (12 columns), alternate names (5), addresses (6) and the remainders of long
//! remarks (2), tied together by the number in the first column. `-0-` stands for no value.
//! Columns as in OFAC's data specification, seen in the files of 2022-01-31, 2023-12-28,
//! 2024-07-02, 2025-12-19 and 2025-12-24.

use std::borrow::Cow;

use crate::scratch::{Desk, Room};
use foldhash::HashMap;
use plimsoll_terms::problem::Problem;

use super::delimited::{Record, decode, each, records};
use super::intake;
use super::ofac::{self, Fact, ListName, Tally};
use super::{FileCount, ListEdition, ListError, ListFile, ListSource, Parsed, Problems, Sureness};
use crate::entity::{Entity, IdentifierKind, NameKind, Origin};

/// OFAC's delimited files: primary names, alternate names, addresses, remainders of remarks.
#[derive(Clone, Copy, Debug)]
pub struct OfacCsv;

const LAYOUT: &str = "ofac-csv";

/// A remark of this length was cut, and goes on in the file of remainders if at all.
const REMARK_CHARS: usize = 1000;

/// What a file of the set holds, by its number of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Primary,
    Alternates,
    Addresses,
    Comments,
}

impl Part {
    fn of_columns(columns: usize) -> Option<Self> {
        match columns {
            12 => Some(Self::Primary),
            5 => Some(Self::Alternates),
            6 => Some(Self::Addresses),
            2 => Some(Self::Comments),
            _ => None,
        }
    }

    fn columns(self) -> usize {
        match self {
            Self::Primary => 12,
            Self::Alternates => 5,
            Self::Addresses => 6,
            Self::Comments => 2,
        }
    }
}

impl ListSource for OfacCsv {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "OFAC SDN and consolidated lists, delimited files"
    }

    fn publisher(&self) -> &'static str {
        ofac::PUBLISHER
    }

    fn licence(&self) -> &'static str {
        ofac::LICENCE
    }

    fn url(&self) -> &'static str {
        ofac::URL
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        recognise(file)
    }

    fn takes_sets(&self) -> bool {
        true
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        read(files, room).map(|(parsed, _)| parsed)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("sdn.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
900001,\"EXAMPLE PUMP WORKS\",-0- ,\"TEST-EO1\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\"Tax ID No. \
1234567890 (Russia); Organization Established Date 03 Feb 2001; a.k.a. 'EPW'.\"\r\n\
900002,\"SAMPLE, Jane\",\"individual\",\"TEST-EO1] [TEST-EO2\",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,\
\"DOB circa 1961; POB Sampletown, Norway; Gender Female.\"\r\n";

fn recognise(file: &ListFile<'_>) -> Sureness {
    let head = file.bytes.get(..file.bytes.len().min(64 * 1024)).unwrap_or(&[]);
    let (text, _) = decode(head);
    let mut records = records(&text);
    if head.len() < file.bytes.len() {
        records.pop();
    }
    records.truncate(200);
    let Some(part) = part_of(&records) else {
        return 0;
    };
    let alike = records.iter().filter(|r| is_number(r.cell(0)) && r.len() == part.columns());
    if alike.count() * 10 < records.len() * 9 {
        return 0;
    }
    let has_null = records.iter().any(|r| r.cells().any(|cell| cell.trim() == "-0-"));
    let known = |words: &[&str], column: usize| {
        records.iter().all(|r| words.contains(&r.cell(column).trim().to_ascii_lowercase().as_str()))
    };
    match part {
        Part::Primary if known(&["-0-", "", "individual", "vessel", "aircraft"], 2) => 98,
        Part::Alternates if known(&["aka", "fka", "nka", "-0-"], 2) => 98,
        Part::Addresses if has_null && records.iter().all(|r| is_number(r.cell(1))) => 95,
        Part::Primary | Part::Addresses if has_null => 60,
        Part::Comments if file.name.to_ascii_lowercase().contains("comments") => 90,
        Part::Comments => 20,
        _ => 0,
    }
}

/// The part by the first record that begins with a number and has a known number of columns.
fn part_of(records: &[Record]) -> Option<Part> {
    records.iter().find(|r| is_number(r.cell(0))).and_then(|r| Part::of_columns(r.len()))
}

fn is_number(cell: &str) -> bool {
    let cell = cell.trim();
    !cell.is_empty() && cell.len() <= 10 && cell.bytes().all(|b| b.is_ascii_digit())
}

/// The cell without `-0-`, which is OFAC's null and comes with a space behind it.
fn value(record: &Record, column: usize) -> &str {
    let cell = record.cell(column).trim();
    if cell == "-0-" { "" } else { cell }
}

/// One file of the set.
struct Source<'a> {
    file: ListFile<'a>,
    number: u16,
    part: Part,
    text: Cow<'a, str>,
}

/// One list under construction: its entries, and where each number is among them.
struct Group {
    list: ListName,
    /// Each with its remark as it stands, to which remainders are added.
    entries: Desk<(Entity, String)>,
    by_number: HashMap<intake::Key, u32>,
}

/// Reads a set, and tallies the facts of the remarks.
pub(super) fn read(files: &[ListFile<'_>], room: &Room) -> Result<(Parsed, Tally), ListError> {
    let mut parsed =
        Parsed { counts: vec![FileCount::default(); files.len()], ..Parsed::new(room) };
    let mut sources = Vec::new();
    for (number, file) in (0_u16..).zip(files) {
        sources.push(open(*file, number, &mut parsed)?);
    }
    let mut groups = Vec::new();
    for source in sources.iter().filter(|source| source.part == Part::Primary) {
        add_primary(source, &mut groups, &mut parsed, room);
    }
    if groups.is_empty() {
        return Err(no_primary(&sources, files));
    }
    for source in sources.iter().filter(|source| source.part != Part::Primary) {
        add_part(source, &mut groups, &mut parsed);
    }
    let mut tally = Tally::default();
    for group in groups {
        parsed.editions.push(group.into_edition(&mut tally, &mut parsed.problems, room));
    }
    parsed.editions.sort_by(|a, b| a.list.cmp(&b.list));
    parsed.problems.sort();
    Ok((parsed, tally))
}

fn no_primary(sources: &[Source<'_>], files: &[ListFile<'_>]) -> ListError {
    let name = |file: Option<&ListFile<'_>>| file.map_or("", |f| f.name).to_owned();
    match sources.iter().find(|source| source.part != Part::Primary) {
        Some(part) => ListError::PartAlone {
            file: part.file.name.to_owned(),
            needs: "the file of primary names (sdn.csv or cons_prim.csv)",
        },
        None => ListError::Empty { file: name(files.first()), layout: LAYOUT },
    }
}

/// Looks a file through and refuses it where it is empty, cut or of another layout.
fn open<'a>(file: ListFile<'a>, number: u16, parsed: &mut Parsed) -> Result<Source<'a>, ListError> {
    let (text, problem) = decode(file.bytes);
    problem.into_iter().for_each(|problem| parsed.problems.push_of(number, problem));
    let (mut count, mut last, mut part) = (0_u64, None, None);
    let ends = each(&text, &mut |record| {
        count += 1;
        last = Some(record.clone());
        part = part.or_else(|| part_of(std::slice::from_ref(record)));
    });
    let name = || file.name.to_owned();
    let cut = |why: &str| {
        let detail = format!("line {}: {why}", ends.last.0);
        ListError::Cut { file: name(), detail }
    };
    let Some(last) = last else {
        return Err(ListError::Empty { file: name(), layout: LAYOUT });
    };
    if ends.open_quote {
        return Err(cut("the last record ends inside a quotation"));
    }
    let Some(part) = part else {
        if count == 1 && !ends.ends_line {
            return Err(cut("its only record is not complete"));
        }
        let detail = "no record begins with a number and has 12, 5, 6 or 2 columns".to_owned();
        return Err(ListError::Malformed { file: name(), layout: LAYOUT, detail });
    };
    if !ends.ends_line && is_cut(&last, part) {
        return Err(cut("the last record is not complete"));
    }
    Ok(Source { file, number, part, text })
}

/// A last record without line end is cut if columns are missing, or its last cell is half a null.
fn is_cut(last: &Record, part: Part) -> bool {
    last.len() < part.columns() || matches!(last.cell(part.columns() - 1), "" | "-" | "-0")
}

/// Why a record is set aside: rule, value to show, what to do.
fn set_aside(parsed: &mut Parsed, source: &Source<'_>, record: &Record, rule: &'static str) {
    let hint = match rule {
        "columns" => "the record has another number of columns than its file; get the file again",
        "entry-number" => "the first column must be the number of the entry",
        "name-missing" => "an entry without a name cannot be screened",
        "entry-repeated" => "an entry of this number was read before and stands",
        _ => {
            "no entry of this number is in the file of primary names; \
              the files may be of different days"
        }
    };
    let shown = record.cells().take(4).collect::<Vec<_>>().join(",");
    let problem = Problem::new(rule, u64::from(record.line), &shown, hint);
    parsed.problems.push_of(source.number, problem);
    if let Some(count) = parsed.counts.get_mut(usize::from(source.number)) {
        count.rows_set_aside += 1;
    }
}

/// Counts a record, and sets it aside where its shape is wrong.
fn admit(parsed: &mut Parsed, source: &Source<'_>, record: &Record) -> bool {
    if let Some(count) = parsed.counts.get_mut(usize::from(source.number)) {
        count.rows_in += 1;
    }
    let rule = why_not(source, record);
    rule.into_iter().for_each(|rule| set_aside(parsed, source, record, rule));
    rule.is_none()
}

/// The rule that sets a record aside for its shape.
fn why_not(source: &Source<'_>, record: &Record) -> Option<&'static str> {
    if record.len() != source.part.columns() {
        Some("columns")
    } else if is_number(record.cell(0)) {
        None
    } else {
        Some("entry-number")
    }
}

fn load(parsed: &mut Parsed, source: &Source<'_>) {
    if let Some(count) = parsed.counts.get_mut(usize::from(source.number)) {
        count.rows_loaded += 1;
    }
}

/// Reads a file of primary names into the group of its list.
fn add_primary(source: &Source<'_>, groups: &mut Vec<Group>, parsed: &mut Parsed, room: &Room) {
    let list = list_of(source);
    let at = groups.iter().position(|group| Some(group.list) == list).or_else(|| {
        groups.push(Group::new(list?, room));
        Some(groups.len() - 1)
    });
    let mut group = at.and_then(|at| groups.get_mut(at));
    each(&source.text, &mut |record| {
        if !admit(parsed, source, record) {
            return;
        }
        if !names_somebody(value(record, 1)) {
            set_aside(parsed, source, record, "name-missing");
            return;
        }
        let Some(group) = &mut group else { return };
        let entity = entry(record, source.number);
        if group.by_number.contains_key(&intake::key(&entity.id)) {
            set_aside(parsed, source, record, "entry-repeated");
            return;
        }
        load(parsed, source);
        let id = intake::key(&entity.id);
        let remark = record.cell(11);
        let remark = if remark.trim() == "-0-" { String::new() } else { remark.to_owned() };
        group.by_number.insert(id, group.entries.push((entity, remark)) as u32);
    });
}

/// Whether it can be searched: control characters and dashes are no name.
fn names_somebody(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// By the name of the file, else by programmes and remarks; none where it has no entry.
fn list_of(source: &Source<'_>) -> Option<ListName> {
    let by_name = ofac::list_by_name(source.file.name);
    let (mut content, mut any) = (ofac::ByContent::default(), false);
    each(&source.text, &mut |record| {
        if why_not(source, record).is_some() || !names_somebody(value(record, 1)) {
            return;
        }
        any = true;
        if by_name.is_none() {
            content.see(&Entity {
                programmes: entry(record, source.number).programmes,
                remarks: vec![record.cell(11).to_owned()],
                ..Entity::default()
            });
        }
    });
    any.then(|| by_name.unwrap_or_else(|| content.list()))
}

/// An entry of the primary file, without its remarks.
fn entry(record: &Record, file: u16) -> Entity {
    let origin = Origin { file, line: record.line };
    let mut entity = Entity {
        id: record.cell(0).trim().to_owned(),
        kind: ofac::kind_of(value(record, 2)),
        origin,
        ..Entity::default()
    };
    ofac::add_name(&mut entity, value(record, 1), NameKind::Primary, origin);
    for code in value(record, 3).split(['[', ']', ';']) {
        ofac::add_text(&mut entity.programmes, code);
    }
    ofac::add_text(&mut entity.positions, value(record, 4));
    let call_sign = value(record, 5);
    if !call_sign.is_empty() {
        let fact = Fact { label: "Vessel Call Sign", value: call_sign, ..Fact::default() };
        ofac::add_identifier(&mut entity, IdentifierKind::CallSign, fact, origin);
    }
    ofac::add_text(&mut entity.countries, value(record, 9));
    for (label, column) in [
        ("Vessel Type", 6),
        ("Vessel Tonnage", 7),
        ("Vessel Gross Registered Tonnage", 8),
        ("Vessel Owner", 10),
    ] {
        let fact = Fact { label, value: value(record, column), ..Fact::default() };
        if !fact.value.is_empty() {
            ofac::add_fact(&mut entity, fact, origin);
        }
    }
    entity
}

/// Reads a file that adds to entries.
fn add_part(source: &Source<'_>, groups: &mut [Group], parsed: &mut Parsed) {
    let Some(group) = group_for(source, groups) else {
        return;
    };
    each(&source.text, &mut |record| {
        if !admit(parsed, source, record) {
            return;
        }
        let Some(at) = group.by_number.get(&intake::key(record.cell(0).trim())).copied() else {
            set_aside(parsed, source, record, "entry-missing");
            return;
        };
        let origin = Origin { file: source.number, line: record.line };
        if source.part == Part::Alternates && !names_somebody(value(record, 3)) {
            set_aside(parsed, source, record, "name-missing");
            return;
        }
        load(parsed, source);
        let (entity, remark) = group.entries.at(at as usize);
        match source.part {
            Part::Alternates => {
                let kind = ofac::name_kind(value(record, 2));
                ofac::add_name(entity, value(record, 3), kind, origin);
                ofac::add_text(&mut entity.remarks, value(record, 4));
            }
            Part::Addresses => {
                let parts = [value(record, 2), value(record, 3)];
                ofac::add_address(entity, &parts, value(record, 4), origin);
                ofac::add_text(&mut entity.remarks, value(record, 5));
            }
            Part::Comments => remark.push_str(record.cell(1)),
            Part::Primary => {}
        }
    });
}

/// The list to which a part adds: by its name, else the one that has most of its numbers.
fn group_for<'a>(source: &Source<'_>, groups: &'a mut [Group]) -> Option<&'a mut Group> {
    let named = ofac::list_by_name(source.file.name);
    let by_name = groups.iter().position(|group| named == Some(group.list));
    let at = by_name.unwrap_or_else(|| {
        let known = |group: &Group| {
            let mut known = 0_u64;
            each(&source.text, &mut |record| {
                known +=
                    u64::from(group.by_number.contains_key(&intake::key(record.cell(0).trim())));
            });
            known
        };
        // The first of the greatest: `max_by_key` would take the last.
        (0..groups.len()).rev().max_by_key(|at| groups.get(*at).map_or(0, known)).unwrap_or(0)
    });
    groups.get_mut(at)
}

impl Group {
    fn new(list: ListName, room: &Room) -> Self {
        Self { list, entries: Desk::new(room), by_number: HashMap::default() }
    }

    /// Reads the remarks, now that they are whole, and closes the list.
    fn into_edition(self, tally: &mut Tally, problems: &mut Problems, room: &Room) -> ListEdition {
        let mut edition = ListEdition::new(self.list.0, self.list.1, room);
        for (mut entity, remark) in self.entries.into_values() {
            let cut = is_remark_cut(&remark);
            if cut {
                let hint = "the remark goes on in sdn_comments.csv or cons_comments.csv; \
                            read that file together with this one";
                let tail = remark.get(remark.len().saturating_sub(60)..).unwrap_or("");
                let line = u64::from(entity.origin.line);
                let problem = Problem::new("remark-cut", line, tail, hint).in_column("Remarks");
                problems.push_of(entity.origin.file, problem);
            }
            let origin = entity.origin;
            tally.add(ofac::add_remarks(&mut entity, &remark, cut, origin));
            ofac::finish(&mut entity);
            edition.entities.push(entity);
        }
        edition
    }
}

/// A whole remark ends in a full stop; one of exactly the greatest length without it goes on
/// elsewhere.
fn is_remark_cut(remark: &str) -> bool {
    remark.chars().count() == REMARK_CHARS && !remark.trim_end().ends_with('.')
}
