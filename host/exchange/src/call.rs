//! One call of a plugin: the exchange and everything around it.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use wasmock_javascript::Value;

use crate::{
    Answer, Clock, Environment, Exchange, NoExchange, Rights, Template, limits, unique_id,
};

/// A call, on its way. It is moved into a plugin and comes back with the result, from a nested
/// call too, so nothing of it needs a lock; and it moves often, so it is one pointer.
#[derive(Debug)]
pub struct Call(Box<CallFacts>);

/// Everything a call may read and change.
pub struct CallFacts {
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
    /// The plugin on whose behalf a built-in one is asked: a template that a plugin renders
    /// reaches no more than the plugin itself.
    pub behalf: Option<Arc<dyn Rights>>,
    /// How many calls are around this one.
    pub depth: u8,
    /// The running time left, shared with the calls around this one.
    pub budget: Option<Arc<Budget>>,
}

impl Call {
    /// A call about an exchange, with an empty answer.
    pub fn new(exchange: Arc<dyn Exchange>, environment: Arc<dyn Environment>) -> Self {
        Self(Box::new(CallFacts {
            exchange,
            environment,
            answer: Answer::default(),
            usage: Usage::default(),
            rule: None,
            session: None,
            template: None,
            behalf: None,
            depth: 0,
            budget: None,
        }))
    }

    /// A call about no request, such as filling a bucket.
    pub fn without_exchange(environment: Arc<dyn Environment>) -> Self {
        Self::new(Arc::new(NoExchange), environment)
    }
}

impl Deref for Call {
    type Target = CallFacts;

    fn deref(&self) -> &CallFacts {
        &self.0
    }
}

impl DerefMut for Call {
    fn deref_mut(&mut self) -> &mut CallFacts {
        &mut self.0
    }
}

impl std::fmt::Debug for CallFacts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallFacts")
            .field("kind", &self.exchange.kind())
            .field("depth", &self.depth)
            .finish_non_exhaustive()
    }
}

/// The configuration of one use of a plugin: of a response, a rule, a route. All uses without one
/// share the number 0.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    /// Unique in the process; changes when the configuration does.
    pub id: u64,
    json: Option<Arc<str>>,
    /// The same as a value, once somebody asks; none without a configuration.
    parsed: Option<Arc<OnceLock<Value>>>,
}

impl Usage {
    /// A use with this configuration.
    pub fn new(json: impl Into<Arc<str>>) -> Self {
        Self {
            id: unique_id(),
            json: Some(json.into()),
            parsed: Some(Arc::default()),
        }
    }

    /// JSON text.
    pub fn json(&self) -> &str {
        self.json.as_deref().unwrap_or("{}")
    }

    /// The configuration as a value, parsed once; `undefined` when it is no JSON.
    pub fn value(&self) -> Value {
        let parse = || wasmock_javascript::json::parse(self.json()).unwrap_or_default();
        match &self.parsed {
            Some(parsed) => parsed.get_or_init(parse).clone(),
            None => parse(),
        }
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
        Self {
            id: id.into(),
            bytes: Mutex::default(),
        }
    }

    /// The session's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the last event left.
    pub fn get(&self) -> Vec<u8> {
        self.bytes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Replaces it; the size is the caller's to check.
    pub fn set(&self, bytes: Vec<u8>) {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) = bytes;
    }
}

/// How long a call may run, its nested calls included. Waiting does not count, for the processor
/// neither.
///
/// Nearly every call ends in its first turn. That one is measured by the wall clock, which takes
/// no system call, and counts for 2 ms at most, so that a busy machine costs no call its time.
pub struct Budget {
    limit: Duration,
    /// Running time of the turns that have ended.
    spent: AtomicU64,
    /// Running time that does not count: the start of an instance.
    forgiven: AtomicU64,
    /// When the present turn began, in nanoseconds of its clock; 0 between turns.
    turn: AtomicU64,
    /// The first turn has ended.
    later: AtomicBool,
    /// What the call holds as long as it is a short one.
    held: Mutex<Option<Box<dyn Send>>>,
}

