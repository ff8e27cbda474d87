//! Which codes does a control list or a goods group hold? Every definition has
//! a name, a version and a source, because a share means nothing without the
//! list it was computed on.
//!
//! A code on a list is a lead, not a classification: an HS code is not an
//! export-control number, and this module never says that a good is licensed or
//! forbidden. Where officials state no codes, several published definitions
//! stand side by side ([`variants`]).

mod user;

pub use user::{parse_eu_sanctioned, parse_user_groups};

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::LazyLock;

use serde::Serialize;
use thiserror::Error;

use crate::concord;
use crate::hs::{HsCode, HsRevision};
use crate::table::{cell, optional, records};
use crate::text::{either, nearest};

/// A tier of the Common High Priority List.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tier {
    /// Highest concern: integrated circuits.
    T1,
    /// Electronics with some production in Russia.
    T2,
    /// Further electronics.
    T3A,
    /// Mechanical and other goods.
    T3B,
    /// Equipment to make and test electronics.
    T4A,
    /// Numerically controlled machine tools and their parts.
    T4B,
}

impl Tier {
    /// All tiers in order.
    pub const ALL: [Self; 6] = [Self::T1, Self::T2, Self::T3A, Self::T3B, Self::T4A, Self::T4B];

    /// `1`, `2`, `3.A`, `3.B`, `4.A` or `4.B`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::T1 => "1",
            Self::T2 => "2",
            Self::T3A => "3.A",
            Self::T3B => "3.B",
            Self::T4A => "4.A",
            Self::T4B => "4.B",
        }
    }

    /// Reads `tier3.A`, `3a`, `3.A`; `3` alone is not a tier (see [`Tier::family`]).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let wanted = Self::bare(text);
        Self::ALL.into_iter().find(|tier| Self::bare(tier.code()) == wanted)
    }

    /// The tiers meant by `tier3` (3.A and 3.B), `4`, or one exact tier.
    #[must_use]
    pub fn family(text: &str) -> Vec<Self> {
        let wanted = Self::bare(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        Self::ALL.into_iter().filter(|tier| Self::bare(tier.code()).starts_with(&wanted)).collect()
    }

    fn bare(text: &str) -> String {
        let lower = text.trim().to_ascii_lowercase();
        lower.trim_start_matches("tier").chars().filter(char::is_ascii_alphanumeric).collect()
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Tier {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// One code of a list; two and four digits mean everything under them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GoodsCode {
    /// The code.
    pub code: HsCode,
    /// Its tier, on lists with tiers.
    pub tier: Option<Tier>,
    /// A few words for it.
    pub label: Option<String>,
    /// The day it was listed, `YYYY-MM-DD`, where the list says so.
    pub listed: Option<String>,
    /// A category of the list, where it has any.
    pub category: Option<String>,
}

impl GoodsCode {
    fn bare(code: HsCode) -> Self {
        Self {
            code,
            tier: None,
            label: own_label(code).map(str::to_owned),
            listed: None,
            category: None,
        }
    }
}

/// A group that does not come with this crate: the user's, or a list loaded at
/// run time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsGroup {
    /// The name a person types.
    pub name: String,
    /// Its version; several versions of one name may be loaded, the greatest is the default.
    pub version: String,
    /// The revision its codes are written in.
    pub revision: HsRevision,
    /// A few words.
    pub label: String,
    /// Where the codes come from.
    pub source: String,
    /// What a reader must know.
    pub note: Option<String>,
    /// The codes, sorted.
    pub codes: Vec<GoodsCode>,
}

/// A resolved list of goods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Goods {
    /// `chpl`, `machine-tools`, a user's group, or `codes` for plain codes.
    pub group: String,
    /// The version of the list; empty for plain codes.
    pub version: String,
    /// Which of several definitions or parts: `narrow`, `tier3.A`, `all`.
    pub definition: String,
    /// A few words.
    pub label: String,
    /// The revision [`codes`](Self::codes) are written in.
    pub revision: HsRevision,
    /// The codes, sorted; two and four digits mean everything under them.
    pub codes: Vec<GoodsCode>,
    /// Where the definition comes from.
    pub source: String,
    /// What a reader must know.
    pub note: Option<String>,
    /// The same definition in other revisions, where the source itself gives it.
    #[serde(skip)]
    given: BTreeMap<HsRevision, Vec<HsCode>>,
}

