//! Who on the lists may be meant, how near is it, and why?

use crate::addresses;
use crate::candidates::{self, Prepared, Scratch};
use crate::entity::{Entity, EntityKind, NameKind};
use crate::features::{self, Reason};
use crate::identifiers;
use crate::names::compare::{self, Comparison, How, Permille, Seen, Tok, toks};
use crate::names::keys::{self, KeyKind};
use crate::names::normalize;
use crate::names::romanize::Source;
use crate::names::script::Script;
use crate::names::tables;
use crate::names::tokens::{self, Mode};
use crate::snapshot::build::mode_of;
use crate::snapshot::{NameRecord, Snapshot};
use serde::Serialize;
use std::collections::BTreeMap;

/// The score from which a hit is reported unless told otherwise, thousandths. Chosen on the
/// development sets for about one innocent name in a hundred flagged, see `docs/screening.md`.
pub const THRESHOLD: Permille = 800;
/// How many hits are given for a query unless told otherwise.
pub const LIMIT: usize = 10;
/// An identifier alone carries a hit to this score, whatever the names.
const IDENTIFIER_ALONE: Permille = 960;

/// The whole query is taken apart in so many ways, before its parts in brackets.
const WHOLE: usize = 2;
/// What is kept of the score of a part of the query, thousandths.
const PART: Permille = 970;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The asker's own id; may be empty.
    pub id: String,
    /// The name.
    pub name: String,
    /// What kind of party, where that is known.
    pub kind: Option<EntityKind>,
    /// Countries, by name or code.
    pub countries: Vec<String>,
    /// Address.
    pub address: String,
    /// Numbers that identify, with or without a label before them.
    pub identifiers: Vec<String>,
    /// Dates of birth or founding: year, month or day.
    pub dates: Vec<String>,
}

/// How to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Hits below this are not given, thousandths.
    pub threshold: Permille,
    /// The most hits for a query.
    pub limit: usize,
    /// Whether the pairs of words are explained.
    pub explain: bool,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { threshold: THRESHOLD, limit: LIMIT, explain: true }
    }
}

/// One word of the query and its counterpart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WordReason {
    /// In the query; empty where the listed word stands alone.
    pub query: String,
    /// In the listed name; empty where the query's word stands alone.
    pub listed: String,
    /// How alike, thousandths.
    pub likeness: Permille,
    /// How.
    pub how: Option<How>,
    /// How much the pair says, thousandths of a rare word.
    pub weight: i32,
    /// What the tables know of it, such as a legal form; may be empty.
    pub means: &'static str,
}

/// A listed party that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Which list, as a number into [`crate::snapshot::Meta::lists`].
    pub list: usize,
    /// The entity.
    pub entity: Entity,
    /// The listed name that matched.
    pub matched_name: String,
    /// What kind of name that is.
    pub matched_kind: NameKind,
    /// Line of the name in the source, and number of the file.
    pub origin: crate::entity::Origin,
    /// The score, thousandths.
    pub score: Permille,
    /// What the names alone give.
    pub name_score: Permille,
    /// Word by word.
    pub words: Vec<WordReason>,
    /// What speaks for and against it.
    pub reasons: Vec<Reason>,
}

/// The nearest name of each entity, before the rest is looked at.
struct Near {
    entity: u32,
    name: u32,
    /// Which way of taking the query apart.
    prepared: usize,
    comparison: Comparison,
    kind: NameKind,
    /// Found by an identifier or an address, so that no name need agree.
    sure: bool,
}

