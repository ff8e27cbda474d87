//! What are the record elements of an XML file, and on which line does each begin?
//!
//! Walks through the file once and hands out one subtree at a time, so that memory is bounded by
//! the largest record. Knows nothing of lists. Entities that a document declares are never
//! expanded.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::cell::Cell;

use super::ListError;
use super::delimited::{LineCounter, clean};

/// No list nests deeper than a dozen; a file that does is hostile.
const MAX_DEPTH: usize = 64;

/// An element with all that is in it.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// Local name.
    pub(super) name: String,
    /// Line on which its start tag begins.
    pub(super) line: u32,
    attributes: Vec<Attribute>,
    raw_text: String,
    /// Whether its text was asked for.
    asked: Cell<bool>,
    children: Vec<Node>,
}

#[derive(Debug)]
struct Attribute {
    name: String,
    value: String,
    asked: Cell<bool>,
}

impl Node {
    /// Its own text, cleaned; empty where there is none.
    pub(super) fn text(&self) -> String {
        self.ask();
        self.peek()
    }

    /// The same, without that it counts as asked for: see [`Self::ask`].
    pub(super) fn peek(&self) -> String {
        clean(&self.raw_text)
    }

    /// That its text was read.
    pub(super) fn ask(&self) {
        self.asked.set(true);
    }

    /// Its own text where nobody asked for it.
    pub(super) fn unasked_text(&self) -> Option<&str> {
        (!self.asked.get() && !self.raw_text.is_empty()).then_some(&self.raw_text)
    }

    /// Name, value and whether somebody asked for it.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        self.attributes.iter().map(|a| (a.name.as_str(), a.value.as_str(), a.asked.get()))
    }

    /// The value of an attribute, empty where there is none.
    pub(super) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|attribute| attribute.name == name);
        found.map_or("", |attribute| {
            attribute.asked.set(true);
            &attribute.value
        })
    }

    pub(super) fn children(&self) -> &[Node] {
        &self.children
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub(super) fn first<'a>(&'a self, name: &'a str) -> Option<&'a Node> {
        self.all(name).next()
    }

    /// The text of the first child of this name, empty where there is none.
    pub(super) fn child_text(&self, name: &str) -> String {
        self.first(name).map(Node::text).unwrap_or_default()
    }
}

/// A walk through one file.
pub(super) struct Walk<'a> {
    file: &'a str,
    layout: &'static str,
    text: &'a str,
    reader: Reader<&'a [u8]>,
    lines: LineCounter<'a>,
    depth: usize,
    root: Option<Node>,
    /// Where the last step began.
    began: usize,
    /// Where the last record stands.
    span: Span,
}

/// Where a record stands that is read once more when it is needed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    begin: usize,
    end: usize,
    line: u32,
}

impl Span {
    /// The record, out of the text in which it was met.
    pub(super) fn node(self, text: &str) -> Option<Node> {
        let text = text.get(self.begin..self.end)?;
        let mut walk = Walk::new("", "", text);
        walk.lines.line = self.line;
        match walk.step().ok()? {
            Step::Open(start, line, true) => Some(node_of(&start, line)),
            Step::Open(start, line, false) => walk.subtree(node_of(&start, line)).ok(),
            _ => None,
        }
    }
}

/// What comes next on the walk.
enum Step<'a> {
    Open(BytesStart<'a>, u32, bool),
    Close,
    Text(String),
    End,
}

impl<'a> Walk<'a> {
    pub(super) fn new(file: &'a str, layout: &'static str, text: &'a str) -> Self {
        let reader = Reader::from_str(text);
        let lines = LineCounter::new(text);
        let span = Span::default();
        Self { file, layout, text, reader, lines, depth: 0, root: None, began: 0, span }
    }

    /// Local name of the root element, once it was reached.
    pub(super) fn root(&self) -> Option<&str> {
        self.root.as_ref().map(|root| root.name.as_str())
    }

    /// An attribute of the root element, once it was reached; empty where there is none.
    pub(super) fn root_attribute(&self, name: &str) -> &str {
        self.root.as_ref().map_or("", |root| root.attribute(name))
    }

    /// Where the record stands that was given last.
    pub(super) fn span(&self) -> Span {
        self.span
    }

    /// The next element with one of these local names, at whatever depth.
    ///
    /// # Errors
    /// Where the file is cut or not well formed.
    pub(super) fn next(&mut self, wanted: &[&str]) -> Result<Option<Node>, ListError> {
        loop {
            match self.step()? {
                Step::Open(start, line, empty) => {
                    if self.root.is_none() {
                        self.root = Some(node_of(&start, line));
                    }
                    if wanted.contains(&start.local_name().as_ref()) {
                        let begin = self.began;
                        let mut node = node_of(&start, line);
                        if !empty {
                            node = self.subtree(node)?;
                        }
                        let end = self.reader.buffer_position() as usize;
                        self.span = Span { begin, end, line };
                        return Ok(Some(node));
                    }
                    if !empty {
                        self.depth += 1;
                    }
                }
                Step::Close => self.depth = self.depth.saturating_sub(1),
                Step::Text(_) => {}
                Step::End if self.depth > 0 => {
                    return Err(self.cut("it ends before its root element is closed"));
                }
                Step::End => return Ok(None),
            }
            if self.depth > MAX_DEPTH {
                return Err(self.malformed("its elements are nested too deeply"));
            }
        }
    }

