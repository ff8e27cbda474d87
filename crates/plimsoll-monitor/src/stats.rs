//! The statistics that the detectors need and no more: robust location and spread, many tests at
//! once, far tails, borrowed variances, change points, empirical tails and a seeded generator.
//!
//! Everything here is a plain function of its arguments: the same numbers in give the same
//! numbers out. Nothing reads a clock, starts a thread or panics. Each item says what it does
//! with NaN, which stands for a missing value unless the item says otherwise.
//!
//! It never knows what a number means: no trade, no country, no month.

pub mod cusum;
pub mod empirical;
pub mod glm;
pub mod moderated;
pub mod multiple;
pub mod random;
pub mod robust;
pub mod segments;
pub mod special;
pub mod tails;
