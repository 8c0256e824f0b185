//! The contract of `wit/`, inside the binary: to compare components with, and to hand out.

use std::sync::OnceLock;

use wit_parser::{InterfaceId, Resolve, SourceMap};

/// The files of `wit/`, by path from there.
pub const FILES: [(&str, &str); 6] = [
    ("plugin.wit", include_str!("../../../wit/plugin.wit")),
    ("worlds.wit", include_str!("../../../wit/worlds.wit")),
    (
        "deps/host/types.wit",
        include_str!("../../../wit/deps/host/types.wit"),
    ),
    (
        "deps/host/exchange.wit",
        include_str!("../../../wit/deps/host/exchange.wit"),
    ),
    (
        "deps/host/state.wit",
        include_str!("../../../wit/deps/host/state.wit"),
    ),
    ("README.md", include_str!("../../../wit/README.md")),
];

/// The contract's version.
pub const VERSION: &str = "0.1.0";

/// What a component may export.
pub(crate) const ROLES: [&str; 6] = [
    "responder",
    "predicate",
    "helpers",
    "session",
    "templates",
    "lifecycle",
];

/// The contract, parsed.
pub(crate) fn resolve() -> &'static Resolve {
    static RESOLVE: OnceLock<Resolve> = OnceLock::new();
    RESOLVE.get_or_init(|| parse().unwrap_or_default())
}

fn parse() -> Option<Resolve> {
    let mut resolve = Resolve::default();
    for host in [true, false] {
        let mut sources = SourceMap::default();
        let wit = FILES.iter().filter(|(path, _)| path.ends_with(".wit"));
        for (path, text) in wit.filter(|(path, _)| path.starts_with("deps/") == host) {
            sources.push_str(path, *text);
        }
        resolve.push_group(sources.parse().ok()?).ok()?;
    }
    Some(resolve)
}

/// An interface by its full name, e.g. `wasmock:host/log@0.1.0`.
pub(crate) fn interface(name: &str) -> Option<InterfaceId> {
    let resolve = resolve();
    resolve
        .interfaces
        .iter()
        .map(|(id, _)| id)
        .find(|id| resolve.id_of(*id).as_deref() == Some(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;
    use crate::signature::signature;

    #[test]
    fn the_contract_inside_the_binary_parses() {
        for role in ROLES {
            assert!(
                interface(&format!("wasmock:plugin/{role}@{VERSION}")).is_some(),
                "{role}"
            );
        }
        assert!(interface(&format!("wasmock:host/exchange@{VERSION}")).is_some());
    }

    /// All functions by `package/interface@version` and name, their types written out.
    fn functions(resolve: &Resolve) -> BTreeMap<String, BTreeMap<String, String>> {
        let interfaces = resolve.interfaces.iter();
        interfaces
            .filter_map(|(id, interface)| {
                let functions = interface.functions.iter();
                let functions = functions
                    .map(|(name, function)| (name.clone(), signature(resolve, function)))
                    .collect();
                Some((resolve.id_of(id)?, functions))
            })
            .collect()
    }

    fn released(version: &str) -> Resolve {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../wit/released")
            .join(version);
        let mut resolve = Resolve::default();
        resolve.push_dir(&folder).unwrap();
        resolve
    }

    #[test]
    fn nothing_of_a_released_contract_changes() {
        let present = functions(resolve());
        for (name, functions) in functions(&released("0.1.0")) {
            let Some(now) = present.get(&name) else {
                panic!("`{name}` is released and is gone");
            };
            for (function, signature) in &functions {
                assert_eq!(
                    now.get(function),
                    Some(signature),
                    "`{name}` · {function} is released; add a function beside it instead"
                );
            }
            // What a plugin exports, old components have to export, too.
            if name.starts_with("wasmock:plugin/") {
                assert_eq!(
                    now.len(),
                    functions.len(),
                    "`{name}` is released; add an interface beside it instead"
                );
            }
        }
    }
}
