//! The `wasmock` key of a WebSocket route, compiled.
//!
//! Done once at load, so that a plugin that is not there, or a rule that names one, stops the
//! environment from being served and not a client from being answered.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use wasmock_environment::{self as file, RulesOperator, StreamingMode};
use wasmock_exchange::roles::Session;
use wasmock_exchange::{Usage, limits};

use super::frames;
use super::out::Room;
use crate::Error;
use crate::mock::{Header, Text, headers, usage};
use crate::plugins::Plugins;
use crate::rules::Rules;
use crate::scheduler::Rhythm;

/// What the clients of a route experience.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Every message is answered.
    Conversation,
    /// Each client has a stream of its own.
    OneToOne,
    /// All clients hear the same stream.
    Broadcast,
}

/// A WebSocket route beyond its responses.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) mode: Mode,
    pub(crate) rhythm: Rhythm,
    /// Messages for each tick.
    pub(crate) burst: u32,
    /// The subprotocols it speaks, the preferred one first.
    pub(crate) subprotocols: Vec<String>,
    pub(crate) refuse: Vec<Refusal>,
    pub(crate) group: Option<Text>,
    pub(crate) on_connect: Option<Message>,
    pub(crate) timeline: Option<Timeline>,
    pub(crate) session: Option<Leader>,
    /// Whether a message itself may say how it is parsed.
    pub(crate) auto_parse: bool,
    /// Whether a one-to-one stream sees its client's last message.
    pub(crate) sees_messages: bool,
    /// How often the server asks whether a client is there.
    pub(crate) ping: Option<Duration>,
    /// How long a client may be silent.
    pub(crate) idle: Option<Duration>,
    pub(crate) room: Room,
}

/// When a handshake is refused, and how.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) rules: Rules,
    pub(crate) status: StatusCode,
    pub(crate) body: Text,
    pub(crate) headers: Vec<Header>,
}

/// A plugin that leads a connection or a stream.
#[derive(Clone)]
pub(crate) struct Leader {
    pub(crate) name: Arc<str>,
    pub(crate) session: Arc<dyn Session>,
    pub(crate) usage: Usage,
}

impl std::fmt::Debug for Leader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leader")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A message of the file.
#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// Encoded at load.
    Fixed(Bytes),
    /// Rendered at each use.
    Text(Text),
}

/// A script, or the file that holds it.
#[derive(Debug)]
pub(crate) enum Timeline {
    Steps(Arc<[Step]>),
    File(String),
}

/// One step of a script.
#[derive(Debug)]
pub(crate) enum Step {
    Send(Message),
    Wait(Duration),
    Expect {
        rules: Rules,
        within: Option<Duration>,
    },
    Close {
        code: u16,
        reason: Text,
    },
    /// Begin again, so many times; 0 is for ever.
    Loop(u32),
}

impl Setup {
    /// Compiles what the file says about a WebSocket route.
    pub(crate) fn new(route: &file::Route, plugins: &Plugins) -> Result<Self, Error> {
        let extension = &route.wasmock;
        let mode = match route.streaming_mode {
            None => Mode::Conversation,
            Some(StreamingMode::Unicast) => Mode::OneToOne,
            Some(StreamingMode::Broadcast) => Mode::Broadcast,
        };
        let refuse = extension
            .refuse
            .iter()
            .map(|refusal| Refusal::new(refusal, plugins));
        let timeline = match &extension.timeline {
            None => None,
            Some(file::Timeline::File(path)) => Some(Timeline::File(path.clone())),
            Some(file::Timeline::Steps(steps)) => Some(Timeline::Steps(compile(steps, plugins)?)),
        };
        Ok(Self {
            mode,
            rhythm: rhythm(route),
            burst: extension.burst.unwrap_or(1).max(1),
            subprotocols: extension.subprotocols.clone(),
            refuse: refuse.collect::<Result<_, _>>()?,
            group: extension.group.as_deref().map(Text::new),
            on_connect: extension.on_connect.as_ref().map(Message::new),
            timeline,
            session: Leader::new(extension, plugins)?,
            auto_parse: extension.parse == Some(file::Parse::Auto),
            sees_messages: extension.client_messages == Some(file::ClientMessages::Latest),
            ping: extension.ping.map(at_least),
            idle: extension.idle_timeout.map(at_least),
            room: room(extension.queue.as_ref()),
        })
    }

