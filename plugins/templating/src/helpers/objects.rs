//! Objects and JSON text.

use std::sync::Arc;

use wasmock_javascript::{Object, Value, json};

use super::{Answer, Call, Family, Helper, Param, Rows, no_property, text};
use crate::Effects;

const ROWS: Rows = Rows(Family::Objects, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("object", "key=value…", "An object of its named arguments, the last written first.", "{{stringify (object a=1)}}", object),
    ROWS.row("objectMerge", "object…", "One object with the members of all, later ones winning.", "{{stringify (objectMerge (object a=1) (object b=2))}}", object_merge),
    ROWS.row("stringify", "value", "An array or an object as indented JSON.", "{{{stringify (array 1 2)}}}", stringify),
    ROWS.row("jsonParse", "text", "The value of a JSON text; nothing when it is not JSON.", "{{#with (jsonParse '{\"a\":1}')}}{{a}}{{/with}}", json_parse),
];

fn object(call: &mut Call<'_, '_>) -> Answer {
    match call.args.first() {
        // With a positional argument Mockoon looks for the names in that.
        Some(value) if value.is_nullish() => Err(no_property(value, "hash")),
        Some(value) => Ok(value.get("hash").unwrap_or_default()),
        None => Ok(Value::object(call.hash.iter().cloned().collect())),
    }
}

fn object_merge(call: &mut Call<'_, '_>) -> Answer {
    if call.args.is_empty() {
        return text("");
    }
    let mut merged = Object::new();
    for value in call.args {
        match value {
            Value::Object(object) => {
                for (key, member) in object.iter() {
                    merged.insert(key.clone(), member.clone());
                }
            }
            Value::Safe(inner) => {
                merged.insert("string", Value::String(inner.clone()));
            }
            _ => {}
        }
    }
    Ok(Value::object(merged))
}

fn stringify(call: &mut Call<'_, '_>) -> Answer {
    match call.args {
        [] => return Ok(Value::Undefined),
        // The second parameter stands where Handlebars' options should.
        [_, second, ..] if !second.is_truthy() => return Ok(Value::Undefined),
        _ => {}
    }
    match call.arg(0) {
        value @ (Value::Array(_) | Value::Object(_) | Value::Safe(_) | Value::Date(_)) => {
            Ok(json::to_pretty_text(&unsafe_texts(value), 2).map_or(Value::Undefined, Value::from))
        }
        other => Ok(other.clone()),
    }
}

/// A value with the texts of its `SafeString`s.
fn unsafe_texts(value: &Value) -> Value {
    match value {
        Value::Safe(text) => Value::String(text.clone()),
        Value::Array(items) if items.iter().any(may_hide_safe) => {
            items.iter().map(unsafe_texts).collect()
        }
        Value::Object(object) if object.values().any(may_hide_safe) => {
            let members = object
                .iter()
                .map(|(key, member)| (key.clone(), unsafe_texts(member)));
            Value::Object(Arc::new(members.collect()))
        }
        other => other.clone(),
    }
}

fn may_hide_safe(value: &Value) -> bool {
    matches!(value, Value::Safe(_) | Value::Array(_) | Value::Object(_))
}

fn json_parse(call: &mut Call<'_, '_>) -> Answer {
    let parsed = call
        .args
        .first()
        .and_then(Value::as_any_str)
        .map(json::parse);
    Ok(parsed.and_then(Result::ok).unwrap_or_default())
}

/// `lookup`: handlebars.js's own.
pub(super) fn lookup(call: &mut Call<'_, '_>) -> Answer {
    let (of, key) = match (call.param(0), call.param(1), call.param(2)) {
        (Param::Value(of), ..) if !of.is_truthy() => return Ok(of.clone()),
        (Param::Value(of), Param::Value(key), Param::Options) => (of, key),
        (_, _, Param::Value(third)) if third.is_nullish() => {
            return Err(no_property(third, "lookupProperty"));
        }
        (_, _, Param::Value(_)) => {
            return Err(super::no_function("options.lookupProperty"));
        }
        _ => return Err(no_property(&Value::Undefined, "lookupProperty")),
    };
    let key = call.text(key);
    Ok(of.get(&key).unwrap_or_default())
}

/// `log`: one line in the server's log.
pub(super) fn log(call: &mut Call<'_, '_>) -> Answer {
    let mut line = String::new();
    for value in call.args {
        if !line.is_empty() {
            line.push(' ');
        }
        let part = call.text(value);
        line.push_str(&part);
    }
    call.host().log(&line);
    Ok(Value::Undefined)
}
