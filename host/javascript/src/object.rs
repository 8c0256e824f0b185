//! Plain objects in JavaScript's order: integer-like keys first and ascending, the others as
//! they were added.
//!
//! The two kinds of keys live in two maps, so that no order in which keys arrive makes adding
//! one slow: a hostile body may bring a hundred thousand integers in descending order.

use std::collections::{BTreeMap, btree_map};

use indexmap::IndexMap;

use crate::{Text, Value};

type Members = IndexMap<Text, Value, foldhash::fast::RandomState>;

/// A plain object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    /// The members with integer-like keys.
    indexes: BTreeMap<u32, (Text, Value)>,
    /// All others.
    members: Members,
}

/// Whether JavaScript sorts this key before the others: `0`, `17`, not `01`, not `4294967295`.
pub fn is_array_index(key: &str) -> bool {
    match key.as_bytes() {
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => {
            rest.len() < 10
                && rest.iter().all(u8::is_ascii_digit)
                && key.parse::<u32>().is_ok_and(|n| n < u32::MAX)
        }
        _ => false,
    }
}

/// The number that an integer-like key stands for.
fn index(key: &str) -> Option<u32> {
    let digit = key.as_bytes().first().is_some_and(u8::is_ascii_digit);
    (digit && is_array_index(key)).then(|| key.parse().ok())?
}

impl Object {
    /// An empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty object with room for `n` members.
    pub fn with_capacity(n: usize) -> Self {
        let hasher = foldhash::fast::RandomState::default();
        Self {
            indexes: BTreeMap::new(),
            members: Members::with_capacity_and_hasher(n, hasher),
        }
    }

    /// The member of this name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match index(key) {
            None => self.members.get(key),
            Some(index) => self.indexes.get(&index).map(|(_, value)| value),
        }
    }

    /// The member of this name, to change it in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        match index(key) {
            None => self.members.get_mut(key),
            Some(index) => self.indexes.get_mut(&index).map(|(_, value)| value),
        }
    }

    /// Whether there is a member of this name.
    pub fn contains_key(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Adds a member, or replaces it where it stands; answers what was there.
    pub fn insert(&mut self, key: impl Into<Text>, value: Value) -> Option<Value> {
        let key = key.into();
        match index(&key) {
            None => self.members.insert(key, value),
            Some(index) => self
                .indexes
                .insert(index, (key, value))
                .map(|(_, value)| value),
        }
    }

    /// Removes a member, keeping the order of the others.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        match index(key) {
            None => self.members.shift_remove(key),
            Some(index) => self.indexes.remove(&index).map(|(_, value)| value),
        }
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.indexes.len() + self.members.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The members in JavaScript's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Value)> + DoubleEndedIterator {
        Iter {
            indexes: self.indexes.values(),
            members: self.members.iter(),
        }
    }

    /// The names in JavaScript's order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.iter().map(|(key, _)| key)
    }

    /// The values in JavaScript's order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.iter().map(|(_, value)| value)
    }
}

struct Iter<'o> {
    indexes: btree_map::Values<'o, u32, (Text, Value)>,
    members: indexmap::map::Iter<'o, Text, Value>,
}

impl<'o> Iterator for Iter<'o> {
    type Item = (&'o Text, &'o Value);

    fn next(&mut self) -> Option<Self::Item> {
        match self.indexes.next() {
            Some((key, value)) => Some((key, value)),
            None => self.members.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let length = self.indexes.len() + self.members.len();
        (length, Some(length))
    }
}

impl DoubleEndedIterator for Iter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self.members.next_back() {
            Some(member) => Some(member),
            None => self.indexes.next_back().map(|(key, value)| (key, value)),
        }
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<K: Into<Text>> FromIterator<(K, Value)> for Object {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Self {
        let members = members.into_iter();
        let mut object = Self::with_capacity(members.size_hint().0);
        for (key, value) in members {
            object.insert(key, value);
        }
        object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integer_keys_come_first_and_ascending() {
        let mut object = Object::new();
        for key in ["b", "10", "a", "2", "01", "4294967295"] {
            object.insert(key, Value::Null);
        }
        let keys: Vec<&str> = object.keys().map(|k| &**k).collect();
        assert_eq!(keys, ["2", "10", "b", "a", "01", "4294967295"]);
        let backwards: Vec<&str> = object.iter().rev().map(|(k, _)| &**k).collect();
        assert_eq!(backwards, ["4294967295", "01", "a", "b", "10", "2"]);
        assert_eq!(object.iter().len(), 6);
        object.remove("2");
        object.insert("3", Value::Null);
        let keys: Vec<&str> = object.keys().map(|k| &**k).collect();
        assert_eq!(keys, ["3", "10", "b", "a", "01", "4294967295"]);
    }
}
