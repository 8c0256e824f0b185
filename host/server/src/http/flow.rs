//! Bodies on their way through: from a client to another server, and back.
//!
//! Nothing of them is held but a copy of the beginning, for the journal. A body from a client
//! keeps within the limit and must make progress, as one that is read here.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};
use wasmock_exchange::{Clock, limits};

use super::incoming::Unread;

/// What is known of a body afterwards.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    copy: OnceLock<Bytes>,
    broken: OnceLock<Unread>,
}

impl Notes {
    /// The beginning of the body; nothing as long as it flows.
    pub(crate) fn copy(&self) -> Option<&Bytes> {
        self.copy.get()
    }

    /// Why it did not come to its end, when the client is to blame.
    pub(super) fn broken(&self) -> Option<Unread> {
        self.broken.get().copied()
    }
}

/// A body that flows.
pub(crate) struct Flow {
    body: Incoming,
    notes: Arc<Notes>,
    copy: BytesMut,
    /// Bytes that may still be copied.
    room: usize,
    /// Bytes that may still come.
    left: usize,
    patience: Option<Pin<Box<Sleep>>>,
}

impl Flow {
    /// A body from a client, of at most `limit` bytes.
    pub(super) fn of_client(body: Incoming, limit: usize, copied: usize) -> Self {
        Self::new(
            body,
            copied,
            limit,
            Some(Box::pin(sleep(limits::BODY_PROGRESS))),
        )
    }

    /// A body from another server; the first `copied` bytes of it are kept.
    pub(crate) fn of_server(body: Incoming, copied: usize) -> Self {
        Self::new(body, copied, usize::MAX, None)
    }

    fn new(body: Incoming, room: usize, left: usize, patience: Option<Pin<Box<Sleep>>>) -> Self {
        Self {
            body,
            notes: Arc::default(),
            copy: BytesMut::new(),
            room,
            left,
            patience,
        }
    }

    pub(crate) fn notes(&self) -> Arc<Notes> {
        self.notes.clone()
    }

    fn end(&mut self) {
        // The first end counts: a body that is dropped after its end has ended already.
        let _ = self.notes.copy.set(std::mem::take(&mut self.copy).freeze());
    }

    fn fail(&mut self, reason: Unread) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let _ = self.notes.broken.set(reason);
        self.end();
        Poll::Ready(Some(Err(io::Error::other(
            "the request body did not come to its end",
        ))))
    }
}

impl Body for Flow {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
            let Some(patience) = &mut self.patience else {
                return Poll::Pending;
            };
            ready!(patience.as_mut().poll(context));
            return self.fail(Unread::Stalled);
        };
        match frame {
            None => {
                self.end();
                Poll::Ready(None)
            }
            Some(Err(error)) => {
                if self.patience.is_some() {
                    return self.fail(Unread::Broken);
                }
                self.end();
                Poll::Ready(Some(Err(io::Error::other(error))))
            }
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    if data.len() > self.left {
                        return self.fail(Unread::TooLarge);
                    }
                    self.left -= data.len();
                    let copied = data.len().min(self.room);
                    self.copy.extend_from_slice(&data[..copied]);
                    self.room -= copied;
                }
                if let Some(patience) = &mut self.patience {
                    patience
                        .as_mut()
                        .reset(Instant::from_std(Clock::instant() + limits::BODY_PROGRESS));
                }
                if self.body.is_end_stream() {
                    self.end();
                }
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.end();
    }
}
