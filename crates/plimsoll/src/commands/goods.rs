//! `plimsoll goods`: what a code or group is, on which lists it stands, where it went in each
//! HS revision. It reads no statistics: everything comes from the catalogue and the user's files.

use crate::cli::{Format, GoodsArgs};
use crate::commands::Context;
use crate::failure::{Exit, Failure};
use crate::present::goods as present;
use crate::{printer, settings};
use plimsoll_terms::concord::{self, ComparableGroup, GroupKind, Link};
use plimsoll_terms::goods::{self, CHPL_VERSIONS, CodesIn, Goods, GoodsCode, GoodsGroup};
use plimsoll_terms::hs::{HsCode, HsRevision};
use plimsoll_terms::labels::{self, Labels};
use std::path::Path;

/// The revisions that statistics of the last years are coded in, newest first.
pub const SHOWN: [HsRevision; 3] = [HsRevision::Hs2022, HsRevision::Hs2017, HsRevision::Hs2012];
/// Near codes in a message.
const NEAR: usize = 5;

/// Looks up what was asked for and prints it.
pub fn run(context: &Context, args: &GoodsArgs) -> Result<Exit, Failure> {
    let user = settings::goods_files(&args.goods_files)?;
    let names = args.labels.as_deref().map(names).transpose()?.unwrap_or_default();
    let all = definitions(&user);
    let Some(what) = args.what.as_deref() else {
        printer::data(&present::all(&all, context.format));
        if context.format == Format::Table {
            printer::next("plimsoll goods chpl@2024-02, or plimsoll goods 854151");
        }
        return Ok(Exit::Done);
    };
    if let Some((code, revision)) = code_asked(what, &user)? {
        let view = CodeView::new(code, revision, &all, &names);
        printer::data(&present::code(&view, context.format));
        return Ok(Exit::Done);
    }
    let goods = goods::resolve(what, &user).map_err(|e| {
        Failure::usage(
            "goods-unknown",
            e.to_string(),
            "plimsoll goods lists all groups and definitions",
        )
    })?;
    let view = GroupView::new(goods, &all, &names);
    printer::data(&present::group(&view, context.format));
    if context.format == Format::Table && view.rows.iter().any(|row| row.label.is_none()) {
        printer::next(
            "--labels FILE shows the nomenclature's names: CSV (code, description) or Comtrade's JSON code list",
        );
    }
    Ok(Exit::Done)
}

/// One definition of a group in one version.
pub struct Listed {
    /// The codes and where they come from.
    pub goods: Goods,
    /// Whether it is meant when only the group is named.
    pub default: bool,
}

/// Every definition in every version: the user's first, as they go before built-in ones.
fn definitions(user: &[GoodsGroup]) -> Vec<Listed> {
    let mut specs: Vec<(String, String)> = Vec::new();
    for group in user {
        specs.push((group.name.clone(), format!("{}@{}", group.name, group.version)));
    }
    for built_in in
        goods::ALL.iter().filter(|b| !user.iter().any(|g| g.name.eq_ignore_ascii_case(b.name)))
    {
        let name = built_in.name;
        if name == "chpl" {
            specs.extend(
                CHPL_VERSIONS.iter().map(|(v, ..)| (name.to_owned(), format!("{name}@{v}"))),
            );
        } else if built_in.definitions.is_empty() {
            specs.push((name.to_owned(), name.to_owned()));
        } else {
            specs.extend(
                built_in.definitions.iter().map(|d| (name.to_owned(), format!("{name}:{d}"))),
            );
        }
    }
    let listed = |(name, spec): &(String, String)| {
        let goods = goods::resolve(spec, user).ok()?;
        let default = goods::resolve(name, user).is_ok_and(|d| d.spec() == goods.spec());
        Some(Listed { goods, default })
    };
    specs.iter().filter_map(listed).collect()
}

