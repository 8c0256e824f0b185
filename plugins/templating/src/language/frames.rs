//! Where `@variables` and contexts live while a template is rendered.
//!
//! Both are stacks that shrink again when a block ends, linked by index: what a block sees is
//! decided by where it is written, not by what was rendered last.

use smallvec::SmallVec;
use wasmock_javascript::{Object, Text, Value};

use super::program::Name;

pub(crate) const NONE: u32 = u32::MAX;

/// One data frame: a copy of the one it was made from, with a link to it.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) vars: SmallVec<[(Name, Value); 6]>,
    /// `@../`; [`NONE`] at the root.
    pub(crate) parent: u32,
    /// The number of the closure that `{{> @partial-block}}` renders.
    pub(crate) partial_block: u32,
}

impl Frame {
    pub(crate) fn get(&self, name: Name) -> Option<&Value> {
        self.vars
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    pub(crate) fn set(&mut self, name: Name, value: Value) {
        match self.vars.iter_mut().find(|(known, _)| *known == name) {
            Some((_, slot)) => *slot = value,
            None => self.vars.push((name, value)),
        }
    }

    pub(crate) fn remove(&mut self, name: Name) {
        self.vars.retain(|(known, _)| *known != name);
    }
}

/// One running body: its context, what `../` means in it, its block parameters.
#[derive(Debug)]
pub(crate) struct Scope {
    pub(crate) context: Context,
    /// The scope whose context is the present level for `../`: this one, unless the block kept
    /// the context of the one around it.
    pub(crate) level: u32,
    /// The scope one level up from `level`.
    pub(crate) up: u32,
    /// The scope of the body this one is written in.
    pub(crate) outer: u32,
    pub(crate) params: Option<[Value; 2]>,
}

/// `this`.
#[derive(Clone, Debug)]
pub(crate) enum Context {
    Value(Value),
    /// The options of a helper call, which `switch`, `case`, `default` and `base64` pass on.
    Options(std::rc::Rc<Options>),
}

/// What a helper's options show when a template looks at them.
#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) name: Text,
    pub(crate) hash: Object,
    pub(crate) line: u32,
    pub(crate) frame: u32,
}

/// Whether two contexts are one level for `../`.
pub(crate) fn same_level(a: &Context, b: &Context) -> bool {
    match (a, b) {
        (Context::Value(Value::Date(a)), Context::Value(Value::Date(b))) => a == b,
        (Context::Value(a), Context::Value(b)) => loosely_equal(a, b),
        (Context::Options(a), Context::Options(b)) => std::rc::Rc::ptr_eq(a, b),
        _ => false,
    }
}

/// `a == b`
fn loosely_equal(a: &Value, b: &Value) -> bool {
    let composite = |v: &Value| {
        matches!(
            v,
            Value::Array(_) | Value::Object(_) | Value::Safe(_) | Value::Date(_)
        )
    };
    match (a, b) {
        _ if a.is_nullish() || b.is_nullish() => a.is_nullish() && b.is_nullish(),
        _ if composite(a) && composite(b) => a.strict_eq(b),
        (Value::String(a), Value::String(b)) => a == b,
        _ if composite(a) || composite(b) => {
            let primitive = |v: &Value| match composite(v) {
                true => Value::from(v.to_text().into_owned()),
                false => v.clone(),
            };
            loosely_equal(&primitive(a), &primitive(b))
        }
        _ => a.to_number() == b.to_number(),
    }
}
