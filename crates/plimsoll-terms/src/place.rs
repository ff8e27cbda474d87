//! Which country, area or group of countries? Every spelling of a place that
//! trade statistics use — numbers, ISO codes, Eurostat's letters, publishers'
//! names — leads to one [`PlaceId`]. It never guesses between two places: an
//! unknown spelling is `None`, or an error with near names.
//!
//! Areas that are no country stay what the publisher says they are. In UN
//! statistics "Other Asia, nes" (490) is where Taiwan's trade is found; it has
//! its own place `S19`, and [`parse_place_set`] adds it to `TWN`. Monaco's
//! number 492 means "Europe EU, nes" in UN Comtrade.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::hs::serde_as_text;
use crate::period::Month;
use crate::table::{cell, optional, records};
use crate::text::{either, fold, nearest};

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PlaceKind {
    /// A country or territory with an ISO 3166-1 code (and Kosovo).
    Country,
    /// A part of a country or a statistical area, such as Ceuta or "Other Asia, nes".
    SpecialArea,
    /// A state or area that no longer reports, such as the USSR.
    Historic,
    /// A sum of countries reported as one, such as the European Union.
    Group,
    /// Not elsewhere specified, confidential, bunkers, stores, free zones.
    Unspecified,
    /// The sum of all partners.
    World,
}

impl PlaceKind {
    /// The name as the tables write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Country => "country",
            Self::SpecialArea => "area",
            Self::Historic => "historic",
            Self::Group => "group",
            Self::Unspecified => "unspecified",
            Self::World => "world",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [
            Self::Country,
            Self::SpecialArea,
            Self::Historic,
            Self::Group,
            Self::Unspecified,
            Self::World,
        ]
        .into_iter()
        .find(|kind| kind.name() == text)
    }
}

/// A place: an index into the compiled-in table. The index may change between
/// versions of this crate; what is stored is [`code`](Self::code).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PlaceId(u16);

struct Row {
    code: String,
    m49: Option<u16>,
    iso3: Option<String>,
    iso2: Option<String>,
    eurostat: Option<String>,
    kind: PlaceKind,
    name: String,
    until: Option<i32>,
    twin_of: Option<String>,
}

struct Tables {
    rows: Vec<Row>,
    /// Index into `rows` by Comtrade's number; [`NONE`] where there is none.
    m49: Vec<u16>,
    code: HashMap<String, PlaceId>,
    iso3: HashMap<String, PlaceId>,
    iso2: HashMap<String, PlaceId>,
    eurostat: HashMap<String, PlaceId>,
    /// China's customs.
    gacc: HashMap<String, PlaceId>,
    /// Schedule C of the US Census Bureau.
    census: HashMap<String, PlaceId>,
    /// As publishers write it, so that a repeated name costs one look-up.
    exact: HashMap<String, PlaceId>,
    folded: HashMap<String, PlaceId>,
}

const NONE: u16 = u16::MAX;

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::load);

impl Tables {
    fn load() -> Self {
        let rows: Vec<Row> =
            records(include_str!("../data/places.csv")).iter().filter_map(read_row).collect();
        let mut tables = Self {
            m49: vec![NONE; 1000],
            code: HashMap::new(),
            iso3: HashMap::new(),
            iso2: HashMap::new(),
            eurostat: HashMap::new(),
            gacc: HashMap::new(),
            census: HashMap::new(),
            exact: HashMap::new(),
            folded: HashMap::new(),
            rows,
        };
        tables.index_rows();
        tables.index_codes(include_str!("../data/place_codes.csv"));
        tables.index_names(include_str!("../data/place_names.csv"));
        tables.index_names(include_str!("../data/place_names_other.csv"));
        tables
    }

