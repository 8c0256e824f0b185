//! CRUD routes: nine operations over a data bucket.
//!
//! Reads work on a snapshot. An item is found by its id through an index that is kept beside
//! the bucket, so a read costs the same in ten items as in fifty thousand, and so does an
//! insertion. All other writes replace the whole in one compare-and-set and try again when
//! somebody was faster: nothing is lost.

mod filter;
mod id_template;
mod index;
mod list;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName};
use http::{HeaderValue, StatusCode};
use wasmock_exchange::{Call, Document, Exchange, Operation, Space, State, Template};
use wasmock_javascript::path::ObjectPath;
use wasmock_javascript::{Object, Value, json, number};

use crate::http::{Answering, Draft, document_bytes};
use crate::mock::{Bucket, Crud};
use crate::site::Site;

pub(crate) use index::Indexes;

/// Attempts at a compare-and-set; more than this many writers at once on one bucket is no mock.
const ATTEMPTS: usize = 1000;

/// What an operation answers: the body, and a status where the operation decides it.
struct Done {
    status: Option<StatusCode>,
    body: Content,
    headers: Vec<(&'static str, usize)>,
}

enum Content {
    Value(Value),
    /// A whole bucket: its text is made once.
    Document(std::sync::Arc<Document>),
}

impl Done {
    fn new(status: u16, body: Value) -> Self {
        Self {
            status: StatusCode::from_u16(status).ok(),
            body: Content::Value(body),
            headers: Vec::new(),
        }
    }

    fn kept(body: Content) -> Self {
        Self {
            status: None,
            body,
            headers: Vec::new(),
        }
    }

    fn not_found() -> Self {
        Self::new(404, Value::object(Object::new()))
    }
}

/// Carries out the operation that a request asks of a CRUD route, on a bucket that is filled.
///
/// # Errors
/// A message for the client: a filter that is no regular expression, or ran out of time.
pub(crate) async fn operate(
    answering: &Answering,
    bucket: &Bucket,
    place: Crud,
    mut draft: Draft,
    call: Call,
) -> (Call, Result<(Draft, Bytes), String>) {
    let exchange = answering.exchange.clone();
    let key = &answering.route.responses[0].source.crud_key;
    let on = On {
        site: &answering.site,
        bucket,
        key: ObjectPath::parse(key),
        key_text: key,
    };
    let id = match place {
        Crud::Item => Some(exchange.param("id").to_text().into_owned()),
        Crud::Collection => None,
    };
    let method = exchange.method();
    let (call, done) = match (id, method) {
        (None, "GET") => on.list(&exchange.query(), call).await,
        (Some(id), "GET") => (call, Ok(on.read(&id))),
        (None, "POST") => {
            let (call, done) = on.create(body(&*exchange), call).await;
            (call, Ok(done))
        }
        (None, "PUT") => (call, on.change(|_| Some(twice(body(&*exchange)))).await),
        (None, "PATCH") => (
            call,
            on.change(|old| Some(twice(merge_all(old, &body(&*exchange)))))
                .await,
        ),
        (None, _) => {
            let empty = || (Value::Undefined, Value::object(Object::new()));
            (call, on.change(|_| Some(empty())).await)
        }
        (Some(id), method) => {
            let change = match method {
                "PUT" => Change::Replace,
                "PATCH" => Change::Merge,
                _ => Change::Delete,
            };
            (call, on.change_item(&id, change, &body(&*exchange)).await)
        }
    };
    let done = match done {
        Ok(done) => done,
        Err(message) => return (call, Err(message)),
    };
    draft.status = done.status.unwrap_or(draft.status);
    draft.headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/json; charset=utf-8"),
    );
    for (name, count) in done.headers {
        draft
            .headers
            .insert(HeaderName::from_static(name), HeaderValue::from(count));
    }
    let bytes = match done.body {
        Content::Document(document) => document_bytes(&document),
        Content::Value(Value::String(text)) => Bytes::copy_from_slice(text.as_bytes()),
        Content::Value(value) => Bytes::from(json::to_text(&value).unwrap_or_default()),
    };
    (call, Ok((draft, bytes)))
}

/// The request's body as an item: parsed, else its text, else an empty object.
fn body(exchange: &dyn Exchange) -> Value {
    match exchange.parsed_body() {
        Value::Undefined => match exchange.body_text() {
            text if text.is_empty() => Value::object(Object::new()),
            text => Value::text(text),
        },
        parsed => parsed,
    }
}

fn twice(value: Value) -> (Value, Value) {
    (value.clone(), value)
}

