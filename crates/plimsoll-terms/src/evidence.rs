//! Who made what, in which weapon was it found, who stands behind whom, and who says so?
//!
//! Companies, components, weapons and listings are [`Node`]s; what a source says of two of them
//! is an [`Edge`] with its source, line, link, date and the source's own word of likelihood.
//! There is no bare fact here: what nobody says is not in the [`Graph`], and a maker that the
//! source does not know has no node. The module reads nothing and judges nobody.

pub mod codes;
pub mod deeds;
pub mod ownership;
pub mod weapons;

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NodeKind {
    /// A company, an organisation, a public body.
    Company,
    /// A natural person.
    Person,
    /// A part as one source documents it: a marking, a photo, a number.
    Component,
    /// A weapon, or one specimen of it that somebody took apart.
    Weapon,
    /// What goods are for, in a source's words: `tanks and armoured vehicles`.
    #[serde(rename = "end-use")]
    EndUse,
    /// An entry of a watchlist.
    Listing,
    /// A country or place.
    Place,
}

impl NodeKind {
    /// The word of it, also the first part of a [`NodeId`].
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Person => "person",
            Self::Component => "component",
            Self::Weapon => "weapon",
            Self::EndUse => "end-use",
            Self::Listing => "listing",
            Self::Place => "place",
        }
    }
}

/// What tells a node from all others: its kind, a colon and a key. The same input gives the
/// same id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(String);

impl NodeId {
    /// From kind and key.
    #[must_use]
    pub fn new(kind: NodeKind, key: &str) -> NodeId {
        NodeId(format!("{}:{key}", kind.word()))
    }

    /// A company by the name and country that a source gives, before spellings are joined.
    #[must_use]
    pub fn company(name: &str, country: Option<&str>) -> NodeId {
        let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
        let key = format!("{}|{}", words.join(" "), country.unwrap_or("?"));
        NodeId::new(NodeKind::Company, &key)
    }

    /// All of it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A thing that sources speak of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// Its id.
    pub id: NodeId,
    /// What it is.
    pub kind: NodeKind,
    /// Every name and spelling that a source uses, in every script.
    pub names: BTreeSet<String>,
    /// Countries that sources give, ISO 3166 codes of two letters where they are known.
    pub countries: BTreeSet<String>,
    /// What else sources say: `category`, `marking`, `identifier`, …; several values where
    /// sources differ.
    pub facts: BTreeMap<String, BTreeSet<String>>,
}

impl Node {
    /// With one name and no more.
    #[must_use]
    pub fn new(id: NodeId, kind: NodeKind, name: &str) -> Node {
        let names = Some(name.trim().to_owned()).filter(|n| !n.is_empty()).into_iter().collect();
        Node { id, kind, names, countries: BTreeSet::new(), facts: BTreeMap::new() }
    }

    /// The same with a country, where one is given.
    #[must_use]
    pub fn of_country(mut self, country: Option<&str>) -> Node {
        self.countries.extend(country.map(str::to_owned));
        self
    }

    /// The same with a fact, where the value is not empty.
    #[must_use]
    pub fn with(mut self, fact: &str, value: &str) -> Node {
        let value = value.trim();
        if !value.is_empty() {
            self.facts.entry(fact.to_owned()).or_default().insert(value.to_owned());
        }
        self
    }

    /// The first of its names in order; its id where no source names it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.names.first().map_or(self.id.as_str(), String::as_str)
    }

    /// The values of a fact, joined by ` / ` where sources differ; empty where none gives one.
    #[must_use]
    pub fn fact(&self, fact: &str) -> String {
        let values = self.facts.get(fact).into_iter().flatten();
        values.map(String::as_str).collect::<Vec<_>>().join(" / ")
    }

    fn absorb(&mut self, other: Node) {
        self.names.extend(other.names);
        self.countries.extend(other.countries);
        for (fact, values) in other.facts {
            self.facts.entry(fact).or_default().extend(values);
        }
    }
}

