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

    /// Itself in the roles that a plugin of that kind has.
    pub(crate) fn roles(self: Arc<Self>) -> Roles {
        let mut roles = Roles {
            health: Some(self.clone()),
            ..Roles::default()
        };
        match self.name {
            "templating" => roles.templates = Some(self),
            "regex" => roles.predicate = Some(self),
            _ => {}
        }
        roles
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
        failed: fn(&Failure) -> E,
        ask: impl FnOnce(&R, Call) -> Outcome<T, E> + Send + 'static,
    ) -> Outcome<T, E> {
        let name = self.name;
        let answer = move |loaded: &Result<Roles, String>, call: Call| -> Outcome<T, E> {
            let (kind, reason) = match loaded.as_ref().map(role) {
                Ok(Some(role)) => return ask(role, call),
                Ok(None) => (FailureKind::Missing, "it does not have this role"),
                Err(reason) => (FailureKind::Trapped, reason.as_str()),
            };
            let failure = failed(&Failure::new(name, "load", kind, reason));
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
        self.ask(call, predicate, Failure::clone, |role, call| {
            role.test(call)
        })
    }
}

impl Templates for Later {
    fn compile(&self, template: Template, call: Call) -> Outcome<TemplateSummary, TemplateError> {
        self.ask(call, templates, in_words, |role, call| {
            role.compile(template, call)
        })
    }

    fn render(&self, template: Template, call: Call) -> Outcome<String, TemplateError> {
        self.ask(call, templates, in_words, |role, call| {
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

fn in_words(failure: &Failure) -> TemplateError {
    TemplateError {
        message: failure.to_string(),
        line: 0,
        column: 0,
    }
}
