//! Faults of a whole file or of the store: nothing is changed, and the message says what
//! happened, where, and what to do. Faults of single rows are
//! [`Problem`](plimsoll_terms::problem::Problem)s and stop nothing.

use std::path::PathBuf;

/// Why a file was not loaded, or the store not opened.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Compressed data ends early or is damaged.
    #[error("{path} is cut or damaged: {detail}")]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What the unpacker said.
        detail: String,
    },
    /// A document that cannot be read as records, or a service's error message saved as data.
    #[error("{path} cannot be read: {detail}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Nothing in it.
    #[error("{path} is empty")]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// A header or a document, and no row.
    #[error("{path} has {what} and no rows")]
    NoRows {
        /// Which file.
        path: PathBuf,
        /// What it has.
        what: &'static str,
    },
    /// Something that is no table at all, such as a picture.
    #[error("{path} is in no layout that is known here: it is {what}")]
    NotData {
        /// Which file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
        /// What to do about it.
        hint: &'static str,
    },
    /// No layout knows the header.
    #[error("{path} is in no layout that is known here: its first line is {header:?}{closest}")]
    UnknownLayout {
        /// Which file.
        path: PathBuf,
        /// The first line, shortened.
        header: String,
        /// The layout that it nearly is, and what it lacks; may be empty.
        closest: String,
    },
    /// `--as` names no layout.
    #[error("there is no layout {name:?}; there are: {known}")]
    NoSuchLayout {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// A column that the layout needs is not there.
    #[error("layout {layout} needs a column {column:?}; the file has: {have}")]
    MissingColumn {
        /// The layout.
        layout: String,
        /// The column.
        column: String,
        /// The columns of the file.
        have: String,
    },
    /// The file does not say something and neither did the person.
    #[error("files in layout {layout} do not say the {what}")]
    Unsaid {
        /// The layout.
        layout: String,
        /// What is missing, such as `reporter`.
        what: String,
        /// How to say it.
        how: String,
    },
    /// A mapping file that cannot be used.
    #[error("the mapping {path} cannot be used: {detail}")]
    Mapping {
        /// The mapping.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// Not one row could be read.
    #[error("none of the {rows} rows of {path} could be read as {layout}; the first: {first}")]
    NothingReadable {
        /// Which file.
        path: PathBuf,
        /// How many rows.
        rows: u64,
        /// The layout tried.
        layout: String,
        /// The first problem.
        first: String,
    },
    /// An archive that tries to write outside of itself, or is otherwise hostile.
    #[error("{path} is refused: {detail}")]
    Refused {
        /// Which file.
        path: PathBuf,
        /// Why.
        detail: String,
    },
    /// Somebody else is writing.
    #[error("another load is writing to the store {path}")]
    Locked {
        /// The store.
        path: PathBuf,
    },
    /// The manifest cannot be read.
    #[error("the store's list of files {path} cannot be read: {detail}")]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
    },
    /// A file that the manifest names is gone.
    #[error("the store has lost {path}, which holds {file}")]
    Lost {
        /// The file in the store.
        path: PathBuf,
        /// The publisher's file that was loaded into it.
        file: String,
    },
    /// The store cannot be read or written.
    #[error("the store {path}: {detail}")]
    Store {
        /// The store or a file in it.
        path: PathBuf,
        /// What happened.
        detail: String,
    },
}

impl IngestError {
    /// The code that `plimsoll explain` knows.
    pub fn code(&self) -> &'static str {
        match self {
            IngestError::Read { .. } => "file-unreadable",
            IngestError::Damaged { .. } => "file-damaged",
            IngestError::Unreadable { .. } => "document-unreadable",
            IngestError::Empty { .. } | IngestError::NoRows { .. } => "file-empty",
            IngestError::UnknownLayout { .. } | IngestError::NotData { .. } => "layout-unknown",
            IngestError::NoSuchLayout { .. } => "layout-name",
            IngestError::MissingColumn { .. } => "column-missing",
            IngestError::Unsaid { .. } => "file-unsaid",
            IngestError::Mapping { .. } => "mapping-faulty",
            IngestError::NothingReadable { .. } => "nothing-readable",
            IngestError::Refused { .. } => "file-refused",
            IngestError::Locked { .. } => "store-locked",
            IngestError::Store { .. } | IngestError::Manifest { .. } | IngestError::Lost { .. } => {
                "store-broken"
            }
        }
    }

    /// What the person can do.
    pub fn hint(&self) -> String {
        match self {
            IngestError::Read { .. } => "check the path and the permissions".into(),
            IngestError::Damaged { .. } => {
                "fetch the file again and compare its size with the publisher's".into()
            }
            IngestError::Unreadable { .. } => {
                "open it in an editor: it should hold records, not a message; fetch it again".into()
            }
            IngestError::Empty { .. } => "fetch the file again".into(),
            IngestError::NoRows { .. } => {
                "fetch the file again; perhaps the question to the publisher had no result".into()
            }
            IngestError::NotData { hint, .. } => (*hint).into(),
            IngestError::UnknownLayout { .. } => {
                "download it again with all columns, or name the layout with --as (`plimsoll explain layouts` lists them; a list of your own is plain-list); plimsoll load --guess FILE drafts a mapping".into()
            }
            IngestError::NoSuchLayout { .. } => "take one of those names".into(),
            IngestError::MissingColumn { layout, .. } if layout == crate::mapping::LAYOUT => {
                "add or mend it under [columns] of the mapping: field = \"name of the column in the file\"; plimsoll explain mapping shows the form".into()
            }
            IngestError::MissingColumn { .. } => {
                "download the file again with that column, or choose another layout with --as".into()
            }
            IngestError::Unsaid { how, .. } => format!("say it on the command line: {how}"),
            IngestError::Mapping { .. } => {
                "mend it; plimsoll load --guess FILE drafts one, and plimsoll explain mapping shows the form".into()
            }
            IngestError::NothingReadable { .. } => {
                "is this the right file, layout and text encoding? --as forces a layout".into()
            }
            IngestError::Refused { .. } => "unpack it yourself and load the data file".into(),
            IngestError::Locked { .. } => "wait for it to end, then try again".into(),
            IngestError::Manifest { .. } => {
                "take the file from a backup, or load the publishers' files into another folder with --store".into()
            }
            IngestError::Lost { file, .. } => {
                format!("load {file} again with --replace, or take the store from a backup")
            }
            IngestError::Store { .. } => {
                "check free space and permissions; --store names another folder".into()
            }
        }
    }
}
