//! The functions of the community's JMESPath, and what each expects.

use std::cmp::Ordering;

use super::interpreter::{Argument, Search, is_greater};
use super::parser::Node;
use crate::path::PathError;
use crate::{Kind, Object, Text, Value, json, number};

/// The longest text a function may make.
const MAX_TEXT: usize = 1 << 20;

/// What a parameter accepts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    Any,
    Number,
    Text,
    List,
    Object,
    Numbers,
    Texts,
    Lists,
    Expression,
}

use Type::{Any, Expression, List, Lists, Number, Numbers, Texts};

/// Parameters, and how many of them must be given.
struct Signature {
    parameters: &'static [&'static [Type]],
    required: usize,
    /// The last parameter may be repeated.
    variadic: bool,
}

const fn fixed(parameters: &'static [&'static [Type]]) -> Signature {
    Signature {
        parameters,
        required: parameters.len(),
        variadic: false,
    }
}

const fn optional(parameters: &'static [&'static [Type]], required: usize) -> Signature {
    Signature {
        parameters,
        required,
        variadic: false,
    }
}

const fn variadic(parameters: &'static [&'static [Type]]) -> Signature {
    Signature {
        parameters,
        required: parameters.len(),
        variadic: true,
    }
}

fn signature(name: &str) -> Option<Signature> {
    const TEXT: &[Type] = &[Type::Text];
    const NUMBER: &[Type] = &[Number];
    Some(match name {
        "abs" | "ceil" | "floor" => fixed(&[NUMBER]),
        "lower" | "upper" => fixed(&[TEXT]),
        "keys" | "values" | "items" => fixed(&[&[Type::Object]]),
        "avg" | "sum" => fixed(&[&[Numbers]]),
        "contains" => fixed(&[&[Type::Text, List], &[Any]]),
        "starts_with" | "ends_with" => fixed(&[TEXT, TEXT]),
        "find_first" | "find_last" => optional(&[TEXT, TEXT, NUMBER, NUMBER], 2),
        "from_items" => fixed(&[&[Lists]]),
        "group_by" | "sort_by" | "max_by" | "min_by" => fixed(&[&[List], &[Expression]]),
        "join" => fixed(&[TEXT, &[Texts]]),
        "length" => fixed(&[&[Type::Text, List, Type::Object]]),
        "map" => fixed(&[&[Expression], &[List]]),
        "max" | "min" | "sort" => fixed(&[&[Numbers, Texts]]),
        "merge" => variadic(&[&[Type::Object]]),
        "not_null" => variadic(&[&[Any]]),
        "zip" => variadic(&[&[List]]),
        "pad_left" | "pad_right" => optional(&[TEXT, NUMBER, TEXT], 2),
        "replace" => optional(&[TEXT, TEXT, TEXT, NUMBER], 3),
        "reverse" => fixed(&[&[Type::Text, List]]),
        "split" => optional(&[TEXT, TEXT, NUMBER], 2),
        "to_array" | "to_number" | "to_string" | "type" => fixed(&[&[Any]]),
        "trim" | "trim_left" | "trim_right" => optional(&[TEXT, TEXT], 1),
        _ => return None,
    })
}

