//! What is inside a file: text, a table of records, an archive of such, compressed or not.
//!
//! Decides by content, never by the name alone, and never writes anything to disk: archive
//! members are read in place, whatever they call themselves.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::error::IngestError;

pub mod columnar;
pub mod encoding;
pub mod json;
mod sevenz;
pub mod sheets;
pub mod text;
pub mod workbook;

/// The largest workbook, or JSON document in an archive, that is read as a whole, bytes.
const LARGEST_WHOLE: u64 = 2 << 30;

/// Records that were not lines of text: a sheet of a workbook.
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
    /// The sheets of a workbook.
    Tables(Vec<Table>),
    /// A JSON document.
    Json(Json),
    /// A member of an archive that holds no data: empty, a picture, prose.
    Nothing,
}

/// The records of a JSON document, which is read anew for each question.
pub struct Json {
    /// The names of their fields.
    pub header: Vec<String>,
    path: PathBuf,
    /// Its content where the file itself cannot be read again: packed, or in another encoding.
    bytes: Option<Vec<u8>>,
}

impl Json {
    /// Hands out the records with their numbers, from 1, until `take` says no more.
    ///
    /// # Errors
    /// Where the document cannot be read again.
    pub fn records(
        &self,
        take: &mut dyn FnMut(u64, csv::ByteRecord) -> bool,
    ) -> Result<(), IngestError> {
        let read = match &self.bytes {
            Some(bytes) => json::records(&bytes[..], &self.header, take),
            None => {
                let file = File::open(&self.path).map_err(|e| read_error(&self.path, e))?;
                json::records(file, &self.header, take)
            }
        };
        read.map_err(|fault| IngestError::Unreadable {
            path: self.path.clone(),
            detail: fault.detail,
        })
    }
}

/// Calls `each` with the name and content of every readable member of the file: one for a
/// plain or gzipped file (its name empty), one for each file in a zip or 7z archive.
pub fn members(
    path: &Path,
    progress: &dyn Fn(u64),
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let (file, magic) = opened(path)?;
    match magic.as_slice() {
        [] => Err(IngestError::Empty { path: path.to_owned() }),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => archive(path, file, progress, each),
        [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => sevenz::archive(path, file, progress, each),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => each("", workbook_member(path, file)?),
        [b'P', b'A', b'R', b'1', ..] => {
            let text = columnar::ColumnarText::new(file).map_err(|e| damaged(path, e))?;
            each("", Member::Text(Box::new(Counted { inner: text, progress })))
        }
        [0x1F, 0x8B, ..] => {
            let raw = Counted { inner: file, progress };
            stream(
                path,
                "",
                flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(1 << 18, raw)),
                each,
            )
        }
        _ => plain(path, Counted { inner: file, progress }, each),
    }
}

/// One file as it is, or one member of a zip archive, unpacked and not interpreted.
#[derive(Clone, Debug, Default)]
pub struct Raw {
    /// Name in the archive; empty for a plain or gzipped file.
    pub member: String,
    /// Its content, or the beginning of it where less was asked for.
    pub bytes: Vec<u8>,
}

/// The content of every member, or of one alone, unpacked, each at most `most` bytes of it. The
/// members of a workbook of today's form (xlsx, ods) are its sheets, as comma-separated text.
///
/// # Errors
/// Where the file cannot be read, is empty, damaged, or names places outside the archive.
pub fn raw(path: &Path, only: Option<&str>, most: u64) -> Result<Vec<Raw>, IngestError> {
    let mut found = Vec::new();
    each_raw(path, only, most, &mut |member, content| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        found.push(Raw { member: member.to_owned(), bytes });
        Ok(())
    })?;
    Ok(found)
}

/// Whether a file is packed: [`raw`] gives other bytes than the file's own.
///
/// # Errors
/// Where the file cannot be read.
pub fn is_packed(path: &Path) -> Result<bool, IngestError> {
    let (_, magic) = opened(path)?;
    Ok(is_zip(&magic) || is_gz(&magic))
}

fn is_zip(magic: &[u8]) -> bool {
    matches!(magic, [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..])
}

fn is_gz(magic: &[u8]) -> bool {
    magic.starts_with(&[0x1F, 0x8B])
}

