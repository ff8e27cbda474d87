//! Can a detector find what is known to be there, and does it stay silent where nothing is? A
//! made-up world of trade as two sides report it, with planted events, and what was planted.
//!
//! No figure in it says anything about real trade: the column `simulated_world` says so in every
//! row, and `truth.json` begins with it. The same options give the same bytes.

mod plant;
mod report;
mod series;
#[cfg(test)]
mod tests;
mod truth;
mod world;

use std::fs;
use std::path::PathBuf;

use crate::Outcome;
use plant::{DETECTORS, Detector, Scale};
use truth::Truth;
use world::{World, Years};

/// The line of help.
pub(crate) const USAGE: &str =
    "simulate --kind KIND --out DIR [--seed N] [--strength S] [--years 2019..2022] [--yearly]";

/// What the options mean.
pub(crate) const SUMMARY: &str =
    "a made-up world of trade to measure detectors on: simulated_KIND_SEED.csv and truth.json
    --kind KIND     noise, surge, diversion, mirror-gap, unit-value, concentration or all;
                    noise has nothing planted, all has everything in one world
    --seed N        another world (1)
    --strength S    how strong the planted events are: a factor for surge (4), mirror-gap (3),
                    unit-value (3) and all; a share for diversion (0.5), concentration (0.6)
    --years A..B    the events begin in year B (2019..2022)
    --yearly        years instead of months";

/// What the command line asked for.
struct Options {
    kind: String,
    detectors: Vec<&'static Detector>,
    seed: u64,
    strength: Option<f64>,
    years: Years,
    yearly: bool,
}

/// The text of the two files.
struct Simulated {
    rows: String,
    truth: Truth,
}

/// Writes a world and its truth.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let (options, folder) = parse(words)?;
    let made = simulate(&options)?;
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let table = folder.join(format!("simulated_{}_{}.csv", options.kind, options.seed));
    for (file, text) in [(&table, &made.rows), (&folder.join("truth.json"), &made.truth.json())] {
        fs::write(file, text).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    println!(
        "{}: {} rows, {} events, {} decoys",
        table.display(),
        made.rows.lines().count() - 1,
        made.truth.events.len(),
        made.truth.decoys.len()
    );
    Ok(())
}

fn simulate(options: &Options) -> Outcome<Simulated> {
    let world = World::new(options.seed, options.years);
    let mut truth = Truth {
        kind: options.kind.clone(),
        seed: options.seed,
        strength: strength_of(options),
        events: Vec::new(),
        decoys: Vec::new(),
        counterparts: Vec::new(),
    };
    let world = if options.detectors.is_empty() {
        world
    } else {
        plant::plant(world, &options.detectors, options.strength, &mut truth)?
    };
    let name = format!("{}-{}", options.kind, options.seed);
    Ok(Simulated { rows: report::rows(&world, &name, options.yearly), truth })
}

/// The strength that the truth names: none where nothing is planted, and for all together the
/// factor of those that have one.
fn strength_of(options: &Options) -> Option<f64> {
    match options.detectors.as_slice() {
        [] => None,
        [only] => Some(only.strength(options.strength)),
        [first, ..] => options.strength.or(Some(first.usual)),
    }
}

fn parse(words: &[&str]) -> Outcome<(Options, PathBuf)> {
    let (mut kind, mut folder) = (None, None);
    let mut options = Options {
        kind: String::new(),
        detectors: Vec::new(),
        seed: 1,
        strength: None,
        years: Years { first: 2019, last: 2022 },
        yearly: false,
    };
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        let mut value = || words.next().copied().ok_or_else(|| format!("{word} wants a value"));
        match word {
            "--kind" => kind = Some(value()?),
            "--out" => folder = Some(PathBuf::from(value()?)),
            "--seed" => options.seed = value()?.parse().map_err(|_| "--seed wants a number")?,
            "--strength" => options.strength = Some(number(value()?)?),
            "--years" => options.years = Years::parse(value()?)?,
            "--yearly" => options.yearly = true,
            other => return Err(format!("unknown option {other:?}; `cargo xtask help`")),
        }
    }
    let (Some(kind), Some(folder)) = (kind, folder) else {
        return Err(format!("usage: cargo xtask {USAGE}"));
    };
    options.kind = kind.to_owned();
    options.detectors = detectors(kind)?;
    strong_enough(&options)?;
    Ok((options, folder))
}

fn number(text: &str) -> Outcome<f64> {
    text.parse().map_err(|_| format!("--strength wants a number such as 4 or 0.5, not {text:?}"))
}

fn detectors(kind: &str) -> Outcome<Vec<&'static Detector>> {
    match kind {
        "noise" => Ok(Vec::new()),
        "all" => Ok(DETECTORS.iter().collect()),
        one => match DETECTORS.iter().find(|detector| detector.name == one) {
            Some(detector) => Ok(vec![detector]),
            None => {
                let names: Vec<&str> = DETECTORS.iter().map(|detector| detector.name).collect();
                Err(format!(
                    "there is no kind {one:?}; there are: noise, {}, all",
                    names.join(", ")
                ))
            }
        },
    }
}

/// A factor of 1 or a share of 0 plants nothing, and the truth would name events that are none.
fn strong_enough(options: &Options) -> Outcome {
    let Some(strength) = options.strength else {
        return Ok(());
    };
    let share = matches!(options.detectors.as_slice(), [only] if only.scale == Scale::Share);
    let (right, wanted) = if share {
        ((0.01..1.0).contains(&strength), "a share such as 0.5")
    } else {
        (strength > 1.0 && strength <= 1000.0, "a factor above 1 such as 4")
    };
    if right { Ok(()) } else { Err(format!("--strength of {} is {wanted}", options.kind)) }
}
