//! How may a word of another script be written in Latin letters?
//!
//! One word has many romanisations: by standard (BGN, ISO 9, passports, Wade-Giles, …), by the
//! language of the writer, with or without the vowels that Arabic and Hebrew leave out. Instead of
//! listing them, a table holds for each unit of a script which Latin letters stand for it and how
//! often ([`Transducer`]); a Latin word is as near as its likeliest way of being such a
//! romanisation is likelier than chance.
//!
//! Units are letters; for Korean the parts of a syllable; for Chinese the initial and the final
//! of the syllable in pinyin (any other dialect's reading is looked up by character).
//!
//! The probabilities are estimated by `cargo xtask learn romanisation` from Wikidata's names
//! (CC0) with the published romanisation standards as prior; the method is expectation
//! maximisation over alignments (Dempster, Laird, Rubin 1977; Ristad and Yianilos 1998).

use super::script::Script;
use super::tables::rows;
use foldhash::{HashMap, HashMapExt};
use std::sync::OnceLock;

const COSTS: &str = include_str!("../../data/romanise_learned.tsv");
const CANTONESE: &str = include_str!("../../data/cantonese.tsv");
const JAPANESE: &str = include_str!("../../data/japanese_readings.tsv");

/// Gains are in hundredths of a nat (natural logarithm).
type Gain = i32;
/// A unit for which the table has nothing.
const UNKNOWN: u16 = u16::MAX;
/// What an unknown unit, or a unit that is dropped against the table, costs.
const DROPPED: Gain = -350;
/// What a letter costs that the table does not give for the unit.
const STRANGE: Gain = -300;
/// The most letters that one unit becomes.
const MOST_LETTERS: usize = 4;
/// Words are compared up to so many units and letters.
const MOST_UNITS: usize = 40;

/// How often each letter stands in romanised names, in 1/10,000: what chance would give. Counted
/// over the Latin side of Wikidata's names (CC0).
const LETTERS: [u32; 26] = [
    1187, 217, 240, 358, 1018, 120, 259, 368, 771, 92, 368, 634, 309, 748, 670, 140, 22, 687, 572,
    453, 365, 138, 113, 19, 165, 107,
];

#[derive(Clone, Copy, Debug)]
struct Rendering {
    latin: [u8; MOST_LETTERS],
    len: u8,
    gain: Gain,
}

impl Rendering {
    /// The letters as one number, to be compared with [`windows`] in one step.
    fn bits(&self) -> u32 {
        u32::from_le_bytes(self.latin)
    }

    /// Which bits of a window the letters take up.
    fn mask(&self) -> u32 {
        u32::MAX.checked_shr(32 - 8 * u32::from(self.len)).unwrap_or(0)
    }
}

/// The four letters from each place on as one number, nought past the end.
fn windows(latin: &[u8]) -> [u32; MOST_UNITS + 1] {
    let mut windows = [0; MOST_UNITS + 1];
    let mut window = 0;
    for (at, letter) in latin.iter().enumerate().rev() {
        window = window << 8 | u32::from(*letter);
        windows[at] = window;
    }
    windows
}

/// How the units of one script become Latin letters.
pub struct Transducer {
    units: HashMap<&'static str, u16>,
    longest: usize,
    /// For each unit, the likeliest first.
    renderings: Vec<Vec<Rendering>>,
    /// The same by first letter: not written, `a`, `b` and so on.
    by_letter: Vec<[Vec<Rendering>; 27]>,
    /// The most that each unit can gain.
    best: Vec<Gain>,
    /// What a Latin letter costs that stands for no unit, such as a vowel that Arabic leaves out.
    insert: [Gain; 26],
}

/// `ln(p)` of a probability given in 1/10,000, in hundredths, rounded. By a series of our own,
/// since the standard library's `ln` may differ between machines.
fn ln_hundredths(p: u32) -> Gain {
    ln_hundredths_of(p) - 921
}

/// `ln(n)` of a whole number in hundredths, rounded: `ln m + e ln 2` with `1 <= m < 2`.
pub(crate) fn ln_hundredths_of(n: u32) -> Gain {
    let p = n.max(1);
    let e = p.ilog2();
    let m = f64::from(p) / f64::from(1u32 << e);
    let z = (m - 1.0) / (m + 1.0);
    let z2 = z * z;
    let ln_m = 2.0 * z * (1.0 + z2 * (1.0 / 3.0 + z2 * (0.2 + z2 * (1.0 / 7.0 + z2 / 9.0))));
    let ln = ln_m + f64::from(e) * core::f64::consts::LN_2;
    (ln * 100.0).round() as Gain
}

