//! Where does running text stand in a file? Plain text, Markdown and HTML become blocks of words,
//! each of which knows from which bytes it came.

use super::html;
use super::lexicon::LEXICON;
use crate::article::token::among;

/// What a block is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Sentences.
    Prose,
    /// A heading: read for names, not for claims.
    Heading,
    /// A cell of a table.
    Cell,
    /// Links to other articles, captions, rights: passed over.
    Aside,
}

/// A stretch of the block and where it came from.
#[derive(Clone, Copy, Debug)]
struct Run {
    text: usize,
    source: usize,
    source_len: usize,
    /// Whether each byte of the text is a byte of the source.
    same: bool,
}

/// Running text without marks, with one space between words.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) role: Role,
    pub(super) text: String,
    runs: Vec<Run>,
}

impl Block {
    /// The bytes of the source from which a stretch of the text came.
    pub(super) fn source(&self, start: usize, end: usize) -> (usize, usize) {
        let begin = self.run(start).map_or(0, |run| {
            if run.same { run.source + start.saturating_sub(run.text) } else { run.source }
        });
        let finish = self.run(end.saturating_sub(1)).map_or(begin, |run| {
            if run.same {
                run.source + end.saturating_sub(run.text)
            } else {
                run.source + run.source_len
            }
        });
        (begin, finish.max(begin))
    }

    fn run(&self, at: usize) -> Option<&Run> {
        let next = self.runs.partition_point(|run| run.text <= at);
        self.runs.get(next.checked_sub(1)?)
    }
}

/// What a file says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct About {
    pub(super) title: String,
    pub(super) published: String,
    pub(super) byline: String,
    pub(super) publisher: String,
    pub(super) link: String,
}

/// Collects characters into blocks.
#[derive(Default)]
pub(super) struct Builder {
    blocks: Vec<Block>,
    text: String,
    runs: Vec<Run>,
}

impl Builder {
    /// Adds a character that stands at `from..to` of the source.
    pub(super) fn push(&mut self, ch: char, from: usize, to: usize) {
        if ch.is_whitespace() || ch == '\u{feff}' || ch == '\u{200b}' {
            if !self.text.is_empty() && !self.text.ends_with(' ') {
                self.add(' ', from, to);
            }
        } else if !ch.is_control() {
            self.add(ch, from, to);
        }
    }

    fn add(&mut self, ch: char, from: usize, to: usize) {
        let len = ch.len_utf8();
        let same = len == to - from;
        match self.runs.last_mut() {
            Some(run) if same && run.same && run.source + run.source_len == from => {
                run.source_len += len;
            }
            _ => self.runs.push(Run {
                text: self.text.len(),
                source: from,
                source_len: to - from,
                same,
            }),
        }
        self.text.push(ch);
    }

