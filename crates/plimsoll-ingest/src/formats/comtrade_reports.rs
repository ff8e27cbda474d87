//! What did both sides report to UN Comtrade, in the nine-column extract that mirror studies
//! pass on? Its makers kept the rows of breakdowns and dropped their codes, so that the same
//! key stands there many times: its largest row is the total.
//!
//! Never adds the rows of a key, and never guesses which part a row is.

use super::comtrade::{PlaceColumns, UnitColumns, assumed_revision, measured, sides, unsaid};
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Valuation};
use crate::formats::{Header, IngestFormat, Repeats, Row, RowReader, Said};
use crate::scratch::{Scratch, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::problem::Problem;

/// `year,reporter,partner,cmd,flow,value,netwgt,qty,qtyunit`.
pub static REPORTS: Reports = Reports;

/// The layout of [`REPORTS`].
pub struct Reports;

const LAYOUT: &str = "comtrade-reports";

impl IngestFormat for Reports {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "UN Comtrade: nine-column extract without breakdown codes"
    }

    fn publisher(&self) -> &'static str {
        "United Nations Statistics Division"
    }

    fn dataset(&self) -> &'static str {
        "comtrade"
    }

    fn example(&self) -> &'static str {
        concat!(
            "year,reporter,partner,cmd,flow,value,netwgt,qty,qtyunit\n",
            "2022,764,156,854231,M,3000.5,45,45,8\n",
            "2022,764,156,854231,M,1000.5,15,15,8\n",
            "2022,764,156,854231,M,2000,30,30,8\n",
            "2022,156,764,854231,X,2800,0,0,-1\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let all =
            ["year", "reporter", "partner", "cmd", "flow", "value", "netwgt", "qty", "qtyunit"];
        match (header.is_exactly(&all), header.has_all(&all)) {
            (true, _) => 90,
            (false, true) => 60,
            _ => 0,
        }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let side = |name: &'static str, said| {
            PlaceColumns::bind(header, [&[name], &[], &[]], said)
                .ok_or_else(|| unsaid(LAYOUT, name))
        };
        Ok(Box::new(Reader {
            year: header.need(LAYOUT, &["year"])?,
            reporter: side("reporter", None)?,
            partner: side("partner", None)?,
            code: header.need(LAYOUT, &["cmd"])?,
            flow: header.need(LAYOUT, &["flow"])?,
            value: header.need(LAYOUT, &["value"])?,
            weight: header.find(&["netwgt"]),
            quantity: header.find(&["qty"]),
            unit: UnitColumns { name: None, code: header.find(&["qtyunit"]) },
            revision: said.revision,
        }))
    }
}

struct Reader {
    year: usize,
    reporter: PlaceColumns,
    partner: PlaceColumns,
    code: usize,
    flow: usize,
    value: usize,
    weight: Option<usize>,
    quantity: Option<usize>,
    unit: UnitColumns,
    revision: Option<HsRevision>,
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = row.period(self.year)?;
        let flow = match row.get(self.flow) {
            b"M" => Flow::Import,
            b"X" => Flow::Export,
            other => Flow::parse(&text(other))
                .ok_or_else(|| row.problem(self.flow, "flow-unknown", "expected M, X, RX or RM"))?,
        };
        let reporter = self.reporter.read(row, scratch)?;
        let partner = self.partner.read(row, scratch)?;
        let revision = assumed_revision(self.revision, start, scratch);
        let code = row.code(self.code, None, revision, scratch)?;
        let value = row.value(self.value)?;
        let (quantity, unit) = self.unit.quantity(row, self.quantity, value, scratch)?;
        let (exporter, importer) = sides(flow, reporter, partner);
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
            currency: scratch.usd(),
            valuation: Valuation::Unstated,
            basis: Basis::of(flow),
            net_weight_kg: measured(row, self.weight, value)?,
            quantity,
            unit,
            breakdown: Breakdown::Total,
        })
    }

    fn repeats(&self) -> Repeats {
        Repeats::LargestIsTotal
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::formats::comtrade::testing::{read, shared};

    #[test]
    fn the_example() {
        let got = read(&REPORTS, &Said::default(), REPORTS.example().as_bytes());
        assert_eq!(
            got.lines()[0],
            "2022-01 THA: CHN>THA import Year HS2022 854231 3000.5 USD unstated Origin 45.000kg 45kg total"
        );
        assert_eq!(
            got.lines()[3],
            "2022-01 CHN: CHN>THA export Year HS2022 854231 2800 USD unstated Dispatch NaNkg NaN total"
        );
    }

    #[test]
    fn real_keys_sum_to_once_twice_four_or_eight_times_their_largest_row() {
        let Some(bytes) = shared("data/baci/comtrade_reports_2022.csv.gz") else {
            return;
        };
        let got = read(&REPORTS, &Said::default(), &bytes);
        assert_eq!((got.facts.len(), got.problems.len()), (166_616, 0));
        assert_eq!(got.unresolved(), Vec::<String>::new());
        let mut keys: HashMap<_, (f64, f64)> = HashMap::new();
        for fact in &got.facts {
            let key = keys.entry((fact.flow, fact.exporter, fact.importer, fact.code)).or_default();
            *key = (key.0 + fact.value, key.1.max(fact.value));
        }
        for (sum, largest) in keys.values() {
            let times = sum / largest;
            assert!(
                [1.0, 2.0, 4.0, 8.0].iter().any(|n| (times - n).abs() < 0.01),
                "{sum} {largest}"
            );
        }
    }
}
