//! Evaluates the expressions of filters, with JavaScript's operators.
//!
//! A name that is not a variable, a member of `undefined` or a call of what is no function is
//! an error, as in the library; its text reaches the client. Of the methods only `match` is
//! there, because the white list lets no other through.

use std::cmp::Ordering;

use super::expression::{Binary, Expression, Pattern, Unary, names};
use crate::{Kind, Value};

/// The longest text that `+` may make.
const MAX_TEXT: usize = 1 << 20;

/// The variables of one evaluation.
pub(super) struct Scope<'q> {
    pub(super) value: &'q Value,
    pub(super) property: Value,
    pub(super) parent: Option<&'q Value>,
    pub(super) parent_property: Value,
    pub(super) root: &'q Value,
    /// Written only for expressions that ask for it.
    pub(super) path: Option<String>,
}

/// What an expression can be besides a value.
enum Outcome {
    Value(Value),
    Pattern(Pattern),
    /// A method and the value it was read from.
    Method(Box<Outcome>, String),
}

type Evaluated<T> = Result<T, String>;

impl Expression {
    /// Whether a filter with this expression keeps the value at hand.
    pub(super) fn is_true(&self, scope: &Scope<'_>) -> Evaluated<bool> {
        Ok(evaluate(self, Some(scope))?.is_truthy())
    }

    /// The member that a dynamic step names.
    pub(super) fn value(&self, scope: &Scope<'_>) -> Evaluated<Value> {
        Ok(evaluate(self, Some(scope))?.into_value())
    }
}

impl Outcome {
    fn is_truthy(&self) -> bool {
        match self {
            Self::Value(value) => value.is_truthy(),
            Self::Pattern(_) | Self::Method(..) => true,
        }
    }

    /// Functions and patterns count as objects in operators.
    fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value,
            Self::Pattern(_) | Self::Method(..) => Value::object(crate::Object::new()),
        }
    }
}

/// Without a scope names cannot be read: so it is in the brackets of `a[b]`.
fn evaluate(expression: &Expression, scope: Option<&Scope<'_>>) -> Evaluated<Outcome> {
    let value = |expression| evaluate(expression, scope).map(Outcome::into_value);
    Ok(Outcome::Value(match expression {
        Expression::Literal(literal) => literal.clone(),
        Expression::Pattern(pattern) => return Ok(Outcome::Pattern(pattern.clone())),
        Expression::Name(name) => variable(name, scope)?,
        Expression::Member(object, name) => return member(evaluate(object, scope)?, name),
        Expression::Computed(object, key) => {
            let key = evaluate(key, None)?.into_value();
            return member(evaluate(object, scope)?, &key.to_text());
        }
        Expression::Call(function, arguments) => {
            let arguments = arguments
                .iter()
                .map(|a| evaluate(a, scope))
                .collect::<Evaluated<Vec<_>>>()?;
            call(evaluate(function, scope)?, arguments.into_iter().next())?
        }
        Expression::Unary(operator, operand) => unary(*operator, evaluate(operand, scope)?),
        Expression::Binary(Binary::Or, left, right) => {
            let left = evaluate(left, scope)?;
            return if left.is_truthy() {
                Ok(left)
            } else {
                evaluate(right, scope)
            };
        }
        Expression::Binary(Binary::And, left, right) => {
            let left = evaluate(left, scope)?;
            return if left.is_truthy() {
                evaluate(right, scope)
            } else {
                Ok(left)
            };
        }
        Expression::Binary(operator, left, right) => {
            binary(*operator, &value(left)?, &value(right)?)?
        }
        Expression::Conditional(parts) => {
            let [test, then, or] = &**parts;
            return evaluate(
                if evaluate(test, scope)?.is_truthy() {
                    then
                } else {
                    or
                },
                scope,
            );
        }
        Expression::List(items) => items
            .iter()
            .map(value)
            .collect::<Evaluated<Vec<_>>>()?
            .into(),
        Expression::Sequence(all) => {
            let mut last = Outcome::Value(Value::Undefined);
            for expression in all {
                last = evaluate(expression, scope)?;
            }
            return Ok(last);
        }
        Expression::Refused => return Err("Unexpected expression".into()),
    }))
}

fn variable(name: &str, scope: Option<&Scope<'_>>) -> Evaluated<Value> {
    let Some(scope) = scope else {
        return Err("Cannot convert undefined or null to object".into());
    };
    Ok(match name {
        names::VALUE => scope.value.clone(),
        names::PROPERTY => scope.property.clone(),
        names::PARENT => scope.parent.cloned().unwrap_or(Value::Null),
        names::PARENT_PROPERTY => scope.parent_property.clone(),
        names::ROOT => scope.root.clone(),
        names::PATH if scope.path.is_some() => scope.path.clone().unwrap_or_default().into(),
        _ => return Err(format!("{name} is not defined")),
    })
}

