//! Hostile names made by hand: every law holds for them, and none takes longer than 50 ms.
//! `cargo test --release --manifest-path fuzz/Cargo.toml`

use plimsoll_fuzz::{
    IDENTIFIER_KINDS, WHOLE, laws_of_comparison, laws_of_identifiers, laws_of_words,
};
use plimsoll_screen::candidates::Scratch;
use plimsoll_screen::identifiers;
use plimsoll_screen::names::compare::{compare, toks};
use plimsoll_screen::names::tokens::{Mode, analyse};
use plimsoll_screen::screen::{Query, Settings, screen};
use plimsoll_screen::snapshot::Snapshot;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_millis(if cfg!(debug_assertions) { 2_000 } else { 50 });

/// What it is, and the name.
fn hostile() -> Vec<(&'static str, String)> {
    let many = |text: &str, n: usize| text.repeat(n);
    let mut all: Vec<(&'static str, String)> = [
        ("10,000 letters", many("a", 10_000)),
        ("10,000 letters, other", many("abcdefghij", 1_000)),
        ("no vowels", many("bcdfgkp", 60)),
        ("all vowels", many("aeiou", 80)),
        ("10,000 Cyrillic letters", many("щ", 10_000)),
        ("Cyrillic with many readings", many("ьъейёжхцчшщюя", 30)),
        ("10,000 Han", many("深", 10_000)),
        ("10,000 kana", many("ツィ", 5_000)),
        ("10,000 Hangul", many("엄", 10_000)),
        ("10,000 Arabic", many("ال", 5_000)),
        ("Arabic without vowels", many("وي", 200)),
        ("Arabic articles", many("اللطيف ", 60)),
        ("articles of articles", "الالالالكتاب".to_owned()),
        ("Hebrew", many("וי", 200)),
        ("Thai", many("เ", 400)),
        ("Devanagari", many("क्ष", 200)),
        ("Georgian", many("ღ", 400)),
        ("Armenian", many("ու", 200)),
        ("Greek", many("γκμπντ", 80)),
        ("emoji", "☂️👨‍👩‍👧‍👦🏴‍☠️".to_owned()),
        ("10,000 emoji", many("👩‍👧", 5_000)),
        ("zero width", many("Z\u{200b}o\u{200d}n\u{feff}", 50)),
        ("zero width alone", many("\u{200b}", 10_000)),
        ("right to left", "\u{202e}skroW\u{202c} \u{200f}kitnoZ\u{200e}".to_owned()),
        ("control", (0..32u8).map(char::from).collect()),
        ("control between", many("a\u{0}b\u{7}c\u{1b}", 50)),
        ("combining alone", many("\u{301}\u{323}\u{345}", 3_000)),
        ("combining on a letter", format!("e{}", many("\u{301}\u{323}", 5_000))),
        ("ligature of 18", many("\u{fdfa}", 400)),
        ("hyphens", "----".to_owned()),
        ("10,000 hyphens", many("-", 10_000)),
        ("commas", many(",", 10_000)),
        ("commas between", many("a,", 5_000)),
        ("ampersands", many("&", 10_000)),
        ("digits", "12345678901234567890".to_owned()),
        ("10,000 digits", many("7", 10_000)),
        ("zeros", "0 00 000 0000".to_owned()),
        ("words of one letter", many("a b c d e ", 1_000)),
        ("words of two letters", many("ab cd ef gh ", 1_000)),
        ("words, all alike", many("zontik zontic ", 500)),
        ("words, all the same", many("al ", 4_000)),
        ("Romans", many("xvii iv ix ", 100)),
        ("given names", many("Mohammed Ahmad Ali ", 100)),
        ("legal forms", many("Limited Liability Company ", 100)),
        ("legal forms, misspelt", many("Limeted Liabilty Compan y ", 50)),
        ("number words", many("thirty seven hundred first ", 50)),
        ("Cyrillic words", many("щюя жхц ", 100)),
        ("Arabic words", many("محمد عبد ", 100)),
        ("Han words", many("深圳 有限 ", 100)),
        ("kana words", many("カツ ", 100)),
        ("all scripts", many("a щ 深 ツ 엄 ا ש ღ ա क เ γ 1 ", 30)),
        ("mixed look-alikes", many("аaоoеe", 60)),
        ("cannot be told", many("щwжq", 80)),
        ("capitals inside", many("aB", 200)),
    ]
    .into();
    all.push(("every Latin letter", ('\u{c0}'..='\u{24f}').collect()));
    all.push(("nothing", String::new()));
    all
}

