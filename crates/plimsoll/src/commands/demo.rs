//! `plimsoll demo`: the whole story on figures that ship with the program, offline.
//!
//! The figures are the program's own sums of Eurostat's (see `data/README.md`). They go
//! through the same loader, the same question and the same page as any other file.

use crate::cli::{AssessArgs, Cli, Command, DemoArgs};
use crate::commands::Context;
use crate::commands::assess::{self, Shown, write_page};
use crate::failure::{Exit, Failure};
use crate::present::demo::{self as present, Made};
use crate::staleness::Recorded;
use crate::{printer, settings};
use clap::Parser;
use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::formats::Said;
use plimsoll_ingest::load::{LoadOptions, load_file};
use plimsoll_ingest::scan::Scanner;
use plimsoll_ingest::store::{Store, Writer};
use plimsoll_monitor::choice::Coverage;
use plimsoll_terms::fx::Rates;
use std::path::{Path, PathBuf};

/// The figures.
const FIGURES: &[u8] = include_bytes!("../../data/eu_chpl_exports_monthly_2020_2022.csv");
/// Their file.
const FILE: &str = "eu_chpl_exports_monthly_2020_2022.csv";
/// The last month that they hold.
const VINTAGE: &str = "2022-11";
/// Where the page goes when nobody says.
const PAGE: &str = "plimsoll-demo.html";
/// Folder of the demonstration's store among the temporary files, so that the commands that
/// it suggests work.
const STORE: &str = "plimsoll-demo-store";
/// What is asked. December 2022 is absent, hence the months.
const QUESTION: [&str; 12] = [
    "plimsoll",
    "assess",
    "--importer",
    "RUS+BLR+KAZ+ARM+KGZ+GEO+UZB",
    "--goods",
    "chpl@2024-02",
    "--period",
    "2022-01..2022-11",
    "--against",
    "2021-01..2021-11",
    "--currency",
    "EUR",
];

/// Loads, asks, writes the page, tells the story.
pub fn run(context: &Context, args: &DemoArgs) -> Result<Exit, Failure> {
    let folder = ready_store()?;
    let asked = asked()?;
    let question = assess::question(&asked)?;
    let scanner = Scanner::new(Store::open(&folder)?);
    let coverage = Coverage::of(scanner.store(), None)?;
    let answer = plimsoll_monitor::assess::assess(&scanner, &coverage, &question)?;
    let shown = Shown {
        scanner: &scanner,
        question: &question,
        answer: &answer,
        monthly: None,
        variants: &[],
        args: &asked,
        // The figures that ship are of a day that the page names.
        stale: Recorded::default(),
    };
    let page = write(args.page.as_deref(), &plimsoll_report::to_html(&present::page(&shown)))?;
    let made = Made { page: &page, store: &folder };
    printer::data(&present::told(&shown, &made, context.format));
    printer::next(&present::next(&folder));
    Ok(Exit::Done)
}

/// The question as `assess` would read it from its command line, with records by month.
fn asked() -> Result<AssessArgs, Failure> {
    let cli = Cli::try_parse_from(QUESTION.into_iter().chain(["--by", "month"]));
    match cli.map(|c| c.command) {
        Ok(Command::Assess(args)) => Ok(*args),
        Ok(_) => Err(Failure::usage("demo", "the demonstration's question is no assessment", "")),
        Err(e) => Err(Failure::usage("demo", e.to_string(), "")),
    }
}

/// Writes the page where it was asked for; else into the current folder, and where that
/// cannot be written among the temporary files.
fn write(asked: Option<&Path>, html: &str) -> Result<PathBuf, Failure> {
    if let Some(path) = asked {
        write_page(path, html)?;
        return Ok(path.to_owned());
    }
    let here = PathBuf::from(PAGE);
    if write_page(&here, html).is_ok() {
        return Ok(here);
    }
    let folder = kept(tempfile::Builder::new().prefix("plimsoll-demo-page-").tempdir())?;
    let path = folder.join(PAGE);
    write_page(&path, html)?;
    Ok(path)
}

