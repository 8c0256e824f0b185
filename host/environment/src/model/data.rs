//! Data buckets and callbacks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BodyType, BucketExtension, Extra, Header, Method, is_default};

/// Data under a name: fixed or made by a template, shared by everything in the environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct DataBucket {
    /// Identity.
    pub uuid: String,
    /// Short name used by `databucketID`, templates and rules. The name, when left out.
    pub id: String,
    /// Name for people; templates and rules find a bucket by it too.
    pub name: String,
    /// For people.
    pub documentation: String,
    /// A template, then parsed as JSON; what does not parse stays text. A hand-written file may
    /// hold the JSON itself.
    #[schemars(with = "serde_json::Value", extend("x-text-or-json" = true))]
    pub value: String,
    /// What wasmock adds: a plugin that makes the data.
    #[serde(skip_serializing_if = "is_default")]
    pub wasmock: BucketExtension,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for DataBucket {
    fn default() -> Self {
        Self {
            uuid: String::new(),
            id: String::new(),
            name: "New data".to_owned(),
            documentation: String::new(),
            value: "[\n]".to_owned(),
            wasmock: BucketExtension::default(),
            extra: Extra::default(),
        }
    }
}

/// An HTTP call that responses can start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Callback {
    /// Identity, named by responses.
    pub uuid: String,
    /// Short name.
    pub id: String,
    /// Name for people.
    #[schemars(length(min = 1))]
    pub name: String,
    /// For people.
    pub documentation: String,
    /// HTTP method of the call.
    pub method: Method,
    /// Where to, a template; beginning with `/` it is this mock itself.
    pub uri: String,
    /// Headers; values are templates.
    pub headers: Vec<Header>,
    /// The body, a template.
    #[schemars(with = "serde_json::Value", extend("x-text-or-json" = true))]
    pub body: String,
    /// Where the body comes from.
    pub body_type: BodyType,
    /// File of the body, a template.
    pub file_path: String,
    /// Send the file as the body; otherwise as an upload.
    pub send_file_as_body: bool,
    /// Id of the data bucket of the body.
    #[serde(rename = "databucketID")]
    pub databucket_id: String,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Callback {
    fn default() -> Self {
        Self {
            uuid: String::new(),
            id: String::new(),
            name: "Callback".to_owned(),
            documentation: String::new(),
            method: Method::new("post"),
            uri: String::new(),
            headers: Vec::new(),
            body: String::new(),
            body_type: BodyType::Inline,
            file_path: String::new(),
            send_file_as_body: true,
            databucket_id: String::new(),
            extra: Extra::default(),
        }
    }
}

/// A response's call of a callback.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CallbackInvocation {
    /// Which callback.
    pub uuid: String,
    /// Milliseconds to wait before the call.
    pub latency: u64,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}
