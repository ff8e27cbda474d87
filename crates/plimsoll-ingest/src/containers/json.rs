//! Which records are in a JSON document? An API's answer, a bare array, or one object a line.
//!
//! Reads values as they are written and never holds the document or its records: the first time
//! through it finds the names, the second time it hands out the records one by one. Never
//! interprets a column.

use std::collections::HashMap;
use std::fmt;
use std::io::Read;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// The names under which services wrap their records.
const WRAPPERS: [&str; 4] = ["data", "dataset", "records", "results"];
/// The names under which they say why there are none.
const MESSAGES: [&str; 3] = ["error", "message", "errorMessage"];

/// Why a document gave no records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, and where.
    pub detail: String,
    /// It is JSON as far as it was read: not another text that begins with a bracket.
    pub is_json: bool,
    /// It holds records, ends early, or is a service's complaint in place of records.
    meant_as_data: bool,
}

impl Fault {
    /// Whether the document was meant to hold data. Broken JSON was if its name says JSON;
    /// JSON without any record is some other document.
    pub fn is_data(&self, named_json: bool) -> bool {
        self.meant_as_data || !self.is_json && named_json
    }

    fn parse(error: &serde_json::Error, records: u64) -> Fault {
        use serde_json::error::Category;
        let is_json = records > 0 || matches!(error.classify(), Category::Eof | Category::Data);
        let detail = if error.is_data() {
            format!("as JSON it holds no records: {error}")
        } else {
            format!("it is not readable as JSON: {error}")
        };
        Fault { detail, is_json, meant_as_data: records > 0 || error.is_eof() }
    }
}

/// The names of a document's records, in the order of their first appearance; none where there
/// is no record.
///
/// # Errors
/// Where it is no JSON, ends early, or the service says that it failed.
pub fn names(input: impl Read) -> Result<Option<Vec<String>>, Fault> {
    let mut records = Records::new(Vec::new(), None);
    read(input, &mut records)?;
    Ok((records.seen > 0).then_some(records.header))
}

/// Hands out the records with their numbers, each with a field for every name, until `take` says
/// no more.
///
/// # Errors
/// As [`names`].
pub fn records(
    input: impl Read,
    names: &[String],
    take: &mut dyn FnMut(u64, csv::ByteRecord) -> bool,
) -> Result<(), Fault> {
    let mut records = Records::new(names.to_vec(), Some(take));
    match read(input, &mut records) {
        Err(_) if records.enough => Ok(()),
        read => read,
    }
}

/// Reads one document after the other: one object a line is many.
fn read(mut input: impl Read, records: &mut Records<'_>) -> Result<(), Fault> {
    let mut mark = [0; 3];
    let got = super::read_up_to(&mut input, &mut mark).map_err(|error| Fault {
        detail: error.to_string(),
        is_json: false,
        meant_as_data: true,
    })?;
    let start = mark[..got].strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&mark[..got]);
    let input = std::io::BufReader::with_capacity(1 << 18, start.chain(input));
    let mut input = serde_json::Deserializer::from_reader(input);
    while input.end().is_err() {
        let mut message = None;
        Document { records, message: &mut message }
            .deserialize(&mut input)
            .map_err(|e| Fault::parse(&e, records.seen))?;
        if let Some(message) = message {
            let detail = format!("the service answered with an error: {message}");
            return Err(Fault { detail, is_json: true, meant_as_data: true });
        }
    }
    Ok(())
}

/// The records found so far.
struct Records<'t> {
    header: Vec<String>,
    columns: HashMap<String, usize>,
    /// Who gets the records; none where only names are looked for.
    take: Option<&'t mut dyn FnMut(u64, csv::ByteRecord) -> bool>,
    /// Whether no more are wanted.
    enough: bool,
    /// Whether an array of names was read: behind it arrays are records.
    named: bool,
    /// The fields of the record that is being read, by column.
    fields: Vec<String>,
    /// Records seen, arrays of names not counted.
    seen: u64,
}

impl<'t> Records<'t> {
    fn new(
        header: Vec<String>,
        take: Option<&'t mut dyn FnMut(u64, csv::ByteRecord) -> bool>,
    ) -> Self {
        let mut columns = HashMap::new();
        for (at, name) in header.iter().enumerate() {
            // A service may name a column twice: its values stand in both places.
            columns.entry(name.clone()).or_insert(at);
        }
        let fields = vec![String::new(); header.len()];
        Records { header, columns, take, enough: false, named: false, fields, seen: 0 }
    }

    /// The column of a key. Records mostly repeat their keys in order, so `expected` is
    /// looked at first.
    fn column(&mut self, key: &str, expected: usize) -> usize {
        if self.header.get(expected).is_some_and(|k| k == key) {
            return expected;
        }
        if let Some(&column) = self.columns.get(key) {
            return column;
        }
        self.header.push(key.to_owned());
        self.columns.insert(key.to_owned(), self.header.len() - 1);
        self.header.len() - 1
    }

