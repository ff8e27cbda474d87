//! Makes a snapshot out of lists.

use super::pairs::{Pairs, buckets};
use super::words::{Words, cut};
use super::{HEADER, KINDS, ListMeta, MAGIC, Meta, NAME, NAME_KINDS, SECTIONS, Section};
use super::{VERSION, WORD, hex, u32_at};
use crate::addresses;
use crate::entity::{Entity, EntityKind, Name};
use crate::identifiers;
use crate::names::keys::{self, Key, KeyKind};
use crate::names::romanize::{self, Source};
use crate::names::script::Script;
use crate::names::tables::{self, Class};
use crate::names::tokens::{Analysis, Mode, Token, analyse};
use crate::scratch::{Room, Spool};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// A list and its entities, ready to be compiled.
pub struct ListInput<'a> {
    /// What is said of it; counts are filled in here.
    pub meta: ListMeta,
    /// Its entities, taken one by one.
    pub entities: Box<dyn Iterator<Item = Entity> + 'a>,
}

impl<'a> ListInput<'a> {
    /// Of entities that are held.
    pub fn of(meta: ListMeta, entities: &'a [Entity]) -> Self {
        Self { meta, entities: Box::new(entities.iter().cloned()) }
    }
}

/// Names count as if the lists had at least so many entities, so that in a list of five no word
/// is common.
const LEAST_ENTITIES: u32 = 20_000;
/// A name has at most so many words in the snapshot.
const MOST_WORDS: usize = 40;

/// A snapshot in the making: in memory are the words, each once; all else is put aside.
struct Builder {
    room: Room,
    words: Words,
    /// Texts of names.
    text: Spool,
    names: Spool,
    name_words: Spool,
    entities: Spool,
    json: Spool,
    /// Word and name in which it stands.
    postings: Pairs,
    /// Key and word.
    keys: Pairs,
    /// Key and entity.
    identifiers: Pairs,
    name_count: u32,
    entity_count: u32,
}

/// Compiles lists into a snapshot in memory. The same lists give the same bytes.
pub fn compile(lists: Vec<ListInput<'_>>) -> Vec<u8> {
    let mut out = Vec::new();
    let compiled = compile_in(&Room::default(), lists);
    // Memory has no faults. Names beyond what a snapshot holds give bytes that are none.
    let written = compiled.and_then(|mut compiled| compiled.write(&mut out));
    if written.is_err() {
        out.clear();
    }
    out
}

/// Compiles lists into a snapshot that lies in a room until it is written.
///
/// # Errors
/// Where the room is full, or the lists are longer than a snapshot can be.
pub fn compile_in(room: &Room, mut lists: Vec<ListInput<'_>>) -> io::Result<Compiled> {
    lists.sort_by(|a, b| (&a.meta.list, &a.meta.edition).cmp(&(&b.meta.list, &b.meta.edition)));
    let mut builder = Builder::new(room);
    let mut meta = Meta::default();
    for (number, list) in lists.into_iter().enumerate() {
        let (names, entities) = (builder.name_count, builder.entity_count);
        for entity in list.entities {
            builder.entity(&entity, number as u16);
        }
        meta.lists.push(ListMeta {
            entities: builder.entity_count - entities,
            names: builder.name_count - names,
            ..list.meta
        });
    }
    // Where an entity could not be read back, the snapshot would not name it.
    room.check()?;
    meta.names = builder.name_count;
    meta.entities = builder.entity_count;
    builder.finish(&meta)
}

/// Persons' names are taken apart one way, all others the other.
pub fn mode_of(kind: EntityKind) -> Mode {
    match kind {
        EntityKind::Person => Mode::Person,
        _ => Mode::Organisation,
    }
}

/// How much a word says whose class weight is known, when so many entities have it.
///
/// The inverse document frequency (Spärck Jones 1972) scaled to 1 for a word of one entity.
pub fn weight_by_frequency(base: u16, frequency: u32, entities: u32) -> u16 {
    let entities = entities.max(LEAST_ENTITIES);
    let ln = |n: u32| romanize::ln_hundredths_of(n.max(1));
    let share = 1000 * (ln(entities) - ln(frequency.min(entities))) / ln(entities).max(1);
    (u32::from(base) * share.clamp(200, 1000) as u32 / 1000) as u16
}

