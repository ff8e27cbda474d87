//! A question to UN Comtrade, cut into calls that its limits allow, and its answers put together.
//!
//! Each answer is kept as received the moment it comes, under a name made of the call. A run that
//! was stopped, by a kill or a used-up quota, goes on where it stopped. An answer as long as the
//! limit may lack records: its call is cut in two and asked again.
//!
//! Limits: without a key 500 records an answer; with a free one 100,000 (the UN's package says
//! 250,000 for others); at most 12 periods a call. The lengths of the lists of codes and places
//! keep addresses well below those that the server refuses (414).

use crate::failure::{Exit, Failure};
use crate::fetch::cache::{self, Folder, Kept, Sidecar};
use crate::fetch::content::{self, Kind};
use crate::fetch::http::{Ask, Got, Validators};
use crate::fetch::job::{self, Desk, Fetched, Item, State};
use crate::printer;
use crate::progress::CountProgress;
use plimsoll_terms::concord;
use plimsoll_terms::goods::Goods;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Period, PeriodKind, PeriodShape};
use plimsoll_terms::place::{self, PlaceKind, PlaceSet};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Its name in the list of sources.
pub const ID: &str = "comtrade";
/// Paths as they are documented, without and with a key.
pub const DOCUMENTED: [&str; 2] = [
    "/public/v1/preview/C/{A|M}/HS?reporterCode=&partnerCode=&flowCode=&period=&cmdCode=&…",
    "/data/v1/get/C/{A|M}/HS?reporterCode=&partnerCode=&flowCode=&period=&cmdCode=&…",
];
/// The header that carries the key.
const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";
/// Records of an answer without a key, and with a free one.
const RECORDS: [u64; 2] = [500, 100_000];
/// The most periods, codes and places of one call.
const MOST_PERIODS: usize = 12;
const MOST_CODES: usize = 60;
const MOST_PLACES: usize = 50;
/// Late reporters use the revision before, and the one before that.
const REVISIONS: usize = 3;
/// Seconds between two calls: the service counts calls a second.
const PAUSE_S: u64 = 1;

/// The most records of an answer.
pub fn limit(keyed: bool) -> u64 {
    RECORDS[usize::from(keyed)]
}

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Query {
    /// Comtrade's numbers of who reports; empty is all.
    pub reporters: Vec<u16>,
    /// Of their partners; empty is all.
    pub partners: Vec<u16>,
    /// `X` or `M`.
    pub flow: char,
    /// `202310` or `2023`.
    pub periods: Vec<String>,
    /// HS codes of every revision that may be in use.
    pub codes: Vec<String>,
    /// Of one revision: how many can hold figures at once.
    pub codes_at_once: usize,
}

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    reporters: Vec<u16>,
    partners: Vec<u16>,
    flow: char,
    periods: Vec<String>,
    codes: Vec<String>,
}

impl Query {
    /// From what a person said; places are numbers from [`numbers`].
    ///
    /// # Errors
    /// Where annual figures are asked for a part of a year.
    pub fn new(
        (reporters, partners): (Vec<u16>, Vec<u16>),
        flow: char,
        goods: &Goods,
        period: &Period,
        monthly: Option<bool>,
    ) -> Result<Query, Failure> {
        let whole_years =
            matches!(period.shape(), PeriodShape::Calendar(PeriodKind::Year) | PeriodShape::Years);
        let monthly = monthly.unwrap_or(!whole_years);
        if !monthly && !whole_years {
            return Err(Failure::usage(
                "period-unreadable",
                format!("{period} is no whole year, and annual figures are asked for"),
                "say --freq M, or a period such as 2023 or 2021..2023",
            ));
        }
        let periods = if monthly {
            period.months().map(|m| format!("{:04}{:02}", m.year(), m.month())).collect()
        } else {
            period.years().map(|y| format!("{y:04}")).collect()
        };
        Ok(Query {
            reporters,
            partners,
            flow,
            periods,
            codes: codes(goods, period),
            codes_at_once: goods.codes.len(),
        })
    }

    /// A name that the same question always has.
    pub fn id(&self) -> String {
        let text = format!(
            "{:?} {:?} {} {:?} {:?}",
            self.reporters, self.partners, self.flow, self.periods, self.codes
        );
        short_hash(&text)
    }

