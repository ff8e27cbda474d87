//! Writes a page with every kind of block and chart to standard output:
//!
//! ```sh
//! cargo run -p plimsoll-report --example sample_page > sample.html
//! cargo run -p plimsoll-report --example sample_page -- markdown > sample.md
//! ```
//!
//! All figures are simulated.

use plimsoll_report::{
    Block, CalloutKind, Cell, ChangeRow, Chart, Cite, Column, HowStep, KeyFigure, Page, Series,
    ShareRow, SourceLine, Table, format_number, svg, to_html, to_json, to_markdown,
};
use std::io::Write;

#[path = "sample_page/findings.rs"]
mod findings;

fn main() -> std::io::Result<()> {
    let page = page();
    let text = match std::env::args().nth(1).as_deref() {
        Some("markdown") => to_markdown(&page),
        Some("json") => to_json(&page),
        Some("svg") => svg(&stacked(5)),
        _ => to_html(&page),
    };
    std::io::stdout().write_all(text.as_bytes())
}

/// One page with every drawing and every kind of block.
pub fn page() -> Page {
    let mut blocks = introduction();
    blocks.extend(over_time());
    blocks.extend(comparisons());
    blocks.extend(findings::all());
    Page {
        title: "Machine tools for Ruritania: who supplied them, before and after the controls"
            .to_owned(),
        lede: "In the fourth quarter of 2023, 69.8 % of Ruritania's machine-tool imports by value \
               came from Sylvania (bounds 66.1 to 74.0 %), up from 21.4 % two years before. Direct \
               deliveries from the reporting countries fell by four fifths; deliveries to three \
               neighbours rose, one of them more than fourfold."
            .to_owned(),
        blocks,
        sources: sources(),
        how_made: how_made(),
        cite: Cite {
            authors: vec!["Plimsoll".to_owned()],
            title: "Machine tools for Ruritania (simulated sample page)".to_owned(),
            publisher: "Plimsoll".to_owned(),
            issued: "2026-11-22".to_owned(),
            version: "0.1.0".to_owned(),
            url: "https://example.org/reports/machine-tools-ruritania".to_owned(),
        },
        generated_by: "Made by plimsoll 0.1.0 on 2026-11-22. Simulated data.".to_owned(),
    }
}

fn introduction() -> Vec<Block> {
    let key = |label: &str, value: &str, detail: &str| KeyFigure {
        label: label.to_owned(),
        value: value.to_owned(),
        detail: detail.to_owned(),
    };
    vec![
        Block::Callout {
            kind: CalloutKind::Simulated,
            text: "Every figure on this page is made up to show how a page looks.".to_owned(),
        },
        Block::KeyFigures(vec![
            key("Share supplied by Sylvania", "69.8 %", "2023Q4, by dispatch, 66.1 to 74.0 %"),
            key("Imports of machine tools", "EUR 812.4 M", "2023Q4, CIF, mirror data"),
            key("Change against 2021Q4", "+38 %", "on comparable codes only"),
            key("Coverage", "93.5 %", "of imports known from reporters"),
        ]),
        heading("What the figures say"),
        Block::Prose(
            "Sylvania became the main supplier within one year. The share is computed from what \
             the suppliers report, because Ruritania has published no imports since February \
             2022.\n\nA listing, a flag or a flow is a lead with evidence; it is no proof of a \
             breach. <b>Markup in a text</b> is shown as it is."
                .to_owned(),
        ),
        Block::List(vec![
            "Value is not quantity: prices rose as well.".to_owned(),
            "Missing is not zero: a month without data is hatched.".to_owned(),
        ]),
        Block::Callout {
            kind: CalloutKind::Warning,
            text: "Two of nine codes changed between HS 2017 and HS 2022; they are compared as a \
                   closed group."
                .to_owned(),
        },
    ]
}

fn heading(text: &str) -> Block {
    Block::Heading { level: 2, text: text.to_owned() }
}

fn months() -> Vec<String> {
    (0..36).map(|m| format!("{}-{:02}", 2021 + m / 12, m % 12 + 1)).collect()
}

const NAMES: [&str; 12] = [
    "Sylvania",
    "Bolivia (Plurinational State of)",
    "Bosnia and Herzegovina",
    "Freedonia",
    "Democratic Republic of the Congo",
    "Türkiye",
    "Saint Vincent and the Grenadines",
    "Grand Fenwick",
    "San Lorenzo",
    "Latveria",
    "Zubrowka",
    "Syldavia",
];

