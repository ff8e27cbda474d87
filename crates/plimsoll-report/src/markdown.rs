//! A page as Markdown (GitHub's flavour): for a repository, a message, an editor.
//!
//! A chart becomes its title and its table; the drawing is in the HTML and can
//! be had alone from [`crate::svg`].

use crate::{
    escape::{self, markdown as md, markdown_inline as inline},
    html::table::Marks,
    page::{Block, CalloutKind, Cell, Chart, ColumnKind, KeyFigure, Page, SourceLine, Table},
};

/// The page as Markdown, ending in a line break.
pub fn to_markdown(page: &Page) -> String {
    let mut out = format!("# {}\n\n", md(&page.title));
    paragraphs(&mut out, &page.lede, "");
    for block in &page.blocks {
        write_block(&mut out, block);
    }
    how_made(&mut out, page);
    sources(&mut out, &page.sources);
    cite(&mut out, page);
    if !page.generated_by.is_empty() {
        out.push_str(&format!("---\n\n{}\n", md(&page.generated_by)));
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn paragraphs(out: &mut String, text: &str, prefix: &str) {
    for paragraph in escape::paragraphs(text) {
        out.push_str(&format!("{prefix}{}\n\n", md(&paragraph)));
    }
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading { level, text } => {
            let marks = "#".repeat(usize::from((*level).clamp(2, 4)));
            out.push_str(&format!("{marks} {}\n\n", md(text)));
        }
        Block::Prose(text) => paragraphs(out, text, ""),
        Block::List(items) => {
            for item in items {
                out.push_str(&format!("- {}\n", md(item)));
            }
            out.push('\n');
        }
        Block::Callout { kind, text } => callout(out, *kind, text),
        Block::Table(table) => write_table(out, table),
        Block::Chart { chart, table, note } => {
            chart_heading(out, chart);
            write_table(out, table);
            if let Some(note) = note {
                paragraphs(out, note, "");
            }
        }
        Block::KeyFigures(figures) => key_figures(out, figures),
    }
}

fn callout(out: &mut String, kind: CalloutKind, text: &str) {
    let mut first = true;
    for paragraph in escape::paragraphs(text) {
        match first {
            true => out.push_str(&format!("> **{}.** {}\n", kind.label(), md(&paragraph))),
            false => out.push_str(&format!(">\n> {}\n", md(&paragraph))),
        }
        first = false;
    }
    out.push('\n');
}

fn key_figures(out: &mut String, figures: &[KeyFigure]) {
    for figure in figures {
        out.push_str(&format!("- **{}** {}", inline(&figure.value), inline(&figure.label)));
        if !figure.detail.is_empty() {
            out.push_str(&format!(" ({})", inline(&figure.detail)));
        }
        out.push('\n');
    }
    out.push('\n');
}

fn chart_heading(out: &mut String, chart: &Chart) {
    out.push_str(&format!("**{}**\n\n", inline(chart.title())));
    paragraphs(out, chart.subtitle(), "");
    for (when, what) in chart.events() {
        out.push_str(&format!("- {}: {}\n", md(when), md(what)));
    }
    if !chart.events().is_empty() {
        out.push('\n');
    }
}

fn write_table(out: &mut String, table: &Table) {
    if !table.caption.is_empty() {
        out.push_str(&format!("*{}*\n\n", md(&table.caption)));
    }
    let mut marks = Marks::default();
    let heads: Vec<String> = table.columns.iter().map(|c| inline(&c.heading())).collect();
    let rules: Vec<&str> = table
        .columns
        .iter()
        .map(|c| if matches!(c.kind, ColumnKind::Text | ColumnKind::Link) { "---" } else { "---:" })
        .collect();
    if !heads.is_empty() {
        out.push_str(&format!("| {} |\n| {} |\n", heads.join(" | "), rules.join(" | ")));
    }
    for row in &table.rows {
        let cells: Vec<String> = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| match row.get(at) {
                Some(cell) => write_cell(cell, column.kind, &mut marks),
                None => String::new(),
            })
            .collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out.push('\n');
    for (mark, reason) in marks.list() {
        out.push_str(&format!("({mark}) no data: {}\n\n", md(reason)));
    }
    for footnote in &table.footnotes {
        paragraphs(out, footnote, "");
    }
}

fn write_cell(cell: &Cell, kind: ColumnKind, marks: &mut Marks) -> String {
    match cell.missing_reason() {
        Some(reason) => format!("– ({})", marks.of(reason)),
        None => inline(&cell.shown(kind)),
    }
}

fn how_made(out: &mut String, page: &Page) {
    if page.how_made.is_empty() {
        return;
    }
    out.push_str("## How this number is made\n\n");
    for (at, step) in page.how_made.iter().enumerate() {
        out.push_str(&format!("{}. {}\n\n", at + 1, md(&step.text)));
        if let Some(sql) = &step.sql {
            out.push_str(&escape::markdown_fence("sql", sql));
            out.push('\n');
        }
    }
}

fn sources(out: &mut String, sources: &[SourceLine]) {
    if sources.is_empty() {
        return;
    }
    out.push_str("## Sources\n\n");
    for source in sources {
        out.push_str(&format!(
            "- **{}**, {}\n",
            inline(&source.publisher),
            inline(&source.dataset)
        ));
        for (label, value) in source.details() {
            let value = match (label, escape::link(value)) {
                ("URL", Some(url)) if !url.contains(['<', '>']) => format!("<{url}>"),
                ("SHA-256", _) => format!("`{}`", value.replace('`', "")),
                _ => md(value),
            };
            out.push_str(&format!("  - {label}: {value}\n"));
        }
    }
    out.push('\n');
}

fn cite(out: &mut String, page: &Page) {
    if page.cite.title.is_empty() {
        return;
    }
    out.push_str(&format!(
        "## Cite this\n\nShort: {}\n\nFull: {}\n\n",
        md(&page.cite.short()),
        md(&page.cite.full())
    ));
    out.push_str(&escape::markdown_fence("bibtex", &page.cite.bibtex()));
    out.push('\n');
    out.push_str(&escape::markdown_fence("json", &page.cite.csl_json()));
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Column;

    #[test]
    fn table_with_numbers_and_gaps() {
        let table = Table {
            caption: "Supply".to_owned(),
            columns: vec![
                Column::text("country"),
                Column::money("value", "EUR M"),
                Column::percent("share"),
            ],
            rows: vec![
                vec![Cell::text("A|B"), Cell::Number(2068.85, 2), Cell::Number(0.601, 1)],
                vec![Cell::text("C"), Cell::missing("confidential"), Cell::Number(0.0, 1)],
                vec![Cell::text("D"), Cell::missing("confidential"), Cell::missing("late")],
            ],
            footnotes: vec!["CIF.".to_owned()],
        };
        let page =
            Page { title: "T".to_owned(), blocks: vec![Block::Table(table)], ..Page::default() };
        assert_eq!(
            to_markdown(&page),
            "# T\n\n*Supply*\n\n\
             | country | value (EUR M) | share |\n| --- | ---: | ---: |\n\
             | A\\|B | 2,068.85 | 60.1 % |\n| C | – (a) | 0.0 % |\n| D | – (a) | – (b) |\n\n\
             (a) no data: confidential\n\n(b) no data: late\n\nCIF.\n"
        );
    }
}