/// What a source says of two nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// A component is marked with or traced to a maker.
    MadeBy,
    /// A component, or something of a company, was found in a weapon.
    FoundIn,
    /// A party stands on a watchlist.
    ListedOn,
    /// A company is owned by a party; the share where the source gives one.
    OwnedBy,
    /// A company is controlled or consolidated by a party without a stated share.
    ControlledBy,
    /// A list links a party to another, without saying how.
    LinkedTo,
    /// A person directs a company.
    DirectedBy,
    /// A party supplies a party or a use.
    Supplies,
    /// Goods of a party travel by way of another.
    ShipsVia,
    /// The source writes another name in brackets after this one: often the owner or the later
    /// name, sometimes an abbreviation. A lead.
    NamedWith,
    /// A document that treats a weapon.
    DocumentedBy,
    /// In the source's own word.
    Other(String),
}

impl Relation {
    /// The word of it.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::MadeBy => "made_by",
            Self::FoundIn => "found_in",
            Self::ListedOn => "listed_on",
            Self::OwnedBy => "owned_by",
            Self::ControlledBy => "controlled_by",
            Self::LinkedTo => "linked_to",
            Self::DirectedBy => "directed_by",
            Self::Supplies => "supplies",
            Self::ShipsVia => "ships_via",
            Self::NamedWith => "named_with",
            Self::DocumentedBy => "documented_by",
            Self::Other(word) => word,
        }
    }

    /// From a source's word; one that is not known is kept as it is.
    #[must_use]
    pub fn parse(word: &str) -> Relation {
        let plain = word.trim().to_lowercase().replace([' ', '-'], "_");
        match plain.as_str() {
            "made_by" | "manufactured_by" | "produced_by" => Self::MadeBy,
            "found_in" | "found_inside" | "used_in" => Self::FoundIn,
            "listed_on" => Self::ListedOn,
            "owned_by" | "subsidiary_of" => Self::OwnedBy,
            "controlled_by" => Self::ControlledBy,
            "linked_to" => Self::LinkedTo,
            "directed_by" => Self::DirectedBy,
            "supplies" | "supplies_to" | "sells_to" => Self::Supplies,
            "ships_via" => Self::ShipsVia,
            "named_with" => Self::NamedWith,
            "documented_by" => Self::DocumentedBy,
            _ => Self::Other(plain),
        }
    }
}

/// A share of a company in hundredths of a percent, 10,000 being all of it; a source may give a
/// range, and then the truth is somewhere in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Share {
    /// The least it can be.
    pub low: u32,
    /// The most it can be.
    pub high: u32,
}

impl Share {
    /// All of a company.
    pub const WHOLE: u32 = 10_000;

    /// From percent, exact or a range; none where a figure is no share.
    #[must_use]
    pub fn of_percent(low: f64, high: f64) -> Option<Share> {
        let fits = |p: f64| (0.0..=100.0).contains(&p);
        let whole = |p: f64| (p * 100.0).round() as u32;
        (fits(low) && fits(high) && low <= high)
            .then(|| Share { low: whole(low), high: whole(high) })
    }

    /// `62.5 %` or `25 to 50 %`.
    #[must_use]
    pub fn text(self) -> String {
        let percent = |s: u32| {
            let text = format!("{}.{:02}", s / 100, s % 100);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        if self.low == self.high {
            return format!("{} %", percent(self.low));
        }
        format!("{} to {} %", percent(self.low), percent(self.high))
    }
}

/// Where a statement stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Citation {
    /// The received file, or the list and its edition.
    pub source: String,
    /// Line in it, from 1; 0 where there is none.
    pub line: u64,
    /// What the source itself points to, such as the page of a component; may be empty.
    pub link: String,
    /// Publisher and terms as they must be shown.
    pub attribution: String,
}

