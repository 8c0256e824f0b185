//! An example of a schema, as a template: fake data where the schema leaves the value open.

use serde_json::{Map, Value};

use super::reference::Node;

/// Schemas can refer to each other so that an example of a few lines would grow without end;
/// this many values are enough for any real one.
const MOST_VALUES: usize = 50_000;

/// The body for a schema: JSON with two spaces, helpers for numbers and booleans unquoted.
pub(super) fn body(schema: &Node<'_>) -> String {
    let mut budget = MOST_VALUES;
    match generate(schema, &mut budget) {
        Some(value) => unquote(&pretty(&value)),
        None => String::new(),
    }
}

/// The text for a schema where a text is needed, as in a header.
pub(super) fn text(schema: &Node<'_>) -> String {
    let mut budget = MOST_VALUES;
    plain(&generate(schema, &mut budget).unwrap_or_default())
}

/// A value as a text: texts as they are, everything else as JSON.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => unquote(&pretty(other)),
    }
}

/// As JavaScript prints it: `1` for `1.0`, integer-like keys first.
pub(super) fn pretty(value: &Value) -> String {
    let text = value.to_string();
    wasmock_javascript::json::parse(&text)
        .ok()
        .and_then(|value| wasmock_javascript::json::to_pretty_text(&value, 2))
        .unwrap_or(text)
}

fn generate(schema: &Node<'_>, budget: &mut usize) -> Option<Value> {
    if *budget == 0 {
        return None;
    }
    *budget -= 1;
    let fields = match schema.value() {
        // A reference that led nowhere: an empty schema.
        Value::Null => return Some(Value::from("")),
        Value::Object(fields) => fields,
        _ => return None,
    };
    if let Some(Value::Array(choices)) = fields.get("enum") {
        return Some(one_of(choices));
    }
    for field in ["example", "default"] {
        if let Some(value) = schema.get(field) {
            return Some(value.value().clone());
        }
    }
    if let Some(parts) = parts(schema, "allOf") {
        return Some(merged(&parts, budget));
    }
    for field in ["oneOf", "anyOf"] {
        if let Some(parts) = parts(schema, field) {
            return generate(&parts[0], budget);
        }
    }
    let kind = match fields.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str),
        Some(kind) => kind.as_str(),
        None if fields.contains_key("properties") => Some("object"),
        None => None,
    };
    let format = fields.get("format").and_then(Value::as_str);
    Some(match kind {
        Some("object") => properties(schema, budget),
        Some("array") => {
            let item = schema.get("items").and_then(|items| {
                // A list of schemas is not one schema: an empty one stands for it.
                if items.value().is_array() {
                    Some(Value::from(""))
                } else {
                    generate(&items, budget)
                }
            });
            let item = item.unwrap_or_default();
            if fields.get("collectionFormat").and_then(Value::as_str) == Some("csv") {
                item
            } else {
                Value::Array(vec![item])
            }
        }
        Some("number" | "integer") => Value::from(match format {
            Some("float" | "double") => "{{faker 'number.float'}}",
            _ => "{{faker 'number.int' max=99999}}",
        }),
        Some("boolean") => Value::from("{{faker 'datatype.boolean'}}"),
        Some("string") => Value::from(match format {
            Some("date") => "{{date '2019' (now) 'yyyy-MM-dd'}}",
            Some("date-time") => "{{faker 'date.recent' 365}}",
            Some("email") => "{{faker 'internet.email'}}",
            Some("uuid") => "{{faker 'string.uuid'}}",
            _ => "",
        }),
        _ => Value::from(""),
    })
}

fn parts<'a>(schema: &Node<'a>, field: &str) -> Option<Vec<Node<'a>>> {
    let list = schema.get(field)?;
    let count = list.value().as_array()?.len();
    let parts: Vec<Node<'a>> = (0..count).filter_map(|index| list.at(index)).collect();
    (!parts.is_empty()).then_some(parts)
}

fn properties(schema: &Node<'_>, budget: &mut usize) -> Value {
    let mut object = Map::new();
    if let Some(properties) = schema.get("properties") {
        for (name, property) in properties.fields() {
            // A null in the document is no schema; one from a broken reference is an empty one.
            let written = properties.value().get(name);
            if written.is_some_and(Value::is_null) {
                continue;
            }
            if let Some(value) = generate(&property, budget) {
                object.insert(name.to_owned(), value);
            }
        }
    }
    Value::Object(object)
}

