//! How much of a company do given parties hold, directly and through others?
//!
//! Two measures that answer different questions. *In the aggregate* is OFAC's way (50 % rule of
//! 13 August 2014 and its published questions and answers 398 to 402): a company that these
//! parties own to 50 % or more together counts as theirs whole, and so do its own holdings.
//! *Along chains* multiplies the shares (10 % of 60 % is 6 %) and adds the ways: the economic
//! interest, which the rule does not ask for. The EU reads its rule at more than 50 % or 50 %
//! with control, the United Kingdom at more than 50 %; so figures are given, and no verdict.
//!
//! A share that a source gives as a range stays a range. Holdings that different sources give
//! of the same two parties are one holding and never added.

use super::{Graph, NodeId, Relation, Share};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// From this share on OFAC takes a company for its owners', hundredths of a percent.
pub const HALF: u32 = 5_000;

/// One party's part of one company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// Who holds.
    pub owner: NodeId,
    /// What.
    pub company: NodeId,
    /// How much; none where the source says that and not how much.
    pub share: Option<Share>,
}

/// What parties hold of one company, in hundredths of a percent, least and most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Held {
    /// Directly.
    pub direct: (u32, u32),
    /// In the aggregate, by OFAC's way.
    pub aggregate: (u32, u32),
    /// Along chains, multiplied.
    pub chain: (u32, u32),
}

/// The holdings of a graph that have not ended by a day (ISO; empty for all): one for each owner
/// and company, the range over all sources.
#[must_use]
pub fn holdings(graph: &Graph, day: &str) -> Vec<Holding> {
    let mut all: BTreeMap<(&NodeId, &NodeId), Option<Share>> = BTreeMap::new();
    for edge in graph.edges().filter(|e| e.relation == Relation::OwnedBy) {
        let over = !day.is_empty() && !edge.until.is_empty() && edge.until.as_str() <= day;
        let before = !day.is_empty() && edge.date.len() == 10 && edge.date.as_str() > day;
        if over || before {
            continue;
        }
        let held = all.entry((&edge.to, &edge.from)).or_default();
        *held = match (*held, edge.share) {
            (Some(a), Some(b)) => Some(Share { low: a.low.min(b.low), high: a.high.max(b.high) }),
            (a, b) => a.or(b),
        };
    }
    let holding = |((owner, company), share): ((&NodeId, &NodeId), _)| Holding {
        owner: owner.clone(),
        company: company.clone(),
        share,
    };
    all.into_iter().map(holding).collect()
}

/// What `parties` hold of every company in which they hold anything, by their own or through
/// others. A holding without a stated share counts as anything from nothing to all.
#[must_use]
pub fn held(holdings: &[Holding], parties: &BTreeSet<NodeId>) -> BTreeMap<NodeId, Held> {
    let low = |h: &Holding| h.share.map_or(0, |s| s.low);
    let high = |h: &Holding| h.share.map_or(Share::WHOLE, |s| s.high);
    let least = measures(holdings, parties, low);
    let most = measures(holdings, parties, high);
    let mut all: BTreeMap<NodeId, Held> = BTreeMap::new();
    for (id, [direct, aggregate, chain]) in most {
        let [d, a, c] = least.get(&id).copied().unwrap_or_default();
        let held = Held { direct: (d, direct), aggregate: (a, aggregate), chain: (c, chain) };
        all.insert(id, held);
    }
    all
}

/// Direct, aggregate and chain share of each company, with one figure for each holding.
fn measures(
    holdings: &[Holding],
    parties: &BTreeSet<NodeId>,
    share: impl Fn(&Holding) -> u32,
) -> BTreeMap<NodeId, [u32; 3]> {
    let of = |theirs: &BTreeSet<NodeId>| {
        let mut sums: BTreeMap<NodeId, u32> = BTreeMap::new();
        for h in holdings.iter().filter(|h| theirs.contains(&h.owner)) {
            let sum = sums.entry(h.company.clone()).or_default();
            *sum = (*sum + share(h)).min(Share::WHOLE);
        }
        sums
    };
    let direct = of(parties);
    // Each round takes at least one company more, so it ends.
    let mut theirs = parties.clone();
    let aggregate = loop {
        let sums = of(&theirs);
        let before = theirs.len();
        theirs.extend(sums.iter().filter(|(_, sum)| **sum >= HALF).map(|(id, _)| id.clone()));
        if theirs.len() == before {
            break sums;
        }
    };
    let chain = chains(holdings, parties, &share);
    let mut all: BTreeMap<NodeId, [u32; 3]> = BTreeMap::new();
    for (place, sums) in [direct, aggregate, chain].into_iter().enumerate() {
        for (id, sum) in sums.into_iter().filter(|(id, _)| !parties.contains(id)) {
            all.entry(id).or_default()[place] = sum;
        }
    }
    all
}

