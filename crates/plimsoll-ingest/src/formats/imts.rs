//! What did a country trade with each partner, all goods together? The International Trade in
//! Goods by partner country of the IMF, as its data portal hands it out: a column for each year,
//! quarter or month, or one figure a row (`TIME_PERIOD`, `OBS_VALUE`).
//!
//! Met: Russia's trade of 2016 to 2024, a column a year. The long table and the older bulk file
//! (`Country Code`, `Counterpart Country Code`, `TMG_CIF_USD`) follow published descriptions.
//! Partners that are sums of others (world, regions, "other countries n.i.e.") are loaded and
//! marked: in the file met, the countries and the unspecified add up to the world within rounding,
//! and no group does. A trade balance is no flow and is set aside.

use super::comtrade::sides;
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, CodeKey, Fact, Flow, Place, Valuation};
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Scratch, digits, parse_period, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place::{self, PlaceId, PlaceKind};
use plimsoll_terms::problem::Problem;

/// The IMF's trade by partner.
pub static IMTS: Imts = Imts;

/// The layout of [`IMTS`].
pub struct Imts;

const LAYOUT: &str = "imf-imts";
const COUNTRY: [&[&str]; 2] =
    [&["COUNTRY.ID", "Country Code", "REF_AREA"], &["COUNTRY", "Country Name"]];
const PARTNER: [&[&str]; 2] = [
    &["COUNTERPART_COUNTRY.ID", "Counterpart Country Code", "COUNTERPART_AREA"],
    &["COUNTERPART_COUNTRY", "Counterpart Country Name"],
];
const INDICATOR: [&[&str]; 2] =
    [&["INDICATOR.ID", "Indicator Code"], &["INDICATOR", "Indicator Name"]];
const SCALE: &[&str] = &["SCALE.ID", "SCALE", "UNIT_MULT"];

impl IngestFormat for Imts {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "IMF: trade in goods by partner country (IMTS, DOTS)"
    }

    fn publisher(&self) -> &'static str {
        "International Monetary Fund"
    }

    fn dataset(&self) -> &'static str {
        "imts"
    }

    fn example(&self) -> &'static str {
        concat!(
            "DATASET,SERIES_CODE,OBS_MEASURE,COUNTRY.ID,COUNTRY,INDICATOR.ID,INDICATOR,",
            "COUNTERPART_COUNTRY.ID,COUNTERPART_COUNTRY,FREQUENCY.ID,FREQUENCY,SCALE.ID,SCALE,",
            "TRADE_FLOW.ID,TRADE_FLOW,2022,2023\n",
            "IMTS,made up,OBS_VALUE,KAZ,Kazakhstan,MG_CIF_USD,Imports,CHN,China,A,Annual,6,",
            "Millions,MG,Imports of goods,10.5,12\n",
            "IMTS,made up,OBS_VALUE,KAZ,Kazakhstan,XG_FOB_USD,Exports,G001,World,A,Annual,6,",
            "Millions,XG,Exports of goods,,40\n",
            "IMTS,made up,OBS_VALUE,KAZ,Kazakhstan,XG_FOB_USD,Exports,G110,Advanced,A,Annual,6,",
            "Millions,XG,Exports of goods,,22\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let sides = [COUNTRY, PARTNER, INDICATOR]
            .iter()
            .all(|names| names.iter().any(|n| header.find(n).is_some()));
        let long = header.has_all(&["TIME_PERIOD", "OBS_VALUE"]);
        if sides && (long || !period_columns(header).is_empty()) { 95 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let either = |names: [&[&str]; 2]| {
            let found = names.map(|n| header.find(n));
            match found {
                [None, None] => header.need(LAYOUT, names[0]).map(|_| found),
                _ => Ok(found),
            }
        };
        let scale = header.find(SCALE);
        if scale.is_none() && said.value_unit.is_none() {
            return Err(IngestError::Unsaid {
                layout: LAYOUT.into(),
                what: "unit of the values".into(),
                how: "--set unit=1000000".into(),
            });
        }
        let long = header.find(&["TIME_PERIOD"]).zip(header.find(&["OBS_VALUE"]));
        let periods = if long.is_some() { Vec::new() } else { period_columns(header) };
        if long.is_none() && periods.is_empty() {
            header.need(LAYOUT, &["TIME_PERIOD"])?;
        }
        Ok(Box::new(Reader {
            country: either(COUNTRY)?,
            partner: either(PARTNER)?,
            indicator: either(INDICATOR)?,
            scale,
            unit: said.value_unit,
            long,
            cells: periods.iter().map(|(column, ..)| *column).collect(),
            periods,
        }))
    }
}

