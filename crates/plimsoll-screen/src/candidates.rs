//! Which listed names must be looked at? Found by keys, so that nothing promised is missed.
//!
//! **The promise.** A listed name is a candidate when words that carry at least [`LEAST_SHARE`]
//! of the weight of the query have a counterpart in it: the same word, one within the promised
//! edits ([`keys::edits`]), one with the same consonant skeleton, a romanisation of it, the same
//! meaning or given name by the tables, or two neighbouring words joined or divided; in any
//! order, whatever else stands in either name. Words that together weigh less than that share
//! are not searched by, since they cannot make a candidate alone.

use crate::names::compare::{self, LEAST_LIKE, Permille, Tok, likeness, worth};
use crate::names::keys::{self, KeyKind};
use crate::names::romanize::Source;
use crate::names::script::Script;
use crate::names::tables::Class;
use crate::names::tokens::{Mode, Token};
use crate::snapshot::Snapshot;
use crate::snapshot::build::{latin_forms, meaning_keys, weight_by_frequency};
use foldhash::HashMap;

/// Share of the query's weight that must have a counterpart, thousandths.
pub const LEAST_SHARE: u32 = 150;
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

/// Words of the lists that are a counterpart, with their likeness, the likest first.
type Counterparts = Vec<(u32, Permille)>;

/// Memory that is used again from query to query.
#[derive(Default)]
pub struct Scratch {
    epoch: u32,
    /// For each name: epoch, what its words gained, the last query word that gained.
    seen: Vec<(u32, u32, u16)>,
    touched: Vec<u32>,
    words: Vec<u32>,
    spelled: Vec<u32>,
    /// What each word of the lists can gain in this query.
    gains: HashMap<u32, u32>,
    /// Pairs of words compared before in this query.
    pub(crate) seen_pairs: compare::Seen,
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
        self.gains.clear();
    }

    fn gain(&mut self, name: u32, gain: u32, word: u16) {
        let epoch = self.epoch;
        let Some(slot) = self.seen.get_mut(name as usize) else { return };
        if slot.0 != epoch {
            *slot = (epoch, gain, word);
            self.touched.push(name);
        } else if slot.2 != word {
            // The counterparts of a word come likest first: the first in each name counts.
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
    /// For each word its counterparts.
    counterparts: Vec<Counterparts>,
}

/// Finds the counterparts of a query's words and weighs the words by how often they stand on the
/// lists. Words that `other` has looked up already are not looked up again.
pub fn prepare(
    snapshot: &Snapshot<'_>,
    mut tokens: Vec<Token>,
    mode: Mode,
    other: Option<&Prepared>,
    scratch: &mut Scratch,
) -> Prepared {
    let mut counterparts = Vec::with_capacity(tokens.len());
    for token in &mut tokens {
        let known = other.and_then(|other| {
            let same = |t: &Token| {
                t.text == token.text && t.class == token.class && t.concept == token.concept
            };
            let at = other.tokens.iter().position(same)?;
            Some(other.counterparts[at].clone())
        });
        let found = known.unwrap_or_else(|| find_words(snapshot, token, scratch));
        weigh(snapshot, token, &found);
        counterparts.push(found);
    }
    Prepared { mode, tokens, counterparts }
}

/// The weight of a word of the query. One that is on no list but nearly the same as a common one
/// weighs little more than that.
fn weigh(snapshot: &Snapshot<'_>, token: &mut Token, found: &Counterparts) {
    let mut weight = weight_by_frequency(token.weight, 1, snapshot.entities() as u32);
    for &(word, like) in found {
        if like < 850 {
            break;
        }
        let record = snapshot.word(word);
        if record.joined {
            continue;
        }
        if record.text == token.text && record.class == token.class && record.script == token.script
        {
            // A patronymic says less than its frequency tells.
            weight = record.weight.min(weight);
            break;
        }
        if token.script == record.script {
            // From as light as the common word to as heavy as a rare one.
            let light = i32::from(record.weight.min(weight));
            let nearer = light + (i32::from(weight) - light) * (1000 - like) * 4 / 1000;
            weight = weight.min(nearer.max(0) as u16);
        }
    }
    token.weight = weight;
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
    let searched = searched_words(query, total);
    for (at, token) in query.tokens.iter().enumerate() {
        let number = searched.contains(&at).then_some(at as u16 + 1);
        post(snapshot, u32::from(token.weight), &query.counterparts[at], number, scratch);
    }
    let mut joined = false;
    for at in 1..query.tokens.len() {
        let two = &query.tokens[at - 1..=at];
        if searched.contains(&(at - 1)) || searched.contains(&at) {
            joined |= joined_query(snapshot, two, 1000 + at as u16, scratch);
        }
    }
    let unsearched =
        total - searched.iter().map(|at| u32::from(query.tokens[*at].weight)).sum::<u32>();
    let tuning = compare::tuning(query.mode);
    let mut out = Vec::new();
    for &name in &scratch.touched {
        let (weight, person, _) = snapshot.name_brief(name);
        if person != (query.mode == Mode::Person) {
            continue;
        }
        let weight = u32::from(weight);
        let gained = scratch.seen.get(name as usize).map_or(0, |s| s.1);
        if compare::most_score(gained + unsearched, total, weight, tuning) < least {
            continue;
        }
        // The first bound takes all words that were not searched by as matched; this one looks.
        let words = snapshot.words_of(name);
        let by_word: u32 = words.map(|w| scratch.gains.get(&w).copied().unwrap_or(0)).sum();
        let gained = if joined { gained.max(by_word) + unsearched } else { by_word.max(gained) };
        let most = compare::most_score(gained, total, weight, tuning);
        if most >= least {
            out.push(Candidate { name, most });
        }
    }
    out.sort_unstable_by_key(|c| (std::cmp::Reverse(c.most), c.name));
    out
}

/// The heaviest words, until the others together cannot make a candidate.
fn searched_words(query: &Prepared, total: u32) -> Vec<usize> {
    let mut order: Vec<usize> = (0..query.tokens.len()).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(query.tokens[*at].weight), *at));
    let mut left = total;
    let mut searched = Vec::new();
    for at in order {
        if left * 1000 < total * LEAST_SHARE {
            break;
        }
        left -= u32::from(query.tokens[at].weight);
        searched.push(at);
    }
    searched
}

