//! All lists in one immutable file that is searched where it lies.
//!
//! The file is made by [`build::compile`] and read in place: nothing is unpacked, so that one
//! question costs no more than the pages it touches. Its name is the hash of its content, so
//! that a decision can say which lists it rested on, and be asked again.
//!
//! ```text
//! "PLIMSNAP" version(u32) sections(u32) sha256(32) then for each section offset(u64) length(u64)
//! ```
//!
//! All numbers are little-endian. Reading outside of a section gives zero or nothing, never a
//! panic: a damaged file gives wrong or no hits, and [`Snapshot::is_whole`] tells whether it is.

pub mod build;
mod pairs;
mod words;

use crate::entity::{Entity, EntityKind, NameKind, Origin};
use crate::names::compare::Tok;
use crate::names::script::Script;
use crate::names::tables::Class;
use serde::{Deserialize, Serialize};

/// First bytes of a snapshot.
pub const MAGIC: &[u8; 8] = b"PLIMSNAP";
/// Raised whenever the layout, the tables or the scores change: an older file is compiled anew.
pub const VERSION: u32 = 4;
const HEADER: usize = 8 + 4 + 4 + 32;

/// The sections, in their order in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Section {
    /// [`Meta`] as JSON.
    Meta,
    /// Texts of names and words.
    Text,
    /// [`WORD`] bytes for each word.
    Words,
    /// For each word the end of its run in `Postings`, u32.
    PostingEnds,
    /// Names in which the word stands, u32 each.
    Postings,
    /// [`NAME`] bytes for each name.
    Names,
    /// The words of names, u32 each.
    NameWords,
    /// [`ENTITY`] bytes for each entity.
    Entities,
    /// Entities as JSON.
    EntityJson,
    /// For each bucket of keys its end in `Keys`, u32.
    KeyEnds,
    /// Key and word, u32 each.
    Keys,
    /// For each bucket of identifiers its end, u32.
    IdentifierEnds,
    /// Key and entity, u32 each.
    Identifiers,
}

pub(crate) const SECTIONS: usize = 13;
/// Bytes of a word: text at, text length (u16), script, class, concept (u16), weight (u16),
/// letters (u32), flags (u8) and 3 to spare.
pub(crate) const WORD: usize = 20;
/// Bytes of a name: text at (u32), text length (u16), kind, mode, first word (u32), words (u8),
/// 1 to spare, weight (u16), entity (u32), line (u32), file (u16), 2 to spare.
pub(crate) const NAME: usize = 28;
/// Bytes of an entity: JSON at (u64), JSON length (u32), list (u16), kind, 1 to spare, first name
/// (u32), names (u32).
pub(crate) const ENTITY: usize = 24;

/// One list in a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListMeta {
    /// Its id, such as `ofac-sdn`.
    pub list: String,
    /// Its title.
    pub title: String,
    /// The day of this edition.
    pub edition: String,
    /// Who publishes it.
    pub publisher: String,
    /// File names with their SHA-256, in the order of [`Origin::file`].
    pub files: Vec<(String, String)>,
    /// How many entities.
    pub entities: u32,
    /// How many names.
    pub names: u32,
}

/// What a snapshot says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meta {
    /// The lists, sorted by id.
    pub lists: Vec<ListMeta>,
    /// Names of all lists.
    pub names: u32,
    /// Entities of all lists.
    pub entities: u32,
}

/// Why bytes are no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not one, or of another version.
    #[error("not a compiled snapshot of version {VERSION}")]
    Foreign,
    /// Cut or damaged.
    #[error("the compiled snapshot is damaged: {0}")]
    Damaged(&'static str),
}

/// A compiled snapshot, read in place.
#[derive(Clone, Copy)]
pub struct Snapshot<'a> {
    id: &'a [u8],
    sections: [&'a [u8]; SECTIONS],
}

/// A word of the lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WordRecord<'a> {
    pub(crate) text: &'a str,
    pub(crate) script: Script,
    pub(crate) class: Class,
    pub(crate) concept: u16,
    pub(crate) weight: u16,
    pub(crate) mask: u32,
    /// Whether it is two or more words of a name written as one, and stands for itself nowhere.
    pub(crate) joined: bool,
    /// Whether it is a given name of the tables.
    pub(crate) given: bool,
}

