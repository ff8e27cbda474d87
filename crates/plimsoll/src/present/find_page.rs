//! What a search found, as a page: the findings of each detector in a table, the first of them
//! drawn and with their reasons, the sources, and how the search is made again.

mod exhibits;

use crate::cli::{ControlArg, FindArgs, LevelArg};
use crate::present::assess_page::{heading, tail, words};
use crate::present::tables::whole;
use exhibits::Exhibits;
use plimsoll_ingest::error::IngestError;
use plimsoll_monitor::detectors::{Answer, Outcome, by_id};
use plimsoll_monitor::finding::{Fact, Finding};
use plimsoll_report::{
    Block, CalloutKind, Cell, Cite, Column, HowStep, KeyFigure, Page, Table, format_number,
};
use plimsoll_terms::place;

/// Findings of each detector that are drawn and explained.
const DRAWN: usize = 3;

/// The whole page.
pub fn page(answer: &Answer, args: &FindArgs) -> Result<Page, IngestError> {
    let mut exhibits = Exhibits::new(&answer.panel);
    let mut blocks = Vec::new();
    if simulated(answer) {
        blocks.push(Block::Callout {
            kind: CalloutKind::Simulated,
            text: "The figures are made up. Nothing here says anything about the world.".to_owned(),
        });
    }
    blocks.push(Block::KeyFigures(answer.outcomes.iter().map(key_figure).collect()));
    blocks.push(Block::Callout {
        kind: CalloutKind::Note,
        text: "A finding is a lead with its evidence and no verdict: a flow may rise for good reasons, and a rise \
               beside a fall is no proof of a link. Missing is not zero; value is not quantity."
            .to_owned(),
    });
    for (id, outcome) in &answer.outcomes {
        detector(&mut blocks, (id, outcome), args, &mut exhibits)?;
    }
    let title = title(answer);
    Ok(Page {
        lede: lede(answer),
        blocks,
        sources: sources(answer),
        how_made: how_made(answer, args),
        cite: Cite {
            authors: vec!["Plimsoll".to_owned()],
            title: title.clone(),
            publisher: "Computed with Plimsoll from the sources below".to_owned(),
            issued: newest(answer),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            url: String::new(),
        },
        generated_by: format!(
            "Made by plimsoll {}, from sources loaded until {}. The same store and question give the same page.",
            env!("CARGO_PKG_VERSION"),
            newest(answer)
        ),
        title,
    })
}

fn loaded(answer: &Answer) -> impl Iterator<Item = &plimsoll_ingest::store::Loaded> {
    let manifest = &answer.panel.scanner.store().manifest;
    answer.sources.iter().map(|i| &manifest.resources[*i])
}

fn simulated(answer: &Answer) -> bool {
    loaded(answer).any(|s| s.dataset == "simulated")
}

fn sources(answer: &Answer) -> Vec<plimsoll_report::SourceLine> {
    loaded(answer).map(tail::source_line).collect()
}

/// The day of the newest source: the page has no clock.
fn newest(answer: &Answer) -> String {
    loaded(answer).map(|s| s.loaded.clone()).max().unwrap_or_default()
}

fn count(answer: &Answer) -> usize {
    answer.outcomes.iter().map(|(_, o)| o.findings.len()).sum()
}

/// `1 test`, `1,121 tests`
fn tests(number: usize) -> String {
    format!("{} test{}", whole(number as u64), if number == 1 { "" } else { "s" })
}

fn title(answer: &Answer) -> String {
    let search = &answer.panel.search;
    let found = match count(answer) {
        0 => "No finding".to_owned(),
        1 => "One finding".to_owned(),
        n => format!("{} findings", whole(n as u64)),
    };
    let goods = match &search.goods {
        Some(goods) => words::goods(goods),
        None => "all goods".to_owned(),
    };
    let into = search.importer.as_ref().map(|i| format!(", trade into {}", i.label));
    let window = words::period(&answer.panel.horizon().window);
    format!("{found} in {goods}{}, {window}", into.unwrap_or_default())
}

fn lede(answer: &Answer) -> String {
    let horizon = answer.panel.horizon();
    let all: usize = answer.outcomes.iter().map(|(_, o)| o.tests).sum();
    format!(
        "{} of trade in {} against {}. Of the findings of a detector a share of at most {} is expected to be \
         chance. Figures are in {}.",
        tests(all),
        words::period(&horizon.window),
        words::period(&horizon.baseline),
        crate::present::tables::percent(answer.panel.search.q),
        answer.panel.search.currency
    )
}

