//! Where does a sentence give a figure, and which? Digits and number words, money, percent,
//! fractions, multiples, weights, counts, places in an order, with the words that round them.

mod number;
mod rank;

use super::lexicon::{Counted, LEXICON};
use super::token::Token;
use super::when::{MONTHS, SHORT_MONTHS, WEEKDAYS};
use crate::claim::amount::{Amount, Digits, Rounding, Unit, currency, weight_kilograms};
pub(super) use number::small_number;
use number::{Number, number_at};

/// A figure of a sentence.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    /// First token, with its rounding word.
    pub(crate) first: usize,
    /// The token of the number itself.
    pub(crate) head: usize,
    /// The token after the last.
    pub(crate) next: usize,
    pub(crate) amount: Amount,
    /// Whether it is a ratio to what was before: doubled, threefold.
    pub(crate) multiple: bool,
    /// A record, the highest ever: said in words, without a number.
    pub(crate) record: bool,
    /// Two amounts of a change ("from 5 % to 10 %"): this is the first or second of them.
    pub(crate) leg: Leg,
    /// The noun that is counted.
    pub(crate) noun: Option<usize>,
}

/// Which end of "from X to Y" a figure is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Leg {
    #[default]
    Alone,
    From,
    To,
}

/// Rounding phrases, the longest first where one begins another.
const ROUNDINGS: &[(&[&str], Rounding)] = &[
    (&["in", "the", "region", "of"], Rounding::About),
    (&["in", "the", "neighborhood", "of"], Rounding::About),
    (&["to", "the", "tune", "of"], Rounding::About),
    (&["somewhere", "around"], Rounding::About),
    (&["a", "little", "over"], Rounding::AtLeast),
    (&["a", "little", "more", "than"], Rounding::AtLeast),
    (&["a", "little", "under"], Rounding::Nearly),
    (&["slightly", "more", "than"], Rounding::AtLeast),
    (&["slightly", "over"], Rounding::AtLeast),
    (&["slightly", "above"], Rounding::AtLeast),
    (&["slightly", "less", "than"], Rounding::Nearly),
    (&["slightly", "under"], Rounding::Nearly),
    (&["slightly", "below"], Rounding::Nearly),
    (&["not", "more", "than"], Rounding::AtMost),
    (&["no", "more", "than"], Rounding::AtMost),
    (&["no", "less", "than"], Rounding::AtLeast),
    (&["no", "fewer", "than"], Rounding::AtLeast),
    (&["not", "less", "than"], Rounding::AtLeast),
    (&["as", "much", "as"], Rounding::AtMost),
    (&["as", "many", "as"], Rounding::AtMost),
    (&["as", "little", "as"], Rounding::AtLeast),
    (&["as", "low", "as"], Rounding::AtLeast),
    (&["as", "high", "as"], Rounding::AtMost),
    (&["up", "to"], Rounding::AtMost),
    (&["more", "than"], Rounding::AtLeast),
    (&["greater", "than"], Rounding::AtLeast),
    (&["higher", "than"], Rounding::AtLeast),
    (&["larger", "than"], Rounding::AtLeast),
    (&["upward", "of"], Rounding::AtLeast),
    (&["upwards", "of"], Rounding::AtLeast),
    (&["in", "excess", "of"], Rounding::AtLeast),
    (&["north", "of"], Rounding::AtLeast),
    (&["at", "least"], Rounding::AtLeast),
    (&["a", "minimum", "of"], Rounding::AtLeast),
    (&["a", "maximum", "of"], Rounding::AtMost),
    (&["less", "than"], Rounding::AtMost),
    (&["fewer", "than"], Rounding::AtMost),
    (&["lower", "than"], Rounding::AtMost),
    (&["at", "most"], Rounding::AtMost),
    (&["close", "to"], Rounding::Nearly),
    (&["just", "under"], Rounding::Nearly),
    (&["just", "below"], Rounding::Nearly),
    (&["just", "shy", "of"], Rounding::Nearly),
    (&["just", "short", "of"], Rounding::Nearly),
    (&["just", "over"], Rounding::AtLeast),
    (&["just", "above"], Rounding::AtLeast),
    (&["well", "over"], Rounding::AtLeast),
    (&["well", "above"], Rounding::AtLeast),
    (&["well", "under"], Rounding::AtMost),
    (&["well", "below"], Rounding::AtMost),
    (&["an", "estimated"], Rounding::About),
    (&["an", "average", "of"], Rounding::About),
    (&["approximately"], Rounding::About),
    (&["approx"], Rounding::About),
    (&["approx."], Rounding::About),
    (&["roughly"], Rounding::About),
    (&["around"], Rounding::About),
    (&["about"], Rounding::About),
    (&["circa"], Rounding::About),
    (&["near"], Rounding::About),
    (&["some"], Rounding::About),
    (&["estimated"], Rounding::About),
    (&["nearly"], Rounding::Nearly),
    (&["almost"], Rounding::Nearly),
    (&["nearing"], Rounding::Nearly),
    (&["approaching"], Rounding::Nearly),
    (&["exceeding"], Rounding::AtLeast),
    (&["exceeded"], Rounding::AtLeast),
    (&["exceeds"], Rounding::AtLeast),
    (&["exceed"], Rounding::AtLeast),
    (&["surpassing"], Rounding::AtLeast),
    (&["surpassed"], Rounding::AtLeast),
    (&["topped"], Rounding::AtLeast),
    (&["topping"], Rounding::AtLeast),
    (&["exactly"], Rounding::Exact),
    (&["precisely"], Rounding::Exact),
    (&["over"], Rounding::AtLeast),
    (&["above"], Rounding::AtLeast),
    (&["under"], Rounding::AtMost),
    (&["below"], Rounding::AtMost),
    (&["~"], Rounding::About),
    (&["≈"], Rounding::About),
    (&[">"], Rounding::AtLeast),
    (&["<"], Rounding::AtMost),
    (&["≥"], Rounding::AtLeast),
    (&["≤"], Rounding::AtMost),
];

