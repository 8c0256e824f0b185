//! HTTP/1.1 over a raw socket: nothing is normalised on the way out or in.
//!
//! One connection per request, read to its end, so that what is compared is exactly what
//! was sent. A server that does not answer costs [`LIMIT`].

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, TcpStream},
    time::{Duration, Instant},
};

/// How long an answer may take.
pub const LIMIT: Duration = Duration::from_secs(10);

/// An answer as it came.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// Headers in order, names as sent, values as Latin-1.
    pub headers: Headers,
    /// The body, without chunks.
    pub body: Vec<u8>,
    /// What is wrong with the body's length, if anything.
    pub framing: Option<String>,
}

impl Reply {
    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The server closed it.
    Closed,
    /// Nothing more came in time.
    Timeout,
}

/// Opens a connection to the server.
pub fn connect(port: u16) -> std::io::Result<TcpStream> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Sends bytes and reads until the server closes or [`LIMIT`] is over.
pub fn talk(port: u16, bytes: &[u8]) -> (Vec<u8>, End) {
    let mut received = Vec::new();
    let Ok(mut stream) = connect(port) else {
        return (received, End::Closed);
    };
    // A server that refuses early may have closed before all is written: its answer counts.
    let _ = stream.write_all(bytes);
    let deadline = Instant::now() + LIMIT;
    let mut buffer = vec![0; 65_536];
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() || stream.set_read_timeout(Some(left)).is_err() {
            return (received, End::Timeout);
        }
        match stream.read(&mut buffer) {
            Ok(0) => return (received, End::Closed),
            Ok(count) => received.extend_from_slice(&buffer[..count]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                return (received, End::Timeout);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return (received, End::Closed),
        }
    }
}

/// The bytes of a request; `Host`, `Connection: close` and the length are added where they are missing.
pub fn request(line: &str, headers: &[(String, String)], body: &[u8], port: u16) -> Vec<u8> {
    let has = |name: &str| {
        headers
            .iter()
            .any(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    let mut head = format!("{line} HTTP/1.1\r\n");
    if !has("host") {
        head.push_str(&format!("Host: localhost:{port}\r\n"));
    }
    if !has("connection") {
        head.push_str("Connection: close\r\n");
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() && !has("content-length") && !has("transfer-encoding") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Asks, and gives the answer; `None` when there was none.
pub fn ask(port: u16, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Reply> {
    let headers: Vec<_> = headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let (bytes, _) = talk(port, &request(line, &headers, body, port));
    parse(&bytes, line.split(' ').next().unwrap_or_default())
}

/// The bytes from the first occurrence of `pattern` on.
pub(crate) fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes
        .windows(pattern.len())
        .position(|window| window == pattern)
}

/// Header names and values in order.
pub type Headers = Vec<(String, String)>;

fn head(bytes: &[u8]) -> Option<(u16, Headers, &[u8])> {
    let end = find(bytes, b"\r\n\r\n")?;
    let text: String = bytes[..end].iter().map(|byte| char::from(*byte)).collect();
    let mut lines = text.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers = lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            (name.to_owned(), value.trim().to_owned())
        })
        .collect();
    Some((status, headers, &bytes[end + 4..]))
}

fn dechunk(mut bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        let Some(end) = find(bytes, b"\r\n") else {
            return (body, false);
        };
        let size = std::str::from_utf8(&bytes[..end]).ok();
        let size =
            size.and_then(|text| usize::from_str_radix(text.split(';').next()?.trim(), 16).ok());
        match size {
            Some(0) => return (body, true),
            Some(size) if bytes.len() >= end + 4 + size => {
                body.extend_from_slice(&bytes[end + 2..end + 2 + size]);
                bytes = &bytes[end + 4 + size..];
            }
            _ => return (body, false),
        }
    }
}

/// The first answer in the bytes; informational ones before it are skipped.
pub fn parse(bytes: &[u8], method: &str) -> Option<Reply> {
    let mut found = head(bytes)?;
    while (100..200).contains(&found.0) && found.0 != 101 {
        found = head(found.2)?;
    }
    let (status, headers, rest) = found;
    let mut reply = Reply {
        status,
        headers,
        body: rest.to_vec(),
        framing: None,
    };
    if reply
        .header("transfer-encoding")
        .is_some_and(|value| value.eq_ignore_ascii_case("chunked"))
    {
        let (body, whole) = dechunk(rest);
        reply.body = body;
        if !whole {
            reply.framing = Some("the last chunk is missing".to_owned());
        }
    } else if let Some(length) = reply.header("content-length").map(str::to_owned) {
        let bodiless = method == "HEAD" || status == 304 || status == 204;
        if !bodiless && length.parse() != Ok(reply.body.len()) {
            reply.framing = Some(format!(
                "content-length {length}, body {}",
                reply.body.len()
            ));
        }
    }
    Some(reply)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_taken_apart() {
        let chunked = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        let reply = parse(chunked, "GET").expect("an answer");
        assert_eq!(
            (reply.status, reply.text().as_str(), reply.framing),
            (200, "abc", None)
        );
        let short =
            parse(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", "GET").expect("an answer");
        assert_eq!(short.framing.as_deref(), Some("content-length 5, body 3"));
        assert!(parse(b"HTTP/1.1 200", "GET").is_none());
    }
}
