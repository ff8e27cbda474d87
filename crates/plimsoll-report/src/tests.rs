//! What holds for every page, whatever is on it.

use crate::{
    Block, CalloutKind, Cell, ChangeRow, Chart, Cite, Column, HowStep, KeyFigure, Page, Series,
    ShareRow, SourceLine, SvgSize, Table, svg, svg_sized, to_html, to_html_fragment, to_json,
    to_markdown,
};

const HOSTILE: &str =
    "</script></style></title><img src=x onerror=alert(1)>\"'`${1}|[a](b)\u{202e}";

fn hostile() -> String {
    HOSTILE.to_owned()
}

fn months(count: u32) -> Vec<String> {
    (0..count).map(|m| format!("{}-{:02}", 2021 + m / 12, m % 12 + 1)).collect()
}

fn series(name: &str, values: &[Option<f64>]) -> Series {
    Series { name: name.to_owned(), values: values.to_vec() }
}

fn stacked(series: Vec<Series>, periods: u32) -> Chart {
    Chart::StackedColumns {
        title: format!("Stacked {}", hostile()),
        subtitle: hostile(),
        x: months(periods),
        series,
        unit: "EUR".to_owned(),
        events: vec![
            ("2021-02-24".to_owned(), hostile()),
            ("1999-01-01".to_owned(), "long ago".to_owned()),
        ],
    }
}

fn charts() -> Vec<Chart> {
    let many = (0..12).map(|i| series(&format!("s{i}"), &[Some(1e6), None, Some(3e6)])).collect();
    let change = |before, after| ChangeRow { label: hostile(), before, after };
    let share = |share, low, high| ShareRow { label: hostile(), share, low, high };
    let lines = Chart::Lines {
        title: "Lines".to_owned(),
        subtitle: String::new(),
        x: vec!["2021Q1".to_owned(), hostile()],
        series: vec![series(HOSTILE, &[Some(-1.0), Some(f64::NAN)])],
        unit: hostile(),
        events: Vec::new(),
    };
    vec![
        stacked(many, 3),
        stacked(vec![series(HOSTILE, &[None, Some(0.0)])], 2),
        stacked(Vec::new(), 0),
        lines,
        Chart::ShareWithBounds {
            title: "Shares".to_owned(),
            subtitle: String::new(),
            rows: vec![share(Some(0.4), Some(0.1), None), share(None, None, Some(f64::INFINITY))],
        },
        Chart::BeforeAfter {
            title: "Change".to_owned(),
            subtitle: String::new(),
            before_label: hostile(),
            after_label: "2023".to_owned(),
            unit: "EUR M".to_owned(),
            rows: vec![
                change(Some(2068.85), Some(405.51)),
                change(Some(3.02), Some(13.75)),
                change(Some(0.0), None),
                change(None, None),
            ],
        },
        graph(60),
        graph(0),
    ]
}

/// A maker of many parts of one weapon, and a tie to a node that is not there.
fn graph(parts: usize) -> Chart {
    let node = |label: &str, column| crate::GraphNode {
        label: label.to_owned(),
        column,
        group: if column == 1 { HOSTILE.to_owned() } else { String::new() },
    };
    let mut nodes = vec![node(HOSTILE, 0), node("Kite-7", 9)];
    let mut links = vec![crate::GraphLink { from: 0, to: 999, weight: 0 }];
    for part in 0..parts {
        nodes.push(node(&format!("part {part}"), 1));
        links.push(crate::GraphLink { from: 0, to: part + 2, weight: 1 });
        links.push(crate::GraphLink { from: part + 2, to: 1, weight: part as u32 });
    }
    if parts == 0 {
        nodes.clear();
    }
    let columns = ["makers", "parts", HOSTILE].map(str::to_owned).to_vec();
    let (title, subtitle) = ("Graph".to_owned(), hostile());
    Chart::Graph { title, subtitle, columns, nodes, links }
}

#[test]
fn a_graph_folds_and_says_how_many() {
    let drawn = svg(&graph(60));
    assert!(drawn.contains("22 more, see the table"), "{drawn}");
    assert!(drawn.contains("part 59") && !drawn.contains(">part 0<"));
    assert!(drawn.contains("62") || drawn.contains("22 of them are folded"), "{drawn}");
    assert!(svg(&graph(0)).contains("no data"));
}

fn table() -> Table {
    Table {
        caption: hostile(),
        columns: vec![Column::text(HOSTILE), Column::number("n", HOSTILE)],
        rows: vec![
            vec![Cell::text(HOSTILE), Cell::missing(HOSTILE)],
            vec![Cell::text("short row")],
        ],
        footnotes: vec![hostile()],
    }
}

