//! "Cite this": one [`Cite`] as a short and a full reference, BibTeX, CSL-JSON.

use crate::{escape, page::Cite};
use serde_json::{Map, Value, json};

impl Cite {
    /// The short reference: `Plimsoll (2026)`.
    pub fn short(&self) -> String {
        format!("{} ({})", self.author_short(), self.year())
    }

    /// The full reference, in one paragraph.
    pub fn full(&self) -> String {
        let mut out = format!("{} ({}). {}.", self.author_full(), self.date(), self.title_plain());
        if !self.version.is_empty() {
            out.push_str(&format!(" Version {}.", escape::one_line(&self.version)));
        }
        if !self.publisher.is_empty() {
            out.push_str(&format!(" {}.", escape::one_line(&self.publisher)));
        }
        if !self.url.is_empty() {
            out.push_str(&format!(" {}", escape::one_line(&self.url)));
        }
        out
    }

    /// The reference as a BibTeX entry.
    pub fn bibtex(&self) -> String {
        let authors: Vec<String> = self.authors.iter().map(|a| bibtex_author(a)).collect();
        let fields = [
            ("author", authors.join(" and ")),
            ("title", format!("{{{}}}", escape::bibtex(&self.title))),
            ("year", escape::bibtex(self.issued.get(..4).unwrap_or(""))),
            ("date", escape::bibtex(&self.issued)),
            ("publisher", escape::bibtex(&self.publisher)),
            ("version", escape::bibtex(&self.version)),
            ("url", bibtex_url(&self.url)),
        ];
        let mut out = format!("@misc{{{},\n", self.key());
        for (name, value) in fields {
            if !value.is_empty() {
                out.push_str(&format!("  {name:<9} = {{{value}}},\n"));
            }
        }
        out.push('}');
        out
    }

    /// The reference as CSL-JSON: an array of one item.
    pub fn csl_json(&self) -> String {
        serde_json::to_string_pretty(&json!([self.csl_item()])).unwrap_or_default()
    }

    fn csl_item(&self) -> Value {
        let mut item = Map::new();
        item.insert("id".to_owned(), json!(self.key()));
        item.insert("type".to_owned(), json!("webpage"));
        item.insert("title".to_owned(), json!(self.title));
        if !self.authors.is_empty() {
            let authors: Vec<Value> = self.authors.iter().map(|a| csl_author(a)).collect();
            item.insert("author".to_owned(), json!(authors));
        }
        if let Some(parts) = self.date_parts() {
            item.insert("issued".to_owned(), json!({ "date-parts": [parts] }));
        }
        for (name, value) in
            [("publisher", &self.publisher), ("version", &self.version), ("URL", &self.url)]
        {
            if !value.is_empty() {
                item.insert(name.to_owned(), json!(value));
            }
        }
        Value::Object(item)
    }

    /// Letters and digits of the first author and the year.
    fn key(&self) -> String {
        let author = self.authors.first().map_or("", |a| family(a));
        let word: String = author
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .take(24)
            .collect();
        let title: String = self
            .title
            .split_whitespace()
            .map(|w| w.chars().filter(char::is_ascii_alphanumeric).collect::<String>())
            .find(|w| w.len() > 3)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let year: String = self.issued.chars().take(4).filter(char::is_ascii_digit).collect();
        let key = format!("{word}{year}{title}");
        if key.is_empty() { "page".to_owned() } else { key }
    }

    fn year(&self) -> String {
        let year: String = self.issued.chars().take(4).collect();
        if year.is_empty() { "no date".to_owned() } else { year }
    }

    fn date(&self) -> String {
        if self.issued.is_empty() { "no date".to_owned() } else { escape::one_line(&self.issued) }
    }

    fn title_plain(&self) -> String {
        escape::one_line(&self.title).trim_end_matches('.').to_owned()
    }

    fn author_short(&self) -> String {
        match self.authors.as_slice() {
            [] => self.title_plain(),
            [one] => family(one).to_owned(),
            [one, two] => format!("{} and {}", family(one), family(two)),
            [one, ..] => format!("{} et al.", family(one)),
        }
    }

    fn author_full(&self) -> String {
        match self.authors.as_slice() {
            [] => self.publisher.clone(),
            all => all.join("; "),
        }
    }

    /// Year, month, day as far as they are given.
    fn date_parts(&self) -> Option<Vec<u32>> {
        let parts: Vec<u32> = self.issued.split('-').map_while(|p| p.parse().ok()).collect();
        (!parts.is_empty()).then_some(parts)
    }
}

fn family(author: &str) -> &str {
    author.split_once(',').map_or(author, |(family, _)| family).trim()
}

/// An organisation is braced so that BibTeX does not take it for a person.
fn bibtex_author(author: &str) -> String {
    let escaped = escape::bibtex(author);
    if author.contains(',') { escaped } else { format!("{{{escaped}}}") }
}

/// An address must stay what it is, but not end the field.
fn bibtex_url(url: &str) -> String {
    url.chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .map(|c| match c {
            '{' => "%7B".to_owned(),
            '}' => "%7D".to_owned(),
            '\\' => "%5C".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

fn csl_author(author: &str) -> Value {
    match author.split_once(',') {
        Some((family, given)) => json!({ "family": family.trim(), "given": given.trim() }),
        None => json!({ "literal": author.trim() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cite() -> Cite {
        Cite {
            authors: vec!["Plimsoll".to_owned()],
            title: "Machine tools {for} Russia & others".to_owned(),
            publisher: "Plimsoll".to_owned(),
            issued: "2026-11-22".to_owned(),
            version: "0.1.0".to_owned(),
            url: "https://example.org/a_b".to_owned(),
        }
    }

    #[test]
    fn references() {
        assert_eq!(cite().short(), "Plimsoll (2026)");
        assert_eq!(
            cite().full(),
            "Plimsoll (2026-11-22). Machine tools {for} Russia & others. Version 0.1.0. Plimsoll. \
             https://example.org/a_b"
        );
        assert_eq!(Cite::default().short(), " (no date)");
    }

    #[test]
    fn bibtex_is_escaped() {
        let text = cite().bibtex();
        assert!(text.starts_with("@misc{plimsoll2026machine,\n"), "{text}");
        assert!(text.contains("{{Machine tools \\{for\\} Russia \\& others}}"), "{text}");
        assert!(text.contains("author    = {{Plimsoll}}"), "{text}");
    }

    #[test]
    fn csl_json_is_json() {
        let value: Value = serde_json::from_str(&cite().csl_json()).unwrap();
        assert_eq!(value[0]["issued"]["date-parts"][0], json!([2026, 11, 22]));
        assert_eq!(value[0]["author"][0]["literal"], "Plimsoll");
    }
}
