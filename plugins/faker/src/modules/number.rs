//! Numbers: integers, fractions, other bases, big and Roman ones.
//!
//! This is where user input is checked; everything else in the crate asks
//! [`crate::random::Random`] with bounds it knows.

use std::borrow::Cow;

use wasmock_javascript::{Value, number};

use crate::error::{Error, faker, other};
use crate::options::{Options, argument};
use crate::{Faker, Method};

/// JavaScript's `Number.MAX_SAFE_INTEGER`.
pub(crate) const MAX_SAFE: f64 = 9_007_199_254_740_991.0;

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "number.int",
        "max | {min, max, multipleOf}",
        "min=1 max=6",
        true,
        |f, a| Ok(int(f, a)?.into()),
    ),
    Method::new(
        "number.float",
        "max | {min, max, fractionDigits, multipleOf}",
        "max=10 fractionDigits=2",
        true,
        float,
    ),
    Method::new("number.binary", "max | {min, max}", "255", true, |f, a| {
        in_base(f, a, 2)
    }),
    Method::new("number.octal", "max | {min, max}", "255", true, |f, a| {
        in_base(f, a, 8)
    }),
    Method::new("number.hex", "max | {min, max}", "255", true, |f, a| {
        in_base(f, a, 16)
    }),
    Method::new(
        "number.bigInt",
        "max | {min, max, multipleOf}",
        "max=1000000",
        true,
        big_int,
    ),
    Method::new("number.romanNumeral", "max | {min, max}", "20", true, roman),
];

/// Options that may be a bare maximum; `min` is read first.
fn options(args: &[Value]) -> Result<Options<'_>, Error> {
    match argument(args, 0) {
        number @ Value::Number(_) => Ok(Options::Bare("max", number)),
        _ => Options::new(args, 0, "min"),
    }
}

/// The integer that `number.int` draws for these arguments.
pub(crate) fn int(f: &mut Faker, args: &[Value]) -> Result<f64, Error> {
    if args.is_empty() {
        return Ok(f.random.between(0.0, MAX_SAFE));
    }
    let o = options(args)?;
    let multiple = match o.get("multipleOf") {
        Value::Undefined => 1.0,
        Value::Number(n) if n.is_finite() && n.fract() == 0.0 => n,
        _ => return faker("multipleOf should be an integer."),
    };
    int_in(f, o.number("min", 0.0), o.number("max", MAX_SAFE), multiple)
}

/// An integer in a range given by a user.
pub(crate) fn int_in(f: &mut Faker, min: f64, max: f64, multiple: f64) -> Result<f64, Error> {
    if multiple <= 0.0 {
        return faker("multipleOf should be greater than 0.");
    }
    let (low, high) = ((min / multiple).ceil(), (max / multiple).floor());
    if high < low {
        let (min_text, max_text) = (number::to_text(min), number::to_text(max));
        return faker(if max >= min {
            format!("No suitable integer value between {min_text} and {max_text} found.")
        } else {
            format!("Max {max_text} should be greater than min {min_text}.")
        });
    }
    Ok(f.random.between(low, high) * multiple)
}

/// `10 ** -digits`, correctly rounded.
fn negative_power(digits: f64) -> f64 {
    if digits.fract() == 0.0 && digits.abs() <= 300.0 {
        format!("1e{}", -digits).parse().unwrap_or(f64::NAN)
    } else {
        libm::pow(10.0, -digits)
    }
}

fn float(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = options(args)?;
    let min = o.get("min");
    let (low, high) = (o.number("min", 0.0), o.number("max", 1.0));
    let digits = Some(o.get("fractionDigits")).filter(|d| !d.is_nullish());
    let multiple = match (o.get("multipleOf"), &digits) {
        (Value::Undefined, None) => None,
        (Value::Undefined, Some(digits)) => Some(negative_power(digits.to_number())),
        (Value::Null, _) => None,
        (given, _) => Some(given.to_number()),
    };
    ordered(&o, low, high)?;
    if let Some(digits) = digits {
        if !o.get("multipleOf").is_nullish() {
            return faker("multipleOf and fractionDigits cannot be set at the same time.");
        }
        match digits {
            Value::Number(n) if n.fract() != 0.0 || !n.is_finite() => {
                return faker("fractionDigits should be an integer.");
            }
            Value::Number(n) if n < 0.0 => {
                return faker("fractionDigits should be greater than or equal to 0.");
            }
            Value::Number(_) => {}
            _ => return faker("fractionDigits should be an integer."),
        }
    }
    if let Some(multiple) = multiple {
        return Ok(stepped(f, low, high, multiple)?.into());
    }
    let drawn = f.random.next() * (high - low);
    // `+` with a text on its right joins texts, and Mockoon's arguments may be texts.
    Ok(match written(&min) {
        Some(text) => format!("{}{text}", number::to_text(drawn)).into(),
        None => (drawn + low).into(),
    })
}

/// The text that JavaScript compares and adds, where a value is none of its numbers.
fn written(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Undefined | Value::Null | Value::Bool(_) | Value::Number(_) => None,
        text => Some(text.to_text()),
    }
}

/// Refuses a maximum below the minimum; two texts are compared letter by letter, so that
/// `'20'` is below `'3'`.
pub(crate) fn ordered(o: &Options<'_>, low: f64, high: f64) -> Result<(), Error> {
    let (min, max) = (o.get("min"), o.get("max"));
    let falls = match (written(&max), written(&min)) {
        (Some(max), Some(min)) => max < min,
        _ => high < low,
    };
    if falls {
        return faker(format!(
            "Max {} should be greater than min {}.",
            number::to_text(high),
            number::to_text(low)
        ));
    }
    Ok(())
}

