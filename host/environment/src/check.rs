//! Checks a document against the schema and repairs it, in one pass.
//!
//! Every value that the model cannot hold is reported and taken out, so that its default takes
//! effect: what Mockoon does with its own files. A hand-written file (one without
//! `lastMigration`) is read more kindly, because Mockoon would not read it at all: numbers stand
//! for texts, JSON for its text, and letter case does not count in names like `RANDOM`.

use serde_json::{Map, Value};

use crate::load::Origin;
use crate::problem::{Problem, join, nearest};
use crate::schema::{choices, resolve, schema};

/// Checks and repairs a document. Afterwards it deserialises into the model.
pub(crate) fn check(document: &mut Value, origin: Origin) -> Vec<Problem> {
    let mut checker = Checker {
        kind: origin == Origin::HandWritten,
        problems: Vec::new(),
    };
    checker.value(document, schema(), "", None);
    checker.problems
}

struct Checker {
    /// Read kindly: the file is hand-written.
    kind: bool,
    problems: Vec<Problem>,
}

impl Checker {
    /// Checks one value; `false` means that it must go, and has been reported.
    fn value(
        &mut self,
        value: &mut Value,
        schema: &'static Value,
        pointer: &str,
        default: Option<&'static Value>,
    ) -> bool {
        let schema = resolve(schema);
        if schema.get("x-text-or-json").is_some() {
            return self.text_or_json(value, schema, pointer, default);
        }
        if let Some(choices) = choices(schema) {
            return self.choice(value, &choices, pointer, default);
        }
        if let Some(branches) = list(schema, "anyOf") {
            let Some(branch) = branches.iter().find(|branch| fits(value, resolve(branch))) else {
                return self.refuse(value, &describe(schema), pointer, default);
            };
            return self.value(value, branch, pointer, default);
        }
        if let Some(variants) = list(schema, "oneOf") {
            return self.variant(value, variants, pointer);
        }
        let types = types(schema);
        if types.is_empty() || (value.is_null() && types.contains(&"null")) {
            return true;
        }
        match types[0] {
            "object" => match value {
                Value::Object(object) => {
                    self.object(object, schema, pointer);
                    true
                }
                _ => self.refuse(value, "an object", pointer, default),
            },
            "array" => match value {
                Value::Array(items) => {
                    self.items(items, schema, pointer);
                    true
                }
                _ => self.refuse(value, "a list", pointer, default),
            },
            "string" => self.text(value, schema, pointer, default),
            "integer" => self.integer(value, schema, pointer, default),
            "boolean" => {
                value.is_boolean() || self.refuse(value, "true or false", pointer, default)
            }
            _ => true,
        }
    }

    fn object(&mut self, object: &mut Map<String, Value>, schema: &'static Value, pointer: &str) {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        let mut gone = Vec::new();
        for (key, value) in object.iter_mut() {
            let place = join(pointer, key);
            match properties.get(key) {
                Some(property) => {
                    if !self.value(value, property, &place, property.get("default")) {
                        gone.push(key.clone());
                    }
                }
                None => {
                    let names = properties.keys().map(String::as_str);
                    let mut problem =
                        Problem::warning(place, format!("the field `{key}` is unknown here"));
                    problem.remedy = match nearest(key, names) {
                        Some(name) => format!("Did you mean `{name}`?"),
                        None => "It is kept and has no effect.".to_owned(),
                    };
                    self.problems.push(problem);
                }
            }
        }
        for key in gone {
            object.shift_remove(&key);
        }
    }

    fn items(&mut self, items: &mut Vec<Value>, schema: &'static Value, pointer: &str) {
        let Some(schema) = schema.get("items") else {
            return;
        };
        let mut index = 0usize;
        items.retain_mut(|item| {
            let place = join(pointer, index);
            index += 1;
            self.value(item, schema, &place, None)
        });
    }

