//! In which form a message is: by the handshake's Content-Type, as in Mockoon, or, where the
//! route says `"parse": "auto"`, by the message itself. What is in no form is a text, and a path
//! on it is the whole text.

use wasmock_javascript::{Value, json};

use crate::body::{self, Kind};

/// The form that a Content-Type promises. As in Mockoon, a type in capitals promises none.
pub(crate) fn form(content_type: &str) -> Option<Kind> {
    (!content_type.is_empty()).then(|| Kind::of(content_type))
}

/// Whether messages of that form are parsed without `auto`.
pub(crate) fn is_parsed(form: Option<Kind>) -> bool {
    matches!(form, Some(Kind::Json | Kind::Xml))
}

/// A message in its form; an empty one is `undefined`.
/// The error is a sentence for the client.
pub(crate) fn message(form: Option<Kind>, text: &str, auto: bool) -> Result<Value, String> {
    Ok(match form {
        _ if text.is_empty() => Value::Undefined,
        Some(kind @ (Kind::Json | Kind::Xml)) => body::parse_message(kind, text)
            .map_err(|error| format!("Error while parsing the message: {error}"))?,
        Some(Kind::Form) if auto => body::query::form(text),
        _ if auto => guess(text),
        _ => Value::text(text),
    })
}

/// What a message looks like: an object or a list in JSON, an element in XML, else a text.
fn guess(text: &str) -> Value {
    let parsed = match text.trim_start().as_bytes().first() {
        Some(b'{' | b'[') => json::parse(text).ok(),
        Some(b'<') => body::parse_message(Kind::Xml, text).ok(),
        _ => None,
    };
    parsed.unwrap_or_else(|| Value::text(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_decides_and_auto_looks_at_the_message() {
        let cases = [
            ("", r#"{"a":1}"#, false, r#""{\"a\":1}""#),
            ("text/plain", "plain", false, r#""plain""#),
            ("text/plain", "", false, ""),
            ("application/json", "", false, ""),
            ("application/json", r#"{"a":1}"#, false, r#"{"a":1}"#),
            ("application/json; charset=utf-8", "[1]", false, "[1]"),
            ("Application/JSON", "[1]", false, r#""[1]""#),
            (
                "application/vnd.api+json",
                r#"{"a":1}"#,
                false,
                r#"{"a":1}"#,
            ),
            ("application/json", "null", false, "null"),
            ("application/json", "0", false, "0"),
            (
                "application/xml",
                "<a>1</a>",
                false,
                r#"{"a":{"_text":"1"}}"#,
            ),
            (
                "application/x-www-form-urlencoded",
                "a=1",
                false,
                r#""a=1""#,
            ),
            (
                "application/x-www-form-urlencoded",
                "a=1",
                true,
                r#"{"a":"1"}"#,
            ),
            ("", r#" {"a":1}"#, true, r#"{"a":1}"#),
            ("", "<a>1</a>", true, r#"{"a":{"_text":"1"}}"#),
            ("", "{broken", true, r#""{broken""#),
            ("", "plain", true, r#""plain""#),
        ];
        for (content_type, text, auto, expected) in cases {
            let value = message(form(content_type), text, auto).unwrap();
            let found = json::to_text(&value).unwrap_or_default();
            assert_eq!(found, expected, "{content_type} {text} {auto}");
        }
        let error = message(form("application/json"), "{", false).unwrap_err();
        assert!(
            error.starts_with("Error while parsing the message: "),
            "{error}"
        );
    }
}