/// Screens one query against all lists of a snapshot.
pub fn screen(
    snapshot: &Snapshot<'_>,
    query: &Query,
    settings: &Settings,
    scratch: &mut Scratch,
) -> Vec<Hit> {
    let mut prepared = prepare(snapshot, query, scratch);
    for part in normalize::bracketed(&query.name) {
        let part = Query { name: part, ..query.clone() };
        prepared.extend(prepare(snapshot, &part, scratch));
    }
    let mut near: Vec<Near> = Vec::new();
    for (number, one) in prepared.iter().enumerate() {
        nearest(snapshot, (number, one), settings, scratch, &mut near);
    }
    by_identifier(snapshot, query, &prepared, &mut near);
    by_address(snapshot, query, &prepared, &mut near);
    near.sort_by_key(|n| (n.entity, std::cmp::Reverse(n.comparison.score), n.kind, n.name));
    near.dedup_by(|n, kept| {
        kept.sure |= n.entity == kept.entity && n.sure;
        n.entity == kept.entity
    });
    near.sort_by_key(|n| (!n.sure, std::cmp::Reverse(n.comparison.score), n.entity));
    let mut hits = Vec::new();
    for n in near {
        // Other features add at most this much; the rest cannot come into the list.
        if hits.len() >= settings.limit * 4 {
            break;
        }
        if let Some(hit) = judge(snapshot, query, &prepared, &n, settings) {
            hits.push(hit);
        }
    }
    hits.sort_by_key(|h| (std::cmp::Reverse((h.score, h.name_score)), h.list, h.entity.origin));
    hits.truncate(settings.limit);
    hits
}

/// The query taken apart as a person's name, as another's, or both where its kind is not known.
pub fn prepare(snapshot: &Snapshot<'_>, query: &Query, scratch: &mut Scratch) -> Vec<Prepared> {
    let words = normalize::words(&query.name);
    let taken_apart = |mode| tokens::of_words(&words, mode).tokens;
    let person =
        candidates::prepare(snapshot, taken_apart(Mode::Person), Mode::Person, None, scratch);
    let mode = Mode::Organisation;
    let other = candidates::prepare(snapshot, taken_apart(mode), mode, Some(&person), scratch);
    vec![person, other]
}

fn nearest(
    snapshot: &Snapshot<'_>,
    (number, query): (usize, &Prepared),
    settings: &Settings,
    scratch: &mut Scratch,
    near: &mut Vec<Near>,
) {
    // Dates, countries and addresses may lift a name by so much.
    let least = settings.threshold - 60;
    let found = candidates::candidates(snapshot, query, least, scratch);
    let query_toks: Vec<Tok<'_>> = query.tokens.iter().map(Tok::of).collect();
    let mut seen = std::mem::take(&mut scratch.seen_pairs);
    seen.clear();
    // Once enough are found, only such as may score as much as the last of them are looked at.
    let enough = settings.limit.saturating_mul(3).max(20);
    let mut best: Vec<Permille> = Vec::new();
    for candidate in found {
        if best.len() >= enough && best.get(enough - 1).is_some_and(|s| *s > candidate.most) {
            break;
        }
        let record = snapshot.name(candidate.name);
        let mut comparison = compare_name(snapshot, &query_toks, &record, query.mode, &mut seen);
        // Of a part of the query the score is a little less than of the whole.
        comparison.score = comparison.score * if number < WHOLE { 1000 } else { PART } / 1000;
        if comparison.score >= least {
            let at = best.partition_point(|s| *s >= comparison.score);
            best.insert(at, comparison.score);
            near.push(Near {
                entity: record.entity,
                name: candidate.name,
                prepared: number,
                comparison,
                kind: record.kind,
                sure: false,
            });
        }
    }
    scratch.seen_pairs = seen;
}

