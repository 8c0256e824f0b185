//! Filters of a CRUD list: `name_operator=value` in the query.

use std::cmp::Ordering;

use wasmock_exchange::Call;
use wasmock_javascript::path::ObjectPath;
use wasmock_javascript::{Value, number};

use crate::rules::{Pattern, backtrack};
use crate::site::Site;

/// A condition on an item.
#[derive(Debug)]
pub(super) struct Filter {
    path: ObjectPath,
    whole: bool,
    test: Test,
}

#[derive(Debug)]
enum Test {
    Equal(Value),
    NotEqual(Value),
    Compare(Value, fn(Ordering) -> bool),
    Matches(Pattern),
}

/// The filters of a query; other parameters are left alone.
///
/// # Errors
/// A pattern that is no regular expression, in JavaScript's words.
pub(super) fn parse(query: &Value) -> Result<Vec<Filter>, String> {
    let Some(query) = query.as_object() else {
        return Ok(Vec::new());
    };
    query
        .iter()
        .filter_map(|(name, value)| Filter::new(name, value).transpose())
        .collect()
}

impl Filter {
    fn new(name: &str, value: &Value) -> Result<Option<Self>, String> {
        let Some((path, operator)) = name.rsplit_once('_') else {
            return Ok(None);
        };
        let matches = |pattern: String| Pattern::compile(&pattern, true).map(Test::Matches);
        let text = value.to_text();
        let test = match operator {
            "eq" => Test::Equal(value.clone()),
            "ne" => Test::NotEqual(value.clone()),
            "gt" => Test::Compare(value.clone(), Ordering::is_gt),
            "gte" => Test::Compare(value.clone(), Ordering::is_ge),
            "lt" => Test::Compare(value.clone(), Ordering::is_lt),
            "lte" => Test::Compare(value.clone(), Ordering::is_le),
            "like" => matches(text.into_owned())?,
            "start" => matches(format!("^{text}"))?,
            "end" => matches(format!("{text}$"))?,
            _ => return Ok(None),
        };
        Ok(Some(Self {
            path: ObjectPath::parse(path),
            whole: path.is_empty(),
            test,
        }))
    }

    fn find(&self, item: &Value) -> Value {
        if self.whole {
            item.clone()
        } else {
            self.path.get(item)
        }
    }

    /// Whether an item passes, as far as that can be told without a plugin.
    pub(super) fn passes(&self, item: &Value) -> bool {
        let found = self.find(item);
        match &self.test {
            Test::Equal(value) => is_equal(&found, value),
            Test::NotEqual(value) => !is_equal(&found, value),
            Test::Compare(value, holds) => compare(&found, value).is_some_and(holds),
            Test::Matches(Pattern::Linear(regex)) => regex.is_match(&found.to_text()),
            Test::Matches(Pattern::Backtracking(_)) => true,
        }
    }

    /// Leaves out the items that the `regex` plugin refuses; each is tested under its deadline.
    pub(super) async fn retain(
        &self,
        items: &mut Vec<Value>,
        site: &Site,
        mut call: Call,
    ) -> (Call, Result<(), String>) {
        let Test::Matches(Pattern::Backtracking(pattern)) = &self.test else {
            return (call, Ok(()));
        };
        for item in std::mem::take(items) {
            let matches;
            let text = Value::text(self.find(&item).to_text());
            (call, matches) = backtrack(site, text, pattern, call).await;
            match matches {
                Ok(true) => items.push(item),
                Ok(false) => {}
                Err(problem) => return (call, Err(problem)),
            }
        }
        (call, Ok(()))
    }
}

/// Equal as texts, or as numbers where both begin like one. A list of values in the query is
/// equal to nothing as a text.
fn is_equal(item: &Value, value: &Value) -> bool {
    let (text, wanted) = (item.to_text(), value.to_text());
    let same = value.as_str().is_some_and(|value| text == value);
    let is_number = |text: &str| !number::parse_float(text).is_nan();
    same || (is_number(&text) && is_number(&wanted) && item.to_number() == value.to_number())
}

/// JavaScript's `<` and `>`: texts by their UTF-16 units, everything else as numbers; nothing
/// where a number is missing.
pub(super) fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    match (primitive(a), primitive(b)) {
        (Value::String(a), Value::String(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
        (a, b) => a.to_number().partial_cmp(&b.to_number()),
    }
}

/// Objects are compared by their text.
fn primitive(value: &Value) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) | Value::Safe(_) => Value::text(value.to_text()),
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    fn passes(query: &str, item: &str) -> bool {
        let filters = parse(&json::parse(query).unwrap()).unwrap();
        let item = json::parse(item).unwrap();
        filters.iter().all(|filter| filter.passes(&item))
    }

    #[test]
    fn operators_coerce_as_javascript() {
        for (query, item, expected) in [
            (r#"{"a_eq":"31"}"#, r#"{"a":31}"#, true),
            (r#"{"a_eq":"0x1f"}"#, r#"{"a":31}"#, true),
            (r#"{"a_eq":["31"]}"#, r#"{"a":31}"#, true),
            (r#"{"a_ne":"31"}"#, r#"{"a":31}"#, false),
            (r#"{"a_ne":"x"}"#, r#"{"a":31}"#, true),
            (r#"{"a_gt":"5"}"#, r#"{"a":10}"#, true),
            (r#"{"a_gt":"5"}"#, r#"{"a":"10"}"#, false),
            (r#"{"a_lte":"5"}"#, r#"{}"#, false),
            (r#"{"a_like":"B.D"}"#, r#"{"a":"abcde"}"#, true),
            (r#"{"a_start":"bc"}"#, r#"{"a":"abc"}"#, false),
            (r#"{"a_end":"bc"}"#, r#"{"a":"abc"}"#, true),
            (r#"{"a.b_eq":"1"}"#, r#"{"a":{"b":1}}"#, true),
            (r#"{"a.length_eq":"2"}"#, r#"{"a":[1,2]}"#, true),
            (r#"{"_eq":"x"}"#, r#""x""#, true),
            (r#"{"sort":"a","a":"2"}"#, r#"{"a":1}"#, true),
        ] {
            assert_eq!(passes(query, item), expected, "{query} {item}");
        }
    }

    #[test]
    fn a_broken_pattern_is_an_error() {
        assert!(parse(&json::parse(r#"{"a_like":"("}"#).unwrap()).is_err());
    }
}
