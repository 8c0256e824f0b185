//! Expands the short form in which cases are written into a Mockoon environment.
//!
//! The recorder does the same in `tests/parity/lib/expand.mjs`; both sides must give the
//! same file, or the two servers are asked different questions. Fields that a case leaves
//! out stay out: their defaults are the servers' business.

use serde_json::{Map, Value, json};

const ROUTE_FIELDS: [&str; 7] = [
    "responses",
    "responseMode",
    "streamingMode",
    "streamingInterval",
    "documentation",
    "uuid",
    "wasmock",
];

fn uuid(kind: char, number: usize) -> Value {
    Value::from(format!("{kind}0000000-0000-4000-8000-{number:012}"))
}

fn text(value: &Value) -> Value {
    match value {
        Value::String(_) => value.clone(),
        other => Value::from(other.to_string()),
    }
}

fn headers(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| json!({ "key": key, "value": value }))
            .collect(),
        Value::Array(list) => list
            .iter()
            .map(|item| match item {
                Value::Array(pair) => json!({ "key": pair.first(), "value": pair.get(1) }),
                other => other.clone(),
            })
            .collect(),
        other => other.clone(),
    }
}

fn rule(value: &Value) -> Value {
    let Value::Array(parts) = value else {
        return value.clone();
    };
    let operator = parts.get(2).and_then(Value::as_str).unwrap_or_default();
    json!({
        "target": parts.first(),
        "modifier": parts.get(1),
        "operator": operator.trim_start_matches('!'),
        "value": parts.get(3).map_or_else(|| Value::from(""), text),
        "invert": operator.starts_with('!'),
    })
}

fn response(value: &Value, number: usize) -> Value {
    let mut result = Map::new();
    result.insert("uuid".to_owned(), uuid('b', number));
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match key.as_str() {
                    "status" => _ = result.insert("statusCode".to_owned(), value.clone()),
                    "file" => {
                        result.insert("bodyType".to_owned(), Value::from("FILE"));
                        result.insert("filePath".to_owned(), value.clone());
                        result.entry("sendFileAsBody").or_insert(Value::Bool(true));
                    }
                    "bucket" => {
                        result.insert("bodyType".to_owned(), Value::from("DATABUCKET"));
                        result.insert("databucketID".to_owned(), value.clone());
                    }
                    "body" => _ = result.insert(key.clone(), text(value)),
                    "headers" => _ = result.insert(key.clone(), headers(value)),
                    "rules" => {
                        let rules = value
                            .as_array()
                            .map(|rules| rules.iter().map(rule).collect());
                        result.insert(key.clone(), rules.unwrap_or_else(|| value.clone()));
                    }
                    _ => _ = result.insert(key.clone(), value.clone()),
                }
            }
        }
        body => _ = result.insert("body".to_owned(), text(body)),
    }
    Value::Object(result)
}

fn route(value: &Value, number: usize) -> Value {
    let Some(map) = value.as_object() else {
        return value.clone();
    };
    let mut fields = map.clone();
    let line = match fields.remove("route") {
        Some(line) => line.as_str().unwrap_or_default().to_owned(),
        None if map.len() == 1 => {
            let Some((line, content)) = map.iter().next() else {
                return value.clone();
            };
            fields = match content {
                Value::Array(list) => {
                    Map::from_iter([("responses".to_owned(), Value::Array(list.clone()))])
                }
                Value::Object(map) if ROUTE_FIELDS.iter().any(|field| map.contains_key(*field)) => {
                    map.clone()
                }
                one => Map::from_iter([("responses".to_owned(), json!([one]))]),
            };
            line.clone()
        }
        None => {
            fields.entry("uuid").or_insert_with(|| uuid('a', number));
            return Value::Object(fields);
        }
    };
    let (word, endpoint) = line.split_once(' ').unwrap_or((&line, ""));
    let kind = match word {
        "CRUD" => "crud",
        "WS" => "ws",
        _ => "http",
    };
    let mut result = Map::new();
    result.insert("uuid".to_owned(), uuid('a', number));
    result.insert("type".to_owned(), Value::from(kind));
    result.insert(
        "method".to_owned(),
        Value::from(if kind == "http" {
            word.to_lowercase()
        } else {
            String::new()
        }),
    );
    result.insert("endpoint".to_owned(), Value::from(endpoint));
    result.extend(fields);
    if let Some(Value::Array(list)) = result.get_mut("responses") {
        let mut whole: Vec<Value> = list
            .iter()
            .enumerate()
            .map(|(index, item)| response(item, number * 100 + index))
            .collect();
        if whole.iter().all(|item| item.get("default").is_none())
            && let Some(Value::Object(first)) = whole.first_mut()
        {
            first.insert("default".to_owned(), Value::Bool(true));
        }
        *list = whole;
    }
    Value::Object(result)
}

/// The environment file for a case called `name`, listening on `port`.
pub fn environment(value: &Value, name: &str, port: u16) -> Value {
    let mut result = Map::new();
    result.insert("uuid".to_owned(), uuid('e', 1));
    result.insert("lastMigration".to_owned(), Value::from(33));
    result.insert("name".to_owned(), Value::from(name));
    if let Value::Object(map) = value {
        result.extend(map.clone());
    }
    result.insert("port".to_owned(), Value::from(port));
    let routes: Vec<Value> = match value.get("routes") {
        Some(Value::Array(list)) => list
            .iter()
            .enumerate()
            .map(|(index, item)| route(item, index + 1))
            .collect(),
        _ => Vec::new(),
    };
    if value.get("rootChildren").is_none() && value.get("folders").is_none() {
        let children = routes
            .iter()
            .map(|item| json!({ "type": "route", "uuid": item.get("uuid") }))
            .collect();
        result.insert("rootChildren".to_owned(), children);
    }
    result.insert("routes".to_owned(), Value::Array(routes));
    for field in ["headers", "proxyReqHeaders", "proxyResHeaders"] {
        if let Some(list) = result.get_mut(field) {
            *list = headers(list);
        }
    }
    if let Some(Value::Object(buckets)) = result.get("data") {
        let list = buckets.iter().enumerate();
        let list = list.map(|(index, (name, value))| {
            json!({ "uuid": uuid('d', index + 1), "id": name, "name": name, "value": text(value) })
        });
        let list = list.collect();
        result.insert("data".to_owned(), list);
    }
    if let Some(Value::Array(callbacks)) = result.get_mut("callbacks") {
        for callback in callbacks {
            if let Some(list) = callback.get_mut("headers") {
                *list = headers(list);
            }
        }
    }
    Value::Object(result)
}
