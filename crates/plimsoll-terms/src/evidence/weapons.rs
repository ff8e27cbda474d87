//! Which weapon is meant? `Shahed-136`, `Shahed 136` and `shahed136` are one designation; sources
//! name specimens of it: `UAV Geran 2 (Shahed 136) No 954`.

/// How a name answers to a designation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The name is the designation, apart from words such as `UAV`.
    Exact,
    /// A specimen or variant of it: other words follow or precede.
    Specimen,
    /// An assembly that the source calls one of it: `Antenna of UAV Shahed 136`.
    Assembly,
    /// The name goes on with a number, so that it is another weapon of the family: `Geran`
    /// against `Geran 4`. Holds the longer designation.
    Family(String),
}

/// Words that say what kind of weapon it is, and not which.
const KINDS: [&str; 17] = [
    "uav",
    "uas",
    "drone",
    "missile",
    "the",
    "loitering",
    "munition",
    "strike",
    "cruise",
    "ballistic",
    "guided",
    "tank",
    "helicopter",
    "aircraft",
    "system",
    "barrage",
    "kamikaze",
];
/// The words of a name: letters and digits in lower case, parted where anything else stands.
#[must_use]
pub fn words(text: &str) -> Vec<String> {
    let plain: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

/// What is left of words that only say which kind of weapon it is; all where nothing would be.
fn without_kinds(words: &[String]) -> Vec<&str> {
    let left: Vec<&str> = words.iter().map(String::as_str).filter(|w| !KINDS.contains(w)).collect();
    if left.is_empty() { words.iter().map(String::as_str).collect() } else { left }
}

/// How the name of a weapon answers to what was asked; none where it does not.
///
/// Both are cut into words, without those that only say which kind of weapon it is; the words
/// asked for, written together, must be a run of whole words of the name: `geran2` answers to
/// `UAV Geran 2`, `kh59` not to `Kh-59Mk`.
#[must_use]
pub fn fit(name: &str, asked: &str) -> Option<Fit> {
    let (name, asked) = (words(name), words(asked));
    let (name, asked) = (without_kinds(&name), without_kinds(&asked));
    let wanted = asked.concat();
    let (begin, end) = run(&name, &wanted).filter(|_| !wanted.is_empty())?;
    let before = name.get(..begin).unwrap_or_default();
    let after = name.get(end..).unwrap_or_default();
    if before.contains(&"with") {
        return None;
    }
    let numbered = asked.last().is_some_and(|w| w.ends_with(|c: char| c.is_ascii_digit()));
    if let Some(longer) = designation(after).filter(|_| !numbered) {
        let all: Vec<&str> = asked.iter().chain(longer).copied().collect();
        return Some(Fit::Family(all.join(" ")));
    }
    if before.iter().any(|word| matches!(*word, "of" | "from" | "for")) {
        return Some(Fit::Assembly);
    }
    Some(if before.is_empty() && after.is_empty() { Fit::Exact } else { Fit::Specimen })
}

/// The words at the beginning that make a name another weapon of a family: `4`, `T 20`.
fn designation<'a, 'b>(after: &'a [&'b str]) -> Option<&'a [&'b str]> {
    let digits = |w: &str| w.len() <= 3 && w.chars().all(|c| c.is_ascii_digit());
    let letter = |w: &str| w.chars().count() == 1 && w.chars().all(char::is_alphabetic);
    match after {
        [first, ..] if digits(first) => after.get(..1),
        [first, second, ..] if letter(first) && digits(second) => after.get(..2),
        _ => None,
    }
}

/// Whether the words only say a kind of weapon, such as `drone`, which would be all of them.
#[must_use]
pub fn is_kind_only(asked: &str) -> bool {
    words(asked).iter().all(|word| KINDS.contains(&word.as_str()))
}

/// The run of whole words that make up the text, written together.
fn run(words: &[&str], wanted: &str) -> Option<(usize, usize)> {
    (0..words.len()).find_map(|begin| {
        let mut rest = wanted;
        for (number, word) in words.iter().enumerate().skip(begin) {
            rest = rest.strip_prefix(word)?;
            if rest.is_empty() {
                return Some((begin, number + 1));
            }
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_spellings_are_one_weapon() {
        for asked in ["Shahed-136", "shahed 136", "SHAHED136", "Shahed–136 UAV", "uav shahed 136"]
        {
            assert_eq!(fit("UAV Shahed 136", asked), Some(Fit::Exact), "{asked}");
            assert_eq!(fit("UAV Geran 2 Shahed 136 954", asked), Some(Fit::Specimen), "{asked}");
            assert_eq!(fit("UAV Shahed 131", asked), None, "{asked}");
            assert_eq!(fit("CRP Antenna Of UAV Shahed 136", asked), Some(Fit::Assembly));
        }
        assert_eq!(
            fit("UAV \"Geran-2\" (\"Shahed-136\") (No. 954)", "Geran-2"),
            Some(Fit::Specimen)
        );
    }

    #[test]
    fn a_number_that_follows_makes_another_weapon() {
        assert_eq!(fit("Geran 4 UAV", "Geran"), Some(Fit::Family("geran 4".into())));
        assert_eq!(fit("UAV Zala T 20", "Zala"), Some(Fit::Family("zala t 20".into())));
        assert_eq!(fit("Shahed 136 UAV 214", "shahed 136 uav 214"), Some(Fit::Exact));
        assert_eq!(fit("Geran 2 UAV Series With R-60 Missile", "R-60"), None);
        assert_eq!(fit("Missile Kh-59Mk", "Kh-59"), None);
        assert_eq!(fit("Missile Kh-101 580844502", "Kh-101"), Some(Fit::Specimen));
        assert_eq!(fit("Orlan 10 UAV June 2022", "orlan"), Some(Fit::Family("orlan 10".into())));
    }

    #[test]
    fn nothing_asked_fits_nothing_but_a_kind_fits_its_kind() {
        assert_eq!(fit("UAV Shahed 136", " - "), None);
        assert_eq!(fit("UAV Fenix", "uav"), None);
        assert!(is_kind_only("the UAV") && !is_kind_only("Fenix UAV"));
        assert_eq!(fit("Шахед 136", "шахед-136"), Some(Fit::Exact));
    }
}
