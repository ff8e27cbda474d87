//! What did Kazakhstan report in its national tables? Foreign trade by country, and by country and
//! code, as its Bureau of National Statistics publishes it in Russian, Kazakh and English.
//!
//! No file of the publisher and no description of its columns was at hand: the names below are the
//! trade's own words in three languages, and several spellings of each are taken. A table has a
//! country, perhaps a code, and figures for exports and imports in columns of their own, a column
//! for each year, or one value with a column for the direction. What a figure counts in is read from
//! the column's own words (thousand, million; US dollars) and asked for where they do not say.
//! Exports are told as FOB and imports as CIF, by origin, as the union's statistics are.

use super::comtrade::{sides, unsaid, year_and_month};
use super::easycomext::statistical_value;
use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, CodeKey, Fact, Flow, Place};
use crate::figures::Comma;
use crate::formats::{Header, IngestFormat, Row, RowReader, Said};
use crate::scratch::{Scratch, parse_period, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place::{self, PlaceId};
use plimsoll_terms::problem::Problem;

/// Kazakhstan's national tables.
pub static KAZSTAT: Kazstat = Kazstat;

/// The layout of [`KAZSTAT`].
pub struct Kazstat;

const LAYOUT: &str = "kazstat";
const COUNTRY: &[&str] = &["Страна", "Страны", "Наименование страны", "Ел", "Елдер", "Ел атауы"];
/// English names alone could be anybody's table.
const COUNTRY_ENGLISH: &[&str] = &["Country", "Countries", "Partner country"];
const CODE: &[&str] = &[
    "Код ТН ВЭД",
    "Код ТН ВЭД ЕАЭС",
    "ТН ВЭД",
    "Код товара",
    "СЭҚ ТН коды",
    "ЕАЭО СЭҚ ТН коды",
    "СЭҚ ТН",
    "FEACN code",
    "CN of FEA code",
];
const PERIOD: &[&str] = &["Период", "Кезең", "Period"];
const YEAR: &[&str] = &["Год", "Жыл", "Year"];
const MONTH: &[&str] = &["Месяц", "Ай", "Month"];
const FLOW: &[&str] = &["Направление", "Вид потока", "Бағыт", "Direction", "Flow"];

impl IngestFormat for Kazstat {
    fn id(&self) -> &'static str {
        LAYOUT
    }

    fn title(&self) -> &'static str {
        "Kazakhstan: national tables by country and code, in three languages"
    }

    fn publisher(&self) -> &'static str {
        "Bureau of National Statistics of Kazakhstan"
    }

    fn dataset(&self) -> &'static str {
        "kazstat"
    }

    fn example(&self) -> &'static str {
        concat!(
            "Год;Страна;Код ТН ВЭД;Наименование;\"Экспорт, тыс. долл. США\";\"Импорт, тыс. долл. США\"\n",
            "2023;Китай;8542;Схемы;12,5;40 100,25\n",
            "2023;Россия;8542;Схемы;-;7\n",
            "2023;Всего;8542;Схемы;20;61 000\n",
            "2023;СНГ;8542;Схемы;3;9\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let own = header.find(COUNTRY).is_some();
        let english = header.find(COUNTRY_ENGLISH).is_some() && header.find(CODE).is_some();
        let figures = !figures(header).is_empty();
        let years = !years(header).is_empty();
        match (own || english, figures, years) {
            (true, true, _) => 85,
            (true, false, true) if own => 70,
            _ => 0,
        }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        let country = match header.find(COUNTRY_ENGLISH) {
            Some(column) => column,
            None => header.need(LAYOUT, COUNTRY)?,
        };
        let flow = header.find(FLOW);
        let mut found = figures(header);
        let mut by_year = Vec::new();
        if found.is_empty() {
            by_year = years(header);
            found.extend(by_year.iter().map(|(column, _)| Figure {
                column: *column,
                flow: None,
                unit: None,
                dollars: false,
            }));
        }
        if found.is_empty() {
            header.need(LAYOUT, &["Экспорт, тыс. долл. США"])?;
        }
        if found.iter().any(|f| f.flow.is_none()) && flow.is_none() && said.flow.is_none() {
            return Err(unsaid(LAYOUT, "flow"));
        }
        if found.iter().any(|f| !f.dollars) && said.currency.is_none() {
            return Err(unsaid(LAYOUT, "currency"));
        }
        if found.iter().any(|f| f.unit.is_none()) && said.value_unit.is_none() {
            return Err(IngestError::Unsaid {
                layout: LAYOUT.into(),
                what: "unit of the values".into(),
                how: "--set unit=1000".into(),
            });
        }
        let (period, year) = (header.find(PERIOD), header.find(YEAR));
        if period.is_none() && year.is_none() && by_year.is_empty() && said.year.is_none() {
            return Err(IngestError::Unsaid {
                layout: LAYOUT.into(),
                what: "year".into(),
                how: "--set year=2023".into(),
            });
        }
        Ok(Box::new(Reader {
            country,
            code: header.find(CODE),
            period,
            year,
            month: header.find(MONTH),
            said_year: said.year,
            by_year,
            flow,
            said_flow: said.flow,
            cells: found.iter().map(|f| f.column).collect(),
            figures: found,
            unit: said.value_unit,
            currency: said.currency.clone().map(|c| c.to_ascii_uppercase().into_bytes()),
            reporter: said.reporter.or_else(|| place::by_iso3("KAZ").map(Place::Known)),
            revision: said.revision,
        }))
    }
}

