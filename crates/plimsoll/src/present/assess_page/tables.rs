//! The tables of a page: suppliers and destinations, codes, what was left out, what stands for
//! what, other definitions.

use super::figures::{Axis, Figures};
use super::{heading, words};
use crate::present::assess_json::codes_in_state;
use crate::present::assess_text::change;
use plimsoll_monitor::assess::{Side, Supplier};
use plimsoll_monitor::concepts::{Concept, State};
use plimsoll_report::{Block, Cell, Column, Table};
use plimsoll_terms::goods;

const NO_RECORD: &str = "no record in this period";
const NO_WEIGHT: &str = "not every record has a weight";

/// All tables that the answer has rows for.
pub fn all(figures: &Figures<'_>) -> Vec<Block> {
    let answer = figures.shown.answer;
    let mut blocks = Vec::new();
    if !figures.is_empty() {
        blocks.push(heading("All figures"));
        if figures.several_importers() {
            blocks.push(Block::Table(importers(figures)));
        }
        if !(figures.several_importers() && figures.one_supplier()) {
            blocks.push(Block::Table(suppliers(figures)));
        }
        if weighed(figures) {
            blocks.push(Block::Table(weights(figures)));
        }
        blocks.push(heading("By code"));
        blocks.push(Block::Table(codes(figures)));
    }
    if !answer.left_out.is_empty() {
        blocks.push(heading("In the data and not counted"));
        blocks.push(Block::Table(left_out(figures)));
    }
    let without = without_data(figures);
    if let Some(table) = without {
        blocks.push(heading("Listed codes without data"));
        blocks.push(Block::Prose(
            "The sources that answer hold no record of these codes. This says nothing about trade in them.".to_owned(),
        ));
        blocks.push(Block::Table(table));
    }
    if let Some(table) = comparable(figures) {
        blocks.push(heading("Which codes stand for which"));
        blocks.push(Block::Table(table));
    }
    if !figures.shown.variants.is_empty() {
        blocks.push(heading("The same under other definitions"));
        blocks.push(Block::Table(variants(figures)));
    }
    blocks
}

fn periods(figures: &Figures<'_>) -> Vec<String> {
    figures.shown.answer.sides.iter().map(|s| words::short_period(&s.period)).collect()
}

fn change_cell(now: Option<f64>, before: Option<f64>) -> Cell {
    match (now, before) {
        (Some(a), Some(b)) if b > 0.0 => Cell::text(change(a, b)),
        _ => Cell::missing("not in both periods"),
    }
}

/// Money of each side and the change, as the last columns of a table.
fn money_columns(figures: &Figures<'_>) -> Vec<Column> {
    let currency = &figures.shown.question.currency;
    // As time goes: before, then after.
    let mut columns: Vec<Column> =
        periods(figures).into_iter().rev().map(|p| Column::money(p, currency.clone())).collect();
    if columns.len() > 1 {
        columns.push(Column::number("change", ""));
    }
    columns
}

fn money_cells(values: &[Option<f64>]) -> Vec<Cell> {
    let mut cells: Vec<Cell> =
        values.iter().rev().map(|v| Cell::number_or(*v, 0, NO_RECORD)).collect();
    if let [now, before] = values {
        cells.push(change_cell(*now, *before));
    }
    cells
}

fn importers(figures: &Figures<'_>) -> Table {
    let sides = &figures.shown.answer.sides;
    let sums: Vec<_> = sides.iter().map(|s| figures.by_place(s, Axis::Importer)).collect();
    let mut columns = vec![Column::text("destination")];
    columns.extend(money_columns(figures));
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    for code in figures.places(Axis::Importer) {
        let mut row = vec![Cell::text(Figures::name(&code))];
        row.extend(money_cells(&sums.iter().map(|s| s.get(&code).copied()).collect::<Vec<_>>()));
        rows.push(row);
    }
    let mut all = vec![Cell::text("All")];
    all.extend(money_cells(&sides.iter().map(|s| s.numerator).collect::<Vec<_>>()));
    rows.push(all);
    Table {
        caption: "By destination, the largest first".to_owned(),
        columns,
        rows,
        footnotes: Vec::new(),
    }
}

