//! An environment as an OpenAPI 3.0.0 document.
//!
//! Bodies that are JSON become examples, as texts; several responses of one status become named
//! examples of it. WebSocket routes and methods that OpenAPI does not know are left out.

use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};

use crate::model::{BodyType, Environment, Header, Response, Route, RouteType};

/// Methods that a path of OpenAPI 3.0 can have.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// The OpenAPI 3.0.0 document of an environment.
pub fn to_openapi(environment: &Environment) -> Value {
    let scheme = if environment.tls_options.enabled {
        "https"
    } else {
        "http"
    };
    let url = format!(
        "{scheme}://localhost:{}/{}",
        environment.port,
        environment.endpoint_prefix.trim_start_matches('/')
    );
    let mut paths = Map::new();
    for route in environment.routes_in_order() {
        match route.kind {
            RouteType::Ws => {}
            RouteType::Http => {
                let methods: Vec<&str> = METHODS
                    .into_iter()
                    .filter(|method| route.method.matches(method))
                    .collect();
                let status = |response: &Response| response.status_code;
                for method in methods {
                    let operation =
                        operation(environment, &route.responses, status, &route.documentation);
                    add(&mut paths, &route.endpoint, method, operation);
                }
            }
            RouteType::Crud => crud(environment, route, &mut paths),
        }
    }
    json!({
        "openapi": "3.0.0",
        "info": { "title": environment.name, "version": "1.0.0" },
        "servers": [{ "url": url }],
        "paths": paths,
    })
}

fn crud(environment: &Environment, route: &Route, paths: &mut Map<String, Value>) {
    let base = route.endpoint.trim_end_matches('/');
    let item = format!("{base}/:id");
    let usual = route.responses.get(..1).unwrap_or_default();
    for (path, method, status, description) in [
        (base, "get", 200, "Get all items"),
        (base, "post", 201, "Create a new item"),
        (base, "put", 200, "Update all items"),
        (base, "patch", 200, "Partially update all items"),
        (base, "delete", 200, "Delete all items"),
        (&item, "get", 200, "Get item by ID"),
        (&item, "put", 200, "Update item by ID"),
        (&item, "patch", 200, "Partially update item by ID"),
        (&item, "delete", 200, "Delete item by ID"),
    ] {
        let operation = operation(environment, usual, |_| status, description);
        add(paths, path, method, operation);
    }
}

/// Adds an operation. When the path has it already, its responses are completed: the earlier
/// route answers first.
fn add(paths: &mut Map<String, Value>, endpoint: &str, method: &str, mut operation: Value) {
    let (path, parameters) = template(endpoint);
    let item = paths
        .entry(path)
        .or_insert_with(|| Value::Object(Map::new()));
    let Some(item) = item.as_object_mut() else {
        return;
    };
    if let Some(present) = item.get_mut(method) {
        let (Some(present), Some(more)) = (
            present.get_mut("responses").and_then(Value::as_object_mut),
            operation
                .get_mut("responses")
                .and_then(Value::as_object_mut),
        ) else {
            return;
        };
        for (status, response) in std::mem::take(more) {
            present.entry(status).or_insert(response);
        }
        return;
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters
            .iter()
            .map(|name| {
                json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
            })
            .collect();
    }
    item.insert(method.to_owned(), operation);
}

/// `users/:id` as `/users/{id}`, and the names of its parameters.
fn template(endpoint: &str) -> (String, Vec<String>) {
    let mut path = String::from("/");
    let mut parameters: Vec<String> = Vec::new();
    let mut rest = endpoint.trim_start_matches('/');
    while let Some(start) = rest.find(':') {
        let (before, from) = rest.split_at(start);
        path.push_str(before);
        let name: String = from[1..]
            .chars()
            .take_while(|character| character.is_alphanumeric() || *character == '_')
            .collect();
        rest = &from[1 + name.len()..];
        if name.is_empty() {
            path.push(':');
            continue;
        }
        path.push_str(&format!("{{{name}}}"));
        parameters.push(name);
        // Patterns and marks of optional parameters have no counterpart.
        if rest.starts_with('(') {
            rest = rest.find(')').map_or("", |end| &rest[end + 1..]);
        }
        rest = rest.strip_prefix(['?', '+', '*']).unwrap_or(rest);
    }
    path.push_str(rest);
    (path, parameters)
}

fn operation(
    environment: &Environment,
    answers: &[Response],
    status: impl Fn(&Response) -> u16,
    description: &str,
) -> Value {
    let mut responses = Map::new();
    for response in answers {
        let status = status(response).to_string();
        let kind = content_type(environment, response);
        let example = example(response);
        match responses.get_mut(&status) {
            None => {
                let media = json!({ "example": example.unwrap_or_else(|| json!({})) });
                let value = json!({
                    "description": response.label,
                    "content": Map::from_iter([(kind, media)]),
                    "headers": headers(environment, response),
                });
                responses.insert(status, value);
            }
            Some(present) => {
                name_example(present, &kind, &response.label, example);
                present["description"] = response.label.as_str().into();
            }
        }
    }
    if responses.is_empty() {
        responses.insert("200".to_owned(), json!({ "description": "" }));
    }
    json!({ "description": description, "responses": responses })
}

