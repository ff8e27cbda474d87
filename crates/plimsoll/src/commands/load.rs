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
use plimsoll_terms::place;
use std::path::{Path, PathBuf};

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
    let place = |value: &str| {
        place::by_user(value).map(Place::Known).map_err(|e| fail(format!("--set {what}: {e}")))
    };
    match what {
        "reporter" => said.reporter = Some(place(value)?),
        "partner" => said.partner = Some(place(value)?),
        "currency" => said.currency = Some(value.to_ascii_uppercase()),
        "flow" => {
            said.flow = Some(Flow::parse(value).ok_or_else(|| fail(format!("no flow {value:?}")))?)
        }
        "revision" => {
            said.revision = Some(HsRevision::parse(value).map_err(|e| fail(e.to_string()))?);
        }
        "year" => {
            said.year = Some(value.parse().map_err(|_| fail(format!("{value:?} is no year")))?)
        }
        "unit" => {
            said.value_unit =
                Some(value.parse().map_err(|_| fail(format!("{value:?} is no number")))?)
        }
        "vintage" => *vintage = Some(value.to_owned()),
        _ => return Err(fail(format!("--set knows no {what:?}"))),
    }
    Ok(())
}
