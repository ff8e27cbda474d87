//! What a drafted mapping shows: the first rows through it, and all of it as JSON.

use crate::present::tables::{self, Plain};
use plimsoll_ingest::mapping::draft::Draft;
use plimsoll_ingest::mapping::sample::Sample;
use serde_json::{Map, Value, json};

/// Characters of a cell that are shown.
const WIDE: usize = 28;

/// The first rows, one column for each.
pub fn rows(draft: &Draft, sample: &Sample) -> String {
    let (fields, rows) = draft.rows(sample);
    if rows.is_empty() {
        return "The file has no rows to show, only a header.".to_owned();
    }
    let mut table = Plain::new(["field".to_owned()]);
    table.columns.extend((1..=rows.len()).map(|n| format!("row {n}")));
    for (at, field) in fields.iter().enumerate() {
        let cells = rows.iter().map(|row| row.get(at).map(|cell| cut(cell)).unwrap_or_default());
        table.rows.push(std::iter::once((*field).to_owned()).chain(cells).collect());
    }
    let mut out = format!(
        "The first rows as they would be read:\n\n{}",
        table.show(crate::cli::Format::Table)
    );
    for row in rows.iter().filter(|row| row.len() == 1 && fields.len() > 1) {
        out.push_str(&format!("would be set aside: {}\n", tables::one_line(&row[0])));
    }
    out
}

fn cut(cell: &str) -> String {
    if cell.chars().count() <= WIDE {
        return cell.to_owned();
    }
    cell.chars().take(WIDE - 1).chain(['…']).collect()
}

/// The draft for machines.
pub fn json(draft: &Draft, sample: &Sample, toml: &str) -> String {
    let (fields, rows) = draft.rows(sample);
    let columns: Vec<Value> = draft
        .guess
        .given
        .iter()
        .filter(|given| draft.mapping.columns.contains_key(&given.field))
        .map(|given| {
            json!({
                "field": given.field.name(),
                "column": sample.header.get(given.column),
                "position": given.column + 1,
                "confidence_pct": given.confidence,
            })
        })
        .collect();
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| match &row[..] {
            [problem] if fields.len() > 1 => json!({"set_aside": problem}),
            cells => Value::Object(
                fields
                    .iter()
                    .zip(cells)
                    .map(|(f, c)| ((*f).to_owned(), json!(c)))
                    .collect::<Map<_, _>>(),
            ),
        })
        .collect();
    tables::pretty(&json!({
        "target": draft.mapping.target.name(),
        "columns": columns,
        "unmapped": draft.left,
        "doubts": draft.doubts,
        "rows": rows,
        "mapping": toml,
    }))
}
