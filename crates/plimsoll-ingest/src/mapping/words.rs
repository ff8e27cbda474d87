//! What does the name of a column say? Its words, in a dozen languages, become ideas such as
//! `importer`, `name` and `country`.
//!
//! Knows no field and no row. The words are data (`data/words.csv`, our own choice).

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// What is understood of a column's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameReading {
    /// The ideas in the order of their words, each once.
    pub ideas: Vec<&'static str>,
    /// Words that are not in the dictionary.
    pub unknown: usize,
    /// Numbers that stand in the name.
    pub numbers: Vec<u32>,
    /// The box of a customs declaration (`G33`, `графа 31_1`), and which part of it.
    pub boxed: Option<(u32, Option<u32>)>,
    /// The currency that the name says, by its ISO code.
    pub currency: Option<&'static str>,
    /// What the name is of: the last idea in English, the first in Romance and Slavic tongues.
    pub head: Option<&'static str>,
}

impl NameReading {
    /// Whether an idea is in it.
    pub fn has(&self, idea: &str) -> bool {
        self.ideas.contains(&idea)
    }
}

/// One word of a phrase.
enum Pattern {
    Exact(&'static str),
    Stem(&'static str),
}

impl Pattern {
    fn of(word: &'static str) -> Pattern {
        word.strip_suffix('*').map_or(Pattern::Exact(word), Pattern::Stem)
    }

    fn fits(&self, token: &str) -> bool {
        match self {
            Pattern::Exact(word) => *word == token,
            Pattern::Stem(stem) => token.starts_with(stem),
        }
    }
}

struct Entry {
    ideas: Vec<&'static str>,
    lang: &'static str,
}

/// The dictionary.
struct Words {
    entries: Vec<Entry>,
    exact: HashMap<&'static str, usize>,
    /// Longest first.
    stems: Vec<(&'static str, usize)>,
    /// Longest first.
    phrases: Vec<(Vec<Pattern>, usize)>,
    han: HashMap<String, usize>,
    longest_han: usize,
    currencies: HashMap<&'static str, &'static str>,
    currency_stems: Vec<(&'static str, &'static str)>,
}

static WORDS: LazyLock<Words> = LazyLock::new(read_words);

/// Codes of currencies that are common words too.
const NOT_IN_NAMES: [&str; 7] = ["all", "cup", "mop", "top", "try", "lak", "sos"];

/// The ISO 4217 codes of currencies in use.
pub static CURRENCIES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    table(include_str!("data/currencies.csv")).filter_map(|f| f.first().copied()).collect()
});

/// Signs of traditional Chinese and of Japanese, each with its simplified one.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut signs = HashMap::new();
    for row in table(include_str!("data/han.csv")) {
        let [forms, simple] = row[..] else { continue };
        let Some(simple) = simple.chars().next() else { continue };
        signs.extend(forms.chars().filter(|c| *c != '|').map(|form| (form, simple)));
    }
    signs
});

/// The rows of one of our own tables: no quotes, comments with `#`, a header.
pub(super) fn table(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.skip(1).map(|line| line.split(',').map(str::trim).collect())
}

fn read_words() -> Words {
    let mut words = Words {
        entries: Vec::new(),
        exact: HashMap::new(),
        stems: Vec::new(),
        phrases: Vec::new(),
        han: HashMap::new(),
        longest_han: 1,
        currencies: HashMap::new(),
        currency_stems: Vec::new(),
    };
    for row in table(include_str!("data/words.csv")) {
        let [ideas, lang, list] = row[..] else { continue };
        words.entries.push(Entry { ideas: ideas.split(' ').collect(), lang });
        let entry = words.entries.len() - 1;
        for word in list.split('|') {
            words.add(word, entry);
        }
    }
    for row in table(include_str!("data/currencies.csv")) {
        let [code, list] = row[..] else { continue };
        for word in list.split('|').filter(|w| !w.is_empty()) {
            match word.strip_suffix('*') {
                Some(stem) => words.currency_stems.push((stem, code)),
                None => {
                    words.currencies.insert(word, code);
                }
            }
        }
    }
    words.stems.sort_by_key(|(stem, _)| std::cmp::Reverse(stem.len()));
    words.phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
    words
}

