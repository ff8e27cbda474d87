//! How is a found claim said in one sentence of ours?

use super::lexicon::place_name;
use crate::claim::{Claim, Measure};

fn place(code: &str) -> String {
    place_name(code).unwrap_or_else(|| code.to_owned())
}

/// The goods of a claim in the words of the text.
fn goods(claim: &Claim) -> String {
    if claim.goods_text.is_empty() { "goods".to_owned() } else { many(&claim.goods_text) }
}

/// "machine tool", as in "machine tool imports", as the goods themselves: "machine tools".
pub(super) fn many(goods: &str) -> String {
    let plural = format!("{goods}s");
    let tokens = super::token::tokens(&plural, 0);
    let known =
        super::lexicon::LEXICON.goods.at(&tokens, 0).is_some_and(|(next, _)| next == tokens.len());
    if known { plural } else { goods.to_owned() }
}

/// The claim in a sentence: "China supplied nearly 70 % of Russia's machine tools (2023Q4)".
/// `about` is what a count or a share without trade is of, in the words of the text.
pub(super) fn sentence(claim: &Claim, about: &str) -> String {
    let (from, to) = (place(&claim.exporter), place(&claim.importer));
    let (seller, buyer) = (!claim.exporter.is_empty(), !claim.importer.is_empty());
    let value = &claim.value;
    let what = goods(claim);
    let mut text = match claim.measure {
        Measure::Share if seller && buyer => format!("{from} supplied {value} of {to}'s {what}"),
        Measure::Share if seller => format!("{value} of {what} came from {from}"),
        Measure::Value | Measure::Quantity if seller && buyer => {
            format!("{from} supplied {value} of {what} to {to}")
        }
        Measure::Value | Measure::Quantity if seller => {
            format!("{from} exported {value} of {what}")
        }
        Measure::Value | Measure::Quantity if buyer => format!("{to} imported {value} of {what}"),
        Measure::Change => change(claim, about),
        Measure::Deed => deed(claim),
        _ if about.is_empty() => format!("{value}, in: {}", opening(&claim.quote)),
        _ => format!("{value}: {about}"),
    };
    if !claim.period.is_empty() {
        text.push_str(&format!(" ({})", claim.period));
    }
    text
}

fn change(claim: &Claim, about: &str) -> String {
    let (from, to) = (place(&claim.exporter), place(&claim.importer));
    let what = if claim.goods_text.is_empty() {
        String::new()
    } else {
        format!(" of {}", claim.goods_text)
    };
    let flow = match (claim.exporter.is_empty(), claim.importer.is_empty()) {
        (false, false) => format!("{from}'s exports{what} to {to}"),
        (false, true) => format!("{from}'s exports{what}"),
        (true, false) => format!("{to}'s imports{what}"),
        (true, true) if !claim.goods_text.is_empty() => claim.goods_text.clone(),
        (true, true) if !about.is_empty() && claim.unquantified().is_some() => about.to_owned(),
        (true, true) => return format!("{}, in: {}", claim.value, opening(&claim.quote)),
    };
    let against = if claim.against.is_empty() {
        String::new()
    } else {
        format!(" against {}", claim.against)
    };
    match claim.unquantified() {
        Some(sign) if sign > 0.0 => format!("{flow} rose{against}"),
        Some(_) => format!("{flow} fell{against}"),
        None if claim.value.starts_with("down ") => {
            format!("{flow} fell by {}{against}", claim.value.trim_start_matches("down "))
        }
        None if claim.value.ends_with("ed") => format!("{flow} {}{against}", claim.value),
        None => format!("{flow} rose by {}{against}", claim.value),
    }
}

/// The first words of a sentence.
fn opening(quote: &str) -> String {
    let mut words = quote.split(' ');
    let text: Vec<&str> = words.by_ref().take(14).collect();
    let more = if words.next().is_some() { " …" } else { "" };
    format!("{}{more}", text.join(" "))
}

fn deed(claim: &Claim) -> String {
    let who =
        if claim.parties.is_empty() { place(&claim.exporter) } else { claim.parties.join(", ") };
    let how =
        if claim.likelihood.is_empty() { String::new() } else { format!("{} ", claim.likelihood) };
    let what = goods(claim);
    let mut text = format!("{who} {how}supplied {what}");
    if claim.note.starts_with("joint") {
        text = format!("{who} {how}produce {what} jointly");
    }
    if !claim.importer.is_empty() {
        text.push_str(&format!(" to {}", place(&claim.importer)));
    }
    if !claim.end_use.is_empty() {
        text.push_str(&format!(" for {}", claim.end_use));
    }
    text
}