/// What chance alone gives a run of letters.
fn chance(letters: &[u8]) -> Gain {
    letters
        .iter()
        .map(|c| LETTERS.get(usize::from(c.wrapping_sub(b'a'))).map_or(0, |p| ln_hundredths(*p)))
        .sum()
}

impl Transducer {
    /// For one script; none where there is no table.
    pub fn of(script: Script) -> Option<&'static Transducer> {
        static ALL: OnceLock<HashMap<&'static str, Transducer>> = OnceLock::new();
        ALL.get_or_init(|| read(COSTS)).get(script.table()?)
    }

    /// The units of a word of this script.
    pub fn units(&self, word: &str, script: Script) -> Vec<u16> {
        let mut units = Vec::new();
        split_units(word, script, self.longest, |unit| {
            let number = self.units.get(unit).copied();
            if number.is_some() {
                units.push(number.unwrap_or(UNKNOWN));
            }
            number.is_some()
        });
        units.truncate(MOST_UNITS);
        units
    }

    /// How much likelier than chance it is that these Latin letters are a romanisation of the
    /// units, by the likeliest alignment, in hundredths of a nat; and the most that any
    /// letters could reach.
    pub fn likelihood(&self, units: &[u16], latin: &[u8]) -> (Gain, Gain) {
        let latin = &latin[..latin.len().min(MOST_UNITS)];
        let windows = windows(latin);
        let mut now = [Gain::MIN / 2; MOST_UNITS + 1];
        now[0] = 0;
        self.insertions(&mut now, latin);
        let mut most = 0;
        for &unit in units.iter().take(MOST_UNITS) {
            let mut next = [Gain::MIN / 2; MOST_UNITS + 1];
            let Some(by_letter) = self.by_letter.get(usize::from(unit)) else { continue };
            most += self.best.get(usize::from(unit)).copied().unwrap_or(0);
            for at in 0..=latin.len() {
                let so_far = now[at];
                if so_far <= Gain::MIN / 4 {
                    continue;
                }
                next[at] = next[at].max(so_far + DROPPED);
                if at < latin.len() {
                    next[at + 1] = next[at + 1].max(so_far + STRANGE);
                }
                for rendering in &by_letter[0] {
                    next[at] = next[at].max(so_far + rendering.gain);
                }
                let window = windows[at];
                // Past the end the window is nought, and so is the slot: nothing is written.
                let slot = (window as u8).checked_sub(b'a').map_or(0, |l| usize::from(l) + 1);
                for rendering in by_letter.get(slot).filter(|_| slot > 0).into_iter().flatten() {
                    if (window ^ rendering.bits()) & rendering.mask() == 0 {
                        let to = at + usize::from(rendering.len);
                        next[to] = next[to].max(so_far + rendering.gain);
                    }
                }
            }
            self.insertions(&mut next, latin);
            now = next;
        }
        (now[latin.len()], most)
    }

    fn insertions(&self, row: &mut [Gain; MOST_UNITS + 1], latin: &[u8]) {
        for (at, letter) in latin.iter().enumerate() {
            let cost = self.insert.get(usize::from(letter.wrapping_sub(b'a'))).copied();
            row[at + 1] = row[at + 1].max(row[at] + cost.unwrap_or(STRANGE));
        }
    }

    /// The letters of all likely romanisations, one bit each; vowels and `h` are always among
    /// them.
    fn likely_letters(&self, units: &[u16]) -> u32 {
        let mut letters = super::compare::mask(b"aeiouyh");
        for unit in units {
            let renderings = self.renderings.get(usize::from(*unit)).map_or(&[][..], Vec::as_slice);
            let odds = |r: &Rendering| r.gain + chance(&r.latin[..usize::from(r.len)]);
            let Some(best) = renderings.first().map(odds) else { continue };
            for rendering in renderings.iter().filter(|r| odds(r) >= best - LIKELY_ENOUGH) {
                letters |= super::compare::mask(&rendering.latin[..usize::from(rendering.len)]);
            }
        }
        letters
    }

    /// The likeliest romanisation, unit by unit.
    pub fn usual(&self, units: &[u16]) -> String {
        let mut out = String::new();
        for unit in units {
            let first = self.renderings.get(usize::from(*unit)).and_then(|r| r.first());
            if let Some(rendering) = first {
                let letters = &rendering.latin[..usize::from(rendering.len)];
                out.extend(letters.iter().map(|b| char::from(*b)));
            }
        }
        out
    }
}

