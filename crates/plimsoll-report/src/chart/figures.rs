//! The figures of a drawing as a table: what is drawn is what is written.

use crate::page::{
    Block, Cell, ChangeRow, Chart, Column, Diversion, GraphLink, GraphNode, MirrorPairs, Series,
    ShareRow, SharesOverTime, Surge, Table, UnitValueRow, UnitValues,
};

/// The heads of the two reports of a trade.
pub(super) const REPORTS: (&str, &str) = ("exporter says", "importer says");

const NO_DATA: &str = "no figure in the data";
const NO_BOUND: &str = "no bound is known";

impl Chart {
    /// The figures of the drawing, one row for each period or each row of it.
    pub fn table(&self) -> Table {
        let (columns, rows) = match self {
            Self::StackedColumns { x, series, unit, .. } | Self::Lines { x, series, unit, .. } => {
                over_time(x, series, unit)
            }
            Self::ShareWithBounds { rows, .. } => shares(rows),
            Self::BeforeAfter { before_label, after_label, unit, rows, .. } => {
                changes((before_label, after_label), unit, rows)
            }
            Self::SharesOverTime(chart) => shares_over_time(chart),
            Self::Surge(surge) => surges(surge),
            Self::MirrorPairs(pairs) => mirror(pairs),
            Self::Diversion(diversion) => links(diversion),
            Self::UnitValues(chart) => unit_values(chart),
            Self::Graph { nodes, links, .. } => ties(nodes, links),
        };
        let caption = match self.subtitle().is_empty() {
            true => self.title().to_owned(),
            false => self.subtitle().to_owned(),
        };
        Table { caption, columns, rows, footnotes: Vec::new() }
    }
}

impl Block {
    /// A drawing with the table of its own figures.
    pub fn drawn(chart: Chart, note: Option<String>) -> Self {
        let table = chart.table();
        Self::Chart { chart, table, note }
    }
}

type Columns = (Vec<Column>, Vec<Vec<Cell>>);

/// A figure with the decimals that its size deserves: whole from a thousand on.
fn amount(value: Option<f64>) -> Cell {
    let decimals = match value.map(f64::abs) {
        Some(v) if v >= 1000.0 || v.fract() == 0.0 => 0,
        Some(v) if v >= 1.0 => 2,
        _ => 4,
    };
    Cell::number_or(value, decimals, NO_DATA)
}

fn share(value: Option<f64>, why: &str) -> Cell {
    Cell::number_or(value, 1, why)
}

fn over_time(x: &[String], series: &[Series], unit: &str) -> Columns {
    let mut columns = vec![Column::text("period")];
    columns.extend(series.iter().map(|s| Column::number(s.name.clone(), unit)));
    let row = |(at, period): (usize, &String)| {
        let mut row = vec![Cell::text(period.clone())];
        row.extend(series.iter().map(|s| amount(s.values.get(at).copied().flatten())));
        row
    };
    (columns, x.iter().enumerate().map(row).collect())
}

fn ties(nodes: &[GraphNode], links: &[GraphLink]) -> Columns {
    let name = |at: usize| {
        nodes.get(at).map_or(Cell::missing("not in the drawing"), |n| Cell::text(n.label.clone()))
    };
    let rows =
        links.iter().map(|l| vec![name(l.from), name(l.to), Cell::Number(f64::from(l.weight), 0)]);
    (vec![Column::text("from"), Column::text("to"), Column::number("ties", "")], rows.collect())
}

fn shares(rows: &[ShareRow]) -> Columns {
    let columns = vec![
        Column::text("of"),
        Column::percent("share"),
        Column::percent("at least"),
        Column::percent("at most"),
    ];
    let row = |r: &ShareRow| {
        let bounds = [share(r.low, NO_BOUND), share(r.high, NO_BOUND)];
        [Cell::text(r.label.clone()), share(r.share, NO_DATA)].into_iter().chain(bounds).collect()
    };
    (columns, rows.iter().map(row).collect())
}

fn changes(names: (&str, &str), unit: &str, rows: &[ChangeRow]) -> Columns {
    let columns =
        vec![Column::text("of"), Column::number(names.0, unit), Column::number(names.1, unit)];
    let row = |r: &ChangeRow| vec![Cell::text(r.label.clone()), amount(r.before), amount(r.after)];
    (columns, rows.iter().map(row).collect())
}

fn shares_over_time(chart: &SharesOverTime) -> Columns {
    let mut columns = vec![Column::text("period")];
    for series in &chart.series {
        columns.push(Column::percent(series.name.clone()));
        columns.push(Column::percent(format!("{}: at least", series.name)));
        columns.push(Column::percent(format!("{}: at most", series.name)));
    }
    let row = |(at, period): (usize, &String)| {
        let mut row = vec![Cell::text(period.clone())];
        for series in &chart.series {
            let point = series.points.get(at).copied().unwrap_or_default();
            row.push(share(point.share, NO_DATA));
            row.extend([point.low, point.high].map(|v| share(v, NO_BOUND)));
        }
        row
    };
    (columns, chart.x.iter().enumerate().map(row).collect())
}

