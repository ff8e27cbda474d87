//! What a watchlist says of a listed party, with the place in the source of each fact.

use serde::{Deserialize, Serialize};

/// What kind of thing is listed.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum EntityKind {
    /// A natural person.
    Person,
    /// A company, an organisation, a public body, a group.
    Organisation,
    /// A ship.
    Vessel,
    /// An aircraft.
    Aircraft,
    /// An address that is listed itself, whoever is there.
    Address,
    /// The list does not say.
    #[default]
    Unknown,
}

/// What kind of name it is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum NameKind {
    /// The name the entry stands under.
    #[default]
    Primary,
    /// Also known as.
    Alias,
    /// An alias that the publisher itself calls weak or of low quality.
    WeakAlias,
    /// Formerly known as.
    Former,
    /// The name in its own script, where the publisher gives it apart.
    OriginalScript,
}

/// Where in the source a fact stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Origin {
    /// Which of the files that were read together, from 0.
    pub file: u16,
    /// Line in that file, from 1; 0 where it is not known.
    pub line: u32,
}

/// One name of a listed party.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Name {
    /// As the list gives it; for a person perhaps `LAST, First`.
    pub text: String,
    /// What kind of name.
    pub kind: NameKind,
    /// Where it stands.
    pub origin: Origin,
}

/// An address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// All of it, parts joined by commas.
    pub text: String,
    /// Country as the list gives it: a name or a code; empty where it gives none.
    pub country: String,
    /// Where it stands.
    pub origin: Origin,
}

/// What an identifier is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IdentifierKind {
    /// IMO ship number: seven digits, the last a check digit.
    Imo,
    /// Maritime Mobile Service Identity: nine digits.
    Mmsi,
    /// Radio call sign.
    CallSign,
    /// Legal Entity Identifier, ISO 17442: 20 characters, mod 97-10.
    Lei,
    /// Business Identifier Code, ISO 9362 (SWIFT).
    Bic,
    /// Russian tax number: 10 or 12 digits with check digits.
    Inn,
    /// Russian registration number of a company (13 digits) or sole trader (15).
    Ogrn,
    /// Chinese Unified Social Credit Code, GB 32100: 18 characters, mod 31.
    Uscc,
    /// International Securities Identification Number, ISO 6166.
    Isin,
    /// Passport.
    Passport,
    /// A person's national identity number.
    NationalId,
    /// A tax number that is none of the above.
    TaxId,
    /// A registration number that is none of the above.
    Registration,
    /// Aircraft tail number or serial number.
    Aircraft,
    /// Address of a digital wallet.
    Wallet,
    /// Electronic mail address.
    Email,
    /// Web site.
    Website,
    /// Telephone number.
    Phone,
    /// Anything else that identifies.
    Other,
}

/// One identifier of a listed party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identifier {
    /// What it is.
    pub kind: IdentifierKind,
    /// As the list gives it, without its label.
    pub value: String,
    /// What the list calls it, such as `Unified Social Credit Code (USCC)`; may be empty.
    pub label: String,
    /// Issuing country as given; may be empty.
    pub country: String,
    /// Whether its check digits hold; none where the kind has none.
    pub valid: Option<bool>,
    /// Where it stands.
    pub origin: Origin,
}

/// What a date means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateKind {
    /// A person's birth.
    Birth,
    /// A company's founding or incorporation, a ship's building.
    Founded,
    /// A person's death or a company's end.
    Ended,
}

/// A date, as exactly as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateFact {
    /// What happened.
    pub kind: DateKind,
    /// `1954-05-20`, `1954-05` or `1954`.
    pub from: String,
    /// The same form, later than or equal to `from`: the end of a range.
    pub to: String,
    /// Whether the list calls it approximate (circa).
    pub circa: bool,
    /// Where it stands.
    pub origin: Origin,
}

/// One listed party.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// The publisher's id, unique in the list and the same in later editions where it has one.
    pub id: String,
    /// What kind of thing.
    pub kind: EntityKind,
    /// Its names, the primary one first; at least one.
    pub names: Vec<Name>,
    /// Addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<Address>,
    /// Identifiers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
    /// Dates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dates: Vec<DateFact>,
    /// Nationalities, citizenships, flags and countries of registration as given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<String>,
    /// Places of birth.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub birth_places: Vec<String>,
    /// Programmes, regimes or measures under which it is listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programmes: Vec<String>,
    /// Day of listing as `2024-05-01`, where the list gives it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub listed: String,
    /// Last day of the measure as `2024-05-01`, where the list gives one. An entry whose day has
    /// passed stays as long as the publisher keeps it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ends: String,
    /// Gender as given: `male`, `female` or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub gender: String,
    /// Titles, positions, designations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub positions: Vec<String>,
    /// What else the list says, in its own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// Federal Register citation, legal act, reference number, links.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Where the entry begins.
    pub origin: Origin,
}

impl Entity {
    /// The name that the entry stands under.
    pub fn primary_name(&self) -> &str {
        self.names.first().map_or("", |name| &name.text)
    }
}
