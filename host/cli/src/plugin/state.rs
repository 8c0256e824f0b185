//! State around a trial: what there is before, and what was written.
//!
//! It is written as `variables`, `buckets` and `private` (the plugin's own), each by name.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use wasmock_exchange::{Entry, MemoryState, Operation, Space, State, StateError, Updated};

use crate::request::{to_json, to_value};

/// State before a trial.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Before {
    pub(crate) variables: Map<String, Json>,
    pub(crate) buckets: Map<String, Json>,
    pub(crate) private: Map<String, Json>,
}

/// State in memory that remembers what was written.
#[derive(Debug)]
pub(crate) struct Recorded {
    state: MemoryState,
    plugin: String,
    written: Mutex<BTreeSet<(&'static str, String)>>,
}

impl Recorded {
    /// State as it is before; private state belongs to that plugin.
    pub(crate) async fn new(before: &Before, plugin: &str) -> Result<Self, StateError> {
        let state = MemoryState::new();
        let spaces = [
            (Space::Variable, &before.variables),
            (Space::Bucket, &before.buckets),
            (Space::Private(plugin), &before.private),
        ];
        for (space, entries) in spaces {
            for (name, value) in entries {
                state
                    .update(space, name, "", Operation::Set(to_value(value)))
                    .await?;
            }
        }
        Ok(Self {
            state,
            plugin: plugin.to_owned(),
            written: Mutex::default(),
        })
    }

    /// What was written: the entries as they are now, null for those that are gone.
    pub(crate) fn written(&self) -> Map<String, Json> {
        let written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = Map::new();
        for (kind, name) in written.iter() {
            let space = match *kind {
                "variables" => Space::Variable,
                "buckets" => Space::Bucket,
                _ => Space::Private(&self.plugin),
            };
            let value = self
                .state
                .get(space, name)
                .map(|entry| to_json(entry.document.value()));
            let entries = all.entry(*kind).or_insert_with(|| json!({}));
            if let Some(entries) = entries.as_object_mut() {
                entries.insert(name.clone(), value.unwrap_or(Json::Null));
            }
        }
        all
    }
}

#[async_trait]
impl State for Recorded {
    fn get(&self, space: Space<'_>, name: &str) -> Option<Entry> {
        self.state.get(space, name)
    }

    async fn update(
        &self,
        space: Space<'_>,
        name: &str,
        path: &str,
        operation: Operation,
    ) -> Result<Updated, StateError> {
        let updated = self.state.update(space, name, path, operation).await?;
        let kind = match space {
            Space::Variable => "variables",
            Space::Bucket => "buckets",
            Space::Private(owner) if owner == self.plugin => "private",
            // Another plugin's state is no result of this one.
            Space::Private(_) => return Ok(updated),
        };
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        written.insert((kind, name.to_owned()));
        Ok(updated)
    }

    async fn clear(&self, space: Space<'_>) {
        self.state.clear(space).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_was_written_is_told() {
        let before = Before {
            variables: Map::from_iter([("a".to_owned(), json!(1)), ("b".to_owned(), json!(2))]),
            ..Before::default()
        };
        let state = Recorded::new(&before, "p").await.unwrap();
        state
            .update(Space::Variable, "b", "", Operation::Increment(1.0))
            .await
            .unwrap();
        state
            .update(Space::Private("p"), "n", "", Operation::Set(true.into()))
            .await
            .unwrap();
        state
            .update(Space::Private("q"), "n", "", Operation::Set(true.into()))
            .await
            .unwrap();
        let written = Json::Object(state.written());
        assert_eq!(
            written,
            json!({ "variables": { "b": 3 }, "private": { "n": true } })
        );
    }
}
