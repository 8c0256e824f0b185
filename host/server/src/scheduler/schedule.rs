//! When the ticks of a stream are due.

use std::time::{Duration, Instant};

use wasmock_exchange::Random;

/// How ticks follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rhythm {
    /// At start + n × interval, each up to `jitter` later; never earlier, never adding up.
    Steady {
        interval: Duration,
        jitter: Duration,
    },
    /// Each a random time after the one before.
    Random { min: Duration, max: Duration },
}

/// A tick that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    /// Its number by the clock; the first is 1.
    pub(crate) number: u64,
    /// How many ticks before it came to nothing because this one is late.
    pub(crate) missed: u64,
}

/// The ticks of one stream: from its start on, without drift. Ticks that could not be taken in
/// time become one late tick, never a burst.
#[derive(Clone, Debug)]
pub(crate) struct Schedule {
    rhythm: Rhythm,
    start: Instant,
    taken: u64,
    next: Instant,
}

/// A random rhythm that is further behind than this begins anew.
const CATCH_UP: u32 = 10_000;

impl Schedule {
    /// A stream that starts then; its first tick is one interval later.
    pub(crate) fn new(rhythm: Rhythm, start: Instant, random: &Random) -> Self {
        let mut schedule = Self {
            rhythm,
            start,
            taken: 0,
            next: start,
        };
        schedule.advance(random);
        schedule
    }

    /// When to ask again.
    pub(crate) fn next(&self) -> Instant {
        self.next
    }

    /// Takes the tick that is due, if one is.
    pub(crate) fn due(&mut self, now: Instant, random: &Random) -> Option<Tick> {
        if now < self.next {
            return None;
        }
        let before = self.taken;
        match self.rhythm {
            Rhythm::Steady { interval, jitter } => {
                let elapsed = now
                    .saturating_duration_since(self.start)
                    .saturating_sub(jitter);
                self.taken = count(elapsed, interval).max(before + 1);
                self.advance(random);
            }
            Rhythm::Random { .. } => {
                let mut steps = 0;
                while self.next <= now {
                    self.taken += 1;
                    steps += 1;
                    if steps == CATCH_UP {
                        self.next = now;
                    }
                    self.advance(random);
                }
            }
        }
        Some(Tick {
            number: self.taken,
            missed: self.taken - before - 1,
        })
    }

    fn advance(&mut self, random: &Random) {
        self.next = match self.rhythm {
            Rhythm::Steady { interval, jitter } => {
                let nanos = interval
                    .as_nanos()
                    .saturating_mul(u128::from(self.taken) + 1);
                self.start + nanoseconds(nanos) + up_to(jitter, random)
            }
            Rhythm::Random { min, max } => self.next + min + up_to(max.saturating_sub(min), random),
        };
    }
}

/// How often an interval fits into a time.
fn count(time: Duration, interval: Duration) -> u64 {
    u64::try_from(time.as_nanos() / interval.as_nanos().max(1)).unwrap_or(u64::MAX)
}

fn nanoseconds(nanos: u128) -> Duration {
    Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
}

/// A random time, whole milliseconds, the limit included.
pub(crate) fn up_to(limit: Duration, random: &Random) -> Duration {
    match usize::try_from(limit.as_millis()) {
        Ok(0) | Err(_) => Duration::ZERO,
        Ok(ms) => Duration::from_millis(random.below(ms + 1) as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_exchange::Clock;

    const MS: Duration = Duration::from_millis(1);

    fn steady(ms: u32) -> Rhythm {
        Rhythm::Steady {
            interval: ms * MS,
            jitter: Duration::ZERO,
        }
    }

    #[test]
    fn an_hour_of_late_wake_ups_does_not_drift() {
        let random = Random::repeatable(1);
        let start = Clock::instant();
        let mut schedule = Schedule::new(steady(10), start, &random);
        let mut last = Tick {
            number: 0,
            missed: 0,
        };
        for n in 1..=360_000u32 {
            // Every wake-up comes up to 9.9 ms late, as on a busy machine.
            let now = schedule.next() + Duration::from_micros(random.below(9_900) as u64);
            last = schedule.due(now, &random).unwrap();
            assert_eq!(
                last,
                Tick {
                    number: u64::from(n),
                    missed: 0
                }
            );
            assert_eq!(schedule.next(), start + (n + 1) * 10 * MS);
        }
        assert_eq!(last.number, 360_000);
    }

    #[test]
    fn late_ticks_become_one_and_the_clock_goes_on() {
        let random = Random::repeatable(1);
        let start = Clock::instant();
        let mut schedule = Schedule::new(steady(100), start, &random);
        assert_eq!(schedule.due(start + 99 * MS, &random), None);
        assert_eq!(
            schedule.due(start + 100 * MS, &random),
            Some(Tick {
                number: 1,
                missed: 0
            })
        );
        assert_eq!(schedule.due(start + 100 * MS, &random), None);
        let late = schedule.due(start + 1050 * MS, &random);
        assert_eq!(
            late,
            Some(Tick {
                number: 10,
                missed: 8
            })
        );
        assert_eq!(schedule.due(start + 1051 * MS, &random), None, "no burst");
        assert_eq!(schedule.next(), start + 1100 * MS);
    }

    #[test]
    fn jitter_delays_but_never_adds_up() {
        let random = Random::repeatable(7);
        let start = Clock::instant();
        let rhythm = Rhythm::Steady {
            interval: 100 * MS,
            jitter: 30 * MS,
        };
        let mut schedule = Schedule::new(rhythm, start, &random);
        let mut delays = std::collections::HashSet::new();
        for n in 1..=1000u32 {
            let delay = schedule.next() - (start + n * 100 * MS);
            assert!(delay <= 30 * MS);
            delays.insert(delay);
            let tick = schedule.due(schedule.next(), &random).unwrap();
            assert_eq!(
                tick,
                Tick {
                    number: u64::from(n),
                    missed: 0
                }
            );
        }
        assert!(delays.len() > 10);
    }

    #[test]
    fn random_intervals_stay_within_their_range() {
        let random = Random::repeatable(7);
        let start = Clock::instant();
        let rhythm = Rhythm::Random {
            min: 10 * MS,
            max: 50 * MS,
        };
        let mut schedule = Schedule::new(rhythm, start, &random);
        let mut last = start;
        for n in 1..=1000 {
            let step = schedule.next() - last;
            assert!((10 * MS..=50 * MS).contains(&step));
            last = schedule.next();
            assert_eq!(schedule.due(last, &random).unwrap().number, n);
        }
        let tick = schedule
            .due(last + Duration::from_secs(1), &random)
            .unwrap();
        assert!((20..=100).contains(&tick.missed), "{tick:?}");
        assert!(schedule.next() > last + Duration::from_secs(1));
    }
}
