//! What is a number of? Percent, money, weight, short forms of the trade, pieces of a noun; and
//! which numbers are none of the world's figures: dates, laws, models, durations.

use super::number::Number;
use super::{Figure, figure, rounding_at};
use crate::article::lexicon::{Counted, LEXICON};
use crate::article::token::Token;
use crate::article::when::{MONTHS, SHORT_MONTHS, WEEKDAYS};
use crate::claim::amount::{Rounding, Unit, currency, weight_kilograms};

/// The number with its unit; `None` where the number is none of the world's figures.
pub(super) fn measured(
    tokens: &[Token<'_>],
    place: usize,
    number: &Number,
    sign: Option<&'static str>,
) -> Option<Figure> {
    let mut next = number.next;
    let value = number.value;
    let make = |next: usize, factor: f64, unit: Unit| {
        let mut made = figure(place, next, value * factor, number.half * factor, unit);
        if number.vague {
            made.amount.low = made.amount.point;
            made.amount.high = f64::INFINITY;
            made.amount.rounding = Rounding::AtLeast;
        }
        made
    };
    if let Some(code) = sign {
        return Some(make(next, 1.0, Unit::Money(code.to_owned())));
    }
    if tokens.get(next).is_some_and(|t| t.is("of")) && number.vague {
        next += 1;
    }
    if tokens.get(next).is_some_and(Token::hyphen) {
        let after = tokens.get(next + 1)?;
        match after.low.as_str() {
            "fold" => {
                let mut fold = make(next + 2, 1.0, Unit::Times);
                fold.multiple = true;
                return Some(fold);
            }
            "percentage" | "percent" | "per" | "million" | "billion" | "dollar" | "euro"
            | "ton" | "tonne" | "kilogram" => next += 1,
            // "60-odd"
            "odd" => next += 2,
            _ => return None,
        }
    }
    ratio(tokens, next, &make)
        .or_else(|| money_or_weight(tokens, next, number, &make))
        .or_else(|| abbreviated(tokens, next, number, &make))
        .or_else(|| counted(tokens, place, next, number, &make))
}

/// Percent, points and multiples.
fn ratio(
    tokens: &[Token<'_>],
    next: usize,
    make: &dyn Fn(usize, f64, Unit) -> Figure,
) -> Option<Figure> {
    let token = tokens.get(next);
    let word = token.map_or("", |t| t.low.as_str());
    match word {
        "%" | "percent" | "pct" => return Some(percent(tokens, next + 1, make)),
        "per" if tokens.get(next + 1).is_some_and(|t| t.any(&["cent", "-"])) => {
            let extra = if tokens.get(next + 1).is_some_and(|t| t.is("-")) { 3 } else { 2 };
            return Some(percent(tokens, next + extra, make));
        }
        "percentage" => {
            let hyphen = usize::from(tokens.get(next + 1).is_some_and(Token::hyphen));
            let point = tokens.get(next + 1 + hyphen);
            if point.is_some_and(|t| t.any(&["point", "points"])) {
                return Some(make(next + 2 + hyphen, 1.0, Unit::Points));
            }
        }
        "pp" => return Some(make(next + 1, 1.0, Unit::Points)),
        "fold" | "x" if word == "fold" || token.is_some_and(|t| !t.spaced) => {
            let mut fold = make(next + 1, 1.0, Unit::Times);
            fold.multiple = true;
            return Some(fold);
        }
        _ => {}
    }
    None
}

/// "billion U.S. dollars", "million Chinese yuan", "metric tons".
fn money_or_weight(
    tokens: &[Token<'_>],
    next: usize,
    number: &Number,
    make: &dyn Fn(usize, f64, Unit) -> Figure,
) -> Option<Figure> {
    let token = tokens.get(next);
    let skip = usize::from(token.is_some_and(|t| t.among("u.s. us american russian chinese")));
    if let Some(money) = tokens.get(next + skip).filter(|t| t.is_word())
        && let Some(code) = currency(&money.low)
    {
        return Some(make(next + skip + 1, 1.0, Unit::Money(code.to_owned())));
    }
    if let Some(pounds) = pounds(tokens, next, number, make) {
        return Some(pounds);
    }
    let metric = usize::from(token.is_some_and(|t| t.any(&["metric", "short", "long"])));
    if let Some(weight) = tokens.get(next + metric)
        && let Some(kilograms) = weight_kilograms(&weight.low)
        && (weight.low.len() > 2 || number.digits)
    {
        return Some(make(next + metric + 1, kilograms, Unit::Kilograms));
    }
    None
}

/// Pounds of money: "pounds worth", "pounds sterling", "six million pounds", but "five million
/// pounds of beef".
fn pounds(
    tokens: &[Token<'_>],
    next: usize,
    number: &Number,
    make: &dyn Fn(usize, f64, Unit) -> Figure,
) -> Option<Figure> {
    tokens.get(next).filter(|t| t.any(&["pounds", "pound"]))?;
    let after = tokens.get(next + 1);
    let is = |word: &str| after.is_some_and(|t| t.is(word));
    let apostrophe = after.is_some_and(|t| t.raw == "'" || t.raw == "’");
    let money = is("sterling") || is("worth") || apostrophe || number.value >= 1e5 && !is("of");
    let end = next + 1 + usize::from(is("sterling"));
    money.then(|| make(end, 1.0, Unit::Money("GBP".to_owned())))
}

/// Short forms of the energy and shipping trade: "30 bcm", "1.2 mb/d", "900,000 bpd".
fn abbreviated(
    tokens: &[Token<'_>],
    next: usize,
    number: &Number,
    make: &dyn Fn(usize, f64, Unit) -> Figure,
) -> Option<Figure> {
    let unit = tokens.get(next).filter(|_| number.digits)?;
    let daily = tokens.get(next + 1).is_some_and(|t| t.raw == "/")
        && tokens.get(next + 2).is_some_and(|t| t.is("d"));
    let count = |after, factor, noun: &str| {
        let mut found = make(after, factor, Unit::Count(noun.to_owned()));
        found.noun = Some(next);
        Some(found)
    };
    match unit.low.as_str() {
        "bpd" => count(next + 1, 1.0, "barrels"),
        "b" if daily => count(next + 3, 1.0, "barrels"),
        "mb" if daily => count(next + 3, 1e6, "barrels"),
        "bcm" | "tcm" | "teu" | "teus" | "mwh" | "gwh" | "twh" | "mw" | "gw" => {
            count(next + 1, 1.0, &unit.low)
        }
        _ => None,
    }
}

fn percent(tokens: &[Token<'_>], next: usize, make: &dyn Fn(usize, f64, Unit) -> Figure) -> Figure {
    let points = tokens.get(next).is_some_and(|t| t.any(&["point", "points"]));
    if points { make(next + 1, 1.0, Unit::Points) } else { make(next, 1.0, Unit::Percent) }
}

/// Words at which the search for a counted noun ends.
const STOPS: &[&str] = &[
    "to", "in", "on", "at", "by", "for", "from", "with", "and", "or", "but", "as", "than", "that",
    "which", "who", "is", "are", "was", "were", "has", "have", "had", "be", "been", "will",
    "would", "could", "can", "may", "might", "should", "the", "a", "an", "its", "their", "our",
    "his", "her", "this", "these", "those", "it", "they", "we", "into", "under", "over", "since",
    "during", "after", "before", "against", "through", "across", "between", "per", "worth", "not",
    "said", "when",
];

/// Plurals that do not end in s.
fn plural(word: &str) -> bool {
    let ends = word.len() > 3
        && word.ends_with('s')
        && !["ss", "us", "is", "'s"].iter().any(|end| word.ends_with(end));
    ends && !["various", "previous", "less", "always", "perhaps", "gas", "news", "says"]
        .contains(&word)
        || [
            "people",
            "troops",
            "personnel",
            "staff",
            "aircraft",
            "men",
            "women",
            "children",
            "crew",
        ]
        .contains(&word)
}

/// Pieces of a noun; `None` where the number is a date, a reference or a duration.
fn counted(
    tokens: &[Token<'_>],
    place: usize,
    next: usize,
    number: &Number,
    make: &dyn Fn(usize, f64, Unit) -> Figure,
) -> Option<Figure> {
    if number.digits && is_reference(tokens, place, next, number) {
        return None;
    }
    // "152 mm shells": a size.
    let size = tokens.get(next).is_some_and(|t| {
        t.among(
            "mm cm nm millimeter millimetre millimeters millimetres nanometer nanometre \
            nanometers caliber calibre inch inches volt volts hz mhz ghz",
        )
    });
    if size {
        return None;
    }
    // "Mirny 2", "the Sakhalin 2 projects": a name with its number.
    let named = place > 1
        && tokens.get(place - 1).is_some_and(|t| t.capital() && t.is_word() && !t.any(MONTHS));
    if number.digits && !number.scaled && number.value < 10.0 && named {
        return None;
    }
    let mut at = next;
    if tokens.get(at).is_some_and(|t| t.is("of")) {
        at += 1;
        if tokens.get(at).is_some_and(|t| t.among("the its their these our")) {
            at += 1;
        }
    }
    let noun = noun_at(tokens, at);
    let small = number.value < 10.0 && !number.vague;
    let kind = noun.and_then(|n| LEXICON.counted.get(&tokens.get(n)?.low).copied());
    if kind == Some(Counted::Time) || kind == Some(Counted::Other) && (small || number.value < 30.0)
    {
        return None;
    }
    let before = place.checked_sub(1).and_then(|i| tokens.get(i));
    let definite = [
        "the", "these", "those", "our", "their", "both", "all", "its", "first", "last", "next",
        "other", "his",
    ];
    let only = before.is_some_and(|t| t.any(&["only", "just"])) && noun.is_some();
    if small
        && (before.is_some_and(|t| t.any(&definite))
            || !only
                && !matches!(kind, Some(Counted::Actor | Counted::Measure | Counted::Quantity))
            || number.value < 2.0)
    {
        return None;
    }
    let word = noun.and_then(|n| tokens.get(n)).map_or_else(String::new, |t| t.low.clone());
    let mut found = make(next, 1.0, Unit::Count(word));
    if let Some(noun) = noun {
        // "2.5 million barrels": the noun is part of the figure where nothing stands between.
        if noun == next {
            found.next = noun + 1;
        }
    }
    found.noun = noun;
    Some(found)
}

/// The first plural noun from a token on.
fn noun_at(tokens: &[Token<'_>], from: usize) -> Option<usize> {
    for at in from..(from + 8).min(tokens.len()) {
        let token = tokens.get(at)?;
        if token.hyphen() || token.is("'s") {
            continue;
        }
        if !token.is_word() || token.any(STOPS) {
            return None;
        }
        let more =
            tokens.get(at + 1).is_some_and(|t| t.is_word() && plural(&t.low) && !t.any(STOPS));
        let possessor = tokens.get(at + 1).is_some_and(|t| t.is("'s") || t.hyphen());
        let known = LEXICON.counted.contains_key(&token.low);
        if (known || plural(&token.low)) && !more && !possessor {
            return Some(at);
        }
    }
    None
}

/// Words before a number that make it a reference, a date or a name.
const REFERENCES: &[&str] = &[
    "article",
    "articles",
    "regulation",
    "section",
    "sections",
    "resolution",
    "act",
    "no",
    "nos",
    "paragraph",
    "chapter",
    "annex",
    "fig",
    "page",
    "pages",
    "p",
    "pp",
    "category",
    "phase",
    "revision",
    "publication",
    "headings",
    "hs",
    "cn",
    "codes",
    "tier",
    "item",
    "room",
    "flight",
    "boeing",
    "airbus",
    "channel",
    "windows",
    "eo",
    "eccn",
    "chapters",
    "§",
    "art",
    "decision",
    "directive",
    "protocol",
    "convention",
    "decree",
    "mark",
    "appendix",
    "footnote",
    "subheading",
    "subheadings",
    "r",
    "s",
    "imo",
    "aged",
    "age",
    "covid",
    "/",
    "#",
    "suite",
    "street",
    "highway",
    "route",
    "tel",
    "phone",
    "fax",
    "+",
    "isbn",
    "doi",
    "iso",
    "(eu)",
    "form",
];

/// The same, only where they are written as names: "Order 14024", but "in order 300 firms".
const CAPITAL_REFERENCES: &[&str] = &[
    "order", "act", "title", "list", "part", "parts", "unit", "type", "model", "mark", "note",
    "case", "group", "class", "form", "line", "rule", "step", "box", "figure", "table", "version",
    "agenda", "vision", "code", "schedule", "law", "bill", "heading", "tariff",
];

/// Whether the digits name a year, a day, a time, a law, a model and so on.
fn is_reference(tokens: &[Token<'_>], place: usize, next: usize, number: &Number) -> bool {
    let before = place.checked_sub(1).and_then(|i| tokens.get(i));
    let token = tokens.get(place);
    let raw = token.map_or("", |t| t.raw);
    let after = tokens.get(next);
    if let Some(b) = before {
        // "Extra-EU 27 exports"
        if b.is("e.u.") && number.value < 50.0 && !number.scaled {
            return true;
        }
        let may = b.is("may") && !b.capital();
        let day = [MONTHS, SHORT_MONTHS, WEEKDAYS].iter().any(|words| b.any(words));
        let names =
            day || b.any(REFERENCES) || b.any(CAPITAL_REFERENCES) && b.capital() && place > 1;
        if names && !may && !number.scaled {
            return true;
        }
        // G7, T-72, 7:44, 833/2014, +1-202, (EU) 833.
        let tight = token.is_some_and(|t| !t.spaced);
        if tight
            && !(b.is_mark()
                && ["(", "\"", "“", "‘", "[", "—", "$", "~", ">", "<", "*"].contains(&b.raw))
        {
            return true;
        }
        if b.is(")")
            && place >= 3
            && tokens.get(place - 2).is_some_and(|t| t.any(&["e.u.", "eu", "ec"]))
        {
            return true;
        }
    }
    if let Some(a) = after {
        let tight = !a.spaced;
        if (a.any(MONTHS) || a.any(SHORT_MONTHS)) && (a.capital() || !a.is("may")) {
            return true;
        }
        if tight && (a.is_word() || a.hyphen() || a.among("/ : ° º 's +")) {
            return true;
        }
        if a.raw == "–" && tokens.get(next + 1).is_some_and(Token::is_number) {
            return true;
        }
    }
    let year =
        raw.len() == 4 && !raw.contains([',', '.']) && (1900.0..2101.0).contains(&number.value);
    let said = before.is_some_and(|b| rounding_at(tokens, place - 1).is_some() && !b.is("around"));
    let pair = before.is_some_and(|b| b.any(&["than", "least", "to"]))
        && !before.is_some_and(|b| b.is("to"));
    year && !number.scaled && !said && !pair
}
