//! Which codes are one and the same goods over the whole span of a search.
//!
//! A series over years crosses revisions of the Harmonized System. Codes are joined to the
//! smallest sets that hold the same goods in every revision that the data use; a set that is
//! not whole in the data, or has no counterpart, is left out and named.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use plimsoll_ingest::fact::CodeKey;
use plimsoll_terms::concord::{self, GroupKind};
use plimsoll_terms::goods::{self, Goods, GoodsCode};
use plimsoll_terms::hs::{HsCode, HsRevision};
use plimsoll_terms::period::Period;

use crate::calendar::Horizon;
use crate::choice::Coverage;
use crate::concepts::{self, Concept, Presence, Sides, State};

/// Number of a good in a search, see [`Comparable::good`].
pub type GoodId = u32;

/// One good: the codes that hold it.
#[derive(Clone, Debug)]
pub struct Good {
    /// `854231`, or `854151+854159`.
    pub name: String,
    /// A few words, where the catalogue has them.
    pub label: Option<String>,
    /// Its four-digit heading, for neighbours.
    pub heading: u32,
    /// Whether it is one and the same code in every revision.
    pub plain: bool,
}

/// A set of goods that is looked at as a whole: a list or one of its tiers.
#[derive(Clone, Debug)]
pub struct GoodsSet {
    /// `chpl@2024-02`, `chpl@2024-02:1`.
    pub name: String,
    /// Whether it is a tier of a list.
    pub tier: bool,
    /// Its goods.
    pub members: BTreeSet<GoodId>,
}

/// The revisions that a report uses in the window and in the baseline.
pub type Class = [BTreeSet<HsRevision>; 2];

/// Which good each code of a class of reports is.
pub type CodeMap = HashMap<(HsRevision, CodeKey), GoodId>;

/// All goods of a search.
///
/// What may be compared depends on the revisions that a report uses: who changes none has
/// nothing to widen. So codes are joined for each class of reports, when one is met; a good has
/// one number in all classes.
pub struct Comparable {
    coverage: Coverage,
    horizon: Horizon,
    asked: Option<Goods>,
    list: Option<Goods>,
    control: Option<Goods>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    goods: Vec<Good>,
    ids: BTreeMap<String, GoodId>,
    sets: Vec<GoodsSet>,
    controls: BTreeSet<GoodId>,
    left_out: BTreeMap<String, String>,
    classes: BTreeMap<Class, Arc<CodeMap>>,
}

/// What the data hold on both sides of a comparison.
struct Held<'a> {
    coverage: &'a Coverage,
    used: Vec<(String, &'static str)>,
    /// Six-digit codes by side (window, baseline) and revision.
    codes: [BTreeMap<HsRevision, BTreeSet<HsCode>>; 2],
}

impl Presence for Held<'_> {
    fn has(&self, code: HsCode, revision: HsRevision, period: &Period) -> bool {
        let code = code.to_string();
        self.used.iter().any(|(d, f)| self.coverage.has_code(d, f, &code, revision, period))
    }
}

impl Comparable {
    /// For a search over a horizon: the goods of its list, or all that the data hold; beside
    /// them those of a control group, which are read and in no set.
    pub fn new(
        coverage: Coverage,
        horizon: Horizon,
        asked: Option<Goods>,
        control: Option<Goods>,
    ) -> Comparable {
        let list = asked.clone().or_else(|| goods::resolve("chpl", &[]).ok());
        Comparable { coverage, horizon, asked, list, control, known: Mutex::default() }
    }

    /// The codes of a class of reports. Empty where the revisions of a side are not known.
    pub fn class(&self, class: &Class) -> Arc<CodeMap> {
        let Ok(mut known) = self.known.lock() else { return Arc::default() };
        if let Some(map) = known.classes.get(class) {
            return map.clone();
        }
        let held = self.held(class);
        let periods = [self.horizon.window, self.horizon.baseline];
        let mut concepts = match &self.asked {
            Some(goods) => listed(goods, &held, &periods),
            None => everything(&held),
        };
        concepts.sort_by_cached_key(Concept::name);
        let mut map = known.take_in(&concepts, self.list.as_ref(), self.asked.is_some());
        if let Some(control) = &self.control {
            let mut concepts = listed(control, &held, &periods);
            concepts.sort_by_cached_key(Concept::name);
            known.take_in_controls(&concepts, self.list.as_ref(), &mut map);
        }
        let map = Arc::new(map);
        known.classes.insert(class.clone(), map.clone());
        map
    }

