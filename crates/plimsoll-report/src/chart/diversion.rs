//! Flows from origins over hubs to targets: ribbons as wide as their figures, each
//! figure with its interval written on it.

use super::{
    canvas::{Anchor, Area, Canvas, n},
    labels::{LABEL, LINE_HEIGHT, SMALL, spread, wrap},
};
use crate::{
    number::{Scale, format_number, short_decimals},
    page::{Diversion, FlowLink},
};

/// Ribbons in a half that are drawn alone.
const MOST: usize = 8;
/// The height of the fullest column, without the distances.
const FULL: f64 = 210.0;
/// The width of the bar of a place.
const BAR: f64 = 10.0;
/// Distance between places of a column.
const GAP: f64 = 16.0;

/// One place in one of the three columns.
struct Node {
    name: String,
    column: usize,
    /// What enters and what leaves, in drawing units.
    flows: [f64; 2],
    top: f64,
    lines: Vec<String>,
}

impl Node {
    fn height(&self) -> f64 {
        self.flows[0].max(self.flows[1]).max(2.0)
    }
}

/// One ribbon between two places.
struct Ribbon {
    link: FlowLink,
    from: usize,
    to: usize,
    /// Its width, in drawing units; nothing where there is no figure above zero.
    wide: f64,
    /// Its middle at both ends.
    ends: [f64; 2],
}

/// Draws the chart; returns it in words.
pub(super) fn draw(c: &mut Canvas, chart: &Diversion) -> String {
    let links = [few(&chart.links, false), few(&chart.links, true)].concat();
    let largest = links.iter().filter_map(|l| l.value).fold(0.0, f64::max);
    if largest <= 0.0 {
        return c.sentence(match links.is_empty() {
            true => "No flows.",
            false => "No flow above zero is known: there is nothing to draw.",
        });
    }
    let scale = Scale::new(&chart.unit, largest);
    let (mut nodes, mut ribbons) = network(c, links);
    header(c, chart, &scale);
    place(c, &mut nodes);
    attach(&nodes, &mut ribbons);
    for ribbon in &ribbons {
        draw_ribbon(c, &nodes, ribbon, &scale);
    }
    for node in &nodes {
        draw_node(c, node);
    }
    for onward in [false, true] {
        labels(c, &nodes, &ribbons, onward, &scale);
    }
    c.y =
        nodes.iter().map(|v| v.top + v.height().max(name_height(c, v))).fold(c.y, f64::max) + 10.0;
    words(&ribbons, chart, &scale)
}

/// The largest ribbons of a half in their order, and the sum of the others.
fn few(links: &[FlowLink], onward: bool) -> Vec<FlowLink> {
    let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
    let mut all: Vec<FlowLink> = (links.iter().filter(|l| l.onward == onward))
        .map(|l| FlowLink {
            value: finite(l.value),
            low: finite(l.low),
            high: finite(l.high),
            ..l.clone()
        })
        .collect();
    if all.len() <= MOST {
        return all;
    }
    all.sort_by(|a, b| {
        let size = |l: &FlowLink| l.value.unwrap_or(0.0);
        size(b).total_cmp(&size(a)).then_with(|| (&a.from, &a.to).cmp(&(&b.from, &b.to)))
    });
    let rest = all.split_off(MOST - 1);
    let others = format!("Others ({})", rest.len());
    let common = |of: fn(&FlowLink) -> &String| {
        let first = rest.first().map(of);
        first.filter(|f| rest.iter().all(|l| of(l) == *f)).cloned()
    };
    all.push(FlowLink {
        onward,
        from: common(|l| &l.from).unwrap_or_else(|| others.clone()),
        to: common(|l| &l.to).unwrap_or(others),
        value: rest.iter().filter_map(|l| l.value).reduce(|a, b| a + b),
        // Intervals of parts do not add up to an interval of the sum.
        low: None,
        high: None,
    });
    all
}

