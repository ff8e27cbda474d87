//! Loading a year's world trade and asking it one question: Plimsoll beside DuckDB.
//!
//! Both read the same CSV and write the same columns, sorted alike, as zstd Parquet. Runs are
//! taken in turn (ours, peer, ours, peer) so that a machine that slows down slows both; the best
//! of each counts. A side that fails or is not installed is shown as such, never as zero.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::Options;
use super::generate::{self, Generated};
use super::measure::{Run, measure};
use super::table::{self, Cell, Report};
use crate::{Outcome, files};

/// The goods of the warm query, by the name that `plimsoll goods` knows.
const GOODS: &str = "chpl";
const PERIOD: &str = "2022..2027";
const WARM_UPS: usize = 2;
const REPEATS: usize = 9;

/// Where everything of one run lies.
struct Places {
    root: PathBuf,
    folder: PathBuf,
    store: PathBuf,
    script: PathBuf,
    countries: PathBuf,
}

/// Makes the input, runs both sides, prints the table.
pub(super) fn run(options: &Options) -> Outcome {
    let places = places(options)?;
    println!("making {} rows under {}", options.rows, places.folder.display());
    let code_list = places.root.join("crates/plimsoll-terms/data/hs_codes.csv");
    let input = generate::generate(&places.folder, options.rows, options.one_file, &code_list)?;
    generate::write_countries(&places.countries)?;
    match input.seconds {
        Some(seconds) => println!("{} bytes in {seconds:.1} s", input.bytes),
        None => println!("{} bytes kept from an earlier run", input.bytes),
    }
    let bin = if options.skip_ours {
        None
    } else {
        Some(program(options.bin.as_deref(), &options.profile, &places.root)?)
    };
    let peer = if options.skip_peer { None } else { peer_version(&places) };
    let cells = measure_all(options, &places, &input, bin.as_deref(), peer.is_some());
    let report = Report {
        rows: input.rows,
        bytes: input.bytes,
        codes: input.codes,
        files: input.files.len(),
        importer: &options.importer,
        profile: if options.bin.is_some() { "as given" } else { &options.profile },
        ours: bin.as_deref().and_then(version_of).unwrap_or_else(|| "not run".to_owned()),
        peer: peer.unwrap_or_else(|| "not run".to_owned()),
        cells,
    };
    let page = table::markdown(&report);
    println!("\n{page}");
    if options.write {
        let file = places.root.join("docs/benchmarks-statistics.md");
        fs::write(&file, &page).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    if !options.keep {
        fs::remove_dir_all(&places.folder)
            .map_err(|e| format!("{}: {e}", places.folder.display()))?;
    }
    Ok(())
}

fn places(options: &Options) -> Outcome<Places> {
    let root = files::root()?;
    let name = format!("{}{}", options.rows, if options.one_file { "-one-file" } else { "" });
    let folder = files::target_dir()?.join("bench/statistics").join(name);
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(Places {
        store: folder.join("store"),
        script: root.join("benches/statistics/duckdb_peer.py"),
        countries: folder.join("countries.csv"),
        root,
        folder,
    })
}

/// The program to measure, built when none is given.
pub(super) fn program(bin: Option<&Path>, profile: &str, root: &Path) -> Outcome<PathBuf> {
    if let Some(bin) = bin {
        return bin.canonicalize().map_err(|e| format!("{}: {e}", bin.display()));
    }
    println!("building plimsoll, profile {profile}");
    let status = Command::new("cargo")
        .args(["build", "-p", "plimsoll", "--profile", profile])
        .current_dir(root)
        .status()
        .map_err(|e| format!("cargo: {e}"))?;
    if !status.success() {
        return Err("plimsoll does not build".to_owned());
    }
    let folder = if profile == "dev" { "debug" } else { profile };
    let name = format!("plimsoll{}", std::env::consts::EXE_SUFFIX);
    Ok(files::target_dir()?.join(folder).join(name))
}

fn version_of(bin: &Path) -> Option<String> {
    let output = Command::new(bin).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned)
}

/// DuckDB's version and Python's; nothing, with a word to the person, where they are not.
fn peer_version(places: &Places) -> Option<String> {
    let output = Command::new("python3").arg(&places.script).arg("version").output();
    let Ok(output) = output.map(|output| output.stdout) else {
        println!("Python is not installed: the peer is skipped");
        return None;
    };
    let Ok(versions) = serde_json::from_slice::<Value>(&output) else {
        println!("DuckDB not installed: skipped (`pip install duckdb` puts it in)");
        return None;
    };
    let word = |name: &str| versions.get(name).and_then(Value::as_str).unwrap_or("?").to_owned();
    Some(format!("DuckDB {}, Python {}", word("duckdb"), word("python")))
}

