//! Under which HS code does such a part usually ship? A small table of kinds of parts; a usual
//! code is a lead for looking at flows, never the classification of one part, and no ECCN.

use crate::hs::HsCode;
use crate::table::{cell, records};
use std::sync::LazyLock;

/// What every page that shows such a code must say.
pub const CAVEAT: &str = "usual code, an HS code is not an ECCN";

/// A kind of part with its usual code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartCode {
    /// Six digits, HS2022.
    pub code: HsCode,
    /// What kind of part, in a few words.
    pub kind: String,
    words: Vec<String>,
}

static TABLE: LazyLock<Vec<PartCode>> = LazyLock::new(|| {
    let rows = records(include_str!("../../data/part_codes.csv"));
    let row = |row: &csv::StringRecord| {
        let code = HsCode::parse(cell(row, 0)).ok()?;
        let words = cell(row, 2).split('|').map(folded).collect();
        Some(PartCode { code, kind: cell(row, 1).to_owned(), words })
    };
    rows.iter().filter_map(row).collect()
});

/// All kinds, in the order in which they are tried.
#[must_use]
pub fn all() -> &'static [PartCode] {
    &TABLE
}

/// The usual code of a part by its category and name; none where neither says what it is.
#[must_use]
pub fn usual(category: &str, name: &str) -> Option<&'static PartCode> {
    let text = format!("{}{}", folded(category), folded(name));
    TABLE.iter().find(|kind| kind.words.iter().any(|word| text.contains(word.as_str())))
}

/// Lower case between single spaces, one at each end, so that words are found whole.
fn folded(text: &str) -> String {
    let mut out = String::from(" ");
    for c in text.chars() {
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::concord;
    use crate::hs::HsRevision;

    #[test]
    fn every_code_exists_in_hs2022() {
        assert!(all().len() > 30);
        for kind in all() {
            assert!(concord::exists(kind.code, HsRevision::Hs2022), "{} {}", kind.code, kind.kind);
        }
    }

    #[test]
    fn kinds_are_told_by_category_and_name() {
        let code = |category: &str, name: &str| {
            usual(category, name).map(|kind| kind.code.to_string()).unwrap_or_default()
        };
        assert_eq!(code("mcu", ""), "854231");
        assert_eq!(code("fpga", "XC3S400"), "854239");
        assert_eq!(code("unknown", "Ball bearing 6204"), "848210");
        assert_eq!(code("motor", "Servo drive"), "850110");
        assert_eq!(code("motor", "Electric motor A-4225"), "850131");
        assert_eq!(code("power", "DC/DC converter URB2409S"), "850440");
        assert_eq!(code("engine", "Turbojet engine LX-7"), "841111");
        assert_eq!(code("unknown", "(unspecified)"), "");
        // Whole words only: a plugin is no plug.
        assert_eq!(code("", "plugin"), "");
    }
}