/// A bucket and the id that its items have.
struct On<'a> {
    site: &'a Site,
    bucket: &'a Bucket,
    key: ObjectPath,
    key_text: &'a str,
}

/// What happens to one item.
#[derive(Clone, Copy)]
enum Change {
    Replace,
    Merge,
    Delete,
}

impl On<'_> {
    fn document(&self) -> std::sync::Arc<Document> {
        self.site
            .bucket_document(&self.bucket.id)
            .unwrap_or_default()
    }

    async fn list(&self, query: &Value, call: Call) -> (Call, Result<Done, String>) {
        let document = self.document();
        let Value::Array(items) = document.value() else {
            return (call, Ok(Done::kept(Content::Document(document))));
        };
        let (call, list) = list::list(items, query, self.site, call).await;
        let done = list.map(|list| Done {
            status: None,
            body: match list.items {
                None => Content::Document(document.clone()),
                Some(items) => Content::Value(Value::array(items)),
            },
            headers: vec![
                ("x-total-count", list.total),
                ("x-filtered-count", list.filtered),
            ],
        });
        (call, done)
    }

    fn read(&self, id: &str) -> Done {
        let document = self.document();
        if document.value().as_array().is_none() {
            return Done::kept(Content::Document(document));
        }
        match self.find(id) {
            Some(item) => Done::kept(Content::Value(item)),
            None => Done::not_found(),
        }
    }

    /// An item by its id.
    fn find(&self, id: &str) -> Option<Value> {
        let entry = self
            .site
            .state_source()
            .get(Space::Bucket, &self.bucket.id)?;
        let items = entry.document.value().as_array()?;
        let indexes = self.site.indexes();
        let at = indexes.find(&self.bucket.id, self.key_text, &self.key, &entry, id)?;
        items.get(at).cloned()
    }

    /// Adds an item, with an id where it has none.
    async fn create(&self, mut item: Value, mut call: Call) -> (Call, Done) {
        let is_list = |document: &Document| document.value().as_array().is_some();
        if !is_list(&self.document()) {
            let done = self.change(|_| Some(twice(item.clone()))).await;
            let done = done.unwrap_or_else(|message| Done::new(500, Value::text(message)));
            return (
                call,
                Done {
                    status: Some(StatusCode::CREATED),
                    ..done
                },
            );
        }
        let lacks_id = is_object(&item) && self.key.get(&item).is_undefined();
        let mut made = None;
        if lacks_id && let Some(source) = id_template::find(&self.bucket.source, self.key_text) {
            let result;
            (call, result) = self.site.render(Template::new(source), call).await;
            made = result.ok().and_then(|text| generated_id(&text));
        }
        // From choosing the id to adding the item nobody else adds one; nothing in between
        // leaves this process or asks a guest.
        let _adding = self.site.indexes().adding(&self.bucket.id).await;
        let mut id = None;
        if lacks_id {
            let new = made.unwrap_or_else(|| self.next_id());
            id = new.as_number();
            // An id below a primitive or a list has no place; the item is added without, but
            // the number is taken.
            if item.as_object().is_some() {
                let _ = self.key.set(&mut item, new);
            }
        }
        let state = self.site.state_source();
        let append = Operation::Append(item.clone());
        if let Ok(updated) = state
            .update(Space::Bucket, &self.bucket.id, "", append)
            .await
        {
            let count = updated.value.as_array().map_or(0, <[Value]>::len);
            drop(updated.value);
            let indexes = self.site.indexes();
            indexes.appended(
                &self.bucket.id,
                self.key_text,
                &self.key,
                updated.version,
                count,
                &item,
                id,
            );
        }
        (call, Done::new(201, item))
    }

    /// One more than the highest number, or a uuid where no id is a number.
    fn next_id(&self) -> Value {
        let entry = self.site.state_source().get(Space::Bucket, &self.bucket.id);
        let highest = entry.and_then(|entry| {
            self.site
                .indexes()
                .highest(&self.bucket.id, self.key_text, &self.key, &entry)
        });
        highest.map_or_else(
            || Value::text(self.uuid()),
            |highest| Value::Number(highest + 1.0),
        )
    }

    fn uuid(&self) -> String {
        let random = self.site.random_source();
        let bits = (u128::from(random.bits()) << 64) | u128::from(random.bits());
        uuid::Builder::from_random_bytes(bits.to_be_bytes())
            .into_uuid()
            .to_string()
    }

    /// Replaces the whole: `change` answers the new content and the body of the answer, from
    /// the old content.
    async fn change(
        &self,
        change: impl Fn(&Value) -> Option<(Value, Value)>,
    ) -> Result<Done, String> {
        let state = self.site.state_source();
        for _ in 0..ATTEMPTS {
            let entry = state.get(Space::Bucket, &self.bucket.id);
            let (old, version) = match &entry {
                Some(entry) => (entry.document.value(), entry.version),
                None => (&Value::Undefined, 0),
            };
            let Some((new, body)) = change(old) else {
                return Ok(Done::not_found());
            };
            drop(entry);
            let operation = Operation::CompareAndSet(version, new);
            if state
                .update(Space::Bucket, &self.bucket.id, "", operation)
                .await
                .is_ok()
            {
                return Ok(Done::new(200, body));
            }
        }
        Err("the data bucket changes too often".to_owned())
    }

    async fn change_item(&self, id: &str, change: Change, body: &Value) -> Result<Done, String> {
        self.change(|old| {
            let empty = || Value::object(Object::new());
            let Value::Array(items) = old else {
                return Some(match change {
                    Change::Replace => twice(body.clone()),
                    Change::Merge => twice(merge(old, body)),
                    Change::Delete => (Value::Undefined, empty()),
                });
            };
            let at = index::position(items, &self.key, id)?;
            let mut items = items.to_vec();
            if let Change::Delete = change {
                items.remove(at);
                return Some((Value::array(items), empty()));
            }
            items[at] = match change {
                Change::Merge => merge(&items[at], body),
                _ => self.replaced(&items[at], body),
            };
            let item = items[at].clone();
            Some((Value::array(items), item))
        })
        .await
    }

    /// A new item in the place of an old one, whose id it keeps.
    fn replaced(&self, old: &Value, new: &Value) -> Value {
        if !is_object(old) {
            return new.clone();
        }
        let mut item = Value::object(members(new));
        if self.key.get(new).is_undefined() {
            // An id below a primitive has no place.
            let _ = self.key.set(&mut item, self.key.get(old));
        }
        item
    }
}

