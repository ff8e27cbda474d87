//! The layouts that publishers hand out: one file and one entry in [`ALL`] for each.
//!
//! A layout recognises a header line, binds its columns once, and then reads row after row
//! into a [`Fact`] or says why a row cannot be read. It never opens a file, never adds
//! anything up and never decides what is a sum of what.

use crate::error::IngestError;
use crate::fact::{Fact, Flow, Place};
use crate::scratch::Scratch;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::problem::Problem;

pub mod armstat;
pub mod baci;
pub mod census;
pub mod comext;
pub mod comext_bulk;
pub mod comtrade;
pub mod comtrade_legacy;
pub mod comtrade_reports;
pub mod comtradr;
pub mod easycomext;
pub mod fts;
pub mod gacc;
pub mod imts;
pub mod kazstat;
pub mod reduced;
pub mod simulated;
pub mod wits;

/// Every layout, in the order in which equally good matches are tried.
pub static ALL: &[&dyn IngestFormat] = &[
    &comtrade::API,
    &comtrade_legacy::LEGACY,
    &comtradr::COMTRADR,
    &comtrade_reports::REPORTS,
    &comext_bulk::FULL_V2,
    &comext_bulk::OLD,
    &comext::TIDY,
    &easycomext::RELATIONAL,
    &wits::WITS,
    &reduced::REDUCED,
    &baci::YEARLY,
    &baci::MATRIX,
    &gacc::GACC,
    &census::CENSUS,
    &fts::FTS,
    &kazstat::KAZSTAT,
    &armstat::ARMSTAT,
    &imts::IMTS,
    &simulated::SIMULATED,
];

/// A layout of one publisher's files.
pub trait IngestFormat: Sync {
    /// Short name, as in `--as comext-tidy`.
    fn id(&self) -> &'static str;
    /// What it is, in a few words.
    fn title(&self) -> &'static str;
    /// Who hands out such files.
    fn publisher(&self) -> &'static str;
    /// The dataset that its rows belong to: two layouts of one publication share it.
    fn dataset(&self) -> &'static str;
    /// The vintage that the file name carries, if publishers of this layout put it there.
    fn vintage(&self, _file_name: &str) -> Option<String> {
        None
    }
    /// The encoding of its text, where that is neither UTF-8 nor Latin-1 and must be known.
    fn encoding(&self) -> Option<&'static encoding_rs::Encoding> {
        None
    }
    /// A small worked example in this layout, made by us: a test loads it.
    fn example(&self) -> &'static str;
    /// How sure the layout is that this is its header: 0 not at all, 100 quite.
    fn recognise(&self, header: &Header) -> u8;
    /// Finds the columns. Fails when a needed one is missing or `said` lacks something that
    /// the layout does not carry itself.
    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError>;
}

/// Reads the rows of one file whose columns are known.
pub trait RowReader: Send + Sync {
    /// One row to one record, or in a wide layout the record of [`Row::cell`]. The problem names
    /// the column, the value and what to do.
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem>;

    /// The columns of a wide layout in which each figure is a record of its own, such as one for
    /// each year, or for exports and imports. A cell without a figure is no record. None in a
    /// layout whose rows are one record each.
    fn cells(&self) -> &[usize] {
        &[]
    }

    /// What several rows with the same key mean in this layout.
    fn repeats(&self) -> Repeats {
        Repeats::SameFact
    }
}

/// What it means that two rows of one file have the same reporter, flow, partner, code and
/// period (and the same breakdown).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repeats {
    /// The same fact said twice: it counts once.
    SameFact,
    /// The file lost its breakdown codes: the largest row is the total, the others its parts.
    LargestIsTotal,
    /// Rows that add up, since the layout splits by columns that we do not keep.
    AddUp,
}

