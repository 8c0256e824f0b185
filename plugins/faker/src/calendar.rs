//! Calendar arithmetic in UTC. A text without a time zone is read as UTC, too: this crate
//! knows no local zone.

use wasmock_javascript::calendar::{self, MONTHS, WEEKDAYS};
use wasmock_javascript::dates;

/// Milliseconds of a day.
pub(crate) const DAY: f64 = 86_400_000.0;

/// A moment in its parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Parts {
    pub(crate) year: i64,
    /// From 0.
    pub(crate) month: i64,
    /// From 1.
    pub(crate) day: i64,
    pub(crate) hour: i64,
    pub(crate) minute: i64,
    pub(crate) second: i64,
    /// From 0, Sunday.
    pub(crate) weekday: usize,
}

/// `Date.UTC(year, month, day)` for any year.
pub(crate) fn utc(year: f64, month: i64, day: i64) -> f64 {
    if !year.is_finite() || year.abs() > 400_000.0 {
        return f64::NAN;
    }
    calendar::days(year as i64, month, day) as f64 * DAY
}

/// The parts of a moment, which must be a valid date.
pub(crate) fn parts(ms: f64) -> Parts {
    let ms = ms as i64;
    let count = ms.div_euclid(86_400_000);
    let in_day = ms.rem_euclid(86_400_000);
    let (year, month, day) = calendar::date(count);
    Parts {
        year,
        month,
        day,
        hour: in_day / 3_600_000,
        minute: in_day / 60_000 % 60,
        second: in_day / 1000 % 60,
        weekday: (count + 4).rem_euclid(7) as usize,
    }
}

/// `date.setUTCFullYear(year)`: the 29th of February becomes the 1st of March.
pub(crate) fn with_year(ms: f64, year: f64) -> f64 {
    let parts = parts(ms);
    utc(year, parts.month, parts.day) + ms.rem_euclid(DAY)
}

/// `Date.toString()` in UTC.
pub(crate) fn to_text(ms: f64) -> String {
    if !ms.is_finite() {
        return "Invalid Date".into();
    }
    let p = parts(ms);
    format!(
        "{} {} {:02} {:04} {:02}:{:02}:{:02} GMT+0000 (Coordinated Universal Time)",
        WEEKDAYS[p.weekday], MONTHS[p.month as usize], p.day, p.year, p.hour, p.minute, p.second
    )
}

/// `new Date(text).getTime()`, NaN for what is no date.
pub(crate) fn parse(text: &str) -> f64 {
    dates::read(text).map_or(f64::NAN, dates::Written::instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_days_are_inverse() {
        for ms in [0.0, -1.0, 1_709_209_800_000.0, -62_135_596_800_000.0] {
            let p = parts(ms);
            let back = utc(p.year as f64, p.month, p.day);
            assert_eq!(back, (ms / DAY).floor() * DAY, "{ms}");
        }
        assert_eq!(with_year(1_709_164_800_000.0, 2023.0), utc(2023.0, 2, 1));
        assert_eq!(
            to_text(0.0),
            "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)"
        );
    }
}
