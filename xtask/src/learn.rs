//! How are the letters of other scripts written in Latin letters? Learns the table
//! `crates/plimsoll-screen/data/romanise_learned.tsv` from Wikidata's names (CC0).
//!
//! Expectation maximisation over all alignments of a word's units with nought to four Latin
//! letters each (Dempster, Laird and Rubin 1977; Ristad and Yianilos 1998), from the published
//! romanisation standards of `romanise.tsv` as prior. One line in six is kept for `eval names`
//! and never learned from. No list of sanctioned parties is read.

use crate::{Outcome, files};
use plimsoll_screen::names::normalize;
use plimsoll_screen::names::romanize::split_units;
use plimsoll_screen::names::script::Script;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// The line of help.
pub(crate) const USAGE: &str = "learn romanisation";

/// Names of the files with names, and the table that each teaches.
const LESSONS: &[(&str, &str)] = &[
    ("cyrillic", "wikidata_russian_dev.tsv"),
    ("arabic", "wikidata_arabic_dev.tsv"),
    ("hebrew", "wikidata_hebrew_dev.tsv"),
    ("kana", "wikidata_japanese_dev.tsv"),
    ("kana", "wikidata_katakana_dev.tsv"),
    ("hangul", "wikidata_korean_dev.tsv"),
    ("pinyin", "wikidata_chinese_dev.tsv"),
];
/// Each of so many lines is kept for the evaluation.
pub(crate) const KEPT: usize = 6;
const ROUNDS: usize = 15;
const MOST_LETTERS: usize = 4;
/// How many observations the prior of a unit counts for.
const PRIOR_WEIGHT: f64 = 4.0;
/// Share of pairs taken to be no romanisations at all (translations, errors).
const NOISE: f64 = 0.1;

type Chunk = Vec<u8>;

/// The folder with the published data.
pub(crate) fn shared() -> PathBuf {
    std::env::var_os("PLIMSOLL_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from)
}

/// What a table says before anything is learned.
struct Prior {
    units: BTreeMap<String, Vec<Chunk>>,
    longest: usize,
}

struct Pair {
    units: Vec<usize>,
    latin: Vec<u8>,
    weight: f64,
}

/// Probabilities of all ways to a place, and of all from it on: by units and letters passed.
struct Lattice {
    forward: Vec<Vec<f64>>,
    backward: Vec<Vec<f64>>,
}

struct Model {
    names: Vec<String>,
    index: BTreeMap<String, usize>,
    /// For each unit: chunk and probability; what is not there has `floor`.
    chunks: Vec<BTreeMap<Chunk, f64>>,
    prior: Vec<BTreeMap<Chunk, f64>>,
    insert: [f64; 26],
    rho: f64,
    vowelless: bool,
}

/// Runs the chore.
pub(crate) fn run(words: &[&str]) -> Outcome {
    if words != ["romanisation"] {
        return Err(format!("usage: cargo xtask {USAGE}"));
    }
    let data = files::root()?.join("crates/plimsoll-screen/data");
    let text = std::fs::read_to_string(data.join("romanise.tsv")).map_err(|e| e.to_string())?;
    let priors = read_priors(&text);
    let mut out = String::from(
        "# How units of other scripts are written in Latin letters: script, unit, letters (- for none),\n\
         # probability in 1/10,000; unit + is a letter that stands for no unit.\n\
         # Learned by `cargo xtask learn romanisation` from Wikidata's names (CC0), five lines in six,\n\
         # with the romanisation standards of romanise.tsv as prior. Do not edit.\n",
    );
    for (script, prior) in &priors {
        let mut model = Model::new(prior, matches!(script.as_str(), "arabic" | "hebrew"));
        let mut pairs = Vec::new();
        for (_, file) in LESSONS.iter().filter(|(of, _)| of == script) {
            let path = shared().join("data/names").join(file);
            let lines =
                std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
            pairs.extend(read_pairs(&lines, prior, &mut model));
        }
        for round in 0..ROUNDS {
            if pairs.is_empty() {
                break;
            }
            let fit = model.round(&pairs);
            if round + 1 == ROUNDS {
                println!("{script}: {} pairs, log-likelihood a letter {fit:.3}", pairs.len());
            }
        }
        model.write(script, prior, &mut out);
    }
    let path = data.join("romanise_learned.tsv");
    std::fs::write(&path, out).map_err(|e| e.to_string())?;
    println!("wrote {}", path.display());
    Ok(())
}

fn read_priors(text: &str) -> BTreeMap<String, Prior> {
    let mut priors: BTreeMap<String, Prior> = BTreeMap::new();
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        let columns: Vec<&str> = line.split('\t').collect();
        let [script, unit, latin, ..] = columns[..] else { continue };
        let prior = priors
            .entry(script.to_owned())
            .or_insert_with(|| Prior { units: BTreeMap::new(), longest: 1 });
        if !unit.contains(':') {
            prior.longest = prior.longest.max(unit.chars().count());
        }
        let latin = if latin == "-" { "" } else { latin };
        if latin.len() <= MOST_LETTERS {
            prior.units.entry(unit.to_owned()).or_default().push(latin.into());
        }
    }
    priors
}

