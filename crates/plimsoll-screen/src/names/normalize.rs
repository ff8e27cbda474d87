//! What is written, without what makes no difference: case, accents, marks that are not seen,
//! vowel points, the width of letters, look-alike letters of another script, punctuation.
//!
//! The result is a list of [`Word`]s, each of one script. Normalising the words once more
//! changes nothing.

use super::script::Script;
use super::tables;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Names are read up to so many characters. The longest on the lists have about 250; a longer
/// text is no name, and must not take longer than one.
pub const MAX_CHARS: usize = 400;
/// Words beyond this many are not read, for the same reason.
pub const MAX_WORDS: usize = 48;

/// One word of a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded letters, all of one script; for Latin only `a` to `z`.
    pub text: String,
    /// Which script.
    pub script: Script,
    /// Whether a comma follows it: `LAST, First`.
    pub comma: bool,
}

/// The words of a name.
pub fn words(text: &str) -> Vec<Word> {
    let mut splitter = Splitter::default();
    let mut lower = false;
    for c in text.chars().take(MAX_CHARS).nfkc() {
        // `KrayInvestBank`: a capital after a small letter begins a word.
        if lower && c.is_uppercase() {
            splitter.end_word();
        }
        lower = c.is_lowercase() || lower && (vanishes(c) || is_combining_mark(c));
        splitter.take(c);
    }
    splitter.end_word();
    let mut words = splitter.words;
    words.truncate(MAX_WORDS);
    unmask(&mut words);
    articles(words)
}

/// Takes the Arabic article off the word that it is written together with, as it stands apart
/// in Latin letters: `اللطيف` is `al-Latif`. The name of God keeps it.
fn articles(words: Vec<Word>) -> Vec<Word> {
    const ARTICLE: &str = "ال";
    let mut out = Vec::with_capacity(words.len() + 2);
    for mut word in words {
        // Once more, since normalising twice changes nothing.
        while word.script == Script::Arabic && word.text != "الله" {
            let rest = word.text.strip_prefix(ARTICLE).filter(|rest| rest.chars().count() >= 3);
            let Some(rest) = rest.map(str::to_owned) else { break };
            out.push(Word { text: ARTICLE.into(), script: word.script, comma: false });
            word.text = rest;
        }
        out.push(word);
    }
    out.truncate(MAX_WORDS);
    out
}

/// Names within a name: `Irkut Corporation (AO Irkut)` without the brackets, and what stands in
/// them. Empty where there are no brackets, or nothing of a name in or around them.
pub fn bracketed(text: &str) -> Vec<String> {
    let text: String = text.chars().take(MAX_CHARS).collect();
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut depth = 0u32;
    for c in text.chars() {
        match c {
            '(' | '（' | '[' => depth += 1,
            ')' | '）' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => inside.push(c),
            _ => outside.push(c),
        }
        if matches!(c, ')' | '）' | ']') {
            inside.push(' ');
            outside.push(' ');
        }
    }
    let name = |part: &str| part.chars().filter(|c| c.is_alphabetic()).count() >= 4;
    // One word in brackets is a country or a nickname, not another name.
    let several = inside.split_whitespace().count() > 1;
    if several && name(&inside) && name(&outside) { vec![outside, inside] } else { Vec::new() }
}

/// Whether the text is longer than what [`words`] reads.
pub fn is_too_long(text: &str) -> bool {
    text.chars().nth(MAX_CHARS).is_some()
}

#[derive(Default)]
struct Splitter {
    words: Vec<Word>,
    current: String,
    script: Option<Script>,
}

impl Splitter {
    fn take(&mut self, c: char) {
        if vanishes(c) {
            return;
        }
        if c == '&' || c == '＋' || c == '+' {
            self.end_word();
            self.words.push(Word { text: "and".into(), script: Script::Latin, comma: false });
            return;
        }
        // Vowel signs of Indian scripts and Thai are marks that belong to a word of their script.
        if is_combining_mark(c) {
            if self.script == Some(Script::of(c)) {
                self.current.push(c);
            }
            return;
        }
        if !c.is_alphanumeric() {
            self.end_word();
            if let Some(last) = self.words.last_mut()
                && matches!(c, ',' | '،' | '、' | '，')
            {
                last.comma = true;
            }
            return;
        }
        for lower in c.to_lowercase() {
            self.letter(lower);
        }
    }

