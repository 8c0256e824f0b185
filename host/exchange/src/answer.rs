//! The answer in progress.

use std::path::PathBuf;
use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::Frame;

/// An answer: it starts from what the file says, and templates and plugins override.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Header lines in order; repeated names stand beside each other.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Body,
    /// How long to wait before it leaves, counted from the arrival of the request.
    pub delay: Duration,
    /// WebSocket messages to send, in order.
    pub frames: Vec<Frame>,
    /// Closes the connection after the messages.
    pub close: Option<Close>,
}

/// Where an answer's bytes come from.
#[derive(Clone, Debug, Default)]
pub enum Body {
    /// No bytes.
    #[default]
    Empty,
    /// Bytes that were known at load; shared, never copied.
    Static(Bytes),
    /// Bytes made for this answer.
    Bytes(BytesMut),
    /// The content of a file.
    File(PathBuf),
}

/// A close frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The close code.
    pub code: u16,
    /// At most 123 bytes of text.
    pub reason: String,
}

impl Default for Answer {
    fn default() -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: Body::Empty,
            delay: Duration::ZERO,
            frames: Vec::new(),
            close: None,
        }
    }
}

impl Answer {
    /// The bytes so far; empty for a file.
    pub fn bytes(&self) -> &[u8] {
        match &self.body {
            Body::Static(bytes) => bytes,
            Body::Bytes(bytes) => bytes,
            Body::Empty | Body::File(_) => &[],
        }
    }

    /// Appends to the body.
    pub fn write(&mut self, bytes: &[u8]) {
        match &mut self.body {
            Body::Bytes(body) => body.extend_from_slice(bytes),
            Body::Static(body) => {
                let mut joined = BytesMut::with_capacity(body.len() + bytes.len());
                joined.extend_from_slice(body);
                joined.extend_from_slice(bytes);
                self.body = Body::Bytes(joined);
            }
            Body::Empty | Body::File(_) => self.body = Body::Bytes(BytesMut::from(bytes)),
        }
    }

    /// Replaces every header of that name (in any case) by one.
    pub fn set_header(&mut self, name: &str, value: impl Into<String>) {
        self.remove_header(name);
        self.headers.push((name.to_owned(), value.into()));
    }

    /// Removes every header of that name, in any case.
    pub fn remove_header(&mut self, name: &str) {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| &**value)
    }
}
