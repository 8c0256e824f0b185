//! A loaded plugin, in the roles it has.

use std::sync::Arc;
use std::time::Duration;

use wasmock_exchange::roles::{
    Health, HelperDescription, Helpers, LookUp, Outcome, Part, Place, Predicate, Responder, Roles,
    Session, SessionEvent, TemplateSummary, Templates,
};
use wasmock_exchange::{
    BoxFuture, Budget, Call, Effects, Exchange, Failure, FailureKind, Template, TemplateError,
    limits,
};
use wasmock_javascript::Value;

use crate::bindings::exports::wasmock::plugin::templates as wire;
use crate::bindings::wasmock::host::types;
use crate::instance::{ExportIndices, Instance};
use crate::pool::{NoInstance, Pool};
use crate::running::{InTime, Turns};
use crate::trace;
use crate::{PluginName, RunningTooLong, WaitingTooLong};

/// A loaded plugin: compiled code, configuration, instances.
pub struct Plugin {
    pub(crate) name: PluginName,
    pub(crate) pool: Arc<Pool>,
    pub(crate) turns: Turns,
    pub(crate) exports: ExportIndices,
    pub(crate) helpers: Arc<[HelperDescription]>,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

type Asked<'a, T> = std::pin::Pin<Box<dyn Future<Output = wasmtime::Result<T>> + Send + 'a>>;

impl Plugin {
    /// The name it was loaded under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The plugin in its roles.
    pub fn roles(self: &Arc<Self>) -> Roles {
        macro_rules! role {
            ($role:ident) => {
                match self.exports.$role {
                    Some(_) => Some(Arc::new(Handle(self.clone())) as _),
                    None => None,
                }
            };
        }
        Roles {
            responder: role!(responder),
            predicate: role!(predicate),
            helpers: role!(helpers),
            session: role!(session),
            templates: role!(templates),
            health: Some(Arc::new(Handle(self.clone()))),
        }
    }

    /// Calls one export. The call comes back whatever happens.
    fn invoke<T: Send + 'static>(
        self: Arc<Self>,
        function: &'static str,
        limit: Duration,
        mut call: Call,
        ask: impl for<'a> FnOnce(&'a mut Instance) -> Asked<'a, T> + Send + 'static,
    ) -> BoxFuture<(Call, Result<T, Failure>)> {
        match call.budget.clone() {
            Some(budget) => {
                call.depth += 1;
                Box::pin(async move {
                    let (mut call, result) = self.run(function, budget, call, ask).await;
                    call.depth -= 1;
                    (call, result)
                })
            }
            None => {
                let budget = Arc::new(Budget::new(limit));
                call.budget = Some(budget.clone());
                let turns = self.turns.clone();
                let running = {
                    let budget = budget.clone();
                    Box::pin(async move {
                        let (mut call, result) = self.run(function, budget, call, ask).await;
                        call.budget = None;
                        (call, result)
                    })
                };
                Box::pin(turns.run(budget, running))
            }
        }
    }

    async fn run<T>(
        self: Arc<Self>,
        function: &'static str,
        budget: Arc<Budget>,
        call: Call,
        ask: impl for<'a> FnOnce(&'a mut Instance) -> Asked<'a, T> + Send + 'static,
    ) -> (Call, Result<T, Failure>) {
        let nested = call.depth > 0;
        if call.depth > limits::NESTING {
            let message = format!(
                "calls are nested more than {} deep; does it call itself?",
                limits::NESTING
            );
            let failure = self.failure(function, FailureKind::Busy, message, &*call.exchange);
            return (call, Err(failure));
        }
        let mut taken = match self.pool.take(nested, &budget).await {
            Ok(taken) => taken,
            Err(reason) => {
                let failure = self.no_instance(function, reason, &*call.exchange);
                return (call, Err(failure));
            }
        };
        let (exchange, environment) = (call.exchange.clone(), call.environment.clone());
        let instance = &mut *taken.instance;
        instance.begin(budget.clone());
        instance.store.data_mut().call = Some(call);
        let result = InTime::new(ask(instance)).await;
        let guest = instance.store.data_mut();
        guest.references.clear();
        let call = guest.call.take().unwrap_or_else(|| {
            let mut call = Call::new(exchange, environment);
            call.budget = Some(budget.clone());
            call
        });
        let printed = guest.output.take();
        if let Some(meter) = &self.pool.conditions().meter {
            let asked = std::mem::take(guest.asked.get_mut());
            meter.called(budget.running(), guest.memory.bytes, asked);
        }
        let result = match result {
            Ok(value) => {
                if let Some(printed) = printed {
                    tracing::info!(plugin = &*self.name, "{printed}");
                }
                taken.give_back();
                Ok(value)
            }
            Err(error) => {
                let refused = guest.memory.refused;
                let about = &*call.exchange;
                Err(self.trapped(function, &error, refused, printed.as_deref(), about))
            }
        };
        (call, result)
    }

    fn failure(
        &self,
        function: &str,
        kind: FailureKind,
        message: String,
        about: &dyn Exchange,
    ) -> Failure {
        let failure = Failure::new(&self.name, function, kind, message);
        tracing::error!(plugin = &*self.name, function, exchange = %about.id(), "{failure}");
        failure
    }

    fn no_instance(&self, function: &str, reason: NoInstance, about: &dyn Exchange) -> Failure {
        match reason {
            NoInstance::Busy(message) => self.failure(function, FailureKind::Busy, message, about),
            NoInstance::Start(error) => {
                self.failure(function, FailureKind::Trapped, error.to_string(), about)
            }
        }
    }

    fn trapped(
        &self,
        function: &str,
        error: &wasmtime::Error,
        refused_memory: bool,
        printed: Option<&str>,
        about: &dyn Exchange,
    ) -> Failure {
        let kind = if error.is::<RunningTooLong>() || error.is::<WaitingTooLong>() {
            FailureKind::Deadline
        } else {
            FailureKind::Trapped
        };
        let mut message = in_words(error, refused_memory);
        if let Some(printed) = printed {
            message.push_str(": ");
            message.push_str(printed);
        }
        if let Some(functions) = trace::functions(error) {
            message.push_str(&functions);
        }
        self.failure(function, kind, message, about)
    }
}

