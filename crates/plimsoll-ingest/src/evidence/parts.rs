//! Parts found in weapons: the open component file that repeats what Ukraine's military
//! intelligence (GUR) publishes, and any table like it.
//!
//! Read in `components.csv` of Awesome Drone Warfare OSINT (8,326 rows of 13 June 2026): the
//! weapons of a part are a JSON list in one cell, eight parts stand there 316 times each, and a
//! maker that is not known is `Not identified` or of country `UNK`.

use super::sheet::{self, Column, Row, Sheet};
use super::{EvidenceFile, EvidenceFormat, Parsed, country};
use crate::error::IngestError;
use plimsoll_terms::evidence::{Edge, Node, NodeId, NodeKind, Relation, is_unknown, weapons};
use plimsoll_terms::problem::Problem;
use std::collections::HashMap;

/// The component file of Awesome Drone Warfare OSINT.
pub struct WarComponents;
/// Any table of parts.
pub struct PartsCsv;

/// Who must be named with it, and under which terms.
pub(super) const PUBLISHER: &str = "GUR via Awesome Drone Warfare OSINT Contributors";
pub(super) const LICENCE: &str = "CC BY 4.0";
pub(super) const URL: &str = "https://war-sanctions.gur.gov.ua/en/components";

const PART: &[&str] = &[
    "name_marking",
    "component",
    "component_name",
    "part",
    "part_name",
    "marking",
    "item",
    "description",
    "name",
    "product",
];
const NUMBER: &[&str] =
    &["oem_part_number", "part_number", "partnumber", "part_no", "mpn", "model", "model_number"];
const MAKER: &[&str] =
    &["manufacturer", "maker", "vendor", "brand", "producer", "company", "manufacturer_name"];
const COUNTRY: &[&str] = &[
    "manufacturer_country",
    "country",
    "country_of_origin",
    "maker_country",
    "origin",
    "country_of_manufacturer",
    "headquarters",
];
const WEAPON: &[&str] = &[
    "found_in_drones",
    "found_in",
    "weapon",
    "weapons",
    "platform",
    "system",
    "weapon_system",
    "equipment",
    "drone",
    "uav",
];
const LINK: &[&str] = &["source_url", "source", "link", "url", "source_link", "reference"];
const DATE: &[&str] = &["last_verified", "date", "published", "date_found", "year", "updated"];
const LIKELIHOOD: &[&str] = &["likelihood", "confidence", "certainty", "probability"];

impl EvidenceFormat for WarComponents {
    fn id(&self) -> &'static str {
        "war-components"
    }
    fn title(&self) -> &'static str {
        "Foreign components found in drones and missiles"
    }
    fn publisher(&self) -> &'static str {
        PUBLISHER
    }
    fn licence(&self) -> &'static str {
        LICENCE
    }
    fn url(&self) -> &'static str {
        URL
    }
    fn tells_of(&self) -> &'static str {
        "components"
    }
    fn recognise(&self, head: &[u8]) -> u8 {
        let own = ["component_id", "name_marking", "manufacturer", "found_in_drones"];
        if sheet::has(&sheet::header(head), &own) { 95 } else { 0 }
    }
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        read(file)
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "components.csv",
            "component_id,name_marking,category,manufacturer,manufacturer_country,oem_part_number,found_in_drones,source_url,last_verified,notes\n\
             x-1,Microcontroller ZX8,mcu,Zontik Works,TW,ZX8,\"[\"\"kite-7\"\"]\",https://example.org/1,2026-01-31,Linked weapon as published by GUR: UAV Kite-7\n\
             x-2,Servo drive,motor,Not identified,UNK,,\"[\"\"kite-7\"\"]\",https://example.org/2,2026-01-31,\n",
        )
    }
}

