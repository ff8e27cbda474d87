//! The other tables of Awesome Drone Warfare OSINT: makers, weapons with their other names,
//! supply edges with a word of likelihood, and documents that take weapons apart.

use super::parts::{LICENCE, PUBLISHER, URL, weapon_id};
use super::sheet::{self, Row, Sheet};
use super::{EvidenceFile, EvidenceFormat, Parsed, country};
use crate::error::IngestError;
use plimsoll_terms::evidence::{Edge, Graph, Node, NodeId, NodeKind, Relation, is_unknown};
use plimsoll_terms::problem::Problem;

/// `manufacturers.csv`.
pub struct Makers;
/// `drones.csv`.
pub struct Weapons;
/// `supply_chain_edges.csv`.
pub struct SupplyEdges;
/// `teardowns.csv`.
pub struct Teardowns;

/// What the four have in common.
macro_rules! of_the_same_publisher {
    ($tells:literal, $columns:expr) => {
        fn publisher(&self) -> &'static str {
            PUBLISHER
        }
        fn licence(&self) -> &'static str {
            LICENCE
        }
        fn url(&self) -> &'static str {
            URL
        }
        fn tells_of(&self) -> &'static str {
            $tells
        }
        fn recognise(&self, head: &[u8]) -> u8 {
            if sheet::has(&sheet::header(head), &$columns) { 90 } else { 0 }
        }
    };
}

impl EvidenceFormat for Makers {
    fn id(&self) -> &'static str {
        "war-manufacturers"
    }
    fn title(&self) -> &'static str {
        "Makers of components found in weapons"
    }
    of_the_same_publisher!("companies", ["manufacturer_id", "name", "country"]);
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        rows(file, "name", |sheet, row, graph| {
            let cell = |name: &str| row.cell(sheet.column(&[name]));
            let place = country(cell("country"));
            let id = NodeId::company(cell("name"), place.as_deref());
            let node = Node::new(id.clone(), NodeKind::Company, cell("name"))
                .of_country(place.as_deref())
                .with("identifier", cell("opensanctions_id"))
                .with("city", cell("headquarters_city"))
                .with("stated in", &format!("{} line {}", file.source, row.line));
            graph.add(node);
            let parent = cell("parent_company");
            if !is_unknown(parent) {
                let owner = NodeId::company(parent, None);
                graph.add(Node::new(owner.clone(), NodeKind::Company, parent));
                let cited = file.cited(row.line, cell("source_url"));
                graph.say(Edge::new(id, Relation::OwnedBy, owner, cited));
            }
        })
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "manufacturers.csv",
            "manufacturer_id,name,country,parent_company,source_url\n\
             zontik-works-tw,Zontik Works,TW,Regenschirm Holding,https://example.org/m\n",
        )
    }
}

impl EvidenceFormat for Weapons {
    fn id(&self) -> &'static str {
        "war-drones"
    }
    fn title(&self) -> &'static str {
        "Drones and missiles that were taken apart, with other names"
    }
    of_the_same_publisher!("weapons", ["id", "display_name", "aka", "operators"]);
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        rows(file, "id", |sheet, row, graph| {
            let cell = |name: &str| row.cell(sheet.column(&[name]));
            let id = weapon_id(cell("id"));
            let mut node = Node::new(id, NodeKind::Weapon, cell("display_name"))
                .of_country(country(cell("manufacturer_country")).as_deref())
                .with("link", cell("primary_source_url"))
                .with("stated in", &format!("{} line {}", file.source, row.line));
            for fact in ["role", "propulsion"] {
                if !is_unknown(cell(fact)) {
                    node = node.with(fact, cell(fact));
                }
            }
            // One name, a list of them, or nothing.
            let other = cell("aka");
            let names = serde_json::from_str(other).unwrap_or_else(|_| vec![other.to_owned()]);
            node.names.extend(names.into_iter().filter(|name: &String| !is_unknown(name)));
            graph.add(node);
        })
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "drones.csv",
            "id,display_name,aka,operators,manufacturer_country,role,primary_source_url\n\
             kite-7,Kite 7 UAV,\"[\"\"Milan-2\"\"]\",\"[\"\"XX\"\"]\",UNK,isr,https://example.org/kite-7\n",
        )
    }
}

impl EvidenceFormat for SupplyEdges {
    fn id(&self) -> &'static str {
        "war-supply-edges"
    }
    fn title(&self) -> &'static str {
        "Who supplied what, with a source and a word of likelihood"
    }
    of_the_same_publisher!(
        "statements",
        ["source_entity", "target_entity", "relation", "evidence_url"]
    );
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        rows(file, "source_entity", |sheet, row, graph| {
            let cell = |name: &str| row.cell(sheet.column(&[name]));
            let from = named(graph, cell("source_type"), cell("source_entity"));
            let to = named(graph, cell("target_type"), cell("target_entity"));
            let cited = file.cited(row.line, cell("evidence_url"));
            let mut edge = Edge::new(from, Relation::parse(cell("relation")), to, cited);
            let word = cell("confidence");
            edge.likelihood = Some(word.to_owned()).filter(|word| !is_unknown(word));
            cell("notes").clone_into(&mut edge.remark);
            graph.say(edge);
        })
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "supply_chain_edges.csv",
            "edge_id,source_entity,source_type,target_entity,target_type,relation,evidence_url,confidence,notes\n\
             e-1,Zontik Works,manufacturer,Kite-7,drone,found_inside,https://example.org/e,medium,engine\n",
        )
    }
}