/// The codes of a list in one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CodesIn {
    /// The revision.
    pub revision: HsRevision,
    /// The codes, sorted, each once.
    pub codes: Vec<HsCode>,
    /// Codes of the list without any counterpart there.
    pub missing: Vec<HsCode>,
    /// Codes of the list whose counterpart there also holds other goods.
    pub broader: Vec<HsCode>,
    /// What a reader must know, one line a code.
    pub notes: Vec<String>,
}

/// The codes to sum on both sides of a change of revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComparableCodes {
    /// The older revision.
    pub earlier_rev: HsRevision,
    /// The codes there, sorted, each once.
    pub earlier: Vec<HsCode>,
    /// The newer revision.
    pub later_rev: HsRevision,
    /// The codes there, sorted, each once.
    pub later: Vec<HsCode>,
    /// Codes of the list whose closed group brings in goods that are not on it.
    pub widened: Vec<HsCode>,
    /// Codes of the list that cannot be compared and are in neither sum.
    pub left_out: Vec<HsCode>,
    /// What a reader must know, one line a code.
    pub notes: Vec<String>,
}

impl Default for ComparableCodes {
    fn default() -> Self {
        Self {
            earlier_rev: concord::NEWEST,
            earlier: Vec::new(),
            later_rev: concord::NEWEST,
            later: Vec::new(),
            widened: Vec::new(),
            left_out: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl Goods {
    /// The shortest text that [`resolve`] turns into the same list.
    #[must_use]
    pub fn spec(&self) -> String {
        if self.group == CODES {
            let codes: Vec<String> = self.codes.iter().map(|c| c.code.to_string()).collect();
            return if self.revision == concord::NEWEST {
                codes.join(",")
            } else {
                format!("{}@{}", codes.join(","), self.revision)
            };
        }
        let versioned = !is_built_in(&self.group) || self.group == CHPL;
        let version = if versioned { format!("@{}", self.version) } else { String::new() };
        match self.definition.as_str() {
            "all" | "default" => format!("{}{version}", self.group),
            part => format!("{}{version}:{part}", self.group),
        }
    }

    /// The plain codes, sorted.
    #[must_use]
    pub fn hs_codes(&self) -> Vec<HsCode> {
        self.codes.iter().map(|c| c.code).collect()
    }

    /// Whether a code of the list's own revision is on it.
    #[must_use]
    pub fn holds(&self, code: HsCode) -> bool {
        self.codes.iter().any(|listed| code.is_under(listed.code))
    }

    /// The entry a code of the list's own revision falls under; the longest one.
    #[must_use]
    pub fn entry(&self, code: HsCode) -> Option<&GoodsCode> {
        self.codes.iter().filter(|listed| code.is_under(listed.code)).max_by_key(|c| c.code.level())
    }

    /// The list in a revision: as its source gives it there, otherwise carried
    /// over code by code with [`concord::translate`].
    #[must_use]
    pub fn codes_in(&self, rev: HsRevision) -> CodesIn {
        let mut codes: BTreeSet<HsCode> = BTreeSet::new();
        let (mut missing, mut broader, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for listed in &self.codes {
            let there = concord::translate(listed.code, self.revision, rev);
            if there.codes.is_empty() {
                missing.push(listed.code);
            }
            // Broader only if the other goods are not on the list themselves.
            let group = concord::comparable_group(listed.code, self.revision, rev);
            if there.broader && !self.holds_all(group.codes_in(self.revision)) {
                broader.push(listed.code);
                codes.extend(there.codes);
            } else {
                codes.extend(group.codes_in(rev));
            }
            if !there.note.is_empty() {
                notes.push(format!("{}: {}", listed.code, there.note));
            }
        }
        if let Some(given) = self.given.get(&rev) {
            codes = given.iter().copied().collect();
        }
        CodesIn { revision: rev, codes: codes.into_iter().collect(), missing, broader, notes }
    }

    /// The codes to sum on both sides of a change of revision, so that the two
    /// sums hold the same goods: the closed groups of all codes of the list.
    #[must_use]
    pub fn comparable_with(&self, other: HsRevision) -> ComparableCodes {
        let mut all = ComparableCodes {
            earlier_rev: self.revision.min(other),
            later_rev: self.revision.max(other),
            ..ComparableCodes::default()
        };
        for listed in &self.codes {
            let group = concord::comparable_group(listed.code, self.revision, other);
            if !group.note.is_empty() {
                all.notes.push(format!("{}: {}", listed.code, group.note));
            }
            if !group.is_comparable() {
                all.left_out.push(listed.code);
                continue;
            }
            if !self.holds_all(group.codes_in(self.revision)) {
                all.widened.push(listed.code);
            }
            all.earlier.extend(group.earlier);
            all.later.extend(group.later);
        }
        for side in [&mut all.earlier, &mut all.later] {
            side.sort();
            side.dedup();
        }
        all
    }

    fn holds_all(&self, codes: &[HsCode]) -> bool {
        codes.iter().all(|code| self.holds(*code))
    }
}

impl fmt::Display for Goods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spec())
    }
}

// --- tables ---------------------------------------------------------------

const CHPL: &str = "chpl";
const CODES: &str = "codes";
const TOTAL: &str = "total";
const CHPL_SOURCE: &str = "US Bureau of Industry and Security, Common High Priority List";

/// The versions of the Common High Priority List, newest first: version,
/// number of codes, and what is known of how it was obtained.
pub const CHPL_VERSIONS: [(&str, usize, Option<&str>); 3] = [
    ("2024-02", 50, None),
    ("2023-09", 45, Some("derived: the list of February 2024 without tier 4.B")),
    ("2023-05", 9, Some("tiers 1 and 2 only, as summarised by trade lawyers")),
];

struct ChplRow {
    tier: Tier,
    code: HsCode,
    since: String,
    label: String,
}

struct Definition {
    group: String,
    definition: String,
    version: String,
    default: bool,
    label: String,
    source: String,
    note: Option<String>,
    codes: BTreeMap<HsRevision, Vec<HsCode>>,
}

static CHPL_ROWS: LazyLock<Vec<ChplRow>> = LazyLock::new(|| {
    let mut rows: Vec<ChplRow> = records(include_str!("../data/chpl.csv"))
        .iter()
        .filter_map(|record| {
            Some(ChplRow {
                tier: Tier::parse(cell(record, 0))?,
                code: HsCode::parse(cell(record, 1)).ok()?,
                since: optional(record, 2)?,
                label: optional(record, 3)?,
            })
        })
        .collect();
    rows.sort_by_key(|row| row.code);
    rows
});

static LABELS: LazyLock<HashMap<HsCode, &'static str>> =
    LazyLock::new(|| CHPL_ROWS.iter().map(|row| (row.code, row.label.as_str())).collect());

static DEFINITIONS: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    let mut codes: HashMap<(String, String), BTreeMap<HsRevision, Vec<HsCode>>> = HashMap::new();
    for record in records(include_str!("../data/goods_codes.csv")) {
        if let Ok(rev) = HsRevision::parse(cell(&record, 2)) {
            let list = cell(&record, 3).split(' ').filter_map(|c| HsCode::parse(c).ok()).collect();
            codes
                .entry((cell(&record, 0).into(), cell(&record, 1).into()))
                .or_default()
                .insert(rev, list);
        }
    }
    records(include_str!("../data/goods.csv"))
        .iter()
        .filter_map(|record| {
            let (group, definition) = (optional(record, 0)?, optional(record, 1)?);
            Some(Definition {
                codes: codes.remove(&(group.clone(), definition.clone()))?,
                version: optional(record, 2)?,
                default: cell(record, 3) == "x",
                label: optional(record, 4)?,
                source: optional(record, 5)?,
                note: optional(record, 6),
                group,
                definition,
            })
        })
        .collect()
});

