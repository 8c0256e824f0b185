//! A message, a tick or a connection as rules, templates and plugins see it.
//!
//! The request in it is the handshake. What is needed of that is copied when a client connects,
//! because hyper's own copy would keep its read buffer alive for as long as the connection.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderMap;
use wasmock_exchange::{Exchange, Frame, Kind};
use wasmock_javascript::Value;

use super::parse;
use crate::body;
use crate::headers::joined;

/// The handshake of a client, for as long as the client stays.
#[derive(Debug, Default)]
pub(crate) struct Handshake {
    /// The request target, with the query.
    pub(crate) url: Box<str>,
    /// Header lines, names in lower case, one after the other: a single allocation.
    headers: Headers,
    /// The route's pattern as the file writes it.
    pub(crate) route: Arc<str>,
    pub(crate) params: Value,
    pub(crate) connection: Arc<str>,
    pub(crate) remote: Box<str>,
    pub(crate) hostname: Box<str>,
    pub(crate) base_url: Box<str>,
    /// How messages are parsed, where the Content-Type says so.
    form: Option<body::Kind>,
    query: OnceLock<Value>,
    cookies: OnceLock<Value>,
}

impl Handshake {
    /// Copies what is needed of a request's head.
    pub(crate) fn new(url: &str, headers: &HeaderMap) -> Self {
        let headers = Headers::new(headers);
        let form = parse::form(&headers.get("content-type").unwrap_or_default());
        Self {
            url: url.into(),
            headers,
            form,
            ..Self::default()
        }
    }

    /// The path of the request target.
    pub(crate) fn path(&self) -> &str {
        self.url.split_once('?').map_or(&self.url, |(path, _)| path)
    }

    /// All header lines, names in lower case.
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter()
    }

    /// A header, repeated ones joined as Node joins them.
    pub(crate) fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers.get(name)
    }
}

/// Header lines in one piece of memory: `name`, NUL, `value`, NUL.
#[derive(Debug, Default)]
struct Headers(Box<str>);

impl Headers {
    fn new(headers: &HeaderMap) -> Self {
        let mut text = String::new();
        for (name, value) in headers {
            text.push_str(name.as_str());
            text.push('\0');
            // Node reads header bytes as Latin-1.
            text.extend(
                value
                    .as_bytes()
                    .iter()
                    .map(|&b| char::from(b))
                    .filter(|&c| c != '\0'),
            );
            text.push('\0');
        }
        Self(text.into())
    }

    fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut parts = self.0.split_terminator('\0');
        std::iter::from_fn(move || Some((parts.next()?, parts.next()?)))
    }

    fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        let name = name.to_ascii_lowercase();
        let lines = self.iter().filter(|(other, _)| *other == name);
        joined(&name, lines.map(|(_, value)| Cow::Borrowed(value)))
    }
}

/// Something that is to be answered on a WebSocket route.
#[derive(Debug)]
pub(crate) struct Conversation {
    pub(crate) kind: Kind,
    pub(crate) handshake: Arc<Handshake>,
    pub(crate) message: Option<Frame>,
    pub(crate) sequence: u64,
    /// Whether the message itself may say how it is parsed.
    pub(crate) auto: bool,
    parsed: OnceLock<Result<Value, String>>,
}

impl Conversation {
    /// An event of a client.
    pub(crate) fn new(kind: Kind, handshake: &Arc<Handshake>, sequence: u64) -> Self {
        Self {
            kind,
            handshake: handshake.clone(),
            message: None,
            sequence,
            auto: false,
            parsed: OnceLock::new(),
        }
    }

    /// With a message of the client.
    pub(crate) fn with_message(mut self, message: Frame, auto: bool) -> Self {
        self.message = Some(message);
        self.auto = auto;
        self
    }

    /// What is wrong with the message, when it is not what the handshake promised.
    pub(crate) fn problem(&self) -> Option<&str> {
        if self.is_parsed() {
            self.parse().as_ref().err().map(String::as_str)
        } else {
            None
        }
    }

    /// Whether a message is parsed at all.
    pub(crate) fn is_parsed(&self) -> bool {
        self.message.is_some() && (self.auto || parse::is_parsed(self.handshake.form))
    }

    fn parse(&self) -> &Result<Value, String> {
        self.parsed.get_or_init(|| match &self.message {
            Some(message) => {
                let text = String::from_utf8_lossy(message.payload());
                parse::message(self.handshake.form, &text, self.auto)
            }
            None => Ok(Value::Undefined),
        })
    }
}

impl Exchange for Conversation {
    fn kind(&self) -> Kind {
        self.kind
    }

    fn method(&self) -> &str {
        if self.kind == Kind::Broadcast {
            ""
        } else {
            "GET"
        }
    }

    fn url(&self) -> &str {
        &self.handshake.url
    }

