//! What did Russia report, while it still did? The open data of its customs service (until January
//! 2022): month by partner, ten-digit code and region, under Latin names of Russian columns (`NAPR`,
//! `STRANA`, `TNVED`, `STOIM`), under English ones, or in Cyrillic.
//!
//! Read in a published description with sample rows, not yet in a real file. Values are whole US
//! dollars and not thousands: a sample row has 1,032,858 for 29,923 kg of shirts, another 517,346 for
//! 1,851 tons of wood. Weights are kilograms. Rows are split by region and add up. Text may be UTF-8,
//! Windows-1251 or code page 866.

use super::comtrade::sides;
use super::easycomext::statistical_value;
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Place};
use crate::figures::Comma;
use crate::formats::{Header, IngestFormat, Repeats, Row, RowReader, Said};
use crate::scratch::{Scratch, digits, parse_period, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place::{self, PlaceId};
use plimsoll_terms::problem::Problem;

/// Open data of Russia's customs.
pub static FTS: Fts = Fts;

/// The layout of [`FTS`].
pub struct Fts;

const LAYOUT: &str = "fts-russia";
const FLOW: &[&str] = &["NAPR", "DIRECTION", "НАПР"];
const PERIOD: &[&str] = &["PERIOD", "ПЕРИОД"];
const COUNTRY: &[&str] = &["STRANA", "COUNTRY", "СТРАНА"];
const CODE: &[&str] = &["TNVED", "HS", "ТНВЭД", "TNVED10"];
const UNIT: &[&str] = &["EDIZM", "UM", "ЕДИЗМ"];
const VALUE: &[&str] = &["STOIM", "VALUE", "СТОИМ"];
const WEIGHT: &[&str] = &["NETTO", "NETWEIGHT", "НЕТТО"];
const QUANTITY: &[&str] = &["KOL", "QUANTITY", "КОЛ"];
const REGION: &[&str] = &["REGION", "РЕГИОН"];

impl IngestFormat for Fts {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "Russian customs: open statistics until January 2022, by region"
    }

    fn publisher(&self) -> &'static str {
        "Federal Customs Service of Russia"
    }

    fn dataset(&self) -> &'static str {
        "fts-russia"
    }

    fn example(&self) -> &'static str {
        concat!(
            "NAPR\tPERIOD\tSTRANA\tTNVED\tEDIZM\tSTOIM\tNETTO\tKOL\tREGION\tREGION_S\n",
            "ИМ\t03/2021\tCN\t8542319010\tШТ\t5100\t2\t400\t45000 - ГОРОД МОСКВА\t01 - ЦЕНТРАЛЬНЫЙ\n",
            "ИМ\t03/2021\tCN\t8542319010\tШТ\t900\t0\t70\t46000 - МОСКОВСКАЯ ОБЛАСТЬ\t01 - ЦЕНТРАЛЬНЫЙ\n",
            "ЭК\t03/2021\tKZ\t4407109100\tМ3\t12000\t31000\t60\t33000 - КИРОВСКАЯ ОБЛАСТЬ\t04 - ПРИВОЛЖСКИЙ\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let has = |names: &[&str]| header.find(names).is_some();
        let known = has(FLOW) && has(PERIOD) && has(COUNTRY) && has(CODE) && has(VALUE);
        match known && (has(WEIGHT) || has(REGION)) {
            true if has(&["STRANA", "СТРАНА"]) => 95,
            true => 92,
            false => 0,
        }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let need = |names| header.need(LAYOUT, names);
        Ok(Box::new(Reader {
            flow: need(FLOW)?,
            period: need(PERIOD)?,
            country: need(COUNTRY)?,
            code: need(CODE)?,
            unit: header.find(UNIT),
            value: need(VALUE)?,
            value_unit: said.value_unit.unwrap_or(1.0),
            weight: header.find(WEIGHT),
            quantity: header.find(QUANTITY),
            region: header.find(REGION),
            reporter: said.reporter.or_else(|| place::by_iso3("RUS").map(Place::Known)),
            revision: said.revision,
        }))
    }
}

struct Reader {
    flow: usize,
    period: usize,
    country: usize,
    code: usize,
    unit: Option<usize>,
    value: usize,
    value_unit: f64,
    weight: Option<usize>,
    quantity: Option<usize>,
    region: Option<usize>,
    reporter: Option<Place>,
    revision: Option<HsRevision>,
}

/// `03/2021`, `03.2021`, and the plain forms.
fn period(bytes: &[u8]) -> Option<(Month, PeriodKind)> {
    if let [m1, m2, b'/' | b'.', year @ ..] = bytes
        && year.len() == 4
    {
        return parse_period(&[year, &[*m1, *m2]].concat());
    }
    parse_period(bytes)
}

/// Two letters of ISO, or a name.
fn country(text: &str) -> Option<PlaceId> {
    if text.len() == 2 { place::by_iso2(text) } else { place::by_name(text) }
}

