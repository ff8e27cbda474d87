//! Pairs of names: F1, recall at a share of wrong pairs, order.

use super::Options;
use super::data::{self, PairSet};
use super::peers;
use super::table::{self, Figures};
use crate::Outcome;
use plimsoll_screen::names::tokens::Mode;
use plimsoll_screen::screen::{THRESHOLD, score_of_names};

fn sets() -> Result<Vec<PairSet>, String> {
    let mut sets = vec![data::labelled()?];
    for (mode, name) in
        [(Mode::Person, "labelled-persons"), (Mode::Organisation, "labelled-companies")]
    {
        let pairs = data::labelled()?.pairs.into_iter().filter(|p| p.mode == mode).collect();
        sets.push(PairSet { name: name.into(), pairs });
    }
    for script in ["arabic", "hebrew", "russian", "katakana", "japanese", "chinese", "korean"] {
        sets.push(data::wikidata(script)?);
    }
    for (schema, cross) in
        [("Person", true), ("Person", false), ("LegalEntity", true), ("LegalEntity", false)]
    {
        sets.push(data::eu(schema, cross)?);
    }
    for romanised in [true, false] {
        sets.push(data::romanised(data::eu("LegalEntity", true)?, romanised));
    }
    Ok(sets)
}

/// Runs every set.
pub(crate) fn run(options: &Options) -> Outcome<Vec<Figures>> {
    let mut all = Vec::new();
    for set in sets()?.iter().filter(|set| options.wants(&set.name)) {
        let peers = if options.peers { peers::pairs(set) } else { Ok(Vec::new()) };
        measure(set, options, &mut all);
        let count = |same| set.pairs.iter().filter(|p| p.same == same).count();
        match peers {
            Ok(values) => {
                for value in values {
                    let peer = table::of_peer(&value, count(true), count(false));
                    println!("{}", table::line(&peer));
                    all.push(peer);
                }
            }
            Err(why) => println!("    peers not run: {why}"),
        }
    }
    Ok(all)
}

fn measure(set: &PairSet, options: &Options, all: &mut Vec<Figures>) {
    let scores: Vec<i32> =
        set.pairs.iter().map(|p| score_of_names(&p.one, &p.other, p.mode)).collect();
    let of = |same: bool| -> Vec<i32> {
        let both = set.pairs.iter().zip(&scores);
        both.filter(|(p, _)| p.same == same).map(|(_, s)| *s).collect()
    };
    let figures = table::figures(&set.name, &of(true), &of(false), THRESHOLD);
    println!("{}", table::line(&figures));
    all.push(figures);
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
