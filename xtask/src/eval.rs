//! How well do names match? Recall and false alerts on the sets of names under the folder of
//! published data, beside two peers from PyPI where they are installed.

pub(crate) mod data;
mod lists;
mod pairs;

use crate::Outcome;

/// The line of help.
pub(crate) const USAGE: &str = "eval names [--only SET] [--errors N]";

/// What the command line asked for.
pub(crate) struct Options {
    /// Only sets whose name begins so.
    only: String,
    /// How many wrong answers of each set are shown.
    errors: usize,
}

/// Runs the evaluation.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let Some((&"names", rest)) = words.split_first() else {
        return Err(format!("usage: cargo xtask {USAGE}"));
    };
    let mut options = Options { only: String::new(), errors: 0 };
    let mut rest = rest.iter();
    while let Some(&word) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{word} wants a value"))?;
        match word {
            "--only" => options.only = (*value).to_owned(),
            "--errors" => options.errors = value.parse().map_err(|_| "--errors wants a number")?,
            other => return Err(format!("unknown option {other:?}")),
        }
    }
    lists::run(&options)?;
    pairs::run(&options)?;
    Ok(())
}