impl Words {
    fn add(&mut self, word: &'static str, entry: usize) {
        if word.chars().any(is_han) {
            self.longest_han = self.longest_han.max(word.chars().count());
            self.han.entry(simplified(word)).or_insert(entry);
        } else if word.contains(' ') {
            let phrase = word.split(' ').map(Pattern::of).collect();
            self.phrases.push((phrase, entry));
        } else if let Some(stem) = word.strip_suffix('*') {
            self.stems.push((stem, entry));
        } else {
            // A word that means two things keeps the first of the table.
            self.exact.entry(word).or_insert(entry);
        }
    }

    fn word(&self, token: &str) -> Option<usize> {
        let stem = || self.stems.iter().find(|(stem, _)| token.starts_with(stem)).map(|(_, e)| *e);
        self.exact.get(token).copied().or_else(stem)
    }

    fn currency(&self, token: &str) -> Option<&'static str> {
        let stem =
            || self.currency_stems.iter().find(|(s, _)| token.starts_with(s)).map(|(_, c)| *c);
        self.currencies.get(token).copied().or_else(stem).or_else(|| {
            let code = token.to_ascii_uppercase();
            let code = CURRENCIES.get(code.as_str()).copied();
            code.filter(|_| token.len() == 3 && !NOT_IN_NAMES.contains(&token))
        })
    }

    /// A word that was cut short (`nandi` for nandina): the beginning of words of one idea only.
    fn cut_short(&self, token: &str) -> Option<Vec<usize>> {
        if token.chars().count() < 4 {
            return None;
        }
        let words = self.exact.iter().map(|(word, entry)| (*word, *entry));
        let all = words.chain(self.stems.iter().copied());
        let longer = all.filter(|(word, _)| word.starts_with(token));
        let mut entries: Vec<usize> = longer.map(|(_, entry)| entry).collect();
        entries.sort_unstable();
        let first = *entries.first()?;
        let same = |entry: &usize| self.entries[*entry].ideas == self.entries[first].ideas;
        entries.iter().all(same).then(|| vec![first])
    }

    /// Cuts a word that was written together (`countryoforigin`) into known ones, the fewest.
    fn cut(&self, token: &str) -> Option<Vec<usize>> {
        if !token.is_ascii() || token.len() < 5 || token.len() > 40 {
            return None;
        }
        let mut best: Vec<Option<Vec<usize>>> = vec![None; token.len() + 1];
        best[0] = Some(Vec::new());
        for end in 2..=token.len() {
            for start in 0..=end - 2 {
                let Some(before) = best[start].as_ref() else { continue };
                let piece = &token[start..end];
                let short = piece.len() == 2 && !SHORT_PIECES.contains(&piece);
                let Some(&entry) = self.exact.get(piece).filter(|_| !short) else { continue };
                if best[end].as_ref().is_none_or(|b| b.len() > before.len() + 1) {
                    let mut pieces = before.clone();
                    pieces.push(entry);
                    best[end] = Some(pieces);
                }
            }
        }
        best.pop().flatten()
    }
}

/// Words of two letters that may stand in a word written together.
const SHORT_PIECES: [&str; 11] = ["hs", "kg", "no", "id", "of", "cd", "dt", "wt", "en", "nm", "in"];

/// Signs of the scripts that put no space between words, or as Korean writes names of columns,
/// seldom one: Chinese signs, kana and Hangul.
fn is_han(c: char) -> bool {
    matches!(
        c,
        '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{3005}'
            | '\u{3041}'..='\u{30ff}'
            | '\u{ac00}'..='\u{d7a3}'
    )
}

/// Each sign in its simplified form, so that a word of the table is found in every form.
fn simplified(text: &str) -> String {
    text.chars().map(|c| SIMPLIFIED.get(&c).copied().unwrap_or(c)).collect()
}

