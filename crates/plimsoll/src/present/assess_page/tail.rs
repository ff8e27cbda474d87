//! The end of a page: sources, how the number is made, how to cite it.

use super::words;
use crate::cli::BasisArg;
use crate::commands::assess::Shown;
use crate::present::assess_json::codes_in_state;
use crate::present::assess_text;
use crate::present::tables::whole;
use plimsoll_ingest::store::Loaded;
use plimsoll_monitor::assess::View;
use plimsoll_monitor::concepts::State;
use plimsoll_report::{Cite, HowStep, SourceLine};
use std::collections::BTreeSet;

/// Letters on a line of a command.
const COMMAND_LINE: usize = 76;

fn used<'a>(shown: &'a Shown<'_>) -> impl Iterator<Item = &'a Loaded> {
    let manifest = &shown.scanner.store().manifest;
    shown.answer.sources.iter().map(|&i| &manifest.resources[i])
}

/// The files behind the figures.
pub fn sources(shown: &Shown<'_>) -> Vec<SourceLine> {
    used(shown).map(source_line).collect()
}

/// One loaded file as a source of figures.
pub fn source_line(s: &Loaded) -> SourceLine {
    SourceLine {
        url: s.url.clone(),
        licence: s.licence.clone(),
        publisher: s.publisher.clone(),
        dataset: format!(
            "{}: {}, {} to {}, {} rows",
            s.dataset,
            s.file,
            s.first_period,
            s.last_period,
            whole(s.rows_loaded)
        ),
        vintage: match s.vintage == s.loaded {
            true => format!("as loaded on {}", s.loaded),
            false => s.vintage.clone(),
        },
        sha256: s.sha256.clone(),
        ..SourceLine::default()
    }
}

/// The day of the newest source: the page has no clock.
fn newest(shown: &Shown<'_>) -> String {
    used(shown).map(|s| s.loaded.clone()).max().unwrap_or_default()
}

/// What to write when citing the page.
pub fn cite(shown: &Shown<'_>, title: &str) -> Cite {
    Cite {
        authors: vec!["Plimsoll".to_owned()],
        title: title.to_owned(),
        publisher: format!("Computed with Plimsoll from {}", publishers(shown)),
        issued: newest(shown),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        url: String::new(),
    }
}

fn publishers(shown: &Shown<'_>) -> String {
    let all: BTreeSet<String> =
        used(shown).map(|s| format!("{} ({})", s.publisher, s.dataset)).collect();
    if all.is_empty() {
        "no source".to_owned()
    } else {
        all.into_iter().collect::<Vec<_>>().join(", ")
    }
}

/// The last line.
pub fn generated_by(shown: &Shown<'_>) -> String {
    let of = match newest(shown) {
        day if day.is_empty() => "no source answered".to_owned(),
        day => format!("from sources loaded until {day}"),
    };
    format!(
        "Made by plimsoll {}, {of}. The same store and question give the same page.",
        env!("CARGO_PKG_VERSION")
    )
}

/// The steps from rows to figures, in plain words.
pub fn how_made(shown: &Shown<'_>) -> Vec<HowStep> {
    let mut steps = vec![
        HowStep {
            text: "The question. It gives the same page on a store that holds the sources below."
                .to_owned(),
            sql: Some(command(shown)),
        },
        plain(goods(shown)),
        plain(reports(shown)),
        plain(rows(shown)),
        plain(rules(shown)),
        plain(comparison(shown)),
        plain(money(shown)),
        plain(bounds(shown)),
    ];
    let periods = shown.answer.sides.iter().filter(|s| !s.rows.is_empty()).map(|s| s.period);
    for (sql, period) in assess_text::sql(shown).into_iter().zip(periods) {
        let text = format!(
            "The sum for {} again, with plimsoll sql or any engine that reads Parquet.",
            words::period(&period)
        );
        steps.push(HowStep { text, sql: Some(sql) });
    }
    steps.retain(|s| !s.text.is_empty());
    steps
}

fn plain(text: String) -> HowStep {
    HowStep { text, sql: None }
}

/// A word of a command line, quoted where a shell would split it.
pub fn word(text: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || "+-_.,:@/".contains(c);
    if !text.is_empty() && text.chars().all(safe) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

fn command(shown: &Shown<'_>) -> String {
    let (args, question) = (shown.args, shown.question);
    let mut parts = vec!["plimsoll assess".to_owned()];
    let mut say = |option: &str, value: Option<String>| {
        if let Some(value) = value {
            parts.push(format!("{option} {}", word(&value)));
        }
    };
    say("--importer", question.importer.as_ref().map(|p| p.code.clone()));
    say("--exporter", question.exporter.as_ref().map(|p| p.code.clone()));
    say("--goods", Some(question.goods.spec()));
    say("--period", Some(question.period.to_string()));
    say("--against", question.against.map(|p| p.to_string()));
    say("--currency", Some(question.currency.clone()));
    say("--dataset", question.dataset.clone());
    match args.basis {
        BasisArg::Any => {}
        BasisArg::Dispatch => parts.push("--basis dispatch".to_owned()),
        BasisArg::Origin => parts.push("--basis origin".to_owned()),
    }
    if question.as_reported {
        parts.push("--as-reported".to_owned());
    }
    if args.variants {
        parts.push("--variants".to_owned());
    }
    // Folders are the person's own; a file's name is enough to find it again.
    let names = args.own.goods_files.iter().map(|f| ("--goods-file", f));
    for (option, file) in names.chain(args.own.rates.iter().map(|f| ("--rates", f))) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        parts.push(format!("{option} {}", word(&name)));
    }
    parts.push("--page page.html".to_owned());
    folded(&parts)
}