    /// The calls to begin with.
    pub fn calls(&self) -> Vec<Call> {
        let mut calls = Vec::new();
        for reporters in chunks(&self.reporters, MOST_PLACES) {
            for partners in chunks(&self.partners, MOST_PLACES) {
                for periods in self.periods.chunks(MOST_PERIODS) {
                    for codes in self.codes.chunks(MOST_CODES) {
                        calls.push(Call {
                            reporters: reporters.to_vec(),
                            partners: partners.to_vec(),
                            flow: self.flow,
                            periods: periods.to_vec(),
                            codes: codes.to_vec(),
                        });
                    }
                }
            }
        }
        calls
    }

    /// The most records that there can be: one for each reporter, partner, period and code.
    pub fn most_records(&self) -> u64 {
        let places = |list: &Vec<u16>| if list.is_empty() { everybody().len() } else { list.len() };
        let sides = places(&self.reporters) as u64 * places(&self.partners) as u64;
        sides * self.periods.len() as u64 * self.codes_at_once as u64
    }
}

/// The chunks of a list; of an empty one, which means all, itself.
fn chunks(list: &[u16], most: usize) -> Vec<&[u16]> {
    if list.is_empty() { vec![list] } else { list.chunks(most).collect() }
}

/// Comtrade's numbers of places; none for `all`.
///
/// # Errors
/// Where one of the places has no number there.
pub fn numbers(set: &PlaceSet) -> Result<Vec<u16>, Failure> {
    // The areas under which others publish a country have no number of Comtrade's.
    let found: BTreeSet<u16> = set.members.iter().filter_map(|m| m.m49()).collect();
    if found.is_empty() {
        return Err(Failure::usage(
            "place-unknown",
            format!("{} has no number at UN Comtrade", set.label),
            "name a country that reports there",
        ));
    }
    Ok(found.into_iter().collect())
}

/// All countries that can report.
fn everybody() -> Vec<u16> {
    let all = place::PlaceId::all();
    let can = |p: &place::PlaceId| {
        !matches!(p.kind(), PlaceKind::World | PlaceKind::Group) && p.until().is_none()
    };
    let numbers: BTreeSet<u16> = all.filter(can).filter_map(place::PlaceId::m49).collect();
    numbers.into_iter().collect()
}

/// The codes of the goods in the revisions that reporters may use in the period, and those that
/// may be needed beside them for a comparison across revisions.
fn codes(goods: &Goods, period: &Period) -> Vec<String> {
    let mut codes = BTreeSet::new();
    let last = period.last().year();
    let in_use = |r: &&HsRevision| concord::covers(**r) && r.year() <= last;
    let mut revisions: Vec<HsRevision> = HsRevision::ALL.iter().filter(in_use).copied().collect();
    revisions.sort_by_key(|r| std::cmp::Reverse(r.year()));
    revisions.truncate(REVISIONS);
    if revisions.is_empty() {
        revisions.push(goods.revision);
    }
    for listed in &goods.codes {
        for &revision in &revisions {
            let to = concord::translate(listed.code, goods.revision, revision);
            codes.extend(to.codes.iter().map(ToString::to_string));
            let group = concord::comparable_group(listed.code, goods.revision, revision);
            codes.extend(group.codes_in(revision).iter().map(ToString::to_string));
        }
    }
    codes.into_iter().collect()
}

fn short_hash(text: &str) -> String {
    Sha256::digest(text).iter().take(6).map(|b| format!("{b:02x}")).collect()
}

impl Call {
    /// Its address below the base.
    pub fn path(&self, keyed: bool) -> String {
        let records = limit(keyed);
        let place = if keyed { "/data/v1/get" } else { "/public/v1/preview" };
        let monthly = self.periods.first().is_some_and(|p| p.len() == 6);
        let list = |list: &[u16]| list.iter().map(u16::to_string).collect::<Vec<_>>().join(",");
        let mut path = format!("{place}/C/{}/HS?", if monthly { 'M' } else { 'A' });
        for (name, places) in [("reporterCode", &self.reporters), ("partnerCode", &self.partners)] {
            if !places.is_empty() {
                path.push_str(&format!("{name}={}&", list(places)));
            }
        }
        // Only the totals of second partner, transport and customs procedure.
        path.push_str(&format!(
            "flowCode={}&period={}&cmdCode={}&partner2Code=0&motCode=0&customsCode=C00&maxRecords={records}",
            self.flow,
            self.periods.join(","),
            self.codes.join(",")
        ));
        path
    }

