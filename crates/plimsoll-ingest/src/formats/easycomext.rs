//! What did the EU's members report, as saved from Eurostat's EasyComext? The table with
//! labels instead of codes, of old and new, and the matrix workbook after
//! [`crate::containers::workbook`] has turned it into the same columns.
//!
//! Never reads `:` as zero and never adds procedures to their total.

use super::comtrade::{measured, sides, unsaid};
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Place, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Scratch, digits, parse_period, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place;
use plimsoll_terms::problem::Problem;

/// EasyComext's relational table.
pub static RELATIONAL: Relational = Relational;

/// The layout of [`RELATIONAL`].
pub struct Relational;

const LAYOUT: &str = "easycomext";
const REPORTER: &[&str] = &["REPORTER", "DECLARANT"];
const PRODUCT: &[&str] = &["PRODUCT"];
const VALUE: &[&str] = &["VALUE_IN_EUR", "VALUE_IN_EUROS", "VALUE_EUR"];
const PERIOD: &[&str] = &["PERIOD", "TIME_PERIOD", "TIME"];
const PROCEDURE: &[&str] = &["STAT_PROCEDURE", "STAT_REGIME"];

impl IngestFormat for Relational {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "Eurostat EasyComext: table with labels, or workbook"
    }

    fn publisher(&self) -> &'static str {
        "Eurostat"
    }

    fn dataset(&self) -> &'static str {
        "comext"
    }

    fn example(&self) -> &'static str {
        concat!(
            "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR,QUANTITY_IN_100KG\n",
            "\"Austria\",\"Kazakhstan\",\"85423110-Processors\",\"2-EXPORT\",\"T-Total\",",
            "\"202408-Aug. 2024\",5100,0.7\n",
            "\"Austria\",\"Kazakhstan\",\"85423110-Processors\",\"2-EXPORT\",\"1-Normal\",",
            "\"202408-Aug. 2024\",5000,0.6\n",
            "\"Germany (incl. German Democratic Republic 'DD' from 1991)\",\"Georgia\",",
            "\"TOTAL-Total\",\"1-IMPORT\",\"T-Total\",\"202352-Jan.-Dec. 2023\",7000000,\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let known = header.find(REPORTER).is_some()
            && header.has_all(&["PARTNER", "FLOW"])
            && header.find(PRODUCT).is_some()
            && header.find(VALUE).is_some()
            && header.find(PERIOD).is_some();
        match (known, header.find(PROCEDURE)) {
            (true, Some(_)) => 90,
            (true, None) => 80,
            _ => 0,
        }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let reporter = header.find(REPORTER);
        if reporter.is_none() && said.reporter.is_none() {
            return Err(unsaid(LAYOUT, "reporter"));
        }
        let flow = header.find(&["FLOW"]);
        if flow.is_none() && said.flow.is_none() {
            return Err(unsaid(LAYOUT, "flow"));
        }
        Ok(Box::new(Reader {
            reporter,
            said_reporter: said.reporter,
            partner: header.need(LAYOUT, &["PARTNER"])?,
            product: header.need(LAYOUT, PRODUCT)?,
            flow,
            said_flow: said.flow,
            procedure: header.find(PROCEDURE),
            period: header.need(LAYOUT, PERIOD)?,
            value: header.need(LAYOUT, VALUE)?,
            hundred_kg: header.find(&["QUANTITY_IN_100KG"]),
            kg: header.find(&["QUANTITY_IN_KG", "QUANTITY_KG"]),
            supplementary: header.find(&["SUPPLEMENTARY_QUANTITY", "SUP_QUANTITY"]),
            revision: said.revision,
        }))
    }
}

struct Reader {
    reporter: Option<usize>,
    said_reporter: Option<Place>,
    partner: usize,
    product: usize,
    flow: Option<usize>,
    said_flow: Option<Flow>,
    procedure: Option<usize>,
    period: usize,
    value: usize,
    hundred_kg: Option<usize>,
    kg: Option<usize>,
    supplementary: Option<usize>,
    revision: Option<HsRevision>,
}

impl Reader {
    fn place(
        &self,
        row: &Row<'_>,
        column: Option<usize>,
        said: Option<Place>,
        scratch: &mut Scratch,
    ) -> Result<Place, Problem> {
        match (row.maybe(column), said) {
            (b"", Some(place)) => Ok(place),
            (b"", None) => Err(row.problem(
                column.unwrap_or_default(),
                "place-missing",
                "the row does not name this country",
            )),
            (label, _) => Ok(scratch.place(label, place_by_label)),
        }
    }

    fn flow(&self, row: &Row<'_>) -> Result<Flow, Problem> {
        match (self.flow, self.said_flow) {
            (None, Some(flow)) => Ok(flow),
            (column, _) => flow_of_label(row.maybe(column)).ok_or_else(|| {
                row.problem(column.unwrap_or_default(), "flow-unknown", "expected IMPORT or EXPORT")
            }),
        }
    }