/// Our own few words for a code on the Common High Priority List (HS2022).
#[must_use]
pub fn own_label(code: HsCode) -> Option<&'static str> {
    LABELS.get(&code).copied()
}

/// The tier of a HS2022 code on the newest Common High Priority List.
#[must_use]
pub fn chpl_tier(code: HsCode) -> Option<Tier> {
    let index = CHPL_ROWS.binary_search_by_key(&code, |row| row.code).ok()?;
    CHPL_ROWS.get(index).map(|row| row.tier)
}

/// A built-in group, for help and completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// The name a person types.
    pub name: &'static str,
    /// What it is.
    pub label: &'static str,
    /// The parts or definitions that may follow a colon.
    pub definitions: &'static [&'static str],
}

/// The built-in groups, in the order help shows them.
pub const ALL: [BuiltIn; 13] = [
    BuiltIn {
        name: CHPL,
        label: "Common High Priority List (versions 2024-02, 2023-09, 2023-05)",
        definitions: &["tier1", "tier2", "tier3.A", "tier3.B", "tier4.A", "tier4.B"],
    },
    BuiltIn {
        name: "machine-tools",
        label: "machine tools",
        definitions: &["narrow", "wide", "nc", "additive"],
    },
    BuiltIn {
        name: "microelectronics",
        label: "microelectronics, in five published definitions",
        definitions: &["8542", "8541+8542", "chpl-tier1", "chpl-tier1-3A", "hs85"],
    },
    BuiltIn {
        name: "optics",
        label: "optical components and instruments",
        definitions: &["default", "with-cameras"],
    },
    BuiltIn {
        name: "nitrocellulose",
        label: "nitrocellulose",
        definitions: &["target", "precursors"],
    },
    BuiltIn { name: "uav", label: "unmanned aircraft", definitions: &[] },
    BuiltIn {
        name: "uav-propulsion",
        label: "engines for drones and small aircraft",
        definitions: &[],
    },
    BuiltIn { name: "aircraft-parts", label: "aircraft parts", definitions: &[] },
    BuiltIn { name: "bearings", label: "ball and roller bearings", definitions: &[] },
    BuiltIn { name: "navigation", label: "radar and navigation instruments", definitions: &[] },
    BuiltIn {
        name: "semiconductor-equipment",
        label: "machines for making semiconductors",
        definitions: &[],
    },
    BuiltIn { name: "body-armour", label: "aramid yarn and fibre", definitions: &[] },
    BuiltIn { name: "placebo-civilian", label: "civilian goods, as a control", definitions: &[] },
];

