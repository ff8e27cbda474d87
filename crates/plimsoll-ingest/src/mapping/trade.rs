//! Statistics through a mapping: rows of any table become records of the `trade` table.
//!
//! Rows of the same fact add up: such tables split by columns that a mapping leaves out (ports,
//! provinces, days). What neither a column, the mapping nor the person says is asked for.

use std::collections::BTreeMap;

use super::row::flow_of;
use super::{Field, LAYOUT, Mapping, countries, dates, numbers};
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Place, Valuation};
use crate::formats::comtrade::{assumed_revision, sides, unsaid_all};
use crate::formats::{Header, IngestFormat, Repeats, Row, RowReader, Said};
use crate::scratch::{Scratch, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::problem::Problem;

/// A mapping as a layout.
pub struct Mapped {
    mapping: Mapping,
    publisher: &'static str,
}

impl Mapped {
    /// Layouts live as long as the program; there is one mapping for a run.
    pub fn layout(mapping: Mapping) -> &'static Mapped {
        let publisher = Box::leak(mapping.publisher.clone().into_boxed_str());
        Box::leak(Box::new(Mapped { mapping, publisher }))
    }
}

impl IngestFormat for Mapped {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "Any table, through a mapping"
    }

    fn publisher(&self) -> &'static str {
        self.publisher
    }

    fn dataset(&self) -> &'static str {
        "extract"
    }

    fn example(&self) -> &'static str {
        "Fecha,País,Partida,Valor FOB US$\n01/2022,Rusia,854231,\"1.234,50\"\n"
    }

    fn recognise(&self, header: &Header) -> u8 {
        let all = self.mapping.columns.len().max(1);
        u8::try_from(100 * self.mapping.found_in(header) / all).unwrap_or(0)
    }

    fn encoding(&self) -> Option<&'static encoding_rs::Encoding> {
        self.mapping.encoding
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let columns = self.mapping.bind(header)?;
        let mapping = &self.mapping;
        let country =
            |code: &Option<String>| code.as_deref().and_then(countries::find).map(Place::Known);
        let flow = said.flow.or(mapping.flow);
        let reader = Reader {
            reporter: said.reporter.or_else(|| country(&mapping.reporter)),
            partner: said.partner.or_else(|| country(&mapping.partner)),
            currency: said.currency.clone().or_else(|| mapping.value_currency.clone()),
            value_unit: said.value_unit.unwrap_or(mapping.value_unit),
            revision: said.revision.or(mapping.revision),
            year: said.year,
            flow,
            of_imports: partner(&columns, Flow::Import),
            of_exports: partner(&columns, Flow::Export),
            own_numbers: mapping.own_numbers,
            decimal: mapping.decimal,
            order: mapping.order,
            weight_kg: mapping.weight_kg,
            columns,
        };
        reader.check()?;
        Ok(Box::new(reader))
    }
}

/// The column of the other side and what "came from" means in it.
fn partner(columns: &BTreeMap<Field, usize>, flow: Flow) -> Side {
    if let Some(column) = columns.get(&Field::Partner) {
        return (Some(*column), None);
    }
    let fields: &[(Field, Basis)] = if flow.reporter_imports() {
        &[(Field::Origin, Basis::Origin), (Field::Dispatch, Basis::Dispatch)]
    } else {
        &[(Field::Destination, Basis::Dispatch)]
    };
    let found = fields.iter().find_map(|(f, basis)| Some((*columns.get(f)?, *basis)));
    found.map_or((None, None), |(column, basis)| (Some(column), Some(basis)))
}

/// The column of the other side, and what it means.
type Side = (Option<usize>, Option<Basis>);

struct Reader {
    columns: BTreeMap<Field, usize>,
    /// Of rows of imports and of exports: who sells is not who buys.
    of_imports: Side,
    of_exports: Side,
    own_numbers: bool,
    reporter: Option<Place>,
    partner: Option<Place>,
    flow: Option<Flow>,
    currency: Option<String>,
    value_unit: f64,
    revision: Option<HsRevision>,
    year: Option<i32>,
    decimal: char,
    order: dates::Order,
    weight_kg: f64,
}

impl Reader {
    fn column(&self, field: Field) -> Option<usize> {
        self.columns.get(&field).copied()
    }

    fn side(&self, flow: Flow) -> Side {
        if flow.reporter_imports() { self.of_imports } else { self.of_exports }
    }

