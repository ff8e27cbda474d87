//! How a party and what stands behind it look.

use crate::cli::Format;
use crate::commands::owners::{Answer, Control};
use crate::evidence::listing::score;
use crate::present::parts::{country, status_json};
use crate::present::tables::{self, Plain, money, one_line, or_dash, whole};
use plimsoll_terms::evidence::ownership::HALF;
use plimsoll_terms::evidence::{Edge, NodeId, Share, codes, is_unknown};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// In one of the forms of text or JSON.
pub fn show(answer: &Answer<'_>, format: Format, limit: usize) -> String {
    let limit = if limit == 0 { usize::MAX } else { limit };
    match format {
        Format::Json => tables::pretty(&document(answer)),
        Format::Ndjson => answer.statements().iter().map(|e| format!("{}\n", json!(e))).collect(),
        Format::Csv => statements(answer, usize::MAX).show(format),
        _ => text(answer, format, limit),
    }
}

fn text(answer: &Answer<'_>, format: Format, limit: usize) -> String {
    let mut out = format!("{}\n", headline(answer));
    for (title, table, all) in sections(answer, limit) {
        if table.rows.is_empty() {
            continue;
        }
        let heading = if format == Format::Md { "\n## " } else { "\n" };
        out.push_str(&format!("{heading}{title}\n"));
        if format == Format::Md {
            out.push('\n');
        }
        out.push_str(&table.show(format));
        if all > table.rows.len() {
            let more = whole((all - table.rows.len()) as u64);
            out.push_str(&format!("… {more} more; --limit 0 shows all\n"));
        }
    }
    out
}

/// Every table with its title and how many rows there are in all.
pub fn sections(answer: &Answer<'_>, limit: usize) -> Vec<(&'static str, Plain, usize)> {
    let found: usize = answer.made.iter().map(|m| m.found.len().max(1)).sum();
    vec![
        ("Names in the evidence", names(answer), 0),
        ("On the lists", listings(answer), 0),
        ("Listing by edition in the store", timeline(answer), 0),
        ("Owners, links and supplies", statements(answer, limit), answer.ties.len()),
        ("What listed owners hold", control(answer), 0),
        ("Parts found in weapons", weapons(answer, limit), 0),
        ("Parts", parts(answer, limit), found),
        ("Codes that such parts usually ship under", part_codes(answer), 0),
        ("Trade under those codes, all makers together", flows(answer), 0),
    ]
}

/// The answer in a few sentences.
pub fn headline(answer: &Answer<'_>) -> String {
    let asked = one_line(&answer.asked);
    let lists = match (answer.lists.editions.is_empty(), answer.listed.first()) {
        (true, _) => "no watchlist is loaded".to_owned(),
        (false, None) => format!("no match found in {}", answer.lists.words()),
        (false, Some(best)) => best.words(),
    };
    let weapons: BTreeSet<&NodeId> =
        answer.made.iter().flat_map(|m| m.found.iter().map(|(w, _)| &w.id)).collect();
    let parts = match answer.made.len() {
        0 => "no source in the store names a part of it".to_owned(),
        n => format!(
            "{} parts are documented in {} weapons or specimens",
            whole(n as u64),
            whole(weapons.len() as u64)
        ),
    };
    format!("{asked}: {lists}; {parts}.")
}

fn names(answer: &Answer<'_>) -> Plain {
    let mut table = Plain::new(["name", "country", ">score", "how", "other spellings"]);
    for party in &answer.parties {
        let others = party.node.names.iter().filter(|name| *name != party.node.name());
        table.rows.push(vec![
            party.node.name().to_owned(),
            country(party.node),
            score(party.score),
            if party.in_brackets { "named in brackets: a lead" } else { "by name" }.to_owned(),
            others.cloned().collect::<Vec<_>>().join(" = "),
        ]);
    }
    table
}

fn listings(answer: &Answer<'_>) -> Plain {
    let mut table = Plain::new(["entry", "list", "edition", ">score", "since", "names"]);
    for hit in &answer.listed {
        let names: Vec<&str> = hit.entity.names.iter().map(|n| n.text.as_str()).collect();
        table.rows.push(vec![
            hit.entity.primary_name().to_owned(),
            hit.edition.list.clone(),
            hit.edition.edition.clone(),
            score(hit.score),
            hit.since(),
            names.join(" = "),
        ]);
    }
    table
}

