//! Who bought from whom? Importer and exporter of a figure, from the patterns of trade sentences.

use super::lexicon::PlaceWord;
use super::names::{Names, PlaceRef};
use super::token::Token;
use crate::article::token::among;
use crate::claim::ClaimBasis;

/// What a pattern says of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Importer,
    Exporter,
}

/// One pattern that fits.
#[derive(Clone, Debug)]
pub(super) struct Role {
    pub(super) side: Side,
    pub(super) code: String,
    pub(super) at: usize,
    /// By a pronoun or another step that a person should look at.
    pub(super) inferred: bool,
    pub(super) basis: ClaimBasis,
    /// Strong patterns go before weak ones.
    pub(super) weak: bool,
}

/// What stood before in the article.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    /// The last place that did something.
    pub(super) subject: String,
}

const IMPORT_NOUNS: &[&str] =
    &["imports", "import", "purchases", "procurement", "purchase", "buying"];
const EXPORT_NOUNS: &[&str] = &[
    "exports",
    "export",
    "sales",
    "shipments",
    "deliveries",
    "supplies",
    "re-exports",
    "shipment",
    "supply",
    "transfers",
    "reexports",
];
const SUPPLY: &[&str] = &[
    "supplied",
    "supplies",
    "supplying",
    "exported",
    "exporting",
    "sold",
    "selling",
    "sells",
    "shipped",
    "shipping",
    "provided",
    "provides",
    "providing",
    "delivered",
    "delivering",
    "sent",
    "sending",
    "transferred",
    "supply",
    "export",
    "sell",
    "furnished",
    "exports",
];
const BUY: &[&str] = &[
    "imported",
    "importing",
    "bought",
    "buying",
    "buys",
    "purchased",
    "purchasing",
    "acquired",
    "acquiring",
    "obtained",
    "obtaining",
    "received",
    "receiving",
    "procured",
    "procuring",
    "sourced",
    "sources",
    "sourcing",
    "imports",
    "ordered",
    "gets",
    "got",
    "obtains",
];
const CAME: &[&str] = &[
    "came",
    "come",
    "comes",
    "coming",
    "originated",
    "originate",
    "originates",
    "originating",
    "sourced",
    "arrived",
    "arriving",
    "shipped",
    "imported",
    "bought",
    "purchased",
    "procured",
    "obtained",
    "derived",
    "acquired",
    "received",
    "drawn",
    "delivered",
    "supplied",
    "exported",
    "imports",
    "purchases",
    "imported",
    "dispatched",
    "sent",
];
const MADE: &[&str] = &["made", "manufactured", "produced", "assembled", "built"];

/// Nouns for those who trade.
const AGENTS: &[&str] = &[
    "firms",
    "companies",
    "suppliers",
    "manufacturers",
    "exporters",
    "entities",
    "traders",
    "producers",
    "firm",
    "company",
    "makers",
    "businesses",
    "factories",
    "buyers",
    "importers",
    "distributors",
    "refiners",
    "intermediaries",
    "supplier",
    "banks",
    "dealers",
    "vendors",
];

/// Places joined by commas and "and" from a token on: their codes with `+`, and the token behind.
pub(super) fn places_from(
    names: &Names,
    tokens: &[Token<'_>],
    from: usize,
) -> Option<(String, usize)> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let mut at = from;
    // "The Kremlin", "the Russian Federation": the article may be part of the name.
    let named = |at: usize| names.places.iter().any(|p| p.first == at);
    while among(low(at), "the mainland neighboring neighbouring either both") && !named(at) {
        at += 1;
    }
    let mut codes: Vec<String> = Vec::new();
    let mut next = at;
    while let Some(place) =
        names.places.iter().find(|p| p.first == at && p.word != PlaceWord::Demonym)
    {
        if place.code.is_empty() {
            break;
        }
        if !codes.contains(&place.code) {
            codes.push(place.code.clone());
        }
        next = place.next;
        if place.owner {
            return None;
        }
        let mut on = next;
        while among(low(on), ", and or the &") {
            on += 1;
        }
        if on == next || on - next > 3 {
            break;
        }
        at = on;
    }
    (!codes.is_empty()).then(|| (codes.join("+"), next))
}