fn kept(folder: std::io::Result<tempfile::TempDir>) -> Result<PathBuf, Failure> {
    folder.map(tempfile::TempDir::keep).map_err(|e| {
        Failure::usage(
            "output",
            format!("cannot make a temporary folder: {e}"),
            "check TMPDIR and the space that is left",
        )
    })
}

/// A store that holds the figures and nothing else. One that an earlier run left is used as
/// it is, even where it can only be read; one that is another's, damaged, in use or holds
/// other files too is left alone, and a fresh one made.
fn ready_store() -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir().join(STORE);
    if (ours(&folder) && holds_the_figures(&folder)) || (free(&folder) && load(&folder).is_ok()) {
        return Ok(folder);
    }
    let folder = kept(tempfile::Builder::new().prefix("plimsoll-demo-store-").tempdir())?;
    load(&folder)?;
    Ok(folder)
}

/// Whether the folder belongs to the person who runs the program: among shared temporary
/// files anybody may have made one of that name and put other figures in it.
#[cfg(unix)]
fn ours(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let mine = tempfile::tempfile().and_then(|f| f.metadata()).map(|m| m.uid());
    match (std::fs::symlink_metadata(folder), mine) {
        (Ok(folder), Ok(mine)) => {
            folder.is_dir() && folder.uid() == mine && folder.mode() & 0o022 == 0
        }
        _ => false,
    }
}

/// Elsewhere temporary files are each person's own.
#[cfg(not(unix))]
fn ours(folder: &Path) -> bool {
    folder.is_dir()
}

/// Whether a store can be made there: nothing is there, or an empty store of ours.
fn free(folder: &Path) -> bool {
    let absent = std::fs::symlink_metadata(folder).is_err();
    absent || (ours(folder) && Store::open(folder).is_ok_and(|s| s.manifest.all().next().is_none()))
}

fn holds_the_figures(folder: &Path) -> bool {
    let Ok(store) = Store::open(folder) else {
        return false;
    };
    match &store.manifest.resources[..] {
        [only] => {
            only.file == FILE
                && only.bytes == FIGURES.len() as u64
                && Some(&only.sha256) == figures_sha256().as_ref()
                && store.parquet(only).is_file()
                && store.index(only).is_ok()
        }
        _ => false,
    }
}

fn figures_sha256() -> Option<String> {
    let folder = tempfile::tempdir().ok()?;
    let file = figures_file(folder.path()).ok()?;
    plimsoll_ingest::load::sha256(&file).ok().map(|(sha256, _)| sha256)
}

fn figures_file(folder: &Path) -> Result<PathBuf, IngestError> {
    let path = folder.join(FILE);
    std::fs::write(&path, FIGURES)
        .map_err(|source| IngestError::Read { path: path.clone(), source })?;
    Ok(path)
}

fn load(store: &Path) -> Result<(), Failure> {
    let folder = tempfile::tempdir().map_err(|e| {
        Failure::usage(
            "output",
            format!("cannot make a temporary folder: {e}"),
            "check TMPDIR and the space that is left",
        )
    })?;
    let file = figures_file(folder.path())?;
    let options = LoadOptions {
        said: Said::default(),
        said_text: Vec::new(),
        format: None,
        vintage: Some(VINTAGE.to_owned()),
        today: settings::today(),
        replace: false,
        rates: Rates::default(),
        threads: 1,
    };
    make_private(store);
    load_file(&mut Writer::open(store)?, &file, &options, &|_| {})?;
    Ok(())
}

/// Makes the folder so that nobody else can write in it, whatever the mask.
#[cfg(unix)]
fn make_private(folder: &Path) {
    use std::os::unix::fs::DirBuilderExt;
    let _ = std::fs::DirBuilder::new().mode(0o755).create(folder);
}

#[cfg(not(unix))]
fn make_private(_folder: &Path) {}
