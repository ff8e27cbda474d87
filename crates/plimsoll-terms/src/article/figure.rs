//! Where does a sentence give a figure, and which? Digits and number words, money, percent,
//! fractions, multiples, weights, counts, places in an order, with the words that round them.

mod number;
mod rank;
mod unit;

use super::token::Token;
use crate::claim::amount::{Amount, Digits, Rounding, Unit, currency};
pub(super) use number::small_number;
use number::{Number, number_at};
use unit::measured;

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
    if let Some(second) = second {
        let first = First { at, head, place, between, sign, number, one };
        return pair(tokens, first, second, rounding);
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

/// The first number of a pair: its tokens, currency, number, and the figure that it is alone.
struct First {
    at: usize,
    head: usize,
    place: usize,
    between: bool,
    sign: Option<&'static str>,
    number: Number,
    one: Option<Figure>,
}

/// Two numbers joined by "to", "and" or a dash: a range, both ends of a change, or two figures.
fn pair(
    tokens: &[Token<'_>],
    first: First,
    second: Second,
    rounding: Rounding,
) -> Option<Vec<Figure>> {
    let First { at, head, place, between, sign, number, one } = first;
    let (joined, place2, number2, sign2) = second;
    let two = measured(tokens, place2, &number2, sign2.or(sign))?;
    // "Grew by 20 % to $5 million": two figures, no range.
    let unlike =
        |f: &Figure| f.amount.unit != two.amount.unit && !matches!(f.amount.unit, Unit::Count(_));
    // "An increase of $5 billion to $66 billion": the change and the level.
    let both = |f: &Figure| {
        let count = matches!(f.amount.unit, Unit::Count(_));
        !count && f.amount.unit == two.amount.unit && grew(tokens, head)
    };
    let apart = joined == "to" && !between && one.as_ref().is_some_and(both);
    if apart || one.as_ref().is_some_and(unlike) {
        return accept(tokens, at, rounding, one?).map(|f| vec![f]);
    }
    // "from $2 to $3 million", but "from $79,000 to $3.2 million".
    let own = number.scaled || sign.is_some() && number.value >= 1000.0;
    let factor = if own { 1.0 } else { number2.scale };
    let made = |factor: f64| {
        let unit = two.amount.unit.clone();
        figure(place, number.next, number.value * factor, number.half * factor, unit)
    };
    let mut one = one
        .filter(|f| f.amount.unit == two.amount.unit)
        .unwrap_or_else(|| made(factor * unit_factor(&two, &number2)));
    if sign.is_some() && !own && number2.scaled {
        one = made(factor);
    }
    if one.amount.point.abs() >= two.amount.point.abs() && joined != "to" {
        return accept(tokens, at, rounding, one).map(|f| vec![f]);
    }
    let change = between && tokens.get(head).is_some_and(|t| t.is("from")) && grew(tokens, head);
    if joined == "to" && change {
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
    accept(tokens, range.first, Rounding::Plain, range).map(|f| vec![f])
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
