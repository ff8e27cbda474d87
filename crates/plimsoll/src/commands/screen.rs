//! `plimsoll screen`: names against the lists, with reasons.

use crate::cli::{Format, ScreenArgs};
use crate::commands::Context;
use crate::failure::{Exit, Failure};
use crate::present::screen as present;
use crate::progress::CountProgress;
use crate::staleness::{self, Recorded};
use crate::watchlists::queries::{self, Queries};
use crate::watchlists::{Edition, Editions, snapshots};
use crate::{printer, settings};
use plimsoll_screen::candidates::Scratch;
use plimsoll_screen::screen::{Hit, LIMIT, Query, Settings, THRESHOLD, screen};
use plimsoll_screen::snapshot::Snapshot;
use plimsoll_terms::place;
use std::path::Path;

/// So many queries are in memory at a time.
const CHUNK: usize = 4096;

/// A query and what was found.
pub struct Answer {
    /// What was asked.
    pub query: Query,
    /// Best first.
    pub hits: Vec<Hit>,
}

/// What all answers share.
pub struct Frame<'a> {
    /// The editions that were screened.
    pub editions: Vec<&'a Edition>,
    /// Id of the snapshot.
    pub snapshot: String,
    /// From which score on hits are given, thousandths.
    pub threshold: i32,
    /// The day that was asked for.
    pub as_of: Option<String>,
    /// Lists that have no edition of that day.
    pub silent: Vec<String>,
    /// Whether each word is explained.
    pub why: bool,
    /// What of it is stale.
    pub stale: Recorded,
}

/// Screens a name or a file of names.
pub fn run(context: &Context, args: &ScreenArgs) -> Result<Exit, Failure> {
    let editions = Editions::open(&context.store)?;
    let as_of = args.as_of.as_deref().map(day).transpose()?;
    let mut standing = editions.standing(as_of.as_deref());
    let all: Vec<String> = editions.standing(None).iter().map(|e| e.list.clone()).collect();
    standing.retain(|e| wanted(args, &e.list));
    if standing.is_empty() {
        return cannot_tell(&all, as_of.as_deref(), args);
    }
    let silent =
        all.into_iter().filter(|l| wanted(args, l) && !standing.iter().any(|e| e.list == *l));
    let silent: Vec<String> = silent.collect();
    let today = settings::today();
    let seen_from = as_of.as_deref().unwrap_or(&today);
    let stale = staleness::lists(standing.iter().copied(), seen_from);
    let stale = context.staleness.judge(stale)?;
    let bytes = snapshots::of(&context.store, &standing)?;
    let snapshot =
        Snapshot::open(&bytes).map_err(|e| crate::watchlists::broken(&context.store, e))?;
    let frame = Frame {
        editions: standing,
        snapshot: snapshot.id(),
        threshold: threshold(args)?,
        as_of,
        silent,
        why: args.why,
        stale,
    };
    let settings = Settings {
        threshold: frame.threshold,
        limit: args.limit.unwrap_or(LIMIT).max(1),
        explain: context.format != Format::Csv,
    };
    match &args.file {
        Some(file) => many(context, &snapshot, file, &settings, &frame, args.threads),
        None => one(context, &snapshot, args, &settings, &frame),
    }
}

fn wanted(args: &ScreenArgs, list: &str) -> bool {
    args.lists.is_empty()
        || args.lists.iter().any(|asked| list == asked || list.starts_with(&format!("{asked}-")))
}

/// The day of `--as-of`.
pub fn day(text: &str) -> Result<String, Failure> {
    text.parse::<jiff::civil::Date>().map(|d| d.to_string()).map_err(|_| {
        Failure::usage(
            "day-unreadable",
            format!("--as-of {text:?} is no day"),
            "say it as in --as-of 2024-07-02",
        )
    })
}

fn threshold(args: &ScreenArgs) -> Result<i32, Failure> {
    match args.threshold {
        None => Ok(THRESHOLD),
        Some(t) if (0.3..=1.0).contains(&t) => Ok((t * 1000.0).round() as i32),
        Some(t) => Err(Failure::usage(
            "threshold-range",
            format!("--threshold {t} is not from 0.3 to 1"),
            "plimsoll explain threshold says what it means",
        )),
    }
}

fn cannot_tell(all: &[String], as_of: Option<&str>, args: &ScreenArgs) -> Result<Exit, Failure> {
    if !all.is_empty() && !all.iter().any(|list| wanted(args, list)) {
        return Err(Failure::usage(
            "list-unknown",
            format!("no list {} is loaded", args.lists.join(", ")),
            format!("loaded: {}", all.join(", ")),
        ));
    }
    let message = match as_of {
        Some(day) if !all.is_empty() => format!("no list has an edition of {day} or before"),
        _ => "no watchlist is loaded".to_owned(),
    };
    Err(Failure {
        exit: Exit::CannotTell,
        code: "no-list",
        message: format!("cannot tell: {message}"),
        hint:
            "load one: plimsoll load sdn.csv alt.csv add.csv; plimsoll status shows what is loaded"
                .into(),
    })
}