fn suppliers(figures: &Figures<'_>) -> Table {
    let sides = &figures.shown.answer.sides;
    let mut columns = vec![Column::text("supplier")];
    columns.extend(money_columns(figures));
    columns.extend([
        Column::percent("share"),
        Column::percent("at least"),
        Column::percent("at most"),
    ]);
    if sides.len() > 1 {
        columns.push(Column::percent("share before"));
    }
    let find =
        |side: &Side, country: &str| side.suppliers.iter().find(|s| s.country == country).cloned();
    let mut order: Vec<String> = Vec::new();
    for supplier in sides.iter().flat_map(|s| &s.suppliers) {
        if !order.contains(&supplier.country) {
            order.push(supplier.country.clone());
        }
    }
    let rows = order.iter().map(|country| {
        let found: Vec<Option<Supplier>> = sides.iter().map(|s| find(s, country)).collect();
        let now = found.first().cloned().flatten();
        let figure = |get: fn(&Supplier) -> f64| now.as_ref().map(get);
        let mut row = vec![Cell::text(plimsoll_monitor::assess::place_name(country))];
        row.extend(money_cells(
            &found.iter().map(|s| s.as_ref().map(|s| s.value)).collect::<Vec<_>>(),
        ));
        row.extend(
            [figure(|s| s.share), figure(|s| s.share_low), figure(|s| s.share_high)]
                .map(|v| Cell::number_or(v, 1, NO_RECORD)),
        );
        if let Some(before) = found.get(1) {
            row.push(Cell::number_or(before.as_ref().map(|s| s.share), 1, NO_RECORD));
        }
        row
    });
    let rows = rows.collect();
    let caption = "All suppliers in the data, the largest first; at least and at most are the bounds of the share".to_owned();
    let footnotes = match weighed(figures) {
        true => Vec::new(),
        false => vec!["No supplier's records all have a weight, so none is shown.".to_owned()],
    };
    Table { caption, columns, rows, footnotes }
}

fn weighed(figures: &Figures<'_>) -> bool {
    let side = &figures.shown.answer.sides[0];
    side.suppliers.iter().any(|s| s.net_weight_kg.is_some())
}

/// Weights and what a kilogram costs, in the period asked about.
fn weights(figures: &Figures<'_>) -> Table {
    let side = &figures.shown.answer.sides[0];
    let currency = &figures.shown.question.currency;
    let row = |s: &Supplier| {
        vec![
            Cell::text(s.name.clone()),
            Cell::number_or(s.net_weight_kg, 0, NO_WEIGHT),
            Cell::number_or(s.unit_value, 2, NO_WEIGHT),
        ]
    };
    Table {
        caption: format!("Weights, {}", words::period(&side.period)),
        columns: vec![
            Column::text("supplier"),
            Column::number("net weight", "kg"),
            Column::money("value by kg", currency.clone()),
        ],
        rows: side.suppliers.iter().map(row).collect(),
        footnotes: Vec::new(),
    }
}

/// Our own few words for a concept: its own label, or those of its codes.
fn label(concept: &Concept) -> Cell {
    let own: Vec<&str> = concept.listed.iter().filter_map(|c| goods::own_label(*c)).collect();
    match (&concept.label, own.is_empty()) {
        (Some(label), _) if concept.listed.len() == 1 => Cell::text(label.clone()),
        (_, false) => Cell::text(own.join("; ")),
        (Some(label), true) => Cell::text(label.clone()),
        (None, true) => Cell::missing("the program has no words of its own for this code"),
    }
}

fn tier(concept: &Concept) -> Cell {
    concept
        .tier
        .as_ref()
        .map_or_else(|| Cell::missing("the list has no tiers"), |t| Cell::text(t.clone()))
}

fn codes(figures: &Figures<'_>) -> Table {
    let answer = figures.shown.answer;
    let sums: Vec<_> = answer.sides.iter().map(|s| figures.by_concept(s)).collect();
    let mut columns = vec![Column::text("code"), Column::text("what it is"), Column::text("tier")];
    columns.extend(money_columns(figures));
    columns.push(Column::percent("share of the sum"));
    let mut used: Vec<(usize, &Concept)> =
        answer.concepts.iter().enumerate().filter(|(_, c)| c.state == State::Used).collect();
    let now = |i: usize| sums.first().and_then(|s| s.get(&i)).copied();
    used.sort_by(|(a, x), (b, y)| {
        now(*b)
            .unwrap_or(0.0)
            .total_cmp(&now(*a).unwrap_or(0.0))
            .then_with(|| x.name().cmp(&y.name()))
    });
    let total = answer.sides[0].numerator.filter(|t| *t > 0.0);
    let rows = used.into_iter().map(|(i, concept)| {
        let mut row = vec![Cell::text(concept.name()), label(concept), tier(concept)];
        row.extend(money_cells(&sums.iter().map(|s| s.get(&i).copied()).collect::<Vec<_>>()));
        row.push(Cell::number_or(now(i).zip(total).map(|(v, t)| v / t), 1, NO_RECORD));
        row
    });
    let rows = rows.collect();
    let of = figures
        .shown
        .question
        .exporter
        .as_ref()
        .map(|e| format!(" from {}", e.label))
        .unwrap_or_default();
    Table {
        caption: format!("The counted codes{of}, the largest first"),
        columns,
        rows,
        footnotes: vec![
            "What it is: the program's own few words, not the text of the nomenclature.".to_owned(),
        ],
    }
}

