//! The responses of a WebSocket route, as messages.
//!
//! Choosing is the same code as for HTTP. A response in which nothing can change is encoded at
//! load, and when its rules need no plugin, a message is answered without waiting and without
//! an allocation.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use wasmock_environment::{Binary, OnError, ResponseMode};
use wasmock_exchange::{Body, Call, Close, Effects, Exchange, Kind};
use wasmock_javascript::Value;

use super::exchange::Conversation;
use super::frames;
use super::reply::{Frames, Reply, Work};
use super::setup::{Message, Mode, Setup, Step, Timeline, compile, decode_base64};
use crate::files::{describe, path as paths};
use crate::mock::{Content, Mock, Response, Route, Text};
use crate::rules::{Choice, Facts, choose, choose_now};
use crate::scheduler::up_to;
use crate::site::Site;

/// A WebSocket route as it is served until the next reload.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) mock: Arc<Mock>,
    pub(crate) route: Arc<Route>,
    pub(crate) setup: Arc<Setup>,
    pub(crate) timeline: Option<Arc<[Step]>>,
    /// Replies that are the same every time, by the place of their response.
    prepared: Box<[Option<Reply>]>,
}

/// Parsing a message longer than this would hold up the other connections of a thread.
const PARSED_ELSEWHERE: usize = 256 << 10;

impl Definition {
    pub(crate) fn new(site: &Site, mock: &Arc<Mock>, route: &Arc<Route>) -> Option<Self> {
        let setup = route.setup.clone()?;
        let timeline = match &setup.timeline {
            None => None,
            Some(Timeline::Steps(steps)) => Some(steps.clone()),
            Some(Timeline::File(path)) => Some(read_timeline(site, path)),
        };
        let prepared = route.responses.iter().map(prepare).collect();
        Some(Self {
            mock: mock.clone(),
            route: route.clone(),
            setup,
            timeline,
            prepared,
        })
    }

