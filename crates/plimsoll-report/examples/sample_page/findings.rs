//! The drawings of findings and claims on the sample page. All figures are simulated.

use super::{events, heading, months};
use plimsoll_report::{
    Baseline, Block, Cell, Chart, Column, Diversion, FlowLink, MirrorPairs, MirrorRow, SharePoint,
    ShareSeries, SharesOverTime, Surge, Table, UnitValueRow, UnitValues, Verdict,
};

/// Every drawing of a finding, and the table of claims.
pub fn all() -> Vec<Block> {
    let note = |text: &str| Some(text.to_owned());
    vec![
        heading("Findings"),
        Block::drawn(
            shares(),
            note(
                "The band reaches from the lowest to the highest share that the known data allow.",
            ),
        ),
        Block::drawn(surge(), note("The band is the middle half of the months of the baseline.")),
        Block::drawn(
            mirror(),
            note("A ratio above 1 may be freight and insurance; a large one is a lead."),
        ),
        Block::drawn(
            diversion(),
            note(
                "What a hub gained is not known to have been passed on: each figure on the right is a most.",
            ),
        ),
        Block::drawn(unit_values(), None),
        heading("Claims"),
        Block::Table(claims()),
    ]
}

fn wave(at: usize, size: f64) -> f64 {
    let t = at as f64;
    size * (1.0 + 0.16 * (t * 1.1).sin() + 0.07 * (t * 2.3).cos())
}

fn shares() -> Chart {
    let point = |at: usize, from: f64, to: f64, doubt: f64| {
        let share = wave(at, from + (to - from) / (1.0 + (-(at as f64 - 16.0) / 3.0).exp()));
        let known = at != 19 && at != 20;
        SharePoint {
            share: known.then_some(share),
            low: known.then_some((share - doubt * (0.3 + at as f64 / 40.0)).max(0.0)),
            high: known.then_some((share + doubt * (0.5 + at as f64 / 30.0)).min(1.0)),
        }
    };
    let line = |name: &str, from: f64, to: f64, doubt: f64| ShareSeries {
        name: name.to_owned(),
        points: (0..36).map(|at| point(at, from, to, doubt)).collect(),
    };
    Chart::SharesOverTime(SharesOverTime {
        title: "Sylvania's share rose from a fifth to more than half".to_owned(),
        subtitle: "Share of Ruritania's machine-tool imports by value, with bounds, by month. Simulated data."
            .to_owned(),
        x: months(),
        series: vec![
            line("Sylvania", 0.2, 0.58, 0.07),
            line("Bolivia (Plurinational State of)", 0.33, 0.1, 0.04),
        ],
        events: events().into_iter().take(2).collect(),
    })
}

fn surge() -> Chart {
    let value = |at: usize| match at {
        9 | 10 => None,
        0..=16 => Some(wave(at, 2.4e6)),
        _ => Some(wave(at, 2.4e6 + (at as f64 - 16.0).min(9.0) * 1.3e6)),
    };
    Chart::Surge(Box::new(Surge {
        title: "Exports to San Lorenzo left their baseline in June 2022".to_owned(),
        subtitle:
            "Exports of machine tools from Sylvania to San Lorenzo, FOB, by month. Simulated data."
                .to_owned(),
        x: months(),
        name: "Sylvania to San Lorenzo".to_owned(),
        values: (0..36).map(value).collect(),
        unit: "EUR".to_owned(),
        baseline: Some(Baseline {
            from: "2021-01".to_owned(),
            to: "2022-02".to_owned(),
            usual: 2.41e6,
            low: Some(2.05e6),
            high: Some(2.78e6),
        }),
        window: Some(("2022-03".to_owned(), "2022-12".to_owned())),
        onset: Some(("2022-06".to_owned(), "rise begins".to_owned())),
        events: Vec::new(),
    }))
}

fn mirror() -> Chart {
    let row = |label: &str, exporter: Option<f64>, importer: Option<f64>| MirrorRow {
        label: label.to_owned(),
        exporter,
        importer,
    };
    Chart::MirrorPairs(MirrorPairs {
        title: "Importers report up to nine times what exporters report".to_owned(),
        subtitle: "The same trade in both reports, 2022, goods 845710. Simulated data.".to_owned(),
        unit: "EUR".to_owned(),
        rows: vec![
            row("Sylvania to San Lorenzo", Some(4.1e6), Some(37.6e6)),
            row("Freedonia to San Lorenzo", Some(12.9e6), Some(14.2e6)),
            row(
                "Bosnia and Herzegovina to Saint Vincent and the Grenadines",
                Some(0.31e6),
                Some(0.12e6),
            ),
            row("Latveria to Grand Fenwick", None, Some(2.2e6)),
            row("Syldavia to Grand Fenwick", Some(0.9e6), None),
            row("Zubrowka to Grand Fenwick", Some(0.0), Some(0.45e6)),
        ],
    })
}

