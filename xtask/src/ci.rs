//! Does everything hold that must hold before a change goes in?
//!
//! Every step runs, also after one that failed, so that one run shows all there is to mend.
//! No step sets `RUSTFLAGS`: that would build every dependency again. Lints and documentation
//! share one set of checked dependencies, tests and the program another; cargo cannot share
//! the two, so there are two and no more.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::checks::{self, Level};
use crate::files::Project;
use crate::{Outcome, files};

enum Verdict {
    Passed,
    Failed(String),
    Skipped(&'static str),
}

struct Step {
    name: &'static str,
    run: fn() -> Verdict,
}

/// Cheap steps first; the tests last, so that their closing lines stand near the end.
const STEPS: &[Step] = &[
    Step { name: "format", run: format },
    Step { name: "house rules", run: house_rules },
    Step { name: "licences and sources", run: deny },
    Step { name: "lints", run: lints },
    Step { name: "documentation", run: documentation },
    Step { name: "tests", run: tests },
];

/// Runs all steps; an error names those that failed.
pub(crate) fn run(words: &[&str]) -> Outcome {
    if let Some(word) = words.first() {
        return Err(format!("`ci` takes no {word:?}"));
    }
    let start = Instant::now();
    let mut done: Vec<(&str, Verdict, Duration)> = Vec::new();
    for step in STEPS {
        println!("==> {}", step.name);
        let begun = Instant::now();
        let verdict = (step.run)();
        let taken = begun.elapsed();
        println!("<== {}: {} in {:.1} s\n", step.name, word_for(&verdict), taken.as_secs_f64());
        done.push((step.name, verdict, taken));
    }
    summarise(&done, start.elapsed())
}

/// Runs the house rules alone.
pub(crate) fn run_checks_only(words: &[&str]) -> Outcome {
    if let Some(word) = words.first() {
        return Err(format!("`check` takes no {word:?}"));
    }
    match house_rules() {
        Verdict::Failed(why) => Err(why),
        Verdict::Passed | Verdict::Skipped(_) => {
            println!("all house rules hold");
            Ok(())
        }
    }
}

fn summarise(done: &[(&str, Verdict, Duration)], total: Duration) -> Outcome {
    let mut failed = Vec::new();
    for (name, verdict, taken) in done {
        println!("{:<22} {:<8} {:>7.1} s", name, word_for(verdict), taken.as_secs_f64());
        match verdict {
            Verdict::Failed(why) => failed.push(format!("{name} ({why})")),
            Verdict::Skipped(why) => println!("{:<22} {why}", ""),
            Verdict::Passed => {}
        }
    }
    println!("{:<22} {:<8} {:>7.1} s", "total", "", total.as_secs_f64());
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn word_for(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "ok",
        Verdict::Failed(_) => "FAILED",
        Verdict::Skipped(_) => "skipped",
    }
}

fn format() -> Verdict {
    cargo(&["fmt", "--all", "--check"], None)
}

fn house_rules() -> Verdict {
    let project = match Project::open() {
        Ok(project) => project,
        Err(why) => return Verdict::Failed(why),
    };
    let mut errors = 0;
    for check in checks::CHECKS {
        for finding in (check.run)(&project) {
            let word = match check.level {
                Level::Error => "error",
                Level::Warning => "warning",
            };
            errors += usize::from(matches!(check.level, Level::Error));
            println!("{word}: {}: {finding}", check.name);
        }
    }
    match errors {
        0 => Verdict::Passed,
        1 => Verdict::Failed("1 finding".to_owned()),
        n => Verdict::Failed(format!("{n} findings")),
    }
}

fn deny() -> Verdict {
    let there = Command::new("cargo").args(["deny", "--version"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        return Verdict::Skipped("cargo-deny is not installed: `cargo install cargo-deny`");
    }
    cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"], None)
}

fn lints() -> Verdict {
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"], None)
}

fn documentation() -> Verdict {
    cargo(
        &["doc", "--no-deps", "--workspace", "--document-private-items"],
        Some(("RUSTDOCFLAGS", "-D warnings")),
    )
}

fn tests() -> Verdict {
    cargo(&["test", "--workspace"], None)
}

fn cargo(arguments: &[&str], variable: Option<(&str, &str)>) -> Verdict {
    let root = match files::root() {
        Ok(root) => root,
        Err(why) => return Verdict::Failed(why),
    };
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root);
    // Cargo gives these to the program it runs; a second cargo must not take them for its own.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    if let Some((name, value)) = variable {
        command.env(name, value);
    }
    match command.status() {
        Ok(status) if status.success() => Verdict::Passed,
        Ok(_) => Verdict::Failed(format!("cargo {}", arguments.first().unwrap_or(&""))),
        Err(why) => Verdict::Failed(format!("cargo could not run: {why}")),
    }
}
