//! An environment as an OpenAPI 3.0.0 document.
//!
//! Bodies that are JSON without templates become examples; several responses of one status
//! become named examples of it. WebSocket routes and methods that OpenAPI does not know are
//! left out.

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
        environment.endpoint_prefix.trim_matches('/')
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
                for method in methods {
                    let operation = operation(environment, route, &route.documentation, None);
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
    for (path, method, status, description) in [
        (base, "get", 200, "Get all items"),
        (base, "post", 201, "Create an item"),
        (base, "put", 200, "Replace all items"),
        (base, "patch", 200, "Merge into all items"),
        (base, "delete", 200, "Delete all items"),
        (&item, "get", 200, "Get an item by id"),
        (&item, "put", 200, "Replace an item by id"),
        (&item, "patch", 200, "Merge into an item by id"),
        (&item, "delete", 200, "Delete an item by id"),
    ] {
        let operation = operation(environment, route, description, Some(status));
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
    route: &Route,
    description: &str,
    status: Option<u16>,
) -> Value {
    let mut responses = Map::new();
    for response in &route.responses {
        let status = status.unwrap_or(response.status_code).to_string();
        let kind = content_type(environment, response);
        let example = example(response);
        match responses.get_mut(&status) {
            None => {
                let mut media = Map::new();
                if let Some(example) = example {
                    media.insert("example".to_owned(), example);
                }
                let content = Map::from_iter([(kind, Value::Object(media))]);
                let value = json!({
                    "description": response.label,
                    "headers": headers(environment, response),
                    "content": content,
                });
                responses.insert(status, value);
            }
            Some(present) => name_example(present, &kind, &response.label, example),
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
    if let Some(first) = media.shift_remove("example") {
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

fn example(response: &Response) -> Option<Value> {
    if response.body_type != BodyType::Inline || response.body.contains("{{") {
        return None;
    }
    serde_json::from_str(&response.body).ok()
}

fn all_headers<'a>(
    environment: &'a Environment,
    response: &'a Response,
) -> impl Iterator<Item = &'a Header> {
    let sent = |header: &&Header| !header.key.is_empty() && !header.value.is_empty();
    let own = response.headers.iter().filter(sent);
    let inherited = environment.headers.iter().filter(sent).filter(|header| {
        !response
            .headers
            .iter()
            .any(|own| own.key.eq_ignore_ascii_case(&header.key))
    });
    own.chain(inherited)
}

fn content_type(environment: &Environment, response: &Response) -> String {
    all_headers(environment, response)
        .find(|header| header.key.eq_ignore_ascii_case("content-type"))
        .map_or("*/*", |header| header.value.as_str())
        .to_owned()
}

fn headers(environment: &Environment, response: &Response) -> Map<String, Value> {
    all_headers(environment, response)
        .filter(|header| !header.key.eq_ignore_ascii_case("content-type"))
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
            json!({ "one": { "value": { "a": 1 } }, "two": { "value": { "a": 2 } } })
        );
        assert_eq!(get["responses"]["500"]["headers"]["X"]["example"], "y");
        let gone = &get["responses"]["404"];
        assert_eq!(
            gone["content"]["application/json"],
            json!({ "example": null })
        );
        assert_eq!(document["paths"]["/users"].as_object().unwrap().len(), 5);
        assert_eq!(document["paths"]["/any"].as_object().unwrap().len(), 7);
    }
}
