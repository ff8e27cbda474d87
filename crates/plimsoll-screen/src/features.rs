//! What speaks for and against a hit besides the name: one trait, one list.
//!
//! Contradiction and omission are kept apart: what one side does not say changes nothing.

use crate::addresses;
use crate::entity::{DateKind, Entity, EntityKind, IdentifierKind};
use crate::identifiers;
use crate::names::normalize;
use crate::screen::Query;
use plimsoll_terms::place;
use serde::Serialize;

/// What one feature says of a hit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// Which feature.
    pub feature: &'static str,
    /// By how much the score goes up or down, thousandths; for the name the score itself.
    pub effect: i32,
    /// What the query says.
    pub query: String,
    /// What the list says.
    pub listed: String,
    /// In words.
    pub text: String,
}

/// Something besides the name that two descriptions of a party can agree or differ in.
pub trait MatchFeature: Sync {
    /// Its name in answers.
    fn id(&self) -> &'static str;
    /// What it compares, in a line.
    fn title(&self) -> &'static str;
    /// What it says, where both sides say something.
    fn judge(&self, query: &Query, entity: &Entity) -> Option<Reason>;
}

/// All features, in the order in which they are shown.
pub static ALL: &[&dyn MatchFeature] = &[&Identifier, &Kind, &Birth, &Country, &AddressWords];

/// Identifiers that are the same.
pub struct Identifier;
/// Person, organisation, vessel.
pub struct Kind;
/// Dates of birth or founding.
pub struct Birth;
/// Countries.
pub struct Country;
/// Words of addresses.
pub struct AddressWords;

impl MatchFeature for Identifier {
    fn id(&self) -> &'static str {
        "identifier"
    }

    fn title(&self) -> &'static str {
        "the same IMO number, LEI, tax or registration number, passport, …"
    }

    fn judge(&self, query: &Query, entity: &Entity) -> Option<Reason> {
        for given in &query.identifiers {
            for listed in &entity.identifiers {
                let ours = identifiers::normalise(listed.kind, given);
                let theirs = identifiers::normalise(listed.kind, &listed.value);
                // A number whose check digits are wrong is a misprint, and may be anybody's.
                if ours.len() >= 4 && ours == theirs && listed.valid != Some(false) {
                    let label = if listed.label.is_empty() {
                        kind_name(listed.kind).to_owned()
                    } else {
                        listed.label.clone()
                    };
                    return Some(Reason {
                        feature: self.id(),
                        effect: 300,
                        query: given.clone(),
                        listed: listed.value.clone(),
                        text: format!("the same {label}"),
                    });
                }
            }
        }
        None
    }
}

fn kind_name(kind: IdentifierKind) -> &'static str {
    match kind {
        IdentifierKind::Imo => "IMO number",
        IdentifierKind::Mmsi => "MMSI",
        IdentifierKind::Lei => "LEI",
        IdentifierKind::Bic => "BIC",
        IdentifierKind::Inn => "INN",
        IdentifierKind::Ogrn => "OGRN",
        IdentifierKind::Uscc => "Unified Social Credit Code",
        IdentifierKind::Passport => "passport",
        _ => "identifier",
    }
}

impl MatchFeature for Kind {
    fn id(&self) -> &'static str {
        "type"
    }

    fn title(&self) -> &'static str {
        "a person is no company, a company no vessel"
    }

    fn judge(&self, query: &Query, entity: &Entity) -> Option<Reason> {
        let kind = query.kind?;
        // Where an address is listed, it is so for whoever is there.
        let unsaid = [EntityKind::Unknown, EntityKind::Address].contains(&entity.kind);
        if kind == entity.kind || unsaid || kind == EntityKind::Unknown {
            return None;
        }
        Some(Reason {
            feature: self.id(),
            effect: -120,
            query: word(kind).into(),
            listed: word(entity.kind).into(),
            text: format!("the query is {}, the entry {}", word(kind), word(entity.kind)),
        })
    }
}

fn word(kind: EntityKind) -> &'static str {
    match kind {
        EntityKind::Person => "a person",
        EntityKind::Organisation => "an organisation",
        EntityKind::Vessel => "a vessel",
        EntityKind::Aircraft => "an aircraft",
        EntityKind::Address => "an address",
        EntityKind::Unknown => "of unknown type",
    }
}