impl<'a> WordRecord<'a> {
    pub(crate) fn tok(&self) -> Tok<'a> {
        Tok {
            text: self.text,
            script: self.script,
            class: self.class,
            concept: self.concept,
            weight: self.weight,
            mask: self.mask,
            source: None,
            given: self.given,
            number: None,
        }
    }
}

/// A name of the lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NameRecord<'a> {
    pub(crate) text: &'a str,
    pub(crate) kind: NameKind,
    pub(crate) first_word: u32,
    pub(crate) words: u8,
    pub(crate) entity: u32,
    pub(crate) origin: Origin,
}

/// An entity of the lists, without its JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EntityRecord {
    pub(crate) list: u16,
    pub(crate) kind: EntityKind,
    pub(crate) first_name: u32,
    pub(crate) names: u32,
    json: (u64, u32),
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|b| b.try_into().ok()).map_or(0, u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|b| b.try_into().ok()).map_or(0, u64::from_le_bytes)
}

const KINDS: [EntityKind; 6] = [
    EntityKind::Unknown,
    EntityKind::Person,
    EntityKind::Organisation,
    EntityKind::Vessel,
    EntityKind::Aircraft,
    EntityKind::Address,
];
const NAME_KINDS: [NameKind; 5] = [
    NameKind::Primary,
    NameKind::Alias,
    NameKind::WeakAlias,
    NameKind::Former,
    NameKind::OriginalScript,
];

impl<'a> Snapshot<'a> {
    /// Reads the header of a compiled snapshot.
    ///
    /// # Errors
    /// Where the bytes are none, of another version, or cut.
    pub fn open(bytes: &'a [u8]) -> Result<Snapshot<'a>, SnapshotError> {
        if !bytes.starts_with(MAGIC) || u32_at(bytes, 8) != VERSION {
            return Err(SnapshotError::Foreign);
        }
        if u32_at(bytes, 12) as usize != SECTIONS {
            return Err(SnapshotError::Damaged("its number of sections is wrong"));
        }
        let id = bytes.get(16..48).ok_or(SnapshotError::Damaged("it is cut in its header"))?;
        let mut sections = [&bytes[..0]; SECTIONS];
        for (number, section) in sections.iter_mut().enumerate() {
            let at = u64_at(bytes, HEADER + number * 16) as usize;
            let len = u64_at(bytes, HEADER + number * 16 + 8) as usize;
            *section = at
                .checked_add(len)
                .and_then(|end| bytes.get(at..end))
                .ok_or(SnapshotError::Damaged("it is cut"))?;
        }
        Ok(Snapshot { id, sections })
    }

    /// Its id: the SHA-256 of its content, in hexadecimal.
    pub fn id(&self) -> String {
        hex(self.id)
    }

    /// Whether the content has the hash that the header says. Reads all of it.
    pub fn is_whole(&self) -> bool {
        build::content_hash(&self.sections)[..] == *self.id
    }

    /// What it says of itself.
    pub fn meta(&self) -> Meta {
        serde_json::from_slice(self.section(Section::Meta)).unwrap_or_default()
    }

    fn section(&self, section: Section) -> &'a [u8] {
        self.sections[section as usize]
    }

