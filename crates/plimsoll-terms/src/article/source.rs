//! Who says so? "According to X", "X said", "told Reuters", "X, who spoke anonymously".

use super::names::slice;
use super::token::Token;
use crate::article::token::among;

/// A source that a sentence names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceRef {
    pub(super) first: usize,
    pub(super) next: usize,
    /// In the words of the text, without article.
    pub(super) name: String,
    /// Not named, where the text says so or gives only an office.
    pub(super) unnamed: bool,
    /// The retelling: the agency or paper that reports what the source said.
    pub(super) relay: bool,
}

const SAYS: &[&str] = &[
    "said",
    "says",
    "say",
    "told",
    "stated",
    "states",
    "reported",
    "reports",
    "claimed",
    "claims",
    "claim",
    "estimates",
    "estimated",
    "estimate",
    "noted",
    "notes",
    "announced",
    "found",
    "finds",
    "argued",
    "argues",
    "warned",
    "warns",
    "revealed",
    "reveals",
    "disclosed",
    "shows",
    "showed",
    "show",
    "suggests",
    "suggested",
    "alleged",
    "added",
    "confirmed",
    "asserted",
    "assessed",
    "assesses",
    "acknowledged",
    "concluded",
    "concludes",
    "wrote",
    "believes",
    "believe",
    "calculated",
    "calculates",
    "indicated",
    "indicates",
    "indicate",
    "explained",
    "declared",
    "identified",
];

/// Nouns of those who say something.
const SPEAKERS: &[&str] = &[
    "officials",
    "official",
    "analysts",
    "analyst",
    "experts",
    "expert",
    "ministry",
    "department",
    "report",
    "reports",
    "agency",
    "spokesman",
    "spokesperson",
    "spokeswoman",
    "study",
    "researchers",
    "researcher",
    "statement",
    "government",
    "institute",
    "data",
    "figures",
    "president",
    "secretary",
    "minister",
    "intelligence",
    "sources",
    "source",
    "assessment",
    "customs",
    "commission",
    "bank",
    "statistics",
    "investigators",
    "investigation",
    "think",
    "tank",
    "economists",
    "economist",
    "authorities",
    "office",
    "diplomats",
    "diplomat",
    "lawmakers",
    "senator",
    "administration",
    "treasury",
    "council",
    "envoy",
    "ambassador",
    "service",
    "bureau",
    "center",
    "centre",
    "university",
    "group",
    "organization",
    "ngo",
    "paper",
    "newspaper",
    "survey",
    "analysis",
    "documents",
    "records",
    "review",
    "monitor",
    "journalists",
    "media",
    "people",
    "executives",
    "director",
    "chief",
    "head",
    "leader",
    "commissioner",
    "school",
    "consultancy",
    "monitors",
    "economy",
    "foundation",
    "tracker",
];

const PRONOUNS: &[&str] = &["they", "he", "she", "it", "who", "we", "which"];

const RELAYS: &[&str] = &[
    "ap",
    "afp",
    "reuters",
    "bloomberg",
    "cnn",
    "bbc",
    "tass",
    "xinhua",
    "interfax",
    "associated press",
    "financial times",
    "washington post",
    "nikkei",
    "politico",
    "cnbc",
    "kommersant",
    "guardian",
];

/// The sources of a sentence, in the order of the text.
pub(super) fn sources(tokens: &[Token<'_>], text: &str) -> Vec<SourceRef> {
    let mut out: Vec<SourceRef> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
        let found = if token.is("according") && low(at + 1) == "to" {
            forward(tokens, at + 2, text)
        } else if token.is_word() && SAYS.contains(&token.low.as_str()) {
            let told = token.is("told").then(|| forward(tokens, at + 1, text)).flatten();
            out.extend(told.filter(|s| s.relay));
            backward(tokens, at, text).or_else(|| inverted(tokens, at, text))
        } else {
            None
        };
        if let Some(found) = found
            && !out.iter().any(|s| s.first < found.next && found.first < s.next)
        {
            out.push(found);
        }
    }
    let silent = tokens.iter().any(|t| t.any(&["anonymously", "anonymity", "unnamed"]))
        || tokens.windows(2).any(|w| {
            w.first().is_some_and(|t| t.is("not"))
                && w.get(1).is_some_and(|t| t.any(&["authorized", "authorised", "named"]))
        });
    for source in &mut out {
        source.unnamed |= silent && !source.relay;
    }
    out.sort_by_key(|s| s.first);
    out
}