/// The place that ends directly before a token: "China has supplied", "Chinese firms sold".
fn subject_before(
    names: &Names,
    tokens: &[Token<'_>],
    verb: usize,
    before: &Before,
) -> Option<(String, usize, bool)> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let mut at = verb;
    while at > 0
        && (among(
            low(at - 1),
            "has have had also been is are was were still alone itself which \
            , that who may might could now reportedly then not",
        ) || low(at - 1).ends_with("ly"))
    {
        at -= 1;
    }
    let ends = |p: &&PlaceRef| p.next == at && !p.owner && p.word != PlaceWord::Demonym;
    if let Some(place) = names.places.iter().find(ends) {
        if place.code.is_empty() {
            return None;
        }
        let mut first = place.first;
        let mut codes = vec![place.code.clone()];
        while first > 1 && matches!(low(first - 1), "and" | "," | "the") {
            let skip = if low(first - 1) == "the" { 2 } else { 1 };
            let Some(other) =
                names.places.iter().find(|p| p.next == first - skip || p.next == first - 1)
            else {
                break;
            };
            if other.owner
                || other.code.is_empty()
                || other.word == PlaceWord::Demonym
                || low(first - 1) == "the"
            {
                break;
            }
            codes.insert(0, other.code.clone());
            first = other.first;
        }
        let preposition = first.checked_sub(1).map_or("", low);
        let preposition =
            if preposition == "the" { first.checked_sub(2).map_or("", low) } else { preposition };
        // Firms in Hong Kong sold
        let agent = first.checked_sub(2).map_or("", low);
        if preposition == "in" && AGENTS.contains(&agent) {
            return Some((codes.join("+"), first, false));
        }
        if among(preposition, "from to in with against for of into on by") {
            return None;
        }
        return Some((codes.join("+"), first, false));
    }
    if let Some(agent) = agent_before(names, tokens, at) {
        return Some(agent);
    }
    if at > 0 && matches!(low(at - 1), "it" | "they") && !before.subject.is_empty() {
        let here = acting(names, tokens, at - 1);
        let code = here.map_or_else(|| before.subject.clone(), |p| p.code.clone());
        return Some((code, at - 1, true));
    }
    None
}

/// Chinese firms, Turkish suppliers: the place of those who trade, named up to a token.
fn agent_before(names: &Names, tokens: &[Token<'_>], at: usize) -> Option<(String, usize, bool)> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    for back in 1..=4 {
        let Some(i) = at.checked_sub(back) else { break };
        if low(i) == "," || low(i) == ";" {
            break;
        }
        if let Some(place) = names.places.iter().find(|p| {
            p.first <= i
                && i < p.next
                && (p.word == PlaceWord::Demonym || p.owner || p.next == i + 1 && back > 1)
        }) {
            let agent = (place.next..at).any(|n| AGENTS.contains(&low(n)));
            return agent
                .then(|| (place.code.clone(), place.first, false))
                .filter(|(code, ..)| !code.is_empty());
        }
    }
    None
}

/// The place that a pronoun at a token stands for: the nearest before it that acts, and is not
/// only where something comes from or whose officials speak.
pub(super) fn acting<'a>(
    names: &'a Names,
    tokens: &[Token<'_>],
    at: usize,
) -> Option<&'a PlaceRef> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let acts = |p: &&PlaceRef| {
        let before = p.first.checked_sub(1).map_or("", low);
        let before = if before == "the" { p.first.checked_sub(2).map_or("", low) } else { before };
        let aside = among(before, "to from in of with against for by on into through than");
        let speaks = among(
            low(p.next),
            "officials intelligence government president secretary official \
            treasury department",
        );
        p.next <= at && !p.code.is_empty() && !aside && !speaks && p.word != PlaceWord::Region
    };
    let named = |p: &&PlaceRef| acts(p) && !p.owner && p.word != PlaceWord::Demonym;
    names.places.iter().rfind(named).or_else(|| names.places.iter().rfind(acts))
}