/// Takes down what each counterpart gains, and where the word is searched by gives it to the
/// names that have it.
fn post(
    snapshot: &Snapshot<'_>,
    weight: u32,
    counterparts: &Counterparts,
    number: Option<u16>,
    scratch: &mut Scratch,
) {
    for &(word, like) in counterparts {
        let both = (weight + u32::from(snapshot.word_weight(word))) / 2;
        let gain = both * worth(like) as u32 / 1000;
        let most = scratch.gains.entry(word).or_insert(0);
        *most = (*most).max(gain);
        if let Some(number) = number {
            for name in snapshot.postings(word) {
                scratch.gain(name, gain, number);
            }
        }
    }
}

/// The words of the lists that are a counterpart of a word, the likest first.
fn find_words(snapshot: &Snapshot<'_>, token: &Token, scratch: &mut Scratch) -> Counterparts {
    let Scratch { words, spelled, .. } = scratch;
    words.clear();
    spelled.clear();
    look_up(snapshot, token, words, spelled);
    // Words that are within the promised edits are looked at, those that only share a key by
    // two different letters left out are not.
    let forms = latin_forms(token);
    spelled.sort_unstable();
    spelled.dedup();
    words.extend(spelled.iter().copied().filter(|word| {
        let (letters, latin, _) = snapshot.word_letters(*word);
        !latin
            || forms.iter().any(|form| {
                let k = keys::edits(form.len().max(letters.len()));
                keys::within_edits(form.as_bytes(), letters, k)
            })
    }));
    words.sort_unstable();
    words.dedup();
    let this = Tok::of(token);
    let mut found = Vec::new();
    for &word in words.iter() {
        let (letters, _, joined) = snapshot.word_letters(word);
        if joined && this.script == Script::Latin && !near_joined(token.text.as_bytes(), letters) {
            continue;
        }
        let record = snapshot.word(word);
        let like = if record.joined {
            let like = joined_likeness(&this, record.text);
            if like < LEAST_JOINED { 0 } else { like }
        } else {
            // Initials and given names count for persons alone; the comparison sees to that.
            likeness(&this, &record.tok(), Mode::Person).0
        };
        if like >= LEAST_LIKE {
            found.push((word, like));
        }
    }
    found.sort_unstable_by_key(|(word, like)| (std::cmp::Reverse(*like), *word));
    found
}

