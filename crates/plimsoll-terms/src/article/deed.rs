//! Who supplied what for which weapon, and who makes it with whom? Claims without a figure.

use super::claims::Sentence;
use super::lexicon::{GoodsKind, PlaceWord};
use super::names::{GoodsRef, slice};
use super::roles::places_from;
use crate::article::token::among;

/// Who did what, before it becomes a claim.
#[derive(Clone, Debug, Default)]
pub(super) struct Deed {
    /// The verb.
    pub(super) at: usize,
    pub(super) parties: Vec<String>,
    pub(super) exporter: String,
    pub(super) importer: String,
    /// Whether the importer is only told by whose weapons the goods are for.
    pub(super) importer_inferred: bool,
    pub(super) goods: Vec<GoodsRef>,
    pub(super) goods_text: String,
    pub(super) end_use: String,
    pub(super) joint: bool,
}

const VERBS: &[&str] = &[
    "supplied",
    "supplies",
    "supplying",
    "provided",
    "provides",
    "providing",
    "sold",
    "selling",
    "sells",
    "shipped",
    "shipping",
    "delivered",
    "delivering",
    "exported",
    "exporting",
    "sent",
    "sending",
    "transferred",
    "transferring",
    "furnished",
    "supply",
    "provide",
    "funneled",
    "smuggled",
];

/// Words before a verb after which it is no deed that happened.
const NOT_DONE: &[&str] = &[
    "to", "will", "would", "not", "never", "should", "must", "cannot", "can", "without", "stop",
    "from", "against", "for", "of", "if",
];

/// Verbs of the one who takes: "bought G from X".
const BUYS: &str = "bought buying buys purchased purchasing purchases acquired acquiring acquires \
    received receiving receives procured procuring procures obtained obtaining obtains imported \
    importing imports sourced sourcing sources";

/// Verbs of those who list or accuse somebody "for supplying" something.
const ACCUSES: &str = "sanctioned sanctioning targeted targeting designated designating listed \
    blacklisted penalized charged accused accusing accuses fined indicted convicted added \
    sanctions targets designates";

pub(super) fn deeds(sentence: &Sentence<'_>) -> Vec<Deed> {
    let mut out = Vec::new();
    for at in 0..sentence.tokens.len() {
        if sentence.tokens.get(at).is_some_and(|t| t.is_word() && t.any(VERBS)) {
            out.extend(
                accused(sentence, at)
                    .or_else(|| supplied(sentence, at))
                    .or_else(|| passive(sentence, at))
                    .or_else(|| by_shipping(sentence, at)),
            );
        }
        if among(low(sentence, at), BUYS) {
            out.extend(bought(sentence, at));
        }
        out.extend(joint(sentence, at));
    }
    out
}

fn low<'a>(sentence: &'a Sentence<'_>, at: usize) -> &'a str {
    sentence.tokens.get(at).map_or("", |t| t.low.as_str())
}

/// The word before a verb, auxiliaries and adverbs passed over, and its token.
fn leading(sentence: &Sentence<'_>, verb: usize) -> usize {
    let mut at = verb;
    while at > 0 {
        let word = low(sentence, at - 1);
        let passed = word.ends_with("ly") && word.len() > 3
            || among(
                word,
                "has have had also been is are was were may might could \
            reportedly allegedly be since then which that who believed \
            suspected thought",
            );
        if !passed {
            break;
        }
        at -= 1;
    }
    at
}

/// The first token of the verb with its auxiliaries, where it is said to have happened.
fn done(sentence: &Sentence<'_>, verb: usize) -> Option<usize> {
    let lead = leading(sentence, verb);
    let before = lead.checked_sub(1).map_or("", |i| low(sentence, i));
    let hedged = matches!(before, "to")
        && lead >= 2
        && among(
            low(sentence, lead - 2),
            "believed suspected thought known alleged reported appear appears",
        );
    if NOT_DONE.contains(&before) && !hedged {
        return None;
    }
    Some(if hedged { lead - 2 } else { lead })
}

/// Whether the verb is passive: "were supplied".
fn is_passive(sentence: &Sentence<'_>, verb: usize) -> bool {
    let adverb = verb > 1 && low(sentence, verb - 1).ends_with("ly");
    let aux = verb.saturating_sub(1 + usize::from(adverb));
    let gerund = low(sentence, verb).ends_with("ing");
    verb > 0 && !gerund && among(low(sentence, aux), "was were been is are")
}