fn made(tokens: &[Token<'_>], first: usize, next: usize, text: &str) -> Option<SourceRef> {
    let skip = usize::from(tokens.get(first).is_some_and(|t| t.any(&["the", "a", "an"])));
    let first = first + skip;
    let words = tokens.get(first..next)?;
    if words.is_empty() || words.len() > 16 {
        return None;
    }
    let speaker = words.iter().any(|t| t.any(SPEAKERS));
    let capital = words.iter().any(Token::capital);
    let pronoun = words.len() == 1 && words.iter().all(|t| t.any(PRONOUNS));
    if !speaker && !capital && !pronoun {
        return None;
    }
    let name = slice(tokens, first, next, text);
    let pair = |w: &[Token<'_>]| matches!(w, [a, b] if RELAYS.iter().any(|r| r.split_once(' ').is_some_and(|(x, y)| a.is(x) && b.is(y))));
    let relay = words.iter().any(|t| t.capital() && t.any(RELAYS)) || words.windows(2).any(pair) || words.windows(3).any(|w| matches!(w, [a, b, c] if a.is("wall") && b.is("street") && c.is("journal") || a.is("new") && b.is("york") && c.is("times")));
    let person = words.windows(2).any(|w| {
        w.iter().all(Token::capital)
            && !w.iter().any(|t| {
                t.any(SPEAKERS) || super::names::place_at(std::slice::from_ref(t), 0).is_some()
            })
    });
    let office =
        words.iter().any(|t| t.among("officials official sources diplomats people diplomat"));
    let source = SourceRef { first, next, name, unnamed: office && !person && !pronoun, relay };
    Some(source)
}

/// The words after "according to".
fn forward(tokens: &[Token<'_>], from: usize, text: &str) -> Option<SourceRef> {
    let mut next = from;
    while let Some(token) = tokens.get(next) {
        let mark = token.is_mark()
            && !token.hyphen()
            && !token.is("'s")
            && !matches!(token.raw, "&" | "’" | "'");
        if mark || token.among("who that which has have was were is are said") || next - from > 14 {
            break;
        }
        next += 1;
    }
    made(tokens, from, next, text)
}

/// The words before "said".
fn backward(tokens: &[Token<'_>], verb: usize, text: &str) -> Option<SourceRef> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let mut next = verb;
    while next > 0
        && (among(low(next - 1), "has have had also further recently previously was is")
            || low(next - 1).ends_with("ly"))
    {
        next -= 1;
    }
    // "X, who asked not to be named, said"; "Jane Doe, an analyst at X, said"
    let mut first = next;
    if next > 0 && low(next - 1) == "," {
        let open = (next.saturating_sub(16)..next - 1).rev().find(|i| low(*i) == ",")?;
        first = open;
        next = if low(open + 1) == "who" || low(open + 1) == "which" || low(open + 1) == "speaking"
        {
            open
        } else {
            next - 1
        };
    }
    while first > 0 && next - first < 18 {
        let token = tokens.get(first - 1)?;
        let mark = token.is_mark()
            && !token.hyphen()
            && !token.is("'s")
            && !matches!(token.raw, "&" | "’" | "'");
        if mark || token.among("that and but as while because to") {
            break;
        }
        first -= 1;
    }
    // X, who heads Y, said: the noun clause is not read.
    made(tokens, first, next, text).filter(|s| {
        let words = tokens.get(s.first..s.next).unwrap_or_default();
        !words.iter().any(Token::is_number)
            && !words.iter().any(|t| {
                t.any(&["exports", "imports", "sales"])
                    && !words.iter().any(|w| w.any(&["data", "figures", "statistics"]))
            })
    })
}

/// The words after "said", at the end of a sentence: "…, said Jane Doe, an analyst at X."
fn inverted(tokens: &[Token<'_>], verb: usize, text: &str) -> Option<SourceRef> {
    let before = verb.checked_sub(1).and_then(|i| tokens.get(i))?;
    let quoted = matches!(before.raw, "," | "”" | "\"");
    (quoted && tokens.get(verb + 1).is_some_and(|t| t.capital() || t.is("the") || t.is("a")))
        .then(|| forward(tokens, verb + 1, text))
        .flatten()
}

/// Whether the source is only a pronoun, or "the officials": to be looked up in what was read before.
pub(super) fn refers_back(source: &SourceRef) -> bool {
    let low = source.name.to_lowercase();
    PRONOUNS.contains(&low.as_str())
        || matches!(
            low.as_str(),
            "officials"
                | "official"
                | "report"
                | "the officials"
                | "analysts"
                | "experts"
                | "researchers"
                | "authors"
                | "source"
                | "sources"
                | "statement"
                | "ministry"
                | "spokesman"
                | "spokesperson"
                | "study"
                | "institute"
                | "agency"
                | "senior officials"
        )
}