impl std::fmt::Debug for Budget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Budget")
            .field("limit", &self.limit)
            .field("running", &self.running())
            .finish_non_exhaustive()
    }
}

impl Budget {
    /// A budget of which nothing is spent.
    pub fn new(limit: Duration) -> Self {
        Self {
            limit,
            spent: AtomicU64::new(0),
            forgiven: AtomicU64::new(0),
            turn: AtomicU64::new(0),
            later: AtomicBool::new(false),
            held: Mutex::default(),
        }
    }

    /// Keeps something until the call ends or turns out to be a long one.
    pub fn hold(&self, thing: Box<dyn Send>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(thing);
    }

    /// Drops what is held.
    pub fn let_go(&self) {
        let held = self
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        drop(held);
    }

    /// The whole of it.
    pub fn limit(&self) -> Duration {
        self.limit
    }

    /// A turn begins: the guest runs from now on, on this thread.
    pub fn begin_turn(&self) {
        let now = match self.later.load(Ordering::Relaxed) {
            true => thread_nanos(),
            false => wall_nanos(),
        };
        self.turn.store(now.max(1), Ordering::Relaxed);
    }

    /// The turn ends: the guest waits or is done.
    pub fn end_turn(&self) {
        self.spent.fetch_add(self.turn_time(), Ordering::Relaxed);
        self.turn.store(0, Ordering::Relaxed);
        self.later.store(true, Ordering::Relaxed);
    }

    /// How long the present turn has taken, in nanoseconds.
    fn turn_time(&self) -> u64 {
        let began = self.turn.load(Ordering::Relaxed);
        match (began, self.later.load(Ordering::Relaxed)) {
            (0, _) => 0,
            (_, true) => thread_nanos().saturating_sub(began),
            (_, false) => wall_nanos().saturating_sub(began).min(FIRST_TURN),
        }
    }

    /// The running time so far, the present turn included; during a turn it is asked on the
    /// thread of the turn.
    pub fn running(&self) -> Duration {
        let spent = self.spent.load(Ordering::Relaxed) + self.turn_time();
        Duration::from_nanos(spent.saturating_sub(self.forgiven.load(Ordering::Relaxed)))
    }

    /// Takes running time out of the count.
    pub fn forgive(&self, time: Duration) {
        self.forgiven.fetch_add(nanos(time), Ordering::Relaxed);
    }
}

/// The most that a first turn counts for, in nanoseconds: guests are interrupted every
/// millisecond.
const FIRST_TURN: u64 = 2 * limits::EPOCH.as_nanos() as u64;

fn thread_nanos() -> u64 {
    nanos(Clock::thread_time())
}

fn wall_nanos() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Clock::instant);
    nanos(Clock::instant().saturating_duration_since(*start))
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_turn_counts_for_two_milliseconds_at_most() {
        let budget = Budget::new(Duration::from_millis(50));
        budget.begin_turn();
        std::thread::sleep(Duration::from_millis(5));
        assert_eq!(budget.running(), Duration::from_millis(2));
        budget.end_turn();
        budget.begin_turn();
        std::thread::sleep(Duration::from_millis(5));
        budget.end_turn();
        let running = budget.running();
        assert!(running >= Duration::from_millis(2), "{running:?}");
        assert!(
            running < Duration::from_millis(5),
            "sleeping counted: {running:?}"
        );
    }

    #[test]
    fn what_is_forgiven_does_not_count() {
        let budget = Budget::new(Duration::from_millis(50));
        budget.begin_turn();
        std::thread::sleep(Duration::from_millis(3));
        budget.end_turn();
        budget.forgive(Duration::from_millis(2));
        assert_eq!(budget.running(), Duration::ZERO);
    }
}
