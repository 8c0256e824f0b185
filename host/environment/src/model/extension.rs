//! The `wasmock` key: what this server adds to Mockoon's model.
//!
//! Mockoon's app drops keys that it does not know when it saves a file. The same content may
//! therefore stand in a sidecar file, see [`crate::split`]. Everything here is optional, and an
//! empty extension is not written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Extra, Header, Rule, RulesOperator};

/// Additions to an environment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct EnvironmentExtension {
    /// The plugins that routes, responses, rules and buckets name.
    pub plugins: Vec<PluginReference>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// A WebAssembly component and what it may do.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PluginReference {
    /// The name by which the environment uses it.
    #[schemars(length(min = 1))]
    pub name: String,
    /// Where the component is: a path relative to the data file, an `https://` or `file://`
    /// address, or a registry's `oci://host/name:tag`.
    #[schemars(length(min = 1))]
    pub path: String,
    /// The SHA-256 that the component must have, in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Handed to the plugin when it is loaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Value>,
    /// What it may do beyond computing.
    #[serde(skip_serializing_if = "super::is_default")]
    pub grants: Grants,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// What a plugin may do beyond computing. Nothing of the machine, unless it is written here.
/// A plugin's manifest asks in the same words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Grants {
    /// Hosts it may call over HTTP: `api.example.com`, `*.example.com`, `localhost:8080`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub http: Vec<String>,
    /// Folders it may read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<String>,
    /// Folders it may read and write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub write: Vec<String>,
    /// Environment variables it may see, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
    /// Global variables it may read, by name; `*` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_variables: Option<Vec<String>>,
    /// Global variables it may write, by name; `*` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_variables: Option<Vec<String>>,
    /// Data buckets it may read, by id or name; `*` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_buckets: Option<Vec<String>>,
    /// Data buckets it may write, by id or name; `*` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub write_buckets: Option<Vec<String>>,
    /// Whether time passes for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockGrant>,
    /// The time at which a frozen clock stands: `2025-01-31T12:00:00Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// Whether its random numbers can be repeated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub random: Option<RandomGrant>,
    /// The seed of repeatable random numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// Whether time passes for a plugin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockGrant {
    /// It does.
    #[default]
    Real,
    /// It stands still.
    Frozen,
}

/// Whether a plugin's random numbers can be repeated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RandomGrant {
    /// They cannot.
    #[default]
    Real,
    /// They follow from a seed.
    Seeded,
}

/// Additions to a data bucket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BucketExtension {
    /// The plugin that makes the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// Handed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Value>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// Additions to a rule.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RuleExtension {
    /// The plugin that decides, in place of the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// Handed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Value>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// Additions to a response. Those below `onError` are for WebSocket routes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ResponseExtension {
    /// The plugin that answers; it starts from what the response says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plugin: Option<String>,
    /// Handed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Value>,
    /// What happens when the plugin fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_error: Option<OnError>,
    /// Who receives the message; the sender, when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Recipients>,
    /// Whether a sender that is not among the receivers gets an empty answer; yes, when left
    /// out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<bool>,
    /// Close the connection after the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close: Option<Close>,
    /// Send the body as a binary message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary: Option<Binary>,
    /// How many times the message is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub burst: Option<u32>,
    /// A random delay, added to the latency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay: Option<Interval>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// What happens when a plugin fails to answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnError {
    /// The client gets an error.
    #[default]
    Fail,
    /// The next response that fits is used.
    Next,
    /// The response is sent as the file has it.
    Static,
}

/// Who receives a WebSocket message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Recipients {
    /// The client whose message is answered.
    #[default]
    Sender,
    /// Everybody in its group.
    Group,
    /// Everybody in its group but the sender.
    Others,
    /// Every client of the route.
    All,
}

/// How a body becomes a binary message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Binary {
    /// The body's text as bytes.
    Text,
    /// The body is base64.
    Base64,
    /// The file of the response, byte for byte.
    File,
}

/// Closing a WebSocket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Close {
    /// Close code: 1000 to 1014 without 1004 to 1006, or 3000 to 4999.
    #[schemars(range(min = 1000, max = 4999))]
    pub code: u16,
    /// Reason, a template of at most 123 bytes when rendered.
    pub reason: String,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Close {
    fn default() -> Self {
        Self {
            code: 1000,
            reason: String::new(),
            extra: Extra::default(),
        }
    }
}

