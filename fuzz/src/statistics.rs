//! Does any file of statistics make a reader panic, or give a figure that is none?

use std::sync::{Arc, Mutex};

use plimsoll_ingest::containers::text::Blocks;
use plimsoll_ingest::containers::{Member, members};
use plimsoll_ingest::fact::{Flow, Place};
use plimsoll_ingest::formats::{ALL, Header, Row, Said};
use plimsoll_ingest::scratch::{Names, Scratch};
use plimsoll_terms::place;

/// What a person would say of a file that leaves everything out.
fn said() -> Said {
    let somewhere = place::by_iso3("KAZ").map(Place::Known);
    Said {
        flow: Some(Flow::Import),
        reporter: somewhere,
        partner: somewhere,
        currency: Some("USD".into()),
        year: Some(2022),
        value_unit: Some(1000.0),
        ..Said::default()
    }
}

/// A header line and rows, between commas, tabs or semicolons, in every layout that takes it.
pub fn rows(data: &[u8]) {
    for delimiter in [b',', b'\t', b';'] {
        let mut input = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter)
            .from_reader(data);
        let records: Vec<csv::ByteRecord> = input.byte_records().map_while(Result::ok).collect();
        if let Some((first, rest)) = records.split_first() {
            let names: Vec<String> =
                first.iter().map(|f| String::from_utf8_lossy(f).into_owned()).collect();
            read(&names, rest.iter());
        }
    }
}

fn read<'a>(names: &[String], records: impl Iterator<Item = &'a csv::ByteRecord> + Clone) {
    let header = Header::new(names);
    for format in ALL.iter().filter(|f| f.recognise(&header) > 0) {
        let Ok(reader) = format.bind(&header, &said()) else { continue };
        let mut scratch = Scratch::new(Arc::new(Mutex::new(Names::new())));
        for (fields, line) in records.clone().zip(2..) {
            let cells = if reader.cells().is_empty() { &[0][..] } else { reader.cells() };
            for &cell in cells {
                let row = Row { fields, line, header: &header, cell };
                if let Ok(fact) = reader.read(&row, &mut scratch) {
                    assert!(fact.value.is_finite() && fact.value >= 0.0, "{}", format.id());
                }
            }
        }
    }
}

/// A whole file, as it would be loaded.
pub fn file(data: &[u8]) {
    let path = std::env::temp_dir().join(format!("plimsoll-fuzz-{}", std::process::id()));
    if std::fs::write(&path, data).is_err() {
        return;
    }
    // A damaged file is an error, and that is all it may be.
    let _ = members(&path, &|_| {}, &mut |_, member| {
        match member {
            Member::Text(input) => {
                if let Ok(mut blocks) = Blocks::new(input) {
                    rows(blocks.start());
                    while let Ok(Some(block)) = blocks.next_block() {
                        assert!(!block.bytes.is_empty() || block.spoiled.is_some());
                    }
                }
            }
            Member::Tables(tables) => {
                for table in tables {
                    read(&table.header, table.rows.iter().map(|(_, record)| record));
                }
            }
            Member::Json(json) => {
                let mut records = Vec::new();
                let _ = json.records(&mut |_, record| {
                    records.push(record);
                    true
                });
                read(&json.header, records.iter());
            }
            Member::Nothing => {}
        }
        Ok(())
    });
    let _ = std::fs::remove_file(&path);
}
