//! The sets of names, and pairs built from them by fixed seeds.

use crate::learn::{KEPT, shared};
use plimsoll_screen::names::normalize;
use plimsoll_screen::names::romanize::Source;
use plimsoll_screen::names::tokens::Mode;

/// Two names, and whether they are of the same party.
pub(crate) struct NamePair {
    pub(crate) mode: Mode,
    pub(crate) one: String,
    pub(crate) other: String,
    pub(crate) same: bool,
}

/// A set of pairs.
pub(crate) struct PairSet {
    pub(crate) name: String,
    pub(crate) pairs: Vec<NamePair>,
}

/// A generator of random numbers with a fixed seed (SplitMix64, Steele and others 2014).
pub(crate) struct Seeded(u64);

impl Seeded {
    pub(crate) fn new(seed: u64) -> Seeded {
        Seeded(seed)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n.max(1) as u64) as usize
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// A file of the sets of names as text.
pub(crate) fn read(file: &str) -> Result<String, String> {
    let path = shared().join("data/names").join(file);
    std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The rows of a CSV file as text by column name.
pub(crate) fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    reader.records().flatten().map(|r| r.iter().map(str::to_owned).collect()).collect()
}

/// The labelled pairs.
pub(crate) fn labelled() -> Result<PairSet, String> {
    let pairs = rows(&read("name_pairs_dev.csv")?)
        .into_iter()
        .filter(|row| row.len() > 4)
        .map(|row| NamePair {
            mode: if row[1] == "Person" { Mode::Person } else { Mode::Organisation },
            one: row[2].clone(),
            other: row[3].clone(),
            same: row[4] == "true",
        })
        .collect();
    Ok(PairSet { name: "labelled".into(), pairs })
}

/// Wikidata's names of one script: two glued to a name, as many of the same as of others. Only
/// lines that no table was learned from.
pub(crate) fn wikidata(script: &str) -> Result<PairSet, String> {
    let text = read(&format!("wikidata_{script}_dev.tsv"))?;
    let mut names: Vec<(String, String)> = text
        .lines()
        .step_by(KEPT)
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let english = columns.next()?.to_owned();
            Some((english, columns.next()?.replace(' ', "")))
        })
        .collect();
    let mut seeded = Seeded::new(20_261_124);
    let mut pairs = Vec::new();
    for _ in 0..2 {
        seeded.shuffle(&mut names);
        let glued: Vec<(String, String)> = names
            .chunks_exact(2)
            .map(|two| (format!("{} {}", two[0].0, two[1].0), format!("{} {}", two[0].1, two[1].1)))
            .collect();
        for (at, (one, other)) in glued.iter().enumerate() {
            let wrong = &glued[(at + 1 + seeded.below(glued.len() - 1)) % glued.len()].1;
            for (other, same) in [(other, true), (wrong, false)] {
                let (one, other) = (one.clone(), other.clone());
                pairs.push(NamePair { mode: Mode::Person, one, other, same });
            }
        }
    }
    Ok(PairSet { name: format!("wikidata-{script}"), pairs })
}

/// The pairs of the EU's Official Journal of one kind and schema, with as many shuffled ones.
pub(crate) fn eu(schema: &str, cross_script: bool) -> Result<PairSet, String> {
    let mode = if schema == "Person" { Mode::Person } else { Mode::Organisation };
    let kind = if cross_script { "cross_script" } else { "same_script_alias" };
    let rows: Vec<Vec<String>> = rows(&read("eu_alias_pairs_dev.csv")?)
        .into_iter()
        .filter(|r| r.len() > 9 && r[2] == schema && (r[8] == kind))
        .collect();
    let mut seeded = Seeded::new(20_261_125);
    let mut pairs = Vec::new();
    for row in &rows {
        // A few scripts have so few names that there is no other of the same.
        let Some(wrong) = (0..200)
            .map(|_| &rows[seeded.below(rows.len())])
            .find(|wrong| wrong[1] != row[1] && wrong[7] == row[7])
        else {
            continue;
        };
        for (other, same) in [(&row[6], true), (&wrong[6], false)] {
            pairs.push(NamePair { mode, one: row[4].clone(), other: other.clone(), same });
        }
    }
    let scripts = if cross_script { "cross" } else { "same" };
    Ok(PairSet { name: format!("eu-{}-{scripts}", schema.to_lowercase()), pairs })
}

/// The part of a set whose same pairs are romanisations of each other, or the part whose are not
/// (translations, abbreviations): letter by letter at least 60 in 100 alike, or less. Wrong
/// pairs stay in both.
pub(crate) fn romanised(set: PairSet, romanised: bool) -> PairSet {
    let latin = |text: &str| -> String {
        let words = normalize::words(text);
        words
            .iter()
            .map(|w| {
                let latin = Source::of(&w.text, w.script).latin.into_iter().next();
                latin.unwrap_or_else(|| w.text.clone())
            })
            .collect()
    };
    let alike = |p: &NamePair| super::lists::indel(&latin(&p.one), &latin(&p.other)) >= 60;
    let name = format!("{}-{}", set.name, if romanised { "romanised" } else { "translated" });
    let pairs = set.pairs.into_iter().filter(|p| !p.same || alike(p) == romanised).collect();
    PairSet { name, pairs }
}