/// A multiple of a fraction: an integer is drawn and divided again.
fn stepped(f: &mut Faker, low: f64, high: f64, multiple: f64) -> Result<f64, Error> {
    if multiple <= 0.0 {
        return faker("multipleOf should be greater than 0.");
    }
    let power = libm::log10(multiple);
    let factor = if multiple < 1.0 && power.fract() == 0.0 {
        negative_power(power)
    } else {
        1.0 / multiple
    };
    Ok(int_in(f, low * factor, high * factor, 1.0)? / factor)
}

/// A number with this many digits after the point.
pub(crate) fn with_digits(f: &mut Faker, low: f64, high: f64, digits: f64) -> Result<f64, Error> {
    if digits.fract() != 0.0 || !digits.is_finite() {
        return faker("fractionDigits should be an integer.");
    }
    if digits < 0.0 {
        return faker("fractionDigits should be greater than or equal to 0.");
    }
    stepped(f, low, high, negative_power(digits))
}

/// A number that is a multiple of a power of ten below 1.
pub(crate) fn with_step(f: &mut Faker, low: f64, high: f64, step: f64) -> f64 {
    let factor = negative_power(libm::log10(step).round());
    f.random
        .between((low * factor).ceil(), (high * factor).floor())
        / factor
}

fn in_base(f: &mut Faker, args: &[Value], base: u32) -> Result<Value, Error> {
    let o = options(args)?;
    let value = int_in(
        f,
        o.number("min", 0.0),
        o.number("max", f64::from(base - 1)),
        1.0,
    )?;
    Ok(to_base(value, base).into())
}

/// `integer.toString(base)`.
pub(crate) fn to_base(value: f64, base: u32) -> String {
    if !value.is_finite() {
        return number::to_text(value);
    }
    let mut rest = value.abs();
    let mut digits = Vec::new();
    while rest >= 1.0 || digits.is_empty() {
        digits.push(char::from_digit((rest % f64::from(base)) as u32, base).unwrap_or('0'));
        rest = (rest / f64::from(base)).floor();
    }
    if value < 0.0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

/// `BigInt(value)`, within 128 bits.
fn to_big(value: &Value) -> Result<i128, Error> {
    match value {
        Value::Bool(b) => Ok(i128::from(*b)),
        Value::Number(n) if n.fract() == 0.0 && n.is_finite() => Ok(*n as i128),
        Value::Number(n) => Err(Error::Other(format!(
            "The number {} cannot be converted to a BigInt because it is not an integer",
            number::to_text(*n)
        ))),
        Value::Null | Value::Undefined => {
            other(format!("Cannot convert {} to a BigInt", value.to_text()))
        }
        text => {
            let text = text.to_text();
            let trimmed = number::trim(&text);
            let based = |base| i128::from_str_radix(&trimmed[2..], base);
            let parsed = match trimmed.get(..2) {
                _ if trimmed.is_empty() => Ok(0),
                Some("0x" | "0X") => based(16),
                Some("0o" | "0O") => based(8),
                Some("0b" | "0B") => based(2),
                _ => trimmed.parse(),
            };
            parsed.or_else(|_| other(format!("Cannot convert {text} to a BigInt")))
        }
    }
}

fn big_int(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let bare = argument(args, 0);
    let o = match bare {
        Value::Number(_) | Value::String(_) | Value::Bool(_) => Options::Bare("max", bare),
        Value::Null => return other("Cannot read properties of null (reading 'min')"),
        _ => Options::Given(bare),
    };
    let or = |name: &str, default: i128| match o.get(name) {
        Value::Undefined | Value::Null => Ok(default),
        value => to_big(&value),
    };
    let min = or("min", 0)?;
    let max = or("max", min.saturating_add(999_999_999_999_999))?;
    let multiple = or("multipleOf", 1)?;
    if max < min {
        return faker(format!("Max {max} should be larger than min {min}."));
    }
    if multiple <= 0 {
        return faker("multipleOf should be greater than 0.");
    }
    let low = min / multiple + i128::from(min % multiple > 0);
    let high = max / multiple - i128::from(max % multiple < 0);
    let drawn = if low == high {
        low
    } else if high < low {
        return faker(format!(
            "No suitable bigint value between {min} and {max} found."
        ));
    } else {
        let Some(count) = high.checked_sub(low).and_then(|c| c.checked_add(1)) else {
            return faker("The range is too large.");
        };
        // As many digits as the count has, modulo the count, kept small on the way.
        let digits = f.random.characters(b"0123456789", count.to_string().len());
        let rest = digits.bytes().fold(0_u128, |rest, digit| {
            let digit = u128::from(digit - b'0');
            (rest.wrapping_mul(10).wrapping_add(digit)) % count.unsigned_abs()
        });
        low + rest as i128
    };
    Ok(drawn.saturating_mul(multiple).to_string().into())
}

fn roman(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    const NUMERALS: [(&str, u32); 13] = [
        ("M", 1000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    let o = options(args)?;
    let (min, max) = (o.number("min", 1.0), o.number("max", 3999.0));
    if min < 1.0 {
        return faker(format!(
            "Min value {} should be 1 or greater.",
            number::to_text(min)
        ));
    }
    if max > 3999.0 {
        return faker(format!(
            "Max value {} should be 3999 or less.",
            number::to_text(max)
        ));
    }
    let mut rest = int_in(f, min, max, 1.0)? as u32;
    let mut text = String::new();
    for (numeral, value) in NUMERALS {
        text.push_str(&numeral.repeat((rest / value) as usize));
        rest %= value;
    }
    Ok(text.into())
}
