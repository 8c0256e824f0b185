//! Other servers: proxy mode and callbacks.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wasmock_server::Options;

use crate::server::Server;

#[tokio::test]
async fn what_no_route_answers_is_forwarded() {
    let behind = Server::start(json!([
        { "method": "all", "endpoint": "x", "responses": [{ "statusCode": 203, "body": "behind {{method}}",
            "headers": [{ "key": "Set-Cookie", "value": "a=1; Domain=x.org; Secure" }, { "key": "X-Behind", "value": "yes" }] }] }
    ])).await;
    let proxy = Server::with(
        json!({
            "endpointPrefix": "api", "proxyMode": true, "proxyRemovePrefix": true,
            "proxyHost": format!("http://127.0.0.1:{}", behind.port),
            "proxyResHeaders": [{ "key": "X-Added", "value": "{{method}}" }],
            "routes": [{ "endpoint": "own", "responses": [{ "body": "own" }] }]
        }),
        Path::new("/"),
        Options::default(),
    )
    .await;
    assert_eq!(proxy.get("/api/own").await.body, "own");
    let answer = proxy.send("POST /api/x", &[], "body").await;
    assert_eq!((answer.status, &*answer.body), (203, "behind POST"));
    assert_eq!(answer.header("set-cookie"), Some("a=1"));
    assert_eq!(
        (answer.header("x-behind"), answer.header("x-added")),
        (Some("yes"), Some("POST"))
    );
}

#[tokio::test]
async fn a_proxy_without_a_server_behind_it_says_so() {
    let proxy = Server::with(
        json!({ "proxyMode": true, "proxyHost": "http://127.0.0.1:1" }),
        Path::new("/"),
        Options::default(),
    )
    .await;
    let answer = proxy.get("/x").await;
    assert_eq!(answer.status, 504);
    let text = "An error occurred while trying to proxy to http://127.0.0.1:1 /x: Error: connect ECONNREFUSED 127.0.0.1:1";
    assert_eq!(answer.body, text);
}

/// A server that answers the first bytes of a body at once, and its end at the end.
async fn early() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        let mut buffer = [0; 1024];
        let mut answered = false;
        while !read.ends_with(b"0\r\n\r\n") {
            let count = stream.read(&mut buffer).await.unwrap();
            assert!(count > 0, "the request broke off");
            read.extend_from_slice(&buffer[..count]);
            if !answered && read.windows(5).any(|bytes| bytes == b"first") {
                answered = true;
                let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nearly\r\n";
                stream.write_all(head.as_bytes()).await.unwrap();
            }
        }
        stream.write_all(b"4\r\nlate\r\n0\r\n\r\n").await.unwrap();
    });
    port
}

#[tokio::test]
async fn bodies_flow_in_both_directions() {
    let proxy = Server::with(
        json!({ "proxyMode": true, "proxyHost": format!("http://127.0.0.1:{}", early().await) }),
        Path::new("/"),
        Options::default(),
    )
    .await;
    let mut stream = TcpStream::connect(("127.0.0.1", proxy.port)).await.unwrap();
    let head = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut read = String::new();
    let mut until = async |word: &str, stream: &mut TcpStream| {
        let mut buffer = [0; 1024];
        while !read.contains(word) {
            let count = tokio::time::timeout(Duration::from_secs(10), stream.read(&mut buffer));
            let count = count
                .await
                .unwrap_or_else(|_| panic!("`{word}` never came"))
                .unwrap();
            assert!(count > 0, "closed before `{word}`");
            read.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
    };
    // Only now does the request end: neither side was held until the other was complete.
    until("early", &mut stream).await;
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    until("late", &mut stream).await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_does_not_go_on() {
    let behind = Server::start(
        json!([{ "method": "post", "endpoint": "x", "responses": [{ "body": "all" }] }]),
    )
    .await;
    let mut options = Options::default();
    options.max_body_size = 8;
    let json =
        json!({ "proxyMode": true, "proxyHost": format!("http://127.0.0.1:{}", behind.port) });
    let proxy = Server::with(json, Path::new("/"), options).await;
    assert_eq!(proxy.send("POST /x", &[], "12345678").await.body, "all");
    assert_eq!(proxy.send("POST /x", &[], "123456789").await.status, 413);
    let head =
        "POST /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = proxy
        .raw(&format!("{head}5\r\n12345\r\n5\r\n12345\r\n0\r\n\r\n"))
        .await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn responses_start_callbacks() {
    let server = Server::with(
        json!({
            "data": [{ "id": "b", "name": "b", "value": "[]" }],
            "callbacks": [{ "uuid": "k", "method": "post", "uri": "/items", "body": "{\"m\":\"{{method}}\"}",
                "headers": [{ "key": "Content-Type", "value": "application/json" }] }],
            "routes": [
                { "endpoint": "start", "responses": [{ "body": "started", "callbacks": [{ "uuid": "k", "latency": 0 }] }] },
                { "type": "crud", "endpoint": "items", "responses": [{ "bodyType": "DATABUCKET", "databucketID": "b" }] }
            ]
        }),
        Path::new("/"),
        Options::default(),
    ).await;
    assert_eq!(server.get("/start").await.body, "started");
    for _ in 0..500 {
        let body = server.get("/items").await.body;
        if body != "[]" {
            assert!(body.starts_with(r#"[{"m":"GET","id":""#), "{body}");
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the callback never came");
}