/// Places and ribbons in one scale, places in the order of their first ribbon.
fn network(c: &Canvas, links: Vec<FlowLink>) -> (Vec<Node>, Vec<Ribbon>) {
    let mut nodes: Vec<Node> = Vec::new();
    let mut ribbons: Vec<Ribbon> = Vec::new();
    for link in links {
        let start = usize::from(link.onward);
        let from = node(c, &mut nodes, &link.from, start);
        let to = node(c, &mut nodes, &link.to, start + 1);
        let wide = link.value.unwrap_or(0.0).max(0.0);
        nodes[from].flows[1] += wide;
        nodes[to].flows[0] += wide;
        ribbons.push(Ribbon { link, from, to, wide, ends: [0.0; 2] });
    }
    let column = |at: usize| {
        let of = nodes.iter().filter(|v| v.column == at);
        of.map(|v| v.flows[0].max(v.flows[1])).sum::<f64>()
    };
    let unit = FULL / column(0).max(column(1)).max(column(2)).max(f64::MIN_POSITIVE);
    for ribbon in &mut ribbons {
        ribbon.wide *= unit;
    }
    for node in &mut nodes {
        node.flows = node.flows.map(|f| f * unit);
    }
    nodes.sort_by_key(|v| v.column);
    let mut place = Vec::new();
    for ribbon in &ribbons {
        let start = usize::from(ribbon.link.onward);
        let find = |name: &String, column: usize| {
            nodes.iter().position(|v| v.column == column && v.name == *name).unwrap_or(0)
        };
        place.push((find(&ribbon.link.from, start), find(&ribbon.link.to, start + 1)));
    }
    for (ribbon, (from, to)) in ribbons.iter_mut().zip(place) {
        (ribbon.from, ribbon.to) = (from, to);
    }
    (nodes, ribbons)
}

/// The place of that name in a column, made where there is none yet.
fn node(c: &Canvas, nodes: &mut Vec<Node>, name: &str, column: usize) -> usize {
    if let Some(at) = nodes.iter().position(|v| v.column == column && v.name == name) {
        return at;
    }
    let room = if beside(c, column) { 116.0 } else { 118.0 };
    let lines = wrap(name, LABEL, room, 2);
    nodes.push(Node { name: name.to_owned(), column, flows: [0.0; 2], top: 0.0, lines });
    nodes.len() - 1
}

/// Whether names of a column stand beside its bars; else they stand above them.
fn beside(c: &Canvas, column: usize) -> bool {
    !c.is_narrow() && column != 1
}

fn name_height(c: &Canvas, node: &Node) -> f64 {
    if beside(c, node.column) { node.lines.len() as f64 * LINE_HEIGHT } else { 0.0 }
}

/// The left edge of the bars of a column.
fn bar(c: &Canvas, column: usize) -> f64 {
    let side = if c.is_narrow() { 0.0 } else { 124.0 };
    let room = c.width() - 2.0 * side - BAR;
    side + room * column as f64 / 2.0
}

fn header(c: &mut Canvas, chart: &Diversion, scale: &Scale) {
    let unit = format!("{}; in brackets the interval", scale.label);
    for line in wrap(unit.trim_start_matches("; "), SMALL, c.width(), 2) {
        c.y += LINE_HEIGHT;
        c.text(0.0, c.y - 3.0, Anchor::Start, "pl-m", &line);
    }
    c.y += 8.0;
    let room = bar(c, 1) - bar(c, 0) - BAR - 12.0;
    let heads = [0, 1].map(|at| wrap(&chart.stages[at], LABEL, room / 1.12, 3));
    let tall = heads.iter().map(Vec::len).max().unwrap_or(0) as f64 * LINE_HEIGHT;
    for (at, lines) in heads.iter().enumerate() {
        let middle = (bar(c, at) + BAR + bar(c, at + 1)) / 2.0;
        c.lines_at((middle, c.y + tall / 2.0), Anchor::Middle, "pl-b", lines, &chart.stages[at]);
    }
    c.y += tall + 10.0;
}

