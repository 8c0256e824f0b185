//! One plugin on one input, without a server, and what came of it.
//!
//! Every call gets a fresh instance, so that state kept in guest globals is lost here and not
//! first under load. With a seed or a time the clock stands (between a session's ticks it moves
//! by what the session asked for) and chance repeats, WASI's included.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};
use wasmock_environment::Environment as File;
use wasmock_exchange::roles::{Roles, SessionEvent};
use wasmock_exchange::{
    Answer, Body, Call, Clock, Environment, Failure, Frame, Kind, Random, RuleFacts, SessionState,
    Usage,
};
use wasmock_sandbox::{Conditions, Cost, Grants, Meter, Sandbox, Source};
use wasmock_server::{Options, Site};

use super::lines::Lines;
use super::stage::Stage;
use super::state::{Before, Recorded};
use crate::built_in;
use crate::request::{Request, to_json, to_value};

/// The time at which the clock stands when only a seed is given: 2025-01-01T00:00:00Z.
const STANDING: i64 = 1_735_689_600_000;

/// What a trial is made under.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) wasm: Bytes,
    pub(crate) configuration: String,
    pub(crate) usage: String,
    pub(crate) grants: Grants,
    pub(crate) before: Before,
    pub(crate) seed: Option<u64>,
    /// Where the clock stands, in milliseconds since 1970.
    pub(crate) at: Option<i64>,
}

/// What the plugin is given.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// A request to answer.
    Request(Request),
    /// Messages, then ticks, over a connection that began with the request.
    Messages {
        handshake: Request,
        messages: Vec<String>,
        ticks: u32,
    },
    /// A helper and its arguments.
    Helper {
        name: String,
        arguments: Vec<Json>,
        named: Vec<(String, Json)>,
    },
    /// A rule to decide.
    Rule { request: Request, rule: Json },
}

/// What came of a trial.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// `answer`, `frames`, `close`, `value`, `holds`, `error`; then `state` and `log`, if there
    /// is anything.
    pub(crate) result: Map<String, Json>,
    /// A session's events, each with what it sent.
    pub(crate) events: Vec<String>,
    pub(crate) cost: Cost,
}

impl Report {
    /// Whether the plugin did what it was asked.
    pub(crate) fn is_success(&self) -> bool {
        !self.result.contains_key("error")
    }
}

/// Makes trials; loading what they share takes a few milliseconds once.
pub(crate) struct Trials {
    sandbox: Sandbox,
    mock: Arc<dyn Environment>,
    lines: Lines,
}

impl Trials {
    /// Loads the built-in plugins, for helpers and templates.
    pub(crate) async fn new(lines: Lines) -> Result<Self, Box<dyn Error>> {
        let sandbox = Sandbox::new(built_in::cache_folder()).map_err(|error| error.to_string())?;
        let options = Options::default();
        let plugins =
            built_in::load_built_ins(&sandbox, &options.env_vars_prefix, &options.faker_locale)
                .await?;
        let mock = Site::new(File::default(), Path::new(""), plugins, options)
            .await?
            .scope();
        Ok(Self {
            sandbox,
            mock,
            lines,
        })
    }

    /// Makes a trial.
    ///
    /// # Errors
    /// The plugin does not load or lacks the role.
    pub(crate) async fn run(
        &self,
        setting: &Setting,
        input: &Input,
    ) -> Result<Report, Box<dyn Error>> {
        let repeats = setting.seed.is_some() || setting.at.is_some();
        let clock = match setting.at {
            Some(at) => Clock::frozen(at),
            None if repeats => Clock::frozen(STANDING),
            None => Clock::system(),
        };
        let meter = Arc::new(Meter::default());
        let conditions = Conditions {
            clock: repeats.then(|| clock.clone()),
            seed: setting.seed,
            fresh: true,
            meter: Some(meter.clone()),
        };
        let source = Source {
            name: &setting.name,
            wasm: setting.wasm.clone(),
            digest: None,
            configuration: setting.configuration.as_str().into(),
            grants: setting.grants.clone(),
        };
        let plugin = self.sandbox.load_under(source, conditions).await?;
        let stage = Arc::new(Stage {
            mock: self.mock.clone(),
            state: Recorded::new(&setting.before, &setting.name).await?,
            clock,
            random: setting
                .seed
                .map_or_else(|| Random::new(None), Random::repeatable),
            buckets: setting
                .before
                .buckets
                .keys()
                .map(|name| name.as_str().into())
                .collect(),
        });
        // What it printed while it started is not this call's.
        self.lines.take();
        let usage = match &*setting.usage {
            "{}" | "" => Usage::default(),
            json => Usage::new(json),
        };
        let mut report = Report::default();
        let play = Play {
            stage: stage.clone(),
            usage,
            roles: plugin.roles(),
        };
        play.perform(input, &mut report).await?;
        report.cost = meter.cost();
        let mut state = stage.state.written();
        if let Some(session) = report.result.remove("session") {
            state.insert("session".to_owned(), session);
        }
        if !state.is_empty() {
            report.result.insert("state".to_owned(), state.into());
        }
        let log = self.lines.take();
        if !log.is_empty() {
            report.result.insert("log".to_owned(), log.into());
        }
        Ok(report)
    }
}

