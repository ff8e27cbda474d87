//! Everything that reaches the terminal: data on stdout, talk on stderr.
#![allow(clippy::print_stdout, clippy::print_stderr)] // The one place that prints.

use crate::failure::Failure;
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::Write;

/// Whether a character would steer the terminal in place of being shown: control characters
/// but line end and tab, and those that turn the direction of writing round.
fn steers(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t')
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with what would steer the terminal written out as `\u001b`: texts of files reach
/// the screen. In JSON that is the same character as before.
fn harmless(text: &str) -> Cow<'_, str> {
    // All that steer are ASCII controls or begin with one of these bytes.
    let suspect = |b: u8| b < 0x20 && b != b'\n' && b != b'\t' || matches!(b, 0x7F | 0xC2 | 0xE2);
    if !text.bytes().any(suspect) || !text.contains(steers) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if steers(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

thread_local! {
    static CAUGHT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Runs something and catches the data that it would print: for a command that runs another
/// one and prints one document of both.
pub fn catching<T>(run: impl FnOnce() -> T) -> (T, String) {
    CAUGHT.with(|caught| *caught.borrow_mut() = Some(String::new()));
    let result = run();
    (result, CAUGHT.with(|caught| caught.borrow_mut().take()).unwrap_or_default())
}

/// Writes data. A reader that closes the pipe early (`| head`) is no failure.
pub fn data(text: &str) {
    let caught = CAUGHT.with(|caught| match caught.borrow_mut().as_mut() {
        Some(so_far) => {
            so_far.push_str(text);
            true
        }
        None => false,
    });
    if caught {
        return;
    }
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(harmless(text).as_bytes()).and_then(|()| out.flush());
}

/// Says something that is not data.
pub fn talk(text: &str) {
    anstream::eprintln!("{}", harmless(text));
}

/// The one hint of what to type next.
pub fn next(text: &str) {
    anstream::eprintln!("next: {}", harmless(text));
}

/// A failure: its code, what happened, what to do.
pub fn failure(failure: &Failure) {
    let message = harmless(&failure.message);
    anstream::eprintln!("\x1b[31merror[{}]\x1b[0m: {message}", failure.code);
    if !failure.hint.is_empty() {
        anstream::eprintln!("  hint: {}", harmless(&failure.hint));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        let text = "a\u{1b}[31m\u{7}\r\u{7f}\u{9b}\u{202e}b\n\té – ′ \u{200f}";
        let want = "a\\u001b[31m\\u0007\\u000d\\u007f\\u009b\\u202eb\n\té – ′ \u{200f}";
        assert_eq!(harmless(text), want);
        assert!(matches!(harmless("é – plain\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_keeps_its_meaning() {
        let value = serde_json::Value::from("\u{1b}\u{7f}\u{85}\u{2066}x");
        let shown = harmless(&value.to_string()).into_owned();
        assert!(!shown.contains(steers));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).ok(), Some(value));
    }
}
