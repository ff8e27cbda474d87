//! A bundle: everything that a report is made of and came to, for somebody else to run again.
//!
//! A folder with the report file, the page, the Markdown, every table as CSV, every query, and
//! `ro-crate-metadata.json` (RO-Crate 1.1, <https://w3id.org/ro/crate/1.1>) that names the
//! sources with their hashes and the version of the program.

use crate::failure::Failure;
use plimsoll_ingest::store::Loaded;
use plimsoll_report::{Block, Cell, Page, Table};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Where the metadata lie.
pub const METADATA: &str = "ro-crate-metadata.json";
/// Where the sources are listed.
pub const SOURCES: &str = "sources.json";

/// Files of a bundle by their names.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The hash of a file.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
}

/// All files of a bundle. `name` and `text` are the report file's; `sources` the loaded files
/// that any figure rests on.
pub fn files(name: &str, text: &str, page: &Page, sources: &[&Loaded]) -> Files {
    let mut files = Files::new();
    files.insert(name.to_owned(), text.as_bytes().to_vec());
    files.insert("page.html".into(), plimsoll_report::to_html(page).into_bytes());
    files.insert("page.md".into(), plimsoll_report::to_markdown(page).into_bytes());
    files.insert("page.json".into(), plimsoll_report::to_json(page).into_bytes());
    let queries: Vec<&str> = page.how_made.iter().filter_map(|s| s.sql.as_deref()).collect();
    files.insert("queries.txt".into(), format!("{}\n", queries.join("\n\n")).into_bytes());
    let tables = page.blocks.iter().filter_map(|block| match block {
        Block::Table(table) | Block::Chart { table, .. } => Some(table),
        _ => None,
    });
    for (i, table) in tables.enumerate() {
        files.insert(format!("data/table-{:02}.csv", i + 1), csv(table));
    }
    let listed: Vec<Value> = sources.iter().map(|s| source(s)).collect();
    files.insert(SOURCES.into(), pretty(&Value::Array(listed)));
    let metadata = metadata(name, page, sources, &files);
    files.insert(METADATA.into(), metadata);
    files
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

fn source(s: &Loaded) -> Value {
    json!({
        "id": s.name, "publisher": s.publisher, "dataset": s.dataset, "file": s.file, "sha256": s.sha256,
        "url": s.url, "licence": s.licence, "vintage": s.vintage, "first_period": s.first_period,
        "last_period": s.last_period, "rows_loaded": s.rows_loaded,
    })
}

/// A table with its full figures; what is missing is an empty cell.
fn csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let heads = table.columns.iter().map(|c| match c.unit.as_str() {
        "" => c.label.clone(),
        unit => format!("{} ({unit})", c.label),
    });
    let _ = writer.write_record(heads);
    for row in &table.rows {
        let cells = (0..table.columns.len()).map(|i| match row.get(i) {
            Some(Cell::Text(text) | Cell::Verdict(_, text)) => text.clone(),
            Some(Cell::Number(value, _)) if value.is_finite() => value.to_string(),
            _ => String::new(),
        });
        let _ = writer.write_record(cells);
    }
    writer.into_inner().unwrap_or_default()
}

fn metadata(name: &str, page: &Page, sources: &[&Loaded], files: &Files) -> Vec<u8> {
    let program = format!("#plimsoll-{}", env!("CARGO_PKG_VERSION"));
    let id = |id: &str| json!({"@id": id});
    let parts: Vec<Value> = files.keys().map(|f| id(f)).collect();
    let inputs: Vec<Value> = sources.iter().map(|s| id(&format!("#source-{}", s.name))).collect();
    let mut graph = vec![
        json!({"@id": METADATA, "@type": "CreativeWork", "about": id("./"),
            "conformsTo": id("https://w3id.org/ro/crate/1.1")}),
        json!({"@id": "./", "@type": "Dataset", "name": page.title, "description": page.lede,
            "datePublished": page.cite.issued, "hasPart": parts, "mainEntity": id(name)}),
        json!({"@id": program, "@type": "SoftwareApplication", "name": "plimsoll",
            "softwareVersion": env!("CARGO_PKG_VERSION")}),
        json!({"@id": "#made", "@type": "CreateAction", "instrument": [id(&program), id(name)],
            "object": inputs, "result": [id("page.html"), id("page.md")]}),
    ];
    graph.extend(files.iter().map(|(file, bytes)| {
        json!({"@id": file, "@type": "File", "contentSize": bytes.len().to_string(), "sha256": sha256(bytes)})
    }));
    graph.extend(sources.iter().map(|s| {
        json!({"@id": format!("#source-{}", s.name), "@type": "Dataset", "name": format!("{}: {}", s.dataset, s.file),
            "publisher": s.publisher, "url": s.url, "license": s.licence, "version": s.vintage, "sha256": s.sha256})
    }));
    pretty(&json!({"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": graph}))
}

/// Writes the files into a folder that is new or holds a bundle.
pub fn write(folder: &Path, files: &Files) -> Result<(), Failure> {
    let occupied = folder.exists()
        && !folder.join(METADATA).exists()
        && std::fs::read_dir(folder).is_ok_and(|mut d| d.next().is_some());
    if occupied {
        return Err(Failure::usage(
            "bundle-occupied",
            format!("{} holds other files than a bundle", folder.display()),
            "name a new folder",
        ));
    }
    for (name, bytes) in files {
        let path = folder.join(name);
        let parent = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        parent.and_then(|()| std::fs::write(&path, bytes)).map_err(|e| {
            Failure::usage(
                "output",
                format!("cannot write {}: {e}", path.display()),
                "name another folder",
            )
        })?;
    }
    Ok(())
}