fn supplied(sentence: &Sentence<'_>, verb: usize) -> Option<Deed> {
    let lead = done(sentence, verb)?;
    if is_passive(sentence, verb) {
        return None;
    }
    let (parties, exporter) = agents(sentence, lead)?;
    let mut deed = object(sentence, verb)?;
    deed.parties = parties;
    deed.exporter = exporter;
    told(sentence, verb, deed)
}

/// Whether the sentence doubts or denies what follows: "cannot confirm that", "denied", "whether".
fn doubted(sentence: &Sentence<'_>, verb: usize) -> bool {
    (0..verb).any(|i| {
        let near = |list: &str| (i + 1..(i + 6).min(verb)).any(|n| among(low(sentence, n), list));
        match low(sentence, i) {
            "denied" | "denies" | "denying" | "whether" | "refuted" | "rejects" | "rejected" => {
                true
            }
            "cannot" | "unable" => near("confirm verify say"),
            "no" | "not" | "without" => {
                near("evidence confirmation indication indications proof sign signs confirm")
            }
            _ => false,
        }
    })
}

/// The deed, where it says enough to be one: special goods, or somebody named and a direction.
fn told(sentence: &Sentence<'_>, verb: usize, deed: Deed) -> Option<Deed> {
    let named = sentence.names.companies.iter().any(|c| c.next <= verb);
    let general = deed.goods.iter().all(|g| g.kind == GoodsKind::General);
    let directed =
        !deed.importer.is_empty() && deed.importer != deed.exporter || !deed.end_use.is_empty();
    let useful = directed || named && !deed.goods.is_empty();
    let fits = useful && (!general || named && directed) && !doubted(sentence, verb);
    fits.then_some(deed)
}

/// "Sanctioned two Omani firms for supplying lenses to Belarus": what they are listed for.
fn accused(sentence: &Sentence<'_>, verb: usize) -> Option<Deed> {
    let gerund = low(sentence, verb).ends_with("ing");
    let lead = leading(sentence, verb)
        .checked_sub(1)
        .filter(|i| gerund && among(low(sentence, *i), "for over of"))?;
    (lead.saturating_sub(30)..lead).rfind(|i| among(low(sentence, *i), ACCUSES))?;
    let from = (0..lead).rfind(|i| among(low(sentence, *i), ACCUSES)).map_or(0, |i| i + 1);
    let noun = (from..lead).rev().find(|i| among(low(sentence, *i), AGENTS));
    let mut deed = object(sentence, verb)?;
    let companies = sentence.names.companies.iter().filter(|c| c.first >= from && c.next <= lead);
    deed.parties = companies.map(|c| c.name.clone()).collect();
    let places = sentence.names.places.iter().filter(|p| p.first >= from && p.next <= lead);
    let place = places.filter(|p| p.word == PlaceWord::Demonym || noun.is_some()).next();
    deed.exporter = place.map_or_else(String::new, |p| p.code.clone());
    if let Some(noun) = noun.filter(|_| deed.parties.is_empty()) {
        let first = place.map_or(noun, |p| p.first.min(noun));
        deed.parties = vec![slice(&sentence.tokens, first, noun + 1, sentence.text)];
    }
    if deed.parties.is_empty() {
        return None;
    }
    told(sentence, verb, deed)
}

/// "Belarus bought lenses from Omani firms".
fn bought(sentence: &Sentence<'_>, verb: usize) -> Option<Deed> {
    let lead = done(sentence, verb).filter(|_| !is_passive(sentence, verb))?;
    let (buyers, importer) = agents(sentence, lead)?;
    let mut deed = object(sentence, verb)?;
    let last = deed.goods.last()?.next;
    let from = (last..last + 8).find(|i| low(sentence, *i) == "from");
    let (sellers, exporter) = match from {
        Some(from) => partner(sentence, from + 1)?,
        None => (Vec::new(), whose(sentence, verb, deed.goods.first()?)?),
    };
    if deed.goods.iter().all(|g| g.kind == GoodsKind::General) || doubted(sentence, verb) {
        return None;
    }
    deed.parties = if sellers.is_empty() { buyers } else { sellers };
    deed.exporter = exporter;
    deed.importer = importer;
    (deed.exporter != deed.importer).then_some(deed)
}

/// "Iranian drones", "Chinese-made engines": whose goods they are.
fn whose(sentence: &Sentence<'_>, verb: usize, goods: &GoodsRef) -> Option<String> {
    let near = |p: &&super::names::PlaceRef| {
        p.first > verb
            && p.next <= goods.first
            && goods.first - p.next <= 3
            && p.word == PlaceWord::Demonym
            && !p.code.is_empty()
    };
    sentence.names.places.iter().rfind(near).map(|p| p.code.clone())
}