/// Letters that stand for an apostrophe (Uzbek, Ukrainian): they part a word as `'` does.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '`' | '\u{2018}' | '\u{2019}' | '\u{2bb}' | '\u{2bc}')
}

/// Lower case without accents on Latin letters; `ё` as `е`.
pub fn fold(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            'ё' => plain.push('е'),
            'ı' => plain.push('i'),
            'đ' => plain.push('d'),
            'ł' => plain.push('l'),
            'ø' => plain.push('o'),
            'ß' => plain.push_str("ss"),
            c => plain.push(c),
        }
    }
    let mut out = String::with_capacity(plain.len());
    for c in plain.nfkd() {
        let mark = unicode_normalization::char::is_combining_mark(c);
        if !(mark && out.chars().next_back().is_none_or(|last| last.is_ascii())) {
            out.push(c);
        }
    }
    out.nfc().collect()
}

/// The words of a name as they are written: cut at what is no letter or digit and where small
/// letters turn to capitals; Chinese runs stay whole.
fn tokens(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut out: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|b| chars[b]);
        let after = chars.get(at + 1);
        let hump = before.is_some_and(|b| {
            c.is_uppercase()
                && (b.is_lowercase() || b.is_uppercase() && after.is_some_and(|a| a.is_lowercase()))
        });
        let script = before.is_some_and(|b| is_han(b) != is_han(c));
        if (hump || script) && !word.is_empty() {
            out.push(fold(&std::mem::take(&mut word)));
        }
        if (c.is_alphanumeric() || is_mark(c)) && !is_apostrophe(c) {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            out.push(fold(&std::mem::take(&mut word)));
        }
        if matches!(c, '$' | '€' | '%' | '№' | '#') {
            out.push(c.to_string());
        }
    }
    if !word.is_empty() {
        out.push(fold(&word));
    }
    out
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Reads a column's name.
pub fn read(name: &str) -> NameReading {
    // Nobody's column name is longer; hostile ones are cut.
    let name: String = name.chars().take(200).collect();
    let mut reading = read_words_of(&name);
    // `Quantity (unit)` is a quantity.
    if let Some((before, _)) = name.split_once('(').filter(|(before, _)| !before.trim().is_empty())
    {
        reading.head = read_words_of(before).head.or(reading.head);
    }
    reading
}

fn read_words_of(name: &str) -> NameReading {
    let tokens = tokens(name);
    let mut reader =
        Reader { words: &WORDS, found: Vec::new(), out: NameReading::default(), of: false };
    let mut at = 0;
    while at < tokens.len() {
        at += reader.step(&tokens[at..]);
    }
    reader.finish()
}

struct Reader<'a> {
    words: &'a Words,
    found: Vec<(&'static str, &'static str)>,
    out: NameReading,
    of: bool,
}

