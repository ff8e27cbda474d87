//! What did a country report to UN Comtrade, as saved by the R package comtradr? Its
//! snake_case names, old and mixed. Files of its newer versions carry the API's own names,
//! which [`super::comtrade`] finds as they are.
//!
//! Only says what the columns are called; never reads a date as a code.

use super::comtrade::{Aliases, Reader};
use crate::error::IngestError;
use crate::formats::{Header, IngestFormat, RowReader, Said};

/// Tables saved by the R package comtradr.
pub static COMTRADR: Comtradr = Comtradr;

/// The layout of [`COMTRADR`].
pub struct Comtradr;

static COLUMNS: Aliases = Aliases {
    layout: "comtradr",
    // In these tables `period` may be the first day of the month, of a whole year too, while
    // the description has the publisher's own 202101 or 2021.
    period: [&["period_desc"], &["period"]],
    year: &["year", "ref_year"],
    month: &["month", "ref_month"],
    reporter: [&["reporter_code"], &["reporter_iso"], &["reporter", "reporter_desc"]],
    partner: [&["partner_code"], &["partner_iso"], &["partner", "partner_desc"]],
    partner2: [
        &["second_partner_code", "partner_2_code"],
        &["second_partner_iso", "partner_2_iso"],
    ],
    flow: &["trade_flow_code", "trade_code", "flow_code"],
    flow_name: &["trade_flow", "flow_desc"],
    classification: &["classification", "classification_code"],
    code: &["commodity_code", "cmd_code"],
    level: &["aggregate_level", "aggr_level"],
    customs: &["customs_proc_code", "customs_code"],
    transport: &["mode_of_transport_code", "mot_code"],
    supply: &["mos_code"],
    unit: &["qty_unit", "qty_unit_abbr"],
    unit_code: &["qty_unit_code"],
    quantity: &["qty"],
    weight: [&["netweight_kg"], &["net_wgt"]],
    value: &["trade_value_usd", "trade_value_us", "primary_value"],
    cif: &["cif_trade_value_usd", "cifvalue"],
    fob: &["fob_trade_value_usd", "fobvalue"],
    old_codes: true,
};

impl IngestFormat for Comtradr {
    fn id(&self) -> &'static str {
        "comtradr"
    }

    fn title(&self) -> &'static str {
        "UN Comtrade: tables of the R package comtradr"
    }

    fn publisher(&self) -> &'static str {
        "United Nations Statistics Division"
    }

    fn dataset(&self) -> &'static str {
        "comtrade"
    }

    fn example(&self) -> &'static str {
        concat!(
            "year,month,period,period_desc,aggregate_level,is_leaf_code,trade_code,trade_flow,",
            "reporter_code,reporter,partner_code,partner_iso,partner,commodity_code,mot_code,",
            "QtyUnitCode,QtyUnitAbbr,Qty,netweight_kg,trade_value_us,cifvalue,fobvalue\n",
            "2022,3,2022-03-01,202203,4,FALSE,X,Export,268,Georgia,398,KAZ,Kazakhstan,8703,0,",
            "5,u,12,15000,96000,NA,96000\n",
            "2022,3,2022-03-01,202203,4,FALSE,M,Import,268,Georgia,276,DEU,Germany,8703,0,",
            "5,u,40,52000,410000.5,410000.5,NA\n",
            "2022,4,2022-04-01,202204,4,FALSE,M,Import,268,Georgia,276,DEU,Germany,8703,2100,",
            "5,u,NA,NA,9000,9000,NA\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        // The old site's files share most of these names; only the value column is the package's.
        let value = header.find(&["trade_value_usd", "trade_value_us"]).is_some();
        let underscored = header.names().iter().any(|n| n == "commodity_code");
        let flow = header.find(COLUMNS.flow).is_some();
        let sides = [COLUMNS.reporter, COLUMNS.partner]
            .iter()
            .all(|names| names.iter().any(|n| header.find(n).is_some()));
        if value && underscored && flow && sides { 92 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        Ok(Box::new(Reader::bind(header, said, &COLUMNS)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::comtrade::testing::{read, shared};

    #[test]
    fn the_example() {
        let got = read(&COMTRADR, &Said::default(), COMTRADR.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2022-03 GEO: GEO>KAZ export Month HS2022 8703 96000 USD FOB Dispatch 15000.000kg 12u total",
                "2022-03 GEO: DEU>GEO import Month HS2022 8703 410000.5 USD CIF Origin 52000.000kg 40u total",
                "2022-04 GEO: DEU>GEO import Month HS2022 8703 9000 USD CIF Origin NaNkg NaN part transport=2100",
            ]
        );
        assert_eq!(got.noted, [("revision-assumed", 3)]);
    }

    #[test]
    fn the_package_s_first_names() {
        let text = "classification,year,period,period_desc,aggregate_level,trade_flow_code,trade_flow,reporter_code,reporter,reporter_iso,partner_code,partner,partner_iso,commodity_code,qty_unit_code,qty_unit,qty,netweight_kg,trade_value_usd\n\
            H4,2013,2013,2013,6,2,Export,268,Georgia,GEO,31,Azerbaijan,AZE,010121,5,Number of items,3,900,8000\n";
        let header = Header::new(text.lines().next().unwrap().split(','));
        assert!(
            COMTRADR.recognise(&header)
                > crate::formats::comtrade_legacy::LEGACY.recognise(&header)
        );
        let got = read(&COMTRADR, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2013-01 GEO: GEO>AZE export Year HS2012 010121 8000 USD unstated Dispatch 900.000kg 3u total"
            ]
        );
    }

    #[test]
    fn a_real_table() {
        let Some(bytes) = shared("data/comtrade/comtradr_georgia_vehicles_monthly.csv") else {
            return;
        };
        let got = read(&COMTRADR, &Said::default(), &bytes);
        assert_eq!((got.facts.len(), got.problems.len()), (2493, 0));
        assert_eq!(got.unresolved(), Vec::<String>::new());
        assert_eq!(
            got.lines()[0],
            "2021-01 GEO: AZE>GEO import Month HS2017 8703 23812.81 USD CIF Origin 1862.811kg 4u total"
        );
    }
}
