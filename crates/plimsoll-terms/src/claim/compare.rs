//! Do published figures fit each other? Arithmetic between claims: parts and totals, share times
//! total, percentages against counts, growth against levels, the same figure retold.
//!
//! Every figure is an interval ([`Amount`]), and two figures conflict only where no pair of
//! values that their words allow would fit. Figures that differ in goods, basis, period or
//! supplier are explained by that and never called inconsistent.

use std::collections::BTreeMap;

use serde::Serialize;

use super::amount::{Amount, Unit};
use super::{Claim, ClaimBasis, Measure};

/// What two or more claims are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// No values that their words allow fit each other.
    Inconsistent,
    /// They differ, of the same quantity, and neither says enough to tell why.
    Unexplained,
    /// They differ, and by what they are of, that is no conflict.
    Explained,
    /// The same figure with another period, unit or referent.
    Retold,
    /// They fit, by arithmetic or word for word.
    Agrees,
}

impl Kind {
    /// `inconsistent`, `explained` and so on.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Inconsistent => "inconsistent",
            Kind::Unexplained => "unexplained",
            Kind::Explained => "explained",
            Kind::Retold => "retold",
            Kind::Agrees => "agrees",
        }
    }
}

/// One relation between claims, with its arithmetic in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Relation {
    /// What they are to each other.
    pub kind: Kind,
    /// The rule that found it: `part-of-whole`, `share-times-whole` and so on.
    pub rule: &'static str,
    /// Ids of the claims, the one that the sentence is about first.
    pub claims: Vec<String>,
    /// The arithmetic, in a sentence.
    pub text: String,
}

/// A claim with its figure.
struct Figure<'a> {
    claim: &'a Claim,
    amount: Amount,
}

/// All relations between the claims, inconsistencies first.
pub fn relations(claims: &[Claim]) -> Vec<Relation> {
    let figures: Vec<Figure> =
        claims.iter().filter_map(|claim| Some(Figure { claim, amount: claim.amount()? })).collect();
    let mut found = Vec::new();
    for (i, one) in figures.iter().enumerate() {
        for other in &figures[i + 1..] {
            found.extend(pair(one, other));
        }
    }
    found.extend(parts_of_wholes(&figures));
    found.extend(growth(&figures));
    found.sort();
    found.dedup();
    found
}

/// What stands in the way of two claims being of one quantity, in words.
fn differences(one: &Claim, other: &Claim) -> Vec<String> {
    let mut all = Vec::new();
    let mut differ = |what: &str, a: &str, b: &str| {
        if a != b {
            let or = |text: &str| if text.is_empty() { "not stated" } else { text }.to_owned();
            all.push(format!("{what} ({} against {})", or(a), or(b)));
        }
    };
    differ("goods", &goods_words(one), &goods_words(other));
    differ("basis", one.basis.name(), other.basis.name());
    differ("period", &one.period, &other.period);
    differ("period compared with", &one.against, &other.against);
    differ("supplier", &one.exporter, &other.exporter);
    differ("importer", &one.importer, &other.importer);
    differ("parties", &one.parties.join(", "), &other.parties.join(", "));
    differ("whole", &one.of, &other.of);
    all
}

fn goods_words(claim: &Claim) -> String {
    match (claim.goods.as_str(), claim.goods_text.as_str()) {
        (goods, "") => goods.to_owned(),
        ("", text) => text.to_owned(),
        (goods, text) => format!("{goods}, {text}"),
    }
}

/// The group that goods belong to, whichever definition or version: `machine-tools`, `chpl`.
fn family(claim: &Claim) -> &str {
    let goods = claim.goods.split([':', '@']).next().unwrap_or_default();
    if goods.is_empty() { claim.goods_text.as_str() } else { goods }
}

/// Whether some figure between the two would satisfy the words of both.
fn fit(one: &Amount, other: &Amount) -> bool {
    one.meets(other.low, other.high)
}

