//! Variances that borrow from each other: many series, each too short to know its own spread,
//! share a prior. Smyth (2004), "Linear models and empirical Bayes methods for assessing
//! differential expression", as in the R package limma (`fitFDist`, `squeezeVar`).
//!
//! Each sample variance s^2 with d degrees of freedom is taken as s^2 = sigma^2 chi2_d / d, and
//! 1 / sigma^2 as chi2_d0 / (d0 s0^2). The moments of ln s^2 give d0 and s0^2.

use super::robust::median;
use super::special::{digamma, trigamma, trigamma_inverse};

/// A variance below this share of the median variance is raised to it, as in limma: the
/// logarithm of a variance that is 0 by rounding must not decide the fit.
const FLOOR: f64 = 1e-5;

/// What the series have in common: the prior of their variances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// The prior degrees of freedom d0, above 0: how many months of data the common knowledge is
    /// worth. Infinite when the variances differ no more than chance would make them.
    pub df: f64,
    /// The prior variance s0^2, above 0, in the unit of the variances.
    pub variance: f64,
}

impl Prior {
    /// Fits the prior to pairs of a sample variance and its degrees of freedom.
    ///
    /// Pairs with a variance that is NaN, infinite or negative, or with degrees of freedom that
    /// are not positive and finite, are left out. `None` when fewer than 2 pairs are left or no
    /// variance is above 0. Where the median variance is 0, the median of those above 0 stands in
    /// for it. When the fit finds no spread beyond chance, `df` is infinite and `variance` is the
    /// pooled variance, weighted by degrees of freedom (limma: the plain mean, which is the same
    /// for equal degrees of freedom).
    #[must_use]
    pub fn fit(pairs: impl IntoIterator<Item = (f64, f64)>) -> Option<Prior> {
        let mut pairs: Vec<(f64, f64)> = pairs
            .into_iter()
            .filter(|(s, d)| s.is_finite() && *s >= 0.0 && d.is_finite() && *d > 1e-15)
            .collect();
        if pairs.len() < 2 {
            return None;
        }
        let middle = typical(&pairs)?;
        // Sums in a fixed order: the result does not depend on the order of the series.
        pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        for (s, _) in &mut pairs {
            *s = s.max(FLOOR * middle);
        }
        let count = pairs.len() as f64;
        // ln s^2 less its mean under the model with sigma^2 = 1.
        let logs: Vec<f64> =
            pairs.iter().map(|(s, d)| s.ln() - digamma(0.5 * d) + (0.5 * d).ln()).collect();
        let mean = logs.iter().sum::<f64>() / count;
        let spread = logs.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / (count - 1.0);
        let chance = pairs.iter().map(|(_, d)| trigamma(0.5 * d)).sum::<f64>() / count;
        if spread > chance {
            let df = 2.0 * trigamma_inverse(spread - chance);
            let variance = (mean + digamma(0.5 * df) - (0.5 * df).ln()).exp();
            return Some(Prior { df, variance });
        }
        let total: f64 = pairs.iter().map(|(_, d)| d).sum();
        let variance = pairs.iter().map(|(s, d)| s * (d / total)).sum();
        Some(Prior { df: f64::INFINITY, variance })
    }

    /// The moderated variance of one series and its degrees of freedom, from its own sample
    /// variance and degrees of freedom: the mean of prior and own variance weighted by degrees
    /// of freedom, and their sum.
    ///
    /// A series with nothing of its own (NaN variance, no degrees of freedom) gets the prior.
    /// limma never lets the degrees of freedom exceed the sum of those of all series; a caller
    /// with few series should do the same.
    #[must_use]
    pub fn posterior(&self, variance: f64, df: f64) -> (f64, f64) {
        if variance.is_nan() || df.is_nan() || df <= 0.0 || self.df.is_infinite() {
            return (self.variance, self.df + df.max(0.0));
        }
        if df.is_infinite() {
            return (variance, df);
        }
        let total = self.df + df;
        (self.variance * (self.df / total) + variance * (df / total), total)
    }
}

