//! Which companies, goods, places and weapons does a sentence name?

use super::lexicon::{GoodsKind, GoodsWord, LEXICON, PlaceWord};
use super::token::Token;
use crate::article::token::among;

/// A place that a sentence names.
#[derive(Clone, Debug)]
pub(super) struct PlaceRef {
    pub(super) first: usize,
    pub(super) next: usize,
    pub(super) code: String,
    pub(super) name: String,
    pub(super) word: PlaceWord,
    /// With `'s` or `'` behind.
    pub(super) owner: bool,
}

/// Goods that a sentence names.
#[derive(Clone, Debug)]
pub(super) struct GoodsRef {
    pub(super) first: usize,
    pub(super) next: usize,
    pub(super) goods: String,
    pub(super) kind: GoodsKind,
    pub(super) note: &'static str,
}

/// A company, or a weapon by its name.
#[derive(Clone, Debug)]
pub(super) struct NameRef {
    pub(super) first: usize,
    pub(super) next: usize,
    pub(super) name: String,
    /// Why it was taken for one, or what the weapon is.
    pub(super) why: String,
}

/// All names of a sentence.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) places: Vec<PlaceRef>,
    pub(super) goods: Vec<GoodsRef>,
    pub(super) companies: Vec<NameRef>,
    pub(super) weapons: Vec<NameRef>,
}

