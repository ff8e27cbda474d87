//! What was fetched, kept by its day.
//!
//! ```text
//! fetch/<source>/<day>/<file>              the publisher's bytes; a second edition of a day
//!                                          lies in <day>.02
//! fetch/<source>/<day>/<file>.fetch.json   address without secrets, hash, length, versions, time
//! fetch/<source>/refused/<day>/…           editions that did not pass, for looking at
//! fetch/<source>/incoming/…                what is on its way
//! ```
//!
//! An edition is good once it is loaded (or kept, where there is no reader). One that was
//! received and not loaded, since the program was stopped, is loaded by the next run.

use crate::failure::Failure;
use crate::fetch::http::{Validators, beside};
use crate::watchlists::{broken, write_whole};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// What is known of a fetched file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sidecar {
    /// Id of the source.
    pub source: String,
    /// Its address without secrets, or what it was put together from.
    pub address: String,
    /// HTTP status; 0 where it was put together from several answers.
    pub status: u16,
    /// `Content-Type`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content_type: String,
    /// What the server called this version.
    #[serde(flatten)]
    pub validators: Validators,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Length.
    pub bytes: u64,
    /// When it came, UTC.
    pub fetched: String,
    /// When the publisher was last asked, UTC.
    pub checked: String,
    /// Records in it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records: Option<u64>,
    /// Whether it was loaded, or kept where there is no reader of it.
    pub good: bool,
}

/// A file of an edition.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Where it is.
    pub path: PathBuf,
    /// The day of its edition.
    pub day: String,
    /// What is known of it.
    pub sidecar: Sidecar,
}

/// The folder of a source.
#[derive(Clone)]
pub struct Folder {
    root: PathBuf,
}

/// The folder of everything that was fetched.
pub fn root(store: &Path) -> PathBuf {
    store.join("fetch")
}

/// The time, in UTC.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A name that stays in its folder on any system: what comes from an address is not trusted.
pub fn safe_name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
    let name: String = text.chars().map(plain).collect();
    let name = name.trim_matches(['.', '_']);
    let start = name.len().saturating_sub(100);
    match name.get(start..).unwrap_or_default().trim_start_matches('.') {
        "" => "file".to_owned(),
        name => name.to_owned(),
    }
}

/// SHA-256 of a file, and its length.
pub fn hash(path: &Path) -> Result<(String, u64), Failure> {
    let read = || -> io::Result<(String, u64)> {
        let mut file = File::open(path)?;
        let (mut hasher, mut length) = (Sha256::new(), 0);
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match file.read(&mut buffer)? {
                0 => break,
                n => {
                    hasher.update(&buffer[..n]);
                    length += n as u64;
                }
            }
        }
        Ok((hasher.finalize().iter().map(|b| format!("{b:02x}")).collect(), length))
    };
    read().map_err(|e| broken(path, e))
}

impl Folder {
    /// Of a source in a store.
    pub fn of(store: &Path, source: &str) -> Folder {
        Folder { root: root(store).join(safe_name(source)) }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Where a file is while it comes.
    pub fn incoming(&self, name: &str) -> PathBuf {
        self.root.join("incoming").join(name)
    }

    /// The days that were kept, oldest first.
    fn days(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.root).into_iter().flatten().flatten();
        let names = entries.map(|e| e.file_name().to_string_lossy().into_owned());
        let mut days: Vec<String> = names.filter(|n| is_day(n)).collect();
        days.sort();
        days
    }

    /// The newest edition of a file.
    pub fn newest(&self, name: &str) -> Option<Kept> {
        self.days().iter().rev().find_map(|day| self.read(day, name))
    }

    /// The newest good edition of a file.
    pub fn newest_good(&self, name: &str) -> Option<Kept> {
        let all = self.days();
        all.iter().rev().filter_map(|day| self.read(day, name)).find(|kept| kept.sidecar.good)
    }

    /// The newest good file of the source, whatever its name.
    pub fn last(&self) -> Option<Kept> {
        self.days().iter().rev().find_map(|day| {
            let files = fs::read_dir(self.root.join(day)).into_iter().flatten().flatten();
            let names = files.map(|f| f.file_name().to_string_lossy().into_owned());
            let mut names: Vec<String> =
                names.filter_map(|n| n.strip_suffix(SIDECAR).map(str::to_owned)).collect();
            names.sort();
            names.iter().filter_map(|n| self.read(day, n)).find(|kept| kept.sidecar.good)
        })
    }

    fn read(&self, day: &str, name: &str) -> Option<Kept> {
        let path = self.root.join(day).join(name);
        let sidecar = serde_json::from_slice(&fs::read(beside(&path, SIDECAR)).ok()?).ok()?;
        let day = day.get(..10).unwrap_or(day).to_owned();
        path.is_file().then_some(Kept { path, day, sidecar })
    }

    /// A folder for a new edition of a day.
    pub fn edition(&self, day: &str) -> PathBuf {
        let first = self.root.join(day);
        let later = (2..).map(|n| self.root.join(format!("{day}.{n:02}")));
        std::iter::once(first).chain(later).find(|p| !p.exists()).unwrap_or_default()
    }

    /// Puts an edition that did not pass aside, where it can be looked at.
    pub fn refuse(&self, edition: &Path) -> Result<PathBuf, Failure> {
        let refused = Folder { root: self.root.join("refused") };
        let name = edition.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let to = refused.edition(name.get(..10).unwrap_or(&name));
        move_to(edition, &to)?;
        Ok(to)
    }
}

const SIDECAR: &str = ".fetch.json";

/// `2026-11-24` or `2026-11-24.02`.
fn is_day(name: &str) -> bool {
    name.get(..10).is_some_and(|d| d.parse::<jiff::civil::Date>().is_ok())
        && name.get(10..).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Writes what is known of a file beside it.
pub fn write(path: &Path, sidecar: &Sidecar) -> Result<(), Failure> {
    let mut bytes = serde_json::to_vec_pretty(sidecar).unwrap_or_default();
    bytes.push(b'\n');
    write_whole(&beside(path, SIDECAR), &bytes)
}

/// Moves a file or folder within the store.
pub fn move_to(from: &Path, to: &Path) -> Result<(), Failure> {
    let parent = to.parent().unwrap_or(to);
    fs::create_dir_all(parent).and_then(|()| fs::rename(from, to)).map_err(|e| broken(to, e))
}

/// The same bytes under a second name: a link where the system can, else a copy.
pub fn copy_to(from: &Path, to: &Path) -> Result<(), Failure> {
    let parent = to.parent().unwrap_or(to);
    fs::create_dir_all(parent)
        .and_then(|()| fs::hard_link(from, to).or_else(|_| fs::copy(from, to).map(|_| ())))
        .map_err(|e| broken(to, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_in_their_folder() {
        for (text, name) in [
            ("../../etc/passwd", "etc_passwd"),
            ("..\\..\\x.csv", "x.csv"),
            (".hidden", "hidden"),
            ("", "file"),
            ("..", "file"),
            ("list of names.csv", "list_of_names.csv"),
            ("Überblick.xml", "berblick.xml"),
        ] {
            assert_eq!(safe_name(text), name, "{text}");
        }
        assert!(safe_name(&"x".repeat(500)).len() <= 100);
    }

    #[test]
    fn days() {
        assert!(is_day("2026-11-24") && is_day("2026-11-24.02"));
        assert!(!is_day("incoming") && !is_day("2026-11-241") && !is_day("2026-13-01"));
    }
}
