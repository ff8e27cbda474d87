//! Which listed names must be looked at? Found by keys, so that nothing promised is missed.
//!
//! **The promise.** A listed name is a candidate when words that carry at least [`LEAST_SHARE`]
//! of the weight of the query have a counterpart in it: the same word, one within the promised
//! edits ([`keys::edits`]), one with the same consonant skeleton, a romanisation of it, the same
//! meaning or given name by the tables, or two neighbouring words joined or divided; in any
//! order, whatever else stands in either name. Words that together weigh less than that share
//! are not searched by, since they cannot make a candidate alone.

use crate::names::compare::{self, How, LEAST_LIKE, Permille, Tok, likeness, worth};
use crate::names::keys::{self, KeyKind};
use crate::names::script::Script;
use crate::names::tables::Class;
use crate::names::tokens::{Mode, Token};
use crate::snapshot::Snapshot;
use crate::snapshot::build::{meaning_keys, weight_by_frequency, word_keys};

/// Share of the query's weight that must have a counterpart, thousandths.
pub const LEAST_SHARE: u32 = 360;
/// Pairs of joined words below this are none.
const LEAST_JOINED: Permille = 800;

/// A name that may be meant, with the most it can score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Number of the name.
    pub name: u32,
    /// The most that the comparison can give, thousandths.
    pub most: Permille,
}

/// Memory that is used again from query to query.
#[derive(Default)]
pub struct Scratch {
    epoch: u32,
    /// For each name: epoch, what its words gained, the last query word that gained.
    seen: Vec<(u32, u32, u16)>,
    touched: Vec<u32>,
    words: Vec<u32>,
    hits: Vec<(u32, Permille)>,
}

impl Scratch {
    fn begin(&mut self, names: usize) {
        if self.seen.len() < names || self.epoch == u32::MAX {
            self.seen.clear();
            self.seen.resize(names, (0, 0, 0));
            self.epoch = 0;
        }
        self.epoch += 1;
        self.touched.clear();
    }

    fn gain(&mut self, name: u32, gain: u32, word: u16) {
        let epoch = self.epoch;
        let Some(slot) = self.seen.get_mut(name as usize) else { return };
        if slot.0 != epoch {
            *slot = (epoch, gain, word);
            self.touched.push(name);
        } else if slot.2 != word {
            // The hits of a word come best first: the first of each name counts.
            slot.1 += gain;
            slot.2 = word;
        }
    }
}

/// A query taken apart, its words weighed by the lists.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Whose name it is taken for.
    pub mode: Mode,
    /// Its words.
    pub tokens: Vec<Token>,
}

/// Weighs the words of a query by how often they stand on the lists. A word that is on none but
/// nearly the same as a common one weighs little more than that.
pub fn weigh(snapshot: &Snapshot<'_>, tokens: &mut [Token], mode: Mode, scratch: &mut Scratch) {
    let entities = snapshot.entities() as u32;
    for token in tokens {
        find_words(snapshot, token, mode, scratch);
        let mut weight = weight_by_frequency(token.weight, 1, entities);
        let mut found = None;
        for &(word, like) in &scratch.hits {
            let record = snapshot.word(word);
            let same = record.text == token.text && record.script == token.script;
            if same && record.class == token.class {
                found = Some(record.weight);
                break;
            }
            if like >= 850 && token.script == record.script {
                // From as light as the common word to as heavy as a rare one.
                let light = i32::from(record.weight.min(weight));
                let nearer = light + (i32::from(weight) - light) * (1000 - like) * 4 / 1000;
                weight = weight.min(nearer.max(0) as u16);
            }
        }
        token.weight = found.unwrap_or(weight);
    }
}

/// The candidates for a query, those that can score most first; only such as can reach `least`.
pub fn candidates(
    snapshot: &Snapshot<'_>,
    query: &Prepared,
    least: Permille,
    scratch: &mut Scratch,
) -> Vec<Candidate> {
    scratch.begin(snapshot.names());
    let total: u32 = query.tokens.iter().map(|t| u32::from(t.weight)).sum();
    let mut order: Vec<usize> = (0..query.tokens.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(query.tokens[*at].weight), *at));
    let mut unsearched = total;
    let mut searched = Vec::new();
    for at in order {
        if unsearched * 1000 < total * LEAST_SHARE {
            break;
        }
        unsearched -= u32::from(query.tokens[at].weight);
        searched.push(at);
    }
    for (number, &at) in searched.iter().enumerate() {
        let token = &query.tokens[at];
        find_words(snapshot, token, query.mode, scratch);
        post(snapshot, u32::from(token.weight), number as u16 + 1, scratch);
    }
    for at in 1..query.tokens.len() {
        let two = &query.tokens[at - 1..=at];
        if searched.contains(&(at - 1)) || searched.contains(&at) {
            joined_query(snapshot, two, 1000 + at as u16, scratch);
        }
    }
    let tuning = match query.mode {
        Mode::Person => compare::PERSON,
        Mode::Organisation => compare::ORGANISATION,
    };
    let mut out = Vec::new();
    for &name in &scratch.touched {
        let gained = scratch.seen.get(name as usize).map_or(0, |s| s.1) + unsearched;
        let (weight, person, _) = snapshot.name_brief(name);
        if person != (query.mode == Mode::Person) {
            continue;
        }
        let most = compare::most_score(gained, total, u32::from(weight), &tuning);
        if most >= least {
            out.push(Candidate { name, most });
        }
    }
    out.sort_unstable_by_key(|c| (std::cmp::Reverse(c.most), c.name));
    out
}