/// Two claims of one measure and family.
fn pair(one: &Figure, other: &Figure) -> Option<Relation> {
    let (a, b) = (one.claim, other.claim);
    let alike = a.measure == b.measure
        && one.amount.unit == other.amount.unit
        && family(a) == family(b)
        && !family(a).is_empty()
        && a.importer == b.importer;
    if !alike {
        return None;
    }
    let differ = differences(a, b);
    let names = || vec![a.id.clone(), b.id.clone()];
    let relation = |kind, rule, text| Some(Relation { kind, rule, claims: names(), text });
    let both = format!("{} and {}", a.value, b.value);
    if fit(&one.amount, &other.amount) {
        if differ.is_empty() {
            return relation(Kind::Agrees, "same-quantity", format!("{both}: the same figure"));
        }
        if distinctive(&one.amount, &other.amount) && a.exporter == b.exporter {
            let text = format!("{both} are one figure; they differ in {}", differ.join(", "));
            return relation(Kind::Retold, "same-figure-retold", text);
        }
        return None;
    }
    if !differ.is_empty() {
        return explained(one, other, &differ);
    }
    let [low, high] = ordered(one, other);
    let text = format!("{both} for the same quantity: {}", ratio_words(low, high));
    let silent = a.basis == ClaimBasis::Unstated || !a.goods.contains([':', '@']);
    if a.publisher != b.publisher && silent {
        let text = format!("{text}; neither states its basis and codes, which may be why");
        return relation(Kind::Unexplained, "same-quantity", text);
    }
    relation(Kind::Inconsistent, "same-quantity", text)
}

/// Two figures of one family and of the same supplier that differ in what they are of.
fn explained(one: &Figure, other: &Figure, differ: &[String]) -> Option<Relation> {
    let (a, b) = (one.claim, other.claim);
    let same_supplier = a.exporter == b.exporter && a.parties == b.parties;
    let near_in_time = a.period == b.period || overlaps(&a.period, &b.period);
    let shares = a.measure == Measure::Share;
    if !same_supplier || !(near_in_time || shares) {
        return None;
    }
    let [low, high] = ordered(one, other);
    let text = format!(
        "{} and {} {}; not a conflict, they differ in {}",
        a.value,
        b.value,
        ratio_words(low, high),
        differ.join(", ")
    );
    let claims = vec![a.id.clone(), b.id.clone()];
    Some(Relation { kind: Kind::Explained, rule: "other-definition", claims, text })
}

fn ordered<'a>(one: &'a Figure, other: &'a Figure) -> [&'a Figure<'a>; 2] {
    if one.amount.point <= other.amount.point { [one, other] } else { [other, one] }
}

/// How far apart two figures are.
fn ratio_words(low: &Figure, high: &Figure) -> String {
    if low.amount.unit == Unit::Percent {
        let points = high.amount.point - low.amount.point;
        return format!("are {} points apart", short(points));
    }
    if low.amount.point <= 0.0 {
        return "are apart".into();
    }
    let open = high.amount.high.is_infinite();
    let more = if open { "more than " } else { "" };
    format!("are {more}{} times apart", short(high.amount.point / low.amount.point))
}

fn overlaps(one: &str, other: &str) -> bool {
    use crate::period::Period;
    match (Period::parse(one), Period::parse(other)) {
        (Ok(one), Ok(other)) => one.first() <= other.last() && other.first() <= one.last(),
        _ => false,
    }
}

/// Whether two figures are so exact and so near each other that chance is a poor explanation.
fn distinctive(one: &Amount, other: &Amount) -> bool {
    let narrow = |a: &Amount| {
        a.point != 0.0 && a.high.is_finite() && (a.high - a.low) <= 0.02 * a.point.abs()
    };
    let exact = |a: &Amount| (a.high - a.low) <= 0.005 * a.point.abs();
    let percent = one.unit == Unit::Percent;
    narrow(one) && narrow(other) && !percent && (exact(one) || exact(other))
}

/// Parts that name their whole with `of`: shares, counts and values.
fn parts_of_wholes(figures: &[Figure]) -> Vec<Relation> {
    let mut wholes: BTreeMap<&str, Vec<&Figure>> = BTreeMap::new();
    for figure in figures.iter().filter(|f| !f.claim.of.is_empty()) {
        wholes.entry(&figure.claim.of).or_default().push(figure);
    }
    let mut found = Vec::new();
    for (whole, parts) in wholes {
        let whole = figures.iter().find(|f| f.claim.id == whole);
        found.extend(shares_against_parts(whole, &parts));
        found.extend(sums(whole, &parts));
    }
    found
}

/// Each share with the part of the same supplier: part over share is the whole.
fn shares_against_parts(whole: Option<&Figure>, parts: &[&Figure]) -> Vec<Relation> {
    let mut found = Vec::new();
    for share in parts.iter().filter(|p| p.claim.measure == Measure::Share) {
        let same = |p: &&&Figure| {
            p.claim.measure != Measure::Share
                && p.claim.measure != Measure::Change
                && p.claim.exporter == share.claim.exporter
                && p.claim.parties == share.claim.parties
        };
        for part in parts.iter().filter(same) {
            let Some([low, high]) = quotient(&part.amount, &share.amount, 100.0) else { continue };
            let Some(whole) = whole.filter(|w| w.amount.unit == part.amount.unit) else { continue };
            let fits = whole.amount.meets(low, high);
            let claims = [share, part, &whole].map(|f| f.claim.id.clone()).to_vec();
            let implied = part.amount.point / share.amount.point * 100.0;
            let text = format!(
                "{} being {} means a total of {} ({} to {}); the total given is {}",
                part.claim.value,
                share.claim.value,
                short(implied),
                short(low),
                short(high),
                whole.claim.value
            );
            let kind = if fits { Kind::Agrees } else { Kind::Inconsistent };
            found.push(Relation { kind, rule: "percent-against-part", claims, text });
        }
    }
    found
}

