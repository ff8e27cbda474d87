//! GLEIF's entities (LEI-CDF) as it publishes them besides CSV: JSON and XML. Read in an intra-day
//! file of its golden copy and in a sample of its format documents.
//!
//! Both say the same in the same words: `LEIRecords` of `LEI` and `Entity` with names, addresses
//! and the register's own number. Names in other scripts and transliterations are names too.

use super::gleif::by_lei;
use super::{EvidenceFile, EvidenceFormat, Parsed, country};
use crate::error::IngestError;
use plimsoll_terms::evidence::{Node, NodeKind};
use plimsoll_terms::problem::Problem;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;

/// An element of a record nests less deep; one that does not is hostile.
const DEEPEST: usize = 32;

/// Entities as JSON.
pub struct LeiJson;
/// Entities as XML.
pub struct LeiXml;

impl EvidenceFormat for LeiJson {
    fn id(&self) -> &'static str {
        "gleif-lei-json"
    }
    fn title(&self) -> &'static str {
        "GLEIF golden copy, entities (LEI-CDF) as JSON"
    }
    fn publisher(&self) -> &'static str {
        "GLEIF"
    }
    fn licence(&self) -> &'static str {
        "CC0 1.0"
    }
    fn url(&self) -> &'static str {
        "https://www.gleif.org/en/lei-data/gleif-golden-copy"
    }
    fn tells_of(&self) -> &'static str {
        "companies"
    }
    fn recognise(&self, head: &[u8]) -> u8 {
        let text = String::from_utf8_lossy(head);
        let own = ["\"records\"", "\"LEI\"", "\"LegalName\"", "\"$\""];
        if own.iter().all(|word| text.contains(word)) { 95 } else { 0 }
    }
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file.bytes);
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(file.empty());
        }
        let whole: Value = serde_json::from_slice(bytes).map_err(|fault| {
            let (path, detail) = (file.name.into(), fault.to_string());
            match fault.is_eof() {
                true => IngestError::Damaged { path, detail },
                false => IngestError::Unreadable { path, detail },
            }
        })?;
        let Some(records) = whole.get("records").and_then(Value::as_array) else {
            return Err(file.unreadable("it holds no list of records"));
        };
        let mut parsed = Parsed::default();
        for (place, record) in (1..).zip(records) {
            take(Record::of_json(record, place), &mut parsed);
        }
        if parsed.rows_in == 0 { Err(file.empty()) } else { Ok(parsed) }
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "lei2.json",
            r#"{"records":[
{"LEI":{"$":"00000000000000000001"},"Entity":{"LegalName":{"@xml:lang":"en","$":"Zontik Works"},"LegalAddress":{"City":{"$":"Madeup"},"Country":{"$":"TW"}}}}]}
"#,
        )
    }
}

impl EvidenceFormat for LeiXml {
    fn id(&self) -> &'static str {
        "gleif-lei-xml"
    }
    fn title(&self) -> &'static str {
        "GLEIF golden copy, entities (LEI-CDF) as XML"
    }
    fn publisher(&self) -> &'static str {
        "GLEIF"
    }
    fn licence(&self) -> &'static str {
        "CC0 1.0"
    }
    fn url(&self) -> &'static str {
        "https://www.gleif.org/en/lei-data/gleif-golden-copy"
    }
    fn tells_of(&self) -> &'static str {
        "companies"
    }
    fn recognise(&self, head: &[u8]) -> u8 {
        let text = String::from_utf8_lossy(head);
        let own = ["LEIData", "leidata", "LEIRecord"];
        if own.iter().all(|word| text.contains(word)) { 95 } else { 0 }
    }
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        if file.bytes.iter().all(u8::is_ascii_whitespace) {
            return Err(file.empty());
        }
        let text = std::str::from_utf8(file.bytes)
            .map_err(|e| file.unreadable(format!("it is not UTF-8: {e}")))?;
        let parsed = read_xml(file, text)?;
        if parsed.rows_in == 0 { Err(file.empty()) } else { Ok(parsed) }
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "lei2.xml",
            "<lei:LEIData xmlns:lei=\"http://www.gleif.org/data/schema/leidata/2016\"><lei:LEIRecords>\n\
             <lei:LEIRecord><lei:LEI>00000000000000000001</lei:LEI><lei:Entity><lei:LegalName xml:lang=\"en\">Zontik Works</lei:LegalName>\n\
             <lei:LegalAddress><lei:City>Madeup</lei:City><lei:Country>TW</lei:Country></lei:LegalAddress></lei:Entity></lei:LEIRecord>\n\
             </lei:LEIRecords></lei:LEIData>\n",
        )
    }
}

/// What is kept of a record.
#[derive(Debug, Default)]
struct Record {
    /// Line, in JSON the record's number.
    place: u64,
    lei: String,
    names: Vec<String>,
    /// Street, town and so on of the legal address.
    address: Vec<String>,
    country: String,
    /// The number in the register of its country.
    registered: String,
}