impl Builder {
    fn new(room: &Room) -> Self {
        Self {
            room: room.clone(),
            words: Words::default(),
            text: room.spool(),
            names: room.spool(),
            name_words: room.spool(),
            entities: room.spool(),
            json: room.spool(),
            postings: Pairs::new(room),
            keys: Pairs::new(room),
            identifiers: Pairs::new(room),
            name_count: 0,
            entity_count: 0,
        }
    }

    fn entity(&mut self, entity: &Entity, list: u16) {
        let number = self.entity_count;
        self.entity_count += 1;
        let json = serde_json::to_vec(entity).unwrap_or_default();
        let kind = KINDS.iter().position(|k| *k == entity.kind).unwrap_or(0) as u8;
        let at = self.json.put(&json);
        self.entities.put(&at.to_le_bytes());
        self.entities.put(&(json.len() as u32).to_le_bytes());
        self.entities.put(&list.to_le_bytes());
        self.entities.put(&[kind, 0]);
        self.entities.put(&self.name_count.to_le_bytes());
        self.entities.put(&(entity.names.len() as u32).to_le_bytes());
        let mode = mode_of(entity.kind);
        for name in &entity.names {
            let mut analysis = analyse(&name.text, mode);
            analysis.tokens.truncate(MOST_WORDS);
            if addresses::is_address(entity, &name.text) {
                // Found by its words as an address, never as somebody's name.
                analysis.tokens.clear();
            }
            self.name(name, &analysis, mode, number);
        }
        for identifier in &entity.identifiers {
            let value = identifiers::normalise(identifier.kind, &identifier.value);
            if value.len() >= 4 {
                let key = keys::key(KeyKind::Word, value.bytes());
                self.identifiers.push((key, number));
            }
        }
        for word in addresses::texts(entity).flat_map(addresses::words) {
            let key = keys::key(KeyKind::Address, word.bytes());
            self.identifiers.push((key, number));
        }
    }

    fn name(&mut self, name: &Name, analysis: &Analysis, mode: Mode, entity: u32) {
        let number = self.name_count;
        self.name_count += 1;
        let text = cut(&name.text);
        // Checked as a whole in the end.
        let at = self.text.put(text.as_bytes()) as u32;
        let first_word = (self.name_words.len() / 4) as u32;
        let kind = NAME_KINDS.iter().position(|k| *k == name.kind).unwrap_or(0) as u8;
        let mut record = [0; NAME];
        record[0..4].copy_from_slice(&at.to_le_bytes());
        record[4..6].copy_from_slice(&(text.len() as u16).to_le_bytes());
        record[6..8].copy_from_slice(&[kind, u8::from(mode == Mode::Person)]);
        record[8..12].copy_from_slice(&first_word.to_le_bytes());
        record[12] = analysis.tokens.len() as u8;
        // At 14 its weight, known when all frequencies are.
        record[16..20].copy_from_slice(&entity.to_le_bytes());
        record[20..24].copy_from_slice(&name.origin.line.to_le_bytes());
        record[24..26].copy_from_slice(&name.origin.file.to_le_bytes());
        self.names.put(&record);
        for token in &analysis.tokens {
            let word = self.word(token, false);
            self.name_words.put(&word.to_le_bytes());
            self.post(word, number, entity);
        }
        for joined in joined_words(analysis) {
            let word = self.word(&joined, true);
            self.post(word, number, entity);
        }
    }

    fn post(&mut self, word: u32, name: u32, entity: u32) {
        self.postings.push((word, name));
        self.words.count(word, entity);
    }

    fn word(&mut self, token: &Token, joined: bool) -> u32 {
        let (number, is_new) = self.words.number(token, joined);
        if is_new {
            listed_keys(token, joined, &mut |key| self.keys.push((key, number)));
        }
        number
    }