    /// Two calls that ask the same together; none where it cannot be cut.
    fn halves(&self) -> Option<[Call; 2]> {
        let with = |change: &dyn Fn(&mut Call)| {
            let mut call = self.clone();
            change(&mut call);
            call
        };
        if self.periods.len() > 1 {
            let (a, b) = self.periods.split_at(self.periods.len() / 2);
            return Some([with(&|c| c.periods = a.to_vec()), with(&|c| c.periods = b.to_vec())]);
        }
        if self.codes.len() > 1 {
            let (a, b) = self.codes.split_at(self.codes.len() / 2);
            return Some([with(&|c| c.codes = a.to_vec()), with(&|c| c.codes = b.to_vec())]);
        }
        let named = |list: &Vec<u16>| if list.is_empty() { everybody() } else { list.clone() };
        let (reporters, partners) = (named(&self.reporters), named(&self.partners));
        if reporters.len() > 1 {
            let (a, b) = reporters.split_at(reporters.len() / 2);
            return Some([
                with(&|c| c.reporters = a.to_vec()),
                with(&|c| c.reporters = b.to_vec()),
            ]);
        }
        if partners.len() > 1 {
            let (a, b) = partners.split_at(partners.len() / 2);
            return Some([with(&|c| c.partners = a.to_vec()), with(&|c| c.partners = b.to_vec())]);
        }
        None
    }

    /// In few words, for messages.
    pub fn text(&self) -> String {
        let count = |n: usize, one: &str, many: &str| match n {
            0 => format!("all {many}"),
            1 => format!("1 {one}"),
            n => format!("{n} {many}"),
        };
        let span = match self.periods.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first, .., last] => format!("{first}–{last}"),
        };
        format!(
            "{}, {}, {}, {span}",
            count(self.reporters.len(), "reporter", "reporters"),
            count(self.partners.len(), "partner", "partners"),
            count(self.codes.len(), "code", "codes")
        )
    }
}

/// An answer that was kept.
#[derive(Serialize, Deserialize)]
struct Part {
    address: String,
    fetched: String,
    sha256: String,
    records: u64,
    /// As long as the limit: it was cut in two and asked again.
    full: bool,
}

/// The envelope of an answer; its records are looked at for the fields that the reader needs.
#[derive(Deserialize)]
struct Envelope {
    count: Option<u64>,
    data: Option<Vec<Record>>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[allow(dead_code)] // A missing field is what is looked for.
#[serde(rename_all = "camelCase")]
struct Record {
    period: IgnoredAny,
    reporter_code: IgnoredAny,
    partner_code: IgnoredAny,
    flow_code: IgnoredAny,
    classification_code: IgnoredAny,
    cmd_code: IgnoredAny,
    primary_value: IgnoredAny,
}

/// Asks, part by part, and puts the answers together.
pub struct Asker<'a> {
    /// Where and how.
    pub desk: &'a Desk<'a>,
    /// Base address.
    pub base: String,
    /// The key, where there is one.
    pub key: Option<String>,
}

