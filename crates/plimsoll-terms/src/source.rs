//! Who published this, under which terms, and which bytes did we receive? One
//! plain record that goes with every figure. It never fetches anything.

use serde::{Deserialize, Serialize};

/// One received file of a publisher.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// Short stable name within a store, such as `comtrade-2022-1`.
    pub id: String,
    /// The dataset, such as `comtrade`, `baci`, `comext`.
    pub dataset: String,
    /// The edition: a version or date as the publisher names it; later supersedes.
    pub vintage: String,
    /// Who published it.
    pub publisher: String,
    /// What the publisher calls it.
    pub title: String,
    /// Where it can be had.
    #[serde(default)]
    pub url: Option<String>,
    /// Terms of reuse.
    #[serde(default)]
    pub licence: Option<String>,
    /// SHA-256 of the bytes as received, lower-case hexadecimal.
    pub sha256: String,
    /// Day of receipt, `YYYY-MM-DD`.
    #[serde(default)]
    pub retrieved: Option<String>,
    /// Name of the file as received.
    pub file: String,
}

impl Source {
    /// One line for a footnote: publisher, title, edition, day of receipt.
    #[must_use]
    pub fn citation(&self) -> String {
        let mut text = format!("{}, {}", self.publisher, self.title);
        if !self.vintage.is_empty() {
            text.push_str(&format!(" ({})", self.vintage));
        }
        if let Some(day) = &self.retrieved {
            text.push_str(&format!(", received {day}"));
        }
        if let Some(url) = &self.url {
            text.push_str(&format!(", {url}"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citation_names_what_is_known() {
        let source = Source {
            publisher: "CEPII".into(),
            title: "BACI".into(),
            vintage: "V202601".into(),
            retrieved: Some("2026-03-01".into()),
            ..Source::default()
        };
        assert_eq!(source.citation(), "CEPII, BACI (V202601), received 2026-03-01");
    }
}
