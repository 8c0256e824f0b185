//! The formats of `ajv-formats`: those of draft-07 and of OpenAPI.

use std::cmp::Ordering;
use std::net::{Ipv4Addr, Ipv6Addr};

use wasmock_javascript::{Value, regex};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Date,
    Time,
    DateTime,
    /// Without a time zone, too.
    IsoTime,
    IsoDateTime,
    Duration,
    Uri,
    UriReference,
    UriTemplate,
    Url,
    Email,
    Hostname,
    Ipv4,
    Ipv6,
    Regex,
    Uuid,
    JsonPointer,
    JsonPointerFragment,
    RelativeJsonPointer,
    Byte,
    Int32,
    Int64,
    /// `float`, `double`, `password`, `binary`: everything passes.
    Any,
}

impl Format {
    pub(super) fn named(name: &str) -> Result<Self, String> {
        Ok(match name {
            "date" => Self::Date,
            "time" => Self::Time,
            "date-time" => Self::DateTime,
            "iso-time" => Self::IsoTime,
            "iso-date-time" => Self::IsoDateTime,
            "duration" => Self::Duration,
            "uri" => Self::Uri,
            "uri-reference" => Self::UriReference,
            "uri-template" => Self::UriTemplate,
            "url" => Self::Url,
            "email" => Self::Email,
            "hostname" => Self::Hostname,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            "regex" => Self::Regex,
            "uuid" => Self::Uuid,
            "json-pointer" => Self::JsonPointer,
            "json-pointer-uri-fragment" => Self::JsonPointerFragment,
            "relative-json-pointer" => Self::RelativeJsonPointer,
            "byte" => Self::Byte,
            "int32" => Self::Int32,
            "int64" => Self::Int64,
            "float" | "double" | "password" | "binary" => Self::Any,
            unknown => return Err(format!("unknown format \"{unknown}\"")),
        })
    }

    /// Whether a value has this format. The formats of numbers pass all texts and the other
    /// way round.
    pub(super) fn holds(self, value: &Value) -> bool {
        match value {
            Value::String(text) => self.holds_text(text),
            Value::Number(number) => match self {
                Self::Int32 => {
                    number.fract() == 0.0 && number.abs() < 2_147_483_648.0
                        || *number == -2_147_483_648.0
                }
                Self::Int64 => number.fract() == 0.0,
                _ => true,
            },
            _ => true,
        }
    }

