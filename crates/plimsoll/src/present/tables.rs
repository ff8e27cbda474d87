//! Tables as text, CSV and Markdown, and numbers for people.

use crate::cli::Format;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

/// A plain table.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    /// Column titles; those that start with `>` are aligned right.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

impl Plain {
    /// With these columns and no rows yet.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Plain {
        Plain { columns: columns.into_iter().map(Into::into).collect(), rows: Vec::new() }
    }

    /// In one of the forms of text.
    pub fn show(&self, format: Format) -> String {
        match format {
            Format::Csv => self.csv(),
            Format::Md => self.drawn(presets::ASCII_MARKDOWN),
            _ => self.drawn(presets::NOTHING),
        }
    }

    fn titles(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|c| c.trim_start_matches('>'))
    }

    fn drawn(&self, preset: comfy_table::TableStyle) -> String {
        let mut table = Table::new();
        table.load_style(preset).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(self.titles().collect::<Vec<_>>());
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| one_line(cell)));
        }
        for (i, title) in self.columns.iter().enumerate() {
            if title.starts_with('>')
                && let Some(column) = table.column_mut(i)
            {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let lines: Vec<String> = table.lines().map(|l| l.trim_end().to_owned()).collect();
        format!("{}\n", lines.join("\n"))
    }

    /// For machines: figures without separators, units and dashes.
    fn csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let _ = writer.write_record(self.titles());
        let figure: Vec<bool> = self.columns.iter().map(|c| c.starts_with('>')).collect();
        for row in &self.rows {
            let cells =
                row.iter().zip(&figure).map(|(cell, figure)| match (*figure, cell.as_str()) {
                    (true, "–") => String::new(),
                    (true, text) => text.replace(',', "").replace('−', "-").replace(" %", ""),
                    (false, text) => text.to_owned(),
                });
            let _ = writer.write_record(cells);
        }
        writer.into_inner().map(|b| String::from_utf8_lossy(&b).into_owned()).unwrap_or_default()
    }
}

/// A text of a file on one line: a line end in it would look like a row of its own.
pub fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], " ")
}

/// Indented JSON with a line end.
pub fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// `1,141,670`
pub fn whole(number: u64) -> String {
    plimsoll_report::format_number(number as f64, 0)
}

/// A value of money: whole units, with thousands separators.
pub fn money(value: f64) -> String {
    plimsoll_report::format_number(value, 0)
}

/// `71.4 %`
pub fn percent(share: f64) -> String {
    plimsoll_report::format_percent(share, 1)
}

/// A figure or a dash.
pub fn or_dash(value: Option<f64>, show: impl Fn(f64) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), show)
}
