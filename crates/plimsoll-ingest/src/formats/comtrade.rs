//! What did a country report to UN Comtrade? The CSV, bulk and JSON columns used since 2022,
//! and the record reader that the older Comtrade layouts share.
//!
//! Never adds rows up: a row that is split by second partner, transport, customs procedure
//! or mode of supply is marked as a part, and the totals stand beside it in the publication.

use crate::error::IngestError;
use crate::fact::{Basis, Breakdown, Fact, Flow, Place, Valuation};
use crate::formats::{Header, IngestFormat, Repeats, Row, RowReader, Said};
use crate::scratch::{Scratch, digits, parse_period, text};
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place;
use plimsoll_terms::problem::Problem;

/// UN Comtrade since 2022: API, download page and bulk files have the same column names.
pub static API: Api = Api;

/// The layout of [`API`].
pub struct Api;

static COLUMNS: Aliases = Aliases {
    layout: "comtrade",
    period: [&["period"], &[]],
    year: &["refYear"],
    month: &["refMonth"],
    reporter: [&["reporterCode"], &["reporterISO"], &["reporterDesc"]],
    partner: [&["partnerCode"], &["partnerISO"], &["partnerDesc"]],
    partner2: [&["partner2Code"], &["partner2ISO"]],
    flow: &["flowCode"],
    flow_name: &["flowDesc"],
    classification: &["classificationCode"],
    code: &["cmdCode"],
    level: &["aggrLevel"],
    customs: &["customsCode"],
    transport: &["motCode"],
    supply: &["mosCode"],
    unit: &["qtyUnitAbbr"],
    unit_code: &["qtyUnitCode"],
    quantity: &["qty"],
    // Some files carry a second weight column that holds the weight of a few reporters whose
    // first one is empty.
    weight: [&["netWgt"], &["netWeight"]],
    value: &["primaryValue"],
    cif: &["cifvalue"],
    fob: &["fobvalue"],
    old_codes: false,
};

impl IngestFormat for Api {
    fn id(&self) -> &'static str {
        "comtrade"
    }

    fn title(&self) -> &'static str {
        "UN Comtrade: API, site and bulk files since 2022"
    }

    fn publisher(&self) -> &'static str {
        "United Nations Statistics Division"
    }

    fn dataset(&self) -> &'static str {
        "comtrade"
    }

    fn vintage(&self, file_name: &str) -> Option<String> {
        vintage_of(file_name)
    }

    fn example(&self) -> &'static str {
        concat!(
            "typeCode,freqCode,refYear,refMonth,period,reporterCode,reporterISO,flowCode,",
            "partnerCode,partnerISO,partner2Code,partner2ISO,classificationCode,cmdCode,",
            "aggrLevel,customsCode,mosCode,motCode,qtyUnitCode,qtyUnitAbbr,qty,netWgt,",
            "cifvalue,fobvalue,primaryValue\n",
            "C,A,2023,52,2023,764,THA,M,0,W00,0,W00,H6,854231,6,C00,0,0,5,u,900,45,3000.5,,3000.5\n",
            "C,A,2023,52,2023,764,THA,M,156,CHN,0,W00,H6,854231,6,C00,0,0,5,u,900,45,3000.5,,3000.5\n",
            "C,A,2023,52,2023,764,THA,M,156,CHN,344,HKG,H6,854231,6,C00,0,1000,5,u,400,20,1200,,1200\n",
            "C,A,2023,52,2023,764,THA,X,643,RUS,0,W00,H6,10121,6,C00,0,0,-1,N/A,0,0,,700,700\n",
        )
    }

    fn recognise(&self, header: &Header) -> u8 {
        let value = header.find(&["primaryValue", "cifvalue", "fobvalue"]).is_some();
        let when = header.find(&["period", "refYear"]).is_some();
        if !(header.has_all(&["cmdCode"]) && value && when) {
            return 0;
        }
        let sides = header.find(&["reporterCode", "reporterISO", "reporterDesc"]).is_some()
            && header.find(&["partnerCode", "partnerISO", "partnerDesc"]).is_some()
            && header.find(&["flowCode", "flowDesc"]).is_some();
        if sides { 95 } else { 60 }
    }

    fn bind(&self, header: &Header, said: &Said) -> Result<Box<dyn RowReader>, IngestError> {
        Ok(Box::new(Reader::bind(header, said, &COLUMNS)?))
    }
}

/// The date in square brackets that bulk files carry: `COMTRADE-FINAL-CA764202301H6[2024-05-01].gz`.
fn vintage_of(file_name: &str) -> Option<String> {
    let date = file_name.rsplit_once('[')?.1.split_once(']')?.0;
    let dated = date.len() == 10
        && date.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    dated.then(|| date.to_owned())
}