/// Interval of 'part over share', in the part's unit; `None` where a share may be zero.
fn quotient(part: &Amount, share: &Amount, scale: f64) -> Option<[f64; 2]> {
    if share.low <= 0.0 || part.low < 0.0 {
        return None;
    }
    Some([part.low / share.high * scale, part.high / share.low * scale])
}

/// Parts of different suppliers together: shares to 100 %, amounts to the whole.
fn sums(whole: Option<&Figure>, parts: &[&Figure]) -> Vec<Relation> {
    let mut found = Vec::new();
    for measure in [Measure::Share, Measure::Value, Measure::Quantity, Measure::Count] {
        let mut by_supplier: BTreeMap<(&str, &[String]), &Figure> = BTreeMap::new();
        for part in parts.iter().filter(|p| p.claim.measure == measure && is_single(p.claim)) {
            let key = (part.claim.exporter.as_str(), part.claim.parties.as_slice());
            by_supplier.entry(key).or_insert(part);
        }
        let least: f64 = by_supplier.values().map(|p| p.amount.low.max(0.0)).sum();
        let top = match (measure, whole) {
            (Measure::Share, _) => Some((100.0, "100 %")),
            (_, Some(w)) if w.claim.measure == measure => {
                Some((w.amount.high, w.claim.value.as_str()))
            }
            _ => None,
        };
        let Some((top, words)) = top else { continue };
        if least > top * (1.0 + 1e-9) {
            let mut claims: Vec<String> =
                by_supplier.values().map(|p| p.claim.id.clone()).collect();
            claims.extend(whole.map(|w| w.claim.id.clone()));
            let text = format!("the parts add to at least {}, the whole is {words}", short(least));
            found.push(Relation {
                kind: Kind::Inconsistent,
                rule: "parts-above-whole",
                claims,
                text,
            });
        }
    }
    found
}

/// Of one supplier or party: a part that no other part contains.
fn is_single(claim: &Claim) -> bool {
    !claim.exporter.contains(['+', ',']) || !claim.parties.is_empty()
}

/// Growth against the levels of both its periods.
fn growth(figures: &[Figure]) -> Vec<Relation> {
    let mut found = Vec::new();
    let changes = figures.iter().filter(|f| f.claim.measure == Measure::Change);
    for change in changes.filter(|c| !c.claim.against.is_empty()) {
        let level = |period: &str| {
            figures.iter().find(|f| {
                let same = Claim {
                    id: change.claim.id.clone(),
                    period: period.to_owned(),
                    measure: Measure::Change,
                    against: change.claim.against.clone(),
                    of: change.claim.of.clone(),
                    ..f.claim.clone()
                };
                let asked = Claim { period: period.to_owned(), ..change.claim.clone() };
                matches!(f.claim.measure, Measure::Value | Measure::Quantity | Measure::Count)
                    && f.claim.period == period
                    && differences(&same, &asked).is_empty()
            })
        };
        let (Some(after), Some(before)) =
            (level(&change.claim.period), level(&change.claim.against))
        else {
            continue;
        };
        if after.amount.unit != before.amount.unit || before.amount.low <= 0.0 {
            continue;
        }
        let ratio = [after.amount.low / before.amount.high, after.amount.high / before.amount.low];
        let [low, high] = match change.amount.unit {
            Unit::Percent => ratio.map(|r| (r - 1.0) * 100.0),
            _ => ratio,
        };
        let fits = change.amount.meets(low, high);
        let text = format!(
            "from {} to {} is a change of {} to {}{}; the change given is {}",
            before.claim.value,
            after.claim.value,
            short(low),
            short(high),
            if change.amount.unit == Unit::Percent { " %" } else { " times" },
            change.claim.value
        );
        let kind = if fits { Kind::Agrees } else { Kind::Inconsistent };
        let claims = [change, after, before].map(|f| f.claim.id.clone()).to_vec();
        found.push(Relation { kind, rule: "growth-against-levels", claims, text });
    }
    found
}

