//! What is in a 7z archive? Eurostat packs its bulk files so. Its members are read one after the
//! other as a stream: memory holds a dictionary and no member.
//!
//! Never unpacks to disk, and never asks for a password.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use sevenz_rust2::{ArchiveReader, EntryDecision, Error, Password};

use super::{Counted, Member, damaged, escapes, is_gzip, is_of_the_system, or_nothing, stream};
use crate::error::IngestError;

/// The most that a header or a dictionary may take, KiB: Eurostat's have 16 to 64 MiB.
const MEMORY_KIB: usize = 512 << 10;

/// Calls `each` with every member that is somebody's file.
pub(super) fn archive(
    path: &Path,
    file: File,
    progress: &dyn Fn(u64),
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let source = BufReader::with_capacity(1 << 18, Counted { inner: file, progress });
    let mut archive = ArchiveReader::new_with_memory_limit(source, Password::empty(), MEMORY_KIB)
        .map_err(|e| fault(path, &e))?;
    // More threads would each hold a part of the member.
    archive.set_thread_count(1);
    let mut any = false;
    let mut failed = None;
    let read = archive.for_each_entries_with_decision(|entry, input| {
        let name = entry.name();
        if entry.is_directory() || is_of_the_system(name) {
            return Ok(EntryDecision::Continue);
        }
        any = true;
        match member(path, name, input, each) {
            Ok(()) => Ok(EntryDecision::Continue),
            Err(error) => {
                failed = Some(error);
                Ok(EntryDecision::Stop)
            }
        }
    });
    match (failed, read) {
        (Some(error), _) => Err(error),
        (None, Err(error)) => Err(fault(path, &error)),
        (None, Ok(())) if any => Ok(()),
        (None, Ok(())) => Err(IngestError::Empty { path: path.to_owned() }),
    }
}

fn member(
    path: &Path,
    name: &str,
    input: &mut dyn Read,
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    if escapes(name) {
        let detail = format!("its member {name:?} names a place outside the archive");
        return Err(IngestError::Refused { path: path.to_owned(), detail });
    }
    // For messages only: nothing is ever opened under this path.
    let inside = path.join(name);
    let input = BufReader::with_capacity(1 << 18, input);
    let read = if is_gzip(name) {
        stream(&inside, name, flate2::bufread::MultiGzDecoder::new(input), each)
    } else {
        stream(&inside, name, input, each)
    };
    or_nothing(read, name, each)
}

fn fault(path: &Path, error: &Error) -> IngestError {
    match error {
        Error::PasswordRequired => IngestError::Refused {
            path: path.to_owned(),
            detail: "it is locked with a password: unpack it yourself".into(),
        },
        Error::MaxMemLimited { .. } => IngestError::Refused {
            path: path.to_owned(),
            detail: format!("unpacking it would take more than {} MiB of memory", MEMORY_KIB >> 10),
        },
        other => damaged(path, format!("not readable as 7z: {other}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A made-up month of Comext with a read-me beside it.
    const MADE_UP: &[u8] =
        b"\x37\x7A\xBC\xAF\x27\x1C\x00\x04\xBD\x01\x4E\xE4\x1F\x01\x00\x00\x00\x00\x00\x00\x17\x00\
        \x00\x00\x00\x00\x00\x00\x07\x3A\x1F\xA1\xE0\x00\xAE\x00\x97\x5D\x00\x29\x11\x46\x46\x80\
        \xAC\x5A\x40\x02\xEF\x63\x22\xA7\x33\x7D\x57\x4B\xDA\x5E\xFD\x56\xDA\x37\x9C\x0F\xC3\xD0\
        \x44\xED\x39\xEF\xB3\x6C\x84\x08\x37\x39\x2A\x4A\xF3\xB0\xFD\x1A\x97\xAA\x97\x54\x3A\x3C\
        \x3E\xB9\x45\xBF\x8C\xAE\xB3\xBD\x13\x1D\x28\x61\x43\x0A\xAF\x10\x1C\x80\xAD\x8B\x89\xE3\
        \xC9\x51\x23\x0E\x53\x03\x4A\x49\x90\xF8\xCA\x50\xD3\x0F\x6A\xE0\x80\x88\x3B\x70\xFD\x1A\
        \x2F\x77\x44\x94\x74\xF3\xC8\xB0\xCF\xA9\xAD\xAE\x82\x40\xF5\xD0\x9C\xF0\xDE\x9A\x6F\xC6\
        \x50\x48\xF9\x18\x0C\x8F\xCD\x25\xE7\x14\xD8\xA8\x43\x55\xE4\xCA\x38\x2E\x26\xB2\xC4\x54\
        \x89\x8C\x97\x66\xD5\x45\x2F\xE3\x97\x6C\x1F\x25\x00\x00\x00\xE0\x00\x8A\x00\x78\x5D\x00\
        \x00\x81\x33\x07\xAE\x0F\xD5\x30\x57\x4C\xD6\x6C\x29\x1F\x48\x1D\x98\xF4\x54\xF3\xEB\x78\
        \x0E\x74\xE5\xBC\x96\xB3\x68\x9A\xE5\x94\x07\x34\x94\x72\xAB\x06\xCB\xB6\x5E\x80\x8E\x2C\
        \xA0\x68\x79\xBE\xF7\x5A\x87\x3E\x75\x25\xD3\x40\xA9\xBB\xF7\xDB\x2E\x47\x4E\x78\x3E\x5A\
        \xBD\xFF\xD3\xAC\xF2\x5E\xD1\x70\xB1\x6B\x29\x27\x0D\x58\xD2\x2C\xF3\x8C\x9A\x16\xD2\x92\
        \x6F\x2D\x1F\x1B\xDC\x5E\x76\x6F\xF0\xD5\x3F\x5D\x03\xDF\x41\x7A\x27\xA4\xAD\x61\x46\x2C\
        \xFD\x5A\xA3\xC2\xF6\x98\xC2\x80\x00\x00\x00\x17\x06\x80\x9F\x01\x09\x80\x80\x00\x07\x0B\
        \x01\x00\x01\x21\x21\x01\x18\x0C\x80\x8B\x00\x00";

    fn read(bytes: &[u8]) -> Result<Vec<String>, IngestError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("full_v2_202403.7z");
        std::fs::write(&path, bytes).unwrap();
        let mut found = Vec::new();
        super::super::members(&path, &|_| {}, &mut |name, member| {
            let mut text = String::new();
            if let Member::Text(mut input) = member {
                input.read_to_string(&mut text).map_err(|e| damaged(&path, e))?;
            }
            found.push(format!("{name}: {} lines", text.lines().count()));
            Ok(())
        })?;
        Ok(found)
    }

    #[test]
    fn members_are_read_one_after_the_other() {
        assert_eq!(read(MADE_UP).unwrap(), ["full_202403.dat: 2 lines", "readme.txt: 1 lines"]);
    }

    #[test]
    fn cut_and_spoiled_archives_are_errors_and_no_panic() {
        for length in 8..MADE_UP.len() {
            assert!(read(&MADE_UP[..length]).is_err(), "{length}");
        }
        for at in 6..MADE_UP.len() {
            let mut bytes = MADE_UP.to_vec();
            bytes[at] ^= 0x55;
            // A name may be spoiled without a fault of the archive.
            let _ = read(&bytes);
        }
    }
}
