//! A chosen response becomes an answer: status, headers, body, in Mockoon's order.
//!
//! Latency first, then headers, then the body; the `status` helper counts when the body was
//! rendered, and a body that fails is a text with the response's own status.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use wasmock_environment::{self as file, OnError};
use wasmock_exchange::{Body, Call, Document, Failure, FailureKind, TemplateError};
use wasmock_javascript::Value;

use super::exchange::HttpExchange;
use super::headers::{apply, apply_fixed, apply_metadata, content_type};
use super::reply::{Prepared, Reply, ReplyBody};
use super::{content_type as charset, file as file_body, problem};
use crate::callbacks;
use crate::crud;
use crate::mock::{Bucket, Content, Crud, Header, Mock, Response, Route, Text, Use, header_value};
use crate::site::Site;

/// Everything about the request being answered.
#[derive(Clone, Debug)]
pub(crate) struct Answering {
    pub(crate) site: Arc<Site>,
    pub(crate) mock: Arc<Mock>,
    pub(crate) exchange: Arc<HttpExchange>,
    pub(crate) route: Arc<Route>,
    /// Which of a CRUD route's paths was asked.
    pub(crate) crud: Option<Crud>,
    pub(crate) arrived: Instant,
}

/// What has been decided of an answer.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// The answer that is the same every time.
pub(crate) fn prepare(
    response: &Response,
    environment: &[Header],
    body: &Bytes,
    metadata: Option<&file::Route>,
) -> Option<Prepared> {
    let mut headers = HeaderMap::new();
    apply_fixed(environment, &mut headers);
    apply_fixed(&response.headers, &mut headers);
    if let Some(route) = metadata {
        apply_metadata(&route.uuid, response, &mut headers);
    }
    let status = status(response.source.status_code)?;
    let reply = Draft { status, headers }.send(body.clone());
    (!reply.status.is_informational()).then(|| Prepared::from_reply(reply))?
}

impl Answering {
    /// Answers with a response of the route and starts its callbacks. `headers` are the
    /// environment's. A response whose plugin fails may be replaced by another, hence the place.
    pub(crate) async fn respond(
        &self,
        response: &Response,
        headers: HeaderMap,
        call: Call,
    ) -> (Reply, usize) {
        let (reply, place) = self.make(response, headers, call).await;
        if !reply.failed {
            let body = match &reply.body {
                ReplyBody::Bytes(bytes) => bytes.clone().unwrap_or_default(),
                ReplyBody::Stream(_) | ReplyBody::Flow(_) => Bytes::new(),
            };
            callbacks::start(
                self,
                &self.route.responses[place],
                reply.status.as_u16(),
                &body,
            );
        }
        (reply, place)
    }

    async fn make(
        &self,
        response: &Response,
        headers: HeaderMap,
        mut call: Call,
    ) -> (Reply, usize) {
        let mut response = response;
        let mut environment = headers;
        loop {
            let mut draft = Draft {
                status: status(response.source.status_code).unwrap_or(StatusCode::OK),
                // Only a response whose plugin fails has a successor that needs them again.
                headers: match response.plugin {
                    Some(_) => environment.clone(),
                    None => std::mem::take(&mut environment),
                },
            };
            let latency = latency_of(&self.site, response.latency);
            if response.plugin.is_none() {
                sleep(latency).await;
            }
            call = apply(&self.site, &response.headers, &mut draft.headers, call).await;
            if self.site.options().route_metadata_headers {
                apply_metadata(self.route.uuid(), response, &mut draft.headers);
            }
            // The `status` helper has no effect in a header.
            call.answer.status = draft.status.as_u16();
            let Some(by) = &response.plugin else {
                let (_, reply) = self.content(response, draft, call).await;
                return (reply, response.index);
            };
            let result;
            (call, result) = Box::pin(self.ask(by, &draft, latency, call)).await;
            match (result, response.source.wasmock.on_error.unwrap_or_default()) {
                (Ok(()), _) => {
                    let reply = Box::pin(self.made(draft, &mut call)).await;
                    return (reply, response.index);
                }
                (Err(_), OnError::Static) => {
                    call.answer = wasmock_exchange::Answer {
                        status: draft.status.as_u16(),
                        ..Default::default()
                    };
                    let (_, reply) = self.content(response, draft, call).await;
                    return (reply, response.index);
                }
                (Err(failure), on_error) => {
                    let next;
                    (call, next) = match on_error {
                        OnError::Next => Box::pin(self.next(response.index, call)).await,
                        _ => (call, None),
                    };
                    let Some(next) = next else {
                        let dev = self.site.options().dev;
                        let exchange = self.exchange.request.id().to_string();
                        let reply = problem::of_failure(draft.headers, &failure, exchange, dev);
                        return (reply, response.index);
                    };
                    call.answer = wasmock_exchange::Answer::default();
                    response = next;
                }
            }
        }
    }

