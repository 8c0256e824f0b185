//! The load: connections that send one operation after the other and check every answer.

use std::cell::Cell;
use std::error::Error;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// Bytes of an answer in which to look for what is expected: the load must stay cheap.
const LOOKED_AT: usize = 1 << 10;

/// What one connection says again and again.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    /// Sent once, its answer (an HTTP head) read and forgotten; empty for none.
    pub(crate) hello: Vec<u8>,
    /// The operations, in turn.
    pub(crate) operations: Vec<Vec<u8>>,
    /// What every answer must contain.
    pub(crate) expected: &'static str,
    /// Answers are WebSocket frames, else HTTP responses.
    pub(crate) websocket: bool,
}

/// Runs the load for that long; answers how many operations were answered.
pub(crate) async fn run(
    port: u16,
    talk: &Talk,
    connections: usize,
    time: Duration,
) -> Result<u64, Box<dyn Error>> {
    let done = Rc::new(Cell::new(0u64));
    let failure = Rc::new(Cell::new(None));
    let local = LocalSet::new();
    let end = Instant::now() + time;
    for number in 0..connections {
        let (talk, done, failure) = (talk.clone(), done.clone(), failure.clone());
        local.spawn_local(async move {
            if let Err(error) = converse(port, &talk, number, end, &done).await {
                failure.set(Some(error.to_string()));
            }
        });
    }
    local.await;
    match failure.take() {
        Some(message) => Err(message.into()),
        None => Ok(done.get()),
    }
}

async fn converse(
    port: u16,
    talk: &Talk,
    number: usize,
    end: Instant,
    done: &Cell<u64>,
) -> Result<(), Box<dyn Error>> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(16 << 10);
    if !talk.hello.is_empty() {
        stream.write_all(&talk.hello).await?;
        let length = loop {
            if let Some(length) = head_length(&buffer) {
                break length;
            }
            more(&mut stream, &mut buffer).await?;
        };
        if !buffer.starts_with(b"HTTP/1.1 101") {
            return Err(format!("no upgrade: {}", String::from_utf8_lossy(&buffer)).into());
        }
        buffer.drain(..length);
    }
    for operation in talk.operations.iter().cycle().skip(number * 7) {
        if Instant::now() >= end {
            return Ok(());
        }
        stream.write_all(operation).await?;
        let length = loop {
            let length = if talk.websocket {
                frame_length(&buffer)
            } else {
                response_length(&buffer)
            };
            match length {
                Some(length) if buffer.len() >= length => break length,
                _ => more(&mut stream, &mut buffer).await?,
            }
        };
        let looked_at = &buffer[..length.min(LOOKED_AT)];
        if !contains(looked_at, talk.expected.as_bytes()) {
            let answer = String::from_utf8_lossy(&buffer[..length]).into_owned();
            return Err(format!("`{}` is not in the answer {answer}", talk.expected).into());
        }
        buffer.drain(..length);
        done.set(done.get() + 1);
    }
    Ok(())
}

async fn more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(), Box<dyn Error>> {
    match stream.read_buf(buffer).await? {
        0 => Err("the server closed the connection".into()),
        _ => Ok(()),
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

fn head_length(buffer: &[u8]) -> Option<usize> {
    buffer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map(|at| at + 4)
}

/// The length of a response with a Content-Length.
fn response_length(buffer: &[u8]) -> Option<usize> {
    let head = head_length(buffer)?;
    let text = std::str::from_utf8(&buffer[..head]).ok()?;
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().ok())?
    });
    Some(head + length?)
}

/// The length of a frame from a server, which is not masked.
fn frame_length(buffer: &[u8]) -> Option<usize> {
    match *buffer.get(1)? {
        length @ 0..=125 => Some(2 + usize::from(length)),
        126 => {
            let length = u16::from_be_bytes([*buffer.get(2)?, *buffer.get(3)?]);
            Some(4 + usize::from(length))
        }
        _ => None,
    }
}

/// A masked text frame, the mask being zero.
pub(crate) fn text_frame(text: &str) -> Vec<u8> {
    let mut frame = vec![0x81];
    match text.len() {
        length @ 0..=125 => frame.push(0x80 | length as u8),
        length => {
            frame.push(0x80 | 126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    frame.extend_from_slice(&[0; 4]);
    frame.extend_from_slice(text.as_bytes());
    frame
}