fn timeline(answer: &Answer<'_>) -> Plain {
    let mut table = Plain::new([
        "entry",
        "list",
        "id",
        "listed (by the list)",
        "first seen",
        "last seen",
        "editions without it",
    ]);
    for line in &answer.timelines {
        table.rows.push(vec![
            line.names.first().cloned().unwrap_or_default(),
            line.list.clone(),
            line.entity_id.clone(),
            if line.listed.is_empty() { "not stated" } else { &line.listed }.to_owned(),
            line.first_seen.clone(),
            line.last_seen.clone(),
            if line.not_in.is_empty() { "none".into() } else { line.not_in.join(", ") },
        ]);
    }
    table
}

fn name(answer: &Answer<'_>, id: &NodeId) -> String {
    answer.graph.node(id).map_or_else(|| id.as_str().to_owned(), |node| node.name().to_owned())
}

/// One statement a row.
pub fn statements(answer: &Answer<'_>, limit: usize) -> Plain {
    let mut table = Plain::new([
        "who",
        "relation",
        "whom",
        "share",
        "date",
        "until",
        "likelihood",
        "remark",
        "source",
    ]);
    let blank = |text: &str| if text.is_empty() { "not stated".to_owned() } else { text.into() };
    for edge in answer.ties.iter().take(limit) {
        table.rows.push(vec![
            name(answer, &edge.from),
            edge.relation.word().to_owned(),
            name(answer, &edge.to),
            edge.share.map_or_else(|| "not stated".to_owned(), Share::text),
            blank(&edge.date),
            edge.until.clone(),
            blank(edge.likelihood.as_deref().unwrap_or_default()),
            edge.remark.clone(),
            source(edge),
        ]);
    }
    table
}

fn source(edge: &Edge) -> String {
    let place = match edge.cited.line {
        0 => edge.cited.source.clone(),
        line => format!("{} line {line}", edge.cited.source),
    };
    if edge.cited.link.is_empty() { place } else { format!("{} ({place})", edge.cited.link) }
}

fn percent(range: (u32, u32)) -> String {
    Share { low: range.0, high: range.1 }.text()
}