/// Words between a rounding word and its number, and in front of it, that change nothing.
const FILLERS: &[&str] = &[
    "only",
    "just",
    "well",
    "even",
    "a",
    "an",
    "the",
    "record",
    "total",
    "whopping",
    "staggering",
    "mere",
    "further",
    "additional",
    "another",
    "combined",
    "full",
    "estimated",
    "roughly",
];

fn phrase(tokens: &[Token<'_>], at: usize, words: &[&str]) -> bool {
    words.iter().enumerate().all(|(i, word)| tokens.get(at + i).is_some_and(|t| t.is(word)))
}

/// The rounding phrase at a token and the token behind it.
fn rounding_at(tokens: &[Token<'_>], at: usize) -> Option<(Rounding, usize)> {
    let first = tokens.get(at)?.low.as_str();
    ROUNDINGS
        .iter()
        .find(|(words, _)| words.first() == Some(&first) && phrase(tokens, at, words))
        .map(|(words, rounding)| (*rounding, at + words.len()))
}

/// All figures of a sentence, from left to right; they do not overlap.
pub(crate) fn figures(tokens: &[Token<'_>]) -> Vec<Figure> {
    let mut out: Vec<Figure> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let found = figure_at(tokens, at);
        match found {
            Some(list) => {
                at = list.last().map_or(at + 1, |f| f.next).max(at + 1);
                out.extend(list);
            }
            None => at += 1,
        }
    }
    out
}

/// The figure that starts at a token; two where a range is the two ends of a change.
fn figure_at(tokens: &[Token<'_>], at: usize) -> Option<Vec<Figure>> {
    let (rounding, mut head) = rounding_at(tokens, at).unwrap_or((Rounding::Plain, at));
    // "some", "over" and their like may stand without a number.
    if rounding != Rounding::Plain {
        while tokens.get(head).is_some_and(|t| t.any(FILLERS)) && !starts_number(tokens, head) {
            head += 1;
        }
        if let Some((_, deeper)) = rounding_at(tokens, head)
            && starts_number(tokens, deeper)
        {
            head = deeper;
        }
    }
    if let Some(figure) = special(tokens, head) {
        return Some(vec![rounded(figure, at, rounding)]);
    }
    plain(tokens, at, head, rounding)
}

fn starts_number(tokens: &[Token<'_>], at: usize) -> bool {
    money_sign(tokens, at).is_some()
        || number_at(tokens, at).is_some()
        || special(tokens, at).is_some()
}

fn rounded(mut figure: Figure, first: usize, rounding: Rounding) -> Figure {
    if rounding != Rounding::Plain {
        let half = (figure.amount.high - figure.amount.low) / 2.0;
        let half = if half.is_finite() { half } else { 0.0 };
        let digits = Digits { value: figure.amount.point, half };
        figure.amount = Amount::new(digits, 1.0, figure.amount.unit.clone(), rounding);
        figure.first = first;
    }
    figure
}

/// Figures that are not number and unit: fractions, multiples, places in an order.
fn special(tokens: &[Token<'_>], at: usize) -> Option<Figure> {
    number::fraction_at(tokens, at)
        .or_else(|| number::multiple_at(tokens, at))
        .or_else(|| rank::rank_at(tokens, at))
        .or_else(|| number::penny_at(tokens, at))
        .or_else(|| number::double_digit_at(tokens, at))
}

/// A figure with its point and half a unit, in a unit.
fn figure(head: usize, next: usize, value: f64, half: f64, unit: Unit) -> Figure {
    let amount = Amount::new(Digits { value, half }, 1.0, unit, Rounding::Plain);
    Figure {
        first: head,
        head,
        next,
        amount,
        multiple: false,
        record: false,
        leg: Leg::Alone,
        noun: None,
    }
}

/// A sign or code of a currency before a number: the code and the token of the number.
fn money_sign(tokens: &[Token<'_>], at: usize) -> Option<(&'static str, usize)> {
    let token = tokens.get(at)?;
    let next = tokens.get(at + 1)?;
    if token.among("u.s. us a au c ca hk nz s") && next.raw == "$" && !next.spaced {
        let code = match token.low.as_str() {
            "u.s." | "us" => "USD",
            "a" | "au" => "AUD",
            "c" | "ca" => "CAD",
            "hk" => "HKD",
            "nz" => "NZD",
            _ => "SGD",
        };
        return tokens.get(at + 2).filter(|t| t.is_number()).map(|_| (code, at + 2));
    }
    let sign =
        token.is_mark() || (token.raw.len() == 3 && token.raw.chars().all(char::is_uppercase));
    let code = currency(&token.low).filter(|_| sign)?;
    // "$ 5 billion" and "$5 billion"; also "$half a billion" is not written.
    next.is_number().then_some((code, at + 1))
}

/// Number, range and unit.
fn plain(tokens: &[Token<'_>], at: usize, head: usize, rounding: Rounding) -> Option<Vec<Figure>> {
    let between = tokens.get(head).is_some_and(|t| t.any(&["between", "from"]));
    let start = head + usize::from(between);
    let (sign, place) = money_sign(tokens, start).map_or((None, start), |(c, n)| (Some(c), n));
    let number = number_at(tokens, place)?;
    let one = measured(tokens, place, &number, sign);
    let second = second(tokens, &number, one.as_ref(), between);
    if let Some((joined, place2, number2, sign2)) = second {
        let sign2 = sign2.or(sign);
        let two = measured(tokens, place2, &number2, sign2)?;
        // "Grew by 20 % to $5 million": two figures, no range.
        let unlike = |f: &Figure| {
            f.amount.unit != two.amount.unit && !matches!(f.amount.unit, Unit::Count(_))
        };
        if one.as_ref().is_some_and(unlike) {
            return accept(tokens, at, rounding, one?).map(|f| vec![f]);
        }
        // "from $2 to $3 million", but "from $79,000 to $3.2 million".
        let own = number.scaled || sign.is_some() && number.value >= 1000.0;
        let factor = if own { 1.0 } else { number2.scale };
        let mut one = one.filter(|f| f.amount.unit == two.amount.unit).unwrap_or_else(|| {
            let unit = two.amount.unit.clone();
            let per_unit = unit_factor(&two, &number2);
            figure(
                place,
                number.next,
                number.value * factor * per_unit,
                number.half * factor * per_unit,
                unit,
            )
        });
        if sign.is_some() && !own && number2.scaled {
            one = figure(
                place,
                number.next,
                number.value * factor,
                number.half * factor,
                two.amount.unit.clone(),
            );
        }
        if one.amount.point.abs() >= two.amount.point.abs() && joined != "to" {
            return accept(tokens, at, rounding, one).map(|f| vec![f]);
        }
        if joined == "to"
            && between
            && tokens.get(head).is_some_and(|t| t.is("from"))
            && grew(tokens, head)
        {
            one.leg = Leg::From;
            one.first = head;
            let mut two = rounded(two, place2, Rounding::Plain);
            two.leg = Leg::To;
            return Some(vec![one, two]);
        }
        if one.amount.point > two.amount.point {
            return accept(tokens, at, rounding, one).map(|f| vec![f]);
        }
        let mut range = two.clone();
        range.first = if between { head } else { at.min(place) };
        range.head = place;
        range.amount.low = one.amount.point;
        range.amount.high = two.amount.point;
        range.amount.point = (one.amount.point + two.amount.point) / 2.0;
        return accept(tokens, range.first, Rounding::Plain, range).map(|f| vec![f]);
    }
    if between {
        // "from 20 %" alone: the figure starts behind the word, and is read in the next step.
        let mut one = accept(tokens, start, rounding, one?)?;
        let rise = tokens.get(head).is_some_and(|t| t.is("from"))
            && one.noun.is_none()
            && grew_near(tokens, head);
        if rise {
            one.leg = Leg::From;
        }
        return Some(vec![one]);
    }
    accept(tokens, at, rounding, one?).map(|f| vec![f])
}

/// What one of the number is worth in the figure's unit.
fn unit_factor(figure: &Figure, number: &Number) -> f64 {
    let base = number.value;
    if base.abs() > 0.0 { figure.amount.point / base } else { 1.0 }
}

/// The second number of a range: the word that joins them, its token, its number and currency.
type Second = (&'static str, usize, Number, Option<&'static str>);

fn second(
    tokens: &[Token<'_>],
    one: &Number,
    first: Option<&Figure>,
    between: bool,
) -> Option<Second> {
    let joint = |at: usize| -> Option<&'static str> {
        let token = tokens.get(at)?;
        match token.raw {
            "-" | "–" | "—" | "‑" if !token.spaced || token.raw == "–" => Some("-"),
            _ if token.is("to") => Some("to"),
            _ if token.is("and") && between => Some("and"),
            _ if token.is("or") && one.value < 10.0 && !one.scaled => Some("or"),
            _ => None,
        }
    };
    for at in [Some(one.next), first.map(|f| f.next)].into_iter().flatten() {
        if let Some(word) = joint(at) {
            let mut start = at + 1;
            if let Some((_, next)) = rounding_at(tokens, start).filter(|_| word == "to") {
                start = next;
            }
            let (sign, place) =
                money_sign(tokens, start).map_or((None, start), |(c, n)| (Some(c), n));
            if let Some(number) = number_at(tokens, place) {
                return Some((word, place, number, sign));
            }
        }
    }
    None
}

/// Whether the words before say that something moved: "rose from X to Y".
fn grew(tokens: &[Token<'_>], from: usize) -> bool {
    let start = from.saturating_sub(20);
    let before = tokens.get(start..from).unwrap_or_default();
    let multiples = "doubled tripled trebled quadrupled quintupled halved multiplied tenfold";
    before.iter().any(|t| super::change::moves(&t.low) || t.among(multiples))
}

fn grew_near(tokens: &[Token<'_>], from: usize) -> bool {
    let start = from.saturating_sub(5);
    let end = (from + 8).min(tokens.len());
    tokens
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .any(|t| super::change::moves(&t.low) || t.any(&["up", "down"]))
}

/// The number with its unit; `None` where the number is none of the world's figures.
fn measured(
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
    let glued = |t: &Token<'_>| !t.spaced;
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
    let token = tokens.get(next);
    let word = token.map_or("", |t| t.low.as_str());
    match word {
        "%" | "percent" | "pct" => return Some(percent(tokens, next + 1, &make)),
        "per" if tokens.get(next + 1).is_some_and(|t| t.any(&["cent", "-"])) => {
            let extra = if tokens.get(next + 1).is_some_and(|t| t.is("-")) { 3 } else { 2 };
            return Some(percent(tokens, next + extra, &make));
        }
        "percentage" => {
            let hyphen = usize::from(tokens.get(next + 1).is_some_and(Token::hyphen));
            let point = tokens.get(next + 1 + hyphen);
            if point.is_some_and(|t| t.any(&["point", "points"])) {
                return Some(make(next + 2 + hyphen, 1.0, Unit::Points));
            }
        }
        "pp" => return Some(make(next + 1, 1.0, Unit::Points)),
        "fold" => {
            let mut fold = make(next + 1, 1.0, Unit::Times);
            fold.multiple = true;
            return Some(fold);
        }
        "x" if token.is_some_and(glued) => {
            let mut fold = make(next + 1, 1.0, Unit::Times);
            fold.multiple = true;
            return Some(fold);
        }
        _ => {}
    }
    money_or_weight(tokens, next, number, &make)
        .or_else(|| abbreviated(tokens, next, number, &make))
        .or_else(|| counted(tokens, place, next, number, &make))
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
    let metric = usize::from(token.is_some_and(|t| t.any(&["metric", "short", "long"])));
    if let Some(weight) = tokens.get(next + metric)
        && let Some(kilograms) = weight_kilograms(&weight.low)
        && (weight.low.len() > 2 || number.digits)
    {
        return Some(make(next + metric + 1, kilograms, Unit::Kilograms));
    }
    None
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

/// Whether a count stands for itself: rounded, large, or of a noun.
fn accept(
    tokens: &[Token<'_>],
    first: usize,
    rounding: Rounding,
    mut figure: Figure,
) -> Option<Figure> {
    figure.first = figure.first.min(first);
    let vague = figure.amount.rounding == Rounding::AtLeast;
    let range = figure.amount.rounding == Rounding::Plain
        && ((figure.amount.low + figure.amount.high) / 2.0 - figure.amount.point).abs()
            <= 1e-9 * figure.amount.point.abs()
        && figure.next > figure.head + 2
        && rounding == Rounding::Plain;
    let is_count = matches!(figure.amount.unit, Unit::Count(_));
    let which = first >= 2
        && tokens.get(first - 2).is_some_and(|t| t.is("of"))
        && tokens.get(first - 1).is_some_and(|t| t.any(&["which", "whom", "them"]));
    let stands = which || stands_alone(tokens, first, &figure);
    if is_count && figure.noun.is_none() && !vague && !(stands && figure.amount.point >= 2.0) {
        let raw = tokens.get(figure.head).map_or("", |t| t.raw);
        let strong = rounding != Rounding::Plain && figure.amount.point >= 10.0;
        let large = raw.contains(',') && figure.amount.point >= 1000.0;
        let scaled = figure.next > figure.head + 1 && figure.amount.point >= 1e5;
        let some = tokens.get(first).is_some_and(|t| t.is("some"));
        if !(strong && !some || large || scaled) {
            return None;
        }
    }
    if vague
        && is_count
        && figure.noun.is_none()
        && !tokens.get(figure.next.saturating_sub(1)).is_some_and(|t| t.is_word())
    {
        return None;
    }
    Some(if range || vague && rounding == Rounding::Plain {
        figure
    } else {
        rounded(figure, first, rounding)
    })
}

/// A number whose noun was said before: "52 were sold, 33 had …", "rose to 310", "a staff of 180".
fn stands_alone(tokens: &[Token<'_>], first: usize, figure: &Figure) -> bool {
    let before = |n: usize| first.checked_sub(n).and_then(|i| tokens.get(i));
    if !tokens.get(figure.head).is_some_and(Token::is_number) {
        return false;
    }
    let verb = tokens.get(figure.next).is_some_and(|t| t.among("were had have are"));
    let opens = first == 0 || before(1).is_some_and(|t| t.any(&[",", ";"]));
    let level = before(1).is_some_and(|t| t.any(&["to", "from"])) && grew(tokens, first);
    let body = before(1).is_some_and(|t| t.is("of"))
        && before(2).is_some_and(|t| {
            t.among("staff workforce crew fleet total network team list number membership")
        });
    let ends = tokens.get(figure.next).is_none_or(|t| t.is_mark() || t.is("in") || t.is("by"));
    let some_of = tokens.get(figure.next).is_some_and(|t| t.is("of"))
        && tokens.get(figure.next + 1).is_some_and(|t| t.among("them these those us"));
    verb && opens || level && ends || body || some_of
}

/// The figure of a text that is nothing but a figure and what it counts.
pub(crate) fn whole(text: &str) -> Option<Amount> {
    let tokens = super::token::tokens(text, 0);
    let found = figures(&tokens);
    let [one] = found.as_slice() else { return None };
    let rest = tokens.get(one.next..)?;
    (one.first == 0 && !rest.iter().any(Token::is_number)).then(|| one.amount.clone())
}