/// Adds an example to a response that has one: from then on they have names.
fn name_example(present: &mut Value, kind: &str, label: &str, example: Option<Value>) {
    let Some(example) = example else { return };
    let first_label = present["description"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let media = &mut present["content"][kind];
    if !media.is_object() {
        *media = json!({ "example": example });
        return;
    }
    let Some(media) = media.as_object_mut() else {
        return;
    };
    let mut examples = match media.shift_remove("examples") {
        Some(Value::Object(examples)) => examples,
        _ => Map::new(),
    };
    let first = media.shift_remove("example").filter(Value::is_string);
    if let Some(first) = first {
        insert_named(&mut examples, &first_label, &first);
    }
    insert_named(&mut examples, label, &example);
    media.insert("examples".to_owned(), Value::Object(examples));
}

fn insert_named(examples: &mut Map<String, Value>, label: &str, value: &Value) {
    let label = if label.is_empty() { "example" } else { label };
    let mut name = label.to_owned();
    let mut number = 1;
    while examples.contains_key(&name) {
        number += 1;
        name = format!("{label} {number}");
    }
    examples.insert(name, json!({ "value": value }));
}

/// A body that is JSON, as its author wrote it: templates in its texts go along.
fn example(response: &Response) -> Option<Value> {
    let is_json = response.body_type == BodyType::Inline
        && serde_json::from_str::<IgnoredAny>(&response.body).is_ok();
    is_json.then(|| Value::from(response.body.as_str()))
}

fn is_content_type(header: &Header) -> bool {
    header.key.eq_ignore_ascii_case("content-type")
}

fn content_type(environment: &Environment, response: &Response) -> String {
    let mut headers = response.headers.iter().chain(&environment.headers);
    headers
        .find(|header| is_content_type(header) && !header.value.is_empty())
        .map_or("*/*", |header| header.value.as_str())
        .to_owned()
}

fn headers(environment: &Environment, response: &Response) -> Map<String, Value> {
    let headers = environment.headers.iter().chain(&response.headers);
    headers
        .filter(|header| !header.key.is_empty() && !is_content_type(header))
        .map(|header| {
            let value = json!({ "schema": { "type": "string" }, "example": header.value });
            (header.key.clone(), value)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for (endpoint, path, parameters) in [
            ("a/:id/x", "/a/{id}/x", vec!["id"]),
            ("/c/:p?/:q(\\d+)", "/c/{p}/{q}", vec!["p", "q"]),
            ("b/*", "/b/*", vec![]),
            ("", "/", vec![]),
        ] {
            let expected: Vec<String> = parameters.into_iter().map(str::to_owned).collect();
            assert_eq!(
                template(endpoint),
                (path.to_owned(), expected),
                "{endpoint}"
            );
        }
    }

    #[test]
    fn everything_of_a_path_is_kept() {
        let environment: Environment = serde_json::from_value(json!({
            "name": "N", "port": 3005, "endpointPrefix": "pre",
            "headers": [{ "key": "Content-Type", "value": "application/json" }],
            "data": [{ "id": "d" }],
            "routes": [
                { "endpoint": "a/:id", "documentation": "doc", "responses": [
                    { "label": "one", "body": "{\"a\":1}" }, { "label": "two", "body": "{\"a\":2}" },
                    { "statusCode": 500, "body": "{{x}}", "headers": [{ "key": "X", "value": "y" }] }] },
                { "endpoint": "a/:id", "responses": [{ "statusCode": 404, "label": "gone", "body": "null" }] },
                { "type": "crud", "endpoint": "users", "responses": [{ "bodyType": "DATABUCKET", "databucketID": "d" }] },
                { "type": "ws", "endpoint": "w" }, { "method": "propfind", "endpoint": "dav" },
                { "method": "all", "endpoint": "any", "responses": [] },
            ],
        }))
        .unwrap();
        let document = to_openapi(&environment);
        assert_eq!(document["servers"][0]["url"], "http://localhost:3005/pre");
        let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
        assert_eq!(paths, ["/a/{id}", "/users", "/users/{id}", "/any"]);
        let get = &document["paths"]["/a/{id}"]["get"];
        assert_eq!(get["parameters"][0]["name"], "id");
        let examples = &get["responses"]["200"]["content"]["application/json"]["examples"];
        assert_eq!(
            *examples,
            json!({ "one": { "value": "{\"a\":1}" }, "two": { "value": "{\"a\":2}" } })
        );
        assert_eq!(get["responses"]["500"]["headers"]["X"]["example"], "y");
        let gone = &get["responses"]["404"];
        assert_eq!(
            gone["content"]["application/json"],
            json!({ "example": "null" })
        );
        assert_eq!(document["paths"]["/users"].as_object().unwrap().len(), 5);
        assert_eq!(document["paths"]["/any"].as_object().unwrap().len(), 7);
    }
}