pub(super) fn call<'s>(
    search: &mut Search<'s>,
    name: &str,
    arguments: &[Argument<'s>],
) -> Result<Value, PathError> {
    let signature =
        signature(name).ok_or_else(|| PathError::new(format!("Unknown function: {name}()")))?;
    check(name, &signature, arguments)?;
    let value = |index: usize| match arguments.get(index) {
        Some(Argument::Value(value)) => value.clone(),
        _ => Value::Undefined,
    };
    let expression = arguments.iter().find_map(|argument| match argument {
        Argument::Reference(node) => Some(*node),
        Argument::Value(_) => None,
    });
    let first = value(0);
    if let Some(expression) = expression {
        let list = if name == "map" { value(1) } else { first };
        return with_expression(
            search,
            name,
            expression,
            list.as_array().unwrap_or_default(),
        );
    }
    let items = first.as_array().unwrap_or_default();
    let text = first.as_str().unwrap_or_default();
    let number = first.to_number();
    Ok(match name {
        "abs" => number.abs().into(),
        "ceil" => number.ceil().into(),
        "floor" => number.floor().into(),
        "lower" => text.to_lowercase().into(),
        "upper" => text.to_uppercase().into(),
        "avg" if items.is_empty() => Value::Null,
        "avg" => (sum(items) / items.len() as f64).into(),
        "sum" => sum(items).into(),
        "contains" => match (&first, value(1)) {
            (Value::Array(items), wanted) => {
                items.iter().any(|item| item.strict_eq(&wanted)).into()
            }
            (_, Value::String(wanted)) => text.contains(&*wanted).into(),
            _ => Value::Null,
        },
        "starts_with" => text.starts_with(&*value(1).to_text()).into(),
        "ends_with" => text.ends_with(&*value(1).to_text()).into(),
        "find_first" | "find_last" => find(name, text, &value(1).to_text(), &value(2), &value(3))?,
        "join" => {
            let list = value(1);
            let texts: Vec<_> = list
                .as_array()
                .unwrap_or_default()
                .iter()
                .map(Value::to_text)
                .collect();
            checked_length(
                texts
                    .iter()
                    .map(|text| text.len() + first.to_text().len())
                    .sum(),
            )?;
            texts.join(text).into()
        }
        "length" => match &first {
            Value::Array(items) => items.len() as f64,
            Value::Object(object) => object.len() as f64,
            other => other.to_text().chars().count() as f64,
        }
        .into(),
        "keys" | "values" | "items" => match &first {
            Value::Object(object) => object
                .iter()
                .map(|(key, value)| entry(name, key, value))
                .collect(),
            _ => Value::array(Vec::new()),
        },
        "from_items" => from_items(items)?,
        "merge" => {
            let mut merged = Object::new();
            for index in 0..arguments.len() {
                if let Value::Object(object) = value(index) {
                    for (key, value) in object.iter() {
                        merged.insert(key.clone(), value.clone());
                    }
                }
            }
            Value::object(merged)
        }
        "not_null" => (0..arguments.len())
            .map(value)
            .find(|v| !v.is_nullish())
            .unwrap_or(Value::Null),
        "zip" => {
            let lists: Vec<Value> = (0..arguments.len()).map(value).collect();
            let lists: Vec<&[Value]> = lists.iter().filter_map(Value::as_array).collect();
            let length = lists.iter().map(|list| list.len()).min().unwrap_or(0);
            (0..length)
                .map(|at| lists.iter().map(|list| list[at].clone()).collect::<Value>())
                .collect()
        }
        "max" => extreme(items, Ordering::Greater),
        "min" => extreme(items, Ordering::Less),
        "sort" => sort(items),
        "reverse" => match &first {
            Value::Array(items) => items.iter().rev().cloned().collect(),
            _ => text.chars().rev().collect::<String>().into(),
        },
        "pad_left" | "pad_right" => pad(name, text, value(1).to_number(), value(2).as_str())?,
        "replace" => replace(text, &value(1).to_text(), &value(2).to_text(), &value(3))?,
        "split" => split(text, &value(1).to_text(), &value(2))?,
        "to_array" => match first {
            list @ Value::Array(_) => list,
            other => Value::array(vec![other]),
        },
        "to_number" => match &first {
            Value::Number(_) => first,
            Value::String(text) => match number::from_text(text) {
                number if number.is_nan() => Value::Null,
                number => number.into(),
            },
            _ => Value::Null,
        },
        "to_string" => match first {
            text @ Value::String(_) => text,
            other => json::to_text(&other)
                .unwrap_or_else(|| "null".into())
                .into(),
        },
        "type" => type_name(&first).into(),
        _ => {
            let trims = value(1);
            let trims = trims.as_str().filter(|chars| !chars.is_empty());
            let fits = |c: char| match trims {
                Some(chars) => chars.contains(c),
                None => number::is_space(c) || c == '\u{85}',
            };
            match name {
                "trim_left" => text.trim_start_matches(fits),
                "trim_right" => text.trim_end_matches(fits),
                _ => text.trim_matches(fits),
            }
            .into()
        }
    })
}

