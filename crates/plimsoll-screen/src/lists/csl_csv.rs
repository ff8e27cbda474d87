//! What does the US Consolidated Screening List say? One table of many lists, kept apart here.
//!
//! The International Trade Administration joins the lists of three departments into one CSV.
//! Columns go by their names: seen without `_id` (2019), with it (2022), and with the parts of
//! each id in another order (2023). Lists keep their own ids (`csl-sdn`, `csl-el`), since a
//! listing means another thing on each.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use plimsoll_terms::problem::Problem;
use sha2::{Digest, Sha256};

use super::dates;
use super::delimited::{Record, Table, clean, decode, table};
use super::ofac::{self, Fact, Tally};
use super::{FileCount, ListEdition, ListError, ListFile, ListSource, Parsed, Sureness};
use crate::entity::{Entity, EntityKind, IdentifierKind, NameKind, Origin};

/// The US Consolidated Screening List as CSV.
#[derive(Clone, Copy, Debug)]
pub struct CslCsv;

const LAYOUT: &str = "csl-csv";

impl ListSource for CslCsv {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "US Consolidated Screening List, CSV"
    }

    fn publisher(&self) -> &'static str {
        "US Commerce, International Trade Administration"
    }

    fn licence(&self) -> &'static str {
        ofac::LICENCE
    }

    fn url(&self) -> &'static str {
        "https://www.trade.gov/consolidated-screening-list"
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = file.bytes.get(..file.bytes.len().min(64 * 1024)).unwrap_or(&[]);
        let (text, _) = decode(head);
        let first = text.lines().next().unwrap_or("");
        let header = table(first).records.first().map(Header::of).unwrap_or_default();
        match NEEDED.iter().all(|name| header.at(name).is_some()) {
            true if header.at("source_list_url").is_some() => 100,
            true if header.at("license_policy").is_some() => 90,
            _ => 0,
        }
    }

    fn read(&self, files: &[ListFile<'_>]) -> Result<Parsed, ListError> {
        read(files).map(|(parsed, _)| parsed)
    }

    fn example(&self) -> (&'static str, &'static str) {
        ("consolidated.csv", EXAMPLE)
    }
}

/// Made up, as everything in it.
const EXAMPLE: &str = "\
_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,\
license_requirement,license_policy,source_list_url,alt_names,dates_of_birth,nationalities,ids\n\
a1,Entity List (EL) - Bureau of Industry and Security,,,,Example Pump Works,,\"1 Sample Road, \
Sampletown, NO\",99 FR 1,2001-02-03,For all sample items.,Presumption of example.,http://x.example,\
EPW; Example Works,,,\n\
900002,Specially Designated Nationals (SDN) - Treasury Department,900002,Individual,TEST-EO1,\
\"SAMPLE, Jane\",,NO,,,,,http://x.example,,circa 1961,NO,\"Passport, X0000001, NO\"\n";

/// Columns without which it is another table.
const NEEDED: [&str; 4] = ["source", "name", "alt_names", "federal_register_notice"];

/// Titles of the lists that are known, by the abbreviation in the column `source`.
const PARTS: [(&str, &str); 13] = [
    ("sdn", "Specially Designated Nationals, in the US Consolidated Screening List"),
    ("el", "BIS Entity List, in the US Consolidated Screening List"),
    ("meu", "BIS Military End User List, in the US Consolidated Screening List"),
    ("uvl", "BIS Unverified List, in the US Consolidated Screening List"),
    ("dpl", "BIS Denied Persons List, in the US Consolidated Screening List"),
    ("ssi", "Sectoral Sanctions Identifications, in the US Consolidated Screening List"),
    (
        "cmic",
        "Chinese Military-Industrial Complex Companies, in the US Consolidated Screening List",
    ),
    ("dtc", "ITAR Debarred, in the US Consolidated Screening List"),
    ("isn", "Nonproliferation Sanctions, in the US Consolidated Screening List"),
    ("plc", "Palestinian Legislative Council List, in the US Consolidated Screening List"),
    ("cap", "CAPTA List, in the US Consolidated Screening List"),
    ("mbs", "Non-SDN Menu-Based Sanctions, in the US Consolidated Screening List"),
    ("fse", "Foreign Sanctions Evaders, in the US Consolidated Screening List"),
];

/// Where each column is.
#[derive(Default)]
struct Header {
    columns: HashMap<String, usize, RandomState>,
    width: usize,
}

