//! Does anything that somebody else wrote make screening panic, or break its own laws?
//!
//! One function for each kind of fuzz target. A broken law is a panic, since that is what a
//! fuzzer reports. Nothing here is measured; times are held by `tests/hostile.rs`.

pub mod evidence;
pub mod statistics;

use plimsoll_screen::candidates::Scratch;
use plimsoll_screen::entity::IdentifierKind;
use plimsoll_screen::identifiers;
use plimsoll_screen::lists::au_dfat::AuDfat;
use plimsoll_screen::lists::bis_dpl::BisDpl;
use plimsoll_screen::lists::ca_sema::CaSema;
use plimsoll_screen::lists::ch_seco::ChSeco;
use plimsoll_screen::lists::csl_csv::CslCsv;
use plimsoll_screen::lists::csl_json::CslJson;
use plimsoll_screen::lists::eu_fsf_csv::EuFsfCsv;
use plimsoll_screen::lists::eu_fsf_xml::EuFsfXml;
use plimsoll_screen::lists::eu_oj::EuOj;
use plimsoll_screen::lists::ftm::Ftm;
use plimsoll_screen::lists::ftm_simple::FtmSimple;
use plimsoll_screen::lists::itar_debarred::ItarDebarred;
use plimsoll_screen::lists::jp_end_user::JpEndUser;
use plimsoll_screen::lists::ofac_advanced_xml::OfacAdvancedXml;
use plimsoll_screen::lists::ofac_csv::OfacCsv;
use plimsoll_screen::lists::ofac_xml::OfacXml;
use plimsoll_screen::lists::ofsi_csv::OfsiCsv;
use plimsoll_screen::lists::ofsi_xml::OfsiXml;
use plimsoll_screen::lists::plain_list::PlainList;
use plimsoll_screen::lists::senzing::Senzing;
use plimsoll_screen::lists::tw_shtc::TwShtc;
use plimsoll_screen::lists::ua_nsdc::UaNsdc;
use plimsoll_screen::lists::uk_csv::UkSanctions;
use plimsoll_screen::lists::uk_xml::UkSanctionsXml;
use plimsoll_screen::lists::un_vessels::UnVessels;
use plimsoll_screen::lists::un_xml::UnXml;
use plimsoll_screen::lists::{ListFile, ListSource, Parsed};
use plimsoll_screen::names::compare::{compare, toks};
use plimsoll_screen::names::normalize::{self, MAX_CHARS, MAX_WORDS, Word};
use plimsoll_screen::names::tokens::{Mode, analyse};
use plimsoll_screen::scratch::Room;
use plimsoll_screen::screen::{Query, Settings, screen};
use plimsoll_screen::snapshot::build::{ListInput, compile};
use plimsoll_screen::snapshot::{ListMeta, Snapshot};
use std::sync::LazyLock;

/// The readers by the names of their targets.
pub const READERS: [(&str, &dyn ListSource); 26] = [
    ("au_dfat", &AuDfat),
    ("bis_dpl", &BisDpl),
    ("ca_sema", &CaSema),
    ("ch_seco", &ChSeco),
    ("csl_csv", &CslCsv),
    ("csl_json", &CslJson),
    ("eu_fsf_csv", &EuFsfCsv),
    ("eu_fsf_xml", &EuFsfXml),
    ("eu_oj", &EuOj),
    ("ftm", &Ftm),
    ("ftm_simple", &FtmSimple),
    ("itar_debarred", &ItarDebarred),
    ("jp_end_user", &JpEndUser),
    ("ofac_advanced_xml", &OfacAdvancedXml),
    ("ofac_csv", &OfacCsv),
    ("ofac_xml", &OfacXml),
    ("ofsi_csv", &OfsiCsv),
    ("ofsi_xml", &OfsiXml),
    ("plain_list", &PlainList),
    ("senzing", &Senzing),
    ("tw_shtc", &TwShtc),
    ("ua_nsdc", &UaNsdc),
    ("uk_csv", &UkSanctions),
    ("uk_xml", &UkSanctionsXml),
    ("un_vessels", &UnVessels),
    ("un_xml", &UnXml),
];

