//! All statements of a store as one graph, and who in it bears a name.
//!
//! A further source of statements joins here: a reader that gives a [`Graph`] and a line in
//! [`assemble`].

use super::load::read;
use super::{Evidence, folder};
use crate::failure::Failure;
use crate::printer;
use crate::watchlists::{self, Edition, broken, unpack};
use plimsoll_ingest::evidence::{EvidenceFile, by_id, ftm};
use plimsoll_screen::candidates::Scratch;
use plimsoll_screen::entity::{Entity, EntityKind, Name, NameKind};
use plimsoll_screen::names::tables::Class;
use plimsoll_screen::names::tokens::{Mode, analyse};
use plimsoll_screen::screen::{Query, Settings, screen};
use plimsoll_screen::snapshot::build::{ListInput, compile};
use plimsoll_screen::snapshot::{ListMeta, Snapshot};
use plimsoll_terms::claim::ledger;
use plimsoll_terms::evidence::deeds;
use plimsoll_terms::evidence::{Citation, Edge, Graph, Node, NodeId, NodeKind, Relation};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// All that the store says, spellings of one company joined. `lists` are the editions whose
/// own ties between parties are taken in.
pub fn assemble(store: &Path, lists: &[&Edition]) -> Result<Graph, Failure> {
    let mut graph = Graph::default();
    for entry in Evidence::open(store)?.files {
        let path = entry.file.path(&folder(store));
        let raw = fs::read(&path).map_err(|e| broken(&path, e))?;
        let sha256: String = Sha256::digest(&raw).iter().map(|b| format!("{b:02x}")).collect();
        if sha256 != entry.file.sha256 {
            let why = "this is not what was received; load the file with --replace";
            return Err(broken(&path, why));
        }
        let Some(format) = by_id(&entry.layout) else {
            return Err(broken(&path, format!("no layout {}", entry.layout)));
        };
        graph.extend(read(format, &entry, &unpack(&path, "")?, &path)?.graph);
    }
    for edition in lists.iter().filter(|e| e.layout == "ftm") {
        graph.extend(ties_of(store, edition)?);
    }
    graph.extend(claims(store));
    Ok(joined(graph))
}

/// Accepted claims without a figure: of the ledger that the program ships, and of ledgers in the
/// store's folder `claims`. A ledger that cannot be read is told and passed over.
fn claims(store: &Path) -> Graph {
    let mut graph = Graph::default();
    if let Ok(shipped) = ledger::shipped() {
        graph.extend(deeds::of_claims(&shipped.claims, "shipped ledger"));
    }
    let folder = fs::read_dir(store.join("claims")).into_iter().flatten().flatten();
    let mut paths: Vec<_> = folder.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    paths.sort();
    for path in paths {
        let text = fs::read_to_string(&path).map_err(|e| e.to_string());
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        match text.and_then(|text| ledger::parse(&text, &[]).map_err(|e| e.to_string())) {
            Ok(ledger) => graph.extend(deeds::of_claims(&ledger.claims, &name)),
            Err(why) => printer::talk(&format!("note: claims/{name} passed over: {why}")),
        }
    }
    graph
}

/// What a list in FollowTheMoney says of owners and directors.
fn ties_of(store: &Path, edition: &Edition) -> Result<Graph, Failure> {
    let mut graph = Graph::default();
    for file in &edition.files {
        let path = file.path(&watchlists::folder(store));
        let content = watchlists::content(&path, &file.member)?;
        let source = format!("{}@{}", edition.list, edition.edition);
        let attribution = format!("{}, {}", edition.publisher, edition.licence);
        let name = file.shown();
        let file = EvidenceFile {
            name: &name,
            bytes: &content,
            source: &source,
            attribution: &attribution,
        };
        graph.extend(ftm::ties(&file).graph);
    }
    Ok(graph)
}