/// A company or weapon by its name alone.
fn named(graph: &mut Graph, kind: &str, name: &str) -> NodeId {
    let weapon = ["drone", "weapon", "missile", "vehicle"].contains(&kind);
    let node = if weapon {
        Node::new(weapon_id(name), NodeKind::Weapon, name)
    } else {
        Node::new(NodeId::company(name, None), NodeKind::Company, name).with("kind", kind)
    };
    let id = node.id.clone();
    graph.add(node);
    id
}

impl EvidenceFormat for Teardowns {
    fn id(&self) -> &'static str {
        "war-teardowns"
    }
    fn title(&self) -> &'static str {
        "Documents that take weapons apart"
    }
    of_the_same_publisher!("documents", ["teardown_id", "title", "drone_id", "organization"]);
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        rows(file, "drone_id", |sheet, row, graph| {
            let cell = |name: &str| row.cell(sheet.column(&[name]));
            let weapon = weapon_id(cell("drone_id"));
            graph.add(Node::new(weapon.clone(), NodeKind::Weapon, cell("drone_id")));
            let who = cell("organization");
            let by = NodeId::company(who, None);
            graph.add(Node::new(by.clone(), NodeKind::Company, who));
            let cited = file.cited(row.line, cell("url"));
            let mut edge = Edge::new(weapon, Relation::DocumentedBy, by, cited);
            cell("title").clone_into(&mut edge.remark);
            graph.say(edge.dated(cell("published_date")));
        })
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "teardowns.csv",
            "teardown_id,title,drone_id,organization,url,published_date\n\
             t-1,Inside the Kite-7,kite-7,Institute of Umbrellas,https://example.org/t,2026-02-01\n",
        )
    }
}

/// Reads each row with `each`; one without its key is set aside, a repeated one counted once.
fn rows(
    file: &EvidenceFile<'_>,
    key: &str,
    each: impl Fn(&Sheet, &Row, &mut Graph),
) -> Result<Parsed, IngestError> {
    let mut parsed = Parsed::default();
    let sheet = sheet::read(file, &mut parsed)?;
    let Some(column) = sheet.column(&[key]) else {
        return Err(file.unreadable(format!("it has no column {key}")));
    };
    let mut seen: std::collections::BTreeSet<String> = std::collections::BTreeSet::new();
    for row in &sheet.rows {
        if is_unknown(row.cell(Some(column))) {
            let hint = format!("a row needs {key}");
            parsed.set_aside(Problem::new("value-missing", row.line, "", hint).in_column(key));
            continue;
        }
        parsed.rows_loaded += 1;
        if !seen.insert(row.cells.iter().collect::<Vec<_>>().join("\u{1f}")) {
            *parsed.rules.entry("repeated-record".into()).or_default() += 1;
            continue;
        }
        parsed.distinct += 1;
        each(&sheet, row, &mut parsed.graph);
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(format: &dyn EvidenceFormat, text: &str) -> Parsed {
        let bytes = text.as_bytes();
        let file = EvidenceFile { name: "x.csv", bytes, source: "made-up", attribution: "made up" };
        format.read(&file).unwrap()
    }

    #[test]
    fn statements_keep_relation_likelihood_and_link() {
        let parsed = read(&SupplyEdges, SupplyEdges.example().1);
        let edge = parsed.graph.edges().next().unwrap();
        assert_eq!(edge.from.as_str(), "company:zontik works|?");
        assert_eq!((edge.relation.word(), edge.to.as_str()), ("found_in", "weapon:kite-7"));
        assert_eq!(edge.likelihood.as_deref(), Some("medium"));
        assert_eq!((edge.cited.line, edge.cited.link.as_str()), (2, "https://example.org/e"));
        assert_eq!(edge.remark, "engine");
    }

    #[test]
    fn weapons_have_all_their_names() {
        let parsed = read(&Weapons, Weapons.example().1);
        let weapon = parsed.graph.nodes(NodeKind::Weapon).next().unwrap();
        assert_eq!(weapon.names.iter().collect::<Vec<_>>(), ["Kite 7 UAV", "Milan-2"]);
        assert_eq!(weapon.countries.len(), 0);
    }

    #[test]
    fn a_row_without_its_key_is_set_aside() {
        let text = "manufacturer_id,name,country\nx,,TW\ny,Zontik,TW\ny,Zontik,TW\n";
        let parsed = read(&Makers, text);
        assert_eq!((parsed.rows_in, parsed.rows_loaded, parsed.rows_set_aside), (3, 2, 1));
        assert_eq!((parsed.distinct, parsed.rules["repeated-record"]), (1, 1));
    }
}
