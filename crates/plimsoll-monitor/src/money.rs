//! Sums of money and weight that come out the same in any order.
//!
//! Floating sums differ in their last digits with the order of addition, and an answer must
//! repeat byte for byte. So figures are added as whole thousandths.

/// A sum in thousandths of a unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum {
    thousandths: i128,
    terms: u64,
    missing: u64,
}

impl Sum {
    /// Adds a figure; NaN is counted as missing and adds nothing.
    pub fn add(&mut self, figure: f64) {
        if figure.is_nan() {
            self.missing += 1;
        } else {
            self.thousandths += (figure * 1000.0).round() as i128;
            self.terms += 1;
        }
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: Sum) {
        self.thousandths += other.thousandths;
        self.terms += other.terms;
        self.missing += other.missing;
    }

    /// The sum in whole units.
    pub fn value(self) -> f64 {
        self.thousandths as f64 / 1000.0
    }

    /// The sum, or `None` where no figure was there to add.
    pub fn known(self) -> Option<f64> {
        (self.terms > 0).then(|| self.value())
    }

    /// Number of figures added.
    pub fn terms(self) -> u64 {
        self.terms
    }

    /// Number of figures that were missing.
    pub fn missing(self) -> u64 {
        self.missing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_the_same_in_any_order_and_any_grouping() {
        let mut seed = 1u64;
        let mut figures: Vec<f64> = (0..5000)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let size = 10f64.powi((seed >> 60) as i32 % 13);
                if seed.is_multiple_of(97) {
                    f64::NAN
                } else {
                    (seed >> 40) as f64 / 16_777_216.0 * size
                }
            })
            .collect();
        let sum = |figures: &[f64]| {
            let mut sum = Sum::default();
            figures.iter().for_each(|f| sum.add(*f));
            sum
        };
        let forward = sum(&figures);
        let mut parts = Sum::default();
        figures.chunks(7).for_each(|part| parts.merge(sum(part)));
        assert_eq!(parts, forward);
        figures.reverse();
        assert_eq!(sum(&figures), forward);
        figures.sort_by(f64::total_cmp);
        assert_eq!(sum(&figures), forward);
        assert_eq!(forward.terms() + forward.missing(), 5000);
    }

    #[test]
    fn nothing_is_not_zero() {
        let mut sum = Sum::default();
        assert_eq!(sum.known(), None);
        sum.add(f64::NAN);
        assert_eq!((sum.known(), sum.missing()), (None, 1));
        sum.add(0.0);
        assert_eq!(sum.known(), Some(0.0));
    }
}
