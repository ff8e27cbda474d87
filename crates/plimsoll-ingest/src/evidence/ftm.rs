//! Who owns and directs whom in a file of FollowTheMoney entities. The readers of watchlists
//! take the parties out of such files; this takes what ties them together. Read in files of
//! OpenSanctions of 2024 and 2026 (one entity a line, `properties` as lists of text).

use super::{EvidenceFile, Parsed};
use plimsoll_terms::evidence::{Edge, Node, NodeId, NodeKind, Relation, Share};
use serde_json::Value;
use std::collections::BTreeMap;

/// Schema, property of the one that is held or directed, property of the other, relation.
const LINKS: [(&str, &str, &str, Relation); 3] = [
    ("Ownership", "asset", "owner", Relation::OwnedBy),
    ("Directorship", "organization", "director", Relation::DirectedBy),
    ("UnknownLink", "subject", "object", Relation::LinkedTo),
];

/// The ties of a file of one entity a line. Lines that are none are passed over: the list's own
/// reader has reported them.
#[must_use]
pub fn ties(file: &EvidenceFile<'_>) -> Parsed {
    let mut parsed = Parsed::default();
    let (mut parties, mut ties): (BTreeMap<String, Value>, Vec<(u64, Value)>) = Default::default();
    for (number, line) in file.bytes.split(|b| *b == b'\n').enumerate() {
        let Ok(mut value) = serde_json::from_slice::<Value>(line) else { continue };
        if let Some(inner) = value.get_mut("entity") {
            value = inner.take();
        }
        let schema = value.get("schema").and_then(Value::as_str).unwrap_or_default();
        if LINKS.iter().any(|(link, ..)| *link == schema) {
            ties.push((number as u64 + 1, value));
        } else if let Some(id) = value.get("id").and_then(Value::as_str) {
            parties.insert(id.to_owned(), value);
        }
    }
    parsed.rows_in = ties.len() as u64;
    for (line, tie) in ties {
        for (schema, held, holder, relation) in &LINKS {
            if tie.get("schema").and_then(Value::as_str) != Some(schema) {
                continue;
            }
            for (from, to) in pairs(&tie, held, holder) {
                let (Some(from), Some(to)) =
                    (party(&mut parsed, &parties, from), party(&mut parsed, &parties, to))
                else {
                    continue;
                };
                let link = first(&tie, "sourceUrl").unwrap_or_default();
                let mut edge = Edge::new(from, relation.clone(), to, file.cited(line, link));
                edge.share = first(&tie, "percentage").and_then(percent);
                edge.until = first(&tie, "endDate").unwrap_or_default().to_owned();
                edge.remark = first(&tie, "role").unwrap_or_default().to_owned();
                parsed.graph.say(edge.dated(first(&tie, "startDate").unwrap_or_default()));
            }
        }
        parsed.rows_loaded += 1;
    }
    parsed
}

/// `62.5`, `62,5 %`, `25-50`.
fn percent(text: &str) -> Option<Share> {
    let plain = text.replace(',', ".").replace('%', "");
    let (low, high) = plain.split_once(['-', '–']).unwrap_or((&plain, &plain));
    Share::of_percent(low.trim().parse().ok()?, high.trim().parse().ok()?)
}

fn values<'a>(entity: &'a Value, property: &str) -> impl Iterator<Item = &'a str> + use<'a> {
    let values = entity.get("properties").and_then(|p| p.get(property));
    let one = values.and_then(Value::as_str);
    let many = values.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    one.into_iter().chain(many)
}

fn first<'a>(entity: &'a Value, property: &str) -> Option<&'a str> {
    values(entity, property).next()
}

fn pairs<'a>(tie: &'a Value, held: &str, holder: &str) -> Vec<(&'a str, &'a str)> {
    let holders: Vec<&str> = values(tie, holder).collect();
    values(tie, held).flat_map(|from| holders.iter().map(move |to| (from, *to))).collect()
}

/// The node of a party that the file names; none where it only gives an id.
fn party(parsed: &mut Parsed, parties: &BTreeMap<String, Value>, id: &str) -> Option<NodeId> {
    let entity = parties.get(id)?;
    let schema = entity.get("schema").and_then(Value::as_str).unwrap_or_default();
    let kind = if schema == "Person" { NodeKind::Person } else { NodeKind::Company };
    // The publisher's id, since two parties may bear one name.
    let node_id = NodeId::new(kind, &format!("ftm {id}"));
    let mut node = Node::new(node_id.clone(), kind, "").with("identifier", id);
    let caption = entity.get("caption").and_then(Value::as_str);
    let names = ["name", "alias"].into_iter().flat_map(|p| values(entity, p)).chain(caption);
    node.names.extend(names.map(str::to_owned));
    for property in ["jurisdiction", "country", "nationality"] {
        node.countries.extend(values(entity, property).filter_map(super::country));
    }
    parsed.graph.add(node);
    Some(node_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_come_with_share_and_dates() {
        let text = concat!(
            r#"{"id":"a","schema":"Company","properties":{"name":["Zontik Works"],"country":["ru"]}}"#,
            "\n",
            r#"{"id":"p","schema":"Person","caption":"Ann Example","properties":{}}"#,
            "\nnot json\n",
            r#"{"id":"o","schema":"Ownership","properties":{"asset":["a"],"owner":["p","gone"],"percentage":["62,5"],"startDate":["2020-01-01"],"endDate":["2024-01-01"]}}"#,
        );
        let file =
            EvidenceFile { name: "x", bytes: text.as_bytes(), source: "s", attribution: "a" };
        let graph = ties(&file).graph;
        let edges: Vec<&Edge> = graph.edges().collect();
        assert_eq!(edges.len(), 1, "the owner that the file does not name is no party");
        assert_eq!(edges[0].from.as_str(), "company:ftm a");
        assert_eq!(edges[0].to.as_str(), "person:ftm p");
        assert_eq!(edges[0].share, Share::of_percent(62.5, 62.5));
        assert_eq!((edges[0].date.as_str(), edges[0].until.as_str()), ("2020-01-01", "2024-01-01"));
        assert_eq!(edges[0].cited.line, 4);
    }
}