fn check(name: &str, signature: &Signature, arguments: &[Argument<'_>]) -> Result<(), PathError> {
    let Signature {
        parameters,
        required,
        variadic,
    } = signature;
    if arguments.len() < *required || (!variadic && arguments.len() > parameters.len()) {
        let given = arguments.len();
        return Err(PathError::new(format!(
            "Invalid arity: {name}() takes {required} arguments but received {given}"
        )));
    }
    for (index, types) in parameters.iter().enumerate() {
        let Some(argument) = arguments.get(index) else {
            break;
        };
        if !types.iter().any(|expected| fits(*expected, argument)) {
            return Err(PathError::new(format!(
                "Invalid type: {name}() cannot take its argument {}",
                index + 1
            )));
        }
    }
    Ok(())
}

fn fits(expected: Type, argument: &Argument<'_>) -> bool {
    let value = match argument {
        Argument::Reference(_) => return matches!(expected, Expression | Any),
        Argument::Value(value) => value,
    };
    let all = |kind: Kind| {
        value
            .as_array()
            .is_some_and(|items| items.iter().all(|item| item.kind() == kind))
    };
    match expected {
        Any => true,
        Number => value.kind() == Kind::Number,
        Type::Text => value.kind() == Kind::String,
        List => value.kind() == Kind::Array,
        Type::Object => value.kind() == Kind::Object,
        Numbers => all(Kind::Number),
        Texts => all(Kind::String),
        Lists => all(Kind::Array),
        Expression => false,
    }
}

fn with_expression<'s>(
    search: &mut Search<'s>,
    name: &str,
    expression: &'s Node,
    items: &[Value],
) -> Result<Value, PathError> {
    let mut keys = Vec::with_capacity(items.len());
    for item in items {
        // Grouping looks into an empty object where an item is missing.
        let empty = Value::object(Object::new());
        let item = if name == "group_by" && item.is_nullish() {
            &empty
        } else {
            item
        };
        keys.push(search.value(expression, item)?);
    }
    if name == "map" {
        return Ok(Value::array(keys));
    }
    let text_only = name == "group_by";
    let wrong = |key: &Value| match key.kind() {
        Kind::String => false,
        Kind::Number => text_only,
        _ => true,
    };
    let mixed = name == "sort_by" && keys.iter().any(|key| key.kind() != keys[0].kind());
    if mixed || keys.iter().any(wrong) {
        return Err(PathError::new(format!(
            "Invalid type: {name}() cannot compare these values"
        )));
    }
    let mut pairs: Vec<(Value, &Value)> = keys.into_iter().zip(items).collect();
    Ok(match name {
        "group_by" => {
            let mut groups: indexmap::IndexMap<Text, Vec<Value>> = indexmap::IndexMap::new();
            for (key, item) in pairs {
                groups
                    .entry(key.to_text().as_ref().into())
                    .or_default()
                    .push(item.clone());
            }
            let groups = groups
                .into_iter()
                .map(|(key, items)| (key, Value::array(items)));
            Value::object(groups.collect())
        }
        "sort_by" => {
            // The library's order of texts never says "equal", which turns equal ones round.
            if matches!(pairs.first(), Some((Value::String(_), _))) {
                pairs.reverse();
            }
            pairs.sort_by(|(a, _), (b, _)| order(a, b));
            pairs.into_iter().map(|(_, item)| item.clone()).collect()
        }
        _ => {
            let max = name == "max_by";
            let mut best = Value::Number(if max {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            });
            let mut found = Value::Null;
            for (key, item) in pairs {
                let better = if max {
                    is_greater(&key, &best)
                } else {
                    is_less(&key, &best)
                };
                if better {
                    best = key;
                    found = item.clone();
                }
            }
            if found.is_truthy() {
                found
            } else {
                Value::Null
            }
        }
    })
}