/// Shares multiplied along every way and added, by repeated substitution from below: rings of
/// cross holdings approach their limit and never pass 100 %.
fn chains(
    holdings: &[Holding],
    parties: &BTreeSet<NodeId>,
    share: &impl Fn(&Holding) -> u32,
) -> BTreeMap<NodeId, u32> {
    const ROUNDS: usize = 64;
    // In millionths, so that rounding down at each step of a long chain does not show.
    let whole = u64::from(Share::WHOLE) * 100;
    let mut now: BTreeMap<NodeId, u64> = BTreeMap::new();
    for _ in 0..ROUNDS {
        let mut next: BTreeMap<NodeId, u64> = BTreeMap::new();
        for h in holdings {
            let owner = match parties.contains(&h.owner) {
                true => whole,
                false => now.get(&h.owner).copied().unwrap_or(0),
            };
            if owner > 0 {
                let sum = next.entry(h.company.clone()).or_default();
                *sum = (*sum + owner * u64::from(share(h)) / u64::from(Share::WHOLE)).min(whole);
            }
        }
        if next == now {
            break;
        }
        now = next;
    }
    now.into_iter().map(|(id, millionths)| (id, (millionths / 100) as u32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{NodeId, NodeKind};
    use proptest::prelude::*;

    fn id(name: &str) -> NodeId {
        NodeId::new(NodeKind::Company, name)
    }

    fn holding(owner: &str, company: &str, percent: u32) -> Holding {
        let share = Some(Share { low: percent * 100, high: percent * 100 });
        Holding { owner: id(owner), company: id(company), share }
    }

    fn check(holdings: &[Holding], blocked: &[&str], company: &str, want: [u32; 3]) {
        let blocked = blocked.iter().map(|name| id(name)).collect();
        let held = held(holdings, &blocked).get(&id(company)).copied().unwrap_or_default();
        assert_eq!([held.direct.0, held.aggregate.0, held.chain.0].map(|s| s / 100), want);
    }

    /// The cases of OFAC's question 401, with made-up names.
    #[test]
    fn the_aggregate_follows_the_published_examples() {
        let h = holding;
        // X owns 50 % of A, A owns 50 % of B: B counts whole.
        check(&[h("x", "a", 50), h("a", "b", 50)], &["x"], "b", [0, 50, 25]);
        // X owns 50 % of A and 10 % of B; A owns 40 % of B: 10 + 40.
        let two = [h("x", "a", 50), h("x", "b", 10), h("a", "b", 40)];
        check(&two, &["x"], "b", [10, 50, 30]);
        // X owns 25 % of A and 25 % of B; both own 50 % of C: neither counts.
        let none = [h("x", "a", 25), h("x", "b", 25), h("a", "c", 50), h("b", "c", 50)];
        check(&none, &["x"], "c", [0, 0, 25]);
        // X and Y, both blocked, own 25 % each: added.
        check(&[h("x", "a", 25), h("y", "a", 25)], &["x", "y"], "a", [50, 50, 50]);
    }

    #[test]
    fn a_share_that_is_not_stated_is_anything() {
        let unknown = Holding { owner: id("x"), company: id("a"), share: None };
        let held = held(&[unknown], &BTreeSet::from([id("x")]));
        assert_eq!(held[&id("a")].aggregate, (0, Share::WHOLE));
    }

    #[test]
    fn rings_end() {
        let ring = [holding("x", "a", 30), holding("b", "a", 70), holding("a", "b", 100)];
        check(&ring, &["x"], "a", [30, 30, 99]);
    }

    fn some_holdings() -> impl Strategy<Value = Vec<(u8, u8, u32)>> {
        proptest::collection::vec((0u8..6, 0u8..6, 0u32..=Share::WHOLE), 0..14)
    }

    fn made(rows: &[(u8, u8, u32)]) -> Vec<Holding> {
        let mut all: BTreeMap<(u8, u8), u32> = BTreeMap::new();
        rows.iter().filter(|(o, c, _)| o != c).for_each(|(o, c, s)| {
            all.insert((*o, *c), *s);
        });
        let one = |((o, c), s): ((u8, u8), u32)| Holding {
            owner: id(&o.to_string()),
            company: id(&c.to_string()),
            share: Some(Share { low: s, high: s }),
        };
        all.into_iter().map(one).collect()
    }

    proptest! {
        /// More ownership never means less of a company held, by any measure.
        #[test]
        fn more_ownership_is_never_less(rows in some_holdings(), at in 0usize..14, more in 0u32..5000) {
            let before = made(&rows);
            let mut after = before.clone();
            if let Some(share) = after.get_mut(at).and_then(|h| h.share.as_mut()) {
                share.low = (share.low + more).min(Share::WHOLE);
                share.high = share.low;
            }
            let parties = BTreeSet::from([id("0")]);
            let (a, b) = (held(&before, &parties), held(&after, &parties));
            for (company, was) in &a {
                let is = b.get(company).copied().unwrap_or_default();
                prop_assert!(is.direct >= was.direct);
                prop_assert!(is.aggregate >= was.aggregate);
                prop_assert!(is.chain >= was.chain);
                prop_assert!(is.aggregate.1 <= Share::WHOLE && is.chain.1 <= Share::WHOLE);
            }
        }
    }
}
