//! Watchlists in the store: the bytes as received, an entry for each edition of each list, and
//! compiled snapshots.
//!
//! ```text
//! lists/editions.json            every edition with its files, counts and how its day is known
//! lists/received/<sha12>-<name>  the publishers' bytes
//! lists/snapshots/<id>.plimsnap  compiled, named by the hash of its content
//! lists/snapshots/index.json     which editions a snapshot was compiled from
//! lists/set-aside/<sha12>.ndjson records that could not be read
//! ```
//!
//! New files are written aside, synced and renamed, `editions.json` last, under the store's one
//! writer's lock. A list that is empty, cut or suddenly shrunken changes nothing: the last good
//! edition stays.

mod changes;
pub mod load;
pub mod queries;
pub mod snapshots;

use crate::failure::{Exit, Failure};
use crate::mapped::{self, Bytes};
use crate::progress::CountProgress;
use plimsoll_ingest::containers;
use plimsoll_ingest::error::IngestError;
use plimsoll_screen::lists::ListError;
use plimsoll_screen::scratch::{Room, Scratch, Tape};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// No list is longer: a snapshot holds so much of names, and what unpacks to more was packed to do
/// harm.
const MOST_BYTES: u64 = 4 << 30;
/// Evidence is read into memory.
const MOST_IN_MEMORY: u64 = 2 << 30;

/// One file of an edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceivedFile {
    /// Its name, without folders.
    pub name: String,
    /// The member that was read, where it is an archive.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub member: String,
    /// SHA-256 of the file as received.
    pub sha256: String,
    /// Size as received.
    pub bytes: u64,
}

impl ReceivedFile {
    /// Where it is in the folder of lists.
    pub fn path(&self, lists: &Path) -> PathBuf {
        lists.join("received").join(format!("{}-{}", self.short(), self.name))
    }

    /// Where the records of it that could not be read are.
    pub fn set_aside(&self, lists: &Path) -> PathBuf {
        let member: String = self.member.chars().map(plain).collect();
        let dash = if member.is_empty() { "" } else { "-" };
        lists.join("set-aside").join(format!("{}{dash}{member}.ndjson", self.short()))
    }

    /// What its reader is told it is called: of an archive the member, without folders; of a
    /// workbook its own name too, since many a sheet is called `Sheet1`.
    pub fn shown(&self) -> String {
        let member = self.member.rsplit(['/', '\\']).next().unwrap_or_default();
        let (stem, end) = self.name.rsplit_once('.').unwrap_or((&self.name, ""));
        let book = ["xlsx", "xlsm", "ods"].iter().any(|known| end.eq_ignore_ascii_case(known));
        let stem = book.then_some(stem);
        match (member, stem) {
            ("", _) => self.name.clone(),
            (sheet, Some(stem)) if is_unnamed(sheet) => stem.to_owned(),
            (sheet, Some(stem)) => format!("{stem} {sheet}"),
            (member, None) => member.to_owned(),
        }
    }

    fn short(&self) -> &str {
        self.sha256.get(..12).unwrap_or(&self.sha256)
    }
}

/// Whether a sheet is called as its program calls the first: one word and a 1. The others of a
/// workbook keep their names, so that no two of them are one list.
fn is_unnamed(sheet: &str) -> bool {
    let word = sheet.strip_suffix('1').unwrap_or_default().trim_end();
    !word.is_empty() && word.chars().all(char::is_alphabetic)
}

/// A character that a file name of any system may hold.
fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' }
}

/// One edition of one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Id of the list.
    pub list: String,
    /// Its title.
    pub title: String,
    /// The day it stands for, `YYYY-MM-DD`.
    pub edition: String,
    /// How that day is known: `content`, `said`, `file name`, `folder`, `its base` or `day of
    /// loading`.
    pub day_from: String,
    /// Layout that read it.
    pub layout: String,
    /// Publisher.
    pub publisher: String,
    /// The publisher's terms.
    pub licence: String,
    /// Where it is published.
    pub url: String,
    /// Its files, in the order in which they were read.
    pub files: Vec<ReceivedFile>,
    /// Listed parties.
    pub entities: u64,
    /// Their names.
    pub names: u64,
    /// The day it was loaded.
    pub loaded: String,
}

