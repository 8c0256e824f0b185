//! HTTP methods as a data file writes them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// An HTTP method in small letters, `all`, or empty (which matches no request).
///
/// Mockoon knows a list of them; this model takes any, so that new methods need no release.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Method(String);

impl Method {
    /// The methods that Mockoon's files can hold; the first stands for every method.
    pub const KNOWN: [&'static str; 16] = [
        "all",
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "propfind",
        "proppatch",
        "move",
        "copy",
        "mkcol",
        "lock",
        "unlock",
        "",
    ];

    /// A method; letter case does not count.
    pub fn new(text: impl Into<String>) -> Self {
        let mut text = text.into();
        text.make_ascii_lowercase();
        Self(text)
    }

    /// The method in small letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it stands for every method.
    pub fn is_all(&self) -> bool {
        self.0 == "all"
    }

    /// Whether a request of this method is meant. Letter case does not count.
    pub fn matches(&self, method: &str) -> bool {
        self.is_all() || (!self.0.is_empty() && self.0.eq_ignore_ascii_case(method))
    }

    /// Whether Mockoon knows it too.
    pub fn is_known(&self) -> bool {
        Self::KNOWN.contains(&self.0.as_str())
    }

    /// Whether HTTP could carry it: letters, digits and a few signs, or empty.
    pub fn is_possible(&self) -> bool {
        self.0
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    }
}

impl Default for Method {
    fn default() -> Self {
        Self("get".to_owned())
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Method {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

impl JsonSchema for Method {
    fn schema_name() -> Cow<'static, str> {
        "Method".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An HTTP method, or `all`. Letter case does not count.",
            "examples": Self::KNOWN,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Method;

    #[test]
    fn matching() {
        for (written, asked, expected) in [
            ("get", "GET", true),
            ("GET", "GET", true),
            ("all", "PURGE", true),
            ("purge", "PURGE", true),
            ("", "GET", false),
            ("post", "GET", false),
        ] {
            assert_eq!(
                Method::new(written).matches(asked),
                expected,
                "{written} {asked}"
            );
        }
    }
}
