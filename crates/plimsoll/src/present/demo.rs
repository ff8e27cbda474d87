//! The story of `plimsoll demo`: what its figures show, what they do not, and the page.

use crate::cli::Format;
use crate::commands::assess::Shown;
use crate::present::assess_json::{self, codes_in_state};
use crate::present::assess_page::{self, words};
use crate::present::assess_text::change;
use crate::present::tables::{self, Plain, percent};
use plimsoll_monitor::assess::place_name;
use plimsoll_monitor::concepts::State;
use plimsoll_monitor::money::Sum;
use plimsoll_report::{Block, CalloutKind, HowStep, KeyFigure, Page, format_number};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

/// The day on which the bundled figures were computed; the page has no clock.
const FIGURES_MADE: &str = "2026-11-23";
/// Where the figures come from.
const SOURCE: &str = "Eurostat, Comext DS-045409, aggregated by Plimsoll";

/// Letters on a line of text.
const LINE: usize = 92;

/// What the command made.
pub struct Made<'a> {
    /// The page.
    pub page: &'a Path,
    /// The store.
    pub store: &'a Path,
}

/// One destination.
struct Destination {
    code: String,
    name: String,
    before: f64,
    after: f64,
}

impl Destination {
    fn rose(&self) -> bool {
        self.after > self.before
    }
}

/// The destinations, the largest before first.
fn destinations(shown: &Shown<'_>) -> Vec<Destination> {
    let answer = shown.answer;
    let mut sums: BTreeMap<String, [Sum; 2]> = BTreeMap::new();
    for (i, side) in answer.sides.iter().take(2).enumerate() {
        for (key, cell) in &side.cells {
            let code = answer.symbols.text(key.importer).to_owned();
            sums.entry(code).or_default()[i].merge(cell.value);
        }
    }
    let mut all: Vec<Destination> = sums
        .into_iter()
        .map(|(code, [after, before])| Destination {
            name: place_name(&code),
            code,
            before: before.value(),
            after: after.value(),
        })
        .collect();
    all.sort_by(|a, b| b.before.total_cmp(&a.before).then_with(|| a.code.cmp(&b.code)));
    all
}

fn names(of: &[&Destination]) -> String {
    let names: Vec<&str> = of.iter().map(|d| d.name.as_str()).collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "none".to_owned(),
    }
}

fn fell_and_rose(all: &[Destination]) -> (Vec<&Destination>, Vec<&Destination>) {
    let (mut fell, mut rose): (Vec<&Destination>, Vec<&Destination>) =
        all.iter().partition(|d| !d.rose());
    // The largest movement first; both lists began in the order of the codes where equal.
    let moved = |d: &&Destination| -(d.after - d.before).abs();
    fell.sort_by(|a, b| moved(a).total_cmp(&moved(b)));
    rose.sort_by(|a, b| moved(a).total_cmp(&moved(b)));
    (fell, rose)
}

/// What the figures show.
fn shows(all: &[Destination]) -> Vec<String> {
    let (fell, rose) = fell_and_rose(all);
    let less: f64 = fell.iter().map(|d| d.before - d.after).sum();
    let more: f64 = rose.iter().map(|d| d.after - d.before).sum();
    let mut out = vec![
        format!(
            "EU exports of these goods to {} fell, by {} together.",
            names(&fell),
            words::short_money("EUR", less)
        ),
        format!("Those to {} rose, by {} together.", names(&rose), words::short_money("EUR", more)),
    ];
    if less > 0.0 {
        out.push(format!("The rise is {} of the fall.", percent(more / less)));
    }
    out.push("A rise is a lead, not a proof of diversion: a market may grow by itself, and goods may be used where they arrive.".to_owned());
    out
}

/// What they do not show.
fn does_not_show(shown: &Shown<'_>) -> Vec<String> {
    let listed = shown.question.goods.codes.len();
    let held = listed - codes_in_state(shown.answer, |s| *s == State::NoData).len();
    let counted = codes_in_state(shown.answer, |s| *s == State::Used).len();
    vec![
        format!(
            "The figures hold {held} of the {listed} codes of the list, and no machine tools. \
             {counted} of them can be compared between the two years; the other {} are left out of \
             both.",
            held - counted
        ),
        "They are exports of the EU only: what others supplied, China for one, is not in them."
            .to_owned(),
        "They have no weights, so that a dearer good and a larger quantity look the same."
            .to_owned(),
        "December 2022 is absent, so January to November is compared with January to November."
            .to_owned(),
        "They name no firms, and not who used the goods in the end.".to_owned(),
    ]
}