/// All editions.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Editions {
    /// Sorted by list and day.
    pub editions: Vec<Edition>,
}

/// The folder of lists in a store.
pub fn folder(store: &Path) -> PathBuf {
    store.join("lists")
}

impl Editions {
    /// Of a store; empty where none was loaded.
    pub fn open(store: &Path) -> Result<Editions, Failure> {
        let path = folder(store).join("editions.json");
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| broken(&path, e)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Editions::default()),
            Err(e) => Err(broken(&path, e)),
        }
    }

    /// The newest edition of each list that stood on a day; of all days without one.
    pub fn standing(&self, day: Option<&str>) -> Vec<&Edition> {
        let mut newest: BTreeMap<&str, &Edition> = BTreeMap::new();
        for edition in &self.editions {
            let stood = day.is_none_or(|day| edition.edition.as_str() <= day);
            let newer = |other: &&Edition| other.edition <= edition.edition;
            if stood && newest.get(edition.list.as_str()).is_none_or(newer) {
                newest.insert(&edition.list, edition);
            }
        }
        newest.into_values().collect()
    }

    fn write(&self, store: &Path) -> Result<(), Failure> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        write_whole(&folder(store).join("editions.json"), &bytes)
    }
}

/// A fault of the store itself.
pub fn broken(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::usage(
        "store-broken",
        format!("the store {}: {why}", path.display()),
        "check free space and permissions; --store names another folder",
    )
}

/// Writes a file aside, syncs it and renames it, so that it is there whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_by(path, |out| out.write_all(bytes))
}

/// The same for content that is not in memory.
pub fn write_by(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let parent = path.parent().unwrap_or(path);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let aside = parent.join(format!(".new-{}-{name}", std::process::id()));
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(parent)?;
        let mut out = BufWriter::new(File::create(&aside)?);
        content(&mut out)?;
        out.into_inner()?.sync_all()?;
        fs::rename(&aside, path)
    };
    write().map_err(|e| {
        let _ = fs::remove_file(&aside);
        broken(path, e)
    })
}

/// A fault of a list's file, with its code and what to do.
pub fn failure_of(error: &ListError) -> Failure {
    let (code, hint) = match error {
        ListError::Empty { .. } => {
            ("list-empty", "fetch the file again; the last good edition still stands")
        }
        ListError::Cut { .. } => (
            "list-cut",
            "fetch the file again and compare its size with the publisher's; the last good edition still stands",
        ),
        ListError::Malformed { .. } => (
            "list-malformed",
            "open it in an editor: is it the list, or a message of the service? The last good edition still stands",
        ),
        ListError::NoRoom { .. } => (
            "list-no-room",
            "free about four times its size where the store is (--store names another folder)",
        ),
        ListError::PartAlone { .. } => (
            "list-part-alone",
            "name all files of the set in one command, such as sdn.csv alt.csv add.csv sdn_comments.csv",
        ),
    };
    Failure { exit: Exit::Failed, code, message: error.to_string(), hint: hint.into() }
}

/// Tapes in the folder of lists, and who waits for what is put there.
struct OnDisk {
    folder: PathBuf,
    progress: Rc<CountProgress>,
}

impl Scratch for OnDisk {
    fn tape(&self) -> std::io::Result<Box<dyn Tape>> {
        Ok(Box::new(nameless(&self.folder)?))
    }

    fn kept(&self, values: u64) {
        self.progress.see(values);
    }
}

/// Room on disk for what readers of lists find, and for a snapshot in the making.
fn room(store: &Path, progress: &Rc<CountProgress>) -> Room {
    Room::new(OnDisk { folder: folder(store), progress: progress.clone() })
}

/// For who waits while a list is read.
fn reading_progress() -> Rc<CountProgress> {
    Rc::new(CountProgress::new("reading the lists"))
}

