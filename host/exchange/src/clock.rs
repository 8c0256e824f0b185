//! The time, as host state: the one place that asks the system.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneOffsetInfo};

use crate::zones;

/// What a zone without an offset is called.
const UTC: &str = "Coordinated Universal Time";

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
        Self {
            frozen: Some(Arc::new(AtomicI64::new(ms))),
        }
    }

    /// Moves a frozen clock; the system's clock is not moved.
    pub fn advance(&self, ms: i64) {
        if let Some(frozen) = &self.frozen {
            frozen.fetch_add(ms, Ordering::Relaxed);
        }
    }

    /// How long the calling thread has run on a processor: on a busy machine far less than time
    /// has passed. Where the system does not say, the time that has passed counts.
    pub fn thread_time() -> Duration {
        #[cfg(unix)]
        {
            let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
            Duration::try_from(time).unwrap_or_default()
        }
        #[cfg(not(unix))]
        {
            static START: OnceLock<Instant> = OnceLock::new();
            START.get_or_init(Self::instant).elapsed()
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

    /// The local offset from UTC at that time, in seconds, positive east of Greenwich. A frozen
    /// clock stands in Greenwich.
    pub fn utc_offset(&self, ms: f64) -> i32 {
        self.local(ms, |info, _| info.offset().seconds())
            .unwrap_or(0)
    }

    /// The local time zone's name at that time, as it is printed after a date: its long name,
    /// `GMT+01:00` where it has none.
    pub fn zone_name(&self, ms: f64) -> String {
        static NAMES: OnceLock<Option<[&str; 2]>> = OnceLock::new();
        self.local(ms, |info, zone| {
            let zone = zone.iana_name().unwrap_or_default();
            let summer = match zone {
                // Its standard time is the one in summer.
                "Europe/Dublin" | "Eire" => info.offset().seconds() > 0,
                _ => info.dst().is_dst(),
            };
            let names = NAMES.get_or_init(|| zones::long_names(zone));
            let minutes = info.offset().seconds() / 60;
            match names {
                Some(names) => names[usize::from(summer)].to_owned(),
                None if minutes == 0 && (zone.is_empty() || zone.starts_with("Etc/")) => {
                    UTC.to_owned()
                }
                None => {
                    let sign = if minutes < 0 { '-' } else { '+' };
                    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
                    format!("GMT{sign}{hours:02}:{minutes:02}")
                }
            }
        })
        .unwrap_or_else(|| UTC.to_owned())
    }

    fn local<T>(
        &self,
        ms: f64,
        read: impl FnOnce(TimeZoneOffsetInfo<'_>, &TimeZone) -> T,
    ) -> Option<T> {
        static ZONE: OnceLock<TimeZone> = OnceLock::new();
        if self.frozen.is_some() {
            return None;
        }
        let at = Timestamp::from_millisecond(ms as i64).ok()?;
        let zone = ZONE.get_or_init(TimeZone::system);
        Some(read(zone.to_offset_info(at), zone))
    }

    /// A point in time for measuring.
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn instant() -> Instant {
        Instant::now()
    }
}
