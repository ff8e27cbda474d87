//! `plimsoll load`: publishers' files into the store.

use crate::cli::{Format, LoadArgs};
use crate::commands::{Context, mapping};
use crate::evidence::load as evidence;
use crate::failure::{Exit, Failure};
use crate::present::load as present;
use crate::present::tables::one_line;
use crate::progress::LoadProgress;
use crate::watchlists::{Editions, load as watchlists, snapshots};
use crate::{printer, settings};
use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::evidence::{ALL, by_id};
use plimsoll_ingest::fact::{Flow, Place};
use plimsoll_ingest::formats::{self, Said};
use plimsoll_ingest::load::{LoadOptions, LoadReport, load_file};
use plimsoll_ingest::store::Writer;
use plimsoll_screen::lists;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::place::{self, PlaceKind};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Years that a file can be of: from the first of Comtrade on.
const YEARS: RangeInclusive<i32> = 1962..=2100;

/// What became of one file of the command line.
pub type Outcome = (PathBuf, Result<Vec<LoadReport>, IngestError>);

/// Loads file after file; a faulty one changes nothing and does not stop the others. Watchlists
/// among them are told by their content and loaded after the others, sets of files together.
pub fn run(context: &Context, args: &LoadArgs) -> Result<Exit, Failure> {
    if let Some(exit) = mapping::run(context, args)? {
        return Ok(exit);
    }
    let options = options(args)?;
    let mut writer = Writer::open(&context.store)?;
    watchlists::sweep(&context.store);
    let mut outcomes: Vec<Outcome> = Vec::new();
    let (mut received, mut refused) = (Vec::new(), Vec::new());
    let mut told_of: Vec<evidence::FileReport> = Vec::new();
    for path in &args.files {
        if let Some(result) = load_evidence(context, args, path) {
            match result {
                Ok(report) => told_of.push(report),
                Err(failure) => refused.push((path.clone(), failure)),
            }
            continue;
        }
        let told = args.layout.as_deref().filter(|name| lists::by_id(name).is_some());
        // A layout of statistics that is told settles it.
        let (found, others) = match options.format {
            Some(_) => Default::default(),
            None => watchlists::recognise(path, told),
        };
        if found.is_empty() {
            outcomes.push((path.clone(), load_one(&mut writer, path, &options)));
        } else if !others.is_empty() {
            printer::talk(&format!(
                "note: {}: passed over, for they are in no layout of watchlists: {}; statistics among them must be unpacked",
                path.display(),
                one_line(&others.join(", "))
            ));
        }
        for one in found {
            match watchlists::receive(&context.store, path, one) {
                Ok(one) => received.push(one),
                Err(failure) => refused.push((path.clone(), failure)),
            }
        }
    }
    let reports = load_lists(context, args, received)?;
    let outcome = present::All {
        statistics: &outcomes,
        lists: &reports,
        evidence: &told_of,
        refused: &refused,
    };
    let failed = present_all(context, &outcome);
    if failed > 0 {
        let all = args.files.len();
        if all > failed {
            printer::talk(&format!(
                "{failed} of {all} files were not loaded, or not all lists of them"
            ));
        }
        return Ok(Exit::Failed);
    }
    if context.format == Format::Table {
        let hint = if !told_of.is_empty() {
            "plimsoll parts WEAPON and plimsoll owners NAME ask the evidence"
        } else if reports.is_empty() {
            "plimsoll status shows what is loaded; plimsoll assess --help has examples"
        } else {
            "plimsoll screen \"NAME\" screens a name; plimsoll status shows what is loaded"
        };
        printer::next(hint);
    }
    Ok(Exit::Done)
}

/// Loads watchlists, and compiles the newest of each so that the next question is quick.
fn load_lists(
    context: &Context,
    args: &LoadArgs,
    received: Vec<watchlists::Received>,
) -> Result<Vec<watchlists::FileReport>, Failure> {
    if received.is_empty() {
        return Ok(Vec::new());
    }
    let date = args.set.iter().find_map(|s| s.strip_prefix("date="));
    let how = watchlists::How {
        date,
        today: &settings::today(),
        replace: args.replace,
        accept_shrunk: args.accept_shrunk,
    };
    let reports = watchlists::load(&context.store, received, &how)?;
    if reports.iter().any(|r| !r.already && !r.editions.is_empty()) {
        let editions = Editions::open(&context.store)?;
        snapshots::of(&context.store, &editions.standing(None))?;
    }
    Ok(reports)
}

