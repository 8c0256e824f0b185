//! The format tokens of date-fns, English as in its `en-US` locale.

use std::fmt::Write as _;

use wasmock_javascript::calendar::days;

use super::calendar::Local;
use crate::Host;
use crate::language::RenderError;

/// A date in the form the pattern asks for.
pub(super) fn format(ms: f64, pattern: &str, host: &mut dyn Host) -> Result<String, RenderError> {
    if ms.is_nan() {
        return Err(RenderError::new("Invalid time value"));
    }
    let pattern = expand_long(pattern);
    if pieces(&pattern, false).next().is_none() {
        return Err(RenderError::new(
            "Cannot read properties of null (reading 'map')",
        ));
    }
    let date = Date {
        at: Local::of(ms, host),
        ms,
    };
    let mut out = String::new();
    for piece in pieces(&pattern, true) {
        let first = piece.chars().next().unwrap_or_default();
        if piece == "''" {
            out.push('\'');
        } else if first == '\'' {
            out.push_str(&unquoted(piece));
        } else if "GyYRuQqMLwIdDEecabiBhHKkmsSXxOztT".contains(first) {
            date.token(&mut out, first, piece);
        } else if first.is_ascii_alphabetic() {
            return Err(RenderError::new(format!(
                "Format string contains an unescaped latin alphabet character `{first}`"
            )));
        } else {
            out.push_str(piece);
        }
    }
    Ok(out)
}

/// Replaces `P` and `p`, the long forms of dates and times, by the tokens they stand for.
fn expand_long(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    for piece in pieces(pattern, false) {
        let dates = piece.bytes().take_while(|b| *b == b'P').count();
        let times = piece.bytes().skip(dates).take_while(|b| *b == b'p').count();
        if dates + times != piece.len() {
            out.push_str(piece);
            continue;
        }
        let date = match dates {
            0 => "",
            1 => "MM/dd/yyyy",
            2 => "MMM d, y",
            3 => "MMMM do, y",
            _ => "EEEE, MMMM do, y",
        };
        let time = match times {
            0 => "",
            1 => "h:mm a",
            2 => "h:mm:ss a",
            3 => "h:mm:ss a z",
            _ => "h:mm:ss a zzzz",
        };
        let between = match (dates, times) {
            (0, _) | (_, 0) => "",
            (1 | 2, _) => ", ",
            _ => " 'at' ",
        };
        let _ = write!(out, "{date}{between}{time}");
    }
    out
}

/// The pieces of a pattern: quoted texts, runs of one letter, single characters. With `short`
/// an `o` behind one letter belongs to it, without it `P`s and `p`s belong together.
fn pieces(pattern: &str, short: bool) -> impl Iterator<Item = &str> {
    let mut rest = pattern;
    std::iter::from_fn(move || {
        loop {
            let first = rest.chars().next()?;
            let length = piece_length(rest, first, short);
            let (piece, tail) = rest.split_at(length);
            rest = tail;
            // A `.` in a regular expression passes over line breaks.
            if !matches!(piece, "\n" | "\r" | "\u{2028}" | "\u{2029}") {
                return Some(piece);
            }
        }
    })
}

fn piece_length(rest: &str, first: char, short: bool) -> usize {
    if first == '\'' {
        if rest.starts_with("''") {
            return 2;
        }
        return quoted_length(rest);
    }
    let run = |c: char, from: &str| from.bytes().take_while(|b| char::from(*b) == c).count();
    if short {
        if "yYQqMLwIdDecihHKkms".contains(first) && rest[1..].starts_with('o') {
            return 2;
        }
        if first.is_ascii_alphanumeric() || first == '_' {
            return run(first, rest);
        }
        return first.len_utf8();
    }
    match first {
        'P' => {
            let dates = run('P', rest);
            dates + run('p', &rest[dates..])
        }
        'p' => run('p', rest),
        _ => first.len_utf8(),
    }
}

/// `'…'` with `''` for a quote inside; without an end it goes to the end of the pattern.
fn quoted_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] != b'\'' {
            at += 1;
        } else if bytes.get(at + 1) == Some(&b'\'') {
            at += 2;
        } else {
            return at + 1;
        }
    }
    // A lone quote at the end is a character of its own.
    at
}

fn unquoted(piece: &str) -> String {
    let inner = piece.strip_prefix('\'').unwrap_or(piece);
    let inner = inner.strip_suffix('\'').unwrap_or(inner);
    inner.replace("''", "'")
}

