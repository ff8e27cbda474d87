//! Under which keys is a word found? The promise of the candidates rests on this module.
//!
//! Two words with a key in common are compared. A word has as keys
//!
//! - itself with up to `k` letters left out ([`edits`] says how many by its length), so that two
//!   words within `k` edits (a letter put in, left out, changed, or swapped with its neighbour)
//!   always share one: Boytsov's deletion neighbourhoods, as in FastSS (2007) and SymSpell;
//! - its consonant skeleton, with the consonants that romanisations interchange taken as one, so
//!   that words that differ in vowels and doubled letters alone share one.
//!
//! Words joined from two neighbours, or from a whole name, have their two halves as keys: one
//! edit leaves one of the halves as it was.

/// A key is a hash; a clash of two costs a comparison and nothing else.
pub type Key = u32;

/// Words are keyed by so many letters; beyond them more letters may differ.
pub const KEYED: usize = 24;

/// What kind of key, so that a skeleton is never taken for a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyKind {
    /// A word with letters left out.
    Word = 1,
    /// A consonant skeleton.
    Skeleton = 2,
    /// First half of a joined word.
    FirstHalf = 3,
    /// Second half of a joined word.
    SecondHalf = 4,
    /// A word in its own script with letters left out.
    Own = 5,
    /// A skeleton without one of its consonants.
    ShortSkeleton = 8,
    /// A meaning of the lexicon.
    Concept = 6,
    /// A group of given names that stand for each other.
    GivenName = 7,
    /// A word of an address that is listed itself.
    Address = 9,
}

/// The hash of some letters (FNV-1a folded to 32 bits).
pub fn key(kind: KeyKind, letters: impl IntoIterator<Item = u8>) -> Key {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325 ^ kind as u64;
    for letter in letters {
        hash = (hash ^ u64::from(letter)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    // FNV's low bits are weak for short words: fold and multiply once more.
    let folded = (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (folded >> 32) as Key
}

/// How many edits are promised for a word of so many letters: one from two letters on, two from
/// seven on.
pub fn edits(letters: usize) -> usize {
    match letters {
        0 | 1 => 0,
        2..=6 => 1,
        _ => 2,
    }
}

/// Calls `found` with the key of the word and of every word that is left when up to `k` letters
/// are left out.
pub fn deletions(kind: KeyKind, word: &[u8], k: usize, found: &mut impl FnMut(Key)) {
    let word = &word[..word.len().min(KEYED)];
    found(key(kind, word.iter().copied()));
    if k == 0 || word.len() < 2 {
        return;
    }
    let without = |i: usize, j: usize| {
        word.iter().enumerate().filter(move |(at, _)| *at != i && *at != j).map(|(_, b)| *b)
    };
    for i in 0..word.len() {
        // Leaving out either of two equal neighbours gives the same word.
        if i > 0 && word[i] == word[i - 1] {
            continue;
        }
        found(key(kind, without(i, i)));
        if k > 1 {
            for j in i + 1..word.len() {
                found(key(kind, without(i, j)));
            }
        }
    }
}

/// Whether two words are within `k` edits: a letter put in, left out, changed, or swapped with
/// its neighbour.
pub fn within_edits(a: &[u8], b: &[u8], k: usize) -> bool {
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    if a.is_empty() || b.is_empty() || k == 0 {
        return a.len().max(b.len()) <= k;
    }
    if a.len().abs_diff(b.len()) > k {
        return false;
    }
    let swapped = a.len() > 1 && b.len() > 1 && a[0] == b[1] && a[1] == b[0];
    within_edits(&a[1..], &b[1..], k - 1)
        || within_edits(&a[1..], b, k - 1)
        || within_edits(a, &b[1..], k - 1)
        || swapped && within_edits(&a[2..], &b[2..], k - 1)
}

/// The keys of the two halves of a listed joined word.
pub fn halves(word: &[u8]) -> [Key; 2] {
    let word = &word[..word.len().min(KEYED)];
    let (first, second) = word.split_at(word.len() / 2);
    [
        key(KeyKind::FirstHalf, first.iter().copied()),
        key(KeyKind::SecondHalf, second.iter().copied()),
    ]
}

/// Calls `found` with the keys under which a joined word within one edit of this one is.
pub fn halves_near(word: &[u8], found: &mut impl FnMut(Key)) {
    let word = &word[..word.len().min(KEYED)];
    // The listed word may be one letter shorter or longer; its half then ends elsewhere.
    let n = word.len();
    let mut firsts = [(n.saturating_sub(1)) / 2, n / 2, n.div_ceil(2)];
    firsts.sort_unstable();
    let mut last = usize::MAX;
    for len in firsts {
        if len != last && len > 0 {
            found(key(KeyKind::FirstHalf, word[..len].iter().copied()));
        }
        last = len;
    }
    let of = |n: usize| n - n / 2;
    let mut seconds = [of(n.saturating_sub(1)), of(n), of(n + 1)];
    seconds.sort_unstable();
    last = usize::MAX;
    for len in seconds {
        if len != last && len > 0 && len <= n {
            found(key(KeyKind::SecondHalf, word[n - len..].iter().copied()));
        }
        last = len;
    }
}

/// A word of another script as bytes for keys: the low byte of each letter. Letters that clash
/// cost a comparison and nothing else.
pub fn own_letters(word: &str) -> Vec<u8> {
    word.chars().take(KEYED).map(|c| (c as u32 & 0xFF) as u8).collect()
}

/// The consonant skeletons of a Latin word: one with `w` taken for a vowel, as in English, and
/// where it makes a difference one with `w` taken for `v`, as in Polish or German.
pub fn skeletons(word: &[u8]) -> Vec<Vec<u8>> {
    let plain = skeleton(word);
    if !word.contains(&b'w') {
        return vec![plain];
    }
    let as_v: Vec<u8> = word.iter().map(|b| if *b == b'w' { b'v' } else { *b }).collect();
    let other = skeleton(&as_v);
    if other == plain { vec![plain] } else { vec![plain, other] }
}

/// The skeleton without each of its consonants in turn, where enough is left.
pub fn shortened(skeleton: &[u8]) -> impl Iterator<Item = Vec<u8>> + use<'_> {
    let n = if skeleton.len() >= 4 { skeleton.len() } else { 0 };
    (0..n)
        .map(|at| skeleton.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, b)| *b).collect())
}

