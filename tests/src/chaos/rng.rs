//! Reproducible randomness: a pure function from a seed, a site and a count to a number.

/// The random numbers of a seed. Stateless, so concurrent callers cannot change each other's numbers.
#[derive(Debug, Clone, Copy)]
pub struct Rng {
    seed: u64,
}

impl Rng {
    /// The random numbers of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The seed.
    #[must_use]
    pub const fn seed(self) -> u64 {
        self.seed
    }

    /// A whole number below `sides`, which must be above 0, for the `nth` use at `site`.
    #[must_use]
    pub fn roll(self, site: &[&str], nth: u64, sides: u64) -> u64 {
        let mut hash = mix(self.seed ^ mix(nth));
        for word in site {
            for byte in word.bytes() {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
            hash = mix(hash);
        }
        mix(hash) % sides
    }
}

/// SplitMix64's finaliser: every bit of the input changes half of the output's.
const fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_gives_the_same_number_and_another_seed_another_one() {
        let rolls = |seed| -> Vec<u64> {
            (0..20).map(|nth| Rng::new(seed).roll(&["mailer", "SendEmail"], nth, 1000)).collect()
        };
        assert_eq!(rolls(7), rolls(7));
        assert_ne!(rolls(7), rolls(8));
    }

    #[test]
    fn the_numbers_are_spread_evenly() {
        let below = (0..10_000).filter(|nth| Rng::new(1).roll(&["x"], *nth, 100) < 10).count();
        assert!((900..1_100).contains(&below), "{below}");
    }
}