/// Calls `take` with one unit after another; a unit that is refused is tried shorter, and a
/// letter that no unit begins with is passed over.
pub fn split_units(word: &str, script: Script, longest: usize, mut take: impl FnMut(&str) -> bool) {
    match script {
        Script::Han => {
            for c in word.chars() {
                let pinyin = any_ascii::any_ascii_char(c).to_ascii_lowercase();
                let (initial, last) = pinyin_parts(&pinyin);
                for (label, part) in [("I:", initial), ("F:", last)] {
                    if !part.is_empty() {
                        take(&format!("{label}{part}"));
                    }
                }
            }
        }
        Script::Hangul => {
            for c in word.chars() {
                for (label, jamo) in ["L:", "V:", "T:"].iter().zip(jamo(c)) {
                    if let Some(jamo) = jamo {
                        take(&format!("{label}{jamo}"));
                    }
                }
            }
        }
        _ => {
            let chars: Vec<char> = word.chars().collect();
            let mut at = 0;
            while at < chars.len() {
                let most = longest.clamp(1, chars.len() - at);
                let taken = (1..=most).rev().find(|n| {
                    let unit: String = chars[at..at + n].iter().collect();
                    take(&unit)
                });
                at += taken.unwrap_or(1);
            }
        }
    }
}

/// Initial and final of a syllable in pinyin without tones.
pub fn pinyin_parts(syllable: &str) -> (&str, &str) {
    let initial = match syllable.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => 2,
        [b'a' | b'e' | b'i' | b'o' | b'u' | b'v', ..] | [] => 0,
        _ => 1,
    };
    syllable.split_at(initial)
}

/// The parts of a Korean syllable, as the letters that a keyboard has.
fn jamo(c: char) -> [Option<char>; 3] {
    const LEADS: [char; 19] = [
        'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ',
        'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
    ];
    const TAILS: [char; 27] = [
        'ㄱ', 'ㄲ', 'ㄳ', 'ㄴ', 'ㄵ', 'ㄶ', 'ㄷ', 'ㄹ', 'ㄺ', 'ㄻ', 'ㄼ', 'ㄽ', 'ㄾ', 'ㄿ', 'ㅀ',
        'ㅁ', 'ㅂ', 'ㅄ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
    ];
    let Some(index) = (c as u32).checked_sub(0xAC00).filter(|i| *i < 11_172) else {
        return [None; 3];
    };
    let lead = LEADS.get((index / 588) as usize).copied();
    let vowel = char::from_u32(0x314F + index % 588 / 28);
    let tail = (index % 28).checked_sub(1).and_then(|t| TAILS.get(t as usize)).copied();
    [lead, vowel, tail]
}

