//! The sidecar: `wasmock` keys in a file of their own.
//!
//! `NAME.wasmock.yaml` (or `.yml`, `.json`) beside `NAME.json`:
//!
//! ```yaml
//! plugins: [{ name: price, path: price.wasm }]      # of the environment
//! routes:
//!   "GET /orders/:id":                              # or the route's uuid
//!     responses:
//!       "0": { plugin: price }                      # uuid, label or index
//!   "WS /chat":
//!     group: "{{urlParam 'room'}}"
//! data:
//!   users: { plugin: people }                       # uuid, id or name
//! ```
//!
//! The value of a route holds the fields of its `wasmock` key, and `responses`; that of a
//! response holds its fields, and `rules` by index. A key that stands in both files is a
//! conflict: the environment file's wins, and it is reported.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::problem::{Problem, SourceFile, join};

/// A value that was written elsewhere: where it stands now, and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    to: String,
    file: SourceFile,
    from: String,
}

impl Moved {
    /// The whole environment, from inside the file.
    pub(super) fn from_main(from: String) -> Self {
        Self {
            to: String::new(),
            file: SourceFile::Main,
            from,
        }
    }

    /// Where something below the value was written.
    pub(super) fn back(&self, pointer: &str) -> Option<(SourceFile, String)> {
        let rest = pointer.strip_prefix(&self.to)?;
        (rest.is_empty() || rest.starts_with('/'))
            .then(|| (self.file, format!("{}{rest}", self.from)))
    }
}

/// The sidecar of an environment file, if there is one.
pub(super) fn path_for(path: &Path) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_str()?;
    ["yaml", "yml", "json"]
        .iter()
        .map(|extension| path.with_file_name(format!("{stem}.wasmock.{extension}")))
        .find(|candidate| candidate.is_file())
}

pub(crate) fn merge(
    document: &mut Value,
    sidecar: &Value,
    problems: &mut Vec<Problem>,
) -> Vec<Moved> {
    let mut merge = Merge {
        problems,
        moved: Vec::new(),
    };
    let Some(fields) = sidecar.as_object() else {
        merge.report(
            Problem::error("", "a sidecar is an object")
                .expected("an object with `plugins`, `routes` or `data`"),
        );
        return merge.moved;
    };
    merge.fields(document, fields, "", "", &["routes", "data"]);
    merge.named(
        document,
        fields,
        "routes",
        "",
        "",
        route_matches,
        |merge, route, fields, to, from| {
            merge.fields(route, fields, to, from, &["responses"]);
            merge.named(
                route,
                fields,
                "responses",
                to,
                from,
                response_matches,
                |merge, response, fields, to, from| {
                    merge.fields(response, fields, to, from, &["rules"]);
                    merge.named(
                        response,
                        fields,
                        "rules",
                        to,
                        from,
                        |_, _, _| false,
                        |merge, rule, fields, to, from| {
                            merge.fields(rule, fields, to, from, &[]);
                        },
                    );
                },
            );
        },
    );
    merge.named(
        document,
        fields,
        "data",
        "",
        "",
        bucket_matches,
        |merge, bucket, fields, to, from| {
            merge.fields(bucket, fields, to, from, &[]);
        },
    );
    merge.moved
}

struct Merge<'a> {
    problems: &'a mut Vec<Problem>,
    moved: Vec<Moved>,
}

type Fields = Map<String, Value>;

