//! What a template asks of the outside.

use wasmock_faker::Method;
use wasmock_javascript::{Object, Text, Value};

/// What a helper or a template does besides giving a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effects(u8);

impl Effects {
    /// Nothing: the same arguments give the same value.
    pub const PLAIN: Self = Self(0);
    /// The value depends on the request, the message or the connection.
    pub const READS_EXCHANGE: Self = Self(1);
    /// Something outside the template may change.
    pub const WRITES_STATE: Self = Self(2);
    /// The value depends on chance or on the time.
    pub const DRAWS_RANDOM: Self = Self(4);
    /// The value depends on what the server holds: buckets, variables, its environment, its
    /// time zone.
    pub const READS_STATE: Self = Self(8);

    /// Whether the value is always the same.
    pub const fn is_plain(self) -> bool {
        self.0 == 0
    }

    /// Whether all of `other` is in here.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl std::ops::BitOr for Effects {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl std::ops::BitOrAssign for Effects {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// A helper of another plugin.
#[derive(Clone, Copy, Debug)]
pub struct External {
    /// The number to call it by.
    pub id: u32,
    /// What it does besides giving a value.
    pub effects: Effects,
    /// Whether it answers a list for its block to be rendered for.
    pub block: bool,
}

/// Finds the helpers of other plugins while a template is compiled.
pub trait Lookup {
    /// The helper of that name, which then goes before one of ours.
    fn helper(&self, name: &str) -> Option<External>;
}

/// No other plugins.
#[derive(Clone, Copy, Debug)]
pub struct NoLookup;

impl Lookup for NoLookup {
    fn helper(&self, _: &str) -> Option<External> {
        None
    }
}

/// Why there is no fake value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FakeError {
    /// No such method.
    Unknown,
    /// faker.js's own complaint about its arguments, which most helpers hide.
    Refused(String),
    /// Any other error, which reaches the client.
    Failed(String),
}

impl std::fmt::Display for FakeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown => f.write_str("no such method"),
            Self::Refused(text) | Self::Failed(text) => f.write_str(text),
        }
    }
}

/// The outside of a template: every function belongs to the rendering in progress. Where there
/// is nothing (no request, no body) they answer `undefined` or the empty text.
///
/// The defaults are those of a server without a request, in UTC, at the beginning of 1970,
/// without chance.
#[allow(unused_variables)]
pub trait Host {
    /// Whether there is a request; without one, request helpers print nothing.
    fn has_request(&mut self) -> bool {
        false
    }

    /// The method, in capitals.
    fn method(&mut self) -> String {
        String::new()
    }

    /// A parameter of the path; a wildcard's is an array.
    fn param(&mut self, name: &str) -> Value {
        Value::Undefined
    }

    /// All parameters of the path.
    fn params(&mut self) -> Value {
        Value::object(Object::new())
    }

    /// The value at a path in the query; the whole for the empty path.
    ///
    /// # Errors
    /// The path cannot be followed; the text is for people.
    fn query_at(&mut self, path: &str) -> Result<Value, String> {
        Ok(Value::Undefined)
    }

    /// Whether there is a parsed body that is not false in JavaScript's sense.
    fn has_body(&mut self) -> bool {
        false
    }

    /// The value at a path in the parsed body; the whole for the empty path.
    ///
    /// # Errors
    /// The path cannot be followed; the text is for people.
    fn body_at(&mut self, path: &str) -> Result<Value, String> {
        Ok(Value::Undefined)
    }

    /// The body as text.
    fn body_text(&mut self) -> String {
        String::new()
    }

    /// A header: a text, or an array for `set-cookie`.
    fn header(&mut self, name: &str) -> Value {
        Value::Undefined
    }

    /// All headers as an object.
    fn headers(&mut self) -> Value {
        Value::object(Object::new())
    }

    /// A cookie.
    fn cookie(&mut self, name: &str) -> Value {
        Value::Undefined
    }

    /// The client's address.
    fn ip(&mut self) -> String {
        String::new()
    }

    /// The host the client asked for.
    fn hostname(&mut self) -> Value {
        Value::Undefined
    }

    /// The server's address with the prefix of its routes.
    fn base_url(&mut self) -> String {
        String::new()
    }

    /// Sets the status of the answer, if there is one.
    fn set_status(&mut self, status: u16) {}

    /// Calls a helper of another plugin.
    ///
    /// # Errors
    /// The text that reaches the client.
    fn call_helper(
        &mut self,
        id: u32,
        args: &[Value],
        named: &[(Text, Value)],
    ) -> Result<Value, String> {
        Ok(Value::Undefined)
    }

    /// A value of the sequence of fake data.
    ///
    /// # Errors
    /// See [`FakeError`].
    fn fake(&mut self, method: &Method, args: &[Value]) -> Result<Value, FakeError> {
        Err(FakeError::Failed("there is no fake data here".into()))
    }

    /// An environment variable of the server, the prefix added where it is missing.
    fn env_var(&mut self, name: &str) -> Option<String> {
        None
    }

    /// The present, in milliseconds since 1970.
    fn now_ms(&mut self) -> f64 {
        0.0
    }

    /// The server's offset from UTC at an instant, in seconds east of Greenwich.
    fn utc_offset(&mut self, at_ms: f64) -> i32 {
        0
    }

    /// The name of the server's time zone at an instant.
    fn zone_name(&mut self, at_ms: f64) -> String {
        "Coordinated Universal Time".to_owned()
    }

    /// 64 random bits, apart from the sequence of fake data.
    fn random_bits(&mut self) -> u64 {
        0
    }

    /// One line in the server's log.
    fn log(&mut self, line: &str) {}
}

/// A host without anything, for templates that ask nothing.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Host for Nothing {}
