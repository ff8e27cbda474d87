//! What does a fact of the US Treasury's lists say?
//!
//! OFAC writes the same facts in each of its layouts: as sentences in the remarks of the
//! delimited files, as labelled ids in the XML files. Here is the one table of labels and what
//! each becomes. What is not understood stays in the remarks in its own words: nothing is lost.
//! Labels were read in the SDN files of 2022 to 2024 and the consolidated files of 2025.

use std::collections::HashSet;
use std::hash::Hash;

use foldhash::fast::RandomState;
use plimsoll_terms::place;

use super::dates;
use super::delimited::clean;
use crate::entity::{
    Address, DateFact, DateKind, Entity, EntityKind, Identifier, IdentifierKind, Name, NameKind,
    Origin,
};

/// Ids and titles of the two lists that OFAC publishes in all of its layouts.
pub(super) const SDN: ListName =
    ("ofac-sdn", "OFAC Specially Designated Nationals and Blocked Persons");
pub(super) const CONSOLIDATED: ListName =
    ("ofac-cons", "OFAC Consolidated Sanctions List (non-SDN)");

pub(super) const PUBLISHER: &str = "US Treasury, Office of Foreign Assets Control";
pub(super) const LICENCE: &str = "public domain (work of the US government)";
pub(super) const URL: &str = "https://sanctionslist.ofac.treas.gov/Home";

/// What a label introduces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    Id(IdentifierKind),
    Date(DateKind),
    BirthPlace,
    Country,
    Gender,
    Position,
    Listed,
    /// Understood, and has no field of its own: stays in the remarks with its label.
    Remark,
}

use IdentifierKind as Kind;
use Meaning::{BirthPlace, Country, Date, Gender, Id, Listed, Position, Remark};

