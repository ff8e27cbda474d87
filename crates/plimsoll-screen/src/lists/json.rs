//! What are the records of a JSON file, and on which line does each begin?
//!
//! Three forms are met: one record a line, one array of records, and an object that holds the
//! array under a key. Each record is parsed for itself, so that a broken line of many is one
//! problem, and a reader of millions ([`each`]) may keep places and no values. Knows no list.

use super::delimited::LineCounter;
use super::{ListError, ListFile, Problems};
use crate::scratch::Room;
use plimsoll_terms::problem::Problem;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

/// One record with its place.
#[derive(Debug)]
pub(super) struct Record<'t> {
    /// Line on which it begins, from 1.
    pub(super) line: u32,
    pub(super) value: Map<String, Value>,
    /// As it stands in the file.
    pub(super) text: &'t str,
}

/// What a file holds beside its records.
#[derive(Debug)]
pub(super) struct Beside {
    /// What stood in the place of a record and is none: one problem each.
    pub(super) problems: Problems,
    /// The other members of the object around the array, where they are short.
    pub(super) members: Map<String, Value>,
}

/// Why the text cannot be read on.
enum Stop {
    /// It ends within something.
    Cut(u32),
    /// Something else stands where a value should.
    Malformed(u32, String),
}

/// Hands on the records of a text: of its lines, of its array, or of the array under `key`.
///
/// # Errors
/// Where the text ends within a record or a bracket, and where an array holds what is no JSON.
pub(super) fn each<'t>(
    text: &'t str,
    key: &str,
    file: &ListFile<'_>,
    layout: &'static str,
    room: &Room,
    take: &mut dyn FnMut(Record<'t>),
) -> Result<Beside, ListError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut cursor = Cursor { text, at: 0, lines: LineCounter::new(text) };
    let rest = Beside { problems: Problems::new(room), members: Map::new() };
    let mut out = Out { take, rest };
    let read = match form(text, key) {
        Form::Lines => cursor.lines(&mut out),
        Form::Array => cursor.array(&mut out).and_then(|()| cursor.nothing_more()),
        Form::Keyed => cursor.object(key, &mut out).and_then(|()| cursor.nothing_more()),
    };
    let rest = out.rest;
    read.map_err(|stop| match stop {
        Stop::Cut(line) => {
            let detail = format!("line {line} ends inside a record");
            ListError::Cut { file: file.name.to_owned(), detail }
        }
        Stop::Malformed(line, why) => {
            let detail = format!("line {line}: {why}");
            ListError::Malformed { file: file.name.to_owned(), layout, detail }
        }
    })?;
    Ok(rest)
}

/// Where records and all else go.
struct Out<'t, 'f> {
    take: &'f mut dyn FnMut(Record<'t>),
    rest: Beside,
}

enum Form {
    Lines,
    Array,
    Keyed,
}

/// Which form it has. The first member of an object of records is the key, or something short:
/// a record of a line is whole in that line or has no such member.
fn form(text: &str, key: &str) -> Form {
    const LONGEST: usize = 1 << 20;
    let text = text.trim_start();
    if text.starts_with('[') {
        return Form::Array;
    }
    let line = text.lines().next().unwrap_or("");
    // A whole file may stand in one line.
    let whole = (line.len() <= LONGEST).then(|| serde_json::from_str::<Value>(line).ok());
    let keyed = match whole.flatten() {
        Some(value) => value.get(key).is_some_and(Value::is_array),
        None => has_member(text, key),
    };
    if !key.is_empty() && keyed { Form::Keyed } else { Form::Lines }
}

