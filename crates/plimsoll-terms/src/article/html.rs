//! Which words does a page show? Tags, scripts, menus and footers are passed over; entities are
//! put back into characters. A page that is not well formed is read as far as it goes.

use super::clean::{About, Block, Builder, Role};

/// Elements whose content is not the article.
const SKIPPED: &[&str] = &[
    "script",
    "style",
    "nav",
    "footer",
    "aside",
    "noscript",
    "form",
    "svg",
    "template",
    "iframe",
    "figcaption",
    "button",
    "select",
];

/// Elements that end a block of words.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "table",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "blockquote",
    "body",
    "html",
    "main",
    "header",
    "figure",
    "pre",
    "dl",
    "dt",
    "dd",
    "hr",
    "title",
    "head",
    "time",
    "caption",
    "thead",
    "tbody",
];

#[derive(Default)]
struct Reader {
    builder: Builder,
    about: About,
    /// The element that is passed over and how often it is open.
    skipped: Option<(&'static str, usize)>,
    header: usize,
    element: String,
}

/// The blocks of a page.
pub(super) fn blocks(text: &str) -> (Vec<Block>, About) {
    let mut reader = Reader::default();
    let mut at = 0;
    while at < text.len() {
        let rest = text.get(at..).unwrap_or_default();
        let Some(ch) = rest.chars().next() else { break };
        if rest.starts_with("<!--") {
            at += rest.find("-->").map_or(rest.len(), |n| n + 3);
        } else if ch == '<'
            && rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!')
        {
            let end = tag_end(rest);
            reader.tag(rest.get(1..end.saturating_sub(1)).unwrap_or_default());
            at += end;
        } else if reader.skipped.is_some() {
            at += rest.find('<').filter(|n| *n > 0).unwrap_or(ch.len_utf8());
        } else if ch == '&' {
            at = entity(text, at, text.len(), &mut reader.builder);
        } else {
            reader.builder.push(ch, at, at + ch.len_utf8());
            at += ch.len_utf8();
        }
    }
    reader.flush();
    (reader.builder.done(), reader.about)
}

/// The byte behind the `>` of a tag; a `>` in an attribute's quotes does not count.
fn tag_end(rest: &str) -> usize {
    let mut quote = None;
    for (i, b) in rest.bytes().enumerate() {
        match (quote, b) {
            (None, b'>') => return i + 1,
            (None, b'"' | b'\'') if i > 1 && rest.as_bytes().get(i - 1) == Some(&b'=') => {
                quote = Some(b);
            }
            (Some(q), b) if q == b => quote = None,
            _ => {}
        }
    }
    // An open quotation mark must not swallow the rest of the page.
    rest.find('>').map_or(rest.len(), |n| n + 1)
}

impl Reader {
    fn tag(&mut self, tag: &str) {
        let closing = tag.starts_with('/');
        let body = tag.trim_start_matches('/');
        let name: String = body
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric())
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if let Some((skipped, depth)) = self.skipped {
            if name == skipped {
                let depth = if closing { depth - 1 } else { depth + 1 };
                self.skipped = (depth > 0).then_some((skipped, depth));
            }
            return;
        }
        if let Some(skipped) = SKIPPED.iter().find(|s| **s == name) {
            if !closing && !body.ends_with('/') {
                self.flush();
                self.skipped = Some((skipped, 1));
            }
            return;
        }
        match name.as_str() {
            "meta" => self.meta(body),
            "time" if !closing && self.about.published.is_empty() => {
                if let Some(date) = attribute(body, "datetime") {
                    self.about.published = date.chars().take(10).collect();
                }
            }
            "br" => self.builder.push(' ', 0, 1),
            _ => {}
        }
        if BLOCKS.contains(&name.as_str()) {
            self.flush();
            if name == "header" {
                self.header = if closing { self.header.saturating_sub(1) } else { self.header + 1 };
            }
            self.element = if closing { String::new() } else { name };
        }
    }

