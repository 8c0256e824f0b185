//! An answer on its way to hyper: status, headers and body, and what HTTP takes out of them.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::Receiver;

use super::flow::{Flow, Notes};
use super::fresh::is_fresh;

/// The body of an answer.
pub(crate) enum ReplyBody {
    /// Bytes at hand; none once they are taken.
    Bytes(Option<Bytes>),
    /// Anything else: a file, events.
    Stream(Pin<Box<dyn Body<Data = Bytes, Error = io::Error> + Send>>),
    /// What comes from elsewhere and goes on as it comes.
    Flow(Box<Flow>),
}

impl ReplyBody {
    pub(crate) fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::Bytes(Some(bytes.into()))
    }

    /// What somebody else sends, until they stop.
    pub(crate) fn channel(receiver: Receiver<Bytes>) -> Self {
        Self::Stream(Box::pin(Channel(receiver)))
    }
}

struct Channel(Receiver<Bytes>);

impl Body for Channel {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        self.0
            .poll_recv(context)
            .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

impl std::fmt::Debug for ReplyBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => bytes.fmt(f),
            Self::Stream(_) => f.write_str("Stream"),
            Self::Flow(_) => f.write_str("Flow"),
        }
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Self::Bytes(bytes) => Poll::Ready(
                bytes
                    .take()
                    .filter(|b| !b.is_empty())
                    .map(|b| Ok(Frame::data(b))),
            ),
            Self::Stream(stream) => stream.as_mut().poll_frame(context),
            Self::Flow(flow) => Pin::new(&mut **flow).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Self::Stream(stream) => stream.is_end_stream(),
            Self::Flow(flow) => flow.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Bytes(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64))
            }
            Self::Stream(stream) => stream.size_hint(),
            Self::Flow(flow) => flow.size_hint(),
        }
    }
}

/// An answer before HTTP's own rules.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: ReplyBody,
    /// Whether express would send it: only then conditions and body-less statuses count.
    pub(crate) sent: bool,
    /// Whether it is an error text in the place of what was meant.
    pub(crate) failed: bool,
    /// Whether Node would write the headers together with the body, and then in UTF-8.
    pub(crate) text: bool,
}

impl Reply {
    pub(crate) fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            headers,
            body: ReplyBody::bytes(body),
            sent: true,
            failed: false,
            text: false,
        }
    }

    /// A message for people, as text/plain.
    pub(crate) fn message(
        status: StatusCode,
        mut headers: HeaderMap,
        text: impl Into<String>,
    ) -> Self {
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        Self {
            failed: true,
            ..Self::new(status, headers, text.into())
        }
    }

    /// Applies HTTP's rules about conditions and about statuses without a body.
    pub(crate) fn finish(mut self, method: &Method, request: &HeaderMap) -> Response<ReplyBody> {
        self.headers.remove(TRANSFER_ENCODING);
        if self.sent || matches!(self.body, ReplyBody::Bytes(_)) {
            // The body knows better than the file.
            self.headers.remove(CONTENT_LENGTH);
        }
        if self.sent {
            if is_fresh(method, request, self.status, &self.headers) {
                self.status = StatusCode::NOT_MODIFIED;
            }
            strip(self.status, &mut self.headers);
        }
        if *method == Method::HEAD {
            name_empty_length(self.status, &mut self.headers, &self.body);
        } else if self.text && !has_no_body(self.status) && !self.body.is_end_stream() {
            as_utf8(&mut self.headers);
        }
        into_response(self.status, self.headers, self.body)
    }
}

/// hyper says nothing about the length of an empty body that is not sent; express does.
fn name_empty_length(status: StatusCode, headers: &mut HeaderMap, body: &ReplyBody) {
    let is_empty = status == StatusCode::RESET_CONTENT
        || matches!(body, ReplyBody::Bytes(bytes) if bytes.as_ref().is_none_or(Bytes::is_empty));
    if is_empty && !matches!(status.as_u16(), 204 | 304) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
}

fn as_utf8(headers: &mut HeaderMap) {
    for value in headers.values_mut() {
        if !value.as_bytes().is_ascii()
            && let Ok(utf8) = HeaderValue::from_bytes(super::exchange::text(value).as_bytes())
        {
            *value = utf8;
        }
    }
}

