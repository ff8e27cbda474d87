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
    ("The growth of exports to Belarus was 35 percent.", &["change|35 %"]),
    ("Sales went up (a rise in sales to Oman – 12%).", &["change|12 %"]),
    ("Trade saw a clear uptake between 20 and 30 percent.", &["change|between 20 and 30 %"]),
    ("Exports to Belarus took off after the ban.", &["change|rise"]),
    ("The lenses were worth £450 000.", &["value|£450 000"]),
    ("Oil makes up 0.3% of Oman's exports to Togo.", &["share|0.3 %"]),
    (
        "The share of Oman has gone from a quarter to three quarters.",
        &["share|a quarter", "share|three quarters"],
    ),
    (
        "Oman shipped 40 bcm of gas and 1.2 mb/d of crude.",
        &["quantity|40 bcm", "quantity|1.2 million barrels"],
    ),
    ("The number of searches climbed from 12 in 2021 to 96 in 2023.", &["count|12", "count|96"]),
    ("Exports showed a 50-percentage-point drop.", &["change|down 50-percentage-point"]),
    ("The rial is 20 percent weaker today.", &["change|down 20 %"]),
    ("Oman is a two and a half trillion-dollar market.", &["value|two and a half trillion-dollar"]),
    ("This is 2.1 % of extra-EU 27 exports.", &["share|2.1 %"]),
    (
        "It reflected an increase in the deficit of $4.5 billion to $65.5 billion.",
        &["value|$4.5 billion", "value|$65.5 billion"],
    ),
    ("Imports decreased $49.5 billion or 6.5%.", &["value|$49.5 billion", "change|down 6.5 %"]),
    ("Imports were $49.5 billion, or 6.5% of the total.", &["value|$49.5 billion", "share|6.5 %"]),
    ("They shipped 300 rounds of 122 mm artillery ammunition.", &["quantity|300 rounds"]),
    ("The lenses were worth six million pounds.", &["value|six million pounds"]),
    ("They shipped five million pounds of beef.", &["quantity|2,267.9619 t"]),
    ("This came despite exports to Belarus falling sharply.", &["change|fall"]),
    (
        "The flow of lathes, engines and cars has dropped to almost nothing.",
        &["change|fall", "change|fall", "change|fall"],
    ),
    ("Exports to Togo, once a small market, have grown fast.", &["change|rise"]),
    // Deeds told in other ways.
    (
        "Officials listed two Omani firms over shipping lenses to Belarus.",
        &["count|two firms", "deed|"],
    ),
    (
        "The ministry sanctioned two Omani firms for supplying lenses to Belarus.",
        &["count|two firms", "deed|"],
    ),
    ("Belarus has bought lenses from Oman.", &["deed|"]),
    ("Belarus received drones from an Omani company.", &["deed|"]),
    ("Lenses were shipped to Belarus by Omani traders.", &["deed|"]),
    ("The Belarusian army regularly receives Iranian drones.", &["deed|"]),
    (
        "Tehran has supplied the Kremlin with \"a fairly large number of artillery shells\".",
        &["deed|"],
    ),
    (
        "Turkey evades the rules by quietly shipping lenses to a Belarusian manufacturer.",
        &["deed|"],
    ),
    ("The ministry cannot confirm reports that Iran supplied missiles to Belarus.", &[]),
    ("Iran denied that it had supplied drones to Belarus.", &[]),
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
