//! What do the statistics mean?
//!
//! Turns reported records into answers: which rows count, what may be compared, who supplied
//! what and within which bounds. The only home of the query engine. This crate never reads a
//! publisher's file and never formats for a person.

pub mod assess;
pub mod choice;
pub mod concepts;
pub mod money;
pub mod question;
pub mod resolve;
pub mod session;
