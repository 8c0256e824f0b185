//! What a trial's result differs in from what was expected.
//!
//! Written expectations name only what matters: parts, headers and entries of state that they do
//! not mention may be anything. What they do mention, and all of a snapshot, is compared whole.

use serde_json::Value as Json;

/// The differences from a written expectation, one a line.
pub(crate) fn expectation(expected: &Json, actual: &Json) -> Vec<String> {
    let mut differences = Vec::new();
    let Json::Object(parts) = expected else {
        return vec!["`expect` has to be an object".to_owned()];
    };
    for (part, expected) in parts {
        let actual = &actual[part];
        match &**part {
            "answer" => members(
                expected,
                actual,
                part,
                &mut differences,
                |name, expected, actual, place, out| {
                    if name == "headers" {
                        headers(expected, actual, place, out);
                    } else {
                        whole(expected, actual, place, out);
                    }
                },
            ),
            "state" => members(
                expected,
                actual,
                part,
                &mut differences,
                |name, expected, actual, place, out| {
                    if name == "session" {
                        whole(expected, actual, place, out);
                    } else {
                        members(
                            expected,
                            actual,
                            place,
                            out,
                            |_, expected, actual, place, out| {
                                whole(expected, actual, place, out);
                            },
                        );
                    }
                },
            ),
            _ => whole(expected, actual, part, &mut differences),
        }
    }
    // An error that nobody expects explains everything else.
    if let (Some(error), None) = (actual.get("error"), parts.get("error")) {
        differences.insert(
            0,
            format!("it failed: {}", error.as_str().unwrap_or_default()),
        );
    }
    differences
}

/// The differences from a snapshot, one a line.
pub(crate) fn snapshot(expected: &Json, actual: &Json) -> Vec<String> {
    let mut differences = Vec::new();
    whole(expected, actual, "", &mut differences);
    differences
}

/// Compares the members that are expected, each in a way of its own.
fn members(
    expected: &Json,
    actual: &Json,
    place: &str,
    out: &mut Vec<String>,
    compare: impl Fn(&str, &Json, &Json, &str, &mut Vec<String>),
) {
    match expected {
        Json::Object(expected) => {
            for (name, expected) in expected {
                compare(name, expected, &actual[name], &below(place, name), out);
            }
        }
        other => whole(other, actual, place, out),
    }
}

fn headers(expected: &Json, actual: &Json, place: &str, out: &mut Vec<String>) {
    members(
        expected,
        actual,
        place,
        out,
        |name, expected, _, place, out| {
            let mut all = actual.as_object().into_iter().flatten();
            let found = all.find(|(other, _)| other.eq_ignore_ascii_case(name));
            whole(
                expected,
                found.map_or(&Json::Null, |(_, value)| value),
                place,
                out,
            );
        },
    );
}

fn whole(expected: &Json, actual: &Json, place: &str, out: &mut Vec<String>) {
    match (expected, actual) {
        (Json::Object(left), Json::Object(right)) => {
            for (name, expected) in left {
                whole(expected, &actual[name], &below(place, name), out);
            }
            for (name, actual) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                out.push(format!("{}: unexpected {actual}", below(place, name)));
            }
        }
        (Json::Array(left), Json::Array(right)) => {
            for (index, expected) in left.iter().enumerate() {
                whole(
                    expected,
                    right.get(index).unwrap_or(&Json::Null),
                    &below(place, &index.to_string()),
                    out,
                );
            }
            for (index, actual) in right.iter().enumerate().skip(left.len()) {
                out.push(format!("{place}.{index}: unexpected {actual}"));
            }
        }
        (Json::Number(left), Json::Number(right)) if left.as_f64() == right.as_f64() => {}
        (Json::Null, Json::Null) => {}
        (_, Json::Null) => out.push(format!("{place}: expected {expected}, found nothing")),
        _ if expected == actual => {}
        _ => out.push(format!("{place}: expected {expected}, found {actual}")),
    }
}

fn below(place: &str, name: &str) -> String {
    if place.is_empty() {
        name.to_owned()
    } else {
        format!("{place}.{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_is_mentioned_counts_and_that_wholly() {
        let actual = json!({
            "answer": { "status": 200, "headers": { "Content-Type": "a/b", "X": "1" }, "body": { "a": 1, "b": [1, 2] } },
            "state": { "private": { "n": 1, "m": 2 } },
            "log": ["info: x"],
        });
        let cases = [
            (
                json!({ "answer": { "status": 200.0, "headers": { "content-type": "a/b" } } }),
                vec![],
            ),
            (json!({ "state": { "private": { "n": 1 } } }), vec![]),
            (
                json!({ "answer": { "status": 201 } }),
                vec!["answer.status: expected 201, found 200"],
            ),
            (
                json!({ "answer": { "headers": { "Y": "1" } } }),
                vec!["answer.headers.Y: expected \"1\", found nothing"],
            ),
            (
                json!({ "answer": { "body": { "b": [1, 3] } } }),
                vec![
                    "answer.body.b.1: expected 3, found 2",
                    "answer.body.a: unexpected 1",
                ],
            ),
            (json!({ "log": [] }), vec!["log.0: unexpected \"info: x\""]),
            (
                json!({ "holds": true }),
                vec!["holds: expected true, found nothing"],
            ),
        ];
        for (expected, differences) in cases {
            assert_eq!(expectation(&expected, &actual), differences, "{expected}");
        }
    }

    #[test]
    fn a_failure_that_nobody_expects_is_told_first() {
        let actual = json!({ "error": "no such user" });
        assert_eq!(
            expectation(&json!({}), &actual),
            ["it failed: no such user"]
        );
        assert!(expectation(&json!({ "error": "no such user" }), &actual).is_empty());
    }

    #[test]
    fn a_snapshot_is_compared_whole() {
        assert!(snapshot(&json!({ "a": 1 }), &json!({ "a": 1 })).is_empty());
        assert_eq!(
            snapshot(&json!({}), &json!({ "a": 1 })),
            ["a: unexpected 1"]
        );
    }
}
