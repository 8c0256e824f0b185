//! Looking into a value by a path: JSONPath, JMESPath, object path.

use wasmock_javascript::Value;
use wasmock_javascript::path::{JmesPath, JsonPath, ObjectPath, Path};

use super::{Answer, Call, Family, Helper, Rows};
use crate::Effects;
use crate::language::RenderError;

const ROWS: Rows = Rows(Family::Paths, Effects::PLAIN);

// One row a helper reads better than six lines a helper.
#[rustfmt::skip]
pub(super) const HELPERS: &[Helper] = &[
    ROWS.row("jsonPath", "value path [default]", "The value at a JSONPath (`$.a[0].b`).", "{{jsonPath (object a=1) '$.a'}}", |call| at(call, Language::Json)),
    ROWS.row("jmesPath", "value path [default]", "The value of a JMESPath expression.", "{{jmesPath (array 1 2) '[1]'}}", |call| at(call, Language::Jmes)),
    ROWS.row("objectPath", "value path [default]", "The value at a dotted path (`a.0.b`).", "{{objectPath (object a=1) 'a'}}", |call| at(call, Language::Object)),
];

#[derive(Clone, Copy)]
enum Language {
    Json,
    Jmes,
    Object,
}

fn at(call: &mut Call<'_, '_>, language: Language) -> Answer {
    let [data, path, ..] = call.args else {
        return Ok(Value::Undefined);
    };
    let default = match call.arg(2) {
        value if value.is_nullish() => Value::text(""),
        value => value.clone(),
    };
    let Some(path) = path.as_any_str().filter(|path| !path.is_empty()) else {
        return Ok(data.clone().unwrap_safe());
    };
    let found = match data {
        Value::Array(_) | Value::Object(_) | Value::Date(_) | Value::Null => match language {
            Language::Json => JsonPath::parse(path).query(data).map_err(message)?,
            Language::Object => ObjectPath::parse(path).get(data),
            Language::Jmes => match JmesPath::parse(path).search(data) {
                Ok(Value::Null) | Err(_) => Value::Undefined,
                Ok(value) => value,
            },
        },
        other => return Ok(other.clone().unwrap_safe()),
    };
    Ok(if found.is_undefined() { default } else { found })
}

/// The value at a path of either kind, as the request helpers look for it.
pub(super) fn value_at(data: &Value, path: &str, default: &Value) -> Result<Value, RenderError> {
    match data {
        Value::Array(_) | Value::Object(_) | Value::Null | Value::Date(_) => {
            Path::parse(path).get_or(data, default).map_err(message)
        }
        other => Ok(other.clone()),
    }
}

fn message(error: impl std::fmt::Display) -> RenderError {
    RenderError::new(error.to_string())
}
