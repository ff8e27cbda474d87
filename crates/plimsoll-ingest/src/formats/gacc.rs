//! What did China report? The query results of its customs (stats.customs.gov.cn), in Chinese and in
//! English, one flow a file.
//!
//! Read in published samples of such files (columns, GB18030, commas between thousands, an empty
//! last column, `?` for no unit), not in one of our own. The columns are those that were ticked. What
//! is split by customs regime or by place of the firm adds up; the direction is in no column and is
//! asked for. A download ends after 10,000 rows without saying so. Imports are CIF and by origin,
//! exports FOB and by final destination.
//!
//! A period of eight digits that ends in 00 is cumulative (seen in a reader of others, not in a
//! file): January to June is a half-year, and a span that is none is kept as a part, so that nothing
//! adds it to months.

use super::comtrade::{sides, unsaid};
use super::easycomext::statistical_value;
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Place};
use crate::figures::Comma;
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Scratch, parse_period, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place::{self, PlaceId};
use plimsoll_terms::problem::Problem;

/// Query results of China's customs.
pub static GACC: Gacc = Gacc;

/// The layout of [`GACC`].
pub struct Gacc;

const LAYOUT: &str = "gacc";
const PERIOD: &[&str] = &["数据年月", "Date of data", "统计年月", "统计年份", "年月"];
const CODE: &[&str] = &["商品编码", "Commodity code"];
const PARTNER_CODE: &[&str] = &["贸易伙伴编码", "Trading partner code"];
const PARTNER: &[&str] = &["贸易伙伴名称", "Trading partner", "贸易伙伴"];
const DOLLARS: &[&str] = &["美元", "US dollar", "US dollars", "金额_美元"];
const YUAN: &[&str] = &["人民币", "Renminbi Yuan", "RMB", "金额_人民币"];
const FLOW: &[&str] = &["进出口", "进出口类型", "贸易类型"];
/// The English site has spelled it both ways.
const SECOND: &[&str] = &["第二数量", "Supplementary Quantity", "Supplimentary Quantity"];
const SECOND_UNIT: &[&str] = &["第二计量单位", "Supplementary Unit", "Supplimentary Unit"];

impl IngestFormat for Gacc {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "China customs: query results, Chinese or English (say --flow)"
    }

    fn publisher(&self) -> &'static str {
        "General Administration of Customs of China"
    }

    fn dataset(&self) -> &'static str {
        "gacc"
    }

    fn example(&self) -> &'static str {
        concat!(
            "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,贸易方式编码,贸易方式名称,第一数量,",
            "第一计量单位,第二数量,第二计量单位,美元,\n",
            "\"202402\",\"85423119\",\"处理器\",\"344\",\"俄罗斯联邦\",\"10\",\"一般贸易\",\"1200\",\"个\",",
            "\"35\",\"千克\",\"1,204,500\",\n",
            "\"202402\",\"85423119\",\"处理器\",\"344\",\"俄罗斯联邦\",\"15\",\"进料加工贸易\",\"0\",\"个\",",
            "\"0\",\"?\",\"8,000\",\n",
            "\"202402\",\"01012100\",\"马\",\"110\",\"中国香港\",\"10\",\"一般贸易\",\"2\",\"头\",\"-\",\"?\",\"-\",\n",
            "\"20240500\",\"85423119\",\"处理器\",\"145\",\"哈萨克斯坦\",\"10\",\"一般贸易\",\"9\",\"千克\",\"0\",",
            "\"?\",\"77,100\",\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let value = header.find(DOLLARS).or_else(|| header.find(YUAN)).is_some();
        let known =
            [PERIOD, PARTNER_CODE, PARTNER, SECOND].iter().any(|n| header.find(n).is_some());
        if header.find(CODE).is_some() && value && known { 92 } else { 0 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let partner = [header.find(PARTNER_CODE), header.find(PARTNER)];
        if partner == [None, None] && said.partner.is_none() {
            return Err(unsaid(LAYOUT, "partner"));
        }
        let flow = header.find(FLOW);
        if flow.is_none() && said.flow.is_none() {
            return Err(unsaid(LAYOUT, "flow"));
        }
        let period = header.find(PERIOD);
        if period.is_none() && said.year.is_none() {
            return Err(IngestError::Unsaid {
                layout: LAYOUT.into(),
                what: "year (the date was not ticked)".into(),
                how: "--set year=2024".into(),
            });
        }
        let (value, currency) = match header.find(DOLLARS) {
            Some(column) => (column, &b"USD"[..]),
            None => (header.need(LAYOUT, YUAN)?, &b"CNY"[..]),
        };
        Ok(Box::new(Reader {
            period,
            year: said.year,
            code: header.need(LAYOUT, CODE)?,
            partner,
            said_partner: said.partner,
            flow,
            said_flow: said.flow,
            regime: header.find(&[
                "贸易方式编码",
                "Customs Regime code",
                "贸易方式名称",
                "Customs Regime",
            ]),
            province: header.find(&[
                "注册地编码",
                "Locations of importers and exporters code",
                "注册地名称",
                "Locations of importers and exporters",
            ]),
            first: [
                header.find(&["第一数量", "Quantity", "第一法定数量", "统计数量", "数量"]),
                header.find(&["第一计量单位", "Unit", "计量单位", "单位"]),
            ],
            second: [header.find(SECOND), header.find(SECOND_UNIT)],
            value,
            value_unit: said.value_unit.unwrap_or(1.0),
            currency,
            reporter: said.reporter.or_else(|| place::by_iso3("CHN").map(Place::Known)),
            revision: said.revision,
        }))
    }
}