/// The columns that name a period, with it.
fn period_columns(header: &Header) -> Vec<(usize, Month, PeriodKind)> {
    let of = |(column, name): (usize, &String)| {
        period(name.as_bytes()).map(|(start, kind)| (column, start, kind))
    };
    header.names().iter().enumerate().filter_map(of).collect()
}

/// `2024`, `2024-M01`, `2024M1`, `2024-Q3`, `2024-S2` and the plain forms.
fn period(text: &[u8]) -> Option<(Month, PeriodKind)> {
    if let Some(found) = parse_period(text) {
        return Some(found);
    }
    let (year, rest) = text.split_at_checked(4)?;
    let year = i32::try_from(digits(year)?).ok().filter(|y| (1900..2100).contains(y))?;
    let (letter, number) = rest.strip_prefix(b"-").unwrap_or(rest).split_first()?;
    let number = u8::try_from(digits(number)?).ok()?;
    let (kind, most) = match letter {
        b'M' => (PeriodKind::Month, 12),
        b'Q' => (PeriodKind::Quarter, 4),
        b'S' | b'H' => (PeriodKind::Half, 2),
        _ => return None,
    };
    if !(1..=most).contains(&number) {
        return None;
    }
    Some((Month::january(year).plus(i32::from(number - 1) * kind.months()), kind))
}

struct Reader {
    /// Code, name.
    country: [Option<usize>; 2],
    partner: [Option<usize>; 2],
    indicator: [Option<usize>; 2],
    scale: Option<usize>,
    unit: Option<f64>,
    /// Period and value of the long table.
    long: Option<(usize, usize)>,
    cells: Vec<usize>,
    periods: Vec<(usize, Month, PeriodKind)>,
}

impl Reader {
    /// The period, and the column of the value.
    fn period(&self, row: &Row<'_>) -> Result<(Month, PeriodKind, usize), Problem> {
        if let Some((time, value)) = self.long {
            let (start, kind) = period(row.get(time)).ok_or_else(|| {
                let hint = "expected a period such as 2024, 2024-Q1 or 2024-M01";
                row.problem(time, "period-unreadable", hint)
            })?;
            return Ok((start, kind, value));
        }
        let found = self.periods.iter().find(|(column, ..)| *column == row.cell);
        let Some(&(column, start, kind)) = found else {
            return Err(row.problem(row.cell, "period-unreadable", "the column names no period"));
        };
        Ok((start, kind, column))
    }

    /// Flow, valuation and currency of `MG_CIF_USD`.
    fn flow(&self, row: &Row<'_>) -> Result<(Flow, Valuation), Problem> {
        let code = text(row.maybe(self.indicator[0])).to_ascii_uppercase();
        let name = text(row.maybe(self.indicator[1])).to_ascii_uppercase();
        let said = |what: &str| code.split('_').any(|part| part == what) || name.contains(what);
        let kind = code.trim_start_matches('T').split('_').next().unwrap_or_default().to_owned();
        let dollars = code.ends_with("_USD") || name.contains("US DOLLAR");
        let (flow, usual) = match kind.as_str() {
            "MG" => (Flow::Import, "CIF"),
            "XG" => (Flow::Export, "FOB"),
            "" if name.contains("IMPORT") => (Flow::Import, "CIF"),
            "" if name.contains("EXPORT") => (Flow::Export, "FOB"),
            _ => return Err(self.no_flow(row)),
        };
        if !dollars {
            return Err(self.no_flow(row));
        }
        let valuation = match (said("CIF"), said("FOB"), usual) {
            (true, false, _) => Valuation::Cif,
            (false, true, _) => Valuation::Fob,
            _ => Valuation::Unstated,
        };
        Ok((flow, valuation))
    }

