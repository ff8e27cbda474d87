//! Eurostat Comext as tidy text: one row for each month, reporter, partner and product.
//!
//! Reads what people make of Comext downloads. Does not read the publisher's own layouts:
//! see `comext_bulk` and `easycomext`.

use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Place, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::Scratch;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::place::{self, PlaceId};
use plimsoll_terms::problem::Problem;

/// `period,reporter,partner,cn8,value_eur`
pub static TIDY: Tidy = Tidy;

/// The tidy layout.
pub struct Tidy;

const PRODUCT: &[&str] = &["cn8", "product", "product_nc", "cn"];
const VALUE: &[&str] = &["value_eur", "value_in_euros", "value_in_eur"];

impl IngestFormat for Tidy {
    fn id(&self) -> &'static str {
        "comext-tidy"
    }

    fn title(&self) -> &'static str {
        "Comext, tidy text: period, reporter, partner, product, euro"
    }

    fn publisher(&self) -> &'static str {
        "Eurostat"
    }

    fn dataset(&self) -> &'static str {
        "comext"
    }

    fn example(&self) -> &'static str {
        "period,reporter,partner,cn8,flow,value_eur\n\
         2021-01,Austria,RU,8542,export,900.0\n\
         2021-01,Austria,RU,85423110,export,600.0\n\
         2021-01,Austria,RU,85423190,export,300.0\n\
         2021-02,Austria,RU,85423110,export,650.5\n"
    }

    fn recognise(&self, header: &Header) -> u8 {
        let found = header.has_all(&["period", "reporter", "partner"])
            && header.find(PRODUCT).is_some()
            && header.find(VALUE).is_some()
            && header.find(&["stat_procedure", "trade_type", "stat_regime"]).is_none();
        if found { 80 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let need = |names: &[&str]| header.need(self.id(), names);
        let flow = header.find(&["flow"]);
        if flow.is_none() && said.flow.is_none() {
            return Err(IngestError::Unsaid {
                layout: self.id().into(),
                what: "flow".into(),
                how: "--flow export or --flow import".into(),
            });
        }
        Ok(Box::new(TidyReader {
            period: need(&["period"])?,
            reporter: need(&["reporter"])?,
            partner: need(&["partner"])?,
            product: need(PRODUCT)?,
            value: need(VALUE)?,
            weight: header.find(&["quantity_kg", "quantity_in_kg", "net_weight_kg"]),
            flow,
            said_flow: said.flow,
        }))
    }
}

struct TidyReader {
    period: usize,
    reporter: usize,
    partner: usize,
    product: usize,
    value: usize,
    weight: Option<usize>,
    flow: Option<usize>,
    said_flow: Option<Flow>,
}

/// Comext's own codes first, then its labels.
pub fn find_place(text: &str) -> Option<PlaceId> {
    place::by_eurostat(text).or_else(|| place::by_name(text))
}

/// Exports and imports seen from the reporter.
pub fn sides(flow: Flow, reporter: Place, partner: Place) -> (Place, Place) {
    if flow.reporter_imports() { (partner, reporter) } else { (reporter, partner) }
}

/// Comext flow columns: `1` and `2`, or words, or both as in `2-EXPORT`.
pub fn comext_flow(row: &Row<'_>, column: usize) -> Result<Flow, Problem> {
    let bytes = row.get(column);
    let flow = match bytes.first() {
        Some(b'1') => Some(Flow::Import),
        Some(b'2') => Some(Flow::Export),
        _ => Flow::parse(&crate::scratch::text(bytes)),
    };
    flow.ok_or_else(|| row.problem(column, "flow-unreadable", "expected 1 or import, 2 or export"))
}

impl RowReader for TidyReader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = row.period(self.period)?;
        // The Combined Nomenclature follows each HS revision from the first of January.
        let revision = HsRevision::in_force(start.year());
        let flow = match (self.flow, self.said_flow) {
            (Some(column), _) => comext_flow(row, column)?,
            (None, said) => said.unwrap_or(Flow::Export),
        };
        let reporter = scratch.place(row.get(self.reporter), find_place);
        let partner = scratch.place(row.get(self.partner), find_place);
        let (exporter, importer) = sides(flow, reporter, partner);
        Ok(Fact {
            reporter: Some(reporter),
            exporter,
            importer,
            partner2: None,
            flow,
            revision,
            code: row.code(self.product, None, revision, scratch)?,
            start,
            kind,
            value: row.value(self.value)?,
            currency: scratch.intern(b"EUR"),
            // Extra-EU trade is valued at the EU's border: CIF in, FOB out.
            valuation: if flow.reporter_imports() { Valuation::Cif } else { Valuation::Fob },
            basis: Basis::of(flow),
            net_weight_kg: row.measure(self.weight)?,
            quantity: f64::NAN,
            unit: 0,
            breakdown: Breakdown::Total,
        })
    }
}