impl EvidenceFormat for PartsCsv {
    fn id(&self) -> &'static str {
        "parts-csv"
    }
    fn title(&self) -> &'static str {
        "A table of parts found in weapons, with maker"
    }
    fn publisher(&self) -> &'static str {
        ""
    }
    fn licence(&self) -> &'static str {
        ""
    }
    fn url(&self) -> &'static str {
        ""
    }
    fn tells_of(&self) -> &'static str {
        "components"
    }
    fn recognise(&self, head: &[u8]) -> u8 {
        let header = sheet::header(head);
        let any = |names: &[&str]| header.iter().any(|h| names.contains(&h.as_str()));
        // `name` and `source` alone are in tables of anything.
        let part = any(&PART[..7]) || any(NUMBER);
        match (part, any(MAKER), any(WEAPON)) {
            (true, true, true) => 85,
            (_, true, true) | (true, false, true) => 60,
            (true, true, false) => 40,
            _ => 0,
        }
    }
    fn read(&self, file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
        read(file)
    }
    fn example(&self) -> (&'static str, &'static str) {
        (
            "teardown.csv",
            "component,maker,country,weapon,source,date,likelihood\n\
             Lens 40 mm,Zontik Optics,China,Kite-7; Kite-9,https://example.org/a,2026-02-01,likely\n",
        )
    }
}

struct Columns {
    id: Column,
    part: Column,
    number: Column,
    category: Column,
    maker: Column,
    country: Column,
    weapon: Column,
    link: Column,
    date: Column,
    likelihood: Column,
    notes: Column,
}

impl Columns {
    fn of(sheet: &Sheet) -> Columns {
        Columns {
            id: sheet.column(&["component_id", "part_id", "id"]),
            part: sheet.column(PART),
            number: sheet.column(NUMBER),
            category: sheet.column(&["category", "type", "component_type", "kind", "class"]),
            maker: sheet.column(MAKER),
            country: sheet.column(COUNTRY),
            weapon: sheet.column(WEAPON),
            link: sheet.column(LINK),
            date: sheet.column(DATE),
            likelihood: sheet.column(LIKELIHOOD),
            notes: sheet.column(&["notes", "note", "remark", "remarks", "comment"]),
        }
    }

    /// What must be the same where two rows are of one part.
    fn same(&self, a: &csv::StringRecord, b: &csv::StringRecord) -> bool {
        let of_part = [self.part, self.number, self.category, self.maker, self.country];
        of_part.iter().flatten().all(|at| a.get(*at) == b.get(*at))
    }
}

fn read(file: &EvidenceFile<'_>) -> Result<Parsed, IngestError> {
    let mut parsed = Parsed::default();
    let sheet = sheet::read(file, &mut parsed)?;
    let columns = Columns::of(&sheet);
    if columns.part.or(columns.number).or(columns.weapon).is_none() || columns.maker.is_none() {
        return Err(file.unreadable("it has no column of parts or weapons, or none of makers"));
    }
    // By id; and rows without one by all of their cells.
    let mut seen: HashMap<String, &Row> = HashMap::new();
    for row in &sheet.rows {
        let id = match row.cell(columns.id) {
            "" => row.cells.iter().collect::<Vec<_>>().join("\u{1f}"),
            id => id.to_owned(),
        };
        match seen.get(&id) {
            Some(first) if first.cells == row.cells => {
                parsed.rows_loaded += 1;
                *parsed.rules.entry("repeated-record".into()).or_default() += 1;
                continue;
            }
            Some(first) if !columns.same(&first.cells, &row.cells) => {
                let hint = format!(
                    "line {} says something else under the same id; both statements are kept",
                    first.line
                );
                parsed.note(Problem::new("conflicting-record", row.line, &id, hint));
            }
            _ => {}
        }
        if part(file, &columns, row, &mut parsed) && seen.insert(id, row).is_none() {
            parsed.distinct += 1;
        }
    }
    Ok(parsed)
}

