//! Moves the `wasmock` keys of a file into its sidecar.
//!
//! Mockoon's app drops keys it does not know when it saves. After the split it may save the
//! environment as often as it likes.

use serde_json::{Map, Value};

use crate::load::LoadError;
use crate::problem::{OrProblem, Problem};
use crate::source::{self, Format};

/// Splits an environment's text into the environment without `wasmock` keys (in its own
/// notation) and the sidecar (YAML). Nothing else of the environment changes but its layout on
/// the page.
///
/// # Errors
/// When the text is not JSON or YAML, is no object, or has no `wasmock` key.
pub fn split(text: &str, format: Option<Format>) -> Result<(String, String), LoadError> {
    let format = format.unwrap_or_else(|| Format::of_text(text));
    let invalid = |problem| LoadError::invalid(vec![problem]);
    let boxed = |problem: Box<Problem>| LoadError::invalid(vec![*problem]);
    let mut document = source::read(text, format).map_err(boxed)?;
    let Some(environment) = document.as_object_mut() else {
        return Err(invalid(
            Problem::error("", "this is not an environment").expected("an object with `routes`"),
        ));
    };
    let mut sidecar = take(environment);
    let names: Vec<String> = items(environment, "routes").map(route_name).collect();
    let mut routes = Map::new();
    for (index, route) in items_mut(environment, "routes").enumerate() {
        let mut own = take(route);
        let responses = entries(route, "responses", |response| {
            let mut own = take(response);
            insert(&mut own, "rules", entries(response, "rules", take));
            own
        });
        insert(&mut own, "responses", responses);
        // A name that several routes share would be ambiguous.
        let uuid = route
            .get("uuid")
            .and_then(Value::as_str)
            .unwrap_or_default();
        let shared = names.iter().filter(|name| **name == names[index]).count() > 1;
        if own.is_empty() {
            continue;
        }
        if shared && uuid.is_empty() {
            return Err(invalid(
                Problem::error(
                    format!("/routes/{index}"),
                    format!(
                        "several routes are `{}`, and this one has no uuid",
                        names[index]
                    ),
                )
                .remedy("Give it a `uuid`, by which the sidecar can name it."),
            ));
        }
        let name = if shared {
            uuid.to_owned()
        } else {
            names[index].clone()
        };
        routes.insert(name, Value::Object(own));
    }
    insert(&mut sidecar, "routes", routes);
    let buckets = entries(environment, "data", take);
    insert(&mut sidecar, "data", buckets);
    if sidecar.is_empty() {
        return Err(invalid(
            Problem::error("", "there is no `wasmock` key in this file")
                .remedy("There is nothing to split."),
        ));
    }
    let main = write(&document, format).map_err(boxed)?;
    let sidecar = write(&Value::Object(sidecar), Format::Yaml).map_err(boxed)?;
    Ok((main, sidecar))
}

fn write(value: &Value, format: Format) -> OrProblem<String> {
    match format {
        Format::Json => Ok(format!("{value:#}\n")),
        Format::Yaml => serde_saphyr::to_string(value).map_err(|error| {
            Box::new(Problem::error(
                "",
                format!("this cannot be written as YAML: {error}"),
            ))
        }),
    }
}

fn take(owner: &mut Map<String, Value>) -> Map<String, Value> {
    match owner.shift_remove("wasmock") {
        Some(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

fn insert(owner: &mut Map<String, Value>, key: &str, fields: Map<String, Value>) {
    if !fields.is_empty() {
        owner.insert(key.to_owned(), Value::Object(fields));
    }
}

/// What the entries of a list had, by their index.
fn entries(
    owner: &mut Map<String, Value>,
    list: &str,
    mut taken: impl FnMut(&mut Map<String, Value>) -> Map<String, Value>,
) -> Map<String, Value> {
    let mut all = Map::new();
    for (index, item) in items_mut(owner, list).enumerate() {
        insert(&mut all, &index.to_string(), taken(item));
    }
    all
}

fn items<'a>(
    owner: &'a Map<String, Value>,
    list: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let items = owner.get(list).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_object)
}

fn items_mut<'a>(
    owner: &'a mut Map<String, Value>,
    list: &str,
) -> impl Iterator<Item = &'a mut Map<String, Value>> {
    let items = owner.get_mut(list).and_then(Value::as_array_mut);
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// `METHOD /path`, as the sidecar names a route.
fn route_name(route: &Map<String, Value>) -> String {
    let text = |field| route.get(field).and_then(Value::as_str).unwrap_or_default();
    let method = match text("type") {
        kind @ ("crud" | "ws") => kind,
        _ if text("method").is_empty() => "get",
        _ => text("method"),
    };
    format!(
        "{} /{}",
        method.to_uppercase(),
        text("endpoint").trim_matches('/')
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_split_can_be_merged_again() {
        let file = json!({
            "name": "x",
            "wasmock": { "plugins": [{ "name": "p", "path": "p.wasm" }] },
            "routes": [
                { "endpoint": "a", "responses": [{}, { "wasmock": { "plugin": "p" },
                    "rules": [{ "wasmock": { "predicate": "p" } }] }] },
                { "endpoint": "b", "uuid": "one", "responses": [{}] },
                { "endpoint": "b", "uuid": "two", "wasmock": { "session": "p" } },
                { "type": "ws", "endpoint": "/c/", "wasmock": { "group": "{{x}}" } },
            ],
            "data": [{ "name": "d", "wasmock": { "plugin": "p" } }],
        });
        let (main, sidecar) = split(&file.to_string(), None).unwrap();
        assert!(!main.contains("wasmock"), "{main}");
        let mut merged = source::read(&main, Format::Json).unwrap();
        let sidecar = source::read(&sidecar, Format::Yaml).unwrap();
        let expected = json!(["GET /a", "two", "WS /c"]);
        let names: Vec<&String> = sidecar["routes"].as_object().unwrap().keys().collect();
        assert_eq!(json!(names), expected);
        let mut problems = Vec::new();
        crate::load::merge_sidecar(&mut merged, &sidecar, &mut problems);
        assert_eq!(problems, []);
        assert_eq!(merged, file);
    }

    #[test]
    fn nothing_to_split_is_said() {
        for text in ["{}", "[]", "{"] {
            assert!(split(text, None).is_err(), "{text}");
        }
    }
}
