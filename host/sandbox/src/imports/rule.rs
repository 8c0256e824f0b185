//! `rule` and `session-state`.

use wasmock_exchange::limits;

use crate::bindings::wasmock::host::types::{Failure, Value as Wire};
use crate::bindings::wasmock::host::{rule, session_state};
use crate::guest::Guest;

impl rule::Host for Guest {
    fn target(&mut self) -> wasmtime::Result<Wire> {
        let target = self
            .current()?
            .rule
            .as_ref()
            .map(|rule| rule.target.clone());
        self.references.lower(target.unwrap_or_default())
    }

    fn modifier(&mut self) -> wasmtime::Result<String> {
        Ok(self
            .current()?
            .rule
            .as_ref()
            .map(|rule| rule.modifier.clone())
            .unwrap_or_default())
    }

    fn expected(&mut self) -> wasmtime::Result<String> {
        Ok(self
            .current()?
            .rule
            .as_ref()
            .map(|rule| rule.value.clone())
            .unwrap_or_default())
    }
}

impl session_state::Host for Guest {
    fn id(&mut self) -> wasmtime::Result<String> {
        Ok(self
            .current()?
            .session
            .as_ref()
            .map(|session| session.id().to_owned())
            .unwrap_or_default())
    }

    fn get(&mut self) -> wasmtime::Result<Vec<u8>> {
        Ok(self
            .current()?
            .session
            .as_ref()
            .map(|session| session.get())
            .unwrap_or_default())
    }

    fn set(&mut self, state: Vec<u8>) -> wasmtime::Result<Result<(), Failure>> {
        if state.len() > limits::SESSION_STATE {
            return Ok(Err(Failure::Limit(format!(
                "a session's state may have {} bytes, this has {}",
                limits::SESSION_STATE,
                state.len()
            ))));
        }
        let Some(session) = &self.current()?.session else {
            return Ok(Err(Failure::NotFound));
        };
        session.set(state);
        Ok(Ok(()))
    }
}
