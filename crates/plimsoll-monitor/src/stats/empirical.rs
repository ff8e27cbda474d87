//! P-values from a pooled sample of what chance does: counted in the bulk, and beyond the sample
//! by a fitted tail.
//!
//! Above the 90th percentile the excesses of almost any distribution follow a generalised Pareto
//! distribution (Balkema & de Haan 1974, Pickands 1975). With it a value twice as far out as
//! anything in the sample has a p-value of its own, and many tests at once can tell it from
//! another one.

/// Fewer excesses than this say nothing about the shape of a tail: then p-values are counted.
const FEWEST: usize = 30;

/// The share of the sample below the fitted tail.
const BULK: f64 = 0.9;

/// The shapes the fit may return: lighter than any tail met in practice, and a tail whose mean
/// is just infinite.
const SHAPES: (f64, f64) = (-0.5, 1.0);

/// The upper tail of a null sample. See [`Tail::fit`].
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    /// Ascending, without NaN.
    sample: Vec<f64>,
    fitted: Option<Pareto>,
}

/// A generalised Pareto tail: beyond `threshold`, `share` (1 + shape (x - threshold) / scale)^
/// (-1 / shape).
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pareto {
    threshold: f64,
    share: f64,
    scale: f64,
    shape: f64,
    /// The mean excess, which is the scale of the exponential fit.
    mean: f64,
    /// Two standard errors of the shape: far out the tail is taken to be heavier by so much.
    doubt: f64,
}

impl Tail {
    /// Takes a null sample, in any order and unit; NaN is left out.
    ///
    /// The tail is fitted to the excesses above the 90th percentile by probability-weighted
    /// moments (Hosking & Wallis 1987, plotting positions (i - 0.35) / m), the shape bounded to
    /// [-0.5, 1]. With fewer than 30 finite excesses there is no fit. The moments underrate
    /// shapes above about 0.5.
    #[must_use]
    pub fn fit(mut sample: Vec<f64>) -> Tail {
        sample.retain(|v| !v.is_nan());
        sample.sort_unstable_by(f64::total_cmp);
        let fitted = Pareto::fit(&sample);
        Tail { sample, fitted }
    }

    /// The p-value of `x`: the chance that the null gives `x` or more. In (0, 1], never rising.
    ///
    /// In the bulk (k + 1) / (n + 1), where k of the n sample values are at least `x` (Davison &
    /// Hinkley 1997); above the threshold the fitted tail, which starts from the same value,
    /// but not less than k / (n + 1). Where the fitted shape is negative, and so the fitted tail would end, the p-value is never
    /// below that of the exponential tail with the same mean excess. NaN has p-value 1: it is no
    /// evidence.
    #[must_use]
    pub fn upper(&self, x: f64) -> f64 {
        self.beyond(x, true)
    }

    /// Like [`Tail::upper`], but by the fitted shape as it is.
    #[must_use]
    pub fn fitted_upper(&self, x: f64) -> f64 {
        self.beyond(x, false)
    }

    fn beyond(&self, x: f64, doubting: bool) -> f64 {
        if x.is_nan() {
            return 1.0;
        }
        let below = self.sample.partition_point(|v| *v < x);
        let reached = self.sample.len() - below;
        if let Some(fitted) = self.fitted.filter(|f| x > f.threshold) {
            // A lumpy sample can have more values out here than the smooth tail allows.
            let counted = reached as f64 / (self.sample.len() + 1) as f64;
            return fitted.upper(x, doubting).max(counted);
        }
        share(reached, self.sample.len())
    }

    /// How many values the sample holds, NaN not counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sample.len()
    }

    /// Whether the sample is empty; then every p-value is 1.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sample.is_empty()
    }

    /// Where the fitted tail begins, in the unit of the sample; `None` without a fit.
    #[must_use]
    pub fn threshold(&self) -> Option<f64> {
        self.fitted.map(|f| f.threshold)
    }

    /// The shape of the fitted tail, in [-0.5, 1]: 0 is exponential, above 0 heavier. `None`
    /// without a fit.
    #[must_use]
    pub fn shape(&self) -> Option<f64> {
        self.fitted.map(|f| f.shape)
    }
}

