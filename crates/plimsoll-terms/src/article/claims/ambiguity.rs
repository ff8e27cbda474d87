//! Two readings of one sentence, and what the rest of the article suggests.

use super::{Draft, Sentence};
use crate::article::Found;
use crate::article::lexicon::place_name;
use crate::article::value::about_money;
use crate::claim::amount::{Amount, Unit};
use crate::claim::{Measure, Reading};

/// Words that hang a sum of money on what stands before: it may be the whole or the part.
const HANGING: &[&str] = &[
    "amounting",
    "totaling",
    "totalling",
    "worth",
    "valued",
    "representing",
    "equivalent",
    "equal",
    "estimated",
    "or",
];

/// "70 % of Y's imports, amounting to $900 million, came from X": is the sum all imports or X's?
pub(super) fn whole_or_part(sentence: &Sentence<'_>, drafts: &mut [Draft]) {
    let share = drafts
        .iter()
        .position(|d| d.claim.measure == Measure::Share && !d.claim.exporter.is_empty());
    let Some(share) = share.and_then(|i| drafts.get(i)).cloned() else { return };
    let (Some(part), Some((share_at, share_end))) = (share.claim.amount(), share.span) else {
        return;
    };
    for draft in drafts.iter_mut() {
        let Some((first, _)) = draft.span.filter(|_| draft.claim.measure == Measure::Value) else {
            continue;
        };
        let (Some(sum), true) = (draft.claim.amount(), first > share_at) else { continue };
        let Unit::Money(code) = &sum.unit else { continue };
        if !hangs(sentence, share_end, first) {
            continue;
        }
        draft.claim.readings = readings(&share, &part, &sum, code);
        draft.claim.exporter.clear();
        draft.claim.importer.clone_from(&share.claim.importer);
        draft.claim.goods.clone_from(&share.claim.goods);
        draft.claim.goods_text.clone_from(&share.claim.goods_text);
        draft.unresolved.retain(|u| !u.starts_with("basis"));
        draft
            .unresolved
            .push("two readings: all suppliers together, or the one supplier alone".to_owned());
    }
}

/// Whether the sum stands in apposition: behind a comma or bracket, with one of the words.
fn hangs(sentence: &Sentence<'_>, from: usize, to: usize) -> bool {
    let between = sentence.tokens.get(from..to).unwrap_or_default();
    let near = between.len().saturating_sub(5);
    let tail = between.get(near..).unwrap_or_default();
    let mark = tail.iter().any(|t| matches!(t.raw, "," | "(" | "–" | "—"));
    let direct = between
        .last()
        .is_some_and(|t| matches!(t.raw, "(" | ",") || t.any(HANGING) || t.is("to") || t.is("at"));
    let part = tail.iter().any(|t| t.is("or")) && between.len() < 4;
    let verb = between
        .iter()
        .any(|t| t.among("came originated were was sourced imported exported rose fell"));
    !part && !verb && mark && (direct || tail.iter().any(|t| t.any(HANGING)))
}

/// Both readings with what each implies.
fn readings(share: &Draft, part: &Amount, sum: &Amount, code: &str) -> Vec<Reading> {
    let supplier =
        place_name(&share.claim.exporter).unwrap_or_else(|| share.claim.exporter.clone());
    let buyer = place_name(&share.claim.importer)
        .map_or_else(|| "The".to_owned(), |name| format!("{name}'s"));
    let goods = crate::article::say::many(&share.claim.goods_text);
    let (low, high) = (part.low.clamp(0.1, 100.0) / 100.0, part.high.clamp(0.1, 100.0) / 100.0);
    let money = |value: f64| about_money(value, code);
    let total = money(sum.point);
    let whole = Reading {
        text: format!("{buyer} {goods} from all suppliers together are {total}"),
        implies: format!(
            "{supplier}'s part is about {} to {}",
            money(sum.point * low),
            money(sum.point * high)
        ),
        exporter: "all".to_owned(),
        ..Reading::default()
    };
    let alone = Reading {
        text: format!("{supplier} alone supplied {total}"),
        implies: format!(
            "{buyer} {goods} from all suppliers together are about {} to {}",
            money(sum.point / high),
            money(sum.point / low)
        ),
        exporter: share.claim.exporter.clone(),
        ..Reading::default()
    };
    vec![whole, alone]
}

/// Where a share names its supplier and not its buyer, and the article's other claims have one
/// buyer, that buyer is meant, and marked as inferred.
pub(super) fn importer_of_the_article(found: &mut [Found]) {
    let mut importers: Vec<&str> =
        found.iter().map(|f| f.claim.importer.as_str()).filter(|i| !i.is_empty()).collect();
    let total = importers.len();
    importers.dedup();
    let mut counts: Vec<(usize, String)> = Vec::new();
    for one in found.iter().map(|f| &f.claim.importer).filter(|i| !i.is_empty()) {
        match counts.iter_mut().find(|(_, code)| code == one) {
            Some((count, _)) => *count += 1,
            None => counts.push((1, one.clone())),
        }
    }
    counts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let Some((count, importer)) =
        counts.first().filter(|(count, _)| *count >= 2 && count * 10 >= total * 8).cloned()
    else {
        return;
    };
    let _ = count;
    for one in found.iter_mut() {
        let claim = &one.claim;
        let fits = claim.measure == Measure::Share
            && claim.importer.is_empty()
            && !claim.exporter.is_empty()
            && claim.exporter != importer
            && !claim.goods.is_empty();
        if fits {
            one.claim.importer.clone_from(&importer);
            one.unresolved.retain(|u| !u.starts_with("whose imports"));
            one.unresolved
                .push(format!("importer inferred from the rest of the article: {importer}"));
            one.certainty = super::Certainty::Low;
        }
    }
}
