//! How goods are shown: the list of groups, one group, one code.

use crate::cli::Format;
use crate::commands::goods::{
    Carried, CodeView, GroupView, How, Links, Listed, Membership, SHOWN, Way,
};
use crate::present::tables::{self, Plain};
use plimsoll_terms::concord::{self, ComparableGroup, GroupKind};
use plimsoll_terms::goods::{Goods, GoodsCode};
use plimsoll_terms::hs::HsCode;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// Codes written out in a cell; more are counted.
const WRITTEN_OUT: usize = 4;
/// What a list says and what it does not.
const NOTICE: &str = "An HS code is not an export-control number (ECCN): being on a list is a lead and no licence decision, and being on none is no clearance.";

fn joined(codes: &[HsCode], with: &str) -> String {
    codes.iter().map(ToString::to_string).collect::<Vec<_>>().join(with)
}

fn few(codes: &[HsCode]) -> String {
    if codes.len() > WRITTEN_OUT { format!("{} codes", codes.len()) } else { joined(codes, "+") }
}

fn texts(codes: &[HsCode]) -> Vec<String> {
    codes.iter().map(ToString::to_string).collect()
}

/// `1 code`, `50 codes`
fn codes(number: usize) -> String {
    if number == 1 { "1 code".to_owned() } else { format!("{number} codes") }
}

/// A title over what follows.
fn title(format: Format, text: &str) -> String {
    if format == Format::Md { format!("\n## {text}\n\n") } else { format!("\n{text}\n") }
}

/// Lines that stand together at the head: Markdown would run them into one.
fn head(format: Format, lines: &[String]) -> String {
    let mut out = String::new();
    for (i, line) in lines.iter().enumerate() {
        let _ = match (format, i) {
            (Format::Md, 0) => writeln!(out, "# {line}\n"),
            (Format::Md, _) => writeln!(out, "- {line}"),
            _ => writeln!(out, "{line}"),
        };
    }
    out
}

/// Six-digit codes that the entries of a list stand for.
fn six_digits(goods: &Goods) -> usize {
    goods.codes.iter().map(|c| concord::codes_under(c.code, goods.revision).len()).sum()
}

fn document(value: &Value, format: Format) -> String {
    if format == Format::Ndjson { format!("{value}\n") } else { tables::pretty(value) }
}

// --- all groups -----------------------------------------------------------

/// Every group, version and definition.
pub fn all(all: &[Listed], format: Format) -> String {
    match format {
        Format::Json => {
            tables::pretty(&json!({"groups": all.iter().map(in_list).collect::<Vec<_>>()}))
        }
        Format::Ndjson => all.iter().map(|l| format!("{}\n", in_list(l))).collect(),
        Format::Csv => all_plain(all),
        Format::Table | Format::Md | Format::Ftm => all_text(all, format),
    }
}

fn in_list(listed: &Listed) -> Value {
    let goods = &listed.goods;
    json!({
        "spec": goods.spec(),
        "group": goods.group,
        "version": goods.version,
        "definition": goods.definition,
        "default": listed.default,
        "label": goods.label,
        "revision": goods.revision.name(),
        "codes": goods.codes.len(),
        "codes_of_six_digits": six_digits(goods),
        "source": goods.source,
        "note": goods.note,
    })
}

fn all_plain(all: &[Listed]) -> String {
    let mut table = Plain::new([
        "goods",
        "group",
        "version",
        "definition",
        "default",
        "codes",
        "codes_of_six_digits",
        "revision",
        "label",
        "source",
        "note",
    ]);
    for listed in all {
        let goods = &listed.goods;
        table.rows.push(vec![
            goods.spec(),
            goods.group.clone(),
            goods.version.clone(),
            goods.definition.clone(),
            listed.default.to_string(),
            goods.codes.len().to_string(),
            six_digits(goods).to_string(),
            goods.revision.name().to_owned(),
            goods.label.clone(),
            goods.source.clone(),
            goods.note.clone().unwrap_or_default(),
        ]);
    }
    table.show(Format::Csv)
}

fn all_text(all: &[Listed], format: Format) -> String {
    let mut sources: Vec<&str> = Vec::new();
    let mut table =
        Plain::new(["Goods", "", "Version", ">Codes", ">six-digit", "Revision", "What", ">Source"]);
    for Listed { goods, default } in all {
        let source = sources.iter().position(|s| *s == goods.source).unwrap_or_else(|| {
            sources.push(&goods.source);
            sources.len() - 1
        });
        table.rows.push(vec![
            goods.spec(),
            if *default { "*" } else { "" }.to_owned(),
            goods.version.clone(),
            goods.codes.len().to_string(),
            six_digits(goods).to_string(),
            goods.revision.name().to_owned(),
            goods.label.clone(),
            format!("[{}]", source + 1),
        ]);
    }
    let mut out = table.show(format);
    out.push_str("\n* is meant when only the group is named. Parts of the priority list: chpl:tier1, tier2, tier3.A, tier3.B, tier4.A, tier4.B.\nYour own groups: --goods-file FILE (plimsoll explain goods-file).\n");
    out.push_str(&title(format, "Sources"));
    for (i, source) in sources.iter().enumerate() {
        let end = if format == Format::Md { "  " } else { "" };
        let _ = writeln!(out, "[{}] {source}{end}", i + 1);
    }
    out
}