/// The median variance, of those above 0 where it would be 0; `None` when all are 0.
fn typical(pairs: &[(f64, f64)]) -> Option<f64> {
    let mut all: Vec<f64> = pairs.iter().map(|(s, _)| *s).collect();
    let middle = median(&mut all)?;
    if middle > 0.0 {
        return Some(middle);
    }
    all.retain(|s| *s > 0.0);
    median(&mut all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::random::SplitMix64;
    use proptest::prelude::*;

    /// d0 and s0^2, with the root of trigamma by bisection.
    const FIT: (f64, f64) = (0.48862685720691207, 0.011937931691692995);

    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got / want - 1.0).abs() < tolerance, "{got}, not {want}");
    }

    #[test]
    fn fit_agrees_with_the_formula_in_scipy() {
        let pairs = [
            (0.2, 4.0),
            (1.5, 6.0),
            (0.9, 4.0),
            (7.0, 5.0),
            (0.05, 3.0),
            (2.2, 8.0),
            (0.0, 4.0),
            (0.6, 10.0),
        ];
        let prior = Prior::fit(pairs).unwrap();
        close(prior.df, FIT.0, 1e-10);
        close(prior.variance, FIT.1, 1e-10);
    }

    #[test]
    fn fit_finds_the_prior_of_simulated_series() {
        let mut random = SplitMix64::new(11);
        let mut chi = |df: usize| (0..df).map(|_| random.normal().powi(2)).sum::<f64>();
        let pairs: Vec<(f64, f64)> = (0..20_000)
            .map(|_| {
                let sigma = 8.0 * 0.25 / chi(8);
                (sigma * chi(5) / 5.0, 5.0)
            })
            .collect();
        let prior = Prior::fit(pairs).unwrap();
        close(prior.df, 8.0, 0.08);
        close(prior.variance, 0.25, 0.03);
    }

    #[test]
    fn equal_variances_leave_no_room_for_own_knowledge() {
        let prior = Prior::fit([(2.0, 3.0), (2.0, 3.0), (2.0, 9.0)]).unwrap();
        assert_eq!(prior.df, f64::INFINITY);
        close(prior.variance, 2.0, 1e-15);
        let (variance, df) = prior.posterior(9.0, 5.0);
        assert_eq!((variance, df), (prior.variance, f64::INFINITY));
    }

    #[test]
    fn unusable_pairs_are_left_out() {
        let junk = [(f64::NAN, 3.0), (1.0, 0.0), (1.0, f64::INFINITY), (-1.0, 2.0)];
        assert_eq!(Prior::fit(junk), None);
        assert_eq!(Prior::fit([(1.0, 2.0)]), None);
        assert_eq!(Prior::fit([(0.0, 2.0), (0.0, 2.0)]), None);
        assert!(Prior::fit([(0.0, 2.0), (0.0, 2.0), (3.0, 2.0)]).unwrap().variance > 0.0);
    }

    #[test]
    fn posterior_weighs_by_degrees_of_freedom() {
        let prior = Prior { df: 4.0, variance: 1.0 };
        assert_eq!(prior.posterior(3.0, 4.0), (2.0, 8.0));
        assert_eq!(prior.posterior(f64::NAN, 0.0), (1.0, 4.0));
        assert_eq!(prior.posterior(3.0, f64::INFINITY), (3.0, f64::INFINITY));
    }

    proptest! {
        #[test]
        fn posterior_is_between_own_and_prior(
            pairs in prop::collection::vec((0.0..1e6f64, 1.0..40.0f64), 2..40),
        ) {
            if let Some(prior) = Prior::fit(pairs.clone()) {
                prop_assert!(prior.df > 0.0 && prior.variance > 0.0);
                for (s, d) in &pairs {
                    let (variance, df) = prior.posterior(*s, *d);
                    let (low, high) = (s.min(prior.variance), s.max(prior.variance));
                    prop_assert!(low * (1.0 - 1e-12) <= variance);
                    prop_assert!(variance <= high * (1.0 + 1e-12) && df >= *d);
                }
                let mut back = pairs;
                back.reverse();
                prop_assert_eq!(Prior::fit(back), Some(prior));
            }
        }
    }
}
