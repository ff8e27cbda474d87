//! The store: a folder of Parquet files and a manifest that other programs can read too.
//!
//! A load is all or nothing. New files are written aside, synced and renamed, and the
//! manifest comes last, so that a kill at any moment leaves the old state; what a killed
//! load left behind is swept away by the next one. One writer at a time.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::IngestError;
use crate::formats;
use crate::totals::Index;
use serde::{Deserialize, Serialize};

/// The manifest's name.
pub const MANIFEST: &str = "datapackage.json";
/// The form of the store that this program writes.
const STORE_FORMAT: u32 = 1;
/// Files that are not committed yet begin so.
const ASIDE: &str = ".new-";
/// The folders of the tables.
pub const FOLDERS: [&str; 2] = ["trade", "shipments"];
/// The files of a source, by what follows its id and a dot.
const WHAT: [&str; 3] = ["parquet", "index.json", "set-aside.ndjson"];

/// Everything the store holds: a Frictionless Data Package.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// Always `plimsoll-store`.
    pub name: String,
    /// Form of the store.
    pub store_format: u32,
    /// Number of loads so far; orders vintages of the same date.
    pub sequence: u64,
    /// One for each loaded source of the `trade` table; in the file the shipments stand among them.
    pub resources: Vec<Loaded>,
    /// One for each loaded source of the `shipments` table.
    #[serde(skip)]
    pub shipments: Vec<Loaded>,
}

impl Manifest {
    /// The sources of all tables.
    pub fn all(&self) -> impl Iterator<Item = &Loaded> {
        self.resources.iter().chain(&self.shipments)
    }

    /// Parts the sources by table, as they are kept in memory.
    fn parted(mut self) -> Manifest {
        let (shipments, trade) = self.resources.into_iter().partition(Loaded::is_of_shipments);
        (self.resources, self.shipments) = (trade, shipments);
        self
    }

    /// Joins them, as they are written.
    fn joined(&self) -> Manifest {
        let mut all = self.clone();
        all.resources.append(&mut all.shipments);
        all
    }
}

/// One loaded source file (or member of an archive).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Loaded {
    /// Its id, in the `source_id` column.
    pub name: String,
    /// The Parquet file, relative to the store.
    pub path: String,
    /// Always `parquet`.
    pub format: String,
    /// Dataset, such as `comtrade`.
    pub dataset: String,
    /// Vintage: what the publisher calls it, or the day it was loaded.
    pub vintage: String,
    /// Order of loading.
    pub sequence: u64,
    /// Layout that read it.
    pub layout: String,
    /// Who published it.
    pub publisher: String,
    /// Where the dataset is published; empty where that is not known.
    #[serde(default)]
    pub url: String,
    /// The publisher's terms, in a few words.
    #[serde(default)]
    pub licence: String,
    /// File name as given, without folders; an archive's member behind a slash.
    pub file: String,
    /// SHA-256 of the file as given.
    pub sha256: String,
    /// Size of the file as given, bytes.
    pub bytes: u64,
    /// Day it was loaded.
    pub loaded: String,
    /// What the person said of it, such as `reporter=CHN`.
    #[serde(default)]
    pub said: Vec<String>,
    /// Rows read.
    pub rows_in: u64,
    /// Rows in the table.
    pub rows_loaded: u64,
    /// Rows that could not be read.
    pub rows_set_aside: u64,
    /// What was found, by rule.
    pub rules: BTreeMap<String, u64>,
    /// First period, such as `2020-01`.
    pub first_period: String,
    /// Last period.
    pub last_period: String,
}

impl Loaded {
    /// Whether its rows are in the `shipments` table.
    pub fn is_of_shipments(&self) -> bool {
        self.path.starts_with("shipments/")
    }

    /// The folder of its table.
    fn folder(&self) -> &'static str {
        FOLDERS[usize::from(self.is_of_shipments())]
    }
}

/// A store that can be read: the last complete manifest.
#[derive(Clone, Debug)]
pub struct Store {
    root: PathBuf,
    /// What it holds.
    pub manifest: Manifest,
}