    fn held(&self, class: &Class) -> Held<'_> {
        let used: Vec<(String, &'static str)> = ["import", "export", "reconciled"]
            .into_iter()
            .flat_map(|f| self.coverage.datasets_with(f).into_iter().map(move |d| (d, f)))
            .collect();
        let side = |period: &Period, revisions: &BTreeSet<HsRevision>| {
            let mut all: BTreeMap<HsRevision, BTreeSet<HsCode>> =
                revisions.iter().map(|r| (*r, BTreeSet::new())).collect();
            for (dataset, flow) in &used {
                for (revision, codes) in self.coverage.six_digit_codes(dataset, flow, period) {
                    if let Some(of) = all.get_mut(&revision) {
                        of.extend(codes);
                    }
                }
            }
            all
        };
        let codes =
            [side(&self.horizon.window, &class[0]), side(&self.horizon.baseline, &class[1])];
        Held { coverage: &self.coverage, used, codes }
    }

    /// The codes to read in any revision; empty is all.
    pub fn codes(&self) -> BTreeSet<String> {
        let Some(asked) = &self.asked else { return BTreeSet::new() };
        let mut codes = concepts::all_codes(asked);
        codes.extend(self.control.iter().flat_map(concepts::all_codes));
        codes
    }

    /// Goods of the control group that are in the data and not on the list.
    pub fn controls(&self) -> BTreeSet<GoodId> {
        self.known.lock().map(|k| k.controls.clone()).unwrap_or_default()
    }

    /// Goods that are read as a control group only: nothing is looked for among them.
    pub fn only_controls(&self) -> BTreeSet<GoodId> {
        if self.asked.is_some() { self.controls() } else { BTreeSet::new() }
    }

    /// A good.
    pub fn good(&self, id: GoodId) -> Option<Good> {
        self.known.lock().ok()?.goods.get(id as usize).cloned()
    }

    /// Its name; `?` for none.
    pub fn name(&self, id: GoodId) -> String {
        self.good(id).map_or_else(|| "?".into(), |g| g.name)
    }

    /// Lists and tiers met so far; the number of a set in a plan is its place here.
    pub fn sets(&self) -> Vec<GoodsSet> {
        self.known.lock().map(|k| k.sets.clone()).unwrap_or_default()
    }

    /// Goods in the data that cannot be compared in any class, with the reason.
    pub fn left_out(&self) -> BTreeMap<String, String> {
        let Ok(known) = self.known.lock() else { return BTreeMap::new() };
        let out = known.left_out.iter().filter(|(name, _)| !known.ids.contains_key(*name));
        out.map(|(name, why)| (name.clone(), why.clone())).collect()
    }
}

impl Known {
    /// Takes in the concepts of a class.
    fn take_in(&mut self, concepts: &[Concept], list: Option<&Goods>, all: bool) -> CodeMap {
        let mut map = CodeMap::new();
        let mut of_list: Vec<(GoodId, &Concept)> = Vec::new();
        for concept in concepts {
            match &concept.state {
                State::NoData => continue,
                State::LeftOut(reason) => {
                    self.left_out.insert(concept.name(), reason.clone());
                    continue;
                }
                State::Used => {}
            }
            let id = self.id_of(concept);
            for (revision, codes) in &concept.codes {
                for key in codes.iter().filter_map(|c| CodeKey::pack(c.as_str().as_bytes())) {
                    map.entry((*revision, key)).or_insert(id);
                }
            }
            of_list.push((id, concept));
        }
        for set in list.map(|l| sets(l, &of_list, all)).unwrap_or_default() {
            match self.sets.iter_mut().find(|s| s.name == set.name) {
                Some(known) => known.members.extend(set.members),
                None => self.sets.push(set),
            }
        }
        map
    }

