//! Generated from `wit/`: what a plugin imports once, and one module a role, so that a
//! component exports only the roles it uses.

#![allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    unsafe_code,
    clippy::all,
    clippy::pedantic
)]

pub mod host {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "wasmock:plugin/imports",
        generate_all,
        generate_unused_types: true,
    });
}

/// The bindings of one role. Its imports are those of [`host`].
macro_rules! role {
    ($module:ident, $world:literal, $export:literal) => {
        pub mod $module {
            wit_bindgen::generate!({
                path: "../../wit",
                world: $world,
                pub_export_macro: true,
                export_macro_name: $export,
                default_bindings_module: "wasmock_plugin::__private",
                with: {
                    "wasmock:host/types@0.1.0": crate::bindings::host::wasmock::host::types,
                    "wasmock:host/documents@0.1.0": crate::bindings::host::wasmock::host::documents,
                    "wasmock:host/exchange@0.1.0": crate::bindings::host::wasmock::host::exchange,
                    "wasmock:host/answer@0.1.0": crate::bindings::host::wasmock::host::answer,
                    "wasmock:host/rule@0.1.0": crate::bindings::host::wasmock::host::rule,
                    "wasmock:host/session-state@0.1.0": crate::bindings::host::wasmock::host::session_state,
                    "wasmock:host/variables@0.1.0": crate::bindings::host::wasmock::host::variables,
                    "wasmock:host/buckets@0.1.0": crate::bindings::host::wasmock::host::buckets,
                    "wasmock:host/private-state@0.1.0": crate::bindings::host::wasmock::host::private_state,
                    "wasmock:host/helpers@0.1.0": crate::bindings::host::wasmock::host::helpers,
                    "wasmock:host/templates@0.1.0": crate::bindings::host::wasmock::host::templates,
                    "wasmock:host/random@0.1.0": crate::bindings::host::wasmock::host::random,
                    "wasmock:host/clock@0.1.0": crate::bindings::host::wasmock::host::clock,
                    "wasmock:host/log@0.1.0": crate::bindings::host::wasmock::host::log,
                    "wasmock:host/configuration@0.1.0": crate::bindings::host::wasmock::host::configuration,
                },
            });
        }
    };
}

role!(
    responder,
    "wasmock:plugin/responder-plugin",
    "__export_responder"
);
role!(
    predicate,
    "wasmock:plugin/predicate-plugin",
    "__export_predicate"
);
role!(helpers, "wasmock:plugin/helpers-plugin", "__export_helpers");
role!(session, "wasmock:plugin/session-plugin", "__export_session");
role!(
    templates,
    "wasmock:plugin/templates-plugin",
    "__export_templates"
);
role!(
    lifecycle,
    "wasmock:plugin/lifecycle-plugin",
    "__export_lifecycle"
);
