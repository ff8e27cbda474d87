//! What do all readers of lists share? Decoding, records of text, dates, names set aside.
//!
//! Nothing here knows a layout.

use super::{Entities, FileCount, ListEdition, ListError, ListFile, Parsed, Problems};
use crate::entity::{
    Address, DateFact, DateKind, Entity, EntityKind, Identifier, IdentifierKind, Name, NameKind,
    Origin,
};
use crate::identifiers;
use crate::scratch::{Desk, Room};
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::Encoding;
use foldhash::fast::FixedState;
use foldhash::{HashMap, HashSet};
use plimsoll_terms::problem::Problem;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::hash::BuildHasher;

/// How much of a file is looked at to recognise its layout.
const HEAD_BYTES: usize = 64 * 1024;

/// The encoding that an XML declaration names.
pub(super) fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(200))?;
    let head = &head[..memchr::memchr(b'>', head)?];
    let at = memchr::memmem::find(head, b"encoding=")? + "encoding=".len();
    let quote = *head.get(at)?;
    let name = &head[at + 1..];
    Encoding::for_label(&name[..memchr::memchr(quote, name)?])
}

/// Encodings of other scripts that are known by their letters. Those of Latin letters are too
/// much alike: Windows-1252 stands for them.
const KNOWN_BY_LETTERS: [&Encoding; 9] = [
    encoding_rs::WINDOWS_1251,
    encoding_rs::KOI8_U,
    encoding_rs::IBM866,
    encoding_rs::GBK,
    encoding_rs::GB18030,
    encoding_rs::BIG5,
    encoding_rs::SHIFT_JIS,
    encoding_rs::EUC_JP,
    encoding_rs::EUC_KR,
];

/// So much of a file from its first letter that is not ASCII tells its encoding.
const TELLING: usize = 1 << 20;

fn by_letters(bytes: &[u8]) -> &'static Encoding {
    let from = bytes.iter().position(|b| !b.is_ascii()).unwrap_or(0);
    let telling = &bytes[from..bytes.len().min(from + TELLING)];
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(telling, from + telling.len() == bytes.len());
    let guess = detector.guess(None, Utf8Detection::Deny);
    if KNOWN_BY_LETTERS.contains(&guess) { guess } else { encoding_rs::WINDOWS_1252 }
}

/// Whether a file holds zero bytes that are no text: UTF-16 without its mark, UTF-32, a program.
pub(super) fn is_no_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    match Encoding::for_bom(head) {
        Some((encoding, mark)) if encoding != encoding_rs::UTF_8 => {
            encoding.decode_without_bom_handling(&head[mark..]).0.contains('\0')
        }
        _ => head.contains(&0),
    }
}

/// The text of a file: UTF-8 or UTF-16 by its mark, UTF-8 without one, what an XML declaration
/// names, an encoding of another script by its letters, else Windows-1252; the last two are told
/// as a problem of the whole file. A file that is UTF-8 but for a few bytes stays so.
pub(super) fn decode(bytes: &[u8]) -> (Cow<'_, str>, Option<Problem>) {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return (encoding.decode_without_bom_handling(&bytes[mark..]).0, None);
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (Cow::Borrowed(text), None);
    }
    if let Some(encoding) = declared(bytes).filter(|e| *e != encoding_rs::UTF_8) {
        return (encoding.decode_without_bom_handling(bytes).0, None);
    }
    let (mut invalid, mut letters) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        invalid += usize::from(!chunk.invalid().is_empty());
        letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
    }
    if letters > invalid {
        let hint = "UTF-8 with bytes that are none: they stand as �, names that hold one are set \
                    aside; get the file again";
        let value = format!("{invalid} places");
        let problem = Problem::new("encoding-damaged", 0, &value, hint);
        return (String::from_utf8_lossy(bytes), Some(problem));
    }
    let encoding = by_letters(bytes);
    let hint = "not UTF-8: read as this; where names look odd, save the file as UTF-8";
    let problem = Problem::new("encoding-assumed", 0, said(encoding), hint);
    (encoding.decode_without_bom_handling(bytes).0, Some(problem))
}

