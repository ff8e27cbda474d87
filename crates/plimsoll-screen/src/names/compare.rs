//! How near are two words, and two names, and why?
//!
//! All arithmetic is in whole thousandths, so that every machine gets the same score.

use super::romanize::Source;
use super::script::Script;
use super::tables::{self, Class};
use super::tokens::{Analysis, Mode, Token};
use foldhash::HashMap;
use serde::Serialize;

/// A likeness in thousandths: 1000 is the same.
pub type Permille = i32;

/// Words are compared up to so many letters.
const LONGEST: usize = 40;
/// Pairs of words below this are no pair.
pub const LEAST_LIKE: Permille = 480;
/// Pairs from here on are fixed before words are joined or divided.
const STRONG: Permille = 900;

/// How two words are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// The same letters.
    Same,
    /// The same meaning by the tables: `завод` and `plant`, `GmbH` and `LLC`.
    Meaning,
    /// A few letters differ.
    Spelling,
    /// One is a romanisation of the other.
    Romanisation,
    /// A short form or the same given name in another language.
    GivenName,
    /// The first letter of the other.
    Initial,
    /// Joined or divided differently.
    Joined,
}

/// A word as the comparison sees it.
#[derive(Clone, Copy, Debug)]
pub struct Tok<'a> {
    /// Folded text.
    pub text: &'a str,
    /// Script.
    pub script: Script,
    /// What it is for.
    pub class: Class,
    /// Its meaning; 0 for none.
    pub concept: u16,
    /// How much it says, thousandths.
    pub weight: u16,
    /// Which letters are in it, for a quick no.
    pub mask: u32,
    /// Romanisations, where it is not Latin and they are known.
    pub source: Option<&'a Source>,
    /// Whether it is a given name of the tables.
    pub given: bool,
    /// A number that only this word has among those it is compared with in one query, so that
    /// nothing is compared twice; none where there is no such number.
    pub number: Option<u32>,
}

/// What has been compared for a query already: its words with words of the lists by number, and
/// its words in a row as one. For one query taken apart in one way.
#[derive(Default)]
pub struct Seen {
    pairs: HashMap<(u32, u32), (Permille, How)>,
    runs: HashMap<(usize, usize), Option<Source>>,
}

impl Seen {
    /// Forgets all, for another query.
    pub fn clear(&mut self) {
        self.pairs.clear();
        self.runs.clear();
    }
}

impl<'a> Tok<'a> {
    /// Of a token.
    pub fn of(token: &'a Token) -> Tok<'a> {
        Tok {
            text: &token.text,
            script: token.script,
            class: token.class,
            concept: token.concept,
            weight: token.weight,
            mask: mask(token.text.as_bytes()),
            source: token.source.as_deref(),
            given: token.given,
            number: None,
        }
    }
}

/// One bit for each letter that is in the word.
pub fn mask(word: &[u8]) -> u32 {
    word.iter().fold(0, |bits, b| match b {
        b'a'..=b'z' => bits | 1 << (b - b'a'),
        _ => bits,
    })
}

/// The tokens of a name as the comparison sees them.
pub fn toks(analysis: &Analysis) -> Vec<Tok<'_>> {
    analysis.tokens.iter().map(Tok::of).collect()
}

const fn pair_costs() -> [[u8; 26]; 26] {
    let mut table = [[100; 26]; 26];
    // Letters that stand for each other in romanisations and misspellings, and what it costs.
    let pairs: &[(&[u8; 2], u8)] = &[
        (b"ck", 25),
        (b"kq", 20),
        (b"cq", 30),
        (b"sz", 35),
        (b"cs", 55),
        (b"cz", 60),
        (b"gj", 50),
        (b"jy", 40),
        (b"ij", 45),
        (b"vw", 25),
        (b"bv", 50),
        (b"fv", 45),
        (b"uw", 45),
        (b"uv", 65),
        (b"bp", 60),
        (b"dt", 60),
        (b"gk", 55),
        (b"kx", 70),
        (b"mn", 65),
        (b"hx", 60),
        (b"hk", 75),
        (b"gh", 65),
        (b"fp", 65),
        (b"sx", 60),
        (b"gq", 50),
        (b"jz", 60),
        (b"fw", 60),
        (b"iy", 20),
        (b"ey", 40),
        (b"ei", 40),
        (b"ou", 35),
        (b"ae", 40),
        (b"ao", 50),
        (b"ai", 55),
        (b"au", 55),
        (b"eo", 55),
        (b"eu", 60),
        (b"io", 65),
        (b"iu", 60),
        (b"ay", 60),
        (b"oy", 70),
        (b"uy", 60),
        (b"lr", 80),
        (b"ow", 70),
        (b"dz", 75),
        (b"dj", 75),
        (b"sj", 85),
    ];
    let mut i = 0;
    while i < pairs.len() {
        let ([a, b], cost) = pairs[i];
        table[(*a - b'a') as usize][(*b - b'a') as usize] = cost;
        table[(*b - b'a') as usize][(*a - b'a') as usize] = cost;
        i += 1;
    }
    let mut i = 0;
    while i < 26 {
        table[i][i] = 0;
        i += 1;
    }
    table
}

