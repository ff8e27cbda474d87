//! Evidence in the store: the files as received, an entry for each, and the graph that is read
//! out of them when a question is asked.
//!
//! ```text
//! evidence/files.json            every file with its layout, counts, publisher and terms
//! evidence/received/<sha12>-<name>  the bytes as received
//! evidence/set-aside/<sha12>.ndjson records that could not be read, and what was odd
//! ```
//!
//! Nothing is stored that is not in the received bytes, so that a better reader answers better
//! from the same store. Files are written aside, synced and renamed, `files.json` last.

pub mod graph;
pub mod listing;
pub mod load;

use crate::failure::Failure;
use crate::watchlists::{ReceivedFile, broken, write_whole};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// One file of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Layout and the first 12 digits of its SHA-256: what each statement cites.
    pub id: String,
    /// Layout that reads it.
    pub layout: String,
    /// What its layout tells of: `components`, `companies`, …
    pub tells_of: String,
    /// Publisher, as the layout knows or as was said.
    pub publisher: String,
    /// The publisher's terms; empty where they are not known.
    pub licence: String,
    /// Where it is published; may be empty.
    pub url: String,
    /// Name, hash and size.
    pub file: ReceivedFile,
    /// Records in it.
    pub rows_in: u64,
    /// Records read, repeats among them.
    pub rows_loaded: u64,
    /// Records that could not be read.
    pub rows_set_aside: u64,
    /// Different things told of.
    pub distinct: u64,
    /// How often each rule applied.
    pub rules: BTreeMap<String, u64>,
    /// The day it was loaded.
    pub loaded: String,
}

impl Entry {
    /// Publisher and terms, as they must be shown wherever its statements are.
    pub fn attribution(&self) -> String {
        let parts = [self.publisher.as_str(), self.licence.as_str()];
        let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        if known.is_empty() {
            return format!("{}, publisher and terms not stated", self.file.name);
        }
        known.join(", ")
    }
}

/// All files of evidence.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Sorted by layout and name.
    pub files: Vec<Entry>,
}

/// The folder of evidence in a store.
pub fn folder(store: &Path) -> PathBuf {
    store.join("evidence")
}

impl Evidence {
    /// Of a store; empty where none was loaded.
    pub fn open(store: &Path) -> Result<Evidence, Failure> {
        let path = folder(store).join("files.json");
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|e| broken(&path, e)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Evidence::default()),
            Err(e) => Err(broken(&path, e)),
        }
    }

    fn write(&self, store: &Path) -> Result<(), Failure> {
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        write_whole(&folder(store).join("files.json"), &bytes)
    }
}