struct Reader {
    period: Option<usize>,
    year: Option<i32>,
    code: usize,
    /// Code, name.
    partner: [Option<usize>; 2],
    said_partner: Option<Place>,
    flow: Option<usize>,
    said_flow: Option<Flow>,
    regime: Option<usize>,
    province: Option<usize>,
    /// Quantity, unit.
    first: [Option<usize>; 2],
    second: [Option<usize>; 2],
    value: usize,
    value_unit: f64,
    currency: &'static [u8],
    reporter: Option<Place>,
    revision: Option<HsRevision>,
}

/// A period, and whether it is a span that the store has no kind for.
pub(super) type Span = (Month, PeriodKind, bool);

/// Months from a first to a last one. A span without a kind of its own is told as its last month,
/// and must be marked as a part.
pub(super) fn span(first: Month, last: Month) -> Option<Span> {
    let months = last.0 - first.0 + 1;
    let kind = PeriodKind::ALL
        .into_iter()
        .find(|kind| kind.months() == months && (i32::from(first.month()) - 1) % months == 0);
    match kind {
        Some(kind) => Some((first, kind, false)),
        None if (2..12).contains(&months) => Some((last, PeriodKind::Month, true)),
        None => None,
    }
}

/// `202403`, `2024-03`, `2024`, `20240300` (January to March), `202401-202403`.
fn period(bytes: &[u8]) -> Option<Span> {
    if let Some((start, kind)) = parse_period(bytes) {
        return Some((start, kind, false));
    }
    if let [year_month @ .., b'0', b'0'] = bytes
        && year_month.len() == 6
    {
        let (last, kind) = parse_period(year_month)?;
        return match kind {
            PeriodKind::Month => span(Month::january(last.year()), last),
            _ => Some((last, kind, false)),
        };
    }
    let at = bytes.iter().position(|b| matches!(b, b'-' | b'~'))?;
    let (from, to) = (parse_period(&bytes[..at])?, parse_period(&bytes[at + 1..])?);
    let months = from.1 == PeriodKind::Month && to.1 == PeriodKind::Month;
    if months { span(from.0, to.0) } else { None }
}

impl Reader {
    fn period(&self, row: &Row<'_>) -> Result<Span, Problem> {
        match (self.period, self.year) {
            (Some(column), _) => period(row.get(column)).ok_or_else(|| {
                let hint = "expected a month such as 202403, or 20240300 for January to March";
                row.problem(column, "period-unreadable", hint)
            }),
            (None, year) => Ok((Month::january(year.unwrap_or_default()), PeriodKind::Year, false)),
        }
    }