    fn index_rows(&mut self) {
        for (index, row) in self.rows.iter().enumerate() {
            let id = PlaceId(index as u16);
            self.code.insert(row.code.clone(), id);
            // Monaco's number is another area's in Comtrade: the later row wins
            // unless it is a country.
            if let Some(slot) = row.m49.and_then(|m| self.m49.get_mut(usize::from(m)))
                && (*slot == NONE || row.kind != PlaceKind::Country)
            {
                *slot = id.0;
            }
            for (map, key) in [
                (&mut self.iso3, &row.iso3),
                (&mut self.iso2, &row.iso2),
                (&mut self.eurostat, &row.eurostat),
            ] {
                if let Some(key) = key {
                    map.entry(key.clone()).or_insert(id);
                }
            }
            self.exact.insert(row.name.clone(), id);
            self.folded.insert(fold(&row.name), id);
        }
        // A special area's own code serves where a file writes it as ISO.
        for (code, id) in &self.code {
            self.iso3.entry(code.clone()).or_insert(*id);
        }
    }

    fn index_codes(&mut self, text: &str) {
        for record in records(text) {
            let Some(id) = self.code.get(cell(&record, 2)).copied() else {
                continue;
            };
            let other = cell(&record, 1);
            match cell(&record, 0) {
                "m49" => {
                    if let Some(slot) = other.parse().ok().and_then(|n: usize| self.m49.get_mut(n))
                    {
                        *slot = id.0;
                    }
                }
                "iso3" => drop(self.iso3.insert(other.to_owned(), id)),
                "iso2" => drop(self.iso2.insert(other.to_owned(), id)),
                "gacc" => drop(self.gacc.insert(other.to_owned(), id)),
                "census" => drop(self.census.insert(other.to_owned(), id)),
                _ => drop(self.eurostat.insert(other.to_owned(), id)),
            }
        }
    }

    fn index_names(&mut self, text: &str) {
        for record in records(text) {
            if let Some(id) = self.code.get(cell(&record, 0)).copied() {
                let name = cell(&record, 1);
                self.exact.insert(name.to_owned(), id);
                self.folded.entry(fold(name)).or_insert(id);
            }
        }
    }
}

fn read_row(record: &csv::StringRecord) -> Option<Row> {
    Some(Row {
        code: optional(record, 0)?,
        m49: cell(record, 1).parse().ok(),
        iso3: optional(record, 2),
        iso2: optional(record, 3),
        eurostat: optional(record, 4),
        kind: PlaceKind::parse(cell(record, 5))?,
        name: optional(record, 6)?,
        until: cell(record, 7).parse().ok(),
        twin_of: optional(record, 8),
    })
}

impl PlaceId {
    /// The sum of all partners.
    pub const WORLD: Self = Self(0);

