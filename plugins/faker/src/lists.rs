//! The word lists of each locale. They are constant tables made by `build.rs` out of
//! `data/` and of other crates; nothing is built when a component starts.
//!
//! A list that a locale does not have of its own is English's, as faker.js falls back. An
//! empty list means that the locale has none on purpose, such as names by sex where only a
//! common list is known.

use wasmock_javascript::{Object, Value};

use crate::error::{Error, faker};
use crate::{Faker, calendar};

include!(concat!(env!("OUT_DIR"), "/lists.rs"));

/// Which list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(u16);

/// A list of texts: one long text and where each item ends, which is half as large as
/// pointers to each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List {
    text: &'static str,
    ends: &'static [u16],
}

impl List {
    pub(crate) fn len(self) -> usize {
        self.ends.len()
    }

    pub(crate) fn is_empty(self) -> bool {
        self.ends.is_empty()
    }

    /// The item at this index, which must be below the length.
    pub(crate) fn at(self, index: usize) -> &'static str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[usize::from(start)..usize::from(self.ends[index])]
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = &'static str> + Clone {
        (0..self.len()).map(move |index| self.at(index))
    }
}

/// A locale and the lists it has instead of English's, in the order of the keys.
pub(crate) struct Locale {
    name: &'static str,
    own: &'static [(Key, List)],
}

impl std::fmt::Debug for Locale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// The names of all locales.
pub fn locales() -> impl Iterator<Item = &'static str> {
    LOCALES.iter().map(|locale| locale.name)
}

pub(crate) fn find_locale(name: &str) -> Option<&'static Locale> {
    LOCALES.iter().find(|locale| locale.name == name)
}

/// The list at this path, such as `person.first_name.generic`.
pub(crate) fn find_key(path: &str) -> Option<Key> {
    let index = KEYS.binary_search_by(|(name, _)| (*name).cmp(path)).ok()?;
    Some(Key(index as u16))
}

/// Whether some list lies below this path, such as `person.first_name`.
pub(crate) fn is_group(path: &str) -> bool {
    let from = KEYS.partition_point(|(name, _)| *name < path);
    KEYS[from..]
        .iter()
        .take_while(|(name, _)| name.starts_with(path))
        .any(|(name, _)| name.as_bytes().get(path.len()) == Some(&b'.'))
}

impl Faker {
    pub(crate) fn list(&self, key: Key) -> List {
        let own = self.locale.own;
        match own.binary_search_by_key(&key, |(key, _)| *key) {
            Ok(index) => own[index].1,
            Err(_) => EN[usize::from(key.0)],
        }
    }

    /// One item of a list.
    pub(crate) fn pick(&mut self, key: Key) -> Result<&'static str, Error> {
        let list = self.list(key);
        if list.is_empty() {
            return faker("Cannot get value from empty dataset.");
        }
        Ok(list.at(self.random.index(list.len())))
    }

    /// One item of a list as a value: a text, or an object where the items have fields.
    pub(crate) fn pick_value(&mut self, key: Key) -> Result<Value, Error> {
        Ok(as_value(key, self.pick(key)?))
    }

    /// One pattern of a list, filled in.
    pub(crate) fn pick_pattern(&mut self, key: Key) -> Result<String, Error> {
        let pattern = self.pick(key)?;
        self.fill(pattern)
    }
}

/// A field of an item with fields, by its position.
pub(crate) fn field(item: &'static str, index: usize) -> &'static str {
    item.split(';').nth(index).unwrap_or_default()
}

/// Splits the weight off an item such as `49;text`.
pub(crate) fn weight(item: &'static str) -> (f64, &'static str) {
    let (weight, text) = item.split_once(';').unwrap_or(("1", item));
    (weight.parse().unwrap_or(1.0), text)
}

fn as_value(key: Key, item: &'static str) -> Value {
    let fields = KEYS[usize::from(key.0)].1;
    if fields.is_empty() {
        return item.into();
    }
    let values = item.split(';');
    fields
        .iter()
        .zip(values)
        .map(|(name, text)| match name.strip_suffix('#') {
            Some(name) => (name, Value::Number(text.parse().unwrap_or_default())),
            None => (*name, text.into()),
        })
        .collect::<Object>()
        .into()
}

/// The text of a value inside a longer text: dates print as JavaScript prints them.
pub(crate) fn inline(value: &Value) -> String {
    match value {
        Value::Date(ms) => calendar::to_text(*ms),
        other => other.to_text().into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_by_path() {
        assert_eq!(find_key("animal.dog"), Some(key::ANIMAL_DOG));
        assert!(find_key("animal").is_none());
        assert!(is_group("person.first_name"));
        assert!(!is_group("person.first_nam"));
    }

    #[test]
    fn every_english_list_has_items_and_fields() {
        for (index, (name, fields)) in KEYS.iter().enumerate() {
            let list = EN[index];
            let optional = name.ends_with("male")
                || name.ends_with("unionpay")
                || *name == "location.postcode_by_state";
            assert!(!list.is_empty() || optional, "{name}");
            for item in list.iter() {
                assert!(!item.is_empty() && item.trim() == item, "{name}: {item:?}");
                if !fields.is_empty() {
                    assert_eq!(item.split(';').count(), fields.len(), "{name}: {item}");
                }
            }
        }
    }
}