/// What a list's own remarks say of ties: `Linked To: X`, `Subsidiary Of X`.
pub fn remarks(entity: &Entity) -> Vec<(Relation, String)> {
    const LABELS: [(&str, Relation); 5] = [
        ("linked to:", Relation::LinkedTo),
        ("subsidiary of", Relation::OwnedBy),
        ("owned by", Relation::OwnedBy),
        ("parent company:", Relation::OwnedBy),
        ("vessel owner", Relation::OwnedBy),
    ];
    let mut found = Vec::new();
    for remark in &entity.remarks {
        let lower = remark.to_lowercase();
        for (label, relation) in &LABELS {
            // The label begins the remark: within a sentence it could mean anything.
            let Some(rest) = lower.strip_prefix(label) else { continue };
            let rest = remark.get(remark.len() - rest.len()..).unwrap_or_default();
            let name = rest.trim_matches([' ', ':', '.', ';', '"']);
            if !name.is_empty() {
                found.push((relation.clone(), name.to_owned()));
            }
        }
    }
    found
}

/// The remark's tie as a statement of the graph.
pub fn remark_edge(from: &NodeId, relation: Relation, to: &str, cited: Citation) -> (Node, Edge) {
    let id = NodeId::company(to, None);
    let node = Node::new(id.clone(), NodeKind::Company, to);
    (node, Edge::new(from.clone(), relation, id, cited))
}

/// What makes two spellings one company's: the words of the name without legal forms.
pub fn key(name: &str) -> String {
    let words = analyse(name, Mode::Organisation).tokens;
    let naming = words.iter().filter(|w| w.class != Class::LegalForm).map(|w| w.text.as_str());
    let key = naming.collect::<Vec<_>>().join(" ");
    if key.is_empty() { name.trim().to_lowercase() } else { key }
}

/// Joins companies of the same words and the same stated country. A company with an id of its
/// publisher's stays for itself, and so does one whose country is not stated.
fn joined(graph: Graph) -> Graph {
    let mut first: BTreeMap<(String, String), NodeId> = BTreeMap::new();
    let mut into: BTreeMap<NodeId, NodeId> = BTreeMap::new();
    for node in graph.nodes(NodeKind::Company) {
        let (Some(country), false) = (node.countries.first(), own_id(&node.id)) else { continue };
        if node.countries.len() > 1 {
            continue;
        }
        let key = (key(node.name()), country.clone());
        match first.get(&key) {
            Some(one) => {
                into.insert(node.id.clone(), one.clone());
            }
            None => {
                first.insert(key, node.id.clone());
            }
        }
    }
    graph.joined(&into)
}

fn own_id(id: &NodeId) -> bool {
    ["company:ftm ", "company:bods ", "company:lei "].iter().any(|p| id.as_str().starts_with(p))
}

/// A party of the graph that may be meant.
#[derive(Clone, Debug)]
pub struct Meant {
    /// Which.
    pub id: NodeId,
    /// The name that matched.
    pub matched: String,
    /// Thousandths.
    pub score: i32,
    /// Whether that name stands in brackets after another: often the owner or later name.
    pub in_brackets: bool,
}

/// The companies and persons of the graph that a name may mean, in any script, best first.
pub fn who(graph: &Graph, name: &str, threshold: i32) -> Vec<Meant> {
    let parties: Vec<&Node> =
        graph.nodes(NodeKind::Company).chain(graph.nodes(NodeKind::Person)).collect();
    let entities: Vec<Entity> = parties.iter().map(|node| entity(node)).collect();
    let bytes = compile(vec![ListInput::of(ListMeta::default(), &entities)]);
    let Ok(snapshot) = Snapshot::open(&bytes) else { return Vec::new() };
    let settings = Settings { threshold, limit: 40, explain: false };
    let query = Query { name: name.to_owned(), ..Query::default() };
    let hits = screen(&snapshot, &query, &settings, &mut Scratch::default());
    let mut all: Vec<Meant> = hits
        .into_iter()
        .filter_map(|hit| {
            let node = parties.iter().find(|node| node.id.as_str() == hit.entity.id)?;
            let matched = hit.matched_name;
            let in_brackets = hit.matched_kind == NameKind::Former;
            Some(Meant { id: node.id.clone(), matched, score: hit.score, in_brackets })
        })
        .collect();
    all.sort_by(|a, b| (b.score, a.in_brackets, &a.id).cmp(&(a.score, b.in_brackets, &b.id)));
    all
}