/// A command on lines of a readable length.
pub fn folded(parts: &[String]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match lines.last_mut() {
            Some(line) if line.len() + part.len() < COMMAND_LINE => {
                line.push(' ');
                line.push_str(part);
            }
            _ => lines.push(part.clone()),
        }
    }
    lines.join(" \\\n  ")
}

fn goods(shown: &Shown<'_>) -> String {
    let (goods, answer) = (&shown.question.goods, shown.answer);
    let count = |state: fn(&State) -> bool| codes_in_state(answer, state).len();
    format!(
        "The goods are {} ({}), {} codes of {}. Source of the list: {}. {} of the codes are counted, {} are in the data \
         and left out, {} are not in the data.",
        goods.label,
        goods.spec(),
        goods.codes.len(),
        goods.revision.name(),
        goods.source,
        count(|s| *s == State::Used),
        count(|s| matches!(s, State::LeftOut(_))),
        count(|s| *s == State::NoData)
    )
}

fn reports(shown: &Shown<'_>) -> String {
    if shown.answer.views.is_empty() {
        return String::new();
    }
    format!(
        "{} Sources are never added to each other: each reporter is heard in one dataset, and a newer edition stands in \
         for an older one.",
        words::basis(shown)
    )
}

fn rows(shown: &Shown<'_>) -> String {
    let sides: Vec<String> = shown
        .answer
        .sides
        .iter()
        .map(|s| format!("{} rows for {}", whole(s.rows.len() as u64), words::period(&s.period)))
        .collect();
    format!(
        "{} are counted. Each of them has its source and line in the store; --why lists them.",
        sides.join(" and ")
    )
}

fn rules(shown: &Shown<'_>) -> String {
    let rules: Vec<String> =
        shown.answer.rules.iter().map(|(rule, n)| format!("{rule}: {} rows", whole(*n))).collect();
    let start = "Not counted are parts that stand beside their total, headings that stand beside their products, and \
                 what a newer edition replaces";
    match rules.is_empty() {
        true => format!("{start}; there were no such rows."),
        false => {
            format!("{start} ({}). plimsoll explain says what a rule means.", rules.join("; "))
        }
    }
}

fn comparison(shown: &Shown<'_>) -> String {
    if shown.question.as_reported {
        return "The codes are taken by their digits in every revision, which is naive: the figures are not comparable.".to_owned();
    }
    let revisions: BTreeSet<&str> =
        shown.answer.sides.iter().flat_map(|s| s.rows.iter().map(|r| r.revision.name())).collect();
    let revisions: Vec<&str> = revisions.into_iter().collect();
    match (shown.answer.sides.len(), revisions.len()) {
        (2, 2..) => format!(
            "The records are coded in {}. Both periods are compared on the smallest groups of codes that hold the same \
             goods in each; a code without such a group is left out of both periods and shown above.",
            revisions.join(" and ")
        ),
        (_, 0) => String::new(),
        _ => format!(
            "The records are coded in {}; the list is carried into it.",
            revisions.join(" and ")
        ),
    }
}

fn money(shown: &Shown<'_>) -> String {
    let (answer, currency) = (shown.answer, &shown.question.currency);
    let of: BTreeSet<&str> = answer
        .sides
        .iter()
        .flat_map(|s| s.rows.iter().map(|r| answer.symbols.text(r.currency)))
        .collect();
    if of.is_empty() {
        return String::new();
    }
    let valuations: BTreeSet<&str> = answer
        .sides
        .iter()
        .flat_map(|s| s.rows.iter().map(|r| answer.symbols.text(r.valuation)))
        .collect();
    let valued = valuations.into_iter().collect::<Vec<_>>().join(" and ");
    if of.iter().all(|c| c == currency) {
        return format!(
            "The values are in {currency} as reported ({valued}); no exchange rate is used."
        );
    }
    let of: Vec<&str> = of.into_iter().collect();
    format!(
        "The values are reported in {} ({valued}) and turned into {currency} month by month at the average rate of the \
         month; a year takes the mean of its months. Rates of the euro are the European Central Bank's.",
        of.join(" and ")
    )
}

fn bounds(shown: &Shown<'_>) -> String {
    let side = &shown.answer.sides[0];
    if side.numerator.is_none() {
        return String::new();
    }
    let high = "At most: the share with all that no country is named for given to it.";
    match (shown.answer.views.contains(&View::Partners), side.coverage) {
        (true, None) => format!(
            "A share is a supplier's value by the sum of all suppliers who report. At least: zero, since nothing is known \
             of those who do not report. {high}"
        ),
        (true, Some(_)) => format!(
            "A share is a supplier's value by the sum of all suppliers who report. At least: the share with what the \
             importer itself last bought from those who do not report added to the sum. {high}"
        ),
        (false, _) => format!("A share is a supplier's value by the sum of all suppliers. {high}"),
    }
}