/// Each label and what it introduces. A label may be the beginning of another one: the longest
/// wins.
const LABELS: &[(&str, Meaning)] = &[
    ("DOB", Date(DateKind::Birth)),
    ("Birthdate", Date(DateKind::Birth)),
    ("Organization Established Date", Date(DateKind::Founded)),
    ("Vessel Year of Build", Date(DateKind::Founded)),
    ("Aircraft Manufacture Date", Date(DateKind::Founded)),
    ("POB", BirthPlace),
    ("Place of Birth", BirthPlace),
    ("nationality", Country),
    ("Nationality Country", Country),
    ("Nationality of Registration", Country),
    ("Registration Country", Country),
    ("citizen", Country),
    ("Citizenship Country", Country),
    ("Vessel Flag", Country),
    ("Other Vessel Flag", Country),
    ("Gender", Gender),
    ("Title", Position),
    ("Alternate Title,", Position),
    ("Position:", Position),
    ("Listing Date", Listed),
    ("Vessel Registration Identification", Id(Kind::Imo)),
    ("MMSI", Id(Kind::Mmsi)),
    ("Vessel Call Sign", Id(Kind::CallSign)),
    ("Other Vessel Call Sign", Id(Kind::CallSign)),
    ("Legal Entity Number", Id(Kind::Lei)),
    ("SWIFT/BIC", Id(Kind::Bic)),
    ("ISIN", Id(Kind::Isin)),
    ("Unified Social Credit Code (USCC)", Id(Kind::Uscc)),
    ("United Social Credit Code Certificate (USCCC)", Id(Kind::Uscc)),
    ("Passport", Id(Kind::Passport)),
    ("Passport Booklet", Id(Kind::Passport)),
    ("Passport Booklet:", Id(Kind::Passport)),
    ("Diplomatic Passport", Id(Kind::Passport)),
    ("British National Overseas Passport", Id(Kind::Passport)),
    ("Stateless Person Passport", Id(Kind::Passport)),
    ("Travel Document Number", Id(Kind::Other)),
    ("National ID No.", Id(Kind::NationalId)),
    ("National ID", Id(Kind::NationalId)),
    ("National ID No. JMB", Id(Kind::NationalId)),
    ("National Foreign ID Number", Id(Kind::NationalId)),
    ("Cedula No.", Id(Kind::NationalId)),
    ("C.U.R.P.", Id(Kind::NationalId)),
    ("C.U.R.P. #", Id(Kind::NationalId)),
    ("C.U.I.P.", Id(Kind::NationalId)),
    ("C.U.I.", Id(Kind::NationalId)),
    ("D.N.I.", Id(Kind::NationalId)),
    ("N.I.E.", Id(Kind::NationalId)),
    ("I.F.E.", Id(Kind::NationalId)),
    ("SSN", Id(Kind::NationalId)),
    ("Personal ID Card", Id(Kind::NationalId)),
    ("Citizen's Card Number", Id(Kind::NationalId)),
    ("Kenyan ID No.", Id(Kind::NationalId)),
    ("Bosnian Personal ID No.", Id(Kind::NationalId)),
    ("Moroccan Personal ID No.", Id(Kind::NationalId)),
    ("Turkish Identification Number", Id(Kind::NationalId)),
    ("Numero de Identidad", Id(Kind::NationalId)),
    ("Tazkira National ID Card", Id(Kind::NationalId)),
    ("UAE Identification", Id(Kind::NationalId)),
    ("CNP (Personal Numerical Code)", Id(Kind::NationalId)),
    ("Credencial electoral", Id(Kind::NationalId)),
    ("Electoral Registry No.", Id(Kind::NationalId)),
    ("LE Number", Id(Kind::NationalId)),
    ("Residency Number", Id(Kind::NationalId)),
    ("Refugee ID Card", Id(Kind::NationalId)),
    ("Stateless Person ID Card", Id(Kind::NationalId)),
    ("Tax ID No.", Id(Kind::TaxId)),
    ("Paraguayan tax identification number", Id(Kind::TaxId)),
    ("R.F.C.", Id(Kind::TaxId)),
    ("R.F.C. #", Id(Kind::TaxId)),
    ("RFC", Id(Kind::TaxId)),
    ("NIT #", Id(Kind::TaxId)),
    ("RUC #", Id(Kind::TaxId)),
    ("RIF #", Id(Kind::TaxId)),
    ("RTN", Id(Kind::TaxId)),
    ("US FEIN", Id(Kind::TaxId)),
    ("V.A.T. Number", Id(Kind::TaxId)),
    ("Italian Fiscal Code", Id(Kind::TaxId)),
    ("Italian Fiscal Code:", Id(Kind::TaxId)),
    ("Fiscal Code", Id(Kind::TaxId)),
    ("C.U.I.T.", Id(Kind::TaxId)),
    ("C.I.F.", Id(Kind::TaxId)),
    ("N.I.F.", Id(Kind::TaxId)),
    ("Numero Unico de Identificacao Tributaria (NUIT)", Id(Kind::TaxId)),
    ("Romanian Tax Registration", Id(Kind::TaxId)),
    ("Registration Number", Id(Kind::Registration)),
    ("Registration ID", Id(Kind::Registration)),
    ("Public Registration Number", Id(Kind::Registration)),
    ("Business Registration Number", Id(Kind::Registration)),
    ("Business Registration Document #", Id(Kind::Registration)),
    ("Business Registration Document # CUD:", Id(Kind::Registration)),
    ("Business Number", Id(Kind::Registration)),
    ("Company Number", Id(Kind::Registration)),
    ("UK Company Number", Id(Kind::Registration)),
    ("Commercial Registry Number", Id(Kind::Registration)),
    ("C.R. No.", Id(Kind::Registration)),
    ("Romanian C.R.", Id(Kind::Registration)),
    ("Certificate of Incorporation Number", Id(Kind::Registration)),
    ("Chamber of Commerce Number", Id(Kind::Registration)),
    ("Istanbul Chamber of Comm. No.", Id(Kind::Registration)),
    ("Dubai Chamber of Commerce Membership No.", Id(Kind::Registration)),
    ("Trade License No.", Id(Kind::Registration)),
    ("License", Id(Kind::Registration)),
    ("Government Gazette Number", Id(Kind::Registration)),
    ("Folio Mercantil No.", Id(Kind::Registration)),
    ("Matricula Mercantil No", Id(Kind::Registration)),
    ("Matricula Mercantil No.", Id(Kind::Registration)),
    ("Economic Register Number (CBLS)", Id(Kind::Registration)),
    ("Central Registration System Number", Id(Kind::Registration)),
    ("Enterprise Number", Id(Kind::Registration)),
    ("Branch Unit Number", Id(Kind::Registration)),
    ("Organization Code", Id(Kind::Registration)),
    ("Registered Charity No.", Id(Kind::Registration)),
    ("File Number", Id(Kind::Registration)),
    ("MSB Registration Number", Id(Kind::Registration)),
    ("Afghan Money Service Provider License Number", Id(Kind::Registration)),
    ("Tourism License No.", Id(Kind::Registration)),
    ("SRE Permit No.", Id(Kind::Registration)),
    ("Permit Number", Id(Kind::Registration)),
    ("Aircraft Tail Number", Id(Kind::Aircraft)),
    ("Previous Aircraft Tail Number", Id(Kind::Aircraft)),
    ("Aircraft Manufacturer's Serial Number (MSN)", Id(Kind::Aircraft)),
    ("Aircraft Construction Number (also called L/N or S/N or F/N)", Id(Kind::Aircraft)),
    ("Aircraft Serial Identification", Id(Kind::Aircraft)),
    ("Aircraft Mode S Transponder Code", Id(Kind::Aircraft)),
    ("Email Address", Id(Kind::Email)),
    ("Email", Id(Kind::Email)),
    ("Website", Id(Kind::Website)),
    ("Website:", Id(Kind::Website)),
    ("Phone Number", Id(Kind::Phone)),
    ("Phone No.", Id(Kind::Phone)),
    ("Phone", Id(Kind::Phone)),
    ("Telephone", Id(Kind::Phone)),
    ("Telephone:", Id(Kind::Phone)),
    ("Telephone No.", Id(Kind::Phone)),
    ("Fax", Id(Kind::Phone)),
    ("Fax:", Id(Kind::Phone)),
    ("Fax No.", Id(Kind::Phone)),
    ("Digital Currency Address -", Id(Kind::Wallet)),
    ("Identification Number", Id(Kind::Other)),
    ("Birth Certificate Number", Id(Kind::Other)),
    ("BIK (RU)", Id(Kind::Other)),
    ("Cartilla de Servicio Militar Nacional", Id(Kind::Other)),
    ("Chinese Commercial Code", Id(Kind::Other)),
    ("D-U-N-S Number", Id(Kind::Other)),
    ("Driver's License No.", Id(Kind::Other)),
    ("Equity Ticker", Id(Kind::Other)),
    ("Immigration No.", Id(Kind::Other)),
    ("MICEX Code", Id(Kind::Other)),
    ("Military Registration Number", Id(Kind::Other)),
    ("Pilot License Number", Id(Kind::Other)),
    ("Public Security and Immigration No.", Id(Kind::Other)),
    ("Romanian Permanent Resident", Id(Kind::Other)),
    ("Seafarer's Identification Document", Id(Kind::Other)),
    ("Serial No.", Id(Kind::Other)),
    ("Trademark number", Id(Kind::Other)),
    ("UN/LOCODE", Id(Kind::Other)),
    ("VisaNumberID", Id(Kind::Other)),
    ("Additional Sanctions Information", Remark),
    ("Aircraft Model", Remark),
    ("Aircraft Operator", Remark),
    ("All offices", Remark),
    ("CAATSA Section 235 Information", Remark),
    ("Effective Date", Remark),
    ("Executive Order", Remark),
    ("For more information", Remark),
    ("Former Vessel Flag", Remark),
    ("IFCA Determination", Remark),
    ("Issuer Name", Remark),
    ("Linked To:", Remark),
    ("Organization Type", Remark),
    ("Other Vessel Type", Remark),
    ("PEESA Information", Remark),
    ("Purchase/Sales For Divestment Date", Remark),
    ("Secondary sanctions risk", Remark),
    ("Target Type", Remark),
    ("Transactions Prohibited For", Remark),
    ("Vessel Gross Registered Tonnage", Remark),
    ("Vessel Owner", Remark),
    ("Vessel Tonnage", Remark),
    ("Vessel Type", Remark),
];

