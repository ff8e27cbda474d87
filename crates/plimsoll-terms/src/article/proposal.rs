//! What somebody else read in a text, under the same rules: claims proposed by a machine.
//!
//! A proposal is taken only if its words stand in the text and its figure in those words; each
//! field that the catalogue does not know, or that the words do not name, is left open and said.
//! What is taken is marked as proposed by an endpoint and is never surer than "hardly more than
//! the figure". Which machine was asked, and how, is not known here.

use serde::Deserialize;

use super::clean::{Block, Lines};
use super::{Article, Certainty, Found, Kind};
use crate::claim::{Amount, Claim, Measure, Read, TextPlace, ledger};
use crate::goods::GoodsGroup;

/// Fewest characters of a quotation that says where it stands.
const SHORTEST_QUOTE: usize = 20;
/// Most proposals that are looked at.
const MOST: usize = 200;

/// One claim as proposed; texts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Proposal {
    /// The words of the text, as they stand.
    pub quote: String,
    /// `share`, `value`, `quantity`, `change`, `rank`, `count` or `deed`.
    pub measure: String,
    /// The figure in the words of the text: `nearly 70 %`.
    pub value: String,
    /// A group or code of the catalogue.
    pub goods: String,
    /// Who received.
    pub importer: String,
    /// Who supplied.
    pub exporter: String,
    /// When.
    pub period: String,
    /// Who says so.
    pub who: String,
}

/// What became of proposals.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// How many were added to the article.
    pub added: usize,
    /// How many the reader had found itself.
    pub known: usize,
    /// Why others were not taken, a line each.
    pub refused: Vec<String>,
}

/// Adds to an article what of the proposals its text bears out.
pub fn take(
    article: &mut Article,
    text: &str,
    kind: Kind,
    proposals: &[Proposal],
    user_goods: &[GoodsGroup],
) -> Taken {
    let blocks = super::blocks(text, kind).0;
    let lines = Lines::of(text);
    let mut taken = Taken::default();
    for proposal in proposals.iter().take(MOST) {
        let place = match place_of(proposal, &blocks, &lines, text) {
            Ok(place) => place,
            Err(why) => {
                taken.refused.push(format!("{why}: {:?}", short(&proposal.quote)));
                continue;
            }
        };
        let Some(found) = found(proposal, place, article, user_goods) else {
            let why = "its figure does not stand in its words";
            taken.refused.push(format!(
                "{why}: {:?} in {:?}",
                proposal.value,
                short(&proposal.quote)
            ));
            continue;
        };
        if article.claims.iter().any(|own| same(own, &found)) {
            taken.known += 1;
            continue;
        }
        taken.added += 1;
        article.claims.push(found);
    }
    if proposals.len() > MOST {
        taken.refused.push(format!("{} more were not looked at", proposals.len() - MOST));
    }
    taken
}

fn short(text: &str) -> String {
    text.chars().take(80).collect()
}

/// One space between words, and plain marks of quotation.
fn plain(text: &str) -> String {
    let marks = text.replace(['\u{2018}', '\u{2019}'], "'").replace(['\u{201c}', '\u{201d}'], "\"");
    marks.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Where the words stand; they may differ in spaces alone.
fn place_of(
    proposal: &Proposal,
    blocks: &[Block],
    lines: &Lines,
    text: &str,
) -> Result<TextPlace, &'static str> {
    let quote = proposal.quote.split_whitespace().collect::<Vec<_>>().join(" ");
    if quote.chars().count() < SHORTEST_QUOTE {
        return Err("its words are too few to be found");
    }
    let found = blocks.iter().find_map(|block| {
        let start = block.text.find(&quote)?;
        Some(block.source(start, start + quote.len()))
    });
    let (start, end) = found.ok_or("its words do not stand in the text")?;
    Ok(lines.place(text, start, end))
}

/// The claim, with what is open; `None` where the figure is not in the words.
fn found(
    proposal: &Proposal,
    place: TextPlace,
    article: &Article,
    user_goods: &[GoodsGroup],
) -> Option<Found> {
    let measure = Measure::ALL.into_iter().find(|m| m.name() == proposal.measure.trim())?;
    let quote = plain(&proposal.quote);
    let mut claim = Claim {
        id: format!("m{}", article.claims.len() + 1),
        text: quote.clone(),
        quote: quote.clone(),
        measure,
        value: proposal.value.trim().to_owned(),
        who: proposal.who.trim().to_owned(),
        publisher: article.publisher.clone(),
        published: article.published.clone().unwrap_or_default(),
        read: Read::Endpoint,
        place: Some(place),
        ..Claim::default()
    };
    let figureless = measure == Measure::Deed || claim.unquantified().is_some();
    let borne_out = claim.amount().is_some() && stands(&claim.value, &quote);
    if !(figureless || borne_out) {
        return None;
    }
    let mut unresolved = vec!["proposed by an endpoint: read the sentence yourself".to_owned()];
    fill(&mut claim, proposal, user_goods, &mut unresolved);
    let named = super::read(&quote, Kind::Plain, user_goods).mentions;
    for (what, code) in [("importer", &claim.importer), ("supplier", &claim.exporter)] {
        if !code.is_empty() && !named.iter().any(|m| m.code == *code) {
            unresolved
                .push(format!("{what} {code} is the endpoint's: the sentence does not name it"));
        }
    }
    let said = !claim.who.is_empty() && !quote.contains(&claim.who);
    if said {
        unresolved.push("who says so is the endpoint's: the sentence does not name them".into());
    }
    Some(Found { claim, figure: None, unresolved, certainty: Certainty::Low })
}

