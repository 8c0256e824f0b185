//! Conversations: every message is answered once, an empty message when there is nothing to
//! say. Also the clients of a broadcast, who are only greeted.

use std::sync::Arc;
use std::time::Instant;

use wasmock_exchange::{Close, Frame, Kind};

use super::drive::Lead;
use super::exchange::{Conversation, Handshake};
use super::live::LiveRoute;
use super::reply::{Reply, Work};
use crate::site::Site;

/// What all kinds of leaders know.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) site: Arc<Site>,
    pub(crate) route: Arc<LiveRoute>,
    pub(crate) handshake: Arc<Handshake>,
}

impl Guest {
    pub(crate) fn exchange(&self, kind: Kind, sequence: u64) -> Conversation {
        Conversation::new(kind, &self.handshake, sequence)
    }

    pub(crate) fn greeting(&self) -> Option<Work> {
        self.route
            .definition()?
            .greeting(&self.site, self.exchange(Kind::Opened, 0))
    }
}

/// The route was removed while its client was there.
pub(crate) fn removed() -> Close {
    Close {
        code: 1001,
        reason: "the route was removed".to_owned(),
    }
}

/// Answers each message.
pub(crate) struct Conversing {
    guest: Guest,
    answered: u64,
}

impl Conversing {
    pub(crate) fn new(guest: Guest) -> Self {
        Self { guest, answered: 0 }
    }
}

impl Lead for Conversing {
    fn opened(&mut self) -> Option<Work> {
        self.guest.greeting()
    }

    fn message(&mut self, frame: Frame) -> Option<Work> {
        let Some(definition) = self.guest.route.definition() else {
            return Some(Work::Done(Reply {
                close: Some(removed()),
                ..Reply::default()
            }));
        };
        let exchange = self
            .guest
            .exchange(Kind::Message, self.answered + 1)
            .with_message(frame, definition.setup.auto_parse);
        Some(definition.reply(&self.guest.site, exchange))
    }

    fn done(&mut self, reply: &mut Reply, _now: Instant) {
        if !reply.uncounted {
            self.answered += 1;
        }
    }
}

/// A client of a broadcast: its messages are ignored.
pub(crate) struct Listening {
    guest: Guest,
}

impl Listening {
    pub(crate) fn new(guest: Guest) -> Self {
        Self { guest }
    }
}

impl Lead for Listening {
    fn opened(&mut self) -> Option<Work> {
        self.guest.greeting()
    }

    fn message(&mut self, _frame: Frame) -> Option<Work> {
        None
    }
}