    fn subtree(&mut self, node: Node) -> Result<Node, ListError> {
        let mut top = node;
        let mut open: Vec<Node> = Vec::new();
        loop {
            match self.step()? {
                Step::Open(start, line, empty) => {
                    let child = node_of(&start, line);
                    if empty {
                        top.children.push(child);
                    } else {
                        open.push(std::mem::replace(&mut top, child));
                    }
                    if open.len() + self.depth > MAX_DEPTH {
                        return Err(self.malformed("its elements are nested too deeply"));
                    }
                }
                Step::Text(text) => top.raw_text.push_str(&text),
                Step::Close => match open.pop() {
                    None => return Ok(top),
                    Some(parent) => {
                        let child = std::mem::replace(&mut top, parent);
                        top.children.push(child);
                    }
                },
                Step::End => return Err(self.cut("it ends inside an entry")),
            }
        }
    }

    fn step(&mut self) -> Result<Step<'a>, ListError> {
        loop {
            let before = self.reader.buffer_position() as usize;
            self.began = before;
            let event = self.reader.read_event().map_err(|error| self.fault(&error))?;
            return Ok(match event {
                Event::Start(start) => Step::Open(start, self.lines.at(before), false),
                Event::Empty(start) => Step::Open(start, self.lines.at(before), true),
                Event::End(_) => Step::Close,
                Event::Text(text) => Step::Text(text.into_inner().into_owned()),
                Event::CData(text) => Step::Text(text.into_inner().into_owned()),
                Event::GeneralRef(reference) => {
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(c)) => c.to_string(),
                        _ => resolve_name(&reference),
                    };
                    Step::Text(resolved)
                }
                Event::Eof => Step::End,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => continue,
            });
        }
    }

    /// An error of the parser: cut where nothing follows that could end the construct.
    fn fault(&mut self, error: &quick_xml::Error) -> ListError {
        use quick_xml::errors::{Error, IllFormedError, SyntaxError};
        let place = self.reader.error_position() as usize;
        let rest = self.text.get(place..).unwrap_or("");
        let at_end = match error {
            Error::Syntax(SyntaxError::InvalidBangMarkup) => !rest.contains('>'),
            Error::Syntax(_) => true,
            Error::IllFormed(IllFormedError::MissingEndTag(_)) => true,
            Error::IllFormed(IllFormedError::UnclosedReference) => !rest.contains('<'),
            _ => false,
        };
        let line = memchr::memchr_iter(b'\n', self.text.get(..place).unwrap_or("").as_bytes());
        let detail = format!("line {}: {error}", line.count() + 1);
        if at_end { self.cut(&detail) } else { self.malformed(&detail) }
    }

    pub(super) fn cut(&self, detail: &str) -> ListError {
        ListError::Cut { file: self.file.to_owned(), detail: detail.to_owned() }
    }

    pub(super) fn malformed(&self, detail: &str) -> ListError {
        let (file, detail) = (self.file.to_owned(), detail.to_owned());
        ListError::Malformed { file, layout: self.layout, detail }
    }
}

fn resolve_name(name: &str) -> String {
    quick_xml::escape::resolve_predefined_entity(name)
        .map_or_else(|| format!("&{name};"), str::to_owned)
}

fn node_of(start: &BytesStart<'_>, line: u32) -> Node {
    let attributes = start
        .attributes()
        .with_checks(false)
        .flatten()
        .map(|attribute| {
            let name = attribute.key.local_name().as_ref().to_owned();
            // What a schema or a language says of an element is no fact of a list.
            let prefix = attribute.key.prefix().map(|prefix| prefix.as_ref().to_owned());
            let of_xml = ["xmlns", "xsi", "xml", "i"];
            let of_xml = prefix.is_some_and(|p| of_xml.contains(&p.as_str())) || name == "xmlns";
            let value = quick_xml::escape::unescape(&attribute.value)
                .map_or_else(|_| attribute.value.to_string(), std::borrow::Cow::into_owned);
            Attribute { name, value: clean(&value), asked: Cell::new(of_xml) }
        })
        .collect();
    Node { name: start.local_name().as_ref().to_owned(), line, attributes, ..Node::default() }
}

/// Local name of the root element, from the beginning of a file.
pub(super) fn root_name(text: &str) -> Option<String> {
    let mut walk = Walk::new("", "", text);
    loop {
        match walk.step().ok()? {
            Step::Open(start, _, _) => return Some(start.local_name().as_ref().to_owned()),
            Step::Text(text) if text.trim().is_empty() => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read_with_its_text_and_lines() {
        let text = "<?xml version=\"1.0\"?>\n<r xmlns=\"x\">\n <e a=\"1 &amp; 2\">\n  <t>x &lt;y&#33; \
                    &other;</t><u/>\n </e>\n</r>\n";
        let mut walk = Walk::new("f", "l", text);
        let node = walk.next(&["e"]).unwrap().unwrap();
        assert_eq!((node.line, node.attribute("a")), (3, "1 & 2"));
        assert_eq!(node.child_text("t"), "x <y! &other;");
        assert_eq!(node.first("u").unwrap().line, 4);
        assert!(walk.next(&["e"]).unwrap().is_none());
        assert_eq!(walk.root(), Some("r"));
    }

    #[test]
    fn hostile_nesting_is_refused() {
        for wanted in [&["a"][..], &["b"][..]] {
            let text = "<a>".repeat(100_000);
            let result = Walk::new("f", "l", &text).next(wanted);
            assert!(matches!(result, Err(ListError::Malformed { .. })), "{result:?}");
        }
    }
}