impl Merge<'_> {
    fn report(&mut self, mut problem: Problem) {
        problem.file = SourceFile::Sidecar;
        self.problems.push(problem);
    }

    /// Copies fields into the `wasmock` key of an owner.
    fn fields(
        &mut self,
        owner: &mut Value,
        fields: &Fields,
        to: &str,
        from: &str,
        except: &[&str],
    ) {
        let Some(owner) = owner.as_object_mut() else {
            return;
        };
        for (key, value) in fields {
            if except.contains(&key.as_str()) {
                continue;
            }
            let place = join(from, key);
            let key_of_owner = owner
                .entry("wasmock")
                .or_insert_with(|| Value::Object(Map::new()));
            let Some(own) = key_of_owner.as_object_mut() else {
                continue;
            };
            match own.get(key) {
                None => {
                    own.insert(key.clone(), value.clone());
                    self.moved.push(Moved {
                        to: join(&join(to, "wasmock"), key),
                        file: SourceFile::Sidecar,
                        from: place,
                    });
                }
                Some(present) if present == value => {}
                Some(_) => self.report(
                    Problem::error(place, format!("`{key}` stands in both files and differs"))
                        .remedy(format!(
                            "The one in the environment file ({to}/wasmock) is used; remove one of the two."
                        )),
                ),
            }
        }
    }

    /// Goes through the entries of a list that are named in the sidecar.
    #[expect(
        clippy::too_many_arguments,
        reason = "one walk for four kinds of entries"
    )]
    fn named(
        &mut self,
        owner: &mut Value,
        fields: &Fields,
        list: &str,
        to: &str,
        from: &str,
        matches: impl Fn(&str, &Value, &[Value]) -> bool,
        mut each: impl FnMut(&mut Self, &mut Value, &Fields, &str, &str),
    ) {
        let from = join(from, list);
        let to = join(to, list);
        let named = match fields.get(list) {
            None | Some(Value::Null) => return,
            Some(Value::Object(named)) => named,
            Some(_) => {
                self.report(
                    Problem::error(from, format!("`{list}` holds objects by name"))
                        .expected("an object"),
                );
                return;
            }
        };
        let mut none = Vec::new();
        let items = owner
            .get_mut(list)
            .and_then(Value::as_array_mut)
            .unwrap_or(&mut none);
        for (name, additions) in named {
            let place = join(&from, name);
            let Some(additions) = additions.as_object() else {
                self.report(
                    Problem::error(place, format!("`{name}` is no object")).expected("an object"),
                );
                continue;
            };
            let mut found: Vec<usize> = (0..items.len())
                .filter(|&index| matches(name, &items[index], items))
                .collect();
            if found.is_empty()
                && list != "routes"
                && let Some(index) = name
                    .parse::<usize>()
                    .ok()
                    .filter(|&index| index < items.len())
            {
                found.push(index);
            }
            match found.as_slice() {
                [index] => each(
                    self,
                    &mut items[*index],
                    additions,
                    &join(&to, index),
                    &place,
                ),
                [] => self.report(
                    Problem::error(
                        place,
                        format!("`{name}` names nothing in `{list}` of the environment"),
                    )
                    .expected(expected_name(list))
                    .remedy("Correct the name, or remove the entry."),
                ),
                _ => self.report(
                    Problem::error(
                        place,
                        format!("`{name}` names {} entries of `{list}`", found.len()),
                    )
                    .remedy("Name the one that is meant by its uuid."),
                ),
            }
        }
    }
}

fn expected_name(list: &str) -> &'static str {
    match list {
        "routes" => "a uuid, or method and path like `GET /users/:id` or `WS /chat`",
        "responses" => "a uuid, a label, or an index from 0",
        "data" => "a uuid, an id, a name, or an index from 0",
        _ => "an index from 0",
    }
}

fn is(value: &Value, field: &str, text: &str) -> bool {
    value.get(field).and_then(Value::as_str) == Some(text)
}

fn any(items: &[Value], field: &str, text: &str) -> bool {
    items.iter().any(|item| is(item, field, text))
}

/// By uuid where one has it, else by method and path. `CRUD` and `WS` stand for the methods of
/// routes that have none.
fn route_matches(name: &str, route: &Value, routes: &[Value]) -> bool {
    if any(routes, "uuid", name) {
        return is(route, "uuid", name);
    }
    let Some((method, path)) = name.trim().split_once(char::is_whitespace) else {
        return false;
    };
    let text = |field| route.get(field).and_then(Value::as_str).unwrap_or_default();
    let own = match text("type") {
        kind @ ("crud" | "ws") => kind,
        _ if text("method").is_empty() => "get",
        _ => text("method"),
    };
    own.eq_ignore_ascii_case(method)
        && text("endpoint").trim_matches('/') == path.trim().trim_matches('/')
}

fn response_matches(name: &str, response: &Value, responses: &[Value]) -> bool {
    if any(responses, "uuid", name) {
        return is(response, "uuid", name);
    }
    is(response, "label", name)
}

