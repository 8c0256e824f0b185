//! An API document as an environment.

use std::panic::resume_unwind;
use std::thread::Builder;

use serde_json::Value;
use url::Url;

use super::Dialect;
use super::example::{body, plain, pretty, text};
use super::reference::Node;
use crate::model::{Environment, Header, Method, Response, Route};

/// Schemas refer to each other deeper than the stacks of the runtime's threads reach.
const STACK: usize = 64 << 20;

/// The environment of an API document. Identities and the tree are left to the caller.
pub(crate) fn import(document: &Value, dialect: Dialect) -> Environment {
    let convert = || convert(document, dialect);
    std::thread::scope(|scope| {
        let thread = Builder::new().stack_size(STACK);
        match thread.spawn_scoped(scope, convert) {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => convert(),
        }
    })
}

fn convert(document: &Value, dialect: Dialect) -> Environment {
    let root = Node::root(document);
    let title = root.get("info").and_then(|info| info.text("title"));
    let fallback = match dialect {
        Dialect::Swagger2 => "Swagger import",
        Dialect::OpenApi3 => "OpenAPI import",
    };
    let mut environment = Environment {
        name: title
            .filter(|title| !title.is_empty())
            .unwrap_or(fallback)
            .to_owned(),
        endpoint_prefix: match dialect {
            Dialect::Swagger2 => {
                without_slash(root.text("basePath").unwrap_or_default()).to_owned()
            }
            Dialect::OpenApi3 => prefix_of_server(&root),
        },
        headers: vec![
            Header::new("Access-Control-Allow-Origin", "*"),
            Header::new(
                "Access-Control-Allow-Methods",
                "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS",
            ),
            Header::new(
                "Access-Control-Allow-Headers",
                "Content-Type, Origin, Accept, Authorization, Content-Length, X-Requested-With",
            ),
        ],
        // The empty rows that Mockoon's editor begins with.
        proxy_req_headers: vec![Header::new("", "")],
        proxy_res_headers: vec![Header::new("", "")],
        ..Environment::default()
    };
    let port = root
        .text("host")
        .and_then(|host| host.rsplit_once(':'))
        .and_then(|(_, port)| port.parse().ok());
    if let (Dialect::Swagger2, Some(port)) = (dialect, port) {
        environment.port = port;
    }
    let Some(paths) = root.get("paths") else {
        return environment;
    };
    for (path, item) in paths.fields() {
        for (method, operation) in item.fields() {
            // Other keys of a path are its parameters, servers and descriptions.
            if method.is_empty()
                || !Method::KNOWN.contains(&method)
                || !operation.value().is_object()
            {
                continue;
            }
            environment.routes.push(Route {
                method: Method::new(method),
                endpoint: endpoint(path),
                documentation: ["summary", "description"]
                    .iter()
                    .find_map(|field| operation.text(field).filter(|text| !text.is_empty()))
                    .unwrap_or_default()
                    .to_owned(),
                responses: responses(&root, &operation, dialect),
                ..Route::default()
            });
        }
    }
    environment
}

fn without_slash(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path)
}

/// The path of the first server.
fn prefix_of_server(root: &Node<'_>) -> String {
    let Some(server) = root.get("servers").and_then(|servers| servers.at(0)) else {
        return String::new();
    };
    let url = with_defaults(
        server.text("url").unwrap_or_default(),
        server.get("variables").as_ref(),
    );
    if url.starts_with('/') {
        return without_slash(&url).to_owned();
    }
    Url::parse(&url).map_or_else(
        |_| String::new(),
        |url| without_slash(url.path()).to_owned(),
    )
}

/// An address with its variables at their defaults; nothing for those that are not declared.
fn with_defaults(url: &str, variables: Option<&Node<'_>>) -> String {
    let mut result = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(start) = rest.find('{') {
        result.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let end = end.map_or(rest.len(), |end| end + 1);
        if end == 1 || !rest[end..].starts_with('}') {
            result.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        if let Some(variable) = variables.and_then(|variables| variables.get(&rest[1..end])) {
            let default = variable.get("default");
            // As Mockoon writes a default that is missing.
            result.push_str(&default.map_or("undefined".to_owned(), |node| plain(node.value())));
        }
        rest = &rest[end + 1..];
    }
    result + rest
}

/// `/users/{user-id}` as `users/:userid`.
fn endpoint(path: &str) -> String {
    let mut result = String::with_capacity(path.len());
    let mut rest = without_slash(path);
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at(start);
        result.push_str(before);
        let name = from[1..].split('}').next().unwrap_or_default();
        let is_name = !name.is_empty()
            && from.len() > name.len() + 1
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        if is_name {
            result.push(':');
            result.extend(name.chars().filter(|character| *character != '-'));
            rest = &from[name.len() + 2..];
        } else {
            result.push('{');
            rest = &from[1..];
        }
    }
    result.push_str(rest);
    result
}

