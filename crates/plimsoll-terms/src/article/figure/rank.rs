//! Places in an order: the largest, the second-largest, number three, a record.

use super::{Figure, figure};
use crate::article::token::Token;
use crate::article::token::among;
use crate::claim::amount::Unit;

/// What the first of an order is called.
const FIRSTS: &[&str] =
    &["largest", "biggest", "top", "leading", "highest", "lowest", "greatest", "fastest", "number"];

/// Nouns of which somebody can be the top, the leading or the main one.
const ORDERED: &[&str] = &[
    "supplier",
    "exporter",
    "importer",
    "buyer",
    "seller",
    "producer",
    "manufacturer",
    "maker",
    "source",
    "destination",
    "market",
    "partner",
    "customer",
    "purchaser",
    "consumer",
    "provider",
    "bank",
    "economy",
    "export",
    "import",
    "investor",
    "creditor",
    "hub",
    "recipient",
    "trader",
    "shipper",
    "lender",
    "company",
    "refiner",
    "refinery",
    "origin",
    "country",
];

fn ordinal(word: &str) -> Option<f64> {
    Some(match word {
        "second" | "2nd" => 2.0,
        "third" | "3rd" => 3.0,
        "fourth" | "4th" => 4.0,
        "fifth" | "5th" => 5.0,
        "sixth" | "6th" => 6.0,
        "seventh" | "7th" => 7.0,
        "eighth" | "8th" => 8.0,
        "ninth" | "9th" => 9.0,
        "tenth" | "10th" => 10.0,
        _ => return None,
    })
}

fn place_in_order(head: usize, next: usize, place: f64) -> Figure {
    figure(head, next, place, 0.0, Unit::Rank)
}

pub(super) fn rank_at(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let before = at.checked_sub(1).map_or("", low);
    // second-largest, third biggest, 2nd largest
    let (value, after) = match ordinal(low(at)) {
        Some(value) => (Some(value), at + 1),
        None => {
            let value =
                tokens.get(at).filter(|t| t.is_number()).and_then(|t| t.raw.parse::<f64>().ok());
            let suffix = matches!(low(at + 1), "st" | "nd" | "rd" | "th")
                && tokens.get(at + 1).is_some_and(|t| !t.spaced);
            (value.filter(|_| suffix), at + 2)
        }
    };
    if let Some(value) = value {
        let next = after + usize::from(tokens.get(after).is_some_and(Token::hyphen));
        let most = low(next) == "most";
        if most || among(low(next), "largest biggest leading highest top main greatest lowest") {
            return Some(place_in_order(at, next + 1, value));
        }
        if among(before, "ranked ranks ranking came placed")
            && !tokens.get(after).is_some_and(|t| t.is_word() && t.any(&["time", "year"]))
        {
            return Some(place_in_order(at, after, value));
        }
        return None;
    }
    if low(at) == "first" && matches!(before, "ranked" | "ranks" | "ranking") {
        return Some(place_in_order(at, at + 1, 1.0));
    }
    if low(at) == "number"
        || low(at) == "no" && tokens.get(at).is_some_and(|t| t.raw.starts_with('N'))
    {
        let value = crate::article::figure::small_number(low(at + 1)).or_else(|| {
            tokens.get(at + 1).filter(|t| t.is_number()).and_then(|t| t.raw.parse().ok())
        })?;
        let noun = low(at + 2);
        let named = ORDERED.contains(&noun) || ORDERED.contains(&low(at + 3));
        // "The gap to the number two, Oman"
        let alone = before == "the" && tokens.get(at + 2).is_none_or(Token::is_mark);
        return ((named || alone) && (1.0..=50.0).contains(&value))
            .then(|| place_in_order(at, at + 2, value));
    }
    if low(at) == "record" {
        return record_at(tokens, at);
    }
    if low(at) == "all" && low(at + 2) == "time" && matches!(low(at + 3), "high" | "low") {
        let mut found = place_in_order(at, at + 4, 1.0);
        found.record = true;
        return Some(found);
    }
    superlative_at(tokens, at, before)
}

/// A record high, an export record; a record with a figure is no figure of its own.
fn record_at(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let before = at.checked_sub(1).map_or("", low);
    let next = at + 1 + usize::from(tokens.get(at + 1).is_some_and(Token::hyphen));
    let kind = among(
        low(next),
        "high highs low lows level levels volume volumes amount amounts \
            exports imports sales year pace breaking profits revenues \
            shipments trade",
    );
    let a = among(before, "a new to reached hit set at of");
    (kind && (a || low(next) != "year")).then(|| {
        let mut found = place_in_order(at, next + 1, 1.0);
        found.record = true;
        found
    })
}

/// The largest of its kind: one thing, not one of several.
fn superlative_at(tokens: &[Token<'_>], at: usize, before: &str) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let word = low(at);
    let superlative = among(
        word,
        "largest biggest highest lowest weakest strongest smallest \
            longest",
    );
    if !superlative && (word == "number" || !FIRSTS.contains(&word)) {
        return None;
    }
    let owned = among(before, "the 's single its their world country by far our")
        || tokens.get(at.wrapping_sub(1)).is_some_and(|t| t.raw == "’" || t.raw == "'");
    let group = |i: usize| at.checked_sub(i).map_or("", low);
    let one_of = (1..=4).any(|i| matches!(group(i), "among" | "amongst"))
        || (1..=3).any(|i| group(i) == "one" && group(i.wrapping_sub(1)) == "of")
        || group(2) == "of" && among(group(3), "one some many any several two three")
        || before == "other";
    if !owned || one_of {
        return None;
    }
    let ever = |i: usize| match low(i) {
        "ever" | "since" => true,
        "on" => low(i + 1) == "record",
        "in" => {
            matches!(low(i + 1), "history" | "years" | "decades" | "a")
                || matches!(low(i + 2), "years" | "decades" | "history")
        }
        _ => false,
    };
    let record = (at + 1..at + 4).any(ever);
    // The noun: the last of up to four words before a preposition or a mark.
    let mut noun = String::new();
    let mut next = at + 1;
    for i in at + 1..at + 6 {
        let Some(token) = tokens.get(i) else { break };
        if token.hyphen() {
            continue;
        }
        if !token.is_word()
            || token.among(
                "of in to for by after since ever on and from is was that behind \
            with has as",
            )
        {
            break;
        }
        noun.clone_from(&token.low);
        next = i + 1;
    }
    if noun.is_empty() && !record {
        return None;
    }
    let plural = noun.ends_with('s') && !noun.ends_with("ss");
    let singular_noun = ORDERED.contains(&noun.as_str());
    let fits = if matches!(word, "top" | "leading") {
        singular_noun
    } else {
        !plural && !noun.is_empty() || record
    };
    let measured = among(word, "highest lowest weakest strongest smallest longest");
    if !fits || measured && !record {
        return None;
    }
    let mut found = place_in_order(at, next.min(at + 1).max(at + 1), 1.0);
    found.record = measured && record;
    Some(found)
}
