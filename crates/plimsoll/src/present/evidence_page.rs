//! A weapon's parts, and a party with what stands behind it, as a page with a picture.

use crate::commands::owners;
use crate::commands::parts::Answer;
use crate::evidence::Evidence;
use crate::evidence::listing::Lists;
use crate::present::tables::{Plain, one_line};
use crate::present::{owners as owner_tables, parts as part_tables};
use plimsoll_report::{
    Block, CalloutKind, Cell, Chart, Cite, Column, ColumnKind, GraphLink, GraphNode, HowStep,
    KeyFigure, Page, SourceLine, Table,
};
use plimsoll_terms::evidence::{NodeId, NodeKind, codes};
use std::collections::BTreeMap;

/// So many rows of a table are on the page.
const MOST_ROWS: usize = 500;

const LEAD: &str = "A match on a list, a share or a part found in a weapon is a lead with its source. \
                    It is no proof of a sale or a breach, and it names nobody as guilty. A maker of which no \
                    match was found may stand on a list that is not loaded.";

/// The nodes and ties of a picture, gathered by label.
#[derive(Default)]
struct Drawing {
    nodes: Vec<GraphNode>,
    place: BTreeMap<(usize, String), usize>,
    links: BTreeMap<(usize, usize), u32>,
}

impl Drawing {
    fn node(&mut self, column: usize, group: &str, label: &str) -> usize {
        let nodes = &mut self.nodes;
        *self.place.entry((column, label.to_owned())).or_insert_with(|| {
            let (label, group) = (label.to_owned(), group.to_owned());
            nodes.push(GraphNode { label, column, group });
            nodes.len() - 1
        })
    }

    fn tie(&mut self, from: usize, to: usize) {
        *self.links.entry((from, to)).or_default() += 1;
    }

    fn chart(self, title: String, subtitle: &str, columns: [&str; 3]) -> Chart {
        let links = self.links.into_iter();
        Chart::Graph {
            title,
            subtitle: subtitle.to_owned(),
            columns: columns.map(str::to_owned).to_vec(),
            nodes: self.nodes,
            links: links.map(|((from, to), weight)| GraphLink { from, to, weight }).collect(),
        }
    }
}

/// A plain table as one of a page: titles with `>` are of numbers, `source` of links.
fn table(caption: &str, plain: &Plain) -> Table {
    let column = |title: &String| match title.strip_prefix('>') {
        Some(title) => Column::number(title, ""),
        None if title == "source" => {
            Column { label: title.clone(), kind: ColumnKind::Link, unit: String::new() }
        }
        None => Column::text(title.as_str()),
    };
    let columns: Vec<Column> = plain.columns.iter().map(column).collect();
    let cell = |(column, text): (&Column, &String)| match column.kind {
        ColumnKind::Number => {
            let number = text.replace(',', "").parse::<f64>().ok();
            let decimals = text.split_once('.').map_or(0, |(_, d)| d.len() as u8);
            Cell::number_or(number, decimals, "not known")
        }
        _ if text.is_empty() => Cell::text(""),
        _ => Cell::text(one_line(text)),
    };
    let rows: Vec<Vec<Cell>> = plain
        .rows
        .iter()
        .take(MOST_ROWS)
        .map(|row| columns.iter().zip(row).map(cell).collect())
        .collect();
    let more = plain.rows.len().saturating_sub(MOST_ROWS);
    let footnotes = if more > 0 { vec![format!("{more} more rows: --format csv")] } else { vec![] };
    Table { caption: caption.to_owned(), columns, rows, footnotes }
}

fn heading(text: &str) -> Block {
    Block::Heading { level: 2, text: text.to_owned() }
}

fn tabled(title: &str, plain: &Plain) -> Vec<Block> {
    if plain.rows.is_empty() {
        return Vec::new();
    }
    vec![heading(title), Block::Table(table(title, plain))]
}

/// The parts of a weapon.
pub fn of_parts(answer: &Answer<'_>) -> Page {
    let title = format!("{}: parts and their makers", one_line(&answer.asked));
    let mut drawing = Drawing::default();
    for part in &answer.parts {
        let weapon = drawing.node(2, "", part.weapon.name());
        let category = part.node.fact("category");
        let kind = part_tables::code_of(part.node).map(|code| code.kind.as_str());
        let kind = kind.unwrap_or(if category.is_empty() || category == "unknown" {
            "kind not stated"
        } else {
            &category
        });
        let middle = drawing.node(1, "", kind);
        drawing.tie(middle, weapon);
        if part.makers.is_empty() {
            let maker = drawing.node(0, "", "maker unknown");
            drawing.tie(maker, middle);
        }
        for one in &part.makers {
            let maker = drawing.node(0, "", one.name());
            drawing.tie(maker, middle);
        }
    }
    let chart = drawing.chart(
        "Makers, kinds of parts, and where they were found".into(),
        "A line: at least one documented part. Each is in the tables below.",
        ["makers", "kinds of parts", "documented weapons"],
    );
    let makers = part_tables::makers(answer, usize::MAX);
    let mut blocks = vec![
        key_figures(&[
            ("Documented parts", answer.parts.len()),
            ("Makers", answer.makers.len()),
            ("Parts of unknown makers", answer.unknown),
            (
                "Makers with a possible match",
                answer.makers.iter().filter(|m| !m.listed.is_empty()).count(),
            ),
        ]),
        heading("Who made what was found where"),
        Block::Chart { chart, table: table("Makers", &makers), note: None },
    ];
    blocks.extend(tabled("Parts", &part_tables::parts(answer, usize::MAX)));
    let notes = part_tables::notes(answer);
    finish(title, part_tables::headline(answer), blocks, notes, (answer.evidence, answer.lists))
}

