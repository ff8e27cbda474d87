//! What is a commodity code called? The long descriptions in the nomenclature
//! tables are others' sentences and are not shipped: this module reads such a
//! table when the program is given one. Our own short labels of the codes on
//! control lists are in [`crate::goods`]. It never reads a file itself.

use std::collections::HashMap;

use crate::hs::HsCode;
use crate::problem::Problem;

/// Names of codes, loaded from a text.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    by_code: HashMap<HsCode, String>,
}

impl Labels {
    /// The name of a code: the loaded one, otherwise our own short label.
    #[must_use]
    pub fn get(&self, code: HsCode) -> Option<&str> {
        self.by_code.get(&code).map(String::as_str).or_else(|| crate::goods::own_label(code))
    }

    /// How many names were loaded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_code.len()
    }

    /// Whether nothing was loaded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_code.is_empty()
    }

    /// Adds the names of another table; the later wins.
    pub fn extend(&mut self, other: Labels) {
        self.by_code.extend(other.by_code);
    }
}

/// Reads a table of names: CSV with a header.
///
/// The code stands in the column `code`, `hscode`, `hs6`, `cmdcode`, `id` or
/// the first one; the name in `description`, `label`, `text`, `cmddesc` or the
/// second one. A leading `code - ` in the name is taken off. Lost leading zeros
/// (1, 3 or 5 digits) are restored. Codes that are no 2, 4 or 6 digits are
/// passed over silently (such tables hold `TOTAL` and the like); lines that are
/// no CSV are returned as problems.
#[must_use]
pub fn parse_labels(text: &str) -> (Labels, Vec<Problem>) {
    let mut reader = csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let find = |names: &[&str], otherwise: usize| {
        header
            .iter()
            .position(|cell| names.iter().any(|name| cell.eq_ignore_ascii_case(name)))
            .unwrap_or(otherwise)
    };
    let code_at = find(&["code", "hscode", "hs6", "cmdcode", "id"], 0);
    let name_at = find(&["description", "label", "text", "cmddesc"], 1);
    let mut labels = Labels::default();
    let mut problems = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let line = index as u64 + 2;
        match record {
            Ok(record) => {
                let (code, name) =
                    (record.get(code_at).unwrap_or(""), record.get(name_at).unwrap_or(""));
                if let Some(code) = padded(code).filter(|_| !name.is_empty()) {
                    labels.by_code.insert(code, without_code(code, name).to_owned());
                }
            }
            Err(error) => {
                problems.push(Problem::new(
                    "not-csv",
                    line,
                    &error.to_string(),
                    "check the quotes of this line",
                ));
            }
        }
    }
    (labels, problems)
}

fn padded(code: &str) -> Option<HsCode> {
    if code.len() % 2 == 1 {
        HsCode::parse(&format!("0{code}")).ok()
    } else {
        HsCode::parse(code).ok()
    }
}

fn without_code(code: HsCode, name: &str) -> &str {
    name.strip_prefix(code.as_str())
        .map_or(name, |rest| rest.trim_start_matches(|c: char| c == '-' || c.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_common_tables() {
        let (labels, problems) =
            parse_labels("id,text\nTOTAL,All\n01,01 - Animals\n10121,Horses\n854231,Chips\n");
        assert!(problems.is_empty());
        assert_eq!(labels.len(), 3);
        let get = |code: &str| labels.get(HsCode::parse(code).unwrap()).unwrap().to_owned();
        assert_eq!(get("01"), "Animals");
        assert_eq!(get("010121"), "Horses");
        assert_eq!(get("854231"), "Chips");
        assert!(get("845710").contains("achining"));
    }
}
