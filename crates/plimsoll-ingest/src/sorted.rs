//! Puts the rows of one load into the store's order, however many there are.
//!
//! Reading threads fill runs ([`Runs`]); a full run is sorted and, once the runs outgrow their share
//! of memory, written to a temporary file. [`Runs::merge`] then hands all rows out in order. Memory
//! stays bounded whatever the size of the file; order and bytes do not depend on threads.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::fact::CodeKey;
use plimsoll_terms::period::{Month, PeriodKind, Reported};

/// Rows in one run: 64 MiB of them, and as much again while they are sorted.
pub const RUN_ROWS: usize = 1 << 20;
/// Rows kept in memory before runs go to disk: 256 MiB.
const ROWS_IN_MEMORY: usize = 4 << 20;
/// Bytes of one row on disk.
const ROW_BYTES: usize = 64;
/// The place number of one that is not in the catalogue.
pub const UNRESOLVED: u16 = u16::MAX;

/// One row: the order and the figures; everything that is the same for many rows is behind
/// `shape`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SortRow {
    /// Importer, code, exporter, period, flow: see [`Key`].
    pub key: u128,
    /// Line in the file; with the cell it makes the order complete.
    pub line: u64,
    /// Column of the record in a wide layout, else 0.
    pub cell: u16,
    /// Number of the row's [`Shape`](crate::trade::Shape).
    pub shape: u32,
    /// USD; NaN where there is no exchange rate.
    pub value_usd: f64,
    /// In the reported currency.
    pub value: f64,
    /// Kilograms; NaN when missing.
    pub net_weight_kg: f64,
    /// NaN when missing.
    pub quantity: f64,
}

/// The parts of a row's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// Catalogue number, or [`UNRESOLVED`].
    pub importer: u16,
    /// Commodity code.
    pub code: CodeKey,
    /// Catalogue number, or [`UNRESOLVED`].
    pub exporter: u16,
    /// Period.
    pub period: Reported,
    /// Number of the flow.
    pub flow: u8,
}

fn kind_number(kind: PeriodKind) -> u128 {
    match kind {
        PeriodKind::Year => 0,
        PeriodKind::Half => 1,
        PeriodKind::Quarter => 2,
        PeriodKind::Month => 3,
    }
}

impl Key {
    /// 16 bits of importer, 60 of code, 16 of exporter, 16 of month, 2 of kind, 3 of flow.
    pub fn pack(self) -> u128 {
        let month = self.period.start.0.clamp(0, i32::from(u16::MAX)) as u128;
        (u128::from(self.importer) << 97)
            | (u128::from(self.code.bits()) << 37)
            | (u128::from(self.exporter) << 21)
            | (month << 5)
            | (kind_number(self.period.kind) << 3)
            | u128::from(self.flow & 7)
    }

    /// The reverse of [`Key::pack`].
    pub fn unpack(bits: u128) -> Key {
        let kind = match bits >> 3 & 3 {
            0 => PeriodKind::Year,
            1 => PeriodKind::Half,
            2 => PeriodKind::Quarter,
            _ => PeriodKind::Month,
        };
        Key {
            importer: (bits >> 97) as u16,
            code: CodeKey::from_bits((bits >> 37) as u64 & ((1 << 60) - 1)),
            exporter: (bits >> 21) as u16,
            period: Reported { start: Month((bits >> 5) as u16 as i32), kind },
            flow: (bits & 7) as u8,
        }
    }
}

impl SortRow {
    fn to_bytes(self) -> [u8; ROW_BYTES] {
        let mut out = [0u8; ROW_BYTES];
        out[..16].copy_from_slice(&self.key.to_le_bytes());
        out[16..24].copy_from_slice(&self.line.to_le_bytes());
        out[24..28].copy_from_slice(&self.shape.to_le_bytes());
        out[28..30].copy_from_slice(&self.cell.to_le_bytes());
        out[32..40].copy_from_slice(&self.value_usd.to_le_bytes());
        out[40..48].copy_from_slice(&self.value.to_le_bytes());
        out[48..56].copy_from_slice(&self.net_weight_kg.to_le_bytes());
        out[56..64].copy_from_slice(&self.quantity.to_le_bytes());
        out
    }

    fn from_bytes(bytes: &[u8; ROW_BYTES]) -> SortRow {
        let eight = |at: usize| -> [u8; 8] { std::array::from_fn(|i| bytes[at + i]) };
        SortRow {
            key: u128::from_le_bytes(std::array::from_fn(|i| bytes[i])),
            line: u64::from_le_bytes(eight(16)),
            cell: u16::from_le_bytes([bytes[28], bytes[29]]),
            shape: u32::from_le_bytes(std::array::from_fn(|i| bytes[24 + i])),
            value_usd: f64::from_le_bytes(eight(32)),
            value: f64::from_le_bytes(eight(40)),
            net_weight_kg: f64::from_le_bytes(eight(48)),
            quantity: f64::from_le_bytes(eight(56)),
        }
    }

