//! Pings of the server, and clients that say nothing: both off unless the route asks for them.
//!
//! Whatever a client sends shows that it is there, so a ping is answered by any byte. While its
//! messages are left unread on purpose, it cannot be blamed for silence.

use std::pin::Pin;
use std::task::Context;
use std::time::{Duration, Instant};

use tokio::time::{Sleep, sleep_until};
use wasmock_exchange::{Clock, Close};

use super::out::Out;

/// Watches over a client's silence.
#[derive(Debug)]
pub(crate) struct Pulse {
    ping: Option<Duration>,
    idle: Option<Duration>,
    heard: Instant,
    pinged: Option<Instant>,
    next_ping: Instant,
    timer: Pin<Box<Sleep>>,
    set: Instant,
}

impl Pulse {
    /// Pings at that interval, and closes after that long a silence; nothing to watch for with
    /// neither.
    pub(crate) fn new(ping: Option<Duration>, idle: Option<Duration>) -> Option<Box<Self>> {
        let now = Clock::instant();
        (ping.is_some() || idle.is_some()).then(|| {
            Box::new(Self {
                ping,
                idle,
                heard: now,
                pinged: None,
                next_ping: now + ping.unwrap_or_default(),
                timer: Box::pin(sleep_until(now.into())),
                set: now,
            })
        })
    }

    /// The client sent something.
    pub(crate) fn hear(&mut self) {
        self.heard = Clock::instant();
    }

    /// Pings when it is time; the reason to close when the client is silent for too long.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, out: &Out) -> Option<Close> {
        loop {
            let now = Clock::instant();
            let silent = self.idle.map(|idle| self.heard + idle);
            if silent.is_some_and(|silent| now >= silent) {
                return Some(going_away("nothing was received for too long"));
            }
            if let Some(ping) = self.ping
                && now >= self.next_ping
            {
                if self.pinged.is_some_and(|pinged| self.heard < pinged) {
                    return Some(going_away("a ping was not answered"));
                }
                // A client that takes nothing has its own limit of time.
                self.pinged = out.ping().then_some(now);
                self.next_ping = now + ping;
            }
            let next_ping = self.ping.map(|_| self.next_ping);
            let next = silent.into_iter().chain(next_ping).min()?;
            if next != self.set {
                self.timer.as_mut().reset(next.into());
                self.set = next;
            }
            if self.timer.as_mut().poll(cx).is_pending() {
                return None;
            }
        }
    }
}

fn going_away(reason: &str) -> Close {
    Close {
        code: 1001,
        reason: reason.to_owned(),
    }
}
