//! Object paths: `a.0.b`, with `\.` for a dot inside a name.
//!
//! Only own properties count, which includes `length` and the characters of a text; `arr.01`
//! and `arr[0]` are names that no array has. Writing creates what is missing: an array where
//! the next name is a number, else an object. The trade-off against JavaScript: an array here
//! has no named properties, so `set` with a name below an array does nothing (JSON would not
//! show it either).

use std::sync::Arc;

use super::PathError;
use crate::{Object, Text, Value};

/// How far behind its end an array may be written. JavaScript would leave holes that cost
/// nothing; here each takes memory.
const MAX_HOLES: usize = 100_000;

/// A compiled object path.
#[derive(Clone, Debug)]
pub struct ObjectPath {
    keys: Vec<Key>,
}

#[derive(Clone, Debug)]
struct Key {
    name: Text,
    /// The place in an array.
    index: Option<usize>,
    /// The name counts as a number: a missing parent becomes an array.
    number: Option<i64>,
}

impl ObjectPath {
    /// Compiles a path; the empty text is the path of the whole value.
    pub fn parse(text: &str) -> Self {
        if text.is_empty() {
            return Self { keys: Vec::new() };
        }
        // With an escape in it the path counts as a list of plain names: nothing in it is a
        // number, and only objects are created.
        let escaped = text.contains("\\.");
        let names = if escaped {
            split_escaped(text)
        } else {
            text.split('.').map(Into::into).collect()
        };
        Self {
            keys: names
                .into_iter()
                .map(|name| Key::new(name, !escaped))
                .collect(),
        }
    }

    /// What the path leads to; `undefined` where it leads nowhere.
    pub fn get(&self, value: &Value) -> Value {
        let mut place = value;
        for (at, key) in self.keys.iter().enumerate() {
            let next = match place {
                Value::Object(object) => object.get(&key.name),
                Value::Array(items) => match key.index {
                    Some(index) => items.get(index),
                    None => return get_slowly(place, &self.keys[at..]),
                },
                _ => return get_slowly(place, &self.keys[at..]),
            };
            match next {
                Some(next) => place = next,
                None => return Value::Undefined,
            }
        }
        place.clone()
    }

    /// Whether the path leads somewhere, be it to `undefined`.
    pub fn has(&self, value: &Value) -> bool {
        let mut place = value.clone();
        for key in &self.keys {
            match place.get(&key.name) {
                Some(next) => place = next,
                None => return false,
            }
        }
        !self.keys.is_empty() || value.is_truthy()
    }

    /// Puts a value where the path leads, creating what is missing on the way. The empty
    /// path changes nothing.
    ///
    /// # Errors
    /// A name below a text, a number, a boolean or `null`.
    pub fn set(&self, target: &mut Value, value: Value) -> Result<(), PathError> {
        if self.keys.is_empty() {
            return Ok(());
        }
        set(target, &self.keys, value)
    }

    /// Removes what the path leads to; items behind it in an array move up.
    ///
    /// # Errors
    /// A character or the length of a text.
    pub fn delete(&self, target: &mut Value) -> Result<(), PathError> {
        delete(target, &self.keys)
    }

    /// Appends to the array that the path leads to. Anything else there is replaced by an
    /// array, except the whole value, which stays as it is.
    ///
    /// # Errors
    /// As [`ObjectPath::set`].
    pub fn push(&self, target: &mut Value, value: Value) -> Result<(), PathError> {
        if let Some(Value::Array(items)) = get_mut(target, &self.keys) {
            Arc::make_mut(items).push(value);
            return Ok(());
        }
        self.set(target, Value::array(vec![value]))
    }
}

impl Key {
    fn new(name: Text, may_count: bool) -> Self {
        let number = name
            .parse::<i64>()
            .ok()
            .filter(|n| may_count && n.to_string() == *name);
        let index = crate::is_array_index(&name)
            .then(|| name.parse().ok())
            .flatten();
        Self {
            name,
            index,
            number,
        }
    }
}

