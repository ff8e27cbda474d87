//! May this code be compared across revisions of the Harmonized System, and
//! with what? A value before a revision and a value after it may be compared
//! only over a code group that is closed: nothing on one side came from outside
//! the other.
//!
//! The pairs and relations are those of the UN Statistics Division's
//! correlation tables between neighbouring revisions from HS2007 to HS2022.
//! Followed to the letter they join over a thousand codes into one group, so
//! the working rule of `data/hs_overrides.csv` leaves out a few links (flat
//! panel displays, electrical waste, multi-component circuits) and puts two
//! right. Every departure has its reason there and its warning in
//! `data/hs_notes.csv`.
//!
//! It never estimates how a value splits over several codes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::LazyLock;

use serde::Serialize;

use crate::hs::{HsCode, HsRevision};
use crate::table::{cell, records};

/// The oldest revision with tables here.
pub const OLDEST: HsRevision = HsRevision::Hs2007;
/// The newest revision with tables here.
pub const NEWEST: HsRevision = HsRevision::Hs2022;

/// Kind of relation between a later and an earlier code, read from later to
/// earlier, as the published table gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// One later code is one earlier code.
    OneToOne,
    /// Several later codes came out of one earlier code.
    ManyToOne,
    /// One later code took up several earlier codes.
    OneToMany,
    /// Parts of several codes went into several codes.
    ManyToMany,
}

impl Relation {
    /// `1:1`, `n:1`, `1:n` or `n:n`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::OneToOne => "1:1",
            Self::ManyToOne => "n:1",
            Self::OneToMany => "1:n",
            Self::ManyToMany => "n:n",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "1:1" => Self::OneToOne,
            "n:1" => Self::ManyToOne,
            "1:n" => Self::OneToMany,
            "n:n" => Self::ManyToMany,
            _ => return None,
        })
    }
}

impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// A code of the neighbouring revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    /// The code there.
    pub code: HsCode,
    /// The published relation, read from later to earlier.
    pub relation: Relation,
}

/// How a code compares with another revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroupKind {
    /// The same digits and no known change of scope.
    Identical,
    /// One code, other digits, the same scope.
    Renumbered,
    /// Comparable only as a group of several codes.
    Widened,
    /// The same digits, but the scope is known to have changed: compare with the note.
    ScopeChanged,
    /// Nothing to compare with; the note says why.
    NoCounterpart,
}

impl GroupKind {
    /// The name as it is printed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::Renumbered => "renumbered",
            Self::Widened => "widened",
            Self::ScopeChanged => "scope-changed",
            Self::NoCounterpart => "no-counterpart",
        }
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The smallest closed group of codes that holds a code, in two revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparableGroup {
    /// The code that was asked about.
    pub code: HsCode,
    /// The older of the two revisions.
    pub earlier_rev: HsRevision,
    /// The group's codes there, sorted.
    pub earlier: Vec<HsCode>,
    /// The newer of the two revisions.
    pub later_rev: HsRevision,
    /// The group's codes there, sorted.
    pub later: Vec<HsCode>,
    /// How the two sides relate.
    pub kind: GroupKind,
    /// What a reader must know; empty when there is nothing.
    pub note: String,
}

impl ComparableGroup {
    /// The codes on the side of a revision; empty for a third revision.
    #[must_use]
    pub fn codes_in(&self, rev: HsRevision) -> &[HsCode] {
        if rev == self.earlier_rev {
            &self.earlier
        } else if rev == self.later_rev {
            &self.later
        } else {
            &[]
        }
    }

    /// Number of codes on both sides together.
    #[must_use]
    pub fn size(&self) -> usize {
        self.earlier.len() + self.later.len()
    }

    /// Whether both sides can be compared at all.
    #[must_use]
    pub const fn is_comparable(&self) -> bool {
        !matches!(self.kind, GroupKind::NoCounterpart)
    }
}