// --- one group ------------------------------------------------------------

/// One definition with its codes.
pub fn group(view: &GroupView<'_>, format: Format) -> String {
    match format {
        Format::Json | Format::Ndjson => document(&group_json(view), format),
        Format::Csv => group_table(view).show(format),
        Format::Table | Format::Md | Format::Ftm => group_text(view, format),
    }
}

fn group_json(view: &GroupView<'_>) -> Value {
    let goods = &view.goods;
    let codes: Vec<Value> = view
        .rows
        .iter()
        .map(|row| {
            let carried: Map<String, Value> = row
                .carried
                .iter()
                .map(|c| {
                    (
                        c.revision.name().to_owned(),
                        json!({"codes": texts(&c.codes), "kind": c.kind, "note": c.note}),
                    )
                })
                .collect();
            let mut code = entry_json(&row.entry, row.label.as_deref());
            code.insert("in".into(), Value::Object(carried));
            Value::Object(code)
        })
        .collect();
    let lists: Map<String, Value> = view
        .carried
        .iter()
        .map(|c| {
            let list = json!({"codes": texts(&c.codes), "broader": texts(&c.broader), "missing": texts(&c.missing)});
            (c.revision.name().to_owned(), list)
        })
        .collect();
    json!({
        "kind": "group",
        "spec": goods.spec(),
        "group": goods.group,
        "version": goods.version,
        "definition": goods.definition,
        "label": goods.label,
        "revision": goods.revision.name(),
        "source": goods.source,
        "note": goods.note,
        "codes": codes,
        "in": lists,
        "other_definitions": view.others.iter().map(|o| json!({"spec": o.spec(), "label": o.label, "codes": o.codes.len()})).collect::<Vec<_>>(),
        "notice": NOTICE,
    })
}

fn entry_json(entry: &GoodsCode, label: Option<&str>) -> Map<String, Value> {
    let mut code = Map::new();
    code.insert("code".into(), json!(entry.code.to_string()));
    code.insert("label".into(), json!(label));
    code.insert("tier".into(), json!(entry.tier.map(|t| t.code())));
    code.insert("listed".into(), json!(entry.listed));
    code.insert("category".into(), json!(entry.category));
    code
}

fn group_table(view: &GroupView<'_>) -> Plain {
    let has = |test: &dyn Fn(&GoodsCode) -> bool| view.rows.iter().any(|r| test(&r.entry));
    let (tiers, dates) = (has(&|e| e.tier.is_some()), has(&|e| e.listed.is_some()));
    let categories = has(&|e| e.category.is_some());
    let mut columns = vec!["Code"];
    let optional = [(tiers, "Tier"), (dates, "Listed"), (categories, "Category")];
    columns.extend(optional.iter().filter(|(there, _)| *there).map(|(_, name)| *name));
    columns.push("What");
    columns.extend(SHOWN.iter().map(|r| r.name()));
    let mut table = Plain::new(columns);
    for row in &view.rows {
        let entry = &row.entry;
        let mut cells = vec![entry.code.to_string()];
        let values =
            [entry.tier.map(|t| t.to_string()), entry.listed.clone(), entry.category.clone()];
        cells.extend(
            optional
                .iter()
                .zip(values)
                .filter(|((there, _), _)| *there)
                .map(|(_, v)| v.unwrap_or_default()),
        );
        cells.push(row.label.clone().unwrap_or_default());
        cells.extend(row.carried.iter().map(|c| carried_cell(c, entry.code)));
        table.rows.push(cells);
    }
    table
}

fn carried_cell(carried: &Carried, code: HsCode) -> String {
    let same = carried.codes == [code];
    match carried.kind {
        "none" => "none".to_owned(),
        "exact" if same => "same".to_owned(),
        "exact" => few(&carried.codes),
        kind => {
            let codes = if same { "same".to_owned() } else { few(&carried.codes) };
            format!("{codes} ({})", kind.replace('-', " "))
        }
    }
}

