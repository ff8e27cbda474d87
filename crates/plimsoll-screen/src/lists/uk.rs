//! What do the headings of the United Kingdom's lists mean?
//!
//! The UK Sanctions List of the FCDO and the consolidated list of OFSI (closed in 2026) say the
//! same facts, as columns of a table or as elements of XML. Here is the one table of headings,
//! compared by letters and digits alone, and what each becomes. Not read: `Last Updated`, and the
//! script and language of a name, which the name itself tells.

use super::Problems;
use super::columns::{labelled_numbers, number_kind, numbered, once_primary};
use super::dates::day_first;
use super::intake::{self, Draft, Field};
use super::unread;
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind, Origin};
use plimsoll_terms::problem::Problem;

pub(super) const LICENCE: &str = "Open Government Licence v3.0";
pub(super) const FCDO: &str = "UK Foreign, Commonwealth and Development Office";
pub(super) const FCDO_URL: &str =
    "https://www.gov.uk/government/publications/the-uk-sanctions-list";
pub(super) const OFSI: &str = "UK Office of Financial Sanctions Implementation";
pub(super) const OFSI_URL: &str =
    "https://www.gov.uk/government/publications/financial-sanctions-consolidated-list-of-targets";

/// Id and title of each of the two lists.
pub(super) const SANCTIONS_LIST: (&str, &str) = ("uk-sanctions", "UK Sanctions List");
pub(super) const CONSOLIDATED: (&str, &str) =
    ("uk-ofsi", "UK consolidated list of financial sanctions targets");

/// `Individual`, `Entity` and `Ship` are the three words of both lists.
pub(super) fn kind_of(word: &str) -> EntityKind {
    match word.trim().to_lowercase().as_str() {
        "individual" => EntityKind::Person,
        "entity" => EntityKind::Organisation,
        "ship" => EntityKind::Vessel,
        _ => EntityKind::Unknown,
    }
}

/// What kind of name by `Name type` (or `Alias Type`) and `Alias strength` (or `Alias Quality`).
pub(super) fn name_kind(name_type: &str, strength: &str) -> NameKind {
    if strength.to_lowercase().contains("low") {
        return NameKind::WeakAlias;
    }
    match name_type.trim().to_lowercase().as_str() {
        "primary name" | "primary" | "" => NameKind::Primary,
        "fka" | "f.k.a." | "formerly known as" | "previous name" => NameKind::Former,
        // `Primary name variation` is another spelling.
        _ => NameKind::Alias,
    }
}

/// One entry in the making, and where problems go.
pub(super) struct Entry<'a> {
    pub(super) draft: &'a mut Draft,
    pub(super) origin: Origin,
    pub(super) problems: &'a mut Problems,
}

