//! What did the United States report? The international trade API of the Census Bureau
//! (`exports/hs`, `imports/hs`): an array of arrays of text, the first of them the names.
//!
//! From the publisher's description and code that asks it; not yet met on a real file. Which
//! columns there are is up to whoever asked. Totals and groups stand beside what they are sums of:
//! country `-` is the world, commodity `-` all goods, `SUMMARY_LVL` `CGP` (or a code such as `0003`,
//! `1XXX`) a group of countries, district or state `-` the whole. `DF` parts exports into domestic (1)
//! and foreign goods (2, the re-exports). Values of the year to date are used where no monthly ones
//! are there, and never added to months. Exports are FAS, general imports the customs value, both
//! without freight to the other border: told as FOB; `GEN_CIF_MO` is CIF. A quantity of 0 stands
//! for "suppressed" and is missing.

use super::comtrade::{measured, place_by_letters, sides, year_and_month};
use super::gacc::span;
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, CodeKey, Fact, Flow, Place, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Scratch, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place::{self, PlaceId};
use plimsoll_terms::problem::Problem;

/// The trade API of the US Census Bureau.
pub static CENSUS: Census = Census;

/// The layout of [`CENSUS`].
pub struct Census;

const LAYOUT: &str = "us-census";
const PARTNER: &[&str] = &["CTY_CODE", "CTY_NAME"];
const TIME: &[&str] = &["time", "YEAR"];
/// Value columns in the order in which they are preferred: name, flow, valuation, whether it is
/// the year to date.
const VALUES: [(&str, Flow, Valuation, bool); 8] = [
    ("ALL_VAL_MO", Flow::Export, Valuation::Fob, false),
    ("GEN_VAL_MO", Flow::Import, Valuation::Fob, false),
    ("GEN_CIF_MO", Flow::Import, Valuation::Cif, false),
    ("CON_VAL_MO", Flow::Import, Valuation::Fob, false),
    ("ALL_VAL_YR", Flow::Export, Valuation::Fob, true),
    ("GEN_VAL_YR", Flow::Import, Valuation::Fob, true),
    ("GEN_CIF_YR", Flow::Import, Valuation::Cif, true),
    ("CON_VAL_YR", Flow::Import, Valuation::Fob, true),
];
/// Quantities that go with them: exports, general imports, imports for consumption.
const QUANTITIES: [[&str; 3]; 2] =
    [["QTY_1_", "GEN_QY1_", "CON_QY1_"], ["QTY_2_", "GEN_QY2_", "CON_QY2_"]];

impl IngestFormat for Census {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "US Census Bureau: international trade API, exports/hs and imports/hs"
    }

    fn publisher(&self) -> &'static str {
        "US Census Bureau"
    }

    fn dataset(&self) -> &'static str {
        "us-census"
    }

    fn example(&self) -> &'static str {
        concat!(
            "[[\"E_COMMODITY\",\"CTY_CODE\",\"CTY_NAME\",\"ALL_VAL_MO\",\"QTY_1_MO\",\"UNIT_QY1\",\"DF\",",
            "\"SUMMARY_LVL\",\"COMM_LVL\",\"time\",\"COMM_LVL\"],\n",
            "[\"854231\",\"-\",\"TOTAL FOR ALL COUNTRIES\",\"9000\",\"70\",\"NO\",\"-\",\"DET\",\"HS6\",\"2024-03\",\"HS6\"],\n",
            "[\"854231\",\"0003\",\"EUROPEAN UNION\",\"4000\",\"40\",\"NO\",\"-\",\"CGP\",\"HS6\",\"2024-03\",\"HS6\"],\n",
            "[\"854231\",\"4634\",\"KAZAKHSTAN\",\"900\",\"0\",\"NO\",\"-\",\"DET\",\"HS6\",\"2024-03\",\"HS6\"],\n",
            "[\"854231\",\"4634\",\"KAZAKHSTAN\",\"650\",\"12\",\"NO\",\"1\",\"DET\",\"HS6\",\"2024-03\",\"HS6\"],\n",
            "[\"854231\",\"4634\",\"KAZAKHSTAN\",\"250\",\"5\",\"KG\",\"2\",\"DET\",\"HS6\",\"2024-03\",\"HS6\"]]\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let goods = header.find(&["E_COMMODITY", "I_COMMODITY"]).is_some();
        let value = VALUES.iter().any(|(name, ..)| header.find(&[name]).is_some());
        if goods && value && header.find(TIME).is_some() { 95 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let find = |name: &str| header.find(&[name]);
        let valued = VALUES.iter().find_map(|value| Some((find(value.0)?, value)));
        let Some((value, &(name, flow, valuation, to_date))) = valued else {
            return Err(match header.need(LAYOUT, &[VALUES[0].0]) {
                Err(error) => error,
                Ok(_) => super::comtrade::unsaid(LAYOUT, "flow"),
            });
        };
        let kind = match name.get(..3) {
            Some("GEN") => 1,
            Some("CON") => 2,
            _ => 0,
        };
        let ending = if to_date { "YR" } else { "MO" };
        let partner = PARTNER.iter().map(|n| find(n)).collect::<Vec<_>>();
        if partner.iter().all(Option::is_none) && said.partner.is_none() {
            return Err(super::comtrade::unsaid(LAYOUT, "partner"));
        }
        Ok(Box::new(Reader {
            code: header.need(LAYOUT, &["E_COMMODITY", "I_COMMODITY"])?,
            partner: [partner[0], partner[1]],
            said_partner: said.partner,
            time: header.need(LAYOUT, TIME)?,
            month: find("MONTH"),
            value,
            flow,
            valuation,
            to_date,
            quantities: [0, 1].map(|n| {
                let quantity = find(&format!("{}{ending}", QUANTITIES[n][kind]));
                [quantity, find(["UNIT_QY1", "UNIT_QY2"][n])]
            }),
            domestic_or_foreign: find("DF"),
            summary: find("SUMMARY_LVL"),
            splits: ["DISTRICT", "PORT", "STATE"].map(find),
            reporter: said.reporter.or_else(|| place::by_iso3("USA").map(Place::Known)),
            revision: said.revision,
        }))
    }
}