/// All measurements, in the order of the table.
fn measure_all(
    options: &Options,
    places: &Places,
    input: &Generated,
    bin: Option<&Path>,
    peer: bool,
) -> Vec<Cell> {
    let mut ours = Cell::new("load", "Plimsoll");
    let mut wide = Cell::new("load", "DuckDB, the same 24 columns");
    let mut unnumbered = Cell::new("load", "DuckDB, without line numbers");
    let mut narrow = Cell::new("load", "DuckDB, 6 columns");
    let mut our_query = Cell::new("warm query", "Plimsoll");
    let mut their_query = Cell::new("warm query", "DuckDB, Plimsoll's Parquet");
    let mut own_query = Cell::new("warm query", "DuckDB, its own Parquet");
    let wide_file = places.folder.join("peer-wide.parquet");
    for round in 1..=options.rounds {
        println!("loading, round {round} of {}", options.rounds);
        if let Some(bin) = bin {
            ours.take(load_ours(bin, places, input));
        }
        if peer {
            wide.take(load_peer(places, input, &["load-wide"], &wide_file));
            let other = places.folder.join("peer-other.parquet");
            unnumbered.take(load_peer(places, input, &["load-wide", "--no-line"], &other));
            narrow.take(load_peer(places, input, &["load-narrow"], &other));
        }
    }
    let stored = places.store.join("trade/**/*.parquet");
    for round in 1..=options.rounds {
        println!("asking, round {round} of {}", options.rounds);
        if let Some(bin) = bin {
            our_query.take(our_warm_query(bin, places, &options.importer));
        }
        if peer && bin.is_some() {
            their_query.take(peer_query(places, &options.importer, &stored));
        }
        if peer {
            own_query.take(peer_query(places, &options.importer, &wide_file));
        }
    }
    vec![ours, wide, unnumbered, narrow, our_query, their_query, own_query]
}

/// `plimsoll load` into an empty store; every row must be loaded, or the time means nothing.
fn load_ours(bin: &Path, places: &Places, input: &Generated) -> Outcome<Run> {
    let _ = fs::remove_dir_all(&places.store);
    let mut command = Command::new(bin);
    command.arg("--store").arg(&places.store).arg("load").args(&input.files);
    command.args(["--format", "json"]);
    let run = measure(&command, &places.folder)?;
    let answer: Value = serde_json::from_str(&run.stdout).map_err(|e| format!("load: {e}"))?;
    let files = answer.get("files").and_then(Value::as_array);
    let rows = |file: &Value| file.get("rows_loaded").and_then(Value::as_u64).unwrap_or(0);
    let loaded: u64 = files.map_or(0, |files| files.iter().map(rows).sum());
    if loaded == input.rows {
        Ok(run)
    } else {
        Err(format!("loaded {loaded} of {} rows", input.rows))
    }
}

fn load_peer(places: &Places, input: &Generated, words: &[&str], out: &Path) -> Outcome<Run> {
    let mut command = peer(places, words);
    command.arg("--countries").arg(&places.countries).arg("--out").arg(out).args(&input.files);
    let run = measure(&command, &places.folder)?;
    match said(&run, "rows")? as u64 {
        rows if rows == input.rows => Ok(run),
        rows => Err(format!("wrote {rows} of {} rows", input.rows)),
    }
}

/// The best of the repeats inside one process, which `plimsoll` tells on stderr, one
/// `warm_query_seconds=…` a repeat, when `PLIMSOLL_BENCH_REPEAT` is set.
fn our_warm_query(bin: &Path, places: &Places, importer: &str) -> Outcome<Run> {
    let mut command = Command::new(bin);
    command.arg("--store").arg(&places.store).args(["assess", "--importer", importer]);
    command.args(["--goods", GOODS, "--period", PERIOD, "--format", "json"]);
    command.env("PLIMSOLL_BENCH_REPEAT", REPEATS.to_string());
    let run = measure(&command, &places.folder)?;
    let seconds = run.stderr.lines().filter_map(|line| line.strip_prefix("warm_query_seconds="));
    let seconds: Vec<f64> = seconds.filter_map(|text| text.trim().parse().ok()).collect();
    let best = seconds.iter().skip(WARM_UPS).copied().reduce(f64::min);
    let best = best.ok_or("no warm_query_seconds on stderr")?;
    Ok(Run { wall_s: best, cpu_s: None, ..run })
}

fn peer_query(places: &Places, importer: &str, parquet: &Path) -> Outcome<Run> {
    let mut command = peer(places, &["query", "--importer", importer]);
    command.arg(parquet);
    let run = measure(&command, &places.folder)?;
    if said(&run, "rows")? == 0.0 {
        return Err(format!("{importer} imports none of these goods"));
    }
    Ok(Run { wall_s: said(&run, "seconds")?, cpu_s: None, ..run })
}

fn peer(places: &Places, words: &[&str]) -> Command {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut command = Command::new("python3");
    command.arg(&places.script).args(words).args(["--threads", &threads.to_string()]);
    command
}

/// A figure of the peer's own report.
fn said(run: &Run, name: &str) -> Outcome<f64> {
    let answer: Value = serde_json::from_str(&run.stdout).map_err(|e| format!("the peer: {e}"))?;
    answer.get(name).and_then(Value::as_f64).ok_or_else(|| format!("the peer tells no {name}"))
}
