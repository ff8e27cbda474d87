//! What does a file change that is no list but a change to one?
//!
//! A delta is read behind the files of the edition that stands, as they were received; what comes
//! out is the next edition, and its files are those with the delta behind them. So an edition is
//! always made from received bytes alone.

use super::load::Received;
use super::{Edition, Editions, content, folder};
use crate::failure::Failure;
use plimsoll_screen::lists::ListFile;
use std::path::Path;

/// The lists that a file may change; none where it is a list itself.
pub fn lists_changed(received: &Received) -> Vec<String> {
    let name = received.file.shown();
    received.source.changes(&ListFile { name: &name, bytes: &received.content })
}

/// The edition that a change goes on from: the newest one of the first list that is there.
pub fn base<'a>(
    editions: &'a Editions,
    change: &Received,
    lists: &[String],
) -> Option<&'a Edition> {
    let standing = editions.standing(None);
    let of = |list: &String| {
        let same =
            |e: &&&Edition| e.list == *list && e.layout == change.source.id() && e.entities > 0;
        standing.iter().find(same).copied()
    };
    lists.iter().find_map(of)
}

/// The files of an edition as received, and the change behind them. A change that is among them
/// already is not put there twice.
pub fn behind(store: &Path, base: &Edition, change: Received) -> Result<Vec<Received>, Failure> {
    let mut set = Vec::new();
    for file in &base.files {
        let path = file.path(&folder(store));
        let content = content(&path, &file.member)?;
        set.push(Received {
            path,
            source: change.source,
            file: file.clone(),
            content,
            copy: None,
            day: None,
            is_base: true,
        });
    }
    let same =
        |r: &Received| r.file.sha256 == change.file.sha256 && r.file.member == change.file.member;
    match set.iter_mut().find(|r| same(r)) {
        // It is reported as what the person gave.
        Some(known) => {
            known.is_base = false;
            known.path = change.path;
        }
        None => set.push(change),
    }
    Ok(set)
}

/// Why a change cannot be applied: there is nothing to change, or what stands is newer.
pub fn refuse(change: &Received, lists: &[String], base: Option<&Edition>) -> Option<Failure> {
    let name = change.file.shown();
    let Some(base) = base else {
        return Some(Failure::usage(
            "list-base-missing",
            format!("{name} changes a list ({}) of which no edition is loaded", lists.join(" or ")),
            "load the full file of entities that it changes first, then the deltas after it in their order",
        ));
    };
    let known = base.day_from != "day of loading";
    let (day, _) = change.day.as_ref()?;
    let applied = base.files.iter().any(|f| f.sha256 == change.file.sha256);
    (known && *day < base.edition && !applied).then(|| {
        Failure::usage(
            "list-base-newer",
            format!(
                "{name} is a change of {day}, and the edition of {} that stands is of {}",
                base.list, base.edition
            ),
            "load deltas in the order of their days; one that is older is in the full file already",
        )
    })
}
