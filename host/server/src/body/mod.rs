//! From the bytes of a request to the values that rules, helpers and plugins see.
//!
//! Everything here is a pure function, and what it makes equals what the JavaScript libraries
//! under Mockoon make: `qs`, `querystring`, `cookie`, `xml-js` and its multipart parser. No
//! input is an error of the request: what does not parse leaves a request without a parsed
//! body, and the text of the body stays.
//!
//! The trade-off: the whole body is in memory before it is parsed. Mocks answer small
//! requests, and a rule wants all of it anyway.

pub(crate) mod cookies;
mod form;
mod multipart;
mod percent;
pub(crate) mod query;
mod xml;

use std::fmt;

use bytes::Bytes;
use wasmock_javascript::{Object, Value, json};

pub(crate) use multipart::FileLimits;

/// How a body is read, by its Content-Type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `application/json` and `application/…+json`, anywhere in the header.
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/form-data`
    Multipart,
    /// `application/xml`, `application/soap+xml` and `text/xml`; not `application/atom+xml`.
    Xml,
    /// Stays text.
    Other,
}

impl Kind {
    /// The kind of a Content-Type in lower case. Mockoon looks for parts of the text, so
    /// `application/json5` is JSON and `text/json` is not.
    pub(crate) fn of(content_type: &str) -> Self {
        let has = |part: &str| content_type.contains(part);
        if has("application/json") || has_json_suffix(content_type) {
            Self::Json
        } else if has("application/x-www-form-urlencoded") {
            Self::Form
        } else if has("multipart/form-data") {
            Self::Multipart
        } else if has("application/xml") || has("application/soap+xml") || has("text/xml") {
            Self::Xml
        } else {
            Self::Other
        }
    }

    /// [`Kind::of`] in any case, as the media type itself is.
    pub(crate) fn of_any_case(content_type: &str) -> Self {
        if content_type.bytes().any(|b| b.is_ascii_uppercase()) {
            Self::of(&content_type.to_ascii_lowercase())
        } else {
            Self::of(content_type)
        }
    }
}

fn has_json_suffix(content_type: &str) -> bool {
    let Some(at) = content_type.find("application/") else {
        return false;
    };
    content_type[at..].to_ascii_lowercase().contains("+json")
}

/// Why a body has no parsed form; for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParseFailure {
    /// What is wrong, and where if that is known.
    pub(crate) message: String,
}

impl ParseFailure {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for ParseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The parsed body of a request; `undefined` where its type has none.
///
/// `content_type` is the header as it came: a multipart body needs its boundary.
pub(crate) fn parse(
    kind: Kind,
    content_type: &str,
    body: &Bytes,
    limits: FileLimits,
) -> Result<Value, ParseFailure> {
    match kind {
        Kind::Json => {
            let text = String::from_utf8_lossy(body);
            json::parse(&text).map_err(|e| ParseFailure::new(e.to_string()))
        }
        Kind::Form => Ok(query::form(&String::from_utf8_lossy(body))),
        Kind::Multipart => multipart::parse(content_type, body, limits),
        Kind::Xml => xml::parse(&String::from_utf8_lossy(body)),
        Kind::Other => Ok(Value::Undefined),
    }
}

/// The parsed form of a WebSocket message, by the handshake's Content-Type: JSON and XML are
/// parsed, everything else stays a text, forms included. An empty JSON message is `{}`; one that
/// nests deeper than we read stays a text too, since Mockoon reads and answers it.
pub(crate) fn parse_message(kind: Kind, text: &str) -> Result<Value, ParseFailure> {
    match kind {
        Kind::Json if text.is_empty() => Ok(Value::object(Object::new())),
        Kind::Json => match json::parse(text) {
            Err(error) if error.is_too_deep() => Ok(Value::text(text)),
            parsed => parsed.map_err(|e| ParseFailure::new(e.to_string())),
        },
        Kind::Xml => xml::parse(text),
        Kind::Form | Kind::Multipart | Kind::Other => Ok(Value::text(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_found_by_parts_of_the_header() {
        for (content_type, kind) in [
            ("application/json; charset=utf-8", Kind::Json),
            ("application/json5", Kind::Json),
            ("x-application/json-x", Kind::Json),
            ("application/vnd.api+json", Kind::Json),
            ("application/vnd.api+JSON", Kind::Json),
            ("text/json", Kind::Other),
            ("application/x-ndjson", Kind::Other),
            ("application/x-www-form-urlencoded", Kind::Form),
            ("multipart/form-data; boundary=x", Kind::Multipart),
            ("application/xml", Kind::Xml),
            ("text/xml", Kind::Xml),
            ("application/soap+xml", Kind::Xml),
            ("application/atom+xml", Kind::Other),
            ("image/svg+xml", Kind::Other),
            ("Application/JSON", Kind::Other),
            ("", Kind::Other),
        ] {
            assert_eq!(Kind::of(content_type), kind, "{content_type}");
        }
        assert_eq!(Kind::of_any_case("Application/JSON"), Kind::Json);
    }

    #[test]
    fn messages_are_json_xml_or_text() {
        let text = |kind, message| json::to_text(&parse_message(kind, message).unwrap()).unwrap();
        assert_eq!(text(Kind::Json, ""), "{}");
        assert_eq!(text(Kind::Json, r#"{"a":1}"#), r#"{"a":1}"#);
        assert_eq!(text(Kind::Xml, "<a>1</a>"), r#"{"a":{"_text":"1"}}"#);
        assert_eq!(text(Kind::Form, "a=1"), r#""a=1""#);
        assert!(parse_message(Kind::Json, "{").is_err());
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let parsed = parse_message(Kind::Json, &deep).unwrap();
        assert!(matches!(parsed, Value::String(text) if *text == *deep));
    }
}
