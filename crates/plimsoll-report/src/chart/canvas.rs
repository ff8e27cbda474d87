//! Writing SVG elements: positions rounded, text escaped, a cursor downwards.

use super::{
    SvgSize,
    labels::{LINE_HEIGHT, SMALL, wrap},
};
use crate::escape::html as esc;

/// Where a text is held: at its beginning, middle or end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A rectangle: left, top, width, height.
#[derive(Debug, Clone, Copy)]
pub(super) struct Area(pub(super) f64, pub(super) f64, pub(super) f64, pub(super) f64);

/// A drawing in progress.
pub(super) struct Canvas {
    body: String,
    id: String,
    /// The window the drawing is for.
    pub(super) size: SvgSize,
    /// How far down the drawing reaches so far.
    pub(super) y: f64,
}

impl Canvas {
    pub(super) fn new(id: &str, size: SvgSize) -> Self {
        Self { body: String::new(), id: id.to_owned(), size, y: 0.0 }
    }

    pub(super) fn width(&self) -> f64 {
        self.size.width()
    }

    pub(super) fn is_narrow(&self) -> bool {
        self.size == SvgSize::Narrow
    }

    /// The value of a `fill` attribute for one of the hatches.
    pub(super) fn hatch(&self, name: &str) -> String {
        format!("url(#{}-{name})", self.id)
    }

    /// Draws title and subtitle and moves the cursor below them.
    pub(super) fn header(&mut self, title: &str, subtitle: &str) {
        for line in wrap(title, 18.0, self.width(), 4) {
            self.y += 22.0;
            self.text(0.0, self.y - 5.0, Anchor::Start, "pl-title", &line);
        }
        for line in wrap(subtitle, 14.0, self.width(), 4) {
            self.y += 19.0;
            self.text(0.0, self.y - 5.0, Anchor::Start, "pl-sub", &line);
        }
        self.y += 12.0;
    }

    /// Draws a chart of no rows; returns it in words.
    pub(super) fn empty(&mut self) -> String {
        self.sentence("No data.")
    }

    /// Says why there is no drawing, in the place of one; returns the same words.
    pub(super) fn sentence(&mut self, words: &str) -> String {
        let lines = wrap(words, SMALL, self.width() - 40.0, 4);
        let height = 45.0 + lines.len() as f64 * LINE_HEIGHT;
        let fill = self.hatch("none");
        self.rect(
            Area(1.0, self.y + 1.0, self.width() - 2.0, height - 2.0),
            "pl-gap",
            Some(&fill),
            "",
        );
        let middle = self.width() / 2.0;
        self.lines_at(
            (middle, self.y + height / 2.0),
            Anchor::Middle,
            "pl-m pl-halo",
            &lines,
            words,
        );
        self.y += height;
        words.to_owned()
    }