fn diversion() -> Chart {
    let link = |onward: bool, from: &str, to: &str, figures: Option<[f64; 3]>| FlowLink {
        onward,
        from: from.to_owned(),
        to: to.to_owned(),
        value: figures.map(|f| f[0]),
        low: figures.map(|f| f[1]),
        high: figures.map(|f| f[2]),
    };
    Chart::Diversion(Diversion {
        title: "Three neighbours gained at most a fifth of what Ruritania lost".to_owned(),
        subtitle: "Additional exports of listed goods, March to December 2022 against the baseline, with 95 % intervals. Simulated data."
            .to_owned(),
        stages: ["additional exports to the hub".to_owned(), "at most passed on".to_owned()],
        unit: "EUR".to_owned(),
        links: vec![
            link(false, "Sylvania", "San Lorenzo", Some([28.4e6, 21.0e6, 35.9e6])),
            link(false, "Sylvania", "Grand Fenwick", Some([6.2e6, 2.9e6, 9.4e6])),
            link(false, "Bolivia (Plurinational State of)", "San Lorenzo", Some([9.7e6, 5.5e6, 14.1e6])),
            link(false, "Freedonia", "Saint Vincent and the Grenadines", Some([3.3e6, 0.4e6, 6.6e6])),
            link(false, "Türkiye", "Grand Fenwick", None),
            link(true, "San Lorenzo", "Ruritania", Some([24.9e6, 0.0, 35.0e6])),
            link(true, "Grand Fenwick", "Ruritania", Some([4.0e6, 0.0, 9.0e6])),
            link(true, "Saint Vincent and the Grenadines", "Ruritania", Some([0.8e6, 0.0, 6.1e6])),
        ],
    })
}

fn unit_values() -> Chart {
    let prices = |middle: f64, count: usize| -> Vec<f64> {
        (0..count)
            .map(|i| middle * (1.7 * (i as f64 * 0.77).sin() * (i as f64 * 0.13).cos()).exp2())
            .collect()
    };
    let row = |label: &str, middle: f64, count: usize, flagged: &[(f64, &str)]| UnitValueRow {
        label: label.to_owned(),
        values: prices(middle, count),
        quartiles: Some([middle * 0.66, middle, middle * 1.5]),
        flagged: flagged.iter().map(|(v, w)| (*v, (*w).to_owned())).collect(),
    };
    Chart::UnitValues(UnitValues {
        title: "Two prices of Sylvania lie far below all others".to_owned(),
        subtitle: "Value by net weight, exports of 845710 by partner and month. Simulated data."
            .to_owned(),
        unit: "EUR per kg".to_owned(),
        rows: vec![
            row(
                "Sylvania",
                42.0,
                400,
                &[(1.9, "to San Lorenzo, Jun 2022"), (2.4, "to Grand Fenwick, Jul 2022")],
            ),
            row("Freedonia", 55.0, 120, &[]),
            row("Saint Vincent and the Grenadines", 18.0, 24, &[(310.0, "to Ruritania, Sep 2022")]),
            UnitValueRow { label: "Latveria".to_owned(), ..UnitValueRow::default() },
        ],
    })
}

fn claims() -> Table {
    let row = |claim: &str, by: &str, verdict: Verdict, low: Option<f64>, high: Option<f64>| {
        let bound = |v| Cell::number_or(v, 1, "no public data on this basis");
        vec![Cell::text(claim), Cell::text(by), Cell::verdict(verdict), bound(low), bound(high)]
    };
    Table {
        caption: "What was published, and what the data say (simulated)".to_owned(),
        columns: vec![
            Column::text("claim"),
            Column::text("published by"),
            Column::text("verdict"),
            Column::percent("lowest computed"),
            Column::percent("highest computed"),
        ],
        rows: vec![
            row(
                "Nearly 70 % of machine tools came from Sylvania in 2023Q4",
                "Ministry of Ruritania",
                Verdict::Supported,
                Some(0.661),
                Some(0.74),
            ),
            row(
                "Imports stopped in March 2022",
                "Daily Telegraph of Zubrowka",
                Verdict::Contradicted,
                Some(0.21),
                Some(0.36),
            ),
            row(
                "Half of the goods came through San Lorenzo",
                "Institute of Syldavia",
                Verdict::Depends,
                Some(0.18),
                Some(0.61),
            ),
            row(
                "EUR 900 million in all, EUR 950 million of it from Sylvania",
                "Evening Post",
                Verdict::Inconsistent,
                None,
                None,
            ),
            row(
                "Most machines were used for civil purposes",
                "Chamber of Commerce",
                Verdict::CannotTell,
                None,
                None,
            ),
        ],
        footnotes: Vec::new(),
    }
}
