//! CRUD routes over a bucket.

use std::path::Path;

use serde_json::{Value as Json, json};
use wasmock_server::Options;

use crate::server::Server;

async fn server(value: &Json) -> Server {
    let environment = json!({
        "data": [{ "id": "b", "name": "b", "value": value.to_string() }],
        "routes": [{ "type": "crud", "endpoint": "items", "responses": [{ "bodyType": "DATABUCKET", "databucketID": "b" }] }]
    });
    Server::with(environment, Path::new("/"), Options::default()).await
}

#[tokio::test]
async fn the_nine_operations() {
    let server = server(&json!([{ "id": 1, "n": "a" }, { "id": 2, "n": "b" }])).await;
    for (line, body, status, expected) in [
        ("GET /items/2", None, 200, r#"{"id":2,"n":"b"}"#),
        ("GET /items/3", None, 404, "{}"),
        (
            "POST /items",
            Some(json!({ "n": "c" })),
            201,
            r#"{"n":"c","id":3}"#,
        ),
        (
            "PUT /items/3",
            Some(json!({ "n": "d" })),
            200,
            r#"{"n":"d","id":3}"#,
        ),
        (
            "PATCH /items/3",
            Some(json!({ "x": 1 })),
            200,
            r#"{"n":"d","id":3,"x":1}"#,
        ),
        ("DELETE /items/1", None, 200, "{}"),
        ("DELETE /items/1", None, 404, "{}"),
        (
            "GET /items?sort=id&order=desc&limit=1",
            None,
            200,
            r#"[{"n":"d","id":3,"x":1}]"#,
        ),
        (
            "GET /items?n_like=(",
            None,
            500,
            "Invalid regular expression: /(/i: Unterminated group",
        ),
        (
            "PATCH /items",
            Some(json!([{ "id": 9 }])),
            200,
            r#"[{"id":2,"n":"b"},{"n":"d","id":3,"x":1},{"id":9}]"#,
        ),
        (
            "PUT /items",
            Some(json!({ "whole": true })),
            200,
            r#"{"whole":true}"#,
        ),
        ("DELETE /items", None, 200, "{}"),
        ("GET /items", None, 200, ""),
    ] {
        let answer = match body {
            Some(body) => server.json(line, &body).await,
            None => server.send(line, &[], "").await,
        };
        assert_eq!((answer.status, &*answer.body), (status, expected), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_insertion_is_lost_and_no_id_is_given_twice() {
    let server = server(&json!([])).await;
    let item = json!({});
    let all = (0..200).map(|_| server.json("POST /items", &item));
    let answers = futures_util::future::join_all(all).await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    let items: Vec<Json> = serde_json::from_str(&server.get("/items").await.body).unwrap();
    assert_eq!(items.len(), 200);
    // The first has a uuid, since no number is there yet; ids never repeat.
    let ids: std::collections::HashSet<String> =
        items.iter().map(|item| item["id"].to_string()).collect();
    assert_eq!(ids.len(), 200);
}

#[tokio::test]
async fn large_buckets_are_read_by_their_index() {
    let items: Vec<Json> = (0..20_000)
        .map(|id| json!({ "id": id, "n": format!("item {id}") }))
        .collect();
    let server = server(&json!(items)).await;
    assert_eq!(
        server.get("/items/19999").await.body,
        r#"{"id":19999,"n":"item 19999"}"#
    );
    assert_eq!(
        server
            .json("POST /items", &json!({ "n": "new" }))
            .await
            .body,
        r#"{"n":"new","id":20000}"#
    );
    assert_eq!(
        server.get("/items/20000").await.body,
        r#"{"n":"new","id":20000}"#
    );
    let page = server.get("/items?page=2&limit=2").await;
    assert_eq!(page.header("x-total-count"), Some("20001"));
    assert!(page.body.starts_with(r#"[{"id":2,"#), "{}", page.body);
}