/// A party and what stands behind it.
pub fn of_owners(answer: &owners::Answer<'_>) -> Page {
    let title = format!("{}: lists, owners, parts", one_line(&answer.asked));
    let mut blocks = vec![key_figures(&[
        ("Possible matches on lists", answer.listed.len()),
        ("Statements of owners and links", answer.ties.len()),
        ("Documented parts", answer.made.len()),
    ])];
    let all = owner_tables::sections(answer, usize::MAX);
    if !answer.made.is_empty() || !answer.ties.is_empty() {
        let statements = owner_tables::statements(answer, usize::MAX);
        let of = if statements.rows.is_empty() {
            all.iter().find(|(title, ..)| *title == "Parts found in weapons")
        } else {
            None
        };
        let below = match of {
            Some((title, plain, _)) => table(title, plain),
            None => table("Owners, links and supplies", &statements),
        };
        blocks.push(heading("Who is tied to whom"));
        blocks.push(Block::Chart { chart: picture(answer), table: below, note: None });
    }
    for (title, plain, _) in &all {
        blocks.extend(tabled(title, plain));
    }
    let notes = owner_tables::notes(answer);
    finish(title, owner_tables::headline(answer), blocks, notes, (answer.evidence, answer.lists))
}

fn picture(answer: &owners::Answer<'_>) -> Chart {
    let mut drawing = Drawing::default();
    let name = |id: &NodeId| answer.graph.node(id).map_or(id.as_str(), |n| n.name()).to_owned();
    for party in &answer.parties {
        drawing.node(0, "", party.node.name());
    }
    for tie in &answer.ties {
        let own = |id: &NodeId| answer.parties.iter().any(|party| party.node.id == *id);
        let kind = |id: &NodeId| answer.graph.node(id).map(|node| node.kind);
        let column = |id: &NodeId| match kind(id) {
            Some(NodeKind::Weapon | NodeKind::EndUse) => 2,
            _ if own(id) => 0,
            _ => 1,
        };
        let word = tie.relation.word().replace('_', " ");
        let other = if own(&tie.from) { &tie.to } else { &tie.from };
        let group = if column(other) == 1 { word.as_str() } else { "" };
        let from = drawing.node(
            column(&tie.from),
            if own(&tie.from) { "" } else { group },
            &name(&tie.from),
        );
        let to =
            drawing.node(column(&tie.to), if own(&tie.to) { "" } else { group }, &name(&tie.to));
        drawing.tie(from, to);
    }
    for made in &answer.made {
        let maker = drawing.node(0, "", made.maker.name());
        let kind = part_tables::code_of(made.part).map_or("kind not stated", |code| &code.kind);
        let middle = drawing.node(1, "parts", kind);
        drawing.tie(maker, middle);
        for (weapon, _) in &made.found {
            let weapon = drawing.node(2, "", weapon.name());
            drawing.tie(middle, weapon);
        }
    }
    drawing.chart(
        format!("What sources say of {}", one_line(&answer.asked)),
        "A line: at least one statement. Each is in the tables below, with its source.",
        ["the name", "parts, owners, links", "weapons, end uses"],
    )
}

fn key_figures(all: &[(&str, usize)]) -> Block {
    let one = |(label, count): &(&str, usize)| KeyFigure {
        label: (*label).to_owned(),
        value: crate::present::tables::whole(*count as u64),
        detail: String::new(),
    };
    Block::KeyFigures(all.iter().map(one).collect())
}

fn finish(
    title: String,
    lede: String,
    mut blocks: Vec<Block>,
    notes: Vec<String>,
    (evidence, lists): (&Evidence, &Lists<'_>),
) -> Page {
    blocks.push(heading("What to know when using this page"));
    blocks.push(Block::List(notes));
    blocks.push(Block::Callout { kind: CalloutKind::Note, text: LEAD.to_owned() });
    let mut sources: Vec<SourceLine> = evidence
        .files
        .iter()
        .map(|entry| SourceLine {
            publisher: entry.publisher.clone(),
            dataset: format!("{} ({} {})", entry.file.name, entry.distinct, entry.tells_of),
            vintage: String::new(),
            retrieved: entry.loaded.clone(),
            sha256: entry.file.sha256.clone(),
            licence: entry.licence.clone(),
            url: entry.url.clone(),
        })
        .collect();
    sources.extend(lists.editions.iter().map(|edition| SourceLine {
        publisher: edition.publisher.clone(),
        dataset: edition.title.clone(),
        vintage: edition.edition.clone(),
        retrieved: edition.loaded.clone(),
        sha256: edition.files.first().map(|f| f.sha256.clone()).unwrap_or_default(),
        licence: edition.licence.clone(),
        url: edition.url.clone(),
    }));
    let version = env!("CARGO_PKG_VERSION");
    Page {
        cite: Cite { title: title.clone(), version: version.to_owned(), ..Cite::default() },
        title,
        lede,
        blocks,
        sources,
        how_made: vec![
            HowStep {
                text: "Each statement is one row of one source, with its line. Spellings of a maker are joined where the words without legal forms and the stated country are the same; all are shown.".into(),
                sql: None,
            },
            HowStep {
                text: format!("Usual codes come from a table of kinds of parts; {}.", codes::CAVEAT),
                sql: None,
            },
        ],
        generated_by: format!("plimsoll {version}"),
    }
}