fn is_built_in(name: &str) -> bool {
    ALL.iter().any(|built_in| built_in.name == name)
}

// --- resolving ------------------------------------------------------------

/// A text that names no goods.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GoodsError {
    /// No group of that name and no code.
    #[error("no goods \"{text}\"{}; write a code (854231, 8542, 85), several joined by commas, or a group: {}", did_you_mean(.near), group_names())]
    Unknown {
        /// What was written.
        text: String,
        /// Names that look like it, best first.
        near: Vec<String>,
    },
    /// The group has no such version.
    #[error("{group} has no version \"{version}\"; it has {}", either(.known))]
    Version {
        /// The group.
        group: String,
        /// What was asked.
        version: String,
        /// The versions there are.
        known: Vec<String>,
    },
    /// The group has no such part or definition.
    #[error("{group} has no definition \"{definition}\"; it has {}", either(.known))]
    Definition {
        /// The group.
        group: String,
        /// What was asked.
        definition: String,
        /// The definitions there are.
        known: Vec<String>,
    },
    /// A code is written badly or is in no revision.
    #[error("{0}")]
    Code(String),
    /// A user's file cannot be read.
    #[error("{0}")]
    File(String),
}

fn did_you_mean(near: &[String]) -> String {
    if near.is_empty() { String::new() } else { format!(", did you mean {}?", either(near)) }
}