/// A figure in few digits, with thousands set apart: `1,942`, `2.79`, `1.3 billion`.
pub fn short(value: f64) -> String {
    if !value.is_finite() {
        return if value > 0.0 { "any more" } else { "any less" }.into();
    }
    let size = value.abs();
    for (scale, name) in [(1e12, " trillion"), (1e9, " billion"), (1e6, " million")] {
        if size >= scale {
            return format!("{}{name}", short(value / scale));
        }
    }
    if size >= 1000.0 {
        let whole = format!("{value:.0}");
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole.as_str()), |d| ("-", d));
        let cut = digits.len() - 3;
        return format!("{sign}{},{}", &digits[..cut], &digits[cut..]);
    }
    let decimals = if size >= 100.0 {
        0
    } else if size >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::super::ledger;
    use super::*;

    fn kinds(toml: &str) -> Vec<(Kind, &'static str, String)> {
        let ledger = ledger::parse(toml, &[]).unwrap();
        relations(&ledger.claims)
            .into_iter()
            .map(|r| (r.kind, r.rule, r.claims.join(" ")))
            .collect()
    }

    #[test]
    fn percentages_and_counts_that_imply_another_total() {
        let found = kinds(
            r#"
            [[claim]]
            id = "all"
            text = "all suppliers"
            measure = "count"
            value = "2,113 suppliers"
            [[claim]]
            id = "count"
            text = "those of one country"
            measure = "count"
            value = "508 suppliers"
            exporter = "TUR"
            of = "all"
            [[claim]]
            id = "share"
            text = "their share"
            measure = "share"
            value = "26.16 %"
            exporter = "TUR"
            of = "all"
            "#,
        );
        assert!(
            found.contains(&(Kind::Inconsistent, "percent-against-part", "share count all".into())),
            "{found:?}"
        );
    }

    #[test]
    fn other_goods_and_basis_explain() {
        let claim = |id: &str, value: &str, goods: &str, basis: &str| {
            format!(
                "[[claim]]\nid = {id:?}\ntext = \"x\"\nmeasure = \"value\"\nvalue = {value:?}\ngoods = {goods:?}\nimporter = \"RUS\"\nexporter = \"CHN\"\nperiod = \"2022\"\nbasis = {basis:?}\n"
            )
        };
        let toml = claim("a", "more than $500 million", "microelectronics:8541+8542", "origin")
            + &claim("b", "$179 million", "microelectronics:8542", "dispatch");
        assert_eq!(kinds(&toml), [(Kind::Explained, "other-definition", "a b".into())]);
        let text = &relations(&ledger::parse(&toml, &[]).unwrap().claims)[0].text;
        assert!(
            text.contains("more than 2.79 times apart")
                && text.contains("basis (origin against dispatch)"),
            "{text}"
        );
        let toml = claim("a", "$500 million", "microelectronics:8542", "dispatch")
            + &claim("b", "$179 million", "microelectronics:8542", "dispatch");
        assert_eq!(kinds(&toml)[0].0, Kind::Inconsistent);
    }

    #[test]
    fn tonnes_and_pounds_are_one_figure_retold() {
        let claim = |id: &str, value: &str, period: &str| {
            format!(
                "[[claim]]\nid = {id:?}\ntext = \"x\"\nmeasure = \"quantity\"\nvalue = {value:?}\ngoods = \"nitrocellulose\"\nimporter = \"RUS\"\nperiod = {period:?}\n"
            )
        };
        let toml = claim("t", "3,039 t", "2023H1") + &claim("lb", "6.7M lb", "2023");
        assert_eq!(kinds(&toml), [(Kind::Retold, "same-figure-retold", "t lb".into())]);
    }

    #[test]
    fn shares_above_the_whole_and_growth_against_levels() {
        let toml = r#"
            [[claim]]
            id = "before"
            text = "x"
            measure = "value"
            value = "$190 billion"
            goods_text = "all"
            period = "2022"
            [[claim]]
            id = "after"
            text = "x"
            measure = "value"
            value = "$240.11 billion"
            goods_text = "all"
            period = "2023"
            [[claim]]
            id = "growth"
            text = "x"
            measure = "change"
            value = "+50 %"
            goods_text = "all"
            period = "2023"
            against = "2022"
            [[claim]]
            id = "a"
            text = "x"
            measure = "share"
            value = "62 %"
            exporter = "CHN"
            of = "after"
            [[claim]]
            id = "b"
            text = "x"
            measure = "share"
            value = "45.5 %"
            exporter = "TUR"
            of = "after"
        "#;
        let found = kinds(toml);
        assert!(
            found.contains(&(
                Kind::Inconsistent,
                "growth-against-levels",
                "growth after before".into()
            )),
            "{found:?}"
        );
        assert!(found.iter().any(|f| f.1 == "parts-above-whole"), "{found:?}");
    }
}
