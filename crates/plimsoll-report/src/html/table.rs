//! Tables: how a cell reads, and how a table is set in HTML.

use crate::{
    escape::{html as esc, link},
    number::{format_number, format_percent},
    page::{Cell, Column, ColumnKind, Table},
};

/// Letters for the reasons why cells are empty, in the order of appearance.
#[derive(Default)]
pub(crate) struct Marks {
    reasons: Vec<String>,
}

impl Marks {
    /// The letter of a reason; the same reason has the same letter.
    pub(crate) fn of(&mut self, reason: &str) -> String {
        let known = self.reasons.iter().position(|r| r == reason);
        let at = known.unwrap_or_else(|| {
            self.reasons.push(reason.to_owned());
            self.reasons.len() - 1
        });
        letter(at)
    }

    /// The letters and their reasons.
    pub(crate) fn list(&self) -> impl Iterator<Item = (String, &str)> {
        self.reasons.iter().enumerate().map(|(at, reason)| (letter(at), reason.as_str()))
    }
}

/// `a` to `z`, then `a2` to `z2`, and so on.
fn letter(at: usize) -> String {
    let letter = char::from(b'a' + (at % 26) as u8);
    match at / 26 {
        0 => letter.to_string(),
        round => format!("{letter}{}", round + 1),
    }
}

impl Column {
    /// The label with its unit: `value (EUR M)`.
    pub(crate) fn heading(&self) -> String {
        match self.unit.is_empty() {
            true => self.label.clone(),
            false => format!("{} ({})", self.label, self.unit),
        }
    }
}

impl Cell {
    /// The cell as it is read; a dash where there is no value.
    pub(crate) fn shown(&self, kind: ColumnKind) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Missing(_) => "–".to_owned(),
            Self::Verdict(verdict, word) => format!("{} {word}", verdict.symbol()),
            Self::Number(value, decimals) if kind == ColumnKind::Percent => {
                format_percent(*value, *decimals)
            }
            Self::Number(value, decimals) => format_number(*value, *decimals),
        }
    }
}