    /// Whether both are the same in the file.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        *self.route.source == *other.route.source
    }

    /// Answers a message or a tick.
    pub(crate) fn reply(self: &Arc<Self>, site: &Arc<Site>, exchange: Conversation) -> Work {
        if exchange.body().len() > PARSED_ELSEWHERE && exchange.is_parsed() {
            return Work::Pending(Box::pin(self.clone().reply_to_long(site.clone(), exchange)));
        }
        self.reply_now(site, exchange)
    }

    async fn reply_to_long(self: Arc<Self>, site: Arc<Site>, exchange: Conversation) -> Reply {
        let parsed = tokio::task::spawn_blocking(move || {
            exchange.parsed_body();
            exchange
        });
        let Ok(exchange) = parsed.await else {
            return failed("the message could not be parsed");
        };
        let value = exchange.parsed_body();
        let reply = self.reply_now(&site, exchange).finish().await;
        // Taking millions of values apart takes as long as making them.
        tokio::task::spawn_blocking(move || drop(value));
        reply
    }

    fn reply_now(self: &Arc<Self>, site: &Arc<Site>, exchange: Conversation) -> Work {
        if let Some(problem) = exchange.problem() {
            let mut reply = failed(problem);
            reply.uncounted = true;
            return Work::Done(reply);
        }
        let chosen = if exchange.kind == Kind::Broadcast {
            self.choose_for_all(site, exchange.sequence)
        } else {
            choose_now(
                &self.route,
                Facts {
                    exchange: &exchange,
                    site,
                    mock: &self.mock,
                },
            )
        };
        let place = match chosen {
            Choice::Nothing => return Work::Done(nothing()),
            Choice::Response(place) => {
                if let Some(reply) = &self.prepared[place] {
                    let mut reply = reply.clone();
                    reply.delay += self.random_delay(site, place);
                    return Work::Done(reply);
                }
                Some(place)
            }
            Choice::Ask => None,
        };
        let (definition, site) = (self.clone(), site.clone());
        Work::Pending(Box::pin(async move {
            let exchange: Arc<dyn Exchange> = Arc::new(exchange);
            let place = match place {
                Some(place) => Some(place),
                None => {
                    let call = site.call(exchange.clone());
                    choose(&site, &definition.mock, &definition.route, call)
                        .await
                        .1
                }
            };
            match place {
                Some(place) => definition.make(&site, place, exchange).await,
                None => nothing(),
            }
        }))
    }

    /// Rules have no effect on a broadcast.
    fn choose_for_all(&self, site: &Site, number: u64) -> Choice {
        match self
            .route
            .choose_without_rules(site.random_source(), number)
        {
            Choice::Response(place) => Choice::Response(place),
            Choice::Ask | Choice::Nothing if self.route.responses.is_empty() => Choice::Nothing,
            Choice::Ask | Choice::Nothing => Choice::Response(self.route.default),
        }
    }

    fn random_delay(&self, site: &Site, place: usize) -> Duration {
        match &self.route.responses[place].source.wasmock.delay {
            Some(range) => {
                let least = Duration::from_millis(range.min);
                let most = Duration::from_millis(range.max.max(range.min));
                least + up_to(most - least, site.random_source())
            }
            None => Duration::ZERO,
        }
    }

    /// Makes the message of a response.
    async fn make(&self, site: &Arc<Site>, place: usize, exchange: Arc<dyn Exchange>) -> Reply {
        let response = &self.route.responses[place];
        let mut reply = match self.content(site, response, exchange.clone()).await {
            Ok(reply) => reply,
            Err(problem) => {
                tracing::warn!(
                    routeUUID = self.route.uuid(),
                    response = place + 1,
                    "WebSocket: {problem}"
                );
                let mut reply = failed(&problem);
                reply.delay = response.latency;
                reply
            }
        };
        reply.delay += self.random_delay(site, place);
        let extension = &response.source.wasmock;
        reply.frames = std::mem::take(&mut reply.frames).repeated(extension.burst.unwrap_or(1));
        reply.to = extension.to.unwrap_or_default();
        reply.silent = extension.answer == Some(false);
        if let (None, Some(close)) = (&reply.close, &extension.close) {
            let call = site.call(exchange);
            let (_, reason) = site.render_text(&Text::new(&close.reason), call).await;
            reply.close = Some(Close {
                code: close.code,
                reason: reason.unwrap_or_default(),
            });
        }
        reply
    }

    async fn content(
        &self,
        site: &Arc<Site>,
        response: &Response,
        exchange: Arc<dyn Exchange>,
    ) -> Result<Reply, String> {
        let mut call = site.call(exchange);
        let binary = response.source.wasmock.binary;
        let bytes;
        (call, bytes) = match &response.content {
            Content::Inline(Some(fixed)) => (call, fixed.clone()),
            Content::Inline(None) => {
                let (call, text) = site.render_text(&response.body, call).await;
                (call, text.map_err(serving)?.into())
            }
            Content::File(path) => self.file(site, response, path, call).await?,
            Content::Bucket(id) => self.bucket(site, response, id, call).await?,
        };
        let Some(plugin) = &response.plugin else {
            return Ok(Reply {
                frames: Frames::One(encode(&bytes, binary)?),
                delay: response.latency,
                ..Reply::default()
            });
        };
        call.answer.delay = response.latency;
        call.answer.body = Body::Static(bytes.clone());
        call.usage = plugin.usage.clone();
        let (mut call, result) = plugin.responder.respond(call).await;
        if let Err(failure) = result {
            tracing::warn!(routeUUID = self.route.uuid(), "{failure}");
            return match response.source.wasmock.on_error {
                Some(OnError::Static) => Ok(Reply {
                    frames: Frames::One(encode(&bytes, binary)?),
                    delay: response.latency,
                    ..Reply::default()
                }),
                Some(OnError::Next) if response.index != self.route.default => {
                    let default = &self.route.responses[self.route.default];
                    Box::pin(self.content(site, default, call.exchange.clone())).await
                }
                _ => {
                    let id = call.exchange.id();
                    Err(serving(failure.for_client(&id, site.options().dev)))
                }
            };
        }
        let answer = std::mem::take(&mut call.answer);
        let frames = if answer.frames.is_empty() && answer.close.is_none() {
            let bytes = match &answer.body {
                Body::File(path) => {
                    let path = paths::resolve(site.directory(), &path.to_string_lossy());
                    let content = site.files().read(&path).await;
                    content
                        .map_err(|error| reading(&error, &path))?
                        .bytes
                        .clone()
                }
                _ => Bytes::copy_from_slice(answer.bytes()),
            };
            Frames::One(encode(&bytes, binary)?)
        } else {
            answer
                .frames
                .iter()
                .map(frames::message)
                .collect::<Vec<_>>()
                .into()
        };
        Ok(Reply {
            frames,
            delay: answer.delay,
            close: answer.close,
            ..Reply::default()
        })
    }

    /// A file, a template whatever its type; with `"binary": "file"` byte for byte.
    async fn file(
        &self,
        site: &Arc<Site>,
        response: &Response,
        path: &Text,
        call: Call,
    ) -> Result<(Call, Bytes), String> {
        let (call, path) = match path {
            Text::Fixed(path) => (call, paths::resolve(site.directory(), path)),
            Text::Template(template) => {
                let (call, rendered) = site.render_template(template, call).await;
                let rendered = rendered.map_err(serving)?;
                let path = paths::resolve_rendered(site.directory(), &template.source, &rendered);
                (call, path.map_err(serving)?)
            }
        };
        let content = site
            .files()
            .read(&path)
            .await
            .map_err(|error| reading(&error, &path))?;
        let binary = response.source.wasmock.binary == Some(Binary::File);
        if binary || response.source.disable_templating || content.template().is_fixed() {
            return Ok((call, content.bytes.clone()));
        }
        let (call, text) = site.render_text(content.template(), call).await;
        Ok((call, text.map_err(serving)?.into()))
    }

    /// A bucket, as text; a bucket that is not there leaves the inline body.
    async fn bucket(
        &self,
        site: &Arc<Site>,
        response: &Response,
        id: &str,
        call: Call,
    ) -> Result<(Call, Bytes), String> {
        let call = site.filled(id, call).await;
        match site.bucket_document(id) {
            Some(document) => {
                let text = match document.value() {
                    Value::String(text) | Value::Safe(text) => text.as_bytes(),
                    _ => document.text().as_bytes(),
                };
                Ok((call, Bytes::copy_from_slice(text)))
            }
            None => {
                let (call, text) = site.render_text(&response.body, call).await;
                Ok((call, text.map_err(serving)?.into()))
            }
        }
    }

    /// Whether nobody can tell that a message was not made: making it writes nothing and draws
    /// nothing.
    pub(crate) async fn leaves_no_trace(
        &self,
        site: &Arc<Site>,
        exchange: Arc<dyn Exchange>,
    ) -> bool {
        if self.route.mode() == Some(ResponseMode::Random) && site.random_source().is_seeded() {
            return false;
        }
        for (response, prepared) in self.route.responses.iter().zip(&self.prepared) {
            if prepared.is_some() {
                continue;
            }
            let (None, Content::Inline(None), Text::Template(template)) =
                (&response.plugin, &response.content, &response.body)
            else {
                return false;
            };
            let call = site.call(exchange.clone());
            let (_, compiled) = site.compiled(template, call).await;
            let plain = |effects: Effects| !effects.writes_state && !effects.draws_random;
            if !compiled.is_some_and(|compiled| plain(compiled.effects)) {
                return false;
            }
        }
        true
    }

    /// The message for a client that has just connected.
    pub(crate) fn greeting(&self, site: &Arc<Site>, exchange: Conversation) -> Option<Work> {
        self.setup
            .on_connect
            .as_ref()
            .map(|message| message.work(site, exchange))
    }

    /// Whether each client has its own stream.
    pub(crate) fn mode(&self) -> Mode {
        self.setup.mode
    }
}

