//! Which claims does a text make, and whom and what does it name? Plain text, Markdown or HTML in,
//! claims for a person to accept out, each with its place in the text.
//!
//! The words are in `data/article_*.csv`, the grammar is here: `figure` finds the figures,
//! `roles` who bought from whom, `when` the months, `source` who says so. What a sentence does
//! not say is listed as unresolved and never filled in silently; what was worked out from other
//! sentences is marked. `proposal` holds what a machine read to the same rules. Nothing here judges whether a claim is true.

mod change;
mod claims;
mod clean;
mod deed;
pub(crate) mod figure;
mod html;
mod lexicon;
mod names;
pub mod proposal;
mod roles;
mod say;
mod source;
#[cfg(test)]
mod tests;
pub(crate) mod token;
mod value;
mod when;

use serde::Serialize;

use crate::claim::{Claim, TextPlace};
use crate::goods::GoodsGroup;
use claims::Reader;
use clean::{About, Block, Lines, Role};
use when::Day;

/// How a text is marked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// No marks.
    #[default]
    Plain,
    /// Markdown, also with front matter.
    Markdown,
    /// A web page.
    Html,
}

impl Kind {
    /// By the end of a file's name or address; anything but `.md` and `.htm(l)` is plain.
    pub fn of_name(name: &str) -> Kind {
        let lower = name.to_ascii_lowercase();
        if lower.ends_with(".md") || lower.ends_with(".markdown") {
            Kind::Markdown
        } else if lower.ends_with(".html") || lower.ends_with(".htm") || lower.ends_with(".xhtml") {
            Kind::Html
        } else {
            Kind::Plain
        }
    }
}

/// What was read in a text.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Article {
    /// The heading.
    pub title: String,
    /// Day of publication, `YYYY-MM-DD`, or month, `YYYY-MM`, where the text says so.
    pub published: Option<String>,
    /// Who wrote it.
    pub byline: String,
    /// Who published it.
    pub publisher: String,
    /// The claims, in the order of the text.
    pub claims: Vec<Found>,
    /// Companies, goods, places, weapons and sources, by kind and first place.
    pub mentions: Vec<Mention>,
}

/// How much of a claim the sentence itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Certainty {
    /// Hardly more than the figure.
    Low,
    /// Something is open or was worked out from other sentences.
    Medium,
    /// Figure, goods, parties and period.
    High,
}

/// A claim found in a text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// The claim, read as [`Proposed`](crate::claim::Read::Proposed); its `quote` is the sentence
    /// and its `place` the sentence's place.
    pub claim: Claim,
    /// Where the figure itself stands; none for a deed.
    pub figure: Option<TextPlace>,
    /// What the sentence leaves open, and what was worked out, in words.
    pub unresolved: Vec<String>,
    /// How much the sentence says.
    pub certainty: Certainty,
}

/// What kind of thing is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MentionKind {
    /// A company, bank, plant, institute.
    Company,
    /// Goods, by words of the lexicon.
    Goods,
    /// A country or group of countries.
    Place,
    /// A military good.
    Weapon,
    /// Who says something.
    Source,
}

/// A name in the text.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mention {
    /// What it is.
    pub kind: MentionKind,
    /// As the text names it first.
    pub name: String,
    /// A place's code, the goods' group, list or heading; empty where there is none.
    pub code: String,
    /// Why it was taken for one, or what a reader must know.
    pub note: String,
    /// Where it stands, in order.
    pub places: Vec<TextPlace>,
}

