//! State: variables, buckets, private state of plugins, counters.
//!
//! Reads are local and never wait. A write is one atomic operation, never read-then-write, and
//! asynchronous, so that a backend behind a network can take the place of the memory here
//! without touching routes, rules or plugins.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use wasmock_javascript::path::{ObjectPath, PathError};
use wasmock_javascript::{Object, Value};

use crate::{Document, limits};

/// What a piece of state belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Space<'a> {
    /// The environment's global variables.
    Variable,
    /// The environment's data buckets.
    Bucket,
    /// One plugin's private state.
    Private(&'a str),
}

/// A piece of state at one moment.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it holds.
    pub document: Arc<Document>,
    /// Grows with every write.
    pub version: u64,
}

/// An atomic change at a path; the empty path is the whole entry.
#[derive(Clone, Debug)]
pub enum Operation {
    /// Sets the value, creating what is missing on the way.
    Set(Value),
    /// Removes the value.
    Delete,
    /// Adds to the number; what is no number counts as 0.
    Increment(f64),
    /// Appends to the array; a new array where nothing is.
    Append(Value),
    /// Copies the members of an object into the object; anything else replaces it.
    Merge(Value),
    /// Sets the value if the entry still has that version.
    CompareAndSet(u64, Value),
}

/// What a write led to.
#[derive(Clone, Debug)]
pub struct Updated {
    /// The entry's new version.
    pub version: u64,
    /// The value at the path after the write.
    pub value: Value,
}

/// Why a write did not happen.
#[derive(Clone, Debug, PartialEq)]
pub enum StateError {
    /// There is no such entry.
    NotFound,
    /// Somebody wrote since; the payload is the present version.
    Conflict(u64),
    /// The operation makes no sense on what is there, in JavaScript's words.
    Invalid(String),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("there is no such entry"),
            Self::Conflict(version) => write!(f, "it was changed meanwhile (version {version})"),
            Self::Invalid(message) => f.write_str(message),
        }
    }
}

impl std::error::Error for StateError {}

