//! Who is tied to whom: nodes in columns from left to right, each labelled directly, and a line
//! for each tie. Within a column the nodes of a group stand together under its name. What does
//! not fit is folded into one node for its column that says how many there are, and never
//! left out in silence.

use super::{
    canvas::{Anchor, Area, Canvas, n},
    labels::{LABEL, LINE_HEIGHT, SMALL, wrap},
};
use crate::page::{GraphLink, GraphNode};

/// So many nodes are drawn in all.
const MOST: usize = 40;
/// Room between two nodes of a column.
const GAP: f64 = 8.0;

/// A node where it is drawn.
struct Mark {
    column: usize,
    group: String,
    lines: Vec<String>,
    /// Top, once it is known.
    y: f64,
    height: f64,
    folded: bool,
}

/// Draws the chart; returns it in words.
pub(super) fn draw(
    c: &mut Canvas,
    columns: &[String],
    nodes: &[GraphNode],
    links: &[GraphLink],
) -> String {
    if nodes.is_empty() || columns.is_empty() {
        return c.empty();
    }
    let kept = kept(columns.len(), nodes, links);
    let width = c.width() / (columns.len() as f64 * 1.5 - 0.5);
    let (mut boxes, place) = boxes(columns.len(), nodes, &kept, width - 12.0);
    let top = headings(c, columns, width);
    let bottom =
        (0..columns.len()).map(|column| stack(&mut boxes, column, top)).fold(top, f64::max);
    centre(&mut boxes, top, bottom);
    let x = |column: usize| column as f64 * width * 1.5;
    for (from, to) in lines(nodes.len(), links, &place) {
        let (a, b) = (&boxes[from], &boxes[to]);
        let (left, right) = if a.column <= b.column { (a, b) } else { (b, a) };
        let (x0, x1) = (x(left.column) + width, x(right.column));
        let (y0, y1) = (left.y + left.height / 2.0, right.y + right.height / 2.0);
        let middle = (x0 + x1) / 2.0;
        let d = match left.column == right.column {
            // Within a column the line goes round on the right.
            true => format!(
                "M{} {}C{} {} {} {} {} {}",
                n(x0),
                n(y0),
                n(x0 + 24.0),
                n(y0),
                n(x0 + 24.0),
                n(y1),
                n(x0),
                n(y1)
            ),
            false => format!(
                "M{} {}C{} {} {} {} {} {}",
                n(x0),
                n(y0),
                n(middle),
                n(y0),
                n(middle),
                n(y1),
                n(x1),
                n(y1)
            ),
        };
        c.path(&d, "pl-link", "");
    }
    for one in &boxes {
        let left = x(one.column);
        let class = if one.folded { "pl-node pl-fold" } else { "pl-node" };
        c.rect(Area(left, one.y, width, one.height), class, None, "");
        let text = if one.folded { "pl-m" } else { "pl-t" };
        let at = (left + 6.0, one.y + one.height / 2.0);
        c.lines_at(at, Anchor::Start, text, &one.lines, &one.lines.join(" "));
    }
    groups(c, &boxes, x);
    c.y = bottom + 4.0;
    words(columns, nodes, links, kept.iter().filter(|k| !**k).count())
}

/// Which nodes are drawn: in each column those with the heaviest ties, all columns alike until
/// there are enough.
fn kept(columns: usize, nodes: &[GraphNode], links: &[GraphLink]) -> Vec<bool> {
    let mut kept = vec![false; nodes.len()];
    let weight = |at: usize| -> u64 {
        let of = links.iter().filter(|l| l.from == at || l.to == at);
        of.map(|l| u64::from(l.weight.max(1))).sum()
    };
    let mut by_column: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (at, node) in nodes.iter().enumerate() {
        by_column[node.column.min(columns - 1)].push(at);
    }
    for column in &mut by_column {
        column.sort_by_key(|at| (std::cmp::Reverse(weight(*at)), *at));
    }
    let mut left = MOST;
    for round in 0..MOST {
        for column in &by_column {
            if let Some(at) = column.get(round).filter(|_| left > 0) {
                kept[*at] = true;
                left -= 1;
            }
        }
    }
    kept
}