    fn finish(mut self, meta: &Meta) -> io::Result<Compiled> {
        let words_at = self.text.len();
        if words_at + self.words.text.len() as u64 > u64::from(u32::MAX) {
            return Err(io::Error::other("their names are longer than 4 GiB together"));
        }
        self.weigh_words(words_at as u32);
        let names = self.weigh_names()?;
        self.text.put(&self.words.text);
        let mut words = self.room.spool();
        words.put(&self.words.records);
        let count = self.words.len() as u32;
        drop(self.words);
        let (posting_ends, postings) = postings(self.postings, count, &self.room)?;
        let (key_ends, keys) = buckets(self.keys, &self.room)?;
        let (identifier_ends, identifiers) = buckets(self.identifiers, &self.room)?;
        let mut said = self.room.spool();
        said.put(&serde_json::to_vec(meta).unwrap_or_default());
        let mut sections: [Spool; SECTIONS] = std::array::from_fn(|_| self.room.spool());
        sections[Section::Meta as usize] = said;
        sections[Section::Text as usize] = self.text;
        sections[Section::Words as usize] = words;
        sections[Section::PostingEnds as usize] = posting_ends;
        sections[Section::Postings as usize] = postings;
        sections[Section::Names as usize] = names;
        sections[Section::NameWords as usize] = self.name_words;
        sections[Section::Entities as usize] = self.entities;
        sections[Section::EntityJson as usize] = self.json;
        sections[Section::KeyEnds as usize] = key_ends;
        sections[Section::Keys as usize] = keys;
        sections[Section::IdentifierEnds as usize] = identifier_ends;
        sections[Section::Identifiers as usize] = identifiers;
        Compiled::of(sections)
    }

    /// How much each word says, now that all frequencies are known; their texts stand behind
    /// those of the names.
    fn weigh_words(&mut self, texts_at: u32) {
        let entities = self.entity_count;
        let records = self.words.records.chunks_exact_mut(WORD);
        for (record, (count, _)) in records.zip(&self.words.frequency) {
            let at = u32_at(record, 0) + texts_at;
            record[0..4].copy_from_slice(&at.to_le_bytes());
            let base = u16::from_le_bytes([record[10], record[11]]);
            let weight = weight_by_frequency(base, *count, entities);
            record[10..12].copy_from_slice(&weight.to_le_bytes());
        }
    }

    /// The weight of a name is the sum of its words'.
    fn weigh_names(&mut self) -> io::Result<Spool> {
        let mut weighed = self.room.spool();
        let (words, name_words) = (&self.words.records, &mut self.name_words);
        self.names.each(NAME, &mut |piece| {
            for record in piece.chunks_exact_mut(NAME) {
                let mut numbers = [0; MOST_WORDS * 4];
                let numbers = &mut numbers[..usize::from(record[12]) * 4];
                name_words.read(u64::from(u32_at(record, 8)) * 4, numbers)?;
                let weight = |word: &[u8]| {
                    let at = u32_at(word, 0) as usize * WORD + 10;
                    u32::from(super::u16_at(words, at))
                };
                let sum: u32 = numbers.chunks_exact(4).map(weight).sum();
                let sum = sum.min(u32::from(u16::MAX)) as u16;
                record[14..16].copy_from_slice(&sum.to_le_bytes());
            }
            weighed.put(piece);
            Ok(())
        })?;
        Ok(weighed)
    }
}

/// The names of each word: where each run ends, and the runs.
fn postings(pairs: Pairs, words: u32, room: &Room) -> io::Result<(Spool, Spool)> {
    let (mut ends, mut names) = (room.spool(), room.spool());
    let (mut word, mut end) = (0_u32, 0_u32);
    pairs.each_sorted(&mut |(of, name)| {
        while word < of {
            ends.put(&end.to_le_bytes());
            word += 1;
        }
        names.put(&name.to_le_bytes());
        end += 1;
    })?;
    while word < words {
        ends.put(&end.to_le_bytes());
        word += 1;
    }
    Ok((ends, names))
}

/// Neighbouring words as one, and the whole name as one: how names are joined in writing, and
/// how they stand in scripts without spaces. Latin words alone.
fn joined_words(analysis: &Analysis) -> Vec<Token> {
    let tokens = &analysis.tokens;
    let plain = |t: &Token| {
        t.script == Script::Latin && !matches!(t.class, Class::LegalForm | Class::Title)
    };
    let mut out = Vec::new();
    let mut join = |run: &[Token]| {
        // Particles joined are still no name.
        let names = |t: &Token| !matches!(t.class, Class::Particle | Class::Number);
        if run.iter().any(names) {
            let text: String = run.iter().map(|t| t.text.replace(' ', "")).collect();
            let weight = run.iter().map(|t| u32::from(t.weight)).sum::<u32>().min(3000) as u16;
            out.push(Token {
                text,
                script: Script::Latin,
                class: Class::Word,
                concept: 0,
                weight,
                source: None,
                given: false,
            });
        }
    };
    for two in tokens.windows(2).filter(|two| two.iter().all(plain)) {
        join(two);
    }
    let words: Vec<Token> = tokens.iter().filter(|t| plain(t)).cloned().collect();
    if (3..=5).contains(&words.len()) {
        join(&words);
    }
    out
}