    fn row(self) -> Option<&'static Row> {
        TABLES.rows.get(usize::from(self.0))
    }

    /// All places, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..TABLES.rows.len()).map(|index| Self(index as u16))
    }

    /// The index in the table, for dense arrays; see [`PlaceId`] before storing it.
    #[must_use]
    pub const fn index(self) -> u16 {
        self.0
    }

    /// The place of an [`index`](Self::index).
    #[must_use]
    pub fn from_index(index: u16) -> Option<Self> {
        (usize::from(index) < TABLES.rows.len()).then_some(Self(index))
    }

    /// The stable code, ASCII, at most 8 characters: ISO 3166-1 alpha-3 for
    /// countries (`XKX` for Kosovo), `W00` for the world, Comtrade's own code
    /// where it is unique (`S19`, `_X`, `X1`), Eurostat's letters (`XC`, `QP`),
    /// otherwise `M49-` and Comtrade's number (`M49-58`).
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().map_or("?", |row| row.code.as_str())
    }

    /// The common English short name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("?", |row| row.name.as_str())
    }

    /// UN Comtrade's number (842 for the United States, not ISO's 840).
    #[must_use]
    pub fn m49(self) -> Option<u16> {
        self.row()?.m49
    }

    /// ISO 3166-1 alpha-3, where there is one.
    #[must_use]
    pub fn iso3(self) -> Option<&'static str> {
        self.row()?.iso3.as_deref()
    }

    /// ISO 3166-1 alpha-2, where there is one (`XK` for Kosovo).
    #[must_use]
    pub fn iso2(self) -> Option<&'static str> {
        self.row()?.iso2.as_deref()
    }

    /// Eurostat's code in the geonomenclature, where there is one.
    #[must_use]
    pub fn eurostat(self) -> Option<&'static str> {
        self.row()?.eurostat.as_deref()
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> PlaceKind {
        self.row().map_or(PlaceKind::Unspecified, |row| row.kind)
    }

    /// The last year of a historic area.
    #[must_use]
    pub fn until(self) -> Option<i32> {
        self.row()?.until
    }

    /// Whether it is one country: the places that may be summed to the world
    /// without counting twice are these, the special areas and the unspecified.
    #[must_use]
    pub fn is_country(self) -> bool {
        self.kind() == PlaceKind::Country
    }

    /// Whether it is a sum of others (the world, the European Union).
    #[must_use]
    pub fn is_sum(self) -> bool {
        matches!(self.kind(), PlaceKind::World | PlaceKind::Group)
    }

    /// The areas under which one publisher shows this country's trade: `S19`
    /// for Taiwan in UN statistics, `XU` and `XI` for the United Kingdom in
    /// Eurostat's after 2020. A publisher uses one or the other, never both.
    pub fn twins(self) -> impl Iterator<Item = Self> {
        let code = self.code();
        Self::all()
            .filter(move |other| other.row().and_then(|r| r.twin_of.as_deref()) == Some(code))
    }

    /// The country whose trade this area shows, if it is such an area.
    #[must_use]
    pub fn twin_of(self) -> Option<Self> {
        by_code(self.row()?.twin_of.as_deref()?)
    }
}

impl fmt::Debug for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlaceId({})", self.code())
    }
}

impl fmt::Display for PlaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl FromStr for PlaceId {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        by_code(text).map_or_else(|| by_user(text), Ok)
    }
}

serde_as_text!(PlaceId);

/// The place of a stored [`code`](PlaceId::code).
#[must_use]
pub fn by_code(code: &str) -> Option<PlaceId> {
    TABLES.code.get(code).copied()
}

/// By UN Comtrade's reporter or partner number; ISO's 840, 250, 756, 578 and
/// 356 are accepted too. One array access.
#[must_use]
pub fn by_m49(number: u16) -> Option<PlaceId> {
    TABLES.m49.get(usize::from(number)).copied().filter(|index| *index != NONE).map(PlaceId)
}

/// By ISO 3166-1 alpha-3, or the three letters UN Comtrade, WITS and older
/// editions use (`WLD`, `S19`, `_X`, `ROM`). No allocation.
#[must_use]
pub fn by_iso3(code: &str) -> Option<PlaceId> {
    upper(code, |code| TABLES.iso3.get(code).copied())
}

/// By ISO 3166-1 alpha-2 (also `UK`, `EL`, `XK`). No allocation.
#[must_use]
pub fn by_iso2(code: &str) -> Option<PlaceId> {
    upper(code, |code| TABLES.iso2.get(code).copied())
}

/// By the three digits of China's customs: `110` Hong Kong, `344` Russia.
#[must_use]
pub fn by_gacc(code: &str) -> Option<PlaceId> {
    TABLES.gacc.get(code.trim()).copied()
}

/// By the four digits of Schedule C of the US Census Bureau (`5700` China), of the larger
/// partners.
#[must_use]
pub fn by_schedule_c(code: &str) -> Option<PlaceId> {
    TABLES.census.get(code.trim()).copied()
}