/// Reads a text. `user_goods` are groups of the user whose names also mean goods.
pub fn read(text: &str, kind: Kind, user_goods: &[GoodsGroup]) -> Article {
    let (blocks, mut about) = blocks(text, kind);
    head(&blocks, &mut about);
    let published = Day::parse(&about.published);
    let month = crate::period::Period::parse(&about.published).is_ok();
    match published {
        Some(day) => about.published = day.text(),
        None if !month => about.published.clear(),
        None => {}
    }
    let lines = Lines::of(text);
    let mut reader = Reader::new(text, &lines, published, user_goods);
    for block in &blocks {
        match block.role {
            Role::Aside => {}
            Role::Prose => reader.block(block, true),
            Role::Cell => reader.block(block, block.text.split(' ').count() >= 8),
            Role::Heading => reader.block(block, false),
        }
    }
    let (mut found, mentions) = reader.done();
    for one in &mut found {
        one.claim.publisher.clone_from(&about.publisher);
        one.claim.link.clone_from(&about.link);
        one.claim.published.clone_from(&about.published);
    }
    Article {
        title: about.title,
        published: Some(about.published).filter(|day| !day.is_empty()),
        byline: about.byline,
        publisher: about.publisher,
        claims: found,
        mentions,
    }
}

/// The sentences of a text without its marks, a paragraph a line.
pub fn prose(text: &str, kind: Kind) -> String {
    let blocks = blocks(text, kind).0;
    let kept = blocks.iter().filter(|block| block.role != Role::Aside);
    kept.map(|block| block.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn blocks(text: &str, kind: Kind) -> (Vec<Block>, About) {
    match kind {
        Kind::Plain => clean::lines(text, false),
        Kind::Markdown => clean::lines(text, true),
        Kind::Html => html::blocks(text),
    }
}

/// The month of a report without a day: "A report by X, June 2024".
fn month_of_issue(blocks: &[Block]) -> String {
    let short = blocks.iter().take(6).filter(|b| b.text.len() < 90);
    let found = short.map(|block| {
        let tokens = token::tokens(&block.text, 0);
        let mut pairs = tokens.windows(2).filter_map(|w| {
            let month = when::month_of(w.first()?)?;
            let year = w.get(1).filter(|t| t.is_number() && t.raw.len() == 4)?;
            Some(format!("{}-{month:02}", year.raw))
        });
        pairs.next()
    });
    found.flatten().next().unwrap_or_default()
}

/// Title, byline, day and publisher from the first and last blocks, where the file does not say.
fn head(blocks: &[Block], about: &mut About) {
    for (i, block) in blocks.iter().take(14).enumerate() {
        if i == 0 && about.title.is_empty() && block.text.len() < 240 {
            about.title.clone_from(&block.text);
            continue;
        }
        let by = block.text.strip_prefix("By ").filter(|name| name.len() < 80);
        if let Some(name) = by.filter(|_| about.byline.is_empty()) {
            about.byline = name.trim_end_matches('.').to_owned();
        }
        if about.published.is_empty() && block.text.len() < 90 {
            let tokens = token::tokens(&block.text, 0);
            let day = (0..tokens.len()).find_map(|at| when::day_at(&tokens, at));
            about.published = day.map_or_else(String::new, |(day, _)| day.text());
        }
    }
    if about.published.is_empty() {
        about.published = month_of_issue(blocks);
    }
    if about.publisher.is_empty() {
        let rights = blocks.iter().rev().take(12).find_map(|b| b.text.strip_prefix("© "));
        let name = rights.map(|r| r.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' '));
        let name = name.and_then(|n| n.split([',', '.', '|']).next()).unwrap_or_default();
        about.publisher = name.trim().chars().take(80).collect();
    }
    if about.publisher.is_empty() {
        let host = about.link.split("//").nth(1).and_then(|rest| rest.split('/').next());
        about.publisher = host.unwrap_or_default().trim_start_matches("www.").to_owned();
    }
    // A dateline opens the first paragraph of many reports: "WASHINGTON, April 12, 2024 —".
    if about.published.is_empty() {
        for block in blocks.iter().take(4) {
            let start = block.text.get(..block.text.floor_char_boundary(70)).unwrap_or_default();
            let tokens = token::tokens(start, 0);
            let dash =
                tokens.iter().position(|t| matches!(t.raw, "—" | "–") || t.raw == "-" && t.spaced);
            let day = (0..dash.unwrap_or(0)).find_map(|at| when::day_at(&tokens, at));
            if let Some((day, _)) = day {
                about.published = day.text();
                break;
            }
        }
    }
}
