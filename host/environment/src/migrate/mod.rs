//! Brings older layouts of Mockoon's file to the current one.
//!
//! Each of Mockoon's 33 migrations is one entry of the table, named by its number, and does to
//! the JSON what Mockoon's does; a file of layout *n* goes through those after *n*. Where a
//! field has the wrong type the step passes it over and the checks that follow report it, while
//! Mockoon gives up all later migrations.
//!
//! Differences on the user's side: names of fake data that Mockoon renames to something that
//! does not exist get their real new name (29), and routes that were disabled, which Mockoon's
//! CLI enables silently, are reported (31).

mod faker;

use serde_json::{Map, Value, json};

use crate::model::HIGHEST_MIGRATION;
use crate::problem::{Problem, join};

type Fields = Map<String, Value>;
type Step = fn(&mut Fields, &mut Vec<Problem>);

/// Applies every migration after `layout`.
pub(crate) fn migrate(document: &mut Value, layout: u32, problems: &mut Vec<Problem>) {
    let Some(fields) = document.as_object_mut() else {
        return;
    };
    if layout >= HIGHEST_MIGRATION {
        return;
    }
    for (number, step) in MIGRATIONS {
        if number > layout {
            step(fields, problems);
        }
    }
    fields.insert("lastMigration".to_owned(), Value::from(HIGHEST_MIGRATION));
}

/// The migrations that change what a file means. Those missing from it (3, 7, 8, 9, 10, 12, 13,
/// 14, 15, 17, 22, 23, 26, 28) write uuids or defaults, which the model does by itself.
const MIGRATIONS: [(u32, Step); 19] = [
    (1, |environment, _| {
        for field in ["proxyMode", "proxyHost", "https"] {
            if !truthy(environment.get(field)) {
                environment.shift_remove(field);
            }
        }
    }),
    // CORS was always on; a content type was a field of its own and comes first of the headers.
    (2, |environment, _| {
        if !truthy(environment.get("cors")) {
            environment.insert("cors".to_owned(), Value::Bool(true));
        }
        each(environment, "routes", |route| {
            let content_type = match route.get("contentType") {
                Some(Value::String(text)) if !text.is_empty() => text.clone(),
                _ => return,
            };
            route.shift_remove("contentType");
            let header = json!({ "key": "Content-Type", "value": content_type });
            match route.get_mut("customHeaders") {
                Some(Value::Array(headers)) => headers.insert(0, header),
                _ => {
                    route.insert("customHeaders".to_owned(), json!([header]));
                }
            }
        });
    }),
    (4, |environment, _| {
        each(environment, "routes", |route| {
            if let Some(headers) = route.shift_remove("customHeaders").filter(Value::is_array) {
                route.insert("headers".to_owned(), headers);
            }
        });
    }),
    (5, |environment, _| {
        each(environment, "routes", |route| {
            route.shift_remove("duplicates");
            if let Some(Value::Object(mut file)) = route.shift_remove("file") {
                for (old, new) in [("path", "filePath"), ("sendAsBody", "sendFileAsBody")] {
                    if let Some(value) = file.shift_remove(old) {
                        route.insert(new.to_owned(), value);
                    }
                }
            }
        });
    }),
    // A route had one response, and its fields were the route's.
    (6, |environment, _| {
        each(environment, "routes", |route| {
            let mut response = Fields::new();
            for field in [
                "statusCode",
                "latency",
                "filePath",
                "sendFileAsBody",
                "headers",
                "body",
            ] {
                if let Some(value) = route.shift_remove(field) {
                    response.insert(field.to_owned(), value);
                }
            }
            if !truthy(response.get("statusCode")) {
                response.insert("statusCode".to_owned(), Value::from("200"));
            }
            route.insert("responses".to_owned(), json!([response]));
        });
    }),
    // Until then copies of a response kept its uuid; now each has its own.
    (7, |environment, _| {
        each_response(environment, |response| {
            response.shift_remove("uuid");
        });
    }),
    // A status was a text like `200 - OK`.
    (11, |environment, _| {
        each_response(environment, |response| {
            if let Some(Value::String(text)) = response.get("statusCode") {
                let text = text.trim_start();
                let end = text
                    .bytes()
                    .position(|byte| !byte.is_ascii_digit())
                    .unwrap_or(text.len());
                let number = text[..end].parse::<u32>().map_or(Value::Null, Value::from);
                response.insert("statusCode".to_owned(), number);
            }
        });
    }),
    (16, |environment, _| {
        if !truthy(environment.get("hostname")) {
            environment.insert("hostname".to_owned(), Value::from("0.0.0.0"));
        }
    }),
    (18, |environment, _| {
        each_rule(environment, |rule| {
            let operator = if truthy(rule.shift_remove("isRegex").as_ref()) {
                "regex"
            } else {
                "equals"
            };
            rule.insert("operator".to_owned(), Value::from(operator));
        });
    }),
    (19, |environment, _| {
        let enabled = environment.shift_remove("https");
        if !truthy(environment.get("tlsOptions")) {
            let options = json!({ "enabled": truthy(enabled.as_ref()) });
            environment.insert("tlsOptions".to_owned(), options);
        }
    }),
    // The first response was the default one.
    (20, |environment, _| {
        each(environment, "routes", |route| {
            let first = route
                .get_mut("responses")
                .and_then(|responses| responses.get_mut(0))
                .and_then(Value::as_object_mut);
            if let Some(first) = first {
                first.insert("default".to_owned(), Value::Bool(true));
            }
        });
    }),
    (21, |environment, _| {
        each(environment, "routes", |route| {
            let random = truthy(route.shift_remove("randomResponse").as_ref());
            let sequential = truthy(route.shift_remove("sequentialResponse").as_ref());
            let mode = match (random, sequential) {
                (_, true) => "SEQUENTIAL",
                (true, false) => "RANDOM",
                (false, false) => return,
            };
            route.insert("responseMode".to_owned(), Value::from(mode));
        });
    }),
    // A body was a file when a path was there.
    (24, |environment, _| {
        each_response(environment, |response| {
            if response.get("bodyType").is_none() {
                let kind = if truthy(response.get("filePath")) {
                    "FILE"
                } else {
                    "INLINE"
                };
                response.insert("bodyType".to_owned(), Value::from(kind));
            }
        });
    }),
    // There was no tree: it is completed from the order of the routes.
    (25, |environment, _| {
        for field in ["folders", "rootChildren"] {
            if !truthy(environment.get(field)) {
                environment.shift_remove(field);
            }
        }
    }),
    (27, |environment, _| {
        if environment.get("hostname") == Some(&Value::from("0.0.0.0")) {
            environment.insert("hostname".to_owned(), Value::from(""));
        }
    }),
    (29, |environment, _| {
        let rename = |value: Option<&mut Value>| {
            if let Some(Value::String(text)) = value
                && let Some(renamed) = faker::rename(text)
            {
                *text = renamed;
            }
        };
        each_response(environment, |response| rename(response.get_mut("body")));
        each(environment, "data", |bucket| {
            rename(bucket.get_mut("value"));
        });
    }),
    // A program of that time could not have written them.
    (30, |environment, _| {
        each_response(environment, |response| {
            response.shift_remove("callbacks");
        });
    }),
    (31, |environment, problems| {
        let mut index = 0usize;
        each(environment, "routes", |route| {
            if route.shift_remove("enabled") == Some(Value::Bool(false)) {
                problems.push(
                    Problem::warning(join("/routes", index), "this route was disabled in the old layout")
                        .remedy("It is served, as Mockoon serves it; start with `--disable-routes` or remove it if that is not meant."),
                );
            }
            index += 1;
        });
    }),
    (33, |environment, _| {
        each(environment, "folders", |folder| {
            // 32: whether a folder is open in the app is no longer written to the file.
            folder.shift_remove("collapsed");
        });
        each(environment, "routes", |route| {
            route.shift_remove("streamingMode");
            route.shift_remove("streamingInterval");
        });
    }),
];

