//! Rules: conditions on a request or message.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Extra, RuleExtension, is_default};

/// A condition: what is looked at, how, and against which value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Rule {
    /// What is looked at.
    pub target: Target,
    /// Which part of it: a header's name, a path into the body. A template.
    pub modifier: String,
    /// What it is compared with. A template.
    pub value: String,
    /// Turn the result round.
    pub invert: bool,
    /// How it is compared.
    pub operator: Operator,
    /// What wasmock adds: a plugin as operator.
    #[serde(skip_serializing_if = "is_default")]
    pub wasmock: RuleExtension,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// The body or the message, whole or at a path.
    #[default]
    Body,
    /// The query string.
    Query,
    /// A header.
    Header,
    /// A cookie.
    Cookie,
    /// A parameter of the path.
    Params,
    /// The path itself.
    Path,
    /// The method.
    Method,
    /// How many times the route was asked, this time included.
    RequestNumber,
    /// A global variable.
    GlobalVar,
    /// A data bucket.
    DataBucket,
    /// The modifier, rendered as a template.
    Templating,
}

/// How a rule compares.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// Equal texts.
    #[default]
    Equals,
    /// Regular expression.
    Regex,
    /// Regular expression, capitals and small letters alike.
    RegexI,
    /// Missing or null.
    Null,
    /// An array without items.
    EmptyArray,
    /// An array that holds the value.
    ArrayIncludes,
    /// Valid under a JSON Schema, the value being the name or id of its bucket.
    ValidJsonSchema,
}
