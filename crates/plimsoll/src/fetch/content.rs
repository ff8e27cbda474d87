//! Is what a server sent what was asked for? Looks at the first bytes and the header line; never
//! reads a file whole, for that is the reader's work.

use crate::failure::{Exit, Failure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// What kind of content is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A table of text.
    Csv,
    /// XML.
    Xml,
    /// JSON, one document.
    Json,
    /// A zip archive, or a workbook, which is one.
    Zip,
    /// A 7z archive.
    SevenZip,
    /// Whatever `plimsoll load` takes.
    Any,
}

/// So much of a file is looked at.
const HEAD: u64 = 64 * 1024;

/// The first bytes of a file.
pub fn head(path: &Path) -> Vec<u8> {
    let mut head = Vec::new();
    if let Ok(file) = File::open(path) {
        let _ = file.take(HEAD).read_to_end(&mut head);
    }
    head
}

/// Refuses what is not of the kind, by its first bytes and what the server says it is.
pub fn check(kind: Kind, content_type: &str, head: &[u8], shown: &str) -> Result<(), Failure> {
    let mime = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let why = if head.iter().all(u8::is_ascii_whitespace) {
        "nothing at all".to_owned()
    } else if is_web_page(head) || mime == "text/html" || mime == "application/xhtml+xml" {
        "a web page".to_owned()
    } else if let Some(what) = ["image/", "audio/", "video/", "application/pdf"]
        .iter()
        .find(|what| mime.starts_with(**what))
    {
        format!("{what} content")
    } else if !begins_as(kind, head) {
        let said = if mime.is_empty() { "of no stated type" } else { mime.as_str() };
        format!("content that is not {} ({said})", name(kind))
    } else {
        return Ok(());
    };
    let words = match first_words(head) {
        words if words.is_empty() => String::new(),
        words => format!("; it begins: {words:?}"),
    };
    Err(Failure {
        exit: Exit::Failed,
        code: "fetch-not-data",
        message: format!("{shown} answered with {why} in place of the data{words}"),
        hint: "open the address in a browser: is there a notice, a log-in or a new address? \
               --base-url names another; the last good edition stands"
            .into(),
    })
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Csv => "a table of text",
        Kind::Xml => "XML",
        Kind::Json => "JSON",
        Kind::Zip => "a zip archive or workbook",
        Kind::SevenZip => "a 7z archive",
        Kind::Any => "data",
    }
}

fn begins_as(kind: Kind, head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head).trim_ascii_start();
    let gzip = head.starts_with(&[0x1F, 0x8B]);
    match kind {
        Kind::Any => true,
        Kind::Zip => head.starts_with(b"PK"),
        Kind::SevenZip => head.starts_with(b"7z\xBC\xAF\x27\x1C"),
        Kind::Xml => gzip || text.starts_with(b"<") || is_utf16(head),
        Kind::Json => gzip || text.starts_with(b"{") || text.starts_with(b"["),
        Kind::Csv => {
            gzip || head.starts_with(b"PK")
                || !(text.starts_with(b"<") || text.starts_with(b"{") || text.starts_with(b"["))
                    && (is_utf16(head) || !head.contains(&0))
        }
    }
}

fn is_utf16(head: &[u8]) -> bool {
    head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF])
}

/// Whether it is HTML: its first tag says so, behind an XML declaration and comments too.
pub fn is_web_page(head: &[u8]) -> bool {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut text = text.trim_start_matches('\u{feff}').trim_start();
    for (begin, end) in [("<?xml", "?>"), ("<!--", "-->"), ("<!--", "-->")] {
        if text.starts_with(begin) {
            text = text.split_once(end).map_or("", |(_, rest)| rest).trim_start();
        }
    }
    text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head")
}

/// The first words of a page or message, without tags.
pub fn first_words(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head.get(..head.len().min(8192)).unwrap_or(head));
    let mut out = String::new();
    let mut in_tag = false;
    let markup = text.trim_start_matches('\u{feff}').trim_start().starts_with('<');
    for c in text.chars() {
        match c {
            '<' if markup => in_tag = true,
            '>' if markup && in_tag => {
                in_tag = false;
                out.push(' ');
            }
            _ if in_tag => {}
            c if c.is_whitespace() || c.is_control() || c == '\u{fffd}' => out.push(' '),
            c => out.push(c),
        }
    }
    let words: Vec<&str> = out.split_whitespace().collect();
    let all = words.join(" ");
    match all.char_indices().nth(100) {
        Some((cut, _)) => format!("{}…", &all[..cut]),
        None => all,
    }
}

/// What changed in the header line of a table: columns that are gone, and new ones.
pub struct Changed {
    /// Names that only the older one has.
    pub gone: Vec<String>,
    /// Names that only the newer one has.
    pub new: Vec<String>,
}

/// Compares the header lines of two files; none where they are alike, or are no header lines.
pub fn compare_headers(kind: Kind, before: &[u8], now: &[u8]) -> Option<Changed> {
    if kind != Kind::Csv {
        return None;
    }
    let (before, now) = (header(before)?, header(now)?);
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect();
    let changed = Changed { gone: only(&before, &now), new: only(&now, &before) };
    (!changed.gone.is_empty() || !changed.new.is_empty()).then_some(changed)
}

