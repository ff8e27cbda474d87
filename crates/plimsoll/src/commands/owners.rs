//! `plimsoll owners`: who stands behind a name, what the lists say of it and since when, what
//! it made and where that was found, and the flows under the codes that such parts ship under.

use crate::cli::{Format, OwnersArgs};
use crate::commands::Context;
use crate::commands::assess::{goods, period, places, write_page};
use crate::commands::screen::day;
use crate::evidence::listing::{Listed, Lists, Timeline, score, timelines};
use crate::evidence::{Evidence, graph};
use crate::failure::{Exit, Failure};
use crate::present::{evidence_page, ftm, owners as present, parts::code_of};
use crate::printer;
use crate::settings;
use crate::staleness;
use crate::watchlists::Editions;
use plimsoll_ingest::scan::Scanner;
use plimsoll_ingest::store::Store;
use plimsoll_monitor::assess::assess;
use plimsoll_monitor::choice::Coverage;
use plimsoll_monitor::question::{BasisAsked, Question};
use plimsoll_terms::evidence::ownership::{self, Held};
use plimsoll_terms::evidence::{Citation, Edge, Graph, Node, NodeId, NodeKind, Relation};
use plimsoll_terms::place;
use std::collections::{BTreeMap, BTreeSet};

/// From this score on a party of the evidence is taken for the one that is asked for; below it
/// is named as near.
const TAKEN: i32 = 930;
/// So many entries of lists are looked at, over all editions.
const MOST_HITS: usize = 60;
/// So many codes and years are asked of the statistics.
const MOST_CODES: usize = 6;
const MOST_YEARS: i32 = 6;

/// A party of the evidence that the name means.
pub struct Party<'a> {
    /// With all its names.
    pub node: &'a Node,
    /// The name that matched.
    pub matched: String,
    /// Thousandths.
    pub score: i32,
    /// Whether that name stands in brackets after its own.
    pub in_brackets: bool,
}

/// A part of it, with where it was found.
pub struct Made<'a> {
    /// Whose.
    pub maker: &'a Node,
    /// The part.
    pub part: &'a Node,
    /// The statement of its maker.
    pub made: &'a Edge,
    /// Where it was found.
    pub found: Vec<(&'a Node, &'a Edge)>,
}

/// What listed parties hold of a party.
pub struct Control<'a> {
    /// Of whom.
    pub party: &'a Node,
    /// Owners, direct and indirect, that a list may mean.
    pub owners: Vec<(&'a Node, Listed<'a>)>,
    /// How much they hold.
    pub held: Held,
}

/// Trade of one year under one usual code.
pub struct Flow {
    /// Six digits.
    pub code: String,
    /// The year.
    pub year: i32,
    /// US dollars; none where the data cannot tell.
    pub value_usd: Option<f64>,
    /// Whose reports.
    pub basis: String,
}

/// Everything that is shown.
pub struct Answer<'a> {
    /// What was asked.
    pub asked: String,
    /// All statements.
    pub graph: &'a Graph,
    /// Who is meant.
    pub parties: Vec<Party<'a>>,
    /// Names near it that were not taken.
    pub near: Vec<(String, i32)>,
    /// Entries of the lists that stand.
    pub listed: Vec<Listed<'a>>,
    /// When each entry was on its list.
    pub timelines: Vec<Timeline>,
    /// Owners, directors, links, supplies: all but parts.
    pub ties: Vec<&'a Edge>,
    /// What listed owners hold.
    pub control: Vec<Control<'a>>,
    /// Its parts.
    pub made: Vec<Made<'a>>,
    /// Usual codes of them: kind, and how many parts.
    pub codes: BTreeMap<String, (String, usize)>,
    /// Flows under those codes.
    pub flows: Vec<Flow>,
    /// Where the flows go to.
    pub importer: String,
    /// The lists that were asked.
    pub lists: &'a Lists<'a>,
    /// The files of evidence.
    pub evidence: &'a Evidence,
    /// The day that was asked for.
    pub as_of: Option<String>,
}

impl<'a> Answer<'a> {
    /// Every statement that is shown.
    pub fn statements(&self) -> Vec<&'a Edge> {
        let made = self
            .made
            .iter()
            .flat_map(|m| std::iter::once(m.made).chain(m.found.iter().map(|(_, edge)| *edge)));
        self.ties.iter().copied().chain(made).collect()
    }
}

