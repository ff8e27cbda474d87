//! What chance alone does to a figure, learned from the same figure where nothing happened
//! (placebos), for flows of like size.

use crate::stats::empirical::Tail;
use crate::stats::robust;

/// Edges of the strata by size, in pads.
const STRATA: [f64; 5] = [0.5, 10.0, 100.0, 1e3, 1e4];
/// Fewest placebos of a stratum; with fewer it borrows from its neighbours.
const STRATUM: usize = 100;

/// The distribution of placebos by size of flow.
pub struct Chance {
    pad: f64,
    up: Vec<Option<Tail>>,
    down: Vec<Option<Tail>>,
    range: Vec<[f64; 2]>,
}

impl Chance {
    /// From (size, figure) of placebos; `pad` is the unit of size.
    pub fn new(placebos: impl IntoIterator<Item = (f64, f64)>, pad: f64) -> Chance {
        let mut samples: Vec<Vec<f64>> = vec![Vec::new(); STRATA.len() + 1];
        for (size, figure) in placebos {
            if figure.is_finite() {
                samples[stratum(size, pad)].push(figure);
            }
        }
        let merged: Vec<Vec<f64>> =
            (0..samples.len()).map(|i| with_neighbours(&samples, i)).collect();
        let fit = |of: Vec<f64>| (!of.is_empty()).then(|| Tail::fit(of));
        let range = merged.iter().map(|of| {
            let sorted = robust::sorted(of);
            [0.025, 0.975].map(|p| robust::quantile(&sorted, p).unwrap_or(0.0))
        });
        Chance {
            pad,
            range: range.collect(),
            up: merged.iter().cloned().map(fit).collect(),
            down: merged.into_iter().map(|of| fit(of.iter().map(|d| -d).collect())).collect(),
        }
    }

    /// How often chance gives as much or more, and as little or less; 1 without placebos.
    pub fn tails(&self, size: f64, figure: f64) -> [f64; 2] {
        let at = stratum(size, self.pad);
        let upper = |tail: &Option<Tail>, x: f64| tail.as_ref().map_or(1.0, |t| t.upper(x));
        [upper(&self.up[at], figure), upper(&self.down[at], -figure)]
    }

    /// The middle 95 % of what chance gives.
    pub fn range(&self, size: f64) -> [f64; 2] {
        self.range[stratum(size, self.pad)]
    }
}

/// Placebos of figures that are tested by size of flow, and those of flows that are tested in
/// another way, which stand in while the first are few.
#[derive(Default)]
pub struct Placebos {
    own: Vec<(f64, f64)>,
    others: Vec<(f64, f64)>,
}

/// Fewest placebos of the own kind.
const OWN: usize = 200;

impl Placebos {
    /// Takes (size, figure) of a flow of the own kind or of another.
    pub fn push(&mut self, own: bool, size: f64, figure: f64) {
        if own { &mut self.own } else { &mut self.others }.push((size, figure));
    }

    /// The distribution. Without any placebo the tested figures themselves are the null:
    /// conservative, since what is looked for is in it.
    pub fn chance(self, tested: impl Iterator<Item = (f64, f64)>, pad: f64) -> Chance {
        let others = if self.own.len() < OWN { self.others } else { Vec::new() };
        if self.own.is_empty() && others.is_empty() {
            return Chance::new(tested, pad);
        }
        Chance::new(self.own.into_iter().chain(others), pad)
    }
}

fn stratum(size: f64, pad: f64) -> usize {
    STRATA.iter().position(|edge| size < edge * pad).unwrap_or(STRATA.len())
}

/// A stratum's sample, with that of its neighbours while it is small.
fn with_neighbours(samples: &[Vec<f64>], at: usize) -> Vec<f64> {
    let mut all = samples[at].clone();
    for reach in 1..samples.len() {
        if all.len() >= STRATUM {
            break;
        }
        for near in [at.checked_sub(reach), Some(at + reach)].into_iter().flatten() {
            all.extend(samples.get(near).into_iter().flatten());
        }
    }
    all
}
