//! Which words say that something rose or fell, and of what is it said?

use super::token::Token;
use crate::article::token::among;

const RISES: &[&str] = &[
    "increase",
    "increased",
    "increases",
    "increasing",
    "rise",
    "rose",
    "risen",
    "rises",
    "rising",
    "grow",
    "grew",
    "grown",
    "grows",
    "growing",
    "growth",
    "surge",
    "surged",
    "surges",
    "surging",
    "soar",
    "soared",
    "soars",
    "soaring",
    "jump",
    "jumped",
    "jumps",
    "climb",
    "climbed",
    "climbs",
    "climbing",
    "expand",
    "expanded",
    "expands",
    "expanding",
    "expansion",
    "boost",
    "boosted",
    "boosting",
    "boosts",
    "skyrocketed",
    "skyrocketing",
    "spiked",
    "spike",
    "ballooned",
    "swelled",
    "accelerated",
    "gain",
    "gained",
    "gains",
    "uptick",
    "upsurge",
    "ramped",
    "ramping",
    "stepped",
    "intensified",
    "rebounded",
    "rebound",
    "escalated",
    "leapt",
    "leaped",
    "exploded",
    "upped",
    "mushroomed",
    "rocketed",
    "vaulted",
    "raised",
    "recovered",
    "recovering",
    "strengthened",
    "edged",
    "widened",
    "advanced",
    "jumping",
    "spiking",
    "accelerating",
    "escalating",
    "rebounding",
    "swelling",
    "leaping",
    "exploding",
    "gaining",
    "ballooning",
    "mushrooming",
    "intensifying",
    "strengthening",
    "widening",
    "raising",
    "edging",
    "leaps",
    "rebounds",
    "swells",
    "spikes",
    "uptake",
    "upturn",
    "hike",
    "hiked",
    "leap",
    "upswing",
];
const FALLS: &[&str] = &[
    "decrease",
    "decreased",
    "decreases",
    "decreasing",
    "fall",
    "fell",
    "fallen",
    "falls",
    "falling",
    "drop",
    "dropped",
    "drops",
    "dropping",
    "decline",
    "declined",
    "declines",
    "declining",
    "plunge",
    "plunged",
    "plunges",
    "plummet",
    "plummeted",
    "plummeting",
    "shrink",
    "shrank",
    "shrunk",
    "shrinking",
    "slump",
    "slumped",
    "tumbled",
    "tumble",
    "cut",
    "reduced",
    "reduction",
    "dip",
    "dipped",
    "collapse",
    "collapsed",
    "slashed",
    "contracted",
    "contraction",
    "lost",
    "halved",
    "slid",
    "slipped",
    "sank",
    "sunk",
    "dwindled",
    "reduce",
    "reducing",
    "reduces",
    "curbed",
    "curtailed",
    "slowed",
    "eroded",
    "depressed",
    "crashed",
    "nosedived",
    "diminished",
    "diminishing",
    "lowered",
    "eased",
    "weakened",
    "tapered",
    "cratered",
    "plunging",
    "tumbling",
    "slumping",
    "slashing",
    "dipping",
    "sliding",
    "slipping",
    "collapsing",
    "contracting",
    "shrinks",
    "slumps",
    "tumbles",
    "dips",
    "slides",
    "slips",
    "collapses",
    "contracts",
    "sinking",
    "dwindling",
    "cutting",
    "losing",
    "crashing",
    "slowing",
    "weakening",
    "easing",
    "curbing",
    "plummets",
    "curtailing",
    "downturn",
    "slowdown",
    "slide",
    "nosedive",
];

/// Whether a word says that something rose or fell.
pub(super) fn moves(word: &str) -> bool {
    direction(word).is_some()
}

/// 1 for a rise, -1 for a fall.
pub(super) fn direction(word: &str) -> Option<f64> {
    if RISES.contains(&word) {
        Some(1.0)
    } else if FALLS.contains(&word) {
        Some(-1.0)
    } else {
        None
    }
}

