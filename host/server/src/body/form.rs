//! Puts the fields of a multipart body where their names say: `a[b]`, `a[]`, `a[2]`.
//!
//! These rules are Mockoon's own, not those of urlencoded forms: holes stay, an unbalanced
//! name is a literal one, and a value that stands where others nest moves under the name ''.
//! Names that reach into JavaScript's prototypes are dropped.

use std::sync::Arc;

use wasmock_javascript::{Object, Text, Value};

/// A higher index makes the whole name a literal one.
const MAX_INDEX: usize = 10_000;

/// A deeper name is a literal one: whoever prints or drops the value goes down level by level.
const MAX_DEPTH: usize = 100;

/// How many empty places the arrays of one body may have. Each index can ask for ten
/// thousand of them.
const MAX_HOLES: usize = 1_000_000;

/// The values of a multipart body, while its parts come in.
#[derive(Debug, Default)]
pub(super) struct Form {
    members: Option<Object>,
    holes: usize,
}

#[derive(Clone, Debug)]
enum Name {
    Key(Text),
    Index(usize),
}

impl Form {
    /// Notes that there was a part, whatever becomes of it.
    pub(super) fn touch(&mut self) {
        self.members.get_or_insert_default();
    }

    /// Adds one value.
    pub(super) fn append(&mut self, name: &str, value: Value) {
        if name.is_empty() || is_dangerous(name) {
            return;
        }
        let (path, appends) = path(name);
        let indexes = path.iter().map(|name| match name {
            Name::Index(index) => *index,
            Name::Key(_) => 0,
        });
        self.holes += indexes.sum::<usize>();
        let literal = self.holes > MAX_HOLES;
        let (path, appends) = if literal {
            (vec![Name::Key(name.into())], false)
        } else {
            (path, appends)
        };
        let mut root = Value::object(self.members.take().unwrap_or_default());
        // A plain name that comes again makes an array.
        let again = !name.contains('[');
        put(&mut root, &path, appends, again, value);
        if let Value::Object(object) = root {
            self.members = Some(Arc::unwrap_or_clone(object));
        }
    }

    /// The object, or `undefined` when there was no part.
    pub(super) fn finish(self) -> Value {
        self.members.map_or(Value::Undefined, Value::object)
    }
}

/// Whether a name, or a part of one between brackets or dots, reaches for a prototype.
fn is_dangerous(name: &str) -> bool {
    ["__proto__", "constructor", "prototype"]
        .iter()
        .any(|danger| {
            name.match_indices(danger).any(|(at, _)| {
                let before = name[..at].chars().next_back();
                let behind = name[at + danger.len()..].chars().next();
                matches!(before, None | Some('[' | '.'))
                    && matches!(behind, None | Some('[' | ']' | '.'))
            })
        })
}

/// The parts of a name, and whether it ends in `[]`.
fn path(name: &str) -> (Vec<Name>, bool) {
    nested(name).unwrap_or_else(|| (vec![Name::Key(name.into())], false))
}

fn nested(name: &str) -> Option<(Vec<Name>, bool)> {
    let first = &name[..name.find('[').unwrap_or(name.len())];
    if first.is_empty() {
        return None;
    }
    let mut path = vec![Name::Key(first.into())];
    let mut rest = &name[first.len()..];
    while !rest.is_empty() {
        if rest == "[]" {
            return Some((path, true));
        }
        let inner = rest.strip_prefix('[')?;
        let end = inner.find(']').filter(|end| *end > 0)?;
        let part = &inner[..end];
        path.push(if part.bytes().all(|b| b.is_ascii_digit()) {
            Name::Index(part.parse().ok().filter(|index| *index <= MAX_INDEX)?)
        } else {
            Name::Key(part.into())
        });
        rest = &inner[end + 1..];
        if path.len() > MAX_DEPTH {
            return None;
        }
    }
    Some((path, false))
}

