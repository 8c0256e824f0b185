//! Calendar arithmetic: JavaScript's `Date` without its object.

use wasmock_javascript::calendar::{MONTHS, WEEKDAYS, date, days};

use crate::Host;

const DAY: f64 = 86_400_000.0;

/// A local date and time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Local {
    pub(super) year: i64,
    /// From 0.
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
    pub(super) ms: i64,
    /// Days since 1970 of the local date.
    pub(super) days: i64,
    /// Seconds east of Greenwich.
    pub(super) offset: i32,
}

impl Local {
    /// The local date and time of an instant that is valid.
    pub(super) fn of(ms: f64, host: &mut dyn Host) -> Self {
        let offset = host.utc_offset(ms);
        let local = ms as i64 + i64::from(offset) * 1000;
        let days = local.div_euclid(86_400_000);
        let in_day = local.rem_euclid(86_400_000);
        let (year, month, day) = date(days);
        Self {
            year,
            month,
            day,
            hour: in_day / 3_600_000,
            minute: in_day / 60_000 % 60,
            second: in_day / 1000 % 60,
            ms: in_day % 1000,
            days,
            offset,
        }
    }

    /// The day of the week, Sunday being 0.
    pub(super) fn weekday(&self) -> i64 {
        (self.days + 4).rem_euclid(7)
    }
}

/// `TimeClip`: an instant out of JavaScript's range is no date.
pub(super) fn clip(ms: f64) -> f64 {
    if ms.is_finite() && ms.abs() <= 8.64e15 {
        ms.trunc()
    } else {
        f64::NAN
    }
}

/// The instant of a local time, given in milliseconds as if it were UTC.
pub(super) fn from_local(local: f64, host: &mut dyn Host) -> f64 {
    if !local.is_finite() || local.abs() > 8.65e15 {
        return f64::NAN;
    }
    // The offset before a change counts for the hour that does not exist or exists twice.
    let earlier = f64::from(host.utc_offset(local - DAY)) * 1000.0;
    let later = f64::from(host.utc_offset(local + DAY)) * 1000.0;
    let first = local - earlier;
    if earlier == later || f64::from(host.utc_offset(first)) * 1000.0 == earlier {
        return clip(first);
    }
    let second = local - later;
    if f64::from(host.utc_offset(second)) * 1000.0 == later {
        return clip(second);
    }
    clip(first)
}

/// The parts of a date that can be shifted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// Shifts a date as `setMonth(getMonth() + n)` and its siblings do: the local time is kept,
/// and what overflows (the 31st of a short month) goes on into the next.
pub(super) fn shift(ms: f64, unit: Unit, by: f64, host: &mut dyn Host) -> f64 {
    if ms.is_nan() || by.abs() > 1e15 {
        return f64::NAN;
    }
    let by = by as i64;
    let at = Local::of(ms, host);
    let (mut year, mut month, mut day) = (at.year, at.month, at.day);
    let mut time = ((at.hour * 60 + at.minute) * 60 + at.second) * 1000 + at.ms;
    match unit {
        Unit::Year => year = year.saturating_add(by),
        Unit::Month => month = month.saturating_add(by),
        Unit::Day => day = day.saturating_add(by),
        Unit::Hour => time = time.saturating_add(by.saturating_mul(3_600_000)),
        Unit::Minute => time = time.saturating_add(by.saturating_mul(60_000)),
        Unit::Second => time = time.saturating_add(by.saturating_mul(1000)),
    }
    if year.abs() > 300_000 || month.abs() > 4_000_000 {
        return f64::NAN;
    }
    let days = days(year, month, day);
    from_local(days as f64 * DAY + time as f64, host)
}

/// `date.toString()`
pub(crate) fn date_text(ms: f64, host: &mut dyn Host) -> String {
    if ms.is_nan() {
        return "Invalid Date".to_owned();
    }
    let at = Local::of(ms, host);
    let zone = host.zone_name(ms);
    let sign = if at.offset < 0 { '-' } else { '+' };
    let minutes = at.offset.abs() / 60;
    let year = format!("{}{:04}", if at.year < 0 { "-" } else { "" }, at.year.abs());
    format!(
        "{} {} {:02} {year} {:02}:{:02}:{:02} GMT{sign}{:02}{:02} ({zone})",
        WEEKDAYS[at.weekday() as usize],
        MONTHS[at.month as usize],
        at.day,
        at.hour,
        at.minute,
        at.second,
        minutes / 60,
        minutes % 60,
    )
}