/// As [`raw`], but each content is written out, one after the other; gives how many there were.
///
/// # Errors
/// As [`raw`], and where `out` cannot be written.
pub fn copy_raw(
    path: &Path,
    only: Option<&str>,
    most: u64,
    out: &mut dyn Write,
) -> Result<usize, IngestError> {
    let mut count = 0;
    each_raw(path, only, most, &mut |_, content| {
        count += 1;
        std::io::copy(content, out).map(|_| ())
    })?;
    Ok(count)
}

/// What is done with the content of a member.
type TakeRaw<'t> = dyn FnMut(&str, &mut dyn Read) -> std::io::Result<()> + 't;

fn each_raw(
    path: &Path,
    only: Option<&str>,
    most: u64,
    take: &mut TakeRaw<'_>,
) -> Result<(), IngestError> {
    let (file, magic) = opened(path)?;
    match magic.as_slice() {
        [] => Err(IngestError::Empty { path: path.to_owned() }),
        magic if is_zip(magic) => raw_members(path, file, only, most, take),
        magic if is_gz(magic) => {
            let unpacked = flate2::bufread::MultiGzDecoder::new(BufReader::new(file));
            take("", &mut unpacked.take(most)).map_err(|e| damaged(path, e))
        }
        _ => take("", &mut file.take(most)).map_err(|e| read_error(path, e)),
    }
}

fn raw_members(
    path: &Path,
    file: File,
    only: Option<&str>,
    most: u64,
    take: &mut TakeRaw<'_>,
) -> Result<(), IngestError> {
    let mut zip = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(path, e))?;
    let Some(members) = members_of(path, &zip)? else {
        let file = File::open(path).map_err(|source| read_error(path, source))?;
        let sheets = sheets::sheets(&whole(path, file)?, most).map_err(|e| damaged(path, e))?;
        for (name, bytes) in sheets.iter().filter(|(name, _)| only.is_none_or(|o| o == name)) {
            take(name, &mut bytes.as_slice()).map_err(|e| damaged(path, e))?;
        }
        return Ok(());
    };
    for (index, name) in members {
        if only.is_some_and(|only| only != name) {
            continue;
        }
        let member = BufReader::new(zip.by_index(index).map_err(|e| damaged(path, e))?);
        let read = if is_gzip(&name) {
            take(&name, &mut flate2::bufread::MultiGzDecoder::new(member).take(most))
        } else {
            take(&name, &mut member.take(most))
        };
        read.map_err(|e| damaged(&path.join(&name), e))?;
    }
    Ok(())
}

/// So much of a text tells whether it could be a table.
const HEAD: usize = 64 * 1024;

/// What is done with a readable member.
type Each<'e> = dyn FnMut(&str, Member<'_>) -> Result<(), IngestError> + 'e;

/// What to do about a file that is packed in a way that is not read here.
const UNPACK: &str = "unpack it yourself and load the data file";
/// What to do about a file that never held records.
const FETCH: &str = "load the data file itself; if this was saved in its place, fetch it again";
/// Beginnings of files that hold no table, what they are and what to do.
const NOT_DATA: [(&[u8], &str, &str); 12] = [
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", UNPACK),
    (b"Rar!\x1A\x07", "a RAR archive", UNPACK),
    (b"BZh", "packed with bzip2", UNPACK),
    (b"\xFD7zXZ\0", "packed with xz", UNPACK),
    (b"\x28\xB5\x2F\xFD", "packed with zstd", UNPACK),
    (b"\x89PNG", "a picture (PNG)", FETCH),
    (b"\xFF\xD8\xFF", "a picture (JPEG)", FETCH),
    (b"GIF8", "a picture (GIF)", FETCH),
    (b"%PDF-", "a PDF document", FETCH),
    (b"PAR1", "a packed Parquet file", UNPACK),
    (b"<!doctype html", "a web page", FETCH),
    (b"<html", "a web page", FETCH),
];

/// Names by their beginning a file that cannot hold a table.
fn not_data(path: &Path, start: &[u8]) -> Option<IngestError> {
    let begins = |magic: &[u8]| {
        let begin = start.get(..magic.len());
        begin.is_some_and(|b| b == magic || magic[0] == b'<' && b.eq_ignore_ascii_case(magic))
    };
    let (_, what, hint) = NOT_DATA.iter().find(|(magic, ..)| begins(magic))?;
    Some(IngestError::NotData { path: path.to_owned(), what, hint })
}

