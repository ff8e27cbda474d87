//! Which codes may be compared: each listed code with what stands for it in every HS revision
//! that the rows use.
//!
//! A before/after comparison is only made on groups of codes that hold the same goods on both
//! sides. What cannot be compared is left out of both sides and named.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use plimsoll_ingest::fact::CodeKey;
use plimsoll_terms::concord::{self, GroupKind};
use plimsoll_terms::goods::Goods;
use plimsoll_terms::hs::{HsCode, HsRevision};
use plimsoll_terms::period::Period;

/// What became of a listed code (or of several that only together can be compared).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Counted.
    Used,
    /// Neither it nor what stood for it is in the data.
    NoData,
    /// In the data, but counting it would be wrong; the text says why.
    LeftOut(String),
}

/// A listed code and its counterparts.
#[derive(Clone, Debug)]
pub struct Concept {
    /// The listed codes.
    pub listed: Vec<HsCode>,
    /// Tier of the list, if it has tiers.
    pub tier: Option<String>,
    /// Our own few words for it.
    pub label: Option<String>,
    /// The codes that count, by revision.
    pub codes: BTreeMap<HsRevision, BTreeSet<HsCode>>,
    /// Counted, absent or left out.
    pub state: State,
    /// What a reader must know, such as a widening.
    pub note: Option<String>,
}

impl Concept {
    /// `854151+854159`
    pub fn name(&self) -> String {
        self.listed.iter().map(ToString::to_string).collect::<Vec<_>>().join("+")
    }
}

/// What is known of the data, for judging presence.
pub trait Presence {
    /// Whether a code (or anything under it) has any row in a revision and period.
    fn has(&self, code: HsCode, revision: HsRevision, period: &Period) -> bool;
}

/// The periods of a comparison and the revisions that the question's rows use in each.
pub struct Sides<'a> {
    /// Period and revisions: the period asked about first, then the one compared with.
    pub sides: Vec<(Period, BTreeSet<HsRevision>)>,
    /// What the data hold.
    pub presence: &'a dyn Presence,
}

impl Sides<'_> {
    fn revisions(&self) -> BTreeSet<HsRevision> {
        self.sides.iter().flat_map(|(_, r)| r.iter().copied()).collect()
    }

    fn on_side(&self, side: usize, codes: &BTreeMap<HsRevision, BTreeSet<HsCode>>) -> bool {
        let (period, revisions) = &self.sides[side];
        revisions.iter().any(|r| {
            codes.get(r).is_some_and(|of| of.iter().any(|c| self.presence.has(*c, *r, period)))
        })
    }

    fn anywhere(&self, codes: &BTreeMap<HsRevision, BTreeSet<HsCode>>) -> bool {
        (0..self.sides.len()).any(|side| self.on_side(side, codes))
    }

    /// Members of a group that a side's data lack although they hold others of it.
    fn missing(&self, codes: &BTreeMap<HsRevision, BTreeSet<HsCode>>) -> Vec<String> {
        let mut missing = Vec::new();
        for (period, revisions) in &self.sides {
            for revision in revisions {
                let of = codes.get(revision).into_iter().flatten();
                let (here, absent): (Vec<HsCode>, Vec<HsCode>) =
                    of.partition(|c| self.presence.has(**c, *revision, period));
                if !here.is_empty() {
                    missing.extend(absent.iter().map(|c| format!("{c} in {period}")));
                }
            }
        }
        missing
    }
}

type ByRevision = BTreeMap<HsRevision, BTreeSet<HsCode>>;

/// Every code in any revision that may matter to the goods: what to fetch before the
/// revisions of the rows are known.
pub fn all_codes(goods: &Goods) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for listed in &goods.codes {
        all.insert(listed.code.to_string());
        for &revision in HsRevision::ALL.iter().filter(|r| concord::covers(**r)) {
            let to = concord::translate(listed.code, goods.revision, revision);
            all.extend(to.codes.iter().map(ToString::to_string));
            let group = concord::comparable_group(listed.code, goods.revision, revision);
            all.extend(group.earlier.iter().chain(&group.later).map(ToString::to_string));
        }
    }
    all
}

