//! A statistics file as large as wanted: made up, shaped like BACI, the same bytes every time.
//!
//! The columns are BACI's (`t,i,j,k,v,q`), and so is the order: year, exporter, importer, code.
//! Few pairs of countries trade most of the codes and many trade a handful; a pair trades mostly
//! the same codes from year to year. No key appears twice. No figure in it says anything about
//! the world.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::countries::{COUNTRIES, LARGEST};
use super::rows::{Sink, digits};
use crate::Outcome;
use crate::random::{SplitMix, mix};

/// Change it when the bytes change, so that a kept file is not taken for a new one.
const GENERATOR_VERSION: u32 = 2;
const SEED: u64 = 0x5045_4c49_4d53_4f4c;
/// From the year of HS 2022 on, so that every code of the query exists in every year.
const YEARS: [u16; 6] = [2022, 2023, 2024, 2025, 2026, 2027];
/// The column of the code list; the file names say the same as HS22.
const REVISION: &str = "hs2022";
/// No pair of countries trades every code there is.
const FULLEST_PAIR: f64 = 0.92;
const MISSING_QUANTITY: f64 = 0.03;

/// What was made.
pub(super) struct Generated {
    pub(super) files: Vec<PathBuf>,
    pub(super) rows: u64,
    pub(super) bytes: u64,
    pub(super) codes: usize,
    /// Nothing when the files of an earlier run were taken.
    pub(super) seconds: Option<f64>,
}

/// Writes `rows` rows into `folder`, one file a year as the publisher does, or all in one.
///
/// `list` is the project's code list.
pub(super) fn generate(
    folder: &Path,
    rows: u64,
    one_file: bool,
    list: &Path,
) -> Outcome<Generated> {
    let codes = codes(list)?;
    let files: Vec<PathBuf> = if one_file {
        vec![folder.join("BACI_HS22_V202801.csv")]
    } else {
        YEARS.iter().map(|year| folder.join(format!("BACI_HS22_Y{year}_V202801.csv"))).collect()
    };
    let note = folder.join("generated.txt");
    let wanted = format!("version {GENERATOR_VERSION} rows {rows} codes {}\n", codes.len());
    let kept = fs::read_to_string(&note).is_ok_and(|text| text == wanted);
    let mut seconds = None;
    if !kept || !files.iter().all(|file| file.is_file()) {
        let begun = Instant::now();
        Market::new(codes.clone()).write(&files, rows)?;
        fs::write(&note, wanted).map_err(|e| format!("{}: {e}", note.display()))?;
        seconds = Some(begun.elapsed().as_secs_f64());
    }
    let bytes = files.iter().filter_map(|file| fs::metadata(file).ok()).map(|m| m.len()).sum();
    Ok(Generated { files, rows, bytes, codes: codes.len(), seconds })
}

/// Country numbers with their ISO3 codes, for a peer that must join them.
pub(super) fn write_countries(file: &Path) -> Outcome {
    let mut text = "country_code,iso3\n".to_owned();
    for (number, iso3) in COUNTRIES {
        text.push_str(&format!("{number},{iso3}\n"));
    }
    fs::write(file, text).map_err(|e| format!("{}: {e}", file.display()))
}

/// Who trades how many codes with whom, and how often each code is traded.
struct Market {
    codes: Vec<[u8; 6]>,
    /// How readily each code is chosen, and its usual price in thousand USD a ton.
    popularity: Vec<f64>,
    price: Vec<f64>,
    /// Exporter and importer by their place in `COUNTRIES`, with a weight.
    pairs: Vec<(usize, usize, f64)>,
}

impl Market {
    fn new(numbers: Vec<u32>) -> Market {
        let count = numbers.len();
        let mut ranks: Vec<usize> = (0..count).collect();
        ranks.sort_by_key(|&at| mix(SEED ^ u64::from(numbers[at])));
        let mut popularity = vec![0.0; count];
        for (rank, &at) in ranks.iter().enumerate() {
            popularity[at] = 1.0 / (rank as f64 + count as f64 / 20.0);
        }
        let price = numbers.iter().map(|&code| {
            let mut random = SplitMix(mix(SEED ^ (u64::from(code) << 24)));
            (1.5 + 1.8 * random.normal()).exp()
        });
        let price = price.collect();
        let codes = numbers.iter().map(|&code| digits(code)).collect();
        Market { codes, popularity, price, pairs: pairs() }
    }

