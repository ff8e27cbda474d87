//! What does a made-up world say? The files of `cargo xtask simulate`, in which it is known what
//! was planted, so that detectors can be measured.
//!
//! Never takes a file for made up that does not say so, and never lets one pass for a
//! publisher's: the column `simulated_world` is what the layout is recognised by, and the
//! dataset is its own.

use super::comtrade::measured;
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Scratch, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::place;
use plimsoll_terms::problem::Problem;

/// Files of the simulator.
pub static SIMULATED: Simulated = Simulated;

/// The layout of [`SIMULATED`].
pub struct Simulated;

const LAYOUT: &str = "simulated";

impl IngestFormat for Simulated {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "Made-up trade of cargo xtask simulate: no real figures"
    }

    fn publisher(&self) -> &'static str {
        "Plimsoll simulator (made-up data)"
    }

    fn dataset(&self) -> &'static str {
        "simulated"
    }

    fn example(&self) -> &'static str {
        concat!(
            "simulated_world,reporter,flow,exporter,importer,hs_revision,hs_code,period,",
            "value_usd,net_weight_kg\n",
            "noise-1,DEU,export,DEU,TUR,HS2022,848210,2021-03,81200,2950.25\n",
            "noise-1,TUR,import,DEU,TUR,HS2022,848210,2021-03,86010,\n",
            "noise-1,TUR,import,DEU,TUR,HS2022,848210,2020,990400,36000\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        if header.has_all(&["simulated_world", "reporter", "exporter", "importer"]) {
            100
        } else {
            0
        }
    }

    fn bind(&self, header: &Header, _said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let need = |name| header.need(LAYOUT, &[name]);
        Ok(Box::new(Reader {
            reporter: need("reporter")?,
            flow: need("flow")?,
            exporter: need("exporter")?,
            importer: need("importer")?,
            revision: need("hs_revision")?,
            code: need("hs_code")?,
            period: need("period")?,
            value: need("value_usd")?,
            weight: need("net_weight_kg")?,
        }))
    }
}

struct Reader {
    reporter: usize,
    flow: usize,
    exporter: usize,
    importer: usize,
    revision: usize,
    code: usize,
    period: usize,
    value: usize,
    weight: usize,
}

impl Reader {
    fn flow(&self, row: &Row<'_>) -> Result<(Flow, Valuation), Problem> {
        match row.get(self.flow) {
            b"import" => Ok((Flow::Import, Valuation::Cif)),
            b"export" => Ok((Flow::Export, Valuation::Fob)),
            _ => Err(row.problem(self.flow, "flow-unknown", "expected import or export")),
        }
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = row.period(self.period)?;
        let (flow, valuation) = self.flow(row)?;
        let revision = HsRevision::parse(&text(row.get(self.revision))).map_err(|_| {
            row.problem(self.revision, "not-hs", "expected a revision such as HS2022")
        })?;
        let value = row.value(self.value)?;
        let mut place = |column| scratch.place(row.get(column), place::by_iso3);
        let [reporter, exporter, importer] =
            [self.reporter, self.exporter, self.importer].map(&mut place);
        Ok(Fact {
            reporter: Some(reporter),
            exporter,
            importer,
            partner2: None,
            flow,
            revision,
            // The simulator writes six digits.
            code: row.code(self.code, Some(6), revision, scratch)?,
            start,
            kind,
            value,
            currency: scratch.usd(),
            valuation,
            basis: Basis::of(flow),
            net_weight_kg: measured(row, Some(self.weight), value)?,
            quantity: f64::NAN,
            unit: 0,
            breakdown: Breakdown::Total,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats;
    use crate::formats::comtrade::testing::read;

    #[test]
    fn the_example() {
        let got = read(&SIMULATED, &Said::default(), SIMULATED.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2021-03 DEU: DEU>TUR export Month HS2022 848210 81200 USD FOB Dispatch 2950.250kg NaN total",
                "2021-03 TUR: DEU>TUR import Month HS2022 848210 86010 USD CIF Origin NaNkg NaN total",
                "2020-01 TUR: DEU>TUR import Year HS2022 848210 990400 USD CIF Origin 36000.000kg NaN total",
            ]
        );
        assert_eq!(got.noted, []);
    }

    #[test]
    fn it_is_recognised_by_the_name_of_its_world_and_no_other_file_is() {
        let header = |text: &str| Header::new(text.lines().next().unwrap_or_default().split(','));
        let ours = formats::recognise(&header(SIMULATED.example()));
        assert_eq!(ours.map(|f| f.id()), Some(LAYOUT));
        for format in formats::ALL.iter().filter(|f| f.id() != LAYOUT) {
            assert_eq!(SIMULATED.recognise(&header(format.example())), 0, "{}", format.id());
        }
    }

    #[test]
    fn what_cannot_be_read_is_set_aside() {
        let head = SIMULATED.example().lines().next().unwrap_or_default();
        let rows = "w,DEU,re-export,DEU,TUR,HS2022,848210,2021-03,1,\n\
                    w,DEU,export,DEU,TUR,CN8,848210,2021-03,1,\n\
                    w,DEU,export,DEU,TUR,HS2022,848210,2021-13,1,\n\
                    w,DEU,export,DEU,TUR,HS2022,848210,2021-03,,5\n";
        let got = read(&SIMULATED, &Said::default(), format!("{head}\n{rows}").as_bytes());
        let rules: Vec<&str> = got.problems.iter().map(|p| p.rule).collect();
        assert_eq!(rules, ["flow-unknown", "not-hs", "period-unreadable", "value-missing"]);
    }
}