impl MatchFeature for Birth {
    fn id(&self) -> &'static str {
        "date"
    }

    fn title(&self) -> &'static str {
        "date of birth of a person, of founding of an organisation"
    }

    fn judge(&self, query: &Query, entity: &Entity) -> Option<Reason> {
        let dates: Vec<_> = entity.dates.iter().filter(|d| d.kind != DateKind::Ended).collect();
        // Of several dates that are given the one that agrees best with the list.
        let year = |text: &str| text.get(..4).is_some_and(|y| y.parse::<u16>().is_ok());
        let given: Vec<&String> = query.dates.iter().filter(|d| year(d)).collect();
        if dates.is_empty() || given.is_empty() {
            return None;
        }
        let listed = dates
            .iter()
            .map(
                |d| if d.from == d.to { d.from.clone() } else { format!("{} to {}", d.from, d.to) },
            )
            .collect::<Vec<_>>()
            .join("; ");
        let agrees = |given: &str, d: &crate::entity::DateFact, slack: i32| {
            let n = given.len().min(d.from.len()).min(d.to.len());
            let year = |text: &str| text.get(..4).and_then(|y| y.parse::<i32>().ok()).unwrap_or(0);
            let within = given.get(..n) >= d.from.get(..n) && given.get(..n) <= d.to.get(..n);
            let slack = if d.circa { slack + 2 } else { slack };
            within
                || slack > 0
                    && year(given) >= year(&d.from) - slack
                    && year(given) <= year(&d.to) + slack
        };
        let any = |slack: i32| given.iter().any(|g| dates.iter().any(|d| agrees(g, d, slack)));
        let (effect, text) = if any(0) {
            (60, "the dates agree")
        } else if any(1) {
            (-20, "the dates are a year or less apart")
        } else {
            (-180, "the dates contradict each other")
        };
        let query = given.iter().map(|g| g.as_str()).collect::<Vec<_>>().join("; ");
        Some(Reason { feature: self.id(), effect, query, listed, text: text.into() })
    }
}

impl MatchFeature for Country {
    fn id(&self) -> &'static str {
        "country"
    }

    fn title(&self) -> &'static str {
        "nationality, registration, flag, address"
    }

    fn judge(&self, query: &Query, entity: &Entity) -> Option<Reason> {
        let code = |text: &String| place::by_user(text).ok().map(|p| p.code().to_owned());
        let ours: Vec<String> = query.countries.iter().filter_map(code).collect();
        let mut theirs: Vec<String> = entity
            .countries
            .iter()
            .chain(entity.addresses.iter().map(|a| &a.country))
            .filter_map(code)
            .collect();
        theirs.sort();
        theirs.dedup();
        if ours.is_empty() || theirs.is_empty() {
            return None;
        }
        let agree = ours.iter().any(|c| theirs.contains(c));
        let (effect, text) =
            if agree { (20, "a country agrees") } else { (-60, "no country agrees") };
        Some(Reason {
            feature: self.id(),
            effect,
            query: ours.join(", "),
            listed: theirs.join(", "),
            text: text.into(),
        })
    }
}

impl MatchFeature for AddressWords {
    fn id(&self) -> &'static str {
        "address"
    }

    fn title(&self) -> &'static str {
        "words and numbers of an address that are the same"
    }

    fn judge(&self, query: &Query, entity: &Entity) -> Option<Reason> {
        if entity.kind == EntityKind::Address {
            return addresses::judge(query, entity).map(|(_, reason)| reason);
        }
        let given: Vec<String> =
            normalize::words(&query.address).into_iter().map(|w| w.text).collect();
        if given.len() < 2 {
            return None;
        }
        let mut best: Option<(usize, &str)> = None;
        for address in &entity.addresses {
            let listed = normalize::words(&address.text);
            let common = given.iter().filter(|w| listed.iter().any(|l| l.text == **w)).count();
            if listed.len() > 2 && best.is_none_or(|(most, _)| common > most) {
                best = Some((common, &address.text));
            }
        }
        let (common, listed) = best?;
        let share = common * 100 / given.len();
        let effect = match share {
            75.. => 60,
            50..75 => 25,
            _ => return None,
        };
        Some(Reason {
            feature: self.id(),
            effect,
            query: query.address.clone(),
            listed: listed.to_owned(),
            text: format!("{common} of {} words of the address agree", given.len()),
        })
    }
}
