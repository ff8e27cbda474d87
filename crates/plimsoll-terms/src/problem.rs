//! What was wrong with an input row? One plain record that every reader of
//! outside data uses. It never stops anything: the reader decides.

use serde::{Deserialize, Serialize};

/// The longest value kept in a [`Problem`], in characters.
pub const MAX_VALUE_CHARS: usize = 80;

/// A row (or a cell) that could not be read, with the place and a hint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Short stable name of the rule that refused it, for `explain`.
    pub rule: &'static str,
    /// Line in the file, starting at 1; the header counts. 0 = the whole file.
    pub line: u64,
    /// Name of the column, where one is to blame.
    pub column: Option<String>,
    /// What stood there, cut to [`MAX_VALUE_CHARS`].
    pub value: String,
    /// What the reader of the message can do.
    pub hint: String,
}

impl Problem {
    /// A problem of one row; `value` is cut to [`MAX_VALUE_CHARS`].
    #[must_use]
    pub fn new(rule: &'static str, line: u64, value: &str, hint: impl Into<String>) -> Self {
        Self { rule, line, column: None, value: shorten(value), hint: hint.into() }
    }

    /// The same problem, naming the column.
    #[must_use]
    pub fn in_column(mut self, column: impl Into<String>) -> Self {
        self.column = Some(column.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {} \"{}\": {}", self.rule, self.value, self.hint)
    }
}

/// A count of problems of one rule, as reports show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// Name of the rule.
    pub rule: String,
    /// How many rows it set aside.
    pub rows: u64,
}

/// The text cut to [`MAX_VALUE_CHARS`] characters, with `…` when it was longer.
#[must_use]
pub fn shorten(text: &str) -> String {
    if text.chars().count() <= MAX_VALUE_CHARS {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(MAX_VALUE_CHARS - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut() {
        let problem =
            Problem::new("bad-code", 7, &"é".repeat(200), "write six digits").in_column("k");
        assert_eq!(problem.value.chars().count(), MAX_VALUE_CHARS);
        assert!(problem.to_string().starts_with("line 7, column k: bad-code \"é"));
    }
}