/// Every kind of identifier.
pub const IDENTIFIER_KINDS: [IdentifierKind; 19] = [
    IdentifierKind::Imo,
    IdentifierKind::Mmsi,
    IdentifierKind::CallSign,
    IdentifierKind::Lei,
    IdentifierKind::Bic,
    IdentifierKind::Inn,
    IdentifierKind::Ogrn,
    IdentifierKind::Uscc,
    IdentifierKind::Isin,
    IdentifierKind::Passport,
    IdentifierKind::NationalId,
    IdentifierKind::TaxId,
    IdentifierKind::Registration,
    IdentifierKind::Aircraft,
    IdentifierKind::Wallet,
    IdentifierKind::Email,
    IdentifierKind::Website,
    IdentifierKind::Phone,
    IdentifierKind::Other,
];

/// Divides the input into files of a set.
const NEXT_FILE: &[u8] = b"\n=====\n";
/// Names of the files of a set, in order.
const SET: [&str; 4] = ["sdn.csv", "alt.csv", "add.csv", "sdn_comments.csv"];

/// Reads the bytes as one list, and as a set where the reader takes sets.
pub fn reader(name: &str, data: &[u8]) {
    let Some((_, source)) = READERS.iter().find(|(known, _)| *known == name) else { return };
    let file_name = source.example().0;
    let mut files: Vec<ListFile<'_>> = Vec::new();
    if source.takes_sets() {
        let mut rest = data;
        for name in SET {
            let at = rest.windows(NEXT_FILE.len()).position(|w| w == NEXT_FILE);
            files.push(ListFile { name, bytes: &rest[..at.unwrap_or(rest.len())] });
            let Some(at) = at else { break };
            rest = &rest[at + NEXT_FILE.len()..];
        }
    } else {
        files.push(ListFile { name: file_name, bytes: data });
    }
    for file in &files {
        assert!(source.recognise(file) <= 100);
    }
    if let Ok(parsed) = source.read(&files, &Room::default()) {
        assert_eq!(parsed.counts.len(), files.len());
        laws_of_lists(&parsed);
    }
}

fn laws_of_lists(parsed: &Parsed) {
    for count in &parsed.counts {
        assert_eq!(count.rows_in, count.rows_loaded + count.rows_set_aside);
    }
    assert!(parsed.editions.is_sorted_by(|a, b| a.list < b.list), "lists are not sorted");
    for edition in &parsed.editions {
        assert!(!edition.entities.is_empty(), "{} is empty", edition.list);
        for entity in &edition.entities {
            assert!(!entity.names.is_empty(), "{} has no name", entity.id);
            for name in &entity.names {
                assert!(!name.text.trim().is_empty(), "{} has an empty name", entity.id);
            }
        }
    }
}

/// Two names, divided by the first line end: normalised, taken apart, compared; and the first
/// as every kind of identifier.
pub fn names(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (one, other) = text.split_once('\n').unwrap_or((&text, ""));
    laws_of_words(one);
    laws_of_words(other);
    laws_of_comparison(one, other);
    laws_of_identifiers(one);
}

/// Normalising twice changes nothing, and no word is empty.
pub fn laws_of_words(text: &str) {
    let words = normalize::words(text);
    for word in &words {
        assert!(!word.text.is_empty(), "{text:?} has an empty word");
    }
    let joined = words
        .iter()
        .map(|w| format!("{}{}", w.text, if w.comma { "," } else { "" }))
        .collect::<Vec<_>>()
        .join(" ");
    // Some letters become several: what is then beyond the limits is not read again.
    if joined.chars().nth(MAX_CHARS).is_some() || words.len() > MAX_WORDS {
        return;
    }
    let plain = |words: &[Word]| -> Vec<_> {
        words.iter().map(|w| (w.text.clone(), w.script, w.comma)).collect()
    };
    let again = normalize::words(&joined);
    assert_eq!(plain(&again), plain(&words), "normalising {text:?} twice");
}

