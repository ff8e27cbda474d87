//! What a thread that reads rows keeps between them: interned texts, places found by name,
//! and the small readers of numbers, codes and periods that all layouts share.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::fact::{CodeKey, Place};
use crate::formats::Row;
use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place;
use plimsoll_terms::problem::Problem;

/// Values at or above this are no trade figures in any currency.
const LARGEST_VALUE: f64 = 1e15;

/// The number of the empty text.
pub const EMPTY: u32 = 0;

/// Texts and their numbers, shared by the threads of one load. Number 0 is the empty text.
#[derive(Debug, Default)]
pub struct Names {
    numbers: HashMap<String, u32>,
    texts: Vec<String>,
}

impl Names {
    /// With the empty text at 0.
    pub fn new() -> Names {
        Names { numbers: HashMap::from([(String::new(), 0)]), texts: vec![String::new()] }
    }

    /// The number of a text.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(&n) = self.numbers.get(text) {
            return n;
        }
        let n = self.texts.len() as u32;
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), n);
        n
    }

    /// The text with a number.
    pub fn text(&self, number: u32) -> &str {
        self.texts.get(number as usize).map(String::as_str).unwrap_or_default()
    }
}

/// Per-thread state of reading.
pub struct Scratch {
    shared: Arc<Mutex<Names>>,
    mine: HashMap<Vec<u8>, u32>,
    places: HashMap<Vec<u8>, Place>,
    dollar: u32,
    /// Rows in which a rule changed something worth counting, such as a restored zero.
    pub noted: Vec<(&'static str, u64)>,
}

impl Scratch {
    /// Shares its texts with the load's other threads.
    pub fn new(shared: Arc<Mutex<Names>>) -> Scratch {
        Scratch {
            shared,
            mine: HashMap::new(),
            places: HashMap::new(),
            dollar: 0,
            noted: Vec::new(),
        }
    }

    /// Counts that a rule was applied to a row.
    pub fn note(&mut self, rule: &'static str) {
        match self.noted.iter_mut().find(|(r, _)| *r == rule) {
            Some((_, n)) => *n += 1,
            None => self.noted.push((rule, 1)),
        }
    }

    /// The number of `USD`, the currency of most rows.
    pub fn usd(&mut self) -> u32 {
        if self.dollar == 0 {
            self.dollar = self.intern(b"USD");
        }
        self.dollar
    }

    /// The number of a text such as a unit, a currency or the name of a part.
    pub fn intern(&mut self, bytes: &[u8]) -> u32 {
        if let Some(&n) = self.mine.get(bytes) {
            return n;
        }
        let text = text(bytes);
        let n = self.shared.lock().map(|mut names| names.number(&text)).unwrap_or(0);
        self.mine.insert(bytes.to_vec(), n);
        n
    }

    /// A place by a finder such as `place::by_name`, remembered; the text itself where the
    /// finder does not know it.
    pub fn place(&mut self, bytes: &[u8], find: impl Fn(&str) -> Option<place::PlaceId>) -> Place {
        if let Some(&p) = self.places.get(bytes) {
            return p;
        }
        let found = match find(&text(bytes)) {
            Some(id) => Place::Known(id),
            None => Place::Unresolved(self.intern(bytes)),
        };
        self.places.insert(bytes.to_vec(), found);
        found
    }

    /// A place by its M49 or Comtrade number; unknown numbers stay as they are written.
    pub fn place_by_m49(&mut self, bytes: &[u8]) -> Place {
        if let Some(id) = digits(bytes).and_then(|n| u16::try_from(n).ok()).and_then(place::by_m49)
        {
            return Place::Known(id);
        }
        self.place(bytes, |_| None)
    }
}

/// Field bytes as text: UTF-8 if they are that, else Latin-1 (Windows-1252).
pub fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned(),
    }
}