/// Why a guest stopped, in words for its author.
pub(crate) fn in_words(error: &wasmtime::Error, refused_memory: bool) -> String {
    if let Some(too_long) = error.downcast_ref::<RunningTooLong>() {
        return too_long.to_string();
    }
    if let Some(too_long) = error.downcast_ref::<WaitingTooLong>() {
        return too_long.to_string();
    }
    if refused_memory {
        return format!(
            "it ran out of memory at {} MiB",
            limits::INSTANCE_MEMORY >> 20
        );
    }
    match error.downcast_ref::<wasmtime::Trap>() {
        Some(wasmtime::Trap::UnreachableCodeReached) => "it panicked or aborted".into(),
        Some(wasmtime::Trap::StackOverflow) => "its stack overflowed".into(),
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    }
}

/// A plugin as the server holds it.
#[derive(Debug)]
struct Handle(Arc<Plugin>);

/// A role that the plugin was asked in.
fn role<'a, T>(role: &'a Option<T>, name: &str) -> wasmtime::Result<&'a T> {
    role.as_ref()
        .ok_or_else(|| wasmtime::Error::msg(format!("the plugin has no role `{name}`")))
}

/// An error the guest answered, as a failure of its own words.
fn answered<T>(
    plugin: &Plugin,
    function: &'static str,
    (call, result): (Call, Result<Result<T, String>, Failure>),
) -> (Call, Result<T, Failure>) {
    let result = result.and_then(|answer| {
        answer
            .map_err(|message| Failure::new(&plugin.name, function, FailureKind::Answered, message))
    });
    (call, result)
}

impl Health for Handle {
    fn trouble(&self) -> Option<String> {
        self.0.pool.trouble()
    }
}

impl Responder for Handle {
    fn respond(&self, call: Call) -> Outcome<()> {
        let plugin = self.0.clone();
        let called =
            plugin
                .clone()
                .invoke("responder.respond", limits::LONG_CALL, call, |instance| {
                    Box::pin(async move {
                        let role = role(&instance.responder, "responder")?;
                        role.call_respond(&mut instance.store).await
                    })
                });
        Box::pin(async move { answered(&plugin, "responder.respond", called.await) })
    }
}

impl Predicate for Handle {
    fn test(&self, call: Call) -> Outcome<bool> {
        let plugin = self.0.clone();
        let called =
            plugin
                .clone()
                .invoke("predicate.test", limits::SHORT_CALL, call, |instance| {
                    Box::pin(async move {
                        let role = role(&instance.predicate, "predicate")?;
                        role.call_test(&mut instance.store).await
                    })
                });
        Box::pin(async move { answered(&plugin, "predicate.test", called.await) })
    }
}

impl Helpers for Handle {
    fn list(&self) -> Arc<[HelperDescription]> {
        self.0.helpers.clone()
    }

    fn call(
        &self,
        index: u32,
        arguments: Vec<Value>,
        named: Vec<(String, Value)>,
        call: Call,
    ) -> Outcome<Value> {
        let plugin = self.0.clone();
        let called =
            plugin
                .clone()
                .invoke("helpers.call", limits::SHORT_CALL, call, move |instance| {
                    Box::pin(async move {
                        let references = &mut instance.store.data_mut().references;
                        let arguments = arguments
                            .into_iter()
                            .map(|value| references.lower(value))
                            .collect::<wasmtime::Result<Vec<_>>>()?;
                        let named = named
                            .into_iter()
                            .map(|(name, value)| Ok((name, references.lower(value)?)))
                            .collect::<wasmtime::Result<Vec<_>>>()?;
                        let role = role(&instance.helpers, "helpers")?;
                        let answer = role
                            .call_call(&mut instance.store, index, &arguments, &named)
                            .await?;
                        let references = &instance.store.data().references;
                        Ok(answer.map(|value| references.lift(value)))
                    })
                });
        Box::pin(async move { answered(&plugin, "helpers.call", called.await) })
    }
}