    fn flush(&mut self) {
        let text = self.builder.text().trim().to_owned();
        let role = match self.element.as_str() {
            "title" => {
                if self.about.title.is_empty() {
                    self.about.title = text;
                }
                Role::Aside
            }
            "h1" => {
                if !text.is_empty() {
                    self.about.title = text;
                }
                Role::Heading
            }
            "h2" | "h3" | "h4" | "h5" | "h6" => Role::Heading,
            "td" | "th" => Role::Cell,
            _ if self.header > 0 => Role::Aside,
            _ => Role::Prose,
        };
        self.builder.flush(role);
    }

    fn meta(&mut self, body: &str) {
        let name = attribute(body, "property").or_else(|| attribute(body, "name"));
        let name = name.or_else(|| attribute(body, "itemprop")).unwrap_or_default().to_lowercase();
        let content = attribute(body, "content").unwrap_or_default();
        match name.as_str() {
            "article:published_time"
            | "datepublished"
            | "date"
            | "dc.date"
            | "pubdate"
            | "publish-date"
            | "parsely-pub-date" => {
                self.about.published = content.chars().take(10).collect();
            }
            "og:site_name" => self.about.publisher = content,
            "author" | "article:author" => self.about.byline = content,
            "og:url" => self.about.link = content,
            "og:title" if self.about.title.is_empty() => self.about.title = content,
            _ => {}
        }
    }
}

fn attribute(body: &str, name: &str) -> Option<String> {
    let lower = body.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = lower.get(from..)?.find(name) {
        let at = from + found;
        from = at + name.len();
        let before = at.checked_sub(1).and_then(|i| body.as_bytes().get(i));
        if !before.is_some_and(u8::is_ascii_whitespace) {
            continue;
        }
        let Some(value) = body.get(from..)?.trim_start().strip_prefix('=') else { continue };
        let value = value.trim_start();
        let quote = value.chars().next()?;
        return Some(decode(match quote {
            '"' | '\'' => value.get(1..)?.split(quote).next()?,
            _ => value.split_whitespace().next()?,
        }));
    }
    None
}

fn decode(text: &str) -> String {
    let mut builder = Builder::default();
    let mut at = 0;
    while let Some(ch) = text.get(at..).and_then(|rest| rest.chars().next()) {
        if ch == '&' {
            at = entity(text, at, text.len(), &mut builder);
        } else {
            builder.push(ch, at, at + ch.len_utf8());
            at += ch.len_utf8();
        }
    }
    builder.text().trim().to_owned()
}

/// Names of characters met in articles.
const ENTITIES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("rsquo", '’'),
    ("lsquo", '‘'),
    ("rdquo", '”'),
    ("ldquo", '“'),
    ("hellip", '…'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("bull", '•'),
    ("middot", '·'),
    ("eacute", 'é'),
    ("uuml", 'ü'),
    ("ouml", 'ö'),
    ("auml", 'ä'),
    ("szlig", 'ß'),
    ("ccedil", 'ç'),
    ("times", '×'),
    ("frac12", '½'),
    ("thinsp", ' '),
    ("ensp", ' '),
    ("emsp", ' '),
    ("sect", '§'),
    ("deg", '°'),
    ("percnt", '%'),
    ("dollar", '$'),
];

/// Adds the character of the entity at `at`, and says where the text goes on.
pub(super) fn entity(text: &str, at: usize, to: usize, builder: &mut Builder) -> usize {
    let rest = text.get(at + 1..to).unwrap_or_default();
    let name = rest.get(..rest.floor_char_boundary(12)).and_then(|near| near.split_once(';'));
    let found = name.and_then(|(name, _)| {
        let ch = match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            }
            .and_then(char::from_u32),
            None => ENTITIES.iter().find(|(n, _)| *n == name).map(|(_, ch)| *ch),
        };
        Some((ch?, name.len()))
    });
    match found {
        Some((ch, len)) => {
            builder.push(ch, at, at + len + 2);
            at + len + 2
        }
        None => {
            builder.push('&', at, at + 1);
            at + 1
        }
    }
}