/// What the person said on the command line since the file does not say it.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// `--flow`
    pub flow: Option<Flow>,
    /// `--set reporter=CHN`
    pub reporter: Option<Place>,
    /// `--set partner=RUS`
    pub partner: Option<Place>,
    /// `--set currency=USD`
    pub currency: Option<String>,
    /// `--set revision=HS2017`
    pub revision: Option<HsRevision>,
    /// `--set year=2022`
    pub year: Option<i32>,
    /// `--set unit=1000`: the value column counts in this many units.
    pub value_unit: Option<f64>,
    /// The file's own name without folders, and behind it the member's: some layouts carry the
    /// revision or vintage there.
    pub file_name: String,
}

/// The header line: the names as they stand, and found regardless of case, spaces and
/// punctuation.
#[derive(Clone, Debug, Default)]
pub struct Header {
    names: Vec<String>,
    keys: Vec<String>,
}

/// Lower-cased letters and digits of a column name: `Trade Value (US$)` is `tradevalueus`.
pub fn column_key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

impl Header {
    /// From the fields of the header line.
    pub fn new<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> Header {
        let names: Vec<String> = fields
            .into_iter()
            .map(|f| f.as_ref().trim().trim_matches('\u{feff}').to_owned())
            .collect();
        let keys = names.iter().map(|n| column_key(n)).collect();
        Header { names, keys }
    }

    /// The names as they stand in the file.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The place of the first column that has one of these names (compared by
    /// [`column_key`]).
    pub fn find(&self, aliases: &[&str]) -> Option<usize> {
        aliases.iter().find_map(|alias| {
            let key = column_key(alias);
            self.keys.iter().position(|k| *k == key)
        })
    }

    /// Like [`Header::find`], but its absence is a fault of the file.
    pub fn need(&self, layout: &str, aliases: &[&str]) -> Result<usize, IngestError> {
        self.find(aliases).ok_or_else(|| IngestError::MissingColumn {
            layout: layout.to_owned(),
            column: aliases.first().copied().unwrap_or_default().to_owned(),
            have: self.names.join(", "),
        })
    }

    /// Whether all of these columns are there.
    pub fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|n| self.find(&[n]).is_some())
    }

    /// Whether the columns are exactly these, in this order (a trailing unnamed one aside).
    pub fn is_exactly(&self, names: &[&str]) -> bool {
        let keys: Vec<&String> = self.keys.iter().filter(|k| !k.is_empty()).collect();
        keys.len() == names.len() && keys.iter().zip(names).all(|(k, n)| **k == column_key(n))
    }
}

/// One row of fields and where it stands.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    /// The fields as bytes: UTF-8 or Latin-1.
    pub fields: &'a csv::ByteRecord,
    /// Line in the file, the header being 1. In a workbook or JSON the row's number.
    pub line: u64,
    /// The header, for naming columns in problems.
    pub header: &'a Header,
    /// In a wide layout, the column of the record that is read: one of [`RowReader::cells`].
    pub cell: usize,
}

impl<'a> Row<'a> {
    /// The field, trimmed of spaces; empty when the row is too short.
    #[inline]
    pub fn get(&self, column: usize) -> &'a [u8] {
        self.fields.get(column).unwrap_or_default().trim_ascii()
    }

    /// The same for a column that the layout may lack.
    #[inline]
    pub fn maybe(&self, column: Option<usize>) -> &'a [u8] {
        column.map(|c| self.get(c)).unwrap_or_default()
    }

    /// A problem with a field of this row.
    pub fn problem(&self, column: usize, rule: &'static str, hint: impl Into<String>) -> Problem {
        let value = crate::scratch::text(self.get(column));
        let name = self.header.names().get(column).map_or("", String::as_str);
        Problem::new(rule, self.line, &value, hint).in_column(name)
    }
}

