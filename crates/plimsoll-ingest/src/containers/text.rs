//! Cuts delimited text into blocks that threads can read side by side.
//!
//! A block ends at the end of a record, so a line break inside quotes never splits one. A
//! quote that is never closed, or a line longer than [`LONGEST_LINE`], spoils its own line
//! and no other, and never makes the memory grow.

use std::io::Read;

/// A record may be this long, in bytes.
pub const LONGEST_LINE: usize = 1 << 20;
/// Blocks are about this long.
const BLOCK: usize = 2 << 20;

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

/// Cuts a stream into [`Block`]s.
pub struct Blocks<R> {
    input: R,
    delimiter: u8,
    pending: Vec<u8>,
    line: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Reads the beginning of the text, for [`Blocks::start`] to look at.
    pub fn new(input: R) -> std::io::Result<Blocks<R>> {
        let mut blocks =
            Blocks { input, delimiter: b',', pending: Vec::new(), line: 1, ended: false };
        blocks.fill(LONGEST_LINE)?;
        if blocks.pending.starts_with(b"\xEF\xBB\xBF") {
            blocks.pending.drain(..3);
        }
        Ok(blocks)
    }

    /// The beginning of the text, at most a megabyte.
    pub fn start(&self) -> &[u8] {
        &self.pending[..self.pending.len().min(LONGEST_LINE)]
    }

    /// Sets the delimiter and passes over the lines up to and with the header.
    pub fn begin(&mut self, delimiter: u8, header_bytes: usize, header_lines: u64) {
        self.delimiter = delimiter;
        self.pending.drain(..header_bytes.min(self.pending.len()));
        self.line += header_lines;
    }

    /// The next block, `None` at the end.
    pub fn next_block(&mut self) -> std::io::Result<Option<Block>> {
        self.fill(BLOCK)?;
        if self.pending.is_empty() {
            return Ok(None);
        }
        match self.whole_records() {
            0 => self.spoiled_line().map(Some),
            length => {
                let rest = self.pending.split_off(length);
                let bytes = std::mem::replace(&mut self.pending, rest);
                let first_line = self.line;
                self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
                Ok(Some(Block { bytes, first_line, spoiled: None }))
            }
        }
    }

    fn fill(&mut self, want: usize) -> std::io::Result<()> {
        while !self.ended && self.pending.len() < want {
            let missing = (want - self.pending.len()) as u64;
            let got = (&mut self.input).take(missing).read_to_end(&mut self.pending)?;
            self.ended = got == 0;
        }
        Ok(())
    }

    /// Length of the whole records at the start of what is pending; 0 if the very first
    /// record is spoiled.
    fn whole_records(&self) -> usize {
        let text = &self.pending[..];
        if memchr::memchr(b'"', text).is_none() {
            let end = match memchr::memrchr(b'\n', text) {
                _ if self.ended => text.len(),
                Some(at) => at + 1,
                None => 0,
            };
            return self.within_line_limit(end);
        }
        let end = self.quoted_records(text);
        self.within_line_limit(end)
    }

    /// Walks over quotes and line ends. A quote opens only at the start of a field.
    fn quoted_records(&self, text: &[u8]) -> usize {
        let mut end = 0;
        let mut quoted = false;
        for at in memchr::memchr2_iter(b'"', b'\n', text) {
            if text[at] == b'\n' {
                if !quoted {
                    end = at + 1;
                } else if at - end > LONGEST_LINE {
                    return end;
                }
            } else if quoted {
                // A doubled quote closes and at once opens again: the same in the end.
                quoted = false;
            } else {
                let opens = at == 0
                    || matches!(text[at - 1], b'\n' | b'\r' | b'"')
                    || text[at - 1] == self.delimiter;
                quoted = opens;
            }
        }
        if self.ended && !quoted { text.len() } else { end }
    }

    /// Ends the block before a line that is too long.
    fn within_line_limit(&self, end: usize) -> usize {
        let mut start = 0;
        for at in memchr::memchr_iter(b'\n', &self.pending[..end]).chain([end]) {
            if at.saturating_sub(start) > LONGEST_LINE {
                return start;
            }
            start = at + 1;
        }
        end
    }

    /// Takes the first line out, however long, keeping only its beginning.
    fn spoiled_line(&mut self) -> std::io::Result<Block> {
        let first_line = self.line;
        let mut kept: Vec<u8> = self.pending[..self.pending.len().min(200)].to_vec();
        let mut length = 0;
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.pending) {
                length += at;
                kept.truncate(kept.len().min(length));
                self.pending.drain(..=at);
                self.line += 1;
                break;
            }
            length += self.pending.len();
            self.pending.clear();
            if self.ended {
                break;
            }
            self.fill(BLOCK)?;
        }
        let why = if length > LONGEST_LINE { "line-too-long" } else { "quote-unclosed" };
        Ok(Block { bytes: kept, first_line, spoiled: Some(why) })
    }
}

/// UTF-16 with a byte-order mark, as UTF-8.
pub struct Utf16<R> {
    input: R,
    decoder: encoding_rs::Decoder,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Utf16<R> {
    /// Little-endian or big-endian.
    pub fn new(input: R, little: bool) -> Utf16<R> {
        let encoding = if little { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        Utf16 {
            input,
            decoder: encoding.new_decoder_with_bom_removal(),
            ready: Vec::new(),
            given: 0,
            ended: false,
        }
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.given == self.ready.len() && !self.ended {
            let mut raw = [0u8; 1 << 15];
            let got = self.input.read(&mut raw)?;
            self.ended = got == 0;
            let mut text = String::with_capacity(3 * got + 16);
            let _ = self.decoder.decode_to_string(&raw[..got], &mut text, self.ended);
            self.ready = text.into_bytes();
            self.given = 0;
        }
        let n = buffer.len().min(self.ready.len() - self.given);
        buffer[..n].copy_from_slice(&self.ready[self.given..self.given + n]);
        self.given += n;
        Ok(n)
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
        blocks.begin(b',', header, 1);
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
                Utf16::new(Drops(&bytes, at_once), little).read_to_string(&mut out).unwrap();
                assert!(out == text);
            }
        }
    }
}
