//! The first content of data buckets: known from the file, made at the start, or made for the
//! first exchange that needs it.
//!
//! Content is made without a lock; when two exchanges make it at once, the first result wins
//! and the other is dropped.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::watch;
use wasmock_exchange::{Call, Document, Operation, Space, State};
use wasmock_javascript::Value;

use super::Site;
use super::environment::Scope;
use crate::mock::{Bucket, BucketContent, Mock, parse_bucket};

/// Which buckets have their first content.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    filled: RwLock<HashMap<Arc<str>, bool>>,
    /// Grows whenever a bucket gets its first content.
    changes: watch::Sender<u64>,
}

impl Buckets {
    fn contains(&self, id: &str) -> bool {
        self.filled
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .contains_key(id)
    }

    /// `is_json` is whether the first content was JSON.
    fn insert(&self, id: &Arc<str>, is_json: bool) {
        self.filled
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id.clone(), is_json);
        self.changes.send_modify(|changes| *changes += 1);
    }

    fn remove(&self, id: &str) {
        self.filled
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(id);
    }

    pub(super) fn clear(&self) {
        self.filled
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

impl Site {
    /// Fills what needs no request, in the order of the file; those that `previous` defined in
    /// the same way keep what they hold.
    pub(super) async fn start_buckets(&self, previous: Option<&Mock>) {
        let mock = self.mock_kept();
        for bucket in previous.iter().flat_map(|previous| &previous.buckets) {
            let unchanged = |new: &&Arc<Bucket>| new.same_definition(bucket);
            if mock.bucket(&bucket.id).is_none_or(|new| !unchanged(&new)) {
                self.buckets.remove(&bucket.id);
                self.put(&bucket.id, Value::Undefined).await;
            }
        }
        for (position, bucket) in mock.buckets.iter().enumerate() {
            if self.is_filled(&bucket.id) || bucket.is_deferred() {
                continue;
            }
            match &bucket.content {
                BucketContent::Fixed(value, is_json) => {
                    self.put(&bucket.id, value.clone()).await;
                    self.buckets.insert(&bucket.id, *is_json);
                }
                BucketContent::Raw => {
                    let (value, is_json) = parse_bucket(&bucket.source);
                    self.put(&bucket.id, value).await;
                    self.buckets.insert(&bucket.id, is_json);
                }
                BucketContent::Made { .. } => {
                    let Some(site) = self.shared() else { return };
                    let call = Call::without_exchange(Scope::whole(site));
                    self.fill(&bucket.id, Vec::new(), Some(position), call)
                        .await;
                }
            }
        }
    }

    /// Makes sure that a bucket has its first content.
    pub(crate) async fn filled(&self, id: &str, call: Call) -> Call {
        if self.is_filled(id) {
            return call;
        }
        Box::pin(self.fill(&Arc::from(id), Vec::new(), None, call)).await
    }

    /// Tells when buckets get their first content.
    pub(crate) fn filled_buckets(&self) -> watch::Receiver<u64> {
        self.buckets.changes.subscribe()
    }

    /// Whether the first content of a bucket was JSON.
    pub(crate) fn is_valid_json(&self, id: &str) -> bool {
        let filled = self
            .buckets
            .filled
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        filled.get(id).copied().unwrap_or(false)
    }

    pub(crate) fn is_filled(&self, id: &str) -> bool {
        self.buckets.contains(id)
    }

    /// Asks the bucket's plugin for its content; an error becomes the content.
    pub(super) async fn fill(
        &self,
        id: &Arc<str>,
        mut filling: Vec<Arc<str>>,
        visible: Option<usize>,
        mut call: Call,
    ) -> Call {
        let mock = self.mock_kept();
        let (Some(bucket), Some(site)) = (mock.bucket(id), self.shared()) else {
            return call;
        };
        let version = self
            .state
            .get(Space::Bucket, id)
            .map_or(0, |entry| entry.version);
        let (value, is_json) = match &bucket.content {
            BucketContent::Fixed(value, is_json) => (value.clone(), *is_json),
            BucketContent::Raw => parse_bucket(&bucket.source),
            BucketContent::Made { by, .. } => {
                filling.push(id.clone());
                let outer = (
                    std::mem::replace(
                        &mut call.environment,
                        Arc::new(Scope {
                            site,
                            filling,
                            visible,
                        }),
                    ),
                    std::mem::take(&mut call.answer),
                    std::mem::replace(&mut call.usage, by.usage.clone()),
                );
                let result;
                (call, result) = by.responder.respond(call).await;
                let answer = std::mem::replace(&mut call.answer, outer.1);
                (call.environment, call.usage) = (outer.0, outer.2);
                match result {
                    Ok(()) => parse_bucket(&String::from_utf8_lossy(answer.bytes())),
                    Err(failure) => {
                        tracing::warn!(bucket = %bucket.name, "a data bucket holds an error: {failure}");
                        (Value::text(failure.message), false)
                    }
                }
            }
        };
        // A conflict means that somebody else was first.
        let first = Operation::CompareAndSet(version, value);
        let _ = self.state.update(Space::Bucket, id, "", first).await;
        self.buckets.insert(id, is_json);
        call
    }

    async fn put(&self, id: &str, value: Value) {
        // Setting the whole of an entry cannot fail.
        let _ = self
            .state
            .update(Space::Bucket, id, "", Operation::Set(value))
            .await;
    }

    /// The exact id of a bucket, by id or by a part of its name.
    pub(super) fn find_bucket(&self, name: &str, visible: Option<usize>) -> Option<Arc<str>> {
        let mock = self.mock();
        let buckets = &mock.buckets[..visible.unwrap_or(usize::MAX).min(mock.buckets.len())];
        let part = name.to_lowercase();
        let found = buckets
            .iter()
            .find(|bucket| *bucket.id == *name || bucket.is_named(&part));
        found.map(|bucket| bucket.id.clone())
    }

    /// What a bucket holds.
    pub(crate) fn bucket_document(&self, id: &str) -> Option<Arc<Document>> {
        self.state
            .get(Space::Bucket, id)
            .map(|entry| entry.document)
    }

    /// What a bucket holds, or the text it will be made from.
    pub(crate) fn bucket_value(&self, id: &str) -> Option<Value> {
        if !self.is_filled(id) {
            return self
                .mock()
                .bucket(id)
                .map(|bucket| Value::String(bucket.source.clone()));
        }
        self.bucket_document(id)
            .map(|document| document.value().clone())
    }
}

impl Bucket {
    fn same_definition(&self, other: &Self) -> bool {
        self.id == other.id && self.name == other.name && self.source == other.source
    }
}
