//! A figure as people write it, as an interval: `nearly 70 %`, `more than $500 million`.
//!
//! A rounded figure stands for everything that rounds to it. Half a unit of its last significant
//! digit is allowed on either side (`$900 million` is 850 to 950), half a unit of the last digit
//! shown where decimals or several digits say how exact it is (`57 %` is 56.5 to 57.5). Words
//! change that, see [`Rounding`].

use serde::{Deserialize, Serialize};

/// What a figure counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Percent: 70 is 70 %.
    Percent,
    /// Percentage points: the distance of two percentages.
    Points,
    /// A factor: 3 is threefold.
    Times,
    /// Money in a currency (`USD`, `EUR`).
    Money(String),
    /// Weight, in kilograms.
    Kilograms,
    /// A place in an order.
    Rank,
    /// Pieces of what the text names.
    Count(String),
}

/// How a word changes the interval of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// No word: half a unit of the last significant digit on either side.
    Plain,
    /// About, around, some, roughly: as plain, and at least 5 % on either side.
    About,
    /// Nearly, almost, close to: from as far below as `About` up to the figure.
    Nearly,
    /// More than, over, at least: the figure or more.
    AtLeast,
    /// Less than, under, up to: the figure or less.
    AtMost,
    /// Exactly as written, without rounding.
    Exact,
}

/// A figure with the interval that its words allow, in its unit (kilograms for weights).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Amount {
    /// The figure itself.
    pub point: f64,
    /// The least that the words allow.
    pub low: f64,
    /// The most that the words allow; infinite after "more than".
    pub high: f64,
    /// What it counts.
    pub unit: Unit,
    /// Which word was read.
    pub rounding: Rounding,
}

/// Words before a figure and what they do, longest first where one begins another.
const ROUNDING_WORDS: &[(&str, Rounding)] = &[
    ("approximately", Rounding::About),
    ("in the region of", Rounding::About),
    ("no more than", Rounding::AtMost),
    ("not more than", Rounding::AtMost),
    ("at least", Rounding::AtLeast),
    ("more than", Rounding::AtLeast),
    ("greater than", Rounding::AtLeast),
    ("upwards of", Rounding::AtLeast),
    ("in excess of", Rounding::AtLeast),
    ("no less than", Rounding::AtLeast),
    ("less than", Rounding::AtMost),
    ("fewer than", Rounding::AtMost),
    ("at most", Rounding::AtMost),
    ("close to", Rounding::Nearly),
    ("just under", Rounding::Nearly),
    ("just below", Rounding::Nearly),
    ("just over", Rounding::AtLeast),
    ("up to", Rounding::AtMost),
    ("exactly", Rounding::Exact),
    ("roughly", Rounding::About),
    ("around", Rounding::About),
    ("nearly", Rounding::Nearly),
    ("almost", Rounding::Nearly),
    ("exceeding", Rounding::AtLeast),
    ("exceeded", Rounding::AtLeast),
    ("about", Rounding::About),
    ("circa", Rounding::About),
    ("under", Rounding::AtMost),
    ("below", Rounding::AtMost),
    ("above", Rounding::AtLeast),
    ("over", Rounding::AtLeast),
    ("some", Rounding::About),
    ("ca.", Rounding::About),
    (">=", Rounding::AtLeast),
    ("<=", Rounding::AtMost),
    (">", Rounding::AtLeast),
    ("<", Rounding::AtMost),
    ("≥", Rounding::AtLeast),
    ("≤", Rounding::AtMost),
    ("~", Rounding::About),
    ("≈", Rounding::About),
    ("=", Rounding::Exact),
];

/// Names of powers of ten.
pub(crate) const SCALES: &[(&str, f64)] = &[
    ("thousand", 1e3),
    ("million", 1e6),
    ("billion", 1e9),
    ("trillion", 1e12),
    ("mln", 1e6),
    ("bln", 1e9),
    ("tn", 1e12),
    ("bn", 1e9),
    ("mn", 1e6),
    ("k", 1e3),
    ("m", 1e6),
    ("b", 1e9),
];

