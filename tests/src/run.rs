//! Runs the exchanges of a case against a server and judges each answer.

use std::{collections::BTreeMap, fs, path::PathBuf, thread, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};

use crate::{
    case::{Case, Content, Exchange, FullAnswer},
    expand, http, judge,
    server::free_port,
    upstream::{Upstream, add},
    websocket::{Frame, Socket},
};

/// Headers that are never compared.
const DROPPED: [&str; 4] = ["date", "connection", "keep-alive", "transfer-encoding"];
/// How long the next frame may take. Silence costs this much, so it is short; answers come within milliseconds.
const QUIET: Duration = Duration::from_millis(400);

/// A case with its folder, port and upstream.
#[derive(Debug)]
pub struct Prepared<'a> {
    case: &'a Case,
    folder: PathBuf,
    upstream: Option<Upstream>,
    /// The data file.
    pub file: PathBuf,
    /// The port to start the server on.
    pub port: u16,
}

/// An exchange that went wrong.
#[derive(Debug)]
pub struct Wrong {
    /// Its number in the case, from 1; 0 when the server did not start.
    pub exchange: usize,
    /// What was asked.
    pub asked: String,
    /// What differs.
    pub lines: Vec<String>,
}

fn bytes(content: &Content) -> Vec<u8> {
    match content {
        Content::Text(text) => text.clone().into_bytes(),
        Content::Bytes { base64 } => STANDARD.decode(base64).unwrap_or_default(),
    }
}

fn pairs(headers: Option<&Value>) -> Vec<(String, String)> {
    let text = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match headers {
        Some(Value::Object(map)) => map
            .iter()
            .flat_map(|(name, value)| match value {
                Value::Array(list) => list
                    .iter()
                    .map(|value| (name.clone(), text(value)))
                    .collect(),
                other => vec![(name.clone(), text(other))],
            })
            .collect(),
        Some(Value::Array(list)) => list
            .iter()
            .filter_map(Value::as_array)
            .filter_map(|pair| Some((text(pair.first()?), text(pair.get(1)?))))
            .collect(),
        _ => Vec::new(),
    }
}

fn printable(bytes: &[u8]) -> Content {
    let plain = |text: &str| {
        !text
            .chars()
            .any(|c| matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}' | '\u{feff}'))
    };
    match std::str::from_utf8(bytes) {
        Ok(text) if plain(text) => Content::Text(text.to_owned()),
        _ => Content::Bytes {
            base64: STANDARD.encode(bytes),
        },
    }
}