impl Session for Handle {
    fn event(&self, event: SessionEvent, call: Call) -> Outcome<Option<u32>> {
        let plugin = self.0.clone();
        let function = match event {
            SessionEvent::Opened => "session.opened",
            SessionEvent::Message => "session.message",
            SessionEvent::Tick => "session.tick",
            SessionEvent::Closed(_) => "session.closed",
        };
        let called = plugin
            .clone()
            .invoke(function, limits::SHORT_CALL, call, move |instance| {
                Box::pin(async move {
                    let role = role(&instance.session, "session")?;
                    let store = &mut instance.store;
                    match event {
                        SessionEvent::Opened => role.call_opened(store).await,
                        SessionEvent::Message => role.call_message(store).await,
                        SessionEvent::Tick => role.call_tick(store).await,
                        SessionEvent::Closed(code) => {
                            role.call_closed(store, code).await.map(|()| Ok(None))
                        }
                    }
                })
            });
        Box::pin(async move { answered(&plugin, function, called.await) })
    }
}

impl Templates for Handle {
    fn compile(&self, template: Template, call: Call) -> Outcome<TemplateSummary, TemplateError> {
        let id = template.id;
        let compiled = self.about(template, "templates.compile", call, move |instance| {
            Box::pin(async move {
                let role = role(&instance.templates, "templates")?;
                role.call_compile(&mut instance.store, id).await
            })
        });
        Box::pin(async move {
            let (call, result) = compiled.await;
            (call, result.map(summary))
        })
    }

    fn render(&self, template: Template, call: Call) -> Outcome<String, TemplateError> {
        let id = template.id;
        self.about(template, "templates.render", call, move |instance| {
            Box::pin(async move {
                let role = role(&instance.templates, "templates")?;
                role.call_render(&mut instance.store, id).await
            })
        })
    }
}

impl Handle {
    /// Asks about a template, which is the call's own meanwhile.
    fn about<T: Send + 'static>(
        &self,
        template: Template,
        function: &'static str,
        mut call: Call,
        ask: impl for<'a> FnOnce(&'a mut Instance) -> Asked<'a, Result<T, wire::TemplateError>>
        + Send
        + 'static,
    ) -> Outcome<T, TemplateError> {
        let outer = call.template.replace(template);
        let plugin = self.0.clone();
        let called = plugin.invoke(function, limits::LONG_CALL, call, ask);
        Box::pin(async move {
            let (mut call, result) = called.await;
            call.template = outer;
            let result = match result {
                Ok(answer) => answer.map_err(|error| TemplateError {
                    message: error.message,
                    line: error.line,
                    column: error.column,
                }),
                Err(failure) => Err(TemplateError::nowhere(
                    failure.for_client(&call.exchange.id(), call.environment.dev()),
                )),
            };
            (call, result)
        })
    }
}

fn summary(summary: wire::Summary) -> TemplateSummary {
    TemplateSummary {
        constant: summary.constant,
        effects: effects(summary.effects),
        unknown: summary.unknown,
        parts: summary
            .parts
            .map(|parts| parts.into_iter().map(part).collect()),
    }
}

fn part(part: wire::Part) -> Part {
    use wire::{LookUp as Wire, Part as WirePart, Place as WirePlace};
    match part {
        WirePart::Text(text) => Part::Text(text),
        WirePart::LookUp(Wire { place, at, escaped }) => Part::LookUp(LookUp {
            place: match place {
                WirePlace::Param => Place::Param,
                WirePlace::Query => Place::Query,
                WirePlace::Body => Place::Body,
                WirePlace::Header => Place::Header,
                WirePlace::Cookie => Place::Cookie,
            },
            at,
            escaped,
        }),
    }
}

pub(crate) fn effects(flags: types::Effects) -> Effects {
    Effects {
        reads_exchange: flags.contains(types::Effects::READS_EXCHANGE),
        writes_state: flags.contains(types::Effects::WRITES_STATE),
        draws_random: flags.contains(types::Effects::DRAWS_RANDOM),
    }
}

pub(crate) fn flags(effects: Effects) -> types::Effects {
    let when = |is: bool, flag| if is { flag } else { types::Effects::empty() };
    when(effects.reads_exchange, types::Effects::READS_EXCHANGE)
        | when(effects.writes_state, types::Effects::WRITES_STATE)
        | when(effects.draws_random, types::Effects::DRAWS_RANDOM)
}