/// The names in the first line, where it has several and none is a number: OFAC's files have none.
fn header(head: &[u8]) -> Option<BTreeSet<String>> {
    let text = String::from_utf8_lossy(head);
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let record = reader.records().next()?.ok()?;
    let cells: Vec<String> = record.iter().map(|c| c.trim().to_lowercase()).collect();
    let plain = |c: &String| c.is_empty() || c.starts_with(|x: char| x.is_alphabetic() || x == '_');
    let is_header = cells.len() >= 3 && cells.iter().all(plain);
    is_header.then(|| cells.into_iter().filter(|c| !c.is_empty()).collect())
}

/// How often each name occurs: elements and attributes of XML, members of JSON.
type Names = BTreeMap<String, u64>;

/// A name counts where it occurs this often for each hundred of the most frequent one.
const OFTEN: u64 = 2;
/// A name that occurred so often and is gone was not dropped by chance.
const MANY: u64 = 20;

/// Compares the names of elements or members of two files as a whole; none where nothing that was
/// frequent is gone.
pub fn compare_names(kind: Kind, before: &Path, now: &Path) -> Option<Changed> {
    if !matches!(kind, Kind::Xml | Kind::Json) {
        return None;
    }
    changed(&names_in(kind, before)?, &names_in(kind, now)?)
}

fn changed(before: &Names, now: &Names) -> Option<Changed> {
    let frequent = |names: &Names| -> Vec<(String, u64)> {
        let most = names.values().copied().max().unwrap_or(0);
        let often = names.iter().filter(|(_, n)| *n * 100 >= most * OFTEN);
        often.map(|(name, n)| (name.clone(), *n)).collect()
    };
    let new: Vec<String> = frequent(now)
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !before.contains_key(name))
        .collect();
    let gone: Vec<String> = frequent(before)
        .into_iter()
        .filter(|(name, n)| !now.contains_key(name) && (!new.is_empty() || *n >= MANY))
        .map(|(name, _)| name)
        .collect();
    (!gone.is_empty()).then_some(Changed { gone, new })
}

/// The names in a file that is not packed.
fn names_in(kind: Kind, path: &Path) -> Option<Names> {
    let mut bytes = std::io::BufReader::with_capacity(1 << 18, File::open(path).ok()?).bytes();
    let mut next = || bytes.next().and_then(Result::ok);
    let mut names = Names::new();
    match kind {
        Kind::Xml => xml_names(&mut next, &mut names),
        _ => json_names(&mut next, &mut names),
    }
    Some(names)
}

fn count(names: &mut Names, name: &[u8]) {
    let Ok(name) = std::str::from_utf8(name) else { return };
    match names.get_mut(name) {
        Some(n) => *n += 1,
        None => {
            names.insert(name.to_owned(), 1);
        }
    }
}

/// Opening tags and their attributes. Whether the file is well formed is for its reader to say.
fn xml_names(next: &mut dyn FnMut() -> Option<u8>, names: &mut Names) {
    let mut name = Vec::new();
    while let Some(byte) = next() {
        if byte != b'<' {
            continue;
        }
        let (mut quote, mut first) = (None, true);
        name.clear();
        while let Some(byte) = next() {
            match (quote, byte) {
                (Some(open), _) => {
                    if open == byte {
                        quote = None;
                    }
                }
                (None, b'/' | b'?') if first && name.is_empty() => break,
                (None, b'!') if first && name.is_empty() => {
                    pass_over(next);
                    break;
                }
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'=' | b'>' | b'/' | b' ' | b'\t' | b'\r' | b'\n') => {
                    if !name.is_empty() && (first || byte == b'=') {
                        count(names, &name);
                    }
                    first &= name.is_empty();
                    name.clear();
                    if byte == b'>' {
                        break;
                    }
                }
                (None, byte) => name.push(byte),
            }
        }
    }
}

/// The rest of a comment, of text that is no markup, or of a declaration.
fn pass_over(next: &mut dyn FnMut() -> Option<u8>) {
    let (mut last, mut end): ([u8; 3], Option<&[u8]>) = ([0; 3], None);
    let mut read = 0;
    while let Some(byte) = next() {
        last = [last[1], last[2], byte];
        read += 1;
        if read == 2 {
            end = match &last[1..] {
                b"--" => Some(b"-->"),
                b"[C" => Some(b"]]>"),
                _ => Some(b">"),
            };
        }
        if end.is_some_and(|end| read > 2 && last.ends_with(end)) {
            break;
        }
    }
}

/// Texts with a colon behind them.
fn json_names(next: &mut dyn FnMut() -> Option<u8>, names: &mut Names) {
    let mut text = Vec::new();
    while let Some(byte) = next() {
        match byte {
            b'"' => {
                text.clear();
                while let Some(byte) = next().filter(|byte| *byte != b'"') {
                    text.push(byte);
                    if byte == b'\\' {
                        text.extend(next());
                    }
                }
            }
            b':' => count(names, &std::mem::take(&mut text)),
            byte if byte.is_ascii_whitespace() => {}
            _ => text.clear(),
        }
    }
}

