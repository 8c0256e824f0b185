//! Routes: what a path answers, over HTTP, as CRUD over a bucket, or as a WebSocket.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Extra, Method, Response, RouteExtension, is_default};

/// One path of the mock and its responses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Route {
    /// Identity: counters, streams and connections belong to it. Derived from type, method and
    /// path when left out.
    pub uuid: String,
    /// How the route answers.
    #[serde(rename = "type")]
    pub kind: RouteType,
    /// For people.
    pub documentation: String,
    /// HTTP method; `all` for every method. Ignored by CRUD and WebSocket routes.
    pub method: Method,
    /// The path, after the environment's prefix. Usually without a leading slash.
    pub endpoint: String,
    /// The possible answers. Which one is chosen: `responseMode` and their rules.
    pub responses: Vec<Response>,
    /// How a response is chosen; nothing means by rules, else the default response.
    pub response_mode: Option<ResponseMode>,
    /// WebSocket: stream messages instead of answering; nothing means conversation.
    pub streaming_mode: Option<StreamingMode>,
    /// WebSocket: milliseconds between two streamed messages, at least 10.
    pub streaming_interval: u64,
    /// What wasmock adds: sessions, groups, timelines.
    #[serde(skip_serializing_if = "is_default")]
    pub wasmock: RouteExtension,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// How a route answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RouteType {
    /// One answer to each request.
    #[default]
    Http,
    /// Nine HTTP operations over a data bucket.
    Crud,
    /// A WebSocket.
    Ws,
}

/// How a response is chosen, when not simply by rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ResponseMode {
    /// Any of them.
    Random,
    /// One after the other, from the first again after the last.
    Sequential,
    /// Always the default response.
    DisableRules,
    /// By rules; when none matches, the next matching route is tried.
    Fallback,
}

/// How a WebSocket route streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StreamingMode {
    /// Each client its own sequence.
    Unicast,
    /// All clients the same messages.
    Broadcast,
}