/// The first 64 KiB of a file as text, for recognition; what cannot be read becomes `�`.
pub(super) fn head<'a>(file: &ListFile<'a>) -> Cow<'a, str> {
    let bytes = &file.bytes[..file.bytes.len().min(HEAD_BYTES)];
    let other = declared(bytes).is_some_and(|encoding| encoding != encoding_rs::UTF_8);
    // Many bytes that are no UTF-8 are another encoding, one at the end is a letter cut in two.
    let strange = || bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count() > 2;
    if Encoding::for_bom(bytes).is_some() || other || strange() {
        return decode(bytes).0;
    }
    String::from_utf8_lossy(bytes)
}

/// The name of an encoding as people write it.
fn said(encoding: &'static Encoding) -> &'static str {
    match encoding.name() {
        "windows-1252" => "Windows-1252",
        "windows-1251" => "Windows-1251",
        name => name,
    }
}

/// The text without control characters, trimmed, every run of white space one space.
pub(super) fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let blank = |c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}';
    for word in text.split(blank).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Lower-case words of a text joined by hyphens, in its own script.
pub(super) fn slug(text: &str) -> String {
    let lower = text.to_lowercase();
    let words: Vec<&str> =
        lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// The text split where `cuts` says so, outside round brackets; parts are squeezed, empty ones
/// left out. Without balanced brackets every cut counts.
pub(super) fn split_outside(text: &str, cuts: impl Fn(char) -> bool) -> Vec<String> {
    let balanced = text.matches(['(', '（']).count() == text.matches([')', '）']).count();
    let mut depth = 0_usize;
    let parts = text.split(|c: char| {
        match c {
            '(' | '（' => depth += 1,
            ')' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0 || !balanced) && cuts(c)
    });
    parts.map(squeeze).filter(|part| !part.is_empty()).collect()
}

/// The text before a bracket that closes at its end, and what is inside; `A (B (C))` gives `A`
/// and `B (C)`.
pub(super) fn last_bracket(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end();
    let inside_end = text.strip_suffix([')', '）'])?.len();
    let mut depth = 1_usize;
    for (at, c) in text[..inside_end].char_indices().rev() {
        match c {
            ')' | '）' => depth += 1,
            '(' | '（' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text[..at].trim(), text[at + c.len_utf8()..inside_end].trim()));
        }
    }
    None
}

/// A day, month or year in the forms met in lists, as `2024-05-01`, `2024-05` or `2024`. None
/// where it is no date, or day and month cannot be told apart.
pub(super) fn date(text: &str) -> Option<String> {
    let text = text.trim();
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    let iso: Vec<&str> = day.split('-').collect();
    if iso[0].len() == 4 && (iso.len() == 3 || day.len() == text.len()) {
        return whole_date(iso[0], iso.get(1).copied(), iso.get(2).copied());
    }
    let parts: Vec<&str> =
        text.split(['.', '/', ' ', ',']).filter(|part| !part.is_empty()).collect();
    match parts[..] {
        [day, month, year] if month_number(month).is_some() => {
            whole_date(year, month_number(month), Some(day))
        }
        [month, day, year] if month_number(month).is_some() => {
            whole_date(year, month_number(month), Some(day))
        }
        [month, year] if month_number(month).is_some() => {
            whole_date(year, month_number(month), None)
        }
        [day, month, year] if !text.contains('/') => whole_date(year, Some(month), Some(day)),
        // With strokes it may be written either way round.
        [day, month, year] if day == month || day.parse::<u8>().is_ok_and(|day| day > 12) => {
            whole_date(year, Some(month), Some(day))
        }
        [month, day, year] if day.parse::<u8>().is_ok_and(|day| day > 12) => {
            whole_date(year, Some(month), Some(day))
        }
        _ => None,
    }
}

