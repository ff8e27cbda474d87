//! How are numbers written in this file? Decimal comma or point, thousands by point, comma,
//! space or apostrophe, by threes or as in India, with digits of any script.
//!
//! Never guesses for one cell: which sign is the decimal one is decided for the whole file.

/// Whether a cell says that there is nothing.
pub fn is_missing(cell: &str) -> bool {
    matches!(
        cell,
        "" | "NA"
            | "N/A"
            | "n/a"
            | "null"
            | "NULL"
            | "nan"
            | "NaN"
            | "None"
            | ":"
            | "-"
            | "--"
            | "—"
            | "\\N"
            | "#N/A"
    )
}

/// The value of a decimal digit of any script that customs offices use.
fn digit(c: char) -> Option<char> {
    let zero = match c {
        '0'..='9' => return Some(c),
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        '\u{0966}'..='\u{096F}' => 0x0966,
        '\u{09E6}'..='\u{09EF}' => 0x09E6,
        '\u{0E50}'..='\u{0E59}' => 0x0E50,
        '\u{1040}'..='\u{1049}' => 0x1040,
        '\u{FF10}'..='\u{FF19}' => 0xFF10,
        _ => return None,
    };
    char::from_digit(c as u32 - zero, 10)
}

/// The cell with plain digits, points and commas, without spaces, apostrophes and signs of money;
/// `None` where something else stands in it.
fn plain(cell: &str) -> Option<String> {
    let cell = cell.trim();
    // A unit or currency behind the number, as in `1 200 USD`.
    let tail = cell.trim_end_matches(char::is_alphabetic);
    let cell = if (1..=5).contains(&(cell.len() - tail.len())) && tail.ends_with(' ') {
        tail.trim()
    } else {
        cell
    };
    let (negative, cell) = match cell.strip_prefix('(').and_then(|c| c.strip_suffix(')')) {
        Some(inner) => (true, inner),
        None => (false, cell),
    };
    let mut out = String::with_capacity(cell.len() + 1);
    if negative {
        out.push('-');
    }
    for c in cell.chars() {
        match c {
            '.' | ',' => out.push(c),
            '٫' => out.push('.'),
            '٬' | '\'' | '’' | 'ʼ' | '`' | '_' => {}
            c if c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{feff}') => {}
            '$' | '€' | '£' | '¥' | '₹' | '₽' | '₸' | '₴' | '+' if out.is_empty() => {}
            '-' | '−' if out.is_empty() => out.push('-'),
            'e' | 'E' | '-' | '+' if out.ends_with(|c: char| c.is_ascii_digit() || c == 'e') => {
                out.push(c.to_ascii_lowercase())
            }
            c => out.push(digit(c)?),
        }
    }
    out.contains(|c: char| c.is_ascii_digit()).then_some(out)
}

/// Whether a cell could be a number in some style.
pub fn looks_like_number(cell: &str) -> bool {
    plain(cell)
        .is_some_and(|p| p.len() <= 40 && (read(&p, '.').is_some() || read(&p, ',').is_some()))
}

/// Votes for a decimal point and for a decimal comma.
#[derive(Clone, Copy, Debug, Default)]
pub struct Votes {
    point: usize,
    comma: usize,
}

impl Votes {
    /// What one cell says, where it says something.
    pub fn see(&mut self, cell: &str) {
        let Some(cell) = plain(cell) else { return };
        let count = |sign: char| cell.matches(sign).count();
        let (points, commas) = (count('.'), count(','));
        match (cell.rfind('.'), cell.rfind(',')) {
            (Some(point), Some(comma)) if point > comma => self.point += 2,
            (Some(_), Some(_)) => self.comma += 2,
            (Some(_), None) if points > 1 => self.comma += 1,
            (None, Some(_)) if commas > 1 => self.point += 1,
            (Some(at), None) if !could_be_thousands(&cell, at) => self.point += 1,
            (None, Some(at)) if !could_be_thousands(&cell, at) => self.comma += 1,
            _ => {}
        }
    }

    /// The decimal sign.
    pub fn decimal(self) -> char {
        if self.comma > self.point { ',' } else { '.' }
    }
}

