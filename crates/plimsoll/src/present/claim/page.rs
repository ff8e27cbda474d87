//! Checks of claims as a page.

use super::{allows, attribution, conflicts, fetches, not_computed, range};
use crate::commands::claim::Shown;
use crate::present::assess_page::heading;
use crate::present::assess_page::tail::source_line;
use plimsoll_monitor::claims::{ClaimCheck, Fit, Verdict};
use plimsoll_report::{Block, CalloutKind, Cell, Cite, Column, HowStep, Page, SourceLine, Table};
use std::collections::BTreeSet;

/// The page: verdicts in a table, then each claim with what its definitions give.
pub fn page(shown: &Shown) -> Page {
    let title = match shown.checks.as_slice() {
        [one] => format!("Does it hold? {}", one.claim.text),
        many => format!("{} published claims against the data", many.len()),
    };
    let mut blocks = Vec::new();
    if used(shown)
        .iter()
        .any(|i| shown.scanner.store().manifest.resources[*i].dataset == "simulated")
    {
        blocks.push(Block::Callout {
            kind: CalloutKind::Simulated,
            text: "The data are made up: nothing here says anything about the world.".into(),
        });
    }
    blocks.push(Block::Table(verdicts(shown)));
    let conflicts = conflicts(&shown.checks);
    let lines: Vec<String> =
        conflicts.lines().filter(|l| l.starts_with("  ")).map(|l| l.trim().to_owned()).collect();
    if !lines.is_empty() {
        blocks.push(heading("Figures that do not fit each other"));
        blocks.push(Block::List(lines));
    }
    blocks.extend(super::texts::blocks(shown));
    for check in &shown.checks {
        blocks.extend(of_claim(check));
    }
    Page {
        lede: "Each claim was computed again under every definition that its words leave open, and held against the \
               interval that its words allow. \"Supported\" and \"contradicted\" speak of the data at hand, never of \
               the truth; a lower bound of nought means that what other suppliers sold is not known."
            .into(),
        blocks,
        sources: sources(shown),
        how_made: how_made(),
        cite: cite(shown, &title),
        generated_by: format!(
            "Made by plimsoll {}. The same store and claims give the same page.",
            env!("CARGO_PKG_VERSION")
        ),
        title,
    }
}

fn verdicts(shown: &Shown) -> Table {
    let columns = ["Verdict", "Claim", "Figure", "Computed", "Published"].map(Column::text);
    let rows = shown.checks.iter().map(|check| {
        let mut row = vec![Cell::verdict(chip(check.verdict))];
        let cells = [
            check.claim.text.clone(),
            check.claim.value.clone(),
            range(check),
            attribution(&check.claim),
        ];
        row.extend(cells.map(Cell::text));
        row
    });
    Table {
        caption: "What the data at hand say of each claim".into(),
        columns: columns.to_vec(),
        rows: rows.collect(),
        footnotes: Vec::new(),
    }
}

/// The verdict as the page shows it.
fn chip(verdict: Verdict) -> plimsoll_report::Verdict {
    use plimsoll_report::Verdict as Shown;
    match verdict {
        Verdict::Supported => Shown::Supported,
        Verdict::Contradicted => Shown::Contradicted,
        Verdict::DependsOnDefinition => Shown::Depends,
        Verdict::Inconsistent => Shown::Inconsistent,
        Verdict::CannotTell => Shown::CannotTell,
    }
}

fn of_claim(check: &ClaimCheck) -> Vec<Block> {
    let claim = &check.claim;
    let mut lines = vec![attribution(claim)];
    lines.extend(claim.amount().map(|a| format!("\"{}\" allows {}", claim.value, allows(&a))));
    for reading in &claim.readings {
        lines.push(format!("Other reading: {}. {}", reading.text, reading.implies));
    }
    if !claim.note.is_empty() {
        lines.push(claim.note.clone());
    }
    lines.extend(check.why.facts().iter().map(|f| f.text.clone()));
    lines.extend(not_computed(check).lines().map(|l| l.trim().to_owned()));
    let mut blocks = vec![heading(&claim.text), Block::List(lines)];
    if !check.computed.is_empty() {
        blocks.push(Block::Table(definitions(check)));
    }
    blocks
}