/// How many facts became what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Became an identifier, a date, a name, a country and the like.
    pub(super) typed: u64,
    /// Understood by its label and kept in the remarks.
    pub(super) labelled: u64,
    /// Kept in the remarks without being understood.
    pub(super) kept: u64,
}

impl Tally {
    pub(super) fn add(&mut self, other: Self) {
        self.typed += other.typed;
        self.labelled += other.labelled;
        self.kept += other.kept;
    }
}

/// One fact with a label, as the XML layouts and the screening list give it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Fact<'a> {
    pub(super) label: &'a str,
    pub(super) value: &'a str,
    pub(super) country: &'a str,
    /// Day of issue as given.
    pub(super) issued: &'a str,
    /// Day of expiry as given.
    pub(super) expires: &'a str,
}

/// Whether a text is a label of this table, or carries one and a note behind it.
pub(super) fn is_label(text: &str) -> bool {
    let Some((length, meaning)) = find_label(text) else {
        return looks_like_label(text);
    };
    let rest = text.get(length..).unwrap_or("").trim();
    let noted = rest.starts_with(['(', ':', '-']) || text.ends_with([':', '-']);
    let wallet = meaning == Id(IdentifierKind::Wallet) && !rest.contains(' ');
    let order = meaning == Remark && text.ends_with("Information");
    rest.is_empty() || noted || wallet || order
}

