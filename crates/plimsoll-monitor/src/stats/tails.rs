//! Upper tails and quantiles of the normal, Student's t and the binomial distribution, accurate
//! far out, where a screening of many series looks.
//!
//! A tail is computed as such and never as one less the other tail: at z = 8 that would leave no
//! digit. For the quantile of a small upper tail use symmetry, `-normal_quantile(tail)`, for the
//! same reason. NaN in gives NaN out.

use super::special::{Share, ln_beta, ln_beta_lower, ln_normal_density, normal_density};

/// Where the series about 0 hands over to the continued fraction.
const FAR: f64 = 2.0;

/// P(Z >= z) for a standard normal Z, to about 14 digits; 0 only below the smallest double,
/// at z of about 38.5.
#[must_use]
pub fn normal_upper(z: f64) -> f64 {
    if z < -FAR {
        return 1.0 - normal_upper(-z);
    }
    if z <= FAR {
        return 0.5 - normal_centre(z);
    }
    ln_normal_upper(z).exp()
}

/// P(0 <= Z < z), signed, by the series of Abramowitz & Stegun 26.2.11; for |z| up to about 2.
fn normal_centre(z: f64) -> f64 {
    let mut term = z;
    let mut sum = z;
    let mut odd = 1.0;
    while term.abs() > 1e-17 * sum.abs() {
        odd += 2.0;
        term *= z * z / odd;
        sum += term;
    }
    normal_density(z) * sum
}

/// The logarithm of [`normal_upper`]: finite for every finite z up to about 1e154.
#[must_use]
pub fn ln_normal_upper(z: f64) -> f64 {
    if z.is_nan() {
        return z;
    }
    if z <= FAR {
        return normal_upper(z).ln();
    }
    if z.is_infinite() {
        return f64::NEG_INFINITY;
    }
    // Laplace's continued fraction for Mills' ratio, Abramowitz & Stegun 26.2.14, from the tail
    // end. At z = 2 it needs 120 levels for the last digit, further out fewer.
    let ratio = (1..=120).rev().fold(z, |below, level| z + f64::from(level) / below);
    ln_normal_density(z) - ratio.ln()
}

/// The z with P(Z <= z) = p for a standard normal Z; infinite at 0 and 1, NaN outside [0, 1].
///
/// Newton's method on the logarithm of the tail, which is concave: it cannot miss.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p > 0.5 {
        return -normal_quantile(1.0 - p);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let target = p.ln();
    let mut z = (-2.0 * (2.0 * p).ln()).max(0.0).sqrt();
    for _ in 0..50 {
        let tail = ln_normal_upper(z);
        let step = (tail - target) / (ln_normal_density(z) - tail).exp();
        z += step;
        if step.abs() <= 1e-15 * z.abs().max(1e-3) {
            break;
        }
    }
    -z
}

/// P(T >= t) for Student's t with `df` degrees of freedom, `df` > 0 and possibly infinite (then
/// it is the normal tail). NaN for any other `df`.
///
/// Half the incomplete beta function I_x(df/2, 1/2) at x = df / (df + t^2) for t > 0, Abramowitz
/// & Stegun 26.7.1.
#[must_use]
pub fn t_upper(t: f64, df: f64) -> f64 {
    if t < 0.0 {
        return 1.0 - t_upper(-t, df);
    }
    ln_t_upper(t, df).exp()
}

/// The logarithm of [`t_upper`] for t >= 0.
fn ln_t_upper(t: f64, df: f64) -> f64 {
    if t.is_nan() || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if df >= NORMAL_DF {
        return ln_normal_upper(t);
    }
    if t.is_infinite() {
        return f64::NEG_INFINITY;
    }
    let root = t / df.sqrt();
    let square = root * root;
    // A square that overflows still has a logarithm.
    let ln_x = if square.is_finite() { -square.ln_1p() } else { -2.0 * root.ln() };
    let x = 1.0 / (1.0 + square);
    let rest = if square.is_finite() { square / (1.0 + square) } else { 1.0 };
    let ln_rest = if square > 1.0 { (-x).ln_1p() } else { rest.ln() };
    let at = Share { x, rest, ln_x, ln_rest };
    ln_beta_lower(0.5 * df, 0.5, at) - std::f64::consts::LN_2
}

