//! Screening one name, many names, and names against ever longer lists, beside rapidfuzz's scan
//! of all names on the same machine in the same run.

use crate::eval::lists::{ListSet, ofac, perturbed};
use crate::eval::peers;
use crate::random::SplitMix;
use crate::{Outcome, files};
use plimsoll_screen::candidates::Scratch;
use plimsoll_screen::entity::{Entity, EntityKind, Name};
use plimsoll_screen::screen::{Query, Settings, screen};
use plimsoll_screen::snapshot::build::{ListInput, compile};
use plimsoll_screen::snapshot::{ListMeta, Snapshot};
use std::fmt::Write as _;
use std::time::Instant;

/// Each query is timed so often; the best counts, as for the peer the median of all does.
const ROUNDS: usize = 5;

/// Microseconds of the queries, sorted, and of one after another.
struct Times {
    sorted: Vec<f64>,
    batch: f64,
}

impl Times {
    fn at(&self, share: f64) -> f64 {
        let at = (self.sorted.len() as f64 * share) as usize;
        self.sorted.get(at.min(self.sorted.len().saturating_sub(1))).copied().unwrap_or(0.0)
    }
}

fn time(bytes: &[u8], queries: &[Query]) -> Outcome<Times> {
    let snapshot = Snapshot::open(bytes).map_err(|e| e.to_string())?;
    let (mut scratch, settings) = (Scratch::default(), Settings::default());
    let mut best = vec![f64::MAX; queries.len()];
    let mut batch = f64::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for (query, best) in queries.iter().zip(&mut best) {
            let begun = Instant::now();
            std::hint::black_box(screen(&snapshot, query, &settings, &mut scratch));
            *best = best.min(begun.elapsed().as_secs_f64() * 1e6);
        }
        batch = batch.min(begun.elapsed().as_secs_f64() * 1e6 / queries.len() as f64);
    }
    best.sort_by(f64::total_cmp);
    Ok(Times { sorted: best, batch })
}

/// Made-up persons and companies: syllables drawn as often as names are, few very often.
fn made_up(names: usize) -> Vec<Entity> {
    const SYLLABLES: [&str; 40] = [
        "ar", "bel", "ces", "dor", "el", "far", "gol", "hes", "il", "jok", "kal", "lum", "mos",
        "nir", "or", "pel", "qua", "rud", "sis", "tar", "um", "ves", "wol", "zad", "an", "ev",
        "ina", "ov", "sky", "ton", "man", "berg", "li", "ra", "mi", "shi", "to", "ku", "ben", "al",
    ];
    let mut random = SplitMix(20_261_128);
    // The square of a uniform number falls on the first words most often.
    let vocabulary = (names / 4).max(2000);
    let words: Vec<String> = (0..vocabulary)
        .map(|_| {
            let n = 2 + (random.unit() * 3.0) as usize;
            (0..n).map(|_| SYLLABLES[(random.unit() * SYLLABLES.len() as f64) as usize]).collect()
        })
        .collect();
    (0..names)
        .map(|id| {
            let person = id % 2 == 0;
            let n = if person { 2 + (random.unit() * 2.0) as usize } else { 2 };
            let mut text: Vec<&str> = (0..n)
                .map(|_| words[(random.unit().powi(2) * vocabulary as f64) as usize].as_str())
                .collect();
            if !person {
                text.push("trading llc");
            }
            let kind = if person { EntityKind::Person } else { EntityKind::Organisation };
            let names = vec![Name { text: text.join(" "), ..Name::default() }];
            Entity { id: id.to_string(), kind, names, ..Entity::default() }
        })
        .collect()
}

/// How the cost grows with the list.
fn made_up_lists(page: &mut String) -> Outcome {
    let _ = writeln!(
        page,
        "\nMade-up names, the same kind of queries:\n\n| names | compile s | snapshot MiB | median µs | 99th µs |\n|--:|--:|--:|--:|--:|"
    );
    for names in [40_000usize, 400_000, 4_000_000] {
        let entities = made_up(names);
        let step = (names / 500).max(1);
        let queries: Vec<Query> = entities
            .iter()
            .step_by(step)
            .map(|e| {
                // One letter less in the middle of each name.
                let mut name: Vec<char> = e.primary_name().chars().collect();
                name.remove(name.len() / 3);
                Query { name: name.into_iter().collect(), kind: Some(e.kind), ..Query::default() }
            })
            .collect();
        let begun = Instant::now();
        let bytes = compile(vec![ListInput::of(ListMeta::default(), &entities)]);
        let compiled = begun.elapsed().as_secs_f64();
        let times = time(&bytes, &queries)?;
        let mib = bytes.len() >> 20;
        let _ = writeln!(
            page,
            "| {names} | {compiled:.1} | {mib} | {:.0} | {:.0} |",
            times.at(0.5),
            times.at(0.99)
        );
    }
    Ok(())
}

/// Runs it all and prints the table; `--write` puts it into docs/benchmarks-screening.md.
pub(super) fn run(words: &[&str]) -> Outcome {
    let write = words.contains(&"--write");
    let large = !words.contains(&"--small");
    let set = ListSet { name: "speed".into(), entities: ofac()?, asked: perturbed()? };
    let queries: Vec<Query> = set
        .asked
        .iter()
        .map(|a| Query { name: a.name.clone(), kind: a.kind, ..Query::default() })
        .collect();
    let bytes = compile(vec![ListInput::of(ListMeta::default(), &set.entities)]);
    let ours = time(&bytes, &queries)?;
    let (list, asked) = peers::write_list(&set)?;
    let peer = peers::call("speed", &[&list, &asked]);
    let mut page = String::from(
        "# Benchmark: screening\n\nOne core, release build, the 1,000 development queries against the 37,837 names of 17,944\nOFAC entries. Microseconds a query; each query timed five times, the best counts. rapidfuzz scans all names\n(`cdist`, one worker) on the same machine in the same run, processor time.\n\n| what | µs | rapidfuzz, same work | ratio |\n|---|--:|--:|--:|\n",
    );
    let number =
        |key: &str| peer.as_ref().ok().and_then(|v| v.first()).and_then(|v| v[key].as_f64());
    let mut row = |what: &str, us: f64, peer: Option<f64>| {
        let (theirs, ratio) = peer.map_or(("not run".to_owned(), "–".to_owned()), |p| {
            (format!("{p:.0}"), format!("{:.2}", us / p))
        });
        let _ = writeln!(page, "| {what} | {us:.0} | {theirs} | {ratio} |");
    };
    let (token_sort, presorted) = (number("batch_token_sort_us"), number("batch_presorted_us"));
    row("one query, median, against token_sort", ours.at(0.5), token_sort);
    row("one query, 99th percentile, against token_sort", ours.at(0.99), token_sort);
    row("batch, a query, against token_sort", ours.batch, token_sort);
    row("batch, a query, against ratio on names sorted beforehand", ours.batch, presorted);
    if large {
        made_up_lists(&mut page)?;
    }
    page.push_str("\nAgain: `cargo run --release -p xtask -- bench screening --write` (needs `pip install rapidfuzz anyascii numpy` for the peer).\n");
    println!("{page}");
    if let Err(why) = &peer {
        println!("peer not run: {why}");
    }
    if write {
        let path = files::root()?.join("docs/benchmarks-screening.md");
        std::fs::write(&path, page).map_err(|e| e.to_string())?;
    }
    Ok(())
}
