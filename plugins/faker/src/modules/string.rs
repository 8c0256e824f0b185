//! Texts of random characters, and identifiers.

use wasmock_javascript::{Text, Value, number};

use crate::error::{Error, faker, other};
use crate::modules::date;
use crate::options::{LONGEST, Options, argument};
use crate::pattern::UPPER;
use crate::{Faker, Method};

pub(crate) const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
pub(crate) const DIGITS: &[u8] = b"0123456789";
pub(crate) const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub(crate) const ALPHANUMERIC: &[u8] =
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
/// Letters stand twice, digits once: this decides how likely each is.
const HEXADECIMAL: &[u8] = b"0123456789abcdefABCDEF";
const BASE32: &[u8] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const SYMBOLS: &[u8] = b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "string.fromCharacters",
        "characters, length",
        "'abc' 10",
        true,
        from_characters,
    ),
    Method::new(
        "string.alpha",
        "length | {length, casing, exclude}",
        "length=8 casing='upper'",
        true,
        alpha,
    ),
    Method::new(
        "string.alphanumeric",
        "length | {length, casing, exclude}",
        "10",
        true,
        alphanumeric,
    ),
    Method::new(
        "string.binary",
        "{length, prefix}",
        "length=8 prefix=''",
        true,
        |f, a| prefixed(f, a, b"01", "0b"),
    ),
    Method::new(
        "string.octal",
        "{length, prefix}",
        "length=8",
        true,
        |f, a| prefixed(f, a, b"01234567", "0o"),
    ),
    Method::new(
        "string.hexadecimal",
        "{length, casing, prefix}",
        "length=12 casing='lower'",
        true,
        hexadecimal,
    ),
    Method::new(
        "string.numeric",
        "length | {length, allowLeadingZeros, exclude}",
        "6",
        true,
        numeric,
    ),
    Method::new("string.sample", "length", "5", true, sample),
    Method::new("string.uuid", "", "", true, |f, _| {
        Ok(Value::String(uuid(f)))
    }),
    Method::new("string.ulid", "{refDate}", "", true, ulid),
    Method::new("string.nanoid", "length", "10", true, nanoid),
    Method::new("string.symbol", "length", "5", true, |f, a| {
        let count = f.count_or(argument(a, 0), 1)?;
        Ok(f.random.characters(SYMBOLS, count).into())
    }),
];

/// The characters left after `exclude`, a text or an array of texts.
fn without(alphabet: &[u8], exclude: &Value) -> Result<Vec<u8>, Error> {
    let excluded: Vec<String> = match exclude {
        Value::Undefined => return Ok(alphabet.to_vec()),
        Value::String(text) => text.chars().map(String::from).collect(),
        Value::Array(items) => items
            .iter()
            .filter_map(|i| i.as_str().map(str::to_owned))
            .collect(),
        Value::Null => return other("Cannot read properties of null (reading 'includes')"),
        _ => return other("a.includes is not a function"),
    };
    let keep = |c: &u8| !excluded.iter().any(|e| e.as_bytes() == [*c]);
    Ok(alphabet.iter().copied().filter(keep).collect())
}

fn from_alphabet(f: &mut Faker, alphabet: &[u8], count: usize) -> Result<String, Error> {
    if alphabet.is_empty() && count > 0 {
        return faker("Unable to generate string: No characters to select from.");
    }
    Ok(f.random.characters(alphabet, count))
}

fn from_characters(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let count = f.count_or(argument(args, 1), 1)?;
    if count == 0 {
        return Ok("".into());
    }
    let characters: Vec<String> = match argument(args, 0) {
        Value::String(text) => text.chars().map(String::from).collect(),
        // An array joins its items as texts, nothing for null.
        Value::Array(items) => items
            .iter()
            .map(|item| {
                if item.is_nullish() {
                    String::new()
                } else {
                    item.to_text().into_owned()
                }
            })
            .collect(),
        nullish if nullish.is_nullish() => {
            return other(format!(
                "Cannot read properties of {} (reading 'length')",
                nullish.to_text()
            ));
        }
        _ => return Ok("".into()),
    };
    if characters.is_empty() {
        return faker("Unable to generate string: No characters to select from.");
    }
    let mut text = String::new();
    for _ in 0..count {
        text.push_str(&characters[f.random.index(characters.len())]);
    }
    Ok(text.into())
}

/// The length option of what may be a bare number; a bare text or array has a length too.
fn length(f: &mut Faker, o: &Options<'_>) -> Result<usize, Error> {
    match o.get("length") {
        Value::Undefined | Value::Null => Ok(1),
        length => f.count(&length),
    }
}

fn options<'a>(args: &'a [Value]) -> Result<Options<'a>, Error> {
    match argument(args, 0) {
        Value::Null => other("Cannot read properties of null (reading 'length')"),
        _ => Options::or_number(args, 0, "length"),
    }
}

fn alpha(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = options(args)?;
    let count = length(f, &o)?;
    if count == 0 {
        return Ok("".into());
    }
    let alphabet = match o.text("casing").as_deref() {
        None | Some("mixed") => LETTERS,
        Some("upper") => UPPER,
        Some("lower") => LOWER,
        Some(_) => return other("Cannot read properties of undefined (reading 'filter')"),
    };
    let alphabet = without(alphabet, &o.get("exclude"))?;
    Ok(from_alphabet(f, &alphabet, count)?.into())
}

