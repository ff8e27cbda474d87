//! A page as one HTML document that needs nothing else: readable on paper, on a
//! telephone, in the dark, with a screen reader, and without JavaScript.

pub(crate) mod table;
mod tail;

use crate::{
    chart::{self, SvgSize},
    escape::{self, html as esc},
    page::{Block, CalloutKind, Chart, KeyFigure, Page, Table},
};

/// Colours and type of the charts, shared with SVG files that stand alone.
pub(crate) const CHART_CSS: &str = include_str!("html/chart.css");
const PAGE_CSS: &str = include_str!("html/page.css");

/// No script, no frame, no form, no request to anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; \
                      base-uri 'none'; form-action 'none'";

/// At the head of each sheet of paper, where figures are made up.
const SIMULATED_PAPER: &str = "@media print{@page{@top-right{content:\"Simulated data\";font:700 9pt system-ui,sans-serif}}}\n";

fn is_simulated(page: &Page) -> bool {
    let simulated = |b: &Block| matches!(b, Block::Callout { kind: CalloutKind::Simulated, .. });
    page.blocks.iter().any(simulated)
}

/// The page as a complete HTML document.
pub fn to_html(page: &Page) -> String {
    let mut out = String::with_capacity(64 * 1024);
    out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str(&format!(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n",
        esc(POLICY)
    ));
    out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
    out.push_str("<meta name=\"referrer\" content=\"no-referrer\">\n");
    out.push_str("<link rel=\"icon\" href=\"data:,\">\n");
    out.push_str(&format!("<title>{}</title>\n", esc(&escape::one_line(&page.title))));
    let lede = esc(&escape::one_line(&page.lede));
    out.push_str(&format!("<meta name=\"description\" content=\"{lede}\">\n"));
    let simulated = if is_simulated(page) { SIMULATED_PAPER } else { "" };
    out.push_str(&format!("<style>\n{}{simulated}</style>\n</head>\n<body>\n", stylesheet()));
    out.push_str("<a class=\"pl-skip\" href=\"#content\">Skip to the content</a>\n");
    out.push_str(&to_html_fragment(page));
    out.push_str("</body>\n</html>\n");
    out
}

/// The style sheet that [`to_html_fragment`] expects.
pub fn stylesheet() -> String {
    format!("{PAGE_CSS}{CHART_CSS}")
}

/// The page as one `<main>` element, to be put into a document that has
/// [`stylesheet`].
pub fn to_html_fragment(page: &Page) -> String {
    let mut out = String::with_capacity(64 * 1024);
    out.push_str("<main class=\"pl-page\" id=\"content\" tabindex=\"-1\">\n");
    out.push_str("<header class=\"pl-head\">\n");
    out.push_str(&format!("<h1>{}</h1>\n", words(&page.title)));
    for paragraph in escape::paragraphs(&page.lede) {
        out.push_str(&format!("<p class=\"pl-lede\">{}</p>\n", words(&paragraph)));
    }
    out.push_str("</header>\n");
    let mut ids = Ids { credit: tail::credit(page), ..Ids::default() };
    contents(&mut out, page);
    for block in &page.blocks {
        write_block(&mut out, block, &mut ids);
    }
    tail::write(&mut out, page);
    out.push_str("</main>\n");
    out
}

/// Running text, in which a number stays on one line with its percent sign, its
/// currency and its scale.
fn words(text: &str) -> String {
    let text = esc(text);
    let mut out = String::with_capacity(text.len());
    let mut before = "";
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            out.push(if belong(before, word) { '\u{a0}' } else { ' ' });
        }
        out.push_str(word);
        before = word;
    }
    out
}

/// Whether two words are one figure: `80.4 %`, `EUR 405.5`, `405.5 M`.
fn belong(before: &str, word: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit();
    let scale = word.trim_end_matches(['.', ',', ';', ':', ')']);
    if before.ends_with(digit) {
        return word.starts_with('%') || matches!(scale, "M" | "bn");
    }
    let currency = before.trim_start_matches('(');
    currency.len() == 3
        && currency.bytes().all(|b| b.is_ascii_uppercase())
        && word.starts_with(digit)
}

/// Names for what can be linked to inside the page.
#[derive(Default)]
struct Ids {
    charts: usize,
    tables: usize,
    headings: Vec<String>,
    /// Where the figures come from, for the foot of each drawing.
    credit: String,
}

impl Ids {
    /// A name of the words of a heading, each one once: `what-the-figures-say`.
    fn heading(&mut self, text: &str) -> String {
        let plain: String = text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
            .collect();
        let words: Vec<&str> = plain.split_whitespace().take(8).collect();
        // The prefix keeps apart from the names of charts, tables and closing sections.
        let base = ["section"].into_iter().chain(words).collect::<Vec<_>>().join("-");
        let mut name = base.clone();
        let mut count = 1;
        while self.headings.contains(&name) {
            count += 1;
            name = format!("{base}.{count}");
        }
        self.headings.push(name.clone());
        name
    }
}