/// A column of values, by its own words.
#[derive(Clone, Copy)]
struct Figure {
    column: usize,
    flow: Option<Flow>,
    /// What it counts in.
    unit: Option<f64>,
    dollars: bool,
}

/// Which columns hold values: those that name money, or a direction.
fn figures(header: &Header) -> Vec<Figure> {
    let one = |(column, name): (usize, &String)| {
        let name = name.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let dollars = says(&["долл", "usd", "us$"]) || says(&["us dollar", "u.s. dollar"]);
        let export = says(&["экспорт", "export"]);
        let import = says(&["импорт", "import"]);
        let weight = says(&[
            "тонн",
            "tonn",
            "вес",
            "салмақ",
            "weight",
            "кг",
            "kg",
            "колич",
            "саны",
            "quantity",
            "%",
            "доля",
            "үлес",
            "share",
        ]);
        if weight || !(dollars || export || import) {
            return None;
        }
        let unit = match () {
            () if says(&["тыс", "мың", "thousand", "thous"]) => Some(1e3),
            () if says(&["млн", "million", "mln"]) => Some(1e6),
            () if dollars => Some(1.0),
            () => None,
        };
        let flow = match (export, import) {
            (true, false) => Some(Flow::Export),
            (false, true) => Some(Flow::Import),
            _ => None,
        };
        Some(Figure { column, flow, unit, dollars })
    };
    header.names().iter().enumerate().filter_map(one).collect()
}

/// Columns that are named by a year: `2023`, `2023 год`, `2023 ж.`.
fn years(header: &Header) -> Vec<(usize, Month)> {
    let one = |(column, name): (usize, &String)| {
        let year = name.split_whitespace().next()?;
        match parse_period(year.as_bytes())? {
            (start, PeriodKind::Year) if year.len() == 4 => Some((column, start)),
            _ => None,
        }
    };
    header.names().iter().enumerate().filter_map(one).collect()
}

struct Reader {
    country: usize,
    code: Option<usize>,
    period: Option<usize>,
    year: Option<usize>,
    month: Option<usize>,
    said_year: Option<i32>,
    by_year: Vec<(usize, Month)>,
    flow: Option<usize>,
    said_flow: Option<Flow>,
    figures: Vec<Figure>,
    cells: Vec<usize>,
    unit: Option<f64>,
    currency: Option<Vec<u8>>,
    reporter: Option<Place>,
    revision: Option<HsRevision>,
}

/// A country by name; a group of countries is none.
fn country(name: &str) -> Option<PlaceId> {
    place::by_name(name.trim_end_matches('*').trim())
}

/// Groups of countries that national tables show between them.
fn is_group(name: &str) -> bool {
    let name = name.to_lowercase();
    let begins = ["страны", "остальные страны", "елдер", "other countries", "countries of"];
    let groups = [
        "снг",
        "еаэс",
        "ес",
        "евросоюз",
        "европейский союз",
        "тмд",
        "еаэо",
        "ео",
        "cis",
        "eaeu",
        "eu",
    ];
    begins.iter().any(|b| name.starts_with(b)) || groups.contains(&name.as_str())
}

impl Reader {
    fn period(&self, row: &Row<'_>) -> Result<(Month, PeriodKind), Problem> {
        if let Some((_, start)) = self.by_year.iter().find(|(column, _)| *column == row.cell) {
            return Ok((*start, PeriodKind::Year));
        }
        match (self.period, self.year, self.said_year) {
            (Some(period), ..) => row.period(period),
            (None, Some(year), _) => year_and_month(row, year, self.month),
            (None, None, year) => Ok((Month::january(year.unwrap_or_default()), PeriodKind::Year)),
        }
    }

    fn flow(&self, row: &Row<'_>, figure: Option<&Figure>) -> Result<Flow, Problem> {
        if let Some(flow) = figure.and_then(|f| f.flow) {
            return Ok(flow);
        }
        let said = text(row.maybe(self.flow)).to_lowercase();
        match said.as_str() {
            "экспорт" | "эк" | "export" => Ok(Flow::Export),
            "импорт" | "им" | "import" => Ok(Flow::Import),
            "" if self.said_flow.is_some() => Ok(self.said_flow.unwrap_or(Flow::Export)),
            _ => {
                let column = self.flow.unwrap_or(row.cell);
                Err(row.problem(column, "flow-unknown", "expected экспорт or импорт"))
            }
        }
    }

    fn code(
        &self,
        row: &Row<'_>,
        revision: HsRevision,
        scratch: &mut Scratch,
    ) -> Result<CodeKey, Problem> {
        let Some(column) = self.code else { return Ok(CodeKey::total()) };
        let said = text(row.get(column)).to_lowercase();
        match said.as_str() {
            "всего" | "барлығы" | "total" | "итого" => Ok(CodeKey::total()),
            _ => row.code(column, None, revision, scratch),
        }
    }
}