/// Whether all digits of a figure stand in the words, in the same order.
fn stands(value: &str, quote: &str) -> bool {
    let bare = |text: &str| text.replace([',', '\u{a0}', '\u{202f}'], "");
    let (value, quote) = (bare(value), bare(quote));
    let numbers: Vec<&str> = value
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .filter(|n| n.bytes().any(|b| b.is_ascii_digit()))
        .collect();
    // A figure in words must stand as it is.
    let whole = |n: &str| {
        quote.match_indices(n).any(|(at, _)| {
            let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
            let (before, after) = quote.split_at(at);
            !digit(before.chars().next_back())
                && !digit(after.get(n.len()..).and_then(|r| r.chars().next()))
        })
    };
    match numbers.as_slice() {
        [] => quote.to_lowercase().contains(&value.to_lowercase()),
        numbers => numbers.iter().all(|n| whole(n.trim_end_matches('.'))),
    }
}

/// Takes the fields that the catalogue knows.
fn fill(
    claim: &mut Claim,
    proposal: &Proposal,
    user_goods: &[GoodsGroup],
    unresolved: &mut Vec<String>,
) {
    let mut try_field = |what: &str, value: &str, set: &dyn Fn(&mut Claim, String)| {
        let value = value.trim();
        if value.is_empty() {
            return;
        }
        let mut with = claim.clone();
        set(&mut with, value.to_owned());
        match ledger::check(&with, user_goods) {
            Ok(()) => *claim = with,
            Err(why) => unresolved.push(format!("{what} {value:?} was not taken: {why}")),
        }
    };
    try_field("goods", &proposal.goods, &|c, v| c.goods = v);
    try_field("importer", &code(&proposal.importer), &|c, v| c.importer = v);
    try_field("supplier", &code(&proposal.exporter), &|c, v| c.exporter = v);
    try_field("period", &proposal.period, &|c, v| c.period = v);
}

/// A place by its code where the name is known.
fn code(text: &str) -> String {
    crate::place::parse_place_set(text).map_or_else(|_| text.to_owned(), |set| set.code)
}

/// Whether the reader found the figure itself: the places overlap and the figures agree.
fn same(own: &Found, proposed: &Found) -> bool {
    let (Some(a), Some(b)) = (&own.claim.place, &proposed.claim.place) else { return false };
    let overlap = a.start < b.end && b.start < a.end;
    let amounts = |c: &Claim| c.amount().map(|a: Amount| (a.low, a.high, a.unit));
    let alike = match (amounts(&own.claim), amounts(&proposed.claim)) {
        (Some(a), Some(b)) => a.0 <= b.1 && b.0 <= a.1 && a.2 == b.2,
        (None, None) => own.claim.measure == proposed.claim.measure,
        _ => false,
    };
    overlap && alike
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Made-up paper\n\nNearly 70 percent of Russia's machine tool imports in \
        the last quarter of 2023 came from China, officials said. The minister of \
        the place, who met 1,250 of them, is 52 years old.\n";

    fn taken(proposals: &[Proposal]) -> (Article, Taken) {
        let mut article = super::super::read(TEXT, Kind::Plain, &[]);
        let before = article.claims.len();
        let taken = take(&mut article, TEXT, Kind::Plain, proposals, &[]);
        assert_eq!(article.claims.len(), before + taken.added);
        (article, taken)
    }

    fn proposal(quote: &str, measure: &str, value: &str) -> Proposal {
        let [quote, measure, value] = [quote, measure, value].map(str::to_owned);
        Proposal { quote, measure, value, ..Proposal::default() }
    }

    #[test]
    fn what_the_text_does_not_say_is_refused() {
        let invented = proposal("China sold Russia 5,000 drones in March 2024", "count", "5,000");
        let other = proposal("who met 1,250 of them, is 52 years old.", "count", "12,500");
        let part = proposal("who met 1,250 of them, is 52 years old.", "count", "250");
        let (_, taken) = taken(&[invented, other, part]);
        assert_eq!((taken.added, taken.refused.len()), (0, 3), "{taken:?}");
    }

    #[test]
    fn what_it_says_is_taken_marked_and_left_open() {
        let mut one = proposal("who met 1,250 of them, is 52 years old.", "count", "52");
        one.importer = "Russia".into();
        one.goods = "no such goods".into();
        let (article, taken) = taken(&[one]);
        assert_eq!(taken.added, 1, "{taken:?}");
        let found = article.claims.last().unwrap();
        assert_eq!(found.claim.read, Read::Endpoint);
        assert_eq!(found.certainty, Certainty::Low);
        assert_eq!((found.claim.importer.as_str(), found.claim.goods.as_str()), ("RUS", ""));
        let open = found.unresolved.join("; ");
        assert!(
            open.contains("the sentence does not name it") && open.contains("no such goods"),
            "{open}"
        );
        assert_eq!(found.claim.place.as_ref().unwrap().line, 3);
    }

    #[test]
    fn what_the_reader_found_itself_is_not_doubled() {
        let quote =
            "Nearly 70 percent of Russia's machine tool imports in the last quarter of 2023";
        let (_, taken) = taken(&[proposal(quote, "share", "nearly 70 percent")]);
        assert_eq!((taken.added, taken.known), (0, 1), "{taken:?}");
    }
}