/// Whether an object has an array under this key, with nothing but short members before it.
fn has_member(text: &str, key: &str) -> bool {
    let mut cursor = Cursor { text, at: 0, lines: LineCounter::new("") };
    if !cursor.take('{') {
        return false;
    }
    // What is met in real files stands within the first members.
    for _ in 0..16 {
        let Ok(name) = cursor.value::<String>() else { return false };
        if !cursor.take(':') {
            return false;
        }
        if name == key {
            return cursor.take('[');
        }
        if cursor.value::<IgnoredAny>().is_err() || !cursor.take(',') {
            return false;
        }
    }
    false
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
    lines: LineCounter<'a>,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
    }

    /// Passes over a character where it is the next one.
    fn take(&mut self, c: char) -> bool {
        self.skip_blank();
        let found = self.rest().starts_with(c);
        self.at += if found { c.len_utf8() } else { 0 };
        found
    }

    fn line(&mut self) -> u32 {
        self.lines.at(self.at)
    }

    fn stop(&mut self, why: &str) -> Stop {
        self.skip_blank();
        let line = self.line();
        if self.rest().is_empty() { Stop::Cut(line) } else { Stop::Malformed(line, why.to_owned()) }
    }

    /// The next value; the place stays before it where it is none.
    fn value<T: DeserializeOwned>(&mut self) -> Result<T, serde_json::Error> {
        self.skip_blank();
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<T>();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok(value)
            }
            Some(Err(error)) => Err(error),
            None => Err(serde::de::Error::custom("nothing there")),
        }
    }

    fn needed<T: DeserializeOwned>(&mut self) -> Result<T, Stop> {
        let found = self.value();
        let line = self.line();
        found.map_err(|error| {
            if error.is_eof() {
                Stop::Cut(line)
            } else {
                Stop::Malformed(line, format!("no JSON: {error}"))
            }
        })
    }

    fn lines(&mut self, out: &mut Out<'a, '_>) -> Result<(), Stop> {
        let mut pieces = (1_u32..).zip(self.text.split_inclusive('\n')).peekable();
        while let Some((number, line)) = pieces.next() {
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str::<Value>(line) {
                Ok(value) => out.push(value, number, line.trim()),
                Err(error)
                    if error.is_eof() && pieces.peek().is_none() && !line.ends_with('\n') =>
                {
                    return Err(Stop::Cut(number));
                }
                Err(error) => {
                    let hint = format!("no JSON: {error}");
                    out.rest.problems.push(Problem::new(
                        "not-an-entity",
                        number.into(),
                        line.trim(),
                        hint,
                    ));
                }
            }
        }
        Ok(())
    }

    fn array(&mut self, out: &mut Out<'a, '_>) -> Result<(), Stop> {
        if !self.take('[') {
            return Err(self.stop("an array should begin here"));
        }
        if self.take(']') {
            return Ok(());
        }
        loop {
            self.skip_blank();
            let (line, from) = (self.line(), self.at);
            let value = self.needed::<Value>()?;
            out.push(value, line, self.text.get(from..self.at).unwrap_or(""));
            if self.take(']') {
                return Ok(());
            }
            if !self.take(',') {
                return Err(self.stop("a comma or the end of the array should stand here"));
            }
        }
    }

    fn object(&mut self, key: &str, out: &mut Out<'a, '_>) -> Result<(), Stop> {
        self.take('{');
        loop {
            let name = self.needed::<String>()?;
            if !self.take(':') {
                return Err(self.stop("a colon should stand here"));
            }
            self.skip_blank();
            if name == key && self.rest().starts_with('[') {
                self.array(out)?;
            } else {
                let value = self.needed::<Value>()?;
                if !(value.is_object() || value.is_array()) {
                    out.rest.members.insert(name, value);
                }
            }
            if self.take('}') {
                return Ok(());
            }
            if !self.take(',') {
                return Err(self.stop("a comma or the end of the object should stand here"));
            }
        }
    }

    fn nothing_more(&mut self) -> Result<(), Stop> {
        self.skip_blank();
        if self.rest().is_empty() {
            Ok(())
        } else {
            Err(self.stop("nothing more should stand here"))
        }
    }
}

impl<'t> Out<'t, '_> {
    fn push(&mut self, value: Value, line: u32, text: &'t str) {
        match value {
            Value::Object(value) => (self.take)(Record { line, value, text }),
            other => {
                let hint = "a record is an object with named members";
                let problem = Problem::new("not-an-entity", line.into(), &other.to_string(), hint);
                self.rest.problems.push(problem);
            }
        }
    }
}

/// A member as text: of a text, a number, or a truth; empty where there is none.
pub(super) fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => super::intake::squeeze(text),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(truth)) => truth.to_string(),
        _ => String::new(),
    }
}

/// A member as a list of its values, whether one stands alone or several in an array.
pub(super) fn values(value: Option<&Value>) -> &[Value] {
    match value {
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
        None => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let file = ListFile { name: "f", bytes: b"" };
        let mut records = Vec::new();
        let mut take = |r: Record<'_>| {
            records.push(format!("{}@{}", self::text(r.value.get("a")), r.line));
        };
        match each(text, "results", &file, "test", &Room::default(), &mut take) {
            Ok(found) => {
                let problems =
                    found.problems.iter().map(|(_, p)| format!("{} {}", p.value, p.line));
                let beside = found.members.iter().map(|(name, value)| format!("{name}={value}"));
                records.into_iter().chain(problems).chain(beside).collect::<Vec<_>>().join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn three_forms() {
        for (text, want) in [
            ("{\"a\":1}\n\nnonsense\n{\"a\":\"x\"}", "1@1 x@4 nonsense 3"),
            ("[\n{\"a\":1},\n {\"a\":\n2},3\n]\n", "1@2 2@3 3 4"),
            ("{\"total\":2,\"results\":[\n{\"a\":1},\n{\"a\":2}]}", "1@2 2@3 total=2"),
            ("{\n \"results\" : [ {\"a\":1} ],\n \"x\": {\"y\":1}, \"z\": true\n}\n", "1@2 z=true"),
            ("[]", ""),
            ("", ""),
            ("{\"a\":1", "f is cut: line 1 ends inside a record"),
            ("[{\"a\":1}", "f is cut: line 1 ends inside a record"),
            ("[{\"a\":1},\n{\"a\"", "f is cut: line 2 ends inside a record"),
            ("{\"total\":2,\n\"results\":[{\"a\":1}]", "f is cut: line 2 ends inside a record"),
            (
                "[{\"a\":1} {}]",
                "f cannot be read as test: line 1: a comma or the end of the array should stand here",
            ),
            ("[] []", "f cannot be read as test: line 1: nothing more should stand here"),
        ] {
            assert_eq!(show(text), want, "{text:?}");
        }
    }

    #[test]
    fn deep_and_damaged() {
        for text in
            ["[".repeat(300_000), "{\"results\":[".repeat(100_000), "[{\"a\":\u{1}}]".into()]
        {
            assert!(show(&text).starts_with("f "), "{}", &text[..20]);
        }
    }
}