    fn period(&self, row: &Row<'_>) -> Result<(Month, PeriodKind), Problem> {
        period_of_label(row.get(self.period)).ok_or_else(|| {
            let hint =
                "expected a period such as 202408-Aug. 2024, Aug. 2024, Jan.-Dec. 2024 or 2024-08";
            row.problem(self.period, "period-unreadable", hint)
        })
    }

    fn weight(&self, row: &Row<'_>, value: f64) -> Result<f64, Problem> {
        let kg = measured(row, self.kg, value)?;
        if kg.is_nan() { Ok(measured(row, self.hundred_kg, value)? * 100.0) } else { Ok(kg) }
    }

    fn breakdown(&self, row: &Row<'_>, scratch: &mut Scratch) -> Breakdown {
        match procedure_part(row.maybe(self.procedure)) {
            None => Breakdown::Total,
            Some(part) => Breakdown::Adds(scratch.intern(part.text())),
        }
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = self.period(row)?;
        let flow = self.flow(row)?;
        let reporter = self.place(row, self.reporter, self.said_reporter, scratch)?;
        let partner = self.place(row, Some(self.partner), None, scratch)?;
        // A year's Combined Nomenclature is built on the HS in force in it.
        let revision = self.revision.unwrap_or_else(|| HsRevision::in_force(start.year()));
        let code = labelled_code(row, self.product, revision, scratch)?;
        let value = row.value(self.value)?;
        let quantity = measured(row, self.supplementary, value)?;
        let unit = if quantity.is_nan() { 0 } else { scratch.intern(b"supplementary") };
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
            basis: Basis::of(flow),
            net_weight_kg: self.weight(row, value)?,
            quantity,
            unit,
            breakdown: self.breakdown(row, scratch),
        })
    }
}

/// Comext's values are statistical values at the reporter's border: with insurance and
/// freight for imports, without for exports.
pub(super) fn statistical_value(flow: Flow) -> Valuation {
    if flow.reporter_imports() { Valuation::Cif } else { Valuation::Fob }
}

/// A statistical procedure as a part; `None` for the total over procedures.
pub(super) fn procedure_part(field: &[u8]) -> Option<ProcedurePart> {
    let code = field.split(|b| *b == b'-').next().unwrap_or_default().trim_ascii();
    // 4 was the total in the numbering that the statistical regimes had.
    if matches!(code, b"" | b"T" | b"4" | b"TOTAL" | b"Total" | b"NA") {
        return None;
    }
    let mut part = ProcedurePart { bytes: *b"procedure=            ", len: 10 };
    for (to, from) in part.bytes[10..].iter_mut().zip(code) {
        *to = *from;
        part.len += 1;
    }
    Some(part)
}

/// `procedure=1`, put together without allocating.
pub(super) struct ProcedurePart {
    bytes: [u8; 22],
    len: usize,
}