fn page() -> Page {
    let mut blocks = vec![
        Block::Heading { level: 9, text: hostile() },
        Block::Prose(hostile()),
        Block::List(vec![hostile()]),
        Block::Callout { kind: CalloutKind::Simulated, text: hostile() },
        Block::Table(table()),
        Block::KeyFigures(vec![KeyFigure {
            label: hostile(),
            value: hostile(),
            detail: hostile(),
        }]),
    ];
    let chart = |chart| Block::Chart { chart, table: table(), note: Some(hostile()) };
    blocks.extend(charts().into_iter().map(chart));
    Page {
        title: hostile(),
        lede: hostile(),
        blocks,
        sources: vec![SourceLine {
            publisher: hostile(),
            dataset: hostile(),
            sha256: hostile(),
            url: "https://example.org/?a=\"><script>".to_owned(),
            ..SourceLine::default()
        }],
        how_made: vec![HowStep { text: hostile(), sql: Some(format!("SELECT '{HOSTILE}'")) }],
        cite: Cite { authors: vec![hostile()], title: hostile(), ..Cite::default() },
        generated_by: hostile(),
    }
}

#[test]
fn hostile_text_is_inert() {
    let html = to_html(&page());
    for bad in ["<img", "<script", "</script", "onerror=alert(1)>", "\u{202e}", "javascript:"] {
        assert!(!html.contains(bad), "{bad} is in the page");
    }
    assert_eq!(html.matches("</style>").count(), 1);
    assert_eq!(html.matches("</title>").count(), html.matches("<title").count());
    let markdown = to_markdown(&page());
    let outside_code: String = markdown
        .split("```")
        .step_by(2)
        .flat_map(str::lines)
        .filter(|line| !line.trim_start().starts_with("- SHA-256: `"))
        .collect();
    assert!(!outside_code.contains("<img"), "{outside_code}");
}

#[test]
fn nothing_is_asked_from_outside() {
    let html = to_html(&page());
    let mut rest = html.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
    rest = rest.replace("href=\"data:,\"", "");
    for bad in ["src=\"", "@import", "<link rel=\"stylesheet", "<iframe", "url(http", "@font-face"]
    {
        assert!(!rest.contains(bad), "{bad} is in the page");
    }
    let links = rest.matches("href=\"").count();
    assert_eq!(links, rest.matches("<a href=\"https://").count());
    assert!(html.contains("default-src &#39;none&#39;"));
}

#[test]
fn same_page_same_bytes() {
    assert_eq!(to_html(&page()), to_html(&page()));
    assert_eq!(to_markdown(&page()), to_markdown(&page()));
    assert_eq!(to_json(&page()), to_json(&page()));
}

#[test]
fn every_chart_has_a_title_a_description_and_its_table() {
    for chart in charts() {
        let alone = svg(&chart);
        assert!(alone.contains("role=\"img\" aria-labelledby=\"chart-title chart-desc\""));
        assert!(alone.contains("<title id=\"chart-title\">"));
        assert!(alone.contains("<desc id=\"chart-desc\">"));
        let block = Block::Chart { chart, table: table(), note: None };
        let html = to_html_fragment(&Page { blocks: vec![block], ..Page::default() });
        assert_eq!(html.matches("<svg ").count(), 2);
        assert_eq!(html.matches("<table>").count(), 1);
    }
}

#[test]
fn ids_are_unique() {
    let html = to_html(&page());
    let mut ids: Vec<&str> =
        html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(all, ids.len());
}

#[test]
fn drawings_hold_no_broken_numbers() {
    for chart in charts() {
        for size in [SvgSize::Wide, SvgSize::Narrow] {
            let text = svg_sized(&chart, size);
            assert!(!text.contains("NaN") && !text.contains("\"inf"), "{text}");
            assert!(!text.contains("=\"-0\""), "{text}");
        }
    }
}

#[test]
fn a_gap_is_hatched_and_a_zero_is_not() {
    let gap = svg(&stacked(vec![series("A", &[Some(1.0), None])], 2));
    assert!(gap.contains("Feb 2021: no data"), "{gap}");
    let zero = svg(&stacked(vec![series("A", &[Some(1.0), Some(0.0)])], 2));
    assert!(!zero.contains("no data"), "{zero}");
    assert!(zero.contains("Feb 2021\nA: EUR 0<"), "{zero}");
    let bars = |svg: &str| svg.split("pl-part").next().unwrap().matches('z').count();
    assert_eq!(bars(zero.rsplit("<path d=").find(|p| p.contains("pl-c0")).unwrap()), 1);
}

#[test]
fn more_than_seven_series_become_others() {
    let text = svg(&charts()[0]);
    assert!(text.contains("Others (5)"), "{text}");
    assert!(!text.contains("-s8)"), "{text}");
}

#[test]
fn both_ends_of_a_hundredfold_comparison_can_be_read() {
    let text = svg(&charts()[5]);
    for figure in ["2,068.85", "405.51", "−80 %", "3.02", "13.75", "+355 %", "logarithmic axis"] {
        assert!(text.contains(figure), "{figure} is not in the chart");
    }
}

#[test]
fn an_empty_page_is_a_page() {
    let html = to_html(&Page::default());
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    assert!(!html.contains("Sources") && !html.contains("Cite this"));
    assert_eq!(to_markdown(&Page::default()), "#\n");
}