    fn set(&mut self, column: usize, field: String) {
        if self.fields.len() <= column {
            self.fields.resize(column + 1, String::new());
        }
        self.fields[column] = field;
    }

    /// Hands the record on; an error where no more are wanted.
    fn hand<E: Error>(
        &mut self,
        record: impl FnOnce(&[String]) -> csv::ByteRecord,
    ) -> Result<(), E> {
        self.seen += 1;
        let Some(take) = &mut self.take else { return Ok(()) };
        if take(self.seen, record(&self.fields)) {
            return Ok(());
        }
        self.enough = true;
        Err(E::custom("no more records are wanted"))
    }

    fn end_of_record<E: Error>(&mut self) -> Result<(), E> {
        let handed = self.hand(|fields| csv::ByteRecord::from_iter(fields.iter()));
        self.fields.iter_mut().for_each(String::clear);
        handed
    }

    /// An array in place of an object: the first holds the names.
    fn array<E: Error>(&mut self, fields: Vec<String>) -> Result<(), E> {
        if self.named || self.seen > 0 {
            return self.hand(|_| csv::ByteRecord::from_iter(fields));
        }
        if self.header.is_empty() {
            *self = Records::new(fields, self.take.take());
        }
        self.named = true;
        Ok(())
    }
}

/// A whole document: records in an array, or wrapped, or itself one record.
struct Document<'a, 't> {
    records: &'a mut Records<'t>,
    message: &'a mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Document<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while array.next_element_seed(Record(self.records))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut own: Vec<(String, String)> = Vec::new();
        let mut wrapped = false;
        while let Some(key) = object.next_key::<String>()? {
            if WRAPPERS.contains(&key.as_str()) {
                match object.next_value_seed(Wrapped(self.records))? {
                    Some(field) => own.push((key, field)),
                    None => wrapped = true,
                }
            } else if MESSAGES.contains(&key.as_str()) {
                own.push((key, said(&object.next_value::<serde_json::Value>()?)));
            } else {
                own.push((key, object.next_value_seed(Field)?));
            }
        }
        *self.message = complaint(&own, wrapped);
        if !wrapped && self.message.is_none() {
            for (place, (key, field)) in own.into_iter().enumerate() {
                let column = self.records.column(&key, place);
                self.records.set(column, field);
            }
            self.records.end_of_record()?;
        }
        Ok(())
    }
}

/// What an error field says, if it says anything.
fn said(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::Null | serde_json::Value::Bool(false) => String::new(),
        serde_json::Value::String(text) => text.trim().to_owned(),
        serde_json::Value::Object(fields) if fields.is_empty() => String::new(),
        serde_json::Value::Object(fields) => {
            fields.get("message").map_or_else(|| value.to_string(), said)
        }
        serde_json::Value::Array(items) if items.is_empty() => String::new(),
        other => other.to_string(),
    }
}

/// The service's complaint: an error, or a message in place of records.
fn complaint(own: &[(String, String)], wrapped: bool) -> Option<String> {
    let field = |name: &str| own.iter().find(|(k, v)| k == name && !v.is_empty()).map(|(_, v)| v);
    let status = field("statusCode").or_else(|| field("status"));
    let message = field("message").or_else(|| field("errorMessage"));
    match (field("error"), message, status) {
        (Some(error), ..) => Some(error.clone()),
        (None, Some(message), Some(status)) if !wrapped => Some(format!("{message} ({status})")),
        (None, Some(message), None) if !wrapped && own.len() == 1 => Some(message.clone()),
        _ => None,
    }
}

/// The value under a wrapper's name: records (`None`), or a plain field of that name.
struct Wrapped<'a, 't>(&'a mut Records<'t>);

impl<'de> DeserializeSeed<'de> for Wrapped<'_, '_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<Self::Value, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Wrapped<'_, '_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        while array.next_element_seed(Record(self.0))?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        Field.visit_map(object).map(Some)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        // `"data": null` is an answer without records.
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Field.visit_str(text).map(Some)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Self::Value, E> {
        Field.visit_bool(value).map(Some)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        Field.visit_i64(value).map(Some)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        Field.visit_u64(value).map(Some)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Field.visit_f64(value).map(Some)
    }
}

/// One record: an object, or an array whose names stood in the first one.
struct Record<'a, 't>(&'a mut Records<'t>);

