//! Which commodity code, in which revision of the Harmonized System? Codes of
//! two, four and six digits and the seven revisions. It never translates a code
//! into another revision: that is [`crate::concord`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

/// A revision of the Harmonized System, in order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HsRevision {
    /// In force from 1 January 1992 (Comtrade `H0`; the system began in 1988).
    Hs1992,
    /// In force from 1 January 1996 (`H1`).
    Hs1996,
    /// In force from 1 January 2002 (`H2`).
    Hs2002,
    /// In force from 1 January 2007 (`H3`).
    Hs2007,
    /// In force from 1 January 2012 (`H4`).
    Hs2012,
    /// In force from 1 January 2017 (`H5`).
    Hs2017,
    /// In force from 1 January 2022 (`H6`).
    Hs2022,
}

impl HsRevision {
    /// All revisions, oldest first.
    pub const ALL: [Self; 7] = [
        Self::Hs1992,
        Self::Hs1996,
        Self::Hs2002,
        Self::Hs2007,
        Self::Hs2012,
        Self::Hs2017,
        Self::Hs2022,
    ];

    /// `HS2017`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hs1992 => "HS1992",
            Self::Hs1996 => "HS1996",
            Self::Hs2002 => "HS2002",
            Self::Hs2007 => "HS2007",
            Self::Hs2012 => "HS2012",
            Self::Hs2017 => "HS2017",
            Self::Hs2022 => "HS2022",
        }
    }

    /// The year in which it came into force.
    #[must_use]
    pub const fn year(self) -> i32 {
        match self {
            Self::Hs1992 => 1992,
            Self::Hs1996 => 1996,
            Self::Hs2002 => 2002,
            Self::Hs2007 => 2007,
            Self::Hs2012 => 2012,
            Self::Hs2017 => 2017,
            Self::Hs2022 => 2022,
        }
    }

    /// UN Comtrade's classification code: `H0` to `H6`.
    #[must_use]
    pub const fn comtrade_code(self) -> &'static str {
        match self {
            Self::Hs1992 => "H0",
            Self::Hs1996 => "H1",
            Self::Hs2002 => "H2",
            Self::Hs2007 => "H3",
            Self::Hs2012 => "H4",
            Self::Hs2017 => "H5",
            Self::Hs2022 => "H6",
        }
    }

    /// The revision in force in a year. Reporters may switch later: a record's
    /// own classification code goes before this.
    #[must_use]
    pub const fn in_force(year: i32) -> Self {
        match year {
            2022.. => Self::Hs2022,
            2017.. => Self::Hs2017,
            2012.. => Self::Hs2012,
            2007.. => Self::Hs2007,
            2002.. => Self::Hs2002,
            1996.. => Self::Hs1996,
            _ => Self::Hs1992,
        }
    }

    /// A small stable number: 0 for HS1992 to 6 for HS2022, as in `H0`…`H6`.
    #[must_use]
    pub const fn id(self) -> u8 {
        self as u8
    }

    /// The revision of an [`id`](Self::id).
    #[must_use]
    pub fn from_id(id: u8) -> Option<Self> {
        Self::ALL.get(usize::from(id)).copied()
    }

    /// The next older revision.
    #[must_use]
    pub fn previous(self) -> Option<Self> {
        self.id().checked_sub(1).and_then(Self::from_id)
    }

    /// The next newer revision.
    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::from_id(self.id() + 1)
    }

    /// Reads `H5`, `HS2017`, `HS 17`, `17` or `2017`, in any case.
    ///
    /// # Errors
    /// When it names no revision; the message lists them.
    pub fn parse(text: &str) -> Result<Self, HsRevisionError> {
        let unknown = || HsRevisionError { text: text.trim().chars().take(40).collect() };
        let lower: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if let Some(found) =
            Self::ALL.iter().find(|r| r.comtrade_code().eq_ignore_ascii_case(&lower))
        {
            return Ok(*found);
        }
        let digits = lower.strip_prefix("hs").unwrap_or(&lower);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(unknown());
        }
        Self::ALL
            .iter()
            .find(|r| {
                let year = &r.name()[2..];
                digits == year || digits == &year[2..]
            })
            .copied()
            .ok_or_else(unknown)
    }
}