/// A label that is not in the table, by how it ends: `Seychelles Company No.`.
fn looks_like_label(text: &str) -> bool {
    const ENDS: [&str; 9] =
        [" No.", " No", " Number", " #", " ID", " Code", " Card", " License", " Information:"];
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && ENDS.iter().any(|end| text.ends_with(end))
        && !text.contains(|c: char| c.is_ascii_digit())
}

/// Length of the longest label that the text begins with, and what it means.
fn find_label(text: &str) -> Option<(usize, Meaning)> {
    let mut best: Option<(usize, Meaning)> = None;
    for (label, meaning) in LABELS {
        let length = label.len();
        if best.is_some_and(|(longest, _)| longest >= length) {
            continue;
        }
        let Some(head) = text.get(..length) else {
            continue;
        };
        if !head.eq_ignore_ascii_case(label) {
            continue;
        }
        let next = text.get(length..).unwrap_or("").chars().next();
        let ends = label.ends_with([':', '-', ',']) || next.is_none_or(|c| !c.is_alphanumeric());
        if ends {
            best = Some((length, *meaning));
        }
    }
    best
}

/// Adds all facts of a remark. A remark that was cut keeps its last fact as it stands: half a
/// number is not a number.
pub(super) fn add_remarks(entity: &mut Entity, text: &str, cut: bool, origin: Origin) -> Tally {
    let mut tally = Tally::default();
    let facts = split_facts(text);
    let last = facts.len().saturating_sub(1);
    for (at, fact) in facts.iter().enumerate() {
        let fact = clean(fact);
        if fact.is_empty() {
            continue;
        }
        if at == last && cut {
            tally.kept += 1;
            entity.remarks.push(fact);
            continue;
        }
        add_sentence(entity, &fact, origin, &mut tally);
    }
    tally
}