fn group_names() -> String {
    ALL.iter().map(|built_in| built_in.name).collect::<Vec<_>>().join(", ")
}

/// The goods a person means.
///
/// `spec` is `group[@version][:definition]` or one or several codes, joined by
/// commas, in HS2022 (in another revision with `@HS2017` behind), or `TOTAL` for all goods
/// together. Groups of the
/// user go before built-in ones of the same name.
///
/// # Errors
/// When a name, version, definition or code is unknown; the error lists what
/// there is.
pub fn resolve(spec: &str, user: &[GoodsGroup]) -> Result<Goods, GoodsError> {
    let spec = spec.trim();
    if spec.starts_with(|c: char| c.is_ascii_digit()) && !user.iter().any(|g| g.name == spec) {
        return resolve_codes(spec);
    }
    let (head, definition) = match spec.split_once(':') {
        Some((head, definition)) => (head, Some(definition.trim())),
        None => (spec, None),
    };
    let (name, version) = match head.split_once('@') {
        Some((name, version)) => (name.trim(), Some(version.trim())),
        None => (head.trim(), None),
    };
    if user.iter().any(|group| group.name.eq_ignore_ascii_case(name)) {
        return resolve_user(name, version, definition, user);
    }
    let name = name.to_ascii_lowercase().replace([' ', '_'], "-");
    if name == TOTAL && definition.is_none() && version.is_none() {
        return Ok(all_goods());
    }
    if name == CHPL {
        return resolve_chpl(version, definition);
    }
    if is_built_in(&name) {
        return resolve_definition(&name, version, definition);
    }
    let names = ALL.iter().map(|b| b.name).chain(user.iter().map(|g| g.name.as_str()));
    Err(GoodsError::Unknown {
        text: spec.chars().take(60).collect(),
        near: nearest(&name.replace('-', " "), names, 3),
    })
}

/// All goods together, which no sum of codes replaces: publishers keep some goods back.
fn all_goods() -> Goods {
    let code = GoodsCode { label: Some("all goods".into()), ..GoodsCode::bare(HsCode::TOTAL) };
    Goods {
        group: CODES.into(),
        version: String::new(),
        definition: HsCode::TOTAL.to_string(),
        label: "all goods (TOTAL)".into(),
        revision: concord::NEWEST,
        codes: vec![code],
        source: "codes given by the user".into(),
        note: None,
        given: BTreeMap::new(),
    }
}

fn resolve_codes(spec: &str) -> Result<Goods, GoodsError> {
    let (list, revision) = match spec.split_once('@') {
        Some((list, rev)) => {
            (list, HsRevision::parse(rev).map_err(|error| GoodsError::Code(error.to_string()))?)
        }
        None => (spec, concord::NEWEST),
    };
    let mut codes: BTreeSet<HsCode> = BTreeSet::new();
    for part in list.split([',', '+', ' ', ';']).filter(|part| !part.is_empty()) {
        let digits: String = part.chars().filter(|c| *c != '.').collect();
        let code = HsCode::parse(&digits).map_err(|error| GoodsError::Code(error.to_string()))?;
        codes.insert(code);
    }
    let unknown: Vec<HsCode> =
        codes.iter().copied().filter(|c| !concord::exists(*c, revision)).collect();
    if let (Some(code), true) = (unknown.first(), concord::covers(revision)) {
        return Err(GoodsError::Code(unknown_code(*code, revision)));
    }
    let goods: Vec<GoodsCode> = codes.into_iter().map(GoodsCode::bare).collect();
    let words: Vec<String> = goods.iter().map(|c| c.code.to_string()).collect();
    let label = match goods.as_slice() {
        [one] => {
            one.label.clone().map_or_else(|| words.join(", "), |l| format!("{l} ({})", one.code))
        }
        _ => words.join(", "),
    };
    Ok(Goods {
        group: CODES.into(),
        version: String::new(),
        definition: words.join(","),
        label,
        revision,
        codes: goods,
        source: "codes given by the user".into(),
        note: None,
        given: BTreeMap::new(),
    })
}

