//! Is this the listed address?
//!
//! Some entries are an address, whoever is there: the Entity List has had such since June 2024.
//! Their words lead to them as identifiers do, and what agrees is weighed here. The feature of
//! addresses in [`crate::features`] asks less, since there a name agrees already.
//!
//! Weights and shares are chosen by hand: another room in the same building is another address.

use crate::entity::{Entity, EntityKind};
use crate::features::Reason;
use crate::names::compare::Permille;
use crate::names::normalize;
use crate::screen::Query;
use plimsoll_terms::place;
use std::collections::BTreeSet;

/// A number of a house, a floor, a room.
const NUMBER: i32 = 3;
/// A word such as `street`, which says little.
const GENERIC: i32 = 1;
/// Any other word.
const WORD: i32 = 2;
/// Words of this weight at least must agree: a number and the name of a street or a house.
const LEAST_COMMON: i32 = 7;
/// Shares of the weight of what is asked and of what is listed that must agree, thousandths.
const LEAST_OF_QUERY: i32 = 700;
const LEAST_OF_LISTED: i32 = 500;
/// What an address that just agrees scores, thousandths, and one that agrees in everything.
const LEAST_SCORE: Permille = 800;
const MOST_SCORE: Permille = 960;

/// So many words of an address in common make an entry worth a look.
pub(crate) const LEAST_WORDS: usize = 3;

/// Words that stand in many addresses, and how they are shortened.
const GENERIC_WORDS: [(&str, &str); 44] = [
    ("apartment", "apt"),
    ("apt", "apt"),
    ("area", "area"),
    ("ave", "avenue"),
    ("avenue", "avenue"),
    ("bldg", "building"),
    ("block", "block"),
    ("blvd", "boulevard"),
    ("boulevard", "boulevard"),
    ("box", "box"),
    ("building", "building"),
    ("center", "centre"),
    ("centre", "centre"),
    ("city", "city"),
    ("co", "co"),
    ("district", "district"),
    ("f", "floor"),
    ("fl", "floor"),
    ("flat", "flat"),
    ("floor", "floor"),
    ("house", "house"),
    ("industrial", "industrial"),
    ("lane", "lane"),
    ("no", "number"),
    ("number", "number"),
    ("of", "of"),
    ("office", "office"),
    ("park", "park"),
    ("plaza", "plaza"),
    ("po", "po"),
    ("province", "province"),
    ("rd", "road"),
    ("rm", "room"),
    ("road", "road"),
    ("room", "room"),
    ("shop", "shop"),
    ("st", "street"),
    ("str", "street"),
    ("street", "street"),
    ("suite", "suite"),
    ("the", "the"),
    ("tower", "tower"),
    ("unit", "unit"),
    ("zone", "zone"),
];

/// The words of an address without the country at its end, each once; short forms as the long.
pub(crate) fn words(text: &str) -> BTreeSet<String> {
    let mut parts: Vec<&str> = text.split([',', ';', '，']).map(str::trim).collect();
    while parts.len() > 1 && parts.last().is_some_and(|part| is_country(part)) {
        parts.pop();
    }
    let words = normalize::words(&parts.join(", ")).into_iter().map(|word| word.text);
    words.map(|word| generic(&word).map_or(word, str::to_owned)).collect()
}

fn is_country(part: &str) -> bool {
    part.is_empty() || place::by_user(part.trim_end_matches('.')).is_ok()
}

fn generic(word: &str) -> Option<&'static str> {
    let at = GENERIC_WORDS.binary_search_by_key(&word, |(short, _)| *short).ok()?;
    GENERIC_WORDS.get(at).map(|(_, long)| *long)
}

fn is_number(word: &str) -> bool {
    word.bytes().any(|b| b.is_ascii_digit())
}

fn weight<'a>(words: impl Iterator<Item = &'a String>) -> i32 {
    let of = |word: &String| match () {
        () if is_number(word) => NUMBER,
        () if generic(word).is_some() => GENERIC,
        () => WORD,
    };
    words.map(of).sum()
}