fn split_escaped(text: &str) -> Vec<Text> {
    let mut names = Vec::new();
    let mut name = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'.') => {
                chars.next();
                name.push('.');
            }
            '.' => names.push(std::mem::take(&mut name).into()),
            _ => name.push(c),
        }
    }
    names.push(name.into());
    names
}

/// Below a text every step makes a new value.
fn get_slowly(place: &Value, keys: &[Key]) -> Value {
    keys.iter()
        .try_fold(place.clone(), |place, key| place.get(&key.name))
        .unwrap_or_default()
}

fn get_mut<'v>(target: &'v mut Value, keys: &[Key]) -> Option<&'v mut Value> {
    keys.iter().try_fold(target, |place, key| match place {
        Value::Object(object) => Arc::make_mut(object).get_mut(&key.name),
        Value::Array(items) => Arc::make_mut(items).get_mut(key.index?),
        _ => None,
    })
}

fn set(target: &mut Value, keys: &[Key], value: Value) -> Result<(), PathError> {
    let Some((key, rest)) = keys.split_first() else {
        *target = value;
        return Ok(());
    };
    let place = match target {
        Value::Object(object) => {
            let object = Arc::make_mut(object);
            if !object.contains_key(&key.name) {
                // JavaScript would change the prototype, which no answer shows.
                if &*key.name == "__proto__" {
                    return Ok(());
                }
                object.insert(key.name.clone(), Value::Undefined);
            }
            object.get_mut(&key.name)
        }
        Value::Array(items) if &*key.name == "length" => {
            return set_length(items, rest, &value);
        }
        Value::Array(items) => match key.index {
            Some(index) => {
                if index >= items.len() + MAX_HOLES {
                    return Err(PathError::new("Invalid array length"));
                }
                let items = Arc::make_mut(items);
                if index >= items.len() {
                    items.resize(index + 1, Value::Undefined);
                }
                items.get_mut(index)
            }
            None => return Ok(()),
        },
        Value::Safe(_) | Value::Date(_) => return Ok(()),
        // The prototype of a primitive can be changed, too.
        Value::Bool(_) | Value::Number(_) | Value::String(_) if &*key.name == "__proto__" => {
            return Ok(());
        }
        primitive => return Err(cannot_set(primitive, key, rest)),
    };
    let Some(place) = place else { return Ok(()) };
    if let (Value::Undefined, Some(next)) = (&*place, rest.first()) {
        let list = next.number.is_some() || &*next.name == "NaN";
        *place = if list {
            Value::array(Vec::new())
        } else {
            Value::object(Object::new())
        };
    }
    set(place, rest, value)
}

fn set_length(items: &mut Arc<Vec<Value>>, rest: &[Key], value: &Value) -> Result<(), PathError> {
    if let Some(key) = rest.first() {
        return Err(cannot_set(
            &Value::Number(items.len() as f64),
            key,
            &rest[1..],
        ));
    }
    let length = value.to_number();
    if length < 0.0 || length.fract() != 0.0 || length > (items.len() + MAX_HOLES) as f64 {
        return Err(PathError::new("Invalid array length"));
    }
    Arc::make_mut(items).resize(length as usize, Value::Undefined);
    Ok(())
}

fn cannot_set(primitive: &Value, key: &Key, rest: &[Key]) -> PathError {
    let name = &key.name;
    let kind = match primitive {
        Value::Undefined | Value::Null => {
            let what = primitive.to_text();
            return PathError::new(format!(
                "Cannot set properties of {what} (setting '{name}')"
            ));
        }
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        _ => "string",
    };
    match (primitive.get(name), rest.split_first()) {
        (Some(own), Some((next, rest))) => cannot_set(&own, next, rest),
        (Some(_), None) => PathError::new(format!(
            "Cannot assign to read only property '{name}' of {kind} '{}'",
            primitive.to_text()
        )),
        (None, _) => PathError::new(format!(
            "Cannot create property '{name}' on {kind} '{}'",
            primitive.to_text()
        )),
    }
}