/// The consonant skeleton of a Latin word: consonants by sound, no vowels, nothing doubled.
pub fn skeleton(word: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(word.len());
    for (at, &letter) in word.iter().take(KEYED).enumerate() {
        let next = word.get(at + 1).copied().unwrap_or(0);
        let sound: &[u8] = match letter {
            b'b' => b"p",
            b'p' if next == b'h' => b"f",
            b'p' => b"p",
            b'f' | b'v' => b"f",
            b'c' if matches!(next, b'e' | b'i' | b'y' | b'h') => b"s",
            b's' if next == b'c' && word.get(at + 2) == Some(&b'h') => b"",
            b'c' | b'k' | b'q' | b'g' => b"k",
            b'x' => b"ks",
            b's' | b'z' | b'j' => b"s",
            b't' if matches!(next, b's' | b'z' | b'c') => b"",
            b'd' if matches!(next, b'j' | b'z') => b"",
            b'd' | b't' => b"t",
            b'l' => b"l",
            b'r' => b"r",
            b'm' => b"m",
            b'n' => b"n",
            b'0'..=b'9' => std::slice::from_ref(&word[at]),
            _ => b"",
        };
        for &s in sound {
            if out.last() != Some(&s) {
                out.push(s);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shares_a_key(one: &str, other: &str) -> bool {
        let mut keys = Vec::new();
        deletions(KeyKind::Word, one.as_bytes(), edits(one.len()), &mut |k| keys.push(k));
        let mut shared = false;
        deletions(KeyKind::Word, other.as_bytes(), edits(other.len()), &mut |k| {
            shared |= keys.contains(&k)
        });
        shared
    }

    #[test]
    fn words_within_the_promised_edits_share_a_key() {
        for (one, other) in [
            ("li", "lu"),
            ("jon", "john"),
            ("machine", "mahcine"),
            ("electromechanical", "electroechanicl"),
            ("kalashnikov", "kalasnhikof"),
        ] {
            assert!(shares_a_key(one, other), "{one} {other}");
        }
    }

    #[test]
    fn skeletons_forget_vowels_and_interchangeable_consonants() {
        assert_eq!(skeleton(b"hussein"), skeleton(b"husayn"));
        assert_eq!(skeleton(b"mohammed"), skeleton(b"muhamad"));
        assert_ne!(skeleton(b"hussein"), skeleton(b"hamdan"));
    }

    proptest! {
        #[test]
        fn one_edit_of_a_joined_word_keeps_a_half(
            word in "[a-e]{4,16}", at in 0usize..16, what in 0u8..3, letter in 0u8..5,
        ) {
            let mut edited: Vec<u8> = word.bytes().collect();
            let at = at % edited.len();
            match what {
                0 => { edited.remove(at); }
                1 => edited.insert(at, b'a' + letter),
                _ => edited[at] = b'a' + letter,
            }
            let keys = halves(word.as_bytes());
            let mut shared = false;
            halves_near(&edited, &mut |k| shared |= keys.contains(&k));
            prop_assert!(shared, "{} {}", word, String::from_utf8_lossy(&edited));
        }

        #[test]
        fn edits_share_a_key(
            word in "[a-e]{2,14}", places in proptest::collection::vec((0usize..16, 0u8..4, 0u8..5), 2),
        ) {
            let mut edited: Vec<u8> = word.bytes().collect();
            for (at, what, letter) in places.iter().take(edits(word.len())) {
                let at = at % edited.len();
                match what {
                    0 if edited.len() > 1 => { edited.remove(at); }
                    1 => edited.insert(at, b'a' + letter),
                    2 if at > 0 => edited.swap(at, at - 1),
                    _ => edited[at] = b'a' + letter,
                }
            }
            // The promise is by the shorter word.
            let k = edits(word.len()).min(edits(edited.len()));
            if k == edits(word.len()) {
                prop_assert!(shares_a_key(&word, &String::from_utf8_lossy(&edited)));
            }
        }
    }
}
