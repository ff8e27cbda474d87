//! Charts as SVG, drawn by our own code.
//!
//! Colours are those of Okabe and Ito, which people with colour blindness tell
//! apart; hatches, dashes and labels beside the marks carry the same difference
//! without colour. A gap is hatched and never drawn as zero.

mod calendar;
mod canvas;
mod change;
mod columns;
mod diversion;
mod figures;
mod graph;
mod labels;
mod lines;
mod over_time;
mod shares;
mod shares_over_time;
mod surge;
mod unit_values;

#[cfg(test)]
pub(crate) use labels::width as text_width;

use crate::{
    html::CHART_CSS,
    page::{ChangeRow, Chart, MirrorPairs, MirrorRow},
};
use canvas::Canvas;

/// The window a drawing is laid out for. Text has the same size in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SvgSize {
    /// A desk: 760 units wide, labels to the right.
    Wide,
    /// A telephone: 400 units wide, labels above.
    Narrow,
}

impl SvgSize {
    fn width(self) -> f64 {
        match self {
            Self::Wide => 760.0,
            Self::Narrow => 400.0,
        }
    }

    /// A letter for ids.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Wide => 'w',
            Self::Narrow => 'n',
        }
    }
}

/// The chart as an SVG document that stands alone, with its title drawn in it.
pub fn svg(chart: &Chart) -> String {
    svg_sized(chart, SvgSize::Wide)
}

/// The chart as an SVG document that stands alone, for a window of the given size.
pub fn svg_sized(chart: &Chart, size: SvgSize) -> String {
    let mut canvas = Canvas::new("chart", size);
    canvas.header(chart.title(), chart.subtitle());
    let description = draw(&mut canvas, chart);
    canvas.finish_document(chart.title(), &description, CHART_CSS)
}

/// The chart as an `<svg>` element for a page that has its title and style sheet
/// elsewhere. `id` must be unique in the page.
pub(crate) fn figure_svg(chart: &Chart, id: &str, size: SvgSize) -> String {
    let mut canvas = Canvas::new(id, size);
    let description = draw(&mut canvas, chart);
    canvas.finish_element(chart.title(), &description)
}

/// Draws the chart and says in words what is drawn.
fn draw(canvas: &mut Canvas, chart: &Chart) -> String {
    match chart {
        Chart::StackedColumns { x, series, unit, events, .. } => {
            columns::draw(canvas, x, series, unit, events)
        }
        Chart::Lines { x, series, unit, events, .. } => {
            lines::draw(canvas, x, series, unit, events)
        }
        Chart::ShareWithBounds { rows, .. } => shares::draw(canvas, rows),
        Chart::Graph { columns, nodes, links, .. } => graph::draw(canvas, columns, nodes, links),
        Chart::BeforeAfter { before_label, after_label, unit, rows, .. } => {
            let names = (before_label.as_str(), after_label.as_str());
            change::draw(canvas, change::Compared::Moments, names, unit, rows)
        }
        Chart::SharesOverTime(shares) => shares_over_time::draw(canvas, shares),
        Chart::Surge(surge) => surge::draw(canvas, surge),
        Chart::MirrorPairs(MirrorPairs { unit, rows, .. }) => {
            let pair = |r: &MirrorRow| ChangeRow {
                label: r.label.clone(),
                before: r.exporter,
                after: r.importer,
            };
            let rows: Vec<ChangeRow> = rows.iter().map(pair).collect();
            change::draw(canvas, change::Compared::Reports, figures::REPORTS, unit, &rows)
        }
        Chart::Diversion(diversion) => diversion::draw(canvas, diversion),
        Chart::UnitValues(unit_values) => unit_values::draw(canvas, unit_values),
    }
}