    /// Ends the block.
    pub(super) fn flush(&mut self, role: Role) {
        self.text.truncate(self.text.trim_end().len());
        let text = std::mem::take(&mut self.text);
        let runs = std::mem::take(&mut self.runs);
        if !text.is_empty() {
            let role = if role == Role::Prose { role_of(&text) } else { role };
            self.blocks.push(Block { role, text, runs });
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn done(mut self) -> Vec<Block> {
        self.flush(Role::Prose);
        self.blocks
    }
}

/// Openings of lines that are not part of an article.
const ASIDES: &[&str] = &[
    "read next",
    "read more",
    "read also",
    "see also",
    "related:",
    "related articles",
    "advertisement",
    "©",
    "copyright",
    "sign up",
    "subscribe",
    "(photo",
    "photo:",
    "photo by",
    "topshot",
    "follow us",
    "share this",
    "image:",
    "join the conversation",
    "all rights reserved",
    "click here",
    "file photo",
    "most read",
    "recommended",
    "listen to this",
    "watch:",
    "caption:",
];

fn role_of(text: &str) -> Role {
    let start: String = text.chars().take(24).flat_map(char::to_lowercase).collect();
    if ASIDES.iter().any(|aside| start.starts_with(aside)) {
        return Role::Aside;
    }
    let ends = text.trim_end_matches(['"', '”', '’', ')', '*', ' ']);
    if ends.ends_with(['.', '?', '!', ';']) || text.len() > 160 {
        return Role::Prose;
    }
    let words: Vec<&str> = text.split(' ').filter(|w| w.starts_with(char::is_alphabetic)).collect();
    let long: Vec<&&str> = words.iter().filter(|w| w.chars().count() >= 4).collect();
    let capital = |w: &str| w.starts_with(char::is_uppercase);
    let title = long.iter().filter(|w| capital(w)).count() * 10 >= long.len() * 7;
    let figure = text.contains(['%', '$', '€', '£']) && text.contains(|c: char| c.is_ascii_digit());
    if words.len() <= 16
        && (title && !(figure && text.contains(':')) || words.len() <= 4 && !figure)
    {
        Role::Heading
    } else {
        Role::Prose
    }
}

/// The blocks of a plain text or Markdown text.
pub(super) fn lines(text: &str, markdown: bool) -> (Vec<Block>, About) {
    let (start, about) = if markdown { front_matter(text) } else { (0, About::default()) };
    let mut builder = Builder::default();
    let spans = line_spans(text, start);
    let width = wrap_width(text, &spans);
    let mut fenced = false;
    for (i, &(from, to)) in spans.iter().enumerate() {
        let line = text.get(from..to).unwrap_or_default();
        let bare = line.trim();
        if markdown && (bare.starts_with("```") || bare.starts_with("~~~")) {
            builder.flush(Role::Prose);
            fenced = !fenced;
            continue;
        }
        if fenced || bare.is_empty() || is_rule(bare) {
            builder.flush(Role::Prose);
            continue;
        }
        if markdown && bare.starts_with('#') && !bare.starts_with("#!") {
            builder.flush(Role::Prose);
            inline(
                text,
                from + (line.len() - line.trim_start_matches([' ', '#']).len()),
                to,
                &mut builder,
            );
            builder.flush(Role::Heading);
            continue;
        }
        if markdown && bare.starts_with('|') {
            builder.flush(Role::Prose);
            cells(text, from, to, &mut builder);
            continue;
        }
        let marker = bullet(line);
        if marker > 0 {
            builder.flush(Role::Prose);
        }
        let from = from + marker;
        if markdown {
            inline(text, from, to, &mut builder);
        } else {
            raw(text, from, to, &mut builder);
        }
        builder.push(' ', to, to + 1);
        let next = spans.get(i + 1).and_then(|&(a, b)| text.get(a..b)).unwrap_or_default();
        let first = next.split_whitespace().next().map_or(0, str::len);
        // A line that had room for the next word was ended on purpose.
        if width.is_none_or(|w| line.len() + first + 25 < w) {
            builder.flush(Role::Prose);
        }
    }
    (builder.done(), about)
}

/// The first byte and the byte after the last of each line, without its line end.
fn line_spans(text: &str, start: usize) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    let mut from = start;
    for piece in text.get(start..).unwrap_or_default().split_inclusive('\n') {
        spans.push((from, from + piece.trim_end_matches(['\n', '\r']).len()));
        from += piece.len();
    }
    spans
}

/// The width at which lines are broken; `None` where each line is a paragraph.
fn wrap_width(text: &str, spans: &[(usize, usize)]) -> Option<usize> {
    let lengths: Vec<usize> = spans.iter().map(|(a, b)| b - a).filter(|n| *n > 0).collect();
    let long = lengths.iter().filter(|n| **n > 130).count();
    let links = text.contains("](http");
    if !links && long * 4 > lengths.len() {
        return None;
    }
    let mut sorted = lengths;
    sorted.sort_unstable();
    let typical = sorted.get(sorted.len() * 3 / 4).copied().unwrap_or(0);
    Some(if typical < 50 { 0 } else { typical })
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3 && line.chars().all(|c| matches!(c, '-' | '=' | '*' | '_' | ' '))
}

/// Bytes of a bullet, a list number or a quotation sign at the start of a line.
fn bullet(line: &str) -> usize {
    let body = line.trim_start_matches([' ', '\t', '>']);
    let lead = line.len() - body.len();
    let quoted = line.trim_start().starts_with('>');
    for sign in ["- ", "* ", "+ ", "• ", "– ", "— ", "-\t", "*\t", "•\t", "·\t", "· ", "▪ ", "● "]
    {
        if body.starts_with(sign) {
            return lead + sign.len();
        }
    }
    let digits = body.len() - body.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = body.get(digits..).unwrap_or_default();
    let numbered = (1..=2).contains(&digits) && (rest.starts_with(". ") || rest.starts_with(") "));
    match (numbered, quoted) {
        (true, _) => lead + digits + 2,
        (false, true) => lead,
        _ => 0,
    }
}

fn raw(text: &str, from: usize, to: usize, builder: &mut Builder) {
    for (i, ch) in text.get(from..to).unwrap_or_default().char_indices() {
        builder.push(ch, from + i, from + i + ch.len_utf8());
    }
}

fn cells(text: &str, from: usize, to: usize, builder: &mut Builder) {
    let mut at = from;
    for cell in text.get(from..to).unwrap_or_default().split('|') {
        inline(text, at, at + cell.len(), builder);
        builder.flush(Role::Cell);
        at += cell.len() + 1;
    }
}

/// The words of a stretch of Markdown: emphasis, links, images, tags and addresses taken out.
fn inline(text: &str, from: usize, to: usize, builder: &mut Builder) {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < to {
        let Some(ch) = text.get(at..to).and_then(|rest| rest.chars().next()) else { return };
        let next = at + ch.len_utf8();
        let after = bytes.get(next).copied().unwrap_or(b' ');
        match ch {
            '\\' if after.is_ascii_punctuation() => {
                builder.push(char::from(after), at, next + 1);
                at = next + 1;
            }
            '*' | '`' => at = next,
            '_' if !within_word(bytes, at) => {
                at = next;
            }
            '!' if after == b'[' => at = past(text, next, to, ']').unwrap_or(next),
            '[' if after == b'^' => at = past(text, next, to, ']').unwrap_or(next),
            '[' if link_text(text, next) => at = next,
            ']' if after == b'(' => at = past_round(text, next, to),
            '<' if after.is_ascii_alphabetic() || after == b'/' => {
                at = past(text, next, to, '>').unwrap_or(next);
            }
            '&' => at = html::entity(text, at, to, builder),
            'h' if is_address(text, at) => at = past_address(text, at, to),
            _ => {
                builder.push(ch, at, next);
                at = next;
            }
        }
    }
}

/// Whether letters or digits stand on both sides of a byte.
fn within_word(bytes: &[u8], at: usize) -> bool {
    let letter =
        |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_alphanumeric);
    letter(at.checked_sub(1)) && letter(Some(at + 1))
}

