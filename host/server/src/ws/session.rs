//! Plugins that lead: a session is told what happens and says what is sent, whether the
//! connection closes, and when it wants to be asked again.
//!
//! Timers are the host's, and what a session remembers are bytes in the host, so any instance
//! of the plugin serves any event, and a trap or a reload loses nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmock_exchange::roles::SessionEvent;
use wasmock_exchange::{Answer, Close, Exchange, Failure, Frame, Kind, SessionState};

use super::answers::Definition;
use super::conversation::{Guest, removed};
use super::drive::Lead;
use super::exchange::Conversation;
use super::frames;
use super::reply::{Reply, Work};
use super::setup::Leader;
use crate::site::Site;

/// Tells a session about an event: what it answers, and when it wants to be asked again.
pub(super) async fn call(
    site: &Arc<Site>,
    leader: &Leader,
    state: &Arc<SessionState>,
    event: SessionEvent,
    exchange: Arc<dyn Exchange>,
) -> Result<(Answer, Option<Duration>), Failure> {
    let mut call = site.call(exchange);
    call.usage = leader.usage.clone();
    call.session = Some(state.clone());
    let (mut call, result) = leader.session.event(event, call).await;
    match result {
        Ok(again) => Ok((
            std::mem::take(&mut call.answer),
            again.map(|ms| Duration::from_millis(u64::from(ms))),
        )),
        Err(failure) => {
            tracing::warn!(session = state.id(), "{failure}");
            Err(failure)
        }
    }
}

/// As [`call`], as a reply. A failure closes the connection with 1011.
pub(super) async fn ask(
    site: &Arc<Site>,
    leader: &Leader,
    state: &Arc<SessionState>,
    event: SessionEvent,
    exchange: Conversation,
) -> Reply {
    match call(site, leader, state, event, Arc::new(exchange)).await {
        Ok((answer, again)) => Reply {
            frames: answer
                .frames
                .iter()
                .map(frames::message)
                .collect::<Vec<_>>()
                .into(),
            delay: answer.delay,
            close: answer.close,
            again,
            ..Reply::default()
        },
        Err(_) => {
            let close = Close {
                code: 1011,
                reason: "the session's plugin failed".to_owned(),
            };
            Reply {
                close: Some(close),
                failed: true,
                ..Reply::default()
            }
        }
    }
}

/// A connection that a plugin leads.
///
/// When the route is defined anew, the new session is asked before its next event whether it
/// takes the connection, by `opened` and with the state as it is; a refusal closes with 1012.
pub(crate) struct Sitting {
    guest: Guest,
    /// What the session was opened with.
    definition: Option<Arc<Definition>>,
    state: Arc<SessionState>,
    /// Messages and ticks so far.
    events: u64,
    again: Option<Instant>,
    /// Whether a message is at work: it leaves a tick that is due later as it is.
    is_message: bool,
    /// When the tick at work was due: the next one is counted from there, without drift.
    due: Option<Instant>,
}

impl Sitting {
    pub(crate) fn new(guest: Guest) -> Self {
        let state = Arc::new(SessionState::new(&*guest.handshake.connection));
        let definition = guest.route.definition();
        Self {
            guest,
            definition,
            state,
            events: 0,
            again: None,
            is_message: false,
            due: None,
        }
    }

    fn ask(&mut self, event: SessionEvent, exchange: Conversation) -> Option<Work> {
        let present = self.guest.route.definition();
        let leader = present
            .as_ref()
            .and_then(|definition| definition.setup.session.clone());
        let (Some(present), Some(leader)) = (present, leader) else {
            return Some(Work::Done(Reply {
                close: Some(removed()),
                ..Reply::default()
            }));
        };
        let opened_anew = self
            .definition
            .as_ref()
            .is_some_and(|known| !known.is_same(&present));
        self.definition = Some(present);
        let (site, state) = (self.guest.site.clone(), self.state.clone());
        let reopening = opened_anew.then(|| self.guest.exchange(Kind::Opened, self.events));
        Some(Work::Pending(Box::pin(async move {
            let Some(opening) = reopening else {
                return ask(&site, &leader, &state, event, exchange).await;
            };
            let opened = ask(&site, &leader, &state, SessionEvent::Opened, opening).await;
            if opened.failed || opened.close.is_some() {
                let reason = "the session's new version refuses it".to_owned();
                return Reply {
                    close: Some(Close { code: 1012, reason }),
                    ..opened
                };
            }
            let mut reply = ask(&site, &leader, &state, event, exchange).await;
            reply.frames = [opened.frames.as_slice(), reply.frames.as_slice()]
                .concat()
                .into();
            reply
        })))
    }
}

impl Lead for Sitting {
    fn opened(&mut self) -> Option<Work> {
        let exchange = self.guest.exchange(Kind::Opened, 0);
        self.ask(SessionEvent::Opened, exchange)
    }

    fn message(&mut self, frame: Frame) -> Option<Work> {
        self.events += 1;
        self.is_message = true;
        let auto = self
            .guest
            .route
            .definition()
            .is_some_and(|d| d.setup.auto_parse);
        let exchange = self
            .guest
            .exchange(Kind::Message, self.events)
            .with_message(frame, auto);
        self.ask(SessionEvent::Message, exchange)
    }

    fn next_tick(&self) -> Option<Instant> {
        self.again
    }

    fn tick(&mut self, _now: Instant) -> Option<Work> {
        self.due = self.again.take();
        self.events += 1;
        let exchange = self.guest.exchange(Kind::Tick, self.events);
        self.ask(SessionEvent::Tick, exchange)
    }

    fn done(&mut self, reply: &mut Reply, now: Instant) {
        let due = self.due.take();
        if std::mem::take(&mut self.is_message) && reply.again.is_none() {
            return;
        }
        self.again = reply.again.map(|again| match due {
            // A late tick is not made up for by a burst.
            Some(due) if due + again > now => due + again,
            _ => now + again,
        });
    }

    fn closed(&mut self, code: u16) -> Option<Work> {
        let exchange = self.guest.exchange(Kind::Closed, self.events);
        self.ask(SessionEvent::Closed(code), exchange)
    }
}
