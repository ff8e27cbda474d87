//! What one reported record says, in the few bytes that fifty million of them need.
//!
//! A [`Fact`] is what a reader of a layout hands over for one row of a file. It never
//! interprets: the value stays in its own currency, the place stays as the publisher
//! named it where the catalogue does not know it.

use plimsoll_terms::hs::HsRevision;
use plimsoll_terms::period::{Month, PeriodKind};
use plimsoll_terms::place::PlaceId;

/// Which way the goods went, as the reporter says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Flow {
    /// Goods into the reporter, re-imports included.
    Import,
    /// Goods out of the reporter, re-exports included.
    Export,
    /// The part of exports that is foreign goods leaving again. Never added to exports.
    ReExport,
    /// The part of imports that is own goods coming back. Never added to imports.
    ReImport,
    /// Neither side's report: a value reconciled from both, such as BACI's.
    Reconciled,
}

impl Flow {
    /// All flows, in the order of their numbers.
    pub const ALL: [Flow; 5] =
        [Flow::Import, Flow::Export, Flow::ReExport, Flow::ReImport, Flow::Reconciled];

    /// The name in the store and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Flow::Import => "import",
            Flow::Export => "export",
            Flow::ReExport => "re-export",
            Flow::ReImport => "re-import",
            Flow::Reconciled => "reconciled",
        }
    }

    /// Reads the words and codes that publishers use: `M`, `X`, `RX`, `RM`, `1-IMPORT`,
    /// `Export`, `Re-Import`, …  Bare digits differ between publishers and are not read here.
    pub fn parse(text: &str) -> Option<Flow> {
        let word: String = text
            .chars()
            .filter(|c| c.is_ascii_alphabetic())
            .map(|c| c.to_ascii_lowercase())
            .collect();
        Some(match word.as_str() {
            "m" | "import" | "imports" | "imp" => Flow::Import,
            "x" | "export" | "exports" | "exp" => Flow::Export,
            "rx" | "reexport" | "reexports" => Flow::ReExport,
            "rm" | "reimport" | "reimports" => Flow::ReImport,
            "reconciled" => Flow::Reconciled,
            _ => return None,
        })
    }

    /// Whether the reporter is the importer.
    pub fn reporter_imports(self) -> bool {
        matches!(self, Flow::Import | Flow::ReImport)
    }
}

/// A place as the catalogue knows it, or as the publisher wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A place of the catalogue.
    Known(PlaceId),
    /// Not in the catalogue: the publisher's own text, interned by the load.
    Unresolved(u32),
}

/// What the value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Valuation {
    /// Cost, insurance and freight to the importer's border: the usual for imports.
    Cif,
    /// Free on board at the exporter's border: the usual for exports.
    Fob,
    /// The file does not say.
    Unstated,
}

impl Valuation {
    /// All, in the order of their numbers.
    pub const ALL: [Valuation; 3] = [Valuation::Cif, Valuation::Fob, Valuation::Unstated];

    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Valuation::Cif => "CIF",
            Valuation::Fob => "FOB",
            Valuation::Unstated => "unstated",
        }
    }
}

/// What "came from" means in this record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Basis {
    /// The country that the goods were sent from: exporters' statistics.
    Dispatch,
    /// The country that the goods were made in: importers' statistics, by the usual rule.
    Origin,
    /// Reconciled from both.
    Reconciled,
}

impl Basis {
    /// All, in the order of their numbers.
    pub const ALL: [Basis; 3] = [Basis::Dispatch, Basis::Origin, Basis::Reconciled];

    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Basis::Dispatch => "dispatch",
            Basis::Origin => "origin",
            Basis::Reconciled => "reconciled",
        }
    }

    /// The usual basis of a flow's statistics.
    pub fn of(flow: Flow) -> Basis {
        match flow {
            Flow::Reconciled => Basis::Reconciled,
            flow if flow.reporter_imports() => Basis::Origin,
            _ => Basis::Dispatch,
        }
    }
}

/// A commodity code of up to ten letters and digits in a number that sorts like its text.
///
/// Six bits a character, left-aligned, so that a heading sorts just before its products and
/// all codes under a heading are one range.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeKey(u64);

impl CodeKey {
    /// The longest code that fits.
    pub const MAX_LEN: usize = 10;