fn read(table: &'static str) -> HashMap<&'static str, Transducer> {
    let mut all: HashMap<&'static str, Transducer> = HashMap::new();
    for row in rows(table) {
        let [script, unit, latin, p] = row[..] else { continue };
        let Ok(p) = p.parse::<u32>() else { continue };
        let latin = if latin == "-" { "" } else { latin };
        let transducer = all.entry(script).or_insert_with(|| Transducer {
            units: HashMap::new(),
            longest: 1,
            renderings: Vec::new(),
            by_letter: Vec::new(),
            best: Vec::new(),
            insert: [STRANGE; 26],
        });
        let gain = ln_hundredths(p) - chance(latin.as_bytes());
        if unit == "+" {
            let letter = latin.bytes().next().map(|b| usize::from(b.wrapping_sub(b'a')));
            if let Some(slot) = letter.and_then(|l| transducer.insert.get_mut(l)) {
                *slot = gain.min(0);
            }
            continue;
        }
        let next = transducer.renderings.len() as u16;
        let number = *transducer.units.entry(unit).or_insert(next);
        if number == next {
            transducer.renderings.push(Vec::new());
            transducer.by_letter.push(std::array::from_fn(|_| Vec::new()));
            transducer.best.push(0);
            if !unit.contains(':') {
                transducer.longest = transducer.longest.max(unit.chars().count());
            }
        }
        let mut rendering = Rendering { latin: [0; MOST_LETTERS], len: 0, gain };
        for (slot, letter) in rendering.latin.iter_mut().zip(latin.bytes()) {
            *slot = letter;
            rendering.len += 1;
        }
        if let (Some(list), Some(best)) = (
            transducer.renderings.get_mut(usize::from(number)),
            transducer.best.get_mut(usize::from(number)),
        ) {
            list.push(rendering);
            *best = (*best).max(gain);
            let slot = latin.bytes().next().map_or(0, |l| usize::from(l.wrapping_sub(b'a')) + 1);
            let by_letter = transducer.by_letter.get_mut(usize::from(number));
            if let Some(slot) = by_letter.and_then(|slots| slots.get_mut(slot)) {
                slot.push(rendering);
            }
        }
    }
    all
}

/// A word of another script, ready to be compared with Latin words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// Which script.
    pub script: Option<Script>,
    /// Its units.
    pub units: Vec<u16>,
    /// The likeliest romanisation, then readings by dictionary (Cantonese, Japanese).
    pub latin: Vec<String>,
    /// The letters that its likely romanisations have, one bit each.
    letters: u32,
}

impl Source {
    /// Of a word.
    pub fn of(word: &str, script: Script) -> Source {
        let Some(transducer) = Transducer::of(script) else {
            return Source::default();
        };
        let units = transducer.units(word, script);
        let mut latin = vec![transducer.usual(&units)];
        if script == Script::Han {
            latin[0] = any_ascii::any_ascii(word).to_ascii_lowercase();
            latin.push(wade_giles(word));
            latin.extend(cantonese(word));
            latin.extend(japanese(word));
        }
        latin.retain(|l| !l.is_empty() && l.bytes().all(|b| b.is_ascii_lowercase()));
        latin.dedup();
        let letters = transducer.likely_letters(&units);
        Source { script: Some(script), units, latin, letters }
    }

    /// A quick no for most words: too long or too short, or of letters that no likely
    /// romanisation has.
    pub fn may_be(&self, latin: &[u8]) -> bool {
        self.may_be_letters(latin.len(), super::compare::mask(latin))
    }

    /// The same for a word of so many letters, of which letters by [`super::compare::mask`].
    pub fn may_be_letters(&self, len: usize, letters: u32) -> bool {
        let Some(usual) = self.latin.first().map(String::len) else { return false };
        let vowelless = matches!(self.script, Some(Script::Arabic | Script::Hebrew));
        let most = if vowelless { 2 * usual + 2 } else { usual + usual / 3 + 2 };
        let least = if vowelless { usual / 2 } else { (usual * 2 / 3).saturating_sub(1) };
        let strange = letters & !self.letters;
        (least..=most).contains(&len) && strange.count_ones() <= 2
    }

    /// How much of the most that any Latin word could gain this one gains, in thousandths:
    /// 1000 is the likeliest romanisation, 0 is as likely as chance, below is less likely; and
    /// the gain itself in hundredths of a nat.
    pub fn share(&self, latin: &[u8]) -> (i32, i32) {
        let Some(transducer) = self.script.and_then(Transducer::of) else {
            return (-1000, 0);
        };
        if self.units.is_empty() || latin.is_empty() {
            return (-1000, 0);
        }
        let (gain, most) = transducer.likelihood(&self.units, latin);
        ((1000 * gain / most.max(1)).clamp(-1000, 1000), gain)
    }
}

/// A skeleton is tried with up to so many readings of its letters.
const MOST_SKELETONS: usize = 24;
/// A reading of a letter counts for skeletons from this probability on, in hundredths of a nat
/// below the likeliest.
const LIKELY_ENOUGH: Gain = 300;

