//! One call of a plugin: the exchange and everything around it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use wasmock_javascript::Value;

use crate::{Answer, Environment, Exchange, NoExchange, Template, unique_id};

/// Everything a call may read and change. It is moved into the call and comes back with the
/// result, from a nested call too, so nothing of it needs a lock.
pub struct Call {
    /// What the client sent.
    pub exchange: Arc<dyn Exchange>,
    /// The environment the call belongs to.
    pub environment: Arc<dyn Environment>,
    /// The answer in progress.
    pub answer: Answer,
    /// The configuration of this use of the plugin.
    pub usage: Usage,
    /// The rule at hand, for a predicate.
    pub rule: Option<Arc<RuleFacts>>,
    /// The session at hand.
    pub session: Option<Arc<SessionState>>,
    /// The template being rendered.
    pub template: Option<Template>,
    /// How many calls are around this one.
    pub depth: u8,
    /// The running time left, shared with the calls around this one.
    pub budget: Option<Arc<Budget>>,
}

impl Call {
    /// A call about an exchange, with an empty answer.
    pub fn new(exchange: Arc<dyn Exchange>, environment: Arc<dyn Environment>) -> Self {
        Self {
            exchange,
            environment,
            answer: Answer::default(),
            usage: Usage::default(),
            rule: None,
            session: None,
            template: None,
            depth: 0,
            budget: None,
        }
    }

    /// A call about no request, such as filling a bucket.
    pub fn without_exchange(environment: Arc<dyn Environment>) -> Self {
        Self::new(Arc::new(NoExchange), environment)
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("kind", &self.exchange.kind())
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

/// The configuration of one use of a plugin: of a response, a rule, a route.
#[derive(Clone, Debug)]
pub struct Usage {
    /// Unique in the process; changes when the configuration does.
    pub id: u64,
    /// JSON text.
    pub json: Arc<str>,
}

impl Usage {
    /// A use with this configuration.
    pub fn new(json: impl Into<Arc<str>>) -> Self {
        Self { id: unique_id(), json: json.into() }
    }
}

impl Default for Usage {
    /// A use without configuration; all of them share the number 0.
    fn default() -> Self {
        Self { id: 0, json: "{}".into() }
    }
}

/// What a predicate is asked about.
#[derive(Clone, Debug)]
pub struct RuleFacts {
    /// What the rule looks at.
    pub target: Value,
    /// The modifier, rendered.
    pub modifier: String,
    /// The value, rendered.
    pub value: String,
}

/// A session between two events: an id and opaque bytes.
#[derive(Debug)]
pub struct SessionState {
    id: String,
    bytes: Mutex<Vec<u8>>,
}

impl SessionState {
    /// A session that has seen no event.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), bytes: Mutex::default() }
    }

    /// The session's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the last event left.
    pub fn get(&self) -> Vec<u8> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces it; the size is the caller's to check.
    pub fn set(&self, bytes: Vec<u8>) {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }
}

/// How long a call may run, its nested calls included. Waiting does not count.
#[derive(Debug)]
pub struct Budget {
    limit: Duration,
    spent: AtomicU64,
}

impl Budget {
    /// A budget of which nothing is spent.
    pub fn new(limit: Duration) -> Self {
        Self { limit, spent: AtomicU64::new(0) }
    }

    /// The whole of it.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// Counts running time.
    pub fn spend(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.spent.fetch_add(nanos, Ordering::Relaxed);
    }

    /// The running time so far.
    pub fn spent(&self) -> Duration {
        Duration::from_nanos(self.spent.load(Ordering::Relaxed))
    }
}