    /// Whether a column or the person names the other side. Rows that say their own flow may be
    /// of one flow alone: a row whose side has no column is set aside then.
    fn has_partner(&self) -> bool {
        let any = self.of_imports.0.or(self.of_exports.0);
        let column = match self.flow.filter(|_| self.column(Field::Flow).is_none()) {
            Some(flow) => self.side(flow).0,
            None => any,
        };
        self.partner.is_some() || column.is_some()
    }

    /// Whether everything is said that a record needs.
    fn check(&self) -> Result<(), IngestError> {
        for (field, also) in [
            (Field::Code, true),
            (Field::Value, true),
            (Field::Date, self.column(Field::Year).is_none() && self.year.is_none()),
        ] {
            if also && self.column(field).is_none() {
                return Err(IngestError::MissingColumn {
                    layout: LAYOUT.to_owned(),
                    column: field.name().to_owned(),
                    have: "no column that the mapping gives to it".to_owned(),
                });
            }
        }
        let mut missing = Vec::new();
        for (what, there) in [
            ("reporter", self.reporter.is_some() || self.column(Field::Reporter).is_some()),
            ("partner", self.has_partner()),
            ("flow", self.flow.is_some() || self.column(Field::Flow).is_some()),
            ("currency", self.currency.is_some() || self.column(Field::Currency).is_some()),
        ] {
            if !there {
                missing.push(what);
            }
        }
        if missing.is_empty() { Ok(()) } else { Err(unsaid_all(LAYOUT, &missing)) }
    }

    fn number(&self, row: &Row<'_>, field: Field) -> Result<Option<f64>, Problem> {
        let Some(column) = self.column(field) else { return Ok(None) };
        let cell = text(row.get(column));
        if numbers::is_missing(&cell) {
            return Ok(None);
        }
        let unread = || {
            let hint = format!(
                "expected a number with the decimal sign {:?}; [file] decimal of the mapping says which",
                self.decimal
            );
            row.problem(column, "not-a-number", hint)
        };
        let number = numbers::parse(&cell, self.decimal).ok_or_else(unread)?;
        if number < 0.0 {
            let hint = "trade values and weights are not negative; a correction belongs in the publisher's next vintage";
            return Err(row.problem(column, "negative", hint));
        }
        if number >= 1e15 {
            let hint = "larger than any trade figure (10^15): check the column and its unit";
            return Err(row.problem(column, "number-too-large", hint));
        }
        Ok(Some(number))
    }

    fn period(&self, row: &Row<'_>) -> Result<(Month, PeriodKind), Problem> {
        let column = self.column(Field::Date).or_else(|| self.column(Field::Year));
        let year_said = self.year.map(|y| y.to_string());
        let cell = column.map(|c| text(row.get(c))).or(year_said).unwrap_or_default();
        let unread = |column: usize| {
            row.problem(
                column,
                "period-unreadable",
                "expected a year, a month or a day; [file] dates of the mapping says their order",
            )
        };
        let mut when = dates::parse(&cell, self.order);
        if let (Some(year), Some(month)) =
            (when.filter(|w| w.month.is_none()), self.column(Field::Month))
        {
            let of_year = text(row.get(month));
            let joined = [format!("{of_year}/{}", year.year), format!("{of_year} {}", year.year)];
            let found = joined.iter().find_map(|text| dates::parse(text, self.order));
            when = Some(found.ok_or_else(|| unread(month))?);
        }
        let when = when.ok_or_else(|| unread(column.unwrap_or_default()))?;
        match when.month.and_then(|m| Month::new(when.year, m as u8)) {
            Some(month) => Ok((month, PeriodKind::Month)),
            None => Ok((Month::january(when.year), PeriodKind::Year)),
        }
    }

    fn flow(&self, row: &Row<'_>) -> Result<Flow, Problem> {
        let column = self.column(Field::Flow).unwrap_or_default();
        let cell = self.column(Field::Flow).map(|c| text(row.get(c))).unwrap_or_default();
        let read = if cell.is_empty() { self.flow } else { flow_of(&cell) };
        read.ok_or_else(|| row.problem(column, "flow-unknown", "expected import or export"))
    }

