//! What does the US Consolidated Screening List say? One table of many lists, kept apart here.
//!
//! The International Trade Administration joins the lists of three departments into one CSV.
//! Columns go by their names: seen without `_id` (2019), with it (2022), and with the parts of
//! each id in another order (2023). What an entry becomes is in `csl`.

use std::collections::HashMap;

use crate::scratch::Room;
use foldhash::fast::RandomState;
use plimsoll_terms::problem::Problem;

use super::csl::{self, Entry, Id, LISTS, Lists, TEXTS};
use super::dates;
use super::delimited::{Ends, Record, decode, each, records};
use super::ofac::{self, Tally};
use super::unread::Unread;
use super::{FileCount, ListError, ListFile, ListSource, Parsed, Sureness};

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
        csl::PUBLISHER
    }

    fn licence(&self) -> &'static str {
        ofac::LICENCE
    }

    fn url(&self) -> &'static str {
        csl::URL
    }

    fn recognise(&self, file: &ListFile<'_>) -> Sureness {
        let head = file.bytes.get(..file.bytes.len().min(64 * 1024)).unwrap_or(&[]);
        let (text, _) = decode(head);
        let first = text.lines().next().unwrap_or("");
        let header = records(first).first().map(Header::of).unwrap_or_default();
        match NEEDED.iter().all(|name| header.at(name).is_some()) {
            true if header.at("source_list_url").is_some() => 100,
            true if header.at("license_policy").is_some() => 90,
            _ => 0,
        }
    }

    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError> {
        read(files, room).map(|(parsed, _)| parsed)
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

pub(super) fn read(files: &[ListFile<'_>], room: &Room) -> Result<(Parsed, Tally), ListError> {
    let mut parsed = Parsed::new(room);
    let mut lists = Lists::new(room);
    for (number, file) in (0_u16..).zip(files) {
        read_file(*file, number, &mut lists, &mut parsed)?;
    }
    let tally = lists.finish(&mut parsed);
    Ok((parsed, tally))
}

fn read_file(
    file: ListFile<'_>,
    number: u16,
    lists: &mut Lists,
    parsed: &mut Parsed,
) -> Result<(), ListError> {
    let (text, problem) = decode(file.bytes);
    problem.into_iter().for_each(|problem| parsed.problems.push_of(number, problem));
    let mut columns: Option<Columns> = None;
    let mut count = FileCount::default();
    let mut unread = Unread::default();
    let ends = each(&text, &mut |record| {
        let Some(columns) = &columns else {
            columns = Some(Columns::of(record, &mut unread));
            return;
        };
        count.rows_in += 1;
        columns.leftover(record, &mut unread);
        let entry = entry_of(record, &columns.header);
        match refuse(record, &entry, &columns.header) {
            Some(problem) => {
                count.rows_set_aside += 1;
                parsed.problems.push_of(number, problem);
            }
            None => {
                count.rows_loaded += 1;
                let problem = lists.add(&entry, number);
                problem.into_iter().for_each(|p| parsed.problems.push_of(number, p));
            }
        }
    });
    let Some(columns) = columns else {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: LAYOUT });
    };
    columns.check(file, count.rows_in, &ends)?;
    if let Some(detail) = cut(&ends, &columns.header) {
        return Err(ListError::Cut { file: file.name.to_owned(), detail });
    }
    if count.rows_loaded == 0 {
        return Err(ListError::Empty { file: file.name.to_owned(), layout: LAYOUT });
    }
    let unread = unread.judge(&[&["alt_names"]], &file, LAYOUT)?;
    unread.into_iter().for_each(|problem| parsed.problems.push_of(number, problem));
    parsed.counts.push(count);
    Ok(())
}

/// The header, and which of its columns no entry is made of.
struct Columns {
    header: Header,
    leftover: Vec<(usize, String)>,
}

impl Columns {
    fn of(record: &Record, unread: &mut Unread) -> Self {
        let header = Header::of(record);
        let known = |name: &str| {
            let parts: [&[&str]; 4] = [&TEXTS, &LISTS, &csl::PASSED_OVER, &["addresses", "ids"]];
            parts.iter().any(|names| names.contains(&name))
        };
        let mut leftover = Vec::new();
        for (at, title) in record.cells().enumerate() {
            let name = title.trim().to_ascii_lowercase();
            unread.meet(&name);
            // Of two columns of one name the first is read.
            if !known(&name) || header.at(&name) != Some(at) {
                leftover.push((at, title.to_owned()));
            }
        }
        Self { header, leftover }
    }

    fn leftover(&self, record: &Record, unread: &mut Unread) {
        for (at, title) in &self.leftover {
            unread.add(title, record.line, record.cell(*at));
        }
    }

