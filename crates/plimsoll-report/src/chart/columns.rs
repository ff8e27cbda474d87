//! Stacked columns over time: what a total is made of.

use super::{
    calendar,
    canvas::{Area, Canvas, n},
    over_time::{EndLabel, Mark, Plot, REST, Strand, TimeChart, largest},
};
use crate::page::Series;

/// Draws the chart; returns it in words.
pub(super) fn draw(
    c: &mut Canvas,
    periods: &[String],
    series: &[Series],
    unit: &str,
    events: &[(String, String)],
) -> String {
    let strands = parts(series, periods.len());
    let span = reach(&strands, periods.len());
    let chart = TimeChart::new((periods, events), strands, unit, span, Mark::Box);
    let plot = chart.open(c);
    columns(c, &chart, &plot);
    chart.end_labels(c, &plot, &ends(&chart, &plot));
    chart.close(c, &plot);
    for at in 0..periods.len() {
        marks(c, &chart, &plot, at);
    }
    words(&chart)
}

/// The series that keep their own colour, and the sum of the others.
fn parts(series: &[Series], periods: usize) -> Vec<Strand> {
    let all: Vec<Strand> = series.iter().map(|s| Strand::new(s, periods, REST)).collect();
    let named: Vec<Strand> = all.iter().filter(|s| !is_rest(&s.name)).cloned().collect();
    let kept = largest(&named);
    let mut parts: Vec<Strand> =
        kept.iter().enumerate().map(|(style, at)| Strand { style, ..named[*at].clone() }).collect();
    let beyond = (0..named.len()).filter(|at| !kept.contains(at)).map(|at| &named[at]);
    let rest: Vec<&Strand> = beyond.chain(all.iter().filter(|s| is_rest(&s.name))).collect();
    if !rest.is_empty() {
        let folded = rest.iter().filter(|s| !is_rest(&s.name)).count();
        let name = if folded > 0 { format!("Others ({folded})") } else { "Others".to_owned() };
        let sum = |at: usize| rest.iter().filter_map(|s| s.values[at]).reduce(|a, b| a + b);
        let known = |at: usize| rest.iter().filter(|s| s.values[at].is_some()).count();
        let partial = (0..periods).filter(|at| (1..rest.len()).contains(&known(*at))).collect();
        let values = (0..periods).map(sum).collect();
        parts.push(Strand { name, values, style: REST, partial });
    }
    parts
}

fn is_rest(name: &str) -> bool {
    matches!(name.trim().to_lowercase().as_str(), "others" | "other" | "rest")
}

/// The lowest and the highest end of a column.
fn reach(strands: &[Strand], periods: usize) -> (f64, f64) {
    let sum = |at: usize, sign: f64| -> f64 {
        strands.iter().filter_map(|s| s.values[at]).filter(|v| v * sign > 0.0).sum()
    };
    let low = (0..periods).map(|at| sum(at, -1.0)).fold(0.0, f64::min);
    let high = (0..periods).map(|at| sum(at, 1.0)).fold(0.0, f64::max);
    (low, high)
}

fn column_width(plot: &Plot) -> f64 {
    let band = plot.band();
    (band * 0.8).min(band - 1.0).clamp(1.0, 56.0)
}

/// The bars of one period, from the axis outwards: which series, and where. A
/// zero has no bar.
fn bars(chart: &TimeChart, plot: &Plot, at: usize) -> Vec<(usize, Area)> {
    let wide = column_width(plot);
    let x = plot.x(at as f64 + 0.5) - wide / 2.0;
    let (mut up, mut down) = (0.0, 0.0);
    let mut bars = Vec::new();
    for (index, strand) in chart.strands.iter().enumerate() {
        let value = strand.values[at].unwrap_or(0.0);
        if value == 0.0 {
            continue;
        }
        let from = if value < 0.0 { &mut down } else { &mut up };
        let (y0, y1) = (plot.y(*from), plot.y(*from + value));
        *from += value;
        bars.push((index, Area(x, y0.min(y1), wide, (y0 - y1).abs())));
    }
    bars
}

