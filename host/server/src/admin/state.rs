//! State by the admin API: variables, buckets, the environment itself.

use http::StatusCode;
use wasmock_environment::{LoadOptions, Problem, parse};
use wasmock_exchange::{Operation, Space, State};
use wasmock_javascript::Value;

use super::{Asked, object};
use crate::http::Reply;
use crate::mock::Bucket;
use crate::site::Site;

/// A body without any of these is no environment.
const MEMBERS: [&str; 8] = [
    "routes",
    "rootChildren",
    "folders",
    "data",
    "callbacks",
    "headers",
    "uuid",
    "name",
];

impl Asked<'_> {
    pub(super) async fn purge_state(self) -> Reply {
        self.site.purge().await;
        let done = Value::text("Server has been reset to its initial state");
        self.fields(StatusCode::OK, [("response", done)])
    }

    pub(super) async fn purge_variables(self) -> Reply {
        self.site.state_source().clear(Space::Variable).await;
        self.message(StatusCode::OK, "Global variables have been purged")
    }

    pub(super) async fn purge_buckets(self) -> Reply {
        self.site.purge_buckets().await;
        self.message(
            StatusCode::OK,
            "Data buckets have been reset to their initial state",
        )
    }

    pub(super) fn env_var(self, name: &str) -> Reply {
        let name = self.prefixed(name);
        match self.site.variable(&name) {
            Some(value) => {
                let fields = [("key", Value::text(name)), ("value", Value::text(value))];
                self.fields(StatusCode::OK, fields)
            }
            None => self.message(StatusCode::NOT_FOUND, "Environment variable not found"),
        }
    }

    pub(super) fn set_env_var(self) -> Reply {
        let Some((Value::String(key), value)) = self.key_and_value() else {
            return self.invalid();
        };
        if self.site.options().env_vars_prefix.is_empty() {
            let message = "Environment variable writes are disabled when the prefix is empty";
            return self.message(StatusCode::FORBIDDEN, message);
        }
        let key = self.prefixed(&key);
        let value = value.to_text().into_owned();
        self.site.set_variable(key.clone(), value.clone());
        self.message(
            StatusCode::OK,
            format!("Environment variable '{key}' has been set to '{value}'"),
        )
    }

    fn prefixed(&self, name: &str) -> String {
        let prefix = &self.site.options().env_vars_prefix;
        if name.starts_with(prefix.as_str()) {
            name.to_owned()
        } else {
            format!("{prefix}{name}")
        }
    }

    fn key_and_value(&self) -> Option<(Value, Value)> {
        let body = self.body()?;
        Some((body.get("key")?.clone(), body.get("value")?.clone()))
    }

    pub(super) fn variable(self, name: &str) -> Reply {
        let entry = self.site.state_source().get(Space::Variable, name);
        match entry
            .map(|entry| entry.document.value().clone())
            .filter(|value| !value.is_undefined())
        {
            Some(value) => self.fields(
                StatusCode::OK,
                [("key", Value::text(name)), ("value", value)],
            ),
            None => self.message(StatusCode::NOT_FOUND, "Global variable not found"),
        }
    }

    pub(super) async fn set_variable(self) -> Reply {
        let Some((key, value)) = self.key_and_value() else {
            return self.invalid();
        };
        let key = key.to_text().into_owned();
        let message = format!(
            "Global variable '{key}' has been set to '{}'",
            value.to_text()
        );
        // Setting the whole of an entry cannot fail.
        let set = Operation::Set(value);
        let _ = self
            .site
            .state_source()
            .update(Space::Variable, &key, "", set)
            .await;
        self.message(StatusCode::OK, message)
    }

    pub(super) fn buckets(self) -> Reply {
        let list = buckets(self.site, false);
        self.json(StatusCode::OK, &list)
    }

    /// One bucket with what it holds, by id, uuid or name in any case.
    pub(super) fn bucket(self, name: &str) -> Reply {
        let mock = self.site.mock_kept();
        let wanted = name.to_lowercase();
        let is = |bucket: &&std::sync::Arc<Bucket>| {
            [&bucket.id, &bucket.uuid, &bucket.name]
                .iter()
                .any(|text| text.to_lowercase() == wanted)
        };
        let Some(bucket) = mock.buckets.iter().find(is) else {
            return self.message(StatusCode::NOT_FOUND, "Data bucket not found");
        };
        let value = self.site.bucket_value(&bucket.id).unwrap_or_default();
        let shown = shown(self.site, bucket, Value::String(bucket.uuid.clone()), value);
        self.json(StatusCode::OK, &shown)
    }

    /// Serves another environment from now on; where it listens stays. One that cannot be read
    /// changes nothing.
    pub(super) async fn update(self) -> Reply {
        let wrong = "Invalid environment format";
        // Mockoon makes an empty environment of anything; nobody means that.
        let is_environment = self
            .body()
            .is_some_and(|body| MEMBERS.iter().any(|name| body.contains_key(name)));
        let Some(text) = std::str::from_utf8(&self.facts.body)
            .ok()
            .filter(|_| is_environment)
        else {
            return self.message(StatusCode::BAD_REQUEST, wrong);
        };
        let plugins = self
            .site
            .plugins()
            .list()
            .iter()
            .map(|plugin| plugin.name.clone())
            .collect();
        let options = LoadOptions {
            repair: true,
            plugins,
            ..LoadOptions::default()
        };
        let mut loaded = match parse(text, None, &options) {
            Ok(loaded) => loaded,
            Err(error) => {
                return self.message(StatusCode::BAD_REQUEST, format!("{wrong}: {error}"));
            }
        };
        for problem in loaded.warnings.iter().filter(|problem| problem.is_error()) {
            if empties_a_member(problem) {
                return self.message(StatusCode::BAD_REQUEST, format!("{wrong}: {problem}"));
            }
            tracing::warn!("in the environment from the admin API: {problem}");
        }
        let present = self.site.environment();
        let new = &mut loaded.environment;
        new.port = present.port;
        new.hostname.clone_from(&present.hostname);
        new.tls_options.clone_from(&present.tls_options);
        match self.site.reload(loaded.environment, None).await {
            Ok(()) => self.message(StatusCode::OK, "Environment updated"),
            Err(error) => self.message(StatusCode::BAD_REQUEST, format!("{wrong}: {error}")),
        }
    }
}

/// Whether a default would take the place of a whole list, such as all routes.
fn empties_a_member(problem: &Problem) -> bool {
    problem
        .pointer
        .strip_prefix('/')
        .is_some_and(|name| MEMBERS.contains(&name))
}

/// All buckets without what they hold; each with its uuid where that is asked for.
pub(super) fn buckets(site: &Site, with_uuid: bool) -> Value {
    let mock = site.mock_kept();
    let list = mock.buckets.iter().map(|bucket| {
        let uuid = if with_uuid {
            Value::String(bucket.uuid.clone())
        } else {
            Value::Undefined
        };
        shown(site, bucket, uuid, Value::Undefined)
    });
    list.collect()
}

/// A bucket; what is undefined does not appear.
fn shown(site: &Site, bucket: &Bucket, uuid: Value, value: Value) -> Value {
    object([
        ("uuid", uuid),
        ("id", Value::String(bucket.id.clone())),
        ("name", Value::String(bucket.name.clone())),
        ("value", value),
        ("parsed", Value::Bool(site.is_filled(&bucket.id))),
        ("validJson", Value::Bool(site.is_valid_json(&bucket.id))),
    ])
}