impl<'de> DeserializeSeed<'de> for Record<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Record<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record: an object, or an array below an array of names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut expected = 0;
        while let Some(column) = object.next_key_seed(Key { records: self.0, expected })? {
            expected = column + 1;
            if self.0.take.is_none() {
                object.next_value::<IgnoredAny>()?;
                continue;
            }
            let field = object.next_value_seed(Field)?;
            self.0.set(column, field);
        }
        self.0.end_of_record()
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        let mut fields = Vec::new();
        if self.0.named && self.0.take.is_none() {
            while array.next_element::<IgnoredAny>()?.is_some() {}
        } else {
            while let Some(field) = array.next_element_seed(Field)? {
                fields.push(field);
            }
        }
        self.0.array(fields)
    }
}

/// A key of a record, read as its column without keeping the text.
struct Key<'a, 't> {
    records: &'a mut Records<'t>,
    expected: usize,
}

impl<'de> DeserializeSeed<'de> for Key<'_, '_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<usize, D::Error> {
        input.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_, '_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<usize, E> {
        Ok(self.records.column(key, self.expected))
    }
}

/// One value as text; nothing for null and for what has parts of its own.
struct Field;

impl<'de> DeserializeSeed<'de> for Field {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<String, D::Error> {
        input.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Field {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<String, E> {
        Ok(String::new())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<String, E> {
        Ok(value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<String, E> {
        // Display of a float never has an exponent.
        Ok(value.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<String, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(String::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<String, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        match names(text.as_bytes()) {
            Err(e) => format!("error: {}", e.detail),
            Ok(None) => String::new(),
            Ok(Some(names)) => {
                let mut lines = vec![names.join("|")];
                records(text.as_bytes(), &names, &mut |n, r| {
                    let fields: Vec<_> = r.iter().map(|f| String::from_utf8_lossy(f)).collect();
                    lines.push(format!("{n}: {}", fields.join("|")));
                    true
                })
                .unwrap();
                lines.join("\n")
            }
        }
    }

    #[test]
    fn an_api_answer() {
        let text = r#"{"elapsedTime":"1 s","count":2,"data":[
            {"a":1,"b":"x","v":6804128143.0},
            {"b":null,"a":true,"c":[1,{"d":2}],"v":0.5}],"error":""}"#;
        assert_eq!(show(text), "a|b|v|c\n1: 1|x|6804128143|\n2: true||0.5|");
    }

    #[test]
    fn other_shapes() {
        assert_eq!(show(r#"{"validation":{"count":1},"dataset":[{"yr":2017}]}"#), "yr\n1: 2017");
        assert_eq!(show(r#"[{"a":1},{"b":2}]"#), "a|b\n1: 1|\n2: |2");
        assert_eq!(show("{\"a\":1}\n{\"a\":2,\"b\":3}\n"), "a|b\n1: 1|\n2: 2|3");
        assert_eq!(
            show(r#"[["CTY","VAL"],["5700","12"],["5820",null]]"#),
            "CTY|VAL\n1: 5700|12\n2: 5820|"
        );
        assert_eq!(show(r#"[["A","T","A"],["1","2","1"]]"#), "A|T|A\n1: 1|2|1");
        assert_eq!(show("\u{feff}[{\"a\":\"é\\u00e9\"}]"), "a\n1: éé");
        assert_eq!(show(r#"{"data":[],"count":0,"error":null}"#), "");
        assert_eq!(show(r#"{"data":null}"#), "");
        assert_eq!(show("[]"), "");
    }

    #[test]
    fn a_later_record_is_not_filled_from_the_one_before() {
        assert_eq!(show(r#"[{"a":1,"b":2},{"a":3}]"#), "a|b\n1: 1|2\n2: 3|");
    }

    #[test]
    fn complaints() {
        let error = "error: the service answered with an error: ";
        assert_eq!(
            show(r#"{"statusCode":401,"message":"Access denied"}"#),
            format!("{error}Access denied (401)")
        );
        assert_eq!(show(r#"{"data":[],"error":"Too many"}"#), format!("{error}Too many"));
        assert_eq!(show(r#"{"error":{"message":"bad key"}}"#), format!("{error}bad key"));
        assert!(show(r#"{"data":[{"a":1"#).starts_with("error: "));
        assert!(show("[1]").starts_with("error: "));
    }

    #[test]
    fn the_publisher_s_own_answer() {
        let path = "data/comtrade/comtrade_v1_get_response_CHN_ARG_2010.json";
        let Some(bytes) = crate::formats::comtrade::testing::shared(path) else {
            return;
        };
        let names = names(&bytes[..]).unwrap().unwrap();
        assert_eq!(names.len(), 47);
        let mut count = 0;
        let mut three = |_, record: csv::ByteRecord| {
            assert_eq!(record.len(), 47);
            count += 1;
            count < 3
        };
        records(&bytes[..], &names, &mut three).unwrap();
        assert_eq!(count, 3);
    }
}
