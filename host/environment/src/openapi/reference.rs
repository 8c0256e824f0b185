//! `$ref` within a document.
//!
//! References are followed where they are met. As in Mockoon a reference that leads nowhere, out
//! of the document or back into itself stands for nothing. Which reference closes a circle is
//! found once, in the order of the document: from then on it is the same whoever comes by.

use std::collections::HashSet;
use std::ptr::from_ref;
use std::rc::Rc;

use serde_json::Value;

/// References followed inside each other; a further one stands for nothing.
const INSIDE: usize = 500;
/// Values inside each other, references followed, in which circles are looked for.
const DEPTH: usize = 10_000;

/// A value of the document.
#[derive(Debug, Clone)]
pub(super) struct Node<'a> {
    root: &'a Value,
    value: &'a Value,
    /// How many references led here.
    inside: usize,
    /// The references that close circles.
    closing: Rc<HashSet<*const Value>>,
}

impl<'a> Node<'a> {
    pub(super) fn root(root: &'a Value) -> Self {
        let mut circles = Circles::default();
        circles.walk(root, root, 0);
        Self {
            root,
            value: root,
            inside: 0,
            closing: circles.closing.into(),
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
            inside: self.inside,
            closing: self.closing.clone(),
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
            node.inside += 1;
            let ends = node.inside > INSIDE || node.closing.contains(&from_ref(node.value));
            let target = target(self.root, reference).filter(|_| !ends);
            node.value = target.unwrap_or(&Value::Null);
        }
        node
    }
}

fn target<'a>(root: &'a Value, reference: &str) -> Option<&'a Value> {
    let mut steps = reference.strip_prefix("#/")?.split('/');
    steps.try_fold(root, |value, step| value.get(step))
}

/// A walk through a document along its references.
#[derive(Default)]
struct Circles<'a> {
    /// The references that the walk is inside of.
    through: Vec<&'a str>,
    done: HashSet<*const Value>,
    closing: HashSet<*const Value>,
}

impl<'a> Circles<'a> {
    fn walk(&mut self, root: &'a Value, value: &'a Value, depth: usize) {
        let known = |set: &HashSet<_>| set.contains(&from_ref(value));
        if depth > DEPTH || known(&self.done) || known(&self.closing) {
            return;
        }
        match (value.get("$ref"), value) {
            (Some(Value::String(reference)), _) => {
                if self.through.contains(&reference.as_str()) {
                    self.closing.insert(from_ref(value));
                    return;
                }
                if let Some(target) = target(root, reference) {
                    self.through.push(reference);
                    self.walk(root, target, depth + 1);
                    self.through.pop();
                }
            }
            (_, Value::Object(fields)) => fields
                .values()
                .for_each(|field| self.walk(root, field, depth + 1)),
            (_, Value::Array(items)) => items
                .iter()
                .for_each(|item| self.walk(root, item, depth + 1)),
            _ => {}
        }
        self.done.insert(from_ref(value));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_circle_is_cut_where_the_document_closes_it_first() {
        let people = json!({ "house": { "$ref": "#/s/house" } });
        let houses = json!({ "owner": { "$ref": "#/s/person" } });
        let document = json!({ "first": { "$ref": "#/s/person" }, "second": { "$ref": "#/s/house" },
            "s": { "person": people, "house": houses } });
        let root = Node::root(&document);
        let at = |path: &[&str]| {
            let node = path
                .iter()
                .try_fold(root.clone(), |node, step| node.get(step));
            node.unwrap().value().clone()
        };
        assert!(at(&["first", "house"]).is_object());
        assert_eq!(at(&["first", "house", "owner"]), Value::Null);
        assert_eq!(at(&["second", "owner"]), Value::Null);
    }
}
