//! Which files belong to the project? Those git tracks or would track; without git, those on
//! disk outside the build folders. Never reads what is ignored.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// The project's folder and its files.
pub(crate) struct Project {
    pub(crate) root: PathBuf,
    /// Relative to the root, with `/`, sorted.
    pub(crate) files: Vec<String>,
}

impl Project {
    /// Lists the files of the project this program was built from.
    pub(crate) fn open() -> Outcome<Project> {
        let root = root()?;
        let mut files = match from_git(&root) {
            Some(files) => files,
            None => from_disk(&root)?,
        };
        // git still lists what was deleted and not yet committed.
        files.retain(|file| root.join(file).is_file());
        files.sort();
        files.dedup();
        Ok(Project { root, files })
    }

    /// The files with this ending, e.g. `.md`.
    pub(crate) fn ending<'a>(&'a self, ending: &'a str) -> impl Iterator<Item = &'a str> {
        self.files.iter().map(String::as_str).filter(move |file| file.ends_with(ending))
    }

    /// A file's text, or nothing where it is not UTF-8.
    pub(crate) fn text(&self, file: &str) -> Option<String> {
        fs::read_to_string(self.root.join(file)).ok()
    }
}

/// The workspace's folder: the one above this crate's.
pub(crate) fn root() -> Outcome<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map(Path::to_path_buf).ok_or_else(|| "xtask has no folder above it".to_owned())
}

/// Where cargo builds: `CARGO_TARGET_DIR`, else `target/`.
pub(crate) fn target_dir() -> Outcome<PathBuf> {
    let root = root()?;
    Ok(match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root.join(folder),
        None => root.join("target"),
    })
}

fn from_git(root: &Path) -> Option<Vec<String>> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .ok()?;
    if !output.status.success() {
        return None;
    }
    let names = String::from_utf8(output.stdout).ok()?;
    Some(names.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn from_disk(root: &Path) -> Outcome<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        for path in entries.filter_map(|entry| entry.ok().map(|entry| entry.path())) {
            let name = path.file_name().unwrap_or_default();
            if path.is_dir() && name != "target" && name != ".git" {
                folders.push(path);
            } else if let Ok(relative) = path.strip_prefix(root) {
                files.push(relative.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(files)
}
