//! Broadcasts: one message for all, made and encoded once.
//!
//! A broadcast is a task with a schedule. Its number comes from the clock, so a client that
//! joins late hears the middle of the sequence, and while nobody listens and nobody could tell,
//! nothing is made at all: the task sleeps until somebody joins. While a message is being made
//! or handed out, ticks that come due become one late tick.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::task::AbortHandle;
use tokio::time::sleep_until;
use wasmock_exchange::roles::SessionEvent;
use wasmock_exchange::{Clock, Kind, SessionState};

use super::answers::Definition;
use super::exchange::{Conversation, Handshake};
use super::live::LiveRoute;
use super::session;
use super::stream::as_streamed;
use crate::scheduler::{Audience, Rhythm, Schedule};
use crate::site::Site;

/// How long a session waits after a failure that left it without a next tick.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// Starts the stream of a route or of one of its groups.
pub(crate) fn start(
    site: &Arc<Site>,
    route: &Arc<LiveRoute>,
    audience: &Arc<Audience>,
) -> AbortHandle {
    let broadcast = Broadcast {
        site: Arc::downgrade(site),
        route: Arc::downgrade(route),
        audience: Arc::downgrade(audience),
    };
    tokio::spawn(broadcast.run()).abort_handle()
}

/// Nothing here keeps what it needs alive: it ends with it.
struct Broadcast {
    site: Weak<Site>,
    route: Weak<LiveRoute>,
    audience: Weak<Audience>,
}

impl Broadcast {
    async fn run(self) {
        while let Some(definition) = self.definition() {
            if definition.setup.session.is_some() {
                self.lead(&definition).await;
            } else {
                self.stream(&definition).await;
            }
        }
    }

    fn definition(&self) -> Option<Arc<Definition>> {
        self.route.upgrade()?.definition()
    }

    /// The definition, if it is still the same in the file.
    fn present(&self, known: &Arc<Definition>) -> Option<Arc<Definition>> {
        self.definition()
            .filter(|present| Arc::ptr_eq(present, known) || present.is_same(known))
    }

    fn handshake(definition: &Definition) -> Arc<Handshake> {
        let mut handshake = Handshake::default();
        handshake.route = definition.route.source.endpoint.as_str().into();
        Arc::new(handshake)
    }

    /// Sends responses until the definition changes.
    async fn stream(&self, first: &Arc<Definition>) {
        let handshake = Self::handshake(first);
        let exchange = |number| Conversation::new(Kind::Broadcast, &handshake, number);
        let (mut schedule, silent) = {
            let Some(site) = self.site.upgrade() else {
                return;
            };
            let silent = first.leaves_no_trace(&site, Arc::new(exchange(0))).await;
            let random = site.random_source();
            (
                Schedule::new(first.setup.rhythm, Clock::instant(), random),
                silent,
            )
        };
        let interval = match first.setup.rhythm {
            Rhythm::Steady { interval, .. } => interval,
            Rhythm::Random { min, max } => (min + max) / 2,
        };
        let burst = u64::from(first.setup.burst);
        loop {
            if !self.wait(&mut schedule, silent).await {
                return;
            }
            let Some(definition) = self.present(first) else {
                return;
            };
            let (Some(site), Some(route), Some(audience)) = (
                self.site.upgrade(),
                self.route.upgrade(),
                self.audience.upgrade(),
            ) else {
                return;
            };
            let now = Clock::instant();
            let Some(tick) = schedule.due(now, site.random_source()) else {
                continue;
            };
            route
                .pace
                .watch(tick, now, definition.route.pattern.text(), interval);
            for number in (tick.number - 1) * burst + 1..=tick.number * burst {
                let mut reply = definition.reply(&site, exchange(number)).finish().await;
                as_streamed(&mut reply);
                send(&audience, reply.frames.as_slice()).await;
                if let Some(close) = &reply.close {
                    audience.close(close);
                }
            }
        }
    }

    /// Waits for the next tick, or, where nobody can tell, for somebody to listen as well.
    /// False when there is nothing left to wait for.
    async fn wait(&self, schedule: &mut Schedule, silent: bool) -> bool {
        loop {
            let Some(audience) = self.audience.upgrade() else {
                return false;
            };
            if silent && audience.len() == 0 {
                audience.joined().await;
                if self.definition().is_none() {
                    return false;
                }
                // The ticks of the silence are taken by nobody.
                if let Some(site) = self.site.upgrade()
                    && audience.len() > 0
                {
                    schedule.due(Clock::instant(), site.random_source());
                }
                if audience.len() == 0 {
                    return true;
                }
                continue;
            }
            drop(audience);
            return self.sleep(schedule.next()).await;
        }
    }

    /// Sleeps; true early when the definition changed.
    async fn sleep(&self, until: Instant) -> bool {
        let Some(route) = self.route.upgrade() else {
            return false;
        };
        let changed = route.changed.notified();
        tokio::select! {
            () = sleep_until(until.into()) => {}
            () = changed => {}
        }
        true
    }

    /// Lets a plugin lead until the definition changes.
    async fn lead(&self, first: &Arc<Definition>) {
        let handshake = Self::handshake(first);
        let Some(leader) = first.setup.session.clone() else {
            return;
        };
        let state = Arc::new(SessionState::new(format!(
            "broadcast-{}",
            first.route.uuid()
        )));
        let mut event = SessionEvent::Opened;
        let mut last = None;
        let mut number = 0;
        loop {
            let began = Clock::instant();
            let (Some(site), Some(audience)) = (self.site.upgrade(), self.audience.upgrade())
            else {
                return;
            };
            let exchange = Conversation::new(Kind::Broadcast, &handshake, number);
            let reply = session::ask(&site, &leader, &state, event, exchange).await;
            send(&audience, reply.frames.as_slice()).await;
            drop((site, audience));
            let again = match reply.again {
                Some(again) => {
                    last = Some(again);
                    again
                }
                None if reply.failed => last.unwrap_or(AFTER_FAILURE),
                // It does not want to be asked again: until another definition.
                None => Duration::from_secs(86_400 * 365),
            };
            let due = began + again;
            loop {
                if !self.sleep(due).await || self.present(first).is_none() {
                    return;
                }
                if Clock::instant() >= due {
                    break;
                }
            }
            event = SessionEvent::Tick;
            number += 1;
        }
    }
}

async fn send(audience: &Audience, frames: &[Bytes]) {
    if !frames.is_empty() {
        audience.send(frames.into(), None).await;
    }
}
