//! `JSON.parse` and `JSON.stringify`.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::{Object, Value, number};

/// `JSON.parse(text)`. Nesting deeper than 128 levels is an error, so that no text can
/// exhaust a stack.
///
/// # Errors
/// What is wrong and where (line and column), in serde's words.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// [`parse`] for bytes that need not be UTF-8.
///
/// # Errors
/// As [`parse`].
pub fn parse_bytes(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(bytes)
}

/// `JSON.stringify(value)`; `None` for `undefined`, which has no JSON text.
pub fn to_text(value: &Value) -> Option<String> {
    let mut out = String::new();
    (!value.is_undefined()).then(|| {
        write(&mut out, value, None, 0);
        out
    })
}

/// `JSON.stringify(value, null, indent)` with that many spaces a level.
pub fn to_pretty_text(value: &Value, indent: usize) -> Option<String> {
    let mut out = String::new();
    (!value.is_undefined()).then(|| {
        write(&mut out, value, Some(indent), 0);
        out
    })
}

/// Appends a text as a JSON literal, with JavaScript's choice of escapes.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[plain..at]);
        plain = at + 1;
        if escape.is_empty() {
            out.push_str(&format!("\\u{byte:04x}"));
        } else {
            out.push_str(escape);
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

fn write(out: &mut String, value: &Value, indent: Option<usize>, depth: usize) {
    match value {
        Value::Undefined | Value::Null => out.push_str("null"),
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Number(n) if n.is_finite() => out.push_str(&number::to_text(*n)),
        Value::Number(_) => out.push_str("null"),
        Value::String(s) => write_string(out, s),
        Value::Safe(s) => {
            let object: Object = [("string", Value::String(s.clone()))].into_iter().collect();
            write(out, &object.into(), indent, depth);
        }
        Value::Date(ms) => match number::iso_date(*ms) {
            Some(text) => write_string(out, &text),
            None => out.push_str("null"),
        },
        Value::Array(items) => {
            write_list(out, ('[', ']'), items.iter(), indent, depth, |out, item, depth| {
                write(out, item, indent, depth);
            });
        }
        Value::Object(object) => {
            let members = object.iter().filter(|(_, value)| !value.is_undefined());
            write_list(out, ('{', '}'), members, indent, depth, |out, (key, value), depth| {
                write_string(out, key);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                write(out, value, indent, depth);
            });
        }
    }
}

fn write_list<T>(
    out: &mut String,
    (open, close): (char, char),
    items: impl Iterator<Item = T>,
    indent: Option<usize>,
    depth: usize,
    item: impl Fn(&mut String, T, usize),
) {
    out.push(open);
    let mut any = false;
    for one in items {
        if any {
            out.push(',');
        }
        any = true;
        new_line(out, indent, depth + 1);
        item(out, one, depth + 1);
    }
    if any {
        new_line(out, indent, depth);
    }
    out.push(close);
}

fn new_line(out: &mut String, indent: Option<usize>, depth: usize) {
    if let Some(width) = indent {
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
                let members = members.into_iter().map(|(key, value)| (key, Self::from(value)));
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
        let value = parse(r#"{"a":[],"b":{},"c":[1]}"#).unwrap();
        assert_eq!(
            to_pretty_text(&value, 2).unwrap(),
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": [\n    1\n  ]\n}"
        );
    }

    #[test]
    fn undefined_members_are_left_out_and_undefined_items_are_null() {
        let object: Object = [("a", Value::Undefined), ("b", Value::Null)].into_iter().collect();
        assert_eq!(to_text(&object.into()).unwrap(), r#"{"b":null}"#);
        assert_eq!(to_text(&vec![Value::Undefined].into()).unwrap(), "[null]");
        assert_eq!(to_text(&Value::Undefined), None);
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_an_overflow() {
        assert!(parse(&"[".repeat(100_000)).is_err());
    }
}