fn unknown_code(code: HsCode, revision: HsRevision) -> String {
    let found: Vec<String> = HsRevision::ALL
        .into_iter()
        .filter(|rev| concord::exists(code, *rev))
        .map(|rev| rev.to_string())
        .collect();
    match found.last() {
        Some(newest) => format!(
            "{code} does not exist in {revision}, only in {}; write {code}@{newest} to mean that one",
            found.join(", ")
        ),
        None => {
            format!("{code} exists in no revision from {} to {}", concord::OLDEST, concord::NEWEST)
        }
    }
}

fn resolve_chpl(version: Option<&str>, part: Option<&str>) -> Result<Goods, GoodsError> {
    let known = || CHPL_VERSIONS.iter().map(|(version, _, _)| (*version).to_owned()).collect();
    let (version, _, version_note) = match version {
        None => CHPL_VERSIONS.first(),
        Some(wanted) => CHPL_VERSIONS.iter().find(|(version, _, _)| *version == wanted),
    }
    .ok_or_else(|| GoodsError::Version {
        group: CHPL.into(),
        version: version.unwrap_or_default().into(),
        known: known(),
    })?;
    let part = part.filter(|part| *part != "all");
    let tiers = part.map_or_else(|| Tier::ALL.to_vec(), Tier::family);
    let held: Vec<&ChplRow> = CHPL_ROWS
        .iter()
        .filter(|row| row.since.as_str() <= *version && tiers.contains(&row.tier))
        .collect();
    if held.is_empty() {
        let mut known: Vec<String> = CHPL_ROWS
            .iter()
            .filter(|row| row.since.as_str() <= *version)
            .map(|row| format!("tier{}", row.tier))
            .collect();
        known.sort();
        known.dedup();
        let definition = part.unwrap_or_default().into();
        return Err(GoodsError::Definition {
            group: format!("{CHPL}@{version}"),
            definition,
            known,
        });
    }
    let definition = match (part, tiers.as_slice()) {
        (None, _) => "all".to_owned(),
        (Some(_), [one]) => format!("tier{one}"),
        (Some(part), _) => format!("tier{}", Tier::bare(part)),
    };
    let of = if definition == "all" {
        String::new()
    } else {
        format!(", {}", definition.replace("tier", "tier "))
    };
    Ok(Goods {
        group: CHPL.into(),
        version: (*version).into(),
        label: format!("Common High Priority List of {version}{of}"),
        definition,
        revision: HsRevision::Hs2022,
        codes: held.into_iter().map(chpl_code).collect(),
        source: format!("{CHPL_SOURCE}, version {version}"),
        note: version_note.map(str::to_owned),
        given: BTreeMap::new(),
    })
}

fn chpl_code(row: &ChplRow) -> GoodsCode {
    GoodsCode {
        code: row.code,
        tier: Some(row.tier),
        label: Some(row.label.clone()),
        listed: None,
        category: None,
    }
}

fn resolve_definition(
    name: &str,
    version: Option<&str>,
    part: Option<&str>,
) -> Result<Goods, GoodsError> {
    let of_group: Vec<&Definition> = DEFINITIONS.iter().filter(|d| d.group == name).collect();
    let found = of_group.iter().find(|d| match part {
        None => d.default,
        Some(part) => d.definition.eq_ignore_ascii_case(part) || (d.default && part == "default"),
    });
    let Some(found) = found else {
        return Err(GoodsError::Definition {
            group: name.into(),
            definition: part.unwrap_or_default().into(),
            known: of_group.iter().map(|d| d.definition.clone()).collect(),
        });
    };
    if let Some(version) = version.filter(|version| *version != found.version) {
        return Err(GoodsError::Version {
            group: name.into(),
            version: version.into(),
            known: vec![found.version.clone()],
        });
    }
    Ok(built(found))
}