/// Links to the sections, where there are enough of them to look for one.
fn contents(out: &mut String, page: &Page) {
    let mut ids = Ids::default();
    let mut links: Vec<(String, String)> = Vec::new();
    for block in &page.blocks {
        if let Block::Heading { level, text } = block {
            let id = ids.heading(text);
            if *level <= 2 {
                links.push((id, text.clone()));
            }
        }
    }
    links.extend(tail::sections(page).map(|(id, text)| (id.to_owned(), text.to_owned())));
    if links.len() < 3 {
        return;
    }
    out.push_str("<nav class=\"pl-toc\" aria-label=\"On this page\">\n<ul>\n");
    for (id, text) in links {
        out.push_str(&format!("<li><a href=\"#{id}\">{}</a></li>\n", esc(&text)));
    }
    out.push_str("</ul>\n</nav>\n");
}

fn write_block(out: &mut String, block: &Block, ids: &mut Ids) {
    match block {
        Block::Heading { level, text } => {
            let (level, id) = ((*level).clamp(2, 4), ids.heading(text));
            let text = esc(text);
            out.push_str(&format!(
                "<h{level} id=\"{id}\">{text} <a class=\"pl-anchor\" href=\"#{id}\" \
                 aria-label=\"Link to: {text}\">#</a></h{level}>\n"
            ));
        }
        Block::Prose(text) => {
            for paragraph in escape::paragraphs(text) {
                out.push_str(&format!("<p>{}</p>\n", words(&paragraph)));
            }
        }
        Block::List(items) => {
            out.push_str("<ul>\n");
            for item in items {
                out.push_str(&format!("<li>{}</li>\n", words(item)));
            }
            out.push_str("</ul>\n");
        }
        Block::Callout { kind, text } => callout(out, *kind, text),
        Block::Table(table) => {
            ids.tables += 1;
            table::write(out, table, &format!("table-{}", ids.tables));
        }
        Block::Chart { chart, table, note } => figure(out, chart, table, note.as_deref(), ids),
        Block::KeyFigures(figures) => key_figures(out, figures),
    }
}

impl CalloutKind {
    /// The word at the head of the box.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Note => "Note",
            Self::Warning => "Warning",
            Self::Simulated => "Simulated data",
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Note => "pl-note",
            Self::Warning => "pl-warning",
            Self::Simulated => "pl-simulated",
        }
    }
}

fn callout(out: &mut String, kind: CalloutKind, text: &str) {
    out.push_str(&format!(
        "<aside class=\"pl-callout {}\" role=\"note\">\n<p class=\"pl-callout-label\">{}</p>\n",
        kind.class(),
        kind.label()
    ));
    for paragraph in escape::paragraphs(text) {
        out.push_str(&format!("<p>{}</p>\n", words(&paragraph)));
    }
    out.push_str("</aside>\n");
}

fn key_figures(out: &mut String, figures: &[KeyFigure]) {
    let four = if figures.len() == 4 { " pl-key-4" } else { "" };
    out.push_str(&format!("<dl class=\"pl-key{four}\">\n"));
    for figure in figures {
        out.push_str(&format!(
            "<div><dt>{}</dt><dd class=\"pl-key-value\">{}</dd>",
            words(&figure.label),
            key_value(&figure.value)
        ));
        if !figure.detail.is_empty() {
            out.push_str(&format!("<dd class=\"pl-key-detail\">{}</dd>", words(&figure.detail)));
        }
        out.push_str("</div>\n");
    }
    out.push_str("</dl>\n");
}

/// A large figure. It may be wider than its place: money then breaks between its words.
fn key_value(value: &str) -> String {
    if value.contains('%') { words(value) } else { esc(value) }
}

/// A chart twice, laid out for a wide and for a narrow window (the style sheet
/// shows one of them), and the table of its figures.
fn figure(out: &mut String, chart: &Chart, table: &Table, note: Option<&str>, ids: &mut Ids) {
    ids.charts += 1;
    let id = format!("chart-{}", ids.charts);
    out.push_str(&format!("<figure class=\"pl-figure\" id=\"{id}\">\n<figcaption>\n"));
    out.push_str(&format!("<p class=\"pl-figure-title\">{}</p>\n", words(chart.title())));
    if !chart.subtitle().is_empty() {
        out.push_str(&format!("<p class=\"pl-figure-sub\">{}</p>\n", words(chart.subtitle())));
    }
    out.push_str("</figcaption>\n");
    for (class, size) in [("pl-wide", SvgSize::Wide), ("pl-narrow", SvgSize::Narrow)] {
        let drawing = chart::figure_svg(chart, &format!("{id}-{}", size.letter()), size);
        out.push_str(&format!("<div class=\"{class}\">\n{drawing}</div>\n"));
    }
    if let Some(note) = note {
        for paragraph in escape::paragraphs(note) {
            out.push_str(&format!("<p class=\"pl-figure-note\">{}</p>\n", words(&paragraph)));
        }
    }
    out.push_str(&format!(
        "<p class=\"pl-figure-source\">{}<span class=\"pl-figure-links\"><a href=\"#{id}\">Link<span class=\"pl-said\"> to chart {}</span></a></span></p>\n",
        ids.credit, ids.charts
    ));
    out.push_str("<details class=\"pl-data\">\n<summary>The figures as a table</summary>\n");
    table::write(out, table, &format!("{id}-table"));
    out.push_str("</details>\n</figure>\n");
}