/// A range of milliseconds from which one is drawn.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Interval {
    /// At least.
    pub min: u64,
    /// At most.
    pub max: u64,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// Additions to a route. `session` and `configuration` also serve HTTP routes (server-sent
/// events); the rest is for WebSocket routes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct RouteExtension {
    /// The plugin that leads the conversation or the stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Handed to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Value>,
    /// The group of a client: a template over the handshake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// A script that runs for each client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeline: Option<Timeline>,
    /// Sent to each client when it connects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_connect: Option<Message>,
    /// Subprotocols that the route speaks, the preferred one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subprotocols: Vec<String>,
    /// Conditions under which the handshake is refused; the first that holds answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refuse: Vec<Refusal>,
    /// How it is known in which form a message is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parse: Option<Parse>,
    /// What a one-to-one stream does with what its client sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_messages: Option<ClientMessages>,
    /// Milliseconds by which a stream's tick may randomly come later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jitter: Option<u64>,
    /// A random interval in place of `streamingInterval`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Messages for each tick.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub burst: Option<u32>,
    /// Milliseconds between the server's pings; a client that leaves one unanswered until the
    /// next is closed. Without it the server sends none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10))]
    pub ping: Option<u64>,
    /// Milliseconds without a byte from a client after which it is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 10))]
    pub idle_timeout: Option<u64>,
    /// How much a client may leave unread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Queue>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// How much may wait for a client that does not read. Beyond it, a client of a broadcast or of a
/// group is closed, and the messages of a conversation are not read.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Queue {
    /// Messages; 64 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub messages: Option<usize>,
    /// Bytes; 4 MiB when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub bytes: Option<usize>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// A script for a WebSocket: here, or in a file of JSON lines (one step a line).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Timeline {
    /// The steps.
    Steps(Vec<Step>),
    /// Path of the file that holds them, relative to the data file.
    File(String),
}

/// One step of a timeline, an object with one of these keys. Texts are templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Step {
    /// Send a text.
    Text(String),
    /// Send a JSON value as text.
    Json(Value),
    /// Send bytes, written as base64.
    Base64(String),
    /// Wait this many milliseconds.
    Wait(u64),
    /// Wait for a message.
    Expect(Expect),
    /// Close the connection; the timeline ends.
    Close(Close),
    /// Begin again, so many times; 0 is for ever.
    Loop(u32),
}

/// A message that a timeline waits for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Expect {
    /// What the message must be; without rules any message will do.
    pub rules: Vec<Rule>,
    /// Whether one rule is enough or all must hold.
    pub rules_operator: RulesOperator,
    /// How many milliseconds to wait for it; for ever, when left out. Then the connection is
    /// closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<u64>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// A message, an object with one of these keys. Texts are templates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Message {
    /// A text.
    Text(String),
    /// A JSON value, sent as text.
    Json(Value),
    /// Bytes, written as base64.
    Base64(String),
}

/// Refusing a handshake.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Refusal {
    /// Conditions on the handshake; none: always.
    pub rules: Vec<Rule>,
    /// Whether one rule is enough or all must hold.
    pub rules_operator: RulesOperator,
    /// HTTP status of the refusal.
    #[schemars(range(min = 300, max = 999))]
    pub status: u16,
    /// Its body, a template.
    #[schemars(with = "serde_json::Value", extend("x-text-or-json" = true))]
    pub body: String,
    /// Its headers; values are templates.
    pub headers: Vec<Header>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Refusal {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            rules_operator: RulesOperator::Or,
            status: 403,
            body: String::new(),
            headers: Vec::new(),
            extra: Extra::default(),
        }
    }
}

/// How it is known in which form a WebSocket message is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Parse {
    /// By the handshake's Content-Type, as in Mockoon.
    #[default]
    Header,
    /// By the handshake's Content-Type, forms included, else by the message itself.
    Auto,
}

/// What a one-to-one stream does with what its client sends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClientMessages {
    /// Nothing.
    #[default]
    Ignore,
    /// Rules and templates see the last one.
    Latest,
}
