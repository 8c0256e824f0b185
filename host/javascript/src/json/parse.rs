//! The reader behind `JSON.parse`.
//!
//! It keeps a stack of its own, so the nesting of a text costs no stack of the thread, and it
//! differs from serde's where JavaScript does: `1e400` is Infinity, half of a surrogate pair
//! is taken (as U+FFFD). Names that come again and again, as in a list of records, share one
//! text.

use std::fmt;

use crate::{Object, Text, Value};

/// How deeply arrays and objects may nest. The reader could take more, but whoever prints,
/// compares or drops the value goes down level by level. Printing takes the most: 320 bytes a
/// level, and 2 KiB in a build without optimisation.
pub(super) const MAX_DEPTH: usize = 256;

const TOO_DEEP: &str = "the text nests too deeply";

/// How many names are remembered, by a hash of their bytes.
const NAMES: usize = 32;

/// Why a text is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    message: &'static str,
    line: usize,
    column: usize,
}

impl Error {
    /// The line of the mistake, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column of the mistake in characters, from 1.
    pub fn column(&self) -> usize {
        self.column
    }

    /// Whether the text went deeper than is read: it may be JSON all the same.
    pub fn is_too_deep(&self) -> bool {
        self.message == TOO_DEEP
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at line {} column {}",
            self.message, self.line, self.column
        )
    }
}

impl std::error::Error for Error {}

pub(super) fn parse(text: &str) -> Result<Value, Error> {
    let mut reader = Reader {
        text,
        bytes: text.as_bytes(),
        at: 0,
        names: [const { None }; NAMES],
    };
    reader.document().map_err(|message| reader.error(message))
}

/// The error for bytes that are no UTF-8.
pub(super) fn not_utf8(bytes: &[u8], error: &std::str::Utf8Error) -> Error {
    let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
    let (line, column) = place(&before);
    Error {
        message: "invalid UTF-8",
        line,
        column,
    }
}

