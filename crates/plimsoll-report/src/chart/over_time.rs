//! What every chart over time has: series, axes, events, labels, gaps.

use super::{
    calendar,
    canvas::{Anchor, Area, Canvas},
    labels::{LABEL, LINE_HEIGHT, SMALL, spread, width, wrap},
};
use crate::{
    number::{Scale, Ticks, format_number},
    page::Series,
};

/// How many series keep a colour of their own.
pub(super) const MOST: usize = 7;
/// The style of what is not told apart.
pub(super) const REST: usize = MOST;
/// The style of a guide beside the data, such as a baseline.
pub(super) const GUIDE: usize = REST + 1;

/// One series ready to draw: one value a period, in the scaled unit.
#[derive(Debug, Clone)]
pub(super) struct Strand {
    pub(super) name: String,
    pub(super) values: Vec<Option<f64>>,
    /// Which colour, hatch and dash.
    pub(super) style: usize,
    /// The periods in which a sum lacks one of its parts.
    pub(super) partial: Vec<usize>,
}

impl Strand {
    /// A series cut or filled up to `periods` values; what is no number is a gap.
    pub(super) fn new(series: &Series, periods: usize, style: usize) -> Self {
        let value = |at: usize| series.values.get(at).copied().flatten().filter(|v| v.is_finite());
        let values = (0..periods).map(value).collect();
        Self { name: series.name.clone(), values, style, partial: Vec::new() }
    }

    pub(super) fn total(&self) -> f64 {
        self.values.iter().flatten().map(|v| v.abs()).sum()
    }
}

/// The places of the largest series, at most [`MOST`], in their own order.
pub(super) fn largest(strands: &[Strand]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..strands.len()).collect();
    order.sort_by(|a, b| strands[*b].total().total_cmp(&strands[*a].total()).then(a.cmp(b)));
    order.truncate(MOST);
    order.sort_unstable();
    order
}

/// What a series looks like beside its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Box,
    Dash,
}

/// A chart over time, before it is laid out.
pub(super) struct TimeChart<'a> {
    pub(super) periods: &'a [String],
    pub(super) events: &'a [(String, String)],
    pub(super) strands: Vec<Strand>,
    pub(super) scale: Scale,
    pub(super) ticks: Ticks,
    pub(super) mark: Mark,
}

/// The rectangle in which the data are drawn.
pub(super) struct Plot {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
    periods: usize,
    bounds: (f64, f64),
    flags: Vec<Flag>,
}

impl Plot {
    /// The width of one period.
    pub(super) fn band(&self) -> f64 {
        (self.right - self.left) / self.periods.max(1) as f64
    }

    /// The place of a moment, in periods from the left.
    pub(super) fn x(&self, periods: f64) -> f64 {
        self.left + periods * self.band()
    }

    /// The height of a (scaled) value.
    pub(super) fn y(&self, value: f64) -> f64 {
        let (low, high) = self.bounds;
        self.bottom - (value - low) / (high - low) * (self.bottom - self.top)
    }
}

/// Where the label of a series would like to be: its place among the series, and
/// the end of what it names.
pub(super) struct EndLabel {
    pub(super) strand: usize,
    pub(super) x: f64,
    pub(super) y: f64,
}

const LEADER: f64 = 18.0;
const SWATCH: f64 = 16.0;

impl<'a> TimeChart<'a> {
    /// Puts series and axis into one scale. `span` is the lowest and the highest
    /// value drawn, in the unit of the series.
    pub(super) fn new(
        (periods, events): (&'a [String], &'a [(String, String)]),
        mut strands: Vec<Strand>,
        unit: &str,
        span: (f64, f64),
        mark: Mark,
    ) -> Self {
        let scale = Scale::new(unit, span.1.abs().max(span.0.abs()));
        for value in strands.iter_mut().flat_map(|s| s.values.iter_mut()).flatten() {
            *value /= scale.divisor;
        }
        let (low, high) = (span.0.min(0.0) / scale.divisor, span.1.max(0.0) / scale.divisor);
        let ticks = Ticks::linear(low, high, 5);
        Self { periods, events, strands, scale, ticks, mark }
    }

