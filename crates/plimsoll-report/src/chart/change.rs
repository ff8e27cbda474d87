//! Two figures compared, of two moments or of two reports: a dumbbell for each row,
//! on a logarithmic axis when the rows differ too much for a common one, with the
//! figures beside it.

use super::{
    canvas::{Anchor, Area, Canvas, n},
    labels::{LABEL, LINE_HEIGHT, SMALL, width, wrap},
};
use crate::{
    number::{Scale, Ticks, format_change, format_number, log_ticks, short_decimals},
    page::ChangeRow,
};

/// Above this ratio of the largest to the smallest value the axis is logarithmic.
const LOG_ABOVE: f64 = 20.0;

/// What the two figures of a row are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compared {
    /// The same flow earlier and later.
    Moments,
    /// The same trade in the exporter's and in the importer's report.
    Reports,
}

impl Compared {
    /// The head of the last column.
    fn last(self) -> &'static str {
        match self {
            Self::Moments => "change",
            Self::Reports => "ratio",
        }
    }

    fn first_mark(self, c: &mut Canvas, x: f64, y: f64, class: &str) {
        match self {
            Self::Moments => c.circle(x, y, 5.0, &format!("pl-before {class}")),
            Self::Reports => c.rect(Area(x - 5.0, y - 5.0, 10.0, 10.0), "pl-said-first", None, ""),
        }
    }

    fn second_mark(self, c: &mut Canvas, x: f64, y: f64, class: &str) {
        match self {
            Self::Moments => c.circle(x, y, 5.5, &format!("pl-after {class}")),
            Self::Reports => c.diamond(x, y, 7.0, "pl-said-second", ""),
        }
    }
}

/// How values become places.
struct Axis {
    log: bool,
    ticks: Vec<f64>,
    tick_decimals: u8,
    /// The lowest and the highest value on the axis.
    bounds: (f64, f64),
    /// Where the lowest and the highest value are.
    left: f64,
    right: f64,
    /// Where zero is, when the axis is logarithmic and a row has a zero.
    zero: Option<f64>,
    /// How many decimals the figures have.
    decimals: u8,
}

impl Axis {
    fn x(&self, value: f64) -> f64 {
        let (low, high) = self.bounds;
        if self.log && value <= 0.0 {
            return self.zero.unwrap_or(self.left);
        }
        let at = match self.log {
            true => (value / low).ln() / (high / low).ln(),
            false => (value - low) / (high - low),
        };
        self.left + at * (self.right - self.left)
    }
}

/// One row in the scaled unit.
struct Pair {
    label: String,
    before: Option<f64>,
    after: Option<f64>,
    of: Compared,
}

impl Pair {
    fn change(&self) -> String {
        match (self.before, self.after) {
            (Some(exporter), Some(importer)) if self.of == Compared::Reports => {
                match exporter > 0.0 && importer >= 0.0 {
                    true => format!("× {}", ratio(importer / exporter)),
                    false => "–".to_owned(),
                }
            }
            (Some(before), Some(after)) if before > 0.0 => format_change(after / before - 1.0),
            (Some(before), Some(after)) if before == 0.0 && after > 0.0 => "from zero".to_owned(),
            (Some(before), Some(after)) if before == after => "0.0 %".to_owned(),
            _ => "–".to_owned(),
        }
    }

    fn direction(&self) -> &'static str {
        match (self.before, self.after) {
            _ if self.of == Compared::Reports => "pl-same",
            (Some(before), Some(after)) if after < before => "pl-down",
            (Some(before), Some(after)) if after > before => "pl-up",
            _ => "pl-same",
        }
    }
}

/// How many times one figure is of the other.
pub(super) fn ratio(value: f64) -> String {
    format_number(value, short_decimals(value).min(2))
}