    fn letter(&mut self, c: char) {
        if let Some(digit) = c.to_digit(10).or_else(|| decimal_digit(c)) {
            self.enter(Script::Digit);
            self.current.push(char::from(b'0' + digit as u8));
            return;
        }
        let script = Script::of(c);
        if script == Script::Latin {
            let mut folded = [' '; 4];
            let n = fold_latin(c, &mut folded);
            if n == 0 {
                return;
            }
            self.enter(script);
            self.current.extend(folded.iter().take(n));
        } else if script == Script::Other {
            // Letters of scripts without a table here: what the romaniser gives, if anything.
            let latin = any_ascii::any_ascii_char(c);
            let mut any = false;
            for l in latin.chars().filter(char::is_ascii_alphabetic) {
                if !any {
                    self.enter(Script::Latin);
                    any = true;
                }
                self.current.push(l.to_ascii_lowercase());
            }
        } else {
            self.enter(script);
            fold_other(c, script, &mut self.current);
        }
    }

    /// Cyrillic and Greek letters in a Latin word are look-alikes until proven otherwise, so
    /// these three stay in one word for [`unmask`] to decide.
    fn enter(&mut self, script: Script) {
        let alphabetic = |s| matches!(s, Script::Latin | Script::Cyrillic | Script::Greek);
        match self.script {
            Some(now) if now == script => {}
            Some(now) if alphabetic(now) && alphabetic(script) => {}
            Some(_) => {
                self.end_word();
                self.script = Some(script);
            }
            None => self.script = Some(script),
        }
    }

    fn end_word(&mut self) {
        if let Some(script) = self.script.take()
            && !self.current.is_empty()
        {
            let text = std::mem::take(&mut self.current);
            self.words.push(Word { text, script, comma: false });
        }
        self.current.clear();
    }
}

/// Marks that nobody sees, or that stand inside a word without dividing it.
fn vanishes(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}'
        | '\u{640}' // Arabic lengthening stroke
        | '.' | '\'' | '’' | '‘' | 'ʼ' | 'ʻ' | '`' | '´' | 'ʿ' | 'ʾ' | '′' | '״' | '׳')
        || is_combining_mark(c) && !matches!(Script::of(c), Script::Devanagari | Script::Thai)
}

/// Digits of other scripts. `char::to_digit` knows ASCII alone.
fn decimal_digit(c: char) -> Option<u32> {
    const ZEROS: [u32; 7] = [0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0x17E0, 0x1040];
    let code = c as u32;
    ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).map(|zero| code - zero)
}

/// A Latin letter as one to four letters from `a` to `z`.
fn fold_latin(c: char, out: &mut [char; 4]) -> usize {
    if c.is_ascii_lowercase() {
        out[0] = c;
        return 1;
    }
    let text = match c {
        'ß' => "ss",
        'æ' | 'ǽ' => "ae",
        'œ' => "oe",
        'ø' | 'ǿ' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ı' => "i",
        'ħ' => "h",
        'ŋ' => "ng",
        'ə' | 'ǝ' => "a",
        'ƒ' => "f",
        _ => "",
    };
    if !text.is_empty() {
        let mut n = 0;
        for (slot, letter) in out.iter_mut().zip(text.chars()) {
            *slot = letter;
            n += 1;
        }
        return n;
    }
    // Accented letters: the letter under the accent; any other: what the romaniser gives.
    if let Some(base) = std::iter::once(c).nfd().next().filter(char::is_ascii_alphabetic) {
        out[0] = base.to_ascii_lowercase();
        return 1;
    }
    let mut n = 0;
    let letters = any_ascii::any_ascii_char(c).chars().filter(char::is_ascii_alphabetic);
    for (slot, letter) in out.iter_mut().zip(letters) {
        *slot = letter.to_ascii_lowercase();
        n += 1;
    }
    n
}

