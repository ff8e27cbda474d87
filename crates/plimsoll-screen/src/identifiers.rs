//! Which identifier is this, and do its check digits hold?
//!
//! Three questions: [`normalise`] gives the form in which two identifiers are compared,
//! [`check`] says whether the check digits hold, and [`guess`] says what a bare value can only
//! be. Nothing here knows a list. A value of zeros only is never valid, whatever the sum says.

use crate::entity::IdentifierKind;
use unicode_normalization::UnicodeNormalization;

/// The alphabet of GB 32100-2015: digits and letters without I, O, S, V and Z.
const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// Whether the check digits (or, for BIC and MMSI, the shape) of an identifier hold; none where
/// the kind has no rule. The value may still carry its label, spaces and hyphens.
///
/// | kind | rule | where it is specified |
/// |---|---|---|
/// | IMO | seven digits; the first six times 7, 6, 5, 4, 3, 2 end in the seventh | IMO resolution A.1117(30) |
/// | MMSI | nine digits that a ship, an aircraft, a handheld set or a craft of a ship may have; no check digit | ITU-R M.585 |
/// | LEI | 20 characters, letters as 10 to 35, remainder 1 by 97 | ISO 17442, ISO/IEC 7064 mod 97-10 |
/// | BIC | four letters, two letters of a country, two or five more characters; no check digit | ISO 9362 |
/// | INN | 10 or 12 digits, weighted sum mod 11 mod 10 | order ED-7-14/559 of Russia's Federal Tax Service (2020) |
/// | OGRN | 13 digits mod 11 mod 10, or 15 digits mod 13 mod 10 | order 165n of Russia's Ministry of Finance (2017) |
/// | USCC | 18 characters of 31, weights 3^i mod 31 | GB 32100-2015 |
/// | ISIN | letters as 10 to 35, then Luhn's sum | ISO 6166 |
#[must_use]
pub fn check(kind: IdentifierKind, value: &str) -> Option<bool> {
    let text = normalise(kind, value);
    let holds = match kind {
        IdentifierKind::Imo => imo(&text),
        IdentifierKind::Mmsi => mmsi(&text),
        IdentifierKind::Lei => lei(&text),
        IdentifierKind::Bic => bic(&text),
        IdentifierKind::Inn => inn(&text),
        IdentifierKind::Ogrn => ogrn(&text),
        IdentifierKind::Uscc => uscc(&text),
        IdentifierKind::Isin => isin(&text),
        _ => return None,
    };
    Some(holds)
}