    fn path(&self) -> &str {
        self.handshake.path()
    }

    fn route(&self) -> &str {
        &self.handshake.route
    }

    fn params(&self) -> Value {
        self.handshake.params.clone()
    }

    fn query(&self) -> Value {
        if self.kind == Kind::Broadcast {
            return Value::Undefined;
        }
        let url = &self.handshake.url;
        let query = url.split_once('?').map_or("", |(_, query)| query);
        self.handshake
            .query
            .get_or_init(|| body::query::flat_query(query))
            .clone()
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.handshake.header(name)
    }

    fn headers(&self) -> Vec<(String, String)> {
        let lines = self.handshake.headers.iter();
        lines
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    fn cookies(&self) -> Value {
        if self.kind == Kind::Broadcast {
            return Value::Undefined;
        }
        let header = || self.handshake.header("cookie").unwrap_or_default();
        let cookies = || body::cookies::parse_for_websocket(&header());
        self.handshake.cookies.get_or_init(cookies).clone()
    }

    fn body(&self) -> &Bytes {
        static EMPTY: Bytes = Bytes::new();
        self.message.as_ref().map_or(&EMPTY, Frame::payload)
    }

    /// For templates, JSON that is nothing to JavaScript (`null`, `false`, `0`, `""`) is no body.
    fn parsed_body(&self) -> Value {
        let parsed = self.parse().as_ref().ok();
        parsed
            .filter(|value| value.is_truthy())
            .cloned()
            .unwrap_or_default()
    }

    fn parsed_body_or_text(&self) -> Value {
        match self.parse() {
            Ok(Value::Undefined) | Err(_) => Value::text(self.body_text()),
            Ok(parsed) => parsed.clone(),
        }
    }

    fn message(&self) -> Option<&Frame> {
        self.message.as_ref()
    }

    fn connection(&self) -> Option<&str> {
        Some(&*self.handshake.connection).filter(|id| !id.is_empty())
    }

    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn id(&self) -> Cow<'_, str> {
        let connection = &self.handshake.connection;
        Cow::Owned(format!("{connection}#{}", self.sequence))
    }

    fn remote_address(&self) -> Cow<'_, str> {
        match self.handshake.header("x-forwarded-for") {
            Some(address) => address,
            None => Cow::Borrowed(&self.handshake.remote),
        }
    }

    fn hostname(&self) -> Cow<'_, str> {
        Cow::Borrowed(&self.handshake.hostname)
    }

    fn base_url(&self) -> String {
        self.handshake.base_url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    fn text(value: &Value) -> String {
        json::to_text(value).unwrap_or_default()
    }

    fn exchange(url: &str, lines: &[(&'static str, &str)]) -> Conversation {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        let handshake = Arc::new(Handshake::new(url, &headers));
        Conversation::new(Kind::Message, &handshake, 1)
    }

    #[test]
    fn the_query_is_flat() {
        let exchange = exchange("/chat?a=1&b[c]=2&a=x+y&d&e=%C3%A9", &[]);
        assert_eq!(
            text(&exchange.query()),
            r#"{"a":["1","x y"],"b[c]":"2","d":"","e":"é"}"#
        );
        assert_eq!(exchange.path(), "/chat");
    }

    #[test]
    fn headers_in_any_case_and_joined() {
        let lines = [
            ("x-a", "1"),
            ("x-a", "2"),
            ("user-agent", "u"),
            ("user-agent", "v"),
            ("cookie", "a=1"),
            ("cookie", "b=%41; a=2; bad=%zz"),
            ("x-empty", ""),
            ("x-last", "z"),
        ];
        let exchange = exchange("/", &lines);
        assert_eq!(exchange.header("X-A").as_deref(), Some("1, 2"));
        assert_eq!(exchange.header("User-Agent").as_deref(), Some("u"));
        assert_eq!(exchange.header("x-empty").as_deref(), Some(""));
        assert_eq!(exchange.header("x-last").as_deref(), Some("z"));
        assert_eq!(exchange.header("x-none"), None);
        assert_eq!(
            text(&exchange.cookies()),
            r#"{"a":"2","b":"A","bad":"%zz"}"#
        );
    }

    #[test]
    fn a_message_is_the_body() {
        let lines = [("content-type", "application/json")];
        let exchange = exchange("/", &lines).with_message(Frame::text(r#"{"a":1}"#), false);
        assert_eq!(text(&exchange.parsed_body()), r#"{"a":1}"#);
        assert_eq!(exchange.body_text(), r#"{"a":1}"#);
        let binary = Frame::Binary(Bytes::from_static(&[b'a', 0xff]));
        assert_eq!(
            self::exchange("/", &[])
                .with_message(binary, false)
                .body_text(),
            "a\u{fffd}"
        );
    }
}