/// By Eurostat's geonomenclature: letters (`GR`, `XS` for Serbia, `QP`…`QZ`),
/// the sums (`EU27_2020`, `EXT_EU27_2020`, `WORLD`) and the numbers of the
/// residual partners. Of these, 0950 to 0952, 0958 to 0960 and 0977 to 0979 are
/// in the table (not yet checked against a published edition); any
/// other number from 0950 to 0957 counts as stores and provisions, from 0961 to
/// 0979 as not specified. No allocation.
#[must_use]
pub fn by_eurostat(code: &str) -> Option<PlaceId> {
    upper(code, |code| TABLES.eurostat.get(code).copied()).or_else(|| {
        let digits = code.trim().trim_start_matches('0');
        match digits.parse::<u16>().ok().filter(|_| digits.len() == 3)? {
            number @ 950..=960 | number @ 977..=979 => match number {
                950 | 953..=957 => by_code("QQ"),
                951 => by_code("QR"),
                952 => by_code("QS"),
                959 => by_code("QV"),
                960 => by_code("QW"),
                977 => by_code("QX"),
                978 => by_code("QY"),
                979 => by_code("QZ"),
                _ => by_code("QU"),
            },
            961..=976 => by_code("QU"),
            _ => None,
        }
    })
}

/// Upper case in a buffer on the stack; longer codes are unknown anyway.
fn upper(code: &str, look_up: impl Fn(&str) -> Option<PlaceId>) -> Option<PlaceId> {
    let code = code.trim();
    let mut buffer = [0u8; 20];
    let bytes = buffer.get_mut(..code.len())?;
    bytes.copy_from_slice(code.as_bytes());
    bytes.make_ascii_uppercase();
    std::str::from_utf8(bytes).ok().and_then(look_up)
}

/// By a name as publishers write it, without regard to case, accents and
/// punctuation. Eurostat's additions `(incl. …)` and `(excl. …)` and its list of
/// member states are passed over. The first look-up of the exact text allocates
/// nothing; other spellings are folded, so a loader should keep the answer.
#[must_use]
pub fn by_name(name: &str) -> Option<PlaceId> {
    let name = name.trim();
    if let Some(id) = TABLES.exact.get(name) {
        return Some(*id);
    }
    let folded = |text: &str| TABLES.folded.get(fold(text).as_str()).copied();
    folded(name)
        .or_else(|| {
            ["(incl", "(excl", "(AT,"].iter().find_map(|tail| folded(name.split_once(tail)?.0))
        })
        .or_else(|| folded(name.strip_prefix("the ").or_else(|| name.strip_prefix("The "))?))
}

/// By whatever a person may type: a code of this crate, ISO alpha-2 or alpha-3,
/// a number, or a name, in any case.
///
/// # Errors
/// When it is none of these; the error lists near names.
pub fn by_user(text: &str) -> Result<PlaceId, PlaceError> {
    let text = text.trim();
    let found = if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        text.parse().ok().and_then(by_m49)
    } else {
        by_iso3(text)
            .or_else(|| by_iso2(text))
            .or_else(|| by_name(text))
            .or_else(|| by_eurostat(text))
    };
    found.ok_or_else(|| PlaceError {
        text: text.chars().take(60).collect(),
        near: nearest(text, PlaceId::all().filter(|id| id.is_country()).map(PlaceId::name), 3),
    })
}

/// A text that names no place.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct PlaceError {
    /// What was written.
    pub text: String,
    /// Names and codes that look like it, best first.
    pub near: Vec<String>,
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no place \"{}\"", self.text)?;
        if self.near.is_empty() {
            write!(
                f,
                "; write a country's name or its code, such as China, CHN or CN, or a group such as EU27"
            )
        } else {
            write!(f, "; did you mean {}?", either(&self.near))
        }
    }
}

// --- groups ---------------------------------------------------------------

/// A named group of countries whose membership has dates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceGroup {
    /// Short code: `EU27`, `EAEU`, `COALITION`, `CCA3`, `CHN+HKG`…
    pub code: String,
    /// A few words.
    pub label: String,
    /// What a reader should know of it.
    pub note: Option<String>,
    spellings: Vec<String>,
    members: Vec<Membership>,
}

