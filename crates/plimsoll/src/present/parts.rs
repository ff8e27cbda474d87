//! How the parts of a weapon look.

use crate::cli::{Format, PartsBy};
use crate::commands::parts::{Answer, Maker, Part};
use crate::evidence::listing::Listed;
use crate::present::tables::{self, Plain, one_line, whole};
use plimsoll_terms::evidence::weapons::Fit;
use plimsoll_terms::evidence::{Node, codes};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// In one of the forms of text or JSON.
pub fn show(answer: &Answer<'_>, format: Format, by: Option<PartsBy>, limit: usize) -> String {
    match (format, by) {
        (Format::Json, _) => tables::pretty(&document(answer)),
        (Format::Ndjson, Some(PartsBy::Maker)) => {
            answer.makers.iter().map(|m| format!("{}\n", maker_json(answer, m))).collect()
        }
        (Format::Ndjson, _) => {
            answer.parts.iter().map(|p| format!("{}\n", part_json(answer, p))).collect()
        }
        (Format::Csv, Some(PartsBy::Maker)) => makers(answer, usize::MAX).show(format),
        (Format::Csv, _) => parts(answer, usize::MAX).show(format),
        _ => text(answer, format, by, if limit == 0 { usize::MAX } else { limit }),
    }
}

/// A maker as a table shows it.
pub fn country(node: &Node) -> String {
    let all: Vec<&str> = node.countries.iter().map(String::as_str).collect();
    if all.is_empty() { "not stated".to_owned() } else { all.join(" / ") }
}

/// What the lists say of a maker: a lead, or that no match was found.
pub fn listing(answer_has_lists: bool, listed: &[Listed<'_>]) -> String {
    match listed.first() {
        _ if !answer_has_lists => "no list is loaded".to_owned(),
        None => "no match found".to_owned(),
        Some(best) => best.words(),
    }
}

/// The maker of a part; where no source knows it, that, with the country that it gives.
pub fn maker_of(part: &Part<'_>) -> (String, String) {
    if part.makers.is_empty() {
        let place = part.node.fact("maker_country");
        let place = if place.is_empty() { "not stated".to_owned() } else { place };
        return ("unknown".to_owned(), place);
    }
    let names: Vec<&str> = part.makers.iter().map(|m| m.name()).collect();
    let places: Vec<String> = part.makers.iter().map(|m| country(m)).collect();
    (names.join(" / "), places.join(" / "))
}

/// The name of a part as given; a dash where the source gives none.
pub fn name_of(part: &Part<'_>) -> String {
    let name = part.node.names.first().map(String::as_str).unwrap_or_default();
    if plimsoll_terms::evidence::is_unknown(name) { "not specified".into() } else { name.into() }
}

/// Usual code of a part with its kind; none where nothing says what it is.
pub fn code_of(node: &Node) -> Option<&'static codes::PartCode> {
    codes::usual(&node.fact("category"), node.names.first().map_or("", String::as_str))
}

fn fit(fit: &Fit) -> &'static str {
    match fit {
        Fit::Exact => "the weapon",
        Fit::Assembly => "an assembly of it",
        _ => "a specimen or variant",
    }
}

fn has_lists(answer: &Answer<'_>) -> bool {
    !answer.lists.editions.is_empty()
}

/// One row a maker.
pub fn makers(answer: &Answer<'_>, limit: usize) -> Plain {
    let mut table = Plain::new(["maker", "country", ">parts", ">found in", "lists", "spellings"]);
    for maker in answer.makers.iter().take(limit) {
        let spellings = match maker.node.names.len() {
            1 => String::new(),
            _ => maker.node.names.iter().cloned().collect::<Vec<_>>().join(" = "),
        };
        table.rows.push(vec![
            maker.node.name().to_owned(),
            country(maker.node),
            whole(maker.parts as u64),
            whole(maker.specimens as u64),
            listing(has_lists(answer), &maker.listed),
            spellings,
        ]);
    }
    table
}

/// One row a part.
pub fn parts(answer: &Answer<'_>, limit: usize) -> Plain {
    let mut table = Plain::new([
        "part",
        "category",
        "usual code",
        "maker",
        "country",
        "lists",
        "found in",
        "date",
        "source",
    ]);
    let listed: BTreeMap<_, _> = answer.makers.iter().map(|m| (&m.node.id, &m.listed)).collect();
    for part in answer.parts.iter().take(limit) {
        let (maker, place) = maker_of(part);
        let lists = part.makers.first().and_then(|m| listed.get(&m.id));
        table.rows.push(vec![
            name_of(part),
            part.node.fact("category"),
            code_of(part.node).map(|c| c.code.to_string()).unwrap_or_default(),
            maker,
            place,
            lists.map(|l| listing(has_lists(answer), l)).unwrap_or_default(),
            part.weapon.name().to_owned(),
            part.found.date.clone(),
            source(part),
        ]);
    }
    table
}