fn whole_date(year: &str, month: Option<&str>, day: Option<&str>) -> Option<String> {
    let number = |text: &str, longest: usize| -> Option<u32> {
        let plain = !text.is_empty()
            && text.len() <= longest
            && text.bytes().all(|byte| byte.is_ascii_digit());
        if plain { text.parse().ok() } else { None }
    };
    let year = number(year, 4).filter(|year| (1000..3000).contains(year))?;
    let Some(month) = month else { return Some(format!("{year:04}")) };
    let month = number(month, 2).filter(|month| (1..=12).contains(month))?;
    let Some(day) = day else { return Some(format!("{year:04}-{month:02}")) };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    let day = number(day, 2).filter(|day| (1..=longest).contains(day))?;
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// `5` for `May`, `maio` is not known: lists here are in English.
fn month_number(text: &str) -> Option<&'static str> {
    const MONTHS: [(&str, &str); 12] = [
        ("january", "1"),
        ("february", "2"),
        ("march", "3"),
        ("april", "4"),
        ("may", "5"),
        ("june", "6"),
        ("july", "7"),
        ("august", "8"),
        ("september", "9"),
        ("october", "10"),
        ("november", "11"),
        ("december", "12"),
    ];
    let lower = text.to_ascii_lowercase();
    let found = MONTHS.iter().find(|(month, _)| lower.len() >= 3 && month.starts_with(&lower));
    found
        .or_else(|| MONTHS.iter().find(|(month, _)| lower == "sept" && *month == "september"))
        .map(|(_, number)| *number)
}

/// One record of a separated text.
#[derive(Debug)]
pub(super) struct Row {
    /// Line where it begins, from 1.
    pub(super) line: u32,
    /// Its cells, unquoted, otherwise as they stand.
    pub(super) cells: Vec<String>,
    /// Whether a line end closed it.
    pub(super) closed: bool,
}

impl Row {
    /// A cell, squeezed; empty where the record is shorter.
    pub(super) fn cell(&self, column: Option<usize>) -> String {
        column.and_then(|column| self.cells.get(column)).map_or_else(String::new, |c| squeeze(c))
    }
}

/// The records of a separated text (RFC 4180), blank ones left out. `Err` holds the line of a
/// quote that never closes.
///
/// The `csv` crate takes an open quote at the end for closed: a file cut there would pass.
pub(super) fn rows(text: &str, separator: u8, quotes: bool) -> Result<Vec<Row>, u32> {
    Rows::with(text, separator, quotes).collect()
}

/// The same, one after the other: a list of millions is not held as cells.
#[derive(Clone)]
pub(super) struct Rows<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    separator: u8,
    quotes: bool,
}

impl<'t> Rows<'t> {
    pub(super) fn of(text: &'t str, separator: u8) -> Self {
        Self::with(text, separator, true)
    }

    pub(super) fn with(text: &'t str, separator: u8, quotes: bool) -> Self {
        Self { text, at: 0, line: 1, separator, quotes }
    }

    /// One record, blank or not; none where the text ends.
    fn record(&mut self) -> Result<Option<Row>, u32> {
        let bytes = self.text.as_bytes();
        let (begin, mut cells) = (self.line, Vec::new());
        // Each turn is one cell; the last returns.
        while self.at < bytes.len() {
            let (cell, next) = if self.quotes && bytes[self.at] == b'"' {
                quoted(self.text, self.at, self.separator).ok_or(self.line)?
            } else {
                let next = bare_end(bytes, self.at, self.separator);
                (self.text[self.at..next].to_owned(), next)
            };
            self.line = self.line.saturating_add(newlines(&bytes[self.at..next]));
            cells.push(cell);
            self.at = next;
            let end = bytes.get(self.at).copied();
            if end == Some(self.separator) {
                self.at += 1;
                if self.at < bytes.len() {
                    continue;
                }
                cells.push(String::new());
            }
            if end == Some(b'\r') && bytes.get(self.at + 1) == Some(&b'\n') {
                self.at += 1;
            }
            let closed = matches!(end, Some(b'\r' | b'\n'));
            self.at += usize::from(closed);
            self.line = self.line.saturating_add(u32::from(closed));
            return Ok(Some(Row { line: begin, cells, closed }));
        }
        Ok(None)
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Row, u32>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.record() {
                Ok(Some(row)) if row.cells.iter().all(|cell| squeeze(cell).is_empty()) => {}
                Ok(row) => return row.map(Ok),
                Err(line) => {
                    self.at = self.text.len();
                    return Some(Err(line));
                }
            }
        }
    }
}

