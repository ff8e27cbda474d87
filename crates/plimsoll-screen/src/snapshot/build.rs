//! Makes a snapshot out of lists.

use super::{HEADER, KINDS, ListMeta, MAGIC, Meta, NAME, NAME_KINDS, SECTIONS, Section};
use super::{VERSION, WORD};
use crate::addresses;
use crate::entity::{Entity, EntityKind};
use crate::identifiers;
use crate::names::compare::mask;
use crate::names::keys::{self, Key, KeyKind};
use crate::names::romanize::{self, Source};
use crate::names::script::{ALL, Script};
use crate::names::tables::{self, CLASSES, Class};
use crate::names::tokens::{Analysis, Mode, Token, analyse};
use foldhash::HashMap;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// A list and its entities, ready to be compiled.
pub struct ListInput<'a> {
    /// What is said of it; counts are filled in here.
    pub meta: ListMeta,
    /// Its entities. Owned ones are let go as they are compiled: long lists are held once.
    pub entities: Cow<'a, [Entity]>,
}

/// Names count as if the lists had at least so many entities, so that in a list of five no word
/// is common.
const LEAST_ENTITIES: u32 = 20_000;
/// A name has at most so many words in the snapshot.
const MOST_WORDS: usize = 40;

type WordKey = (String, Script, Class, u16, bool);

#[derive(Default)]
struct Builder {
    text: Vec<u8>,
    words: Vec<Token>,
    joined: Vec<bool>,
    /// Names in which each word stands, sorted since names come in order.
    postings: Vec<Vec<u32>>,
    /// Entities in which each word stands, and the last one counted.
    frequency: Vec<(u32, u32)>,
    by_text: HashMap<WordKey, u32>,
    names: Vec<u8>,
    name_words: Vec<u32>,
    entities: Vec<u8>,
    json: Vec<u8>,
    identifiers: Vec<(u32, u32)>,
    name_count: u32,
    entity_count: u32,
}

