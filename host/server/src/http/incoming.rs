//! Reading a request's body: within the limit, within the memory all bodies share, and only
//! while it makes progress.

use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use wasmock_exchange::limits;

/// Why a body was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than the limit.
    TooLarge,
    /// All bodies together would be too large for this process.
    NoRoom,
    /// It stopped arriving.
    Stalled,
    /// The client left, or it is no body.
    Broken,
}

/// Bytes of all bodies that are being read or answered.
static BUFFERED: AtomicUsize = AtomicUsize::new(0);

/// A part of the memory that bodies share; given back when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Share(usize);

impl Share {
    fn grow(&mut self, by: usize) -> bool {
        let before = BUFFERED.fetch_add(by, Ordering::Relaxed);
        self.0 += by;
        before + by <= limits::ALL_BODIES
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        BUFFERED.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// Reads a body of at most `limit` bytes; 0 is no limit.
pub(super) async fn read(mut body: Incoming, limit: usize) -> Result<(Bytes, Share), Unread> {
    let limit = if limit == 0 { usize::MAX } else { limit };
    let mut share = Share::default();
    if body.size_hint().lower() > limit as u64 {
        return Err(Unread::TooLarge);
    }
    let Some(first) = next(&mut body).await? else {
        return Ok((Bytes::new(), share));
    };
    if first.len() > limit {
        return Err(Unread::TooLarge);
    }
    if !share.grow(first.len()) {
        return Err(Unread::NoRoom);
    }
    if body.is_end_stream() {
        return Ok((first, share));
    }
    let expected = usize::try_from(body.size_hint().lower())
        .unwrap_or(0)
        .min(1 << 20);
    let mut whole = BytesMut::with_capacity(first.len() + expected);
    whole.extend_from_slice(&first);
    while let Some(data) = next(&mut body).await? {
        if whole.len() + data.len() > limit {
            return Err(Unread::TooLarge);
        }
        if !share.grow(data.len()) {
            return Err(Unread::NoRoom);
        }
        whole.extend_from_slice(&data);
    }
    Ok((whole.freeze(), share))
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Unread> {
    loop {
        let frame = match tokio::time::timeout(limits::BODY_PROGRESS, body.frame()).await {
            Err(_) => return Err(Unread::Stalled),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => return Err(Unread::Broken),
            Ok(Some(Ok(frame))) => frame,
        };
        // Trailers are of no use to anybody here.
        if let Ok(data) = frame.into_data() {
            return Ok(Some(data));
        }
    }
}
