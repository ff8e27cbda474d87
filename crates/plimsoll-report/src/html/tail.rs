//! The end of every page: how the number is made, the sources, how to cite it.

use crate::{
    escape::{self, html as esc},
    page::{Page, SourceLine},
};

/// Writes the three sections and the last line.
pub(super) fn write(out: &mut String, page: &Page) {
    how_made(out, page);
    sources(out, &page.sources);
    cite(out, page);
    if !page.generated_by.is_empty() {
        out.push_str(&format!(
            "<footer class=\"pl-foot\"><p>{}</p></footer>\n",
            esc(&page.generated_by)
        ));
    }
}

/// The closing sections that the page has: their names and their headings.
pub(super) fn sections(page: &Page) -> impl Iterator<Item = (&'static str, &'static str)> {
    [
        ("how-made", "How this number is made", page.how_made.is_empty()),
        ("sources", "Sources", page.sources.is_empty()),
        ("cite", "Cite this", page.cite.title.is_empty()),
    ]
    .into_iter()
    .filter(|(.., empty)| !empty)
    .map(|(id, heading, _)| (id, heading))
}

/// The publishers in a few words, and the way to the closing sections.
pub(super) fn credit(page: &Page) -> String {
    let mut names: Vec<&str> = Vec::new();
    for source in &page.sources {
        if !source.publisher.is_empty() && !names.contains(&source.publisher.as_str()) {
            names.push(&source.publisher);
        }
    }
    let more = names.len().saturating_sub(3);
    names.truncate(3);
    let mut out = match names.is_empty() {
        true => String::new(),
        false => format!("<a href=\"#sources\">Source</a>: {}", esc(&names.join("; "))),
    };
    if more > 0 {
        out.push_str(&format!(" and {more} more"));
    }
    if !out.is_empty() {
        out.push_str(".\n");
    }
    out.push_str("<span class=\"pl-figure-links\">");
    for (id, heading) in sections(page).filter(|(id, _)| *id != "sources") {
        out.push_str(&format!("<a href=\"#{id}\">{heading}</a> · "));
    }
    out.push_str("</span>");
    out
}

fn how_made(out: &mut String, page: &Page) {
    if page.how_made.is_empty() {
        return;
    }
    out.push_str("<section class=\"pl-tail\" id=\"how-made\">\n<h2>How this number is made</h2>\n");
    out.push_str("<ol class=\"pl-steps\">\n");
    for step in &page.how_made {
        out.push_str(&format!("<li><p>{}</p>", esc(&step.text)));
        if let Some(sql) = &step.sql {
            let sql = esc(sql.trim_end());
            out.push_str(&format!("<pre tabindex=\"0\"><code>{sql}</code></pre>"));
        }
        out.push_str("</li>\n");
    }
    out.push_str("</ol>\n</section>\n");
}

impl SourceLine {
    /// What there is to say about a source beyond its name, with labels.
    pub(crate) fn details(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("Vintage", self.vintage.as_str()),
            ("Retrieved", &self.retrieved),
            ("Licence", &self.licence),
            ("SHA-256", &self.sha256),
            ("URL", &self.url),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
    }
}

fn sources(out: &mut String, sources: &[SourceLine]) {
    if sources.is_empty() {
        return;
    }
    out.push_str("<section class=\"pl-tail\" id=\"sources\">\n<h2>Sources</h2>\n");
    out.push_str("<ul class=\"pl-sources\">\n");
    for source in sources {
        out.push_str(&format!(
            "<li><p><strong>{}</strong> {}</p>\n<dl>",
            esc(&source.publisher),
            esc(&source.dataset)
        ));
        for (label, value) in source.details() {
            out.push_str(&format!("<dt>{label}</dt><dd>{}</dd>", source_value(label, value)));
        }
        out.push_str("</dl></li>\n");
    }
    out.push_str("</ul>\n</section>\n");
}

fn source_value(label: &str, value: &str) -> String {
    let text = esc(value);
    match (label, escape::link(value)) {
        ("URL", Some(url)) => {
            format!("<a href=\"{}\" rel=\"noopener noreferrer\">{text}</a>", esc(url))
        }
        ("SHA-256", _) => format!("<code>{text}</code>"),
        _ => text,
    }
}

fn cite(out: &mut String, page: &Page) {
    if page.cite.title.is_empty() {
        return;
    }
    out.push_str("<section class=\"pl-tail\" id=\"cite\">\n<h2>Cite this</h2>\n");
    out.push_str(&format!(
        "<dl class=\"pl-cite\"><dt>Short</dt><dd>{}</dd><dt>Full</dt><dd>{}</dd></dl>\n",
        esc(&page.cite.short()),
        esc(&page.cite.full())
    ));
    for (label, text) in [("BibTeX", page.cite.bibtex()), ("CSL-JSON", page.cite.csl_json())] {
        out.push_str(&format!(
            "<details><summary>{label}</summary><pre tabindex=\"0\"><code>{}</code></pre></details>\n",
            esc(&text)
        ));
    }
    out.push_str("</section>\n");
}
