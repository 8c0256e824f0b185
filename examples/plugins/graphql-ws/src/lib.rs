//! A session that speaks graphql-transport-ws: what Apollo, urql and graphql-ws clients use for
//! subscriptions. Every subscription gets a rendered event each interval, then `complete`.

mod protocol;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use wasmock_plugin::{Frame, Result, Session, answer, configuration, rendering};

use protocol::{Conversation, Reply};

wasmock_plugin::export! {
    session: Subscriptions,
}

/// The configuration of the route.
#[derive(Debug, Deserialize)]
#[serde(default)]
struct Usage {
    /// Milliseconds between events.
    interval: u64,
    /// Events per subscription; then it completes.
    events: u32,
    /// The `data` of an event: a template that makes JSON.
    data: String,
}

impl Default for Usage {
    fn default() -> Self {
        Self {
            interval: 1000,
            events: 10,
            data: "{}".into(),
        }
    }
}

/// What the host keeps for us between events.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Subscriptions {
    conversation: Conversation,
}

impl Session for Subscriptions {
    fn message(&mut self, message: Frame) -> Result<Option<Duration>> {
        let text = match &message {
            Frame::Text(text) => text.as_bytes(),
            Frame::Binary(bytes) => bytes,
        };
        let usage: Usage = serde_json::from_str(&configuration::usage())?;
        let quiet = self.conversation.is_quiet();
        send(self.conversation.receive(text, usage.events));
        // The first subscription starts the clock; later ones join it.
        let started = quiet && !self.conversation.is_quiet();
        Ok(started.then(|| Duration::from_millis(usage.interval)))
    }

    fn tick(&mut self) -> Result<Option<Duration>> {
        let usage: Usage = serde_json::from_str(&configuration::usage())?;
        if !self.conversation.is_quiet() {
            let data = rendering::render(&usage.data)?;
            send(self.conversation.event(&serde_json::from_str(&data)?));
        }
        let goes_on = !self.conversation.is_quiet();
        Ok(goes_on.then(|| Duration::from_millis(usage.interval)))
    }
}

fn send(replies: Vec<Reply>) {
    for reply in replies {
        match reply {
            Reply::Message(json) => answer::send(&Frame::Text(json.to_string())),
            Reply::Close(code, reason) => answer::close(code, &reason),
        }
    }
}