fn key_figure((id, outcome): &(&'static str, Outcome)) -> KeyFigure {
    let label = by_id(id).map_or(*id, |d| d.title()).to_owned();
    // Nothing tested is not nothing found.
    if outcome.tests == 0 && outcome.findings.is_empty() {
        return KeyFigure {
            label,
            value: "–".to_owned(),
            detail: "nothing could be tested".to_owned(),
        };
    }
    KeyFigure {
        label,
        value: whole(outcome.findings.len() as u64),
        detail: format!("of {}", tests(outcome.tests)),
    }
}

fn detector(
    blocks: &mut Vec<Block>,
    (id, outcome): (&str, &Outcome),
    args: &FindArgs,
    exhibits: &mut Exhibits<'_>,
) -> Result<(), IngestError> {
    let Some(detector) = by_id(id) else { return Ok(()) };
    blocks.push(heading(detector.title()));
    blocks.push(Block::Prose(detector.question().to_owned()));
    if outcome.findings.is_empty() && outcome.tests == 0 {
        blocks.push(Block::Prose("Nothing in the data could be tested.".to_owned()));
    } else if outcome.findings.is_empty() {
        blocks.push(Block::Prose(format!("None of {} is a finding.", tests(outcome.tests))));
    } else {
        blocks.extend(exhibits.together(id, &outcome.findings)?);
        for finding in outcome.findings.iter().take(DRAWN) {
            // A drawing has the same sentence as its title.
            match exhibits.of(finding)? {
                Some(drawing) => blocks.push(drawing),
                None => {
                    let text = words::sentence_case(finding.headline());
                    blocks.push(Block::Heading { level: 3, text });
                }
            }
            blocks.push(Block::List(reasons(finding)));
        }
        blocks.push(findings(&outcome.findings, detector.title(), args.limit));
    }
    if !outcome.notes.is_empty() {
        blocks.push(Block::List(outcome.notes.clone()));
    }
    Ok(())
}

/// The facts below the first, each with its figure.
fn reasons(finding: &Finding) -> Vec<String> {
    fn add(out: &mut Vec<String>, fact: &Fact, head: bool) {
        if !head {
            let figure = match (fact.value, fact.unit.as_deref()) {
                (Some(value), Some(unit)) => format!(": {} {unit}", figure(value)),
                _ => String::new(),
            };
            out.push(format!("{}{figure}", words::sentence_case(&fact.text)));
        }
        for below in &fact.because {
            add(out, below, false);
        }
    }
    let mut out = Vec::new();
    for (at, fact) in finding.why.facts().iter().enumerate() {
        add(&mut out, fact, at == 0);
    }
    out.push(format!("Severity: {}", finding.severity.name()));
    out
}

fn figure(value: f64) -> String {
    match value.abs() {
        v if v != 0.0 && v < 0.001 => format!("{value:.1e}"),
        _ => format_number(value, decimals(value)),
    }
}

fn decimals(value: f64) -> u8 {
    match value.abs() {
        v if v >= 1000.0 => 0,
        v if v >= 10.0 => 1,
        _ => 3,
    }
}

/// The name of a place, or of each of several joined by `+`.
fn name(codes: &str) -> String {
    let names: Vec<&str> =
        codes.split('+').map(|code| place::by_code(code).map_or(code, |p| p.name())).collect();
    names.join(", ")
}

/// Whose trade a finding is about: `Germany to Kyrgyzstan`.
fn trade(finding: &Finding) -> String {
    let subject = &finding.subject;
    match (&subject.exporter, &subject.hub, &subject.importer) {
        (Some(from), _, Some(to)) => format!("{} to {}", name(from), name(to)),
        (Some(from), ..) => format!("from {}", name(from)),
        (_, Some(hub), _) => {
            let target = subject.target.as_deref().map(|t| format!(" to {}", name(t)));
            format!("over {}{}", name(hub), target.unwrap_or_default())
        }
        (.., Some(to)) => format!("to {}", name(to)),
        _ => subject.level.to_owned(),
    }
}

fn findings(all: &[Finding], title: &str, limit: usize) -> Block {
    let shown = if limit == 0 { all.len() } else { limit };
    let number = |v: f64| match v.is_finite() {
        true => Cell::Number(v, decimals(v)),
        false => Cell::missing("no bound on this side"),
    };
    let row = |f: &Finding| {
        let what = match f.subject.direction {
            Some(direction) => format!("{direction}, {}", f.measure.name),
            None => f.measure.name.to_owned(),
        };
        let chance =
            f.q_value.map_or_else(|| Cell::missing("no test is made"), |q| Cell::text(figure(q)));
        vec![
            Cell::text(trade(f)),
            Cell::text(f.subject.goods.clone().unwrap_or_default()),
            Cell::text(what),
            f.start.clone().map_or_else(|| Cell::missing("not dated"), Cell::Text),
            number(f.measure.value),
            number(f.measure.low),
            number(f.measure.high),
            chance,
            Cell::text(f.severity.name()),
        ]
    };
    let left = all.len().saturating_sub(shown);
    let more = format!("{} more are not shown: --limit 0 shows all.", whole(left as u64));
    Block::Table(Table {
        caption: format!("{title}: findings, the surest first"),
        columns: vec![
            Column::text("trade"),
            Column::text("goods"),
            Column::text("what"),
            Column::number("since", ""),
            Column::number("figure", ""),
            Column::number("at least", ""),
            Column::number("at most", ""),
            Column::number("q", ""),
            Column::text("severity"),
        ],
        rows: all.iter().take(shown).map(row).collect(),
        footnotes: if left > 0 { vec![more] } else { Vec::new() },
    })
}

fn how_made(answer: &Answer, args: &FindArgs) -> Vec<HowStep> {
    let plain = |text: String| HowStep { text, sql: None };
    let mut steps = vec![HowStep {
        text: "The search. It gives the same page on a store that holds the sources below."
            .to_owned(),
        sql: Some(command(answer, args)),
    }];
    for (id, _) in &answer.outcomes {
        if let Some(detector) = by_id(id) {
            let title = detector.title();
            steps.push(plain(format!(
                "{title}: plimsoll explain {id} says how it tests, with an example."
            )));
        }
    }
    let way = match args.control {
        ControlArg::Bh => "Benjamini and Hochberg",
        ControlArg::By => "Benjamini and Yekutieli",
    };
    steps.push(plain(format!(
        "q is the share of false alarms among all findings at least as sure, after {way}; shown is what has q of at \
         most {}.",
        answer.panel.search.q
    )));
    steps.push(plain(
        "Sources are never added to each other: each reporter is heard in one dataset, and a newer edition stands in \
         for an older one."
            .to_owned(),
    ));
    steps
}

fn command(answer: &Answer, args: &FindArgs) -> String {
    let horizon = answer.panel.horizon();
    let mut parts = vec![format!("plimsoll find {}", args.detectors.join(" "))];
    let mut say = |option: &str, value: Option<String>| {
        if let Some(value) = value {
            parts.push(format!("{option} {}", tail::word(&value)));
        }
    };
    say("--importer", args.importer.clone());
    say("--exporter", args.exporter.clone());
    say("--goods", answer.panel.search.goods.as_ref().map(|g| g.spec()));
    say("--period", Some(horizon.window.to_string()));
    say("--against", Some(horizon.baseline.to_string()));
    let level = |l: &LevelArg| match l {
        LevelArg::Group => "group",
        LevelArg::Tier => "tier",
        LevelArg::Market => "market",
        LevelArg::Pair => "pair",
    };
    let levels: Vec<&str> = args.by.iter().map(level).collect();
    say("--by", (!levels.is_empty()).then(|| levels.join(",")));
    say("--q", (args.q != 0.05).then(|| args.q.to_string()));
    say("--control", matches!(args.control, ControlArg::By).then(|| "by".to_owned()));
    say("--min-value", (args.min_value != 100_000.0).then(|| args.min_value.to_string()));
    say("--min-ratio", (args.min_ratio != 1.5).then(|| args.min_ratio.to_string()));
    say("--target", Some(args.target.clone()));
    say("--origin", args.origin.clone());
    say("--currency", Some(answer.panel.search.currency.clone()));
    say("--dataset", args.dataset.clone());
    // Folders are the person's own; a file's name is enough to find it again.
    let names = args.own.goods_files.iter().map(|f| ("--goods-file", f));
    for (option, file) in names.chain(args.own.rates.iter().map(|f| ("--rates", f))) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        say(option, Some(name.into_owned()));
    }
    parts.push("--page page.html".to_owned());
    tail::folded(&parts)
}
