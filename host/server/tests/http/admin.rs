//! The admin API: what Mockoon has is compared with it by `tests/parity`; this is the rest.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use wasmock_server::{AdminOptions, Options};

use crate::server::{Answer, Server};

const TOKEN: (&str, &str) = ("Authorization", "Bearer secret");

async fn server(environment: Json) -> Server {
    let mut options = Options::default();
    let mut admin = AdminOptions::default();
    admin.token = Some("secret".to_owned());
    options.admin = Some(admin);
    Server::with(environment, Path::new("/"), options).await
}

async fn ask(server: &Server, line: &str, body: &Json) -> (u16, Json) {
    let headers = [TOKEN, ("Content-Type", "application/json")];
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let Answer { status, body, .. } = server.send(line, &headers, &body).await;
    (status, serde_json::from_str(&body).unwrap())
}

fn shop() -> Json {
    json!({
        "endpointPrefix": "api",
        "routes": [
            { "uuid": "r1", "method": "post", "endpoint": "orders/:id",
              "responses": [{ "statusCode": 201, "body": "done" }] },
            { "endpoint": "orders", "responses": [{ "body": "[]" }] }
        ]
    })
}

#[tokio::test]
async fn exchanges_are_verified() {
    let server = server(shop()).await;
    server
        .json(
            "POST /api/orders/1?dry=1",
            &json!({ "name": "Ann", "n": 1 }),
        )
        .await;
    server
        .json("POST /api/orders/2", &json!({ "name": "Bob" }))
        .await;
    server.get("/api/orders").await;
    server.get("/elsewhere").await;
    for (conditions, count) in [
        (json!({}), 4),
        (json!({ "method": "post" }), 2),
        (json!({ "path": "/api/orders/:id" }), 2),
        (json!({ "path": "/api/orders/2" }), 1),
        (json!({ "route": "r1", "status": 201 }), 2),
        (json!({ "status": 404 }), 1),
        (json!({ "body": { "$.name": "Ann", "n": 1 } }), 1),
        (json!({ "body": { "n": null }, "method": "post" }), 1),
        (json!({ "query": { "dry": 1 } }), 1),
        (
            json!({ "headers": { "content-type": "application/json" } }),
            2,
        ),
        (json!({ "bodyContains": "\"Bob" }), 1),
        (
            json!({ "rules": [{ "target": "body", "modifier": "name", "operator": "regex", "value": "^.o" }] }),
            1,
        ),
        (
            json!({ "rulesOperator": "OR", "rules": [
            { "target": "body", "modifier": "name", "operator": "equals", "value": "Ann" },
            { "target": "params", "modifier": "id", "operator": "equals", "value": "2" }
        ] }),
            2,
        ),
        (json!({ "since": 1e15 }), 0),
    ] {
        let (status, answer) = ask(&server, "POST /mockoon-admin/verify", &conditions).await;
        assert_eq!(
            (status, &answer["count"]),
            (200, &json!(count)),
            "{conditions}"
        );
        assert!(answer.get("verified").is_none());
        assert_eq!(answer["transactions"].as_array().unwrap().len(), count);
    }
    for (conditions, verified) in [
        (json!({ "method": "post", "count": 2 }), true),
        (json!({ "method": "put", "atLeast": 1 }), false),
    ] {
        let (_, answer) = ask(&server, "POST /mockoon-admin/verify", &conditions).await;
        assert_eq!(answer["verified"], json!(verified), "{conditions}");
    }
    for wrong in [
        json!({ "methd": "post" }),
        json!([]),
        json!({ "path": "a/(" }),
    ] {
        let (status, _) = ask(&server, "POST /mockoon-admin/verify", &wrong).await;
        assert_eq!(status, 400, "{wrong}");
    }
}

#[tokio::test]
async fn an_unusable_environment_changes_nothing() {
    let server = server(shop()).await;
    for body in [
        json!({}),
        json!([]),
        json!({ "unknown": 1 }),
        json!({ "name": "x", "routes": 7 }),
        json!({ "routes": [{ "endpoint": "a", "responses": [{ "wasmock": { "plugin": "missing" } }] }] }),
    ] {
        let (status, answer) = ask(&server, "PUT /mockoon-admin/environment", &body).await;
        let message = answer["message"].as_str().unwrap();
        assert_eq!(status, 400, "{body}");
        assert!(
            message.starts_with("Invalid environment format"),
            "{message}"
        );
    }
    assert_eq!(server.get("/api/orders").await.body, "[]");
    let new =
        json!({ "port": 1, "routes": [{ "endpoint": "new", "responses": [{ "body": "new" }] }] });
    let (status, _) = ask(&server, "PUT /mockoon-admin/environment", &new).await;
    assert_eq!(status, 200);
    assert_eq!(server.get("/new").await.body, "new");
    assert_eq!(server.get("/api/orders").await.status, 404);
    assert_ne!(server.site.environment().port, 1, "where it listens stays");
}