/// What does not hold, told all at once.
fn told(failed: &[String]) {
    for line in failed.iter().take(60) {
        eprintln!("{line}");
    }
    assert!(failed.is_empty(), "{} do not hold", failed.len());
}

fn held(what: &str, failed: &mut Vec<String>, law: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(law)) {
        let why = panic.downcast_ref::<String>().map_or("panic", String::as_str);
        failed.push(format!("{what}: {}", why.chars().take(400).collect::<String>()));
    }
}

#[test]
fn laws() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut failed = Vec::new();
    let names = hostile();
    for (what, name) in &names {
        held(what, &mut failed, || laws_of_words(name));
        held(what, &mut failed, || laws_of_comparison(name, "Zontik Works, Ann"));
        held(what, &mut failed, || laws_of_identifiers(name));
        for (other, beside) in &names {
            held(&format!("{what} / {other}"), &mut failed, || laws_of_comparison(name, beside));
        }
    }
    told(&failed);
}

#[test]
fn every_character() {
    std::panic::set_hook(Box::new(|_| {}));
    let mut failed = Vec::new();
    for c in (0..=0x10_ffff).filter_map(char::from_u32) {
        let what = format!("U+{:04X}", c as u32);
        for name in [format!("{c}"), format!("{c}{c}")] {
            held(&what, &mut failed, || laws_of_words(&name));
            held(&what, &mut failed, || laws_of_comparison(&name, "a"));
            held(&what, &mut failed, || laws_of_identifiers(&name));
        }
    }
    told(&failed);
}

#[test]
fn times() {
    let mut failed = Vec::new();
    let mut slowest: Vec<(Duration, String)> = Vec::new();
    let snapshot = Snapshot::open(&WHOLE).unwrap();
    let mut scratch = Scratch::default();
    // The tables are read once a run of the program.
    laws_of_comparison("Zontik", "Зонтик");
    let names = hostile();
    let mut timed = |what: String, work: &mut dyn FnMut()| {
        // The best of three: other work on the machine is not what is measured.
        let once = |work: &mut dyn FnMut()| {
            let start = Instant::now();
            work();
            start.elapsed()
        };
        let mut took = once(work);
        if took > LONGEST / 2 {
            took = took.min(once(work)).min(once(work));
        }
        if took > LONGEST {
            failed.push(format!("{what}: {took:?}"));
        }
        slowest.push((took, what));
    };
    for (what, name) in &names {
        for mode in [Mode::Person, Mode::Organisation] {
            timed(format!("{what}, {mode:?}, taken apart"), &mut || {
                analyse(name, mode);
            });
            let one = analyse(name, mode);
            for (other, beside) in &names {
                let two = analyse(beside, mode);
                timed(format!("{what} / {other}, {mode:?}, compared"), &mut || {
                    compare(&toks(&one), &toks(&two), mode);
                });
            }
        }
        timed(format!("{what}, screened"), &mut || {
            let query = Query { name: name.clone(), ..Query::default() };
            screen(&snapshot, &query, &Settings::default(), &mut scratch);
        });
        timed(format!("{what}, guessed"), &mut || {
            let _ = identifiers::guess(name);
        });
        for kind in IDENTIFIER_KINDS {
            timed(format!("{what}, {kind:?}"), &mut || {
                let _ = identifiers::check(kind, name);
                let _ = identifiers::normalise(kind, name);
            });
        }
    }
    slowest.sort_by_key(|(took, _)| std::cmp::Reverse(*took));
    for (took, what) in slowest.iter().take(25) {
        println!("{took:?} {what}");
    }
    told(&failed);
}