fn bare_end(bytes: &[u8], at: usize, separator: u8) -> usize {
    memchr::memchr3(separator, b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |len| at + len)
}

/// The cell whose quote opens at `at`, and where it ends; none where it never closes.
fn quoted(text: &str, at: usize, separator: u8) -> Option<(String, usize)> {
    let bytes = text.as_bytes();
    let mut cell = String::new();
    let mut from = at + 1;
    loop {
        let quote = from + memchr::memchr(b'"', &bytes[from..])?;
        cell.push_str(&text[from..quote]);
        if bytes.get(quote + 1) == Some(&b'"') {
            cell.push('"');
            from = quote + 2;
            continue;
        }
        // What follows a closed quote is taken as it stands.
        let end = bare_end(bytes, quote + 1, separator);
        cell.push_str(&text[quote + 1..end]);
        return Some((cell, end));
    }
}

/// Line ends in a stretch of text; `\r\n` counts once.
pub(super) fn newlines(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// A text of an entity that is a list of short facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// [`Entity::countries`]
    Country,
    /// [`Entity::birth_places`]
    BirthPlace,
    /// [`Entity::programmes`]
    Programme,
    /// [`Entity::positions`]
    Position,
    /// [`Entity::remarks`]
    Remark,
    /// [`Entity::references`]
    Reference,
}

/// What was already said of an entity, so that nothing is said twice.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Said {
    Name(String),
    Fact(Field, String),
    Address(String),
    Identifier(IdentifierKind, String),
    Date(DateKind, String, String),
}

/// An entity in the making.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// As far as it is known.
    pub(super) entity: Entity,
    said: HashSet<Said>,
}

impl Draft {
    pub(super) fn new(id: String, kind: EntityKind, origin: Origin) -> Self {
        let entity = Entity { id, kind, origin, ..Entity::default() };
        Self { entity, said: HashSet::default() }
    }

    /// Goes on with an entity that was put aside.
    fn again(entity: Entity) -> Self {
        let facts = |field, facts: &[String]| -> Vec<Said> {
            facts.iter().map(|fact| Said::Fact(field, fact.clone())).collect()
        };
        let mut said: HashSet<Said> = HashSet::default();
        said.extend(entity.names.iter().map(|name| Said::Name(name.text.clone())));
        said.extend(entity.addresses.iter().map(|address| Said::Address(address.text.clone())));
        said.extend(entity.identifiers.iter().map(|identifier| {
            let plain = identifiers::normalise(identifier.kind, &identifier.value);
            Said::Identifier(identifier.kind, plain)
        }));
        said.extend(entity.dates.iter().map(|d| Said::Date(d.kind, d.from.clone(), d.to.clone())));
        for (field, texts) in [
            (Field::Country, &entity.countries),
            (Field::BirthPlace, &entity.birth_places),
            (Field::Programme, &entity.programmes),
            (Field::Position, &entity.positions),
            (Field::Remark, &entity.remarks),
            (Field::Reference, &entity.references),
        ] {
            said.extend(facts(field, texts));
        }
        Self { entity, said }
    }

