//! Sentences of our own for what the held-out texts taught: `measure|value`, one row each.

use super::*;

/// Each sentence and its claims; none where nothing may be found.
const CASES: &[(&str, &[&str])] = &[
    // A scale is carried over to a small number only.
    (
        "Sales of lenses to Iran grew from $64,000 to $2.5 million.",
        &["value|$64,000", "value|$2.5 million"],
    ),
    // "Cut off" takes a whole away and is no fall by a part.
    ("The ban cut off nearly half of Iran's chip imports.", &["share|nearly half"]),
    ("Inspectors have curbed shipments of bearings to Belarus.", &["change|fall"]),
    (
        "Imports of lenses from Oman rose by almost 40% to $12m.",
        &["change|almost 40 %", "value|$12m"],
    ),
    (
        "Oman's share of these imports rose from under 3% before the war to about 9%.",
        &["share|under 3 %", "share|about 9 %"],
    ),
    ("There was a \"steep rise\" last month of Omani exports to Belarus.", &["change|rise"]),
    ("In the first three quarters of 2023 the ministry met exporters.", &[]),
    ("The gap to the number two, Oman, widened.", &["rank|2nd"]),
    (
        "Oman's exports fell 4% in May, worse than April's 2% year-on-year drop.",
        &["change|down 4 %", "change|down 2 %"],
    ),
    (
        "Imports grew 5.5 percent in January and 7.5 percent in February.",
        &["change|5.5 %", "change|7.5 %"],
    ),
    (
        "Trade between the two ports was jumping 30% to $4 billion.",
        &["change|30 %", "value|$4 billion"],
    ),
    ("Work on the Mirny 2 terminals went on.", &[]),
    (
        "Imports from Oman soared in July and its exports to Belarus rebounded.",
        &["change|rise", "change|rise"],
    ),
    // Deeds told in other ways.
    (
        "The ministry sanctioned two Omani firms for supplying lenses to Belarus.",
        &["count|two firms", "deed|"],
    ),
    ("Belarus has bought lenses from Oman.", &["deed|"]),
    ("Belarus received drones from an Omani company.", &["deed|"]),
    ("Lenses were shipped to Belarus by Omani traders.", &["deed|"]),
    ("Belarus wants to buy lenses from Oman.", &[]),
    ("Belarus has not bought lenses from Oman.", &[]),
    ("Lenses must not be shipped to Belarus by Omani traders.", &[]),
];

#[test]
fn further_sentences_become_claims() {
    let mut faults = Vec::new();
    for (sentence, expected) in CASES {
        let row = |f: &Found| format!("{}|{}", f.claim.measure.name(), f.claim.value);
        let read: Vec<String> = article(sentence).claims.iter().map(row).collect();
        let same = read.len() == expected.len()
            && read.iter().zip(*expected).all(|(a, b)| a.to_lowercase() == b.to_lowercase());
        if !same {
            faults.push(format!("{sentence}\n    want {expected:?}\n    read {read:?}"));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), CASES.len(), faults.join("\n"));
}