/// The form in which two identifiers of one kind are compared: upper case, full-width forms
/// folded, without label, spaces, dots and hyphens. Normalising twice changes nothing.
///
/// Out of a text such as `Flag 12, IMO 9289518` only the number itself is taken. Addresses of
/// wallets keep their case where it counts (base 58), e-mail and web addresses are lower case,
/// telephone numbers are their digits.
#[must_use]
pub fn normalise(kind: IdentifierKind, value: &str) -> String {
    let mut text = normalise_once(kind, value);
    // Folding, taking out spaces and changing case can each give the others new work to do in
    // texts with combining marks; in real ones the first round is the last.
    for _ in 0..8 {
        let next = normalise_once(kind, &text);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

fn normalise_once(kind: IdentifierKind, value: &str) -> String {
    let text: String = value.nfkc().collect();
    match kind {
        IdentifierKind::Imo => digits_of(&text, &[7], "IMO"),
        IdentifierKind::Mmsi => digits_of(&text, &[9], "MMSI"),
        IdentifierKind::Inn => digits_of(&text, &[10, 12], "INN"),
        IdentifierKind::Ogrn => digits_of(&text, &[13, 15], "OGRN"),
        IdentifierKind::Lei => code_of(&text, &[20], &["LEI"]),
        IdentifierKind::Uscc => code_of(&text, &[18], &["USCC"]),
        IdentifierKind::Isin => code_of(&text, &[12], &["ISIN"]),
        IdentifierKind::Bic => code_of(&text, &[8, 11], &["SWIFTBIC", "BICSWIFT", "SWIFT", "BIC"]),
        IdentifierKind::Wallet => wallet(&text),
        IdentifierKind::Email => {
            let text = without_spaces(&text).to_lowercase();
            text.trim_start_matches("mailto:").to_owned()
        }
        IdentifierKind::Website => website(&text),
        IdentifierKind::Phone => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.trim_start_matches('0').to_owned()
        }
        _ => compact(&text),
    }
}

/// What a bare value can only be; none where it could be several things or nothing is certain.
///
/// Numbers with check digits are named when the digits hold; an IMO number only with the word
/// `IMO` beside it, for one in ten seven-digit numbers has a fitting last digit.
#[must_use]
pub fn guess(value: &str) -> Option<IdentifierKind> {
    let value = value.trim();
    let upper = value.to_ascii_uppercase();
    if word_before_number(&upper, "IMO") && check(IdentifierKind::Imo, value) == Some(true) {
        return Some(IdentifierKind::Imo);
    }
    if let Some(kind) = guess_address(value) {
        return Some(kind);
    }
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain && value.bytes().all(|byte| byte.is_ascii_digit()) {
        let kind = match value.len() {
            10 | 12 if !value.starts_with("00") => IdentifierKind::Inn,
            13 if value.starts_with(['1', '5']) => IdentifierKind::Ogrn,
            15 if value.starts_with('3') => IdentifierKind::Ogrn,
            18 if !resident_id(value) => IdentifierKind::Uscc,
            _ => return None,
        };
        return (check(kind, value) == Some(true)).then_some(kind);
    }
    if !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b' ') {
        return None;
    }
    let text = without_spaces(&upper);
    let kind = match text.len() {
        12 => IdentifierKind::Isin,
        18 if !resident_id(&text) => IdentifierKind::Uscc,
        20 => IdentifierKind::Lei,
        _ => return None,
    };
    (check(kind, &text) == Some(true)).then_some(kind)
}

/// Addresses that show by their form what they are.
fn guess_address(value: &str) -> Option<IdentifierKind> {
    if value.contains(char::is_whitespace) {
        return None;
    }
    let lower = value.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return Some(IdentifierKind::Website);
    }
    if let Some((name, host)) = lower.split_once('@') {
        let whole = !name.is_empty() && host.contains('.') && !host.contains('@');
        return whole.then_some(IdentifierKind::Email);
    }
    let hex = lower.strip_prefix("0x")?;
    (hex.len() == 40 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then_some(IdentifierKind::Wallet)
}

/// Whether the word stands alone in the text and a digit follows it.
fn word_before_number(upper: &str, word: &str) -> bool {
    upper.match_indices(word).any(|(at, _)| {
        let before = upper[..at].chars().next_back();
        let after = upper[at + word.len()..].trim_start_matches(not_alphanumeric);
        let after = after.strip_prefix("NUMBER").or(after.strip_prefix("NO")).unwrap_or(after);
        !before.is_some_and(char::is_alphanumeric)
            && after.trim_start_matches(not_alphanumeric).starts_with(|c: char| c.is_ascii_digit())
    })
}

fn not_alphanumeric(c: char) -> bool {
    !c.is_alphanumeric()
}

/// The run of digits with one of these lengths: the first after the label, else the first at
/// all, else every digit of the text when they make up one of these lengths together (as in
/// `77 0473 0655`), else the text without its separators.
fn digits_of(text: &str, lengths: &[usize], label: &str) -> String {
    let upper = text.to_uppercase();
    let run_in = |part: &str| {
        part.split(|c: char| !c.is_ascii_digit())
            .find(|run| lengths.contains(&run.len()))
            .map(str::to_owned)
    };
    let labelled = upper.find(label).and_then(|at| run_in(&upper[at..]));
    if let Some(run) = labelled.or_else(|| run_in(&upper)) {
        return run;
    }
    let digits: String = upper.chars().filter(char::is_ascii_digit).collect();
    if lengths.contains(&digits.len()) { digits } else { compact(&upper) }
}

