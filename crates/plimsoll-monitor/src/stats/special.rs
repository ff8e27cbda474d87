//! The special functions below the distributions: gamma, its logarithmic derivatives and the
//! incomplete beta function.
//!
//! Written out here because the general crates stop short where Plimsoll looks: far out in a
//! tail and at many degrees of freedom. The series are those of the NIST Digital Library of
//! Mathematical Functions (DLMF), sections 5.11, 5.15 and 8.17. NaN in gives NaN out.

use std::f64::consts::PI;

/// From here on the asymptotic series are accurate to the last digit or two.
const LARGE: f64 = 10.0;

/// Half the logarithm of 2 pi.
const HALF_LN_2PI: f64 = 0.918_938_533_204_672_8;

/// Stirling's correction: ln gamma(x) less (x - 1/2) ln x - x + ln(2 pi)/2, for x >= 10
/// (DLMF 5.11.1).
fn stirling(x: f64) -> f64 {
    let r = 1.0 / (x * x);
    let series = [-691.0 / 360_360.0, 1.0 / 1188.0, -1.0 / 1680.0, 1.0 / 1260.0, -1.0 / 360.0];
    series.iter().fold(0.0, |sum, c| (sum + c) * r).mul_add(1.0 / x, 1.0 / (12.0 * x))
}

/// The natural logarithm of the gamma function, for x > 0; NaN for any other x.
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    if x.is_infinite() {
        return x;
    }
    let mut product = 1.0;
    let mut y = x;
    while y < LARGE {
        product *= y;
        y += 1.0;
    }
    (y - 0.5) * y.ln() - y + HALF_LN_2PI + stirling(y) - product.ln()
}

/// The natural logarithm of the beta function B(a, b), for a, b > 0; NaN for anything else.
///
/// When one argument is large the difference of two gamma functions is taken in closed form:
/// subtracting one large logarithm from another would lose the digits that matter.
#[must_use]
pub fn ln_beta(a: f64, b: f64) -> f64 {
    let (small, large) = if a < b { (a, b) } else { (b, a) };
    if large.is_nan() || large < LARGE {
        return ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b);
    }
    let sum = large + small;
    let ratio = small - (sum - 0.5) * (small / large).ln_1p() - small * large.ln();
    ln_gamma(small) + ratio + stirling(large) - stirling(sum)
}

/// The digamma function, the derivative of ln gamma, for x > 0; NaN for any other x.
#[must_use]
pub fn digamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let mut below = 0.0;
    let mut y = x;
    while y < LARGE {
        below += 1.0 / y;
        y += 1.0;
    }
    let r = 1.0 / (y * y);
    let series =
        [691.0 / 32_760.0, -1.0 / 132.0, 1.0 / 240.0, -1.0 / 252.0, 1.0 / 120.0, -1.0 / 12.0];
    y.ln() - 0.5 / y + series.iter().fold(0.0, |sum, c| (sum + c) * r) - below
}

/// The trigamma function, the derivative of [`digamma`], for x > 0; NaN for any other x.
#[must_use]
pub fn trigamma(x: f64) -> f64 {
    if x.is_nan() || x <= 0.0 {
        return f64::NAN;
    }
    let mut below = 0.0;
    let mut y = x;
    while y < LARGE {
        below += 1.0 / (y * y);
        y += 1.0;
    }
    let r = 1.0 / (y * y);
    let series =
        [7.0 / 6.0, -691.0 / 2730.0, 5.0 / 66.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 1.0 / 6.0];
    1.0 / y + 0.5 * r + series.iter().fold(0.0, |sum, c| (sum + c) * r) / y + below
}

/// The derivative of [`trigamma`], for x > 0.
fn tetragamma(x: f64) -> f64 {
    let mut below = 0.0;
    let mut y = x;
    while y < LARGE {
        below += 2.0 / (y * y * y);
        y += 1.0;
    }
    let r = 1.0 / (y * y);
    let series = [691.0 / 210.0, -5.0 / 6.0, 3.0 / 10.0, -1.0 / 6.0, 1.0 / 6.0, -0.5];
    series.iter().fold(0.0, |sum, c| (sum + c) * r) * r - r - r / y - below
}

/// The x > 0 whose [`trigamma`] is `y`, for y > 0; NaN for any other y.
///
/// Newton's method on the reciprocal of trigamma, which is convex and almost straight: Smyth
/// (2004), appendix.
#[must_use]
pub fn trigamma_inverse(y: f64) -> f64 {
    if y.is_nan() || y <= 0.0 {
        return f64::NAN;
    }
    // Beyond these the leading term of the series is the whole answer.
    if y > 1e15 {
        return 1.0 / y.sqrt();
    }
    if y < 1e-15 {
        return 1.0 / y;
    }
    let mut x = 0.5 + 1.0 / y;
    for _ in 0..50 {
        let value = trigamma(x);
        let step = value * (1.0 - value / y) / tetragamma(x);
        x += step;
        if step.abs() <= 1e-15 * x {
            break;
        }
    }
    x
}