/// What it costs to put one letter for another, in hundredths of an edit.
static PAIRS: [[u8; 26]; 26] = pair_costs();

/// Two letters for one: pairs that are one sound, and what it costs.
const DIGRAPHS: [(&[u8; 2], u8, i32); 22] = [
    (b"ph", b'f', 20),
    (b"ck", b'k', 10),
    (b"kh", b'h', 30),
    (b"kh", b'k', 30),
    (b"kh", b'x', 30),
    (b"gh", b'g', 25),
    (b"sh", b's', 40),
    (b"ch", b'k', 60),
    (b"ou", b'u', 15),
    (b"oo", b'u', 15),
    (b"ee", b'i', 15),
    (b"ei", b'y', 30),
    (b"iy", b'i', 15),
    (b"yi", b'i', 15),
    (b"ij", b'y', 20),
    (b"dj", b'j', 20),
    (b"zh", b'j', 30),
    (b"ks", b'x', 15),
    (b"ts", b'c', 30),
    (b"ch", b'c', 40),
    (b"th", b't', 30),
    (b"dh", b'd', 25),
];

fn pair_cost(a: u8, b: u8) -> i32 {
    if a == b {
        return 0;
    }
    let index = |c: u8| usize::from(c.wrapping_sub(b'a'));
    match PAIRS.get(index(a)).and_then(|row| row.get(index(b))) {
        Some(cost) => i32::from(*cost),
        None => 120,
    }
}

/// What a letter costs that is there on one side only: little for a doubled letter, an `h` or a
/// vowel.
fn lone_cost(letter: u8, before: Option<u8>) -> i32 {
    if before == Some(letter) {
        return 25;
    }
    match letter {
        b'h' => 50,
        b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => 65,
        b'w' | b'j' => 90,
        _ => 100,
    }
}

/// The cost of turning one Latin word into the other, in hundredths of an edit; more than
/// `most` is given back as `most + 1`. The same both ways.
pub fn spelling_cost(a: &[u8], b: &[u8], most: i32) -> i32 {
    let (a, b) = (&a[..a.len().min(LONGEST)], &b[..b.len().min(LONGEST)]);
    // What both begin and end with costs nothing; one letter of it stays, since two letters may
    // be one sound with the next.
    let begin = a.iter().zip(b).take_while(|(x, y)| x == y).count().saturating_sub(1);
    let room = a.len().min(b.len()) - begin;
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let tail = tail.saturating_sub(1).min(room);
    let before = |word: &[u8]| begin.checked_sub(1).map(|at| word[at]);
    let (a_before, b_before) = (before(a), before(b));
    let (a, b) = (&a[begin..a.len() - tail], &b[begin..b.len() - tail]);
    let at = |word: &[u8], k: usize, first: Option<u8>| {
        k.checked_sub(1).map_or(first, |k| word.get(k).copied())
    };
    // Three rows: this one, the last, and the one before for swapped neighbours and digraphs.
    let mut rows = [[0i32; LONGEST + 1]; 3];
    for (j, &letter) in b.iter().enumerate() {
        rows[0][j + 1] = rows[0][j] + lone_cost(letter, at(b, j, b_before));
    }
    let (mut now, mut last, mut older) = (1, 0, 2);
    for i in 1..=a.len() {
        let x = a[i - 1];
        let x_before = if i > 1 { Some(a[i - 2]) } else { None };
        let drop_x = lone_cost(x, at(a, i - 1, a_before));
        rows[now][0] = rows[last][0] + drop_x;
        let mut least = rows[now][0];
        for j in 1..=b.len() {
            let y = b[j - 1];
            let y_before = if j > 1 { Some(b[j - 2]) } else { None };
            let mut cost = rows[last][j - 1] + pair_cost(x, y);
            cost = cost.min(rows[last][j] + drop_x);
            cost = cost.min(rows[now][j - 1] + lone_cost(y, at(b, j - 1, b_before)));
            if let Some(xb) = x_before {
                if y_before == Some(x) && xb == y && x != y {
                    cost = cost.min(rows[older][j - 2] + 70);
                }
                if let Some(digraph) = digraph(xb, x, y) {
                    cost = cost.min(rows[older][j - 1] + digraph);
                }
            }
            if let Some(digraph) = y_before.and_then(|yb| digraph(yb, y, x)) {
                cost = cost.min(rows[last][j - 2] + digraph);
            }
            rows[now][j] = cost;
            least = least.min(cost);
        }
        // A swap or a digraph reaches back two rows, so one dear row does not settle it.
        if least > most + 100 {
            return most + 1;
        }
        (older, last, now) = (last, now, older);
    }
    rows[last][b.len()].min(most + 1)
}

