//! What holds where nobody said anything, and why.
//!
//! | | without a manifest a plugin asks for | with one | users allow |
//! |---|---|---|---|
//! | `http` | every host, if it imports `wasi:http/outgoing-handler` | what it says | nothing: a mock that calls out leaks, and is no longer repeatable |
//! | `read`, `write` | every folder, if it imports `wasi:filesystem` | what it says | nothing: files are the user's |
//! | `env` | every name, if it imports `wasi:cli/environment` or asks `configuration` | what it says | nothing: secrets live there |
//! | variables, buckets | every one, if it imports the interface | what it says | every one: they are the mock's own invented data, and to work with them is what plugins are put into a mock for |
//! | `clock` | real | `real`, unless it says `frozen` | `real`: languages read it while they start, and the time is no secret |
//! | `random` | real | `real`, unless it says `seeded` | `real`; `seeded` when the server itself is (`--faker-seed`) |
//!
//! Sockets are never granted: HTTP covers what a mock needs, and sockets would go around every
//! host pattern. Built-in plugins stand in the same table; only templating is allowed more, the
//! environment variables with the prefix that Mockoon gives to templates.

use wasmock_environment::Grants;

/// Everything.
const ALL: &str = "*";

/// What a component without a manifest asks for, by the interfaces it imports.
pub(crate) fn asked_by_imports<'a>(imports: impl Iterator<Item = &'a str>) -> Grants {
    let mut asks = Grants {
        read_variables: Some(Vec::new()),
        write_variables: Some(Vec::new()),
        read_buckets: Some(Vec::new()),
        write_buckets: Some(Vec::new()),
        ..Grants::default()
    };
    let all = || vec![ALL.to_owned()];
    for import in imports {
        match import.split('@').next().unwrap_or_default() {
            "wasi:http/outgoing-handler" => asks.http = all(),
            "wasi:filesystem/preopens" => (asks.read, asks.write) = (all(), all()),
            "wasi:cli/environment" | "wasmock:host/configuration" => asks.env = all(),
            "wasmock:host/variables" => {
                (asks.read_variables, asks.write_variables) = (Some(all()), Some(all()));
            }
            "wasmock:host/buckets" => {
                (asks.read_buckets, asks.write_buckets) = (Some(all()), Some(all()));
            }
            _ => {}
        }
    }
    asks
}

/// What users allow for variables and buckets when they say nothing of them.
pub(crate) fn mock_data() -> Vec<String> {
    vec![ALL.to_owned()]
}

/// Where a frozen clock stands without a time: 2025-01-01T00:00:00Z, as in `plugin test`.
pub(crate) const STANDING: i64 = 1_735_689_600_000;

/// The seed of repeatable numbers without one.
pub(crate) const SEED: u64 = 0;