    fn text(&self, at: u32, len: u16) -> &'a str {
        let at = at as usize;
        let bytes = self.section(Section::Text).get(at..at + usize::from(len)).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or("")
    }

    /// How many names.
    pub fn names(&self) -> usize {
        self.section(Section::Names).len() / NAME
    }

    /// How many entities.
    pub fn entities(&self) -> usize {
        self.section(Section::Entities).len() / ENTITY
    }

    /// How many words, joined ones among them.
    pub fn words(&self) -> usize {
        self.section(Section::Words).len() / WORD
    }

    pub(crate) fn word(&self, number: u32) -> WordRecord<'a> {
        let words = self.section(Section::Words);
        let at = number as usize * WORD;
        let byte = |offset: usize| words.get(at + offset).copied().unwrap_or(0);
        WordRecord {
            text: self.text(u32_at(words, at), u16_at(words, at + 4)),
            script: Script::from_number(byte(6)),
            class: Class::from_number(byte(7)),
            concept: u16_at(words, at + 8),
            weight: u16_at(words, at + 10),
            mask: u32_at(words, at + 12),
            joined: byte(16) & 1 != 0,
            given: byte(16) & 2 != 0,
        }
    }

    /// The letters of a word, whether it is Latin, and whether it is a joined one.
    pub(crate) fn word_letters(&self, number: u32) -> (&'a [u8], bool, bool) {
        let words = self.section(Section::Words);
        let at = number as usize * WORD;
        let (text, len) = (u32_at(words, at) as usize, usize::from(u16_at(words, at + 4)));
        let letters = self.section(Section::Text).get(text..text + len).unwrap_or_default();
        let byte = |offset: usize| words.get(at + offset).copied().unwrap_or(0);
        (letters, Script::from_number(byte(6)) == Script::Latin, byte(16) & 1 != 0)
    }

    pub(crate) fn word_weight(&self, number: u32) -> u16 {
        u16_at(self.section(Section::Words), number as usize * WORD + 10)
    }

    pub(crate) fn postings(&self, word: u32) -> impl Iterator<Item = u32> + use<'a> {
        let ends = self.section(Section::PostingEnds);
        let begin = if word == 0 { 0 } else { u32_at(ends, (word as usize - 1) * 4) };
        let end = u32_at(ends, word as usize * 4);
        let all = self.section(Section::Postings);
        let run = all.get(begin as usize * 4..end as usize * 4).unwrap_or_default();
        run.chunks_exact(4).map(|b| u32_at(b, 0))
    }

    pub(crate) fn name(&self, number: u32) -> NameRecord<'a> {
        let names = self.section(Section::Names);
        let at = number as usize * NAME;
        let byte = |offset: usize| names.get(at + offset).copied().unwrap_or(0);
        NameRecord {
            text: self.text(u32_at(names, at), u16_at(names, at + 4)),
            kind: NAME_KINDS.get(usize::from(byte(6))).copied().unwrap_or_default(),
            first_word: u32_at(names, at + 8),
            words: byte(12),
            entity: u32_at(names, at + 16),
            origin: Origin { line: u32_at(names, at + 20), file: u16_at(names, at + 24) },
        }
    }

    /// Weight, whether it is a person's, and entity: what the search needs of every candidate.
    pub(crate) fn name_brief(&self, number: u32) -> (u16, bool, u32) {
        let names = self.section(Section::Names);
        let at = number as usize * NAME;
        let person = names.get(at + 7).copied() == Some(1);
        (u16_at(names, at + 14), person, u32_at(names, at + 16))
    }

    pub(crate) fn name_words(&self, name: &NameRecord<'_>) -> impl Iterator<Item = u32> + use<'a> {
        let all = self.section(Section::NameWords);
        let begin = name.first_word as usize * 4;
        let run = all.get(begin..begin + usize::from(name.words) * 4).unwrap_or_default();
        run.chunks_exact(4).map(|b| u32_at(b, 0))
    }

    /// The words of a name by its number.
    pub(crate) fn words_of(&self, number: u32) -> impl Iterator<Item = u32> + use<'a> {
        let names = self.section(Section::Names);
        let at = number as usize * NAME;
        let begin = u32_at(names, at + 8) as usize * 4;
        let count = usize::from(names.get(at + 12).copied().unwrap_or(0));
        let run =
            self.section(Section::NameWords).get(begin..begin + count * 4).unwrap_or_default();
        run.chunks_exact(4).map(|b| u32_at(b, 0))
    }

    pub(crate) fn entity_record(&self, number: u32) -> EntityRecord {
        let entities = self.section(Section::Entities);
        let at = number as usize * ENTITY;
        let kind = entities.get(at + 14).copied().unwrap_or(0);
        // In a damaged file there may stand more names than there are.
        let all = self.names() as u32;
        let first_name = u32_at(entities, at + 16).min(all);
        EntityRecord {
            json: (u64_at(entities, at), u32_at(entities, at + 8)),
            list: u16_at(entities, at + 12),
            kind: KINDS.get(usize::from(kind)).copied().unwrap_or_default(),
            first_name,
            names: u32_at(entities, at + 20).min(all - first_name),
        }
    }

    /// All that the list says of an entity.
    pub(crate) fn entity(&self, record: &EntityRecord) -> Entity {
        let at = record.json.0 as usize;
        let end = at.saturating_add(record.json.1 as usize);
        let json = self.section(Section::EntityJson).get(at..end);
        json.and_then(|json| serde_json::from_slice(json).ok()).unwrap_or_default()
    }

    pub(crate) fn words_with_key(&self, key: u32) -> impl Iterator<Item = u32> + use<'a> {
        bucket(self.section(Section::KeyEnds), self.section(Section::Keys), key)
    }

    pub(crate) fn entities_with_key(&self, key: u32) -> impl Iterator<Item = u32> + use<'a> {
        bucket(self.section(Section::IdentifierEnds), self.section(Section::Identifiers), key)
    }
}

