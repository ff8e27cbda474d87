//! CEPII BACI: yearly reconciled flows, `t,i,j,k,v,q`, and the same with ISO3 codes.
//!
//! The values are reconciled from both sides' reports: no reporter stands behind a row.

use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::Scratch;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place;
use plimsoll_terms::problem::Problem;

/// `t,i,j,k,v,q` with numeric country codes, thousand USD and metric tons.
pub static YEARLY: Yearly = Yearly;
/// `i,j,cmd,value` with ISO3 codes and USD: an extract of one year.
pub static MATRIX: Matrix = Matrix;

/// The publisher's own layout.
pub struct Yearly;
/// An extract with ISO3 codes.
pub struct Matrix;

/// The part of a BACI file name behind a letter, as in `BACI_HS22_Y2022_V202501.csv`.
fn name_part(file_name: &str, letter: &str) -> Option<String> {
    let stem = file_name.rsplit('/').next().unwrap_or(file_name);
    let stem = stem.strip_prefix("BACI_")?.split('.').next()?;
    stem.split('_').find_map(|part| part.strip_prefix(letter)).map(str::to_owned)
}

impl IngestFormat for Yearly {
    fn id(&self) -> &'static str {
        "baci"
    }

    fn title(&self) -> &'static str {
        "BACI yearly files: t, i, j, k, v, q"
    }

    fn publisher(&self) -> &'static str {
        "CEPII"
    }

    fn dataset(&self) -> &'static str {
        "baci"
    }

    fn vintage(&self, file_name: &str) -> Option<String> {
        name_part(file_name, "V")
    }

    fn example(&self) -> &'static str {
        "t,i,j,k,v,q\n2022,156,643,854231,1200.5,3.25\n2022,276,643,854231,10.125,NA\n2022,156,643,010121,4,0.5\n"
    }

    fn recognise(&self, header: &Header) -> u8 {
        if header.is_exactly(&["t", "i", "j", "k", "v", "q"]) { 100 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let need = |name| header.need(self.id(), &[name]);
        let named = name_part(&said.file_name, "HS").and_then(|text| HsRevision::parse(&text).ok());
        Ok(Box::new(YearlyReader {
            columns: [need("t")?, need("i")?, need("j")?, need("k")?, need("v")?, need("q")?],
            revision: said.revision.or(named),
        }))
    }
}

struct YearlyReader {
    columns: [usize; 6],
    revision: Option<HsRevision>,
}

impl RowReader for YearlyReader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let [t, i, j, k, v, q] = self.columns;
        let (start, kind) = row.period(t)?;
        let revision = self.revision.unwrap_or_else(|| {
            scratch.note("revision-assumed");
            HsRevision::in_force(start.year())
        });
        Ok(Fact {
            reporter: None,
            exporter: scratch.place_by_m49(row.get(i)),
            importer: scratch.place_by_m49(row.get(j)),
            partner2: None,
            flow: Flow::Reconciled,
            revision,
            // BACI's codes are all of six digits.
            code: row.code(k, Some(6), revision, scratch)?,
            start,
            kind,
            value: row.value(v)? * 1000.0,
            currency: scratch.usd(),
            valuation: Valuation::Fob,
            basis: Basis::Reconciled,
            net_weight_kg: row.measure(Some(q))? * 1000.0,
            quantity: f64::NAN,
            unit: 0,
            breakdown: Breakdown::Total,
        })
    }
}

impl IngestFormat for Matrix {
    fn id(&self) -> &'static str {
        "baci-iso3"
    }

    fn title(&self) -> &'static str {
        "BACI extract of one year: i, j, cmd, value in USD"
    }

    fn publisher(&self) -> &'static str {
        "CEPII"
    }

    fn dataset(&self) -> &'static str {
        "baci"
    }

    fn example(&self) -> &'static str {
        "i,j,cmd,value\nCHN,RUS,854231,1200500.0\nDEU,RUS,854231,10125.0\n"
    }

    fn recognise(&self, header: &Header) -> u8 {
        if header.is_exactly(&["i", "j", "cmd", "value"]) { 90 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let need = |name| header.need(self.id(), &[name]);
        let year = said.year.or_else(|| year_in(&said.file_name)).map(Month::january);
        let Some(start) = year else {
            return Err(IngestError::Unsaid {
                layout: self.id().into(),
                what: "year".into(),
                how: "--set year=2022".into(),
            });
        };
        Ok(Box::new(MatrixReader {
            columns: [need("i")?, need("j")?, need("cmd")?, need("value")?],
            start,
            revision: said.revision.unwrap_or(HsRevision::in_force(start.year())),
        }))
    }
}

/// The last four digits in a row that read as a year, as in `baci_2022.csv`.
fn year_in(file_name: &str) -> Option<i32> {
    file_name
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| part.len() == 4)
        .filter_map(|part| part.parse().ok())
        .rfind(|year| (1988..2100).contains(year))
}

struct MatrixReader {
    columns: [usize; 4],
    start: Month,
    revision: HsRevision,
}

impl RowReader for MatrixReader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let [i, j, cmd, value] = self.columns;
        Ok(Fact {
            reporter: None,
            exporter: scratch.place(row.get(i), place::by_iso3),
            importer: scratch.place(row.get(j), place::by_iso3),
            partner2: None,
            flow: Flow::Reconciled,
            revision: self.revision,
            code: row.code(cmd, Some(6), self.revision, scratch)?,
            start: self.start,
            kind: PeriodKind::Year,
            value: row.value(value)?,
            currency: scratch.usd(),
            valuation: Valuation::Fob,
            basis: Basis::Reconciled,
            net_weight_kg: f64::NAN,
            quantity: f64::NAN,
            unit: 0,
            breakdown: Breakdown::Total,
        })
    }
}