/// "Evades the rules by shipping Omani lenses to a Belarusian plant".
fn by_shipping(sentence: &Sentence<'_>, verb: usize) -> Option<Deed> {
    let lead = leading(sentence, verb).checked_sub(1)?;
    if low(sentence, lead) != "by" || !low(sentence, verb).ends_with("ing") {
        return None;
    }
    let mut deed = object(sentence, verb)?;
    let subject =
        sentence.names.places.iter().find(|p| {
            p.next <= lead && p.word != PlaceWord::Demonym && !p.owner && !p.code.is_empty()
        });
    let whose = deed.goods.first().and_then(|g| whose(sentence, verb, g));
    deed.exporter = whose.or_else(|| subject.map(|p| p.code.clone()))?;
    let company = sentence.names.companies.iter().rfind(|c| c.next <= lead);
    deed.parties = company
        .map(|c| c.name.clone())
        .or_else(|| subject.map(|p| p.name.clone()))
        .into_iter()
        .collect();
    let future = (0..lead).any(|i| among(low(sentence, i), "could might will would should may"));
    if deed.parties.is_empty() || future {
        return None;
    }
    told(sentence, verb, deed)
}

/// "Lenses were supplied to Belarus by Oman".
fn passive(sentence: &Sentence<'_>, verb: usize) -> Option<Deed> {
    let lead = done(sentence, verb).filter(|_| is_passive(sentence, verb))?;
    let fits = |g: &&GoodsRef| g.next <= lead && lead - g.next <= 6 && g.kind != GoodsKind::General;
    let goods = sentence.names.goods.iter().rfind(fits)?;
    let counted = sentence.figures.iter().any(|f| f.head < goods.next && f.head + 6 > goods.first);
    let end = (verb + 1..sentence.tokens.len())
        .find(|i| among(low(sentence, *i), "; . , while but which that"))
        .unwrap_or(sentence.tokens.len());
    let by = (verb + 1..end).find(|i| matches!(low(sentence, *i), "by" | "from"))?;
    let (parties, exporter) = partner(sentence, by + 1)?;
    if counted || doubted(sentence, verb) {
        return None;
    }
    let to = (verb + 1..end).find(|i| low(sentence, *i) == "to");
    let importer = to.and_then(|to| places_from(&sentence.names, &sentence.tokens, to + 1));
    let goods_text = slice(&sentence.tokens, goods.first, goods.next, sentence.text);
    Some(Deed {
        at: verb,
        parties,
        exporter,
        importer: importer.map_or_else(String::new, |(code, _)| code),
        goods: vec![goods.clone()],
        goods_text,
        ..Deed::default()
    })
}

/// Who stands behind "from" or "by": companies, a country, "Omani firms".
fn partner(sentence: &Sentence<'_>, at: usize) -> Option<(Vec<String>, String)> {
    if let Some((code, _)) = places_from(&sentence.names, &sentence.tokens, at) {
        return Some((Vec::new(), code));
    }
    let near = |first: usize| first >= at && first < at + 6;
    let place = sentence.names.places.iter().find(|p| near(p.first) && !p.code.is_empty());
    let code = place.map_or_else(String::new, |p| p.code.clone());
    let company = sentence.names.companies.iter().find(|c| near(c.first));
    if let Some(company) = company {
        return Some((vec![company.name.clone()], code));
    }
    let noun = (at..at + 8).find(|i| among(low(sentence, *i), AGENTS))?;
    let article = usize::from(among(low(sentence, at), "a an the"));
    let first = place.map_or(at + article, |p| p.first).min(noun);
    Some((vec![slice(&sentence.tokens, first, noun + 1, sentence.text)], code))
}

/// Nouns for those who trade.
const AGENTS: &str = "firms companies entities suppliers manufacturers company firm factories \
    producers exporters traders enterprises businesses networks intermediaries distributors \
    manufacturer supplier producer exporter trader distributor intermediary entity enterprise \
    army military forces ministry plants plant";