    /// Adds a name, unless it is empty or known. One that holds `�` is set aside as a problem.
    pub(super) fn name(
        &mut self,
        text: &str,
        kind: NameKind,
        origin: Origin,
        problems: &mut Problems,
    ) {
        let text = squeeze(text);
        if text.is_empty() {
            return;
        }
        if text.contains('\u{fffd}') {
            let hint = "characters of this name were lost before it reached us: get it again";
            problems.push(Problem::new("name-damaged", origin.line.into(), &text, hint));
            return;
        }
        if !text.chars().any(char::is_alphanumeric) {
            let hint = "no letter and no digit: not taken as a name";
            problems.push(Problem::new("name-empty", origin.line.into(), &text, hint));
            return;
        }
        if self.said.insert(Said::Name(text.clone())) {
            self.entity.names.push(Name { text, kind, origin });
        }
    }

    /// Adds a short fact, unless it is empty or known.
    pub(super) fn fact(&mut self, field: Field, text: &str) {
        let text = squeeze(text);
        if text.is_empty() || !self.said.insert(Said::Fact(field, text.clone())) {
            return;
        }
        match field {
            Field::Country => self.entity.countries.push(text),
            Field::BirthPlace => self.entity.birth_places.push(text),
            Field::Programme => self.entity.programmes.push(text),
            Field::Position => self.entity.positions.push(text),
            Field::Remark => self.entity.remarks.push(text),
            Field::Reference => self.entity.references.push(text),
        }
    }

    /// Adds an address, unless it is empty or known.
    pub(super) fn address(&mut self, text: &str, country: &str, origin: Origin) {
        let (mut text, country) = (squeeze(text), squeeze(country));
        if text.is_empty() {
            text.clone_from(&country);
        }
        if !text.is_empty() && self.said.insert(Said::Address(text.clone())) {
            self.entity.addresses.push(Address { text, country, origin });
        }
    }

    /// Adds an identifier, unless it is empty or known, and checks its digits.
    pub(super) fn identifier(
        &mut self,
        kind: IdentifierKind,
        value: &str,
        label: &str,
        country: &str,
        origin: Origin,
    ) {
        let value = squeeze(value);
        let plain = identifiers::normalise(kind, &value);
        if plain.is_empty() || !self.said.insert(Said::Identifier(kind, plain.clone())) {
            return;
        }
        let valid = identifiers::check(kind, &value);
        // Where the digits hold, the plain number is the value; else what stands there is kept.
        let value = if valid == Some(true) { plain } else { value };
        let (label, country) = (squeeze(label), squeeze(country));
        self.entity.identifiers.push(Identifier { kind, value, label, country, valid, origin });
    }

    /// Adds a date or a range of dates, unless it is known.
    pub(super) fn date(
        &mut self,
        kind: DateKind,
        from: &str,
        to: &str,
        circa: bool,
        origin: Origin,
    ) {
        if self.said.insert(Said::Date(kind, from.to_owned(), to.to_owned())) {
            let (from, to) = (from.to_owned(), to.to_owned());
            self.entity.dates.push(DateFact { kind, from, to, circa, origin });
        }
    }

    /// The entity with a primary name first; none where it has no name at all.
    pub(super) fn finish(mut self) -> Option<Entity> {
        let names = &mut self.entity.names;
        let primary = names.iter().position(|name| name.kind == NameKind::Primary).unwrap_or(0);
        if primary < names.len() {
            names[..=primary].rotate_right(1);
        }
        names.first_mut()?.kind = NameKind::Primary;
        Some(self.entity)
    }
}

/// A draft is put aside as its entity; what was said of it is said there.
impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.entity.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Draft {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Entity::deserialize(deserializer).map(Self::again)
    }
}

/// Drafts that grow as their records come, in the order of the first record of each.
pub(super) type Drafts = Desk<Draft>;

/// What stands for an id where millions are held: two hashes of it. That two of a billion ids fall
/// together has a chance of one to 10^20.
pub(super) type Key = [u64; 2];

pub(super) fn key(id: &str) -> Key {
    [1, 2].map(|seed| FixedState::with_seed(seed).hash_one(id))
}

