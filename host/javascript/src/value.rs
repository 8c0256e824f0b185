//! The value itself, its truth, its text and its equality.

use std::borrow::Cow;
use std::sync::Arc;

use crate::{Object, number};

/// An immutable, cheaply cloned text.
pub type Text = Arc<str>;

/// A JavaScript value, as far as a mock server meets them.
///
/// Clones are cheap: everything that can be large is shared. Change an array or an object
/// through [`Arc::make_mut`], which copies it only while somebody else holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing is there: a missing field, a missing argument.
    #[default]
    Undefined,
    /// JSON's `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// Every number is an IEEE 754 double, NaN and the infinities included.
    Number(f64),
    /// A text.
    String(Text),
    /// Handlebars' `SafeString`: printed without HTML escaping, and an *object* to everything
    /// else (always truthy, one key `string`, never equal to a text).
    Safe(Text),
    /// An array; holes are [`Value::Undefined`].
    Array(Arc<Vec<Value>>),
    /// A plain object.
    Object(Arc<Object>),
    /// A `Date`: milliseconds since 1970 in UTC, NaN for an invalid one.
    Date(f64),
}

/// What `typeof` and `Array.isArray` tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `undefined`
    Undefined,
    /// `null`
    Null,
    /// `boolean`
    Boolean,
    /// `number`
    Number,
    /// `string`
    String,
    /// An array.
    Array,
    /// Any other object, a `Date` and a `SafeString` included.
    Object,
}

impl Value {
    /// A text value.
    pub fn text(text: impl Into<Text>) -> Self {
        Self::String(text.into())
    }

    /// A text that prints without HTML escaping.
    pub fn safe(text: impl Into<Text>) -> Self {
        Self::Safe(text.into())
    }

    /// An array value.
    pub fn array(items: Vec<Value>) -> Self {
        Self::Array(Arc::new(items))
    }

    /// An object value.
    pub fn object(object: Object) -> Self {
        Self::Object(Arc::new(object))
    }

    /// What kind of value this is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Undefined => Kind::Undefined,
            Self::Null => Kind::Null,
            Self::Bool(_) => Kind::Boolean,
            Self::Number(_) => Kind::Number,
            Self::String(_) => Kind::String,
            Self::Array(_) => Kind::Array,
            Self::Safe(_) | Self::Object(_) | Self::Date(_) => Kind::Object,
        }
    }

    /// Whether this is [`Value::Undefined`].
    pub fn is_undefined(&self) -> bool {
        matches!(self, Self::Undefined)
    }

    /// Whether this is `undefined` or `null`.
    pub fn is_nullish(&self) -> bool {
        matches!(self, Self::Undefined | Self::Null)
    }

    /// JavaScript's truth: false for `undefined null false 0 NaN ""`.
    ///
    /// Handlebars' own `if` also counts an empty array as false; that rule lives there.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(b) => *b,
            Self::Number(n) => *n != 0.0 && !n.is_nan(),
            Self::String(s) => !s.is_empty(),
            Self::Safe(_) | Self::Array(_) | Self::Object(_) | Self::Date(_) => true,
        }
    }

    /// The text of a text value; a `SafeString` is not one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }

    /// The text of a text value or of a `SafeString` (Mockoon's `fromSafeString`).
    pub fn as_any_str(&self) -> Option<&str> {
        match self {
            Self::String(s) | Self::Safe(s) => Some(s),
            _ => None,
        }
    }

    /// The number of a number value.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(n) => Some(*n),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The members of a plain object.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// A `SafeString` as the text it wraps, anything else unchanged.
    #[must_use]
    pub fn unwrap_safe(self) -> Self {
        match self {
            Self::Safe(text) => Self::String(text),
            other => other,
        }
    }

    /// `String(value)`: `undefined`, `null`, comma-joined arrays, `[object Object]`.
    ///
    /// A date prints in UTC as ISO 8601; who prints dates for people knows a time zone and
    /// does it before coming here.
    pub fn to_text(&self) -> Cow<'_, str> {
        match self {
            Self::Undefined => "undefined".into(),
            Self::Null => "null".into(),
            Self::Bool(true) => "true".into(),
            Self::Bool(false) => "false".into(),
            Self::Number(n) => number::to_text(*n).into(),
            Self::String(s) | Self::Safe(s) => Cow::Borrowed(s),
            Self::Array(items) => {
                let mut out = String::new();
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    if !item.is_nullish() {
                        out.push_str(&item.to_text());
                    }
                }
                out.into()
            }
            Self::Object(_) => "[object Object]".into(),
            Self::Date(ms) => number::iso_date(*ms)
                .unwrap_or_else(|| "Invalid Date".into())
                .into(),
        }
    }

    /// `Number(value)`: `''`, `null`, `false` and `[]` are 0, what is no number is NaN.
    pub fn to_number(&self) -> f64 {
        match self {
            Self::Undefined => f64::NAN,
            Self::Null => 0.0,
            Self::Bool(b) => f64::from(u8::from(*b)),
            Self::Number(n) | Self::Date(n) => *n,
            Self::String(s) | Self::Safe(s) => number::from_text(s),
            Self::Array(_) => number::from_text(&self.to_text()),
            Self::Object(_) => f64::NAN,
        }
    }

    /// `a === b`: arrays and objects are equal only when they are the same one.
    pub fn strict_eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b),
            (Self::Safe(a), Self::Safe(b)) => Arc::ptr_eq(a, b),
            (Self::Date(_), Self::Date(_)) => false,
            (a, b) => a == b,
        }
    }

    /// An own property: a member, an index, `length`, a character of a text.
    pub fn get(&self, key: &str) -> Option<Value> {
        match self {
            Self::Object(object) => object.get(key).cloned(),
            Self::Array(items) if key == "length" => Some(Self::Number(items.len() as f64)),
            Self::Array(items) => items.get(array_index(key)?).cloned(),
            Self::String(s) if key == "length" => Some(Self::Number(crate::utf16_len(s) as f64)),
            Self::String(s) => {
                let index = array_index(key)?;
                (index < crate::utf16_len(s))
                    .then(|| Self::text(crate::utf16_slice(s, index, index + 1)))
            }
            Self::Safe(s) if key == "string" => Some(Self::String(s.clone())),
            _ => None,
        }
    }
}

fn array_index(key: &str) -> Option<usize> {
    crate::is_array_index(key).then(|| key.parse().ok())?
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(value: Vec<Value>) -> Self {
        Self::array(value)
    }
}

impl From<Object> for Value {
    fn from(value: Object) -> Self {
        Self::object(value)
    }
}

impl FromIterator<Value> for Value {
    fn from_iter<I: IntoIterator<Item = Value>>(items: I) -> Self {
        Self::array(items.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_javascript_prints() {
        let list = Value::array(vec![1.0.into(), Value::Null, "a".into(), Value::Undefined]);
        assert_eq!(list.to_text(), "1,,a,");
        assert_eq!(Value::object(Object::new()).to_text(), "[object Object]");
        assert_eq!(Value::Number(-0.0).to_text(), "0");
    }

    #[test]
    fn a_safe_string_is_an_object() {
        let safe = Value::safe("");
        assert!(safe.is_truthy());
        assert_eq!(safe.kind(), Kind::Object);
        assert!(!safe.strict_eq(&Value::text("")));
    }

    #[test]
    fn own_properties_of_texts_count_in_utf16() {
        let text = Value::text("a😀b");
        assert_eq!(text.get("length"), Some(Value::Number(4.0)));
        assert_eq!(text.get("3"), Some(Value::text("b")));
        assert_eq!(text.get("01"), None);
    }
}
