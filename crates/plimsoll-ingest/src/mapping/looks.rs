//! What do the values of a column look like? Codes, days, numbers, currencies, countries,
//! companies or text: evidence for and against a field beside the column's name.

use plimsoll_terms::{concord, hs::HsCode, hs::HsRevision, place};

use super::countries;
use super::dates;
use super::fields::Field;
use super::numbers;
use super::row::is_currency_number;
use super::words::CURRENCIES;

/// So many filled cells are needed before values say anything.
const ENOUGH: usize = 3;
/// Numbers of countries are those of ISO where so many of them are.
const OWN_LIST: f64 = 0.8;
/// So many cells are looked at.
const MOST: usize = 2000;

/// Shares of the filled cells, 0 to 1.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// Filled cells that were looked at.
    pub filled: usize,
    /// Commodity codes of some revision.
    pub codes: f64,
    /// Days or months.
    pub dates: f64,
    /// Days: a month alone is none.
    pub days: f64,
    /// Numbers of any style.
    pub numbers: f64,
    /// Numbers of at most three digits, as lists of countries have them.
    pub short_numbers: f64,
    /// Those of them that are a country's in ISO 3166 or UN M49.
    pub m49: f64,
    /// Codes of currencies.
    pub currencies: f64,
    /// Countries by name or code.
    pub countries: f64,
    /// Names with the legal form of a company.
    pub companies: f64,
    /// Years from 1990 on.
    pub years: f64,
    /// Mean length in characters.
    pub length: f64,
    /// Mean length of the numbers, digits only.
    pub digits: f64,
}

/// Words of legal forms that end or begin the names of companies.
const FORMS: [&str; 37] = [
    "ltd",
    "limited",
    "llc",
    "inc",
    "corp",
    "co",
    "gmbh",
    "ag",
    "sa",
    "srl",
    "spa",
    "bv",
    "nv",
    "plc",
    "llp",
    "sas",
    "sac",
    "saa",
    "tnhh",
    "sarl",
    "ltda",
    "eirl",
    "pty",
    "pvt",
    "jsc",
    "ooo",
    "ооо",
    "оао",
    "зао",
    "пао",
    "ао",
    "ип",
    "тоо",
    "тов",
    "sti",
    "as",
    "有限公司",
];

impl Looks {
    /// Whether the column numbers countries by a list that is not ISO 3166 or UN M49: to read the
    /// few numbers that both lists have would name the wrong country.
    pub fn numbers_of_its_own(&self) -> bool {
        self.filled >= ENOUGH
            && self.short_numbers > 0.5
            && self.m49 < OWN_LIST * self.short_numbers
    }
}

/// Looks at the cells of one column.
pub fn look<'a>(cells: impl Iterator<Item = &'a str>) -> Looks {
    let mut sums = Looks::default();
    for cell in cells.map(str::trim).filter(|c| !numbers::is_missing(c)).take(MOST) {
        sums.filled += 1;
        let number = numbers::looks_like_number(cell);
        sums.numbers += f64::from(number);
        sums.codes += f64::from(is_code(cell));
        sums.dates += f64::from(dates::looks_like_date(cell));
        sums.days += f64::from(dates::looks_like_day(cell));
        sums.years += f64::from(
            cell.len() == 4 && cell.parse().is_ok_and(|y: u32| (1990..2100).contains(&y)),
        );
        let upper = cell.to_uppercase();
        let currency = CURRENCIES.contains(upper.as_str()) || is_currency_number(cell);
        sums.currencies += f64::from(currency);
        if countries::is_number(cell) {
            sums.short_numbers += 1.0;
            sums.m49 += f64::from(is_country(cell));
        }
        if !number || cell.len() <= 3 {
            sums.countries += f64::from(is_country(cell));
        }
        sums.companies += f64::from(!number && is_company(cell));
        sums.length += cell.chars().count() as f64;
        sums.digits += cell.chars().filter(char::is_ascii_digit).count() as f64;
    }
    let filled = sums.filled.max(1) as f64;
    for share in [
        &mut sums.codes,
        &mut sums.dates,
        &mut sums.days,
        &mut sums.numbers,
        &mut sums.short_numbers,
        &mut sums.m49,
        &mut sums.currencies,
        &mut sums.countries,
        &mut sums.companies,
        &mut sums.years,
        &mut sums.length,
        &mut sums.digits,
    ] {
        *share /= filled;
    }
    sums
}

/// Digits, perhaps with points, that begin with a heading of the Harmonized System.
fn is_code(cell: &str) -> bool {
    let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
    let plain = cell.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ' '));
    let points = cell.chars().filter(|c| *c == '.').count();
    if !plain || !(4..=14).contains(&digits.len()) || points == 1 && digits.len() < 6 {
        return false;
    }
    let known = |text: &str| {
        let six = text.get(..6.min(text.len())).unwrap_or_default();
        let six = if six.len() % 2 == 1 { &six[..six.len() - 1] } else { six };
        [HsRevision::Hs2022, HsRevision::Hs2017, HsRevision::Hs2012, HsRevision::Hs2007]
            .iter()
            .any(|r| HsCode::parse(six).is_ok_and(|code| concord::exists(code, *r)))
    };
    known(&digits) || digits.len() % 2 == 1 && known(&format!("0{digits}"))
}

