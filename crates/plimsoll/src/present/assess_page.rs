//! The answer of `assess` as a page: the finding in words, charts with their tables, what was
//! left out, the sources, and how the number is made.
//!
//! Says only what the answer holds: it computes no figure of its own but sums of the answer's
//! cells, and it has no clock, so that the same store and question give the same page.

mod charts;
mod figures;
mod shares;
mod tables;
pub mod tail;
pub mod words;

use crate::commands::assess::Shown;
use crate::present::assess_json::codes_in_state;
use crate::present::assess_text::{self, change};
use crate::present::tables::{money, percent};
use figures::Figures;
use plimsoll_monitor::assess::{Side, View};
use plimsoll_monitor::concepts::State;
use plimsoll_report::{Block, CalloutKind, KeyFigure, Page, format_percent};

/// The whole page.
pub fn page(shown: &Shown<'_>) -> Page {
    let title = title(shown);
    Page {
        lede: lede(shown),
        blocks: blocks(shown),
        sources: tail::sources(shown),
        how_made: tail::how_made(shown),
        cite: tail::cite(shown, &title),
        generated_by: tail::generated_by(shown),
        title,
    }
}

/// A heading of the second level.
pub fn heading(text: &str) -> Block {
    Block::Heading { level: 2, text: text.to_owned() }
}

fn blocks(shown: &Shown<'_>) -> Vec<Block> {
    let answer = shown.answer;
    let mut blocks = Vec::new();
    if answer.sides.iter().any(|s| s.numerator.is_some()) {
        blocks.push(Block::KeyFigures(key_figures(shown)));
    }
    let warnings = warnings(shown);
    if !warnings.is_empty() {
        blocks.push(Block::Callout { kind: CalloutKind::Warning, text: warnings.join("\n\n") });
    }
    let figures = Figures::new(shown);
    if !figures.is_empty() {
        // The course of time wants months; all else is what the answer itself rests on.
        let monthly =
            Shown { answer: shown.monthly.unwrap_or(answer), stale: shown.stale.clone(), ..*shown };
        blocks.extend(charts::all(&figures, &Figures::new(&monthly)));
    }
    blocks.extend(tables::all(&figures));
    if !answer.notes.is_empty() {
        blocks.push(heading("What to know when using these figures"));
        blocks.push(Block::List(
            answer.notes.iter().map(|n| words::note(shown.question, n)).collect(),
        ));
    }
    blocks.push(Block::Callout {
        kind: CalloutKind::Note,
        text: "A flow, a share or a rise is a lead with evidence. It is no proof of a diversion or a breach, and \
               it names nobody as guilty. A code of the Harmonized System is wider than an entry of a control \
               list; value is not quantity; what is missing is not zero."
            .to_owned(),
    });
    blocks
}

/// The finding, in words and numbers.
fn title(shown: &Shown<'_>) -> String {
    let question = shown.question;
    let side = &shown.answer.sides[0];
    let who = words::sentence_case(&words::importer(question));
    let who = format!("{who}{}", assess_text::without(shown));
    let goods = format!("{}{}", words::goods(&question.goods), assess_text::widened(shown));
    let period = format!("{}{}", words::period(&side.period), assess_text::months(side));
    let found = match (side.numerator, side.share, &question.exporter) {
        (None, ..) => format!("{who}: the data cannot tell for {goods}, {period}"),
        (Some(_), Some(share), Some(exporter)) => format!(
            "{who}: {} of {goods} came from {}, {period}{}",
            percent(share[0]),
            exporter.label,
            words::bounds(share)
        ),
        (Some(value), ..) => {
            let from = if words::all_eu(shown) { " from the EU" } else { "" };
            format!(
                "{who}: {} of {goods}{from}, {period}",
                words::short_money(&question.currency, value)
            )
        }
    };
    match shown.answer.sides.get(1) {
        None => found,
        Some(before) => format!("{found}; {}", title_before(shown, side, before)),
    }
}

fn title_before(shown: &Shown<'_>, side: &Side, before: &Side) -> String {
    let when = words::before(&side.period, &before.period);
    match (before.numerator, before.share, &shown.question.exporter, side.numerator) {
        (None, ..) => format!("{when}: the data cannot tell"),
        (Some(_), Some([share, ..]), Some(_), _) => format!("{when} {}", percent(share)),
        (Some(b), _, _, Some(a)) if b > 0.0 => {
            format!("{when} {} ({})", words::short_money(&shown.question.currency, b), change(a, b))
        }
        (Some(b), ..) => format!("{when} {}", words::short_money(&shown.question.currency, b)),
    }
}