fn introduction() -> String {
    format!(
        "Plimsoll says from public statistics who supplies which controlled goods to whom, how much, and what changed. \
         Here it does so offline on real figures that ship with it: {SOURCE}."
    )
}

fn table(shown: &Shown<'_>, all: &[Destination]) -> Plain {
    let period = |i: usize| {
        shown.answer.sides.get(i).map(|s| words::short_period(&s.period)).unwrap_or_default()
    };
    let columns = vec![
        "EU exports to".to_owned(),
        format!(">{} EUR M", period(1)),
        format!(">{} EUR M", period(0)),
        ">Change".to_owned(),
    ];
    let millions = |value: f64| format_number(value / 1e6, 2);
    let rows = all
        .iter()
        .map(|d| vec![d.name.clone(), millions(d.before), millions(d.after), change_of(d)])
        .collect();
    Plain { columns, rows }
}

fn change_of(destination: &Destination) -> String {
    if destination.before > 0.0 {
        change(destination.after, destination.before)
    } else {
        "–".to_owned()
    }
}

/// What the command prints.
pub fn told(shown: &Shown<'_>, made: &Made<'_>, format: Format) -> String {
    let all = destinations(shown);
    match format {
        Format::Json => tables::pretty(&document(shown, made, &all)),
        Format::Ndjson => format!("{}\n", document(shown, made, &all)),
        Format::Csv => table(shown, &all).show(format),
        Format::Table | Format::Md | Format::Ftm => text(shown, made, &all, format),
    }
}

fn text(shown: &Shown<'_>, made: &Made<'_>, all: &[Destination], format: Format) -> String {
    let mut out = wrapped(&introduction(), "");
    let goods = &shown.question.goods;
    let _ =
        writeln!(out, "\n\n{} ({})\n", words::sentence_case(&words::goods(goods)), goods.spec());
    out.push_str(&table(shown, all).show(format));
    let mut list = |title: &str, items: Vec<String>| {
        let _ = writeln!(out, "\n{title}");
        for item in items {
            let _ = writeln!(out, "- {}", wrapped(&item, "  "));
        }
    };
    list("What this shows", shows(all));
    list("What it does not show", does_not_show(shown));
    let _ = writeln!(
        out,
        "\nThe page, with charts, all figures, sources and how they are made: {}",
        made.page.display()
    );
    out
}

/// A paragraph on lines of a readable length.
fn wrapped(text: &str, indent: &str) -> String {
    let mut out = String::new();
    let mut line = indent.len();
    for word in text.split(' ') {
        let length = word.chars().count();
        if line + length + 1 > LINE && line > indent.len() {
            out.push('\n');
            out.push_str(indent);
            line = indent.len();
        } else if line > indent.len() {
            out.push(' ');
            line += 1;
        }
        out.push_str(word);
        line += length;
    }
    out
}

fn document(shown: &Shown<'_>, made: &Made<'_>, all: &[Destination]) -> Value {
    let rows: Vec<Value> = all
        .iter()
        .map(|d| {
            json!({
                "country": d.code,
                "name": d.name,
                "value": d.after,
                "value_against": d.before,
                "change": (d.before > 0.0).then(|| ((d.after / d.before - 1.0) * 1e9).round() / 1e9),
            })
        })
        .collect();
    json!({
        "destinations": rows,
        "currency": shown.question.currency,
        "period": shown.question.period.to_string(),
        "against": shown.question.against.map(|p| p.to_string()),
        "source": SOURCE,
        "shows": shows(all),
        "does_not_show": does_not_show(shown),
        "page": made.page.display().to_string(),
        "store": made.store.display().to_string(),
        "next": next(made.store),
        "assessment": assess_json::document(shown),
    })
}

/// A command that works on the demonstration's store.
pub fn next(store: &Path) -> String {
    let store = store.display().to_string();
    let plain = store.chars().all(|c| c.is_ascii_alphanumeric() || "/\\:-_.~".contains(c));
    let store = if plain { store } else { format!("\"{store}\"") };
    format!(
        "plimsoll --store {store} assess --importer KAZ --goods chpl@2024-02 --period 2022-01..2022-11 \
         --against 2021-01..2021-11 --currency EUR --by code"
    )
}

