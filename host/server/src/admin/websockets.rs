//! The WebSocket clients by the admin API: who is there, send, close.

use http::StatusCode;
use wasmock_exchange::{Close, Frame};
use wasmock_javascript::{Object, Value};

use super::{Asked, object};
use crate::http::Reply;

impl Asked<'_> {
    /// The connected clients, of one route or of all.
    pub(super) fn websockets(self) -> Reply {
        let route = self.query("route");
        let clients = self.site.websockets(route.as_deref());
        let list = clients.into_iter().map(|client| {
            object([
                ("id", Value::text(client.id)),
                ("route", Value::text(client.route)),
                ("group", client.group.map_or(Value::Null, Value::text)),
                ("since", Value::Number(client.since_ms)),
                ("remote", client.remote.map_or(Value::Null, |remote| Value::text(remote.to_string()))),
                ("received", Value::Number(client.received as f64)),
                ("sent", Value::Number(client.sent as f64)),
            ])
        });
        let list = list.collect();
        self.json(StatusCode::OK, &list)
    }

    /// Sends `text` to a client (`id`), a `group` of a `route`, or all of a `route`.
    pub(super) async fn send(self) -> Reply {
        let Some(body) = self.body() else { return self.invalid() };
        let Some(text) = field(&body, "text") else { return self.invalid() };
        let message = Frame::text(text);
        let count = match (field(&body, "id"), field(&body, "route")) {
            (Some(id), _) => self.site.send_to_websocket(&id, &message).then_some(1),
            (None, Some(route)) => {
                let group = field(&body, "group");
                self.site.send_to_websockets(&route, group.as_deref(), &message).await
            }
            (None, None) => return self.invalid(),
        };
        self.reached(count)
    }

    /// Closes a client (`id`) or all of a `route`, with a `code` and a `reason`.
    pub(super) fn close(self) -> Reply {
        let Some(body) = self.body() else { return self.invalid() };
        let code = body.get("code").and_then(Value::as_number).unwrap_or(1000.0);
        let reason = field(&body, "reason").unwrap_or_default();
        let allowed = (1000.0..=1014.0).contains(&code) && !(1004.0..=1006.0).contains(&code)
            || (3000.0..=4999.0).contains(&code);
        if !allowed || reason.len() > 123 {
            return self.invalid();
        }
        let close = Close { code: code as u16, reason };
        let count = match (field(&body, "id"), field(&body, "route")) {
            (Some(id), _) => self.site.close_websocket(&id, close).then_some(1),
            (None, Some(route)) => self.site.close_websockets(&route, &close),
            (None, None) => return self.invalid(),
        };
        self.reached(count)
    }

    fn reached(self, count: Option<usize>) -> Reply {
        match count {
            Some(count) => self.fields(StatusCode::OK, [("clients", Value::Number(count as f64))]),
            None => self.message(StatusCode::NOT_FOUND, "No such client, route or group"),
        }
    }
}

fn field(body: &Object, name: &str) -> Option<String> {
    body.get(name)?.as_str().map(str::to_owned)
}
