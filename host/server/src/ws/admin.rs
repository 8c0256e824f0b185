//! What the admin API, and any embedder, may ask of a site's WebSockets.

use wasmock_exchange::{Close, Frame};

use super::ClientInfo;
use crate::Site;

/// The connected WebSocket clients of a site. A route is named by its uuid or by its path as
/// the file writes it.
impl Site {
    /// The clients of one route or of all, in the order in which they came.
    pub fn websockets(&self, route: Option<&str>) -> Vec<ClientInfo> {
        self.sockets().list(route)
    }

    /// Sends a message to all clients of a route, or of one of its groups, and answers how many
    /// there are; nothing when there is no such route or group.
    pub async fn send_to_websockets(
        &self,
        route: &str,
        group: Option<&str>,
        message: &Frame,
    ) -> Option<usize> {
        self.sockets().send(route, group, message).await
    }

    /// Sends a message to one client; false when it is gone.
    pub fn send_to_websocket(&self, id: &str, message: &Frame) -> bool {
        self.sockets().send_to(id, message)
    }

    /// Closes a connection; false when there is none of that id.
    pub fn close_websocket(&self, id: &str, close: Close) -> bool {
        self.sockets().close(id, close)
    }

    /// Closes all connections of a route and answers how many there are; nothing when there is
    /// no such route.
    pub fn close_websockets(&self, route: &str, close: &Close) -> Option<usize> {
        self.sockets().close_all(route, close)
    }
}