/// The figures in full, whose report they rest on, and how far they reach.
fn lede(shown: &Shown<'_>) -> String {
    let (question, answer) = (shown.question, shown.answer);
    let side = &answer.sides[0];
    if let (None, Some(why)) = (side.numerator, &side.cannot_tell) {
        return format!("The data that are loaded cannot tell: {why}.");
    }
    let mut parts = vec![amounts(shown)];
    parts.push(words::basis(shown));
    parts.push(match (side.coverage, answer.views.contains(&View::Partners)) {
        (None, _) => "Others may have supplied these goods too, and how much is unknown here: of all imports, \
                      each share may be anything from zero up to the share shown."
            .to_owned(),
        (Some(c), true) => format!(
            "The suppliers who report here sold {} of what the importer itself last reported buying; the bounds \
             of the shares allow for the others.",
            percent(c)
        ),
        (Some(c), false) => format!("{} of the sum is attributed to a supplying country.", percent(c)),
    });
    let used = codes_in_state(answer, |s| *s == State::Used).len();
    parts.push(words::codes_counted(used, question.goods.codes.len()));
    parts.retain(|p| !p.is_empty());
    parts.join(" ")
}

fn amounts(shown: &Shown<'_>) -> String {
    let question = shown.question;
    let one = |side: &Side| {
        let value = side.numerator.map(|v| format!("{} {}", question.currency, money(v)));
        match (value, &question.exporter, side.denominator) {
            (Some(value), Some(_), Some(all)) => {
                format!("{value} of {} {}", question.currency, money(all))
            }
            (Some(value), ..) => value,
            (None, ..) => "not to be told from the data".to_owned(),
        }
    };
    let sides = &shown.answer.sides;
    let from = question.exporter.as_ref().map(|e| format!(" from {}", e.label)).unwrap_or_default();
    let mut text = format!(
        "{}{from} to {}: {} in {}",
        words::sentence_case(&words::goods(&question.goods)),
        words::importer(question),
        one(&sides[0]),
        words::period(&sides[0].period)
    );
    if let Some(before) = sides.get(1) {
        text.push_str(&format!(", against {} in {}", one(before), words::period(&before.period)));
    }
    text.push('.');
    text
}

fn key_figures(shown: &Shown<'_>) -> Vec<KeyFigure> {
    let (question, answer) = (shown.question, shown.answer);
    let key = |label: String, value: String, detail: String| KeyFigure { label, value, detail };
    let mut all = Vec::new();
    for side in &answer.sides {
        let detail = match (&question.exporter, side.share) {
            (Some(e), Some(share)) => {
                format!("from {}: {}{}", e.label, percent(share[0]), words::bounds(share))
            }
            _ => words::bases(answer),
        };
        let value = side
            .numerator
            .map_or_else(|| "–".to_owned(), |v| words::short_money(&question.currency, v));
        all.push(key(words::sentence_case(&words::period(&side.period)), value, detail));
    }
    if let [a, b] = &answer.sides[..]
        && let (Some(a), Some(b)) = (a.numerator, b.numerator)
        && b > 0.0
    {
        let how = if question.as_reported {
            "codes as reported, NOT comparable"
        } else {
            "on comparable codes only"
        };
        all.push(key("Change".into(), change(a, b), how.into()));
    }
    let used = codes_in_state(answer, |s| *s == State::Used).len();
    all.push(key(
        "Codes counted".into(),
        format!("{used} of {}", question.goods.codes.len()),
        question.goods.spec(),
    ));
    if answer.sides.len() == 1 {
        let coverage = answer.sides[0].coverage;
        let value = coverage.map_or_else(|| "unknown".into(), |c| format_percent(c, 1));
        all.push(key("Coverage".into(), value, "of the importer's purchases".into()));
    }
    all
}

/// What changes how the page may be used.
fn warnings(shown: &Shown<'_>) -> Vec<String> {
    let answer = shown.answer;
    let mut all = Vec::new();
    if shown.question.as_reported {
        all.push("NOT COMPARABLE: codes are taken by their digits although their meaning changed between revisions of the Harmonized System.".to_owned());
    }
    if answer.views.contains(&View::Partners) && answer.sides.iter().any(|s| s.numerator.is_some())
    {
        let whose = if words::all_eu(shown) {
            "exports reported by the EU"
        } else {
            "what the suppliers who are loaded report"
        };
        all.push(format!(
            "These are {whose}, not all imports of {}: suppliers who do not report here are not in any sum on this page.",
            words::importer(shown.question)
        ));
    }
    for (i, side) in answer.sides.iter().enumerate() {
        if let (None, Some(why)) = (side.numerator, &side.cannot_tell) {
            // Of the period asked about, the first lines of the page say it.
            if i == 0 {
                continue;
            }
            all.push(format!("{}: {why}.", words::sentence_case(&words::period(&side.period))));
        } else if !side.months_missing.is_empty() {
            let months: Vec<String> = side.months_missing.iter().map(ToString::to_string).collect();
            let period = words::sentence_case(&words::period(&side.period));
            all.push(format!(
                "{period}: no record in {}; the figures cover the other months only.",
                months.join(", ")
            ));
        }
    }
    let manifest = &shown.scanner.store().manifest;
    let aside: u64 = answer.sources.iter().map(|&i| manifest.resources[i].rows_set_aside).sum();
    if aside > 0 {
        all.push(format!(
            "{} rows of the sources could not be read when they were loaded, and are in no figure here.",
            crate::present::tables::whole(aside)
        ));
    }
    all
}