fn delete(target: &mut Value, keys: &[Key]) -> Result<(), PathError> {
    let Some((key, rest)) = keys.split_first() else {
        return Ok(());
    };
    match target {
        Value::Object(object) if object.contains_key(&key.name) => {
            let object = Arc::make_mut(object);
            if rest.is_empty() {
                object.remove(&key.name);
                return Ok(());
            }
            object
                .get_mut(&key.name)
                .map_or(Ok(()), |place| delete(place, rest))
        }
        Value::Array(items) if rest.is_empty() => {
            // A negative number counts from the end, and `length` counts as 0.
            let at = match (key.number, &*key.name) {
                (_, "length" | "NaN") => Some(0),
                (Some(n), _) if n < 0 => Some(
                    items
                        .len()
                        .saturating_sub(usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX)),
                ),
                _ => key.index,
            };
            if let Some(at) = at.filter(|at| *at < items.len()) {
                Arc::make_mut(items).remove(at);
            }
            Ok(())
        }
        Value::Array(items) => match key.index.filter(|index| *index < items.len()) {
            Some(index) => delete(&mut Arc::make_mut(items)[index], rest),
            None => Ok(()),
        },
        Value::String(_) => match (target.get(&key.name), rest.is_empty()) {
            (Some(_), true) => Err(PathError::new(format!(
                "Cannot delete property '{}' of [object String]",
                key.name
            ))),
            (Some(mut own), false) => delete(&mut own, rest),
            (None, _) => Ok(()),
        },
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    fn text(value: &Value) -> String {
        json::to_text(value).unwrap_or_else(|| "undefined".into())
    }

    #[test]
    fn get_follows_own_properties() {
        let data =
            json::parse(r#"{"a":["x",{"b":null}],"s":"a\ud83d\ude00","a.b":{"0":1},"":{"":2}}"#)
                .unwrap();
        for (path, found) in [
            ("", &*text(&data)),
            ("a.0", r#""x""#),
            ("a.1.b", "null"),
            ("a.1.b.c", "undefined"),
            ("a.length", "2"),
            ("a.01", "undefined"),
            ("a.-1", "undefined"),
            ("a[0]", "undefined"),
            ("s.length", "3"),
            ("s.0", r#""a""#),
            ("s.0.0.length", "1"),
            ("a\\.b.0", "1"),
            (".", "2"),
            ("toString", "undefined"),
        ] {
            assert_eq!(text(&ObjectPath::parse(path).get(&data)), found, "{path}");
            let is_there = ObjectPath::parse(path).has(&data);
            assert_eq!(is_there, found != "undefined", "{path}");
        }
    }

    #[test]
    fn set_creates_what_is_missing_or_says_what_is_in_the_way() {
        for (before, path, after) in [
            (
                r#"{"a":1}"#,
                "a.b",
                "Cannot create property 'b' on number '1'",
            ),
            (
                r#"{"a":1}"#,
                "a.b.c",
                "Cannot create property 'b' on number '1'",
            ),
            (
                r#"{"a":null}"#,
                "a.b",
                "Cannot set properties of null (setting 'b')",
            ),
            (
                r#"{"a":"x"}"#,
                "a.0",
                "Cannot assign to read only property '0' of string 'x'",
            ),
            (
                r#"{"a":"x"}"#,
                "a.b.c",
                "Cannot create property 'b' on string 'x'",
            ),
            (
                r#"{"a":"abc"}"#,
                "a.length.x",
                "Cannot create property 'x' on number '3'",
            ),
            (
                r#"{"a":false}"#,
                "a.b",
                "Cannot create property 'b' on boolean 'false'",
            ),
            (r#"{"a":[]}"#, "a.b", r#"{"a":[]}"#),
            (r#"{"a":[]}"#, "a.2", r#"{"a":[null,null,7]}"#),
            (r#"{"a":[]}"#, "a.4294967294", "Invalid array length"),
            (
                r#"{"a":[1,2]}"#,
                "a.length",
                r#"{"a":[1,2,null,null,null,null,null]}"#,
            ),
            (r#"{"a":1}"#, r"a\.b.0", r#"{"a":1,"a.b":{"0":7}}"#),
            ("{}", "a.1.b", r#"{"a":[null,{"b":7}]}"#),
            ("{}", "a.-5", r#"{"a":[]}"#),
            ("{}", "a..b", r#"{"a":{"":{"b":7}}}"#),
            ("{}", "__proto__.x", "{}"),
            ("{}", "", "{}"),
            (
                r#""str""#,
                "a",
                "Cannot create property 'a' on string 'str'",
            ),
        ] {
            let mut value = json::parse(before).unwrap();
            let result = ObjectPath::parse(path).set(&mut value, Value::Number(7.0));
            let got = result.map_or_else(|e| e.to_string(), |()| text(&value));
            assert_eq!(got, after, "{path} in {before}");
        }
    }

    #[test]
    fn delete_moves_the_later_items_up() {
        for (before, path, after) in [
            (r#"{"a":[1,2,3]}"#, "a.1", r#"{"a":[1,3]}"#),
            (r#"{"a":[1,2,3]}"#, "a.-1", r#"{"a":[1,2]}"#),
            (r#"{"a":[1,2,3]}"#, "a.-5", r#"{"a":[2,3]}"#),
            (r#"{"a":[1,2,3]}"#, "a.7", r#"{"a":[1,2,3]}"#),
            (r#"{"a":[1,2,3]}"#, "a.x", r#"{"a":[1,2,3]}"#),
            (r#"{"a":[1,2,3]}"#, "a.length", r#"{"a":[2,3]}"#),
            (r#"{"a":{"b":1,"c":2}}"#, "a.b", r#"{"a":{"c":2}}"#),
            (
                r#"{"a":"abc"}"#,
                "a.0",
                "Cannot delete property '0' of [object String]",
            ),
            (r#"{"a":null}"#, "a.b.c", r#"{"a":null}"#),
            ("null", "a", "null"),
            (r#"{"a":1}"#, "", r#"{"a":1}"#),
        ] {
            let mut value = json::parse(before).unwrap();
            let result = ObjectPath::parse(path).delete(&mut value);
            let got = result.map_or_else(|e| e.to_string(), |()| text(&value));
            assert_eq!(got, after, "{path} in {before}");
        }
    }

    #[test]
    fn push_replaces_what_is_no_array() {
        for (before, path, after) in [
            (r#"{"a":[1]}"#, "a", r#"{"a":[1,7]}"#),
            (r#"{"a":"abc"}"#, "a", r#"{"a":[7]}"#),
            (
                r#"{"a":"abc"}"#,
                "a.length",
                "Cannot assign to read only property 'length' of string 'abc'",
            ),
            ("{}", "a.b.2.c", r#"{"a":{"b":[null,null,{"c":[7]}]}}"#),
            ("[]", "", "[7]"),
            ("{}", "", "{}"),
        ] {
            let mut value = json::parse(before).unwrap();
            let result = ObjectPath::parse(path).push(&mut value, Value::Number(7.0));
            let got = result.map_or_else(|e| e.to_string(), |()| text(&value));
            assert_eq!(got, after, "{path} in {before}");
        }
    }

    #[test]
    fn writing_leaves_other_holders_of_the_value_alone() {
        let before = json::parse(r#"{"a":{"b":[1]}}"#).unwrap();
        let mut after = before.clone();
        ObjectPath::parse("a.b")
            .push(&mut after, Value::Null)
            .unwrap();
        assert_eq!(text(&before), r#"{"a":{"b":[1]}}"#);
        assert_eq!(text(&after), r#"{"a":{"b":[1,null]}}"#);
    }
}