    fn write(&self, files: &[PathBuf], rows: u64) -> Outcome {
        let share = |index: u64| rows / 6 + u64::from(index < rows % 6);
        if let [file] = files {
            let mut sink = Sink::create(file)?;
            for (index, &year) in YEARS.iter().enumerate() {
                self.write_year(&mut sink, year, share(index as u64))?;
            }
            return sink.finish();
        }
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs: Vec<(usize, &PathBuf)> = files.iter().enumerate().collect();
        let outcomes: Vec<Outcome> = std::thread::scope(|scope| {
            let work = |jobs: Vec<(usize, &PathBuf)>| -> Outcome {
                for (index, file) in jobs {
                    let mut sink = Sink::create(file)?;
                    self.write_year(&mut sink, YEARS[index], share(index as u64))?;
                    sink.finish()?;
                }
                Ok(())
            };
            let part = |thread: usize| jobs.iter().copied().skip(thread).step_by(threads).collect();
            let running: Vec<_> = (0..threads)
                .map(|thread| (part(thread), work))
                .map(|(jobs, work)| scope.spawn(move || work(jobs)))
                .collect();
            let ended = |thread: std::thread::ScopedJoinHandle<'_, Outcome>| {
                thread.join().unwrap_or_else(|_| Err("a generating thread stopped".to_owned()))
            };
            running.into_iter().map(ended).collect()
        });
        outcomes.into_iter().collect()
    }

    fn write_year(&self, sink: &mut Sink, year: u16, rows: u64) -> Outcome {
        let counts = self.counts(year, rows)?;
        let growth = 1.0 + 0.05 * f64::from(year - YEARS[0]);
        for (&(exporter, importer, weight), &count) in self.pairs.iter().zip(&counts) {
            if count > 0 {
                let start = format!("{year},{},{},", COUNTRIES[exporter].0, COUNTRIES[importer].0);
                let id = (exporter * 1000 + importer) as u64;
                let level = growth * weight.sqrt().max(0.02) * 400.0;
                self.write_pair(sink, start.as_bytes(), (id, year, level), count)?;
            }
        }
        Ok(())
    }

    /// How many codes each pair trades in a year: in all exactly `rows`.
    fn counts(&self, year: u16, rows: u64) -> Outcome<Vec<u32>> {
        let most = (self.codes.len() as f64 * FULLEST_PAIR).floor();
        if rows as f64 > most * self.pairs.len() as f64 {
            return Err(format!("{rows} rows do not fit in one year"));
        }
        let weights = self.pairs.iter().map(|&(exporter, importer, weight)| {
            let id = (u64::from(year) << 32) | (exporter * 1000 + importer) as u64;
            weight * (0.85 + 0.3 * SplitMix(mix(SEED ^ id)).unit())
        });
        let weights: Vec<f64> = weights.collect();
        let total = |scale: f64| weights.iter().map(|w| (w * scale).min(most)).sum::<f64>();
        let (mut low, mut high) = (0.0, 1.0);
        while total(high) < rows as f64 {
            high *= 2.0;
        }
        for _ in 0..60 {
            let middle = (low + high) / 2.0;
            if total(middle) < rows as f64 { low = middle } else { high = middle }
        }
        // Whole numbers by carrying the rest on, then the last few rows by hand.
        let mut carried = 0.0f64;
        let mut counts: Vec<u32> = Vec::with_capacity(weights.len());
        for weight in &weights {
            carried += (weight * high).min(most);
            let whole = carried.floor();
            carried -= whole;
            counts.push(whole as u32);
        }
        let mut left = rows as i64 - counts.iter().map(|&n| i64::from(n)).sum::<i64>();
        for count in counts.iter_mut().filter(|count| **count > 0 && f64::from(**count) < most) {
            let step = left.signum();
            *count = count.saturating_add_signed(step as i32);
            left -= step;
        }
        if left == 0 { Ok(counts) } else { Err(format!("{left} rows could not be placed")) }
    }

    /// Chooses exactly `count` codes in their order, the popular ones more often.
    fn write_pair(
        &self,
        sink: &mut Sink,
        start: &[u8],
        (id, year, level): (u64, u16, f64),
        count: u32,
    ) -> Outcome {
        let mut choice = SplitMix(mix(SEED ^ (id << 8)));
        let mut amounts = SplitMix(mix(SEED ^ (id << 8) ^ (u64::from(year) << 40)));
        let mut wanted = count as usize;
        let mut weight_left: f64 = self.popularity.iter().sum();
        for (at, &popularity) in self.popularity.iter().enumerate() {
            let forced = wanted >= self.codes.len() - at;
            let chance = popularity * wanted as f64;
            let taken = forced || choice.unit() * weight_left < chance;
            weight_left -= popularity;
            if !taken {
                continue;
            }
            let value = (level * (2.2 * amounts.normal()).exp()).clamp(1.0, 1e8);
            let price = self.price[at] * (0.5 * amounts.normal()).exp();
            let missing = amounts.unit() < MISSING_QUANTITY;
            let quantity = (!missing).then_some((value / price).clamp(0.001, 1e9));
            sink.row(start, &self.codes[at], value, quantity);
            wanted -= 1;
            if wanted == 0 {
                break;
            }
        }
        sink.flush_if_full()
    }
}

