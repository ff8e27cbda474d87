//! What is inside a file: text, a table of records, an archive of such, compressed or not.
//!
//! Decides by content, never by the name alone, and never writes anything to disk: archive
//! members are read in place, whatever they call themselves.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::IngestError;

pub mod json;
pub mod text;
pub mod workbook;

/// The largest JSON document or workbook that is read as a whole, bytes.
const LARGEST_WHOLE: u64 = 2 << 30;

/// Records that were not lines of text: from JSON or a workbook.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Sheet or member name.
    pub name: String,
    /// Column names.
    pub header: Vec<String>,
    /// Rows with their number in the sheet or document.
    pub rows: Vec<(u64, csv::ByteRecord)>,
}

/// One readable thing of a file.
pub enum Member<'a> {
    /// Delimited text, in UTF-8 or an encoding that keeps ASCII.
    Text(Box<dyn Read + 'a>),
    /// Records.
    Tables(Vec<Table>),
}

/// Calls `each` with the name and content of every readable member of the file: one for a
/// plain or gzipped file (its name empty), one for each file in a zip archive.
pub fn members(
    path: &Path,
    progress: &dyn Fn(u64),
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let mut file = File::open(path).map_err(|source| read_error(path, source))?;
    let mut magic = [0u8; 8];
    let got = read_up_to(&mut file, &mut magic).map_err(|source| read_error(path, source))?;
    file.seek(SeekFrom::Start(0)).map_err(|source| read_error(path, source))?;
    match &magic[..got] {
        [] => Err(IngestError::Empty { path: path.to_owned() }),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => archive(path, file, progress, each),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => each("", workbook_member(path, file)?),
        [b'7', b'z', 0xBC, 0xAF, ..] => Err(IngestError::Refused {
            path: path.to_owned(),
            detail: "7z archives are not read here".into(),
        }),
        [0x1F, 0x8B, ..] => {
            let raw = Counted { inner: file, progress };
            stream(
                path,
                "",
                flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(1 << 18, raw)),
                each,
            )
        }
        _ => stream(path, "", Counted { inner: file, progress }, each),
    }
}

fn read_error(path: &Path, source: std::io::Error) -> IngestError {
    IngestError::Read { path: path.to_owned(), source }
}

fn damaged(path: &Path, detail: impl ToString) -> IngestError {
    IngestError::Damaged { path: path.to_owned(), detail: detail.to_string() }
}

/// Reads until the buffer is full or the input ends.
fn read_up_to(input: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match input.read(&mut buffer[got..])? {
            0 => break,
            n => got += n,
        }
    }
    Ok(got)
}

/// A stream of unpacked bytes: JSON by its first character, UTF-16 by its mark, else text.
fn stream<R: Read>(
    path: &Path,
    name: &str,
    mut input: R,
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let mut start = [0u8; 64];
    let got = read_up_to(&mut input, &mut start).map_err(|e| damaged(path, e))?;
    let start = &start[..got];
    let all = std::io::Cursor::new(start.to_vec()).chain(input);
    let visible = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    if visible.is_empty() && got < 64 {
        return Err(IngestError::Empty { path: path.to_owned() });
    }
    match start {
        [0xFF, 0xFE, ..] => return each(name, Member::Text(Box::new(text::Utf16::new(all, true)))),
        [0xFE, 0xFF, ..] => {
            return each(name, Member::Text(Box::new(text::Utf16::new(all, false))));
        }
        _ => {}
    }
    if matches!(visible.first(), Some(b'{' | b'[')) {
        let bytes = whole(path, all)?;
        let tables = json::tables(&bytes)
            .map_err(|detail| IngestError::Unreadable { path: path.to_owned(), detail })?;
        if tables.is_empty() {
            return Err(IngestError::Empty { path: path.to_owned() });
        }
        return each(name, Member::Tables(tables));
    }
    each(name, Member::Text(Box::new(all)))
}

fn whole(path: &Path, input: impl Read) -> Result<Vec<u8>, IngestError> {
    let mut bytes = Vec::new();
    input.take(LARGEST_WHOLE + 1).read_to_end(&mut bytes).map_err(|e| damaged(path, e))?;
    if bytes.len() as u64 > LARGEST_WHOLE {
        let detail = "a JSON document or workbook of more than 2 GiB".into();
        return Err(IngestError::Refused { path: path.to_owned(), detail });
    }
    Ok(bytes)
}

fn workbook_member<'a>(path: &Path, input: impl Read) -> Result<Member<'a>, IngestError> {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let tables = workbook::tables(whole(path, input)?, &name).map_err(|e| damaged(path, e))?;
    Ok(Member::Tables(tables))
}

/// A zip archive: a workbook if it says so, else its members one after the other.
fn archive(
    path: &Path,
    file: File,
    progress: &dyn Fn(u64),
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let mut zip = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(path, e))?;
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.map(|n| n.into_owned()))
        .collect::<Result<_, _>>()
        .map_err(|e| damaged(path, e))?;
    if names.iter().any(|n| n == "[Content_Types].xml" || n == "mimetype") {
        let file = File::open(path).map_err(|source| read_error(path, source))?;
        return each("", workbook_member(path, file)?);
    }
    if let Some(bad) = names.iter().find(|n| escapes(n)) {
        return Err(IngestError::Refused {
            path: path.to_owned(),
            detail: format!("its member {bad:?} names a place outside the archive"),
        });
    }
    let mut any = false;
    for index in 0..zip.len() {
        let member = zip.by_index(index).map_err(|e| damaged(path, e))?;
        let name = member.name().map_err(|e| damaged(path, e))?.into_owned();
        if member.is_dir() || name.starts_with("__MACOSX/") {
            continue;
        }
        any = true;
        let packed = name.to_ascii_lowercase().ends_with(".gz");
        let member = BufReader::with_capacity(1 << 18, Counted { inner: member, progress });
        if packed {
            stream(path, &name, flate2::bufread::MultiGzDecoder::new(member), each)?;
        } else {
            stream(path, &name, member, each)?;
        }
    }
    if any { Ok(()) } else { Err(IngestError::Empty { path: path.to_owned() }) }
}

/// Whether an archive member names a place outside the folder it would be unpacked in.
fn escapes(name: &str) -> bool {
    let name = name.replace('\\', "/");
    name.starts_with('/') || name.get(1..2) == Some(":") || name.split('/').any(|part| part == "..")
}

/// Tells how many bytes of the file have been read, for the progress bar.
struct Counted<'a, R> {
    inner: R,
    progress: &'a dyn Fn(u64),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        (self.progress)(n as u64);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_leave_the_archive() {
        for bad in
            ["../a.csv", "/a.csv", "a/../../b", "..", "C:\\a.csv", "\\\\host\\a.csv", "a\\..\\b"]
        {
            assert!(escapes(bad), "{bad:?}");
        }
        for good in ["a.csv", "a/b/c.csv", "..a.csv", "a..b/c", "a.../b.csv"] {
            assert!(!escapes(good), "{good:?}");
        }
    }
}
