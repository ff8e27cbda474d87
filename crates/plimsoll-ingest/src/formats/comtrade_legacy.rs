//! What did a country report to UN Comtrade, in the columns of before 2022? The old site's
//! and API's CSV, cut-down copies of it, and the old API's JSON.
//!
//! Only says what the columns are called: [`super::comtrade`] reads the records. Never tells
//! a heading from its products by luck: one digit is a chapter here, as these files were so
//! often saved by a spreadsheet.

use super::comtrade::{Aliases, Reader};
use crate::error::IngestError;
use crate::formats::{Header, IngestFormat, RowReader, Said};

/// UN Comtrade before 2022.
pub static LEGACY: Legacy = Legacy;

/// The layout of [`LEGACY`].
pub struct Legacy;

static COLUMNS: Aliases = Aliases {
    layout: "comtrade-legacy",
    period: [&["Period"], &[]],
    year: &["Year", "yr"],
    month: &[],
    reporter: [&["Reporter Code", "rtCode"], &["Reporter ISO", "rt3ISO"], &["Reporter", "rtTitle"]],
    partner: [&["Partner Code", "ptCode"], &["Partner ISO", "pt3ISO"], &["Partner", "ptTitle"]],
    partner2: [&["2nd Partner Code", "ptCode2"], &["2nd Partner ISO", "pt3ISO2"]],
    flow: &["Trade Flow Code", "rgCode"],
    flow_name: &["Trade Flow", "rgDesc"],
    classification: &["Classification", "pfCode"],
    code: &["Commodity Code", "cmdCode"],
    level: &["Aggregate Level", "aggrLevel"],
    customs: &["Customs Proc. Code", "cstCode"],
    transport: &["Mode of Transport Code", "motCode"],
    supply: &[],
    unit: &["Qty Unit", "qtDesc"],
    unit_code: &["Qty Unit Code", "qtCode"],
    quantity: &["Qty", "TradeQuantity"],
    weight: [&["Netweight (kg)"], &["NetWeight"]],
    value: &["Trade Value (US$)", "TradeValue"],
    cif: &["CIF Trade Value (US$)", "CIFValue"],
    fob: &["FOB Trade Value (US$)", "FOBValue"],
    old_codes: true,
};

impl IngestFormat for Legacy {
    fn id(&self) -> &'static str {
        "comtrade-legacy"
    }

    fn title(&self) -> &'static str {
        "UN Comtrade: site and API files of before 2022"
    }

    fn publisher(&self) -> &'static str {
        "United Nations Statistics Division"
    }

    fn dataset(&self) -> &'static str {
        "comtrade"
    }

    fn example(&self) -> &'static str {
        concat!(
            "Classification,Year,Period,Aggregate Level,Trade Flow Code,Trade Flow,Reporter Code,",
            "Reporter,Reporter ISO,Partner Code,Partner,Partner ISO,2nd Partner Code,",
            "Mode of Transport Code,Commodity Code,Qty Unit Code,Qty Unit,Qty,Netweight (kg),",
            "Trade Value (US$),Flag\n",
            "H5,2019,2019,6,1,Import,398,Kazakhstan,KAZ,156,China,CHN,,,854231,5,Number of items,70,12,5100,0\n",
            "H5,2019,2019,2,2,Export,398,Kazakhstan,KAZ,643,Russian Federation,RUS,,,1,1,No Quantity,,,80,0\n",
            "H5,2019,2019,6,3,Re-Export,398,Kazakhstan,KAZ,643,Russian Federation,RUS,,,854231,5,Number of items,4,1,300,0\n",
            "H5,2019,2019,6,1,Import,398,Kazakhstan,KAZ,156,China,CHN,344,1000,854231,5,Number of items,20,3,1500,0\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let value = header.find(COLUMNS.value).is_some();
        let code = header.find(COLUMNS.code).is_some();
        let flow = header.find(COLUMNS.flow).or_else(|| header.find(COLUMNS.flow_name)).is_some();
        let sides = [COLUMNS.reporter, COLUMNS.partner]
            .iter()
            .all(|names| names.iter().any(|n| header.find(n).is_some()));
        let when = header.find(COLUMNS.period[0]).or_else(|| header.find(COLUMNS.year)).is_some();
        if value && code && flow && sides && when { 90 } else { 0 }
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
        let got = read(&LEGACY, &Said::default(), LEGACY.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2019-01 KAZ: CHN>KAZ import Year HS2017 854231 5100 USD unstated Origin 12.000kg 70u total",
                "2019-01 KAZ: KAZ>RUS export Year HS2017 01 80 USD unstated Dispatch NaNkg NaN total",
                "2019-01 KAZ: KAZ>RUS re-export Year HS2017 854231 300 USD unstated Dispatch 1.000kg 4u total",
                "2019-01 KAZ: CHN>KAZ via HKG import Year HS2017 854231 1500 USD unstated Origin 3.000kg 20u part partner2=344+transport=1000",
            ]
        );
    }

    #[test]
    fn the_old_api_s_json_names() {
        let text = "pfCode,yr,period,aggrLevel,rgCode,rgDesc,rtCode,rtTitle,rt3ISO,ptCode,ptTitle,pt3ISO,cmdCode,qtCode,qtDesc,TradeQuantity,NetWeight,TradeValue\n\
            H4,2016,201603,2,4,Re-imports,268,Georgia,GEO,792,Turkey,TUR,1,8,Weight in kilograms,7,7,100\n";
        let got = read(&LEGACY, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2016-03 GEO: TUR>GEO re-import Month HS2012 01 100 USD unstated Origin 7.000kg 7kg total"
            ]
        );
    }

    #[test]
    fn a_real_cut_down_file() {
        let Some(bytes) = shared("data/comtrade/legacy_us_cn.csv") else {
            return;
        };
        let got = read(&LEGACY, &Said::default(), &bytes);
        assert_eq!((got.facts.len(), got.problems.len()), (290, 0));
        assert!(
            got.facts
                .iter()
                .all(|f| f.code.level() == 2 && f.breakdown == crate::fact::Breakdown::Total)
        );
        assert_eq!(
            got.lines()[0],
            "2017-01 USA: CHN>USA import Year HS2017 01 36327640 USD unstated Origin NaNkg NaN total"
        );
    }
}
