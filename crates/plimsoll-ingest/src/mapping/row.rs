//! One row of a mapped table as a shipment line: text, days, codes, countries and numbers, or the
//! reason why it cannot be read.
//!
//! An empty cell is missing and never zero. A cell that holds something else than its field asks
//! for sets the row aside.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::dates::{self, When};
use super::{Field, Mapping, countries, numbers, words};
use crate::fact::Flow;
use crate::formats::{Header, Row};
use plimsoll_terms::concord;
use plimsoll_terms::hs::{HsCode, HsRevision};
use plimsoll_terms::problem::Problem;

/// Fields that are kept as they are written.
pub const TEXTS: [Field; 18] = [
    Field::Document,
    Field::Item,
    Field::Exporter,
    Field::ExporterId,
    Field::ExporterAddress,
    Field::Importer,
    Field::ImporterId,
    Field::ImporterAddress,
    Field::Consignee,
    Field::Consignor,
    Field::Notify,
    Field::Declarant,
    Field::DeclarantId,
    Field::ContractHolder,
    Field::Manufacturer,
    Field::Brand,
    Field::Description,
    Field::Unit,
];

/// Fields that hold a country.
pub const COUNTRIES: [Field; 6] = [
    Field::ExporterCountry,
    Field::ImporterCountry,
    Field::Origin,
    Field::Dispatch,
    Field::Destination,
    Field::Trading,
];

/// Values at or above this are no trade figures in any currency.
const LARGEST: f64 = 1e15;

/// One line of a shipment.
#[derive(Debug, Default)]
pub struct Line<'a> {
    /// Day, month or year.
    pub when: Option<When>,
    /// Import or export.
    pub flow: Option<Flow>,
    /// The whole code, digits only.
    pub code: Option<String>,
    /// Value in full units of `currency`.
    pub value: Option<f64>,
    /// ISO code, or as it is written.
    pub currency: Option<Arc<str>>,
    /// Kilograms.
    pub net_weight_kg: Option<f64>,
    /// Kilograms.
    pub gross_weight_kg: Option<f64>,
    /// In its unit.
    pub quantity: Option<f64>,
    /// Number of packages.
    pub packages: Option<f64>,
    /// In the order of [`TEXTS`].
    pub texts: Vec<Option<Cow<'a, str>>>,
    /// In the order of [`COUNTRIES`]: a code of the catalogue, or `?` and what is written.
    pub countries: Vec<Option<Arc<str>>>,
}

impl Line<'_> {
    /// What was read for a field, for a person; `written` is what stands there.
    pub fn shown(&self, field: Field, written: &str) -> String {
        let number = |n: Option<f64>| n.map(|n| n.to_string()).unwrap_or_default();
        let place = |all: &[Field]| all.iter().position(|f| *f == field);
        match field {
            Field::Date | Field::Year | Field::Month => {
                self.when.map(|w| w.to_string()).unwrap_or_default()
            }
            Field::Code => self.code.clone().unwrap_or_default(),
            Field::Value => number(self.value),
            Field::NetWeight => number(self.net_weight_kg),
            Field::GrossWeight => number(self.gross_weight_kg),
            Field::Quantity => number(self.quantity),
            Field::Packages => number(self.packages),
            Field::Currency => self.currency.as_deref().unwrap_or_default().to_owned(),
            Field::Reporter | Field::Partner => match countries::find(written) {
                Some(place) => place.code().to_owned(),
                None => format!("?{written}"),
            },
            Field::Flow => self.flow.map(|f| f.name().to_owned()).unwrap_or_default(),
            _ => match (place(&TEXTS), place(&COUNTRIES)) {
                (Some(at), _) => {
                    self.texts.get(at).cloned().flatten().unwrap_or_default().into_owned()
                }
                (_, Some(at)) => self
                    .countries
                    .get(at)
                    .cloned()
                    .flatten()
                    .as_deref()
                    .unwrap_or_default()
                    .to_owned(),
                _ => written.to_owned(),
            },
        }
    }
}

