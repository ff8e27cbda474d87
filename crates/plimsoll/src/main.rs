//! Who supplies which controlled goods to whom: the program.
//!
//! Parses the command line, runs one command, prints its result and ends with its exit code.
//! The only crate that knows the command line, the terminal, the network and the clock.

mod cli;
mod commands;
mod evidence;
mod failure;
mod fetch;
mod mapped;
mod present;
mod printer;
mod progress;
mod report;
mod settings;
mod staleness;
mod watchlists;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::run(cli) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            printer::failure(&failure);
            failure.exit.into()
        }
    }
}