/// A made-up series that wanders, without a random number generator.
fn series(index: usize) -> Series {
    let size = 42.0e6 / (index as f64 * 0.8 + 1.0);
    let value = |month: usize| {
        let t = month as f64;
        let wave = 1.0 + 0.22 * (t * 0.9 + index as f64 * 1.7).sin();
        let surge = match index % 3 {
            0 if month > 13 => 1.0 + (t - 13.0) * 0.06,
            1 if month > 13 => 0.25,
            _ => 1.0,
        };
        size * wave * surge
    };
    let values = (0..36)
        .map(|month| match (index, month) {
            (_, 18 | 19) => None,
            (2, 25..=27) => None,
            (3, 14..=35) => Some(0.0),
            _ => Some(value(month)),
        })
        .collect();
    Series { name: NAMES[index].to_owned(), values }
}

fn events() -> Vec<(String, String)> {
    [
        ("2022-02-24", "24 Feb 2022: full-scale invasion"),
        ("2022-04-08", "8 Apr 2022: fifth package of measures"),
        ("2023-11", "Nov 2023: list of common high-priority goods widened"),
    ]
    .map(|(when, what)| (when.to_owned(), what.to_owned()))
    .to_vec()
}

fn stacked(count: usize) -> Chart {
    Chart::StackedColumns {
        title: match count {
            1 => "Exports of Sylvania doubled within a year".to_owned(),
            _ => format!("Sylvania took over the market of {count} suppliers"),
        },
        subtitle: "Exports of machine tools to Ruritania by supplier, by month of dispatch, FOB. \
                   Simulated data."
            .to_owned(),
        x: months(),
        series: (0..count).map(series).collect(),
        unit: "EUR".to_owned(),
        events: if count == 1 { Vec::new() } else { events() },
    }
}

fn over_time() -> Vec<Block> {
    let chart =
        |count: usize, note: Option<&str>| Block::drawn(stacked(count), note.map(str::to_owned));
    vec![
        heading("By month"),
        chart(5, Some("July and August 2022 were not published by any reporter.")),
        chart(12, None),
        chart(1, None),
        Block::drawn(
            Chart::Lines {
                title: "Unit values of the main suppliers moved apart".to_owned(),
                subtitle: "Value by net weight, EUR a kilogram. Simulated data.".to_owned(),
                x: months(),
                series: (0..6).map(unit_values).collect(),
                unit: "EUR per kg".to_owned(),
                events: events().into_iter().take(1).collect(),
            },
            None,
        ),
        Block::drawn(
            Chart::Lines {
                title: "Twelve suppliers by quarter".to_owned(),
                subtitle: "Net weight. Simulated data.".to_owned(),
                x: (0..12).map(|q| format!("{}Q{}", 2021 + q / 4, q % 4 + 1)).collect(),
                series: (0..12).map(quarterly).collect(),
                unit: "kg".to_owned(),
                events: Vec::new(),
            },
            None,
        ),
    ]
}

fn unit_values(index: usize) -> Series {
    let s = series(index);
    let values = s.values.iter().map(|v| v.map(|v| v / 1.4e6 + index as f64 * 2.0)).collect();
    Series { values, ..s }
}

fn quarterly(index: usize) -> Series {
    let s = series(index);
    let values = s.values.iter().step_by(3).map(|v| v.map(|v| v / 90.0)).collect();
    Series { values, ..s }
}

fn comparisons() -> Vec<Block> {
    vec![heading("Shares and changes"), shares(), changes(), supplier_table()]
}

fn shares() -> Block {
    let data = [
        ("Country of dispatch, all nine codes", Some(0.698), Some(0.661), Some(0.740)),
        ("Country of origin", Some(0.734), Some(0.62), Some(0.81)),
        ("Seat of the seller", Some(0.412), Some(0.20), Some(0.655)),
        ("Share of net weight instead of value, comparable codes only", Some(0.581), None, None),
        ("Brand owner", None, None, None),
        ("Quantity in pieces", None, Some(0.31), Some(0.92)),
        ("Re-exports", Some(0.0), Some(0.0), Some(0.04)),
    ];
    let rows: Vec<ShareRow> = data
        .iter()
        .map(|(label, share, low, high)| ShareRow {
            label: (*label).to_owned(),
            share: *share,
            low: *low,
            high: *high,
        })
        .collect();
    let chart = Chart::ShareWithBounds {
        title: "The share depends on the definition, but is above one fifth under each".to_owned(),
        subtitle: "Sylvania's share of Ruritania's machine-tool imports, 2023Q4. Simulated data."
            .to_owned(),
        rows,
    };
    let note = "The dot is the share, the bar reaches from the lowest to the highest value that the \
                known data allow.";
    Block::drawn(chart, Some(note.to_owned()))
}

