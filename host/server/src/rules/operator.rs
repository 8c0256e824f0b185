//! How a rule compares, with JavaScript's coercions.

use std::borrow::Cow;
use std::sync::Arc;

use wasmock_environment as file;
use wasmock_javascript::Value;
use wasmock_javascript::path::Path;

use super::regex::Pattern;
use super::target::first_name;
use super::{Broken, Facts};
use crate::mock::{Mock, Text};

/// The operator of a rule, with what of its value is known at load.
#[derive(Clone, Debug)]
pub(super) enum Operator {
    Equals,
    /// The pattern, when the value is fixed.
    Regex {
        ignore_case: bool,
        pattern: Option<Result<Pattern, String>>,
    },
    Null,
    EmptyArray,
    /// Without a modifier it is [`Operator::Equals`], except for what it sees of the body.
    ArrayIncludes {
        has_modifier: bool,
    },
    /// Where the schema is, and its compiled form.
    Schema(Path, Arc<wasmock_schema::Compiled>),
}

impl Operator {
    pub(super) fn new(rule: &file::Rule, value: &Text) -> Self {
        match rule.operator {
            file::Operator::Equals => Self::Equals,
            file::Operator::Regex | file::Operator::RegexI => {
                let ignore_case = rule.operator == file::Operator::RegexI;
                let pattern = value
                    .is_fixed()
                    .then(|| Pattern::compile(value.source(), ignore_case));
                Self::Regex {
                    ignore_case,
                    pattern,
                }
            }
            file::Operator::Null => Self::Null,
            file::Operator::EmptyArray => Self::EmptyArray,
            file::Operator::ArrayIncludes => Self::ArrayIncludes {
                has_modifier: !rule.modifier.is_empty(),
            },
            file::Operator::ValidJsonSchema => {
                Self::Schema(Path::parse(&rule.value), Arc::default())
            }
        }
    }

    /// Whether the whole body is looked at as text.
    pub(super) fn sees_raw_body(&self) -> bool {
        matches!(self, Self::Equals | Self::Regex { .. })
    }

    pub(super) fn is_native(&self) -> bool {
        match self {
            Self::Regex { pattern, .. } => !matches!(pattern, Some(Ok(Pattern::Backtracking(_)))),
            // Its bucket may have to be filled first.
            Self::Schema(..) => false,
            _ => true,
        }
    }

    /// Decides what needs no value: emptiness, and that nothing is equal to `undefined`.
    pub(super) fn without_value(&self, target: &Value) -> Option<bool> {
        match self {
            Self::Null => Some(target.is_nullish() || target.as_str() == Some("")),
            Self::EmptyArray => Some(target.as_array().is_some_and(<[Value]>::is_empty)),
            _ => target.is_undefined().then_some(false),
        }
    }

    /// The pattern, as the `regex` plugin reads it, when only that can run it.
    pub(super) fn backtracking(&self, value: &str) -> Option<String> {
        match self {
            Self::Regex {
                pattern: Some(Ok(Pattern::Backtracking(text))),
                ..
            } => Some(text.clone()),
            Self::Regex {
                pattern: None,
                ignore_case,
            } => match Pattern::compile(value, *ignore_case) {
                Ok(Pattern::Backtracking(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// The bucket with the schema.
    pub(super) fn schema_bucket(&self, mock: &Mock, value: &str) -> Option<Arc<str>> {
        match self {
            Self::Schema(..) => {
                let name = first_name(value);
                let exact = |bucket: &&Arc<crate::mock::Bucket>| {
                    *bucket.id == *name || *bucket.name == *name
                };
                mock.buckets
                    .iter()
                    .find(exact)
                    .map(|bucket| bucket.id.clone())
            }
            _ => None,
        }
    }

    /// Compares a defined target with the rule's value. `null` counts as the empty text.
    pub(super) fn compare(
        &self,
        facts: Facts<'_>,
        target: &Value,
        value: &str,
    ) -> Result<bool, Broken> {
        Ok(match self {
            Self::Null | Self::EmptyArray => false,
            Self::ArrayIncludes { has_modifier: true } => target
                .as_array()
                .is_some_and(|items| items.iter().any(|item| item.to_text() == value)),
            Self::Equals | Self::ArrayIncludes { .. } => any(target, |text| text == value),
            Self::Regex {
                ignore_case,
                pattern,
            } => {
                let compiled;
                let pattern = match pattern {
                    Some(pattern) => pattern,
                    None => {
                        compiled = Pattern::compile(value, *ignore_case);
                        &compiled
                    }
                };
                match pattern {
                    Ok(Pattern::Linear(regex)) => any(target, |text| regex.is_match(text)),
                    Err(problem) => return Err(Broken(problem.clone())),
                    Ok(Pattern::Backtracking(text)) => {
                        return Err(Broken(format!("{text} needs the `regex` plugin")));
                    }
                }
            }
            Self::Schema(path, compiled) => {
                let Some(id) = self.schema_bucket(facts.mock, value) else {
                    return Ok(false);
                };
                let Some(bucket) = facts.site.bucket_value(&id) else {
                    return Ok(false);
                };
                let root = Value::object([(first_name(value), bucket)].into_iter().collect());
                match path.get(&root) {
                    Ok(source) if source.is_truthy() => match &*compiled.of(&source) {
                        Ok(schema) => schema.is_valid(target),
                        Err(problem) => {
                            // Unlike other rules that cannot be evaluated, it may be inverted.
                            tracing::warn!("a rule's schema `{value}` is not valid: {problem}");
                            false
                        }
                    },
                    _ => false,
                }
            }
        })
    }
}

/// Whether the target's text, or that of an item of an array, passes.
fn any(target: &Value, test: impl Fn(&str) -> bool) -> bool {
    match target {
        Value::Array(items) => items.iter().any(|item| test(&item.to_text())),
        target => test(&text(target)),
    }
}

fn text(target: &Value) -> Cow<'_, str> {
    if target.is_nullish() {
        Cow::Borrowed("")
    } else {
        target.to_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_javascript::json;

    #[test]
    fn texts_of_values_are_compared() {
        for (target, value, equal) in [
            ("1", "1", true),
            ("1.0", "1", true),
            ("true", "true", true),
            ("null", "", true),
            ("null", "null", false),
            (r#"["a",1,null]"#, "1", true),
            (r#"["a",1,null]"#, "null", true),
            (r#"["a",1]"#, "a,1", false),
            (r#"{"a":1}"#, "[object Object]", true),
            ("1e21", "1e+21", true),
        ] {
            let target = json::parse(target).unwrap();
            assert_eq!(
                any(&target, |text| text == value),
                equal,
                "{target:?} {value}"
            );
        }
    }

    #[test]
    fn emptiness_needs_no_value() {
        for (target, null, empty) in [
            (Value::Undefined, true, false),
            (Value::Null, true, false),
            (Value::text(""), true, false),
            (Value::text("a"), false, false),
            (Value::array(Vec::new()), false, true),
            (Value::Number(0.0), false, false),
        ] {
            assert_eq!(
                Operator::Null.without_value(&target),
                Some(null),
                "{target:?}"
            );
            assert_eq!(
                Operator::EmptyArray.without_value(&target),
                Some(empty),
                "{target:?}"
            );
        }
        assert_eq!(
            Operator::Equals.without_value(&Value::Undefined),
            Some(false)
        );
        assert_eq!(Operator::Equals.without_value(&Value::Null), None);
    }
}
