//! How are fifty million rows written in under a minute? With one large buffer a file and our
//! own way of writing numbers: the form is fixed, so nothing general is needed.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::Outcome;

const HEADER: &[u8] = b"t,i,j,k,v,q\n";
const FLUSH_BYTES: usize = 1 << 20;

/// A file with a large buffer and its own way of writing numbers.
pub(super) struct Sink {
    file: File,
    buffer: Vec<u8>,
}

impl Sink {
    pub(super) fn create(path: &Path) -> Outcome<Sink> {
        let file = File::create(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let mut buffer = Vec::with_capacity(2 * FLUSH_BYTES);
        buffer.extend_from_slice(HEADER);
        Ok(Sink { file, buffer })
    }

    pub(super) fn row(&mut self, start: &[u8], code: &[u8; 6], value: f64, quantity: Option<f64>) {
        self.buffer.extend_from_slice(start);
        self.buffer.extend_from_slice(code);
        self.buffer.push(b',');
        push_thousandths(&mut self.buffer, (value * 1000.0) as u64);
        self.buffer.push(b',');
        match quantity {
            Some(tons) => push_thousandths(&mut self.buffer, (tons * 1000.0).max(1.0) as u64),
            None => self.buffer.extend_from_slice(b"NA"),
        }
        self.buffer.push(b'\n');
    }

    pub(super) fn flush_if_full(&mut self) -> Outcome {
        if self.buffer.len() < FLUSH_BYTES { Ok(()) } else { self.flush() }
    }

    fn flush(&mut self) -> Outcome {
        self.file.write_all(&self.buffer).map_err(|e| format!("writing: {e}"))?;
        self.buffer.clear();
        Ok(())
    }

    pub(super) fn finish(mut self) -> Outcome {
        self.flush()
    }
}

/// `1234567` as `1234.567`.
fn push_thousandths(buffer: &mut Vec<u8>, number: u64) {
    let mut text = [0u8; 24];
    let mut at = text.len();
    let mut left = number;
    let mut written = 0;
    while left > 0 || written < 4 {
        if written == 3 {
            at -= 1;
            text[at] = b'.';
        }
        at -= 1;
        text[at] = b'0' + (left % 10) as u8;
        left /= 10;
        written += 1;
    }
    buffer.extend_from_slice(&text[at..]);
}

/// A code's six digits, with its leading zero.
pub(super) fn digits(code: u32) -> [u8; 6] {
    let mut text = [b'0'; 6];
    let mut left = code;
    for place in text.iter_mut().rev() {
        *place = b'0' + (left % 10) as u8;
        left /= 10;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_decimals() {
        let mut text = Vec::new();
        for number in [0, 7, 1000, 1_234_567] {
            push_thousandths(&mut text, number);
            text.push(b' ');
        }
        assert_eq!(String::from_utf8(text).unwrap(), "0.000 0.007 1.000 1234.567 ");
        assert_eq!(&digits(10121), b"010121");
    }
}