fn compare_name(
    snapshot: &Snapshot<'_>,
    query: &[Tok<'_>],
    record: &NameRecord<'_>,
    mode: Mode,
    seen: &mut Seen,
) -> Comparison {
    let numbers: Vec<u32> = snapshot.name_words(record).collect();
    let words: Vec<_> = numbers.iter().map(|w| snapshot.word(*w)).collect();
    let foreign = |s: Script| s.table().is_some();
    let sources: Vec<Option<Source>> =
        words.iter().map(|w| foreign(w.script).then(|| Source::of(w.text, w.script))).collect();
    let listed: Vec<Tok<'_>> = words
        .iter()
        .zip(&sources)
        .zip(numbers)
        .map(|((w, s), n)| Tok { source: s.as_ref(), number: Some(n), ..w.tok() })
        .collect();
    compare::compare_with(query, &listed, mode, compare::tuning(mode), seen)
}

/// Entities with one of the query's identifiers, whatever their names.
fn by_identifier(
    snapshot: &Snapshot<'_>,
    query: &Query,
    prepared: &[Prepared],
    near: &mut Vec<Near>,
) {
    for given in &query.identifiers {
        let mut keys: Vec<u32> = identifier_keys(given);
        keys.sort_unstable();
        keys.dedup();
        let mut entities: Vec<u32> =
            keys.iter().flat_map(|key| snapshot.entities_with_key(*key)).collect();
        entities.sort_unstable();
        entities.dedup();
        for number in entities {
            look_at(snapshot, number, prepared, near);
        }
    }
}

/// Entries that are addresses and share words with an address of the query, whatever the names.
fn by_address(snapshot: &Snapshot<'_>, query: &Query, prepared: &[Prepared], near: &mut Vec<Near>) {
    for given in addresses::given(query) {
        let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
        for word in addresses::words(given) {
            let key = keys::key(KeyKind::Address, word.bytes());
            for entity in snapshot.entities_with_key(key) {
                *shared.entry(entity).or_default() += 1;
            }
        }
        for (number, words) in shared {
            // A clash of keys may lead to any entity.
            let is_address = snapshot.entity_record(number).kind == EntityKind::Address;
            if words >= addresses::LEAST_WORDS && is_address {
                look_at(snapshot, number, prepared, near);
            }
        }
    }
}

/// Takes an entity for a hit that may be, with each of its names.
fn look_at(snapshot: &Snapshot<'_>, number: u32, prepared: &[Prepared], near: &mut Vec<Near>) {
    let record = snapshot.entity_record(number);
    let mode = mode_of(record.kind);
    let Some(at) = prepared.iter().position(|p| p.mode == mode) else { return };
    let Some(one) = prepared.get(at) else { return };
    let query_toks: Vec<Tok<'_>> = one.tokens.iter().map(Tok::of).collect();
    let mut seen = Seen::default();
    for name in record.first_name..record.first_name + record.names {
        let name_record = snapshot.name(name);
        let mut comparison = compare_name(snapshot, &query_toks, &name_record, mode, &mut seen);
        if name_record.words == 0 {
            // No name is not the same name as no name.
            comparison.score = 0;
        }
        let kind = name_record.kind;
        near.push(Near { entity: number, name, prepared: at, comparison, kind, sure: true });
    }
}

fn identifier_keys(given: &str) -> Vec<u32> {
    use crate::entity::IdentifierKind as K;
    [K::Imo, K::Lei, K::Inn, K::Other]
        .into_iter()
        .map(|kind| identifiers::normalise(kind, given))
        .filter(|value| value.len() >= 4)
        .map(|value| keys::key(KeyKind::Word, value.bytes()))
        .collect()
}

/// Looks at everything else that both sides say.
fn judge(
    snapshot: &Snapshot<'_>,
    query: &Query,
    prepared: &[Prepared],
    near: &Near,
    settings: &Settings,
) -> Option<Hit> {
    let record = snapshot.entity_record(near.entity);
    let entity = snapshot.entity(&record);
    let mut reasons = Vec::new();
    let name_score = near.comparison.score;
    let mut score = name_score;
    let mut identified = false;
    for feature in features::ALL {
        if let Some(reason) = feature.judge(query, &entity) {
            identified |= reason.feature == "identifier";
            // What agrees lifts the score by a share of what is missing, so that the order of
            // names stands; what contradicts is taken off.
            score += if reason.effect > 0 {
                (1000 - score).max(0) * reason.effect / 1000
            } else {
                reason.effect
            };
            reasons.push(reason);
        }
    }
    if identified {
        score = score.max(IDENTIFIER_ALONE);
    }
    if entity.kind == EntityKind::Address
        && let Some((alone, _)) = addresses::judge(query, &entity)
    {
        score = score.max(alone);
    }
    let score = score.clamp(0, 1000);
    if score < settings.threshold {
        return None;
    }
    reasons.extend(term(snapshot, record.list, &entity));
    let name = snapshot.name(near.name);
    let mut words = Vec::new();
    if let Some(one) = prepared.get(near.prepared).filter(|_| settings.explain) {
        words = explain(snapshot, one, &name, &near.comparison);
    }
    Some(Hit {
        list: usize::from(record.list),
        matched_name: name.text.to_owned(),
        matched_kind: name.kind,
        origin: name.origin,
        score,
        name_score,
        words,
        reasons,
        entity,
    })
}

/// Until when the measure runs, where the list says so. An order that ran out before the day of
/// its edition still stands in the list: it is a hit, and says that it has expired.
fn term(snapshot: &Snapshot<'_>, list: u16, entity: &Entity) -> Option<Reason> {
    if entity.ends.is_empty() {
        return None;
    }
    let meta = snapshot.meta();
    let edition = meta.lists.get(usize::from(list)).map_or("", |list| list.edition.as_str());
    let text = if entity.ends.as_str() < edition {
        format!("expired on {}, before this edition", entity.ends)
    } else {
        format!("in force until {}", entity.ends)
    };
    Some(Reason {
        feature: "term",
        effect: 0,
        query: String::new(),
        listed: entity.ends.clone(),
        text,
    })
}

fn explain(
    snapshot: &Snapshot<'_>,
    query: &Prepared,
    name: &NameRecord<'_>,
    comparison: &Comparison,
) -> Vec<WordReason> {
    let listed: Vec<_> = snapshot.name_words(name).map(|w| snapshot.word(w)).collect();
    let (mut in_query, mut in_listed) =
        (vec![false; query.tokens.len()], vec![false; listed.len()]);
    let mut out = Vec::new();
    let means = |concept: u16| tables::concept(concept);
    for pair in &comparison.pairs {
        let (q, l) = (pair.query, pair.listed);
        in_query[q.0..q.0 + q.1].fill(true);
        in_listed[l.0..l.0 + l.1].fill(true);
        let ours = &query.tokens[q.0..q.0 + q.1];
        out.push(WordReason {
            query: ours.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" "),
            listed: listed[l.0..l.0 + l.1].iter().map(|w| w.text).collect::<Vec<_>>().join(" "),
            likeness: pair.likeness,
            how: Some(pair.how),
            weight: pair.weight,
            means: ours.first().map_or("", |t| means(t.concept)),
        });
    }
    for (token, _) in query.tokens.iter().zip(&in_query).filter(|(_, paired)| !**paired) {
        out.push(WordReason {
            query: token.text.clone(),
            listed: String::new(),
            likeness: 0,
            how: None,
            weight: i32::from(token.weight),
            means: means(token.concept),
        });
    }
    for (word, _) in listed.iter().zip(&in_listed).filter(|(_, paired)| !**paired) {
        out.push(WordReason {
            query: String::new(),
            listed: word.text.to_owned(),
            likeness: 0,
            how: None,
            weight: i32::from(word.weight),
            means: means(word.concept),
        });
    }
    out
}

/// The score of two names that are on no list, thousandths: words weigh by what they are for.
pub fn score_of_names(one: &str, other: &str, mode: Mode) -> Permille {
    let score = |one: &str, other: &str| {
        let (one, other) = (tokens::analyse(one, mode), tokens::analyse(other, mode));
        compare::compare(&toks(&one), &toks(&other), mode).score
    };
    let parts = |text: &str| -> Vec<String> {
        std::iter::once(text.to_owned()).chain(normalize::bracketed(text)).collect()
    };
    let (ones, others) = (parts(one), parts(other));
    let pairs = ones.iter().enumerate().flat_map(|(i, a)| {
        others.iter().enumerate().map(move |(j, b)| (usize::from(i > 0) + usize::from(j > 0), a, b))
    });
    let scored =
        pairs.map(|(parts, a, b)| (0..parts).fold(score(a, b), |score, _| score * PART / 1000));
    scored.max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
