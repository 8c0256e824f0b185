//! Whether a plugin's configuration is as its schema says, before the plugin sees it.
//!
//! The schema is the manifest's, else what `lifecycle.describe` answers. Draft-07 as elsewhere
//! in wasmock; a `$schema` at the top is left out, because generators write their own draft there
//! for schemas that use nothing of it.

use wasmock_javascript::{Value, json};
use wasmock_schema::Schema;

/// Everything that does not match, each with its JSON pointer.
pub(crate) fn problems(schema: &str, configuration: &str) -> Vec<String> {
    let schema = json::parse(schema)
        .map_err(|error| error.to_string())
        .and_then(|schema| Schema::compile(&without_draft(&schema)));
    let schema = match schema {
        Ok(schema) => schema,
        Err(problem) => {
            return vec![format!(
                "the schema that it gives for its configuration is wrong: {problem}"
            )];
        }
    };
    let configuration = match json::parse(configuration) {
        Ok(configuration) => configuration,
        Err(error) => return vec![format!("its configuration is no JSON: {error}")],
    };
    let problems = schema.problems(&configuration);
    let sentences = problems.iter().map(|problem| {
        let place = match problem.pointer.as_str() {
            "" => String::new(),
            pointer => format!(" at `{pointer}`"),
        };
        format!(
            "its configuration does not match its schema{place}: {}",
            problem.message
        )
    });
    sentences.collect()
}

fn without_draft(schema: &Value) -> Value {
    match schema.as_object() {
        Some(members) => {
            let kept = members.iter().filter(|(name, _)| &***name != "$schema");
            Value::object(
                kept.map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )
        }
        None => schema.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mismatch_has_its_place() {
        let schema = r#"{
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": { "rate": { "type": "number" } }
        }"#;
        assert_eq!(problems(schema, r#"{ "rate": 1 }"#), [""; 0]);
        assert_eq!(
            problems(schema, r#"{ "rate": "1" }"#),
            [
                "its configuration does not match its schema at `/rate`: expected a number, found a text"
            ]
        );
        assert_eq!(
            problems(schema, "[]"),
            ["its configuration does not match its schema: expected an object, found an array"]
        );
        assert!(problems(r#"{ "typ": 1 }"#, "{}")[0].contains("schema that it gives"));
    }
}
