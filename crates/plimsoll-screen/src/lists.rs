//! What did the publishers of watchlists say? One trait, one list, one file for each layout.
//!
//! A reader takes bytes and returns entities *and* problems: one bad record stops nothing, and
//! a fault of the whole file is an error that leaves the last good edition standing.

mod intake;
mod kept;

pub use kept::{Entities, Problems};

pub mod au_dfat;
pub mod bis_dpl;
pub mod ca_sema;
pub mod ch_seco;
mod columns;
mod csl;
pub mod csl_csv;
pub mod csl_json;
mod dates;
mod delimited;
mod eu_fsf;
pub mod eu_fsf_csv;
pub mod eu_fsf_xml;
pub mod eu_oj;
pub mod ftm;
pub mod ftm_simple;
mod headed;
pub mod itar_debarred;
pub mod jp_end_user;
mod json;
mod markup;
mod ofac;
pub mod ofac_advanced_xml;
pub mod ofac_csv;
pub mod ofac_xml;
mod ofsi;
pub mod ofsi_csv;
pub mod ofsi_xml;
pub mod plain_list;
mod records;
pub mod senzing;
pub mod tw_shtc;
pub mod ua_nsdc;
mod uk;
pub mod uk_csv;
pub mod uk_xml;
pub mod un_vessels;
pub mod un_xml;
mod unread;

#[cfg(test)]
mod us_tests;

use crate::entity::{Entity, IdentifierKind};
use crate::identifiers;
use crate::scratch::Room;

/// A file as received: name for messages, content already unpacked.
#[derive(Clone, Copy, Debug)]
pub struct ListFile<'a> {
    /// Its name without folders, such as `sdn_2024-07-02.csv`.
    pub name: &'a str,
    /// Its content.
    pub bytes: &'a [u8],
}

/// How many records of one file were read, and what could not be.
#[derive(Clone, Debug, Default)]
pub struct FileCount {
    /// Records in the file (rows, or entry elements).
    pub rows_in: u64,
    /// Records that became entities or parts of one.
    pub rows_loaded: u64,
    /// Records that could not be read; `rows_in = rows_loaded + rows_set_aside`.
    pub rows_set_aside: u64,
}

/// One list out of a file or of files that belong together.
#[derive(Clone, Debug)]
pub struct ListEdition {
    /// Id of the list, such as `ofac-sdn` or `csl-el`.
    pub list: String,
    /// Its title, such as `OFAC Specially Designated Nationals`.
    pub title: String,
    /// Day of publication as `2024-07-02`, where the content states it; else empty.
    pub published: String,
    /// The listed parties, in the order of the source.
    pub entities: Entities,
}

impl ListEdition {
    /// A list without entities.
    fn new(list: &str, title: &str, room: &Room) -> Self {
        let (list, title) = (list.to_owned(), title.to_owned());
        Self { list, title, published: String::new(), entities: Entities::new(room) }
    }
}

/// What a reader returns.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The lists found, each with at least one entity, sorted by id.
    pub editions: Vec<ListEdition>,
    /// One for each file, in the order given.
    pub counts: Vec<FileCount>,
    /// Records set aside, and what was odd in records that were kept; in order of file and line.
    pub problems: Problems,
}

impl Parsed {
    /// Nothing yet.
    fn new(room: &Room) -> Self {
        Self { editions: Vec::new(), counts: Vec::new(), problems: Problems::new(room) }
    }
}

/// Why a file as a whole cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// No records in it.
    #[error("{file} holds no entry of {layout}")]
    Empty {
        /// Which file.
        file: String,
        /// The layout tried.
        layout: &'static str,
    },
    /// It ends early.
    #[error("{file} is cut: {detail}")]
    Cut {
        /// Which file.
        file: String,
        /// What is missing.
        detail: String,
    },
    /// It is not well formed, or not in this layout.
    #[error("{file} cannot be read as {layout}: {detail}")]
    Malformed {
        /// Which file.
        file: String,
        /// The layout tried.
        layout: &'static str,
        /// What is wrong, with its place.
        detail: String,
    },
    /// There is no room for what is read.
    #[error("{file} cannot be read: no room for what it holds: {detail}")]
    NoRoom {
        /// Which file.
        file: String,
        /// What the room says.
        detail: String,
    },
    /// A part of a set without the part that names the entries.
    #[error("{file} only adds to entries of {needs}, which is not among the files")]
    PartAlone {
        /// Which file.
        file: String,
        /// The missing file.
        needs: &'static str,
    },
}