/// The file from its beginning, and its first bytes.
fn opened(path: &Path) -> Result<(File, Vec<u8>), IngestError> {
    let mut file = File::open(path).map_err(|source| read_error(path, source))?;
    let mut magic = vec![0u8; 8];
    let got = read_up_to(&mut file, &mut magic).map_err(|source| read_error(path, source))?;
    magic.truncate(got);
    file.seek(SeekFrom::Start(0)).map_err(|source| read_error(path, source))?;
    Ok((file, magic))
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

/// A stream of unpacked bytes: UTF-16 is made UTF-8 before anything is looked for in it.
fn stream<R: Read>(
    path: &Path,
    name: &str,
    mut input: R,
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let mut start = [0u8; 64];
    let got = read_up_to(&mut input, &mut start).map_err(|e| damaged(path, e))?;
    let start = &start[..got];
    if let Some(error) = not_data(path, start) {
        return Err(error);
    }
    let all = std::io::Cursor::new(start.to_vec()).chain(input);
    match encoding::is_utf16(start) {
        Some(little) => content(path, name, encoding::Decoded::utf16(all, little), each),
        None => content(path, name, all, each),
    }
}

/// JSON by its first character, else delimited text, made UTF-8 where its letters show another
/// encoding.
fn content<R: Read>(
    path: &Path,
    name: &str,
    mut input: R,
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let mut start = [0u8; 64];
    let got = read_up_to(&mut input, &mut start).map_err(|e| damaged(path, e))?;
    let start = &start[..got];
    let visible = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start).trim_ascii_start();
    if visible.is_empty() && got < 64 {
        return Err(IngestError::Empty { path: path.to_owned() });
    }
    if let Some(error) = not_data(path, visible) {
        return Err(error);
    }
    let all = std::io::Cursor::new(start.to_vec()).chain(input);
    if !matches!(visible.first(), Some(b'{' | b'[')) {
        return delimited(path, name, all, each);
    }
    let bytes = whole(path, all)?;
    let found = json::names(&bytes[..]);
    match json_member(path, name, &bytes[..bytes.len().min(HEAD)], found)? {
        Found::Names(header) => {
            each(name, Member::Json(Json { header, path: path.to_owned(), bytes: Some(bytes) }))
        }
        Found::Text => each(name, Member::Text(Box::new(&bytes[..]))),
        Found::Nothing => each(name, Member::Nothing),
    }
}

/// A file as it lies on the disk: JSON is read from there, however long it is.
fn plain(
    path: &Path,
    mut input: Counted<'_, File>,
    each: &mut Each<'_>,
) -> Result<(), IngestError> {
    let mut start = vec![0u8; HEAD];
    let got = read_up_to(&mut input, &mut start).map_err(|e| damaged(path, e))?;
    start.truncate(got);
    let visible = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start();
    let is_json = matches!(visible.first(), Some(b'{' | b'['));
    let again = std::io::Cursor::new(start.clone()).chain(input);
    if !is_json || encoding::is_utf16(&start).is_some() {
        return stream(path, "", again, each);
    }
    match json_member(path, "", &start, json::names(again))? {
        Found::Names(header) => {
            each("", Member::Json(Json { header, path: path.to_owned(), bytes: None }))
        }
        Found::Text => {
            let file = File::open(path).map_err(|source| read_error(path, source))?;
            each("", Member::Text(Box::new(file)))
        }
        Found::Nothing => each("", Member::Nothing),
    }
}

/// What a text that begins with a bracket is.
enum Found {
    /// JSON with records of these names.
    Names(Vec<String>),
    /// A table of text.
    Text,
    /// Prose or settings beside the data of an archive.
    Nothing,
}

fn json_member(
    path: &Path,
    name: &str,
    start: &[u8],
    names: Result<Option<Vec<String>>, json::Fault>,
) -> Result<Found, IngestError> {
    match names {
        Ok(None) => Err(IngestError::NoRows { path: path.to_owned(), what: "a JSON document" }),
        Ok(Some(names)) => Ok(Found::Names(names)),
        Err(fault) if !fault.is_json && has_delimiter(start) => Ok(Found::Text),
        Err(fault) if !name.is_empty() && !fault.is_data(is_named_json(name)) => Ok(Found::Nothing),
        Err(fault) => Err(IngestError::Unreadable { path: path.to_owned(), detail: fault.detail }),
    }
}

