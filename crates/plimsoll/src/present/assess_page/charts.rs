//! The charts of a page, each with the table of its figures.

use super::figures::{Axis, ByPlace, Figures};
use super::{heading, shares, words};
use plimsoll_report::{Block, Cell, ChangeRow, Chart, Column, Series, Table};
use plimsoll_terms::period::{Month, Period, PeriodKind, Reported};
use std::collections::BTreeMap;

/// Series with a name of their own; the others are added up.
const SERIES: usize = 6;
/// Rows of a chart of changes.
const CHANGES: usize = 14;
/// The day from which sanctions multiplied.
const EVENT: (&str, &str) = ("2022-02-24", "24 Feb 2022: full-scale invasion of Ukraine");

/// All charts that the answer has figures for.
pub fn all(figures: &Figures<'_>, by_month: &Figures<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let periods = by_month.periods();
    if periods.len() > 1 {
        blocks.push(heading(if monthly(&periods) { "Month by month" } else { "Over time" }));
        blocks.push(over_time(by_month, &periods));
        blocks.extend(shares::over_time(by_month, &periods, kind(&periods)));
    }
    let changes = changes(figures);
    if let Some(chart) = changes {
        blocks.push(heading("Before and after"));
        blocks.push(chart);
    }
    if let Some(chart) = shares::chart(figures) {
        blocks.push(heading("Shares"));
        blocks.push(chart);
    }
    blocks
}

fn monthly(periods: &[Reported]) -> bool {
    periods.iter().all(|p| p.kind == PeriodKind::Month)
}

fn measured(figures: &Figures<'_>) -> String {
    words::measured(figures.shown)
}

/// One line of a stacked chart: the name, and the codes it adds up.
struct Line {
    name: String,
    codes: Vec<String>,
}

fn lines(figures: &Figures<'_>, axis: Axis) -> Vec<Line> {
    let places = figures.places(axis);
    let named = if places.len() <= SERIES + 1 { places.len() } else { SERIES };
    let mut lines: Vec<Line> = places
        .iter()
        .take(named)
        .map(|code| Line { name: Figures::name(code), codes: vec![code.clone()] })
        .collect();
    if named < places.len() {
        lines.push(Line { name: "Others".to_owned(), codes: places[named..].to_vec() });
    }
    lines
}

fn over_time(figures: &Figures<'_>, periods: &[Reported]) -> Block {
    let axis = figures.stacked_by();
    let lines = lines(figures, axis);
    let cells = figures.by_period(axis);
    let at = |line: &Line, period: Reported| -> Option<f64> {
        let found: Vec<f64> =
            line.codes.iter().filter_map(|c| cells.get(&(period, c.clone())).copied()).collect();
        (!found.is_empty()).then(|| found.iter().sum())
    };
    // A month in which others have records and this one has none adds nothing to a column;
    // the table says that there is no record.
    let drawn = |line: &Line, period: Reported| {
        if figures.silent(period) { None } else { Some(at(line, period).unwrap_or(0.0)) }
    };
    let x: Vec<String> = periods.iter().map(ToString::to_string).collect();
    let series = lines
        .iter()
        .map(|l| Series {
            name: l.name.clone(),
            values: periods.iter().map(|p| drawn(l, *p)).collect(),
        })
        .collect();
    let table = over_time_table(figures, periods, &lines, &at);
    let unit = figures.shown.question.currency.clone();
    Block::Chart {
        chart: Chart::StackedColumns {
            title: over_time_title(figures, periods, &cells),
            subtitle: format!("{}, by {} and {}", measured(figures), axis.name(), kind(periods)),
            x,
            series,
            unit,
            events: if covers_event(periods) {
                vec![(EVENT.0.to_owned(), EVENT.1.to_owned())]
            } else {
                Vec::new()
            },
        },
        table,
        note: over_time_note(figures, periods),
    }
}

