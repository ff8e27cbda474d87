//! From a publisher's file to editions in the store.

use super::{Edition, Editions, ReceivedFile, failure_of, folder, unpack, unreadable, write_whole};
use crate::failure::{Exit, Failure};
use plimsoll_screen::lists::{self, FileCount, ListFile, ListSource, Parsed};
use plimsoll_terms::problem::Problem;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// From this sureness on a file is taken for a watchlist without being told.
const SURE: u8 = 50;
/// A list with fewer than so many hundredths of the entities of its last edition is refused.
const LEAST_SHARE: u64 = 67;
/// So much of a file is enough to recognise it.
const HEAD: u64 = 64 * 1024;

/// A file of the command line that is a watchlist, or a part of one.
pub struct Received {
    /// As on the command line.
    pub path: PathBuf,
    /// The layout.
    pub source: &'static dyn ListSource,
    /// Name, hash and size as received.
    pub file: ReceivedFile,
    raw: Vec<u8>,
    content: Vec<u8>,
    day: Option<(String, &'static str)>,
}

/// What was said about how to load.
pub struct How<'a> {
    /// `--set date=`.
    pub date: Option<&'a str>,
    /// Today.
    pub today: &'a str,
    /// `--replace`.
    pub replace: bool,
    /// `--accept-shrunk`.
    pub accept_shrunk: bool,
}

/// What became of one file.
pub struct FileReport {
    /// The file.
    pub path: PathBuf,
    /// Layout.
    pub layout: &'static str,
    /// Hash as received.
    pub sha256: String,
    /// Counts; none where the file was in the store already or was refused.
    pub count: FileCount,
    /// Problems by rule.
    pub rules: BTreeMap<String, u64>,
    /// The first problems.
    pub problems: Vec<Problem>,
    /// Editions that came of it (and of the files of its set).
    pub editions: Vec<Edition>,
    /// Whether nothing changed, since it was in the store.
    pub already: bool,
    /// Lists of it that were refused, and a fault of the file as a whole.
    pub failures: Vec<Failure>,
}

/// The layout of a watchlist that a file is in: told, or surely recognised; none for anything
/// else. Looks at the first part of the file only.
pub fn recognise(path: &Path, told: Option<&str>) -> Option<&'static dyn ListSource> {
    if let Some(told) = told {
        return lists::by_id(told);
    }
    let mut head = Vec::new();
    File::open(path).ok()?.take(HEAD).read_to_end(&mut head).ok()?;
    if head.starts_with(&[0x1F, 0x8B]) {
        let mut out = Vec::new();
        // The head of a gzip file ends in the middle of a block: what came out counts.
        let _ = flate2::read::MultiGzDecoder::new(&head[..]).take(HEAD).read_to_end(&mut out);
        head = out;
    } else if head.starts_with(b"PK\x03\x04") {
        head = unpack(path, fs::read(path).ok()?).ok()?;
        head.truncate(HEAD as usize);
    }
    let name = file_name(path);
    let (source, sure) = lists::surest(&ListFile { name: &name, bytes: &head })?;
    (sure >= SURE).then_some(source)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Reads a file and works out which day it is of, as far as names tell.
pub fn receive(path: &Path, source: &'static dyn ListSource) -> Result<Received, Failure> {
    let raw = fs::read(path).map_err(|e| unreadable(path, e))?;
    let sha256 = Sha256::digest(&raw).iter().map(|b| format!("{b:02x}")).collect();
    let content = unpack(path, raw.clone())?;
    let name = file_name(path);
    let parent = path.parent().map(file_name).unwrap_or_default();
    let day = day_in(&name)
        .map(|day| (day, "file name"))
        .or_else(|| day_in(&parent).map(|day| (day, "folder")));
    let file = ReceivedFile { name, sha256, bytes: raw.len() as u64 };
    Ok(Received { path: path.to_owned(), source, file, raw, content, day })
}