/// What every object inherits, and what texts and arrays inherit besides.
const OBJECT_METHODS: [&str; 6] = [
    "hasOwnProperty",
    "isPrototypeOf",
    "propertyIsEnumerable",
    "toLocaleString",
    "toString",
    "valueOf",
];
const TEXT_METHODS: [&str; 33] = [
    "at",
    "charAt",
    "charCodeAt",
    "codePointAt",
    "concat",
    "endsWith",
    "includes",
    "indexOf",
    "lastIndexOf",
    "localeCompare",
    "match",
    "matchAll",
    "normalize",
    "padEnd",
    "padStart",
    "repeat",
    "replace",
    "replaceAll",
    "search",
    "slice",
    "split",
    "startsWith",
    "substr",
    "substring",
    "toLowerCase",
    "toUpperCase",
    "trim",
    "trimEnd",
    "trimStart",
    "link",
    "big",
    "small",
    "sub",
];
const LIST_METHODS: [&str; 31] = [
    "at",
    "concat",
    "copyWithin",
    "entries",
    "every",
    "fill",
    "filter",
    "find",
    "findIndex",
    "findLast",
    "findLastIndex",
    "flat",
    "flatMap",
    "forEach",
    "includes",
    "indexOf",
    "join",
    "keys",
    "lastIndexOf",
    "map",
    "pop",
    "push",
    "reduce",
    "reduceRight",
    "reverse",
    "shift",
    "slice",
    "some",
    "sort",
    "splice",
    "values",
];
const BLOCKED: [&str; 6] = [
    "constructor",
    "__proto__",
    "__defineGetter__",
    "__defineSetter__",
    "__lookupGetter__",
    "__lookupSetter__",
];

fn member(object: Outcome, name: &str) -> Evaluated<Outcome> {
    let cannot = |what: &str| {
        Err(format!(
            "Cannot read properties of {what} (reading '{name}')"
        ))
    };
    let Outcome::Value(value) = &object else {
        return Ok(Outcome::Method(Box::new(object), name.to_owned()));
    };
    if value.is_nullish() {
        return cannot(&value.to_text());
    }
    if let Some(own) = value.get(name) {
        return Ok(Outcome::Value(own));
    }
    if BLOCKED.contains(&name) {
        return cannot(&value.to_text());
    }
    let inherits = OBJECT_METHODS.contains(&name)
        || match value.kind() {
            Kind::String => TEXT_METHODS.contains(&name),
            Kind::Array => LIST_METHODS.contains(&name),
            _ => false,
        };
    Ok(if inherits {
        Outcome::Method(Box::new(object), name.to_owned())
    } else {
        Outcome::Value(Value::Undefined)
    })
}

fn call(function: Outcome, argument: Option<Outcome>) -> Evaluated<Value> {
    let Outcome::Method(object, name) = function else {
        return Err("func is not a function".into());
    };
    match (*object, &*name) {
        (Outcome::Value(Value::String(text)), "match") => {
            let pattern = match argument {
                Some(Outcome::Pattern(pattern)) => pattern,
                None | Some(Outcome::Value(Value::Undefined)) => Pattern {
                    source: "".into(),
                    flags: "".into(),
                },
                Some(other) => Pattern {
                    source: other.into_value().to_text().as_ref().into(),
                    flags: "".into(),
                },
            };
            first_match(&pattern, &text).map(|found| match found {
                Some(found) => Value::array(vec![found.into()]),
                None => Value::Null,
            })
        }
        _ => Err(format!("{name} is not available in a filter")),
    }
}

#[cfg(feature = "regex")]
fn first_match(pattern: &Pattern, text: &str) -> Evaluated<Option<String>> {
    let regex =
        crate::regex::compile(&pattern.source, &pattern.flags).map_err(|e| e.to_string())?;
    Ok(regex.find(text).map(|found| found.as_str().to_owned()))
}

#[cfg(all(feature = "backtracking", not(feature = "regex")))]
fn first_match(pattern: &Pattern, text: &str) -> Evaluated<Option<String>> {
    let Pattern { source, flags } = pattern;
    let regex = regress::Regex::with_flags(source, &**flags)
        .map_err(|e| format!("Invalid regular expression: /{source}/{flags}: {e}"))?;
    Ok(regex.find(text).map(|found| text[found.range()].to_owned()))
}

#[cfg(not(any(feature = "regex", feature = "backtracking")))]
fn first_match(pattern: &Pattern, _: &str) -> Evaluated<Option<String>> {
    Err(format!(
        "/{}/{} cannot be matched here",
        pattern.source, pattern.flags
    ))
}

