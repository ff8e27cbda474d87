//! Cuts delimited text into blocks that threads can read side by side.
//!
//! A block ends at the end of a record, so a line break inside quotes never splits one. A
//! quote that is never closed, or a line longer than [`LONGEST_LINE`], spoils its own line
//! and no other, and never makes the memory grow.

use std::io::Read;

use plimsoll_terms::problem::Problem;

/// A record may be this long, in bytes.
pub const LONGEST_LINE: usize = 1 << 20;
/// Blocks are about this long.
const BLOCK: usize = 2 << 20;
/// A record whose quotes hold line breaks may go on this long after its first line.
const LOOK_AHEAD: usize = 1 << 16;
/// So much must be there to judge a record: its first line and what may follow.
const ENOUGH: usize = LONGEST_LINE + LOOK_AHEAD + 2;
/// What may be spent in vain on looking ahead, in bytes, before any text has been read; each
/// byte of text adds [`BUDGET_A_BYTE`]. It holds the time on a hostile file in proportion to
/// its length.
const BUDGET: usize = 16 << 20;
/// See [`BUDGET`].
const BUDGET_A_BYTE: usize = 4;

/// A run of whole records, and where it starts.
#[derive(Debug)]
pub struct Block {
    /// The records.
    pub bytes: Vec<u8>,
    /// Line number of the first, from 1.
    pub first_line: u64,
    /// A line that cannot be a record: the bytes are its beginning.
    pub spoiled: Option<&'static str>,
}

impl Block {
    /// Why nothing of the block can be read, where its lines have no end.
    pub fn problem(&self) -> Option<Problem> {
        let rule = self.spoiled?;
        let hint = match rule {
            "line-too-long" => "the line is longer than a megabyte: is this a trade file?",
            _ => "a quotation mark is opened and never closed: close it or remove it",
        };
        let value = crate::scratch::text(&self.bytes[..self.bytes.len().min(80)]);
        Some(Problem::new(rule, self.first_line, &value, hint))
    }

    /// Hands out its records with the line of each in the file.
    ///
    /// # Errors
    /// What `each` says.
    pub fn records<E: From<std::io::Error>>(
        &self,
        delimiter: u8,
        mut each: impl FnMut(u64, &csv::ByteRecord) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(&self.bytes[..]);
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(std::io::Error::other)? {
            let line = record.position().map_or(0, csv::Position::line) + self.first_line - 1;
            each(line, &record)?;
        }
        Ok(())
    }
}

/// Whether a record says nothing: blank cells, or the mark by which DOS ended a file.
pub fn is_empty(record: &csv::ByteRecord) -> bool {
    record.iter().all(|f| f.trim_ascii().is_empty() || f == [0x1A])
}

/// Cuts a stream into [`Block`]s.
pub struct Blocks<R> {
    input: R,
    delimiter: u8,
    /// Number of fields of the header.
    fields: usize,
    pending: Vec<u8>,
    /// Where in `pending` the unread text begins.
    at: usize,
    line: u64,
    ended: bool,
    /// Lines end in CR alone: each becomes LF when it is read.
    old_mac: bool,
    budget: usize,
}

/// The next run of CR from there on: where it starts and ends, and whether it ends a line
/// without LF (`\r\r\n` is one line end, left by programs that end lines twice).
fn returns(text: &[u8], from: usize) -> Option<(usize, usize, bool)> {
    let start = from + memchr::memchr(b'\r', &text[from..])?;
    let end = start + text[start..].iter().take_while(|b| **b == b'\r').count();
    Some((start, end, text.get(end) != Some(&b'\n')))
}

/// Length of the first line with its end: LF, CR LF or CR.
pub fn line_length(text: &[u8]) -> usize {
    match memchr::memchr2(b'\n', b'\r', text) {
        None => text.len(),
        Some(at) if text[at] == b'\n' => at + 1,
        Some(at) => match returns(text, at) {
            Some((_, end, false)) => end + 1,
            _ => at + 1,
        },
    }
}

