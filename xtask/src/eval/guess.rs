//! How many columns does the guess of a mapping get right? Against the hand-made key of
//! `benches/guess`, on headers alone, for the kinds that the dictionary was made with and for the
//! third that was held out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use plimsoll_ingest::mapping::Field;
use plimsoll_ingest::mapping::guess::{Guess, guess};

use crate::{Outcome, files};

/// The fields of the key, in the order of the table.
const FIELDS: [&str; 15] = [
    "importer",
    "exporter",
    "code",
    "description",
    "value",
    "currency",
    "net_weight",
    "gross_weight",
    "weight",
    "quantity",
    "unit",
    "origin",
    "dispatch",
    "destination",
    "date",
];

/// Right and asked, and how often a column was given to a field that the kind does not have.
#[derive(Clone, Copy, Default)]
struct Tally {
    right: usize,
    asked: usize,
    needless: usize,
}

/// One line of the key.
struct Wanted {
    needed: bool,
    columns: Vec<String>,
}

/// Measures and prints.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let mut errors = "developed";
    for word in words {
        match *word {
            "--errors" => errors = "shown",
            "--held-out-errors" => errors = "all",
            other => return Err(format!("unknown option {other:?}")),
        }
    }
    let root = files::root()?;
    let headers = shared().join("reference/shipment_headers.csv");
    if headers.is_file() {
        let kinds = kinds(&headers)?;
        let key = key(&root.join("benches/guess/key.csv"))?;
        let none = BTreeMap::new();
        let wanted = |kind: &str| key.get(kind).unwrap_or(&none);
        for held_out in [false, true] {
            let of_part = || kinds.iter().filter(|(kind, _)| is_held_out(kind) == held_out);
            let show = errors == "all" || errors == "shown" && !held_out;
            let mut tallies = BTreeMap::new();
            for (kind, header) in of_part() {
                judge(kind, header, wanted(kind), show, &mut tallies);
            }
            let what = if held_out { "held out" } else { "developed on" };
            table(what, of_part().count(), &tallies);
        }
    } else {
        println!("skipped: {} is not there (PLIMSOLL_SHARED names its folder)", headers.display());
    }
    Ok(())
}

fn shared() -> PathBuf {
    std::env::var_os("PLIMSOLL_SHARED").map_or_else(|| PathBuf::from("../shared"), PathBuf::from)
}

/// Whole countries are held out, since their two kinds share their words: a third by a fixed hash
/// (FNV-1a) of the name of the country.
fn is_held_out(kind: &str) -> bool {
    let lower = kind.trim_matches(['_', ' ']).to_lowercase();
    let country = lower.split_whitespace().filter(|w| !matches!(*w, "import" | "export" | "bl"));
    let country = country.collect::<Vec<_>>().join(" ");
    let hash = country.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 32) % 3 == 0
}

fn records(path: &Path) -> Outcome<Vec<csv::StringRecord>> {
    let mut reader =
        csv::Reader::from_path(path).map_err(|e| format!("{}: {e}", path.display()))?;
    reader.records().collect::<Result<_, _>>().map_err(|e| format!("{}: {e}", path.display()))
}

fn kinds(path: &Path) -> Outcome<BTreeMap<String, Vec<String>>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in records(path)? {
        kinds.entry(record[0].to_owned()).or_default().push(record[2].to_owned());
    }
    Ok(kinds)
}

fn key(path: &Path) -> Outcome<BTreeMap<String, BTreeMap<String, Wanted>>> {
    let mut key: BTreeMap<String, BTreeMap<String, Wanted>> = BTreeMap::new();
    for record in records(path)? {
        let columns = record[3].split('|').map(str::to_owned).collect();
        let wanted = Wanted { needed: &record[2] == "yes", columns };
        key.entry(record[0].to_owned()).or_default().insert(record[1].to_owned(), wanted);
    }
    Ok(key)
}

fn judge(
    kind: &str,
    header: &[String],
    wanted: &BTreeMap<String, Wanted>,
    show: bool,
    tallies: &mut BTreeMap<&'static str, Tally>,
) {
    let guess = guess(header, &[]);
    for field in FIELDS {
        let given = columns(&guess, field, header);
        let tally = tallies.entry(field).or_default();
        let Some(wanted) = wanted.get(field) else {
            if field != "weight" && !given.is_empty() && !is_loose_weight(field, wanted) {
                tally.needless += 1;
                if show {
                    println!("{kind}: {field} is not there, and {} was given", given.join(", "));
                }
            }
            continue;
        };
        if !wanted.needed {
            continue;
        }
        tally.asked += 1;
        if given.iter().any(|g| wanted.columns.contains(g)) {
            tally.right += 1;
        } else if show {
            let given = if given.is_empty() { "nothing".to_owned() } else { given.join(", ") };
            println!("{kind}: {field} is {}, and {given} was given", wanted.columns.join(" or "));
        }
    }
}

/// A weight of a kind that does not say which is looked at as `weight`.
fn is_loose_weight(field: &str, wanted: &BTreeMap<String, Wanted>) -> bool {
    matches!(field, "net_weight" | "gross_weight") && wanted.contains_key("weight")
}

fn columns(guess: &Guess, field: &str, header: &[String]) -> Vec<String> {
    let fields = match field {
        "weight" => vec![Field::NetWeight, Field::GrossWeight],
        field => Field::by_name(field).into_iter().collect(),
    };
    let given = fields.into_iter().filter_map(|f| guess.column(f));
    given.filter_map(|column| header.get(column).cloned()).collect()
}

fn table(what: &str, kinds: usize, tallies: &BTreeMap<&'static str, Tally>) {
    println!("\n{kinds} kinds of files, {what}; headers alone\n");
    println!("{:<14} {:>6} {:>6} {:>8} {:>9}", "field", "right", "asked", "share", "needless");
    let mut all = Tally::default();
    for field in FIELDS {
        let tally = tallies.get(field).copied().unwrap_or_default();
        line(field, tally);
        all.right += tally.right;
        all.asked += tally.asked;
        all.needless += tally.needless;
    }
    line("all", all);
}

fn line(name: &str, tally: Tally) {
    let share = 100.0 * tally.right as f64 / tally.asked.max(1) as f64;
    println!(
        "{name:<14} {:>6} {:>6} {share:>6.1} % {:>9}",
        tally.right, tally.asked, tally.needless
    );
}