/// `12,345` may be either; `12,34` and `0,345` may not.
fn could_be_thousands(cell: &str, at: usize) -> bool {
    let (before, after) = (cell[..at].trim_start_matches('-'), &cell[at + 1..]);
    after.len() == 3 && (1..=3).contains(&before.len()) && before != "0"
}

/// The number that a cell says with this decimal sign; `None` where it is none.
pub fn parse(cell: &str, decimal: char) -> Option<f64> {
    if let Some(number) = short(cell.as_bytes(), decimal as u8) {
        return Some(number);
    }
    read(&plain(cell)?, decimal)
}

/// The usual number, digits and one decimal sign, exactly and quickly.
fn short(cell: &[u8], decimal: u8) -> Option<f64> {
    const TENS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if cell.len() > 16 {
        return None;
    }
    let (mut whole, mut digits, mut before) = (0u64, 0usize, None);
    for &byte in cell {
        match byte {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b if b == decimal && before.is_none() => before = Some(digits),
            _ => return None,
        }
    }
    let decimals = before.map_or(0, |b| digits - b);
    (1..=15).contains(&digits).then(|| whole as f64 / TENS[decimals])
}

/// A plain text with groups, if they are well made.
fn read(plain: &str, decimal: char) -> Option<f64> {
    let group = if decimal == ',' { '.' } else { ',' };
    let (number, exponent) = plain.split_once('e').map_or((plain, None), |(n, e)| (n, Some(e)));
    let (whole, fraction) = match number.split_once(decimal) {
        Some((whole, fraction)) => (whole, fraction),
        None => (number, ""),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |w| ("-", w));
    let mut groups = whole.split(group).collect::<Vec<_>>();
    if groups.iter().any(|g| !g.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    if groups.len() > 1 {
        let (first, last) = (groups.remove(0), groups.pop()?);
        let inner = groups.iter().all(|g| matches!(g.len(), 2 | 3));
        if !(1..=3).contains(&first.len()) || last.len() != 3 || !inner {
            return None;
        }
    }
    let mut text = String::from(sign);
    text.extend(whole.chars().filter(char::is_ascii_digit));
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        text.push('e');
        text.push_str(exponent);
    }
    text.parse().ok().filter(|n: &f64| n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_many_styles() {
        for (cell, decimal, number) in [
            ("1234.5", '.', Some(1234.5)),
            ("1,234.50", '.', Some(1234.5)),
            ("1.234,50", ',', Some(1234.5)),
            ("1 234,50", ',', Some(1234.5)),
            ("1\u{a0}234\u{202f}567", ',', Some(1_234_567.0)),
            ("1'234.5", '.', Some(1234.5)),
            ("12,34,567.89", '.', Some(1_234_567.89)),
            ("١٢٣٤٫٥", '.', Some(1234.5)),
            ("१२,३४५", '.', Some(12345.0)),
            ("１２３", '.', Some(123.0)),
            ("$1,000", '.', Some(1000.0)),
            ("1 200 USD", '.', Some(1200.0)),
            ("(5.5)", '.', Some(-5.5)),
            ("-3", '.', Some(-3.0)),
            ("1.2E+05", '.', Some(120_000.0)),
            ("1,2", '.', None),
            ("1.2.3", '.', None),
            ("12,3456", '.', None),
            ("abc", '.', None),
            ("", '.', None),
            ("1-2", '.', None),
        ] {
            assert_eq!(parse(cell, decimal), number, "{cell:?}");
        }
    }

    #[test]
    fn the_decimal_sign_is_decided_by_all_cells() {
        let decimal = |cells: &[&str]| {
            let mut votes = Votes::default();
            cells.iter().for_each(|c| votes.see(c));
            votes.decimal()
        };
        assert_eq!(decimal(&["12,345", "1,5"]), ',');
        assert_eq!(decimal(&["12,345", "1.5"]), '.');
        assert_eq!(decimal(&["12.345", "1.234.567"]), ',');
        assert_eq!(decimal(&["1,234"]), '.');
        assert_eq!(decimal(&["0,345"]), ',');
    }
}
