//! `$ref` within a document.
//!
//! References are followed where they are met, and each walk carries the references it is
//! inside of, so that a circle ends where it closes. As in Mockoon a reference that leads
//! nowhere, out of the document or back into itself stands for nothing.

use serde_json::Value;

/// A value of the document, and the references that led to it.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    root: &'a Value,
    value: &'a Value,
    through: Vec<&'a str>,
}

impl<'a> Node<'a> {
    pub(super) fn root(root: &'a Value) -> Self {
        Self {
            root,
            value: root,
            through: Vec::new(),
        }
    }

    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    /// A field, with references resolved; none when it is missing.
    pub(super) fn get(&self, field: &str) -> Option<Self> {
        Some(self.follow(self.value.get(field)?))
    }

    /// An item, with references resolved; none when it is missing.
    pub(super) fn at(&self, index: usize) -> Option<Self> {
        Some(self.follow(self.value.get(index)?))
    }

    /// The fields of an object, with references resolved. Integer-like names come first, in
    /// ascending order, as JavaScript has them.
    pub(super) fn fields(&self) -> Vec<(&'a str, Self)> {
        let mut fields: Vec<(&str, Self)> = self
            .value
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), self.follow(value)))
            .collect();
        fields.sort_by_key(|(name, _)| {
            if wasmock_javascript::is_array_index(name) {
                name.parse::<u64>().unwrap_or(u64::MAX)
            } else {
                u64::MAX
            }
        });
        fields
    }

    pub(super) fn text(&self, field: &str) -> Option<&'a str> {
        self.get(field)?.value.as_str()
    }

    fn follow(&self, value: &'a Value) -> Self {
        let mut node = Self {
            root: self.root,
            value,
            through: self.through.clone(),
        };
        while let Some(reference) = node.value.get("$ref") {
            let Some(reference) = reference.as_str() else {
                // A property that happens to be called `$ref`.
                if reference.is_object() {
                    break;
                }
                node.value = &Value::Null;
                break;
            };
            let target = reference
                .strip_prefix("#/")
                .filter(|_| !node.through.contains(&reference))
                .and_then(|path| {
                    path.split('/')
                        .try_fold(self.root, |value, step| value.get(step))
                });
            match target {
                Some(target) => {
                    node.through.push(reference);
                    node.value = target;
                }
                None => node.value = &Value::Null,
            }
        }
        node
    }
}