    /// An object with one key, which says what it is.
    fn variant(&mut self, value: &mut Value, variants: &'static [Value], pointer: &str) -> bool {
        let keys = variant_keys(variants);
        let expected = format!("an object with one of {}", quoted(&keys));
        let Value::Object(object) = value else {
            return self.refuse(value, &expected, pointer, None);
        };
        let Some(position) = keys.iter().position(|key| object.contains_key(*key)) else {
            let written: Vec<&str> = object.keys().map(String::as_str).collect();
            let mut problem =
                Problem::error(pointer, format!("{} is unknown here", quoted(&written)))
                    .expected(expected);
            if let Some(name) = written.iter().find_map(|&key| nearest(key, keys.clone())) {
                problem.remedy = format!("Did you mean `{name}`?");
            }
            self.problems.push(problem);
            return false;
        };
        let key = keys[position];
        if object.len() > 1 {
            self.problems.push(
                Problem::error(
                    pointer,
                    format!("only one of {} can stand here", quoted(&keys)),
                )
                .remedy(format!("Write one entry for each; only `{key}` is used.")),
            );
            object.retain(|name, _| name == key);
        }
        let schema = variants[position]
            .get("properties")
            .and_then(|properties| properties.get(key));
        match (object.get_mut(key), schema) {
            (Some(inner), Some(schema)) => self.value(inner, schema, &join(pointer, key), None),
            _ => true,
        }
    }

    fn choice(
        &mut self,
        value: &mut Value,
        choices: &[&str],
        pointer: &str,
        default: Option<&Value>,
    ) -> bool {
        let Some(text) = value.as_str() else {
            return self.refuse(value, &one_of(choices), pointer, default);
        };
        if choices.contains(&text) {
            return true;
        }
        let near = nearest(text, choices.iter().copied());
        if self.kind
            && let Some(choice) = near
            && choice.eq_ignore_ascii_case(text)
        {
            *value = Value::from(choice);
            return true;
        }
        self.refuse(value, &one_of(choices), pointer, default);
        if let (Some(problem), Some(choice)) = (self.problems.last_mut(), near) {
            problem.remedy = format!("Did you mean `{choice}`? {}", problem.remedy);
        }
        false
    }

    fn text(
        &mut self,
        value: &mut Value,
        schema: &Value,
        pointer: &str,
        default: Option<&Value>,
    ) -> bool {
        if self.kind
            && let Value::Number(_) | Value::Bool(_) = value
        {
            let text = value.to_string();
            self.problems.push(
                Problem::warning(pointer, format!("{} is not a text", shown(value))).remedy(
                    format!("It is read as the text `{text}`; put it in quotes."),
                ),
            );
            *value = Value::from(text);
        }
        let Some(text) = value.as_str() else {
            return self.refuse(value, "a text", pointer, default);
        };
        if text.is_empty() && schema.get("minLength").is_some() {
            return self.refuse(value, "a text that is not empty", pointer, default);
        }
        true
    }

    fn text_or_json(
        &mut self,
        value: &mut Value,
        schema: &Value,
        pointer: &str,
        default: Option<&Value>,
    ) -> bool {
        match value {
            Value::String(_) => true,
            Value::Null => self.refuse(value, "a text", pointer, default),
            Value::Array(_) | Value::Object(_) if self.kind => {
                *value = Value::from(format!("{value:#}"));
                true
            }
            _ if self.kind => {
                *value = Value::from(value.to_string());
                true
            }
            _ => self.text(value, schema, pointer, default),
        }
    }

    fn integer(
        &mut self,
        value: &mut Value,
        schema: &'static Value,
        pointer: &str,
        default: Option<&Value>,
    ) -> bool {
        let number = match value {
            Value::Number(number) => number.as_f64(),
            // Mockoon converts texts to numbers as well.
            Value::String(text) => text.trim().parse::<f64>().ok(),
            _ => None,
        };
        let minimum = schema.get("minimum").and_then(Value::as_f64);
        let maximum = schema.get("maximum").and_then(Value::as_f64);
        let in_range = |number: &f64| {
            number.is_finite()
                && minimum.is_none_or(|minimum| *number >= minimum)
                // Beyond 2^53 JSON's numbers are no longer exact, and no field means so much.
                && *number <= maximum.unwrap_or(9_007_199_254_740_991.0)
        };
        // Milliseconds have no upper limit in the schema; their fractions mean nothing to a
        // timer. Elsewhere a fraction is a mistake.
        let whole = |number: &f64| number.fract() == 0.0 || maximum.is_none();
        match number.filter(in_range).filter(whole) {
            Some(number) => {
                #[expect(clippy::cast_possible_truncation, reason = "in range, checked above")]
                let integer = number.trunc() as i64;
                if value.as_i64() != Some(integer) {
                    *value = Value::from(integer);
                }
                true
            }
            None => self.refuse(value, &describe(schema), pointer, default),
        }
    }

