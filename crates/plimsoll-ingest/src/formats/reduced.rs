//! What does a home-made extract say, one that names no reporter or no flow since its maker
//! knew them? Year or month, partner, code and value, under the names people give them.
//!
//! Never guesses what the file leaves out: the person says it, or nothing is loaded.

use super::comtrade::{
    PlaceColumns, UnitColumns, assumed_revision, measured, revision_of, sides, unsaid_all,
    year_and_month,
};
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said, column_key};
use crate::scratch::{Scratch, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::problem::Problem;

/// Extracts with few columns.
pub static REDUCED: Reduced = Reduced;

/// The layout of [`REDUCED`].
pub struct Reduced;

const LAYOUT: &str = "reduced";
const PERIOD: &[&str] = &["period", "period_dt", "date", "month_date", "time_period"];
const YEAR: &[&str] = &["year", "ref_year", "t"];
const MONTH: &[&str] = &["month", "ref_month"];
const CODE: &[&str] = &[
    "hs6",
    "commodity_code",
    "cmd_code",
    "cmd",
    "hs_code",
    "hs",
    "cn8",
    "product_code",
    "product",
    "code",
];
const VALUE: &[&str] = &[
    "trade_value_us$",
    "trade_value_usd",
    "value_usd",
    "value_us$",
    "primary_value",
    "trade_value",
    "value",
    "val",
];
const REPORTER: [&[&str]; 3] =
    [&["reporter_code"], &["reporter_iso", "reporter_iso3"], &["reporter", "reporter_name"]];
const PARTNER: [&[&str]; 3] = [
    &["partner_code"],
    &["partner_iso", "partner_iso3"],
    &["partner", "partner_name", "partner_desc", "country", "partner_country"],
];
const FLOW: &[&str] = &["flow", "trade_flow", "flow_code", "flow_desc", "direction"];

impl IngestFormat for Reduced {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "Extract with few columns (say --set reporter=… and --flow)"
    }

    fn publisher(&self) -> &'static str {
        "unknown: whoever made the extract"
    }

    fn dataset(&self) -> &'static str {
        "extract"
    }

    fn example(&self) -> &'static str {
        concat!(
            "Year,Partner,Commodity Code,Commodity,Netweight (kg),Trade Value (US$)\n",
            "2021,Kazakhstan,854231,Processors,12,5100\n",
            "2021,Russian Federation,854231,Processors,40,18000\n",
            "2022,Kazakhstan,854231,Processors,0,9900.5\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let when = header.find(PERIOD).or_else(|| header.find(YEAR)).is_some();
        let partner = PARTNER.iter().any(|n| header.find(n).is_some());
        let goods = header.find(CODE).is_some() && header.find(VALUE).is_some();
        if !(when && partner && goods) {
            return 0;
        }
        let more = REPORTER.iter().any(|n| header.find(n).is_some()) || header.find(FLOW).is_some();
        if more { 20 } else { 35 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let (period, year) = (header.find(PERIOD), header.find(YEAR));
        if period.is_none() && year.is_none() {
            header.need(LAYOUT, PERIOD)?;
        }
        let flow = header.find(FLOW);
        let value = header.need(LAYOUT, VALUE)?;
        let named = header.names().get(value).and_then(|n| currency_of(n));
        let currency = said.currency.as_ref().map(|c| c.to_ascii_uppercase());
        let currency = currency.or_else(|| named.map(str::to_owned));
        let reporter = PlaceColumns::bind(header, REPORTER, said.reporter);
        let partner = PlaceColumns::bind(header, PARTNER, said.partner);
        let (Some(currency), Some(reporter), Some(partner), true) =
            (currency.clone(), reporter, partner, flow.is_some() || said.flow.is_some())
        else {
            let mut missing = Vec::new();
            for (what, absent) in [
                ("reporter", PlaceColumns::bind(header, REPORTER, said.reporter).is_none()),
                ("partner", PlaceColumns::bind(header, PARTNER, said.partner).is_none()),
                ("flow", flow.is_none() && said.flow.is_none()),
                ("currency", currency.is_none()),
            ] {
                if absent {
                    missing.push(what);
                }
            }
            return Err(unsaid_all(LAYOUT, &missing));
        };
        Ok(Box::new(Reader {
            period,
            year,
            month: header.find(MONTH),
            reporter,
            partner,
            flow,
            said_flow: said.flow,
            classification: header.find(&["classification", "classification_code", "revision"]),
            revision: said.revision,
            code: header.need(LAYOUT, CODE)?,
            value,
            value_unit: said.value_unit.unwrap_or(1.0),
            currency: currency.into_bytes(),
            weight: header.find(&[
                "netweight_kg",
                "net_weight_kg",
                "netwgt",
                "weight_kg",
                "net_weight",
            ]),
            quantity: header.find(&["qty", "quantity"]),
            unit: UnitColumns {
                name: header.find(&["qty_unit", "quantity_unit", "unit"]),
                code: header.find(&["qty_unit_code"]),
            },
        }))
    }
}

