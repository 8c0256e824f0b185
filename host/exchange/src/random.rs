//! Chance, as host state: the one place that asks the system for entropy.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use rand_mt::Mt;

/// Random numbers of one environment.
///
/// There are two sequences. `bits` is chance for everything (RANDOM responses, `oneOf`);
/// `draw` is faker's own generator, MT19937, so that the same seed gives faker's numbers.
#[derive(Debug)]
pub struct Random {
    state: AtomicU64,
    seeded: Option<Mutex<Mt>>,
}

impl Random {
    /// Chance from the system, and faker's sequence with that seed if one is given.
    pub fn new(faker_seed: Option<u32>) -> Self {
        Self::with_state(entropy(), faker_seed)
    }

    /// Repeatable chance.
    pub fn repeatable(seed: u64) -> Self {
        Self::with_state(seed, Some(seed as u32))
    }

    fn with_state(state: u64, faker_seed: Option<u32>) -> Self {
        Self {
            state: AtomicU64::new(state),
            seeded: faker_seed.map(|seed| Mutex::new(Mt::new(seed))),
        }
    }

    /// 64 random bits (SplitMix64 over a shared counter: one atomic addition, no lock).
    pub fn bits(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut z = self
            .state
            .fetch_add(STEP, Ordering::Relaxed)
            .wrapping_add(STEP);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..n`; 0 for `n == 0`.
    pub fn below(&self, n: usize) -> usize {
        ((u128::from(self.bits()) * n as u128) >> 64) as usize
    }

    /// Whether faker's sequence was given a seed.
    pub fn is_seeded(&self) -> bool {
        self.seeded.is_some()
    }

    /// The next 32 bits of faker's sequence; chance when it has no seed.
    pub fn draw(&self) -> u32 {
        match &self.seeded {
            Some(twister) => twister
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .next_u32(),
            None => self.bits() as u32,
        }
    }
}

/// The keys of a fresh hash map are the standard library's only source of entropy.
fn entropy() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fakers_sequence_starts_as_faker_js_does() {
        let random = Random::new(Some(42));
        let (a, b) = (random.draw(), random.draw());
        let first =
            (f64::from(a >> 5) * 67_108_864.0 + f64::from(b >> 6)) / 9_007_199_254_740_992.0;
        assert_eq!(first, 0.374_540_118_847_362_5);
    }

    #[test]
    fn the_same_seed_repeats_and_bounds_hold() {
        let (a, b) = (Random::repeatable(7), Random::repeatable(7));
        for _ in 0..100 {
            assert_eq!(a.bits(), b.bits());
            assert_eq!(a.below(3), b.below(3));
            assert!(a.below(3) < 3 && b.below(3) < 3);
        }
    }
}
