//! Shares with their bounds: a dot and an interval for each row.

use super::{
    canvas::{Anchor, Area, Canvas},
    labels::{LABEL, SMALL, width, wrap},
};
use crate::{
    number::{Ticks, format_number, format_percent},
    page::ShareRow,
};

/// Where things are, left to right.
struct Layout {
    label_room: f64,
    /// The room of the widest bounds, in words.
    bounds_room: f64,
    left: f64,
    right: f64,
    low: f64,
    high: f64,
}

impl Layout {
    fn x(&self, fraction: f64) -> f64 {
        let at = (fraction - self.low) / (self.high - self.low);
        self.left + at.clamp(0.0, 1.0) * (self.right - self.left)
    }
}

/// Draws the chart; returns it in words.
pub(super) fn draw(c: &mut Canvas, rows: &[ShareRow]) -> String {
    if rows.is_empty() {
        return c.empty();
    }
    let values = || {
        let all = rows.iter().flat_map(|r| [r.share, r.low, r.high]);
        all.flatten().filter(|v| v.is_finite())
    };
    let top = values().fold(0.0, f64::max);
    let low = values().fold(0.0, f64::min);
    let high = if top > 0.5 { top.max(1.0) } else { top.max(0.01) };
    let ticks = Ticks::linear(low * 100.0, high * 100.0, if c.is_narrow() { 4 } else { 5 });
    let layout = layout(c, rows, &ticks);
    let axis_top = c.y;
    c.y += 6.0;
    let heights: Vec<f64> = rows.iter().map(|r| row_height(c, r, &layout)).collect();
    let axis_bottom = c.y + heights.iter().sum::<f64>();
    for tick in &ticks.at {
        let x = layout.x(tick / 100.0);
        let class = if *tick == 0.0 { "pl-base" } else { "pl-grid" };
        c.line((x, axis_top), (x, axis_bottom), class);
        let text = format!("{} %", format_number(*tick, ticks.decimals));
        let half = width(&text, SMALL) / 2.0;
        let held = x.min(c.width() - half).max(half);
        c.text(held, axis_bottom + 16.0, Anchor::Middle, "pl-m", &text);
    }
    for (row, height) in rows.iter().zip(heights) {
        draw_row(c, row, &layout, height);
        c.y += height;
    }
    c.y = axis_bottom + 22.0;
    words(rows)
}

fn layout(c: &Canvas, rows: &[ShareRow], ticks: &Ticks) -> Layout {
    let (low, high) = ticks.bounds();
    let (low, high) = (low / 100.0, high / 100.0);
    let bounds = rows.iter().map(|r| width(&bounds_text(r), SMALL)).fold(0.0, f64::max);
    let bounds_room = if bounds > 0.0 { bounds + 10.0 } else { 0.0 };
    if c.is_narrow() {
        let right = c.width() - 20.0;
        let label_room = c.width() - bounds_room - 78.0;
        return Layout { label_room, bounds_room, left: 8.0, right, low, high };
    }
    let lines = rows.iter().flat_map(|r| wrap(&r.label, LABEL, 210.0, 2));
    let label_room = lines.map(|l| width(&l, LABEL)).fold(40.0, f64::max);
    let share = rows.iter().map(|r| width(&share_text(r), LABEL)).fold(0.0, f64::max);
    let (left, right) = (label_room + 20.0, c.width() - share - bounds_room - 36.0);
    Layout { label_room, bounds_room, left, right, low, high }
}

fn row_height(c: &Canvas, row: &ShareRow, layout: &Layout) -> f64 {
    let lines = wrap(&row.label, LABEL, layout.label_room + 1.0, 2).len().max(1) as f64;
    if c.is_narrow() { 34.0 + lines * 15.0 } else { 19.0 + lines * 15.0 }
}

fn draw_row(c: &mut Canvas, row: &ShareRow, layout: &Layout, height: f64) {
    let lines = wrap(&row.label, LABEL, layout.label_room + 1.0, 2);
    let top = c.y;
    let y = if c.is_narrow() { top + height - 20.0 } else { top + height / 2.0 };
    if c.is_narrow() {
        let block = lines.len().max(1) as f64 * 15.0;
        c.lines_at(
            (0.0, top + 1.0 + block / 2.0),
            Anchor::Start,
            "pl-t pl-halo",
            &lines,
            &row.label,
        );
    } else {
        c.lines_at((layout.label_room, y), Anchor::End, "pl-t", &lines, &row.label);
    }
    let (x, figure_y) = (c.width(), if c.is_narrow() { top + 13.0 } else { y + 4.5 });
    let bounds = bounds_text(row);
    c.text(x, figure_y, Anchor::End, "pl-m pl-halo pl-num", &bounds);
    let class = if share(row).is_some() { "pl-b pl-halo pl-num" } else { "pl-m pl-halo" };
    c.text(x - layout.bounds_room, figure_y, Anchor::End, class, &share_text(row));
    marks(c, row, layout, y);
}

fn marks(c: &mut Canvas, row: &ShareRow, layout: &Layout, y: f64) {
    let low = finite(row.low).or(share(row));
    let high = finite(row.high).or(share(row));
    if let (Some(low), Some(high)) = (low, high) {
        let (a, b) = (layout.x(low.min(high)), layout.x(low.max(high)));
        if b > a {
            let tip = format!("{}: {}", row.label, bounds_text(row));
            c.rect(Area(a, y - 4.0, b - a, 8.0), "pl-interval", None, &tip);
            for x in [a, b] {
                c.line((x, y - 6.0), (x, y + 6.0), "pl-cap");
            }
        }
    }
    match share(row) {
        Some(share) => c.circle(layout.x(share), y, 6.0, "pl-dot"),
        None if low.is_none() => {
            let fill = c.hatch("none");
            let tip = format!("{}: no data", row.label);
            let area = Area(layout.left, y - 5.0, layout.right - layout.left, 10.0);
            c.rect(area, "pl-gap", Some(&fill), &tip);
        }
        None => {}
    }
}

fn finite(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite())
}

fn share(row: &ShareRow) -> Option<f64> {
    finite(row.share)
}

fn share_text(row: &ShareRow) -> String {
    match share(row) {
        Some(share) => format_percent(share, 1),
        None if bounds_text(row).is_empty() => "no data".to_owned(),
        None => "bounds:".to_owned(),
    }
}

fn bounds_text(row: &ShareRow) -> String {
    match (finite(row.low), finite(row.high)) {
        (Some(low), Some(high)) => {
            format!("{} to {}", format_number(low * 100.0, 1), format_percent(high, 1))
        }
        (Some(low), None) => format!("at least {}", format_percent(low, 1)),
        (None, Some(high)) => format!("at most {}", format_percent(high, 1)),
        (None, None) => String::new(),
    }
}

fn words(rows: &[ShareRow]) -> String {
    let row = |r: &ShareRow| match bounds_text(r) {
        bounds if bounds.is_empty() => format!(" {}: {}.", r.label, share_text(r)),
        bounds if share(r).is_none() => format!(" {}: bounds {bounds}.", r.label),
        bounds => format!(" {}: {}, bounds {bounds}.", r.label, share_text(r)),
    };
    format!("Shares with their bounds.{}", rows.iter().map(row).collect::<String>())
}
