//! One flow over time beside what was usual: where does it leave its baseline?

use super::{
    calendar,
    canvas::{Area, Canvas},
    lines,
    over_time::{GUIDE, Mark, Plot, Strand, TimeChart},
};
use crate::{
    number::{Scale, format_number, short_decimals},
    page::{Baseline, Series, Surge},
};

/// Draws the chart; returns it in words.
pub(super) fn draw(c: &mut Canvas, surge: &Surge) -> String {
    let Surge { x, name, values, unit, .. } = surge;
    let flow = Strand::new(&Series { name: name.clone(), values: values.clone() }, x.len(), 0);
    if flow.values.iter().all(Option::is_none) {
        return c.sentence("No data for any of these periods.");
    }
    let baseline = surge.baseline.as_ref().filter(|b| b.usual.is_finite());
    let marks = baseline.map(|b| [Some(b.usual), b.low, b.high]).unwrap_or_default();
    let all = || flow.values.iter().copied().chain(marks).flatten().filter(|v| v.is_finite());
    let span = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let scale = Scale::new(unit, span.1.abs().max(span.0.abs()));
    let mut strands = vec![flow];
    if let Some(b) = baseline {
        // The guide breaks where the flow does: it must not hide that data are missing.
        let values = strands[0].values.iter().map(|v| v.map(|_| b.usual)).collect();
        let series = Series { name: usual(b, &scale), values };
        strands.push(Strand::new(&series, x.len(), GUIDE));
    }
    let events = events(surge);
    let chart = TimeChart::new((x, &events), strands, unit, span, Mark::Dash);
    let plot = chart.open(c);
    shade(c, surge, &plot);
    if let Some(b) = baseline {
        band(c, b, x, &plot, &chart.scale);
    }
    for strand in chart.strands.iter().rev() {
        lines::line(c, &chart, &plot, strand);
    }
    onset(c, surge, &chart, &plot);
    chart.end_labels(c, &plot, &lines::ends(&chart, &plot, chart.strands.len()));
    chart.close(c, &plot);
    words(surge, &chart)
}

/// The baseline as its label says it.
fn usual(b: &Baseline, scale: &Scale) -> String {
    let bare = |v: f64| format_number(v / scale.divisor, short_decimals(v / scale.divisor));
    let usual = format!("usual before: {}", bare(b.usual));
    match (b.low.filter(|v| v.is_finite()), b.high.filter(|v| v.is_finite())) {
        (Some(low), Some(high)) => format!("{usual} ({} to {})", bare(low), bare(high)),
        _ => usual,
    }
}

/// The events of the caller, the onset and the span that was searched.
fn events(surge: &Surge) -> Vec<(String, String)> {
    let mut events = surge.events.clone();
    if let Some((onset, words)) = &surge.onset {
        events.push((onset.clone(), format!("{words}: {}", calendar::readable(onset))));
    }
    if let Some((from, to)) = &surge.window {
        let (first, last) = (calendar::readable(from), calendar::readable(to));
        events.push((from.clone(), format!("shaded: window, {first} to {last}")));
    }
    events
}

/// First and last place of a span of periods.
fn places(x: &[String], from: &str, to: &str) -> Option<(f64, f64)> {
    let at = |period: &str| x.iter().position(|p| p == period);
    Some((at(from)? as f64, at(to)? as f64 + 1.0))
}

fn shade(c: &mut Canvas, surge: &Surge, plot: &Plot) {
    let Some((from, to)) = surge.window.as_ref().and_then(|(a, b)| places(&surge.x, a, b)) else {
        return;
    };
    let (left, right) = (plot.x(from), plot.x(to.max(from)));
    let area = Area(left, plot.top, right - left, plot.bottom - plot.top);
    c.rect(area, "pl-window", None, "");
}

fn band(c: &mut Canvas, b: &Baseline, x: &[String], plot: &Plot, scale: &Scale) {
    let finite = |v: Option<f64>| v.filter(|v| v.is_finite()).map(|v| v / scale.divisor);
    let (Some((from, to)), Some(low), Some(high)) =
        (places(x, &b.from, &b.to), finite(b.low), finite(b.high))
    else {
        return;
    };
    let (top, bottom) = (plot.y(low.max(high)), plot.y(low.min(high)));
    let area = Area(plot.x(from), top, plot.x(to) - plot.x(from), bottom - top);
    c.rect(area, "pl-usual", None, &usual(b, scale));
}

fn onset(c: &mut Canvas, surge: &Surge, chart: &TimeChart, plot: &Plot) {
    let at = surge.onset.as_ref().and_then(|(o, _)| surge.x.iter().position(|p| p == o));
    let Some(at) = at else { return };
    if let Some(value) = chart.strands[0].values[at] {
        let tip = calendar::readable(&surge.x[at]);
        c.diamond(plot.x(at as f64 + 0.5), plot.y(value), 6.0, "pl-onset", &tip);
    }
}

fn words(surge: &Surge, chart: &TimeChart) -> String {
    let mut out = format!("A line, {}, in {}.", chart.range(), chart.scale.label);
    let flow = &chart.strands[0];
    let known = flow.values.iter().enumerate().filter_map(|(at, v)| v.map(|v| (at, v)));
    let peak = known.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
    if let Some((at, value)) = peak {
        let value = chart.scale.with_unit(value * chart.scale.divisor);
        let period = calendar::readable(&surge.x[at]);
        out.push_str(&format!(" {}: the highest is {value}, in {period}.", flow.name));
    }
    for guide in chart.strands.iter().skip(1) {
        out.push_str(&format!(" Baseline, {}.", guide.name));
    }
    if let Some((onset, words)) = &surge.onset {
        out.push_str(&format!(" {words}: {}.", calendar::readable(onset)));
    }
    out.push_str(&chart.missed_events());
    out
}
