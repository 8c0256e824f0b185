//! `JSON.parse` and `JSON.stringify`.

mod parse;

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::{Object, Value, number};

pub use parse::Error;

/// `JSON.parse(text)`. Nesting deeper than 256 levels is an error, so that no text can exhaust
/// a stack later on.
///
/// # Errors
/// What is wrong and where (line and column).
pub fn parse(text: &str) -> Result<Value, Error> {
    parse::parse(text)
}

/// [`parse`] for bytes, which must be UTF-8.
///
/// # Errors
/// As [`parse`].
pub fn parse_bytes(bytes: &[u8]) -> Result<Value, Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text),
        Err(error) => Err(parse::not_utf8(bytes, &error)),
    }
}

/// `JSON.stringify(value)`; `None` for `undefined`, which has no JSON text.
pub fn to_text(value: &Value) -> Option<String> {
    let mut out = String::with_capacity(128);
    (!value.is_undefined()).then(|| {
        write(&mut out, value, None);
        out
    })
}

/// `JSON.stringify(value, null, indent)` with that many spaces a level.
pub fn to_pretty_text(value: &Value, indent: usize) -> Option<String> {
    let mut out = String::new();
    (!value.is_undefined()).then(|| {
        // Without spaces JavaScript writes no line breaks either.
        write(
            &mut out,
            value,
            (indent > 0).then_some(Indent {
                width: indent,
                depth: 0,
            }),
        );
        out
    })
}

/// Appends a text as a JSON literal, with JavaScript's choice of escapes.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    loop {
        let plain = parse::plain_length(rest.as_bytes());
        out.push_str(&rest[..plain]);
        // What stops a plain stretch is one byte long.
        let Some(byte) = rest.as_bytes().get(plain) else {
            break;
        };
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            control => out.push_str(&format!("\\u{control:04x}")),
        }
        rest = &rest[plain + 1..];
    }
    out.push('"');
}

/// Where a pretty text stands.
#[derive(Clone, Copy)]
struct Indent {
    width: usize,
    depth: usize,
}

fn write(out: &mut String, value: &Value, indent: Option<Indent>) {
    match value {
        Value::Undefined | Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) if n.is_finite() => number::write(out, *n),
        Value::Number(_) => out.push_str("null"),
        Value::String(s) => write_string(out, s),
        Value::Safe(s) => {
            let object: Object = [("string", Value::String(s.clone()))].into_iter().collect();
            write(out, &object.into(), indent);
        }
        Value::Date(ms) => match number::iso_date(*ms) {
            Some(text) => write_string(out, &text),
            None => out.push_str("null"),
        },
        Value::Array(items) => write_array(out, items, indent),
        Value::Object(object) => write_object(out, object, indent),
    }
}

fn write_array(out: &mut String, items: &[Value], indent: Option<Indent>) {
    let inner = indent.map(|indent| Indent {
        depth: indent.depth + 1,
        ..indent
    });
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        new_line(out, inner);
        write(out, item, inner);
    }
    if !items.is_empty() {
        new_line(out, indent);
    }
    out.push(']');
}

fn write_object(out: &mut String, object: &Object, indent: Option<Indent>) {
    let inner = indent.map(|indent| Indent {
        depth: indent.depth + 1,
        ..indent
    });
    let mut any = false;
    out.push('{');
    for (key, value) in object.iter().filter(|(_, value)| !value.is_undefined()) {
        if any {
            out.push(',');
        }
        any = true;
        new_line(out, inner);
        write_string(out, key);
        out.push_str(if indent.is_some() { ": " } else { ":" });
        write(out, value, inner);
    }
    if any {
        new_line(out, indent);
    }
    out.push('}');
}

