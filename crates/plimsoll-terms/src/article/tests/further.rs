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
