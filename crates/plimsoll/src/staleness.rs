//! How old may it be? Each publication against its publisher's rhythm, and what an answer says
//! that rests on an older one.
//!
//! What is older than its limit is told of, and stands in the answer's JSON. A house that wants
//! no answer from it says `--refuse-stale` (or `PLIMSOLL_REFUSE_STALE=1` for all commands): then
//! the exit code is 3, and `--allow-stale` gives the answer once, with that on record. Refusing is
//! not the usual way: an old edition is often loaded on purpose, and every answer names the
//! editions it rests on.

use crate::failure::{Exit, Failure};
use crate::watchlists::{Edition, Editions};
use crate::{printer, settings};
use jiff::civil::Date;
use plimsoll_ingest::store::Loaded;
use serde::Serialize;
use serde_json::{Value, json};

/// How often something is renewed, and from which age on it is stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// In words: `several times a week`.
    pub words: &'static str,
    /// Days.
    pub limit: i32,
}

const OFTEN: Rhythm = Rhythm { words: "several times a week", limit: 14 };
const CHANGES: Rhythm = Rhythm { words: "after each change, about monthly", limit: 45 };
const MONTHLY: Rhythm = Rhythm { words: "monthly", limit: 62 };
const SEASONS: Rhythm = Rhythm { words: "as countries report, most within a year", limit: 190 };
const YEARLY: Rhythm = Rhythm { words: "yearly", limit: 400 };

/// Watchlists by the beginning of their ids. A person's own list has no rhythm.
const LISTS: &[(&str, Rhythm)] = &[
    ("ofac", OFTEN),
    ("csl", OFTEN),
    ("bis", OFTEN),
    ("uk", OFTEN),
    ("eu", OFTEN),
    ("us", CHANGES),
    ("itar", CHANGES),
    ("un", CHANGES),
    ("ca", CHANGES),
    ("ch", CHANGES),
    ("au", CHANGES),
    ("ua", CHANGES),
    ("tw", CHANGES),
    ("jp", YEARLY),
];

/// Datasets of statistics.
const DATASETS: &[(&str, Rhythm)] = &[
    ("comtrade", SEASONS),
    ("comext", MONTHLY),
    ("census", MONTHLY),
    ("gacc", MONTHLY),
    ("imf", SEASONS),
    ("wits", YEARLY),
    ("baci", YEARLY),
];

/// The rhythm of a list, by its id; `None` where nobody renews it.
pub fn of_list(id: &str) -> Option<Rhythm> {
    let own = |(prefix, _): &&(&str, Rhythm)| {
        id.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    LISTS.iter().find(own).map(|(_, rhythm)| *rhythm)
}

/// The rhythm of a dataset.
pub fn of_dataset(dataset: &str) -> Option<Rhythm> {
    DATASETS.iter().find(|(id, _)| *id == dataset).map(|(_, rhythm)| *rhythm)
}

/// Something that is older than its publisher's rhythm allows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Stale {
    /// List or dataset.
    pub what: String,
    /// The day it stands for.
    pub day: String,
    /// Days since.
    pub age_days: i32,
    /// How often it is renewed.
    pub rhythm: &'static str,
    /// From which age on it is stale.
    pub limit_days: i32,
}

/// Days from one day to another; nothing where one cannot be read.
pub fn days(from: &str, to: &str) -> Option<i32> {
    let from: Date = from.parse().ok()?;
    Some(to.parse::<Date>().ok()?.since(from).ok()?.get_days())
}

/// The day that a source of statistics stands for: that of its vintage, else of loading.
pub fn day_of(source: &Loaded) -> &str {
    let dated = source.vintage.parse::<Date>().is_ok();
    if dated { &source.vintage } else { &source.loaded }
}

fn stale(what: &str, day: &str, today: &str, rhythm: Option<Rhythm>) -> Option<Stale> {
    let rhythm = rhythm?;
    let age_days = days(day, today).filter(|age| *age > rhythm.limit)?;
    Some(Stale {
        what: what.to_owned(),
        day: day.to_owned(),
        age_days,
        rhythm: rhythm.words,
        limit_days: rhythm.limit,
    })
}

/// Stale ones of some editions, seen from a day.
pub fn lists<'a>(editions: impl IntoIterator<Item = &'a Edition>, today: &str) -> Vec<Stale> {
    let of = |e: &Edition| stale(&e.list, &e.edition, today, of_list(&e.list));
    let mut all: Vec<Stale> = editions.into_iter().filter_map(of).collect();
    all.sort();
    all
}