/// A rendered id: a number where it reads like one, nothing for the empty text.
fn generated_id(text: &str) -> Option<Value> {
    let text = text.trim();
    let as_number = number::from_text(text);
    match text {
        "" => None,
        _ if number::to_text(as_number) == text => Some(Value::Number(as_number)),
        _ => Some(Value::text(text)),
    }
}

fn is_object(value: &Value) -> bool {
    matches!(value, Value::Object(_) | Value::Array(_) | Value::Safe(_))
}

/// What `Object.assign` copies from a value.
fn members(value: &Value) -> Object {
    match value {
        Value::Object(object) => (**object).clone(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (index.to_string(), item.clone()))
            .collect(),
        _ => Object::new(),
    }
}

/// A shallow merge; what is no object is replaced.
fn merge(old: &Value, new: &Value) -> Value {
    if !is_object(old) {
        return new.clone();
    }
    let mut merged = members(old);
    for (key, value) in members(new).iter() {
        merged.insert(key.clone(), value.clone());
    }
    Value::object(merged)
}

/// A merge of whole buckets: two lists become one.
fn merge_all(old: &Value, new: &Value) -> Value {
    match (old, new) {
        (Value::Array(old), Value::Array(new)) => old.iter().chain(new.iter()).cloned().collect(),
        _ => merge(old, new),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        json::parse(text).unwrap()
    }

    #[test]
    fn merging_follows_object_assign() {
        for (old, new, all, one) in [
            (
                r#"{"a":1}"#,
                r#"{"b":2}"#,
                r#"{"a":1,"b":2}"#,
                r#"{"a":1,"b":2}"#,
            ),
            ("[1]", "[2]", "[1,2]", r#"{"0":2}"#),
            ("[1]", r#"{"a":1}"#, r#"{"0":1,"a":1}"#, r#"{"0":1,"a":1}"#),
            ("1", r#"{"a":1}"#, r#"{"a":1}"#, r#"{"a":1}"#),
            (r#"{"a":1}"#, "5", r#"{"a":1}"#, r#"{"a":1}"#),
        ] {
            let text = |value: &Value| json::to_text(value).unwrap();
            assert_eq!(
                text(&merge_all(&value(old), &value(new))),
                all,
                "{old} {new}"
            );
            assert_eq!(text(&merge(&value(old), &value(new))), one, "{old} {new}");
        }
    }

    #[test]
    fn generated_ids_are_numbers_where_they_read_so() {
        assert_eq!(generated_id(" 12 "), Some(Value::Number(12.0)));
        assert_eq!(generated_id("012"), Some(Value::text("012")));
        assert_eq!(generated_id("a"), Some(Value::text("a")));
        assert_eq!(generated_id("  "), None);
    }
}
