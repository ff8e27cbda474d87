//! How is a table read that is in no known layout? A mapping says which column is which field; a
//! guess drafts one from names and values.
//!
//! A mapping is a small TOML file that a person looks through. What `draft` writes, [`Mapping::parse`]
//! takes. Nothing is loaded by a guess alone.

use std::collections::BTreeMap;

use crate::error::IngestError;
use crate::fact::Flow;
use crate::formats::Header;
use plimsoll_terms::hs::HsRevision;

pub mod countries;
pub mod dates;
pub mod draft;
pub mod fields;
pub mod guess;
pub mod header;
pub mod looks;
pub mod numbers;
pub mod row;
pub mod rules;
pub mod sample;
pub mod trade;
pub mod words;

pub use fields::Field;

/// The name by which manifests call what was read through a mapping.
pub const LAYOUT: &str = "mapping";

/// Where mapped rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The `trade` table: statistics.
    Trade,
    /// The `shipments` table: one row for each line of a declaration or bill.
    Shipments,
}

impl Target {
    /// The name in mapping files.
    pub fn name(self) -> &'static str {
        match self {
            Target::Trade => "trade",
            Target::Shipments => "shipments",
        }
    }
}

/// One of the names that a column may have, or its number from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnName {
    /// Compared without case, spaces and punctuation.
    Named(String),
    /// From 1: for columns without a name or with one that is there twice.
    Numbered(usize),
}

/// How to read a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    /// Where the rows go.
    pub target: Target,
    /// The columns of each field: the first that the file has counts.
    pub columns: BTreeMap<Field, Vec<ColumnName>>,
    /// Text encoding by its WHATWG name; what is not said is detected.
    pub encoding: Option<&'static encoding_rs::Encoding>,
    /// Delimiter; what is not said is looked for.
    pub delimiter: Option<u8>,
    /// `.` or `,`
    pub decimal: char,
    /// How days are written.
    pub order: dates::Order,
    /// What the value counts in, where its column or the person says it.
    pub value_currency: Option<String>,
    /// The value counts in so many units.
    pub value_unit: f64,
    /// Kilograms in one unit of the weights.
    pub weight_kg: f64,
    /// Digits of a whole code: one that is shorter by one lost its leading zero.
    pub code_digits: Option<usize>,
    /// Numbers of countries are of the publisher's own list and not read.
    pub own_numbers: bool,
    /// HS revision of the codes (statistics).
    pub revision: Option<HsRevision>,
    /// Import or export, where no column says it.
    pub flow: Option<Flow>,
    /// Who reports, as a person writes it (statistics).
    pub reporter: Option<String>,
    /// The other side (statistics).
    pub partner: Option<String>,
    /// Who handed the file out.
    pub publisher: String,
}

impl Mapping {
    /// One that maps nothing yet.
    pub fn new(target: Target) -> Mapping {
        Mapping {
            target,
            columns: BTreeMap::new(),
            encoding: None,
            delimiter: None,
            decimal: '.',
            order: dates::Order::DayMonth,
            value_currency: None,
            value_unit: 1.0,
            weight_kg: 1.0,
            code_digits: None,
            own_numbers: false,
            revision: None,
            flow: None,
            reporter: None,
            partner: None,
            publisher: String::new(),
        }
    }

