//! One connection at work: messages in, answers out, in order and in time.
//!
//! Who leads the connection (a conversation, a one-to-one stream, a timeline, a plugin's
//! session) is a [`Lead`]; this is what all of them have in common. One piece of work is in
//! progress at a time, begun when its message arrives. Its answer waits until it is due, so the
//! latencies of several messages run side by side while the order stays. Pings are answered all
//! the while. When too much is pending, the client's messages stay in the socket.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use tokio::time::{Sleep, sleep_until};
use wasmock_environment::Recipients;
use wasmock_exchange::{BoxFuture, Clock, Close, Frame};

use super::connection::{Connection, Event};
use super::frames;
use super::live::Place;
use super::out::Sent;
use super::reply::{Reply, Work};

/// Who decides what is sent on a connection. Called by the connection's task only; nothing here
/// may block.
pub(crate) trait Lead: Send + 'static {
    /// The client is there.
    fn opened(&mut self) -> Option<Work> {
        None
    }

    /// The client sent a message.
    fn message(&mut self, frame: Frame) -> Option<Work>;

    /// When [`Lead::tick`] wants to be called.
    fn next_tick(&self) -> Option<Instant> {
        None
    }

    /// That time has come, the last message is on its way, and no other work is in progress.
    fn tick(&mut self, _now: Instant) -> Option<Work> {
        None
    }

    /// What the work came to. The reply may still be changed.
    fn done(&mut self, _reply: &mut Reply, _now: Instant) {}

    /// The client left with that code.
    fn closed(&mut self, _code: u16) -> Option<Work> {
        None
    }
}

/// Steps after which the connection lets others run, as when a client pipelines.
const STEPS: u32 = 16;

/// What a connection and its leader are doing.
pub(crate) struct Drive<L> {
    connection: Connection,
    place: Arc<Place>,
    lead: L,
    inbox: VecDeque<(Frame, Instant)>,
    working: Option<(BoxFuture<Reply>, Instant)>,
    outbox: VecDeque<Due>,
    /// Bytes in both boxes.
    bytes: usize,
    delivering: Option<BoxFuture<()>>,
    timer: Option<(Pin<Box<Sleep>>, Instant)>,
}

/// Something that leaves at a time.
struct Due {
    at: Option<Instant>,
    step: Step,
}

enum Step {
    Send(Bytes),
    Deliver(Recipients, Arc<[Bytes]>),
    Close(Close),
}

/// How the work on a connection ended.
enum End {
    Closed(u16),
    Close(Close),
}

