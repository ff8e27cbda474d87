//! Exit codes, and failures that tell what happened, where, and what to do.

use plimsoll_ingest::error::IngestError;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Ran; nothing needs a person.
    Done = 0,
    /// Ran; something needs a person.
    Attention = 1,
    /// Could not run.
    Failed = 2,
    /// Would not answer: the data are missing or too old.
    CannotTell = 3,
    /// Needs a key or token that it was not given, or that was refused.
    NeedsCredentials = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// Why a command could not run.
#[derive(Debug)]
pub struct Failure {
    /// Exit code.
    pub exit: Exit,
    /// What `plimsoll explain` knows it by.
    pub code: &'static str,
    /// What happened, and where.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl Failure {
    /// A fault in what the person typed.
    pub fn usage(
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Failure {
        Failure { exit: Exit::Failed, code, message: message.into(), hint: hint.into() }
    }
}

impl From<IngestError> for Failure {
    fn from(error: IngestError) -> Failure {
        Failure {
            exit: Exit::Failed,
            code: error.code(),
            message: error.to_string(),
            hint: error.hint(),
        }
    }
}

impl Failure {
    /// A fault of one of several files; names the file where the message does not.
    pub fn from_ingest_at(path: &std::path::Path, error: &IngestError) -> Failure {
        let text = error.to_string();
        let shown = path.display().to_string();
        let message = if text.contains(&shown) { text } else { format!("{shown}: {text}") };
        Failure { exit: Exit::Failed, code: error.code(), message, hint: error.hint() }
    }
}
