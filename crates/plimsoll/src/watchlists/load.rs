//! From a publisher's file to editions in the store.

use super::{
    Edition, Editions, ReceivedFile, broken, changes, content, failure_of, folder,
    reading_progress, room, unreadable, write_by,
};
use crate::failure::{Exit, Failure};
use crate::mapped::{self, Bytes};
use plimsoll_ingest::containers;
use plimsoll_screen::lists::{
    self, FileCount, ListEdition, ListError, ListFile, ListSource, Parsed,
};
use plimsoll_terms::problem::Problem;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

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
    /// What its reader reads.
    pub(super) content: Bytes,
    /// The copy in the store, until it is put in its place; none where it is there.
    pub(super) copy: Option<NamedTempFile>,
    pub(super) day: Option<(String, &'static str)>,
    /// Whether it is in the store and only stands before a change to it.
    pub(super) is_base: bool,
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
    /// The member that was read, where it is an archive; else empty.
    pub member: String,
    /// Layout.
    pub layout: &'static str,
    /// Hash as received.
    pub sha256: String,
    /// Counts; none where the file was refused.
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

/// The watchlists in a file, or in the members of an archive: in the layout that is told, or
/// surely recognised; and the names of the members that are none. Looks at the first part of each
/// only.
pub fn recognise(path: &Path, told: Option<&str>) -> (Vec<Found>, Vec<String>) {
    let (mut found, mut others) = (Vec::new(), Vec::new());
    let heads = containers::raw(path, None, HEAD + 1).unwrap_or_default();
    if heads.is_empty() {
        // With a layout told, reading it says what is wrong; else the readers of statistics do.
        let told = told.and_then(lists::by_id);
        found.extend(told.map(|source| Found { source, member: String::new() }));
    }
    for head in heads {
        let name = last_name(if head.member.is_empty() { path } else { Path::new(&head.member) });
        let sure = || {
            let surest = lists::surest(&ListFile { name: &name, bytes: &head.bytes });
            surest.filter(|(_, sure)| *sure >= SURE).map(|(source, _)| source)
        };
        match told.map_or_else(sure, lists::by_id) {
            Some(source) => found.push(Found { source, member: head.member }),
            None => others.push(head.member),
        }
    }
    (found, others)
}

/// Which layout of watchlists a table comes closest to, as the end of a message; empty where none.
pub fn closest(path: &Path) -> String {
    let mut heads = containers::raw(path, None, HEAD + 1).unwrap_or_default();
    let (Some(head), true) = (heads.pop(), heads.is_empty()) else { return String::new() };
    match lists::closest(&ListFile { name: &last_name(path), bytes: &head.bytes }) {
        Some((source, lacks)) => format!(
            "; it comes closest to the list {}, which has also: {}",
            source.id(),
            lacks.into_iter().take(6).collect::<Vec<_>>().join(", ")
        ),
        None => String::new(),
    }
}

/// A watchlist in a file.
pub struct Found {
    /// Its layout.
    pub source: &'static dyn ListSource,
    /// The member of an archive; empty where it is none.
    pub member: String,
}

fn last_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Copies a file into the store, under no name of its own yet, and works out which day it is of,
/// as far as names tell.
pub fn receive(store: &Path, path: &Path, found: Found) -> Result<Received, Failure> {
    let (copy, sha256, bytes) = copied(store, path)?;
    let content = content(copy.path(), &found.member).map_err(|failure| Failure {
        // The person knows it by its own name.
        message: failure
            .message
            .replace(&copy.path().display().to_string(), &path.display().to_string()),
        ..failure
    })?;
    let name = last_name(path);
    // A relative path has no folder in it.
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let folder = whole.parent().map(last_name).unwrap_or_default();
    let day = day_in(&last_name(Path::new(&found.member)))
        .or_else(|| day_in(&name))
        .map(|day| (day, "file name"))
        .or_else(|| day_in(&folder).map(|day| (day, "folder")));
    let file = ReceivedFile { name, member: found.member, sha256, bytes };
    Ok(Received {
        path: path.to_owned(),
        source: found.source,
        file,
        content,
        copy: Some(copy),
        day,
        is_base: false,
    })
}

/// A copy of a file in the store, its hash and its size.
fn copied(store: &Path, path: &Path) -> Result<(NamedTempFile, String, u64), Failure> {
    let mut file = fs::File::open(path).map_err(|e| unreadable(path, e))?;
    let received = folder(store).join("received");
    let in_store = |e: std::io::Error| broken(&received, e);
    fs::create_dir_all(&received).map_err(in_store)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".new-");
    // As other files of the store, not for its owner alone.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let copy = builder.tempfile_in(&received).map_err(in_store)?;
    let mut copy_of = copy.as_file();
    let (mut hash, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; 1 << 20]);
    loop {
        let n = file.read(&mut piece).map_err(|e| unreadable(path, e))?;
        if n == 0 {
            break;
        }
        hash.update(&piece[..n]);
        copy_of.write_all(&piece[..n]).map_err(in_store)?;
        bytes += n as u64;
    }
    let sha256 = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    Ok((copy, sha256, bytes))
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
            // Alone, or with the time of day behind it.
            8 | 14 => Some(format!("{}-{}-{}", &text[..4], &text[4..6], &text[6..8])),
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
    let mut reports = Vec::new();
    let (mut deltas, lists): (Vec<_>, Vec<_>) = received
        .into_iter()
        .map(|one| (changes::lists_changed(&one), one))
        .partition(|(changed, _)| !changed.is_empty());
    for set in sets(lists.into_iter().map(|(_, one)| one).collect()) {
        reports.extend(load_set(store, &mut editions, set, how)?);
    }
    // After the lists that they change, in the order of their names, which is that of their days.
    deltas.sort_by_key(|(_, one)| one.file.shown());
    for (changed, one) in deltas {
        let base = changes::base(&editions, &one, &changed).cloned();
        if let Some(failure) = changes::refuse(&one, &changed, base.as_ref()) {
            reports.push(FileReport { failures: vec![failure], ..report(&one, &[], false) });
            continue;
        }
        let Some(base) = base else { continue };
        let mut set = changes::behind(store, &base, one)?;
        // What is not older than its base is of the base's day at least.
        for change in set.iter_mut().filter(|r| !r.is_base) {
            change.day = change.day.take().filter(|(day, _)| *day > base.edition);
            change.day = change.day.take().or_else(|| Some((base.edition.clone(), "its base")));
        }
        reports.extend(load_set(store, &mut editions, set, how)?);
    }
    Ok(reports)
}