/// The words that share a key: by meaning or sound into `words`, by spelling into `spelled`.
fn look_up(snapshot: &Snapshot<'_>, token: &Token, words: &mut Vec<u32>, spelled: &mut Vec<u32>) {
    let forms = latin_forms(token);
    for form in &forms {
        let letters: Vec<u8> = form.bytes().filter(|b| *b != b' ').collect();
        keys::deletions(KeyKind::Word, &letters, keys::edits(letters.len()), &mut |key| {
            spelled.extend(snapshot.words_with_key(key));
        });
    }
    let mut look = |key| words.extend(snapshot.words_with_key(key));
    meaning_keys(token, &mut look);
    if token.script == Script::Latin {
        keys::halves_near(token.text.as_bytes(), &mut look);
    }
    if token.script.table().is_some() {
        let own = keys::own_letters(&token.text);
        keys::deletions(KeyKind::Own, &own, keys::edits(own.len()), &mut look);
    }
    // Native Chinese names are found by their readings; of one or two characters there would
    // be too many others that sound alike.
    let short = token.script == Script::Han && token.text.chars().count() < 3;
    match &token.source {
        Some(source) if !short => {
            for skeleton in source.skeletons() {
                for short in keys::shortened(&skeleton) {
                    look(keys::key(KeyKind::Skeleton, short));
                }
                look(keys::key(KeyKind::ShortSkeleton, skeleton.iter().copied()));
                look(keys::key(KeyKind::Skeleton, skeleton));
            }
        }
        _ => {
            for form in &forms {
                for skeleton in keys::skeletons(form.as_bytes()) {
                    // Of two consonants there are too many words alike.
                    if skeleton.len() >= 3 {
                        look(keys::key(KeyKind::Skeleton, skeleton));
                    }
                }
            }
        }
    }
}

/// Whether a joined word is worth a look: within two edits, one more than is promised.
fn near_joined(word: &[u8], joined: &[u8]) -> bool {
    word.len().abs_diff(joined.len()) <= 2 && keys::within_edits(word, joined, 2)
}

fn joined_likeness(this: &Tok<'_>, joined: &str) -> Permille {
    match (this.script, this.source) {
        (Script::Latin, _) => compare::spelling(this.text.as_bytes(), joined.as_bytes()),
        (_, Some(source)) => compare::romanisation_of(source, joined.as_bytes()),
        _ => 0,
    }
}

/// Two neighbouring words of the query as one; whether anything was found.
fn joined_query(
    snapshot: &Snapshot<'_>,
    two: &[Token],
    number: u16,
    scratch: &mut Scratch,
) -> bool {
    let [first, second] = two else { return false };
    let filler = |t: &Token| matches!(t.class, Class::Particle | Class::Generic);
    let script = first.script;
    let known = script == Script::Latin || script.table().is_some();
    let legal = two.iter().any(|t| t.class == Class::LegalForm);
    if !known || second.script != script || legal || two.iter().all(filler) {
        return false;
    }
    let text: String = two.iter().map(|t| t.text.replace(' ', "")).collect();
    let source = (script != Script::Latin).then(|| Source::of(&text, script));
    let words = &mut scratch.words;
    words.clear();
    let mut look = |key| words.extend(snapshot.words_with_key(key));
    match &source {
        None => {
            keys::deletions(KeyKind::Word, text.as_bytes(), 1, &mut look);
            keys::halves_near(text.as_bytes(), &mut look);
        }
        Some(source) => {
            for skeleton in source.skeletons() {
                look(keys::key(KeyKind::Skeleton, skeleton));
            }
        }
    }
    words.sort_unstable();
    words.dedup();
    let mut found = Vec::new();
    for &word in scratch.words.iter() {
        if source.is_none() && !near_joined(text.as_bytes(), snapshot.word_letters(word).0) {
            continue;
        }
        let record = snapshot.word(word);
        let like = match &source {
            Some(source) if record.script == Script::Latin => {
                compare::romanisation_of(source, record.text.as_bytes())
            }
            None if record.script == Script::Latin => {
                compare::spelling(text.as_bytes(), record.text.as_bytes())
            }
            _ => 0,
        };
        if like >= LEAST_JOINED {
            found.push((word, like));
        }
    }
    found.sort_unstable_by_key(|(word, like)| (std::cmp::Reverse(*like), *word));
    let weight = two.iter().map(|t| u32::from(t.weight)).sum();
    post(snapshot, weight, &found, Some(number), scratch);
    !found.is_empty()
}
