//! Prices for a unit: each a tick on a logarithmic axis, a box for the middle half,
//! a marked and named diamond for each that is asked about.

use super::{
    canvas::{Anchor, Area, Canvas, n},
    labels::{LABEL, LINE_HEIGHT, SMALL, width, wrap},
};
use crate::{
    number::{Ticks, format_number, log_ticks, short_decimals},
    page::{UnitValueRow, UnitValues},
};

/// Where things are, left to right.
struct Layout {
    label_room: f64,
    left: f64,
    right: f64,
    low: f64,
    high: f64,
}

impl Layout {
    fn x(&self, value: f64) -> f64 {
        let at = (value / self.low).ln() / (self.high / self.low).ln();
        self.left + at.clamp(0.0, 1.0) * (self.right - self.left)
    }
}

/// A row, and the words on its flagged prices in lines above the strip.
struct Strip<'a> {
    row: &'a UnitValueRow,
    lines: Vec<String>,
    /// Place, text and lane of each flag.
    flags: Vec<(f64, String, usize)>,
    lanes: usize,
}

/// Draws the chart; returns it in words.
pub(super) fn draw(c: &mut Canvas, chart: &UnitValues) -> String {
    let all: Vec<f64> = chart.rows.iter().flat_map(prices).collect();
    if all.is_empty() {
        let some = chart.rows.iter().any(|r| !r.values.is_empty() || !r.flagged.is_empty());
        return c.sentence(match some {
            true => "No unit value above zero: there is nothing to draw on a logarithmic axis.",
            false => "No unit values.",
        });
    }
    let layout = layout(c, chart, &all);
    let strips: Vec<Strip> = chart.rows.iter().map(|r| strip(c, r, &layout)).collect();
    header(c, chart, &layout);
    let top = c.y;
    let bottom = top + strips.iter().map(|s| height(c, s)).sum::<f64>() + 4.0;
    grid(c, &layout, top, bottom);
    for strip in &strips {
        draw_strip(c, strip, &layout);
        c.y += height(c, strip);
    }
    c.y = bottom + 24.0;
    let left_out = chart.rows.iter().map(not_drawn).sum::<usize>();
    if left_out > 0 {
        let words = format!("Not drawn: {left_out} that are zero, below zero or no number.");
        for line in wrap(&words, SMALL, c.width(), 2) {
            c.y += LINE_HEIGHT;
            c.text(0.0, c.y - 3.0, Anchor::Start, "pl-m", &line);
        }
    }
    words(chart)
}

fn drawable(value: f64) -> bool {
    value.is_finite() && value > 0.0
}

/// Every figure of a row that has a place on the axis.
fn prices(row: &UnitValueRow) -> Vec<f64> {
    let quartiles = row.quartiles.iter().flatten().copied();
    let flagged = row.flagged.iter().map(|(v, _)| *v);
    row.values.iter().copied().chain(quartiles).chain(flagged).filter(|v| drawable(*v)).collect()
}

fn not_drawn(row: &UnitValueRow) -> usize {
    row.values.iter().chain(row.flagged.iter().map(|(v, _)| v)).filter(|v| !drawable(**v)).count()
}

fn layout(c: &Canvas, chart: &UnitValues, all: &[f64]) -> Layout {
    let low = all.iter().copied().fold(f64::INFINITY, f64::min) / 1.25;
    let high = all.iter().copied().fold(0.0, f64::max) * 1.25;
    if c.is_narrow() {
        let right = c.width() - 12.0;
        return Layout { label_room: c.width() - 90.0, left: 12.0, right, low, high };
    }
    let lines = chart.rows.iter().flat_map(|r| wrap(&r.label, LABEL, 190.0, 2));
    let label_room = lines.map(|l| width(&l, LABEL)).fold(40.0, f64::max);
    let medians = chart.rows.iter().map(|r| width(&median(r), LABEL)).fold(0.0, f64::max);
    let right = c.width() - medians.max(width("median", LABEL) * 1.12) - 26.0;
    Layout { label_room, left: label_room + 26.0, right, low, high }
}