/// Names of weights in kilograms; the pound is exactly 0.45359237 kg (agreement of 1959).
const WEIGHTS: &[(&str, f64)] = &[
    ("kilogrammes", 1.0),
    ("kilograms", 1.0),
    ("kilogram", 1.0),
    ("kilogramme", 1.0),
    ("kilos", 1.0),
    ("kg", 1.0),
    ("metric tons", 1000.0),
    ("metric tonnes", 1000.0),
    ("tonnes", 1000.0),
    ("tonne", 1000.0),
    ("tons", 1000.0),
    ("ton", 1000.0),
    ("t", 1000.0),
    ("pounds", 0.453_592_37),
    ("pound", 0.453_592_37),
    ("lbs", 0.453_592_37),
    ("lb", 0.453_592_37),
];

/// Signs and names of currencies.
const CURRENCIES: &[(&str, &str)] = &[
    ("us$", "USD"),
    ("$", "USD"),
    ("usd", "USD"),
    ("dollars", "USD"),
    ("dollar", "USD"),
    ("€", "EUR"),
    ("eur", "EUR"),
    ("euros", "EUR"),
    ("euro", "EUR"),
    ("£", "GBP"),
    ("gbp", "GBP"),
    ("¥", "CNY"),
    ("cny", "CNY"),
    ("rmb", "CNY"),
    ("yuan", "CNY"),
    ("rub", "RUB"),
    ("roubles", "RUB"),
    ("rubles", "RUB"),
    ("rouble", "RUB"),
    ("ruble", "RUB"),
    ("₽", "RUB"),
    ("chf", "CHF"),
    ("jpy", "JPY"),
    ("yen", "JPY"),
    ("₴", "UAH"),
    ("hryvnia", "UAH"),
    ("hryvnias", "UAH"),
    ("lira", "TRY"),
    ("rupees", "INR"),
    ("tenge", "KZT"),
];

impl Amount {
    /// Reads a figure with its words and unit; `None` where there is none or more than one.
    ///
    /// Digits and number words (`a third`, `doubled`, `$1.2–1.5 billion`); `down` before it makes
    /// it negative. A fraction in words is allowed two and a half points on either side.
    pub fn parse(text: &str) -> Option<Amount> {
        let lower = text.trim().to_lowercase();
        if let Some(rest) = lower.strip_prefix("down ") {
            return Amount::parse(rest).map(Amount::negative);
        }
        let lower = lower.strip_prefix("up ").filter(|r| !r.starts_with("to ")).unwrap_or(&lower);
        Amount::written(lower).or_else(|| crate::article::figure::whole(lower))
    }

    /// The same amount below zero.
    fn negative(self) -> Amount {
        Amount { point: -self.point, low: -self.high, high: -self.low, ..self }
    }

    /// One number in digits with its unit.
    fn written(lower: &str) -> Option<Amount> {
        let (rounding, rest) = rounding_word(lower);
        let (currency, rest) = currency_sign(rest.trim_start());
        let (digits, rest) = number(rest.trim_start())?;
        let (scale, rest) = word_of(rest, SCALES).unwrap_or((1.0, rest));
        let unit = unit(rest.trim(), currency)?;
        let factor = match (&unit, weight(rest.trim())) {
            (Unit::Kilograms, Some(kilograms)) => scale * kilograms,
            _ => scale,
        };
        Some(Amount::new(digits, factor, unit, rounding))
    }

    /// From the digits as written (`3039`, `8.77`), what one of them is worth in the unit, and
    /// the word before.
    pub fn new(digits: Digits, factor: f64, unit: Unit, rounding: Rounding) -> Amount {
        let point = digits.value * factor;
        let half = digits.half * factor;
        let wide = half.max(0.05 * point.abs());
        let (low, high) = match rounding {
            Rounding::Exact => (point, point),
            Rounding::Plain => (point - half, point + half),
            Rounding::About => (point - wide, point + wide),
            Rounding::Nearly => (point - wide, point),
            Rounding::AtLeast => (point, f64::INFINITY),
            Rounding::AtMost => (f64::NEG_INFINITY, point),
        };
        Amount { point, low, high, unit, rounding }
    }

    /// Whether the words allow `value`.
    pub fn allows(&self, value: f64) -> bool {
        let slack = 1e-9 * self.point.abs();
        value >= self.low - slack && value <= self.high + slack
    }

    /// Whether the words allow any value between the two.
    pub fn meets(&self, low: f64, high: f64) -> bool {
        let slack = 1e-9 * self.point.abs();
        high >= self.low - slack && low <= self.high + slack
    }
}

/// A number with half a unit of its last significant digit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Digits {
    /// The number.
    pub value: f64,
    /// Half a unit of the last significant digit.
    pub half: f64,
}

