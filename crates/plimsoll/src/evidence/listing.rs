//! Does a party stand on a list, on which day, and since when?

use crate::failure::Failure;
use crate::mapped::Bytes;
use crate::watchlists::{Edition, Editions, broken, snapshots};
use plimsoll_screen::candidates::Scratch;
use plimsoll_screen::entity::Entity;
use plimsoll_screen::screen::{Query, Settings, THRESHOLD, screen};
use plimsoll_screen::snapshot::Snapshot;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The editions that are asked, compiled.
pub struct Lists<'a> {
    /// Sorted by list and day, as in the snapshot.
    pub editions: Vec<&'a Edition>,
    bytes: Option<Bytes>,
}

/// A listed party that may be meant.
#[derive(Clone, Debug)]
pub struct Listed<'a> {
    /// On which list, in which edition.
    pub edition: &'a Edition,
    /// What the list says.
    pub entity: Entity,
    /// The name that matched.
    pub matched: String,
    /// Line of that name.
    pub line: u32,
    /// Thousandths.
    pub score: i32,
}

impl Listed<'_> {
    /// `since 2024-02-23`, by the list's own day where it gives one.
    pub fn since(&self) -> String {
        match self.entity.listed.as_str() {
            "" => format!("in the edition of {}", self.edition.edition),
            day => format!("since {day}"),
        }
    }

    /// What is said of it in a table: a lead, and no verdict.
    pub fn words(&self) -> String {
        format!(
            "possible match: {} ({}, score {}, {})",
            self.entity.primary_name(),
            self.edition.list,
            score(self.score),
            self.since()
        )
    }
}

/// `0.93`
pub fn score(permille: i32) -> String {
    format!("{}.{:02}", permille / 1000, permille % 1000 / 10)
}

impl<'a> Lists<'a> {
    /// The newest edition of each list that stood on a day; of all days without one.
    pub fn standing(
        store: &Path,
        editions: &'a Editions,
        day: Option<&str>,
    ) -> Result<Lists<'a>, Failure> {
        Lists::of(store, editions.standing(day))
    }

    /// Every edition up to a day, so that what was listed once is found as well.
    pub fn all(
        store: &Path,
        editions: &'a Editions,
        day: Option<&str>,
    ) -> Result<Lists<'a>, Failure> {
        let stood = |e: &&Edition| day.is_none_or(|day| e.edition.as_str() <= day);
        Lists::of(store, editions.editions.iter().filter(stood).collect())
    }

    fn of(store: &Path, mut editions: Vec<&'a Edition>) -> Result<Lists<'a>, Failure> {
        editions.sort_by(|a, b| (&a.list, &a.edition).cmp(&(&b.list, &b.edition)));
        let bytes = match editions.is_empty() {
            true => None,
            false => Some(snapshots::of(store, &editions)?),
        };
        if let Some(bytes) = &bytes {
            Snapshot::open(bytes).map_err(|e| broken(store, e))?;
        }
        Ok(Lists { editions, bytes })
    }

    /// Listed parties that a name may mean, best first. An own country lifts or lowers a score.
    pub fn find(&self, name: &str, country: Option<&str>, limit: usize) -> Vec<Listed<'a>> {
        let Some(Ok(snapshot)) = self.bytes.as_ref().map(|bytes| Snapshot::open(bytes)) else {
            return Vec::new();
        };
        let query = Query {
            name: name.to_owned(),
            countries: country.map(str::to_owned).into_iter().collect(),
            ..Query::default()
        };
        let settings = Settings { threshold: THRESHOLD, limit, explain: false };
        let hits = screen(&snapshot, &query, &settings, &mut Scratch::default());
        let listed = hits.into_iter().filter_map(|hit| {
            Some(Listed {
                edition: self.editions.get(hit.list)?,
                matched: hit.matched_name,
                line: hit.origin.line,
                score: hit.score,
                entity: hit.entity,
            })
        });
        listed.collect()
    }

    /// `OFAC Specially Designated Nationals as of 2024-07-02`, all of them.
    pub fn words(&self) -> String {
        let all = self.editions.iter().map(|e| format!("{} as of {}", e.title, e.edition));
        all.collect::<Vec<_>>().join("; ")
    }
}

/// One listed party over all editions of a list in the store.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// The list.
    pub list: String,
    /// Its title.
    pub title: String,
    /// The publisher's id of the entry.
    pub entity_id: String,
    /// The day of listing that the list itself gives; empty where it gives none.
    pub listed: String,
    /// The first edition in the store with the entry.
    pub first_seen: String,
    /// The last one.
    pub last_seen: String,
    /// Editions of the list in the store that are without it.
    pub not_in: Vec<String>,
    /// Every name over all editions.
    pub names: Vec<String>,
}

/// When each entry was on its list, by the editions in the store.
pub fn timelines(hits: &[Listed<'_>], editions: &[&Edition]) -> Vec<Timeline> {
    let mut groups: BTreeMap<(&str, &str), Vec<&Listed<'_>>> = BTreeMap::new();
    for hit in hits {
        groups.entry((&hit.edition.list, &hit.entity.id)).or_default().push(hit);
    }
    let timeline = |((list, id), hits): ((&str, &str), Vec<&Listed<'_>>)| {
        let mut days: Vec<&str> = hits.iter().map(|h| h.edition.edition.as_str()).collect();
        days.sort_unstable();
        let without = editions.iter().filter(|e| e.list == list);
        let without = without.filter(|e| !days.contains(&e.edition.as_str()));
        let mut names: Vec<String> = Vec::new();
        for name in hits.iter().flat_map(|h| &h.entity.names) {
            if !names.contains(&name.text) {
                names.push(name.text.clone());
            }
        }
        let stated = hits.iter().map(|h| h.entity.listed.as_str()).filter(|day| !day.is_empty());
        Timeline {
            list: list.to_owned(),
            title: hits.first().map(|h| h.edition.title.clone()).unwrap_or_default(),
            entity_id: id.to_owned(),
            listed: stated.min().unwrap_or_default().to_owned(),
            first_seen: days.first().copied().unwrap_or_default().to_owned(),
            last_seen: days.last().copied().unwrap_or_default().to_owned(),
            not_in: without.map(|e| e.edition.clone()).collect(),
            names,
        }
    };
    groups.into_iter().map(timeline).collect()
}