/// What a thread remembers between rows.
#[derive(Default)]
pub struct Memory {
    countries: HashMap<Vec<u8>, Arc<str>>,
    currencies: HashMap<Vec<u8>, Arc<str>>,
    /// Rows to which a rule was applied that changes something worth counting.
    pub noted: BTreeMap<&'static str, u64>,
    /// Texts that name no country of the catalogue.
    pub unresolved: std::collections::BTreeSet<String>,
}

/// Texts of unknown countries that are kept for the report.
const UNRESOLVED_KEPT: usize = 1000;
/// Different texts that are remembered; a column of free text would grow without end.
const REMEMBERED: usize = 100_000;

impl Memory {
    fn note(&mut self, rule: &'static str) {
        *self.noted.entry(rule).or_default() += 1;
    }

    fn country(&mut self, cell: &[u8], own_numbers: bool) -> Arc<str> {
        if let Some(found) = self.countries.get(cell) {
            let found = found.clone();
            if found.starts_with('?') {
                self.note("place-unresolved");
            }
            return found;
        }
        let text = crate::scratch::text(cell);
        let read = if own_numbers { countries::find_named } else { countries::find };
        let found: Arc<str> = match read(&text) {
            Some(place) => place.code().into(),
            None => {
                self.note("place-unresolved");
                // The first by alphabet, whichever thread met them.
                self.unresolved.insert(text.clone());
                if self.unresolved.len() > UNRESOLVED_KEPT {
                    self.unresolved.pop_last();
                }
                format!("?{text}").into()
            }
        };
        if self.countries.len() < REMEMBERED {
            self.countries.insert(cell.to_vec(), found.clone());
        }
        found
    }

    fn currency(&mut self, cell: &[u8]) -> Arc<str> {
        if let Some(found) = self.currencies.get(cell) {
            return found.clone();
        }
        let found: Arc<str> = currency_of(&crate::scratch::text(cell)).into();
        if self.currencies.len() < REMEMBERED {
            self.currencies.insert(cell.to_vec(), found.clone());
        }
        found
    }
}

/// ISO 4217 numbers that declarations write in place of letters.
const CURRENCY_NUMBERS: [(&str, &str); 12] = [
    ("840", "USD"),
    ("978", "EUR"),
    ("643", "RUB"),
    ("810", "RUB"),
    ("156", "CNY"),
    ("398", "KZT"),
    ("980", "UAH"),
    ("826", "GBP"),
    ("392", "JPY"),
    ("949", "TRY"),
    ("356", "INR"),
    ("933", "BYN"),
];

/// Whether a cell is the ISO 4217 number of a currency that is read here.
pub(super) fn is_currency_number(cell: &str) -> bool {
    CURRENCY_NUMBERS.iter().any(|(number, _)| *number == cell)
}

/// The ISO code of a currency that a cell names; else what is written.
fn currency_of(cell: &str) -> String {
    let upper = cell.to_uppercase();
    if words::CURRENCIES.contains(upper.as_str()) {
        return upper;
    }
    if let Some((_, code)) = CURRENCY_NUMBERS.iter().find(|(number, _)| *number == cell) {
        return (*code).to_owned();
    }
    let reading = words::read(cell);
    match reading.currency {
        Some(code) => code.to_owned(),
        None if reading.has("usd") && reading.unknown == 0 => "USD".to_owned(),
        None if reading.has("eur") && reading.unknown == 0 => "EUR".to_owned(),
        None => upper,
    }
}

/// A mapping with its columns found.
pub struct LineReader {
    columns: BTreeMap<Field, usize>,
    texts: Vec<Option<usize>>,
    countries: Vec<Option<usize>>,
    decimal: char,
    order: dates::Order,
    fixed_currency: Option<Arc<str>>,
    value_unit: f64,
    weight_kg: f64,
    code_digits: Option<usize>,
    flow: Option<Flow>,
    own_numbers: bool,
}

