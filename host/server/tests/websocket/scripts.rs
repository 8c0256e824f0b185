//! Scripted timelines.

use std::time::Duration;

use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use wasmock_exchange::Clock;

use crate::fixture::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_script_sends_waits_expects_and_closes() {
    let mut route = ws("t", json!([]));
    route["wasmock"] = json!({ "timeline": [
        { "text": "who is {{queryParam 'who'}}?" },
        { "expect": { "rules": [{ "target": "body", "operator": "regex", "value": "^me" }] } },
        { "json": { "ok": true } },
        { "wait": 100 },
        { "base64": "AAE=" },
        { "close": { "code": 4002, "reason": "bye {{queryParam 'who'}}" } },
        { "text": "never" },
    ] });
    let server = Server::start(json!([route])).await;
    let mut client = server.connect("/t?who=x").await;
    assert_eq!(client.text().await, "who is x?");
    client.send("not yet").await;
    client.send("me").await;
    let start = Clock::instant();
    assert_eq!(client.text().await, r#"{"ok":true}"#);
    assert_eq!(client.next().await, Message::binary(vec![0, 1]));
    assert!(Clock::instant() - start >= Duration::from_millis(90));
    assert_eq!(client.closed().await, (4002, "bye x".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_loops_gives_up_and_remembers_early_messages() {
    let route = |name: &str, steps: serde_json::Value| {
        let mut route = ws(name, json!([]));
        route["wasmock"] = json!({ "timeline": steps });
        route
    };
    let server = Server::start(json!([
        route(
            "twice",
            json!([{ "text": "a" }, { "loop": 1 }, { "text": "end" }])
        ),
        route("ever", json!([{ "text": "a" }, { "loop": 0 }])),
        route(
            "within",
            json!([{ "expect": { "within": 50 } }, { "text": "in time" }])
        ),
        route(
            "early",
            json!([{ "wait": 150 }, { "expect": {} }, { "expect": {} }, { "text": "both" }])
        ),
    ]))
    .await;
    let mut client = server.connect("/twice").await;
    for expected in ["a", "a"] {
        assert_eq!(client.text().await, expected);
    }
    let mut client = server.connect("/ever").await;
    let start = Clock::instant();
    for _ in 0..20 {
        assert_eq!(client.text().await, "a");
    }
    assert!(
        Clock::instant() - start >= Duration::from_millis(180),
        "a loop has a pause"
    );
    assert_eq!(server.connect("/within").await.closed().await.0, 1008);
    let mut client = server.connect("/early").await;
    client.send("1").await;
    client.send("2").await;
    assert_eq!(client.text().await, "both");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_can_be_a_file_of_json_lines() {
    let name = format!("wasmock-timeline-{}.jsonl", std::process::id());
    let path = std::env::temp_dir().join(&name);
    std::fs::write(
        &path,
        "{\"text\":\"one\"}\n\n{\"wait\":10}\n{\"text\":\"two\"}\n",
    )
    .unwrap();
    let mut route = ws("t", json!([]));
    route["wasmock"] = json!({ "timeline": name });
    let server = Server::start(json!([route])).await;
    let mut client = server.connect("/t").await;
    assert_eq!(client.text().await, "one");
    assert_eq!(client.text().await, "two");
    std::fs::remove_file(path).unwrap();
}