/// Whether the bracket that was opened before `at` is closed as a link's text.
fn link_text(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default();
    let near = rest.get(..rest.floor_char_boundary(600)).unwrap_or_default();
    near.find(']')
        .is_some_and(|end| near.get(end + 1..).is_some_and(|after| after.starts_with('(')))
}

fn past(text: &str, at: usize, to: usize, close: char) -> Option<usize> {
    Some(at + text.get(at..to)?.find(close)? + close.len_utf8())
}

/// Behind a link's address in round brackets, which may hold brackets itself.
fn past_round(text: &str, at: usize, to: usize) -> usize {
    let mut depth = 0usize;
    for (i, ch) in text.get(at..to).unwrap_or_default().char_indices() {
        match ch {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + i + ch.len_utf8();
        }
    }
    to
}

pub(super) fn is_address(text: &str, at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with("http://") || rest.starts_with("https://"))
}

fn past_address(text: &str, at: usize, to: usize) -> usize {
    let rest = text.get(at..to).unwrap_or_default();
    at + rest.find(|c: char| c.is_whitespace() || c == ')' || c == '>').unwrap_or(rest.len())
}

/// Reads `title`, `date` and `source_url` between the two `---` lines at the start.
fn front_matter(text: &str) -> (usize, About) {
    let mut about = About::default();
    let opened = text.trim_start_matches('\u{feff}');
    let lead = text.len() - opened.len();
    if !opened.starts_with("---") {
        return (lead, about);
    }
    let mut at = lead;
    let mut key = String::new();
    for (i, line) in opened.split_inclusive('\n').enumerate() {
        at += line.len();
        let bare = line.trim_end();
        if i > 0 && bare == "---" {
            for field in [&mut about.title, &mut about.published, &mut about.byline] {
                *field = unquote(field);
            }
            about.published = about.published.chars().take(10).collect();
            return (at, about);
        }
        let value = match bare.split_once(':') {
            Some((name, value)) if !line.starts_with(' ') => {
                key = name.trim().to_lowercase();
                value.trim()
            }
            _ => bare.trim_start(),
        };
        let field = match key.as_str() {
            "title" => &mut about.title,
            "date" | "published" | "published_time" if about.published.is_empty() => {
                &mut about.published
            }
            "author" | "authors" | "byline" => &mut about.byline,
            "publisher" | "site_name" => &mut about.publisher,
            "source_url" | "url" | "link" => &mut about.link,
            _ => continue,
        };
        field.push_str(value);
    }
    (lead, About::default())
}

