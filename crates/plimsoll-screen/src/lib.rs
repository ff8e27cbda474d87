//! Is this party on a watchlist, and why do we think so?
//!
//! Watchlists go in as bytes and come out as entities ([`lists`]); names in any script become
//! tokens with their romanisations ([`names`]); a compiled [`snapshot`] finds every listed name
//! that the stated guarantee promises; a score says how near it is and [`screen`] explains it.
//!
//! This crate opens nothing, holds no clock and is not async: data in, data out; what does not
//! fit into memory lies on tapes that the caller gives ([`scratch`]). It never says that somebody
//! is guilty or clean: a hit is a lead with its evidence.

mod addresses;
pub mod candidates;
pub mod entity;
pub mod features;
pub mod identifiers;
pub mod lists;
pub mod names;
pub mod scratch;
pub mod screen;
pub mod snapshot;