    fn flow(&self, row: &Row<'_>) -> Result<Flow, Problem> {
        let Some(column) = self.flow else {
            return self.said_flow.ok_or_else(|| row.problem(0, "flow-unknown", "say --flow"));
        };
        let said = text(row.get(column));
        match said.as_str() {
            "进口" | "I" => Ok(Flow::Import),
            "出口" | "E" => Ok(Flow::Export),
            "" if self.said_flow.is_some() => Ok(self.said_flow.unwrap_or(Flow::Export)),
            other => Flow::parse(other)
                .ok_or_else(|| row.problem(column, "flow-unknown", "expected 进口 or 出口")),
        }
    }

    fn partner(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Place, Problem> {
        let [code, name] = self.partner.map(|c| row.maybe(c));
        if code.is_empty() && name.is_empty() {
            let column = self.partner[0].or(self.partner[1]).unwrap_or_default();
            return self
                .said_partner
                .ok_or_else(|| row.problem(column, "place-missing", "the row names no partner"));
        }
        let by_code = scratch.place(code, place::by_gacc);
        if matches!(by_code, Place::Known(_)) || name.is_empty() {
            return Ok(by_code);
        }
        Ok(scratch.place(name, partner_by_name))
    }

    /// Weight in kilograms, and the other quantity with its unit.
    fn quantities(
        &self,
        row: &Row<'_>,
        value: f64,
        scratch: &mut Scratch,
    ) -> Result<(f64, f64, u32), Problem> {
        let mut weight = f64::NAN;
        let mut other = (f64::NAN, 0);
        for [quantity, unit] in [self.first, self.second] {
            let unit = row.maybe(unit);
            let amount = row.written_measure(quantity, Comma::Thousands, value)?;
            match unit {
                _ if amount.is_nan() => {}
                b"" | b"?" | b"-" => {}
                _ if matches!(text(unit).as_str(), "千克" | "Kilogram" | "公斤") => {
                    weight = amount
                }
                _ if other.0.is_nan() => other = (amount, scratch.intern(unit)),
                _ => {}
            }
        }
        Ok((weight, other.0, other.1))
    }

    fn breakdown(&self, row: &Row<'_>, cumulative: bool, scratch: &mut Scratch) -> Breakdown {
        if cumulative {
            scratch.note("cumulative-period");
            let said = format!("cumulative={}", text(row.maybe(self.period)));
            return Breakdown::Part(scratch.intern(said.as_bytes()));
        }
        let parts = [("regime", self.regime), ("province", self.province)];
        let said: Vec<String> = parts
            .iter()
            .filter_map(|(name, column)| Some((name, text(row.get((*column)?)))))
            .filter(|(_, code)| !code.is_empty())
            .map(|(name, code)| format!("{name}={}", code.chars().take(24).collect::<String>()))
            .collect();
        match said.is_empty() {
            true => Breakdown::Total,
            false => Breakdown::Adds(scratch.intern(said.join("+").as_bytes())),
        }
    }
}

/// `Hong Kong，China` and `Republic of Korea`.
fn partner_by_name(name: &str) -> Option<PlaceId> {
    place::by_name(name).or_else(|| {
        let (part, whole) = name.split_once([',', '，'])?;
        (whole.trim() == "China").then(|| place::by_name(part)).flatten()
    })
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind, cumulative) = self.period(row)?;
        let flow = self.flow(row)?;
        let partner = self.partner(row, scratch)?;
        let Some(reporter) = self.reporter else {
            return Err(row.problem(self.code, "place-missing", "say --set reporter=CHN"));
        };
        // Of each year the newest revision, as far as others could tell; China changes on time.
        let revision = self.revision.unwrap_or_else(|| HsRevision::in_force(start.year()));
        let code = row.code(self.code, None, revision, scratch)?;
        let value = row.written_value(self.value, Comma::Thousands)? * self.value_unit;
        let (net_weight_kg, quantity, unit) = self.quantities(row, value, scratch)?;
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
            currency: scratch.intern(self.currency),
            valuation: statistical_value(flow),
            basis: Basis::of(flow),
            net_weight_kg,
            quantity,
            unit,
            breakdown: self.breakdown(row, cumulative, scratch),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats;
    use crate::formats::comtrade::testing::read;