/// Stale ones of the editions that stood on a day, seen from it; of today without one.
pub fn lists_as_of(editions: &Editions, day: Option<&str>) -> Vec<Stale> {
    let today = settings::today();
    lists(editions.standing(day), day.unwrap_or(&today))
}

/// Stale datasets: each by the newest of its sources.
pub fn statistics<'a>(sources: impl IntoIterator<Item = &'a Loaded>, today: &str) -> Vec<Stale> {
    let mut newest: std::collections::BTreeMap<&str, &str> = Default::default();
    for source in sources {
        let day = newest.entry(&source.dataset).or_insert_with(|| day_of(source));
        *day = (*day).max(day_of(source));
    }
    let of = |(dataset, day): (&str, &str)| stale(dataset, day, today, of_dataset(dataset));
    newest.into_iter().filter_map(of).collect()
}

/// What a person says of stale data.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    /// `--refuse-stale`
    pub refuse: bool,
    /// `--allow-stale`
    pub allow: bool,
}

impl Policy {
    /// Tells of what is stale, or refuses to answer from it.
    ///
    /// # Errors
    /// `stale-data`, exit code 3, where stale data are refused and not allowed.
    pub fn judge(self, stale: Vec<Stale>) -> Result<Recorded, Failure> {
        let words = words(&stale);
        if self.refuse && !self.allow && !stale.is_empty() {
            return Err(Failure {
                exit: Exit::CannotTell,
                code: "stale-data",
                message: format!("the answer would rest on stale data: {words}"),
                hint: "load or fetch the newest edition (plimsoll fetch), or add --allow-stale to answer from it all the same".into(),
            });
        }
        if !stale.is_empty() {
            let allowed = if self.allow { "stale data allowed" } else { "stale data" };
            printer::talk(&format!("note: {allowed}: {words}"));
        }
        Ok(Recorded { allowed: self.allow, stale })
    }
}

/// What is stale, in one sentence; what is of one day and one rhythm is said together.
fn words(stale: &[Stale]) -> String {
    let alike = stale.chunk_by(|a, b| (&a.day, a.rhythm) == (&b.day, b.rhythm));
    let said = alike.filter_map(|of| {
        let one = of.first()?;
        let names: Vec<&str> = of.iter().map(|s| s.what.as_str()).collect();
        let (names, verb) = (names.join(", "), if of.len() == 1 { "is" } else { "are" });
        let Stale { day, age_days, rhythm, .. } = one;
        Some(format!("{names} {verb} of {day}, {age_days} days old; renewed {rhythm}"))
    });
    said.collect::<Vec<String>>().join("; ")
}

/// What an answer keeps of it.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Whether a person allowed it.
    pub allowed: bool,
    /// What is stale.
    pub stale: Vec<Stale>,
}

impl Recorded {
    /// For the answer's JSON: `null` where nothing is stale.
    pub fn json(&self) -> Value {
        match self.stale.as_slice() {
            [] => Value::Null,
            stale => json!({"allowed": self.allowed, "data": stale}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_rhythm_of_their_publisher_and_no_other() {
        assert_eq!(of_list("ofac-sdn"), Some(OFTEN));
        assert_eq!(of_list("un"), Some(CHANGES));
        assert_eq!(of_list("unlisted-friends"), None);
        assert_eq!(of_list("my-own"), None);
        assert_eq!(of_dataset("simulated"), None);
    }

    #[test]
    fn the_last_day_is_not_stale_and_the_next_is() {
        let of = |today: &str| stale("ofac-sdn", "2024-07-02", today, Some(OFTEN));
        assert_eq!(of("2024-07-16"), None);
        assert_eq!(of("2024-07-17").map(|s| s.age_days), Some(15));
        assert_eq!(stale("x", "no day", "2024-07-17", Some(OFTEN)), None);
    }

    #[test]
    fn stale_data_are_refused_only_where_a_person_wants_that() {
        let one = || vec![stale("un", "2020-01-01", "2024-07-17", Some(CHANGES)).unwrap()];
        assert!(Policy::default().judge(one()).is_ok());
        let refuse = Policy { refuse: true, allow: false };
        assert_eq!(refuse.judge(one()).unwrap_err().exit, Exit::CannotTell);
        assert!(refuse.judge(Vec::new()).is_ok());
        let record = Policy { refuse: true, allow: true }.judge(one()).unwrap();
        assert_eq!(record.json()["allowed"], true);
    }
}
