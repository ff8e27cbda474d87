//! `plimsoll parts`: what is in a weapon, who made it, and does a maker stand on a list?

use crate::cli::{Format, PartsArgs};
use crate::commands::Context;
use crate::commands::assess::write_page;
use crate::commands::screen::day;
use crate::evidence::listing::{Listed, Lists};
use crate::evidence::{Evidence, graph};
use crate::failure::{Exit, Failure};
use crate::present::{evidence_page, ftm, parts as present};
use crate::printer;
use crate::staleness;
use crate::watchlists::Editions;
use plimsoll_terms::evidence::weapons::{self, Fit};
use plimsoll_terms::evidence::{Edge, Graph, Node, NodeId, NodeKind, Relation};
use std::collections::{BTreeMap, BTreeSet};

/// A weapon or specimen that answers to the name.
pub struct Specimen<'a> {
    /// The weapon.
    pub weapon: &'a Node,
    /// How its name answers.
    pub fit: Fit,
    /// How many parts are documented in it.
    pub parts: usize,
}

/// One part, with the statement that found it there.
pub struct Part<'a> {
    /// The part.
    pub node: &'a Node,
    /// The weapon.
    pub weapon: &'a Node,
    /// Who says that it was found there.
    pub found: &'a Edge,
    /// Its makers, one for each that a source names.
    pub makers: Vec<&'a Node>,
}

/// One maker over all parts.
pub struct Maker<'a> {
    /// The company, with all its spellings.
    pub node: &'a Node,
    /// Parts of it.
    pub parts: usize,
    /// In how many of the specimens.
    pub specimens: usize,
    /// The best entries of lists that may mean it.
    pub listed: Vec<Listed<'a>>,
}

/// A company that a source names with the weapon, without a part of the component files.
pub struct Named<'a> {
    /// Who.
    pub company: &'a Node,
    /// The statement.
    pub said: &'a Edge,
}

/// Everything that is shown.
pub struct Answer<'a> {
    /// What was asked.
    pub asked: String,
    /// What answers to it.
    pub specimens: Vec<Specimen<'a>>,
    /// Weapons of the same family that were not taken, with their parts.
    pub family: BTreeMap<String, usize>,
    /// The parts, by specimen and name.
    pub parts: Vec<Part<'a>>,
    /// The makers, most parts first.
    pub makers: Vec<Maker<'a>>,
    /// Parts whose maker no source knows.
    pub unknown: usize,
    /// Companies named without a part.
    pub named: Vec<Named<'a>>,
    /// The lists that were asked.
    pub lists: &'a Lists<'a>,
    /// The files of evidence.
    pub evidence: &'a Evidence,
    /// The day that was asked for.
    pub as_of: Option<String>,
}

/// Asks, prints, writes the page.
pub fn run(context: &Context, args: &PartsArgs) -> Result<Exit, Failure> {
    let asked = args.weapon.join(" ");
    let evidence = Evidence::open(&context.store)?;
    if evidence.files.is_empty() {
        return Err(cannot_tell("cannot tell: no file of components is loaded".into(), &[]));
    }
    let as_of = args.as_of.as_deref().map(day).transpose()?;
    let graph = graph::assemble(&context.store, &[])?;
    let (specimens, family) = specimens(&graph, &asked)?;
    let editions = Editions::open(&context.store)?;
    let lists = Lists::standing(&context.store, &editions, as_of.as_deref())?;
    let stale = staleness::lists_as_of(&editions, as_of.as_deref());
    context.staleness.judge(stale)?;
    let mut answer = answer(&graph, specimens, &lists, &evidence);
    (answer.asked, answer.family, answer.as_of) = (asked, family, as_of);
    let text = match context.format {
        Format::Ftm => ftm::of_parts(&answer, &graph),
        format => present::show(&answer, format, args.by, args.limit),
    };
    printer::data(&text);
    for note in present::notes(&answer) {
        printer::talk(&format!("note: {note}"));
    }
    if let Some(path) = &args.page {
        write_page(path, &plimsoll_report::to_html(&evidence_page::of_parts(&answer)))?;
        printer::talk(&format!("page written: {}", path.display()));
    }
    if context.format == Format::Table && args.page.is_none() {
        printer::next("plimsoll owners \"MAKER\" shows one maker; --page FILE writes a page");
    }
    let hit = answer.makers.iter().any(|maker| !maker.listed.is_empty());
    Ok(if hit { Exit::Attention } else { Exit::Done })
}

fn cannot_tell(message: String, near: &[String]) -> Failure {
    let hint = match near {
        [] => "load them: plimsoll load components.csv drones.csv; plimsoll explain layouts".into(),
        near => format!("near it: {}", near.join("; ")),
    };
    Failure { exit: Exit::CannotTell, code: "weapon-unknown", message, hint }
}