/// Two words that say it together: "took off", "went down".
fn phrasal(tokens: &[Token<'_>], at: usize) -> Option<f64> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    match low(at + 1) {
        "off" if among(low(at), "took taken taking") => Some(1.0),
        "off" if among(low(at), "fell fallen dropped tailed tapered") => Some(-1.0),
        "up" if among(low(at), "shot went gone going picked ticked crept") => Some(1.0),
        "up" if among(low(at), "dried drying") => Some(-1.0),
        "down" if among(low(at), "went gone going came") => Some(-1.0),
        _ => None,
    }
}

/// The same for a word in its sentence: "cut off" is no fall.
fn direction_at(tokens: &[Token<'_>], at: usize) -> Option<f64> {
    let token = tokens.get(at)?;
    if let Some(sign) = phrasal(tokens, at) {
        return Some(sign);
    }
    let off = token.any(&["cut", "slashed"]) && tokens.get(at + 1).is_some_and(|t| t.is("off"));
    direction(&token.low).filter(|_| !off)
}

/// The direction that a figure is given by the words near it; `None` where it is a level.
/// `between` is the figure's first token and the token behind it.
pub(super) fn near_figure(tokens: &[Token<'_>], first: usize, next: usize) -> Option<f64> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    // 20 % higher, 20 % more, a 20 % increase, 20 % growth
    let mut at = next;
    let mut steps = 0;
    while steps < 4 && at < next + 12 {
        let word = low(at);
        // "Year-on-year" is passed over as one word.
        let joined = at > next && low(at - 1) == "-";
        if word == "-" || joined && noun(word).is_none() {
            at += 1;
            steps = steps.max(1);
            continue;
        }
        let plain = tokens.get(at).is_some_and(|t| {
            t.is_word() && !stop(word) && compare(word).is_none() && noun(word).is_none()
        });
        if !plain || steps == 3 {
            break;
        }
        at += 1;
        steps += 1;
    }
    if steps == 0 || noun(low(at)).is_some() {
        if let Some(sign) = compare(low(at)).filter(|_| steps == 0) {
            return Some(sign);
        }
        let article = first.checked_sub(1).map_or("", low);
        let adjectival = among(
            article,
            "a an the by with 's of saw , reported recorded showed its their \
            annual sharp further",
        ) || article.is_empty();
        if let Some(sign) = noun(low(at)).filter(|_| adjectival || steps == 0) {
            return Some(sign);
        }
    }
    let before = first.checked_sub(1).map_or("", low);
    // "Makes up 5 %" is a share.
    let makes = first.checked_sub(2).is_some_and(|i| {
        among(low(i), "make makes made making take takes took taking account accounts accounted")
    });
    if matches!(before, "up" | "plus") {
        return (!makes).then_some(1.0);
    }
    // "Off 5 %" is a fall, "cut off 5 %" and "paid off 5 %" are none.
    let off = before == "off"
        && first.checked_sub(2).is_none_or(|i| among(low(i), "is are was were , still trading"));
    if matches!(before, "down" | "minus") || off {
        return Some(-1.0);
    }
    // "Grew from less than 5 % before the war": where it started is a level.
    if before == "from" {
        return None;
    }
    before_figure(tokens, first).or_else(|| named_before(tokens, first))
}

/// "The growth of imports was 5 %", "a rise in sales – 5 %": the noun stands before its figure.
fn named_before(tokens: &[Token<'_>], first: usize) -> Option<f64> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let link = first.checked_sub(1)?;
    let to = low(link) == "to" && link > 0 && low(link - 1) == "amounted";
    if !to && !among(low(link), "– — : was is were averaged reached totaled totalled exceeded")
    {
        return None;
    }
    for back in 1..=12 {
        let at = link.checked_sub(back)?;
        let word = low(at);
        if let Some(sign) = noun(word) {
            let of = among(low(at + 1), "of in") || at + 1 == link;
            return of.then_some(sign);
        }
        let ends = among(word, "; . , ( ) while but which that who share")
            || tokens.get(at).is_some_and(Token::is_number);
        if ends {
            return None;
        }
    }
    None
}

/// rose 20 %, rose by 20 %, an increase of 20 %, grew in value by 20 %; not "rose to 20 %".
fn before_figure(tokens: &[Token<'_>], first: usize) -> Option<f64> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let by = first.checked_sub(1).map_or("", low) == "by";
    let mut seen_to = false;
    for back in 1..=12 {
        let at = first.checked_sub(back)?;
        let word = low(at);
        if let Some(sign) = direction_at(tokens, at) {
            let of = low(at + 1) == "of"
                && among(
                    word,
                    "increase rise decrease fall drop decline growth reduction jump \
            surge gain contraction",
                );
            return (!seen_to && (by || back <= 3 || of)).then_some(sign);
        }
        let makes = at > 0 && among(low(at - 1), "make makes made making take takes took taking");
        if matches!(word, "down" | "up") && !seen_to && !makes && (by || back <= 2) {
            return Some(if word == "up" { 1.0 } else { -1.0 });
        }
        match word {
            "to" | "at" | "reaching" | "reached" => seen_to = true,
            "." | ";" | "while" | "whereas" => return None,
            _ => {}
        }
        if !by && back > 6 {
            return None;
        }
    }
    None
}

fn stop(word: &str) -> bool {
    among(
        word,
        "of in to from and was were is are came by for since that which \
            has have over at on with as",
    )
}

/// more, higher: compared with what was before.
fn compare(word: &str) -> Option<f64> {
    match word {
        "more" | "higher" | "larger" | "above" | "greater" | "up" | "faster" | "stronger"
        | "richer" | "heavier" | "longer" | "dearer" | "costlier" | "better" => Some(1.0),
        "less" | "lower" | "fewer" | "smaller" | "below" | "down" | "weaker" | "cheaper"
        | "slower" | "lighter" | "shorter" | "poorer" | "worse" => Some(-1.0),
        _ => None,
    }
}

fn noun(word: &str) -> Option<f64> {
    match word {
        "increase" | "rise" | "growth" | "surge" | "jump" | "gain" | "spike" | "expansion"
        | "uptick" | "upturn" | "upswing" | "hike" | "leap" | "upsurge" => Some(1.0),
        "decrease" | "fall" | "drop" | "decline" | "reduction" | "cut" | "slump" | "plunge"
        | "contraction" | "dip" | "downturn" | "slowdown" | "slide" | "nosedive" | "collapse" => {
            Some(-1.0)
        }
        _ => None,
    }
}

/// Nouns of trade: what a rise or fall without a figure must be of.
const TRADE: &[&str] = &[
    "export",
    "exports",
    "import",
    "imports",
    "sales",
    "shipment",
    "shipments",
    "supply",
    "supplies",
    "deliveries",
    "trade",
    "purchases",
    "revenue",
    "revenues",
    "production",
    "output",
    "flows",
    "flow",
    "volumes",
    "volume",
    "demand",
    "prices",
    "price",
    "procurement",
    "transfers",
    "re-exports",
    "transshipments",
    "spending",
    "consumption",
    "purchase",
    "turnover",
    "trafficking",
    "smuggling",
    "share",
    "applications",
    "approvals",
    "denials",
    "licences",
    "licenses",
    "transactions",
    "reliance",
    "dependence",
    "stocks",
    "stockpiles",
    "orders",
];

/// A rise or fall without a figure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bare {
    /// The word that says so.
    pub(super) at: usize,
    /// The noun of trade.
    pub(super) of: usize,
    pub(super) sign: f64,
}

/// Rises and falls of trade that a sentence states as having happened.
pub(super) fn bare(tokens: &[Token<'_>]) -> Vec<Bare> {
    let mut out: Vec<Bare> = Vec::new();
    for at in 0..tokens.len() {
        let Some(sign) = direction_at(tokens, at) else { continue };
        if let Some(of) = happened(tokens, at)
            && out.last().is_none_or(|last| at > last.at + 6)
        {
            out.push(Bare { at, of, sign });
        }
    }
    out
}

/// The noun of trade that rose or fell at a token, where the sentence says that it did.
fn happened(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let word = low(at);
    let mut back = at;
    let before = loop {
        back = match back.checked_sub(1) {
            Some(back) => back,
            None => break "",
        };
        let word = low(back);
        if !(word.len() > 4 && word.ends_with("ly")
            || among(word, "also since been further then not being steadily"))
        {
            break word;
        }
    };
    if among(
        before,
        "to will would could should must can may might help cannot let \
            please",
    ) {
        return None;
    }
    let as_noun = noun(word).is_some()
        || among(word, "upsurge collapse rebound increases declines drops reductions");
    if as_noun && !matches!(before, "any" | "no" | "prevent" | "against") {
        // "An increase in", a "sharp rise" last month of
        let passed = |i: &usize| {
            among(low(*i), "this that last month year quarter week")
                || low(*i).starts_with(['"', '”'])
        };
        let next = (at + 1..at + 5).find(|i| !passed(i)).unwrap_or(at + 1);
        if matches!(low(next), "in" | "of") {
            return trade_after(tokens, next + 1, 8);
        }
    }
    // A verb: past, perfect or progressive.
    let past = word.ends_with("ed")
        || phrasal(tokens, at).is_some()
        || among(
            word,
            "rose grew fell shrank risen grown fallen shrunk leapt slid sank \
            lost",
        );
    let progressive = word.ends_with("ing")
        && among(before, "is are was were been 's reportedly keep kept be has have");
    // "Despite exports falling sharply"
    let amid = word.ends_with("ing")
        && (at.saturating_sub(10)..at).any(|i| among(low(i), "despite amid with"))
        && subject(tokens, at).is_some();
    let cut = word == "cut" && matches!(before, "has" | "have" | "had");
    if !(past || progressive || amid || cut) {
        return None;
    }
    let expanded = |i: usize| {
        (i + 1..i + 3).contains(&(at + 1)) && matches!(word, "stepped" | "ramped" | "ramping")
    };
    let object = trade_after(tokens, at + 1 + usize::from(expanded(at)), 6);
    if let Some(of) = object.filter(|_| !matches!(low(at + 1), "by" | "to" | "from")) {
        return Some(of);
    }
    subject(tokens, at)
}

fn trade_after(tokens: &[Token<'_>], from: usize, within: usize) -> Option<usize> {
    for at in from..(from + within).min(tokens.len()) {
        let token = tokens.get(at)?;
        if token.any(TRADE) && is_head(tokens, at) {
            return Some(at);
        }
        if token.any(&["on", "with"])
            || token.is_mark() && !token.hyphen() && !token.is("'s")
            || token.among("that which by for after because who")
        {
            return None;
        }
    }
    None
}

/// Exports of machine tools to Russia have surged: the noun that a verb is said of.
fn subject(tokens: &[Token<'_>], verb: usize) -> Option<usize> {
    let low = |i: usize| tokens.get(i).map_or("", |t| t.low.as_str());
    let mut at = verb;
    let mut listed = false;
    for _ in 1..=20 {
        at = at.checked_sub(1)?;
        let token = tokens.get(at)?;
        let trade = token.any(TRADE) && is_head(tokens, at);
        if trade && (!listed || low(at + 1) == "of") {
            return Some(at);
        }
        let word = low(at);
        let aux = (at + 1..verb).all(|i| {
            among(low(i), "has have had also been since is are was were") || low(i).ends_with("ly")
        });
        if word == "," && aux {
            // "Exports to Oman, long a small market, have grown": over the words between commas.
            at = (at.saturating_sub(12)..at).rfind(|i| low(*i) == ",")?;
            continue;
        }
        // "The flow of machines, engines and cars has dropped": over a list.
        if among(word, ", and") {
            listed = true;
        } else if among(word, "; . : that which who but while when as after")
            || listed && (moves(word) || among(word, "is are was were has have had said says"))
        {
            return None;
        }
    }
    None
}

/// "Trade tools", "supply chains", "export controls": the noun of trade only describes another.
fn is_head(tokens: &[Token<'_>], at: usize) -> bool {
    let Some(next) = tokens.get(at + 1) else { return true };
    let word = tokens.get(at).map_or("", |t| t.low.as_str());
    if next.hyphen() {
        return false;
    }
    let single = among(word, "trade export import supply demand price flow production");
    !single
        || !next.is_word()
        || stop(&next.low)
        || moves(&next.low)
        || next.among(
            "between with volume volumes flows turnover into through will \
            also during but while within continued prices revenues revenue \
            capacity after between deficit surplus this last sharply \
            significantly substantially",
        )
        || next.low.ends_with("ly")
}