    /// The next response after a failed one whose rules hold, else the default one.
    async fn next(&self, failed: usize, mut call: Call) -> (Call, Option<&Response>) {
        for response in self.route.responses.iter().skip(failed + 1) {
            if response.rules.is_empty() {
                continue;
            }
            let holds;
            (call, holds) = response.rules.hold(&self.site, &self.mock, call).await;
            if holds {
                return (call, Some(response));
            }
        }
        let default = self.route.default;
        let next = (failed < default)
            .then(|| self.route.responses.get(default))
            .flatten();
        (call, next)
    }

    /// Has a plugin make the answer, starting from what the file says.
    async fn ask(
        &self,
        by: &Use,
        draft: &Draft,
        latency: Duration,
        mut call: Call,
    ) -> (Call, Result<(), Failure>) {
        call.answer.headers = draft
            .headers
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    super::exchange::text(value).into_owned(),
                )
            })
            .collect();
        call.answer.delay = latency;
        call.usage = by.usage.clone();
        let (call, result) = by.responder.respond(call).await;
        if let Err(failure) = &result
            && failure.kind == FailureKind::Answered
        {
            // Traps and the like are logged where they happen.
            site_error!(
                &self.site,
                plugin = failure.plugin,
                function = failure.function,
                exchange = %self.exchange.request.id(),
                routeUUID = self.route.uuid(),
                "Plugin failed: {}",
                failure.message
            );
        }
        (call, result)
    }

    /// The answer that a plugin made.
    async fn made(&self, draft: Draft, call: &mut Call) -> Reply {
        let answer = std::mem::take(&mut call.answer);
        let spent = wasmock_exchange::Clock::instant().duration_since(self.arrived);
        sleep(answer.delay.saturating_sub(spent)).await;
        let mut headers = HeaderMap::with_capacity(answer.headers.len());
        for (name, text) in &answer.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok();
            match name.and_then(|name| Some((header_value(&name, text)?, name))) {
                Some((value, name)) => {
                    headers.append(name, value);
                }
                None => {
                    tracing::warn!(
                        "a plugin's header `{text}` is not sent: HTTP does not allow it"
                    );
                }
            }
        }
        let draft = Draft {
            status: status(answer.status).unwrap_or(draft.status),
            headers,
        };
        match answer.body {
            Body::Empty => draft.send_bytes(Bytes::new()),
            Body::Static(bytes) => draft.send_bytes(bytes),
            Body::Bytes(bytes) => draft.send_bytes(bytes.freeze()),
            Body::File(path) => file_body::send(&self.site, draft, &path, &self.exchange).await,
        }
    }

    /// The body that the file describes.
    async fn content(&self, response: &Response, draft: Draft, call: Call) -> (Call, Reply) {
        if let Some(leader) = &self.route.leader {
            let body = crate::ws::events(&self.site, leader.clone(), self.exchange.clone());
            return (call, draft.events(body));
        }
        match &response.content {
            Content::Inline(Some(bytes)) => (call, draft.send(bytes.clone())),
            Content::Inline(None) => self.rendered(&response.body, draft, call, SERVING).await,
            Content::File(path) => {
                Box::pin(file_body::respond(self, response, path, draft, call)).await
            }
            Content::Bucket(id) => {
                let Some(bucket) = self.mock.bucket(id) else {
                    // Mockoon sends the inline body unrendered then.
                    let body = Bytes::copy_from_slice(response.source.body.as_bytes());
                    return (call, draft.send(body));
                };
                let call = self.site.filled(id, call).await;
                if let Some(place) = self.crud {
                    return Box::pin(self.crud(bucket, place, draft, call)).await;
                }
                let document = self.site.bucket_document(id).unwrap_or_default();
                (call, draft.send(document_bytes(&document)))
            }
        }
    }

    /// Carries out the operation of a CRUD route.
    async fn crud(&self, bucket: &Bucket, place: Crud, draft: Draft, call: Call) -> (Call, Reply) {
        let headers = draft.headers.clone();
        match crud::operate(self, bucket, place, draft, call).await {
            (call, Ok((draft, body))) => (call, draft.send(body)),
            (call, Err(message)) => (
                call,
                Reply::message(StatusCode::INTERNAL_SERVER_ERROR, headers, message),
            ),
        }
    }

    /// Renders a body; `failure` begins the text of an error.
    pub(super) async fn rendered(
        &self,
        text: &Text,
        draft: Draft,
        call: Call,
        failure: &str,
    ) -> (Call, Reply) {
        let (mut call, result) = self.site.render_text(text, call).await;
        match result {
            Ok(body) => {
                let status = status(call.answer.status).unwrap_or(draft.status);
                let reply = Draft { status, ..draft }.send(body.into());
                (call, reply)
            }
            Err(TemplateError { message, .. }) => {
                call.answer.status = draft.status.as_u16();
                let message = format!("{failure}: {message}");
                site_error!(&self.site, routeUUID = self.route.uuid(), "{message}");
                (call, Reply::message(draft.status, draft.headers, message))
            }
        }
    }
}