/// Adds a row's statements; whether it could be read.
fn part(file: &EvidenceFile<'_>, columns: &Columns, row: &Row, parsed: &mut Parsed) -> bool {
    let weapons = match weapons_of(row.cell(columns.weapon)) {
        Ok(weapons) => weapons,
        Err(hint) => {
            let cell = row.cell(columns.weapon);
            parsed.set_aside(Problem::new("list-unreadable", row.line, cell, hint));
            return false;
        }
    };
    let maker = Some(row.cell(columns.maker)).filter(|maker| !is_unknown(maker));
    let (name, number) = (row.cell(columns.part), row.cell(columns.number));
    if weapons.is_empty() && maker.is_none() && is_unknown(name) && is_unknown(number) {
        let hint = "it names no part, maker or weapon";
        parsed.set_aside(Problem::new("part-without-content", row.line, name, hint));
        return false;
    }
    parsed.rows_loaded += 1;
    let key = match row.cell(columns.id) {
        "" => format!("{}#{}", file.source, row.line),
        id => id.to_owned(),
    };
    let id = NodeId::new(NodeKind::Component, &key);
    let place = country(row.cell(columns.country));
    let shown = if is_unknown(name) { number } else { name };
    let mut node = Node::new(id.clone(), NodeKind::Component, shown).with("part_number", number);
    let category = row.cell(columns.category);
    if !is_unknown(category) {
        node = node.with("category", category);
    }
    if maker.is_none() {
        node = node.with("maker_as_given", row.cell(columns.maker));
        node = node.with("maker_country", place.as_deref().unwrap_or(""));
    }
    parsed.graph.add(node);
    let say = |relation, to: NodeId| {
        let cited = file.cited(row.line, row.cell(columns.link));
        let mut edge = Edge::new(id.clone(), relation, to, cited).dated(row.cell(columns.date));
        let word = row.cell(columns.likelihood);
        edge.likelihood = Some(word.to_owned()).filter(|word| !word.is_empty());
        edge
    };
    if let Some(maker) = maker {
        let company = NodeId::company(maker, place.as_deref());
        let node = Node::new(company.clone(), NodeKind::Company, maker);
        parsed.graph.add(node.of_country(place.as_deref()));
        parsed.graph.say(say(Relation::MadeBy, company));
    }
    let published = row.cell(columns.notes).strip_prefix("Linked weapon as published by GUR:");
    for weapon in &weapons {
        let id = weapon_id(weapon);
        let name = published.filter(|_| weapons.len() == 1).unwrap_or(weapon);
        parsed.graph.add(Node::new(id.clone(), NodeKind::Weapon, name));
        parsed.graph.say(say(Relation::FoundIn, id));
    }
    true
}

/// The id of a weapon by a source's id or name of it.
pub(super) fn weapon_id(name: &str) -> NodeId {
    NodeId::new(NodeKind::Weapon, &weapons::words(name).join("-"))
}