/// One country's membership in a group; months are included, `None` = without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The country.
    pub place: PlaceId,
    /// First month.
    pub from: Option<Month>,
    /// Last month.
    pub until: Option<Month>,
}

impl Membership {
    /// Whether it holds in a month.
    #[must_use]
    pub fn holds(&self, month: Month) -> bool {
        self.from.is_none_or(|from| from <= month) && self.until.is_none_or(|until| month <= until)
    }
}

impl PlaceGroup {
    /// All groups, in the order of the table.
    #[must_use]
    pub fn all() -> &'static [PlaceGroup] {
        &GROUPS
    }

    /// By its code or another spelling, in any case.
    #[must_use]
    pub fn find(text: &str) -> Option<&'static PlaceGroup> {
        let text = text.trim();
        GROUPS.iter().find(|group| {
            group.code.eq_ignore_ascii_case(text)
                || group.label.eq_ignore_ascii_case(text)
                || group.spellings.iter().any(|s| s.eq_ignore_ascii_case(text))
        })
    }

    /// The memberships with their dates.
    #[must_use]
    pub fn memberships(&self) -> &[Membership] {
        &self.members
    }

    /// The members in a month, in the order of the table.
    #[must_use]
    pub fn members_at(&self, month: Month) -> Vec<PlaceId> {
        self.members.iter().filter(|m| m.holds(month)).map(|m| m.place).collect()
    }

    /// The members whose membership has not ended.
    #[must_use]
    pub fn current_members(&self) -> Vec<PlaceId> {
        self.members.iter().filter(|m| m.until.is_none()).map(|m| m.place).collect()
    }
}

static GROUPS: LazyLock<Vec<PlaceGroup>> = LazyLock::new(|| {
    let members = records(include_str!("../data/place_groups.csv"));
    records(include_str!("../data/place_group_names.csv"))
        .iter()
        .filter_map(|record| {
            let code = optional(record, 0)?;
            Some(PlaceGroup {
                label: optional(record, 1)?,
                spellings: cell(record, 2)
                    .split('|')
                    .filter(|s| !s.is_empty())
                    .map(str::to_owned)
                    .collect(),
                note: optional(record, 3),
                members: members
                    .iter()
                    .filter(|m| cell(m, 0) == code)
                    .filter_map(read_member)
                    .collect(),
                code,
            })
        })
        .collect()
});

fn read_member(record: &csv::StringRecord) -> Option<Membership> {
    Some(Membership {
        place: by_code(cell(record, 1))?,
        from: cell(record, 2).parse().ok(),
        until: cell(record, 3).parse().ok(),
    })
}

/// One place or several taken together: an importer, an exporter, a bloc.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceSet {
    /// For people: `China and Hong Kong`.
    pub label: String,
    /// For machines: `CHN+HKG`; [`parse_place_set`] reads it back.
    pub code: String,
    /// The places, with the areas under which a publisher shows them
    /// ([`PlaceId::twins`]). For a dated group its current members, see
    /// [`members_at`](Self::members_at).
    pub members: Vec<PlaceId>,
    /// The group, when it is one.
    pub group: Option<&'static PlaceGroup>,
}

impl PlaceSet {
    /// A set of one place (and its twins).
    #[must_use]
    pub fn single(place: PlaceId) -> Self {
        Self::of(&[place], None)
    }

    fn of(places: &[PlaceId], group: Option<&'static PlaceGroup>) -> Self {
        let join = |f: fn(PlaceId) -> &'static str, by: &str| {
            places.iter().map(|p| f(*p)).collect::<Vec<_>>().join(by)
        };
        Self {
            label: group.map_or_else(|| join(PlaceId::name, " and "), |g| g.label.clone()),
            code: group.map_or_else(|| join(PlaceId::code, "+"), |g| g.code.clone()),
            members: with_twins(places),
            group,
        }
    }

    /// Whether the place is one of the set (of a dated group: a current member).
    #[must_use]
    pub fn contains(&self, place: PlaceId) -> bool {
        self.members.contains(&place)
    }

    /// The places in a month: of a dated group, its members then.
    #[must_use]
    pub fn members_at(&self, month: Month) -> Vec<PlaceId> {
        self.group
            .map_or_else(|| self.members.clone(), |group| with_twins(&group.members_at(month)))
    }
}