impl Record {
    /// Takes a text by the elements that it stands in, from the record down.
    fn fill(&mut self, path: &[&str], text: &str) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return;
        }
        match path {
            ["LEI"] => self.lei = text,
            ["Entity", "LegalName"] => self.names.insert(0, text),
            ["Entity", "OtherEntityNames", "OtherEntityName"]
            | ["Entity", "TransliteratedOtherEntityNames", "TransliteratedOtherEntityName"] => {
                self.names.push(text)
            }
            ["Entity", "LegalAddress", "Country"] => self.country = text,
            ["Entity", "LegalAddress", "FirstAddressLine" | "City" | "PostalCode"] => {
                self.address.push(text);
            }
            ["Entity", "RegistrationAuthority", "RegistrationAuthorityEntityID"] => {
                self.registered = text;
            }
            _ => {}
        }
    }

    fn of_json(value: &Value, place: u64) -> Record {
        let mut record = Record { place, ..Record::default() };
        // Serde itself refuses what nests deeper than 128.
        record.walk(value, &mut Vec::new());
        record
    }

    fn walk<'v>(&mut self, value: &'v Value, path: &mut Vec<&'v str>) {
        match value {
            Value::Object(members) => {
                for (key, member) in members {
                    if key == "$" {
                        self.fill(path, member.as_str().unwrap_or_default());
                    } else if !key.starts_with('@') && path.len() < DEEPEST {
                        path.push(key);
                        self.walk(member, path);
                        path.pop();
                    }
                }
            }
            Value::Array(all) => all.iter().for_each(|one| self.walk(one, path)),
            _ => {}
        }
    }
}

fn take(record: Record, parsed: &mut Parsed) {
    parsed.rows_in += 1;
    let Some(id) = by_lei(&record.lei) else {
        let hint = "it needs the LEI of 20 characters of each party";
        parsed.set_aside(Problem::new("lei-missing", record.place, &record.lei, hint));
        return;
    };
    let name = record.names.first().map_or("", String::as_str);
    let mut node = Node::new(id, NodeKind::Company, name)
        .of_country(country(&record.country).as_deref())
        .with("identifier", &format!("LEI {}", record.lei))
        .with("address", &record.address.join(", "));
    node.names.extend(record.names.into_iter().skip(1));
    if !record.registered.is_empty() {
        node = node.with("identifier", &record.registered);
    }
    parsed.graph.add(node);
    parsed.rows_loaded += 1;
    parsed.distinct += 1;
}

/// Walks once, one record in memory.
fn read_xml(file: &EvidenceFile<'_>, text: &str) -> Result<Parsed, IngestError> {
    let mut reader = Reader::from_str(text);
    let mut parsed = Parsed::default();
    let mut path: Vec<String> = Vec::new();
    let mut record: Option<(usize, Record)> = None;
    let mut words = String::new();
    let (mut line, mut counted) = (1, 0);
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(text.len());
        match reader.read_event().map_err(|e| file.unreadable(e.to_string()))? {
            Event::Start(start) => {
                let name = start.local_name().as_ref().to_owned();
                if name == "LEIRecord" && record.is_none() {
                    line += text.as_bytes()[counted..at].iter().filter(|b| **b == b'\n').count();
                    counted = at;
                    let begun = Record { place: line as u64, ..Record::default() };
                    record = Some((path.len() + 1, begun));
                }
                if path.len() >= DEEPEST {
                    return Err(file.unreadable("its elements are nested too deeply"));
                }
                path.push(name);
                words.clear();
            }
            Event::Text(part) => words.push_str(&part),
            Event::CData(part) => words.push_str(&part),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(c)) => words.push(c),
                _ => words.push_str(
                    quick_xml::escape::resolve_predefined_entity(&reference).unwrap_or_default(),
                ),
            },
            Event::End(_) => {
                if let Some((depth, mut one)) = record.take() {
                    if path.len() == depth {
                        take(one, &mut parsed);
                    } else {
                        let inside: Vec<&str> = path[depth..].iter().map(String::as_str).collect();
                        one.fill(&inside, &words);
                        record = Some((depth, one));
                    }
                }
                path.pop();
                words.clear();
            }
            Event::Eof if path.is_empty() => return Ok(parsed),
            Event::Eof => {
                let detail = "it ends before its root element is closed".to_owned();
                return Err(IngestError::Damaged { path: file.name.into(), detail });
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        for format in [&LeiJson as &dyn EvidenceFormat, &LeiXml] {
            let (name, text) = format.example();
            let file = EvidenceFile { name, bytes: text.as_bytes(), source: "s", attribution: "a" };
            let parsed = format.read(&file).unwrap();
            let node = parsed.graph.nodes(NodeKind::Company).next().unwrap();
            assert_eq!((node.name(), node.countries.len()), ("Zontik Works", 1), "{name}");
            assert_eq!(node.fact("address"), "Madeup");
            assert_eq!(node.fact("identifier"), "LEI 00000000000000000001");
        }
    }

    #[test]
    fn a_record_without_lei_is_set_aside_with_its_line() {
        let text = LeiXml.example().1.replace("00000000000000000001", "1");
        let file =
            EvidenceFile { name: "f", bytes: text.as_bytes(), source: "s", attribution: "a" };
        let parsed = LeiXml.read(&file).unwrap();
        assert_eq!((parsed.rows_in, parsed.rows_set_aside), (1, 1));
        assert_eq!(parsed.problems[0].line, 2);
    }
}
