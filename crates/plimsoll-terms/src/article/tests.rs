//! Sentences of our own and what must be read in them.