    fn holds_text(self, text: &str) -> bool {
        match self {
            Self::Date => date(text).is_some(),
            Self::Time => time(text, true).is_some(),
            Self::IsoTime => time(text, false).is_some(),
            Self::DateTime => date_time(text, true).is_some(),
            Self::IsoDateTime => date_time(text, false).is_some(),
            Self::Duration => is_duration(text),
            Self::Uri => is_uri(text),
            Self::UriReference => {
                is_uri_text(text, if text.contains("//[") { "[]\"" } else { "\"" })
                    && !text.contains("##")
            }
            Self::UriTemplate => is_uri_template(text),
            Self::Url => is_url(text),
            Self::Email => is_email(text),
            Self::Hostname => is_hostname(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
            Self::Regex => {
                // `\Z` is a mistake people bring from other dialects.
                let foreign = text
                    .match_indices("\\Z")
                    .any(|(at, _)| at > 0 && !text[..at].ends_with('\\'));
                !foreign && !matches!(regex::compile(text, ""), Err(regex::Problem::Syntax(_)))
            }
            Self::Uuid => is_uuid(text),
            Self::JsonPointer => is_pointer(text),
            Self::JsonPointerFragment => text
                .strip_prefix('#')
                .is_some_and(|text| is_pointer(text) && is_uri_text(text, "")),
            Self::RelativeJsonPointer => is_relative_pointer(text),
            Self::Byte => is_base64(text),
            Self::Int32 | Self::Int64 | Self::Any => true,
        }
    }

    /// Whether `formatMinimum` and its sisters make sense.
    pub(super) fn is_ordered(self) -> bool {
        matches!(
            self,
            Self::Date | Self::Time | Self::DateTime | Self::IsoTime | Self::IsoDateTime
        )
    }

    pub(super) fn compare(self, left: &str, right: &str) -> Option<Ordering> {
        match self {
            Self::Date => Some(left.cmp(right)),
            Self::Time | Self::IsoTime => time(left, false)?.partial_cmp(&time(right, false)?),
            _ => {
                let (left, right) = (date_time(left, false)?, date_time(right, false)?);
                left.partial_cmp(&right)
            }
        }
    }
}

fn digits(text: &str, length: usize) -> Option<u32> {
    let plain = text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Days since some day, for comparing.
fn date(text: &str) -> Option<i64> {
    let (year, rest) = text.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day == 0 || day > days {
        return None;
    }
    // Days from March 1st of the year 0, when leap days come last.
    let (year, month) = (i64::from(year), i64::from(month));
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    let before = year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(before + (153 * month + 2) / 5 + i64::from(day))
}

/// Seconds since midnight in UTC.
fn time(text: &str, needs_zone: bool) -> Option<f64> {
    let (clock, zone) = match text.find(['z', 'Z', '+', '-']) {
        Some(at) => text.split_at(at),
        None if needs_zone => return None,
        None => (text, "Z"),
    };
    let mut parts = clock.split(':');
    let hour = f64::from(digits(parts.next()?, 2)?);
    let minute = f64::from(digits(parts.next()?, 2)?);
    let second = parts.next()?;
    let (whole, fraction) = second.split_once('.').unwrap_or((second, "0"));
    digits(whole, 2)?;
    if fraction.is_empty()
        || !fraction.bytes().all(|b| b.is_ascii_digit())
        || parts.next().is_some()
    {
        return None;
    }
    let second: f64 = second.parse().ok()?;
    let offset = zone_minutes(zone)?;
    let utc = hour * 60.0 + minute - offset;
    // A leap second comes at the end of a day in UTC.
    let is_leap = (60.0..61.0).contains(&second) && utc.rem_euclid(1440.0) == 1439.0;
    (hour < 24.0 && minute < 60.0 && (second < 60.0 || is_leap)).then_some(utc * 60.0 + second)
}

fn zone_minutes(zone: &str) -> Option<f64> {
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("z" | "Z", "") => return Some(0.0),
        ("+", rest) => (1.0, rest),
        ("-", rest) => (-1.0, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.len() {
        2 => (rest, "00"),
        4 => rest.split_at_checked(2)?,
        _ => rest.split_once(':')?,
    };
    let (hours, minutes) = (digits(hours, 2)?, digits(minutes, 2)?);
    (hours < 24 && minutes < 60).then(|| sign * f64::from(hours * 60 + minutes))
}

fn date_time(text: &str, needs_zone: bool) -> Option<f64> {
    let at = text.find(|c: char| matches!(c, 't' | 'T') || c.is_whitespace())?;
    let separator = text[at..].chars().next().map_or(1, char::len_utf8);
    Some(date(&text[..at])? as f64 * 86_400.0 + time(&text[at + separator..], needs_zone)?)
}

/// `P1Y2M3DT4H5M6S` or `P1W`, no part empty and in this order.
fn is_duration(text: &str) -> bool {
    let Some(body) = text.strip_prefix('P') else {
        return false;
    };
    if let Some(weeks) = body.strip_suffix('W') {
        return !weeks.is_empty() && weeks.bytes().all(|b| b.is_ascii_digit());
    }
    let (date, time) = match body.split_once('T') {
        Some((_, "")) => return false,
        Some((date, time)) => (date, time),
        None => (body, ""),
    };
    !body.is_empty() && has_units(date, "YMD") && has_units(time, "HMS")
}

fn has_units(text: &str, units: &str) -> bool {
    let mut units = units.chars();
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(0);
        let Some(unit) = rest[end..].chars().next().filter(|_| end > 0) else {
            return false;
        };
        if !units.any(|known| known == unit) {
            return false;
        }
        rest = &rest[end + unit.len_utf8()..];
    }
    true
}

/// Only characters that may stand in a URI, and whole escapes.
fn is_uri_text(text: &str, more: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fits = match byte {
            b'%' => {
                let two = [bytes.next(), bytes.next()];
                two.iter()
                    .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit()))
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => true,
            other => b"-._~:/?#@!$&'()*+,;=".contains(&other) || more.as_bytes().contains(&other),
        };
        if !fits {
            return false;
        }
    }
    true
}

fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else {
        return false;
    };
    let starts = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let plain = scheme
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    starts && plain && !rest.is_empty() && is_uri_text(rest, "[]") && rest.matches('#').count() < 2
}

fn is_uri_template(text: &str) -> bool {
    let mut rest = text;
    loop {
        let Some((before, behind)) = rest.split_once('{') else {
            return is_template_text(rest);
        };
        let Some((name, after)) = behind.split_once('}') else {
            return false;
        };
        let name = name
            .strip_prefix(['+', '#', '.', '/', ';', '?', '&', '=', ',', '!', '@', '|'])
            .unwrap_or(name);
        let plain = |c: char| c.is_ascii_alphanumeric() || "_%.,:*".contains(c);
        if !is_template_text(before) || name.is_empty() || !name.chars().all(plain) {
            return false;
        }
        rest = after;
    }
}

fn is_template_text(text: &str) -> bool {
    let mut escapes = text.match_indices('%');
    let plain = |c: char| !c.is_control() && !" \"'<>\\^`|}".contains(c);
    let is_hex = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_hexdigit);
    text.chars().all(plain) && escapes.all(|(at, _)| is_hex(at + 1) && is_hex(at + 2))
}

/// An address on the public web: a domain with a dot, or an IPv4 address.
fn is_url(text: &str) -> bool {
    let lower = text.to_lowercase();
    let rest = ["http://", "https://", "ftp://"]
        .iter()
        .find_map(|scheme| lower.strip_prefix(scheme));
    let Some(rest) = rest else { return false };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = rest[..end].rsplit('@').next().unwrap_or_default();
    let (host, port) = host.split_once(':').unwrap_or((host, "80"));
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .chars()
                .all(|c| c == '-' || c.is_ascii_alphanumeric() || !c.is_ascii())
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let top = host.rsplit('.').next().unwrap_or_default();
    let is_domain = host.contains('.')
        && host.split('.').all(is_label)
        && top.chars().count() >= 2
        && top.chars().all(|c| c.is_ascii_lowercase() || !c.is_ascii());
    let is_port = (2..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    (is_domain || host.parse().is_ok_and(is_public))
        && is_port
        && !rest.contains(char::is_whitespace)
}

fn is_public(address: Ipv4Addr) -> bool {
    let [first, .., last] = address.octets();
    let ordinary = (1..224).contains(&first) && (1..255).contains(&last);
    ordinary && !address.is_loopback() && !address.is_private() && !address.is_link_local()
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b))
    };
    local.split('.').all(is_atom) && domain.contains('.') && domain.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label
            .bytes()
            .all(|b| b == b'-' || b.is_ascii_alphanumeric())
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_hostname(text: &str) -> bool {
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_uuid(text: &str) -> bool {
    let text = match text.split_at_checked(9) {
        Some((urn, rest)) if urn.eq_ignore_ascii_case("urn:uuid:") => rest,
        _ => text,
    };
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_pointer(text: &str) -> bool {
    let mut escapes = text.match_indices('~');
    (text.is_empty() || text.starts_with('/'))
        && escapes.all(|(at, _)| matches!(text.as_bytes().get(at + 1), Some(b'0' | b'1')))
}

fn is_relative_pointer(text: &str) -> bool {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let plain = number == "0" || (!number.is_empty() && !number.starts_with('0'));
    plain && (rest == "#" || is_pointer(rest))
}

fn is_base64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    text.len().is_multiple_of(4)
        && text.len() - body.len() <= 2
        && body
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'+' || b == b'/')
}