/// The texts of an entry that is an address: its addresses, and its name where it is one.
pub(crate) fn texts(entity: &Entity) -> impl Iterator<Item = &str> {
    let listed = if entity.kind == EntityKind::Address { &entity.addresses[..] } else { &[] };
    let named = (entity.kind == EntityKind::Address).then(|| entity.primary_name());
    let named = named.filter(|name| is_number(name));
    listed.iter().map(|address| address.text.as_str()).chain(named)
}

/// Whether a name of an entry is one of its addresses, and so nobody's name.
pub(crate) fn is_address(entity: &Entity, name: &str) -> bool {
    entity.kind == EntityKind::Address && entity.addresses.iter().any(|a| a.text == name)
}

/// What of a query may be an address: what it says is one, and its name.
pub(crate) fn given(query: &Query) -> impl Iterator<Item = &str> {
    [query.address.as_str(), query.name.as_str()].into_iter().filter(|text| !text.is_empty())
}

/// How well a query agrees with an entry that is an address, and why; none where it does not.
pub(crate) fn judge(query: &Query, entity: &Entity) -> Option<(Permille, Reason)> {
    let mut best: Option<(Permille, Reason)> = None;
    for ours in given(query) {
        let our_words = words(ours);
        for theirs in texts(entity) {
            let Some((score, common)) = agreement(&our_words, &words(theirs)) else { continue };
            if best.as_ref().is_some_and(|(most, _)| *most >= score) {
                continue;
            }
            let reason = Reason {
                feature: "address",
                effect: 0,
                query: ours.to_owned(),
                listed: theirs.to_owned(),
                text: format!(
                    "the entry is an address: {common} of {} words of it agree",
                    our_words.len()
                ),
            };
            best = Some((score, reason));
        }
    }
    best
}

/// The score of two addresses and how many words they have in common.
fn agreement(ours: &BTreeSet<String>, theirs: &BTreeSet<String>) -> Option<(Permille, usize)> {
    let common: Vec<&String> = ours.intersection(theirs).collect();
    let shared = weight(common.iter().copied());
    let named = common.iter().any(|word| !is_number(word) && generic(word).is_none());
    if shared < LEAST_COMMON || !named || !common.iter().any(|word| is_number(word)) {
        return None;
    }
    let of_query = shared * 1000 / weight(ours.iter()).max(1);
    let of_listed = shared * 1000 / weight(theirs.iter()).max(1);
    if of_query < LEAST_OF_QUERY || of_listed < LEAST_OF_LISTED {
        return None;
    }
    let span = (1000 - LEAST_OF_QUERY) + (1000 - LEAST_OF_LISTED);
    let over = (of_query - LEAST_OF_QUERY) + (of_listed - LEAST_OF_LISTED);
    Some((LEAST_SCORE + (MOST_SCORE - LEAST_SCORE) * over / span, common.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generic_words_are_sorted() {
        assert!(GENERIC_WORDS.is_sorted());
        // A long form is known itself, so that taking words twice changes nothing.
        for (_, long) in GENERIC_WORDS {
            assert_eq!(generic(long).unwrap_or(long), long);
        }
    }

    #[test]
    fn addresses_that_agree() {
        let listed = "Flat 1102-1103, 11/F Made Up Building, 555 Sample Road, Upmade, HK";
        for (asked, agrees) in [
            ("Flat 1102-1103, 11/F, Made Up Building, 555 Sample Road, Upmade, Hong Kong", true),
            ("11th Floor Made Up Bldg., 555 Sample Rd, Upmade", true),
            ("FLAT 1102, 11/F MADE UP BUILDING, 555 SAMPLE ROAD", true),
            ("Room 805, 8/F Made Up Building, 555 Sample Road, Upmade, Hong Kong", false),
            ("555 Other Road, Upmade", false),
            ("Sample Road, Upmade, Hong Kong", false),
            ("Made Up Building Upmade Trading", false),
            ("Hong Kong", false),
            ("", false),
        ] {
            let found = agreement(&words(asked), &words(listed));
            assert_eq!(found.is_some(), agrees, "{asked}: {found:?} {:?}", words(asked));
        }
        let (most, _) = agreement(&words(listed), &words(listed)).unwrap();
        assert_eq!(most, MOST_SCORE);
    }
}