impl Header {
    fn of(record: &Record) -> Self {
        let mut columns: HashMap<String, usize, RandomState> = HashMap::default();
        for (at, cell) in record.cells().enumerate() {
            columns.entry(cell.trim().to_ascii_lowercase()).or_insert(at);
        }
        Self { columns, width: record.len() }
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.columns.get(name).copied()
    }

    fn cell<'a>(&self, record: &'a Record, name: &str) -> &'a str {
        self.at(name).map_or("", |at| record.cell(at)).trim()
    }

    /// A line that says the names of the columns once more.
    fn is_repeated(&self, record: &Record) -> bool {
        NEEDED.iter().all(|name| self.cell(record, name).eq_ignore_ascii_case(name))
    }
}

/// Lists under construction, by id.
#[derive(Default)]
struct Lists {
    editions: BTreeMap<String, ListEdition>,
    /// How often each id was met in its list.
    ids: HashMap<(String, String), u32, RandomState>,
    tally: Tally,
}

pub(super) fn read(files: &[ListFile<'_>]) -> Result<(Parsed, Tally), ListError> {
    let mut parsed = Parsed::default();
    let mut lists = Lists::default();
    for (number, file) in (0_u16..).zip(files) {
        read_file(*file, number, &mut lists, &mut parsed)?;
    }
    parsed.editions = lists.editions.into_values().collect();
    Ok((parsed, lists.tally))
}

fn read_file(
    file: ListFile<'_>,
    number: u16,
    lists: &mut Lists,
    parsed: &mut Parsed,
) -> Result<(), ListError> {
    let (text, problem) = decode(file.bytes);
    parsed.problems.extend(problem.map(|problem| (number, problem)));
    let table = table(&text);
    let header = header_of(file, &table)?;
    if let Some(detail) = cut(&table, &header) {
        return Err(ListError::Cut { file: file.name.to_owned(), detail });
    }
    let mut count = FileCount::default();
    for record in table.records.iter().skip(1) {
        count.rows_in += 1;
        match refuse(record, &header) {
            Some(problem) => {
                count.rows_set_aside += 1;
                parsed.problems.push((number, problem));
            }
            None => {
                count.rows_loaded += 1;
                let problem = lists.add(record, &header, number);
                parsed.problems.extend(problem.map(|problem| (number, problem)));
            }
        }
    }
    if count.rows_loaded == 0 {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: LAYOUT });
    }
    parsed.counts.push(count);
    Ok(())
}

fn header_of(file: ListFile<'_>, table: &Table) -> Result<Header, ListError> {
    let Some(first) = table.records.first() else {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: LAYOUT });
    };
    let header = Header::of(first);
    let missing: Vec<&str> =
        NEEDED.iter().copied().filter(|name| header.at(name).is_none()).collect();
    if missing.is_empty() {
        return Ok(header);
    }
    let file = file.name.to_owned();
    if table.records.len() == 1 && !table.ends_line {
        return Err(ListError::Cut { file, detail: "it ends within its header".to_owned() });
    }
    let detail = format!("line 1: columns are missing: {}", missing.join(", "));
    Err(ListError::Malformed { file, layout: LAYOUT, detail })
}

/// Whether the file ends early, and where.
fn cut(table: &Table, header: &Header) -> Option<String> {
    let last = table.records.last()?;
    if table.open_quote {
        return Some(format!("line {}: the last record ends inside a quotation", last.line));
    }
    (!table.ends_line && last.len() < header.width).then(|| {
        format!(
            "line {}: the last record has {} of {} columns",
            last.line,
            last.len(),
            header.width
        )
    })
}

/// Why a record cannot be taken, if it cannot.
fn refuse(record: &Record, header: &Header) -> Option<Problem> {
    let line = u64::from(record.line);
    let shown = record.cells().take(4).collect::<Vec<_>>().join(",");
    let (rule, hint) = if record.len() != header.width {
        ("columns", "the record has another number of columns than the header")
    } else if header.is_repeated(record) {
        ("header-repeated", "the header stands in the middle of the data; the line was passed over")
    } else if clean(header.cell(record, "name")).is_empty() {
        ("name-missing", "an entry without a name cannot be screened")
    } else {
        return None;
    };
    Some(Problem::new(rule, line, &shown, hint))
}

