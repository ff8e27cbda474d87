//! Files of the store, and files without a name, that are read where they lie, without copying
//! them into memory.
#![allow(unsafe_code)] // The one place: see `map` and `Bytes::let_go`.

use memmap2::{Mmap, UncheckedAdvice};
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

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

impl Bytes {
    /// Lets go of the pages that were read; they are read again when they are needed.
    fn let_go(&self) {
        if let Bytes::Mapped(map) = self {
            // SAFETY: the mapping is of a file, and nothing is written through it: what is let go
            // comes back from the file with the same content.
            let _ = unsafe { map.unchecked_advise(UncheckedAdvice::DontNeed) };
        }
    }
}

/// Maps a file of the store.
pub fn open(path: &Path) -> io::Result<Bytes> {
    map(&File::open(path)?)
}

/// Maps a file that nobody else writes to: one of the store, or one without a name.
pub fn map(file: &File) -> io::Result<Bytes> {
    if file.metadata()?.len() == 0 {
        return Ok(Bytes::Owned(Vec::new()));
    }
    // SAFETY: the mapping is sound as long as nobody changes or shortens the file while it is
    // mapped. Snapshots and received files are private to the store: written aside under another
    // name, synced, renamed into place once and never opened for writing again; a newer one gets
    // another name. Removing one leaves the mapping whole. A file without a name is ours alone.
    let map = unsafe { Mmap::map(file)? };
    Ok(Bytes::Mapped(map))
}

/// Shorter files are read without looking after their pages.
const LONG: usize = 64 << 20;
/// So often pages are let go: at the speed at which text is read, a few dozen MB.
const EVERY: Duration = Duration::from_millis(50);

/// Does some work that reads through mapped files, and lets go of their pages meanwhile: a file of
/// gigabytes that is read once must not stay in memory.
pub fn reading<T>(files: &[&Bytes], work: impl FnOnce() -> T) -> T {
    if files.iter().all(|bytes| bytes.len() < LONG) {
        return work();
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let looker = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                thread::park_timeout(EVERY);
                files.iter().for_each(|bytes| bytes.let_go());
            }
        });
        let result = work();
        done.store(true, Ordering::Relaxed);
        looker.thread().unpark();
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Pages that were let go come back with what they held.
    #[test]
    fn a_long_file_reads_the_same_while_its_pages_go() {
        let mut file = tempfile::tempfile().unwrap();
        let piece: Vec<u8> = (0..=u8::MAX).cycle().take(1 << 20).collect();
        for _ in 0..LONG >> 20 {
            file.write_all(&piece).unwrap();
        }
        let bytes = map(&file).unwrap();
        reading(&[&bytes], || {
            for piece_of in bytes.chunks(1 << 20) {
                bytes.let_go();
                assert!(piece_of == piece);
            }
        });
    }
}
