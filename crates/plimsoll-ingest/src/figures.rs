//! How do publishers write numbers for people? With commas between thousands, or with spaces there
//! and a decimal comma.
//!
//! Never takes one for the other: each layout says which it is, and a comma in a wrong place is
//! no number.

use std::borrow::Cow;

use crate::formats::Row;
use crate::scratch::is_missing;
use plimsoll_terms::problem::Problem;

/// What a comma means in a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comma {
    /// It parts thousands: `5,848,714.5`.
    Thousands,
    /// It is the decimal mark: `5 848 714,5`.
    Decimal,
}

/// The number as a plain decimal; as it stands where it is not written in that way.
pub fn plain(bytes: &[u8], comma: Comma) -> Cow<'_, [u8]> {
    if bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.') {
        return Cow::Borrowed(bytes);
    }
    match comma {
        Comma::Thousands => thousands(bytes).map_or(Cow::Borrowed(bytes), Cow::Owned),
        Comma::Decimal => Cow::Owned(decimal(bytes)),
    }
}

/// Without its commas, if each stands before three digits.
fn thousands(bytes: &[u8]) -> Option<Vec<u8>> {
    let whole = bytes.split(|b| *b == b'.').next()?;
    let mut groups = whole.split(|b| *b == b',');
    let first = groups.next()?;
    let right = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    right.then(|| bytes.iter().copied().filter(|b| *b != b',').collect())
}

/// Spaces, thin and fixed ones too, go; a single comma becomes a point.
fn decimal(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let digits: String =
        text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}')).collect();
    let one = digits.matches(',').count() == 1 && !digits.contains('.');
    if one { digits.replace(',', ".").into_bytes() } else { digits.into_bytes() }
}

impl Row<'_> {
    /// A value that a publisher wrote for people: there must be one.
    pub fn written_value(&self, column: usize, comma: Comma) -> Result<f64, Problem> {
        let bytes = self.get(column);
        if is_missing(bytes) {
            return self.value(column);
        }
        self.number_of(column, &plain(bytes, comma))
    }

    /// A weight or quantity so written: NaN when there is none, and when it is 0 though the goods
    /// have a value.
    pub fn written_measure(
        &self,
        column: Option<usize>,
        comma: Comma,
        value: f64,
    ) -> Result<f64, Problem> {
        let Some(column) = column.filter(|c| !is_missing(self.get(*c))) else {
            return Ok(f64::NAN);
        };
        let measure = self.number_of(column, &plain(self.get(column), comma))?;
        Ok(if measure == 0.0 && value > 0.0 { f64::NAN } else { measure })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        for (text, comma, expected) in [
            ("5,848,714", Comma::Thousands, "5848714"),
            ("436,449.50", Comma::Thousands, "436449.50"),
            ("12577", Comma::Thousands, "12577"),
            ("1,5", Comma::Thousands, "1,5"),
            ("12,34,567", Comma::Thousands, "12,34,567"),
            (",123", Comma::Thousands, ",123"),
            ("1 234,5", Comma::Decimal, "1234.5"),
            ("1\u{a0}234\u{a0}567,25", Comma::Decimal, "1234567.25"),
            ("1,234,567", Comma::Decimal, "1,234,567"),
            ("1234.5", Comma::Decimal, "1234.5"),
        ] {
            assert_eq!(plain(text.as_bytes(), comma), expected.as_bytes(), "{text}");
        }
    }
}
