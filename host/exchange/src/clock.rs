//! The time, as host state: the one place that asks the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, SystemTime};

/// The clock of a process or of a test.
///
/// `now_ms` is the date as clients see it and can be frozen; `instant` is for measuring and
/// never stops.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    frozen: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at that time (milliseconds since 1970) until it is moved.
    pub fn frozen(ms: i64) -> Self {
        Self { frozen: Some(Arc::new(AtomicI64::new(ms))) }
    }

    /// Moves a frozen clock; the system's clock is not moved.
    pub fn advance(&self, ms: i64) {
        if let Some(frozen) = &self.frozen {
            frozen.fetch_add(ms, Ordering::Relaxed);
        }
    }

    /// Milliseconds since 1970 in UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now_ms(&self) -> f64 {
        match &self.frozen {
            Some(frozen) => frozen.load(Ordering::Relaxed) as f64,
            None => SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or(Duration::ZERO)
                .as_millis() as f64,
        }
    }

    /// A point in time for measuring.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn instant() -> Instant {
        Instant::now()
    }
}
