//! What the request holds. Outside a request these print nothing, like unknown names.

use std::borrow::Cow;

use wasmock_javascript::{Value, json};

use super::{Answer, Call, Family, Helper, Param, Rows, text};
use crate::Effects;
use crate::language::RenderError;

const ROWS: Rows = Rows(Family::Request, Effects::READS_EXCHANGE);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("body", "[path [default [stringify]]]", "The body, or the value at a path in it, unescaped; objects and arrays as JSON.", "{{body 'user.name' 'nobody'}}", |call| shown(call, Place::Body)),
    ROWS.row("bodyRaw", "[path [default]]", "The value at a path in the body as what it is, for `#each` and `#if`.", "{{#each (bodyRaw 'items')}}{{this}}{{/each}}", |call| raw(call, Place::Body)),
    ROWS.row("queryParam", "[path [default [stringify]]]", "A value of the query, unescaped; the whole query as JSON without a path.", "{{queryParam 'page' 1}}", |call| shown(call, Place::Query)),
    ROWS.row("queryParamRaw", "[path [default]]", "A value of the query as what it is.", "{{#if (queryParamRaw 'full')}}all{{/if}}", |call| raw(call, Place::Query)),
    ROWS.row("queryParams", "", "The whole query as an object.", "{{stringify (queryParams)}}", |call| call.host().query_at("").map_err(RenderError::new)),
    ROWS.row("urlParam", "name", "A parameter of the path.", "{{urlParam 'id'}}", url_param),
    ROWS.row("urlParams", "", "All parameters of the path as an object.", "{{stringify (urlParams)}}", |call| Ok(call.host().params())),
    ROWS.row("header", "name [default]", "A header of the request.", "{{header 'Accept' 'none'}}", header),
    ROWS.row("headers", "", "All headers as an object, names in lower case.", "{{stringify (headers)}}", |call| Ok(call.host().headers())),
    ROWS.row("cookie", "name [default]", "A cookie.", "{{cookie 'session' 'none'}}", cookie),
    ROWS.row("method", "", "The method, in capitals.", "{{method}}", |call| text(call.host().method())),
    ROWS.row("ip", "", "The client's address.", "{{ip}}", |call| text(call.host().ip())),
    ROWS.row("hostname", "", "The host the client asked for, without the port.", "{{hostname}}", |call| Ok(call.host().hostname())),
    ROWS.row("baseUrl", "", "The server's address with the prefix of its routes.", "{{baseUrl}}", |call| text(call.host().base_url())),
];

#[derive(Clone, Copy)]
enum Place {
    Body,
    Query,
}

/// A path argument: numbers count, `null` and nothing are the empty path.
fn path<'a>(call: &mut Call<'a, '_>) -> Cow<'a, str> {
    match call.arg(0) {
        value if value.is_nullish() => "".into(),
        value => call.text(value),
    }
}

fn default(call: &Call<'_, '_>) -> Value {
    match call.arg(1) {
        value if value.is_nullish() => Value::text(""),
        value => value.clone().unwrap_safe(),
    }
}

/// The value at a path; none where nothing is. The body is asked for itself only when the
/// answer leaves open whether there is one: a body that is false counts as none.
fn find(call: &mut Call<'_, '_>, place: Place, path: &str) -> Result<Found, RenderError> {
    let host = call.host();
    let found = match place {
        Place::Body => host.body_at(path),
        Place::Query => host.query_at(path),
    };
    let found = found.map_err(RenderError::new)?;
    if !found.is_truthy() && matches!(place, Place::Body) && !host.has_body() {
        return Ok(Found::NoDocument);
    }
    Ok(if found.is_undefined() {
        Found::Nothing
    } else {
        Found::Value(found)
    })
}

enum Found {
    Value(Value),
    Nothing,
    NoDocument,
}

fn shown(call: &mut Call<'_, '_>, place: Place) -> Answer {
    let path = path(call);
    if matches!(place, Place::Body) && path.is_empty() {
        return Ok(Value::safe(call.host().body_text()));
    }
    let value = match find(call, place, &path)? {
        Found::Value(value) => value,
        Found::Nothing => default(call),
        Found::NoDocument => {
            // Then Mockoon looks into the default.
            let default = default(call);
            super::paths::value_at(&default, &path, &default)?
        }
    };
    let stringify = call.arg(2).is_truthy();
    Ok(match value {
        Value::Array(_) | Value::Object(_) | Value::Null | Value::Date(_) => {
            json::to_text(&value).map_or(Value::safe("undefined"), Value::safe)
        }
        value if stringify => json::to_text(&value).map_or(Value::Undefined, Value::safe),
        Value::String(text) => Value::Safe(text),
        value => {
            let text = call.text(&value).into_owned();
            Value::safe(text)
        }
    })
}

fn raw(call: &mut Call<'_, '_>, place: Place) -> Answer {
    let path = path(call);
    Ok(match find(call, place, &path)? {
        Found::Value(value) => value,
        Found::Nothing | Found::NoDocument => default(call),
    })
}

fn url_param(call: &mut Call<'_, '_>) -> Answer {
    let name = match call.param(0) {
        Param::Value(value) => call.text(value),
        Param::Options => "[object Object]".into(),
        Param::Missing => return Ok(Value::Undefined),
    };
    Ok(call.host().param(&name))
}

/// The second parameter of `header` and `cookie`: an object of any kind counts as `''`.
fn fallback(call: &Call<'_, '_>) -> Value {
    match call.param(1) {
        Param::Value(Value::Undefined) | Param::Missing => Value::Undefined,
        Param::Value(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => {
            value.clone()
        }
        Param::Value(_) | Param::Options => Value::text(""),
    }
}

fn header(call: &mut Call<'_, '_>) -> Answer {
    let name = match call.param(0) {
        Param::Value(Value::String(name)) if !name.is_empty() => name.clone(),
        Param::Value(Value::Undefined | Value::String(_)) | Param::Missing => {
            return Err(RenderError::new("name argument is required to req.get"));
        }
        Param::Value(Value::Bool(false)) => {
            return Err(RenderError::new("name argument is required to req.get"));
        }
        Param::Value(Value::Number(n)) if *n == 0.0 || n.is_nan() => {
            return Err(RenderError::new("name argument is required to req.get"));
        }
        Param::Value(Value::Bool(_) | Value::Number(_)) => {
            return Err(RenderError::new("name must be a string to req.get"));
        }
        Param::Value(_) | Param::Options => {
            // Without a name the second parameter is not Handlebars' options but missing.
            return Ok(if call.args.is_empty() {
                Value::Undefined
            } else {
                fallback(call)
            });
        }
    };
    let value = call.host().header(&name);
    Ok(if value.is_truthy() {
        value
    } else {
        fallback(call)
    })
}

fn cookie(call: &mut Call<'_, '_>) -> Answer {
    let name = match call.param(0) {
        Param::Value(value) => call.text(value),
        Param::Options => "[object Object]".into(),
        Param::Missing => "undefined".into(),
    };
    let value = call.host().cookie(&name);
    Ok(if value.is_truthy() {
        value
    } else {
        fallback(call)
    })
}