/// The currency that a value column's own name states.
fn currency_of(name: &str) -> Option<&'static str> {
    let key = column_key(name);
    // `US$` loses its sign in a key.
    if name.contains("US$") || name.contains("us$") || key.ends_with("usd") {
        Some("USD")
    } else if key.ends_with("eur") || name.contains('€') {
        Some("EUR")
    } else {
        None
    }
}

struct Reader {
    period: Option<usize>,
    year: Option<usize>,
    month: Option<usize>,
    reporter: PlaceColumns,
    partner: PlaceColumns,
    flow: Option<usize>,
    said_flow: Option<Flow>,
    classification: Option<usize>,
    revision: Option<HsRevision>,
    code: usize,
    value: usize,
    value_unit: f64,
    currency: Vec<u8>,
    weight: Option<usize>,
    quantity: Option<usize>,
    unit: UnitColumns,
}

impl Reader {
    fn period(&self, row: &Row<'_>) -> Result<(Month, PeriodKind), Problem> {
        match (self.period, self.year) {
            (Some(period), _) => row.period(period),
            (None, year) => year_and_month(row, year.unwrap_or_default(), self.month),
        }
    }

    fn flow(&self, row: &Row<'_>) -> Result<Flow, Problem> {
        let field = row.maybe(self.flow);
        let known = match field {
            b"" => None,
            b"M" => Some(Flow::Import),
            b"X" => Some(Flow::Export),
            other => Flow::parse(&text(other)),
        };
        known.or(self.said_flow.filter(|_| field.is_empty())).ok_or_else(|| {
            let hint = "expected import, export, re-export or re-import";
            row.problem(self.flow.unwrap_or_default(), "flow-unknown", hint)
        })
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = self.period(row)?;
        let flow = self.flow(row)?;
        let reporter = self.reporter.read(row, scratch)?;
        let partner = self.partner.read(row, scratch)?;
        let revision = match self.classification {
            None => assumed_revision(self.revision, start, scratch),
            column => revision_of(row, column, self.revision, start, scratch)?,
        };
        let code = row.code(self.code, None, revision, scratch)?;
        let value = row.value(self.value)? * self.value_unit;
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
            currency: scratch.intern(&self.currency),
            valuation: Valuation::Unstated,
            basis: Basis::of(flow),
            net_weight_kg: measured(row, self.weight, value)?,
            quantity,
            unit,
            breakdown: Breakdown::Total,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Place;
    use crate::formats::comtrade::testing::{read, shared};
    use plimsoll_terms::place;

    fn china_exports() -> Said {
        Said {
            reporter: place::by_iso3("CHN").map(Place::Known),
            flow: Some(Flow::Export),
            ..Said::default()
        }
    }

    #[test]
    fn the_example() {
        let got = read(&REDUCED, &china_exports(), REDUCED.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2021-01 CHN: CHN>KAZ export Year HS2017 854231 5100 USD unstated Dispatch 12.000kg NaN total",
                "2021-01 CHN: CHN>RUS export Year HS2017 854231 18000 USD unstated Dispatch 40.000kg NaN total",
                "2022-01 CHN: CHN>KAZ export Year HS2022 854231 9900.5 USD unstated Dispatch NaNkg NaN total",
            ]
        );
        assert_eq!(got.noted, [("revision-assumed", 3)]);
    }

    #[test]
    fn everything_unsaid_is_asked_for() {
        let header = Header::new(["period_dt", "partner_name", "hs6", "val"]);
        let ask = |said: &Said| match REDUCED.bind(&header, said) {
            Err(IngestError::Unsaid { what, how, .. }) => format!("{what}: {how}"),
            _ => String::new(),
        };
        assert_eq!(
            ask(&Said::default()),
            "reporter, the flow, the currency: --set reporter=CHN --flow export --set currency=USD"
        );
        let mut said = Said { flow: Some(Flow::Export), ..Said::default() };
        assert_eq!(ask(&said), "reporter, the currency: --set reporter=CHN --set currency=USD");
        said.currency = Some("usd".into());
        assert_eq!(ask(&said), "reporter: --set reporter=CHN");
        assert_eq!(ask(&Said { currency: said.currency, ..china_exports() }), "");
        assert_eq!(REDUCED.recognise(&header), 35);
    }

    #[test]
    fn thousands_are_multiplied_out() {
        let text = "date,country,hs,value\n2021-03,Georgia,8703,1.5\n";
        let said =
            Said { currency: Some("eur".into()), value_unit: Some(1000.0), ..china_exports() };
        let got = read(&REDUCED, &said, text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2021-03 CHN: CHN>GEO export Month HS2017 8703 1500 EUR unstated Dispatch NaNkg NaN total"
            ]
        );
    }

    #[test]
    fn real_extracts() {
        let said = Said { currency: Some("USD".into()), ..china_exports() };
        for (name, rows) in
            [("china_exports_3codes_monthly_2017_2024", 6442), ("legacy_mixed", 1014)]
        {
            let Some(bytes) = shared(&format!("data/comtrade/{name}.csv")) else {
                return;
            };
            let got = read(&REDUCED, &said, &bytes);
            assert_eq!(
                (got.facts.len(), got.problems.len()),
                (rows, 0),
                "{:?}",
                got.problems.first()
            );
            assert_eq!(got.unresolved(), Vec::<String>::new());
        }
    }
}
