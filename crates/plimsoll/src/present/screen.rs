//! What screening prints.

use crate::cli::Format;
use crate::commands::screen::{Answer, Frame};
use crate::present::tables::{self, Plain};
use crate::watchlists::ReceivedFile;
use plimsoll_screen::entity::NameKind;
use plimsoll_screen::screen::{Hit, WordReason};
use serde_json::{Value, json};
use std::fmt::Write;

/// What stands before the answers.
pub fn head(frame: &Frame<'_>, format: Format) -> String {
    match format {
        Format::Json => "[".into(),
        Format::Csv => {
            "query_id,query,score,list,entity_id,name,matched_name,programmes,listed,snapshot\n"
                .into()
        }
        Format::Ndjson => String::new(),
        Format::Table | Format::Md | Format::Ftm => {
            let mut out = String::new();
            if !frame.silent.is_empty() {
                let day = frame.as_of.as_deref().unwrap_or("");
                let _ =
                    writeln!(out, "No edition of {day} or before: {}\n", frame.silent.join(", "));
            }
            out
        }
    }
}

/// What stands after them.
pub fn tail(frame: &Frame<'_>, format: Format) -> String {
    match format {
        Format::Json => "\n]\n".into(),
        Format::Ndjson | Format::Csv => String::new(),
        Format::Table | Format::Md | Format::Ftm => {
            format!("snapshot {} · threshold {}\n", short(&frame.snapshot), score(frame.threshold))
        }
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// Thousandths as a number from 0 to 1.
fn score(permille: i32) -> String {
    format!("{}.{:03}", permille / 1000, permille % 1000)
}

/// One answer; `before` is how many were shown.
pub fn show(frame: &Frame<'_>, answer: &Answer, format: Format, before: usize) -> String {
    match format {
        Format::Ndjson => format!("{}\n", value(frame, answer)),
        Format::Json => {
            let comma = if before > 0 { "," } else { "" };
            format!("{comma}\n{}", value(frame, answer))
        }
        Format::Csv => csv(frame, answer),
        Format::Table | Format::Md | Format::Ftm => text(frame, answer, format),
    }
}

fn value(frame: &Frame<'_>, answer: &Answer) -> Value {
    json!({
        "query_id": answer.query.id,
        "query": answer.query.name,
        "hits": answer.hits.iter().map(|h| hit(frame, h)).collect::<Vec<_>>(),
        "snapshot": frame.snapshot,
        "threshold": number(frame.threshold),
        "as_of": frame.as_of,
        "stale": frame.stale.json(),
        "lists": frame.editions.iter().map(|e| format!("{}@{}", e.list, e.edition)).collect::<Vec<_>>(),
    })
}

/// A score as JSON: thousandths of one, without the digits that binary fractions bring in.
fn number(permille: i32) -> Value {
    json!(f64::from(permille) / 1000.0)
}

fn hit(frame: &Frame<'_>, hit: &Hit) -> Value {
    let edition = frame.editions.get(hit.list);
    let file = edition.and_then(|e| e.files.get(usize::from(hit.origin.file)));
    let mut reasons = vec![json!({
        "feature": "name",
        "effect": number(hit.name_score),
        "query": Value::Null,
        "listed": hit.matched_name,
        "text": name_in_words(hit),
    })];
    reasons.extend(hit.reasons.iter().map(|r| {
        json!({
            "feature": r.feature,
            "effect": number(r.effect),
            "query": r.query,
            "listed": r.listed,
            "text": r.text,
        })
    }));
    json!({
        "entity_id": hit.entity.id,
        "list": edition.map(|e| e.list.as_str()),
        "list_title": edition.map(|e| e.title.as_str()),
        "edition": edition.map(|e| e.edition.as_str()),
        "name": hit.entity.primary_name(),
        "matched_name": hit.matched_name,
        "matched_kind": hit.matched_kind,
        "score": number(hit.score),
        "name_score": number(hit.name_score),
        "type": hit.entity.kind,
        "programmes": hit.entity.programmes,
        "countries": hit.entity.countries,
        "listed": hit.entity.listed,
        "reasons": reasons,
        "words": hit.words.iter().map(word).collect::<Vec<_>>(),
        "to_fall_below": to_fall_below(frame, hit),
        "source": {
            "file": file.map(ReceivedFile::shown),
            "line": hit.origin.line,
            "sha256": file.map(|f| f.sha256.as_str()),
        },
    })
}

fn word(word: &WordReason) -> Value {
    json!({
        "query": word.query,
        "listed": word.listed,
        "likeness": number(word.likeness),
        "how": word.how,
        "weight": number(word.weight),
        "means": word.means,
    })
}

/// The name's part of the reasons in a sentence.
fn name_in_words(hit: &Hit) -> String {
    if hit.name_score == 1000 {
        return "the same name".into();
    }
    let paired: Vec<String> = hit
        .words
        .iter()
        .filter(|w| w.how.is_some() && w.likeness < 1000)
        .map(|w| format!("{} ~ {}", w.query, w.listed))
        .collect();
    let alone = |of: fn(&WordReason) -> &String| -> Vec<&str> {
        hit.words
            .iter()
            .filter(|w| w.how.is_none())
            .map(|w| of(w).as_str())
            .filter(|t| !t.is_empty())
            .collect()
    };
    let mut parts = Vec::new();
    if !paired.is_empty() {
        parts.push(paired.join(", "));
    }
    for (words, side) in [(alone(|w| &w.query), "query"), (alone(|w| &w.listed), "list")] {
        if !words.is_empty() {
            parts.push(format!("only in the {side}: {}", words.join(" ")));
        }
    }
    if parts.is_empty() { "the same words".into() } else { parts.join("; ") }
}

/// What would take the hit below the threshold, in words.
fn to_fall_below(frame: &Frame<'_>, hit: &Hit) -> String {
    let over = hit.score - frame.threshold;
    let heaviest = hit.words.iter().filter(|w| w.how.is_some()).max_by_key(|w| w.weight);
    let total: i32 = hit.words.iter().map(|w| w.weight).sum();
    match heaviest {
        Some(word) if total > 0 && word.weight * 1000 / total > over => format!(
            "{} above the threshold; it rests on {:?}: if that is another word, the hit is gone",
            score(over),
            word.query
        ),
        Some(_) => format!(
            "{} above the threshold; no one word carries it: several would have to differ",
            score(over)
        ),
        None => format!("{} above the threshold, by an identifier or an address", score(over)),
    }
}

fn programmes(hit: &Hit) -> String {
    hit.entity.programmes.join("; ")
}

fn csv(frame: &Frame<'_>, answer: &Answer) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for hit in &answer.hits {
        let list = frame.editions.get(hit.list).map_or("", |e| e.list.as_str());
        let _ = writer.write_record([
            &answer.query.id,
            &answer.query.name,
            &score(hit.score),
            list,
            &hit.entity.id,
            hit.entity.primary_name(),
            &hit.matched_name,
            &programmes(hit),
            &hit.entity.listed,
            &frame.snapshot,
        ]);
    }
    String::from_utf8(writer.into_inner().unwrap_or_default()).unwrap_or_default()
}

fn text(frame: &Frame<'_>, answer: &Answer, format: Format) -> String {
    let asked = tables::one_line(&plimsoll_terms::problem::shorten(&answer.query.name));
    if answer.hits.is_empty() {
        return format!("{asked}: no match found in {}\n\n", lists_by_day(frame));
    }
    let mut out = format!("{asked}\n");
    let mut table =
        Plain::new([">Score", "List", "As of", "Id", "Name", "Matched", "Programme", "Why"]);
    for hit in &answer.hits {
        let edition = frame.editions.get(hit.list);
        let matched = if hit.matched_name == hit.entity.primary_name() {
            "the name itself".to_owned()
        } else {
            format!("{}{}", hit.matched_name, kind_in_words(hit.matched_kind))
        };
        let mut why = vec![name_in_words(hit)];
        why.extend(hit.reasons.iter().map(|r| r.text.clone()));
        table.rows.push(vec![
            score(hit.score),
            edition.map_or_else(String::new, |e| e.list.clone()),
            edition.map_or_else(String::new, |e| e.edition.clone()),
            hit.entity.id.clone(),
            plimsoll_terms::problem::shorten(hit.entity.primary_name()),
            plimsoll_terms::problem::shorten(&matched),
            plimsoll_terms::problem::shorten(&programmes(hit)),
            plimsoll_terms::problem::shorten(&why.join("; ")),
        ]);
    }
    out.push_str(&table.show(format));
    if frame.why {
        for hit in &answer.hits {
            explain(&mut out, frame, hit, format);
        }
    }
    out.push('\n');
    out
}

fn kind_in_words(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Primary | NameKind::Alias => "",
        NameKind::WeakAlias => " (weak alias)",
        NameKind::Former => " (former name)",
        NameKind::OriginalScript => " (own script)",
    }
}

