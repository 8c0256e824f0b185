//! One connected client, as everybody but its own task sees it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use wasmock_exchange::{Close, Frame};

use super::out::{Out, Sent};
use super::sockets::ClientInfo;

/// A client. Its task owns the reading half; everybody else sends through this.
#[derive(Debug)]
pub(crate) struct Client {
    /// Unique in the process, for lists.
    pub(crate) number: u64,
    /// As rules, templates, logs and the admin API name it.
    pub(crate) id: Arc<str>,
    /// The identity of its route.
    pub(crate) route: Arc<str>,
    /// The group of the route it belongs to.
    pub(crate) group: Option<Arc<str>>,
    /// When it connected, in milliseconds since 1970.
    pub(crate) since_ms: f64,
    pub(crate) remote: Option<SocketAddr>,
    /// The handshake for log lines, where they hold whole transactions.
    pub(crate) transaction: Option<Box<str>>,
    pub(crate) out: Out,
    pub(crate) received: AtomicU64,
}

impl Client {
    /// Sends an encoded message that the client did not ask for. One that leaves too much
    /// unread is closed: a message is never silently skipped.
    pub(crate) fn push(&self, frame: &Bytes) -> Sent {
        let sent = self.out.send(frame.clone());
        if sent == Sent::Full {
            let close = Close {
                code: 1008,
                reason: "messages are not read fast enough".into(),
            };
            if self.out.ask_close(close) {
                tracing::warn!(
                    websocketUuid = %self.id, routeUUID = %self.route,
                    "WebSocket closed with 1008: the client leaves too many messages unread"
                );
            }
        }
        sent
    }

    /// What lists say about it.
    pub(crate) fn info(&self) -> ClientInfo {
        ClientInfo {
            id: self.id.to_string(),
            route: self.route.to_string(),
            group: self.group.as_deref().map(str::to_owned),
            since_ms: self.since_ms,
            remote: self.remote,
            received: self.received.load(Ordering::Relaxed),
            sent: self.out.messages(),
        }
    }

    /// Notes a message of the client in the log.
    pub(crate) fn log_received(&self, frame: &Frame) {
        const RECEIVED: &str = "WebSocket message received";
        let (id, route) = (&*self.id, &*self.route);
        match &self.transaction {
            Some(transaction) => tracing::info!(
                websocketUuid = id,
                routeUUID = route,
                inflightRequest = &**transaction,
                messageData = &*String::from_utf8_lossy(frame.payload()),
                "{RECEIVED}"
            ),
            None => tracing::debug!(websocketUuid = id, routeUUID = route, "{RECEIVED}"),
        }
    }

    /// Counts a message from the client and answers its number; the first is 1.
    pub(crate) fn count_received(&self) -> u64 {
        self.received.fetch_add(1, Ordering::Relaxed) + 1
    }
}
