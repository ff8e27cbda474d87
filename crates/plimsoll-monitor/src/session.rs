//! The query engine over the store: read-only SQL.