/// The lists with their days: by title where they are few, else by id.
fn lists_by_day(frame: &Frame<'_>) -> String {
    if frame.editions.len() <= 2 {
        let titles = frame.editions.iter().map(|e| format!("{} as of {}", e.title, e.edition));
        return titles.collect::<Vec<_>>().join(" or ");
    }
    let mut days: std::collections::BTreeMap<&str, Vec<&str>> = Default::default();
    for edition in &frame.editions {
        days.entry(&edition.edition).or_default().push(&edition.list);
    }
    let of_day = |(day, lists): (&&str, &Vec<&str>)| format!("{} as of {day}", lists.join(", "));
    days.iter().map(of_day).collect::<Vec<_>>().join("; ")
}

/// Word by word, with the source.
fn explain(out: &mut String, frame: &Frame<'_>, hit: &Hit, format: Format) {
    let edition = frame.editions.get(hit.list);
    let file = edition.and_then(|e| e.files.get(usize::from(hit.origin.file)));
    let _ = writeln!(
        out,
        "\n{} {} · {} · {} line {}",
        score(hit.score),
        tables::one_line(&hit.matched_name),
        edition.map_or("", |e| e.title.as_str()),
        file.map(ReceivedFile::shown).unwrap_or_default(),
        hit.origin.line
    );
    let mut table = Plain::new(["  Query", "Listed", ">Likeness", ">Weight", "How"]);
    for word in &hit.words {
        let how = match word.how {
            Some(how) => serde_json::to_value(how).ok().and_then(|v| v.as_str().map(str::to_owned)),
            None => Some("stands alone".into()),
        };
        let means =
            if word.means.is_empty() { String::new() } else { format!(" ({})", word.means) };
        table.rows.push(vec![
            format!("  {}", word.query),
            word.listed.clone(),
            score(word.likeness),
            score(word.weight),
            how.unwrap_or_default() + &means,
        ]);
    }
    out.push_str(&table.show(format));
    for reason in &hit.reasons {
        let sign = if reason.effect >= 0 { "+" } else { "-" };
        let _ = writeln!(
            out,
            "  {sign}{} {}: {} / {} ({})",
            score(reason.effect.abs()),
            reason.feature,
            tables::one_line(&reason.query),
            tables::one_line(&reason.listed),
            reason.text
        );
    }
    let _ = writeln!(out, "  {}", to_fall_below(frame, hit));
}
