//! Room for what does not fit into memory.
//!
//! This crate opens no file. Whoever calls it may give it tapes, on disk say; without them all
//! stays in memory. A little is written nowhere: a short list asks for no tape at all.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::rc::Rc;

/// What is written at its end and read anywhere.
pub trait Tape: Read + Write + Seek {}

impl<T: Read + Write + Seek> Tape for T {}

/// Gives empty tapes, such as files without a name that go when they are dropped.
pub trait Scratch {
    /// A new one.
    ///
    /// # Errors
    /// Where there is no room.
    fn tape(&self) -> io::Result<Box<dyn Tape>>;

    /// Told now and then how many values were put aside so far: for who waits.
    fn kept(&self, values: u64) {
        let _ = values;
    }
}

/// Tapes in memory.
struct Memory;

impl Scratch for Memory {
    fn tape(&self) -> io::Result<Box<dyn Tape>> {
        Ok(Box::new(Cursor::new(Vec::new())))
    }
}

/// So much of a spool stays in memory before it asks for a tape.
const HELD: usize = 1 << 20;
/// So much is read ahead.
const AHEAD: usize = 1 << 18;
/// So much is read at least.
const LITTLE: usize = 1 << 12;

/// Where tapes come from. Copies give of the same.
#[derive(Clone)]
pub struct Room {
    scratch: Rc<dyn Scratch>,
    held: usize,
    shelf: Rc<RefCell<Spool>>,
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Room")
    }
}

impl Default for Room {
    /// In memory.
    fn default() -> Self {
        Self::new(Memory)
    }
}

impl Room {
    /// Of these tapes.
    pub fn new(scratch: impl Scratch + 'static) -> Self {
        Self::holding(scratch, HELD)
    }

    fn holding(scratch: impl Scratch + 'static, held: usize) -> Self {
        let scratch: Rc<dyn Scratch> = Rc::new(scratch);
        let shelf = Rc::new(RefCell::new(Spool::of(&scratch, held)));
        Self { scratch, held, shelf }
    }

    /// In memory, but as if nothing fitted into it: for tests.
    #[cfg(test)]
    pub(crate) fn tight() -> Self {
        Self::holding(Memory, 64)
    }

    /// Bytes one after the other.
    pub(crate) fn spool(&self) -> Spool {
        Spool::of(&self.scratch, self.held)
    }

    /// An empty row of values.
    pub(crate) fn shelved<T>(&self) -> Shelved<T> {
        Shelved { shelf: self.shelf.clone(), places: Vec::new(), of: PhantomData }
    }

    /// What went wrong while values were put aside, once; they are lost then.
    ///
    /// # Errors
    /// That.
    pub fn check(&self) -> io::Result<()> {
        self.shelf.borrow_mut().fault.take().map_or(Ok(()), Err)
    }
}

/// Bytes that are written one after the other and read back anywhere. What goes wrong in writing
/// is told by the first read, or by [`Spool::check`].
pub(crate) struct Spool {
    scratch: Rc<dyn Scratch>,
    held: usize,
    tape: Option<Box<dyn Tape>>,
    /// Bytes on the tape; those behind them are in `end`.
    taped: u64,
    end: Vec<u8>,
    /// Bytes of the tape that were read ahead, and where they begin.
    ahead: Vec<u8>,
    ahead_at: u64,
    fault: Option<io::Error>,
    /// Values put aside.
    values: u64,
}

/// So often it is told how many values were put aside.
const TOLD: u64 = 1 << 12;

impl Spool {
    fn of(scratch: &Rc<dyn Scratch>, held: usize) -> Self {
        Self {
            scratch: scratch.clone(),
            held,
            tape: None,
            taped: 0,
            end: Vec::new(),
            ahead: Vec::new(),
            ahead_at: 0,
            fault: None,
            values: 0,
        }
    }

    /// How many bytes there are.
    pub(crate) fn len(&self) -> u64 {
        self.taped + self.end.len() as u64
    }