impl Asker<'_> {
    /// Everything of a query; of the same day from what is kept.
    ///
    /// # Errors
    /// What stopped it. Answers that came are kept, and the next run goes on behind them.
    pub fn run(&self, query: &Query) -> Result<Fetched, Failure> {
        let folder = Folder::of(self.desk.store, ID);
        let name = format!("comtrade-{}.json", query.id());
        if let Some(kept) = folder.newest(&name)
            && kept.day == self.desk.today
            && !self.desk.anew
        {
            return Ok(self.again(kept));
        }
        let unfinished = folder.path().join("unfinished").join(query.id());
        if self.desk.anew {
            let _ = fs::remove_dir_all(&unfinished);
        }
        let parts = self
            .ask_all(query, &unfinished)
            .map_err(|failure| job::with_last(resumed(failure), &folder, &name))?;
        self.put_together(query, &folder, &name, &unfinished, &parts)
    }

    /// What was fetched today already.
    fn again(&self, kept: Kept) -> Fetched {
        let to_load = if kept.sidecar.good { Vec::new() } else { vec![kept.path.clone()] };
        let items = vec![Item { state: State::Unchanged, kept }];
        Fetched { source: ID.into(), items, edition: None, to_load }
    }

    /// The files of all answers that are not full, in the order of the calls.
    fn ask_all(&self, query: &Query, folder: &Path) -> Result<Vec<(PathBuf, Part)>, Failure> {
        let mut open: Vec<Call> = query.calls();
        open.reverse();
        let progress = CountProgress::new("asking UN Comtrade");
        let (mut parts, mut asked, mut kept) = (Vec::new(), 0, 0_u64);
        while let Some(call) = open.pop() {
            progress.see_of(parts.len(), parts.len() + open.len() + 1);
            let body = folder.join(format!("{}.json", short_hash(&call.path(self.key.is_some()))));
            let part = match self.read(&body) {
                Some(part) => {
                    kept += 1;
                    part
                }
                None => {
                    if asked > 0 {
                        self.desk.client.wait(PAUSE_S, "");
                    }
                    asked += 1;
                    self.ask(&call, &body)?
                }
            };
            if !part.full {
                parts.push((body, part));
                continue;
            }
            let [first, second] = call.halves().ok_or_else(|| too_full(&call))?;
            open.extend([second, first]);
        }
        progress.done();
        if kept > 0 {
            printer::talk(&format!(
                "{kept} answers of an earlier run were kept, {asked} asked now"
            ));
        }
        Ok(parts)
    }

    fn read(&self, body: &Path) -> Option<Part> {
        let part: Part =
            serde_json::from_slice(&fs::read(body.with_extension("part")).ok()?).ok()?;
        (part.full || cache::hash(body).is_ok_and(|(sha256, _)| sha256 == part.sha256))
            .then_some(part)
    }

    fn ask(&self, call: &Call, body: &Path) -> Result<Part, Failure> {
        let keyed = self.key.is_some();
        let url = format!("{}{}", self.base, call.path(keyed));
        let key = self.key.as_deref().map(|key| (KEY_HEADER, key));
        let key_hint = if keyed {
            "is COMTRADE_API_KEY right, and does its subscription hold comtrade - v1 (APIs)?"
        } else {
            "get a free key at comtradedeveloper.un.org and put it into the environment as COMTRADE_API_KEY; the same command then goes on"
        };
        let ask = Ask { url: &url, key, have: None, into: body, key_hint };
        let shown = self.desk.client.shown(&url);
        let address: String = shown.split('?').next().unwrap_or_default().to_owned();
        let asked = format!("{address} ({})", call.text());
        let got = self.desk.client.get(&ask).map_err(|failure| match failure.code {
            "fetch-quota" if !keyed => {
                Failure { hint: format!("{}; or {key_hint}", failure.hint), ..failure }
            }
            _ => failure,
        });
        let records = match got? {
            Got::Whole(answer) => self.look(&answer.content_type, body, &asked)?,
            Got::NotYet | Got::Unchanged => return Err(no_records(&asked)),
        };
        let full = records >= limit(keyed);
        let (sha256, _) = cache::hash(body)?;
        if full {
            let _ = fs::remove_file(body);
        }
        let part = Part { address: shown, fetched: cache::now(), sha256, records, full };
        let bytes = serde_json::to_vec_pretty(&part).unwrap_or_default();
        crate::watchlists::write_whole(&body.with_extension("part"), &bytes)?;
        Ok(part)
    }

    /// Whether an answer is one: the number of its records.
    fn look(&self, content_type: &str, body: &Path, asked: &str) -> Result<u64, Failure> {
        let judged = judge(content_type, body, asked);
        if judged.is_err() {
            let name = body.file_name().unwrap_or_default();
            let folder = Folder::of(self.desk.store, ID);
            cache::move_to(body, &folder.path().join("refused").join(name))?;
        }
        judged
    }

    fn put_together(
        &self,
        query: &Query,
        folder: &Folder,
        name: &str,
        unfinished: &Path,
        parts: &[(PathBuf, Part)],
    ) -> Result<Fetched, Failure> {
        let records: u64 = parts.iter().map(|(_, part)| part.records).sum();
        if records == 0 {
            // Tomorrow there may be some.
            let _ = fs::remove_dir_all(unfinished);
            return Err(no_records("UN Comtrade"));
        }
        if let Some(last) = folder.newest_good(name) {
            let was = (last.day.as_str(), last.sidecar.records.unwrap_or(0));
            let judged = job::shrunk(self.desk, "UN Comtrade's answer", "records", records, was);
            if judged.is_err() {
                let refused = Folder::of(&folder.path().join("refused"), ID);
                cache::move_to(unfinished, &refused.edition(&self.desk.today))?;
            }
            judged?;
        }
        let edition = folder.edition(&self.desk.today);
        let path = edition.join(name);
        join(parts, records, &path).map_err(|e| crate::watchlists::broken(&path, e))?;
        cache::move_to(unfinished, &edition.join(format!("answers-{}", query.id())))?;
        let (sha256, bytes) = cache::hash(&path)?;
        let sidecar = Sidecar {
            source: ID.into(),
            address: format!("{} calls to {}", parts.len(), self.base),
            status: 0,
            content_type: String::new(),
            validators: Validators::default(),
            sha256,
            bytes,
            fetched: cache::now(),
            checked: cache::now(),
            records: Some(records),
            good: false,
        };
        cache::write(&path, &sidecar)?;
        let kept = Kept { path: path.clone(), day: self.desk.today.clone(), sidecar };
        let items = vec![Item { state: State::New, kept }];
        Ok(Fetched { source: ID.into(), items, edition: Some(edition), to_load: vec![path] })
    }
}

