//! Which identifier is this, and do its check digits hold?