fn responses(root: &Node<'_>, operation: &Node<'_>, dialect: Dialect) -> Vec<Response> {
    let mut responses = Vec::new();
    let declared = operation.get("responses");
    for (status, response) in declared.iter().flat_map(Node::fields) {
        let status_code = match status {
            "default" => 200,
            _ => match status.parse::<u16>() {
                Ok(code) if (100..=999).contains(&code) && status.len() == 3 => code,
                _ => continue,
            },
        };
        let content = content(root, operation, &response, dialect);
        let headers = headers(&content.kind, &response);
        let make = |label: &str, body: String| Response {
            body,
            status_code,
            label: label.to_owned(),
            headers: headers.clone(),
            ..Response::default()
        };
        responses.push(make(
            response.text("description").unwrap_or_default(),
            content.schema.as_ref().map(body).unwrap_or_default(),
        ));
        for (label, example) in &content.examples {
            let text = example
                .as_ref()
                .map(|value| pretty(value))
                .unwrap_or_default();
            responses.push(make(label, text));
        }
    }
    if responses.is_empty() {
        responses.push(Response {
            body: String::new(),
            headers: vec![Header::new("Content-Type", "application/json")],
            ..Response::default()
        });
    }
    responses[0].default = true;
    responses
}

struct Content<'a> {
    /// The Content-Type.
    kind: String,
    schema: Option<Node<'a>>,
    examples: Vec<(&'a str, Option<&'a Value>)>,
}

fn content<'a>(
    root: &Node<'a>,
    operation: &Node<'a>,
    response: &Node<'a>,
    dialect: Dialect,
) -> Content<'a> {
    let types: Vec<&str> = match dialect {
        Dialect::Swagger2 => [operation, root]
            .into_iter()
            .flat_map(|owner| [owner.get("produces"), owner.get("consumes")])
            .flatten()
            .next()
            .and_then(|list| list.value().as_array())
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect(),
        Dialect::OpenApi3 => match response.get("content") {
            Some(content) => content.fields().into_iter().map(|(name, _)| name).collect(),
            None => Vec::new(),
        },
    };
    let kind = match types.first() {
        Some(first) if !types.contains(&"application/json") => first,
        _ => "application/json",
    };
    let mut content = Content {
        kind: kind.to_owned(),
        schema: None,
        examples: Vec::new(),
    };
    let Some(json) = types.iter().find(|name| is_json(name)) else {
        return content;
    };
    let (schema, examples) = match dialect {
        Dialect::Swagger2 => (response.get("schema"), response.get("examples")),
        Dialect::OpenApi3 => {
            let media = response
                .get("content")
                .and_then(|content| content.get(json));
            match media {
                Some(media) => (media.get("schema"), media.get("examples")),
                None => (None, None),
            }
        }
    };
    content.schema = schema;
    for (label, example) in examples.iter().flat_map(Node::fields) {
        let value = match dialect {
            Dialect::Swagger2 => Some(example.value()),
            Dialect::OpenApi3 => example.get("value").map(|value| value.value()),
        };
        content.examples.push((label, value));
    }
    content
}

/// Whether a media type is JSON, as Mockoon sees it: `application/json…` or
/// `application/…+json…`.
fn is_json(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.match_indices("application/").any(|(start, prefix)| {
        let rest = &name[start + prefix.len()..];
        rest.starts_with("json") || rest.contains("+json")
    })
}

