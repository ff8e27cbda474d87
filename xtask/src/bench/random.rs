//! Numbers that look random and are the same on every machine and in every version, which a
//! crate's generator does not promise.

/// Sebastiano Vigna's splitmix64: small, quick, the same everywhere.
pub(super) struct SplitMix(pub(super) u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 to just under 1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Near enough to a standard normal: four 16-bit uniform numbers added.
    pub(super) fn normal(&mut self) -> f64 {
        let bits = self.next();
        let sum = (0..4).map(|part| (bits >> (16 * part)) & 0xffff).sum::<u64>() as f64;
        // Four uniform numbers have the mean 2 and the variance 1/3.
        (sum / 65536.0 - 2.0) * 3f64.sqrt()
    }
}

/// A number that looks like no other, made of a number.
pub(super) fn mix(seed: u64) -> u64 {
    let mut z = seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
