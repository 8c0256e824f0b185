//! Plain objects in JavaScript's order: integer-like keys first and ascending, the others as
//! they were added.

use indexmap::IndexMap;

use crate::{Text, Value};

type Members = IndexMap<Text, Value, foldhash::fast::RandomState>;

/// A plain object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Object {
    members: Members,
    /// How many of the first members have integer-like keys.
    indexes: usize,
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

impl Object {
    /// An empty object.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty object with room for `n` members.
    pub fn with_capacity(n: usize) -> Self {
        Self {
            members: Members::with_capacity_and_hasher(n, foldhash::fast::RandomState::default()),
            indexes: 0,
        }
    }

    /// The member of this name.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.members.get(key)
    }

    /// The member of this name, to change it in place.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.members.get_mut(key)
    }

    /// Whether there is a member of this name.
    pub fn contains_key(&self, key: &str) -> bool {
        self.members.contains_key(key)
    }

    /// Adds a member, or replaces it where it stands; answers what was there.
    pub fn insert(&mut self, key: impl Into<Text>, value: Value) -> Option<Value> {
        let key = key.into();
        if !is_array_index(&key) {
            return self.members.insert(key, value);
        }
        if let Some(old) = self.members.get_mut(&key) {
            return Some(std::mem::replace(old, value));
        }
        let number: u32 = key.parse().unwrap_or(u32::MAX);
        let at = self.members.as_slice()[..self.indexes]
            .partition_point(|other, _| other.parse().unwrap_or(u32::MAX) < number);
        self.members.shift_insert(at, key, value);
        self.indexes += 1;
        None
    }

    /// Removes a member, keeping the order of the others.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let (index, _, value) = self.members.shift_remove_full(key)?;
        if index < self.indexes {
            self.indexes -= 1;
        }
        Some(value)
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The members in JavaScript's order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Text, &Value)> + DoubleEndedIterator {
        self.members.iter()
    }

    /// The names in JavaScript's order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.members.keys()
    }

    /// The values in JavaScript's order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Value> {
        self.members.values()
    }
}

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
        object.remove("2");
        object.insert("3", Value::Null);
        let keys: Vec<&str> = object.keys().map(|k| &**k).collect();
        assert_eq!(keys, ["3", "10", "b", "a", "01", "4294967295"]);
    }
}
