//! Which words are legal forms, titles, particles, sectors, places? Tables of our own making
//! under `data/`, compiled in and read once.

use super::keys::{self, KeyKind};
use super::script::Script;
use foldhash::{HashMap, HashMapExt};
use std::sync::OnceLock;

/// What a word or phrase is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Class {
    /// A word that names: nothing is known of it.
    Word,
    /// A number.
    Number,
    /// A legal form: `GmbH`, `Limited Liability Company`.
    LegalForm,
    /// Filler of company names that carries no match alone: `Trading`, `International`.
    Generic,
    /// What an organisation does: `plant`, `research`.
    Sector,
    /// A country, region or city, or of it.
    Place,
    /// North, first, general.
    Order,
    /// Title of a person: `Dr`, `Haji`.
    Title,
    /// `al`, `bin`, `of`, `de`.
    Particle,
    /// Part of an Arabic name that needs the next: `Abu`, `Umm`.
    Kunya,
}

/// Every class, in the order of its number in a snapshot.
pub const CLASSES: [Class; 10] = [
    Class::Word,
    Class::Number,
    Class::LegalForm,
    Class::Generic,
    Class::Sector,
    Class::Place,
    Class::Order,
    Class::Title,
    Class::Particle,
    Class::Kunya,
];

impl Class {
    /// From its number in a snapshot.
    pub fn from_number(number: u8) -> Class {
        CLASSES.get(usize::from(number)).copied().unwrap_or(Class::Word)
    }
}

/// What the tables say of a word or phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is for.
    pub class: Class,
    /// Its meaning: the same number for the same meaning in every language; 0 for none.
    pub concept: u16,
}

/// Words and phrases with what they are for.
pub struct Phrases {
    entries: HashMap<&'static str, Entry>,
    /// For the first word of each phrase: the most words that a phrase beginning so has.
    first: HashMap<&'static str, u8>,
    /// The most characters of an entry in a script without spaces.
    longest_unspaced: usize,
}

impl Phrases {
    fn new() -> Phrases {
        Phrases { entries: HashMap::new(), first: HashMap::new(), longest_unspaced: 0 }
    }

    fn add(&mut self, phrase: &'static str, entry: Entry) {
        let n = phrase.split(' ').count().min(255) as u8;
        let head = phrase.split(' ').next().unwrap_or(phrase);
        let most = self.first.entry(head).or_insert(0);
        *most = (*most).max(n);
        if phrase.chars().next().is_some_and(|c| Script::of(c).unspaced()) {
            self.longest_unspaced = self.longest_unspaced.max(phrase.chars().count());
        }
        self.entries.entry(phrase).or_insert(entry);
    }

    /// What the tables say of exactly this.
    pub fn get(&self, phrase: &str) -> Option<Entry> {
        self.entries.get(phrase).copied()
    }

    /// The most words of a phrase that begins with this word; 0 for none.
    pub fn most_words(&self, first: &str) -> usize {
        self.first.get(first).map_or(0, |n| usize::from(*n))
    }

    /// The most characters of an entry in a script without spaces.
    pub fn longest_unspaced(&self) -> usize {
        self.longest_unspaced
    }
}

const LEGAL_FORMS: &str = include_str!("../../data/legal_forms.tsv");
const LEXICON: &str = include_str!("../../data/lexicon.tsv");
const HONORIFICS: &str = include_str!("../../data/honorifics.tsv");
const NICKNAMES: &str = include_str!("../../data/nicknames.tsv");
const CONFUSABLES: &str = include_str!("../../data/confusables.tsv");

/// The rows of a table: no comments, no empty lines, no header (none has one).
pub(crate) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('\t').collect())
}

/// The tables' entries, and the names of the concepts by number.
struct Tables {
    organisations: Phrases,
    persons: Phrases,
    concepts: Vec<&'static str>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(read_tables)
}

