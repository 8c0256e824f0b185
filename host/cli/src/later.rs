//! A plugin that is still being compiled: the server goes on meanwhile, and only who asks it waits.

use std::sync::Arc;

use tokio::sync::SetOnce;
use wasmock_exchange::roles::{Health, Outcome, Predicate, Roles, TemplateSummary, Templates};
use wasmock_exchange::{Call, Failure, FailureKind, Template, TemplateError};

/// The roles of a plugin, as soon as it is loaded.
#[derive(Debug)]
pub(crate) struct Later {
    name: &'static str,
    loaded: Arc<SetOnce<Result<Roles, String>>>,
}

impl Later {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            loaded: Arc::default(),
        }
    }

    /// As a plugin that renders templates.
    pub(crate) fn as_templates(self: Arc<Self>) -> Roles {
        Roles {
            health: Some(self.clone()),
            templates: Some(self),
            ..Roles::default()
        }
    }

    /// As a plugin that decides rules.
    pub(crate) fn as_predicate(self: Arc<Self>) -> Roles {
        Roles {
            health: Some(self.clone()),
            predicate: Some(self),
            ..Roles::default()
        }
    }

    /// Says what became of it, once; whoever waits goes on.
    pub(crate) fn set(&self, loaded: Result<Roles, String>) {
        let _ = self.loaded.set(loaded);
    }

    /// Asks a role of the plugin. One that is there is asked at once, so that a call costs what
    /// it costs without this.
    fn ask<R: ?Sized + 'static, T: Send + 'static, E: Send + 'static>(
        &self,
        call: Call,
        role: fn(&Roles) -> Option<&Arc<R>>,
        failed: fn(&Failure, &Call) -> E,
        ask: impl FnOnce(&R, Call) -> Outcome<T, E> + Send + 'static,
    ) -> Outcome<T, E> {
        let name = self.name;
        let answer = move |loaded: &Result<Roles, String>, call: Call| -> Outcome<T, E> {
            let (kind, reason) = match loaded.as_ref().map(role) {
                Ok(Some(role)) => return ask(role, call),
                Ok(None) => (FailureKind::Missing, "it does not have this role"),
                Err(reason) => (FailureKind::Trapped, reason.as_str()),
            };
            let failure = failed(&Failure::new(name, "load", kind, reason), &call);
            Box::pin(std::future::ready((call, Err(failure))))
        };
        match self.loaded.get() {
            Some(loaded) => answer(loaded, call),
            None => {
                let loaded = self.loaded.clone();
                Box::pin(async move { answer(loaded.wait().await, call).await })
            }
        }
    }
}

impl Health for Later {
    fn trouble(&self) -> Option<String> {
        let roles = self.loaded.get()?.as_ref().ok()?;
        roles.health.as_ref()?.trouble()
    }
}

impl Predicate for Later {
    fn test(&self, call: Call) -> Outcome<bool> {
        self.ask(
            call,
            predicate,
            |failure, _| failure.clone(),
            |role, call| role.test(call),
        )
    }
}

impl Templates for Later {
    fn compile(&self, template: Template, call: Call) -> Outcome<TemplateSummary, TemplateError> {
        self.ask(call, templates, for_client, |role, call| {
            role.compile(template, call)
        })
    }

    fn render(&self, template: Template, call: Call) -> Outcome<String, TemplateError> {
        self.ask(call, templates, for_client, |role, call| {
            role.render(template, call)
        })
    }
}

fn predicate(roles: &Roles) -> Option<&Arc<dyn Predicate>> {
    roles.predicate.as_ref()
}

fn templates(roles: &Roles) -> Option<&Arc<dyn Templates>> {
    roles.templates.as_ref()
}

fn for_client(failure: &Failure, call: &Call) -> TemplateError {
    let (exchange, dev) = (call.exchange.id(), call.environment.dev());
    TemplateError::nowhere(failure.for_client(&exchange, dev))
}