pub(super) fn names(tokens: &[Token<'_>], text: &str) -> Names {
    let companies = companies(tokens, text);
    let inside = |at: usize| companies.iter().any(|c| (c.first..c.next).contains(&at));
    let mut out = Names::default();
    let mut at = 0;
    while at < tokens.len() {
        if inside(at) {
            at += 1;
            continue;
        }
        if let Some(weapon) = weapon_at(tokens, at, text) {
            at = weapon.next;
            out.weapons.push(weapon);
            continue;
        }
        if let Some(place) = place_at(tokens, at) {
            at = place.next;
            out.places.push(place);
            continue;
        }
        if let Some((next, word)) = LEXICON.goods.at(tokens, at)
            && !misread(tokens, at, next, word)
        {
            let GoodsWord { goods, kind, note } = word;
            out.goods.push(GoodsRef { first: at, next, goods: goods.clone(), kind: *kind, note });
            at = next;
            continue;
        }
        at += 1;
    }
    out.companies = companies;
    out
}

/// "Tank plants", "oil giant", "chip maker", "steel-making": not the goods themselves.
fn misread(tokens: &[Token<'_>], at: usize, next: usize, word: &GoodsWord) -> bool {
    let after = tokens.get(next).map_or("", |t| t.low.as_str());
    let before = at.checked_sub(1).map_or("", |i| tokens.get(i).map_or("", |t| t.low.as_str()));
    if word.kind == GoodsKind::General && matches!(after, "of") {
        return before == "spare";
    }
    among(
        after,
        "plant plants giant maker makers company companies ministry price \
            cap act field fields",
    ) || matches!(before, "think" | "fish" | "video") && word.kind == GoodsKind::Weapon
}

pub(super) fn place_at(tokens: &[Token<'_>], at: usize) -> Option<PlaceRef> {
    let token = tokens.get(at)?;
    if !token.capital() && !token.any(&["the", "mainland", "world"]) {
        return None;
    }
    let (next, place) = LEXICON.places.at(tokens, at)?;
    let spelled =
        tokens.get(at..next)?.iter().filter(|t| !t.hyphen()).map(|t| t.raw).collect::<Vec<_>>();
    let dotted = matches!(token.low.as_str(), "u.s." | "u.k." | "e.u.");
    let same = place.spelling.chars().filter(char::is_ascii_uppercase).count();
    let upper = spelled.iter().flat_map(|w| w.chars()).filter(char::is_ascii_uppercase).count();
    if !dotted && upper < same {
        return None;
    }
    let after = tokens.get(next);
    // The South China Sea, Wall Street and the World Bank are no countries.
    if after.is_some_and(|t| t.any(&["sea", "bank", "cup", "trade"]) && t.capital()) {
        return None;
    }
    let bare_owner = after.is_some_and(|t| !t.spaced && matches!(t.raw, "'" | "’"))
        && spelled.last().is_some_and(|w| w.ends_with('s'));
    let owner = after.is_some_and(|t| t.is("'s")) || bare_owner;
    Some(PlaceRef {
        first: at,
        next,
        code: place.code.clone(),
        name: place.name.clone(),
        word: place.word,
        owner,
    })
}

fn weapon_at(tokens: &[Token<'_>], at: usize, text: &str) -> Option<NameRef> {
    if !tokens.get(at)?.capital() {
        return None;
    }
    let (mut next, (name, what)) = LEXICON.weapons.at(tokens, at)?;
    let first = tokens.get(at)?;
    if !first.raw.starts_with(name.split(['-', ' ']).next()?)
        && first.raw.to_lowercase() != name.to_lowercase()
    {
        return None;
    }
    // The number of the model: Shahed-136, Orlan 10, Geran-2.
    let hyphen = usize::from(tokens.get(next).is_some_and(Token::hyphen));
    if tokens.get(next + hyphen).is_some_and(Token::is_number)
        && (hyphen == 1 || tokens.get(next).is_some_and(|t| t.raw.len() < 4))
    {
        next += hyphen + 1;
    }
    let plain_word = among(name.as_str(), "Patriot Grad Javelin Leopard Lancet Geranium");
    if plain_word
        && !tokens.get(next).is_some_and(|t| {
            t.among(
                "missile missiles drone drones rockets rocket tank tanks battery \
            batteries system systems launchers uavs",
            )
        })
    {
        return None;
    }
    let name = slice(tokens, at, next, text);
    Some(NameRef { first: at, next, name, why: what.clone() })
}

/// The text between two tokens.
pub(super) fn slice(tokens: &[Token<'_>], first: usize, next: usize, text: &str) -> String {
    let start = tokens.get(first).map_or(0, |t| t.start);
    let end = next.checked_sub(1).and_then(|i| tokens.get(i)).map_or(start, |t| t.end);
    text.get(start..end.max(start)).unwrap_or_default().to_owned()
}

/// Legal forms: a capitalised name before one is a company.
const FORMS: &[&str] = &[
    "co",
    "co.",
    "ltd",
    "ltd.",
    "llc",
    "l.l.c",
    "l.l.c.",
    "inc",
    "inc.",
    "gmbh",
    "ag",
    "s.a",
    "s.a.",
    "jsc",
    "ooo",
    "pjsc",
    "ojsc",
    "cjsc",
    "zao",
    "oao",
    "ao",
    "corp",
    "corp.",
    "corporation",
    "limited",
    "plc",
    "bv",
    "b.v.",
    "nv",
    "n.v.",
    "spa",
    "s.p.a",
    "s.p.a.",
    "srl",
    "s.r.l.",
    "oy",
    "ab",
    "a.s",
    "kft",
    "fze",
    "fzco",
    "fzc",
    "dmcc",
    "pte",
    "pte.",
    "sdn",
    "bhd",
    "company",
    "kg",
    "sa",
    "sas",
    "se",
    "llp",
    "lp",
    "k.k",
    "k.k.",
    "tbk",
    "pty",
    "pty.",
    "sp",
    "d.o.o",
    "d.o.o.",
    "a.ş",
    "sarl",
];

/// Words at the end of names of companies and institutes.
const TYPES: &[&str] = &[
    "group",
    "holding",
    "holdings",
    "technology",
    "technologies",
    "industries",
    "industry",
    "institute",
    "university",
    "bank",
    "electronics",
    "semiconductor",
    "semiconductors",
    "logistics",
    "shipping",
    "aviation",
    "airlines",
    "plant",
    "factory",
    "works",
    "systems",
    "enterprises",
    "enterprise",
    "machinery",
    "instruments",
    "optics",
    "engineering",
    "chemical",
    "chemicals",
    "motors",
    "energy",
    "petroleum",
    "trading",
    "microelectronics",
    "aerospace",
    "shipyard",
    "refinery",
    "solutions",
    "components",
    "precision",
    "metallurgical",
    "steel",
    "laser",
    "robotics",
    "telecom",
    "pharmaceuticals",
    "automation",
    "micro",
    "equipment",
    "tractor",
    "capital",
    "ventures",
    "partners",
];

/// Words that make a capitalised name an office, a law or an event.
const OFFICES: &[&str] = &[
    "ministry",
    "department",
    "commission",
    "council",
    "agency",
    "bureau",
    "office",
    "committee",
    "parliament",
    "congress",
    "senate",
    "court",
    "administration",
    "treasury",
    "organization",
    "organisation",
    "union",
    "nations",
    "forum",
    "initiative",
    "dialogue",
    "act",
    "agreement",
    "statement",
    "programme",
    "program",
    "treaty",
    "list",
    "force",
    "house",
    "service",
    "directorate",
    "authority",
    "fund",
    "police",
    "army",
    "navy",
    "center",
    "centre",
    "security",
    "defense",
    "defence",
    "foreign",
    "state",
    "secretary",
    "president",
    "minister",
    "world",
    "central",
    "reserve",
    "federal",
    "government",
    "kremlin",
    "sanctions",
    "controls",
    "order",
    "project",
    "partnership",
    "war",
    "day",
    "chamber",
    "board",
    "customs",
    "statistics",
    "intelligence",
    "embassy",
    "press",
    "times",
    "post",
    "news",
    "journal",
    "magazine",
    "street",
    "export-import",
    "import",
    "development",
    "reconstruction",
    "standing",
    "national",
    "public",
    "investment",
    "common",
    "talent",
    "task",
    "safety",
    "science",
];

/// News agencies, papers and broadcasters: sources, not companies in a trade.
pub(super) const MEDIA: &[&str] = &[
    "ap",
    "afp",
    "reuters",
    "bloomberg",
    "cnn",
    "bbc",
    "cnbc",
    "nbc",
    "abc",
    "cbs",
    "fox",
    "tass",
    "ria",
    "interfax",
    "xinhua",
    "kommersant",
    "vedomosti",
    "nikkei",
    "politico",
    "axios",
    "getty",
    "dpa",
    "yonhap",
    "kyodo",
    "forbes",
    "economist",
    "guardian",
    "telegraph",
    "spiegel",
    "meduza",
    "insider",
    "associated",
    "financial",
    "wall",
    "new",
    "washington",
    "times",
];

/// Nouns before a list of companies: "firms such as A, B and C".
const FIRMS: &[&str] = &[
    "firms",
    "companies",
    "manufacturers",
    "suppliers",
    "banks",
    "entities",
    "enterprises",
    "producers",
    "traders",
    "makers",
    "distributors",
    "exporters",
    "importers",
    "businesses",
    "intermediaries",
    "chipmakers",
    "brands",
    "subsidiaries",
    "refiners",
    "carriers",
    "airlines",
    "vendors",
    "firm",
    "company",
    "giants",
    "conglomerates",
    "shippers",
    "brokers",
    "retailers",
    "groups",
    "corporations",
    "operators",
    "contractors",
    "startups",
    "plants",
];

/// A noun for one company, before its name or after it in apposition.
const FIRM: &[&str] = &[
    "company",
    "firm",
    "manufacturer",
    "supplier",
    "maker",
    "producer",
    "bank",
    "exporter",
    "importer",
    "distributor",
    "trader",
    "chipmaker",
    "giant",
    "subsidiary",
    "conglomerate",
    "carrier",
    "refiner",
    "retailer",
    "startup",
    "contractor",
    "enterprise",
    "shipper",
    "intermediary",
    "lender",
    "automaker",
    "carmaker",
    "planemaker",
    "miner",
    "broker",
    "operator",
    "developer",
    "drone-maker",
    "vendor",
];

/// The end of a run of capitalised words from `at`: `Wuhan Global Sensor Technology Co., Ltd.`
fn run(tokens: &[Token<'_>], at: usize) -> usize {
    let mut next = at;
    while let Some(token) = tokens.get(next) {
        let form = token.is_word() && FORMS.contains(&token.low.trim_end_matches('.'))
            || FORMS.contains(&token.low.as_str());
        let name = token.capital()
            || form && next > at && token.capital()
            || next > at && (token.is_number() && !token.raw.contains(',') && token.raw.len() < 4);
        let joint =
            next > at && (token.among("& of and for de") && token.raw != "and" || token.hyphen());
        let comma = token.raw == ","
            && tokens.get(next + 1).is_some_and(Token::capital)
            && is_form(tokens.get(next + 1));
        let point = token.raw == "."
            && next > at
            && is_form(tokens.get(next - 1))
            && is_form(tokens.get(next + 1));
        if name {
            next += 1;
        } else if comma || point || joint && tokens.get(next + 1).is_some_and(Token::capital) {
            next += 2;
        } else {
            break;
        }
    }
    next
}

fn is_form(token: Option<&Token<'_>>) -> bool {
    token.is_some_and(|t| {
        FORMS.contains(&t.low.trim_end_matches('.')) || FORMS.contains(&t.low.as_str())
    })
}

fn companies(tokens: &[Token<'_>], text: &str) -> Vec<NameRef> {
    let mut out: Vec<NameRef> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens.get(at).is_some_and(|t| t.is_word() && FIRMS.contains(&t.low.as_str())) {
            listed(tokens, at + 1, text, &mut out);
        }
        let end = run(tokens, at);
        if end > at {
            if let Some((first, next, why)) = company_in(tokens, at, end) {
                add(tokens, first, next, why, text, &mut out);
            }
            at = end;
        } else {
            at += 1;
        }
    }
    out.sort_by_key(|c| c.first);
    out
}

fn add(
    tokens: &[Token<'_>],
    first: usize,
    next: usize,
    why: &str,
    text: &str,
    out: &mut Vec<NameRef>,
) {
    let overlaps = out.iter().any(|c| c.first < next && first < c.next);
    if first < next && !overlaps {
        let name = slice(tokens, first, next, text).trim_end_matches(',').to_owned();
        out.push(NameRef { first, next, name, why: why.to_owned() });
    }
}

/// The first word of a run that belongs to the name: words that only open the sentence are cut.
fn trimmed(tokens: &[Token<'_>], first: usize, next: usize) -> usize {
    let mut from = first;
    while from < next
        && tokens.get(from).is_some_and(|t| {
            LEXICON.openers.contains(t.low.as_str())
                || (t.among(
                    "russian chinese state owned iranian turkish american u.s. \
            european",
                ) || t.low.ends_with("-based"))
                    && !is_form(tokens.get(from + 1))
                    && from + 1 < next
                    && !is_form(tokens.get(next - 1))
        })
    {
        from += 1;
    }
    from
}

/// A company in a run of capitalised words, and why it is one.
fn company_in(
    tokens: &[Token<'_>],
    first: usize,
    next: usize,
) -> Option<(usize, usize, &'static str)> {
    let first = trimmed(tokens, first, next);
    if first >= next {
        return None;
    }
    let words = tokens.get(first..next)?;
    let after = tokens.get(next);
    let forms = (first + 1..next).rev().find(|i| is_form(tokens.get(*i)));
    let front = next > first + 1
        && tokens.get(first).is_some_and(|t| among(t.raw, "OOO AO PJSC JSC LLC PAO ZAO OAO"));
    if forms.is_some() || front {
        let office =
            words.iter().any(|t| t.any(&["commission", "ministry", "agency", "department"]));
        return (!office).then_some((first, next, "legal form"));
    }
    if words.iter().any(|t| t.any(OFFICES) || t.any(MEDIA)) {
        return None;
    }
    let last = words.iter().rev().find(|t| t.is_word());
    let typed = words.len() >= 2 && last.is_some_and(|t| t.any(TYPES))
        || words.len() >= 3
            && words.first().is_some_and(|t| t.any(&["university", "institute", "bank"]));
    let place_only = place_at(tokens, first).is_some_and(|p| p.next >= next);
    if typed && !place_only && !titled(tokens, first) {
        return Some((first, next, "kind of company in the name"));
    }
    if place_only || words.len() > 5 {
        return None;
    }
    // The Chinese chipmaker X; the company X.
    let before = first.checked_sub(1).and_then(|i| tokens.get(i));
    if before.is_some_and(|t| t.is_word() && FIRM.contains(&t.low.as_str()) && !t.capital()) {
        return Some((first, next, "named as a company"));
    }
    // X, a Chinese company
    if after.is_some_and(|t| t.raw == ",")
        && tokens.get(next + 1).is_some_and(|t| t.any(&["a", "an", "the", "another"]))
    {
        for at in next + 2..next + 8 {
            let token = tokens.get(at)?;
            if token.is_word() && FIRM.contains(&token.low.as_str()) {
                return Some((first, next, "called a company"));
            }
            if token.is_mark() && !token.hyphen() && !token.is("'s")
                || token.among("of for at in who who's from")
            {
                break;
            }
        }
    }
    None
}

fn titled(tokens: &[Token<'_>], first: usize) -> bool {
    let before = first.checked_sub(1).and_then(|i| tokens.get(i));
    before.is_some_and(|t| t.among("president minister secretary mr mrs ms dr senator general"))
}

/// The names after "firms such as", "companies including", "banks — ".
fn listed(tokens: &[Token<'_>], at: usize, text: &str, out: &mut Vec<NameRef>) {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let comma = usize::from(low(at) == ",");
    let start = match (low(at + comma), low(at + comma + 1)) {
        ("such", "as") => at + comma + 2,
        ("including" | "like" | "namely", "the") => at + comma + 2,
        ("including" | "like" | "namely", _) => at + comma + 1,
        ("—" | "–" | ":" | "-", _) if comma == 0 => at + 1,
        _ => return,
    };
    let mut from = start;
    while from < tokens.len() {
        if among(low(from), "the and or as well , both china's state-owned 's") {
            from += 1;
            continue;
        }
        // A demonym, and "Russia's" before the name, are not part of it.
        if let Some(place) = place_at(tokens, from)
            && (place.owner || place.word == PlaceWord::Demonym && place.next < run(tokens, from))
        {
            from = place.next + usize::from(place.owner);
            continue;
        }
        let next = run(tokens, from);
        if next == from {
            return;
        }
        let place_only = place_at(tokens, from).is_some_and(|p| p.next >= next);
        let first = trimmed(tokens, from, next);
        if !place_only
            && first < next
            && !tokens.get(first..next).unwrap_or_default().iter().any(|t| t.any(MEDIA))
        {
            add(tokens, first, next, "in a list of companies", text, out);
        }
        // On to the next name only over a comma, "and" or "or".
        let mut on = next;
        if low(on) == "(" {
            while on < tokens.len() && low(on) != ")" {
                on += 1;
            }
            on += 1;
        }
        if !matches!(low(on), "," | "and" | "or" | "&") {
            return;
        }
        from = on + 1;
    }
}
