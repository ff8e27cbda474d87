//! Location, spread and skewness that a few wild values cannot move.
//!
//! NaN is a missing value: every function leaves it out, but [`quantile`], which is given sorted
//! values and looks none of them in the face.

/// Makes the median absolute deviation of normal values estimate their standard deviation:
/// 1 / normal quantile of 3/4.
const NORMAL_MAD: f64 = 1.4826;

/// The most values [`medcouple`] looks at in full.
const MEDCOUPLE_MOST: usize = 500;

/// The values that are not NaN, in ascending order.
#[must_use]
pub fn sorted(values: &[f64]) -> Vec<f64> {
    let mut kept: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    kept.sort_unstable_by(f64::total_cmp);
    kept
}

/// The median, in linear time; of an even number of values the middle of the two middle ones.
///
/// Reorders `values`. NaN is left out; `None` when nothing is left.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    // NaN of either sign goes behind the numbers, where the selection does not look.
    let mut count = 0;
    for i in 0..values.len() {
        if !values[i].is_nan() {
            values.swap(i, count);
            count += 1;
        }
    }
    let numbers = &mut values[..count];
    if numbers.is_empty() {
        return None;
    }
    let (below, middle, _) = numbers.select_nth_unstable_by(count / 2, f64::total_cmp);
    if count % 2 == 1 {
        return Some(*middle);
    }
    below.iter().copied().max_by(f64::total_cmp).map(|low| low.midpoint(*middle))
}

/// The median absolute deviation about the median, times 1.4826: for normal values an estimate
/// of the standard deviation, in the unit of the values.
///
/// NaN is left out; `None` when nothing is left. It is 0 when more than half of the values are
/// equal, so a caller that divides by it needs a floor.
#[must_use]
pub fn mad(values: &[f64]) -> Option<f64> {
    let mut work = values.to_vec();
    let centre = median(&mut work)?;
    for value in &mut work {
        *value = (*value - centre).abs();
    }
    Some(NORMAL_MAD * median(&mut work)?)
}

/// The p-quantile of values in ascending order by linear interpolation at (n - 1) p: type 7 of
/// Hyndman & Fan (1996), the default of R and numpy.
///
/// p outside [0, 1] is moved to the nearer end; `None` when there is no value or p is NaN. The
/// values must not hold NaN: [`sorted`] makes such a list.
#[must_use]
pub fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    if p.is_nan() {
        return None;
    }
    let last = sorted.len().checked_sub(1)?;
    let position = last as f64 * p.clamp(0.0, 1.0);
    let low = (position.floor() as usize).min(last);
    let share = position - low as f64;
    if share == 0.0 {
        return Some(sorted[low]);
    }
    let (a, b) = (sorted[low], sorted[(low + 1).min(last)]);
    Some(a + share * (b - a))
}

/// The mean of what is left after the `drop_low` smallest and the `drop_high` largest values
/// (both are numbers of values) are set aside.
///
/// NaN is left out first and does not count as set aside; `None` when nothing is left. The sum
/// runs in ascending order, so the order of the input does not change it.
#[must_use]
pub fn trimmed_mean(values: &[f64], drop_low: usize, drop_high: usize) -> Option<f64> {
    let kept = sorted(values);
    let end = kept.len().checked_sub(drop_high)?;
    let inner = kept.get(drop_low..end)?;
    if inner.is_empty() {
        return None;
    }
    Some(inner.iter().sum::<f64>() / inner.len() as f64)
}

/// The rank sum of `later` among both samples, less its mean and over its standard deviation
/// where all orders are alike (Wilcoxon 1945, with the correction for ties): above 0 where later
/// values are larger. 0 where all values are equal or a sample is empty.
#[must_use]
pub fn rank_sum(later: &[f64], earlier: &[f64]) -> f64 {
    let both = sorted(&[later, earlier].concat());
    let (n, m) = (both.len() as f64, later.iter().filter(|v| !v.is_nan()).count() as f64);
    let below = |v: f64| both.partition_point(|b| *b < v) as f64;
    let upto = |v: f64| both.partition_point(|b| *b <= v) as f64;
    let ranks = later.iter().filter(|v| !v.is_nan()).map(|v| (below(*v) + upto(*v) + 1.0) / 2.0);
    let sum: f64 = ranks.sum();
    let ties: f64 =
        both.chunk_by(|a, b| a == b).map(|of| (of.len() as f64).powi(3) - of.len() as f64).sum();
    let variance = m * (n - m) / 12.0 * (n + 1.0 - ties / (n * (n - 1.0)));
    if variance > 0.0 { (sum - m * (n + 1.0) / 2.0) / variance.sqrt() } else { 0.0 }
}

