//! Under which conditions a plugin runs: as a server runs it, or as a trial does.
//!
//! By default WASI's clocks and randomness are the system's and instances are used again. A
//! trial (`plugin run`, `plugin test`) stops the clock, repeats chance, takes a fresh instance
//! for every call, so that state kept in guest globals is lost at once and not under load, and
//! measures. WASI's numbers come from a sequence of their own, begun anew in each instance: what
//! a language draws for itself while it starts does not shift what the plugin draws from the
//! host.

use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand_core::TryRng;
use wasmock_exchange::{Clock, Random};
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtxBuilder};

/// How a plugin is run; the default is a server's way.
#[derive(Debug, Default)]
pub struct Conditions {
    /// The time that WASI's clocks show; the system's without one.
    pub clock: Option<Clock>,
    /// Makes WASI's randomness repeatable.
    pub seed: Option<u64>,
    /// Every call gets an instance of its own.
    pub fresh: bool,
    /// Counts what calls cost.
    pub meter: Option<std::sync::Arc<Meter>>,
}

impl Conditions {
    /// Gives a new instance its time and chance.
    /// Instances of one seed differ by their number, or a server would give out the same
    /// "unique" ids as often as it has instances.
    pub(crate) fn prepare(&self, wasi: &mut WasiCtxBuilder, number: u64) {
        if let Some(clock) = &self.clock {
            wasi.wall_clock(Wall(clock.clone()));
            wasi.monotonic_clock(Monotonic {
                began: clock.now_ms(),
                clock: clock.clone(),
            });
        }
        if let Some(seed) = self.seed {
            let random = Random::repeatable(
                seed ^ u64::from_be_bytes(*b"wasi rnd") ^ number.rotate_right(16),
            );
            wasi.insecure_random_seed(u128::from(random.bits()) << 64 | u128::from(random.bits()));
            wasi.insecure_random(Chance(Random::repeatable(random.bits())));
            wasi.secure_random(Chance(random));
        }
    }
}

/// What calls cost so far.
#[derive(Debug, Default)]
pub struct Meter(Mutex<Cost>);

/// What calls cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Running time, the start of instances not included.
    pub running: Duration,
    /// Time to start instances.
    pub starting: Duration,
    /// The most memory an instance had after a call.
    pub memory: usize,
    /// How often the plugin asked the host about the call.
    pub asked: u64,
}

impl Meter {
    /// What was counted so far.
    pub fn cost(&self) -> Cost {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn called(&self, running: Duration, memory: usize, asked: u64) {
        let mut cost = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cost.running += running;
        cost.memory = cost.memory.max(memory);
        cost.asked += asked;
    }

    pub(crate) fn started(&self, time: Duration) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .starting += time;
    }
}

struct Wall(Clock);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.now_ms().max(0.0) as u64)
    }
}

/// Nanoseconds since the instance began; it stands and moves with the clock.
struct Monotonic {
    began: f64,
    clock: Clock,
}

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        1_000_000
    }

    fn now(&self) -> u64 {
        (self.clock.now_ms() - self.began).max(0.0) as u64 * 1_000_000
    }
}

struct Chance(Random);

impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.0.bits() as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0.bits())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.0.bits().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
        let bytes = |seed| {
            let mut bytes = [0; 13];
            let Ok(()) = Chance(Random::repeatable(seed)).try_fill_bytes(&mut bytes);
            bytes
        };
        assert_eq!(bytes(1), bytes(1));
        assert_ne!(bytes(1), bytes(2));
    }

    #[test]
    fn clocks_stand_and_move_with_the_trials() {
        let clock = Clock::frozen(5_000);
        let (wall, monotonic) = (
            Wall(clock.clone()),
            Monotonic {
                began: 5_000.0,
                clock: clock.clone(),
            },
        );
        assert_eq!((wall.now(), monotonic.now()), (Duration::from_secs(5), 0));
        clock.advance(20);
        assert_eq!(
            (wall.now(), monotonic.now()),
            (Duration::from_millis(5_020), 20_000_000)
        );
    }
}
