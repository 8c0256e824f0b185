//! Data buckets: what they hold at first, and the helpers that read and change them.
//!
//! The content lives in the host, shared by all instances; here is only what Mockoon means by
//! it. A bucket's first content is its source rendered as a template. Values are read as
//! references, so a large bucket is not copied into the component to print one field.

mod content;
mod operator;
mod read;

use wasmock_javascript::Value as Js;
use wasmock_plugin::{Arguments, Helper, Result, Value, buckets};

const HELPERS: &[Helper] = &[
    Helper::new(
        "data",
        "bucket [path]",
        "A value of a data bucket, as text.",
        data,
    )
    .reads_exchange(),
    Helper::new(
        "dataRaw",
        "bucket [path]",
        "A value of a data bucket, as it is.",
        data_raw,
    )
    .reads_exchange(),
    Helper::new(
        "setData",
        "operator bucket [path] [value]",
        "Changes a data bucket: set, push, del, inc, dec, invert or merge.",
        set_data,
    )
    .writes_state(),
];

const LIFECYCLE: wasmock_plugin::Lifecycle = wasmock_plugin::lifecycle!();

wasmock_plugin::export! {
    responder: content::respond,
    helpers: HELPERS,
    lifecycle: LIFECYCLE,
}

/// The value's text, without HTML escaping; nothing when there is no such bucket.
fn data(arguments: &Arguments) -> Result<Value> {
    Ok(match read::value(arguments)? {
        None => Value::Undefined,
        Some(Value::Undefined) => Value::safe("undefined"),
        Some(value @ (Value::Null | Value::Reference(_) | Value::Json(_))) => {
            Value::safe(value.to_json_text())
        }
        Some(value) => Value::safe(value.to_javascript().to_text()),
    })
}

fn data_raw(arguments: &Arguments) -> Result<Value> {
    Ok(read::value(arguments)?.unwrap_or(Value::Undefined))
}

fn set_data(arguments: &Arguments) -> Result<Value> {
    if arguments.len() < 2 {
        return Ok(Value::Undefined);
    }
    let operator = arguments.get(0).to_javascript().unwrap_safe();
    let Some(id) = read::bucket(arguments.get(1))? else {
        return Ok(Value::Undefined);
    };
    let path = match arguments.get(2) {
        Value::Undefined | Value::Null => String::new(),
        path => path.to_javascript().unwrap_safe().to_text().into_owned(),
    };
    let value = match arguments.get(3) {
        Value::SafeText(text) => Value::text(text),
        value => value.clone(),
    };
    operator::Operator::named(&operator.to_text()).apply(&id, &path, &value)?;
    Ok(Value::Undefined)
}

/// The value at an object path, where even a leading `$` is a name and a scalar has nothing
/// below it. `buckets.get` takes the first for a JSONPath and finds the scalar at every path, so
/// such paths are walked from the whole value.
fn at_object_path(id: &str, path: &str) -> Result<Value> {
    let whole = buckets::get(id, "")?;
    let is_scalar = !matches!(whole, Value::Reference(_) | Value::Json(_));
    if path.is_empty() || !(is_scalar || path.starts_with('$')) {
        return Ok(buckets::get(id, path)?);
    }
    let found = wasmock_javascript::path::ObjectPath::parse(path).get(&whole.to_javascript());
    Ok(match found {
        Js::Null => Value::Null,
        Js::Bool(boolean) => boolean.into(),
        Js::Number(number) => number.into(),
        Js::String(text) => Value::text(&*text),
        large => wasmock_javascript::json::to_text(&large).map_or(Value::Undefined, Value::Json),
    })
}