    /// Draws what lies behind the data and returns where the data go.
    pub(super) fn open(&self, c: &mut Canvas) -> Plot {
        let number = |v: &f64| width(&format_number(*v, self.ticks.decimals), SMALL);
        let left = self.ticks.at.iter().map(number).fold(0.0, f64::max) + 10.0;
        let right = c.width() - if c.is_narrow() { 6.0 } else { self.label_room() };
        if c.is_narrow() {
            self.legend(c);
        }
        c.y += LINE_HEIGHT;
        c.text(0.0, c.y - 3.0, Anchor::Start, "pl-m", &self.scale.label);
        let mut plot = Plot {
            left,
            right,
            top: c.y,
            bottom: c.y,
            periods: self.periods.len(),
            bounds: self.ticks.bounds(),
            flags: Vec::new(),
        };
        plot.top = self.place_flags(c, &mut plot) + 10.0;
        plot.bottom = plot.top + self.plot_height(c);
        for value in &self.ticks.at {
            let y = plot.y(*value);
            let class = if *value == 0.0 { "pl-base" } else { "pl-grid" };
            c.line((plot.left, y), (plot.right, y), class);
            let text = format_number(*value, self.ticks.decimals);
            c.text(plot.left - 8.0, y + 4.0, Anchor::End, "pl-m", &text);
        }
        self.gaps(c, &plot);
        plot
    }

    /// Draws what lies before and below the data.
    pub(super) fn close(&self, c: &mut Canvas, plot: &Plot) {
        if self.ticks.at.iter().any(|t| *t < 0.0) || self.mark == Mark::Box {
            c.line((plot.left, plot.y(0.0)), (plot.right, plot.y(0.0)), "pl-base");
        }
        for flag in &plot.flags {
            flag.draw(c, plot.bottom);
        }
        let labels = calendar::labels(self.periods, plot.band());
        let two_lines = labels.iter().any(|l| l.bottom.is_some());
        for label in &labels {
            let x = plot.x(label.at as f64 + 0.5);
            c.line((x, plot.bottom), (x, plot.bottom + 4.0), "pl-tick");
            let held = hold(x, width(&label.top, SMALL) / 2.0, c.width());
            c.text(held, plot.bottom + 17.0, Anchor::Middle, "pl-m", &label.top);
            if let Some(year) = &label.bottom {
                c.text(held, plot.bottom + 32.0, Anchor::Middle, "pl-year", year);
            }
        }
        c.y = plot.bottom + if two_lines { 38.0 } else { 23.0 };
        self.gap_key(c, plot);
    }

    /// What the hatches mean, when there are any.
    fn gap_key(&self, c: &mut Canvas, plot: &Plot) {
        let known = |at: usize| self.strands.iter().filter(|s| s.values[at].is_some()).count();
        let lacking = |at: &usize| self.strands.iter().any(|s| s.partial.contains(at));
        let periods = 0..self.periods.len();
        let some = periods.clone().any(|at| known(at) == 0);
        let part = periods
            .into_iter()
            .any(|at| known(at) > 0 && (known(at) < self.strands.len() || lacking(&at)));
        let part_words = match self.mark {
            Mark::Box => "hatched cap: data of some series missing",
            Mark::Dash => "break in a line: data missing",
        };
        let words = match (some, part) {
            (false, false) => return,
            (true, false) => "no data (not zero)".to_owned(),
            (true, true) => format!("no data (not zero); {part_words}"),
            (false, true) => part_words.to_owned(),
        };
        let fill = c.hatch("none");
        c.rect(Area(plot.left, c.y + 6.0, 18.0, 11.0), "pl-gap", Some(&fill), "");
        for line in wrap(&words, SMALL, c.width() - plot.left - 26.0, 3) {
            c.text(plot.left + 25.0, c.y + 16.0, Anchor::Start, "pl-m", &line);
            c.y += LINE_HEIGHT;
        }
        c.y += 7.0;
    }

    fn plot_height(&self, c: &Canvas) -> f64 {
        if c.is_narrow() {
            return 240.0;
        }
        let labels: f64 = self.strands.iter().map(|s| self.label_lines(s).len() as f64).sum();
        (labels * LINE_HEIGHT + self.strands.len() as f64 * 4.0).max(320.0)
    }

    fn label_lines(&self, strand: &Strand) -> Vec<String> {
        wrap(&strand.name, LABEL, 150.0, 2)
    }