fn digraph(first: u8, second: u8, one: u8) -> Option<i32> {
    if !matches!(second, b'h' | b'k' | b'u' | b'o' | b'e' | b'i' | b'y' | b'j' | b's') {
        return None;
    }
    DIGRAPHS.iter().find(|(two, to, _)| two[..] == [first, second] && *to == one).map(|d| d.2)
}

/// How alike two Latin words are.
pub fn spelling(a: &[u8], b: &[u8]) -> Permille {
    if a == b {
        return 1000;
    }
    let longest = a.len().max(b.len()).min(LONGEST) as i32;
    let shortest = a.len().min(b.len()) as i32;
    if shortest == 0 || longest > shortest * 3 {
        return 0;
    }
    // Below this likeness nothing is made of the pair, so dearer pairs need not be finished.
    let most = longest * (1000 - LEAST_LIKE + 20) / 10;
    let cost = spelling_cost(a, b, most);
    likeness_of_cost(cost, longest)
}

/// How fast likeness falls with the share of letters that differ, for a short word and for a
/// long one: where a tenth of the letters differ, so many hundredths of a tenth.
const SLOPE_SHORT: i32 = 120;
const SLOPE_LONG: i32 = 97;
/// Each edit after the first costs so many hundredths more: two slips in a word are rarer than
/// twice one, and other words are soon two edits away.
const FURTHER_EDITS: i32 = 80;

fn likeness_of_cost(cost: i32, longest: i32) -> Permille {
    let slope = match longest {
        ..=5 => SLOPE_SHORT,
        6..=9 => SLOPE_SHORT + (SLOPE_LONG - SLOPE_SHORT) * (longest - 5) / 5,
        _ => SLOPE_LONG,
    };
    let cost = cost + (cost - 100).max(0) * FURTHER_EDITS / 100;
    (1000 - cost * slope / 10 / longest.max(1)).max(0)
}

/// How alike two words are, and how.
pub fn likeness(a: &Tok<'_>, b: &Tok<'_>, mode: Mode) -> (Permille, How) {
    if a.text == b.text && a.script == b.script {
        return (1000, How::Same);
    }
    if a.class == Class::Number || b.class == Class::Number {
        return (0, How::Same);
    }
    if a.concept != 0 && a.concept == b.concept {
        return (970, How::Meaning);
    }
    match (a.script, b.script) {
        (Script::Latin, Script::Latin) => latin(a, b, mode),
        (Script::Latin, _) => (romanisation(b, a.text.as_bytes()), How::Romanisation),
        (_, Script::Latin) => (romanisation(a, b.text.as_bytes()), How::Romanisation),
        (x, y) if x == y => (same_script(a, b), How::Spelling),
        _ => (two_scripts(a, b), How::Romanisation),
    }
}

fn latin(a: &Tok<'_>, b: &Tok<'_>, mode: Mode) -> (Permille, How) {
    let (x, y) = (a.text.as_bytes(), b.text.as_bytes());
    if x.len() == 1 || y.len() == 1 {
        let same = x.first() == y.first() && mode == Mode::Person;
        return if same { (700, How::Initial) } else { (0, How::Initial) };
    }
    let common = (a.mask & b.mask).count_ones() * 2;
    if common < a.mask.count_ones().min(b.mask.count_ones()) {
        return (0, How::Spelling);
    }
    let spelled = spelling(x, y);
    if mode == Mode::Person && spelled < 900 && a.given && b.given {
        let (one, other) = (tables::same_given_name(a.text), tables::same_given_name(b.text));
        if one.iter().any(|n| other.contains(n)) {
            return (900, How::GivenName);
        }
    }
    (spelled, How::Spelling)
}

/// How near Latin letters are to a word of another script.
fn romanisation(foreign: &Tok<'_>, latin: &[u8]) -> Permille {
    match foreign.source {
        Some(source) => romanisation_of(source, latin),
        None => match foreign.script.table() {
            Some(_) => romanisation_of(&Source::of(foreign.text, foreign.script), latin),
            None => 0,
        },
    }
}