fn one(
    context: &Context,
    snapshot: &Snapshot<'_>,
    args: &ScreenArgs,
    settings: &Settings,
    frame: &Frame<'_>,
) -> Result<Exit, Failure> {
    let name = args.name.join(" ");
    if name.trim().is_empty() && args.identifiers.is_empty() {
        return Err(Failure::usage(
            "name-missing",
            "there is no name to screen",
            "plimsoll screen \"Acme Trading LLC\", or --file names.csv",
        ));
    }
    let kind = args.kind.as_deref().map(|word| {
        queries::kind(word).ok_or_else(|| {
            Failure::usage(
                "type-unknown",
                format!("--type {word:?} is none"),
                "person, company, vessel or aircraft",
            )
        })
    });
    for country in &args.countries {
        place::by_user(country).map_err(|why| {
            Failure::usage(
                "place-unknown",
                why.to_string(),
                "an ISO code or a name, such as CN or China",
            )
        })?;
    }
    for date in &args.dates {
        if date.get(..4).is_none_or(|year| year.parse::<u16>().is_err()) {
            return Err(Failure::usage(
                "day-unreadable",
                format!("--date {date:?} is no date"),
                "say it as in --date 1954-05-20, 1954-05 or 1954",
            ));
        }
    }
    let query = Query {
        id: "1".into(),
        name,
        kind: kind.transpose()?,
        countries: args.countries.clone(),
        address: args.address.clone().unwrap_or_default(),
        identifiers: args.identifiers.clone(),
        dates: args.dates.clone(),
    };
    let hits = screen(snapshot, &query, settings, &mut Scratch::default());
    let exit = if hits.is_empty() { Exit::Done } else { Exit::Attention };
    let answer = Answer { query, hits };
    printer::data(&present::head(frame, context.format));
    printer::data(&present::show(frame, &answer, context.format, 0));
    printer::data(&present::tail(frame, context.format));
    if context.format == Format::Table && !answer.hits.is_empty() && !args.why {
        printer::next("--why shows each word, the source line and what would take a hit away");
    }
    Ok(exit)
}

fn many(
    context: &Context,
    snapshot: &Snapshot<'_>,
    file: &Path,
    settings: &Settings,
    frame: &Frame<'_>,
    threads: Option<usize>,
) -> Result<Exit, Failure> {
    let mut source = Queries::open(file)?;
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let threads = threads.unwrap_or(cores).clamp(1, 256);
    let progress = CountProgress::new("screening");
    let mut scratches: Vec<Scratch> = (0..threads).map(|_| Scratch::default()).collect();
    let mut chunk = source.next(CHUNK)?;
    let asks = |query: &Query| !query.name.is_empty() || !query.identifiers.is_empty();
    if chunk.len() < CHUNK && !chunk.iter().any(asks) {
        return Err(Failure::usage(
            "file-empty",
            format!("{} holds no name, so nothing was screened", source.place()),
            "one name a line, or a table with a column name and rows below it",
        ));
    }
    printer::data(&present::head(frame, context.format));
    let (mut asked, mut empty, mut hit) = (0usize, 0usize, 0usize);
    while !chunk.is_empty() {
        let answers = screen_all(snapshot, chunk, settings, &mut scratches);
        let mut out = String::new();
        for answer in &answers {
            empty += usize::from(answer.query.name.is_empty());
            hit += usize::from(!answer.hits.is_empty());
            out.push_str(&present::show(frame, answer, context.format, asked));
            asked += 1;
        }
        printer::data(&out);
        progress.see(asked as u64);
        // What follows cannot be read: the answers so far stand, and the document is not closed.
        chunk = source.next(CHUNK)?;
    }
    progress.done();
    printer::data(&present::tail(frame, context.format));
    for note in source.notes() {
        printer::talk(&format!("note: {note}"));
    }
    if empty > 0 {
        printer::talk(&format!("note: {empty} of {asked} queries have no name"));
    }
    printer::talk(&format!("{hit} of {asked} queries have a hit"));
    Ok(if hit > 0 { Exit::Attention } else { Exit::Done })
}

/// Screens queries on all threads; the answers come in the order of the queries.
fn screen_all(
    snapshot: &Snapshot<'_>,
    queries: Vec<Query>,
    settings: &Settings,
    scratches: &mut [Scratch],
) -> Vec<Answer> {
    let mut slots: Vec<(Query, Vec<Hit>)> = queries.into_iter().map(|q| (q, Vec::new())).collect();
    // Small pieces, taken in turn, so that no thread waits long for the slowest.
    let pieces = std::sync::Mutex::new(slots.chunks_mut(16));
    std::thread::scope(|scope| {
        for scratch in scratches.iter_mut() {
            let pieces = &pieces;
            scope.spawn(move || {
                loop {
                    let piece = match pieces.lock() {
                        Ok(mut pieces) => pieces.next(),
                        Err(_) => None,
                    };
                    let Some(piece) = piece else { break };
                    for (query, hits) in piece {
                        *hits = screen(snapshot, query, settings, scratch);
                    }
                }
            });
        }
    });
    slots.into_iter().map(|(query, hits)| Answer { query, hits }).collect()
}