/// The weapons that a name means, with what else is of the family.
pub fn specimens<'a>(
    graph: &'a Graph,
    asked: &str,
) -> Result<(Vec<Specimen<'a>>, BTreeMap<String, usize>), Failure> {
    let (mut taken, mut family) = (Vec::new(), BTreeMap::<String, Vec<Specimen<'a>>>::new());
    for weapon in graph.nodes(NodeKind::Weapon) {
        let found = |edge: &&Edge| edge.relation == Relation::FoundIn;
        let parts = graph.to(&weapon.id).filter(found).count();
        let names = weapon.names.iter().map(String::as_str).chain([key_of(&weapon.id)]);
        match names.filter_map(|name| weapons::fit(name, asked)).min() {
            None => {}
            Some(Fit::Family(longer)) => {
                let one = Specimen { weapon, fit: Fit::Specimen, parts };
                family.entry(longer).or_default().push(one);
            }
            Some(fit) => taken.push(Specimen { weapon, fit, parts }),
        }
    }
    if taken.is_empty() && family.len() == 1 {
        taken = family.pop_first().map(|(_, all)| all).unwrap_or_default();
    }
    let counted = |all: &Vec<Specimen<'_>>| all.iter().map(|one| one.parts).sum();
    let counts: BTreeMap<String, usize> =
        family.iter().map(|(name, all)| (name.clone(), counted(all))).collect();
    if !taken.is_empty() {
        taken.sort_by(|a, b| (&a.fit, b.parts, &a.weapon.id).cmp(&(&b.fit, a.parts, &b.weapon.id)));
        return Ok((taken, counts));
    }
    if counts.is_empty() {
        let message = format!("cannot tell: no loaded source names a weapon {asked:?}");
        return Err(cannot_tell(message, &near(graph, asked)));
    }
    let all: Vec<String> = counts.iter().map(|(name, n)| format!("{name} ({n} parts)")).collect();
    Err(Failure::usage(
        "weapon-ambiguous",
        format!("{asked:?} may mean several weapons: {}", all.join("; ")),
        format!("name one of them: plimsoll parts {:?}", counts.keys().next().map_or("", |n| n)),
    ))
}

/// The id without its kind: a source's own short name.
fn key_of(id: &NodeId) -> &str {
    id.as_str().split_once(':').map_or("", |(_, key)| key)
}

/// Names of weapons that share a word with what was asked, or begin like it.
fn near(graph: &Graph, asked: &str) -> Vec<String> {
    let asked: Vec<String> = weapons::words(asked);
    let like = |word: &String| {
        let begin = |w: &String| w.len() >= 4 && word.len() >= 4 && w.get(..4) == word.get(..4);
        asked.iter().any(|w| (w == word && !weapons::is_kind_only(w)) || begin(w))
    };
    let names = graph.nodes(NodeKind::Weapon).map(Node::name);
    let mut near: Vec<String> =
        names.filter(|n| weapons::words(n).iter().any(like)).map(str::to_owned).collect();
    near.truncate(6);
    near
}

fn answer<'a>(
    graph: &'a Graph,
    specimens: Vec<Specimen<'a>>,
    lists: &'a Lists<'a>,
    evidence: &'a Evidence,
) -> Answer<'a> {
    let (mut parts, mut named) = (Vec::new(), Vec::new());
    for specimen in &specimens {
        for found in graph.to(&specimen.weapon.id).filter(|e| e.relation == Relation::FoundIn) {
            let Some(node) = graph.node(&found.from) else { continue };
            if node.kind != NodeKind::Component {
                named.push(Named { company: node, said: found });
                continue;
            }
            let makers = graph.from(&node.id).filter(|e| e.relation == Relation::MadeBy);
            let makers: BTreeSet<&NodeId> = makers.map(|e| &e.to).collect();
            let makers = makers.into_iter().filter_map(|id| graph.node(id)).collect();
            parts.push(Part { node, weapon: specimen.weapon, found, makers });
        }
    }
    // The file's own order of specimens, then by what is known of the part.
    let place: BTreeMap<&NodeId, usize> =
        specimens.iter().enumerate().map(|(at, s)| (&s.weapon.id, at)).collect();
    parts.sort_by_key(|p| {
        (place.get(&p.weapon.id), p.node.names.is_empty(), p.node.name(), &p.node.id)
    });
    let distinct = |parts: &[Part<'_>], id: &NodeId| {
        let of = parts.iter().filter(|p| p.makers.iter().any(|m| m.id == *id));
        let all: Vec<(&NodeId, &NodeId)> = of.map(|p| (&p.node.id, &p.weapon.id)).collect();
        let nodes: BTreeSet<&NodeId> = all.iter().map(|(part, _)| *part).collect();
        let weapons: BTreeSet<&NodeId> = all.iter().map(|(_, weapon)| *weapon).collect();
        (nodes.len(), weapons.len())
    };
    let ids: BTreeMap<&NodeId, &Node> =
        parts.iter().flat_map(|p| &p.makers).map(|maker| (&maker.id, *maker)).collect();
    let mut makers: Vec<Maker<'a>> = ids
        .into_values()
        .map(|node| {
            let (count, weapons) = distinct(&parts, &node.id);
            let country = node.countries.first().map(String::as_str);
            let listed = lists.find(node.name(), country, 3);
            Maker { node, parts: count, specimens: weapons, listed }
        })
        .collect();
    makers.sort_by(|a, b| (b.parts, a.node.name()).cmp(&(a.parts, b.node.name())));
    let unknown = parts.iter().filter(|p| p.makers.is_empty()).map(|p| &p.node.id);
    let unknown = unknown.collect::<BTreeSet<_>>().len();
    Answer {
        asked: String::new(),
        specimens,
        family: BTreeMap::new(),
        parts,
        makers,
        unknown,
        named,
        lists,
        evidence,
        as_of: None,
    }
}