/// A code of a list carried into another revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Translation {
    /// The codes there, sorted; empty when there is none.
    pub codes: Vec<HsCode>,
    /// Whether those codes together hold the same goods.
    pub exact: bool,
    /// Whether those codes also hold other goods.
    pub broader: bool,
    /// What a reader must know; empty when there is nothing.
    pub note: String,
}

// --- tables ---------------------------------------------------------------

/// One step between neighbouring revisions, named by its later revision.
#[derive(Default)]
struct Step {
    earlier_of: HashMap<HsCode, Vec<Link>>,
    later_of: HashMap<HsCode, Vec<Link>>,
    converted: HashMap<HsCode, HsCode>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Drop,
    Only(HsCode),
    Itself,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NoteKind {
    Scope,
    New,
    Info,
}

struct Note {
    kind: NoteKind,
    text: String,
}

struct Tables {
    /// One bit for each revision ([`HsRevision::id`]), by the code's number.
    six: Vec<u8>,
    four: Vec<u8>,
    two: [u8; 100],
    steps: BTreeMap<HsRevision, Step>,
    rules: HashMap<(HsRevision, HsCode), Rule>,
    notes: HashMap<(HsRevision, HsCode), Note>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::load);

impl Tables {
    fn load() -> Self {
        let mut tables = Self {
            six: vec![0; 1_000_000],
            four: vec![0; 10_000],
            two: [0; 100],
            steps: BTreeMap::new(),
            rules: HashMap::new(),
            notes: HashMap::new(),
        };
        tables.load_codes(include_str!("../data/hs_codes.csv"));
        tables.load_pairs(HsRevision::Hs2022, include_str!("../data/hs2022_hs2017.csv"));
        tables.load_pairs(HsRevision::Hs2017, include_str!("../data/hs2017_hs2012.csv"));
        tables.load_pairs(HsRevision::Hs2012, include_str!("../data/hs2012_hs2007.csv"));
        tables.load_conversions(include_str!("../data/hs_conversion.csv"));
        tables.load_rules(include_str!("../data/hs_overrides.csv"));
        tables.load_notes(include_str!("../data/hs_notes.csv"));
        tables
    }

    fn load_codes(&mut self, text: &str) {
        for record in records(text) {
            let heading = cell(&record, 0);
            let mut cells = "";
            for (index, rev) in revisions(OLDEST, NEWEST).into_iter().enumerate() {
                match cell(&record, index + 1) {
                    "=" => {}
                    other => cells = other,
                }
                for tail in cells.split(' ').filter(|tail| *tail != "-") {
                    if let Ok(code) = HsCode::parse(&format!("{heading}{tail}")) {
                        self.mark(code, rev);
                    }
                }
            }
        }
    }

    fn mark(&mut self, code: HsCode, rev: HsRevision) {
        let bit = 1 << rev.id();
        for (table, level) in
            [(&mut self.six[..], 6), (&mut self.four[..], 4), (&mut self.two[..], 2)]
        {
            if let Some(cell) = table.get_mut(code.truncate(level).number() as usize) {
                *cell |= bit;
            }
        }
    }

    fn load_pairs(&mut self, rev: HsRevision, text: &str) {
        let step = self.steps.entry(rev).or_default();
        for record in records(text) {
            let (Ok(later), Some(relation)) =
                (HsCode::parse(cell(&record, 0)), Relation::parse(cell(&record, 1)))
            else {
                continue;
            };
            for earlier in cell(&record, 2).split(' ').filter_map(|code| HsCode::parse(code).ok()) {
                step.earlier_of.entry(later).or_default().push(Link { code: earlier, relation });
                step.later_of.entry(earlier).or_default().push(Link { code: later, relation });
            }
        }
        for links in step.earlier_of.values_mut().chain(step.later_of.values_mut()) {
            links.sort();
        }
    }

