//! What did Armenia report, by country of consignment and by country of origin at once? Armstat's
//! series of all goods together, as a table `country, export, import_consigment, import_origin,
//! timeperiod, year`, met in a file of 2017 to January 2023.
//!
//! A row holds up to three records: exports, imports by the country that sent the goods, and
//! imports by the country that made them. The two kinds of imports are the same goods and are
//! never added: they differ in [`Basis`]. `-` is no record. Values are thousand US dollars: with
//! that, the rows of 2017 add up to the 4.1 billion of imports and 2.2 billion of exports that
//! Armenia published for it. A row of `Year` stands beside those of its months.

use super::comtrade::{place_by_letters, sides};
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, CodeKey, Fact, Flow, Place, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Scratch, digits};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place::{self, PlaceId};
use plimsoll_terms::problem::Problem;

/// Armenia's series by partner.
pub static ARMSTAT: Armstat = Armstat;

/// The layout of [`ARMSTAT`].
pub struct Armstat;

const LAYOUT: &str = "armstat";
const EXPORT: &[&str] = &["export", "exports"];
/// The publisher's own spelling first.
const CONSIGNMENT: &[&str] = &["import_consigment", "import_consignment", "imports_consignment"];
const ORIGIN: &[&str] = &["import_origin", "imports_origin"];

impl IngestFormat for Armstat {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "Armenia: trade by partner, imports by consignment and by origin"
    }

    fn publisher(&self) -> &'static str {
        "Statistical Committee of the Republic of Armenia"
    }

    fn dataset(&self) -> &'static str {
        "armstat"
    }

    fn example(&self) -> &'static str {
        concat!(
            "country,export,import_consigment,import_origin,timeperiod,year\n",
            "Georgia,12.5,40.1,3,1,2021\n",
            "China,-,8.4,61.9,1,2021\n",
            "China,-,95,700.5,Year,2021\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let known = header.find(CONSIGNMENT).is_some()
            && header.find(ORIGIN).is_some()
            && header.has_all(&["country", "timeperiod", "year"]);
        if known { 95 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let need = |names: &[&str]| header.need(LAYOUT, names);
        Ok(Box::new(Reader {
            country: need(&["country"])?,
            cells: [need(EXPORT)?, need(CONSIGNMENT)?, need(ORIGIN)?],
            time: need(&["timeperiod"])?,
            year: need(&["year"])?,
            reporter: said.reporter.or_else(|| place::by_iso3("ARM").map(Place::Known)),
        }))
    }
}

struct Reader {
    country: usize,
    /// Exports, imports by consignment, imports by origin.
    cells: [usize; 3],
    time: usize,
    year: usize,
    reporter: Option<Place>,
}

impl Reader {
    fn period(&self, row: &Row<'_>) -> Result<(Month, PeriodKind), Problem> {
        let (start, kind) = row.period(self.year)?;
        let time = row.get(self.time);
        if kind == PeriodKind::Year && time.eq_ignore_ascii_case(b"year") {
            return Ok((start, kind));
        }
        match digits(time).and_then(|m| u8::try_from(m).ok()) {
            Some(month @ 1..=12) if kind == PeriodKind::Year => {
                Ok((start.plus(i32::from(month) - 1), PeriodKind::Month))
            }
            _ => Err(row.problem(
                self.time,
                "period-unreadable",
                "expected a month from 1 to 12, or Year",
            )),
        }
    }

    fn kind_of(&self, cell: usize) -> (Flow, Basis) {
        match self.cells.iter().position(|c| *c == cell) {
            Some(1) => (Flow::Import, Basis::Dispatch),
            Some(2) => (Flow::Import, Basis::Origin),
            _ => (Flow::Export, Basis::Dispatch),
        }
    }
}