    /// Takes in the concepts of a control group: what shares a code with the list is none.
    fn take_in_controls(&mut self, concepts: &[Concept], list: Option<&Goods>, map: &mut CodeMap) {
        let on_list = |c: &HsCode| list.is_some_and(|l| l.holds(*c));
        for concept in concepts.iter().filter(|c| c.state == State::Used) {
            if concept.codes.values().flatten().chain(&concept.listed).any(on_list) {
                continue;
            }
            let id = self.id_of(concept);
            let mut whole = true;
            for (revision, codes) in &concept.codes {
                for key in codes.iter().filter_map(|c| CodeKey::pack(c.as_str().as_bytes())) {
                    whole &= *map.entry((*revision, key)).or_insert(id) == id;
                }
            }
            // A code that is part of another good here cannot stand for itself.
            if whole {
                self.controls.insert(id);
            }
        }
    }

    fn id_of(&mut self, concept: &Concept) -> GoodId {
        let name = concept.name();
        if let Some(id) = self.ids.get(&name) {
            return *id;
        }
        let id = self.goods.len() as GoodId;
        let first = concept.listed.first().copied();
        let one = |codes: &BTreeSet<HsCode>| codes.len() == 1 && codes.first() == first.as_ref();
        self.goods.push(Good {
            name: name.clone(),
            label: concept.label.clone(),
            heading: first.map_or(0, |c| c.truncate(4).number()),
            plain: concept.codes.values().all(one),
        });
        self.ids.insert(name, id);
        id
    }
}

/// The good of a code.
pub fn good_of(map: &CodeMap, revision: HsRevision, code: CodeKey) -> Option<GoodId> {
    map.get(&(revision, code.prefix(6))).copied()
}

/// The list as a whole and its tiers, of the goods that are on it.
fn sets(list: &Goods, goods: &[(GoodId, &Concept)], all: bool) -> Vec<GoodsSet> {
    let on_list = |c: &Concept| all || c.listed.iter().all(|code| list.holds(*code));
    let mut whole = GoodsSet { name: list.spec(), tier: false, members: BTreeSet::new() };
    let mut tiers: BTreeMap<String, BTreeSet<GoodId>> = BTreeMap::new();
    for (id, concept) in goods.iter().filter(|(_, c)| on_list(c)) {
        whole.members.insert(*id);
        let tier = concept.listed.first().and_then(|c| list.entry(*c)).and_then(|e| e.tier);
        if let Some(tier) = tier {
            tiers.entry(tier.to_string()).or_default().insert(*id);
        }
    }
    if whole.members.is_empty() {
        return Vec::new();
    }
    let name = |tier: &str| format!("{}, tier {tier}", list.spec());
    let tiers = tiers.into_iter().map(|(tier, members)| GoodsSet {
        name: name(&tier),
        tier: true,
        members,
    });
    std::iter::once(whole).chain(tiers).collect()
}

/// The codes of a list, six digits each: a heading is looked at code by code.
fn listed(goods: &Goods, held: &Held<'_>, periods: &[Period; 2]) -> Vec<Concept> {
    let mut fine = goods.clone();
    fine.codes = goods
        .codes
        .iter()
        .flat_map(|listed| match listed.code.level() {
            6 => vec![listed.clone()],
            _ => concord::codes_under(listed.code, goods.revision)
                .into_iter()
                .map(|code| GoodsCode { code, ..listed.clone() })
                .collect(),
        })
        .collect();
    let sides = periods.iter().zip(&held.codes);
    let sides = sides.map(|(p, codes)| (*p, codes.keys().copied().collect())).collect();
    concepts::concepts(&fine, &Sides { sides, presence: held }, false)
}