impl ProcedurePart {
    /// The text.
    pub fn text(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// The code before the first dash of `85423110-Processors`.
fn labelled_code(
    row: &Row<'_>,
    column: usize,
    revision: HsRevision,
    scratch: &mut Scratch,
) -> Result<crate::fact::CodeKey, Problem> {
    let field = row.get(column);
    let dash = field.iter().position(|b| *b == b'-').unwrap_or(field.len());
    if dash == field.len() && field.first().is_some_and(u8::is_ascii_digit) {
        return row.code(column, None, revision, scratch);
    }
    let code = field[..dash].trim_ascii();
    // A label without a code must not pass for one.
    let coded = code.first().is_some_and(u8::is_ascii_digit) && code.len().is_multiple_of(2);
    let whole = coded || code == b"TOTAL";
    match crate::fact::CodeKey::pack(code) {
        Some(key) if whole => Ok(key),
        _ => Err(row.problem(
            column,
            "code-unreadable",
            "expected a code before the label, as in 85423110-Processors",
        )),
    }
}

/// `2-EXPORT`, `EXPORT`, `2`.
fn flow_of_label(label: &[u8]) -> Option<Flow> {
    match label {
        b"1-IMPORT" | b"IMPORT" | b"1" => Some(Flow::Import),
        b"2-EXPORT" | b"EXPORT" | b"2" => Some(Flow::Export),
        _ => Flow::parse(&text(label)),
    }
}

/// `202408-Aug. 2024`, `Aug. 2024`, `201952-Jan.-Dec. 2019`, `Jan.-Dec. 2019`, and the plain
/// forms.
fn period_of_label(label: &[u8]) -> Option<(Month, PeriodKind)> {
    if let Some(period) = parse_period(label) {
        return Some(period);
    }
    if let [code @ .., _] = label.get(..7)?
        && label[6] == b'-'
        && code.iter().all(u8::is_ascii_digit)
    {
        return parse_period(code);
    }
    let (words, year) = label.split_at_checked(label.len().checked_sub(4)?)?;
    let year = i32::try_from(digits(year)?).ok()?;
    let whole = words.starts_with(b"Jan.-Dec.") || words.starts_with(b"January-December");
    if whole {
        return Some((Month::new(year, 1)?, PeriodKind::Year));
    }
    // Several months that are not a year cannot be told from one month by its first name.
    if words.contains(&b'-') {
        return None;
    }
    let name = words.get(..3)?;
    let month = MONTHS.iter().position(|m| m.as_slice() == name)?;
    Some((Month::new(year, 1)?.plus(i32::try_from(month).ok()?), PeriodKind::Month))
}

const MONTHS: [&[u8; 3]; 12] = [
    b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec",
];

/// A country by Eurostat's label, which may carry a code before it or a history after it.
fn place_by_label(label: &str) -> Option<place::PlaceId> {
    if let Some(found) = place::by_name(label) {
        return Some(found);
    }
    if let Some((code, rest)) = label.split_once('-')
        && code.len() <= 4
        && let Some(found) = place::by_eurostat(code).or_else(|| place::by_name(rest.trim()))
    {
        return Some(found);
    }
    if label.len() <= 4 {
        return place::by_eurostat(label);
    }
    let (name, _) = label.split_once(" (")?;
    place::by_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::comtrade::testing::{read, read_records, shared};

    #[test]
    fn the_example() {
        let got = read(&RELATIONAL, &Said::default(), RELATIONAL.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2024-08 AUT: AUT>KAZ export Month HS2022 85423110 5100 EUR FOB Dispatch 70.000kg NaN total",
                "2024-08 AUT: AUT>KAZ export Month HS2022 85423110 5000 EUR FOB Dispatch 60.000kg NaN adds procedure=1",
                "2023-01 DEU: GEO>DEU import Year HS2022 TOTAL 7000000 EUR CIF Origin NaNkg NaN total",
            ]
        );
    }

    #[test]
    fn period_labels() {
        let show = |label: &str| {
            period_of_label(label.as_bytes()).map(|(m, k)| format!("{m} {k:?}")).unwrap_or_default()
        };
        assert_eq!(show("202408-Aug. 2024"), "2024-08 Month");
        assert_eq!(show("Aug. 2024"), "2024-08 Month");
        assert_eq!(show("May 2024"), "2024-05 Month");
        assert_eq!(show("201952-Jan.-Dec. 2019"), "2019-01 Year");
        assert_eq!(show("Jan.-Dec. 2019"), "2019-01 Year");
        assert_eq!(show("2020-01"), "2020-01 Month");
        assert_eq!(show("2020"), "2020-01 Year");
        assert_eq!(show("Jan.-Mar. 2019"), "");
        assert_eq!(show("é. 2019"), "");
        assert_eq!(show(""), "");
    }

    #[test]
    fn missing_is_set_aside_and_not_zero() {
        let text = "DECLARANT,PARTNER,PRODUCT,FLOW,PERIOD,VALUE_IN_EUROS\n\
            AT-Austria,KZ,854231-Processors,IMPORT,Jan. 2019,:\n\
            AT-Austria,KZ,854231-Processors,IMPORT,Jan. 2019,12\n\
            AT-Austria,KZ,Processors,IMPORT,Jan. 2019,12\n";
        let got = read(&RELATIONAL, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            ["2019-01 AUT: KAZ>AUT import Month HS2017 854231 12 EUR CIF Origin NaNkg NaN total"]
        );
        let rules: Vec<_> = got.problems.iter().map(|p| p.rule).collect();
        assert_eq!(rules, ["value-missing", "code-unreadable"]);
    }

    #[test]
    fn a_real_table() {
        let Some(bytes) = shared("data/comext/easycomext_relational_view_2024.csv") else {
            return;
        };
        let got = read(&RELATIONAL, &Said::default(), &bytes);
        assert_eq!((got.facts.len(), got.problems.len()), (240, 0));
        assert_eq!(got.unresolved(), Vec::<String>::new());
    }

    #[test]
    fn the_real_workbook_agrees_with_the_flattened_file() {
        let Some(book) = shared("data/comext/easycomext_spreadsheet_sample.xlsx") else {
            return;
        };
        let path = "data/comext/eu_exports_cn8_monthly_2020_2022.csv.gz";
        let Some(flat) = shared(path) else { return };
        let tables = crate::containers::workbook::tables(book, "sample").unwrap();
        let (mut rows, mut sum) = (0, 0.0);
        let mut codes = std::collections::HashSet::new();
        for table in tables {
            let header = Header::new(&table.header);
            assert_eq!(RELATIONAL.recognise(&header), 90);
            let got = read_records(&RELATIONAL, &Said::default(), &header, table.rows);
            assert!(got.problems.is_empty());
            assert_eq!(got.unresolved(), Vec::<String>::new());
            rows += got.facts.len();
            sum += got.facts.iter().map(|f| f.value).sum::<f64>();
            codes.extend(got.facts.iter().map(|f| f.code.to_text()));
        }
        let (mut flat_rows, mut flat_sum) = (0, 0.0);
        for line in String::from_utf8_lossy(&flat).lines().skip(1) {
            let mut fields = line.rsplit(',');
            let value: f64 = fields.next().unwrap().parse().unwrap();
            if codes.contains(fields.next().unwrap()) {
                flat_rows += 1;
                flat_sum += value;
            }
        }
        assert_eq!((rows, sum), (flat_rows, flat_sum));
    }
}
