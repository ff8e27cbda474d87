//! What holds for every page, whatever is on it.

use crate::{
    Block, CalloutKind, Cell, ChangeRow, Chart, Cite, Column, Diversion, FlowLink, HowStep,
    KeyFigure, MirrorPairs, MirrorRow, Page, Series, ShareRow, SharesOverTime, SourceLine, Surge,
    SvgSize, Table, UnitValueRow, UnitValues, Verdict, svg, svg_sized, to_html, to_html_fragment,
    to_json, to_markdown,
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

/// The drawings of findings, with hostile names and odd figures.
fn findings() -> Vec<Chart> {
    let half = crate::SharePoint { share: Some(0.5), low: Some(0.7), high: Some(0.4) };
    vec![
        Chart::SharesOverTime(SharesOverTime {
            title: hostile(),
            x: months(2),
            series: vec![crate::ShareSeries { name: hostile(), points: vec![half, half] }],
            ..SharesOverTime::default()
        }),
        Chart::Surge(Box::new(Surge {
            title: hostile(),
            x: months(2),
            name: hostile(),
            values: vec![Some(-1.0), Some(f64::NAN)],
            unit: hostile(),
            onset: Some((hostile(), hostile())),
            window: Some((hostile(), hostile())),
            ..Surge::default()
        })),
        Chart::MirrorPairs(MirrorPairs {
            title: hostile(),
            unit: hostile(),
            rows: vec![MirrorRow { label: hostile(), exporter: Some(-1.0), importer: Some(1e300) }],
            ..MirrorPairs::default()
        }),
        Chart::Diversion(Diversion {
            title: hostile(),
            stages: [hostile(), hostile()],
            unit: hostile(),
            links: vec![FlowLink {
                from: hostile(),
                to: hostile(),
                value: Some(1.0),
                ..FlowLink::default()
            }],
            ..Diversion::default()
        }),
        Chart::UnitValues(UnitValues {
            title: hostile(),
            unit: hostile(),
            rows: vec![UnitValueRow {
                label: hostile(),
                values: vec![1.0, f64::INFINITY],
                quartiles: Some([1.0, f64::NAN, -1.0]),
                flagged: vec![(1.0, hostile())],
            }],
            ..UnitValues::default()
        }),
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
    assert!(drawn.contains("22 of them are folded"), "{drawn}");
    assert!(svg(&graph(0)).contains("No data."));
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
    blocks.extend(charts().into_iter().chain(findings()).map(chart));
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
    let outside = rest.matches("<a href=\"https://").count();
    assert_eq!(links, outside + rest.matches("href=\"#").count());
    assert_eq!(outside, 1);
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
    for chart in charts().into_iter().chain(findings()) {
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
    for chart in charts().into_iter().chain(findings()) {
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

#[path = "../examples/sample_page.rs"]
#[allow(dead_code)]
mod sample_page;

/// Every drawing of the sample page with its table.
fn gallery() -> Vec<(Chart, Table)> {
    let drawing = |block| match block {
        Block::Chart { chart, table, .. } => Some((chart, table)),
        _ => None,
    };
    sample_page::page().blocks.into_iter().filter_map(drawing).collect()
}

/// One text of a drawing: its class, its words, and its box (left, top, right, bottom).
struct Label {
    class: String,
    words: String,
    area: [f64; 4],
}

fn labels(svg: &str) -> Vec<Label> {
    let attribute = |tag: &str, name: &str| {
        let from = tag.find(&format!("{name}=\""))? + name.len() + 2;
        tag[from..].split('"').next().map(str::to_owned)
    };
    let number = |tag: &str, name: &str| attribute(tag, name).unwrap().parse::<f64>().unwrap();
    let label = |text: &str| {
        let (tag, rest) = text.split_once('>').unwrap();
        let words =
            rest.split("</text>").next().unwrap().replace("&amp;", "&").replace("&#39;", "'");
        let class = attribute(tag, "class").unwrap();
        let size = match class.split(' ').next().unwrap() {
            "pl-title" => 18.0,
            "pl-sub" => 14.0,
            "pl-t" | "pl-b" => 13.0,
            _ => 12.0,
        };
        // The measure used here is on the wide side; a drawing may rely on a little less.
        let wide = crate::chart::text_width(&words, size) * 0.94;
        let (x, y) = (number(tag, " x"), number(tag, " y"));
        let left = match attribute(tag, "text-anchor").as_deref() {
            Some("middle") => x - wide / 2.0,
            Some("end") => x - wide,
            _ => x,
        };
        Label { class, words, area: [left, y - size * 0.72, left + wide, y + size * 0.12] }
    };
    svg.split("<text").skip(1).map(label).collect()
}

#[test]
fn labels_do_not_overlap_and_stay_inside() {
    for (chart, _) in gallery() {
        for size in [SvgSize::Wide, SvgSize::Narrow] {
            let text = svg_sized(&chart, size);
            let edge = if size == SvgSize::Wide { 760.0 } else { 400.0 };
            let labels = labels(&text);
            for (at, a) in labels.iter().enumerate() {
                let [left, _, right, _] = a.area;
                assert!(left > -6.0 && right < edge + 6.0, "{size:?}: {:?} is cut off", a.words);
                for b in &labels[at + 1..] {
                    let apart = a.area[2] <= b.area[0]
                        || b.area[2] <= a.area[0]
                        || a.area[3] <= b.area[1]
                        || b.area[3] <= a.area[1];
                    let title = chart.title();
                    assert!(apart, "{title} {size:?}: {:?} and {:?} overlap", a.words, b.words);
                }
            }
        }
    }
}

/// The numbers in a text, such as 28.4, 21 and 35.9 in `28.4 (21.0 to 35.9)`, each with its
/// decimals.
fn numbers(text: &str) -> Vec<(f64, u8)> {
    let plain: String = text.replace(',', "").replace('−', "-");
    plain
        .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-'))
        .filter_map(|word| {
            let word = word.trim_end_matches('.');
            let decimals = word.split_once('.').map_or(0, |(_, d)| d.len() as u8);
            Some((word.parse().ok()?, decimals))
        })
        .collect()
}

#[test]
fn every_figure_of_a_drawing_is_in_its_table() {
    for (chart, table) in gallery() {
        let cells: Vec<f64> = table
            .rows
            .iter()
            .flatten()
            .filter_map(|c| if let Cell::Number(v, _) = c { Some(*v) } else { None })
            .collect();
        let words: String = table.rows.iter().flatten().map(|c| format!("{c:?} ")).collect();
        for label in labels(&svg(&chart)) {
            // Changes and ratios are computed from two cells; axes and dates are no figures.
            let computed = label.words.ends_with(" %") && label.class.contains("pl-b");
            if !label.class.contains("pl-num") || computed && !cells.iter().any(|v| *v <= 1.0) {
                continue;
            }
            for (number, decimals) in numbers(&label.words) {
                let as_printed = |v: f64| {
                    let text = |x: f64| crate::format_number(x, decimals);
                    [1.0, 1e3, 1e6, 1e9, 0.01].iter().any(|by| text(v / by) == text(number))
                };
                let said = words.contains(&number.to_string());
                let found = cells.iter().any(|v| as_printed(*v)) || said || computed;
                assert!(found, "{}: {} is not in the table", chart.title(), label.words);
            }
        }
    }
}

#[test]
fn the_sample_page_is_the_same_each_time_and_says_that_it_is_simulated() {
    let (a, b) = (to_html(&sample_page::page()), to_html(&sample_page::page()));
    assert_eq!(a, b);
    assert!(a.contains("pl-simulated") && a.contains("content:\"Simulated data\""));
    assert!(!to_html(&page_without_callout()).contains("content:\"Simulated data\""));
}

fn page_without_callout() -> Page {
    Page { title: "T".to_owned(), ..Page::default() }
}

#[test]
fn what_cannot_be_drawn_is_said_in_a_sentence() {
    let row = |values: Vec<f64>| UnitValueRow { values, ..UnitValueRow::default() };
    let prices = |rows| Chart::UnitValues(UnitValues { rows, ..UnitValues::default() });
    let link =
        |value| FlowLink { from: "A".to_owned(), to: "B".to_owned(), value, ..FlowLink::default() };
    let flows = |links| Chart::Diversion(Diversion { links, ..Diversion::default() });
    let pairs = |rows| Chart::MirrorPairs(MirrorPairs { rows, ..MirrorPairs::default() });
    let surge = |values: Vec<Option<f64>>| {
        Chart::Surge(Box::new(Surge { x: months(values.len() as u32), values, ..Surge::default() }))
    };
    for (chart, words) in [
        (prices(vec![row(vec![0.0, -1.0, f64::NAN])]), "No unit value above zero"),
        (prices(Vec::new()), "No unit values."),
        (flows(Vec::new()), "No flows."),
        (
            flows(vec![link(Some(0.0)), link(Some(f64::NAN)), link(Some(-3.0))]),
            "No flow above zero",
        ),
        (pairs(Vec::new()), "No data."),
        (pairs(vec![MirrorRow::default()]), "No data."),
        (surge(vec![None, Some(f64::INFINITY)]), "No data for any of these periods."),
        (Chart::SharesOverTime(SharesOverTime::default()), "No share is known"),
    ] {
        for size in [SvgSize::Wide, SvgSize::Narrow] {
            let text = svg_sized(&chart, size);
            assert!(text.matches(words).count() >= 2, "drawn and described: {text}");
            assert!(!text.contains("NaN"), "{text}");
        }
    }
}

#[test]
fn five_thousand_points_are_drawn_in_little() {
    let values: Vec<f64> = (1..=5000).map(|i| f64::from(i) * 0.37).collect();
    let row = UnitValueRow { label: "all".to_owned(), values, ..UnitValueRow::default() };
    let chart = Chart::UnitValues(UnitValues { rows: vec![row], ..UnitValues::default() });
    assert!(svg(&chart).len() < 60_000, "{}", svg(&chart).len());
    let many = (0..5000).map(|i| Some(f64::from(i))).collect::<Vec<_>>();
    let long = svg(&stacked(vec![series("A", &many)], 5000));
    assert!(!long.contains("NaN") && long.len() < 400_000, "{}", long.len());
}

#[test]
fn a_name_that_is_cut_is_whole_under_the_pointer_and_in_the_words() {
    let name = "A very long name of a trade that no column of a chart can hold in two lines of it";
    let row = MirrorRow { label: name.to_owned(), exporter: Some(1.0), importer: Some(2.0) };
    let chart = Chart::MirrorPairs(MirrorPairs { rows: vec![row], ..MirrorPairs::default() });
    let text = svg(&chart);
    assert!(text.contains('…') && text.contains(&format!("<title>{name}</title>")), "{text}");
    assert!(text.split("</desc>").next().unwrap().contains(name));
}

#[test]
fn a_hub_may_give_less_than_it_takes_and_a_missing_figure_is_no_ribbon() {
    let (chart, _) = gallery().into_iter().find(|(c, _)| matches!(c, Chart::Diversion(_))).unwrap();
    let text = svg(&chart);
    assert!(text.contains("28.4 (21.0 to 35.9)") && text.contains("24.9 (0.0 to 35.0)"), "{text}");
    assert!(text.contains("Türkiye to Grand Fenwick: no data"), "{text}");
    assert_eq!(text.matches("class=\"pl-hair\"").count(), 1);
}

#[test]
fn a_surge_shows_its_baseline_its_window_and_its_onset() {
    let (chart, table) = gallery().into_iter().find(|(c, _)| matches!(c, Chart::Surge(_))).unwrap();
    let text = svg(&chart);
    for part in ["pl-usual", "pl-window", "pl-onset", "rise begins: Jun 2022", "2.05 to 2.78"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let onset = table.rows.iter().find(|r| r[0] == Cell::text("2022-06")).unwrap();
    assert_eq!(onset[2], Cell::text("window, rise begins"));
}

#[test]
fn verdicts_are_told_by_word_and_sign_in_every_output() {
    let table = Table {
        columns: vec![Column::text("verdict")],
        rows: Verdict::ALL.iter().map(|v| vec![Cell::verdict(*v)]).collect(),
        ..Table::default()
    };
    let page = Page { blocks: vec![Block::Table(table)], ..Page::default() };
    let (html, markdown, json) = (to_html(&page), to_markdown(&page), to_json(&page));
    for verdict in Verdict::ALL {
        assert!(html.contains(&format!("pl-{}\"", verdict.name())));
        assert!(html.contains(verdict.symbol()) && html.contains(verdict.words()));
        assert!(markdown.contains(&format!("{} {}", verdict.symbol(), verdict.words())));
        assert!(json.contains(verdict.words()));
    }
}

#[test]
fn headings_and_charts_can_be_linked_to() {
    let heading = |text: &str| Block::Heading { level: 2, text: text.to_owned() };
    let blocks = vec![heading("By month"), heading("By month"), heading("Größe, 2022")];
    let html = to_html(&Page { blocks, ..Page::default() });
    for id in ["section-by-month", "section-by-month.2", "section-gr-e-2022"] {
        assert!(html.contains(&format!(" id=\"{id}\"")), "{html}");
        assert!(html.matches(&format!("href=\"#{id}\"")).count() == 2, "{html}");
    }
    assert!(html.contains("href=\"#content\"") && html.contains(" id=\"content\""));
}
