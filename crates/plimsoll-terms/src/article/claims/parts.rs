//! The parts of a claim: its measure, goods, months, hedge.

use super::Sentence;
use crate::article::change;
use crate::article::figure::{Figure, Leg};
use crate::article::lexicon::{Counted, GoodsKind, LEXICON};
use crate::article::names::{GoodsRef, slice};
use crate::article::roles::{apart, distance};
use crate::article::token::Token;
use crate::article::token::among;
use crate::article::when::{Day, MONTHS, When};
use crate::claim::amount::Unit;
use crate::claim::{Claim, Measure};
use crate::goods::GoodsGroup;

/// What kind of figure it is, and -1 where it is a fall.
pub(super) fn measure(sentence: &Sentence<'_>, figure: &Figure) -> Option<(Measure, f64)> {
    let tokens = &sentence.tokens;
    let sign = change::near_figure(tokens, figure.first, figure.next)
        .or_else(|| inherited(sentence, figure));
    Some(match &figure.amount.unit {
        Unit::Percent if figure.leg != Leg::Alone => (Measure::Share, 1.0),
        Unit::Percent => match sign {
            Some(sign) => (Measure::Change, sign),
            None => (Measure::Share, 1.0),
        },
        Unit::Points => (Measure::Change, sign.unwrap_or(1.0)),
        Unit::Times => (Measure::Change, 1.0),
        Unit::Money(_) => (Measure::Value, 1.0),
        Unit::Kilograms => (Measure::Quantity, 1.0),
        Unit::Rank => (Measure::Rank, 1.0),
        Unit::Count(noun) => {
            let kind = LEXICON.counted.get(noun);
            let goods = figure.noun.is_some_and(|n| {
                sentence
                    .names
                    .goods
                    .iter()
                    .any(|g| g.first <= n && n < g.next && g.kind != GoodsKind::General)
            });
            let quantity = kind == Some(&Counted::Quantity) || goods && kind.is_none();
            (if quantity { Measure::Quantity } else { Measure::Count }, 1.0)
        }
    })
}

/// "Rose 5 % in May and 7 % in June": the second figure is a change as the first, where only times
/// stand between them.
fn inherited(sentence: &Sentence<'_>, figure: &Figure) -> Option<f64> {
    let tokens = &sentence.tokens;
    let last = sentence.figures.iter().rfind(|f| f.next <= figure.first)?;
    // "Fell $3 billion, or 2 %": the same change in other units.
    let or = (last.next..figure.first)
        .all(|i| tokens.get(i).is_some_and(|t| t.among(", or ( about roughly")));
    let of = tokens.get(figure.next).is_some_and(|t| t.is("of"));
    if or && !of && last.next < figure.first && last.amount.unit != figure.amount.unit {
        return change::near_figure(tokens, last.first, last.next);
    }
    let time = |i: usize| {
        sentence.whens.iter().any(|w| w.first <= i && i < w.next)
            || tokens.get(i).is_some_and(|t| {
                t.among(
                    "in , and by the then first second third fourth quarter half year month last \
                    previous next following of a further another",
                ) || MONTHS.contains(&t.low.as_str())
            })
    };
    let joined = last.amount.unit == figure.amount.unit
        && last.next < figure.first
        && (last.next..figure.first).all(time);
    if !joined {
        return None;
    }
    change::near_figure(tokens, last.first, last.next).or_else(|| inherited(sentence, last))
}

/// What the figure is of, in up to twelve words of the text.
pub(super) fn about(sentence: &Sentence<'_>, figure: &Figure) -> String {
    let mut next = figure.next;
    while next < sentence.tokens.len() && next < figure.next + 12 {
        let Some(token) = sentence.tokens.get(next) else { break };
        if token.is_mark() && !token.hyphen() && !token.is("'s") && token.raw != "’" {
            break;
        }
        next += 1;
    }
    slice(&sentence.tokens, figure.next, next, sentence.text)
}

/// The goods of a list around one of them: joined by commas and "and".
fn list_around(sentence: &Sentence<'_>, at: usize) -> Vec<GoodsRef> {
    let goods = &sentence.names.goods;
    let joined = |a: &GoodsRef, b: &GoodsRef| {
        b.first <= a.next + 4
            && (a.next..b.first).all(|i| {
                sentence.tokens.get(i).is_some_and(|t| {
                    t.among(
                        ", and or other as well & related advanced dual-use some military \
            electronic",
                    )
                })
            })
            && a.next < b.first
    };
    let (mut first, mut last) = (at, at);
    while first > 0 && goods.get(first - 1).zip(goods.get(first)).is_some_and(|(a, b)| joined(a, b))
    {
        first -= 1;
    }
    while goods.get(last).zip(goods.get(last + 1)).is_some_and(|(a, b)| joined(a, b)) {
        last += 1;
    }
    let mut list: Vec<GoodsRef> = goods.get(first..=last).unwrap_or_default().to_vec();
    if list.iter().any(|g| g.kind != GoodsKind::General) {
        list.retain(|g| {
            g.kind != GoodsKind::General
                && (g.kind == GoodsKind::Goods
                    || !g.goods.is_empty()
                    || list_is_weapons(goods.get(first..=last)))
        });
    }
    list
}

