//! Compiled snapshots of the lists that stood on a day.

use super::{
    Edition, broken, content, failure_of, folder, reading_progress, room, write_by, write_whole,
};
use crate::failure::Failure;
use crate::mapped::{self, Bytes};
use crate::progress::CountProgress;
use plimsoll_screen::entity::Entity;
use plimsoll_screen::lists::{self, Entities, ListEdition, ListFile};
use plimsoll_screen::scratch::Room;
use plimsoll_screen::snapshot::build::{Compiled, ListInput, compile_in};
use plimsoll_screen::snapshot::{ListMeta, Snapshot, VERSION};
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// So many snapshots are kept: those of the newest lists, and of days and choices asked for.
const KEPT: usize = 8;

/// The snapshot of these editions: from the store, or compiled now and kept where the store can
/// be written.
pub fn of(store: &Path, editions: &[&Edition]) -> Result<Bytes, Failure> {
    let key = key_of(editions);
    let snapshots = folder(store).join("snapshots");
    let index_path = snapshots.join("index.json");
    let mut index: BTreeMap<String, String> = fs::read(&index_path)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    if let Some(id) = index.get(&key)
        && let Ok(bytes) = mapped::open(&snapshots.join(format!("{id}.plimsnap")))
        && Snapshot::open(&bytes).is_ok_and(|s| s.id() == *id)
    {
        return Ok(bytes);
    }
    let mut compiled = compile_editions(store, editions)?;
    let id = compiled.id();
    // A store that cannot be written answers from memory, and so does one that does not give
    // back what was written.
    let path = snapshots.join(format!("{id}.plimsnap"));
    let whole = |path: &Path| {
        let back = mapped::open(path).ok()?;
        let is_whole = mapped::reading(&[&back], || {
            Snapshot::open(&back).is_ok_and(|s| s.id() == id && s.is_whole())
        });
        is_whole.then_some(back)
    };
    let written = write_by(&path, |out| compiled.write(out));
    if let Some(back) = written.ok().and_then(|()| whole(&path)) {
        for dropped in drop_old(&snapshots, &path) {
            index.retain(|_, id| *id != dropped);
        }
        index.insert(key, id.clone());
        let text = serde_json::to_vec_pretty(&index).unwrap_or_default();
        let _ = write_whole(&index_path, &text);
        return Ok(back);
    }
    let mut bytes = Vec::new();
    compiled.write(&mut bytes).map_err(|e| broken(&snapshots, e))?;
    Ok(Bytes::Owned(bytes))
}

/// Removes all snapshots but the last few that were made: they can be made again. Gives the ids
/// of those removed.
fn drop_old(snapshots: &Path, new: &Path) -> Vec<String> {
    let mut all: Vec<(SystemTime, PathBuf)> = fs::read_dir(snapshots)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "plimsnap") && path != new)
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .collect();
    all.sort();
    let old = (all.len() + 1).saturating_sub(KEPT);
    let id = |path: &Path| path.file_stem().map(|id| id.to_string_lossy().into_owned());
    // One that another reads just now may not be removable on some systems, and stays.
    let gone = all.into_iter().take(old).filter(|(_, path)| fs::remove_file(path).is_ok());
    gone.filter_map(|(_, path)| id(&path)).collect()
}

/// What tells one set of editions from another.
fn key_of(editions: &[&Edition]) -> String {
    let mut hash = Sha256::new();
    hash.update(VERSION.to_le_bytes());
    hash.update(env!("CARGO_PKG_VERSION"));
    for edition in editions {
        hash.update(format!("{}\n{}\n{}\n", edition.list, edition.edition, edition.layout));
        for file in &edition.files {
            hash.update(format!("{}\n{}\n{}\n", file.sha256, file.name, file.member));
        }
    }
    hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// Reads the received files once each and compiles their lists.
fn compile_editions(store: &Path, editions: &[&Edition]) -> Result<Compiled, Failure> {
    let mut sets: BTreeMap<String, Vec<&Edition>> = BTreeMap::new();
    for edition in editions {
        let files = edition.files.iter().map(|f| format!(" {}/{}", f.sha256, f.member));
        let key = edition.layout.clone() + &files.collect::<String>();
        sets.entry(key).or_default().push(edition);
    }
    let progress = reading_progress();
    let room = room(store, &progress);
    let mut all: Vec<(&Edition, Entities)> = Vec::new();
    for set in sets.into_values() {
        let Some(first) = set.first() else { continue };
        let mut parsed = read_again(store, first, &room)?;
        for edition in set {
            // A list that is not found again must not pass for one that names nobody.
            let found = parsed.iter().position(|p| p.list == edition.list);
            let entities = found.map(|at| parsed.swap_remove(at).entities);
            let count = entities.as_ref().map_or(0, Entities::len);
            if count as u64 != edition.entities {
                let why = format!(
                    "list {} of {} was loaded with {} entries and its stored files now give {}; load them with --replace",
                    edition.list, edition.edition, edition.entities, count
                );
                return Err(broken(&folder(store), why));
            }
            all.extend(entities.map(|entities| (edition, entities)));
        }
    }
    progress.done();
    let progress = CountProgress::new("compiling the lists");
    let (done, of) = (Cell::new(0), all.iter().map(|(_, entities)| entities.len()).sum());
    let told = |_: &Entity| {
        done.set(done.get() + 1);
        if done.get() % 1024 == 0 {
            progress.see_of(done.get(), of);
        }
    };
    let inputs = all.into_iter().map(|(edition, entities)| ListInput {
        meta: meta(edition),
        entities: Box::new(entities.into_iter().inspect(&told)),
    });
    let compiled = compile_in(&room, inputs.collect());
    progress.done();
    compiled.map_err(|e| broken(&folder(store), e))
}

fn meta(edition: &Edition) -> ListMeta {
    ListMeta {
        list: edition.list.clone(),
        title: edition.title.clone(),
        edition: edition.edition.clone(),
        publisher: edition.publisher.clone(),
        files: edition.files.iter().map(|f| (f.shown(), f.sha256.clone())).collect(),
        entities: 0,
        names: 0,
    }
}

/// Reads the files of an edition as they were received.
fn read_again(store: &Path, edition: &Edition, room: &Room) -> Result<Vec<ListEdition>, Failure> {
    let (mut names, mut contents) = (Vec::new(), Vec::new());
    for file in &edition.files {
        let path = file.path(&folder(store));
        let raw = mapped::open(&path).map_err(|e| broken(&path, e))?;
        let hash = mapped::reading(&[&raw], || Sha256::digest(&*raw));
        let sha256: String = hash.iter().map(|b| format!("{b:02x}")).collect();
        if sha256 != file.sha256 {
            return Err(broken(
                &path,
                "this is not what was received; load the file with --replace",
            ));
        }
        contents.push(content(&path, &file.member)?);
        names.push(file.shown());
    }
    let Some(source) = lists::by_id(&edition.layout) else {
        return Err(broken(&folder(store), format!("no layout {}", edition.layout)));
    };
    let files: Vec<ListFile<'_>> =
        names.iter().zip(&contents).map(|(name, bytes)| ListFile { name, bytes }).collect();
    let contents: Vec<&Bytes> = contents.iter().collect();
    let parsed = mapped::reading(&contents, || lists::read(source, &files, room));
    Ok(parsed.map_err(|e| failure_of(&e))?.editions)
}