/// Judges every listed code.
pub fn concepts(goods: &Goods, sides: &Sides<'_>, as_reported: bool) -> Vec<Concept> {
    let mut all: Vec<Concept> = Vec::new();
    for listed in &goods.codes {
        let (codes, state, note) = if as_reported {
            by_digits(listed.code, sides)
        } else if sides.sides.len() > 1 && sides.revisions().len() > 1 {
            compared(goods.revision, listed.code, sides)
        } else {
            translated(goods.revision, listed.code, sides)
        };
        let concept = Concept {
            listed: vec![listed.code],
            tier: listed.tier.as_ref().map(ToString::to_string),
            label: listed.label.clone(),
            codes,
            state,
            note,
        };
        merge_in(&mut all, concept);
    }
    all
}

/// Two listed codes whose groups overlap are one concept: counting them apart would count
/// the shared codes twice.
fn merge_in(all: &mut Vec<Concept>, concept: Concept) {
    let overlaps = |other: &Concept| {
        other.codes.iter().any(|(revision, codes)| {
            concept.codes.get(revision).is_some_and(|mine| !mine.is_disjoint(codes))
        })
    };
    let same_fate = |other: &Concept| {
        matches!(
            (&other.state, &concept.state),
            (State::Used, State::Used) | (State::LeftOut(_), State::LeftOut(_))
        )
    };
    match all.iter_mut().find(|other| same_fate(other) && overlaps(other)) {
        Some(other) => {
            for (revision, codes) in concept.codes {
                other.codes.entry(revision).or_default().extend(codes);
            }
            other.listed.extend(concept.listed);
        }
        None => all.push(concept),
    }
}

fn by_digits(code: HsCode, sides: &Sides<'_>) -> (ByRevision, State, Option<String>) {
    let codes: ByRevision =
        sides.revisions().into_iter().map(|r| (r, BTreeSet::from([code]))).collect();
    let state = if sides.anywhere(&codes) { State::Used } else { State::NoData };
    (codes, state, None)
}

/// One period, or two in the same revision: the list is carried into the rows' revision.
fn translated(
    listed_in: HsRevision,
    code: HsCode,
    sides: &Sides<'_>,
) -> (ByRevision, State, Option<String>) {
    let mut exact = ByRevision::new();
    let mut broader = ByRevision::new();
    let mut note = None;
    for revision in sides.revisions() {
        if code.level() < 6 || revision == listed_in || !concord::covers(revision) {
            exact.entry(revision).or_default().insert(code);
            continue;
        }
        let to = concord::translate(code, listed_in, revision);
        if !to.note.is_empty() {
            note = Some(to.note.clone());
        }
        let into = if to.broader { &mut broader } else { &mut exact };
        into.entry(revision).or_default().extend(to.codes);
    }
    // Before and after in one revision, a broader code is at least the same on both sides.
    if sides.sides.len() > 1 && !broader.is_empty() {
        let wide =
            broader.values().flatten().map(ToString::to_string).collect::<Vec<_>>().join("+");
        let text = format!(
            "{code} was part of {wide}, which holds other goods too and is compared with itself"
        );
        let state = if sides.anywhere(&broader) { State::Used } else { State::NoData };
        return (broader, state, Some(text));
    }
    if sides.anywhere(&exact) {
        let left = sides.anywhere(&broader).then(|| {
            format!("{code}: reporters who use an older revision show it within a broader code, which is not counted")
        });
        return (exact, State::Used, left.or(note));
    }
    if sides.anywhere(&broader) {
        let wide: Vec<String> = broader.values().flatten().map(ToString::to_string).collect();
        let reason = format!("only within {}, which holds other goods too", wide.join("+"));
        return (broader, State::LeftOut(reason), None);
    }
    exact.append(&mut broader);
    (exact, State::NoData, note)
}