    fn place(
        &self,
        row: &Row<'_>,
        column: Option<usize>,
        said: Option<Place>,
        scratch: &mut Scratch,
    ) -> Result<Place, Problem> {
        match column {
            Some(column) if !row.get(column).is_empty() => {
                let read = if self.own_numbers { countries::find_named } else { countries::find };
                Ok(scratch.place(row.get(column), read))
            }
            column => said.ok_or_else(|| {
                row.problem(
                    column.unwrap_or_default(),
                    "place-missing",
                    "the row names no country here; say it in the mapping if it is always the same. Rows of exports take it from destination, rows of imports from origin or dispatch, all from partner",
                )
            }),
        }
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = self.period(row)?;
        let flow = self.flow(row)?;
        let reporter = self.place(row, self.column(Field::Reporter), self.reporter, scratch)?;
        let (column, basis) = self.side(flow);
        let partner = self.place(row, column, self.partner, scratch)?;
        let revision = assumed_revision(self.revision, start, scratch);
        let code =
            row.code(self.column(Field::Code).unwrap_or_default(), None, revision, scratch)?;
        let value = self.number(row, Field::Value)?.ok_or_else(|| {
            row.problem(
                self.column(Field::Value).unwrap_or_default(),
                "value-missing",
                "the row has no value; missing is not zero, so it cannot be counted",
            )
        })?;
        let value = value * self.value_unit;
        let currency = match (&self.currency, self.column(Field::Currency)) {
            (None, Some(column)) => text(row.get(column)).to_ascii_uppercase(),
            (said, _) => said.clone().unwrap_or_default(),
        };
        // Zero beside a value is a measure that was not taken.
        let measure = |n: Option<f64>| n.filter(|n| *n > 0.0 || value == 0.0).unwrap_or(f64::NAN);
        let (exporter, importer) = sides(flow, reporter, partner);
        let unit = self.column(Field::Unit).map_or(0, |c| scratch.intern(row.get(c)));
        Ok(Fact {
            reporter: Some(reporter),
            exporter,
            importer,
            partner2: None,
            flow,
            revision,
            code,
            start,
            kind,
            value,
            currency: scratch.intern(currency.as_bytes()),
            valuation: Valuation::Unstated,
            basis: basis.unwrap_or_else(|| Basis::of(flow)),
            net_weight_kg: measure(self.number(row, Field::NetWeight)?) * self.weight_kg,
            quantity: measure(self.number(row, Field::Quantity)?),
            unit,
            breakdown: Breakdown::Total,
        })
    }

    fn repeats(&self) -> Repeats {
        Repeats::AddUp
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::comtrade::testing::read;

    #[test]
    fn the_other_side_of_each_row_is_that_of_its_flow() {
        let mapping = "target = \"trade\"\n[columns]\ndate = \"Month\"\nflow = \"Way\"\norigin = \"From\"\ndestination = \"To\"\ncode = \"HS\"\nvalue = \"Value\"\n\
            [say]\nreporter = \"ZAF\"\nvalue_currency = \"ZAR\"\nrevision = \"HS2022\"\n";
        let format = Mapped::layout(Mapping::parse(mapping, "m.toml").unwrap());
        let table = "Month,Way,From,To,HS,Value\n202301,Exports,ZA,DE,854231,5\n202301,Imports,CN,ZA,854231,7\n";
        let got = read(format, &Said::default(), table.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2023-01 ZAF: ZAF>DEU export Month HS2022 854231 5 ZAR unstated Dispatch NaNkg NaN total",
                "2023-01 ZAF: CHN>ZAF import Month HS2022 854231 7 ZAR unstated Origin NaNkg NaN total"
            ]
        );
    }

    #[test]
    fn a_spanish_table_of_statistics() {
        let mapping = "target = \"trade\"\n[columns]\ndate = \"Fecha\"\npartner = \"País\"\ncode = \"Partida\"\nvalue = \"Valor FOB US$\"\n\
            [file]\ndecimal = \",\"\n[say]\nflow = \"export\"\nreporter = \"ARG\"\nvalue_currency = \"USD\"\nrevision = \"HS2022\"\n";
        let format = Mapped::layout(Mapping::parse(mapping, "m.toml").unwrap());
        let got = read(format, &Said::default(), format.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2022-01 ARG: ARG>RUS export Month HS2022 854231 1234.5 USD unstated Dispatch NaNkg NaN total"
            ]
        );
    }
}