/// The boxes of the kept nodes by column and group, one more for each column that was folded;
/// and in which box each node is.
fn boxes(columns: usize, nodes: &[GraphNode], kept: &[bool], room: f64) -> (Vec<Mark>, Vec<usize>) {
    let mut place = vec![usize::MAX; nodes.len()];
    let mut boxes: Vec<Mark> = Vec::new();
    for column in 0..columns {
        let here = |at: &usize| nodes[*at].column.min(columns - 1) == column;
        let mut shown: Vec<usize> = (0..nodes.len()).filter(here).filter(|at| kept[*at]).collect();
        // Groups in the order in which they first come.
        let mut order: Vec<&str> = Vec::new();
        for at in &shown {
            if !order.contains(&nodes[*at].group.as_str()) {
                order.push(&nodes[*at].group);
            }
        }
        shown.sort_by_key(|at| order.iter().position(|g| *g == nodes[*at].group));
        for at in shown {
            place[at] = boxes.len();
            let lines = wrap(&nodes[at].label, LABEL, room, 2);
            boxes.push(new_box(column, &nodes[at].group, lines, false));
        }
        let folded: Vec<usize> = (0..nodes.len()).filter(here).filter(|at| !kept[*at]).collect();
        if !folded.is_empty() {
            folded.iter().for_each(|at| place[*at] = boxes.len());
            let lines = wrap(&format!("{} more, see the table", folded.len()), LABEL, room, 2);
            boxes.push(new_box(column, "", lines, true));
        }
    }
    (boxes, place)
}

fn new_box(column: usize, group: &str, lines: Vec<String>, folded: bool) -> Mark {
    let height = lines.len().max(1) as f64 * LINE_HEIGHT + 8.0;
    Mark { column, group: group.to_owned(), lines, y: 0.0, height, folded }
}

/// The names of the columns; returns where the first node stands.
fn headings(c: &mut Canvas, columns: &[String], width: f64) -> f64 {
    let top = c.y;
    let mut lines = 1;
    for (column, name) in columns.iter().enumerate() {
        let text = wrap(name, SMALL, width * 1.4, 2);
        lines = lines.max(text.len());
        for (at, line) in text.iter().enumerate() {
            let y = top + 12.0 + at as f64 * LINE_HEIGHT;
            c.text(column as f64 * width * 1.5, y, Anchor::Start, "pl-m", line);
        }
    }
    top + lines as f64 * LINE_HEIGHT + 8.0
}

/// Puts the boxes of a column below each other; returns where they end.
fn stack(boxes: &mut [Mark], column: usize, top: f64) -> f64 {
    let mut y = top;
    let mut group = String::new();
    for one in boxes.iter_mut().filter(|one| one.column == column) {
        if one.group != group && !one.group.is_empty() {
            y += LINE_HEIGHT + 2.0;
        }
        one.group.clone_into(&mut group);
        one.y = y;
        y += one.height + GAP;
    }
    y
}

/// Puts each column at the middle of the longest.
fn centre(boxes: &mut [Mark], top: f64, bottom: f64) {
    let columns = boxes.iter().map(|one| one.column).max().unwrap_or(0);
    for column in 0..=columns {
        let here = |one: &&mut Mark| one.column == column;
        let end = boxes.iter_mut().filter(here).map(|one| one.y + one.height + GAP);
        let down = (bottom - end.fold(top, f64::max)) / 2.0;
        boxes.iter_mut().filter(here).for_each(|one| one.y += down);
    }
}

/// The name of each group above its first box.
fn groups(c: &mut Canvas, boxes: &[Mark], x: impl Fn(usize) -> f64) {
    let mut last: Option<(usize, &str)> = None;
    for one in boxes {
        let here = (one.column, one.group.as_str());
        if last != Some(here) && !one.group.is_empty() {
            c.text(x(one.column), one.y - 4.0, Anchor::Start, "pl-m pl-halo", &one.group);
        }
        last = Some(here);
    }
}

/// Ties between boxes, each once.
fn lines(nodes: usize, links: &[GraphLink], place: &[usize]) -> Vec<(usize, usize)> {
    let within = links.iter().filter(|l| l.from < nodes && l.to < nodes);
    let mut all: Vec<(usize, usize)> = within
        .map(|l| (place[l.from], place[l.to]))
        .filter(|(a, b)| a != b && *a != usize::MAX && *b != usize::MAX)
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn words(columns: &[String], nodes: &[GraphNode], links: &[GraphLink], folded: usize) -> String {
    let count = |column: usize| nodes.iter().filter(|node| node.column == column).count();
    let parts: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(column, name)| format!("{name}: {}", count(column)))
        .collect();
    let more = match folded {
        0 => String::new(),
        more => format!(" {more} of them are folded."),
    };
    format!("Ties between nodes in columns. {}. {} ties.{more}", parts.join("; "), links.len())
}
