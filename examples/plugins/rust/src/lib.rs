//! A mock shop: a responder that searches, a predicate that checks signatures, helpers for
//! test data. One component, three roles.

mod helpers;
mod search;
mod signature;

use std::sync::OnceLock;

use serde::Deserialize;
use wasmock_plugin::{Error, Lifecycle, Result};

const LIFECYCLE: Lifecycle = wasmock_plugin::lifecycle!()
    .schema(include_str!("schema.json"))
    .configure(configure);

wasmock_plugin::export! {
    responder: search::respond,
    predicate: signature::holds,
    helpers: helpers::TABLE,
    lifecycle: LIFECYCLE,
}

/// The plugin's configuration in the environment file.
#[derive(Debug, Deserialize)]
struct Configuration {
    /// Signs tokens and requests.
    secret: String,
}

/// The same for every call of an instance, so it may stay in a static. State that changes may
/// not: it belongs to the host (`variables`, `buckets`, `private_state`).
static CONFIGURATION: OnceLock<Configuration> = OnceLock::new();

fn configure(json: &str) -> Result<()> {
    let configuration = serde_json::from_str(json)?;
    // `configure` comes once per instance, before everything else.
    let _ = CONFIGURATION.set(configuration);
    Ok(())
}

fn secret() -> Result<&'static [u8]> {
    let configuration = CONFIGURATION
        .get()
        .ok_or_else(|| Error::from("not configured"))?;
    Ok(configuration.secret.as_bytes())
}