    fn load_conversions(&mut self, text: &str) {
        for record in records(text) {
            if let (Ok(rev), Ok(later), Ok(earlier)) = (
                HsRevision::parse(cell(&record, 0)),
                HsCode::parse(cell(&record, 1)),
                HsCode::parse(cell(&record, 2)),
            ) {
                self.steps.entry(rev).or_default().converted.insert(later, earlier);
            }
        }
    }

    fn load_rules(&mut self, text: &str) {
        for record in records(text) {
            let (Ok(rev), Ok(code)) =
                (HsRevision::parse(cell(&record, 0)), HsCode::parse(cell(&record, 1)))
            else {
                continue;
            };
            let rule = match (cell(&record, 2), HsCode::parse(cell(&record, 3))) {
                ("drop", _) => Rule::Drop,
                ("self", _) => Rule::Itself,
                ("only", Ok(earlier)) => Rule::Only(earlier),
                _ => continue,
            };
            self.rules.insert((rev, code), rule);
        }
    }

    fn load_notes(&mut self, text: &str) {
        for record in records(text) {
            let (Ok(rev), Ok(code)) =
                (HsRevision::parse(cell(&record, 0)), HsCode::parse(cell(&record, 1)))
            else {
                continue;
            };
            let kind = match cell(&record, 2) {
                "scope" => NoteKind::Scope,
                "new" => NoteKind::New,
                _ => NoteKind::Info,
            };
            self.notes.insert((rev, code), Note { kind, text: cell(&record, 3).to_owned() });
        }
    }

    fn exists(&self, code: HsCode, rev: HsRevision) -> bool {
        let mask = match code.level() {
            6 => self.six.get(code.number() as usize),
            4 => self.four.get(code.number() as usize),
            _ => self.two.get(code.number() as usize),
        };
        mask.is_some_and(|mask| mask & (1 << rev.id()) != 0)
    }

    /// The rule for a code at a step, its own or its heading's.
    fn rule(&self, step: HsRevision, code: HsCode) -> Option<Rule> {
        self.rules.get(&(step, code)).or_else(|| self.rules.get(&(step, code.truncate(4)))).copied()
    }

    fn note(&self, step: HsRevision, code: HsCode) -> Option<&Note> {
        self.notes.get(&(step, code)).or_else(|| self.notes.get(&(step, code.truncate(4))))
    }

    /// The published links to the earlier revision of a step.
    fn earlier(&self, step: HsRevision, code: HsCode) -> Vec<Link> {
        self.links(step, code, |s| &s.earlier_of, (Some(step), step.previous()))
    }

    /// The published links to the later revision of a step.
    fn later(&self, step: HsRevision, code: HsCode) -> Vec<Link> {
        self.links(step, code, |s| &s.later_of, (step.previous(), Some(step)))
    }

    fn links(
        &self,
        step: HsRevision,
        code: HsCode,
        side: impl Fn(&Step) -> &HashMap<HsCode, Vec<Link>>,
        (from, to): (Option<HsRevision>, Option<HsRevision>),
    ) -> Vec<Link> {
        if let Some(links) = self.steps.get(&step).and_then(|s| side(s).get(&code)) {
            return links.clone();
        }
        let both = [from, to].into_iter().all(|rev| rev.is_some_and(|rev| self.exists(code, rev)));
        if both && self.steps.contains_key(&step) {
            vec![Link { code, relation: Relation::OneToOne }]
        } else {
            Vec::new()
        }
    }

    /// Whether the working rule follows a published pair.
    fn follows(&self, step: HsRevision, later: HsCode, earlier: HsCode) -> bool {
        match self.rule(step, later) {
            Some(Rule::Drop) => false,
            Some(Rule::Only(only)) => earlier == only,
            Some(Rule::Itself) => earlier == later,
            // "self" closes a code on both sides of the step.
            None => later == earlier || self.rules.get(&(step, earlier)) != Some(&Rule::Itself),
        }
    }

