//! A publication's files on their way into the store: asked for, looked at, and put together as
//! one edition of a day. Nothing of an edition counts before all of its files are there.

use crate::failure::{Exit, Failure};
use crate::fetch::cache::{self, Folder, Kept, Sidecar, safe_name};
use crate::fetch::content::{self, Kind};
use crate::fetch::http::{Ask, Client, Got, Validators};
use crate::fetch::{MONTH, MONTH_DASHED, Source};
use crate::printer;
use plimsoll_terms::period::{Month, Period};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A file with less than so many hundredths of the bytes of its last good edition is refused.
const LEAST_SHARE: u64 = 67;
/// Endings that a file may keep.
const ENDINGS: [&str; 13] =
    ["csv", "xml", "json", "zip", "7z", "xlsx", "ods", "gz", "txt", "tsv", "dat", "ndjson", "xls"];

/// What to get.
pub struct Job {
    /// Id of the source, and name of its folder.
    pub source: String,
    /// Its files.
    pub files: Vec<JobFile>,
    /// Whether its files are read together, so that each edition must hold all of them.
    pub set: bool,
    /// What a refusal for lack of a key is answered with.
    pub key_hint: String,
}

/// One file of a job.
pub struct JobFile {
    /// Its address, with its secrets.
    pub url: String,
    /// What it is called in the store.
    pub name: String,
    /// What it should be.
    pub kind: Kind,
}

/// What the person and the environment said about addresses.
#[derive(Default)]
pub struct Said {
    /// Another base address.
    pub base: Option<String>,
    /// `--set` and keys of the environment.
    pub values: BTreeMap<String, String>,
    /// `--period`
    pub period: Option<Period>,
}

/// Where and how to get it.
pub struct Desk<'a> {
    /// The store.
    pub store: &'a Path,
    /// Today.
    pub today: String,
    /// Who asks.
    pub client: &'a Client,
    /// Ask for all of it again, whatever is there.
    pub anew: bool,
    /// Take what shrank.
    pub accept_shrunk: bool,
}

/// What came of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Other bytes than before, or the first.
    New,
    /// The same bytes as in the last edition.
    Same,
    /// The server says that nothing changed.
    Unchanged,
}

impl State {
    /// For people and machines.
    pub fn text(self) -> &'static str {
        match self {
            State::New => "new",
            State::Same => "same bytes",
            State::Unchanged => "unchanged",
        }
    }
}

/// One file that is at hand.
pub struct Item {
    /// What came of it.
    pub state: State,
    /// The file and what is known of it.
    pub kept: Kept,
}

/// What came of a job.
pub struct Fetched {
    /// Id of the source.
    pub source: String,
    /// Its files.
    pub items: Vec<Item>,
    /// The folder of a new edition; none where nothing changed.
    pub edition: Option<PathBuf>,
    /// What is not loaded yet.
    pub to_load: Vec<PathBuf>,
}

impl Job {
    /// Of a source, with what is left open in its addresses filled in.
    ///
    /// # Errors
    /// Where something is left open that nobody said.
    pub fn of(source: &'static Source, said: &Said) -> Result<Job, Failure> {
        let base = said.base.as_deref().unwrap_or(source.base).trim_end_matches('/');
        let mut values: BTreeMap<&str, &str> = BTreeMap::new();
        for need in source.needs.iter().filter(|n| n.name != "month") {
            let value = said.values.get(need.name).map(String::as_str).or(need.default);
            values.insert(need.name, value.ok_or_else(|| unsaid(source, need.name))?);
        }
        let mut files = Vec::new();
        for address in source.files {
            let by_month = address.path.contains(MONTH) || address.path.contains(MONTH_DASHED);
            let months: Vec<Option<Month>> = match (by_month, &said.period) {
                (false, _) => vec![None],
                (true, Some(period)) => period.months().map(Some).collect(),
                (true, None) => return Err(unsaid(source, "month")),
            };
            for month in months {
                let path = fill(address.path, &values, month);
                let name = file_name(source.id, &path, address.kind, month);
                files.push(JobFile { url: format!("{base}{path}"), name, kind: address.kind });
            }
        }
        let set = files.len() > 1 && !source.needs.iter().any(|n| n.name == "month");
        let key = source.needs.iter().find_map(|n| n.env.map(|env| (n.name, env, n.what)));
        let key_hint = match key {
            Some((_, env, what)) => format!("{env} takes {what}"),
            None => "the publisher wants a log-in for this address; has it moved? --base-url names another".into(),
        };
        Ok(Job { source: source.id.into(), files, set, key_hint })
    }