/// Names of codes: CSV, or the JSON code list that Comtrade hands out.
fn names(path: &Path) -> Result<Labels, Failure> {
    let text = settings::read(path)?;
    let text = text.trim_start_matches('\u{feff}');
    if !text.trim_start().starts_with('{') {
        return Ok(labels::parse_labels(text).0);
    }
    let fail = |why: String| {
        Failure::usage(
            "labels-file",
            format!("{}: {why}", path.display()),
            "give CSV with the columns code and description, or Comtrade's JSON code list with its results",
        )
    };
    let list: serde_json::Value = serde_json::from_str(text).map_err(|e| fail(e.to_string()))?;
    let entries =
        list["results"].as_array().ok_or_else(|| fail("it has no list \"results\"".into()))?;
    let mut writer = csv::Writer::from_writer(Vec::new());
    let _ = writer.write_record(["code", "description"]);
    for entry in entries {
        let _ = writer.write_record(
            [entry["id"].as_str(), entry["text"].as_str()].map(Option::unwrap_or_default),
        );
    }
    let bytes = writer.into_inner().map_err(|e| fail(e.to_string()))?;
    Ok(labels::parse_labels(&String::from_utf8_lossy(&bytes)).0)
}

/// The one code that was asked for, and the revision it is read in: the one behind `@`, else
/// the newest that has it. `None` where a group or several codes are meant.
fn code_asked(what: &str, user: &[GoodsGroup]) -> Result<Option<(HsCode, HsRevision)>, Failure> {
    let what = what.trim();
    let several = what.contains([',', '+', ';', ' ']);
    if several
        || !what.starts_with(|c: char| c.is_ascii_digit())
        || user.iter().any(|g| g.name == what)
    {
        return Ok(None);
    }
    let (text, revision) = match what.split_once('@') {
        Some((text, revision)) => (text, Some(revision)),
        None => (what, None),
    };
    let digits: String = text.chars().filter(|c| *c != '.').collect();
    let fail = |why: String| Failure::usage("goods-unknown", why, near_hint(&digits));
    let code = HsCode::parse(&digits).map_err(|e| fail(e.to_string()))?;
    let found: Vec<HsRevision> =
        HsRevision::ALL.into_iter().rev().filter(|r| concord::exists(code, *r)).collect();
    let revision = match revision {
        None => None,
        Some(text) => Some(HsRevision::parse(text).map_err(|e| fail(e.to_string()))?),
    };
    let Some(&newest) = found.first() else {
        return Err(fail(format!(
            "{code} is in no HS revision from {} to {}",
            concord::OLDEST,
            concord::NEWEST
        )));
    };
    match revision {
        None => Ok(Some((code, newest))),
        Some(asked) if found.contains(&asked) => Ok(Some((code, asked))),
        Some(asked) => {
            let names: Vec<&str> = found.iter().map(|r| r.name()).collect();
            Err(fail(format!("{code} is not in {asked}; it is in {}", names.join(", "))))
        }
    }
}

/// Codes that a person may have meant, with what to type.
fn near_hint(digits: &str) -> String {
    let near = near(digits);
    match near.first() {
        None => "a code has 2, 4 or 6 digits; plimsoll goods lists the groups".into(),
        Some(first) => format!("near it: {}; for example plimsoll goods {first}", near.join(", ")),
    }
}

fn near(digits: &str) -> Vec<String> {
    let known = |text: &str| {
        HsCode::parse(text).ok().filter(|c| HsRevision::ALL.iter().any(|r| concord::exists(*c, *r)))
    };
    // A spreadsheet's lost zero, or a national code of eight or ten digits.
    let mended = [format!("0{digits}"), digits.get(..6).unwrap_or_default().to_owned()];
    if let Some(code) = mended.iter().filter(|m| m.as_str() != digits).find_map(|m| known(m)) {
        return vec![code.to_string()];
    }
    let level = match digits.len() {
        0..=2 => 2,
        3 | 4 => 4,
        _ => 6,
    };
    let above = (0..level).rev().find_map(|n| digits.get(..n).and_then(known));
    let wanted: i64 =
        format!("{digits:0<6}").get(..level).and_then(|d| d.parse().ok()).unwrap_or(0);
    let mut found: Vec<HsCode> = chapters(above)
        .into_iter()
        .flat_map(|c| HsRevision::ALL.into_iter().flat_map(move |r| concord::codes_under(c, r)))
        .map(|c| c.truncate(level as u8))
        .collect();
    found.sort();
    found.dedup();
    found.sort_by_key(|c| (i64::from(c.number()) - wanted).abs());
    found.truncate(NEAR);
    found.sort();
    found.iter().map(ToString::to_string).collect()
}

/// The heading or chapter to look under; all chapters where there is none.
fn chapters(above: Option<HsCode>) -> Vec<HsCode> {
    match above {
        Some(code) => vec![code],
        None => (1..=97).filter_map(|n| HsCode::parse(&format!("{n:02}")).ok()).collect(),
    }
}