/// The link of the source, or file and line.
fn source(part: &Part<'_>) -> String {
    let cited = &part.found.cited;
    if cited.link.is_empty() {
        return format!("{} line {}", cited.source, cited.line);
    }
    cited.link.clone()
}

fn specimens(answer: &Answer<'_>, limit: usize) -> Plain {
    let mut table = Plain::new(["documented", "what", ">parts"]);
    for one in answer.specimens.iter().take(limit) {
        table.rows.push(vec![
            one.weapon.names.iter().cloned().collect::<Vec<_>>().join(" = "),
            fit(&one.fit).to_owned(),
            whole(one.parts as u64),
        ]);
    }
    table
}

fn countries(answer: &Answer<'_>) -> Plain {
    let mut table = Plain::new(["country of maker", ">makers", ">parts"]);
    let mut sums: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for maker in &answer.makers {
        let sum = sums.entry(country(maker.node)).or_default();
        *sum = (sum.0 + 1, sum.1 + maker.parts as u64);
    }
    let mut rows: Vec<(String, (u64, u64))> = sums.into_iter().collect();
    rows.sort_by(|a, b| (b.1.1, &a.0).cmp(&(a.1.1, &b.0)));
    for (place, (makers, parts)) in rows {
        table.rows.push(vec![place, whole(makers), whole(parts)]);
    }
    table.rows.push(vec!["maker unknown".into(), "–".into(), whole(answer.unknown as u64)]);
    table
}

fn text(answer: &Answer<'_>, format: Format, by: Option<PartsBy>, limit: usize) -> String {
    let mut out = format!("{}\n", headline(answer));
    let mut block = |title: String, table: Plain, all: usize| {
        if !table.rows.is_empty() {
            let heading = if format == Format::Md { "\n## " } else { "\n" };
            out.push_str(&format!("{heading}{}\n", one_line(&title)));
            if format == Format::Md {
                out.push('\n');
            }
            out.push_str(&table.show(format));
            if all > table.rows.len() {
                let more = whole((all - table.rows.len()) as u64);
                out.push_str(&format!("… {more} more; --limit 0 shows all\n"));
            }
        }
    };
    block("Documented under this name".into(), specimens(answer, limit), answer.specimens.len());
    if by != Some(PartsBy::Part) {
        block("Parts by country of the maker".into(), countries(answer), 0);
        block("Makers".into(), makers(answer, limit), answer.makers.len());
    }
    if by != Some(PartsBy::Maker) {
        block("Parts".into(), parts(answer, limit), answer.parts.len());
        block("Companies named with it, without a documented part".into(), named(answer), 0);
    }
    out
}

fn named(answer: &Answer<'_>) -> Plain {
    let mut table = Plain::new(["company", "relation", "weapon", "what", "likelihood", "source"]);
    for one in &answer.named {
        table.rows.push(vec![
            one.company.name().to_owned(),
            one.said.relation.word().to_owned(),
            one.said.to.as_str().split_once(':').map_or("", |(_, key)| key).to_owned(),
            one.said.remark.clone(),
            one.said.likelihood.clone().unwrap_or_else(|| "not stated".into()),
            one.said.cited.link.clone(),
        ]);
    }
    table
}

/// The answer in a sentence.
pub fn headline(answer: &Answer<'_>) -> String {
    let distinct: BTreeSet<_> = answer.parts.iter().map(|p| &p.node.id).collect();
    format!(
        "{}: {} documented parts in {} documented weapons, specimens or assemblies of that name; {} makers in {} countries; the maker of {} parts is unknown.",
        one_line(&answer.asked),
        whole(distinct.len() as u64),
        whole(answer.specimens.len() as u64),
        whole(answer.makers.len() as u64),
        whole(answer.makers.iter().flat_map(|m| &m.node.countries).collect::<BTreeSet<_>>().len()
            as u64),
        whole(answer.unknown as u64)
    )
}

