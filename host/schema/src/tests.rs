//! Ajv's verdicts (8.20 with ajv-formats 3): every schema on every value.

use wasmock_javascript::{Value, json};

use super::Schema;

fn digits(schema: &Value, values: &[Value]) -> String {
    match Schema::compile(schema) {
        Err(_) => "ERR".into(),
        Ok(schema) => values
            .iter()
            .map(|v| if schema.is_valid(v) { '1' } else { '0' })
            .collect(),
    }
}

fn check(table: &str, subjects: &str, values: &str, schema: impl Fn(&Value) -> Value) {
    let table = json::parse(table).unwrap();
    let values = table.get(values).unwrap();
    let values = values.as_array().unwrap();
    let mut wrong = Vec::new();
    for case in table.get(subjects).unwrap().as_array().unwrap() {
        let case = case.as_array().unwrap();
        let schema = schema(&case[0]);
        let (expected, got) = (case[1].to_text(), digits(&schema, values));
        if got != expected {
            let at = expected
                .chars()
                .zip(got.chars())
                .position(|(a, b)| a != b)
                .unwrap_or(0);
            let value = json::to_text(&values[at]).unwrap();
            wrong.push(format!(
                "{} at {value}: {expected} {got}",
                json::to_text(&schema).unwrap()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn schemas() {
    check(
        include_str!("table.json"),
        "schemas",
        "values",
        Value::clone,
    );
}

#[test]
fn formats() {
    check(include_str!("table.json"), "formats", "texts", |name| {
        Value::object([("format", name.clone())].into_iter().collect())
    });
}

#[test]
fn schemas_without_an_end_end() {
    for schema in [
        r##"{"$ref":"#"}"##,
        r##"{"anyOf":[{"$ref":"#"},{"$ref":"#"}]}"##,
        r##"{"not":{"$ref":"#"}}"##,
    ] {
        let schema = Schema::compile(&json::parse(schema).unwrap()).unwrap();
        assert!(!schema.is_valid(&Value::Null));
    }
}