fn group_text(view: &GroupView<'_>, format: Format) -> String {
    let goods = &view.goods;
    let version = if goods.version.is_empty() {
        String::new()
    } else {
        format!("version {} · ", goods.version)
    };
    let mut lines = vec![
        format!("{} · {}", goods.spec(), goods.label),
        format!("{version}{} in {}", codes(goods.codes.len()), goods.revision),
        format!("source: {}", goods.source),
    ];
    lines.extend(goods.note.as_ref().map(|note| format!("note: {note}")));
    let mut out = head(format, &lines);
    out.push('\n');
    out.push_str(&group_table(view).show(format));
    out.push_str(&title(format, "In each revision"));
    in_revisions(view, &mut out);
    if !view.others.is_empty() {
        out.push_str(&title(format, "Other versions and definitions"));
        for other in &view.others {
            let _ =
                writeln!(out, "- {}: {} ({})", other.spec(), other.label, codes(other.codes.len()));
        }
    }
    let _ = writeln!(out, "\n{NOTICE}");
    out
}

fn in_revisions(view: &GroupView<'_>, out: &mut String) {
    for list in &view.carried {
        let mut parts = vec![codes(list.codes.len())];
        if !list.broader.is_empty() {
            parts.push(format!("{} only within a broader code", list.broader.len()));
        }
        if !list.missing.is_empty() {
            parts.push(format!(
                "{} without a counterpart ({})",
                list.missing.len(),
                many(&list.missing)
            ));
        }
        let _ = writeln!(out, "- {}: {}", list.revision, parts.join(", "));
    }
    let kinds: Vec<&str> = view.rows.iter().flat_map(|r| &r.carried).map(|c| c.kind).collect();
    let meaning = [
        ("together", "together: the same goods only together with other codes of this list"),
        (
            "broader",
            "broader: that code holds other goods too, and is not counted for this one alone",
        ),
        ("scope-changed", "scope changed: the same digits, but what they hold changed"),
    ];
    for (_, text) in meaning.iter().filter(|(kind, _)| kinds.contains(kind)) {
        let _ = writeln!(out, "  {text}");
    }
}

// --- one code -------------------------------------------------------------

/// One code: where it is, what it is compared with, who lists it.
pub fn code(view: &CodeView<'_>, format: Format) -> String {
    match format {
        Format::Json | Format::Ndjson => document(&code_json(view), format),
        Format::Csv => lists_table(view).show(format),
        Format::Table | Format::Md | Format::Ftm => code_text(view, format),
    }
}

fn links_json(way: &Way) -> Value {
    let link = |l: &plimsoll_terms::concord::Link| json!({"code": l.code.to_string(), "relation": l.relation.code(), "followed": way.group.contains(&l.code)});
    way.published.iter().map(link).collect()
}

fn code_json(view: &CodeView<'_>) -> Value {
    let revisions: Map<String, Value> = view
        .links
        .iter()
        .map(|l| {
            let at = json!({"exists": l.exists, "came_from": links_json(&l.earlier), "went_to": links_json(&l.later)});
            (l.revision.name().to_owned(), at)
        })
        .collect();
    let comparable: Vec<Value> = view
        .comparable
        .iter()
        .map(|g| {
            json!({
                "earlier_revision": g.earlier_rev.name(),
                "earlier": texts(&g.earlier),
                "later_revision": g.later_rev.name(),
                "later": texts(&g.later),
                "kind": g.kind.name(),
                "comparable": g.is_comparable(),
                "text": in_words(g),
                "note": g.note,
            })
        })
        .collect();
    json!({
        "kind": "code",
        "code": view.code.to_string(),
        "revision": view.revision.name(),
        "level": view.code.level(),
        "label": view.label,
        "codes_under": texts(&view.under),
        "revisions": revisions,
        "comparable": comparable,
        "lists": view.lists.iter().map(membership_json).collect::<Vec<_>>(),
        "notice": NOTICE,
    })
}

fn membership_json(membership: &Membership<'_>) -> Value {
    let list = membership.list;
    let entries: Vec<Value> = membership
        .entries
        .iter()
        .map(|e| Value::Object(entry_json(e, e.label.as_deref())))
        .collect();
    json!({
        "spec": list.spec(),
        "group": list.group,
        "version": list.version,
        "definition": list.definition,
        "label": list.label,
        "revision": list.revision.name(),
        "how": membership.how.name(),
        "entries": entries,
        "source": list.source,
    })
}

/// `only together with 854159 against 854150`
fn in_words(group: &ComparableGroup) -> String {
    let own_is_later =
        group.later.contains(&group.code) || group.later.iter().any(|c| group.code.is_under(*c));
    let (own, other) =
        if own_is_later { (&group.later, &group.earlier) } else { (&group.earlier, &group.later) };
    let beside: Vec<HsCode> = own.iter().copied().filter(|c| *c != group.code).collect();
    match group.kind {
        GroupKind::Identical => "as it is".to_owned(),
        GroupKind::Renumbered => format!("as {}, renumbered", joined(other, "+")),
        GroupKind::ScopeChanged => "same digits, scope changed".to_owned(),
        GroupKind::NoCounterpart => "not comparable".to_owned(),
        GroupKind::Widened if beside.is_empty() => format!("against {} together", many(other)),
        GroupKind::Widened => {
            format!("only together with {} against {}", many(&beside), many(other))
        }
    }
}

