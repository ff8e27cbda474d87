//! Which objects does a JSON document hold, and on which line does each begin?
//!
//! Cuts the list of a document into its elements without reading them, so that one that is not
//! well formed stops no other. Knows nothing of lists.

use serde_json::Value;

/// The elements of the document's list, each with its line: of a list at the top, or of the first
/// one within an object (`{"data": […]}`).
///
/// # Errors
/// What is wrong, where there is no such list or it is not closed.
pub(super) fn elements(text: &str) -> Result<Vec<(u32, &str)>, Fault> {
    let text = text.trim_start_matches('\u{feff}');
    let bytes = text.as_bytes();
    let mut list = None;
    let mut found = Vec::new();
    let (mut depth, mut line, mut begin) = (0_usize, 1_u32, None);
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in bytes.iter().enumerate() {
        line = line.saturating_add(u32::from(*byte == b'\n'));
        if quoted {
            (quoted, escaped) = (escaped || *byte != b'"', !escaped && *byte == b'\\');
            continue;
        }
        let inside = list.is_some_and(|list| depth == list);
        let ends = inside && matches!(byte, b',' | b']');
        if let Some((line, from)) = begin.filter(|_| ends) {
            found.push((line, text[from..at].trim()));
            begin = None;
        } else if inside && !ends && begin.is_none() && !byte.is_ascii_whitespace() {
            begin = Some((line, at));
        }
        match byte {
            b'"' => quoted = true,
            b'[' | b'{' => {
                depth += 1;
                if *byte == b'[' && list.is_none() && depth <= 2 {
                    list = Some(depth);
                }
                if depth > MAX_DEPTH {
                    return Err(Fault::Malformed(format!("line {line}: nested too deeply")));
                }
            }
            b']' if inside => return Ok(found),
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Err(match list {
        Some(_) => Fault::Cut("it ends before its list is closed".to_owned()),
        None if depth > 0 => Fault::Cut("it ends before its object is closed".to_owned()),
        None => Fault::Malformed("there is no list in it".to_owned()),
    })
}

/// No list nests deeper than a few levels.
const MAX_DEPTH: usize = 64;

/// Why a document gives no elements.
#[derive(Debug, PartialEq)]
pub(super) enum Fault {
    Cut(String),
    Malformed(String),
}

impl Fault {
    pub(super) fn of(self, file: &super::ListFile<'_>, layout: &'static str) -> super::ListError {
        let file = file.name.to_owned();
        match self {
            Fault::Cut(detail) => super::ListError::Cut { file, detail },
            Fault::Malformed(detail) => super::ListError::Malformed { file, layout, detail },
        }
    }
}

/// The first of these members that says something, as text; numbers as they are written.
pub(super) fn text(object: &Value, names: &[&str]) -> String {
    let texts = names.iter().filter_map(|name| object.get(*name)).map(scalar);
    texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default()
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => super::intake::squeeze(text),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// The values of a member: of a list each, of a text the one.
pub(super) fn all<'a>(object: &'a Value, name: &str) -> Vec<&'a Value> {
    match object.get(name) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.iter().collect(),
        Some(value) => vec![value],
    }
}

/// The texts of a member that is one or several.
pub(super) fn texts(object: &Value, name: &str) -> Vec<String> {
    all(object, name).into_iter().map(scalar).filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_their_lines() {
        for (text, want) in [
            ("[]", Ok(vec![])),
            (
                "[{\"a\":\"],\\\"\"},\n\n {\"b\":[1,{}]} ]",
                Ok(vec![(1, "{\"a\":\"],\\\"\"}"), (3, "{\"b\":[1,{}]}")]),
            ),
            ("{\"n\":1,\"data\":[{\"a\":1}],\"x\":[2]}", Ok(vec![(1, "{\"a\":1}")])),
            ("[1, ,2]", Ok(vec![(1, "1"), (1, "2")])),
            ("[{\"a\":1}", Err("ends")),
            ("{\"a\":1", Err("ends")),
            ("{\"a\":1}", Err("no list")),
            ("", Err("no list")),
        ] {
            match (elements(text), want) {
                (Ok(found), Ok(want)) => assert_eq!(found, want, "{text}"),
                (Err(Fault::Cut(why) | Fault::Malformed(why)), Err(want)) => {
                    assert!(why.contains(want), "{text}: {why}");
                }
                (found, want) => panic!("{text}: {found:?}, not {want:?}"),
            }
        }
        assert!(matches!(elements(&"[".repeat(100_000)), Err(Fault::Malformed(_))));
    }
}