    fn exports() -> Said {
        Said { flow: Some(Flow::Export), ..Said::default() }
    }

    #[test]
    fn the_example() {
        let got = read(&GACC, &exports(), GACC.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2024-02 CHN: CHN>RUS export Month HS2022 85423119 1204500 USD FOB Dispatch 35.000kg 1200个 adds regime=10",
                "2024-02 CHN: CHN>RUS export Month HS2022 85423119 8000 USD FOB Dispatch NaNkg NaN adds regime=15",
                "2024-05 CHN: CHN>KAZ export Month HS2022 85423119 77100 USD FOB Dispatch 9.000kg NaN part cumulative=20240500",
            ]
        );
        assert_eq!(got.noted, [("cumulative-period", 1)]);
        let rules: Vec<_> = got.problems.iter().map(|p| (p.line, p.rule)).collect();
        assert_eq!(rules, [(4, "value-missing")]);
    }

    #[test]
    fn english_columns_and_yuan() {
        let text = "\"Date of data\",\"Commodity code\",\"Commodity\",\"Trading partner\",\
             \"Locations of importers and exporters code\",\"Quantity\",\"Unit\",\"Renminbi Yuan\",\n\
             \"202306\",\"29012920\",\"Acetylene\",\"Hong Kong，China\",\"44\",\"214847\",\"Kilogram\",\"5,848,714\",\n\
             \"20230600\",\"29012920\",\"Acetylene\",\"Republic of Korea\",\"44\",\"1\",\"Kilogram\",\"12\",\n";
        let header = Header::new(text.lines().next().unwrap().replace('"', "").split(','));
        assert_eq!(formats::recognise(&header).map(|f| f.id()), Some(LAYOUT));
        let said = Said { flow: Some(Flow::Import), ..Said::default() };
        let got = read(&GACC, &said, text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2023-06 CHN: HKG>CHN import Month HS2022 29012920 5848714 CNY CIF Origin 214847.000kg NaN adds province=44",
                "2023-01 CHN: KOR>CHN import Half HS2022 29012920 12 CNY CIF Origin 1.000kg NaN adds province=44",
            ]
        );
    }

    #[test]
    fn periods() {
        let show = |text: &str| {
            period(text.as_bytes()).map_or(String::new(), |(m, k, part)| {
                format!("{m} {k:?}{}", if part { " part" } else { "" })
            })
        };
        for (text, expected) in [
            ("202403", "2024-03 Month"),
            ("2024", "2024-01 Year"),
            ("20240100", "2024-01 Month"),
            ("20240300", "2024-01 Quarter"),
            ("20240600", "2024-01 Half"),
            ("20241200", "2024-01 Year"),
            ("20240700", "2024-07 Month part"),
            ("202404-202406", "2024-04 Quarter"),
            ("202402-202404", "2024-04 Month part"),
            ("202404-202402", ""),
            ("20241300", ""),
            ("", ""),
        ] {
            assert_eq!(show(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_in_the_file_is_asked_for() {
        let header = Header::new(["商品编码", "第二数量", "人民币"]);
        let ask = |said: &Said| GACC.bind(&header, said).err().map(|e| e.to_string());
        assert!(ask(&Said::default()).unwrap().contains("partner"));
        let mut said = Said { partner: place::by_iso3("RUS").map(Place::Known), ..Said::default() };
        assert!(ask(&said).unwrap().contains("flow"));
        said.flow = Some(Flow::Import);
        assert!(ask(&said).unwrap().contains("year"));
        said.year = Some(2022);
        assert_eq!(ask(&said), None);
    }
}