/// The medcouple, a robust measure of skewness in [-1, 1]: 0 for symmetric values, positive for
/// a long upper tail. Brys, Hubert & Struyf (2004).
///
/// It is the median of ((u - m) - (m - l)) / (u - l) over all pairs u >= m >= l, m the median;
/// pairs that both equal m follow the paper's tie kernel. Exact, in O(n^2), up to 500 finite
/// values; of more, 500 evenly spaced order statistics are taken, ends included, which no random
/// choice enters and which mirrors with the values. NaN and infinite values are left out; fewer
/// than 3 values have no skewness and give 0.
#[must_use]
pub fn medcouple(values: &[f64]) -> f64 {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    medcouple_sorted(&thin(sorted(&finite)))
}

/// At most [`MEDCOUPLE_MOST`] evenly spaced values of a sorted list.
fn thin(sorted: Vec<f64>) -> Vec<f64> {
    if sorted.len() <= MEDCOUPLE_MOST {
        return sorted;
    }
    // The odd divisor never leaves exactly one half to round, so the choice is symmetric.
    let gaps = MEDCOUPLE_MOST - 1;
    let last = sorted.len() - 1;
    (0..=gaps).map(|i| sorted[(i * last + gaps / 2) / gaps]).collect()
}

fn medcouple_sorted(values: &[f64]) -> f64 {
    let Some(centre) = quantile(values, 0.5).filter(|_| values.len() >= 3) else {
        return 0.0;
    };
    let lower = &values[..values.partition_point(|v| *v <= centre)];
    let upper = &values[values.partition_point(|v| *v < centre)..];
    let ties = (lower.len() + upper.len()) - values.len();
    let mut kernel = Vec::with_capacity(lower.len() * upper.len());
    for (i, u) in upper.iter().enumerate() {
        // `lower` ends and `upper` begins with the values tied to the median.
        for (j, l) in lower.iter().rev().enumerate() {
            kernel.push(if i < ties && j < ties {
                // The paper's sign of i + j - 1 less the number of ties, counted from 1.
                (i + j + 1).cmp(&ties) as i8 as f64
            } else {
                ((u - centre) - (centre - l)) / (u - l)
            });
        }
    }
    median(&mut kernel).unwrap_or(0.0)
}

