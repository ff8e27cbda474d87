//! What are we talking about? The words of controlled trade: commodity codes,
//! places, periods, goods lists, exchange rates, problems and sources.
//!
//! This crate is plain data: facts compiled in from `data/*.csv`, each of which
//! names its source in its first lines, and functions over them. It never reads
//! a file, opens a connection, asks the clock or starts a thread, and it never
//! judges: it does not know what a surge or a hit is.
//!
//! | module | question |
//! |---|---|
//! | [`article`] | which claims, companies, goods and sources does a text name, and where? |
//! | [`period`] | which months? |
//! | [`hs`] | which commodity code, in which revision of the Harmonized System? |
//! | [`claim`] | who published which figure, how roundly, how surely? |
//! | [`concord`] | may this code be compared across revisions, and with what? |
//! | [`goods`] | which codes does a control list or a goods group hold, in which version? |
//! | [`labels`] | what is this code called, in words loaded at run time? |
//! | [`place`] | which country, area or group of countries? |
//! | [`fx`] | how many dollars was a euro in that month? |
//! | [`evidence`] | who made what, found in which weapon, owned by whom, and who says so? |
//! | [`problem`] | what was wrong with an input row? |
//! | [`source`] | who published this, and when did we receive it? |

pub mod article;
pub mod claim;
pub mod concord;
pub mod evidence;
pub mod fx;
pub mod goods;
pub mod hs;
pub mod labels;
pub mod period;
pub mod place;
pub mod problem;
pub mod source;
mod table;
mod text;
