//! The same answers as imposters of Mountebank's format, for Rift.

use serde_json::{Value, json};

use crate::environments::{MATCHED, STATIC, Size};

/// What Rift serves of the scenario whose bare server is `bare`; none where it has no such thing.
pub(crate) fn imposters(port: u16, bare: &str, size: Size) -> Option<Value> {
    let stubs: Vec<Value> = match bare {
        "http-static" if size.routes == 0 => vec![stub(&[path("/static")], STATIC)],
        "http-static" => (0..size.routes)
            .map(|number| {
                let path = format!("^/many/{number}/items/[^/]+$");
                stub(&[json!({ "matches": { "path": path } })], STATIC)
            })
            .collect(),
        "http-rules" => (0..8)
            .map(|number| {
                let kind = json!({ "equals": { "body": { "kind": format!("kind-{number}") } } });
                let body = if number == 7 { MATCHED } else { STATIC };
                stub(&[path("/rules"), kind], body)
            })
            .collect(),
        _ => return None,
    };
    let imposter = json!({ "port": port, "protocol": "http", "stubs": stubs });
    Some(json!({ "imposters": [imposter] }))
}

fn path(path: &str) -> Value {
    json!({ "equals": { "path": path } })
}

fn stub(predicates: &[Value], body: &str) -> Value {
    let headers = json!({ "Content-Type": "application/json; charset=utf-8" });
    let answer = json!({ "is": { "statusCode": 200, "headers": headers, "body": body } });
    json!({ "predicates": predicates, "responses": [answer] })
}
