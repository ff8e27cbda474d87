//! Statements as FollowTheMoney entities, one a line.
//!
//! Companies are `Company`, persons `Person`, weapons and parts `Asset` (the model has no schema
//! of goods that are found; `summary` says what it is), listings `Sanction`, shares `Ownership`,
//! and every other statement an `UnknownLink` with its relation as `role`. Ids are hashes of the
//! statement, so that the same input gives the same ids. `proof` would need a document entity, so
//! file and line stand in `description` and the link in `sourceUrl`.

use crate::commands::owners;
use crate::commands::parts::Answer;
use crate::evidence::listing::Listed;
use plimsoll_terms::evidence::{Edge, Graph, Node, NodeId, NodeKind, Relation};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// A stable id: `plim-` and the first 40 digits of a hash.
fn hashed(parts: &[&str]) -> String {
    let digest = Sha256::digest(parts.join("\u{1f}"));
    let hex: String = digest.iter().take(20).map(|b| format!("{b:02x}")).collect();
    format!("plim-{hex}")
}

fn id(node: &NodeId) -> String {
    hashed(&["node", node.as_str()])
}

/// One entity: properties with empty values left out.
fn entity(id: &str, schema: &str, properties: &[(&str, Vec<String>)]) -> Value {
    let mut kept = Map::new();
    for (name, values) in properties {
        let values: BTreeSet<&String> = values.iter().filter(|v| !v.is_empty()).collect();
        if !values.is_empty() {
            kept.insert((*name).to_owned(), json!(values));
        }
    }
    json!({"id": id, "schema": schema, "properties": kept})
}

fn of_node(node: &Node) -> Value {
    let names: Vec<String> = node.names.iter().cloned().collect();
    let countries = node.countries.iter().map(|c| c.to_lowercase()).collect();
    let facts: Vec<String> =
        node.facts.keys().map(|fact| format!("{fact}: {}", node.fact(fact))).collect();
    let (schema, summary) = match node.kind {
        NodeKind::Person => ("Person", String::new()),
        NodeKind::Company | NodeKind::Place | NodeKind::Listing => ("Company", String::new()),
        NodeKind::Component => ("Asset", "component found in a weapon".to_owned()),
        NodeKind::EndUse => ("Asset", "end use that a claim names".to_owned()),
        NodeKind::Weapon => ("Asset", "weapon, or a specimen of it".to_owned()),
    };
    let name = if names.is_empty() { vec![node.name().to_owned()] } else { names };
    entity(
        &id(&node.id),
        schema,
        &[("name", name), ("country", countries), ("summary", vec![summary]), ("notes", facts)],
    )
}

fn of_edge(edge: &Edge) -> Value {
    let cited = &edge.cited;
    let line = cited.line.to_string();
    let (from, to) = (id(&edge.from), id(&edge.to));
    let word = edge.relation.word();
    let own = hashed(&[&from, word, &to, &cited.source, &line, &edge.remark, &edge.date]);
    let (schema, left, right) = match edge.relation {
        Relation::OwnedBy => ("Ownership", "asset", "owner"),
        Relation::DirectedBy => ("Directorship", "organization", "director"),
        _ => ("UnknownLink", "subject", "object"),
    };
    let role = match &edge.likelihood {
        Some(word_of_source) => format!("{word} ({word_of_source})"),
        None => word.to_owned(),
    };
    let mut properties = vec![
        (left, vec![from]),
        (right, vec![to]),
        ("role", vec![role]),
        ("date", vec![edge.date.clone()].into_iter().filter(|d| d.len() <= 10).collect()),
        ("endDate", vec![edge.until.clone()].into_iter().filter(|d| d.len() == 10).collect()),
        ("sourceUrl", vec![cited.link.clone()]),
        ("publisher", vec![cited.attribution.clone()]),
        ("description", vec![format!("{} line {line}", cited.source)]),
        ("summary", vec![edge.remark.clone()]),
    ];
    if edge.relation == Relation::OwnedBy {
        properties.push(("percentage", edge.share.map(|s| s.text()).into_iter().collect()));
    }
    entity(&own, schema, &properties)
}

