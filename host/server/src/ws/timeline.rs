//! Scripted timelines: send, wait, expect, close, begin again.
//!
//! A message that arrives before it is expected is kept, so a client may be faster than its
//! script. Waiting is counted from when the step before was due, so a long script does not
//! drift.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmock_exchange::{Clock, Close, Frame, Kind, limits};

use super::conversation::Guest;
use super::drive::Lead;
use super::exchange::Conversation;
use super::reply::{Reply, Work};
use super::setup::Step;
use crate::mock::Text;
use crate::rules::Facts;

/// A connection that follows a script.
pub(crate) struct Scripted {
    guest: Guest,
    steps: Arc<[Step]>,
    /// The step to do next; behind the last when the script has ended.
    position: usize,
    /// When it is to be done.
    at: Instant,
    /// Set while a message is expected: when to give up.
    expecting: Option<Option<Instant>>,
    /// Messages that nobody expected yet.
    early: VecDeque<Frame>,
    early_bytes: usize,
    /// How often the script has begun again, and when it did so last.
    rounds: u32,
    round_began: Instant,
    messages: u64,
}

impl Scripted {
    pub(crate) fn new(guest: Guest, steps: Arc<[Step]>) -> Self {
        let now = Clock::instant();
        Self {
            guest,
            steps,
            position: 0,
            at: now,
            expecting: None,
            early: VecDeque::new(),
            early_bytes: 0,
            rounds: 0,
            round_began: now,
            messages: 0,
        }
    }

    fn exchange(&self, kind: Kind) -> Conversation {
        self.guest.exchange(kind, self.messages)
    }

    fn go_on(&mut self, at: Instant) {
        self.position += 1;
        self.at = at;
    }

    /// Whether the message is the one that is expected.
    fn test(&mut self, frame: Frame) -> Option<Work> {
        self.messages += 1;
        let definition = self.guest.route.definition()?;
        let auto = definition.setup.auto_parse;
        let exchange = self.exchange(Kind::Message).with_message(frame, auto);
        let Some(Step::Expect { rules, .. }) = self.steps.get(self.position) else {
            return None;
        };
        if rules.is_empty() {
            return Some(expected(true));
        }
        if rules.is_native() {
            let facts = Facts {
                exchange: &exchange,
                site: &self.guest.site,
                mock: &definition.mock,
            };
            return Some(expected(rules.hold_now(facts)));
        }
        let (steps, position) = (self.steps.clone(), self.position);
        let site = self.guest.site.clone();
        Some(Work::Pending(Box::pin(async move {
            let holds = match &steps[position] {
                Step::Expect { rules, .. } => {
                    let call = site.call(Arc::new(exchange));
                    rules.hold(&site, &definition.mock, call).await.1
                }
                _ => false,
            };
            Reply {
                expected: holds,
                ..Reply::default()
            }
        })))
    }

    fn close(&self, code: u16, reason: &Text) -> Work {
        let (site, reason) = (self.guest.site.clone(), reason.clone());
        let exchange = Arc::new(self.exchange(Kind::Tick));
        Work::Pending(Box::pin(async move {
            let (_, reason) = site.render_text(&reason, site.call(exchange)).await;
            let close = Close {
                code,
                reason: reason.unwrap_or_default(),
            };
            Reply {
                close: Some(close),
                ..Reply::default()
            }
        }))
    }
}

fn expected(holds: bool) -> Work {
    Work::Done(Reply {
        expected: holds,
        ..Reply::default()
    })
}

impl Lead for Scripted {
    fn opened(&mut self) -> Option<Work> {
        self.guest.greeting()
    }

    fn message(&mut self, frame: Frame) -> Option<Work> {
        if self.expecting.is_some() {
            return self.test(frame);
        }
        if self.position < self.steps.len() {
            self.early_bytes += frame.payload().len();
            self.early.push_back(frame);
            while self.early.len() > limits::CLIENT_QUEUE_FRAMES
                || self.early_bytes > limits::CLIENT_QUEUE_BYTES
            {
                let Some(frame) = self.early.pop_front() else {
                    break;
                };
                self.early_bytes -= frame.payload().len();
            }
        }
        None
    }

    fn next_tick(&self) -> Option<Instant> {
        match self.expecting {
            Some(_) if !self.early.is_empty() => Some(self.at),
            Some(until) => until,
            None => (self.position < self.steps.len()).then_some(self.at),
        }
    }

    fn tick(&mut self, now: Instant) -> Option<Work> {
        if let Some(until) = self.expecting {
            if let Some(frame) = self.early.pop_front() {
                self.early_bytes -= frame.payload().len();
                return self.test(frame);
            }
            until.filter(|until| *until <= now)?;
            self.position = self.steps.len();
            self.expecting = None;
            let reason = "the expected message did not come".to_owned();
            let close = Some(Close { code: 1008, reason });
            return Some(Work::Done(Reply {
                close,
                ..Reply::default()
            }));
        }
        let steps = self.steps.clone();
        match steps.get(self.position)? {
            Step::Send(message) => {
                let work = message.work(&self.guest.site, self.exchange(Kind::Tick));
                self.go_on(self.at);
                Some(work)
            }
            Step::Wait(time) => {
                // What cannot be made up for is not made up for.
                let at = if now > self.at + Duration::from_secs(1) {
                    now
                } else {
                    self.at
                };
                self.go_on(at + *time);
                None
            }
            Step::Expect { within, .. } => {
                self.expecting = Some(within.map(|within| now + within));
                None
            }
            Step::Close { code, reason } => {
                self.position = steps.len();
                Some(self.close(*code, reason))
            }
            Step::Loop(times) => {
                self.rounds += 1;
                if *times != 0 && self.rounds > *times {
                    self.position = steps.len();
                    return None;
                }
                self.position = 0;
                // A script without a pause would never let go.
                self.at = self.at.max(self.round_began + limits::STREAM_INTERVAL);
                self.round_began = self.at;
                None
            }
        }
    }

    fn done(&mut self, reply: &mut Reply, now: Instant) {
        if reply.expected && self.expecting.take().is_some() {
            self.go_on(now);
        }
    }
}