fn read_pairs(lines: &str, prior: &Prior, model: &mut Model) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (number, line) in lines.lines().enumerate() {
        if number % KEPT == 0 {
            continue;
        }
        let columns: Vec<&str> = line.split('\t').collect();
        let [english, foreign, count] = columns[..] else { continue };
        let latin: Vec<u8> = normalize::words(english)
            .iter()
            .filter(|w| w.script == Script::Latin)
            .flat_map(|w| w.text.bytes())
            .collect();
        let mut units = Vec::new();
        for word in normalize::words(&foreign.replace(' ', "")) {
            split_units(&word.text, word.script, prior.longest, |unit| {
                let known = prior.units.contains_key(unit) || unit.contains(':');
                if known {
                    units.push(model.unit(unit));
                }
                known
            });
        }
        let count: f64 = count.trim().parse().unwrap_or(1.0);
        if !units.is_empty() && !latin.is_empty() && units.len() < 24 && latin.len() < 24 {
            pairs.push(Pair { units, latin, weight: (1.0 + count).ln() });
        }
    }
    pairs
}

/// What any chunk has before it was ever seen. Scripts that leave vowels out get them by
/// insertion, the same for every consonant, and not as part of each consonant.
fn floor(chunk: &[u8], vowelless: bool) -> f64 {
    if vowelless && chunk.len() > 1 && chunk.iter().any(|c| b"aeiouy".contains(c)) {
        return 0.0;
    }
    0.2 * match chunk.len() {
        0 => 0.15,
        1 => 0.5 / 26.0,
        2 => 0.25 / 676.0,
        3 => 0.08 / 17_576.0,
        _ => 0.02 / 456_976.0,
    }
}

impl Model {
    fn new(prior: &Prior, vowelless: bool) -> Model {
        let mut insert = [0.02; 26];
        for vowel in b"aeiou" {
            insert[usize::from(vowel - b'a')] = 0.116;
        }
        let mut model = Model {
            names: Vec::new(),
            index: BTreeMap::new(),
            chunks: Vec::new(),
            prior: Vec::new(),
            insert,
            rho: 0.08,
            vowelless,
        };
        for (unit, chunks) in &prior.units {
            let at = model.unit(unit);
            let total: f64 = (0..chunks.len()).map(|rank| 1.0 / (rank as f64 + 1.0)).sum();
            for (rank, chunk) in chunks.iter().enumerate() {
                let p = 0.8 / (rank as f64 + 1.0) / total;
                *model.prior[at].entry(chunk.clone()).or_insert(0.0) += p;
            }
            model.chunks[at] = model.prior[at].clone();
        }
        model
    }

