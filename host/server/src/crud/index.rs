//! Items by their id: made when it is first asked for, kept while the bucket does not change,
//! and carried on over insertions.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;
use wasmock_exchange::Entry;
use wasmock_javascript::path::ObjectPath;
use wasmock_javascript::{Value, number};

/// The indexes of all CRUD buckets of a site.
#[derive(Debug, Default)]
pub(crate) struct Indexes {
    buckets: Mutex<HashMap<Arc<str>, Arc<Kept>>>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Held while an item is added.
    adding: Arc<tokio::sync::Mutex<()>>,
    /// By the path of the id: two routes may read one bucket by different ids.
    indexes: Mutex<HashMap<Box<str>, Index>>,
}

/// The places of items at one version of their bucket.
#[derive(Debug)]
struct Index {
    version: u64,
    places: HashMap<Box<str>, usize, foldhash::fast::RandomState>,
    highest: Option<f64>,
    /// Whether there are items without members, which are found by their place.
    has_primitives: bool,
}

impl Index {
    fn new(entry: &Entry, key: &ObjectPath) -> Self {
        let items = entry.document.value().as_array().unwrap_or_default();
        let mut index = Self {
            version: entry.version,
            places: HashMap::with_capacity_and_hasher(
                items.len(),
                foldhash::fast::RandomState::default(),
            ),
            highest: None,
            has_primitives: false,
        };
        for (place, item) in items.iter().enumerate() {
            index.add(place, item, key);
        }
        index
    }

    fn add(&mut self, place: usize, item: &Value, key: &ObjectPath) {
        if !matches!(item, Value::Object(_) | Value::Array(_)) {
            self.has_primitives = true;
            return;
        }
        let id = key.get(item);
        if let Value::Number(number) = id
            && self.highest.is_none_or(|highest| number > highest)
        {
            self.highest = Some(number);
        }
        if !id.is_nullish() {
            // The first of several items with one id is found.
            self.places.entry(id.to_text().into()).or_insert(place);
        }
    }
}

impl Indexes {
    fn bucket(&self, bucket: &str) -> Arc<Kept> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = buckets.get(bucket) {
            return kept.clone();
        }
        buckets.entry(bucket.into()).or_default().clone()
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.buckets
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Until the guard is dropped nobody else adds an item to this bucket.
    pub(super) async fn adding(&self, bucket: &str) -> OwnedMutexGuard<()> {
        self.bucket(bucket).adding.clone().lock_owned().await
    }

    fn with<T>(
        &self,
        bucket: &str,
        key_text: &str,
        key: &ObjectPath,
        entry: &Entry,
        read: impl FnOnce(&Index) -> T,
    ) -> T {
        let kept = self.bucket(bucket);
        let mut indexes = kept.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = indexes.get(key_text)
            && index.version == entry.version
        {
            return read(index);
        }
        let index = Index::new(entry, key);
        let result = read(&index);
        indexes.insert(key_text.into(), index);
        result
    }

    /// The place of an item.
    pub(super) fn find(
        &self,
        bucket: &str,
        key_text: &str,
        key: &ObjectPath,
        entry: &Entry,
        id: &str,
    ) -> Option<usize> {
        let (found, scan) = self.with(bucket, key_text, key, entry, |index| {
            (index.places.get(id).copied(), index.has_primitives)
        });
        if scan {
            position(entry.document.value().as_array()?, key, id)
        } else {
            found
        }
    }

    /// The highest id that is a number.
    pub(super) fn highest(
        &self,
        bucket: &str,
        key_text: &str,
        key: &ObjectPath,
        entry: &Entry,
    ) -> Option<f64> {
        self.with(bucket, key_text, key, entry, |index| index.highest)
    }

    /// An item was added at the end, which made `version` and `count` items: an index of the
    /// version before goes on. `id` is the number that was taken for it.
    #[expect(clippy::too_many_arguments, reason = "they are one event")]
    pub(super) fn appended(
        &self,
        bucket: &str,
        key_text: &str,
        key: &ObjectPath,
        version: u64,
        count: usize,
        item: &Value,
        id: Option<f64>,
    ) {
        let kept = self.bucket(bucket);
        let mut indexes = kept.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        if let (Some(index), Some(place)) = (indexes.get_mut(key_text), count.checked_sub(1))
            && index.version + 1 == version
        {
            index.add(place, item, key);
            if id.is_some_and(|id| index.highest.is_none_or(|highest| id > highest)) {
                index.highest = id;
            }
            index.version = version;
        }
    }
}

/// The place of an item without an index: by its id, or, where it has no members, by the id as
/// a place (what is no number is the first).
pub(super) fn position(items: &[Value], key: &ObjectPath, id: &str) -> Option<usize> {
    let place = number::parse_int(id);
    let place = if place.is_nan() { 0.0 } else { place };
    items.iter().enumerate().position(|(at, item)| match item {
        Value::Object(_) | Value::Array(_) => {
            let found = key.get(item);
            !found.is_nullish() && found.to_text() == id
        }
        _ => at as f64 == place,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasmock_exchange::Document;
    use wasmock_javascript::json;

    fn entry(version: u64, text: &str) -> Entry {
        Entry {
            document: Arc::new(Document::new(json::parse(text).unwrap())),
            version,
        }
    }

    #[test]
    fn items_are_found_as_by_looking_at_each() {
        let key = ObjectPath::parse("id");
        for (version, text) in [
            r#"[{"id":1},{"id":"b"},{"id":"b"},{"id":null},{}]"#,
            r#"["x",{"id":"1"},"y"]"#,
            "[]",
        ]
        .into_iter()
        .enumerate()
        {
            let indexes = Indexes::default();
            let entry = entry(version as u64, text);
            let items = entry.document.value().as_array().unwrap();
            for id in ["1", "b", "null", "undefined", "0", "2", "x", ""] {
                let found = indexes.find("bucket", "id", &key, &entry, id);
                assert_eq!(found, position(items, &key, id), "{text} {id}");
            }
        }
    }

    #[test]
    fn an_index_goes_on_over_insertions_only() {
        let key = ObjectPath::parse("id");
        let indexes = Indexes::default();
        assert_eq!(
            indexes.highest("b", "id", &key, &entry(1, r#"[{"id":4}]"#)),
            Some(4.0)
        );
        let item = json::parse(r#"{"id":9}"#).unwrap();
        indexes.appended("b", "id", &key, 2, 2, &item, None);
        let two = entry(2, r#"[{"id":4},{"id":9}]"#);
        assert_eq!(indexes.find("b", "id", &key, &two, "9"), Some(1));
        // A write by somebody else lies between: the index is made anew.
        indexes.appended("b", "id", &key, 5, 9, &item, None);
        assert_eq!(
            indexes.find("b", "id", &key, &entry(5, r#"[{"id":9}]"#), "9"),
            Some(0)
        );
    }
}
