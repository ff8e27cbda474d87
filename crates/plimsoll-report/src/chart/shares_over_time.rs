//! Shares over time: a line for each, within the band of its bounds.

use super::{
    canvas::{Canvas, n},
    lines,
    over_time::{Mark, Plot, REST, Strand, TimeChart, largest},
};
use crate::{
    number::format_percent,
    page::{Series, SharePoint, ShareSeries, SharesOverTime},
};

/// Draws the chart; returns it in words.
pub(super) fn draw(c: &mut Canvas, shares: &SharesOverTime) -> String {
    let SharesOverTime { x, series, events, .. } = shares;
    let strand = |s: &ShareSeries| {
        let values = s.points.iter().map(|p| p.share.map(|v| v * 100.0)).collect();
        Strand::new(&Series { name: s.name.clone(), values }, x.len(), REST)
    };
    let all: Vec<Strand> = series.iter().map(strand).collect();
    let bounds = series.iter().flat_map(|s| s.points.iter().flat_map(|p| [p.share, p.low, p.high]));
    let known: Vec<f64> = bounds.flatten().filter(|v| v.is_finite()).map(|v| v * 100.0).collect();
    if known.is_empty() {
        return c.sentence("No share is known for any of these periods.");
    }
    let kept = largest(&all);
    let order = kept.iter().copied().chain((0..all.len()).filter(|at| !kept.contains(at)));
    let order: Vec<usize> = order.collect();
    let styled =
        |(style, at): (usize, &usize)| Strand { style: style.min(REST), ..all[*at].clone() };
    let strands: Vec<Strand> = order.iter().enumerate().map(styled).collect();
    let span =
        (known.iter().copied().fold(0.0, f64::min), known.iter().copied().fold(0.0, f64::max));
    let chart = TimeChart::new((x, events), strands, "%", span, Mark::Dash);
    let plot = chart.open(c);
    for (style, at) in kept.iter().enumerate().rev() {
        band(c, &plot, &series[*at].points, style);
    }
    for strand in chart.strands.iter().rev() {
        lines::line(c, &chart, &plot, strand);
    }
    chart.end_labels(c, &plot, &lines::ends(&chart, &plot, kept.len()));
    chart.close(c, &plot);
    words(&chart, shares)
}

/// The area between the bounds, parted where one of them is not known.
fn band(c: &mut Canvas, plot: &Plot, points: &[SharePoint], style: usize) {
    let finite = |v: Option<f64>| v.filter(|v| v.is_finite()).map(|v| v * 100.0);
    let mut run: Vec<(f64, f64, f64)> = Vec::new();
    let mut d = String::new();
    for at in 0..=points.len() {
        let point = points.get(at).copied().unwrap_or_default();
        if let (Some(low), Some(high)) = (finite(point.low), finite(point.high)) {
            let (low, high) = (low.min(high), low.max(high));
            run.push((plot.x(at as f64 + 0.5), plot.y(low), plot.y(high)));
            continue;
        }
        d.push_str(&outline(&run));
        run.clear();
    }
    if !d.is_empty() {
        c.path(&d, &format!("pl-band pl-c{style}"), "");
    }
}

/// There along the upper bounds, back along the lower ones; a single period is a bar.
fn outline(run: &[(f64, f64, f64)]) -> String {
    if let [(x, low, high)] = run {
        return format!("M{} {}h6V{}h-6Z", n(x - 3.0), n(*high), n(*low));
    }
    let mut d = String::new();
    for (at, (x, _, high)) in run.iter().enumerate() {
        d.push_str(&format!("{}{} {}", if at == 0 { 'M' } else { 'L' }, n(*x), n(*high)));
    }
    for (x, low, _) in run.iter().rev() {
        d.push_str(&format!("L{} {}", n(*x), n(*low)));
    }
    if !d.is_empty() {
        d.push('Z');
    }
    d
}

fn words(chart: &TimeChart, shares: &SharesOverTime) -> String {
    let mut out = format!("Shares with their bounds, {}.", chart.range());
    for series in &shares.series {
        let known = series.points.iter().filter(|p| p.share.is_some_and(f64::is_finite));
        let text = |p: &SharePoint| {
            let share = format_percent(p.share.unwrap_or_default(), 1);
            match (p.low, p.high) {
                (Some(low), Some(high)) => {
                    format!("{share} ({} to {})", format_percent(low, 1), format_percent(high, 1))
                }
                _ => share,
            }
        };
        let known: Vec<&SharePoint> = known.collect();
        match (known.first(), known.last()) {
            (Some(first), Some(last)) => {
                let (first, last) = (text(first), text(last));
                out.push_str(&format!(" {}: from {first} to {last}.", series.name));
            }
            _ => out.push_str(&format!(" {}: no data.", series.name)),
        }
    }
    out.push_str(&chart.missed_events());
    out
}