impl Message {
    /// The message as a reply that does not count.
    pub(crate) fn work(&self, site: &Arc<Site>, exchange: Conversation) -> Work {
        let text = match self {
            Self::Fixed(frame) => {
                let mut reply = Reply::message(frame.clone());
                reply.uncounted = true;
                return Work::Done(reply);
            }
            Self::Text(text) => text.clone(),
        };
        let site = site.clone();
        Work::Pending(Box::pin(async move {
            let call = site.call(Arc::new(exchange));
            let mut reply = match site.render_text(&text, call).await.1 {
                Ok(text) => Reply::message(frames::encode(frames::TEXT, text.as_bytes())),
                Err(error) => failed(&serving(error)),
            };
            reply.uncounted = true;
            reply
        }))
    }
}

/// The answer to a message for which there is no response: empty, and it does not count.
fn nothing() -> Reply {
    let mut reply = Reply::message(frames::EMPTY_TEXT.clone());
    reply.uncounted = true;
    reply
}

/// An answer that says what went wrong.
fn failed(problem: &str) -> Reply {
    let mut reply = Reply::message(frames::encode(frames::TEXT, problem.as_bytes()));
    reply.failed = true;
    reply
}

fn serving(error: impl std::fmt::Display) -> String {
    format!("Error while serving the content: {error}")
}