fn list_is_weapons(goods: Option<&[GoodsRef]>) -> bool {
    goods.unwrap_or_default().iter().all(|g| g.kind == GoodsKind::Weapon)
}

/// The goods that a figure is of: right behind it, else the nearest.
pub(super) fn goods_of(sentence: &Sentence<'_>, figure: &Figure) -> Vec<GoodsRef> {
    if matches!(figure.amount.unit, Unit::Count(_)) {
        // A count is of its noun; goods elsewhere in the sentence are not counted.
        let Some(noun) = figure.noun else { return Vec::new() };
        let barrels = sentence.tokens.get(noun).is_some_and(|t| {
            t.among(
                "barrels rounds cubic units pieces bottles carats ounces bushels \
            containers railcars",
            )
        });
        let own = sentence.names.goods.iter().position(|g| g.first <= noun && noun < g.next);
        let behind = sentence
            .names
            .goods
            .iter()
            .position(|g| barrels && g.first > noun && g.first < noun + 6);
        return own
            .or(behind)
            .map_or_else(Vec::new, |i| sentence.names.goods.get(i).cloned().into_iter().collect());
    }
    let close = sentence.names.goods.iter().position(|g| {
        g.first >= figure.next
            && g.first < figure.next + 7
            && (figure.next..g.first).all(|i| {
                sentence.tokens.get(i).is_some_and(|t| {
                    !t.among("came from to ; while but by were was is are") && (t.raw != ",")
                })
            })
    });
    if let Some(i) = close {
        let ends = sentence.names.goods.get(i).map_or(0, |g| g.next);
        // "30 % of wheat, 20 % of corn": each figure has goods of its own.
        let own = sentence
            .figures
            .iter()
            .any(|f| f.head > figure.head && f.head >= ends && f.head < ends + 4);
        if own {
            return sentence.names.goods.get(i).cloned().into_iter().collect();
        }
        return list_around(sentence, i);
    }
    goods_near(sentence, figure.head, figure.head)
}

/// The goods nearest to a token, as a list.
pub(super) fn goods_near(sentence: &Sentence<'_>, at: usize, other: usize) -> Vec<GoodsRef> {
    let tokens = &sentence.tokens;
    let best = sentence.names.goods.iter().enumerate().filter(|(_, g)| {
        let trade = tokens.get(g.next).is_some_and(|t| {
            t.among(
                "imports exports sales shipments trade supplies deliveries \
            revenues production",
            )
        });
        g.kind != GoodsKind::Weapon || trade || g.first.abs_diff(at) < 7
    });
    let far = |g: &GoodsRef| {
        distance(tokens, g.first, at).min(distance(tokens, g.first, other))
            + if g.kind == GoodsKind::General { 12 } else { 0 }
    };
    let best = best.filter(|(_, g)| far(g) < 40).min_by_key(|(_, g)| far(g));
    best.map_or_else(Vec::new, |(i, _)| list_around(sentence, i))
}

/// Writes the goods down, and what about them is open.
pub(super) fn set_goods(
    sentence: &Sentence<'_>,
    goods: &[GoodsRef],
    user: &[GoodsGroup],
    claim: &mut Claim,
    open: &mut Vec<String>,
) {
    let (Some(first), Some(last)) = (goods.first(), goods.last()) else {
        if !matches!(claim.measure, Measure::Count | Measure::Rank) {
            open.push("goods not stated".to_owned());
        }
        return;
    };
    claim.goods_text = slice(&sentence.tokens, first.first, last.next, sentence.text);
    // A group of the user goes before the built-in one of its name, so only those are looked up.
    let fits = |g: &&GoodsRef| {
        !g.goods.is_empty() && (user.is_empty() || crate::goods::resolve(&g.goods, user).is_ok())
    };
    let known: Vec<&GoodsRef> = goods.iter().filter(fits).collect();
    let codes = known.iter().all(|g| g.goods.starts_with(|c: char| c.is_ascii_digit()));
    match known.as_slice() {
        [] => open.push(format!("goods not in the catalogue: {}", claim.goods_text)),
        [one] => claim.goods.clone_from(&one.goods),
        _ if codes => {
            claim.goods = known.iter().map(|g| g.goods.as_str()).collect::<Vec<_>>().join(",")
        }
        [one, ..] => {
            claim.goods.clone_from(&one.goods);
            let all: Vec<&str> = known.iter().map(|g| g.goods.as_str()).collect();
            open.push(format!("several goods, only the first is kept: {}", all.join(", ")));
        }
    }
    let general = |g: &&GoodsRef| g.goods.is_empty() && g.kind != GoodsKind::General;
    if let Some(other) = goods.iter().find(general).filter(|_| !known.is_empty()) {
        let word = slice(&sentence.tokens, other.first, other.next, sentence.text);
        open.push(format!("goods not in the catalogue: {word}"));
    }
    let group = claim.goods.clone();
    let several = ["machine-tools", "microelectronics"].contains(&group.as_str());
    if several {
        open.push(format!("which definition of {group} is not stated"));
    }
    if let Some(note) = known.iter().find(|g| !g.note.is_empty() && !several).map(|g| g.note) {
        open.push(note.to_owned());
    }
}