fn surges(surge: &Surge) -> Columns {
    let columns = vec![
        Column::text("period"),
        Column::number(surge.name.clone(), surge.unit.clone()),
        Column::text("what it is"),
    ];
    let at = |period: &str| surge.x.iter().position(|p| p == period);
    let within = |place: usize, from: &str, to: &str| {
        at(from).zip(at(to)).is_some_and(|(a, b)| (a..=b).contains(&place))
    };
    let row = |(place, period): (usize, &String)| {
        let mut what = Vec::new();
        if surge.baseline.as_ref().is_some_and(|b| within(place, &b.from, &b.to)) {
            what.push("baseline");
        }
        if surge.window.as_ref().is_some_and(|(a, b)| within(place, a, b)) {
            what.push("window");
        }
        if let Some((onset, words)) = &surge.onset
            && onset == period
        {
            what.push(words);
        }
        let value = surge.values.get(place).copied().flatten();
        vec![Cell::text(period.clone()), amount(value), Cell::text(what.join(", "))]
    };
    let mut rows: Vec<Vec<Cell>> = surge.x.iter().enumerate().map(row).collect();
    if let Some(b) = &surge.baseline {
        let span = format!("{} to {}", b.from, b.to);
        let bounds = [("lower end of the usual", b.low), ("upper end of the usual", b.high)];
        let all = [("usual", Some(b.usual))].into_iter().chain(bounds);
        let row = |(word, value): (&str, Option<f64>)| {
            value.map(|_| vec![Cell::text(span.clone()), amount(value), Cell::text(word)])
        };
        rows.extend(all.filter_map(row));
    }
    (columns, rows)
}

fn mirror(pairs: &MirrorPairs) -> Columns {
    let columns = vec![
        Column::text("trade"),
        Column::number(REPORTS.0, pairs.unit.clone()),
        Column::number(REPORTS.1, pairs.unit.clone()),
        Column::number("importer's by exporter's", ""),
    ];
    let row = |r: &crate::page::MirrorRow| {
        let ratio = match (r.exporter, r.importer) {
            (Some(e), Some(i)) if e > 0.0 && i >= 0.0 => Some(i / e),
            _ => None,
        };
        let said = |v: Option<f64>| match v {
            Some(_) => amount(v),
            None => Cell::missing("no record in this report"),
        };
        let ratio = Cell::number_or(ratio, 2, "wants both reports, above zero");
        vec![Cell::text(r.label.clone()), said(r.exporter), said(r.importer), ratio]
    };
    (columns, pairs.rows.iter().map(row).collect())
}

fn links(diversion: &Diversion) -> Columns {
    let unit = || diversion.unit.clone();
    let columns = vec![
        Column::text("from"),
        Column::text("to"),
        Column::text("what it is"),
        Column::number("figure", unit()),
        Column::number("at least", unit()),
        Column::number("at most", unit()),
    ];
    let bound = |v: Option<f64>| match v {
        Some(_) => amount(v),
        None => Cell::missing(NO_BOUND),
    };
    let row = |l: &crate::page::FlowLink| {
        let stage = diversion.stages[usize::from(l.onward)].clone();
        let words = [l.from.clone(), l.to.clone(), stage].map(Cell::Text);
        words.into_iter().chain([amount(l.value), bound(l.low), bound(l.high)]).collect()
    };
    (columns, diversion.links.iter().map(row).collect())
}

/// One row for the spread of each row of the drawing, one for each price asked about.
fn unit_values(chart: &UnitValues) -> Columns {
    let unit = || chart.unit.clone();
    let columns = vec![
        Column::text("of"),
        Column::text("what it is"),
        Column::number("values", ""),
        Column::number("lower quartile", unit()),
        Column::number("median or value", unit()),
        Column::number("upper quartile", unit()),
    ];
    let mut rows = Vec::new();
    for UnitValueRow { label, values, quartiles, flagged } in &chart.rows {
        let quartile = |at: usize| Cell::number_or(quartiles.map(|q| q[at]), 2, NO_DATA);
        let mut row = vec![Cell::text(label.clone()), Cell::text("all compared")];
        row.push(Cell::Number(values.len() as f64, 0));
        row.extend([0, 1, 2].map(quartile));
        rows.push(row);
        for (value, word) in flagged {
            let one = Cell::missing("one value has no quartiles");
            let words = [label.clone(), word.clone()].map(Cell::Text);
            let figures = [Cell::Number(1.0, 0), one.clone(), amount(Some(*value)), one];
            rows.push(words.into_iter().chain(figures).collect());
        }
    }
    (columns, rows)
}