/// Who does it: companies before the verb, "Chinese firms", a country.
fn agents(sentence: &Sentence<'_>, lead: usize) -> Option<(Vec<String>, String)> {
    let clause = (0..lead)
        .rev()
        .find(|i| matches!(low(sentence, *i), ";" | "while" | "but") || low(sentence, *i) == "that")
        .map_or(0, |i| i + 1);
    let near = |first: usize, next: usize| first >= clause && next <= lead;
    let places = |first: usize, next: usize| {
        let inside = move |p: &&super::names::PlaceRef| {
            near(p.first, p.next) && p.first >= first && p.next <= next
        };
        sentence.names.places.iter().filter(inside)
    };
    let companies: Vec<String> = sentence
        .names
        .companies
        .iter()
        .filter(|c| near(c.first, c.next) && lead - c.next < 40)
        .map(|c| c.name.clone())
        .collect();
    let noun = (clause..lead).rev().find(|i| among(low(sentence, *i), AGENTS));
    if let Some(noun) = noun {
        let from = noun.saturating_sub(4).max(clause);
        let place = places(from, noun).rfind(|p| p.word == PlaceWord::Demonym || p.owner);
        let place = place.or_else(|| {
            places(noun, (noun + 6).min(lead))
                .next()
                .filter(|_| matches!(low(sentence, noun + 1), "in" | "based" | "from"))
        });
        let code = place.map_or_else(String::new, |p| p.code.clone());
        let first = place.map_or(noun, |p| p.first.min(noun));
        let direct = noun + 1 == lead || !companies.is_empty() || noun + 7 > lead;
        if direct {
            let parties = if companies.is_empty() {
                vec![slice(&sentence.tokens, first, noun + 1, sentence.text)]
            } else {
                companies
            };
            return Some((parties, code));
        }
    }
    if !companies.is_empty() {
        let place =
            places(clause, lead).find(|p| p.word == PlaceWord::Demonym && !p.code.is_empty());
        return Some((companies, place.map_or_else(String::new, |p| p.code.clone())));
    }
    let place = sentence
        .names
        .places
        .iter()
        .rfind(|p| p.next == lead && p.word != PlaceWord::Demonym && !p.code.is_empty())?;
    let preposition = place.first.checked_sub(1).map_or("", |i| low(sentence, i));
    (!among(preposition, "to in of from with for against") && !place.owner)
        .then(|| (vec![place.name.clone()], place.code.clone()))
}

/// What was supplied, to whom and for what.
fn object(sentence: &Sentence<'_>, verb: usize) -> Option<Deed> {
    let end = (verb + 1..sentence.tokens.len())
        .find(|i| {
            among(low(sentence, *i), "; . while but said according")
                || low(sentence, *i) == ","
                    && among(low(sentence, i + 1), "which officials according the a")
        })
        .unwrap_or(sentence.tokens.len());
    let purpose = (verb + 1..end).find(|i| {
        low(sentence, *i) == "for" || low(sentence, *i) == "used" && low(sentence, i + 1) == "in"
    });
    let stop = purpose.unwrap_or(end);
    let mut goods: Vec<GoodsRef> =
        sentence.names.goods.iter().filter(|g| g.first > verb && g.next <= stop).cloned().collect();
    if goods.iter().any(|g| g.kind != GoodsKind::General) {
        goods.retain(|g| g.kind != GoodsKind::General);
    }
    let named = sentence.names.companies.iter().any(|c| c.next <= verb);
    let words = |to: usize| {
        (verb + 1..to).filter(|i| sentence.tokens.get(*i).is_some_and(|t| t.is_word())).count()
    };
    let Some(first) = goods.first().filter(|g| words(g.first) <= 9) else {
        return named.then(|| unknown(sentence, verb, end)).flatten();
    };
    let figures = sentence.figures.iter().any(|f| f.head > verb && f.head < first.first);
    if figures {
        return None;
    }
    let last = goods.last().map_or(first.next, |g| g.next);
    let goods_text = slice(&sentence.tokens, first.first, last, sentence.text);
    let mut deed = Deed { at: verb, goods, goods_text, ..Deed::default() };
    for at in verb + 1..end {
        if low(sentence, at) == "to"
            && let Some((code, _)) = places_from(&sentence.names, &sentence.tokens, at + 1)
        {
            deed.importer = code;
            break;
        }
        let firm = (at + 1..at + 8).any(|i| among(low(sentence, i), AGENTS));
        if low(sentence, at) == "to"
            && firm
            && let Some((_, code)) = partner(sentence, at + 1)
        {
            deed.importer = code;
            break;
        }
    }
    if deed.importer.is_empty()
        && let Some((code, next)) = places_from(&sentence.names, &sentence.tokens, verb + 1)
        && low(sentence, next) == "with"
    {
        deed.importer = code;
    }
    if let Some(purpose) = purpose {
        use_of(sentence, purpose, end, &mut deed);
    }
    Some(deed)
}