fn alphanumeric(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = options(args)?;
    let count = length(f, &o)?;
    if count == 0 {
        return Ok("".into());
    }
    let alphabet = match o.text("casing").as_deref() {
        None | Some("mixed") => ALPHANUMERIC,
        Some("lower") => &ALPHANUMERIC[..36],
        Some("upper") => return upper_alphanumeric(f, count, &o.get("exclude")),
        Some(_) => DIGITS,
    };
    let alphabet = without(alphabet, &o.get("exclude"))?;
    Ok(from_alphabet(f, &alphabet, count)?.into())
}

fn upper_alphanumeric(f: &mut Faker, count: usize, exclude: &Value) -> Result<Value, Error> {
    let alphabet = without(&[DIGITS, UPPER].concat(), exclude)?;
    Ok(from_alphabet(f, &alphabet, count)?.into())
}

fn prefixed(f: &mut Faker, args: &[Value], alphabet: &[u8], prefix: &str) -> Result<Value, Error> {
    let o = Options::new(args, 0, "prefix")?;
    let prefix = o.text("prefix").unwrap_or_else(|| prefix.to_owned());
    let count = length(f, &o)?;
    Ok(format!("{prefix}{}", f.random.characters(alphabet, count)).into())
}

fn hexadecimal(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "casing")?;
    let prefix = o.text("prefix").unwrap_or_else(|| "0x".to_owned());
    let count = length(f, &o)?;
    let text = f.random.characters(HEXADECIMAL, count);
    let text = match o.text("casing").as_deref() {
        Some("upper") => text.to_ascii_uppercase(),
        Some("lower") => text.to_ascii_lowercase(),
        _ => text,
    };
    Ok(format!("{prefix}{text}").into())
}

/// Lower case hexadecimal digits without a prefix.
pub(crate) fn hex(f: &mut Faker, count: usize) -> String {
    f.random.characters(HEXADECIMAL, count).to_ascii_lowercase()
}

/// Digits of which the first is not zero.
pub(crate) fn without_leading_zero(f: &mut Faker, count: usize) -> String {
    if count == 0 {
        return String::new();
    }
    let first = f.random.characters(&DIGITS[1..], 1);
    first + &f.random.characters(DIGITS, count - 1)
}

fn numeric(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = options(args)?;
    let count = length(f, &o)?;
    if count == 0 {
        return Ok("".into());
    }
    let zeros = o.flag("allowLeadingZeros", true);
    let digits = without(DIGITS, &o.get("exclude"))?;
    if digits.is_empty() || (!zeros && digits == b"0") {
        return faker(
            "Unable to generate numeric string, because all possible digits are excluded.",
        );
    }
    let mut text = String::new();
    if !zeros && digits[0] == b'0' {
        text = f.random.characters(&digits[1..], 1);
    }
    text += &f.random.characters(&digits, count - text.len());
    Ok(text.into())
}

fn sample(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let count = f.count_or(argument(args, 0), 10)?;
    let text: String = (0..count)
        .map(|_| char::from(f.random.between(33.0, 125.0) as u8))
        .collect();
    Ok(text.into())
}

/// A version 4 UUID; the variant's digit is drawn last.
pub(crate) fn uuid(f: &mut Faker) -> Text {
    let mut text = *b"xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    for byte in &mut text {
        if *byte == b'x' {
            *byte = b"0123456789abcdef"[f.random.index(16)];
        }
    }
    text[19] = b"89ab"[f.random.index(4)];
    Text::from(std::str::from_utf8(&text).unwrap_or_default())
}

fn ulid(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let o = Options::new(args, 0, "refDate")?;
    let mut rest = date::reference(f, &o)?;
    let mut time = [0_u8; 10];
    for byte in time.iter_mut().rev() {
        let digit = rest.rem_euclid(32.0);
        *byte = BASE32[digit as usize];
        rest = (rest - digit) / 32.0;
    }
    let mut text: String = time.iter().copied().map(char::from).collect();
    text += &f.random.characters(BASE32, 16);
    Ok(text.into())
}

fn nanoid(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let count = match argument(args, 0) {
        Value::Number(n) if *n > LONGEST => return other("Invalid string length"),
        // It counts up to the length, which a fraction reaches one later.
        Value::Number(n) => n.ceil() as usize,
        range => f.count_or(range, 21)?,
    };
    let mut text = String::with_capacity(count);
    for _ in 0..count {
        let letters = f.random.weighted([62.0, 2.0].into_iter()) == 0;
        text += &f
            .random
            .characters(if letters { ALPHANUMERIC } else { b"_-" }, 1);
    }
    Ok(text.into())
}

/// `value.toFixed(digits)`, and JavaScript's complaint about too many.
pub(crate) fn fixed(value: f64, digits: f64) -> Result<String, Error> {
    if !(0.0..=100.0).contains(&digits) {
        return other("toFixed() digits argument must be between 0 and 100");
    }
    if value.abs() >= 1e21 || !value.is_finite() {
        return Ok(number::to_text(value));
    }
    let digits = digits as usize;
    let exact = format!("{value:.*}", digits + 30);
    // Rust rounds a tie to even, JavaScript away from zero.
    let tie = exact[exact.len() - 30..].trim_end_matches('0') == "5";
    let value = match (tie, value < 0.0) {
        (false, _) => value,
        (true, false) => value.next_up(),
        (true, true) => value.next_down(),
    };
    Ok(format!("{value:.digits$}"))
}