/// An answer that is the same every time, but for the request's conditions.
#[derive(Debug)]
pub(crate) struct Prepared {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Prepared {
    pub(crate) fn from_reply(reply: Reply) -> Option<Self> {
        let Reply {
            status,
            mut headers,
            body: ReplyBody::Bytes(body),
            text,
            ..
        } = reply
        else {
            return None;
        };
        // Their bytes depend on the method.
        if text && headers.values().any(|value| !value.as_bytes().is_ascii()) {
            return None;
        }
        headers.remove(TRANSFER_ENCODING);
        headers.remove(CONTENT_LENGTH);
        let body = if has_no_body(status) {
            Bytes::new()
        } else {
            body.unwrap_or_default()
        };
        strip(status, &mut headers);
        Some(Self {
            status,
            headers,
            body,
        })
    }

    pub(crate) fn respond(&self, method: &Method, request: &HeaderMap) -> Response<ReplyBody> {
        let mut response = Response::new(ReplyBody::Bytes(Some(self.body.clone())));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        if is_fresh(method, request, self.status, &self.headers) {
            let (mut parts, body) = response.into_parts();
            strip(StatusCode::NOT_MODIFIED, &mut parts.headers);
            return into_response(StatusCode::NOT_MODIFIED, parts.headers, body);
        }
        if self.body.is_empty() && *method == Method::HEAD {
            let empty = ReplyBody::Bytes(None);
            name_empty_length(self.status, response.headers_mut(), &empty);
        }
        response
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }
}

fn into_response(status: StatusCode, headers: HeaderMap, body: ReplyBody) -> Response<ReplyBody> {
    if status.is_informational() {
        // HTTP has no final answer with such a status; Mockoon's clients wait for ever.
        let text = format!("{} cannot be the status of a final answer", status.as_u16());
        let reply = Reply::message(StatusCode::INTERNAL_SERVER_ERROR, headers, text);
        return into_response(reply.status, reply.headers, reply.body);
    }
    let body = if has_no_body(status) {
        ReplyBody::Bytes(None)
    } else {
        body
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

fn has_no_body(status: StatusCode) -> bool {
    matches!(status.as_u16(), 204 | 205 | 304)
}

/// Takes out the headers that describe a body that is not sent.
fn strip(status: StatusCode, headers: &mut HeaderMap) {
    if matches!(status.as_u16(), 204 | 304) {
        headers.remove(CONTENT_TYPE);
        headers.remove(CONTENT_LENGTH);
    }
}

/// What was answered, for the journal.
#[derive(Clone, Debug)]
pub(crate) enum Recorded {
    Prepared(Arc<Prepared>),
    /// Headers and, unless it was streamed, the body.
    Own {
        status: StatusCode,
        headers: HeaderMap,
        body: Option<Bytes>,
    },
    /// The body is noted as it flows.
    Flow {
        status: StatusCode,
        headers: HeaderMap,
        notes: Arc<Notes>,
    },
}

impl Recorded {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Prepared(prepared) => prepared.status,
            Self::Own { status, .. } | Self::Flow { status, .. } => *status,
        }
    }

    pub(crate) fn of(response: &Response<ReplyBody>) -> Self {
        let (status, headers) = (response.status(), response.headers().clone());
        let body = match response.body() {
            ReplyBody::Bytes(bytes) => Some(bytes.clone().unwrap_or_default()),
            ReplyBody::Stream(_) => None,
            ReplyBody::Flow(flow) => {
                return Self::Flow {
                    status,
                    headers,
                    notes: flow.notes(),
                };
            }
        };
        Self::Own {
            status,
            headers,
            body,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_without_a_body_lose_it() {
        for (status, length, typed) in [
            (200, 2, true),
            (204, 0, false),
            (205, 0, true),
            (304, 0, false),
            (404, 2, true),
        ] {
            let headers: HeaderMap = [
                (CONTENT_TYPE, HeaderValue::from_static("a/b")),
                (CONTENT_LENGTH, HeaderValue::from_static("99")),
            ]
            .into_iter()
            .collect();
            let status = StatusCode::from_u16(status).unwrap();
            let reply = || Reply::new(status, headers.clone(), "hi");
            let prepared = Prepared::from_reply(reply()).unwrap();
            for response in [
                reply().finish(&Method::GET, &HeaderMap::new()),
                prepared.respond(&Method::GET, &HeaderMap::new()),
            ] {
                assert_eq!(response.status(), status);
                assert_eq!(
                    response.body().size_hint().exact(),
                    Some(length),
                    "{status}"
                );
                assert_eq!(
                    response.headers().contains_key(CONTENT_TYPE),
                    typed,
                    "{status}"
                );
                assert!(!response.headers().contains_key(CONTENT_LENGTH));
            }
        }
    }

    #[test]
    fn informational_statuses_are_no_answers() {
        let status = StatusCode::from_u16(102).unwrap();
        let response =
            Reply::new(status, HeaderMap::new(), "").finish(&Method::GET, &HeaderMap::new());
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    }
}
