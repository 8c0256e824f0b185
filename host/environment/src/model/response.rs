//! One possible answer of a route.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CallbackInvocation, Extra, Header, ResponseExtension, Rule, is_default};

/// One possible answer: status, headers, body, and the rules under which it is chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Response {
    /// Identity, for logs and the sidecar. Derived from the route when left out.
    pub uuid: String,
    /// The body, a template. Also the body of the 404 of `fallbackTo404`. A hand-written file
    /// may hold any JSON here: it is sent as its text.
    #[schemars(with = "serde_json::Value", extend("x-text-or-json" = true))]
    pub body: String,
    /// Milliseconds to wait before answering.
    pub latency: u64,
    /// HTTP status.
    #[schemars(range(min = 100, max = 999))]
    pub status_code: u16,
    /// For people, and for the sidecar.
    pub label: String,
    /// Headers; values are templates. They win over the environment's.
    pub headers: Vec<Header>,
    /// Where the body comes from.
    pub body_type: BodyType,
    /// File of the body, a template, relative to the data file. Empty: the inline body.
    pub file_path: String,
    /// Id of the data bucket of the body. Unknown: the inline body.
    #[serde(rename = "databucketID")]
    pub databucket_id: String,
    /// Send a file as the body; otherwise as a download (`Content-Disposition: attachment`).
    pub send_file_as_body: bool,
    /// Conditions under which this response is chosen.
    pub rules: Vec<Rule>,
    /// Whether one rule is enough or all must hold.
    pub rules_operator: RulesOperator,
    /// Send body, file and callback bodies as they are. Headers, paths and rules stay templates.
    pub disable_templating: bool,
    /// Answer a missing file with 404 and the inline body.
    #[serde(rename = "fallbackTo404")]
    pub fallback_to_404: bool,
    /// The response that is chosen when no rule matches.
    pub default: bool,
    /// CRUD: path of the property that identifies an item. Read from the first response only.
    #[schemars(length(min = 1))]
    pub crud_key: String,
    /// Callbacks started after the answer.
    pub callbacks: Vec<CallbackInvocation>,
    /// What wasmock adds: the plugin that answers, and WebSocket receivers.
    #[serde(skip_serializing_if = "is_default")]
    pub wasmock: ResponseExtension,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Response {
    fn default() -> Self {
        Self {
            uuid: String::new(),
            body: "{}".to_owned(),
            latency: 0,
            status_code: 200,
            label: String::new(),
            headers: Vec::new(),
            body_type: BodyType::Inline,
            file_path: String::new(),
            databucket_id: String::new(),
            send_file_as_body: false,
            rules: Vec::new(),
            rules_operator: RulesOperator::Or,
            disable_templating: false,
            fallback_to_404: false,
            default: false,
            crud_key: "id".to_owned(),
            callbacks: Vec::new(),
            wasmock: ResponseExtension::default(),
            extra: Extra::default(),
        }
    }
}

/// Where a body comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum BodyType {
    /// From the file, `body`.
    #[default]
    Inline,
    /// From the file that `filePath` names.
    File,
    /// From the bucket that `databucketID` names.
    Databucket,
}

/// How rules combine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum RulesOperator {
    /// One of them is enough.
    #[default]
    Or,
    /// All of them.
    And,
}