/// The word with one of these lengths that holds a digit or is all there is, else the text
/// without its separators and label.
fn code_of(text: &str, lengths: &[usize], labels: &[&str]) -> String {
    let upper = text.to_uppercase();
    let mut words = upper.split(not_alphanumeric).filter(|word| !word.is_empty());
    let fits = |word: &&str| {
        lengths.contains(&word.len()) && word.bytes().any(|byte| byte.is_ascii_digit())
    };
    if let Some(word) = words.find(fits) {
        return word.to_owned();
    }
    let whole = compact(&upper);
    for label in labels {
        if let Some(rest) = whole.strip_prefix(label)
            && lengths.contains(&rest.len())
        {
            return rest.to_owned();
        }
    }
    whole
}

/// Letters and digits only, upper case.
fn compact(text: &str) -> String {
    let upper: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
    // Upper case may bring back characters that are folded: once more, so that twice is once.
    upper.to_uppercase().nfkc().filter(|c| c.is_alphanumeric()).collect()
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Hexadecimal and bech32 addresses do not know case, base 58 does.
fn wallet(text: &str) -> String {
    let text = without_spaces(text);
    let lower = text.to_ascii_lowercase();
    let caseless = ["0x", "bc1", "tb1", "ltc1"].iter().any(|start| lower.starts_with(start));
    if caseless { lower } else { text }
}

fn website(text: &str) -> String {
    let text = without_spaces(text).to_lowercase();
    let mut rest = text.as_str();
    loop {
        let before = rest.len();
        for start in ["https://", "http://", "www."] {
            rest = rest.trim_start_matches(start);
        }
        if rest.len() == before {
            return rest.trim_end_matches('/').to_owned();
        }
    }
}

/// The digits of a text of digits only; none where something else stands in it.
fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|c| c.to_digit(10)).collect()
}

fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

fn imo(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    digits.len() == 7
        && digits.iter().any(|digit| *digit != 0)
        && weighted(&digits, &[7, 6, 5, 4, 3, 2]) % 10 == digits[6]
}

fn mmsi(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let same = digits.iter().all(|digit| Some(digit) == digits.first());
    // 2 to 7 open a maritime identification digit of a ship, 111 a search and rescue
    // aircraft, 8 a handheld set, 98 a craft of a mother ship. 0 is a group or a coast station.
    let station = matches!(text.as_bytes().first(), Some(b'2'..=b'8'))
        || text.starts_with("111")
        || text.starts_with("98");
    digits.len() == 9 && !same && station
}

/// Letters as 10 to 35; none for anything but ASCII letters and digits.
fn letters_as_numbers(text: &str) -> Option<Vec<u32>> {
    text.chars()
        .map(|c| if c.is_ascii_uppercase() { c.to_digit(36) } else { c.to_digit(10) })
        .collect()
}

fn lei(text: &str) -> bool {
    let Some(values) = letters_as_numbers(text) else { return false };
    if values.len() != 20 || !text.as_bytes()[18..].iter().all(u8::is_ascii_digit) {
        return false;
    }
    let rest = values.iter().fold(0, |rest, value| {
        if *value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 }
    });
    rest == 1
}

fn bic(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 8 | 11)
        && bytes[..6].iter().all(u8::is_ascii_uppercase)
        && bytes[6..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn inn(text: &str) -> bool {
    const WEIGHTS: [u32; 11] = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    let Some(digits) = digits(text) else { return false };
    if digits.iter().all(|digit| *digit == 0) {
        return false;
    }
    match digits.len() {
        10 => weighted(&digits, &WEIGHTS[2..]) % 11 % 10 == digits[9],
        12 => {
            weighted(&digits, &WEIGHTS[1..]) % 11 % 10 == digits[10]
                && weighted(&digits, &WEIGHTS) % 11 % 10 == digits[11]
        }
        _ => false,
    }
}

fn ogrn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let modulus = match digits.len() {
        13 => 11,
        15 => 13,
        _ => return false,
    };
    let (body, last) = digits.split_at(digits.len() - 1);
    let rest = body.iter().fold(0, |rest, digit| (rest * 10 + digit) % modulus);
    digits.iter().any(|digit| *digit != 0) && rest % 10 == last[0]
}

