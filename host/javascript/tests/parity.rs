//! What Mockoon's own libraries answered, case by case.
//!
//! The tables were written by running them (jsonpath-plus 10.4, jmespath 1.3) over documents
//! of ours. An answer is JSON, `undefined`, or `ERR` with the message where clients see it.

use wasmock_javascript::Value;
use wasmock_javascript::json;
use wasmock_javascript::path::{JmesPath, Path};

fn check(table: &str, answer: impl Fn(&Value, &str) -> String) {
    let table = json::parse(table).expect("the table is JSON");
    let documents = table.get("documents").expect("documents");
    let cases = table.get("cases").expect("cases");
    let mut wrong = Vec::new();
    for case in cases.as_array().expect("a list") {
        let [
            Value::Number(document),
            Value::String(path),
            Value::String(expected),
        ] = case.as_array().expect("a case")
        else {
            panic!("a case has three parts");
        };
        let document = &documents.as_array().expect("a list")[*document as usize];
        let answer = answer(document, path);
        if answer != **expected {
            wrong.push(format!(
                "{path}\n  expected {expected}\n  got      {answer}"
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn text(value: &Value) -> String {
    json::to_text(value).unwrap_or_else(|| "undefined".into())
}

#[test]
#[cfg(feature = "regex")]
fn json_paths() {
    check(include_str!("data/json_path.json"), |document, path| {
        Path::parse(path)
            .get(document)
            .map_or_else(|e| format!("ERR {e}"), |found| text(&found))
    });
}

#[test]
fn jmes_paths() {
    check(include_str!("data/jmes_path.json"), |document, path| {
        JmesPath::parse(path)
            .search(document)
            .map_or_else(|_| "ERR".into(), |found| text(&found))
    });
}

#[test]
fn object_paths_and_json_paths_do_not_mix() {
    let document = json::parse(r#"{"a":{"$":1}}"#).expect("JSON");
    assert_eq!(
        Path::parse("a.$").get(&document).expect("found"),
        Value::Number(1.0)
    );
}