/// Gives the names of every found word what the pair is worth.
fn post(snapshot: &Snapshot<'_>, weight: u32, number: u16, scratch: &mut Scratch) {
    let hits = std::mem::take(&mut scratch.hits);
    for &(word, like) in &hits {
        let both = (weight + u32::from(snapshot.word_weight(word))) / 2;
        let gain = both * worth(like) as u32 / 1000;
        for name in snapshot.postings(word) {
            scratch.gain(name, gain, number);
        }
    }
    scratch.hits = hits;
}

/// The words of the lists that are a counterpart of a word, best first, into `scratch.hits`.
fn find_words(snapshot: &Snapshot<'_>, token: &Token, mode: Mode, scratch: &mut Scratch) {
    let words = &mut scratch.words;
    words.clear();
    let mut look = |key| words.extend(snapshot.words_with_key(key));
    word_keys(token, &mut look);
    meaning_keys(token, &mut look);
    if token.script == Script::Latin {
        let mut near = |key| words.extend(snapshot.words_with_key(key));
        keys::halves_near(token.text.as_bytes(), &mut near);
    } else if let Some(source) = &token.source {
        for skeleton in source.skeletons() {
            words.extend(snapshot.words_with_key(keys::key(KeyKind::Skeleton, skeleton)));
        }
    }
    words.sort_unstable();
    words.dedup();
    let this = Tok::of(token);
    scratch.hits.clear();
    for &word in scratch.words.iter() {
        let record = snapshot.word(word);
        let like = if record.joined {
            let like = joined_likeness(&this, record.text);
            if like < LEAST_JOINED { 0 } else { like }
        } else {
            likeness(&this, &record.tok(), mode).0
        };
        if like >= LEAST_LIKE {
            scratch.hits.push((word, like));
        }
    }
    scratch.hits.sort_unstable_by_key(|(word, like)| (std::cmp::Reverse(*like), *word));
}

fn joined_likeness(this: &Tok<'_>, joined: &str) -> Permille {
    match (this.script, this.source) {
        (Script::Latin, _) => compare::spelling(this.text.as_bytes(), joined.as_bytes()),
        (_, Some(source)) => compare::romanisation_of(source, joined.as_bytes()),
        _ => 0,
    }
}

/// Two neighbouring words of the query as one.
fn joined_query(snapshot: &Snapshot<'_>, two: &[Token], number: u16, scratch: &mut Scratch) {
    let latin = two.iter().all(|t| t.script == Script::Latin && t.class != Class::LegalForm);
    if !latin || two.iter().all(|t| t.class != Class::Word) {
        return;
    }
    let text: String = two.iter().map(|t| t.text.replace(' ', "")).collect();
    let words = &mut scratch.words;
    words.clear();
    keys::deletions(KeyKind::Word, text.as_bytes(), 1, &mut |key| {
        words.extend(snapshot.words_with_key(key));
    });
    keys::halves_near(text.as_bytes(), &mut |key| words.extend(snapshot.words_with_key(key)));
    words.sort_unstable();
    words.dedup();
    scratch.hits.clear();
    for &word in scratch.words.iter() {
        let like = compare::spelling(text.as_bytes(), snapshot.word(word).text.as_bytes());
        if like >= LEAST_JOINED {
            scratch.hits.push((word, like));
        }
    }
    scratch.hits.sort_unstable_by_key(|(word, like)| (std::cmp::Reverse(*like), *word));
    let weight = two.iter().map(|t| u32::from(t.weight)).sum();
    post(snapshot, weight, number, scratch);
}

/// How the words of a pair are alike, for tests and explanations.
pub fn counterpart(a: &Token, b: &Token, mode: Mode) -> (Permille, How) {
    likeness(&Tok::of(a), &Tok::of(b), mode)
}
