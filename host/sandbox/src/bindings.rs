//! The host's side of `wit/`, generated. Reads are synchronous; what may wait (writes, nested
//! calls) is asynchronous to the host and plain to the guest.

#![allow(
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    clippy::all
)]

wasmtime::component::bindgen!({
    path: "../../wit",
    world: "wasmock:plugin/plugin",
    imports: {
        "wasmock:host/variables.set": async | trappable,
        "wasmock:host/variables.delete": async | trappable,
        "wasmock:host/variables.increment": async | trappable,
        "wasmock:host/variables.append": async | trappable,
        "wasmock:host/variables.merge": async | trappable,
        "wasmock:host/variables.compare-and-set": async | trappable,
        "wasmock:host/buckets.get": async | trappable,
        "wasmock:host/buckets.version": async | trappable,
        "wasmock:host/buckets.set": async | trappable,
        "wasmock:host/buckets.delete": async | trappable,
        "wasmock:host/buckets.increment": async | trappable,
        "wasmock:host/buckets.append": async | trappable,
        "wasmock:host/buckets.merge": async | trappable,
        "wasmock:host/buckets.compare-and-set": async | trappable,
        "wasmock:host/private-state.set": async | trappable,
        "wasmock:host/private-state.delete": async | trappable,
        "wasmock:host/private-state.increment": async | trappable,
        "wasmock:host/private-state.append": async | trappable,
        "wasmock:host/private-state.merge": async | trappable,
        "wasmock:host/private-state.compare-and-set": async | trappable,
        "wasmock:host/helpers.call": async | trappable,
        "wasmock:host/templates.render": async | trappable,
        default: trappable,
    },
    exports: { default: async },
});
