//! The exchange: what a client sent, as rules, templates and plugins see it.

use std::borrow::Cow;

use bytes::Bytes;
use wasmock_javascript::Value;

/// What is being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: a bucket is filled, a plugin is configured.
    None,
    /// An HTTP request.
    Http,
    /// A WebSocket client connected.
    Opened,
    /// A WebSocket client sent a message.
    Message,
    /// The next message of a one-to-one stream is due.
    Tick,
    /// The next message of a broadcast is due; there is no request.
    Broadcast,
    /// A WebSocket client left.
    Closed,
    /// A callback is being prepared for the request that caused it.
    Callback,
}

/// One WebSocket message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// A text message; always valid UTF-8.
    Text(Bytes),
    /// A binary message.
    Binary(Bytes),
}

impl Frame {
    /// A text message.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(Bytes::from(text.into()))
    }

    /// The payload.
    pub fn payload(&self) -> &Bytes {
        match self {
            Self::Text(bytes) | Self::Binary(bytes) => bytes,
        }
    }
}

/// What a client sent.
///
/// Every method exists in every kind of exchange and answers an empty or missing value where
/// there is nothing; hence the defaults. Implementations parse lazily and at most once: a
/// method may be called many times by rules, templates and plugins, from any thread, and must
/// not block.
pub trait Exchange: Send + Sync {
    /// What is being answered.
    fn kind(&self) -> Kind;

    /// The method in capitals.
    fn method(&self) -> &str {
        ""
    }

    /// The request target as sent, with the query.
    fn url(&self) -> &str {
        ""
    }

    /// The path of the target, undecoded.
    fn path(&self) -> &str {
        ""
    }

    /// The route's pattern as the file writes it.
    fn route(&self) -> &str {
        ""
    }

    /// The path parameters: an object of texts, lists of texts for wildcards.
    fn params(&self) -> Value {
        Value::Undefined
    }

    /// One path parameter.
    fn param(&self, name: &str) -> Value {
        self.params().get(name).unwrap_or_default()
    }

    /// The parsed query.
    fn query(&self) -> Value {
        Value::Undefined
    }

    /// One header, the name in any case, repeated ones joined as Node joins them.
    fn header(&self, _name: &str) -> Option<Cow<'_, str>> {
        None
    }

    /// All headers as sent, names in lower case.
    fn headers(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// The cookies as an object.
    fn cookies(&self) -> Value {
        Value::Undefined
    }

    /// The body, or the message's payload.
    fn body(&self) -> &Bytes {
        static EMPTY: Bytes = Bytes::new();
        &EMPTY
    }

    /// The body as text; bytes that are no UTF-8 become U+FFFD.
    fn body_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(self.body())
    }

    /// The parsed body; `undefined` when its type is not parsed or it does not parse.
    fn parsed_body(&self) -> Value {
        Value::Undefined
    }

    /// The body as rules see it: parsed, or its text where it was not. A path on a text is the
    /// whole text.
    fn parsed_body_or_text(&self) -> Value {
        match self.parsed_body() {
            Value::Undefined => Value::text(self.body_text()),
            parsed => parsed,
        }
    }

    /// The WebSocket message.
    fn message(&self) -> Option<&Frame> {
        None
    }

    /// The connection's id.
    fn connection(&self) -> Option<&str> {
        None
    }

    /// The number of this request, message or tick; the first is 1.
    fn sequence(&self) -> u64 {
        0
    }

    /// The exchange's id, as error answers and the log show it.
    fn id(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    /// The client's address.
    fn remote_address(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    /// The host name asked for, without the port.
    fn hostname(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    /// The server's own address, with the prefix.
    fn base_url(&self) -> String {
        String::new()
    }
}

/// The exchange of a call about no request.
#[derive(Clone, Copy, Debug)]
pub struct NoExchange;

impl Exchange for NoExchange {
    fn kind(&self) -> Kind {
        Kind::None
    }
}