impl Source {
    /// The consonant skeletons that Latin words for this word may have: for letters that stand
    /// for several consonants, each of the likely ones.
    pub fn skeletons(&self) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = vec![Vec::new()];
        // Short words sound like too many others.
        let most = if self.units.len() < 5 { MOST_SKELETONS / 3 } else { MOST_SKELETONS };
        let Some(transducer) = self.script.and_then(Transducer::of) else { return Vec::new() };
        for unit in &self.units {
            let renderings =
                transducer.renderings.get(usize::from(*unit)).map_or(&[][..], Vec::as_slice);
            let Some(first) = renderings.first() else { continue };
            let odds = |r: &Rendering| r.gain + chance(&r.latin[..usize::from(r.len)]);
            let mut sounds: Vec<&[u8]> = Vec::new();
            let mut seen: Vec<Vec<u8>> = Vec::new();
            for rendering in renderings.iter().filter(|r| odds(r) >= odds(first) - LIKELY_ENOUGH) {
                let letters = &rendering.latin[..usize::from(rendering.len)];
                let sound = super::keys::skeleton(letters);
                if !seen.contains(&sound) {
                    seen.push(sound);
                    sounds.push(letters);
                }
            }
            // Once there are enough, only the likeliest reading goes on.
            let room = (most / all.len()).max(1);
            sounds.truncate(room);
            all = all
                .iter()
                .flat_map(|so_far| sounds.iter().map(move |s| [so_far.as_slice(), s].concat()))
                .collect();
        }
        let mut skeletons: Vec<Vec<u8>> = Vec::new();
        for word in all {
            let skeleton = super::keys::skeleton(&word);
            if !skeleton.is_empty() && !skeletons.contains(&skeleton) {
                skeletons.push(skeleton);
            }
        }
        skeletons
    }
}

/// The word in Wade-Giles without apostrophes, by the parts of its syllables in pinyin.
fn wade_giles(word: &str) -> String {
    let mut out = String::new();
    for c in word.chars() {
        let pinyin = any_ascii::any_ascii_char(c).to_ascii_lowercase();
        let (initial, last) = pinyin_parts(&pinyin);
        let (initial, last) = match (initial, last) {
            ("zh" | "ch", "i") => ("ch", "ih"),
            ("sh", "i") => ("sh", "ih"),
            ("r", "i") => ("j", "ih"),
            ("z" | "c", "i") => ("tz", "u"),
            ("s", "i") => ("sz", "u"),
            (initial, last) => (initial, last),
        };
        out.push_str(match initial {
            "b" => "p",
            "d" => "t",
            "g" => "k",
            "j" | "q" | "zh" => "ch",
            "x" => "hs",
            "z" | "c" if last != "u" || initial.len() > 1 => "ts",
            "r" => "j",
            other => other,
        });
        out.push_str(match last {
            "ong" => "ung",
            "iong" => "iung",
            "ian" => "ien",
            "ie" => "ieh",
            "ue" => "ueh",
            "e" if !matches!(initial, "y" | "l" | "zh" | "ch" | "sh") => "o",
            "er" => "erh",
            other => other,
        });
    }
    out
}

/// The word by the Cantonese readings of its characters, where all have one.
fn cantonese(word: &str) -> Option<String> {
    static READINGS: OnceLock<HashMap<char, &'static str>> = OnceLock::new();
    let readings = READINGS.get_or_init(|| {
        let mut readings = HashMap::new();
        for row in rows(CANTONESE) {
            if let [character, latin, ..] = row[..] {
                for c in character.chars() {
                    readings.entry(c).or_insert(latin);
                }
            }
        }
        readings
    });
    word.chars().map(|c| readings.get(&c).copied()).collect()
}

/// The word by the table of Japanese readings: whole, or as a surname and a given name.
fn japanese(word: &str) -> Vec<String> {
    static READINGS: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let readings = READINGS.get_or_init(|| {
        let mut readings: HashMap<&'static str, Vec<&'static str>> = HashMap::new();
        for row in rows(JAPANESE) {
            if let [kanji, latin, ..] = row[..] {
                readings.entry(kanji).or_default().push(latin);
            }
        }
        readings
    });
    if let Some(whole) = readings.get(word) {
        return whole.iter().map(|r| (*r).to_owned()).collect();
    }
    let mut out = Vec::new();
    for (at, _) in word.char_indices().skip(1) {
        let (left, right) = word.split_at(at);
        if let (Some(left), Some(right)) = (readings.get(left), readings.get(right)) {
            out.extend(left.iter().flat_map(|l| right.iter().map(move |r| format!("{l}{r}"))));
        }
    }
    out.truncate(4);
    out
}