/// Whether lines end in CR alone, by most of the line ends.
fn is_old_mac(text: &[u8]) -> bool {
    let (mut lone, mut at) = (0, 0);
    while let Some((start, end, alone)) = returns(text, at) {
        lone += if alone { end - start } else { 0 };
        at = end;
    }
    lone > memchr::memchr_iter(b'\n', text).count()
}

impl<R: Read> Blocks<R> {
    /// Reads the beginning of the text, for [`Blocks::start`] to look at.
    pub fn new(input: R) -> std::io::Result<Blocks<R>> {
        let mut blocks = Blocks {
            input,
            delimiter: b',',
            fields: 0,
            pending: Vec::new(),
            at: 0,
            line: 1,
            ended: false,
            old_mac: false,
            budget: BUDGET,
        };
        blocks.fill(LONGEST_LINE)?;
        if blocks.pending.starts_with(b"\xEF\xBB\xBF") {
            blocks.pending.drain(..3);
        }
        if is_old_mac(&blocks.pending) {
            blocks.old_mac = true;
            blocks.end_lines(0)?;
        }
        Ok(blocks)
    }

    /// The beginning of the text, at most a megabyte.
    pub fn start(&self) -> &[u8] {
        let text = &self.pending[self.at..];
        &text[..text.len().min(LONGEST_LINE)]
    }

    /// Sets the delimiter and the header's number of fields, and passes over the lines up to
    /// and with the header.
    pub fn begin(&mut self, delimiter: u8, fields: usize, header_bytes: usize, header_lines: u64) {
        self.delimiter = delimiter;
        self.fields = fields;
        self.at += header_bytes.min(self.pending.len() - self.at);
        self.line += header_lines;
    }

    /// The next block, `None` at the end.
    pub fn next_block(&mut self) -> std::io::Result<Option<Block>> {
        if !self.ended && self.pending.len() - self.at < ENOUGH {
            self.fill(BLOCK)?;
        }
        if self.pending.len() == self.at {
            return Ok(None);
        }
        match self.whole_records() {
            0 => self.spoiled_line().map(Some),
            length => {
                let bytes = self.take(length);
                let first_line = self.line;
                self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
                Ok(Some(Block { bytes, first_line, spoiled: None }))
            }
        }
    }

    /// Takes that much of the unread text out.
    fn take(&mut self, length: usize) -> Vec<u8> {
        self.budget = self.budget.saturating_add(BUDGET_A_BYTE * length);
        if self.at == 0 && length >= self.pending.len() / 2 {
            let rest = self.pending.split_off(length);
            return std::mem::replace(&mut self.pending, rest);
        }
        // Between spoiled lines blocks are short: the rest must not be moved for each.
        self.at += length;
        self.pending[self.at - length..self.at].to_vec()
    }

    /// Reads until that much text is unread or the input ends.
    fn fill(&mut self, want: usize) -> std::io::Result<()> {
        self.pending.drain(..self.at);
        self.at = 0;
        while !self.ended && self.pending.len() < want {
            let from = self.pending.len();
            let missing = (want - from) as u64;
            let got = (&mut self.input).take(missing).read_to_end(&mut self.pending)?;
            self.ended = got == 0;
            if self.old_mac {
                self.end_lines(from)?;
            }
        }
        Ok(())
    }

    /// Makes a line end of each CR that stands alone from there on.
    fn end_lines(&mut self, from: usize) -> std::io::Result<()> {
        // Whether the last one stands alone shows in what follows; a long run of them does.
        for _ in 0..16 {
            if self.ended || !self.pending.ends_with(b"\r") {
                break;
            }
            self.ended = (&mut self.input).take(1).read_to_end(&mut self.pending)? == 0;
        }
        let mut at = from;
        while let Some((start, end, alone)) = returns(&self.pending, at) {
            if alone {
                self.pending[start..end].fill(b'\n');
            }
            at = end;
        }
        Ok(())
    }