/// The facts of a remark, which semicolons part; not within the quotes of an alias.
fn split_facts(text: &str) -> Vec<&str> {
    let mut facts = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(';') {
        facts.push(text.get(start..at).unwrap_or(""));
        start = at + 1;
    }
    facts.push(text.get(start..).unwrap_or(""));
    facts
}

fn add_sentence(entity: &mut Entity, fact: &str, origin: Origin, tally: &mut Tally) {
    let body = strip_alternative(fact);
    if let Some((kind, name)) = quoted_alias(body) {
        tally.typed += 1;
        add_name(entity, name, kind, origin);
        return;
    }
    let Some((length, meaning)) = find_label(body).or_else(|| unknown_label(body)) else {
        tally.kept += 1;
        entity.remarks.push(fact.to_owned());
        return;
    };
    let (mut label, mut rest) = body.split_at_checked(length).unwrap_or((body, ""));
    if meaning == Listed || label.eq_ignore_ascii_case("Digital Currency Address -") {
        (label, rest) = longer_label(body, length, meaning);
    }
    let value = rest.trim_start_matches([':', ' ']).trim();
    if meaning == Remark || value.is_empty() {
        tally.labelled += 1;
        entity.remarks.push(fact.to_owned());
        return;
    }
    let (value, issued, expires) = split_validity(value.trim_end_matches('.').trim_end());
    let (value, country) = split_country(value, meaning);
    let typed = Fact { label: label.trim(), value, country, issued, expires };
    if add_typed(entity, meaning, typed, origin) {
        tally.typed += 1;
    } else {
        tally.kept += 1;
        entity.remarks.push(fact.to_owned());
    }
}

/// `Listing Date (CMIC)` and `Digital Currency Address - XBT` take the next word along.
fn longer_label(body: &str, length: usize, meaning: Meaning) -> (&str, &str) {
    let rest = body.get(length..).unwrap_or("");
    let more = if meaning == Listed {
        rest.find(')').map_or(0, |at| at + 1)
    } else {
        let word = rest.trim_start();
        let end = word.find(' ').unwrap_or(word.len());
        rest.len() - word.len() + end
    };
    body.split_at_checked(length + more).unwrap_or((body, ""))
}

fn strip_alternative(fact: &str) -> &str {
    ["alt. ", "Alt. ", "alt "].iter().find_map(|head| fact.strip_prefix(head)).unwrap_or(fact)
}

/// `a.k.a. 'BNC'.`: a name in quotes within the remarks is one that OFAC calls weak.
fn quoted_alias(body: &str) -> Option<(NameKind, &str)> {
    let (kind, rest) = if let Some(rest) = body.strip_prefix("a.k.a.") {
        (NameKind::WeakAlias, rest)
    } else if let Some(rest) = body.strip_prefix("f.k.a.") {
        (NameKind::Former, rest)
    } else {
        (NameKind::WeakAlias, body.strip_prefix("n.k.a.")?)
    };
    let rest = rest.trim();
    let rest = rest.strip_prefix('\'')?;
    let end = rest.rfind('\'')?;
    let (name, behind) = rest.split_at_checked(end)?;
    let behind = behind.trim_start_matches('\'').trim();
    (!name.trim().is_empty() && (behind.is_empty() || behind == ".")).then_some((kind, name.trim()))
}

/// A label that is not in the table: words that end in `No.`, `Number` or `#` before a value.
fn unknown_label(body: &str) -> Option<(usize, Meaning)> {
    let first_digit = body.find(|c: char| c.is_ascii_digit())?;
    let head = body.get(..first_digit)?;
    let length = head.rfind(' ')?;
    let label = body.get(..length)?;
    let value = body.get(length..)?;
    let short = value.split('(').next().unwrap_or("").split_whitespace().count() <= 3;
    (looks_like_label(label) && short && label.split(' ').count() <= 6)
        .then_some((length, Id(IdentifierKind::Other)))
}