impl fmt::Display for HsRevision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A text that names no revision of the Harmonized System.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "\"{text}\" is no HS revision; write HS1992, HS1996, HS2002, HS2007, HS2012, HS2017 or HS2022 \
     (or H0 to H6, or the year)"
)]
pub struct HsRevisionError {
    /// What was written.
    pub text: String,
}

/// A commodity code of the Harmonized System: a chapter (2 digits), a heading
/// (4) or a subheading (6). Ordered as text: a heading stands before its codes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HsCode {
    /// ASCII digits, padded with zero bytes.
    digits: [u8; 6],
    len: u8,
}

impl HsCode {
    /// All goods together, as publishers write it: no code of the system. [`parse`](Self::parse)
    /// does not read it.
    pub const TOTAL: Self = Self { digits: *b"TOTAL\0", len: 5 };

    /// Reads exactly 2, 4 or 6 digits. Nothing is repaired: lost leading zeros,
    /// dots and spaces are errors that say so.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, HsCodeError> {
        Self::from_bytes(text.as_bytes())
            .map_err(|reason| HsCodeError { text: text.chars().take(40).collect(), reason })
    }

    /// [`parse`](Self::parse) for raw bytes, without allocation.
    ///
    /// # Errors
    /// The reason alone.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HsCodeReason> {
        if bytes.is_empty() {
            return Err(HsCodeReason::Empty);
        }
        if !bytes.iter().all(u8::is_ascii_digit) {
            return Err(HsCodeReason::NotDigits);
        }
        if !matches!(bytes.len(), 2 | 4 | 6) {
            return Err(HsCodeReason::Length(bytes.len()));
        }
        if bytes.starts_with(b"00") {
            return Err(HsCodeReason::NoChapter);
        }
        let mut digits = [0; 6];
        for (to, from) in digits.iter_mut().zip(bytes) {
            *to = *from;
        }
        Ok(Self { digits, len: bytes.len() as u8 })
    }

    /// The code as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let digits = self.digits.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(digits).unwrap_or_default()
    }

    /// 2, 4 or 6: the number of digits; 0 for all goods together.
    #[must_use]
    pub const fn level(self) -> u8 {
        if self.is_total() { 0 } else { self.len }
    }

    /// Whether it is all goods together.
    #[must_use]
    pub const fn is_total(self) -> bool {
        self.len == 5
    }

    /// The digits as a number: `010121` is 10121. Unique within one level.
    #[must_use]
    pub fn number(self) -> u32 {
        if self.is_total() {
            return 0;
        }
        self.digits.iter().take(usize::from(self.len)).fold(0, |n, d| n * 10 + u32::from(d - b'0'))
    }

    /// Whether this code is `other` or stands below it (`854231` under `8542`).
    #[must_use]
    pub fn is_under(self, other: Self) -> bool {
        other.is_total() || self.as_str().starts_with(other.as_str())
    }

    /// The code cut to 2, 4 or 6 digits; itself when it is not longer. Odd
    /// levels are rounded down.
    #[must_use]
    pub fn truncate(self, level: u8) -> Self {
        let keep = (level & !1).clamp(2, 6);
        if self.len <= keep || self.is_total() {
            return self;
        }
        let mut digits = [0; 6];
        for (to, from) in digits.iter_mut().zip(self.digits).take(usize::from(keep)) {
            *to = from;
        }
        Self { digits, len: keep }
    }
}

impl fmt::Display for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HsCode({})", self.as_str())
    }
}

impl FromStr for HsCode {
    type Err = HsCodeError;

    fn from_str(text: &str) -> Result<Self, HsCodeError> {
        Self::parse(text)
    }
}

impl FromStr for HsRevision {
    type Err = HsRevisionError;

    fn from_str(text: &str) -> Result<Self, HsRevisionError> {
        Self::parse(text)
    }
}

/// A text that is no commodity code.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{text}\" is no HS code: {reason}")]
pub struct HsCodeError {
    /// What was written, cut to 40 characters.
    pub text: String,
    /// Why it is none.
    pub reason: HsCodeReason,
}