/// Gives every entity an id of its own: a second one becomes `id-2`.
///
/// Ids are known by one hash of each: should two of millions fall together, the second only gets a
/// number that it does not need.
#[derive(Debug, Default)]
pub(super) struct Ids {
    known: HashSet<u64>,
    /// How often an id came that came more than once.
    times: HashMap<String, u32>,
}

impl Ids {
    pub(super) fn unique(&mut self, id: String) -> String {
        let hash = |id: &str| FixedState::default().hash_one(id);
        if self.known.insert(hash(&id)) {
            return id;
        }
        let times = self.times.entry(id.clone()).or_insert(1);
        loop {
            *times += 1;
            let candidate = format!("{id}-{times}");
            if self.known.insert(hash(&candidate)) {
                return candidate;
            }
        }
    }
}

/// The parties of one list as they are read: every record is counted, every party has an id of its
/// own.
#[derive(Debug)]
pub(super) struct Parties {
    pub(super) entities: Entities,
    ids: Ids,
}

impl Parties {
    pub(super) fn new(room: &Room) -> Self {
        Self { entities: Entities::new(room), ids: Ids::default() }
    }

    /// Takes what a record became; where it became none, a problem says why already.
    pub(super) fn take(&mut self, party: Option<Entity>, count: &mut FileCount) {
        let Some(mut party) = party else {
            count.rows_set_aside += 1;
            return;
        };
        count.rows_loaded += 1;
        party.id = self.ids.unique(party.id);
        self.entities.push(party);
    }

    /// Takes what a record became, or why it became none.
    pub(super) fn settle(&mut self, party: Result<Entity, Problem>, result: &mut FileResult) {
        let party = party.map_err(|problem| result.problems.push(problem)).ok();
        self.take(party, &mut result.count);
    }
}

/// What one file gave.
#[derive(Debug)]
pub(super) struct FileResult {
    /// Its lists.
    pub(super) editions: Vec<ListEdition>,
    /// Its records.
    pub(super) count: FileCount,
    /// What was wrong.
    pub(super) problems: Problems,
}

impl FileResult {
    /// Nothing yet but what was odd about the file's encoding.
    pub(super) fn new(room: &Room, odd: Option<Problem>) -> Self {
        let mut problems = Problems::new(room);
        problems.extend(odd);
        Self { editions: Vec::new(), count: FileCount::default(), problems }
    }

    /// Adds the records that a table did not hand on.
    pub(super) fn add(&mut self, count: &FileCount, problems: Problems) {
        self.count.rows_in += count.rows_in;
        self.count.rows_set_aside += count.rows_set_aside;
        self.problems.append(problems);
    }
}

