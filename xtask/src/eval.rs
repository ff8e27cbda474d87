//! How well do names match? Recall and false alerts on the sets of names under the folder of
//! published data, beside two peers from PyPI where they are installed. And how many columns does
//! the guess of a mapping get right?

pub(crate) mod data;
mod guess;
pub(crate) mod lists;
mod pairs;
pub(crate) mod peers;
mod table;

use crate::{Outcome, files};

/// The line of help.
pub(crate) const USAGE: &str =
    "eval names [--only SET] [--errors N] [--no-peers] [--write] | eval guess [--errors]";

/// What the options mean.
pub(crate) const SUMMARY: &str = "recall and false alerts of names on published sets, beside peers
    --only SET      only sets whose name begins so
    --errors N      show so many wrong answers of each set
    --no-peers      leave nomenklatura and rapidfuzz out
    --write         put the tables into docs/screening-figures.md
    guess: columns of customs extracts that a drafted mapping gets right, by the key in benches/guess
    --errors        show what is wrong in the kinds that the dictionary was made with
    --held-out-errors  show it for all kinds: then nothing is held out any more";

/// What the command line asked for.
pub(crate) struct Options {
    only: String,
    errors: usize,
    peers: bool,
    write: bool,
}

impl Options {
    fn wants(&self, set: &str) -> bool {
        set.starts_with(&self.only)
    }
}

/// Runs the evaluation.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let rest = match words.split_first() {
        Some((&"names", rest)) => rest,
        Some((&"guess", rest)) => return guess::run(rest),
        _ => return Err(format!("usage: cargo xtask {USAGE}")),
    };
    let mut options = Options { only: String::new(), errors: 0, peers: true, write: false };
    let mut rest = rest.iter();
    while let Some(&word) = rest.next() {
        let mut value = || rest.next().ok_or_else(|| format!("{word} wants a value"));
        match word {
            "--only" => options.only = (*value()?).to_owned(),
            "--errors" => {
                options.errors = value()?.parse().map_err(|_| "--errors wants a number")?;
            }
            "--no-peers" => options.peers = false,
            "--write" => options.write = true,
            other => return Err(format!("unknown option {other:?}")),
        }
    }
    let mut all = lists::run(&options)?;
    all.extend(pairs::run(&options)?);
    if options.write {
        let path = files::root()?.join("docs/screening-figures.md");
        std::fs::write(&path, table::markdown(&all)).map_err(|e| e.to_string())?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
