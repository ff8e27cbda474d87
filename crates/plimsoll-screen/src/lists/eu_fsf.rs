//! What does the EU's consolidated list of financial sanctions say of a party?
//!
//! The Financial Sanctions Files come as XML and as CSV (1.0 and 1.1); the same facts under other
//! names. Here is what each becomes. A party is an enterprise or a person to the publisher; a ship
//! is known by an identification that says so, or by a remark that begins with what it is.

use super::Problems;
use super::columns::{number_kind, once_primary, plain};
use super::intake::{self, Draft, Field};
use super::un_xml::latin;
use crate::entity::{DateKind, EntityKind, IdentifierKind, NameKind, Origin};
use plimsoll_terms::problem::Problem;

pub(super) const LIST: &str = "eu-fsf";
pub(super) const TITLE: &str =
    "EU consolidated list of persons, groups and entities under financial sanctions";
pub(super) const PUBLISHER: &str = "European Commission, DG FISMA";
pub(super) const LICENCE: &str = "reuse with source named (Commission Decision 2011/833/EU)";
pub(super) const URL: &str = "https://data.europa.eu/data/datasets/consolidated-list-of-persons-groups-and-entities-subject-to-eu-financial-sanctions";

/// `person` and `enterprise`, or their letters.
pub(super) fn kind_of(code: &str) -> EntityKind {
    match code.to_lowercase().as_str() {
        "person" | "p" => EntityKind::Person,
        "enterprise" | "entity" | "e" => EntityKind::Organisation,
        "vessel" | "ship" | "v" => EntityKind::Vessel,
        _ => EntityKind::Unknown,
    }
}

/// One name with what stands beside it.
#[derive(Debug, Default)]
pub(super) struct NameFacts {
    pub(super) whole: String,
    /// First, middle and last name, where the whole one is not given.
    pub(super) parts: [String; 3],
    /// `false` where the publisher calls the alias weak.
    pub(super) strong: String,
    pub(super) remark: String,
    pub(super) gender: String,
    pub(super) title: String,
    pub(super) function: String,
}

/// A day, or as much of it as is known, and where somebody was born.
#[derive(Debug, Default)]
pub(super) struct BirthFacts {
    pub(super) day: String,
    /// Year, month, day in numbers.
    pub(super) numbers: [String; 3],
    /// The first and the last year it may have been.
    pub(super) years: [String; 2],
    pub(super) circa: String,
    pub(super) place: Vec<String>,
}

/// An identification.
#[derive(Debug, Default)]
pub(super) struct IdFacts {
    pub(super) number: String,
    pub(super) latin_number: String,
    pub(super) code: String,
    pub(super) description: String,
    pub(super) country: String,
    pub(super) remark: String,
    pub(super) name_on_document: String,
}

/// What is passed over of both layouts, by its name in small letters and digits: numbers of the
/// database, acts of each single fact (those of the entry are read), languages, codes beside words,
/// and whether a document is valid, which its remark says.
pub(super) fn is_passed_over(name: &str) -> bool {
    const ENDS: [&str; 5] =
        ["logicalid", "iso2code", "language", "calendartype", "asatlistingtime"];
    const OF_AN_ACT: [&str; 7] = [
        "regulationtype",
        "organisationtype",
        "publicationdate",
        "entryintoforcedate",
        "numbertitle",
        "programme",
        "publicationurl",
    ];
    const OF_A_DOCUMENT: [&str; 10] = [
        "diplomatic",
        "knownexpired",
        "knownfalse",
        "reportedlost",
        "revokedbyissuer",
        "issuedby",
        "issueddate",
        "validfrom",
        "validto",
        "identificationregion",
    ];
    let name = plain(name);
    ENDS.iter().chain(&OF_A_DOCUMENT).any(|end| name.ends_with(end))
        || OF_AN_ACT.contains(&name.as_str())
        || name.contains("regulation") && !name.starts_with("entity")
        || matches!(
            name.as_str(),
            "entityregulationtype"
                | "entityregulationorganisationtype"
                | "entityregulationpublicationdate"
                | "entityregulationentryintoforcedate"
                | "entitysubjecttype"
                | "subjecttype"
                | "birthdatezipcode"
                | "citizenshipregion"
                | "region"
                | "zipcode"
        )
}

