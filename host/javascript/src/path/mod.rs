//! Paths into values: the two dialects that Mockoon tells apart by their first character,
//! and JMESPath, which has a helper of its own.
//!
//! A text that starts with `$` is a JSONPath, anything else an object path (`a.0.b`). Both
//! are compiled once and are cheap to keep and to share between threads. A path never fails
//! to compile: what is wrong with it shows when it is used, as in Mockoon, where a filter
//! that nothing reaches is never even parsed.

mod jmes_path;
mod json_path;
mod object_path;

use std::fmt;

use crate::Value;

pub use jmes_path::JmesPath;
pub use json_path::JsonPath;
pub use object_path::ObjectPath;

/// A compiled path of either dialect.
#[derive(Clone, Debug)]
pub struct Path(Dialect);

#[derive(Clone, Debug)]
enum Dialect {
    Whole,
    Object(ObjectPath),
    Json(JsonPath),
}

impl Path {
    /// Compiles a path. The empty text is the path of the whole value.
    pub fn parse(text: &str) -> Self {
        Self(match text.as_bytes().first() {
            None => Dialect::Whole,
            Some(b'$') => Dialect::Json(JsonPath::parse(text)),
            Some(_) => Dialect::Object(ObjectPath::parse(text)),
        })
    }

    /// What the path leads to; `undefined` where it leads nowhere.
    ///
    /// Data that are neither array nor object are the answer to every path, as in Mockoon:
    /// the path `type` on the text `ping` is `ping`. `null` has nothing below it.
    ///
    /// # Errors
    /// A JSONPath filter that cannot be parsed or evaluated, or a query that takes too many
    /// steps.
    pub fn get(&self, data: &Value) -> Result<Value, PathError> {
        match (&self.0, data) {
            (Dialect::Object(path), Value::Object(_) | Value::Array(_) | Value::Safe(_)) => {
                Ok(path.get(data))
            }
            (Dialect::Json(path), Value::Object(_) | Value::Array(_) | Value::Safe(_)) => {
                path.query(data)
            }
            (Dialect::Whole, _) => Ok(data.clone()),
            (_, Value::Null | Value::Date(_)) => Ok(Value::Undefined),
            _ => Ok(data.clone()),
        }
    }

    /// [`Path::get`] with a default for what is not there. `undefined` data stay `undefined`,
    /// because the default stands for a missing place, not for missing data.
    ///
    /// # Errors
    /// As [`Path::get`].
    pub fn get_or(&self, data: &Value, default: &Value) -> Result<Value, PathError> {
        let found = self.get(data)?;
        let reached = matches!(
            data.kind(),
            crate::Kind::Array | crate::Kind::Object | crate::Kind::Null
        );
        Ok(if found.is_undefined() && reached {
            default.clone()
        } else {
            found
        })
    }

    /// What is wrong with the path itself, for `validate`: a filter that does not parse or
    /// that the white list refuses (it then selects nothing).
    pub fn problem(&self) -> Option<String> {
        match &self.0 {
            Dialect::Json(path) => path.problem(),
            Dialect::Whole | Dialect::Object(_) => None,
        }
    }
}

/// Why a path could not be followed, in the words a JavaScript engine or the JavaScript
/// library would use: clients see them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError(String);

impl PathError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PathError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_character_chooses_the_dialect() {
        let data = crate::json::parse(r#"{"a":[{"b":1}],"$a":2}"#).unwrap();
        for (path, found) in [
            ("a.0.b", Value::Number(1.0)),
            ("$.a[0].b", Value::Number(1.0)),
            ("$a", Value::Number(2.0)),
            ("$b", Value::Undefined),
            ("", data.clone()),
            ("c", Value::Undefined),
        ] {
            assert_eq!(Path::parse(path).get(&data).unwrap(), found, "{path}");
        }
    }

    #[test]
    fn scalars_answer_every_path_and_null_none() {
        let path = Path::parse("type");
        let default = Value::text("default");
        for (data, found) in [
            (Value::text("ping"), Value::text("ping")),
            (Value::Undefined, Value::Undefined),
            (Value::Null, default.clone()),
            (Value::object(crate::Object::new()), default.clone()),
        ] {
            assert_eq!(path.get_or(&data, &default).unwrap(), found, "{data:?}");
        }
    }
}
