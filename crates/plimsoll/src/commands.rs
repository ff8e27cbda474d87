//! One module for each command: it reads its arguments, asks the other crates, and hands
//! what they say to `present`.

use crate::cli::{Cli, Command, Format};
use crate::failure::{Exit, Failure};
use crate::staleness::Policy;
use crate::{printer, settings};
use clap::CommandFactory;
use std::path::PathBuf;

pub mod assess;
pub mod claim;
pub mod demo;
pub mod explain;
pub mod fetch;
pub mod find;
pub mod goods;
pub mod load;
pub mod mapping;
pub mod owners;
pub mod parts;
pub mod reconcile;
pub mod report;
pub mod screen;
pub mod sql;
pub mod status;

/// What every command may need.
pub struct Context {
    /// The store's folder.
    pub store: PathBuf,
    /// Form of output.
    pub format: Format,
    /// What a person says of stale data.
    pub staleness: Policy,
}

/// Runs the command.
pub fn run(cli: Cli) -> Result<Exit, Failure> {
    let context = Context {
        store: settings::store(cli.store.as_deref()),
        format: cli.format,
        staleness: Policy { refuse: cli.refuse_stale, allow: cli.allow_stale },
    };
    let takes_ftm = matches!(cli.command, Command::Parts(_) | Command::Owners(_));
    if cli.format == Format::Ftm && !takes_ftm {
        return Err(Failure::usage(
            "format-unfit",
            "--format ftm is for plimsoll parts and plimsoll owners",
            "take json, ndjson, csv or md",
        ));
    }
    match cli.command {
        Command::Demo(args) => demo::run(&context, &args),
        Command::Status => status::run(&context),
        Command::Fetch(args) => fetch::run(&context, &args),
        Command::Load(args) => load::run(&context, &args),
        Command::Screen(args) => screen::run(&context, &args),
        Command::Parts(args) => parts::run(&context, &args),
        Command::Owners(args) => owners::run(&context, &args),
        Command::Goods(args) => goods::run(&context, &args),
        Command::Assess(args) => assess::run(&context, &args),
        Command::Find(args) => find::run(&context, &args),
        Command::Reconcile(args) => reconcile::run(&context, &args),
        Command::Claim(command) => claim::run(&context, &command),
        Command::Report(args) => report::run(&context, &args),
        Command::Reproduce(args) => report::reproduce(&context, &args),
        Command::Sql(args) => sql::run(&context, &args),
        Command::Explain(args) => explain::run(&context, &args),
        Command::Completions { shell } => {
            let mut out = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "plimsoll", &mut out);
            printer::data(&String::from_utf8_lossy(&out));
            Ok(Exit::Done)
        }
        Command::Man => man(),
    }
}

fn man() -> Result<Exit, Failure> {
    let mut out = Vec::new();
    clap_mangen::Man::new(Cli::command())
        .render(&mut out)
        .map_err(|e| Failure::usage("output", e.to_string(), ""))?;
    printer::data(&String::from_utf8_lossy(&out));
    Ok(Exit::Done)
}