/// Codes in a sentence; of a long list the first ones and how many there are.
fn many(codes: &[HsCode]) -> String {
    let shown: Vec<HsCode> = codes.iter().copied().take(8).collect();
    match codes.len() - shown.len() {
        0 => joined(&shown, " + "),
        more => format!("{} and {more} more", joined(&shown, " + ")),
    }
}

fn links_cell(code: HsCode, way: &Way) -> String {
    let main = way.main();
    let mut text = match main.as_slice() {
        [one] if *one == code => "same".to_owned(),
        codes => many(codes),
    };
    match way.not_followed() {
        0 => {}
        1 => text.push_str(" (1 published link not followed)"),
        n => {
            let _ = write!(text, " ({n} published links not followed)");
        }
    }
    text.trim_start().to_owned()
}

fn links_table(view: &CodeView<'_>) -> Plain {
    let six = view.code.level() == 6;
    let mut table = Plain::new(if six {
        vec!["Revision", "In it", "Came from", "Went to"]
    } else {
        vec!["Revision", "In it"]
    });
    for Links { revision, exists, earlier, later } in &view.links {
        let mut row = vec![revision.to_string(), if *exists { "yes" } else { "no" }.to_owned()];
        if six {
            row.extend([links_cell(view.code, earlier), links_cell(view.code, later)]);
        }
        table.rows.push(row);
    }
    table
}

fn lists_table(view: &CodeView<'_>) -> Plain {
    let dates = view.lists.iter().any(|m| m.entries.iter().any(|e| e.listed.is_some()));
    let mut columns = vec!["List", "Version", "Tier", "How", "What"];
    if dates {
        columns.extend(["Listed", "Category"]);
    }
    let mut table = Plain::new(columns);
    for membership in &view.lists {
        let list = membership.list;
        let distinct = |get: &dyn Fn(&GoodsCode) -> Option<String>| {
            let mut all: Vec<String> = membership.entries.iter().filter_map(|e| get(e)).collect();
            all.sort();
            all.dedup();
            all.join(", ")
        };
        let mut row = vec![
            list.spec(),
            list.version.clone(),
            distinct(&|e| e.tier.map(|t| t.to_string())),
            how(membership),
            list.label.clone(),
        ];
        if dates {
            row.extend([distinct(&|e| e.listed.clone()), distinct(&|e| e.category.clone())]);
        }
        table.rows.push(row);
    }
    table
}

fn how(membership: &Membership<'_>) -> String {
    let codes: Vec<HsCode> = membership.entries.iter().map(|e| e.code).collect();
    let which = few(&codes);
    match membership.how {
        How::Listed => "listed".to_owned(),
        How::UnderListed => format!("under {which}"),
        How::HoldsListed => format!("holds {which}"),
        How::StoodFor => format!("stands for {which} of {}", membership.list.revision),
    }
}

fn code_text(view: &CodeView<'_>, format: Format) -> String {
    let label = view
        .label
        .as_deref()
        .unwrap_or("(no words of our own for it; --labels FILE shows the nomenclature's)");
    let mut lines = vec![format!("{} in {} · {label}", view.code, view.revision)];
    if view.code.level() < 6 {
        lines.push(format!("{} of six digits under it", codes(view.under.len())));
    }
    let mut out = head(format, &lines);
    out.push_str(&title(format, "In each revision of the Harmonized System"));
    out.push_str(&links_table(view).show(format));
    let lead_elsewhere =
        view.links.iter().any(|l| l.earlier.not_followed() + l.later.not_followed() > 0);
    if lead_elsewhere {
        out.push_str("\nLinks of the UN Statistics Division's correlation tables; --format json lists all. Those not followed\nwould join unlike goods into one group; each departure from the tables has its reason in the catalogue.\n");
    }
    if !view.comparable.is_empty() {
        out.push_str(&title(format, "May be compared"));
        for group in &view.comparable {
            let note =
                if group.note.is_empty() { String::new() } else { format!("\n  {}", group.note) };
            let _ = writeln!(
                out,
                "- {} with {}: {} ({}){note}",
                group.later_rev,
                group.earlier_rev,
                in_words(group),
                group.kind
            );
        }
    }
    out.push_str(&title(format, "On lists and in groups"));
    if view.lists.is_empty() {
        out.push_str("none of those known here\n");
    } else {
        out.push_str(&lists_table(view).show(format));
    }
    if !view.user_lists {
        out.push_str("\nOnly the lists of `plimsoll goods` were looked at; --goods-file FILE adds others, such as the EU's dated one.\n");
    }
    let _ = writeln!(out, "\n{NOTICE}");
    out
}