    fn label_room(&self) -> f64 {
        let lines = self.strands.iter().flat_map(|s| self.label_lines(s));
        lines.map(|l| width(&l, LABEL)).fold(0.0, f64::max) + LEADER + SWATCH + 10.0
    }

    /// Names of the series in rows above the plot, for narrow windows.
    fn legend(&self, c: &mut Canvas) {
        let mut x = 0.0;
        for strand in self.strands.iter().filter(|s| !s.name.is_empty()) {
            let name = wrap(&strand.name, LABEL, c.width() - SWATCH - 8.0, 1).concat();
            let room = SWATCH + 4.0 + width(&name, LABEL) + 14.0;
            if x > 0.0 && x + room - 14.0 > c.width() {
                x = 0.0;
                c.y += 20.0;
            }
            self.swatch(c, x, c.y + 8.0, strand.style);
            c.text(x + SWATCH + 4.0, c.y + 12.5, Anchor::Start, "pl-t", &name);
            x += room;
        }
        if x > 0.0 {
            c.y += 24.0;
        }
    }

    fn swatch(&self, c: &mut Canvas, x: f64, y: f64, style: usize) {
        match self.mark {
            Mark::Box => {
                let fill = c.hatch(&format!("s{style}"));
                c.rect(Area(x, y - 6.0, 12.0, 12.0), "", Some(&fill), "");
            }
            Mark::Dash => c.line((x, y), (x + SWATCH, y), &format!("pl-l pl-l{style}")),
        }
    }

    /// Names of the series to the right of what they name, moved apart and led
    /// back by a thin line. `ends` go from top to bottom.
    pub(super) fn end_labels(&self, c: &mut Canvas, plot: &Plot, ends: &[EndLabel]) {
        if c.is_narrow() {
            return;
        }
        let lines: Vec<Vec<String>> =
            ends.iter().map(|e| self.label_lines(&self.strands[e.strand])).collect();
        let heights: Vec<f64> = lines.iter().map(|l| l.len() as f64 * LINE_HEIGHT + 4.0).collect();
        let wanted: Vec<f64> = ends.iter().map(|e| e.y).collect();
        let placed = spread(&wanted, &heights, plot.top - 8.0, plot.bottom + 8.0);
        for ((end, lines), y) in ends.iter().zip(&lines).zip(placed) {
            let x = plot.right + LEADER;
            let style = self.strands[end.strand].style;
            let from = end.x + 3.0;
            let bend = (plot.right + 2.0).max(from);
            let (y0, y1) = (super::canvas::n(end.y), super::canvas::n(y));
            let (a, b, e) =
                (super::canvas::n(from), super::canvas::n(bend), super::canvas::n(x - 4.0));
            c.path(&format!("M{a} {y0}H{b}L{e} {y1}"), "pl-lead", "");
            self.swatch(c, x, y, style);
            let name = &self.strands[end.strand].name;
            c.lines_at((x + SWATCH + 5.0, y), Anchor::Start, "pl-t", lines, name);
        }
    }

    /// Periods without any data, hatched from top to bottom.
    fn gaps(&self, c: &mut Canvas, plot: &Plot) {
        let empty = |at: usize| self.strands.iter().all(|s| s.values[at].is_none());
        let mut at = 0;
        while at < self.periods.len() {
            let from = at;
            while at < self.periods.len() && empty(at) {
                at += 1;
            }
            if at == from {
                at += 1;
                continue;
            }
            let area = Area(
                plot.x(from as f64) + 1.0,
                plot.top,
                plot.band() * (at - from) as f64 - 2.0,
                plot.bottom - plot.top,
            );
            let fill = c.hatch("none");
            c.rect(area, "pl-gap", Some(&fill), &self.gap_words(from, at - 1));
            if area.2 >= width("no data", SMALL) + 6.0 {
                let middle = (plot.top + plot.bottom) / 2.0;
                c.text(area.0 + area.2 / 2.0, middle, Anchor::Middle, "pl-m pl-halo", "no data");
            }
        }
        if self.periods.is_empty() {
            let (x, y) = ((plot.left + plot.right) / 2.0, (plot.top + plot.bottom) / 2.0);
            c.text(x, y, Anchor::Middle, "pl-m", "no data");
        }
    }

    fn gap_words(&self, from: usize, to: usize) -> String {
        let (first, last) =
            (calendar::readable(&self.periods[from]), calendar::readable(&self.periods[to]));
        match from == to {
            true => format!("{first}: no data"),
            false => format!("{first} to {last}: no data"),
        }
    }

