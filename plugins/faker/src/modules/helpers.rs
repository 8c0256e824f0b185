//! Elements of arrays and objects, patterns, slugs.
//!
//! Templates cannot pass functions, so `maybe`, `multiple` and a generated `uniqueArray`
//! end as they do in JavaScript when something else stands in a function's place.

use unicode_normalization::UnicodeNormalization;
use wasmock_javascript::{Object, Value, number};

use crate::error::{Error, faker, other};
use crate::lists::inline;
use crate::modules::number as numbers;
use crate::options::{Options, argument};
use crate::{Faker, Method, pattern};

pub(crate) const METHODS: &[Method] = &[
    Method::new(
        "helpers.slugify",
        "text",
        "'Hello wörld'",
        true,
        |_, a| match argument(a, 0) {
            Value::Undefined => Ok("".into()),
            value => Ok(slugify(text(value, "normalize")?).into()),
        },
    ),
    Method::new(
        "helpers.replaceSymbols",
        "pattern",
        "'##-??-**'",
        true,
        |f, a| {
            let pattern = pattern_text(a)?;
            Ok(pattern::symbols(&mut f.random, &pattern).into())
        },
    ),
    Method::new(
        "helpers.replaceCreditCardSymbols",
        "pattern, symbol",
        "'6453-####-####-####-###L'",
        true,
        |f, a| {
            let pattern = match argument(a, 0) {
                Value::Undefined => "6453-####-####-####-###L".to_owned(),
                _ => pattern_text(a)?,
            };
            let symbol = match argument(a, 1) {
                Value::Undefined => Some('#'),
                // A text of several characters never equals the one it is compared with.
                value => value.as_str().and_then(|t| t.parse().ok()),
            };
            Ok(pattern::card(&mut f.random, &pattern, symbol.unwrap_or('\0'))?.into())
        },
    ),
    Method::new(
        "helpers.fromRegExp",
        "pattern",
        "'[A-Z]{3}[0-9]{2,4}'",
        true,
        |f, a| match argument(a, 0) {
            Value::String(text) => Ok(pattern::matching(&mut f.random, text)?.into()),
            Value::Object(_) => other("e.slice is not a function"),
            given => Ok(given.clone()),
        },
    ),
    Method::new(
        "helpers.fake",
        "pattern",
        "'{{person.firstName}}: {{number.int(99)}}'",
        false,
        fake,
    ),
    Method::new(
        "helpers.mustache",
        "text, {name: value}",
        "'Hello {{who}}' who='you'",
        true,
        mustache,
    ),
    Method::new("helpers.shuffle", "array", "(array 1 2 3)", true, |f, a| {
        let mut items = spread(argument(a, 0))?;
        f.random.shuffle(&mut items);
        Ok(Value::array(items))
    }),
    Method::new(
        "helpers.uniqueArray",
        "array, length",
        "(array 1 2 2 3) 2",
        true,
        unique_array,
    ),
    Method::new(
        "helpers.maybe",
        "function, {probability}",
        "",
        true,
        |f, a| {
            let o = Options::or_number(a, 1, "probability")?;
            if !f.random.chance(o.number("probability", 0.5)) {
                return Ok(Value::Undefined);
            }
            other("e is not a function")
        },
    ),
    Method::new(
        "helpers.arrayElement",
        "array",
        "(array 'a' 'b' 'c')",
        true,
        |f, a| element(f, argument(a, 0)),
    ),
    Method::new(
        "helpers.weightedArrayElement",
        "array of {weight, value}",
        "(array (object weight=3 value='a') (object weight=1 value='b'))",
        true,
        weighted,
    ),
    Method::new(
        "helpers.arrayElements",
        "array, count | {min, max}",
        "(array 'a' 'b' 'c') 2",
        true,
        array_elements,
    ),
    Method::new("helpers.objectKey", "object", "a=1 b=2", true, |f, a| {
        object_key(f, argument(a, 0)).map(Value::from)
    }),
    Method::new("helpers.objectValue", "object", "a=1 b=2", true, |f, a| {
        let key = object_key(f, argument(a, 0))?;
        Ok(argument(a, 0).get(&key).unwrap_or_default())
    }),
    Method::new("helpers.objectEntry", "object", "a=1 b=2", true, |f, a| {
        let key = object_key(f, argument(a, 0))?;
        let value = argument(a, 0).get(&key).unwrap_or_default();
        Ok(Value::array(vec![key.into(), value]))
    }),
    Method::new("helpers.enumValue", "object", "a=1 b=2", true, |f, a| {
        let mut keys = keys(argument(a, 0))?;
        keys.retain(|key| number::from_text(key).is_nan());
        if keys.is_empty() {
            return faker("Cannot get value from empty dataset.");
        }
        let key = &keys[f.random.index(keys.len())];
        Ok(argument(a, 0).get(key).unwrap_or_default())
    }),
    Method::new(
        "helpers.rangeToNumber",
        "number | {min, max}",
        "min=1 max=5",
        true,
        |f, a| match argument(a, 0) {
            Value::Number(n) => Ok((*n).into()),
            range => Ok(numbers::int(f, std::slice::from_ref(range))?.into()),
        },
    ),
    Method::new("helpers.multiple", "function, {count}", "", true, |f, a| {
        let o = Options::new(a, 1, "count")?;
        let count = match o.get("count") {
            Value::Undefined | Value::Null => 3,
            range => f.count(&range)?,
        };
        match argument(a, 0) {
            _ if count == 0 => Ok(Value::array(Vec::new())),
            Value::Undefined => Ok(Value::array(vec![Value::Undefined; count])),
            Value::Object(_) => other("#<Object> is not a function"),
            Value::Array(_) => other("[object Array] is not a function"),
            Value::String(text) => other(format!("{text} is not a function")),
            value => other(format!("{} is not a function", value.to_text())),
        }
    }),
];