/// Draws the chart; returns it in words.
pub(super) fn draw(
    c: &mut Canvas,
    of: Compared,
    names: (&str, &str),
    unit: &str,
    rows: &[ChangeRow],
) -> String {
    let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
    let positive: Vec<f64> = rows
        .iter()
        .flat_map(|r| [finite(r.before), finite(r.after)])
        .flatten()
        .filter(|v| *v > 0.0)
        .collect();
    let smallest = positive.iter().copied().fold(f64::INFINITY, f64::min);
    let largest = positive.iter().copied().fold(0.0, f64::max);
    let middle = if positive.is_empty() { 0.0 } else { (smallest * largest).sqrt() };
    let scale = Scale::new(unit, middle);
    let scaled = |v: Option<f64>| finite(v).map(|v| v / scale.divisor);
    let pair = |r: &ChangeRow| Pair {
        label: r.label.clone(),
        before: scaled(r.before),
        after: scaled(r.after),
        of,
    };
    let pairs: Vec<Pair> = rows.iter().map(pair).collect();
    if pairs.iter().all(|p| p.before.is_none() && p.after.is_none()) {
        return c.empty();
    }
    let mut axis = axis(c, &pairs);
    let columns = Columns::new(c, names, &pairs, &mut axis);
    header(c, of, names, &columns, &axis, &scale.label);
    let top = c.y;
    let bottom = top + pairs.iter().map(|p| columns.row_height(c, p)).sum::<f64>() + 4.0;
    grid(c, &axis, top, bottom);
    for pair in &pairs {
        let height = columns.row_height(c, pair);
        draw_row(c, pair, &columns, &axis, height);
        c.y += height;
    }
    c.y = bottom + 24.0;
    words(&pairs, names, &scale)
}

fn axis(c: &Canvas, pairs: &[Pair]) -> Axis {
    let all: Vec<f64> = pairs.iter().flat_map(|p| [p.before, p.after]).flatten().collect();
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let above_zero = all.iter().copied().filter(|v| *v > 0.0).fold(f64::INFINITY, f64::min);
    let log = low >= 0.0 && above_zero.is_finite() && high / above_zero > LOG_ABOVE;
    let (low, high) = if all.is_empty() { (0.0, 0.0) } else { (low, high) };
    let linear = Ticks::linear(low.min(0.0), high.max(0.0), if c.is_narrow() { 4 } else { 5 });
    let decimals = match above_zero {
        v if v < 10.0 && all.iter().any(|v| v.fract() != 0.0) => 2,
        v if v < 100.0 && all.iter().any(|v| v.fract() != 0.0) => 1,
        _ => 0,
    };
    let zero = (log && all.contains(&0.0)).then_some(0.0);
    let bounds = if log { (above_zero / 1.6, high * 1.6) } else { linear.bounds() };
    let ticks = if log { log_ticks(bounds.0, bounds.1) } else { linear.at };
    let tick_decimals = if log { 0 } else { linear.decimals };
    Axis { log, ticks, tick_decimals, bounds, left: 0.0, right: 0.0, zero, decimals }
}

/// Where labels and figures stand.
struct Columns {
    label_room: f64,
    /// Right edges of the columns before, after and change.
    edges: [f64; 3],
}

impl Columns {
    fn new(c: &Canvas, names: (&str, &str), pairs: &[Pair], axis: &mut Axis) -> Self {
        let gutter = if axis.zero.is_some() { 34.0 } else { 0.0 };
        if c.is_narrow() {
            axis.zero = axis.zero.map(|_| 10.0);
            (axis.left, axis.right) = (10.0 + gutter, c.width() - 24.0);
            return Self { label_room: c.width() - 90.0, edges: [0.0, 0.0, c.width()] };
        }
        let widest = |texts: Vec<String>, head: &str| {
            let head = head_width(head) + 24.0;
            texts.iter().map(|t| width(t, LABEL)).fold(head, f64::max)
        };
        let figure = |v: Option<f64>| figure(v, axis.decimals);
        let change = widest(
            pairs.iter().map(Pair::change).collect(),
            pairs.first().map_or("", |p| p.of.last()),
        );
        let after = widest(pairs.iter().map(|p| figure(p.after)).collect(), names.1);
        let before = widest(pairs.iter().map(|p| figure(p.before)).collect(), names.0);
        let lines = pairs.iter().flat_map(|p| wrap(&p.label, LABEL, 190.0, 2));
        let label_room = lines.map(|l| width(&l, LABEL)).fold(40.0, f64::max);
        let edge = c.width();
        let edges = [edge - change - after - 36.0, edge - change - 18.0, edge];
        axis.zero = axis.zero.map(|_| label_room + 26.0);
        axis.left = label_room + 26.0 + gutter;
        axis.right = edges[0] - before - 34.0;
        Self { label_room, edges }
    }

