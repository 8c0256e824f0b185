//! Plugins that lead a connection or a broadcast.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use serde_json::json;
use tokio::time::{sleep, timeout};
use wasmock_exchange::roles::{Outcome, Roles, Session, SessionEvent};
use wasmock_exchange::{Call, Clock, Close, Failure, FailureKind, Frame};
use wasmock_server::Plugin;

use crate::fixture::*;

/// Counts in its state; everything else is asked for by messages.
#[derive(Default)]
struct Counter {
    closed: AtomicU32,
}

impl Session for Counter {
    fn event(&self, event: SessionEvent, mut call: Call) -> Outcome<Option<u32>> {
        let state = call.session.clone().unwrap();
        let count = state.get().first().copied().unwrap_or(0) + 1;
        state.set(vec![count]);
        let text = call.exchange.body_text().into_owned();
        let mut fails = false;
        let again = match event {
            SessionEvent::Opened if call.usage.json().contains("refuses") => {
                fails = true;
                None
            }
            SessionEvent::Opened => {
                call.answer
                    .frames
                    .push(Frame::text(format!("opened {count}")));
                (call.usage.json().contains("ticks")).then_some(20)
            }
            SessionEvent::Message if text == "fail" => {
                fails = true;
                None
            }
            SessionEvent::Message if text == "close" => {
                call.answer.close = Some(Close {
                    code: 4005,
                    reason: "asked".into(),
                });
                None
            }
            SessionEvent::Message => {
                call.answer
                    .frames
                    .push(Frame::text(format!("{text} {count}")));
                text.parse().ok()
            }
            SessionEvent::Tick if call.usage.json().contains("ticks") && count % 3 == 0 => {
                fails = true;
                None
            }
            SessionEvent::Tick => {
                call.answer
                    .frames
                    .push(Frame::text(format!("tick {count}")));
                call.usage.json().contains("ticks").then_some(20)
            }
            SessionEvent::Closed(code) => {
                self.closed.store(code.into(), Ordering::SeqCst);
                None
            }
        };
        Box::pin(async move {
            let result = if fails {
                Err(Failure::new(
                    "counter",
                    "session.event",
                    FailureKind::Trapped,
                    "on purpose",
                ))
            } else {
                Ok(again)
            };
            (call, result)
        })
    }
}

async fn serve(route: serde_json::Value) -> (Server, Arc<Counter>) {
    let counter = Arc::new(Counter::default());
    let session: Arc<dyn Session> = counter.clone();
    let roles = Roles {
        session: Some(session),
        ..Roles::default()
    };
    let plugin = Plugin {
        name: "counter".into(),
        roles,
        built_in: false,
    };
    (
        Server::with_plugins(json!({ "routes": [route] }), vec![plugin]).await,
        counter,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_hears_of_everything_and_keeps_its_state() {
    let mut route = ws("s", json!([]));
    route["wasmock"] = json!({ "session": "counter" });
    let (server, counter) = serve(route).await;
    let mut client = server.connect("/s").await;
    assert_eq!(client.text().await, "opened 1");
    assert_eq!(client.ask("hi").await, "hi 2");
    assert_eq!(client.ask("30").await, "30 3");
    assert_eq!(client.text().await, "tick 4", "it asked for it");
    let mut other = server.connect("/s").await;
    assert_eq!(other.text().await, "opened 1", "its own state");
    client.send("close").await;
    assert_eq!(client.closed().await, (4005, "asked".to_owned()));
    let told = async {
        while counter.closed.load(Ordering::SeqCst) != 4005 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, told).await.unwrap();
    other.send("fail").await;
    assert_eq!(other.closed().await.0, 1011);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_asks_for_no_tick_leaves_the_one_that_is_due() {
    let mut route = ws("s", json!([]));
    route["wasmock"] = json!({ "session": "counter" });
    let (server, _) = serve(route).await;
    let mut client = server.connect("/s").await;
    assert_eq!(client.text().await, "opened 1");
    let began = Clock::instant();
    assert_eq!(client.ask("300").await, "300 2");
    assert_eq!(client.ask("nothing").await, "nothing 3");
    assert_eq!(client.text().await, "tick 4");
    assert!(Clock::instant() - began >= Duration::from_millis(300));
    // Another wish takes the place of the one before.
    assert_eq!(client.ask("60000").await, "60000 5");
    assert_eq!(client.ask("20").await, "20 6");
    assert_eq!(client.text().await, "tick 7");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_defined_anew_takes_its_connections_or_refuses_them() {
    let mut route = ws("s", json!([]));
    route["wasmock"] = json!({ "session": "counter" });
    let (server, _) = serve(route.clone()).await;
    let mut client = server.connect("/s").await;
    assert_eq!(client.text().await, "opened 1");
    server.reload(json!([route])).await;
    assert_eq!(client.ask("same").await, "same 2", "nothing has changed");
    route["wasmock"]["configuration"] = json!({ "other": true });
    server.reload(json!([route])).await;
    assert_eq!(client.ask("new").await, "opened 3", "with its state");
    assert_eq!(client.text().await, "new 4");
    route["wasmock"]["configuration"] = json!({ "refuses": true });
    server.reload(json!([route])).await;
    client.send("x").await;
    assert_eq!(client.closed().await.0, 1012);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_session_has_no_client_and_skips_a_tick_that_fails() {
    let mut route = ws("s", json!([]));
    route["streamingMode"] = json!("BROADCAST");
    route["wasmock"] = json!({ "session": "counter", "configuration": { "ticks": true } });
    let (server, _) = serve(route).await;
    let mut a = server.connect("/s").await;
    let mut b = server.connect("/s").await;
    server.clients(2).await;
    let heard = b.text().await;
    a.until(&heard).await;
    let mut last: u32 = heard.strip_prefix("tick ").unwrap().parse().unwrap();
    for _ in 0..10 {
        let text = a.text().await;
        assert_eq!(text, b.text().await);
        let number: u32 = text.strip_prefix("tick ").unwrap().parse().unwrap();
        assert!(
            number > last && !number.is_multiple_of(3),
            "{last} {number}"
        );
        last = number;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_sent_events_are_a_session_over_http() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let route = json!({ "uuid": "sse", "endpoint": "events", "method": "get", "responses": [{}],
        "wasmock": { "session": "counter", "configuration": { "ticks": true } } });
    let (server, counter) = serve(route).await;
    let mut stream = server.tcp().await;
    stream
        .write_all(b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let head = read_head(&mut stream).await.to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("content-type: text/event-stream"), "{head}");
    let mut text = String::new();
    let events = async {
        // The tick that fails ends the stream.
        while !text.ends_with("0\r\n\r\n") {
            text.push(char::from(stream.read_u8().await.unwrap()));
        }
    };
    timeout(PATIENCE, events).await.unwrap();
    assert!(
        text.contains("data: opened 1\n\n") && text.contains("data: tick 2\n\n"),
        "{text}"
    );
    let told = async {
        while counter.closed.load(Ordering::SeqCst) == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, told).await.unwrap();
}
