//! A connection from the handshake's end to the socket's.
//!
//! It reads messages, answers pings and close frames, writes what is queued, and ends in order:
//! every error becomes a close frame, and what a client still sends is read away, because TCP
//! is reset when bytes are left unread, and a reset destroys the close frame on its way.
//!
//! What a message means is the business of the conversation or the stream that calls
//! [`Connection::next`]. While it is not called, pings are not answered, so whoever works on an
//! answer calls it at the same time.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use tokio::time::{Sleep, sleep, timeout};
use wasmock_exchange::{Close, Frame, limits};

use super::client::Client;
use super::decoder::{Decoder, Incoming, Violation};
use super::pulse::Pulse;
use super::socket::Reader;

/// What a conversation or stream is told.
#[derive(Debug)]
pub(crate) enum Event {
    /// The client sent a message.
    Message(Frame),
    /// What was queued for the client is written.
    Drained,
    /// Somebody wants the connection closed: the server, the admin API, a full queue.
    Asked(Close),
    /// The client closed with that code, or the connection broke (1006), or the client broke
    /// the protocol. All that is left is [`Connection::finish`].
    Closed(u16),
}

/// Messages below this size do not count towards the memory of all messages.
const UNCOUNTED: usize = 64 << 10;

/// Control frames after which the connection lets others run: one read may hold ten thousand, and
/// each of their answers is a system call.
const CONTROL_FRAMES: usize = 32;

/// Reads after which the connection lets others run: about a megabyte of a long message.
const READS: usize = 16;

/// Bytes of unfinished messages of the whole process.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// The reading side of a connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Arc<Client>,
    reader: Reader,
    decoder: Decoder,
    /// What was read with a message and not yet decoded.
    rest: Bytes,
    held: usize,
    /// Runs while the client does not take what is written, with the progress at its start.
    stalled: Option<(Pin<Box<Sleep>>, u64)>,
    pulse: Option<Box<Pulse>>,
}

impl Connection {
    pub(crate) fn new(
        client: Arc<Client>,
        reader: Reader,
        early: Bytes,
        pulse: Option<Box<Pulse>>,
    ) -> Self {
        Self {
            client,
            reader,
            decoder: Decoder::default(),
            rest: early,
            held: 0,
            stalled: None,
            pulse,
        }
    }

    /// The next event. With `reading` off the client's messages stay in the socket, so that TCP
    /// slows it down. May be dropped and called again at any time.
    pub(crate) async fn next(&mut self, reading: bool) -> Event {
        poll_fn(|cx| self.poll_next(cx, reading)).await
    }