/// From here on t and normal agree: the relative difference is about z^4 / (4 df).
const NORMAL_DF: f64 = 1e12;

/// The logarithm of the density of Student's t.
fn ln_t_density(t: f64, df: f64) -> f64 {
    if df >= NORMAL_DF {
        return ln_normal_density(t);
    }
    let root = t / df.sqrt();
    let square = root * root;
    let ln = if square.is_finite() { square.ln_1p() } else { 2.0 * root.abs().ln() };
    -ln_beta(0.5 * df, 0.5) - 0.5 * df.ln() - 0.5 * (df + 1.0) * ln
}

/// The t with P(T <= t) = p for Student's t with `df` degrees of freedom; infinite at 0 and 1,
/// NaN for p outside [0, 1] or `df` not above 0.
///
/// Newton's method. Near the centre the tail is convex in t, further out its logarithm is concave
/// in ln t; on each side the steps approach the answer from one side only.
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) || df.is_nan() || df <= 0.0 {
        return f64::NAN;
    }
    if p > 0.5 {
        return -t_quantile(1.0 - p, df);
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    let centre = p > 0.1;
    let mut t = if centre { 0.0 } else { -normal_quantile(p) };
    for _ in 0..200 {
        let (tail, density) = (ln_t_upper(t, df), ln_t_density(t, df));
        let next = if centre {
            t + (tail.exp() - p) / density.exp()
        } else {
            t * ((tail - p.ln()) / (t.ln() + density - tail).exp()).exp()
        };
        let done = (next - t).abs() <= 1e-15 * t.abs();
        t = next;
        if done || !t.is_finite() {
            break;
        }
    }
    -t
}

/// P(X >= k) for a binomial X of `n` trials with chance `p` each; NaN for p outside [0, 1].
///
/// The incomplete beta function I_p(k, n - k + 1), Abramowitz & Stegun 26.5.24. The relative
/// error is about 1e-16 n.
#[must_use]
pub fn binomial_at_least(k: u64, n: u64, p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if k == 0 {
        return 1.0;
    }
    if k > n || p == 0.0 {
        return 0.0;
    }
    if p == 1.0 {
        return 1.0;
    }
    let at = Share { x: p, rest: 1.0 - p, ln_x: p.ln(), ln_rest: (-p).ln_1p() };
    ln_beta_lower(k as f64, (n - k) as f64 + 1.0, at).exp()
}