/// Stacks each column, all of them centred on the tallest.
fn place(c: &mut Canvas, nodes: &mut [Node]) {
    let above = |c: &Canvas, v: &Node| match beside(c, v.column) {
        true => 0.0,
        false => v.lines.len() as f64 * LINE_HEIGHT + 4.0,
    };
    let slot = |c: &Canvas, v: &Node| above(c, v) + v.height().max(name_height(c, v));
    let column = |at: usize| {
        let of = nodes.iter().filter(|v| v.column == at);
        of.map(|v| slot(c, v) + GAP).sum::<f64>() - GAP
    };
    let heights = [column(0), column(1), column(2)];
    let tallest = heights.iter().copied().fold(0.0, f64::max);
    let mut tops = heights.map(|h| c.y + (tallest - h.max(0.0)) / 2.0);
    for node in nodes {
        node.top = tops[node.column] + above(c, node);
        // A bar lower than its name stands in the middle of the name.
        let spare = (name_height(c, node) - node.height()).max(0.0);
        tops[node.column] += slot(c, node) + GAP;
        node.top += spare / 2.0;
    }
    c.y += tallest;
}

/// Where the ribbons leave and enter, in the order of the places at their other end.
fn attach(nodes: &[Node], ribbons: &mut [Ribbon]) {
    for (side, at) in (0..nodes.len()).flat_map(|at| [(0, at), (1, at)]) {
        let mut here: Vec<usize> =
            (0..ribbons.len()).filter(|r| [ribbons[*r].from, ribbons[*r].to][side] == at).collect();
        here.sort_by(|a, b| {
            let other = |r: &usize| nodes[[ribbons[*r].to, ribbons[*r].from][side]].top;
            other(a).total_cmp(&other(b)).then(a.cmp(b))
        });
        let whole: f64 = here.iter().map(|r| ribbons[*r].wide).sum();
        let mut y = nodes[at].top + (nodes[at].height() - whole) / 2.0;
        for r in here {
            ribbons[r].ends[side] = y + ribbons[r].wide / 2.0;
            y += ribbons[r].wide;
        }
    }
}

fn draw_ribbon(c: &mut Canvas, nodes: &[Node], ribbon: &Ribbon, scale: &Scale) {
    let (a, b) = (bar(c, nodes[ribbon.from].column) + BAR, bar(c, nodes[ribbon.to].column));
    let middle = n((a + b) / 2.0);
    let (a, b, half) = (n(a), n(b), ribbon.wide / 2.0);
    let [from, to] = ribbon.ends;
    let tip = sentence(&ribbon.link, scale);
    if ribbon.wide < 0.5 {
        let (from, to) = (n(from), n(to));
        let d = format!("M{a} {from}C{middle} {from} {middle} {to} {b} {to}");
        return c.path(&d, "pl-hair", &tip);
    }
    let (f0, f1, t0, t1) = (n(from - half), n(from + half), n(to - half), n(to + half));
    let d = format!(
        "M{a} {f0}C{middle} {f0} {middle} {t0} {b} {t0}V{t1}C{middle} {t1} {middle} {f1} {a} {f1}Z"
    );
    let hub = if ribbon.link.onward { ribbon.from } else { ribbon.to };
    let first = nodes.iter().position(|v| v.column == 1).unwrap_or(0);
    // Plain colour: each ribbon carries its figure, and see-through hatches make huge PDF files.
    c.path(&d, &format!("pl-ribbon pl-c{}", (hub - first.min(hub)) % 7), &tip);
}

fn draw_node(c: &mut Canvas, node: &Node) {
    let x = bar(c, node.column);
    c.rect(Area(x, node.top, BAR, node.height()), "pl-bar", None, "");
    let middle = node.top + node.height() / 2.0;
    let tall = node.lines.len() as f64 * LINE_HEIGHT;
    let (x, y, anchor) = match (beside(c, node.column), node.column) {
        (true, 0) => (x - 8.0, middle, Anchor::End),
        (true, _) => (x + BAR + 8.0, middle, Anchor::Start),
        (false, 0) => (x, node.top - 4.0 - tall / 2.0, Anchor::Start),
        (false, 1) => (x + BAR / 2.0, node.top - 4.0 - tall / 2.0, Anchor::Middle),
        (false, _) => (x + BAR, node.top - 4.0 - tall / 2.0, Anchor::End),
    };
    c.lines_at((x, y), anchor, "pl-b pl-halo", &node.lines, &node.name);
}

