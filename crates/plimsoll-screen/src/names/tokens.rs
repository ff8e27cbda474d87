//! What is each word of a name for, and how much does it say?
//!
//! A name of a person and one of an organisation are taken apart differently: in the one `Bank`
//! is a surname, in the other it carries no match alone.

use super::normalize::{self, Word};
use super::romanize::Source;
use super::script::Script;
use super::tables::{self, Class, Entry, Phrases};

/// Whose name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A person's.
    Person,
    /// An organisation's, a vessel's or anything else's.
    Organisation,
}

/// One token: a word, or a phrase of the tables that stands for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Folded text; words of a phrase are joined by a space.
    pub text: String,
    /// Script.
    pub script: Script,
    /// What it is for.
    pub class: Class,
    /// Its meaning, see [`tables::concept`]; 0 for none.
    pub concept: u16,
    /// How much it says, in thousandths, before its frequency on the lists is known.
    pub weight: u16,
    /// Its romanisations, for scripts that have a table.
    pub source: Option<Box<Source>>,
    /// Whether it is a given name of the tables.
    pub given: bool,
}

/// A name taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Analysis {
    /// Its tokens in the order of writing; for a person `LAST, First` as `First LAST`.
    pub tokens: Vec<Token>,
}

/// Takes a name apart.
pub fn analyse(text: &str, mode: Mode) -> Analysis {
    of_words(&normalize::words(text), mode)
}

/// Takes a name apart whose words are known.
pub fn of_words(words: &[Word], mode: Mode) -> Analysis {
    let phrases = match mode {
        Mode::Person => tables::persons(),
        Mode::Organisation => tables::organisations(),
    };
    let mut tokens = Vec::with_capacity(words.len());
    let made = match mode {
        Mode::Organisation => mend_legal_forms(words, phrases),
        Mode::Person => surname_last(words),
    };
    let words = &made[..];
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if let Some((n, text, entry)) = longest_phrase(&words[at..], phrases) {
            tokens.push(token(text, word.script, entry, mode));
            at += n;
            continue;
        }
        if word.script.unspaced() && mode == Mode::Organisation {
            segment(word, phrases, mode, &mut tokens);
        } else {
            tokens.push(plain(&word.text, word.script, mode));
        }
        at += 1;
    }
    if mode == Mode::Organisation {
        vessel_prefix(&mut tokens);
        number_words(&mut tokens);
        roman_numerals(&mut tokens);
    }
    Analysis { tokens }
}

/// `LAST, First` as `First LAST`.
fn surname_last(words: &[Word]) -> Vec<Word> {
    let mut words = words.to_vec();
    let comma = words.iter().position(|w| w.comma);
    if let Some(at) = comma.filter(|at| at + 1 < words.len()) {
        words.rotate_left(at + 1);
    }
    words
}

/// The words with misspelt and divided legal forms put right: `Limeted Liability Compan y`. Only
/// where they make up a legal form of several words, or a long one, is anything changed.
fn mend_legal_forms(words: &[Word], phrases: &Phrases) -> Vec<Word> {
    let mut words = words.to_vec();
    let mut at = 0;
    while at + 1 < words.len() {
        let joined = format!("{}{}", words[at].text, words[at + 1].text);
        let stray = |w: &Word| {
            w.text.is_ascii() && phrases.get(&w.text).is_none() && !tables::in_legal_form(&w.text)
        };
        if joined.len() >= 7
            && tables::in_legal_form(&joined)
            && (stray(&words[at]) || stray(&words[at + 1]))
        {
            words[at].text = joined;
            words.remove(at + 1);
        }
        at += 1;
    }
    let right: Vec<Option<&'static str>> = words
        .iter()
        .map(|w| if phrases.get(&w.text).is_some() { None } else { tables::put_right(&w.text) })
        .collect();
    if right.iter().all(Option::is_none) {
        return words;
    }
    let trial: Vec<Word> = words
        .iter()
        .zip(&right)
        .map(|(w, r)| Word { text: r.map_or_else(|| w.text.clone(), str::to_owned), ..w.clone() })
        .collect();
    let mut at = 0;
    while at < trial.len() {
        match longest_phrase(&trial[at..], phrases) {
            Some((n, text, entry)) => {
                if entry.class == Class::LegalForm && (n > 1 || text.len() >= 7) {
                    words[at..at + n].clone_from_slice(&trial[at..at + n]);
                }
                at += n;
            }
            None => at += 1,
        }
    }
    words
}