/// A price as it is printed beside its mark.
fn figure(value: f64) -> String {
    format_number(value, short_decimals(value))
}

fn median(row: &UnitValueRow) -> String {
    row.quartiles.map_or_else(|| "–".to_owned(), |[_, middle, _]| figure(middle))
}

/// Gives each flag the first lane in which its words touch no others.
fn strip<'a>(c: &Canvas, row: &'a UnitValueRow, layout: &Layout) -> Strip<'a> {
    let lines = wrap(&row.label, LABEL, layout.label_room + 1.0, 2);
    let mut flags: Vec<(f64, String)> = (row.flagged.iter())
        .filter(|(value, _)| drawable(*value))
        .map(|(value, word)| (layout.x(*value), format!("{} {word}", figure(*value))))
        .collect();
    flags.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(&b.1)));
    let mut ends: Vec<f64> = Vec::new();
    let mut placed = Vec::new();
    for (x, text) in flags {
        let text = wrap(&text, SMALL, layout.right - layout.left, 1).concat();
        let half = width(&text, SMALL) / 2.0;
        let middle = x.min(c.width() - half).max(layout.left + half - 10.0);
        let free = ends.iter().position(|end| *end + 8.0 < middle - half);
        let lane = free.unwrap_or(ends.len());
        if free.is_none() {
            ends.push(0.0);
        }
        ends[lane] = middle + half;
        placed.push((middle, text, lane));
    }
    Strip { row, lines, flags: placed, lanes: ends.len() }
}

fn height(c: &Canvas, strip: &Strip) -> f64 {
    let names = strip.lines.len().max(1) as f64 * LINE_HEIGHT;
    let flags = strip.lanes as f64 * LINE_HEIGHT;
    if c.is_narrow() { names + flags + 36.0 } else { names.max(flags + 20.0) + 20.0 }
}

fn header(c: &mut Canvas, chart: &UnitValues, layout: &Layout) {
    c.y += LINE_HEIGHT;
    let unit = format!("{}, logarithmic axis", chart.unit);
    let unit = wrap(&unit, SMALL, layout.right, 1).concat();
    c.text(0.0, c.y, Anchor::Start, "pl-m", unit.trim_start_matches(", "));
    c.text(c.width(), c.y, Anchor::End, "pl-b", "median");
    c.y += 8.0;
    c.line((0.0, c.y), (c.width(), c.y), "pl-grid");
    c.y += 3.0;
}

fn grid(c: &mut Canvas, layout: &Layout, top: f64, bottom: f64) {
    let mut ticks = log_ticks(layout.low, layout.high);
    if ticks.len() < 3 {
        let steps = |tick: &f64| [0.2, 0.5, 1.0, 2.0, 5.0].map(|s| s * tick);
        ticks = ticks.iter().flat_map(steps).collect();
        ticks.sort_by(f64::total_cmp);
        ticks.dedup_by(|a, b| (*a / *b - 1.0).abs() < 1e-6);
        ticks.retain(|t| (layout.low..=layout.high).contains(t));
    }
    if ticks.len() < 2 {
        ticks = Ticks::linear(layout.low, layout.high, 4).at;
        ticks.retain(|t| (layout.low..=layout.high).contains(t));
    }
    let mut free_from = f64::NEG_INFINITY;
    for tick in ticks {
        let x = layout.x(tick);
        c.line((x, top), (x, bottom), "pl-grid");
        let decimals = match tick < 1.0 {
            true => (-tick.log10().floor()).clamp(0.0, 9.0) as u8,
            false => u8::from(tick.fract() > 1e-9),
        };
        let text = format_number(tick, decimals);
        let half = width(&text, SMALL) / 2.0;
        if x - half < free_from || x + half > c.width() {
            continue;
        }
        free_from = x + half + 6.0;
        c.text(x.max(half), bottom + 16.0, Anchor::Middle, "pl-m", &text);
    }
}

