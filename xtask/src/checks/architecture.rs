//! Does the map show every room? `ARCHITECTURE.md` must name each crate and each folder at the
//! top. Never checks whether what it says is true.

use std::collections::BTreeSet;

use crate::files::Project;

const MAP: &str = "ARCHITECTURE.md";

/// Crates and top-level folders that the map does not name.
pub(super) fn unmentioned(project: &Project) -> Vec<String> {
    let Some(map) = project.text(MAP) else {
        return vec![format!("{MAP}: is missing")];
    };
    missing(&map, &project.files)
}

fn missing(map: &str, files: &[String]) -> Vec<String> {
    let mut folders = BTreeSet::new();
    let mut crates = BTreeSet::new();
    for file in files {
        let mut parts = file.split('/');
        let (Some(first), Some(second)) = (parts.next(), parts.next()) else {
            continue;
        };
        folders.insert(format!("{first}/"));
        if first == "crates" {
            crates.insert(second.to_owned());
        }
    }
    let names = folders.into_iter().chain(crates);
    names
        .filter(|name| !names_it(map, name))
        .map(|name| format!("{MAP}: does not mention `{name}`"))
        .collect()
}

/// `plimsoll` is not mentioned by `plimsoll-terms`, nor `ci/` by `.ci/`.
fn names_it(map: &str, name: &str) -> bool {
    map.match_indices(name).any(|(at, _)| {
        let before = map[..at].chars().next_back();
        let after = map[at + name.len()..].chars().next();
        let part = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        let starts = before.is_none_or(|c| !part(c) && c != '.');
        starts && (name.ends_with('/') || after.is_none_or(|c| !part(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_not_mentioned_by_a_longer_name() {
        let files = ["crates/plimsoll/src/main.rs".to_owned(), ".ci/run".to_owned()];
        let found = missing("`crates/plimsoll-terms`, ci/", &files);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(missing("`crates/plimsoll`, `.ci/`", &files).is_empty());
    }
}
