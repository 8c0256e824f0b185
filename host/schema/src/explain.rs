//! Why a value does not pass, for people: the place and what was expected there.
//!
//! Only a value that failed is explained, so this may be slow. The walk goes down where one
//! part is to blame (members, items, references) and stays where several alternatives are.

use wasmock_javascript::{Value, json};

use super::{Bound, Check, Counted, Id, Node, Problem, Schema, Types, check};

/// Problems named at once; the first ones usually explain the rest.
const SHOWN: usize = 20;

/// How deep the walk goes: a schema that refers to itself may never end.
const MAX_DEPTH: usize = 100;

pub(super) fn problems(schema: &Schema, value: &Value) -> Vec<Problem> {
    if check::is_valid(schema, value) {
        return Vec::new();
    }
    let mut walk = Walk {
        schema,
        found: Vec::new(),
        path: Vec::new(),
    };
    walk.node(schema.root, value);
    if walk.found.is_empty() {
        walk.say("it does not match the schema");
    }
    walk.found.truncate(SHOWN);
    walk.found
}

struct Walk<'s> {
    schema: &'s Schema,
    found: Vec<Problem>,
    path: Vec<String>,
}

impl<'s> Walk<'s> {
    fn say(&mut self, message: impl Into<String>) {
        let problem = Problem {
            pointer: self.path.concat(),
            message: message.into(),
        };
        if !self.found.contains(&problem) {
            self.found.push(problem);
        }
    }

    fn below(&mut self, step: &str, id: Id, value: &Value) {
        self.path
            .push(format!("/{}", step.replace('~', "~0").replace('/', "~1")));
        self.node(id, value);
        self.path.pop();
    }

    fn node(&mut self, id: Id, value: &Value) {
        let schema = self.schema;
        if self.found.len() > SHOWN
            || self.path.len() > MAX_DEPTH
            || check::node_is_valid(schema, id, value)
        {
            return;
        }
        match &schema.nodes[id] {
            Node::Always(_) => self.say("nothing is allowed here"),
            Node::All(checks) => {
                for check in checks {
                    if !check::check_is_valid(schema, check, value) {
                        self.check(check, value);
                    }
                }
            }
        }
    }

    fn check(&mut self, check: &'s Check, value: &Value) {
        match check {
            Check::Type(types) => {
                self.say(format!("expected {}, found {}", types.words(), kind(value)));
            }
            Check::Number(bound, limit) => {
                self.say(format!("expected a number {} {limit}", bound.words()));
            }
            Check::MultipleOf(divisor) => self.say(format!("expected a multiple of {divisor}")),
            Check::Length(counted, bound, limit) => self.say(format!(
                "expected a count of {} {} {limit}",
                match counted {
                    Counted::Characters => "characters",
                    Counted::Items => "items",
                    Counted::Members => "members",
                },
                bound.words()
            )),
            Check::Pattern(pattern) => {
                self.say(format!("expected a text that matches {}", pattern.as_str()));
            }
            Check::Format(format) => self.say(format!("expected the format {format:?}")),
            Check::FormatBound(_, bound, limit) => {
                self.say(format!("expected a text {} {limit}", bound.words()));
            }
            Check::Const(wanted) => self.say(format!("expected {}", shown(wanted))),
            Check::Enum(all) => {
                let all: Vec<String> = all.iter().map(shown).collect();
                self.say(format!("expected one of {}", all.join(", ")));
            }
            Check::Required(names) => {
                let missing = names
                    .iter()
                    .filter(|name| value.get(name).is_none_or(|member| member.is_undefined()));
                for name in missing {
                    self.say(format!("`{name}` is missing"));
                }
            }
            Check::Members {
                named,
                patterns,
                others,
            } => {
                for (name, member) in value.as_object().into_iter().flat_map(|o| o.iter()) {
                    let mut known = false;
                    let fitting = named.iter().filter(|(known, _)| known == name);
                    let fitting = fitting.map(|(_, id)| *id);
                    let matching = patterns.iter().filter(|(p, _)| p.is_match(name));
                    for id in fitting.chain(matching.map(|(_, id)| *id)) {
                        known = true;
                        self.below(name, id, member);
                    }
                    match others {
                        Some(id) if !known => {
                            if matches!(self.schema.nodes[*id], Node::Always(false)) {
                                let known: Vec<String> =
                                    named.iter().map(|(name, _)| format!("`{name}`")).collect();
                                self.say(format!(
                                    "`{name}` is not known; known are {}",
                                    known.join(", ")
                                ));
                            } else {
                                self.below(name, *id, member);
                            }
                        }
                        _ => {}
                    }
                }
            }
            Check::MemberNames(_) => self.say("a member has a name that is not allowed"),
            Check::NeedsMembers(name, needed) => {
                let needed: Vec<String> = needed.iter().map(|name| format!("`{name}`")).collect();
                self.say(format!("`{name}` needs {} beside it", needed.join(", ")));
            }
            Check::NeedsSchema(_, id) | Check::Ref(id) => self.node(*id, value),
            Check::Items(id) => {
                for (at, item) in value.as_array().unwrap_or_default().iter().enumerate() {
                    self.below(&at.to_string(), *id, item);
                }
            }
            Check::Tuple(ids, others) => {
                for (at, item) in value.as_array().unwrap_or_default().iter().enumerate() {
                    if let Some(id) = ids.get(at).copied().or(*others) {
                        self.below(&at.to_string(), id, item);
                    }
                }
            }
            Check::Contains(_) => self.say("no item is as one has to be"),
            Check::Unique => self.say("two items are the same"),
            Check::AllOf(ids) => {
                for id in ids {
                    self.node(*id, value);
                }
            }
            Check::AnyOf(_) => self.say("it fits none of the alternatives"),
            Check::OneOf(ids) => {
                let fitting = ids
                    .iter()
                    .filter(|id| check::node_is_valid(self.schema, **id, value));
                match fitting.count() {
                    0 => self.say("it fits none of the alternatives"),
                    _ => self.say("it fits more than one of the alternatives"),
                }
            }
            Check::Not(_) => self.say("it is what it must not be"),
            Check::If(test, then, or) => {
                let branch = if check::node_is_valid(self.schema, *test, value) {
                    then
                } else {
                    or
                };
                if let Some(id) = branch {
                    self.node(*id, value);
                }
            }
        }
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Undefined => "nothing",
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
        Value::String(_) | Value::Safe(_) | Value::Date(_) => "a text",
    }
}

