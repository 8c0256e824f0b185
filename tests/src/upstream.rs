//! The server that proxied requests and callbacks reach: it notes what it gets and answers
//! from a short list, else with an echo in JSON. One request per connection.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    case::{Received, UpstreamAnswer},
    http,
    server::wait_until,
};

/// Headers that say nothing about the mock server: they are about one connection.
const DROPPED: [&str; 3] = ["host", "connection", "transfer-encoding"];

/// A listening upstream.
#[derive(Debug)]
pub struct Upstream {
    /// Where it listens.
    pub port: u16,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Upstream {
    /// Listens on a port of its own until the process ends.
    pub fn start(answers: Vec<UpstreamAnswer>) -> std::io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let received = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&received);
        thread::spawn(move || {
            let answers = Arc::new(answers);
            for stream in listener.incoming().map_while(Result::ok) {
                let (answers, notes) = (Arc::clone(&answers), Arc::clone(&notes));
                thread::spawn(move || serve(stream, &answers, &notes));
            }
        });
        Ok(Self { port, received })
    }

    /// What has arrived since the last look; waits two seconds at most for `count` requests.
    pub fn take(&self, count: usize) -> Vec<Received> {
        let lock = || self.received.lock().unwrap_or_else(PoisonError::into_inner);
        wait_until(Duration::from_secs(2), || lock().len() >= count);
        std::mem::take(&mut *lock())
    }
}

fn read(stream: &mut TcpStream) -> Option<(String, http::Headers, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    let end = loop {
        if let Some(end) = http::find(&bytes, b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let line = lines.next()?.to_owned();
    let headers: http::Headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let value = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let mut body = bytes.split_off(end + 4);
    if value("transfer-encoding").is_some() {
        while !body.ends_with(b"0\r\n\r\n") {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => body.extend_from_slice(&buffer[..count]),
            }
        }
        let whole = [
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(),
            &body,
        ]
        .concat();
        body = http::parse(&whole, "GET")?.body;
    } else {
        let length = value("content-length")
            .and_then(|length| length.parse().ok())
            .unwrap_or(0);
        while body.len() < length {
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => break,
                Ok(count) => body.extend_from_slice(&buffer[..count]),
            }
        }
    }
    Some((line, headers, body))
}

fn serve(mut stream: TcpStream, answers: &[UpstreamAnswer], notes: &Mutex<Vec<Received>>) {
    let Some((line, headers, body)) = read(&mut stream) else {
        return;
    };
    let (method, rest) = line.split_once(' ').unwrap_or((&line, ""));
    let url = rest.split(' ').next().unwrap_or_default();
    let body = String::from_utf8_lossy(&body).into_owned();
    let mut kept = Map::new();
    for (name, value) in headers
        .iter()
        .filter(|(name, _)| !DROPPED.contains(&name.as_str()))
    {
        add(&mut kept, name, value);
    }
    let received = Received {
        request: format!("{method} {url}"),
        headers: kept,
        body: body.clone(),
    };
    notes
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(received);
    let path = url.split('?').next().unwrap_or_default();
    let echo;
    let answer = match answers.iter().find(|answer| answer.path == path) {
        Some(answer) => answer,
        None => {
            echo = UpstreamAnswer {
                path: String::new(),
                status: None,
                headers: Map::from_iter([(
                    "Content-Type".to_owned(),
                    Value::from("application/json"),
                )]),
                body: json!({ "method": method, "url": url, "body": body }).to_string(),
                base64: None,
            };
            &echo
        }
    };
    let content = match &answer.base64 {
        Some(text) => STANDARD.decode(text).unwrap_or_default(),
        None => answer.body.clone().into_bytes(),
    };
    let mut head = format!(
        "HTTP/1.1 {} Answer\r\nConnection: close\r\n",
        answer.status.unwrap_or(200)
    );
    for (name, value) in &answer.headers {
        let values = value
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![value.clone()]);
        for value in values {
            head.push_str(&format!(
                "{name}: {}\r\n",
                value.as_str().unwrap_or_default()
            ));
        }
    }
    let bodiless = method == "HEAD";
    if !bodiless {
        head.push_str(&format!("Content-Length: {}\r\n", content.len()));
    }
    head.push_str("\r\n");
    let _ = stream.write_all(head.as_bytes());
    if !bodiless {
        let _ = stream.write_all(&content);
    }
}

/// Adds a value to a map of headers; a name that is there already gets a list.
pub(crate) fn add(headers: &mut Map<String, Value>, name: &str, value: &str) {
    let known = headers
        .keys()
        .find(|key| key.eq_ignore_ascii_case(name))
        .cloned();
    match known.and_then(|key| headers.get_mut(&key)) {
        Some(Value::Array(list)) => list.push(Value::from(value)),
        Some(other) => *other = json!([other.take(), value]),
        None => _ = headers.insert(name.to_owned(), Value::from(value)),
    }
}