    fn followed_earlier(&self, step: HsRevision, later: HsCode) -> Vec<HsCode> {
        if let Some(Rule::Only(earlier)) = self.rule(step, later) {
            return vec![earlier];
        }
        let links = self.earlier(step, later);
        links.iter().map(|l| l.code).filter(|earlier| self.follows(step, later, *earlier)).collect()
    }

    fn followed_later(&self, step: HsRevision, earlier: HsCode) -> Vec<HsCode> {
        let mut codes: Vec<HsCode> = self
            .later(step, earlier)
            .iter()
            .map(|l| l.code)
            .filter(|later| self.follows(step, *later, earlier))
            .collect();
        codes.extend(self.rules.iter().filter_map(|((rev, later), rule)| {
            (*rev == step && *rule == Rule::Only(earlier)).then_some(*later)
        }));
        codes.sort();
        codes.dedup();
        codes
    }
}

/// The revisions from one to another, both included, oldest first.
fn revisions(from: HsRevision, to: HsRevision) -> Vec<HsRevision> {
    HsRevision::ALL.into_iter().filter(|rev| from <= *rev && *rev <= to).collect()
}

/// The later revisions of the steps between two revisions, newest first.
fn steps_between(earlier: HsRevision, later: HsRevision) -> impl Iterator<Item = HsRevision> {
    HsRevision::ALL.into_iter().rev().filter(move |rev| earlier < *rev && *rev <= later)
}

// --- questions ------------------------------------------------------------

/// Whether a revision has tables here (HS2007 to HS2022).
#[must_use]
pub fn covers(rev: HsRevision) -> bool {
    OLDEST <= rev && rev <= NEWEST
}

/// Whether a code (of 2, 4 or 6 digits) exists in a revision. Always `false`
/// for revisions without tables, see [`covers`].
#[must_use]
pub fn exists(code: HsCode, rev: HsRevision) -> bool {
    code.is_total() || TABLES.exists(code, rev)
}

/// All six-digit codes of a revision under a heading or chapter, sorted; the
/// code itself when it has six digits and exists.
#[must_use]
pub fn codes_under(code: HsCode, rev: HsRevision) -> Vec<HsCode> {
    if code.level() == 6 {
        return if exists(code, rev) { vec![code] } else { Vec::new() };
    }
    let width = 10u32.pow(u32::from(6 - code.level()));
    let start = code.number() * width;
    (start..start + width)
        .filter(|number| {
            TABLES.six.get(*number as usize).is_some_and(|mask| mask & (1 << rev.id()) != 0)
        })
        .filter_map(|number| HsCode::parse(&format!("{number:06}")).ok())
        .collect()
}

/// Number of six-digit codes of a revision.
#[must_use]
pub fn count(rev: HsRevision) -> usize {
    TABLES.six.iter().filter(|mask| **mask & (1 << rev.id()) != 0).count()
}

/// The published links of a six-digit code of `rev` to the next newer revision.
#[must_use]
pub fn later(code: HsCode, rev: HsRevision) -> Vec<Link> {
    rev.next().map(|step| TABLES.later(step, code)).unwrap_or_default()
}

/// The published links of a six-digit code of `rev` to the next older revision.
#[must_use]
pub fn earlier(code: HsCode, rev: HsRevision) -> Vec<Link> {
    TABLES.earlier(rev, code)
}

/// The one HS2017 code that stands for a HS2022 code best: the published
/// conversion, put right where `data/hs_overrides.csv` says so (854151 and
/// 854159 are 854150, not mobile phones). `None` for codes without a
/// predecessor of their own (8524, 8549, 8806) and codes not in HS2022.
#[must_use]
pub fn recommended_predecessor(code2022: HsCode) -> Option<HsCode> {
    predecessor(HsRevision::Hs2022, code2022)
}

fn predecessor(step: HsRevision, code: HsCode) -> Option<HsCode> {
    let tables = &*TABLES;
    if !tables.exists(code, step)
        || tables.note(step, code).is_some_and(|n| n.kind == NoteKind::New)
    {
        return None;
    }
    match tables.rule(step, code) {
        Some(Rule::Drop) => return None,
        Some(Rule::Only(earlier)) => return Some(earlier),
        Some(Rule::Itself) => return Some(code),
        None => {}
    }
    let converted = tables.steps.get(&step)?.converted.get(&code).copied().unwrap_or(code);
    step.previous().filter(|rev| tables.exists(converted, *rev)).map(|_| converted)
}

/// The closed code group of a code of `code_rev` with another revision.
///
/// A heading or chapter is taken as all its codes; when the group is exactly
/// that heading on a side, the side is written as the heading.
#[must_use]
pub fn comparable_group(code: HsCode, code_rev: HsRevision, other: HsRevision) -> ComparableGroup {
    let (earlier_rev, later_rev) = (code_rev.min(other), code_rev.max(other));
    let mut group = ComparableGroup {
        code,
        earlier_rev,
        earlier: Vec::new(),
        later_rev,
        later: Vec::new(),
        kind: GroupKind::NoCounterpart,
        note: String::new(),
    };
    if code.is_total() {
        group.earlier = vec![code];
        group.later = vec![code];
        group.kind = GroupKind::Identical;
        return group;
    }
    if let Some(reason) = refusal(code, code_rev, other) {
        group.note = reason;
        return group;
    }
    if code_rev == other {
        group.earlier = vec![code];
        group.later = vec![code];
        group.kind = GroupKind::Identical;
        return group;
    }
    if let Some(note) = no_baseline(code, code_rev, earlier_rev) {
        group.note = note;
        group.later = vec![code];
        return group;
    }
    let members = closure(&codes_under(code, code_rev), code_rev, earlier_rev, later_rev);
    group.earlier = side(&members, earlier_rev, code);
    group.later = side(&members, later_rev, code);
    classify(&mut group, &members);
    group
}

/// Why a question cannot be answered at all.
fn refusal(code: HsCode, code_rev: HsRevision, other: HsRevision) -> Option<String> {
    if code_rev != other
        && let Some(rev) = [code_rev, other].into_iter().find(|rev| !covers(*rev))
    {
        return Some(format!(
            "no correlation table for {rev} is at hand ({OLDEST} to {NEWEST} are)"
        ));
    }
    if !covers(code_rev) {
        return None;
    }
    if exists(code, code_rev) {
        return None;
    }
    let found: Vec<&str> = revisions(OLDEST, NEWEST)
        .into_iter()
        .filter(|rev| exists(code, *rev))
        .map(HsRevision::name)
        .collect();
    Some(match found.as_slice() {
        [] => format!("{code} is in none of the revisions {OLDEST} to {NEWEST}"),
        found => format!("{code} does not exist in {code_rev}; it exists in {}", found.join(", ")),
    })
}

/// The note of goods that are new in a revision and have no earlier side.
fn no_baseline(code: HsCode, code_rev: HsRevision, earlier_rev: HsRevision) -> Option<String> {
    steps_between(earlier_rev, code_rev)
        .filter_map(|step| TABLES.note(step, code))
        .find(|note| note.kind == NoteKind::New)
        .map(|note| note.text.clone())
}

type Members = BTreeSet<(HsRevision, HsCode)>;

/// All codes reached over the followed links between two revisions.
fn closure(seeds: &[HsCode], seed_rev: HsRevision, from: HsRevision, to: HsRevision) -> Members {
    let tables = &*TABLES;
    let mut members: Members = seeds.iter().map(|code| (seed_rev, *code)).collect();
    let mut open: Vec<(HsRevision, HsCode)> = members.iter().copied().collect();
    while let Some((rev, code)) = open.pop() {
        let down = (rev > from)
            .then(|| rev.previous().map(|p| (p, tables.followed_earlier(rev, code))))
            .flatten();
        let up =
            (rev < to).then(|| rev.next().map(|n| (n, tables.followed_later(n, code)))).flatten();
        for (next_rev, codes) in [down, up].into_iter().flatten() {
            for next in codes {
                if members.insert((next_rev, next)) {
                    open.push((next_rev, next));
                }
            }
        }
    }
    members
}

/// One side of a group; written as the heading when it is exactly that.
fn side(members: &Members, rev: HsRevision, asked: HsCode) -> Vec<HsCode> {
    let codes: Vec<HsCode> =
        members.iter().filter(|(r, _)| *r == rev).map(|(_, code)| *code).collect();
    if asked.level() < 6 && !codes.is_empty() && codes == codes_under(asked, rev) {
        return vec![asked];
    }
    codes
}

fn classify(group: &mut ComparableGroup, members: &Members) {
    let mut notes: Vec<&str> = Vec::new();
    let mut scope = false;
    for step in steps_between(group.earlier_rev, group.later_rev) {
        // The asked code first, then its counterparts: one note a step is enough.
        let own = TABLES.note(step, group.code).map(|note| (group.code, note));
        let others =
            members.iter().filter_map(|(_, code)| TABLES.note(step, *code).map(|n| (*code, n)));
        let single = group.earlier.len() == 1 && group.later.len() == 1;
        for (_, note) in own.into_iter().chain(others.filter(|_| single)).take(1) {
            notes.push(&note.text);
            scope |= note.kind == NoteKind::Scope;
        }
    }
    group.kind = match (group.earlier.as_slice(), group.later.as_slice()) {
        ([], _) | (_, []) => GroupKind::NoCounterpart,
        ([a], [b]) if a != b => GroupKind::Renumbered,
        ([_], [_]) if scope => GroupKind::ScopeChanged,
        ([_], [_]) => GroupKind::Identical,
        _ => GroupKind::Widened,
    };
    let mut note = notes.join("; ");
    let general = match group.kind {
        GroupKind::Widened => Some(format!(
            "comparable only as a group of {} codes in {} and {} in {}",
            group.earlier.len(),
            group.earlier_rev,
            group.later.len(),
            group.later_rev
        )),
        GroupKind::NoCounterpart if note.is_empty() => {
            let missing =
                if group.earlier.is_empty() { group.earlier_rev } else { group.later_rev };
            Some(format!("the correlation tables give {} no counterpart in {missing}", group.code))
        }
        _ => None,
    };
    if let Some(general) = general {
        note = if note.is_empty() { general } else { format!("{general}; {note}") };
    }
    group.note = note;
}

/// Carries a code of a list into another revision.
///
/// Exact when the codes there hold the same goods; broader when they also hold
/// others (854149 is in 854140 before 2022, together with LED and photovoltaic
/// cells).
#[must_use]
pub fn translate(code: HsCode, from: HsRevision, to: HsRevision) -> Translation {
    let group = comparable_group(code, from, to);
    let note = group.note.clone();
    let (own, others) = (group.codes_in(from), group.codes_in(to));
    if !group.is_comparable() {
        return Translation { codes: Vec::new(), exact: false, broader: false, note };
    }
    if from == to || own == [code] {
        let exact = group.kind != GroupKind::ScopeChanged;
        return Translation { codes: others.to_vec(), exact, broader: false, note };
    }
    let mut codes: BTreeSet<HsCode> = codes_under(code, from).into_iter().collect();
    if to < from {
        for step in steps_between(to, from) {
            codes = codes.into_iter().filter_map(|c| predecessor(step, c)).collect();
        }
    } else {
        let mut steps: Vec<HsRevision> = steps_between(from, to).collect();
        steps.reverse();
        for step in steps {
            codes = codes.into_iter().flat_map(|c| TABLES.followed_later(step, c)).collect();
        }
    }
    let codes: Vec<HsCode> = codes.into_iter().collect();
    let broader = !codes.is_empty();
    Translation { codes, exact: false, broader, note }
}

#[cfg(test)]
mod tests;
