//! Conversations: every message one answer, in order and in time.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;
use wasmock_exchange::Clock;

use crate::fixture::*;

fn elapsed(since: Instant) -> Duration {
    Clock::instant() - since
}

#[tokio::test(flavor = "multi_thread")]
async fn every_message_has_exactly_one_answer() {
    let mut fallback = ws(
        "fallback",
        json!([
            { "body": "yes", "rules": [{ "target": "body", "operator": "equals", "value": "hit" }] },
            { "body": "{{number}}", "rules": [{ "target": "body", "operator": "equals", "value": "n" }] },
        ]),
    );
    fallback["responseMode"] = json!("FALLBACK");
    let server = Server::start(json!([
        ws("empty", json!([{ "body": "" }])),
        ws("none", json!([])),
        ws("broken", json!([{ "body": "{{oops}}" }])),
        ws(
            "missing",
            json!([{ "bodyType": "FILE", "filePath": "no/such/file" }])
        ),
        ws(
            "escape",
            json!([{ "bodyType": "FILE", "filePath": "files/{{body}}" }])
        ),
        fallback,
    ]))
    .await;
    for (path, message, start) in [
        ("/empty", "x", ""),
        ("/none", "x", ""),
        (
            "/broken",
            "x",
            "Error while serving the content: broken oops",
        ),
        ("/missing", "x", "Status: 500, File reading error! (ENOENT"),
        (
            "/escape",
            "../../etc/passwd",
            "Error while serving the content: Access to relative path",
        ),
        ("/fallback", "hit", "yes"),
        ("/fallback", "miss", ""),
    ] {
        let mut client = server.connect(path).await;
        for _ in 0..2 {
            let answer = client.ask(message).await;
            assert!(
                answer.starts_with(start) && answer.is_empty() == start.is_empty(),
                "{path}: {answer}"
            );
        }
    }
    let mut client = server.connect("/fallback").await;
    for (message, answer) in [
        ("n", "1"),
        ("miss", ""),
        ("n", "2"),
        ("miss", ""),
        ("hit", "yes"),
        ("n", "4"),
    ] {
        assert_eq!(client.ask(message).await, answer, "a miss does not count");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_see_the_message_and_the_handshake() {
    let rule = |target: &str, modifier: &str, value: &str, body: &str| {
        let rule =
            json!({ "target": target, "modifier": modifier, "operator": "equals", "value": value });
        json!({ "body": body, "rules": [rule] })
    };
    let responses = json!([
        { "body": "default", "default": true },
        rule("body", "type", "ping", "by path"),
        rule("body", "", "raw", "by text"),
        rule("query", "q", "1", "by query"),
        rule("header", "X-Token", "t", "by header"),
        rule("cookie", "c", "v", "by cookie"),
        rule("request_number", "", "3", "third"),
    ]);
    let server = Server::start(json!([ws("a/:id", responses), ws("b/:id", json!([
        { "body": "{{urlParam 'id'}} {{queryParam 'q'}} {{header 'X-TOKEN'}} {{cookie 'c'}} {{body 'a'}} {{hostname}} {{number}}" }
    ]))]))
    .await;
    let json_type = ("content-type", "application/json");
    let mut client = server.connect_with("/a/1", &[json_type]).await.unwrap();
    assert_eq!(client.ask(r#"{"type":"ping"}"#).await, "by path");
    assert_eq!(client.ask(r#"{"type":"pong"}"#).await, "default");
    assert_eq!(client.ask("{}").await, "third");
    let broken = client.ask("{").await;
    assert!(
        broken.starts_with("Error while parsing the message: "),
        "{broken}"
    );
    assert_eq!(
        client.ask(r#"{"type":"ping"}"#).await,
        "by path",
        "the connection stays"
    );
    let mut client = server.connect("/a/1").await;
    assert_eq!(
        client.ask("ping").await,
        "by path",
        "a path on a text is the whole text"
    );
    assert_eq!(client.ask("raw").await, "by text");
    assert_eq!(server.connect("/a/1?q=1").await.ask("x").await, "by query");
    let mut client = server
        .connect_with("/a/1", &[("x-token", "t")])
        .await
        .unwrap();
    assert_eq!(client.ask("x").await, "by header");
    let mut client = server
        .connect_with("/a/1", &[("cookie", "c=v")])
        .await
        .unwrap();
    assert_eq!(client.ask("x").await, "by cookie");
    let headers = [json_type, ("x-token", "t"), ("cookie", "c=v")];
    let mut client = server.connect_with("/b/7?q=s", &headers).await.unwrap();
    assert_eq!(client.ask(r#"{"a":"A"}"#).await, "7 s t v A localhost 1");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_content_type_or_the_message_itself_says_what_it_is() {
    let responses = json!([
        { "body": "a text", "default": true },
        { "body": "by path", "rules": [{ "target": "body", "modifier": "a", "operator": "equals", "value": "A" }] },
        { "body": "xml", "rules": [{ "target": "body", "modifier": "a._text", "operator": "equals", "value": "A" }] },
    ]);
    let mut auto = ws("auto", responses.clone());
    auto["wasmock"] = json!({ "parse": "auto" });
    let server = Server::start(json!([ws("plain", responses), auto])).await;
    let (json, xml, form) = (r#"{"a":"A"}"#, "<a>A</a>", "b=B&a=A");
    let form_type = "application/x-www-form-urlencoded";
    for (path, content_type, message, answer) in [
        ("/plain", "", json, "a text"),
        ("/plain", "text/plain", json, "a text"),
        ("/plain", "application/json", json, "by path"),
        ("/plain", "Application/JSON", json, "a text"),
        ("/plain", "application/xml", xml, "xml"),
        ("/plain", form_type, form, "a text"),
        ("/auto", "", json, "by path"),
        ("/auto", "", r#"[{"a":"A"}]"#, "a text"),
        ("/auto", "", xml, "xml"),
        ("/auto", "", form, "a text"),
        ("/auto", form_type, form, "by path"),
        ("/auto", "", r#"{"a":"A""#, "a text"),
    ] {
        let header = [("content-type", content_type)];
        let headers = if content_type.is_empty() {
            &[][..]
        } else {
            &header
        };
        let mut client = server.connect_with(path, headers).await.unwrap();
        let found = client.ask(message).await;
        assert_eq!(found, answer, "{path} {content_type} {message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn latencies_run_side_by_side_and_the_order_stays() {
    let server = Server::start(json!([ws("a", json!([
        { "body": "default", "default": true },
        { "body": "slow", "latency": 400, "rules": [{ "target": "body", "operator": "equals", "value": "slow" }] },
        { "body": "render{{slow 50}}", "rules": [{ "target": "body", "operator": "equals", "value": "render" }] },
    ]))]))
    .await;
    let mut client = server.connect("/a").await;
    let start = Clock::instant();
    for message in ["slow", "fast", "slow", "render", "slow", "fast"] {
        client.send(message).await;
    }
    client.stream.get_mut();
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(client.text().await);
    }
    assert_eq!(
        answers,
        ["slow", "default", "slow", "render", "slow", "default"]
    );
    let took = elapsed(start);
    assert!(
        took >= Duration::from_millis(400) && took < Duration::from_millis(1100),
        "{took:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_random_delay_is_added_to_the_latency() {
    let response =
        json!({ "body": "x", "latency": 100, "wasmock": { "delay": { "min": 50, "max": 150 } } });
    let server = Server::start(json!([ws("a", json!([response]))])).await;
    let mut client = server.connect("/a").await;
    for _ in 0..5 {
        let start = Clock::instant();
        client.ask("x").await;
        let took = elapsed(start);
        assert!(
            took >= Duration::from_millis(150) && took < Duration::from_millis(900),
            "{took:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_are_answered_while_a_latency_runs() {
    let server = Server::start(json!([ws(
        "a",
        json!([{ "body": "late", "latency": 1500 }])
    )]))
    .await;
    let mut stream = server.raw("/a").await;
    let start = Clock::instant();
    stream
        .write_all(&[frame(0x81, b"x"), frame(0x89, b"p")].concat())
        .await
        .unwrap();
    assert_eq!(read_frame(&mut stream).await, Some((0x8a, b"p".to_vec())));
    assert!(elapsed(start) < Duration::from_millis(1400));
    assert_eq!(
        read_frame(&mut stream).await,
        Some((0x81, b"late".to_vec()))
    );
    // A close drops what is not yet due.
    stream
        .write_all(&[frame(0x81, b"x"), frame(0x88, &[3, 232])].concat())
        .await
        .unwrap();
    assert_eq!(read_frame(&mut stream).await, Some((0x88, vec![3, 232])));
    assert_eq!(read_frame(&mut stream).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn response_modes_choose_by_the_connections_own_number() {
    let responses = json!([{ "body": "a" }, { "body": "b" }, { "body": "c", "default": true,
        "rules": [{ "target": "body", "operator": "equals", "value": "x" }] }]);
    let mode = |mode: &str| {
        let mut route = ws(mode, responses.clone());
        route["responseMode"] = json!(mode);
        route
    };
    let server = Server::start(json!([
        mode("SEQUENTIAL"),
        mode("DISABLE_RULES"),
        mode("RANDOM")
    ]))
    .await;
    for _ in 0..2 {
        let mut client = server.connect("/SEQUENTIAL").await;
        for answer in ["a", "b", "c", "a"] {
            assert_eq!(client.ask("x").await, answer);
        }
    }
    assert_eq!(server.connect("/DISABLE_RULES").await.ask("x").await, "c");
    let mut client = server.connect("/RANDOM").await;
    let mut seen = std::collections::HashSet::new();
    while seen.len() < 3 {
        seen.insert(client.ask("x").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_come_from_files_and_may_be_binary_or_close() {
    let name = format!("wasmock-ws-{}.bin", std::process::id());
    let path = std::env::temp_dir().join(&name);
    std::fs::write(&path, b"file {{body}}").unwrap();
    let server = Server::start(json!([
        ws("file", json!([{ "bodyType": "FILE", "filePath": name }])),
        ws("raw", json!([{ "bodyType": "FILE", "filePath": name, "wasmock": { "binary": "file" } }])),
        ws("base64", json!([{ "body": "AP8=", "wasmock": { "binary": "base64" } }])),
        ws("text", json!([{ "body": "t{{body}}", "wasmock": { "binary": "text" } }])),
        ws("burst", json!([{ "body": "{{body}}", "wasmock": { "burst": 3 } }])),
        ws("bye", json!([{ "body": "bye", "wasmock": { "close": { "code": 4001, "reason": "{{body}}" } } }])),
    ]))
    .await;
    assert_eq!(server.connect("/file").await.ask("x").await, "file x");
    for (path, bytes) in [
        ("/raw", &b"file {{body}}"[..]),
        ("/base64", &[0, 255]),
        ("/text", b"tx"),
    ] {
        let mut client = server.connect(path).await;
        client.send("x").await;
        assert_eq!(
            client.next().await,
            Message::binary(bytes.to_vec()),
            "{path}"
        );
    }
    let mut client = server.connect("/burst").await;
    client.send("b").await;
    for _ in 0..3 {
        assert_eq!(client.text().await, "b");
    }
    let mut client = server.connect("/bye").await;
    assert_eq!(client.ask("why").await, "bye");
    assert_eq!(client.closed().await, (4001, "why".to_owned()));
    std::fs::remove_file(path).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_are_refused_by_rule_and_clients_greeted() {
    let mut route = echo();
    route["wasmock"] = json!({
        "onConnect": { "text": "hello {{queryParam 'name'}}" },
        "refuse": [
            {
                "rules": [{ "target": "header", "modifier": "Authorization", "operator": "null" }],
                "status": 401, "body": "who are you, {{queryParam 'name'}}?",
                "headers": [{ "key": "WWW-Authenticate", "value": "Bearer" }],
            },
            {
                "rules": [{ "target": "query", "modifier": "name", "operator": "null" }],
                "status": 400, "body": "no name",
            },
        ],
    });
    let greeting = |endpoint: &str, message: Json| {
        let mut route = ws(endpoint, json!([]));
        route["wasmock"] = json!({ "onConnect": message });
        route
    };
    let routes = json!([
        route,
        greeting("json", json!({ "json": { "hello": [1, null] } })),
        greeting("binary", json!({ "base64": "AP8=" })),
    ]);
    let server = Server::start(routes).await;
    let refused = server
        .connect_with("/echo?name=x", &[])
        .await
        .err()
        .unwrap();
    assert_eq!(refused, (401, "who are you, x?".to_owned()));
    let mut stream = server.tcp().await;
    stream
        .write_all(handshake("/echo").as_bytes())
        .await
        .unwrap();
    let head = read_head(&mut stream).await.to_lowercase();
    assert!(head.contains("www-authenticate: bearer"), "{head}");
    let token = [("authorization", "Bearer t")];
    let refused = server.connect_with("/echo", &token).await.err().unwrap();
    assert_eq!(refused, (400, "no name".to_owned()));
    let mut client = server.connect_with("/echo?name=x", &token).await.unwrap();
    assert_eq!(client.text().await, "hello x");
    assert_eq!(client.ask("a").await, "a");
    assert_eq!(
        server.connect("/json").await.text().await,
        r#"{"hello":[1,null]}"#
    );
    assert_eq!(
        server.connect("/binary").await.next().await,
        Message::binary(vec![0, 255])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_send_to_everybody_or_to_the_others() {
    let to = |to: &str, start: &str| {
        json!({ "body": "{{body}}", "wasmock": { "to": to },
            "rules": [{ "target": "body", "operator": "regex", "value": format!("^{start}") }] })
    };
    let mut quiet = to("others", "quiet");
    quiet["wasmock"]["answer"] = json!(false);
    let mut route = ws(
        "room/:room",
        json!([
            { "body": "alone: {{body}}", "default": true },
            to("group", "group"), to("others", "others"), to("all", "all"), quiet,
        ]),
    );
    route["wasmock"] = json!({ "group": "{{urlParam 'room'}}" });
    let server = Server::start(json!([route])).await;
    let mut a = server.connect("/room/1").await;
    let mut b = server.connect("/room/1").await;
    let mut c = server.connect("/room/2").await;
    server.clients(3).await;
    assert_eq!(a.ask("x").await, "alone: x");
    assert_eq!(a.ask("group").await, "group");
    assert_eq!(b.text().await, "group");
    assert_eq!(a.ask("others").await, "", "its own answer is empty");
    assert_eq!(b.text().await, "others");
    a.send("quiet").await;
    assert_eq!(b.text().await, "quiet");
    assert_eq!(a.ask("all").await, "all", "nothing came between");
    assert_eq!(b.text().await, "all");
    assert_eq!(
        c.text().await,
        "all",
        "the first message for the other room"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_listed_told_and_closed_from_outside() {
    let server = Server::start(json!([echo(), ws("other", json!([{ "body": "x" }]))])).await;
    let mut a = server.connect("/echo").await;
    let _b = server.connect("/other").await;
    a.ask("one").await;
    server.clients(2).await;
    let listed = server.site.websockets(Some("echo"));
    assert_eq!(listed.len(), 1);
    assert_eq!((listed[0].received, listed[0].sent), (1, 1));
    let frame = wasmock_exchange::Frame::text("from outside");
    assert_eq!(
        server.site.send_to_websockets("/echo", None, &frame).await,
        Some(1)
    );
    assert_eq!(
        server
            .site
            .send_to_websockets("nothing", None, &frame)
            .await,
        None
    );
    assert_eq!(a.text().await, "from outside");
    let close = wasmock_exchange::Close {
        code: 4000,
        reason: "enough".into(),
    };
    assert!(server.site.close_websocket(&listed[0].id, close.clone()));
    assert_eq!(a.closed().await, (4000, "enough".to_owned()));
    server.clients(1).await;
    assert!(!server.site.close_websocket(&listed[0].id, close));
}
