//! Lines over time: several measures side by side.

use super::{
    calendar,
    canvas::{Canvas, n},
    over_time::{EndLabel, GUIDE, Mark, Plot, REST, Strand, TimeChart, largest},
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
    let all: Vec<Strand> = series.iter().map(|s| Strand::new(s, periods.len(), REST)).collect();
    let kept = largest(&all);
    let values = || all.iter().flat_map(|s| s.values.iter().flatten());
    let span = (values().copied().fold(0.0, f64::min), values().copied().fold(0.0, f64::max));
    let named = kept.iter().enumerate().map(|(style, at)| Strand { style, ..all[*at].clone() });
    let mut strands: Vec<Strand> = named.collect();
    let beyond: Vec<Strand> =
        (0..all.len()).filter(|at| !kept.contains(at)).map(|at| all[at].clone()).collect();
    let shown = strands.len();
    if let Some(first) = beyond.first() {
        let name = format!("{} others, in grey", beyond.len());
        strands.push(Strand { name, ..first.clone() });
        strands.extend(beyond.into_iter().skip(1).map(|s| Strand { name: String::new(), ..s }));
    }
    let chart = TimeChart::new((periods, events), strands, unit, span, Mark::Dash);
    let plot = chart.open(c);
    for strand in chart.strands.iter().rev() {
        line(c, &chart, &plot, strand);
    }
    let labelled = (shown + 1).min(chart.strands.len());
    chart.end_labels(c, &plot, &ends(&chart, &plot, labelled));
    chart.close(c, &plot);
    words(&chart)
}

/// One line with a break at each gap; a value between two gaps is a dot.
pub(super) fn line(c: &mut Canvas, chart: &TimeChart, plot: &Plot, strand: &Strand) {
    let mut d = String::new();
    let mut dots = Vec::new();
    for (at, value) in strand.values.iter().enumerate() {
        let Some(value) = value else { continue };
        let (x, y) = (plot.x(at as f64 + 0.5), plot.y(*value));
        let after_gap = at == 0 || strand.values[at - 1].is_none();
        let before_gap = strand.values.get(at + 1).is_none_or(Option::is_none);
        d.push_str(&format!("{}{} {}", if after_gap { 'M' } else { 'L' }, n(x), n(y)));
        if before_gap || (after_gap && at > 0) {
            dots.push((x, y));
        }
    }
    if d.is_empty() {
        return;
    }
    let style = strand.style;
    let tip = match strand.values.iter().rposition(Option::is_some) {
        Some(at) => {
            let value = strand.values[at].unwrap_or_default() * chart.scale.divisor;
            let period = calendar::readable(&chart.periods[at]);
            format!("{}, {period}: {}", strand.name, chart.scale.with_unit(value))
        }
        None => strand.name.clone(),
    };
    c.path(&d, &format!("pl-l pl-l{style}"), &tip);
    // A guide is no data: it has an end where the drawing ends.
    for (x, y) in dots.into_iter().filter(|_| style != GUIDE) {
        c.circle(x, y, if style == REST { 1.5 } else { 3.0 }, &format!("pl-c{style}"));
    }
}

/// Where the labels of the first `labelled` lines belong, top to bottom.
pub(super) fn ends(chart: &TimeChart, plot: &Plot, labelled: usize) -> Vec<EndLabel> {
    let mut ends = Vec::new();
    for (strand, s) in chart.strands.iter().enumerate().take(labelled) {
        let Some(last) = s.values.iter().rposition(Option::is_some) else {
            continue;
        };
        let y = plot.y(s.values[last].unwrap_or_default());
        ends.push(EndLabel { strand, x: plot.x(last as f64 + 0.5) + 3.0, y });
    }
    ends.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.strand.cmp(&b.strand)));
    ends
}

fn words(chart: &TimeChart) -> String {
    let mut out = format!("Lines, {}, in {}.", chart.range(), chart.scale.label);
    for strand in chart.strands.iter().filter(|s| !s.name.is_empty()) {
        let known: Vec<f64> = strand.values.iter().flatten().copied().collect();
        let text = |v: &f64| chart.scale.with_unit(v * chart.scale.divisor);
        match (known.first(), known.last()) {
            (Some(first), Some(last)) => {
                out.push_str(&format!(" {}: from {} to {}.", strand.name, text(first), text(last)));
            }
            _ => out.push_str(&format!(" {}: no data.", strand.name)),
        }
    }
    out.push_str(&chart.missed_events());
    out
}
