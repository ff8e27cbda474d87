//! The words that the reader of articles knows: goods, weapons, places, things that are counted.
//! All stand in `data/article_*.csv`; the shapes of figures and sentences are in the code.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::token::{Token, tokens};
use crate::place::{self, PlaceId};
use crate::table::{cell, records};

/// What kind of goods a word means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GoodsKind {
    Goods,
    Weapon,
    /// Equipment, products, technology: nothing that a list could hold.
    General,
}

/// How a place is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlaceWord {
    Name,
    Demonym,
    /// A capital that may stand for its government.
    Capital,
    /// A region that no list defines.
    Region,
}

/// What a noun after a number makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Actor,
    Measure,
    Quantity,
    Time,
    Other,
}

/// Words and what they mean, found by their first word, the longest first.
pub(super) struct Phrases<T> {
    by_first: HashMap<String, Vec<(Vec<String>, T)>>,
}

impl<T> Phrases<T> {
    fn new(entries: impl Iterator<Item = (String, T)>) -> Self {
        let mut by_first: HashMap<String, Vec<(Vec<String>, T)>> = HashMap::new();
        for (phrase, meaning) in entries {
            let words: Vec<String> =
                tokens(&phrase, 0).into_iter().filter(|t| !t.hyphen()).map(|t| t.low).collect();
            if let Some(first) = words.first() {
                by_first.entry(first.clone()).or_default().push((words, meaning));
            }
        }
        for list in by_first.values_mut() {
            list.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
        }
        Self { by_first }
    }

    /// The longest phrase at a token, and the token behind it. Hyphens do not matter.
    pub(super) fn at<'a>(&'a self, tokens: &[Token<'_>], at: usize) -> Option<(usize, &'a T)> {
        let list = self.by_first.get(tokens.get(at)?.low.as_str())?;
        list.iter().find_map(|(words, meaning)| {
            let mut next = at;
            for word in words {
                while next > at && tokens.get(next).is_some_and(Token::hyphen) {
                    next += 1;
                }
                if !tokens.get(next)?.is(word) {
                    return None;
                }
                next += 1;
            }
            Some((next, meaning))
        })
    }
}

/// A word for goods.
pub(super) struct GoodsWord {
    pub(super) goods: String,
    pub(super) kind: GoodsKind,
    pub(super) note: String,
}

/// A word for a place.
pub(super) struct PlaceName {
    /// A code of a place or group; empty for a region.
    pub(super) code: String,
    pub(super) word: PlaceWord,
    /// The name for people.
    pub(super) name: String,
    /// As written in the table, to compare with case.
    pub(super) spelling: String,
}

/// All tables.
pub(super) struct Lexicon {
    pub(super) goods: Phrases<GoodsWord>,
    pub(super) places: Phrases<PlaceName>,
    pub(super) weapons: Phrases<(String, String)>,
    pub(super) counted: HashMap<String, Counted>,
    /// Names of places by code.
    names: HashMap<String, String>,
    /// Words that open a sentence.
    pub(super) openers: BTreeSet<&'static str>,
}

pub(super) static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon {
    goods: goods(),
    places: places(),
    weapons: weapons(),
    counted: counted(),
    names: PlaceId::all().map(|id| (id.code().to_owned(), id.name().to_owned())).collect(),
    openers: OPENERS.iter().copied().collect(),
});

const OPENERS: &[&str] = &[
    "the",
    "a",
    "an",
    "in",
    "it",
    "its",
    "they",
    "this",
    "these",
    "that",
    "those",
    "he",
    "she",
    "we",
    "but",
    "and",
    "however",
    "meanwhile",
    "according",
    "on",
    "at",
    "for",
    "from",
    "as",
    "after",
    "before",
    "since",
    "while",
    "when",
    "although",
    "though",
    "if",
    "by",
    "with",
    "many",
    "some",
    "most",
    "more",
    "moreover",
    "furthermore",
    "additionally",
    "also",
    "despite",
    "between",
    "last",
    "our",
    "their",
    "his",
    "her",
    "i",
    "you",
    "there",
    "such",
    "both",
    "all",
    "nearly",
    "about",
    "over",
    "under",
    "during",
    "today",
    "yesterday",
    "since",
    "until",
    "what",
    "how",
    "why",
    "who",
    "officials",
    "experts",
    "analysts",
    "exports",
    "imports",
    "trade",
    "sales",
    "overall",
    "no",
    "yet",
    "still",
    "then",
    "thus",
    "separately",
    "similarly",
    "instead",
    "of",
    "to",
    "one",
    "two",
    "three",
    "other",
    "another",
    "each",
    "every",
    "not",
    "only",
    "even",
    "just",
    "so",
    "or",
    "nor",
    "because",
    "several",
    "among",
    "through",
    "without",
    "within",
    "under",
    "previously",
    "recently",
    "earlier",
    "later",
    "once",
    "where",
    "which",
    "companies",
    "firms",
    "shipments",
    "figures",
    "data",
];