/// Reads files each for itself; lists of one id are joined.
pub(super) fn read_each(
    files: &[ListFile<'_>],
    layout: &'static str,
    room: &Room,
    read: impl Fn(u16, &ListFile<'_>, &Room) -> Result<FileResult, ListError>,
) -> Result<Parsed, ListError> {
    let mut parsed = Parsed::new(room);
    let mut editions: BTreeMap<String, ListEdition> = BTreeMap::new();
    for (number, file) in files.iter().enumerate() {
        let number = u16::try_from(number).unwrap_or(u16::MAX);
        let empty = || ListError::Empty { file: file.name.to_owned(), layout };
        if file.bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(empty());
        }
        let mut result = read(number, file, room)?;
        result.editions.retain(|edition| !edition.entities.is_empty());
        if result.editions.is_empty() {
            return Err(empty());
        }
        for edition in result.editions {
            if let Some(first) = editions.get_mut(&edition.list) {
                first.entities.append(edition.entities);
            } else {
                editions.insert(edition.list.clone(), edition);
            }
        }
        parsed.counts.push(result.count);
        parsed.problems.append_of(number, result.problems);
    }
    parsed.problems.sort();
    parsed.editions = editions.into_values().collect();
    Ok(parsed)
}

#[cfg(test)]
pub(super) mod checks {
    //! What every reader must survive.

    use super::*;
    use crate::lists::ListSource;

    /// Reads a text under the name of the example.
    pub(crate) fn read(source: &dyn ListSource, text: &str) -> Result<Parsed, ListError> {
        let (name, _) = source.example();
        source.read(&[ListFile { name, bytes: text.as_bytes() }], &Room::default())
    }

    /// The example is recognised and read, cut or damaged at any byte nothing panics, the sums
    /// of rows hold, and names are never empty.
    pub(crate) fn survives(source: &dyn ListSource) {
        let room = Room::tight();
        let (name, text) = source.example();
        let whole = read(source, text).unwrap();
        assert!(!whole.editions.is_empty());
        assert!(source.recognise(&ListFile { name, bytes: text.as_bytes() }) >= 50);
        holds(&whole);
        for at in 0..text.len() {
            if let Ok(parsed) =
                source.read(&[ListFile { name, bytes: &text.as_bytes()[..at] }], &room)
            {
                holds(&parsed);
            }
            for byte in [0, b'<', b'"', b'{', b'[', 0xff] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                source.recognise(&ListFile { name, bytes: &bytes });
                if let Ok(parsed) = source.read(&[ListFile { name, bytes: &bytes }], &room) {
                    holds(&parsed);
                }
            }
        }
        for garbage in [&b"\x00\xff\xfe\x01"[..], b"\xff\xfe\x3c", b"\xef\xbb\xbf", b"", b" \n "] {
            source.recognise(&ListFile { name, bytes: garbage });
            assert!(source.read(&[ListFile { name, bytes: garbage }], &room).is_err());
        }
        let mut marked = b"\xef\xbb\xbf".to_vec();
        marked.extend_from_slice(text.as_bytes());
        let again = source.read(&[ListFile { name, bytes: &marked }], &room).unwrap();
        assert_eq!(again.editions[0].entities.to_vec(), whole.editions[0].entities.to_vec());
        let wide: Vec<u8> =
            std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let again = source.read(&[ListFile { name, bytes: &wide }], &room).unwrap();
        assert_eq!(again.editions[0].entities.to_vec(), whole.editions[0].entities.to_vec());
    }

    /// The laws that hold for whatever was read.
    pub(crate) fn holds(parsed: &Parsed) {
        for count in &parsed.counts {
            assert_eq!(count.rows_in, count.rows_loaded + count.rows_set_aside);
        }
        for edition in &parsed.editions {
            let mut ids = HashSet::default();
            assert!(!edition.entities.is_empty() && !edition.list.is_empty());
            for entity in edition.entities.iter() {
                assert!(ids.insert(entity.id.clone()), "{} stands twice", entity.id);
                assert_eq!(entity.names[0].kind, NameKind::Primary);
                for name in &entity.names {
                    assert!(name.text == squeeze(&name.text) && !name.text.is_empty());
                }
            }
        }
        assert!(parsed.problems.iter().is_sorted_by_key(|(file, problem)| (file, problem.line)));
    }

    /// One line for each entity, for tables of cases.
    pub(crate) fn show(parsed: &Parsed) -> String {
        let mut out = String::new();
        for edition in &parsed.editions {
            out += &format!("{} | {} | {}\n", edition.list, edition.title, edition.published);
            for entity in edition.entities.iter() {
                out += &show_entity(&entity);
            }
        }
        for (file, problem) in parsed.problems.iter() {
            out += &format!("problem {file} {problem}\n");
        }
        for count in &parsed.counts {
            let FileCount { rows_in, rows_loaded, rows_set_aside } = count;
            out += &format!("rows {rows_in} = {rows_loaded} + {rows_set_aside}\n");
        }
        out
    }

    fn show_entity(entity: &Entity) -> String {
        let mut out = format!("{} {:?} line {}\n", entity.id, entity.kind, entity.origin.line);
        for name in &entity.names {
            out += &format!("  {:?}: {} @{}\n", name.kind, name.text, name.origin.line);
        }
        for id in &entity.identifiers {
            let valid = id.valid.map_or("", |valid| if valid { " holds" } else { " fails" });
            out += &format!("  {:?} {} [{}] {}{valid}\n", id.kind, id.value, id.label, id.country);
        }
        for date in &entity.dates {
            let circa = if date.circa { " circa" } else { "" };
            out += &format!("  {:?} {}..{}{circa}\n", date.kind, date.from, date.to);
        }
        for address in &entity.addresses {
            out += &format!("  at {} [{}]\n", address.text, address.country);
        }
        for (label, facts) in [
            ("country", &entity.countries),
            ("born in", &entity.birth_places),
            ("programme", &entity.programmes),
            ("position", &entity.positions),
            ("remark", &entity.remarks),
            ("reference", &entity.references),
        ] {
            for fact in facts {
                out += &format!("  {label} {fact}\n");
            }
        }
        if !entity.listed.is_empty() || !entity.gender.is_empty() {
            out += &format!("  listed {} {}\n", entity.listed, entity.gender);
        }
        if !entity.ends.is_empty() {
            out += &format!("  ends {}\n", entity.ends);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings() {
        for (bytes, want, rule) in [
            ("Zürich".as_bytes(), "Zürich", None),
            (b"Z\xfcrich", "Zürich", Some("encoding-assumed")),
            (b"\xd0\x97\xd0\xbe\xd0", "Зо\u{fffd}", Some("encoding-damaged")),
            (b"\xff\xfeZ\0", "Z", None),
        ] {
            let (text, problem) = decode(bytes);
            assert_eq!((&*text, problem.map(|problem| problem.rule)), (want, rule));
        }
    }

    #[test]
    fn dates_in_many_forms() {
        for (text, want) in [
            ("25.2.2025", Some("2025-02-25")),
            ("9 August 2025", Some("2025-08-09")),
            ("Nov. 1973", Some("1973-11")),
            ("1973", Some("1973")),
            ("1973-05", Some("1973-05")),
            ("2024-03-14T11:31:42", Some("2024-03-14")),
            ("25/02/2025", Some("2025-02-25")),
            ("02/25/2025", Some("2025-02-25")),
            ("02/03/2025", None),
            ("30.2.2025", None),
            ("29.2.2024", Some("2024-02-29")),
            ("August 9, 2025", Some("2025-08-09")),
            ("12345", None),
            ("", None),
            ("1958 or 1959", None),
            ("1958 (approx)", None),
            ("2024-13-01", None),
        ] {
            assert_eq!(date(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn records_and_their_lines() {
        let read = rows("a,\"b\nc\",d\r\n\r\n\"x\"\"y\" z,,\n,\nlast", b',', true).unwrap();
        let shown: Vec<_> =
            read.iter().map(|row| (row.line, row.cells.join("|"), row.closed)).collect();
        assert_eq!(
            shown,
            [
                (1, "a|b\nc|d".to_owned(), true),
                (4, "x\"y z||".to_owned(), true),
                (6, "last".to_owned(), false)
            ]
        );
        assert_eq!(rows("a\nb,\"c\nd", b',', true).unwrap_err(), 2);
    }

    #[test]
    fn brackets() {
        assert_eq!(last_bracket("A (B (C))"), Some(("A", "B (C)")));
        assert_eq!(last_bracket("A) B)"), None);
        assert_eq!(last_bracket("A (B) C"), None);
        assert_eq!(split_outside("a (b; c); d;", |c| c == ';'), ["a (b; c)", "d"]);
        assert_eq!(split_outside("a (b; c", |c| c == ';'), ["a (b", "c"]);
    }

    #[test]
    fn ids_are_unique() {
        let mut ids = Ids::default();
        let given: Vec<_> =
            ["a", "a", "a-2", "a"].iter().map(|id| ids.unique((*id).to_owned())).collect();
        assert_eq!(given, ["a", "a-2", "a-2-2", "a-3"]);
    }
}