impl Digits {
    /// Reads `1,942`, `8.77`, `900`. Zeros at the end of a whole number are taken as rounding
    /// where at most two digits stand before them.
    pub fn parse(text: &str) -> Option<Digits> {
        let plain: String = text.chars().filter(|c| *c != ',' && *c != ' ').collect();
        let value: f64 = plain.parse().ok().filter(|v: &f64| v.is_finite())?;
        let half = match plain.split_once('.') {
            Some((_, decimals)) => 0.5 * 10f64.powi(-(decimals.len() as i32)),
            None => {
                let significant = plain.trim_start_matches('-').trim_end_matches('0').len();
                let zeros = plain.len() - plain.trim_end_matches('0').len();
                let rounded = (1..=2).contains(&significant);
                0.5 * if rounded { 10f64.powi(zeros as i32) } else { 1.0 }
            }
        };
        Some(Digits { value, half })
    }
}

/// The rounding word at the start, and what follows it.
fn rounding_word(text: &str) -> (Rounding, &str) {
    for (word, rounding) in ROUNDING_WORDS {
        if let Some(rest) = text.strip_prefix(word)
            && !(word.ends_with(char::is_alphabetic) && rest.starts_with(char::is_alphabetic))
        {
            return (*rounding, rest);
        }
    }
    (Rounding::Plain, text)
}

fn currency_sign(text: &str) -> (Option<&'static str>, &str) {
    for (sign, code) in CURRENCIES {
        if let Some(rest) = text.strip_prefix(sign)
            && rest.trim_start().starts_with(|c: char| c.is_ascii_digit())
        {
            return (Some(code), rest);
        }
    }
    (None, text)
}

/// The digits at the start, with thousands commas, and what follows.
fn number(text: &str) -> Option<(Digits, &str)> {
    let mut end = 0;
    for (i, c) in text.char_indices() {
        let after = text[i + c.len_utf8()..].starts_with(|c: char| c.is_ascii_digit());
        match c {
            '0'..='9' => end = i + 1,
            '-' | '+' if i == 0 => {}
            '.' | ',' if after && end == i => {}
            _ => break,
        }
    }
    let digits = text[..end].trim_start_matches('+');
    Some((Digits::parse(digits)?, &text[end..]))
}

/// The word of a table at the start, after spaces; not as part of a longer word.
fn word_of<'a, T: Copy>(text: &'a str, table: &[(&str, T)]) -> Option<(T, &'a str)> {
    let text = text.trim_start_matches([' ', '-', '\u{a0}']);
    table.iter().find_map(|(word, value)| {
        let rest = text.strip_prefix(word)?;
        (!rest.starts_with(char::is_alphanumeric)).then_some((*value, rest))
    })
}

/// The code of a currency's sign or name in lower case.
pub(crate) fn currency(word: &str) -> Option<&'static str> {
    CURRENCIES.iter().find(|(name, _)| *name == word).map(|(_, code)| *code)
}

/// Kilograms in one of a unit of weight, named in lower case.
pub(crate) fn weight_kilograms(word: &str) -> Option<f64> {
    WEIGHTS.iter().find(|(name, _)| *name == word).map(|(_, kilograms)| *kilograms)
}

fn weight(text: &str) -> Option<f64> {
    word_of(text, WEIGHTS).map(|(kilograms, _)| kilograms)
}