    /// Puts bytes at the end and says where they begin.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> u64 {
        let at = self.len();
        self.end.extend_from_slice(bytes);
        if self.end.len() > self.held
            && self.fault.is_none()
            && let Err(fault) = self.write_out()
        {
            self.fault = Some(fault);
        }
        at
    }

    fn write_out(&mut self) -> io::Result<()> {
        let tape = match &mut self.tape {
            Some(tape) => tape,
            None => self.tape.insert(self.scratch.tape()?),
        };
        tape.seek(SeekFrom::Start(self.taped))?;
        tape.write_all(&self.end)?;
        self.taped += self.end.len() as u64;
        self.end.clear();
        Ok(())
    }

    /// What went wrong in writing.
    pub(crate) fn check(&mut self) -> io::Result<()> {
        self.fault.take().map_or(Ok(()), Err)
    }

    /// Reads as many bytes as there is place for, from `at` on.
    pub(crate) fn read(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        self.check()?;
        let on_tape = self.taped.saturating_sub(at).min(into.len() as u64) as usize;
        let (from_tape, from_end) = into.split_at_mut(on_tape);
        if !from_end.is_empty() {
            let begin = (at + on_tape as u64 - self.taped) as usize;
            let found = self.end.get(begin..begin + from_end.len());
            from_end.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        }
        if from_tape.is_empty() {
            return Ok(());
        }
        let Some(tape) = &mut self.tape else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        if from_tape.len() >= AHEAD {
            tape.seek(SeekFrom::Start(at))?;
            return tape.read_exact(from_tape);
        }
        let is_ahead =
            at >= self.ahead_at && at + on_tape as u64 <= self.ahead_at + self.ahead.len() as u64;
        if !is_ahead {
            // Who goes on where it was goes on further; who jumps will jump again.
            let reach = self.ahead_at + (self.ahead.len() + AHEAD) as u64;
            let goes_on = (self.ahead_at..=reach).contains(&at);
            let much = if goes_on { AHEAD } else { on_tape.max(LITTLE) };
            self.ahead.resize((self.taped - at).min(much as u64) as usize, 0);
            self.ahead_at = at;
            tape.seek(SeekFrom::Start(at))?;
            tape.read_exact(&mut self.ahead)?;
        }
        let begin = (at - self.ahead_at) as usize;
        from_tape.copy_from_slice(&self.ahead[begin..begin + on_tape]);
        Ok(())
    }

    /// All bytes in order, piece by piece; each but the last holds a whole number of `record`s.
    pub(crate) fn each(
        &mut self,
        record: usize,
        take: &mut dyn FnMut(&mut [u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut piece = vec![0; AHEAD.next_multiple_of(record)];
        let (mut at, end) = (0, self.len());
        while at < end {
            let n = (end - at).min(piece.len() as u64) as usize;
            self.read(at, &mut piece[..n])?;
            take(&mut piece[..n])?;
            at += n as u64;
        }
        self.check()
    }
}

/// Values of one kind in their order, put aside as JSON: of each only its place is in memory.
///
/// Faults of the tape show in [`Room::check`]: a value that is lost reads as none.
pub struct Shelved<T> {
    shelf: Rc<RefCell<Spool>>,
    places: Vec<Place>,
    of: PhantomData<T>,
}

/// Where a value is.
#[derive(Clone, Copy)]
struct Place {
    at: u64,
    len: u32,
}

impl<T> Clone for Shelved<T> {
    fn clone(&self) -> Self {
        Self { shelf: self.shelf.clone(), places: self.places.clone(), of: PhantomData }
    }
}

impl<T> std::fmt::Debug for Shelved<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} values put aside", self.places.len())
    }
}

impl<T: Serialize + DeserializeOwned> Shelved<T> {
    fn put(&self, value: &T) -> Place {
        let json = serde_json::to_vec(value).unwrap_or_default();
        let mut shelf = self.shelf.borrow_mut();
        let at = shelf.put(&json);
        shelf.values += 1;
        if shelf.values.is_multiple_of(TOLD) {
            shelf.scratch.kept(shelf.values);
        }
        Place { at, len: json.len() as u32 }
    }

    /// Puts a value behind the others and says which it is.
    pub fn push(&mut self, value: &T) -> usize {
        let place = self.put(value);
        self.places.push(place);
        self.places.len() - 1
    }

    /// Keeps a place for a value that is still to come, which [`Self::set`] puts there.
    pub(crate) fn hold(&mut self) -> usize {
        self.places.push(Place { at: 0, len: 0 });
        self.places.len() - 1
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// One of them.
    pub fn get(&self, number: usize) -> Option<T> {
        let place = self.places.get(number)?;
        let mut json = vec![0; place.len as usize];
        let mut shelf = self.shelf.borrow_mut();
        if let Err(fault) = shelf.read(place.at, &mut json) {
            shelf.fault = Some(fault);
            return None;
        }
        serde_json::from_slice(&json).ok()
    }

    /// Puts another value in the place of one.
    pub fn set(&mut self, number: usize, value: &T) {
        let place = self.put(value);
        if let Some(old) = self.places.get_mut(number) {
            *old = place;
        }
    }

    /// All in their order, read one by one.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        (0..self.len()).filter_map(|number| self.get(number))
    }