/// The months of a claim, and those it is compared with.
pub(super) fn set_period(
    sentence: &Sentence<'_>,
    at: usize,
    claim: &mut Claim,
    open: &mut Vec<String>,
    published: Option<Day>,
) {
    let near = |against: bool| -> Option<&When> {
        let fits = sentence.whens.iter().filter(|w| w.against == against);
        fits.min_by_key(|w| {
            let far = distance(&sentence.tokens, w.first, at);
            // A phrase after the figure belongs to it rather than one before.
            if w.first > at { far } else { far * 2 }
        })
    };
    if let Some(when) = near(false) {
        claim.period = when.period.to_string();
        if apart(&sentence.tokens, when.first, at) {
            open.push(format!("period {} from another part of the sentence", when.period));
        }
        if when.relative {
            open.push(format!("period {} worked out from the day of publication", when.period));
        }
    } else if claim.measure != Measure::Deed && claim.measure != Measure::Rank {
        open.push(match published {
            Some(day) => format!("period not stated; published {}", day.text()),
            None => "period not stated".to_owned(),
        });
    }
    if let Some(when) = near(true).filter(|_| claim.measure == Measure::Change) {
        claim.against = when.period.to_string();
    }
    let yearly = sentence.tokens.iter().any(|t| t.any(&["annually", "yearly"]))
        || sentence
            .tokens
            .windows(2)
            .any(|w| matches!(w, [a, b] if a.any(&["per", "a"]) && b.is("year")));
    if yearly && matches!(claim.measure, Measure::Value | Measure::Quantity) {
        open.push("a figure per year".to_owned());
    }
    let earlier = sentence.tokens.windows(2).any(|w| matches!(w, [a, b] if a.is("year") && b.any(&["earlier", "before", "on"]) || a.is("previous") && b.is("year")));
    if claim.measure == Measure::Change
        && claim.against.is_empty()
        && earlier
        && let Ok(period) = crate::period::Period::parse(&claim.period)
    {
        claim.against = period.shift_years(-1).to_string();
    }
}

/// Words that say how likely something is.
const HEDGES: &[&str] = &[
    "likely",
    "probably",
    "possibly",
    "may",
    "might",
    "could",
    "reportedly",
    "allegedly",
    "apparently",
    "suspected",
    "presumably",
    "potentially",
    "purportedly",
    "supposedly",
];

/// The hedge before a token or right behind it, in the same clause.
pub(super) fn hedge(tokens: &[Token<'_>], at: usize, next: usize) -> Option<String> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let month = |i: usize| tokens.get(i).is_some_and(|t| t.is("may") && t.capital());
    for back in 1..=14 {
        let Some(i) = at.checked_sub(back) else { break };
        let word = low(i);
        if HEDGES.contains(&word) && !month(i) {
            let will = matches!(low(i.wrapping_sub(1)), "will" | "would" | "most" | "very")
                && word == "likely";
            return Some(if will { format!("{} likely", low(i - 1)) } else { word.to_owned() });
        }
        let believed = among(
            word,
            "believed thought expected estimated appears appear projected \
            forecast set",
        ) && low(i + 1) == "to";
        if believed {
            return Some(format!("{word} to"));
        }
        let comma = word == "," && matches!(low(i + 1), "and" | "with");
        if among(word, "; while but . whereas") || comma {
            break;
        }
    }
    let clause = (next..next + 12).take_while(|i| !among(low(*i), ", ; and while but"));
    let mut hedges = clause.filter(|i| HEDGES.contains(&low(*i)) && !month(*i));
    hedges.next().map(|i| low(i).to_owned())
}