struct Reader {
    code: usize,
    /// Schedule C code, name.
    partner: [Option<usize>; 2],
    said_partner: Option<Place>,
    time: usize,
    month: Option<usize>,
    value: usize,
    flow: Flow,
    valuation: Valuation,
    /// The value is of the year to date.
    to_date: bool,
    /// Quantity, unit.
    quantities: [[Option<usize>; 2]; 2],
    domestic_or_foreign: Option<usize>,
    summary: Option<usize>,
    splits: [Option<usize>; 3],
    reporter: Option<Place>,
    revision: Option<HsRevision>,
}

/// A group of countries by its code: `0003`, `1XXX`.
fn is_group(code: &[u8]) -> bool {
    code.len() == 4 && (code.starts_with(b"00") || code.ends_with(b"X"))
}

/// `-` stands for the total, `TOTAL FOR ALL COUNTRIES` beside it.
fn partner(name: &str) -> Option<PlaceId> {
    if name == "-" || name.eq_ignore_ascii_case("total for all countries") {
        return Some(PlaceId::WORLD);
    }
    let swapped = name.split_once(", ").map(|(noun, before)| format!("{before} {noun}"));
    place_by_letters(name).or_else(|| place::by_name(&swapped?))
}

impl Reader {
    fn period(&self, row: &Row<'_>) -> Result<(Month, PeriodKind, bool), Problem> {
        let (start, kind) = year_and_month(row, self.time, self.month)?;
        if !self.to_date || kind != PeriodKind::Month {
            return Ok((start, kind, false));
        }
        Ok(span(Month::january(start.year()), start).unwrap_or((start, kind, true)))
    }