fn changes() -> Block {
    let data = [
        ("Ruritania", Some(2068.85), Some(405.51)),
        ("Kirgizia", Some(3.02), Some(13.75)),
        ("Saint Vincent and the Grenadines", Some(0.0), Some(8.40)),
        ("Türkiye", Some(312.4), Some(498.13)),
        ("Bosnia and Herzegovina", Some(44.1), Some(44.6)),
        ("Freedonia", Some(18.2), None),
        ("Latveria", None, None),
    ];
    let rows: Vec<ChangeRow> = data
        .iter()
        .map(|(label, before, after)| ChangeRow {
            label: (*label).to_owned(),
            before: *before,
            after: *after,
        })
        .collect();
    let chart = Chart::BeforeAfter {
        title: "Exports to Ruritania fell by four fifths, those to its neighbours rose".to_owned(),
        subtitle: "EU exports of machine tools by destination. Simulated data.".to_owned(),
        before_label: "2021".to_owned(),
        after_label: "2023".to_owned(),
        unit: "EUR M".to_owned(),
        rows,
    };
    Block::drawn(chart, None)
}

fn supplier_table() -> Block {
    let row = |name: &str, value: Cell, share: Cell, note: &str| {
        vec![Cell::text(name), value, share, Cell::text(note)]
    };
    Block::Table(Table {
        caption: "Suppliers of Ruritania, 2023Q4 (simulated)".to_owned(),
        columns: vec![
            Column::text("supplier"),
            Column::money("value", "EUR"),
            Column::percent("share"),
            Column::text("remark"),
        ],
        rows: vec![
            row("Sylvania", Cell::Number(567_055_200.0, 0), Cell::Number(0.698, 1), ""),
            row("Türkiye", Cell::Number(97_488_000.0, 0), Cell::Number(0.12, 1), "re-exports"),
            row("Grand Fenwick", Cell::Number(0.0, 0), Cell::Number(0.0, 1), "reported as nil"),
            row(
                "Latveria </script><img src=x onerror=alert(1)>",
                Cell::missing("confidential"),
                Cell::missing("confidential"),
                "a hostile name, shown as it is",
            ),
            row("San Lorenzo", Cell::missing("late"), Cell::missing("late"), ""),
        ],
        footnotes: vec![format!("Total: EUR {}.", format_number(812_400_000.0, 0))],
    })
}

fn how_made() -> Vec<HowStep> {
    vec![
        HowStep {
            text: "Take the newest vintage of each reporter's exports to Ruritania.".to_owned(),
            sql: None,
        },
        HowStep {
            text: "Add up the codes of the group, products where they are present.".to_owned(),
            sql: Some(
                "SELECT exporter, SUM(value_usd) AS value_usd\nFROM trade\nWHERE importer = 'RUR' \
                 AND period >= '2023-10' AND period <= '2023-12'\n  AND hs_code IN (SELECT code \
                 FROM goods WHERE \"group\" = 'machine-tools')\nGROUP BY exporter\nORDER BY \
                 value_usd DESC"
                    .to_owned(),
            ),
        },
        HowStep {
            text: "Divide by the total; the bounds put the unknown part first on one side, then \
                   on the other."
                .to_owned(),
            sql: None,
        },
    ]
}

fn sources() -> Vec<SourceLine> {
    vec![
        SourceLine {
            publisher: "Statistical Office of Sylvania".to_owned(),
            dataset: "Exports by commodity and destination (simulated)".to_owned(),
            vintage: "2026-10".to_owned(),
            retrieved: "2026-11-20".to_owned(),
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned(),
            licence: "CC BY 4.0".to_owned(),
            url: "https://example.org/sylvania/exports.csv".to_owned(),
        },
        SourceLine {
            publisher: "Customs of Freedonia".to_owned(),
            dataset: "Monthly trade (simulated)".to_owned(),
            vintage: "2026-09".to_owned(),
            url: "javascript:alert(1)".to_owned(),
            ..SourceLine::default()
        },
    ]
}
