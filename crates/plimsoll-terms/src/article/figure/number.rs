//! Digits and number words, fractions and multiples.

use super::{Figure, figure};
use crate::article::token::Token;
use crate::article::token::among;
use crate::claim::amount::{Digits, Rounding, SCALES, Unit};

/// A number with its scale, `2.5 million`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Number {
    /// The number, scale included.
    pub(super) value: f64,
    /// Half a unit of its last significant digit.
    pub(super) half: f64,
    /// The power of ten that a word gave.
    pub(super) scale: f64,
    pub(super) scaled: bool,
    /// Written in digits.
    pub(super) digits: bool,
    /// Dozens, hundreds, several thousand.
    pub(super) vague: bool,
    /// The token after it.
    pub(super) next: usize,
}

const UNITS: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] =
    &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// The value of a number word below twenty.
pub(in crate::article) fn small_number(word: &str) -> Option<f64> {
    UNITS.iter().position(|u| *u == word).map(|n| n as f64)
}

fn tens(word: &str) -> Option<f64> {
    TENS.iter().position(|t| *t == word).map(|n| (n as f64 + 2.0) * 10.0)
}

fn scale(token: &Token<'_>, digits: bool) -> Option<f64> {
    let short = token.low.len() <= 2;
    // "5m" is five million, "5 m" five metres.
    if short && (!digits || token.spaced && !token.any(&["bn", "mn", "tn"])) {
        return None;
    }
    SCALES.iter().find(|(word, _)| token.is(word)).map(|(_, value)| *value)
}

