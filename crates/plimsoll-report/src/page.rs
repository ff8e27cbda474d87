//! What is on a page: plain data, filled in by the caller.
//!
//! Texts are plain text, never markup; the writers escape them. Dates come in as
//! text (`2026-11-22`), because this crate has no clock.

mod drawings;

use serde::{Serialize, Serializer, ser::SerializeMap};

pub use drawings::{
    Baseline, Diversion, FlowLink, MirrorPairs, MirrorRow, SharePoint, ShareSeries, SharesOverTime,
    Surge, UnitValueRow, UnitValues,
};

/// One page: an answer, what supports it, where it comes from, how to cite it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Page {
    /// The heading of the page, one line.
    pub title: String,
    /// The answer in one paragraph.
    pub lede: String,
    /// The body, in reading order.
    pub blocks: Vec<Block>,
    /// Where the figures come from; shown under "Sources".
    pub sources: Vec<SourceLine>,
    /// How the figures were computed; shown under "How this number is made".
    pub how_made: Vec<HowStep>,
    /// What to write when citing the page; shown under "Cite this".
    pub cite: Cite,
    /// The program and version that made the page, for the last line.
    pub generated_by: String,
}

/// One piece of the body of a page.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// A heading inside the page.
    Heading {
        /// 2 to 4; the page title is 1. Anything else is moved to the nearest.
        level: u8,
        /// The heading, one line.
        text: String,
    },
    /// Running text; a blank line starts a new paragraph.
    Prose(String),
    /// A list of short statements, with bullets.
    List(Vec<String>),
    /// A box that must not be overlooked.
    Callout {
        /// Which kind of box.
        kind: CalloutKind,
        /// What it says; a blank line starts a new paragraph.
        text: String,
    },
    /// A table.
    Table(Table),
    /// A drawing, always with the table of the same figures.
    Chart {
        /// What is drawn.
        chart: Chart,
        /// The same figures as a table, shown folded below the drawing.
        table: Table,
        /// A remark on how to read the drawing.
        note: Option<String>,
    },
    /// Large figures in a row.
    KeyFigures(Vec<KeyFigure>),
}

/// Why a callout is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CalloutKind {
    /// Something worth knowing.
    Note,
    /// Something that changes how the page may be used.
    Warning,
    /// The figures are made up, for a demonstration or a test.
    Simulated,
}

/// One large figure with its label.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct KeyFigure {
    /// What the figure is: `Share supplied by China`.
    pub label: String,
    /// The figure as it is to be read: `69.8 %`.
    pub value: String,
    /// Period, basis, bounds: `2023Q4, by dispatch, 66.1 to 74.0 %`. May be empty.
    pub detail: String,
}

/// A table with one header row.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Table {
    /// What the table shows, one line.
    pub caption: String,
    /// The columns, left to right.
    pub columns: Vec<Column>,
    /// The rows; a row that is shorter than `columns` ends in empty cells.
    pub rows: Vec<Vec<Cell>>,
    /// Remarks below the table.
    pub footnotes: Vec<String>,
}

/// The head of a column.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Column {
    /// The column's name.
    pub label: String,
    /// What its cells hold, and so how they are set.
    pub kind: ColumnKind,
    /// The unit (`EUR M`, `kg`); empty where there is none.
    pub unit: String,
}

impl Column {
    /// A column of text.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of numbers in `unit` (empty for bare counts).
    pub fn number(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { label: label.into(), kind: ColumnKind::Number, unit: unit.into() }
    }

    /// A column of shares: cells hold fractions, `0.25` is shown as `25 %`.
    pub fn percent(label: impl Into<String>) -> Self {
        Self { label: label.into(), kind: ColumnKind::Percent, unit: String::new() }
    }

    /// A column of amounts of money in `unit`, such as `EUR` or `EUR M`.
    pub fn money(label: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { label: label.into(), kind: ColumnKind::Money, unit: unit.into() }
    }
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Words; set to the left.
    #[default]
    Text,
    /// Numbers; set to the right.
    Number,
    /// Fractions: `0.25` is shown as `25 %`; set to the right.
    Percent,
    /// Amounts in the column's unit; set to the right.
    Money,
    /// Words; those that are a web address lead there.
    Link,
}

/// One cell of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A number and how many decimals to show (of the percentage in a
    /// [`ColumnKind::Percent`] column).
    Number(f64, u8),
    /// Not known, and why. Shown as a dash, never as zero.
    Missing(String),
    /// What a check came to: a symbol and the word, so that no colour is needed.
    Verdict(Verdict, String),
}

