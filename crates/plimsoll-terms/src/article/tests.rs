//! Sentences of our own and what must be read in them.

use super::*;

mod documents;
mod further;

/// A text of one sentence, published on Saturday 2024-04-13.
fn article(sentence: &str) -> Article {
    read(&format!("A Heading of Some Kind\n\nApr 13, 2024\n\n{sentence}\n"), Kind::Plain, &[])
}

/// `measure|value|goods|exporter|importer|period|hedge`, a dash for what is empty.
fn row(found: &Found) -> String {
    let c = &found.claim;
    let cells =
        [c.measure.name(), &c.value, &c.goods, &c.exporter, &c.importer, &c.period, &c.likelihood];
    cells.map(|cell| if cell.is_empty() { "-" } else { cell }).join("|")
}

/// Each sentence and its claims; none where nothing may be found.
const CASES: &[(&str, &[&str])] = &[
    // Shares, who supplied whom.
    (
        "China supplied 70% of Russia's machine tools in 2023.",
        &["share|70 %|machine-tools|CHN|RUS|2023|-"],
    ),
    (
        "Nearly two-thirds of Russia's bearings came from China in 2022.",
        &["share|nearly two-thirds|bearings|CHN|RUS|2022|-"],
    ),
    (
        "In 2023, Turkey accounted for about 15 percent of Kazakhstan's imports of integrated circuits.",
        &["share|about 15 %|microelectronics|TUR|KAZ|2023|-"],
    ),
    (
        "Roughly a quarter of Iran's crude oil was sold to Chinese refiners.",
        &["share|about a quarter|2709|-|-|-|-"],
    ),
    (
        "More than half of the microchips imported by Russia were made in Taiwan.",
        &["share|more than half|microelectronics|TWN|RUS|-|-"],
    ),
    (
        "Seventy percent of the wheat exported by Ukraine in 2021 went to Egypt.",
        &["share|Seventy %|1001|UKR|EGY|2021|-"],
    ),
    (
        "One in five chips that reach Russia is shipped from Hong Kong.",
        &["share|one in five|microelectronics|HKG|RUS|-|-"],
    ),
    (
        "Hong Kong's share of Russia's imports of semiconductors was 21 per cent in 2022.",
        &["share|21 %|microelectronics|HKG|RUS|2022|-"],
    ),
    (
        "Germany depended on Russia for 55% of its natural gas imports in 2021.",
        &["share|55 %|2711|RUS|DEU|2021|-"],
    ),
    (
        "Between 80 and 90 percent of Russia's drones probably came from Iran.",
        &["share|between 80 and 90 %|uav|IRN|RUS|-|probably"],
    ),
    (
        "Some 40–45% of Russia's CNC machine tools were sourced from Taiwan and South Korea in the first half of 2023.",
        &["share|some 40–45 %|machine-tools:nc|TWN+KOR|RUS|2023H1|-"],
    ),
    (
        "The vast majority of Belarus's potash went to Brazil.",
        &["share|more than 50 %|31|-|BRA|-|-"],
    ),
    (
        "Russia bought 30 percent of its semiconductors from Malaysia last year.",
        &["share|30 %|microelectronics|MYS|RUS|2023|-"],
    ),
    // Money.
    (
        "China exported $1.2–1.5 billion worth of machine tools to Russia in 2023.",
        &["value|$1.2–1.5 billion|machine-tools|CHN|RUS|2023|-"],
    ),
    (
        "Russian imports of microelectronics from Turkey were worth $85 million in the first quarter of 2023.",
        &["value|$85 million|microelectronics|TUR|RUS|2023Q1|-"],
    ),
    (
        "Kyrgyzstan's exports of bearings to Russia reached more than $12.5m in 2023.",
        &["value|more than $12.5m|bearings|KGZ|RUS|2023|-"],
    ),
    (
        "The United Arab Emirates shipped €40 million of drones to Russia between January and October 2023.",
        &["value|€40 million|uav|ARE|RUS|2023-01..2023-10|-"],
    ),
    (
        "Exports of luxury goods to Russia were valued at 300 million euros in 2021.",
        &["value|300 million euros|-|-|RUS|2021|-"],
    ),
    ("Russia earned billions of dollars from oil.", &["value|billions of dollars|2709|-|-|-|-"]),
    ("India imported $38bn of Russian crude oil in 2023.", &["value|$38bn|2709|-|IND|2023|-"]),
    (
        "The deal was worth less than half a billion dollars.",
        &["value|less than half a billion dollars|-|-|-|-|-"],
    ),
    (
        "Firms in Hong Kong sent US$2 billion of chips to Russia.",
        &["value|US$2 billion|microelectronics|HKG|RUS|-|-"],
    ),
    ("The ruble is worth less than a penny.", &["value|less than a penny|-|-|-|-|-"]),
    (
        "Bilateral trade between China and Russia reached a record $240 billion in 2023.",
        &["value|$240 billion|-|-|-|2023|-"],
    ),
    // Growth and fall.
    (
        "China's exports of machine tools to Russia rose by 120% in 2023.",
        &["change|120 %|machine-tools|CHN|RUS|2023|-"],
    ),
    (
        "Russian imports of microelectronics fell 28.5% in 2022 compared with 2021.",
        &["change|down 28.5 %|microelectronics|-|RUS|2022|-"],
    ),
    (
        "Turkish exports of ball bearings to Russia more than doubled in 2022.",
        &["change|more than doubled|bearings|TUR|RUS|2022|-"],
    ),
    ("Shipments of LNG from Qatar to India grew tenfold.", &["change|tenfold|271111|QAT|IND|-|-"]),
    (
        "Armenia saw a 20-fold increase in exports of microchips to Russia.",
        &["change|20-fold|microelectronics|ARM|RUS|-|-"],
    ),
    ("Imports of coal were 15 percent lower than in 2021.", &["change|down 15 %|2701|-|-|-|-"]),
    (
        "Its oil revenues could fall by a third this year.",
        &["change|down a third|2709|-|-|2024-01..2024-04|could"],
    ),
    ("Exports are up 40% year-on-year.", &["change|40 %|-|-|-|-|-"]),
    ("The share rose by 5 percentage points.", &["change|5 percentage points|-|-|-|-|-"]),
    (
        "Germany's exports of cars to Kyrgyzstan increased from $5 million in 2021 to $55 million in 2022.",
        &["value|$5 million|8703|DEU|KGZ|2021|-", "value|$55 million|8703|DEU|KGZ|2022|-"],
    ),
    ("Russia's steel output shrank by double digits.", &["change|down double digits|72|-|-|-|-"]),
    ("Sales were three times higher than in 2020.", &["change|3 times|-|-|-|-|-"]),
    (
        "China has sharply increased its exports of optical components to Russia.",
        &["change|rise|optics|CHN|RUS|-|-"],
    ),
    (
        "The data show a steep decline in Kazakhstan's imports of semiconductors from the EU.",
        &["change|fall|microelectronics|EU27|KAZ|-|-"],
    ),
    (
        "Exports of nitrocellulose from Turkey to Russia have surged since 2022.",
        &["change|rise|nitrocellulose|TUR|RUS|2022-01..2024-04|-"],
    ),
    ("Washington wants to reduce Russia's oil revenues.", &[]),
    ("The measures will increase trade.", &[]),
    // Quantities and counts.
    (
        "North Korea sent Russia 2.5 million artillery shells.",
        &["quantity|2.5 million shells|9306|PRK|RUS|-|-"],
    ),
    (
        "India imported 1.9 million barrels of Russian crude oil per day in May 2023.",
        &["quantity|1.9 million barrels|2709|-|IND|2023-05|-"],
    ),
    (
        "Turkey exported 150,000 metric tons of steel to Israel in 2022.",
        &["quantity|150,000 metric tons|72|TUR|ISR|2022|-"],
    ),
    (
        "Iran supplied about 1,700 drones to Russia in 2022.",
        &["quantity|about 1,700 drones|uav|IRN|RUS|2022|-"],
    ),
    (
        "The Treasury sanctioned more than 300 entities and individuals on Thursday.",
        &["count|more than 300 entities|-|-|-|-|-"],
    ),
    (
        "Dozens of companies in several countries were added to the list.",
        &["count|dozens of companies|-|-|-|-|-"],
    ),
    ("Investigators found 2,113 suppliers in the records.", &["count|2,113 suppliers|-|-|-|-|-"]),
    (
        "At least twelve banks have stopped such payments.",
        &["count|at least twelve banks|-|-|-|-|-"],
    ),
    ("Three Chinese companies were added to the list.", &["count|three companies|-|-|-|-|-"]),
    ("Over 30 countries joined the measures.", &["count|over 30 countries|-|-|-|-|-"]),
    (
        "Tens of thousands of shipments went through Dubai.",
        &["count|tens of thousands of shipments|-|-|-|-|-"],
    ),
    (
        "The company bought 67 kilograms of gold from Mali.",
        &["quantity|67 kilograms|7108|MLI|-|-|-"],
    ),
    // Places in an order.
    (
        "China is Russia's largest supplier of machine tools.",
        &["rank|1st|machine-tools|CHN|RUS|-|-"],
    ),
    (
        "Turkey became the second-largest exporter of chips to Russia in 2023.",
        &["rank|second-largest|microelectronics|TUR|RUS|2023|-"],
    ),
    ("Hong Kong ranked third.", &["rank|3rd|-|-|-|-|-"]),
    ("Imports hit a record high in March 2024.", &["rank|record high|-|-|-|2024-03|-"]),
    ("It is one of the largest banks in the country.", &[]),
    // What is no claim.
    ("The rules follow Regulation (EU) No 833/2014 and Executive Order 14024.", &[]),
    ("Article 5 of the treaty was signed on 4 April 1949 in Washington.", &[]),
    ("The G7 met for two days in June 2023.", &[]),
    ("He is 45 years old and was born in 1978.", &[]),
    ("The meeting began at 7:21 a.m. and ended at 12:00 p.m.", &[]),
    ("For more call +1-202-555-0147 or see page 12.", &[]),
    ("This is one of the reasons for the third round of talks.", &[]),
    ("The 14th package entered into force in June 2024.", &[]),
    ("A 24-hour deadline applies under Section 889.", &[]),
    ("The Su-35 and the T-72 use parts under HS code 8542.", &[]),
    ("Is it true that 90% of the chips come from China?", &[]),
    ("First, the second half of the report deals with third countries.", &[]),
    ("In 2022 and 2023 the ministers met in Brussels.", &[]),
    // Who did what.
    ("Turkish firms supplied nitrocellulose to Russia.", &["deed|-|nitrocellulose|TUR|RUS|-|-"]),
    (
        "Chinese companies are likely providing nitrocellulose for Russian ammunition.",
        &["deed|-|nitrocellulose|CHN|RUS|-|likely"],
    ),
    ("Iran provided Russia with drones.", &["deed|-|uav|IRN|RUS|-|-"]),
    (
        "Officials said that Acme Optics Ltd. has supplied optical components for Russian tanks.",
        &["deed|-|optics|-|RUS|-|-"],
    ),
    ("North Korea may have shipped ballistic missiles to Russia.", &["deed|-|9306|PRK|RUS|-|may"]),
    ("Russia and Iran jointly produce attack drones in Tatarstan.", &["deed|-|uav|-|-|-|-"]),
    ("China has not supplied weapons to Russia.", &[]),
    ("The United States urged China not to provide machine tools to Russia.", &[]),
    ("The allies will provide Ukraine with ammunition.", &[]),
];

#[test]
fn sentences_become_claims() {
    let mut faults = Vec::new();
    for (sentence, expected) in CASES {
        let read: Vec<String> = article(sentence).claims.iter().map(row).collect();
        let same = read.len() == expected.len()
            && read.iter().zip(*expected).all(|(a, b)| a.to_lowercase() == b.to_lowercase());
        if !same {
            faults.push(format!("{sentence}\n    want {expected:?}\n    read {read:?}"));
        }
    }
    assert!(CASES.len() >= 80);
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), CASES.len(), faults.join("\n"));
}
