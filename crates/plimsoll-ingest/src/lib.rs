//! What did the publishers say?
//!
//! Readers of trade statistics in the layouts in which publishers hand them out, and the
//! store that keeps every reported record with its place in its source. This crate writes
//! Parquet with arrow and parquet alone; it never interprets, compares or adds up across
//! sources, and knows neither the network nor the clock.

pub mod containers;
pub mod error;
pub mod evidence;
pub mod fact;
pub mod figures;
pub mod formats;
pub mod load;
pub mod mapping;
pub mod scan;
pub mod scratch;
pub mod shipments;
pub mod sorted;
pub mod store;
pub mod totals;
pub mod trade;
