//! How are the compiled-in CSV tables read? Comment lines are skipped, a header
//! is expected, cells are trimmed. It never fails: a test per table checks that
//! every line was read.

/// The records of a CSV text after its `#` lines and its header.
pub(crate) fn records(text: &str) -> Vec<csv::StringRecord> {
    csv::ReaderBuilder::new()
        .comment(Some(b'#'))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes())
        .into_records()
        .filter_map(Result::ok)
        .collect()
}

/// A cell, empty when the record is shorter.
pub(crate) fn cell(record: &csv::StringRecord, index: usize) -> &str {
    record.get(index).unwrap_or("")
}

/// A cell as an owned string, or nothing when it is empty.
pub(crate) fn optional(record: &csv::StringRecord, index: usize) -> Option<String> {
    match cell(record, index) {
        "" => None,
        text => Some(text.to_owned()),
    }
}
