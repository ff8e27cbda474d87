//! `plimsoll load`: publishers' files into the store.

use crate::cli::{Format, LoadArgs};
use crate::commands::Context;
use crate::failure::{Exit, Failure};
use crate::present::load as present;
use crate::progress::LoadProgress;
use crate::{printer, settings};
use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::fact::{Flow, Place};
use plimsoll_ingest::formats::{self, Said};
use plimsoll_ingest::load::{LoadOptions, LoadReport, load_file};
use plimsoll_ingest::store::Writer;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::place::{self, PlaceKind};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

/// Years that a file can be of: from the first of Comtrade on.
const YEARS: RangeInclusive<i32> = 1962..=2100;

/// What became of one file of the command line.
pub type Outcome = (PathBuf, Result<Vec<LoadReport>, IngestError>);

/// Loads file after file; a faulty one changes nothing and does not stop the others.
pub fn run(context: &Context, args: &LoadArgs) -> Result<Exit, Failure> {
    let options = options(args)?;
    let mut writer = Writer::open(&context.store)?;
    let mut outcomes: Vec<Outcome> = Vec::new();
    for path in &args.files {
        outcomes.push((path.clone(), load_one(&mut writer, path, &options)));
    }
    match context.format {
        Format::Table | Format::Md | Format::Csv => printer::data(&present::text(&outcomes)),
        Format::Json => printer::data(&present::json(&outcomes)),
        Format::Ndjson => printer::data(&present::ndjson(&outcomes)),
    }
    let mut failed = 0;
    for (path, outcome) in &outcomes {
        if let Err(error) = outcome {
            failed += 1;
            let mut failure = Failure::from_ingest_at(path, error);
            failure.message.push_str("; nothing of it was loaded");
            printer::failure(&failure);
        }
    }
    if failed > 0 {
        if outcomes.len() > failed {
            printer::talk(&format!(
                "{failed} of {} files were not loaded; the others were",
                outcomes.len()
            ));
        }
        return Ok(Exit::Failed);
    }
    if context.format == Format::Table {
        printer::next("plimsoll status shows what is loaded; plimsoll assess --help has examples");
    }
    Ok(Exit::Done)
}

fn load_one(
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
        set(&mut said, &mut vintage, setting)?;
        said_text.push(setting.clone());
    }
    let format = match &args.layout {
        None => None,
        Some(name) => Some(formats::by_id(name).ok_or_else(|| IngestError::NoSuchLayout {
            name: name.clone(),
            known: formats::ALL.iter().map(|f| f.id()).collect::<Vec<_>>().join(", "),
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
            "say for example --set reporter=CHN, partner=RUS, currency=USD, revision=HS2017, year=2022, unit=1000, vintage=2024-05-01",
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