/// What is counted, from the words after the number.
fn unit(text: &str, currency: Option<&str>) -> Option<Unit> {
    // A second number is a range, or more than a figure.
    if text.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(code) = currency {
        return Some(Unit::Money(code.to_owned()));
    }
    if ["percentage point", "pp"].iter().any(|p| text.starts_with(p)) {
        return Some(Unit::Points);
    }
    let percent = ["%", "per cent", "percent", "per-cent", "pct"];
    if percent.iter().any(|p| text.starts_with(p)) {
        return Some(Unit::Percent);
    }
    if text.starts_with("times") || text.starts_with("fold") || text == "x" || text == "-fold" {
        return Some(Unit::Times);
    }
    if weight(text).is_some() {
        return Some(Unit::Kilograms);
    }
    if let Some((code, _)) = word_of(text, CURRENCIES) {
        return Some(Unit::Money(code.to_owned()));
    }
    if ["st", "nd", "rd", "th"].contains(&text) {
        return Some(Unit::Rank);
    }
    // "10 to 15", "1 in 5": more than one number, or more than its unit.
    if text.starts_with(['-', '–', '—', '/', ':'])
        || ["to ", "in ", "of ", "out "].iter().any(|w| text.starts_with(w))
    {
        return None;
    }
    Some(Unit::Count(text.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, point: f64, low: f64, high: f64, unit: Unit) {
        let amount = Amount::parse(text).unwrap_or_else(|| panic!("{text:?} is no figure"));
        let near = |a: f64, b: f64| a == b || (a - b).abs() <= 1e-6 * b.abs();
        assert!(near(amount.point, point), "{text}: {amount:?}");
        assert!(near(amount.low, low) && near(amount.high, high), "{text}: {amount:?}");
        assert_eq!(amount.unit, unit, "{text}");
    }

    #[test]
    fn words_make_intervals() {
        let usd = || Unit::Money("USD".into());
        check("nearly 70 %", 70.0, 65.0, 70.0, Unit::Percent);
        check("about 90%", 90.0, 85.0, 95.0, Unit::Percent);
        check("57 percent", 57.0, 56.5, 57.5, Unit::Percent);
        check("16.1 %", 16.1, 16.05, 16.15, Unit::Percent);
        check("$900 million", 9e8, 8.5e8, 9.5e8, usd());
        check("more than $500M", 5e8, 5e8, f64::INFINITY, usd());
        check("$8.77bn", 8.77e9, 8.765e9, 8.775e9, usd());
        check("EUR 8bn", 8e9, 7.5e9, 8.5e9, Unit::Money("EUR".into()));
        check("3,039 t", 3_039_000.0, 3_038_500.0, 3_039_500.0, Unit::Kilograms);
        check("2,113 suppliers", 2113.0, 2112.5, 2113.5, Unit::Count("suppliers".into()));
        check("-28.5 %", -28.5, -28.55, -28.45, Unit::Percent);
        check("3 times", 3.0, 2.5, 3.5, Unit::Times);
    }

    #[test]
    fn pounds_and_tonnes_are_one_unit() {
        let tonnes = Amount::parse("3,039 t").unwrap();
        let pounds = Amount::parse("6.7M lb").unwrap();
        assert!(pounds.meets(tonnes.low, tonnes.high), "{pounds:?} {tonnes:?}");
    }

    #[test]
    fn number_words_and_ranges() {
        let usd = || Unit::Money("USD".into());
        let inf = f64::INFINITY;
        check("half", 50.0, 47.5, 52.5, Unit::Percent);
        check("more than half", 50.0, 50.0, inf, Unit::Percent);
        check("a quarter", 25.0, 22.5, 27.5, Unit::Percent);
        check("two-thirds", 200.0 / 3.0, 200.0 / 3.0 - 2.5, 200.0 / 3.0 + 2.5, Unit::Percent);
        check("one in five", 20.0, 17.5, 22.5, Unit::Percent);
        check("seventy percent", 70.0, 65.0, 75.0, Unit::Percent);
        check("seventy-five percent", 75.0, 74.5, 75.5, Unit::Percent);
        check("doubled", 2.0, 1.75, 2.25, Unit::Times);
        check("more than tripled", 3.0, 3.0, inf, Unit::Times);
        check("20-fold", 20.0, 15.0, 25.0, Unit::Times);
        check("$1.2–1.5 billion", 1.35e9, 1.2e9, 1.5e9, usd());
        check("$5 million to $10 million", 7.5e6, 5e6, 1e7, usd());
        check("10 to 15 percent", 12.5, 10.0, 15.0, Unit::Percent);
        check("2.5 million barrels", 2.5e6, 2.45e6, 2.55e6, Unit::Count("barrels".into()));
        check("150,000 metric tons", 1.5e8, 1.45e8, 1.55e8, Unit::Kilograms);
        check("5 percentage points", 5.0, 4.5, 5.5, Unit::Points);
        check("billions of dollars", 2e9, 2e9, inf, usd());
        check("down about 97 %", -97.0, -101.85, -92.15, Unit::Percent);
        check("2nd", 2.0, 1.5, 2.5, Unit::Rank);
    }

    #[test]
    fn no_figure_is_none() {
        for text in ["", "many", "%", "$", "12 34 units 5"] {
            assert_eq!(Amount::parse(text), None, "{text:?}");
        }
    }
}
