//! The environment that wasmock and Mockoon serve.

use serde_json::{Value, json};

use crate::streams::{INTERVAL, ROUND};

/// The body that needs no work.
pub(crate) const STATIC: &str = r#"{"message":"Hello","items":[1,2,3],"ok":true}"#;
/// The body of the eighth rule.
pub(crate) const MATCHED: &str = r#"{"matched":8}"#;

/// What a client of the one-to-one stream gets with each message.
pub(crate) const STREAM_TEXT: &str = r#"{"id":"42","q":"abc","agent":"bench"}"#;

/// A message of the broadcast: a hundred bytes that begin with its number.
pub(crate) fn stream_text(number: u32) -> String {
    format!("{number:03} {:.<96}", "")
}

fn response(body: &str, rules: &Value, default: bool) -> Value {
    json!({
        "body": body, "default": default, "rules": rules, "crudKey": "id",
        "headers": [{ "key": "Content-Type", "value": "application/json; charset=utf-8" }],
    })
}

fn route(kind: &str, endpoint: &str, responses: &[Value]) -> Value {
    let method = if kind == "ws" { "" } else { "all" };
    json!({ "type": kind, "method": method, "endpoint": endpoint, "responses": responses })
}

fn rules() -> Vec<Value> {
    let mut responses: Vec<Value> = (0..8)
        .map(|number| {
            let rule = json!([{
                "target": "body", "modifier": "kind", "operator": "equals",
                "value": format!("kind-{number}"), "invert": false,
            }]);
            response(if number == 7 { MATCHED } else { STATIC }, &rule, false)
        })
        .collect();
    responses.push(response(STATIC, &json!([]), true));
    responses
}

/// The sequence of the broadcast: the response of the n-th tick begins with n.
fn numbered() -> Vec<Value> {
    (1..=ROUND)
        .map(|n| response(&stream_text(n % ROUND), &json!([]), n == 1))
        .collect()
}

fn stream(endpoint: &str, mode: &str, responses: &[Value]) -> Value {
    let mut route = route("ws", endpoint, responses);
    route["streamingMode"] = mode.into();
    route["streamingInterval"] = INTERVAL.into();
    route["responseMode"] = "SEQUENTIAL".into();
    route
}

/// What the environment holds beside the routes that every scenario has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Size {
    /// Parameterised routes.
    pub(crate) routes: usize,
    /// Objects of the CRUD route's bucket.
    pub(crate) objects: usize,
}

/// The file that a route serves, beside the environment.
pub(crate) const FILE: &str = "file.bin";
/// Its size.
pub(crate) const FILE_BYTES: usize = 100 << 10;

/// Ten helpers of all kinds; the bare server makes the same text.
const TEN: &str = r#"{"id":"{{urlParam 'id'}}","q":"{{queryParam 'q'}}","agent":"{{header 'user-agent'}}","upper":"{{uppercase (queryParam 'q')}}","sum":{{add 1 2 3}},"joined":"{{concat 'a' (urlParam 'id') 'b'}}","part":"{{substr 'hello' 1 3}}","is":{{#if (eq (urlParam 'id') '42')}}true{{else}}false{{/if}},"list":[{{#each (array 1 2 3)}}{{this}}{{#unless @last}},{{/unless}}{{/each}}]}"#;
/// A hundred objects of fake data.
const FAKES: &str = r#"[{{#repeat 100}}{"id":"{{faker 'string.uuid'}}","name":"{{faker 'person.fullName'}}","age":{{faker 'number.int' max=99}} }{{/repeat}}]"#;

/// An object of the bucket, as its text.
pub(crate) fn object(number: usize) -> Value {
    json!({ "id": number.to_string(), "name": format!("Object {number}"), "price": number % 977 })
}

/// Everything the scenarios ask for.
pub(crate) fn environment(port: u16, size: Size) -> Value {
    let template =
        r#"{"id":"{{urlParam 'id'}}","q":"{{queryParam 'q'}}","agent":"{{header 'user-agent'}}"}"#;
    let ws_template = r#"{"id":"{{body 'id'}}","kind":"{{body 'kind'}}","text":"{{body 'text'}}"}"#;
    let plain = |body| vec![response(body, &json!([]), true)];
    let mut all = vec![
        route("http", "static", &plain(STATIC)),
        route("http", "template/:id", &plain(template)),
        route("http", "ten/:id", &plain(TEN)),
        route("http", "fakes", &plain(FAKES)),
        route("http", "rules", &rules()),
        route("ws", "plain", &plain(STATIC)),
        route("ws", "template", &plain(ws_template)),
        route("ws", "rules", &rules()),
        stream("one-to-one/:id", "UNICAST", &plain(template)),
        stream("broadcast", "BROADCAST", &numbered()),
    ];
    let mut file = response("", &json!([]), true);
    file["bodyType"] = "FILE".into();
    file["filePath"] = FILE.into();
    file["headers"] = json!([{ "key": "Content-Type", "value": "application/octet-stream" }]);
    all.push(route("http", "file", &[file]));
    let mut objects = response("", &json!([]), true);
    objects["bodyType"] = "DATABUCKET".into();
    objects["databucketID"] = "objs".into();
    let mut crud = route("crud", "objects", &[objects]);
    crud["method"] = "".into();
    all.push(crud);
    let objects: Vec<Value> = (0..size.objects).map(object).collect();
    for number in 0..size.routes {
        all.push(route(
            "http",
            &format!("many/{number}/items/:id"),
            &plain(STATIC),
        ));
    }
    let mut uuid = 0u32;
    for route in &mut all {
        uuid += 1;
        route["uuid"] = format!("00000000-0000-4000-8000-{uuid:012x}").into();
    }
    let children: Vec<Value> = all
        .iter()
        .map(|route| json!({ "type": "route", "uuid": route["uuid"] }))
        .collect();
    json!({
        "uuid": "00000000-0000-4000-9000-000000000000", "lastMigration": 33, "name": "Bench",
        "port": port, "hostname": "127.0.0.1", "routes": all, "rootChildren": children,
        "data": [{
            "uuid": "00000000-0000-4000-a000-000000000000", "id": "objs", "name": "objects",
            "value": Value::from(objects).to_string(),
        }],
    })
}