/// One statement of one source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Edge {
    /// Of whom.
    pub from: NodeId,
    /// What.
    pub relation: Relation,
    /// And whom.
    pub to: NodeId,
    /// Who says so.
    pub cited: Citation,
    /// The day or period that the source gives, such as the day it was last looked at.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub date: String,
    /// The day on which it ended, where the source gives one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub until: String,
    /// The source's own word of likelihood: `likely`, `may`, `high`; none where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likelihood: Option<String>,
    /// A share, where one is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// What else the source says of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remark: String,
}

impl Edge {
    /// Without date, likelihood, share and remark.
    #[must_use]
    pub fn new(from: NodeId, relation: Relation, to: NodeId, cited: Citation) -> Edge {
        let (date, until, remark) = Default::default();
        Edge { from, relation, to, cited, date, until, likelihood: None, share: None, remark }
    }

    /// The same with the day that the source gives.
    #[must_use]
    pub fn dated(mut self, date: &str) -> Edge {
        date.trim().clone_into(&mut self.date);
        self
    }
}

/// All that the sources say. Sorted: the same statements in any order give the same graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    nodes: BTreeMap<NodeId, Node>,
    edges: BTreeSet<Edge>,
    /// From whom the edges to a node come.
    incoming: BTreeMap<NodeId, BTreeSet<NodeId>>,
}

impl Graph {
    /// Adds a node, or what is new of one that is there.
    pub fn add(&mut self, node: Node) {
        match self.nodes.get_mut(&node.id) {
            Some(there) => there.absorb(node),
            None => {
                self.nodes.insert(node.id.clone(), node);
            }
        }
    }

    /// Adds a statement; the same one twice counts once.
    pub fn say(&mut self, edge: Edge) {
        self.incoming.entry(edge.to.clone()).or_default().insert(edge.from.clone());
        self.edges.insert(edge);
    }

    /// Adds all of another graph.
    pub fn extend(&mut self, other: Graph) {
        other.nodes.into_values().for_each(|node| self.add(node));
        other.edges.into_iter().for_each(|edge| self.say(edge));
    }

    /// The node of this id.
    #[must_use]
    pub fn node(&self, id: &NodeId) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// Nodes of a kind, by id.
    pub fn nodes(&self, kind: NodeKind) -> impl Iterator<Item = &Node> {
        self.nodes.values().filter(move |node| node.kind == kind)
    }

    /// Statements of a node: who made it, where it was found.
    pub fn from<'a>(&'a self, id: &'a NodeId) -> impl Iterator<Item = &'a Edge> {
        let first =
            Edge::new(id.clone(), Relation::MadeBy, NodeId(String::new()), Citation::default());
        self.edges.range(first..).take_while(move |edge| edge.from == *id)
    }

    /// Statements that point to a node: what it made, what was found in it.
    pub fn to<'a>(&'a self, id: &'a NodeId) -> impl Iterator<Item = &'a Edge> {
        let from = self.incoming.get(id).into_iter().flatten();
        from.flat_map(|from| self.from(from)).filter(move |edge| edge.to == *id)
    }

    /// All statements.
    pub fn edges(&self) -> impl Iterator<Item = &Edge> {
        self.edges.iter()
    }

    /// The same with nodes joined: each id that the map names becomes the one it gives, which
    /// keeps all names. Nothing is dropped but statements that become one.
    #[must_use]
    pub fn joined(self, into: &BTreeMap<NodeId, NodeId>) -> Graph {
        let one = |id: NodeId| into.get(&id).cloned().unwrap_or(id);
        let mut graph = Graph::default();
        for mut node in self.nodes.into_values() {
            node.id = one(node.id);
            graph.add(node);
        }
        for mut edge in self.edges {
            edge.from = one(edge.from);
            edge.to = one(edge.to);
            if edge.from != edge.to {
                graph.say(edge);
            }
        }
        graph
    }
}