/// Files that are read together: of one layout that takes sets, one day, and one of OFAC's two
/// lists. Files whose day no name tells go with the only set of a day that there is, unless it has
/// such files itself: then they are of another day.
fn sets(received: Vec<Received>) -> Vec<Vec<Received>> {
    let kin = |a: &Received, b: &Received| {
        a.source.takes_sets()
            && a.source.id() == b.source.id()
            && is_consolidated(a) == is_consolidated(b)
    };
    let day = |r: &Received| r.day.as_ref().map(|(day, _)| day.clone());
    let (mut sets, mut undated): (Vec<Vec<Received>>, Vec<Vec<Received>>) = Default::default();
    for one in received {
        let of_its_kind = if one.day.is_some() { &mut sets } else { &mut undated };
        let same = |r: &Received| kin(r, &one) && day(r) == day(&one);
        match of_its_kind.iter_mut().find(|set| set.iter().any(same)) {
            Some(set) => set.push(one),
            None => of_its_kind.push(vec![one]),
        }
    }
    let mut alone = Vec::new();
    for set in undated {
        let mut fitting =
            sets.iter_mut().filter(|s| s.iter().any(|a| set.iter().any(|b| kin(a, b))));
        let twice = |s: &[Received]| s.iter().any(|a| set.iter().any(|b| part(a) == part(b)));
        match (fitting.next(), fitting.next()) {
            (Some(only), None) if !twice(only) => only.extend(set),
            _ => alone.push(set),
        }
    }
    sets.extend(alone);
    sets
}

