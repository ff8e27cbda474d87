//! How is a figure written down, so that a ledger reads it back as the same amount?

use super::figure::{Figure, Leg};
use super::token::Token;
use crate::claim::amount::{Amount, Rounding, Unit};

/// The figure as the text puts it, in our spelling; `sign` below zero writes `down` before it.
pub(super) fn written(figure: &Figure, tokens: &[Token<'_>], sign: f64) -> String {
    let plain = figure.leg == Leg::Alone;
    let own = plain
        .then(|| with_noun(spelled(figure, tokens), &figure.amount))
        .filter(|text| same(text, &figure.amount));
    let text = own.unwrap_or_else(|| canonical(&figure.amount));
    if sign < 0.0 && !figure.multiple { format!("down {text}") } else { text }
}

fn same(text: &str, amount: &Amount) -> bool {
    let near = |a: f64, b: f64| a == b || (a - b).abs() <= 1e-6 * a.abs().max(b.abs());
    Amount::parse(text).is_some_and(|read| {
        near(read.point, amount.point) && near(read.low, amount.low) && near(read.high, amount.high)
    })
}

/// A count with the noun that is counted, which may stand some words on.
fn with_noun(text: String, amount: &Amount) -> String {
    match &amount.unit {
        Unit::Count(noun) if !noun.is_empty() && !text.to_lowercase().contains(noun.as_str()) => {
            format!("{text} {noun}")
        }
        _ => text,
    }
}

/// The words of the text with one way to write percent and no spaces that do not matter.
fn spelled(figure: &Figure, tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    let words = tokens.get(figure.first..figure.next).unwrap_or_default();
    let mut skip = 0;
    for (i, token) in words.iter().enumerate() {
        if skip > 0 {
            skip -= 1;
            continue;
        }
        let next = words.get(i + 1);
        let point = |t: Option<&Token<'_>>| t.is_some_and(|t| t.any(&["point", "points"]));
        let percent = token.any(&["%", "percent", "pct"]) && !point(next);
        let cent =
            token.is("per") && next.is_some_and(|t| t.is("cent")) && !point(words.get(i + 2));
        if percent || cent {
            out.push_str(" %");
            skip = usize::from(cent);
            continue;
        }
        if token.spaced && !out.is_empty() {
            out.push(' ');
        }
        let word = match token.low.as_str() {
            "approximately" | "approx" | "around" | "roughly" => "about",
            _ => token.raw,
        };
        out.push_str(word);
    }
    let mut chars = out.chars();
    match chars.next() {
        Some(first)
            if out.starts_with(|c: char| c.is_ascii_uppercase())
                && !out.get(..3).is_some_and(|c| c.chars().all(char::is_uppercase))
                && !out.starts_with("US") =>
        {
            first.to_lowercase().chain(chars).collect()
        }
        _ => out,
    }
}

/// The amount in our own words.
pub(super) fn canonical(amount: &Amount) -> String {
    let word = match amount.rounding {
        Rounding::Plain => "",
        Rounding::About => "about ",
        Rounding::Nearly => "nearly ",
        Rounding::AtLeast => "more than ",
        Rounding::AtMost => "up to ",
        Rounding::Exact => "exactly ",
    };
    let point = amount.point;
    match &amount.unit {
        Unit::Percent => format!("{word}{} %", short(point)),
        Unit::Points => format!("{word}{} percentage points", short(point)),
        Unit::Times => format!("{word}{} times", short(point)),
        Unit::Money(code) => format!("{word}{}", money(point, code)),
        Unit::Kilograms => {
            if point >= 1000.0 {
                format!("{word}{} t", short(point / 1000.0))
            } else {
                format!("{word}{} kg", short(point))
            }
        }
        Unit::Rank => {
            let ending = match point as i64 {
                1 => "st",
                2 => "nd",
                3 => "rd",
                _ => "th",
            };
            format!("{}{ending}", short(point))
        }
        Unit::Count(noun) if point >= 1e6 => {
            format!("{word}{} {noun}", scaled(point)).trim_end().to_owned()
        }
        Unit::Count(noun) => format!("{word}{} {noun}", short(point)).trim_end().to_owned(),
    }
}

/// Digits with thousands commas and at most four decimals.
pub(super) fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    let (whole, decimals) = text.split_once('.').map_or((text, ""), |(w, d)| (w, d));
    let sign = if whole.starts_with('-') { "-" } else { "" };
    let digits = whole.trim_start_matches('-');
    let mut grouped = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(c);
    }
    if decimals.is_empty() {
        format!("{sign}{grouped}")
    } else {
        format!("{sign}{grouped}.{decimals}")
    }
}

fn scaled(value: f64) -> String {
    for (size, word) in [(1e12, "trillion"), (1e9, "billion"), (1e6, "million")] {
        if value.abs() >= size {
            return format!("{} {word}", short(value / size));
        }
    }
    short(value)
}

fn money(value: f64, code: &str) -> String {
    match code {
        "USD" => format!("${}", scaled(value)),
        "EUR" => format!("€{}", scaled(value)),
        "GBP" => format!("£{}", scaled(value)),
        _ => format!("{code} {}", scaled(value)),
    }
}

/// Money to three digits: `$585 million`, `$1.38 billion`. For what a reading implies.
pub(super) fn about_money(value: f64, code: &str) -> String {
    let size = if value > 0.0 { 10f64.powf(value.log10().floor() - 2.0) } else { 1.0 };
    money((value / size).round() * size, code)
}