impl Reader {
    fn flow(&self, row: &Row<'_>) -> Result<Flow, Problem> {
        match text(row.get(self.flow)).to_lowercase().as_str() {
            "им" | "импорт" | "im" | "imp" | "import" => Ok(Flow::Import),
            "эк" | "экспорт" | "ex" | "exp" | "ek" | "export" => Ok(Flow::Export),
            _ => Err(row.problem(self.flow, "flow-unknown", "expected ИМ or ЭК, IMP or EXP")),
        }
    }

    /// The region's number.
    fn breakdown(&self, row: &Row<'_>, scratch: &mut Scratch) -> Breakdown {
        let region = row.maybe(self.region);
        let number = region.split(|b| matches!(b, b' ' | b'-')).next().unwrap_or_default();
        match (region, digits(number)) {
            (b"", _) => Breakdown::Total,
            (_, Some(_)) => Breakdown::Adds(scratch.intern(&[&b"region="[..], number].concat())),
            (name, None) => {
                let name: String = text(name).chars().take(24).collect();
                Breakdown::Adds(scratch.intern(format!("region={name}").as_bytes()))
            }
        }
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = period(row.get(self.period)).ok_or_else(|| {
            row.problem(self.period, "period-unreadable", "expected a month such as 03/2021")
        })?;
        let flow = self.flow(row)?;
        let name = row.get(self.country);
        if name.is_empty() {
            let hint = "the row does not name its country";
            return Err(row.problem(self.country, "place-missing", hint));
        }
        let partner = scratch.place(name, country);
        let Some(reporter) = self.reporter else {
            return Err(row.problem(self.country, "place-missing", "say --set reporter=RUS"));
        };
        // The union's nomenclature follows the HS in force.
        let revision = self.revision.unwrap_or_else(|| HsRevision::in_force(start.year()));
        let code = row.code(self.code, None, revision, scratch)?;
        let value = row.written_value(self.value, Comma::Decimal)? * self.value_unit;
        let unit = row.maybe(self.unit);
        let quantity = match unit {
            b"" | b"-" => f64::NAN,
            _ => row.written_measure(self.quantity, Comma::Decimal, value)?,
        };
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
            valuation: statistical_value(flow),
            basis: Basis::of(flow),
            net_weight_kg: row.written_measure(self.weight, Comma::Decimal, value)?,
            quantity,
            unit: if quantity.is_nan() { 0 } else { scratch.intern(unit) },
            breakdown: self.breakdown(row, scratch),
        })
    }

    fn repeats(&self) -> Repeats {
        // A code may have two units, and a region two rows.
        Repeats::AddUp
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats;
    use crate::formats::comtrade::testing::read;

    #[test]
    fn the_example_under_three_sets_of_names() {
        let russian = FTS.example().replace('\t', ",");
        let rows = russian.split_once('\n').unwrap().1;
        let english = "DIRECTION,PERIOD,COUNTRY,HS,UM,VALUE,NETWEIGHT,QUANTITY,REGION,REGION_S";
        let cyrillic = "НАПР,ПЕРИОД,СТРАНА,ТНВЭД,ЕДИЗМ,СТОИМ,НЕТТО,КОЛ,РЕГИОН,РЕГИОН_С";
        for text in [russian.clone(), format!("{english}\n{rows}"), format!("{cyrillic}\n{rows}")] {
            let header = Header::new(text.lines().next().unwrap().split(','));
            assert_eq!(formats::recognise(&header).map(|f| f.id()), Some(LAYOUT));
            let got = read(&FTS, &Said::default(), text.as_bytes());
            assert_eq!(
                got.lines(),
                [
                    "2021-03 RUS: CHN>RUS import Month HS2017 8542319010 5100 USD CIF Origin 2.000kg 400ШТ adds region=45000",
                    "2021-03 RUS: CHN>RUS import Month HS2017 8542319010 900 USD CIF Origin NaNkg 70ШТ adds region=46000",
                    "2021-03 RUS: RUS>KAZ export Month HS2017 4407109100 12000 USD FOB Dispatch 31000.000kg 60М3 adds region=33000",
                ]
            );
        }
    }

    #[test]
    fn decimal_commas_and_bad_rows() {
        let text = "NAPR;PERIOD;STRANA;TNVED;STOIM;NETTO\n".replace(';', ",")
            + "IMP,01.2020,Китай,0101210000,\"1 234,5\",7\n\
               ЭК,2020-02,ZZ,8542,5,\n\
               ТР,01/2020,CN,8542,5,1\nИМ,13/2020,CN,8542,5,1\nИМ,01/2020,,8542,5,1\n\
               ИМ,01/2020,CN,8542,\"1,2,3\",1\n";
        let got = read(&FTS, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2020-01 RUS: CHN>RUS import Month HS2017 0101210000 1234.5 USD CIF Origin 7.000kg NaN total",
                "2020-02 RUS: RUS>?ZZ export Month HS2017 8542 5 USD FOB Dispatch NaNkg NaN total",
            ]
        );
        let rules: Vec<_> = got.problems.iter().map(|p| p.rule).collect();
        assert_eq!(rules, ["flow-unknown", "period-unreadable", "place-missing", "not-a-number"]);
    }
}
