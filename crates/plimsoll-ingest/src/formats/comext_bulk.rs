//! What did the EU's members report, in Eurostat's bulk files? The monthly `full` files of
//! 2022 and after, and those of before.
//!
//! Never drops a confidential product: its code with letters is kept as it stands. Never
//! adds imports from the EU to imports from outside it: that is for whoever asks.

use super::comtrade::{measured, sides};
use super::easycomext::{procedure_part, statistical_value};
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow};
use crate::formats::{Header, IngestFormat, Repeats, Row, RowReader, Said};
use crate::scratch::{Scratch, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::place;
use plimsoll_terms::problem::Problem;

/// `full_v2` files, since 2022.
pub static FULL_V2: FullV2 = FullV2;
/// `full` files of before, with declarants and statistical regimes.
pub static OLD: Old = Old;

/// The layout of [`FULL_V2`].
pub struct FullV2;
/// The layout of [`OLD`].
pub struct Old;

impl IngestFormat for FullV2 {
    fn id(&self) -> &'static str {
        "comext-bulk"
    }

    fn title(&self) -> &'static str {
        "Eurostat Comext: bulk files since 2022 (full_v2)"
    }

    fn publisher(&self) -> &'static str {
        "Eurostat"
    }

    fn dataset(&self) -> &'static str {
        "comext"
    }

    fn example(&self) -> &'static str {
        concat!(
            "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,",
            "PRODUCT_BEC,PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,",
            "VALUE_EUR,VALUE_NAC,QUANTITY_KG,QUANTITY_SUPPL_UNIT\n",
            "AT,KZ,E,85423190,77640,2611,2611,42,5,16,2,1,NO_SU,202403,5100,5100,12,\n",
            "AT,KZ,E,85423190,77640,2611,2611,42,5,16,2,3,NO_SU,202403,900,900,2,\n",
            "AT,DE,I,85423190,77640,2611,2611,42,5,16,1,1,p/st,202403,7000,7000,15,40\n",
            "AT,QV,E,99RRR100,9,9,9,9,9,99,1,9,NO_SU,202403,60,60,,\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let known = ["REPORTER", "PARTNER", "PRODUCT_NC", "FLOW", "PERIOD", "VALUE_EUR"];
        if header.has_all(&known) { 95 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        Ok(Box::new(Reader::bind(header, said, self.id())?))
    }
}

impl IngestFormat for Old {
    fn id(&self) -> &'static str {
        "comext-bulk-old"
    }

    fn title(&self) -> &'static str {
        "Eurostat Comext: bulk files of before 2022"
    }

    fn publisher(&self) -> &'static str {
        "Eurostat"
    }

    fn dataset(&self) -> &'static str {
        "comext"
    }

    fn example(&self) -> &'static str {
        concat!(
            "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,",
            "PRODUCT_cpa2002,PRODUCT_cpa2008,PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,",
            "STAT_REGIME,SUPP_UNIT,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_KG,SUP_QUANTITY\n",
            "038,AT,0079,KZ,E,85423190,77640,3210,2611,2611,42,16,2,1,A,201907,5100,12,\n",
            "038,AT,0004,DE,I,01012100,00150,0122,0143,0143,41,01,1,1,B,201952,7000,15,40\n",
            "038,AT,0079,KZ,E,TOTAL,TOTAL,TOTAL,TOTAL,TOTAL,TOTAL,TOTAL,2,1,,201952,88000,950,\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let known =
            ["DECLARANT_ISO", "PARTNER_ISO", "PRODUCT_NC", "FLOW", "PERIOD", "VALUE_IN_EUROS"];
        if header.has_all(&known) { 95 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        Ok(Box::new(Reader::bind(header, said, self.id())?))
    }
}

struct Reader {
    reporter: usize,
    partner: usize,
    trade_type: Option<usize>,
    product: usize,
    flow: usize,
    procedure: Option<usize>,
    unit: Option<usize>,
    period: usize,
    value: usize,
    weight: Option<usize>,
    quantity: Option<usize>,
    revision: Option<HsRevision>,
}

