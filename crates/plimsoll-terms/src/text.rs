//! How are two words compared when a reader may have typed them? Folding of
//! case, accents and punctuation, and the nearest known names for a message.
//! It never decides identity of a listed party: that is screening.

/// Lower case, without accents and punctuation, words separated by one space.
///
/// Text that was decoded as Latin-1 although it was UTF-8 (`TÃ¼rkiye`) is
/// repaired first.
pub(crate) fn fold(text: &str) -> String {
    let repaired = repair(text);
    let text = repaired.as_deref().unwrap_or(text);
    let mut out = String::with_capacity(text.len());
    for ch in text.chars() {
        match ch {
            '\'' | '’' | '‘' | '`' | 'ʻ' => {}
            '.' => {}
            '&' => push_word(&mut out, "and"),
            _ => push_folded(&mut out, ch),
        }
    }
    out.truncate(out.trim_end().len());
    out
}

fn push_word(out: &mut String, word: &str) {
    if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
    out.push_str(word);
    out.push(' ');
}

fn push_folded(out: &mut String, ch: char) {
    if let Some(plain) = plain(ch) {
        out.push_str(plain);
    } else if ch.is_alphanumeric() {
        out.extend(ch.to_lowercase());
    } else if !out.is_empty() && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// The Latin letter under an accent; only letters met in names of places.
fn plain(ch: char) -> Option<&'static str> {
    Some(match ch {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' | 'Ā' => {
            "a"
        }
        'ç' | 'ć' | 'č' | 'Ç' | 'Ć' | 'Č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ě' | 'È' | 'É' | 'Ê' | 'Ë' | 'Ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'ı' | 'İ' | 'Í' | 'Î' | 'Ï' => "i",
        'ñ' | 'ń' | 'ň' | 'Ñ' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'Ò' | 'Ó' | 'Ô' | 'Ö' | 'Ø' => "o",
        'š' | 'ş' | 'ș' | 'Š' | 'Ş' => "s",
        'ț' | 'ţ' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ū' | 'Ù' | 'Ú' | 'Û' | 'Ü' => "u",
        'ý' | 'ÿ' | 'Ý' => "y",
        'ž' | 'ź' | 'ż' | 'Ž' => "z",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ß' => "ss",
        _ => return None,
    })
}

/// UTF-8 that was once read as Latin-1, put right; `None` when it was not.
fn repair(text: &str) -> Option<String> {
    if !text.contains(['Ã', 'Â']) {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    String::from_utf8(bytes?).ok()
}

/// Up to `limit` of the candidates that look most like `word`, best first.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
    limit: usize,
) -> Vec<String> {
    let word = fold(word);
    let mut ranked: Vec<(usize, &str)> = candidates
        .filter_map(|candidate| {
            let folded = fold(candidate);
            let distance = if folded.starts_with(&word) && !word.is_empty() {
                1
            } else {
                edit_distance(&word, &folded)
            };
            let allowed = 1 + word.chars().count().max(3) / 3;
            (distance <= allowed).then_some((distance, candidate))
        })
        .collect();
    ranked.sort();
    ranked.dedup_by(|a, b| a.1 == b.1);
    ranked.into_iter().take(limit).map(|(_, name)| name.to_owned()).collect()
}

/// Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            let best = (diagonal + usize::from(ca != *cb)).min(above + 1).min(left + 1);
            diagonal = above;
            left = best;
            *cell = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// `a`, `a or b`, `a, b or c`: for messages.
pub(crate) fn either(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} or {last}", head.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds() {
        assert_eq!(fold("Côte d’Ivoire"), "cote divoire");
        assert_eq!(fold("China, Hong Kong SAR"), "china hong kong sar");
        assert_eq!(fold("TÃ¼rkiye"), "turkiye");
        assert_eq!(fold("Trinidad & Tobago"), "trinidad and tobago");
        assert_eq!(fold(" U.S.A. "), "usa");
    }

    #[test]
    fn near_names() {
        assert_eq!(edit_distance("kitten", "sitting"), 3);
        assert_eq!(edit_distance("", "abc"), 3);
        assert_eq!(nearest("optic", ["optics", "uav"].into_iter(), 3), ["optics"]);
        assert_eq!(either(&["a".into(), "b".into(), "c".into()]), "a, b or c");
    }
}