/// (k + 1) / (n + 1): the tested value counts itself, so that no p-value is 0.
fn share(k: usize, n: usize) -> f64 {
    (k + 1) as f64 / (n + 1) as f64
}

impl Pareto {
    fn fit(sample: &[f64]) -> Option<Pareto> {
        let threshold = super::robust::quantile(sample, BULK)?;
        let above = sample.partition_point(|v| *v <= threshold);
        let excesses: Vec<f64> = sample[above..].iter().map(|v| v - threshold).collect();
        if excesses.len() < FEWEST || !excesses.iter().all(|e| e.is_finite()) {
            return None;
        }
        let count = excesses.len() as f64;
        let mean = excesses.iter().sum::<f64>() / count;
        // The mean of the excess times its chance to be exceeded.
        let weighted = excesses
            .iter()
            .enumerate()
            .map(|(i, e)| e * (1.0 - (i as f64 + 0.65) / count))
            .sum::<f64>()
            / count;
        let gap = mean - 2.0 * weighted;
        // Excesses that are all alike have no gap: the lightest tail allowed.
        let raw = if gap > 0.0 { 2.0 - mean / gap } else { SHAPES.0 };
        let shape = raw.clamp(SHAPES.0, SHAPES.1);
        // The second moment decides the scale; where the shape was bounded, the mean does.
        let scale = if shape == raw && gap > 0.0 {
            2.0 * mean * weighted / gap
        } else {
            mean * (1.0 - shape)
        };
        let fits = mean.is_finite() && scale.is_finite() && scale > 0.0 && mean > 0.0;
        fits.then(|| {
            let share = share(excesses.len(), sample.len());
            let doubt = 2.0 * (1.0 + shape) / count.sqrt();
            Pareto { threshold, share, scale, shape, mean, doubt }
        })
    }