/// Which file of a set it is by the letters of its name: `sdn` of `sdn_2024-07-02.csv`.
fn part(received: &Received) -> String {
    let name = received.file.shown().to_lowercase();
    let stem = name.split('.').next().unwrap_or_default();
    stem.chars().filter(|c| c.is_alphabetic()).collect()
}

fn is_consolidated(received: &Received) -> bool {
    let name = received.file.shown().to_lowercase();
    ["cons", "nonsdn", "non-sdn", "non_sdn"].iter().any(|word| name.contains(word))
}

/// Removes what a killed load left behind: files written aside and never renamed. Before files
/// are received.
pub fn sweep(store: &Path) {
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
    mut set: Vec<Received>,
    how: &How<'_>,
) -> Result<Vec<FileReport>, Failure> {
    let Some(source) = set.first().map(|r| r.source) else { return Ok(Vec::new()) };
    let names: Vec<String> = set.iter().map(|r| r.file.shown()).collect();
    let inputs: Vec<ListFile<'_>> =
        set.iter().zip(&names).map(|(r, name)| ListFile { name, bytes: &r.content }).collect();
    let contents: Vec<&Bytes> = set.iter().map(|r| &r.content).collect();
    let progress = reading_progress();
    let room = room(store, &progress);
    let parsed = mapped::reading(&contents, || lists::read(source, &inputs, &room));
    progress.done();
    let parsed = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return Ok(refuse_all(&set, &names, &error)),
    };
    let judged = accept(editions, &parsed, &set, how);
    let mut replaced = Vec::new();
    if !judged.accepted.is_empty() {
        for one in &mut set {
            keep(store, one)?;
        }
        write_set_aside(store, &set, &parsed)?;
        replaced = put(editions, &judged.accepted, &set);
        editions.write(store)?;
    }
    let already = judged.accepted.is_empty() && !judged.kept.is_empty();
    let mut found = judged.accepted;
    found.extend(judged.kept);
    found.sort_by(|a, b| a.list.cmp(&b.list));
    let mut reports: Vec<FileReport> = set.iter().map(|r| report(r, &found, already)).collect();
    for (number, report) in reports.iter_mut().enumerate() {
        report.count = parsed.counts.get(number).cloned().unwrap_or_default();
        let rules = parsed.problems.rules(number as u16);
        report.rules = rules.into_iter().map(|(rule, count)| (rule.to_owned(), count)).collect();
        let problems = parsed.problems.iter().filter(|(file, _)| usize::from(*file) == number);
        report.problems = problems.map(|(_, problem)| problem).take(100).collect();
    }
    // Of a change the files before it are in the store: only the change is reported.
    let mut bases = set.iter().map(|one| one.is_base);
    reports.retain(|_| !bases.next().unwrap_or(false));
    if let Some(first) = reports.first_mut() {
        first.failures = judged.failures;
        for problem in replaced {
            *first.rules.entry(problem.rule.to_owned()).or_default() += 1;
            first.problems.insert(0, problem);
        }
    }
    Ok(reports)
}

/// Puts the copy of a file in its place.
fn keep(store: &Path, one: &mut Received) -> Result<(), Failure> {
    let path = one.file.path(&folder(store));
    let Some(copy) = one.copy.take() else { return Ok(()) };
    copy.as_file().sync_all().map_err(|e| broken(&path, e))?;
    copy.persist(&path).map_err(|e| broken(&path, e.error))?;
    Ok(())
}

/// New editions in place of those of their day, and of those of the same files. Other files of
/// the same day no longer answer, and that is told.
fn put(editions: &mut Editions, new: &[Edition], set: &[Received]) -> Vec<Problem> {
    let mut replaced = Vec::new();
    for edition in new {
        let old =
            |e: &Edition| e.list == edition.list && (e.edition == edition.edition || is_of(e, set));
        for other in editions.editions.iter().filter(|e| old(e) && !is_of(e, set)) {
            let names: Vec<String> = other.files.iter().map(ReceivedFile::shown).collect();
            let value = format!("{} of {}", other.list, other.edition);
            let hint = format!(
                "{} with {} entries stood for this list and day and no longer answers; give one of them its day (--set date=) or its own name",
                names.join(", "),
                other.entities
            );
            replaced.push(Problem::new("edition-replaced", 0, &value, hint));
        }
        editions.editions.retain(|e| !old(e));
        editions.editions.push(edition.clone());
    }
    editions.editions.sort_by(|a, b| (&a.list, &a.edition).cmp(&(&b.list, &b.edition)));
    replaced
}