fn shown(value: &Value) -> String {
    json::to_text(value).unwrap_or_default()
}

impl Types {
    fn words(self) -> String {
        let all = [
            (self.null, "null"),
            (self.boolean, "true or false"),
            (self.string, "a text"),
            (self.number, "a number"),
            (self.integer && !self.number, "a whole number"),
            (self.array, "an array"),
            (self.object, "an object"),
        ];
        let words: Vec<&str> = all.iter().filter(|(is, _)| *is).map(|(_, w)| *w).collect();
        words.join(" or ")
    }
}

impl Bound {
    fn words(self) -> &'static str {
        match self {
            Self::Minimum => "of at least",
            Self::Maximum => "of at most",
            Self::Above => "above",
            Self::Below => "below",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(schema: &str, value: &str, expected: &[(&str, &str)]) {
        let schema = Schema::compile(&json::parse(schema).unwrap()).unwrap();
        let found = schema.problems(&json::parse(value).unwrap());
        let found: Vec<_> = found
            .iter()
            .map(|problem| (&*problem.pointer, &*problem.message))
            .collect();
        assert_eq!(found, expected);
    }

    const SCHEMA: &str = r#"{
        "type": "object",
        "required": ["rate"],
        "additionalProperties": false,
        "properties": {
            "rate": { "type": "number", "minimum": 1 },
            "units": { "type": "array", "items": { "enum": ["kg", "lb"] } }
        }
    }"#;

    #[test]
    fn each_place_is_named() {
        check(SCHEMA, r#"{ "rate": 2 }"#, &[]);
        check(
            SCHEMA,
            r#"{ "rate": "2" }"#,
            &[("/rate", "expected a number, found a text")],
        );
        check(
            SCHEMA,
            r#"{ "units": ["kg", "st"], "a/b": 1 }"#,
            &[
                ("", "`rate` is missing"),
                ("/units/1", r#"expected one of "kg", "lb""#),
                ("", "`a/b` is not known; known are `rate`, `units`"),
            ],
        );
        check(SCHEMA, "[]", &[("", "expected an object, found an array")]);
        check(
            SCHEMA,
            r#"{ "rate": 0 }"#,
            &[("/rate", "expected a number of at least 1")],
        );
    }
}