/// A plugin on its stage.
struct Play {
    stage: Arc<Stage>,
    usage: Usage,
    roles: Roles,
}

impl Play {
    fn call(&self, request: Request) -> Call {
        let mut call = Call::new(Arc::new(request), self.stage.clone());
        call.usage = self.usage.clone();
        call
    }

    fn lacks(&self, role: &str) -> Box<dyn Error> {
        format!("the plugin has no role `{role}`; it has {:?}", self.roles).into()
    }

    async fn perform(&self, input: &Input, report: &mut Report) -> Result<(), Box<dyn Error>> {
        match input {
            Input::Request(request) => self.respond(request, report).await,
            Input::Messages {
                handshake,
                messages,
                ticks,
            } if self.roles.session.is_some() => {
                self.converse(handshake, messages, *ticks, report).await
            }
            Input::Messages {
                handshake,
                messages,
                ..
            } => self.respond_to_messages(handshake, messages, report).await,
            Input::Helper {
                name,
                arguments,
                named,
            } => self.help(name, arguments, named, report).await,
            Input::Rule { request, rule } => self.decide(request, rule, report).await,
        }
    }

    async fn respond(&self, request: &Request, report: &mut Report) -> Result<(), Box<dyn Error>> {
        let responder = self
            .roles
            .responder
            .as_ref()
            .ok_or_else(|| self.lacks("responder"))?;
        let (call, result) = responder.respond(self.call(request.clone())).await;
        match result {
            Ok(()) => report
                .result
                .insert("answer".to_owned(), answer(&call.answer)),
            Err(failure) => report.result.insert("error".to_owned(), words(&failure)),
        };
        Ok(())
    }

    async fn respond_to_messages(
        &self,
        handshake: &Request,
        messages: &[String],
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let responder = self
            .roles
            .responder
            .as_ref()
            .ok_or_else(|| self.lacks("session"))?;
        let mut frames = Vec::new();
        for (message, sequence) in messages.iter().zip(1..) {
            let frame = Frame::text(message.clone());
            let event = handshake.event(Kind::Message, Some(frame), sequence);
            let (call, result) = responder.respond(self.call(event)).await;
            if let Err(failure) = result {
                report.result.insert("error".to_owned(), words(&failure));
                break;
            }
            frames.extend(call.answer.frames.iter().map(frame_json));
            if call.answer.frames.is_empty() {
                frames.push(text_json(&String::from_utf8_lossy(call.answer.bytes())));
            }
        }
        report.result.insert("frames".to_owned(), frames.into());
        Ok(())
    }

    async fn converse(
        &self,
        handshake: &Request,
        messages: &[String],
        ticks: u32,
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let session = self
            .roles
            .session
            .as_ref()
            .ok_or_else(|| self.lacks("session"))?;
        let state = Arc::new(SessionState::new("trial"));
        let mut frames = Vec::new();
        let mut due: Option<u32> = None;
        let mut closed = None;
        let opened = [(SessionEvent::Opened, None)].into_iter();
        let messages = messages
            .iter()
            .map(|text| (SessionEvent::Message, Some(text)));
        let ticks = (0..ticks).map(|_| (SessionEvent::Tick, None));
        let mut sequence = 0;
        for (event, text) in opened.chain(messages).chain(ticks) {
            let (kind, name) = match event {
                SessionEvent::Opened => (Kind::Opened, "opened".to_owned()),
                SessionEvent::Message => {
                    (Kind::Message, format!("message {}", text.map_or("", |t| t)))
                }
                _ => {
                    // A session that asks for no tick gets none.
                    let Some(after) = due.take() else { break };
                    self.stage.clock.advance(after.into());
                    (Kind::Tick, format!("tick after {after} ms"))
                }
            };
            sequence += u64::from(event != SessionEvent::Opened);
            let frame = text.map(|text| Frame::text(text.clone()));
            let mut call = self.call(handshake.event(kind, frame, sequence));
            call.session = Some(state.clone());
            let (call, result) = session.event(event, call).await;
            let sent = call.answer.frames.iter().map(frame_json);
            let lines: Vec<String> = sent
                .clone()
                .map(|frame| format!("  {}", shown(&frame)))
                .collect();
            report.events.push([vec![name], lines].concat().join("\n"));
            frames.extend(sent);
            match result {
                // As on a server: a message that asks for nothing leaves what was asked for.
                Ok(None) if event == SessionEvent::Message => {}
                Ok(after) => due = after,
                Err(failure) => {
                    report.result.insert("error".to_owned(), words(&failure));
                    break;
                }
            }
            if let Some(close) = &call.answer.close {
                closed = Some(json!({ "code": close.code, "reason": close.reason }));
                break;
            }
        }
        report.result.insert("frames".to_owned(), frames.into());
        if let Some(close) = closed {
            report.result.insert("close".to_owned(), close);
        }
        if let Some(after) = due {
            report.result.insert("next".to_owned(), after.into());
        }
        let bytes = state.get();
        if !bytes.is_empty() {
            let session = text_json(&String::from_utf8_lossy(&bytes));
            report.result.insert("session".to_owned(), session);
        }
        Ok(())
    }