fn split(cell: &str) -> impl Iterator<Item = String> {
    cell.split('|').map(|w| w.trim().to_owned()).filter(|w| !w.is_empty())
}

fn goods() -> Phrases<GoodsWord> {
    let rows = records(include_str!("../../data/article_goods.csv"));
    Phrases::new(rows.iter().flat_map(|row| {
        let kind = match cell(row, 2) {
            "goods" => GoodsKind::Goods,
            "general" => GoodsKind::General,
            _ => GoodsKind::Weapon,
        };
        let meaning = |word| {
            (
                word,
                GoodsWord { goods: cell(row, 1).to_owned(), kind, note: cell(row, 3).to_owned() },
            )
        };
        split(cell(row, 0)).map(meaning).collect::<Vec<_>>()
    }))
}

fn weapons() -> Phrases<(String, String)> {
    let rows = records(include_str!("../../data/article_weapons.csv"));
    Phrases::new(rows.iter().map(|row| {
        let name = cell(row, 0).to_owned();
        (name.clone(), (name, cell(row, 1).to_owned()))
    }))
}

fn places() -> Phrases<PlaceName> {
    let rows = records(include_str!("../../data/article_places.csv"));
    let own = rows.iter().flat_map(|row| {
        let code = cell(row, 0).to_owned();
        let word = match cell(row, 1) {
            "demonym" => PlaceWord::Demonym,
            "capital" => PlaceWord::Capital,
            "region" => PlaceWord::Region,
            _ => PlaceWord::Name,
        };
        split(cell(row, 2))
            .map(|spelling| {
                let name = look_up(&code).unwrap_or_else(|| spelling.clone());
                (spelling.clone(), PlaceName { code: code.clone(), word, name, spelling })
            })
            .collect::<Vec<_>>()
    });
    let all = PlaceId::all().filter(|id| id.is_country() && id.until().is_none()).map(|id| {
        let spelling = id.name().to_owned();
        let code = id.code().to_owned();
        let name = spelling.clone();
        (spelling.clone(), PlaceName { code, word: PlaceWord::Name, name, spelling })
    });
    Phrases::new(own.chain(all))
}

/// The name of a place or group for people.
pub(super) fn place_name(code: &str) -> Option<String> {
    match LEXICON.names.get(code) {
        Some(name) => Some(name.clone()),
        None => look_up(code),
    }
}

fn look_up(code: &str) -> Option<String> {
    (!code.is_empty()).then(|| place::parse_place_set(code).ok()).flatten().map(|set| set.label)
}

fn counted() -> HashMap<String, Counted> {
    let rows = records(include_str!("../../data/article_counted.csv"));
    let mut map = HashMap::new();
    for row in &rows {
        let kind = match cell(row, 0) {
            "actor" => Counted::Actor,
            "measure" => Counted::Measure,
            "quantity" => Counted::Quantity,
            "time" => Counted::Time,
            _ => Counted::Other,
        };
        for word in split(cell(row, 1)) {
            map.entry(word).or_insert(kind);
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_name_what_the_catalogue_knows() {
        for row in records(include_str!("../../data/article_goods.csv")) {
            let goods = cell(&row, 1);
            assert!(goods.is_empty() || crate::goods::resolve(goods, &[]).is_ok(), "{row:?}");
            assert!(["goods", "weapon", "general", "ship"].contains(&cell(&row, 2)), "{row:?}");
        }
        for row in records(include_str!("../../data/article_places.csv")) {
            let code = cell(&row, 0);
            assert!(code.is_empty() || place_name(code).is_some(), "{row:?}");
        }
    }
}
