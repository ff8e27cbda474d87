//! The project's chores, run as `cargo xtask NAME`.
//!
//! One list, [`CHORES`], says what there is; help is derived from it. A chore never changes the
//! sources: it reads them, runs cargo, and writes under the target folder (and, when told,
//! a page under `docs/`).

// A chore talks to the person at the terminal, on stdout and stderr; nothing else reads it.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod checks;
mod ci;
mod eval;
mod files;
mod learn;
mod random;
mod simulate;

use std::process::ExitCode;

/// What goes wrong in a chore is told to a person, so a sentence is enough.
type Outcome<T = ()> = Result<T, String>;

struct Chore {
    name: &'static str,
    usage: &'static str,
    summary: &'static str,
    run: fn(&[&str]) -> Outcome,
}

const CHORES: &[Chore] = &[
    Chore {
        name: "ci",
        usage: "ci",
        summary: "everything that must hold: format, house rules, lints, docs, tests",
        run: ci::run,
    },
    Chore {
        name: "check",
        usage: "check",
        summary: "the house rules alone (links, module docs, sizes, paths), in a moment",
        run: ci::run_checks_only,
    },
    Chore { name: "bench", usage: bench::USAGE, summary: bench::SUMMARY, run: bench::run },
    Chore { name: "eval", usage: eval::USAGE, summary: eval::SUMMARY, run: eval::run },
    Chore {
        name: "learn",
        usage: learn::USAGE,
        summary: "the table of romanisations, from Wikidata's names; the result is committed",
        run: learn::run,
    },
    Chore {
        name: "simulate",
        usage: simulate::USAGE,
        summary: simulate::SUMMARY,
        run: simulate::run,
    },
    Chore { name: "help", usage: "help", summary: "this list", run: help },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Outcome {
    let Some((&name, rest)) = words.split_first() else {
        return help(&[]);
    };
    let name = if matches!(name, "-h" | "--help") { "help" } else { name };
    match CHORES.iter().find(|chore| chore.name == name) {
        Some(chore) => (chore.run)(rest),
        None => Err(format!("there is no chore {name:?}; `cargo xtask help` lists them")),
    }
}

fn help(_: &[&str]) -> Outcome {
    println!("The project's chores.\n");
    for chore in CHORES {
        println!("cargo xtask {}\n    {}\n", chore.usage, chore.summary);
    }
    Ok(())
}
