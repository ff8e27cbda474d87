//! How many of a text's claims are found, and how many of those found are claims? Measured against
//! keys in `benches/claims`. Texts that are not in the tree are skipped where they are absent.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use std::path::{Path, PathBuf};

use plimsoll_terms::article::{self, Article, Found, Kind};
use plimsoll_terms::claim::{Amount, Measure};

#[derive(serde::Deserialize)]
struct Key {
    text: String,
    #[serde(default)]
    claim: Vec<Item>,
}

#[derive(serde::Deserialize)]
struct Item {
    line: usize,
    #[serde(default)]
    figure: String,
    measure: String,
    #[serde(default)]
    optional: bool,
}

#[derive(Default, Debug)]
struct Score {
    right: usize,
    missed: usize,
    wrong: usize,
}

impl Score {
    fn recall(&self) -> f64 {
        self.right as f64 / (self.right + self.missed).max(1) as f64
    }

    fn precision(&self) -> f64 {
        self.right as f64 / (self.right + self.wrong).max(1) as f64
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn shared(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("PLIMSOLL_SHARED")
        .map_or_else(|| root().join("../shared"), |f| root().join(f));
    Some(folder.join("data/articles").join(name)).filter(|p| p.exists())
}

/// How far a claim that was found is from one of the key, in lines; `None` where it is another.
/// Count and quantity are one measure, for they differ by the noun alone.
fn fits(item: &Item, found: &Found) -> Option<usize> {
    let line = found.figure.as_ref().or(found.claim.place.as_ref()).map_or(0, |p| p.line);
    let far = line.abs_diff(item.line);
    (far <= 1 && same(item, found)).then_some(far)
}

fn same(item: &Item, found: &Found) -> bool {
    let name = found.claim.measure.name();
    let kin = |a: &str| {
        a == name || a == "count" && name == "quantity" || a == "quantity" && name == "count"
    };
    if !item.measure.split(' ').any(kin) {
        return false;
    }
    if found.claim.measure == Measure::Deed || found.claim.unquantified().is_some() {
        return item.figure.is_empty() || item.figure == found.claim.value;
    }
    let key = Amount::parse(&item.figure);
    key.zip(found.claim.amount()).is_some_and(|(key, read)| {
        let (key, read) = (key.point.abs(), read.point.abs());
        (key - read).abs() <= 0.01 * key.max(read)
    })
}

fn score(key: &Key, article: &Article, label: &str) -> Score {
    let mut score = Score::default();
    let mut taken = vec![false; key.claim.len()];
    for found in &article.claims {
        // The nearest line, and there a claim that counts before an optional one.
        let free = key.claim.iter().enumerate().filter(|(i, _)| !taken[*i]);
        let near = free.filter_map(|(i, item)| Some((fits(item, found)?, item.optional, i, item)));
        if let Some((_, _, i, item)) =
            near.min_by_key(|(far, optional, i, _)| (*far, *optional, *i))
        {
            taken[i] = true;
            score.right += usize::from(!item.optional);
            continue;
        }
        // One claim may be split by its goods: the second part is neither right nor wrong.
        if key.claim.iter().any(|item| fits(item, found).is_some()) {
            continue;
        }
        score.wrong += 1;
        let line = found.figure.as_ref().or(found.claim.place.as_ref()).map_or(0, |p| p.line);
        println!(
            "  {label}:{line}: not in the key: {} {:?}",
            found.claim.measure.name(),
            found.claim.value
        );
    }
    for (item, _) in key.claim.iter().zip(&taken).filter(|(item, taken)| !**taken && !item.optional)
    {
        score.missed += 1;
        println!("  {label}:{}: missed: {} {:?}", item.line, item.measure, item.figure);
    }
    score
}

fn keys(folder: &Path) -> Vec<(String, Key)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let read = |path: &PathBuf| toml::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    files.iter().map(|p| (p.file_stem().unwrap().to_string_lossy().into_owned(), read(p))).collect()
}

fn measure(folder: &Path, find: impl Fn(&str) -> Option<PathBuf>) -> Option<Score> {
    let mut sum = Score::default();
    let mut any = false;
    for (label, key) in keys(folder) {
        let Some(path) = find(&key.text) else {
            println!("skipped: {} is absent", key.text);
            continue;
        };
        any = true;
        let text = std::fs::read_to_string(&path).unwrap();
        let article = article::read(&text, Kind::of_name(&key.text), &[]);
        let one = score(&key, &article, &label);
        println!("{label}: {one:?} recall {:.2} precision {:.2}", one.recall(), one.precision());
        sum.right += one.right;
        sum.missed += one.missed;
        sum.wrong += one.wrong;
    }
    println!(
        "all of {}: {sum:?} recall {:.3} precision {:.3}",
        folder.file_name().unwrap().display(),
        sum.recall(),
        sum.precision()
    );
    any.then_some(sum)
}

#[test]
fn claims_of_published_texts_are_found() {
    if let Some(score) = measure(&root().join("benches/claims"), shared) {
        assert!(score.recall() >= 0.85 && score.precision() >= 0.80, "{score:?}");
    }
}

/// The texts of others that were not in hand when the grammar was written; each key names its page.
#[test]
fn claims_of_held_out_texts_are_found() {
    if let Some(score) = measure(&root().join("benches/claims/held-out"), shared) {
        assert!(score.recall() >= 0.85 && score.precision() >= 0.80, "{score:?}");
    }
}

/// `PLIMSOLL_TEXT=FILE cargo test -p plimsoll-terms --test claims show -- --ignored --nocapture`
#[test]
#[ignore = "shows what is read in one text"]
fn show() {
    let Some(path) = std::env::var_os("PLIMSOLL_TEXT").map(PathBuf::from) else { return };
    let text = std::fs::read_to_string(&path).unwrap();
    let article = article::read(&text, Kind::of_name(&path.to_string_lossy()), &[]);
    println!(
        "{:?} {:?} {:?} {:?}",
        article.title, article.published, article.byline, article.publisher
    );
    for found in &article.claims {
        let c = &found.claim;
        println!(
            "{} {} {:?} goods={:?} ({:?}) {} -> {} {} against {:?} hedge={:?} {:?}",
            c.id,
            c.measure.name(),
            c.value,
            c.goods,
            c.goods_text,
            c.exporter,
            c.importer,
            c.period,
            c.against,
            c.likelihood,
            found.certainty
        );
        println!(
            "    {} | who: {} | parties {:?} for {:?} | note {:?} | open: {:?}",
            c.text, c.who, c.parties, c.end_use, c.note, found.unresolved
        );
        for reading in &c.readings {
            println!("    reading: {} => {}", reading.text, reading.implies);
        }
    }
    for m in &article.mentions {
        println!(
            "{:?} {:?} {} {:?} x{} line {:?}",
            m.kind,
            m.name,
            m.code,
            m.note,
            m.places.len(),
            m.places.first().map(|p| p.line)
        );
    }
}

#[test]
fn claims_of_made_up_texts_are_found() {
    let folder = root().join("benches/claims/made-up");
    let score = measure(&folder, |name| Some(folder.join(name))).unwrap();
    assert!(score.recall() >= 0.85 && score.precision() >= 0.80, "{score:?}");
}
