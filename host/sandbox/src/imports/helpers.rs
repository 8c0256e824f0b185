//! `helpers` and `templates`: calls of other plugins. The call in progress is lent to them.

use wasmock_exchange::FailureKind;

use crate::bindings::wasmock::host::types::Value as Wire;
use crate::bindings::wasmock::host::{helpers, templates};
use crate::guest::Guest;
use crate::plugin::flags;

impl helpers::Host for Guest {
    fn find(&mut self, name: String) -> wasmtime::Result<Option<helpers::Helper>> {
        Ok(self
            .current()?
            .environment
            .find_helper(&name)
            .map(|helper| helpers::Helper {
                id: helper.id,
                effects: flags(helper.effects),
                block: helper.block,
            }))
    }

    async fn call(
        &mut self,
        id: u32,
        arguments: Vec<Wire>,
        named: Vec<(String, Wire)>,
    ) -> wasmtime::Result<Result<Wire, String>> {
        let arguments = arguments
            .into_iter()
            .map(|value| self.references.lift(value))
            .collect();
        let named = named
            .into_iter()
            .map(|(name, value)| (name, self.references.lift(value)))
            .collect();
        let (call, behalf) = self.lend_call()?;
        let environment = call.environment.clone();
        let (call, result) = environment.call_helper(id, arguments, named, call).await;
        let result = result.map_err(|failure| match failure.kind {
            FailureKind::Answered => failure.message,
            _ => failure.for_client(&call.exchange.id(), call.environment.dev()),
        });
        self.take_back(call, behalf);
        match result {
            Ok(value) => self.references.lower(value).map(Ok),
            Err(message) => Ok(Err(message)),
        }
    }
}

impl templates::Host for Guest {
    async fn render(&mut self, source: String) -> wasmtime::Result<Result<String, String>> {
        let (call, behalf) = self.lend_call()?;
        let environment = call.environment.clone();
        let template = environment.template(&source);
        let (call, result) = environment.render(template, call).await;
        self.take_back(call, behalf);
        Ok(result.map_err(|error| error.message))
    }

    fn source(&mut self, template: u64) -> wasmtime::Result<Option<String>> {
        let known = self
            .current()?
            .template
            .as_ref()
            .filter(|known| known.id == template);
        Ok(known.map(|known| known.source.to_string()))
    }
}