/// What a check of a published figure came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The data agree under every admissible definition.
    Supported,
    /// The data disagree under every admissible definition.
    Contradicted,
    /// The data agree under some definitions only.
    Depends,
    /// The claim disagrees with itself or with another.
    Inconsistent,
    /// The data do not say.
    CannotTell,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 5] =
        [Self::Supported, Self::Contradicted, Self::Depends, Self::Inconsistent, Self::CannotTell];

    /// The sign before the word, which differs in shape.
    pub fn symbol(self) -> char {
        match self {
            Self::Supported => '✓',
            Self::Contradicted => '✕',
            Self::Depends => '◐',
            Self::Inconsistent => '≠',
            Self::CannotTell => '?',
        }
    }

    /// The word in every output: `depends-on-definition`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Contradicted => "contradicted",
            Self::Depends => "depends-on-definition",
            Self::Inconsistent => "inconsistent",
            Self::CannotTell => "cannot-tell",
        }
    }

    /// The word as it is read: `depends on the definition`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Supported => "supported",
            Self::Contradicted => "contradicted",
            Self::Depends => "depends on the definition",
            Self::Inconsistent => "inconsistent",
            Self::CannotTell => "cannot tell",
        }
    }
}

impl Cell {
    /// A cell of words.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A cell that is not known, and why.
    pub fn missing(reason: impl Into<String>) -> Self {
        Self::Missing(reason.into())
    }

    /// A verdict in its own words.
    pub fn verdict(verdict: Verdict) -> Self {
        Self::Verdict(verdict, verdict.words().to_owned())
    }

    /// The number where there is one, else [`Cell::Missing`] with `reason`.
    pub fn number_or(value: Option<f64>, decimals: u8, reason: &str) -> Self {
        match value {
            Some(value) => Self::Number(value, decimals),
            None => Self::Missing(reason.to_owned()),
        }
    }

    /// The reason why the cell has no value: given, or because it is not a number.
    pub(crate) fn missing_reason(&self) -> Option<&str> {
        match self {
            Self::Missing(reason) => Some(reason),
            Self::Number(value, _) if !value.is_finite() => Some("not a number"),
            _ => None,
        }
    }
}

/// In JSON a cell is a string, a number, or `{"missing": reason}`.
impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Some(reason) = self.missing_reason() {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry("missing", reason)?;
            return map.end();
        }
        match self {
            Self::Number(value, _) => serializer.serialize_f64(*value),
            Self::Text(text) | Self::Missing(text) | Self::Verdict(_, text) => {
                serializer.serialize_str(text)
            }
        }
    }
}

/// A drawing. Values are as measured (`12500000.0` in `EUR`), the axis picks the
/// scale (`EUR M`); a unit of two words (`EUR M`) is taken as already scaled.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Chart {
    /// What a total is made of, over time. Above seven series the smallest are
    /// added up as "Others".
    StackedColumns {
        /// What is seen, in one sentence.
        title: String,
        /// What is measured: flow, goods, basis. May be empty.
        subtitle: String,
        /// The periods, in order: `2021-01`, `2023Q4`, `2021H1`, `2021` or any text.
        x: Vec<String>,
        /// The parts; the first is at the bottom.
        series: Vec<Series>,
        /// The unit of the values: `EUR`, `kg`, `EUR M`.
        unit: String,
        /// Vertical lines: a date (`2022-02-24`) or one of `x` (drawn where that
        /// period begins), and the words. Others are named in the description.
        events: Vec<(String, String)>,
    },
    /// Several measures over time. Above seven series the smallest are thin grey
    /// lines; they are never added up.
    Lines {
        /// What is seen, in one sentence.
        title: String,
        /// What is measured. May be empty.
        subtitle: String,
        /// The periods, in order.
        x: Vec<String>,
        /// The lines.
        series: Vec<Series>,
        /// The unit of the values.
        unit: String,
        /// Vertical lines: a date or one of `x`, and the words.
        events: Vec<(String, String)>,
    },
    /// Shares with their bounds: a dot and an interval on a percent axis.
    ShareWithBounds {
        /// What is seen, in one sentence.
        title: String,
        /// What is measured. May be empty.
        subtitle: String,
        /// The rows, top to bottom.
        rows: Vec<ShareRow>,
    },
    /// Two moments compared, row by row, where rows may differ a hundredfold.
    BeforeAfter {
        /// What is seen, in one sentence.
        title: String,
        /// What is measured. May be empty.
        subtitle: String,
        /// The first moment: `2021`.
        before_label: String,
        /// The second moment: `2023`.
        after_label: String,
        /// The unit of the values.
        unit: String,
        /// The rows, top to bottom.
        rows: Vec<ChangeRow>,
    },
    /// Shares over time within the bands of their bounds.
    SharesOverTime(SharesOverTime),
    /// One flow over time, its baseline, and where its rise begins.
    Surge(Box<Surge>),
    /// Two reports of each trade side by side.
    MirrorPairs(MirrorPairs),
    /// Flows from origins over hubs to targets.
    Diversion(Diversion),
    /// Prices for a unit of quantity, with those that are asked about.
    UnitValues(UnitValues),
    /// Who is tied to whom: nodes in columns, left to right, and a line for each tie. Above
    /// about forty nodes those with the lightest ties are folded and counted.
    Graph {
        /// What is seen, in one sentence.
        title: String,
        /// What a tie means. May be empty.
        subtitle: String,
        /// The names of the columns, left to right.
        columns: Vec<String>,
        /// The nodes, top to bottom within each column.
        nodes: Vec<GraphNode>,
        /// The ties.
        links: Vec<GraphLink>,
    },
}

