//! Whole texts: heads, places, companies, sources, robustness.

use proptest::prelude::*;

use super::*;
use crate::claim::ledger::{self, Ledger};

fn companies(text: &str) -> Vec<String> {
    let names = |a: Article| a.mentions.into_iter().filter(|m| m.kind == MentionKind::Company);
    names(article(text)).map(|m| m.name).collect()
}

#[test]
fn companies_stand_in_lists_and_behind_legal_forms() {
    assert_eq!(
        companies(
            "Chinese firms such as Nanjing Blue Lathe Co., Ltd., Orbolux, and Teraview shipped optics to Russia."
        ),
        ["Nanjing Blue Lathe Co., Ltd.", "Orbolux", "Teraview"]
    );
    assert_eq!(
        companies(
            "The Turkish company Akturan sold it. OOO Vektorprom bought it from Sable Trading FZE."
        ),
        ["Akturan", "OOO Vektorprom", "Sable Trading FZE"]
    );
    assert_eq!(
        companies(
            "Lumidyne, a Chinese maker of lasers, and Kama Tractor Plant declined to comment."
        ),
        ["Lumidyne", "Kama Tractor Plant"]
    );
    let none: [&str; 0] = [];
    assert_eq!(
        companies(
            "President Jane Doe told Reuters that the Commerce Department and the World Bank agree."
        ),
        none
    );
    assert_eq!(
        companies("In March the European Commission met Secretary of State John Roe in Hong Kong."),
        none
    );
}

#[test]
fn sources_are_named_and_pronouns_resolved() {
    let read = article(
        "Senior officials at the Ministry of Trade, who spoke anonymously, said that 40% of Russia's bearings came from China. They also said that Iran supplied drones to Russia.",
    );
    let who: Vec<&str> = read.claims.iter().map(|f| f.claim.who.as_str()).collect();
    assert_eq!(who.len(), 2, "{:?}", read.claims);
    assert!(who.iter().all(|w| w.contains("Senior officials at the Ministry of Trade")), "{who:?}");
    let read = article(
        "Exports of chips to Russia fell by 20% in 2023, according to a report by the Kyiv School of Economics.",
    );
    assert_eq!(read.claims[0].claim.who, "report by the Kyiv School of Economics");
}

#[test]
fn an_apposed_sum_has_two_readings() {
    let read =
        article("About 80% of Armenia's bearings, worth $20 million in 2022, came from Germany.");
    let value = read.claims.iter().find(|f| f.claim.value == "$20 million").unwrap();
    let implied: Vec<&str> = value.claim.readings.iter().map(|r| r.implies.as_str()).collect();
    assert!(implied[0].contains("$15 million to $17 million"), "{implied:?}");
    assert!(implied[1].contains("$23.5 million to $26.7 million"), "{implied:?}");
    assert_eq!(value.claim.period, "2022");
    assert!(value.claim.exporter.is_empty());
    let clear = article("Armenia imported bearings worth $20 million in 2022.");
    assert!(clear.claims[0].claim.readings.is_empty());
}

#[test]
fn relative_months_hang_on_the_day_of_publication() {
    let read =
        article("Russia's imports of chips fell by 10% last month, officials said on Friday.");
    assert_eq!(read.claims[0].claim.period, "2024-03");
    assert!(read.claims[0].claim.note.contains("2024-04-12"));
    let undated = read_plain("Russia's imports of chips fell by 10% last month.");
    assert_eq!(undated.claims[0].claim.period, "");
    assert!(undated.claims[0].unresolved.iter().any(|u| u.contains("period not stated")));
}

fn read_plain(text: &str) -> Article {
    read(text, Kind::Plain, &[])
}

#[test]
fn places_are_exact() {
    let text = "Heading\r\n\r\nApril 13, 2024\r\n\r\nFirst words. “Nearly 70\u{a0}% of Russia’s chips came from China,” officials said.\r\n";
    let read = read_plain(text);
    let claim = &read.claims[0].claim;
    let place = claim.place.as_ref().unwrap();
    assert_eq!((place.line, place.column), (5, 14));
    let words = |t: &str| t.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&text[place.start..place.end]), words(&claim.quote));
    let figure = read.claims[0].figure.as_ref().unwrap();
    assert_eq!(&text[figure.start..figure.end], "Nearly 70\u{a0}%");
}

