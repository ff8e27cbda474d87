//! The ledger: a TOML file with one `[[claim]]` for each claim.

use serde::{Deserialize, Serialize};

use super::{Claim, Measure};

/// A file of claims.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ledger {
    /// What the ledger is, in a line.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The claims, in the order of the file.
    #[serde(rename = "claim")]
    pub claims: Vec<Claim>,
}

/// Why a ledger cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// Not TOML, or a field that a claim does not have.
    #[error("{0}")]
    Toml(String),
    /// A claim that says too little or contradicts its own fields.
    #[error("claim {id:?}: {what}")]
    Claim {
        /// Its id, or `#n` for the nth claim.
        id: String,
        /// What is wrong.
        what: String,
    },
}

/// Reads a ledger and checks each claim: an id of its own, a figure that can be read, periods,
/// places and goods that the catalogue knows (`user_goods` are the names of the user's groups).
pub fn parse(text: &str, user_goods: &[crate::goods::GoodsGroup]) -> Result<Ledger, LedgerError> {
    let ledger: Ledger = toml::from_str(text).map_err(|e| LedgerError::Toml(e.to_string()))?;
    let mut ids = std::collections::BTreeSet::new();
    for (i, claim) in ledger.claims.iter().enumerate() {
        let id = if claim.id.is_empty() { format!("#{}", i + 1) } else { claim.id.clone() };
        let fault = |what: String| LedgerError::Claim { id: id.clone(), what };
        if claim.id.is_empty() || !ids.insert(claim.id.as_str()) {
            return Err(fault("every claim needs an `id` of its own".into()));
        }
        check(claim, user_goods).map_err(fault)?;
    }
    Ok(ledger)
}

/// Whether a claim says enough, and nothing that the catalogue does not know; else why not.
pub(crate) fn check(claim: &Claim, user_goods: &[crate::goods::GoodsGroup]) -> Result<(), String> {
    if claim.text.trim().is_empty() && claim.quote.trim().is_empty() {
        return Err("`text` says what is claimed, in one sentence".into());
    }
    let figureless = claim.measure == Measure::Deed || claim.unquantified().is_some();
    if !figureless && claim.amount().is_none() {
        return Err(format!(
            "`value` {:?} is no figure; say for example \"nearly 70 %\", \"$900 million\", \"3,039 t\", or \"rise\" or \"fall\" for a change without one",
            claim.value
        ));
    }
    let periods = claim.readings.iter().map(|r| &r.period).chain([&claim.period, &claim.against]);
    for period in periods.filter(|p| !p.is_empty()) {
        crate::period::Period::parse(period).map_err(|e| e.to_string())?;
    }
    let places = claim.readings.iter().flat_map(|r| [&r.exporter, &r.importer]);
    for place in places.chain([&claim.importer, &claim.exporter]) {
        if !place.is_empty() && place != "all" {
            crate::place::parse_place_set(place).map_err(|e| e.to_string())?;
        }
    }
    let goods = claim.readings.iter().map(|r| &r.goods).chain([&claim.goods]);
    for goods in goods.filter(|g| !g.is_empty()) {
        crate::goods::resolve(goods, user_goods).map_err(|e| e.to_string())?;
    }
    Ok(())
}

/// Writes a ledger, in the form that [`parse`] reads.
pub fn write(ledger: &Ledger) -> Result<String, LedgerError> {
    toml::to_string(ledger).map_err(|e| LedgerError::Toml(e.to_string()))
}

/// The ledger that the program ships.
///
/// # Errors
/// Never in a release: a test reads it.
pub fn shipped() -> Result<Ledger, LedgerError> {
    parse(include_str!("../../data/claims.toml"), &[])
}

#[cfg(test)]
mod tests {
    use super::super::compare::{self, Kind};
    use super::*;

    #[test]
    fn the_shipped_ledger_reads_back_as_written() {
        let ledger = shipped().unwrap();
        assert!(ledger.claims.len() > 100);
        assert_eq!(parse(&write(&ledger).unwrap(), &[]).unwrap(), ledger);
        for claim in &ledger.claims {
            assert!(!claim.publisher.is_empty(), "{}: who published it?", claim.id);
            let whole = &claim.of;
            assert!(
                whole.is_empty() || ledger.claims.iter().any(|c| c.id == *whole),
                "{}",
                claim.id
            );
        }
    }

    #[test]
    fn its_inconsistencies_are_the_known_ones() {
        let relations = compare::relations(&shipped().unwrap().claims);
        let conflicts: Vec<String> = relations
            .iter()
            .filter(|r| r.kind <= Kind::Unexplained)
            .map(|r| format!("{} {}: {}", r.rule, r.claims.join(" "), r.text))
            .collect();
        expect_test::expect![[r#"
            percent-against-part rusi-share-chn rusi-count-chn rusi-suppliers: 340 suppliers being 17.5 % means a total of 1,943 (1,909 to 1,977); the total given is 2,113 suppliers
            percent-against-part rusi-share-tur rusi-count-tur rusi-suppliers: 508 suppliers being 26.16 % means a total of 1,942 (1,940 to 1,944); the total given is 2,113 suppliers"#]].assert_eq(&conflicts.join("\n"));
    }

    #[test]
    fn chips_and_machine_tools_are_explained() {
        let relations = compare::relations(&shipped().unwrap().claims);
        let kind = |a: &str, b: &str| {
            let of = |r: &&compare::Relation| {
                r.claims.iter().any(|c| c == a) && r.claims.iter().any(|c| c == b)
            };
            relations.iter().find(of).map(|r| r.kind)
        };
        assert_eq!(kind("ap-2024-semiconductors-2022", "wsj-ic-2022"), Some(Kind::Explained));
        let shares = [
            "ft-cnc-share-jul23",
            "ap-2024-machine-tools-share",
            "luzin-tools-2023",
            "rusi-china-value-share",
        ];
        for (i, a) in shares.iter().enumerate() {
            for b in &shares[i + 1..] {
                assert_eq!(kind(a, b), Some(Kind::Explained), "{a} {b}");
            }
        }
        assert_eq!(kind("wsj-nc-tonnes", "wsj-nc-pounds-2023"), Some(Kind::Retold));
    }
}