/// Compiles lists into a snapshot. The same lists give the same bytes.
pub fn compile(mut lists: Vec<ListInput<'_>>) -> Vec<u8> {
    lists.sort_by(|a, b| (&a.meta.list, &a.meta.edition).cmp(&(&b.meta.list, &b.meta.edition)));
    let mut builder = Builder::default();
    let mut meta = Meta::default();
    for (number, list) in lists.into_iter().enumerate() {
        let names_before = builder.name_count;
        let entities = list.entities.len() as u32;
        match list.entities {
            Cow::Owned(all) => all.into_iter().for_each(|e| builder.entity(&e, number as u16)),
            Cow::Borrowed(all) => all.iter().for_each(|e| builder.entity(e, number as u16)),
        }
        meta.lists.push(ListMeta {
            entities,
            names: builder.name_count - names_before,
            ..list.meta
        });
    }
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
    fn entity(&mut self, entity: &Entity, list: u16) {
        let number = self.entity_count;
        self.entity_count += 1;
        let json = serde_json::to_vec(entity).unwrap_or_default();
        let kind = KINDS.iter().position(|k| *k == entity.kind).unwrap_or(0) as u8;
        self.entities.extend((self.json.len() as u64).to_le_bytes());
        self.entities.extend((json.len() as u32).to_le_bytes());
        self.entities.extend(list.to_le_bytes());
        self.entities.extend([kind, 0]);
        self.entities.extend(self.name_count.to_le_bytes());
        self.entities.extend((entity.names.len() as u32).to_le_bytes());
        self.json.extend(json);
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

    fn name(&mut self, name: &crate::entity::Name, analysis: &Analysis, mode: Mode, entity: u32) {
        let number = self.name_count;
        self.name_count += 1;
        let (at, len) = self.put_text(&name.text);
        let kind = NAME_KINDS.iter().position(|k| *k == name.kind).unwrap_or(0) as u8;
        self.names.extend(at.to_le_bytes());
        self.names.extend(len.to_le_bytes());
        self.names.extend([kind, u8::from(mode == Mode::Person)]);
        self.names.extend((self.name_words.len() as u32).to_le_bytes());
        self.names.extend([analysis.tokens.len() as u8, 0]);
        self.names.extend(0u16.to_le_bytes()); // Its weight, known when all frequencies are.
        self.names.extend(entity.to_le_bytes());
        self.names.extend(name.origin.line.to_le_bytes());
        self.names.extend(name.origin.file.to_le_bytes());
        self.names.extend([0, 0]);
        for token in &analysis.tokens {
            let word = self.word(token, false);
            self.name_words.push(word);
            self.post(word, number, entity);
        }
        for joined in joined_words(analysis) {
            let word = self.word(&joined, true);
            self.post(word, number, entity);
        }
    }

    fn post(&mut self, word: u32, name: u32, entity: u32) {
        let postings = &mut self.postings[word as usize];
        if postings.last() != Some(&name) {
            postings.push(name);
        }
        let (count, last) = &mut self.frequency[word as usize];
        if *count == 0 || *last != entity {
            *count += 1;
            *last = entity;
        }
    }

    fn word(&mut self, token: &Token, joined: bool) -> u32 {
        let key = (token.text.clone(), token.script, token.class, token.concept, joined);
        if let Some(number) = self.by_text.get(&key) {
            return *number;
        }
        let number = self.words.len() as u32;
        self.by_text.insert(key, number);
        self.words.push(token.clone());
        self.joined.push(joined);
        self.postings.push(Vec::new());
        self.frequency.push((0, 0));
        number
    }

    fn put_text(&mut self, text: &str) -> (u32, u16) {
        let mut end = text.len().min(usize::from(u16::MAX));
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let at = self.text.len() as u32;
        self.text.extend(&text.as_bytes()[..end]);
        (at, end as u16)
    }

    fn finish(mut self, meta: &Meta) -> Vec<u8> {
        let weights = self.weights();
        let mut words = Vec::with_capacity(self.words.len() * WORD);
        for (at, weight) in weights.iter().enumerate() {
            let (text, len) = self.put_text(&self.words[at].text.clone());
            let token = &self.words[at];
            words.extend(text.to_le_bytes());
            words.extend(len.to_le_bytes());
            words.push(ALL.iter().position(|s| *s == token.script).unwrap_or(0) as u8);
            words.push(CLASSES.iter().position(|c| *c == token.class).unwrap_or(0) as u8);
            words.extend(token.concept.to_le_bytes());
            words.extend(weight.to_le_bytes());
            words.extend(mask(token.text.as_bytes()).to_le_bytes());
            let flags = u8::from(self.joined[at]) | u8::from(token.given) << 1;
            words.extend([flags, 0, 0, 0]);
        }
        self.weigh_names(&weights);
        let (mut ends, mut postings) = (Vec::new(), Vec::new());
        let mut end = 0u32;
        for list in std::mem::take(&mut self.postings) {
            end += list.len() as u32;
            ends.extend(end.to_le_bytes());
            postings.extend(list.iter().flat_map(|n| n.to_le_bytes()));
        }
        let mut pairs = Vec::new();
        for (number, token) in self.words.iter().enumerate() {
            listed_keys(token, self.joined[number], &mut |key| pairs.push((key, number as u32)));
        }
        let (key_ends, keys) = buckets(pairs);
        let (identifier_ends, identifiers) = buckets(std::mem::take(&mut self.identifiers));
        let name_words = self.name_words.iter().flat_map(|n| n.to_le_bytes()).collect();
        let mut sections: [Vec<u8>; SECTIONS] = std::array::from_fn(|_| Vec::new());
        sections[Section::Meta as usize] = serde_json::to_vec(meta).unwrap_or_default();
        sections[Section::Text as usize] = self.text;
        sections[Section::Words as usize] = words;
        sections[Section::PostingEnds as usize] = ends;
        sections[Section::Postings as usize] = postings;
        sections[Section::Names as usize] = self.names;
        sections[Section::NameWords as usize] = name_words;
        sections[Section::Entities as usize] = self.entities;
        sections[Section::EntityJson as usize] = self.json;
        sections[Section::KeyEnds as usize] = key_ends;
        sections[Section::Keys as usize] = keys;
        sections[Section::IdentifierEnds as usize] = identifier_ends;
        sections[Section::Identifiers as usize] = identifiers;
        assemble(sections)
    }

    fn weights(&self) -> Vec<u16> {
        let entities = self.entity_count;
        self.words
            .iter()
            .zip(&self.frequency)
            .map(|(token, (count, _))| weight_by_frequency(token.weight, *count, entities))
            .collect()
    }

    /// The weight of a name is the sum of its words'.
    fn weigh_names(&mut self, weights: &[u16]) {
        for record in self.names.chunks_exact_mut(NAME) {
            let first = u32::from_le_bytes([record[8], record[9], record[10], record[11]]) as usize;
            let words = self.name_words.get(first..first + usize::from(record[12]));
            let sum: u32 =
                words.unwrap_or_default().iter().map(|w| u32::from(weights[*w as usize])).sum();
            record[14..16].copy_from_slice(&(sum.min(u32::from(u16::MAX)) as u16).to_le_bytes());
        }
    }
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

/// Key and value pairs by bucket: ends of the buckets, and the pairs sorted.
fn buckets(mut pairs: Vec<(u32, u32)>) -> (Vec<u8>, Vec<u8>) {
    pairs.sort_unstable();
    pairs.dedup();
    let buckets = (pairs.len() / 2).next_power_of_two().max(1);
    let mut counts = vec![0u32; buckets];
    for (key, _) in &pairs {
        counts[((u64::from(*key) * buckets as u64) >> 32) as usize] += 1;
    }
    let mut end = 0;
    let ends = counts
        .into_iter()
        .flat_map(|count| {
            end += count;
            u32::to_le_bytes(end)
        })
        .collect();
    let pairs =
        pairs.iter().flat_map(|(k, v)| [k.to_le_bytes(), v.to_le_bytes()]).flatten().collect();
    (ends, pairs)
}

/// The hash over the sections and their lengths.
pub(crate) fn content_hash<T: AsRef<[u8]>>(sections: &[T; SECTIONS]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(VERSION.to_le_bytes());
    for section in sections {
        hash.update((section.as_ref().len() as u64).to_le_bytes());
        hash.update(section.as_ref());
    }
    hash.finalize().into()
}

fn assemble(sections: [Vec<u8>; SECTIONS]) -> Vec<u8> {
    let mut out = Vec::with_capacity(sections.iter().map(Vec::len).sum::<usize>() + 4096);
    out.extend(MAGIC);
    out.extend(VERSION.to_le_bytes());
    out.extend((SECTIONS as u32).to_le_bytes());
    out.extend(content_hash(&sections));
    let mut at = HEADER + SECTIONS * 16;
    for section in &sections {
        at = at.next_multiple_of(8);
        out.extend((at as u64).to_le_bytes());
        out.extend((section.len() as u64).to_le_bytes());
        at += section.len();
    }
    for section in sections {
        out.resize(out.len().next_multiple_of(8), 0);
        out.extend_from_slice(&section);
    }
    debug_assert_eq!(out.len(), at);
    out
}
