//! The responder: a bucket's first content, or a bucket as the body of an answer.
//!
//! `{"bucket": "id"}` renders what the file says; the host takes the text as JSON where it is
//! JSON. `{"body": "id or name", "path": "…"}` answers with what the bucket holds now.

use wasmock_javascript::{Value as Js, json};
use wasmock_plugin::{Error, Result, Value, answer, buckets, configuration, rendering};

/// What the configuration of a use asks for.
#[derive(Debug, PartialEq)]
enum Wanted {
    Content(String),
    Body { bucket: String, path: String },
}

pub(crate) fn respond() -> Result<Value> {
    match Wanted::from_json(&configuration::usage())? {
        Wanted::Content(id) => {
            let source = buckets::source(&id)
                .ok_or_else(|| Error::from(format!("there is no data bucket `{id}`")))?;
            // What a template complains about becomes the content, as in Mockoon.
            let text = rendering::render(&source).unwrap_or_else(|complaint| complaint);
            Ok(Value::Text(text))
        }
        Wanted::Body { bucket, path } => {
            let id = buckets::find(&bucket)
                .ok_or_else(|| Error::from(format!("there is no data bucket `{bucket}`")))?;
            let value = buckets::get(&id, &path)?;
            if matches!(value, Value::Reference(_) | Value::Json(_)) {
                answer::set_header("Content-Type", "application/json; charset=utf-8");
            }
            Ok(value)
        }
    }
}

impl Wanted {
    fn from_json(text: &str) -> Result<Self> {
        let usage = json::parse(text).map_err(Error::new)?;
        let member = |name: &str| match usage.get(name) {
            Some(Js::String(text)) => Some(text.to_string()),
            _ => None,
        };
        if let Some(id) = member("bucket") {
            return Ok(Self::Content(id));
        }
        let bucket = member("body").ok_or(
            "data-buckets needs to know which bucket to answer with: \
             \"configuration\": {\"body\": \"id or name\"}",
        )?;
        Ok(Self::Body {
            bucket,
            path: member("path").unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_says_what_is_wanted() {
        assert_eq!(
            Wanted::from_json(r#"{"bucket":"x1"}"#),
            Ok(Wanted::Content("x1".into()))
        );
        assert_eq!(
            Wanted::from_json(r#"{"body":"users","path":"0.name"}"#),
            Ok(Wanted::Body {
                bucket: "users".into(),
                path: "0.name".into()
            })
        );
        for nothing in ["{}", r#"{"bucket":3}"#, "[", "null"] {
            assert!(Wanted::from_json(nothing).is_err(), "{nothing}");
        }
    }
}