fn uscc(text: &str) -> bool {
    let values: Option<Vec<usize>> =
        text.bytes().map(|byte| USCC_ALPHABET.iter().position(|letter| *letter == byte)).collect();
    let Some(values) = values else { return false };
    if values.len() != 18 || values.iter().all(|value| *value == 0) {
        return false;
    }
    let mut weight = 1;
    let mut sum = 0;
    for value in &values[..17] {
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    (31 - sum % 31) % 31 == values[17]
}

fn isin(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 12
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[11].is_ascii_digit()
        && bytes[2..].iter().any(|byte| *byte != b'0');
    let Some(values) = letters_as_numbers(text).filter(|_| shape) else { return false };
    let mut sum = 0;
    let mut double = false;
    for value in values.iter().rev() {
        let parts = if *value < 10 { vec![*value] } else { vec![value % 10, value / 10] };
        for part in parts {
            let part = if double { part * 2 } else { part };
            sum += part / 10 + part % 10;
            double = !double;
        }
    }
    sum % 10 == 0
}

/// Whether it can be a Chinese resident's identity number (GB 11643-1999): 17 digits with a
/// date of birth and a check character mod 11-2. Such a number may pass as a USCC by chance.
fn resident_id(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let Some(body) = text.get(..17).and_then(digits) else { return false };
    let number =
        |from: usize, to: usize| body[from..to].iter().fold(0, |number, digit| number * 10 + digit);
    let last = b"10X98765432"[(weighted(&body, &WEIGHTS) % 11) as usize];
    (1900..2100).contains(&number(6, 10))
        && (1..=12).contains(&number(10, 12))
        && (1..=31).contains(&number(12, 14))
        && text.len() == 18
        && text.as_bytes()[17] == last
}

#[cfg(test)]
mod tests {
    use super::*;
    use IdentifierKind::*;
    use proptest::prelude::*;

    /// Numbers that ships, banks and makers publish themselves; the MMSI is made up.
    const REAL: [(IdentifierKind, &str); 15] = [
        (Imo, "9074729"),
        (Imo, "IMO 9289518"),
        (Lei, "7LTWFZYICNSX8D621K86"),
        (Lei, "5493001KJTIIGC8Y1R12"),
        (Lei, "HWUPKR0MPOU8FGXBT394"),
        (Bic, "SABRRUMM"),
        (Bic, "DEUTDEFF500"),
        (Inn, "7707083893"),
        (Inn, "500100732259"),
        (Ogrn, "1027700132195"),
        (Ogrn, "304500116000157"),
        (Uscc, "914403001922038216"),
        (Isin, "US0378331005"),
        (Isin, "RU0009029540"),
        (Mmsi, "273123450"),
    ];

    #[test]
    fn real_numbers_hold() {
        for (kind, value) in REAL {
            assert_eq!(check(kind, value), Some(true), "{kind:?} {value}");
        }
        assert_eq!(check(Passport, "123"), None);
    }

    #[test]
    fn one_wrong_digit_is_seen() {
        // INN, OGRN end in mod 10 of mod 11: a change of the digit that makes 10 of 0 is not
        // seen, nor one of an ISIN's letters; every change of a digit listed here is.
        for kind in [Imo, Lei, Uscc, Isin, Inn, Ogrn] {
            for (_, value) in REAL.iter().filter(|(real, _)| *real == kind) {
                let text = normalise(kind, value);
                let mut seen = 0;
                let mut all = 0;
                for at in (0..text.len()).filter(|at| text.as_bytes()[*at].is_ascii_digit()) {
                    for digit in b'0'..=b'9' {
                        let mut bytes = text.clone().into_bytes();
                        if bytes[at] == digit {
                            continue;
                        }
                        bytes[at] = digit;
                        let damaged = String::from_utf8(bytes).unwrap();
                        all += 1;
                        seen += usize::from(check(kind, &damaged) == Some(false));
                    }
                }
                let share = seen * 100 / all;
                let least = if matches!(kind, Lei | Uscc | Isin) { 100 } else { 85 };
                assert!(share >= least, "{kind:?} {value}: {seen} of {all}");
            }
        }
    }

    #[test]
    fn zeros_never_hold() {
        for kind in [Imo, Mmsi, Lei, Bic, Inn, Ogrn, Uscc, Isin] {
            for length in 0..24 {
                assert_eq!(check(kind, &"0".repeat(length)), Some(false), "{kind:?} {length}");
            }
        }
        assert_eq!(guess("000000000000000000"), None);
    }

    #[test]
    fn the_number_is_taken_out_of_its_words() {
        for (kind, value, want) in [
            (Imo, "IMO 9051648", "9051648"),
            (Imo, "Flag 12, IMO 9289518", "9289518"),
            (Imo, "Call 1234567, IMO No. 9289518", "9289518"),
            (Imo, "９２８９５１８", "9289518"),
            (Mmsi, "MMSI: 273 123 450", "273123450"),
            (Inn, "7704730655 (Tax ID/INN)", "7704730655"),
            (Inn, "77 0473 0655", "7704730655"),
            (Lei, "LEI 7LTW-FZYI-CNSX-8D62-1K86", "7LTWFZYICNSX8D621K86"),
            (Bic, "SWIFT/BIC: SABRRUMM", "SABRRUMM"),
            (Uscc, "9144 0300 1922 0382 16", "914403001922038216"),
            (Passport, "ab 12-34.5", "AB12345"),
            (Email, " Info@Example.ORG ", "info@example.org"),
            (Website, "https://www.Example.org/", "example.org"),
            (Phone, "+ 7 (495) 926-78-9", "7495926789"),
            // Only without the space are the letter and its mark one character.
            (Email, "e \u{308}", "ë"),
            (Wallet, "0xABCDEF", "0xabcdef"),
            (Wallet, " 1BoatSLRHt ", "1BoatSLRHt"),
        ] {
            assert_eq!(normalise(kind, value), want, "{value}");
        }
    }

    #[test]
    fn guesses_are_conservative() {
        for (value, want) in [
            ("Flag 12, IMO 9289518", Some(Imo)),
            ("IMO9289518", Some(Imo)),
            ("IMO 9289519", None),
            ("9289518", None),
            ("SIMO 9289518", None),
            ("7LTWFZYICNSX8D621K86", Some(Lei)),
            ("7707083893", Some(Inn)),
            ("770-708-3893", None),
            ("1027700132195", Some(Ogrn)),
            ("914403001922038216", Some(Uscc)),
            ("us0378331005", Some(Isin)),
            ("11010519491231002X", None),
            ("info@example.org", Some(Email)),
            ("https://example.org", Some(Website)),
            ("ABCDEFGHIJKLMNOPQRST", None),
            ("", None),
            ("IMO", None),
            ("ſIMO 1", None),
        ] {
            assert_eq!(guess(value), want, "{value}");
        }
    }

    fn kinds() -> impl Strategy<Value = IdentifierKind> {
        prop::sample::select(vec![
            Imo,
            Mmsi,
            CallSign,
            Lei,
            Bic,
            Inn,
            Ogrn,
            Uscc,
            Isin,
            Passport,
            NationalId,
            TaxId,
            Registration,
            Aircraft,
            Wallet,
            Email,
            Website,
            Phone,
            Other,
        ])
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(kind in kinds(), value in "\\PC{0,40}") {
            let once = normalise(kind, &value);
            prop_assert_eq!(normalise(kind, &once), once);
        }

        #[test]
        fn nothing_panics(kind in kinds(), value in any::<String>()) {
            let _ = check(kind, &value);
            let _ = guess(&value);
        }

        #[test]
        fn what_is_guessed_holds(value in "[A-Z0-9 ]{7,22}") {
            if let Some(kind) = guess(&value) {
                prop_assert_ne!(check(kind, &value), Some(false));
            }
        }
    }
}