impl RowReader for Reader {
    fn cells(&self) -> &[usize] {
        &self.cells
    }

    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = self.period(row)?;
        let (flow, basis) = self.kind_of(row.cell);
        let name = row.get(self.country);
        if name.is_empty() {
            return Err(row.problem(
                self.country,
                "place-missing",
                "the row does not name its country",
            ));
        }
        let partner = scratch.place(name, country);
        let Some(reporter) = self.reporter else {
            return Err(row.problem(self.country, "place-missing", "say --set reporter=ARM"));
        };
        let value = row.value(row.cell)? * 1000.0;
        if (flow, basis) == (Flow::Import, Basis::Dispatch) {
            scratch.note("import-by-dispatch");
        }
        let (exporter, importer) = sides(flow, reporter, partner);
        Ok(Fact {
            reporter: Some(reporter),
            exporter,
            importer,
            partner2: None,
            flow,
            revision: HsRevision::in_force(start.year()),
            code: CodeKey::total(),
            start,
            kind,
            value,
            currency: scratch.usd(),
            valuation: if flow == Flow::Import { Valuation::Cif } else { Valuation::Fob },
            basis,
            net_weight_kg: f64::NAN,
            quantity: f64::NAN,
            unit: 0,
            breakdown: Breakdown::Total,
        })
    }
}

/// The series names what it does not break down; its misspelt names of countries stand in the
/// catalogue.
fn country(name: &str) -> Option<PlaceId> {
    match name {
        "EU countries not specified" => place::by_code("M49-492"),
        "Unknown country" => place::by_code("_X"),
        other => place_by_letters(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::comtrade::testing::{read, shared};

    #[test]
    fn a_row_is_up_to_three_records() {
        let got = read(&ARMSTAT, &Said::default(), ARMSTAT.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2021-01 ARM: ARM>GEO export Month HS2017 TOTAL 12500 USD FOB Dispatch NaNkg NaN total",
                "2021-01 ARM: GEO>ARM import Month HS2017 TOTAL 40100 USD CIF Dispatch NaNkg NaN total",
                "2021-01 ARM: GEO>ARM import Month HS2017 TOTAL 3000 USD CIF Origin NaNkg NaN total",
                "2021-01 ARM: CHN>ARM import Month HS2017 TOTAL 8400 USD CIF Dispatch NaNkg NaN total",
                "2021-01 ARM: CHN>ARM import Month HS2017 TOTAL 61900 USD CIF Origin NaNkg NaN total",
                "2021-01 ARM: CHN>ARM import Year HS2017 TOTAL 95000 USD CIF Dispatch NaNkg NaN total",
                "2021-01 ARM: CHN>ARM import Year HS2017 TOTAL 700500 USD CIF Origin NaNkg NaN total",
            ]
        );
        assert_eq!(got.noted, [("import-by-dispatch", 3)]);
    }

    #[test]
    fn what_cannot_be_read_is_set_aside_by_cell() {
        let text = "country,export,import_consigment,import_origin,timeperiod,year\n\
                    ,1,2,-,1,2021\nGeorgia,x,2,-,1,2021\nGeorgia,-,2,-,13,2021\n\
                    Georgia,-,-,-,1,2021\n";
        let got = read(&ARMSTAT, &Said::default(), text.as_bytes());
        assert_eq!(got.facts.len(), 1);
        let rules: Vec<_> = got.problems.iter().map(|p| (p.line, p.rule)).collect();
        assert_eq!(
            rules,
            [
                (2, "place-missing"),
                (2, "place-missing"),
                (3, "not-a-number"),
                (4, "period-unreadable")
            ]
        );
    }

    #[test]
    fn the_real_series() {
        let Some(bytes) = shared("data/national/armenia_by_origin_and_consignment.csv") else {
            return;
        };
        let got = read(&ARMSTAT, &Said::default(), &bytes);
        // 22,724 filled cells; 67 rows have no country.
        assert_eq!(got.facts.len() + got.problems.len(), 22_724);
        assert!(got.problems.iter().all(|p| p.rule == "place-missing"));
        assert_eq!(got.unresolved(), Vec::<String>::new());
        let china = |basis: Basis| -> f64 {
            let of = got.facts.iter().filter(|f| {
                f.basis == basis
                    && f.flow == Flow::Import
                    && f.kind == PeriodKind::Year
                    && f.start == Month::january(2021)
                    && got.place(f.exporter) == "CHN"
            });
            of.map(|f| f.value).sum()
        };
        assert!(china(Basis::Origin) > china(Basis::Dispatch));
    }
}