fn store_error(path: &Path, detail: impl ToString) -> IngestError {
    IngestError::Store { path: path.to_owned(), detail: detail.to_string() }
}

impl Store {
    /// Opens a store; a folder that is not there, or has no manifest, is an empty store.
    pub fn open(root: &Path) -> Result<Store, IngestError> {
        let path = root.join(MANIFEST);
        let manifest = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice::<Manifest>(&bytes)
                .map_err(|e| IngestError::Manifest { path: path.clone(), detail: e.to_string() })?
                .parted(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Manifest {
                name: "plimsoll-store".into(),
                store_format: STORE_FORMAT,
                sequence: 0,
                resources: Vec::new(),
                shipments: Vec::new(),
            },
            Err(e) => return Err(store_error(&path, e)),
        };
        if manifest.store_format != STORE_FORMAT {
            let detail = format!(
                "is of form {}, and this program reads form {STORE_FORMAT}",
                manifest.store_format
            );
            return Err(store_error(root, detail));
        }
        Ok(Store { root: root.to_owned(), manifest })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The Parquet file of a source.
    pub fn parquet(&self, source: &Loaded) -> PathBuf {
        self.root.join(&source.path)
    }

    /// Whether the file of every source is there: a sum over the others would be wrong and
    /// nobody would see it.
    pub fn check_files(&self) -> Result<(), IngestError> {
        let lost = self.manifest.all().map(|source| (source, self.parquet(source)));
        match lost.into_iter().find(|(_, path)| !path.is_file()) {
            None => Ok(()),
            Some((source, path)) => Err(IngestError::Lost { path, file: source.file.clone() }),
        }
    }

    /// What a source covers.
    pub fn index(&self, source: &Loaded) -> Result<Index, IngestError> {
        let path = self.parquet(source).with_extension("index.json");
        let bytes = fs::read(&path).map_err(|e| store_error(&path, e))?;
        serde_json::from_slice(&bytes).map_err(|e| store_error(&path, e))
    }
}

/// The one who may write.
pub struct Writer {
    /// The store as it will be after [`Writer::commit`].
    pub store: Store,
    _lock: File,
}

impl Writer {
    /// Creates the folder if need be, locks it and sweeps what a killed load left behind.
    pub fn open(root: &Path) -> Result<Writer, IngestError> {
        fs::create_dir_all(root.join("trade")).map_err(|e| store_error(root, e))?;
        let lock_path = root.join(".lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&lock_path)
            .map_err(|e| store_error(&lock_path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => {
                return Err(IngestError::Locked { path: root.to_owned() });
            }
            Err(fs::TryLockError::Error(e)) => return Err(store_error(&lock_path, e)),
        }
        let writer = Writer { store: Store::open(root)?, _lock: lock };
        writer.sweep()?;
        Ok(writer)
    }

    /// Removes what an unfinished load left in the folders of the tables: files written aside,
    /// and files under a name of ours that the manifest does not hold. Whatever else is there is
    /// not ours.
    pub fn sweep(&self) -> Result<(), IngestError> {
        FOLDERS.iter().try_for_each(|folder| self.sweep_folder(folder))
    }

    fn sweep_folder(&self, table: &str) -> Result<(), IngestError> {
        let folder = self.store.root.join(table);
        if !folder.is_dir() {
            return Ok(());
        }
        for entry in fs::read_dir(&folder).map_err(|e| store_error(&folder, e))? {
            let entry = entry.map_err(|e| store_error(&folder, e))?;
            let path = entry.path();
            // The type of the entry itself: a link is never followed.
            let file = entry.file_type().is_ok_and(|kind| kind.is_file());
            let name = entry.file_name();
            if file && name.to_str().is_some_and(|name| self.is_left_over(table, name)) {
                fs::remove_file(&path).map_err(|e| store_error(&path, e))?;
            }
        }
        Ok(())
    }

    /// Whether a file name in a table's folder is one that only an unfinished load leaves there.
    fn is_left_over(&self, table: &str, name: &str) -> bool {
        if name.starts_with(ASIDE) {
            return true;
        }
        let Some((id, what)) = name.split_once('.') else {
            return false;
        };
        let kept =
            |r: &Loaded| r.name == id && r.folder() == table || r.path == format!("{table}/{name}");
        WHAT.contains(&what) && is_id(id) && !self.store.manifest.all().any(kept)
    }

    /// Where to write a new source's file of the `trade` table before it is committed.
    pub fn aside(&self, id: &str, what: &str) -> PathBuf {
        self.aside_in(FOLDERS[0], id, what)
    }

    /// The same for a table of [`FOLDERS`].
    pub fn aside_in(&self, table: &str, id: &str, what: &str) -> PathBuf {
        self.store.root.join(table).join(format!("{ASIDE}{id}.{what}"))
    }

    /// Makes the folder of a table of [`FOLDERS`].
    pub fn make_folder(&self, table: &str) -> Result<(), IngestError> {
        let folder = self.store.root.join(table);
        fs::create_dir_all(&folder).map_err(|e| store_error(&folder, e))
    }

    /// Syncs and renames the files of new sources, then writes the manifest.
    pub fn commit(&mut self, new: Vec<Loaded>, replaced: &[String]) -> Result<(), IngestError> {
        let root = self.store.root.clone();
        for source in &new {
            let folder = root.join(source.folder());
            for what in WHAT {
                let from = self.aside_in(source.folder(), &source.name, what);
                if !from.exists() {
                    continue;
                }
                let to = folder.join(format!("{}.{what}", source.name));
                File::open(&from).and_then(|f| f.sync_all()).map_err(|e| store_error(&from, e))?;
                fs::rename(&from, &to).map_err(|e| store_error(&to, e))?;
            }
        }
        FOLDERS.iter().for_each(|folder| sync_folder(&root.join(folder)));
        let mut manifest = self.store.manifest.joined();
        manifest
            .resources
            .retain(|r| !replaced.contains(&r.name) && !new.iter().any(|n| n.name == r.name));
        manifest.sequence = new.iter().map(|n| n.sequence).max().unwrap_or(manifest.sequence);
        manifest.resources.extend(new);
        write_manifest(&root, &manifest)?;
        self.store.manifest = manifest.parted();
        // The load is done; what cannot be removed now, the next writer removes.
        let _ = self.sweep();
        Ok(())
    }
}

/// Whether this is an id that a load gives: the layout, the start of the file's SHA-256,
/// `-2` and so on for further members, `-again7` for what replaced an older one.
fn is_id(id: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let layouts = formats::ALL.iter().map(|format| format.id()).chain([crate::mapping::LAYOUT]);
    layouts.into_iter().any(|layout| {
        let rest = id.strip_prefix(layout).and_then(|rest| rest.strip_prefix('-'));
        let Some((hash, rest)) = rest.and_then(|rest| rest.split_at_checked(12)) else {
            return false;
        };
        let (member, again) = rest.split_once("-again").map_or((rest, None), |(m, a)| (m, Some(a)));
        hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            && (member.is_empty() || member.strip_prefix('-').is_some_and(number))
            && again.is_none_or(number)
    })
}

/// Renames are only lasting once the folder itself is synced; where a system cannot sync
/// folders, the rename is as lasting as it gets.
fn sync_folder(folder: &Path) {
    if let Ok(handle) = File::open(folder) {
        let _ = handle.sync_all();
    }
}

fn write_manifest(root: &Path, manifest: &Manifest) -> Result<(), IngestError> {
    let path = root.join(MANIFEST);
    let aside = root.join(".new-datapackage.json");
    let mut bytes = serde_json::to_vec_pretty(manifest).map_err(|e| store_error(&path, e))?;
    bytes.push(b'\n');
    let mut file = File::create(&aside).map_err(|e| store_error(&aside, e))?;
    file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(|e| store_error(&aside, e))?;
    fs::rename(&aside, &path).map_err(|e| store_error(&path, e))?;
    sync_folder(root);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, sequence: u64) -> Loaded {
        Loaded {
            name: name.into(),
            path: format!("trade/{name}.parquet"),
            format: "parquet".into(),
            dataset: "comtrade".into(),
            vintage: "2024-01-01".into(),
            sequence,
            layout: "comtrade".into(),
            publisher: String::new(),
            url: String::new(),
            licence: String::new(),
            file: "a.csv".into(),
            sha256: "00".into(),
            bytes: 1,
            loaded: "2024-01-01".into(),
            said: Vec::new(),
            rows_in: 1,
            rows_loaded: 1,
            rows_set_aside: 0,
            rules: BTreeMap::new(),
            first_period: "2022".into(),
            last_period: "2022".into(),
        }
    }

    fn write(writer: &Writer, name: &str) {
        for what in ["parquet", "index.json"] {
            fs::write(writer.aside(name, what), name).unwrap();
        }
    }

    /// Ids as loads give them.
    const A: &str = "comtrade-00000000000a";
    const AGAIN: &str = "comtrade-00000000000a-again2";
    const B: &str = "comtrade-00000000000b";

    fn files(root: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(root.join("trade"))
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_not_committed_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let mut writer = Writer::open(root).unwrap();
        write(&writer, A);
        assert!(Store::open(root).unwrap().manifest.resources.is_empty());
        writer.commit(vec![source(A, 1)], &[]).unwrap();
        write(&writer, B);
        drop(writer);
        // As after a kill: the next writer finds the old state and sweeps.
        let writer = Writer::open(root).unwrap();
        assert_eq!(writer.store.manifest.resources.len(), 1);
        assert_eq!(files(root), [format!("{A}.index.json"), format!("{A}.parquet")]);
    }

    #[test]
    fn a_replaced_source_goes_with_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(folder.path()).unwrap();
        write(&writer, A);
        writer.commit(vec![source(A, 1)], &[]).unwrap();
        write(&writer, AGAIN);
        writer.commit(vec![source(AGAIN, 2)], &[A.to_owned()]).unwrap();
        let store = Store::open(folder.path()).unwrap();
        let names: Vec<&str> = store.manifest.resources.iter().map(|r| r.name.as_str()).collect();
        assert_eq!((names, store.manifest.sequence), (vec![AGAIN], 2));
        let own = [format!("{AGAIN}.index.json"), format!("{AGAIN}.parquet")];
        assert_eq!(files(folder.path()), own);
    }

