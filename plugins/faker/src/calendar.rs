//! Calendar arithmetic in UTC, and the texts `new Date(text)` understands.
//!
//! A text without a time zone is read as UTC: this crate knows no local zone. Besides ISO
//! 8601 the common spellings of RFC 2822, `Date.toString()` and `2024/1/31` are read.

use wasmock_javascript::calendar::{self, MONTHS, WEEKDAYS};

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
    let text = text.trim();
    iso(text).or_else(|| free(text)).unwrap_or(f64::NAN)
}

fn number(text: &mut &str, width: usize) -> Option<i64> {
    let digits = text
        .get(..width)
        .filter(|d| d.bytes().all(|b| b.is_ascii_digit()))?;
    *text = &text[width..];
    digits.parse().ok()
}

fn take(text: &mut &str, prefix: char) -> bool {
    let rest = text.strip_prefix(prefix);
    *text = rest.unwrap_or(text);
    rest.is_some()
}

fn iso(text: &str) -> Option<f64> {
    let mut rest = text;
    let year = if take(&mut rest, '+') {
        number(&mut rest, 6)?
    } else if take(&mut rest, '-') {
        -number(&mut rest, 6)?
    } else {
        number(&mut rest, 4)?
    };
    let (mut month, mut day) = (1, 1);
    if take(&mut rest, '-') {
        month = number(&mut rest, 2)?;
        if take(&mut rest, '-') {
            day = number(&mut rest, 2)?;
        }
    }
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let mut ms = utc(year as f64, month - 1, day);
    if rest.is_empty() {
        return Some(ms);
    }
    if !(take(&mut rest, 'T') || take(&mut rest, 't') || take(&mut rest, ' ')) {
        return None;
    }
    let hour = number(&mut rest, 2)?;
    if !take(&mut rest, ':') {
        return None;
    }
    let minute = number(&mut rest, 2)?;
    let mut second = 0.0;
    if take(&mut rest, ':') {
        second = number(&mut rest, 2)? as f64;
        if take(&mut rest, '.') {
            let end = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            let fraction: f64 = format!("0.{}", &rest[..end.min(3)]).parse().ok()?;
            second += fraction;
            rest = &rest[end..];
        }
    }
    if hour > 24 || minute > 59 || second >= 60.0 {
        return None;
    }
    ms += hour as f64 * 3_600_000.0 + minute as f64 * 60_000.0 + (second * 1000.0).round();
    match rest {
        "" | "Z" | "z" => Some(ms),
        zone => Some(ms - offset(zone)? as f64 * 60_000.0),
    }
}

/// Minutes of `+02:00`, `-0530`, `+2`.
fn offset(zone: &str) -> Option<i64> {
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = zone[1..].chars().filter(|c| *c != ':').collect();
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: i64 = digits.parse().ok()?;
    Some(
        sign * if digits.len() > 2 {
            value / 100 * 60 + value % 100
        } else {
            value * 60
        },
    )
}

/// The looser spellings: words and numbers in almost any order.
fn free(text: &str) -> Option<f64> {
    let text = text.split('(').next().unwrap_or_default();
    let (mut year, mut month, mut day, mut minutes, mut seconds) = (None, None, None, 0, 0);
    let mut zone = 0;
    let mut afternoon = None;
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let lower = word.to_ascii_lowercase();
        if word.contains(':') {
            let mut parts = word.split(':');
            let hour: i64 = parts.next()?.parse().ok()?;
            minutes = hour * 60 + parts.next()?.parse::<i64>().ok()?;
            seconds = match parts.next() {
                Some(part) => part.split('.').next()?.parse().ok()?,
                None => 0,
            };
        } else if let Some(rest) = lower.strip_prefix("gmt").or(lower.strip_prefix("utc")) {
            zone = if rest.is_empty() { 0 } else { offset(rest)? };
        } else if lower == "z" {
            zone = 0;
        } else if matches!(word.as_bytes()[0], b'+' | b'-') && year.is_some() {
            zone = offset(word)?;
        } else if lower == "am" || lower == "pm" {
            afternoon = Some(lower == "pm");
        } else if word.contains('/') || (word.contains('-') && word.as_bytes()[0].is_ascii_digit())
        {
            let parts: Vec<i64> = word
                .split(['/', '-'])
                .map(|p| p.parse().ok())
                .collect::<Option<_>>()?;
            match parts[..] {
                [y, m, d] if y > 31 => (year, month, day) = (Some(y), Some(m - 1), Some(d)),
                [m, d, y] => (year, month, day) = (Some(y), Some(m - 1), Some(d)),
                _ => return None,
            }
        } else if let Ok(value) = word.parse::<i64>() {
            if day.is_none() && (1..=31).contains(&value) {
                day = Some(value);
            } else if year.is_none() {
                year = Some(value);
            } else {
                return None;
            }
        } else if let Some(found) = MONTHS
            .iter()
            .position(|m| lower.len() >= 3 && lower.starts_with(&m.to_ascii_lowercase()))
        {
            month = Some(found as i64);
        } else if !WEEKDAYS
            .iter()
            .any(|d| lower.starts_with(&d.to_ascii_lowercase()))
        {
            return None;
        }
    }
    if let Some(afternoon) = afternoon {
        minutes = minutes % 720 + if afternoon { 720 } else { 0 };
    }
    let (month, day) = (month?, day.unwrap_or(1));
    if !(0..12).contains(&month) || !(1..=31).contains(&day) || minutes > 1440 {
        return None;
    }
    // V8's reading of two digits, and its year for none.
    let year = match year {
        None => 2001,
        Some(y @ 0..50) => 2000 + y,
        Some(y @ 50..100) => 1900 + y,
        Some(y) => y,
    };
    Some(utc(year as f64, month, day) + ((minutes - zone) * 60 + seconds) as f64 * 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_javascript_reads() {
        for (text, ms) in [
            ("1970-01-01", 0.0),
            ("2024-02-29T12:30:00.5Z", 1_709_209_800_500.0),
            ("2024-02-29T12:30:00+02:00", 1_709_202_600_000.0),
            ("2024-02", 1_706_745_600_000.0),
            ("2020", 1_577_836_800_000.0),
            (
                "Thu Feb 29 2024 12:30:00 GMT+0000 (Coordinated Universal Time)",
                1_709_209_800_000.0,
            ),
            ("Jan 2, 2020", 1_577_923_200_000.0),
            ("2020/1/2", 1_577_923_200_000.0),
            ("1/2/2020 1:00 PM", 1_577_970_000_000.0),
        ] {
            assert_eq!(parse(text), ms, "{text}");
        }
        for text in ["", "abc", "2020-13-01", "2020-01-01X"] {
            assert!(parse(text).is_nan(), "{text}");
        }
    }

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