fn built(definition: &Definition) -> Goods {
    let (revision, codes) = definition
        .codes
        .iter()
        .next_back()
        .map_or((concord::NEWEST, &[][..]), |(revision, codes)| (*revision, codes.as_slice()));
    let tiered = definition.definition.starts_with("chpl");
    let mut codes: Vec<GoodsCode> = codes
        .iter()
        .map(|code| GoodsCode {
            tier: chpl_tier(*code).filter(|_| tiered),
            ..GoodsCode::bare(*code)
        })
        .collect();
    codes.sort();
    Goods {
        group: definition.group.clone(),
        version: definition.version.clone(),
        definition: definition.definition.clone(),
        label: definition.label.clone(),
        revision,
        codes,
        source: definition.source.clone(),
        note: definition.note.clone(),
        given: definition.codes.clone(),
    }
}

fn resolve_user(
    name: &str,
    version: Option<&str>,
    part: Option<&str>,
    user: &[GoodsGroup],
) -> Result<Goods, GoodsError> {
    let mut versions: Vec<&GoodsGroup> =
        user.iter().filter(|g| g.name.eq_ignore_ascii_case(name)).collect();
    versions.sort_by(|a, b| b.version.cmp(&a.version));
    let group = match version {
        None => versions.first(),
        Some(wanted) => versions.iter().find(|group| group.version == wanted),
    };
    let Some(group) = group else {
        return Err(GoodsError::Version {
            group: name.into(),
            version: version.unwrap_or_default().into(),
            known: versions.iter().map(|g| g.version.clone()).collect(),
        });
    };
    let part = part.filter(|part| *part != "all");
    let codes: Vec<GoodsCode> = group
        .codes
        .iter()
        .filter(|code| part.is_none_or(|part| code.category.as_deref() == Some(part)))
        .cloned()
        .collect();
    if let (true, Some(part)) = (codes.is_empty(), part) {
        let mut known: Vec<String> =
            group.codes.iter().filter_map(|c| c.category.clone()).collect();
        known.sort();
        known.dedup();
        if known.is_empty() {
            known.push("all".into());
        }
        return Err(GoodsError::Definition {
            group: group.name.clone(),
            definition: part.into(),
            known,
        });
    }
    Ok(Goods {
        group: group.name.clone(),
        version: group.version.clone(),
        definition: part.unwrap_or("all").to_owned(),
        label: part.map_or_else(|| group.label.clone(), |part| format!("{}: {part}", group.label)),
        revision: group.revision,
        codes,
        source: group.source.clone(),
        note: group.note.clone(),
        given: BTreeMap::new(),
    })
}

/// The other versions and definitions of the same concept, for a table that
/// shows how much a result depends on the definition. For the priority list:
/// its other versions (with the same tier, where they have it); for a group: its
/// other definitions except those that are about other goods (`additive`,
/// `precursors`). Empty for plain codes and users' groups.
#[must_use]
pub fn variants(goods: &Goods) -> Vec<Goods> {
    if goods.group == CHPL {
        let part = (goods.definition != "all").then_some(goods.definition.as_str());
        return CHPL_VERSIONS
            .iter()
            .filter(|(version, _, _)| *version != goods.version)
            .filter_map(|(version, _, _)| resolve_chpl(Some(version), part).ok())
            .collect();
    }
    let other_goods = |definition: &str| matches!(definition, "additive" | "precursors");
    if other_goods(&goods.definition) || goods.group == CODES {
        return Vec::new();
    }
    DEFINITIONS
        .iter()
        .filter(|d| {
            d.group == goods.group
                && d.definition != goods.definition
                && !other_goods(&d.definition)
        })
        .map(built)
        .collect()
}

#[cfg(test)]
mod tests;