/// Every code in the data, joined over the revisions.
fn everything(held: &Held<'_>) -> Vec<Concept> {
    let revisions: BTreeSet<HsRevision> =
        held.codes.iter().flat_map(|side| side.keys().copied()).collect();
    let Some(newest) = revisions.iter().next_back().copied() else { return Vec::new() };
    let mut joined = Joined::default();
    let mut none: BTreeMap<(HsRevision, HsCode), String> = BTreeMap::new();
    for side in &held.codes {
        for (&revision, codes) in side {
            for &code in codes {
                joined.add((revision, code));
                for &other in revisions.iter().filter(|r| **r != revision) {
                    if revision != newest && other != newest {
                        continue;
                    }
                    let group = concord::comparable_group(code, revision, other);
                    if group.kind == GroupKind::NoCounterpart {
                        none.entry((revision, code)).or_insert(group.note);
                        continue;
                    }
                    let all = (group.earlier.iter().map(|c| (group.earlier_rev, *c)))
                        .chain(group.later.iter().map(|c| (group.later_rev, *c)));
                    all.for_each(|other| joined.join((revision, code), other));
                }
            }
        }
    }
    let sets = joined.sets();
    sets.into_iter().map(|members| concept_of(&members, held, &none)).collect()
}

/// A set of codes as a concept, with what speaks against comparing it.
fn concept_of(
    members: &[(HsRevision, HsCode)],
    held: &Held<'_>,
    none: &BTreeMap<(HsRevision, HsCode), String>,
) -> Concept {
    let mut codes: BTreeMap<HsRevision, BTreeSet<HsCode>> = BTreeMap::new();
    for (revision, code) in members {
        codes.entry(*revision).or_default().insert(*code);
    }
    let named = codes.iter().next_back().map(|(_, c)| c.iter().copied().collect::<Vec<_>>());
    let listed = named.unwrap_or_default();
    let state = if let Some(reason) = members.iter().find_map(|m| none.get(m)) {
        State::LeftOut(format!("no comparable code: {reason}"))
    } else {
        whole(&codes, members.len() > codes.len(), held)
    };
    let label = listed.first().and_then(|c| goods::own_label(*c)).map(str::to_owned);
    Concept { listed, tier: None, label, codes, state, note: None }
}

/// A set counts where both sides hold something of it and, if it is wider than one code a
/// revision, all of it.
fn whole(codes: &BTreeMap<HsRevision, BTreeSet<HsCode>>, widened: bool, held: &Held<'_>) -> State {
    for (side, name) in held.codes.iter().zip(["window", "baseline"]) {
        let mut any = false;
        for (revision, present) in side {
            let Some(of) = codes.get(revision) else { continue };
            let here = of.intersection(present).count();
            any |= here > 0;
            if widened && here > 0 && here < of.len() {
                return State::LeftOut(format!("its comparable codes are not all in the {name}"));
            }
        }
        if !any {
            return State::LeftOut(format!("nobody reports it in the {name}"));
        }
    }
    State::Used
}

/// Disjoint sets of codes.
#[derive(Default)]
struct Joined {
    numbers: BTreeMap<(HsRevision, HsCode), usize>,
    parents: Vec<usize>,
}

impl Joined {
    fn add(&mut self, code: (HsRevision, HsCode)) -> usize {
        let next = self.parents.len();
        let number = *self.numbers.entry(code).or_insert(next);
        if number == next {
            self.parents.push(next);
        }
        number
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parents[at] != at {
            self.parents[at] = self.parents[self.parents[at]];
            at = self.parents[at];
        }
        at
    }

    fn join(&mut self, a: (HsRevision, HsCode), b: (HsRevision, HsCode)) {
        let (a, b) = (self.add(a), self.add(b));
        let (a, b) = (self.root(a), self.root(b));
        self.parents[a.max(b)] = a.min(b);
    }

    fn sets(mut self) -> Vec<Vec<(HsRevision, HsCode)>> {
        let members: Vec<((HsRevision, HsCode), usize)> =
            self.numbers.iter().map(|(code, number)| (*code, *number)).collect();
        let mut sets: BTreeMap<usize, Vec<(HsRevision, HsCode)>> = BTreeMap::new();
        for (code, number) in members {
            sets.entry(self.root(number)).or_default().push(code);
        }
        sets.into_values().collect()
    }
}