/// The fences of the boxplot adjusted for skewness, lower and upper, in the unit of the values:
/// what lies outside is unusual even for a skewed distribution. Hubert & Vandervieren (2008).
///
/// With the quartiles Q1 and Q3 (type 7), IQR = Q3 - Q1 and the medcouple MC:
/// [Q1 - 1.5 e^(-4 MC) IQR, Q3 + 1.5 e^(3 MC) IQR] for MC >= 0, and
/// [Q1 - 1.5 e^(-3 MC) IQR, Q3 + 1.5 e^(4 MC) IQR] for MC < 0. NaN and infinite values are left
/// out; `None` for fewer than 4 values, which have no quartiles worth the name.
#[must_use]
pub fn adjusted_fences(values: &[f64]) -> Option<(f64, f64)> {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let kept = sorted(&finite);
    if kept.len() < 4 {
        return None;
    }
    let (first, third) = (quantile(&kept, 0.25)?, quantile(&kept, 0.75)?);
    let skew = medcouple_sorted(&thin(kept));
    let (down, up) = if skew >= 0.0 { (-4.0, 3.0) } else { (-3.0, 4.0) };
    let reach = 1.5 * (third - first);
    Some((first - (down * skew).exp() * reach, third + (up * skew).exp() * reach))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAN: f64 = f64::NAN;
    const SKEWED: [f64; 10] = [1.0, 2.0, 2.0, 3.0, 4.0, 6.0, 9.0, 14.0, 22.0, 40.0];
    const MC_FIVE: f64 = 0.0;
    const MC_SKEWED: f64 = 0.6;
    const MC_TIES: f64 = 0.3333333333333333;
    const MC_MANY: f64 = 0.31912581382772415;
    const FENCES: (f64, f64) = (0.8211922356917529, 108.03194756450388);

    #[test]
    fn medians() {
        for (values, want) in [
            (vec![], None),
            (vec![NAN, -NAN], None),
            (vec![3.0], Some(3.0)),
            (vec![3.0, 1.0], Some(2.0)),
            (vec![NAN, 5.0, -NAN, 1.0, 4.0], Some(4.0)),
            (vec![f64::INFINITY, 1.0, f64::NEG_INFINITY], Some(1.0)),
            (vec![f64::MAX, f64::MAX], Some(f64::MAX)),
        ] {
            assert_eq!(median(&mut values.clone()), want, "{values:?}");
        }
    }

    #[test]
    fn spreads_and_quantiles() {
        assert_eq!(mad(&[1.0, 2.0, 3.0, 4.0, 1e9]), Some(1.4826));
        assert_eq!(mad(&[NAN]), None);
        let four = [1.0, 2.0, 3.0, 4.0];
        for (p, want) in [(0.0, 1.0), (0.25, 1.75), (0.5, 2.5), (0.9, 3.7), (1.0, 4.0), (7.0, 4.0)]
        {
            assert!((quantile(&four, p).unwrap() - want).abs() < 1e-15, "{p}");
        }
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&four, NAN), None);
        assert_eq!(quantile(&[1.0, f64::INFINITY], 0.0), Some(1.0));
    }

    #[test]
    fn trimmed_means() {
        let values = [9.0, NAN, 1.0, 2.0, 4.0, 100.0];
        assert_eq!(trimmed_mean(&values, 1, 1), Some(5.0));
        assert_eq!(trimmed_mean(&values, 0, 2), Some(7.0 / 3.0));
        assert_eq!(trimmed_mean(&values, 3, 2), None);
        assert_eq!(trimmed_mean(&values, 9, 0), None);
        assert_eq!(trimmed_mean(&values, 0, 9), None);
    }

    #[test]
    fn medcouples_agree_with_a_direct_count() {
        // numpy: all pairs, the tie kernel written with explicit indices.
        for (values, want) in [
            (vec![], 0.0),
            (vec![1.0, 2.0], 0.0),
            (vec![1.0, 2.0, 3.0], 0.0),
            (vec![1.0, 2.0, 3.0, 4.0, 10.0], MC_FIVE),
            (SKEWED.to_vec(), MC_SKEWED),
            (vec![1.0, 2.0, 2.0, 2.0, 3.0, 7.0], MC_TIES),
            (vec![2.0; 9], 0.0),
        ] {
            assert!((medcouple(&values) - want).abs() < 1e-12, "{values:?} {}", medcouple(&values));
        }
    }

    #[test]
    fn medcouple_of_many_is_that_of_their_order_statistics() {
        // Squares of an even grid; the answer is that of all 3001 values in numpy.
        let many: Vec<f64> = (0..3001).map(|i| (f64::from(i) / 3000.0).powi(2)).collect();
        assert!((medcouple(&many) - MC_MANY).abs() < 2e-3, "{}", medcouple(&many));
        let mirrored: Vec<f64> = many.iter().map(|v| -v).collect();
        assert!((medcouple(&mirrored) + medcouple(&many)).abs() < 1e-12);
    }

    #[test]
    fn fences() {
        let (low, high) = adjusted_fences(&SKEWED).unwrap();
        assert!((low - FENCES.0).abs() < 1e-9 && (high - FENCES.1).abs() < 1e-9, "{low} {high}");
        let mirrored = SKEWED.map(|v| -v);
        let (down, up) = adjusted_fences(&mirrored).unwrap();
        assert!((down + high).abs() < 1e-9 && (up + low).abs() < 1e-9, "{down} {up}");
        assert_eq!(adjusted_fences(&[1.0, 2.0, 3.0, NAN, f64::INFINITY]), None);
        assert_eq!(adjusted_fences(&[5.0; 6]), Some((5.0, 5.0)));
    }

    #[test]
    fn rank_sum_agrees_with_scipy() {
        let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-12, "{got}, not {want}");
        // mannwhitneyu(method="asymptotic", use_continuity=False).
        close(rank_sum(&[3.0, 5.0, 0.0, 8.0], &[0.0, 0.0, 1.0, 0.0, 3.0, 2.0]), 1.5447859516333113);
        close(rank_sum(&[4.0, 5.0, 6.0], &[1.0, 2.0, 3.0]), 1.963961012123931);
        // One month may be as large as it likes.
        close(rank_sum(&[0.0, 9e9], &[0.0, 0.0]), rank_sum(&[0.0, 1.0], &[0.0, 0.0]));
        close(rank_sum(&[0.0, 0.0], &[0.0]), 0.0);
        close(rank_sum(&[], &[1.0]), 0.0);
    }

    proptest! {
        #[test]
        fn median_is_between_the_ends(values in prop::collection::vec(-1e300..1e300f64, 1..40)) {
            let middle = median(&mut values.clone()).unwrap();
            let order = sorted(&values);
            prop_assert!(order[0] <= middle && middle <= order[order.len() - 1]);
            prop_assert!(order.iter().filter(|v| **v <= middle).count() * 2 >= order.len());
            prop_assert!(order.iter().filter(|v| **v >= middle).count() * 2 >= order.len());
        }

        #[test]
        fn medcouple_mirrors(values in prop::collection::vec(-9i8..9, 0..60)) {
            let up: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            let down: Vec<f64> = up.iter().map(|v| -v).collect();
            let skew = medcouple(&up);
            prop_assert!((-1.0..=1.0).contains(&skew));
            prop_assert!((skew + medcouple(&down)).abs() < 1e-12);
        }

        #[test]
        fn order_does_not_matter(
            mut values in prop::collection::vec(prop::num::f64::ANY, 0..40),
        ) {
            let all = |v: &[f64]| {
                let bits = |x: Option<f64>| x.map(f64::to_bits);
                let fences = adjusted_fences(v);
                (
                    bits(mad(v)),
                    bits(trimmed_mean(v, 1, 2)),
                    bits(Some(medcouple(v))),
                    bits(fences.map(|f| f.0)),
                    bits(fences.map(|f| f.1)),
                )
            };
            let before = all(&values);
            values.reverse();
            prop_assert_eq!(before, all(&values));
        }
    }
}