    /// Finds rows for the words of the events; returns how far down they reach.
    fn place_flags(&self, c: &Canvas, plot: &mut Plot) -> f64 {
        let mut lanes: Vec<Lane> = Vec::new();
        let mut placed: Vec<(f64, &str)> = self
            .events
            .iter()
            .filter_map(|(when, what)| {
                calendar::place(self.periods, when).map(|at| (plot.x(at), what.as_str()))
            })
            .collect();
        placed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut chosen = Vec::new();
        for (x, what) in placed {
            let flag = Flag::new(x, what, plot.left, c.width());
            let lane = flag.lane(&lanes);
            while lanes.len() <= lane {
                lanes.push(Lane::default());
            }
            lanes[lane].taken.push((flag.from, flag.to));
            lanes[lane].height = lanes[lane].height.max(flag.lines.len() as f64 * 14.0 + 6.0);
            chosen.push((lane, flag));
        }
        let down_to = |lane: usize| c.y + lanes[..lane].iter().map(|l| l.height).sum::<f64>();
        let placed = |(lane, flag): (usize, Flag)| Flag { top: down_to(lane), ..flag };
        plot.flags = chosen.into_iter().map(placed).collect();
        down_to(lanes.len())
    }

    /// The events that lie outside the periods.
    pub(super) fn missed_events(&self) -> String {
        let missed = |(when, _): &&(String, String)| calendar::place(self.periods, when).is_none();
        let names: Vec<&str> =
            self.events.iter().filter(missed).map(|(_, what)| what.as_str()).collect();
        match names.is_empty() {
            true => String::new(),
            false => format!(" Outside the periods shown: {}.", names.join("; ")),
        }
    }

    /// First and last period, in words.
    pub(super) fn range(&self) -> String {
        match (self.periods.first(), self.periods.last()) {
            (Some(first), Some(last)) => {
                format!("{} to {}", calendar::readable(first), calendar::readable(last))
            }
            _ => "no periods".to_owned(),
        }
    }
}

/// A row of event words, and where in it is taken.
#[derive(Default)]
struct Lane {
    taken: Vec<(f64, f64)>,
    height: f64,
}

/// The words of one event beside its line.
struct Flag {
    x: f64,
    top: f64,
    from: f64,
    to: f64,
    leftwards: bool,
    lines: Vec<String>,
}

impl Flag {
    fn new(x: f64, what: &str, left: f64, right: f64) -> Self {
        let lines = wrap(what, SMALL, 150.0, 3);
        let wide = lines.iter().map(|l| width(l, SMALL)).fold(0.0, f64::max) + 8.0;
        let leftwards = x + wide > right && x - wide >= left.min(0.0);
        let (from, to) = if leftwards { (x - wide, x) } else { (x, x + wide) };
        Self { x, top: 0.0, from, to, leftwards, lines }
    }

    /// Draws the line down to `bottom`, over the data, and the words beside it.
    fn draw(&self, c: &mut Canvas, bottom: f64) {
        c.line((self.x, self.top + 2.0), (self.x, bottom), "pl-event-back");
        c.line((self.x, self.top + 2.0), (self.x, bottom), "pl-event");
        let (x, anchor) = match self.leftwards {
            true => (self.x - 5.0, Anchor::End),
            false => (self.x + 5.0, Anchor::Start),
        };
        for (at, line) in self.lines.iter().enumerate() {
            c.text(x, self.top + 13.0 + at as f64 * 14.0, anchor, "pl-flag", line);
        }
    }

    /// The first row where neither the words nor the line below touch others.
    fn lane(&self, lanes: &[Lane]) -> usize {
        let clear = |from: f64, to: f64, lane: &Lane| {
            lane.taken.iter().all(|(a, b)| to + 4.0 < *a || *b + 4.0 < from)
        };
        (0..lanes.len())
            .find(|at| {
                clear(self.from, self.to, &lanes[*at])
                    && lanes[*at..].iter().all(|lane| clear(self.x, self.x, lane))
            })
            .unwrap_or(lanes.len())
    }
}

/// A centre moved so that what reaches `half` to both sides stays inside.
fn hold(centre: f64, half: f64, right: f64) -> f64 {
    centre.min(right - half).max(half)
}
