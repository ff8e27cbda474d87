//! Statements of the Beneficial Ownership Data Standard (BODS), version 0.4: entities, persons
//! and the interests between them. Read in the standard's own published examples; files of
//! version 0.3 and before name their parts otherwise and are refused.

use super::{EvidenceFile, EvidenceFormat, Parsed, country};
use crate::error::IngestError;
use plimsoll_terms::evidence::{Edge, Node, NodeId, NodeKind, Relation, Share};
use plimsoll_terms::problem::Problem;
use serde_json::Value;
use std::collections::BTreeMap;

/// The layout.
pub struct Bods;

impl EvidenceFormat for Bods {
    fn id(&self) -> &'static str {
        "bods"
    }
    fn title(&self) -> &'static str {
        "Beneficial Ownership Data Standard, statements of version 0.4"
    }
    fn publisher(&self) -> &'static str {
        ""
    }
    fn licence(&self) -> &'static str {
        ""
    }
    fn url(&self) -> &'static str {
        "https://standard.openownership.org"
    }
    fn tells_of(&self) -> &'static str {
        "statements"
    }
    fn recognise(&self, head: &[u8]) -> u8 {
        let text = String::from_utf8_lossy(head);
        let own = ["\"statementId\"", "\"recordType\"", "\"recordDetails\""];
        if own.iter().all(|word| text.contains(word)) { 90 } else { 0 }
    }
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        read(file)
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "statements.json",
            r#"[{"statementId":"s1","recordId":"r1","recordType":"entity","statementDate":"2024-01-01","recordDetails":{"name":"Zontik Works","jurisdiction":{"code":"TW"}}},
{"statementId":"s2","recordId":"r2","recordType":"person","recordDetails":{"names":[{"fullName":"Ann Example"}]}},
{"statementId":"s3","recordId":"r3","recordType":"relationship","statementDate":"2024-01-01","recordDetails":{"subject":"r1","interestedParty":"r2","interests":[{"type":"shareholding","share":{"exact":60}}]}}]
"#,
        )
    }
}

fn statements(file: &EvidenceFile<'_>) -> Result<Vec<(u64, Value)>, IngestError> {
    let bytes = file.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file.bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(file.empty());
    }
    let whole: Result<Value, _> = serde_json::from_slice(bytes);
    let all: Vec<(u64, Value)> = match whole {
        Ok(Value::Array(all)) => (1..).zip(all).collect(),
        Ok(one @ Value::Object(_)) => vec![(1, one)],
        Ok(_) => return Err(file.unreadable("a list of statements was expected")),
        Err(fault) => {
            // One statement a line.
            let lines = bytes.split(|b| *b == b'\n').zip(1u64..);
            let lines = lines.filter(|(line, _)| !line.iter().all(u8::is_ascii_whitespace));
            let all: Result<Vec<(u64, Value)>, _> =
                lines.map(|(l, n)| serde_json::from_slice(l).map(|v| (n, v))).collect();
            match all {
                Ok(all) => all,
                Err(_) if fault.is_eof() => {
                    let detail = fault.to_string();
                    return Err(IngestError::Damaged { path: file.name.into(), detail });
                }
                Err(_) => return Err(file.unreadable(fault.to_string())),
            }
        }
    };
    if all.is_empty() { Err(file.empty()) } else { Ok(all) }
}

fn text<'a>(value: &'a Value, path: &[&str]) -> &'a str {
    let found = path.iter().try_fold(value, |value, key| value.get(key));
    found.and_then(Value::as_str).unwrap_or_default()
}

fn read(file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
    let all = statements(file)?;
    let mut parsed = Parsed { rows_in: all.len() as u64, ..Parsed::default() };
    let mut parties: BTreeMap<String, NodeId> = BTreeMap::new();
    for (place, statement) in all.iter().filter(|(_, s)| text(s, &["recordType"]) != "relationship")
    {
        match party(file, statement) {
            Some(node) => {
                parties.insert(text(statement, &["recordId"]).to_owned(), node.id.clone());
                parsed.rows_loaded += 1;
                parsed.distinct += 1;
                parsed.graph.add(node);
            }
            None => {
                let id = text(statement, &["statementId"]);
                let hint = "a statement needs recordType entity, person or relationship of version 0.4, and a recordId";
                parsed.set_aside(Problem::new("not-a-statement", *place, id, hint));
            }
        }
    }
    for (place, statement) in all.iter().filter(|(_, s)| text(s, &["recordType"]) == "relationship")
    {
        if text(statement, &["recordStatus"]) == "closed"
            || interests(file, *place, statement, &parties, &mut parsed)
        {
            parsed.rows_loaded += 1;
            parsed.distinct += 1;
        } else {
            let id = text(statement, &["statementId"]);
            let hint = "subject or interested party is not stated in this file";
            parsed.set_aside(Problem::new("party-missing", *place, id, hint));
        }
    }
    parsed.problems.sort_by_key(|p| p.line);
    Ok(parsed)
}

