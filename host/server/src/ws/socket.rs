//! The two halves of a client's socket: TCP without anything between, or any other stream.
//!
//! Reading goes through a buffer that all connections of a thread share, so an idle connection
//! holds none. Writing can be tried by anybody who holds the write half, without waiting: TCP
//! offers that; for TLS the stream is polled with a waker that does nothing, which is sound
//! because the connection's own task polls again whenever something is left over.

use std::cell::RefCell;
use std::fmt;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

/// Bytes taken by one read. Every thread has one buffer of this size.
const SCRATCH: usize = 64 << 10;

thread_local! {
    static BUFFER: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH].into());
}

/// Any stream that is not plain TCP.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl fmt::Debug for dyn Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Stream")
    }
}

/// The half that the connection's task reads.
#[derive(Debug)]
pub(crate) enum Reader {
    Tcp(OwnedReadHalf),
    Other(ReadHalf<Box<dyn Stream>>),
}

/// The half that anybody may write to.
#[derive(Debug)]
pub(crate) enum Writer {
    Tcp(OwnedWriteHalf),
    /// With whether the stream has taken bytes that it has not sent.
    Other(WriteHalf<Box<dyn Stream>>, bool),
}

/// Takes the socket out of hyper, with what came after the request's head.
pub(crate) fn split(upgraded: Upgraded) -> (Reader, Writer, Bytes) {
    let upgraded = match upgraded.downcast::<TokioIo<TcpStream>>() {
        Ok(parts) => return tcp(parts.io.into_inner(), &parts.read_buf),
        Err(upgraded) => upgraded,
    };
    let upgraded =
        match hyper_util::server::conn::auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded) {
            Ok(parts) => return tcp(parts.io.into_inner(), &parts.read_buf),
            Err(upgraded) => upgraded,
        };
    other(Box::new(TokioIo::new(upgraded)), Bytes::new())
}

/// Splits a TCP stream.
fn tcp(stream: TcpStream, early: &Bytes) -> (Reader, Writer, Bytes) {
    // Without it small frames wait for the acknowledgement of the last one. It may fail only
    // on a socket that is gone already.
    let _ = stream.set_nodelay(true);
    let (reader, writer) = stream.into_split();
    // hyper's buffer is larger than what is left in it, and would live on.
    let early = if early.is_empty() {
        Bytes::new()
    } else {
        Bytes::copy_from_slice(early)
    };
    (Reader::Tcp(reader), Writer::Tcp(writer), early)
}

/// Splits any other stream.
pub(crate) fn other(stream: Box<dyn Stream>, early: Bytes) -> (Reader, Writer, Bytes) {
    let (reader, writer) = tokio::io::split(stream);
    (Reader::Other(reader), Writer::Other(writer, false), early)
}

impl Reader {
    /// Reads what is there and shows it; an empty slice is the end.
    pub(crate) fn poll_read<T>(
        &mut self,
        cx: &mut Context<'_>,
        take: impl FnOnce(&[u8]) -> T,
    ) -> Poll<io::Result<T>> {
        BUFFER.with_borrow_mut(|buffer| {
            let mut read = ReadBuf::new(buffer);
            ready!(match self {
                Self::Tcp(half) => Pin::new(half).poll_read(cx, &mut read),
                Self::Other(half) => Pin::new(half).poll_read(cx, &mut read),
            })?;
            Poll::Ready(Ok(take(read.filled())))
        })
    }
}

impl Writer {
    /// Writes without waiting; `WouldBlock` when nothing can be taken now.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(half) => half.try_write(bytes),
            Self::Other(..) => {
                let mut cx = Context::from_waker(Waker::noop());
                match self.poll_write(&mut cx, &[IoSlice::new(bytes)]) {
                    Poll::Ready(result) => {
                        let written = result?;
                        if let Poll::Ready(result) = self.poll_flush(&mut cx) {
                            result?;
                        }
                        Ok(written)
                    }
                    Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
                }
            }
        }
    }

    /// Writes, or has the task woken when it can be tried again.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = match self {
            Self::Tcp(half) => ready!(Pin::new(half).poll_write_vectored(cx, slices))?,
            Self::Other(half, unsent) => {
                let first = slices
                    .iter()
                    .find(|slice| !slice.is_empty())
                    .map_or(&[][..], |s| s);
                let written = ready!(Pin::new(half).poll_write(cx, first))?;
                *unsent = true;
                written
            }
        };
        if written == 0 && slices.iter().any(|slice| !slice.is_empty()) {
            return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
        }
        Poll::Ready(Ok(written))
    }

    /// Sends what the stream has taken and not yet sent.
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(_) => Poll::Ready(Ok(())),
            Self::Other(_, false) => Poll::Ready(Ok(())),
            Self::Other(half, unsent) => {
                ready!(Pin::new(half).poll_flush(cx))?;
                *unsent = false;
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Whether the stream holds bytes that are not on their way.
    pub(crate) fn has_unsent(&self) -> bool {
        matches!(self, Self::Other(_, true))
    }

    /// Tells the client that nothing more comes.
    pub(crate) fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(half) => Pin::new(half).poll_shutdown(cx),
            Self::Other(half, _) => Pin::new(half).poll_shutdown(cx),
        }
    }
}
