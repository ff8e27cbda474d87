//! A file of the store that is read where it lies, without copying it into memory.
#![allow(unsafe_code)] // The one place: see `open`.

use memmap2::Mmap;
use std::fs::File;
use std::io;
use std::path::Path;

/// A file's content: mapped, or in memory where it was just made.
pub enum Bytes {
    /// Mapped.
    Mapped(Mmap),
    /// In memory.
    Owned(Vec<u8>),
}

impl std::ops::Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Bytes::Mapped(map) => map,
            Bytes::Owned(bytes) => bytes,
        }
    }
}

/// Maps a compiled snapshot of the store.
pub fn open(path: &Path) -> io::Result<Bytes> {
    let file = File::open(path)?;
    // SAFETY: the mapping is sound as long as nobody changes or shortens the file while it is
    // mapped. Snapshots are private to the store: written aside under another name, synced,
    // renamed into place once and never opened for writing again; a newer one gets another
    // name. Removing it leaves the mapping whole.
    let map = unsafe { Mmap::map(&file)? };
    Ok(Bytes::Mapped(map))
}
