//! Random choices that can be made again from their seed.

/// A small generator (SplitMix64); not for secrets.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator with a seed from the system, which is printed so that a failure can be repeated:
    /// `SWITCHYARD_TEST_SEED` sets it.
    #[must_use]
    #[allow(clippy::print_stderr, reason = "a failing test shows it")]
    pub fn seeded() -> Self {
        let seed = std::env::var("SWITCHYARD_TEST_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok())
            .unwrap_or_else(|| {
                let mut bytes = [0; 8];
                getrandom::fill(&mut bytes).expect("the system has random numbers");
                u64::from_le_bytes(bytes)
            });
        eprintln!("SWITCHYARD_TEST_SEED={seed}");
        Self(seed)
    }

    /// A generator of its own for part `number`, so that concurrent parts do not depend on each other's pace.
    #[must_use]
    pub fn fork(&mut self, number: u64) -> Self {
        Self(self.next() ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}