/// What must be said with it.
pub fn notes(answer: &Answer<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if has_lists(answer) {
        notes.push(format!("lists asked: {}", answer.lists.words()));
        notes.push(
            "\"no match found\" means in these lists at that day, and no more; a match is a lead"
                .into(),
        );
    } else {
        notes.push("no watchlist is loaded, so nothing is said of listings".into());
    }
    if !answer.family.is_empty() {
        let all = answer.family.iter().map(|(name, n)| format!("{name} ({n} parts)"));
        notes
            .push(format!("not taken, of the same family: {}", all.collect::<Vec<_>>().join("; ")));
    }
    let codes = answer.parts.iter().any(|p| code_of(p.node).is_some());
    if codes {
        notes.push(format!("usual code: {}", codes::CAVEAT));
    }
    notes.push(
        "that a part was found says nothing of who sold it, or whether its maker knew".into(),
    );
    notes.extend(attributions(answer));
    notes
}

/// Publisher and terms of the evidence that is shown.
pub fn attributions(answer: &Answer<'_>) -> Vec<String> {
    let cited = answer.parts.iter().map(|p| &p.found.cited);
    let cited = cited.chain(answer.named.iter().map(|n| &n.said.cited));
    let all: BTreeSet<&str> = cited.map(|c| c.attribution.as_str()).collect();
    all.into_iter().map(|text| format!("source: {text}")).collect()
}

fn listed_json(listed: &Listed<'_>) -> Value {
    json!({
        "list": listed.edition.list,
        "edition": listed.edition.edition,
        "entity_id": listed.entity.id,
        "name": listed.entity.primary_name(),
        "matched_name": listed.matched,
        "score": f64::from(listed.score) / 1000.0,
        "listed": listed.entity.listed,
        "line": listed.line,
    })
}

/// What the lists say, for machines: `possible-match`, `no-match-found` or `no-list`.
pub fn status_json(has_lists: bool, listed: &[Listed<'_>]) -> Value {
    let status = match (has_lists, listed.is_empty()) {
        (false, _) => "no-list",
        (true, true) => "no-match-found",
        (true, false) => "possible-match",
    };
    json!({"status": status, "hits": listed.iter().map(listed_json).collect::<Vec<_>>()})
}

fn maker_json(answer: &Answer<'_>, maker: &Maker<'_>) -> Value {
    json!({
        "maker": maker.node.name(),
        "spellings": maker.node.names,
        "countries": maker.node.countries,
        "parts": maker.parts,
        "found_in": maker.specimens,
        "lists": status_json(has_lists(answer), &maker.listed),
    })
}

fn part_json(answer: &Answer<'_>, part: &Part<'_>) -> Value {
    let code = code_of(part.node);
    let makers = answer.makers.iter().filter(|m| part.makers.iter().any(|p| p.id == m.node.id));
    json!({
        "component_id": part.node.id.as_str(),
        "name": name_of(part),
        "facts": part.node.facts,
        "usual_code": code.map(|c| json!({"hs": c.code.to_string(), "kind": c.kind, "note": codes::CAVEAT})),
        "makers": makers.map(|m| json!({
            "maker": m.node.name(),
            "countries": m.node.countries,
            "lists": status_json(has_lists(answer), &m.listed),
        })).collect::<Vec<_>>(),
        "maker_unknown": part.makers.is_empty(),
        "found_in": part.weapon.name(),
        "likelihood": part.found.likelihood,
        "date": part.found.date,
        "source": part.found.cited,
    })
}

fn document(answer: &Answer<'_>) -> Value {
    json!({
        "asked": answer.asked,
        "as_of": answer.as_of,
        "documented": answer.specimens.iter().map(|s| json!({
            "weapon_id": s.weapon.id.as_str(),
            "names": s.weapon.names,
            "what": fit(&s.fit),
            "parts": s.parts,
        })).collect::<Vec<_>>(),
        "not_taken": answer.family,
        "makers": answer.makers.iter().map(|m| maker_json(answer, m)).collect::<Vec<_>>(),
        "parts": answer.parts.iter().map(|p| part_json(answer, p)).collect::<Vec<_>>(),
        "maker_unknown": answer.unknown,
        "named_without_part": answer.named.iter().map(|n| json!({
            "company": n.company.name(), "statement": n.said,
        })).collect::<Vec<_>>(),
        "lists": answer.lists.editions.iter().map(|e| json!({
            "list": e.list, "title": e.title, "edition": e.edition,
        })).collect::<Vec<_>>(),
        "sources": answer.evidence.files.iter().map(|f| json!({
            "source_id": f.id, "file": f.file.name, "sha256": f.file.sha256,
            "attribution": f.attribution(), "loaded": f.loaded,
        })).collect::<Vec<_>>(),
        "notes": notes(answer),
    })
}