fn longest_phrase(words: &[Word], phrases: &Phrases) -> Option<(usize, String, Entry)> {
    let first = words.first()?;
    let most = phrases.most_words(&first.text).min(words.len());
    for n in (1..=most).rev() {
        let text = if n == 1 {
            first.text.clone()
        } else {
            words[..n].iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        if let Some(entry) = phrases.get(&text) {
            return Some((n, text, entry));
        }
    }
    None
}

/// Divides a run of a script without spaces by the longest known words in it.
fn segment(word: &Word, phrases: &Phrases, mode: Mode, tokens: &mut Vec<Token>) {
    let chars: Vec<char> = word.text.chars().collect();
    let mut pending = String::new();
    let mut at = 0;
    while at < chars.len() {
        let most = phrases.longest_unspaced().min(chars.len() - at);
        // A single character is too often part of a name to be cut out of one.
        let known = (2..=most).rev().find_map(|n| {
            let text: String = chars[at..at + n].iter().collect();
            phrases.get(&text).map(|entry| (n, text, entry))
        });
        match known {
            Some((n, text, entry)) => {
                if !pending.is_empty() {
                    tokens.push(plain(&std::mem::take(&mut pending), word.script, mode));
                }
                tokens.push(token(text, word.script, entry, mode));
                at += n;
                // `深圳市` is Shenzhen City: the kind of place says nothing.
                let suffix = |c: &char| matches!(c, '市' | '省' | '县' | '縣' | '区' | '區');
                if entry.class == Class::Place && chars.get(at).is_some_and(suffix) {
                    at += 1;
                }
            }
            None => {
                pending.extend(chars.get(at));
                at += 1;
            }
        }
    }
    if !pending.is_empty() {
        tokens.push(plain(&pending, word.script, mode));
    }
}

fn plain(text: &str, script: Script, mode: Mode) -> Token {
    if script == Script::Digit {
        let digits = text.trim_start_matches('0');
        let text = if digits.is_empty() { "0" } else { digits };
        return token(text.to_owned(), script, Entry { class: Class::Number, concept: 0 }, mode);
    }
    token(text.to_owned(), script, Entry { class: Class::Word, concept: 0 }, mode)
}

fn token(text: String, script: Script, entry: Entry, mode: Mode) -> Token {
    let weight = class_weight(entry.class, &text, mode);
    let source = script.table().map(|_| Box::new(Source::of(&text, script)));
    let given = entry.class == Class::Word && !tables::same_given_name(&text).is_empty();
    Token { text, script, class: entry.class, concept: entry.concept, weight, source, given }
}

/// How much a token says in thousandths of what a rare word says.
pub fn class_weight(class: Class, text: &str, mode: Mode) -> u16 {
    match class {
        Class::LegalForm => 60,
        Class::Title => 40,
        Class::Particle => 80,
        Class::Kunya => 250,
        Class::Generic => 220,
        Class::Sector => 420,
        Class::Place => 420,
        Class::Order => 450,
        Class::Number => 550,
        Class::Word => match text.chars().count() {
            1 if text.is_ascii() => 250,
            2 if text.is_ascii() => 650,
            _ if mode == Mode::Person && is_patronymic(text) => 550,
            _ => 1000,
        },
    }
}

/// Whether a word is a Slavic patronymic: it repeats the father's name, and is often left out.
fn is_patronymic(word: &str) -> bool {
    const ENDINGS: [&str; 20] = [
        "ovich", "evich", "avich", "ovych", "evych", "yovych", "ovna", "evna", "avna", "ivna",
        "ауна", "аўна", "ович", "евич", "авіч", "ович", "овна", "евна", "івна", "ёвна",
    ];
    word.chars().count() >= 7 && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// `MV`, `M/T` and the like before a ship's name are written or left out at will. So they say
/// little where a word that names something follows; `SS Trading` stays as it is.
fn vessel_prefix(tokens: &mut Vec<Token>) {
    const ONE: [&str; 3] = ["mv", "mt", "ss"];
    const TWO: [(&str, &str); 3] = [("m", "v"), ("m", "t"), ("s", "s")];
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    let length = match () {
        () if ONE.iter().any(|word| is(0, word)) => 1,
        () if TWO.iter().any(|(first, second)| is(0, first) && is(1, second)) => 2,
        () => return,
    };
    let names = |token: &Token| token.class == Class::Word && token.text.chars().count() > 2;
    if !tokens.iter().skip(length).any(names) {
        return;
    }
    let text: String = tokens.drain(..length).map(|token| token.text).collect();
    let entry = Entry { class: Class::Title, concept: 0 };
    tokens.insert(0, token(text, Script::Latin, entry, Mode::Organisation));
}

/// Numbers in words are numbers: `Brigade Forty-Four` is `Brigade 44`.
fn number_words(tokens: &mut Vec<Token>) {
    const TENS: [(&str, u32); 9] = [
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fourty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ];
    let value = |token: &Token| -> Option<u32> {
        let ten = TENS.iter().find(|(word, _)| *word == token.text).map(|(_, n)| *n);
        let unit = || match token.class {
            Class::Order => tables::concept(token.concept).parse().ok(),
            Class::Number => token.text.parse().ok(),
            _ => None,
        };
        ten.or_else(unit)
    };
    let mut at = 0;
    while at < tokens.len() {
        if let Some(mut n) = value(&tokens[at]) {
            let ten = n >= 20 && n % 10 == 0 && n < 100 && tokens[at].class != Class::Number;
            let unit = tokens.get(at + 1).and_then(value).filter(|u| ten && (1..10).contains(u));
            if let Some(unit) = unit {
                n += unit;
                tokens.remove(at + 1);
            }
            let entry = Entry { class: Class::Number, concept: 0 };
            if tokens[at].class != Class::Number {
                tokens[at] = token(n.to_string(), Script::Digit, entry, Mode::Organisation);
            }
        }
        at += 1;
    }
}

/// Roman numerals after a name are numbers: `Fund VIII` is not `Fund IX`.
fn roman_numerals(tokens: &mut [Token]) {
    const NUMERALS: [(&str, &str); 18] = [
        ("ii", "2"),
        ("iii", "3"),
        ("iv", "4"),
        ("vi", "6"),
        ("vii", "7"),
        ("viii", "8"),
        ("ix", "9"),
        ("xi", "11"),
        ("xii", "12"),
        ("xiii", "13"),
        ("xiv", "14"),
        ("xv", "15"),
        ("xvi", "16"),
        ("xx", "20"),
        ("i", "1"),
        ("v", "5"),
        ("x", "10"),
        ("xviii", "18"),
    ];
    for at in 1..tokens.len() {
        let (before, rest) = tokens.split_at_mut(at);
        let Some((token, after)) = rest.split_first_mut() else { break };
        if token.script != Script::Latin || !matches!(token.class, Class::Word | Class::Particle) {
            continue;
        }
        let Some((_, value)) = NUMERALS.iter().find(|(roman, _)| *roman == token.text) else {
            continue;
        };
        // A single letter may be an initial or `and`: it counts only at the end.
        let last = after.iter().all(|t| t.class == Class::LegalForm);
        let letters = before.iter().any(|t| t.text.len() > 1);
        if letters && (token.text.len() > 1 || last) {
            token.text = (*value).to_owned();
            token.script = Script::Digit;
            token.class = Class::Number;
            token.concept = 0;
            token.weight = class_weight(Class::Number, value, Mode::Organisation);
        }
    }
}
