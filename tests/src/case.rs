//! A parity case as it stands in its file: environment, files, exchanges and recorded answers.
//!
//! The format is described in `tests/parity/README.md`. Unknown fields are an error here,
//! so that a misspelt judge cannot silently judge nothing.

use std::{collections::BTreeMap, fs, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One file of `tests/parity/GROUP/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// `GROUP/NAME`, from the path.
    #[serde(skip)]
    pub name: String,
    /// An environment in the short form, see [`crate::expand`].
    #[serde(default)]
    pub environment: Option<Value>,
    /// A data file's content, taken as it is.
    #[serde(default)]
    pub document: Option<Value>,
    /// The name of the data file, where it is one of `files`.
    #[serde(default)]
    pub data: Option<String>,
    /// Files beside the data file.
    #[serde(default)]
    pub files: BTreeMap<String, Content>,
    /// Further flags of the command line.
    #[serde(default)]
    pub options: Vec<String>,
    /// Environment variables of the process.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// Whether Mockoon needs a process of its own for this case; wasmock does not care.
    #[serde(default)]
    pub alone: bool,
    /// The exit code with which the server refuses to start.
    #[serde(default)]
    pub fails: Option<i32>,
    /// What the upstream answers, by path; it echoes everything else.
    #[serde(default)]
    pub upstream: Vec<UpstreamAnswer>,
    /// What is sent, in order, with the answers.
    #[serde(default)]
    pub exchanges: Vec<Exchange>,
    /// The version that answered.
    #[serde(default)]
    pub recorded: Option<String>,
}

/// Text, or bytes that are no text.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Content {
    /// UTF-8.
    Text(String),
    /// Anything else.
    Bytes {
        /// The bytes.
        base64: String,
    },
}

/// One answer of the upstream.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamAnswer {
    /// The path it answers, without query.
    pub path: String,
    /// 200 by default.
    #[serde(default)]
    pub status: Option<u16>,
    /// Header names and values; a list repeats the header.
    #[serde(default)]
    pub headers: serde_json::Map<String, Value>,
    /// The body.
    #[serde(default)]
    pub body: String,
    /// A body that is no text.
    #[serde(default)]
    pub base64: Option<String>,
}

/// One step: a request, a conversation, a look at the upstream, or a pause.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// `METHOD /path`.
    #[serde(default)]
    pub request: Option<String>,
    /// The template that the request renders, in a case of templates.
    #[serde(default)]
    pub template: Option<String>,
    /// A whole request, sent as it stands; line ends become CR LF.
    #[serde(default)]
    pub raw: Option<String>,
    /// The path of a WebSocket.
    #[serde(default)]
    pub websocket: Option<String>,
    /// Wait until this many requests have reached the upstream.
    #[serde(default)]
    pub upstream: Option<usize>,
    /// Milliseconds to wait.
    #[serde(default)]
    pub wait: Option<u64>,
    /// Request headers: a map (a list repeats the header) or a list of pairs.
    #[serde(default)]
    pub headers: Option<Value>,
    /// A text body.
    #[serde(default)]
    pub body: Option<String>,
    /// A JSON body, sent as `application/json`.
    #[serde(default, deserialize_with = "even_null")]
    pub json: Option<Value>,
    /// A form body, sent as `application/x-www-form-urlencoded`.
    #[serde(default)]
    pub form: Option<String>,
    /// A body that is no text.
    #[serde(default)]
    pub base64: Option<String>,
    /// A long body.
    #[serde(default)]
    pub repeat: Option<Repeat>,
    /// What is said over the WebSocket.
    #[serde(default)]
    pub conversation: Vec<Step>,
    /// How answers are compared.
    #[serde(default)]
    pub judge: Judge,
    /// What is right too, or instead, and why.
    #[serde(default)]
    pub better: Option<Better>,
    /// Mockoon's answer.
    #[serde(default)]
    pub answer: Option<Answer>,
    /// What reached the upstream.
    #[serde(default)]
    pub received: Option<Vec<Received>>,
}

/// `json: null` is a body.
fn even_null<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// A text sent many times.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeat {
    /// The text.
    pub text: String,
    /// How often.
    pub times: usize,
}

/// One step of a conversation: a message, and the frames that follow.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// A text, or `{binary}`, `{ping}`, `{close}`, `{json}`.
    #[serde(default)]
    pub send: Option<Value>,
    /// Frames to wait for, one by default.
    #[serde(default)]
    pub receive: Option<usize>,
    /// Milliseconds to wait for each.
    #[serde(default)]
    pub within: Option<u64>,
    /// How frames are compared.
    #[serde(default)]
    pub judge: Option<String>,
    /// What is right instead of Mockoon's frames.
    #[serde(default)]
    pub better: Option<BetterFrames>,
    /// Mockoon's frames.
    #[serde(default)]
    pub answers: Vec<Value>,
}

/// Frames that are right where Mockoon breaks its own promise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BetterFrames {
    /// The reason.
    pub why: String,
    /// The frames.
    pub answers: Vec<Value>,
    /// How they are compared.
    #[serde(default)]
    pub judge: Option<String>,
    /// Whether Mockoon's frames are wrong.
    #[serde(default)]
    pub required: bool,
}

/// How an answer is compared with the recorded one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    /// `ignore`, or nothing for equality.
    #[serde(default)]
    pub status: Option<String>,
    /// A judge by name, see [`crate::judge::same`].
    #[serde(default)]
    pub body: Option<String>,
    /// Judges for the values of headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Headers that may have any value or be missing.
    #[serde(default)]
    pub ignore: Vec<String>,
}

/// An answer that is right where Mockoon's is a bug.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Better {
    /// The reason.
    pub why: String,
    /// The answer; fields left out may be anything.
    #[serde(default)]
    pub answer: PartialAnswer,
    /// How it is compared.
    #[serde(default)]
    pub judge: Judge,
    /// Whether Mockoon's own answer is wrong.
    #[serde(default)]
    pub required: bool,
}

/// An answer of which only the fields given count.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartialAnswer {
    /// The status.
    #[serde(default)]
    pub status: Option<u16>,
    /// Headers that must be there; null for one that must not.
    #[serde(default)]
    pub headers: serde_json::Map<String, Value>,
    /// The body.
    #[serde(default)]
    pub body: Option<Content>,
}

/// A recorded answer, in its short forms or whole.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Answer {
    /// Status 200, `text/html; charset=utf-8`, this body.
    Page(String),
    /// Status 200, `text/plain; charset=utf-8`: what template errors answer.
    Plain {
        /// The text.
        plain: String,
    },
    /// The page for an unknown path.
    Cannot {
        /// `METHOD /path`, as it stands in the page.
        cannot: String,
    },
    /// None at all: how the connection ended.
    None {
        /// `closed` or `timeout`.
        none: String,
    },
    /// Status, headers and body.
    Full(FullAnswer),
}

/// Status, headers and body.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FullAnswer {
    /// The status.
    pub status: u16,
    /// Headers by name as sent; repeated ones as a list.
    #[serde(default)]
    pub headers: serde_json::Map<String, Value>,
    /// The body.
    #[serde(default = "empty")]
    pub body: Content,
    /// Present when the body's length is not the one announced.
    #[serde(default)]
    pub framing: Option<String>,
}

fn empty() -> Content {
    Content::Text(String::new())
}

/// A request as the upstream saw it.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// `METHOD /path`.
    pub request: String,
    /// Headers in lower case, without those every client adds.
    #[serde(default)]
    pub headers: serde_json::Map<String, Value>,
    /// The body.
    #[serde(default)]
    pub body: String,
}

const HTML: &str = "text/html; charset=utf-8";

fn headers(pairs: &[(&str, &str)]) -> serde_json::Map<String, Value> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect()
}

impl Answer {
    /// The whole answer, or `None` where there was none.
    pub fn full(&self) -> Option<FullAnswer> {
        let page = |content_type: &str, body: &str| FullAnswer {
            status: 200,
            headers: headers(&[("Content-Type", content_type)]),
            body: Content::Text(body.to_owned()),
            framing: None,
        };
        match self {
            Self::Full(answer) => Some(answer.clone()),
            Self::None { .. } => None,
            Self::Page(body) => Some(page(HTML, body)),
            Self::Plain { plain } => Some(page("text/plain; charset=utf-8", plain)),
            Self::Cannot { cannot } => Some(FullAnswer {
                status: 404,
                headers: headers(&[
                    ("Content-Security-Policy", "default-src 'none'"),
                    ("X-Content-Type-Options", "nosniff"),
                    ("Content-Type", HTML),
                ]),
                body: Content::Text(format!(
                    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n\
                     </head>\n<body>\n<pre>Cannot {cannot}</pre>\n</body>\n</html>\n"
                )),
                framing: None,
            }),
        }
    }
}

/// A case of templates becomes one route and one exchange for each.
fn unfold(value: &mut Value) {
    let Some(Value::Array(templates)) = value
        .as_object_mut()
        .and_then(|case| case.remove("templates"))
    else {
        return;
    };
    let (mut routes, mut exchanges) = (Vec::new(), Vec::new());
    for (index, item) in templates.into_iter().enumerate() {
        let mut fields = match item {
            Value::Object(fields) => fields,
            text => serde_json::Map::from_iter([("template".to_owned(), text)]),
        };
        let name = index + 1;
        let body = fields.remove("template").unwrap_or_default();
        let query = fields
            .remove("query")
            .and_then(|query| query.as_str().map(str::to_owned))
            .unwrap_or_default();
        fields.insert("template".to_owned(), body.clone());
        routes.push(Value::Object(serde_json::Map::from_iter([(
            format!("POST t{name}"),
            body,
        )])));
        fields.insert(
            "request".to_owned(),
            Value::from(format!("POST /t{name}{query}")),
        );
        exchanges.push(Value::Object(fields));
    }
    append(&mut value["environment"]["routes"], routes);
    append(&mut value["exchanges"], exchanges);
}

fn append(list: &mut Value, items: Vec<Value>) {
    match list {
        Value::Array(list) => list.extend(items),
        other => *other = Value::Array(items),
    }
}

/// Reads a case; the error names the file and the place.
pub fn read(path: &Path) -> Result<Case, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let options = serde_saphyr::options! { strict_booleans: true };
    let mut value: Value = serde_saphyr::from_str_with_options(&text, options)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    if let Some(exchanges) = value.get_mut("exchanges").and_then(Value::as_array_mut) {
        for exchange in exchanges {
            if exchange.is_string() {
                *exchange = serde_json::json!({ "request": exchange.take() });
            }
        }
    }
    unfold(&mut value);
    let mut case: Case =
        serde_json::from_value(value).map_err(|error| format!("{}: {error}", path.display()))?;
    let part = |path: Option<&Path>| {
        path.and_then(Path::file_stem)
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    case.name = format!("{}/{}", part(path.parent()), part(Some(path)));
    Ok(case)
}