fn put(context: &mut Value, path: &[Name], appends: bool, again: bool, value: Value) {
    let Some((name, rest)) = path.split_first() else {
        return;
    };
    let Some(place) = place(context, name) else {
        return;
    };
    let Some(next) = rest.first() else {
        return put_last(place, appends, again, value);
    };
    let wants_list = matches!(next, Name::Index(_));
    match place {
        Value::Undefined if wants_list => *place = Value::array(Vec::new()),
        Value::Undefined => *place = Value::object(Object::new()),
        Value::Object(_) => {}
        Value::Array(_) if wants_list => {}
        Value::Array(items) => {
            let items = items
                .iter()
                .enumerate()
                .filter(|(_, item)| !item.is_undefined());
            *place = Value::object(
                items
                    .map(|(at, item)| (at.to_string(), item.clone()))
                    .collect(),
            );
        }
        _ => {
            let before = std::mem::take(place);
            *place = Value::object([("", before)].into_iter().collect());
        }
    }
    put(place, rest, appends, false, value);
}

/// The place of a name, made if it is missing.
fn place<'v>(context: &'v mut Value, name: &Name) -> Option<&'v mut Value> {
    match (context, name) {
        (Value::Array(items), Name::Index(index)) => {
            let items = Arc::make_mut(items);
            if *index >= items.len() {
                items.resize(index + 1, Value::Undefined);
            }
            items.get_mut(*index)
        }
        (Value::Object(object), name) => {
            let key: Text = match name {
                Name::Key(key) => key.clone(),
                Name::Index(index) => index.to_string().into(),
            };
            let object = Arc::make_mut(object);
            if !object.contains_key(&key) {
                object.insert(key.clone(), Value::Undefined);
            }
            object.get_mut(&key)
        }
        _ => None,
    }
}

fn put_last(place: &mut Value, appends: bool, again: bool, value: Value) {
    match place {
        Value::Undefined if appends => *place = Value::array(vec![value]),
        Value::Undefined => *place = value,
        Value::Array(items) => Arc::make_mut(items).push(value),
        Value::Object(object) if !again && object.contains_key("") => {
            if let Some(inner) = Arc::make_mut(object).get_mut("") {
                put_last(inner, false, false, value);
            }
        }
        other => {
            let before = std::mem::take(other);
            *other = Value::array(vec![before, value]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    #[test]
    fn names_nest_as_mockoon_nests_them() {
        for (names, expected) in [
            (&["a", "b"][..], r#"{"a":0,"b":1}"#),
            (&["a", "a", "a"], r#"{"a":[0,1,2]}"#),
            (&["a[]"], r#"{"a":[0]}"#),
            (&["a[2]"], r#"{"a":[null,null,0]}"#),
            (&["a[b][c]", "a[b][d]"], r#"{"a":{"b":{"c":0,"d":1}}}"#),
            (&["a", "a[b]"], r#"{"a":{"":0,"b":1}}"#),
            (&["a[b]", "a"], r#"{"a":[{"b":0},1]}"#),
            (&["a", "a[b]", "a[]"], r#"{"a":{"":[0,2],"b":1}}"#),
            (&["a[1]", "a[x]"], r#"{"a":{"1":0,"x":1}}"#),
            (&["a[0][b]", "a[0][c]"], r#"{"a":[{"b":0,"c":1}]}"#),
            (
                &["a[b", "[d]", "e[][f]", "g[]h"],
                r#"{"a[b":0,"[d]":1,"e[][f]":2,"g[]h":3}"#,
            ),
            (&["a[b[c]"], r#"{"a":{"b[c":0}}"#),
            (&["a[10001]"], r#"{"a[10001]":0}"#),
            (
                &[
                    "__proto__",
                    "a[constructor]",
                    "a.prototype",
                    "prototype[x]",
                    "constructors",
                ],
                r#"{"constructors":4}"#,
            ),
        ] {
            let mut form = Form::default();
            for (value, name) in names.iter().enumerate() {
                form.append(name, Value::Number(value as f64));
            }
            assert_eq!(
                json::to_text(&form.finish()).unwrap(),
                expected,
                "{names:?}"
            );
        }
    }

    #[test]
    fn depth_is_bounded() {
        let name = format!("a{}", "[b]".repeat(10_000));
        let mut form = Form::default();
        form.append(&name, Value::Null);
        assert!(form.finish().get(&name).is_some());
    }

    #[test]
    fn holes_are_bounded() {
        let mut form = Form::default();
        for n in 0..1000 {
            form.append(&format!("a{n}[10000]"), Value::Null);
        }
        let form = form.finish();
        assert!(form.get("a0").is_some());
        assert!(form.get("a999[10000]").is_some());
    }
}
