//! The site as plugins see it.
//!
//! A [`Scope`] goes with every call: the site, the buckets that are being filled around the
//! call, and, at the start, how many buckets exist yet. That is how a circle of buckets is
//! noticed and named without a lock.

use std::sync::Arc;

use wasmock_exchange::roles::Templates;
use wasmock_exchange::{
    BoxFuture, Call, Clock, Compiled, Environment, Failure, FailureKind, HelperInfo, Print, Random,
    State, StateError, Template, TemplateError,
};
use wasmock_javascript::Value;

use super::Site;

/// What a call can reach.
pub(super) struct Scope {
    pub(super) site: Arc<Site>,
    /// Buckets being filled, the outermost first.
    pub(super) filling: Vec<Arc<str>>,
    /// At the start: the buckets before the one being filled. Later ones do not exist yet.
    pub(super) visible: Option<usize>,
}

impl Scope {
    pub(super) fn whole(site: Arc<Site>) -> Arc<dyn Environment> {
        Arc::new(Self {
            site,
            filling: Vec::new(),
            visible: None,
        })
    }
}

impl Environment for Scope {
    fn state(&self) -> &dyn State {
        &self.site.state
    }

    fn clock(&self) -> &Clock {
        &self.site.clock
    }

    fn random(&self) -> &Random {
        &self.site.random
    }

    fn locale(&self) -> &str {
        &self.site.options.faker_locale
    }

    fn dev(&self) -> bool {
        self.site.options.dev
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.site.variable(name)
    }

    fn find_bucket(&self, name: &str) -> Option<Arc<str>> {
        self.site.find_bucket(name, self.visible)
    }

    fn bucket_name(&self, id: &str) -> Option<Arc<str>> {
        self.site
            .mock()
            .bucket(id)
            .map(|bucket| bucket.name.clone())
    }

    fn bucket_source(&self, id: &str) -> Option<Arc<str>> {
        self.site
            .mock()
            .bucket(id)
            .map(|bucket| bucket.source.clone())
    }

    fn fill_bucket(&self, id: &str, call: Call) -> BoxFuture<(Call, Result<(), StateError>)> {
        let circle = self.filling.iter().any(|filling| **filling == *id);
        if circle {
            let names: Vec<&str> = self.filling.iter().map(|id| &**id).chain([id]).collect();
            let message = format!(
                "data buckets need each other in a circle: {}",
                names.join(" → ")
            );
            return Box::pin(std::future::ready((
                call,
                Err(StateError::Invalid(message)),
            )));
        }
        if self.site.is_filled(id) {
            return Box::pin(std::future::ready((call, Ok(()))));
        }
        let (site, filling) = (self.site.clone(), self.filling.clone());
        let id: Arc<str> = id.into();
        Box::pin(async move {
            let call = site.fill(&id, filling, None, call).await;
            (call, Ok(()))
        })
    }

    fn find_helper(&self, name: &str) -> Option<HelperInfo> {
        self.site.plugins().find_helper(name)
    }

    fn call_helper(
        &self,
        id: u32,
        arguments: Vec<Value>,
        named: Vec<(String, Value)>,
        call: Call,
    ) -> BoxFuture<(Call, Result<Value, Failure>)> {
        match self.site.plugins().helper(id) {
            Some((helpers, index)) => helpers.call(*index, arguments, named, call),
            None => {
                let message = "this helper is no longer loaded";
                let failure = Failure::new("?", "helpers.call", FailureKind::Missing, message);
                Box::pin(std::future::ready((call, Err(failure))))
            }
        }
    }

    fn template(&self, source: &str) -> Template {
        self.site.templates.get(source)
    }

    fn render(
        &self,
        template: Template,
        call: Call,
    ) -> BoxFuture<(Call, Result<String, TemplateError>)> {
        self.site.render(template, call)
    }
}

impl Site {
    /// What is known of a template: it is compiled when it is asked for the first time. None where
    /// it does not parse, or nobody could be asked.
    pub(crate) async fn compiled<'t>(
        &self,
        template: &'t Template,
        mut call: Call,
    ) -> (Call, Option<&'t Compiled>) {
        if template.compiled.get().is_none() {
            call = self.compile(template, call).await;
        }
        (call, template.compiled.get().and_then(Option::as_ref))
    }

    async fn compile(&self, template: &Template, call: Call) -> Call {
        let Some(templates) = self.plugins().templates().cloned() else {
            return call;
        };
        let (call, summary) = templates.compile(template.clone(), call).await;
        let compiled = match summary {
            Ok(summary) => Some(Compiled {
                effects: summary.effects,
                print: Print::new(summary),
            }),
            // What does not parse is rendered for its error; a plugin that was busy is asked
            // again next time.
            Err(error) if error.line > 0 => None,
            Err(_) => return call,
        };
        // Another exchange may have been faster, with the same result.
        let _ = template.compiled.set(compiled);
        call
    }

    /// The site as a call about it sees it.
    pub fn scope(self: &Arc<Self>) -> Arc<dyn Environment> {
        Scope::whole(self.clone())
    }

    /// Renders a template in the exchange of the call.
    pub(crate) fn render(
        &self,
        template: Template,
        call: Call,
    ) -> BoxFuture<(Call, Result<String, TemplateError>)> {
        match self.plugins.load().templates() {
            Some(templates) => Templates::render(&**templates, template, call),
            None => {
                let error = TemplateError::nowhere("there is no plugin that renders templates");
                Box::pin(std::future::ready((call, Err(error))))
            }
        }
    }
}
