//! Pairs of names: F1, recall at a share of wrong pairs, order.

use super::Options;
use super::data::{self, PairSet};
use crate::Outcome;
use plimsoll_screen::names::tokens::Mode;
use plimsoll_screen::screen::{THRESHOLD, score_of_names};

fn sets() -> Result<Vec<PairSet>, String> {
    let mut sets = vec![data::labelled()?];
    for script in ["arabic", "hebrew", "russian", "katakana", "japanese", "chinese", "korean"] {
        sets.push(data::wikidata(script)?);
    }
    for (schema, cross) in
        [("Person", true), ("Person", false), ("LegalEntity", true), ("LegalEntity", false)]
    {
        sets.push(data::eu(schema, cross)?);
    }
    Ok(sets)
}

/// Runs every set.
pub(crate) fn run(options: &Options) -> Outcome {
    for set in sets()? {
        if !set.name.starts_with(&options.only) {
            continue;
        }
        measure(&set, options);
        if set.name == "labelled" {
            let of = |mode| PairSet {
                name: format!("labelled {mode:?}"),
                pairs: data::labelled()
                    .map(|s| s.pairs.into_iter().filter(|p| p.mode == mode).collect())
                    .unwrap_or_default(),
            };
            measure(&of(Mode::Person), &Options { only: String::new(), errors: 0 });
            measure(&of(Mode::Organisation), &Options { only: String::new(), errors: 0 });
        }
    }
    Ok(())
}

fn measure(set: &PairSet, options: &Options) {
    let start = std::time::Instant::now();
    let scores: Vec<i32> =
        set.pairs.iter().map(|p| score_of_names(&p.one, &p.other, p.mode)).collect();
    let micros = start.elapsed().as_micros() / set.pairs.len().max(1) as u128;
    let of = |same: bool| {
        let mut of: Vec<i32> = set
            .pairs
            .iter()
            .zip(&scores)
            .filter(|(p, _)| p.same == same)
            .map(|(_, s)| *s)
            .collect();
        of.sort_unstable_by(|a, b| b.cmp(a));
        of
    };
    let (same, other) = (of(true), of(false));
    let share = |list: &[i32], at: i32| {
        list.iter().filter(|s| **s >= at).count() as f64 / list.len().max(1) as f64
    };
    let f1 = |at: i32| {
        let (tp, fp) =
            (share(&same, at) * same.len() as f64, share(&other, at) * other.len() as f64);
        2.0 * tp / (tp + fp + same.len() as f64)
    };
    let at_share = |of_wrong: f64| {
        let at = (other.len() as f64 * of_wrong) as usize;
        share(&same, other.get(at).map_or(0, |s| s + 1))
    };
    let best = (300..1000).max_by(|a, b| f1(*a).total_cmp(&f1(*b))).unwrap_or(0);
    println!(
        "{:<26} n {:>5}  F1@{THRESHOLD} {:.3}  best F1 {:.3}@{best}  recall@{THRESHOLD} {:.3} wrong {:.3}  @1% {:.3} (at {})  @5% {:.3}  {micros} us",
        set.name,
        set.pairs.len(),
        f1(THRESHOLD),
        f1(best),
        share(&same, THRESHOLD),
        share(&other, THRESHOLD),
        at_share(0.01),
        other.get(other.len() / 100).map_or(0, |s| s + 1),
        at_share(0.05),
    );
    let mut wrong: Vec<(i32, &super::data::NamePair)> = set
        .pairs
        .iter()
        .zip(&scores)
        .filter(|(p, s)| p.same != (**s >= THRESHOLD))
        .map(|(p, s)| (*s, p))
        .collect();
    wrong.sort_by_key(|(s, p)| (p.same, *s));
    let step = (wrong.len() / options.errors.max(1)).max(1);
    for (score, pair) in wrong.iter().step_by(step).take(options.errors) {
        println!("    {score} {} | {} | {}", pair.same, pair.one, pair.other);
    }
}