/// Asks, prints, writes the page.
pub fn run(context: &Context, args: &OwnersArgs) -> Result<Exit, Failure> {
    let asked = args.name.join(" ");
    let as_of = args.as_of.as_deref().map(day).transpose()?;
    let country = args.country.as_deref().map(iso2).transpose()?;
    let evidence = Evidence::open(&context.store)?;
    let editions = Editions::open(&context.store)?;
    let lists = Lists::standing(&context.store, &editions, as_of.as_deref())?;
    let stale = staleness::lists_as_of(&editions, as_of.as_deref());
    context.staleness.judge(stale)?;
    let all = Lists::all(&context.store, &editions, as_of.as_deref())?;
    let listed = lists.find(&asked, country.as_deref(), 10);
    let mut graph = graph::assemble(&context.store, &lists.editions)?;
    add_listings(&mut graph, &listed);
    let ever = all.find(&asked, country.as_deref(), MOST_HITS);
    let mut answer =
        answer(&graph, &asked, country.as_deref(), &lists, &evidence, as_of.as_deref());
    if editions.editions.is_empty() && answer.parties.is_empty() && evidence.files.is_empty() {
        return Err(nothing_loaded());
    }
    answer.timelines = timelines(&ever, &all.editions);
    answer.listed = listed;
    (answer.as_of, answer.importer) = (as_of, args.importer.clone());
    answer.flows = flows(context, &answer.codes, &args.importer)?;
    let text = match context.format {
        Format::Ftm => ftm::of_owners(&answer),
        format => present::show(&answer, format, args.limit),
    };
    printer::data(&text);
    for note in present::notes(&answer) {
        printer::talk(&format!("note: {note}"));
    }
    if let Some(path) = &args.page {
        write_page(path, &plimsoll_report::to_html(&evidence_page::of_owners(&answer)))?;
        printer::talk(&format!("page written: {}", path.display()));
    }
    let hit = !answer.listed.is_empty() || answer.control.iter().any(|c| !c.owners.is_empty());
    Ok(if hit { Exit::Attention } else { Exit::Done })
}

fn nothing_loaded() -> Failure {
    Failure {
        exit: Exit::CannotTell,
        code: "no-evidence",
        message: "cannot tell: neither lists nor evidence are loaded".into(),
        hint: "load some: plimsoll load sdn.csv alt.csv add.csv; plimsoll load components.csv"
            .into(),
    }
}

fn iso2(text: &str) -> Result<String, Failure> {
    let known = place::by_user(text).map_err(|why| {
        Failure::usage(
            "place-unknown",
            why.to_string(),
            "an ISO code or a name, such as CN or China",
        )
    })?;
    Ok(known.iso2().unwrap_or(text).to_owned())
}

/// Entries of lists that may mean the party as nodes, with what the list itself says of ties.
fn add_listings(graph: &mut Graph, listed: &[Listed<'_>]) {
    for hit in listed {
        let edition = hit.edition;
        let id = NodeId::new(NodeKind::Listing, &format!("{} {}", edition.list, hit.entity.id));
        let mut node = Node::new(id.clone(), NodeKind::Listing, hit.entity.primary_name());
        node.names.extend(hit.entity.names.iter().map(|name| name.text.clone()));
        graph.add(node.with("score", &score(hit.score)));
        for (relation, name) in graph::remarks(&hit.entity) {
            let cited = Citation {
                source: format!("{}@{}", edition.list, edition.edition),
                line: u64::from(hit.entity.origin.line),
                link: edition.url.clone(),
                attribution: format!("{}, {}", edition.publisher, edition.licence),
            };
            let (node, edge) = graph::remark_edge(&id, relation, &name, cited);
            graph.add(node);
            graph.say(edge);
        }
    }
}

fn answer<'a>(
    graph: &'a Graph,
    asked: &str,
    country: Option<&str>,
    lists: &'a Lists<'a>,
    evidence: &'a Evidence,
    day: Option<&str>,
) -> Answer<'a> {
    let (parties, near) = parties(graph, asked, country);
    let mut ties: BTreeSet<&Edge> = BTreeSet::new();
    let listings = graph.nodes(NodeKind::Listing).map(|node| &node.id);
    for id in parties.iter().map(|party| &party.node.id).chain(listings) {
        let of_parts = |edge: &&Edge| edge.relation != Relation::MadeBy;
        ties.extend(graph.from(id).chain(graph.to(id)).filter(of_parts));
    }
    // The owners of owners are shown as well.
    let above = above(graph, parties.iter().map(|party| &party.node.id));
    let held_by = |e: &&Edge| e.relation == Relation::OwnedBy && above.contains(&e.from);
    ties.extend(graph.edges().filter(held_by));
    let made = made(graph, &parties);
    let mut codes: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for part in &made {
        if let Some(code) = code_of(part.part) {
            let entry = codes.entry(code.code.to_string()).or_default();
            (entry.0, entry.1) = (code.kind.clone(), entry.1 + 1);
        }
    }
    Answer {
        asked: asked.to_owned(),
        graph,
        control: control(graph, &parties, lists, day),
        parties,
        near,
        listed: Vec::new(),
        timelines: Vec::new(),
        ties: ties.into_iter().collect(),
        made,
        codes,
        flows: Vec::new(),
        importer: String::new(),
        lists,
        evidence,
        as_of: None,
    }
}