fn with_twins(places: &[PlaceId]) -> Vec<PlaceId> {
    let mut all = Vec::new();
    for place in places {
        for member in std::iter::once(*place).chain(place.twins()) {
            if !all.contains(&member) {
                all.push(member);
            }
        }
    }
    all
}

/// Reads a place, a group, or several of them joined by `+` or `,`:
/// `Russia`, `EU27`, `CHN+HKG`, `RUS,BLR`, `China, Hong Kong SAR`.
///
/// # Errors
/// When a part is unknown; the error lists near names.
pub fn parse_place_set(text: &str) -> Result<PlaceSet, PlaceError> {
    let text = text.trim();
    if let Some(group) = PlaceGroup::find(text) {
        return Ok(PlaceSet::of(&group.current_members(), Some(group)));
    }
    let whole = by_user(text);
    if whole.is_ok() || !text.contains(['+', ',']) {
        return whole.map(PlaceSet::single);
    }
    let mut places = Vec::new();
    for part in text.split(['+', ',']) {
        let members = match PlaceGroup::find(part) {
            Some(group) => group.current_members(),
            None => vec![by_user(part)?],
        };
        for place in members {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    // The same countries in another order are still the named group.
    let group = GROUPS.iter().find(|group| {
        let members = group.current_members();
        members.len() == places.len()
            && places.iter().all(|p| members.contains(p))
            && group.members.iter().all(|m| m.from.is_none() && m.until.is_none())
    });
    Ok(PlaceSet::of(&places, group))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(id: Option<PlaceId>) -> &'static str {
        id.map_or("-", PlaceId::code)
    }

    #[test]
    fn the_tables_are_whole() {
        let lines = |text: &str| text.lines().filter(|l| !l.starts_with('#')).count() - 1;
        assert_eq!(TABLES.rows.len(), lines(include_str!("../data/places.csv")));
        let mut codes: Vec<_> = PlaceId::all().map(PlaceId::code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), TABLES.rows.len());
        assert!(codes.iter().all(|c| c.is_ascii() && c.len() <= 8));
        for record in records(include_str!("../data/place_names.csv")) {
            let id = by_code(cell(&record, 0)).unwrap();
            assert_eq!(by_name(cell(&record, 1)), Some(id), "{record:?}");
        }
        for record in records(include_str!("../data/place_names_other.csv")) {
            let id = by_code(cell(&record, 0)).unwrap();
            assert_eq!(by_name(cell(&record, 1)), Some(id), "{record:?}");
        }
        for record in records(include_str!("../data/place_codes.csv")) {
            assert!(by_code(cell(&record, 2)).is_some(), "{record:?}");
        }
        let members: usize = GROUPS.iter().map(|g| g.members.len()).sum();
        assert_eq!(members, lines(include_str!("../data/place_groups.csv")));
        for id in PlaceId::all() {
            assert_eq!(by_code(id.code()), Some(id));
            assert_eq!(by_name(id.name()), Some(id));
            assert_eq!(PlaceId::from_index(id.index()), Some(id));
            assert_eq!(id.code().parse::<PlaceId>(), Ok(id));
        }
        assert_eq!(PlaceId::WORLD.code(), "W00");
    }

    #[test]
    fn codes_and_names_of_customs() {
        assert_eq!(code(by_gacc("110")), "HKG");
        assert_eq!(code(by_gacc("344")), "RUS");
        assert_eq!(code(by_gacc("999")), "_X");
        assert_eq!(code(by_gacc("643")), "-");
        assert_eq!(code(by_schedule_c("5700")), "CHN");
        assert_eq!(code(by_schedule_c("4621")), "RUS");
        assert_eq!(code(by_schedule_c("-")), "-");
        for (name, expected) in [
            ("中国香港", "HKG"),
            ("俄罗斯联邦", "RUS"),
            ("哈萨克斯坦", "KAZ"),
            ("КИТАЙ", "CHN"),
            ("Российская Федерация", "RUS"),
            ("Қытай", "CHN"),
            ("Ресей", "RUS"),
            ("Всего", "W00"),
        ] {
            assert_eq!(code(by_name(name)), expected, "{name}");
        }
        assert_eq!(code(by_iso3("G001")), "W00");
        assert!(by_iso3("G163").is_some_and(PlaceId::is_sum));
    }

    #[test]
    fn numbers() {
        for (number, expected) in [
            (0, "W00"),
            (842, "USA"),
            (840, "USA"),
            (251, "FRA"),
            (250, "FRA"),
            (757, "CHE"),
            (756, "CHE"),
            (699, "IND"),
            (356, "IND"),
            (579, "NOR"),
            (578, "NOR"),
            (490, "S19"),
            (158, "TWN"),
            (643, "RUS"),
            (492, "M49-492"),
            (58, "M49-58"),
            (810, "SUN"),
            (412, "XKX"),
            (899, "_X"),
            (837, "X1"),
            (97, "EU"),
            (344, "HKG"),
            (999, "-"),
            (1, "-"),
            (65535, "-"),
        ] {
            assert_eq!(code(by_m49(number)), expected, "{number}");
        }
        assert_eq!(by_iso3("USA").unwrap().m49(), Some(842));
    }

    #[test]
    fn letters() {
        for (text, expected) in [
            ("GR", "GRC"),
            ("EL", "GRC"),
            ("XK", "XKX"),
            ("XC", "XC"),
            ("XL", "XL"),
            ("XS", "SRB"),
            ("XI", "XI"),
            ("XU", "XU"),
            ("QP", "QP"),
            ("QZ", "QZ"),
            ("0950", "QQ"),
            ("0960", "QW"),
            ("0979", "QZ"),
            ("0975", "QU"),
            ("955", "QQ"),
            ("0949", "-"),
            ("EU27_2020", "EU"),
            ("WORLD", "W00"),
            ("ru", "RUS"),
            ("ZZ", "-"),
            ("UK", "GBR"),
        ] {
            assert_eq!(code(by_eurostat(text)), expected, "{text}");
        }
        for (text, expected) in [
            ("WLD", "W00"),
            ("S19", "S19"),
            ("ROM", "ROU"),
            ("MCO", "MCO"),
            ("_X ", "_X"),
            ("xkx", "XKX"),
            ("ZZZ", "-"),
        ] {
            assert_eq!(code(by_iso3(text)), expected, "{text}");
        }
        assert_eq!(code(by_iso2("cn")), "CHN");
    }

    #[test]
    fn names() {
        for (text, expected) in [
            ("Russian Federation", "RUS"),
            ("Russian Federation (Russia)", "RUS"),
            ("RUSSIA", "RUS"),
            ("China, Hong Kong SAR", "HKG"),
            ("Türkiye", "TUR"),
            ("Turkey", "TUR"),
            ("TÃ¼rkiye", "TUR"),
            ("Rep. of Korea", "KOR"),
            ("Viet Nam", "VNM"),
            ("Vietnam", "VNM"),
            (" World", "W00"),
            ("Germany (incl. German Democratic Republic 'DDR' from 1991)", "DEU"),
            ("Germany (incl. German Democratic Republic 'DD' from 1991)", "DEU"),
            ("European Union - 27 countries (AT, BE, BG, CY)", "EU"),
            ("Czechia", "CZE"),
            ("Czech Republic", "CZE"),
            ("Other Asia, nes", "S19"),
            ("Taiwan", "TWN"),
            ("Côte d’Ivoire (Ivory Coast)", "CIV"),
            ("Lao PDR", "LAO"),
            ("UAE", "ARE"),
            ("the Netherlands", "NLD"),
            ("United States", "USA"),
            ("India (...1974)", "-"),
            ("Sudan (...2011)", "M49-736"),
            ("Korea", "-"),
            ("Congo", "COG"),
        ] {
            assert_eq!(code(by_name(text)), expected, "{text}");
        }
    }

    #[test]
    fn what_people_type() {
        for (text, expected) in [
            ("cn", "CHN"),
            ("CHN", "CHN"),
            ("156", "CHN"),
            ("china", "CHN"),
            ("uk", "GBR"),
            ("Czech republic", "CZE"),
        ] {
            assert_eq!(by_user(text).unwrap().code(), expected, "{text}");
        }
        assert_eq!(
            by_user("Kazakstann").unwrap_err().near.first().map(String::as_str),
            Some("Kazakhstan")
        );
        assert!(by_user("Rusia").unwrap_err().to_string().contains("Russia"));
        assert!(by_user("").is_err() && by_user("  ").is_err() && by_user("123456").is_err());
    }

    #[test]
    fn groups_have_dates() {
        let month = |text: &str| text.parse::<Month>().unwrap();
        let eu = PlaceGroup::find("eu27").unwrap();
        let gbr = by_iso3("GBR").unwrap();
        assert_eq!(eu.members_at(month("2019-12")).len(), 28);
        assert!(
            eu.members_at(month("2020-01")).contains(&gbr)
                && !eu.members_at(month("2020-02")).contains(&gbr)
        );
        assert_eq!(eu.members_at(month("2022-01")).len(), 27);
        assert_eq!(eu.members_at(month("2013-06")).len(), 27);
        let eaeu = PlaceGroup::find("EAEU").unwrap();
        assert_eq!(eaeu.members_at(month("2015-07")).len(), 4);
        assert_eq!(eaeu.members_at(month("2015-08")).len(), 5);
        let coalition = PlaceGroup::find("coalition").unwrap();
        assert!(coalition.members_at(month("2021-12")).is_empty());
        assert_eq!(coalition.current_members().len(), 40);
        assert_eq!(PlaceGroup::find("CCA3").unwrap().current_members().len(), 3);
    }

    #[test]
    fn sets() {
        let set = |text: &str| parse_place_set(text).unwrap();
        let codes = |text: &str| set(text).members.iter().map(|p| p.code()).collect::<Vec<_>>();
        assert_eq!(codes("CHN+HKG"), ["CHN", "HKG"]);
        assert_eq!(set("Hong Kong, China").code, "HKG");
        assert_eq!(set("HKG,CHN").code, "CHN+HKG");
        assert_eq!(set("CN+HK").label, "China and Hong Kong");
        assert_eq!(set("RUS,BLR").code, "RUS+BLR");
        assert_eq!(set("RUS,BLR").label, "Russia and Belarus");
        assert_eq!(set("Russia").code, "RUS");
        assert_eq!(codes("TWN"), ["TWN", "S19"]);
        assert_eq!(codes("GBR"), ["GBR", "XI", "XU"]);
        assert_eq!(set("EU27").members.len(), 27);
        assert_eq!(set("EU27").members_at("2019-01".parse().unwrap()).len(), 30);
        assert_eq!(set("EU27+CHE").members.len(), 28);
        assert_eq!(set("RUS+BLR").members.len(), 2);
        assert!(parse_place_set("RUS+Narnia").unwrap_err().text == "Narnia");
        for text in ["CHN+HKG", "RUS+BLR", "EU27", "TWN"] {
            assert_eq!(parse_place_set(&set(text).code).unwrap(), set(text));
        }
    }
}