/// Where a dataset is published, and the terms of its publisher in a few words.
pub fn publication(dataset: &str) -> (&'static str, &'static str) {
    match dataset {
        "comtrade" => ("https://comtradeplus.un.org", "UN Comtrade terms of use"),
        "comext" => (
            "https://ec.europa.eu/eurostat/comext",
            "Eurostat: reuse with the source named (CC BY 4.0)",
        ),
        "baci" => ("https://www.cepii.fr", "CEPII BACI: Etalab 2.0"),
        "wits" => ("https://wits.worldbank.org", "WITS terms of use"),
        "armstat" => ("https://armstat.am", "Armstat: terms of the publisher"),
        "gacc" => ("http://stats.customs.gov.cn", "China customs: terms of the publisher"),
        "us-census" => (
            "https://www.census.gov/foreign-trade",
            "US Census Bureau: a work of the United States government",
        ),
        "fts-russia" => ("https://customs.gov.ru", "Russian customs: open data, terms unstated"),
        "kazstat" => (
            "https://stat.gov.kz",
            "Kazakhstan, Bureau of National Statistics: terms of the publisher",
        ),
        "imts" => ("https://data.imf.org", "IMF: terms of use of its data"),
        "simulated" => ("", "made-up data: not for any statement about real trade"),
        _ => ("", ""),
    }
}

/// The layout with this `--as` name.
pub fn by_id(id: &str) -> Option<&'static dyn IngestFormat> {
    ALL.iter().copied().find(|f| f.id() == id)
}