/// A party in the making.
pub(super) struct Party<'a> {
    pub(super) draft: &'a mut Draft,
    pub(super) origin: Origin,
    pub(super) problems: &'a mut Problems,
}

/// What says nothing.
fn known(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty() && text != "UNKNOWN" && text != "00").then_some(text)
}

impl Party<'_> {
    pub(super) fn name(&mut self, facts: &NameFacts) {
        let parts: Vec<&str> = facts.parts.iter().filter_map(|part| known(part)).collect();
        let whole = known(&facts.whole).map_or_else(|| parts.join(" "), str::to_owned);
        let remark = facts.remark.to_lowercase();
        let former = remark.starts_with("formerly") || remark.starts_with("f.k.a");
        let kind = if facts.strong.eq_ignore_ascii_case("false")
            || remark.contains("low quality")
            || remark.contains("weak alias")
        {
            NameKind::WeakAlias
        } else if former {
            NameKind::Former
        } else if latin(&whole) == Some(false) && !self.draft.entity.names.is_empty() {
            NameKind::OriginalScript
        } else {
            once_primary(self.draft, NameKind::Primary)
        };
        self.draft.name(&whole, kind, self.origin, self.problems);
        if !facts.remark.is_empty() && !remark.contains("quality") {
            self.draft.fact(Field::Remark, &format!("{whole}: {}", facts.remark));
        }
        match facts.gender.to_lowercase().as_str() {
            "m" | "male" => "male".clone_into(&mut self.draft.entity.gender),
            "f" | "female" => "female".clone_into(&mut self.draft.entity.gender),
            _ => {}
        }
        let field = match self.draft.entity.kind {
            EntityKind::Organisation | EntityKind::Vessel => Field::Remark,
            _ => Field::Position,
        };
        self.draft.fact(field, &facts.title);
        self.draft.fact(field, &facts.function);
    }

    pub(super) fn address(&mut self, parts: &[String], country: &str) {
        let country = known(country).unwrap_or("");
        let parts = parts.iter().filter_map(|part| known(part)).chain(known(country));
        let parts: Vec<&str> = parts.collect();
        self.draft.address(&parts.join(", "), country, self.origin);
    }

    /// Contact of an address: `PHONE`, `EMAIL`, `WEB`.
    pub(super) fn contact(&mut self, key: &str, value: &str) {
        let lower = key.to_lowercase();
        let kind = if lower.contains("mail") {
            IdentifierKind::Email
        } else if lower.contains("web") || lower.contains("url") {
            IdentifierKind::Website
        } else if lower.contains("phone") || lower.contains("fax") || lower.contains("mobile") {
            IdentifierKind::Phone
        } else {
            self.draft.fact(Field::Remark, &format!("{key}: {value}"));
            return;
        };
        for value in intake::split_outside(value, |c| matches!(c, ';' | ',')) {
            self.draft.identifier(kind, &value, key, "", self.origin);
        }
    }

    pub(super) fn birth(&mut self, facts: &BirthFacts) {
        let [year, month, day] = &facts.numbers;
        let number = |text: &str| text.parse::<u16>().ok().filter(|n| *n > 0);
        let by_numbers = number(year).map(|year| match (number(month), number(day)) {
            (Some(month), Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
            (Some(month), None) => format!("{year:04}-{month:02}"),
            _ => format!("{year:04}"),
        });
        let circa = facts.circa.eq_ignore_ascii_case("true");
        let one = super::dates::day_first(&facts.day).or(by_numbers);
        let years = facts.years.each_ref().map(|year| intake::date(year));
        match (one, years) {
            (Some(day), _) => {
                self.draft.date(DateKind::Birth, &day, &day, circa, self.origin);
            }
            (None, [Some(from), Some(to)]) if from <= to => {
                self.draft.date(DateKind::Birth, &from, &to, circa, self.origin);
            }
            (None, [Some(year), None] | [None, Some(year)]) => {
                self.draft.date(DateKind::Birth, &year, &year, circa, self.origin);
            }
            _ if !facts.day.is_empty() => {
                let hint = "not understood as a date of birth; kept as a remark";
                let line = self.origin.line.into();
                self.problems.push(Problem::new("date-unclear", line, &facts.day, hint));
                self.draft.fact(Field::Remark, &format!("Date of birth: {}", facts.day));
            }
            _ => {}
        }
        let place: Vec<&str> = facts.place.iter().filter_map(|part| known(part)).collect();
        self.draft.fact(Field::BirthPlace, &place.join(", "));
    }

    pub(super) fn identification(&mut self, facts: &IdFacts) {
        use IdentifierKind::{Bic, Imo, NationalId, Other, Passport, Registration, TaxId};
        let words = format!("{} {}", facts.code, facts.description);
        let kind = match facts.code.to_lowercase().as_str() {
            code if code.contains("passport") => Passport,
            "id" | "ssn" | "birthcert" | "electionid" | "residentperm" => NationalId,
            "regnumber" => number_kind(&facts.remark, Registration),
            "tax" | "taxid" | "fiscalcode" => number_kind(&facts.remark, TaxId),
            "swiftbic" | "bic" => Bic,
            "imo" => Imo,
            _ => number_kind(&words, Other),
        };
        // Version 1.0 puts the kind behind the number: `X0000001 (passport)`.
        let (number, inner) = match intake::last_bracket(&facts.number) {
            Some((outer, inner)) if !outer.is_empty() => (outer, inner),
            _ => (facts.number.as_str(), ""),
        };
        let kind = if kind == Other { number_kind(inner, Other) } else { kind };
        let labels = [facts.description.as_str(), &facts.code, inner];
        let label = labels.into_iter().find(|label| !label.is_empty()).unwrap_or("");
        let country = known(&facts.country).unwrap_or("");
        for number in [number, &facts.latin_number] {
            self.draft.identifier(kind, number, label, country, self.origin);
        }
        if !facts.remark.is_empty() {
            self.draft.fact(Field::Remark, &format!("{label} {}: {}", facts.number, facts.remark));
        }
        if !facts.name_on_document.is_empty() {
            let text =
                format!("{label} {} in the name of {}", facts.number, facts.name_on_document);
            self.draft.fact(Field::Remark, &text);
        }
        if kind == Imo && !facts.number.is_empty() {
            self.draft.entity.kind = EntityKind::Vessel;
        }
    }

    pub(super) fn citizenship(&mut self, country: &str) {
        self.draft.fact(Field::Country, known(country).unwrap_or(""));
    }

    /// Remarks of the whole entry. `Vessel; IMO number: 9074729` says what it is.
    pub(super) fn remark(&mut self, text: &str) {
        let text = intake::squeeze(text);
        self.draft.fact(Field::Remark, &text);
        let lower = text.to_lowercase();
        let begins = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
        let is_ship = ["vessel", "ship;", "ship ", "ship,", "imo number", "imo:"]
            .iter()
            .any(|word| begins.starts_with(word));
        if self.draft.entity.kind == EntityKind::Person || !is_ship {
            return;
        }
        let Some((_, after)) = lower.split_once("imo") else { return };
        let digits: String = after
            .chars()
            .skip_while(|c| !c.is_ascii_digit())
            .take_while(char::is_ascii_digit)
            .collect();
        // A shipping company has a number of seven digits too, with another check digit.
        if crate::identifiers::check(IdentifierKind::Imo, &digits) == Some(true) {
            let origin = self.origin;
            self.draft.identifier(IdentifierKind::Imo, &digits, "IMO number", "", origin);
            self.draft.entity.kind = EntityKind::Vessel;
        }
    }

    /// Under which act it is listed, and since when.
    pub(super) fn regulation(&mut self, programme: &str, title: &str, url: &str) {
        self.draft.fact(Field::Programme, programme);
        self.draft.fact(Field::Reference, title);
        self.draft.fact(Field::Reference, url);
    }

    pub(super) fn listed(&mut self, day: &str) {
        let Some(day) = super::dates::day_first(day) else { return };
        let listed = &mut self.draft.entity.listed;
        if listed.is_empty() || day < *listed {
            *listed = day;
        }
    }
}
