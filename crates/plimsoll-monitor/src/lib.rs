//! What do the statistics mean?
//!
//! Turns reported records into answers: which rows count, what may be compared, who supplied
//! what and within which bounds. The only home of the query engine. This crate never reads a
//! publisher's file and never formats for a person.

pub mod assess;
pub mod calendar;
pub mod choice;
pub mod claims;
pub mod comparable;
pub mod concepts;
pub mod detectors;
pub mod finding;
pub mod flows;
pub mod money;
pub mod plans;
pub mod question;
pub mod reconcile;
pub mod resolve;
pub mod search;
pub mod session;
pub mod stats;