fn draw_strip(c: &mut Canvas, strip: &Strip, layout: &Layout) {
    let (row, whole) = (strip.row, height(c, strip));
    let names = strip.lines.len().max(1) as f64 * LINE_HEIGHT;
    let flags = strip.lanes as f64 * LINE_HEIGHT;
    let (y, first) = match c.is_narrow() {
        true => (c.y + names + flags + 20.0, c.y + names + 14.0),
        false => {
            let middle = c.y + (whole + flags) / 2.0;
            (middle, middle - flags)
        }
    };
    if c.is_narrow() {
        c.lines_at(
            (0.0, c.y + 1.0 + names / 2.0),
            Anchor::Start,
            "pl-t pl-halo",
            &strip.lines,
            &row.label,
        );
        c.text(c.width(), c.y + 13.0, Anchor::End, "pl-b pl-halo pl-num", &median(row));
    } else {
        c.lines_at((layout.label_room, y), Anchor::End, "pl-t", &strip.lines, &row.label);
        c.text(c.width(), y + 4.5, Anchor::End, "pl-b pl-num", &median(row));
    }
    if prices(row).is_empty() {
        let fill = c.hatch("none");
        let area = Area(layout.left, y - 5.0, layout.right - layout.left, 10.0);
        return c.rect(area, "pl-gap", Some(&fill), &format!("{}: no data", row.label));
    }
    marks(c, row, layout, y);
    for (x, text, lane) in &strip.flags {
        let y = first + *lane as f64 * LINE_HEIGHT - if c.is_narrow() { 2.0 } else { -2.0 };
        c.text(*x, y, Anchor::Middle, "pl-flag pl-num", text);
    }
}

fn marks(c: &mut Canvas, row: &UnitValueRow, layout: &Layout, y: f64) {
    if let Some([low, middle, high]) = row.quartiles.filter(|q| q.iter().all(|v| drawable(*v))) {
        let (a, b) = (layout.x(low.min(high)), layout.x(low.max(high)));
        let tip = format!("{}: middle half {} to {}", row.label, figure(low), figure(high));
        c.rect(Area(a, y - 7.0, (b - a).max(1.0), 14.0), "pl-interval", None, &tip);
        let x = layout.x(middle);
        c.line((x, y - 9.0), (x, y + 9.0), "pl-middle");
    }
    // Thousands of prices fall on few places: each place is drawn once.
    let mut places: Vec<String> = row
        .values
        .iter()
        .filter(|v| drawable(**v))
        .map(|v| n((layout.x(*v) * 2.0).round() / 2.0))
        .collect();
    places.sort();
    places.dedup();
    let d: String = places.iter().map(|x| format!("M{x} {}v10", n(y - 5.0))).collect();
    if !d.is_empty() {
        c.path(&d, "pl-price", "");
    }
    for (value, word) in row.flagged.iter().filter(|(v, _)| drawable(*v)) {
        let tip = format!("{}, {word}: {}", row.label, figure(*value));
        c.diamond(layout.x(*value), y, 6.5, "pl-onset", &tip);
    }
}

fn words(chart: &UnitValues) -> String {
    let mut out = format!("Unit values in {}, on a logarithmic axis.", chart.unit);
    for row in &chart.rows {
        out.push_str(&format!(" {}: {} values", row.label, row.values.len()));
        if let Some([low, middle, high]) = row.quartiles {
            let (low, middle, high) = (figure(low), figure(middle), figure(high));
            out.push_str(&format!(", median {middle}, middle half {low} to {high}"));
        }
        for (value, word) in &row.flagged {
            out.push_str(&format!(", marked {} {word}", figure(*value)));
        }
        out.push('.');
    }
    out
}
