//! Does any file of evidence, or any table of no known layout, make a reader panic or lose a row?

use plimsoll_ingest::evidence::{ALL, EvidenceFile};
use plimsoll_ingest::mapping::{draft, sample};

/// A file in every layout of evidence that takes it, and in the one that its first byte names.
pub fn file(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let named = usize::from(*first) % ALL.len();
    for (number, format) in ALL.iter().enumerate() {
        if number != named && format.recognise(rest) == 0 {
            continue;
        }
        let file =
            EvidenceFile { name: "fuzz", bytes: rest, source: "fuzz", attribution: "made up" };
        if let Ok(parsed) = format.read(&file) {
            let counted = parsed.rows_loaded + parsed.rows_set_aside;
            assert_eq!(parsed.rows_in, counted, "{}", format.id());
        }
    }
}

/// A table as `load --guess` takes it: its columns are guessed, and its first rows read so.
pub fn guessed(data: &[u8]) {
    let path = std::env::temp_dir().join(format!("plimsoll-fuzz-guess-{}", std::process::id()));
    if std::fs::write(&path, data).is_err() {
        return;
    }
    if let Ok(sample) = sample::read(&path) {
        let draft = draft::draft(&sample);
        let (titles, rows) = draft.rows(&sample);
        // A row that cannot be read is its problem alone.
        let fits = |row: &Vec<String>| row.len() == titles.len() || row.len() <= 1;
        assert!(rows.iter().all(fits), "a row of another width");
        assert!(!draft.toml("fuzz").is_empty());
    }
    let _ = std::fs::remove_file(&path);
}
