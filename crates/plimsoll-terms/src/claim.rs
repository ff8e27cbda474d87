//! Who said which figure, of what, when, and how sure? Published claims and ledgers of them.
//!
//! A claim is somebody's statement, never a fact of ours: it keeps who said it, where it can be
//! read, how likely it was called, and how roundly it was put. [`amount`] reads the figure as an
//! interval. [`compare`] looks whether figures fit each other. [`ledger`] reads and writes the file of claims.

pub mod amount;
pub mod compare;
pub mod ledger;

use serde::{Deserialize, Serialize};

pub use amount::{Amount, Rounding, Unit};

/// What kind of figure a claim gives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// A part of a whole, in percent.
    Share,
    /// Money.
    Value,
    /// Weight, or pieces where the unit says so.
    Quantity,
    /// Growth or fall against an earlier period, in percent or as a factor.
    Change,
    /// A place in an order, 1 for the largest.
    Rank,
    /// Firms, transactions, parts.
    Count,
    /// No figure: who did what, such as "X supplies optical components for tanks".
    #[default]
    Deed,
}

impl Measure {
    /// All, in the order of their declaration.
    pub const ALL: [Measure; 7] = [
        Measure::Share,
        Measure::Value,
        Measure::Quantity,
        Measure::Change,
        Measure::Rank,
        Measure::Count,
        Measure::Deed,
    ];

    /// `share`, `value` and so on, as in a ledger.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Share => "share",
            Measure::Value => "value",
            Measure::Quantity => "quantity",
            Measure::Change => "change",
            Measure::Rank => "rank",
            Measure::Count => "count",
            Measure::Deed => "deed",
        }
    }
}

/// What "came from" means in a claim.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClaimBasis {
    /// The source does not say.
    #[default]
    Unstated,
    /// Where it was sent from: exporters' statistics.
    Dispatch,
    /// Where it was made: importers' declarations.
    Origin,
    /// Where the seller sits.
    Seller,
    /// Where the brand has its seat.
    Brand,
    /// Both reports put together.
    Mirror,
}

impl ClaimBasis {
    /// `dispatch`, `origin` and so on.
    pub fn name(self) -> &'static str {
        match self {
            ClaimBasis::Unstated => "unstated",
            ClaimBasis::Dispatch => "dispatch",
            ClaimBasis::Origin => "origin",
            ClaimBasis::Seller => "seller",
            ClaimBasis::Brand => "brand",
            ClaimBasis::Mirror => "mirror",
        }
    }
}

/// How the figure reached the ledger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Read {
    /// Read in the source itself.
    Source,
    /// Read in somebody's retelling of the source.
    #[default]
    Secondary,
    /// From general knowledge: to be verified before it is shown as somebody's figure.
    General,
    /// Computed from other claims of the same source.
    Derived,
    /// Found in a text by the program and not yet accepted by a person.
    Proposed,
    /// Proposed by a language model that a person asked, and found in the text; not yet accepted.
    Endpoint,
}

impl Read {
    /// Whether a machine read it and no person accepted it yet.
    pub fn is_proposal(self) -> bool {
        matches!(self, Read::Proposed | Read::Endpoint)
    }
}

/// One claim of a ledger. Texts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Claim {
    /// Unique in its ledger: letters, digits, dots and dashes.
    pub id: String,
    /// What is claimed, in one sentence. In ledgers that the program ships these are our words.
    pub text: String,
    /// The words of the source, where the ledger may quote them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub quote: String,
    /// Who says so: a person, an office, "officials, not named".
    #[serde(skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// Where it was published.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub publisher: String,
    /// Day, month or year of publication.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub published: String,
    /// Address.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub link: String,
    /// Address of an archived copy.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub archived: String,
    /// What kind of figure.
    pub measure: Measure,
    /// The figure as it was put: `nearly 70 %`, `about $900 million`, `3,039 t`; `rise` or `fall`
    /// for a change without a figure; empty for a deed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub value: String,
    /// Goods group, list or code as on the command line (`machine-tools`, `chpl@2024-02`, `8542`);
    /// a group without definition leaves all its definitions admissible.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub goods: String,
    /// Which part of the goods is meant, where codes do not tell it apart: `by seller`, `by weight`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub goods_part: String,
    /// The goods in the source's words.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub goods_text: String,
    /// Who received it: a place or group of places.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub importer: String,
    /// Who supplied it; empty is everybody.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub exporter: String,
    /// Companies, weapons and other names that the claim is of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<String>,
    /// What the parties' goods are for: a weapon, a use.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub end_use: String,
    /// When: `2023Q4`, `2023`, `2023-01..2023-10`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub period: String,
    /// The period that a change starts from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub against: String,
    /// What "came from" means.
    #[serde(skip_serializing_if = "is_default")]
    pub basis: ClaimBasis,
    /// The source's word for how likely it is (`likely`, `probably`, `may`); empty where it is
    /// stated flatly.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub likelihood: String,
    /// How the figure reached the ledger.
    #[serde(skip_serializing_if = "is_default")]
    pub read: Read,
    /// The id of the claim that is the whole of this part, or the level that this grew from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// Other ways to read the sentence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Reading>,
    /// What a reader must know.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where in the text it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<TextPlace>,
}

/// Another way to read a claim's sentence: what differs from the claim.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reading {
    /// The reading in words.
    pub text: String,
    /// What it implies, worked out: "all suppliers together sold about $1.3 billion".
    #[serde(skip_serializing_if = "String::is_empty")]
    pub implies: String,
    /// The supplier in this reading; `all` for everybody.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub exporter: String,
    /// The importer in this reading.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub importer: String,
    /// The period in this reading.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub period: String,
    /// The goods in this reading.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub goods: String,
}

/// A place in a text: lines and columns count from 1, in characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPlace {
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// First byte in the text as read.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Claim {
    /// `1.0` for a rise and `-1.0` for a fall that is claimed without a figure (`value` is `rise`
    /// or `fall`).
    pub fn unquantified(&self) -> Option<f64> {
        match (self.measure, self.value.trim()) {
            (Measure::Change, "rise") => Some(1.0),
            (Measure::Change, "fall") => Some(-1.0),
            _ => None,
        }
    }

    /// The figure as an interval; `None` for a deed or where it cannot be read. A rise or fall
    /// without a figure is any change above or below nought.
    pub fn amount(&self) -> Option<Amount> {
        if let Some(sign) = self.unquantified() {
            let any = f64::INFINITY * sign;
            return Some(Amount {
                point: 0.0,
                low: any.min(0.0),
                high: any.max(0.0),
                unit: Unit::Percent,
                rounding: if sign > 0.0 { Rounding::AtLeast } else { Rounding::AtMost },
            });
        }
        (self.measure != Measure::Deed).then(|| Amount::parse(&self.value)).flatten()
    }
}