fn delimited<R: Read>(
    path: &Path,
    name: &str,
    mut input: R,
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    let mut start = vec![0u8; encoding::SAMPLE];
    let got = read_up_to(&mut input, &mut start).map_err(|e| damaged(path, e))?;
    start.truncate(got);
    let guessed = encoding::guess(&start);
    let all = std::io::Cursor::new(start).chain(input);
    match guessed {
        Some(encoding) => each(name, Member::Text(Box::new(encoding::Decoded::new(all, encoding)))),
        None => each(name, Member::Text(Box::new(all))),
    }
}

/// Whether the first line could be a header.
fn has_delimiter(text: &[u8]) -> bool {
    let line = text.trim_ascii_start().split(|b| matches!(b, b'\n' | b'\r')).next();
    // A quotation mark after a bracket is JSON that went wrong.
    line.is_some_and(|line| {
        let after = line.get(1..).unwrap_or_default().trim_ascii_start();
        !after.is_empty()
            && !matches!(after[0], b'"' | b'{' | b'[')
            && line.iter().any(|b| matches!(b, b',' | b'\t' | b';' | b'|'))
    })
}

fn is_named_json(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    [".json", ".jsonl", ".ndjson"].iter().any(|end| name.ends_with(end))
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
    let Some(members) = members_of(path, &zip)? else {
        let file = File::open(path).map_err(|source| read_error(path, source))?;
        return each("", workbook_member(path, file)?);
    };
    let any = !members.is_empty();
    for (index, name) in members {
        let member = zip.by_index(index).map_err(|e| damaged(path, e))?;
        // For messages only: nothing is ever opened under this path.
        let inside = path.join(&name);
        let member = BufReader::with_capacity(1 << 18, Counted { inner: member, progress });
        let read = if is_gzip(&name) {
            stream(&inside, &name, flate2::bufread::MultiGzDecoder::new(member), each)
        } else {
            stream(&inside, &name, member, each)
        };
        or_nothing(read, &name, each)?;
    }
    if any { Ok(()) } else { Err(IngestError::Empty { path: path.to_owned() }) }
}

/// A member that holds no data is told as such, and the next one is read.
fn or_nothing(
    read: Result<(), IngestError>,
    name: &str,
    each: &mut dyn FnMut(&str, Member<'_>) -> Result<(), IngestError>,
) -> Result<(), IngestError> {
    match read {
        Err(
            IngestError::Empty { .. } | IngestError::NoRows { .. } | IngestError::NotData { .. },
        ) => each(name, Member::Nothing),
        other => other,
    }
}

/// Which members of an archive are files of somebody's: number and name. `None` for a workbook.
fn members_of<R: Read + Seek>(
    path: &Path,
    zip: &zip::ZipArchive<R>,
) -> Result<Option<Vec<(usize, String)>>, IngestError> {
    let names: Vec<String> = zip
        .file_names()
        .map(|name| name.map(|n| n.into_owned()))
        .collect::<Result<_, _>>()
        .map_err(|e| damaged(path, e))?;
    if names.iter().any(|n| n == "[Content_Types].xml" || n == "mimetype") {
        return Ok(None);
    }
    if let Some(bad) = names.iter().find(|n| escapes(n)) {
        return Err(IngestError::Refused {
            path: path.to_owned(),
            detail: format!("its member {bad:?} names a place outside the archive"),
        });
    }
    let is_folder = |name: &str| name.ends_with(['/', '\\']);
    let files = names.into_iter().enumerate();
    Ok(Some(files.filter(|(_, name)| !is_folder(name) && !is_of_the_system(name)).collect()))
}

fn is_gzip(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".gz")
}

/// Whether a system put this into the archive for itself.
fn is_of_the_system(name: &str) -> bool {
    let file = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.starts_with("__MACOSX/")
        || file.starts_with("._")
        || matches!(file, ".DS_Store" | "Thumbs.db" | "desktop.ini")
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

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
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
    fn files_that_are_no_tables_are_named() {
        let path = Path::new("x.csv");
        let what = |start: &[u8]| not_data(path, start).map(|e| e.to_string());
        for (start, word) in [
            (&b"\x89PNG\r\n"[..], "PNG"),
            (b"\xFF\xD8\xFF\xE0", "JPEG"),
            (b"%PDF-1.7", "PDF"),
            (b"7z\xBC\xAF\x27\x1C", "7z"),
            (b"<!DOCTYPE html>", "web page"),
            (b"<HTML lang=en>", "web page"),
        ] {
            assert!(what(start).unwrap().contains(word), "{start:?}");
        }
        assert_eq!(what(b"period,reporter"), None);
        assert_eq!(what(b""), None);
    }

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