impl Lists {
    /// Adds a record to its list. A second entry of the same id gets a suffix and a problem: no
    /// listing may be lost because an id was used twice.
    fn add(&mut self, record: &Record, header: &Header, file: u16) -> Option<Problem> {
        let source = clean(header.cell(record, "source"));
        let list = list_id(&source);
        let mut entity = entity_of(record, header, file, &mut self.tally);
        if entity.id.is_empty() {
            entity.id = hashed(&source, entity.primary_name());
        }
        let times = self.ids.entry((list.clone(), entity.id.clone())).or_insert(0);
        *times += 1;
        let mut problem = None;
        if *times > 1 {
            let hint = "a second entry of this id in its list; it was kept under an id of its own";
            problem = Some(Problem::new("id-repeated", u64::from(record.line), &entity.id, hint));
            entity.id = format!("{}-{times}", entity.id);
        }
        let edition = self.editions.entry(list).or_insert_with_key(|list| ListEdition {
            list: list.clone(),
            title: title_of(list, &source),
            ..ListEdition::default()
        });
        edition.entities.push(entity);
        problem
    }
}

/// `csl-el` for `Entity List (EL) - Bureau of Industry and Security`.
fn list_id(source: &str) -> String {
    let inside = source.rsplit_once('(').and_then(|(_, rest)| rest.split_once(')'));
    let short = inside.map_or(source, |(short, _)| short).trim();
    let short = short.strip_suffix(" List").unwrap_or(short);
    let short = short.strip_prefix("NS-").unwrap_or(short);
    let mut slug = String::from("csl");
    for word in short.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        slug.push('-');
        slug.push_str(&word.to_ascii_lowercase());
    }
    if slug == "csl" { "csl-unknown".to_owned() } else { slug }
}

fn title_of(list: &str, source: &str) -> String {
    let short = list.strip_prefix("csl-").unwrap_or(list);
    PARTS
        .iter()
        .find(|(part, _)| *part == short)
        .map_or_else(|| source.to_owned(), |(_, title)| (*title).to_owned())
}