fn place(before: &str) -> (usize, usize) {
    let line = before.bytes().filter(|b| *b == b'\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .unwrap_or_default()
        .chars()
        .count()
        + 1;
    (line, column)
}

/// An array or object that is not closed yet.
enum Open {
    List(Vec<Value>),
    Object(Object, Text),
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    names: [Option<Text>; NAMES],
}

type Step<T> = Result<T, &'static str>;

impl Reader<'_> {
    fn document(&mut self) -> Step<Value> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let mut value = match self.next_byte() {
                Some(b'{') => {
                    self.at += 1;
                    if self.next_byte() == Some(b'}') {
                        self.at += 1;
                        Value::object(Object::new())
                    } else {
                        let name = self.name()?;
                        push(&mut open, Open::Object(Object::new(), name))?;
                        continue;
                    }
                }
                Some(b'[') => {
                    self.at += 1;
                    if self.next_byte() == Some(b']') {
                        self.at += 1;
                        Value::array(Vec::new())
                    } else {
                        push(&mut open, Open::List(Vec::new()))?;
                        continue;
                    }
                }
                _ => self.scalar()?,
            };
            // The value may close what is around it, and that what is around that.
            loop {
                let Some(top) = open.last_mut() else {
                    return match self.next_byte() {
                        None => Ok(value),
                        Some(_) => Err("trailing characters"),
                    };
                };
                match top {
                    Open::List(items) => {
                        items.push(value);
                        match self.next_byte() {
                            Some(b',') => {
                                self.at += 1;
                                break;
                            }
                            Some(b']') => value = Value::array(std::mem::take(items)),
                            _ => return Err("expected `,` or `]`"),
                        }
                    }
                    Open::Object(object, name) => {
                        object.insert(std::mem::take(name), value);
                        match self.next_byte() {
                            Some(b',') => {
                                self.at += 1;
                                *name = self.name()?;
                                break;
                            }
                            Some(b'}') => value = Value::object(std::mem::take(object)),
                            _ => return Err("expected `,` or `}`"),
                        }
                    }
                }
                self.at += 1;
                open.pop();
            }
        }
    }

    /// The next byte that is no white space, not consumed.
    fn next_byte(&mut self) -> Option<u8> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    fn scalar(&mut self) -> Step<Value> {
        let (word, value) = match self.next_byte() {
            Some(b'"') => return self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => return self.number(),
            Some(b't') => ("true", Value::Bool(true)),
            Some(b'f') => ("false", Value::Bool(false)),
            Some(b'n') => ("null", Value::Null),
            Some(_) => return Err("expected a value"),
            None => return Err("unexpected end"),
        };
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err("expected a value");
        }
        self.at += word.len();
        Ok(value)
    }

    /// A name and its colon.
    fn name(&mut self) -> Step<Text> {
        if self.next_byte() != Some(b'"') {
            return Err("expected a name in quotes");
        }
        let start = self.at + 1;
        let length = plain_length(&self.bytes[start..]);
        let name = if self.bytes.get(start + length) == Some(&b'"') {
            self.at = start + length + 1;
            let name = &self.text[start..start + length];
            let slot = &mut self.names[slot(name.as_bytes())];
            match slot {
                Some(known) if **known == *name => known.clone(),
                _ => slot.insert(name.into()).clone(),
            }
        } else {
            self.string()?
        };
        if self.next_byte() != Some(b':') {
            return Err("expected `:`");
        }
        self.at += 1;
        Ok(name)
    }

    fn string(&mut self) -> Step<Text> {
        let start = self.at + 1;
        let length = plain_length(&self.bytes[start..]);
        self.at = start + length;
        if self.bytes.get(self.at) == Some(&b'"') {
            self.at += 1;
            return Ok(self.text[start..start + length].into());
        }
        let mut text = String::with_capacity(length + 16);
        text.push_str(&self.text[start..start + length]);
        loop {
            match self.bytes.get(self.at) {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text.into());
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(0..=0x1f) => return Err("a control character in a string"),
                Some(_) => {
                    let length = plain_length(&self.bytes[self.at..]);
                    text.push_str(&self.text[self.at..self.at + length]);
                    self.at += length;
                }
                None => return Err("unexpected end of a string"),
            }
        }
    }

    fn escape(&mut self) -> Step<char> {
        let byte = self
            .bytes
            .get(self.at)
            .ok_or("unexpected end of a string")?;
        let plain = match byte {
            b'"' | b'\\' | b'/' => char::from(*byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                self.at += 1;
                let unit = self.unit()?;
                return Ok(self.surrogates(unit));
            }
            _ => return Err("an unknown escape in a string"),
        };
        self.at += 1;
        Ok(plain)
    }

    /// The four digits of `\u`.
    fn unit(&mut self) -> Step<u32> {
        let digits = self
            .bytes
            .get(self.at..self.at + 4)
            .ok_or("unexpected end of a string")?;
        let mut unit = 0;
        for digit in digits {
            let digit = char::from(*digit)
                .to_digit(16)
                .ok_or("a `\\u` without four digits")?;
            unit = unit * 16 + digit;
        }
        self.at += 4;
        Ok(unit)
    }

    /// One character, from two escapes where they belong together.
    fn surrogates(&mut self, unit: u32) -> char {
        if (0xd800..0xdc00).contains(&unit) && self.bytes[self.at..].starts_with(b"\\u") {
            let start = self.at;
            self.at += 2;
            match self.unit() {
                Ok(low @ 0xdc00..0xe000) => {
                    let code = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                    return char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
                }
                _ => self.at = start,
            }
        }
        char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
    }

    fn number(&mut self) -> Step<Value> {
        let start = self.at;
        let negative = self.bytes[start] == b'-';
        self.at += usize::from(negative);
        let mut whole = 0_u64;
        let digits = self.digits(|digit| whole = whole.wrapping_mul(10).wrapping_add(digit.into()));
        if digits == 0 || (digits > 1 && self.bytes[self.at - digits] == b'0') {
            return Err("not a number");
        }
        let mut simple = digits <= 15;
        if self.bytes.get(self.at) == Some(&b'.') {
            simple = false;
            self.at += 1;
            if self.digits(|_| ()) == 0 {
                return Err("not a number");
            }
        }
        if matches!(self.bytes.get(self.at), Some(b'e' | b'E')) {
            simple = false;
            self.at += 1;
            self.at += usize::from(matches!(self.bytes.get(self.at), Some(b'+' | b'-')));
            if self.digits(|_| ()) == 0 {
                return Err("not a number");
            }
        }
        let number = if simple {
            let whole = whole as f64;
            if negative { -whole } else { whole }
        } else {
            self.text[start..self.at]
                .parse()
                .map_err(|_| "not a number")?
        };
        Ok(Value::Number(number))
    }

    fn digits(&mut self, mut each: impl FnMut(u8)) -> usize {
        let start = self.at;
        while let Some(digit @ b'0'..=b'9') = self.bytes.get(self.at) {
            each(digit - b'0');
            self.at += 1;
        }
        self.at - start
    }

    fn error(&self, message: &'static str) -> Error {
        let mut at = self.at.min(self.bytes.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        let (line, column) = place(&self.text[..at]);
        Error {
            message,
            line,
            column,
        }
    }
}

fn push(open: &mut Vec<Open>, one: Open) -> Step<()> {
    if open.len() == MAX_DEPTH {
        return Err(TOO_DEEP);
    }
    open.push(one);
    Ok(())
}

/// How many bytes of a string come before its end, an escape or a control character.
pub(super) fn plain_length(bytes: &[u8]) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let has_zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let mut length = 0;
    // Eight bytes at a time; the test may say yes too early beyond the first hit, never late.
    for chunk in bytes.chunks_exact(8) {
        let word = u64::from_le_bytes([
            chunk[0], chunk[1], chunk[2], chunk[3], chunk[4], chunk[5], chunk[6], chunk[7],
        ]);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = has_zero(word ^ (ONES * u64::from(b'"')))
            | has_zero(word ^ (ONES * u64::from(b'\\')))
            | control;
        if found != 0 {
            return length + found.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = &bytes[length..];
    length
        + rest
            .iter()
            .position(|b| matches!(b, b'"' | b'\\' | 0..=0x1f))
            .unwrap_or(rest.len())
}

fn slot(name: &[u8]) -> usize {
    let first = usize::from(name.first().copied().unwrap_or_default());
    let last = usize::from(name.last().copied().unwrap_or_default());
    (first ^ (last << 2) ^ (name.len() << 3)) % NAMES
}