/// The failure of a file that lost columns.
pub fn layout_changed(shown: &str, since: &str, changed: &Changed) -> Failure {
    let list = |names: &[String]| names.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
    let new = match changed.new.as_slice() {
        [] => String::new(),
        new => format!("; new are: {}", list(new)),
    };
    Failure {
        exit: Exit::Failed,
        code: "fetch-layout-changed",
        message: format!(
            "{shown} has other columns or elements than the edition of {since}: gone are: {}{new}; refused, the edition of {since} stands",
            list(&changed.gone)
        ),
        hint: "look at the publisher's notes; plimsoll load FILE --as LAYOUT takes the kept file if you trust it"
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_are_told_from_data() {
        for page in [
            "<!DOCTYPE html><html>",
            "\u{feff}<HTML><body>",
            "<?xml version=\"1.0\"?>\n<!-- x --><!DOCTYPE html PUBLIC>",
            "<head><title>",
        ] {
            assert!(is_web_page(page.as_bytes()), "{page}");
        }
        assert!(!is_web_page(b"<?xml version=\"1.0\"?><sdnList>"));
        assert!(!is_web_page(b"ent_num,name"));
    }

    #[test]
    fn kinds() {
        let ok = |kind, mime, head: &[u8]| check(kind, mime, head, "x").is_ok();
        assert!(ok(Kind::Csv, "text/csv; charset=utf-8", b"a,b,c\n"));
        assert!(ok(Kind::Csv, "application/octet-stream", b"36,\"A\"\n"));
        assert!(!ok(Kind::Csv, "text/csv", b"{\"statusCode\": 500}"));
        assert!(!ok(Kind::Csv, "text/html", b"a,b,c\n"));
        assert!(!ok(Kind::Csv, "text/csv", b" \n"));
        assert!(!ok(Kind::Xml, "application/xml", b"id,name\n"));
        assert!(!ok(Kind::Zip, "application/zip", b"Rar!"));
        assert!(!ok(Kind::Any, "application/pdf", b"%PDF-1.7"));
        let said = check(Kind::Csv, "text/html", b"<html><h1>Down for\n maintenance", "x");
        assert!(said.is_err_and(|f| f.message.contains("\"Down for maintenance\"")));
    }

    #[test]
    fn names_of_xml_and_json() {
        let names = |kind, text: &str| {
            let mut names = Names::new();
            let mut bytes = text.bytes();
            match kind {
                Kind::Xml => xml_names(&mut || bytes.next(), &mut names),
                _ => json_names(&mut || bytes.next(), &mut names),
            }
            names.into_iter().map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(", ")
        };
        let xml =
            "<?xml version='1.0'?><!-- <no/> --><l><e a='1>2' b=\"=\"/>\n<e\n c='x'>t</e></l>";
        assert_eq!(names(Kind::Xml, xml), "a 1, b 1, c 1, e 2, l 1");
        assert_eq!(names(Kind::Xml, "<l><e a='cut"), "a 1, e 1, l 1");
        let json = r#"[{"a":"b: c","d" : {"e\"":1}},{"a":null, "f":["g"]}]"#;
        assert_eq!(names(Kind::Json, json), r#"a 2, d 1, e\" 1, f 1"#);
    }

    #[test]
    fn a_renamed_element_is_gone_and_a_rare_one_is_not() {
        let names = |text: &str| -> Names {
            let one = |part: &str| {
                let (name, n) = part.split_once(' ')?;
                Some((name.to_owned(), n.parse().ok()?))
            };
            text.split(", ").filter_map(one).collect()
        };
        let gone = |a: &str, b: &str| changed(&names(a), &names(b)).map(|c| c.gone.join(" "));
        assert_eq!(gone("E 900, NAME 900", "E 900, FULL 900").as_deref(), Some("NAME"));
        assert_eq!(gone("E 2, NAME 2", "E 2, FULL 2").as_deref(), Some("NAME"));
        assert_eq!(gone("E 900, NAME 900", "E 900").as_deref(), Some("NAME"));
        assert_eq!(gone("E 900, RARE 3", "E 900, NEW 3"), None);
        assert_eq!(gone("E 3, NOTE 1", "E 3"), None);
        assert_eq!(gone("E 3", "E 3, NOTE 3"), None);
    }

    #[test]
    fn header_rows() {
        let gone = |a: &str, b: &str| {
            compare_headers(Kind::Csv, a.as_bytes(), b.as_bytes()).map(|c| (c.gone, c.new))
        };
        assert_eq!(gone("id,name,country\n", "id,name,country\n1"), None);
        assert_eq!(gone("36,\"X\",-0-\n", "37,\"Y\",-0-\n"), None);
        let (old, new) = gone("id,name,country\n", "id,full name,country,added\n").unwrap();
        assert_eq!((old, new), (vec!["name".to_owned()], vec!["added".into(), "full name".into()]));
    }
}