    /// Packs upper-cased letters and digits; `None` for anything else, empty or too long.
    pub fn pack(text: &[u8]) -> Option<CodeKey> {
        if text.is_empty() || text.len() > Self::MAX_LEN {
            return None;
        }
        let mut packed = 0u64;
        for &byte in text {
            let six = match byte {
                b'0'..=b'9' => byte - b'0' + 1,
                b'A'..=b'Z' => byte - b'A' + 11,
                b'a'..=b'z' => byte - b'a' + 11,
                _ => return None,
            };
            packed = packed << 6 | u64::from(six);
        }
        Some(CodeKey(packed << (6 * (Self::MAX_LEN - text.len()))))
    }

    /// The number, below 2^60.
    pub fn bits(self) -> u64 {
        self.0
    }

    /// The code with this number.
    pub fn from_bits(bits: u64) -> CodeKey {
        CodeKey(bits)
    }

    /// Number of characters.
    pub fn len(self) -> usize {
        Self::MAX_LEN - (self.0.trailing_zeros() as usize / 6).min(Self::MAX_LEN)
    }

    /// Never true of a packed code.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Writes the text into `buffer` and returns it.
    pub fn text(self, buffer: &mut [u8; 10]) -> &str {
        let len = self.len();
        for (place, byte) in buffer.iter_mut().take(len).enumerate() {
            let six = (self.0 >> (6 * (Self::MAX_LEN - 1 - place)) & 63) as u8;
            *byte = match six {
                1..=10 => b'0' + six - 1,
                _ => b'A' + six.saturating_sub(11),
            };
        }
        std::str::from_utf8(&buffer[..len]).unwrap_or_default()
    }

    /// The text as an owned string.
    pub fn to_text(self) -> String {
        self.text(&mut [0; 10]).to_owned()
    }

    /// Whether all characters are digits.
    pub fn is_numeric(self) -> bool {
        self.text(&mut [0; 10]).bytes().all(|b| b.is_ascii_digit())
    }

    /// The first `len` characters.
    pub fn prefix(self, len: usize) -> CodeKey {
        if len >= Self::MAX_LEN {
            return self;
        }
        CodeKey(self.0 & !((1u64 << (6 * (Self::MAX_LEN - len))) - 1))
    }

    /// The code of all commodities together.
    pub fn total() -> CodeKey {
        CodeKey::pack(b"TOTAL").unwrap_or(CodeKey(0))
    }

    /// How fine the code is: 0 for the total of all goods, else its digits; letters in a
    /// code mean that it is a publisher's own (confidential or special) and not an HS code.
    pub fn level(self) -> u8 {
        if self == Self::total() { 0 } else { self.len() as u8 }
    }

    /// The Harmonized System part (at most six digits), if the code is numeric.
    pub fn hs(self) -> Option<CodeKey> {
        self.is_numeric().then(|| self.prefix(6))
    }
}

impl std::fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_text())
    }
}

/// What a record is a part of. The text in the store says which part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Breakdown {
    /// A total over modes of transport, procedures and second partners.
    Total,
    /// One of several rows that together are the total (such as Comext's procedures): added
    /// where no total row stands beside them. The number is an interned text.
    Adds(u32),
    /// A part shown beside its total: never added. The number is an interned text.
    Part(u32),
}

/// One reported record.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Who reports; `None` for reconciled values.
    pub reporter: Option<Place>,
    /// Where the goods came from, on this record's basis.
    pub exporter: Place,
    /// Where they went.
    pub importer: Place,
    /// The second partner (country of consignment) where the publisher gives one.
    pub partner2: Option<Place>,
    /// Which way.
    pub flow: Flow,
    /// HS revision of the code.
    pub revision: HsRevision,
    /// Commodity code.
    pub code: CodeKey,
    /// First month of the period.
    pub start: Month,
    /// Length of the period.
    pub kind: PeriodKind,
    /// Value in `currency`, full units (not thousands).
    pub value: f64,
    /// Interned currency code.
    pub currency: u32,
    /// What the value counts.
    pub valuation: Valuation,
    /// What "came from" means here.
    pub basis: Basis,
    /// Net weight in kilograms, NaN when missing.
    pub net_weight_kg: f64,
    /// Quantity in `unit`, NaN when missing.
    pub quantity: f64,
    /// Interned unit; 0 is none.
    pub unit: u32,
    /// Total, or part of one.
    pub breakdown: Breakdown,
}
