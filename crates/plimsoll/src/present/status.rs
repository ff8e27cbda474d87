//! What the store holds, for reading and as JSON.

use crate::cli::Format;
use crate::present::tables::{self, Plain, whole};
use crate::staleness;
use crate::watchlists::{Edition, Editions};
use plimsoll_ingest::store::{Loaded, Store};
use plimsoll_terms::period::Period;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// The store and the day it is looked at.
pub struct View<'a> {
    /// The store.
    pub store: &'a Store,
    /// `YYYY-MM-DD`, from the program's clock.
    pub today: String,
    /// Editions of watchlists.
    pub lists: &'a Editions,
    /// The last good edition of each source that was fetched: its id and day.
    pub fetched: &'a [(String, String)],
}

/// What a dataset's sources hold together.
#[derive(Default)]
struct Sum {
    sources: u64,
    rows_in: u64,
    rows_loaded: u64,
    rows_set_aside: u64,
    first: Option<(Period, String)>,
    last: Option<(Period, String)>,
}

impl Sum {
    fn add(&mut self, source: &Loaded) {
        self.sources += 1;
        self.rows_in += source.rows_in;
        self.rows_loaded += source.rows_loaded;
        self.rows_set_aside += source.rows_set_aside;
        // As texts, 2022-03 and 2022 would sort by their length.
        if let Ok(first) = Period::parse(&source.first_period)
            && self.first.as_ref().is_none_or(|(f, _)| first.first() < f.first())
        {
            self.first = Some((first, source.first_period.clone()));
        }
        if let Ok(last) = Period::parse(&source.last_period)
            && self.last.as_ref().is_none_or(|(l, _)| last.last() > l.last())
        {
            self.last = Some((last, source.last_period.clone()));
        }
    }

    fn periods(&self) -> [Option<&str>; 2] {
        [&self.first, &self.last].map(|p| p.as_ref().map(|(_, text)| text.as_str()))
    }

    fn json(&self) -> Value {
        json!({
            "sources": self.sources,
            "rows_in": self.rows_in,
            "rows_loaded": self.rows_loaded,
            "rows_set_aside": self.rows_set_aside,
            "periods": self.periods(),
        })
    }
}

impl View<'_> {
    fn sources(&self) -> impl Iterator<Item = &Loaded> {
        self.store.manifest.all()
    }

    fn total(&self) -> Sum {
        let mut total = Sum::default();
        self.sources().for_each(|s| total.add(s));
        total
    }

    fn by_dataset(&self) -> BTreeMap<&str, Sum> {
        let mut all: BTreeMap<&str, Sum> = BTreeMap::new();
        self.sources().for_each(|s| all.entry(&s.dataset).or_default().add(s));
        all
    }

    /// Days since the day that the source stands for; nothing where a date cannot be read.
    fn age_days(&self, source: &Loaded) -> Option<i32> {
        staleness::days(staleness::day_of(source), &self.today)
    }

    /// Whether it is older than its publisher's rhythm allows.
    fn stale(&self, source: &Loaded) -> bool {
        !staleness::statistics([source], &self.today).is_empty()
    }

    /// Watchlists with their age and rhythm.
    fn watchlists(&self) -> Vec<Value> {
        let one = |edition: &Edition| {
            let mut value = json!(edition);
            value["age_days"] = json!(staleness::days(&edition.edition, &self.today));
            value["rhythm"] = json!(staleness::of_list(&edition.list).map(|r| r.words));
            value["stale"] = json!(!staleness::lists([edition], &self.today).is_empty());
            value
        };
        self.lists.editions.iter().map(one).collect()
    }
}

/// In one of the forms of output.
pub fn show(view: &View<'_>, format: Format) -> String {
    match format {
        Format::Json => tables::pretty(&document(view)),
        Format::Ndjson => view.sources().map(|s| format!("{}\n", source(view, s))).collect(),
        Format::Csv => table(view).show(format),
        Format::Table | Format::Md | Format::Ftm => text(view, format) + &fetched(view),
    }
}

fn document(view: &View<'_>) -> Value {
    let datasets: Vec<Value> = view
        .by_dataset()
        .into_iter()
        .map(|(name, sum)| {
            let mut value = sum.json();
            value["dataset"] = json!(name);
            value
        })
        .collect();
    json!({
        "store": view.store.root().display().to_string(),
        "today": view.today,
        "totals": view.total().json(),
        "datasets": datasets,
        "sources": view.sources().map(|s| source(view, s)).collect::<Vec<_>>(),
        "watchlists": view.watchlists(),
        "fetched": view.fetched.iter().map(|(source, day)| json!({"source": source, "day": day}))
            .collect::<Vec<_>>(),
    })
}