impl RowReader for Reader {
    fn cells(&self) -> &[usize] {
        &self.cells
    }

    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let figure = self.figures.iter().find(|f| f.column == row.cell);
        let (start, kind) = self.period(row)?;
        let flow = self.flow(row, figure)?;
        let name = text(row.get(self.country));
        let Some(reporter) = self.reporter.filter(|_| !name.is_empty()) else {
            let hint = "the row does not name its country";
            return Err(row.problem(self.country, "place-missing", hint));
        };
        let group = is_group(&name);
        let partner =
            scratch.place(row.get(self.country), |n| if group { None } else { country(n) });
        let revision = self.revision.unwrap_or_else(|| HsRevision::in_force(start.year()));
        let code = self.code(row, revision, scratch)?;
        let unit = figure.and_then(|f| f.unit).or(self.unit).unwrap_or(1.0);
        let value = row.written_value(row.cell, Comma::Decimal)? * unit;
        let dollars = figure.is_some_and(|f| f.dollars);
        let currency = match &self.currency {
            Some(said) if !dollars => scratch.intern(said),
            _ => scratch.usd(),
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
            currency,
            valuation: statistical_value(flow),
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
    use crate::formats;
    use crate::formats::comtrade::testing::read;

    fn header(line: &str) -> Header {
        Header::new(line.split('|'))
    }

    #[test]
    fn exports_and_imports_of_a_row_are_two_records() {
        // The helper of the tests reads commas.
        let text = "Год,Страна,Код ТН ВЭД,Наименование,\"Экспорт, тыс. долл. США\",\"Импорт, тыс. долл. США\"\n\
            2023,Китай,8542,Схемы,\"12,5\",\"40 100,25\"\n2023,Россия,8542,Схемы,-,7\n\
            2023,Всего,8542,Схемы,20,61\u{a0}000\n2023,СНГ,8542,Схемы,3,9\n2023,,8542,Схемы,3,\n";
        let got = read(&KAZSTAT, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2023-01 KAZ: KAZ>CHN export Year HS2022 8542 12500 USD FOB Dispatch NaNkg NaN total",
                "2023-01 KAZ: CHN>KAZ import Year HS2022 8542 40100250 USD CIF Origin NaNkg NaN total",
                "2023-01 KAZ: RUS>KAZ import Year HS2022 8542 7000 USD CIF Origin NaNkg NaN total",
                "2023-01 KAZ: KAZ>W00 export Year HS2022 8542 20000 USD FOB Dispatch NaNkg NaN total",
                "2023-01 KAZ: W00>KAZ import Year HS2022 8542 61000000 USD CIF Origin NaNkg NaN total",
                "2023-01 KAZ: KAZ>?СНГ export Year HS2022 8542 3000 USD FOB Dispatch NaNkg NaN part group of partners",
                "2023-01 KAZ: ?СНГ>KAZ import Year HS2022 8542 9000 USD CIF Origin NaNkg NaN part group of partners",
            ]
        );
        assert_eq!(got.problems.len(), 1);
    }

    #[test]
    fn three_languages_and_years_as_columns() {
        for line in [
            "Ел|СЭҚ ТН коды|Жыл|Экспорт, мың АҚШ доллары|Импорт, мың АҚШ доллары",
            "Country|FEACN code|Year|Export, thousand US dollars|Import, thousand US dollars",
            "Страна|Код ТН ВЭД|Период|Направление|Стоимость, млн. долларов США",
            "Страна|2021 год|2022 год",
        ] {
            let found = formats::recognise(&header(line)).map(|f| f.id());
            assert_eq!(found, Some(LAYOUT), "{line}");
        }
        let said = Said {
            flow: Some(Flow::Import),
            currency: Some("usd".into()),
            value_unit: Some(1000.0),
            ..Said::default()
        };
        let got = read(&KAZSTAT, &said, "Страна,2021,2022 год\nКитай,5,\"6,5\"\n".as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2021-01 KAZ: CHN>KAZ import Year HS2017 TOTAL 5000 USD CIF Origin NaNkg NaN total",
                "2022-01 KAZ: CHN>KAZ import Year HS2022 TOTAL 6500 USD CIF Origin NaNkg NaN total",
            ]
        );
    }

    #[test]
    fn what_the_words_do_not_say_is_asked_for() {
        let ask = |line: &str, said: &Said| {
            KAZSTAT.bind(&header(line), said).err().map(|e| e.to_string()).unwrap_or_default()
        };
        assert!(ask("Страна|2021|2022", &Said::default()).contains("flow"));
        let mut said = Said { flow: Some(Flow::Export), ..Said::default() };
        assert!(ask("Страна|2021|2022", &said).contains("currency"));
        said.currency = Some("USD".into());
        assert!(ask("Страна|2021|2022", &said).contains("unit"));
        said.value_unit = Some(1000.0);
        assert_eq!(ask("Страна|2021|2022", &said), "");
        assert!(ask("Страна|Импорт, тыс. долл. США", &Said::default()).contains("year"));
    }
}
