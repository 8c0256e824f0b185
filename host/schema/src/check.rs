//! Runs the checks of a schema on a value.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::HashSet;

use wasmock_javascript::{Kind, Object, Value, json, number};

use super::{Bound, Check, Counted, Id, Node, Schema, Types};

/// Alternatives that refer to themselves can multiply without an end.
const MAX_STEPS: u32 = 1_000_000;

/// A schema that refers to itself follows the value down, or never ends.
const MAX_DEPTH: u32 = 300;

pub(super) fn is_valid(schema: &Schema, value: &Value) -> bool {
    node_is_valid(schema, schema.root, value)
}

/// Whether a value passes a part of a schema.
pub(super) fn node_is_valid(schema: &Schema, id: Id, value: &Value) -> bool {
    let mut run = Run {
        schema,
        steps: 0,
        depth: 0,
    };
    run.node(id, value) && run.steps <= MAX_STEPS
}

/// Whether a value passes one check.
pub(super) fn check_is_valid(schema: &Schema, check: &Check, value: &Value) -> bool {
    let mut run = Run {
        schema,
        steps: 0,
        depth: 0,
    };
    run.check(check, value) && run.steps <= MAX_STEPS
}

struct Run<'s> {
    schema: &'s Schema,
    steps: u32,
    depth: u32,
}

impl<'s> Run<'s> {
    fn node(&mut self, id: Id, value: &Value) -> bool {
        self.steps = self.steps.saturating_add(1);
        if self.steps > MAX_STEPS || self.depth > MAX_DEPTH {
            // Beyond the limit the whole is invalid, whatever a `not` makes of it.
            self.steps = u32::MAX;
            return false;
        }
        self.depth += 1;
        let schema = self.schema;
        let valid = match &schema.nodes[id] {
            Node::Always(answer) => *answer,
            Node::All(checks) => checks.iter().all(|check| self.check(check, value)),
        };
        self.depth -= 1;
        valid
    }

    fn check(&mut self, check: &Check, value: &Value) -> bool {
        match check {
            Check::Type(types) => types.hold(value),
            Check::Number(bound, limit) => {
                let number = value.as_number();
                number.is_none_or(|number| bound.holds(number.partial_cmp(limit)))
            }
            Check::MultipleOf(divisor) => value.as_number().is_none_or(|number| {
                let quotient = number / divisor;
                quotient == number::parse_int(&number::to_text(quotient))
            }),
            Check::Length(counted, bound, limit) => counted
                .count(value)
                .is_none_or(|count| bound.holds(Some(count.cmp(limit)))),
            Check::Pattern(pattern) => value.as_str().is_none_or(|text| pattern.is_match(text)),
            Check::Format(format) => format.holds(value),
            Check::FormatBound(format, bound, limit) => value.as_str().is_none_or(|text| {
                format
                    .compare(text, limit)
                    .is_none_or(|order| bound.holds(Some(order)))
            }),
            Check::Const(wanted) => value == wanted,
            Check::Enum(all) => all.contains(value),
            Check::Required(names) => value
                .as_object()
                .is_none_or(|object| names.iter().all(|name| has(object, name))),
            Check::Members {
                named,
                patterns,
                others,
            } => {
                let Some(object) = value.as_object() else {
                    return true;
                };
                object
                    .iter()
                    .filter(|(_, value)| !value.is_undefined())
                    .all(|(name, value)| {
                        let mut known = false;
                        let mut valid = true;
                        if let Some((_, id)) = named.iter().find(|(known, _)| known == name) {
                            known = true;
                            valid = self.node(*id, value);
                        }
                        for (_, id) in patterns
                            .iter()
                            .filter(|(pattern, _)| pattern.is_match(name))
                        {
                            known = true;
                            valid = valid && self.node(*id, value);
                        }
                        valid && (known || others.is_none_or(|id| self.node(id, value)))
                    })
            }
            Check::MemberNames(id) => value.as_object().is_none_or(|object| {
                object
                    .keys()
                    .all(|name| self.node(*id, &Value::String(name.clone())))
            }),
            Check::NeedsMembers(name, needed) => value.as_object().is_none_or(|object| {
                !has(object, name) || needed.iter().all(|name| has(object, name))
            }),
            Check::NeedsSchema(name, id) => {
                let applies = value.as_object().is_some_and(|object| has(object, name));
                !applies || self.node(*id, value)
            }
            Check::Items(id) => value
                .as_array()
                .is_none_or(|items| items.iter().all(|item| self.node(*id, item))),
            Check::Tuple(ids, others) => value.as_array().is_none_or(|items| {
                items.iter().enumerate().all(|(at, item)| {
                    ids.get(at)
                        .copied()
                        .or(*others)
                        .is_none_or(|id| self.node(id, item))
                })
            }),
            Check::Contains(id) => value
                .as_array()
                .is_none_or(|items| items.iter().any(|item| self.node(*id, item))),
            Check::Unique => value.as_array().is_none_or(all_differ),
            Check::AllOf(ids) => ids.iter().all(|id| self.node(*id, value)),
            Check::AnyOf(ids) => ids.iter().any(|id| self.node(*id, value)),
            Check::OneOf(ids) => {
                ids.iter()
                    .filter(|id| self.node(**id, value))
                    .take(2)
                    .count()
                    == 1
            }
            Check::Not(id) => !self.node(*id, value),
            Check::If(test, then, or) => {
                let branch = if self.node(*test, value) { then } else { or };
                branch.is_none_or(|id| self.node(id, value))
            }
            Check::Ref(id) => self.node(*id, value),
        }
    }
}

impl Types {
    fn hold(self, value: &Value) -> bool {
        match value.kind() {
            Kind::Null => self.null,
            Kind::Boolean => self.boolean,
            Kind::String => self.string,
            Kind::Array => self.array,
            Kind::Object => self.object,
            Kind::Undefined => false,
            Kind::Number => {
                let number = value.to_number();
                number.is_finite() && (self.number || (self.integer && number.fract() == 0.0))
            }
        }
    }
}

impl Bound {
    /// Whether a value that stands so to the limit is within it; NaN never is.
    fn holds(self, order: Option<Ordering>) -> bool {
        order.is_some_and(|order| match self {
            Self::Minimum => order.is_ge(),
            Self::Maximum => order.is_le(),
            Self::Above => order.is_gt(),
            Self::Below => order.is_lt(),
        })
    }
}

impl Counted {
    fn count(self, value: &Value) -> Option<usize> {
        match self {
            Self::Characters => value.as_str().map(|text| text.chars().count()),
            Self::Items => value.as_array().map(<[Value]>::len),
            Self::Members => value.as_object().map(Object::len),
        }
    }
}

fn has(object: &Object, name: &str) -> bool {
    object.get(name).is_some_and(|value| !value.is_undefined())
}

/// Whether no two values are equal, by a text in which the order of members does not count.
pub(super) fn all_differ(items: &[Value]) -> bool {
    let mut seen = HashSet::with_capacity(items.len());
    items
        .iter()
        .all(|item| seen.insert(json::to_text(&sorted(item))))
}

fn sorted(value: &Value) -> Cow<'_, Value> {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let members = members
                .into_iter()
                .map(|(name, value)| (name.clone(), sorted(value).into_owned()));
            Cow::Owned(Value::object(members.collect()))
        }
        Value::Array(items) => {
            Cow::Owned(items.iter().map(|item| sorted(item).into_owned()).collect())
        }
        other => Cow::Borrowed(other),
    }
}