/// What one Comtrade layout calls the columns.
pub(super) struct Aliases {
    pub layout: &'static str,
    /// The first of these that can be read counts, before year and month.
    pub period: [&'static [&'static str]; 2],
    pub year: &'static [&'static str],
    pub month: &'static [&'static str],
    /// Code, ISO code, name.
    pub reporter: [&'static [&'static str]; 3],
    /// Code, ISO code, name.
    pub partner: [&'static [&'static str]; 3],
    /// Code, ISO code.
    pub partner2: [&'static [&'static str]; 2],
    pub flow: &'static [&'static str],
    pub flow_name: &'static [&'static str],
    pub classification: &'static [&'static str],
    pub code: &'static [&'static str],
    pub level: &'static [&'static str],
    pub customs: &'static [&'static str],
    pub transport: &'static [&'static str],
    pub supply: &'static [&'static str],
    pub unit: &'static [&'static str],
    pub unit_code: &'static [&'static str],
    pub quantity: &'static [&'static str],
    /// The first of these that has a figure in the row counts.
    pub weight: [&'static [&'static str]; 2],
    pub value: &'static [&'static str],
    pub cif: &'static [&'static str],
    pub fob: &'static [&'static str],
    /// Flow codes are 1 to 4 and chapters have lost their leading zero.
    pub old_codes: bool,
}

/// Reads Comtrade records whose columns are known.
pub(super) struct Reader {
    period: [Option<usize>; 2],
    year: Option<usize>,
    month: Option<usize>,
    reporter: PlaceColumns,
    partner: PlaceColumns,
    partner2: [Option<usize>; 2],
    flow: [Option<usize>; 2],
    said_flow: Option<Flow>,
    classification: Option<usize>,
    said_revision: Option<HsRevision>,
    code: usize,
    level: Option<usize>,
    customs: Option<usize>,
    transport: Option<usize>,
    supply: Option<usize>,
    unit: UnitColumns,
    quantity: Option<usize>,
    weight: [Option<usize>; 2],
    value: Option<usize>,
    cif: Option<usize>,
    fob: Option<usize>,
    old_codes: bool,
    /// A file of tariff lines: no totals stand beside the parts.
    tariff_lines: bool,
}

impl Reader {
    /// Finds the columns of a layout; a side or flow that has none must have been said.
    pub fn bind(header: &Header, said: &Said, names: &Aliases) -> Result<Reader, IngestError> {
        let (year, period) = (header.find(names.year), names.period.map(|n| header.find(n)));
        if year.is_none() && period == [None, None] {
            header.need(names.layout, names.period[0])?;
        }
        let (cif, fob) = (header.find(names.cif), header.find(names.fob));
        let value = match header.find(names.value) {
            None if cif.is_none() && fob.is_none() => Some(header.need(names.layout, names.value)?),
            found => found,
        };
        let flow = [header.find(names.flow), header.find(names.flow_name)];
        if flow == [None, None] && said.flow.is_none() {
            return Err(unsaid(names.layout, "flow"));
        }
        Ok(Reader {
            period,
            year,
            month: header.find(names.month),
            reporter: PlaceColumns::bind(header, names.reporter, said.reporter)
                .ok_or_else(|| unsaid(names.layout, "reporter"))?,
            partner: PlaceColumns::bind(header, names.partner, said.partner)
                .ok_or_else(|| unsaid(names.layout, "partner"))?,
            partner2: names.partner2.map(|n| header.find(n)),
            flow,
            said_flow: said.flow,
            classification: header.find(names.classification),
            said_revision: said.revision,
            code: header.need(names.layout, names.code)?,
            level: header.find(names.level),
            customs: header.find(names.customs),
            transport: header.find(names.transport),
            supply: header.find(names.supply),
            unit: UnitColumns { name: header.find(names.unit), code: header.find(names.unit_code) },
            quantity: header.find(names.quantity),
            weight: names.weight.map(|n| header.find(n)),
            value,
            cif,
            fob,
            old_codes: names.old_codes,
            tariff_lines: said.file_name.to_ascii_uppercase().contains("TARIFFLINE"),
        })
    }

    fn period(&self, row: &Row<'_>) -> Result<(Month, PeriodKind), Problem> {
        for column in self.period.into_iter().flatten() {
            if let Some(period) = parse_period(row.get(column)) {
                return Ok(period);
            }
        }
        match self.year {
            Some(year) => year_and_month(row, year, self.month),
            None => row.period(self.period[0].or(self.period[1]).unwrap_or_default()),
        }
    }

