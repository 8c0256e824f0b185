//! Mockoon's global variables: `setGlobalVar` and `getGlobalVar`.
//!
//! They live in the host, are shared by all routes of an environment and stay until a purge.
//! (`setVar` touches a template's frame and is part of the template language.)

use wasmock_plugin::{Arguments, Helper, Result, Value, variables};

const HELPERS: &[Helper] = &[
    Helper::new(
        "setGlobalVar",
        "name value",
        "Sets a variable that all routes share.",
        set_global_var,
    )
    .writes_state(),
    // Other exchanges change variables, so the value is never known in advance.
    Helper::new(
        "getGlobalVar",
        "name [path] [default]",
        "A global variable, or a value inside it.",
        get_global_var,
    )
    .reads_exchange(),
];

const LIFECYCLE: wasmock_plugin::Lifecycle = wasmock_plugin::lifecycle!();

wasmock_plugin::export! {
    helpers: HELPERS,
    lifecycle: LIFECYCLE,
}

fn set_global_var(arguments: &Arguments) -> Result<Value> {
    if arguments.len() >= 2 {
        let value = match arguments.get(1) {
            Value::SafeText(text) => Value::text(text),
            value => value.clone(),
        };
        variables::set(&name(arguments.get(0)), "", &value)?;
    }
    Ok(Value::Undefined)
}

fn get_global_var(arguments: &Arguments) -> Result<Value> {
    if arguments.is_empty() {
        return Ok(Value::Undefined);
    }
    // A path that is no text counts as none.
    let path = arguments.get(1).as_text().unwrap_or("");
    Ok(match variables::get(&name(arguments.get(0)), path)? {
        Value::Undefined => default(arguments.get(2)),
        value => value,
    })
}

/// Every value names a variable, by its text.
fn name(argument: &Value) -> String {
    match argument {
        Value::Text(text) | Value::SafeText(text) => text.clone(),
        other => other.to_javascript().to_text().into_owned(),
    }
}

fn default(argument: &Value) -> Value {
    match argument {
        Value::Undefined | Value::Null => Value::text(""),
        Value::SafeText(text) => Value::text(text),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_names_a_variable() {
        for (argument, expected) in [
            (Value::from("a"), "a"),
            (Value::safe("b"), "b"),
            (Value::from(1.0), "1"),
            (Value::Undefined, "undefined"),
            (Value::Null, "null"),
            (Value::Json("[1,2]".into()), "1,2"),
        ] {
            assert_eq!(name(&argument), expected);
        }
    }

    #[test]
    fn nothing_and_null_are_no_default() {
        assert_eq!(default(&Value::Null).as_text(), Some(""));
        assert_eq!(default(&Value::Undefined).as_text(), Some(""));
        assert_eq!(default(&Value::Boolean(false)).as_bool(), Some(false));
    }
}