impl Reader<'_> {
    /// Reads what the next tokens say; how many of them.
    fn step(&mut self, rest: &[String]) -> usize {
        if let Some(used) = self.boxed(rest) {
            return used;
        }
        let fits = |phrase: &[Pattern]| {
            phrase.len() <= rest.len() && phrase.iter().zip(rest).all(|(p, t)| p.fits(t))
        };
        if let Some((phrase, entry)) = self.words.phrases.iter().find(|(p, _)| fits(p)) {
            if let Some(code) = rest[..phrase.len()].iter().find_map(|t| self.words.currency(t)) {
                self.out.currency.get_or_insert(code);
            }
            self.add(*entry);
            return phrase.len();
        }
        self.token(&rest[0]);
        1
    }

    fn token(&mut self, token: &str) {
        if token.chars().any(is_han) {
            return self.han(&simplified(token));
        }
        if token.bytes().all(|b| b.is_ascii_digit()) {
            self.out.numbers.extend(token.parse::<u32>().ok());
            return;
        }
        let currency = self.words.currency(token);
        if let Some(code) = currency {
            self.out.currency.get_or_insert(code);
        }
        if let Some(entry) = self.words.word(token) {
            return self.add(entry);
        }
        if currency.is_some() {
            self.found.push(("local", "en"));
            return;
        }
        // HS6, weight2, unit1: letters and then a number.
        let letters = token.trim_end_matches(|c: char| c.is_ascii_digit());
        if letters.len() < token.len() && !letters.is_empty() {
            self.out.numbers.extend(token[letters.len()..].parse::<u32>().ok());
            return self.token(letters);
        }
        match self.words.cut(token).or_else(|| self.words.cut_short(token)) {
            Some(entries) => entries.into_iter().for_each(|entry| self.add(entry)),
            None => self.out.unknown += 1,
        }
    }

    fn han(&mut self, token: &str) {
        let chars: Vec<(usize, char)> = token.char_indices().collect();
        let (mut at, mut lost) = (0, 0);
        while at < chars.len() {
            let longest = self.words.longest_han.min(chars.len() - at);
            let found = (1..=longest).rev().find_map(|length| {
                let end = chars.get(at + length).map_or(token.len(), |(byte, _)| *byte);
                self.words.han.get(&token[chars[at].0..end]).map(|entry| (length, *entry))
            });
            match found {
                Some((length, entry)) => {
                    let from = chars[at].0;
                    let end = chars.get(at + length).map_or(token.len(), |(byte, _)| *byte);
                    if let Some(code) = self.words.currency(&token[from..end]) {
                        self.out.currency.get_or_insert(code);
                    }
                    self.add(entry);
                    at += length;
                }
                None => {
                    lost += 1;
                    at += 1;
                }
            }
        }
        self.out.unknown += lost / 2;
    }

    fn add(&mut self, entry: usize) {
        let entry = &self.words.entries[entry];
        for &idea in &entry.ideas {
            if idea == "of" {
                // `unit of quantity` is of units.
                self.of |=
                    matches!(entry.lang, "en" | "es" | "pt" | "fr") && !self.found.is_empty();
            } else if !self.found.iter().any(|(known, _)| *known == idea) {
                self.found.push((idea, entry.lang));
            }
        }
    }

    /// A box of a declaration at the start of what is left: `G33`, `G31_1`, `графа 33`.
    fn boxed(&mut self, rest: &[String]) -> Option<usize> {
        let digits_at = rest[0].find(|c: char| c.is_ascii_digit());
        let (word, number, mut used) = match digits_at {
            Some(0) => return None,
            Some(at) => (&rest[0][..at], &rest[0][at..], 1),
            None => (&rest[0][..], rest.get(1)?.as_str(), 2),
        };
        // Part `a` of a box holds the code of what the box says in words.
        let (number, coded) = match number.strip_suffix(['a', '\u{430}']) {
            Some(plain) if number.len() <= 4 => (plain, true),
            _ => (number, false),
        };
        let is_box =
            self.words.exact.get(word).is_some_and(|e| self.words.entries[*e].ideas == ["box"]);
        if !is_box
            || number.is_empty()
            || number.len() > 4
            || !number.bytes().all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let (boxed, mut part) = box_number(number)?;
        let next = rest.get(used).filter(|t| t.len() <= 2).and_then(|t| t.parse().ok());
        if part.is_none() && next.is_some() {
            part = next;
            used += 1;
        }
        if coded {
            self.found.push(("code", "ru"));
        }
        self.out.boxed.get_or_insert((boxed, part));
        Some(used)
    }

    fn finish(self) -> NameReading {
        let mut out = self.out;
        let first_leads =
            |lang: &str| matches!(lang, "es" | "pt" | "fr" | "it" | "ru" | "uk" | "vi" | "id");
        let head = match (self.found.first(), self.found.last()) {
            (Some(first), _) if self.of || first_leads(first.1) => Some(first.0),
            (_, last) => last.map(|l| l.0),
        };
        out.head = head;
        out.ideas = self.found.into_iter().map(|(idea, _)| idea).collect();
        out
    }
}