    fn lines(&self, pair: &Pair) -> Vec<String> {
        wrap(&pair.label, LABEL, self.label_room + 1.0, 2)
    }

    fn row_height(&self, c: &Canvas, pair: &Pair) -> f64 {
        let lines = self.lines(pair).len().max(1) as f64;
        if c.is_narrow() { lines * 15.0 + 54.0 } else { lines * 15.0 + 19.0 }
    }
}

/// The lines of a column head.
fn head(name: &str) -> Vec<String> {
    wrap(name, LABEL, 84.0, 3)
}

/// The width of a column head; its letters are bold.
fn head_width(name: &str) -> f64 {
    head(name).iter().map(|line| width(line, LABEL) * 1.12).fold(0.0, f64::max)
}

fn figure(value: Option<f64>, decimals: u8) -> String {
    value.map_or_else(|| "no data".to_owned(), |v| format_number(v, decimals))
}

/// The key, which is also the head of the columns of figures.
fn header(
    c: &mut Canvas,
    of: Compared,
    names: (&str, &str),
    columns: &Columns,
    axis: &Axis,
    unit: &str,
) {
    let unit = if axis.log { format!("{unit}, logarithmic axis") } else { unit.to_owned() };
    if c.is_narrow() {
        c.y += 16.0;
        of.first_mark(c, 7.0, c.y - 4.5, "pl-same");
        let room = c.width() / 2.0 - 40.0;
        let name = |name: &str| wrap(name, LABEL, room, 1).concat();
        let names = (name(names.0), name(names.1));
        c.text(18.0, c.y, Anchor::Start, "pl-t", &names.0);
        let x = 18.0 + width(&names.0, LABEL) + 22.0;
        of.second_mark(c, x, c.y - 4.5, "pl-same");
        c.text(x + 12.0, c.y, Anchor::Start, "pl-t", &names.1);
        c.y += 19.0;
        c.text(0.0, c.y, Anchor::Start, "pl-m", unit.trim_start_matches(", "));
        c.y += 14.0;
        return;
    }
    let lines = head(names.0).len().max(head(names.1).len()).max(1) as f64;
    c.y += 1.0 + lines * LINE_HEIGHT;
    c.text(0.0, c.y, Anchor::Start, "pl-m", unit.trim_start_matches(", "));
    for (name, edge, second) in
        [(names.0, columns.edges[0], false), (names.1, columns.edges[1], true)]
    {
        let lines = head(name);
        let middle = c.y - 4.5 - (lines.len().max(1) as f64 - 1.0) * LINE_HEIGHT / 2.0;
        c.lines_at((edge, middle), Anchor::End, "pl-b", &lines, name);
        let x = edge - head_width(name) - 13.0;
        match second {
            false => of.first_mark(c, x, middle, "pl-same"),
            true => of.second_mark(c, x, middle, "pl-same"),
        }
    }
    c.text(columns.edges[2], c.y, Anchor::End, "pl-b", of.last());
    c.y += 8.0;
    c.line((0.0, c.y), (c.width(), c.y), "pl-grid");
    c.y += 3.0;
}

fn grid(c: &mut Canvas, axis: &Axis, top: f64, bottom: f64) {
    let mut free_from = f64::NEG_INFINITY;
    if let Some(x) = axis.zero {
        // In a narrow window the line runs behind words and must not look like one of them.
        let class = if c.is_narrow() { "pl-grid" } else { "pl-base" };
        c.line((x, top), (x, bottom), class);
        c.text(x, bottom + 16.0, Anchor::Middle, "pl-m", "0");
        let (a, b, d) = (n(x + 13.0), n(bottom + 4.0), n(bottom - 4.0));
        let e = n(x + 19.0);
        c.path(&format!("M{a} {b}l4-8M{e} {b}L{} {d}", n(x + 23.0)), "pl-tick", "");
        free_from = x + 10.0;
    }
    for tick in &axis.ticks {
        let x = axis.x(*tick);
        let class = if *tick == 0.0 { "pl-base" } else { "pl-grid" };
        c.line((x, top), (x, bottom), class);
        let decimals = if axis.log && *tick < 1.0 {
            (-tick.log10().floor()).clamp(0.0, 9.0) as u8
        } else {
            axis.tick_decimals
        };
        let text = format_number(*tick, decimals);
        let half = width(&text, SMALL) / 2.0;
        if x - half < free_from {
            continue;
        }
        free_from = x + half + 6.0;
        c.text(x.max(half), bottom + 16.0, Anchor::Middle, "pl-m", &text);
    }
}

