//! How fast are we beside a peer that does the same work on the same machine? Each benchmark
//! makes its own input, so that anybody can run it; none is part of `ci`.

mod countries;
mod generate;
mod layouts;
mod measure;
mod rows;
mod screening;
mod statistics;
mod table;

use std::path::PathBuf;

use crate::Outcome;

/// The line of help.
pub(crate) const USAGE: &str = "bench statistics [--rows N] [--rounds N] [--importer ISO3] \
     [--bin PATH] [--profile NAME] [--one-file] [--keep] [--write] [--skip-ours] [--skip-peer]";

/// What the options mean.
pub(crate) const SUMMARY: &str =
    "load a made-up BACI of N rows (50000000) and ask it one question, beside DuckDB
    --rounds N      runs of each, taken in turn; the best counts (2)
    --importer ISO3 whose controlled goods the warm query adds up (RUS)
    --bin PATH      the program to measure; else `cargo build -p plimsoll` makes it
    --profile NAME  the profile to build it in (dev)
    --one-file      one CSV of all six years instead of one a year
    --keep          keep the CSV and the stores for the next run
    --write         put the table into docs/benchmarks-statistics.md
    --skip-ours, --skip-peer   measure one side only
    bench screening [--small] [--write]   one name and many against lists of any length, beside
                    rapidfuzz; --small leaves the made-up lists out (build with --release)
    bench layouts [--bytes N] [--layout ID]… [--bin PATH] [--skip-peer] [--write]
                    a made-up file of each text layout, beside pandas and polars (300000000)";

/// What the command line asked for.
pub(crate) struct Options {
    rows: u64,
    rounds: u32,
    importer: String,
    bin: Option<PathBuf>,
    profile: String,
    one_file: bool,
    keep: bool,
    write: bool,
    skip_ours: bool,
    skip_peer: bool,
}

/// Runs the benchmark named first.
pub(crate) fn run(words: &[&str]) -> Outcome {
    match words.split_first() {
        Some((&"statistics", rest)) => statistics::run(&parse(rest)?),
        Some((&"screening", rest)) => screening::run(rest),
        Some((&"layouts", rest)) => layouts::run(rest),
        Some((other, _)) => Err(format!(
            "there is no benchmark {other:?}; there are: statistics, screening, layouts"
        )),
        None => Err("which benchmark? there are: statistics, screening, layouts".to_owned()),
    }
}

fn parse(words: &[&str]) -> Outcome<Options> {
    let mut options = Options {
        rows: 50_000_000,
        rounds: 2,
        importer: "RUS".to_owned(),
        bin: None,
        profile: "dev".to_owned(),
        one_file: false,
        keep: false,
        write: false,
        skip_ours: false,
        skip_peer: false,
    };
    let mut words = words.iter();
    while let Some(&word) = words.next() {
        let mut value = || words.next().copied().ok_or_else(|| format!("{word} wants a value"));
        match word {
            "--rows" => options.rows = number(word, &value()?.replace(['_', ','], ""))?,
            "--rounds" => options.rounds = number(word, value()?)?.clamp(1, 100) as u32,
            "--importer" => options.importer = value()?.to_uppercase(),
            "--bin" => options.bin = Some(PathBuf::from(value()?)),
            "--profile" => options.profile = value()?.to_owned(),
            "--one-file" => options.one_file = true,
            "--keep" => options.keep = true,
            "--write" => options.write = true,
            "--skip-ours" => options.skip_ours = true,
            "--skip-peer" => options.skip_peer = true,
            other => return Err(format!("unknown option {other:?}; `cargo xtask help`")),
        }
    }
    Ok(options)
}

fn number(option: &str, text: &str) -> Outcome<u64> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("{option} wants a number above 0, not {text:?}")),
        Ok(number) => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let options = parse(&["--rows", "2_000_000", "--keep"]).unwrap();
        assert_eq!((options.rows, options.keep, options.rounds), (2_000_000, true, 2));
        assert!(parse(&["--rows", "none"]).is_err());
        assert!(parse(&["--rows"]).is_err());
    }
}