    /// The flow and, for the finer regimes, the code of the part of it.
    fn flow<'a>(&self, row: &Row<'a>) -> Result<(Flow, &'a [u8]), Problem> {
        let code = row.maybe(self.flow[0]);
        let old = match code {
            b"1" => Some(Flow::Import),
            b"2" => Some(Flow::Export),
            b"3" => Some(Flow::ReExport),
            b"4" => Some(Flow::ReImport),
            _ => None,
        };
        if let (Some(flow), true) = (old, self.old_codes) {
            return Ok((flow, b""));
        }
        if let Some(found) = flow_of(code).or_else(|| flow_of(row.maybe(self.flow[1]))) {
            return Ok(found);
        }
        match (self.said_flow, self.flow[0].or(self.flow[1])) {
            (Some(flow), None) => Ok((flow, b"")),
            (_, column) => Err(row.problem(
                column.unwrap_or_default(),
                "flow-unknown",
                "expected import, export, re-export or re-import, or Comtrade's code for one",
            )),
        }
    }

    fn code_level(&self, row: &Row<'_>) -> Option<u64> {
        if self.old_codes && row.get(self.code).len() == 1 {
            return Some(2);
        }
        digits(row.maybe(self.level))
    }

    /// The value in dollars and what it counts.
    fn value(&self, row: &Row<'_>, flow: Flow) -> Result<(f64, Valuation), Problem> {
        let imports = flow.reporter_imports();
        let side = if imports { self.cif } else { self.fob };
        let mut column = self.value.or(side).or(self.cif).or(self.fob).unwrap_or_default();
        if let Some(side) = side
            && is_none(row.get(column))
            && !is_none(row.get(side))
        {
            column = side;
        }
        let value = row.value(column)?;
        // Nearly always one of them is the same text: comparing it spares reading a number.
        let same = |other: Option<usize>| match other {
            Some(other) if row.get(other) == row.get(column) => Ok(true),
            other => row.measure(other).map(|amount| amount == value),
        };
        let valuation = if imports && same(self.cif)? {
            Valuation::Cif
        } else if same(self.fob)? {
            Valuation::Fob
        } else {
            Valuation::Unstated
        };
        Ok((value, valuation))
    }

    fn weight(&self, row: &Row<'_>, value: f64) -> Result<f64, Problem> {
        let first = measured(row, self.weight[0], value)?;
        if first.is_nan() { measured(row, self.weight[1], value) } else { Ok(first) }
    }

    fn breakdown(&self, row: &Row<'_>, fine: &[u8], scratch: &mut Scratch) -> Breakdown {
        let partner2 = self.partner2.map(|c| row.maybe(c));
        let customs = row.maybe(self.customs);
        let transport = row.maybe(self.transport);
        let supply = row.maybe(self.supply);
        let whole = fine.is_empty()
            && is_whole(partner2[0])
            && (!is_none(partner2[0]) || is_whole(partner2[1]))
            && is_whole(customs)
            && is_whole(transport)
            && is_whole(supply);
        if whole {
            return Breakdown::Total;
        }
        let mut parts = Parts::default();
        parts.push(b"flow=", fine);
        let second = if is_whole(partner2[1]) { partner2[0] } else { partner2[1] };
        parts.push(b"partner2=", second);
        parts.push(b"transport=", transport);
        parts.push(b"customs=", customs);
        parts.push(b"supply=", supply);
        let part = scratch.intern(parts.text());
        if self.tariff_lines { Breakdown::Adds(part) } else { Breakdown::Part(part) }
    }

    fn partner2(&self, row: &Row<'_>, scratch: &mut Scratch) -> Option<Place> {
        let code = row.maybe(self.partner2[0]);
        if !is_none(code) {
            return (!is_whole(code)).then(|| scratch.place_by_m49(code));
        }
        let iso = row.maybe(self.partner2[1]);
        (!is_whole(iso)).then(|| scratch.place(iso, place_by_letters))
    }
}

impl RowReader for Reader {
    fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Fact, Problem> {
        let (start, kind) = self.period(row)?;
        let revision = revision_of(row, self.classification, self.said_revision, start, scratch)?;
        let (flow, fine) = self.flow(row)?;
        let reporter = self.reporter.read(row, scratch)?;
        let partner = self.partner.read(row, scratch)?;
        let code = row.code(self.code, self.code_level(row), revision, scratch)?;
        let (value, valuation) = self.value(row, flow)?;
        let quantity = self.unit.quantity(row, self.quantity, value, scratch)?;
        let (exporter, importer) = sides(flow, reporter, partner);
        Ok(Fact {
            reporter: Some(reporter),
            exporter,
            importer,
            partner2: self.partner2(row, scratch),
            flow,
            revision,
            code,
            start,
            kind,
            value,
            currency: scratch.usd(),
            valuation,
            basis: Basis::of(flow),
            net_weight_kg: self.weight(row, value)?,
            quantity: quantity.0,
            unit: quantity.1,
            breakdown: self.breakdown(row, fine, scratch),
        })
    }