/// How sure a layout is that a file is its own: 0 not at all, 100 certain.
pub type Sureness = u8;

/// A layout in which somebody publishes a watchlist.
pub trait ListSource: Sync {
    /// Its name for `--as`, such as `ofac-csv`.
    fn id(&self) -> &'static str;
    /// What it is, for lists of layouts.
    fn title(&self) -> &'static str;
    /// Who publishes it.
    fn publisher(&self) -> &'static str;
    /// The publisher's terms in a few words.
    fn licence(&self) -> &'static str;
    /// Where it is published.
    fn url(&self) -> &'static str;
    /// How sure it is that this file is in its layout; looks at no more than the first 64 KiB.
    fn recognise(&self, file: &ListFile<'_>) -> Sureness;
    /// Whether files of one day belong together (OFAC's primary, alternate and address files).
    fn takes_sets(&self) -> bool {
        false
    }
    /// The ids of the lists that a file may change, the likeliest first, where it is no list but a
    /// change to one; it is then read behind the files of the edition that stands.
    fn changes(&self, file: &ListFile<'_>) -> Vec<String> {
        let _ = file;
        Vec::new()
    }
    /// Reads one file, or the files of a set together. What it finds lies in the room.
    ///
    /// # Errors
    /// [`ListError`] where a file as a whole cannot be taken; then nothing of it counts.
    fn read(&self, files: &[ListFile<'_>], room: &Room) -> Result<Parsed, ListError>;
    /// A small made-up file in this layout, for `explain` and tests: name and content.
    fn example(&self) -> (&'static str, &'static str);
}

/// All layouts, in the order in which they are tried and shown.
pub static ALL: &[&dyn ListSource] = &[
    &ofac_csv::OfacCsv,
    &ofac_xml::OfacXml,
    &ofac_advanced_xml::OfacAdvancedXml,
    &csl_csv::CslCsv,
    &csl_json::CslJson,
    &bis_dpl::BisDpl,
    &itar_debarred::ItarDebarred,
    &un_xml::UnXml,
    &un_vessels::UnVessels,
    &eu_oj::EuOj,
    &uk_csv::UkSanctions,
    &uk_xml::UkSanctionsXml,
    &ofsi_csv::OfsiCsv,
    &ofsi_xml::OfsiXml,
    &eu_fsf_csv::EuFsfCsv,
    &eu_fsf_xml::EuFsfXml,
    &ca_sema::CaSema,
    &ch_seco::ChSeco,
    &au_dfat::AuDfat,
    &jp_end_user::JpEndUser,
    &ua_nsdc::UaNsdc,
    &tw_shtc::TwShtc,
    &ftm::Ftm,
    &ftm_simple::FtmSimple,
    &senzing::Senzing,
    &plain_list::PlainList,
];

/// The layout of this name.
pub fn by_id(id: &str) -> Option<&'static dyn ListSource> {
    ALL.iter().copied().find(|source| source.id() == id)
}

/// The layout that is surest of a file, and how sure; none where none knows it.
pub fn surest(file: &ListFile<'_>) -> Option<(&'static dyn ListSource, Sureness)> {
    if intake::is_no_text(file.bytes) {
        return None;
    }
    let sure = ALL.iter().map(|source| (*source, source.recognise(file)));
    // Of two equally sure ones the first in the list.
    sure.rev().max_by_key(|(_, sureness)| *sureness).filter(|(_, sureness)| *sureness > 0)
}

/// The layout of tables that a file comes closest to without being it, and the columns of its
/// example that the file lacks: at least half of them are there.
pub fn closest(file: &ListFile<'_>) -> Option<(&'static dyn ListSource, Vec<String>)> {
    /// Titles and notes above a header take a few lines.
    const ABOVE: usize = 20;
    let text = intake::head(file);
    let lines: Vec<headed::Header> = text.lines().take(ABOVE).map(headed::Header::of).collect();
    let mut best: Option<(usize, &'static dyn ListSource, Vec<String>)> = None;
    for source in ALL {
        let example = source.example().1.lines().take(ABOVE).map(headed::Header::of);
        // Rows are as wide as their header, which comes first.
        let widest = example.min_by_key(|header| std::cmp::Reverse(header.titles().count()));
        let Some(wanted) = widest else { continue };
        let wanted: Vec<&str> = wanted.titles().filter(|title| !title.is_empty()).collect();
        for line in &lines {
            let lacks: Vec<String> = wanted
                .iter()
                .filter(|title| line.at(&[&intake::slug(title)]).is_none())
                .map(|title| (*title).to_owned())
                .collect();
            let found = wanted.len() - lacks.len();
            if found >= 3 && found * 2 >= wanted.len() && best.as_ref().is_none_or(|b| found > b.0)
            {
                best = Some((found, *source, lacks));
            }
        }
    }
    best.map(|(_, source, lacks)| (source, lacks))
}

/// Reads files with a layout and checks the digits of every identifier.
///
/// # Errors
/// As [`ListSource::read`], and where there is no room.
pub fn read(
    source: &dyn ListSource,
    files: &[ListFile<'_>],
    room: &Room,
) -> Result<Parsed, ListError> {
    if let Some(file) = files.iter().find(|file| intake::is_no_text(file.bytes)) {
        let detail = "it holds zero bytes: is it UTF-16 without its mark? Save it as UTF-8";
        let (file, layout) = (file.name.to_owned(), source.id());
        return Err(ListError::Malformed { file, layout, detail: detail.to_owned() });
    }
    let parsed = source.read(files, room);
    room.check().map_err(|fault| ListError::NoRoom {
        file: files.first().map_or("", |file| file.name).to_owned(),
        detail: fault.to_string(),
    })?;
    parsed
}

/// Kinds of numbers whose kind the list does not say and that can only be one, and whether their
/// digits hold.
fn read_identifiers(entity: &mut Entity) {
    for identifier in &mut entity.identifiers {
        let vague = matches!(
            identifier.kind,
            IdentifierKind::TaxId | IdentifierKind::Registration | IdentifierKind::Other
        );
        if let Some(kind) = identifiers::guess(&identifier.value).filter(|_| vague) {
            identifier.kind = kind;
        }
        if identifier.valid.is_none() {
            identifier.valid = identifiers::check(identifier.kind, &identifier.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closest_layout_is_named_with_what_is_missing() {
        let closest = |text: &str| {
            let found = closest(&ListFile { name: "t.csv", bytes: text.as_bytes() });
            found.map(|(source, lacks)| format!("{} lacks {}", source.id(), lacks.join(", ")))
        };
        let uk = by_id("uk-sanctions").unwrap().example().1;
        let renamed = uk.replace("Unique ID", "Reference");
        assert_eq!(closest(&renamed).as_deref(), Some("uk-sanctions lacks Unique ID"));
        assert_eq!(closest("a,b,c\n1,2,3\n"), None);
    }

    /// No layout takes the example of another, but the user's own list, which is any table with
    /// ids, types and names: there the publisher's layout is surer.
    #[test]
    fn each_example_is_of_its_layout_alone() {
        for source in ALL {
            let (name, text) = source.example();
            let file = ListFile { name, bytes: text.as_bytes() };
            let (surest, sureness) = surest(&file).unwrap();
            assert_eq!(surest.id(), source.id());
            assert!(sureness >= 50, "{} {sureness}", source.id());
            let others =
                ALL.iter().filter(|other| ![source.id(), "plain-list"].contains(&other.id()));
            for other in others {
                let sureness = other.recognise(&file);
                assert!(sureness < 50, "{} as {}: {sureness}", source.id(), other.id());
            }
        }
    }
}
