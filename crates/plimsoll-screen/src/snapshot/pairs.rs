//! Pairs of numbers, sorted, however many: what does not fit into memory is put aside in sorted
//! runs, which are merged.

use crate::scratch::{Room, Spool};
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

/// So many pairs are sorted in memory.
const HELD: usize = 4 << 20;
/// So many are read ahead of each run.
const AHEAD: usize = 1 << 13;
const PAIR: usize = 8;

type Pair = (u32, u32);

/// Pairs as they come.
pub(super) struct Pairs {
    held: Vec<Pair>,
    most: usize,
    runs: Spool,
    /// Where in `runs` each run ends.
    ends: Vec<u64>,
}

impl Pairs {
    pub(super) fn new(room: &Room) -> Self {
        Self { held: Vec::new(), most: HELD, runs: room.spool(), ends: Vec::new() }
    }

    pub(super) fn push(&mut self, pair: Pair) {
        self.held.push(pair);
        if self.held.len() >= self.most {
            self.put_aside();
        }
    }

    fn put_aside(&mut self) {
        self.held.sort_unstable();
        self.held.dedup();
        for (key, value) in self.held.drain(..) {
            self.runs.put(&bytes_of((key, value)));
        }
        self.ends.push(self.runs.len());
    }

    /// Each pair once, in order.
    pub(super) fn each_sorted(mut self, take: &mut dyn FnMut(Pair)) -> io::Result<()> {
        if self.ends.is_empty() {
            self.held.sort_unstable();
            self.held.dedup();
            self.held.into_iter().for_each(take);
            return Ok(());
        }
        self.put_aside();
        self.held = Vec::new();
        let mut runs: Vec<Run> = Vec::new();
        let mut begin = 0;
        for end in &self.ends {
            runs.push(Run { at: begin, end: *end, ahead: Vec::new(), next: 0 });
            begin = *end;
        }
        let mut heap = BinaryHeap::new();
        for (number, run) in runs.iter_mut().enumerate() {
            heap.extend(run.next(&mut self.runs)?.map(|pair| Reverse((pair, number))));
        }
        let mut last = None;
        while let Some(Reverse((pair, number))) = heap.pop() {
            if last != Some(pair) {
                take(pair);
                last = Some(pair);
            }
            heap.extend(runs[number].next(&mut self.runs)?.map(|pair| Reverse((pair, number))));
        }
        Ok(())
    }
}

/// A sorted run.
struct Run {
    at: u64,
    end: u64,
    ahead: Vec<u8>,
    next: usize,
}

impl Run {
    fn next(&mut self, runs: &mut Spool) -> io::Result<Option<Pair>> {
        if self.next >= self.ahead.len() {
            let left = (self.end - self.at).min((AHEAD * PAIR) as u64);
            self.ahead.resize(left as usize, 0);
            runs.read(self.at, &mut self.ahead)?;
            (self.at, self.next) = (self.at + left, 0);
        }
        let pair = self.ahead.get(self.next..self.next + PAIR).map(pair_of);
        self.next += PAIR;
        Ok(pair)
    }
}

/// As it stands in a snapshot.
pub(super) fn bytes_of((key, value): Pair) -> [u8; PAIR] {
    ((u64::from(value) << 32) | u64::from(key)).to_le_bytes()
}

fn pair_of(bytes: &[u8]) -> Pair {
    (super::u32_at(bytes, 0), super::u32_at(bytes, 4))
}

/// Pairs by bucket, as two sections: ends of the buckets, and the pairs sorted.
pub(super) fn buckets(pairs: Pairs, room: &Room) -> io::Result<(Spool, Spool)> {
    let (mut ends, mut sorted) = (room.spool(), room.spool());
    let mut count = 0_usize;
    pairs.each_sorted(&mut |pair| {
        sorted.put(&bytes_of(pair));
        count += 1;
    })?;
    let buckets = (count / 2).next_power_of_two().max(1) as u64;
    let (mut bucket, mut end) = (0, 0_u32);
    sorted.each(PAIR, &mut |piece| {
        for pair in piece.chunks_exact(PAIR) {
            // Keys are sorted, so are their buckets.
            let of_key = (u64::from(super::u32_at(pair, 0)) * buckets) >> 32;
            while bucket < of_key {
                ends.put(&end.to_le_bytes());
                bucket += 1;
            }
            end += 1;
        }
        Ok(())
    })?;
    while bucket < buckets {
        ends.put(&end.to_le_bytes());
        bucket += 1;
    }
    Ok((ends, sorted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_once_in_order() {
        let mut all: Vec<Pair> = (0..5000_u32).map(|n| (n * 7919 % 1000, n % 3)).collect();
        for most in [HELD, 97, 1] {
            let mut pairs = Pairs { most, ..Pairs::new(&Room::tight()) };
            all.iter().for_each(|pair| pairs.push(*pair));
            let mut found = Vec::new();
            pairs.each_sorted(&mut |pair| found.push(pair)).unwrap();
            all.sort_unstable();
            all.dedup();
            assert_eq!(found, all);
        }
    }

    #[test]
    fn every_bucket_ends() {
        let room = Room::default();
        let mut pairs = Pairs::new(&room);
        for key in [0, 1, u32::MAX, u32::MAX / 2, 1 << 31, 5] {
            pairs.push((key, 0));
        }
        let (mut ends, sorted) = buckets(pairs, &room).unwrap();
        let mut last = [0; 4];
        ends.read(12, &mut last).unwrap();
        assert_eq!((ends.len(), sorted.len(), u32::from_le_bytes(last)), (16, 48, 6));
    }
}