    fn repeats(&self) -> Repeats {
        // A national code may come in several units, which no column that is kept tells apart.
        if self.tariff_lines { Repeats::AddUp } else { Repeats::SameFact }
    }
}

/// Where a layout names a place: number, ISO code and name, as far as it does.
pub(super) struct PlaceColumns {
    columns: [Option<usize>; 3],
    said: Option<Place>,
}

impl PlaceColumns {
    /// `None` when no column names the place and nobody said it.
    pub fn bind(header: &Header, names: [&[&str]; 3], said: Option<Place>) -> Option<PlaceColumns> {
        let columns = names.map(|n| header.find(n));
        (columns != [None; 3] || said.is_some()).then_some(PlaceColumns { columns, said })
    }

    /// The place of this row. What the row says counts before what the person said.
    pub fn read(&self, row: &Row<'_>, scratch: &mut Scratch) -> Result<Place, Problem> {
        let number = row.maybe(self.columns[0]);
        let mut first = None;
        if !number.is_empty() {
            let place = match digits(number) {
                Some(_) => scratch.place_by_m49(number),
                None => scratch.place(number, place_by_letters),
            };
            if matches!(place, Place::Known(_)) {
                return Ok(place);
            }
            first = Some(place);
        }
        for column in self.columns[1..].iter().flatten() {
            let field = row.get(*column);
            if field.is_empty() {
                continue;
            }
            let place = scratch.place(field, place_by_letters);
            if matches!(place, Place::Known(_)) {
                return Ok(place);
            }
            first = first.or(Some(place));
        }
        first.or(self.said).ok_or_else(|| {
            let column = self.columns.iter().flatten().next().copied().unwrap_or_default();
            row.problem(column, "place-missing", "the row does not name this country")
        })
    }
}

/// A place by ISO code or name; Comtrade's `W00` is the world.
pub(super) fn place_by_letters(text: &str) -> Option<place::PlaceId> {
    match text {
        "W00" | "WLD" => place::by_m49(0),
        _ => place::by_iso3(text).or_else(|| place::by_name(text)),
    }
}

/// Where a layout names the unit of its quantity.
pub(super) struct UnitColumns {
    pub name: Option<usize>,
    pub code: Option<usize>,
}

impl UnitColumns {
    /// The quantity and its unit: NaN and 0 when there is none.
    pub fn quantity(
        &self,
        row: &Row<'_>,
        column: Option<usize>,
        value: f64,
        scratch: &mut Scratch,
    ) -> Result<(f64, u32), Problem> {
        let (name, code) = (row.maybe(self.name), row.maybe(self.code));
        let unit = match unit_of_code(code) {
            Some(b"") => return Ok((f64::NAN, 0)),
            Some(unit) => unit,
            None if is_none(name) => code,
            None => match unit_of_name(name) {
                b"" => return Ok((f64::NAN, 0)),
                unit => unit,
            },
        };
        let quantity = measured(row, column, value)?;
        let unit = if quantity.is_nan() { 0 } else { scratch.intern(unit) };
        Ok((quantity, unit))
    }
}

/// The abbreviation of a Comtrade unit number: empty for "no quantity", `None` for a number
/// that is not known here.
pub(super) fn unit_of_code(code: &[u8]) -> Option<&'static [u8]> {
    Some(match code {
        b"-1" | b"1" => b"",
        b"2" => "m²".as_bytes(),
        b"3" => b"1000 kWh",
        b"4" => b"m",
        b"5" => b"u",
        b"6" => b"2u",
        b"7" => b"l",
        b"8" => b"kg",
        b"9" => b"1000u",
        b"10" => b"packs",
        b"11" => b"12u",
        b"12" => "m³".as_bytes(),
        b"13" => b"carat",
        b"21" => b"1000 kg",
        b"27" => b"kg P2O5",
        b"40" => b"GT",
        _ => return None,
    })
}

/// The abbreviation for the words that Comtrade and WITS use; other names stay as they are.
pub(super) fn unit_of_name(name: &[u8]) -> &[u8] {
    match name {
        b"N/A" | b"N.Q." | b"No Quantity" | b"NA" | b"-" => b"",
        b"Kg" | b"KG" | b"Weight in kilograms" => b"kg",
        b"Item" | b"Items" | b"Number of items" => b"u",
        b"Volume in litres" | b"Volume in liters" => b"l",
        b"Area in square metres" | b"Area in square meters" => "m²".as_bytes(),
        b"Volume in cubic metres" | b"Volume in cubic meters" => "m³".as_bytes(),
        b"Length in metres" | b"Length in meters" => b"m",
        b"Number of pairs" => b"2u",
        b"Weight in carats" => b"carat",
        other => other,
    }
}

