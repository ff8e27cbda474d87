//! `plimsoll sql`: read-only SQL over the store.

use crate::cli::{Format, SqlArgs};
use crate::commands::Context;
use crate::failure::{Exit, Failure};
use crate::present::tables;
use crate::printer;
use plimsoll_ingest::store::Store;
use plimsoll_monitor::session::{self, Answer};
use serde_json::{Map, Value};

/// Runs the query and prints its rows.
pub fn run(context: &Context, args: &SqlArgs) -> Result<Exit, Failure> {
    let store = Store::open(&context.store)?;
    store.check_files()?;
    let answer = session::query(&store, &args.query).map_err(|e| {
        Failure::usage(
            "sql",
            e.to_string(),
            "tables: trade, shipments, sources (plimsoll sql \"DESCRIBE trade\" lists the columns); only reading is allowed",
        )
    })?;
    printer::data(&show(&answer, context.format));
    Ok(Exit::Done)
}

fn show(answer: &Answer, format: Format) -> String {
    match format {
        Format::Json => tables::pretty(&Value::Array(objects(answer))),
        Format::Ndjson => objects(answer).iter().map(|o| format!("{o}\n")).collect(),
        format => {
            let mut plain = tables::Plain::default();
            for (name, numeric) in answer.columns.iter().zip(&answer.numeric) {
                plain.columns.push(if *numeric { format!(">{name}") } else { name.clone() });
            }
            plain.rows = answer
                .rows
                .iter()
                .map(|row| row.iter().map(|c| c.clone().unwrap_or_default()).collect())
                .collect();
            plain.show(format)
        }
    }
}

fn objects(answer: &Answer) -> Vec<Value> {
    let value = |cell: &Option<String>, numeric: bool| match cell {
        None => Value::Null,
        Some(text) if numeric => {
            serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
        }
        Some(text) => Value::String(text.clone()),
    };
    answer
        .rows
        .iter()
        .map(|row| {
            let mut object = Map::new();
            for ((name, numeric), cell) in answer.columns.iter().zip(&answer.numeric).zip(row) {
                object.insert(name.clone(), value(cell, *numeric));
            }
            Value::Object(object)
        })
        .collect()
}
