//! `plimsoll load --guess` and `--mapping`: tables in no known layout.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::cli::{Format, LoadArgs};
use crate::commands::Context;
use crate::commands::load::{Outcome, load_one, options, present_all};
use crate::failure::{Exit, Failure};
use crate::present::{load as present, mapping as shown};
use crate::printer;
use crate::progress::LoadProgress;
use plimsoll_ingest::error::IngestError;
use plimsoll_ingest::load::{LoadOptions, LoadReport};
use plimsoll_ingest::mapping::draft::draft;
use plimsoll_ingest::mapping::trade::Mapped;
use plimsoll_ingest::mapping::{Mapping, Target, sample};
use plimsoll_ingest::shipments;
use plimsoll_ingest::store::Writer;

/// A mapping is a page of text.
const LARGEST: u64 = 1 << 20;

/// Does what `--guess` or `--mapping` ask; nothing where neither is said.
pub fn run(context: &Context, args: &LoadArgs) -> Result<Option<Exit>, Failure> {
    if args.guess {
        return guess(context, args).map(Some);
    }
    let Some(path) = &args.mapping else {
        return Ok(None);
    };
    let mut options = options(args)?;
    let mapping = read(path, &mut options)?;
    load(context, args, &options, &mapping).map(Some)
}

/// Drafts a mapping for one file, and shows the first rows through it.
fn guess(context: &Context, args: &LoadArgs) -> Result<Exit, Failure> {
    let [path] = &args.files[..] else {
        return Err(Failure::usage(
            "guess-one-file",
            "--guess drafts the mapping of one file",
            "name one file; files of the same kind are then loaded with the same mapping",
        ));
    };
    let found = sample::read(path).map_err(|e| Failure::from_ingest_at(path, &e))?;
    let draft = draft(&found);
    if draft.mapping.columns.is_empty() {
        return Err(Failure::usage(
            "guess-nothing",
            format!("{}: none of its columns is one of trade or shipments", path.display()),
            "is it the right file? A text is for plimsoll claim check, names for plimsoll screen --file; plimsoll explain mapping shows how to write a mapping by hand",
        ));
    }
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let toml = draft.toml(&name);
    match context.format {
        Format::Json | Format::Ndjson => printer::data(&shown::json(&draft, &found, &toml)),
        _ if args.out.is_none() => printer::data(&toml),
        _ => {}
    }
    if let Some(out) = &args.out {
        write_new(out, &toml)?;
        printer::talk(&format!("The mapping is in {}", out.display()));
    }
    printer::talk(&shown::rows(&draft, &found));
    draft.missing().iter().for_each(|doubt| printer::talk(doubt));
    if context.format == Format::Table {
        let mapping = args.out.clone().unwrap_or_else(|| PathBuf::from("MAPPING.toml"));
        printer::next(&format!(
            "look the mapping through, then plimsoll load {} --mapping {}{}",
            path.display(),
            mapping.display(),
            draft.options()
        ));
    }
    Ok(Exit::Done)
}

/// A file that is there may have been mended by hand: it is never written over.
fn write_new(path: &Path, text: &str) -> Result<(), Failure> {
    let made = std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    made.map_err(|e| {
        let why = format!("cannot write {}: {e}", path.display());
        Failure::usage(
            "output",
            why,
            "name a file that is not there yet; check the folder and permissions",
        )
    })
}

/// Reads a mapping file; what it is goes into the manifest.
fn read(path: &Path, options: &mut LoadOptions) -> Result<Mapping, Failure> {
    let unreadable = |source| IngestError::Read { path: path.to_owned(), source };
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > LARGEST {
        let detail = "it is larger than a megabyte".to_owned();
        return Err(IngestError::Mapping { path: path.to_owned(), detail }.into());
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_| IngestError::Mapping {
        path: path.to_owned(),
        detail: "it is no UTF-8 text".to_owned(),
    })?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    options.said_text.push(format!("mapping={name}"));
    Ok(Mapping::parse(&text, &path.display().to_string())?)
}

/// Loads file after file through one mapping.
fn load(
    context: &Context,
    args: &LoadArgs,
    options: &LoadOptions,
    mapping: &Mapping,
) -> Result<Exit, Failure> {
    let mut writer = Writer::open(&context.store)?;
    let layout = match mapping.target {
        Target::Trade => Some(Mapped::layout(mapping.clone())),
        Target::Shipments => None,
    };
    let mut outcomes: Vec<Outcome> = Vec::new();
    for path in &args.files {
        let result = match layout {
            Some(layout) => {
                let through = LoadOptions { format: Some(layout), ..copied(options) };
                load_one(&mut writer, path, &through)
            }
            None => load_shipments(&mut writer, path, mapping, options),
        };
        outcomes.push((path.clone(), result));
    }
    let all = present::All { statistics: &outcomes, lists: &[], evidence: &[], refused: &[] };
    let failed = present_all(context, &all);
    if failed > 0 {
        if outcomes.len() > failed {
            printer::talk(&format!("{failed} of {} files were not loaded", outcomes.len()));
        }
        return Ok(Exit::Failed);
    }
    if context.format == Format::Table {
        printer::next(match mapping.target {
            Target::Shipments => {
                "plimsoll sql \"SELECT * FROM shipments LIMIT 5\" shows rows; DESCRIBE shipments its columns"
            }
            Target::Trade => {
                "plimsoll status shows what is loaded; plimsoll assess --help has examples"
            }
        });
    }
    Ok(Exit::Done)
}

fn copied(options: &LoadOptions) -> LoadOptions {
    LoadOptions {
        said: options.said.clone(),
        said_text: options.said_text.clone(),
        format: options.format,
        vintage: options.vintage.clone(),
        today: options.today.clone(),
        replace: options.replace,
        rates: options.rates.clone(),
        threads: options.threads,
    }
}

fn load_shipments(
    writer: &mut Writer,
    path: &Path,
    mapping: &Mapping,
    options: &LoadOptions,
) -> Result<Vec<LoadReport>, IngestError> {
    let bytes = std::fs::metadata(path).map(|m| m.len()).unwrap_or(0);
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let progress = LoadProgress::new(&name, bytes);
    let result =
        shipments::load::load_file(writer, path, mapping, options, &|stage| progress.see(stage));
    progress.done();
    result
}
