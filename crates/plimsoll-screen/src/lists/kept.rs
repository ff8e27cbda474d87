//! What a reader found: entities and problems, of which only the places are in memory.

use super::read_identifiers;
use crate::entity::Entity;
use crate::scratch::{Room, Shelved};
use plimsoll_terms::problem::Problem;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Entities in their order. The digits of every identifier are checked as they come in.
#[derive(Clone, Debug)]
pub struct Entities {
    shelved: Shelved<Entity>,
    names: u64,
}

impl Entities {
    /// None yet.
    pub(super) fn new(room: &Room) -> Self {
        Self { shelved: room.shelved(), names: 0 }
    }

    /// One more.
    pub(super) fn push(&mut self, mut entity: Entity) {
        read_identifiers(&mut entity);
        self.names += entity.names.len() as u64;
        self.shelved.push(&entity);
    }

    /// Those of another behind these.
    pub(super) fn append(&mut self, other: Self) {
        self.names += other.names;
        self.shelved.append(other.shelved);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.shelved.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.shelved.is_empty()
    }

    /// How many names they have together.
    pub fn names(&self) -> u64 {
        self.names
    }

    /// Each of them, read one by one.
    pub fn iter(&self) -> impl Iterator<Item = Entity> + '_ {
        self.shelved.iter()
    }

    /// All of them in memory.
    pub fn to_vec(&self) -> Vec<Entity> {
        self.iter().collect()
    }
}

impl<'a> IntoIterator for &'a Entities {
    type Item = Entity;
    type IntoIter = Box<dyn Iterator<Item = Entity> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = (u16, Problem);
    type IntoIter = Box<dyn Iterator<Item = (u16, Problem)> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

impl IntoIterator for Entities {
    type Item = Entity;
    type IntoIter = Box<dyn Iterator<Item = Entity>>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.shelved.into_values())
    }
}

/// What was wrong, each with the number of its file.
#[derive(Clone, Debug)]
pub struct Problems {
    texts: Shelved<Texts>,
    at: Vec<At>,
    rules: Vec<&'static str>,
}

/// What of a problem is in memory.
#[derive(Clone, Copy, Debug)]
struct At {
    line: u64,
    texts: u32,
    rule: u16,
    file: u16,
}

#[derive(Debug, Serialize, Deserialize)]
struct Texts(Option<String>, String, String);

impl Problems {
    /// None yet.
    pub(super) fn new(room: &Room) -> Self {
        Self { texts: room.shelved(), at: Vec::new(), rules: Vec::new() }
    }

    /// One more, of the first file.
    pub(super) fn push(&mut self, problem: Problem) {
        self.push_of(0, problem);
    }

    /// One more.
    pub(super) fn push_of(&mut self, file: u16, problem: Problem) {
        let rule = self.rules.iter().position(|rule| *rule == problem.rule).unwrap_or_else(|| {
            self.rules.push(problem.rule);
            self.rules.len() - 1
        });
        let (line, rule) = (problem.line, rule as u16);
        let texts = self.texts.push(&Texts(problem.column, problem.value, problem.hint)) as u32;
        self.at.push(At { line, texts, rule, file });
    }

    /// Some more, of the first file.
    pub(super) fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.push(problem));
    }

    /// Those of another behind these, all of one file.
    pub(super) fn append_of(&mut self, file: u16, other: Self) {
        self.take_in(other, |_| file);
    }

    fn take_in(&mut self, other: Self, file: impl Fn(u16) -> u16) {
        let moved = self.texts.len() as u32;
        self.texts.append(other.texts);
        for at in other.at {
            let rule = other.rules[usize::from(at.rule)];
            let rule = self.rules.iter().position(|known| *known == rule).unwrap_or_else(|| {
                self.rules.push(rule);
                self.rules.len() - 1
            });
            self.at.push(At {
                texts: at.texts + moved,
                rule: rule as u16,
                file: file(at.file),
                ..at
            });
        }
    }

    /// Those of another behind these.
    pub(super) fn append(&mut self, other: Self) {
        self.append_of(0, other);
    }

    /// Those of another behind these, each of its own file.
    pub(super) fn append_all(&mut self, other: Self) {
        self.take_in(other, |file| file);
    }

    /// In the order of file and line; those of one line as they came.
    pub(super) fn sort(&mut self) {
        self.at.sort_by_key(|at| (at.file, at.line));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.at.is_empty()
    }

    /// Each with the number of its file, read one by one.
    pub fn iter(&self) -> impl Iterator<Item = (u16, Problem)> + '_ {
        self.at.iter().filter_map(|at| {
            let Texts(column, value, hint) = self.texts.get(at.texts as usize)?;
            let rule = self.rules[usize::from(at.rule)];
            Some((at.file, Problem { rule, line: at.line, column, value, hint }))
        })
    }

    /// How many of each rule there are in a file.
    pub fn rules(&self, file: u16) -> BTreeMap<&'static str, u64> {
        let mut rules = BTreeMap::new();
        for at in self.at.iter().filter(|at| at.file == file) {
            *rules.entry(self.rules[usize::from(at.rule)]).or_insert(0) += 1;
        }
        rules
    }
}