    /// Length of the whole records at the start of what is unread; 0 if the very first
    /// record is spoiled.
    fn whole_records(&mut self) -> usize {
        let text = &self.pending[self.at..];
        let end = if memchr::memchr(b'"', text).is_none() {
            match memchr::memrchr(b'\n', text) {
                _ if self.ended => text.len(),
                Some(at) => at + 1,
                None => 0,
            }
        } else {
            let mut walk = Walk {
                text,
                delimiter: self.delimiter,
                fields: self.fields,
                ended: self.ended,
                budget: self.budget,
            };
            let end = walk.records();
            self.budget = walk.budget;
            end
        };
        within_line_limit(&text[..end])
    }

    /// Takes the first line out, however long, keeping only its beginning.
    fn spoiled_line(&mut self) -> std::io::Result<Block> {
        let first_line = self.line;
        let text = &self.pending[self.at..];
        let mut kept: Vec<u8> = text[..text.len().min(200)].to_vec();
        let mut length = 0;
        loop {
            let text = &self.pending[self.at..];
            if let Some(at) = memchr::memchr(b'\n', text) {
                length += at;
                kept.truncate(kept.len().min(length));
                self.at += at + 1;
                self.line += 1;
                break;
            }
            length += text.len();
            self.at = self.pending.len();
            if self.ended {
                break;
            }
            self.fill(BLOCK)?;
        }
        self.budget = self.budget.saturating_add(BUDGET_A_BYTE * length);
        let why = if length > LONGEST_LINE { "line-too-long" } else { "quote-unclosed" };
        Ok(Block { bytes: kept, first_line, spoiled: Some(why) })
    }
}

/// Ends the records before a line that is too long.
fn within_line_limit(records: &[u8]) -> usize {
    let mut start = 0;
    for at in memchr::memchr_iter(b'\n', records).chain([records.len()]) {
        if at.saturating_sub(start) > LONGEST_LINE {
            return start;
        }
        start = at + 1;
    }
    records.len()
}

/// Walks over quotes and line ends of a text that begins with a record.
struct Walk<'a> {
    text: &'a [u8],
    delimiter: u8,
    fields: usize,
    /// Nothing comes after the text.
    ended: bool,
    budget: usize,
}

/// Where quotes end.
enum Close {
    /// The place after the closing quote.
    At(usize),
    /// A line ends before.
    LineEnd(usize),
    /// The text ends before.
    Never,
}

/// What a record is whose quotes hold a line break.
enum Broken {
    /// It ends here.
    Whole(usize),
    /// The quote was never meant to be open.
    Spoiled,
    /// The text ends too early to tell.
    Unsure,
}

