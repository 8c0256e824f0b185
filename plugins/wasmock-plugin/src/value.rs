//! Values made, read and printed.
//!
//! A [`Value`] may be a reference to a document in the host. What only needs the value passed
//! on leaves it alone; [`Value::to_json`] copies it into the plugin.

use crate::{Value, documents};

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A text that templates print without HTML escaping.
    pub fn safe(text: impl Into<String>) -> Self {
        Self::SafeText(text.into())
    }

    /// Whether nothing is there.
    pub fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    /// The text of a text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::SafeText(text) => Some(text),
            _ => None,
        }
    }

    /// The number of a number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// The boolean of a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Boolean(boolean) => Some(*boolean),
            _ => None,
        }
    }

    /// The items of an array, each as a value of its own; none for anything else. The items
    /// of an array in the host stay there.
    pub fn items(&self) -> Option<Vec<Value>> {
        match self {
            Self::Reference(document) => {
                if documents::kind(*document) != documents::DocumentKind::List {
                    return None;
                }
                let length = documents::length(*document);
                Some(
                    (0..length)
                        .map(|index| documents::item(*document, index))
                        .collect(),
                )
            }
            #[cfg(feature = "json")]
            Self::Json(text) => match serde_json::from_str(text) {
                Ok(serde_json::Value::Array(items)) => {
                    Some(items.into_iter().map(Value::from).collect())
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The JSON text: `{"a":1}`, `"text"`, `3`. `undefined` and what is no number are `null`.
    pub fn to_json_text(&self) -> String {
        match self {
            Self::Undefined | Self::Null => "null".to_owned(),
            Self::Boolean(boolean) => boolean.to_string(),
            Self::Number(number) if !number.is_finite() => "null".to_owned(),
            Self::Number(number) => number_text(*number),
            Self::Text(text) | Self::SafeText(text) => quoted(text),
            Self::Json(text) => text.clone(),
            Self::Reference(document) => documents::to_text(*document),
        }
    }
}

/// Texts as they are, nothing for `undefined` and `null`, everything else as JSON: what a
/// template would print.
impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Undefined | Self::Null => Ok(()),
            Self::Text(text) | Self::SafeText(text) => f.write_str(text),
            Self::Number(number) => f.write_str(&number_text(*number)),
            other => f.write_str(&other.to_json_text()),
        }
    }
}

/// A whole number without a point, as JavaScript has it.
fn number_text(number: f64) -> String {
    if number == 0.0 {
        "0".to_owned()
    } else {
        number.to_string()
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Undefined, Into::into)
    }
}

#[cfg(feature = "json")]
mod json {
    use super::{Value, documents};
    use crate::Result;

    impl Value {
        /// The value as JSON, copied out of the host if it is there.
        ///
        /// # Errors
        /// The text of a [`Value::Json`] is no JSON.
        pub fn to_json(&self) -> Result<serde_json::Value> {
            Ok(match self {
                Self::Undefined | Self::Null => serde_json::Value::Null,
                Self::Boolean(boolean) => (*boolean).into(),
                Self::Number(number) => from_number(*number),
                Self::Text(text) | Self::SafeText(text) => text.as_str().into(),
                Self::Json(text) => serde_json::from_str(text)?,
                Self::Reference(document) => serde_json::from_str(&documents::to_text(*document))?,
            })
        }

        /// The value as a type of yours.
        ///
        /// # Errors
        /// It has another shape; the text says where.
        pub fn parse<T: serde::de::DeserializeOwned>(&self) -> Result<T> {
            match self {
                Self::Json(text) => Ok(serde_json::from_str(text)?),
                Self::Reference(document) => {
                    Ok(serde_json::from_str(&documents::to_text(*document))?)
                }
                scalar => Ok(serde_json::from_value(scalar.to_json()?)?),
            }
        }
    }

    /// Whole numbers stay whole, so that `T` may ask for an integer.
    fn from_number(number: f64) -> serde_json::Value {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if number.fract() == 0.0 && number.abs() < EXACT {
            (number as i64).into()
        } else {
            number.into()
        }
    }

    impl From<serde_json::Value> for Value {
        fn from(json: serde_json::Value) -> Self {
            match json {
                serde_json::Value::Null => Self::Null,
                serde_json::Value::Bool(boolean) => Self::Boolean(boolean),
                serde_json::Value::Number(number) => {
                    Self::Number(number.as_f64().unwrap_or(f64::NAN))
                }
                serde_json::Value::String(text) => Self::Text(text),
                large => Self::Json(large.to_string()),
            }
        }
    }
}

#[cfg(feature = "javascript")]
mod javascript {
    use wasmock_javascript::{Value as Js, json};

    use super::{Value, documents};

    impl Value {
        /// The value as JavaScript knows it, copied out of the host if it is there.
        pub fn to_javascript(&self) -> Js {
            match self {
                Self::Undefined => Js::Undefined,
                Self::Null => Js::Null,
                Self::Boolean(boolean) => Js::Bool(*boolean),
                Self::Number(number) => Js::Number(*number),
                Self::Text(text) => Js::text(text.as_str()),
                Self::SafeText(text) => Js::safe(text.as_str()),
                Self::Json(text) => json::parse(text).unwrap_or_default(),
                Self::Reference(document) => {
                    json::parse(&documents::to_text(*document)).unwrap_or_default()
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_print_as_in_templates_and_as_json() {
        for (value, printed, json) in [
            (Value::Undefined, "", "null"),
            (Value::Null, "", "null"),
            (Value::from(true), "true", "true"),
            (Value::from(-0.0), "0", "0"),
            (Value::from(1.5), "1.5", "1.5"),
            (Value::from(3), "3", "3"),
            (Value::from("a\"\n\u{1}"), "a\"\n\u{1}", r#""a\"\n\u0001""#),
            (Value::safe("<b>"), "<b>", "\"<b>\""),
            (Value::Json("[1]".to_owned()), "[1]", "[1]"),
        ] {
            assert_eq!(value.to_string(), printed);
            assert_eq!(value.to_json_text(), json);
        }
    }

    #[cfg(feature = "json")]
    #[test]
    fn whole_numbers_parse_as_integers() {
        assert_eq!(Value::from(3.0).parse::<u8>(), Ok(3));
        assert!(Value::from(3.5).parse::<u8>().is_err());
        assert_eq!(
            Value::Json("[1,2]".to_owned()).parse::<Vec<u8>>(),
            Ok(vec![1, 2])
        );
        let items = Value::Json(r#"[1,"a"]"#.to_owned()).items().unwrap();
        assert_eq!(items[1].as_text(), Some("a"));
    }
}
