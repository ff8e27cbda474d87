//! Many tests at once: the share of false alarms among the alarms.
//!
//! A q-value is the smallest false discovery rate at which its test is still an alarm: alarms at
//! rate r are the tests with q <= r. NaN is a test that was not made: its q-value is NaN and it
//! does not count. A p-value outside [0, 1] is taken as the nearer end.

/// Benjamini & Hochberg (1995): q-values in the order of `p`, for tests that are independent or
/// positively dependent.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, |_| 1.0)
}

/// Benjamini & Yekutieli (2001): q-values in the order of `p`, whatever the dependence between
/// the tests. The price is the factor 1 + 1/2 + ... + 1/m for m tests.
#[must_use]
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    step_up(p, |tests| (1..=tests).rev().map(|i| 1.0 / i as f64).sum())
}

/// The step-up q-values, times a factor of the number of tests.
fn step_up(p: &[f64], factor: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).filter(|i| !p[*i].is_nan()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let tests = order.len() as f64 * factor(order.len());
    let mut q = vec![f64::NAN; p.len()];
    let mut least: f64 = 1.0;
    for (rank, index) in order.into_iter().enumerate().rev() {
        least = least.min(p[index].max(0.0) * tests / (rank + 1) as f64);
        q[index] = least;
    }
    q
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const P: [f64; 8] = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205];

    fn close(got: &[f64], want: &[f64]) {
        assert_eq!(got.len(), want.len());
        for (g, w) in got.iter().zip(want) {
            assert!((g - w).abs() < 1e-15 || (g.is_nan() && w.is_nan()), "{got:?}");
        }
    }

    #[test]
    fn hochberg_agrees_with_scipy() {
        let want = [0.008, 0.032, 0.0672, 0.0672, 0.0672, 0.08, 0.592 / 7.0, 0.205];
        close(&benjamini_hochberg(&P), &want);
        assert_eq!(benjamini_hochberg(&P).iter().filter(|q| **q <= 0.05).count(), 2);
    }

    #[test]
    fn yekutieli_is_hochberg_times_the_harmonic_sum() {
        let harmonic: f64 = (1..=8).map(|i| 1.0 / f64::from(i)).sum();
        let want: Vec<f64> =
            benjamini_hochberg(&P).iter().map(|q| (q * harmonic).min(1.0)).collect();
        close(&benjamini_yekutieli(&P), &want);
    }

    #[test]
    fn nan_is_no_test() {
        close(&benjamini_hochberg(&[0.02, f64::NAN, 0.01]), &[0.02, f64::NAN, 0.02]);
        close(&benjamini_hochberg(&[]), &[]);
        close(&benjamini_yekutieli(&[f64::NAN]), &[f64::NAN]);
        close(&benjamini_hochberg(&[2.0, -1.0]), &[1.0, 0.0]);
    }

    proptest! {
        #[test]
        fn q_is_monotone_in_p_and_never_below(p in prop::collection::vec(0.0..=1.0f64, 0..60)) {
            for q in [benjamini_hochberg(&p), benjamini_yekutieli(&p)] {
                for i in 0..p.len() {
                    prop_assert!(p[i] <= q[i] * (1.0 + 1e-15) && q[i] <= 1.0);
                    for j in 0..p.len() {
                        prop_assert!(p[i] > p[j] || q[i] <= q[j]);
                    }
                }
            }
        }

        #[test]
        fn q_goes_with_its_test(p in prop::collection::vec(0.0..=1.0f64, 0..60)) {
            let reversed: Vec<f64> = p.iter().rev().copied().collect();
            let mut back = benjamini_hochberg(&reversed);
            back.reverse();
            prop_assert_eq!(back, benjamini_hochberg(&p));
        }
    }
}
