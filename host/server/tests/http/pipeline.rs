//! Routes, rules, answers and errors.

use std::path::Path;

use serde_json::json;
use wasmock_server::Options;

use crate::server::{Server, environment};

#[tokio::test]
async fn answers_that_need_no_waiting() {
    let server = Server::start(json!([
        { "endpoint": "a/:id", "responses": [{ "body": "hello", "statusCode": 201,
            "headers": [{ "key": "Content-Type", "value": "text/plain" }, { "key": "Set-Cookie", "value": "a=1" },
                        { "key": "Set-Cookie", "value": "b=2" }] }] },
        { "endpoint": "empty", "responses": [{ "body": "gone", "statusCode": 204 }] },
        { "method": "head", "endpoint": "h", "responses": [{ "body": "12345" }] }
    ])).await;
    let answer = server.get("/A/1/").await;
    assert_eq!((answer.status, &*answer.body), (201, "hello"));
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(
        answer.head.matches("Set-Cookie: ").count(),
        2,
        "{}",
        answer.head
    );
    let answer = server.get("/empty").await;
    assert_eq!(
        (answer.status, &*answer.body, answer.header("content-type")),
        (204, "", None)
    );
    let answer = server.send("HEAD /h", &[], "").await;
    assert_eq!(
        (
            answer.status,
            answer.header("content-length"),
            &*answer.body
        ),
        (200, Some("5"), "")
    );
    // GET routes do not answer HEAD.
    assert_eq!(server.send("HEAD /a/1", &[], "").await.status, 404);
}

#[tokio::test]
async fn what_no_route_answers() {
    let server = Server::with(
        json!({ "headers": [{ "key": "X-Env", "value": "{{method}}" }], "routes": [{ "endpoint": "a" }] }),
        Path::new("/"),
        Options::default(),
    ).await;
    let answer = server.get("/no//where?x=1").await;
    assert_eq!((answer.status, answer.header("x-env")), (404, Some("GET")));
    assert!(
        answer.body.contains("<pre>Cannot GET /no//where</pre>"),
        "{}",
        answer.body
    );
    let answer = server.send("OPTIONS /a", &[], "").await;
    assert_eq!(
        (answer.status, answer.header("access-control-allow-origin")),
        (200, Some("*"))
    );
    let answer = server.get("/a%zz").await;
    assert_eq!(
        (answer.status, &*answer.body),
        (500, "Failed to decode param '/a%zz'")
    );
}

#[tokio::test]
async fn requests_that_http_refuses() {
    let options = {
        let mut options = Options::default();
        options.max_body_size = 10;
        options
    };
    let server = Server::with(
        json!({ "routes": [{ "method": "all", "endpoint": "a", "responses": [{}] }] }),
        Path::new("/"),
        options,
    )
    .await;
    for (request, status) in [
        ("GET /a HTTP/1.1\r\n\r\n", 400),
        ("get /a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        ("GET /a HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n", 417),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n01234567890",
            413,
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n01234567890\r\n0\r\n\r\n",
            413,
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\n0123456789",
            200,
        ),
        (
            "GET http://x/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            404,
        ),
        ("GET /a HTTP/1.0\r\n\r\n", 200),
    ] {
        assert_eq!(server.raw(request).await.status, status, "{request}");
    }
    let huge = format!(
        "GET /a HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n",
        "x".repeat(100 << 10)
    );
    assert_eq!(server.raw(&huge).await.status, 431);
}

#[tokio::test]
async fn rules_and_modes_choose() {
    let rule = |modifier: &str, value: &str| json!([{ "target": "body", "modifier": modifier, "value": value }]);
    let server = Server::start(json!([
        { "method": "post", "endpoint": "r", "responses": [
            { "body": "default", "default": true },
            { "body": "one", "rules": rule("a.0.b", "1") },
            { "body": "regex", "rules": [{ "target": "body", "modifier": "c", "value": "^x+$", "operator": "regex" }] } ] },
        { "endpoint": "f/:x", "responseMode": "FALLBACK", "responses": [
            { "body": "first", "rules": [{ "target": "params", "modifier": "x", "value": "1" }] } ] },
        { "endpoint": "f/2", "responses": [{ "body": "second" }] },
        { "endpoint": "s", "responseMode": "SEQUENTIAL", "responses": [{ "body": "1" }, { "body": "2" }, { "body": "3" }] }
    ])).await;
    for (body, expected) in [
        (json!({ "a": [{ "b": 1 }] }), "one"),
        (json!({ "c": "xxx" }), "regex"),
        (json!({ "c": "y" }), "default"),
    ] {
        assert_eq!(server.json("POST /r", &body).await.body, expected, "{body}");
    }
    assert_eq!(server.get("/f/1").await.body, "first");
    assert_eq!(server.get("/f/2").await.body, "second");
    assert_eq!(server.get("/f/3").await.status, 404);
    // Every number is given once, however many ask at a time.
    let asked = (0..30).map(|_| server.get("/s"));
    let mut bodies: Vec<String> = futures_util::future::join_all(asked)
        .await
        .into_iter()
        .map(|answer| answer.body)
        .collect();
    bodies.sort();
    assert_eq!(
        bodies.concat(),
        format!("{}{}{}", "1".repeat(10), "2".repeat(10), "3".repeat(10))
    );
}