/// How errors of content begin, for clients.
pub(super) const SERVING: &str = "Error while serving the content";

impl Draft {
    /// A text body in UTF-8, with the charset rules.
    pub(crate) fn send(mut self, body: Bytes) -> Reply {
        let kind = content_type(&self.headers);
        match charset::send(kind.as_deref().filter(|kind| !kind.is_empty()), body) {
            Ok(sent) => {
                let text = sent.content_type.is_some();
                if let Some(value) = sent
                    .content_type
                    .and_then(|v| HeaderValue::from_str(&v).ok())
                {
                    self.headers.insert(CONTENT_TYPE, value);
                }
                Reply {
                    text,
                    ..Reply::new(self.status, self.headers, sent.body)
                }
            }
            Err(message) => {
                Reply::message(self.status, self.headers, format!("{SERVING}: {message}"))
            }
        }
    }

    /// Server-sent events.
    fn events(mut self, body: ReplyBody) -> Reply {
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        self.headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-cache"));
        Reply {
            status: self.status,
            headers: self.headers,
            body,
            sent: false,
            failed: false,
            text: false,
        }
    }

    /// A body that stays as it is; a type is named where there is none.
    fn send_bytes(mut self, body: Bytes) -> Reply {
        if !self.headers.contains_key(CONTENT_TYPE) {
            let is_text = std::str::from_utf8(&body).is_ok();
            let kind = if is_text {
                "text/html; charset=utf-8"
            } else {
                "application/octet-stream"
            };
            self.headers
                .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        Reply::new(self.status, self.headers, body)
    }
}

/// A bucket as a body: texts as they are, everything else as JSON. Nothing is copied.
pub(crate) fn document_bytes(document: &Document) -> Bytes {
    struct Shared(Arc<str>);
    impl AsRef<[u8]> for Shared {
        fn as_ref(&self) -> &[u8] {
            self.0.as_bytes()
        }
    }
    Bytes::from_owner(Shared(match document.value() {
        Value::String(text) => text.clone(),
        _ => document.text().clone(),
    }))
}

fn status(code: u16) -> Option<StatusCode> {
    StatusCode::from_u16(code).ok()
}

/// A latency of the file, or a part of it where latencies are random.
pub(super) fn latency_of(site: &Site, latency: Duration) -> Duration {
    if latency.is_zero() || !site.options().random_latency {
        return latency;
    }
    let bound = usize::try_from(latency.as_millis()).unwrap_or(usize::MAX);
    let drawn = site.random_source().below(bound.saturating_add(1));
    Duration::from_millis(drawn as u64)
}

/// Waits, if there is anything to wait for.
pub(super) async fn sleep(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