    /// Whether clients of one definition can stay when the other takes its place.
    pub(crate) fn is_compatible(&self, other: &Self) -> bool {
        self.mode == other.mode
            && self.session.is_some() == other.session.is_some()
            && self.timeline.is_some() == other.timeline.is_some()
            && self.group.as_ref().map(Text::source) == other.group.as_ref().map(Text::source)
    }
}

impl Leader {
    /// The plugin that a route names as its session.
    pub(crate) fn new(
        extension: &file::RouteExtension,
        plugins: &Plugins,
    ) -> Result<Option<Self>, Error> {
        let Some(name) = &extension.session else {
            return Ok(None);
        };
        let session = plugins.session(name)?;
        let usage = usage(extension.configuration.as_ref());
        Ok(Some(Self {
            name: name.as_str().into(),
            session,
            usage,
        }))
    }
}

/// No timer is shorter than a stream's interval may be.
fn at_least(ms: u64) -> Duration {
    Duration::from_millis(ms).max(limits::STREAM_INTERVAL)
}

fn room(queue: Option<&file::Queue>) -> Room {
    let usual = Room::default();
    let Some(queue) = queue else {
        return usual;
    };
    Room {
        frames: queue.messages.unwrap_or(usual.frames).max(1),
        bytes: queue.bytes.unwrap_or(usual.bytes).max(1),
    }
}

fn rhythm(route: &file::Route) -> Rhythm {
    match &route.wasmock.interval {
        Some(range) => Rhythm::Random {
            min: at_least(range.min),
            max: at_least(range.max.max(range.min)),
        },
        None => Rhythm::Steady {
            interval: at_least(route.streaming_interval),
            jitter: Duration::from_millis(route.wasmock.jitter.unwrap_or(0)),
        },
    }
}

impl Refusal {
    fn new(refusal: &file::Refusal, plugins: &Plugins) -> Result<Self, Error> {
        let all = refusal.rules_operator == RulesOperator::And;
        Ok(Self {
            rules: Rules::new(&refusal.rules, all, plugins)?,
            status: StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::FORBIDDEN),
            body: Text::new(&refusal.body),
            headers: headers(&refusal.headers),
        })
    }
}

impl Message {
    fn new(message: &file::Message) -> Self {
        match message {
            file::Message::Text(text) => Self::text(text),
            file::Message::Json(value) => Self::text(&value.to_string()),
            file::Message::Base64(text) => Self::base64(text),
        }
    }

    fn text(text: &str) -> Self {
        match Text::new(text) {
            Text::Fixed(text) => Self::Fixed(frames::encode(frames::TEXT, text.as_bytes())),
            template => Self::Text(template),
        }
    }

    /// What is no base64 is sent as far as it is; `validate` says so beforehand.
    fn base64(text: &str) -> Self {
        let bytes = decode_base64(text).unwrap_or_else(|| {
            tracing::error!("a message is not valid base64 and is sent as it is written");
            text.as_bytes().to_vec()
        });
        Self::Fixed(frames::encode(frames::BINARY, &bytes))
    }
}

/// Base64, with or without padding and line breaks.
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|b| !b.is_ascii_whitespace() && *b != b'=')
        .collect();
    data_encoding::BASE64_NOPAD.decode(&digits).ok()
}

/// Compiles the steps of a script.
pub(crate) fn compile(steps: &[file::Step], plugins: &Plugins) -> Result<Arc<[Step]>, Error> {
    steps.iter().map(|step| Step::new(step, plugins)).collect()
}

impl Step {
    fn new(step: &file::Step, plugins: &Plugins) -> Result<Self, Error> {
        Ok(match step {
            file::Step::Text(text) => Self::Send(Message::text(text)),
            file::Step::Json(value) => Self::Send(Message::text(&value.to_string())),
            file::Step::Base64(text) => Self::Send(Message::base64(text)),
            file::Step::Wait(ms) => Self::Wait(Duration::from_millis(*ms)),
            file::Step::Expect(expect) => Self::Expect {
                rules: Rules::new(
                    &expect.rules,
                    expect.rules_operator == RulesOperator::And,
                    plugins,
                )?,
                within: expect.within.map(Duration::from_millis),
            },
            file::Step::Close(close) => Self::Close {
                code: close.code,
                reason: Text::new(&close.reason),
            },
            file::Step::Loop(times) => Self::Loop(*times),
        })
    }
}