fn of_listing(of: &NodeId, listed: &Listed<'_>) -> Value {
    let edition = listed.edition;
    let own = hashed(&["listing", of.as_str(), &edition.list, &listed.entity.id]);
    let score = crate::evidence::listing::score(listed.score);
    entity(
        &own,
        "Sanction",
        &[
            ("entity", vec![id(of)]),
            ("authority", vec![edition.publisher.clone()]),
            ("program", listed.entity.programmes.clone()),
            ("authorityId", vec![listed.entity.id.clone()]),
            ("listingDate", vec![listed.entity.listed.clone()]),
            ("sourceUrl", vec![edition.url.clone()]),
            ("status", vec![format!("possible match, score {score}")]),
            (
                "summary",
                vec![format!(
                    "{} in {} of {}, line {}; a lead and no finding of identity",
                    listed.entity.primary_name(),
                    edition.title,
                    edition.edition,
                    listed.line
                )],
            ),
        ],
    )
}

/// Entities by id, one a line.
fn lines(all: Vec<Value>) -> String {
    let by_id: BTreeMap<String, Value> =
        all.into_iter().map(|v| (v["id"].as_str().unwrap_or_default().to_owned(), v)).collect();
    by_id.into_values().map(|value| format!("{value}\n")).collect()
}

/// The parts of a weapon with makers and listings.
pub fn of_parts(answer: &Answer<'_>, graph: &Graph) -> String {
    let mut all: Vec<Value> = answer.specimens.iter().map(|s| of_node(s.weapon)).collect();
    for part in &answer.parts {
        all.push(of_node(part.node));
        all.push(of_edge(part.found));
        let made = graph.from(&part.node.id).filter(|e| e.relation == Relation::MadeBy);
        all.extend(made.map(of_edge));
    }
    for maker in &answer.makers {
        all.push(of_node(maker.node));
        all.extend(maker.listed.iter().map(|listed| of_listing(&maker.node.id, listed)));
    }
    for named in &answer.named {
        all.extend([of_node(named.company), of_edge(named.said)]);
    }
    lines(all)
}

/// A party with all statements about it.
pub fn of_owners(answer: &owners::Answer<'_>) -> String {
    let mut all: Vec<Value> = Vec::new();
    let mut nodes: BTreeSet<&NodeId> = BTreeSet::new();
    for edge in answer.statements() {
        all.push(of_edge(edge));
        nodes.extend([&edge.from, &edge.to]);
    }
    nodes.extend(answer.parties.iter().map(|party| &party.node.id));
    all.extend(nodes.iter().filter_map(|id| answer.graph.node(id)).map(of_node));
    // A name that no source of evidence knows is still somebody that a list may mean.
    let asked = Node::new(NodeId::company(&answer.asked, None), NodeKind::Company, &answer.asked);
    let of = answer.parties.first().map_or(&asked, |party| party.node);
    if answer.parties.is_empty() {
        all.push(of_node(of));
    }
    all.extend(answer.listed.iter().map(|listed| of_listing(&of.id, listed)));
    lines(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_terms::evidence::Citation;

    #[test]
    fn statements_keep_source_and_likelihood_and_ids_are_stable() {
        let cited = Citation {
            source: "made-up".into(),
            line: 7,
            link: "https://example.org/1".into(),
            attribution: "made up, CC BY 4.0".into(),
        };
        let from = NodeId::company("Zontik", Some("TW"));
        let to = NodeId::new(NodeKind::Weapon, "kite");
        let mut edge = Edge::new(from, Relation::Supplies, to, cited).dated("2026-01-31");
        edge.likelihood = Some("likely".into());
        let value = of_edge(&edge);
        assert_eq!(value["schema"], "UnknownLink");
        assert_eq!(value["properties"]["role"][0], "supplies (likely)");
        assert_eq!(value["properties"]["sourceUrl"][0], "https://example.org/1");
        assert_eq!(value["properties"]["description"][0], "made-up line 7");
        assert_eq!(value, of_edge(&edge));
        assert!(value["id"].as_str().is_some_and(|id| id.len() == 45), "{value}");
    }
}
