//! Everything that reaches the terminal: data on stdout, talk on stderr.
#![allow(clippy::print_stdout, clippy::print_stderr)] // The one place that prints.

use crate::failure::Failure;
use std::io::Write;

/// Writes data. A reader that closes the pipe early (`| head`) is no failure.
pub fn data(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Says something that is not data.
pub fn talk(text: &str) {
    anstream::eprintln!("{text}");
}

/// The one hint of what to type next.
pub fn next(text: &str) {
    anstream::eprintln!("next: {text}");
}

/// A failure: its code, what happened, what to do.
pub fn failure(failure: &Failure) {
    anstream::eprintln!("\x1b[31merror[{}]\x1b[0m: {}", failure.code, failure.message);
    if !failure.hint.is_empty() {
        anstream::eprintln!("  hint: {}", failure.hint);
    }
}