fn is_less(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::Number(right)) => number::from_text(left) < *right,
        (left, right) => is_greater(right, left),
    }
}

fn order(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.chars().cmp(right.chars()),
        (left, right) => left
            .to_number()
            .partial_cmp(&right.to_number())
            .unwrap_or(Ordering::Equal),
    }
}

fn sum(items: &[Value]) -> f64 {
    items.iter().fold(0.0, |sum, item| sum + item.to_number())
}

fn sort(items: &[Value]) -> Value {
    let mut sorted = items.to_vec();
    if matches!(items.first(), Some(Value::String(_))) {
        sorted.sort_by(order);
    } else {
        // JavaScript's `sort()`: numbers in the order of their texts.
        sorted.sort_by_cached_key(|item| item.to_text().into_owned());
    }
    Value::array(sorted)
}

fn extreme(items: &[Value], wanted: Ordering) -> Value {
    let mut items = items.iter();
    let Some(mut best) = items.next() else {
        return Value::Null;
    };
    for item in items {
        let found = match (item, best) {
            (Value::String(a), Value::String(b)) => collate(a, b),
            _ if item.to_number().is_nan() => wanted,
            (a, b) => order(a, b),
        };
        if found == wanted && !best.as_number().is_some_and(f64::is_nan) {
            best = item;
        }
    }
    best.clone()
}

/// People's order of texts, near enough: marks, digits, letters; then accents, then capitals.
fn collate(left: &str, right: &str) -> Ordering {
    let class = |c: char| {
        if c.is_alphabetic() {
            2
        } else {
            u8::from(c.is_numeric())
        }
    };
    let letter = |c: char| {
        let lower = c.to_lowercase().next().unwrap_or(c);
        (class(c), without_accent(lower))
    };
    let letters = left.chars().map(letter).cmp(right.chars().map(letter));
    letters
        .then_with(|| left.to_lowercase().cmp(&right.to_lowercase()))
        .then_with(|| right.chars().cmp(left.chars()))
}

/// The letters of Western Europe.
fn without_accent(c: char) -> char {
    const BASES: &[u8; 32] = b"aaaaaa_ceeeeiiii_nooooo_ouuuuy_y";
    match c {
        '\u{e0}'..='\u{ff}' => match BASES[c as usize - 0xe0] {
            b'_' => c,
            base => char::from(base),
        },
        other => other,
    }
}

fn entry(name: &str, key: &Text, value: &Value) -> Value {
    match name {
        "keys" => Value::String(key.clone()),
        "values" => value.clone(),
        _ => Value::array(vec![Value::String(key.clone()), value.clone()]),
    }
}

fn from_items(items: &[Value]) -> Result<Value, PathError> {
    let mut object = Object::with_capacity(items.len());
    for item in items {
        let Some([Value::String(key), value]) = item.as_array() else {
            return Err(PathError::new(
                "invalid value: each array must hold a text and a value",
            ));
        };
        object.insert(key.clone(), value.clone());
    }
    Ok(Value::object(object))
}

fn whole(value: &Value, default: f64) -> Result<f64, PathError> {
    match value.to_number() {
        number if value.is_nullish() || number == 0.0 || number.is_nan() => Ok(default),
        number if number.fract() == 0.0 => Ok(number),
        _ => Err(PathError::new("invalid-value: expecting an integer.")),
    }
}