    fn check(&self, file: ListFile<'_>, rows: u64, ends: &Ends) -> Result<(), ListError> {
        let missing: Vec<&str> =
            NEEDED.iter().copied().filter(|name| self.header.at(name).is_none()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let file = file.name.to_owned();
        if rows == 0 && !ends.ends_line {
            return Err(ListError::Cut { file, detail: "it ends within its header".to_owned() });
        }
        let detail = format!("line 1: columns are missing: {}", missing.join(", "));
        Err(ListError::Malformed { file, layout: LAYOUT, detail })
    }
}

/// Whether the file ends early, and where.
fn cut(ends: &Ends, header: &Header) -> Option<String> {
    let (line, cells) = ends.last;
    if ends.open_quote {
        return Some(format!("line {line}: the last record ends inside a quotation"));
    }
    (!ends.ends_line && cells < header.width)
        .then(|| format!("line {line}: the last record has {cells} of {} columns", header.width))
}

/// Why a record cannot be taken, if it cannot.
fn refuse(record: &Record, entry: &Entry, header: &Header) -> Option<Problem> {
    let line = u64::from(record.line);
    let shown = record.cells().take(4).collect::<Vec<_>>().join(",");
    let (rule, hint) = if record.len() != header.width {
        ("columns", "the record has another number of columns than the header")
    } else if header.is_repeated(record) {
        ("header-repeated", "the header stands in the middle of the data; the line was passed over")
    } else if entry.is_empty() {
        ("name-missing", "an entry without a name cannot be screened")
    } else {
        return None;
    };
    Some(Problem::new(rule, line, &shown, hint))
}

fn entry_of(record: &Record, header: &Header) -> Entry {
    let cell = |name: &str| header.cell(record, name);
    let split = |name: &str| parts(cell(name)).map(str::to_owned).collect();
    Entry {
        line: record.line,
        texts: TEXTS.iter().map(|name| (*name, cell(name).to_owned())).collect(),
        lists: LISTS.iter().map(|name| (*name, split(name))).collect(),
        addresses: parts(cell("addresses")).map(address).collect(),
        ids: parts(cell("ids")).map(id).collect(),
    }
}

pub(super) fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|part| !part.is_empty())
}

/// An address in one text, whose last part is the country where it is two capitals.
pub(super) fn address(text: &str) -> (String, String) {
    let (rest, last) = text.rsplit_once(',').unwrap_or(("", text));
    let last = last.trim();
    if csl::is_country_code(last) {
        (rest.to_owned(), last.to_owned())
    } else {
        (text.to_owned(), String::new())
    }
}

/// One id. In 2023 `label, number, country, issued, expires`; until 2022 the same backwards.
/// The label says which: it is first or last.
fn id(text: &str) -> Id {
    let mut fields: Vec<&str> = text.split(", ").map(str::trim).collect();
    let forward = fields.first().is_some_and(|first| ofac::is_label(first));
    let backward = fields.last().is_some_and(|last| ofac::is_label(last));
    if fields.len() < 2 || !(forward || backward) {
        return Id::Plain(text.to_owned());
    }
    if !forward {
        // The country, the days and the label move; the value in the middle stays in its order.
        let label = fields.pop().unwrap_or("");
        let lead = fields.iter().take(fields.len() - 1).take_while(|field| is_detail(field));
        let lead = lead.count();
        let details: Vec<&str> = fields.drain(..lead).rev().collect();
        let value = fields.join(", ");
        return labelled(label, &value, &details);
    }
    let label = fields.remove(0);
    let trail = fields.iter().skip(1).rev().take_while(|field| is_detail(field)).count();
    let details = fields.split_off(fields.len() - trail);
    let value = fields.join(", ");
    labelled(label, &value, &details)
}

/// A country or a day behind the value of an id; of bare numbers, only what can be a year.
fn is_detail(field: &str) -> bool {
    let is_day = dates::day(field)
        .is_some_and(|day| day.len() > 4 || ("1900".."2100").contains(&day.as_str()));
    is_day || csl::is_country_code(field)
}

/// An id whose details are country, day of issue and day of expiry, each if it is there.
fn labelled(label: &str, value: &str, details: &[&str]) -> Id {
    let is_country = |field: &&&str| csl::is_country_code(field);
    let country = details.iter().find(is_country).copied().unwrap_or("");
    let mut days = details.iter().filter(|field| !is_country(field)).copied();
    let (issued, expires) = (days.next().unwrap_or(""), days.next().unwrap_or(""));
    let [label, value, country, issued, expires] =
        [label, value, country, issued, expires].map(str::to_owned);
    Id::Labelled { label, value, country, issued, expires }
}