/// Whether a source says by this that it does not know the maker: then there is none, and the
/// words must never pass for the name of a company.
#[must_use]
pub fn is_unknown(text: &str) -> bool {
    const WORDS: [&str; 19] = [
        "",
        "-",
        "--",
        "–",
        "?",
        "n/a",
        "na",
        "nan",
        "unk",
        "unknown",
        "none",
        "null",
        "tbd",
        "unspecified",
        "not identified",
        "unidentified",
        "not known",
        "not specified",
        "no data",
    ];
    let plain = text.trim().trim_matches(['(', ')', '[', ']', '.']).to_lowercase();
    let plain = plain.replace(['_', '-'], " ");
    let plain = plain.strip_prefix("manufacturer ").unwrap_or(&plain);
    WORDS.contains(&plain.trim()) || plain.chars().all(|c| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: &NodeId, relation: Relation, to: &NodeId, line: u64) -> Edge {
        let cited = Citation { source: "made-up".into(), line, ..Citation::default() };
        Edge::new(from.clone(), relation, to.clone(), cited)
    }

    fn nodes() -> [Node; 3] {
        let part = NodeId::new(NodeKind::Component, "p-1");
        let maker = NodeId::company("Zontik  Works", Some("TW"));
        let weapon = NodeId::new(NodeKind::Weapon, "kite-7");
        [
            Node::new(part, NodeKind::Component, "Relay R7").with("category", "relay"),
            Node::new(maker, NodeKind::Company, "Zontik Works").of_country(Some("TW")),
            Node::new(weapon, NodeKind::Weapon, "Kite-7"),
        ]
    }

    fn graph() -> (Graph, [NodeId; 3]) {
        let all = nodes();
        let [part, maker, weapon] = all.clone().map(|node| node.id);
        let mut graph = Graph::default();
        all.into_iter().for_each(|node| graph.add(node));
        graph.say(edge(&part, Relation::FoundIn, &weapon, 2));
        graph.say(edge(&part, Relation::MadeBy, &maker, 2));
        graph.say(edge(&part, Relation::MadeBy, &maker, 2));
        (graph, [part, maker, weapon])
    }

    #[test]
    fn statements_are_found_from_both_ends_and_counted_once() {
        let (graph, [part, maker, weapon]) = graph();
        assert_eq!(graph.edges().count(), 2);
        assert_eq!(graph.from(&part).count(), 2);
        assert_eq!(graph.to(&maker).count(), 1);
        assert_eq!(graph.to(&weapon).map(|e| e.relation.word()).collect::<Vec<_>>(), ["found_in"]);
        assert_eq!(graph.from(&weapon).count(), 0);
    }

    #[test]
    fn joined_spellings_keep_both_names_and_their_lines() {
        let (mut graph, [part, maker, _]) = graph();
        let other = NodeId::company("ZONTIK WORKS LTD", Some("TW"));
        graph.add(Node::new(other.clone(), NodeKind::Company, "ZONTIK WORKS LTD"));
        graph.say(edge(&part, Relation::MadeBy, &other, 9));
        let graph = graph.joined(&BTreeMap::from([(other, maker.clone())]));
        let names = graph.node(&maker).map(|n| n.names.iter().cloned().collect::<Vec<_>>());
        assert_eq!(names, Some(vec!["ZONTIK WORKS LTD".to_owned(), "Zontik Works".into()]));
        assert_eq!(graph.to(&maker).map(|e| e.cited.line).collect::<Vec<_>>(), [2, 9]);
    }

    #[test]
    fn an_unknown_maker_is_none() {
        for word in ["Not identified", "UNK", " ", "N/A", "(unspecified)", "—", "unknown", "?"] {
            assert!(is_unknown(word), "{word}");
        }
        for word in ["UNK Industries", "Known Works", "3M", "AMD", "不明电子"] {
            assert!(!is_unknown(word), "{word}");
        }
    }

    #[test]
    fn shares_say_their_range() {
        assert_eq!(Share::of_percent(62.5, 62.5).map(Share::text), Some("62.5 %".into()));
        assert_eq!(Share::of_percent(25.0, 50.0).map(Share::text), Some("25 to 50 %".into()));
        assert_eq!(Share::of_percent(60.0, 160.0), None);
        assert_eq!(Share::of_percent(f64::NAN, 1.0), None);
    }
}