impl<L: Lead> Drive<L> {
    /// Leads a connection from its beginning to its end.
    pub(crate) async fn run(connection: Connection, place: Arc<Place>, lead: L) -> u16 {
        let mut drive = Self {
            connection,
            place,
            lead,
            inbox: VecDeque::new(),
            working: None,
            outbox: VecDeque::new(),
            bytes: 0,
            delivering: None,
            timer: None,
        };
        if let Some(work) = drive.lead.opened() {
            drive.begin(work, None);
        }
        let end = poll_fn(|cx| drive.poll(cx)).await;
        let Self {
            connection,
            mut lead,
            place,
            ..
        } = drive;
        let code = match end {
            End::Closed(code) => {
                connection.finish().await;
                code
            }
            End::Close(close) => {
                let code = close.code;
                connection.close(close).await;
                code
            }
        };
        // Only now: who leaves an audience must be gone.
        drop(place);
        if let Some(work) = lead.closed(code) {
            work.finish().await;
        }
        code
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<End> {
        for _ in 0..STEPS {
            let mut waits = true;
            if let Some((work, began)) = &mut self.working
                && let Poll::Ready(reply) = work.as_mut().poll(cx)
            {
                let began = *began;
                self.working = None;
                self.answer(reply, Some(began));
                waits = false;
            }
            if self.working.is_none()
                && let Some((frame, arrived)) = self.inbox.pop_front()
            {
                self.bytes -= frame.payload().len();
                if let Some(work) = self.lead.message(frame) {
                    self.begin(work, Some(arrived));
                }
                waits = false;
            }
            if let Some(end) = self.poll_outbox(cx, &mut waits) {
                return Poll::Ready(end);
            }
            match self.connection.poll_next(cx, self.has_room()) {
                Poll::Ready(Event::Message(frame)) => {
                    let client = &self.connection.client;
                    client.count_received();
                    client.log_received(&frame);
                    self.bytes += frame.payload().len();
                    self.inbox.push_back((frame, Clock::instant()));
                    waits = false;
                }
                Poll::Ready(Event::Drained) => waits = false,
                Poll::Ready(Event::Asked(close)) => return Poll::Ready(End::Close(close)),
                Poll::Ready(Event::Closed(code)) => return Poll::Ready(End::Closed(code)),
                Poll::Pending => {}
            }
            if waits && !self.poll_timer(cx) {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether more of the client's messages can be taken.
    fn has_room(&self) -> bool {
        let pending = self.inbox.len() + self.outbox.len() + usize::from(self.working.is_some());
        let room = self.connection.client.out.room();
        pending < room.frames && self.bytes < room.bytes
    }

    fn begin(&mut self, work: Work, arrived: Option<Instant>) {
        match work {
            Work::Done(reply) => self.answer(reply, arrived),
            Work::Pending(future) => {
                self.working = Some((future, arrived.unwrap_or_else(Clock::instant)));
            }
        }
    }

    /// Puts a reply into the outbox.
    fn answer(&mut self, mut reply: Reply, arrived: Option<Instant>) {
        self.lead
            .done(&mut reply, arrived.unwrap_or_else(Clock::instant));
        let at = if reply.delay.is_zero() {
            None
        } else {
            Some(arrived.unwrap_or_else(Clock::instant) + reply.delay)
        };
        let frames = reply.frames.as_slice();
        let to_sender = match reply.to {
            Recipients::Sender | Recipients::Group | Recipients::All => frames,
            Recipients::Others if reply.silent => &[],
            Recipients::Others => std::slice::from_ref(&frames::EMPTY_TEXT),
        };
        for frame in to_sender {
            self.bytes += frame.len();
            self.outbox.push_back(Due {
                at,
                step: Step::Send(frame.clone()),
            });
        }
        if reply.to != Recipients::Sender && !frames.is_empty() {
            self.outbox.push_back(Due {
                at,
                step: Step::Deliver(reply.to, frames.into()),
            });
        }
        if let Some(close) = reply.close {
            self.outbox.push_back(Due {
                at,
                step: Step::Close(close),
            });
        }
    }

    /// Sends what is due, as far as the client takes it.
    fn poll_outbox(&mut self, cx: &mut Context<'_>, waits: &mut bool) -> Option<End> {
        loop {
            if let Some(delivering) = &mut self.delivering {
                if delivering.as_mut().poll(cx).is_pending() {
                    return None;
                }
                self.delivering = None;
                *waits = false;
            }
            let due = self.outbox.front()?;
            if due.at.is_some_and(|at| Clock::instant() < at) {
                return None;
            }
            match &due.step {
                Step::Send(frame) => {
                    if self.connection.client.out.is_blocked() {
                        return None;
                    }
                    let length = frame.len();
                    if self.connection.client.out.send(frame.clone()) == Sent::Full {
                        return None;
                    }
                    self.bytes -= length;
                }
                Step::Deliver(to, frames) => {
                    let except = self.connection.client.number;
                    self.delivering = Some(self.place.deliver(*to, frames.clone(), except));
                }
                Step::Close(close) => return Some(End::Close(close.clone())),
            }
            self.outbox.pop_front();
            *waits = false;
        }
    }

    /// Waits for the next time that matters; true when it has come.
    fn poll_timer(&mut self, cx: &mut Context<'_>) -> bool {
        // What waits for the client or for others is woken by them, not by the clock; and a
        // client that does not read is not asked for a tick: those due become one late tick.
        if self.delivering.is_some() || self.connection.client.out.is_blocked() {
            return false;
        }
        let due = self.outbox.front().and_then(|due| due.at);
        let idle = self.working.is_none() && self.outbox.is_empty();
        let tick = self.lead.next_tick().filter(|_| idle);
        let Some(at) = due.into_iter().chain(tick).min() else {
            return false;
        };
        let now = Clock::instant();
        if now < at {
            let deadline = at.into();
            let (timer, set) = self
                .timer
                .get_or_insert_with(|| (Box::pin(sleep_until(deadline)), at));
            if *set != at {
                timer.as_mut().reset(deadline);
                *set = at;
            }
            if timer.as_mut().poll(cx).is_pending() {
                return false;
            }
            return true;
        }
        if tick.is_some_and(|tick| tick <= now)
            && let Some(work) = self.lead.tick(now)
        {
            self.begin(work, Some(now));
        }
        true
    }
}
