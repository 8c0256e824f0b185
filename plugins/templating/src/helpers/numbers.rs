//! Arithmetic with JavaScript's numbers: what is no number is skipped or becomes NaN.

use wasmock_javascript::number;

use super::{Answer, Call, Family, Helper, Param, Rows, number as number_value, text};
use crate::Effects;
use crate::language::RenderError;

const ROWS: Rows = Rows(Family::Numbers, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("add", "number…", "The sum; later arguments that are no numbers are skipped.", "{{add 1 '2' 3}}", |call| fold(call, |a, b| a + b)),
    ROWS.row("subtract", "number…", "The first number without the others.", "{{subtract 10 3 2}}", |call| fold(call, |a, b| a - b)),
    ROWS.row("multiply", "number…", "The product.", "{{multiply 2 3}}", |call| fold(call, |a, b| a * b)),
    ROWS.row("divide", "number…", "The first number divided by the others; zeros are skipped.", "{{divide 7 2}}", |call| fold(call, |a, b| if b == 0.0 { a } else { a / b })),
    ROWS.row("modulo", "number divisor", "The remainder of a division.", "{{modulo 7 3}}", modulo),
    ROWS.row("ceil", "number", "Rounds up.", "{{ceil 1.2}}", |call| round(call, f64::ceil)),
    ROWS.row("floor", "number", "Rounds down.", "{{floor 1.8}}", |call| round(call, f64::floor)),
    ROWS.row("round", "number", "Rounds to the nearest integer, halves up.", "{{round 1.5}}", |call| round(call, nearest)),
    ROWS.row("toFixed", "number digits", "The number with that many digits behind the point.", "{{toFixed 1.239 2}}", to_fixed),
    ROWS.row("parseInt", "text", "The integer a text begins with; nothing when there is none.", "{{parseInt '42px'}}", parse_int),
];

fn fold(call: &mut Call<'_, '_>, step: fn(f64, f64) -> f64) -> Answer {
    let Some((first, rest)) = call.args.split_first() else {
        return text("");
    };
    let mut sum = first.to_number();
    for value in rest {
        let n = value.to_number();
        if !n.is_nan() {
            sum = step(sum, n);
        }
    }
    number_value(sum)
}

fn modulo(call: &mut Call<'_, '_>) -> Answer {
    match call.args {
        [a, b, ..] if b.to_number() != 0.0 => number_value(a.to_number() % b.to_number()),
        _ => text(""),
    }
}

fn round(call: &mut Call<'_, '_>, rounded: fn(f64) -> f64) -> Answer {
    match call.args.first() {
        Some(value) => number_value(rounded(value.to_number())),
        None => text(""),
    }
}

/// `Math.round`
fn nearest(n: f64) -> f64 {
    let below = n.floor();
    if n - below >= 0.5 { below + 1.0 } else { below }
}

fn to_fixed(call: &mut Call<'_, '_>) -> Answer {
    let number_or_zero = |param| match param {
        Param::Value(value) => Some(value.to_number())
            .filter(|n| !n.is_nan())
            .unwrap_or(0.0),
        Param::Options | Param::Missing => 0.0,
    };
    let n = number_or_zero(call.param(0));
    let digits = number_or_zero(call.param(1)).trunc();
    if !(0.0..=100.0).contains(&digits) {
        return Err(RenderError::new(
            "toFixed() digits argument must be between 0 and 100",
        ));
    }
    text(fixed(n, digits as usize))
}

/// `n.toFixed(digits)`: the exact binary value rounded, halves away from zero.
pub(super) fn fixed(n: f64, digits: usize) -> String {
    if !n.is_finite() || n.abs() >= 1e21 {
        return number::to_text(n);
    }
    let magnitude = n.abs();
    // Rust rounds exact halves to even. A double that lies on a half ends soon after it.
    let exact = format!("{magnitude:.*}", digits + 30);
    let cut = exact.len() - 30;
    let is_half = exact[cut..].starts_with('5') && exact[cut + 1..].bytes().all(|b| b == b'0');
    let mut out = match is_half {
        true => round_up(exact[..cut].trim_end_matches('.')),
        false => format!("{magnitude:.digits$}"),
    };
    if n < 0.0 {
        out.insert(0, '-');
    }
    out
}

/// Adds one to the last digit of a decimal number.
fn round_up(decimal: &str) -> String {
    let mut digits = decimal.as_bytes().to_vec();
    for digit in digits.iter_mut().rev() {
        match digit {
            b'.' => {}
            b'9' => *digit = b'0',
            _ => {
                *digit += 1;
                return String::from_utf8(digits).unwrap_or_default();
            }
        }
    }
    format!("1{}", String::from_utf8(digits).unwrap_or_default())
}

fn parse_int(call: &mut Call<'_, '_>) -> Answer {
    let Some(value) = call.args.first() else {
        return text("");
    };
    let digits = call.text(value);
    let n = number::parse_int(&digits);
    if n.is_nan() {
        text("")
    } else {
        number_value(n)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn fixed_rounds_the_binary_value() {
        for (n, digits, text) in [
            (1.005, 2, "1.00"),
            (8.345, 2, "8.35"),
            (2.5, 0, "3"),
            (1.25, 1, "1.3"),
            (0.5, 0, "1"),
            (9.5, 0, "10"),
            (-0.4, 0, "-0"),
            (-1.5, 0, "-2"),
            (1e21, 2, "1e+21"),
            (0.000_001, 7, "0.0000010"),
            (-0.0, 1, "0.0"),
        ] {
            assert_eq!(super::fixed(n, digits), text, "{n} {digits}");
        }
    }
}