    fn upper(&self, x: f64, doubting: bool) -> f64 {
        let excess = x - self.threshold;
        // Many tests at once look far beyond the sample, where an error of the shape is worth
        // powers of ten: the doubt goes against the finding.
        let doubt = if doubting { self.doubt } else { 0.0 };
        let shape = (self.shape + doubt).min(SHAPES.1);
        let beyond = if shape.abs() < 1e-6 {
            (-excess / self.scale).exp()
        } else {
            // A negative shape ends at -scale / shape, where the base reaches 0.
            let base = shape * excess / self.scale;
            if base <= -1.0 { 0.0 } else { (-base.ln_1p() / shape).exp() }
        };
        let exponential = if self.shape < 0.0 { (-excess / self.mean).exp() } else { 0.0 };
        (self.share * beyond.max(exponential)).max(f64::MIN_POSITIVE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::SplitMix64;
    use proptest::prelude::*;

    /// Threshold, shape and the p-value of 40.
    const PARETO: (f64, f64, f64) = (2.918150093545821, 0.18769061465297243, 1.31673496062451e-05);

    fn sample(n: usize, seed: u64, draw: impl Fn(&mut SplitMix64) -> f64) -> Vec<f64> {
        let mut random = SplitMix64::new(seed);
        (0..n).map(|_| draw(&mut random)).collect()
    }

    #[test]
    fn few_values_are_counted() {
        let tail = Tail::fit(vec![3.0, f64::NAN, 1.0, 2.0, 2.0]);
        for (x, want) in [(0.0, 1.0), (2.0, 0.8), (2.5, 0.4), (3.0, 0.4), (9.0, 0.2)] {
            assert_eq!(tail.upper(x), want, "{x}");
        }
        assert_eq!(tail.upper(f64::NAN), 1.0);
        assert_eq!((tail.len(), tail.shape(), tail.threshold()), (4, None, None));
        assert_eq!(Tail::fit(vec![f64::NAN]).upper(1e9), 1.0);
        assert!(Tail::fit(Vec::new()).is_empty());
    }

    #[test]
    fn exact_pareto_quantiles_agree_with_numpy() {
        // The quantiles (i - 0.5) / 1000 of a generalised Pareto of shape 0.2, scale 1.
        let values: Vec<f64> = (0..1000)
            .map(|i| (f64::from(i).mul_add(-1.0, 999.5) / 1000.0f64).powf(-0.2) * 5.0 - 5.0)
            .collect();
        let tail = Tail::fit(values);
        assert!((tail.threshold().unwrap() - PARETO.0).abs() < 1e-9);
        assert!((tail.shape().unwrap() - PARETO.1).abs() < 1e-9, "{:?}", tail.shape());
        let fitted = tail.fitted_upper(40.0);
        assert!((fitted / PARETO.2 - 1.0).abs() < 1e-9, "{fitted}");
        // The doubt goes against the finding, and less so with more values.
        assert!(tail.upper(40.0) > fitted);
    }

    #[test]
    fn exponential_tail_reaches_beyond_the_sample() {
        let tail = Tail::fit(sample(20_000, 5, |r| -(1.0 - r.uniform()).ln()));
        assert!((tail.fitted_upper(5.0) / (-5.0f64).exp() - 1.0).abs() < 0.15);
        let far = tail.fitted_upper(20.0).ln();
        assert!((-24.0..-12.0).contains(&far), "{far}");
    }

    #[test]
    fn heavy_tail_is_seen_as_heavy() {
        let tail = Tail::fit(sample(20_000, 6, |r| (1.0 - r.uniform()).powf(-0.4)));
        assert!((tail.shape().unwrap() - 0.4).abs() < 0.08, "{:?}", tail.shape());
        // P(X >= 100) = 100^-2.5 = 1e-5.
        let fitted = tail.fitted_upper(100.0);
        assert!((fitted.log10() + 5.0).abs() < 0.4, "{fitted}");
    }

    #[test]
    fn short_tail_is_taken_as_exponential() {
        let tail = Tail::fit(sample(5_000, 7, SplitMix64::uniform));
        assert!(tail.shape().unwrap() < -0.4);
        // The uniform ends at 1; the exponential beyond 0.9 with mean excess 0.05 does not.
        let p = tail.upper(1.4);
        assert!((p / (0.1 * (-10.0f64).exp()) - 1.0).abs() < 0.5, "{p}");
    }

    #[test]
    fn odd_samples_do_no_harm() {
        let mut atoms = vec![0.0; 900];
        atoms.extend([1.0; 100]);
        let tail = Tail::fit(atoms);
        assert!(tail.upper(1.0) > 0.0999 && tail.upper(2.0) > 0.0);
        let mut endless = sample(1000, 8, SplitMix64::normal);
        endless.push(f64::INFINITY);
        let tail = Tail::fit(endless);
        assert_eq!((tail.shape(), tail.upper(50.0)), (None, 2.0 / 1002.0));
        assert_eq!(Tail::fit(vec![4.0; 500]).upper(5.0), 1.0 / 501.0);
    }

    proptest! {
        #[test]
        fn tail_never_rises_and_stays_in_range(
            values in prop::collection::vec(-1e3..1e3f64, 0..600),
            power in 1..9i32,
            mut at in prop::collection::vec(prop::num::f64::ANY, 2..40),
        ) {
            let values: Vec<f64> = values.iter().map(|v| v.powi(power)).collect();
            at.extend(&values);
            at.retain(|x| !x.is_nan());
            at.sort_by(f64::total_cmp);
            let tail = Tail::fit(values.clone());
            let p: Vec<f64> = at.iter().map(|x| tail.upper(*x)).collect();
            prop_assert!(p.iter().all(|p| *p > 0.0 && *p <= 1.0));
            prop_assert!(p.windows(2).all(|w| w[0] >= w[1]), "{:?}", p);
            let mut back = values;
            back.reverse();
            prop_assert_eq!(Tail::fit(back), tail);
        }
    }
}
