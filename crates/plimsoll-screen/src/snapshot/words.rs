//! The words of the lists, each once. Millions of them are held, so each as bytes alone.

use super::{WORD, u16_at, u32_at};
use crate::names::compare::mask;
use crate::names::script::ALL;
use crate::names::tables::CLASSES;
use crate::names::tokens::Token;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// The words, numbered as they come.
#[derive(Default)]
pub(super) struct Words {
    /// Their letters, one after the other.
    pub(super) text: Vec<u8>,
    /// [`WORD`] bytes each, as in a snapshot; where their text begins is counted in `text`, and
    /// their weight is that of their class.
    pub(super) records: Vec<u8>,
    /// Entities in which each stands, and the last one counted.
    pub(super) frequency: Vec<(u32, u32)>,
    /// Number of a word by its text and what it is taken for.
    numbers: HashTable<u32>,
}

impl Words {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.frequency.len()
    }

    /// The number of a word, and whether it is new.
    pub(super) fn number(&mut self, token: &Token, joined: bool) -> (u32, bool) {
        let text = cut(&token.text).as_bytes();
        // What tells words of one text apart.
        let mut kind = [0; 5];
        kind[0] = ALL.iter().position(|s| *s == token.script).unwrap_or(0) as u8;
        kind[1] = CLASSES.iter().position(|c| *c == token.class).unwrap_or(0) as u8;
        kind[2..4].copy_from_slice(&token.concept.to_le_bytes());
        kind[4] = u8::from(joined);
        let hash = hash(text, kind);
        let (all, records) = (&self.text, &self.records);
        let is_same = |number: &u32| {
            let record = record(records, *number);
            kind_of(record) == kind && letters(all, record) == text
        };
        if let Some(number) = self.numbers.find(hash, is_same) {
            return (*number, false);
        }
        let number = self.len() as u32;
        let at = self.text.len() as u32;
        self.text.extend_from_slice(text);
        self.records.extend(at.to_le_bytes());
        self.records.extend((text.len() as u16).to_le_bytes());
        self.records.extend(&kind[..4]);
        self.records.extend(token.weight.to_le_bytes());
        self.records.extend(mask(token.text.as_bytes()).to_le_bytes());
        self.records.extend([u8::from(joined) | u8::from(token.given) << 1, 0, 0, 0]);
        self.frequency.push((0, 0));
        let (all, records) = (&self.text, &self.records);
        self.numbers.insert_unique(hash, number, |number| {
            let record = record(records, *number);
            self::hash(letters(all, record), kind_of(record))
        });
        (number, true)
    }

    /// Counts an entity in which the word stands.
    pub(super) fn count(&mut self, number: u32, entity: u32) {
        let (count, last) = &mut self.frequency[number as usize];
        if *count == 0 || *last != entity {
            *count += 1;
            *last = entity;
        }
    }
}

/// As much of a text as a snapshot keeps of one.
pub(super) fn cut(text: &str) -> &str {
    let mut end = text.len().min(usize::from(u16::MAX));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn record(records: &[u8], number: u32) -> &[u8] {
    let at = number as usize * WORD;
    records.get(at..at + WORD).unwrap_or_default()
}

fn letters<'t>(text: &'t [u8], record: &[u8]) -> &'t [u8] {
    let at = u32_at(record, 0) as usize;
    text.get(at..at + usize::from(u16_at(record, 4))).unwrap_or_default()
}

fn kind_of(record: &[u8]) -> [u8; 5] {
    let byte = |at: usize| record.get(at).copied().unwrap_or(0);
    [byte(6), byte(7), byte(8), byte(9), byte(16) & 1]
}

fn hash(text: &[u8], kind: [u8; 5]) -> u64 {
    FixedState::default().hash_one((text, kind))
}
