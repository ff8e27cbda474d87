//! Does the program do what a person relies on? Runs the built binary on files that the tests
//! write themselves, and on the shared real files where they are there.
//!
//! Everything is offline and in temporary folders; nothing depends on the day, on order or on
//! speed.

#![recursion_limit = "256"] // Records of Comtrade are long objects.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod answers;
mod claims;
mod commands;
mod damaged;
mod demo;
mod diversion;
mod evidence;
mod faulty_lists;
mod fetch;
mod fetch_comtrade;
mod find;
mod mapping;
mod published;
mod real_files;
mod reports;
mod screen;
mod server;
mod store;
mod support;
mod watchlists;