/// Where state lives.
#[async_trait]
pub trait State: Send + Sync {
    /// A snapshot of an entry; later writes do not change it.
    fn get(&self, space: Space<'_>, name: &str) -> Option<Entry>;

    /// One atomic change. An entry that does not exist is created by everything but `Delete`.
    ///
    /// # Errors
    /// See [`StateError`]; then nothing has changed.
    async fn update(
        &self,
        space: Space<'_>,
        name: &str,
        path: &str,
        operation: Operation,
    ) -> Result<Updated, StateError>;

    /// Removes all entries of a space.
    async fn clear(&self, space: Space<'_>);
}

const SHARDS: usize = 16;

/// State in this process's memory. A write locks one sixteenth of the names for the time of the
/// change; no lock outlives a call of a method.
#[derive(Debug, Default)]
pub struct MemoryState {
    shards: [Mutex<HashMap<Key, Entry>>; SHARDS],
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    space: u8,
    owner: Box<str>,
    name: Box<str>,
}

impl Key {
    fn new(space: Space<'_>, name: &str) -> Self {
        let (space, owner) = match space {
            Space::Variable => (0, ""),
            Space::Bucket => (1, ""),
            Space::Private(plugin) => (2, plugin),
        };
        Self {
            space,
            owner: owner.into(),
            name: name.into(),
        }
    }
}

impl MemoryState {
    /// Empty state.
    pub fn new() -> Self {
        Self::default()
    }

    fn shard(&self, name: &str) -> std::sync::MutexGuard<'_, HashMap<Key, Entry>> {
        let sum = name
            .bytes()
            .fold(0usize, |sum, b| sum.wrapping_mul(31).wrapping_add(b.into()));
        self.shards[sum % SHARDS]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl State for MemoryState {
    fn get(&self, space: Space<'_>, name: &str) -> Option<Entry> {
        self.shard(name).get(&Key::new(space, name)).cloned()
    }

    async fn update(
        &self,
        space: Space<'_>,
        name: &str,
        path: &str,
        operation: Operation,
    ) -> Result<Updated, StateError> {
        let key = Key::new(space, name);
        let mut shard = self.shard(name);
        if matches!(operation, Operation::Delete) && !shard.contains_key(&key) {
            return Err(StateError::NotFound);
        }
        if let Operation::CompareAndSet(expected, _) = operation {
            let present = shard.get(&key).map_or(0, |entry| entry.version);
            if present != expected {
                return Err(StateError::Conflict(present));
            }
        }
        if let Some(entry) = shard.get_mut(&key) {
            let document = Arc::make_mut(&mut entry.document);
            let value =
                apply(document.value_mut(), path, operation).map_err(StateError::Invalid)?;
            entry.version += 1;
            return Ok(Updated {
                version: entry.version,
                value,
            });
        }
        // A place inside something that is not there makes it an object.
        let mut root = match path {
            "" => Value::Undefined,
            _ => Value::object(Object::new()),
        };
        let value = apply(&mut root, path, operation).map_err(StateError::Invalid)?;
        let document = Arc::new(Document::new(root));
        let version = 1;
        shard.insert(key, Entry { document, version });
        Ok(Updated { version, value })
    }

    async fn clear(&self, space: Space<'_>) {
        let wanted = Key::new(space, "");
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|key, _| key.space != wanted.space || key.owner != wanted.owner);
        }
    }
}

/// Applies an operation and answers the value that is then at the path.
fn apply(root: &mut Value, path: &str, operation: Operation) -> Result<Value, String> {
    if let Operation::Append(value)
    | Operation::Set(value)
    | Operation::CompareAndSet(_, value)
    | Operation::Merge(value) = &operation
    {
        // A value that is put into itself again and again would end the process one day.
        let names = if path.is_empty() {
            0
        } else {
            1 + path.matches('.').count()
        };
        let most = limits::STATE_LEVELS;
        if names > most || !fits(value, most - names) {
            return Err(format!("a value may nest {most} deep at most"));
        }
    }
    let value = match operation {
        Operation::Delete => {
            if path.is_empty() {
                *root = Value::Undefined;
            } else {
                ObjectPath::parse(path)
                    .delete(root)
                    .map_err(|error| words(&error))?;
            }
            return Ok(Value::Undefined);
        }
        Operation::Append(item) => {
            return if path.is_empty() {
                append(root, item);
                Ok(root.clone())
            } else {
                let path = ObjectPath::parse(path);
                path.push(root, item).map_err(|error| words(&error))?;
                Ok(path.get(root))
            };
        }
        Operation::Set(value) | Operation::CompareAndSet(_, value) => value,
        Operation::Increment(by) => {
            let old = at(root, path).to_number();
            Value::Number(if old.is_nan() { by } else { old + by })
        }
        Operation::Merge(value) => merged(at(root, path), value),
    };
    if path.is_empty() {
        *root = value.clone();
    } else {
        ObjectPath::parse(path)
            .set(root, value.clone())
            .map_err(|error| words(&error))?;
    }
    Ok(value)
}

/// Whether a value has no more than that many levels.
fn fits(value: &Value, levels: usize) -> bool {
    match value {
        Value::Array(items) => levels > 0 && items.iter().all(|item| fits(item, levels - 1)),
        Value::Object(object) => levels > 0 && object.values().all(|item| fits(item, levels - 1)),
        _ => true,
    }
}

fn at(root: &Value, path: &str) -> Value {
    if path.is_empty() {
        root.clone()
    } else {
        ObjectPath::parse(path).get(root)
    }
}

fn words(error: &PathError) -> String {
    error.to_string()
}

fn append(list: &mut Value, item: Value) {
    match list {
        Value::Array(items) => Arc::make_mut(items).push(item),
        other => *other = Value::array(vec![item]),
    }
}

fn merged(old: Value, new: Value) -> Value {
    match (old, new) {
        (Value::Object(mut old), Value::Object(new)) => {
            let members: &mut Object = Arc::make_mut(&mut old);
            for (key, value) in new.iter() {
                members.insert(key.clone(), value.clone());
            }
            Value::Object(old)
        }
        (_, new) => new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn update(
        state: &MemoryState,
        path: &str,
        operation: Operation,
    ) -> Result<Value, StateError> {
        state
            .update(Space::Bucket, "b", path, operation)
            .await
            .map(|updated| updated.value)
    }

    #[tokio::test]
    async fn a_value_cannot_be_put_into_itself_without_end() {
        let state = MemoryState::new();
        update(&state, "x", Operation::Set(1.0.into()))
            .await
            .unwrap();
        let mut times = 0;
        let refused = loop {
            let whole = state.get(Space::Bucket, "b").unwrap();
            let inside = Operation::Set(whole.document.value().clone());
            match update(&state, "x", inside).await {
                Ok(_) => times += 1,
                Err(error) => break error,
            }
        };
        assert_eq!(times, limits::STATE_LEVELS - 1);
        assert!(matches!(refused, StateError::Invalid(_)));
        let names = "a.".repeat(limits::STATE_LEVELS) + "b";
        assert!(
            update(&state, &names, Operation::Set(1.0.into()))
                .await
                .is_err()
        );
    }

    #[tokio::test]
    async fn operations_change_one_place_and_count_versions() {
        let state = MemoryState::new();
        update(&state, "a.n", Operation::Set(1.0.into()))
            .await
            .unwrap();
        assert_eq!(
            update(&state, "a.n", Operation::Increment(2.0))
                .await
                .unwrap(),
            3.0.into()
        );
        update(&state, "list", Operation::Append("x".into()))
            .await
            .unwrap();
        let snapshot = state.get(Space::Bucket, "b").unwrap();
        update(&state, "a.n", Operation::Delete).await.unwrap();
        assert_eq!(&**snapshot.document.text(), r#"{"a":{"n":3},"list":["x"]}"#);
        let now = state.get(Space::Bucket, "b").unwrap();
        assert_eq!(&**now.document.text(), r#"{"a":{},"list":["x"]}"#);
        assert_eq!(now.version, 4);
    }

    #[tokio::test]
    async fn compare_and_set_sees_other_writers() {
        let state = MemoryState::new();
        update(&state, "", Operation::CompareAndSet(0, 1.0.into()))
            .await
            .unwrap();
        let late = update(&state, "", Operation::CompareAndSet(0, 2.0.into())).await;
        assert_eq!(late, Err(StateError::Conflict(1)));
    }

    #[tokio::test]
    async fn spaces_do_not_see_each_other() {
        let state = MemoryState::new();
        for space in [Space::Variable, Space::Private("p"), Space::Private("q")] {
            assert!(state.get(space, "n").is_none());
            state
                .update(space, "n", "", Operation::Set(1.0.into()))
                .await
                .unwrap();
        }
        state.clear(Space::Private("p")).await;
        assert!(state.get(Space::Private("p"), "n").is_none());
        assert!(state.get(Space::Private("q"), "n").is_some());
    }
}