/// A date in a name: `sdn_2024-07-02.csv`, `20240702`, or a month, whose last day it is then.
fn day_in(name: &str) -> Option<String> {
    let bytes = name.as_bytes();
    let mut month = None;
    for at in 0..bytes.len() {
        let free = at == 0 || !bytes[at - 1].is_ascii_digit();
        if !free {
            continue;
        }
        let text = name.get(at..).unwrap_or_default();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let date = match digits {
            4 if text.as_bytes().get(4) == Some(&b'-') => text.get(..10).map(str::to_owned),
            8 => Some(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8])),
            _ => None,
        };
        let civil = |date: &str| date.parse::<jiff::civil::Date>().ok();
        let plausible = |d: &jiff::civil::Date| (1990..=2100).contains(&d.year());
        if let Some(day) = date.as_deref().and_then(civil).filter(plausible) {
            return Some(day.to_string());
        }
        if digits == 4 && month.is_none() {
            let first = text.get(..7).and_then(|m| civil(&format!("{m}-01"))).filter(plausible);
            month = first.map(|first| first.last_of_month().to_string());
        }
    }
    month
}

/// Reads the files into editions and commits them. Each file, or set, succeeds or fails alone.
pub fn load(
    store: &Path,
    received: Vec<Received>,
    how: &How<'_>,
) -> Result<Vec<FileReport>, Failure> {
    let mut editions = Editions::open(store)?;
    sweep(store);
    let mut sets: BTreeMap<(usize, &'static str, String, bool, usize), Vec<Received>> =
        BTreeMap::new();
    for (at, one) in received.into_iter().enumerate() {
        let takes_sets = one.source.takes_sets();
        let day = one.day.as_ref().map(|d| d.0.clone()).unwrap_or_default();
        let consolidated = takes_sets && one.file.name.to_lowercase().starts_with("cons");
        // Files that form no set stay alone, in the order of the command line.
        let first = if takes_sets { 0 } else { at };
        let key =
            (first, one.source.id(), if takes_sets { day } else { String::new() }, consolidated, 0);
        sets.entry(key).or_default().push(one);
    }
    let mut reports = Vec::new();
    for set in sets.into_values() {
        reports.extend(load_set(store, &mut editions, set, how)?);
    }
    Ok(reports)
}

/// Removes what a killed load left behind: files written aside and never renamed.
fn sweep(store: &Path) {
    let lists = folder(store);
    for folder in
        [lists.clone(), lists.join("received"), lists.join("snapshots"), lists.join("set-aside")]
    {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(".new-") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

fn load_set(
    store: &Path,
    editions: &mut Editions,
    set: Vec<Received>,
    how: &How<'_>,
) -> Result<Vec<FileReport>, Failure> {
    let Some(source) = set.first().map(|r| r.source) else { return Ok(Vec::new()) };
    let files: Vec<ReceivedFile> = set.iter().map(|r| r.file.clone()).collect();
    let same = |e: &&Edition| e.layout == source.id() && same_files(&e.files, &files);
    let known: Vec<Edition> = editions.editions.iter().filter(same).cloned().collect();
    if !known.is_empty() && !how.replace {
        return Ok(set.iter().map(|r| report(r, &known, true)).collect());
    }
    let inputs: Vec<ListFile<'_>> =
        set.iter().map(|r| ListFile { name: &r.file.name, bytes: &r.content }).collect();
    let parsed = match lists::read(source, &inputs) {
        Ok(parsed) => parsed,
        Err(error) => {
            let mut reports: Vec<FileReport> = set.iter().map(|r| report(r, &[], false)).collect();
            if let Some(first) = reports.first_mut() {
                first.failures.push(failure_of(&error));
            }
            return Ok(reports);
        }
    };
    let (accepted, failures) = accept(editions, &parsed, &set, how);
    if !accepted.is_empty() {
        for one in &set {
            let path = one.file.path(&folder(store));
            if !path.is_file() {
                write_whole(&path, &one.raw)?;
            }
        }
        for edition in &accepted {
            editions.editions.retain(|e| !(e.list == edition.list && e.edition == edition.edition));
            editions.editions.push(edition.clone());
        }
        editions.editions.sort_by(|a, b| (&a.list, &a.edition).cmp(&(&b.list, &b.edition)));
        write_set_aside(store, &set, &parsed)?;
        editions.write(store)?;
    }
    let mut reports: Vec<FileReport> = set.iter().map(|r| report(r, &accepted, false)).collect();
    for (number, report) in reports.iter_mut().enumerate() {
        report.count = parsed.counts.get(number).cloned().unwrap_or_default();
        let problems = parsed.problems.iter().filter(|(file, _)| usize::from(*file) == number);
        for (_, problem) in problems {
            *report.rules.entry(problem.rule.to_owned()).or_default() += 1;
            if report.problems.len() < 100 {
                report.problems.push(problem.clone());
            }
        }
    }
    if let Some(first) = reports.first_mut() {
        first.failures = failures;
    }
    Ok(reports)
}

fn same_files(one: &[ReceivedFile], other: &[ReceivedFile]) -> bool {
    let hashes = |files: &[ReceivedFile]| {
        let mut hashes: Vec<String> = files.iter().map(|f| f.sha256.clone()).collect();
        hashes.sort();
        hashes
    };
    hashes(one) == hashes(other)
}

fn report(received: &Received, editions: &[Edition], already: bool) -> FileReport {
    FileReport {
        path: received.path.clone(),
        layout: received.source.id(),
        sha256: received.file.sha256.clone(),
        count: FileCount::default(),
        rules: BTreeMap::new(),
        problems: Vec::new(),
        editions: editions.to_vec(),
        already,
        failures: Vec::new(),
    }
}

/// The editions that may stand, and why others may not.
fn accept(
    editions: &Editions,
    parsed: &Parsed,
    set: &[Received],
    how: &How<'_>,
) -> (Vec<Edition>, Vec<Failure>) {
    let (mut accepted, mut failures) = (Vec::new(), Vec::new());
    let Some(source) = set.first().map(|r| r.source) else { return (accepted, failures) };
    let by_name = set.iter().find_map(|r| r.day.clone());
    for one in &parsed.editions {
        let (day, day_from) = if !one.published.is_empty() {
            (one.published.clone(), "content")
        } else if let Some(day) = how.date {
            (day.to_owned(), "said")
        } else {
            by_name.clone().unwrap_or_else(|| (how.today.to_owned(), "day of loading"))
        };
        let entities = one.entities.len() as u64;
        let names = one.entities.iter().map(|e| e.names.len() as u64).sum();
        let before = editions.standing(Some(&day));
        let before = before.iter().find(|e| e.list == one.list);
        // Fewer names are as bad as fewer entries: a set without its file of aliases.
        let shrank = |b: &&&Edition| {
            entities * 100 < b.entities * LEAST_SHARE || names * 100 < b.names * LEAST_SHARE
        };
        if let Some(before) = before.filter(shrank).filter(|_| !how.accept_shrunk) {
            failures.push(shrunk(&one.list, (entities, names), &day, before));
            continue;
        }
        accepted.push(Edition {
            list: one.list.clone(),
            title: one.title.clone(),
            edition: day,
            day_from: day_from.to_owned(),
            layout: source.id().to_owned(),
            publisher: source.publisher().to_owned(),
            licence: source.licence().to_owned(),
            url: source.url().to_owned(),
            files: set.iter().map(|r| r.file.clone()).collect(),
            entities,
            names,
            loaded: how.today.to_owned(),
        });
    }
    (accepted, failures)
}

fn shrunk(list: &str, (entities, names): (u64, u64), day: &str, before: &Edition) -> Failure {
    Failure {
        exit: Exit::Failed,
        code: "list-shrunk",
        message: format!(
            "list {list} of {day} has {entities} entries and {names} names where that of {} has {} and {}: refused, the older one stands",
            before.edition, before.entities, before.names
        ),
        hint:
            "is it the whole list, with its file of aliases? If it is, load it with --accept-shrunk"
                .into(),
    }
}

fn write_set_aside(store: &Path, set: &[Received], parsed: &Parsed) -> Result<(), Failure> {
    for (number, one) in set.iter().enumerate() {
        let lines: String = parsed
            .problems
            .iter()
            .filter(|(file, _)| usize::from(*file) == number)
            .filter_map(|(_, problem)| serde_json::to_string(problem).ok())
            .map(|line| line + "\n")
            .collect();
        if !lines.is_empty() {
            let short = one.file.sha256.get(..12).unwrap_or_default();
            let path = folder(store).join("set-aside").join(format!("{short}.ndjson"));
            write_whole(&path, lines.as_bytes())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::day_in;

    #[test]
    fn days_in_names() {
        let day = |name: &str| day_in(name).unwrap_or_default();
        assert_eq!(day("sdn_2024-07-02.csv"), "2024-07-02");
        assert_eq!(day("alt_add_2025-12-24"), "2025-12-24");
        assert_eq!(day("csl_consolidated_2022-05.csv.gz"), "2022-05-31");
        assert_eq!(day("list20240229.xml"), "2024-02-29");
        assert_eq!(day("sdn.csv"), "");
        assert_eq!(day("32014R0833.csv"), "");
        assert_eq!(day("2024-13-45.csv"), "");
    }
}