/// The weapons of a cell: a JSON list, or names between semicolons or bars.
fn weapons_of(cell: &str) -> Result<Vec<String>, String> {
    let all: Vec<String> = if cell.starts_with('[') {
        serde_json::from_str(cell).map_err(|e| format!("a list of weapons was expected: {e}"))?
    } else {
        cell.split([';', '|']).map(|name| name.trim().to_owned()).collect()
    };
    let known = |name: &String| !is_unknown(name) && !weapons::words(name).is_empty();
    Ok(all.into_iter().filter(known).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> Result<Parsed, IngestError> {
        let bytes = text.as_bytes();
        read(&EvidenceFile { name: "parts.csv", bytes, source: "made-up", attribution: "made up" })
    }

    const HEAD: &str =
        "component_id,name_marking,manufacturer,manufacturer_country,found_in_drones\n";

    fn parsed(rows: &str) -> Parsed {
        read_text(&format!("{HEAD}{rows}")).unwrap()
    }

    #[test]
    fn repeats_are_counted_once_and_conflicts_keep_both_sides() {
        let row = "a,Chip,Zontik,TW,\"[\"\"kite\"\"]\"\n";
        let other = "a,Chip,Regenschirm,DE,\"[\"\"kite\"\"]\"\n";
        let parsed = parsed(&(row.repeat(3) + other));
        assert_eq!((parsed.rows_in, parsed.rows_loaded, parsed.distinct), (4, 4, 1));
        assert_eq!(parsed.rules["repeated-record"], 2);
        assert_eq!(parsed.rules["conflicting-record"], 1);
        let makers = parsed.graph.edges().filter(|e| e.relation == Relation::MadeBy);
        assert_eq!(makers.map(|e| e.cited.line).collect::<Vec<_>>(), [5, 2]);
    }

    #[test]
    fn an_unknown_maker_is_no_company_and_its_country_is_kept() {
        let parsed = parsed("a,Chip,Not identified,CN,\"[\"\"kite\"\"]\"\nb,Chip,,UNK,kite\n");
        assert_eq!(parsed.graph.nodes(NodeKind::Company).count(), 0);
        let part = parsed.graph.node(&NodeId::new(NodeKind::Component, "a")).unwrap();
        assert_eq!(part.fact("maker_country"), "CN");
        assert_eq!(part.fact("maker_as_given"), "Not identified");
        assert_eq!(parsed.graph.edges().count(), 2);
    }

    #[test]
    fn what_cannot_be_read_is_set_aside_with_its_line() {
        let huge = "x".repeat(40_000);
        let rows = format!(
            "a,Chip,Z,TW,\"[broken\"\nb,,,UNK,\nc,{huge},Z,TW,kite\nd,Chip\n\n\ne,Chip,Z,TW,kite\n"
        );
        let parsed = parsed(&rows);
        assert_eq!((parsed.rows_in, parsed.rows_loaded, parsed.rows_set_aside), (5, 1, 4));
        let mut seen: Vec<(u64, &str)> = parsed.problems.iter().map(|p| (p.line, p.rule)).collect();
        seen.sort_unstable();
        assert_eq!(
            seen,
            [
                (2, "list-unreadable"),
                (3, "part-without-content"),
                (4, "cell-too-long"),
                (5, "row-short")
            ]
        );
        assert!(parsed.graph.edges().all(|e| e.cited.line == 8));
    }

    #[test]
    fn empty_and_cut_files_are_faults_of_the_whole() {
        assert_eq!(read_text("").unwrap_err().code(), "file-empty");
        assert_eq!(read_text(HEAD).unwrap_err().code(), "file-empty");
        let cut = format!("{HEAD}a,Chip,Z,TW,kite\nb,\"Chi");
        assert_eq!(read_text(&cut).unwrap_err().code(), "file-damaged");
        let cut = format!("{HEAD}a,Chip,Z,TW,kite\nb,Chip,Z");
        assert_eq!(read_text(&cut).unwrap_err().code(), "file-damaged");
        assert_eq!(read_text("id,colour\n1,red\n").unwrap_err().code(), "document-unreadable");
    }

    #[test]
    fn other_encodings_are_read_or_said() {
        let text = "component,maker,country,weapon\nLinse,Schäfer Optik,DE,Kite-7\n";
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        for (bytes, rules) in [(utf16, 0), (latin, 1)] {
            let file = EvidenceFile { name: "p.csv", bytes: &bytes, source: "s", attribution: "a" };
            let parsed = read(&file).unwrap();
            let maker = parsed.graph.nodes(NodeKind::Company).next().unwrap();
            assert_eq!(maker.name(), "Schäfer Optik");
            assert_eq!(parsed.rules.len(), rules);
        }
    }

    #[test]
    fn other_tables_say_their_likelihood_and_weapons() {
        let (_, text) = PartsCsv.example();
        let parsed = read_text(text).unwrap();
        let found: Vec<(&str, Option<&str>)> = parsed
            .graph
            .edges()
            .filter(|e| e.relation == Relation::FoundIn)
            .map(|e| (e.to.as_str(), e.likelihood.as_deref()))
            .collect();
        assert_eq!(found, [("weapon:kite-7", Some("likely")), ("weapon:kite-9", Some("likely"))]);
    }
}