/// All patterns of a sentence that say who imports and who exports.
pub(super) fn roles(names: &Names, tokens: &[Token<'_>], before: &Before) -> Vec<Role> {
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if !token.is_word() {
            continue;
        }
        let word = token.low.as_str();
        let import = IMPORT_NOUNS.contains(&word);
        let noun = import || EXPORT_NOUNS.contains(&word) && noun_use(tokens, at);
        if noun {
            trade_noun(names, tokens, at, import, before, &mut out);
        }
        verbs(names, tokens, at, before, &mut out);
    }
    standing(names, tokens, before, &mut out);
    shares(names, tokens, before, &mut out);
    out
}

/// China is Russia's largest supplier; India became the largest buyer of Russian oil.
fn standing(names: &Names, tokens: &[Token<'_>], before: &Before, out: &mut Vec<Role>) {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    for at in 0..tokens.len() {
        let (own, other) = match low(at) {
            "supplier" | "exporter" | "source" | "seller" | "provider" => {
                (Side::Exporter, Side::Importer)
            }
            "importer" | "buyer" | "purchaser" | "customer" | "destination" | "market" => {
                (Side::Importer, Side::Exporter)
            }
            _ => continue,
        };
        let role = |side, code: &str, inferred| Role {
            side,
            code: code.to_owned(),
            at,
            inferred,
            basis: ClaimBasis::Unstated,
            weak: false,
        };
        let copula = (at.saturating_sub(9)..at)
            .rev()
            .find(|i| among(low(*i), "is was became becomes remains remained are were as become"));
        if let Some((code, _, inferred)) =
            copula.and_then(|i| subject_before(names, tokens, i, before))
        {
            out.push(role(own, &code, inferred));
        }
        let owner = names
            .places
            .iter()
            .rfind(|p| p.owner && p.next <= at && at - p.next < 6 && !p.code.is_empty());
        if let Some(owner) = owner {
            out.push(role(other, &owner.code, false));
        }
        let to = (at + 1..(at + 9).min(tokens.len())).find(|i| matches!(low(*i), "to" | "for"));
        if let Some((code, _)) = to.and_then(|i| places_from(names, tokens, i + 1)) {
            out.push(role(other, &code, false));
        }
    }
}

