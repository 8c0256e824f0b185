//! Whether a component fits the contract: everything that does not, at once, with a remedy.
//!
//! The linker reports only the first mismatch. When it refuses a component, the component's own
//! description of itself is compared with the contract, item by item. The comparison costs
//! milliseconds and runs only then.

use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Function, InterfaceId, Resolve, WorldItem};

use crate::contract::{self, ROLES, VERSION};
use crate::nearest::nearest;
use crate::signature::signature;

/// The start of every WebAssembly file.
const MAGIC: &[u8] = b"\0asm";

/// Why bytes are not a component at all.
pub(crate) fn not_a_component(wasm: &[u8]) -> Option<String> {
    if wasm.is_empty() {
        return Some("the file is empty".into());
    }
    if !wasm.starts_with(MAGIC) {
        return Some(match std::str::from_utf8(&wasm[..wasm.len().min(512)]) {
            Ok(text)
                if text.trim_start().starts_with("(component")
                    || text.trim_start().starts_with("(module") =>
            {
                "this is WebAssembly in text form; `wasm-tools parse FILE -o plugin.wasm` makes a \
                 binary of it"
                    .into()
            }
            Ok(_) => {
                "this is a text file, not a WebAssembly component; build the plugin first and \
                      name the .wasm file"
                    .into()
            }
            Err(_) if wasm.starts_with(b"\x7fELF") => {
                "this is native code, not a WebAssembly component; name the .wasm file that the \
                 plugin's build makes"
                    .into()
            }
            Err(_) => {
                "this is not WebAssembly; name the .wasm file that the plugin's build makes".into()
            }
        });
    }
    match wasm.get(4..8) {
        Some([1, 0, 0, 0]) => Some(core_module(wasm)),
        Some([_, 0, 1, 0]) => None,
        _ => Some(
            "this is WebAssembly of an unknown version; build it with a current toolchain".into(),
        ),
    }
}

fn core_module(wasm: &[u8]) -> String {
    if memchr::memmem::find(wasm, b"wasi_snapshot_preview1").is_some() {
        return "this is a WASI 0.1 module, not a component; build for the target wasm32-wasip2, or \
                adapt it: `wasm-tools component new FILE --adapt wasi_snapshot_preview1=ADAPTER -o \
                plugin.wasm`"
            .into();
    }
    "this is a core module, not a component; build for the target wasm32-wasip2, or wrap it: \
     `wasm-tools component new FILE -o plugin.wasm`"
        .into()
}

/// Why a component was refused by the compiler.
pub(crate) fn does_not_compile(error: &str) -> String {
    let asynchronous = [
        "async",
        "concurren",
        "future",
        "stream",
        "error-context",
        "thread",
    ];
    if asynchronous.iter().any(|word| error.contains(word)) {
        return asynchronous_abi();
    }
    format!("the component is damaged or not valid: {error}")
}

fn asynchronous_abi() -> String {
    "this component uses the asynchronous ABI (WASI 0.3), which wasmock does not run; build it with \
     synchronous exports: in JavaScript with componentize-js (for QuickJS: --sync), in Python without \
     `async def`, in Rust for wasm32-wasip2"
        .into()
}

/// Everything about a component that does not fit. Empty when nothing is found.
pub(crate) fn problems(wasm: &[u8]) -> Vec<String> {
    let (found, world) = match decode(wasm) {
        Ok(DecodedWasm::Component(resolve, world)) => (resolve, world),
        Ok(DecodedWasm::WitPackage(..)) => {
            return vec!["this holds a WIT package, an interface without code; name the .wasm file that the plugin's build makes".into()];
        }
        Err(error) => return vec![format!("the component cannot be read: {error:#}")],
    };
    let mut problems = Vec::new();
    let world = &found.worlds[world];
    for (key, item) in &world.imports {
        let name = found.name_world_key(key);
        match item {
            WorldItem::Interface { id, .. } => import(&found, &name, *id, &mut problems),
            WorldItem::Function(_) => problems.push(format!(
                "it imports a function `{name}` of its own; a plugin can import interfaces of wasmock:host and of WASI only"
            )),
            WorldItem::Type { .. } => {}
        }
    }
    let mut roles = 0;
    let mut others = Vec::new();
    for (key, item) in &world.exports {
        let name = found.name_world_key(key);
        let WorldItem::Interface { id, .. } = item else {
            others.push(name);
            continue;
        };
        match role(&name) {
            Some(role) if name == format!("wasmock:plugin/{role}@{VERSION}") => {
                roles += usize::from(role != "lifecycle");
                compare(&found, *id, &name, Direction::Export, &mut problems);
            }
            Some(_) => {
                roles += 1;
                problems.push(other_version(&name));
            }
            None => others.push(name),
        }
    }
    if roles == 0 {
        problems.push(no_role(&others));
    }
    problems
}

/// The role behind an exported name, of any version.
fn role(name: &str) -> Option<&'static str> {
    let rest = name.strip_prefix("wasmock:plugin/")?;
    let bare = rest.split('@').next().unwrap_or_default();
    ROLES.into_iter().find(|role| *role == bare)
}

fn import(found: &Resolve, name: &str, id: InterfaceId, problems: &mut Vec<String>) {
    if let Some(rest) = name.strip_prefix("wasi:") {
        if rest.contains("@0.3") {
            problems.push(format!("it imports `{name}`: {}", asynchronous_abi()));
        } else if !rest.contains("@0.2") {
            problems.push(format!(
                "it imports `{name}`, which is no part of WASI 0.2; rebuild it with a current toolchain"
            ));
        }
        return;
    }
    if contract::interface(name).is_some() {
        compare(found, id, name, Direction::Import, problems);
        return;
    }
    let bare = name.split('@').next().unwrap_or_default();
    if contract::interface(&format!("{bare}@{VERSION}")).is_some() {
        problems.push(other_version(name));
        return;
    }
    let resolve = contract::resolve();
    let known = resolve
        .interfaces
        .iter()
        .filter_map(|(id, _)| resolve.id_of(id));
    let known: Vec<String> = known
        .filter(|known| known.starts_with("wasmock:host/"))
        .collect();
    let hint = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a plugin can import interfaces of wasmock:host and of WASI only".into(),
    };
    problems.push(format!(
        "it imports `{name}`, which wasmock does not offer; {hint}"
    ));
}