fn find(
    name: &str,
    text: &str,
    wanted: &str,
    start: &Value,
    end: &Value,
) -> Result<Value, PathError> {
    let length = crate::utf16_len(text) as f64;
    let start = whole(start, 0.0)?.max(0.0);
    let end = whole(end, length)?.min(length);
    let end = if end < 0.0 {
        (length + end).max(0.0)
    } else {
        end
    };
    if text.is_empty() || wanted.is_empty() {
        return Ok(Value::Null);
    }
    let part = crate::utf16_slice(
        text,
        start.min(length) as usize,
        end.max(start.min(length)) as usize,
    );
    let found = if name == "find_first" {
        part.find(wanted)
    } else {
        part.rfind(wanted)
    };
    Ok(match found {
        Some(at) => (crate::utf16_len(&part[..at]) as f64 + start).into(),
        None => Value::Null,
    })
}

fn checked_length(length: usize) -> Result<(), PathError> {
    if length > MAX_TEXT {
        Err(PathError::new("Invalid string length"))
    } else {
        Ok(())
    }
}

fn pad(name: &str, text: &str, width: f64, padding: Option<&str>) -> Result<Value, PathError> {
    let padding = padding.filter(|padding| !padding.is_empty()).unwrap_or(" ");
    if crate::utf16_len(padding) > 1 || width < 0.0 || width.fract() != 0.0 {
        return Err(PathError::new(format!(
            "invalid value: {name}() pads with one character to a width"
        )));
    }
    if text.is_empty() {
        return Ok("".into());
    }
    let missing = (width as usize).saturating_sub(crate::utf16_len(text));
    checked_length(missing)?;
    let padding = padding.repeat(missing);
    Ok(if name == "pad_left" {
        padding + text
    } else {
        text.to_owned() + &padding
    }
    .into())
}

fn replace(text: &str, wanted: &str, by: &str, count: &Value) -> Result<Value, PathError> {
    let count = match count.to_number() {
        0.0 if !count.is_nullish() => return Ok(text.into()),
        _ if count.is_nullish() => None,
        number if number.is_nan() => None,
        number if number < 0.0 || number.fract() != 0.0 => {
            return Err(PathError::new(
                "invalid-value: expecting a non-negative integer.",
            ));
        }
        number => Some(number),
    };
    let Some(count) = count else {
        let hits = if wanted.is_empty() {
            text.len()
        } else {
            text.matches(wanted).count()
        };
        checked_length(text.len() + hits.saturating_mul(by.len()))?;
        return Ok(split_text(text, wanted).join(by).into());
    };
    // Each round starts again at the front, so a replacement may be replaced.
    let mut text = text.to_owned();
    let mut done = 0.0;
    while done < count.min(10_000.0) && text.contains(wanted) {
        text = text.replacen(wanted, by, 1);
        checked_length(text.len())?;
        done += 1.0;
    }
    Ok(text.into())
}

fn split_text<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    if separator.is_empty() {
        return text.split("").filter(|part| !part.is_empty()).collect();
    }
    text.split(separator).collect()
}

fn split(text: &str, separator: &str, count: &Value) -> Result<Value, PathError> {
    if text.is_empty() && separator.is_empty() {
        return Ok(Value::array(Vec::new()));
    }
    let parts = split_text(text, separator);
    if count.is_nullish() {
        return Ok(parts.into_iter().map(Value::from).collect());
    }
    let count = count.to_number();
    if count < 0.0 || count.fract() != 0.0 {
        return Err(PathError::new(
            "invalid-value: expecting a non-negative integer.",
        ));
    }
    if count == 0.0 {
        return Ok(Value::array(vec![text.into()]));
    }
    let at = (count as usize).min(parts.len());
    let last = parts[at..].join(separator);
    let first = parts[..at].iter().map(|part| Value::from(*part));
    Ok(first.chain([last.into()]).collect())
}

fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        Kind::Undefined | Kind::Null => "null",
        Kind::Boolean => "boolean",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::Array => "array",
        Kind::Object => "object",
    }
}