    fn no_flow(&self, row: &Row<'_>) -> Problem {
        let column = self.indicator[0].or(self.indicator[1]).unwrap_or_default();
        let hint = "expected imports or exports of goods in US dollars, such as MG_CIF_USD";
        row.problem(column, "flow-unknown", hint)
    }

    fn scale(&self, row: &Row<'_>) -> Result<f64, Problem> {
        let Some(column) = self.scale else { return Ok(self.unit.unwrap_or(1.0)) };
        let said = row.get(column);
        let power = match said.to_ascii_lowercase().as_slice() {
            b"units" => Some(0),
            b"thousands" => Some(3),
            b"millions" => Some(6),
            b"billions" => Some(9),
            _ => digits(said).and_then(|n| i32::try_from(n).ok()).filter(|n| *n <= 12),
        };
        match (power, said, self.unit) {
            (Some(power), ..) => Ok(10f64.powi(power)),
            (None, b"", Some(unit)) => Ok(unit),
            _ => Err(row.problem(
                column,
                "scale-unreadable",
                "expected Units, Thousands, Millions or Billions, or the power of ten",
            )),
        }
    }

    fn place(
        &self,
        row: &Row<'_>,
        columns: [Option<usize>; 2],
        scratch: &mut Scratch,
    ) -> Result<Place, Problem> {
        let code = row.maybe(columns[0]);
        let name = row.maybe(columns[1]);
        if code.is_empty() && name.is_empty() {
            let column = columns[0].or(columns[1]).unwrap_or_default();
            return Err(row.problem(column, "place-missing", "the row does not name this country"));
        }
        let by_code = scratch.place(code, place::by_iso3);
        if matches!(by_code, Place::Known(_)) || name.is_empty() {
            return Ok(by_code);
        }
        let by_name = scratch.place(name, by_code_or_name);
        let known = matches!(by_name, Place::Known(_)) || code.is_empty();
        Ok(if known { by_name } else { by_code })
    }
}

/// A column of names may hold codes.
fn by_code_or_name(name: &str) -> Option<PlaceId> {
    place::by_iso3(name).or_else(|| place::by_name(name))
}

/// The code of a place, or what stands in its place.
fn named<'a>(row: &Row<'a>, columns: [Option<usize>; 2]) -> &'a [u8] {
    match row.maybe(columns[0]) {
        b"" => row.maybe(columns[1]),
        code => code,
    }
}

/// Whether a partner is a sum of others; the codes of all groups begin with G and a digit or X.
fn is_group(place: Place, code: &[u8]) -> bool {
    match place {
        Place::Known(id) => id.kind() == PlaceKind::Group,
        Place::Unresolved(_) => {
            matches!(code, [b'G', b'0'..=b'9' | b'X', ..]) || code.starts_with(b"TX")
        }
    }
}