/// A point of the unit interval with its distance to 1 and both logarithms, so that neither
/// end loses digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// The point.
    pub x: f64,
    /// One less the point.
    pub rest: f64,
    /// The logarithm of the point; finite even where the point itself underflows.
    pub ln_x: f64,
    /// The logarithm of the rest.
    pub ln_rest: f64,
}

impl Share {
    /// The same point seen from the other end.
    fn flip(self) -> Self {
        Share { x: self.rest, rest: self.x, ln_x: self.ln_rest, ln_rest: self.ln_x }
    }
}

/// The logarithm of the regularised incomplete beta function I_x(a, b), for a, b > 0
/// (DLMF 8.17.22).
///
/// Accurate in its own digits however small it is; the relative error grows with a + b as about
/// 1e-16 (a + b).
pub(super) fn ln_beta_lower(a: f64, b: f64, at: Share) -> f64 {
    let front = a * at.ln_x + b * at.ln_rest - ln_beta(a, b);
    if at.x < (a + 1.0) / (a + b + 2.0) {
        return front - a.ln() + beta_fraction(a, b, at.x).ln();
    }
    let other = (front - b.ln() + beta_fraction(b, a, at.flip().x).ln()).exp();
    (-other.min(1.0)).ln_1p()
}

/// The continued fraction of the incomplete beta function by Lentz's method. It needs about
/// sqrt(a + b) steps at worst; the limit is there for arguments no caller should hand in.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for i in 1..100_000 {
        let m = f64::from(i);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let step = d * c;
        h *= step;
        if (step - 1.0).abs() <= 2e-16 || step.is_nan() {
            break;
        }
    }
    h
}

/// The standard normal density at z.
#[must_use]
pub fn normal_density(z: f64) -> f64 {
    (-0.5 * z * z).exp() / (2.0 * PI).sqrt()
}

/// The logarithm of the standard normal density at z, finite where the density underflows.
pub(super) fn ln_normal_density(z: f64) -> f64 {
    -0.5 * z * z - HALF_LN_2PI
}

#[cfg(test)]
// Vectors keep the digits that their source gives.
#[allow(clippy::excessive_precision)]
mod tests {
    use super::*;

    /// `got` agrees with `want` to `digits` relative digits (absolute near 0).
    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got - want).abs() <= tolerance * want.abs().max(1e-2), "{got:e}, not {want:e}");
    }

    #[test]
    fn gamma_functions_agree_with_mpmath() {
        // x, digamma, trigamma, ln gamma: mpmath at 40 digits.
        for (x, first, second, ln) in [
            (0.01, -100.56088545786867, 10001.621213528313, 4.5994798780420217),
            (0.5, -1.9635100260214235, 4.9348022005446793, 0.57236494292470009),
            (1.0, -0.57721566490153286, 1.6449340668482264, 0.0),
            (2.5, 0.70315664064524319, 0.49035775610023486, 0.28468287047291916),
            (9.9, 2.2411803166063814, 0.10628304162874059, 12.57717990421988),
            (10.0, 2.2517525890667211, 0.10516633568168575, 12.80182748008147),
            (37.0, 3.5973435318931062, 0.027395547002757681, 95.719694542143202),
            (1000.0, 6.9072551956488121, 0.0010005001666666333, 5905.2204232091812),
        ] {
            close(digamma(x), first, 1e-14);
            close(trigamma(x), second, 1e-14);
            close(ln_gamma(x), ln, 1e-12);
        }
    }

    #[test]
    fn ln_beta_agrees_with_mpmath() {
        for (a, b, want) in [
            (0.5, 0.5, 1.1447298858494002),
            (0.5, 1e6, -6.335390211057437),
            (3.0, 20.0, -8.4381499840757845),
            (500.0, 700.0, -816.95057018565839),
        ] {
            close(ln_beta(a, b), want, 1e-14);
            close(ln_beta(b, a), want, 1e-14);
        }
    }

    #[test]
    fn trigamma_inverse_inverts() {
        for y in [1e-20, 1e-9, 1e-3, 0.1, 1.0, 3.0, 1e4, 1e12, 1e18] {
            close(trigamma(trigamma_inverse(y)) / y, 1.0, 1e-13);
        }
        assert!(trigamma_inverse(0.0).is_nan() && trigamma_inverse(f64::NAN).is_nan());
    }

    #[test]
    fn outside_the_domain_is_nan() {
        for x in [0.0, -1.0, f64::NAN] {
            assert!(ln_gamma(x).is_nan() && digamma(x).is_nan() && trigamma(x).is_nan());
        }
    }
}