/// A set of which one file cannot be read: nothing of it is loaded.
fn refuse_all(set: &[Received], names: &[String], error: &ListError) -> Vec<FileReport> {
    let (ListError::Empty { file, .. }
    | ListError::Cut { file, .. }
    | ListError::Malformed { file, .. }
    | ListError::NoRoom { file, .. }
    | ListError::PartAlone { file, .. }) = error;
    let blamed = names.iter().position(|name| name == file).unwrap_or(0);
    let refused = |(at, one): (usize, &Received)| {
        let failure = if at == blamed {
            failure_of(error)
        } else {
            Failure::usage(
                "list-set-refused",
                format!("{} is read together with {file}, which was refused", one.file.shown()),
                "mend that file or leave it out, and load the others again",
            )
        };
        FileReport { failures: vec![failure], ..report(one, &[], false) }
    };
    set.iter().enumerate().filter(|(_, one)| !one.is_base).map(refused).collect()
}

/// Whether an edition was read from exactly these files.
fn is_of(edition: &Edition, set: &[Received]) -> bool {
    let same = |a: &ReceivedFile, b: &ReceivedFile| a.sha256 == b.sha256 && a.member == b.member;
    set.first().is_some_and(|first| first.source.id() == edition.layout)
        && edition.files.len() == set.len()
        && set.iter().all(|r| edition.files.iter().any(|file| same(file, &r.file)))
}