fn party(file: &EvidenceFile<'_>, statement: &Value) -> Option<Node> {
    let record = Some(text(statement, &["recordId"])).filter(|id| !id.is_empty())?;
    let details = statement.get("recordDetails")?;
    let kind = match text(statement, &["recordType"]) {
        "entity" => NodeKind::Company,
        "person" => NodeKind::Person,
        _ => return None,
    };
    let id = NodeId::new(kind, &format!("bods {} {record}", file.source));
    let mut node = Node::new(id, kind, text(details, &["name"]));
    let list = |key: &str| details.get(key).and_then(Value::as_array).into_iter().flatten();
    node.names.extend(list("alternateNames").filter_map(Value::as_str).map(str::to_owned));
    let full = list("names").map(|name| text(name, &["fullName"]).to_owned());
    node.names.extend(full.filter(|name| !name.is_empty()));
    let places = list("nationalities").map(|n| text(n, &["code"]));
    let places = places.chain([text(details, &["jurisdiction", "code"])]);
    node.countries.extend(places.filter_map(country));
    for identifier in list("identifiers") {
        let (scheme, id) = (text(identifier, &["scheme"]), text(identifier, &["id"]));
        node = node.with("identifier", format!("{scheme} {id}").trim());
    }
    Some(node)
}

/// Adds the interests of a relationship; whether both sides are stated.
fn interests(
    file: &EvidenceFile<'_>,
    place: u64,
    statement: &Value,
    parties: &BTreeMap<String, NodeId>,
    parsed: &mut Parsed,
) -> bool {
    let details = statement.get("recordDetails").unwrap_or(&Value::Null);
    let (subject, holder) = (text(details, &["subject"]), text(details, &["interestedParty"]));
    let (Some(from), Some(to)) = (parties.get(subject), parties.get(holder)) else {
        // "Unspecified" with a reason in place of a party is a statement that there is none.
        return details.get("interestedParty").is_some_and(Value::is_object);
    };
    let all = details.get("interests").and_then(Value::as_array).cloned().unwrap_or_default();
    for interest in &all {
        let kind = text(interest, &["type"]);
        let owns = matches!(
            kind,
            "shareholding" | "ownershipOfProperty" | "conditionalRightsGrantedByContract"
        );
        let relation = if owns { Relation::OwnedBy } else { Relation::ControlledBy };
        let mut edge = Edge::new(from.clone(), relation, to.clone(), file.cited(place, ""));
        edge.share = interest.get("share").and_then(share);
        edge.until = text(interest, &["endDate"]).to_owned();
        let way = text(interest, &["directOrIndirect"]);
        edge.remark =
            [kind, way].into_iter().filter(|w| !w.is_empty()).collect::<Vec<_>>().join(", ");
        let date = match text(interest, &["startDate"]) {
            "" => text(statement, &["statementDate"]),
            start => start,
        };
        parsed.graph.say(edge.dated(date));
    }
    true
}

/// `exact`, or a range whose ends may be exclusive: those count as in it.
fn share(share: &Value) -> Option<Share> {
    let figure = |key: &str| share.get(key).and_then(Value::as_f64);
    if let Some(exact) = figure("exact") {
        return Share::of_percent(exact, exact);
    }
    let low = figure("minimum").or(figure("exclusiveMinimum"));
    let high = figure("maximum").or(figure("exclusiveMaximum"));
    low.or(high)?;
    Share::of_percent(low.unwrap_or(0.0), high.unwrap_or(100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Parsed, IngestError> {
        read(&EvidenceFile {
            name: "x.json",
            bytes: text.as_bytes(),
            source: "s",
            attribution: "a",
        })
    }

    #[test]
    fn interests_become_shares() {
        let parsed = read_text(Bods.example().1).unwrap();
        assert_eq!((parsed.rows_in, parsed.rows_loaded, parsed.rows_set_aside), (3, 3, 0));
        let edge = parsed.graph.edges().next().unwrap();
        assert_eq!(edge.from.as_str(), "company:bods s r1");
        assert_eq!(edge.share, Share::of_percent(60.0, 60.0));
        assert_eq!(edge.date, "2024-01-01");
    }

    #[test]
    fn a_party_that_is_not_stated_is_a_problem_and_a_cut_file_an_error() {
        let (_, text) = Bods.example();
        let parsed =
            read_text(&text.replace("\"recordId\":\"r2\"", "\"recordId\":\"r9\"")).unwrap();
        assert_eq!((parsed.rows_loaded, parsed.rows_set_aside), (2, 1));
        assert_eq!(parsed.problems[0].rule, "party-missing");
        assert_eq!(read_text(&text[..200]).unwrap_err().code(), "file-damaged");
        assert_eq!(read_text(" ").unwrap_err().code(), "file-empty");
        assert_eq!(read_text("[]").unwrap_err().code(), "file-empty");
    }
}