    async fn help(
        &self,
        name: &str,
        arguments: &[Json],
        named: &[(String, Json)],
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let helpers = self
            .roles
            .helpers
            .as_ref()
            .ok_or_else(|| self.lacks("helpers"))?;
        let list = helpers.list();
        let Some(index) = list.iter().position(|helper| helper.name == name) else {
            let names: Vec<&str> = list.iter().map(|helper| &*helper.name).collect();
            return Err(format!(
                "the plugin has no helper `{name}`; it has {}",
                names.join(", ")
            )
            .into());
        };
        let arguments = arguments.iter().map(to_value).collect();
        let named = named
            .iter()
            .map(|(name, value)| (name.clone(), to_value(value)))
            .collect();
        let call = self.call(Request::default());
        let (_, result) = helpers.call(index as u32, arguments, named, call).await;
        match result {
            Ok(value) => report.result.insert("value".to_owned(), to_json(&value)),
            Err(failure) => report.result.insert("error".to_owned(), words(&failure)),
        };
        Ok(())
    }

    async fn decide(
        &self,
        request: &Request,
        rule: &Json,
        report: &mut Report,
    ) -> Result<(), Box<dyn Error>> {
        let predicate = self
            .roles
            .predicate
            .as_ref()
            .ok_or_else(|| self.lacks("predicate"))?;
        let text = |name| {
            rule.get(name)
                .map(to_value)
                .map_or_else(String::new, |v| v.to_text().into_owned())
        };
        let mut call = self.call(request.clone());
        call.rule = Some(Arc::new(RuleFacts {
            target: rule.get("target").map(to_value).unwrap_or_default(),
            modifier: text("modifier"),
            value: text("value"),
        }));
        let (_, result) = predicate.test(call).await;
        match result {
            Ok(holds) => report.result.insert("holds".to_owned(), holds.into()),
            Err(failure) => report.result.insert("error".to_owned(), words(&failure)),
        };
        Ok(())
    }
}

/// A time as users write it, in milliseconds since 1970.
///
/// # Errors
/// It is none.
pub(crate) fn time(text: &str) -> Result<i64, String> {
    text.parse::<Timestamp>()
        .map(Timestamp::as_millisecond)
        .map_err(|error| format!("expected a time such as 2025-01-31T12:00:00Z: {error}"))
}

fn words(failure: &Failure) -> Json {
    match failure.kind {
        wasmock_exchange::FailureKind::Answered => failure.message.clone().into(),
        _ => failure.to_string().into(),
    }
}

fn answer(answer: &Answer) -> Json {
    let mut headers = Map::new();
    for (name, value) in &answer.headers {
        match headers.get_mut(name) {
            Some(Json::Array(values)) => values.push(value.clone().into()),
            Some(first) => *first = json!([first.clone(), value]),
            None => drop(headers.insert(name.clone(), value.clone().into())),
        }
    }
    let mut parts = Map::from_iter([("status".to_owned(), answer.status.into())]);
    parts.insert("headers".to_owned(), headers.into());
    match &answer.body {
        Body::Empty => {}
        Body::File(path) => {
            drop(parts.insert("file".to_owned(), path.display().to_string().into()));
        }
        Body::Static(_) | Body::Bytes(_) => {
            let body = text_json(&String::from_utf8_lossy(answer.bytes()));
            parts.insert("body".to_owned(), body);
        }
    }
    if !answer.delay.is_zero() {
        parts.insert("delay".to_owned(), json!(answer.delay.as_millis() as u64));
    }
    parts.into()
}

/// A text that is a JSON object or array as that, everything else as a text.
fn text_json(text: &str) -> Json {
    match serde_json::from_str(text) {
        Ok(json @ (Json::Object(_) | Json::Array(_))) => json,
        _ => text.into(),
    }
}

fn frame_json(frame: &Frame) -> Json {
    match frame {
        Frame::Text(text) => text_json(&String::from_utf8_lossy(text)),
        Frame::Binary(bytes) => {
            json!({ "binary": bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() })
        }
    }
}

/// A text without quotes, anything else as compact JSON.
pub(crate) fn shown(json: &Json) -> String {
    json.as_str()
        .map_or_else(|| json.to_string(), str::to_owned)
}