/// The number at a token.
pub(super) fn number_at(tokens: &[Token<'_>], at: usize) -> Option<Number> {
    let token = tokens.get(at)?;
    if token.is_number() {
        let (digits, mut next) = grouped(tokens, at)?;
        let half = digits.half;
        let hyphen = usize::from(tokens.get(next).is_some_and(Token::hyphen));
        if let Some(factor) = tokens.get(next + hyphen).and_then(|t| scale(t, true)) {
            next += hyphen + 1;
            return Some(Number {
                value: digits.value * factor,
                half: half * factor,
                scale: factor,
                scaled: true,
                digits: true,
                vague: false,
                next,
            });
        }
        return Some(Number {
            value: digits.value,
            half,
            scale: 1.0,
            scaled: false,
            digits: true,
            vague: false,
            next,
        });
    }
    if !token.is_word() {
        return None;
    }
    vague_at(tokens, at).or_else(|| words_at(tokens, at))
}

/// The digits at a token with the groups of three behind spaces: `860 000`.
fn grouped(tokens: &[Token<'_>], at: usize) -> Option<(Digits, usize)> {
    let token = tokens.get(at)?;
    let short = token.raw.len() <= 3 && token.raw.bytes().all(|b| b.is_ascii_digit());
    let group =
        |t: &&Token<'_>| t.spaced && t.raw.len() == 3 && t.raw.bytes().all(|b| b.is_ascii_digit());
    let groups = tokens.get(at + 1..)?.iter().take_while(group).filter(|_| short).count();
    let mut raw = token.raw.to_owned();
    for token in tokens.get(at + 1..at + 1 + groups)? {
        raw.push_str(token.raw);
    }
    Some((Digits::parse(&raw)?, at + 1 + groups))
}

/// `hundreds of`, `tens of thousands`, `several dozen`, `a few hundred`.
fn vague_at(tokens: &[Token<'_>], at: usize) -> Option<Number> {
    let word = |i: usize| tokens.get(at + i).map_or("", |t| t.low.as_str());
    let base = |w: &str| match w {
        "dozens" | "scores" => Some(if w == "dozens" { 24.0 } else { 40.0 }),
        "hundreds" => Some(200.0),
        "thousands" => Some(2e3),
        "millions" => Some(2e6),
        "billions" => Some(2e9),
        "trillions" => Some(2e12),
        _ => None,
    };
    let made = |value: f64, next: usize| {
        Some(Number {
            value,
            half: 0.0,
            scale: 1.0,
            scaled: true,
            digits: false,
            vague: true,
            next,
        })
    };
    if matches!(word(0), "tens" | "hundreds" | "dozens")
        && word(1) == "of"
        && let Some(inner @ 2e3..) = base(word(2))
    {
        let times = match word(0) {
            "tens" => 10.0,
            "dozens" => 12.0,
            _ => 100.0,
        };
        return made(inner * times, at + 3);
    }
    if word(0) == "multiple"
        || word(0) == "several"
        || word(0) == "few"
        || (word(0) == "a" && word(1) == "few")
    {
        let shift = if word(0) == "a" { 2 } else { 1 };
        let factor = match word(shift) {
            "dozen" => 12.0,
            "hundred" => 100.0,
            "thousand" => 1e3,
            "million" => 1e6,
            "billion" => 1e9,
            _ => return None,
        };
        return made(2.0 * factor, at + shift + 1);
    }
    let of = word(1) == "of"
        || (word(0) == "dozens" || word(0) == "hundreds" || word(0) == "thousands")
            && word(1) == "more";
    base(word(0)).filter(|_| of).and_then(|value| made(value, at + 1))
}

/// A number in words, without unit of its last digit: `half` is half of its scale's tenth or of one.
fn in_words(value: f64, half: f64, scale: f64, next: usize) -> Number {
    Number { value, half, scale, scaled: true, digits: false, vague: false, next }
}

/// `half a million`, `a dozen`, `one hundred`.
fn round_words(tokens: &[Token<'_>], at: usize) -> Option<Number> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let size = |word: &str| match word {
        "dozen" => Some(12.0),
        "hundred" => Some(100.0),
        "thousand" => Some(1e3),
        "million" => Some(1e6),
        "billion" => Some(1e9),
        "trillion" => Some(1e12),
        _ => None,
    };
    if low(at) == "half" && low(at + 1) == "a" {
        let factor = size(low(at + 2))?;
        return Some(in_words(0.5 * factor, 0.05 * factor, factor, at + 3));
    }
    // "Two and a half million"
    let whole = small_number(low(at))
        .filter(|_| low(at + 1) == "and" && low(at + 2) == "a" && low(at + 3) == "half");
    if let Some(whole) = whole {
        let hyphen = usize::from(tokens.get(at + 4).is_some_and(Token::hyphen));
        let factor = size(low(at + 4 + hyphen))?;
        return Some(in_words((whole + 0.5) * factor, 0.05 * factor, factor, at + 5 + hyphen));
    }
    if matches!(low(at), "a" | "one") {
        let factor = size(low(at + 1))?;
        return Some(in_words(factor, factor * 0.5, factor, at + 2));
    }
    (low(at) == "dozen" && at == 0).then(|| in_words(12.0, 6.0, 12.0, at + 1))
}

/// `seventy-five`, `two hundred and fifty thousand`.
fn words_at(tokens: &[Token<'_>], at: usize) -> Option<Number> {
    if let Some(round) = round_words(tokens, at) {
        return Some(round);
    }
    let (mut total, mut group, mut next, mut least, mut seen) = (0.0, 0.0, at, 1.0, false);
    let mut scaled = false;
    while let Some(token) = tokens.get(next) {
        let word = token.low.as_str();
        let joins = seen && (token.hyphen() || word == "and" && scaled);
        if joins && tokens.get(next + 1).is_some_and(|t| part(&t.low)) {
            next += 1;
            continue;
        }
        if let Some(value) = small_number(word) {
            group += value;
            least = 1.0;
        } else if let Some(value) = tens(word) {
            group += value;
            least = if scaled { 1.0 } else { 10.0 };
        } else if word == "hundred" && seen {
            group *= 100.0;
            least = 100.0;
            scaled = true;
        } else if word == "dozen" && seen {
            group *= 12.0;
        } else if let Some((_, factor)) =
            SCALES.iter().find(|(w, _)| *w == word && w.len() > 4).filter(|_| seen)
        {
            total += group * factor;
            group = 0.0;
            least = *factor;
            scaled = true;
        } else {
            break;
        }
        seen = true;
        next += 1;
    }
    let value = total + group;
    seen.then_some(Number {
        value,
        half: least * 0.5,
        scale: 1.0,
        scaled,
        digits: false,
        vague: false,
        next,
    })
}

fn part(word: &str) -> bool {
    small_number(word).is_some()
        || tens(word).is_some()
        || matches!(word, "hundred" | "thousand" | "million" | "billion")
}

/// The part that an ordinal names: a third is 3.
fn denominator(word: &str) -> Option<f64> {
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "half" | "halve" => 2.0,
        "third" => 3.0,
        "quarter" | "fourth" => 4.0,
        "fifth" => 5.0,
        "sixth" => 6.0,
        "seventh" => 7.0,
        "eighth" => 8.0,
        "ninth" => 9.0,
        "tenth" => 10.0,
        "twentieth" => 20.0,
        "hundredth" => 100.0,
        _ => return None,
    })
}

/// Half a unit of a fraction in words, in percent.
const FRACTION_HALF: f64 = 2.5;

/// A fraction in words as percent, two and a half points on either side.
pub(super) fn fraction_at(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    one_in(tokens, at).or_else(|| half_at(tokens, at)).or_else(|| part_at(tokens, at))
}

/// One in five, two out of three, nine of ten; not "two in 2023".
fn one_in(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let number = |i: usize| -> Option<f64> {
        let token = tokens.get(i)?;
        small_number(&token.low).or_else(|| token.raw.parse().ok().filter(|_| token.is_number()))
    };
    let top = number(at).filter(|n| (1.0..20.0).contains(n))?;
    let joint = match (low(at + 1), low(at + 2)) {
        ("out", "of") | ("of" | "in", "every") => 3,
        ("in", _) => 2,
        _ => return None,
    };
    let bottom = number(at + joint).filter(|b| *b > top && *b <= 20.0)?;
    Some(figure(at, at + joint + 1, top / bottom * 100.0, FRACTION_HALF, Unit::Percent))
}

/// Half of, the majority of; not "the first half".
fn half_at(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    if low(at) == "majority" && low(at + 1) == "of" {
        let mut most = figure(at, at + 1, 50.0, 0.0, Unit::Percent);
        most.amount.high = f64::INFINITY;
        most.amount.rounding = Rounding::AtLeast;
        return Some(most);
    }
    let one = low(at) == "one" && low(at + 1) == "half";
    if low(at) != "half" && !one {
        return None;
    }
    let next = at + 1 + usize::from(one);
    let before = at.checked_sub(1).map_or("", low);
    let period = among(before, "first second latter last other this and -");
    let after = low(next);
    let fits = after.is_empty()
        || among(
            after,
            "of the its their all our that . , from since compared in to between what were was came \
             are coming",
        );
    let of = before != "a" || after == "of";
    (!period && fits && of).then(|| figure(at, next, 50.0, FRACTION_HALF, Unit::Percent))
}

/// A third, two-thirds, three quarters; not "a third country".
fn part_at(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let share =
        |next: usize, part: f64| Some(figure(at, next, part * 100.0, FRACTION_HALF, Unit::Percent));
    let (top, from) = match low(at) {
        "a" | "an" => (1.0, at + 1),
        word => (small_number(word).filter(|n| (1.0..10.0).contains(n))?, at + 1),
    };
    let from = from + usize::from(tokens.get(from).is_some_and(Token::hyphen));
    let word = low(from);
    let bottom = denominator(word).filter(|b| *b > 2.0 && *b > top)?;
    let plural = word.ends_with('s');
    if plural != (top > 1.0) && !(word == "quarter" && top > 1.0) {
        return None;
    }
    let next = from + 1;
    let after = low(next);
    // "The first three quarters", "three quarters of 2023"
    let year =
        after == "of" && tokens.get(next + 1).is_some_and(|t| t.is_number() && t.raw.len() == 4);
    let first = at.checked_sub(1).map_or("", low);
    if word.starts_with("quarter") && (year || among(first, "first last past next previous")) {
        return None;
    }
    let ends = tokens.get(next).is_none_or(|t| t.is_mark() && !t.hyphen());
    let of = among(
        after,
        "of the its their all from in to between since compared over more \
            less lower higher were was came are that drop fall decline \
            increase coming last went go goes had have has this per",
    );
    let by = at.checked_sub(1).map_or("", low);
    let by_part =
        among(by, "by up down about roughly around nearly almost than over approximately")
            && !among(after, "party parties country countries state person time of");
    if by_part {
        return share(next, top / bottom);
    }
    let article = top > 1.0
        || tokens.len() == next
        || low(at) == "one"
        || after == "of"
        || among(
            by,
            "by about roughly around nearly almost than over up down some \
            approximately from to",
        )
        || among(after, "more less drop fall decline increase");
    (article && (of || ends)).then(|| share(next, top / bottom)).flatten()
}

/// Doubled, threefold, three times as much: a ratio to what was before.
pub(super) fn multiple_at(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let ratio = |next: usize, factor: f64| {
        let mut found = figure(at, next, factor, 0.25_f64.min(factor / 4.0), Unit::Times);
        found.multiple = true;
        Some(found)
    };
    let verb = match low(at) {
        "doubled" | "doubling" => 2.0,
        "tripled" | "tripling" | "trebled" | "trebling" => 3.0,
        "quadrupled" | "quadrupling" => 4.0,
        "quintupled" => 5.0,
        "halved" | "halving" => 0.5,
        _ => 0.0,
    };
    let down = low(at + 1) == "down";
    if verb > 0.0 && !down {
        return ratio(at + 1, verb);
    }
    let meant = matches!(low(at), "double" | "triple" | "quadruple")
        && at.checked_sub(1).is_some_and(|i| matches!(low(i), "to" | "should" | "must"));
    if !meant
        && among(low(at), "double triple quadruple twice thrice")
        && among(low(at + 1), "the that what its their as last")
    {
        let factor = match low(at) {
            "double" | "twice" => 2.0,
            "quadruple" => 4.0,
            _ => 3.0,
        };
        let next = at + 1 + usize::from(low(at + 1) == "as");
        return ratio(next, factor);
    }
    if let Some(stem) = low(at).strip_suffix("fold").filter(|s| s.len() > 2) {
        let factor = small_number(stem).or_else(|| tens(stem)).or(match stem {
            "hundred" => Some(100.0),
            "thousand" => Some(1e3),
            "several" | "mani" => None,
            _ => None,
        });
        return factor.filter(|f| *f > 1.0).and_then(|f| ratio(at + 1, f));
    }
    if low(at) == "factor" && low(at + 1) == "of" {
        let number = number_at(tokens, at + 2)?;
        return ratio(number.next, number.value);
    }
    if low(at) == "multiplied" && low(at + 1) == "by" {
        let number = number_at(tokens, at + 2)?;
        return ratio(number.next, number.value);
    }
    let number = number_at(tokens, at).filter(|n| !n.vague && n.value > 1.0)?;
    if low(number.next) != "times" {
        return None;
    }
    let after = low(number.next + 1);
    let before = at.checked_sub(1).map_or("", low);
    let compared =
        among(
            after,
            "as more higher larger greater the what its bigger over increase \
            above faster their that lower less fewer rise",
        ) || among(before, "by increased grew rose than surged almost nearly jumped soared");
    if !compared {
        return None;
    }
    let mut found = figure(at, number.next + 1, number.value, number.half, Unit::Times);
    found.multiple = true;
    Some(found)
}

/// `a penny`, `a cent`: a hundredth of the currency.
pub(super) fn penny_at(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let one = matches!(low(at), "a" | "one") && matches!(low(at + 1), "penny" | "cent");
    let than = at.checked_sub(1).map_or("", low) == "than" || at == 0;
    if one && than {
        return Some(figure(at, at + 2, 0.01, 0.0, Unit::Money("USD".to_owned())));
    }
    let cents = tokens.get(at).filter(|t| t.is_number()).and_then(|t| Digits::parse(t.raw));
    let cents = cents.filter(|_| matches!(low(at + 1), "cents" | "cent"))?;
    Some(figure(at, at + 2, cents.value / 100.0, cents.half / 100.0, Unit::Money("USD".to_owned())))
}

/// `double digits`: ten percent or more.
pub(super) fn double_digit_at(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let least = match low(at) {
        "double" => 10.0,
        "triple" => 100.0,
        _ => return None,
    };
    let hyphen = usize::from(tokens.get(at + 1).is_some_and(Token::hyphen));
    if !matches!(low(at + 1 + hyphen), "digit" | "digits") {
        return None;
    }
    let mut found = figure(at, at + 2 + hyphen, least, 0.0, Unit::Percent);
    found.amount.high = f64::INFINITY;
    found.amount.rounding = Rounding::AtLeast;
    Some(found)
}