/// A file without a name, which goes when it is dropped, whatever happens: beside the lists, since
/// the folder for temporary files is often in memory; there where the store cannot be written.
fn nameless(folder: &Path) -> std::io::Result<File> {
    tempfile::tempfile_in(folder).or_else(|_| tempfile::tempfile())
}

/// A file that cannot be read at all.
pub fn unreadable(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure::usage(
        "file-unreadable",
        format!("cannot read {}: {why}", path.display()),
        "check the path and the permissions",
    )
}

/// The content of a file of the store, or of a member of an archive, unpacked, where it lies.
pub fn content(path: &Path, member: &str) -> Result<Bytes, Failure> {
    let in_store = |e: std::io::Error| broken(path, e);
    // Of an empty file its reader says of which list there is no entry.
    let length = fs::metadata(path).map_err(in_store)?.len();
    if length == 0 {
        return Ok(Bytes::Owned(Vec::new()));
    }
    if length > MOST_BYTES {
        return Err(too_long(path, MOST_BYTES));
    }
    let fault = |e: IngestError| Failure::from_ingest_at(path, &e);
    if !containers::is_packed(path).map_err(fault)? {
        return mapped::open(path).map_err(in_store);
    }
    let only = (!member.is_empty()).then_some(member);
    let folder = path.parent().unwrap_or(path);
    let no_room = |e| broken(folder, e);
    let mut file = nameless(folder).map_err(no_room)?;
    let count = match containers::copy_raw(path, only, MOST_BYTES + 1, &mut file) {
        Err(IngestError::Empty { .. }) => return Ok(Bytes::Owned(Vec::new())),
        other => other.map_err(fault)?,
    };
    // Of an archive with one member the store may hold no name.
    if count != 1 {
        return Err(not_one(path));
    }
    if file.metadata().map_err(no_room)?.len() > MOST_BYTES {
        return Err(too_long(path, MOST_BYTES));
    }
    mapped::map(&file).map_err(no_room)
}

fn not_one(path: &Path) -> Failure {
    Failure::usage(
        "file-refused",
        format!("{} is a workbook or an archive, not the file of a list", path.display()),
        "save the workbook as CSV, or unpack the archive, and load that",
    )
}

fn too_long(path: &Path, most: u64) -> Failure {
    Failure::usage(
        "file-refused",
        format!("{} holds more than {} GiB", path.display(), most >> 30),
        "load the lists of which it is collected one by one: each is far shorter",
    )
}

/// The content of a file of evidence, unpacked, in memory.
pub fn unpack(path: &Path, member: &str) -> Result<Vec<u8>, Failure> {
    let only = (!member.is_empty()).then_some(member);
    let mut all = match containers::raw(path, only, MOST_IN_MEMORY + 1) {
        // Its reader says of which list there is no entry.
        Err(IngestError::Empty { .. }) => return Ok(Vec::new()),
        other => other.map_err(|e| Failure::from_ingest_at(path, &e))?,
    };
    // Of an archive with one member the store may hold no name.
    let (Some(found), true) = (all.pop(), all.is_empty()) else { return Err(not_one(path)) };
    if found.bytes.len() as u64 > MOST_IN_MEMORY {
        return Err(too_long(path, MOST_IN_MEMORY));
    }
    Ok(found.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_sheets_of_no_two_workbooks_are_called_alike() {
        for (name, member, shown) in [
            ("blocked_firms.xlsx", "Sheet1", "blocked_firms"),
            ("blocked_ships.XLSX", "Лист1", "blocked_ships"),
            ("blocked_ships.xlsx", "Sheet2", "blocked_ships Sheet2"),
            ("blocked.ods", "Q1 2024", "blocked Q1 2024"),
            ("lists.zip", "sub/mine.csv", "mine.csv"),
            ("mine.csv", "", "mine.csv"),
        ] {
            let file = ReceivedFile {
                name: name.into(),
                member: member.into(),
                sha256: String::new(),
                bytes: 0,
            };
            assert_eq!(file.shown(), shown);
        }
    }
}