/// `allOf`: the properties of all parts, unless they bring choices, examples or a default.
fn merged(parts: &[Node<'_>], budget: &mut usize) -> Value {
    let mut choices: Option<Vec<Value>> = None;
    let mut example: Option<Map<String, Value>> = None;
    let mut default = None;
    let mut object = Map::new();
    for part in parts {
        if let Some(Value::Array(more)) = part.get("enum").map(|list| list.value()) {
            choices
                .get_or_insert_with(Vec::new)
                .extend(more.iter().cloned());
        }
        if let Some(own) = part.get("example") {
            let example = example.get_or_insert_with(Map::new);
            example.extend(own.value().as_object().cloned().unwrap_or_default());
        }
        if default.is_none() {
            default = part.get("default").map(|own| own.value().clone());
        }
        if let Value::Object(own) = properties(part, budget) {
            object.extend(own);
        }
    }
    match (choices, example, default) {
        (Some(choices), _, _) => one_of(&choices),
        (_, Some(example), _) => Value::Object(example),
        (_, _, Some(default)) => default,
        _ => Value::Object(object),
    }
}

/// One of the choices, by a helper. What its arguments cannot express (objects, texts with
/// quotes) is left out; if nothing remains, the first choice is the answer.
fn one_of(choices: &[Value]) -> Value {
    let arguments: Vec<String> = choices
        .iter()
        .filter_map(|choice| match choice {
            Value::String(text) if text.contains(['\'', '"', '\\', '\n']) => None,
            Value::String(text) => Some(format!("'{text}'")),
            Value::Array(_) | Value::Object(_) => None,
            other => Some(pretty(other)),
        })
        .collect();
    match (arguments.is_empty(), choices.first()) {
        (true, Some(first)) => first.clone(),
        (true, None) => Value::from(""),
        _ => Value::from(format!("{{{{oneOf {}}}}}", arguments.join(" "))),
    }
}

/// Takes the quotes off helpers that print numbers, booleans and nulls.
fn unquote(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("\"{{") {
        let (before, from) = rest.split_at(start);
        result.push_str(before);
        let inner = &from[1..];
        let bare = inner
            .find("}}\"")
            .map(|end| &inner[..end + 2])
            .filter(|helper| prints_bare(helper));
        match bare {
            Some(helper) => {
                result.push_str(helper);
                rest = &inner[helper.len() + 1..];
            }
            None => {
                result.push('"');
                rest = inner;
            }
        }
    }
    result.push_str(rest);
    result
}

fn prints_bare(helper: &str) -> bool {
    if [
        "{{faker 'number.int' max=99999}}",
        "{{faker 'number.float'}}",
        "{{faker 'datatype.boolean'}}",
    ]
    .contains(&helper)
    {
        return true;
    }
    let arguments = helper
        .strip_prefix("{{oneOf ")
        .and_then(|rest| rest.strip_suffix("}}"));
    arguments.is_some_and(|arguments| {
        arguments.split(' ').all(|argument| {
            matches!(argument, "true" | "false" | "null") || argument.parse::<f64>().is_ok()
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bodies_of_schemas() {
        let int = "{{faker 'number.int' max=99999}}";
        for (schema, expected) in [
            (json!({ "type": "integer" }), int.to_owned()),
            (
                json!({ "type": "number", "format": "double" }),
                "{{faker 'number.float'}}".to_owned(),
            ),
            (json!({ "type": "string" }), "\"\"".to_owned()),
            (json!({}), "\"\"".to_owned()),
            (json!(true), String::new()),
            (json!({ "type": ["object", "null"] }), "{}".to_owned()),
            (json!({ "type": "array" }), "[\n  null\n]".to_owned()),
            (
                json!({ "type": "array", "items": { "type": "boolean" } }),
                "[\n  {{faker 'datatype.boolean'}}\n]".to_owned(),
            ),
            (
                json!({ "type": "array", "items": { "type": "integer" }, "collectionFormat": "csv" }),
                int.to_owned(),
            ),
            (
                json!({ "enum": [1, -2.5, null] }),
                "{{oneOf 1 -2.5 null}}".to_owned(),
            ),
            (
                json!({ "enum": ["a", 1] }),
                "\"{{oneOf 'a' 1}}\"".to_owned(),
            ),
            (
                json!({ "enum": ["it's", "b"] }),
                "\"{{oneOf 'b'}}\"".to_owned(),
            ),
            (json!({ "enum": ["it's"] }), "\"it's\"".to_owned()),
            (json!({ "example": 1.0, "default": 2 }), "1".to_owned()),
            (
                json!({ "default": null, "type": "integer" }),
                "null".to_owned(),
            ),
            (
                json!({ "properties": { "b": { "type": "string", "format": "uuid" }, "1": null,
                "0": { "type": "integer" } } }),
                format!("{{\n  \"0\": {int},\n  \"b\": \"{{{{faker 'string.uuid'}}}}\"\n}}"),
            ),
            (
                json!({ "allOf": [{ "properties": { "a": { "example": 1 } } },
                { "properties": { "b": { "example": 2 } } }], "properties": { "own": {} } }),
                "{\n  \"a\": 1,\n  \"b\": 2\n}".to_owned(),
            ),
            (
                json!({ "allOf": [{ "enum": ["a"] }, { "enum": ["b"] }] }),
                "\"{{oneOf 'a' 'b'}}\"".to_owned(),
            ),
            (
                json!({ "oneOf": [{ "type": "integer" }, {}] }),
                int.to_owned(),
            ),
        ] {
            assert_eq!(body(&Node::root(&schema)), expected, "{schema}");
        }
    }

    #[test]
    fn circles_end_and_growth_has_a_limit() {
        let mut schemas = Map::new();
        schemas.insert("loop".to_owned(), json!({ "properties": {
            "again": { "$ref": "#/s/loop" }, "list": { "type": "array", "items": { "$ref": "#/s/loop" } } } }));
        for level in 0..30 {
            let next = json!({ "$ref": format!("#/s/{}", level + 1) });
            schemas.insert(
                level.to_string(),
                json!({ "properties": { "a": next, "b": next } }),
            );
        }
        let document = json!({ "s": schemas, "x": { "$ref": "#/s/loop" }, "y": { "$ref": "#/s/0" },
            "z": { "$ref": "other.json" } });
        let root = Node::root(&document);
        assert_eq!(
            body(&root.get("x").unwrap()),
            "{\n  \"again\": \"\",\n  \"list\": [\n    \"\"\n  ]\n}"
        );
        assert!(body(&root.get("y").unwrap()).len() < 20_000_000);
        assert_eq!(body(&root.get("z").unwrap()), "\"\"");
    }
}