/// What the figures mean for the 50 % rule: a lead, for whether the owners are the listed ones
/// is not known.
fn reading(control: &Control<'_>) -> &'static str {
    let (low, high) = control.held.aggregate;
    match () {
        () if control.owners.is_empty() => "no owner in the store is a possible match",
        () if low >= HALF => "50 % or more, if the owners are the listed parties",
        () if high >= HALF => "cannot tell: may reach 50 %",
        () => "below 50 %, as far as the store knows owners",
    }
}

fn control(answer: &Answer<'_>) -> Plain {
    let mut table = Plain::new([
        "company",
        "listed owners",
        "direct",
        "in the aggregate",
        "along chains",
        "50 % rule (lead)",
    ]);
    for one in &answer.control {
        let owners =
            one.owners.iter().map(|(node, hit)| format!("{} – {}", node.name(), hit.words()));
        table.rows.push(vec![
            one.party.name().to_owned(),
            owners.collect::<Vec<_>>().join("; "),
            percent(one.held.direct),
            percent(one.held.aggregate),
            percent(one.held.chain),
            reading(one).to_owned(),
        ]);
    }
    table
}

fn weapons(answer: &Answer<'_>, limit: usize) -> Plain {
    let mut table = Plain::new(["weapon or specimen", ">parts"]);
    let mut counts: BTreeMap<&NodeId, BTreeSet<&NodeId>> = BTreeMap::new();
    for part in &answer.made {
        for (weapon, _) in &part.found {
            counts.entry(&weapon.id).or_default().insert(&part.part.id);
        }
    }
    let mut rows: Vec<(&NodeId, usize)> = counts.into_iter().map(|(w, p)| (w, p.len())).collect();
    rows.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
    for (weapon, parts) in rows.into_iter().take(limit) {
        table.rows.push(vec![name(answer, weapon), whole(parts as u64)]);
    }
    table
}

fn parts(answer: &Answer<'_>, limit: usize) -> Plain {
    let mut table = Plain::new(["part", "category", "maker", "found in", "date", "source"]);
    for made in &answer.made {
        let part = made.part.names.first().map(String::as_str).unwrap_or_default();
        let part = if is_unknown(part) { "not specified" } else { part };
        let mut row = |weapon: &str, edge: &Edge| {
            table.rows.push(vec![
                part.to_owned(),
                made.part.fact("category"),
                made.maker.name().to_owned(),
                weapon.to_owned(),
                edge.date.clone(),
                source(edge),
            ]);
        };
        if made.found.is_empty() {
            row("not stated", made.made);
        }
        made.found.iter().for_each(|(weapon, edge)| row(weapon.name(), edge));
    }
    table.rows.truncate(limit);
    table
}

fn part_codes(answer: &Answer<'_>) -> Plain {
    let mut table = Plain::new(["code (HS2022)", "kind", ">parts", "note"]);
    for (code, (kind, parts)) in &answer.codes {
        let note = codes::CAVEAT.to_owned();
        table.rows.push(vec![code.clone(), kind.clone(), whole(*parts as u64), note]);
    }
    table
}

fn flows(answer: &Answer<'_>) -> Plain {
    let mut table = Plain::new(["code", "importer", "year", ">value USD", "basis"]);
    for flow in &answer.flows {
        table.rows.push(vec![
            flow.code.clone(),
            answer.importer.clone(),
            flow.year.to_string(),
            or_dash(flow.value_usd, money),
            if flow.value_usd.is_some() { &flow.basis } else { "cannot tell" }.to_owned(),
        ]);
    }
    table
}

/// What must be said with it.
pub fn notes(answer: &Answer<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if answer.lists.editions.is_empty() {
        notes.push("no watchlist is loaded, so nothing is said of listings".to_owned());
    } else {
        notes.push(format!("lists asked: {}", answer.lists.words()));
    }
    if !answer.near.is_empty() {
        let near = answer.near.iter().map(|(name, s)| format!("{name} ({})", score(*s)));
        notes.push(format!("near it, not taken: {}", near.collect::<Vec<_>>().join("; ")));
    }
    if !answer.control.is_empty() {
        notes.push("in the aggregate: OFAC's way, a company held to 50 % or more counts whole; along chains: shares multiplied; both are leads, the EU and the United Kingdom read their rules otherwise".into());
    }
    if !answer.flows.is_empty() {
        notes.push("flows are of all makers and uses of a code, never of this party alone".into());
    }
    if !answer.made.is_empty() {
        notes.push(
            "that a part was found says nothing of who sold it, or whether its maker knew".into(),
        );
    }
    let statements = answer.statements();
    let all: BTreeSet<&str> = statements.iter().map(|e| e.cited.attribution.as_str()).collect();
    notes.extend(all.into_iter().map(|text| format!("source: {text}")));
    notes
}

fn document(answer: &Answer<'_>) -> Value {
    let has_lists = !answer.lists.editions.is_empty();
    json!({
        "asked": answer.asked,
        "as_of": answer.as_of,
        "parties": answer.parties.iter().map(|p| json!({
            "id": p.node.id.as_str(), "names": p.node.names, "countries": p.node.countries,
            "facts": p.node.facts, "matched": p.matched, "score": f64::from(p.score) / 1000.0,
            "in_brackets": p.in_brackets,
        })).collect::<Vec<_>>(),
        "lists": status_json(has_lists, &answer.listed),
        "names": answer.listed.iter().flat_map(|h| h.entity.names.iter().map(|n| &n.text)).collect::<BTreeSet<_>>(),
        "timeline": answer.timelines,
        "statements": answer.ties,
        "control": answer.control.iter().map(|c| json!({
            "company": c.party.name(),
            "listed_owners": c.owners.iter().map(|(node, hit)| json!({
                "owner": node.name(), "match": hit.words(),
            })).collect::<Vec<_>>(),
            "hundredths_of_percent": c.held,
            "reading": reading(c),
        })).collect::<Vec<_>>(),
        "parts": answer.made.iter().map(|m| json!({
            "component_id": m.part.id.as_str(), "names": m.part.names, "facts": m.part.facts,
            "maker": m.maker.name(), "made_by": m.made,
            "found_in": m.found.iter().map(|(w, e)| json!({"weapon": w.name(), "statement": e})).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "codes": answer.codes.iter().map(|(code, (kind, parts))| json!({
            "hs": code, "kind": kind, "parts": parts, "note": codes::CAVEAT,
        })).collect::<Vec<_>>(),
        "flows": answer.flows.iter().map(|f| json!({
            "hs": f.code, "importer": answer.importer, "year": f.year,
            "value_usd": f.value_usd, "basis": f.basis,
        })).collect::<Vec<_>>(),
        "sources": answer.evidence.files.iter().map(|f| json!({
            "source_id": f.id, "file": f.file.name, "sha256": f.file.sha256,
            "attribution": f.attribution(),
        })).collect::<Vec<_>>(),
        "notes": notes(answer),
    })
}