impl Entry<'_> {
    /// A name of its parts, the family name or the whole of an organisation's last.
    pub(super) fn name(&mut self, parts: &[String], kind: NameKind) {
        let said: Vec<&str> =
            parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let kind = once_primary(self.draft, kind);
        self.draft.name(&said.join(" "), kind, self.origin, self.problems);
    }

    /// The name in its own script; the lists put several between semicolons.
    pub(super) fn original(&mut self, text: &str) {
        for name in intake::split_outside(text, |c| c == ';') {
            self.draft.name(&name, NameKind::OriginalScript, self.origin, self.problems);
        }
    }

    /// An address of its lines.
    pub(super) fn address(&mut self, lines: &[String], country: &str) {
        let lines = lines.iter().map(String::as_str).chain([country]);
        let said: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        self.draft.address(&said.join(", "), country, self.origin);
    }

    pub(super) fn birth_place(&mut self, town: &str, country: &str) {
        let (towns, countries) = (numbered(town), numbered(country));
        let most = towns.len().max(countries.len());
        for at in 0..most {
            // One country may stand for all towns.
            let country = if countries.len() == 1 { countries.first() } else { countries.get(at) };
            let parts: Vec<&str> =
                towns.get(at).into_iter().chain(country).map(String::as_str).collect();
            self.draft.fact(Field::BirthPlace, &parts.join(", "));
        }
    }

    /// A passport or identity number, and what is said of it.
    pub(super) fn document(&mut self, kind: IdentifierKind, numbers: &str, details: &str) {
        let label =
            if kind == IdentifierKind::Passport { "Passport" } else { "National identifier" };
        let numbers = numbered(numbers);
        for number in &numbers {
            self.draft.identifier(kind, number, label, "", self.origin);
        }
        if !details.is_empty() {
            let text = format!("{label} {}: {details}", numbers.join(", "));
            self.draft.fact(Field::Remark, &text);
        }
    }

    fn remark(&mut self, label: &str, value: &str) {
        self.draft.fact(Field::Remark, &format!("{label}: {value}"));
    }

    /// Adds what one heading says; false where the heading is none of these, or nothing is said.
    pub(super) fn fact(&mut self, heading: &str, value: &str) -> bool {
        let value = intake::squeeze(value);
        if !unread::says_something(&value) {
            return false;
        }
        self.about(heading, &value) || self.ship(heading, &value) || self.listing(heading, &value)
    }

    /// A person's or an organisation's own facts.
    fn about(&mut self, heading: &str, value: &str) -> bool {
        match heading {
            "dob" | "individualdateofbirth" => self.date(DateKind::Birth, value),
            "nationality" | "nationalityies" | "individualnationality" => {
                for country in numbered(value) {
                    self.draft.fact(Field::Country, &country);
                }
            }
            "title" | "position" | "individualposition" | "individualtitle" => {
                for position in numbered(value) {
                    self.draft.fact(Field::Position, &position);
                }
            }
            "gender" | "individualgender" => {
                let gender = value.to_lowercase();
                if matches!(gender.as_str(), "male" | "female") {
                    self.draft.entity.gender = gender;
                }
            }
            "phonenumber" => self.numbers(IdentifierKind::Phone, value, "Phone number"),
            "website" => self.numbers(IdentifierKind::Website, value, "Website"),
            "emailaddress" => self.numbers(IdentifierKind::Email, value, "Email address"),
            "typeofentity" | "entitytype" => self.remark("Type of entity", value),
            "subsidiary" | "subsidiaries" | "entitysubsidiaries" => {
                self.remark("Subsidiaries", value)
            }
            "parentcompany" | "entityparentcompany" => {
                for name in numbered(value) {
                    self.remark("Parent company", &name);
                }
            }
            "businessregistrationnumber"
            | "businessregistrationnumbers"
            | "entitybusinessregnumber" => self.registration(value),
            _ => return false,
        }
        true
    }

    fn ship(&mut self, heading: &str, value: &str) -> bool {
        match heading {
            "imonumber" | "shipimonumber" => {
                for number in numbered(value) {
                    let number = number.trim_start_matches(['I', 'M', 'O', ' ', ':']);
                    self.draft.identifier(
                        IdentifierKind::Imo,
                        number,
                        "IMO number",
                        "",
                        self.origin,
                    );
                }
            }
            "hullidentificationnumberhin" | "hullidentificationnumber" | "hin" => {
                self.draft.identifier(IdentifierKind::Other, value, "HIN", "", self.origin);
            }
            "currentowneroperators" | "currentowneroperator" | "shipcurrentowners" => {
                self.remark("Vessel owner", value);
            }
            "previousowneroperators" | "previousowneroperator" => {
                self.remark("Previous owner or operator", value);
            }
            "currentbelievedflagofship" | "shipflag" => self.draft.fact(Field::Country, value),
            "previousflags" | "previousflag" | "shippreviousflags" => {
                self.remark("Previous flag", value);
            }
            "typeofship" | "shiptype" => self.remark("Type of ship", value),
            "tonnageofship" | "shiptonnage" => self.remark("Tonnage", value),
            "lengthofship" | "shiplength" => self.remark("Length", value),
            "yearbuilt" | "shipyearbuilt" => self.date(DateKind::Founded, value),
            _ => return false,
        }
        true
    }

    /// Why, since when and by whom it is listed.
    fn listing(&mut self, heading: &str, value: &str) -> bool {
        match heading {
            "regimename" | "regime" => self.draft.fact(Field::Programme, value),
            "sanctionsimposed" | "groupsanctions" => {
                for measure in measures(value) {
                    self.draft.fact(Field::Programme, &measure);
                }
            }
            "datedesignated" | "listedon" | "datelisted" | "uksanctionslistdatedesignated" => {
                match day_first(value) {
                    // Of the day on OFSI's list and that of designation the earlier one.
                    Some(day)
                        if self.draft.entity.listed.is_empty()
                            || day < self.draft.entity.listed =>
                    {
                        self.draft.entity.listed = day;
                    }
                    Some(_) => {}
                    None => self.unclear(value),
                }
            }
            "otherinformation" => self.draft.fact(Field::Remark, value),
            "ukstatementofreasons" => self.remark("Statement of reasons", value),
            "designationsource" | "listingtype" => self.remark("Designation source", value),
            "unreferencenumber" | "unref" => self.draft.fact(Field::Reference, value),
            "uksanctionslistref" => self.draft.fact(Field::Reference, value),
            "ofsigroupid" => {
                self.draft.fact(Field::Reference, &format!("OFSI Group ID {value}"));
            }
            _ => return false,
        }
        true
    }

    fn numbers(&mut self, kind: IdentifierKind, value: &str, label: &str) {
        for number in numbered(value) {
            self.draft.identifier(kind, &number, label, "", self.origin);
        }
    }

    /// Numbers of registers with their labels: `INN: 7707083893`.
    fn registration(&mut self, value: &str) {
        let mut any = false;
        for value in numbered(value) {
            for (label, number) in labelled_numbers(&value) {
                let kind = number_kind(&label, IdentifierKind::Registration);
                self.draft.identifier(kind, &number, &label, "", self.origin);
                any = true;
            }
        }
        if !any {
            self.remark("Registration", value);
        }
    }

    fn date(&mut self, kind: DateKind, value: &str) {
        for value in numbered(value) {
            match day_first(&value) {
                Some(day) => self.draft.date(kind, &day, &day, false, self.origin),
                None => {
                    self.unclear(&value);
                    self.remark("Date", &value);
                }
            }
        }
    }

    fn unclear(&mut self, value: &str) {
        let hint = "not understood as a date; the entry is kept without it";
        self.problems.push(Problem::new("date-unclear", self.origin.line.into(), value, hint));
    }
}

/// The measures of a cell, between bars or commas.
fn measures(value: &str) -> Vec<String> {
    let parts = value.split(['|', ',']).map(str::trim);
    parts.filter(|part| part.chars().any(char::is_alphanumeric)).map(str::to_owned).collect()
}