    /// As [`Connection::next`].
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>, reading: bool) -> Poll<Event> {
        let out = &self.client.out;
        out.register(cx);
        if out.is_pending() {
            if let Some(close) = out.take_asked() {
                return Poll::Ready(Event::Asked(close));
            }
            match out.poll_flush(cx) {
                Poll::Ready(Ok(())) => {
                    self.stalled = None;
                    return Poll::Ready(Event::Drained);
                }
                Poll::Ready(Err(_)) => return Poll::Ready(Event::Closed(1006)),
                Poll::Pending if self.poll_stalled(cx) => {
                    tracing::info!(
                        websocketUuid = %self.client.id, routeUUID = %self.client.route,
                        "WebSocket dropped: the client takes no more bytes"
                    );
                    return Poll::Ready(Event::Closed(1006));
                }
                Poll::Pending => {}
            }
        }
        if let Some(pulse) = &mut self.pulse {
            if !reading {
                pulse.hear();
            }
            if let Some(close) = pulse.poll(cx, &self.client.out) {
                return Poll::Ready(Event::Asked(close));
            }
        }
        if !reading {
            return Poll::Pending;
        }
        for _ in 0..CONTROL_FRAMES {
            let incoming = match self.poll_incoming(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(incoming)) => incoming,
                Poll::Ready(Err(Broken::Socket)) => return Poll::Ready(Event::Closed(1006)),
                Poll::Ready(Err(Broken::Client(violation))) => {
                    let close = Close {
                        code: violation.code,
                        reason: violation.reason.to_owned(),
                    };
                    self.client.out.close(Some(&close), true);
                    tracing::info!(
                        websocketUuid = %self.client.id, routeUUID = %self.client.route, code = violation.code,
                        "WebSocket closed: {}", violation.reason
                    );
                    return Poll::Ready(Event::Closed(violation.code));
                }
            };
            match incoming {
                Incoming::Message(frame) => return Poll::Ready(Event::Message(frame)),
                Incoming::Ping(payload) => self.client.out.pong(&payload),
                Incoming::Pong => {}
                Incoming::Close(close) => {
                    self.client.out.close(close.as_ref(), true);
                    return Poll::Ready(Event::Closed(close.map_or(1005, |close| close.code)));
                }
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Whether the client has taken nothing for too long.
    fn poll_stalled(&mut self, cx: &mut Context<'_>) -> bool {
        let progress = self.client.out.progress();
        let (timer, seen) = self
            .stalled
            .get_or_insert_with(|| (Box::pin(sleep(limits::CLIENT_WRITE)), progress));
        while timer.as_mut().poll(cx).is_ready() {
            if *seen == progress {
                return true;
            }
            *seen = progress;
            timer.set(sleep(limits::CLIENT_WRITE));
        }
        false
    }

    fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, Broken>> {
        for _ in 0..READS {
            if !self.rest.is_empty() {
                let mut input = &self.rest[..];
                let decoded = self.decoder.decode(&mut input);
                let left = input.len();
                if left == 0 {
                    self.rest = Bytes::new();
                } else {
                    self.rest.advance(self.rest.len() - left);
                }
                if let Some(incoming) = decoded? {
                    return Poll::Ready(Ok(incoming));
                }
            }
            let (decoder, rest) = (&mut self.decoder, &mut self.rest);
            let read = self.reader.poll_read(cx, |mut input| {
                if input.is_empty() {
                    return Err(Broken::Socket);
                }
                let decoded = decoder.decode(&mut input)?;
                if !input.is_empty() {
                    *rest = Bytes::copy_from_slice(input);
                }
                Ok(decoded)
            });
            let decoded = match read {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(Err(Broken::Socket)),
                Poll::Ready(Ok(decoded)) => decoded?,
            };
            if let Some(pulse) = &mut self.pulse {
                pulse.hear();
            }
            self.count_held()?;
            if let Some(incoming) = decoded {
                return Poll::Ready(Ok(incoming));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Counts what an unfinished message holds towards the memory of all of them.
    fn count_held(&mut self) -> Result<(), Violation> {
        let held = match self.decoder.held() {
            held if held > UNCOUNTED => held,
            _ => 0,
        };
        if held == self.held {
            return Ok(());
        }
        HELD.fetch_sub(self.held, Ordering::Relaxed);
        self.held = held;
        if HELD.fetch_add(held, Ordering::Relaxed) + held > limits::ALL_BODIES {
            return Err(Violation {
                code: 1013,
                reason: "the server holds too much already",
            });
        }
        Ok(())
    }

    /// Closes the connection: the close frame goes after what is queued, unless the client was
    /// closed for not reading that.
    pub(crate) async fn close(mut self, close: Close) {
        self.client.out.close(Some(&close), close.code == 1008);
        self.pulse = None;
        // Until the client's own close frame, whatever else it sends.
        let answered = async {
            loop {
                if let Event::Closed(_) = self.next(true).await {
                    return;
                }
            }
        };
        let _ = timeout(limits::CLOSE_HANDSHAKE, answered).await;
        self.finish().await;
    }

    /// Ends the connection after [`Event::Closed`].
    pub(crate) async fn finish(mut self) {
        let client = self.client.clone();
        let leave = async {
            let out = &client.out;
            poll_fn(|cx| out.poll_flush(cx)).await?;
            poll_fn(|cx| out.poll_shutdown(cx)).await
        };
        if let Ok(Ok(())) = timeout(limits::CLOSE_HANDSHAKE, leave).await {
            let (time, mut left) = limits::DRAIN;
            let _ = timeout(time, async {
                while left > 0 {
                    let read = poll_fn(|cx| self.reader.poll_read(cx, |bytes| bytes.len())).await?;
                    if read == 0 {
                        break;
                    }
                    left = left.saturating_sub(read);
                }
                io::Result::Ok(())
            })
            .await;
        }
        client.out.end();
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        HELD.fetch_sub(self.held, Ordering::Relaxed);
        self.client.out.end();
    }
}

/// Why nothing more can be read.
enum Broken {
    Socket,
    Client(Violation),
}

impl From<Violation> for Broken {
    fn from(violation: Violation) -> Self {
        Self::Client(violation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ws::frames;
    use crate::ws::out::{Out, Room, Sent};
    use crate::ws::socket;
    use std::sync::atomic::AtomicU64;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    /// A connection over a stream that is not TCP, as with TLS, and its other end.
    fn connection(buffer: usize) -> (Connection, DuplexStream) {
        let (ours, theirs) = duplex(buffer);
        let (reader, writer, early) = socket::other(Box::new(ours), Bytes::new());
        let client = Arc::new(Client {
            number: 1,
            id: "c".into(),
            route: "r".into(),
            group: None,
            since_ms: 0.0,
            remote: None,
            transaction: None,
            out: Out::new(writer, Room::default()),
            received: AtomicU64::new(0),
        });
        (Connection::new(client, reader, early, None), theirs)
    }

    async fn read(stream: &mut DuplexStream, count: usize) -> Vec<u8> {
        let mut bytes = vec![0; count];
        stream.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    #[tokio::test]
    async fn a_slow_stream_gets_every_byte_in_order() {
        let (mut connection, mut theirs) = connection(7);
        let client = connection.client.clone();
        let frame = frames::encode(frames::BINARY, &[7; 100]);
        assert_eq!(client.out.send(frame.clone()), Sent::Queued);
        assert_eq!(client.out.send(frame.clone()), Sent::Queued);
        client.out.pong(b"1");
        client.out.pong(b"2");
        let task = tokio::spawn(async move {
            while !matches!(connection.next(true).await, Event::Drained) {}
            connection
        });
        let expected = [&frame[..], &frames::encode(frames::PONG, b"2"), &frame].concat();
        assert_eq!(
            read(&mut theirs, expected.len()).await,
            expected,
            "the last pong only"
        );
        let mut connection = task.await.unwrap();
        // And the other way, a byte at a time.
        let bytes = async {
            for byte in [0x81, 0x82, 0, 0, 0, 0, b'h', b'i'] {
                theirs.write_all(&[byte]).await.unwrap();
            }
        };
        let (event, ()) = tokio::join!(connection.next(true), bytes);
        assert!(matches!(event, Event::Message(frame) if frame == Frame::text("hi")));
    }

    #[tokio::test]
    async fn a_queue_that_is_full_takes_no_more_and_ends_in_a_close_frame() {
        let (connection, mut theirs) = connection(1);
        let client = connection.client.clone();
        let frame = frames::encode(frames::TEXT, b"abc");
        let mut taken = 0;
        while client.push(&frame) != Sent::Full {
            taken += 1;
        }
        assert_eq!(taken, limits::CLIENT_QUEUE_FRAMES);
        let mut connection = connection;
        let Event::Asked(close) = connection.next(true).await else {
            panic!("it was asked to close")
        };
        assert_eq!(close.code, 1008);
        let closing = tokio::spawn(connection.close(close));
        // The frame that was begun is finished, the others are not sent.
        assert_eq!(read(&mut theirs, frame.len()).await, frame);
        assert_eq!(&read(&mut theirs, 4).await[2..], 1008u16.to_be_bytes());
        drop(theirs);
        closing.await.unwrap();
        assert_eq!(client.push(&frame), Sent::Gone);
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_dropped_and_one_that_reads_slowly_is_not() {
        let (mut connection, mut theirs) = connection(10);
        let client = connection.client.clone();
        client.out.send(frames::encode(frames::BINARY, &[7; 200]));
        for _ in 0..15 {
            // Eight seconds without a byte are forgiven, again and again.
            let waited = timeout(limits::CLIENT_WRITE * 8 / 10, connection.next(true)).await;
            assert!(waited.is_err());
            read(&mut theirs, 10).await;
        }
        assert!(matches!(connection.next(true).await, Event::Closed(1006)));
    }
}