/// Loads a file of components, makers or owners; none where it is no such file.
fn load_evidence(
    context: &Context,
    args: &LoadArgs,
    path: &Path,
) -> Option<Result<evidence::FileReport, Failure>> {
    let told = args.layout.as_deref();
    let format = evidence::recognise(path, told)?;
    let said = args.set.iter().filter_map(|s| s.split_once('='));
    let how = evidence::How {
        today: &settings::today(),
        replace: args.replace,
        accept_shrunk: args.accept_shrunk,
        said: said.collect(),
    };
    Some(evidence::load(&context.store, path, format, &how))
}

/// Prints what became of the files; how many of them failed.
pub(super) fn present_all(context: &Context, all: &present::All<'_>) -> usize {
    match context.format {
        Format::Json => printer::data(&present::json(all)),
        Format::Ndjson => printer::data(&present::ndjson(all)),
        _ => {
            let text = present::text(all.statistics) + &present::lists_text(all.lists);
            printer::data(&(text + &present::evidence_text(all.evidence)));
        }
    }
    let mut failed: BTreeSet<&Path> = all.refused.iter().map(|(path, _)| path.as_path()).collect();
    for (path, outcome) in all.statistics {
        if let Err(error) = outcome {
            failed.insert(path);
            let mut failure = Failure::from_ingest_at(path, error);
            if matches!(error, IngestError::UnknownLayout { closest, .. } if closest.is_empty()) {
                failure.message.push_str(&watchlists::closest(path));
            }
            failure.message.push_str("; nothing of it was loaded");
            printer::failure(&failure);
        }
    }
    for (_, failure) in all.refused {
        printer::failure(failure);
    }
    for report in all.lists.iter().filter(|r| !r.failures.is_empty()) {
        failed.insert(&report.path);
        for failure in &report.failures {
            printer::failure(failure);
        }
    }
    failed.len()
}

pub(super) fn load_one(
    writer: &mut Writer,
    path: &Path,
    options: &LoadOptions,
) -> Result<Vec<LoadReport>, IngestError> {
    let bytes = std::fs::metadata(path).map(|m| m.len()).unwrap_or(0);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let progress = LoadProgress::new(&name, bytes);
    let result = load_file(writer, path, options, &|stage| progress.see(stage));
    progress.done();
    result
}

/// How to load, from the arguments.
pub fn options(args: &LoadArgs) -> Result<LoadOptions, Failure> {
    let mut said = Said::default();
    let mut said_text = Vec::new();
    let mut vintage = None;
    if let Some(text) = &args.flow {
        said.flow = Some(Flow::parse(text).ok_or_else(|| {
            Failure::usage(
                "flow-unreadable",
                format!("there is no flow {text:?}"),
                "say --flow import or --flow export",
            )
        })?);
        said_text.push(format!("flow={text}"));
    }
    for setting in &args.set {
        // The day of a watchlist's edition; statistics say their period themselves.
        if let Some(day) = setting.strip_prefix("date=") {
            let known = day.parse::<jiff::civil::Date>().is_ok();
            let day = known.then_some(()).ok_or_else(|| format!("--set date: {day:?} is no day"));
            day.map_err(|why| {
                Failure::usage("set-unreadable", why, "say it as in --set date=2024-07-02")
            })?;
            continue;
        }
        // Of a file of evidence: who published it, and under which terms.
        if setting.starts_with("publisher=") || setting.starts_with("licence=") {
            continue;
        }
        set(&mut said, &mut vintage, setting)?;
        said_text.push(setting.clone());
    }
    let format = match &args.layout {
        None => None,
        Some(name) if lists::by_id(name).is_some() || by_id(name).is_some() => None,
        Some(name) => Some(formats::by_id(name).ok_or_else(|| {
            IngestError::NoSuchLayout {
                name: name.clone(),
                known: formats::ALL
                    .iter()
                    .map(|f| f.id())
                    .chain(lists::ALL.iter().map(|l| l.id()))
                    .chain(ALL.iter().map(|e| e.id()))
                    .collect::<Vec<_>>()
                    .join(", "),
            }
        })?),
    };
    Ok(LoadOptions {
        said,
        said_text,
        format,
        vintage,
        today: settings::today(),
        replace: args.replace,
        rates: settings::rates(args.rates.as_deref())?,
        threads: std::thread::available_parallelism().map_or(2, std::num::NonZero::get),
    })
}