    /// Reads a mapping file. `name` is the file's, for messages.
    ///
    /// # Errors
    /// Where it is no TOML, or says something that is not known here.
    pub fn parse(text: &str, name: &str) -> Result<Mapping, IngestError> {
        let fail = |detail: String| IngestError::Mapping { path: name.into(), detail };
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| fail(e.to_string()))?;
        let mut mapping = Mapping::new(Target::Shipments);
        for (key, value) in &table {
            mapping.entry(key, value).map_err(|detail| fail(format!("{key}: {detail}")))?;
        }
        if mapping.columns.is_empty() {
            return Err(fail("it maps no column: write them under [columns]".into()));
        }
        Ok(mapping)
    }

    fn entry(&mut self, key: &str, value: &toml::Value) -> Result<(), String> {
        match key {
            "target" => {
                let all = [Target::Trade, Target::Shipments];
                let found = all.into_iter().find(|t| Some(t.name()) == value.as_str());
                self.target = found.ok_or("say \"shipments\" or \"trade\"")?;
            }
            "publisher" => self.publisher = text(value)?.to_owned(),
            "columns" => {
                for (field, names) in section(value)? {
                    let field_known = Field::by_name(field).ok_or_else(|| {
                        format!("there is no field {field:?}; there are: {}", field_names())
                    })?;
                    self.columns.insert(
                        field_known,
                        column_names(names).map_err(|e| format!("{field}: {e}"))?,
                    );
                }
            }
            "file" | "say" => {
                for (key, value) in section(value)? {
                    self.setting(key, value).map_err(|e| format!("{key}: {e}"))?;
                }
            }
            _ => {
                return Err(
                    "not known here; there are: target, publisher, columns, file, say".into()
                );
            }
        }
        Ok(())
    }

    fn setting(&mut self, key: &str, value: &toml::Value) -> Result<(), String> {
        match key {
            "encoding" => self.encoding = Some(encoding(text(value)?)?),
            "delimiter" => self.delimiter = Some(delimiter(text(value)?)?),
            "decimal" => {
                self.decimal = match text(value)? {
                    "." => '.',
                    "," => ',',
                    other => return Err(format!("{other:?} is neither \".\" nor \",\"")),
                }
            }
            "dates" => {
                self.order = dates::Order::by_name(text(value)?)
                    .ok_or("say \"day-month\", \"month-day\" or \"serial\"")?;
            }
            "code_digits" => self.code_digits = Some(whole(value, 2..=14)?),
            "country_numbers" => {
                self.own_numbers = match text(value)? {
                    "iso" => false,
                    "own" => true,
                    other => return Err(format!("{other:?} is neither \"iso\" nor \"own\"")),
                }
            }
            "value_currency" => self.value_currency = Some(currency(text(value)?)?),
            "value_unit" => self.value_unit = positive(value)?,
            "weight_kg" => self.weight_kg = positive(value)?,
            "revision" => {
                self.revision = Some(HsRevision::parse(text(value)?).map_err(|e| e.to_string())?);
            }
            "flow" => {
                let flow = text(value)?;
                self.flow =
                    Some(Flow::parse(flow).ok_or_else(|| format!("there is no flow {flow:?}"))?);
            }
            "reporter" => self.reporter = Some(place(text(value)?)?),
            "partner" => self.partner = Some(place(text(value)?)?),
            _ => {
                return Err(
                    "not known here; there are: encoding, delimiter, decimal, dates, code_digits, country_numbers, \
                    value_currency, value_unit, weight_kg, revision, flow, reporter, partner"
                        .into(),
                );
            }
        }
        Ok(())
    }

    /// The place of each mapped column in a header.
    ///
    /// # Errors
    /// Where the header has none of the columns of a field.
    pub fn bind(&self, header: &Header) -> Result<BTreeMap<Field, usize>, IngestError> {
        let mut bound = BTreeMap::new();
        for (field, names) in &self.columns {
            let column = names.iter().find_map(|name| find(header, name)).ok_or_else(|| {
                let first = names.first().map(shown).unwrap_or_default();
                IngestError::MissingColumn {
                    layout: LAYOUT.to_owned(),
                    column: first,
                    have: header.names().join(", "),
                }
            })?;
            bound.insert(*field, column);
        }
        Ok(bound)
    }

    /// How many of the mapped fields a header has.
    pub fn found_in(&self, header: &Header) -> usize {
        self.columns
            .values()
            .filter(|names| names.iter().any(|n| find(header, n).is_some()))
            .count()
    }
}

fn find(header: &Header, name: &ColumnName) -> Option<usize> {
    match name {
        ColumnName::Named(name) => {
            let exact = header.names().iter().position(|n| n == name.trim());
            exact.or_else(|| header.find(&[name]))
        }
        ColumnName::Numbered(number) => number.checked_sub(1).filter(|c| *c < header.names().len()),
    }
}

fn shown(name: &ColumnName) -> String {
    match name {
        ColumnName::Named(name) => name.clone(),
        ColumnName::Numbered(number) => format!("number {number}"),
    }
}

fn field_names() -> String {
    Field::ALL.iter().map(|f| f.name()).collect::<Vec<_>>().join(", ")
}

fn section(value: &toml::Value) -> Result<&toml::Table, String> {
    value.as_table().ok_or_else(|| "this is a section, in [brackets]".into())
}

fn text(value: &toml::Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "a text in quotation marks is wanted".into())
}

fn positive(value: &toml::Value) -> Result<f64, String> {
    let number = value.as_float().or_else(|| value.as_integer().map(|n| n as f64));
    number
        .filter(|n| n.is_finite() && *n > 0.0)
        .ok_or_else(|| "a number above zero is wanted".into())
}

fn whole(value: &toml::Value, range: std::ops::RangeInclusive<usize>) -> Result<usize, String> {
    let number =
        value.as_integer().and_then(|n| usize::try_from(n).ok()).filter(|n| range.contains(n));
    number.ok_or_else(|| {
        format!("a whole number from {} to {} is wanted", range.start(), range.end())
    })
}

/// A name, a number, or a list of such.
fn column_names(value: &toml::Value) -> Result<Vec<ColumnName>, String> {
    let one = |value: &toml::Value| match value {
        toml::Value::String(name) if !name.trim().is_empty() => Ok(ColumnName::Named(name.clone())),
        toml::Value::Integer(_) => whole(value, 1..=100_000).map(ColumnName::Numbered),
        _ => Err("the name of a column is wanted, its number, or a list of such".to_owned()),
    };
    match value {
        toml::Value::Array(all) if !all.is_empty() => all.iter().map(one).collect(),
        value => one(value).map(|name| vec![name]),
    }
}

fn encoding(label: &str) -> Result<&'static encoding_rs::Encoding, String> {
    encoding_rs::Encoding::for_label(label.as_bytes()).ok_or_else(|| {
        format!("there is no encoding {label:?}; say for example \"windows-1251\" or \"gb18030\"")
    })
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        [byte]
            if byte.is_ascii()
                && !byte.is_ascii_alphanumeric()
                && !matches!(byte, b'"' | b'\n' | b'\r') =>
        {
            Ok(*byte)
        }
        _ => Err(format!("{text:?} is no single sign such as \";\"")),
    }
}

fn currency(code: &str) -> Result<String, String> {
    if code.len() == 3 && code.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Ok(code.to_ascii_uppercase());
    }
    Err(format!("{code:?} is no currency code of three letters"))
}

fn place(text: &str) -> Result<String, String> {
    match countries::find(text) {
        Some(place) if place.is_country() => Ok(place.code().to_owned()),
        _ => Err(format!("{text:?} is no country of the catalogue")),
    }
}