fn source(view: &View<'_>, source: &Loaded) -> Value {
    json!({
        "source_id": source.name,
        "dataset": source.dataset,
        "publisher": source.publisher,
        "vintage": source.vintage,
        "file": source.file,
        "layout": source.layout,
        "sha256": source.sha256,
        "bytes": source.bytes,
        "rows_in": source.rows_in,
        "rows_loaded": source.rows_loaded,
        "rows_set_aside": source.rows_set_aside,
        "rules": source.rules,
        "periods": [source.first_period, source.last_period],
        "loaded": source.loaded,
        "age_days": view.age_days(source),
        "rhythm": staleness::of_dataset(&source.dataset).map(|r| r.words),
        "stale": view.stale(source),
        "said": source.said,
    })
}

/// `2020-01 to 2022-11`, or the one period.
fn span(first: &str, last: &str) -> String {
    if first == last { first.to_owned() } else { format!("{first} to {last}") }
}

fn table(view: &View<'_>) -> Plain {
    let mut table = Plain::new([
        "Dataset",
        "Publisher",
        "Vintage",
        "File",
        "Layout",
        ">Rows in",
        ">Loaded",
        ">Set aside",
        "Periods",
        "Loaded on",
        ">Age, days",
    ]);
    for s in view.sources() {
        table.rows.push(vec![
            s.dataset.clone(),
            s.publisher.clone(),
            s.vintage.clone(),
            s.file.clone(),
            s.layout.clone(),
            s.rows_in.to_string(),
            s.rows_loaded.to_string(),
            s.rows_set_aside.to_string(),
            span(&s.first_period, &s.last_period),
            s.loaded.clone(),
            view.age_days(s)
                .map(|d| if view.stale(s) { format!("{d} (stale)") } else { d.to_string() })
                .unwrap_or_default(),
        ]);
    }
    table
}

fn text(view: &View<'_>, format: Format) -> String {
    let root = view.store.root().display();
    if view.sources().next().is_none() && view.lists.editions.is_empty() {
        return format!("The store {root} is empty.\n");
    }
    if view.sources().next().is_none() {
        return format!("Store {root}, {}\n\n{}", view.today, lists_text(view, format));
    }
    let mut readable = table(view);
    for row in &mut readable.rows {
        for cell in &mut row[5..8] {
            *cell = cell.parse().map_or_else(|_| cell.clone(), whole);
        }
    }
    let mut out = format!("Store {root}, {}\n\n", view.today);
    out.push_str(&readable.show(format));
    out.push('\n');
    for (name, sum) in view.by_dataset() {
        line(&mut out, name, &sum);
    }
    line(&mut out, "all", &view.total());
    if let Some(s) = view.sources().find(|s| s.rows_set_aside > 0) {
        let _ = writeln!(
            out,
            "\nRows set aside stand with their reason in the store, for example {}.",
            s.path.replace(".parquet", ".set-aside.ndjson")
        );
    }
    if !view.lists.editions.is_empty() {
        let _ = write!(out, "\n{}", lists_text(view, format));
    }
    out
}

/// What was fetched from its publisher, and how old it is.
fn fetched(view: &View<'_>) -> String {
    if view.fetched.is_empty() {
        return String::new();
    }
    let one = |(source, day): &(String, String)| {
        format!("{source} {day} ({})", super::fetch::age(day, &view.today))
    };
    let all: Vec<String> = view.fetched.iter().map(one).collect();
    format!("\nFetched: {}\n", all.join(", "))
}

/// The day of an edition, and whether it is stale.
fn aged(edition: &Edition, today: &str) -> String {
    match staleness::lists([edition], today).first() {
        Some(stale) => format!("{} (stale: {} days)", edition.edition, stale.age_days),
        None if edition.day_from == "day of loading" => format!("{} (loaded)", edition.edition),
        None => edition.edition.clone(),
    }
}

/// The watchlists: each with its newest edition and how many there are.
fn lists_text(view: &View<'_>, format: Format) -> String {
    let mut table = Plain::new([
        "Watchlist",
        "Newest",
        "Renewed",
        ">Editions",
        ">Entries",
        ">Names",
        "Publisher",
        "Title",
    ]);
    for newest in view.lists.standing(None) {
        let editions = view.lists.editions.iter().filter(|e| e.list == newest.list).count();
        table.rows.push(vec![
            newest.list.clone(),
            aged(newest, &view.today),
            staleness::of_list(&newest.list).map_or("", |r| r.words).to_owned(),
            editions.to_string(),
            whole(newest.entities),
            whole(newest.names),
            newest.publisher.clone(),
            newest.title.clone(),
        ]);
    }
    table.show(format)
}

fn line(out: &mut String, name: &str, sum: &Sum) {
    let [first, last] = sum.periods().map(Option::unwrap_or_default);
    let files = if sum.sources == 1 { "file" } else { "files" };
    let _ = writeln!(
        out,
        "{name}: {} {files}, {} rows in, {} loaded, {} set aside, {}",
        whole(sum.sources),
        whole(sum.rows_in),
        whole(sum.rows_loaded),
        whole(sum.rows_set_aside),
        span(first, last)
    );
}