impl LineReader {
    /// Finds the columns.
    ///
    /// # Errors
    /// Where a mapped column is not there.
    pub fn new(
        mapping: &Mapping,
        header: &Header,
    ) -> Result<LineReader, crate::error::IngestError> {
        let columns = mapping.bind(header)?;
        let of = |fields: &[Field]| fields.iter().map(|f| columns.get(f).copied()).collect();
        Ok(LineReader {
            texts: of(&TEXTS),
            countries: of(&COUNTRIES),
            decimal: mapping.decimal,
            order: mapping.order,
            fixed_currency: mapping.value_currency.as_deref().map(Arc::from),
            value_unit: mapping.value_unit,
            weight_kg: mapping.weight_kg,
            code_digits: mapping.code_digits,
            flow: mapping.flow,
            own_numbers: mapping.own_numbers,
            columns,
        })
    }

    fn column(&self, field: Field) -> Option<usize> {
        self.columns.get(&field).copied()
    }

    /// Reads a row.
    pub fn read<'a>(&self, row: &Row<'a>, memory: &mut Memory) -> Result<Line<'a>, Problem> {
        let weight_kg = self.weight_unit(row)?;
        let mut line = Line {
            when: self.when(row)?,
            flow: self.flow(row)?,
            code: self.code(row, memory)?,
            value: self.number(row, Field::Value)?.map(|v| v * self.value_unit),
            net_weight_kg: self.number(row, Field::NetWeight)?.map(|w| w * weight_kg),
            gross_weight_kg: self.number(row, Field::GrossWeight)?.map(|w| w * weight_kg),
            quantity: self.number(row, Field::Quantity)?,
            packages: self.number(row, Field::Packages)?,
            ..Line::default()
        };
        let written = |column: &Option<usize>| column.map(|c| row.get(c)).filter(|c| !c.is_empty());
        line.currency = match (&self.fixed_currency, self.column(Field::Currency)) {
            (Some(fixed), _) => Some(fixed.clone()),
            (None, column) => written(&column).map(|cell| memory.currency(cell)),
        };
        line.texts = self.texts.iter().map(|c| written(c).map(cow)).collect();
        line.countries = self
            .countries
            .iter()
            .map(|c| written(c).map(|cell| memory.country(cell, self.own_numbers)))
            .collect();
        Ok(line)
    }

    fn number(&self, row: &Row<'_>, field: Field) -> Result<Option<f64>, Problem> {
        let Some(column) = self.column(field) else { return Ok(None) };
        let cell = cow(row.get(column));
        if numbers::is_missing(&cell) {
            return Ok(None);
        }
        let Some(number) = numbers::parse(&cell, self.decimal) else {
            let hint = format!(
                "expected a number with the decimal sign {:?}; [file] decimal of the mapping says which",
                self.decimal
            );
            return Err(row.problem(column, "not-a-number", hint));
        };
        if number < 0.0 {
            let hint = "values and weights of shipments are not negative: is it a correction?";
            return Err(row.problem(column, "negative", hint));
        }
        if number >= LARGEST {
            let hint = "larger than any trade figure (10^15): check the column and its unit";
            return Err(row.problem(column, "number-too-large", hint));
        }
        Ok(Some(number))
    }

    fn when(&self, row: &Row<'_>) -> Result<Option<When>, Problem> {
        let column = self.column(Field::Date).or_else(|| self.column(Field::Year));
        let Some(column) = column else { return Ok(None) };
        let cell = cow(row.get(column));
        if numbers::is_missing(&cell) {
            return Ok(None);
        }
        let hint = || {
            format!(
                "expected a day written {} or with its year first; [file] dates of the mapping says which",
                self.order.name()
            )
        };
        let when = dates::parse(&cell, self.order);
        let when = when.ok_or_else(|| row.problem(column, "date-unreadable", hint()))?;
        match self.column(Field::Month).filter(|_| when.month.is_none()) {
            None => Ok(Some(when)),
            Some(month) => {
                let cell = cow(row.get(month));
                let named = dates::parse(&format!("{cell} {}", when.year), self.order);
                let joined = dates::parse(&format!("{cell}/{}", when.year), self.order).or(named);
                let joined = joined.or_else(|| cell.is_empty().then_some(when));
                joined.map(Some).ok_or_else(|| row.problem(month, "date-unreadable", hint()))
            }
        }
    }

    fn flow(&self, row: &Row<'_>) -> Result<Option<Flow>, Problem> {
        let Some(column) = self.column(Field::Flow) else { return Ok(self.flow) };
        let cell = cow(row.get(column));
        if cell.is_empty() {
            return Ok(self.flow);
        }
        let found = flow_of(&cell);
        let unknown = || {
            row.problem(
                column,
                "flow-unknown",
                "expected import or export; leave the column out if it says something else",
            )
        };
        found.map(Some).ok_or_else(unknown)
    }

    /// Kilograms in the unit that the row's weights are in.
    fn weight_unit(&self, row: &Row<'_>) -> Result<f64, Problem> {
        let Some(column) = self.column(Field::WeightUnit) else { return Ok(self.weight_kg) };
        let cell = cow(row.get(column));
        let kilograms = match cell.to_lowercase().trim_end_matches('.') {
            "" => Some(self.weight_kg),
            "kg" | "kgs" | "kgm" | "k" | "kilo" | "kilos" | "kilogram" | "kilograms" | "кг"
            | "千克" | "公斤" => Some(1.0),
            "g" | "gr" | "grm" | "gram" | "grams" => Some(0.001),
            "t" | "ton" | "tons" | "tne" | "mt" | "tonne" | "tonnes" | "metric ton"
            | "metric tons" | "т" | "吨" => Some(1000.0),
            "lb" | "lbs" | "lbr" | "pound" | "pounds" | "l" => Some(0.453_592_37),
            _ => None,
        };
        let hint = "expected kg, g, t or lb; leave the column out if all weights are in kilograms";
        kilograms.ok_or_else(|| row.problem(column, "unit-unknown", hint))
    }

    /// The digits of the code, with the leading zero that a spreadsheet dropped.
    fn code(&self, row: &Row<'_>, memory: &mut Memory) -> Result<Option<String>, Problem> {
        let Some(column) = self.column(Field::Code) else { return Ok(None) };
        let cell = cow(row.get(column));
        if numbers::is_missing(&cell) {
            return Ok(None);
        }
        let whole = cell.strip_suffix(".0").unwrap_or(&cell);
        let mut digits = String::with_capacity(14);
        for c in whole.chars().filter(|c| !matches!(c, '.' | ' ' | '-' | '\'' | '\u{a0}')) {
            if !c.is_ascii_digit() || digits.len() > 13 {
                let hint = "expected a commodity code of at most 14 digits such as 8542310000";
                return Err(row.problem(column, "code-unreadable", hint));
            }
            digits.push(c);
        }
        if digits.len() < 2 {
            let hint = "a commodity code has two digits or more; was it cut?";
            return Err(row.problem(column, "code-digits", hint));
        }
        let lost = match self.code_digits {
            Some(all) => digits.len() + 1 == all,
            None => digits.len() % 2 == 1 && !is_known(&digits) && is_known(&format!("0{digits}")),
        };
        if lost {
            memory.note("leading-zero-restored");
            digits.insert(0, '0');
        }
        Ok(Some(digits))
    }
}

