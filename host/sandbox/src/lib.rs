//! WebAssembly components: engine, cache, limits, grants, instances, bindings.
//!
//! The only crate that names wasmtime. It implements the roles of `wasmock_exchange` over
//! components that fit the contract in `wit/`. There is one engine and one way of calling
//! (asynchronous, on a fiber, yielding every millisecond); a plugin's instances are used again
//! under a ceiling; state lives in the host.

mod bindings;
mod cache;
mod conditions;
mod configuration;
pub mod contract;
mod engine;
mod fit;
mod grants;
mod guest;
mod imports;
mod inspect;
mod instance;
mod load;
mod manifest;
mod nearest;
mod plugin;
mod pool;
mod running;
mod signature;
mod starts;
mod stdio;
mod trace;
mod values;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

pub use conditions::{Conditions, Cost, Meter};
pub use grants::Grants;
pub use inspect::{Import, Inspection, inspect};
pub use load::{Digest, LoadError, Sandbox, Source};
pub use manifest::{Manifest, SECTION as MANIFEST_SECTION};
pub use plugin::Plugin;

/// A plugin's name, as the environment file or the command line gives it.
type PluginName = Arc<str>;

/// A guest ran out of its time.
#[derive(Debug)]
struct RunningTooLong(Duration);

impl fmt::Display for RunningTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it ran for more than {} ms", self.0.as_millis())
    }
}

impl std::error::Error for RunningTooLong {}

/// A guest waited, for a server, a file or the time, and did not come to an end.
#[derive(Debug)]
struct WaitingTooLong(Duration);

impl fmt::Display for WaitingTooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it had no result after {} s", self.0.as_secs())
    }
}

impl std::error::Error for WaitingTooLong {}
