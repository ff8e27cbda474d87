//! In which encoding is a text? UTF-16 by its mark or its NULs; Chinese customs write GB18030, and
//! Russian statistics Windows-1251 or code page 866. What none of them fits stays as it is: UTF-8,
//! or an encoding that keeps ASCII.
//!
//! Never looks at the name of a file, and never guesses from a single accent: a French name in
//! Windows-1252 is no Russian.

use std::io::Read;

use encoding_rs::Encoding;

/// So much of a text is looked at.
pub const SAMPLE: usize = 1 << 16;

/// Which order of bytes, little-endian first, if the text looks like UTF-16: by its mark, or
/// by every other byte being NUL as in a header line of plain letters.
pub fn is_utf16(start: &[u8]) -> Option<bool> {
    match start {
        [0xFF, 0xFE, ..] => return Some(true),
        [0xFE, 0xFF, ..] => return Some(false),
        _ => {}
    }
    let pairs = start.len() / 2;
    let nul = |place: usize| start.iter().skip(place).step_by(2).filter(|b| **b == 0).count();
    match (nul(0), nul(1)) {
        _ if pairs < 4 => None,
        (0, odd) if odd * 4 >= pairs * 3 => Some(true),
        (even, 0) if even * 4 >= pairs * 3 => Some(false),
        _ => None,
    }
}

/// The encoding of a text by its beginning, if it must be turned into UTF-8.
pub fn guess(start: &[u8]) -> Option<&'static Encoding> {
    // A character may be cut where the sample ends.
    let whole = memchr::memrchr(b'\n', start).map_or(start, |end| &start[..end]);
    match std::str::from_utf8(whole) {
        Ok(_) => return None,
        Err(e) if e.error_len().is_none() => return None,
        Err(_) => {}
    }
    let high = whole.iter().filter(|b| !b.is_ascii()).count();
    let runs = whole.split(u8::is_ascii).filter(|run| !run.is_empty()).count();
    let share = |of: fn(u8) -> bool| {
        whole.iter().filter(|b| !b.is_ascii() && of(**b)).count() * 100 / high.max(1)
    };
    // Accents of Western languages stand alone, Russian words and Chinese signs do not.
    let in_words = high * 5 >= runs * 9;
    let cyrillic = share(is_windows_1251) >= 98;
    if in_words && !cyrillic && is_gb(whole) {
        return Some(encoding_rs::GB18030);
    }
    if in_words && cyrillic {
        return Some(encoding_rs::WINDOWS_1251);
    }
    let capitals = share(|b| matches!(b, 0x80..=0xAF)) >= 50;
    (in_words && capitals && share(is_866) >= 98).then_some(encoding_rs::IBM866)
}

/// A text that its reader says is in an encoding, as UTF-8. One that is UTF-8 already, or was
/// made so since its letters showed its encoding, goes through as it is.
///
/// # Errors
/// Where its beginning cannot be read.
pub fn decoded<'a>(
    mut input: impl Read + 'a,
    encoding: &'static Encoding,
) -> std::io::Result<Box<dyn Read + 'a>> {
    let mut start = Vec::new();
    (&mut input).take(SAMPLE as u64).read_to_end(&mut start)?;
    let whole = memchr::memrchr(b'\n', &start).map_or(start.as_slice(), |end| &start[..end]);
    // Plain letters are the same in all but UTF-16, which has NULs between them.
    let plain = whole.is_ascii() && (encoding.is_ascii_compatible() || whole.contains(&0));
    let is_utf8 = !plain && std::str::from_utf8(whole).is_ok();
    let all = std::io::Cursor::new(start).chain(input);
    Ok(if is_utf8 { Box::new(all) } else { Box::new(Decoded::new(all, encoding)) })
}

/// Letters, `Ё`, `ё`, `№`, quotation marks and dashes.
fn is_windows_1251(b: u8) -> bool {
    matches!(b, 0xC0..=0xFF | 0xA8 | 0xB8 | 0xB9 | 0xAB | 0xBB | 0x96 | 0x97 | 0xA0)
}

/// The same of code page 866.
fn is_866(b: u8) -> bool {
    matches!(b, 0x80..=0xAF | 0xE0..=0xF1 | 0xFC | 0xFF)
}

/// Whether all high bytes make pairs, nearly all of them signs of GB 2312.
fn is_gb(text: &[u8]) -> bool {
    let (mut pairs, mut common, mut at) = (0usize, 0usize, 0);
    while at < text.len() {
        if text[at].is_ascii() {
            at += 1;
            continue;
        }
        match (text[at], text.get(at + 1)) {
            (0xA1..=0xF7, Some(0xA1..=0xFE)) => common += 1,
            (0x81..=0xFE, Some(0x40..=0x7E | 0x80..=0xFE)) => {}
            // Four bytes with digits between.
            (0x81..=0xFE, Some(b'0'..=b'9')) => at += 2,
            _ => return false,
        }
        pairs += 1;
        at += 2;
    }
    common * 10 >= pairs * 9
}