fn headers(kind: &str, response: &Node<'_>) -> Vec<Header> {
    let mut headers = vec![Header::new("Content-Type", kind)];
    for (name, header) in response.get("headers").iter().flat_map(Node::fields) {
        let examples = header.get("examples");
        let first = examples.and_then(|examples| {
            let (_, first) = examples.fields().into_iter().next()?;
            first.get("value")
        });
        let value = match (header.get("example").or(first), header.get("schema")) {
            (Some(example), _) => plain(example.value()),
            (None, Some(schema)) => text(&schema),
            (None, None) => String::new(),
        };
        headers.push(Header::new(name, value));
    }
    headers
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_and_prefixes() {
        for (path, expected) in [
            ("/a/{b-c}/{d_e}", "a/:bc/:d_e"),
            ("/{a}.{b}/{1}", ":a.:b/:1"),
            ("/{a b}/{}/{x", "{a b}/{}/{x"),
            ("//x", "/x"),
            ("x", "x"),
        ] {
            assert_eq!(endpoint(path), expected, "{path}");
        }
        for (servers, expected) in [
            (json!([{ "url": "/v1" }]), "v1"),
            (json!([{ "url": "v1" }]), ""),
            (json!([{ "url": "https://x.y/z/" }]), "z/"),
            (json!([{ "url": "https://x.y" }]), ""),
            (json!([{ "url": "http://x:80/a/é?q#f" }]), "a/%C3%A9"),
            (
                json!([{ "url": "https://{h}/{v}/{v}", "variables": { "h": { "default": "x" },
                "v": { "default": "2" } } }]),
                "2/2",
            ),
            (json!([{ "url": "https://x/{v}/a" }]), "/a"),
            (json!([{ "url": "/{v}" }]), ""),
            (json!([{ "url": "https://{h}/v1" }]), ""),
            (
                json!([{ "url": "/{ v }{w", "variables": { "w": {} } }]),
                "{ v }{w",
            ),
            (
                json!([{ "url": "/{v}", "variables": { "v": {} } }]),
                "undefined",
            ),
            (
                json!([{ "url": "/{v}", "variables": { "v": { "default": "{w}" },
                "w": { "default": "1" } } }]),
                "{w}",
            ),
            (json!([{ "url": "http://x/a/../b" }]), "b"),
            (json!([{ "url": "localhost:80/v1" }]), "80/v1"),
            (json!([{}]), ""),
            (json!([]), ""),
        ] {
            let document = json!({ "servers": servers });
            assert_eq!(
                prefix_of_server(&Node::root(&document)),
                expected,
                "{servers}"
            );
        }
    }

    fn shape(document: &Value, dialect: Dialect) -> Vec<String> {
        let environment = import(document, dialect);
        let mut lines = Vec::new();
        for route in &environment.routes {
            for response in &route.responses {
                lines.push(format!(
                    "{} {} {} {:?} {} {}",
                    route.method,
                    route.endpoint,
                    response.status_code,
                    response.label,
                    response.headers[0].value,
                    response.body.replace('\n', "")
                ));
            }
        }
        lines
    }

    #[test]
    fn responses_of_openapi_3() {
        let document = json!({ "openapi": "3.0.0", "info": {}, "paths": { "/a": {
            "parameters": [], "trace": {},
            "get": { "responses": {
                "default": { "description": "d" }, "4XX": {}, "99": {},
                "404": { "content": { "text/xml": {}, "application/hal+json": { "schema": { "example": 1 } } } },
                "200": { "$ref": "#/r" } } },
            "put": {} } },
            "r": { "description": "r", "content": { "application/json": {
                "example": 5, "examples": { "one": { "value": { "x": 1 } }, "two": {} } } } } });
        assert_eq!(
            shape(&document, Dialect::OpenApi3),
            [
                "get a 200 \"r\" application/json ",
                "get a 200 \"one\" application/json {  \"x\": 1}",
                "get a 200 \"two\" application/json ",
                "get a 404 \"\" text/xml 1",
                "get a 200 \"d\" application/json ",
                "put a 200 \"\" application/json ",
            ]
        );
    }

    #[test]
    fn media_types_of_swagger_2() {
        for (root, operation, expected) in [
            (json!({}), json!({}), "application/json "),
            (
                json!({ "produces": ["application/json"] }),
                json!({}),
                "application/json 1",
            ),
            (
                json!({ "produces": ["text/xml"], "consumes": ["application/json"] }),
                json!({}),
                "text/xml ",
            ),
            (
                json!({ "produces": ["text/xml"] }),
                json!({ "consumes": ["application/json"] }),
                "application/json 1",
            ),
            (
                json!({ "produces": ["application/json"] }),
                json!({ "produces": [] }),
                "application/json ",
            ),
        ] {
            let mut document = root.clone();
            document["swagger"] = json!("2.0");
            let mut get = operation.clone();
            get["responses"] = json!({ "200": { "schema": { "example": 1 } } });
            document["paths"] = json!({ "/a": { "get": get } });
            let expected = format!("get a 200 \"\" {expected}");
            assert_eq!(
                shape(&document, Dialect::Swagger2),
                [expected],
                "{root} {operation}"
            );
        }
    }

    #[test]
    fn header_values() {
        let document = json!({ "headers": { "A": { "example": 0 }, "B": { "schema": { "type": "integer" } },
            "C": { "examples": { "p": { "value": "pv" } } }, "D": {},
            "E": { "schema": { "properties": { "x": { "example": 1 } } } } } });
        let values: Vec<String> = headers("k", &Node::root(&document))
            .into_iter()
            .map(|header| header.value)
            .collect();
        let object = "{\n  \"x\": 1\n}";
        assert_eq!(
            values,
            [
                "k",
                "0",
                "{{faker 'number.int' max=99999}}",
                "pv",
                "",
                object
            ]
        );
    }

    #[test]
    fn a_chain_of_references_ends() {
        let next = |n: usize| json!({ "$ref": format!("#/s/{n}") });
        for links in [100, 30_000] {
            let chain: serde_json::Map<_, _> = (0..links)
                .map(|n| {
                    (
                        n.to_string(),
                        json!({ "properties": { "next": next(n + 1) } }),
                    )
                })
                .collect();
            let content = json!({ "application/json": { "schema": next(0) } });
            let operation = json!({ "responses": { "200": { "content": content } } });
            let document = json!({ "paths": { "/a": { "get": operation } }, "s": chain });
            let environment = import(&document, Dialect::OpenApi3);
            let body = &environment.routes[0].responses[0].body;
            assert_eq!(body.matches("next").count(), links.min(500), "{links}");
        }
    }
}