impl<'a> Prepared<'a> {
    /// Writes the case's files below `root`.
    pub fn new(case: &'a Case, root: &std::path::Path) -> Result<Self, String> {
        let folder = root.join(case.name.replace('/', "__"));
        let failed = |error: std::io::Error| format!("{}: {error}", case.name);
        fs::create_dir_all(&folder).map_err(failed)?;
        let needs_upstream = [&case.environment, &case.document]
            .into_iter()
            .flatten()
            .any(|value| value.to_string().contains("$UPSTREAM"))
            || case.files.values().any(
                |content| matches!(content, Content::Text(text) if text.contains("$UPSTREAM")),
            );
        let upstream = match needs_upstream {
            true => Some(Upstream::start(case.upstream.clone()).map_err(failed)?),
            false => None,
        };
        let file = folder.join(case.data.as_deref().unwrap_or("environment.json"));
        let prepared = Self {
            case,
            folder,
            upstream,
            file,
            port: free_port(),
        };
        for (name, content) in &case.files {
            let target = prepared.folder.join(name);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(failed)?;
            }
            let content = match content {
                Content::Text(text) => prepared.substitute(text).into_bytes(),
                other => bytes(other),
            };
            fs::write(target, content).map_err(failed)?;
        }
        let document = match (&case.document, &case.environment) {
            (Some(document), _) => Some(prepared.deep(document)),
            (None, Some(short)) => Some(expand::environment(
                &prepared.deep(short),
                &case.name,
                prepared.port,
            )),
            (None, None) => None,
        };
        if let Some(document) = document {
            let text =
                serde_json::to_string_pretty(&document).map_err(|error| error.to_string())?;
            fs::write(&prepared.file, text).map_err(failed)?;
        }
        Ok(prepared)
    }

    fn names(&self) -> [(&'static str, String); 3] {
        [
            ("$PORT", self.port.to_string()),
            (
                "$UPSTREAM",
                self.upstream
                    .as_ref()
                    .map_or_else(String::new, |upstream| upstream.port.to_string()),
            ),
            ("$DIR", self.folder.display().to_string()),
        ]
    }

    fn substitute(&self, text: &str) -> String {
        if !text.contains('$') {
            return text.to_owned();
        }
        self.names()
            .iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(name, value)
            })
    }

    fn deep(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::from(self.substitute(text)),
            Value::Array(list) => list.iter().map(|item| self.deep(item)).collect(),
            Value::Object(map) => map
                .iter()
                .map(|(key, value)| (self.substitute(key), self.deep(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// The reverse of `substitute`: ports and folders are different in every run.
    fn normal(&self, text: &str) -> String {
        let mut text = text.replace(&self.folder.display().to_string(), "$DIR");
        if let Some(root) = self.folder.parent() {
            text = text.replace(&root.display().to_string(), "$ROOT");
        }
        text = text.replace(&format!(":{}", self.port), ":$PORT");
        if let Some(upstream) = &self.upstream {
            text = text.replace(&format!(":{}", upstream.port), ":$UPSTREAM");
        }
        text
    }

    fn headers(&self, reply: &http::Reply, keep_length: bool) -> Map<String, Value> {
        let mut headers = Map::new();
        for (name, value) in &reply.headers {
            let lower = name.to_lowercase();
            if DROPPED.contains(&lower.as_str()) || (lower == "content-length" && !keep_length) {
                continue;
            }
            add(&mut headers, name, &self.normal(value));
        }
        headers
    }

    fn record(&self, reply: &http::Reply, method: &str) -> FullAnswer {
        let bodiless = method == "HEAD" || matches!(reply.status, 204 | 304);
        let body = match printable(&reply.body) {
            Content::Text(text) => Content::Text(self.normal(&text)),
            other => other,
        };
        FullAnswer {
            status: reply.status,
            headers: self.headers(reply, bodiless),
            body,
            framing: reply.framing.clone(),
        }
    }

    fn http(&self, exchange: &Exchange) -> Option<FullAnswer> {
        if let Some(raw) = &exchange.raw {
            let raw = self.substitute(raw).replace("\r\n", "\n");
            let raw = if raw.contains("\n\n") {
                raw
            } else {
                format!("{}\n\n", raw.trim_end())
            };
            let raw = raw.replace('\n', "\r\n");
            let bytes: Vec<u8> = raw
                .chars()
                .map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?'))
                .collect();
            let (got, _) = http::talk(self.port, &bytes);
            let method = raw.split(' ').next().unwrap_or_default();
            return http::parse(&got, method).map(|reply| self.record(&reply, method));
        }
        let line = self.substitute(exchange.request.as_deref().unwrap_or_default());
        let method = line.split(' ').next().unwrap_or_default();
        let headers = exchange.headers.as_ref().map(|headers| self.deep(headers));
        let mut headers = pairs(headers.as_ref());
        let typed = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let mut content_type = |value: &str| {
            if !typed {
                headers.push(("Content-Type".to_owned(), value.to_owned()));
            }
        };
        let body = if let Some(json) = &exchange.json {
            content_type("application/json");
            self.deep(json).to_string().into_bytes()
        } else if let Some(form) = &exchange.form {
            content_type("application/x-www-form-urlencoded");
            form.clone().into_bytes()
        } else if let Some(text) = &exchange.base64 {
            STANDARD.decode(text).unwrap_or_default()
        } else if let Some(repeat) = &exchange.repeat {
            repeat.text.repeat(repeat.times).into_bytes()
        } else {
            self.substitute(exchange.body.as_deref().unwrap_or_default())
                .into_bytes()
        };
        let (got, _) = http::talk(self.port, &http::request(&line, &headers, &body, self.port));
        http::parse(&got, method).map(|reply| self.record(&reply, method))
    }

    fn websocket(&self, exchange: &Exchange, path: &str) -> Vec<String> {
        let wanted = exchange.answer.as_ref().and_then(crate::case::Answer::full);
        let opened = Socket::open(
            self.port,
            &self.substitute(path),
            &pairs(exchange.headers.as_ref()),
        );
        let mut socket = match opened {
            Ok(socket) => socket,
            Err(reply) => {
                let got = reply.map(|reply| self.record(&reply, "GET"));
                return judge::answer(
                    &exchange.judge,
                    exchange.better.as_ref(),
                    wanted.as_ref(),
                    got.as_ref(),
                );
            }
        };
        let mut headers = self.headers(&socket.reply, false);
        headers.retain(|name, _| {
            !["upgrade", "sec-websocket-accept"].contains(&name.to_lowercase().as_str())
        });
        let got = FullAnswer {
            status: 101,
            headers,
            body: Content::Text(String::new()),
            framing: None,
        };
        let mut found = judge::answer(
            &exchange.judge,
            exchange.better.as_ref(),
            wanted.as_ref(),
            Some(&got),
        );
        for (index, step) in exchange.conversation.iter().enumerate() {
            match &step.send {
                Some(Value::String(text)) => socket.send_text(text),
                Some(Value::Object(map)) => send(&mut socket, map),
                _ => {}
            }
            let expected = step
                .better
                .as_ref()
                .map_or(step.answers.len(), |better| better.answers.len());
            let mut got = Vec::new();
            while got.len() < step.receive.unwrap_or(1) {
                // Silence is only waited for where silence is right; a slow machine may take longer to answer.
                let patience = if got.len() < expected {
                    http::LIMIT / 4
                } else {
                    QUIET
                };
                match socket.receive(step.within.map_or(patience, Duration::from_millis)) {
                    None => break,
                    Some(Frame::Ended) => {
                        if got.is_empty() {
                            got.push(json!({ "close": 1006 }));
                        }
                        break;
                    }
                    Some(Frame::Close(code)) => {
                        got.push(json!({ "close": code }));
                        break;
                    }
                    Some(Frame::Text(text)) => got.push(Value::from(self.normal(&text))),
                    Some(Frame::Binary(bytes)) => {
                        got.push(json!({ "binary": STANDARD.encode(bytes) }));
                    }
                    Some(Frame::Pong(bytes)) => {
                        got.push(json!({ "pong": String::from_utf8_lossy(&bytes) }));
                    }
                    Some(Frame::Ping(_)) => {}
                }
            }
            for line in judge::frames(
                step.judge.as_deref(),
                step.better.as_ref(),
                &step.answers,
                &got,
            ) {
                found.push(format!("step {}: {line}", index + 1));
            }
        }
        found
    }

    /// The exchanges that went wrong.
    pub fn run(&self) -> Vec<Wrong> {
        let mut found = Vec::new();
        for (index, exchange) in self.case.exchanges.iter().enumerate() {
            let lines = if let Some(milliseconds) = exchange.wait {
                thread::sleep(Duration::from_millis(milliseconds));
                Vec::new()
            } else if let Some(count) = exchange.upstream {
                let got = self
                    .upstream
                    .as_ref()
                    .map_or_else(Vec::new, |upstream| upstream.take(count));
                let got = serde_json::to_string(&got)
                    .map(|text| self.normal(&text))
                    .unwrap_or_default();
                let got: Vec<_> = serde_json::from_str(&got).unwrap_or_default();
                judge::received(
                    &exchange.judge,
                    exchange.received.as_deref().unwrap_or_default(),
                    &got,
                )
            } else if let Some(path) = &exchange.websocket {
                self.websocket(exchange, path)
            } else {
                let wanted = exchange.answer.as_ref().and_then(crate::case::Answer::full);
                let got = self.http(exchange);
                judge::answer(
                    &exchange.judge,
                    exchange.better.as_ref(),
                    wanted.as_ref(),
                    got.as_ref(),
                )
            };
            if !lines.is_empty() {
                found.push(Wrong {
                    exchange: index + 1,
                    asked: asked(exchange),
                    lines,
                });
            }
        }
        found
    }

    /// The flags and variables the server needs for this case.
    pub fn settings(&self) -> (&'a [String], &'a BTreeMap<String, String>) {
        (&self.case.options, &self.case.env)
    }

    /// The case.
    pub fn case(&self) -> &'a Case {
        self.case
    }
}

fn asked(exchange: &Exchange) -> String {
    let line = exchange.template.as_deref().or(exchange.request.as_deref());
    let line = line.or(exchange.websocket.as_deref());
    line.or_else(|| exchange.raw.as_deref()?.lines().next())
        .unwrap_or("the upstream")
        .replace('\n', "⏎")
}

fn send(socket: &mut Socket, message: &Map<String, Value>) {
    let text = |name: &str| message.get(name).and_then(Value::as_str);
    if let Some(bytes) = text("binary") {
        socket.send_binary(&STANDARD.decode(bytes).unwrap_or_default());
    } else if let Some(bytes) = text("ping") {
        socket.send_ping(bytes.as_bytes());
    } else if let Some(code) = message.get("close").and_then(Value::as_u64) {
        socket.send_close(u16::try_from(code).unwrap_or(1000));
    } else if let Some(value) = message.get("json") {
        socket.send_text(&value.to_string());
    }
}