    fn unit(&mut self, name: &str) -> usize {
        if let Some(at) = self.index.get(name) {
            return *at;
        }
        let at = self.names.len();
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), at);
        self.chunks.push(BTreeMap::new());
        self.prior.push(BTreeMap::new());
        at
    }

    fn p(&self, unit: usize, chunk: &[u8]) -> f64 {
        self.chunks[unit].get(chunk).copied().unwrap_or(0.0) + floor(chunk, self.vowelless)
    }

    /// One round of expectation and maximisation; the mean log-likelihood of a letter.
    fn round(&mut self, pairs: &[Pair]) -> f64 {
        let mut counts: Vec<BTreeMap<Chunk, f64>> = self
            .prior
            .iter()
            .map(|p| p.iter().map(|(c, p)| (c.clone(), p * PRIOR_WEIGHT)).collect())
            .collect();
        let mut inserted = [0.5; 26];
        let (mut steps, mut fit, mut letters) = (0.0, 0.0, 0.0);
        for pair in pairs {
            let lattice = self.lattice(pair);
            let (n, m) = (pair.units.len(), pair.latin.len());
            let total = lattice.forward[n][m];
            if total <= 0.0 {
                continue;
            }
            let null = 0.06f64.powi(m as i32);
            let weight =
                pair.weight * total * (1.0 - NOISE) / (total * (1.0 - NOISE) + null * NOISE);
            fit += total.ln();
            letters += m as f64;
            steps += weight * n as f64;
            self.collect(pair, &lattice, weight / total, (&mut counts, &mut inserted));
        }
        for (chunks, counted) in self.chunks.iter_mut().zip(counts) {
            let sum: f64 = counted.values().sum();
            *chunks = counted.into_iter().map(|(c, v)| (c, 0.98 * v / sum.max(1e-9))).collect();
        }
        let sum: f64 = inserted.iter().sum();
        self.rho = (sum / (sum + steps)).clamp(0.01, 0.5);
        for (p, count) in self.insert.iter_mut().zip(inserted) {
            *p = count / sum;
        }
        fit / letters
    }

    fn lattice(&self, pair: &Pair) -> Lattice {
        let (n, m) = (pair.units.len(), pair.latin.len());
        let mut forward = vec![vec![0.0; m + 1]; n + 1];
        let mut backward = vec![vec![0.0; m + 1]; n + 1];
        forward[0][0] = 1.0;
        for i in 0..=n {
            for j in 0..=m {
                let here = forward[i][j];
                if here == 0.0 {
                    continue;
                }
                if j < m {
                    forward[i][j + 1] += here * self.rho * self.letter(pair.latin[j]);
                }
                if i < n {
                    for len in 0..=MOST_LETTERS.min(m - j) {
                        let p = self.p(pair.units[i], &pair.latin[j..j + len]);
                        forward[i + 1][j + len] += here * (1.0 - self.rho) * p;
                    }
                }
            }
        }
        backward[n][m] = 1.0;
        for i in (0..=n).rev() {
            for j in (0..=m).rev() {
                let mut sum = backward[i][j];
                if j < m {
                    sum += self.rho * self.letter(pair.latin[j]) * backward[i][j + 1];
                }
                if i < n {
                    for len in 0..=MOST_LETTERS.min(m - j) {
                        let p = self.p(pair.units[i], &pair.latin[j..j + len]);
                        sum += (1.0 - self.rho) * p * backward[i + 1][j + len];
                    }
                }
                backward[i][j] = sum;
            }
        }
        Lattice { forward, backward }
    }

    fn letter(&self, letter: u8) -> f64 {
        self.insert[usize::from(letter - b'a')]
    }

    fn collect(
        &self,
        pair: &Pair,
        Lattice { forward, backward }: &Lattice,
        scale: f64,
        (counts, inserted): (&mut [BTreeMap<Chunk, f64>], &mut [f64; 26]),
    ) {
        let (n, m) = (pair.units.len(), pair.latin.len());
        for i in 0..=n {
            for j in 0..=m {
                let here = forward[i][j] * scale;
                if here == 0.0 {
                    continue;
                }
                if j < m {
                    let letter = pair.latin[j];
                    let p = self.rho * self.letter(letter) * backward[i][j + 1];
                    inserted[usize::from(letter - b'a')] += here * p;
                }
                if i < n {
                    for len in 0..=MOST_LETTERS.min(m - j) {
                        let chunk = &pair.latin[j..j + len];
                        let p = self.p(pair.units[i], chunk) * (1.0 - self.rho);
                        let gained = here * p * backward[i + 1][j + len];
                        if gained > 1e-6 {
                            *counts[pair.units[i]].entry(chunk.to_vec()).or_insert(0.0) += gained;
                        }
                    }
                }
            }
        }
    }

    fn write(&self, script: &str, prior: &Prior, out: &mut String) {
        for (at, unit) in self.names.iter().enumerate() {
            let listed = |c: &Chunk| prior.units.get(unit).is_some_and(|l| l.contains(c));
            let mut rows: Vec<(u32, &Chunk)> = self.chunks[at]
                .iter()
                .map(|(chunk, p)| ((p * (1.0 - self.rho) * 10_000.0).round() as u32, chunk))
                .filter(|(p, chunk)| *p >= 40 || listed(chunk))
                .map(|(p, chunk)| (if listed(chunk) { p.max(20) } else { p }, chunk))
                .collect();
            rows.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
            for (p, chunk) in rows.into_iter().take(28) {
                let latin =
                    if chunk.is_empty() { "-".into() } else { String::from_utf8_lossy(chunk) };
                let _ = writeln!(out, "{script}\t{unit}\t{latin}\t{p}");
            }
        }
        for (letter, p) in (b'a'..=b'z').zip(self.insert) {
            let p = ((p * self.rho * 10_000.0).round() as u32).max(1);
            let _ = writeln!(out, "{script}\t+\t{}\t{p}", char::from(letter));
        }
    }
}