struct Date {
    at: Local,
    ms: f64,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

impl Date {
    fn token(&self, out: &mut String, letter: char, token: &str) {
        let length = token.len();
        let ordinal_form = length == 2 && token.ends_with('o');
        let at = &self.at;
        let number = |out: &mut String, n: i64| {
            if ordinal_form {
                ordinal(out, n);
            } else {
                padded(out, n, length);
            }
        };
        match letter {
            'G' => out.push_str(match (at.year > 0, length) {
                (true, 1..=3) => "AD",
                (false, 1..=3) => "BC",
                (true, 5) => "A",
                (false, 5) => "B",
                (true, _) => "Anno Domini",
                (false, _) => "Before Christ",
            }),
            'y' | 'Y' => {
                let year = if letter == 'y' {
                    at.year
                } else {
                    self.week_year(0, 1)
                };
                let year = if year > 0 { year } else { 1 - year };
                match (token, ordinal_form) {
                    ("yy" | "YY", _) => padded(out, year % 100, 2),
                    (_, true) => ordinal(out, year),
                    _ => padded(out, year, length),
                }
            }
            'R' => padded(out, self.week_year(1, 4), length),
            'u' => padded(out, at.year, length),
            'Q' | 'q' => {
                let quarter = at.month / 3 + 1;
                match length {
                    _ if ordinal_form => ordinal(out, quarter),
                    1 | 2 => padded(out, quarter, length),
                    3 => {
                        let _ = write!(out, "Q{quarter}");
                    }
                    5 => padded(out, quarter, 1),
                    _ => {
                        ordinal(out, quarter);
                        out.push_str(" quarter");
                    }
                }
            }
            'M' | 'L' => {
                let name = MONTHS[at.month as usize];
                match length {
                    _ if ordinal_form => ordinal(out, at.month + 1),
                    1 | 2 => padded(out, at.month + 1, length),
                    3 => out.push_str(&name[..3]),
                    5 => out.push_str(&name[..1]),
                    _ => out.push_str(name),
                }
            }
            'w' => number(out, self.week(0, 1)),
            'I' => number(out, self.week(1, 4)),
            'd' => number(out, at.day),
            'D' => number(out, at.days - days(at.year, 0, 1) + 1),
            'E' => self.weekday(out, length, 3),
            'e' | 'c' | 'i' => {
                let weekday = at.weekday();
                let day = match letter {
                    'i' if weekday == 0 => 7,
                    'i' => weekday,
                    _ => weekday + 1,
                };
                match length {
                    _ if ordinal_form => ordinal(out, day),
                    1 | 2 => padded(out, day, length),
                    _ => self.weekday(out, length, 3),
                }
            }
            'a' | 'b' => self.noon(out, letter == 'b', length),
            'B' => out.push_str(match at.hour {
                17.. => "in the evening",
                12.. => "in the afternoon",
                4.. => "in the morning",
                _ => "at night",
            }),
            'h' => number(out, (at.hour + 11) % 12 + 1),
            'H' => number(out, at.hour),
            'K' => number(out, at.hour % 12),
            'k' => number(out, if at.hour == 0 { 24 } else { at.hour }),
            'm' => number(out, at.minute),
            's' => number(out, at.second),
            'S' => {
                let scale = 10_f64.powi(i32::try_from(length).unwrap_or(3) - 3);
                padded(out, (at.ms as f64 * scale).trunc() as i64, length);
            }
            'X' if at.offset == 0 => out.push('Z'),
            'X' | 'x' => match length {
                1 if at.offset % 3600 == 0 => zone(out, at.offset, None),
                1 | 2 | 4 => zone(out, at.offset, Some("")),
                _ => zone(out, at.offset, Some(":")),
            },
            'O' | 'z' => {
                out.push_str("GMT");
                match length {
                    1..=3 => {
                        let minutes = at.offset.abs() / 60;
                        let _ = write!(out, "{}{}", sign(at.offset), minutes / 60);
                        if minutes % 60 != 0 {
                            let _ = write!(out, ":{:02}", minutes % 60);
                        }
                    }
                    _ => zone(out, at.offset, Some(":")),
                }
            }
            't' => padded(out, (self.ms / 1000.0).trunc() as i64, length),
            _ => padded(out, self.ms as i64, length),
        }
    }

    fn weekday(&self, out: &mut String, length: usize, short: usize) {
        let name = WEEKDAYS[self.at.weekday() as usize];
        out.push_str(match length {
            1..=3 => &name[..short],
            5 => &name[..1],
            6 => &name[..2],
            _ => name,
        });
    }

    /// `AM`, `PM` and, for `b`, noon and midnight.
    fn noon(&self, out: &mut String, named: bool, length: usize) {
        out.push_str(match (self.at.hour, length) {
            (12, 5) if named => "n",
            (12, _) if named => "noon",
            (0, 5) if named => "mi",
            (0, _) if named => "midnight",
            (12.., 1 | 2) => "PM",
            (_, 1 | 2) => "AM",
            (12.., 3) => "pm",
            (_, 3) => "am",
            (12.., 5) => "p",
            (_, 5) => "a",
            (12.., _) => "p.m.",
            _ => "a.m.",
        });
    }

    /// The first day of week 1 of a year: the week that holds this day of January.
    fn first_week(&self, year: i64, starts: i64, january: i64) -> i64 {
        week_start(days(year, 0, january), starts)
    }

    fn week_year(&self, starts: i64, january: i64) -> i64 {
        let year = self.at.year;
        if self.at.days >= self.first_week(year + 1, starts, january) {
            year + 1
        } else if self.at.days >= self.first_week(year, starts, january) {
            year
        } else {
            year - 1
        }
    }

    fn week(&self, starts: i64, january: i64) -> i64 {
        let first = self.first_week(self.week_year(starts, january), starts, january);
        (week_start(self.at.days, starts) - first) / 7 + 1
    }
}

fn week_start(days: i64, starts: i64) -> i64 {
    days - (days + 4 - starts).rem_euclid(7)
}

fn padded(out: &mut String, n: i64, length: usize) {
    if n < 0 {
        out.push('-');
    }
    let _ = write!(out, "{:0length$}", n.unsigned_abs());
}

fn ordinal(out: &mut String, n: i64) {
    let suffix = match (n % 100, n % 10) {
        (10..=20, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    let _ = write!(out, "{n}{suffix}");
}

fn sign(offset: i32) -> char {
    if offset < 0 { '-' } else { '+' }
}

/// `+05`, or with a delimiter `+0530`, `+05:30`.
fn zone(out: &mut String, offset: i32, delimiter: Option<&str>) {
    let minutes = offset.abs() / 60;
    let _ = write!(out, "{}{:02}", sign(offset), minutes / 60);
    if let Some(delimiter) = delimiter {
        let _ = write!(out, "{delimiter}{:02}", minutes % 60);
    }
}