#[cfg(test)]
// Vectors keep the digits that their source gives.
#[allow(clippy::excessive_precision)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(got: f64, want: f64, tolerance: f64) {
        assert!((got / want - 1.0).abs() <= tolerance, "{got:e}, not {want:e}");
    }

    #[test]
    fn normal_tail_agrees_with_mpmath() {
        for (z, want) in [
            (0.1, 0.46017216272297102),
            (0.5, 0.3085375387259869),
            (1.0, 0.15865525393145705),
            (1.9, 0.028716559816001805),
            (2.0, 0.022750131948179207),
            (2.1, 0.017864420562816553),
            (3.0, 0.0013498980316300945),
            (5.0, 2.8665157187919391e-7),
            (8.0, 6.2209605742717841e-16),
            (20.0, 2.7536241186062337e-89),
            (37.0, 5.7255712225245768e-300),
        ] {
            close(normal_upper(z), want, 2e-13);
            close(normal_upper(-z), 1.0 - want, 1e-15);
        }
        assert_eq!(normal_upper(f64::INFINITY), 0.0);
        assert_eq!(normal_upper(f64::NEG_INFINITY), 1.0);
        assert!(normal_upper(f64::NAN).is_nan());
    }

    #[test]
    fn normal_quantile_agrees_with_mpmath() {
        for (p, want) in [
            (0.3, -0.52440051270804082),
            (0.025, -1.9599639845400542),
            (1e-10, -6.3613409024040562),
        ] {
            close(normal_quantile(p), want, 1e-14);
        }
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(5e-324) < -38.0);
        assert!(normal_quantile(1.1).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn t_tail_agrees_with_mpmath() {
        for (t, df, want) in [
            (0.1, 3.0, 0.46332617440040291),
            (1.0, 1.0, 0.25),
            (2.0, 5.0, 0.050969739414929178),
            (3.0, 2.5, 0.036288047774515922),
            (8.0, 30.0, 3.1329112378503795e-9),
            (12.0, 4.0, 0.00013821427425148648),
            (50.0, 10.0, 1.23715516465134e-13),
            (6.0, 1000.0, 1.3776845866887346e-9),
            (8.0, 1e6, 6.2275317166012598e-16),
            (1e200, 1.0, 3.1830988618379068e-201),
            (0.01, 0.3, 0.49770697306363541),
            (1e4, 7.5, 2.6941675633968111e-28),
        ] {
            close(t_upper(t, df), want, 2e-12);
            close(t_upper(-t, df), 1.0 - want, 1e-14);
        }
        assert_eq!(t_upper(8.0, f64::INFINITY), normal_upper(8.0));
        close(t_upper(8.0, 1e11), normal_upper(8.0), 1e-7);
        close(t_upper(0.0, 4.0), 0.5, 1e-15);
        assert_eq!(t_upper(f64::INFINITY, 4.0), 0.0);
        assert!(t_upper(1.0, 0.0).is_nan() && t_upper(f64::NAN, 3.0).is_nan());
    }

    #[test]
    fn t_quantile_agrees_with_scipy() {
        for (p, df, want) in [
            (0.4, 3.0, -0.2766706623326898),
            (0.025, 10.0, -2.2281388519862753),
            (1e-8, 4.0, -131.59473694062356),
            (0.05, 1.0, -6.313751514675044),
            (0.2, 0.5, -2.5127179536659185),
            (1e-12, 200.0, -7.503247657072684),
        ] {
            close(t_quantile(p, df), want, 1e-12);
            close(t_quantile(1.0 - p, df), -want, 1e-3);
        }
        assert_eq!(t_quantile(0.5, 3.0), 0.0);
        close(t_quantile(1e-9, f64::INFINITY), normal_quantile(1e-9), 1e-14);
        assert_eq!(t_quantile(0.0, 3.0), f64::NEG_INFINITY);
        assert!(t_quantile(0.2, -1.0).is_nan());
    }

    #[test]
    fn binomial_tail_agrees_with_mpmath() {
        for (k, n, p, want) in [
            (3, 5, 0.5, 0.5),
            (1, 10, 0.01, 0.095617924991195512),
            (40, 50, 0.3, 3.9332609141512512e-13),
            (60, 1000, 0.02, 1.8715005399092149e-13),
            (480, 1000, 0.5, 0.90261683576911726),
            (50, 50, 0.1, 1.0000000000000028e-50),
        ] {
            close(binomial_at_least(k, n, p), want, 1e-12);
        }
        assert_eq!(binomial_at_least(0, 0, 0.3), 1.0);
        assert_eq!(binomial_at_least(4, 3, 0.3), 0.0);
        assert_eq!(binomial_at_least(3, 3, 1.0), 1.0);
        assert!(binomial_at_least(1, 3, f64::NAN).is_nan());
    }

    proptest! {
        #[test]
        fn quantile_inverts_the_tail(ln_p in -500.0..-0.7f64, df in 0.5..1e4f64) {
            let p = ln_p.exp();
            prop_assert!((ln_normal_upper(-normal_quantile(p)) - ln_p).abs() < 1e-11 * ln_p.abs());
            let t = -t_quantile(p, df);
            if t.is_finite() {
                prop_assert!((t_upper(t, df).ln() - ln_p).abs() < 1e-9 * ln_p.abs());
            }
        }

        #[test]
        fn tails_never_rise(a in -50.0..50.0f64, b in -50.0..50.0f64, df in 0.2..1e6f64) {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            prop_assert!(normal_upper(low) >= normal_upper(high) * (1.0 - 1e-13));
            prop_assert!(t_upper(low, df) >= t_upper(high, df) * (1.0 - 1e-9));
        }

        #[test]
        fn binomial_is_in_the_unit_interval(k in 0u64..2000, n in 0u64..2000, p in 0.0..=1.0f64) {
            let tail = binomial_at_least(k, n, p);
            prop_assert!((0.0..=1.0).contains(&tail), "{}", tail);
        }
    }
}
