//! How is it shown? A [`Page`] goes in; HTML, Markdown, JSON and SVG come out.
//!
//! The crate knows no detector, no list and no statistics: whoever builds a
//! [`Page`] decides what it says. Nothing here reads a file, a clock or the
//! network, and the same page always gives the same bytes.
//!
//! Three promises hold for every output:
//!
//! - **Self-contained.** The HTML asks for nothing from outside: no script, no
//!   font, no style sheet, no image. A content security policy in the page says
//!   so to the browser too.
//! - **Inert.** A name out of a customs declaration may hold anything; it is
//!   shown as text and never acts.
//! - **Missing is not zero.** What is not known is a dash with its reason in a
//!   table and a hatched "no data" in a chart.

mod chart;
mod cite;
mod escape;
mod html;
mod json;
mod markdown;
mod number;
mod page;

pub use chart::{SvgSize, svg, svg_sized};
pub use html::{stylesheet, to_html, to_html_fragment};
pub use json::to_json;
pub use markdown::to_markdown;
pub use number::{format_number, format_percent};
pub use page::{
    Baseline, Block, CalloutKind, Cell, ChangeRow, Chart, Cite, Column, ColumnKind, Diversion,
    FlowLink, GraphLink, GraphNode, HowStep, KeyFigure, MirrorPairs, MirrorRow, Page, Series,
    SharePoint, ShareRow, ShareSeries, SharesOverTime, SourceLine, Surge, Table, UnitValueRow,
    UnitValues, Verdict,
};

#[cfg(test)]
extern crate self as plimsoll_report;
#[cfg(test)]
mod tests;
