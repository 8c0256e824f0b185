//! Numbers as JavaScript reads and prints them.

use crate::calendar;

/// `String(number)`: `1` for `1.0`, `1e+21`, `NaN`, `Infinity`, `0` for `-0`.
pub fn to_text(number: f64) -> String {
    let mut text = String::new();
    write(&mut text, number);
    text
}

/// Appends [`to_text`] to a text.
pub fn write(out: &mut String, number: f64) {
    let integer = number as i64;
    if integer as f64 != number || integer.unsigned_abs() >= 1 << 53 {
        out.push_str(ryu_js::Buffer::new().format(number));
        return;
    }
    // Most numbers are short integers, and the standard formatting is slow for them.
    let mut digits = [0; 16];
    let mut at = digits.len();
    let mut rest = integer.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if integer < 0 {
        out.push('-');
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// `Number(text)`: spaces around are ignored, `''` is 0, `0x1f` is 31, `1_0` is NaN.
pub fn from_text(text: &str) -> f64 {
    let text = trim(text);
    if text.is_empty() {
        return 0.0;
    }
    if let Some((radix, digits)) = radix_literal(text) {
        return digits
            .chars()
            .try_fold(0.0, |sum, c| {
                Some(sum * f64::from(radix) + f64::from(c.to_digit(radix)?))
            })
            .filter(|_| !digits.is_empty())
            .unwrap_or(f64::NAN);
    }
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        // Rust also reads "inf", "nan" and "infinity", which JavaScript does not.
        _ if text
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) =>
        {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}

/// `parseFloat(text)`: the longest number at the start, NaN when there is none.
pub fn parse_float(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    let unsigned = text.trim_start_matches(['+', '-']);
    if text.len() - unsigned.len() <= 1 && unsigned.starts_with("Infinity") {
        return if text.starts_with('-') {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        };
    }
    let bytes = text.as_bytes();
    let mut end = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let whole = digits(end);
    end += whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        if whole + fraction > 0 {
            end += 1 + fraction;
        }
    }
    if whole + fraction == 0 {
        return f64::NAN;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits((end + 1 + sign).min(bytes.len()));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    text[..end].parse().unwrap_or(f64::NAN)
}

/// `parseInt(text, 10)`; NaN when no digit is there.
pub fn parse_int(text: &str) -> f64 {
    let text = text.trim_start_matches(is_space);
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-1.0, &text[1..]),
        Some(b'+') => (1.0, &text[1..]),
        _ => (1.0, text),
    };
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let magnitude: f64 = digits[..end].parse().unwrap_or(f64::NAN);
    sign * magnitude
}

/// A date as `toISOString` prints it; `None` for an invalid one.
pub fn iso_date(ms: f64) -> Option<String> {
    if !ms.is_finite() || ms.abs() > 8.64e15 {
        return None;
    }
    let ms = ms as i64;
    let days = ms.div_euclid(86_400_000);
    let in_day = ms.rem_euclid(86_400_000);
    let (year, month, day) = calendar::date(days);
    let mut text = String::with_capacity(24);
    match year {
        0..=9999 => digits(&mut text, year as u32, 4),
        _ => {
            text.push(if year < 0 { '-' } else { '+' });
            digits(&mut text, year.unsigned_abs() as u32, 6);
        }
    }
    let in_day = in_day as u32;
    for (before, value, width) in [
        ('-', month as u32 + 1, 2),
        ('-', day as u32, 2),
        ('T', in_day / 3_600_000, 2),
        (':', in_day / 60_000 % 60, 2),
        (':', in_day / 1000 % 60, 2),
        ('.', in_day % 1000, 3),
    ] {
        text.push(before);
        digits(&mut text, value, width);
    }
    text.push('Z');
    Some(text)
}

/// A number with leading zeros; a formatter takes ten times as long.
fn digits(text: &mut String, value: u32, width: u32) {
    for place in (0..width).rev() {
        let digit = value / 10_u32.pow(place) % 10;
        text.push(char::from(b'0' + digit as u8));
    }
}

/// JavaScript's white space: Unicode's, and the byte order mark.
pub fn is_space(c: char) -> bool {
    (c.is_whitespace() && c != '\u{85}') || c == '\u{feff}'
}

/// `text.trim()`.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

fn radix_literal(text: &str) -> Option<(u32, &str)> {
    match text.get(..2)? {
        "0x" | "0X" => Some((16, &text[2..])),
        "0o" | "0O" => Some((8, &text[2..])),
        "0b" | "0B" => Some((2, &text[2..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_javascript() {
        for (number, text) in [
            (1.0, "1"),
            (-0.0, "0"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e21, "1e+21"),
            (1e-7, "1e-7"),
            (12_345_678_901_234_567_890.0, "12345678901234567000"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(to_text(number), text);
        }
    }

    #[test]
    fn reads_as_javascript() {
        for (text, number) in [
            ("", 0.0),
            (" 12 ", 12.0),
            ("0x1f", 31.0),
            ("1e3", 1000.0),
            (".5", 0.5),
        ] {
            assert_eq!(from_text(text), number, "{text}");
        }
        for text in ["inf", "nan", "1_0", "0x", "1,2", "12px", "-0x1"] {
            assert!(from_text(text).is_nan(), "{text}");
        }
        assert_eq!(parse_float("3.25abc"), 3.25);
        assert_eq!(parse_float("-.5e2x"), -50.0);
        assert!(parse_float(".").is_nan());
        assert_eq!(parse_int("42.9px"), 42.0);
        assert!(parse_int("px").is_nan());
    }

    #[test]
    fn dates_print_in_iso_form() {
        assert_eq!(iso_date(0.0).as_deref(), Some("1970-01-01T00:00:00.000Z"));
        assert_eq!(iso_date(-1.0).as_deref(), Some("1969-12-31T23:59:59.999Z"));
        assert_eq!(
            iso_date(1_709_164_800_000.0).as_deref(),
            Some("2024-02-29T00:00:00.000Z")
        );
        assert_eq!(iso_date(f64::NAN), None);
    }
}