/// The keys under which a word of the lists is found.
fn listed_keys(token: &Token, joined: bool, found: &mut impl FnMut(Key)) {
    if joined {
        for key in keys::halves(token.text.as_bytes()) {
            found(key);
        }
        for skeleton in keys::skeletons(token.text.as_bytes()) {
            if skeleton.len() >= 3 {
                found(keys::key(KeyKind::Skeleton, skeleton));
            }
        }
        return;
    }
    let mut all = Vec::new();
    word_keys(token, &mut |key| all.push(key));
    meaning_keys(token, &mut |key| all.push(key));
    all.sort_unstable();
    all.dedup();
    all.into_iter().for_each(found);
}

/// The keys of what a word means: its concept, the given names that stand for it.
pub(crate) fn meaning_keys(token: &Token, found: &mut impl FnMut(Key)) {
    let number = |n: u16| n.to_le_bytes();
    if token.concept != 0 && token.class != Class::LegalForm {
        found(keys::key(KeyKind::Concept, number(token.concept)));
    }
    for group in tables::same_given_name(&token.text) {
        found(keys::key(KeyKind::GivenName, number(*group)));
    }
}

/// The keys of a listed word that is no joined one.
fn word_keys(token: &Token, found: &mut impl FnMut(Key)) {
    for text in latin_forms(token) {
        let letters: Vec<u8> = text.bytes().filter(|b| *b != b' ').collect();
        keys::deletions(KeyKind::Word, &letters, keys::edits(letters.len()), found);
        for skeleton in keys::skeletons(&letters).iter().filter(|s| !s.is_empty()) {
            for short in keys::shortened(skeleton) {
                found(keys::key(KeyKind::ShortSkeleton, short));
            }
            found(keys::key(KeyKind::Skeleton, skeleton.iter().copied()));
        }
    }
    if token.script.table().is_some() {
        let own = keys::own_letters(&token.text);
        keys::deletions(KeyKind::Own, &own, keys::edits(own.len()), found);
    }
}

/// A word in Latin letters: itself, or its readings and usual romanisations.
pub(crate) fn latin_forms(token: &Token) -> Vec<String> {
    match (&token.source, token.script.table()) {
        (Some(source), _) => source.latin.clone(),
        (None, Some(_)) => Source::of(&token.text, token.script).latin,
        (None, None) => vec![token.text.clone()],
    }
}

/// The hash over the sections and their lengths.
pub(crate) fn content_hash(sections: &[&[u8]; SECTIONS]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(VERSION.to_le_bytes());
    for section in sections {
        hash.update((section.len() as u64).to_le_bytes());
        hash.update(section);
    }
    hash.finalize().into()
}

/// A compiled snapshot that is not written yet.
pub struct Compiled {
    sections: [Spool; SECTIONS],
    hash: [u8; 32],
}

impl Compiled {
    fn of(mut sections: [Spool; SECTIONS]) -> io::Result<Self> {
        let mut hash = Sha256::new();
        hash.update(VERSION.to_le_bytes());
        for section in &mut sections {
            hash.update(section.len().to_le_bytes());
            section.each(1, &mut |piece| {
                hash.update(piece);
                Ok(())
            })?;
        }
        Ok(Self { sections, hash: hash.finalize().into() })
    }

    /// Its id, as of [`super::Snapshot::id`].
    pub fn id(&self) -> String {
        hex(&self.hash)
    }

    /// Writes it.
    ///
    /// # Errors
    /// Where the room cannot be read, or `out` not written.
    pub fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(MAGIC)?;
        out.write_all(&VERSION.to_le_bytes())?;
        out.write_all(&(SECTIONS as u32).to_le_bytes())?;
        out.write_all(&self.hash)?;
        let mut at = (HEADER + SECTIONS * 16) as u64;
        for section in &self.sections {
            at = at.next_multiple_of(8);
            out.write_all(&at.to_le_bytes())?;
            out.write_all(&section.len().to_le_bytes())?;
            at += section.len();
        }
        let mut written = (HEADER + SECTIONS * 16) as u64;
        for section in &mut self.sections {
            let gap = (written.next_multiple_of(8) - written) as usize;
            out.write_all(&[0; 8][..gap])?;
            section.each(1, &mut |piece| out.write_all(piece))?;
            written += gap as u64 + section.len();
        }
        Ok(())
    }
}