fn judge(content_type: &str, body: &Path, asked: &str) -> Result<u64, Failure> {
    content::check(Kind::Json, content_type, &content::head(body), asked)?;
    let bytes = fs::read(body).map_err(|e| crate::watchlists::broken(body, e))?;
    let envelope: Envelope =
        serde_json::from_slice(&bytes).map_err(|e| not_its_layout(asked, &e.to_string()))?;
    let error = match &envelope.error {
        None | Some(serde_json::Value::Null) => String::new(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let Some(data) = envelope.data.filter(|_| error.is_empty()) else {
        return Err(Failure {
            exit: Exit::Failed,
            code: "fetch-refused",
            message: format!(
                "{asked} answered with a message in place of records: {:?}",
                content::first_words(if error.is_empty() { &bytes } else { error.as_bytes() })
            ),
            hint: "does Comtrade know these places, codes and periods? --plan shows what is asked"
                .into(),
        });
    };
    let records = data.len() as u64;
    if envelope.count.is_some_and(|count| count != records) {
        return Err(not_its_layout(
            asked,
            &format!("it counts {} records and holds {records}", envelope.count.unwrap_or(0)),
        ));
    }
    Ok(records)
}

fn not_its_layout(asked: &str, why: &str) -> Failure {
    Failure {
        exit: Exit::Failed,
        code: "fetch-layout-changed",
        message: format!("{asked} is not the JSON that Comtrade publishes: {why}; refused"),
        hint: "look at the kept answer in the store's folder fetch/comtrade/refused".into(),
    }
}

fn no_records(asked: &str) -> Failure {
    Failure {
        exit: Exit::CannotTell,
        code: "fetch-nothing-yet",
        message: format!("{asked} holds no record of this trade"),
        hint: "the reporters may not have published the period yet, or report no such trade: missing is not zero; ask partners' figures or an earlier period".into(),
    }
}

fn too_full(call: &Call) -> Failure {
    Failure {
        exit: Exit::Failed,
        code: "fetch-too-full",
        message: format!("one reporter, partner, code and period has as many records as an answer may have ({})", call.text()),
        hint: "get a free key at comtradedeveloper.un.org and put it into the environment as COMTRADE_API_KEY".into(),
    }
}

/// Says that nothing is lost.
fn resumed(failure: Failure) -> Failure {
    let kept = "answers that came are kept";
    Failure { message: format!("{}; {kept}", failure.message), ..failure }
}

/// One document out of many: the records of all, in the order of the calls.
fn join(parts: &[(PathBuf, Part)], records: u64, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to.parent().unwrap_or(to))?;
    let mut out = BufWriter::new(File::create(to)?);
    write!(out, "{{\"elapsedTime\":\"\",\"count\":{records},\"data\":[")?;
    let mut first = true;
    for (path, _) in parts.iter().filter(|(_, part)| part.records > 0) {
        if !first {
            out.write_all(b",\n")?;
        }
        first = false;
        out.write_all(data_of(&fs::read(path)?))?;
    }
    out.write_all(b"],\"error\":\"\"}\n")?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}

/// What stands between the brackets of `"data": […]` of a document that was read before.
fn data_of(json: &[u8]) -> &[u8] {
    let (mut depth, mut in_text, mut start, mut key) = (0_i32, false, None, 0..0);
    let mut at = 0;
    while let Some(&byte) = json.get(at) {
        match byte {
            b'\\' if in_text => at += 1,
            b'"' => {
                in_text = !in_text;
                if depth == 1 && start.is_none() {
                    key = if in_text { at..at } else { key.start..at };
                }
            }
            _ if in_text => {}
            b'{' | b'[' => {
                depth += 1;
                let is_data = json.get(key.clone()) == Some(b"\"data");
                if byte == b'[' && depth == 2 && start.is_none() && is_data {
                    start = Some(at + 1);
                }
            }
            b'}' | b']' => {
                depth -= 1;
                if depth == 1
                    && let Some(start) = start
                {
                    return json.get(start..at).unwrap_or_default();
                }
            }
            _ => {}
        }
        at += 1;
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_terms::goods;

    fn query(reporters: &[u16], period: &str, spec: &str) -> Query {
        let goods = goods::resolve(spec, &[]).unwrap();
        let period = Period::parse(period).unwrap();
        Query::new((reporters.to_vec(), vec![643]), 'X', &goods, &period, None).unwrap()
    }

    #[test]
    fn a_call_is_what_the_publisher_documents() {
        let query = query(&[156, 276], "2023-10..2023-12", "854231");
        let calls = query.calls();
        assert_eq!(calls.len(), 1);
        assert_eq!(
            calls[0].path(false),
            "/public/v1/preview/C/M/HS?reporterCode=156,276&partnerCode=643&flowCode=X&period=202310,202311,202312&cmdCode=854231&partner2Code=0&motCode=0&customsCode=C00&maxRecords=500"
        );
        assert!(calls[0].path(true).starts_with("/data/v1/get/C/M/HS?"));
        assert_eq!(query.most_records(), 6);
    }

    #[test]
    fn calls_stay_within_the_limits() {
        let query = query(&[], "2018-01..2023-12", "machine-tools");
        for call in query.calls() {
            assert!(call.periods.len() <= MOST_PERIODS && call.codes.len() <= MOST_CODES);
            assert!(call.path(true).len() < 2000);
        }
        // Whole years are asked as such.
        assert_eq!(self::query(&[156], "2021..2023", "854231").periods, ["2021", "2022", "2023"]);
    }

    #[test]
    fn halves_ask_the_same_together() {
        let query = query(&[156, 276, 490], "2023-10..2023-12", "machine-tools");
        let mut open = query.calls();
        let mut leaves = 0;
        while let Some(call) = open.pop() {
            match call.halves() {
                Some(halves) => open.extend(halves),
                None => {
                    let one = [call.periods.len(), call.codes.len(), call.reporters.len()];
                    assert_eq!(one, [1, 1, 1]);
                    leaves += 1;
                }
            }
        }
        assert_eq!(leaves, 3 * 3 * query.codes.len());
    }

    #[test]
    fn codes_of_late_reporters_are_asked_too() {
        // Split in HS2022: 854151 and others were 854150 before.
        let codes = query(&[156], "2023", "854151").codes;
        assert!(codes.contains(&"854151".to_owned()) && codes.contains(&"854150".to_owned()));
    }

    #[test]
    fn records_are_taken_out_of_their_envelope() {
        let of = |text: &str| String::from_utf8(data_of(text.as_bytes()).to_vec()).unwrap();
        assert_eq!(
            of(r#"{"count":1,"data":[{"a":"]\"}","b":[1]}],"error":""}"#),
            r#"{"a":"]\"}","b":[1]}"#
        );
        assert_eq!(of(r#"{"x":{"data":[9]},"data":[1, 2]}"#), "1, 2");
        assert_eq!(of(r#"{"data":[]}"#), "");
        assert_eq!(of(r#"{"error":"data"}"#), "");
    }
}