/// The layout that a header comes closest to without being it, and the columns it lacks: at
/// least half of the columns of its example are there.
pub fn closest(header: &Header) -> Option<(&'static dyn IngestFormat, Vec<String>)> {
    let mut best: Option<(usize, &'static dyn IngestFormat, Vec<String>)> = None;
    for &format in ALL {
        let line = format.example().lines().next().unwrap_or_default();
        let wanted: Vec<&str> = line.split([',', '\t']).map(|c| c.trim_matches('"')).collect();
        let lacks: Vec<String> = wanted
            .iter()
            .filter(|name| header.find(&[name]).is_none())
            .map(|name| (*name).to_owned())
            .collect();
        let found = wanted.len() - lacks.len();
        if found * 2 >= wanted.len() && best.as_ref().is_none_or(|(n, ..)| found > *n) {
            best = Some((found, format, lacks));
        }
    }
    best.map(|(_, format, lacks)| (format, lacks))
}

/// What a table is that holds no trade at all, and what to do with it: tables that lie beside
/// statistics in their publishers' archives, and lists for other options.
pub fn no_trade(header: &Header) -> Option<(&'static str, &'static str)> {
    const KNOWN: &str = "nothing to load: the program's own catalogue holds such codes";
    let revisions = header.keys.iter().filter(|key| {
        key.split_once("hs")
            .is_some_and(|(_, year)| year.len() == 4 && year.starts_with(['1', '2']))
    });
    let any = |names: &[&str]| header.find(names).is_some();
    if any(&["country_code", "ISO3166-1-Alpha-3", "PartnerCode", "reporterCode"])
        && any(&["country_name", "country_iso3", "ISO3166-1-numeric", "isGroup"])
    {
        Some(("a table of country codes", KNOWN))
    } else if header.is_exactly(&["code", "description"])
        || header.has_all(&["hscode", "description"])
        || header.has_all(&["id", "text", "parent"])
        || revisions.count() > 1
    {
        Some(("a table of commodity codes", KNOWN))
    } else if header.has_all(&["CURRENCY", "CURRENCY_DENOM", "OBS_VALUE"]) {
        Some(("a table of exchange rates", "give it with --rates FILE, at loading or asking"))
    } else if any(&["hs6"]) && any(&["sanction_date", "tier_eu", "tier_bis"]) {
        Some(("a list of controlled goods", "give it with --goods-file FILE where you ask"))
    } else {
        None
    }
}

/// The layout that is surest of this header.
pub fn recognise(header: &Header) -> Option<&'static dyn IngestFormat> {
    let mut best: Option<(u8, &'static dyn IngestFormat)> = None;
    for &format in ALL {
        let sure = format.recognise(header);
        if sure > best.map_or(0, |(s, _)| s) {
            best = Some((sure, format));
        }
    }
    best.map(|(_, format)| format)
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::containers::json;
    use crate::scratch::Names;

    /// Everything that a text says, in every layout that takes its header: records and problems.
    fn read_all(bytes: &[u8], said: &Said) -> (usize, usize) {
        let mut records: Vec<csv::ByteRecord> = Vec::new();
        let delimiter = if bytes.contains(&b'\t') { b'\t' } else { b',' };
        let delimiter = if bytes.contains(&b';') { b';' } else { delimiter };
        let mut input = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(bytes);
        records.extend(input.byte_records().map_while(Result::ok));
        let mut header = records.first().map(|r| Header::new(r.iter().map(crate::scratch::text)));
        if let Ok(Some(names)) = json::names(bytes) {
            records = vec![csv::ByteRecord::new()];
            let mut take = |_, record| {
                records.push(record);
                true
            };
            // The first time through values are passed over: some faults show only now.
            if json::records(bytes, &names, &mut take).is_err() {
                return (0, 0);
            }
            header = Some(Header::new(&names));
        }
        let Some(header) = header else { return (0, 0) };
        let (mut facts, mut problems) = (0, 0);
        for format in ALL.iter().filter(|f| f.recognise(&header) > 0) {
            let Ok(reader) = format.bind(&header, said) else { continue };
            let mut scratch = Scratch::new(Arc::new(Mutex::new(Names::new())));
            for (fields, line) in records[1..].iter().zip(2..) {
                let row = Row { fields, line, header: &header, cell: 0 };
                let cells = if reader.cells().is_empty() { &[0][..] } else { reader.cells() };
                for &cell in cells {
                    match reader.read(&Row { cell, ..row }, &mut scratch) {
                        Ok(_) => facts += 1,
                        Err(_) => problems += 1,
                    }
                }
            }
        }
        (facts, problems)
    }

    fn everything_said() -> Said {
        let place = plimsoll_terms::place::by_iso3("CHN").map(Place::Known);
        Said {
            flow: Some(Flow::Import),
            reporter: place,
            partner: place,
            currency: Some("USD".into()),
            year: Some(2022),
            value_unit: Some(1000.0),
            ..Said::default()
        }
    }

    #[test]
    fn every_example_is_of_its_own_layout_and_can_be_read() {
        for format in ALL {
            let (facts, _) = read_all(format.example().as_bytes(), &everything_said());
            assert!(facts > 0, "{}", format.id());
        }
    }

    #[test]
    fn tables_that_hold_no_trade_are_named() {
        let what = |line: &str| no_trade(&Header::new(line.split(','))).map(|(what, _)| what);
        assert_eq!(
            what("country_code,country_name,country_iso2,country_iso3"),
            Some("a table of country codes")
        );
        assert_eq!(what("code,description"), Some("a table of commodity codes"));
        assert_eq!(what("HS 2022,HS 2017,Relationship"), Some("a table of commodity codes"));
        assert_eq!(
            what("KEY,FREQ,CURRENCY,CURRENCY_DENOM,TIME_PERIOD,OBS_VALUE"),
            Some("a table of exchange rates")
        );
        assert_eq!(what("hs6,sanction_date,sanctioned"), Some("a list of controlled goods"));
        assert_eq!(what("a,b,c"), None);
        for format in ALL {
            let line = format.example().lines().next().unwrap_or_default();
            assert_eq!(what(line), None, "{}", format.id());
        }
    }

    #[test]
    fn damaged_examples_never_panic() {
        let mut seed = 7u64;
        let mut dice = |limit: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 33) as usize % limit.max(1)
        };
        let odd: [&[u8]; 12] = [
            b"",
            b"\xFF\xFE",
            b"-",
            b",",
            b"\"",
            b"\n",
            b"1e308",
            b"99999999999999999999",
            b"\0",
            "–年".as_bytes(),
            b"00",
            b"20240000",
        ];
        for format in ALL {
            for _ in 0..200 {
                let mut bytes = format.example().as_bytes().to_vec();
                for _ in 0..=dice(4) {
                    let at = dice(bytes.len());
                    let end = (at + dice(6)).min(bytes.len());
                    bytes.splice(at..end, odd[dice(odd.len())].iter().copied());
                }
                read_all(&bytes, &everything_said());
            }
        }
    }
}
