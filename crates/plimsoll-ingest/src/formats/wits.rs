//! What did a country report, as the World Bank's WITS hands it out? Its bulk and query
//! downloads and the sheet behind its "by product" pages, all in thousands of dollars.
//!
//! Never takes a flow number for granted where the row also names the flow, and never counts
//! thousands as dollars.

use super::comtrade::{
    UnitColumns, assumed_revision, measured, revision_of, sides, unit_of_name, unsaid,
};
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Place, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Scratch, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::place;
use plimsoll_terms::problem::Problem;

/// WITS downloads.
pub static WITS: Wits = Wits;

/// The layout of [`WITS`].
pub struct Wits;

const LAYOUT: &str = "wits";
const VALUE: &[&str] = &["TradeValue in 1000 USD", "Trade Value 1000USD"];
const REPORTER: [&[&str]; 2] = [&["ReporterISO3"], &["ReporterName", "Reporter"]];
const PARTNER: [&[&str]; 2] = [&["PartnerISO3"], &["PartnerName", "Partner"]];
const FLOW_CODE: &[&str] = &["TradeFlowCode"];
const FLOW_NAME: &[&str] = &["TradeFlowName", "TradeFlow"];

impl IngestFormat for Wits {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "World Integrated Trade Solution downloads (thousand USD)"
    }

    fn publisher(&self) -> &'static str {
        "World Bank"
    }

    fn dataset(&self) -> &'static str {
        "wits"
    }

    fn example(&self) -> &'static str {
        concat!(
            "\"ReporterISO3\",\"ProductCode\",\"PartnerISO3\",\"Year\",\"TradeFlowCode\",",
            "\"TradeValue in 1000 USD\",\"ReporterName\",\"PartnerName\",\"TradeFlowName\",",
            "\"NetWeight in KGM\",\"Quantity\",\"QtyUnit\"\n",
            "\"CHN\",\"8542\",\"VNM\",2019,6,1250.5,\"China\",\"Vietnam\",\"Export\",900,70,\"Item\"\n",
            "\"CHN\",\"8542\",\"VNM\",2019,5,840.25,\"China\",\"Vietnam\",\"Import\",0,0,\"N.Q.\"\n",
            "\"CHN\",\"8542\",\"WLD\",2019,4,12,\"China\",\" World\",\"Re-Import\",,0,\"N.Q.\"\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let known = header.find(VALUE).is_some()
            && header.has_all(&["ProductCode", "Year"])
            && header.find(FLOW_CODE).or_else(|| header.find(FLOW_NAME)).is_some();
        if known { 95 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let flow = [header.find(FLOW_CODE), header.find(FLOW_NAME)];
        if flow == [None, None] && said.flow.is_none() {
            return Err(unsaid(LAYOUT, "flow"));
        }
        let reporter = REPORTER.map(|n| header.find(n));
        if reporter == [None, None] && said.reporter.is_none() {
            return Err(unsaid(LAYOUT, "reporter"));
        }
        let partner = PARTNER.map(|n| header.find(n));
        if partner == [None, None] && said.partner.is_none() {
            return Err(unsaid(LAYOUT, "partner"));
        }
        Ok(Box::new(Reader {
            year: header.need(LAYOUT, &["Year"])?,
            reporter,
            partner,
            said: said.clone(),
            nomenclature: header.find(&["Nomenclature"]),
            code: header.need(LAYOUT, &["ProductCode"])?,
            flow,
            value: header.need(LAYOUT, VALUE)?,
            weight: header.find(&["NetWeight in KGM"]),
            quantity: header.find(&["Quantity"]),
            unit: UnitColumns { name: header.find(&["QtyUnit", "Quantity Unit"]), code: None },
        }))
    }
}

struct Reader {
    year: usize,
    /// ISO code, name.
    reporter: [Option<usize>; 2],
    partner: [Option<usize>; 2],
    said: Said,
    nomenclature: Option<usize>,
    code: usize,
    /// Code, name.
    flow: [Option<usize>; 2],
    value: usize,
    weight: Option<usize>,
    quantity: Option<usize>,
    unit: UnitColumns,
}

impl Reader {
    fn flow(&self, row: &Row<'_>) -> Result<Flow, Problem> {
        let (code, name) = (row.maybe(self.flow[0]), row.maybe(self.flow[1]));
        if let Some(flow) = flow_of_name(name) {
            return Ok(flow);
        }
        match code {
            b"1" | b"5" => Ok(Flow::Import),
            b"2" | b"6" => Ok(Flow::Export),
            b"3" => Ok(Flow::ReExport),
            b"4" => Ok(Flow::ReImport),
            _ => match (self.flow, self.said.flow) {
                ([None, None], Some(flow)) => Ok(flow),
                (columns, _) => Err(row.problem(
                    columns[1].or(columns[0]).unwrap_or_default(),
                    "flow-unknown",
                    "expected Import, Export, Re-Export or Re-Import",
                )),
            },
        }
    }