/// Writes a table; `id` names its caption.
pub(crate) fn write(out: &mut String, table: &Table, id: &str) {
    let mut marks = Marks::default();
    // A group and no region: a page has many tables, and each region is a landmark.
    let name = match table.caption.trim().is_empty() {
        true => "aria-label=\"Table\"".to_owned(),
        false => format!("aria-labelledby=\"{id}\""),
    };
    let size = match table.columns.len() {
        0..7 => "",
        7..11 => " pl-many",
        _ => " pl-many pl-most",
    };
    out.push_str(&format!(
        "<div class=\"pl-table{size}\" role=\"group\" tabindex=\"0\" {name}>\n<table>\n"
    ));
    if !table.caption.trim().is_empty() {
        out.push_str(&format!("<caption id=\"{id}\">{}</caption>\n", esc(&table.caption)));
    }
    head(out, &table.columns);
    out.push_str("<tbody>\n");
    for row in &table.rows {
        out.push_str("<tr>");
        for (at, column) in table.columns.iter().enumerate() {
            write_cell(out, row.get(at), column.kind, at == 0, &mut marks);
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n</div>\n");
    notes(out, table, &marks);
}

fn head(out: &mut String, columns: &[Column]) {
    out.push_str("<thead><tr>");
    for column in columns {
        let class = class(column.kind);
        if column.heading().trim().is_empty() {
            out.push_str("<td></td>");
            continue;
        }
        out.push_str(&format!("<th scope=\"col\"{class}>{}", esc(&column.label)));
        if !column.unit.is_empty() {
            out.push_str(&format!(" <span class=\"pl-unit\">{}</span>", esc(&column.unit)));
        }
        out.push_str("</th>");
    }
    out.push_str("</tr></thead>\n");
}

fn class(kind: ColumnKind) -> &'static str {
    if matches!(kind, ColumnKind::Text | ColumnKind::Link) { "" } else { " class=\"pl-n\"" }
}

fn write_cell(
    out: &mut String,
    cell: Option<&Cell>,
    kind: ColumnKind,
    first: bool,
    marks: &mut Marks,
) {
    let heads_row = first && kind == ColumnKind::Text;
    let (open, close) = if heads_row { ("th scope=\"row\"", "th") } else { ("td", "td") };
    let content = match cell.map(|c| (c, c.missing_reason())) {
        None => String::new(),
        Some((_, Some(reason))) => format!(
            "<span class=\"pl-missing\" title=\"No data: {}\">–<sup>{}</sup></span>",
            esc(reason),
            marks.of(reason)
        ),
        Some((Cell::Verdict(verdict, word), None)) => format!(
            "<span class=\"pl-verdict pl-{}\"><span aria-hidden=\"true\">{}</span> {}</span>",
            verdict.name(),
            verdict.symbol(),
            esc(word)
        ),
        Some((cell, None)) => linked(&cell.shown(kind), kind),
    };
    out.push_str(&format!("<{open}{}>{content}</{close}>", class(kind)));
}

/// The text; in a column of links one that begins with a web address leads there.
fn linked(text: &str, kind: ColumnKind) -> String {
    let first = text.split(' ').next().unwrap_or_default();
    match link(first).filter(|_| kind == ColumnKind::Link) {
        Some(url) => {
            format!("<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>", esc(url), esc(text))
        }
        None => esc(text),
    }
}

fn notes(out: &mut String, table: &Table, marks: &Marks) {
    let reasons: Vec<String> = marks
        .list()
        .map(|(mark, reason)| format!("<li>–<sup>{mark}</sup> no data: {}</li>\n", esc(reason)))
        .collect();
    if reasons.is_empty() && table.footnotes.is_empty() {
        return;
    }
    out.push_str("<ul class=\"pl-footnotes\">\n");
    for reason in reasons {
        out.push_str(&reason);
    }
    for footnote in &table.footnotes {
        out.push_str(&format!("<li>{}</li>\n", esc(footnote)));
    }
    out.push_str("</ul>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(columns: Vec<Column>, row: Vec<Cell>) -> String {
        let mut out = String::new();
        let table = Table { columns, rows: vec![row], ..Table::default() };
        write(&mut out, &table, "t");
        out
    }

    #[test]
    fn only_web_addresses_lead_somewhere() {
        let column = |kind| Column { label: "source".into(), kind, unit: String::new() };
        let cell = |text: &str| vec![Cell::text(text)];
        let link = render(vec![column(ColumnKind::Link)], cell("https://example.org/1 (line 2)"));
        assert!(link.contains("<a href=\"https://example.org/1\""), "{link}");
        for text in ["javascript:alert(1)", "file line 2"] {
            assert!(!render(vec![column(ColumnKind::Link)], cell(text)).contains("<a "));
        }
        let plain = render(vec![column(ColumnKind::Text)], cell("https://example.org/1"));
        assert!(!plain.contains("<a "));
    }

    #[test]
    fn missing_is_a_dash_with_its_reason() {
        let html = render(
            vec![Column::text("c"), Column::money("v", "EUR")],
            vec![Cell::text("A"), Cell::missing("withheld <by> A")],
        );
        assert!(html.contains("–<sup>a</sup>"), "{html}");
        assert!(html.contains("no data: withheld &lt;by&gt; A"), "{html}");
        assert!(!html.contains(">0"), "{html}");
    }

    #[test]
    fn zero_is_a_zero_and_not_a_number_is_missing() {
        let columns = vec![Column::number("v", "")];
        assert!(render(columns.clone(), vec![Cell::Number(0.0, 1)]).contains(">0.0<"));
        assert!(render(columns, vec![Cell::Number(f64::NAN, 1)]).contains("not a number"));
    }

    #[test]
    fn letters_go_on() {
        assert_eq!((letter(0), letter(25), letter(26)), ("a".into(), "z".into(), "a2".into()));
    }
}