/// How near Latin letters are to the word: by the table of its script, or by the spelling of a
/// reading of a dictionary.
pub fn romanisation_of(source: &Source, latin: &[u8]) -> Permille {
    if source.latin.iter().any(|reading| reading.as_bytes() == latin) {
        return 990;
    }
    let (share, gain) = if source.may_be(latin) { source.share(latin) } else { (-1000, 0) };
    // A short word is soon like another by chance: what it gains at all sets a bound.
    let gains: &[(i32, Permille)] =
        if source.script == Some(Script::Han) { &GAINS_OF_HAN } else { &GAINS };
    let by_table = curve(&SHARES, share).min(curve(gains, gain));
    let letters = mask(latin);
    // Short readings are one letter apart from too many others.
    let near = |reading: &&String| {
        reading.len() >= 6
            && reading.len().abs_diff(latin.len()) <= 3
            && (mask(reading.as_bytes()) ^ letters).count_ones() <= 5
    };
    let readings = source.latin.iter().skip(1).filter(near);
    let by_reading = readings.map(|r| spelling(r.as_bytes(), latin)).max().unwrap_or(0);
    by_table.max(by_reading * 98 / 100)
}

/// From the share of the most that a romanisation can gain to a likeness: points between which
/// it is a straight line. Of names that are no romanisation, one in a hundred is above a share
/// of -100 (all scripts measured); of true ones three in four are above 400.
const SHARES: [(i32, Permille); 8] = [
    (-500, 440),
    (-200, 600),
    (0, 720),
    (200, 800),
    (400, 870),
    (600, 930),
    (800, 970),
    (1000, 990),
];

/// The most likeness for what is gained, in hundredths of a nat.
const GAINS: [(i32, Permille); 6] =
    [(-100_000, 440), (0, 600), (250, 720), (500, 850), (800, 960), (100_000, 990)];

/// The same for Chinese characters: native names are found by their readings, and only names
/// from elsewhere, which are longer, by the table.
const GAINS_OF_HAN: [(i32, Permille); 7] =
    [(-100_000, 440), (0, 480), (400, 560), (800, 760), (1200, 900), (1600, 960), (100_000, 990)];

fn curve(points: &[(i32, Permille)], share: i32) -> Permille {
    let mut points = points.windows(2);
    points
        .find_map(|two| {
            let [(x, y), (to_x, to_y)] = two else { return None };
            (share >= *x && share <= *to_x).then(|| y + (share - x) * (to_y - y) / (to_x - x))
        })
        .unwrap_or(0)
}

fn same_script(a: &Tok<'_>, b: &Tok<'_>) -> Permille {
    if a.script == Script::Cyrillic || a.script == Script::Kana {
        return two_scripts(a, b);
    }
    let x: Vec<char> = a.text.chars().take(LONGEST).collect();
    let y: Vec<char> = b.text.chars().take(LONGEST).collect();
    let cost = letters_cost(&x, &y, a.script);
    // A Chinese character or a Korean syllable says more than a letter.
    let longest = x.len().max(y.len()) as i32;
    let slope = if a.script.unspaced() { 160 } else { 150 };
    (1000 - cost * slope / 10 / longest.max(1)).max(0)
}

/// Edit distance over letters of a script; letters that Arabic and Hebrew write or leave out at
/// will cost half.
fn letters_cost(a: &[char], b: &[char], script: Script) -> i32 {
    let lone = |c: char| match (script, c) {
        (Script::Arabic, 'ا' | 'و' | 'ي' | 'ه' | 'ة') | (Script::Hebrew, 'ו' | 'י' | 'א' | 'ה') => {
            50
        }
        _ => 100,
    };
    let swap = |x: char, y: char| match (x, y) {
        _ if x == y => 0,
        ('ة', 'ه') | ('ه', 'ة') => 10,
        _ => lone(x).max(lone(y)),
    };
    let mut last: Vec<i32> = std::iter::once(0)
        .chain(b.iter().scan(0, |sum, c| {
            *sum += lone(*c);
            Some(*sum)
        }))
        .collect();
    for &x in a {
        let mut now = vec![last[0] + lone(x)];
        for (j, &y) in b.iter().enumerate() {
            let cost = (last[j] + swap(x, y)).min(last[j + 1] + lone(x)).min(now[j] + lone(y));
            now.push(cost);
        }
        last = now;
    }
    last.last().copied().unwrap_or(0)
}

