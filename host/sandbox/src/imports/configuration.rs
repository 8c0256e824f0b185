//! `configuration`, `random`, `clock`: what surrounds every call.

use crate::bindings::wasmock::host::{clock, configuration, random, types};
use crate::guest::Guest;

impl types::Host for Guest {}

impl configuration::Host for Guest {
    fn plugin(&mut self) -> wasmtime::Result<String> {
        Ok(self.configuration.to_string())
    }

    fn usage_id(&mut self) -> wasmtime::Result<u64> {
        Ok(self.current()?.usage.id)
    }

    fn usage(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.usage.json().to_owned())
    }

    fn variable(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        if !self.grants.variable(&name) {
            self.grants
                .missing(&self.plugin, &format!("environment variable `{name}`"));
            return Ok(None);
        }
        Ok(self.current()?.environment.variable(&name))
    }
}

impl random::Host for Guest {
    fn bits(&mut self) -> wasmtime::Result<u64> {
        Ok(self.current()?.environment.random().bits())
    }

    fn seeded(&mut self) -> wasmtime::Result<bool> {
        Ok(self.current()?.environment.random().is_seeded())
    }

    fn draw(&mut self) -> wasmtime::Result<u32> {
        Ok(self.current()?.environment.random().draw())
    }

    fn locale(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.environment.locale().to_owned())
    }
}

impl clock::Host for Guest {
    fn now(&mut self) -> wasmtime::Result<f64> {
        Ok(self.current()?.environment.clock().now_ms())
    }

    fn utc_offset(&mut self, at: f64) -> wasmtime::Result<i32> {
        Ok(self.current()?.environment.clock().utc_offset(at))
    }

    fn zone_name(&mut self, at: f64) -> wasmtime::Result<String> {
        Ok(self.current()?.environment.clock().zone_name(at))
    }
}