fn report(received: &Received, editions: &[Edition], already: bool) -> FileReport {
    FileReport {
        path: received.path.clone(),
        member: received.file.member.clone(),
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

/// What becomes of the lists of a set.
#[derive(Default)]
struct Judged {
    /// New, and may stand.
    accepted: Vec<Edition>,
    /// In the store already.
    kept: Vec<Edition>,
    /// Why others may not.
    failures: Vec<Failure>,
}

/// The editions that may stand, and why others may not. Each list is judged for itself, also
/// when its file comes a second time: what was refused then is refused again.
fn accept(editions: &Editions, parsed: &Parsed, set: &[Received], how: &How<'_>) -> Judged {
    let mut judged = Judged::default();
    let Some(source) = set.first().map(|r| r.source) else { return judged };
    let known = |list: &str| {
        let known = editions.editions.iter().find(|e| e.list == list && is_of(e, set));
        // A day that is said makes another edition of it, unless the file says its own.
        let same_day =
            |e: &&Edition| e.day_from == "content" || how.date.is_none_or(|day| day == e.edition);
        known.filter(|_| !how.replace).filter(same_day).cloned()
    };
    let mut gone_from_it = Vec::new();
    for (number, one) in parsed.editions.iter().enumerate() {
        let known = known(&one.list);
        let is_known = known.is_some();
        let edition = known.unwrap_or_else(|| edition(source, one, set, how));
        if number == 0 {
            gone_from_it = gone(editions, parsed, &edition);
        }
        if is_known {
            judged.kept.push(edition);
            continue;
        }
        if is_ahead(&edition, how.today) {
            judged.failures.push(ahead(&edition, how.today));
            continue;
        }
        let before = editions.standing(Some(&edition.edition));
        let before = before.iter().find(|e| e.list == one.list && !is_of(e, set));
        // Fewer names are as bad as fewer entries: a set without its file of aliases.
        let shrank = |b: &&&Edition| {
            edition.entities * 100 < b.entities * LEAST_SHARE
                || edition.names * 100 < b.names * LEAST_SHARE
        };
        match before.filter(shrank).filter(|_| !how.accept_shrunk) {
            Some(before) => judged.failures.push(shrunk(&edition, before)),
            None => judged.accepted.push(edition),
        }
    }
    for (nothing, before) in gone_from_it {
        if how.accept_shrunk {
            judged.accepted.push(nothing);
        } else {
            judged.failures.push(shrunk(&nothing, before));
        }
    }
    judged
}

/// Whether it is of a day to come; in the far east a day begins earlier.
fn is_ahead(edition: &Edition, today: &str) -> bool {
    crate::staleness::days(today, &edition.edition).is_some_and(|days| days > 1)
}

fn ahead(edition: &Edition, today: &str) -> Failure {
    Failure::usage(
        "list-of-the-future",
        format!(
            "list {} would be of {} ({}), and today is {today}: it would stand before every newer edition",
            edition.list, edition.edition, edition.day_from
        ),
        "give the day on which it was published: --set date=YYYY-MM-DD",
    )
}

/// The record of a list.
fn edition(
    source: &dyn ListSource,
    list: &ListEdition,
    set: &[Received],
    how: &How<'_>,
) -> Edition {
    let (day, day_from) = if !list.published.is_empty() {
        (list.published.clone(), "content")
    } else if let Some(day) = how.date {
        (day.to_owned(), "said")
    } else {
        let by_name = set.iter().find_map(|r| r.day.clone());
        by_name.unwrap_or_else(|| (how.today.to_owned(), "day of loading"))
    };
    Edition {
        list: list.list.clone(),
        title: list.title.clone(),
        edition: day,
        day_from: day_from.to_owned(),
        layout: source.id().to_owned(),
        publisher: source.publisher().to_owned(),
        licence: source.licence().to_owned(),
        url: source.url().to_owned(),
        files: set.iter().map(|r| r.file.clone()).collect(),
        entities: list.entities.len() as u64,
        names: list.entities.names(),
        loaded: how.today.to_owned(),
    }
}

/// Lists that came in one file with these before and are not in this one: they shrank to nothing,
/// which is the first of each pair. The second stands.
fn gone<'a>(
    editions: &'a Editions,
    parsed: &Parsed,
    beside: &Edition,
) -> Vec<(Edition, &'a Edition)> {
    let has = |list: &str| parsed.editions.iter().any(|e| e.list == list);
    let came_with_these =
        |old: &Edition| editions.editions.iter().any(|e| e.files == old.files && has(&e.list));
    let is_gone = |old: &&Edition| {
        old.entities > 0 && old.layout == beside.layout && !has(&old.list) && came_with_these(old)
    };
    let nothing = |old: &Edition| Edition {
        edition: beside.edition.clone(),
        day_from: beside.day_from.clone(),
        files: beside.files.clone(),
        loaded: beside.loaded.clone(),
        entities: 0,
        names: 0,
        ..old.clone()
    };
    let standing = editions.standing(Some(&beside.edition)).into_iter();
    standing.filter(is_gone).map(|old| (nothing(old), old)).collect()
}

fn shrunk(new: &Edition, before: &Edition) -> Failure {
    Failure {
        exit: Exit::Failed,
        code: "list-shrunk",
        message: format!(
            "list {} of {} has {} entries and {} names where that of {} has {} and {}: refused, the older one stands",
            new.list,
            new.edition,
            new.entities,
            new.names,
            before.edition,
            before.entities,
            before.names
        ),
        hint:
            "is it the whole list, with its file of aliases? If it is, load it with --accept-shrunk"
                .into(),
    }
}

fn write_set_aside(store: &Path, set: &[Received], parsed: &Parsed) -> Result<(), Failure> {
    for (number, one) in set.iter().enumerate().filter(|(_, one)| !one.is_base) {
        let of_it = || parsed.problems.iter().filter(|(file, _)| usize::from(*file) == number);
        if of_it().next().is_none() {
            continue;
        }
        write_by(&one.file.set_aside(&folder(store)), |out| {
            for (_, problem) in of_it() {
                serde_json::to_writer(&mut *out, &problem)?;
                out.write_all(b"\n")?;
            }
            Ok(())
        })?;
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
        assert_eq!(day("t2__20240527194702-wnk__entities.delta.json"), "2024-05-27");
        assert_eq!(day("sdn.csv"), "");
        assert_eq!(day("32014R0833.csv"), "");
        assert_eq!(day("2024-13-45.csv"), "");
    }
}