/// Two words of other scripts, by their usual romanisations.
fn two_scripts(a: &Tok<'_>, b: &Tok<'_>) -> Permille {
    let owned: [Option<Source>; 2] = [a, b].map(|t| match t.source {
        Some(_) => None,
        None => t.script.table().map(|_| Source::of(t.text, t.script)),
    });
    let one = a.source.or(owned[0].as_ref()).and_then(|s| s.latin.first());
    let other = b.source.or(owned[1].as_ref()).and_then(|s| s.latin.first());
    match (one, other) {
        (Some(one), Some(other)) if a.script == b.script => {
            spelling(one.as_bytes(), other.as_bytes())
        }
        (Some(one), Some(other)) => {
            let by_table = |t: &Tok<'_>, latin: &str| romanisation(t, latin.as_bytes());
            by_table(a, other).max(by_table(b, one)) * 97 / 100
        }
        _ => 0,
    }
}

/// Words of one name that stand for words of the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WordPair {
    /// First word and number of words on the side of the query.
    pub query: (usize, usize),
    /// First word and number of words on the side of the list.
    pub listed: (usize, usize),
    /// How alike, thousandths.
    pub likeness: Permille,
    /// How.
    pub how: How,
    /// How much they say together, thousandths.
    pub weight: i32,
}

/// How two names compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// In thousandths; 1000 is the same name.
    pub score: Permille,
    /// What stands for what, in the order of the query.
    pub pairs: Vec<WordPair>,
    /// How much the words say that stand alone in the query.
    pub alone_in_query: i32,
    /// How much the words say that stand alone in the listed name.
    pub alone_in_listed: i32,
    /// Whether numbers contradict each other.
    pub numbers_differ: bool,
    /// Whether the words stand in another order.
    pub reordered: bool,
}

/// The weights of a comparison of names, in thousandths.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// What a word costs that has another on the other side (contradiction).
    pub contradiction: i32,
    /// What a word costs that is left out on the other side (omission).
    pub omission: i32,
    /// What is kept of the score when numbers differ.
    pub numbers_differ: i32,
    /// From how much evidence on chance is left out of account: 1000 is one rare long word.
    pub enough: i32,
    /// What is taken off where there is no evidence at all.
    pub chance: i32,
}

// As measured in `docs/screening.md`; near these values a tenth more or less of any of them
// moves recall at one innocent in a hundred by less than one point.
static PERSON: Tuning =
    Tuning { contradiction: 1500, omission: 250, numbers_differ: 800, enough: 1400, chance: 200 };
static ORGANISATION: Tuning =
    Tuning { contradiction: 1500, omission: 400, numbers_differ: 700, enough: 1400, chance: 250 };

/// The weights for names of a person or of anything else.
pub fn tuning(mode: Mode) -> &'static Tuning {
    match mode {
        Mode::Person => &PERSON,
        Mode::Organisation => &ORGANISATION,
    }
}

/// Compares two names.
pub fn compare(query: &[Tok<'_>], listed: &[Tok<'_>], mode: Mode) -> Comparison {
    compare_with(query, listed, mode, tuning(mode), &mut Seen::default())
}

