//! The predicate for JavaScript's regular expressions.
//!
//! Patterns that need backtracking (lookaround, back-references) have no bound on their
//! running time, so they run here, under the deadline of a call, and never in the server
//! itself. The pattern is the rule's value: plain, with the flags in the configuration
//! (`{"flags": "i"}`), or in JavaScript's notation `/pattern/flags` without configuration.

mod pattern;

use wasmock_plugin::{Error, Result, Value, configuration, documents, rule};

use pattern::Pattern;

const LIFECYCLE: wasmock_plugin::Lifecycle = wasmock_plugin::lifecycle!();

wasmock_plugin::export! {
    predicate: holds,
    lifecycle: LIFECYCLE,
}

/// One item of a list is enough.
fn holds() -> Result<bool> {
    let pattern = Pattern::new(&rule::expected(), &configuration::usage());
    let target = rule::target();
    pattern::compiled(&pattern, |regex| match target {
        Value::Text(text) | Value::SafeText(text) => regex.find(&text).is_some(),
        Value::Reference(list) if documents::kind(list) == documents::DocumentKind::List => {
            (0..documents::length(list)).any(|index| {
                let item = documents::item(list, index).to_javascript();
                regex.find(&item.to_text()).is_some()
            })
        }
        other => regex.find(&other.to_javascript().to_text()).is_some(),
    })
    .map_err(Error::from)
}