fn bucket_matches(name: &str, bucket: &Value, buckets: &[Value]) -> bool {
    for field in ["uuid", "id"] {
        if any(buckets, field, name) {
            return is(bucket, field, name);
        }
    }
    is(bucket, "name", name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file() -> Value {
        json!({
            "routes": [
                { "uuid": "u1", "endpoint": "orders/:id", "responses": [
                    { "uuid": "r1", "label": "first", "rules": [{}, {}] }, { "label": "second" }] },
                { "method": "POST", "endpoint": "/orders", "responses": [{}] },
                { "type": "ws", "endpoint": "chat", "wasmock": { "group": "mine" } }
            ],
            "data": [{ "id": "abcd", "name": "users" }],
        })
    }

    #[test]
    fn keys_find_their_owners() {
        // (sidecar, where the key must stand afterwards)
        for (sidecar, pointer) in [
            (json!({ "plugins": [] }), "/wasmock/plugins"),
            (
                json!({ "routes": { "u1": { "session": "s" } } }),
                "/routes/0/wasmock/session",
            ),
            (
                json!({ "routes": { "GET /orders/:id": { "session": "s" } } }),
                "/routes/0/wasmock/session",
            ),
            (
                json!({ "routes": { "post orders": { "session": "s" } } }),
                "/routes/1/wasmock/session",
            ),
            (
                json!({ "routes": { "WS /chat": { "parse": "auto" } } }),
                "/routes/2/wasmock/parse",
            ),
            (
                json!({ "routes": { "u1": { "responses": { "r1": { "plugin": "p" } } } } }),
                "/routes/0/responses/0/wasmock/plugin",
            ),
            (
                json!({ "routes": { "u1": { "responses": { "second": { "plugin": "p" } } } } }),
                "/routes/0/responses/1/wasmock/plugin",
            ),
            (
                json!({ "routes": { "u1": { "responses": { "1": { "plugin": "p" } } } } }),
                "/routes/0/responses/1/wasmock/plugin",
            ),
            (
                json!({ "routes": { "u1": { "responses": { "0": { "rules": { "1": { "predicate": "p" } } } } } } }),
                "/routes/0/responses/0/rules/1/wasmock/predicate",
            ),
            (
                json!({ "data": { "users": { "plugin": "p" } } }),
                "/data/0/wasmock/plugin",
            ),
            (
                json!({ "data": { "abcd": { "plugin": "p" } } }),
                "/data/0/wasmock/plugin",
            ),
        ] {
            let mut document = file();
            let mut problems = Vec::new();
            let moved = merge(&mut document, &sidecar, &mut problems);
            assert!(document.pointer(pointer).is_some(), "{sidecar} {document}");
            assert_eq!(problems, [], "{sidecar}");
            let (written_in, written) = moved[0].back(pointer).unwrap();
            assert_eq!(written_in, SourceFile::Sidecar);
            assert_eq!(sidecar.pointer(&written), document.pointer(pointer));
        }
    }

    #[test]
    fn what_does_not_fit_is_reported() {
        for (sidecar, pointer) in [
            (json!([]), ""),
            (json!({ "routes": [] }), "/routes"),
            (
                json!({ "routes": { "GET /none": {} } }),
                "/routes/GET ~1none",
            ),
            (json!({ "routes": { "u1": 5 } }), "/routes/u1"),
            (
                json!({ "routes": { "u1": { "responses": { "9": {} } } } }),
                "/routes/u1/responses/9",
            ),
            (
                json!({ "routes": { "WS chat": { "group": "other" } } }),
                "/routes/WS chat/group",
            ),
            (json!({ "data": { "nobody": {} } }), "/data/nobody"),
        ] {
            let mut document = file();
            let mut problems = Vec::new();
            merge(&mut document, &sidecar, &mut problems);
            let places: Vec<&str> = problems
                .iter()
                .map(|problem| problem.pointer.as_str())
                .collect();
            assert_eq!(places, [pointer], "{problems:?}");
            assert_eq!(problems[0].file, SourceFile::Sidecar);
            assert_eq!(document, file(), "the environment's own keys win");
        }
    }
}