/// An id for an entry without one: the same for the same list and name.
fn hashed(source: &str, name: &str) -> String {
    let digest = Sha256::digest(format!("{source}\n{name}").as_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn entity_of(record: &Record, header: &Header, file: u16, tally: &mut Tally) -> Entity {
    let cell = |name: &str| header.cell(record, name);
    let origin = Origin { file, line: record.line };
    let id = [cell("entity_number"), cell("_id")];
    let id = id.iter().find(|id| !id.is_empty()).copied().unwrap_or("");
    let kind = kind_of(record, header);
    let mut entity = Entity { id: id.to_owned(), kind, origin, ..Entity::default() };
    ofac::add_name(&mut entity, cell("name"), NameKind::Primary, origin);
    for alias in parts(cell("alt_names")) {
        // The Entity List joins its last alias as prose: `One; Two; and Three`.
        let alias = alias.strip_prefix("and ").unwrap_or(alias);
        ofac::add_name(&mut entity, alias, NameKind::Alias, origin);
    }
    for address in parts(cell("addresses")) {
        add_address(&mut entity, address, origin);
    }
    for program in parts(cell("programs")) {
        ofac::add_text(&mut entity.programmes, program);
    }
    for column in ["nationalities", "citizenships"] {
        for country in parts(cell(column)) {
            ofac::add_text(&mut entity.countries, country);
        }
    }
    for place in parts(cell("places_of_birth")) {
        ofac::add_text(&mut entity.birth_places, place);
    }
    for date in parts(cell("dates_of_birth")) {
        let fact = Fact { label: "DOB", value: date, ..Fact::default() };
        tally.add(ofac::add_fact(&mut entity, fact, origin));
    }
    for id in parts(cell("ids")) {
        tally.add(add_id(&mut entity, id, origin));
    }
    ofac::add_text(&mut entity.positions, cell("title"));
    ofac::add_text(&mut entity.references, cell("federal_register_notice"));
    if let Some(day) = dates::day(cell("start_date")) {
        entity.listed = day;
    }
    if let Some(day) = dates::day(cell("end_date")) {
        entity.ends = day;
    }
    add_vessel(&mut entity, record, header, origin);
    add_remarks(&mut entity, record, header);
    ofac::finish(&mut entity);
    entity
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

/// The type as given. The lists of BIS and of the State Department give none; a ship shows by
/// its columns, and nothing else is inferred.
fn kind_of(record: &Record, header: &Header) -> EntityKind {
    let given = header.cell(record, "type");
    if !given.is_empty() {
        return ofac::kind_of(given);
    }
    let columns =
        ["call_sign", "vessel_type", "gross_tonnage", "gross_registered_tonnage", "vessel_flag"];
    if columns.iter().any(|name| !header.cell(record, name).is_empty()) {
        return EntityKind::Vessel;
    }
    EntityKind::Unknown
}

/// An address in one text, whose last part is the country where it is two capitals.
fn add_address(entity: &mut Entity, text: &str, origin: Origin) {
    let (rest, last) = text.rsplit_once(',').unwrap_or(("", text));
    let last = last.trim();
    if is_country_code(last) {
        ofac::add_address(entity, &[rest], last, origin);
    } else {
        ofac::add_address(entity, &[text], "", origin);
    }
}

fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// One id. In 2023 `label, number, country, issued, expires`; until 2022 the same backwards.
/// The label says which: it is first or last.
fn add_id(entity: &mut Entity, text: &str, origin: Origin) -> Tally {
    let mut fields: Vec<&str> = text.split(", ").map(str::trim).collect();
    let forward = fields.first().is_some_and(|first| ofac::is_label(first));
    let backward = fields.last().is_some_and(|last| ofac::is_label(last));
    if fields.len() < 2 || !(forward || backward) {
        entity.remarks.push(clean(text));
        return Tally { kept: 1, ..Tally::default() };
    }
    if !forward {
        // The country, the days and the label move; the value in the middle stays in its order.
        let label = fields.pop().unwrap_or("");
        let lead = fields.iter().take(fields.len() - 1).take_while(|field| is_detail(field));
        let lead = lead.count();
        let details: Vec<&str> = fields.drain(..lead).rev().collect();
        let value = fields.join(", ");
        return add_labelled(entity, label, &value, &details, origin);
    }
    let label = fields.remove(0);
    let trail = fields.iter().skip(1).rev().take_while(|field| is_detail(field)).count();
    let details = fields.split_off(fields.len() - trail);
    let value = fields.join(", ");
    add_labelled(entity, label, &value, &details, origin)
}

/// A country or a day behind the value of an id; of bare numbers, only what can be a year.
fn is_detail(field: &str) -> bool {
    let is_day = dates::day(field)
        .is_some_and(|day| day.len() > 4 || ("1900".."2100").contains(&day.as_str()));
    is_day || is_country_code(field)
}

/// Adds an id whose details are country, day of issue and day of expiry, each if it is there.
fn add_labelled(
    entity: &mut Entity,
    label: &str,
    value: &str,
    details: &[&str],
    origin: Origin,
) -> Tally {
    let country = details.iter().find(|field| is_country_code(field)).copied().unwrap_or("");
    let mut days = details.iter().filter(|field| !is_country_code(field)).copied();
    let (issued, expires) = (days.next().unwrap_or(""), days.next().unwrap_or(""));
    ofac::add_fact(entity, Fact { label, value, country, issued, expires }, origin)
}

fn add_vessel(entity: &mut Entity, record: &Record, header: &Header, origin: Origin) {
    let call_sign = header.cell(record, "call_sign");
    if !call_sign.is_empty() {
        let fact = Fact { label: "Vessel Call Sign", value: call_sign, ..Fact::default() };
        ofac::add_identifier(entity, IdentifierKind::CallSign, fact, origin);
    }
    ofac::add_text(&mut entity.countries, header.cell(record, "vessel_flag"));
    for (label, column) in [
        ("Vessel Type", "vessel_type"),
        ("Vessel Tonnage", "gross_tonnage"),
        ("Vessel Gross Registered Tonnage", "gross_registered_tonnage"),
        ("Vessel Owner", "vessel_owner"),
    ] {
        let value = header.cell(record, column);
        if !value.is_empty() {
            ofac::add_fact(entity, Fact { label, value, ..Fact::default() }, origin);
        }
    }
}

fn add_remarks(entity: &mut Entity, record: &Record, header: &Header) {
    ofac::add_text(&mut entity.remarks, header.cell(record, "remarks"));
    for (label, column) in [
        ("License requirement", "license_requirement"),
        ("License policy", "license_policy"),
        ("Standard order", "standard_order"),
        ("End date", "end_date"),
    ] {
        let value = header.cell(record, column);
        if !value.is_empty() {
            entity.remarks.push(clean(&format!("{label}: {value}")));
        }
    }
}