    fn refuse(
        &mut self,
        value: &Value,
        expected: &str,
        pointer: &str,
        default: Option<&Value>,
    ) -> bool {
        let remedy = match default {
            Some(default) => format!("{} is used instead.", capital(&shown(default))),
            None => "It is left out.".to_owned(),
        };
        // An exported null means "nothing chosen", and takes the default silently in Mockoon.
        let problem = if value.is_null() {
            Problem::warning(pointer, "null cannot stand here")
        } else {
            Problem::error(pointer, format!("{} cannot stand here", shown(value)))
        };
        self.problems
            .push(problem.expected(expected).remedy(remedy));
        false
    }
}

fn list(schema: &'static Value, keyword: &str) -> Option<&'static [Value]> {
    schema.get(keyword)?.as_array().map(Vec::as_slice)
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn variant_keys(variants: &[Value]) -> Vec<&str> {
    variants
        .iter()
        .filter_map(|variant| variant.get("required")?.get(0)?.as_str())
        .collect()
}

/// Whether a branch of an alternative is the one meant, judged by the kind of the value.
fn fits(value: &Value, schema: &'static Value) -> bool {
    if let Some(branches) = list(schema, "anyOf") {
        return branches.iter().any(|branch| fits(value, resolve(branch)));
    }
    if let Some(types) = Some(types(schema)).filter(|types| !types.is_empty()) {
        return types.contains(&name(value)) || (types.contains(&"integer") && value.is_number());
    }
    if choices(schema).is_some() {
        return value.is_string();
    }
    value.is_object()
}

fn name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn describe(schema: &'static Value) -> String {
    if let Some(branches) = list(schema, "anyOf") {
        let branches: Vec<String> = branches
            .iter()
            .map(|branch| describe(resolve(branch)))
            .collect();
        return branches.join(" or ");
    }
    if let Some(choices) = choices(schema) {
        return one_of(&choices);
    }
    if let Some(variants) = list(schema, "oneOf") {
        return format!("an object with one of {}", quoted(&variant_keys(variants)));
    }
    match types(schema).first() {
        Some(&"object") => "an object".to_owned(),
        Some(&"array") => "a list".to_owned(),
        Some(&"string") => "a text".to_owned(),
        Some(&"boolean") => "true or false".to_owned(),
        Some(&"null") => "null".to_owned(),
        Some(&"integer") => {
            let bound = |keyword| schema.get(keyword).and_then(Value::as_u64);
            match (bound("minimum").unwrap_or(0), bound("maximum")) {
                (minimum, Some(maximum)) => format!("a whole number from {minimum} to {maximum}"),
                (minimum, None) => format!("a whole number, {minimum} or more"),
            }
        }
        _ => "any value".to_owned(),
    }
}

fn one_of(choices: &[&str]) -> String {
    format!("one of {}", quoted(choices))
}

fn quoted(names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// A value as it is named in a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) if text.is_empty() => "the empty text".to_owned(),
        Value::String(text) if text.chars().count() > 40 => {
            let start: String = text.chars().take(40).collect();
            format!("the text `{start}…`")
        }
        Value::String(text) => format!("the text `{text}`"),
        Value::Number(number) => format!("the number {number}"),
        Value::Bool(boolean) => format!("`{boolean}`"),
        Value::Array(items) if items.is_empty() => "an empty list".to_owned(),
        Value::Object(fields) if fields.is_empty() => "an empty object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Environment;

    const MOCKOON: Origin = Origin::Mockoon { layout: 33 };

    #[test]
    fn values_that_cannot_stand_are_replaced_by_defaults() {
        // (origin, pointer to set, value, pointer reported, expected value afterwards)
        let cases = [
            (MOCKOON, "/port", json!(70000), json!(null)),
            (MOCKOON, "/port", json!("8080"), json!(8080)),
            (MOCKOON, "/port", json!("eighty"), json!(null)),
            (MOCKOON, "/port", json!(80.5), json!(null)),
            (MOCKOON, "/port", json!(80.0), json!(80)),
            (MOCKOON, "/latency", json!(1.5), json!(1)),
            (MOCKOON, "/latency", json!(-1), json!(null)),
            (MOCKOON, "/latency", json!(1e300), json!(null)),
            (MOCKOON, "/cors", json!("true"), json!(null)),
            (MOCKOON, "/name", json!(5), json!(null)),
            (Origin::HandWritten, "/name", json!(5), json!("5")),
            (MOCKOON, "/headers", json!({}), json!(null)),
            (
                MOCKOON,
                "/headers",
                json!([null, { "key": "a" }, 5]),
                json!([{ "key": "a" }]),
            ),
            (MOCKOON, "/tlsOptions", json!([]), json!(null)),
            (
                MOCKOON,
                "/routes/0/responseMode",
                json!("RANDOM"),
                json!("RANDOM"),
            ),
            (
                MOCKOON,
                "/routes/0/responseMode",
                json!("random"),
                json!(null),
            ),
            (
                Origin::HandWritten,
                "/routes/0/responseMode",
                json!("random"),
                json!("RANDOM"),
            ),
            (MOCKOON, "/routes/0/responseMode", json!(null), json!(null)),
            (
                MOCKOON,
                "/routes/0/responses/0/body",
                json!({ "a": 1 }),
                json!(null),
            ),
            (
                Origin::HandWritten,
                "/routes/0/responses/0/body",
                json!({ "a": 1 }),
                json!("{\n  \"a\": 1\n}"),
            ),
            (
                Origin::HandWritten,
                "/routes/0/responses/0/body",
                json!(5),
                json!("5"),
            ),
            (
                MOCKOON,
                "/routes/0/responses/0/statusCode",
                json!("404"),
                json!(404),
            ),
            (
                MOCKOON,
                "/routes/0/responses/0/statusCode",
                json!(99),
                json!(null),
            ),
            (
                MOCKOON,
                "/routes/0/responses/0/statusCode",
                json!(200.5),
                json!(null),
            ),
            (
                MOCKOON,
                "/routes/0/responses/0/crudKey",
                json!(""),
                json!(null),
            ),
            (
                MOCKOON,
                "/routes/0/responses/0/rules/0/operator",
                json!("is"),
                json!(null),
            ),
            (
                MOCKOON,
                "/routes/0/wasmock/timeline",
                json!("steps.jsonl"),
                json!("steps.jsonl"),
            ),
            (MOCKOON, "/routes/0/wasmock/timeline", json!(5), json!(null)),
            (
                MOCKOON,
                "/routes/0/wasmock/timeline",
                json!([{ "wait": 5 }, { "wiat": 5 }, { "text": "a", "wait": 1 }, { "wait": "x" }, 7]),
                json!([{ "wait": 5 }, { "text": "a" }]),
            ),
            (
                MOCKOON,
                "/routes/0/wasmock/onConnect",
                json!({ "json": [1] }),
                json!({ "json": [1] }),
            ),
            (
                MOCKOON,
                "/routes/0/wasmock/session",
                json!(null),
                json!(null),
            ),
            (
                MOCKOON,
                "/routes/0/wasmock/interval",
                json!({ "min": 5 }),
                json!({ "min": 5 }),
            ),
            (
                MOCKOON,
                "/wasmock/plugins",
                json!([{ "name": "" }]),
                json!([{}]),
            ),
        ];
        for (origin, pointer, written, expected) in cases {
            let mut document = json!({
                "routes": [{ "responses": [{ "rules": [{}] }], "wasmock": {} }], "wasmock": {},
            });
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            document.pointer_mut(parent).unwrap()[key] = written.clone();
            let problems = check(&mut document, origin);
            let found = document.pointer(pointer).cloned().unwrap_or_default();
            assert_eq!(found, expected, "{pointer} {written} {problems:?}");
            if found != written && found.is_null() {
                assert_eq!(problems.len(), 1, "{pointer} {written}");
                assert!(
                    problems[0].pointer.starts_with(pointer),
                    "{:?}",
                    problems[0]
                );
            }
            serde_json::from_value::<Environment>(document).unwrap();
        }
    }

    #[test]
    fn messages_say_what_was_expected_and_what_to_do() {
        let mut document = json!({
            "prot": 80,
            "routes": [{ "responses": [{ "rules": [{ "operator": "equal", "target": 5 }] }] }],
        });
        let problems: Vec<String> = check(&mut document, MOCKOON)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            problems,
            [
                "warning (/prot): the field `prot` is unknown here. Did you mean `port`?",
                "error (/routes/0/responses/0/rules/0/operator): the text `equal` cannot stand here; \
                 expected one of `equals`, `regex`, `regex_i`, `null`, `empty_array`, \
                 `array_includes`, `valid_json_schema`. Did you mean `equals`? The text `equals` is \
                 used instead.",
                "error (/routes/0/responses/0/rules/0/target): the number 5 cannot stand here; \
                 expected one of `body`, `query`, `header`, `cookie`, `params`, `path`, `method`, \
                 `request_number`, `global_var`, `data_bucket`, `templating`. The text `body` is \
                 used instead.",
            ]
        );
    }
}
