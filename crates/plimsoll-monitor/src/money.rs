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
