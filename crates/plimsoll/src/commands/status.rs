//! `plimsoll status`: what is loaded, from where, how old.

use crate::cli::Format;
use crate::commands::Context;
use crate::failure::{Exit, Failure};
use crate::present::status as present;
use crate::watchlists::Editions;
use crate::{printer, settings, staleness};
use plimsoll_ingest::store::Store;

/// Reads the manifest and prints it.
pub fn run(context: &Context) -> Result<Exit, Failure> {
    let store = Store::open(&context.store)?;
    let lists = Editions::open(&context.store)?;
    let fetched = super::fetch::ages(&context.store);
    let view =
        present::View { store: &store, today: settings::today(), lists: &lists, fetched: &fetched };
    printer::data(&present::show(&view, context.format));
    let mut stale = staleness::statistics(&store.manifest.resources, &view.today);
    stale.extend(staleness::lists(lists.standing(None), &view.today));
    let refused = context.staleness.judge(stale);
    if context.format == Format::Table
        && store.manifest.all().next().is_none()
        && lists.editions.is_empty()
    {
        printer::next(
            "plimsoll demo shows it on bundled figures; plimsoll load FILE loads a publisher's file (plimsoll explain layouts)",
        );
    }
    refused.map(|_| Exit::Done)
}