/// How a code stands to a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is listed.
    Listed,
    /// A wider code above it is listed.
    UnderListed,
    /// Some codes below it are listed.
    HoldsListed,
    /// In its revision it stands for a listed code of another one, with other goods or as a part.
    StoodFor,
}

impl How {
    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            How::Listed => "listed",
            How::UnderListed => "under-listed",
            How::HoldsListed => "holds-listed",
            How::StoodFor => "stood-for-listed",
        }
    }
}

/// A list that a code is on.
pub struct Membership<'a> {
    /// The list.
    pub list: &'a Goods,
    /// How.
    pub how: How,
    /// The listed codes that make it so.
    pub entries: Vec<&'a GoodsCode>,
}

impl<'a> Membership<'a> {
    fn find(list: &'a Goods, code: HsCode, revision: HsRevision) -> Option<Membership<'a>> {
        let (how, entries) = if revision == list.revision {
            match list.entry(code) {
                Some(entry) if entry.code == code => (How::Listed, vec![entry]),
                Some(entry) => (How::UnderListed, vec![entry]),
                None => (
                    How::HoldsListed,
                    list.codes.iter().filter(|c| c.code.is_under(code)).collect(),
                ),
            }
        } else {
            carried(list, code, revision)
        };
        (!entries.is_empty()).then_some(Membership { list, how, entries })
    }
}

/// The same for a code of another revision than the list's.
fn carried(list: &Goods, code: HsCode, revision: HsRevision) -> (How, Vec<&GoodsCode>) {
    let mut entries = Vec::new();
    let mut how = How::HoldsListed;
    for listed in &list.codes {
        let there = concord::translate(listed.code, list.revision, revision);
        if there.codes.iter().any(|c| code.is_under(*c)) {
            let same = there.codes == [code] && there.exact;
            how = if same && entries.is_empty() { How::Listed } else { How::StoodFor };
            entries.push(listed);
        } else if there.codes.iter().any(|c| c.is_under(code)) {
            entries.push(listed);
        }
    }
    (how, entries)
}

/// The way of a code to a neighbouring revision.
#[derive(Default)]
pub struct Way {
    /// All published links.
    pub published: Vec<Link>,
    /// The codes that stand for it there when it is compared: its closed group.
    pub group: Vec<HsCode>,
}

impl Way {
    /// The codes to name first: linked and compared; where the published links lead elsewhere,
    /// the codes it is compared with.
    pub fn main(&self) -> Vec<HsCode> {
        let both: Vec<HsCode> =
            self.published.iter().map(|l| l.code).filter(|c| self.group.contains(c)).collect();
        if both.is_empty() { self.group.clone() } else { both }
    }

    /// Published links that are not followed, such as those to electrical waste.
    pub fn not_followed(&self) -> usize {
        self.published.iter().filter(|l| !self.group.contains(&l.code)).count()
    }
}

/// A code at one revision.
pub struct Links {
    /// The revision.
    pub revision: HsRevision,
    /// Whether the code is in it.
    pub exists: bool,
    /// To the revision before.
    pub earlier: Way,
    /// To the revision after.
    pub later: Way,
}

impl Links {
    fn new(code: HsCode, revision: HsRevision) -> Links {
        let exists = concord::exists(code, revision);
        let way = |to: Option<HsRevision>, published: fn(HsCode, HsRevision) -> Vec<Link>| match to
        {
            Some(to) if exists && code.level() == 6 && concord::covers(to) => Way {
                published: published(code, revision),
                group: concord::comparable_group(code, revision, to).codes_in(to).to_vec(),
            },
            _ => Way::default(),
        };
        Links {
            revision,
            exists,
            earlier: way(revision.previous(), concord::earlier),
            later: way(revision.next(), concord::later),
        }
    }
}

/// Everything about one code.
pub struct CodeView<'a> {
    /// The code.
    pub code: HsCode,
    /// The revision it is read in.
    pub revision: HsRevision,
    /// Our own few words or the user's label.
    pub label: Option<String>,
    /// Six-digit codes below it, for headings and chapters.
    pub under: Vec<HsCode>,
    /// Where it is and where it went, newest revision first.
    pub links: Vec<Links>,
    /// What it may be compared with.
    pub comparable: Vec<ComparableGroup>,
    /// The lists it is on.
    pub lists: Vec<Membership<'a>>,
    /// Whether the user gave lists of his own.
    pub user_lists: bool,
}

