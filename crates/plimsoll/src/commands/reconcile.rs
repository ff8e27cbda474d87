//! `plimsoll reconcile`: both reports of each trade, and one value out of both.

use crate::cli::{Format, ReconcileArgs};
use crate::commands::{Context, assess, find};
use crate::failure::{Exit, Failure};
use crate::present::tables::{self, Plain};
use crate::progress::CountProgress;
use crate::{printer, settings};
use plimsoll_ingest::store::Store;
use plimsoll_monitor::flows::PanelError;
use plimsoll_monitor::reconcile::{self, Row};
use plimsoll_monitor::search::Search;
use serde_json::{Value, json};

/// Reconciles and prints.
pub fn run(context: &Context, args: &ReconcileArgs) -> Result<Exit, Failure> {
    let period = assess::period(&args.period)?;
    let search = Search {
        importer: assess::places(args.importer.as_deref(), "--importer")?,
        exporter: assess::places(args.exporter.as_deref(), "--exporter")?,
        goods: args.goods.as_deref().map(|text| assess::goods(text, &[])).transpose()?,
        currency: args.currency.to_ascii_uppercase(),
        dataset: args.dataset.clone(),
        threads: args.threads.unwrap_or(0),
        ..Search::new(settings::rates(None)?)
    };
    let store = Store::open(&context.store)?;
    store.check_files()?;
    assess::known_dataset(&store, search.dataset.as_deref())?;
    let progress = CountProgress::new("reconciling");
    let answer =
        reconcile::reconcile(store, search, period, &|done, all| progress.see_of(done, all));
    progress.done();
    let (rows, reliability) = match answer {
        Ok(answer) => answer,
        Err(PanelError::Horizon(why)) => return Ok(find::cannot_tell(&why.to_string())),
        Err(error) => return Err(find::failure(error)),
    };
    if rows.is_empty() {
        return Ok(find::cannot_tell("neither side reports such trade in the period"));
    }
    let text = match context.format {
        Format::Json => tables::pretty(&Value::Array(rows.iter().map(value).collect())),
        Format::Ndjson => rows.iter().map(|r| format!("{}\n", value(r))).collect(),
        format => table(&rows).show(format),
    };
    printer::data(&text);
    printer::talk(&format!(
        "reliabilities from {} flows that both sides report",
        tables::whole(reliability.flows as u64)
    ));
    Ok(Exit::Done)
}

fn value(row: &Row) -> Value {
    json!({
        "exporter": row.exporter.code(),
        "importer": row.importer.code(),
        "goods": row.goods,
        "exports": row.exports,
        "imports": row.imports,
        "exporter_weight": row.exporter_weight,
        "reconciled": (row.reconciled * 100.0).round() / 100.0,
    })
}

fn table(rows: &[Row]) -> Plain {
    let mut table = Plain::new([
        "exporter",
        "importer",
        "goods",
        ">exports",
        ">imports",
        ">exporter_weight",
        ">reconciled",
    ]);
    for row in rows {
        let money = |v: Option<f64>| tables::or_dash(v, |v| format!("{v:.2}"));
        table.rows.push(vec![
            row.exporter.code().into(),
            row.importer.code().into(),
            row.goods.clone(),
            money(row.exports),
            money(row.imports),
            tables::or_dash(row.exporter_weight, |w| format!("{w:.4}")),
            format!("{:.2}", row.reconciled),
        ]);
    }
    table
}