/// `33` is box 33, `022` and `082` the second parts of boxes 2 and 8, `221` the first of box 22;
/// but `031` is box 31, since box 3 has nothing that anybody sells.
fn box_number(digits: &str) -> Option<(u32, Option<u32>)> {
    let number: u32 = digits.parse().ok()?;
    if digits.len() <= 2 {
        return Some((number, None));
    }
    let (first, part) = digits.split_at(2);
    let (first, part): (u32, u32) = (first.parse().ok()?, part.parse().ok()?);
    let splits = match first {
        1 => part <= 3,
        0 | 3..=6 => false,
        _ => true,
    };
    if digits.starts_with('0') && !splits {
        Some((number, None))
    } else {
        Some((first, Some(part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, ideas: &[&str]) {
        assert_eq!(read(name).ideas, ideas, "{name}");
    }

    #[test]
    fn names_in_many_languages() {
        check("IMPORTER_NAME", &["importer", "name"]);
        check("importerName", &["importer", "name"]);
        check("HSCode", &["hs", "code"]);
        check("countryoforigin", &["country", "origin"]);
        check("Netweight (kg)", &["net", "kg"]);
        check("Наименование получателя", &["name", "consignee"]);
        check("Страна происхождения", &["country", "origin"]);
        check("País de origen", &["country", "origin"]);
        check("Peso Bruto (KG)", &["weight", "gross", "kg"]);
        check("进口商名称", &["importer", "name"]);
        check("原产国", &["origin", "country"]);
        check("Menşe Ülke", &["origin", "country"]);
        check("Valor FOB Dólar", &["fob", "usd"]);
        assert_eq!(read("Quantity (unit)").head, Some("quantity"));
    }

    #[test]
    fn one_word_in_every_form_of_its_signs() {
        for (name, ideas) in [
            ("貨物總額", &["goods", "value"][..]),
            ("货物总额", &["goods", "value"]),
            ("輸出者の住所", &["exporter", "address"]),
            ("単価（円）", &["unitprice", "local"]),
            ("수입자 주소", &["importer", "address"]),
            ("총중량(KG)", &["gross", "weight", "kg"]),
            ("İxracatçı ölkə", &["dispatch", "country"]),
            ("Xalis çəki", &["net", "weight"]),
            ("Nước xuất khẩu", &["dispatch", "country"]),
            ("Oʻlchov birligi", &["unit"]),
            ("O'lchov birligi", &["unit"]),
            ("წარმოშობის ქვეყანა", &["origin", "country"]),
            ("Ծագման երկիր", &["origin", "country"]),
            ("Țara de origine", &["origin", "country"]),
            ("Kraj pochodzenia", &["country", "origin"]),
        ] {
            check(name, ideas);
        }
        assert_eq!(read("Valeur (FCFA)").currency, None, "of two currencies");
    }

    #[test]
    fn boxes_of_declarations() {
        for (name, boxed) in [
            ("G33 (код товара по ТН ВЭД РФ)", (33, None)),
            ("G31_1 (Описание и характеристика товара)", (31, Some(1))),
            ("G022", (2, Some(2))),
            ("G031", (31, None)),
            ("G221", (22, Some(1))),
            ("графа 46", (46, None)),
            ("Гр.38", (38, None)),
            ("G15A", (15, None)),
        ] {
            assert_eq!(read(name).boxed, Some(boxed), "{name}");
        }
        assert_eq!(read("G_WEIGHT").ideas, ["gross", "weight"]);
        assert_eq!(read("FC").boxed, None);
    }

    #[test]
    fn currencies_in_names() {
        for (name, code) in [
            ("CUSTOMS_VALUE_KZT", Some("KZT")),
            ("FOB_IN_BOTSWANAN_PULA", Some("BWP")),
            ("美元", None),
            ("人民币", Some("CNY")),
            ("Стоимость, тыс. руб.", Some("RUB")),
            ("VALUE_USD", Some("USD")),
            ("TRY_AGAIN", None),
        ] {
            assert_eq!(read(name).currency, code, "{name}");
        }
    }
}