/// Why a text is no commodity code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
pub enum HsCodeReason {
    /// Nothing was written.
    #[error("it is empty")]
    Empty,
    /// Something else than digits, such as a dot.
    #[error("only digits are allowed (write 854231, not 8542.31)")]
    NotDigits,
    /// Not 2, 4 or 6 digits.
    #[error("it has {0} digits instead of 2, 4 or 6 (a leading zero may be lost)")]
    Length(usize),
    /// Chapter 00.
    #[error("there is no chapter 00")]
    NoChapter,
}

macro_rules! serde_as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use serde_as_text;

serde_as_text!(HsCode);
serde_as_text!(HsRevision);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(text: &str) -> HsCode {
        HsCode::parse(text).unwrap()
    }

    #[test]
    fn revisions() {
        for text in ["H5", "h5", "HS2017", "hs 2017", "HS17", "17", "2017", "HS-17"] {
            assert_eq!(HsRevision::parse(text), Ok(HsRevision::Hs2017), "{text}");
        }
        assert_eq!(HsRevision::parse("96"), Ok(HsRevision::Hs1996));
        for text in ["", "H7", "2018", "HS", "S3", "1", "1992x", "5"] {
            assert!(HsRevision::parse(text).is_err(), "{text}");
        }
        for revision in HsRevision::ALL {
            assert_eq!(HsRevision::from_id(revision.id()), Some(revision));
            assert_eq!(HsRevision::in_force(revision.year()), revision);
            assert_eq!(revision.comtrade_code(), format!("H{}", revision.id()));
        }
        assert_eq!(HsRevision::in_force(2021), HsRevision::Hs2017);
        assert_eq!(HsRevision::Hs2022.next(), None);
        assert_eq!(HsRevision::Hs1992.previous(), None);
    }

    #[test]
    fn codes() {
        assert_eq!(code("854231").level(), 6);
        assert!(code("854231").is_under(code("8542")));
        assert!(code("8542").is_under(code("8542")));
        assert!(!code("85").is_under(code("8542")));
        assert_eq!(code("854231").truncate(4), code("8542"));
        assert_eq!(code("85").truncate(6), code("85"));
        assert_eq!(code("010121").number(), 10_121);
        assert!(code("8542") < code("854231"));
        let reason = |text: &str| HsCode::parse(text).unwrap_err().reason;
        assert_eq!(reason(""), HsCodeReason::Empty);
        assert_eq!(reason("8542.31"), HsCodeReason::NotDigits);
        assert_eq!(reason("10121"), HsCodeReason::Length(5));
        assert_eq!(reason("00"), HsCodeReason::NoChapter);
        assert_eq!(reason("٨٥"), HsCodeReason::NotDigits);
    }

    proptest! {
        #[test]
        fn code_text_round_trip(chapter in 1u32..=97, rest in 0u32..10_000, level in 1usize..=3) {
            let text = format!("{chapter:02}{rest:04}")[..level * 2].to_owned();
            let parsed = code(&text);
            prop_assert_eq!(parsed.as_str(), text.as_str());
            prop_assert_eq!(parsed.to_string(), text);
            prop_assert!(parsed.is_under(parsed.truncate(2)));
            prop_assert_eq!(parsed.truncate(4).truncate(2), parsed.truncate(2));
        }

        #[test]
        fn order_is_the_order_of_texts(a in "[1-9][0-9]", b in "[1-9][0-9]{3}", c in "[1-9][0-9]{5}") {
            let mut codes = [code(&a), code(&b), code(&c)];
            codes.sort();
            let texts: Vec<String> = codes.iter().map(ToString::to_string).collect();
            let mut sorted = texts.clone();
            sorted.sort();
            prop_assert_eq!(texts, sorted);
        }

        #[test]
        fn anything_is_read_or_refused(text in ".{0,12}") {
            if let Ok(parsed) = HsCode::parse(&text) {
                prop_assert_eq!(parsed.as_str(), text.as_str());
            }
        }
    }
}
