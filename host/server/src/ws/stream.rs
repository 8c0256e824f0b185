//! One-to-one streams: each client has its own sequence from its own start.
//!
//! Rules see the handshake and the message's number; what the client sends is ignored, or, with
//! `"clientMessages": "latest"`, seen as the message. A client that does not read is not asked
//! for: its ticks become one late tick when it does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmock_exchange::{Clock, Frame, Kind};

use super::answers::Definition;
use super::conversation::{Guest, removed};
use super::drive::Lead;
use super::frames;
use super::reply::{Frames, Reply, Work};
use crate::scheduler::{Rhythm, Schedule};

/// Streams to one client.
pub(crate) struct Streaming {
    guest: Guest,
    definition: Option<Arc<Definition>>,
    schedule: Schedule,
    sent: u64,
    latest: Option<Frame>,
    /// Messages left of a burst, and when it began.
    burst: Option<(u32, Instant)>,
}

impl Streaming {
    pub(crate) fn new(guest: Guest, definition: Arc<Definition>) -> Self {
        let schedule = Schedule::new(
            definition.setup.rhythm,
            Clock::instant(),
            guest.site.random_source(),
        );
        Self {
            guest,
            definition: Some(definition),
            schedule,
            sent: 0,
            latest: None,
            burst: None,
        }
    }

    /// A stream that is defined anew restarts at 1.
    fn refresh(&mut self, now: Instant) -> Option<Arc<Definition>> {
        let present = self.guest.route.definition();
        let (Some(known), Some(present)) = (&self.definition, &present) else {
            self.definition = None;
            return None;
        };
        if !Arc::ptr_eq(known, present) {
            if !known.is_same(present) {
                let random = self.guest.site.random_source();
                self.schedule = Schedule::new(present.setup.rhythm, now, random);
                self.sent = 0;
                self.burst = None;
            }
            self.definition = Some(present.clone());
        }
        Some(present.clone())
    }
}

impl Lead for Streaming {
    fn opened(&mut self) -> Option<Work> {
        self.guest.greeting()
    }

    fn message(&mut self, frame: Frame) -> Option<Work> {
        if self
            .definition
            .as_ref()
            .is_some_and(|definition| definition.setup.sees_messages)
        {
            self.latest = Some(frame);
        }
        None
    }

    fn next_tick(&self) -> Option<Instant> {
        let next = self
            .burst
            .map_or_else(|| self.schedule.next(), |(_, began)| began);
        self.definition.is_some().then_some(next)
    }

    fn tick(&mut self, now: Instant) -> Option<Work> {
        let Some(definition) = self.refresh(now) else {
            return Some(Work::Done(Reply {
                close: Some(removed()),
                ..Reply::default()
            }));
        };
        match &mut self.burst {
            Some((left, _)) if *left > 1 => *left -= 1,
            Some(_) => self.burst = None,
            None => {
                let tick = self.schedule.due(now, self.guest.site.random_source())?;
                let interval = match definition.setup.rhythm {
                    Rhythm::Steady { interval, .. } => interval,
                    Rhythm::Random { min, max } => (min + max) / 2,
                };
                self.guest
                    .route
                    .pace
                    .watch(tick, now, definition.route.pattern.text(), interval);
                if definition.setup.burst > 1 {
                    self.burst = Some((definition.setup.burst - 1, now));
                }
            }
        }
        self.sent += 1;
        let mut exchange = self.guest.exchange(Kind::Tick, self.sent);
        if let Some(latest) = &self.latest {
            exchange = exchange.with_message(latest.clone(), definition.setup.auto_parse);
        }
        Some(definition.reply(&self.guest.site, exchange))
    }

    fn done(&mut self, reply: &mut Reply, _now: Instant) {
        if !reply.uncounted || self.sent > 0 {
            as_streamed(reply);
        }
    }
}

/// In a stream, nothing is said about what is empty or broken, and the interval is the latency.
pub(crate) fn as_streamed(reply: &mut Reply) {
    reply.delay = Duration::ZERO;
    let empty = reply
        .frames
        .as_slice()
        .iter()
        .all(|frame| *frame == frames::EMPTY_TEXT);
    if reply.failed || empty {
        reply.frames = Frames::None;
    }
}