    /// Of any address.
    pub fn of_address(url: &str) -> Job {
        let hash: String = Sha256::digest(url).iter().take(4).map(|b| format!("{b:02x}")).collect();
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let last = path.split_once("://").and_then(|(_, rest)| rest.rsplit_once('/'));
        let name = safe_name(last.map_or("", |(_, name)| name));
        Job {
            source: format!("address-{hash}"),
            files: vec![JobFile { url: url.to_owned(), name, kind: Kind::Any }],
            set: false,
            key_hint: "the address wants a log-in: fetch the file in a browser and load it".into(),
        }
    }
}

fn unsaid(source: &Source, name: &str) -> Failure {
    let need = source.needs.iter().find(|n| n.name == name);
    let what = need.map_or("", |n| n.what);
    let env = need.and_then(|n| n.env);
    Failure {
        // What only the publisher hands out is a matter of credentials.
        exit: if env.is_some() { Exit::NeedsCredentials } else { Exit::Failed },
        code: "fetch-unsaid",
        message: format!("{} needs to know {name}: {what}", source.id),
        hint: match env {
            Some(env) => format!("put it into the environment as {env}, or say --set {name}=…"),
            None if name == "month" => "say --period 2023-10..2023-12".into(),
            None => format!("say --set {name}=…"),
        },
    }
}

/// Fills in what an address leaves open.
fn fill(path: &str, values: &BTreeMap<&str, &str>, month: Option<Month>) -> String {
    let mut path = path.to_owned();
    if let Some(month) = month {
        path = path.replace(MONTH, &format!("{:04}{:02}", month.year(), month.month()));
        path = path.replace(MONTH_DASHED, &format!("{:04}-{:02}", month.year(), month.month()));
    }
    for (name, value) in values {
        if value.is_empty() {
            path = path.replace(&format!("&{name}={{{name}}}"), "");
        }
        path = path.replace(&format!("{{{name}}}"), &encoded(value));
    }
    path
}

