//! What a rule looks at.

use std::sync::Arc;

use wasmock_environment as file;
use wasmock_exchange::{Space, State, Template};
use wasmock_javascript::path::Path;
use wasmock_javascript::{Object, Value};

use super::operator::Operator;
use super::{Broken, Facts};
use crate::mock::Mock;

/// The target of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target(file::Target);

/// Which part of the target: compiled, or a template.
#[derive(Clone, Debug)]
pub(super) enum Modifier {
    /// Nothing: the whole.
    Empty,
    /// A name or a text.
    Name(Arc<str>),
    /// A path.
    Path { text: Arc<str>, path: Path },
    /// Rendered at each use, then one of the above.
    Template { template: Template, is_path: bool },
}

impl Modifier {
    pub(super) fn new(target: file::Target, text: &str) -> Self {
        use file::Target::{Body, DataBucket, GlobalVar, Params, Query};
        let is_path = matches!(target, Body | Query | Params | GlobalVar | DataBucket);
        if Template::is_needed(text) {
            return Self::Template {
                template: Template::new(text),
                is_path,
            };
        }
        Self::fixed(text, is_path)
    }

    fn fixed(text: &str, is_path: bool) -> Self {
        match (text, is_path) {
            ("", _) => Self::Empty,
            (text, true) => Self::Path {
                text: text.into(),
                path: Path::parse(text),
            },
            (text, false) => Self::Name(text.into()),
        }
    }

    /// The modifier that a template was rendered to.
    pub(super) fn with_text(&self, text: &str) -> Self {
        Self::fixed(text, matches!(self, Self::Template { is_path: true, .. }))
    }

    pub(super) fn template(&self) -> Option<&Template> {
        match self {
            Self::Template { template, .. } => Some(template),
            _ => None,
        }
    }

    pub(super) fn is_fixed(&self) -> bool {
        self.template().is_none()
    }

    pub(super) fn text(&self) -> &str {
        match self {
            Self::Empty => "",
            Self::Name(text) | Self::Path { text, .. } => text,
            Self::Template { template, .. } => &template.source,
        }
    }
}

impl Target {
    pub(super) fn new(target: file::Target) -> Self {
        Self(target)
    }

    pub(super) fn needs_buckets(self) -> bool {
        self.0 == file::Target::DataBucket
    }

    /// A cookie without a name: the rule does not hold, whatever its operator.
    pub(super) fn is_nothing(self, modifier: &Modifier) -> bool {
        self.0 == file::Target::Cookie && matches!(modifier, Modifier::Empty)
    }

    /// A bucket may have to be filled first.
    pub(super) fn is_native(self) -> bool {
        !self.needs_buckets()
    }

    /// The bucket that the modifier begins with: by its exact id or name.
    pub(super) fn bucket(self, mock: &Mock, modifier: &Modifier) -> Option<Arc<str>> {
        bucket(mock, &first_name(modifier.text()))
    }

    /// The target's value.
    pub(super) fn resolve(
        self,
        facts: Facts<'_>,
        modifier: &Modifier,
        operator: &Operator,
    ) -> Result<Value, Broken> {
        use file::Target as T;
        let exchange = facts.exchange;
        let at = |value: &Value| match modifier {
            Modifier::Path { path, .. } => path.get(value).map_err(|e| Broken(e.to_string())),
            _ => Ok(Value::Undefined),
        };
        Ok(match (self.0, modifier) {
            (T::Body, Modifier::Empty) => {
                if operator.sees_raw_body() {
                    Value::text(exchange.body_text())
                } else {
                    exchange.parsed_body_or_text()
                }
            }
            (T::Body, _) => at(&exchange.parsed_body_or_text())?,
            (T::Query, Modifier::Empty) => exchange.query(),
            (T::Query, _) => at(&exchange.query())?,
            (T::Params, _) => at(&exchange.params())?,
            (T::Header, Modifier::Empty) => Value::text(""),
            (T::Header, name) if name.text().eq_ignore_ascii_case("set-cookie") => {
                // The one header that Node keeps as a list.
                let all = exchange
                    .headers()
                    .into_iter()
                    .filter(|(name, _)| name == "set-cookie");
                let values: Vec<Value> = all.map(|(_, value)| Value::text(value)).collect();
                if values.is_empty() {
                    Value::Undefined
                } else {
                    Value::array(values)
                }
            }
            (T::Header, name) => exchange
                .header(name.text())
                .map_or(Value::Undefined, Value::text),
            (T::Cookie, name) => exchange
                .cookies()
                .as_object()
                .and_then(|c| c.get(name.text()).cloned())
                .unwrap_or_default(),
            (T::Path, _) => Value::array(vec![
                Value::text(exchange.url()),
                Value::text(with_slash(exchange.route())),
            ]),
            (T::Method, _) => Value::text(exchange.method().to_ascii_lowercase()),
            (T::RequestNumber, _) => Value::Number(exchange.sequence() as f64),
            (T::Templating, modifier) => Value::text(modifier.text()),
            (T::GlobalVar, modifier) => {
                let name = first_name(modifier.text());
                let entry = facts.site.state_source().get(Space::Variable, &name);
                at(&member(
                    name,
                    entry.map(|entry| entry.document.value().clone()),
                ))?
            }
            (T::DataBucket, modifier) => {
                let name = first_name(modifier.text());
                let value = bucket(facts.mock, &name).and_then(|id| facts.site.bucket_value(&id));
                at(&member(name, value))?
            }
        })
    }
}

fn with_slash(pattern: &str) -> String {
    if pattern.starts_with('/') {
        pattern.to_owned()
    } else {
        format!("/{pattern}")
    }
}

fn bucket(mock: &Mock, name: &str) -> Option<Arc<str>> {
    let exact = |bucket: &&Arc<crate::mock::Bucket>| *bucket.id == *name || *bucket.name == *name;
    mock.buckets
        .iter()
        .find(exact)
        .map(|bucket| bucket.id.clone())
}

/// An object with one member: what a path that begins with a name is followed in.
fn member(name: String, value: Option<Value>) -> Value {
    let object: Object = value.map(|value| (name, value)).into_iter().collect();
    Value::object(object)
}

/// The name that a path begins with: `a` of `a.b`, `$.a[0]`, `$['a']`; `a.b` of `a\.b.c`.
pub(super) fn first_name(path: &str) -> String {
    let (path, ends): (&str, &[char]) = match path.strip_prefix('$') {
        None => (path, &['.']),
        Some(rest) => {
            if let Some(quoted) = rest.strip_prefix("['").or_else(|| rest.strip_prefix("[\"")) {
                return quoted.chars().take_while(|c| !"'\"".contains(*c)).collect();
            }
            (rest.strip_prefix('.').unwrap_or(rest), &['.', '['])
        }
    };
    let mut name = String::new();
    let mut chars = path.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if chars.peek() == Some(&'.') => name.extend(chars.next()),
            c if ends.contains(&c) => break,
            c => name.push(c),
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::first_name;

    #[test]
    fn the_first_name_of_a_path() {
        for (path, name) in [
            ("a", "a"),
            ("a.b", "a"),
            (r"a\.b.c", "a.b"),
            ("$.a.b", "a"),
            ("$.a[0]", "a"),
            ("$['a b'].c", "a b"),
            ("", ""),
        ] {
            assert_eq!(first_name(path), name, "{path}");
        }
    }
}
