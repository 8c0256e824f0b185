//! `configuration`, `random`, `clock`: what surrounds every call.

use wasmock_exchange::{Clock, Random, Right};

use crate::bindings::wasmock::host::{clock, configuration, random, types};
use crate::guest::Guest;

impl types::Host for Guest {}

impl Guest {
    /// Asks the plugin's own chance, or the environment's.
    fn with_random<T>(&self, ask: impl FnOnce(&Random) -> T) -> wasmtime::Result<T> {
        let call = self.current()?;
        let own = self.held.random.as_deref();
        Ok(ask(own.unwrap_or_else(|| call.environment.random())))
    }

    /// Asks the plugin's own clock, or the environment's.
    fn with_clock<T>(&self, ask: impl FnOnce(&Clock) -> T) -> wasmtime::Result<T> {
        let call = self.current()?;
        let own = self.held.clock.as_ref();
        Ok(ask(own.unwrap_or_else(|| call.environment.clock())))
    }
}

impl configuration::Host for Guest {
    fn plugin(&mut self) -> wasmtime::Result<String> {
        Ok(self.configuration.to_string())
    }

    fn plugin_at(&mut self, path: String) -> wasmtime::Result<Result<types::Value, String>> {
        // References live as long as a call.
        self.current()?;
        let value = self.parsed_configuration.get_or_init(|| {
            wasmock_javascript::json::parse(&self.configuration).unwrap_or_default()
        });
        self.at(&value.clone(), &path)
    }

    fn usage_id(&mut self) -> wasmtime::Result<u64> {
        Ok(self.current()?.usage.id)
    }

    fn usage(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.usage.json().to_owned())
    }

    fn usage_at(&mut self, path: String) -> wasmtime::Result<Result<types::Value, String>> {
        let value = self.current()?.usage.value();
        self.at(&value, &path)
    }

    fn variable(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        if !self.may(Right::Environment(&name)) {
            return Ok(None);
        }
        Ok(self.current()?.environment.variable(&name))
    }
}

impl random::Host for Guest {
    fn bits(&mut self) -> wasmtime::Result<u64> {
        self.with_random(Random::bits)
    }

    fn seeded(&mut self) -> wasmtime::Result<bool> {
        self.with_random(Random::is_seeded)
    }

    fn draw(&mut self) -> wasmtime::Result<u32> {
        self.with_random(Random::draw)
    }

    fn locale(&mut self) -> wasmtime::Result<String> {
        Ok(self.current()?.environment.locale().to_owned())
    }
}

impl clock::Host for Guest {
    fn now(&mut self) -> wasmtime::Result<f64> {
        self.with_clock(Clock::now_ms)
    }

    fn utc_offset(&mut self, at: f64) -> wasmtime::Result<i32> {
        self.with_clock(|clock| clock.utc_offset(at))
    }

    fn zone_name(&mut self, at: f64) -> wasmtime::Result<String> {
        self.with_clock(|clock| clock.zone_name(at))
    }
}