    fn revision(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<HsRevision, Problem> {
        let start = row.period(self.year)?.0;
        if self.nomenclature.is_none() {
            return Ok(assumed_revision(self.said.revision, start, scratch));
        }
        revision_of(row, self.nomenclature, self.said.revision, start, scratch)
    }

    /// Net weight. The sheets that have no column for it give quantities in kilograms.
    fn weight(&self, row: &Row<'_>, value: f64) -> Result<f64, Problem> {
        let in_kg = unit_of_name(row.maybe(self.unit.name)) == b"kg";
        match self.weight {
            None if in_kg => measured(row, self.quantity, value),
            column => measured(row, column, value),
        }
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = row.period(self.year)?;
        let revision = self.revision(row, scratch)?;
        let flow = self.flow(row)?;
        let reporter = place_of(row, self.reporter, self.said.reporter, scratch)?;
        let partner = place_of(row, self.partner, self.said.partner, scratch)?;
        let code = row.code(self.code, None, revision, scratch)?;
        let value = row.value(self.value)? * 1000.0;
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
            net_weight_kg: self.weight(row, value)?,
            quantity,
            unit,
            breakdown: Breakdown::Total,
        })
    }
}

/// A country by its three letters, else by its name: WITS keeps some letters of its own.
fn place_of(
    row: &Row<'_>,
    columns: [Option<usize>; 2],
    said: Option<Place>,
    scratch: &mut Scratch,
) -> Result<Place, Problem> {
    let mut first = None;
    for column in columns.into_iter().flatten() {
        let field = row.get(column);
        if field.is_empty() {
            continue;
        }
        let place = scratch.place(field, wits_place);
        if matches!(place, Place::Known(_)) {
            return Ok(place);
        }
        first = first.or(Some(place));
    }
    first.or(said).ok_or_else(|| {
        let column = columns[0].or(columns[1]).unwrap_or_default();
        row.problem(column, "place-missing", "the row does not name this country")
    })
}

fn wits_place(text: &str) -> Option<place::PlaceId> {
    match text {
        "WLD" => place::by_m49(0),
        // "Other Asia, not elsewhere specified", in practice Taiwan.
        "OAS" => place::by_m49(490),
        _ => place::by_iso3(text).or_else(|| place::by_name(text)),
    }
}

/// WITS writes the same flow as `Import`, `Gross Imports` or `Gross Imp.`
fn flow_of_name(name: &[u8]) -> Option<Flow> {
    match name {
        b"" => None,
        b"Import" => Some(Flow::Import),
        b"Export" => Some(Flow::Export),
        _ => {
            let name = text(name);
            let name = name.strip_prefix("Gross ").unwrap_or(&name);
            match name.trim_end_matches('.') {
                "Re-Exp" => Some(Flow::ReExport),
                "Re-Imp" => Some(Flow::ReImport),
                name => Flow::parse(name),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::comtrade::testing::{read, shared};

    #[test]
    fn the_example() {
        let got = read(&WITS, &Said::default(), WITS.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2019-01 CHN: CHN>VNM export Year HS2017 8542 1250500 USD unstated Dispatch 900.000kg 70u total",
                "2019-01 CHN: VNM>CHN import Year HS2017 8542 840250 USD unstated Origin NaNkg NaN total",
                "2019-01 CHN: W00>CHN re-import Year HS2017 8542 12000 USD unstated Origin NaNkg NaN total",
            ]
        );
    }

    #[test]
    fn the_sheet_of_a_product_page() {
        let text = "Reporter,TradeFlow,ProductCode,Product Description,Year,Partner,Trade Value 1000USD,Quantity,Quantity Unit\n\
            Mexico,Export,283691,Carbonates,2023,World,12.5,900,Kg\n";
        let got = read(&WITS, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2023-01 MEX: MEX>W00 export Year HS2022 283691 12500 USD unstated Dispatch 900.000kg 900kg total"
            ]
        );
    }

    #[test]
    fn flow_names_win_over_numbers() {
        let text = "Nomenclature,ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowName,TradeFlowCode,TradeValue in 1000 USD\n\
            H5,CHN,854231,OAS,2019,Gross Exports,6,1\nH5,CHN,854231,USA,2019,Re-Exp.,4,1\n\
            S3,CHN,7764,USA,2019,Gross Imp.,5,1\nHS,CHN,854231,USA,2019,,9,1\n";
        let got = read(&WITS, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2019-01 CHN: CHN>S19 export Year HS2017 854231 1000 USD unstated Dispatch NaNkg NaN total",
                "2019-01 CHN: CHN>USA re-export Year HS2017 854231 1000 USD unstated Dispatch NaNkg NaN total",
            ]
        );
        let rules: Vec<_> = got.problems.iter().map(|p| p.rule).collect();
        assert_eq!(rules, ["not-hs", "flow-unknown"]);
    }

    #[test]
    fn a_real_download() {
        let Some(bytes) = shared("data/comtrade/wits_china_2017_2020.csv") else {
            return;
        };
        let got = read(&WITS, &Said::default(), &bytes);
        assert_eq!((got.facts.len(), got.problems.len()), (1398, 0));
        assert_eq!(got.unresolved(), Vec::<String>::new());
        // A group's row must be known as the sum that it is.
        let to_asean = got.facts.iter().filter(|f| match f.importer {
            Place::Known(place) => place.is_sum() && place != place::PlaceId::WORLD,
            Place::Unresolved(_) => false,
        });
        assert_eq!(to_asean.count(), 56);
        let re = got.facts.iter().filter(|f| f.flow == Flow::ReImport).count();
        assert_eq!(re, 56);
    }
}