/// Compares two names under given weights, with what was compared for this query before.
pub fn compare_with(
    query: &[Tok<'_>],
    listed: &[Tok<'_>],
    mode: Mode,
    tuning: &Tuning,
    seen: &mut Seen,
) -> Comparison {
    let mut pairing = Pairing {
        seen,
        query,
        listed,
        mode,
        query_taken: 0,
        listed_taken: 0,
        pairs: Vec::with_capacity(query.len()),
    };
    pairing.strong();
    pairing.rest();
    let mut pairs = pairing.pairs;
    pairs.sort_by_key(|p| p.query);
    score(query, listed, pairs, tuning)
}

fn score(
    query: &[Tok<'_>],
    listed: &[Tok<'_>],
    pairs: Vec<WordPair>,
    tuning: &Tuning,
) -> Comparison {
    let total = |toks: &[Tok<'_>]| toks.iter().map(|t| i32::from(t.weight)).sum::<i32>();
    let span = |toks: &[Tok<'_>], (at, n): (usize, usize)| total(&toks[at..at + n]);
    let (mut paired, mut alike) = (0i64, 0i64);
    let (mut in_query, mut in_listed) = (total(query), total(listed));
    for pair in &pairs {
        in_query -= span(query, pair.query);
        in_listed -= span(listed, pair.listed);
        paired += i64::from(pair.weight);
        alike += i64::from(pair.weight) * i64::from(worth(pair.likeness));
    }
    let contradiction = i64::from(in_query.min(in_listed).max(0));
    let omission = i64::from((in_query - in_listed).abs());
    let numbers = |toks: &[Tok<'_>], of: &dyn Fn(&WordPair) -> (usize, usize)| {
        toks.iter().enumerate().any(|(at, t)| {
            t.class == Class::Number
                && !pairs.iter().any(|p| (of(p).0..of(p).0 + of(p).1).contains(&at))
        })
    };
    let numbers_differ = numbers(query, &|p| p.query) || numbers(listed, &|p| p.listed);
    let below = paired * 1000
        + contradiction * i64::from(tuning.contradiction)
        + omission * i64::from(tuning.omission);
    let mut score = if below == 0 { 0 } else { (alike * 1000 / below) as i32 };
    if numbers_differ {
        score = score * tuning.numbers_differ / 1000;
    }
    let reordered = pairs.windows(2).any(|two| two[0].listed > two[1].listed);
    let same = query.len() == listed.len()
        && query.iter().zip(listed).all(|(q, l)| q.text == l.text && q.script == l.script);
    if same {
        score = 1000;
    } else {
        let evidence: i32 = pairs.iter().map(|p| evidence_of(p, query, listed)).sum();
        let missing = (tuning.enough - evidence).max(0);
        // Where all words have their counterpart but for a legal form, little is left to chance.
        let alone = |toks: &[Tok<'_>], of: &dyn Fn(&WordPair) -> (usize, usize)| {
            toks.iter().enumerate().any(|(at, t)| {
                !matches!(t.class, Class::LegalForm | Class::Title | Class::Particle)
                    && !pairs.iter().any(|p| (of(p).0..of(p).0 + of(p).1).contains(&at))
            })
        };
        let whole = !alone(query, &|p| p.query)
            && !alone(listed, &|p| p.listed)
            && pairs.iter().all(|p| p.likeness >= 970);
        let missing = if whole { missing / 4 } else { missing };
        score -= score * missing / tuning.enough.max(1) * tuning.chance / 1000;
        // Nothing but the same name is a 1000; another order is a little less still.
        score = score.min(995) - if reordered { 4 } else { 0 };
    }
    Comparison {
        score: score.max(0),
        pairs,
        alone_in_query: in_query,
        alone_in_listed: in_listed,
        numbers_differ,
        reordered,
    }
}

/// Below this a pair of words says less and less for the names being the same.
const KNEE: Permille = 700;

/// What a pair of words is worth: from the knee down it falls to nothing at [`LEAST_LIKE`].
pub fn worth(likeness: Permille) -> Permille {
    if likeness >= KNEE {
        return likeness;
    }
    (likeness - LEAST_LIKE).max(0) * KNEE / (KNEE - LEAST_LIKE)
}

/// How much a pair of words says at all: little for short words, which meet by chance.
fn evidence_of(pair: &WordPair, query: &[Tok<'_>], listed: &[Tok<'_>]) -> i32 {
    let letters = |toks: &[Tok<'_>], (at, n): (usize, usize)| {
        let toks = &toks[at..at + n];
        let latin = toks.iter().all(|t| t.source.is_none());
        latin.then(|| toks.iter().map(|t| t.text.len()).sum::<usize>())
    };
    let n = match (letters(query, pair.query), letters(listed, pair.listed)) {
        (Some(a), Some(b)) => a.min(b),
        // A romanisation can be read in more ways: it says as much as a word a letter shorter.
        (Some(n), None) | (None, Some(n)) => n.saturating_sub(usize::from(pair.likeness < 985)),
        (None, None) => 6,
    };
    let by_length = match n {
        0 | 1 => 150,
        2 => 300,
        3 => 500,
        4 => 700,
        5 => 850,
        _ => 1000,
    };
    pair.weight * worth(pair.likeness) / 1000 * by_length / 1000
}

/// The most that two names can score whose pairs are worth `gained`, by the weights of both.
pub fn most_score(gained: u32, query: u32, listed: u32, tuning: &Tuning) -> Permille {
    let gained = i64::from(gained.min(query.max(listed)));
    let (query, listed) = (i64::from(query), i64::from(listed));
    let alone = |total: i64| (total - gained).max(0);
    let contradiction = alone(query).min(alone(listed));
    let below = gained * 1000
        + contradiction * i64::from(tuning.contradiction)
        + (query - listed).abs() * i64::from(tuning.omission);
    if below == 0 { 0 } else { (gained * 1_000_000 / below) as Permille }
}

struct Pairing<'a> {
    seen: &'a mut Seen,
    query: &'a [Tok<'a>],
    listed: &'a [Tok<'a>],
    mode: Mode,
    query_taken: u64,
    listed_taken: u64,
    pairs: Vec<WordPair>,
}

/// Words in a row as one.
struct Run {
    run: (usize, usize),
    /// The script of all of them; none where they are of several.
    script: Option<Script>,
    mask: u32,
    letters: usize,
    latin: Option<String>,
    source: Option<Source>,
}

fn runs_of(toks: &[Tok<'_>], runs: Vec<(usize, usize)>) -> Vec<Run> {
    runs.into_iter()
        .map(|run| {
            let words = &toks[run.0..run.0 + run.1];
            let script = words.first().map(|t| t.script);
            Run {
                run,
                script: script.filter(|s| words.iter().all(|t| t.script == *s)),
                mask: words.iter().fold(0, |mask, t| mask | t.mask),
                letters: words.iter().map(|t| t.text.len()).sum(),
                latin: None,
                source: None,
            }
        })
        .collect()
}

impl Run {
    /// A quick no for most: other letters, other lengths, or no common ground of scripts.
    fn may_be(&self, other: &Run) -> bool {
        match (self.script, other.script) {
            (Some(Script::Latin), Some(Script::Latin)) => {
                self.letters.abs_diff(other.letters) <= 3
                    && (self.mask ^ other.mask).count_ones() <= 4
            }
            (Some(Script::Latin), _) if other.is_foreign() => other.may_be_written(self),
            (_, Some(Script::Latin)) if self.is_foreign() => self.may_be_written(other),
            _ => false,
        }
    }

    /// Whether it is in one other script; no more than two words of that are taken as one.
    fn is_foreign(&self) -> bool {
        self.run.1 <= 2 && self.script.is_some_and(|s| s.table().is_some())
    }

    fn may_be_written(&self, latin: &Run) -> bool {
        self.source.as_ref().is_none_or(|s| s.may_be_letters(latin.letters, latin.mask))
    }

    fn likeness(&mut self, toks: &[Tok<'_>], other: &mut Run, others: &[Tok<'_>]) -> Permille {
        self.prepare(toks);
        other.prepare(others);
        match (&self.latin, &other.latin, &self.source, &other.source) {
            (Some(a), Some(b), _, _) => spelling(a.as_bytes(), b.as_bytes()),
            (None, Some(latin), Some(source), _) | (Some(latin), None, _, Some(source)) => {
                romanisation_of(source, latin.as_bytes())
            }
            _ => 0,
        }
    }

    fn prepare(&mut self, toks: &[Tok<'_>]) {
        if self.latin.is_some() || self.source.is_some() {
            return;
        }
        let words = &toks[self.run.0..self.run.0 + self.run.1];
        let text: String = words.iter().flat_map(|t| t.text.split(' ')).collect();
        match (self.script, words) {
            (Some(Script::Latin), _) => self.latin = Some(text),
            (Some(_), [Tok { source: Some(source), .. }]) => self.source = Some((*source).clone()),
            (Some(script), _) => self.source = Some(Source::of(&text, script)),
            (None, _) => {}
        }
    }
}

struct Edge {
    gain: i32,
    pair: WordPair,
}

impl Pairing<'_> {
    /// Pairs that are beyond doubt, word for word.
    fn strong(&mut self) {
        let mut edges = Vec::new();
        for q in 0..self.query.len() {
            for l in 0..self.listed.len() {
                let (likeness, how) = self.likeness(q, l);
                if likeness >= STRONG {
                    edges.push(self.edge((q, 1), (l, 1), likeness, how));
                }
            }
        }
        self.choose(edges);
    }

    /// What is left: less like pairs, joined and divided words.
    fn rest(&mut self) {
        if self.free(true).next().is_none() || self.free(false).next().is_none() {
            return;
        }
        let mut edges = Vec::new();
        for q in self.free(true) {
            for l in self.free(false) {
                let (likeness, how) = self.likeness(q, l);
                if likeness >= LEAST_LIKE {
                    edges.push(self.edge((q, 1), (l, 1), likeness, how));
                }
            }
        }
        self.joined(&mut edges);
        self.choose(edges);
    }

    fn likeness(&mut self, q: usize, l: usize) -> (Permille, How) {
        let (one, other) = (&self.query[q], &self.listed[l]);
        let Some(number) = other.number else {
            return likeness(one, other, self.mode);
        };
        *self
            .seen
            .pairs
            .entry((q as u32, number))
            .or_insert_with(|| likeness(one, other, self.mode))
    }

    fn free(&self, of_query: bool) -> impl Iterator<Item = usize> + use<> {
        let (taken, n) = if of_query {
            (self.query_taken, self.query.len())
        } else {
            (self.listed_taken, self.listed.len())
        };
        (0..n.min(64)).filter(move |at| taken & (1 << at) == 0)
    }

    /// Runs of up to `most` free words that stand together.
    fn runs(&self, of_query: bool, most: usize) -> Vec<(usize, usize)> {
        let free: Vec<usize> = self.free(of_query).collect();
        let mut runs = Vec::new();
        for (i, &at) in free.iter().enumerate() {
            for n in 1..=most {
                if free.get(i + n - 1) == Some(&(at + n - 1)) {
                    runs.push((at, n));
                }
            }
        }
        runs
    }

    /// Joined and divided words: runs of words on the one side against runs on the other.
    fn joined(&mut self, edges: &mut Vec<Edge>) {
        let mut query_runs = runs_of(self.query, self.runs(true, 4));
        let mut listed_runs = runs_of(self.listed, self.runs(false, 4));
        for run in query_runs.iter_mut().filter(|r| r.is_foreign()) {
            match self.seen.runs.get(&run.run) {
                Some(source) => run.source = source.clone(),
                None => {
                    run.prepare(self.query);
                    self.seen.runs.insert(run.run, run.source.clone());
                }
            }
        }
        for l in &mut listed_runs {
            for q in &mut query_runs {
                let words = q.run.1 + l.run.1;
                if !(3..=5).contains(&words) {
                    continue;
                }
                // What can be written so is asked of both sides alike, or a score would depend on
                // which name was asked for.
                if l.is_foreign() && q.script == Some(Script::Latin) {
                    l.prepare(self.listed);
                }
                if !q.may_be(l) {
                    continue;
                }
                let likeness = q.likeness(self.query, l, self.listed) - 15;
                if likeness >= LEAST_LIKE + 150 {
                    edges.push(self.edge(q.run, l.run, likeness, How::Joined));
                }
            }
        }
    }

    fn edge(
        &self,
        query: (usize, usize),
        listed: (usize, usize),
        likeness: Permille,
        how: How,
    ) -> Edge {
        let sum = |toks: &[Tok<'_>], (at, n): (usize, usize)| {
            toks[at..at + n].iter().map(|t| i32::from(t.weight)).sum::<i32>()
        };
        let weight = (sum(self.query, query) + sum(self.listed, listed)) / 2;
        let gain = weight * (likeness - LEAST_LIKE + 100);
        Edge { gain, pair: WordPair { query, listed, likeness, how, weight } }
    }

    /// The words of a pair, whichever name is the query.
    fn words(&self, edge: &Edge) -> [String; 2] {
        let text = |toks: &[Tok<'_>], (at, n): (usize, usize)| -> String {
            toks[at..at + n].iter().map(|t| t.text).collect()
        };
        let mut words = [text(self.query, edge.pair.query), text(self.listed, edge.pair.listed)];
        words.sort_unstable();
        words
    }

    /// Takes the best pairs that do not share a word, the most gaining first.
    fn choose(&mut self, mut edges: Vec<Edge>) {
        let place = |e: &Edge| {
            let (q, l) = (e.pair.query, e.pair.listed);
            (-e.gain, q.0.abs_diff(l.0), q.0 + l.0, q.1 + l.1)
        };
        // Of two pairs that mirror each other their words decide, not which name was asked for.
        edges.sort_by(|a, b| {
            let by_place = place(a).cmp(&place(b));
            by_place.then_with(|| self.words(a).cmp(&self.words(b)))
        });
        for Edge { pair, .. } in edges {
            let bits = |(at, n): (usize, usize)| ((1u64 << n) - 1) << at;
            if pair.query.0 + pair.query.1 > 63 || pair.listed.0 + pair.listed.1 > 63 {
                continue;
            }
            let (q, l) = (bits(pair.query), bits(pair.listed));
            if self.query_taken & q == 0 && self.listed_taken & l == 0 {
                self.query_taken |= q;
                self.listed_taken |= l;
                self.pairs.push(pair);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::tokens::analyse;

    /// Found by fuzzing: letters of two scripts, of which two joined pairs mirror each other.
    #[test]
    fn a_score_is_the_same_both_ways() {
        let one = b"\xb6@\xb6\x83 \xd7\xa9W\x9e\xd7\xa2\xd7\x91\xd7 \xd7\x9fs\x95\xd7e ae";
        let other =
            b"\x00r\xea\x12\x00od\xae\xae\xff\xe0\xb8\x9aL\xd9(\xd7\xa1\xd9\xa2\xd9Iky\xa3 \
            \xb6\xdbEI\xd7\xa9W\x9e\xd7O\xa2\xd7\x91\xd7\x99 \xd7\x9fs\xb4\xdb\x95";
        let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
        for mode in [Mode::Person, Mode::Organisation] {
            let (a, b) = (analyse(&one, mode), analyse(&other, mode));
            let (a, b) = (toks(&a), toks(&b));
            assert_eq!(compare(&a, &b, mode).score, compare(&b, &a, mode).score, "{mode:?}");
        }
    }
}
