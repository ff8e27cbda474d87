//! What did sources say of companies, their parts, weapons and owners?
//!
//! One trait, one list, one file for each family of layouts. A reader takes bytes and returns
//! statements with their lines *and* problems: a row that cannot be read stops nothing, and
//! `rows_in = rows_loaded + rows_set_aside`. A maker that the source does not know stays unknown.

pub mod bods;
pub mod ftm;
pub mod gleif;
pub mod gleif_lei;
pub mod parts;
pub mod registers;
mod sheet;

use crate::error::IngestError;
use plimsoll_terms::evidence::{Citation, Graph};
use plimsoll_terms::problem::Problem;
use std::collections::BTreeMap;

/// A file as received, unpacked.
#[derive(Clone, Copy, Debug)]
pub struct EvidenceFile<'a> {
    /// Its name without folders, for messages.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
    /// What each statement cites: the id of the file in the store.
    pub source: &'a str,
    /// Publisher and terms, as they must be shown with each statement.
    pub attribution: &'a str,
}

impl EvidenceFile<'_> {
    fn cited(&self, line: u64, link: &str) -> Citation {
        Citation {
            source: self.source.to_owned(),
            line,
            link: link.trim().to_owned(),
            attribution: self.attribution.to_owned(),
        }
    }

    fn empty(&self) -> IngestError {
        IngestError::Empty { path: self.name.into() }
    }

    fn unreadable(&self, detail: impl Into<String>) -> IngestError {
        IngestError::Unreadable { path: self.name.into(), detail: detail.into() }
    }
}

/// What a reader returns.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The statements.
    pub graph: Graph,
    /// Records in the file.
    pub rows_in: u64,
    /// Records that were read; repeats are among them.
    pub rows_loaded: u64,
    /// Records that could not be read.
    pub rows_set_aside: u64,
    /// Different things told of: components, companies, weapons.
    pub distinct: u64,
    /// How often each rule applied, in records.
    pub rules: BTreeMap<String, u64>,
    /// Records set aside, and what was odd in others; by line.
    pub problems: Vec<Problem>,
}

impl Parsed {
    fn note(&mut self, problem: Problem) {
        *self.rules.entry(problem.rule.to_owned()).or_default() += 1;
        self.problems.push(problem);
    }

    fn set_aside(&mut self, problem: Problem) {
        self.rows_set_aside += 1;
        self.note(problem);
    }
}

/// A layout in which somebody publishes statements of this kind.
pub trait EvidenceFormat: Sync {
    /// Its name for `--as`.
    fn id(&self) -> &'static str;
    /// What it is, for lists of layouts.
    fn title(&self) -> &'static str;
    /// Who publishes it; empty where anybody may.
    fn publisher(&self) -> &'static str;
    /// The publisher's terms; empty where they are not known.
    fn licence(&self) -> &'static str;
    /// Where it is published; may be empty.
    fn url(&self) -> &'static str;
    /// What its records tell of: `components`, `companies`, …
    fn tells_of(&self) -> &'static str;
    /// How sure it is, 0 to 100, that this is the beginning of a file in its layout.
    fn recognise(&self, head: &[u8]) -> u8;
    /// Reads a file.
    ///
    /// # Errors
    /// Where the file as a whole is empty, cut or not in this layout; then nothing of it counts.
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError>;
    /// A small made-up file in this layout: name and content.
    fn example(&self) -> (&'static str, &'static str);
}

/// All layouts, in the order in which they are tried and shown.
pub static ALL: &[&dyn EvidenceFormat] = &[
    &parts::WarComponents,
    &parts::PartsCsv,
    &registers::Makers,
    &registers::Weapons,
    &registers::SupplyEdges,
    &registers::Teardowns,
    &bods::Bods,
    &gleif::Relationships,
    &gleif::Entities,
    &gleif_lei::LeiJson,
    &gleif_lei::LeiXml,
];

/// The layout of this name.
pub fn by_id(id: &str) -> Option<&'static dyn EvidenceFormat> {
    ALL.iter().copied().find(|format| format.id() == id)
}

/// The layout that is surest of a file, from 50 on.
pub fn surest(head: &[u8]) -> Option<&'static dyn EvidenceFormat> {
    let sure = ALL.iter().map(|format| (*format, format.recognise(head)));
    let surest = sure.rev().max_by_key(|(_, sure)| *sure)?;
    Some(surest.0).filter(|_| surest.1 >= 50)
}

/// A country as ISO 3166 code of two letters, from a code or a name; the publisher's own text
/// where the catalogue does not know it, none where the source does not say.
fn country(text: &str) -> Option<String> {
    let text = text.trim();
    if plimsoll_terms::evidence::is_unknown(text) {
        return None;
    }
    let known = plimsoll_terms::place::by_user(text).ok().and_then(|place| place.iso2());
    Some(known.map_or_else(|| text.to_owned(), str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_terms::evidence::NodeKind;

    #[test]
    fn every_example_is_read_and_known_by_its_layout_alone() {
        for format in ALL {
            let (name, text) = format.example();
            let known = surest(text.as_bytes()).map(|f| f.id());
            assert_eq!(known, Some(format.id()), "{name}");
            let bytes = text.as_bytes();
            let file = EvidenceFile { name, bytes, source: "made-up", attribution: "made up" };
            let parsed = format.read(&file).unwrap();
            let kinds = [NodeKind::Company, NodeKind::Weapon];
            let nodes: usize = kinds.iter().map(|kind| parsed.graph.nodes(*kind).count()).sum();
            assert!(parsed.graph.edges().count() + nodes > 0, "{name}");
            assert_eq!(parsed.rows_in, parsed.rows_loaded + parsed.rows_set_aside, "{name}");
        }
    }

    /// Whatever the bytes are, the answer is an error or records with problems.
    #[test]
    fn damaged_files_give_no_panic() {
        for format in ALL {
            let (name, text) = format.example();
            for end in 0..text.len() {
                let mut bytes = text.as_bytes().get(..end).unwrap_or_default().to_vec();
                for odd in [&b""[..], b"\xff\xfe", b"\"", b"[[[[", b"\0\0,\n,,,,"] {
                    bytes.extend(odd);
                    let file = EvidenceFile { name, bytes: &bytes, source: "s", attribution: "a" };
                    surest(&bytes);
                    if let Ok(parsed) = format.read(&file) {
                        assert_eq!(parsed.rows_in, parsed.rows_loaded + parsed.rows_set_aside);
                    }
                }
            }
        }
    }
}
