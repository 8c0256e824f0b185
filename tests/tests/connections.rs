//! HTTP connections as clients treat them: kept open, pipelined, cut, slow, broken, many.
#![allow(clippy::unwrap_used, clippy::print_stderr, unreachable_pub)]
// Tests measure real time.
#![allow(clippy::disallowed_methods)]

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    thread,
    time::{Duration, Instant},
};

use serde_json::json;
use wasmock_tests::{http, mock::Mock};

fn hello() -> Mock {
    Mock::start(
        &json!({
            "data": { "items": [], "counter": { "n": 0 } },
            "routes": [
                { "GET hello": "hello {{queryParam 'n'}}" },
                { "GET static": "static" },
                { "POST echo": "{{{body}}}" },
                { "GET slow": { "body": "slow", "latency": 1000 } },
                { "POST inc": "{{setData 'inc' 'counter' 'n'}}" },
                { "GET counter": "{{data 'counter' 'n'}}" },
                { "CRUD items": { "bucket": "items" } }
            ]
        }),
        &[],
    )
}

/// Reads answers from an open connection until `count` bodies have come or nothing comes for a while.
fn bodies(stream: &mut TcpStream, count: usize) -> Vec<String> {
    stream
        .set_read_timeout(Some(Duration::from_secs(3)))
        .expect("a time limit");
    let mut bytes = Vec::new();
    let mut buffer = [0; 8192];
    let mut found = Vec::new();
    while found.len() < count {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
        while let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .and_then(|text| text.trim().parse().ok());
            let length: usize = length.expect("a length");
            if bytes.len() < end + 4 + length {
                break;
            }
            found.push(String::from_utf8_lossy(&bytes[end + 4..end + 4 + length]).into_owned());
            bytes.drain(..end + 4 + length);
        }
    }
    found
}

#[test]
fn a_connection_serves_many_requests_and_pipelines_in_order() {
    let mock = hello();
    let mut stream = http::connect(mock.port).expect("a connection");
    for n in 0..3 {
        write!(stream, "GET /hello?n={n} HTTP/1.1\r\nHost: h\r\n\r\n").expect("written");
        assert_eq!(bodies(&mut stream, 1), [format!("hello {n}")]);
    }
    let mut burst = String::new();
    for n in 0..50 {
        burst.push_str(&format!("GET /hello?n={n} HTTP/1.1\r\nHost: h\r\n\r\n"));
    }
    stream.write_all(burst.as_bytes()).expect("written");
    let wanted: Vec<String> = (0..50).map(|n| format!("hello {n}")).collect();
    assert_eq!(bodies(&mut stream, 50), wanted);
}

#[test]
fn a_slow_answer_does_not_delay_other_connections() {
    let mock = hello();
    let mut slow: Vec<TcpStream> = (0..20)
        .map(|_| http::connect(mock.port).expect("a connection"))
        .collect();
    for stream in &mut slow {
        stream
            .write_all(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            .expect("written");
    }
    let start = Instant::now();
    assert_eq!(mock.get("/static"), "static");
    assert!(
        start.elapsed() < Duration::from_millis(250),
        "the static answer took {:?}",
        start.elapsed()
    );
    for stream in &mut slow {
        assert_eq!(bodies(stream, 1), ["slow"]);
    }
}

#[test]
fn a_head_may_arrive_byte_by_byte() {
    let mock = hello();
    let mut stream = http::connect(mock.port).expect("a connection");
    for byte in b"GET /hello?n=1 HTTP/1.1\r\nHost: h\r\n\r\n" {
        stream.write_all(&[*byte]).expect("written");
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(bodies(&mut stream, 1), ["hello 1"]);
}

#[test]
fn the_server_outlives_whatever_clients_do() {
    let mut mock = hello();
    let port = mock.port;
    let rude: [&[u8]; 9] = [
        b"",
        b"\r\n\r\n\r\n",
        b"GET",
        b"GET /hello HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nshort",
        b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
        b"POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nnonsense that is no frame",
        b"GET / HTTP/9.9\r\n\r\n",
    ];
    for bytes in rude {
        let mut stream = http::connect(port).expect("a connection");
        stream.write_all(bytes).expect("written");
        // Half of them hang up, half say that they have no more to say.
        if bytes.len() % 2 == 0 {
            let _ = stream.shutdown(Shutdown::Write);
            stream
                .set_read_timeout(Some(Duration::from_millis(200)))
                .expect("a time limit");
            let _ = stream.read(&mut [0; 1024]);
        }
    }
    for _ in 0..200 {
        let mut stream = http::connect(port).expect("a connection");
        stream
            .write_all(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
            .expect("written");
    }
    assert_eq!(mock.get("/static"), "static");
    assert!(mock.server.is_running());
}

#[test]
fn too_long_a_head_is_refused() {
    let mock = hello();
    let head = "x".repeat(200_000);
    let reply = http::ask(mock.port, "GET /static", &[("X-Long", &head)], b"");
    assert_eq!(reply.map(|reply| reply.status), Some(431));
    assert_eq!(mock.get("/static"), "static");
}

#[test]
fn a_large_body_comes_back_whole() {
    let mock = hello();
    let body: Vec<u8> = (0..3_000_000_u32).map(|n| b'a' + (n % 26) as u8).collect();
    let reply = mock.ask("POST /echo", &[("Content-Type", "text/plain")], &body);
    assert_eq!(reply.body.len(), body.len());
    assert!(reply.body == body, "the body changed on the way");
}

#[test]
fn nothing_is_lost_when_many_write_at_once() {
    const CLIENTS: usize = 8;
    const EACH: usize = 50;
    let mock = hello();
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let mock = &mock;
            scope.spawn(move || {
                for number in 0..EACH {
                    mock.ask("POST /inc", &[], b"");
                    let body = json!({ "id": format!("{client}-{number}") }).to_string();
                    let reply = mock.ask(
                        "POST /items",
                        &[("Content-Type", "application/json")],
                        body.as_bytes(),
                    );
                    assert_eq!(reply.status, 201, "{}", reply.text());
                }
            });
        }
    });
    assert_eq!(mock.get("/counter"), (CLIENTS * EACH).to_string());
    let items: serde_json::Value =
        serde_json::from_str(&mock.get("/items?limit=100000")).expect("JSON");
    assert_eq!(items.as_array().map(Vec::len), Some(CLIENTS * EACH));
    for client in 0..CLIENTS {
        assert_eq!(
            mock.ask(&format!("GET /items/{client}-{}", EACH - 1), &[], b"")
                .status,
            200
        );
    }
}
