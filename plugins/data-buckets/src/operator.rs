//! `setData`'s operators, each one atomic step in the host.
//!
//! Some operators do nothing on a value of the wrong type. Where the host's step has no such
//! condition the value is looked at first; should another exchange replace it in between, the
//! step still applies whole, to the new value.

use wasmock_javascript::Value as Js;
use wasmock_plugin::{Failure, Result, Value, buckets};

use crate::at_object_path;

/// How a bucket is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Set,
    Push,
    Delete,
    Add,
    Subtract,
    Invert,
    Merge,
}

impl Operator {
    /// Names are case-sensitive; every unknown one sets.
    pub(crate) fn named(name: &str) -> Self {
        match name {
            "push" => Self::Push,
            "del" => Self::Delete,
            "inc" => Self::Add,
            "dec" => Self::Subtract,
            "invert" => Self::Invert,
            "merge" => Self::Merge,
            _ => Self::Set,
        }
    }

    /// Changes the value at a path; the empty path is the whole bucket.
    pub(crate) fn apply(self, id: &str, path: &str, value: &Value) -> Result<()> {
        match self {
            Self::Set => {
                buckets::set(id, path, value)?;
            }
            Self::Delete => {
                buckets::delete(id, path)?;
            }
            Self::Merge => {
                buckets::merge(id, path, value)?;
            }
            Self::Push => {
                if at_object_path(id, path)?
                    .to_javascript()
                    .as_array()
                    .is_some()
                {
                    buckets::append(id, path, value)?;
                }
            }
            Self::Add | Self::Subtract => {
                let Some(step) = step(&value.to_javascript()) else {
                    return Ok(());
                };
                if !at_object_path(id, path)?
                    .to_javascript()
                    .to_number()
                    .is_nan()
                {
                    let by = if self == Self::Add { step } else { -step };
                    buckets::increment(id, path, by)?;
                }
            }
            Self::Invert => invert(id, path)?,
        }
        Ok(())
    }
}

/// By how much `inc` and `dec` count: 1 for everything that is no number or is 0; none for a
/// value that JavaScript cannot read as a number, which changes nothing.
fn step(value: &Js) -> Option<f64> {
    if !value.is_truthy() {
        return Some(1.0);
    }
    match value.to_number() {
        number if number.is_nan() => None,
        0.0 => Some(1.0),
        number => Some(number),
    }
}

/// Negates a boolean. Reads and writes, so it tries again when somebody wrote in between.
fn invert(id: &str, path: &str) -> Result<()> {
    loop {
        let version = buckets::version(id);
        let Value::Boolean(boolean) = at_object_path(id, path)? else {
            return Ok(());
        };
        match buckets::compare_and_set(id, path, version, &Value::Boolean(!boolean)) {
            Err(Failure::Conflict(_)) => {}
            done => return Ok(done.map(drop)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_exact_and_unknown_ones_set() {
        for (name, operator) in [
            ("set", Operator::Set),
            ("merge", Operator::Merge),
            ("inc", Operator::Add),
            ("INC", Operator::Set),
            ("", Operator::Set),
        ] {
            assert_eq!(Operator::named(name), operator, "{name}");
        }
    }

    #[test]
    fn steps_are_numbers_as_javascript_reads_them() {
        let none = Value::Undefined.to_javascript();
        for (value, expected) in [
            (none, Some(1.0)),
            (Js::Null, Some(1.0)),
            (Js::Number(0.0), Some(1.0)),
            (Js::Number(f64::NAN), Some(1.0)),
            (Js::text(""), Some(1.0)),
            (Js::Bool(true), Some(1.0)),
            (Js::text("0"), Some(1.0)),
            (Js::text("2.5"), Some(2.5)),
            (Js::Number(-3.0), Some(-3.0)),
            (Js::text("two"), None),
            (Js::object(wasmock_javascript::Object::new()), None),
            (Js::array(vec![Js::Number(4.0)]), Some(4.0)),
        ] {
            assert_eq!(step(&value), expected, "{value:?}");
        }
    }
}