    pub(super) fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.push(&format!(
            "<text x=\"{}\" y=\"{}\"{anchor} class=\"{class}\">{}</text>\n",
            n(x),
            n(y),
            esc(text)
        ));
    }

    /// Lines of text, the block of them centred on `y`. Where they were cut, `full`
    /// shows when the pointer rests on them.
    pub(super) fn lines_at(
        &mut self,
        (x, y): (f64, f64),
        anchor: Anchor,
        class: &str,
        lines: &[String],
        full: &str,
    ) {
        let cut = lines.iter().any(|l| l.ends_with('…')) && !full.ends_with('…');
        if cut {
            self.push(&format!("<g><title>{}</title>\n", esc(full)));
        }
        let first = y - (lines.len() as f64 - 1.0) * LINE_HEIGHT / 2.0 + 4.5;
        for (at, line) in lines.iter().enumerate() {
            self.text(x, first + at as f64 * LINE_HEIGHT, anchor, class, line);
        }
        if cut {
            self.push("</g>\n");
        }
    }

    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), class: &str) {
        self.push(&format!(
            "<line x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" class=\"{class}\"/>\n",
            n(from.0),
            n(from.1),
            n(to.0),
            n(to.1)
        ));
    }

    /// A rectangle of a class, or of a hatch when `fill` is given, with a tip
    /// that shows when the pointer rests on it (a telephone has none).
    pub(super) fn rect(&mut self, area: Area, class: &str, fill: Option<&str>, tip: &str) {
        let fill = fill.map(|f| format!(" fill=\"{f}\"")).unwrap_or_default();
        let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
        self.push(&format!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"{class}{fill}",
            n(area.0),
            n(area.1),
            n(area.2.max(0.0)),
            n(area.3.max(0.0))
        ));
        self.end("rect", tip);
    }

    pub(super) fn circle(&mut self, x: f64, y: f64, r: f64, class: &str) {
        let (x, y, r) = (n(x), n(y), n(r));
        self.push(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" class=\"{class}\"/>\n"));
    }

    /// A square that stands on its corner.
    pub(super) fn diamond(&mut self, x: f64, y: f64, r: f64, class: &str, tip: &str) {
        let d = format!("M{} {}l{r} {r}l-{r} {r}l-{r}-{r}Z", n(x), n(y - r));
        self.path(&d, class, tip);
    }

    pub(super) fn path(&mut self, d: &str, class: &str, tip: &str) {
        self.push(&format!("<path d=\"{d}\" class=\"{class}\""));
        self.end("path", tip);
    }

    /// A shape in the colour and hatch of a series; plain ones need no pattern.
    pub(super) fn series_shape(&mut self, d: &str, style: usize) {
        if d.is_empty() {
            return;
        }
        let paint = match style {
            0 | 7 => format!("class=\"pl-part pl-c{style}\""),
            _ => format!("class=\"pl-part\" fill=\"{}\"", self.hatch(&format!("s{style}"))),
        };
        self.push(&format!("<path d=\"{d}\" {paint}/>\n"));
    }

    fn end(&mut self, element: &str, tip: &str) {
        match tip.is_empty() || self.is_narrow() {
            true => self.push("/>\n"),
            false => self.push(&format!("><title>{}</title></{element}>\n", esc(tip))),
        }
    }

    fn push(&mut self, text: &str) {
        self.body.push_str(text);
    }

    /// The drawing as an element of a page.
    pub(super) fn finish_element(self, title: &str, description: &str) -> String {
        let view = format!("0 0 {} {}", n(self.width()), n(self.y.ceil()));
        self.finish(&view, "", title, description)
    }

    /// The drawing as a document of its own, with paper around it.
    pub(super) fn finish_document(self, title: &str, description: &str, css: &str) -> String {
        let pad = 20.0;
        let (width, height) = (self.width() + 2.0 * pad, self.y.ceil() + 2.0 * pad);
        let view = format!("-{} -{} {} {}", n(pad), n(pad), n(width), n(height));
        let inside = format!(
            "<style>\n{css}</style>\n<rect x=\"-{}\" y=\"-{}\" width=\"{}\" height=\"{}\" \
             class=\"pl-paper\"/>\n",
            n(pad),
            n(pad),
            n(width),
            n(height)
        );
        self.finish(&view, &inside, title, description)
    }

    fn finish(self, view: &str, inside: &str, title: &str, description: &str) -> String {
        let id = &self.id;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"{view}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\" class=\"pl-svg\">\n\
             <title id=\"{id}-title\">{}</title>\n<desc id=\"{id}-desc\">{}</desc>\n{inside}\
             {}{}</svg>\n",
            esc(title),
            esc(description),
            self.hatches(),
            self.body
        )
    }

    /// Definitions of the hatches that the drawing uses.
    fn hatches(&self) -> String {
        let mut out = String::new();
        for (name, base, lines) in HATCHES {
            if !self.body.contains(&self.hatch(name)) {
                continue;
            }
            let id = &self.id;
            out.push_str(&format!(
                "<pattern id=\"{id}-{name}\" width=\"8\" height=\"8\" \
                 patternUnits=\"userSpaceOnUse\"><rect width=\"8\" height=\"8\" class=\"{base}\"/>\
                 {lines}</pattern>\n"
            ));
        }
        if out.is_empty() { out } else { format!("<defs>\n{out}</defs>\n") }
    }
}

/// Name, class of the ground, and marks of each hatch. The first seven are for
/// series, so that neighbours differ in hatch as well as in colour.
const HATCHES: [(&str, &str, &str); 9] = [
    ("s0", "pl-c0", ""),
    ("s1", "pl-c1", "<path d=\"M-2 2L2-2M0 8L8 0M6 10L10 6\" class=\"pl-hx\"/>"),
    (
        "s2",
        "pl-c2",
        "<circle cx=\"2\" cy=\"2\" r=\"1.1\" class=\"pl-hd\"/><circle cx=\"6\" cy=\"6\" r=\"1.1\" class=\"pl-hd\"/>",
    ),
    ("s3", "pl-c3", "<path d=\"M-2 6L2 10M0 0L8 8M6-2L10 2\" class=\"pl-hx\"/>"),
    ("s4", "pl-c4", "<path d=\"M0 2H8M0 6H8\" class=\"pl-hx\"/>"),
    ("s5", "pl-c5", "<path d=\"M2 0V8M6 0V8\" class=\"pl-hx\"/>"),
    ("s6", "pl-c6", "<path d=\"M0 0L8 8M0 8L8 0\" class=\"pl-hx\"/>"),
    ("s7", "pl-c7", ""),
    ("none", "pl-c-none", "<path d=\"M-2 2L2-2M0 8L8 0M6 10L10 6\" class=\"pl-hn\"/>"),
];

/// A coordinate with at most two decimals and no trailing zeros.
pub(super) fn n(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
