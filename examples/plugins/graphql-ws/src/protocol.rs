//! The protocol, without a host: messages in, messages out.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// One client's subscriptions.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Conversation {
    acknowledged: bool,
    subscriptions: Vec<Subscription>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Subscription {
    id: String,
    left: u32,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Reply {
    Message(Value),
    Close(u16, String),
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Incoming {
    ConnectionInit,
    Ping { payload: Option<Value> },
    Pong,
    Subscribe { id: String, payload: Query },
    Complete { id: String },
}

#[derive(Deserialize)]
struct Query {
    query: String,
}

impl Conversation {
    /// Whether nobody waits for an event.
    pub(crate) fn is_quiet(&self) -> bool {
        self.subscriptions.is_empty()
    }

    /// Answers a message. A new subscription will get so many events.
    pub(crate) fn receive(&mut self, message: &[u8], events: u32) -> Vec<Reply> {
        let close = |code, reason: &str| vec![Reply::Close(code, reason.to_owned())];
        match serde_json::from_slice(message) {
            Err(_) => close(4400, "Invalid message"),
            Ok(Incoming::ConnectionInit) if self.acknowledged => {
                close(4429, "Too many initialisation requests")
            }
            Ok(Incoming::ConnectionInit) => {
                self.acknowledged = true;
                vec![Reply::Message(json!({ "type": "connection_ack" }))]
            }
            Ok(Incoming::Ping { payload }) => {
                let mut pong = json!({ "type": "pong" });
                if let Some(payload) = payload {
                    pong["payload"] = payload;
                }
                vec![Reply::Message(pong)]
            }
            Ok(Incoming::Pong) => Vec::new(),
            Ok(Incoming::Subscribe { .. }) if !self.acknowledged => close(4401, "Unauthorized"),
            Ok(Incoming::Subscribe { id, .. }) if self.subscriptions.iter().any(|s| s.id == id) => {
                close(4409, &format!("Subscriber for {id} already exists"))
            }
            Ok(Incoming::Subscribe { id, payload }) if payload.query.trim().is_empty() => {
                let errors = json!([{ "message": "the query is empty" }]);
                vec![Reply::Message(
                    json!({ "id": id, "type": "error", "payload": errors }),
                )]
            }
            Ok(Incoming::Subscribe { id, .. }) => {
                self.subscriptions.push(Subscription {
                    id,
                    left: events.max(1),
                });
                Vec::new()
            }
            Ok(Incoming::Complete { id }) => {
                self.subscriptions
                    .retain(|subscription| subscription.id != id);
                Vec::new()
            }
        }
    }

    /// One event for every subscription, and `complete` for those that had their last.
    pub(crate) fn event(&mut self, data: &Value) -> Vec<Reply> {
        let mut replies = Vec::new();
        self.subscriptions.retain_mut(|Subscription { id, left }| {
            let payload = json!({ "data": data });
            replies.push(Reply::Message(
                json!({ "id": id, "type": "next", "payload": payload }),
            ));
            *left -= 1;
            if *left == 0 {
                replies.push(Reply::Message(json!({ "id": id, "type": "complete" })));
            }
            *left > 0
        });
        replies
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(replies: &[Reply]) -> Vec<String> {
        replies
            .iter()
            .map(|reply| match reply {
                Reply::Message(message) => message["type"].as_str().unwrap_or_default().into(),
                Reply::Close(code, _) => code.to_string(),
            })
            .collect()
    }

    #[test]
    fn a_subscription_from_start_to_end() {
        let mut client = Conversation::default();
        let mut say = |text: &str| said(&client.receive(text.as_bytes(), 2));
        assert_eq!(say(r#"{"type":"connection_init"}"#), ["connection_ack"]);
        assert_eq!(say(r#"{"type":"ping"}"#), ["pong"]);
        let subscribe = r#"{"id":"1","type":"subscribe","payload":{"query":"subscription { x }"}}"#;
        assert!(say(subscribe).is_empty());
        assert_eq!(say(subscribe), ["4409"]);
        assert_eq!(said(&client.event(&json!({}))), ["next"]);
        assert_eq!(said(&client.event(&json!({}))), ["next", "complete"]);
        assert!(client.is_quiet());
    }

    #[test]
    fn what_breaks_the_protocol_closes_with_its_codes() {
        for (messages, code) in [
            (&["nonsense"][..], "4400"),
            (
                &[r#"{"id":"1","type":"subscribe","payload":{"query":"x"}}"#],
                "4401",
            ),
            (
                &[
                    r#"{"type":"connection_init"}"#,
                    r#"{"type":"connection_init"}"#,
                ],
                "4429",
            ),
        ] {
            let mut client = Conversation::default();
            let last = messages
                .iter()
                .map(|m| said(&client.receive(m.as_bytes(), 1)))
                .last();
            assert_eq!(last, Some(vec![code.to_owned()]));
        }
    }
}