#[test]
fn markdown_and_html_are_read_alike() {
    let markdown = "---\ntitle: \"Trade and\\_Chips\"\ndate: '2024-02-05'\n---\n\n## 3 Facts of 2023\n\n* **Chips.** [Nearly 70% of Russia's\n  chips](https://example.org/a_(b)?x=50) came from *China* in 2023.\n\n| share | 55% |\n|---|---|\n";
    let html = "<html><head><title>Trade &amp; Chips</title><meta property=\"article:published_time\" content=\"2024-02-05T10:00:00Z\"><script>var a = '99% of chips came from Mars';</script></head><body><nav>50% of all</nav><h1>Trade and Chips</h1>\n<p>Nearly 70&nbsp;% of Russia&rsquo;s <b>chips</b> came from China in 2023.</p><footer>10% off</footer></body></html>";
    for (text, kind) in [(markdown, Kind::Markdown), (html, Kind::Html)] {
        let read = read(text, kind, &[]);
        assert_eq!(read.title, "Trade and Chips");
        assert_eq!(read.published.as_deref(), Some("2024-02-05"));
        let rows: Vec<String> = read.claims.iter().map(row).collect();
        assert_eq!(
            rows,
            ["share|Nearly 70 %|microelectronics|CHN|RUS|2023|-".replace("Nearly", "nearly")]
        );
    }
    assert_eq!(read(html, Kind::Html, &[]).claims[0].claim.place.as_ref().unwrap().line, 2);
}

#[test]
fn the_importer_of_the_article_is_marked() {
    let read = article(
        "Russia's imports of bearings were $20 million in 2023. Russia's imports of chips were $50 million in 2023. China supplied 90% of the chips.",
    );
    let share = read.claims.iter().find(|f| f.claim.value == "90 %").unwrap();
    assert_eq!(share.claim.importer, "RUS");
    assert!(share.unresolved.iter().any(|u| u.contains("inferred from the rest")), "{share:?}");
}

#[test]
fn user_groups_are_goods() {
    let groups = crate::goods::parse_user_groups(
        "[[group]]\nname = \"garden-gnomes\"\nrevision = \"HS2022\"\nlabel = \"gnomes\"\nsource = \"own\"\ncodes = [\"691310\"]\n",
    );
    let Ok(groups) = groups else { return };
    let read = read("Half of the garden gnomes came from Poland.", Kind::Plain, &groups);
    assert_eq!(read.claims[0].claim.goods, "garden-gnomes");
}

/// What is proposed can be written to a ledger and read again.
#[test]
fn claims_make_a_ledger() {
    for (sentence, _) in super::CASES {
        let claims = article(sentence).claims.into_iter().map(|f| f.claim).collect();
        let text = ledger::write(&Ledger { title: "test".into(), claims }).unwrap();
        ledger::parse(&text, &[]).unwrap_or_else(|e| panic!("{sentence}: {e}\n{text}"));
    }
}

#[test]
fn a_long_text_takes_seconds() {
    let sentence = "In 2023, officials said, about 90% of Russia's chips, worth $900 million, came from China, and exports rose by a third. ";
    let text = sentence.repeat(1_000_000 / sentence.len());
    let start = std::time::Instant::now();
    let read = read_plain(&text);
    assert!(read.claims.len() > 16_000);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    println!("1 MB: {:?}", start.elapsed());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_text_is_read(text in "\\PC{0,300}") {
        for kind in [Kind::Plain, Kind::Markdown, Kind::Html] {
            let read = read(&text, kind, &[]);
            for found in &read.claims {
                let place = found.claim.place.as_ref().unwrap();
                prop_assert!(place.start <= place.end && place.end <= text.len() + 1);
            }
        }
    }

    #[test]
    fn any_words_are_read(words in proptest::collection::vec(0usize..60, 0..60)) {
        let stock = ["70", "%", "$", "million", "half", "of", "a", "third", "from", "to", "between", "and", "China", "'s", "Russia", "exports", "rose", "by", "doubled", "-", "–", ",", ".", "2023", "first", "quarter", "Co.", "Ltd.", "U.S.", "said", "they", "its", "supplied", "machine tools", "for", "tanks", "hundred", "dozens", "No.", "1", "(", ")", "<b>", "&amp;", "[", "](", "*", "\n", "\n\n", "| ", "# ", "\r\n", "é", "“", "”", "nearly", "most", "1,000", "2.5", "times"];
        let text: String = words.iter().map(|i| stock[*i]).collect::<Vec<_>>().join(" ");
        for kind in [Kind::Plain, Kind::Markdown, Kind::Html] {
            let claims: Vec<_> = read(&text, kind, &[]).claims.into_iter().map(|f| f.claim).collect();
            let ledger = ledger::write(&Ledger { title: String::new(), claims }).unwrap();
            prop_assert!(ledger::parse(&ledger, &[]).is_ok(), "{text:?}\n{ledger}");
        }
    }
}