impl Walk<'_> {
    /// Length of the whole records; ends before a record that is spoiled or that the text may
    /// not hold to its end.
    fn records(&mut self) -> usize {
        let mut end = 0;
        let mut at = 0;
        while let Some(next) = memchr::memchr2(b'"', b'\n', &self.text[at..]) {
            at += next + 1;
            if self.text[at - 1] == b'\n' {
                end = at;
            } else if self.is_start_of_field(at - 1) {
                match self.close(at, self.text.len(), true) {
                    Close::At(after) => at = after,
                    Close::Never => return end,
                    Close::LineEnd(line_end) => match self.broken(end, line_end) {
                        Broken::Whole(after) => (end, at) = (after, after),
                        Broken::Spoiled | Broken::Unsure => return end,
                    },
                }
            }
        }
        if self.ended { self.text.len() } else { end }
    }

    /// A quote opens only at the start of a field.
    fn is_start_of_field(&self, at: usize) -> bool {
        at.checked_sub(1)
            .and_then(|before| self.text.get(before))
            .is_none_or(|b| matches!(b, b'\n' | b'\r') || *b == self.delimiter)
    }

    /// Where the quotes end that were opened before `from`; a doubled quote stands for itself.
    fn close(&self, from: usize, limit: usize, within_line: bool) -> Close {
        let mut at = from;
        loop {
            let rest = &self.text[at.min(limit)..limit];
            let next = if within_line {
                memchr::memchr2(b'"', b'\n', rest)
            } else {
                memchr::memchr(b'"', rest)
            };
            match next {
                None => return Close::Never,
                Some(next) if rest[next] == b'\n' => return Close::LineEnd(at + next),
                Some(next) if self.text.get(at + next + 1) == Some(&b'"') => at += next + 2,
                Some(next) => return Close::At(at + next + 1),
            }
        }
    }

    /// Judges a record that has a quote open at the end of its first line. It is whole if its
    /// quotes close where a field ends, soon, and it has as many fields as the header;
    /// otherwise the rows below would be swallowed.
    fn broken(&mut self, start: usize, line_end: usize) -> Broken {
        let reach = line_end.saturating_add(LOOK_AHEAD.min(self.budget));
        let limit = self.text.len().min(reach);
        let (found, seen) = self.strict_record(start, limit);
        if matches!(found, Broken::Whole(_)) {
            return found;
        }
        self.budget = self.budget.saturating_sub(seen.saturating_sub(line_end));
        match found {
            Broken::Unsure if limit < self.text.len() || self.ended => Broken::Spoiled,
            other => other,
        }
    }

    /// Reads one record as strictly as can be; also tells how far it looked.
    fn strict_record(&self, start: usize, limit: usize) -> (Broken, usize) {
        let mut at = start;
        for fields in 1..=self.fields + 1 {
            if self.text.get(at) == Some(&b'"') {
                match self.close(at + 1, limit, false) {
                    Close::At(after) => at = after,
                    _ => return (Broken::Unsure, limit),
                }
            } else {
                let rest = &self.text[at.min(limit)..limit];
                at = memchr::memchr3(self.delimiter, b'\n', b'\r', rest)
                    .map_or(limit, |next| at + next);
            }
            match self.text.get(at) {
                Some(b) if *b == self.delimiter => at += 1,
                Some(b'\r' | b'\n') => return (self.counted(fields, at), at),
                // Something stands behind a closing quote.
                Some(_) if at < limit => return (Broken::Spoiled, at),
                None if self.ended => return (self.counted(fields, at), at),
                _ => return (Broken::Unsure, limit),
            }
        }
        (Broken::Spoiled, at)
    }

    /// A record that ends at this line end: one empty field too many is a trailing comma.
    fn counted(&self, fields: usize, at: usize) -> Broken {
        let trailing = fields == self.fields + 1 && self.text.get(at - 1) == Some(&self.delimiter);
        if fields == self.fields || trailing {
            let rest = &self.text[at..];
            Broken::Whole(at + if rest.starts_with(b"\r\n") { 2 } else { rest.len().min(1) })
        } else {
            Broken::Spoiled
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a few bytes at a time, as a slow pipe would.
    struct Drops<'a>(&'a [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = self.1.min(self.0.len()).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    /// All blocks after a header line: first line, bytes, why spoiled.
    fn blocks(text: &[u8], at_once: usize) -> Vec<(u64, Vec<u8>, Option<&'static str>)> {
        let mut blocks = Blocks::new(Drops(text, at_once)).unwrap();
        let header = memchr::memchr(b'\n', blocks.start()).unwrap() + 1;
        blocks.begin(b',', 2, header, 1);
        let mut all = Vec::new();
        while let Some(block) = blocks.next_block().unwrap() {
            all.push((block.first_line, block.bytes, block.spoiled));
        }
        all
    }

    #[test]
    fn blocks_put_together_are_the_text_and_know_their_lines() {
        let mut text = b"\xEF\xBB\xBFa,b\n".to_vec();
        let mut lines = 1;
        while text.len() < 5 << 20 {
            text.extend(format!("{lines},\"x\ny, {lines}\"\r\n").bytes());
            lines += 2;
        }
        text.extend(b"last,line without an end");
        for at_once in [100_000, usize::MAX] {
            let all = blocks(&text, at_once);
            assert!(all.len() > 1);
            let mut line = 2;
            for (first, bytes, spoiled) in &all {
                assert_eq!((*first, *spoiled), (line, None));
                assert!(
                    bytes.ends_with(b"\r\n") || bytes.ends_with(b"an end"),
                    "a record is whole"
                );
                line += memchr::memchr_iter(b'\n', bytes).count() as u64;
            }
            let joined: Vec<u8> = all.into_iter().flat_map(|(_, bytes, _)| bytes).collect();
            assert!(joined == text[7..]);
        }
    }

    #[test]
    fn a_line_that_is_too_long_spoils_itself_alone() {
        for length in [LONGEST_LINE + 1, 3 * BLOCK, 20 << 20] {
            let mut text = b"a,b\n1,2\n".to_vec();
            text.resize(text.len() + length, b'x');
            text.extend(b"\n3,4\n");
            let all = blocks(&text, usize::MAX);
            assert_eq!(all.len(), 3, "{length}");
            assert_eq!(all[0], (2, b"1,2\n".to_vec(), None));
            assert_eq!((all[1].0, all[1].2), (3, Some("line-too-long")));
            assert!(all[1].1.len() <= 200, "only its beginning is kept");
            assert_eq!(all[2], (4, b"3,4\n".to_vec(), None));
        }
    }

    #[test]
    fn a_quote_that_never_closes_spoils_its_own_line() {
        let mut text = b"a,b\n1,2\n3,\"open\n".to_vec();
        for n in 0..400_000 {
            text.extend(format!("{n},{n}\n").bytes());
        }
        let all = blocks(&text, usize::MAX);
        assert_eq!(all[0], (2, b"1,2\n".to_vec(), None));
        assert_eq!((all[1].0, all[1].2), (3, Some("quote-unclosed")));
        let rest: Vec<u8> = all[2..].iter().flat_map(|(_, bytes, _)| bytes.clone()).collect();
        assert_eq!(memchr::memchr_iter(b'\n', &rest).count(), 400_000);
    }

    #[test]
    fn an_open_quote_takes_nothing_with_it_even_where_others_follow() {
        for (rows, want) in [
            ("1,\"open\n2,\"x\"\n3,4\n", vec![(2, 1), (3, 2)]),
            ("1,2\n1,\"open\n\"x\",\"y\"\n", vec![(2, 1), (3, 1), (4, 1)]),
            // Closes, but the record would have too few fields.
            ("\"open,1\n\"\n3,4\n", vec![(2, 1), (3, 1), (4, 1)]),
            ("1,\"two\nlines\"\n3,4\n", vec![(2, 3)]),
            ("1,\"two\r\nlines\",\r\n3,4\r\n", vec![(2, 3)]),
            ("\"a \"\"b\"\"\nc\",\"two\nlines\"", vec![(2, 2)]),
            ("x\"\"x,2\n3,4\n", vec![(2, 2)]),
            ("1,\"open", vec![(2, 0)]),
        ] {
            let found = blocks(format!("a,b\n{rows}").as_bytes(), 7);
            let lines = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
            let shape: Vec<_> = found
                .iter()
                .map(|(line, bytes, why)| (*line, lines(bytes) + usize::from(why.is_some())))
                .collect();
            let rows_read = found.len();
            assert!(rows_read > 0, "{rows:?}");
            if rows == "1,\"open" {
                assert_eq!(found[0].2, Some("quote-unclosed"));
            } else {
                assert_eq!(shape, want, "{rows:?}: {found:?}");
            }
        }
    }

    #[test]
    fn a_long_text_in_quotes_is_read_and_one_too_long_is_not() {
        for (length, whole) in [(LOOK_AHEAD - 100, true), (LOOK_AHEAD + 100, false)] {
            let text = format!("a,b\n1,\"x\n{}\"\n3,4\n", "y\n".repeat(length / 2));
            let found = blocks(text.as_bytes(), usize::MAX);
            assert_eq!(found[0].2.is_none(), whole);
            let all: Vec<u8> = found.into_iter().flat_map(|(_, bytes, _)| bytes).collect();
            assert!(all.ends_with(b"3,4\n"));
        }
    }

    #[test]
    fn millions_of_open_quotes_take_no_longer_than_their_length() {
        // Each looks as if it went on for ever.
        for line in ["x\",\"\n", "1,\"open\n", "1,\"\"\"\n"] {
            let mut text = b"a".to_vec();
            text.resize(2000, b',');
            text.push(b'\n');
            text.extend(line.repeat(400_000).bytes());
            let header = memchr::memchr(b'\n', &text).unwrap() + 1;
            let mut blocks = Blocks::new(&text[..]).unwrap();
            blocks.begin(b',', 2000, header, 1);
            let mut budget = blocks.budget;
            let mut lines = 0;
            while let Some(block) = blocks.next_block().unwrap() {
                lines += if block.spoiled.is_some() {
                    1
                } else {
                    memchr::memchr_iter(b'\n', &block.bytes).count()
                };
                budget = budget.min(blocks.budget);
            }
            assert_eq!(lines, 400_000, "{line:?}");
            let dear = line.starts_with('x');
            assert_eq!(budget < LOOK_AHEAD, dear, "{line:?} leaves {budget}");
        }
    }

    #[test]
    fn lines_that_end_in_cr_alone_are_lines() {
        let rows: String = (0..300_000).map(|n| format!("{n},{n}\r")).collect();
        for (header, line_end) in [("a,b\r", "\r"), ("a,b\r\n", "\r"), ("a,b\r", "")] {
            let text = format!("{header}{}{line_end}", rows.trim_end());
            for at_once in [4093, usize::MAX] {
                let mut blocks = Blocks::new(Drops(text.as_bytes(), at_once)).unwrap();
                let length = line_length(blocks.start());
                blocks.begin(b',', 2, length, 1);
                let mut all = Vec::new();
                while let Some(block) = blocks.next_block().unwrap() {
                    assert_eq!(block.spoiled, None);
                    let line = memchr::memchr_iter(b'\n', &all).count() as u64 + 2;
                    assert_eq!(block.first_line, line);
                    all.extend(block.bytes);
                }
                let want = format!("{}{line_end}", rows.trim_end()).replace('\r', "\n");
                assert!(all == want.as_bytes());
            }
        }
    }

    #[test]
    fn a_line_ends_at_cr_or_lf_or_both() {
        for (text, length) in
            [("a\nb", 2), ("a\r\nb", 3), ("a\rb\n", 2), ("a\r\r\nb", 4), ("a\r\rb", 2), ("a", 1)]
        {
            assert_eq!(line_length(text.as_bytes()), length, "{text:?}");
        }
    }

    #[test]
    fn an_inch_sign_inside_a_field_opens_nothing() {
        let text = b"a,b\nbar 3\" wide,2\n3,4\n";
        assert_eq!(blocks(text, 5), [(2, b"bar 3\" wide,2\n3,4\n".to_vec(), None)]);
    }

    #[test]
    fn utf_16_of_either_order_becomes_utf_8_even_in_drops() {
        let text = "period,partner\n2022,\u{420}\u{43e}\u{441}\u{441}\u{438}\u{44f} \u{1f600}\n"
            .repeat(2000);
        for little in [true, false] {
            let bytes: Vec<u8> = format!("\u{feff}{text}")
                .encode_utf16()
                .flat_map(|u| if little { u.to_le_bytes() } else { u.to_be_bytes() })
                .collect();
            for at_once in [1, 3, usize::MAX] {
                let mut out = String::new();
                crate::containers::encoding::Decoded::utf16(Drops(&bytes, at_once), little)
                    .read_to_string(&mut out)
                    .unwrap();
                assert!(out == text);
            }
        }
    }
}
