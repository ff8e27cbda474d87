//! What the drawings of findings and claims take: plain data, one type for each kind.

use serde::Serialize;

/// Shares over time, each a line within the band of its bounds.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct SharesOverTime {
    /// What is seen, in one sentence.
    pub title: String,
    /// What is measured. May be empty.
    pub subtitle: String,
    /// The periods, in order.
    pub x: Vec<String>,
    /// The lines; above seven the smallest are thin, grey and without a band.
    pub series: Vec<ShareSeries>,
    /// Vertical lines: a date or one of `x`, and the words.
    pub events: Vec<(String, String)>,
}

/// One line of [`SharesOverTime`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ShareSeries {
    /// Its name, written beside it.
    pub name: String,
    /// One point for each period.
    pub points: Vec<SharePoint>,
}

/// One share with its bounds, as fractions; what is not known is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct SharePoint {
    /// The share.
    pub share: Option<f64>,
    /// The lowest it can be.
    pub low: Option<f64>,
    /// The highest it can be.
    pub high: Option<f64>,
}

/// One flow over time beside what was usual before.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Surge {
    /// What is seen, in one sentence.
    pub title: String,
    /// What is measured. May be empty.
    pub subtitle: String,
    /// The periods, in order.
    pub x: Vec<String>,
    /// The name of the flow, written beside its line.
    pub name: String,
    /// One value for each period; `None` where there is no data.
    pub values: Vec<Option<f64>>,
    /// The unit of the values.
    pub unit: String,
    /// What was usual before.
    pub baseline: Option<Baseline>,
    /// First and last period of what was searched; shaded.
    pub window: Option<(String, String)>,
    /// The period in which it leaves its baseline, and the words: `rise begins`.
    pub onset: Option<(String, String)>,
    /// Vertical lines: a date or one of `x`, and the words.
    pub events: Vec<(String, String)>,
}

/// What a flow usually was.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Baseline {
    /// Its first period, one of `x`.
    pub from: String,
    /// Its last period, one of `x`.
    pub to: String,
    /// The usual value of a period.
    pub usual: f64,
    /// The lower end of what was usual; `None` where no band is known.
    pub low: Option<f64>,
    /// The upper end of what was usual.
    pub high: Option<f64>,
}

/// Two reports of each trade side by side.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MirrorPairs {
    /// What is seen, in one sentence.
    pub title: String,
    /// What is measured. May be empty.
    pub subtitle: String,
    /// The unit of the values.
    pub unit: String,
    /// The pairs, top to bottom.
    pub rows: Vec<MirrorRow>,
}

/// One trade as both ends report it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct MirrorRow {
    /// Who traded what: `Germany to Kyrgyzstan, 8542`.
    pub label: String,
    /// What the exporter reports; `None` where it reports nothing.
    pub exporter: Option<f64>,
    /// What the importer reports; `None` where it reports nothing.
    pub importer: Option<f64>,
}

/// Flows from origins over hubs to targets. A ribbon is as wide as its figure; the
/// interval is written beside it. What enters a hub need not be what leaves it.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Diversion {
    /// What is seen, in one sentence.
    pub title: String,
    /// What is measured. May be empty.
    pub subtitle: String,
    /// What the two halves are: `additional exports to the hub`, `at most passed on`.
    pub stages: [String; 2],
    /// The unit of the values.
    pub unit: String,
    /// The ribbons; above eight in a half the smallest are added up as "Others".
    pub links: Vec<FlowLink>,
}

/// One ribbon of [`Diversion`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct FlowLink {
    /// Which half: `false` from origin to hub, `true` from hub to target.
    pub onward: bool,
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// The figure; `None` where it is not known.
    pub value: Option<f64>,
    /// The lower end of its interval.
    pub low: Option<f64>,
    /// The upper end of its interval.
    pub high: Option<f64>,
}

/// Prices for a unit of quantity, row by row, on a logarithmic axis.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct UnitValues {
    /// What is seen, in one sentence.
    pub title: String,
    /// What is measured. May be empty.
    pub subtitle: String,
    /// The unit of the values: `EUR per kg`.
    pub unit: String,
    /// The rows, top to bottom.
    pub rows: Vec<UnitValueRow>,
}

/// One row of [`UnitValues`].
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct UnitValueRow {
    /// Whose prices.
    pub label: String,
    /// Every price that is compared, in any order.
    pub values: Vec<f64>,
    /// Lower quartile, median and upper quartile, where the caller has them.
    pub quartiles: Option<[f64; 3]>,
    /// The prices that are asked about, with a word on each: `Mar 2022`.
    pub flagged: Vec<(f64, String)>,
}