fn set(said: &mut Said, vintage: &mut Option<String>, setting: &str) -> Result<(), Failure> {
    let fail = |why: String| {
        Failure::usage(
            "set-unreadable",
            why,
            "say for example --set reporter=CHN, partner=RUS, currency=USD, revision=HS2017, year=2022, unit=1000, vintage=2024-05-01; for a watchlist date=2024-07-02",
        )
    };
    let Some((what, value)) = setting.split_once('=') else {
        return Err(fail(format!("--set {setting:?} has no '='")));
    };
    match what {
        "reporter" => said.reporter = Some(trader(value).map_err(fail)?),
        "partner" => said.partner = Some(trader(value).map_err(fail)?),
        "currency" => said.currency = Some(currency(value).map_err(fail)?),
        "flow" => {
            said.flow = Some(Flow::parse(value).ok_or_else(|| fail(format!("no flow {value:?}")))?)
        }
        "revision" => {
            said.revision = Some(HsRevision::parse(value).map_err(|e| fail(e.to_string()))?);
        }
        "year" => {
            let year = value.parse().ok().filter(|year| YEARS.contains(year));
            let (first, last) = (YEARS.start(), YEARS.end());
            let why = || format!("--set year: {value:?} is no year from {first} to {last}");
            said.year = Some(year.ok_or_else(|| fail(why()))?);
        }
        "unit" => {
            let unit = value.parse().ok().filter(|unit: &f64| unit.is_finite() && *unit > 0.0);
            let why = || format!("--set unit: {value:?} is no number above zero");
            said.value_unit = Some(unit.ok_or_else(|| fail(why()))?);
        }
        "vintage" => *vintage = Some(dated(value).map_err(fail)?),
        _ => return Err(fail(format!("--set knows no {what:?}"))),
    }
    Ok(())
}

/// A place that can be one side of a trade: not the world, nor what is left unspecified.
fn trader(value: &str) -> Result<Place, String> {
    let place = place::by_user(value).map_err(|e| e.to_string())?;
    match place.kind() {
        PlaceKind::World | PlaceKind::Unspecified => {
            Err(format!("{value:?} ({}) is no country that trades", place.name()))
        }
        _ => Ok(Place::Known(place)),
    }
}

/// The code of a currency. Whether there is a rate for it shows in loading.
fn currency(value: &str) -> Result<String, String> {
    if value.len() == 3 && value.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Ok(value.to_ascii_uppercase());
    }
    Err(format!("--set currency: {value:?} is no code of three letters"))
}

/// A vintage: a date or a version. The newest by its text counts, so words would not do.
fn dated(value: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.');
    if value.len() <= 32
        && value.starts_with(|c: char| c.is_ascii_digit())
        && value.bytes().all(plain)
    {
        return Ok(value.to_owned());
    }
    Err(format!("--set vintage: {value:?} is no date or version that begins with a digit"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said() {
        let ok = |setting: &str| set(&mut Said::default(), &mut None, setting).is_ok();
        for good in [
            "unit=1000",
            "unit=0.5",
            "currency=cny",
            "currency=XAF",
            "vintage=2024-05-01",
            "vintage=202401b",
            "vintage=2024.1",
            "reporter=CHN",
            "partner=Kyrgyzstan",
            "year=1962",
            "year=2100",
            "flow=export",
            "revision=HS2017",
        ] {
            assert!(ok(good), "{good}");
        }
        for bad in [
            "unit=NaN",
            "unit=-1",
            "unit=inf",
            "unit=0",
            "unit=",
            "currency=",
            "currency=BANANA",
            "currency=12A",
            "vintage=",
            "vintage=latest",
            "vintage=2024 05",
            "reporter=W00",
            "partner=World",
            "reporter=",
            "year=1961",
            "year=99999",
            "year=-5",
            "colour=red",
            "year",
        ] {
            assert!(!ok(bad), "{bad}");
        }
    }
}