/// The values under a key: keys are sorted by bucket, the bucket being the key's high bits.
fn bucket<'a>(ends: &'a [u8], pairs: &'a [u8], key: u32) -> impl Iterator<Item = u32> + use<'a> {
    let buckets = (ends.len() / 4).max(1);
    let number = ((u64::from(key) * buckets as u64) >> 32) as usize;
    let begin = if number == 0 { 0 } else { u32_at(ends, (number - 1) * 4) };
    let end = u32_at(ends, number * 4);
    let run = pairs.get(begin as usize * 8..end as usize * 8).unwrap_or_default();
    run.chunks_exact(8).filter(move |pair| u32_at(pair, 0) == key).map(|pair| u32_at(pair, 4))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::build::{ListInput, compile, compile_in};
    use super::*;
    use crate::candidates::Scratch;
    use crate::entity::{Identifier, IdentifierKind, Name};
    use crate::scratch::Room;
    use crate::screen::{Query, Settings, screen};

    fn whole() -> Vec<u8> {
        let name = |text: &str| Name { text: text.into(), ..Name::default() };
        let entity = Entity {
            id: "1".into(),
            names: vec![name("Zontik Works"), name("Завод Зонтик")],
            identifiers: vec![Identifier {
                kind: IdentifierKind::Inn,
                value: "7707083893".into(),
                label: String::new(),
                country: String::new(),
                valid: Some(true),
                origin: Origin::default(),
            }],
            ..Entity::default()
        };
        compile(vec![ListInput::of(ListMeta::default(), &[entity])])
    }

    fn ask(bytes: &[u8]) {
        let Ok(snapshot) = Snapshot::open(bytes) else { return };
        let mut scratch = Scratch::default();
        for name in ["Zontik Works", "Завод Зонтик"] {
            let query = Query {
                name: name.into(),
                identifiers: vec!["7707083893".into()],
                ..Query::default()
            };
            let settings = Settings { threshold: 400, ..Settings::default() };
            screen(&snapshot, &query, &settings, &mut scratch);
        }
    }

    /// What does not fit into memory is put aside, and that changes nothing.
    #[test]
    fn the_same_bytes_in_little_room() {
        let inputs = || {
            let lists = crate::lists::ALL.iter().flat_map(|source| {
                let (name, text) = source.example();
                let file = crate::lists::ListFile { name, bytes: text.as_bytes() };
                source.read(&[file], &Room::tight()).unwrap().editions
            });
            let input = |list: crate::lists::ListEdition| ListInput {
                meta: ListMeta { list: list.list, ..ListMeta::default() },
                entities: list.entities.into_iter(),
            };
            lists.map(input).collect()
        };
        let mut bytes = Vec::new();
        compile_in(&Room::tight(), inputs()).unwrap().write(&mut bytes).unwrap();
        assert!(bytes == compile(inputs()));
        assert!(Snapshot::open(&bytes).unwrap().is_whole());
    }

    /// An offset near the end of all numbers, more names than there are, words without letters.
    #[test]
    fn a_damaged_file_gives_no_panic() {
        let whole = whole();
        for section in [Section::Words, Section::Names, Section::Entities, Section::NameWords] {
            let header = HEADER + section as usize * 16;
            let at = u64_at(&whole, header) as usize;
            let len = u64_at(&whole, header + 8) as usize;
            for (at, value) in (at..at + len).flat_map(|at| [(at, 0), (at, 0xff)]) {
                for n in [1, 2, 4, 8] {
                    let mut bytes = whole.clone();
                    bytes[at..(at + n).min(whole.len())].fill(value);
                    ask(&bytes);
                }
            }
        }
        for n in 0..whole.len() {
            ask(&whole[..n]);
        }
    }

    /// Sections that lie over one another make words empty and lists endless.
    #[test]
    fn wrong_sections_give_no_panic() {
        let whole = whole();
        for (at, value) in (HEADER..HEADER + SECTIONS * 16).flat_map(|at| [(at, 0), (at, 1)]) {
            let mut bytes = whole.clone();
            bytes[at] = value;
            ask(&bytes);
        }
    }
}