    /// Lines stay far below 2^48, so line and cell share a word.
    fn order(&self) -> (u128, u64) {
        (self.key, self.line << 16 | u64::from(self.cell))
    }
}

/// Sorted runs of one load, shared by the reading threads.
#[derive(Debug, Default)]
pub struct Runs {
    done: Mutex<Vec<RunStore>>,
    in_memory: AtomicUsize,
}

#[derive(Debug)]
enum RunStore {
    Memory(Vec<SortRow>),
    Disk(File, usize),
}

impl Runs {
    /// Sorts a run and keeps it.
    pub fn add(&self, rows: Vec<SortRow>) -> std::io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let count = rows.len();
        let rows = sort(rows);
        let held = self.in_memory.fetch_add(count, Ordering::Relaxed);
        let store = if held + count <= ROWS_IN_MEMORY {
            RunStore::Memory(rows)
        } else {
            self.in_memory.fetch_sub(count, Ordering::Relaxed);
            RunStore::Disk(spill(&rows)?, count)
        };
        if let Ok(mut done) = self.done.lock() {
            done.push(store);
        }
        Ok(())
    }

    /// All rows of all runs in order, to `each`, one after the other.
    pub fn merge(
        self,
        mut each: impl FnMut(SortRow) -> std::io::Result<()>,
    ) -> std::io::Result<()> {
        let stores = self.done.into_inner().unwrap_or_default();
        let mut runs = Vec::with_capacity(stores.len());
        for store in stores {
            runs.push(RunReader::open(store)?);
        }
        let mut heads: Vec<Option<SortRow>> = Vec::with_capacity(runs.len());
        for run in &mut runs {
            heads.push(run.next_row()?);
        }
        if let [run] = &mut runs[..] {
            let mut head = heads[0];
            while let Some(row) = head {
                each(row)?;
                head = run.next_row()?;
            }
            return Ok(());
        }
        let mut heap: std::collections::BinaryHeap<std::cmp::Reverse<((u128, u64), usize)>> = heads
            .iter()
            .enumerate()
            .filter_map(|(i, head)| head.as_ref().map(|row| std::cmp::Reverse((row.order(), i))))
            .collect();
        while let Some(mut top) = heap.peek_mut() {
            let index = top.0.1;
            if let Some(row) = heads[index] {
                each(row)?;
            }
            heads[index] = runs[index].next_row()?;
            match &heads[index] {
                Some(row) => *top = std::cmp::Reverse((row.order(), index)),
                None => {
                    std::collections::binary_heap::PeekMut::pop(top);
                }
            }
        }
        Ok(())
    }
}

/// Sorts by key, line and cell. Moves 32 bytes in the sort and each row only once.
fn sort(rows: Vec<SortRow>) -> Vec<SortRow> {
    if rows.is_sorted_by_key(SortRow::order) {
        return rows;
    }
    let mut order: Vec<(u128, u64, u32)> =
        rows.iter().enumerate().map(|(i, row)| (row.order().0, row.order().1, i as u32)).collect();
    order.sort_unstable();
    order.iter().map(|&(_, _, i)| rows[i as usize]).collect()
}

/// Rows on disk, in a file that nobody else sees.
#[derive(Debug)]
pub struct Spilled(RunStore);

impl Spilled {
    /// Writes rows away.
    pub fn of(rows: &[SortRow]) -> std::io::Result<Spilled> {
        Ok(Spilled(RunStore::Disk(spill(rows)?, rows.len())))
    }

    /// Hands them out in the order in which they came.
    pub fn each(self, mut each: impl FnMut(SortRow) -> std::io::Result<()>) -> std::io::Result<()> {
        let mut rows = RunReader::open(self.0)?;
        while let Some(row) = rows.next_row()? {
            each(row)?;
        }
        Ok(())
    }
}

