//! What goes out to one client.
//!
//! Anybody may send: the client's own task, a broadcast's lane, the admin API. A frame is
//! written at once when the socket takes it. Only when it does not, a queue is made, and the
//! connection's task empties it; the queue is bounded, and the sender is told when it is full.
//! The lock is held for one attempt to write, never across a wait.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, IoSlice};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use futures_util::task::AtomicWaker;
use wasmock_exchange::{Close, limits};

use super::frames;
use super::socket::Writer;

/// Slices of one vectored write.
const SLICES: usize = 16;

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// The socket has it.
    Written,
    /// It waits for the client to read.
    Queued,
    /// The client leaves too much unread; the frame was not taken.
    Full,
    /// The connection is closing or gone.
    Gone,
}

/// How much may wait for a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) frames: usize,
    pub(crate) bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            frames: limits::CLIENT_QUEUE_FRAMES,
            bytes: limits::CLIENT_QUEUE_BYTES,
        }
    }
}

/// The way out to one client.
pub(crate) struct Out {
    room: Room,
    state: Mutex<State>,
    /// Whether the connection's task has something to do here.
    pending: AtomicBool,
    owner: AtomicWaker,
    messages: AtomicU64,
}

struct State {
    writer: Option<Writer>,
    queue: VecDeque<Bytes>,
    /// Whether the front of the queue is what is left of a frame.
    partial: bool,
    bytes: usize,
    /// The latest ping's answer; older ones need none.
    pong: Option<Bytes>,
    /// Grows with everything the socket takes.
    progress: u64,
    /// A close frame was taken; nothing may follow it.
    closing: bool,
    asked: Option<Close>,
}

impl Out {
    pub(crate) fn new(writer: Writer, room: Room) -> Self {
        Self {
            room,
            state: Mutex::new(State {
                writer: Some(writer),
                queue: VecDeque::new(),
                partial: false,
                bytes: 0,
                pong: None,
                progress: 0,
                closing: false,
                asked: None,
            }),
            pending: AtomicBool::new(false),
            owner: AtomicWaker::new(),
            messages: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        self.pending.store(true, Ordering::Release);
        self.owner.wake();
    }

    /// How much may wait for the client.
    pub(crate) fn room(&self) -> Room {
        self.room
    }

    /// How many messages were taken so far.
    pub(crate) fn messages(&self) -> u64 {
        self.messages.load(Ordering::Relaxed)
    }

    /// Sends an encoded message.
    pub(crate) fn send(&self, frame: Bytes) -> Sent {
        let mut state = self.lock();
        if state.closing {
            return Sent::Gone;
        }
        let sent = if state.is_blocked() {
            let full = state.queue.len() >= self.room.frames
                || state.bytes + frame.len() > self.room.bytes;
            if full && !state.queue.is_empty() {
                return Sent::Full;
            }
            state.push(frame);
            Sent::Queued
        } else {
            state.try_write(frame)
        };
        drop(state);
        match sent {
            Sent::Queued => self.wake(),
            Sent::Gone => {
                self.wake();
                return sent;
            }
            Sent::Written | Sent::Full => {}
        }
        self.messages.fetch_add(1, Ordering::Relaxed);
        sent
    }

    /// Answers a ping.
    pub(crate) fn pong(&self, payload: &[u8]) {
        let frame = frames::encode(frames::PONG, payload);
        let mut state = self.lock();
        if state.closing {
            return;
        }
        if state.is_blocked() {
            state.pong = Some(frame);
        } else if state.try_write(frame) != Sent::Written {
            drop(state);
            self.wake();
        }
    }

    /// Asks whether the client is there; not one that leaves things unread. Whether it was sent.
    pub(crate) fn ping(&self) -> bool {
        let mut state = self.lock();
        if state.closing || state.is_blocked() {
            return false;
        }
        if state.try_write(frames::encode(frames::PING, &[])) != Sent::Written {
            drop(state);
            self.wake();
        }
        true
    }

    /// Sends a close frame, after what is queued or in its place. Only the first one is sent.
    pub(crate) fn close(&self, close: Option<&Close>, drop_queue: bool) {
        let mut state = self.lock();
        if state.closing {
            return;
        }
        state.closing = true;
        state.pong = None;
        if drop_queue {
            let kept = usize::from(state.partial);
            state.queue.truncate(kept);
            state.bytes = state.queue.iter().map(Bytes::len).sum();
        }
        let frame = frames::close(close);
        let sent = if state.is_blocked() {
            state.push(frame);
            Sent::Queued
        } else {
            state.try_write(frame)
        };
        drop(state);
        if sent != Sent::Written {
            self.wake();
        }
    }

    /// Asks the connection's task to close. Only the first wish counts.
    pub(crate) fn ask_close(&self, close: Close) -> bool {
        let mut state = self.lock();
        if state.closing || state.asked.is_some() {
            return false;
        }
        state.asked = Some(close);
        drop(state);
        self.wake();
        true
    }

    /// Whether something waits for the client to read.
    pub(crate) fn is_blocked(&self) -> bool {
        self.pending.load(Ordering::Acquire) && self.lock().is_blocked()
    }

    /// Whether nothing can be sent any more.
    pub(crate) fn is_gone(&self) -> bool {
        self.lock().closing
    }

    /// For the connection's task: have it woken when there is something to do.
    pub(crate) fn register(&self, cx: &Context<'_>) {
        self.owner.register(cx.waker());
    }

    /// For the connection's task: whether there may be something to do.
    pub(crate) fn is_pending(&self) -> bool {
        self.pending.load(Ordering::Acquire)
    }

    /// What somebody asked for, once.
    pub(crate) fn take_asked(&self) -> Option<Close> {
        self.lock().asked.take()
    }

    /// Bytes taken by the socket so far, to see whether a client reads at all.
    pub(crate) fn progress(&self) -> u64 {
        self.lock().progress
    }

    /// Writes what is queued; ready when nothing is left.
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut state = self.lock();
        let result = ready!(state.poll_flush(cx));
        if state.asked.is_none() {
            self.pending.store(false, Ordering::Release);
        }
        if result.is_err() {
            state.closing = true;
            state.queue.clear();
        }
        Poll::Ready(result)
    }