fn unary(operator: Unary, operand: Outcome) -> Value {
    let kind = match &operand {
        Outcome::Method(..) => "function",
        Outcome::Pattern(_) => "object",
        Outcome::Value(value) => match value.kind() {
            Kind::Undefined => "undefined",
            Kind::Boolean => "boolean",
            Kind::Number => "number",
            Kind::String => "string",
            Kind::Null | Kind::Array | Kind::Object => "object",
        },
    };
    let truth = operand.is_truthy();
    let number = operand.into_value().to_number();
    match operator {
        Unary::Minus => (-number).into(),
        Unary::Plus => number.into(),
        Unary::Not => (!truth).into(),
        Unary::BitNot => f64::from(!to_int32(number)).into(),
        Unary::TypeOf => kind.into(),
        Unary::Void => Value::Undefined,
    }
}

fn binary(operator: Binary, left: &Value, right: &Value) -> Evaluated<Value> {
    let (a, b) = (|| left.to_number(), || right.to_number());
    let bits = |f: fn(i32, i32) -> i32| Value::Number(f64::from(f(to_int32(a()), to_int32(b()))));
    let places = || to_int32(b()) as u32 & 31;
    Ok(match operator {
        Binary::Equal => loosely_equal(left, right).into(),
        Binary::NotEqual => (!loosely_equal(left, right)).into(),
        Binary::Same => left.strict_eq(right).into(),
        Binary::NotSame => (!left.strict_eq(right)).into(),
        Binary::Less => (compare(left, right) == Some(Ordering::Less)).into(),
        Binary::Greater => (compare(left, right) == Some(Ordering::Greater)).into(),
        Binary::LessOrEqual => compare(left, right).is_some_and(Ordering::is_le).into(),
        Binary::GreaterOrEqual => compare(left, right).is_some_and(Ordering::is_ge).into(),
        Binary::Plus if is_texty(left) || is_texty(right) => {
            let (left, right) = (left.to_text(), right.to_text());
            if left.len() + right.len() > MAX_TEXT {
                return Err("Invalid string length".into());
            }
            format!("{left}{right}").into()
        }
        Binary::Plus => (a() + b()).into(),
        Binary::Minus => (a() - b()).into(),
        Binary::Times => (a() * b()).into(),
        Binary::Divide => (a() / b()).into(),
        Binary::Remainder => (a() % b()).into(),
        Binary::BitOr => bits(|a, b| a | b),
        Binary::BitXor => bits(|a, b| a ^ b),
        Binary::BitAnd => bits(|a, b| a & b),
        Binary::ShiftLeft => f64::from(to_int32(a()) << places()).into(),
        Binary::ShiftRight => f64::from(to_int32(a()) >> places()).into(),
        Binary::ShiftRightUnsigned => f64::from(to_int32(a()) as u32 >> places()).into(),
        Binary::Or | Binary::And | Binary::Unknown => {
            return Err("(intermediate value)[ast.operator] is not a function".into());
        }
    })
}

fn to_int32(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    let modulo = number.trunc().rem_euclid(4_294_967_296.0);
    modulo as u32 as i32
}

/// Turned into a text by `+` and `==`, not into a number.
fn is_texty(value: &Value) -> bool {
    !matches!(
        value,
        Value::Undefined | Value::Null | Value::Bool(_) | Value::Number(_)
    )
}

fn is_object(value: &Value) -> bool {
    matches!(value.kind(), Kind::Array | Kind::Object)
}

/// `a == b`
fn loosely_equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (a, b) if a.is_nullish() || b.is_nullish() => a.is_nullish() && b.is_nullish(),
        (a, b) if is_object(a) && is_object(b) => a.strict_eq(b),
        (a, b) if a.kind() == b.kind() => a.strict_eq(b),
        (a, b) if is_object(a) && matches!(b, Value::String(_)) => a.to_text() == b.to_text(),
        (a, b) if is_object(b) && matches!(a, Value::String(_)) => a.to_text() == b.to_text(),
        (a, b) => numeric(a) == numeric(b),
    }
}

/// A number by way of the text that an object turns into.
fn numeric(value: &Value) -> f64 {
    if is_object(value) {
        crate::number::from_text(&value.to_text())
    } else {
        value.to_number()
    }
}

fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    let is_text = |value: &Value| is_texty(value) && !matches!(value, Value::Date(_));
    if is_text(left) && is_text(right) {
        return Some(
            left.to_text()
                .encode_utf16()
                .cmp(right.to_text().encode_utf16()),
        );
    }
    left.to_number().partial_cmp(&right.to_number())
}