/// What the records are by: `month`, `year`; `period` where they differ.
fn kind(periods: &[Reported]) -> &'static str {
    let all = |kind: PeriodKind| periods.iter().all(|p| p.kind == kind);
    [
        (PeriodKind::Month, "month"),
        (PeriodKind::Quarter, "quarter"),
        (PeriodKind::Half, "half year"),
        (PeriodKind::Year, "year"),
    ]
    .into_iter()
    .find_map(|(of, name)| all(of).then_some(name))
    .unwrap_or("period")
}

fn covers_event(periods: &[Reported]) -> bool {
    let Some(month) = Month::new(2022, 2) else {
        return false;
    };
    periods.iter().any(|p| p.start <= month && month <= p.end())
}

/// The mean of each side's periods, so that sides of different length can be told together.
fn over_time_title(
    figures: &Figures<'_>,
    periods: &[Reported],
    cells: &BTreeMap<(Reported, String), f64>,
) -> String {
    let currency = &figures.shown.question.currency;
    let mean = |side: &plimsoll_monitor::assess::Side| -> Option<String> {
        let of: Vec<Reported> = periods
            .iter()
            .copied()
            .filter(|p| p.within(&side.period) && !figures.silent(*p))
            .collect();
        let sum: f64 = cells.iter().filter(|((p, _), _)| of.contains(p)).map(|(_, v)| *v).sum();
        (!of.is_empty()).then(|| words::short_money(currency, sum / of.len() as f64))
    };
    let each = format!("a {}", kind(periods));
    let sides = &figures.shown.answer.sides;
    match (mean(&sides[0]), sides.get(1).and_then(mean)) {
        (Some(now), Some(before)) => format!(
            "On average {now} {each} in {}, against {before} in {}",
            words::period(&sides[0].period),
            words::period(&sides[1].period)
        ),
        (Some(now), None) => {
            format!("On average {now} {each} in {}", words::period(&sides[0].period))
        }
        _ => "The reported figures over time".to_owned(),
    }
}

fn over_time_note(figures: &Figures<'_>, periods: &[Reported]) -> Option<String> {
    let mut notes = Vec::new();
    if monthly(periods) {
        notes.extend(not_drawn(periods));
    }
    notes.push(format!(
        "Where a {} has no record in a {} it adds nothing to the column; the table says so.",
        figures.stacked_by().name(),
        kind(periods)
    ));
    let world: f64 = figures
        .shown
        .answer
        .sides
        .iter()
        .flat_map(|s| s.suppliers.iter().filter(|s| s.country == "W00"))
        .map(|s| s.value)
        .sum();
    if world > 0.0 {
        let value = words::short_money(&figures.shown.question.currency, world);
        notes.push(format!(
            "{value} that the reporters do not break down by partner are not drawn."
        ));
    }
    (!notes.is_empty()).then(|| notes.join(" "))
}

/// The months between the asked periods, which belong to neither.
fn not_drawn(periods: &[Reported]) -> Option<String> {
    let drawn: Vec<Month> = periods.iter().map(|p| p.start).collect();
    let (first, last) = (drawn.first()?, drawn.last()?);
    let all = Period::new(*first, *last)?;
    let between: Vec<Month> = all.months().filter(|m| !drawn.contains(m)).collect();
    match between[..] {
        [] => None,
        [one] => Some(format!("{} is in neither period and is not drawn.", words::month_year(one))),
        _ => Some(format!(
            "The {} months between the two periods are in neither and are not drawn.",
            between.len()
        )),
    }
}

fn over_time_table(
    figures: &Figures<'_>,
    periods: &[Reported],
    lines: &[Line],
    at: &dyn Fn(&Line, Reported) -> Option<f64>,
) -> Table {
    let currency = &figures.shown.question.currency;
    let mut columns = vec![Column::text(if monthly(periods) { "month" } else { "period" })];
    columns.extend(lines.iter().map(|l| Column::money(l.name.clone(), currency.clone())));
    columns.push(Column::money("all", currency.clone()));
    let row = |period: &Reported| {
        let reason = match figures.silent(*period) {
            true => "nobody whose figures are loaded reports this month",
            false => "no record in this period",
        };
        let values: Vec<Option<f64>> = lines.iter().map(|l| at(l, *period)).collect();
        let all: Option<f64> = values.iter().flatten().copied().reduce(|a, b| a + b);
        let mut row = vec![Cell::text(period.to_string())];
        row.extend(values.into_iter().chain([all]).map(|v| Cell::number_or(v, 0, reason)));
        row
    };
    Table {
        caption: measured(figures),
        columns,
        rows: periods.iter().map(row).collect(),
        footnotes: Vec::new(),
    }
}