fn reading(error: &std::io::Error, path: &Path) -> String {
    format!(
        "Status: 500, File reading error! ({})",
        describe(error, "open", path)
    )
}

fn encode(bytes: &[u8], binary: Option<Binary>) -> Result<Bytes, String> {
    match binary {
        None => match std::str::from_utf8(bytes) {
            Ok(_) => Ok(frames::encode(frames::TEXT, bytes)),
            Err(_) => Ok(frames::encode(
                frames::TEXT,
                String::from_utf8_lossy(bytes).as_bytes(),
            )),
        },
        Some(Binary::Text | Binary::File) => Ok(frames::encode(frames::BINARY, bytes)),
        Some(Binary::Base64) => {
            let bytes = decode_base64(&String::from_utf8_lossy(bytes))
                .ok_or_else(|| serving("the body is not valid base64"))?;
            Ok(frames::encode(frames::BINARY, &bytes))
        }
    }
}

/// The reply of a response in which nothing can change.
fn prepare(response: &Response) -> Option<Reply> {
    let extension = &response.source.wasmock;
    let (None, Content::Inline(Some(body))) = (&response.plugin, &response.content) else {
        return None;
    };
    let close = match &extension.close {
        None => None,
        Some(close) => match Text::new(&close.reason) {
            Text::Fixed(reason) => Some(Close {
                code: close.code,
                reason: reason.to_string(),
            }),
            Text::Template(_) => return None,
        },
    };
    let frame = encode(body, extension.binary).ok()?;
    Some(Reply {
        frames: Frames::One(frame).repeated(extension.burst.unwrap_or(1)),
        delay: response.latency,
        to: extension.to.unwrap_or_default(),
        silent: extension.answer == Some(false),
        close,
        ..Reply::default()
    })
}

/// A script of JSON lines. What cannot be read is logged, and the script ends there.
fn read_timeline(site: &Site, path: &str) -> Arc<[Step]> {
    let place = site.directory().join(path);
    let text = match std::fs::read_to_string(&place) {
        Ok(text) => text,
        Err(error) => {
            tracing::error!("timeline {}: {error}", place.display());
            return [].into();
        }
    };
    let mut steps = Vec::new();
    for (number, line) in text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
    {
        match serde_json::from_str(line) {
            Ok(step) => steps.push(step),
            Err(error) => {
                let number = number + 1;
                tracing::error!("timeline {}, line {number}: {error}", place.display());
                break;
            }
        }
    }
    compile(&steps, &site.plugins()).unwrap_or_else(|error| {
        tracing::error!("timeline {}: {error}", place.display());
        [].into()
    })
}