/// A weight or quantity. Publishers write 0 for "not recorded": goods of some value do not
/// weigh nothing, so such a zero is missing.
pub(super) fn measured(row: &Row<'_>, column: Option<usize>, value: f64) -> Result<f64, Problem> {
    let measure = row.measure(column)?;
    Ok(if measure == 0.0 && value > 0.0 { f64::NAN } else { measure })
}

/// Exporter and importer of a report.
pub(crate) fn sides(flow: Flow, reporter: Place, partner: Place) -> (Place, Place) {
    if flow.reporter_imports() { (partner, reporter) } else { (reporter, partner) }
}

/// A year in one column and perhaps a month in another; month 52 and 0 are the whole year.
pub(super) fn year_and_month(
    row: &Row<'_>,
    year: usize,
    month: Option<usize>,
) -> Result<(Month, PeriodKind), Problem> {
    let whole = row.period(year)?;
    let month_of_year = match digits(row.maybe(month)) {
        Some(m @ 1..=12) if whole.1 == PeriodKind::Year => m as i32,
        _ => return Ok(whole),
    };
    Ok((whole.0.plus(month_of_year - 1), PeriodKind::Month))
}

/// The revision that a row states as `H0` to `H6`. When it states none, the one that the
/// person said or else the one in force, which is noted since reporters change late.
pub(super) fn revision_of(
    row: &Row<'_>,
    column: Option<usize>,
    said: Option<HsRevision>,
    start: Month,
    scratch: &mut Scratch,
) -> Result<HsRevision, Problem> {
    let stated = row.maybe(column);
    if let [b'H' | b'h', number @ b'0'..=b'9'] = stated
        && let Some(revision) = HsRevision::from_id(number - b'0')
    {
        return Ok(revision);
    }
    match stated {
        b"" | b"HS" | b"hs" | b"NA" => Ok(assumed_revision(said, start, scratch)),
        _ => Err(row.problem(
            column.unwrap_or_default(),
            "not-hs",
            "only Harmonized System codes (H0 to H6) are read: download the data again in HS",
        )),
    }
}

/// What the person said, or the revision in force, noted.
pub(crate) fn assumed_revision(
    said: Option<HsRevision>,
    start: Month,
    scratch: &mut Scratch,
) -> HsRevision {
    said.unwrap_or_else(|| {
        scratch.note("revision-assumed");
        HsRevision::in_force(start.year())
    })
}

/// The error for what a layout does not carry and nobody said.
pub(super) fn unsaid(layout: &str, what: &str) -> IngestError {
    unsaid_all(layout, &[what])
}

/// The same for several things, so that the person need not find them out one by one.
pub(crate) fn unsaid_all(layout: &str, what: &[&str]) -> IngestError {
    let how = |what: &&str| match *what {
        "reporter" => "--set reporter=CHN",
        "partner" => "--set partner=RUS",
        "currency" => "--set currency=USD",
        _ => "--flow export",
    };
    IngestError::Unsaid {
        layout: layout.to_owned(),
        what: what.join(", the "),
        how: what.iter().map(how).collect::<Vec<_>>().join(" "),
    }
}

/// A flow by Comtrade's letters or by name. The second text is the code of a finer regime,
/// which is a part of the flow: processing trade, or the domestic or foreign goods in it.
fn flow_of(code: &[u8]) -> Option<(Flow, &[u8])> {
    let none: &[u8] = b"";
    Some(match code {
        b"M" | b"Import" => (Flow::Import, none),
        b"X" | b"Export" => (Flow::Export, none),
        b"RX" | b"Re-export" | b"Re-Export" => (Flow::ReExport, none),
        b"RM" | b"Re-import" | b"Re-Import" => (Flow::ReImport, none),
        b"MIP" | b"MOP" | b"FM" => (Flow::Import, code),
        b"XIP" | b"XOP" | b"DX" => (Flow::Export, code),
        b"" => return None,
        _ => (Flow::parse(&text(code))?, none),
    })
}

/// Whether the field is no code at all.
fn is_none(field: &[u8]) -> bool {
    matches!(field, b"" | b"NA" | b"N/A" | b"null" | b"NULL")
}

/// Whether a code stands for the total over its dimension.
fn is_whole(field: &[u8]) -> bool {
    is_none(field) || matches!(field, b"0" | b"W00" | b"C00" | b"0.0" | b"00")
}

/// `partner2=CHE+transport=2100`, put together without allocating.
struct Parts {
    bytes: [u8; 160],
    len: usize,
}

impl Default for Parts {
    fn default() -> Parts {
        Parts { bytes: [0; 160], len: 0 }
    }
}