/// A score lies between 0 and 1000, is the same both ways, and 1000 for a name itself.
pub fn laws_of_comparison(one: &str, other: &str) {
    for mode in [Mode::Person, Mode::Organisation] {
        let (a, b) = (analyse(one, mode), analyse(other, mode));
        let (a, b) = (toks(&a), toks(&b));
        for toks in [&a, &b].into_iter().filter(|toks| !toks.is_empty()) {
            assert_eq!(compare(toks, toks, mode).score, 1000, "{one:?} {other:?} {mode:?} itself");
        }
        let (there, back) = (compare(&a, &b, mode).score, compare(&b, &a, mode).score);
        assert!((0..=1000).contains(&there), "{one:?} {other:?} {mode:?} scores {there}");
        assert_eq!(there, back, "{one:?} {other:?} {mode:?} back");
    }
}

/// Normalising twice changes nothing, and what is guessed holds.
pub fn laws_of_identifiers(text: &str) {
    for kind in IDENTIFIER_KINDS {
        let once = identifiers::normalise(kind, text);
        assert_eq!(identifiers::normalise(kind, &once), once, "{kind:?} {text:?} twice");
        let _ = identifiers::check(kind, text);
    }
    if let Some(kind) = identifiers::guess(text) {
        assert_ne!(identifiers::check(kind, text), Some(false), "{text:?} guessed {kind:?}");
    }
}

/// A small snapshot of all made-up examples.
pub static WHOLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut editions = Vec::new();
    for (_, source) in READERS {
        let (name, text) = source.example();
        if let Ok(parsed) = source.read(&[ListFile { name, bytes: text.as_bytes() }], &Room::default()) {
            editions.extend(parsed.editions);
        }
    }
    let lists = editions.iter().map(|edition| ListInput {
        meta: ListMeta { list: edition.list.clone(), ..ListMeta::default() },
        entities: Box::new(edition.entities.iter()),
    });
    compile(lists.collect())
});

/// Names and a number of the made-up examples, which the keys of the snapshot find.
const QUERIES: [&str; 4] =
    ["Zontik Works JSC", "MPLESON, Exa", "Завод «Зонтик» 7707083893", "IMO 9074729 Made Up"];

/// The first byte says what: 0 opens the rest as a snapshot; any other damages a whole one at
/// as many places, four bytes each (place, two bytes; what to write; how often), and asks by
/// what is left.
pub fn snapshot(data: &[u8]) {
    let Some((&places, mut rest)) = data.split_first() else { return };
    if places == 0 {
        return ask(rest, "Zontik Works");
    }
    let mut bytes = WHOLE.clone();
    for _ in 0..places {
        let [a, b, value, times, ..] = *rest else { break };
        rest = &rest[4..];
        // Half of the places lie in the header and the table of sections.
        let at = usize::from(u16::from_le_bytes([a, b]));
        let at = if at & 1 == 0 { (at / 2) % 256 } else { (at / 2) % bytes.len() };
        let end = (at + usize::from(times % 9).max(1)).min(bytes.len());
        bytes[at..end].fill(value);
    }
    ask(&bytes, &String::from_utf8_lossy(rest));
}

fn ask(bytes: &[u8], name: &str) {
    let Ok(snapshot) = Snapshot::open(bytes) else { return };
    let _ = (snapshot.id(), snapshot.is_whole(), snapshot.meta());
    let mut scratch = Scratch::default();
    for name in QUERIES.into_iter().chain([name]) {
        let query = Query {
            name: name.to_owned(),
            identifiers: name.split(' ').map(str::to_owned).collect(),
            countries: vec!["Utopia".to_owned()],
            dates: vec!["1970".to_owned()],
            address: name.to_owned(),
            ..Query::default()
        };
        let settings = Settings { threshold: 400, ..Settings::default() };
        for hit in screen(&snapshot, &query, &settings, &mut scratch) {
            assert!((0..=1000).contains(&hit.score));
        }
    }
}
