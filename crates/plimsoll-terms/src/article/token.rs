//! What are the words, numbers and marks of a sentence?

use super::clean::ABBREVIATIONS;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Word,
    Number,
    Mark,
}

/// A word, a number or a mark, with its place in the block.
#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) raw: &'a str,
    /// In lower case, with a straight apostrophe; `u.s.` for all spellings of it.
    pub(crate) low: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) shape: Shape,
    /// Whether a space stands before it.
    pub(crate) spaced: bool,
}

impl Token<'_> {
    pub(crate) fn is(&self, word: &str) -> bool {
        self.low == word
    }

    pub(crate) fn any(&self, words: &[&str]) -> bool {
        words.contains(&self.low.as_str())
    }

    /// Whether it is one of the words of a list, separated by spaces.
    pub(crate) fn among(&self, list: &str) -> bool {
        among(&self.low, list)
    }

    pub(crate) fn is_word(&self) -> bool {
        self.shape == Shape::Word
    }

    pub(crate) fn is_number(&self) -> bool {
        self.shape == Shape::Number
    }

    pub(crate) fn is_mark(&self) -> bool {
        self.shape == Shape::Mark
    }

    pub(crate) fn capital(&self) -> bool {
        self.shape == Shape::Word && self.raw.starts_with(char::is_uppercase)
    }

    /// A hyphen or dash that joins two words.
    pub(crate) fn hyphen(&self) -> bool {
        !self.spaced && matches!(self.raw, "-" | "‑" | "–" | "‐")
    }
}

/// Whether a word is one of a list, separated by spaces.
pub(crate) fn among(word: &str, list: &str) -> bool {
    !word.is_empty() && list.split(' ').any(|other| other == word)
}

/// Short forms that keep their point.
const POINTED: &[&str] = &["co", "ltd", "inc", "corp", "no", "nos", "bros", "etc", "pty", "pte"];

/// The tokens of `text`, whose first byte is at `base` of the block.
pub(crate) fn tokens(text: &str, base: usize) -> Vec<Token<'_>> {
    let mut out: Vec<Token<'_>> = Vec::with_capacity(text.len() / 5);
    let mut at = 0;
    let mut spaced = true;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(ch) = rest.chars().next() else { break };
        if ch.is_whitespace() {
            spaced = true;
            at += ch.len_utf8();
            continue;
        }
        let (len, shape) = if ch.is_ascii_digit() {
            (number_len(rest), Shape::Number)
        } else if ch.is_alphabetic() {
            (word_len(rest), Shape::Word)
        } else if possessive(rest) && !spaced {
            (rest.chars().next().map_or(1, char::len_utf8) + 1, Shape::Mark)
        } else {
            (ch.len_utf8(), Shape::Mark)
        };
        let raw = rest.get(..len.max(1)).unwrap_or(rest);
        let (start, end) = (base + at, base + at + raw.len());
        out.push(Token { raw, low: lower(raw, shape), start, end, shape, spaced });
        at += raw.len();
        spaced = false;
    }
    out
}

fn possessive(rest: &str) -> bool {
    let mut chars = rest.chars();
    matches!(chars.next(), Some('\'' | '’'))
        && matches!(chars.next(), Some('s' | 'S'))
        && !chars.next().is_some_and(char::is_alphanumeric)
}

/// Digits with points and commas inside: `1,942`, `8.77`.
fn number_len(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digit = |i: usize| bytes.get(i).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while digit(end) || (matches!(bytes.get(end), Some(b'.' | b',')) && digit(end + 1)) {
        end += 1;
    }
    end
}

fn word_len(rest: &str) -> usize {
    let mut end = 0;
    let mut letters = 0usize;
    let mut chars = rest.char_indices().peekable();
    while let Some((i, ch)) = chars.next() {
        if ch.is_alphabetic() {
            letters += 1;
            end = i + ch.len_utf8();
        } else if matches!(ch, '\'' | '’') {
            if possessive(&rest[i..]) || !chars.peek().is_some_and(|(_, c)| c.is_alphabetic()) {
                break;
            }
        } else if ch == '.' {
            // U.S., p.m., E.O.: single letters with points.
            let dotted = letters == 1 && end == i;
            if !dotted {
                break;
            }
            let single = chars.peek().is_some_and(|(_, c)| c.is_alphabetic());
            let inside = rest.get(..i).is_some_and(|head| head.contains('.'));
            if !single {
                if inside {
                    end = i + 1;
                }
                break;
            }
            letters = 0;
        } else {
            break;
        }
    }
    let word = rest.get(..end).unwrap_or_default();
    let point = rest.get(end..).is_some_and(|after| after.starts_with('.'));
    let short = word.len() <= 6 && {
        let low = word.to_lowercase();
        POINTED.contains(&low.as_str())
            || (word.starts_with(char::is_uppercase) && ABBREVIATIONS.contains(&low.as_str()))
    };
    if point && short { end + 1 } else { end }
}

fn lower(raw: &str, shape: Shape) -> String {
    if shape == Shape::Number {
        return raw.to_owned();
    }
    match raw {
        "US" | "U.S." | "U.S" | "USA" | "U.S.A." => return "u.s.".to_owned(),
        "UK" | "U.K." | "U.K" => return "u.k.".to_owned(),
        "EU" | "E.U." => return "e.u.".to_owned(),
        _ => {}
    }
    let mut low: String = raw.chars().flat_map(char::to_lowercase).collect();
    if low.contains('’') {
        low = low.replace('’', "'");
    }
    let bare = low.trim_end_matches('.');
    if POINTED.contains(&bare) || ABBREVIATIONS.contains(&bare) {
        low.truncate(bare.len());
    }
    low
}