/// `A123 (Iran) issued 26 May 1999 expires 25 May 2004`.
fn split_validity(text: &str) -> (&str, &str, &str) {
    let (text, expires) = match text.rsplit_once(" expires ") {
        Some((head, date)) if dates::day(date).is_some() => (head.trim(), date.trim()),
        _ => (text, ""),
    };
    let (text, issued) = match text.rsplit_once(" issued ") {
        Some((head, date)) if dates::day(date).is_some() => (head.trim(), date.trim()),
        _ => (text, ""),
    };
    (text, issued, expires)
}

/// `A123 (Iran)`: the last parenthesis is a country if it is known as one.
fn split_country(text: &str, meaning: Meaning) -> (&str, &str) {
    if !matches!(meaning, Id(_)) {
        return (text, "");
    }
    let Some((value, country)) = text.strip_suffix(')').and_then(|t| t.rsplit_once('(')) else {
        return (text, "");
    };
    let (value, country) = (value.trim(), country.trim());
    if value.is_empty() || !is_country(country) { (text, "") } else { (value, country) }
}

/// Names that OFAC uses for places beside those that every table knows.
const OFAC_PLACES: [&str; 12] = [
    "Kosovo",
    "Palestinian",
    "Palestinian Authority",
    "Virgin Islands, British",
    "Virgin Islands, U.S.",
    "North Macedonia, The Republic of",
    "Man, Isle of",
    "Jersey",
    "Guernsey",
    "Region: Crimea",
    "Region: Gaza",
    "Bahamas, The",
];

fn is_country(text: &str) -> bool {
    OFAC_PLACES.contains(&text) || place::by_name(text).is_some()
}

/// Adds a fact whose label the source gives apart.
pub(super) fn add_fact(entity: &mut Entity, fact: Fact<'_>, origin: Origin) -> Tally {
    let label = fact.label.replace('\u{2019}', "'");
    let mut fact = Fact { label: label.trim(), value: fact.value.trim(), ..fact };
    if fact.value.is_empty() && fact.label.is_empty() {
        return Tally::default();
    }
    let whole = find_label(fact.label).map(|(_, meaning)| meaning);
    let meaning = whole.unwrap_or(if looks_like_label(fact.label) && !fact.label.ends_with(':') {
        Id(IdentifierKind::Other)
    } else {
        Remark
    });
    if fact.country.is_empty() {
        (fact.value, fact.country) = split_country(fact.value, meaning);
    }
    if meaning != Remark && !fact.value.is_empty() && add_typed(entity, meaning, fact, origin) {
        return Tally { typed: 1, ..Tally::default() };
    }
    let dated = [(" issued ", fact.issued), (" expires ", fact.expires)]
        .iter()
        .filter(|(_, date)| !date.is_empty())
        .map(|(word, date)| format!("{word}{date}"))
        .collect::<String>();
    let country =
        if fact.country.is_empty() { String::new() } else { format!(" ({})", fact.country) };
    entity.remarks.push(clean(&format!("{} {}{country}{dated}", fact.label, fact.value)));
    if whole == Some(Remark) {
        Tally { labelled: 1, ..Tally::default() }
    } else {
        Tally { kept: 1, ..Tally::default() }
    }
}