fn other_version(name: &str) -> String {
    format!(
        "`{name}` is another version of the contract; this wasmock speaks {VERSION}: rebuild the plugin with its WIT"
    )
}

fn no_role(exports: &[String]) -> String {
    let roles = "responder, predicate, helpers, session, templates";
    if let Some(command) = exports.iter().find(|name| name.starts_with("wasi:cli/run")) {
        return format!(
            "it exports `{command}`: it is a command, not a plugin; a plugin exports at least one role of wasmock:plugin@{VERSION} ({roles}) and is built as a library"
        );
    }
    if let Some(http) = exports.iter().find(|name| name.starts_with("wasi:http/")) {
        return format!(
            "it exports `{http}`: it is a server of its own, not a plugin; export `wasmock:plugin/responder@{VERSION}` instead"
        );
    }
    let full: Vec<String> = ROLES
        .iter()
        .map(|role| format!("wasmock:plugin/{role}@{VERSION}"))
        .collect();
    for export in exports {
        if let Some(near) = nearest(export, full.iter().map(String::as_str)) {
            return format!("it exports `{export}`; did you mean `{near}`?");
        }
    }
    format!(
        "it exports no role; a plugin exports at least one of wasmock:plugin@{VERSION}: {roles}"
    )
}

/// Who provides the functions of an interface.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Import,
    Export,
}

/// Compares an interface of the component with the contract's, function by function.
fn compare(
    found: &Resolve,
    id: InterfaceId,
    name: &str,
    direction: Direction,
    problems: &mut Vec<String>,
) {
    let contract = contract::resolve();
    let Some(expected) = contract::interface(name) else {
        return;
    };
    let expected = &contract.interfaces[expected].functions;
    let functions = &found.interfaces[id].functions;
    for (function, theirs) in functions {
        match expected.get(function) {
            Some(ours) => {
                if let Some(difference) = difference(contract, ours, found, theirs) {
                    problems.push(format!("`{name}` · {function}: {difference}"));
                }
            }
            None if direction == Direction::Import => {
                let hint = match nearest(function, expected.keys().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "see its WIT".into(),
                };
                problems.push(format!(
                    "it imports `{function}` of `{name}`, which is not there; {hint}"
                ));
            }
            None => {}
        }
    }
    if direction == Direction::Export {
        for function in expected
            .keys()
            .filter(|function| !functions.contains_key(*function))
        {
            problems.push(format!(
                "it exports `{name}` without the function `{function}`"
            ));
        }
    }
}

fn difference(
    contract: &Resolve,
    ours: &Function,
    found: &Resolve,
    theirs: &Function,
) -> Option<String> {
    let (expected, actual) = (signature(contract, ours), signature(found, theirs));
    (expected != actual).then(|| format!("expected {expected}, found {actual}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(wasm: &[u8]) -> String {
        not_a_component(wasm).expect("it is none")
    }

    fn component(text: &str) -> Vec<String> {
        problems(&wat::parse_str(text).unwrap())
    }

    #[test]
    fn what_is_no_component_is_named() {
        assert!(one(b"").contains("is empty"));
        assert!(one(b"export function respond() {}").contains("text file"));
        assert!(one(b"  (component)").contains("text form"));
        assert!(one(b"\x7fELF\xff\xfe").contains("native code"));
        assert!(one(b"\xff\xfe\xfd").contains("not WebAssembly"));
        assert!(one(b"\0asm\x07\0\0\0").contains("unknown version"));
        assert!(one(&wat::parse_str("(module)").unwrap()).contains("core module"));
        let wasi = "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func (param i32))))";
        assert!(one(&wat::parse_str(wasi).unwrap()).contains("WASI 0.1"));
        assert_eq!(
            not_a_component(&wat::parse_str("(component)").unwrap()),
            None
        );
    }

    #[test]
    fn a_component_without_a_role_is_told_which_there_are() {
        let problems = component("(component)");
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].contains("responder, predicate, helpers"),
            "{problems:?}"
        );
    }

    #[test]
    fn all_mismatches_are_listed_at_once() {
        let problems = component(
            r#"(component
                (import "wasmock:host/logg@0.1.0" (instance (export "write" (func))))
                (import "wasmock:host/clock@0.1.0"
                    (instance (export "noww" (func (result float64)))))
                (import "wasmock:host/random@0.1.0"
                    (instance (export "bits" (func (result string)))))
                (import "wasmock:host/log@0.9.0" (instance (export "write" (func))))
                (import "acme:own/things" (instance (export "f" (func))))
                (import "wasi:http/types@0.3.0" (instance (export "f" (func))))
            )"#,
        );
        let expected = [
            "did you mean `wasmock:host/log@0.1.0`",
            "did you mean `now`",
            "expected func() -> u64, found func() -> string",
            "another version of the contract",
            "`acme:own/things`, which wasmock does not offer",
            "asynchronous ABI",
            "exports no role",
        ];
        assert_eq!(problems.len(), expected.len(), "{problems:#?}");
        for (problem, part) in problems.iter().zip(expected) {
            assert!(problem.contains(part), "{part} in {problem}");
        }
    }
}