/// Whether the first digits are a code of some revision.
pub(super) fn is_known(digits: &str) -> bool {
    let length = digits.len().min(6) / 2 * 2;
    let revisions =
        [HsRevision::Hs2022, HsRevision::Hs2017, HsRevision::Hs2012, HsRevision::Hs2007];
    digits.get(..length).is_some_and(|first| {
        HsCode::parse(first).is_ok_and(|code| revisions.iter().any(|r| concord::exists(code, *r)))
    })
}

/// Import or export, in a word of any language of the dictionary or as declarations write it.
pub(super) fn flow_of(cell: &str) -> Option<Flow> {
    match cell.trim().to_uppercase().as_str() {
        "ИМ" | "ІМ" | "IM" | "I" | "1" | "M" => return Some(Flow::Import),
        "ЭК" | "ЕК" | "EK" | "EX" | "E" | "2" | "X" => return Some(Flow::Export),
        _ => {}
    }
    Flow::parse(cell).or_else(|| {
        let reading = words::read(cell);
        match (reading.has("import"), reading.has("export")) {
            (true, false) => Some(Flow::Import),
            (false, true) => Some(Flow::Export),
            _ => None,
        }
    })
}

fn cow(cell: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(text.trim()),
        Err(_) => Cow::Owned(crate::scratch::text(cell)),
    }
}