/// Puts a fact into its field; false where its value is not of that kind.
fn add_typed(entity: &mut Entity, meaning: Meaning, fact: Fact<'_>, origin: Origin) -> bool {
    let value = fact.value;
    match meaning {
        Id(kind) if !fits(kind, value) => return false,
        Id(kind) => add_identifier(entity, kind, fact, origin),
        Date(kind) => {
            let Some(span) = dates::span(value) else {
                return false;
            };
            let date = DateFact { kind, from: span.from, to: span.to, circa: span.circa, origin };
            entity.dates.push(date);
        }
        BirthPlace => add_text(&mut entity.birth_places, value),
        Country => add_text(&mut entity.countries, value),
        Position => add_text(&mut entity.positions, value),
        Gender => {
            let value = value.to_ascii_lowercase();
            if !entity.gender.is_empty() || !matches!(&*value, "male" | "female") {
                return entity.gender == value;
            }
            entity.gender = value;
        }
        // A directive has its own day; the first one is the day of listing.
        Listed => {
            let Some(day) = dates::day(value) else {
                return false;
            };
            if entity.listed.is_empty() || day < entity.listed {
                entity.listed = day;
            }
            entity.remarks.push(format!("{} {value}", fact.label));
        }
        Remark => return false,
    }
    true
}

/// Whether a value can be of the kind at all; a sentence behind a label is none.
fn fits(kind: IdentifierKind, value: &str) -> bool {
    match kind {
        Kind::Email | Kind::Website => !value.contains(' '),
        Kind::Imo
        | Kind::Mmsi
        | Kind::Passport
        | Kind::NationalId
        | Kind::TaxId
        | Kind::Registration
        | Kind::Phone => value.contains(|c: char| c.is_ascii_digit()),
        _ => true,
    }
}

/// Adds an identifier under the kind that its value shows.
pub(super) fn add_identifier(
    entity: &mut Entity,
    kind: IdentifierKind,
    fact: Fact<'_>,
    origin: Origin,
) {
    let (kind, value) = refine(entity.kind, kind, fact);
    if !fact.issued.is_empty() || !fact.expires.is_empty() {
        let mut remark = format!("{} {value}", fact.label);
        for (word, date) in [("issued", fact.issued), ("expires", fact.expires)] {
            if !date.is_empty() {
                remark = format!("{remark} {word} {date}");
            }
        }
        entity.remarks.push(remark);
    }
    entity.identifiers.push(Identifier {
        kind,
        value: value.to_owned(),
        label: fact.label.to_owned(),
        country: fact.country.to_owned(),
        valid: None,
        origin,
    });
}

/// The kind by label and value: OFAC has one label for numbers of several kinds.
fn refine<'a>(
    entity: EntityKind,
    kind: IdentifierKind,
    fact: Fact<'a>,
) -> (IdentifierKind, &'a str) {
    let value = fact.value;
    let russian = matches!(fact.country, "Russia" | "RU");
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    let refined = match kind {
        Kind::TaxId if russian && digits && matches!(value.len(), 10 | 12) => Kind::Inn,
        Kind::Registration if russian && digits && matches!(value.len(), 13 | 15) => Kind::Ogrn,
        Kind::Lei if value.len() != 20 || !value.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Kind::Registration
        }
        Kind::Imo | Kind::Other | Kind::Registration => {
            let number = value.strip_prefix("IMO").map_or(value, str::trim);
            let seven = number.len() == 7 && number.bytes().all(|b| b.is_ascii_digit());
            // Companies have IMO numbers of their own: those are no ships.
            if seven && (kind == Kind::Imo || (entity == EntityKind::Vessel && number != value)) {
                return (Kind::Imo, number);
            }
            if kind == Kind::Imo { Kind::Registration } else { kind }
        }
        other => other,
    };
    (refined, value)
}

/// Adds programmes, countries and the like in the order of the source.
pub(super) fn add_text(list: &mut Vec<String>, value: &str) {
    let value = clean(value);
    if !value.is_empty() {
        list.push(value);
    }
}

/// Adds a name.
pub(super) fn add_name(entity: &mut Entity, text: &str, kind: NameKind, origin: Origin) {
    let text = clean(text);
    if !text.is_empty() {
        entity.names.push(Name { text, kind, origin });
    }
}

