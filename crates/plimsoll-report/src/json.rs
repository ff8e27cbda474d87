//! A page as JSON: the same content, for a program to read.

use crate::page::{Cite, Page};
use serde::Serialize;

/// The page, and what is derived from it.
#[derive(Serialize)]
struct Document<'a> {
    format: &'static str,
    #[serde(flatten)]
    page: &'a Page,
    references: References,
}

/// The ready-made references of "Cite this".
#[derive(Serialize)]
struct References {
    short: String,
    full: String,
    bibtex: String,
    csl_json: serde_json::Value,
}

impl References {
    fn new(cite: &Cite) -> Self {
        Self {
            short: cite.short(),
            full: cite.full(),
            bibtex: cite.bibtex(),
            csl_json: serde_json::from_str(&cite.csl_json()).unwrap_or_default(),
        }
    }
}

/// The page as indented JSON, ending in a line break.
///
/// Cells are strings, numbers, or `{"missing": reason}`; cells of a percent
/// column are fractions. `</` and `<!` are written with `\u003c`, so that the
/// text cannot end a script element it may be pasted into.
pub fn to_json(page: &Page) -> String {
    let document =
        Document { format: "plimsoll-page/1", page, references: References::new(&page.cite) };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text.replace("</", "\\u003c/").replace("<!", "\\u003c!")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::{Block, Cell, Column, Table};

    #[test]
    fn missing_is_an_object_and_never_zero() {
        let table = Table {
            columns: vec![Column::money("value", "EUR")],
            rows: vec![
                vec![Cell::missing("confidential")],
                vec![Cell::Number(f64::NAN, 0)],
                vec![Cell::Number(0.0, 0)],
            ],
            ..Table::default()
        };
        let page = Page { blocks: vec![Block::Table(table)], ..Page::default() };
        let value: serde_json::Value = serde_json::from_str(&to_json(&page)).unwrap();
        let rows = &value["blocks"][0]["table"]["rows"];
        assert_eq!(rows[0][0]["missing"], "confidential");
        assert_eq!(rows[1][0]["missing"], "not a number");
        assert_eq!(rows[2][0], 0.0);
    }

    #[test]
    fn cannot_end_a_script() {
        let page = Page { title: "</script><!--".to_owned(), ..Page::default() };
        let text = to_json(&page);
        assert!(!text.contains("</") && !text.contains("<!"));
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["title"], "</script><!--");
    }
}