fn is_country(cell: &str) -> bool {
    cell.len() <= 60 && countries::find(cell).is_some_and(place::PlaceId::is_country)
}

fn is_company(cell: &str) -> bool {
    let lower = cell.to_lowercase();
    let is_form = |word: &str| FORMS.contains(&word);
    // S.A.C. is three letters to one and a form to the other.
    let undotted = lower.replace('.', "");
    ["有限公司", "株式会社"].iter().any(|form| lower.contains(form))
        || ["주식회사", "(주)", "㈜"].iter().any(|form| lower.contains(form))
        || lower.split(|c: char| !c.is_alphanumeric()).any(is_form)
        || undotted.split(|c: char| !c.is_alphanumeric()).any(is_form)
}

/// The score of a name, changed by what the values look like.
pub fn adjust(field: Field, by_name: i32, look: &Looks) -> i32 {
    if look.filled < ENOUGH {
        return by_name;
    }
    if by_name == 0 {
        return alone(field, look);
    }
    by_name + change(field, look)
}

/// What values say where the name says nothing.
fn alone(field: Field, look: &Looks) -> i32 {
    let fits = match field {
        Field::Code => look.codes > 0.95 && look.digits >= 6.0 && look.dates < 0.5,
        Field::Date => look.dates > 0.95 && look.codes < 0.5,
        Field::Currency => look.currencies > 0.95,
        _ => false,
    };
    if fits { 56 } else { 0 }
}

fn change(field: Field, look: &Looks) -> i32 {
    match field {
        Field::Code => of_codes(look),
        Field::Date => match look.dates.max(look.years) {
            good if good > 0.8 => 3,
            some if some > 0.4 => -15,
            _ => -60,
        },
        Field::Year if look.years > 0.9 => 5,
        Field::Year => -60,
        Field::Month if look.length > 10.0 => -40,
        Field::Value
        | Field::NetWeight
        | Field::GrossWeight
        | Field::Quantity
        | Field::Packages => match look.numbers {
            good if good > 0.8 => 2,
            some if some > 0.4 => -20,
            _ => -70,
        },
        Field::Currency => of_currencies(look),
        Field::Reporter | Field::Partner => of_countries(look),
        Field::Importer
        | Field::Exporter
        | Field::Consignee
        | Field::Consignor
        | Field::Notify
        | Field::Declarant
        | Field::ContractHolder
        | Field::Manufacturer => of_parties(look),
        Field::Description if look.numbers > 0.8 => -60,
        Field::Description if look.length > 12.0 => 2,
        Field::Unit if look.numbers > 0.8 && look.length > 3.5 => -60,
        Field::Unit if look.length > 25.0 => -40,
        field if super::row::COUNTRIES.contains(&field) => of_countries(look),
        _ => 0,
    }
}

fn of_codes(look: &Looks) -> i32 {
    if look.codes > 0.8 {
        4
    } else if look.digits >= 2.0 && look.digits >= 0.6 * look.length {
        // Codes of a list that is not ours, or cut ones, are still digits.
        -12
    } else {
        -60
    }
}

fn of_currencies(look: &Looks) -> i32 {
    if look.currencies > 0.8 {
        3
    } else if look.numbers > 0.8 {
        // Numbers that no standard knows are of a list of the office.
        -70
    } else if look.length > 40.0 {
        -50
    } else {
        -6
    }
}

fn of_countries(look: &Looks) -> i32 {
    if look.countries > 0.7 {
        3
    } else if look.numbers > 0.8 && look.digits > 4.0 || look.length > 60.0 || look.companies > 0.2
    {
        -60
    } else if look.countries < 0.05 && look.numbers < 0.2 && look.length > 3.5 {
        // Words, and no country among them: perhaps of a language that is not read here.
        -30
    } else {
        -8
    }
}

fn of_parties(look: &Looks) -> i32 {
    if look.numbers > 0.8 {
        -60
    } else if look.countries > 0.8 {
        -50
    } else if look.companies > 0.2 {
        3
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_countries_are_iso_or_a_list_of_their_own() {
        let own = ["901", "156", "907", "915", "921"];
        assert!(look(own.into_iter()).numbers_of_its_own());
        let iso = ["156", "276", "840", "999", "036", "124", "250"];
        assert!(!look(iso.into_iter()).numbers_of_its_own());
        let names = ["China", "Peru", "Chile"];
        assert!(!look(names.into_iter()).numbers_of_its_own());
    }

    #[test]
    fn numbers_that_are_no_currency_are_none() {
        let office = look(["13", "142", "72", "13"].into_iter());
        assert!(adjust(Field::Currency, 95, &office) < 45);
        let iso = look(["840", "978", "840"].into_iter());
        assert!(adjust(Field::Currency, 95, &iso) > 90);
    }

    #[test]
    fn forms_with_points_are_companies() {
        assert!(is_company("TEJIDOS S.A.C.") && is_company("(주)우산") && is_company("W. CO.,LTD"));
        assert!(!is_company("Coffee, roasted"));
    }
}
