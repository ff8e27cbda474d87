//! The peers from PyPI, on the same sets in the same run.

use super::data::PairSet;
use super::lists::ListSet;
use crate::{Outcome, files};
use plimsoll_screen::entity::EntityKind;
use plimsoll_screen::names::tokens::Mode;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folder in which sets are written for the peers.
pub(crate) fn folder() -> Outcome<PathBuf> {
    let folder = std::env::temp_dir().join("plimsoll-eval-names");
    std::fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

fn one_line(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}

/// What the peers make of pairs; empty where none is installed.
pub(crate) fn pairs(set: &PairSet) -> Outcome<Vec<Value>> {
    let mut text = String::new();
    for pair in &set.pairs {
        let schema = if pair.mode == Mode::Person { "Person" } else { "Organization" };
        let (one, other) = (one_line(&pair.one), one_line(&pair.other));
        let _ = writeln!(text, "{schema}\t{one}\t{other}\t{}", u8::from(pair.same));
    }
    let path = folder()?.join(format!("{}.tsv", set.name.replace(' ', "-")));
    std::fs::write(&path, text).map_err(|e| e.to_string())?;
    call("pairs", &[&path])
}

/// Writes a list and its queries; their paths.
pub(crate) fn write_list(set: &ListSet) -> Outcome<(PathBuf, PathBuf)> {
    let (mut list, mut queries) = (String::new(), String::new());
    for entity in &set.entities {
        let names: Vec<String> = entity.names.iter().map(|n| one_line(&n.text)).collect();
        let _ = writeln!(list, "{}\t{}", entity.id, names.join("\t"));
    }
    for asked in &set.asked {
        let schema = if asked.kind == Some(EntityKind::Person) { "Person" } else { "Organization" };
        let means = asked.means.as_deref().unwrap_or("");
        let _ = writeln!(queries, "{means}\t{schema}\t{}", one_line(&asked.name));
    }
    let list_path = folder()?.join(format!("{}-list.tsv", set.name));
    let queries_path = folder()?.join(format!("{}.tsv", set.name));
    std::fs::write(&list_path, list).map_err(|e| e.to_string())?;
    std::fs::write(&queries_path, queries).map_err(|e| e.to_string())?;
    Ok((list_path, queries_path))
}

/// What the peers make of queries against a list.
pub(crate) fn list(set: &ListSet) -> Outcome<Vec<Value>> {
    let (list, queries) = write_list(set)?;
    call("list", &[&list, &queries])
}

/// Calls the script; an error where Python is not there or the script fails.
pub(crate) fn call(what: &str, paths: &[&Path]) -> Outcome<Vec<Value>> {
    let script = files::root()?.join("benches/names/peers.py");
    let output = Command::new("python3")
        .arg(script)
        .arg(what)
        .args(paths)
        .output()
        .map_err(|e| format!("python3: {e}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr)
            .lines()
            .last()
            .unwrap_or("")
            .to_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}