/// Every pair of two countries, by number, with a weight that falls steeply from the largest.
fn pairs() -> Vec<(usize, usize, f64)> {
    let mut ranks: Vec<usize> = (0..COUNTRIES.len()).collect();
    ranks.sort_by_key(|&at| {
        let (number, iso3) = COUNTRIES[at];
        let known = LARGEST.iter().position(|&large| large == iso3);
        (known.unwrap_or(LARGEST.len()), mix(SEED ^ u64::from(number)))
    });
    let mut weights = vec![0.0; COUNTRIES.len()];
    for (rank, &at) in ranks.iter().enumerate() {
        weights[at] = (rank as f64 + 3.0).powf(-1.15);
    }
    let mut pairs = Vec::with_capacity(COUNTRIES.len() * COUNTRIES.len());
    for exporter in 0..COUNTRIES.len() {
        for importer in (0..COUNTRIES.len()).filter(|&importer| importer != exporter) {
            let mut random = SplitMix(mix(SEED ^ (exporter * 1000 + importer) as u64));
            let weight = weights[exporter] * weights[importer].powf(0.8);
            pairs.push((exporter, importer, weight * random.normal().exp()));
        }
    }
    pairs
}

/// The codes of one revision in the project's own code list, whose cells hold the last two
/// digits of a heading's codes, `=` for "as in the cell to the left" and `-` for none.
pub(super) fn codes(list: &Path) -> Outcome<Vec<u32>> {
    let text = fs::read_to_string(list).map_err(|e| format!("{}: {e}", list.display()))?;
    let mut lines = text.lines().filter(|line| !line.starts_with('#'));
    let column = lines.next().and_then(|head| head.split(',').position(|name| name == REVISION));
    let column = column.ok_or_else(|| format!("{}: no column {REVISION}", list.display()))?;
    let mut codes = BTreeSet::new();
    for line in lines {
        let cells: Vec<&str> = line.split(',').collect();
        let given = cells.iter().take(column + 1).skip(1).rev().find(|cell| **cell != "=");
        let heading: Option<u32> = cells.first().and_then(|cell| cell.parse().ok());
        if let (Some(heading), Some(endings)) = (heading, given) {
            let endings = endings.split(' ').filter_map(|ending| ending.parse::<u32>().ok());
            codes.extend(endings.map(|ending| heading * 100 + ending));
        }
    }
    match codes.len() {
        4_000..7_000 => Ok(codes.into_iter().collect()),
        count => Err(format!("{}: {count} codes of {REVISION}: too few or many", list.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_exact_sorted_and_without_duplicates() {
        let folder = std::env::temp_dir().join(format!("plimsoll-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("all.csv");
        let market = Market::new((10_110..15_000).collect());
        market.write(std::slice::from_ref(&file), 20_003).unwrap();
        let text = fs::read_to_string(&file).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        let keys: Vec<(u32, u32, u32, String)> = text
            .lines()
            .skip(1)
            .map(|line| {
                let mut parts = line.split(',');
                let mut number = || parts.next().unwrap().parse().unwrap();
                (number(), number(), number(), parts.next().unwrap().to_owned())
            })
            .collect();
        assert_eq!(keys.len(), 20_003);
        assert!(keys.windows(2).all(|two| two[0] < two[1]));
    }
}