/// A YAML string without its quotation marks, `\_` (a hard space) and folded line ends.
fn unquote(text: &str) -> String {
    let text = text.trim().trim_matches(['"', '\'']);
    let folded =
        text.replace("\\\\ ", " ").replace("\\_", " ").replace("\\ ", " ").replace('\\', "");
    folded.split_whitespace().collect::<Vec<_>>().join(" ").replace("u2019", "’")
}

/// Bytes of the source, by line and column.
pub(super) struct Lines {
    starts: Vec<usize>,
    /// Characters before each 1024th byte.
    chars: Vec<usize>,
}

const STEP: usize = 1024;

impl Lines {
    pub(super) fn of(text: &str) -> Lines {
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1);
        let mut chars = vec![0];
        let mut count = 0;
        for (i, byte) in text.bytes().enumerate() {
            if i > 0 && i % STEP == 0 {
                chars.push(count);
            }
            count += usize::from(byte & 0xC0 != 0x80);
        }
        Lines { starts: std::iter::once(0).chain(breaks).collect(), chars }
    }

    pub(super) fn place(&self, text: &str, start: usize, end: usize) -> crate::claim::TextPlace {
        let line = self.starts.partition_point(|s| *s <= start);
        let first = line.checked_sub(1).and_then(|i| self.starts.get(i)).copied().unwrap_or(0);
        let column =
            self.chars_before(text, start).saturating_sub(self.chars_before(text, first)) + 1;
        crate::claim::TextPlace { line, column, start, end }
    }

    fn chars_before(&self, text: &str, at: usize) -> usize {
        let step = at / STEP;
        let bytes = text.as_bytes().get(step * STEP..at).unwrap_or_default();
        self.chars.get(step).copied().unwrap_or(0)
            + bytes.iter().filter(|b| **b & 0xC0 != 0x80).count()
    }
}

/// The sentences of a block, as first byte and byte after the last.
pub(super) fn sentences(text: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut from = 0;
    let bytes = text.as_bytes();
    for (at, ch) in text.char_indices() {
        if !matches!(ch, '.' | '?' | '!') || at < from {
            continue;
        }
        let rest = text.get(at + 1..).unwrap_or_default();
        let closing = rest.len()
            - rest.trim_start_matches(['"', '”', '’', '\'', ')', ']', '.', '!', '?']).len();
        let end = at + 1 + closing;
        let after = text.get(end..).unwrap_or_default();
        let Some(next) = after.strip_prefix(' ') else {
            continue;
        };
        if !next.starts_with(|c: char| {
            c.is_uppercase()
                || c.is_ascii_digit()
                || matches!(c, '"' | '“' | '‘' | '(' | '[' | '$' | '€' | '–' | '—')
        }) {
            continue;
        }
        if ch == '.' && closing == 0 && is_abbreviation(text, bytes, at, next) {
            continue;
        }
        out.push((from, end));
        from = end + 1;
    }
    if from < text.len() {
        out.push((from, text.len()));
    }
    out
}

/// Whether the point at `at` belongs to a short form and does not end the sentence.
fn is_abbreviation(text: &str, bytes: &[u8], at: usize, next: &str) -> bool {
    let head = text.get(..at).unwrap_or_default();
    let word = head.rsplit([' ', '(', '“', '"', '-', '–']).next().unwrap_or_default();
    let starter = next.split([' ', ',', '\'', '’']).next().unwrap_or_default();
    let opens = LEXICON.openers.contains(starter.to_lowercase().as_str());
    let lower = word.to_lowercase();
    if word.contains('.') && word.len() <= 7 {
        // "U.S. The …" ends, "U.S. officials" and "U.S. Treasury" do not.
        return !opens;
    }
    if among(lower.as_str(), "inc ltd co corp etc bros plc llc") {
        return !opens;
    }
    if word.chars().count() == 1
        && bytes.get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_uppercase)
    {
        return true;
    }
    among(lower.as_str(), "no nos art fig pp vol") && next.starts_with(|c: char| c.is_ascii_digit())
        || ABBREVIATIONS.contains(&lower.as_str())
}

/// Short forms after which a sentence goes on.
pub(super) const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "gen", "sen", "rep", "gov", "lt", "col", "capt", "sgt", "adm",
    "st", "jr", "sr", "vs", "approx", "dept", "est", "jan", "feb", "mar", "apr", "jun", "jul",
    "aug", "sep", "sept", "oct", "nov", "dec", "cf", "viz", "al", "maj", "brig", "rev", "hon",
    "pres",
];