fn left_out(figures: &Figures<'_>) -> Table {
    let answer = figures.shown.answer;
    let currency = &figures.shown.question.currency;
    let mut columns = vec![Column::text("code"), Column::text("what it is")];
    columns.extend(periods(figures).into_iter().rev().map(|p| Column::money(p, currency.clone())));
    columns.push(Column::text("why it is not counted"));
    let rows = answer
        .left_out
        .iter()
        .map(|left| {
            let concept = &answer.concepts[left.concept];
            let mut row = vec![Cell::text(concept.name()), label(concept)];
            row.extend(
                left.values
                    .iter()
                    .rev()
                    .map(|v| Cell::number_or(*v, 0, "no figure of it in this period")),
            );
            row.push(Cell::text(left.reason.clone()));
            row
        })
        .collect();
    let caption =
        "Left out of every sum on this page, since counting it would compare unlike goods"
            .to_owned();
    Table { caption, columns, rows, footnotes: Vec::new() }
}

fn without_data(figures: &Figures<'_>) -> Option<Table> {
    let answer = figures.shown.answer;
    let without = codes_in_state(answer, |s| *s == State::NoData);
    let rows: Vec<Vec<Cell>> = answer
        .concepts
        .iter()
        .filter(|c| c.state == State::NoData)
        .map(|c| vec![Cell::text(c.name()), label(c), tier(c)])
        .collect();
    let all = figures.shown.question.goods.codes.len();
    (!rows.is_empty()).then(|| Table {
        caption: format!("{} of {all} listed codes are not in the data", without.len()),
        columns: vec![Column::text("code"), Column::text("what it is"), Column::text("tier")],
        rows,
        footnotes: Vec::new(),
    })
}

/// Concepts that are counted by other codes than the listed one.
fn comparable(figures: &Figures<'_>) -> Option<Table> {
    if figures.shown.question.as_reported {
        return None;
    }
    let used = figures.shown.answer.concepts.iter().filter(|c| c.state == State::Used);
    let rows: Vec<Vec<Cell>> = used
        .filter(|c| {
            c.note.is_some() || !c.codes.values().all(|codes| codes.iter().eq(c.listed.iter()))
        })
        .map(|concept| {
            let codes: Vec<String> = concept
                .codes
                .iter()
                .map(|(revision, codes)| {
                    let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
                    format!("{}: {}", revision.name(), codes.join(", "))
                })
                .collect();
            let note = concept.note.clone().unwrap_or_else(|| "renumbered".to_owned());
            vec![Cell::text(concept.name()), Cell::text(codes.join("; ")), Cell::text(note)]
        })
        .collect();
    (!rows.is_empty()).then(|| Table {
        caption: "Codes that changed between revisions of the Harmonized System: what is counted for them".to_owned(),
        columns: vec![Column::text("listed code"), Column::text("counted codes"), Column::text("remark")],
        rows,
        footnotes: Vec::new(),
    })
}

fn variants(figures: &Figures<'_>) -> Table {
    let currency = &figures.shown.question.currency;
    let compared = figures.shown.answer.sides.len() > 1;
    let mut columns = vec![
        Column::text("definition"),
        Column::number("codes", ""),
        Column::number("counted", ""),
        Column::money("value", currency.clone()),
        Column::money("of", currency.clone()),
        Column::percent("share"),
        Column::percent("at least"),
        Column::percent("at most"),
    ];
    if compared {
        columns.push(Column::money("value before", currency.clone()));
    }
    let rows = figures.shown.variants.iter().map(|v| {
        let side = &v.answer.sides[0];
        let why = side.cannot_tell.clone().unwrap_or_else(|| NO_RECORD.to_owned());
        let used = v.answer.concepts.iter().filter(|c| c.state == State::Used).count();
        let bound = |i: usize| Cell::number_or(side.share.map(|s| s[i]), 1, &why);
        let mut row = vec![
            Cell::text(v.name.clone()),
            Cell::Number(v.question.goods.codes.len() as f64, 0),
            Cell::Number(used as f64, 0),
            Cell::number_or(side.numerator, 0, &why),
            Cell::number_or(side.denominator, 0, &why),
            bound(0),
            bound(1),
            bound(2),
        ];
        if compared {
            row.push(Cell::number_or(
                v.answer.sides.get(1).and_then(|s| s.numerator),
                0,
                NO_RECORD,
            ));
        }
        row
    });
    let rows = rows.collect();
    Table {
        caption: "The same question under other admissible definitions".to_owned(),
        columns,
        rows,
        footnotes: Vec::new(),
    }
}
