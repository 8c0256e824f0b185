//! Server-sent events: a plugin's session over HTTP.
//!
//! The client cannot speak, so there are no messages; all else is as on a WebSocket. A text
//! that begins with a field of the format (`event:`, `id:`, `data:`, `retry:`, `:`) is sent as
//! it is, any other becomes the data of an event.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame as BodyFrame};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::time::sleep_until;
use wasmock_exchange::roles::SessionEvent;
use wasmock_exchange::{Clock, Exchange, Frame, Kind, SessionState, limits, unique_id};

use super::session::call;
use super::setup::Leader;
use crate::http::ReplyBody;
use crate::http::exchange::HttpExchange;
use crate::site::Site;

/// Begins a session; its messages are the body.
pub(crate) fn events(site: &Arc<Site>, leader: Leader, request: Arc<HttpExchange>) -> ReplyBody {
    let (sender, receiver) = channel(limits::CLIENT_QUEUE_FRAMES);
    tokio::spawn(lead(site.clone(), leader, request, sender));
    ReplyBody::Stream(Box::pin(Events(receiver)))
}

async fn lead(site: Arc<Site>, leader: Leader, request: Arc<HttpExchange>, body: Sender<Bytes>) {
    let state = Arc::new(SessionState::new(format!("events-{}", unique_id())));
    let mut event = SessionEvent::Opened;
    let mut number = 0;
    let mut due = Clock::instant();
    let ended = site.sockets().stopped();
    let mut ended = std::pin::pin!(ended);
    let code = loop {
        let kind = if event == SessionEvent::Opened {
            Kind::Opened
        } else {
            Kind::Tick
        };
        let exchange: Arc<dyn Exchange> = Arc::new(request.for_event(kind, number));
        let (answer, again) = match call(&site, &leader, &state, event, exchange).await {
            Ok((answer, again)) => (answer, again),
            Err(_) => break 1011,
        };
        for frame in &answer.frames {
            // Waiting here is the back-pressure: a client that does not read is not asked for.
            if body.send(format(frame)).await.is_err() {
                break;
            }
        }
        if let Some(close) = answer.close {
            break close.code;
        }
        let now = Clock::instant();
        let sleep = async {
            match again {
                Some(again) => {
                    due = (due + again).max(now);
                    sleep_until(due.into()).await;
                }
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep => {}
            () = body.closed() => break 1006,
            () = &mut ended => break 1001,
        }
        event = SessionEvent::Tick;
        number += 1;
    };
    drop(body);
    let exchange: Arc<dyn Exchange> = Arc::new(request.for_event(Kind::Closed, number));
    // Nobody is left to hear of a failure; the call has logged it.
    let _ = call(&site, &leader, &state, SessionEvent::Closed(code), exchange).await;
}

/// A message as an event.
fn format(frame: &Frame) -> Bytes {
    const FIELDS: [&str; 5] = ["event:", "id:", "data:", "retry:", ":"];
    let text = String::from_utf8_lossy(frame.payload());
    if FIELDS.iter().any(|field| text.starts_with(field)) {
        return format!("{}\n\n", text.trim_end_matches('\n')).into();
    }
    let mut event = String::with_capacity(text.len() + 8);
    for line in text.split('\n') {
        event.push_str("data: ");
        event.push_str(line.trim_end_matches('\r'));
        event.push('\n');
    }
    event.push('\n');
    event.into()
}

struct Events(Receiver<Bytes>);

impl Body for Events {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<BodyFrame<Bytes>, io::Error>>> {
        Poll::Ready(ready!(self.0.poll_recv(cx)).map(|bytes| Ok(BodyFrame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_become_events() {
        for (text, event) in [
            ("a", "data: a\n\n"),
            ("a\r\nb", "data: a\ndata: b\n\n"),
            ("", "data: \n\n"),
            ("event: tick\ndata: 1\n", "event: tick\ndata: 1\n\n"),
            (": still here", ": still here\n\n"),
        ] {
            assert_eq!(format(&Frame::text(text)), event, "{text}");
        }
    }
}