/// Drops what is said twice: the first place stands. Done once for each entry, with a set, so
/// that an entry with very many names costs no more than its length.
pub(super) fn finish(entity: &mut Entity) {
    keep_first(&mut entity.names, |name| name.text.clone());
    keep_first(&mut entity.addresses, |address| address.text.clone());
    keep_first(&mut entity.identifiers, |id| (id.kind, id.value.clone(), id.country.clone()));
    keep_first(&mut entity.dates, |date| (date.kind, date.from.clone(), date.to.clone()));
    for list in [
        &mut entity.countries,
        &mut entity.birth_places,
        &mut entity.programmes,
        &mut entity.positions,
        &mut entity.remarks,
        &mut entity.references,
    ] {
        keep_first(list, String::clone);
    }
}

fn keep_first<T, K: Eq + Hash>(list: &mut Vec<T>, key: impl Fn(&T) -> K) {
    if list.len() < 2 {
        return;
    }
    let mut seen = HashSet::with_capacity_and_hasher(list.len(), RandomState::default());
    list.retain(|item| seen.insert(key(item)));
}

/// Adds an address out of its parts; nothing where all are empty.
pub(super) fn add_address(entity: &mut Entity, parts: &[&str], country: &str, origin: Origin) {
    let country = clean(country);
    // OFAC writes a region in the place of the country, as in `Region: Gaza`.
    let (region, country) = match country.strip_prefix("Region:") {
        Some(region) => (region.trim().to_owned(), String::new()),
        None => (String::new(), country),
    };
    let all = parts.iter().map(|part| clean(part)).chain([region, country.clone()]);
    let text = all.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    if !text.is_empty() {
        entity.addresses.push(Address { text, country, origin });
    }
}

/// What an individual, a vessel and so on are here; nothing said means an organisation in
/// OFAC's own files.
pub(super) fn kind_of(text: &str) -> EntityKind {
    match text.trim().to_ascii_lowercase().as_str() {
        "individual" => EntityKind::Person,
        "vessel" => EntityKind::Vessel,
        "aircraft" => EntityKind::Aircraft,
        "" | "entity" => EntityKind::Organisation,
        _ => EntityKind::Unknown,
    }
}

/// Alias, former name or new name, by OFAC's abbreviation.
pub(super) fn name_kind(text: &str) -> NameKind {
    let letters: String = text.chars().filter(char::is_ascii_alphabetic).collect();
    match letters.to_ascii_lowercase().as_str() {
        "fka" => NameKind::Former,
        _ => NameKind::Alias,
    }
}

/// A list of OFAC: id and title.
pub(super) type ListName = (&'static str, &'static str);

/// Which of OFAC's two lists a file is, if its name says so.
pub(super) fn list_by_name(file: &str) -> Option<ListName> {
    let name = file.to_ascii_lowercase();
    if ["cons", "nonsdn", "non-sdn", "non_sdn"].iter().any(|word| name.contains(word)) {
        return Some(CONSOLIDATED);
    }
    name.contains("sdn").then_some(SDN)
}

/// Which of OFAC's two lists it is, by what most of its entries are listed for. Works before the
/// remarks are taken apart as well as after.
#[derive(Default)]
pub(super) struct ByContent {
    consolidated: usize,
    all: usize,
}

impl ByContent {
    pub(super) fn see(&mut self, entity: &Entity) {
        self.consolidated += usize::from(is_non_sdn(entity));
        self.all += 1;
    }

    pub(super) fn list(&self) -> ListName {
        if self.consolidated * 2 > self.all { CONSOLIDATED } else { SDN }
    }
}

fn is_non_sdn(entity: &Entity) -> bool {
    const PROGRAMMES: [&str; 4] = ["NS-", "CMIC-", "FSE-", "561-"];
    let by_programme =
        entity.programmes.iter().all(|code| PROGRAMMES.iter().any(|head| code.starts_with(head)));
    let sectoral = "Executive Order 13662 Directive Determination";
    (by_programme && !entity.programmes.is_empty())
        || entity.remarks.iter().any(|remark| remark.contains(sectoral))
}