/// Goods that no list knows, in the words between the verb and "to" or "for".
fn unknown(sentence: &Sentence<'_>, verb: usize, end: usize) -> Option<Deed> {
    let stop = (verb + 2..end.min(verb + 8))
        .find(|i| matches!(low(sentence, *i), "to" | "for") || low(sentence, *i) == "used")?;
    let plain = (verb + 1..stop).all(|i| {
        sentence.tokens.get(i).is_some_and(|t| {
            (t.is_word() || t.hyphen())
                && !t.among("that it them support help assistance information")
        })
    });
    let goods_text = slice(&sentence.tokens, verb + 1, stop, sentence.text);
    let mut deed = Deed { at: verb, goods_text, ..Deed::default() };
    if low(sentence, stop) == "to"
        && let Some((code, _)) = places_from(&sentence.names, &sentence.tokens, stop + 1)
    {
        deed.importer = code;
    } else {
        use_of(sentence, stop, end, &mut deed);
    }
    plain.then_some(deed)
}

/// For Russian tanks: the words after "for", and whose they are.
fn use_of(sentence: &Sentence<'_>, purpose: usize, end: usize, deed: &mut Deed) {
    let from = purpose + 1 + usize::from(low(sentence, purpose) == "used");
    let mut next = from;
    while next < end && !among(low(sentence, next), "to in from by that since") && next - from < 12
    {
        next += 1;
    }
    let weapon = sentence
        .names
        .goods
        .iter()
        .any(|g| g.first >= from && g.first < next && g.kind == GoodsKind::Weapon)
        || sentence.names.weapons.iter().any(|w| w.first >= from && w.first < next);
    let military = (from..next).any(|i| {
        among(
            low(sentence, i),
            "military weapons defense defence war production manufacturing \
            army forces",
        )
    });
    if !weapon && !military || next == from {
        return;
    }
    let place = sentence
        .names
        .places
        .iter()
        .find(|p| p.first >= from && p.first < next && !p.code.is_empty());
    if let Some(place) = place.filter(|_| deed.importer.is_empty()) {
        deed.importer.clone_from(&place.code);
        deed.importer_inferred = true;
    }
    let skip = place.filter(|p| p.first == from).map_or(from, |p| p.next + usize::from(p.owner));
    deed.end_use = slice(&sentence.tokens, skip.min(next), next, sentence.text)
        .trim_end_matches([',', '.'])
        .trim()
        .to_owned();
}

/// Chinese and Russian entities work together on the production of X.
fn joint(sentence: &Sentence<'_>, at: usize) -> Option<Deed> {
    let word = low(sentence, at);
    let together = among(
        word,
        "collaborating collaborated collaborate cooperating cooperated \
            partnered partnering",
    ) || word == "working" && low(sentence, at + 1) == "together"
        || word == "jointly"
            && among(
                low(sentence, at + 1),
                "produce produced producing develop developing developed \
            manufacture manufacturing make making",
            )
        || word == "joint"
            && matches!(low(sentence, at + 1), "production" | "manufacturing" | "development");
    if !together || at > 0 && NOT_DONE.contains(&low(sentence, at - 1)) {
        return None;
    }
    let making = (at..(at + 8).min(sentence.tokens.len())).any(|i| {
        low(sentence, i).starts_with("produc")
            || low(sentence, i).starts_with("manufactur")
            || low(sentence, i).starts_with("develop")
            || matches!(low(sentence, i), "make" | "making" | "build" | "building")
    });
    let goods: Vec<GoodsRef> = sentence
        .names
        .goods
        .iter()
        .filter(|g| g.first > at && g.first < at + 14 && g.kind != GoodsKind::General)
        .take(1)
        .cloned()
        .collect();
    let first = goods.first()?;
    if !making {
        return None;
    }
    let from = at.saturating_sub(14);
    let mut codes: Vec<String> = Vec::new();
    let mut parties: Vec<String> = sentence
        .names
        .companies
        .iter()
        .filter(|c| c.first >= from && c.next <= at)
        .map(|c| c.name.clone())
        .collect();
    let around = sentence
        .names
        .places
        .iter()
        .filter(|p| p.first >= from && p.first < at && !p.code.is_empty());
    for place in around {
        if !codes.contains(&place.code) {
            codes.push(place.code.clone());
            parties.push(place.name.clone());
        }
    }
    if parties.len() < 2 {
        return None;
    }
    let goods_text = slice(&sentence.tokens, first.first, first.next, sentence.text);
    Some(Deed { at, parties, goods, goods_text, joint: true, ..Deed::default() })
}
