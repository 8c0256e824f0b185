//! The model's JSON Schema: what editors complete by, and what files are checked against.
//!
//! It is generated from the types, so the three (types, schema, checks) cannot disagree.
//! Keywords of our own begin with `x-`: `x-text-or-json` marks a text in whose place a
//! hand-written file may hold the JSON itself.

use std::sync::OnceLock;

use serde_json::Value;

use crate::model::Environment;

/// The JSON Schema of an environment file.
pub fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    SCHEMA.get_or_init(|| schemars::schema_for!(Environment).to_value())
}

/// Follows `$ref` within the schema.
pub(crate) fn resolve(schema: &'static Value) -> &'static Value {
    let mut current = schema;
    // Definitions refer to definitions, but the types they come from are finite.
    for _ in 0..8 {
        let Some(reference) = current.get("$ref").and_then(Value::as_str) else {
            break;
        };
        let target = reference
            .strip_prefix('#')
            .and_then(|pointer| self::schema().pointer(pointer));
        match target {
            Some(target) => current = target,
            None => break,
        }
    }
    current
}

/// The texts that an enumeration allows.
pub(crate) fn choices(schema: &'static Value) -> Option<Vec<&'static str>> {
    if let Some(list) = schema.get("enum").and_then(Value::as_array) {
        return Some(list.iter().filter_map(Value::as_str).collect());
    }
    let list = schema.get("oneOf")?.as_array()?;
    list.iter()
        .map(|choice| choice.get("const").and_then(Value::as_str))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The checks read these keywords; one that they do not know would be ignored silently.
    #[test]
    fn every_keyword_is_known_to_the_checks() {
        const KNOWN: [&str; 21] = [
            "$defs",
            "$ref",
            "$schema",
            "additionalProperties",
            "anyOf",
            "const",
            "default",
            "description",
            "enum",
            "examples",
            "format",
            "items",
            "maximum",
            "minLength",
            "minimum",
            "oneOf",
            "properties",
            "required",
            "title",
            "type",
            "x-text-or-json",
        ];
        fn visit(schema: &Value, unknown: &mut Vec<String>) {
            let Some(object) = schema.as_object() else {
                return;
            };
            for (keyword, content) in object {
                if !KNOWN.contains(&keyword.as_str()) {
                    unknown.push(keyword.clone());
                }
                match keyword.as_str() {
                    "properties" | "$defs" => {
                        for inner in content.as_object().unwrap().values() {
                            visit(inner, unknown);
                        }
                    }
                    "items" => visit(content, unknown),
                    "anyOf" | "oneOf" => {
                        for inner in content.as_array().unwrap() {
                            visit(inner, unknown);
                        }
                    }
                    _ => {}
                }
            }
        }
        let mut unknown = Vec::new();
        visit(schema(), &mut unknown);
        assert_eq!(unknown, Vec::<String>::new());
    }
}