/// A text of another encoding as UTF-8. What is no character becomes U+FFFD.
pub struct Decoded<R> {
    input: R,
    decoder: encoding_rs::Decoder,
    ready: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    /// In this encoding; a mark at its beginning is passed over.
    pub fn new(input: R, encoding: &'static Encoding) -> Decoded<R> {
        Decoded {
            input,
            decoder: encoding.new_decoder_with_bom_removal(),
            ready: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    /// UTF-16, little-endian or big-endian.
    pub fn utf16(input: R, little: bool) -> Decoded<R> {
        let encoding = if little { encoding_rs::UTF_16LE } else { encoding_rs::UTF_16BE };
        Decoded::new(input, encoding)
    }
}

impl<R: Read> Read for Decoded<R> {
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

    #[test]
    fn what_was_decoded_is_not_decoded_again() {
        let text = "Страна;Код\nКитай;8542\n";
        let raw = encoding_rs::WINDOWS_1251.encode(text).0.into_owned();
        for bytes in [raw.as_slice(), text.as_bytes()] {
            let mut out = String::new();
            let mut read = decoded(bytes, encoding_rs::WINDOWS_1251).unwrap();
            read.read_to_string(&mut out).unwrap();
            assert_eq!(out, text);
        }
    }

    #[test]
    fn plain_letters_that_were_utf_16_are_not_decoded_again() {
        let mut out = String::new();
        let mut read = decoded(&b"name,code\nACME,8542\n"[..], encoding_rs::UTF_16LE).unwrap();
        read.read_to_string(&mut out).unwrap();
        assert_eq!(out, "name,code\nACME,8542\n");
    }

    #[test]
    fn utf_16_is_known_by_its_mark_or_its_nuls() {
        for (bytes, order) in [
            (&b"\xFF\xFEp\0"[..], Some(true)),
            (b"\xFE\xFF\0p", Some(false)),
            (b"p\0e\0r\0i\0o\0d\0,\0", Some(true)),
            (b"\0p\0e\0r\0i\0o\0d\0,", Some(false)),
            (b"period,reporter", None),
            (b"p\0", None),
            (b"\0\0\0\0\0\0\0\0\0\0", None),
            (b"", None),
        ] {
            assert_eq!(is_utf16(bytes), order, "{bytes:?}");
        }
    }

    #[test]
    fn encodings_are_known_by_their_letters() {
        for (text, encoding) in [
            ("数据年月,商品编码,商品名称,贸易伙伴编码\n202401,1,乙炔,110\n", encoding_rs::GB18030),
            ("Trading partner\nHong Kong，China\n", encoding_rs::GB18030),
            ("НАПР,ПЕРИОД,СТРАНА\nИМ,01/2020,CN\n", encoding_rs::WINDOWS_1251),
            ("NAPR,EDIZM\nИМ,ШТ\nЭК,КГ\n", encoding_rs::WINDOWS_1251),
            ("Страна;Всего\nКитай;5\n", encoding_rs::WINDOWS_1251),
            ("НАПР,ПЕРИОД\nИМ,01/2020\n", encoding_rs::IBM866),
            ("NAPR,REGION\nИМ,45000 - ГОРОД МОСКВА\n", encoding_rs::IBM866),
        ] {
            let (bytes, _, lost) = encoding.encode(text);
            assert!(!lost);
            assert_eq!(guess(&bytes).map(Encoding::name), Some(encoding.name()), "{text}");
            let mut out = String::new();
            Decoded::new(&bytes[..], encoding).read_to_string(&mut out).unwrap();
            assert_eq!(out, text);
            assert_eq!(guess(text.as_bytes()), None, "as UTF-8");
        }
        for text in ["reporter,partner\nCôte d'Ivoire,Türkiye\n", "país,año\nEspaña,2020\n"] {
            let (bytes, ..) = encoding_rs::WINDOWS_1252.encode(text);
            assert_eq!(guess(&bytes), None, "{text}");
        }
        assert_eq!(guess(b"a,b\n"), None);
        assert_eq!(guess("a,\u{e9}".as_bytes().get(..3).unwrap_or_default()), None, "cut");
        assert_eq!(guess(&[0xFF; 40]), Some(encoding_rs::WINDOWS_1251), "no panic on nonsense");
    }
}