impl Reader {
    fn bind(header: &Header, said: &Said, layout: &str) -> Result<Reader, IngestError> {
        Ok(Reader {
            // Beside a code in letters, the old files' plain names hold Eurostat's numbers.
            reporter: header.need(layout, &["DECLARANT_ISO", "REPORTER"])?,
            partner: header.need(layout, &["PARTNER_ISO", "PARTNER"])?,
            trade_type: header.find(&["TRADE_TYPE"]),
            product: header.need(layout, &["PRODUCT_NC"])?,
            flow: header.need(layout, &["FLOW"])?,
            procedure: header.find(&["STAT_PROCEDURE", "STAT_REGIME"]),
            unit: header.find(&["SUPPL_UNIT", "SUPP_UNIT"]),
            period: header.need(layout, &["PERIOD"])?,
            value: header.need(layout, &["VALUE_EUR", "VALUE_IN_EUROS"])?,
            weight: header.find(&["QUANTITY_KG", "QUANTITY_IN_KG"]),
            quantity: header.find(&["QUANTITY_SUPPL_UNIT", "SUP_QUANTITY"]),
            revision: said.revision,
        })
    }

    fn flow(&self, row: &Row<'_>) -> Result<Flow, Problem> {
        match row.get(self.flow) {
            b"1" => Ok(Flow::Import),
            b"2" => Ok(Flow::Export),
            other => Flow::parse(&text(other)).ok_or_else(|| {
                row.problem(self.flow, "flow-unknown", "expected 1 (import) or 2 (export)")
            }),
        }
    }

    fn breakdown(&self, row: &Row<'_>, scratch: &mut Scratch) -> Breakdown {
        match procedure_part(row.maybe(self.procedure)) {
            None => Breakdown::Total,
            Some(part) => Breakdown::Adds(scratch.intern(part.text())),
        }
    }

    /// Trade inside the EU (`I`), and with Northern Ireland (`L`), which follows its rules for goods,
    /// is recorded by the place that the goods came from, other imports by their origin.
    fn basis(&self, row: &Row<'_>, flow: Flow) -> Basis {
        match row.maybe(self.trade_type) {
            b"I" | b"L" => Basis::Dispatch,
            _ => Basis::of(flow),
        }
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = row.period(self.period)?;
        let flow = self.flow(row)?;
        let reporter = scratch.place(row.get(self.reporter), place::by_eurostat);
        let partner = scratch.place(row.get(self.partner), place::by_eurostat);
        // A year's Combined Nomenclature is built on the HS in force in it.
        let revision = self.revision.unwrap_or_else(|| HsRevision::in_force(start.year()));
        let code = row.code(self.product, None, revision, scratch)?;
        let value = row.value(self.value)?;
        let (mut quantity, mut unit) = (f64::NAN, 0);
        let unit_name = row.maybe(self.unit);
        if unit_name != b"NO_SU" {
            quantity = measured(row, self.quantity, value)?;
        }
        if !quantity.is_nan() {
            unit = scratch.intern(unit_name);
        }
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
            currency: scratch.intern(b"EUR"),
            valuation: statistical_value(flow),
            basis: self.basis(row, flow),
            net_weight_kg: measured(row, self.weight, value)?,
            quantity,
            unit,
            breakdown: self.breakdown(row, scratch),
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
    fn the_new_example() {
        let got = read(&FULL_V2, &Said::default(), FULL_V2.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2024-03 AUT: AUT>KAZ export Month HS2022 85423190 5100 EUR FOB Dispatch 12.000kg NaN adds procedure=1",
                "2024-03 AUT: AUT>KAZ export Month HS2022 85423190 900 EUR FOB Dispatch 2.000kg NaN adds procedure=3",
                "2024-03 AUT: DEU>AUT import Month HS2022 85423190 7000 EUR CIF Dispatch 15.000kg 40p/st adds procedure=1",
                "2024-03 AUT: QV>AUT import Month HS2022 99RRR100 60 EUR CIF Origin NaNkg NaN adds procedure=9",
            ]
        );
    }

    #[test]
    fn the_old_example() {
        let got = read(&OLD, &Said::default(), OLD.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2019-07 AUT: AUT>KAZ export Month HS2017 85423190 5100 EUR FOB Dispatch 12.000kg NaN adds procedure=1",
                "2019-01 AUT: DEU>AUT import Year HS2017 01012100 7000 EUR CIF Dispatch 15.000kg 40B adds procedure=1",
                "2019-01 AUT: AUT>KAZ export Year HS2017 TOTAL 88000 EUR FOB Dispatch 950.000kg NaN adds procedure=1",
            ]
        );
    }
}
