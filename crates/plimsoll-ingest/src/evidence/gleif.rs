//! GLEIF's golden copy as CSV: who consolidates whom (relationship records, level 2) and the
//! names of entities (level 1). Column names after GLEIF's published file description; the
//! layouts were not yet met in a real CSV file. Its JSON and XML are `gleif_lei`'s.

use super::sheet::{self, Row, Sheet};
use super::{EvidenceFile, EvidenceFormat, Parsed, country};
use crate::error::IngestError;
use plimsoll_terms::evidence::{Edge, Node, NodeId, NodeKind, Relation, Share};
use plimsoll_terms::problem::Problem;

/// Relationship records.
pub struct Relationships;
/// Entities.
pub struct Entities;

impl EvidenceFormat for Relationships {
    fn id(&self) -> &'static str {
        "gleif-relationships"
    }
    fn title(&self) -> &'static str {
        "GLEIF golden copy, relationship records (RR-CDF) as CSV"
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
        "statements"
    }
    fn recognise(&self, head: &[u8]) -> u8 {
        let own = ["relationship_startnode_nodeid", "relationship_endnode_nodeid"];
        if sheet::has(&sheet::header(head), &own) { 95 } else { 0 }
    }
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        read(file, relationship)
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "rr.csv",
            "Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,Relationship.RelationshipType,Relationship.RelationshipStatus,Registration.LastUpdateDate\n\
             00000000000000000001,00000000000000000002,IS_DIRECTLY_CONSOLIDATED_BY,ACTIVE,2026-01-31T00:00:00Z\n",
        )
    }
}

impl EvidenceFormat for Entities {
    fn id(&self) -> &'static str {
        "gleif-entities"
    }
    fn title(&self) -> &'static str {
        "GLEIF golden copy, entities (LEI-CDF) as CSV"
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
        if sheet::has(&sheet::header(head), &["lei", "entity_legalname"]) { 95 } else { 0 }
    }
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        read(file, entity)
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "lei2.csv",
            "LEI,Entity.LegalName,Entity.LegalAddress.Country\n\
             00000000000000000001,Zontik Works,TW\n",
        )
    }
}

fn read(
    file: &EvidenceFile<'_>,
    each: impl Fn(&EvidenceFile<'_>, &Sheet, &Row, &mut Parsed) -> bool,
) -> Result<Parsed, IngestError> {
    let mut parsed = Parsed::default();
    let sheet = sheet::read(file, &mut parsed)?;
    for row in &sheet.rows {
        if each(file, &sheet, row, &mut parsed) {
            parsed.rows_loaded += 1;
            parsed.distinct += 1;
        } else {
            let hint = "it needs the LEI of 20 characters of each party";
            parsed.set_aside(Problem::new("lei-missing", row.line, row.cell(Some(0)), hint));
        }
    }
    Ok(parsed)
}

/// The node of an LEI; none where it is no such number.
pub(super) fn by_lei(lei: &str) -> Option<NodeId> {
    let fits = lei.len() == 20 && lei.bytes().all(|b| b.is_ascii_alphanumeric());
    fits.then(|| NodeId::new(NodeKind::Company, &format!("lei {lei}")))
}

fn entity(_: &EvidenceFile<'_>, sheet: &Sheet, row: &Row, parsed: &mut Parsed) -> bool {
    let cell = |name: &str| row.cell(sheet.column(&[name]));
    let Some(id) = by_lei(cell("lei")) else { return false };
    let node = Node::new(id, NodeKind::Company, cell("entity_legalname"))
        .of_country(country(cell("entity_legaladdress_country")).as_deref())
        .with("identifier", &format!("LEI {}", cell("lei")));
    parsed.graph.add(node);
    true
}

fn relationship(file: &EvidenceFile<'_>, sheet: &Sheet, row: &Row, parsed: &mut Parsed) -> bool {
    let cell = |name: &str| row.cell(sheet.column(&[name]));
    let leis = [cell("relationship_startnode_nodeid"), cell("relationship_endnode_nodeid")];
    let [Some(from), Some(to)] = leis.map(by_lei) else { return false };
    for (id, lei) in [(&from, leis[0]), (&to, leis[1])] {
        let node = Node::new(id.clone(), NodeKind::Company, "");
        parsed.graph.add(node.with("identifier", &format!("LEI {lei}")));
    }
    let kind = cell("relationship_relationshiptype");
    // Consolidation is control by accounting rules and states no share.
    let mut edge = Edge::new(from, Relation::ControlledBy, to, file.cited(row.line, ""));
    let amount = cell("relationship_quantifiers_1_quantifieramount").parse::<f64>().ok();
    edge.share = amount.filter(|a| *a <= 1.0).and_then(|a| Share::of_percent(a * 100.0, a * 100.0));
    edge.remark = kind.to_lowercase().replace('_', " ");
    if cell("relationship_relationshipstatus") == "INACTIVE" {
        edge.until = "unknown day".to_owned();
    }
    let day = cell("registration_lastupdatedate").get(..10).unwrap_or_default().to_owned();
    parsed.graph.say(edge.dated(&day));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consolidation_is_control_without_a_share() {
        let bytes = Relationships.example().1.as_bytes();
        let file = EvidenceFile { name: "rr.csv", bytes, source: "s", attribution: "a" };
        let parsed = Relationships.read(&file).unwrap();
        let edge = parsed.graph.edges().next().unwrap();
        assert_eq!((edge.relation.word(), edge.share), ("controlled_by", None));
        assert_eq!(edge.remark, "is directly consolidated by");
        assert_eq!(edge.date, "2026-01-31");
    }
}