impl RowReader for Reader {
    fn cells(&self) -> &[usize] {
        &self.cells
    }

    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind, value) = self.period(row)?;
        let (flow, valuation) = self.flow(row)?;
        let reporter = self.place(row, self.country, scratch)?;
        let partner = self.place(row, self.partner, scratch)?;
        let value = row.value(value)? * self.scale(row)?;
        let group = is_group(partner, named(row, self.partner))
            || is_group(reporter, named(row, self.country));
        let (exporter, importer) = sides(flow, reporter, partner);
        Ok(Fact {
            reporter: Some(reporter),
            exporter,
            importer,
            partner2: None,
            flow,
            revision: HsRevision::in_force(start.year()),
            code: CodeKey::total(),
            start,
            kind,
            value,
            currency: scratch.usd(),
            valuation,
            basis: Basis::of(flow),
            net_weight_kg: f64::NAN,
            quantity: f64::NAN,
            unit: 0,
            breakdown: match group {
                true => Breakdown::Part(scratch.intern(b"group of partners")),
                false => Breakdown::Total,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::comtrade::testing::{read, shared};

    #[test]
    fn each_year_is_a_record_and_groups_are_parts() {
        let got = read(&IMTS, &Said::default(), IMTS.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2022-01 KAZ: CHN>KAZ import Year HS2022 TOTAL 10500000 USD CIF Origin NaNkg NaN total",
                "2023-01 KAZ: CHN>KAZ import Year HS2022 TOTAL 12000000 USD CIF Origin NaNkg NaN total",
                "2023-01 KAZ: KAZ>W00 export Year HS2022 TOTAL 40000000 USD FOB Dispatch NaNkg NaN total",
                "2023-01 KAZ: KAZ>G110 export Year HS2022 TOTAL 22000000 USD FOB Dispatch NaNkg NaN part group of partners",
            ]
        );
    }

    #[test]
    fn the_long_table_and_months() {
        let text = "COUNTRY,INDICATOR,COUNTERPART_COUNTRY,FREQUENCY,SCALE,TIME_PERIOD,OBS_VALUE\n\
                    KAZ,MG_CIF_USD,CHN,M,Millions,2024-M02,1.5\n\
                    Kazakhstan,XG_FOB_USD,G999,Q,3,2024-Q2,7\n\
                    KAZ,TBG_USD,CHN,A,6,2024,7\nKAZ,MG_CIF_USD,CHN,A,many,2024,7\n\
                    KAZ,MG_CIF_USD,CHN,A,6,2024-M13,7\n";
        let got = read(&IMTS, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2024-02 KAZ: CHN>KAZ import Month HS2022 TOTAL 1500000 USD CIF Origin NaNkg NaN total",
                "2024-04 KAZ: KAZ>?G999 export Quarter HS2022 TOTAL 7000 USD FOB Dispatch NaNkg NaN part group of partners",
            ]
        );
        let rules: Vec<_> = got.problems.iter().map(|p| p.rule).collect();
        assert_eq!(rules, ["flow-unknown", "scale-unreadable", "period-unreadable"]);
    }

    #[test]
    fn a_file_without_a_scale_asks_for_it() {
        let header =
            Header::new(["Country Code", "Counterpart Country Code", "Indicator Code", "2020"]);
        assert_eq!(IMTS.recognise(&header), 95);
        let asked = IMTS.bind(&header, &Said::default()).err().map(|e| e.to_string());
        assert!(asked.is_some_and(|e| e.contains("unit of the values")));
        let said = Said { value_unit: Some(1e6), ..Said::default() };
        assert!(IMTS.bind(&header, &said).is_ok());
    }

    #[test]
    fn the_real_file() {
        let Some(bytes) = shared("data/imf/RU_trade_IMF_IMTS_2016_2024.csv") else { return };
        let got = read(&IMTS, &Said::default(), &bytes);
        assert_eq!((got.facts.len(), got.problems.len()), (3_704, 0));
        assert_eq!(got.unresolved(), Vec::<String>::new());
        let year = |y: i32, flow: Flow, keep: &dyn Fn(&str, Breakdown) -> bool| -> f64 {
            let of = got.facts.iter().filter(|f| f.start == Month::january(y) && f.flow == flow);
            let partner =
                |f: &Fact| got.place(if flow == Flow::Import { f.exporter } else { f.importer });
            of.filter(|f| keep(&partner(f), f.breakdown)).map(|f| f.value).sum()
        };
        for flow in [Flow::Import, Flow::Export] {
            let world = year(2021, flow, &|p, _| p == "W00");
            let parts = year(2021, flow, &|p, b| p != "W00" && b == Breakdown::Total);
            assert!((world - parts).abs() < 1e5, "{world} {parts}");
        }
        let china = year(2023, Flow::Import, &|p, _| p == "CHN");
        assert!((china / 1e9 - 119.83).abs() < 0.01, "{china}");
    }
}