fn spill(rows: &[SortRow]) -> std::io::Result<File> {
    let mut file = tempfile::tempfile()?;
    let mut buffer = Vec::with_capacity(ROW_BYTES << 14);
    for part in rows.chunks(1 << 14) {
        buffer.clear();
        for row in part {
            buffer.extend_from_slice(&row.to_bytes());
        }
        file.write_all(&buffer)?;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

enum RunReader {
    Memory(std::vec::IntoIter<SortRow>),
    Disk(BufReader<File>, usize),
}

impl RunReader {
    fn open(store: RunStore) -> std::io::Result<RunReader> {
        Ok(match store {
            RunStore::Memory(rows) => RunReader::Memory(rows.into_iter()),
            RunStore::Disk(file, rows) => {
                RunReader::Disk(BufReader::with_capacity(1 << 20, file), rows)
            }
        })
    }

    fn next_row(&mut self) -> std::io::Result<Option<SortRow>> {
        match self {
            RunReader::Memory(rows) => Ok(rows.next()),
            RunReader::Disk(_, 0) => Ok(None),
            RunReader::Disk(file, left) => {
                let mut bytes = [0u8; ROW_BYTES];
                file.read_exact(&mut bytes)?;
                *left -= 1;
                Ok(Some(SortRow::from_bytes(&bytes)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dice(seed: &mut u64, limit: u64) -> u64 {
        *seed =
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*seed >> 33) % limit
    }

    fn code(seed: &mut u64) -> String {
        let len = 1 + dice(seed, 10);
        let letters = b"0123456789ABCXYZ";
        (0..len).map(|_| char::from(letters[dice(seed, 16) as usize])).collect()
    }

    #[test]
    fn codes_pack_and_unpack_and_keep_the_order_of_their_text() {
        let mut seed = 1;
        for _ in 0..20_000 {
            let (a, b) = (code(&mut seed), code(&mut seed));
            let [x, y] = [&a, &b].map(|t| CodeKey::pack(t.as_bytes()).unwrap());
            assert_eq!((x.to_text(), x.len()), (a.clone(), a.len()));
            assert_eq!(CodeKey::pack(a.to_lowercase().as_bytes()), Some(x));
            assert_eq!(x.cmp(&y), a.cmp(&b), "{a} {b}");
            assert_eq!(CodeKey::from_bits(x.bits()), x);
            for n in 1..=a.len() {
                assert_eq!(x.prefix(n).to_text(), a[..n]);
                assert!(x.prefix(n) <= x, "a heading comes before its products");
            }
        }
        for bad in ["", "12345678901", "85-42", "8542 ", "85\u{e9}2"] {
            assert_eq!(CodeKey::pack(bad.as_bytes()), None, "{bad:?}");
        }
    }

    fn key(seed: &mut u64) -> Key {
        let kinds = [PeriodKind::Year, PeriodKind::Half, PeriodKind::Quarter, PeriodKind::Month];
        Key {
            importer: dice(seed, 65_536) as u16,
            code: CodeKey::pack(code(seed).as_bytes()).unwrap(),
            exporter: dice(seed, 65_536) as u16,
            period: Reported {
                start: Month(dice(seed, 40_000) as i32),
                kind: kinds[dice(seed, 4) as usize],
            },
            flow: dice(seed, 5) as u8,
        }
    }

    #[test]
    fn keys_pack_and_unpack_and_sort_by_importer_code_exporter_and_month() {
        let mut seed = 2;
        for _ in 0..20_000 {
            let (a, b) = (key(&mut seed), key(&mut seed));
            assert_eq!(Key::unpack(a.pack()), a);
            let order = |k: &Key| (k.importer, k.code, k.exporter, k.period.start.0);
            if order(&a) != order(&b) {
                assert_eq!(a.pack().cmp(&b.pack()), order(&a).cmp(&order(&b)));
            }
        }
    }

    fn row(seed: &mut u64, line: u64) -> SortRow {
        let key = Key { importer: dice(seed, 3) as u16, ..key(seed) };
        SortRow {
            key: key.pack(),
            line,
            cell: (line % 3) as u16,
            shape: line as u32,
            value_usd: line as f64,
            value: f64::NAN,
            net_weight_kg: 0.5,
            quantity: f64::NAN,
        }
    }

    #[test]
    fn runs_come_out_in_order_however_they_were_cut() {
        let mut seed = 3;
        let rows: Vec<SortRow> = (0..5000).map(|line| row(&mut seed, line)).collect();
        let mut orders: Vec<Vec<u64>> = Vec::new();
        for size in [1, 7, 1000, 5000] {
            let runs = Runs::default();
            for part in rows.chunks(size).rev() {
                runs.add(part.to_vec()).unwrap();
            }
            let mut out: Vec<SortRow> = Vec::new();
            runs.merge(|row| {
                out.push(row);
                Ok(())
            })
            .unwrap();
            assert!(out.is_sorted_by_key(SortRow::order));
            orders.push(out.iter().map(|r| r.line).collect());
        }
        assert_eq!(orders[0].len(), 5000);
        assert!(orders.iter().all(|o| *o == orders[0]));
    }

    #[test]
    fn a_row_survives_the_way_to_disk() {
        let mut seed = 4;
        let rows: Vec<SortRow> = (0..40_000).map(|line| row(&mut seed, line << 20)).collect();
        let store = RunStore::Disk(spill(&rows).unwrap(), rows.len());
        let mut reader = RunReader::open(store).unwrap();
        for row in &rows {
            let back = reader.next_row().unwrap().unwrap();
            let part = |r: &SortRow| (r.key, r.line, r.cell, r.shape);
            assert_eq!(part(&back), part(row));
            assert_eq!((back.value_usd, back.net_weight_kg), (row.value_usd, row.net_weight_kg));
            assert!(back.value.is_nan() && back.quantity.is_nan());
        }
        assert!(reader.next_row().unwrap().is_none());
    }
}
