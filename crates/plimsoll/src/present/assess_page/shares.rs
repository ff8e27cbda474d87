//! The chart of shares with their bounds.

use super::figures::{Axis, ByPlace, Figures};
use super::words;
use crate::present::tables::percent;
use plimsoll_report::{
    Block, Cell, Chart, Column, SharePoint, ShareRow, ShareSeries, SharesOverTime, Table,
};
use plimsoll_terms::period::Reported;

/// Rows of the chart.
const SHARES: usize = 10;

/// The chart of shares, unless there is only one supplier's share of itself.
pub fn chart(figures: &Figures<'_>) -> Option<Block> {
    let rows = match figures.stacked_by() {
        Axis::Supplier => supplier_shares(figures),
        Axis::Importer => importer_shares(figures),
    };
    if rows.len() < 2 && figures.shown.question.exporter.is_none() {
        return None;
    }
    let row = |r: &ShareRow| {
        let cell = |v: Option<f64>, why: &str| Cell::number_or(v, 1, why);
        vec![
            Cell::text(r.label.clone()),
            cell(r.share, "not to be told from the data"),
            cell(r.low, "a share of the reported sum has no bounds"),
            cell(r.high, "a share of the reported sum has no bounds"),
        ]
    };
    let axis = figures.stacked_by();
    let columns = vec![
        Column::text(axis.name()),
        Column::percent("share"),
        Column::percent("at least"),
        Column::percent("at most"),
    ];
    let table = Table {
        caption: format!("Shares: {}", words::measured(figures.shown)),
        columns,
        rows: rows.iter().map(row).collect(),
        footnotes: Vec::new(),
    };
    let title = shares_title(figures, &rows);
    let rows = rows.into_iter().map(without_idle_bounds).collect();
    Some(Block::Chart {
        chart: Chart::ShareWithBounds { title, subtitle: shares_subtitle(figures), rows },
        table,
        note: (axis == Axis::Supplier).then(|| {
            "The dot is the share of the reported sum; the bar reaches from the lowest to the highest share that the data allow."
                .to_owned()
        }),
    })
}

/// The share of the suppliers asked about, period by period: of the reported sum, for the bounds
/// are known of the asked periods as a whole.
pub fn over_time(figures: &Figures<'_>, periods: &[Reported], each: &str) -> Option<Block> {
    let exporter = figures.shown.question.exporter.as_ref()?;
    if figures.stacked_by() != Axis::Supplier || periods.len() < 3 {
        return None;
    }
    let cells = figures.by_period(Axis::Supplier);
    let point = |period: &Reported| {
        let of = || cells.iter().filter(|((p, _), _)| p == period);
        let all: f64 = of().map(|(_, v)| *v).sum();
        let asked = of().filter(|((_, code), _)| figures.asked_supplier(code));
        let share = (all > 0.0).then(|| asked.map(|(_, v)| *v).sum::<f64>() / all);
        SharePoint { share, ..SharePoint::default() }
    };
    let points: Vec<SharePoint> = periods.iter().map(point).collect();
    let ends = [points.first()?.share, points.last()?.share];
    let title = match ends {
        [Some(first), Some(last)] => format!(
            "{}: {} of the reported sum in the last {each}, {} in the first",
            exporter.label,
            percent(last),
            percent(first)
        ),
        _ => format!("{}: share of the reported sum by {each}", exporter.label),
    };
    let chart = SharesOverTime {
        title,
        subtitle: format!("{}, by {each}", words::measured(figures.shown)),
        x: periods.iter().map(ToString::to_string).collect(),
        series: vec![ShareSeries { name: exporter.label.clone(), points }],
        events: Vec::new(),
    };
    let note = "A period in which nobody reports has no share. Bounds are given for the asked periods as a whole.";
    Some(Block::drawn(Chart::SharesOverTime(chart), Some(note.to_owned())))
}