    fn place(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Place, Problem> {
        let [code, name] = self.partner.map(|c| row.maybe(c));
        if code.is_empty() && name.is_empty() {
            let column = self.partner[0].or(self.partner[1]).unwrap_or_default();
            return self
                .said_partner
                .ok_or_else(|| row.problem(column, "place-missing", "the row names no country"));
        }
        // Groups have codes that a country never has, and names that a country might.
        if is_group(code) {
            return Ok(scratch.place(if name.is_empty() { code } else { name }, |_| None));
        }
        if !name.is_empty() {
            let by_name = scratch.place(name, partner);
            if matches!(by_name, Place::Known(_)) {
                return Ok(by_name);
            }
        }
        let by_code = |text: &str| match text {
            "-" => Some(PlaceId::WORLD),
            code => place::by_schedule_c(code),
        };
        let found = scratch.place(if code.is_empty() { name } else { code }, by_code);
        let known = matches!(found, Place::Known(_)) || name.is_empty();
        Ok(if known { found } else { scratch.place(name, partner) })
    }

    fn code(
        &self,
        row: &Row<'_>,
        revision: HsRevision,
        scratch: &mut Scratch,
    ) -> Result<CodeKey, Problem> {
        match row.get(self.code) {
            b"-" => Ok(CodeKey::total()),
            _ => row.code(self.code, None, revision, scratch),
        }
    }

    fn quantities(
        &self,
        row: &Row<'_>,
        value: f64,
        scratch: &mut Scratch,
    ) -> Result<(f64, f64, u32), Problem> {
        let mut weight = f64::NAN;
        let mut other = (f64::NAN, 0);
        for [quantity, unit] in self.quantities {
            let amount = measured(row, quantity, value)?;
            match row.maybe(unit) {
                _ if amount.is_nan() => {}
                b"KG" => weight = amount,
                b"" | b"-" | b"X" => {}
                unit if other.0.is_nan() => other = (amount, scratch.intern(unit)),
                _ => {}
            }
        }
        Ok((weight, other.0, other.1))
    }

    /// The flow, and which part of it the row is.
    fn part(
        &self,
        row: &Row<'_>,
        to_date: Option<Month>,
        scratch: &mut Scratch,
    ) -> Result<(Flow, Breakdown), Problem> {
        let mut flow = self.flow;
        let mut part = None;
        match row.maybe(self.domestic_or_foreign) {
            b"" | b"-" => {}
            b"1" => part = Some("domestic exports".to_owned()),
            b"2" => flow = Flow::ReExport,
            _ => {
                let column = self.domestic_or_foreign.unwrap_or_default();
                return Err(row.problem(column, "flow-unknown", "expected 1, 2 or - in DF"));
            }
        }
        if row.maybe(self.summary) == b"CGP" || is_group(row.maybe(self.partner[0])) {
            part = Some("group of partners".into());
        } else if let Some(start) = to_date {
            scratch.note("cumulative-period");
            part = Some(format!("cumulative={start}"));
        }
        if let Some(part) = part {
            return Ok((flow, Breakdown::Part(scratch.intern(part.as_bytes()))));
        }
        let whole = |field: &[u8]| matches!(field, b"" | b"-");
        let split = self.splits.iter().flatten().find(|c| !whole(row.get(**c)));
        Ok((
            flow,
            split.map_or(Breakdown::Total, |column| {
                let name = row.header.names().get(*column).map_or("", String::as_str);
                let said = format!("{}={}", name.to_ascii_lowercase(), text(row.get(*column)));
                Breakdown::Adds(scratch.intern(said.as_bytes()))
            }),
        ))
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind, to_date) = self.period(row)?;
        let partner = self.place(row, scratch)?;
        let Some(reporter) = self.reporter else {
            return Err(row.problem(self.code, "place-missing", "say --set reporter=USA"));
        };
        let revision = self.revision.unwrap_or_else(|| HsRevision::in_force(start.year()));
        let code = self.code(row, revision, scratch)?;
        let value = row.value(self.value)?;
        let (net_weight_kg, quantity, unit) = self.quantities(row, value, scratch)?;
        let (flow, breakdown) = self.part(row, to_date.then_some(start), scratch)?;
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
            valuation: self.valuation,
            basis: Basis::of(flow),
            net_weight_kg,
            quantity,
            unit,
            breakdown,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::containers::json;
    use crate::formats;
    use crate::formats::comtrade::testing::{Outcome, read_records};

    fn read(text: &str) -> Outcome {
        let names = json::names(text.as_bytes()).unwrap().unwrap();
        let header = Header::new(&names);
        let mut rows = Vec::new();
        let mut take = |number, record| {
            rows.push((number, record));
            true
        };
        json::records(text.as_bytes(), &names, &mut take).unwrap();
        assert_eq!(formats::recognise(&header).map(|f| f.id()), Some(LAYOUT));
        read_records(&CENSUS, &Said::default(), &header, rows)
    }

    #[test]
    fn the_example() {
        let got = read(CENSUS.example());
        assert_eq!(
            got.lines(),
            [
                "2024-03 USA: USA>W00 export Month HS2022 854231 9000 USD FOB Dispatch NaNkg 70NO total",
                "2024-03 USA: USA>?EUROPEAN UNION export Month HS2022 854231 4000 USD FOB Dispatch NaNkg 40NO part group of partners",
                "2024-03 USA: USA>KAZ export Month HS2022 854231 900 USD FOB Dispatch NaNkg NaN total",
                "2024-03 USA: USA>KAZ export Month HS2022 854231 650 USD FOB Dispatch NaNkg 12NO part domestic exports",
                "2024-03 USA: USA>KAZ re-export Month HS2022 854231 250 USD FOB Dispatch 5.000kg NaN total",
            ]
        );
    }

    #[test]
    fn imports_totals_districts_and_years_to_date() {
        let got = read(
            r#"[["I_COMMODITY","CTY_CODE","GEN_VAL_MO","GEN_QY1_MO","UNIT_QY1","DISTRICT","time"],
            ["-","5700","70","0","-","-","2023-11"],["8542310001","5700","7","3","KG","04","2023-11"],
            ["85","9999","1","0","-","-","2023-11"],["85","5700","x","0","-","-","2023-11"]]"#,
        );
        assert_eq!(
            got.lines(),
            [
                "2023-11 USA: CHN>USA import Month HS2022 TOTAL 70 USD FOB Origin NaNkg NaN total",
                "2023-11 USA: CHN>USA import Month HS2022 8542310001 7 USD FOB Origin 3.000kg NaN adds district=04",
                "2023-11 USA: ?9999>USA import Month HS2022 85 1 USD FOB Origin NaNkg NaN total",
            ]
        );
        assert_eq!(got.problems[0].rule, "not-a-number");
        let got = read(
            r#"[["E_COMMODITY","CTY_NAME","ALL_VAL_YR","YEAR","MONTH"],
            ["854231","KOREA, SOUTH","5","2023","05"],["854231","CHINA","6","2023","12"]]"#,
        );
        assert_eq!(
            got.lines(),
            [
                "2023-05 USA: USA>KOR export Month HS2022 854231 5 USD FOB Dispatch NaNkg NaN part cumulative=2023-05",
                "2023-01 USA: USA>CHN export Year HS2022 854231 6 USD FOB Dispatch NaNkg NaN total",
            ]
        );
    }
}
