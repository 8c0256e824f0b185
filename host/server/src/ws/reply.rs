//! What is to happen on a connection because of a message, a tick or an event.

use std::time::Duration;

use bytes::Bytes;
use wasmock_environment::Recipients;
use wasmock_exchange::{BoxFuture, Close};

/// An answer, ready to be sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reply {
    /// Encoded messages, in order.
    pub(crate) frames: Frames,
    /// How long to wait, counted from the arrival of what is answered.
    pub(crate) delay: Duration,
    pub(crate) to: Recipients,
    /// Whether a sender that is not among the receivers gets nothing at all.
    pub(crate) silent: bool,
    /// Closes the connection after the messages.
    pub(crate) close: Option<Close>,
    /// When a session wants to be asked again.
    pub(crate) again: Option<Duration>,
    /// No response was meant for it; it does not count.
    pub(crate) uncounted: bool,
    /// The message says what went wrong.
    pub(crate) failed: bool,
    /// What a timeline waited for is there.
    pub(crate) expected: bool,
}

impl Reply {
    /// One message to the sender.
    pub(crate) fn message(frame: Bytes) -> Self {
        Self {
            frames: Frames::One(frame),
            ..Self::default()
        }
    }
}

/// A few encoded messages; most often one, which then needs no list.
#[derive(Clone, Debug, Default)]
pub(crate) enum Frames {
    #[default]
    None,
    One(Bytes),
    Many(Vec<Bytes>),
}

impl Frames {
    pub(crate) fn as_slice(&self) -> &[Bytes] {
        match self {
            Self::None => &[],
            Self::One(frame) => std::slice::from_ref(frame),
            Self::Many(frames) => frames,
        }
    }

    /// All of them, so many times.
    pub(crate) fn repeated(self, times: u32) -> Self {
        if times <= 1 {
            return self;
        }
        let frames = self.as_slice();
        let mut repeated = Vec::with_capacity(frames.len() * times as usize);
        for _ in 0..times {
            repeated.extend_from_slice(frames);
        }
        Self::Many(repeated)
    }
}

impl From<Vec<Bytes>> for Frames {
    fn from(frames: Vec<Bytes>) -> Self {
        Self::Many(frames)
    }
}

/// A reply that is there or on its way.
pub(crate) enum Work {
    Done(Reply),
    Pending(BoxFuture<Reply>),
}

impl Work {
    /// The reply.
    pub(crate) async fn finish(self) -> Reply {
        match self {
            Self::Done(reply) => reply,
            Self::Pending(future) => future.await,
        }
    }
}