fn read_tables() -> Tables {
    let mut concepts: Vec<&'static str> = vec![""];
    let mut numbers: HashMap<&'static str, u16> = HashMap::new();
    let mut number = |concept: &'static str| -> u16 {
        *numbers.entry(concept).or_insert_with(|| {
            concepts.push(concept);
            (concepts.len() - 1) as u16
        })
    };
    let mut organisations = Phrases::new();
    let mut persons = Phrases::new();
    for row in rows(LEGAL_FORMS) {
        if let [form, class] = row[..] {
            let entry = Entry { class: Class::LegalForm, concept: number(class) };
            organisations.add(form, entry);
        }
    }
    let long_forms: Vec<(&'static str, u16)> =
        rows(LEGAL_FORMS).filter_map(|r| Some((*r.first()?, number(r.get(1)?)))).collect();
    for row in rows(LEXICON) {
        let [word, concept, grade] = row[..] else { continue };
        let class = match grade {
            "generic" => Class::Generic,
            "place" => Class::Place,
            "order" => Class::Order,
            _ => Class::Sector,
        };
        organisations.add(word, Entry { class, concept: number(concept) });
    }
    for row in rows(HONORIFICS) {
        let [word, kind] = row[..] else { continue };
        let class = match kind {
            "title" | "suffix" => Class::Title,
            "kunya" => Class::Kunya,
            _ => Class::Particle,
        };
        persons.add(word, Entry { class, concept: 0 });
        if class == Class::Particle {
            organisations.add(word, Entry { class, concept: 0 });
        }
    }
    // A long legal form with one word left out is still one: `Joint Company`. What it may also
    // be by the other tables goes first.
    for (form, concept) in long_forms {
        let entry = Entry { class: Class::LegalForm, concept };
        for short in without_a_word(form) {
            organisations.add(short, entry);
        }
    }
    Tables { organisations, persons, concepts }
}

/// A phrase of three words or more without each of its words in turn; what is left must be of
/// two words that say something. Kept for the life of the program, as the tables are.
fn without_a_word(phrase: &'static str) -> Vec<&'static str> {
    let words: Vec<&str> = phrase.split(' ').collect();
    if !(3..=6).contains(&words.len()) || !phrase.is_ascii() {
        return Vec::new();
    }
    (0..words.len())
        .map(|out| {
            let left: Vec<&str> =
                words.iter().enumerate().filter(|(at, _)| *at != out).map(|(_, w)| *w).collect();
            left.join(" ")
        })
        .filter(|short| short.len() >= 5)
        .map(|short| &*Box::leak(short.into_boxed_str()))
        .collect()
}

/// A misspelt word of a legal form, put right: one edit, from five letters on. None where the
/// word is one of them, or is like none.
pub fn put_right(word: &str) -> Option<&'static str> {
    static WORDS: OnceLock<HashMap<u32, Vec<&'static str>>> = OnceLock::new();
    const SHORTEST: usize = 5;
    let in_range = |w: &str| (SHORTEST..=keys::KEYED).contains(&w.len()) && w.is_ascii();
    if !in_range(word) || in_legal_form(word) {
        return None;
    }
    let words = WORDS.get_or_init(|| {
        let mut words: HashMap<u32, Vec<&'static str>> = HashMap::new();
        for word in legal_words().iter().filter(|w| in_range(w)) {
            keys::deletions(KeyKind::Word, word.as_bytes(), 1, &mut |key| {
                words.entry(key).or_default().push(word);
            });
        }
        words
    });
    let mut best: Option<(i32, &'static str)> = None;
    keys::deletions(KeyKind::Word, word.as_bytes(), 1, &mut |key| {
        for right in words.get(&key).map_or(&[][..], Vec::as_slice) {
            if keys::within_edits(word.as_bytes(), right.as_bytes(), 1) {
                let cost = super::compare::spelling_cost(word.as_bytes(), right.as_bytes(), 200);
                if best.is_none_or(|b| (cost, *right) < b) {
                    best = Some((cost, right));
                }
            }
        }
    });
    best.map(|(_, right)| right)
}

/// The words of all legal forms, sorted.
fn legal_words() -> &'static [&'static str] {
    static WORDS: OnceLock<Vec<&'static str>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let forms = rows(LEGAL_FORMS).filter_map(|row| row.first().copied());
        let mut words: Vec<&'static str> = forms.flat_map(|form| form.split(' ')).collect();
        words.sort_unstable();
        words.dedup();
        words
    })
}