/// A value as it stands in an address.
pub fn encoded(value: &str) -> String {
    let mut out = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn file_name(source: &str, path: &str, kind: Kind, month: Option<Month>) -> String {
    let path = path.split_once("?file=").map_or(path, |(_, file)| file).replace("%2F", "/");
    let last = path.split('?').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let ending = last.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    if ENDINGS.contains(&ending.as_str()) {
        return safe_name(last);
    }
    let month = month.map(|m| format!("-{:04}-{:02}", m.year(), m.month())).unwrap_or_default();
    let ending = match kind {
        Kind::Csv => "csv",
        Kind::Xml => "xml",
        Kind::Json => "json",
        Kind::Zip => "zip",
        Kind::SevenZip => "7z",
        Kind::Any => "data",
    };
    format!("{source}{month}.{ending}")
}

/// Gets all files of a job.
///
/// # Errors
/// What went wrong with the first file that did not come; the edition before stands.
pub fn run(desk: &Desk<'_>, job: &Job) -> Result<Fetched, Failure> {
    let folder = Folder::of(desk.store, &job.source);
    let mut arrived = Vec::new();
    for file in &job.files {
        let one = one(desk, job, file, &folder);
        arrived.push(one.map_err(|failure| with_last(failure, &folder, &file.name))?);
    }
    assemble(desk, job, &folder, arrived)
}

/// Says which edition stands after a failure.
pub fn with_last(failure: Failure, folder: &Folder, name: &str) -> Failure {
    let stands = match folder.newest_good(name) {
        _ if failure.message.contains("stands") => return failure,
        Some(kept) => format!("the last good edition of {} stands", kept.day),
        None => "there is no earlier edition of it".into(),
    };
    Failure { message: format!("{}; {stands}", failure.message), ..failure }
}

/// Something that came, and lies where it arrived; or what was there before.
enum Arrived {
    New(PathBuf, Sidecar),
    Old(State, Kept),
}

fn one(desk: &Desk<'_>, job: &Job, file: &JobFile, folder: &Folder) -> Result<Arrived, Failure> {
    let shown = desk.client.shown(&file.url);
    // Another address under the same name, as of a mirror, has other names for its versions.
    let before = folder.newest(&file.name).filter(|k| k.sidecar.address == shown);
    let have = before.as_ref().map(|k| &k.sidecar.validators);
    let have = have.filter(|v| !desk.anew && **v != Validators::default());
    let into = folder.incoming(&file.name);
    let ask = Ask { url: &file.url, key: None, have, into: &into, key_hint: &job.key_hint };
    let answer = match (desk.client.get(&ask)?, before) {
        (Got::Whole(answer), _) => answer,
        (Got::Unchanged, Some(mut kept)) => {
            kept.sidecar.checked = cache::now();
            cache::write(&kept.path, &kept.sidecar)?;
            return Ok(Arrived::Old(State::Unchanged, kept));
        }
        _ => return Err(nothing_yet(&shown)),
    };
    let looked = look(desk, file, &answer.content_type, &into, folder);
    if let Err(failure) = looked {
        let refused = folder.path().join("refused").join(&file.name);
        cache::move_to(&into, &refused)?;
        let hint = format!("{}; what came lies in {}", failure.hint, refused.display());
        return Err(Failure { hint, ..failure });
    }
    let (sha256, bytes) = cache::hash(&into)?;
    if let Some(kept) = folder.newest(&file.name).filter(|k| k.sidecar.sha256 == sha256) {
        let _ = fs::remove_file(&into);
        let (address, checked) = (shown, cache::now());
        let sidecar =
            Sidecar { address, checked, validators: answer.validators, ..kept.sidecar.clone() };
        cache::write(&kept.path, &sidecar)?;
        return Ok(Arrived::Old(State::Same, Kept { sidecar, ..kept }));
    }
    let sidecar = Sidecar {
        source: job.source.clone(),
        address: shown,
        status: answer.status,
        content_type: answer.content_type,
        validators: answer.validators,
        sha256,
        bytes,
        fetched: cache::now(),
        checked: cache::now(),
        records: None,
        good: false,
    };
    Ok(Arrived::New(into, sidecar))
}

/// Whether what came can be the file: its kind, its header row, its length.
fn look(
    desk: &Desk<'_>,
    file: &JobFile,
    content_type: &str,
    path: &Path,
    folder: &Folder,
) -> Result<(), Failure> {
    let shown = desk.client.shown(&file.url);
    let head = content::head(path);
    content::check(file.kind, content_type, &head, &shown)?;
    let Some(last) = folder.newest_good(&file.name) else { return Ok(()) };
    if let Some(changed) = content::compare_headers(file.kind, &content::head(&last.path), &head) {
        if !changed.gone.is_empty() {
            return Err(content::layout_changed(&shown, &last.day, &changed));
        }
        printer::talk(&format!(
            "note: {} has new columns since {}: {}",
            file.name,
            last.day,
            changed.new.join(", ")
        ));
    }
    if let Some(changed) = content::compare_names(file.kind, &last.path, path) {
        return Err(content::layout_changed(&shown, &last.day, &changed));
    }
    let bytes = fs::metadata(path).map_or(0, |m| m.len());
    shrunk(desk, &shown, "bytes", bytes, (&last.day, last.sidecar.bytes))
}

/// Refuses what has less than two thirds of what it had.
pub fn shrunk(
    desk: &Desk<'_>,
    shown: &str,
    unit: &str,
    now: u64,
    before: (&str, u64),
) -> Result<(), Failure> {
    let (day, was) = before;
    if desk.accept_shrunk || now.saturating_mul(100) >= was.saturating_mul(LEAST_SHARE) {
        return Ok(());
    }
    Err(Failure {
        exit: Exit::Failed,
        code: "fetch-shrunk",
        message: format!(
            "{shown} has {now} {unit} where the edition of {day} has {was}: refused, the edition of {day} stands"
        ),
        hint: "is it whole? If it is meant to be so short, fetch it with --accept-shrunk".into(),
    })
}

fn nothing_yet(shown: &str) -> Failure {
    Failure {
        exit: Exit::CannotTell,
        code: "fetch-nothing-yet",
        message: format!("{shown} has nothing there yet"),
        hint: "the publisher has not published it, or has no figures for it: ask for an earlier period".into(),
    }
}

/// Puts the files of an edition into one folder; loads again what was received and not loaded.
fn assemble(
    desk: &Desk<'_>,
    job: &Job,
    folder: &Folder,
    arrived: Vec<Arrived>,
) -> Result<Fetched, Failure> {
    let any_new = arrived.iter().any(|a| matches!(a, Arrived::New(..)));
    let edition = any_new.then(|| folder.edition(&desk.today));
    let mut items = Vec::new();
    for (file, arrived) in job.files.iter().zip(arrived) {
        let (state, kept) = match (arrived, &edition) {
            (Arrived::New(from, sidecar), Some(edition)) => {
                let path = edition.join(&file.name);
                cache::move_to(&from, &path)?;
                cache::write(&path, &sidecar)?;
                (State::New, Kept { path, day: desk.today.clone(), sidecar })
            }
            // A set is read together, and its day is that of its folder.
            (Arrived::Old(state, kept), Some(edition)) if job.set => {
                let path = edition.join(&file.name);
                cache::copy_to(&kept.path, &path)?;
                let sidecar = Sidecar { good: false, ..kept.sidecar };
                cache::write(&path, &sidecar)?;
                (state, Kept { path, day: kept.day, sidecar })
            }
            (Arrived::Old(state, kept), _) => (state, kept),
            (Arrived::New(..), None) => continue,
        };
        items.push(Item { state, kept });
    }
    let to_load = if job.set && items.iter().any(|i| !i.kept.sidecar.good) {
        items.iter().map(|i| i.kept.path.clone()).collect()
    } else {
        items.iter().filter(|i| !i.kept.sidecar.good).map(|i| i.kept.path.clone()).collect()
    };
    Ok(Fetched { source: job.source.clone(), items, edition, to_load })
}

/// Takes note that an edition is loaded, or kept.
pub fn accept(fetched: &mut Fetched) -> Result<(), Failure> {
    for item in fetched.items.iter_mut().filter(|i| !i.kept.sidecar.good) {
        item.kept.sidecar.good = true;
        cache::write(&item.kept.path, &item.kept.sidecar)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fetch::by_id;

    fn addresses(id: &str, said: &Said) -> Vec<(String, String)> {
        let job = Job::of(by_id(id).unwrap(), said).unwrap();
        job.files.into_iter().map(|f| (f.url, f.name)).collect()
    }

    #[test]
    fn addresses_are_filled_in() {
        let said = |values: &[(&str, &str)], period: &str| Said {
            base: Some("http://m/".into()),
            values: values.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            period: Period::parse(period).ok(),
        };
        let all = addresses("comext", &said(&[], "2023-12..2024-01"));
        assert_eq!(all.len(), 2);
        assert_eq!(all[1].1, "full_v2_202401.7z");
        assert!(all[0].0.starts_with("http://m/files?file=comext%2F"), "{}", all[0].0);
        let all = addresses("census-exports", &said(&[], "2024-01"));
        assert_eq!(all[0].1, "census-exports-2024-01.json");
        assert!(all[0].0.ends_with("&time=2024-01"), "{}", all[0].0);
        let all = addresses("eu", &said(&[("token", "a b/../c")], ""));
        assert_eq!(all[0].1, "eu.xml");
        assert!(all[0].0.ends_with("?token=a%20b%2F..%2Fc"), "{}", all[0].0);
        let all = addresses("ecb", &said(&[("currency", "USD+CNY")], ""));
        assert_eq!(
            all[0],
            ("http://m/EXR/M.USD+CNY.EUR.SP00.A?format=csvdata".into(), "ecb.csv".into())
        );
        assert_eq!(addresses("seco", &said(&[], ""))[0].1, "seco.xml");
        assert_eq!(addresses("ofac", &said(&[], "")).len(), 8);
    }

    #[test]
    fn what_is_left_open_must_be_said() {
        let missing = |id: &str| Job::of(by_id(id).unwrap(), &Said::default()).err().unwrap();
        assert_eq!(missing("eu").exit, Exit::NeedsCredentials);
        assert_eq!(missing("comext").exit, Exit::Failed);
        assert!(missing("comext").hint.contains("--period"));
    }

    #[test]
    fn any_address_has_a_folder_of_its_own() {
        let job = Job::of_address("https://a.b/../../x/..%2f..%2fsdn list.csv?x=/etc/passwd");
        assert!(job.source.starts_with("address-"));
        assert_eq!(job.files[0].name, "2f.._2fsdn_list.csv");
        assert_eq!(Job::of_address("https://a.b").files[0].name, "file");
    }
}