fn shares_subtitle(figures: &Figures<'_>) -> String {
    let side = &figures.shown.answer.sides[0];
    let measured = format!("{}, {}", words::measured(figures.shown), words::period(&side.period));
    match (figures.stacked_by(), side.coverage) {
        (Axis::Importer, _) => format!(
            "{}. Shares of the reported sum of these destinations",
            words::measured(figures.shown)
        ),
        (_, None) => format!("{measured}. Shares of the reported sum; at least 0 % of all imports"),
        (_, Some(c)) => format!("{measured}. Coverage {}", percent(c)),
    }
}

fn shares_title(figures: &Figures<'_>, rows: &[ShareRow]) -> String {
    if let (Axis::Importer, [first, second, ..]) = (figures.stacked_by(), rows)
        && let (Some(a), Some(b), 2) = (first.share, second.share, figures.shown.answer.sides.len())
    {
        let name = first.label.split(',').next().unwrap_or_default();
        return format!("{name}: {} of the reported sum, after {}", percent(b), percent(a));
    }
    if let Some(exporter) = &figures.shown.question.exporter {
        let of: Vec<String> = figures
            .shown
            .answer
            .sides
            .iter()
            .filter_map(|s| {
                Some(format!("{} in {}", percent(s.share?[0]), words::period(&s.period)))
            })
            .collect();
        return format!("{}: {}", exporter.label, of.join(", against "));
    }
    let named: Vec<String> = rows
        .iter()
        .take(2)
        .filter_map(|r| r.share.map(|s| format!("{} {}", r.label, percent(s))))
        .collect();
    format!("The largest shares: {}", named.join(", "))
}

/// Bounds that are the share itself are left to the table.
fn without_idle_bounds(row: ShareRow) -> ShareRow {
    match (row.share, row.low, row.high) {
        (Some(share), Some(low), Some(high)) if words::no_wider([share, low, high]) => {
            ShareRow { low: None, high: None, ..row }
        }
        _ => row,
    }
}

fn supplier_shares(figures: &Figures<'_>) -> Vec<ShareRow> {
    let answer = figures.shown.answer;
    let mut rows = Vec::new();
    if let Some(exporter) = &figures.shown.question.exporter {
        for side in &answer.sides {
            rows.push(ShareRow {
                label: format!("{}, {}", exporter.label, words::short_period(&side.period)),
                share: side.share.map(|s| s[0]),
                low: side.share.map(|s| s[1]),
                high: side.share.map(|s| s[2]),
            });
        }
    }
    let single = figures.shown.question.exporter.as_ref().is_some_and(|e| e.members.len() == 1);
    let others = answer.sides[0].suppliers.iter().filter(|s| {
        let asked = figures.shown.question.exporter.as_ref().filter(|_| single);
        asked.is_none_or(|e| e.members.iter().all(|m| m.code() != s.country))
    });
    rows.extend(others.take(SHARES).map(|s| ShareRow {
        label: s.name.clone(),
        share: Some(s.share),
        low: Some(s.share_low),
        high: Some(s.share_high),
    }));
    rows
}

/// Each destination's share of the reported sum, before and after.
fn importer_shares(figures: &Figures<'_>) -> Vec<ShareRow> {
    let sides = &figures.shown.answer.sides;
    let by_side: Vec<(String, ByPlace)> = sides
        .iter()
        .rev()
        .filter(|s| s.numerator.is_some())
        .map(|s| (words::short_period(&s.period), figures.by_place(s, Axis::Importer)))
        .collect();
    let mut rows = Vec::new();
    for code in figures.places(Axis::Importer).iter().take(SHARES) {
        for (period, values) in &by_side {
            let all: f64 = values.values().sum();
            let share = values.get(code).filter(|_| all > 0.0).map(|v| v / all);
            rows.push(ShareRow {
                label: format!("{}, {period}", Figures::name(code)),
                share,
                low: None,
                high: None,
            });
        }
    }
    rows
}
