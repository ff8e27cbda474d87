//! Which script is a letter of?

use serde::{Deserialize, Serialize};

/// A script, as far as names need it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Script {
    /// Latin letters.
    Latin,
    /// Digits of any script, as ASCII digits.
    Digit,
    /// Cyrillic.
    Cyrillic,
    /// Greek.
    Greek,
    /// Arabic, Persian, Urdu and others in Arabic letters.
    Arabic,
    /// Hebrew.
    Hebrew,
    /// Chinese characters.
    Han,
    /// Japanese katakana and hiragana.
    Kana,
    /// Korean.
    Hangul,
    /// Armenian.
    Armenian,
    /// Georgian.
    Georgian,
    /// Devanagari.
    Devanagari,
    /// Thai.
    Thai,
    /// Any other.
    Other,
}

/// Every script, in the order of their numbers in a snapshot.
pub const ALL: [Script; 14] = [
    Script::Latin,
    Script::Digit,
    Script::Cyrillic,
    Script::Greek,
    Script::Arabic,
    Script::Hebrew,
    Script::Han,
    Script::Kana,
    Script::Hangul,
    Script::Armenian,
    Script::Georgian,
    Script::Devanagari,
    Script::Thai,
    Script::Other,
];

impl Script {
    /// The script of a letter or digit. Blocks are those of the Unicode character database.
    pub fn of(c: char) -> Script {
        match c as u32 {
            0x30..=0x39 => Script::Digit,
            0x41..=0x5A | 0x61..=0x7A | 0xAA | 0xBA | 0xC0..=0x24F => Script::Latin,
            0x250..=0x2AF | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF => Script::Latin,
            0x370..=0x3FF | 0x1F00..=0x1FFF => Script::Greek,
            0x400..=0x52F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF | 0xA640..=0xA69F => Script::Cyrillic,
            0x530..=0x58F | 0xFB13..=0xFB17 => Script::Armenian,
            0x590..=0x5FF | 0xFB1D..=0xFB4F => Script::Hebrew,
            0x600..=0x6FF | 0x750..=0x77F | 0x8A0..=0x8FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFC => {
                Script::Arabic
            }
            0x900..=0x97F | 0xA8E0..=0xA8FF => Script::Devanagari,
            0xE00..=0xE7F => Script::Thai,
            0x10A0..=0x10FF | 0x1C90..=0x1CBF | 0x2D00..=0x2D2F => Script::Georgian,
            0x1100..=0x11FF | 0x3130..=0x318F | 0xA960..=0xA97F | 0xAC00..=0xD7FF => Script::Hangul,
            0x3040..=0x30FF | 0x31F0..=0x31FF => Script::Kana,
            0x2E80..=0x2FDF | 0x3005 | 0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF => Script::Han,
            0xF900..=0xFAFF | 0x20000..=0x323AF => Script::Han,
            _ => Script::Other,
        }
    }

    /// The name of the script in the tables of romanisations; none where there is none.
    pub fn table(self) -> Option<&'static str> {
        Some(match self {
            Script::Cyrillic => "cyrillic",
            Script::Greek => "greek",
            Script::Arabic => "arabic",
            Script::Hebrew => "hebrew",
            Script::Han => "pinyin",
            Script::Kana => "kana",
            Script::Hangul => "hangul",
            Script::Armenian => "armenian",
            Script::Georgian => "georgian",
            Script::Devanagari => "devanagari",
            Script::Thai => "thai",
            Script::Latin | Script::Digit | Script::Other => return None,
        })
    }

    /// Whether words are written without spaces between them.
    pub fn unspaced(self) -> bool {
        matches!(self, Script::Han | Script::Kana | Script::Hangul | Script::Thai)
    }

    /// From its number in a snapshot.
    pub fn from_number(number: u8) -> Script {
        ALL.get(usize::from(number)).copied().unwrap_or(Script::Other)
    }
}