fn changes(figures: &Figures<'_>) -> Option<Block> {
    let [now, before] = &figures.shown.answer.sides[..] else {
        return None;
    };
    if now.numerator.is_none() || before.numerator.is_none() {
        return None;
    }
    let axis = figures.compared_by();
    let (after, earlier) = (figures.by_place(now, axis), figures.by_place(before, axis));
    let places = figures.places(axis);
    let mut largest = places.clone();
    let most = |code: &String| {
        let of = |m: &ByPlace| m.get(code).copied().unwrap_or(0.0);
        of(&after).max(of(&earlier))
    };
    largest.sort_by(|a, b| most(b).total_cmp(&most(a)).then_with(|| a.cmp(b)));
    largest.truncate(CHANGES);
    let rows: Vec<ChangeRow> = largest
        .iter()
        .map(|code| ChangeRow {
            label: Figures::name(code),
            before: earlier.get(code).copied(),
            after: after.get(code).copied(),
        })
        .collect();
    let currency = figures.shown.question.currency.clone();
    let (was, is) = (words::short_period(&before.period), words::short_period(&now.period));
    let table = changes_table(&rows, &currency, axis, (&was, &is), measured(figures));
    let left = places.len() - rows.len();
    Some(Block::Chart {
        chart: Chart::BeforeAfter {
            title: changes_title(axis, &after, &earlier),
            subtitle: format!("{}, by {}", measured(figures), axis.name()),
            before_label: was,
            after_label: is,
            unit: currency,
            rows,
        },
        table,
        note: (left > 0).then(|| {
            format!(
                "The {} with the largest figures; {left} more are in the table of all.",
                axis.count(CHANGES)
            )
        }),
    })
}

fn changes_title(axis: Axis, after: &ByPlace, before: &ByPlace) -> String {
    let (mut fell, mut rose) = (Vec::new(), Vec::new());
    for (code, was) in before {
        match after.get(code) {
            Some(is) if is < was => fell.push(code),
            Some(is) if is > was => rose.push(code),
            _ => {}
        }
    }
    let all = |of: &[&String]| match of.len() {
        0..=2 => of.iter().map(|c| Figures::name(c)).collect::<Vec<_>>().join(" and "),
        n => axis.count(n),
    };
    let way = if axis == Axis::Importer { "to" } else { "from" };
    match (fell.is_empty(), rose.is_empty()) {
        (true, true) => "Before and after".to_owned(),
        (false, true) => format!("Deliveries {way} {} fell", all(&fell)),
        (true, false) => format!("Deliveries {way} {} rose", all(&rose)),
        (false, false) => {
            format!("Deliveries {way} {} fell, {way} {} rose", all(&fell), all(&rose))
        }
    }
}

fn changes_table(
    rows: &[ChangeRow],
    currency: &str,
    axis: Axis,
    names: (&str, &str),
    caption: String,
) -> Table {
    let row = |r: &ChangeRow| {
        let change = match (r.before, r.after) {
            (Some(b), Some(a)) if b > 0.0 => Cell::text(crate::present::assess_text::change(a, b)),
            _ => Cell::missing("not in both periods"),
        };
        let cell = |v: Option<f64>| Cell::number_or(v, 0, "no record in this period");
        vec![Cell::text(r.label.clone()), cell(r.before), cell(r.after), change]
    };
    Table {
        caption,
        columns: vec![
            Column::text(axis.name()),
            Column::money(names.0, currency),
            Column::money(names.1, currency),
            Column::number("change", ""),
        ],
        rows: rows.iter().map(row).collect(),
        footnotes: Vec::new(),
    }
}