/// All bars of a series as one shape: hatches in many shapes make huge PDF files.
fn columns(c: &mut Canvas, chart: &TimeChart, plot: &Plot) {
    let mut shapes = vec![String::new(); chart.strands.len()];
    for at in 0..chart.periods.len() {
        for (index, Area(x, y, wide, high)) in bars(chart, plot, at) {
            let (x, y, wide, high) = (n(x), n(y), n(wide), n(high));
            shapes[index].push_str(&format!("M{x} {y}h{wide}v{high}h-{wide}z"));
        }
    }
    for (shape, strand) in shapes.iter().zip(&chart.strands) {
        c.series_shape(shape, strand.style);
    }
}

/// A hatched cap where some series have no data, and the figures of the period.
fn marks(c: &mut Canvas, chart: &TimeChart, plot: &Plot, at: usize) {
    let known = chart.strands.iter().filter(|s| s.values[at].is_some()).count();
    if known == 0 {
        return;
    }
    let partial = chart.strands.iter().any(|s| s.partial.contains(&at));
    if partial || known < chart.strands.len() {
        let tops = bars(chart, plot, at).into_iter().map(|(_, area)| area.1);
        let top = tops.fold(plot.y(0.0), f64::min);
        let wide = column_width(plot);
        let fill = c.hatch("none");
        let area = Area(plot.x(at as f64 + 0.5) - wide / 2.0, top - 9.0, wide, 8.0);
        c.rect(area, "pl-gap", Some(&fill), "");
    }
    if !c.is_narrow() && plot.band() >= 2.0 {
        let area = Area(plot.x(at as f64), plot.top, plot.band(), plot.bottom - plot.top);
        c.rect(area, "pl-hit", None, &figures(chart, at));
    }
}

/// The figures of a period, one line for each series.
fn figures(chart: &TimeChart, at: usize) -> String {
    let mut out = calendar::readable(&chart.periods[at]);
    for strand in chart.strands.iter().rev() {
        let value = match strand.values[at] {
            Some(value) => chart.scale.with_unit(value * chart.scale.divisor),
            None => "no data".to_owned(),
        };
        out.push_str(&format!("\n{}: {value}", strand.name));
        if strand.partial.contains(&at) {
            out.push_str(" and more, data missing");
        }
    }
    out
}

/// The label of each series beside the last column that has data.
fn ends(chart: &TimeChart, plot: &Plot) -> Vec<EndLabel> {
    let known = |at: &usize| chart.strands.iter().any(|s| s.values[*at].is_some());
    let last = (0..chart.periods.len()).rev().find(known).unwrap_or(0);
    let x = plot.x(last as f64 + 0.5) + column_width(plot) / 2.0;
    let (mut up, mut down) = (0.0, 0.0);
    let mut ends: Vec<EndLabel> = Vec::new();
    for (strand, s) in chart.strands.iter().enumerate() {
        let value = s.values.get(last).copied().flatten().unwrap_or(0.0);
        let from = if value < 0.0 { &mut down } else { &mut up };
        let y = plot.y(*from + value / 2.0);
        *from += value;
        ends.push(EndLabel { strand, x, y });
    }
    ends.reverse();
    ends.sort_by(|a, b| a.y.total_cmp(&b.y));
    ends
}

fn words(chart: &TimeChart) -> String {
    let total = |at: usize| -> f64 { chart.strands.iter().filter_map(|s| s.values[at]).sum() };
    let peak = (0..chart.periods.len()).max_by(|a, b| total(*a).total_cmp(&total(*b)));
    let names: Vec<&str> = chart.strands.iter().map(|s| s.name.as_str()).collect();
    let mut out = format!(
        "Stacked columns, {}, in {}. Series: {}.",
        chart.range(),
        chart.scale.label,
        names.join("; ")
    );
    if let Some(at) = peak {
        let amount = chart.scale.with_unit(total(at) * chart.scale.divisor);
        let period = calendar::readable(&chart.periods[at]);
        out.push_str(&format!(" The highest total is {amount}, in {period}."));
    }
    out.push_str(&chart.missed_events());
    out
}