impl Parts {
    /// Adds a dimension unless its code stands for the total. Codes have a few characters;
    /// longer ones are cut at 24 so that all five fit.
    fn push(&mut self, key: &[u8], code: &[u8]) {
        if is_whole(code) {
            return;
        }
        if self.len > 0 {
            self.put(b"+");
        }
        self.put(key);
        self.put(&code[..code.len().min(24)]);
    }

    fn put(&mut self, bytes: &[u8]) {
        for (to, from) in self.bytes[self.len..].iter_mut().zip(bytes) {
            *to = *from;
            self.len += 1;
        }
    }

    fn text(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

/// What the tests of the layouts share.
#[cfg(test)]
pub(crate) mod testing {
    use std::io::Read;
    use std::sync::{Arc, Mutex};

    use crate::fact::{Breakdown, Fact, Place};
    use crate::formats::{Header, IngestFormat, Row, Said};
    use crate::scratch::{Names, Scratch};
    use plimsoll_terms::problem::Problem;

    /// What became of a text.
    pub struct Outcome {
        pub facts: Vec<Fact>,
        pub problems: Vec<Problem>,
        pub noted: Vec<(&'static str, u64)>,
        names: Arc<Mutex<Names>>,
    }

    /// Reads a delimited text in a layout.
    pub fn read(format: &dyn IngestFormat, said: &Said, bytes: &[u8]) -> Outcome {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let mut input =
            csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(bytes);
        let mut records = input.byte_records().map(|r| r.unwrap());
        let first = records.next().unwrap();
        let header = Header::new(first.iter().map(|f| String::from_utf8_lossy(f).into_owned()));
        read_records(format, said, &header, records.zip(2..).map(|(r, n)| (n, r)))
    }

    /// Reads records in a layout.
    pub fn read_records(
        format: &dyn IngestFormat,
        said: &Said,
        header: &Header,
        records: impl IntoIterator<Item = (u64, csv::ByteRecord)>,
    ) -> Outcome {
        let names = Arc::new(Mutex::new(Names::new()));
        let mut scratch = Scratch::new(names.clone());
        let reader = format.bind(header, said).map_err(|e| e.to_string()).unwrap();
        let (mut facts, mut problems) = (Vec::new(), Vec::new());
        for (line, fields) in records {
            let row = Row { fields: &fields, line, header, cell: 0 };
            let cells = match reader.cells() {
                [] => vec![0],
                wide => wide.iter().copied().filter(|cell| row.has_figure(*cell)).collect(),
            };
            for cell in cells {
                match reader.read(&Row { cell, ..row }, &mut scratch) {
                    Ok(fact) => facts.push(fact),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        Outcome { facts, problems, noted: scratch.noted, names }
    }

    impl Outcome {
        pub fn text(&self, number: u32) -> String {
            self.names.lock().unwrap().text(number).to_owned()
        }

        pub fn place(&self, place: Place) -> String {
            match place {
                Place::Known(id) => id.code().to_owned(),
                Place::Unresolved(n) => format!("?{}", self.text(n)),
            }
        }

        /// One fact as a line.
        pub fn line(&self, fact: &Fact) -> String {
            let breakdown = match fact.breakdown {
                Breakdown::Total => "total".to_owned(),
                Breakdown::Adds(n) => format!("adds {}", self.text(n)),
                Breakdown::Part(n) => format!("part {}", self.text(n)),
            };
            let reporter = fact.reporter.map_or("-".to_owned(), |p| self.place(p));
            let second = fact.partner2.map_or(String::new(), |p| format!(" via {}", self.place(p)));
            format!(
                "{} {reporter}: {}>{}{second} {} {:?} {} {:?} {} {} {} {:?} {:.3}kg {}{} {breakdown}",
                fact.start,
                self.place(fact.exporter),
                self.place(fact.importer),
                fact.flow.name(),
                fact.kind,
                fact.revision,
                fact.code,
                fact.value,
                self.text(fact.currency),
                fact.valuation.name(),
                fact.basis,
                fact.net_weight_kg,
                fact.quantity,
                self.text(fact.unit),
            )
        }

        pub fn lines(&self) -> Vec<String> {
            self.facts.iter().map(|f| self.line(f)).collect()
        }

        /// Texts of the places that the catalogue does not know, each once.
        pub fn unresolved(&self) -> Vec<String> {
            let mut found: Vec<String> = self
                .facts
                .iter()
                .flat_map(|f| [Some(f.exporter), Some(f.importer), f.partner2])
                .flatten()
                .filter(|p| matches!(p, Place::Unresolved(_)))
                .map(|p| self.place(p))
                .collect();
            found.sort();
            found.dedup();
            found
        }
    }

    /// A real file, unpacked if it is gzipped; `None`, with a message, where it is absent.
    pub fn shared(path: &str) -> Option<Vec<u8>> {
        let root = std::env::var("PLIMSOLL_SHARED")
            .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared").to_owned());
        let whole = std::path::Path::new(&root).join(path);
        let Ok(bytes) = std::fs::read(&whole) else {
            eprintln!("skipped: {path} is not in PLIMSOLL_SHARED");
            return None;
        };
        if !bytes.starts_with(&[0x1F, 0x8B]) {
            return Some(bytes);
        }
        let mut unpacked = Vec::new();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).unwrap();
        Some(unpacked)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::testing::{read, shared};
    use super::*;

    #[test]
    fn the_example() {
        let got = read(&API, &Said::default(), API.example().as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2023-01 THA: W00>THA import Year HS2022 854231 3000.5 USD CIF Origin 45.000kg 900u total",
                "2023-01 THA: CHN>THA import Year HS2022 854231 3000.5 USD CIF Origin 45.000kg 900u total",
                "2023-01 THA: CHN>THA via HKG import Year HS2022 854231 1200 USD CIF Origin 20.000kg 400u part partner2=HKG+transport=1000",
                "2023-01 THA: THA>RUS export Year HS2022 010121 700 USD FOB Dispatch NaNkg NaN total",
            ]
        );
        assert_eq!(got.noted, [("leading-zero-restored", 1)]);
    }

    /// The bulk files' own columns, made-up rows: tabs, another spelling of the values.
    const BULK: &str = "typeCode\tfreqCode\trefPeriodId\trefYear\trefMonth\tperiod\treporterCode\t\
        flowCode\tpartnerCode\tpartner2Code\tclassificationCode\tclassificationSearchCode\t\
        isOriginalClassification\tcmdCode\tcustomsCode\tmosCode\tmotCode\tqtyUnitCode\tqty\tisQtyEstimated\t\
        altQtyUnitCode\taltQty\tisAltQtyEstimated\tnetWgt\tisNetWgtEstimated\tgrossWgt\tisGrossWgtEstimated\t\
        CIFValue\tFOBValue\tprimaryValue\tlegacyEstimationFlag\tisReported\tisAggregate\n\
        C\tM\t20230101\t2023\t1\t202301\t764\tM\t156\t0\tH6\tHS\t1\t8542310001\tC00\t0\t1000\t5\t70\t0\t-1\t0\t0\t12\t0\t\t0\t5100\t\t5100\t0\t1\t0\n\
        C\tM\t20230101\t2023\t1\t202301\t764\tM\t156\t0\tH6\tHS\t1\t8542310001\tC00\t0\t2100\t5\t7\t0\t-1\t0\t0\t1\t0\t\t0\t900\t\t900\t0\t1\t0\n";

    #[test]
    fn tariff_lines_add_up_and_final_files_have_totals() {
        let text = BULK.replace('\t', ",");
        for (file_name, word) in [
            ("COMTRADE-TARIFFLINE-CM764202301H6[2023-04-01].gz", "adds"),
            ("COMTRADE-FINAL-CM764202301H6[2023-04-01].gz", "part"),
        ] {
            let said = Said { file_name: file_name.into(), ..Said::default() };
            let got = read(&API, &said, text.as_bytes());
            assert_eq!(
                got.lines(),
                [
                    format!(
                        "2023-01 THA: CHN>THA import Month HS2022 8542310001 5100 USD CIF Origin 12.000kg 70u {word} transport=1000"
                    ),
                    format!(
                        "2023-01 THA: CHN>THA import Month HS2022 8542310001 900 USD CIF Origin 1.000kg 7u {word} transport=2100"
                    ),
                ]
            );
            assert_eq!(API.vintage(file_name).as_deref(), Some("2023-04-01"));
        }
    }

    #[test]
    fn finer_flows_and_other_classifications() {
        let text = "flowCode,reporterCode,partnerCode,period,classificationCode,cmdCode,primaryValue,customsCode,mosCode\n\
            DX,268,398,202203,H5,8703,5,C00,0 \n\
            MIP,268,398,202203,HS,8703,5,C05,1\n\
            RX,268,398,202203,H5,8703,5,,\n\
            X,268,398,202203,S4,781,5,,\n\
            ZZ,268,398,202203,H5,8703,5,,\n\
            X,268,398,202203,H5,8703,,,\n\
            X,268,,202203,H5,8703,1,,\n";
        let got = read(&API, &Said::default(), text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2022-03 GEO: GEO>KAZ export Month HS2017 8703 5 USD unstated Dispatch NaNkg NaN part flow=DX",
                "2022-03 GEO: KAZ>GEO import Month HS2022 8703 5 USD unstated Origin NaNkg NaN part flow=MIP+customs=C05+supply=1",
                "2022-03 GEO: GEO>KAZ re-export Month HS2017 8703 5 USD unstated Dispatch NaNkg NaN total",
            ]
        );
        let rules: Vec<_> = got.problems.iter().map(|p| (p.line, p.rule)).collect();
        assert_eq!(
            rules,
            [(5, "not-hs"), (6, "flow-unknown"), (7, "value-missing"), (8, "place-missing")]
        );
        assert_eq!(got.noted, [("revision-assumed", 1)]);
    }

    #[test]
    fn the_second_weight_and_the_other_values() {
        let text = "flow_code,reporter_iso,partner_iso,ref_year,ref_month,cmd_code,aggr_level,net_wgt,netWeight,primary_value,CIFValue,FOBValue,qty_unit_code,qty\n\
            M,ARM,CHN,2021,3,10121,6,0,12.5,9,0.0,9,-1,\n\
            M,ARM,CHN,2021,52,10121,6,,,,11,9,5,0\n\
            X,ARM,W00,2021,52,TOTAL,0,,,9,,8,99,3\n";
        let said = Said { revision: Some(HsRevision::Hs2012), ..Said::default() };
        let got = read(&API, &said, text.as_bytes());
        assert_eq!(
            got.lines(),
            [
                "2021-03 ARM: CHN>ARM import Month HS2012 010121 9 USD FOB Origin 12.500kg NaN total",
                "2021-01 ARM: CHN>ARM import Year HS2012 010121 11 USD CIF Origin NaNkg NaN total",
                "2021-01 ARM: ARM>W00 export Year HS2012 TOTAL 9 USD unstated Dispatch NaNkg 399 total",
            ]
        );
        assert!(got.problems.is_empty());
    }

    #[test]
    fn bulk_files_are_dated_by_their_name() {
        let vintage = API.vintage("COMTRADE-FINAL-CA764202301H6[2024-05-01].gz");
        assert_eq!(vintage.as_deref(), Some("2024-05-01"));
        assert_eq!(API.vintage("TradeData[1].csv"), None);
    }

    #[test]
    fn what_is_not_said_is_asked_for() {
        let header = Header::new(["cmdCode", "period", "primaryValue", "partnerISO"]);
        let error = API.bind(&header, &Said::default()).err().map(|e| e.to_string());
        assert_eq!(error.as_deref(), Some("files in layout comtrade do not say the flow"));
    }

    #[test]
    fn thai_partners_add_up_to_the_world_in_every_year() {
        let path = "data/comtrade/thailand_imports_hs8542_2014_2024_TradeData.csv";
        let Some(bytes) = shared(path) else { return };
        let got = read(&API, &Said::default(), &bytes);
        assert_eq!((got.facts.len(), got.problems.len()), (1178, 0));
        let mut years: HashMap<Month, (f64, f64)> = HashMap::new();
        for fact in &got.facts {
            assert_eq!(fact.breakdown, Breakdown::Total);
            let year = years.entry(fact.start).or_default();
            if fact.exporter == Place::Known(place::PlaceId::WORLD) {
                year.0 += fact.value;
            } else {
                year.1 += fact.value;
            }
        }
        assert_eq!(years.len(), 11);
        for (world, partners) in years.values() {
            assert!((world - partners).abs() < 5.0, "{world} {partners}");
        }
        assert_eq!(got.unresolved(), Vec::<String>::new());
    }

    #[test]
    fn battery_files_have_no_duplicates() {
        for (year, rows) in [(2020, 37_320), (2021, 34_838), (2022, 41_459), (2023, 41_924)] {
            let path =
                format!("data/comtrade/comtrade_imports_by_partner_EVbattery36hs6_{year}.csv.gz");
            let Some(bytes) = shared(&path) else { return };
            let got = read(&API, &Said::default(), &bytes);
            assert_eq!((got.facts.len(), got.problems.len()), (rows, 0));
            let mut keys = std::collections::HashSet::new();
            for fact in &got.facts {
                assert_eq!(fact.breakdown, Breakdown::Total);
                assert!(
                    keys.insert((fact.exporter, fact.importer, fact.code)),
                    "{}",
                    got.line(fact)
                );
            }
            assert_eq!(got.unresolved(), Vec::<String>::new());
        }
    }

    #[test]
    fn all_real_files_of_the_site_are_read() {
        for name in [
            "156_811100_M_2021_partners",
            "398_850760_M_2022_partners",
            "417_850760_M_2022_partners",
            "51_850760_M_2023_partners",
            "643_850760_M_2020_partners",
            "784_850760_M_2022_partners",
            "TradeData_nikolina",
        ] {
            let Some(bytes) = shared(&format!("data/comtrade/{name}.csv")) else {
                return;
            };
            let got = read(&API, &Said::default(), &bytes);
            assert!(got.facts.len() > 3 && got.problems.is_empty(), "{name} {:?}", got.problems);
            assert_eq!(got.unresolved(), Vec::<String>::new(), "{name}");
        }
    }
}