/// The figures of a half, on the side where its ribbons are furthest apart.
fn labels(c: &mut Canvas, nodes: &[Node], ribbons: &[Ribbon], onward: bool, scale: &Scale) {
    let start = usize::from(onward);
    let count = |column: usize| nodes.iter().filter(|v| v.column == column).count();
    let side = usize::from(count(start + 1) > count(start));
    let mut here: Vec<&Ribbon> = ribbons.iter().filter(|r| r.link.onward == onward).collect();
    here.sort_by(|a, b| a.ends[side].total_cmp(&b.ends[side]));
    let wanted: Vec<f64> = here.iter().map(|r| r.ends[side]).collect();
    let low = wanted.first().copied().unwrap_or(0.0) - LINE_HEIGHT * here.len() as f64;
    let high = wanted.last().copied().unwrap_or(0.0) + LINE_HEIGHT * here.len() as f64;
    let placed = spread(&wanted, &vec![LINE_HEIGHT; here.len()], low, high);
    let (x, anchor) = match side {
        0 => (bar(c, start) + BAR + 8.0, Anchor::Start),
        _ => (bar(c, start + 1) - 8.0, Anchor::End),
    };
    for (ribbon, y) in here.iter().zip(placed) {
        c.text(x, y + 4.0, anchor, "pl-flag pl-num", &figures(&ribbon.link, scale));
        c.y = c.y.max(y + LINE_HEIGHT);
    }
}

/// A figure with its interval, without the unit: `12.3 (5.1 to 20.4)`.
fn figures(link: &FlowLink, scale: &Scale) -> String {
    // One decimal for all, so that they can be compared; more where nothing else would be left.
    let bare = |v: f64| {
        let v = v / scale.divisor;
        let fine = v != 0.0 && v.abs() < 0.1;
        format_number(v, if fine { short_decimals(v) } else { u8::from(v.abs() < 1000.0) })
    };
    match (link.value, link.low, link.high) {
        (None, Some(low), Some(high)) => format!("{} to {}", bare(low), bare(high)),
        (None, ..) => "no data".to_owned(),
        (Some(v), Some(low), Some(high)) => {
            format!("{} ({} to {})", bare(v), bare(low), bare(high))
        }
        (Some(v), ..) => bare(v),
    }
}

fn sentence(link: &FlowLink, scale: &Scale) -> String {
    format!("{} to {}: {}", link.from, link.to, figures(link, scale))
}

fn words(ribbons: &[Ribbon], chart: &Diversion, scale: &Scale) -> String {
    let mut out = format!("Flows over hubs, in {}.", scale.label);
    for (onward, stage) in [(false, &chart.stages[0]), (true, &chart.stages[1])] {
        let of: Vec<String> = ribbons
            .iter()
            .filter(|r| r.link.onward == onward)
            .map(|r| sentence(&r.link, scale))
            .collect();
        if !of.is_empty() {
            out.push_str(&format!(" {stage}: {}.", of.join("; ")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_ribbons_are_added_up_without_an_interval() {
        let link = |i: usize| FlowLink {
            from: format!("origin {i}"),
            to: "hub".to_owned(),
            value: Some(i as f64),
            low: Some(0.0),
            high: Some(i as f64 * 2.0),
            onward: false,
        };
        let links: Vec<FlowLink> = (1..=12).map(link).collect();
        let few = few(&links, false);
        assert_eq!(few.len(), MOST);
        let rest = few.last().unwrap();
        assert_eq!((rest.from.as_str(), rest.to.as_str()), ("Others (5)", "hub"));
        assert_eq!((rest.value, rest.low, rest.high), (Some(15.0), None, None));
    }
}