    /// The same, and they go.
    pub fn into_values(self) -> impl Iterator<Item = T> {
        (0..self.len()).filter_map(move |number| self.get(number))
    }

    /// All of another row of the same room behind these.
    pub fn append(&mut self, other: Self) {
        debug_assert!(Rc::ptr_eq(&self.shelf, &other.shelf));
        self.places.extend(other.places);
    }
}

/// Values that grow as what belongs to them comes: the one in hand is in memory, the others are
/// put aside.
#[derive(Debug)]
pub(crate) struct Desk<T> {
    shelved: Shelved<T>,
    /// Which is in hand.
    open: Option<(usize, T)>,
}

impl<T: Serialize + DeserializeOwned + Default> Desk<T> {
    pub(crate) fn new(room: &Room) -> Self {
        Self { shelved: room.shelved(), open: None }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.shelved.is_empty()
    }

    fn put_back(&mut self) {
        if let Some((number, value)) = self.open.take() {
            self.shelved.set(number, &value);
        }
    }

    /// One more; says which it is.
    pub(crate) fn push(&mut self, value: T) -> usize {
        self.put_back();
        let number = self.shelved.hold();
        self.open = Some((number, value));
        number
    }

    /// One of them.
    pub(crate) fn at(&mut self, number: usize) -> &mut T {
        if self.open.as_ref().is_none_or(|(open, _)| *open != number) {
            self.put_back();
        }
        let again = || (number, self.shelved.get(number).unwrap_or_default());
        &mut self.open.get_or_insert_with(again).1
    }

    /// All of them in their order.
    pub(crate) fn into_values(mut self) -> impl Iterator<Item = T> {
        self.put_back();
        self.shelved.into_values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lists::{ListError, ListFile};

    #[test]
    fn what_is_put_aside_comes_back() {
        for room in [Room::default(), Room::tight()] {
            let mut spool = room.spool();
            let all: Vec<u8> = (0..u8::MAX).cycle().take(700_000).collect();
            for piece in all.chunks(37) {
                spool.put(piece);
            }
            let mut back = Vec::new();
            let mut take = |piece: &mut [u8]| {
                back.extend_from_slice(piece);
                Ok(())
            };
            spool.each(3, &mut take).unwrap();
            assert_eq!((spool.len(), back == all), (700_000, true));
            for (at, len) in [(0, 10), (699_990, 10), (300_000, 1000), (5, 0), (10, 690_000)] {
                let mut some = vec![0; len];
                spool.read(at as u64, &mut some).unwrap();
                assert_eq!(some, all[at..at + len]);
            }
            assert!(spool.read(699_999, &mut [0; 2]).is_err());
        }
    }

    #[test]
    fn values_in_their_order() {
        let room = Room::tight();
        let mut shelved = room.shelved::<String>();
        for n in 0..100 {
            shelved.push(&format!("value {n}"));
        }
        shelved.set(7, &"another".to_owned());
        assert_eq!(shelved.get(99).as_deref(), Some("value 99"));
        assert_eq!(shelved.iter().nth(7).as_deref(), Some("another"));
        let mut more = room.shelved::<String>();
        more.push(&"more".to_owned());
        shelved.append(more);
        assert_eq!(shelved.into_values().last().as_deref(), Some("more"));
        room.check().unwrap();
    }

    struct Full;

    impl Scratch for Full {
        fn tape(&self) -> io::Result<Box<dyn Tape>> {
            Err(io::ErrorKind::StorageFull.into())
        }
    }

    #[test]
    fn no_room_is_told() {
        let room = Room::holding(Full, 8);
        let mut shelved = room.shelved::<String>();
        shelved.push(&"longer than eight".to_owned());
        assert!(room.check().is_err());
        let mut spool = room.spool();
        spool.put(b"longer than eight");
        assert!(spool.read(0, &mut [0; 3]).is_err());
        for source in crate::lists::ALL {
            let (name, text) = source.example();
            let file = ListFile { name, bytes: text.as_bytes() };
            let read = crate::lists::read(*source, &[file], &room);
            assert!(matches!(read, Err(ListError::NoRoom { .. })), "{}", source.id());
        }
    }
}
