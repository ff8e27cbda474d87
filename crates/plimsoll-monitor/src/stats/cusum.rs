//! The cumulative sum that finds a small, lasting rise: Page (1954).
//!
//! S_t = max(0, S_(t-1) + z_t - k), an alarm where S_t > h. The z are standardised deviations
//! from what was expected; k is half the shift one wants to see, h the patience. For a fall hand
//! in -z.

/// The path of a one-sided cumulative sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Cusum {
    /// S after each month, as long as the input, each at least 0. It runs on after an alarm.
    pub path: Vec<f64>,
    /// The first month with S above h.
    pub alarm: Option<usize>,
    /// The last month before the alarm with S = 0: the change began in the month after it, the
    /// usual estimate of Page. `None` when there is no alarm, or when S was never 0 before it:
    /// then the change was there from the start.
    pub last_zero: Option<usize>,
}

impl Cusum {
    /// The first month of the change, by index; `None` when there is no alarm.
    #[must_use]
    pub fn onset(&self) -> Option<usize> {
        self.alarm.map(|_| self.last_zero.map_or(0, |zero| zero + 1))
    }
}

/// The one-sided cumulative sum of `z` with allowance `k` and threshold `h`, both in the unit of
/// z (standard deviations), starting from 0.
///
/// A NaN month is skipped: S stays as it was. With a NaN `k` or `h` there is never an alarm.
#[must_use]
pub fn cusum(z: &[f64], k: f64, h: f64) -> Cusum {
    let mut sum: f64 = 0.0;
    let mut path = Vec::with_capacity(z.len());
    for month in z {
        if !month.is_nan() {
            // A NaN sum (infinities that cancel) starts again from 0.
            sum = (sum + month - k).max(0.0);
        }
        path.push(sum);
    }
    let alarm = path.iter().position(|s| *s > h);
    let last_zero = alarm.and_then(|end| path[..end].iter().rposition(|s| *s == 0.0));
    Cusum { path, alarm, last_zero }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAN: f64 = f64::NAN;

    #[test]
    fn rise_after_two_quiet_months() {
        let found = cusum(&[0.0, 0.0, 1.5, 2.0, 2.0, 2.0, 2.0], 0.5, 5.0);
        assert_eq!(found.path, [0.0, 0.0, 1.0, 2.5, 4.0, 5.5, 7.0]);
        assert_eq!((found.alarm, found.last_zero, found.onset()), (Some(5), Some(1), Some(2)));
    }

    #[test]
    fn rise_from_the_start() {
        let found = cusum(&[3.0, 3.0, 3.0], 0.5, 5.0 - 1e-9);
        assert_eq!((found.alarm, found.last_zero, found.onset()), (Some(1), None, Some(0)));
    }

    #[test]
    fn quiet_or_empty_series_has_no_alarm() {
        for z in [vec![], vec![0.4; 50], vec![NAN; 9], vec![-9.0, 5.4, -9.0]] {
            let found = cusum(&z, 0.5, 5.0);
            assert_eq!((found.alarm, found.last_zero, found.onset()), (None, None, None), "{z:?}");
        }
        assert_eq!(cusum(&[99.0], NAN, 5.0).alarm, None);
        assert_eq!(cusum(&[99.0], 0.5, NAN).alarm, None);
    }

    #[test]
    fn nan_month_is_skipped() {
        let found = cusum(&[0.0, NAN, 4.0, NAN, 4.0], 0.5, 5.0);
        assert_eq!(found.path, [0.0, 0.0, 3.5, 3.5, 7.0]);
        assert_eq!((found.alarm, found.last_zero), (Some(4), Some(1)));
    }

    proptest! {
        #[test]
        fn path_is_never_negative(z in prop::collection::vec(prop::num::f64::ANY, 0..60)) {
            let found = cusum(&z, 0.5, 5.0);
            prop_assert_eq!(found.path.len(), z.len());
            prop_assert!(found.path.iter().all(|s| *s >= 0.0));
        }
    }
}