/// An unsigned whole number; `None` if there is anything else.
pub fn digits(bytes: &[u8]) -> Option<u64> {
    if bytes.is_empty() || bytes.len() > 18 {
        return None;
    }
    bytes.iter().try_fold(0u64, |n, b| b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0')))
}

/// Whether a field says that there is no figure.
pub(crate) fn is_missing(bytes: &[u8]) -> bool {
    matches!(
        bytes,
        b"" | b"NA"
            | b"N/A"
            | b"null"
            | b"NULL"
            | b"nan"
            | b"NaN"
            | b":"
            | b"-"
            | b"\\N"
            | b"..."
            | b".."
            | b"\xE2\x80\xA6"
            | b"\xE2\x80\x93"
    )
}

impl Row<'_> {
    /// A value: there must be one, it must be a plain decimal number and not negative.
    pub fn value(&self, column: usize) -> Result<f64, Problem> {
        let bytes = self.get(column);
        if is_missing(bytes) {
            return Err(self.problem(
                column,
                "value-missing",
                "the row has no value; missing is not zero, so it cannot be counted",
            ));
        }
        self.number(column)
    }

    /// Whether there is a figure, or anything else that stands where one should.
    pub fn has_figure(&self, column: usize) -> bool {
        !is_missing(self.get(column))
    }

    /// A weight or a quantity: NaN when there is none.
    pub fn measure(&self, column: Option<usize>) -> Result<f64, Problem> {
        match column {
            Some(column) if !is_missing(self.get(column)) => self.number(column),
            _ => Ok(f64::NAN),
        }
    }

    fn number(&self, column: usize) -> Result<f64, Problem> {
        self.number_of(column, self.get(column))
    }

    /// The number that a column's text means; the problem shows the text as it stands.
    pub(crate) fn number_of(&self, column: usize, bytes: &[u8]) -> Result<f64, Problem> {
        let number = short_decimal(bytes).or_else(|| {
            std::str::from_utf8(bytes)
                .ok()
                .filter(|t| plain_number(t))
                .and_then(|t| t.parse::<f64>().ok())
        });
        let Some(number) = number else {
            return Err(self.problem(
                column,
                "not-a-number",
                "expected a number such as 12345.67, with a point and without thousands separators",
            ));
        };
        if number < 0.0 {
            return Err(self.problem(
                column,
                "negative",
                "trade values and weights are not negative; a correction belongs in the publisher's next vintage",
            ));
        }
        if number >= LARGEST_VALUE {
            return Err(self.problem(
                column,
                "number-too-large",
                "larger than any trade figure (10^15): check the column and its unit",
            ));
        }
        Ok(number)
    }

    /// A commodity code of 2 to 10 digits, `TOTAL`, or a publisher's own code with letters.
    /// `level` is what the row itself says of the code's digits, where it says so. A leading
    /// zero that a spreadsheet dropped is restored where the level or the catalogue proves it.
    pub fn code(
        &self,
        column: usize,
        level: Option<u64>,
        revision: HsRevision,
        scratch: &mut Scratch,
    ) -> Result<CodeKey, Problem> {
        let raw = self.get(column);
        let mut bytes = [0u8; CodeKey::MAX_LEN];
        let mut len = 0;
        for &b in raw.iter().filter(|b| !matches!(b, b'.' | b' ')) {
            if len == bytes.len() {
                return Err(self.problem(
                    column,
                    "code-too-long",
                    "commodity codes have at most 10 digits",
                ));
            }
            bytes[len] = b;
            len += 1;
        }
        let code = &bytes[..len];
        let Some(key) = CodeKey::pack(code) else {
            return Err(self.problem(
                column,
                "code-unreadable",
                "expected a commodity code such as 854231",
            ));
        };
        let total = key == CodeKey::total();
        if !total && !code.iter().any(u8::is_ascii_digit) {
            return Err(self.problem(
                column,
                "code-unreadable",
                "expected a commodity code such as 854231",
            ));
        }
        let letters = !total && code.iter().any(u8::is_ascii_alphabetic);
        if total || len >= 2 && len % 2 == 0 {
            return Ok(key);
        }
        if letters {
            return Err(self.problem(
                column,
                "code-unreadable",
                "publishers' own codes have an even length; is there a stray letter in a number?",
            ));
        }
        let mut padded = [b'0'; CodeKey::MAX_LEN];
        let restored = (len < CodeKey::MAX_LEN).then(|| {
            padded[1..=len].copy_from_slice(code);
            CodeKey::pack(&padded[..=len])
        });
        match restored.flatten() {
            Some(key) if level == Some(len as u64 + 1) || known_code(key, revision) => {
                scratch.note("leading-zero-restored");
                Ok(key)
            }
            _ => Err(self.problem(
                column,
                "code-digits",
                format!("a code has 2, 4, 6, 8 or 10 digits and this one has {len}; was it cut, or did a spreadsheet drop a leading zero?"),
            )),
        }
    }

    /// A year and perhaps a month: `2021`, `202103`, `2021-03`, `2021-03-01`, `202152` and
    /// `202100` (whole year).
    pub fn period(&self, column: usize) -> Result<(Month, PeriodKind), Problem> {
        let bytes = self.get(column);
        let hint = "expected a year such as 2021 or a month such as 202103 or 2021-03";
        parse_period(bytes).ok_or_else(|| self.problem(column, "period-unreadable", hint))
    }
}

/// Reads the forms of [`Row::period`].
pub fn parse_period(bytes: &[u8]) -> Option<(Month, PeriodKind)> {
    let compact: Vec<u8>;
    let all = match bytes {
        [y @ .., b'-' | b'/', m1, m2] if y.len() == 4 => {
            compact = [y, &[*m1, *m2]].concat();
            &compact[..]
        }
        [y1, y2, y3, y4, b'-', m1, m2, b'-', b'0', b'1'] => {
            compact = vec![*y1, *y2, *y3, *y4, *m1, *m2];
            &compact[..]
        }
        _ => bytes,
    };
    let number = digits(all)?;
    let (year, month) = match all.len() {
        4 => (number, 0),
        6 => (number / 100, number % 100),
        _ => return None,
    };
    if !(1900..2100).contains(&year) {
        return None;
    }
    match month {
        0 | 52 => Some((Month::january(year as i32), PeriodKind::Year)),
        1..=12 => Some((Month::new(year as i32, month as u8)?, PeriodKind::Month)),
        _ => None,
    }
}

fn known_code(key: CodeKey, revision: HsRevision) -> bool {
    let hs = key.prefix(6);
    let mut buffer = [0; 10];
    plimsoll_terms::hs::HsCode::parse(hs.text(&mut buffer))
        .is_ok_and(|code| plimsoll_terms::concord::exists(code, revision))
}

/// Up to fifteen digits with at most one point: a whole number below 2^53 over a power of ten
/// is the nearest floating number, as exact as the library's reader and much quicker.
fn short_decimal(bytes: &[u8]) -> Option<f64> {
    const TENS: [f64; 16] =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];
    if bytes.len() > 16 {
        return None;
    }
    let (mut whole, mut digits, mut after) = (0u64, 0, None);
    for &b in bytes {
        match b {
            b'0'..=b'9' => {
                whole = whole * 10 + u64::from(b - b'0');
                digits += 1;
            }
            b'.' if after.is_none() => after = Some(digits),
            _ => return None,
        }
    }
    let decimals = after.map_or(0, |before| digits - before);
    (1..=15).contains(&digits).then(|| whole as f64 / TENS[decimals])
}

/// Digits, at most one point, perhaps a sign and an exponent: `inf`, `nan` and hexadecimal
/// are not numbers here.
fn plain_number(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'))
}