/// The page of an assessment, told as this story.
pub fn page(shown: &Shown<'_>) -> Page {
    let all = destinations(shown);
    let mut page = assess_page::page(shown);
    // The story has its own key figures and says the limits in its own words.
    page.blocks.retain(|b| {
        !matches!(b, Block::KeyFigures(_) | Block::Callout { kind: CalloutKind::Warning, .. })
    });
    page.title = title(shown, &all);
    page.lede = lede(shown, &all);
    page.blocks.splice(0..0, opening(shown, &all));
    for source in &mut page.sources {
        source.dataset = format!(
            "Comext, DS-045409 (EU trade by HS2-4-6 and CN8): aggregated by Plimsoll over the 27 member states to month, \
             destination and six-digit code. File: {}",
            source.dataset.trim_start_matches("comext: ")
        );
        source.vintage = format!("2020-01 to 2022-11, aggregated on {FIGURES_MADE}");
        source.licence = "Eurostat's figures may be reused when the source is named".to_owned();
        source.url =
            "https://ec.europa.eu/eurostat/databrowser/view/ds-045409/default/table".to_owned();
    }
    let bundled = "The figures ship with the program. Each is a sum of Eurostat's figures over the member states and over \
                   the eight-digit products under a code; headings, which stand beside their own products, are not in it. \
                   The example demo_figures in the source makes the file again from Eurostat's.";
    page.how_made.insert(0, HowStep { text: bundled.to_owned(), sql: None });
    page.cite.title = page.title.clone();
    page.cite.publisher = format!("Computed with Plimsoll from {SOURCE}");
    page.cite.issued = FIGURES_MADE.to_owned();
    page.generated_by = format!(
        "Made by plimsoll {} from figures computed on {FIGURES_MADE}. Source: {SOURCE}.",
        env!("CARGO_PKG_VERSION")
    );
    page
}

fn title(shown: &Shown<'_>, all: &[Destination]) -> String {
    let (fell, rose) = fell_and_rose(all);
    let side = |of: &[&Destination]| {
        let parts: Vec<String> =
            of.iter().take(2).map(|d| format!("{} {}", d.name, change_of(d))).collect();
        parts.join(", ")
    };
    format!(
        "EU exports of {}, {}: {}; {}",
        words::goods(&shown.question.goods),
        words::period(&shown.question.period),
        side(&fell),
        side(&rose)
    )
}

fn lede(shown: &Shown<'_>, all: &[Destination]) -> String {
    let (fell, rose) = fell_and_rose(all);
    let one = |d: &&Destination| {
        format!(
            "{} from {} to {}",
            d.name,
            words::short_money("EUR", d.before),
            words::short_money("EUR", d.after)
        )
    };
    let list = |of: &[&Destination]| of.iter().map(one).collect::<Vec<_>>().join(", ");
    let before = shown.question.against.map(|p| words::period(&p)).unwrap_or_default();
    format!(
        "Against {before} they fell for {}. They rose for {}. A rise is a lead, not a proof of diversion.",
        list(&fell),
        list(&rose)
    )
}

fn opening(shown: &Shown<'_>, all: &[Destination]) -> Vec<Block> {
    let key = |d: &Destination| KeyFigure {
        label: d.name.clone(),
        value: change_of(d),
        detail: format!(
            "{} to {}",
            words::short_money("EUR", d.before),
            words::short_money("EUR", d.after)
        ),
    };
    let wanted = ["RUS", "BLR", "KAZ", "ARM", "KGZ", "GEO", "UZB"];
    let keys = wanted.iter().filter_map(|code| all.iter().find(|d| d.code == *code)).map(key);
    vec![
        Block::KeyFigures(keys.take(4).collect()),
        Block::Callout {
            kind: CalloutKind::Note,
            text: format!(
                "These are real figures. Source: {SOURCE}. Each comes with its rows, codes and rules at the end of the page."
            ),
        },
        Block::Callout {
            kind: CalloutKind::Warning,
            text: format!("What these figures do not show. {}", does_not_show(shown).join(" ")),
        },
    ]
}
