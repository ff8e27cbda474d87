//! What is this name made of, and how near are two names?
//!
//! | module | question |
//! |---|---|
//! | [`script`] | which script is a letter of? |
//! | [`normalize`] | what is written, without what makes no difference? |
//! | [`tables`] | which words are legal forms, titles, sectors, places? |
//! | [`tokens`] | what is each word for, and how much does it say? |
//! | [`romanize`] | how may a word of another script be written in Latin letters? |
//! | [`keys`] | under which keys is a word found? |
//! | [`compare`] | how near are two words, and two names, and why? |

pub mod compare;
pub mod keys;
pub mod normalize;
pub mod romanize;
pub mod script;
pub mod tables;
pub mod tokens;