/// JavaScript's idea of whether something is there.
fn truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => false,
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(_) => true,
    }
}

fn each(owner: &mut Fields, list: &str, mut change: impl FnMut(&mut Fields)) {
    if let Some(Value::Array(items)) = owner.get_mut(list) {
        items
            .iter_mut()
            .filter_map(Value::as_object_mut)
            .for_each(&mut change);
    }
}

fn each_response(environment: &mut Fields, mut change: impl FnMut(&mut Fields)) {
    each(environment, "routes", |route| {
        each(route, "responses", &mut change);
    });
}

fn each_rule(environment: &mut Fields, mut change: impl FnMut(&mut Fields)) {
    each_response(environment, |response| {
        each(response, "rules", &mut change);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_does_what_its_layout_needs() {
        // (migration, before, after)
        let cases = [
            (1, json!({ "proxyMode": "", "https": null }), json!({})),
            (2, json!({ "cors": false }), json!({ "cors": true })),
            (
                2,
                json!({ "routes": [{ "contentType": "a/b" },
                    { "contentType": "c/d", "customHeaders": [{ "key": "X", "value": "x" }] }] }),
                json!({ "cors": true, "routes": [
                    { "customHeaders": [{ "key": "Content-Type", "value": "a/b" }] },
                    { "customHeaders": [{ "key": "Content-Type", "value": "c/d" },
                                        { "key": "X", "value": "x" }] }] }),
            ),
            (
                4,
                json!({ "routes": [{ "customHeaders": [1], "headers": [2] }, {}] }),
                json!({ "routes": [{ "headers": [1] }, {}] }),
            ),
            (
                5,
                json!({ "routes": [{ "file": { "path": "p", "sendAsBody": true }, "duplicates": [] },
                    { "file": null }, {}] }),
                json!({ "routes": [{ "filePath": "p", "sendFileAsBody": true }, {}, {}] }),
            ),
            (
                6,
                json!({ "routes": [{ "uuid": "r", "body": "b", "latency": 5, "statusCode": "404" }, {}] }),
                json!({ "routes": [
                    { "uuid": "r", "responses": [{ "statusCode": "404", "latency": 5, "body": "b" }] },
                    { "responses": [{ "statusCode": "200" }] }] }),
            ),
            (
                11,
                json!({ "routes": [{ "responses": [{ "statusCode": "404 - Not Found" },
                    { "statusCode": 201 }, { "statusCode": "x" }] }, "odd"] }),
                json!({ "routes": [{ "responses": [{ "statusCode": 404 }, { "statusCode": 201 },
                    { "statusCode": null }] }, "odd"] }),
            ),
            (
                16,
                json!({ "hostname": "" }),
                json!({ "hostname": "0.0.0.0" }),
            ),
            (16, json!({ "hostname": "h" }), json!({ "hostname": "h" })),
            (
                18,
                json!({ "routes": [{ "responses": [{ "rules": [{ "isRegex": true }, {},
                    { "isRegex": false, "operator": "regex" }] }] }] }),
                json!({ "routes": [{ "responses": [{ "rules": [{ "operator": "regex" },
                    { "operator": "equals" }, { "operator": "equals" }] }] }] }),
            ),
            (
                19,
                json!({ "https": true }),
                json!({ "tlsOptions": { "enabled": true } }),
            ),
            (
                19,
                json!({ "https": true, "tlsOptions": { "enabled": false } }),
                json!({ "tlsOptions": { "enabled": false } }),
            ),
            (
                20,
                json!({ "routes": [{ "responses": [{}, { "default": true }] }, { "responses": [] }] }),
                json!({ "routes": [{ "responses": [{ "default": true }, { "default": true }] },
                    { "responses": [] }] }),
            ),
            (
                21,
                json!({ "routes": [{ "randomResponse": true }, { "sequentialResponse": true },
                    { "randomResponse": true, "sequentialResponse": true },
                    { "randomResponse": false, "responseMode": "FALLBACK" }] }),
                json!({ "routes": [{ "responseMode": "RANDOM" }, { "responseMode": "SEQUENTIAL" },
                    { "responseMode": "SEQUENTIAL" }, { "responseMode": "FALLBACK" }] }),
            ),
            (
                24,
                json!({ "routes": [{ "responses": [{ "filePath": "f" }, { "filePath": "" },
                    { "bodyType": "DATABUCKET", "filePath": "f" }] }] }),
                json!({ "routes": [{ "responses": [{ "filePath": "f", "bodyType": "FILE" },
                    { "filePath": "", "bodyType": "INLINE" },
                    { "bodyType": "DATABUCKET", "filePath": "f" }] }] }),
            ),
            (
                25,
                json!({ "folders": null, "rootChildren": [1] }),
                json!({ "rootChildren": [1] }),
            ),
            (
                27,
                json!({ "hostname": "0.0.0.0" }),
                json!({ "hostname": "" }),
            ),
            (
                27,
                json!({ "hostname": "127.0.0.1" }),
                json!({ "hostname": "127.0.0.1" }),
            ),
            (
                29,
                json!({ "data": [{ "value": "{{faker 'name.firstName'}}" }, { "value": 5 }] }),
                json!({ "data": [{ "value": "{{faker 'person.firstName'}}" }, { "value": 5 }] }),
            ),
            (
                30,
                json!({ "callbacks": [1], "routes": [{ "responses": [{ "callbacks": [1] }] }] }),
                json!({ "callbacks": [1], "routes": [{ "responses": [{}] }] }),
            ),
            (
                33,
                json!({ "folders": [{ "collapsed": true }], "routes": [{ "streamingMode": "UNICAST" }] }),
                json!({ "folders": [{}], "routes": [{}] }),
            ),
        ];
        for (number, before, after) in cases {
            let step = MIGRATIONS.iter().find(|(own, _)| *own == number).unwrap().1;
            let mut document = before.clone();
            step(document.as_object_mut().unwrap(), &mut Vec::new());
            assert_eq!(document, after, "migration {number} of {before}");
        }
    }

    #[test]
    fn a_file_goes_through_what_comes_after_its_layout() {
        let file = json!({ "routes": [{ "contentType": "a/b", "body": "x", "enabled": false,
            "statusCode": "201 - Created" }], "https": true });
        let mut problems = Vec::new();
        let mut oldest = file.clone();
        migrate(&mut oldest, 0, &mut problems);
        let expected = json!({
            "routes": [{ "responses": [{ "statusCode": 201, "body": "x", "default": true,
                "headers": [{ "key": "Content-Type", "value": "a/b" }], "bodyType": "INLINE" }] }],
            "cors": true, "hostname": "", "tlsOptions": { "enabled": true }, "lastMigration": 33,
        });
        assert_eq!(oldest, expected);
        assert_eq!(problems.len(), 1, "{problems:?}");
        let mut current = file.clone();
        migrate(&mut current, 33, &mut problems);
        assert_eq!(current, file);
    }
}
