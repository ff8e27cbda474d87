//! From a file to statements in the store.

use super::{Entry, Evidence, folder};
use crate::failure::Failure;
use crate::watchlists::{ReceivedFile, unpack, unreadable, write_whole};
use plimsoll_ingest::containers;
use plimsoll_ingest::evidence::{self, EvidenceFile, EvidenceFormat, Parsed};
use plimsoll_screen::lists::{self, ListFile};
use plimsoll_terms::problem::Problem;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// So much of a file is enough to recognise it.
const HEAD: u64 = 64 * 1024;
/// A file with fewer than so many hundredths of the records of the one whose place it takes is
/// refused.
const LEAST_SHARE: u64 = 67;

/// What was said about how to load.
pub struct How<'a> {
    /// Today.
    pub today: &'a str,
    /// `--replace`.
    pub replace: bool,
    /// `--accept-shrunk`.
    pub accept_shrunk: bool,
    /// `--set publisher=` and `--set licence=`.
    pub said: BTreeMap<&'a str, &'a str>,
}

/// What became of one file.
pub struct FileReport {
    /// As on the command line.
    pub path: PathBuf,
    /// What is in the store of it, or would be.
    pub entry: Entry,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// Whether nothing changed, since it was in the store.
    pub already: bool,
    /// The file whose place it takes, where there was one: its id.
    pub replaced: Option<String>,
}

/// The layout of a file of evidence: the one that is told, or one that is surer of the file than
/// any layout of watchlists.
pub fn recognise(path: &Path, told: Option<&str>) -> Option<&'static dyn EvidenceFormat> {
    if let Some(told) = told {
        return evidence::by_id(told);
    }
    let heads = containers::raw(path, None, HEAD).ok()?;
    let [head] = heads.as_slice() else { return None };
    let format = evidence::surest(&head.bytes)?;
    let name = path.file_name()?.to_string_lossy();
    let list = lists::surest(&ListFile { name: &name, bytes: &head.bytes });
    list.is_none_or(|(_, sure)| sure < format.recognise(&head.bytes)).then_some(format)
}

/// Reads a file and keeps it; one that was refused changes nothing.
pub fn load(
    store: &Path,
    path: &Path,
    format: &'static dyn EvidenceFormat,
    how: &How<'_>,
) -> Result<FileReport, Failure> {
    let mut evidence = Evidence::open(store)?;
    let raw = fs::read(path).map_err(|e| unreadable(path, e))?;
    let sha256: String = Sha256::digest(&raw).iter().map(|b| format!("{b:02x}")).collect();
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let id = format!("{}-{}", format.id(), sha256.get(..12).unwrap_or(&sha256));
    let there = evidence.files.iter().find(|e| e.id == id);
    if let Some(entry) = there.filter(|_| !how.replace) {
        let (entry, path) = (entry.clone(), path.to_owned());
        return Ok(FileReport { path, entry, problems: vec![], already: true, replaced: None });
    }
    let file = ReceivedFile { name, member: String::new(), sha256, bytes: raw.len() as u64 };
    let mut entry = new_entry(format, id, file, how);
    let content = unpack(path, "")?;
    let parsed = read(format, &entry, &content, path)?;
    entry.rows_in = parsed.rows_in;
    entry.rows_loaded = parsed.rows_loaded;
    entry.rows_set_aside = parsed.rows_set_aside;
    entry.distinct = parsed.distinct;
    entry.rules = parsed.rules;
    if entry.rows_loaded == 0 {
        return Err(Failure::usage(
            "nothing-readable",
            format!("{}: none of its {} records could be read", path.display(), entry.rows_in),
            "is this the right file, layout and text encoding? --as forces a layout",
        ));
    }
    let before = |e: &&Entry| e.layout == entry.layout && e.file.name == entry.file.name;
    let before = evidence.files.iter().find(before).cloned();
    if let Some(old) = before.as_ref().filter(|old| shrunk(old, &entry) && !how.accept_shrunk) {
        return Err(Failure::usage(
            "evidence-shrunk",
            format!(
                "{} has {} records, and the file of this name in the store has {}; the old one stands",
                path.display(),
                entry.rows_loaded,
                old.rows_loaded
            ),
            "fetch it again and compare; --accept-shrunk takes it",
        ));
    }
    let root = folder(store);
    write_whole(&entry.file.path(&root), &raw)?;
    let lines = parsed.problems.iter().take(100_000);
    let lines: String =
        lines.filter_map(|p| serde_json::to_string(p).ok()).map(|l| l + "\n").collect();
    if !lines.is_empty() {
        write_whole(&entry.file.set_aside(&root), lines.as_bytes())?;
    }
    evidence.files.retain(|e| e.id != entry.id && before.as_ref().is_none_or(|b| b.id != e.id));
    evidence.files.push(entry.clone());
    evidence
        .files
        .sort_by(|a, b| (&a.layout, &a.file.name, &a.id).cmp(&(&b.layout, &b.file.name, &b.id)));
    evidence.write(store)?;
    let replaced = before.map(|old| old.id).filter(|old| *old != entry.id);
    Ok(FileReport {
        path: path.to_owned(),
        entry,
        problems: parsed.problems,
        already: false,
        replaced,
    })
}

fn shrunk(old: &Entry, new: &Entry) -> bool {
    old.id != new.id && new.rows_loaded * 100 < old.rows_loaded * LEAST_SHARE
}

fn new_entry(format: &dyn EvidenceFormat, id: String, file: ReceivedFile, how: &How<'_>) -> Entry {
    let said = |what: &str, known: &str| how.said.get(what).copied().unwrap_or(known).to_owned();
    Entry {
        id,
        layout: format.id().to_owned(),
        tells_of: format.tells_of().to_owned(),
        publisher: said("publisher", format.publisher()),
        licence: said("licence", format.licence()),
        url: format.url().to_owned(),
        file,
        rows_in: 0,
        rows_loaded: 0,
        rows_set_aside: 0,
        distinct: 0,
        rules: BTreeMap::new(),
        loaded: how.today.to_owned(),
    }
}

/// Reads the content of a file by its entry.
pub fn read(
    format: &dyn EvidenceFormat,
    entry: &Entry,
    content: &[u8],
    path: &Path,
) -> Result<Parsed, Failure> {
    let attribution = entry.attribution();
    let file = EvidenceFile {
        name: &entry.file.name,
        bytes: content,
        source: &entry.id,
        attribution: &attribution,
    };
    format.read(&file).map_err(|e| Failure::from_ingest_at(path, &e))
}
