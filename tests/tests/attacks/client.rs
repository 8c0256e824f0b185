//! What attackers are made of.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use wasmock_tests::http;
use wasmock_tests::mock::Mock;

/// A handshake that is as it should be.
pub fn handshake(path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    .into_bytes()
}

/// A connection; it takes as long as it takes.
pub fn connect(mock: &Mock) -> TcpStream {
    let stream = http::connect(mock.port).expect("the server accepts");
    stream
        .set_read_timeout(Some(Duration::from_secs(40)))
        .unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(2)))
        .unwrap();
    stream
}

/// A WebSocket of which nothing is read but the answer to its handshake.
pub fn deaf(mock: &Mock, path: &str) -> TcpStream {
    let mut stream = connect(mock);
    stream.write_all(&handshake(path)).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    stream
}

/// Everything until the end, which may be a reset.
pub fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    bytes
}

/// Numbers that look random and are the same each time.
pub fn noise(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect()
}
