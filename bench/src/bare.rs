//! The bare libraries doing the same work natively: what a mock server cannot beat.

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::sync::LazyLock;

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;

use crate::bare_streams;
use crate::environments::{FILE, MATCHED, STATIC, object};

/// Serves that kind of work until killed.
pub(crate) async fn serve(kind: &str, port: u16) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    if kind == "broadcast" {
        return bare_streams::broadcast(listener).await;
    }
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let kind = kind.to_owned();
        tokio::spawn(async move {
            // A connection that breaks concerns its client alone.
            let _ = match kind.as_str() {
                "http-static" => http(stream, |_, _| STATIC.into()).await,
                "http-template" => http(stream, template).await,
                "http-ten" => http(stream, ten).await,
                "http-objects" => http(stream, |_, _| hundred_objects()).await,
                "http-file" => http(stream, |_, _| file()).await,
                "http-crud" => http(stream, by_id).await,
                "http-rules" => http(stream, |_, body| rules(body).into()).await,
                "ws-plain" => websocket(stream, |_| STATIC.into()).await,
                "ws-template" => websocket(stream, |text| ws_template(&text)).await,
                "one-to-one" => bare_streams::one_to_one(stream).await,
                "ws-rules" => websocket(stream, |text| rules(text.as_bytes()).into()).await,
                _ => Ok(()),
            };
        });
    }
}

type Done = Result<(), Box<dyn Error + Send + Sync>>;

async fn http(
    stream: TcpStream,
    answer: impl Fn(&http::request::Parts, &[u8]) -> Bytes + Clone + Send + Sync + 'static,
) -> Done {
    let service = service_fn(move |request: Request<Incoming>| {
        let answer = answer.clone();
        async move {
            let (parts, body) = request.into_parts();
            let body = body
                .collect()
                .await
                .map(|body| body.to_bytes())
                .unwrap_or_default();
            let response = Response::builder()
                .header("content-type", "application/json; charset=utf-8")
                .body(Full::new(answer(&parts, &body)));
            Ok::<_, Infallible>(response.unwrap_or_default())
        }
    });
    auto::Builder::new(TokioExecutor::new())
        .serve_connection_with_upgrades(TokioIo::new(stream), service)
        .await
}

fn template(parts: &http::request::Parts, _body: &[u8]) -> Bytes {
    let id = parts.uri.path().rsplit('/').next().unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default();
    let q = query
        .split('&')
        .find_map(|pair| pair.strip_prefix("q="))
        .unwrap_or_default();
    let agent = parts
        .headers
        .get("user-agent")
        .and_then(|value| value.to_str().ok());
    format!(
        r#"{{"id":"{id}","q":"{q}","agent":"{}"}}"#,
        agent.unwrap_or_default()
    )
    .into()
}

fn ten(parts: &http::request::Parts, body: &[u8]) -> Bytes {
    let three = template(parts, body);
    let three = std::str::from_utf8(&three).unwrap_or_default();
    let id = parts.uri.path().rsplit('/').next().unwrap_or_default();
    let q = parts.uri.query().and_then(|query| query.strip_prefix("q="));
    format!(
        r#"{},"upper":"{}","sum":{},"joined":"a{id}b","part":"{}","is":{},"list":[1,2,3]}}"#,
        three.trim_end_matches('}'),
        q.unwrap_or_default().to_uppercase(),
        1 + 2 + 3,
        &"hello"[1..4],
        id == "42"
    )
    .into()
}

/// As many objects as the template with fake data makes, without the fake data.
fn hundred_objects() -> Bytes {
    let objects = (0..100).map(|n| {
        format!(r#"{{"id":"00000000-0000-4000-8000-{n:012}","name":"Name {n}","age":{n} }}"#)
    });
    format!("[{}]", objects.collect::<Vec<_>>().join("")).into()
}

/// A static file server without a cache.
fn file() -> Bytes {
    std::fs::read(FILE).unwrap_or_default().into()
}

fn by_id(parts: &http::request::Parts, _body: &[u8]) -> Bytes {
    static OBJECTS: LazyLock<HashMap<String, Value>> =
        LazyLock::new(|| (0..50_000).map(|n| (n.to_string(), object(n))).collect());
    let id = parts.uri.path().rsplit('/').next().unwrap_or_default();
    let object = OBJECTS.get(id).map(serde_json::to_vec);
    object.and_then(Result::ok).unwrap_or_default().into()
}

fn ws_template(text: &str) -> String {
    let body: Value = serde_json::from_str(text).unwrap_or_default();
    format!(
        r#"{{"id":"{}","kind":"{}","text":"{}"}}"#,
        body["id"].as_str().unwrap_or_default(),
        body["kind"].as_str().unwrap_or_default(),
        body["text"].as_str().unwrap_or_default()
    )
}

fn rules(body: &[u8]) -> &'static str {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    for number in 0..8 {
        if body["kind"] == format!("kind-{number}").as_str() {
            return if number == 7 { MATCHED } else { STATIC };
        }
    }
    STATIC
}

async fn websocket(
    stream: TcpStream,
    answer: impl Fn(String) -> String + Send + Sync + 'static,
) -> Done {
    let mut socket = tokio_tungstenite::accept_async(stream).await?;
    while let Some(message) = socket.next().await {
        if let Message::Text(text) = message? {
            socket
                .send(Message::Text(answer(text.to_string()).into()))
                .await?;
        }
    }
    Ok(())
}