impl<'a> CodeView<'a> {
    fn new(code: HsCode, revision: HsRevision, all: &'a [Listed], names: &Labels) -> CodeView<'a> {
        let covered = HsRevision::ALL.into_iter().rev().filter(|r| concord::covers(*r));
        let under =
            if code.level() < 6 { concord::codes_under(code, revision) } else { Vec::new() };
        CodeView {
            code,
            revision,
            label: names.get(code).map(str::to_owned),
            under,
            links: covered.map(|r| Links::new(code, r)).collect(),
            comparable: comparable(code),
            lists: all.iter().filter_map(|l| Membership::find(&l.goods, code, revision)).collect(),
            user_lists: all.iter().any(|l| !goods::ALL.iter().any(|b| b.name == l.goods.group)),
        }
    }
}

/// The closed groups between the revisions shown, asked from the newer side where it is there.
fn comparable(code: HsCode) -> Vec<ComparableGroup> {
    let pairs = [(SHOWN[0], SHOWN[1]), (SHOWN[0], SHOWN[2]), (SHOWN[1], SHOWN[2])];
    let group = |(newer, older): (HsRevision, HsRevision)| {
        let (from, to) = if concord::exists(code, newer) { (newer, older) } else { (older, newer) };
        concord::exists(code, from).then(|| concord::comparable_group(code, from, to))
    };
    pairs.into_iter().filter_map(group).collect()
}

/// What a listed code is in another revision.
pub struct Carried {
    /// The revision.
    pub revision: HsRevision,
    /// The codes there.
    pub codes: Vec<HsCode>,
    /// `exact`, `together`, `broader`, `scope-changed` or `none`.
    pub kind: &'static str,
    /// What a reader must know.
    pub note: String,
}

/// A listed code with its counterparts.
pub struct GroupRow {
    /// The entry of the list.
    pub entry: GoodsCode,
    /// Our own few words or the user's label.
    pub label: Option<String>,
    /// In each revision of [`SHOWN`].
    pub carried: Vec<Carried>,
}

/// Everything about one definition.
pub struct GroupView<'a> {
    /// The definition.
    pub goods: Goods,
    /// Its codes.
    pub rows: Vec<GroupRow>,
    /// The whole list in each revision of [`SHOWN`].
    pub carried: Vec<CodesIn>,
    /// Other definitions and versions of the group.
    pub others: Vec<&'a Goods>,
}

impl<'a> GroupView<'a> {
    fn new(goods: Goods, all: &'a [Listed], names: &Labels) -> GroupView<'a> {
        let mut carried: Vec<CodesIn> = SHOWN.iter().map(|r| goods.codes_in(*r)).collect();
        let row = |entry: &GoodsCode| GroupRow {
            label: names.get(entry.code).map(str::to_owned).or_else(|| entry.label.clone()),
            carried: carried.iter().map(|list| carry(&goods, entry.code, list)).collect(),
            entry: entry.clone(),
        };
        let rows: Vec<GroupRow> = goods.codes.iter().map(row).collect();
        // Headings are taken by their digits, so none of them is within a broader code.
        for (i, list) in carried.iter_mut().enumerate() {
            let broader = rows.iter().filter(|r| r.carried[i].kind == "broader");
            list.broader = broader.map(|r| r.entry.code).collect();
        }
        let same = |other: &&Goods| other.group == goods.group && other.spec() != goods.spec();
        let others = all.iter().map(|l| &l.goods).filter(same).collect();
        GroupView { rows, carried, others, goods }
    }
}

fn carry(goods: &Goods, code: HsCode, list: &CodesIn) -> Carried {
    // A heading is taken by its digits wherever it exists.
    if code.level() < 6 && concord::exists(code, list.revision) {
        let group = concord::comparable_group(code, goods.revision, list.revision);
        let kind = if group.kind == GroupKind::Identical { "exact" } else { "scope-changed" };
        return Carried { revision: list.revision, codes: vec![code], kind, note: group.note };
    }
    let there = concord::translate(code, goods.revision, list.revision);
    let kind = if there.codes.is_empty() {
        "none"
    } else if list.broader.contains(&code) {
        "broader"
    } else if there.exact {
        "exact"
    } else if there.broader {
        // The other goods of the code there are on the list themselves.
        "together"
    } else {
        "scope-changed"
    };
    Carried { revision: list.revision, codes: there.codes, kind, note: there.note }
}