fn draw_row(c: &mut Canvas, pair: &Pair, columns: &Columns, axis: &Axis, height: f64) {
    let lines = columns.lines(pair);
    let block = lines.len().max(1) as f64 * 15.0;
    let (before, after) = (figure(pair.before, axis.decimals), figure(pair.after, axis.decimals));
    let y;
    if c.is_narrow() {
        y = c.y + block + 30.0;
        c.lines_at(
            (0.0, c.y + 1.0 + block / 2.0),
            Anchor::Start,
            "pl-b pl-halo",
            &lines,
            &pair.label,
        );
        let change = pair.change();
        c.text(columns.edges[2], c.y + 13.0, Anchor::End, "pl-b pl-halo pl-num", &change);
        let figures = match before == after && pair.before.is_none() {
            true => before,
            false if pair.of == Compared::Reports => format!("{before} and {after}"),
            false => format!("{before} → {after}"),
        };
        c.text(0.0, c.y + block + 14.0, Anchor::Start, "pl-m pl-halo pl-num", &figures);
    } else {
        y = c.y + height / 2.0;
        c.lines_at((columns.label_room, y), Anchor::End, "pl-t", &lines, &pair.label);
        for (text, known, edge) in [
            (&before, pair.before.is_some(), columns.edges[0]),
            (&after, pair.after.is_some(), columns.edges[1]),
        ] {
            let class = if known { "pl-t pl-num" } else { "pl-m" };
            c.text(edge, y + 4.5, Anchor::End, class, text);
        }
        c.text(columns.edges[2], y + 4.5, Anchor::End, "pl-b pl-num", &pair.change());
    }
    dumbbell(c, pair, axis, y);
}

fn dumbbell(c: &mut Canvas, pair: &Pair, axis: &Axis, y: f64) {
    let class = pair.direction();
    if let (Some(before), Some(after)) = (pair.before, pair.after) {
        let (a, b) = (axis.x(before), axis.x(after));
        if (a - b).abs() > 14.0 {
            let way = (b - a).signum();
            c.line((a + way * 5.0, y), (b - way * 5.0, y), &format!("pl-rod {class}"));
            if pair.of == Compared::Reports {
                return ends(c, pair, axis, y);
            }
            let tip = b - way * 7.0;
            let back = tip - way * 8.0;
            let d = format!(
                "M{} {}L{} {}L{} {}Z",
                n(tip),
                n(y),
                n(back),
                n(y - 4.5),
                n(back),
                n(y + 4.5)
            );
            c.path(&d, &format!("pl-tip {class}"), "");
        }
    }
    ends(c, pair, axis, y);
}

/// The marks of both figures, as far as they are known.
fn ends(c: &mut Canvas, pair: &Pair, axis: &Axis, y: f64) {
    let class = pair.direction();
    if let Some(before) = pair.before {
        pair.of.first_mark(c, axis.x(before), y, class);
    }
    if let Some(after) = pair.after {
        pair.of.second_mark(c, axis.x(after), y, class);
    }
    if pair.before.is_none() && pair.after.is_none() {
        let fill = c.hatch("none");
        let area = Area(axis.left, y - 5.0, axis.right - axis.left, 10.0);
        c.rect(area, "pl-gap", Some(&fill), &format!("{}: no data", pair.label));
    }
}

fn words(pairs: &[Pair], names: (&str, &str), scale: &Scale) -> String {
    let mut out = format!("{} and {} compared, in {}.", names.0, names.1, scale.label);
    for pair in pairs {
        let text = |v: Option<f64>| {
            v.map_or_else(|| "no data".to_owned(), |v| scale.with_unit(v * scale.divisor))
        };
        let (before, after) = (text(pair.before), text(pair.after));
        out.push_str(&format!(" {}: {before} to {after} ({}).", pair.label, pair.change()));
    }
    out
}