fn text<'a>(value: &'a Value, method: &str) -> Result<&'a str, Error> {
    match value {
        Value::String(text) => Ok(text),
        Value::Null => other(format!(
            "Cannot read properties of null (reading '{method}')"
        )),
        _ => other(format!("e.{method} is not a function")),
    }
}

/// A pattern of symbols: what is no text has no characters.
fn pattern_text(args: &[Value]) -> Result<String, Error> {
    match argument(args, 0) {
        Value::String(text) => Ok(text.to_string()),
        Value::Null => other("Cannot read properties of null (reading 'length')"),
        Value::Array(items) if !items.is_empty() => other("e.charAt is not a function"),
        _ => Ok(String::new()),
    }
}

/// Takes accents off letters, spaces to dashes and everything else away.
pub(crate) fn slugify(text: &str) -> String {
    without_accents(text)
        .replace(' ', "-")
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
        .collect()
}

/// The text decomposed, without combining marks.
pub(crate) fn without_accents(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    text.nfkd()
        .filter(|c| !('\u{300}'..='\u{36f}').contains(c))
        .collect()
}

fn fake(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let pattern = match argument(args, 0) {
        text @ Value::String(_) => text.clone(),
        array => element(f, array)?,
    };
    match pattern {
        Value::String(text) => Ok(f.fill(&text)?.into()),
        Value::Undefined => other("Cannot read properties of undefined (reading 'search')"),
        _ => other("r.search is not a function"),
    }
}

fn mustache(_: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let Value::String(text) = argument(args, 0) else {
        return match argument(args, 0) {
            nullish if nullish.is_nullish() => Ok("".into()),
            value if keys(argument(args, 1)).is_ok_and(|k| !k.is_empty()) => {
                let _ = value;
                other("e.replace is not a function")
            }
            value => Ok(value.clone()),
        };
    };
    let mut text = text.to_string();
    for key in keys(argument(args, 1)).unwrap_or_default() {
        let value = argument(args, 1).get(&key).unwrap_or_default();
        text = text.replace(&format!("{{{{{key}}}}}"), &inline(&value));
    }
    Ok(text.into())
}