fn new_line(out: &mut String, indent: Option<Indent>) {
    if let Some(Indent { width, depth }) = indent {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', width * depth));
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Number(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::with_capacity(items.size_hint().unwrap_or(0).min(4096));
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Object::new();
        while let Some((key, value)) = members.next_entry::<String, Value>()? {
            object.insert(key, value);
        }
        Ok(Value::object(object))
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Undefined | Self::Null => serializer.serialize_unit(),
            Self::Bool(b) => serializer.serialize_bool(*b),
            Self::Number(n) if *n == n.trunc() && n.abs() < 9e15 => {
                serializer.serialize_i64(*n as i64)
            }
            Self::Number(n) => serializer.serialize_f64(*n),
            Self::String(s) | Self::Safe(s) => serializer.serialize_str(s),
            Self::Date(_) => serializer.serialize_str(&self.to_text()),
            Self::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items.iter() {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Self::Object(object) => {
                let mut map = serializer.serialize_map(None)?;
                for (key, value) in object.iter().filter(|(_, value)| !value.is_undefined()) {
                    map.serialize_entry(&**key, value)?;
                }
                map.end()
            }
        }
    }
}

impl From<serde_json::Value> for Value {
    fn from(value: serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match value {
            Json::Null => Self::Null,
            Json::Bool(b) => Self::Bool(b),
            Json::Number(n) => Self::Number(n.as_f64().unwrap_or(f64::NAN)),
            Json::String(s) => Self::text(s),
            Json::Array(items) => items.into_iter().map(Self::from).collect(),
            Json::Object(members) => {
                let members = members
                    .into_iter()
                    .map(|(key, value)| (key, Self::from(value)));
                Self::object(members.collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_a_round_trip_in_javascripts_order() {
        let value = parse(r#"{"b":1.0,"2":[null,true,"\u0001é\n"],"a":{"x":1e21}}"#).unwrap();
        assert_eq!(
            to_text(&value).unwrap(),
            r#"{"2":[null,true,"\u0001é\n"],"b":1,"a":{"x":1e+21}}"#
        );
    }

    #[test]
    fn pretty_text_keeps_empty_lists_together() {
        let value = parse(r#"{"a":[1]}"#).unwrap();
        assert_eq!(to_pretty_text(&value, 0).unwrap(), r#"{"a":[1]}"#);
        let value = parse(r#"{"a":[],"b":{},"c":[1]}"#).unwrap();
        assert_eq!(
            to_pretty_text(&value, 2).unwrap(),
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1\n  ]\n}"
        );
    }

    #[test]
    fn undefined_members_are_left_out_and_undefined_items_are_null() {
        let object: Object = [("a", Value::Undefined), ("b", Value::Null)]
            .into_iter()
            .collect();
        assert_eq!(to_text(&object.into()).unwrap(), r#"{"b":null}"#);
        assert_eq!(to_text(&vec![Value::Undefined].into()).unwrap(), "[null]");
        assert_eq!(to_text(&Value::Undefined), None);
    }

    #[test]
    fn texts_are_read_as_javascript_reads_them() {
        for (text, printed) in [
            ("1e400", "null"),
            ("-0", "0"),
            ("12345678901234567890", "12345678901234567000"),
            ("0.1e-2", "0.001"),
            (r#""\ud83d\ude00""#, "\"😀\""),
            (r#""\ud83d x \ude00\u0041""#, "\"\u{fffd} x \u{fffd}A\""),
            (r#""\ud83d\ud83d\ude00""#, "\"\u{fffd}😀\""),
            (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
            (r#"{"\u0061\n":"\/"}"#, r#"{"a\n":"/"}"#),
            (" \t\r\n[ ] ", "[]"),
            (
                r#"[{"a":[]},{},[[1]],"",true,false,null]"#,
                r#"[{"a":[]},{},[[1]],"",true,false,null]"#,
            ),
            (
                "\"\u{7f}\u{2028}é eight bytes and more \"",
                "\"\u{7f}\u{2028}é eight bytes and more \"",
            ),
        ] {
            assert_eq!(to_text(&parse(text).unwrap()).unwrap(), printed, "{text}");
        }
        assert_eq!(parse("1e400").unwrap(), Value::Number(f64::INFINITY));
        assert!(parse("-0").unwrap().as_number().unwrap().is_sign_negative());
    }

    #[test]
    fn what_javascript_refuses_is_an_error_with_its_place() {
        for text in [
            "",
            " ",
            "\u{feff}{}",
            "01",
            "-",
            "1.",
            ".5",
            "1e",
            "+1",
            "NaN",
            "tru",
            "truex",
            "[1,]",
            "[,1]",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\"}",
            "{\"a\" 1}",
            "'a'",
            "\"a",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "[1 2]",
            "{} {}",
            "]",
            "[1}",
            "\u{a0}1",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        let error = parse("{\n  \"é\": x}").unwrap_err();
        assert_eq!(error.to_string(), "expected a value at line 2 column 8");
        assert!(parse_bytes(b"\"\xff\"").is_err());
    }

    #[test]
    fn the_deepest_value_fits_a_small_stack() {
        let deep = "[".repeat(parse::MAX_DEPTH) + &"]".repeat(parse::MAX_DEPTH);
        let objects = r#"{"a":"#.repeat(parse::MAX_DEPTH) + "1" + &"}".repeat(parse::MAX_DEPTH);
        let small = std::thread::Builder::new().stack_size(512 * 1024);
        let work = small.spawn(move || {
            for text in [deep, objects] {
                let value = parse(&text).unwrap();
                assert_eq!(to_text(&value).unwrap(), text);
                assert_eq!(value, parse(&text).unwrap());
                assert!(to_pretty_text(&value, 0).is_some());
                drop(value);
            }
        });
        work.unwrap().join().unwrap();
    }

    #[test]
    fn deeper_nesting_is_an_error_and_not_an_overflow() {
        for text in [
            "[".repeat(100_000),
            r#"{"a":"#.repeat(100_000),
            r#"[{"a":"#.repeat(100_000),
        ] {
            assert!(parse(&text).is_err());
        }
    }
}
