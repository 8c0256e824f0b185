//! The random numbers of faker.js: a 53-bit Mersenne Twister, and the few ways it is asked.
//!
//! The same seed gives the same values as faker.js as long as draws happen in the same
//! order and number, so everything here says when it takes no draw at all. Without a seed nobody
//! can tell one sequence from another, so a quicker generator takes the place of the Twister, and
//! a draw of few bits leaves the rest to the next. Bounds are `f64` because they are in JavaScript;
//! the checks of user input live in [`crate::modules::number`].

use rand_mt::Mt;
use rand_xoshiro::Xoroshiro128PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

/// The generator.
#[derive(Clone, Debug)]
pub(crate) struct Random(Source);

/// Where the sequence comes from.
#[derive(Clone, Debug)]
enum Source {
    /// From a seed, in 32-bit words.
    Own(Box<Own>),
    /// Kept elsewhere: a component's instances share the server's sequence.
    Shared(fn() -> u32),
    /// No seed.
    Free(Free),
}

/// A sequence that starts anywhere.
#[derive(Clone, Debug)]
struct Free {
    generator: Xoroshiro128PlusPlus,
    /// What is left of the last number that was drawn for a few of its bits.
    rest: u64,
    left: u32,
}

impl Free {
    fn new(entropy: u64) -> Self {
        Self {
            generator: Xoroshiro128PlusPlus::seed_from_u64(entropy),
            rest: 0,
            left: 0,
        }
    }

    #[inline]
    fn bits(&mut self, count: u32) -> usize {
        if self.left < count {
            (self.rest, self.left) = (self.generator.next_u64(), 64);
        }
        let bits = self.rest & ((1 << count) - 1);
        self.rest >>= count;
        self.left -= count;
        bits as usize
    }
}

/// A sequence and its next words, made some at a time: taking one is then a look into a list.
#[derive(Clone, Debug)]
struct Own {
    generator: Mt,
    ready: [u32; 64],
    taken: usize,
}

impl Own {
    fn new(seed: u32) -> Self {
        Self {
            generator: Mt::new(seed),
            ready: [0; 64],
            taken: 64,
        }
    }

    #[inline]
    fn next(&mut self) -> u32 {
        if let Some(word) = self.ready.get(self.taken) {
            self.taken += 1;
            return *word;
        }
        self.refill()
    }

    #[cold]
    fn refill(&mut self) -> u32 {
        for word in &mut self.ready {
            *word = self.generator.next_u32();
        }
        self.taken = 1;
        self.ready[0]
    }
}

impl Random {
    pub(crate) fn new(seed: u32) -> Self {
        Self(Source::Own(Box::new(Own::new(seed))))
    }

    pub(crate) fn shared(draw: fn() -> u32) -> Self {
        Self(Source::Shared(draw))
    }

    pub(crate) fn unseeded(entropy: u64) -> Self {
        Self(Source::Free(Free::new(entropy)))
    }

    /// The two words of a draw.
    #[inline]
    fn words(&mut self) -> (u32, u32) {
        match &mut self.0 {
            Source::Own(own) => (own.next(), own.next()),
            Source::Shared(draw) => (draw(), draw()),
            Source::Free(free) => {
                let both = free.generator.next_u64();
                ((both >> 32) as u32, both as u32)
            }
        }
    }

    /// A number from 0 up to, but not, 1: two words make the 53 bits of a double.
    pub(crate) fn next(&mut self) -> f64 {
        let (high, low) = self.words();
        let (high, low) = (f64::from(high >> 5), f64::from(low >> 6));
        (high * 67_108_864.0 + low) / 9_007_199_254_740_992.0
    }

    /// An index into a list of `2^count` items, at most 27: the first bits of a draw, as its
    /// double would give them.
    #[inline]
    fn bits(&mut self, count: u32) -> usize {
        if let Source::Free(free) = &mut self.0 {
            return free.bits(count);
        }
        let (high, _) = self.words();
        (high >> (32 - count)) as usize
    }

    /// An integer from `low` to `high`, both included; no draw when they are equal.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        if low == high {
            return low;
        }
        (self.next() * (high - low + 1.0) + low).floor()
    }

    /// An integer from 0 to `high`, both included.
    pub(crate) fn up_to(&mut self, high: u32) -> u32 {
        self.between(0.0, f64::from(high)) as u32
    }

    /// An index into a list of this length; no draw for a single item.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        if length <= 1 {
            return 0;
        }
        if length.is_power_of_two() && length <= 1 << 27 {
            return self.bits(length.trailing_zeros());
        }
        (self.next() * length as f64) as usize
    }

    /// True with this probability; no draw when it is certain.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        if probability <= 0.0 {
            return false;
        }
        probability >= 1.0 || self.next() < probability
    }

    /// True half of the time.
    pub(crate) fn coin(&mut self) -> bool {
        self.next() < 0.5
    }

    /// One item, which the caller knows to be there.
    pub(crate) fn item<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.index(items.len())]
    }

    /// The index of one entry, each as likely as its weight says; always one draw.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = f64> + Clone) -> usize {
        let sum = weights.clone().sum();
        self.weighted_of(sum, weights)
    }

    /// [`Random::weighted`] where the sum of the weights is known.
    pub(crate) fn weighted_of(&mut self, all: f64, weights: impl Iterator<Item = f64>) -> usize {
        let target = self.next() * all;
        let mut sum = 0.0;
        let mut last = 0;
        for (index, weight) in weights.enumerate() {
            sum += weight;
            if target < sum {
                return index;
            }
            last = index;
        }
        last
    }

    /// Puts the items in a random order.
    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            let other = self.index(index + 1);
            items.swap(index, other);
        }
    }

    /// `count` of the characters, drawn one by one.
    pub(crate) fn characters(&mut self, alphabet: &[u8], count: usize) -> String {
        let mut text = String::with_capacity(count);
        for _ in 0..count {
            text.push(char::from(alphabet[self.index(alphabet.len())]));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_faker_js() {
        let mut random = Random::new(42);
        assert_eq!(random.next(), 0.374_540_118_847_362_5);
        assert_eq!(random.next(), 0.950_714_306_409_916_2);
        // A negative seed counts by its low 32 bits.
        assert_eq!(
            Random::new(-5_i32 as u32).next(),
            Random::new(4_294_967_291).next()
        );
    }

    #[test]
    fn without_a_seed_draws_are_even() {
        let mut random = Random::unseeded(7);
        let mut counts = [0; 10];
        let mut digits = [0; 8];
        for _ in 0..10_000 {
            counts[random.index(10)] += 1;
            digits[random.index(8)] += 1;
            assert!((0.0..1.0).contains(&random.next()));
        }
        let even = |counts: &[i32], each: i32| {
            let all = (each * 85 / 100)..(each * 115 / 100);
            assert!(counts.iter().all(|count| all.contains(count)), "{counts:?}");
        };
        even(&counts, 1000);
        even(&digits, 1250);
    }

    #[test]
    fn powers_of_two_take_the_first_bits_of_the_double() {
        let mut random = Random::new(5);
        for power in 1..=27 {
            let double = random.clone().next() * f64::from(1_u32 << power);
            assert_eq!(random.index(1 << power), double as usize);
        }
    }

    #[test]
    fn certain_results_take_no_draw() {
        let mut random = Random::new(1);
        let first = random.clone().next();
        assert_eq!(random.between(3.0, 3.0), 3.0);
        assert_eq!(random.index(1), 0);
        assert!(random.chance(1.0) && !random.chance(0.0));
        random.shuffle(&mut [1]);
        assert_eq!(random.next(), first);
    }
}
