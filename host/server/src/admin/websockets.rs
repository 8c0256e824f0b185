//! The WebSocket clients by the admin API: who is there, send, close.
//!
//! A route is named by its uuid or by its path as the file writes it.

use data_encoding::BASE64;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use wasmock_exchange::{Close, Frame};
use wasmock_javascript::{Object, Value, json, number};

use super::{Asked, object};
use crate::body;
use crate::http::Reply;
use crate::http::exchange::text;

/// Bytes of a close frame's reason.
const REASON: usize = 123;

impl Asked<'_> {
    /// The connected clients, of one route (`?route=`) or of all.
    pub(super) fn websockets(self) -> Reply {
        let route = self.query("route");
        let clients = self.site.websockets(route.as_deref());
        let list = clients.into_iter().map(|client| {
            object([
                ("id", Value::text(client.id)),
                ("route", Value::text(client.route)),
                ("group", client.group.map_or(Value::Null, Value::text)),
                ("since", Value::Number(client.since_ms)),
                (
                    "remote",
                    client
                        .remote
                        .map_or(Value::Null, |remote| Value::text(remote.to_string())),
                ),
                ("received", Value::Number(client.received as f64)),
                ("sent", Value::Number(client.sent as f64)),
            ])
        });
        let list = list.collect();
        self.json(StatusCode::OK, &list)
    }

    /// Sends a message to all clients of a route, or of one of its groups.
    pub(super) async fn send(self, route: &str) -> Reply {
        let Some((message, group)) = self.to_send() else {
            return self.invalid();
        };
        let count = self
            .site
            .send_to_websockets(route, group.as_deref(), &message)
            .await;
        self.reached(count, "WebSocket route or group not found")
    }

    /// Sends a message to one client.
    pub(super) fn send_to(self, id: &str) -> Reply {
        let Some((message, _)) = self.to_send() else {
            return self.invalid();
        };
        let count = self.site.send_to_websocket(id, &message).then_some(1);
        self.reached(count, "WebSocket connection not found")
    }

    /// Closes a connection, with `?code=` and `?reason=`.
    pub(super) fn close(self, id: &str) -> Reply {
        let Some(close) = self.close_frame() else {
            return self.invalid();
        };
        let count = self.site.close_websocket(id, close).then_some(1);
        self.reached(count, "WebSocket connection not found")
    }

    /// Closes all connections of a route.
    pub(super) fn close_all(self, route: &str) -> Reply {
        let Some(close) = self.close_frame() else {
            return self.invalid();
        };
        let count = self.site.close_websockets(route, &close);
        self.reached(count, "WebSocket route not found")
    }

    /// The message in the body and the group it is for: a JSON object with `text`, `json` or
    /// `base64` says both; any other body is the text of the message.
    fn to_send(&self) -> Option<(Frame, Option<String>)> {
        let kind = self.facts.head.headers.get(CONTENT_TYPE).map(text);
        let is_json = kind.is_some_and(|kind| body::Kind::of_any_case(&kind) == body::Kind::Json);
        if is_json {
            let body = self.body()?;
            return Some((
                frame(&body)?,
                body.get("group").and_then(Value::as_str).map(str::to_owned),
            ));
        }
        let text = std::str::from_utf8(&self.facts.body).ok()?;
        Some((Frame::text(text), None))
    }

    fn close_frame(&self) -> Option<Close> {
        let code = self
            .query("code")
            .map_or(1000.0, |code| number::from_text(&code));
        let reason = self.query("reason").unwrap_or_default();
        let protocols_own = (1000.0..=1014.0).contains(&code) && !(1004.0..=1006.0).contains(&code);
        let allowed = code.fract() == 0.0 && (protocols_own || (3000.0..=4999.0).contains(&code));
        (allowed && reason.len() <= REASON).then_some(Close {
            code: code as u16,
            reason,
        })
    }

    fn reached(self, count: Option<usize>, otherwise: &str) -> Reply {
        match count {
            Some(count) => self.fields(StatusCode::OK, [("clients", Value::Number(count as f64))]),
            None => self.message(StatusCode::NOT_FOUND, otherwise),
        }
    }
}

fn frame(body: &Object) -> Option<Frame> {
    if let Some(text) = body.get("text") {
        return Some(Frame::text(text.as_str()?));
    }
    if let Some(value) = body.get("json") {
        return Some(Frame::text(json::to_text(value)?));
    }
    let bytes = BASE64
        .decode(body.get("base64")?.as_str()?.as_bytes())
        .ok()?;
    Some(Frame::Binary(bytes.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_texts_json_or_bytes() {
        for (body, message) in [
            (r#"{"text":"a"}"#, Some(Frame::text("a"))),
            (r#"{"json":{"a":[1]}}"#, Some(Frame::text(r#"{"a":[1]}"#))),
            (
                r#"{"base64":"AP8="}"#,
                Some(Frame::Binary(vec![0, 255].into())),
            ),
            (r#"{"base64":"?"}"#, None),
            (r#"{"text":1}"#, None),
            ("{}", None),
        ] {
            let body = json::parse(body).unwrap();
            assert_eq!(frame(body.as_object().unwrap()), message, "{body:?}");
        }
    }
}
