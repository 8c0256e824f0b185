//! Other servers: proxy mode and callbacks.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
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