/// Two periods in different revisions: the smallest closed group.
fn compared(
    listed_in: HsRevision,
    code: HsCode,
    sides: &Sides<'_>,
) -> (ByRevision, State, Option<String>) {
    let revisions = sides.revisions();
    let newest = revisions.iter().next_back().copied().unwrap_or(listed_in);
    if code.level() < 6 {
        return compared_heading(code, sides, newest);
    }
    let anchor: Vec<HsCode> = match listed_in == newest {
        true => vec![code],
        false => concord::translate(code, listed_in, newest).codes,
    };
    let mut own = ByRevision::new();
    let mut codes = ByRevision::new();
    let mut notes: Vec<String> = Vec::new();
    let mut widened = false;
    let mut none = None;
    for &anchor in &anchor {
        own.entry(newest).or_default().insert(anchor);
        codes.entry(newest).or_default().insert(anchor);
        for &revision in revisions.iter().filter(|r| **r != newest) {
            let before = concord::translate(anchor, newest, revision).codes;
            own.entry(revision).or_default().extend(before);
            let group = concord::comparable_group(anchor, newest, revision);
            codes.entry(newest).or_default().extend(group.later.iter().copied());
            codes.entry(revision).or_default().extend(group.earlier.iter().copied());
            widened |= group.size() > 2;
            if group.kind == GroupKind::NoCounterpart {
                none = Some(group.note.clone());
            } else if !group.note.is_empty() && group.kind != GroupKind::Identical {
                notes.push(group.note);
            }
        }
    }
    notes.dedup();
    let note = (!notes.is_empty()).then(|| notes.join("; "));
    let state = if !sides.anywhere(&own) {
        State::NoData
    } else if let Some(reason) = none {
        State::LeftOut(format!("no comparable code: {reason}"))
    } else {
        whole_group(&codes, widened, sides)
    };
    (codes, state, note)
}

/// A group counts where both sides hold something of it and, if it is wider than a pair of
/// codes, all of it.
fn whole_group(codes: &ByRevision, widened: bool, sides: &Sides<'_>) -> State {
    for (side, (period, _)) in sides.sides.iter().enumerate() {
        if !sides.on_side(side, codes) {
            return State::LeftOut(format!("the data hold nothing to compare it with in {period}"));
        }
    }
    let missing = if widened { sides.missing(codes) } else { Vec::new() };
    if missing.is_empty() {
        return State::Used;
    }
    let shown = missing.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
    State::LeftOut(format!("its comparable group is not whole in the data: {shown} missing"))
}

/// A heading keeps its number; what moved into or out of it is said.
fn compared_heading(
    code: HsCode,
    sides: &Sides<'_>,
    newest: HsRevision,
) -> (ByRevision, State, Option<String>) {
    let revisions = sides.revisions();
    let mut outside = BTreeSet::new();
    let under = if code.is_total() { Vec::new() } else { concord::codes_under(code, newest) };
    for under in under {
        for &revision in revisions.iter().filter(|r| **r != newest) {
            let group = concord::comparable_group(under, newest, revision);
            let all = group.earlier.iter().chain(&group.later);
            outside.extend(all.filter(|c| !c.is_under(code)).copied());
        }
    }
    let codes: ByRevision = revisions.into_iter().map(|r| (r, BTreeSet::from([code]))).collect();
    let note = (!outside.is_empty()).then(|| {
        let shown = outside.iter().take(8).map(ToString::to_string).collect::<Vec<_>>().join(", ");
        format!("between the revisions goods moved between {code} and {shown}: the two sides are not quite the same goods")
    });
    for (side, (period, _)) in sides.sides.iter().enumerate() {
        if !sides.on_side(side, &codes) && sides.anywhere(&codes) {
            return (
                codes,
                State::LeftOut(format!("the data hold nothing of it in {period}")),
                note,
            );
        }
    }
    let state = if sides.anywhere(&codes) { State::Used } else { State::NoData };
    (codes, state, note)
}

/// Finds the concept of a row.
pub struct Lookup {
    by_code: HashMap<(HsRevision, CodeKey), usize>,
}

impl Lookup {
    /// Of those concepts that `keep` passes.
    pub fn new(concepts: &[Concept], keep: impl Fn(&Concept) -> bool) -> Lookup {
        let mut by_code = HashMap::new();
        for (i, concept) in concepts.iter().enumerate().filter(|(_, c)| keep(c)) {
            for (revision, codes) in &concept.codes {
                for code in codes {
                    if let Some(key) = CodeKey::pack(code.as_str().as_bytes()) {
                        by_code.entry((*revision, key)).or_insert(i);
                    }
                }
            }
        }
        Lookup { by_code }
    }

    /// The concept that a row's code falls under, the widest first.
    pub fn find(&self, revision: HsRevision, code: CodeKey) -> Option<usize> {
        if self.by_code.is_empty() {
            return None;
        }
        if code == CodeKey::total() {
            return self.by_code.get(&(revision, code)).copied();
        }
        [2, 4, 6]
            .iter()
            .filter(|n| **n <= code.len())
            .find_map(|n| self.by_code.get(&(revision, code.prefix(*n))).copied())
    }
}