impl Chart {
    /// The sentence above the drawing.
    pub fn title(&self) -> &str {
        match self {
            Self::StackedColumns { title, .. }
            | Self::Lines { title, .. }
            | Self::ShareWithBounds { title, .. }
            | Self::BeforeAfter { title, .. }
            | Self::SharesOverTime(SharesOverTime { title, .. })
            | Self::MirrorPairs(MirrorPairs { title, .. })
            | Self::Graph { title, .. }
            | Self::Diversion(Diversion { title, .. })
            | Self::UnitValues(UnitValues { title, .. }) => title,
            Self::Surge(surge) => &surge.title,
        }
    }

    /// What is measured.
    pub fn subtitle(&self) -> &str {
        match self {
            Self::StackedColumns { subtitle, .. }
            | Self::Lines { subtitle, .. }
            | Self::ShareWithBounds { subtitle, .. }
            | Self::BeforeAfter { subtitle, .. }
            | Self::SharesOverTime(SharesOverTime { subtitle, .. })
            | Self::MirrorPairs(MirrorPairs { subtitle, .. })
            | Self::Graph { subtitle, .. }
            | Self::Diversion(Diversion { subtitle, .. })
            | Self::UnitValues(UnitValues { subtitle, .. }) => subtitle,
            Self::Surge(surge) => &surge.subtitle,
        }
    }

    /// The events marked in the drawing: when, and what.
    pub fn events(&self) -> &[(String, String)] {
        match self {
            Self::StackedColumns { events, .. }
            | Self::Lines { events, .. }
            | Self::SharesOverTime(SharesOverTime { events, .. }) => events,
            Self::Surge(surge) => &surge.events,
            _ => &[],
        }
    }
}

/// One series of a chart over time.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Series {
    /// Its name, written beside it.
    pub name: String,
    /// One value for each period; `None` where there is no data.
    pub values: Vec<Option<f64>>,
}

/// One row of [`Chart::ShareWithBounds`]; all three are fractions (`0.25` is 25 %).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ShareRow {
    /// Whose share, or under which definition.
    pub label: String,
    /// The share; `None` where it is not known.
    pub share: Option<f64>,
    /// The lowest it can be; `None` where no bound is known.
    pub low: Option<f64>,
    /// The highest it can be; `None` where no bound is known.
    pub high: Option<f64>,
}

/// One row of [`Chart::BeforeAfter`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ChangeRow {
    /// Whose value.
    pub label: String,
    /// The value at the first moment; `None` where there is no data.
    pub before: Option<f64>,
    /// The value at the second moment; `None` where there is no data.
    pub after: Option<f64>,
}

/// One node of [`Chart::Graph`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct GraphNode {
    /// Written in it.
    pub label: String,
    /// Which column, from 0.
    pub column: usize,
    /// Nodes of one group stand together under its name; may be empty.
    pub group: String,
}

/// One tie of [`Chart::Graph`], between nodes by their place in the list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct GraphLink {
    /// One end.
    pub from: usize,
    /// The other.
    pub to: usize,
    /// How much it counts when nodes must be folded, such as a number of parts.
    pub weight: u32,
}

/// One source of the figures. Fields that do not apply stay empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SourceLine {
    /// Who published it: `Eurostat`.
    pub publisher: String,
    /// Which data set: `Comext, EU trade since 1988 by HS2-4-6 and CN8`.
    pub dataset: String,
    /// Which edition: `2026-10`.
    pub vintage: String,
    /// When it was fetched: `2026-11-22`.
    pub retrieved: String,
    /// The SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// Under which licence it may be used.
    pub licence: String,
    /// Where it is; a link when it begins with `https://` or `http://`.
    pub url: String,
}

/// One step of how the figures were made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct HowStep {
    /// What was done, in words.
    pub text: String,
    /// The query that did it, where there is one.
    pub sql: Option<String>,
}

/// What to write when citing the page. Fields that do not apply stay empty.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Cite {
    /// The authors, each `Family, Given` or the name of an organisation.
    pub authors: Vec<String>,
    /// The title.
    pub title: String,
    /// Who publishes the page.
    pub publisher: String,
    /// The date of the page: `2026-11-22`, `2026-11` or `2026`.
    pub issued: String,
    /// The version of the program or of the data.
    pub version: String,
    /// Where the page is.
    pub url: String,
}