/// Whether "exports" and "supplies" are things here, and not what somebody does.
fn noun_use(tokens: &[Token<'_>], at: usize) -> bool {
    let word = tokens.get(at).map_or("", |t| t.low.as_str());
    let after = tokens.get(at + 1).map_or("", |t| t.low.as_str());
    let before = at.checked_sub(1).and_then(|i| tokens.get(i));
    let verb = matches!(word, "supply" | "export")
        && before.is_some_and(|t| t.among("to will can would could may not and"));
    let third = matches!(word, "supplies" | "exports")
        && before.is_some_and(|t| {
            t.capital()
                && !t.low.ends_with("ese")
                && !t.low.ends_with("an")
                && super::names::place_at(std::slice::from_ref(t), 0)
                    .is_some_and(|p| p.word == PlaceWord::Name)
        })
        && !among(
            after,
            "to of from rose fell were . , have has grew increased decreased \
            in",
        );
    !verb && !third
}

/// China's exports of X to Russia; Russian imports from China; its purchases.
fn trade_noun(
    names: &Names,
    tokens: &[Token<'_>],
    at: usize,
    import: bool,
    before: &Before,
    out: &mut Vec<Role>,
) {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let own = if import { Side::Importer } else { Side::Exporter };
    let role = |side, code: String, inferred| Role {
        side,
        code,
        at,
        inferred,
        basis: ClaimBasis::Unstated,
        weak: false,
    };
    let mut back = at;
    let owners = out.len();
    for _ in 0..8 {
        let Some(i) = back.checked_sub(1) else { break };
        if let Some(place) =
            names.places.iter().find(|p| p.first <= i && i < p.next || p.owner && p.next == i)
        {
            let joined =
                low(place.next) == "and" || place.first.checked_sub(1).map_or("", low) == "to";
            if !place.code.is_empty() && !joined {
                out.push(role(own, place.code.clone(), false));
            }
            break;
        }
        if matches!(low(i), "its" | "their" | "the country's" | "his")
            || low(i) == "'s" && matches!(low(i.wrapping_sub(1)), "country" | "bloc" | "nation")
        {
            let here = acting(names, tokens, i);
            let code = here.map_or_else(|| before.subject.clone(), |p| p.code.clone());
            if !code.is_empty() {
                out.push(role(own, code, true));
            }
            break;
        }
        if tokens.get(i).is_some_and(|t| {
            t.is_mark() && !t.hyphen() && !t.is("'s") && t.raw != ","
                || t.among("of in to from by for that with on is was were and")
        }) && low(i) != "and"
        {
            break;
        }
        back = i;
    }
    // Armenia saw a sharp increase in exports
    let saw = (at.saturating_sub(10)..at)
        .rev()
        .find(|i| among(low(*i), "saw recorded posted registered experienced seen"));
    if out.len() == owners
        && let Some((code, _, inferred)) =
            saw.and_then(|i| subject_before(names, tokens, i, before))
    {
        out.push(role(own, code, inferred));
    }
    complements(names, tokens, at, import, out);
}

/// Exports to X, imports from Y, purchases by Z: the places behind a noun of trade.
fn complements(names: &Names, tokens: &[Token<'_>], at: usize, import: bool, out: &mut Vec<Role>) {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let (own, other) =
        if import { (Side::Importer, Side::Exporter) } else { (Side::Exporter, Side::Importer) };
    let mut next = at + 1;
    let end = (at + 16).min(tokens.len());
    while next < end {
        let word = low(next);
        let found = |skip: usize| places_from(names, tokens, next + skip);
        match word {
            "to" | "into" if !import => push_to(found(1), other, at, out),
            "destined" | "bound" if !import && low(next + 1) == "for" => {
                push_to(found(2), other, at, out)
            }
            "from" => {
                let side = if import { other } else { own };
                push_to(found(1), side, at, out);
            }
            "by" => push_to(found(1), own, at, out),
            "into" if import => push_to(found(1), own, at, out),
            "between" | "with" => return,
            _ => {}
        }
        if tokens.get(next).is_some_and(|t| matches!(t.raw, ";" | "." | ":"))
            || among(word, "rose fell increased while but said")
        {
            return;
        }
        next += 1;
    }
}

fn push_to(found: Option<(String, usize)>, side: Side, at: usize, out: &mut Vec<Role>) {
    if let Some((code, _)) = found
        && !out.iter().any(|r| r.side == side && r.at == at)
    {
        out.push(Role {
            side,
            code,
            at,
            inferred: false,
            basis: ClaimBasis::Unstated,
            weak: false,
        });
    }
}

/// X supplied Y to Z; Z bought Y from X; Y came from X; Y was made in X.
fn verbs(names: &Names, tokens: &[Token<'_>], at: usize, before: &Before, out: &mut Vec<Role>) {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let word = low(at);
    let passive = at > 0
        && among(low(at - 1), "were was been is are being")
        && (SUPPLY.contains(&word) || BUY.contains(&word));
    came_from(names, tokens, at, passive, out);
    let as_verb =
        !IMPORT_NOUNS.contains(&word) && !EXPORT_NOUNS.contains(&word) || !noun_use(tokens, at);
    if SUPPLY.contains(&word) && !passive && as_verb {
        supplied(names, tokens, at, before, out);
    }
    let relies = among(word, "dependent reliant relies relied depends depended rely depend")
        && matches!(low(at + 1), "on" | "upon");
    let buys =
        BUY.contains(&word) && !passive && (as_verb || word == "imports" && !noun_like(tokens, at));
    if (relies || buys)
        && let Some((code, _, inferred)) = subject_before(names, tokens, at, before)
    {
        let basis = ClaimBasis::Unstated;
        out.push(Role { side: Side::Importer, code, at, inferred, basis, weak: false });
    }
    let bought_by = BUY.contains(&word) && low(at + 1) == "by";
    let sent_to = passive && SUPPLY.contains(&word) && low(at + 1) == "to"
        || word == "went" && low(at + 1) == "to"
        || word == "destined" && low(at + 1) == "for"
        || word == "arrived" && low(at + 1) == "in";
    let reached = among(word, "reached entered reach reaching reaches enter entering");
    if bought_by || sent_to || reached {
        let skip = if reached { 1 } else { 2 };
        push_to(places_from(names, tokens, at + skip), Side::Importer, at, out);
    }
    let part_from =
        word == "from" && at > 0 && matches!(low(at - 1), "%" | "percent" | "million" | "billion");
    if relies || part_from {
        let skip = if relies { 2 } else { 1 };
        push_to(places_from(names, tokens, at + skip), Side::Exporter, at, out);
    }
}

/// Came mainly from China, were made in China, sourced from, supplied by.
fn came_from(names: &Names, tokens: &[Token<'_>], at: usize, passive: bool, out: &mut Vec<Role>) {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let word = low(at);
    let made = MADE.contains(&word);
    if !made && !CAME.contains(&word) {
        return;
    }
    let mut next = at + 1;
    while next < at + 7 && !among(low(next), "from in by ; .") {
        next += 1;
    }
    let supplied = passive || matches!(word, "supplied" | "exported" | "sold");
    let fits = match low(next) {
        "from" => true,
        "in" => made,
        "by" => made || supplied && SUPPLY.contains(&word),
        _ => false,
    };
    if fits && let Some((code, _)) = places_from(names, tokens, next + 1) {
        let basis = match word {
            _ if made => ClaimBasis::Origin,
            "shipped" | "sent" | "dispatched" => ClaimBasis::Dispatch,
            _ => ClaimBasis::Unstated,
        };
        out.push(Role { side: Side::Exporter, code, at, inferred: false, basis, weak: false });
    }
}

/// X sold Y to Z; X provided Z with Y; X sent Z two tonnes of Y.
fn supplied(names: &Names, tokens: &[Token<'_>], at: usize, before: &Before, out: &mut Vec<Role>) {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    if let Some((code, _, inferred)) = subject_before(names, tokens, at, before) {
        let basis = ClaimBasis::Unstated;
        out.push(Role { side: Side::Exporter, code, at, inferred, basis, weak: false });
    }
    for next in at + 1..(at + 16).min(tokens.len()) {
        if low(next) == "to" {
            push_to(places_from(names, tokens, next + 1), Side::Importer, at, out);
        }
        if matches!(low(next), ";" | "." | "while" | "but") {
            break;
        }
    }
    let given = |next: usize| {
        low(next) == "with"
            || tokens.get(next).is_some_and(Token::is_number)
            || names.goods.iter().any(|g| g.first >= next && g.first < next + 4)
    };
    let receiver = places_from(names, tokens, at + 1).filter(|(_, next)| given(*next));
    push_to(receiver, Side::Importer, at, out);
}

fn noun_like(tokens: &[Token<'_>], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|i| tokens.get(i)).map_or("", |t| t.low.as_str());
    among(before, "'s its their of the total")
}

/// China accounted for 70 % of Russia's X; China's share of Russia's imports; whose goods came from.
fn shares(names: &Names, tokens: &[Token<'_>], before: &Before, out: &mut Vec<Role>) {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    for (at, token) in tokens.iter().enumerate() {
        let accounted = token.any(&["accounted", "accounts", "accounting", "responsible"])
            && low(at + 1) == "for"
            || token.any(&["made", "makes", "making"]) && low(at + 1) == "up"
            || token.among(
                "represented represents provided supplied supplies dominates \
            constituted",
            );
        if accounted && let Some((code, _, inferred)) = subject_before(names, tokens, at, before) {
            out.push(Role {
                side: Side::Exporter,
                code,
                at,
                inferred,
                basis: ClaimBasis::Unstated,
                weak: false,
            });
        }
        if token.is("share") && at >= 2 && (low(at + 1) == "of" || low(at + 1) == "in") {
            let owner = names.places.iter().find(|p| {
                (p.owner && p.next + 1 >= at.saturating_sub(1) && p.next < at)
                    || p.word == PlaceWord::Demonym && p.next == at
            });
            if let Some(place) = owner.filter(|p| !p.code.is_empty()) {
                out.push(Role {
                    side: Side::Exporter,
                    code: place.code.clone(),
                    at,
                    inferred: false,
                    basis: ClaimBasis::Unstated,
                    weak: false,
                });
            }
        }
    }
    // Russia's microelectronics, with a supplier named elsewhere: whose goods they are.
    let supplier = out.iter().any(|r| r.side == Side::Exporter);
    let importer = out.iter().any(|r| r.side == Side::Importer);
    if supplier && !importer {
        for place in names
            .places
            .iter()
            .filter(|p| (p.owner || p.word == PlaceWord::Demonym) && !p.code.is_empty())
        {
            let from = place.next + usize::from(place.owner);
            let goods = names.goods.iter().find(|g| g.first >= from && g.first <= from + 3);
            let used =
                goods.is_some_and(|g| out.iter().any(|r| r.code == place.code && r.at >= g.first));
            if goods.is_some()
                && !used
                && !out.iter().any(|r| r.side == Side::Exporter && r.code == place.code)
            {
                out.push(Role {
                    side: Side::Importer,
                    code: place.code.clone(),
                    at: place.first,
                    inferred: false,
                    basis: ClaimBasis::Unstated,
                    weak: true,
                });
            }
        }
    }
}

/// The nearest role of a side to a figure; crossing `;`, "while" and "but" counts as far.
pub(super) fn nearest<'a>(
    roles: &'a [Role],
    side: Side,
    tokens: &[Token<'_>],
    at: usize,
) -> Option<&'a Role> {
    roles
        .iter()
        .filter(|r| r.side == side && distance(tokens, r.at, at) < 60)
        .min_by_key(|r| (r.weak, distance(tokens, r.at, at)))
}

/// Tokens between two places of a sentence, with a surcharge for each clause between them.
pub(super) fn distance(tokens: &[Token<'_>], a: usize, b: usize) -> usize {
    let (from, to) = (a.min(b), a.max(b));
    let between = tokens.get(from..to).unwrap_or_default();
    to - from + 25 * clauses(between)
}

/// Clauses that end within a stretch of a sentence.
fn clauses(between: &[Token<'_>]) -> usize {
    let ends = |(i, t): &(usize, &Token<'_>)| {
        t.raw == ";"
            || t.among("while whereas but although which who")
            || t.is("and")
                && i.checked_sub(1).and_then(|p| between.get(p)).is_some_and(|p| p.raw == ",")
    };
    between.iter().enumerate().filter(ends).count()
}

/// Whether a clause ends between two tokens.
pub(super) fn apart(tokens: &[Token<'_>], a: usize, b: usize) -> bool {
    clauses(tokens.get(a.min(b)..a.max(b)).unwrap_or_default()) > 0
}