#[tokio::test]
async fn events_begin_with_the_past_and_go_on() {
    let server = server(json!({
        "data": [{ "id": "b", "name": "b", "value": "[]" }],
        "routes": [{ "endpoint": "x", "responses": [{ "body": "x" }] }]
    }))
    .await;
    server.get("/x?n=1").await;
    server.get("/x?n=2").await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port))
        .await
        .unwrap();
    let request = "GET /mockoon-admin/events?maxlogs=1&token=secret HTTP/1.1\r\nHost: a\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut read = String::new();
    let mut until = async |word: &str| {
        let mut buffer = [0; 4096];
        while !read.contains(word) {
            let count = stream.read(&mut buffer);
            let count = tokio::time::timeout(Duration::from_secs(10), count).await;
            let count = count
                .unwrap_or_else(|_| panic!("`{word}` never came"))
                .unwrap();
            assert!(count > 0, "the stream ended before `{word}`");
            read.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
        read.clone()
    };
    let past = until(r#""query":"n=2""#).await;
    assert!(
        past.contains(r#""event":"data-bucket-processed","dataBuckets":[{"uuid""#),
        "{past}"
    );
    assert!(!past.contains(r#""query":"n=1""#), "{past}");
    server.get("/x?n=3").await;
    let all = until(r#""query":"n=3""#).await;
    assert_eq!(all.matches(r#""query":"n=2""#).count(), 1, "{all}");
    let (status, _) = ask(&server, "PURGE /mockoon-admin/data-buckets", &Json::Null).await;
    assert_eq!(status, 200);
    server.get("/x?n=4").await;
    let all = until(r#""query":"n=4""#).await;
    assert_eq!(all.matches("data-bucket-processed").count(), 2, "{all}");
}

#[tokio::test]
async fn plugins_and_websockets_are_listed() {
    let server = server(json!({
        "routes": [{ "uuid": "w", "type": "ws", "endpoint": "chat/:room", "responses": [{ "body": "hi" }] }]
    }))
    .await;
    let (_, plugins) = ask(&server, "GET /mockoon-admin/plugins", &Json::Null).await;
    assert_eq!(
        plugins[0],
        json!({ "name": "echo", "builtIn": false, "roles": ["responder"], "trouble": null, "helpers": [] })
    );
    let message = json!({ "text": "a" });
    // What curl sends for a form is a text as well.
    let form = [TOKEN, ("Content-Type", "application/x-www-form-urlencoded")];
    let answer = server
        .send("POST /mockoon-admin/websockets/w/messages", &form, "a")
        .await;
    assert_eq!(answer.status, 200);
    for (line, status, answer) in [
        ("GET /mockoon-admin/websockets", 200, json!([])),
        (
            "POST /mockoon-admin/websockets/w/messages",
            200,
            json!({ "clients": 0 }),
        ),
        (
            "POST /mockoon-admin/websockets/chat/:room/messages",
            200,
            json!({ "clients": 0 }),
        ),
        (
            "POST /mockoon-admin/WebSockets/chat%2F:room/messages",
            200,
            json!({ "clients": 0 }),
        ),
        (
            "DELETE /mockoon-admin/websockets/w/connections",
            200,
            json!({ "clients": 0 }),
        ),
        (
            "POST /mockoon-admin/websockets/none/messages",
            404,
            json!({ "message": "WebSocket route or group not found" }),
        ),
        (
            "DELETE /mockoon-admin/websockets/connections/none?code=4000",
            404,
            json!({ "message": "WebSocket connection not found" }),
        ),
        (
            "DELETE /mockoon-admin/websockets/connections/none?code=1005",
            400,
            json!({ "message": "Invalid request" }),
        ),
    ] {
        assert_eq!(
            ask(&server, line, &message).await,
            (status, answer),
            "{line}"
        );
    }
}

#[tokio::test]
async fn without_the_api_its_paths_are_the_mocks() {
    let mut options = Options::default();
    options.admin = None;
    let route = json!({ "routes": [{ "endpoint": "mockoon-admin/logs", "responses": [{ "body": "own" }] }] });
    let server = Server::with(route, Path::new("/"), options).await;
    assert_eq!(server.get("/mockoon-admin/logs").await.body, "own");
}