fn definitions(check: &ClaimCheck) -> Table {
    let unit = check.computed.first().map_or(String::new(), |c| c.unit.clone());
    let number = |label: &str| Column::number(label, unit.clone());
    let figure = |x: f64| {
        let decimals = if x.abs() < 1000.0 { 1 } else { 0 };
        Cell::number_or(x.is_finite().then_some(x), decimals, "what others sold is not known")
    };
    let rows = check.computed.iter().map(|c| {
        let fit = match c.fit {
            Fit::Within => "yes",
            Fit::Outside => "no",
            Fit::Open => "others within the bounds",
        };
        let coverage =
            Cell::number_or(c.coverage, 0, "nothing is known of suppliers who do not report");
        vec![
            Cell::text(c.definition.to_string()),
            figure(c.value),
            figure(c.low),
            figure(c.high),
            coverage,
            Cell::text(fit),
        ]
    });
    Table {
        caption: format!("{} under each definition", check.claim.text),
        columns: vec![
            Column::text("Definition"),
            number("Figure"),
            number("At least"),
            number("At most"),
            Column::percent("Coverage"),
            Column::text("Words allow it"),
        ],
        rows: rows.collect(),
        footnotes: fetches(check).into_iter().map(|c| format!("Would tell more: {c}")).collect(),
    }
}

fn used(shown: &Shown) -> BTreeSet<usize> {
    shown.checks.iter().flat_map(|c| &c.computed).flat_map(|c| c.sources.iter().copied()).collect()
}

/// The publishers of the claims, then the files behind the figures.
fn sources(shown: &Shown) -> Vec<SourceLine> {
    let published: BTreeSet<(String, String, String)> = (shown.checks.iter())
        .map(|c| &c.claim)
        .filter(|c| !c.publisher.is_empty())
        .map(|c| (c.publisher.clone(), c.published.clone(), c.link.clone()))
        .collect();
    let claims = published.into_iter().map(|(publisher, vintage, url)| SourceLine {
        publisher,
        dataset: "published claim".into(),
        vintage,
        url,
        ..SourceLine::default()
    });
    let manifest = &shown.scanner.store().manifest;
    claims.chain(used(shown).into_iter().map(|i| source_line(&manifest.resources[i]))).collect()
}

fn how_made() -> Vec<HowStep> {
    let step = |text: &str| HowStep { text: text.into(), sql: None };
    vec![
        step(
            "A rounded figure stands for everything that rounds to it: half a unit of its last significant digit on either side; \"about\" allows at least 5 %, \"nearly\" only below, \"more than\" any more.",
        ),
        step(
            "A claim that names a group of goods without codes is computed under all definitions of the group; one that states no basis, by dispatch and by origin; one that names China, with and without Hong Kong.",
        ),
        step(
            "Supported: every definition that could be computed fits, or those that do not cannot be told. Contradicted: no figure within the bounds of any definition fits. Depends on definition: some fit, others cannot.",
        ),
        step(
            "Claims are compared with each other by arithmetic on their intervals: parts and wholes, percentages against counts, growth against levels, the same figure in other units. Figures that differ in goods, basis, period or supplier are explained by that.",
        ),
    ]
}

fn cite(shown: &Shown, title: &str) -> Cite {
    let manifest = &shown.scanner.store().manifest;
    let issued = used(shown).iter().map(|i| manifest.resources[*i].loaded.clone()).max();
    Cite {
        authors: vec!["Plimsoll".into()],
        title: title.to_owned(),
        publisher: "Computed with Plimsoll".into(),
        issued: issued.unwrap_or_default(),
        version: env!("CARGO_PKG_VERSION").into(),
        url: String::new(),
    }
}