#[tokio::test]
async fn templates_and_plugins_answer_or_fail() {
    let plugin = |more: serde_json::Value| {
        let mut wasmock = json!({ "plugin": "echo" });
        wasmock
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        json!([{ "body": "as written", "wasmock": wasmock }])
    };
    let server = Server::start(json!([
        { "endpoint": "t", "responses": [{ "body": "{{method}}!", "headers": [{ "key": "X-M", "value": "{{method}}" }] }] },
        { "endpoint": "broken", "responses": [{ "statusCode": 201, "body": "{{fail}}", "headers": [{ "key": "X-M", "value": "{{fail}}" }] }] },
        { "endpoint": "p", "responses": plugin(json!({ "configuration": { "a": 1 } })) },
        { "endpoint": "trap", "responses": plugin(json!({})) },
        { "endpoint": "static", "responses": plugin(json!({ "onError": "static" })) },
        { "endpoint": "next", "responses": [
            { "body": "first", "wasmock": { "plugin": "echo", "onError": "next" } },
            { "body": "no", "rules": [{ "target": "query", "modifier": "a", "value": "1" }] },
            { "body": "second", "rules": [{ "target": "query", "modifier": "a", "value": "2" }] } ] }
    ])).await;
    let answer = server.get("/t").await;
    assert_eq!((&*answer.body, answer.header("x-m")), ("GET!", Some("GET")));
    let answer = server.get("/broken").await;
    assert_eq!(
        (answer.status, &*answer.body),
        (201, "Error while serving the content: failed")
    );
    assert_eq!(
        answer.header("x-m"),
        Some("-- Header parsing error, see logs for more details --")
    );
    let answer = server.get("/p").await;
    assert_eq!(
        (answer.status, &*answer.body, answer.header("x-plugin")),
        (202, r#"{"a":1}"#, Some("echo"))
    );
    let answer = server.get("/trap").await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert!(document["exchange"].is_string() && document.get("plugin").is_none());
    assert_eq!(server.get("/static").await.body, "as written");
    assert_eq!(server.get("/next?a=2").await.body, "second");
    let mut options = Options::default();
    options.dev = true;
    let routes = json!({ "routes": [{ "endpoint": "trap", "responses": plugin(json!({})) }] });
    let server = Server::with(routes, Path::new("/"), options).await;
    let document: serde_json::Value =
        serde_json::from_str(&server.get("/trap").await.body).unwrap();
    assert_eq!(document["plugin"], "echo");
    assert_eq!(document["function"], "responder.respond");
    assert!(document["detail"].as_str().unwrap().contains("it trapped"));
    server.site.set_notice(Some("two\nlines".to_owned()));
    let answer = server.get("/nothing").await;
    assert_eq!(answer.header("wasmock-problem"), Some("two lines"));
    server.site.set_notice(None);
    assert_eq!(server.get("/nothing").await.header("wasmock-problem"), None);
}

#[tokio::test]
async fn a_reload_keeps_what_did_not_change() {
    let route = |body: &str| json!({ "uuid": "s", "endpoint": "s", "responseMode": "SEQUENTIAL", "responses": [{ "body": "1" }, { "body": body }] });
    let bucket = |value: &str| json!([{ "id": "b", "name": "b", "value": value }]);
    let all = |body: &str, value: &str, more: bool| {
        let shown = json!({ "uuid": "b", "endpoint": "b", "responses": [{ "bodyType": "DATABUCKET", "databucketID": "b" }] });
        let crud = json!({ "uuid": "c", "type": "crud", "endpoint": "c", "responses": [{ "bodyType": "DATABUCKET", "databucketID": "b" }] });
        let mut routes = vec![route(body), shown, crud];
        if more {
            routes.push(json!({ "endpoint": "new", "responses": [{ "body": "new" }] }));
        }
        json!({ "routes": routes, "data": bucket(value) })
    };
    let server = Server::with(all("2", "[]", false), Path::new("/"), Options::default()).await;
    server.json("POST /c", &json!({ "id": 7 })).await;
    assert_eq!(server.get("/s").await.body, "1");
    server
        .site
        .reload(environment(all("2", "[]", true)), None)
        .await
        .unwrap();
    assert_eq!(server.get("/s").await.body, "2");
    assert_eq!(server.get("/new").await.body, "new");
    assert_eq!(server.get("/b").await.body, r#"[{"id":7}]"#);
    server
        .site
        .reload(environment(all("two", "[1]", true)), None)
        .await
        .unwrap();
    assert_eq!(server.get("/s").await.body, "1");
    assert_eq!(server.get("/b").await.body, "[1]");
    let unknown = json!({ "routes": [{ "endpoint": "a", "responses": [{ "wasmock": { "plugin": "nobody" } }] }] });
    let refused = server
        .site
        .reload(environment(unknown), None)
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("there is no plugin `nobody`"),
        "{refused}"
    );
    assert_eq!(server.get("/new").await.body, "new");
}

#[tokio::test]
async fn keep_alive_and_pipelining() {
    let server = Server::start(json!([{ "endpoint": "a", "responses": [{ "body": "x" }] }])).await;
    let one = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";
    let last = "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let mut answer = server.raw(&format!("{one}{one}{last}")).await;
    answer.head.push_str(&answer.body);
    assert_eq!(
        answer.head.matches("HTTP/1.1 200 OK").count(),
        3,
        "{}",
        answer.head
    );
}