/// A letter of another script in its plain form.
fn fold_other(c: char, script: Script, out: &mut String) {
    match script {
        Script::Cyrillic => out.push(match c {
            'ё' => 'е',
            'ѐ' => 'е',
            'ѝ' => 'и',
            'ѓ' => 'г',
            'ќ' => 'к',
            _ => c,
        }),
        Script::Greek => {
            let base = std::iter::once(c).nfd().next().unwrap_or(c);
            out.push(if base == 'ς' { 'σ' } else { base });
        }
        Script::Arabic => out.push(match c {
            'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
            'ؤ' => 'و',
            'ئ' | 'ى' | 'ی' | 'ې' => 'ي',
            'ک' => 'ك',
            'ہ' | 'ھ' | 'ۀ' | 'ە' => 'ه',
            'ۃ' => 'ة',
            'ء' => return,
            _ => c,
        }),
        Script::Kana => {
            // Hiragana as katakana: the same sounds, 96 places higher.
            let code = c as u32;
            let katakana = if (0x3041..=0x3096).contains(&code) { code + 96 } else { code };
            out.push(char::from_u32(katakana).unwrap_or(c));
        }
        Script::Hebrew => out.push(match c {
            'ך' => 'כ',
            'ם' => 'מ',
            'ן' => 'נ',
            'ף' => 'פ',
            'ץ' => 'צ',
            _ => c,
        }),
        _ => out.push(c),
    }
}

/// Takes look-alike letters for what they look like: in a word of two scripts the fewer letters
/// go over to the script of the more; a word wholly of look-alikes goes over to the script of
/// all the other words. A word that cannot be told is divided where the script changes.
fn unmask(words: &mut Vec<Word>) {
    let mut at = 0;
    while at < words.len() {
        let count = |script| words[at].text.chars().filter(|c| Script::of(*c) == script).count();
        let (latin, cyrillic, greek) =
            (count(Script::Latin), count(Script::Cyrillic), count(Script::Greek));
        let mixed = [latin, cyrillic, greek].iter().filter(|n| **n > 0).count() > 1;
        if mixed {
            let foreign = if cyrillic >= greek { Script::Cyrillic } else { Script::Greek };
            let into_latin = tables::to_latin_lookalikes(&words[at].text);
            let into_other = tables::to_lookalikes_of(&words[at].text, foreign);
            match (into_latin, into_other) {
                (Some(text), other) if latin >= cyrillic.max(greek) || other.is_none() => {
                    words[at].text = text;
                    words[at].script = Script::Latin;
                }
                (_, Some(text)) => {
                    words[at].text = text;
                    words[at].script = foreign;
                }
                _ => {
                    let parts = divide(&words[at]);
                    let n = parts.len();
                    words.splice(at..=at, parts);
                    at += n;
                    continue;
                }
            }
        } else if latin == 0 && cyrillic > 0 {
            words[at].script = Script::Cyrillic;
        }
        at += 1;
    }
    let latin = words.iter().any(|w| w.script == Script::Latin && w.text != "and");
    if !latin {
        return;
    }
    let lookalike = |w: &Word| {
        matches!(w.script, Script::Cyrillic | Script::Greek)
            && tables::to_latin_lookalikes(&w.text).is_some()
    };
    let foreign = |w: &Word| matches!(w.script, Script::Cyrillic | Script::Greek);
    if words.iter().filter(|w| foreign(w)).all(lookalike) {
        for word in
            words.iter_mut().filter(|w| matches!(w.script, Script::Cyrillic | Script::Greek))
        {
            if let Some(text) = tables::to_latin_lookalikes(&word.text) {
                word.text = text;
                word.script = Script::Latin;
            }
        }
    }
}

fn divide(word: &Word) -> Vec<Word> {
    let mut parts: Vec<Word> = Vec::new();
    for c in word.text.chars() {
        let script = Script::of(c);
        match parts.last_mut() {
            Some(last) if last.script == script => last.text.push(c),
            _ => parts.push(Word { text: c.into(), script, comma: false }),
        }
    }
    if let Some(last) = parts.last_mut() {
        last.comma = word.comma;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Found by the fuzz target `names`: normalising the words once more changed them.
    #[test]
    fn normalising_twice_changes_nothing() {
        for (text, want) in [
            // An article that stands twice: the second was taken off the second time only.
            ("الالكتاب", "ال ال كتاب"),
            ("الالله", "ال الله"),
            // A `c` among Greek letters was the lunate sigma, which is folded.
            ("ȼπ", "σπ"),
        ] {
            let shown = |words: &[Word]| {
                words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
            };
            let once = words(text);
            assert_eq!(shown(&once), want);
            assert_eq!(words(want), once);
        }
    }

    #[test]
    fn no_more_words_than_are_read() {
        assert_eq!(words(&"ال".repeat(200)).len(), MAX_WORDS);
        assert_eq!(words(&"اللطيف ".repeat(60)).len(), MAX_WORDS);
    }
}