/// Whether a word stands in a legal form, such as `liability`.
pub fn in_legal_form(word: &str) -> bool {
    legal_words().binary_search(&word).is_ok()
}

/// Words of company names: legal forms, sectors, places, particles.
pub fn organisations() -> &'static Phrases {
    &tables().organisations
}

/// Words of persons' names that name nobody: titles and particles.
pub fn persons() -> &'static Phrases {
    &tables().persons
}

/// What a concept is called, such as `technology`.
pub fn concept(number: u16) -> &'static str {
    tables().concepts.get(usize::from(number)).copied().unwrap_or("")
}

/// Which given names stand for each other: diminutives and the same name in other languages.
/// `bill` and `william` have one number, `alexander` and `aleksandr` another; a word may have
/// several. Empty for words that are no given name of the table.
pub fn same_given_name(word: &str) -> &'static [u16] {
    static GROUPS: OnceLock<HashMap<&'static str, Vec<u16>>> = OnceLock::new();
    let groups = GROUPS.get_or_init(|| {
        let mut numbers: HashMap<&'static str, u16> = HashMap::new();
        let mut groups: HashMap<&'static str, Vec<u16>> = HashMap::new();
        for row in rows(NICKNAMES) {
            let [short, full, ..] = row[..] else { continue };
            let next = numbers.len() as u16;
            let number = *numbers.entry(full).or_insert(next);
            for word in [short, full] {
                let of_word = groups.entry(word).or_default();
                if !of_word.contains(&number) {
                    of_word.push(number);
                }
            }
        }
        groups
    });
    groups.get(word).map_or(&[], Vec::as_slice)
}

/// Letters of other scripts that look like Latin ones, and digits that look like letters.
fn lookalikes() -> &'static HashMap<char, char> {
    static LETTERS: OnceLock<HashMap<char, char>> = OnceLock::new();
    LETTERS.get_or_init(|| {
        rows(CONFUSABLES)
            .filter_map(|row| {
                let foreign = row.first()?.chars().next()?;
                let latin = row.get(1)?.chars().next()?;
                (!foreign.is_ascii()).then_some((foreign, latin))
            })
            .collect()
    })
}

/// The word in Latin letters, where each other letter of it looks like one.
pub fn to_latin_lookalikes(word: &str) -> Option<String> {
    word.chars()
        .map(|c| if c.is_ascii() { Some(c) } else { lookalikes().get(&c).copied() })
        .collect()
}

/// The word in letters of the script, where each Latin letter of it looks like one of its.
pub fn to_lookalikes_of(word: &str, script: Script) -> Option<String> {
    static BACK: OnceLock<HashMap<(char, Script), char>> = OnceLock::new();
    let back = BACK.get_or_init(|| {
        let mut pairs: Vec<(char, char)> = lookalikes().iter().map(|(f, l)| (*f, *l)).collect();
        pairs.sort_unstable();
        let mut back = HashMap::new();
        for (foreign, latin) in pairs {
            // The lunate sigma is written as any other once it is folded.
            let folded = if foreign == 'ϲ' { 'σ' } else { foreign };
            back.entry((latin, Script::of(foreign))).or_insert(folded);
        }
        back
    });
    word.chars()
        .map(|c| match Script::of(c) {
            Script::Latin => back.get(&(c, script)).copied(),
            _ => Some(c),
        })
        .collect()
}