/// A node as something to be searched. Names in brackets come as names of their own, marked as
/// former ones, since a source writes `Later Name` or `Owner` there.
fn entity(node: &Node) -> Entity {
    let kind = match node.kind {
        NodeKind::Person => EntityKind::Person,
        _ => EntityKind::Organisation,
    };
    let mut names: Vec<Name> = Vec::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut take = |text: &str, kind: NameKind| {
        let text = text.trim();
        if !text.is_empty() && seen.insert(text.to_owned()) {
            names.push(Name { text: text.to_owned(), kind, ..Name::default() });
        }
    };
    for name in &node.names {
        take(name, NameKind::Primary);
        let (outside, inside) = brackets(name);
        take(&outside, NameKind::Alias);
        for part in inside {
            take(&part, NameKind::Former);
        }
    }
    Entity {
        id: node.id.as_str().to_owned(),
        kind,
        names,
        countries: node.countries.iter().cloned().collect(),
        ..Entity::default()
    }
}

/// `A (B, C)` as `A` and the parts in brackets.
pub fn brackets(name: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside) = (String::new(), Vec::new());
    let mut rest = name;
    while let Some((before, after)) = rest.split_once('(') {
        let Some((within, tail)) = after.split_once(')') else { break };
        outside.push_str(before);
        inside.extend(
            within.split([',', '/']).flat_map(|p| p.split(" - ")).map(|p| p.trim().to_owned()),
        );
        rest = tail;
    }
    outside.push_str(rest);
    inside.retain(|part| !part.is_empty());
    (outside.split_whitespace().collect::<Vec<_>>().join(" "), inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn company(name: &str, country: Option<&str>) -> Node {
        Node::new(NodeId::company(name, country), NodeKind::Company, name).of_country(country)
    }

    #[test]
    fn spellings_of_one_country_are_joined_and_kept() {
        let mut graph = Graph::default();
        for (name, country) in [
            ("Zontik Works", Some("TW")),
            ("ZONTIK WORKS CO., LTD", Some("TW")),
            ("Zontik Works", Some("DE")),
            ("Zontik Works", None),
        ] {
            graph.add(company(name, country));
        }
        let graph = joined(graph);
        let names: Vec<usize> = graph.nodes(NodeKind::Company).map(|n| n.names.len()).collect();
        assert_eq!(names.iter().sum::<usize>(), 4);
        assert_eq!(names.len(), 3);
    }

    #[test]
    fn a_name_in_brackets_is_found_and_marked() {
        let mut graph = Graph::default();
        graph.add(company("Maxwerk Integrated (Analogue Zontik)", Some("US")));
        graph.add(company("Analogue Zontik", Some("US")));
        let meant = who(&graph, "Analogue Zontik Inc.", 800);
        let seen: Vec<(bool, bool)> =
            meant.iter().map(|m| (m.in_brackets, m.id.as_str().contains("maxwerk"))).collect();
        assert_eq!(seen, [(false, false), (true, true)]);
        let both = brackets("A (B - C) Works (D)");
        assert_eq!(both, ("A Works".into(), vec!["B".to_owned(), "C".into(), "D".into()]));
    }

    #[test]
    fn remarks_tie_parties_only_where_the_label_begins_them() {
        let entity = Entity {
            remarks: vec![
                "Linked To: ZONTIK GROUP.".into(),
                "Subsidiary Of Regenschirm AG".into(),
                "said to be owned by nobody".into(),
            ],
            ..Entity::default()
        };
        let found: Vec<(String, String)> = remarks(&entity)
            .into_iter()
            .map(|(relation, name)| (relation.word().to_owned(), name))
            .collect();
        assert_eq!(
            found,
            [
                ("linked_to".to_owned(), "ZONTIK GROUP".to_owned()),
                ("owned_by".into(), "Regenschirm AG".into())
            ]
        );
    }
}
