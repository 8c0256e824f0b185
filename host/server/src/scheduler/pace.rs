//! Whether the streams of a route keep their interval.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Tick;

/// Counts the ticks of all streams of a route and speaks up at most once a second.
#[derive(Debug)]
pub(crate) struct Pace {
    origin: Instant,
    /// Nanoseconds from the origin at which the present second began.
    began: AtomicU64,
    taken: AtomicU64,
    missed: AtomicU64,
}

const SECOND: u64 = 1_000_000_000;

impl Pace {
    /// A pace that is measured from now on.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            origin: now,
            began: AtomicU64::new(0),
            taken: AtomicU64::new(0),
            missed: AtomicU64::new(0),
        }
    }

    /// Counts a tick. Once a second, if some came to nothing: the share of ticks that were
    /// taken in time, in percent.
    pub(crate) fn count(&self, tick: Tick, now: Instant) -> Option<u64> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        if tick.missed > 0 {
            self.missed.fetch_add(tick.missed, Ordering::Relaxed);
        }
        let elapsed = now.saturating_duration_since(self.origin);
        let elapsed = u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX);
        let began = self.began.load(Ordering::Relaxed);
        if elapsed - began.min(elapsed) < SECOND {
            return None;
        }
        let mine =
            self.began
                .compare_exchange(began, elapsed, Ordering::Relaxed, Ordering::Relaxed);
        if mine.is_err() {
            return None;
        }
        let taken = self.taken.swap(0, Ordering::Relaxed);
        let missed = self.missed.swap(0, Ordering::Relaxed);
        (missed > 0).then(|| taken * 100 / (taken + missed))
    }

    /// As [`Pace::count`], with the warning in the log.
    pub(crate) fn watch(&self, tick: Tick, now: Instant, route: &str, interval: Duration) {
        if let Some(percent) = self.count(tick, now) {
            let wanted = interval.as_millis();
            let reached = wanted * 100 / u128::from(percent.max(1));
            tracing::warn!(
                route,
                "streams cannot keep their interval of {wanted} ms: one message every {reached} ms"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_exchange::Clock;

    #[test]
    fn it_warns_once_a_second_and_only_when_ticks_were_missed() {
        let start = Clock::instant();
        let pace = Pace::new(start);
        let ms = |n: u64| start + Duration::from_millis(n);
        let tick = |missed| Tick { number: 1, missed };
        for n in 1..100 {
            assert_eq!(pace.count(tick(0), ms(n * 10)), None);
        }
        assert_eq!(pace.count(tick(0), ms(1001)), None, "a good second");
        for n in 0..50 {
            assert_eq!(pace.count(tick(1), ms(1010 + n * 10)), None);
        }
        assert_eq!(pace.count(tick(1), ms(2002)), Some(50));
        assert_eq!(pace.count(tick(1), ms(2003)), None);
    }
}
