//! A WebSocket client of few words over a raw socket: it sends what it is told, masked or
//! not, whole or in pieces, and gives every frame that comes back.
//!
//! A library would refuse to send what a test of bad input wants to send.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::http::{self, Reply};

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text message, or a piece of one.
    Text(String),
    /// A binary message, or a piece of one.
    Binary(Vec<u8>),
    /// The answer to a ping.
    Pong(Vec<u8>),
    /// A ping; it has been answered.
    Ping(Vec<u8>),
    /// A close frame; 1005 when it carried no code. It has been answered.
    Close(u16),
    /// The connection ended without a close frame.
    Ended,
}

/// An open WebSocket.
#[derive(Debug)]
pub struct Socket {
    stream: TcpStream,
    bytes: Vec<u8>,
    frames: VecDeque<Frame>,
    ended: bool,
    /// The answer to the handshake.
    pub reply: Reply,
}

/// The bytes of a frame with the first byte given (FIN and opcode).
pub fn frame(first: u8, payload: &[u8], masked: bool) -> Vec<u8> {
    let mask_bit = if masked { 0x80 } else { 0 };
    let mut bytes = vec![first];
    match payload.len() {
        length @ 0..126 => bytes.push(mask_bit | length as u8),
        length @ 126..65_536 => {
            bytes.push(mask_bit | 126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            bytes.push(mask_bit | 127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    if masked {
        bytes.extend_from_slice(&MASK);
        bytes.extend(
            payload
                .iter()
                .zip(MASK.iter().cycle())
                .map(|(byte, mask)| byte ^ mask),
        );
    } else {
        bytes.extend_from_slice(payload);
    }
    bytes
}

impl Socket {
    /// Shakes hands; the error is the HTTP answer that refused, or `None` without an answer.
    /// Headers given replace the handshake's own.
    pub fn open(
        port: u16,
        path: &str,
        headers: &[(String, String)],
    ) -> Result<Self, Option<Reply>> {
        let has = |name: &str| {
            headers
                .iter()
                .any(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        let host = format!("localhost:{port}");
        let own = [
            ("Host", host.as_str()),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", KEY),
            ("Sec-WebSocket-Version", "13"),
        ];
        let mut all: Vec<(String, String)> = Vec::new();
        all.extend(
            own.iter()
                .filter(|(name, _)| !has(name))
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned())),
        );
        all.extend_from_slice(headers);
        let mut head = format!("GET {path} HTTP/1.1\r\n");
        for (name, value) in &all {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        let mut stream = http::connect(port).map_err(|_| None)?;
        stream.write_all(head.as_bytes()).map_err(|_| None)?;
        stream
            .set_read_timeout(Some(http::LIMIT))
            .map_err(|_| None)?;
        let mut bytes = Vec::new();
        let mut buffer = [0; 4096];
        loop {
            let reply = http::parse(&bytes, "GET");
            match reply {
                Some(mut reply) if reply.status == 101 => {
                    let rest = std::mem::take(&mut reply.body);
                    return Ok(Self {
                        stream,
                        bytes: rest,
                        frames: VecDeque::new(),
                        ended: false,
                        reply,
                    });
                }
                Some(reply)
                    if reply.framing.is_none() && reply.header("content-length").is_some() =>
                {
                    return Err(Some(reply));
                }
                reply => match stream.read(&mut buffer) {
                    Ok(0) | Err(_) => return Err(reply),
                    Ok(count) => bytes.extend_from_slice(&buffer[..count]),
                },
            }
        }
    }

    /// Sends bytes as they are.
    pub fn send_raw(&mut self, bytes: &[u8]) {
        // A peer that has gone shows on the next read.
        let _ = self.stream.write_all(bytes);
    }

    /// Sends a text message.
    pub fn send_text(&mut self, text: &str) {
        self.send_raw(&frame(0x81, text.as_bytes(), true));
    }

    /// Sends a binary message.
    pub fn send_binary(&mut self, bytes: &[u8]) {
        self.send_raw(&frame(0x82, bytes, true));
    }

    /// Sends a ping.
    pub fn send_ping(&mut self, bytes: &[u8]) {
        self.send_raw(&frame(0x89, bytes, true));
    }

    /// Sends a close frame with a code.
    pub fn send_close(&mut self, code: u16) {
        self.send_raw(&frame(0x88, &code.to_be_bytes(), true));
    }

    fn take(&mut self) -> Option<(u8, Vec<u8>)> {
        let bytes = &self.bytes;
        let (mut length, mut offset) = (usize::from(*bytes.get(1)? & 127), 2);
        if length == 126 {
            length = usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?));
            offset = 4;
        } else if length == 127 {
            length =
                usize::try_from(u64::from_be_bytes(bytes.get(2..10)?.try_into().ok()?)).ok()?;
            offset = 10;
        }
        let payload = bytes.get(offset..offset + length)?.to_vec();
        let opcode = bytes.first()? & 15;
        self.bytes.drain(..offset + length);
        Some((opcode, payload))
    }

    fn decode(&mut self) {
        while let Some((opcode, payload)) = self.take() {
            let item = match opcode {
                0 | 1 => Frame::Text(String::from_utf8_lossy(&payload).into_owned()),
                2 => Frame::Binary(payload),
                8 => {
                    self.send_raw(&frame(0x88, &payload, true));
                    let code = payload.first_chunk::<2>();
                    Frame::Close(code.map_or(1005, |code| u16::from_be_bytes(*code)))
                }
                9 => {
                    self.send_raw(&frame(0x8a, &payload, true));
                    Frame::Ping(payload)
                }
                _ => Frame::Pong(payload),
            };
            self.frames.push_back(item);
        }
    }

    /// The next frame, or `None` when none came within the limit.
    pub fn receive(&mut self, limit: Duration) -> Option<Frame> {
        let deadline = Instant::now() + limit;
        let mut buffer = [0; 16_384];
        loop {
            self.decode();
            if let Some(item) = self.frames.pop_front() {
                return Some(item);
            }
            if self.ended {
                return Some(Frame::Ended);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.stream.set_read_timeout(Some(left)).is_err() {
                return None;
            }
            match self.stream.read(&mut buffer) {
                Ok(0) => self.ended = true,
                Ok(count) => self.bytes.extend_from_slice(&buffer[..count]),
                Err(error)
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) =>
                {
                    return None;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => self.ended = true,
            }
        }
    }
}
