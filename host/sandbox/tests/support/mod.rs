//! What the tests with real components share: building them once, and a small environment.
#![allow(dead_code, reason = "each test file uses a part of it")]

mod build;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use wasmock_exchange::roles::{Helpers, Roles};
use wasmock_exchange::*;
use wasmock_javascript::Value;

/// A component from a folder beside this one, built once.
pub fn component(name: &str) -> bytes::Bytes {
    static BUILT: OnceLock<Mutex<HashMap<String, bytes::Bytes>>> = OnceLock::new();
    let mut built = BUILT.get_or_init(Mutex::default).lock().unwrap();
    let component = built
        .entry(name.to_owned())
        .or_insert_with(|| std::fs::read(build::build(name)).unwrap().into());
    component.clone()
}

/// An environment with nothing in it but one plugin's helpers and a few buckets.
pub struct World {
    pub state: MemoryState,
    pub clock: Clock,
    pub random: Random,
    pub dev: bool,
    /// The helpers that are found under their first plugin's names.
    pub helpers: OnceLock<Arc<dyn Helpers>>,
    /// Id and name of each.
    pub buckets: Vec<(Arc<str>, Arc<str>)>,
}

impl World {
    pub fn new() -> Self {
        let bucket = |id: &str, name: &str| (id.into(), name.into());
        Self {
            state: MemoryState::new(),
            clock: Clock::system(),
            random: Random::new(None),
            dev: true,
            helpers: OnceLock::new(),
            buckets: vec![bucket("b1", "users"), bucket("b2", "secrets")],
        }
    }

    fn bucket(&self, name: &str) -> Option<&(Arc<str>, Arc<str>)> {
        let mut buckets = self.buckets.iter();
        buckets.find(|(id, known)| **id == *name || known.contains(name))
    }
}

impl Environment for World {
    fn state(&self) -> &dyn State {
        &self.state
    }

    fn clock(&self) -> &Clock {
        &self.clock
    }

    fn random(&self) -> &Random {
        &self.random
    }

    fn dev(&self) -> bool {
        self.dev
    }

    fn variable(&self, _name: &str) -> Option<String> {
        Some("secret".into())
    }

    fn find_bucket(&self, name: &str) -> Option<Arc<str>> {
        self.bucket(name).map(|(id, _)| id.clone())
    }

    fn bucket_name(&self, id: &str) -> Option<Arc<str>> {
        self.bucket(id).map(|(_, name)| name.clone())
    }

    fn bucket_source(&self, id: &str) -> Option<Arc<str>> {
        self.bucket(id)
            .map(|(_, name)| format!("source of {name}").into())
    }

    fn fill_bucket(&self, _id: &str, call: Call) -> BoxFuture<(Call, Result<(), StateError>)> {
        Box::pin(async { (call, Err(StateError::NotFound)) })
    }

    fn find_helper(&self, name: &str) -> Option<HelperInfo> {
        let helpers = self.helpers.get()?.list();
        let id = helpers.iter().position(|helper| helper.name == name)?;
        Some(HelperInfo {
            id: id as u32,
            effects: Effects::default(),
            block: false,
        })
    }

    fn call_helper(
        &self,
        id: u32,
        arguments: Vec<Value>,
        named: Vec<(String, Value)>,
        call: Call,
    ) -> BoxFuture<(Call, Result<Value, Failure>)> {
        self.helpers.get().unwrap().call(id, arguments, named, call)
    }

    fn template(&self, source: &str) -> Template {
        Template::new(source)
    }

    fn render(&self, _: Template, call: Call) -> BoxFuture<(Call, Result<String, TemplateError>)> {
        Box::pin(async { (call, Ok(String::new())) })
    }
}

/// Asks a responder; what to do is the configuration of the use.
pub fn ask(
    world: &Arc<World>,
    roles: &Roles,
    what: &str,
) -> BoxFuture<(Call, Result<(), Failure>)> {
    let mut call = Call::without_exchange(world.clone());
    call.usage = Usage::new(what);
    roles.responder.as_ref().unwrap().respond(call)
}

/// What a responder writes.
pub async fn says(world: &Arc<World>, roles: &Roles, what: &str) -> String {
    let (call, result) = ask(world, roles, what).await;
    result.unwrap_or_else(|failure| panic!("{what}: {failure}"));
    String::from_utf8_lossy(call.answer.bytes()).into_owned()
}

/// The log of this process so far, collected from its first use on.
pub fn log() -> String {
    let lines = lines().lock().unwrap();
    lines.join("\n")
}

/// Starts to collect the log.
pub fn collect_log() {
    static STARTED: OnceLock<()> = OnceLock::new();
    STARTED.get_or_init(|| {
        let _ = tracing::subscriber::set_global_default(Collector);
    });
}

fn lines() -> &'static Mutex<Vec<String>> {
    static LINES: OnceLock<Mutex<Vec<String>>> = OnceLock::new();
    LINES.get_or_init(Mutex::default)
}

/// Keeps each event's fields as a line.
struct Collector;

impl tracing::Subscriber for Collector {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::INFO
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Line(String);
        impl tracing::field::Visit for Line {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.push_str(&format!("{}={value:?} ", field.name()));
            }
        }
        let mut line = Line(String::new());
        event.record(&mut line);
        lines().lock().unwrap().push(line.0);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}