/// `[...value]`.
fn spread(value: &Value) -> Result<Vec<Value>, Error> {
    match value {
        Value::Array(items) => Ok(items.to_vec()),
        Value::String(text) => Ok(text.chars().map(|c| Value::from(c.to_string())).collect()),
        _ => other("e is not iterable"),
    }
}

fn unique_array(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let Value::Array(items) = argument(args, 0) else {
        return Ok(Value::array(Vec::new()));
    };
    let mut unique: Vec<Value> = Vec::new();
    for item in items.iter() {
        let same = |other: &Value| {
            item.strict_eq(other)
                || matches!((item, other), (Value::Number(a), Value::Number(b)) if a.is_nan() && b.is_nan())
        };
        if !unique.iter().any(same) {
            unique.push(item.clone());
        }
    }
    f.random.shuffle(&mut unique);
    let count = argument(args, 1).to_number();
    unique.truncate(if count > 0.0 { count as usize } else { 0 });
    Ok(Value::array(unique))
}

fn length(value: &Value) -> Result<Option<usize>, Error> {
    if value.is_nullish() {
        return other(format!(
            "Cannot read properties of {} (reading 'length')",
            value.to_text()
        ));
    }
    Ok(value
        .get("length")
        .and_then(|l| l.as_number())
        .map(|l| l as usize))
}

fn element(f: &mut Faker, value: &Value) -> Result<Value, Error> {
    match length(value)? {
        Some(0) => faker("Cannot get value from empty dataset."),
        Some(length) => Ok(value
            .get(&f.random.index(length).to_string())
            .unwrap_or_default()),
        None => Ok(value.get("0").unwrap_or_default()),
    }
}

fn weighted(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let value = argument(args, 0);
    if length(value)? == Some(0) {
        return faker("weightedArrayElement expects an array with at least one element");
    }
    let Some(items) = value.as_array() else {
        return other("e.every is not a function");
    };
    let weights: Vec<f64> = items
        .iter()
        .map(|item| item.get("weight").unwrap_or_default().to_number())
        .collect();
    if !weights.iter().all(|weight| *weight > 0.0) {
        return faker(
            "weightedArrayElement expects an array of { weight, value } objects where weight is a positive number",
        );
    }
    let index = f.random.weighted(weights.iter().copied());
    Ok(items[index].get("value").unwrap_or_default())
}

fn array_elements(f: &mut Faker, args: &[Value]) -> Result<Value, Error> {
    let value = argument(args, 0);
    let length = length(value)?;
    if length == Some(0) {
        return Ok(Value::array(Vec::new()));
    }
    let count = match argument(args, 1) {
        Value::Number(count) => *count,
        Value::Undefined | Value::Null => f.random.between(
            1.0,
            length.map_or(numbers::MAX_SAFE, |length| length as f64),
        ),
        range => numbers::int(f, std::slice::from_ref(range))?,
    };
    let mut items = spread(value)?;
    if count >= items.len() as f64 {
        f.random.shuffle(&mut items);
        return Ok(Value::array(items));
    }
    // A count that is not whole is rounded up; below 0 a float casts to 0.
    let first = items.len() - count.ceil() as usize;
    for index in (first..items.len()).rev() {
        let other = f.random.index(index + 1);
        items.swap(index, other);
    }
    Ok(Value::array(items.split_off(first)))
}

/// `Object.keys(value)`.
fn keys(value: &Value) -> Result<Vec<String>, Error> {
    match value {
        Value::Undefined | Value::Null => other("Cannot convert undefined or null to object"),
        Value::Object(object) => Ok(Object::keys(object).map(|key| key.to_string()).collect()),
        Value::Safe(_) => Ok(vec!["string".to_owned()]),
        other => Ok((0..length(other)?.unwrap_or(0))
            .map(|index| index.to_string())
            .collect()),
    }
}

fn object_key(f: &mut Faker, value: &Value) -> Result<String, Error> {
    let mut keys = keys(value)?;
    if keys.is_empty() {
        return faker("Cannot get value from empty dataset.");
    }
    let index = f.random.index(keys.len());
    Ok(keys.swap_remove(index))
}