    #[test]
    fn only_names_that_loads_give_are_swept() {
        let folder = tempfile::tempdir().unwrap();
        let trade = folder.path().join("trade");
        drop(Writer::open(folder.path()).unwrap());
        let mut left = vec![
            format!("{A}.csv"),
            format!("{A}.parquet.bak"),
            format!("{A}-final.parquet"),
            format!("{A}-again.parquet"),
            "comtrade-0000.parquet".to_owned(),
            "comtrade-00000000000A.parquet".to_owned(),
            "mine-00000000000a.parquet".to_owned(),
            "mine.csv".to_owned(),
            "notes".to_owned(),
        ];
        let swept = [
            format!("{A}.parquet"),
            format!("{A}-2.index.json"),
            format!("{A}-12-again3.set-aside.ndjson"),
            format!("{AGAIN}.parquet"),
            format!(".new-{A}.parquet"),
        ];
        for name in left.iter().chain(&swept) {
            fs::write(trade.join(name), name).unwrap();
        }
        for name in [".new-folder.parquet".to_owned(), format!("{B}.parquet")] {
            fs::create_dir(trade.join(&name)).unwrap();
            left.push(name);
        }
        drop(Writer::open(folder.path()).unwrap());
        left.sort();
        assert_eq!(files(folder.path()), left);
    }

    #[test]
    fn the_second_writer_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = Writer::open(folder.path()).unwrap();
        assert!(matches!(Writer::open(folder.path()), Err(IngestError::Locked { .. })));
        drop(first);
        assert!(Writer::open(folder.path()).is_ok());
    }

    #[test]
    fn a_store_of_another_form_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"name":"plimsoll-store","store_format":99,"sequence":0,"resources":[]}"#;
        fs::write(folder.path().join(MANIFEST), text).unwrap();
        let said = Store::open(folder.path()).unwrap_err().to_string();
        assert!(said.contains("99"), "{said}");
    }
}