/// Who is meant, and whose names are only near.
fn parties<'a>(
    graph: &'a Graph,
    asked: &str,
    country: Option<&str>,
) -> (Vec<Party<'a>>, Vec<(String, i32)>) {
    let (mut parties, mut near) = (Vec::new(), Vec::new());
    for meant in graph::who(graph, asked, plimsoll_screen::screen::THRESHOLD) {
        let Some(node) = graph.node(&meant.id) else { continue };
        let elsewhere =
            country.is_some_and(|c| !node.countries.is_empty() && !node.countries.contains(c));
        if meant.score < TAKEN || elsewhere {
            near.push((node.name().to_owned(), meant.score));
            continue;
        }
        let (matched, score, in_brackets) = (meant.matched, meant.score, meant.in_brackets);
        parties.push(Party { node, matched, score, in_brackets });
    }
    parties.sort_by_key(|p| (p.in_brackets, std::cmp::Reverse(p.score), p.node.id.clone()));
    (parties, near)
}

/// These and their owners, and the owners of those; rings end.
fn above<'a>(graph: &'a Graph, of: impl Iterator<Item = &'a NodeId>) -> BTreeSet<NodeId> {
    let mut all: BTreeSet<NodeId> = of.cloned().collect();
    let mut new: Vec<NodeId> = all.iter().cloned().collect();
    while let Some(id) = new.pop() {
        for edge in graph.from(&id).filter(|e| e.relation == Relation::OwnedBy) {
            if all.insert(edge.to.clone()) {
                new.push(edge.to.clone());
            }
        }
    }
    all
}

fn made<'a>(graph: &'a Graph, parties: &[Party<'a>]) -> Vec<Made<'a>> {
    let mut all = Vec::new();
    for party in parties {
        for edge in graph.to(&party.node.id).filter(|e| e.relation == Relation::MadeBy) {
            let Some(part) = graph.node(&edge.from) else { continue };
            let found = graph.from(&part.id).filter(|e| e.relation == Relation::FoundIn);
            let found = found.filter_map(|e| Some((graph.node(&e.to)?, e))).collect();
            all.push(Made { maker: party.node, part, made: edge, found });
        }
    }
    all
}

/// What owners that a list may mean hold of each party. Each owner is asked by its own name.
fn control<'a>(
    graph: &'a Graph,
    parties: &[Party<'a>],
    lists: &'a Lists<'a>,
    day: Option<&str>,
) -> Vec<Control<'a>> {
    let holdings = ownership::holdings(graph, day.unwrap_or(&settings::today()));
    let mut all = Vec::new();
    for party in parties.iter().filter(|party| !party.in_brackets) {
        let mut owners: Vec<(&Node, Listed<'_>)> = Vec::new();
        let above = above(graph, std::iter::once(&party.node.id));
        for node in above.iter().filter(|id| **id != party.node.id) {
            let Some(node) = graph.node(node) else { continue };
            let country = node.countries.first().map(String::as_str);
            let best = node
                .names
                .iter()
                .take(8)
                .filter_map(|n| lists.find(n, country, 1).into_iter().next());
            if let Some(best) = best.max_by_key(|hit| hit.score) {
                owners.push((node, best));
            }
        }
        let listed: BTreeSet<NodeId> = owners.iter().map(|(node, _)| node.id.clone()).collect();
        let held = ownership::held(&holdings, &listed);
        let held = held.get(&party.node.id).copied().unwrap_or_default();
        if above.len() > 1 {
            all.push(Control { party: party.node, owners, held });
        }
    }
    all
}

/// Trade under the commonest codes into a place by year, newest years, as `assess` tells it.
fn flows(
    context: &Context,
    codes: &BTreeMap<String, (String, usize)>,
    importer: &str,
) -> Result<Vec<Flow>, Failure> {
    let importer = places(Some(importer), "--importer")?;
    let store = Store::open(&context.store)?;
    let year = |text: &str| text.get(..4).and_then(|year| year.parse::<i32>().ok());
    let first = store.manifest.resources.iter().filter_map(|r| year(&r.first_period)).min();
    let last = store.manifest.resources.iter().filter_map(|r| year(&r.last_period)).max();
    let (Some(first), Some(last)) = (first, last) else { return Ok(Vec::new()) };
    store.check_files()?;
    let scanner = Scanner::new(store);
    let coverage = Coverage::of(scanner.store(), None)?;
    let mut common: Vec<(&String, usize)> = codes.iter().map(|(c, (_, n))| (c, *n)).collect();
    common.sort_by_key(|(code, parts)| (std::cmp::Reverse(*parts), *code));
    let mut flows = Vec::new();
    for (code, _) in common.into_iter().take(MOST_CODES) {
        for year in first.max(last - MOST_YEARS + 1)..=last {
            let question = Question {
                importer: importer.clone(),
                exporter: None,
                goods: goods(code, &[])?,
                period: period(&year.to_string())?,
                against: None,
                currency: "USD".into(),
                basis: BasisAsked::Any,
                dataset: None,
                as_reported: false,
                monthly: false,
                rates: settings::rates(None)?,
            };
            let told = assess(&scanner, &coverage, &question)?;
            let basis: Vec<&str> = told.views.iter().map(|view| view.basis()).collect();
            flows.push(Flow {
                code: code.clone(),
                year,
                value_usd: told.sides.first().and_then(|side| side.numerator),
                basis: basis.join("+"),
            });
        }
    }
    Ok(flows)
}
