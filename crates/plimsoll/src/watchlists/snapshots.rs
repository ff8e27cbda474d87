//! Compiled snapshots of the lists that stood on a day.

use super::{Edition, broken, failure_of, folder, unpack, unreadable, write_whole};
use crate::failure::Failure;
use crate::mapped::{self, Bytes};
use plimsoll_screen::entity::Entity;
use plimsoll_screen::lists::{self, ListEdition, ListFile};
use plimsoll_screen::snapshot::build::{ListInput, compile};
use plimsoll_screen::snapshot::{ListMeta, Snapshot, VERSION};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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
    let bytes = compile_editions(store, editions)?;
    let id = Snapshot::open(&bytes).map_err(|e| broken(&snapshots, e))?.id();
    // A store that cannot be written answers from memory.
    if write_whole(&snapshots.join(format!("{id}.plimsnap")), &bytes).is_ok() {
        index.insert(key, id);
        let text = serde_json::to_vec_pretty(&index).unwrap_or_default();
        let _ = write_whole(&index_path, &text);
    }
    Ok(Bytes::Owned(bytes))
}

/// What tells one set of editions from another.
fn key_of(editions: &[&Edition]) -> String {
    let mut hash = Sha256::new();
    hash.update(VERSION.to_le_bytes());
    hash.update(env!("CARGO_PKG_VERSION"));
    for edition in editions {
        hash.update(format!("{}\n{}\n{}\n", edition.list, edition.edition, edition.layout));
        for file in &edition.files {
            hash.update(&file.sha256);
        }
    }
    hash.finalize().iter().take(16).map(|b| format!("{b:02x}")).collect()
}

/// Reads the received files once each and compiles their lists.
fn compile_editions(store: &Path, editions: &[&Edition]) -> Result<Vec<u8>, Failure> {
    let mut sets: BTreeMap<Vec<&str>, Vec<&Edition>> = BTreeMap::new();
    for edition in editions {
        let files = edition.files.iter().map(|f| f.sha256.as_str()).collect();
        sets.entry(files).or_default().push(edition);
    }
    let mut all: Vec<(&Edition, Vec<Entity>)> = Vec::new();
    for set in sets.into_values() {
        let mut parsed = read_again(store, set[0])?;
        for edition in set {
            let found = parsed.iter_mut().find(|p| p.list == edition.list);
            all.push((edition, found.map(|p| std::mem::take(&mut p.entities)).unwrap_or_default()));
        }
    }
    let inputs = all.iter().map(|(edition, entities)| ListInput { meta: meta(edition), entities });
    Ok(compile(inputs.collect()))
}

fn meta(edition: &Edition) -> ListMeta {
    ListMeta {
        list: edition.list.clone(),
        title: edition.title.clone(),
        edition: edition.edition.clone(),
        publisher: edition.publisher.clone(),
        files: edition.files.iter().map(|f| (f.name.clone(), f.sha256.clone())).collect(),
        entities: 0,
        names: 0,
    }
}

fn read_again(store: &Path, edition: &Edition) -> Result<Vec<ListEdition>, Failure> {
    let mut contents = Vec::new();
    for file in &edition.files {
        let path = file.path(&folder(store));
        let raw = fs::read(&path).map_err(|e| unreadable(&path, e))?;
        contents.push(unpack(&path, raw)?);
    }
    let Some(source) = lists::by_id(&edition.layout) else {
        return Err(broken(&folder(store), format!("no layout {}", edition.layout)));
    };
    let files: Vec<ListFile<'_>> = edition
        .files
        .iter()
        .zip(&contents)
        .map(|(f, bytes)| ListFile { name: &f.name, bytes })
        .collect();
    Ok(lists::read(source, &files).map_err(|e| failure_of(&e))?.editions)
}
