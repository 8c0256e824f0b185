//! One case: steps on a connection of its own, and what must come of each.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use wasmock_tests::{http, websocket::frame};

/// Longer than any answer takes; what has not come by then does not come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The handshake's key of the standard's example, and the answer to it.
pub const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

#[derive(Debug, Clone)]
pub struct Case {
    pub name: String,
    pub steps: Vec<Step>,
}

/// What the client does, or what it must be told next.
#[derive(Debug, Clone)]
pub enum Step {
    /// Bytes, in one write.
    Send(Vec<u8>),
    /// Bytes in pieces of that size, each in a segment of its own.
    Pieces(Vec<u8>, usize),
    /// No more bytes will come from the client.
    Finish,
    /// An HTTP answer with that status, and a line with this in its head.
    Status(u16, &'static str),
    /// A whole frame with that first byte and payload.
    Frame(u8, Vec<u8>),
    /// A close frame with that code; none for an empty one.
    Close(Option<u16>),
    /// The end of the socket, in order and without a byte before it.
    End,
}

pub use Step::{Close, End, Finish, Frame, Pieces, Send, Status};

/// A handshake that is as it should be.
pub fn handshake(path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    .into_bytes()
}

/// A masked frame.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    frame(first, payload, true)
}

/// A masked frame with that mask.
pub fn with_mask(first: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut bytes = frame(first, payload, false);
    let head = bytes.len() - payload.len();
    bytes[1] |= 0x80;
    bytes.splice(head..head, mask);
    for (byte, mask) in bytes[head + 4..].iter_mut().zip(mask.iter().cycle()) {
        *byte ^= mask;
    }
    bytes
}

/// A close frame with a code.
pub fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    masked(0x88, &[&code.to_be_bytes()[..], reason].concat())
}

/// An answer to an echo.
pub fn text(payload: &[u8]) -> Step {
    Frame(0x81, payload.to_vec())
}

pub fn pong(payload: &[u8]) -> Step {
    Frame(0x8a, payload.to_vec())
}

/// Steps after a good handshake on that path.
pub fn on(path: &str, name: impl Into<String>, steps: impl Into<Vec<Step>>) -> Case {
    let mut all = vec![Send(handshake(path)), Status(101, ACCEPT)];
    all.extend(steps.into());
    Case {
        name: name.into(),
        steps: all,
    }
}

/// As [`on`] the echo; the connection is closed in order afterwards, so nothing else came.
pub fn fine(name: impl Into<String>, steps: impl Into<Vec<Step>>) -> Case {
    let mut steps = steps.into();
    steps.extend([Send(close(1000, b"")), Close(Some(1000)), End]);
    on("/echo", name, steps)
}

/// Bytes that break the protocol: that close code and an orderly end, whatever follows them.
pub fn broken(name: impl Into<String>, bytes: Vec<u8>, code: u16) -> Case {
    let after = masked(0x81, b"never answered");
    on(
        "/echo",
        name,
        [Send([bytes, after].concat()), Close(Some(code)), End],
    )
}

impl Case {
    /// Does the steps; the error is what came instead.
    pub fn run(&self, port: u16) -> Result<(), String> {
        let mut socket = Socket {
            stream: http::connect(port).map_err(|error| error.to_string())?,
            bytes: Vec::new(),
        };
        let stream = &socket.stream;
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        for (number, step) in self.steps.iter().enumerate() {
            socket
                .step(step)
                .map_err(|found| format!("step {number}, {}: {found}", step.describe()))?;
        }
        Ok(())
    }
}

impl Step {
    fn describe(&self) -> String {
        match self {
            Send(bytes) => format!("sending {} bytes", bytes.len()),
            Pieces(bytes, size) => format!("sending {} bytes by {size}", bytes.len()),
            Frame(first, payload) if payload.len() > 100 => {
                format!("wanted a frame {first:#x} of {} bytes", payload.len())
            }
            other => format!("wanted {other:?}"),
        }
    }
}

struct Socket {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Socket {
    fn step(&mut self, step: &Step) -> Result<(), String> {
        match step {
            // A server that has closed takes no more; what it said before is what counts.
            Send(bytes) => drop(self.stream.write_all(bytes)),
            Pieces(bytes, size) => {
                for piece in bytes.chunks(*size) {
                    if self.stream.write_all(piece).is_err() {
                        break;
                    }
                }
            }
            Finish => self.stream.shutdown(Shutdown::Write).map_err(failed)?,
            Status(status, line) => self.status(*status, line)?,
            Frame(first, payload) => {
                let found = self.frame()?;
                if found != (*first, payload.clone()) {
                    return Err(shown(&found));
                }
            }
            Close(code) => {
                let found = self.frame()?;
                let found_code = found
                    .1
                    .first_chunk::<2>()
                    .map(|code| u16::from_be_bytes(*code));
                if found.0 != 0x88 || found_code != *code {
                    return Err(shown(&found));
                }
            }
            End => {
                let mut rest = std::mem::take(&mut self.bytes);
                self.stream.read_to_end(&mut rest).map_err(failed)?;
                if !rest.is_empty() {
                    return Err(format!("bytes: {:?}", &rest[..rest.len().min(40)]));
                }
            }
        }
        Ok(())
    }

    fn status(&mut self, status: u16, line: &str) -> Result<(), String> {
        let end = loop {
            let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
            match end {
                Some(end) => break end + 4,
                None => self.more()?,
            }
        };
        let head = String::from_utf8_lossy(&self.bytes[..end]).into_owned();
        self.bytes.drain(..end);
        let lower = head.to_ascii_lowercase();
        if head.split(' ').nth(1) != Some(status.to_string().as_str())
            || !lower.contains(&line.to_ascii_lowercase())
        {
            return Err(head);
        }
        if status == 200 {
            // Its body, so that what comes after it can be looked at.
            let length = lower
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok());
            while self.bytes.len() < length.unwrap_or(0) {
                self.more()?;
            }
            self.bytes.drain(..length.unwrap_or(0));
        }
        Ok(())
    }

    fn frame(&mut self) -> Result<(u8, Vec<u8>), String> {
        loop {
            if let Some(frame) = take(&mut self.bytes) {
                return Ok(frame);
            }
            self.more()?;
        }
    }

    fn more(&mut self) -> Result<(), String> {
        let mut buffer = [0; 64 << 10];
        match self.stream.read(&mut buffer) {
            Ok(0) => Err(format!("the end, after {} bytes", self.bytes.len())),
            Ok(count) => {
                self.bytes.extend_from_slice(&buffer[..count]);
                Ok(())
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// The frame at the front, when it is whole.
fn take(bytes: &mut Vec<u8>) -> Option<(u8, Vec<u8>)> {
    let (start, length) = match *bytes.get(1)? {
        126 => (
            4,
            u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?).into(),
        ),
        127 => (10, u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?)),
        length => (2, u64::from(length)),
    };
    let end = start + usize::try_from(length).ok()?;
    let payload = bytes.get(start..end)?.to_vec();
    let first = bytes[0];
    bytes.drain(..end);
    Some((first, payload))
}

#[expect(clippy::needless_pass_by_value, reason = "it stands behind map_err")]
fn failed(error: std::io::Error) -> String {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => "nothing".to_owned(),
        ErrorKind::ConnectionReset => "a reset".to_owned(),
        _ => error.to_string(),
    }
}

fn shown((first, payload): &(u8, Vec<u8>)) -> String {
    let start = &payload[..payload.len().min(60)];
    format!(
        "a frame {first:#x} of {} bytes: {start:?} {:?}",
        payload.len(),
        String::from_utf8_lossy(start)
    )
}
