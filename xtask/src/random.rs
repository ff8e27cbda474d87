//! Numbers that look random and are the same on every machine and in every version, which a
//! crate's generator does not promise.

/// Sebastiano Vigna's splitmix64: small, quick, the same everywhere.
pub(crate) struct SplitMix(pub(crate) u64);

impl SplitMix {
    /// Its own stream for everything that has a name: what is drawn for one thing does not
    /// depend on what was drawn for another.
    pub(crate) fn of(seed: u64, names: &[&str]) -> SplitMix {
        let mut hash = mix(seed ^ 0xcbf2_9ce4_8422_2325);
        for name in names {
            for byte in name.bytes().chain([0xff]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        SplitMix(mix(hash))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 to just under 1.
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From `low` to just under `high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A whole number below `limit`; 0 where the limit is 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.unit() * limit as f64) as usize
    }

    /// Near enough to a standard normal: four 16-bit uniform numbers added.
    pub(crate) fn normal(&mut self) -> f64 {
        let bits = self.next();
        let sum = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum::<u64>() as f64;
        // Four uniform numbers have the mean 2 and the variance 1/3.
        (sum / 65536.0 - 2.0) * 3f64.sqrt()
    }

    /// A standard normal with its tails, by Box and Muller.
    pub(crate) fn gaussian(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -(1.0 - self.unit()).ln()
    }

    /// Student's t with four degrees of freedom: a normal with heavy tails.
    pub(crate) fn student4(&mut self) -> f64 {
        let chi_squared = 2.0 * (self.exponential() + self.exponential());
        self.gaussian() / (chi_squared / 4.0).sqrt()
    }
}

/// A number that looks like no other, made of a number.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut z = seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_have_the_mean_and_spread_they_promise() {
        let moments = |draw: fn(&mut SplitMix) -> f64| {
            let mut random = SplitMix::of(1, &["moments"]);
            let all: Vec<f64> = (0..40_000).map(|_| draw(&mut random)).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            let variance = all.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / all.len() as f64;
            ((mean * 10.0).round() / 10.0, (variance * 5.0).round() / 5.0)
        };
        assert_eq!(moments(SplitMix::gaussian), (0.0, 1.0));
        assert_eq!(moments(SplitMix::exponential), (1.0, 1.0));
        let (mean, variance) = moments(SplitMix::student4);
        assert!(mean == 0.0 && (1.6..2.6).contains(&variance), "{variance}");
    }

    #[test]
    fn names_are_not_run_together() {
        let first = |names: &[&str]| SplitMix::of(7, names).unit();
        assert_eq!(first(&["a", "bc"]), first(&["a", "bc"]));
        assert_ne!(first(&["a", "bc"]), first(&["ab", "c"]));
    }
}