    /// Tells the client that nothing more comes.
    pub(crate) fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.lock().writer {
            Some(writer) => writer.poll_shutdown(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    /// Lets go of the socket. Whoever still holds the client can send no more.
    pub(crate) fn end(&self) {
        let mut state = self.lock();
        state.closing = true;
        state.writer = None;
        state.queue = VecDeque::new();
        state.pong = None;
    }
}

impl State {
    fn is_blocked(&self) -> bool {
        !self.queue.is_empty() || self.writer.as_ref().is_some_and(Writer::has_unsent)
    }

    fn push(&mut self, frame: Bytes) {
        self.bytes += frame.len();
        self.queue.push_back(frame);
    }

    fn try_write(&mut self, mut frame: Bytes) -> Sent {
        let Some(writer) = &mut self.writer else {
            return Sent::Gone;
        };
        match writer.try_write(&frame) {
            Ok(written) if written == frame.len() => {
                self.progress += written as u64;
                if self.is_blocked() {
                    Sent::Queued
                } else {
                    Sent::Written
                }
            }
            Ok(written) => {
                self.progress += written as u64;
                frame.advance(written);
                self.partial = true;
                self.push(frame);
                Sent::Queued
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                self.push(frame);
                Sent::Queued
            }
            Err(_) => {
                self.closing = true;
                Sent::Gone
            }
        }
    }

    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Some(writer) = &mut self.writer else {
            return Poll::Ready(Err(io::ErrorKind::NotConnected.into()));
        };
        loop {
            let mut pong = false;
            if !self.partial
                && let Some(frame) = self.pong.take()
            {
                self.bytes += frame.len();
                self.queue.push_front(frame);
                pong = true;
            }
            if self.queue.is_empty() {
                return writer.poll_flush(cx);
            }
            let mut slices = [IoSlice::new(&[]); SLICES];
            for (slice, frame) in slices.iter_mut().zip(&self.queue) {
                *slice = IoSlice::new(frame);
            }
            let count = self.queue.len().min(SLICES);
            let mut written = match writer.poll_write(cx, &slices[..count]) {
                Poll::Ready(result) => result?,
                Poll::Pending => {
                    // Back to where a later one can take its place.
                    if pong && let Some(frame) = self.queue.pop_front() {
                        self.bytes -= frame.len();
                        self.pong = Some(frame);
                    }
                    return Poll::Pending;
                }
            };
            self.progress += written as u64;
            self.bytes -= written;
            self.partial = false;
            while written > 0
                && let Some(front) = self.queue.front_mut()
            {
                if written < front.len() {
                    front.advance(written);
                    self.partial = true;
                    break;
                }
                written -= front.len();
                self.queue.pop_front();
            }
            if self.queue.is_empty() {
                self.queue = VecDeque::new();
            }
        }
    }
}

impl fmt::Debug for Out {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Out")
            .field("messages", &self.messages())
            .finish_non_exhaustive()
    }
}
