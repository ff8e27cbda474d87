//! How results look: JSON by contract, tables for people, pages.

pub mod assess_json;
pub mod assess_page;
pub mod assess_text;
pub mod claim;
pub mod demo;
pub mod evidence_page;
pub mod fetch;
pub mod find;
pub mod find_page;
pub mod ftm;
pub mod goods;
pub mod load;
pub mod mapping;
pub mod owners;
pub mod parts;
pub mod screen;
pub mod status;
pub mod tables;
